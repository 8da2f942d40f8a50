/* express: columns of text, of pictures with their captions, of anything that is neither a card nor a picture
 * beside its text. Comes in: the boxes of the page, and the page's tree. Goes out: marks on the rows that are
 * to stand in a table, a column in each cell; and that table.
 *
 * The new page has no columns. One below the other they read well, on a phone above all, where most of them
 * stood so before; a table is read row by row, and is narrow on a phone. So columns follow each other, as
 * long as that does not make the page much longer than it was. Where it does, those are put side by side that
 * save the most, if on a phone they do not cost more than they save on a desk. Text goes into a table, with
 * so many columns as a phone can show: one that does not fit would scroll sideways. Pictures would shrink
 * there, or widen it; so columns of a picture with its text stand below each other, and the text stands
 * beside its picture.
 */
#include "private.h"

#include <stdlib.h>

#define LONGER 0.2 /* of the page's height: so much may be added */
#define COLUMNS_MAX 6
#define TRACKS_MAX 13               /* one too many */
#define SAME_TRACK 12.0             /* pixels: columns that begin so near each other are one */
#define ACROSS "beside across"      /* of columns: cells of a row; no page has such */
#define STEPS_MAX ((size_t)1 << 20) /* nodes that are looked at: containers may stand in each other */

/* What the theme makes of text (mappings/theme.yml), in pixels. */
enum {
    LETTER = 10,
    LINE = 35,
    GAP = 32,
    HEADING = 100,
    HEADING_MARGIN = 60,
    FOLDED = 60,
    CELL_EDGE = 24,
    NARROWEST = 110
};

