/* Slices, buffers, vectors, the line map, UTF-8: text and arrays in an arena.
 *
 * Comes in: text by pointer and length, valid UTF-8 or not. Goes out: parts of it, or new text in an arena.
 * It never reads past a length, never takes a NUL for an end, never knows a locale.
 */
#include "base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

slice slice_of(const char *c_string) {
    return (slice){c_string, c_string ? strlen(c_string) : 0};
}

const bool HTML_SPACE[256] = {[' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true, ['\f'] = true};

static unsigned first_two(slice s) {
    return s.length > 1   ? (unsigned)(unsigned char)s.data[0] << 8 | (unsigned char)s.data[1]
           : s.length > 0 ? (unsigned)(unsigned char)s.data[0] << 8
                          : 0;
}

bool slice_is_listed(const slice *sorted, size_t count, slice wanted) {
    unsigned first = first_two(wanted);
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        unsigned here = first_two(sorted[middle]);
        int order = here < first ? -1 : here > first;
        if (order == 0) /* seldom: most names differ in their first letters */
            order = slice_compare(sorted[middle], wanted);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

void slice_table_index(slice_table *t) {
    size_t at = t->count;
    for (size_t c = UINT8_MAX + 1; c-- > 0;) {
        while (at > 0 && t->names[at - 1].length && (unsigned char)t->names[at - 1].data[0] >= c)
            at--;
        t->first_of[c] = (uint16_t)at;
    }
    t->first_of[UINT8_MAX + 1] = (uint16_t)t->count;
}

size_t slice_table_find(const slice_table *t, slice name) {
    size_t letter = name.length ? (unsigned char)name.data[0] : 0;
    for (size_t i = t->first_of[letter]; i < t->first_of[letter + 1]; i++)
        if (slice_equal(t->names[i], name))
            return i;
    return SLICE_NONE;
}

bool slice_equal_nocase(slice a, slice b) {
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if (to_lower(a.data[i]) != to_lower(b.data[i]))
            return false;
    return true;
}

bool slice_ends_in(slice s, const char *const *endings, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slice ending = slice_of(endings[i]);
        if (s.length >= ending.length && slice_equal_nocase(slice_from(s, s.length - ending.length), ending))
            return true;
    }
    return false;
}

int slice_compare(slice a, slice b) {
    size_t shared = a.length < b.length ? a.length : b.length;
    int order = shared ? memcmp(a.data, b.data, shared) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

/* Most needles are a few characters that begin with a rare one. */
static size_t find_short(slice s, slice needle, size_t from) {
    const char *at = s.data + from, *end = s.data + s.length - needle.length + 1;
    while (at < end && (at = memchr(at, needle.data[0], (size_t)(end - at))) != NULL) {
        if (memcmp(at, needle.data, needle.length) == 0)
            return (size_t)(at - s.data);
        at++;
    }
    return SLICE_NONE;
}

size_t slice_find(slice s, slice needle, size_t from) {
    enum { SHORT = 8 };
    if (from > s.length || needle.length > s.length - from)
        return SLICE_NONE;
    if (needle.length == 0)
        return from;
    if (needle.length <= SHORT)
        return find_short(s, needle, from);
    const char *hit = memmem(s.data + from, s.length - from, needle.data, needle.length);
    return hit ? (size_t)(hit - s.data) : SLICE_NONE;
}

size_t slice_find_char(slice s, char c, size_t from) {
    if (from >= s.length)
        return SLICE_NONE;
    const char *hit = memchr(s.data + from, c, s.length - from);
    return hit ? (size_t)(hit - s.data) : SLICE_NONE;
}

#ifdef __SSE2__
enum { BLOCK = 16 };

/* Of the bytes from `at` on, one bit for each that slice_words_end stops at. The byte behind them is read. */
static inline unsigned find_stops(const char *at, bool ascii) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at),
            next = _mm_loadu_si128((const __m128i *)(const void *)(at + 1)), space = _mm_set1_epi8(' ');
    __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1F)), bytes);
    __m128i end =
        _mm_and_si128(_mm_cmpeq_epi8(bytes, space), _mm_cmpeq_epi8(_mm_min_epu8(next, space), next));
    __m128i stop = _mm_or_si128(control, end);
    return (unsigned)_mm_movemask_epi8(ascii ? _mm_or_si128(stop, bytes) : stop);
}

