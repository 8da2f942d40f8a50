/* express: columns of text, of pictures with their captions, of anything that is neither a card nor a picture
 * beside its text. Comes in: the boxes of the page, and the page's tree. Goes out: marks on the rows that are
 * to stand in a table, a column in each cell; and that table.
 *
 * The new page has no columns. One below the other they read well, on a phone above all, where most of them
 * stood so before; a table is read row by row, and is narrow on a phone. So columns follow each other, as
 * long as that does not make the page much longer than it was. Where it does, those become tables that save
 * the most, if on a phone they do not cost more than they save on a desk, and their words fit there: a table
 * that does not fit would scroll sideways. Pictures do not: they would shrink, or widen the table.
 */
#include "private.h"

#include <stdlib.h>

#define LONGER 0.2 /* of the page's height: so much may be added */
#define COLUMNS_MAX 6
#define STEPS_MAX ((size_t)1 << 20) /* nodes that are looked at: containers may stand in each other */

/* What the theme makes of text (mappings/theme.yml), in pixels. */
enum { LETTER = 10, LINE = 35, GAP = 32, HEADING = 100, FOLDED = 60, CELL_EDGE = 24, NARROWEST = 110 };

typedef struct columns {
    dom_node *container;  /* the first */
    struct columns *next; /* of the same kind: one decision for all */
    double saves, costs;  /* of a table: pixels on a desk, and on a phone */
    bool fits;            /* the window of a phone */
    double grows[2];      /* in order: pixels that are added on a desk, and on a phone */
} columns;

/* ---- how high it will be ------------------------------------------------------------------------------- */

typedef struct stack {
    const layout *seen;
    double width, height;
    size_t letters; /* of the line in the making */
} stack;

static void end_line(stack *s, double gap) {
    if (!s->letters)
        return;
    size_t in_line = (size_t)(s->width / LETTER) + 1;
    s->height += (double)((s->letters + in_line - 1) / in_line) * LINE + gap;
    s->letters = 0;
}

static size_t letters_of(slice text) {
    size_t count = 0;
    for (size_t i = 0; i < text.length; i++)
        count += !is_space(text.data[i]) || (i && !is_space(text.data[i - 1]));
    return count;
}

static void add_node(stack *s, const dom_node *at) {
    const layout_box *box = layout_box_of(s->seen, at);
    if (at->type == DOM_TEXT) {
        s->letters += express_is_blank_text(at->text) ? 0 : letters_of(at->text);
    } else if (at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME || at->tag == DOM_TAG_VIDEO) {
        double shrinks = box && box->width > s->width ? s->width / box->width : 1;
        end_line(s, GAP);
        s->height += box ? box->height * shrinks + GAP / 2.0 : 0;
    } else if (at->tag == DOM_TAG_BR)
        end_line(s, 0);
    else if (express_is_block(at)) {
        end_line(s, at->tag == DOM_TAG_LI ? GAP / 4.0 : GAP);
        s->height += at->tag >= DOM_TAG_H1 && at->tag <= DOM_TAG_H6 ? HEADING - LINE : 0;
        s->height += at->tag == DOM_TAG_DETAILS ? FOLDED : 0;
    }
}

/* The item in a column of the new page so wide. */
static double height_in(const layout *seen, const dom_node *item, double width) {
    stack s = {.seen = seen, .width = width};
    const dom_node *last = NULL;
    for (const dom_node *at = item; at;) {
        if (last && at->parent == last->parent && express_is_block(last))
            end_line(&s, GAP); /* behind a block */
        last = at->type == DOM_ELEMENT ? at : last;
        add_node(&s, at);
        at = at->tag == DOM_TAG_DETAILS ? dom_next_skip(at, item) : dom_next(at, item);
    }
    end_line(&s, GAP);
    return s.height;
}

/* ---- links alone ------------------------------------------------------------------------ */

#define LINK_LETTERS 60

/* The only thing in the item; NULL: there is more. */
static const dom_node *only_link(const dom_node *item) {
    const dom_node *link = NULL, *behind = NULL;
    size_t letters = 0;
    bool inside = false;
    for (const dom_node *at = item; at; at = dom_next(at, item)) {
        inside = inside && at != behind;
        if (at->type == DOM_TEXT && !express_is_blank_text(at->text)) {
            letters += at->text.length;
            if (!inside)
                return NULL;
        } else if (at->tag == DOM_TAG_A && dom_attribute_get(at, SLICE("href"))) {
            if (link)
                return NULL;
            link = at;
            behind = dom_next_skip(at, item);
            inside = true;
        } else if (at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_BR || at->tag == DOM_TAG_IFRAME)
            return NULL;
    }
    return letters && letters <= LINK_LETTERS ? link : NULL;
}

