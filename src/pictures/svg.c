/* SVG: the size stands in the first tag, in absolute units, or follows from its view box; 300 by 150 is what
 * browsers take where nothing is said (CSS Images 3 §4.2). Comes in: a file's head. Goes out: the size as
 * shown.
 */
#include "private.h"

/* A number without a sign, as in "12.5"; false where there is none. */
static bool read_number(slice text, size_t *at, double *value) {
    size_t from = *at;
    double scale = 0;
    for (*value = 0; *at < text.length && (is_digit(text.data[*at]) || (text.data[*at] == '.' && scale == 0));
         ++*at) {
        if (text.data[*at] == '.') {
            scale = 1;
            continue;
        }
        if (*value < 1e9)
            *value = *value * 10 + (text.data[*at] - '0');
        scale *= 10;
    }
    if (scale > 1)
        *value /= scale;
    return *at > from;
}

/* In CSS pixels; 0: none, or one that depends on where the picture stands. */
static double length_in_pixels(slice text) {
    static const struct {
        const char *unit;
        double pixels;
    } UNITS[] = {{"", 1},           {"px", 1},         {"pt", 4.0 / 3}, {"pc", 16}, {"in", 96},
                 {"cm", 96 / 2.54}, {"mm", 96 / 25.4}, {"em", 16},      {"rem", 16}};
    size_t at = 0;
    double value;
    text = slice_trim(text);
    if (!read_number(text, &at, &value))
        return 0;
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (slice_equal_nocase(slice_from(text, at), slice_of(UNITS[i].unit)))
            return value * UNITS[i].pixels;
    return 0;
}

/* Width and height of "min-x min-y width height". */
static bool read_view_box(slice text, double *width, double *height) {
    double numbers[4];
    size_t at = 0;
    for (unsigned i = 0; i < 4; i++) {
        while (at < text.length && (is_space(text.data[at]) || text.data[at] == ',' || text.data[at] == '-'))
            at++;
        if (!read_number(text, &at, &numbers[i]))
            return false;
    }
    *width = numbers[2];
    *height = numbers[3];
    return *width > 0 && *height > 0;
}

/* Steps through the attributes of a tag from behind its name on: false at its end. */
static bool next_attribute(slice text, size_t *at, slice *name, slice *value) {
    while (*at < text.length && is_space(text.data[*at]))
        ++*at;
    size_t from = *at;
    while (*at < text.length && !is_space(text.data[*at]) && !strchr("=>/\"'", text.data[*at]))
        ++*at;
    *name = slice_sub(text, from, *at);
    while (*at < text.length && (is_space(text.data[*at]) || text.data[*at] == '='))
        ++*at;
    if (!name->length || *at >= text.length || (text.data[*at] != '"' && text.data[*at] != '\''))
        return false;
    size_t end = slice_find_char(text, text.data[*at], *at + 1);
    *value = slice_sub(text, *at + 1, end);
    *at = end == SLICE_NONE ? text.length : end + 1;
    return true;
}

static uint32_t whole(double pixels) {
    return pixels > 1e6 ? 1000000 : pixels < 1 ? 1 : (uint32_t)(pixels + 0.5);
}

picture_state read_svg(slice head, picture_size *size) {
    size_t tag = slice_find(head, SLICE("<svg"), 0), at = tag + 4;
    if (tag == SLICE_NONE)
        return slice_find(head, SLICE("<?xml"), 0) != SLICE_NONE ? PICTURE_CUT : PICTURE_UNKNOWN;
    double width = 0, height = 0, box_width = 0, box_height = 0;
    slice name, value;
    while (next_attribute(head, &at, &name, &value)) {
        if (slice_equal(name, SLICE("width")))
            width = length_in_pixels(value);
        else if (slice_equal(name, SLICE("height")))
            height = length_in_pixels(value);
        else if (slice_equal(name, SLICE("viewBox")) && !read_view_box(value, &box_width, &box_height))
            box_width = box_height = 0;
    }
    double proportion = box_height > 0 ? box_width / box_height : 0;
    if (width <= 0)
        width = proportion > 0 && height > 0 ? height * proportion : box_width > 0 ? box_width : 300;
    if (height <= 0)
        height = proportion > 0 ? width / proportion : 150;
    *size = (picture_size){whole(width), whole(height)};
    return PICTURE_READ;
}
