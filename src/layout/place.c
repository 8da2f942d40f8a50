/* Widths from the outside in (CSS 2.2 §10.3). Comes in: boxes whose least and largest widths are known. Goes
 * out: the width and the place of each. A container is reached before what it holds.
 */
#include "private.h"

void layout_set_width(box *b, double width) {
    b->out.width = width > 0 ? width : 0;
    b->content = b->out.width - b->edges_x;
    b->content = b->content > 0 ? b->content : 0;
}

/* As wide as what is inside wants, within what is there. */
static double shrink_to_fit(const box *b, double around) {
    double most = b->max - b->margin_x, least = b->min - b->margin_x, room = around - b->margin_x;
    return most < room ? most : least > room ? least : room;
}

static bool fills_line(const box *b) {
    return b->flow == LAYOUT_BLOCK || b->flow == LAYOUT_TABLE_PART;
}

/* A negative margin makes a box wider. */
void layout_settle_edges(layout *l, box *b, double around) {
    static const box_length_name PADDINGS[] = {LENGTH_PADDING_LEFT, LENGTH_PADDING_RIGHT};
    double padding = 0, px;
    for (size_t i = 0; i < 2; i++)
        padding += layout_length(l, b, PADDINGS[i], around, &px) ? px : 0;
    b->edges_x += padding - b->padding_x;
    b->padding_x = padding;
    b->out.margin_left = layout_length(l, b, LENGTH_MARGIN_LEFT, around, &px) ? px : 0;
    b->out.margin_right = layout_length(l, b, LENGTH_MARGIN_RIGHT, around, &px) ? px : 0;
    b->margin_x = b->out.margin_left + b->out.margin_right;
}

static double width_of(layout *l, const box *b, double around) {
    if (b->assigned != AUTO)
        return b->assigned;
    if (b->kind == KIND_REPLACED)
        return layout_replaced_width(l, b, around);
    double width = layout_specified(l, b, LENGTH_WIDTH, around);
    if (width == AUTO && b->kind == KIND_TABLE)
        width = shrink_to_fit(b, around);
    else if (width == AUTO)
        width = fills_line(b) ? around - b->margin_x : shrink_to_fit(b, around);
    width = layout_limited(l, b, width, around);
    double least = b->min - b->margin_x; /* a table is never narrower than its columns (CSS 2.2 §17.5.2.2) */
    return b->kind == KIND_TABLE && width < least ? least : width;
}

/* The nearest box that what is positioned hangs on. */
static const box *positioned_around(const layout *l, const box *b) {
    const box *at = box_at(l, b->parent);
    while (at->parent != NONE && at->style->is_static)
        at = box_at(l, at->parent);
    return at;
}

static void place_box(layout *l, uint32_t index) {
    box *b = box_at(l, index);
    const box *parent = box_at(l, b->parent);
    const box *around = b->flow == LAYOUT_ABSOLUTE ? positioned_around(l, b) : parent;
    double room = b->flow == LAYOUT_ABSOLUTE ? around->content + around->padding_x : parent->content;
    double left = parent->out.x + (parent->out.width - parent->content) / 2;
    b->out.around = room;
    if (b->kind == KIND_TEXT || b->kind == KIND_BREAK || b->kind == KIND_INLINE) {
        b->content = b->assigned != AUTO ? b->assigned : room; /* its text fills the lines around it */
        b->out.width = b->max < room ? b->max : room;
        b->out.x = left;
        if (b->kind == KIND_INLINE) { /* what is inside is placed by the box around */
            b->out.width = b->content;
            b->edges_x = 0;
        }
        return;
    }
    layout_settle_edges(l, b, room);
    layout_set_width(b, width_of(l, b, room));
    if (b->flow == LAYOUT_ITEM || b->flow == LAYOUT_CELL)
        return; /* its container has placed it */
    double rest = room - b->out.width - b->margin_x;
    bool centred = b->out.auto_margins && b->flow == LAYOUT_BLOCK && rest > 0;
    bool right = b->flow == LAYOUT_FLOAT && b->out.float_right;
    b->out.x = left + b->out.margin_left + (centred ? rest / 2 : right ? rest : 0);
}

/* In a column of flex items, each is a block; where they are not stretched, it shrinks to fit. */
static void place_flex_column(layout *l, uint32_t container) {
    const box *c = box_at(l, container);
    bool stretched = css_computed_is(l->cascade, c->node, CSS_ALIGN_ITEMS, "normal stretch");
    for (uint32_t i = container + 1; i < c->end; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM)
            continue;
        item->out.flow = LAYOUT_BLOCK; /* nothing stands beside it */
        item->flow = stretched || item->kind == KIND_REPLACED ? LAYOUT_BLOCK : LAYOUT_FLOAT;
    }
}

/* Columns of text in one box. */
static void narrow_by_columns(layout *l, box *b) {
    double count = 0, wide = 0, gap = 16;
    slice value = css_computed(l->cascade, b->node, CSS_COLUMN_COUNT);
    for (size_t i = 0; i < value.length && is_digit(value.data[i]) && count < 50; i++)
        count = count * 10 + (value.data[i] - '0');
    css_length(l->cascade, b->node, CSS_COLUMN_GAP, b->content, &gap);
    if (css_length(l->cascade, b->node, CSS_COLUMN_WIDTH, b->content, &wide) && wide > 0) {
        double fit = (double)(unsigned)((b->content + gap) / (wide + gap));
        count = count > 0 && count < fit ? count : fit;
    }
    if (count > 1 && b->content > gap * count)
        b->content = (b->content - gap * (count - 1)) / count;
}

static void place_children(layout *l, uint32_t index) {
    box *b = box_at(l, index);
    if (b->kind == KIND_FLEX && b->is_column)
        place_flex_column(l, index);
    else if (b->kind == KIND_FLEX)
        layout_place_flex(l, index);
    else if (b->kind == KIND_GRID)
        layout_place_grid(l, index);
    else if (b->kind == KIND_TABLE)
        layout_share_columns(l, index);
    else if (b->kind == KIND_BLOCK && b->style->has_columns)
        narrow_by_columns(l, b);
}

void layout_place(layout *l) {
    box *root = box_at(l, 0);
    layout_set_width(root, l->options.column + root->edges_x);
    root->out.x = -root->edges_x / 2;
    root->out.around = l->options.column;
    place_children(l, 0);
    for (uint32_t i = 1; i < l->boxes.count; i++) {
        place_box(l, i);
        place_children(l, i);
    }
}