typedef struct columns {
    dom_node *container;
    struct columns *next; /* of the same kind: one decision for all */
    double saves, costs;  /* of a table: pixels on a desk, and on a phone */
    unsigned across;      /* cells of a row that fit the window of a phone; 0: none do */
    unsigned rows;        /* of the desk */
    bool again;           /* rows of the table would not be those of the desk */
    bool headless;        /* an item does not begin with a heading of its own */
    bool pictures;        /* a picture in each item: it floats, and the rest of the item stands beside it */
    bool floats;          /* ... and is longer */
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

/* Below the last line of a block: lines of boxes without a gap are lines of one paragraph. */
static double gap_of(const dom_node *block) {
    bool line = block->tag == DOM_TAG_DIV || block->tag == DOM_TAG_SECTION;
    return line ? 0 : block->tag == DOM_TAG_LI ? GAP / 4.0 : GAP;
}

static void add_node(stack *s, const dom_node *at) {
    const layout_box *box = layout_box_of(s->seen, at);
    if (at->type == DOM_TEXT) {
        s->letters += express_is_blank_text(dom_text(at)) ? 0 : letters_of(dom_text(at));
    } else if (at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME || at->tag == DOM_TAG_VIDEO) {
        double shrinks = box && box->width > s->width ? s->width / box->width : 1;
        end_line(s, GAP);
        s->height += box ? box->height * shrinks + GAP / 2.0 : 0;
    } else if (at->tag == DOM_TAG_BR)
        end_line(s, 0);
    else if (express_is_block(at)) {
        end_line(s, gap_of(at));
        s->height += dom_is_heading(at->tag) ? HEADING - LINE : 0;
        s->height += at->tag == DOM_TAG_DETAILS ? FOLDED : 0;
    }
}

/* The item in a column of the new page so wide. */
static double height_in(const layout *seen, const dom_node *item, double width) {
    stack s = {.seen = seen, .width = width};
    const dom_node *last = NULL;
    for (const dom_node *at = item; at;) {
        if (last && at->parent == last->parent && express_is_block(last))
            end_line(&s, gap_of(last)); /* behind a block */
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
        if (at->type == DOM_TEXT && !express_is_blank_text(dom_text(at))) {
            letters += dom_text(at).length;
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
    unsigned cells;              /* in the row of the table in the making */
} window;

static void end_cells_in(window *w) {
    w->table += w->row_cell;
    w->row_cell = 0;
    w->cells = 0;
}

/* `cells`: the row of the table ends too. */
static void end_row_in(window *w, bool cells) {
    w->old += w->row_old;
    w->row_old = 0;
    if (cells)
        end_cells_in(w);
}

static void add_item_in(window *w, const dom_node *item, unsigned across, bool new_old_row) {
    const layout_box *box = layout_box_of(w->seen, item);
    if (w->cells++ == across) {
        end_cells_in(w);
        w->cells = 1;
    }
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

/* What neither a cell nor the text beside a picture is to hold. */
static bool has_own_width(const dom_node *node) {
    return node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_VIDEO || node->tag == DOM_TAG_TABLE ||
           node->tag == DOM_TAG_FORM || node->tag == DOM_TAG_INPUT;
}

static bool is_for_cells(const dom_node *item, size_t *steps) {
    for (const dom_node *at = item; at; at = dom_next(at, item))
        if ((*steps)++ > STEPS_MAX || at->tag == DOM_TAG_IMG || has_own_width(at))
            return false;
    return true;
}

/* The item's only picture, where there are words in it too and nothing else that does not flow; else NULL. */
static const dom_node *only_picture(const layout *desk, const dom_node *item, size_t *steps) {
    const dom_node *picture = NULL;
    bool words = false;
    for (const dom_node *at = item; at; at = dom_next(at, item)) {
        words = words || (at->type == DOM_TEXT && !express_is_blank_text(dom_text(at)));
        if ((*steps)++ > STEPS_MAX || (picture && at->tag == DOM_TAG_IMG) || has_own_width(at))
            return NULL;
        picture = at->tag == DOM_TAG_IMG ? at : picture;
    }
    const layout_box *box = picture && words ? layout_box_of(desk, picture) : NULL;
    return box && box->known && box->flow != LAYOUT_FLOAT ? picture : NULL;
}

/* Whether the box stands left of the one before it in the row, which floats to the right. */
static bool is_turned(const layout_box *last, const layout_box *box) {
    return last && last->flow == LAYOUT_FLOAT && last->float_right && box->flow == LAYOUT_FLOAT;
}

/* How many columns the container has at most beside each other; 0: what stands in it are none. `*pictures`:
 * each item has a picture. */
static unsigned columns_across(const layout *desk, const dom_node *container, bool *pictures, size_t *steps) {
    unsigned with_picture = 0, count = 0;
    unsigned across = 0, most = 0;
    uint32_t line = 0;
    double width = 0;
    const dom_node *items = express_stands_elsewhere(desk, container) ? NULL : express_items_of(container);
    const layout_box *last = NULL;
    for (const dom_node *item = items ? items->first_child : NULL; item; item = item->next) {
        const layout_box *box = layout_box_of(desk, item);
        if (!box && (express_is_blank(item) || item->type == DOM_ELEMENT))
            continue; /* it is not shown */
        bool placed =
            box && item->type == DOM_ELEMENT && (box->flow == LAYOUT_ITEM || box->flow == LAYOUT_CELL);
        bool floats =
            box && item->type == DOM_ELEMENT && box->flow == LAYOUT_FLOAT && item->tag != DOM_TAG_IMG;
        if (!placed && !floats)
            return 0;
        bool picture = only_picture(desk, item, steps) != NULL;
        if (!picture && !is_for_cells(item, steps))
            return 0;
        with_picture += picture;
        count++;
        bool full = floats && width + box->width > box->around * 1.02;
        bool new_row = across && (placed ? box->line != line : full);
        if (across && !new_row && is_turned(last, box))
            return 0;
        across = new_row ? 1 : across + 1;
        last = box;
        width = new_row ? box->width : width + box->width;
        line = box->line;
        most = across > most ? across : most;
    }
    *pictures = with_picture > 0;
    bool alike = !with_picture || (with_picture == count && container->tag != DOM_TAG_TABLE);
    return most >= 2 && most <= COLUMNS_MAX && alike ? most : 0;
}

/* The widest word of the item, in pixels. */
static double widest_word(const dom_node *item) {
    double widest = 0, letter = LETTER;
    size_t letters = 0;
    for (const dom_node *at = item; at; at = dom_next(at, item)) {
        if (at->type == DOM_ELEMENT && express_is_block(at)) /* headings: 26 to 54 pixels high */
            letter = dom_is_heading(at->tag) ? LETTER * 1.6 : LETTER;
        letters = 0;
        for (size_t i = 0; at->type == DOM_TEXT && i < dom_text(at).length; i++) {
            char c = dom_text(at).data[i];
            letters = is_space(c) || c == '-' ? 0 : letters + ((c & 0xC0) != 0x80);
            widest = (double)letters * letter > widest ? (double)letters * letter : widest;
        }
    }
    return widest;
}

/* How many columns beside each other, at most `across`, fit the window of a phone, one item after the other
 * put into them: a table does not break words. 0: not even two. */
static unsigned columns_that_fit(const express_seen *seen, const dom_node *container, unsigned across) {
    double widest[COLUMNS_MAX + 1][COLUMNS_MAX] = {{0}}; /* of so many columns, each */
    unsigned count = 0;
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next) {
        if (!layout_box_of(seen->desk, item))
            continue;
        double word = widest_word(item) + CELL_EDGE;
        for (unsigned k = 2; k <= across; k++)
            widest[k][count % k] = word > widest[k][count % k] ? word : widest[k][count % k];
        count++;
    }
    for (unsigned k = across; k >= 2; k--) {
        double sum = 0;
        for (unsigned i = 0; i < k; i++)
            sum += widest[k][i];
        if (sum <= seen->theme->phone_column)
            return k;
    }
    return 0;
}

/* Whether a heading stands before all else in the item. */
static bool begins_with_heading(const dom_node *item) {
    for (const dom_node *at = dom_next(item, item); at; at = dom_next(at, item)) {
        if (dom_is_heading(at->tag))
            return true;
        if (at->tag == DOM_TAG_IMG || (at->type == DOM_TEXT && !express_is_blank(at)))
            return false;
    }
    return false;
}

/* Walks the items, a row of the desk each; on a phone the old page may have had other rows. `again`: rows of
 * the table are not those of the desk. */
static columns weigh(const express_seen *seen, dom_node *container, unsigned across, bool again) {
    window desk = {.seen = seen->desk, .column = seen->theme->column},
           phone = {.seen = seen->phone, .column = seen->theme->phone_column};
    unsigned in_row = 0, rows = 1;
    bool headless = false;
    uint32_t line = 0, phone_line = 0;
    double width = 0;
    const dom_node *items = express_items_of(container);
    for (const dom_node *item = items->first_child; item; item = item->next) {
        const layout_box *box = layout_box_of(seen->desk, item), *narrow = layout_box_of(seen->phone, item);
        if (!box)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        if (in_row && (full || box->line != line)) {
            end_row_in(&desk, !again);
            end_row_in(&phone, !again);
            in_row = 0;
            width = 0;
            rows++;
        }
        bool stacked = narrow && narrow->flow == LAYOUT_ITEM ? narrow->line != phone_line
                                                             : narrow && narrow->width > narrow->around * 0.6;
        add_item_in(&desk, item, across, false);
        add_item_in(&phone, item, across, stacked);
        phone_line = narrow ? narrow->line : phone_line;
        headless = headless || !begins_with_heading(item);
        line = box->line;
        width += box->width;
        in_row++;
    }
    end_row_in(&desk, true);
    end_row_in(&phone, true);
    return (columns){.container = container,
                     .rows = rows,
                     .again = again,
                     .headless = headless,
                     .saves = desk.in_order - desk.table,
                     .costs = phone.table - phone.in_order,
                     .grows = {desk.in_order - desk.old, phone.in_order - phone.old}};
}

static columns weigh_columns(const express_seen *seen, dom_node *container, unsigned across) {
    bool links = holds_only_links(container);
    unsigned fit = links ? across : columns_that_fit(seen, container, across);
    columns found = weigh(seen, container, fit ? fit : across, fit && fit < across);
    found.across = fit;
    return found;
}

/* Items with a picture each: one item below the other, the picture beside its text. */
static columns weigh_pictures(const express_seen *seen, dom_node *container) {
    columns found = weigh(seen, container, 1, true);
    size_t steps = 0;
    double beside = 0;
    found.pictures = found.floats = true;
    found.across = 1;
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next) {
        const dom_node *picture =
            layout_box_of(seen->desk, item) ? only_picture(seen->desk, item, &steps) : NULL;
        if (!picture)
            continue;
        const layout_box *box = layout_box_of(seen->desk, picture);
        double rest = seen->theme->column - box->width - CELL_EDGE;
        const layout_box *narrow = layout_box_of(seen->phone, picture);
        double part = narrow ? narrow->width / seen->theme->phone_column : 1;
        bool strip = part > 0.65 && part <= EXPRESS_FILLS; /* too narrow for words on a phone */
        if (rest < seen->theme->column * 0.3 || strip) {
            found.across = 0;
            return found;
        }
        double text = height_in(seen->desk, item, rest) - box->height; /* the picture is in it */
        /* the margin of a heading at the start stands above the picture */
        double next_to_it = text - (begins_with_heading(item) ? HEADING_MARGIN : 0);
        found.floats = found.floats && next_to_it > box->height * 1.15;
        beside += (text > box->height ? text : box->height) + GAP;
    }
    double in_order = 0;
    for (const dom_node *item = express_items_of(container)->first_child; item; item = item->next)
        in_order += layout_box_of(seen->desk, item) ? height_in(seen->desk, item, seen->theme->column) : 0;
    found.saves = in_order - beside;
    found.costs = 0;
    return found;
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

/* Rules look into columns: what stands in them may be cards. But each stays a box: what is in one belongs
 * together. */
static void mark_columns(const layout *desk, dom_node *container, const columns *c, arena *a) {
    slice form = !c->pictures ? SLICE(EXPRESS_COLUMNS)
                 : c->floats  ? SLICE(EXPRESS_EACH_FLOAT)
                              : SLICE(EXPRESS_EACH_TABLE);
    slice across = c->pictures ? SLICE("") : format_slice(a, "%u", c->across);
    dom_attribute_set(container, a, SLICE(EXPRESS_BESIDE), form);
    for (dom_node *at = dom_next(container, container); at; at = dom_next(at, container)) {
        if (at->type != DOM_ELEMENT)
            continue;
        dom_attribute_remove(at, SLICE(EXPRESS_BESIDE));
        dom_attribute_remove(at, SLICE(EXPRESS_CELL));
    }
    if (c->pictures)
        return; /* the container is kept whole */
    dom_attribute_set(container, a, SLICE(ACROSS), across);
    for (dom_node *item = express_items_of(container)->first_child; item; item = item->next)
        if (item->type == DOM_ELEMENT && layout_box_of(desk, item))
            dom_attribute_set(item, a, SLICE(EXPRESS_CELL), SLICE(""));
}

/* A line break, or a paragraph of nothing else. */
static bool is_empty_line(const dom_node *node) {
    if (node->tag != DOM_TAG_P)
        return node->tag == DOM_TAG_BR;
    for (const dom_node *child = node->first_child; child; child = child->next)
        if (child->tag != DOM_TAG_BR && !express_is_blank(child))
            return false;
    return true;
}

static dom_node *next_shown_below(const dom_node *row) {
    dom_node *next = express_next_shown(row);
    while (next && is_empty_line(next))
        next = express_next_shown(next);
    return next;
}

static bool have_same(const dom_node *one, const dom_node *other, slice attribute) {
    const slice *a = dom_attribute_get(one, attribute), *b = dom_attribute_get(other, attribute);
    return a && b ? slice_equal(*a, *b) : !a && !b;
}

/* The only item of a container; NULL: there are more, or it is no column. */
static const dom_node *only_item(const layout *desk, const dom_node *container) {
    const dom_node *only = NULL,
                   *items = express_stands_elsewhere(desk, container) ? NULL : express_items_of(container);
    for (const dom_node *item = items ? items->first_child : NULL; item; item = item->next) {
        if (!express_first_shown(item))
            continue;
        const layout_box *box = only ? NULL : layout_box_of(desk, item);
        if (!box || item->type != DOM_ELEMENT || item->tag == DOM_TAG_IMG ||
            (box->flow != LAYOUT_ITEM && box->flow != LAYOUT_CELL && box->flow != LAYOUT_FLOAT))
            return NULL;
        only = item;
    }
    return only;
}

/* The last row of columns may hold one item: no columns by itself, and with the rows above it. */
static void mark_last_row(const express_seen *seen, const dom_node *last, const columns *c, arena *a) {
    size_t steps = 0;
    dom_node *row = next_shown_below(last);
    if (!row || !express_may_hold_items(row) || is_marked(row) || row->tag != last->tag ||
        !have_same(row, last, SLICE("class")) || !have_same(row, last, SLICE("style")))
        return;
    const dom_node *item = only_item(seen->desk, row);
    bool fits =
        item && (c->pictures ? only_picture(seen->desk, item, &steps) != NULL : is_for_cells(item, &steps));
    if (fits)
        mark_columns(seen->desk, row, c, a);
}

/* What a page repeats, it repeats with the same classes and styles. */
static slice kind_of(const dom_node *container, unsigned across, bool pictures, arena *a) {
    const slice *name = dom_attribute_get(container, SLICE("class")),
                *style = dom_attribute_get(container, SLICE("style"));
    return format_slice(a, "%u%c %.*s %.*s", across, pictures ? 'p' : 't', name ? (int)name->length : 0,
                        name ? name->data : "", style ? (int)style->length : 0, style ? style->data : "");
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
    first->across = first->across < found->across ? first->across : found->across;
    first->floats = first->floats && found->floats;
    first->again = first->again || found->again;
    first->headless = first->headless || found->headless;
    first->rows += found->rows;
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
        if (!box || box->width < seen->theme->column * 0.6 || is_marked(node) || is_marked_around(node) ||
            express_is_reordered(seen->cascade, node))
            continue;
        bool pictures = false;
        unsigned across = columns_across(seen->desk, node, &pictures, &steps);
        columns found = !across    ? (columns){0}
                        : pictures ? weigh_pictures(seen, node)
                                   : weigh_columns(seen, node, across);
        if (across)
            add_columns(&kinds, &all, &found, kind_of(node, across, pictures, a), a);
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
        /* what stands below each other in columns may belong together: other rows would part it */
        bool parted = !c->pictures && c->again && c->headless && c->rows > 1;
        if (!c->across || parted || c->saves / page[0] <= costs || (!desk_grows && c->costs >= 0))
            continue;
        grows[0] -= c->saves;
        grows[1] += c->costs;
        for (const columns *one = c; one; one = one->next)
            if (!is_marked_around(one->container)) {
                mark_columns(seen->desk, one->container, c, a);
                mark_last_row(seen, one->container, c, a);
            }
    }
}

/* ---- rewriting ----------------------------------------------------------------------------------------- */

static bool is_columns(const dom_node *node) {
    const slice *value =
        node && node->type == DOM_ELEMENT ? dom_attribute_get(node, SLICE(EXPRESS_BESIDE)) : NULL;
    return value && slice_equal(*value, SLICE(EXPRESS_COLUMNS));
}

/* How many columns the container has; `all`: they are those that were marked. A shape that was recognised may
 * have taken some of them. */
static unsigned count_columns(const dom_node *container, bool *all) {
    unsigned count = 0;
    const dom_node *items = express_items_of(container);
    *all = true;
    for (const dom_node *item = items ? items->first_child : NULL; item; item = item->next) {
        if (express_is_blank(item))
            continue;
        *all = *all && item->type == DOM_ELEMENT && dom_attribute_get(item, SLICE(EXPRESS_CELL));
        count++;
    }
    return count;
}

static bool has_columns(const dom_node *container) {
    bool all;
    return count_columns(container, &all) > 0 && all;
}

/* ---- rows of links: in one line ------------------------------------------------------------------------ */

static void put_links_in_line(dom_node *container, arena *a, findings *found) {
    dom_node *line = dom_new_element(a, DOM_TAG_P, container->line);
    unsigned count = 0;
    dom_node *items = (dom_node *)(uintptr_t)express_items_of(container);
    for (dom_node *item = items->first_child, *next; item; item = next) {
        next = item->next;
        if (express_is_blank(item))
            continue;
        dom_node *link = (dom_node *)(uintptr_t)only_link(item);
        if (count++)
            dom_append(line, dom_new_text(a, EXPRESS_BETWEEN_LINKS, item->line));
        dom_remove(link);
        dom_append(line, link);
        for (dom_node *at = dom_next(link, link), *following; at; at = following) {
            following = at->first_child ? at->first_child : dom_next_skip(at, link);
            if (!express_is_block(at))
                continue;
            if (dom_previous(at)) /* it would begin a line of its own */
                dom_insert_before(at, dom_new_text(a, SLICE(" "), at->line));
            dom_unwrap(at);
        }
    }
    dom_insert_before(container, line);
    dom_remove(container);
    findings_add(found, FINDING_LINKS_IN_LINE, line->line, "%u links", count);
}

/* A table of one row that holds nothing but links, and that a phone could not show whole. */
static bool is_row_of_links(const express_seen *seen, const dom_node *table) {
    const dom_node *row = table->tag == DOM_TAG_TABLE ? express_items_of(table) : NULL;
    double width = 0;
    for (const dom_node *cell = row ? row->first_child : NULL; cell; cell = cell->next) {
        if (express_is_blank(cell))
            continue;
        if (cell->tag != DOM_TAG_TD || !only_link(cell))
            return false;
        width += widest_word(cell) + CELL_EDGE;
    }
    return width > seen->theme->phone_column;
}

/* ---- tables ------------------------------------------------------------------------------------------- */

/* Where columns begin on a desk, in all rows of a table. None: the rows have no columns in common. */
typedef struct tracks {
    double left[TRACKS_MAX];
    unsigned count;
} tracks;

/* The row in the making. */
typedef struct rows_made {
    dom_node *row;
    unsigned items, cells;
    bool again; /* rows are not those of the desk */
    tracks tracks;
} rows_made;

static void add_track(tracks *t, double left) {
    unsigned at = 0;
    while (at < t->count && t->left[at] < left - SAME_TRACK)
        at++;
    if (t->count == TRACKS_MAX || (at < t->count && t->left[at] <= left + SAME_TRACK))
        return;
    memmove(&t->left[at + 1], &t->left[at], (t->count - at) * sizeof *t->left);
    t->left[at] = left;
    t->count++;
}

static unsigned tracks_before(const tracks *t, double x) {
    unsigned count = 0;
    while (count < t->count && t->left[count] < x - SAME_TRACK)
        count++;
    return count;
}

static bool is_row_of_table(const dom_node *node) {
    return is_columns(node) && has_columns(node) && !holds_only_links(node);
}

/* Columns of a table begin where the items of its fullest row do. */
static tracks find_tracks(const layout *desk, const dom_node *first) {
    tracks t = {.count = 0};
    unsigned most = 0;
    size_t steps = 0;
    bool pictures;
    for (const dom_node *at = first; is_row_of_table(at); at = next_shown_below(at)) {
        unsigned across = columns_across(desk, at, &pictures, &steps);
        most = across > most ? across : most;
        for (const dom_node *item = express_items_of(at)->first_child; item; item = item->next)
            if (layout_box_of(desk, item))
                add_track(&t, layout_box_of(desk, item)->x);
    }
    return t.count == most ? t : (tracks){.count = 0};
}

static dom_node *add_cell(rows_made *made, uint32_t line, arena *a) {
    dom_node *cell = dom_new_element(a, DOM_TAG_TD, line);
    dom_append(made->row, cell);
    made->cells++;
    return cell;
}

/* An item may leave out columns, or stand over several. */
static void put_item(rows_made *made, dom_node *item, const layout_box *box, arena *a) {
    unsigned begin = made->again ? 0 : tracks_before(&made->tracks, box->x),
             end = made->again ? 0 : tracks_before(&made->tracks, box->x + box->width);
    while (made->cells < begin)
        add_cell(made, item->line, a);
    dom_node *cell = add_cell(made, item->line, a);
    if (end > made->cells) {
        dom_attribute_set(cell, a, SLICE("colspan"), format_slice(a, "%u", end - made->cells + 1));
        made->cells = end;
    }
    made->items++;
    dom_remove(item);
    dom_append(cell, item);
}

/* Rows of the desk; where they do not fit a phone, one item after the other in narrower ones. */
static void put_rows(dom_node *rows, dom_node *container, const express_seen *seen, rows_made *made,
                     arena *a) {
    const slice *most = dom_attribute_get(container, SLICE(ACROSS));
    unsigned across = most && most->length == 1 ? (unsigned)(most->data[0] - '0') : COLUMNS_MAX;
    size_t steps = 0;
    bool pictures = false;
    bool again = made->again || across < columns_across(seen->desk, container, &pictures, &steps);
    uint32_t line = 0;
    double width = 0;
    made->again = again;
    made->row = again ? made->row : NULL;
    dom_node *items = (dom_node *)(uintptr_t)express_items_of(container);
    for (dom_node *item = items->first_child, *next; item; item = next) {
        next = item->next;
        const layout_box *box = layout_box_of(seen->desk, item);
        if (!box || item->type != DOM_ELEMENT)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        if (!made->row || made->items >= across || (!again && (full || box->line != line))) {
            made->row = dom_new_element(a, DOM_TAG_TR, item->line);
            made->items = made->cells = 0;
            dom_append(rows, made->row);
            width = 0;
        }
        line = box->line;
        width += box->width;
        put_item(made, item, box, a);
    }
}

/* The row below it; empty lines between the two are gone. NULL: there is none. */
static dom_node *next_columns(const dom_node *row) {
    dom_node *next = next_shown_below(row);
    if (!is_columns(next))
        return NULL;
    for (dom_node *between = row->next, *behind; between != next; between = behind) {
        behind = between->next;
        dom_remove(between);
    }
    return next;
}

/* Rows that follow each other are one table. */
static void put_table(dom_node *first, const express_seen *seen, arena *a, findings *found) {
    rows_made made = {.tracks = find_tracks(seen->desk, first)};
    dom_node *table = dom_new_element(a, DOM_TAG_TABLE, first->line),
             *rows = dom_new_element(a, DOM_TAG_TBODY, first->line);
    unsigned count = 0;
    dom_append(table, rows);
    dom_insert_before(first, table);
    for (dom_node *at = first, *next; is_row_of_table(at); at = next) {
        next = next_columns(at);
        put_rows(rows, at, seen, &made, a);
        dom_remove(at);
        count++;
    }
    findings_add(found, FINDING_COLUMNS_TABLE, table->line, "%u row%s of columns", count,
                 count == 1 ? "" : "s");
}

/* Columns that are none any more, since one of them is another block now. */
static void report_in_order(const dom_node *container, unsigned count, findings *found) {
    if (count > 1)
        findings_add(found, FINDING_COLUMNS_IN_ORDER, container->line, "%.*s: %u side by side",
                     SLICE_ARGS(dom_name(container)), count);
}

void express_put_columns(dom_node *body, const express_seen *seen, arena *a, findings *found) {
    for (dom_node *node = body, *next; node; node = next) {
        next = dom_next(node, body);
        if (is_row_of_links(seen, node)) {
            next = dom_next_skip(node, body);
            put_links_in_line(node, a, found);
            continue;
        }
        if (!seen->desk || !is_columns(node))
            continue;
        bool all;
        unsigned count = count_columns(node, &all);
        if (count < 2 || !all) {
            report_in_order(node, count, found);
            continue;
        }
        if (node->tag == DOM_TAG_TABLE) { /* it is one already */
            dom_attribute_remove(node, SLICE(EXPRESS_BESIDE));
            continue;
        }
        dom_node *before = dom_previous(node), *parent = node->parent;
        if (holds_only_links(node))
            put_links_in_line(node, a, found);
        else
            put_table(node, seen, a, found);
        next = dom_next_skip(before ? before->next : parent->first_child, body);
    }
}
