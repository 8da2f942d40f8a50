/* CSS text → tokens (CSS Syntax 3 §4).
 *
 * Comes in: any bytes. Goes out: one token at a call, linear in all. Bytes from 0x80 on are letters of names,
 * as every code point from U+0080 on is.
 */
#include "css.h"

#include <math.h>

enum { SPACE = 1 << 0, NAME = 1 << 1, NAME_START = 1 << 2, DIGIT = 1 << 3 };
#define LETTER (NAME | NAME_START)
#define FIGURE (NAME | DIGIT)
#define EIGHT(kind) kind, kind, kind, kind, kind, kind, kind, kind
#define SIXTEEN_LETTERS EIGHT(LETTER), EIGHT(LETTER)

/* clang-format off */
static const uint8_t CLASSES[256] = {
    EIGHT(0), 0, SPACE, SPACE, SPACE, SPACE, SPACE, 0, 0, /* 00: tab, line ends */
    EIGHT(0), EIGHT(0),                                   /* 10 */
    SPACE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NAME, 0, 0, /* 20: space, - */
    EIGHT(FIGURE), FIGURE, FIGURE, 0, 0, 0, 0, 0, 0,       /* 30: 0 to 9 */
    0, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, EIGHT(LETTER), /* 40: A to O */
    EIGHT(LETTER), LETTER, LETTER, LETTER, 0, 0, 0, 0, LETTER,                /* 50: P to Z, _ */
    0, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, LETTER, EIGHT(LETTER), /* 60: a to o */
    EIGHT(LETTER), LETTER, LETTER, LETTER, 0, 0, 0, 0, 0,                     /* 70: p to z */
    SIXTEEN_LETTERS, SIXTEEN_LETTERS, SIXTEEN_LETTERS, SIXTEEN_LETTERS,       /* 80 to B0 */
    SIXTEEN_LETTERS, SIXTEEN_LETTERS, SIXTEEN_LETTERS, SIXTEEN_LETTERS,       /* C0 to F0 */
};
/* clang-format on */

static bool is_a(unsigned kind, char c) {
    return CLASSES[(unsigned char)c] & kind;
}

static char look(const css_reader *r, size_t ahead) {
    return r->at + ahead < r->text.length ? r->text.data[r->at + ahead] : '\0';
}

static bool has(const css_reader *r, size_t ahead) {
    return r->at + ahead < r->text.length;
}

static bool is_name_start(char c) {
    return is_a(NAME_START, c);
}

static bool is_name(char c) {
    return is_a(NAME, c);
}

static bool is_newline(char c) {
    return c == '\n' || c == '\r' || c == '\f';
}

/* Moves over the characters of a kind. */
static void pass(css_reader *r, unsigned kind) {
    size_t at = r->at;
    while (at < r->text.length && is_a(kind, r->text.data[at]))
        at++;
    r->at = at;
}

static bool is_escape(const css_reader *r, size_t ahead) {
    return look(r, ahead) == '\\' && has(r, ahead + 1) && !is_newline(look(r, ahead + 1));
}

static bool starts_name(const css_reader *r, size_t ahead) {
    char c = look(r, ahead);
    if (c == '-')
        return is_name_start(look(r, ahead + 1)) || look(r, ahead + 1) == '-' || is_escape(r, ahead + 1);
    return is_name_start(c) || is_escape(r, ahead);
}

static bool starts_number(const css_reader *r) {
    size_t sign = look(r, 0) == '+' || look(r, 0) == '-';
    return is_digit(look(r, sign)) || (look(r, sign) == '.' && is_digit(look(r, sign + 1)));
}

/* §4.3.7: behind the backslash. */
static void take_escape(css_reader *r, buffer *out) {
    uint32_t codepoint = 0;
    unsigned digits = 0;
    for (; digits < 6 && has(r, 0) && hex_value(look(r, 0)) >= 0; digits++, r->at++)
        codepoint = codepoint * 16 + (uint32_t)hex_value(look(r, 0));
    if (digits) {
        r->at += look(r, 0) == '\r' && look(r, 1) == '\n';
        r->at += has(r, 0) && is_space(look(r, 0)) && look(r, 0) != '\v';
        bool scalar = codepoint && codepoint <= 0x10FFFF && (codepoint < 0xD800 || codepoint > 0xDFFF);
        if (out->arena)
            buffer_append_codepoint(out, scalar ? codepoint : 0xFFFD);
        return;
    }
    if (has(r, 0) && out->arena)
        buffer_append_char(out, look(r, 0));
    r->at += has(r, 0);
}

