/* The markup of an output: an expression, and filters behind pipes.
 *
 * Read as Liquid's strict parser reads it (Lexer, Parser, Variable, Expression). What that parser does not
 * take, Jekyll reads once more with a lax one and warns; here its value is not known.
 */
#include "private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- words ------------------------------------------------------------------------------------------- */

typedef enum word_kind {
    WORD_END,
    WORD_WRONG,
    WORD_STRING,
    WORD_NUMBER,
    WORD_NAME,
    WORD_SIGN /* one of | . : , [ ] and others that no output here has */
} word_kind;

typedef struct word {
    word_kind kind;
    slice text; /* of a string without its quotes */
    char sign;
} word;

typedef struct lexer {
    slice markup;
    size_t at;
    word next;
} lexer;

static char char_at(slice text, size_t at) {
    return at < text.length ? text.data[at] : '\0';
}

static size_t skip_digits(slice text, size_t at) {
    while (is_digit(char_at(text, at)))
        at++;
    return at;
}

/* Lexer::NUMBER_LITERAL, /-?\d+(\.\d+)?/; `at` where there is none. */
static size_t match_number(slice text, size_t at) {
    size_t whole = at + (char_at(text, at) == '-'), end = skip_digits(text, whole);
    if (end == whole)
        return at;
    size_t fraction = char_at(text, end) == '.' ? skip_digits(text, end + 1) : end;
    return fraction > end + 1 ? fraction : end;
}

/* Lexer::IDENTIFIER, /[a-zA-Z_][\w-]*\??/ */
static size_t match_name(slice text, size_t at) {
    if (!is_alpha(char_at(text, at)) && char_at(text, at) != '_')
        return at;
    while (is_word(char_at(text, at)) || char_at(text, at) == '-')
        at++;
    return at + (char_at(text, at) == '?');
}

static void take(lexer *l, word_kind kind, size_t from, size_t to, size_t behind) {
    l->next.kind = kind;
    l->next.text = slice_sub(l->markup, from, to);
    l->at = behind;
}

static void advance(lexer *l) {
    size_t at = l->at, end;
    while (at < l->markup.length && is_space(l->markup.data[at]))
        at++;
    l->next = (word){.kind = WORD_END};
    if (at >= l->markup.length)
        return;
    char c = l->markup.data[at];
    if (c == '\'' || c == '"') {
        end = slice_find_char(l->markup, c, at + 1);
        if (end == SLICE_NONE)
            l->next.kind = WORD_WRONG;
        else
            take(l, WORD_STRING, at + 1, end, end + 1);
    } else if ((end = match_number(l->markup, at)) > at) {
        take(l, WORD_NUMBER, at, end, end);
    } else if ((end = match_name(l->markup, at)) > at) {
        take(l, WORD_NAME, at, end, end);
    } else {
        take(l, c && strchr("|.:,[]", c) ? WORD_SIGN : WORD_WRONG, at, at + 1, at + 1);
        l->next.sign = l->next.kind == WORD_SIGN ? c : '\0';
    }
}

static bool take_sign(lexer *l, char sign) {
    if (l->next.kind != WORD_SIGN || l->next.sign != sign)
        return false;
    advance(l);
    return true;
}

/* ---- expressions ------------------------------------------------------------------------------------- */

static liquid_value number_value(slice text, arena *a) {
    const char *digits = slice_c_string(text, a);
    if (slice_find_char(text, '.', 0) != SLICE_NONE)
        return (liquid_value){.type = LIQUID_FLOAT, .number = strtod(digits, NULL)};
    if (text.length > 18) /* may need more than 64 bits */
        return unknown_value();
    return (liquid_value){.type = LIQUID_INTEGER, .integer = strtoll(digits, NULL, 10)};
}

static liquid_value find_variable(const liquid_variable *list, size_t count, slice name) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(list[middle].name, name);
        if (order == 0)
            return list[middle].value;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return unknown_value();
}

static liquid_value look_up(const liquid_scope *scope, slice name) {
    if (slice_starts_with(name, SLICE("site.")))
        return find_variable(scope->site, scope->site_count, name);
    if (slice_starts_with(name, SLICE("page.")))
        return find_variable(scope->page, scope->page_count, name);
    return unknown_value();
}

/* Expression::LITERALS; `blank` and `empty` are objects of Jekyll's own. */
static bool find_literal(slice name, liquid_value *value) {
    *value = (liquid_value){.type = LIQUID_NIL};
    if (slice_equal(name, SLICE("nil")) || slice_equal(name, SLICE("null")))
        return true;
    *value = (liquid_value){.type = LIQUID_BOOLEAN, .boolean = slice_equal(name, SLICE("true"))};
    return value->boolean || slice_equal(name, SLICE("false"));
}

