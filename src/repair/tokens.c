/* A line → tokens and back: literal characters, character references, percent-encoding; and where URLs and
 * code are.
 *
 * Comes in: a line of valid UTF-8. Goes out: one token a character. The places are approximations on the safe
 * side: what might be a link address or code counts as such. One pass, with a bounded look around each byte.
 */
#include "tokens.h"
#include "mention.h"

#include <stdlib.h>

/* ---- character references ---------------------------------------------------------------------------- */

#define REFERENCE_NAME_MAX 8

/* Those above ASCII: pages whose mojibake was escaped hold these and no others. */
static uint32_t named_reference(slice name) {
    uint32_t value = named_character(name);
    return value >= 0x80 ? value : 0;
}

/* `#8217` or `#x2019`; the numbers 128 to 159 mean Windows-1252 (HTML, numeric character reference end
 * state). */
static uint32_t numeric_reference(slice digits) {
    bool hex = digits.length > 1 && to_lower(digits.data[1]) == 'x';
    uint32_t value = 0, base = hex ? 16 : 10;
    size_t i = hex ? 2 : 1;
    if (i == digits.length)
        return 0;
    for (; i < digits.length; i++) {
        uint32_t digit = (uint32_t)hex_value(digits.data[i]); /* of what is no digit: beyond any base */
        if (digit >= base)
            return 0;
        value = value * base + digit;
    }
    uint32_t windows = 0;
    if (value >= 0x80 && value <= 0x9F)
        windows = codepage_decode(CODEPAGE_WINDOWS_1252, (unsigned char)value);
    if (windows)
        return windows;
    return value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? 0 : value;
}

uint32_t reference_at(slice s, size_t at, size_t *end) {
    size_t stop = at;
    while (stop < s.length && stop - at <= REFERENCE_NAME_MAX &&
           (is_alnum(s.data[stop]) || s.data[stop] == '#'))
        stop++;
    if (stop == at || stop == s.length || s.data[stop] != ';')
        return 0;
    *end = stop + 1;
    slice name = slice_sub(s, at, stop);
    return name.data[0] == '#' ? numeric_reference(name) : named_reference(name);
}

static bool at_string(slice s, size_t at, slice wanted) {
    return at <= s.length && slice_starts_with(slice_from(s, at), wanted);
}

/* `&amp;rsquo;`, `&amp;amp;rsquo;`, `R&amp;amp;D`: the character, the end of it all, the start of the last
 * name.
 * `&amp;lt;` and its like stay: pages that explain HTML say it so. */
static uint32_t escaped_reference_at(slice s, size_t at, size_t *end, size_t *name) {
    size_t levels = 0;
    while (at_string(s, at, SLICE("amp;"))) {
        at += 4;
        levels++;
    }
    if (levels == 0)
        return 0;
    *name = at;
    uint32_t value = reference_at(s, at, end);
    if (value >= 0x80 || value == '\'' || value == '"')
        return value;
    size_t ignored;
    bool followed = reference_at(s, at, &ignored) != 0 || at_string(s, at, SLICE("lt;")) ||
                    at_string(s, at, SLICE("gt;")) || at_string(s, at, SLICE("quot;"));
    if (levels < 2 || followed)
        return 0;
    *name = at - 4;
    *end = at;
    return '&';
}

static bool is_word_byte(slice s, size_t at) {
    return at < s.length && (is_alnum(s.data[at]) || (unsigned char)s.data[at] >= 0x80);
}

/* Does the reference at [from, to) belong to text that shows markup, or stand by itself where such is
 * explained? */
static bool is_explained(slice s, size_t from, size_t to, uint32_t value) {
    if (at_string(s, to, SLICE("&lt;")) || slice_ends_with(slice_sub(s, 0, from), SLICE("&gt;")))
        return true;
    character about = character_of(value);
    if ((from > 0 && s.data[from - 1] == ';') || at_string(s, to, SLICE("&")))
        return false; /* parts of something garbled stand side by side */
    return !(from > 0 && is_word_byte(s, from - 1)) && !is_word_byte(s, to) &&
           mention_talks_around(s, from, to, &about);
}

/* ---- percent-encoding -------------------------------------------------------------------------------- */