/* A name: as it stands where nothing is escaped in it. */
static slice take_name(css_reader *r) {
    size_t start = r->at;
    pass(r, NAME);
    if (!is_escape(r, 0))
        return slice_sub(r->text, start, r->at);
    buffer out = {NULL, 0, 0, NULL};
    if (r->arena) {
        out = buffer_new(r->arena, r->at - start + 16);
        buffer_append(&out, slice_sub(r->text, start, r->at));
    }
    for (;;) {
        if (is_escape(r, 0)) {
            r->at++;
            take_escape(r, &out);
        } else if (is_name(look(r, 0))) {
            if (r->arena)
                buffer_append_char(&out, look(r, 0));
            r->at++;
        } else {
            return r->arena ? buffer_slice(&out) : slice_sub(r->text, start, r->at);
        }
    }
}

static void take_string(css_reader *r, css_token *t) {
    char quote = look(r, 0);
    size_t start = ++r->at;
    buffer out = {NULL, 0, 0, NULL};
    bool escaped = false;
    t->kind = CSS_TOKEN_STRING;
    while (has(r, 0) && look(r, 0) != quote) {
        char c = look(r, 0);
        if (is_newline(c)) { /* the new line itself stays for the next token */
            t->kind = CSS_TOKEN_BAD;
            return;
        }
        if (c == '\\' && !escaped && r->arena) {
            escaped = true;
            out = buffer_new(r->arena, r->at - start + 32);
            buffer_append(&out, slice_sub(r->text, start, r->at));
        }
        r->at++;
        if (c != '\\') {
            if (escaped)
                buffer_append_char(&out, c);
        } else if (has(r, 0) && is_newline(look(r, 0))) { /* the string goes on */
            r->at += look(r, 0) == '\r' && look(r, 1) == '\n' ? 2 : 1;
        } else if (has(r, 0)) {
            take_escape(r, &out);
        }
    }
    t->value = escaped ? buffer_slice(&out) : slice_sub(r->text, start, r->at);
    r->at += has(r, 0);
}

static void skip_bad_url(css_reader *r) {
    while (has(r, 0) && look(r, 0) != ')')
        r->at += look(r, 0) == '\\' && has(r, 1) ? 2 : 1;
    r->at += has(r, 0);
}

/* §4.3.6, behind "url(" and white space. */
static void take_url(css_reader *r, css_token *t) {
    size_t start = r->at;
    buffer out = {NULL, 0, 0, NULL};
    bool escaped = false;
    t->kind = CSS_TOKEN_URL;
    for (; has(r, 0) && look(r, 0) != ')' && !is_space(look(r, 0)); r->at++) {
        char c = look(r, 0);
        if (strchr("\"'(", c) || (c == '\\' && !is_escape(r, 0))) {
            skip_bad_url(r);
            t->kind = CSS_TOKEN_BAD;
            return;
        }
        if (c == '\\' && r->arena) {
            if (!escaped) {
                out = buffer_new(r->arena, r->at - start + 32);
                buffer_append(&out, slice_sub(r->text, start, r->at));
            }
            escaped = true;
            r->at++;
            take_escape(r, &out);
            r->at--;
        } else if (escaped) {
            buffer_append_char(&out, c);
        }
    }
    t->value = escaped ? buffer_slice(&out) : slice_sub(r->text, start, r->at);
    while (has(r, 0) && is_space(look(r, 0)))
        r->at++;
    if (has(r, 0) && look(r, 0) != ')') {
        skip_bad_url(r);
        t->kind = CSS_TOKEN_BAD;
        return;
    }
    r->at += has(r, 0);
}

static void take_name_or_function(css_reader *r, css_token *t) {
    t->value = take_name(r);
    t->kind = CSS_TOKEN_IDENT;
    if (look(r, 0) != '(')
        return;
    r->at++;
    t->kind = CSS_TOKEN_FUNCTION;
    if (!slice_equal_nocase(t->value, SLICE("url")))
        return;
    size_t behind = r->at;
    pass(r, SPACE);
    if (look(r, 0) != '"' && look(r, 0) != '\'')
        take_url(r, t);
    else
        r->at = behind;
}

