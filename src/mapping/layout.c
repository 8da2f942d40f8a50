/* What style sheets and style attributes place side by side: such elements get an attribute for the rules to
 * match, [layout=grid] or [layout=flex] for what holds them, [layout=side] for what stands beside its
 * neighbours; what they hide has [layout=hidden]. They lose it again when the page is rewritten.
 *
 * Comes in: the page's computed styles. A browser's own layout (a table's cells) and attributes of HTML
 * (align) are none of these.
 */
#include "pass.h"

static bool is_said(mapping_pass *pass, const dom_node *node, css_property property) {
    const css_declaration *d = css_winner(pass->options.styles, node, CSS_PSEUDO_NONE, property);
    return d && !d->is_hint && css_place_of(d).origin != CSS_ORIGIN_AGENT;
}

/* "grid", "flex", "side", "hidden" or empty. A column of flex items stands in reading order already. */
static slice layout_of(mapping_pass *pass, const dom_node *node) {
    css_cascade *styles = pass->options.styles;
    bool displayed = is_said(pass, node, CSS_DISPLAY);
    if (displayed && css_computed_is(styles, node, CSS_DISPLAY, "grid inline-grid"))
        return SLICE("grid");
    if (displayed && css_computed_is(styles, node, CSS_DISPLAY, "flex inline-flex"))
        return css_computed_is(styles, node, CSS_FLEX_DIRECTION, "column column-reverse") ? (slice){NULL, 0}
                                                                                          : SLICE("flex");
    bool side = (displayed && css_computed_is(styles, node, CSS_DISPLAY, "inline-block table-cell")) ||
                (is_said(pass, node, CSS_FLOAT) && css_computed_is(styles, node, CSS_FLOAT, "left right"));
    if (side)
        return SLICE("side");
    bool hidden = pass->options.is_hidden && (!is_inline(node) || node->tag == DOM_TAG_INPUT) &&
                  css_loses(styles, node) && pass->options.is_hidden(styles, node);
    return hidden ? SLICE("hidden") : (slice){NULL, 0};
}

void mark_layouts(mapping_pass *pass) {
    for (dom_node *at = dom_next(pass->body, pass->body); at; at = dom_next(at, pass->body)) {
        slice layout = at->type == DOM_ELEMENT ? layout_of(pass, at) : (slice){NULL, 0};
        if (!layout.length || dom_attribute_get(at, SLICE("layout")))
            continue;
        dom_attribute_set(at, pass->arena, SLICE("layout"), layout);
        dom_matcher_note_attributes(pass->matcher, at);
    }
}

void unmark_layouts(mapping_pass *pass) {
    for (dom_node *at = dom_next(pass->body, pass->body); at; at = dom_next(at, pass->body)) {
        const slice *layout = at->type == DOM_ELEMENT ? dom_attribute_get(at, SLICE("layout")) : NULL;
        if (layout && (slice_equal(*layout, SLICE("grid")) || slice_equal(*layout, SLICE("flex")) ||
                       slice_equal(*layout, SLICE("side")) || slice_equal(*layout, SLICE("hidden"))))
            dom_attribute_remove(at, SLICE("layout"));
    }
}
