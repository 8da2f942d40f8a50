/* layout, inside: boxes in document order, and what each pass leaves for the next.
 *
 * 1. boxes.c makes a box for each node that is shown, with the styles that widths hang on.
 * 2. intrinsic.c goes from the last box to the first: how narrow and how wide what is inside could be.
 * 3. place.c goes from the first to the last: each box gives its children their widths.
 * 4. height.c goes from the last to the first again.
 */
#ifndef ISOMERIZE_LAYOUT_PRIVATE_H
#define ISOMERIZE_LAYOUT_PRIVATE_H

#include "layout/layout.h"

typedef enum box_kind {
    KIND_TEXT,
    KIND_BREAK,
    KIND_REPLACED, /* img, iframe, video, …: no content of its own */
    KIND_INLINE,
    KIND_BLOCK, /* also what only shrinks to fit: floats, inline blocks, captions */
    KIND_FLEX,
    KIND_GRID,
    KIND_TABLE,
    KIND_ROWS,
    KIND_ROW,
    KIND_CELL,
} box_kind;

/* Lengths of a style that widths and heights hang on. */
typedef enum box_length_name {
    LENGTH_WIDTH,
    LENGTH_MIN_WIDTH,
    LENGTH_MAX_WIDTH,
    LENGTH_FLEX_BASIS,
    LENGTH_HEIGHT, /* from here on none is a width */
    LENGTH_MIN_HEIGHT,
    LENGTH_MAX_HEIGHT,
    LENGTH_PADDING_LEFT,
    LENGTH_PADDING_RIGHT,
    LENGTH_PADDING_TOP,
    LENGTH_PADDING_BOTTOM,
    LENGTH_MARGIN_LEFT,
    LENGTH_MARGIN_RIGHT,
    LENGTH_MARGIN_TOP,
    LENGTH_MARGIN_BOTTOM,
    LENGTH_BORDER_LEFT,
    LENGTH_BORDER_RIGHT,
    LENGTH_COUNT
} box_length_name;

typedef struct box_length {
    double px;
    bool given; /* else it is auto, none, normal, … */
    bool hangs; /* on the width around: `px` is not known */
} box_length;

/* What a style says by itself (style.c). */
typedef struct box_style {
    uint8_t kind; /* box_kind, but for replaced elements and breaks */
    bool is_shown, is_inline, is_absolute, is_static, floats, float_right, auto_margins, is_border_box;
    bool is_column, wraps, has_columns;
    double font, line_height;
    box_length lengths[LENGTH_COUNT];
} box_style;

#define NONE UINT32_MAX
#define AUTO (-1.0) /* a size that is not given */

typedef struct box {
    const dom_node *node;
    const box_style *style; /* of a text: its parent's */
    uint32_t parent, end;   /* the index of the box that holds it; the first index behind what is inside */
    uint8_t kind, flow;
    bool is_inline_block, is_column, wraps, placed;
    double padding_x, edges_x; /* padding left and right; with borders; percentages count as nothing here */
    double margin_x;           /* left and right, without `auto` */
    double min, max;           /* border box and margins: the widths it could have */
    union {
        struct {
            double natural_width, natural_height; /* replaced; AUTO: not known */
        };
        struct table_columns *columns; /* tables */
    };
    double line; /* while what is inside is added up */
    union {
        double word, height; /* of widths, this; then the height */
    };
    union {
        double lines_max, column_line; /* of widths, this; then the height of the line that is being filled */
    };
    double assigned; /* border box width that the container has decided; AUTO: none */
    double content;  /* content width */
    layout_box out;
    uint32_t row_seen; /* 1 + the line of items that `column_line` is of */
} box;

typedef struct table_column {
    double min, max, fixed, percent, width, left;
} table_column;

typedef struct table_columns {
    uint32_t count;
    double spacing;
    table_column *at;
} table_columns;

/* What is kept of a box when all is laid out. */
typedef struct kept_box {
    const dom_node *node;
    layout_box out;
} kept_box;

_Static_assert(sizeof(kept_box) <= sizeof(box), "what is kept takes the place of boxes");

/* And for another layout of the same tree. */
typedef struct box_measure {
    double font, min, max;
} box_measure;

struct layout {
    arena *arena;
    css_cascade *cascade;
    layout_options options;
    vector boxes; /* of box, in document order; none when all is laid out */
    kept_box *kept;
    box_measure *measures; /* of each kept box; NULL once another layout was made */
    uint32_t kept_count;
    uint32_t *slots; /* node → 1 + index of what is kept of its box */
    size_t mask;
    size_t pictures_asked;
};

static inline box *box_at(const layout *l, uint32_t index) {
    return (box *)l->boxes.items + index;
}

/* NULL: the node has none. */
const box_measure *layout_measure_of(const layout *l, const dom_node *node);

const box_style *layout_style_of(layout *l, const dom_node *node);
/* False: auto, none, normal, or it hangs on `around`, which is < 0. */
bool layout_length(layout *l, const box *b, box_length_name name, double around, double *px);

void layout_make_boxes(layout *l, const dom_node *root);
void layout_measure_content(layout *l);
void layout_place(layout *l);
void layout_add_heights(layout *l);

/* The specified width, height …, in pixels as border box; AUTO where there is none or it hangs on something
 * unknown. `around` < 0: percentages count as none. */
double layout_specified(layout *l, const box *b, box_length_name name, double around);
/* `width` between the box's min-width and max-width. */
double layout_limited(layout *l, const box *b, double width, double around);
/* The width of a picture or a frame, where the box around it has the width `around`; < 0: not known yet. */
double layout_replaced_width(layout *l, const box *b, double around);
double layout_replaced_height(layout *l, const box *b, double width, double around);

/* table.c: the columns of a table, from its cells; and their widths in a table so wide. */
void layout_gather_columns(layout *l, uint32_t table);
void layout_share_columns(layout *l, uint32_t table);

/* Sets padding and margins whose percentages hang on the width around. */
void layout_settle_edges(layout *l, box *b, double around);

/* Sets what follows from a box's border box width. */
void layout_set_width(box *b, double width);

/* flex.c, grid.c: the widths of the items in a container whose content width is known. */
void layout_place_flex(layout *l, uint32_t container);
void layout_place_grid(layout *l, uint32_t container);
double layout_gap(layout *l, const box *container);
unsigned layout_grid_column_count(layout *l, uint32_t container);

#endif