/* The same for slice_find_markup, of BLOCK bytes. */
static inline unsigned find_markup(const char *at) {
    __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i angle = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8('<' ^ '>')), _mm_set1_epi8('<' | '>'));
    __m128i quote = _mm_cmpeq_epi8(_mm_or_si128(bytes, _mm_set1_epi8('&' ^ '"')), _mm_set1_epi8('&' | '"'));
    __m128i other = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\n')),
                                 _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)0xC2)));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(angle, quote), other));
}
#else
enum { BLOCK = 8 };

/* 0x80 in each byte that is less than `limit`, which is at most 0x80. */
static inline uint64_t bytes_below(uint64_t bytes, uint64_t limit) {
    const uint64_t ones = 0x0101010101010101u, high = 0x80 * ones;
    return ~(((bytes & ~high) + (0x80 - limit) * ones) | bytes) & high;
}

static inline unsigned find_stops(const char *at, bool ascii) {
    uint64_t bytes, next;
    memcpy(&bytes, at, sizeof bytes);
    memcpy(&next, at + 1, sizeof next);
    uint64_t control = bytes_below(bytes, 0x20), end = bytes_below(bytes, 0x21) & bytes_below(next, 0x21);
    uint64_t stop = control | end | (ascii ? bytes & 0x8080808080808080u : 0);
    unsigned bits = 0;
    for (unsigned i = 0; stop && i < BLOCK; i++)
        bits |= ((const unsigned char *)&stop)[i] ? 1u << i : 0;
    return bits;
}
#endif

size_t slice_words_end(slice s, size_t from, bool ascii) {
    for (; from + BLOCK + 1 <= s.length; from += BLOCK) {
        unsigned stops = find_stops(s.data + from, ascii);
        if (stops)
            return from + (size_t)__builtin_ctz(stops);
    }
    if (from < s.length && s.length > BLOCK) { /* the last block, which begins in what was passed over */
        size_t last = s.length - BLOCK - 1;
        unsigned stops = find_stops(s.data + last, ascii) >> (from - last);
        if (stops)
            return from + (size_t)__builtin_ctz(stops);
        from = s.length - 1;
    }
    for (; from < s.length; from++) {
        unsigned char c = (unsigned char)s.data[from];
        bool apart = c == ' ' && from + 1 < s.length && (unsigned char)s.data[from + 1] > ' ';
        if ((c <= ' ' && !apart) || (ascii && c >= 0x80))
            break;
    }
    return from;
}

size_t slice_find_markup(slice s, size_t from) {
    static const bool MARKUP[256] = {
        ['<'] = true, ['>'] = true, ['&'] = true, ['"'] = true, ['\n'] = true, [0xC2] = true};
#ifdef __SSE2__
    for (; from + BLOCK <= s.length; from += BLOCK) {
        unsigned found = find_markup(s.data + from);
        if (found)
            return from + (size_t)__builtin_ctz(found);
    }
#endif
    return slice_find_any(s, from, MARKUP);
}

slice slice_lower(slice s, arena *a) {
    size_t i = 0;
    while (i < s.length && s.data[i] == to_lower(s.data[i]))
        i++;
    if (i == s.length)
        return s;
    char *copy = memcpy(arena_alloc(a, s.length), s.data, s.length);
    for (; i < s.length; i++)
        copy[i] = to_lower(copy[i]);
    return (slice){copy, s.length};
}

slice slice_trim(slice s) {
    size_t from = 0, to = s.length;
    while (from < to && is_space(s.data[from]))
        from++;
    while (to > from && is_space(s.data[to - 1]))
        to--;
    return slice_sub(s, from, to);
}

