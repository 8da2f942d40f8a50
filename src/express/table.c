/* express: the grid of a table. Comes in: a built table, rows of cells with the spans that the page wrote.
 * Goes out: rows that cover the same columns, as the editor would make them when it opens the table
 * (prosemirror-tables: fixTables); spans say no more columns and rows than there are. A table that fitted a
 * phone and would no longer do so, since the new page's text is larger, has the first cell of each row in a
 * row of its own above the others, if no cell of it heads a column. Linear: spans beyond a budget count as 1.
 */
#include "private.h"

/* Cells of a grid that spans may make: each that no cell covers is written. */
#define GRID_MAX ((size_t)100000)

typedef struct cell {
    dom_node *node;
    uint32_t row, column, rowspan, colspan;
} cell;

typedef struct grid {
    arena *arena;
    vector cells;         /* of cell, in document order */
    vector covered_until; /* of uint32_t, a column: the first row that no cell from above covers */
    vector group_ends;    /* of uint32_t, a row: the first row behind its thead, tbody or tfoot */
    uint32_t row_count;
    size_t budget; /* how many more columns may be looked at */
} grid;

static uint32_t *column_at(grid *g, uint32_t column) {
    while (g->covered_until.count <= column)
        vector_push_zeroed(&g->covered_until);
    return vector_at(&g->covered_until, column);
}

/* HTML §4.9.11: 1 … 1000 columns, 1 … 65534 rows; a rowspan of 0 reaches to the end of the group. */
static uint32_t span_of(const dom_node *node, const char *name, uint32_t zero, uint32_t most) {
    int64_t span = 1;
    if (!dom_attribute_integer(node, name, &span) || span < 0)
        return 1;
    return span == 0 ? zero : span < most ? (uint32_t)span : most;
}

static void write_span(dom_node *node, slice name, uint32_t span, arena *a) {
    if (span > 1)
        dom_attribute_set(node, a, name, format_slice(a, "%u", span));
    else
        dom_attribute_remove(node, name);
}

/* ---- reading the grid --------------------------------------------------------------------------------- */

static void find_group_ends(grid *g, const dom_node *table) {
    for (const dom_node *row = table->first_child; row; row = row->next)
        *(uint32_t *)vector_push(&g->group_ends) = g->row_count++;
    uint32_t end = g->row_count, at = g->row_count;
    for (const dom_node *row = dom_last_child(table); row; row = dom_previous(row)) {
        *(uint32_t *)vector_at(&g->group_ends, --at) = end;
        if (row->flags & FLAG_GROUP_START)
            end = at;
    }
}

static bool is_free(grid *g, uint32_t column, uint32_t row) {
    return *column_at(g, column) <= row;
}

/* The cell's place: the first free column, and as many behind it as it spans and are free. */
static uint32_t place_cell(grid *g, dom_node *node, uint32_t row, uint32_t column) {
    for (; !is_free(g, column, row); column++)
        g->budget -= g->budget > 0;
    uint32_t group_end = *(uint32_t *)vector_at(&g->group_ends, row), left = group_end - row;
    uint32_t rowspan = span_of(node, "rowspan", left, 65534), colspan = span_of(node, "colspan", 1, 1000);
    bool is_wide = (size_t)(column + colspan) * g->row_count > GRID_MAX;
    if (g->budget < colspan || (is_wide && (rowspan > 1 || colspan > 1)))
        rowspan = colspan = 1;
    rowspan = rowspan < left ? rowspan : left;
    uint32_t width = 0;
    for (; width < colspan && is_free(g, column + width, row); width++) {
        *column_at(g, column + width) = row + rowspan;
        g->budget -= g->budget > 0;
    }
    *(cell *)vector_push(&g->cells) = (cell){node, row, column, rowspan, width};
    return column + width;
}

static void read_grid(grid *g, const dom_node *table) {
    find_group_ends(g, table);
    uint32_t row_index = 0;
    for (const dom_node *row = table->first_child; row; row = row->next, row_index++) {
        uint32_t column = 0;
        for (dom_node *node = row->first_child; node; node = node->next)
            column = place_cell(g, node, row_index, column);
    }
}

