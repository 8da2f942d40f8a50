/* express: pictures beside text. Comes in: the boxes of the page, and the page's tree. Goes out: rows of a
 * picture and its text, and rows of pictures, in a form that looks the same on the new page, which has no
 * columns.
 *
 * There a picture can float, and text flows around it. That alone is right only where each text is longer
 * than its picture: else the next row begins beside the wrong one. A cell of a table holds its floats
 * together. So: floats where the heights allow it for all rows of a run; else a table of one column, one row
 * of the page in each cell. On a phone, where the columns stood below each other, the picture is as wide as
 * the cell, and the text follows it.
 *
 * Rows are marked before shapes are recognised, with an attribute that a rule keeps (mappings/layout.yml):
 * what becomes cards is cards. What is still there afterwards is rewritten.
 */
#include "private.h"

#define SIDE "beside-side" /* of a picture: "left", "right" */

/* What stands in one row of a container. */
typedef struct row {
    const dom_node *picture, *text; /* the items, where there is one of each */
    unsigned pictures, texts, others;
    double width; /* of the items together */
    bool picture_first;
} row;

typedef struct marking {
    const express_seen *seen;
    const dom_node *container;
    row row;
    uint32_t line;     /* of the container, in which `row` stands */
    unsigned rows;     /* with a picture */
    bool fits, floats; /* every row so far is one of ours; and its text is longer than its picture */
    bool any_text;
} marking;

/* ---- items --------------------------------------------------------------------------------------------- */

static bool is_heavy(const dom_node *node) {
    switch (node->tag) {
    case DOM_TAG_IFRAME:
    case DOM_TAG_VIDEO:
    case DOM_TAG_AUDIO:
    case DOM_TAG_OBJECT:
    case DOM_TAG_EMBED:
    case DOM_TAG_TABLE:
    case DOM_TAG_FORM:
    case DOM_TAG_INPUT:
    case DOM_TAG_DETAILS:
    case DOM_TAG_PRE:
        return true;
    default:
        return false;
    }
}

/* Adds an item to its row: a picture alone, text alone, or something else. */
static void add_item(row *r, const dom_node *item, const layout_box *box) {
    size_t pictures = 0, letters = 0, heavy = 0;
    for (const dom_node *at = item; at && !heavy && !(pictures && letters); at = dom_next(at, item)) {
        pictures += at->tag == DOM_TAG_IMG;
        heavy += at->type == DOM_ELEMENT && is_heavy(at);
        letters += at->type == DOM_TEXT && !express_is_blank_text(dom_text(at)) ? dom_text(at).length : 0;
    }
    r->width += box->width;
    if (!pictures && !letters && !heavy)
        return; /* shows nothing */
    if (heavy || (pictures && letters) || pictures > 1)
        r->others++; /* the row is none of ours */
    else if (pictures) {
        r->pictures++;
        r->picture_first = r->texts == 0;
        r->picture = item;
    } else {
        r->texts++;
        r->text = item;
    }
}

/* ---- rows ---------------------------------------------------------------------------------------------- */

static const dom_node *picture_in(const dom_node *item) {
    const dom_node *at = item;
    while (at && at->tag != DOM_TAG_IMG)
        at = dom_next(at, item);
    return at;
}

#define LONGER 1.15 /* how much more room than its picture a text must take, since heights are estimated */

static void end_row(marking *m) {
    const row *r = &m->row;
    if (!r->pictures && !r->texts && !r->others)
        return;
    bool pair = r->pictures == 1 && r->texts == 1 && !r->others;
    bool pictures = r->pictures >= 2 && !r->texts && !r->others;
    bool words = r->texts == 1 && !r->pictures && !r->others; /* over the whole row, between ours */
    m->rows += !words;
    m->fits = m->fits && (pair || pictures || words);
    m->any_text = m->any_text || pair;
    if (words) {
        m->row = (row){0};
        return;
    }
    if (pair) {
        const layout_box *picture = layout_box_of(m->seen->desk, picture_in(r->picture));
        const layout_box *text = layout_box_of(m->seen->desk, r->text);
        m->fits = m->fits && picture && picture->known && picture->width < m->seen->theme->column * 0.7;
        m->floats = m->floats && picture && text->height > picture->height * LONGER;
    } else
        m->floats = false;
    m->row = (row){0};
}

