/* express: what `display` makes of boxes. Comes in: the page's tree and its styles, settled. Goes out: the
 * same, where boxes with `display: table`, `table-row` and `table-cell` that a visitor saw as a table are the
 * elements of one, with their classes and styles; and where items of a flex box or grid are its children,
 * without boxes with `display: contents` around them.
 */
#include "private.h"

typedef struct boxed {
    css_cascade *styles;
    arena *arena;
} boxed;

/* Boxes that a style sheet of the page displays so. */
static bool is_displayed(const boxed *b, const dom_node *node, const char *names) {
    if (!dom_is(node, DOM_TAG_DIV) && !dom_is(node, DOM_TAG_SECTION) && !dom_is(node, DOM_TAG_ARTICLE))
        return false;
    return css_winner(b->styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY) &&
           css_computed_is(b->styles, node, CSS_DISPLAY, names);
}

#define GROUPS "table-row-group table-header-group table-footer-group"

/* How many cells stand in the row; 0: it holds something else. */
static size_t count_cells(const boxed *b, const dom_node *row) {
    size_t count = 0;
    for (const dom_node *cell = row->first_child; cell; cell = cell->next) {
        if (express_is_blank(cell))
            continue;
        if (!is_displayed(b, cell, "table-cell"))
            return 0;
        count++;
    }
    return count;
}

/* The most cells in one of the rows; 0: something else stands there. Rows may stand in groups. */
static size_t count_across(const boxed *b, const dom_node *table) {
    size_t most = 0;
    for (const dom_node *at = table; at;) {
        bool inside = at == table || (at->parent == table && is_displayed(b, at, GROUPS));
        if (!inside && !express_is_blank(at)) {
            size_t cells = is_displayed(b, at, "table-row") ? count_cells(b, at) : 0;
            if (!cells)
                return 0;
            most = cells > most ? cells : most;
        }
        at = inside ? dom_next(at, table) : dom_next_skip(at, table);
    }
    return most;
}

/* What the box holds goes into a new element in it. */
static dom_node *put_around(const boxed *b, dom_node *box, dom_tag tag) {
    dom_node *inner = dom_new_element(b->arena, tag, box->line);
    dom_move_children(box, inner);
    dom_append(box, inner);
    return inner;
}

static void rename_row(dom_node *row) {
    row->tag = DOM_TAG_TR;
    for (dom_node *cell = row->first_child; cell; cell = cell->next) {
        if (cell->type != DOM_ELEMENT)
            continue;
        cell->tag = DOM_TAG_TD;
        dom_attribute_remove(cell, SLICE("colspan")); /* a box has none */
        dom_attribute_remove(cell, SLICE("rowspan"));
    }
}

static void rename_table(const boxed *b, dom_node *table) {
    bool grouped = false;
    for (dom_node *at = table->first_child; at; at = at->next)
        grouped = grouped || is_displayed(b, at, GROUPS);
    if (!grouped)
        put_around(b, table, DOM_TAG_TBODY);
    for (dom_node *group = table->first_child; group; group = group->next) {
        if (group->type != DOM_ELEMENT)
            continue;
        if (is_displayed(b, group, "table-row")) {
            rename_row(group);
            continue;
        }
        for (dom_node *row = group->first_child; row; row = row->next)
            if (row->type == DOM_ELEMENT)
                rename_row(row);
        group->tag = DOM_TAG_TBODY;
    }
    table->tag = DOM_TAG_TABLE;
}

/* It makes no box: what is in it are items of the container (CSS Display 3 §2.5). Boxes that hand down more
 * than their place stay. */
static bool is_no_item(const boxed *b, const dom_node *node) {
    const unsigned of_boxes =
        CSS_EFFECT_SPACING | CSS_EFFECT_SIZE | CSS_EFFECT_BORDER | CSS_EFFECT_PLACE | CSS_EFFECT_LAYOUT;
    const slice *style = dom_attribute_get(node, SLICE("style"));
    return is_displayed(b, node, "contents") && !dom_attribute_get(node, SLICE("id")) &&
           !(css_effects(b->styles, node) & ~of_boxes) &&
           (!style || css_read_block(*style, b->arena).declarations.count <= 1) &&
           css_computed_is(b->styles, node->parent, CSS_DISPLAY, "flex inline-flex grid inline-grid");
}

void express_follow_display(dom_node *body, css_cascade *styles, arena *a, findings *found) {
    boxed b = {styles, a};
    for (dom_node *node = dom_next(body, body), *next; node; node = next) {
        next = dom_next(node, body);
        if (is_no_item(&b, node)) {
            dom_unwrap(node);
            continue;
        }
        if (!is_displayed(&b, node, "table inline-table"))
            continue;
        bool one_row = count_cells(&b, node) > 1;
        if (!one_row && count_across(&b, node) < 2)
            continue;
        if (one_row)
            put_around(&b, node, DOM_TAG_TR);
        rename_table(&b, node);
        findings_add(found, FINDING_TABLE_OF_BOXES, node->line, "boxes with `display: table`");
    }
}
