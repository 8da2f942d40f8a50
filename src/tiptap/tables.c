/* Tables made rectangular, as the editor does it when it loads them (prosemirror-tables 1.3: fixTables,
 * TableMap).
 *
 * A cell that overlaps another is narrowed, one that reaches below the table is shortened, rows with too few
 * cells get empty ones.
 */
#include "private.h"

/* Larger tables are left alone: no page needs them, and the map would not fit. */
enum { MAP_MAX = 1 << 21 };

typedef struct cell {
    tiptap_node *node;
    uint16_t columns, rows;         /* as the table has them: at most TIPTAP_SPAN_MAX */
    uint16_t new_columns, new_rows; /* as they are to be */
} cell;

typedef struct table_map {
    size_t width, height;
    vector cells;  /* of cell, in document order */
    uint32_t *map; /* width × height: the cell that covers the place, counted from 1; 0: none */
    size_t *added; /* cells that each row needs */
    size_t steps;  /* spent filling the map */
    bool has_problems;
} table_map;

static tiptap_attribute colspan_of(const tiptap_node *node) {
    return node->type == TIPTAP_TABLE_HEADER ? TIPTAP_TABLE_HEADER_COLSPAN : TIPTAP_TABLE_CELL_COLSPAN;
}

static tiptap_attribute rowspan_of(const tiptap_node *node) {
    return node->type == TIPTAP_TABLE_HEADER ? TIPTAP_TABLE_HEADER_ROWSPAN : TIPTAP_TABLE_CELL_ROWSPAN;
}

/* Reads the cells and the width of the widest row, with what reaches down into it (findWidth). */
static void read_cells(table_map *t, const tiptap_node *table, arena *a) {
    for (const tiptap_node *row = table->first_child; row; row = row->next)
        t->height++;
    size_t *ends = arena_zeroed(a, (t->height + 1) * sizeof *ends); /* columns that end above a row */
    size_t carried = 0, row_index = 0;
    for (const tiptap_node *row = table->first_child; row; row = row->next, row_index++) {
        carried -= ends[row_index];
        size_t width = carried;
        for (tiptap_node *node = row->first_child; node; node = node->next) {
            uint16_t columns = (uint16_t)tiptap_get_span(node, colspan_of(node)),
                     rows = (uint16_t)tiptap_get_span(node, rowspan_of(node));
            *(cell *)vector_push(&t->cells) = (cell){node, columns, rows, columns, rows};
            width += columns;
            if (rows > 1) {
                size_t end = row_index + rows < t->height ? row_index + rows : t->height;
                ends[end] += columns;
                carried += columns;
            }
        }
        if (width > t->width)
            t->width = width;
    }
}

/* Puts a cell into the map; what it cannot cover is a problem. The last problem of a cell decides its new
 * spans. */
static void place_cell(table_map *t, cell *c, uint32_t number, size_t row, size_t at) {
    size_t size = t->width * t->height;
    for (uint16_t down = 0; down < c->rows; down++) {
        if (row + down >= t->height) {
            t->has_problems = true;
            c->new_columns = c->columns;
            c->new_rows = down;
            return;
        }
        for (uint16_t across = 0; across < c->columns && t->steps++ < MAP_MAX; across++) {
            size_t place = at + down * t->width + across;
            if (place < size && t->map[place] == 0) {
                t->map[place] = number;
                continue;
            }
            t->has_problems = true;
            c->new_columns = across;
            c->new_rows = c->rows;
            for (size_t i = 0; i < c->rows && row + i < t->height; i++)
                t->added[row + i] += (size_t)(c->columns - across);
        }
    }
}

/* computeMap. */
static void fill_map(table_map *t, const tiptap_node *table) {
    size_t size = t->width * t->height, at = 0, row_index = 0;
    uint32_t number = 0;
    for (const tiptap_node *row = table->first_child; row; row = row->next, row_index++) {
        for (const tiptap_node *node = row->first_child;; node = node->next) {
            while (at < size && t->map[at] != 0)
                at++;
            if (!node)
                break;
            cell *c = vector_at(&t->cells, number++);
            place_cell(t, c, number, row_index, at);
            at += c->columns;
        }
        size_t missing = 0;
        for (; at < (row_index + 1) * t->width; at++)
            missing += t->map[at] == 0;
        if (missing) {
            t->has_problems = true;
            t->added[row_index] += missing;
        }
    }
}

static void change_spans(const table_map *t, arena *a) {
    for (size_t i = 0; i < t->cells.count; i++) {
        cell *c = vector_at(&t->cells, i);
        if (c->new_columns != c->columns)
            tiptap_set(c->node, colspan_of(c->node), format_slice(a, "%u", c->new_columns), a);
        if (c->new_rows != c->rows)
            tiptap_set(c->node, rowspan_of(c->node), format_slice(a, "%u", c->new_rows), a);
    }
}

/* At the end of the row, or at its start where it looks as if a bite had been taken out of the table. */
static void add_cells(const table_map *t, tiptap_node *table, arena *a) {
    size_t first = SIZE_MAX, last = SIZE_MAX, index = 0;
    for (size_t i = 0; i < t->height; i++)
        if (t->added[i]) {
            first = first == SIZE_MAX ? i : first;
            last = i;
        }
    for (tiptap_node *row = table->first_child; row; row = row->next, index++) {
        tiptap_node *before = (index == 0 || first == index - 1) && last == index ? row->first_child : NULL;
        tiptap_type type = row->first_child ? (tiptap_type)row->first_child->type : TIPTAP_TABLE_CELL;
        for (size_t i = 0; i < t->added[index]; i++) {
            tiptap_node *added = create_and_fill(a, type, row->line);
            if (before)
                tiptap_insert_before(before, added);
            else
                tiptap_append(row, added);
        }
    }
}

static bool fix_problems(table_map *t, tiptap_node *table, arena *a) {
    size_t size = t->width * t->height * sizeof *t->map + 1;
    t->map = arena_zeroed(a, size);
    t->added = arena_zeroed(a, t->height * sizeof *t->added);
    fill_map(t, table);
    bool fixes = t->has_problems && t->steps < MAP_MAX;
    if (fixes) {
        change_spans(t, a);
        add_cells(t, table, a);
    }
    arena_drop(a, t->map, size);
    arena_drop(a, t->added, t->height * sizeof *t->added);
    return fixes;
}

bool fix_table(tiptap_node *table, arena *a) {
    table_map t = {.cells = vector_new(a, sizeof(cell))};
    read_cells(&t, table, a);
    bool fixed = t.width * t.height <= MAP_MAX && fix_problems(&t, table, a);
    vector_drop(&t.cells);
    return fixed;
}