/* The items of a flex container, a grid or a row of floats: children with boxes of their own. */
static void look_at_item(marking *m, const dom_node *item) {
    const layout_box *box = layout_box_of(m->seen->desk, item);
    if (!box) {
        m->fits = m->fits && (item->type != DOM_TEXT || express_is_blank_text(dom_text(item)));
        return;
    }
    bool placed = (box->flow == LAYOUT_ITEM || box->flow == LAYOUT_CELL) && item->type == DOM_ELEMENT;
    bool floats = box->flow == LAYOUT_FLOAT && item->type == DOM_ELEMENT && item->tag != DOM_TAG_IMG;
    if (!placed && !floats) {
        m->fits = false;
        return;
    }
    bool full = floats && m->row.width + box->width > box->around * 1.02;
    if (placed ? box->line != m->line : full)
        end_row(m);
    m->line = box->line;
    add_item(&m->row, item, box);
    m->fits = m->fits && !m->row.others;
}

/* The element whose children are the items: of a table, its only row. */
const dom_node *express_items_of(const dom_node *container) {
    const dom_node *at = container;
    while (at && (at->tag == DOM_TAG_TABLE || at->tag == DOM_TAG_TBODY)) {
        const dom_node *only = NULL;
        for (const dom_node *child = at->first_child; child; child = child->next) {
            if (only && !express_is_blank(child))
                return NULL;
            only = express_is_blank(child) ? only : child;
        }
        at = only;
    }
    return at && (container->tag != DOM_TAG_TABLE || at->tag == DOM_TAG_TR) ? at : NULL;
}

bool express_may_hold_items(const dom_node *node) {
    return node->type == DOM_ELEMENT && node->first_child &&
           (node->tag == DOM_TAG_DIV || node->tag == DOM_TAG_SECTION || node->tag == DOM_TAG_ARTICLE ||
            node->tag == DOM_TAG_TABLE || node->tag == DOM_TAG_MAIN);
}

bool express_stands_elsewhere(const layout *seen, const dom_node *container) {
    const layout_box *box = layout_box_of(seen, container);
    return box && box->elsewhere;
}

static bool is_in_cell(const dom_node *node) {
    for (const dom_node *at = node->parent; at; at = at->parent)
        if (at->tag == DOM_TAG_TD || at->tag == DOM_TAG_TH || at->tag == DOM_TAG_LI)
            return true;
    return false;
}

static const char *form_of(const express_seen *seen, const dom_node *container) {
    marking m = {.seen = seen, .container = container, .fits = true, .floats = true};
    const dom_node *items = express_items_of(container);
    const layout_box *box = layout_box_of(seen->desk, container);
    if (!items || !box || box->elsewhere || box->width < seen->theme->column * 0.6)
        return NULL;
    for (const dom_node *item = items->first_child; item && m.fits; item = item->next)
        look_at_item(&m, item);
    end_row(&m);
    if (!m.fits || !m.rows || is_in_cell(container))
        return NULL;
    return m.floats && m.any_text ? "float" : "table";
}

void express_mark_beside(dom_node *body, const express_seen *seen, arena *a) {
    if (!seen->desk)
        return;
    for (dom_node *node = body; node;) {
        const char *form = express_may_hold_items(node) ? form_of(seen, node) : NULL;
        if (form)
            dom_attribute_set(node, a, SLICE(EXPRESS_BESIDE), slice_of(form));
        node = form ? dom_next_skip(node, body) : dom_next(node, body);
    }
    express_mark_columns(body, seen, a);
}

/* ---- rewriting ----------------------------------------------------------------------------------------- */

typedef struct rewriting {
    const express_seen *seen;
    arena *arena;
    findings *found;
    dom_node *before, *rows; /* where rows go: before `before`, or into a new cell each of `rows` */
    bool table;              /* cells; the next one makes a table where `rows` is NULL */
    uint32_t line;
    unsigned pictures;
} rewriting;

static dom_node *target_of_row(rewriting *w) {
    if (!w->table)
        return NULL;
    if (!w->rows) {
        dom_node *built = dom_new_element(w->arena, DOM_TAG_TABLE, w->line);
        w->rows = dom_new_element(w->arena, DOM_TAG_TBODY, w->line);
        dom_append(built, w->rows);
        dom_insert_before(w->before, built);
    }
    dom_node *row_node = dom_new_element(w->arena, DOM_TAG_TR, w->line);
    dom_node *cell = dom_new_element(w->arena, DOM_TAG_TD, w->line);
    dom_append(w->rows, row_node);
    dom_append(row_node, cell);
    return cell;
}

