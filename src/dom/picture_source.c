/* Of the files that a picture names, the one that a browser shows in a wide window (HTML §4.8.4.3): those of
 * `<picture>` for that window, the versions of `srcset` by the width that `sizes` gives them, else its `src`.
 *
 * Comes in: an img. Goes out: an address. Screens with one pixel for a CSS pixel.
 */
#include "css.h"
#include "dom.h"

#define WINDOW CSS_VIEWPORT_WIDTH
#define EM 16.0
#define SOURCES_MAX 64 /* nodes before the img of a picture */

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

static double at_least(double width, double least) {
    return width > least ? width : least;
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

/* The density that "480w", "2x" or nothing gives. False: it is none, and browsers drop the version. */
static bool read_density(slice descriptor, double width, double *density, bool *is_width) {
    slice rest = descriptor;
    double number = read_number(&rest);
    bool digits = rest.length < descriptor.length;
    *is_width = false;
    *density = 1;
    if (!descriptor.length)
        return true;
    if (digits && slice_equal(rest, SLICE("x"))) {
        *density = number;
        return true;
    }
    *is_width = digits && number > 0 && slice_starts_with(rest, SLICE("w"));
    *density = number / width;
    rest = slice_trim(slice_sub(rest, 1, rest.length)); /* "480w 320h": the height says nothing */
    read_number(&rest);
    return *is_width && (!rest.length || slice_equal(rest, SLICE("h")));
}

/* An address that the site's build makes, of Liquid or of what stands for it while a page is converted:
 * characters of plane 16, which are for private use. */
static bool is_made_by_build(slice address) {
    return slice_find_char(address, '{', 0) != SLICE_NONE ||
           slice_find_char(address, '\xF4', 0) != SLICE_NONE;
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
        slice address = slice_sub(versions, from, end), descriptor = {NULL, 0};
        if (end == at) {
            size_t comma = find_comma(versions, at);
            descriptor = slice_trim(slice_sub(versions, at, comma));
            at = comma;
        }
        double density;
        bool is_width;
        if (!read_density(descriptor, width, &density, &is_width) || is_made_by_build(address))
            continue;
        best->has_width |= is_width;
        offer(best, address, density);
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

/* What a `<picture>` holds before its first img, which is the one that they are for. */
static void offer_sources(version *best, const dom_node *img, double least) {
    const dom_node *at = dom_is(img->parent, DOM_TAG_PICTURE) ? img->parent->first_child : img;
    const dom_node *first = at;
    for (int count = 0; first && first->tag != DOM_TAG_IMG && count < SOURCES_MAX; count++)
        first = first->next;
    for (; first == img && at != img && !best->address.length; at = at->next) {
        slice media = dom_is(at, DOM_TAG_SOURCE) ? dom_attribute_trimmed(at, "media") : (slice){NULL, 0};
        if (dom_is(at, DOM_TAG_SOURCE) && is_shown(dom_attribute_trimmed(at, "type")) &&
            (!media.length || css_media_holds(media, WINDOW)))
            offer_versions(best, dom_attribute_trimmed(at, "srcset"),
                           at_least(width_of(dom_attribute_trimmed(at, "sizes")), least));
    }
}

slice dom_picture_source(const dom_node *img, double least) {
    version best = {{NULL, 0}, 0, false};
    offer_sources(&best, img, least);
    if (best.address.length)
        return best.address;
    offer_versions(&best, dom_attribute_trimmed(img, "srcset"),
                   at_least(width_of(dom_attribute_trimmed(img, "sizes")), least));
    if (!best.has_width)
        offer(&best, dom_attribute_trimmed(img, "src"), 1);
    return best.address.length ? best.address : dom_attribute_trimmed(img, "src");
}
