/* What style sheets and style attributes place side by side: such elements get an attribute for the rules to
 * match, [layout=grid] or [layout=flex] for what holds them, [layout=side] for what stands beside its
 * neighbours, and lose it again when the page is rewritten.
 *
 * Comes in: the page's computed styles. A browser's own layout (a table's cells) and attributes of HTML
 * (align) are none of these.
 */
#include "engine.h"

static bool is_said(engine *e, const dom_node *node, css_property property) {
    const css_declaration *d = css_winner(e->options.styles, node, CSS_PSEUDO_NONE, property);
    return d && !d->is_hint && css_place_of(d).origin != CSS_ORIGIN_AGENT;
}

/* "grid", "flex", "side" or empty. A column of flex items stands in reading order already. */
static slice layout_of(engine *e, const dom_node *node) {
    css_cascade *styles = e->options.styles;
    bool displayed = is_said(e, node, CSS_DISPLAY);
    if (displayed && css_computed_is(styles, node, CSS_DISPLAY, "grid inline-grid"))
        return SLICE("grid");
    if (displayed && css_computed_is(styles, node, CSS_DISPLAY, "flex inline-flex"))
        return css_computed_is(styles, node, CSS_FLEX_DIRECTION, "column column-reverse") ? (slice){NULL, 0}
                                                                                          : SLICE("flex");
    bool side = (displayed && css_computed_is(styles, node, CSS_DISPLAY, "inline-block table-cell")) ||
                (is_said(e, node, CSS_FLOAT) && css_computed_is(styles, node, CSS_FLOAT, "left right"));
    return side ? SLICE("side") : (slice){NULL, 0};
}

void mark_layouts(engine *e) {
    for (dom_node *at = dom_next(e->body, e->body); at; at = dom_next(at, e->body)) {
        slice layout = at->type == DOM_ELEMENT ? layout_of(e, at) : (slice){NULL, 0};
        if (!layout.length || dom_attribute_get(at, SLICE("layout")))
            continue;
        dom_attribute_set(at, e->arena, SLICE("layout"), layout);
        dom_matcher_note_attributes(e->matcher, at);
    }
}

void unmark_layouts(engine *e) {
    for (dom_node *at = dom_next(e->body, e->body); at; at = dom_next(at, e->body)) {
        const slice *layout = at->type == DOM_ELEMENT ? dom_attribute_get(at, SLICE("layout")) : NULL;
        if (layout && (slice_equal(*layout, SLICE("grid")) || slice_equal(*layout, SLICE("flex")) ||
                       slice_equal(*layout, SLICE("side"))))
            dom_attribute_remove(at, SLICE("layout"));
    }
}