static bool is_plain_key(slice key) {
    for (size_t i = 0; i < key.length; i++)
        if (!is_word(key.data[i]) && key.data[i] != '-')
            return false;
    return key.length > 0;
}

/* `.name` and `["name"]` behind a name. False: something else. */
static bool read_lookups(lexer *l, buffer *name) {
    for (;;) {
        bool dot = take_sign(l, '.');
        if (!dot && !take_sign(l, '['))
            return true;
        if (l->next.kind != (dot ? WORD_NAME : WORD_STRING) || (!dot && !is_plain_key(l->next.text)))
            return false;
        buffer_append_char(name, '.');
        buffer_append(name, l->next.text);
        advance(l);
        if (!dot && !take_sign(l, ']'))
            return false;
    }
}

/* False: not one that is known here. */
static bool read_expression(lexer *l, const liquid_scope *scope, arena *a, liquid_value *value) {
    word first = l->next;
    if (first.kind != WORD_STRING && first.kind != WORD_NUMBER && first.kind != WORD_NAME)
        return false;
    advance(l);
    if (first.kind == WORD_STRING) {
        *value = liquid_string(first.text);
    } else if (first.kind == WORD_NUMBER) {
        *value = number_value(first.text, a);
    } else {
        buffer name = buffer_new(a, 64);
        buffer_append(&name, first.text);
        if (!read_lookups(l, &name))
            return false;
        if (!find_literal(buffer_slice(&name), value))
            *value = look_up(scope, buffer_slice(&name));
    }
    return value->type != LIQUID_UNKNOWN;
}

/* Behind a filter's name: `: argument, argument`. */
static bool read_arguments(lexer *l, call *c) {
    if (!take_sign(l, ':'))
        return true;
    do
        if (c->count == ARGUMENTS_MAX || !read_expression(l, c->scope, c->arena, &c->arguments[c->count++]))
            return false;
    while (take_sign(l, ','));
    return true;
}

liquid_value liquid_evaluate(slice markup, const liquid_scope *scope, arena *a) {
    lexer l = {.markup = markup};
    advance(&l);
    liquid_value value = {.type = LIQUID_NIL};
    if (l.next.kind == WORD_END)
        return value;
    if (!read_expression(&l, scope, a, &value))
        return unknown_value();
    while (take_sign(&l, '|')) {
        call c = {.scope = scope, .arena = a, .arguments = {value}, .count = 1};
        slice name = l.next.text;
        if (l.next.kind != WORD_NAME)
            return unknown_value();
        advance(&l);
        if (!read_arguments(&l, &c))
            return unknown_value();
        value = apply_filter(name, &c);
        if (value.type == LIQUID_UNKNOWN)
            return value;
    }
    return l.next.kind == WORD_END ? value : unknown_value();
}

/* ---- values as text ---------------------------------------------------------------------------------- */

/* Ruby: Float#to_s. The shortest digits that read back as the number; exponents from 1e16 and below 1e-4. */
static slice float_text(double number, arena *a) {
    char text[32], digits[20];
    int precision = 1;
    do
        snprintf(text, sizeof text, "%.*e", precision - 1, fabs(number));
    while (strtod(text, NULL) != fabs(number) && ++precision <= 17);
    int exponent = atoi(strchr(text, 'e') + 1), count = 0;
    for (const char *c = text; *c != 'e'; c++)
        if (is_digit(*c))
            digits[count++] = *c;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    buffer out = buffer_new(a, 40);
    if (signbit(number))
        buffer_append_char(&out, '-');
    bool fixed = exponent >= -4 && exponent < 16;
    int point = fixed ? exponent + 1 : 1; /* digits before the point */
    if (point <= 0)
        buffer_append(&out, SLICE("0."));
    for (int i = point; i < 0; i++)
        buffer_append_char(&out, '0');
    for (int i = 0; i < count || i <= point; i++) {
        if (i == point && point > 0)
            buffer_append_char(&out, '.');
        if (i < count || point > 0)
            buffer_append_char(&out, i < count ? digits[i] : '0');
    }
    if (!fixed)
        buffer_printf(&out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
    return buffer_slice(&out);
}

slice value_text(const liquid_value *value, arena *a) {
    switch (value->type) {
    case LIQUID_STRING:
        return value->text;
    case LIQUID_BOOLEAN:
        return value->boolean ? SLICE("true") : SLICE("false");
    case LIQUID_INTEGER:
        return format_slice(a, "%lld", (long long)value->integer);
    case LIQUID_FLOAT:
        return float_text(value->number, a);
    case LIQUID_NIL:
    case LIQUID_UNKNOWN:
        break;
    }
    return SLICE("");
}