/* ---- fitting ------------------------------------------------------------------------------------------ */

/* counts[i]: how many of the rows or columns before i some cell starts in. The others show nothing. */
static uint32_t *count_starts(const grid *g, uint32_t size, bool rows) {
    uint32_t *counts = arena_zeroed(g->arena, ((size_t)size + 1) * sizeof *counts);
    for (size_t i = 0; i < g->cells.count; i++) {
        const cell *c = vector_at(&g->cells, i);
        counts[(rows ? c->row : c->column) + 1] = 1;
    }
    for (uint32_t i = 0; i < size; i++)
        counts[i + 1] += counts[i];
    return counts;
}

/* Writes the spans anew; true when one says something else than the page did. */
static bool write_spans(grid *g, const uint32_t *rows, const uint32_t *columns) {
    bool changed = false;
    for (size_t i = 0; i < g->cells.count; i++) {
        cell *c = vector_at(&g->cells, i);
        uint32_t rowspan = rows[c->row + c->rowspan] - rows[c->row];
        uint32_t colspan = columns[c->column + c->colspan] - columns[c->column];
        changed = changed || span_of(c->node, "rowspan", 0, 65534) != rowspan ||
                  span_of(c->node, "colspan", 0, 1000) != colspan;
        c->rowspan = rowspan;
        c->colspan = colspan;
        write_span(c->node, SLICE("colspan"), colspan, g->arena);
        write_span(c->node, SLICE("rowspan"), rowspan, g->arena);
    }
    return changed;
}

static void append_empty_cell(const grid *g, dom_node *row, uint32_t colspan) {
    dom_tag tag = dom_is(dom_last_child(row), DOM_TAG_TH) ? DOM_TAG_TH : DOM_TAG_TD;
    dom_node *added = dom_new_element(g->arena, tag, row->line);
    dom_append(added, dom_new_element(g->arena, DOM_TAG_P, row->line));
    write_span(added, SLICE("colspan"), colspan, g->arena);
    dom_append(row, added);
}

/* Adds the cells that rows are short of; returns how many. Rows that no cell starts in go. */
static size_t fill_rows(grid *g, dom_node *table, const uint32_t *rows, uint32_t width) {
    int64_t *covered = arena_zeroed(g->arena, ((size_t)g->row_count + 1) * sizeof *covered);
    for (size_t i = 0; i < g->cells.count; i++) { /* differences first */
        const cell *c = vector_at(&g->cells, i);
        covered[rows[c->row]] += c->colspan;
        covered[rows[c->row] + c->rowspan] -= c->colspan;
    }
    size_t added = 0, most = g->cells.count * 8 + 1000;
    uint32_t index = 0;
    int64_t sum = 0;
    for (dom_node *row = table->first_child, *next; row; row = next, index++) {
        next = row->next;
        if (rows[index + 1] == rows[index]) {
            dom_remove(row);
            continue;
        }
        sum += covered[rows[index]];
        for (int64_t missing = width - sum; missing > 0;) {
            int64_t span = added < most ? 1 : missing;
            append_empty_cell(g, row, (uint32_t)span);
            missing -= span;
            added++;
        }
    }
    return added;
}

static grid grid_of(const dom_node *table, arena *a) {
    grid g = {.arena = a,
              .cells = vector_new(a, sizeof(cell)),
              .covered_until = vector_new(a, sizeof(uint32_t)),
              .group_ends = vector_new(a, sizeof(uint32_t))};
    for (const dom_node *row = table->first_child; row; row = row->next)
        for (const dom_node *node = row->first_child; node; node = node->next)
            g.budget += 64;
    g.budget += 100000;
    read_grid(&g, table);
    return g;
}

void express_fit_table(dom_node *table, arena *a, findings *found) {
    grid g = grid_of(table, a);
    uint32_t column_count = (uint32_t)g.covered_until.count;
    const uint32_t *rows = count_starts(&g, g.row_count, true),
                   *columns = count_starts(&g, column_count, false);
    if (write_spans(&g, rows, columns))
        findings_add(found, FINDING_TABLE_SPANS, table->line, "cells that span more than the table has");
    size_t added = fill_rows(&g, table, rows, columns[column_count]);
    if (added)
        findings_add(found, FINDING_TABLE_RAGGED, table->line, "%zu cells missing", added);
    vector_drop(&g.cells);
}