static void take_number(css_reader *r, css_token *t) {
    double sign = look(r, 0) == '-' ? -1 : 1, scale = 1;
    r->at += look(r, 0) == '-' || look(r, 0) == '+';
    t->is_integer = true;
    for (; is_digit(look(r, 0)); r->at++)
        t->number = t->number * 10 + (look(r, 0) - '0');
    if (look(r, 0) == '.' && is_digit(look(r, 1))) {
        t->is_integer = false;
        for (r->at++; is_digit(look(r, 0)); r->at++)
            t->number += (look(r, 0) - '0') * (scale /= 10);
    }
    size_t exponent_sign = look(r, 1) == '+' || look(r, 1) == '-';
    if (to_lower(look(r, 0)) == 'e' && is_digit(look(r, 1 + exponent_sign))) {
        int exponent = 0, exponent_is = look(r, 1) == '-' ? -1 : 1;
        t->is_integer = false;
        for (r->at += 1 + exponent_sign; is_digit(look(r, 0)); r->at++)
            if (exponent < 400)
                exponent = exponent * 10 + (look(r, 0) - '0');
        t->number *= pow(10, exponent * exponent_is);
    }
    t->number *= sign;
    t->kind = CSS_TOKEN_NUMBER;
    if (look(r, 0) == '%') {
        r->at++;
        t->kind = CSS_TOKEN_PERCENTAGE;
    } else if (starts_name(r, 0)) {
        t->kind = CSS_TOKEN_DIMENSION;
        t->value = take_name(r);
    }
}

static bool starts_comment(const css_reader *r) {
    return look(r, 0) == '/' && (look(r, 1) == '*' || (r->line_comments && look(r, 1) == '/'));
}

static void skip_comment(css_reader *r) {
    if (look(r, 1) == '*') {
        size_t end = slice_find(r->text, SLICE("*/"), r->at + 2);
        r->at = end == SLICE_NONE ? r->text.length : end + 2;
        return;
    }
    while (has(r, 0) && !is_newline(look(r, 0)))
        r->at++;
}

static void take_space(css_reader *r, css_token *t) {
    t->kind = CSS_TOKEN_SPACE;
    for (pass(r, SPACE); starts_comment(r); pass(r, SPACE))
        skip_comment(r);
}

/* What begins with none of a letter, a digit or white space. */
static void take_sign(css_reader *r, css_token *t) {
    char c = look(r, 0);
    if (c == '/' && starts_comment(r)) {
        take_space(r, t);
    } else if (c == '"' || c == '\'') {
        take_string(r, t);
    } else if ((c == '.' || c == '+' || c == '-') && starts_number(r)) {
        take_number(r, t);
    } else if (c == '-' && look(r, 1) == '-' && look(r, 2) == '>') { /* CDC: white space at the top level */
        r->at += 3;
        t->kind = CSS_TOKEN_SPACE;
    } else if (c == '<' && look(r, 1) == '!' && look(r, 2) == '-' && look(r, 3) == '-') {
        r->at += 4;
        t->kind = CSS_TOKEN_SPACE;
    } else if ((c == '-' || c == '\\') && starts_name(r, 0)) {
        take_name_or_function(r, t);
    } else if (c == '#' && (is_name(look(r, 1)) || is_escape(r, 1))) {
        r->at++;
        t->kind = CSS_TOKEN_HASH;
        t->value = take_name(r);
    } else if (c == '@' && starts_name(r, 1)) {
        r->at++;
        t->kind = CSS_TOKEN_AT;
        t->value = take_name(r);
    } else {
        t->kind = CSS_TOKEN_DELIM;
        t->delim = c;
        r->at++;
    }
}

css_token css_next_token(css_reader *r) {
    css_token t = {0};
    size_t start = r->at;
    unsigned kind = has(r, 0) ? CLASSES[(unsigned char)r->text.data[start]] : 0;
    if (kind & NAME_START)
        take_name_or_function(r, &t);
    else if (kind & SPACE)
        take_space(r, &t);
    else if (kind & DIGIT)
        take_number(r, &t);
    else if (has(r, 0))
        take_sign(r, &t);
    else
        t.kind = CSS_TOKEN_END;
    t.text = slice_sub(r->text, start, r->at);
    return t;
}

css_token css_next_solid(css_reader *r) {
    css_token t = css_next_token(r);
    while (t.kind == CSS_TOKEN_SPACE)
        t = css_next_token(r);
    return t;
}

bool css_find_word(slice value, const char *words) {
    char first = to_lower(value.data[0]);
    for (const char *at = words; first && (at = strchr(at, first));
         at++) { /* mostly no word has the letter */
        size_t same = 1;
        if (at > words && at[-1] != ' ')
            continue;
        while (same < value.length && at[same] && at[same] == to_lower(value.data[same]))
            same++;
        if (same == value.length && (at[same] == ' ' || at[same] == '\0'))
            return true;
    }
    return false;
}
