/* Signs that several icons make together: a box of them laid over others, or one that shows only a part of
 * those in it, as the golden stars of a rating lie over the grey ones and end behind the third.
 *
 * Comes in: icons that say something, one by one. Goes out: which of them are parts of such a sign. Linear:
 * looks at a bounded number of nodes around each icon, and at each box once.
 */
#include "private.h"

enum { LOOKED_AT = 64, NESTED = 8 };

/* What is known of a box that holds icons. */
typedef struct box {
    bool looked_at;
    bool only_icons;
    bool parts; /* those in it are no signs of their own */
} box;

express_layers express_new_layers(css_cascade *styles, const express_icons *icons, marking *m, arena *a) {
    return (express_layers){styles, icons, m, a, map_new(a, 16)};
}

/* What the element says as an icon, or by what a sheet writes in it; empty: nothing. */
static slice sign_of(const express_layers *l, const dom_node *node) {
    const express_icon *icon = express_icon_of(l->icons, node, l->arena);
    css_pseudo pseudo;
    if (icon || node->type != DOM_ELEMENT || !css_generates(l->styles, node))
        return icon ? icon->sign : (slice){NULL, 0};
    return express_sign_of_sheet(l->marking, node, &pseudo);
}

static slice key_of(const express_layers *l, const dom_node *node) {
    return format_slice(l->arena, "%p", (const void *)node);
}

bool express_shows_only_icons(const express_icons *icons, const dom_node *node, arena *a) {
    const dom_node *at = node;
    for (size_t steps = 0; at && steps < LOOKED_AT; steps++, at = dom_next(at, node))
        if (express_shows(at) && !(at->parent && express_icon_name(icons, at->parent, a).length))
            return false;
    return !at;
}

/* ---- boxes that show a part ---------------------------------------------------------------------------- */

static size_t count_icons(const express_layers *l, const dom_node *node) {
    size_t count = 0, steps = 0;
    for (const dom_node *at = node; at && steps < LOOKED_AT; steps++, at = dom_next(at, node))
        count += sign_of(l, at).length > 0;
    return count;
}

/* Whether a width is less than the icons take. Of one in percent, which may be a column's, that is not known:
 * of several icons, or in a line, it is taken for less. */
static bool is_narrow(const express_layers *l, const dom_node *node, css_property width) {
    slice value = css_computed(l->styles, node, width);
    double px, em, part[EXPRESS_NUMBERS] = {0};
    size_t icons;
    if (css_is_among(value, "auto none min-content max-content fit-content"))
        return false;
    icons = count_icons(l, node);
    if (!css_length_of(l->styles, node, value, -1, &px))
        return express_numbers(value, part) && part[0] != 100 &&
               (icons > 1 || dom_tag_has(node->tag, DOM_INLINE));
    return icons > 1 && css_length_of(l->styles, node, SLICE("1em"), -1, &em) && px < em * (double)icons;
}

static bool shows_a_part(const express_layers *l, const dom_node *node) {
    bool absolute = css_computed_is(l->styles, node, CSS_POSITION, "absolute fixed"),
         in_line = css_computed_is(l->styles, node, CSS_DISPLAY, "inline") && !absolute &&
                   css_computed_is(l->styles, node, CSS_FLOAT, "none");
    if (!css_computed_is(l->styles, node, CSS_CLIP_PATH, "none") ||
        (absolute && !css_computed_is(l->styles, node, CSS_CLIP, "auto")))
        return true;
    return !in_line && css_computed_is(l->styles, node, CSS_OVERFLOW_X, "hidden clip") &&
           (is_narrow(l, node, CSS_WIDTH) || is_narrow(l, node, CSS_MAX_WIDTH));
}

/* ---- boxes over others --------------------------------------------------------------------------------- */

/* Whether it stands where it would not: by its position, or as far to the side as an icon is wide. */
static bool is_moved(const express_layers *l, const dom_node *node) {
    static const css_property BY[] = {CSS_LEFT, CSS_RIGHT, CSS_MARGIN_LEFT};
    double px, em;
    slice position = css_computed(l->styles, node, CSS_POSITION);
    if (css_is_among(position, "absolute fixed"))
        return true;
    for (size_t i = 0; i < sizeof BY / sizeof *BY; i++) {
        slice value = css_computed(l->styles, node, BY[i]);
        bool counts = BY[i] == CSS_MARGIN_LEFT ? slice_starts_with(value, SLICE("-"))
                                               : css_is_among(position, "relative");
        if (counts && !css_is_among(value, "auto") &&
            (!css_length_of(l->styles, node, value, -1, &px) ||
             (css_length_of(l->styles, node, SLICE("1em"), -1, &em) && (px >= em || px <= -em))))
            return true;
    }
    return false;
}

static bool is_kin(slice one, slice other) {
    return slice_equal(one, other) ||
           (css_is_among(one, EXPRESS_STARS) && css_is_among(other, EXPRESS_STARS));
}

/* Whether the box around holds others of the sign, outside of this one. */
static bool has_others_beside(const express_layers *l, const dom_node *node, slice sign) {
    size_t steps = 0;
    for (const dom_node *at = node->parent; at && steps < LOOKED_AT; steps++) {
        if (at != node && is_kin(sign_of(l, at), sign))
            return true;
        at = at == node ? dom_next_skip(at, node->parent) : dom_next(at, node->parent);
    }
    return false;
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static box *box_of(express_layers *l, const dom_node *node) {
    bool is_new;
    void **kept = map_put(&l->boxes, key_of(l, node), &is_new);
    if (is_new)
        *kept = arena_zeroed(l->arena, sizeof(box));
    return *kept;
}

void express_look_at_layers(express_layers *l, const dom_node *box_around, slice sign) {
    const dom_node *at = box_around;
    for (size_t steps = 0; at && at->parent && steps < NESTED; steps++, at = at->parent) {
        box *b = box_of(l, at);
        if (b->looked_at)
            return; /* what is around it was, too */
        b->looked_at = true;
        b->only_icons = at->tag != DOM_TAG_TD && at->tag != DOM_TAG_TH &&
                        express_shows_only_icons(l->icons, at, l->arena);
        if (!b->only_icons)
            return;
        bool part = shows_a_part(l, at);
        b->parts = b->parts || part;
        if ((part || is_moved(l, at)) && has_others_beside(l, at, sign))
            box_of(l, at->parent)->parts = true;
    }
}

bool express_is_layer(const express_layers *l, const dom_node *box_around) {
    const dom_node *at = box_around;
    for (size_t steps = 0; at && steps <= NESTED; steps++, at = at->parent) {
        const box *b = map_get(&l->boxes, key_of(l, at));
        if (!b || b->parts)
            return b != NULL;
        if (!b->only_icons)
            return false;
    }
    return false;
}
