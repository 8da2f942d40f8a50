/* What the page's own style sheets place side by side: such elements get an attribute for the rules to match,
 * [layout=grid] or [layout=flex] for what holds them, [layout=side] for what stands beside its neighbours,
 * and lose it again when the page is rewritten.
 *
 * Comes in: the <style> elements and style attributes of the page. Read are plain rules outside of @-rules,
 * for `display`, `flex-direction` and `float`; at most RULES_MAX of them that say one of these.
 */
#include "engine.h"

#define RULES_MAX 64

/* The last value of a property in a declaration block, in no particular case; empty when it is not there. */
static slice find_property(slice block, slice property) {
    slice found = {NULL, 0};
    for (size_t at = 0; at < block.length;) {
        size_t end = slice_find_char(block, ';', at);
        end = end == SLICE_NONE ? block.length : end;
        slice declaration = slice_sub(block, at, end);
        size_t colon = slice_find_char(declaration, ':', 0);
        if (colon != SLICE_NONE && slice_equal_nocase(slice_trim(slice_sub(declaration, 0, colon)), property))
            found = slice_trim(slice_from(declaration, colon + 1));
        at = end + 1;
    }
    return found;
}

static bool starts_with_nocase(slice s, slice prefix) {
    return slice_equal_nocase(slice_sub(s, 0, prefix.length), prefix);
}

/* "grid", "flex", "side" or empty. A column of flex items stands in reading order already. */
static slice layout_of(slice block) {
    slice display = find_property(block, SLICE("display")),
          direction = find_property(block, SLICE("flex-direction")),
          floats = find_property(block, SLICE("float"));
    if (starts_with_nocase(display, SLICE("grid")) || starts_with_nocase(display, SLICE("inline-grid")))
        return SLICE("grid");
    if (starts_with_nocase(display, SLICE("flex")) || starts_with_nocase(display, SLICE("inline-flex")))
        return starts_with_nocase(direction, SLICE("column")) ? (slice){NULL, 0} : SLICE("flex");
    bool side = starts_with_nocase(display, SLICE("inline-block")) ||
                starts_with_nocase(display, SLICE("table-cell")) ||
                starts_with_nocase(floats, SLICE("left")) || starts_with_nocase(floats, SLICE("right"));
    return side ? SLICE("side") : (slice){NULL, 0};
}

static void set_layout(engine *e, dom_node *node, slice layout) {
    if (dom_attribute_get(node, SLICE("layout")))
        return;
    dom_attribute_set(node, e->arena, SLICE("layout"), layout);
    dom_matcher_note_attributes(e->matcher, node);
}

static void mark_selected(engine *e, slice selector, slice layout) {
    dom_selector_error error;
    const dom_selector *s = dom_selector_compile(selector, e->arena, &error);
    if (!s || !dom_matcher_may_match(e->matcher, s))
        return;
    for (dom_node *at = dom_next(e->body, e->body); at; at = dom_next(at, e->body))
        if (at->type == DOM_ELEMENT && dom_matches(e->matcher, s, at, NULL))
            set_layout(e, at, layout);
}

static slice without_comments(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 1);
    for (size_t at = 0; at < text.length;) {
        size_t open = slice_find(text, SLICE("/*"), at);
        open = open == SLICE_NONE ? text.length : open;
        buffer_append(&out, slice_sub(text, at, open));
        size_t close = slice_find(text, SLICE("*/"), open);
        at = close == SLICE_NONE ? text.length : close + 2;
    }
    return buffer_slice(&out);
}

/* The rules of a style sheet that stand outside of every @-rule. */
static void read_sheet(engine *e, slice sheet, unsigned *rules) {
    size_t depth = 0, prelude = 0, block = 0;
    for (size_t i = 0; i < sheet.length; i++) {
        char c = sheet.data[i];
        if (c == '{' && depth++ == 0)
            block = i + 1;
        if ((c == ';' || c == '}') && depth == 0)
            prelude = i + 1;
        if (c != '}' || depth == 0 || --depth > 0)
            continue;
        slice selector = slice_trim(slice_sub(sheet, prelude, block - 1));
        slice layout = layout_of(slice_sub(sheet, block, i));
        if (layout.length && selector.length && selector.data[0] != '@' && (*rules)++ < RULES_MAX)
            mark_selected(e, selector, layout);
        prelude = i + 1;
    }
}

void mark_layouts(engine *e) {
    unsigned rules = 0;
    for (dom_node *at = dom_next(e->body, e->body); at; at = dom_next(at, e->body)) {
        const slice *style = at->type == DOM_ELEMENT ? dom_attribute_get(at, SLICE("style")) : NULL;
        slice layout = style ? layout_of(*style) : (slice){NULL, 0};
        if (layout.length)
            set_layout(e, at, layout);
        if (at->tag == DOM_TAG_STYLE && at->first_child && rules < RULES_MAX)
            read_sheet(e, without_comments(at->first_child->text, e->arena), &rules);
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
