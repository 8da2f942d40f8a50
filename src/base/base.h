/* base/: what every module uses: arena, slice, buffer, vector, line map, findings.
 *
 * No other module defines its own. Nothing here knows of pages, HTML or files. No global mutable state.
 */
#ifndef ISOMERIZE_BASE_H
#define ISOMERIZE_BASE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* For a local array that is filled before it is read, on the way of every tag: the build clears what is not
 * marked so (CMakeLists.txt). */
#if defined __has_attribute
#if __has_attribute(uninitialized)
#define UNCLEARED __attribute__((uninitialized))
#endif
#endif
#ifndef UNCLEARED
#define UNCLEARED
#endif

/* ---- arena ------------------------------------------------------------------------------------------- */

/* A bump allocator: a page's whole life. Nothing is freed piecemeal; arena_reset frees all of it at once.
 * Large allocations are in no chunk, so that they can grow where they are. */
typedef struct arena arena;

/* A new arena that hands out at most `limit` bytes between two resets (0: no limit). arena_create: NULL when
 * memory is out, for the library. arena_new: never NULL, for the program, which ends then: out_of_memory. */
arena *arena_create(size_t limit);
arena *arena_new(size_t limit);
void arena_destroy(arena *a); /* NULL: nothing */

/* Whether it is in what the arena has handed out. */
bool arena_holds(const arena *a, const void *what);

/* Bytes handed out since the last reset; another limit for them, which returns the one before. */
size_t arena_used(const arena *a);
size_t arena_set_limit(arena *a, size_t limit);

/* Effort, where it can be more than so much for each byte that is read: steps, of some ten nanoseconds, that
 * were paid since the last reset; another limit for them (0: none), which returns the one before. What would
 * exceed it is as memory that is not there. */
void arena_pay(arena *a, uint64_t steps);
uint64_t arena_steps(const arena *a);
uint64_t arena_set_steps(arena *a, uint64_t limit);
uint64_t arena_steps_limit(const arena *a);
bool arena_is_out_of_steps(const arena *a); /* since the last arena_reset */

/* Empties `stage` for the next stage of what `whole` is for: both have the memory and the steps of `whole`
 * together; the stage pays the steps that it took before to it, and jumps where it jumps. An arena_reset of
 * the stage ends that, and comes before the end of `whole`. */
void arena_begin_stage(arena *stage, arena *whole);

/* Forgets everything allocated; keeps up to a few megabytes of chunks for the next page. */
void arena_reset(arena *a);

/* Where an allocation that cannot be served jumps to (longjmp with 1); returns what was set before. NULL, the
 * default: out_of_memory. The jump crosses cmark-gfm and gumbo safely, since they draw from the arena too; a
 * module that holds memory of another kind (libyaml) says how it is given back, with a cleanup. */
jmp_buf *arena_on_exhausted(arena *a, jmp_buf *jump);
/* Was it the system that had no memory, and not the arena's limit? Since the last arena_reset. */
bool arena_is_out_of_memory(const arena *a);
/* A library has no memory: the same as an allocation that cannot be served. */
_Noreturn void arena_fail(arena *a);

/* Something held outside of the arena, in the frame of the function that holds it: what gives it back before
 * a jump. Taken away by arena_drop_cleanup before that function returns; the last one first. */
typedef struct arena_cleanup {
    void (*give_back)(void *held);
    void *held;
    struct arena_cleanup *next;
} arena_cleanup;

void arena_add_cleanup(arena *a, arena_cleanup *cleanup);
void arena_drop_cleanup(arena *a);

/* Something that lives as long as what the arena hands out, but is not of it: given back by the next
 * arena_reset, or by arena_destroy. The last one first. `cleanup` may be of the arena. */
void arena_give_back_at_end(arena *a, arena_cleanup *cleanup);

/* Ends the program, which has no memory and nobody to tell. cli/ has its own, which says so first. */
_Noreturn void out_of_memory(void);

/* `size` bytes, aligned for any type of up to eight bytes, uninitialised (arena_alloc) or zeroed
 * (arena_zeroed). Never NULL. */
void *arena_alloc(arena *a, size_t size);
void *arena_zeroed(arena *a, size_t size);

/* Grows an allocation, in place where it is the last one. The old bytes are kept, the new ones uninitialised.
 */
void *arena_grow(arena *a, void *old, size_t old_size, size_t new_size);
/* The same of one that nothing else points to: `old` is gone where it could not grow in place, and a large
 * one leaves no copy behind. `old_size` is all that it has; `new_size` may be less. */
