/* express: boxes that follow each other, each drawn around some text and its links: without them nobody sees
 * whether a link belongs to the words above it or to those below. Comes in: an element. Goes out: whether a
 * line has to stand behind it. It never changes the tree.
 */
#include "private.h"

enum { BOX_NODES = 200 }; /* of a box that are looked at */

static bool has_border(css_cascade *styles, const dom_node *box, css_property style) {
    return css_is_lost(styles, box, CSS_PSEUDO_NONE, style) &&
           !css_computed_is(styles, box, style, "none hidden");
}

/* A background, or a border above or below, which goes with the page. */
static bool is_drawn(css_cascade *styles, const dom_node *box) {
    bool background = css_is_lost(styles, box, CSS_PSEUDO_NONE, CSS_BACKGROUND_COLOR) &&
                      !express_is_plain_colour(css_computed(styles, box, CSS_BACKGROUND_COLOR));
    return background || has_border(styles, box, CSS_BORDER_TOP_STYLE) ||
           has_border(styles, box, CSS_BORDER_BOTTOM_STYLE);
}

/* The block around a text, inside of the box, or the box; `*in_link`: a link stands between. */
static const dom_node *block_of(const dom_node *text, const dom_node *box, bool *in_link) {
    const dom_node *at = text->parent;
    *in_link = false;
    for (; at != box && !express_is_block(at); at = at->parent)
        *in_link = *in_link || (at->tag == DOM_TAG_A && dom_attribute_get(at, SLICE("href")));
    return at;
}

/* Words, and links in a block of their own: which may belong to the words of the next box as well. */
static bool is_text_with_links(const dom_node *box) {
    const dom_node *words = NULL, *links = NULL, *at = dom_next(box, box);
    bool any = false;
    for (size_t steps = 0; at && steps < BOX_NODES; steps++, at = dom_next(at, box)) {
        if (at->type != DOM_TEXT || express_is_blank_text(dom_text(at)))
            continue;
        bool in_link;
        const dom_node *block = block_of(at, box, &in_link);
        any = any || (links && links != block);
        if (!in_link)
            words = block;
        if (in_link && block != words)
            links = block;
        else if (links == block)
            links = NULL;
    }
    return words && (any || links) && !at;
}

static slice classes_of(const dom_node *node) {
    return dom_attribute_trimmed(node, "class");
}

bool express_ends_box(css_cascade *styles, const dom_node *node) {
    const dom_node *next = node->next ? express_next_shown(node) : NULL;
    return next && next->type == DOM_ELEMENT && next->tag == node->tag && node->tag != DOM_TAG_P &&
           slice_equal(classes_of(next), classes_of(node)) && is_drawn(styles, node) &&
           is_drawn(styles, next) && is_text_with_links(node) && is_text_with_links(next);
}
