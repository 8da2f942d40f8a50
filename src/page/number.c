/* YAML 1.2 core scalars and JavaScript numbers.
 *
 * Comes in: the text of a plain scalar, or a double. Goes out: its type and value (npm yaml: schema/core), or
 * its text as JavaScript prints it (ECMA-262, Number::toString). Locale must stay "C".
 */
#include "private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_one_of(slice text, const char *const *words) {
    char first = text.length ? text.data[0] : '\0';
    for (; *words; words++)
        if (**words == first && slice_equal(text, slice_of(*words)))
            return true;
    return false;
}

static size_t skip_digits(slice text, size_t at) {
    while (at < text.length && is_digit(text.data[at]))
        at++;
    return at;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_decimal(slice text) {
    size_t at = text.length && (text.data[0] == '-' || text.data[0] == '+') ? 1 : 0;
    size_t whole = at;
    at = skip_digits(text, at);
    bool digits = at > whole;
    if (at < text.length && text.data[at] == '.') {
        size_t fraction = ++at;
        at = skip_digits(text, at);
        if (!digits && at == fraction)
            return false;
        digits = true;
    }
    if (!digits)
        return false;
    if (at < text.length && (text.data[at] == 'e' || text.data[at] == 'E')) {
        at++;
        if (at < text.length && (text.data[at] == '-' || text.data[at] == '+'))
            at++;
        size_t exponent = at;
        at = skip_digits(text, at);
        if (at == exponent)
            return false;
    }
    return at == text.length;
}

static double parse_decimal(slice text, arena *a) {
    return strtod(slice_c_string(text, a), NULL);
}

/* 0o17 and 0x1F; false where `text` is neither. */
static bool parse_radix(slice text, double *number) {
    if (text.length < 3 || text.data[0] != '0' || (text.data[1] != 'o' && text.data[1] != 'x'))
        return false;
    int radix = text.data[1] == 'o' ? 8 : 16;
    *number = 0;
    for (size_t i = 2; i < text.length; i++) {
        int digit = hex_value(text.data[i]);
        if (digit < 0 || digit >= radix)
            return false;
        *number = *number * radix + digit;
    }
    return true;
}

static bool parse_special(slice text, double *number) {
    static const char *const infinity[] = {".inf", ".Inf", ".INF", NULL};
    static const char *const not_a_number[] = {".nan", ".NaN", ".NAN", NULL};
    bool sign = text.length && (text.data[0] == '-' || text.data[0] == '+');
    slice unsigned_text = slice_from(text, sign);
    if (is_one_of(unsigned_text, infinity))
        *number = text.data[0] == '-' ? -INFINITY : INFINITY;
    else if (is_one_of(unsigned_text, not_a_number))
        *number = NAN;
    else
        return false;
    return true;
}

/* Psych: ScalarScanner#tokenize. Numbers with underscores, commas or colons, dates and times are made of
 * these signs alone. */
bool page_is_text_in_ruby(slice scalar) {
    static const slice WORDS[] = {LITERAL("yes"), LITERAL("no"), LITERAL("on"), LITERAL("off")};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (slice_equal_nocase(scalar, WORDS[i]))
            return false;
    char first = scalar.length ? scalar.data[0] : '~';
    if (!is_digit(first) && !strchr("+-.:~", first))
        return true;
    for (size_t i = 0; i < scalar.length && first != ':'; i++)
        if (hex_value(scalar.data[i]) < 0 && !strchr("~xXoOtTzZ_,.:+- ", scalar.data[i]))
            return true;
    return false;
}

bool page_is_false_in_ruby(const front_value *value) {
    static const slice WORDS[] = {LITERAL("false"), LITERAL("no"), LITERAL("off")};
    if (value->kind == FRONT_BOOL)
        return !value->boolean;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (value->kind == FRONT_STRING && !value->quoted && slice_equal_nocase(value->text, WORDS[i]))
            return true;
    return false;
}

front_value resolve_plain(slice text, arena *a) {
    static const char *const null_words[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const true_words[] = {"true", "True", "TRUE", NULL};
    static const char *const false_words[] = {"false", "False", "FALSE", NULL};
    front_value value = {.kind = FRONT_STRING, .text = text};
    double number;
    if (is_one_of(text, null_words))
        value.kind = FRONT_NULL;
    else if (is_one_of(text, true_words) || is_one_of(text, false_words)) {
        value.kind = FRONT_BOOL;
        value.boolean = to_lower(text.data[0]) == 't';
    } else if (parse_radix(text, &number) || parse_special(text, &number)) {
        value.kind = FRONT_NUMBER;
        value.number = number;
    } else if (is_decimal(text)) {
        value.kind = FRONT_NUMBER;
        value.number = parse_decimal(text, a);
    }
    return value;
}

/* ---- YAML 1.1, as Ruby reads it ---------------------------------------------------------------------- */

/* A text is matched with a pattern in which 9 stands for digits, one or more, with `_` and `,` between them,
 * 5 for one or two digits, and every other character for itself. */
static bool matches(slice text, const char *pattern) {
    size_t at = 0;
    for (; *pattern; pattern++) {
        size_t from = at;
        if (*pattern == '9' || *pattern == '5') {
            while (at < text.length &&
                   (is_digit(text.data[at]) ||
                    (*pattern == '9' && at > from && (text.data[at] == '_' || text.data[at] == ','))))
                at++;
            if (at == from || (*pattern == '5' && at - from > 2))
                return false;
        } else if (at == text.length || text.data[at++] != *pattern) {
            return false;
        }
    }
    return at == text.length;
}

static bool matches_one_of(slice text, const char *const *patterns) {
    for (; *patterns; patterns++)
        if (matches(text, *patterns))
            return true;
    return false;
}

/* Psych: ScalarScanner::INTEGER, FLOAT, TIME; SafeYAML: ToInteger, ToDate. */
const char *type_for_ruby(slice text, arena *a) {
    static const char *const booleans[] = {"yes", "no", "on", "off", NULL};
    static const char *const numbers[] = {"9", "9.9", "9.", ".9", "9:5", "9:5:5", NULL};
    static const char *const dates[] = {"9-5-5", NULL};
    static const char *const times[] = {"9-5-5 5:5:5", "9-5-5T5:5:5", "9-5-5t5:5:5", "9-5-5 5:5", NULL};
    if (text.length > 64 || resolve_plain(text, a).kind != FRONT_STRING)
        return NULL; /* stays in quotes */
    for (size_t i = 0; booleans[i]; i++)
        if (slice_equal_nocase(text, slice_of(booleans[i])))
            return "a boolean";
    if (slice_equal(text, SLICE("<<")))
        return "a merge of mappings";
    slice digits = slice_from(text, text.length && (text.data[0] == '-' || text.data[0] == '+'));
    if (matches_one_of(digits, numbers) || slice_starts_with(digits, SLICE("0b")))
        return "a number";
    if (matches_one_of(text, dates))
        return "a date";
    /* What follows the seconds, a fraction and a zone, makes no difference. */
    slice time = text;
    for (size_t i = 11; i < text.length; i++)
        if (strchr(".+-Z ", text.data[i]) && i > 15) {
            time = slice_trim(slice_sub(text, 0, i));
            break;
        }
    return matches_one_of(time, times) ? "a time" : NULL;
}

/* Digits and decimal exponent of the shortest text that reads back as `number` (positive, finite). */
static int shortest_digits(double number, char digits[20], int *exponent) {
    char text[40];
    int precision = 1;
    do
        snprintf(text, sizeof text, "%.*e", precision - 1, number);
    while (strtod(text, NULL) != number && ++precision <= 17);
    int count = 0;
    const char *at = text;
    for (; *at != 'e'; at++)
        if (is_digit(*at))
            digits[count++] = *at;
    *exponent = atoi(at + 1);
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

slice number_text(double number, arena *a) {
    if (isnan(number))
        return SLICE(".nan");
    if (isinf(number))
        return number < 0 ? SLICE("-.inf") : SLICE(".inf");
    buffer out = buffer_new(a, 32);
    if (number == 0) {
        buffer_append_char(&out, '0');
        return buffer_slice(&out);
    }
    if (number < 0)
        buffer_append_char(&out, '-');
    char digits[20];
    int exponent, count = shortest_digits(fabs(number), digits, &exponent);
    if (exponent < -6 || exponent >= 21) { /* d.ddde+xx */
        buffer_append_char(&out, digits[0]);
        if (count > 1)
            buffer_printf(&out, ".%.*s", count - 1, digits + 1);
        buffer_printf(&out, "e%+d", exponent);
        return buffer_slice(&out);
    }
    int point = exponent + 1; /* digits before the decimal point */
    if (point <= 0)
        buffer_append_string(&out, "0.");
    for (int i = point; i < 0; i++)
        buffer_append_char(&out, '0');
    for (int i = 0; i < count || i < point; i++) {
        if (i == point && point > 0)
            buffer_append_char(&out, '.');
        buffer_append_char(&out, i < count ? digits[i] : '0');
    }
    return buffer_slice(&out);
}