static uint32_t percent_at(slice s, size_t at, size_t *end) {
    unsigned char bytes[4];
    size_t count = 0;
    while (count < 4) {
        int byte = slice_percent_byte(s, at + count * 3);
        if (byte < 0x80)
            break;
        bytes[count++] = (unsigned char)byte;
    }
    size_t length = count ? utf8_sequence_length(bytes, count) : 0;
    if (length < 2)
        return 0;
    *end = at + length * 3;
    return utf8_value(bytes, length);
}

/* ---- link addresses and code ------------------------------------------------------------------------- */

/* Reading a line from the left: where the address or the code that began before ends. */
typedef struct place_reader {
    slice line;
    size_t url_end, code_end;
    uint64_t unclosed; /* bit n: no run of n backticks closes any more */
} place_reader;

static size_t find_any(slice s, size_t at, const char *stops) {
    while (at < s.length && !strchr(stops, s.data[at]))
        at++;
    return at;
}

static size_t run_length(slice s, size_t at, char c) {
    size_t end = at;
    while (end < s.length && s.data[end] == c)
        end++;
    return end - at;
}

/* The end of a code span whose opening run of backticks is at `at`, or the end of that run. */
static size_t code_span_end(place_reader *r, size_t at) {
    size_t opening = run_length(r->line, at, '`'), from = at + opening;
    if (opening > 63 || r->unclosed >> opening & 1)
        return from;
    for (size_t next = from; (next = slice_find_char(r->line, '`', next)) != SLICE_NONE;) {
        size_t length = run_length(r->line, next, '`');
        next += length;
        if (length == opening)
            return next;
    }
    r->unclosed |= UINT64_C(1) << opening;
    return from;
}

static const char *const RAW_ELEMENTS[] = {"pre", "script", "style", "code", "kbd", "samp", "tt"};
#define BLOCK_ELEMENTS 3 /* the first ones: those that go over several lines */

/* The element of RAW_ELEMENTS whose tag opens (or, with '/', closes) at the `<` at `at`, or NULL. */
static const char *raw_tag_at(slice s, size_t at, bool closing, size_t elements) {
    size_t name = at + 1 + closing;
    if (name >= s.length || (closing && s.data[at + 1] != '/'))
        return NULL;
    for (size_t i = 0; i < elements; i++) {
        size_t length = strlen(RAW_ELEMENTS[i]);
        if (slice_equal_nocase(slice_sub(s, name, name + length), slice_of(RAW_ELEMENTS[i])) &&
            (name + length >= s.length || !is_alnum(s.data[name + length])))
            return RAW_ELEMENTS[i];
    }
    return NULL;
}

/* The end of the text of a raw element: its closing tag, or the line's end. */
static size_t raw_element_end(slice s, size_t at, const char *name) {
    for (; (at = slice_find_char(s, '<', at)) != SLICE_NONE; at++) {
        const char *closed = raw_tag_at(s, at, true, sizeof RAW_ELEMENTS / sizeof *RAW_ELEMENTS);
        if (closed && strcmp(closed, name) == 0)
            return at;
    }
    return s.length;
}

/* Is the `=` at `at` behind an attribute that holds an address? */
static bool is_address_attribute(slice s, size_t at) {
    static const char *const names[] = {"href", "src",    "action",    "poster",
                                        "cite", "srcset", "permalink", "url"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (at >= length && slice_equal_nocase(slice_sub(s, at - length, at), slice_of(names[i])))
            return true;
    }
    return false;
}

/* The end of an address that starts at `at`, or `at` where none does. */
static size_t url_end_at(slice s, size_t at) {
    switch (s.data[at]) {
    case 'h':
        if (at_string(s, at, SLICE("http://")) || at_string(s, at, SLICE("https://")))
            return find_any(s, at, " \t\"'<>");
        return at;
    case 'w':
        return at_string(s, at, SLICE("www.")) ? find_any(s, at, " \t\"'<>") : at;
    case ']':
        if (at_string(s, at, SLICE("](")))
            return find_any(s, at + 2, ")\"");
        return at_string(s, at, SLICE("]: ")) ? find_any(s, at + 3, " \t\"") : at;
    case '=':
        if (at + 1 < s.length && (s.data[at + 1] == '"' || s.data[at + 1] == '\'') &&
            is_address_attribute(s, at))
            return find_any(s, at + 2, s.data[at + 1] == '"' ? "\"" : "'");
        return at;
    default:
        return at;
    }
}

