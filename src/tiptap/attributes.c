/* From the attributes of an element to the values of a node or mark (tests/editor/schema.mjs: addAttributes,
 * parseHTML of each type).
 *
 * A value is what the editor would write again: numbers in the form JavaScript gives them.
 */
#include "private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- numbers as JavaScript reads and writes them ------------------------------------------------------ */

/* ECMAScript: Number::toString of `digits` × 10^(point - count), no leading or trailing zeros, count > 0. */
static slice write_number(arena *a, bool negative, const char *digits, size_t count, long point) {
    buffer out = buffer_new(a, count + 32);
    if (negative)
        buffer_append_char(&out, '-');
    if (point > 21 || point <= -6) {
        buffer_append_char(&out, digits[0]);
        if (count > 1) {
            buffer_append_char(&out, '.');
            buffer_append(&out, (slice){digits + 1, count - 1});
        }
        buffer_printf(&out, "e%c%ld", point > 0 ? '+' : '-', labs(point - 1));
        return buffer_slice(&out);
    }
    if (point <= 0) {
        buffer_append(&out, SLICE("0."));
        for (long i = point; i < 0; i++)
            buffer_append_char(&out, '0');
        buffer_append(&out, (slice){digits, count});
        return buffer_slice(&out);
    }
    for (size_t i = 0; i < count || (long)i < point; i++) {
        if ((long)i == point)
            buffer_append_char(&out, '.');
        buffer_append_char(&out, i < count ? digits[i] : '0');
    }
    return buffer_slice(&out);
}

/* More digits than a double holds: the shortest ones that give the same double. `digits` × 10^(point -
 * count). */
static slice round_number(arena *a, bool negative, slice digits, long point) {
    if (point > 400)
        return negative ? SLICE("-Infinity") : SLICE("Infinity");
    const char *text =
        slice_c_string(format_slice(a, "%.*se%ld", SLICE_ARGS(digits), point - (long)digits.length), a);
    double value = strtod(text, NULL);
    if (isinf(value))
        return negative ? SLICE("-Infinity") : SLICE("Infinity");
    if (value == 0)
        return SLICE("0");
    char shortest[40];
    for (int precision = 14; precision <= 16; precision++) {
        snprintf(shortest, sizeof shortest, "%.*e", precision, value);
        if (strtod(shortest, NULL) == value)
            break;
    }
    char found[32];
    size_t count = 0;
    for (const char *c = shortest; *c != 'e'; c++)
        if (is_digit(*c))
            found[count++] = *c;
    while (count > 1 && found[count - 1] == '0')
        count--;
    return write_number(a, negative, found, count, strtol(strchr(shortest, 'e') + 1, NULL, 10) + 1);
}

/* Digits with at most one point, perhaps a sign, as the number they are. */
static slice normalize_number(arena *a, slice text) {
    bool negative = text.data[0] == '-';
    char *digits = arena_alloc(a, text.length);
    size_t count = 0;
    long point = 0;
    bool behind_point = false;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        behind_point = behind_point || c == '.';
        if (!is_digit(c))
            continue;
        if (count > 0 || c != '0') {
            digits[count++] = c;
            point += !behind_point;
        } else {
            point -= behind_point;
        }
    }
    while (count > 0 && digits[count - 1] == '0')
        count--;
    if (count == 0)
        return SLICE("0");
    return count <= 15 && point < 300 && point > -300
               ? write_number(a, negative, digits, count, point)
               : round_number(a, negative, (slice){digits, count}, point);
}

/* /^[+-]?(?:\d*\.)?\d+$/ (tiptap core: fromString). */
static bool reads_as_number(slice text) {
    size_t at = text.length > 0 && (text.data[0] == '+' || text.data[0] == '-');
    size_t points = 0;
    if (at == text.length || !is_digit(text.data[text.length - 1]))
        return false;
    for (; at < text.length; at++) {
        if (text.data[at] == '.' && points++ == 0)
            continue;
        if (!is_digit(text.data[at]))
            return false;
    }
    return true;
}

/* A value as the editor keeps it: "007" is the number 7 (tiptap core: fromString). */
static slice convert_value(arena *a, slice value) {
    if (!reads_as_number(value))
        return value;
    if (value.length < 16 && value.data[0] >= '1' && value.data[0] <= '9' &&
        slice_find_char(value, '.', 0) == SLICE_NONE)
        return value;
    return normalize_number(a, value);
}

