/* guard: hostile HTML made harmless before it is parsed. Private to dom/. */
#ifndef ISOMERIZE_DOM_GUARD_H
#define ISOMERIZE_DOM_GUARD_H

#include "dom/dom.h"

/* What dropped tags are overwritten with, behind "<!": a comment of this byte stands for nothing. */
#define GUARD_FILLER '\x1A'

/* `html` itself, or a copy of the same length in which the tags beyond the limits are blanked out, with the
 * offset of the first of them in `first_dropped`. */
slice guard_html(slice html, arena *a, size_t *first_dropped);

#endif