static token_place place_at(place_reader *r, size_t at) {
    if (at >= r->code_end) {
        const char *raw = r->line.data[at] == '<' ? raw_tag_at(r->line, at, false, 7) : NULL;
        if (r->line.data[at] == '`')
            r->code_end = code_span_end(r, at);
        else if (raw)
            r->code_end = raw_element_end(r->line, at, raw);
    }
    if (at >= r->url_end) {
        size_t end = url_end_at(r->line, at);
        if (end > at)
            r->url_end = end;
    }
    return at < r->code_end ? PLACE_CODE : at < r->url_end ? PLACE_URL : PLACE_TEXT;
}

/* In the front matter, a value that begins with a slash is an address: `permalink: /about/`. */
static size_t front_matter_address(slice line) {
    size_t colon = slice_find(line, SLICE(": "), 0);
    if (colon == SLICE_NONE)
        return 0;
    slice value = slice_trim(slice_from(line, colon + 2));
    if (value.length && (value.data[0] == '"' || value.data[0] == '\''))
        value = slice_from(value, 1);
    return slice_starts_with(value, SLICE("/")) ? line.length : 0;
}

/* ---- lines around ------------------------------------------------------------------------------------ */

static void pass_fence(surroundings *s, slice line) {
    size_t indent = run_length(line, 0, ' ');
    if (indent > 3 || indent == line.length)
        return;
    char c = line.data[indent];
    size_t length = c == '`' || c == '~' ? run_length(line, indent, c) : 0;
    if (s->fence && c == s->fence && length >= s->fence_length) {
        s->fence = 0;
    } else if (!s->fence && length >= 3) {
        s->fence = c;
        s->fence_length = length;
    }
}

static void pass_raw_elements(surroundings *s, slice line) {
    for (size_t at = 0; (at = slice_find_char(line, '<', at)) != SLICE_NONE; at++) {
        const char *tag = raw_tag_at(line, at, s->raw_element != NULL, BLOCK_ELEMENTS);
        if (!tag)
            continue;
        if (!s->raw_element)
            s->raw_element = tag;
        else if (strcmp(tag, s->raw_element) == 0)
            s->raw_element = NULL;
    }
}

static bool is_indented(slice line) {
    return slice_starts_with(line, SLICE("    ")) || slice_starts_with(line, SLICE("\t"));
}

/* `* `, `1. `, `: ` and the like: what is indented below belongs to the item. */
static bool begins_item(slice line) {
    line = slice_trim(line);
    size_t at = 0;
    while (at < line.length && is_digit(line.data[at]))
        at++;
    bool marks =
        line.length && (at ? at < line.length && line.data[at] == '.' : strchr("*+-:", line.data[0]) != NULL);
    return marks && at + 1 < line.length && is_space(line.data[at + 1]);
}

static void pass_indentation(surroundings *s, slice line) {
    bool is_blank = !slice_trim(line).length;
    if (!is_blank && !is_indented(line))
        s->in_list = begins_item(line) || (s->in_list && !s->may_indent);
    s->may_indent = is_blank || (s->may_indent && is_indented(line));
}

void surroundings_pass(surroundings *s, slice line) {
    bool first = !s->started;
    bool rule = slice_starts_with(line, SLICE("---")) && slice_trim(slice_from(line, 3)).length == 0;
    s->started = true;
    pass_indentation(s, line);
    if (first && rule)
        s->in_front_matter = true;
    else if (s->in_front_matter)
        s->in_front_matter = !rule;
    else {
        if (!s->raw_element)
            pass_fence(s, line);
        if (!s->fence)
            pass_raw_elements(s, line);
    }
}

/* ---- tokens ------------------------------------------------------------------------------------------ */

