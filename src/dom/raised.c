/* Text that is raised, lowered or struck out, and says something else when it is plain: powers, formulas,
 * what holds no more.
 *
 * Comes in: the computed style of an element in a line. Goes out: whether its text is read so.
 */
#include "css.h"

/* Text is read as raised or lowered if it is moved by so many pixels, and is smaller than the text around it
 * or has at most so many bytes: anything else is a line or a label that is moved into its place. */
enum { RAISED_LEAST = 2, RAISED_MOST = 12, RAISED_BYTES = 6 };

static bool is_smaller(css_cascade *c, const dom_node *node) {
    double own, around;
    return node->parent && css_length(c, node, CSS_FONT_SIZE, 16, &own) &&
           css_length(c, node->parent, CSS_FONT_SIZE, 16, &around) && own < around * 0.95;
}

static bool is_short(const dom_node *node) {
    const dom_node *text = node->first_child;
    while (text && text->type == DOM_ELEMENT && !text->next)
        text = text->first_child;
    return text && text->type == DOM_TEXT && !text->next &&
           slice_trim_wide(dom_text(text)).length <= RAISED_BYTES;
}

/* translateY(), and the second of translate() and translate3d(); 0: another function. */
static double moved_down(css_cascade *c, const dom_node *node) {
    css_reader r = {.text = css_computed(c, node, CSS_TRANSFORM)};
    css_token t = css_next_solid(&r);
    bool both = css_is_among(t.value, "translate translate3d");
    if (t.kind != CSS_TOKEN_FUNCTION || (!both && !css_is_among(t.value, "translatey")))
        return 0;
    double px = 0;
    while (both && t.kind != CSS_TOKEN_END && !(t.kind == CSS_TOKEN_DELIM && t.delim == ','))
        t = css_next_solid(&r);
    size_t from = r.at;
    t = css_next_solid(&r);
    return t.kind != CSS_TOKEN_END &&
                   css_length_of(c, node, slice_trim(slice_sub(r.text, from, r.at)), -1, &px)
               ? px
               : 0;
}

/* How far up the box is moved from where it would stand. */
static double moved_up(css_cascade *c, const dom_node *node, css_from from) {
    double px;
    bool relative = css_computed_is(c, node, CSS_POSITION, "relative");
    if (relative && css_sets(c, node, CSS_TOP, from) && css_length(c, node, CSS_TOP, -1, &px))
        return -px;
    if (relative && css_sets(c, node, CSS_BOTTOM, from) && css_length(c, node, CSS_BOTTOM, -1, &px))
        return px;
    bool moves =
        css_sets(c, node, CSS_TRANSFORM, from) && css_computed_is(c, node, CSS_DISPLAY, "inline-block");
    return moves ? -moved_down(c, node) : 0;
}

/* By a length, of the line it stands in or of the box itself, as Word moves it. */
static double raised_by_length(css_cascade *c, const dom_node *node, bool aligned, css_from from) {
    double px = 0, font = 16, most = RAISED_MOST;
    if (aligned) {
        css_length(c, node, CSS_FONT_SIZE, 16, &font);
        if (!css_length(c, node, CSS_VERTICAL_ALIGN, font * 1.5, &px))
            px = 0;
        most = font > most ? font : most; /* what is not short is a line of text, however far it is moved */
    }
    if (px == 0)
        px = moved_up(c, node, from);
    bool is_read_so = (px >= RAISED_LEAST && px <= most) || (px <= -RAISED_LEAST && px >= -most);
    return is_read_so && (is_smaller(c, node) || is_short(node)) ? px : 0;
}

double css_raised_by(css_cascade *c, const dom_node *node, css_from from) {
    bool aligned = css_sets(c, node, CSS_VERTICAL_ALIGN, from);
    if (aligned) {
        slice value = css_computed(c, node, CSS_VERTICAL_ALIGN);
        if (css_is_among(value, "super sub"))
            return css_is_among(value, "super") ? RAISED_MOST : -RAISED_MOST;
        if (css_is_among(value, "top text-top bottom text-bottom") && is_smaller(c, node))
            return css_is_among(value, "top text-top") ? RAISED_MOST : -RAISED_MOST;
    }
    if (css_sets(c, node, CSS_FONT_VARIANT_POSITION, from)) {
        slice value = css_computed(c, node, CSS_FONT_VARIANT_POSITION);
        if (!css_is_among(value, "normal"))
            return css_is_among(value, "super") ? RAISED_MOST : -RAISED_MOST;
    }
    return raised_by_length(c, node, aligned, from);
}

bool css_shifts_or_strikes(css_cascade *c, const dom_node *element) {
    bool is_inline = dom_tag_has(element->tag, DOM_INLINE); /* of boxes, vertical-align is another thing */
    return element->tag == DOM_TAG_SUP || element->tag == DOM_TAG_SUB ||
           (is_inline && css_raised_by(c, element, CSS_FROM_ALL) != 0) ||
           slice_find(css_computed(c, element, CSS_TEXT_DECORATION_LINE), SLICE("line-through"), 0) !=
               SLICE_NONE;
}