/* ---- on a phone ---------------------------------------------------------------------------------------- */

/* What the theme makes of the new page's tables (mappings/theme.yml), in pixels. */
enum { TEXT = 20, QUOTED_TEXT = 24, LIST_EDGE = 32, QUOTE_EDGE = 34, FOLD_EDGE = 32 };
enum { CELL_EDGES = 24, DEPTH_MAX = 16 };

/* Text in the theme's font sizes on a phone, and what stands beside it in the cell. */
static double font_of(const dom_node *textblock) {
    static const double HEADINGS[] = {44, 32, 28, 24, 22, 16};
    if (dom_is_heading(textblock->tag))
        return HEADINGS[textblock->tag - DOM_TAG_H1];
    return dom_is(textblock->parent, DOM_TAG_BLOCKQUOTE) ? QUOTED_TEXT : TEXT;
}

static double edges_of(const dom_node *textblock) {
    double edges = 0;
    const dom_node *at = textblock->parent;
    for (size_t depth = 0; at && !dom_is(at, DOM_TAG_TR) && depth < DEPTH_MAX; at = at->parent, depth++)
        edges += at->tag == DOM_TAG_LI                            ? LIST_EDGE
                 : at->tag == DOM_TAG_BLOCKQUOTE                  ? QUOTE_EDGE
                 : at->tag == DOM_TAG_DETAILS                     ? FOLD_EDGE
                 : at->tag == DOM_TAG_TD || at->tag == DOM_TAG_TH ? CELL_EDGES
                                                                  : 0;
    return edges;
}

/* Of a picture (size.c): "min-width: 110px", "min-width: clamp(93px, …)". */
static double least_width(const dom_node *img) {
    const slice *style = dom_attribute_get(img, SLICE("style")), name = SLICE("min-width: ");
    size_t at = style ? slice_find(*style, name, 0) : SLICE_NONE;
    double width = 0;
    if (at == SLICE_NONE)
        return 0;
    slice value = slice_from(*style, at + name.length);
    if (slice_starts_with(value, SLICE("clamp(")))
        value = slice_from(value, 6);
    for (size_t i = 0; i < value.length && i < 4 && is_digit(value.data[i]); i++)
        width = width * 10 + (value.data[i] - '0');
    return width;
}

static double larger(double one, double other) {
    return one > other ? one : other;
}

static bool is_textblock(const dom_node *node) {
    return node->tag == DOM_TAG_P || node->tag == DOM_TAG_SUMMARY || dom_is_heading(node->tag);
}

/* Its widest word, or picture. */
static double narrowest_cell(const dom_node *built) {
    const dom_node *block = NULL;
    layout_words words = {0};
    double found = CELL_EDGES;
    for (const dom_node *at = dom_next(built, built); at; at = dom_next(at, built)) {
        if (is_textblock(at)) {
            block = at;
            words = (layout_words){0};
        } else if (at->type == DOM_TEXT && block) {
            layout_add_words(&words, dom_text(at), font_of(block));
            found = larger(found, words.widest + edges_of(block));
        } else if (at->tag == DOM_TAG_BR)
            words.word = 0;
        else if (at->tag == DOM_TAG_IMG)
            found = larger(found, least_width(at) + CELL_EDGES);
    }
    return found;
}

typedef struct narrow_table {
    grid grid;
    uint32_t columns;
    double *cells; /* of each, the least width */
} narrow_table;

static narrow_table measure_table(const dom_node *table, arena *a) {
    narrow_table t = {.grid = grid_of(table, a)};
    t.columns = (uint32_t)t.grid.covered_until.count;
    t.cells = arena_zeroed(a, (t.grid.cells.count + 1) * sizeof *t.cells);
    for (size_t i = 0; i < t.grid.cells.count; i++)
        t.cells[i] = narrowest_cell(((cell *)vector_at(&t.grid.cells, i))->node);
    return t;
}

