/* layout/: how wide, how high and where the boxes of a page are, as far as styles say it.
 *
 * Comes in: a page's tree with its cascade, the width of the column that holds it, the sizes of its picture
 * files. Goes out: a box for each element that is shown. Widths follow CSS 2.2 §10, flexbox, grid and
 * automatic tables; what depends on the shapes of letters (the width of text, the number of its lines) is
 * estimated. Never draws, never changes the tree; linear in its size.
 */
#ifndef ISOMERIZE_LAYOUT_H
#define ISOMERIZE_LAYOUT_H

#include "base/base.h"
#include "dom/dom.h"

typedef struct layout_options {
    double column; /* content width of the box that the root stands for, in CSS pixels */
    /* The size of a picture file; false: not known. NULL: none is. */
    bool (*picture_size)(void *context, slice url, uint32_t *width, uint32_t *height);
    void *context;
    bool pictures_only;   /* leave out children of the root that hold no picture and no frame */
    struct layout *other; /* of the same tree: texts in the same font are not measured again; or NULL. It
                             serves one layout. */
} layout_options;

typedef enum layout_flow {
    LAYOUT_INLINE, /* in a line of text */
    LAYOUT_BLOCK,  /* a line of its own */
    LAYOUT_FLOAT,
    LAYOUT_ITEM, /* of a flex container or a grid */
    LAYOUT_CELL, /* of a table */
    LAYOUT_ABSOLUTE,
    LAYOUT_TABLE_PART /* rows and groups of rows */
} layout_flow;

/* Border box, in CSS pixels; `x` from the left edge of the column. */
typedef struct layout_box {
    double x, width, height;
    double around; /* content width of the box that holds it */
    double margin_left, margin_right;
    uint32_t line;         /* items: the line of the container that it stands on; cells: the row */
    uint8_t flow;          /* layout_flow */
    bool auto_margins : 1; /* it is centred in what is left of the line */
    bool known : 1;        /* a picture: its size does not hang on a file that is not known */
    bool float_right : 1;
    bool elsewhere : 1; /* a grid: an item is asked to stand elsewhere than in the next place of the row */
    const dom_node *container; /* items and cells: the flex container, the grid, the table */
} layout_box;

typedef struct layout layout;

/* Whether nothing but text, pictures and frames is on the page, one below the other: `pictures_only` then
 * leaves out nothing that others hang on. */
bool layout_is_one_column(css_cascade *cascade, const dom_node *root, arena *a);

layout *layout_page(css_cascade *cascade, const dom_node *root, const layout_options *options, arena *a);

/* Whether anything but pictures stands beside something: items of flex containers and grids, cells, floats.
 */
bool layout_has_columns(const layout *l);

/* NULL: the node is not shown, or was not in the tree then. Boxes stay what they were when the tree changes.
 */
const layout_box *layout_box_of(const layout *l, const dom_node *node);

/* The widest piece of text that lines do not break in, in CSS pixels, in a font so high: an estimate with the
 * letters of the theme. A word may go on in the next text; where it cannot, `word` is 0. */
typedef struct layout_words {
    double word, widest;
} layout_words;
void layout_add_words(layout_words *w, slice text, double font);

#endif
