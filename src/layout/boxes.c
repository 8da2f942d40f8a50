/* A box for each node that is shown. Comes in: the tree, its cascade. Goes out: boxes in document order, each
 * with its kind and with what of its style does not hang on the width around it.
 */
#include "private.h"

#include <stdlib.h>

#define PICTURES_MAX 2000 /* files that one page may ask about */

/* ---- lengths ------------------------------------------------------------------------------------------- */

static double length(const layout *l, const dom_node *node, css_property property, double around) {
    double px;
    return css_length(l->cascade, node, property, around, &px) ? px : 0;
}

static bool is_border_box(const layout *l, const box *b) {
    return css_computed_is(l->cascade, b->node, CSS_BOX_SIZING, "border-box");
}

double layout_specified(layout *l, const box *b, css_property property, double around) {
    double px;
    if (!css_length(l->cascade, b->node, property, around, &px) || px < 0)
        return AUTO;
    bool is_width = property == CSS_WIDTH || property == CSS_MIN_WIDTH || property == CSS_MAX_WIDTH ||
                    property == CSS_FLEX_BASIS;
    if (!is_width)
        return px;
    return is_border_box(l, b) ? (px > b->edges_x ? px : b->edges_x) : px + b->edges_x;
}

double layout_limited(layout *l, const box *b, double width, double around) {
    double most = layout_specified(l, b, CSS_MAX_WIDTH, around),
           least = layout_specified(l, b, CSS_MIN_WIDTH, around);
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
    double height = layout_specified(l, b, CSS_HEIGHT, AUTO), proportion = proportion_of(b);
    double most = layout_specified(l, b, CSS_MAX_HEIGHT, AUTO);
    if (b->node->tag != DOM_TAG_IMG || proportion == AUTO)
        return b->natural_width;
    if (height == AUTO)
        height = b->natural_height;
    if (most != AUTO && height > most)
        height = most;
    return height * proportion;
}

double layout_replaced_width(layout *l, const box *b, double around) {
    double width = layout_specified(l, b, CSS_WIDTH, around);
    if (width == AUTO) {
        width = width_by_height(l, b);
        width = width == AUTO ? (around >= 0 ? around : 300) : width + b->edges_x;
    }
    return layout_limited(l, b, width, around);
}

