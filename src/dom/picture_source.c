/* Of the files that a picture names, the one that a browser shows in a wide window (HTML §4.8.4.3): those of
 * `<picture>` for that window, the versions of `srcset` by the width that `sizes` gives them, else its `src`.
 *
 * Comes in: an img. Goes out: an address. Screens with one pixel for a CSS pixel.
 */
#include "css.h"
#include "dom.h"

#define WINDOW CSS_VIEWPORT_WIDTH
#define EM 16.0
#define SOURCES_MAX 64 /* of a picture */

static slice value_of(const dom_node *node, const char *name) {
    const slice *value = dom_attribute_get(node, slice_of(name));
    return value ? slice_trim(*value) : (slice){NULL, 0};
}

/* Digits and at most one point; what follows stays in `text`. */
static double read_number(slice *text) {
    double number = 0, unit = 1;
    bool fraction = false;
    size_t at = 0;
    for (; at < text->length && (is_digit(text->data[at]) || (text->data[at] == '.' && !fraction)); at++) {
        fraction |= text->data[at] == '.';
        if (!is_digit(text->data[at]))
            continue;
        number = number * 10 + (text->data[at] - '0');
        unit *= fraction ? 10 : 1;
    }
    *text = slice_from(*text, at);
    return number / unit;
}

/* CSS pixels; 0: it is no length that is known here, such as calc(). */
static double read_length(slice text) {
    double number = read_number(&text);
    return slice_equal_nocase(text, SLICE("px"))   ? number
           : slice_equal_nocase(text, SLICE("vw")) ? number * WINDOW / 100
           : slice_equal_nocase(text, SLICE("em")) || slice_equal_nocase(text, SLICE("rem")) ? number * EM
                                                                                             : 0;
}

/* The end of what stands before the next comma outside of brackets. */
static size_t find_comma(slice text, size_t at) {
    for (size_t depth = 0; at < text.length; at++) {
        depth += text.data[at] == '(';
        depth -= depth && text.data[at] == ')';
        if (text.data[at] == ',' && !depth)
            break;
    }
    return at;
}

/* Where the last word begins, outside of brackets. */
static size_t find_last_word(slice text) {
    size_t depth = 0, at = text.length;
    for (; at > 0 && (depth || !is_space(text.data[at - 1])); at--) {
        depth += text.data[at - 1] == ')';
        depth -= depth && text.data[at - 1] == '(';
    }
    return at;
}

/* How wide the picture is to be, by `sizes`: the first length whose query holds. */
static double width_of(slice sizes) {
    for (size_t at = 0; at < sizes.length;) {
        size_t end = find_comma(sizes, at);
        slice one = slice_trim(slice_sub(sizes, at, end));
        size_t word = find_last_word(one);
        slice query = slice_trim(slice_sub(one, 0, word));
        if (one.length && (!query.length || css_media_holds(query, WINDOW))) {
            double width = read_length(slice_from(one, word));
            return width > 0 ? width : WINDOW;
        }
        at = end + 1;
    }
    return WINDOW;
}

/* The best one so far: the least dense that is dense enough, else the densest. */
typedef struct version {
    slice address;
    double density; /* pixels of the file for one of the screen */
    bool has_width; /* some are given by their widths: then `src` is none of them */
} version;

static void offer(version *best, slice address, double density) {
    bool enough = density >= 1, best_enough = best->density >= 1;
    bool better = !best->address.length   ? true
                  : enough != best_enough ? enough
                  : enough                ? density < best->density
                                          : density > best->density;
    if (!address.length || !better)
        return;
    best->address = address;
    best->density = density;
}

/* "a.png 480w, b.png 2x" */
static void offer_versions(version *best, slice versions, double width) {
    for (size_t at = 0; at < versions.length;) {
        while (at < versions.length && (is_space(versions.data[at]) || versions.data[at] == ','))
            at++;
        size_t from = at;
        while (at < versions.length && !is_space(versions.data[at]))
            at++;
        size_t end = at;
        while (end > from && versions.data[end - 1] == ',')
            end--;
        double density = 1;
        if (end == at) {
            size_t comma = find_comma(versions, at);
            slice size = slice_trim(slice_sub(versions, at, comma));
            double number = read_number(&size);
            bool is_width = slice_starts_with(size, SLICE("w"));
            best->has_width |= is_width;
            density = is_width ? number / width : slice_equal(size, SLICE("x")) ? number : 1;
            at = comma;
        }
        offer(best, slice_sub(versions, from, end), density);
    }
}

/* Does a browser show files of this kind? */
static bool is_shown(slice type) {
    static const char *const TYPES[] = {"avif", "webp",    "png", "jpeg", "jpg",
                                        "gif",  "svg+xml", "bmp", "apng", "x-icon"};
    if (!type.length)
        return true;
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++)
        if (slice_equal_nocase(slice_sub(type, 0, 6), SLICE("image/")) &&
            slice_equal_nocase(slice_from(type, 6), slice_of(TYPES[i])))
            return true;
    return false;
}

slice dom_picture_source(const dom_node *img) {
    version best = {{NULL, 0}, 0, false};
    const dom_node *source = dom_is(img->parent, DOM_TAG_PICTURE) ? img->parent->first_child : img;
    for (int count = 0; source != img && !best.address.length && count < SOURCES_MAX; source = source->next) {
        count += source->type == DOM_ELEMENT;
        slice media = source->type == DOM_ELEMENT ? value_of(source, "media") : (slice){NULL, 0};
        if (dom_is(source, DOM_TAG_SOURCE) && is_shown(value_of(source, "type")) &&
            (!media.length || css_media_holds(media, WINDOW)))
            offer_versions(&best, value_of(source, "srcset"), width_of(value_of(source, "sizes")));
    }
    if (best.address.length)
        return best.address;
    offer_versions(&best, value_of(img, "srcset"), width_of(value_of(img, "sizes")));
    if (!best.has_width)
        offer(&best, value_of(img, "src"), 1);
    return best.address.length ? best.address : value_of(img, "src");
}