static void put_inside(rewriting *w, dom_node *cell, dom_node *item) {
    dom_node *box = item;
    if (item->tag == DOM_TAG_TD || item->tag == DOM_TAG_TH) {
        box = dom_new_element(w->arena, DOM_TAG_DIV, item->line);
        dom_move_children(item, box);
    } else
        dom_remove(item);
    if (cell)
        dom_append(cell, box);
    else
        dom_insert_before(w->before, box);
}

/* Between a picture and what flows beside it, in per cent of the column: text does not touch it, and the
 * marks of a list, which stand left of its text, do not stand on it. */
static double least_gap(const dom_node *text) {
    for (const dom_node *at = text; at; at = dom_next(at, text))
        if (at->tag == DOM_TAG_UL || at->tag == DOM_TAG_OL)
            return 5;
    return 2;
}

/* How a picture stands: its side, the room between it and its neighbour in per cent of the column, and
 * whether it begins below the last one. */
static void set_side(rewriting *w, dom_node *picture, const dom_node *neighbour, bool right, double room) {
    const layout_box *box = layout_box_of(w->seen->desk, neighbour),
                     *own = layout_box_of(w->seen->desk, picture);
    double gap = !box || !own ? 0 : right ? own->x - box->x - box->width : box->x - own->x - own->width;
    gap = gap / w->seen->theme->column * 100;
    double least = neighbour && !picture_in(neighbour) ? least_gap(neighbour) : 0;
    gap = gap < least ? least : gap;
    gap = gap > room ? room : gap;
    dom_attribute_set(picture, w->arena, SLICE(SIDE),
                      format_slice(w->arena, "%s %.1f%s", right ? "right" : "left", gap < 0 ? 0 : gap,
                                   w->table ? "" : " clear"));
}

/* What may stand between two pictures of a row, in per cent of the column: with more, the last one would not
 * fit. */
static double room_between(const rewriting *w, dom_node *const *items, size_t count) {
    double room = 100;
    size_t pictures = 0;
    for (size_t i = 0; i < count; i++) {
        const dom_node *picture = picture_in(items[i]);
        const layout_box *box = picture ? layout_box_of(w->seen->desk, picture) : NULL;
        if (!box)
            continue;
        room -= (double)(unsigned)(box->width / w->seen->theme->column * 100 + 0.5);
        pictures++;
    }
    return pictures > 1 ? (room > 0.2 ? room / (double)(pictures - 1) - 0.05 : 0) : 10;
}

typedef enum row_kind { ROW_EMPTY, ROW_WORDS, ROW_PICTURES } row_kind;

static row_kind kind_of_row(dom_node *const *items, size_t count) {
    row_kind kind = ROW_EMPTY;
    for (size_t i = 0; i < count; i++) {
        if (picture_in(items[i]))
            return ROW_PICTURES;
        kind = express_first_shown(items[i]) ? ROW_WORDS : kind;
    }
    return kind;
}

/* The pictures of a row first: text flows around what stands before it. Words alone stand in no table. */
static void put_row(rewriting *w, dom_node *const *items, size_t count) {
    row_kind kind = kind_of_row(items, count);
    w->rows = kind == ROW_WORDS ? NULL : w->rows;
    dom_node *cell = kind == ROW_PICTURES ? target_of_row(w) : NULL;
    bool text_first = count > 1 && !picture_in(items[0]);
    double room = room_between(w, items, count);
    for (size_t i = 0; i < count; i++) {
        dom_node *picture = (dom_node *)(uintptr_t)picture_in(items[i]);
        if (!picture)
            continue;
        set_side(w, picture,
                 text_first      ? items[i - 1]
                 : i + 1 < count ? items[i + 1]
                                 : NULL,
                 text_first, room);
        put_inside(w, cell, items[i]);
        w->pictures++;
    }
    for (size_t i = 0; i < count; i++)
        if (items[i]->first_child && items[i]->parent != cell && !picture_in(items[i]))
            put_inside(w, cell, items[i]);
}

static void put_rows(rewriting *w, dom_node *container) {
    const dom_node *items = express_items_of(container);
    vector row_items = vector_new(w->arena, sizeof(dom_node *));
    uint32_t line = 0;
    double width = 0;
    for (dom_node *item = items->first_child, *next; item; item = next) {
        next = item->next;
        const layout_box *box = layout_box_of(w->seen->desk, item);
        if (!box)
            continue;
        bool full = box->flow == LAYOUT_FLOAT && width + box->width > box->around * 1.02;
        if (row_items.count && (full || box->line != line)) {
            put_row(w, row_items.items, row_items.count);
            row_items.count = 0;
            width = 0;
        }
        line = box->line;
        width += box->width;
        *(dom_node **)vector_push(&row_items) = item;
    }
    put_row(w, row_items.items, row_items.count);
}

