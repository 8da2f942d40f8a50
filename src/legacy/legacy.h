/* legacy/: the old dialect. What kramdown 2.4 with its GFM parser, set up as Jekyll sets it up, publishes for
 * a page.
 *
 * Comes in: a page's body as Markdown (valid UTF-8, LF line ends). Goes out: the HTML that a visitor is
 * served, with a map from its offsets to lines of the page. Never: a lost word, a crash, more than linear
 * time, on any bytes.
 */
#ifndef ISOMERIZE_LEGACY_H
#define ISOMERIZE_LEGACY_H

#include "base/base.h"

typedef struct legacy_result {
    slice html;
    line_map lines; /* offsets of `html` → lines of the page: one mark for each block and each line of text */
} legacy_result;

/* An option of kramdown, as a site's settings have it: a list as its values with commas, `true`, `false`. */
typedef struct legacy_option {
    slice name, value;
} legacy_option;

typedef struct legacy_options {
    const legacy_option *items; /* those that are not followed change nothing */
    size_t count;
    arena *results;   /* for the result, which lives on; NULL: that of all else */
    bool plain_signs; /* quotes, dashes and dots stay as they are typed */
} legacy_options;

/* Is it an option that is followed, or one that changes nothing of what visitors see? */
bool legacy_follows_option(const legacy_option *option);

/* `first_line` is the page line on which `body` starts (1-based). Liquid has been run before (liquid/).
 * `options`: beside Jekyll's defaults; NULL: none. The tree, of which the result holds nothing, is in `a`. */
legacy_result legacy_to_html(slice body, uint32_t first_line, const legacy_options *options, arena *a,
                             findings *found);

#endif
