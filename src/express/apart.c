/* express: words that only styles keep apart. Comes in: the page's tree and its styles, settled. Goes out:
 * the same, with a line break or a space where the end of an element ends a line or leaves a gap on the
 * screen, and nothing in the text does: `Dose <span style="display: block">20</span>50` is no 2050.
 */
#include "private.h"

#define GAP 3 /* px: less is no gap between words */

/* What stands between two texts on the screen, the least first. */
typedef enum distance { TOUCHES, GAP_BETWEEN, LINE_BETWEEN } distance;

typedef struct apart {
    css_cascade *styles;
    arena *arena;
    findings *found;
    const dom_node *text; /* the last one of this line, without white space at its end; NULL: there is none */
    distance distance;    /* from its end to here */
} apart;

static bool is_wide(css_cascade *styles, const dom_node *node, css_property property) {
    double px;
    return css_winner(styles, node, CSS_PSEUDO_NONE, property) &&
           css_length(styles, node, property, 0, &px) && px >= GAP;
}

/* At both ends of an inline box. */
static bool has_gaps(css_cascade *styles, const dom_node *node) {
    return is_wide(styles, node, CSS_MARGIN_LEFT) || is_wide(styles, node, CSS_MARGIN_RIGHT) ||
           is_wide(styles, node, CSS_PADDING_LEFT) || is_wide(styles, node, CSS_PADDING_RIGHT);
}

/* What the items of a flex or grid container have between them. */
static distance distance_of_items(css_cascade *styles, const dom_node *container) {
    if (!css_winner(styles, container, CSS_PSEUDO_NONE, CSS_DISPLAY))
        return TOUCHES;
    slice display = css_computed(styles, container, CSS_DISPLAY);
    if (css_is_among(display, "grid inline-grid"))
        return GAP_BETWEEN;
    if (!css_is_among(display, "flex inline-flex"))
        return TOUCHES;
    return css_computed_is(styles, container, CSS_FLEX_DIRECTION, "column column-reverse") ? LINE_BETWEEN
                                                                                           : GAP_BETWEEN;
}

/* What the beginning or the end of an inline element is on the screen. */
static distance distance_at(css_cascade *styles, const dom_node *node) {
    distance items = distance_of_items(styles, node->parent);
    if (items != TOUCHES)
        return items;
    if (!css_computed_is(styles, node, CSS_FLOAT, "none") ||
        css_computed_is(styles, node, CSS_POSITION, "absolute fixed"))
        return GAP_BETWEEN;
    if (css_winner(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY)) {
        slice display = css_computed(styles, node, CSS_DISPLAY);
        if (css_is_among(display, "block flex grid table list-item flow-root table-row table-caption "
                                  "table-row-group table-header-group table-footer-group -webkit-box"))
            return LINE_BETWEEN;
        if (css_is_among(display, "table-cell") ||
            (css_is_among(display, "inline-block inline-flex inline-grid inline-table -webkit-inline-box") &&
             is_wide(styles, node, CSS_WIDTH)))
            return GAP_BETWEEN;
        if (css_is_among(display, "none"))
            return TOUCHES;
    }
    return has_gaps(styles, node) ? GAP_BETWEEN : TOUCHES;
}

/* `node` begins or ends. */
static void pass_edge(apart *p, const dom_node *node) {
    if (dom_tag_has(node->tag, DOM_UNSEEN) || express_is_never_shown(node))
        return;
    if (dom_tag_has(node->tag, DOM_APART) || dom_tag_has(node->tag, DOM_VOID)) {
        p->text = NULL;
    } else if (p->text) {
        distance here = distance_at(p->styles, node);
        p->distance = here > p->distance ? here : p->distance;
    }
}

enum { SHOWN = 40 }; /* bytes of a word, for a person */

static slice last_word(slice text) {
    size_t at = text.length;
    while (at > 0 && text.length - at < SHOWN && !is_space(text.data[at - 1]))
        at--;
    while (at < text.length && utf8_is_trail(text.data[at]))
        at++;
    return slice_from(text, at);
}

static slice first_word(slice text) {
    size_t at = 0;
    while (at < text.length && at < SHOWN && !is_space(text.data[at]))
        at++;
    return utf8_head(slice_sub(text, 0, at), SHOWN);
}

/* It begins with a letter, a digit or a sign, and touches what is before it. */
static void part(apart *p, dom_node *text) {
    slice before = last_word(p->text->text), after = first_word(text->text);
    findings_add(p->found, FINDING_WORDS_APART, text->line, "`%.*s` and `%.*s`", SLICE_ARGS(before),
                 SLICE_ARGS(after));
    dom_insert_before(text, p->distance == LINE_BETWEEN ? dom_new_element(p->arena, DOM_TAG_BR, text->line)
                                                        : dom_new_text(p->arena, SLICE(" "), text->line));
}

static void pass_text(apart *p, dom_node *text) {
    static const slice NO_BREAK = LITERAL("\xC2\xA0");
    slice words = text->text;
    if (!words.length)
        return;
    if (p->text && p->distance != TOUCHES && !is_space(words.data[0]) && !slice_starts_with(words, NO_BREAK))
        part(p, text);
    bool ends = is_space(words.data[words.length - 1]) || slice_ends_with(words, NO_BREAK);
    p->text = ends ? NULL : text;
    p->distance = TOUCHES;
}

void express_part_words(dom_node *body, css_cascade *styles, arena *a, findings *found) {
    apart p = {.styles = styles, .arena = a, .found = found};
    for (dom_node *at = body; at;) {
        bool goes_in = at->first_child && !express_is_never_shown(at) && !dom_tag_has(at->tag, DOM_UNSEEN);
        if (at->type == DOM_TEXT)
            pass_text(&p, at);
        else if (at->type == DOM_ELEMENT)
            pass_edge(&p, at);
        if (goes_in) {
            at = at->first_child;
            continue;
        }
        while (at != body && !at->next) {
            at = at->parent;
            pass_edge(&p, at);
        }
        at = at == body ? NULL : at->next;
    }
}