void *arena_move(arena *a, void *old, size_t old_size, size_t new_size);
/* Gives back what nothing points to any more, if it is a large allocation; `size` is all that it has. */
void arena_drop(arena *a, void *what, size_t size);
/* A node of a tree: ARENA_NODE bytes, zeroed. Those that arena_reuse got are given out again first. What it
 * gets may be of another arena, which must live as long. */
#define ARENA_NODE 56
void *arena_node(arena *a);
void arena_reuse(arena *a, void *node);
/* `size` bytes for text: not aligned. */
char *arena_text(arena *a, size_t size);

/* ---- slice ------------------------------------------------------------------------------------------- */

/* Text by reference: never assumed to end in NUL. Valid as long as what it points into. */
typedef struct slice {
    const char *data;
    size_t length;
} slice;

/* A slice of a string literal: SLICE("text"); the same as an initialiser, also a static one: LITERAL("text").
 */
#define SLICE(literal) ((slice)LITERAL(literal))
#define LITERAL(literal)                                                                                     \
    { ("" literal), sizeof(literal) - 1 }
/* For printf("%.*s"): printf("%.*s", SLICE_ARGS(s)). Cut at INT_MAX. */
#define SLICE_ARGS(s) ((int)((s).length > INT32_MAX ? INT32_MAX : (s).length)), ((s).data ? (s).data : "")

slice slice_of(const char *c_string);
/* The small ones are inline: they run for every tag, attribute and word. */
static inline slice slice_sub(slice s, size_t from, size_t to) { /* [from, to), clamped */
    to = to > s.length ? s.length : to;
    from = from > to ? to : from;
    return (slice){s.data ? s.data + from : NULL, to - from};
}
static inline slice slice_from(slice s, size_t from) {
    return slice_sub(s, from, s.length);
}
static inline bool slice_equal(slice a, slice b) { /* names mostly differ in length or in the first byte */
    return a.length == b.length &&
           (a.length == 0 || (a.data[0] == b.data[0] && memcmp(a.data, b.data, a.length) == 0));
}
/* Whether `wanted` is in a list sorted by slice_compare. */
bool slice_is_listed(const slice *sorted, size_t count, slice wanted);
/* A list sorted by slice_compare that is asked very often: of each first byte, where the names with it begin.
 */
typedef struct slice_table {
    const slice *names;
    size_t count;
    uint16_t first_of[UINT8_MAX + 2]; /* made by slice_table_index */
} slice_table;
void slice_table_index(slice_table *t);
size_t slice_table_find(const slice_table *t, slice name); /* its place in the list, or SLICE_NONE */
bool slice_equal_nocase(slice a, slice b);                 /* ASCII case only */
int slice_compare(slice a, slice b);                       /* by bytes, as memcmp, shorter first */
static inline bool slice_starts_with(slice s, slice prefix) {
    return s.length >= prefix.length && slice_equal((slice){s.data, prefix.length}, prefix);
}
static inline bool slice_ends_with(slice s, slice suffix) {
    return s.length >= suffix.length && slice_equal(slice_from(s, s.length - suffix.length), suffix);
}
/* Whether it ends in one of `count` endings, such as ".png"; ASCII case does not count. */
bool slice_ends_in(slice s, const char *const *endings, size_t count);
/* Byte offset of the first occurrence at or after `from`, or SLICE_NONE. */
#define SLICE_NONE SIZE_MAX
size_t slice_find(slice s, slice needle, size_t from);
size_t slice_find_char(slice s, char c, size_t from);
/* Where a character stands next in a text, for one who asks from ever later places: one pass over the text in
 * all, however often it is asked. */
typedef struct next_char {
    slice text;
    size_t at; /* the first one behind what was asked last; SLICE_NONE: none */
    char c;
} next_char;
static inline next_char next_char_new(slice text, char c) {
    return (next_char){text, slice_find_char(text, c, 0), c};
}
static inline size_t next_char_from(next_char *n, size_t from) {
    if (n->at < from)
        n->at = slice_find_char(n->text, n->c, from);
    return n->at;
}
/* The first byte at or behind `from` that is in the set; the length where there is none. */
static inline size_t slice_find_any(slice s, size_t from, const bool set[256]) {
    const unsigned char *data = (const unsigned char *)s.data;
    for (; from + 4 <= s.length; from += 4) /* most of a text is in no set */
        if (set[data[from]] | set[data[from + 1]] | set[data[from + 2]] | set[data[from + 3]])
            break;
    while (from < s.length && !set[data[from]])
        from++;
    return from;
}
/* Behind the words from `from` on that stand one plain space apart: at white space that ends the last of them
 * (a space before another one, before a control character or at the end of the text), at another control
 * character, at a byte above 0x7F where `ascii` is asked for, or at the end of the text. */