/* Of all columns from `first` on: cells of one column, then what those over several ask for besides. */
static double narrowest_from(const narrow_table *t, uint32_t first) {
    double sum = 0, *columns = arena_zeroed(t->grid.arena, ((size_t)t->columns + 1) * sizeof *columns);
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        if (c->colspan == 1)
            columns[c->column] = larger(columns[c->column], t->cells[i]);
    }
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        double spanned = 0;
        if (c->colspan == 1 || c->column < first)
            continue;
        for (uint32_t k = 0; k < c->colspan; k++)
            spanned += columns[c->column + k];
        columns[c->column + c->colspan - 1] += larger(t->cells[i] - spanned, 0);
    }
    for (uint32_t k = first; k < t->columns; k++)
        sum += columns[k];
    return sum;
}

double express_table_narrowest(const dom_node *table, arena *a) {
    narrow_table t = measure_table(table, a);
    double narrowest = narrowest_from(&t, 0);
    arena_drop(a, t.cells, (t.grid.cells.count + 1) * sizeof *t.cells);
    vector_drop(&t.grid.cells);
    return narrowest;
}

/* Whether all words of the row are bold, and some of them stand in another column than the first. */
static bool is_bold_row(const dom_node *row) {
    bool beside = false;
    for (const dom_node *at = dom_next(row, row); at; at = dom_next(at, row)) {
        const dom_node *up = at;
        if (at->type != DOM_TEXT || express_is_blank_text(dom_text(at)))
            continue;
        while (up != row && up->tag != DOM_TAG_STRONG && up->tag != DOM_TAG_TH && !dom_is_heading(up->tag))
            up = up->parent;
        if (up == row)
            return false;
        while (up->parent != row)
            up = up->parent;
        beside = beside || dom_previous(up);
    }
    return beside;
}

/* Whether cells head the columns that they stand in: they would head others with a row for the first. Not
 * all pages write headers as such: a row in bold, with others below it, says the same. */
static bool has_column_headers(const narrow_table *t, const dom_node *table) {
    bool bold = false;
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        if (c->column > 0 && c->node->tag == DOM_TAG_TH && express_first_shown(c->node))
            return true;
    }
    for (const dom_node *row = table->first_child; row; row = row->next) {
        bool own = is_bold_row(row);
        if (bold && !own)
            return true;
        bold = own;
    }
    return false;
}

/* Whether the first cells may stand above the others: each fits, and no cell of another column reaches from
 * the rows of one into those of the next. */
static bool may_stack(const narrow_table *t, double room) {
    uint32_t group_end = 0;
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        if (c->column == 0) {
            group_end = c->row + c->rowspan;
            if (t->cells[i] > room)
                return false;
        } else if (c->row + c->rowspan > group_end)
            return false;
    }
    return t->columns > 1 && narrowest_from(t, 1) <= room;
}

static void put_empty_cell(dom_node *before, uint32_t colspan, arena *a) {
    dom_node *added = dom_new_element(a, DOM_TAG_TD, before->line);
    dom_append(added, dom_new_element(a, DOM_TAG_P, before->line));
    write_span(added, SLICE("colspan"), colspan, a);
    dom_insert_before(before, added);
}

/* What stood beside a first cell of several columns keeps its place, in each of its rows. */
static void keep_places_beside(const cell *first, arena *a) {
    const dom_node *row = first->node->parent;
    put_empty_cell(first->node->next, first->colspan - 1, a);
    for (uint32_t k = 1; k < first->rowspan; k++) {
        row = row->next;
        put_empty_cell(row->first_child, first->colspan - 1, a);
    }
}

static void stack_first_cells(const narrow_table *t) {
    arena *a = t->grid.arena;
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        if (c->column > 0)
            continue;
        if (c->colspan > 1 && c->node->next)
            keep_places_beside(c, a);
        write_span(c->node, SLICE("colspan"), t->columns - 1, a);
        write_span(c->node, SLICE("rowspan"), 1, a);
        if (!c->node->next)
            continue; /* it has its row for itself */
        dom_node *row = c->node->parent, *above = dom_new_element(a, DOM_TAG_TR, row->line);
        dom_remove(c->node);
        dom_append(above, c->node);
        dom_insert_before(row, above);
    }
}

