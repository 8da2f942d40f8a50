/* express: what stands side by side on a page of the editor by its own styles, and falls below each other
 * when the editor drops them. Comes in: the page's tree and its styles, settled. Goes out: a finding for each
 * row. What style sheets set side by side is found as of legacy pages (looks.c), but for cells and blocks in
 * lines, which there become tables and lines.
 */
#include "private.h"

enum { STACKED_LOOKED_AT = 64 }; /* children of a row, and nodes of each */

static bool is_said_by_style(css_cascade *styles, const dom_node *node, css_property property) {
    const css_declaration *d = css_winner(styles, node, CSS_PSEUDO_NONE, property);
    return d && !d->rule && !d->is_hint && css_is_lost(styles, node, CSS_PSEUDO_NONE, property);
}

static bool shows_block(const dom_node *node) {
    const dom_node *at = node;
    for (size_t seen = 0; at && seen < STACKED_LOOKED_AT; at = dom_next(at, node), seen++)
        if (at->type == DOM_ELEMENT && express_is_block(at))
            return true;
    return false;
}

/* Whether two or more of its children show something, and would not stand in one line of text. */
static bool has_parts(css_cascade *styles, const dom_node *row) {
    size_t seen = 0, shown = 0;
    bool block = false;
    for (const dom_node *at = row->first_child; at && seen < STACKED_LOOKED_AT; at = at->next, seen++) {
        if (express_is_blank(at) || !express_first_shown(at) ||
            (at->type == DOM_ELEMENT && css_computed_is(styles, at, CSS_DISPLAY, "none")))
            continue;
        shown++;
        block = block || shows_block(at);
    }
    return shown > 1 && block;
}

/* Whether its style sets what is in it side by side. */
static bool is_row(css_cascade *styles, const dom_node *node) {
    if (!is_said_by_style(styles, node, CSS_DISPLAY))
        return false;
    bool flex = css_computed_is(styles, node, CSS_DISPLAY, "flex inline-flex") &&
                !css_computed_is(styles, node, CSS_FLEX_DIRECTION, "column column-reverse");
    bool grid = css_computed_is(styles, node, CSS_DISPLAY, "grid inline-grid") &&
                (!css_computed_is(styles, node, CSS_GRID_TEMPLATE_COLUMNS, "none") ||
                 !css_computed_is(styles, node, CSS_GRID_TEMPLATE_AREAS, "none") ||
                 css_computed_is(styles, node, CSS_GRID_AUTO_FLOW, "column"));
    return (flex || grid) && has_parts(styles, node);
}

/* The property by which a block stands beside another one of its kind; CSS_PROPERTY_COUNT: none does. */
static css_property placed_by(css_cascade *styles, const dom_node *node) {
    bool may_be = node && node->type == DOM_ELEMENT && express_is_block(node) && !express_is_media(node) &&
                  node->tag != DOM_TAG_LI && node->tag != DOM_TAG_TD && node->tag != DOM_TAG_TH;
    if (!may_be || !express_first_shown(node))
        return CSS_PROPERTY_COUNT;
    if (is_said_by_style(styles, node, CSS_FLOAT) && css_computed_is(styles, node, CSS_FLOAT, "left right"))
        return CSS_FLOAT;
    bool lost = css_is_lost(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY);
    return lost && css_computed_is(styles, node, CSS_DISPLAY,
                                   "table-cell inline inline-block inline-table inline-flex inline-grid")
               ? CSS_DISPLAY
               : CSS_PROPERTY_COUNT;
}

static const dom_node *beside_of(const dom_node *node, bool before) {
    do
        node = before ? dom_previous(node) : node->next;
    while (node && express_is_blank(node));
    return node;
}

/* The first of several blocks that stand beside each other. */
static css_property begins_row(css_cascade *styles, const dom_node *node) {
    css_property by = placed_by(styles, node);
    return by != CSS_PROPERTY_COUNT && placed_by(styles, beside_of(node, false)) == by &&
                   placed_by(styles, beside_of(node, true)) != by
               ? by
               : CSS_PROPERTY_COUNT;
}

void express_report_stacked(const dom_node *body, css_cascade *styles, findings *found) {
    for (const dom_node *node = body->first_child; node; node = dom_next(node, body)) {
        if (node->type != DOM_ELEMENT || !css_loses(styles, node))
            continue;
        css_property by = is_row(styles, node) ? CSS_DISPLAY : begins_row(styles, node);
        if (by != CSS_PROPERTY_COUNT)
            findings_add(found, FINDING_LAYOUT, node->line, "<%.*s> with `%.*s: %.*s`",
                         SLICE_ARGS(dom_name(node)), SLICE_ARGS(css_property_name(by)),
                         SLICE_ARGS(css_computed(styles, node, by)));
    }
}