/* What of the item holds the picture and nothing else: it, or the link around it. */
static dom_node *picture_unit(dom_node *picture, const dom_node *item) {
    dom_node *unit = picture;
    for (dom_node *up = picture->parent; up && up != item; up = up->parent) {
        for (const dom_node *child = up->first_child; child; child = child->next)
            if (child != unit && !express_is_blank(child))
                return unit;
        unit = up;
    }
    return unit;
}

/* Items with a picture each, one below the other. */
static void put_each(rewriting *w, dom_node *container) {
    dom_node *items = (dom_node *)(uintptr_t)express_items_of(container);
    for (dom_node *item = items->first_child, *next; item; item = next) {
        next = item->next;
        if (express_is_blank(item))
            continue;
        dom_node *picture = (dom_node *)(uintptr_t)picture_in(item), *cell = target_of_row(w);
        if (layout_box_of(w->seen->desk, item) && picture) {
            dom_node *unit = picture_unit(picture, item);
            dom_attribute_set(
                picture, w->arena, SLICE(SIDE),
                format_slice(w->arena, "left %.0f%s", least_gap(item), w->table ? "" : " clear"));
            for (dom_node *end; (end = express_next_shown(unit)) && end->tag == DOM_TAG_BR;)
                dom_remove(end); /* it ended the picture's line */
            dom_remove(unit);
            put_inside(w, cell, unit);
            w->pictures++;
        }
        put_inside(w, cell, item);
    }
}

/* Of a row with a picture; NULL: it is none. */
static const slice *mark_of(const dom_node *node) {
    const slice *value =
        node && node->type == DOM_ELEMENT ? dom_attribute_get(node, SLICE(EXPRESS_BESIDE)) : NULL;
    return value && !slice_equal(*value, SLICE(EXPRESS_COLUMNS)) ? value : NULL;
}

dom_node *express_next_shown(const dom_node *node) {
    dom_node *next = node->next;
    while (next && express_is_blank(next))
        next = next->next;
    return next;
}

/* A run: containers that follow each other. One that needs a table decides for all. */
static dom_node *rewrite_run(rewriting *w, dom_node *first) {
    bool table = false;
    size_t count = 0;
    for (dom_node *at = first; mark_of(at); at = express_next_shown(at), count++)
        table = table || slice_equal(*mark_of(at), SLICE("table")) ||
                slice_equal(*mark_of(at), SLICE(EXPRESS_EACH_TABLE));
    w->line = first->line;
    w->table = table;
    w->rows = NULL;
    w->pictures = 0;
    dom_node *next = first;
    for (size_t i = 0; i < count; i++) {
        dom_node *container = next;
        next = express_next_shown(container);
        w->before = container;
        bool each = slice_starts_with(*mark_of(container), SLICE("each"));
        each ? put_each(w, container) : put_rows(w, container);
        dom_remove(container);
    }
    findings_add(w->found, table ? FINDING_BESIDE_TABLE : FINDING_BESIDE_FLOAT, w->line, "%u picture%s",
                 w->pictures, w->pictures == 1 ? "" : "s");
    return next;
}

void express_put_beside(dom_node *body, const express_seen *seen, arena *a, findings *found) {
    rewriting w = {.seen = seen, .arena = a, .found = found};
    if (!seen)
        return;
    express_put_columns(body, seen, a, found);
    if (!seen->desk)
        return;
    for (dom_node *node = body, *next; node; node = next) {
        if (!mark_of(node)) {
            next = dom_next(node, body);
            continue;
        }
        dom_node *parent = node->parent;
        next = rewrite_run(&w, node);
        while (!next && parent && parent != body) { /* the walk goes on behind the run */
            next = parent->next;
            parent = parent->parent;
        }
    }
}

bool express_beside(const dom_node *img, express_side *side) {
    const slice *stands = dom_attribute_get(img, SLICE(SIDE));
    size_t at = 0;
    if (!stands)
        return false;
    side->right = slice_equal(slice_next_word(*stands, &at), SLICE("right"));
    side->gap = slice_next_word(*stands, &at);
    side->clears = slice_next_word(*stands, &at).length > 0;
    return true;
}
