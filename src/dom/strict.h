/* strict: the fast way from plainly well-formed HTML to a tree. Private to dom/. */
#ifndef ISOMERIZE_DOM_STRICT_H
#define ISOMERIZE_DOM_STRICT_H

#include "dom/dom.h"

/* The tree that a full parser would build, or NULL when some rule of HTML's tree construction beyond plain
 * nesting may come into play: then the caller takes the full parser. `lines` may be NULL: line numbers of
 * `html` itself. */
dom_node *parse_strict(slice html, const line_map *lines, arena *a);

#endif
