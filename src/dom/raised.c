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
           slice_trim_wide(text->text).length <= RAISED_BYTES;
}

/* By a length, of the line it stands in or of the box itself, as Word moves it. */
static double raised_by_length(css_cascade *c, const dom_node *node, bool aligned, css_from from) {
    double px = 0, font = 16;
    if (aligned) {
        css_length(c, node, CSS_FONT_SIZE, 16, &font);
        if (!css_length(c, node, CSS_VERTICAL_ALIGN, font * 1.5, &px))
            px = 0;
    }
    if (px == 0 && css_sets(c, node, CSS_TOP, from) && css_computed_is(c, node, CSS_POSITION, "relative") &&
        css_length(c, node, CSS_TOP, -1, &px))
        px = -px;
    bool is_read_so =
        (px >= RAISED_LEAST && px <= RAISED_MOST) || (px <= -RAISED_LEAST && px >= -RAISED_MOST);
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
    return raised_by_length(c, node, aligned, from);
}

bool css_shifts_or_strikes(css_cascade *c, const dom_node *element) {
    bool is_inline = dom_tag_has(element->tag, DOM_INLINE); /* of boxes, vertical-align is another thing */
    return element->tag == DOM_TAG_SUP || element->tag == DOM_TAG_SUB ||
           (is_inline && css_raised_by(c, element, CSS_FROM_ALL) != 0) ||
           slice_find(css_computed(c, element, CSS_TEXT_DECORATION_LINE), SLICE("line-through"), 0) !=
               SLICE_NONE;
}