static bool holds_only_links(const dom_node *container) {
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next)
        if (!express_is_blank(item) && !only_link(item))
            return false;
    return container->tag != DOM_TAG_TABLE;
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

/* One window. */
typedef struct window {
    const layout *seen;
    double column;
    double old, in_order, table; /* heights so far */
    double row_old, row_cell;    /* of the row in the making: its highest item, its highest cell */
} window;

static void end_row_in(window *w) {
    w->old += w->row_old;
    w->table += w->row_cell;
    w->row_old = w->row_cell = 0;
}

static void add_item_in(window *w, const dom_node *item, unsigned across, bool new_old_row) {
    const layout_box *box = layout_box_of(w->seen, item);
    double cell = w->column / across - CELL_EDGE, height = box ? box->height : 0;
    double as_cell = height_in(w->seen, item, cell > NARROWEST ? cell : NARROWEST);
    w->in_order += height_in(w->seen, item, w->column);
    w->row_cell = as_cell > w->row_cell ? as_cell : w->row_cell;
    if (new_old_row) {
        w->old += w->row_old;
        w->row_old = 0;
    }
    w->row_old = height > w->row_old ? height : w->row_old;
}

static bool is_for_cells(const dom_node *item, size_t *steps) {
    for (const dom_node *at = item; at; at = dom_next(at, item))
        if ((*steps)++ > STEPS_MAX || at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME ||
            at->tag == DOM_TAG_VIDEO || at->tag == DOM_TAG_TABLE || at->tag == DOM_TAG_FORM ||
            at->tag == DOM_TAG_INPUT)
            return false;
    return true;
}

/* How many columns the container has at most beside each other; 0: what stands in it are none. */
static unsigned columns_across(const layout *desk, const dom_node *container, size_t *steps) {
    unsigned across = 0, most = 0;
    uint32_t line = 0;
    double width = 0;
    const dom_node *items = express_items_of(container);
    for (const dom_node *item = items ? items->first_child : NULL; item; item = item->next) {
        const layout_box *box = layout_box_of(desk, item);
        if (!box && (express_is_blank(item) || item->type == DOM_ELEMENT))
            continue; /* it is not shown */
        bool placed =
            box && item->type == DOM_ELEMENT && (box->flow == LAYOUT_ITEM || box->flow == LAYOUT_CELL);
        bool floats =
            box && item->type == DOM_ELEMENT && box->flow == LAYOUT_FLOAT && item->tag != DOM_TAG_IMG;
        if ((!placed && !floats) || !is_for_cells(item, steps))
            return 0;
        bool full = floats && width + box->width > box->around * 1.02;
        bool new_row = across && (placed ? box->line != line : full);
        across = new_row ? 1 : across + 1;
        width = new_row ? box->width : width + box->width;
        line = box->line;
        most = across > most ? across : most;
    }
    return most >= 2 && most <= COLUMNS_MAX ? most : 0;
}

/* The widest word of the item, in pixels. */
static double widest_word(const dom_node *item) {
    double widest = 0, letter = LETTER;
    size_t letters = 0;
    for (const dom_node *at = item; at; at = dom_next(at, item)) {
        if (at->type == DOM_ELEMENT && express_is_block(at)) /* headings: 26 to 54 pixels high */
            letter = at->tag >= DOM_TAG_H1 && at->tag <= DOM_TAG_H6 ? LETTER * 1.6 : LETTER;
        letters = 0;
        for (size_t i = 0; at->type == DOM_TEXT && i < at->text.length; i++) {
            char c = at->text.data[i];
            letters = is_space(c) || c == '-' ? 0 : letters + ((c & 0xC0) != 0x80);
            widest = (double)letters * letter > widest ? (double)letters * letter : widest;
        }
    }
    return widest;
}

/* Whether the columns fit the window of a phone: a table does not break words. */
static bool fits_phone(const express_seen *seen, const dom_node *container) {
    double words[COLUMNS_MAX] = {0}, sum = 0;
    unsigned at = 0;
    uint32_t line = 0;
    double width = 0;
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next) {
        const layout_box *box = layout_box_of(seen->desk, item);
        if (!box)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        at = full || box->line != line ? 0 : at;
        width = at ? width + box->width : box->width;
        line = box->line;
        double widest = widest_word(item);
        if (at < COLUMNS_MAX && widest > words[at])
            words[at] = widest;
        at++;
    }
    for (size_t i = 0; i < COLUMNS_MAX; i++)
        sum += words[i] > 0 ? words[i] + CELL_EDGE : 0;
    return sum <= seen->theme->phone_column;
}

