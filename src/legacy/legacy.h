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

/* A site variable that Liquid output resolves to: `site.baseurl` → "/docs". */
typedef struct legacy_variable {
    slice name;  /* as written between the braces, e.g. site.baseurl */
    slice value; /* put into the Markdown text before it is parsed, as Jekyll does */
} legacy_variable;

typedef struct legacy_options {
    const legacy_variable *variables;
    size_t variable_count;
} legacy_options;

typedef struct legacy_result {
    slice html;     /* lives in the arena */
    line_map lines; /* offsets of `html` → lines of the page: one mark for each block and each line of text */
} legacy_result;

/* `first_line` is the page line on which `body` starts (1-based). `options` may be NULL: no variables are
 * known. */
legacy_result legacy_to_html(slice body, uint32_t first_line, const legacy_options *options, arena *a,
                             findings *found);

#endif