/* ---- links beside each other --------------------------------------------------------------------------- */

#define LINK_LETTERS 60

/* The paragraph of a cell that holds nothing but a short link, or nothing; NULL: there is more in it. */
static dom_node *link_alone(const dom_node *built) {
    dom_node *paragraph = built->first_child;
    if (!dom_is(paragraph, DOM_TAG_P) || paragraph->next)
        return NULL;
    size_t letters = 0, links = 0;
    for (const dom_node *at = paragraph->first_child; at; at = dom_next(at, paragraph)) {
        if (at->type == DOM_TEXT && !express_is_blank_text(dom_text(at)))
            letters += dom_text(at).length;
        links += at->tag == DOM_TAG_A;
        if (at->tag == DOM_TAG_BR || (at->parent == paragraph && at->tag != DOM_TAG_A &&
                                      (at->type == DOM_ELEMENT || !express_is_blank_text(dom_text(at)))))
            return NULL;
    }
    return links <= 1 && links == (letters > 0) && letters <= LINK_LETTERS ? paragraph : NULL;
}

/* Whether each row is one cell, or links alone, none of which stands behind an empty cell: in a line it would
 * seem to be another column's. */
static bool are_rows_of_links(const narrow_table *t) {
    size_t links = 0;
    bool gap = false;
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        bool alone = c->column == 0 && !c->node->next, empty = !express_first_shown(c->node);
        gap = gap && c->column > 0;
        if (gap && !empty)
            return false;
        gap = gap || empty;
        if (c->rowspan > 1 || (!alone && !link_alone(c->node)))
            return false;
        links += !alone && c->node->first_child->first_child;
    }
    return links > 0;
}

static void put_links_in_line(const narrow_table *t) {
    for (size_t i = 0; i < t->grid.cells.count; i++) {
        const cell *c = vector_at(&t->grid.cells, i);
        if (c->column == 0) {
            write_span(c->node, SLICE("colspan"), 1, t->grid.arena);
            continue;
        }
        dom_node *line = c->node->parent->first_child->first_child, *link = link_alone(c->node);
        if (link->first_child) {
            dom_append(line, dom_new_text(t->grid.arena, EXPRESS_BETWEEN_LINKS, c->node->line));
            dom_move_children(link, line);
        }
        dom_remove(c->node);
    }
}

/* ---- what becomes of it -------------------------------------------------------------------------------- */

double express_room_on_phone(const express_theme *theme) {
    return (theme->phone_window + theme->phone_column) / 2;
}

static bool put_in_lines(const narrow_table *t, uint32_t line, findings *found) {
    if (!are_rows_of_links(t))
        return false;
    put_links_in_line(t);
    findings_add(found, FINDING_LINKS_IN_LINE, line, "rows of a table");
    return true;
}

uint32_t express_narrow_table(dom_node *table, bool has_head, const express_theme *theme, arena *a,
                              findings *found) {
    narrow_table t = measure_table(table, a);
    if (put_in_lines(&t, table->line, found))
        return t.columns;
    double room = express_room_on_phone(theme);
    bool fits = !has_head && !has_column_headers(&t, table) && may_stack(&t, room);
    if (fits)
        stack_first_cells(&t);
    findings_add(found, fits ? FINDING_TABLE_STACKED : FINDING_TABLE_WIDE, table->line,
                 "about %.0f pixels wide", narrowest_from(&t, 0));
    return 0;
}

void express_put_table_in_lines(dom_node *table, uint64_t columns, arena *a, findings *found) {
    narrow_table t = {.grid = grid_of(table, a)};
    t.columns = (uint32_t)t.grid.covered_until.count;
    if (t.columns < EXPRESS_COLUMNS_ALIKE && columns >> t.columns & 1)
        put_in_lines(&t, table->line, found);
}