size_t slice_words_end(slice s, size_t from, bool ascii);
/* The first byte at or behind `from` that escaping may be about, or lines: one of < > & " \n, or the first of
 * a character such as U+00A0; the length where there is none. */
size_t slice_find_markup(slice s, size_t from);
slice slice_trim(slice s);      /* ASCII white space: space, \t \n \v \f \r */
slice slice_trim_wide(slice s); /* all white space that JavaScript's trim() takes */
/* The next word from `*at` on, between ASCII white space; empty when there is none. `*at` moves behind it. */
slice slice_next_word(slice words, size_t *at);
bool slice_has_word(slice words, slice word); /* whether it is one of them */
/* The byte that a percent-escape at `at` stands for, or -1 (RFC 3986 §2.1). */
int slice_percent_byte(slice text, size_t at);
/* Each percent-escape as its byte; a stray % stays. `text` itself where there is none. */
slice slice_percent_decoded(slice text, arena *a);
slice slice_copy(slice s, arena *a);
/* With ASCII letters in lower case; `s` itself where they are. */
slice slice_lower(slice s, arena *a);
const char *slice_c_string(slice s, arena *a); /* NUL-terminated copy */
/* FNV-1a: for marks and fingerprints that are the same in every run and on every machine. Whoever chooses the
 * text can make it collide: never for a table whose speed hangs on it. */
uint64_t slice_hash(slice s);

/* ---- buffer ------------------------------------------------------------------------------------------ */

/* Growing text in an arena. `slice` of its content: buffer_slice; valid until the next append. */
typedef struct buffer {
    char *data;
    size_t length, capacity;
    arena *arena;
} buffer;

buffer buffer_new(arena *a, size_t capacity);
void buffer_drop(buffer *b); /* its text is not needed any more: arena_drop */
void buffer_reserve(buffer *b, size_t more);
static inline void buffer_append(buffer *b, slice s) {
    if (s.length == 0)
        return;
    if (s.length > b->capacity - b->length)
        buffer_reserve(b, s.length);
    memcpy(b->data + b->length, s.data, s.length);
    b->length += s.length;
}
void buffer_append_string(buffer *b, const char *c_string);
static inline void buffer_append_char(buffer *b, char c) {
    if (b->length == b->capacity)
        buffer_reserve(b, 1);
    b->data[b->length++] = c;
}
void buffer_append_codepoint(buffer *b, uint32_t codepoint); /* as UTF-8; must be a scalar value */
void buffer_printf(buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first `most` bytes of it. A NUL stands behind them, which does not count, as behind format_slice's. */
void buffer_vprintf(buffer *b, size_t most, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));
/* Text of others within a line: bytes that are control characters, or no UTF-8, as \xNN. */
void buffer_append_on_line(buffer *b, slice text);
slice buffer_slice(const buffer *b);
/* As a JSON string with its quotes (RFC 8259); invalid UTF-8 bytes become U+FFFD. */
void buffer_append_json(buffer *b, slice text);
/* Text as a browser's innerHTML writes it (WHATWG HTML §13.3, escaping a string): & and U+00A0 escaped, and
 * < > in text, " in attributes. */
void buffer_append_html(buffer *b, slice text, bool in_attribute);
/* As one word of a shell (POSIX, Shell Command Language 2.2), in quotes where it needs them. */
void buffer_append_word(buffer *b, slice text);
/* The character that the name of a character reference stands for (HTML 4 §24, and `apos`); 0: none is known.
 */
uint32_t named_character(slice name);

