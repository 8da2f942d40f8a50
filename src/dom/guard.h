/* guard: HTML made ready for the parser, tags of no use to it taken out. Private to dom/. */
#ifndef ISOMERIZE_DOM_GUARD_H
#define ISOMERIZE_DOM_GUARD_H

#include "dom/dom.h"

/* What dropped tags are overwritten with, behind "<!": a comment of this byte stands for nothing. */
#define GUARD_FILLER '\f'

typedef struct guarded {
    slice html;          /* the HTML itself, or a copy of the same length in which tags are overwritten */
    size_t beyond_limit; /* the offset of the first tag beyond the limits; SLICE_NONE: there is none */
    size_t stray_cell;   /* of the first row or cell outside of a table; SLICE_NONE: there is none */
    vector form_ends;    /* of size_t: the offsets of </form> */
} guarded;

/* `cells_apart`: the tags of rows and cells outside of a table become spaces. Browsers take them for nothing,
 * and let the text of one cell run into the next. */
guarded guard_html(slice html, bool cells_apart, arena *a);

#endif
