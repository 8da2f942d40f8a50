/* Text with lines, and characters as Ruby's regular expressions class them: \w and \s are ASCII, [[:alpha:]],
 * [[:alnum:]], \p{Word} and word boundaries are Unicode.
 */
#include "private.h"

#include <utf8proc.h>

source source_of(slice text, uint32_t line) {
    source s = {
        .text = text.data ? text.data : "", .length = text.length, .line = line, .counted_line = line};
    return s;
}

uint32_t source_line(source *s, size_t at) {
    if (at > s->length)
        at = s->length;
    const char *end = s->text + at;
    if (at >= s->counted_at) {
        for (const char *c = s->text + s->counted_at; (c = memchr(c, '\n', (size_t)(end - c))); c++)
            s->counted_line++;
    } else {
        const char *from = s->text + s->counted_at;
        while ((from = memrchr(end, '\n', (size_t)(from - end))))
            s->counted_line--;
    }
    s->counted_at = at;
    return s->counted_line;
}

size_t source_ahead(source *s, ahead_kind kind, size_t at) {
    static const slice WANTED[AHEAD_COUNT] = {
        [AHEAD_BRACE] = LITERAL("}"),         [AHEAD_GREATER] = LITERAL(">"),
        [AHEAD_BRACKET] = LITERAL("]"),       [AHEAD_SINGLE_QUOTE] = LITERAL("'"),
        [AHEAD_DOUBLE_QUOTE] = LITERAL("\""), [AHEAD_NEWLINE] = LITERAL("\n"),
        [AHEAD_COMMENT_END] = LITERAL("-->"), [AHEAD_INSTRUCTION_END] = LITERAL("?>"),
        [AHEAD_MATH] = LITERAL("$$"),         [AHEAD_STRIKE] = LITERAL("~~"),
    };
    if (at >= s->length)
        return SLICE_NONE;
    if (s->ahead[kind].at > 0 && s->ahead[kind].from <= at && at <= s->ahead[kind].at)
        return s->ahead[kind].at;
    slice text = {s->text, s->length}, wanted = WANTED[kind];
    size_t found =
        wanted.length == 1 ? slice_find_char(text, wanted.data[0], at) : slice_find(text, wanted, at);
    s->ahead[kind].from = at;
    s->ahead[kind].at = found;
    return found;
}

static uint32_t codepoint_at(const source *s, size_t at) {
    return utf8_next((slice){s->text, s->length}, &at);
}

static bool has_category(uint32_t c, uint32_t categories) {
    return c <= 0x10FFFF && (categories >> utf8proc_category((utf8proc_int32_t)c) & 1);
}

#define BIT(name) (1u << UTF8PROC_CATEGORY_##name)
#define LETTERS (BIT(LU) | BIT(LL) | BIT(LT) | BIT(LM) | BIT(LO) | BIT(NL))
#define MARKS (BIT(MN) | BIT(MC) | BIT(ME))

static bool is_alpha_codepoint(uint32_t c) {
    return c < 0x80 ? is_alpha((char)c) : has_category(c, LETTERS | BIT(MC)) || (c >= 0x24B6 && c <= 0x24E9);
}

bool is_word_codepoint(uint32_t c) {
    return c < 0x80 ? is_word((char)c) : has_category(c, LETTERS | MARKS | BIT(ND) | BIT(PC));
}

bool is_alpha_at(const source *s, size_t at) {
    char c = source_char(s, at);
    return (c & 0x80) ? is_alpha_codepoint(codepoint_at(s, at)) : is_alpha(c);
}

bool is_alnum_at(const source *s, size_t at) {
    char c = source_char(s, at);
    if (!(c & 0x80))
        return is_alnum(c);
    uint32_t codepoint = codepoint_at(s, at);
    return is_alpha_codepoint(codepoint) || has_category(codepoint, BIT(ND));
}

bool is_word_at(const source *s, size_t at) {
    char c = source_char(s, at);
    return (c & 0x80) ? is_word_codepoint(codepoint_at(s, at)) : is_word(c);
}

bool is_alpha_before(const source *s, size_t at) {
    return at > 0 && is_alpha_at(s, character_before(s, at));
}

size_t character_length(const source *s, size_t at) {
    size_t next = at;
    if (at < s->length)
        utf8_next((slice){s->text, s->length}, &next);
    return next - at;
}

size_t character_before(const source *s, size_t at) {
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && utf8_is_trail(s->text[start]))
        start--;
    return start + character_length(s, start) == at ? start : at - 1;
}

slice fold_case(slice text, arena *a) {
    bool is_plain = true;
    for (size_t i = 0; i < text.length && is_plain; i++)
        is_plain = !(text.data[i] & 0x80) && to_lower(text.data[i]) == text.data[i];
    if (is_plain)
        return text;
    buffer out = buffer_new(a, text.length + 16);
    for (size_t i = 0; i < text.length;) {
        if (!(text.data[i] & 0x80)) {
            buffer_append_char(&out, to_lower(text.data[i++]));
            continue;
        }
        uint32_t c = utf8_next(text, &i);
        buffer_append_codepoint(&out, c == 0x130 ? 'i' : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c));
        if (c == 0x130) /* Unicode, SpecialCasing: İ keeps its dot */
            buffer_append_codepoint(&out, 0x307);
    }
    return buffer_slice(&out);
}

slice strip_left(slice s) {
    size_t from = 0;
    while (from < s.length && (is_space(s.data[from]) || s.data[from] == '\0'))
        from++;
    return slice_from(s, from);
}

slice strip_right(slice s) {
    while (s.length && (is_space(s.data[s.length - 1]) || s.data[s.length - 1] == '\0'))
        s.length--;
    return s;
}
