/* A box for each node that is shown. Comes in: the tree, its cascade. Goes out: boxes in document order, each
 * with its kind and with what of its style does not hang on the width around it.
 */
#include "private.h"

#include <stdlib.h>

#define PICTURES_MAX 2000 /* files that one page may ask about */

/* ---- lengths ------------------------------------------------------------------------------------------- */

static double length(layout *l, const box *b, box_length_name name) {
    double px;
    return layout_length(l, b, name, 0, &px) ? px : 0;
}

double layout_specified(layout *l, const box *b, box_length_name name, double around) {
    double px;
    if (!layout_length(l, b, name, around, &px) || px < 0)
        return AUTO;
    if (name >= LENGTH_HEIGHT)
        return px;
    return b->style->is_border_box ? (px > b->edges_x ? px : b->edges_x) : px + b->edges_x;
}

double layout_limited(layout *l, const box *b, double width, double around) {
    double most = layout_specified(l, b, LENGTH_MAX_WIDTH, around),
           least = layout_specified(l, b, LENGTH_MIN_WIDTH, around);
    if (most != AUTO && width > most)
        width = most;
    return least != AUTO && width < least ? least : width;
}

/* ---- pictures ------------------------------------------------------------------------------------------ */

/* A number attribute of HTML. */
static double number_attribute(const dom_node *node, const char *name) {
    const slice *value = dom_attribute_get(node, slice_of(name));
    slice text = value ? slice_trim(*value) : SLICE("");
    double number = 0;
    size_t at = 0;
    for (; at < text.length && is_digit(text.data[at]) && number < 1e6; at++)
        number = number * 10 + (text.data[at] - '0');
    return at ? number : AUTO;
}

static void find_natural_size(layout *l, box *b) {
    uint32_t width = 0, height = 0;
    b->natural_width = b->natural_height = AUTO;
    if (b->node->tag != DOM_TAG_IMG) {
        bool is_frame = b->node->tag != DOM_TAG_AUDIO;
        b->natural_width = 300;
        b->natural_height = is_frame ? 150 : 54;
        b->out.known = true;
        return;
    }
    const slice *src = dom_attribute_get(b->node, SLICE("src"));
    if (src && l->options.picture_size && l->pictures_asked++ < PICTURES_MAX &&
        l->options.picture_size(l->options.context, slice_trim(*src), &width, &height)) {
        b->natural_width = width;
        b->natural_height = height;
        b->out.known = true;
    } else { /* its attributes give its proportions at least (HTML §15.4.3) */
        b->natural_width = number_attribute(b->node, "width");
        b->natural_height = number_attribute(b->node, "height");
        if (b->natural_width <= 0 || b->natural_height <= 0)
            b->natural_width = b->natural_height = AUTO;
    }
}

static double proportion_of(const box *b) {
    return b->natural_width > 0 && b->natural_height > 0 ? b->natural_width / b->natural_height : AUTO;
}

/* Width from a given height, by the picture's own proportions. */
static double width_by_height(layout *l, const box *b) {
    double height = layout_specified(l, b, LENGTH_HEIGHT, AUTO), proportion = proportion_of(b);
    double most = layout_specified(l, b, LENGTH_MAX_HEIGHT, AUTO);
    if (b->node->tag != DOM_TAG_IMG || proportion == AUTO)
        return b->natural_width;
    if (height == AUTO)
        height = b->natural_height;
    if (most != AUTO && height > most)
        height = most;
    return height * proportion;
}

double layout_replaced_width(layout *l, const box *b, double around) {
    double width = layout_specified(l, b, LENGTH_WIDTH, around);
    if (width == AUTO) {
        width = width_by_height(l, b);
        width = width == AUTO ? (around >= 0 ? around : 300) : width + b->edges_x;
    }
    return layout_limited(l, b, width, around);
}

double layout_replaced_height(layout *l, const box *b, double width, double around) {
    double height = layout_specified(l, b, LENGTH_HEIGHT, AUTO),
           most = layout_specified(l, b, LENGTH_MAX_HEIGHT, AUTO);
    double least = layout_specified(l, b, LENGTH_MIN_HEIGHT, AUTO), proportion = proportion_of(b);
    slice ratio = css_computed(l->cascade, b->node, CSS_ASPECT_RATIO);
    if (height == AUTO && ratio.length && is_digit(ratio.data[0])) {
        size_t bar = slice_find_char(ratio, '/', 0);
        double one = strtod(slice_c_string(ratio, l->arena), NULL);
        double other =
            bar == SLICE_NONE ? 1 : strtod(slice_c_string(slice_from(ratio, bar + 1), l->arena), NULL);
        height = one > 0 && other > 0 ? width * other / one : AUTO;
    }
    (void)around;
    if (height == AUTO)
        height = b->node->tag != DOM_TAG_IMG ? b->natural_height
                 : proportion == AUTO        ? width * 0.66
                                             : width / proportion;
    if (most != AUTO && height > most)
        height = most;
    return least != AUTO && height < least ? least : height;
}

/* ---- kinds --------------------------------------------------------------------------------------------- */

