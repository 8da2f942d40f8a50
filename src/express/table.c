/* express: the grid of a table. Comes in: a built table, rows of cells with the spans that the page wrote.
 * Goes out: rows that cover the same columns, as the editor would make them when it opens the table
 * (prosemirror-tables: fixTables); spans say no more columns and rows than there are. Linear: spans beyond a
 * budget count as 1.
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
        vector_push(&g->covered_until);
    return vector_at(&g->covered_until, column);
}

/* HTML §4.9.11: 1 … 1000 columns, 1 … 65534 rows; a rowspan of 0 reaches to the end of the group. */
static uint32_t span_of(const dom_node *node, slice name, uint32_t zero, uint32_t most) {
    const slice *value = dom_attribute_get(node, name);
    if (!value)
        return 1;
    slice digits = slice_trim(*value);
    uint32_t span = 0;
    size_t at = 0;
    for (; at < digits.length && is_digit(digits.data[at]); at++)
        span = span > most ? most : span * 10 + (uint32_t)(digits.data[at] - '0');
    if (!at)
        return 1;
    return span == 0 ? zero : span < most ? span : most;
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
    for (const dom_node *row = table->last_child; row; row = row->previous) {
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
    uint32_t rowspan = span_of(node, SLICE("rowspan"), left, 65534),
             colspan = span_of(node, SLICE("colspan"), 1, 1000);
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
        changed = changed || span_of(c->node, SLICE("rowspan"), 0, 65534) != rowspan ||
                  span_of(c->node, SLICE("colspan"), 0, 1000) != colspan;
        c->rowspan = rowspan;
        c->colspan = colspan;
        write_span(c->node, SLICE("colspan"), colspan, g->arena);
        write_span(c->node, SLICE("rowspan"), rowspan, g->arena);
    }
    return changed;
}

static void append_empty_cell(const grid *g, dom_node *row, uint32_t colspan) {
    dom_tag tag = dom_is(row->last_child, DOM_TAG_TH) ? DOM_TAG_TH : DOM_TAG_TD;
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

void express_fit_table(dom_node *table, arena *a, findings *found) {
    grid g = {.arena = a,
              .cells = vector_new(a, sizeof(cell)),
              .covered_until = vector_new(a, sizeof(uint32_t)),
              .group_ends = vector_new(a, sizeof(uint32_t))};
    for (const dom_node *row = table->first_child; row; row = row->next)
        for (const dom_node *node = row->first_child; node; node = node->next)
            g.budget += 64;
    g.budget += 100000;
    read_grid(&g, table);
    uint32_t column_count = (uint32_t)g.covered_until.count;
    const uint32_t *rows = count_starts(&g, g.row_count, true),
                   *columns = count_starts(&g, column_count, false);
    if (write_spans(&g, rows, columns))
        findings_add(found, FINDING_TABLE_SPANS, table->line, "cells that span more than the table has");
    size_t added = fill_rows(&g, table, rows, columns[column_count]);
    if (added)
        findings_add(found, FINDING_TABLE_RAGGED, table->line, "%zu cells missing", added);
}
