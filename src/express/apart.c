/* express: words that only styles keep apart, or in one line. Comes in: the page's tree and its styles,
 * settled. Goes out: the same, with a line break or a space where the end of an element ends a line or leaves
 * a gap on the screen, and nothing in the text does: `Dose <span style="display: block">20</span>50` is no
 * 2050; and blocks that are set in a line are elements of a line.
 */
#include "private.h"

#define GAP 3 /* px: less is no gap between words */

/* What stands between two texts on the screen, the least first. */
typedef enum distance { TOUCHES, GAP_BETWEEN, LINE_BETWEEN } distance;

typedef struct apart {
    css_cascade *styles;
    arena *arena;
    findings *found;
    bool goes_on;      /* the last text of this line ends in a word */
    distance distance; /* from its end to here */
    buffer was, is;    /* that word as the text has it, from one white space to the next, and as it is seen */
    size_t places;     /* where it was parted */
    uint32_t line;     /* of the first of them */
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

/* Whether a style of the page sets the block into the line that it stands in, and only what stands in lines
 * is inside. */
static bool is_set_in_line(css_cascade *styles, const dom_node *node) {
    if ((node->tag != DOM_TAG_DIV && node->tag != DOM_TAG_P) ||
        !css_is_lost(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY) ||
        !css_computed_is(styles, node, CSS_DISPLAY, "inline") ||
        !css_computed_is(styles, node, CSS_FLOAT, "none") ||
        css_computed_is(styles, node, CSS_POSITION, "absolute fixed") ||
        distance_of_items(styles, node->parent) != TOUCHES)
        return false;
    const dom_node *at = dom_next(node, node);
    while (at && (at->type != DOM_ELEMENT || (dom_tag_has(at->tag, DOM_INLINE) && !express_is_media(at))))
        at = dom_next(at, node);
    return !at;
}

/* The word has ended. */
static void end_word(apart *p) {
    finding *said = p->places ? findings_add(p->found, FINDING_WORDS_APART, p->line, "`%.*s`",
                                             SLICE_ARGS(buffer_slice(&p->is)))
                              : NULL;
    if (said) {
        said->before = slice_copy(buffer_slice(&p->was), p->arena);
        said->after = slice_copy(buffer_slice(&p->is), p->arena);
    }
    p->was.length = p->is.length = p->places = 0;
    p->goes_on = false;
}

/* `node` begins or ends. */
static void pass_edge(apart *p, const dom_node *node) {
    if (dom_tag_has(node->tag, DOM_UNSEEN) || express_is_never_shown(node))
        return;
    if (dom_tag_has(node->tag, DOM_APART) || dom_tag_has(node->tag, DOM_VOID)) {
        end_word(p);
    } else if (p->goes_on) {
        distance here = distance_at(p->styles, node);
        p->distance = here > p->distance ? here : p->distance;
    }
}

static void part(apart *p, dom_node *text) {
    p->line = p->places++ ? p->line : text->line;
    buffer_append_char(&p->is, ' ');
    dom_insert_before(text, p->distance == LINE_BETWEEN ? dom_new_element(p->arena, DOM_TAG_BR, text->line)
                                                        : dom_new_text(p->arena, SLICE(" "), text->line));
}

/* The length of the white space at `at`; a no-break space is one. */
static size_t space_at(slice text, size_t at) {
    bool no_break = text.data[at] == '\xC2' && at + 1 < text.length && text.data[at + 1] == '\xA0';
    return is_space(text.data[at]) ? 1 : no_break ? 2 : 0;
}

static size_t word_end(slice text, size_t at) {
    while (at < text.length && !space_at(text, at))
        at++;
    return at;
}

static size_t word_begin(slice text) {
    size_t at = text.length;
    while (at > 0 && !is_space(text.data[at - 1]) &&
           !(text.data[at - 1] == '\xA0' && at > 1 && text.data[at - 2] == '\xC2'))
        at--;
    return at;
}

static void add_to_word(apart *p, slice text) {
    buffer_append(&p->was, text);
    buffer_append(&p->is, text);
}

static void pass_text(apart *p, dom_node *text) {
    slice words = dom_text(text);
    if (!words.length)
        return;
    size_t first = p->goes_on ? word_end(words, 0) : 0, last = word_begin(words);
    if (p->goes_on) {
        if (first && p->distance != TOUCHES)
            part(p, text);
        add_to_word(p, slice_sub(words, 0, first));
        if (first < words.length)
            end_word(p);
    }
    if (!p->goes_on)
        add_to_word(p, slice_from(words, last));
    p->goes_on = p->goes_on || last < words.length;
    p->distance = TOUCHES;
}

void express_part_words(dom_node *body, css_cascade *styles, arena *a, findings *found) {
    apart p = {
        .styles = styles, .arena = a, .found = found, .was = buffer_new(a, 64), .is = buffer_new(a, 64)};
    for (dom_node *at = body; at;) {
        if (at != body && is_set_in_line(styles, at))
            at->tag = DOM_TAG_SPAN;
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
    end_word(&p);
}