/* ECMA-262: WhiteSpace and LineTerminator. */
static bool is_wide_space(uint32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

slice slice_trim_wide(slice text) {
    size_t from = 0, next = 0;
    while (from < text.length && !is_printed(text.data[from]) && is_wide_space(utf8_next(text, &next)))
        from = next;
    size_t to = text.length;
    while (to > from && !is_printed(text.data[to - 1])) {
        size_t start = to - 1;
        while (start > from && utf8_is_trail(text.data[start]))
            start--;
        size_t at = start;
        if (!is_wide_space(utf8_next(text, &at)))
            break;
        to = start;
    }
    return slice_sub(text, from, to);
}

slice slice_next_word(slice words, size_t *at) {
    static const bool SPACE[256] = {
        [' '] = true, ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true};
    size_t from = *at;
    while (from < words.length && SPACE[(unsigned char)words.data[from]])
        from++;
    *at = slice_find_any(words, from, SPACE);
    return slice_sub(words, from, *at);
}

bool slice_has_word(slice words, slice word) {
    size_t at = 0;
    for (slice one; words.length - at >= word.length && (one = slice_next_word(words, &at)).length;)
        if (slice_equal(one, word))
            return true;
    return false;
}

int slice_percent_byte(slice text, size_t at) {
    if (at + 2 >= text.length || text.data[at] != '%')
        return -1;
    int high = hex_value(text.data[at + 1]), low = hex_value(text.data[at + 2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

slice slice_percent_decoded(slice text, arena *a) {
    if (slice_find_char(text, '%', 0) == SLICE_NONE)
        return text;
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length; at++) {
        int byte = slice_percent_byte(text, at);
        buffer_append_char(&out, byte < 0 ? text.data[at] : (char)byte);
        at += byte < 0 ? 0 : 2;
    }
    return buffer_slice(&out);
}

slice slice_copy(slice s, arena *a) {
    char *copy = arena_text(a, s.length);
    if (s.length)
        memcpy(copy, s.data, s.length);
    return (slice){copy, s.length};
}

const char *slice_c_string(slice s, arena *a) {
    char *copy = arena_alloc(a, s.length + 1);
    if (s.length)
        memcpy(copy, s.data, s.length);
    copy[s.length] = '\0';
    return copy;
}

uint64_t slice_hash(slice s) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < s.length; i++)
        hash = (hash ^ (unsigned char)s.data[i]) * 1099511628211u;
    return hash;
}

/* Room for what needs more than it has, in bytes: twice as much, but a quarter more of what is large, which
 * grows where it is. */
static size_t more_room(size_t bytes) {
    return bytes < ((size_t)1 << 20) ? bytes * 2 : bytes + bytes / 4;
}

buffer buffer_new(arena *a, size_t capacity) {
    buffer b = {NULL, 0, capacity ? capacity : 64, a};
    b.data = arena_alloc(a, b.capacity);
    return b;
}

void buffer_drop(buffer *b) {
    arena_drop(b->arena, b->data, b->capacity);
    *b = (buffer){NULL, 0, 0, b->arena};
}

void buffer_reserve(buffer *b, size_t more) {
    if (more <= b->capacity - b->length)
        return;
    size_t wanted = more_room(b->capacity);
    if (wanted < b->length + more)
        wanted = b->length + more;
    b->data = arena_move(b->arena, b->data, b->capacity, wanted);
    b->capacity = wanted;
}

void buffer_append_string(buffer *b, const char *c_string) {
    buffer_append(b, slice_of(c_string));
}

void buffer_append_codepoint(buffer *b, uint32_t c) {
    buffer_reserve(b, 4);
    unsigned char *at = (unsigned char *)b->data + b->length;
    size_t length = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = length - 1; i > 0; i--, c >>= 6)
        at[i] = (unsigned char)(0x80 | (c & 0x3F));
    at[0] = (unsigned char)(lead[length] | c);
    b->length += length;
}

slice buffer_slice(const buffer *b) {
    return (slice){b->data, b->length};
}

/* The entity for the character at `at`, one of buffer_append_html's special ones, and how many bytes it
 * takes; NULL when it is written as it is. */
static const char *entity_at(slice text, size_t at, bool in_attribute, size_t *size) {
    *size = 1;
    switch (text.data[at]) {
    case '&':
        return "&amp;";
    case '<':
        return in_attribute ? NULL : "&lt;";
    case '>':
        return in_attribute ? NULL : "&gt;";
    case '"':
        return in_attribute ? "&quot;" : NULL;
    case '\xC2':
        *size = 2;
        return at + 1 < text.length && text.data[at + 1] == '\xA0' ? "&nbsp;" : NULL;
    default:
        return NULL;
    }
}

void buffer_append_html(buffer *b, slice text, bool in_attribute) {
    size_t from = 0;
    for (size_t i = 0; (i = slice_find_markup(text, i)) < text.length;) {
        size_t size;
        const char *entity = entity_at(text, i, in_attribute, &size);
        if (!entity) {
            i++;
            continue;
        }
        buffer_append(b, slice_sub(text, from, i));
        buffer_append_string(b, entity);
        i += size;
        from = i;
    }
    buffer_append(b, slice_from(text, from));
}