/* parseInt(text, 10): leading digits behind white space and a sign; NaN without any. */
static slice parse_integer(arena *a, slice text) {
    text = slice_trim(text);
    size_t at = text.length > 0 && (text.data[0] == '+' || text.data[0] == '-');
    size_t end = at;
    while (end < text.length && is_digit(text.data[end]))
        end++;
    return end == at ? SLICE("NaN") : convert_value(a, slice_sub(text, 0, end));
}

/* ---- the methods ------------------------------------------------------------------------------------- */

static slice optional(const slice *value) {
    return value ? *value : (slice){NULL, 0};
}

static slice read_tight(const dom_node *element) {
    const slice *tight = dom_attribute_get(element, SLICE("data-tight"));
    bool is_tight = (tight && slice_equal(*tight, SLICE("true"))) || !(element->flags & HOLDS_PARAGRAPH);
    return is_tight ? SLICE("true") : SLICE("false");
}

/* The first class language-… of the first child element. */
static slice read_language(const dom_node *element) {
    const dom_node *child = element->first_child;
    while (child && child->type != DOM_ELEMENT)
        child = child->next;
    const slice *classes = child ? dom_attribute_get(child, SLICE("class")) : NULL;
    slice prefix = SLICE("language-");
    size_t at = 0;
    for (slice one; classes && (one = slice_next_word(*classes, &at)).length;)
        if (slice_starts_with(one, prefix))
            return one.length > prefix.length ? slice_from(one, prefix.length) : (slice){NULL, 0};
    return (slice){NULL, 0};
}

static slice read_picture_href(const dom_node *element) {
    for (const dom_node *at = element; at; at = at->parent) {
        const slice *href = at->tag == DOM_TAG_A ? dom_attribute_get(at, SLICE("href")) : NULL;
        if (href && tiptap_has_class(at, TIPTAP_ELEMENT_LINKED_IMAGE))
            return *href;
    }
    return (slice){NULL, 0};
}

static slice read_value(arena *a, const dom_node *element, const attribute_info *info) {
    const slice *value;
    switch (info->method) {
    case READ_CONVERTED:
        value = dom_attribute_get(element, info->name);
        return value ? convert_value(a, *value) : (slice){NULL, 0};
    case READ_CONSTANT:
        return info->initial;
    case READ_TIGHT:
        return read_tight(element);
    case READ_LANGUAGE:
        return read_language(element);
    case READ_LEVEL:
        return slice_from(dom_name(element), 1);
    case READ_START:
        value = dom_attribute_get(element, SLICE("start"));
        return value ? parse_integer(a, *value) : (slice){NULL, 0};
    case READ_CHECKED:
        return slice_equal(optional(dom_attribute_get(element, SLICE("data-checked"))), SLICE("true"))
                   ? SLICE("true")
                   : SLICE("false");
    case READ_PICTURE_HREF:
        return read_picture_href(element);
    }
    return (slice){NULL, 0};
}

slice *read_attributes(arena *a, const dom_node *element, tiptap_attribute first, size_t count) {
    UNCLEARED slice found[8];
    bool initial = true;
    for (size_t i = 0; i < count; i++) {
        const attribute_info *info = &ATTRIBUTES[(size_t)first + i];
        found[i] = read_value(a, element, info);
        if (!found[i].data)
            found[i] = info->initial;
        else
            initial = initial && info->initial.data && slice_equal(found[i], info->initial);
    }
    if (initial)
        return NULL;
    slice *values = arena_alloc(a, count * sizeof *values);
    memcpy(values, found, count * sizeof *values);
    return values;
}

bool reads_as(const dom_node *element, const slice *values, tiptap_attribute first, size_t count, arena *a) {
    for (size_t i = 0; i < count; i++) {
        const attribute_info *info = &ATTRIBUTES[(size_t)first + i];
        slice read = read_value(a, element, info), value = values ? values[i] : info->initial;
        read = read.data ? read : info->initial;
        if (!read.data != !value.data || !slice_equal(read, value))
            return false;
    }
    return true;
}