/* Items of a flex container and the like are blocks, whatever they were (CSS Display 3 §2.7). */
static layout_flow flow_of(const box *b, const box *parent) {
    if (b->style->is_absolute)
        return LAYOUT_ABSOLUTE;
    if (parent && (parent->kind == KIND_FLEX || parent->kind == KIND_GRID))
        return LAYOUT_ITEM;
    if (b->style->floats)
        return LAYOUT_FLOAT;
    if (b->kind == KIND_CELL && parent && parent->kind == KIND_ROW)
        return LAYOUT_CELL;
    if (b->kind == KIND_ROW || b->kind == KIND_ROWS)
        return LAYOUT_TABLE_PART;
    return b->kind == KIND_INLINE || b->kind == KIND_BREAK || b->style->is_inline ? LAYOUT_INLINE
                                                                                  : LAYOUT_BLOCK;
}

static void read_style(layout *l, box *b) {
    b->padding_x = length(l, b, LENGTH_PADDING_LEFT) + length(l, b, LENGTH_PADDING_RIGHT);
    b->edges_x = b->padding_x + length(l, b, LENGTH_BORDER_LEFT) + length(l, b, LENGTH_BORDER_RIGHT);
    b->out.margin_left = length(l, b, LENGTH_MARGIN_LEFT);
    b->out.margin_right = length(l, b, LENGTH_MARGIN_RIGHT);
    b->margin_x = b->out.margin_left + b->out.margin_right;
    b->out.auto_margins = b->style->auto_margins;
    b->out.float_right = b->style->float_right;
    b->is_inline_block = b->kind != KIND_INLINE && b->flow == LAYOUT_INLINE;
    b->is_column = b->kind == KIND_FLEX && b->style->is_column;
    b->wraps = b->kind == KIND_FLEX && b->style->wraps;
}

/* ---- the walk ------------------------------------------------------------------------------------------ */

static uint32_t add_box(layout *l, const dom_node *node, const box_style *style, uint32_t parent) {
    box *b = vector_push(&l->boxes);
    const box *around = parent == NONE ? NULL : box_at(l, parent);
    *b = (box){.node = node, .style = style, .parent = parent, .assigned = AUTO};
    if (node->type == DOM_TEXT) {
        b->kind = KIND_TEXT;
        b->flow =
            around && (around->kind == KIND_FLEX || around->kind == KIND_GRID) ? LAYOUT_ITEM : LAYOUT_INLINE;
    } else {
        b->kind = node->tag == DOM_TAG_BR                ? KIND_BREAK
                  : dom_tag_has(node->tag, DOM_REPLACED) ? KIND_REPLACED
                                                         : style->kind;
        b->flow = (uint8_t)flow_of(b, around);
        if (b->kind == KIND_INLINE && b->flow != LAYOUT_INLINE)
            b->kind = KIND_BLOCK;
        read_style(l, b);
        if (b->kind == KIND_REPLACED) {
            find_natural_size(l, b);
            b->out.known = b->out.known || layout_specified(l, b, LENGTH_WIDTH, 100) != AUTO;
        }
    }
    b->out.flow = b->flow;
    return (uint32_t)l->boxes.count - 1;
}

/* Its style, of text that of the box around it; NULL: it is not shown. */
static const box_style *shown_style(layout *l, const dom_node *node, uint32_t around) {
    if (node->type == DOM_TEXT)
        return slice_trim(dom_text(node)).length > 0 && !dom_is_raw_text(node->parent)
                   ? box_at(l, around)->style
                   : NULL;
    bool is_seen = node->type == DOM_ELEMENT && !dom_tag_has(node->tag, DOM_UNSEEN);
    const box_style *style = is_seen ? layout_style_of(l, node) : NULL;
    return style && style->is_shown ? style : NULL;
}

static bool holds_picture(const dom_node *top) {
    for (const dom_node *at = top; at; at = dom_next(at, top))
        if (at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME)
            return true;
    return false;
}

void layout_make_boxes(layout *l, const dom_node *root) {
    if (!l->options.pictures_only) /* of most pages, few are pictures */
        vector_reserve(&l->boxes, dom_count(root));
    uint32_t open = NONE; /* the innermost box whose content is being read */
    const dom_node *node = root;
    while (node) {
        bool is_left_out = l->options.pictures_only && node->parent == root && !holds_picture(node);
        const box_style *style = is_left_out ? NULL : shown_style(l, node, open);
        bool shown = style != NULL;
        uint32_t index = shown ? add_box(l, node, style, open) : NONE;
        bool enters = shown && node->type == DOM_ELEMENT && node->first_child &&
                      box_at(l, index)->kind != KIND_REPLACED;
        if (enters) {
            open = index;
            node = node->first_child;
            continue;
        }
        if (shown)
            box_at(l, index)->end = index + 1;
        while (node != root && !node->next) {
            node = node->parent;
            box_at(l, open)->end = (uint32_t)l->boxes.count;
            open = box_at(l, open)->parent;
        }
        node = node == root ? NULL : node->next;
    }
}