void buffer_append_word(buffer *b, slice text) {
    bool plain = text.length > 0;
    for (size_t i = 0; i < text.length; i++)
        plain &= is_alnum(text.data[i]) || (text.data[i] && strchr("-_./=,:", text.data[i]) != NULL);
    buffer_append_string(b, plain ? "" : "'");
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\'')
            buffer_append_string(b, "'\\'");
        buffer_append_char(b, text.data[i]);
    }
    buffer_append_string(b, plain ? "" : "'");
}

void buffer_append_on_line(buffer *b, slice text) {
    for (size_t at = 0; at < text.length;) {
        size_t next = at;
        uint32_t c = utf8_next(text, &next);
        bool broken = c == 0xFFFD && next == at + 1;
        if (broken || c < 0x20 || (c >= 0x7F && c < 0xA0))
            for (; at < next; at++)
                buffer_printf(b, "\\x%02X", (unsigned char)text.data[at]);
        else
            buffer_append(b, slice_sub(text, at, next));
        at = next;
    }
}

vector vector_new(arena *a, size_t item_size) {
    return (vector){NULL, 0, 0, item_size, a};
}

void vector_drop(vector *v) {
    arena_drop(v->arena, v->items, v->capacity * v->item_size);
    *v = vector_new(v->arena, v->item_size);
}

void vector_reserve(vector *v, size_t count) {
    if (count <= v->capacity)
        return;
    v->items = arena_move(v->arena, v->items, v->capacity * v->item_size, count * v->item_size);
    v->capacity = count;
}

void vector_widen(vector *v) {
    size_t more = more_room(v->capacity * v->item_size) / v->item_size;
    vector_reserve(v, v->capacity ? more : v->item_size <= 64 ? 8 : 2);
}

void *vector_push_zeroed(vector *v) {
    return memset(vector_push(v), 0, v->item_size);
}

void *vector_last(const vector *v) {
    return v->count ? vector_at(v, v->count - 1) : NULL;
}

void vector_pop(vector *v) {
    v->count--;
}

line_map line_map_new(arena *a) {
    return (line_map){vector_new(a, sizeof(line_mark))};
}

void line_map_add(line_map *map, size_t offset, uint32_t line) {
    line_mark *last = vector_last(&map->marks);
    if (last && last->line == line)
        return;
    if (last && last->offset == offset) {
        last->line = line;
        return;
    }
    if (offset > UINT32_MAX)
        arena_fail(map->marks.arena);
    *(line_mark *)vector_push(&map->marks) = (line_mark){(uint32_t)offset, line};
}

uint32_t line_map_find(const line_map *map, size_t offset) {
    const line_mark *marks = map->marks.items;
    size_t low = 0, high = map->marks.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (marks[middle].offset <= offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? marks[low - 1].line : 0;
}

size_t utf8_start(slice text, size_t at) {
    at = at > text.length ? text.length : at;
    while (at && at < text.length && utf8_is_trail(text.data[at]))
        at--;
    return at;
}

slice utf8_head(slice text, size_t most) {
    return slice_sub(text, 0, utf8_start(text, most));
}

uint32_t utf8_next_wide(slice s, size_t *offset) {
    const unsigned char *at = (const unsigned char *)s.data + *offset;
    size_t length = utf8_sequence_length(at, s.length - *offset);
    *offset += length ? length : 1;
    return length ? utf8_value(at, length) : 0xFFFD;
}

/* How many bytes from `at` on are ASCII, by eights. */
static size_t skip_ascii(slice text, size_t at) {
    size_t from = at;
    for (uint64_t eight; at + sizeof eight <= text.length; at += sizeof eight) {
        memcpy(&eight, text.data + at, sizeof eight);
        if (eight & UINT64_C(0x8080808080808080))
            break;
    }
    return at - from;
}

bool utf8_is_valid(slice text) {
    for (size_t at = skip_ascii(text, 0), length; at < text.length; at += length) {
        length = utf8_sequence_length((const unsigned char *)text.data + at, text.length - at);
        if (!length)
            return false;
        if (length > 1)
            at += skip_ascii(text, at + length);
    }
    return true;
}