slice format_slice(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- JSON -------------------------------------------------------------------------------------------- */

/* Writes JSON (RFC 8259) at the end of a buffer: commas and line breaks are its own business. All zero but
 * for `out` begins one. */
typedef struct json_writer {
    buffer *out;
    bool is_indented; /* by two spaces a level, as JSON.stringify(value, null, 2) */
    bool comma;       /* another value stands before the next one */
    bool after_key;
    uint32_t depth;
} json_writer;

void json_open(json_writer *j, char bracket); /* '{' or '[' */
void json_close(json_writer *j, char bracket);
void json_key(json_writer *j, slice key);
/* The next value or key begins a line, behind the comma that it may need. */
void json_break(json_writer *j);
void json_text(json_writer *j, slice text); /* as buffer_append_json */
void json_number(json_writer *j, int64_t number);
void json_bool(json_writer *j, bool value);
void json_raw(json_writer *j, slice value); /* one that is JSON already */

/* A key and its value. */
void json_add_open(json_writer *j, const char *key, char bracket);
void json_add_text(json_writer *j, const char *key, slice text);
void json_add_string(json_writer *j, const char *key, const char *text);
void json_add_filled(json_writer *j, const char *key, slice text); /* nothing where the text is empty */
void json_add_number(json_writer *j, const char *key, int64_t number);
void json_add_bool(json_writer *j, const char *key, bool value);

/* ---- vector ------------------------------------------------------------------------------------------ */

/* A growing array of items of one size. Pointers into it move when it grows. */
typedef struct vector {
    void *items;
    size_t count, capacity, item_size;
    arena *arena;
} vector;

vector vector_new(arena *a, size_t item_size);
void vector_drop(vector *v);                  /* its items are not needed any more: arena_drop */
void vector_reserve(vector *v, size_t count); /* room for so many items in all */
void vector_widen(vector *v);                 /* twice the room */
static inline void *vector_at(const vector *v, size_t index) { /* index < count */
    return (char *)v->items + index * v->item_size;
}
static inline void *vector_push(vector *v) { /* a new item at the end, of which nothing is set */
    if (v->count == v->capacity)
        vector_widen(v);
    return vector_at(v, v->count++);
}
void *vector_push_zeroed(vector *v);
void *vector_last(const vector *v); /* NULL when empty */
void vector_pop(vector *v);         /* count > 0 */

/* ---- map --------------------------------------------------------------------------------------------- */

/* A hash under a random key (map.c): nobody can make texts that collide, and the number means nothing outside
 * the process. */
typedef struct hash_key {
    uint64_t one, two;
} hash_key;

uint64_t hash_keyed(const hash_key *key, slice text);
/* The arena's own key: drawn when the arena is made. */
const hash_key *arena_key(const arena *a);

/* From keys, which are any bytes, to pointers. Constant time a key, whatever the keys are. Keys are not
 * copied, and must live as long as the map. All zero but for `arena` is an empty map. */
typedef struct hash_map {
    struct map_slot *slots;
    size_t capacity, count;
    arena *arena;
} hash_map;

hash_map map_new(arena *a, size_t expected);
void *map_get(const hash_map *m, slice key); /* NULL: not there */
bool map_has(const hash_map *m, slice key);
/* Where the value of the key is kept, until the next map_put; NULL is there for a new key. `is_new` may be
 * NULL. */
void **map_put(hash_map *m, slice key, bool *is_new);
/* The bytes of a variable as a key, which two equal ones share only where the type has no padding. */
#define MAP_KEY(variable) ((slice){(const char *)&(variable), sizeof(variable)})

/* ---- line map ---------------------------------------------------------------------------------------- */

/* From byte offsets of a derived text to lines of the source page. Entries are added with rising offsets. */
typedef struct line_mark {
    uint32_t offset; /* no text with lines is longer */
    uint32_t line;   /* 1-based */
} line_mark;

typedef struct line_map {
    vector marks; /* of line_mark */
} line_map;

line_map line_map_new(arena *a);
void line_map_add(line_map *map, size_t offset, uint32_t line);
/* The line of the last mark at or before `offset`; 0 when there is none. */
uint32_t line_map_find(const line_map *map, size_t offset);

/* ---- comparing --------------------------------------------------------------------------------------- */

/* Gives equal texts equal numbers. */
typedef struct interner {
    hash_map numbers;
    uint32_t next; /* one more than the largest number given */
} interner;

interner interner_new(arena *a, size_t expected);
uint32_t intern(interner *in, slice text);

/* Two sequences: lines of a file, words of a page. Sets a_changed[i] where item i of `a` is not in `b` at
 * that place, and the other way round; the rest of both, read in order, is the same sequence. The arrays come
 * zeroed. The numbers come from one interner and are < `ids`. Never much worse than linear: two texts that
 * have little in common are not compared to the end. */
typedef struct comparison {
    const uint32_t *a, *b;
    size_t a_count, b_count;
    bool *a_changed, *b_changed;
    uint32_t ids;
} comparison;

void compare(const comparison *c, arena *scratch);

/* ---- findings ---------------------------------------------------------------------------------------- */

/* How much a person has to care. Ordered: a page's grade is its worst finding's. */
typedef enum grade {
    GRADE_CLEAN,    /* a note: nothing to look at */
    GRADE_COSMETIC, /* only looks differ: spacing, colours, sizes, fonts, borders */
    GRADE_REVIEW,   /* all is there, but a person should look: layout that changes the reading, a guess */
    GRADE_LOSS,     /* something a visitor could read or do is gone or unclear */
    GRADE_REFUSED   /* the page is left exactly as it was */
} grade;

const char *grade_name(grade g);
/* The grade with that name, or GRADE_REFUSED + 1. */
int grade_by_name(slice name);

/* The stable codes: findings.def is the one table. */
typedef enum finding_code {
#define FINDING(symbol, name, grade, title, became, advice) FINDING_##symbol,
#include "findings.def"
#undef FINDING
    FINDING_COUNT
} finding_code;

typedef struct finding_info {
    const char *name; /* kebab-case, stable */
    grade grade;
    const char *title;  /* what was there, in general */
    const char *became; /* what became of it, unless the finding says otherwise */
    const char *advice; /* what a person can do */
} finding_info;

const finding_info *finding_describe(finding_code code);
/* The code with that name, or FINDING_COUNT. */
finding_code finding_by_name(slice name);

typedef struct finding {
    finding_code code;
    uint32_t line, column; /* in the source page, 1-based; 0: not known. Column in code points. */
    slice detail;          /* what was there, on this page: one line, UTF-8 */
    slice became;          /* what became of it; empty: as finding_describe says */
    slice before, after;   /* what is gone, what is new: words, or an address; empty otherwise */
    slice accepted;        /* why a person has accepted it; empty: nobody has */
    bool accepted_by_page; /* ... in the page itself */
} finding;

/* What a module did to what visitors read, see and can follow, and reported in a finding: the self-check at
 * the end of the pipeline accepts it. */
typedef enum change_kind {
    CHANGE_TEXT,   /* the words of `before` are gone, those of `after` are new; but for words of both */
    CHANGE_PLACE,  /* the words `before` stand elsewhere */
    CHANGE_LINK,   /* the link or embedded page with the address `before` is gone */
    CHANGE_PICTURE /* the same, of a picture */
} change_kind;

typedef struct change {
    change_kind kind;
    slice before, after;
} change;

/* The findings of one page, in the order they were made. At most FINDINGS_PER_CODE of a code are kept one by
 * one; the others are counted, so that a hostile page costs no more than an honest one. */
#define FINDINGS_PER_CODE 200
typedef struct findings {
    vector items;   /* of finding *: those that are returned stay where they are */
    vector changes; /* of change: of all findings, also of those that were only counted */
    uint32_t counts[FINDING_COUNT];
    uint32_t accepted[FINDING_COUNT]; /* so many of them a person has accepted: they do not grade the page */
    arena *arena;
} findings;

findings findings_new(arena *a);
static inline finding *findings_at(const findings *f, size_t index) { /* index < items.count */
    return *(finding **)vector_at(&f->items, index);
}
/* Adds a finding with a formatted detail (copied, cut at 240 bytes on a character boundary, line breaks
 * become spaces). Returns it, which stays where it is: `became`, `before` and `after` can be filled later.
 * NULL when it was only counted. */
finding *findings_add(findings *f, finding_code code, uint32_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Adds one that was made in another list of the same arena: it stands in both. */
void findings_take(findings *f, finding *one);
/* Fills `before` and `after` of a finding (NULL: it was only counted), and notes the change. The texts are
 * copied. */
void findings_add_change(findings *f, finding *one, change_kind kind, slice before, slice after);
/* Marks one of them as accepted; `why` must outlive the findings. */
void findings_accept(findings *f, finding *one, slice why);
grade findings_grade(const findings *f);     /* of those that are not accepted */
grade findings_grade_all(const findings *f); /* of all of them */

/* ---- characters -------------------------------------------------------------------------------------- */

#include "utf8.h"

/* ASCII classes, locale-independent. */
static inline bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
/* ASCII whitespace as HTML has it (Infra §4.6: without \v), which a browser collapses: no other character,
 * above all not U+00A0. */
extern const bool HTML_SPACE[256];
static inline bool is_html_space(char c) {
    return HTML_SPACE[(unsigned char)c];
}
/* What nearly all texts begin and end with. */
static inline bool is_printed(char c) {
    return c > ' ' && c <= '~';
}
static inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
static inline bool is_alpha(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool is_alnum(char c) {
    return is_alpha(c) || is_digit(c);
}
static inline char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}
/* The value of a hexadecimal digit, or -1. */
static inline int hex_value(char c) {
    return is_digit(c) ? c - '0' : to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10 : -1;
}

#endif