/* The character at `at`, how it is written and where it ends. */
static uint32_t read_character(const repair_job *job, slice s, size_t at, token_place place, token_form *form,
                               size_t *end) {
    const unsigned char *p = (const unsigned char *)s.data + at;
    size_t length = utf8_sequence_length(p, s.length - at), name;
    uint32_t value;
    *form = FORM_LITERAL;
    *end = at + length;
    if (p[0] == '&') {
        value = reference_at(s, at + 1, end);
        *form = FORM_REFERENCE;
        if (value >= 0x80)
            return value;
        value = place == PLACE_TEXT && !is_off(job, FINDING_ENCODING_ESCAPED)
                    ? escaped_reference_at(s, at + 1, end, &name)
                    : 0;
        *form = FORM_ESCAPED;
        if (value && !is_explained(s, at, *end, value))
            return value;
    } else if (p[0] == '%') {
        value = percent_at(s, at, end);
        *form = FORM_PERCENT;
        if (value)
            return value;
    }
    *form = FORM_LITERAL;
    *end = at + length;
    return utf8_value(p, length);
}

static bool may_decode(const repair_job *job, const token *t) {
    return t->place != PLACE_URL || !is_off(job, FINDING_ENCODING_URL);
}

/* Tags are indented in HTML, where that makes no code of them. */
static bool is_code_line(const surroundings *around, slice line) {
    return around->may_indent && !around->in_list && !around->in_front_matter && is_indented(line) &&
           !slice_starts_with(slice_trim(line), SLICE("<"));
}

token_line tokenise_line(const repair_job *job, const codepage_index *index, slice source,
                         const surroundings *around, token *tokens, token *spare) {
    place_reader reader = {.line = source};
    if (around->fence || around->raw_element || is_code_line(around, source))
        reader.code_end = source.length;
    if (around->in_front_matter)
        reader.url_end = front_matter_address(source);
    size_t count = 0, at = 0;
    while (at < source.length) {
        token *t = &tokens[count++];
        token_form form;
        size_t end;
        t->place = (uint8_t)place_at(&reader, at);
        t->what = character_of(read_character(job, source, at, t->place, &form, &end));
        t->form = (uint8_t)form;
        t->start = t->dropped_from = (uint32_t)at;
        t->end = (uint32_t)end;
        t->trail = 0;
        t->code = form == FORM_ESCAPED ? FINDING_ENCODING_ESCAPED : UNCHANGED;
        t->row = t->what.value >= 0x80 && may_decode(job, t) ? codepage_find(index, t->what.value) : NULL;
        at = end;
    }
    tokens[count++] = (token){.what = character_of('\n'),
                              .start = (uint32_t)at,
                              .end = (uint32_t)at,
                              .dropped_from = (uint32_t)at,
                              .code = UNCHANGED};
    return (token_line){source, around, tokens, spare, count, 0};
}

void token_line_turn(token_line *line) {
    token *written = line->spare;
    line->spare = line->tokens;
    line->tokens = written;
    line->count = line->written;
    line->written = 0;
}

void token_set(const repair_job *job, const codepage_index *index, token *t, uint32_t value,
               finding_code code) {
    t->what = character_of(value);
    t->row = may_decode(job, t) ? codepage_find(index, value) : NULL;
    t->code = (uint16_t)code;
}

static void write_percent(uint32_t value, buffer *out) {
    buffer bytes = buffer_new(out->arena, 4);
    buffer_append_codepoint(&bytes, value);
    for (size_t i = 0; i < bytes.length; i++)
        buffer_printf(out, "%%%02X", (unsigned)(unsigned char)bytes.data[i]);
}

void token_write(const token_line *line, const token *t, buffer *out) {
    slice source = slice_sub(line->source, t->start, t->end);
    if (t->code == UNCHANGED) {
        buffer_append(out, source);
    } else if (t->code == FINDING_ENCODING_ESCAPED) {
        size_t name = 1;
        while (slice_starts_with(slice_from(source, name), SLICE("amp;")) && name + 4 < source.length)
            name += 4;
        buffer_append_char(out, '&');
        buffer_append(out, slice_from(source, name));
    } else if (t->form == FORM_PERCENT) {
        write_percent(t->what.value, out);
    } else if (t->what.value == 0xA0 && t->form != FORM_LITERAL) {
        buffer_append_string(out, "&nbsp;");
    } else {
        buffer_append_codepoint(out, t->what.value);
    }
}