/* Walks the items, a row of the desk each; on a phone the old page may have had other rows. */
static columns weigh(const express_seen *seen, dom_node *container, unsigned across) {
    window desk = {.seen = seen->desk, .column = seen->theme->column},
           phone = {.seen = seen->phone, .column = seen->theme->phone_column};
    unsigned in_row = 0;
    uint32_t line = 0, phone_line = 0;
    double width = 0;
    const dom_node *items = express_items_of(container);
    for (const dom_node *item = items->first_child; item; item = item->next) {
        const layout_box *box = layout_box_of(seen->desk, item), *narrow = layout_box_of(seen->phone, item);
        if (!box)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        if (in_row && (full || box->line != line)) {
            end_row_in(&desk);
            end_row_in(&phone);
            in_row = 0;
            width = 0;
        }
        bool stacked = narrow && narrow->flow == LAYOUT_ITEM ? narrow->line != phone_line
                                                             : narrow && narrow->width > narrow->around * 0.6;
        add_item_in(&desk, item, across, false);
        add_item_in(&phone, item, across, stacked);
        phone_line = narrow ? narrow->line : phone_line;
        line = box->line;
        width += box->width;
        in_row++;
    }
    end_row_in(&desk);
    end_row_in(&phone);
    return (columns){.container = container,
                     .saves = desk.in_order - desk.table,
                     .costs = phone.table - phone.in_order,
                     .grows = {desk.in_order - desk.old, phone.in_order - phone.old}};
}

/* ---- which of them ------------------------------------------------------------------------------------- */

static int compare_savings(const void *one, const void *other) {
    const columns *a = *(columns *const *)one, *b = *(columns *const *)other;
    return (a->saves < b->saves) - (a->saves > b->saves);
}

static double page_height(const layout *l, const dom_node *body) {
    const layout_box *box = layout_box_of(l, body);
    return box && box->height > 300 ? box->height : 300;
}

static bool is_marked(const dom_node *node) {
    return node->type == DOM_ELEMENT && dom_attribute_get(node, SLICE(EXPRESS_BESIDE));
}

static bool is_marked_around(const dom_node *node) {
    for (const dom_node *at = node->parent; at; at = at->parent)
        if (at->tag == DOM_TAG_TD || at->tag == DOM_TAG_TH || at->tag == DOM_TAG_LI || is_marked(at))
            return true;
    return false;
}

static void mark_columns(dom_node *container, arena *a) {
    dom_attribute_set(container, a, SLICE(EXPRESS_BESIDE), SLICE(EXPRESS_COLUMNS));
    for (dom_node *at = dom_next(container, container); at; at = dom_next(at, container))
        if (is_marked(at))
            dom_attribute_remove(at, SLICE(EXPRESS_BESIDE));
}

/* What a page repeats, it repeats with the same classes and styles. */
static slice kind_of(const dom_node *container, unsigned across, arena *a) {
    const slice *name = dom_attribute_get(container, SLICE("class")),
                *style = dom_attribute_get(container, SLICE("style"));
    return format_slice(a, "%u %.*s %.*s", across, name ? (int)name->length : 0, name ? name->data : "",
                        style ? (int)style->length : 0, style ? style->data : "");
}

static void add_columns(hash_map *kinds, vector *all, const columns *found, slice kind, arena *a) {
    bool is_new;
    void **place = map_put(kinds, kind, &is_new);
    columns *kept = arena_alloc(a, sizeof *kept), *first = *place;
    *kept = *found;
    if (is_new) {
        *place = *(columns **)vector_push(all) = kept;
        return;
    }
    first->fits = first->fits && found->fits;
    first->saves += found->saves;
    first->costs += found->costs;
    for (size_t k = 0; k < 2; k++)
        first->grows[k] += found->grows[k];
    kept->next = first->next;
    first->next = kept;
}

/* Of each kind (columns *), all that there is. */
static vector find_columns(dom_node *body, const express_seen *seen, arena *a) {
    vector all = vector_new(a, sizeof(columns *));
    hash_map kinds = map_new(a, 0);
    size_t steps = 0;
    for (dom_node *node = body; node; node = dom_next(node, body)) {
        const layout_box *box = express_may_hold_items(node) ? layout_box_of(seen->desk, node) : NULL;
        if (!box || box->width < seen->theme->column * 0.6 || is_marked(node) || is_marked_around(node))
            continue;
        unsigned across = columns_across(seen->desk, node, &steps);
        columns found = across ? weigh(seen, node, across) : (columns){0};
        found.fits = across && (holds_only_links(node) || fits_phone(seen, node));
        if (across)
            add_columns(&kinds, &all, &found, kind_of(node, across, a), a);
    }
    return all;
}