double layout_replaced_height(layout *l, const box *b, double width, double around) {
    double height = layout_specified(l, b, CSS_HEIGHT, AUTO),
           most = layout_specified(l, b, CSS_MAX_HEIGHT, AUTO);
    double least = layout_specified(l, b, CSS_MIN_HEIGHT, AUTO), proportion = proportion_of(b);
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

static bool is_replaced(const dom_node *node) {
    switch (node->tag) {
    case DOM_TAG_IMG:
    case DOM_TAG_IFRAME:
    case DOM_TAG_VIDEO:
    case DOM_TAG_AUDIO:
    case DOM_TAG_OBJECT:
    case DOM_TAG_EMBED:
    case DOM_TAG_SVG:
        return true;
    default:
        return false;
    }
}

static const struct {
    const char *display;
    uint8_t kind;
} KINDS[] = {
    {"inline ruby ruby-text math", KIND_INLINE},
    {"flex inline-flex -webkit-box -webkit-flex -webkit-inline-box -webkit-inline-flex", KIND_FLEX},
    {"grid inline-grid", KIND_GRID},
    {"table inline-table", KIND_TABLE},
    {"table-row-group table-header-group table-footer-group", KIND_ROWS},
    {"table-row", KIND_ROW},
    {"table-cell", KIND_CELL},
};

static box_kind kind_of(const layout *l, const dom_node *node) {
    if (node->tag == DOM_TAG_BR)
        return KIND_BREAK;
    if (is_replaced(node))
        return KIND_REPLACED;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (css_computed_is(l->cascade, node, CSS_DISPLAY, KINDS[i].display))
            return KINDS[i].kind;
    return KIND_BLOCK;
}

/* Items of a flex container and the like are blocks, whatever they were (CSS Display 3 §2.7). */
static layout_flow flow_of(const layout *l, const box *b, const box *parent) {
    const dom_node *node = b->node;
    if (css_computed_is(l->cascade, node, CSS_POSITION, "absolute fixed"))
        return LAYOUT_ABSOLUTE;
    if (parent && (parent->kind == KIND_FLEX || parent->kind == KIND_GRID))
        return LAYOUT_ITEM;
    if (!css_computed_is(l->cascade, node, CSS_FLOAT, "none"))
        return LAYOUT_FLOAT;
    if (b->kind == KIND_CELL && parent && parent->kind == KIND_ROW)
        return LAYOUT_CELL;
    if (b->kind == KIND_ROW || b->kind == KIND_ROWS)
        return LAYOUT_TABLE_PART;
    if (b->kind == KIND_INLINE || b->kind == KIND_BREAK ||
        css_computed_is(l->cascade, node, CSS_DISPLAY,
                        "inline inline-block inline-flex inline-grid inline-table"))
        return LAYOUT_INLINE;
    return LAYOUT_BLOCK;
}

static void read_style(layout *l, box *b) {
    const dom_node *node = b->node;
    b->padding_x = length(l, node, CSS_PADDING_LEFT, 0) + length(l, node, CSS_PADDING_RIGHT, 0);
    b->edges_x = b->padding_x;
    if (!css_computed_is(l->cascade, node, CSS_BORDER_LEFT_STYLE, "none hidden"))
        b->edges_x += length(l, node, CSS_BORDER_LEFT_WIDTH, 0);
    if (!css_computed_is(l->cascade, node, CSS_BORDER_RIGHT_STYLE, "none hidden"))
        b->edges_x += length(l, node, CSS_BORDER_RIGHT_WIDTH, 0);
    b->out.margin_left = length(l, node, CSS_MARGIN_LEFT, 0);
    b->out.margin_right = length(l, node, CSS_MARGIN_RIGHT, 0);
    b->margin_x = b->out.margin_left + b->out.margin_right;
    b->out.auto_margins = css_computed_is(l->cascade, node, CSS_MARGIN_LEFT, "auto") &&
                          css_computed_is(l->cascade, node, CSS_MARGIN_RIGHT, "auto");
    b->out.float_right = css_computed_is(l->cascade, node, CSS_FLOAT, "right inline-end");
    b->is_inline_block = b->kind != KIND_INLINE && b->flow == LAYOUT_INLINE;
    b->is_column = b->kind == KIND_FLEX &&
                   css_computed_is(l->cascade, node, CSS_FLEX_DIRECTION, "column column-reverse");
    b->wraps = b->kind == KIND_FLEX && css_computed_is(l->cascade, node, CSS_FLEX_WRAP, "wrap wrap-reverse");
}

/* ---- the walk ------------------------------------------------------------------------------------------ */

static uint32_t add_box(layout *l, const dom_node *node, uint32_t parent) {
    box *b = vector_push(&l->boxes);
    const box *around = parent == NONE ? NULL : box_at(l, parent);
    *b = (box){.node = node, .parent = parent, .assigned = AUTO};
    if (!css_length(l->cascade, node, CSS_FONT_SIZE, 16, &b->font))
        b->font = 16;
    if (node->type == DOM_TEXT) {
        b->kind = KIND_TEXT;
        b->flow =
            around && (around->kind == KIND_FLEX || around->kind == KIND_GRID) ? LAYOUT_ITEM : LAYOUT_INLINE;
    } else {
        b->kind = (uint8_t)kind_of(l, node);
        b->flow = (uint8_t)flow_of(l, b, around);
        if (b->kind == KIND_INLINE && b->flow != LAYOUT_INLINE)
            b->kind = KIND_BLOCK;
        read_style(l, b);
        if (b->kind == KIND_REPLACED) {
            find_natural_size(l, b);
            b->out.known = b->out.known || layout_specified(l, b, CSS_WIDTH, 100) != AUTO;
        }
    }
    b->out.flow = b->flow;
    return (uint32_t)l->boxes.count - 1;
}

static bool is_shown(const layout *l, const dom_node *node) {
    if (node->type == DOM_TEXT)
        return slice_trim(node->text).length > 0 && !dom_is_raw_text(node->parent);
    return node->type == DOM_ELEMENT && !css_computed_is(l->cascade, node, CSS_DISPLAY, "none") &&
           node->tag != DOM_TAG_SCRIPT && node->tag != DOM_TAG_STYLE && node->tag != DOM_TAG_TEMPLATE;
}

void layout_make_boxes(layout *l, const dom_node *root) {
    uint32_t open = NONE; /* the innermost box whose content is being read */
    const dom_node *node = root;
    while (node) {
        bool shown = is_shown(l, node);
        uint32_t index = shown ? add_box(l, node, open) : NONE;
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
