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
    slice html;     /* lives in the arena */
    line_map lines; /* offsets of `html` → lines of the page: one mark for each block and each line of text */
} legacy_result;

/* `first_line` is the page line on which `body` starts (1-based). Liquid has been run before (liquid/). */
legacy_result legacy_to_html(slice body, uint32_t first_line, arena *a, findings *found);

#endif
