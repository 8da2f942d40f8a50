/* Heights from the inside out: lines of text, estimated by their widths; what stands side by side counts
 * once. Comes in: boxes with their widths. Goes out: their heights.
 */
#include "private.h"

/* Ends the lines of text that have come together in `line`. */
static void end_text(box *b) {
    if (b->line <= 0)
        return;
    double lines = b->content > 1 ? b->line / b->content : 1;
    b->height += b->style->line_height * (double)(unsigned)(lines > 1e6 ? 1e6 : lines + 0.999);
    b->line = 0;
}

static void end_row(box *b) {
    b->height += b->column_line;
    b->column_line = 0;
}

static double length(layout *l, const box *b, box_length_name name) {
    double px;
    return layout_length(l, b, name, b->out.around, &px) ? px : 0;
}

static double vertical_edges(layout *l, const box *b) {
    return length(l, b, LENGTH_PADDING_TOP) + length(l, b, LENGTH_PADDING_BOTTOM);
}

static double vertical_margins(layout *l, const box *b) {
    double top = length(l, b, LENGTH_MARGIN_TOP), bottom = length(l, b, LENGTH_MARGIN_BOTTOM);
    return top > bottom ? top : bottom; /* neighbours share theirs */
}

static double positioned_height(layout *l, const box *b, double natural);

static void close_height(layout *l, box *b) {
    end_text(b);
    end_row(b);
    if (b->kind == KIND_REPLACED)
        b->height = layout_replaced_height(l, b, b->out.width, b->out.around);
    else {
        double given = layout_specified(l, b, LENGTH_HEIGHT, AUTO), edges = vertical_edges(l, b);
        bool whole = b->style->is_border_box;
        double outer = !whole ? given + edges : given > edges ? given : edges;
        b->height = given != AUTO && b->kind != KIND_CELL && b->kind != KIND_ROW ? outer : b->height + edges;
        double least = layout_specified(l, b, LENGTH_MIN_HEIGHT, AUTO),
               most = layout_specified(l, b, LENGTH_MAX_HEIGHT, AUTO);
        b->height = most != AUTO && b->height > most ? most : b->height;
        b->height = least != AUTO && b->height < least ? least : b->height;
    }
    b->out.height = b->height;
}

/* Boxes of one line of a container stand side by side: the last comes first here. */
static void add_to_row(box *parent, const box *b, double outer) {
    if (parent->row_seen != b->out.line + 1) {
        end_row(parent);
        parent->row_seen = b->out.line + 1;
    }
    if (outer > parent->column_line)
        parent->column_line = outer;
}

/* What is in it shows once it is opened. */
static bool is_folded(const box *parent, const box *b) {
    const dom_node *node = parent->node;
    return dom_is(node, DOM_TAG_DETAILS) && !dom_is(b->node, DOM_TAG_SUMMARY) &&
           !dom_attribute_get(node, SLICE("open"));
}

static void add_to_parent(layout *l, const box *b) {
    box *parent = box_at(l, b->parent);
    if (is_folded(parent, b))
        return;
    if (b->kind == KIND_BREAK)
        end_text(parent);
    else if (b->kind == KIND_TEXT)
        parent->line += b->max;
    else if (b->kind == KIND_INLINE) {
        parent->line += b->line;
        parent->height += b->height;
    } else if (b->flow == LAYOUT_ABSOLUTE || b->flow == LAYOUT_FLOAT)
        return;
    else if (b->flow == LAYOUT_CELL)
        parent->column_line = b->height > parent->column_line ? b->height : parent->column_line;
    else if (b->flow == LAYOUT_ITEM)
        add_to_row(parent, b, b->height + vertical_margins(l, b));
    else {
        end_text(parent);
        parent->height += b->height + vertical_margins(l, b);
    }
}

void layout_add_heights(layout *l) {
    for (uint32_t i = 0; i < l->boxes.count; i++) {
        box *b = box_at(l, i);
        b->line = b->height = b->column_line = 0;
    }
    for (uint32_t i = (uint32_t)l->boxes.count; i-- > 0;) {
        box *b = box_at(l, i);
        if (b->kind == KIND_TEXT)
            b->out.height = b->style->line_height;
        else if (b->kind != KIND_INLINE && b->kind != KIND_BREAK)
            close_height(l, b);
        if (b->parent != NONE)
            add_to_parent(l, b);
    }
    for (uint32_t i = 1; i < l->boxes.count; i++) { /* heights in parts of a box that has one */
        box *b = box_at(l, i);
        if (b->kind == KIND_REPLACED)
            b->out.height = positioned_height(l, b, b->out.height);
    }
}

/* A frame that fills the box around it: `height: 100%` of a box whose height is known. */
static double positioned_height(layout *l, const box *b, double natural) {
    double share = layout_specified(l, b, LENGTH_HEIGHT, 100);
    if (layout_specified(l, b, LENGTH_HEIGHT, AUTO) != AUTO || share == AUTO)
        return natural;
    const box *at = box_at(l, b->parent);
    if (b->flow == LAYOUT_ABSOLUTE)
        while (at->parent != NONE && at->style->is_static)
            at = box_at(l, at->parent);
    else if (layout_specified(l, at, LENGTH_HEIGHT, AUTO) == AUTO)
        return natural;
    return at->out.height > 0 ? at->out.height * share / 100 : natural;
}