void express_mark_columns(dom_node *body, const express_seen *seen, arena *a) {
    vector all = find_columns(body, seen, a);
    const double page[2] = {page_height(seen->desk, body), page_height(seen->phone, body)};
    double grows[2] = {0, 0};
    for (size_t i = 0; i < all.count; i++)
        for (size_t k = 0; k < 2; k++) {
            const columns *c = *(columns **)vector_at(&all, i);
            grows[k] += c->grows[k] > 0 ? c->grows[k] : 0;
        }
    if (all.count)
        qsort(all.items, all.count, sizeof(columns *), compare_savings);
    for (size_t i = 0; i < all.count; i++) {
        const columns *c = *(columns **)vector_at(&all, i);
        bool desk_grows = grows[0] > page[0] * LONGER, phone_grows = grows[1] > page[1] * LONGER;
        if (!desk_grows && !phone_grows)
            return;
        double costs = c->costs > 0 ? c->costs / page[1] : 0;
        if (!c->fits || c->saves / page[0] <= costs || (!desk_grows && c->costs >= 0))
            continue;
        grows[0] -= c->saves;
        grows[1] += c->costs;
        for (const columns *one = c; one; one = one->next)
            if (!is_marked_around(one->container))
                mark_columns(one->container, a);
    }
}

/* ---- rewriting ----------------------------------------------------------------------------------------- */

static bool is_columns(const dom_node *node) {
    const slice *value =
        node && node->type == DOM_ELEMENT ? dom_attribute_get(node, SLICE(EXPRESS_BESIDE)) : NULL;
    return value && slice_equal(*value, SLICE(EXPRESS_COLUMNS));
}

/* A shape that was recognised may have taken some of them. */
static bool are_all_there(const layout *desk, const dom_node *container) {
    unsigned count = 0;
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next) {
        if (!express_is_blank(item) && !layout_box_of(desk, item))
            return false;
        count += !express_is_blank(item);
    }
    return count > 1;
}

/* ---- rows of links: in one line ------------------------------------------------------------------------ */

static void put_links_in_line(dom_node *container, arena *a, findings *found) {
    dom_node *line = dom_new_element(a, DOM_TAG_P, container->line);
    unsigned count = 0;
    for (dom_node *item = container->first_child, *next; item; item = next) {
        next = item->next;
        if (express_is_blank(item))
            continue;
        dom_node *link = (dom_node *)(uintptr_t)only_link(item);
        if (count++)
            dom_append(line, dom_new_text(a, SLICE(" \u00A0 "), item->line));
        dom_remove(link);
        dom_append(line, link);
    }
    dom_insert_before(container, line);
    dom_remove(container);
    findings_add(found, FINDING_LINKS_IN_LINE, line->line, "%u links", count);
}

/* ---- tables ------------------------------------------------------------------------------------------- */

static void put_item(dom_node *row, dom_node *item, arena *a) {
    dom_node *cell = dom_new_element(a, DOM_TAG_TD, item->line);
    dom_remove(item);
    dom_append(cell, item);
    dom_append(row, cell);
}

static void put_rows(dom_node *rows, dom_node *container, const layout *desk, arena *a) {
    dom_node *row = NULL;
    uint32_t line = 0;
    double width = 0;
    dom_node *items = (dom_node *)(uintptr_t)express_items_of(container);
    for (dom_node *item = items->first_child, *next; item; item = next) {
        next = item->next;
        const layout_box *box = layout_box_of(desk, item);
        if (!box || item->type != DOM_ELEMENT)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        if (!row || full || box->line != line) {
            row = dom_new_element(a, DOM_TAG_TR, item->line);
            dom_append(rows, row);
            width = 0;
        }
        line = box->line;
        width += box->width;
        put_item(row, item, a);
    }
}

/* Rows that follow each other are one table. */
static void put_table(dom_node *first, const layout *desk, arena *a, findings *found) {
    dom_node *table = dom_new_element(a, DOM_TAG_TABLE, first->line),
             *rows = dom_new_element(a, DOM_TAG_TBODY, first->line);
    unsigned count = 0;
    dom_append(table, rows);
    dom_insert_before(first, table);
    for (dom_node *at = first, *next; is_columns(at) && are_all_there(desk, at) && !holds_only_links(at);
         at = next) {
        next = express_next_shown(at);
        put_rows(rows, at, desk, a);
        dom_remove(at);
        count++;
    }
    findings_add(found, FINDING_COLUMNS_TABLE, table->line, "%u rows of columns", count);
}

void express_put_columns(dom_node *body, const express_seen *seen, arena *a, findings *found) {
    for (dom_node *node = body, *next; node; node = next) {
        next = dom_next(node, body);
        if (!is_columns(node) || !are_all_there(seen->desk, node))
            continue;
        if (node->tag == DOM_TAG_TABLE) { /* it is one already */
            dom_attribute_remove(node, SLICE(EXPRESS_BESIDE));
            continue;
        }
        dom_node *before = node->previous, *parent = node->parent;
        if (holds_only_links(node))
            put_links_in_line(node, a, found);
        else
            put_table(node, seen->desk, a, found);
        next = dom_next_skip(before ? before->next : parent->first_child, body);
    }
}
