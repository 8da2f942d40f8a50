/* Tables: columns, and the automatic way to share a table's width among them (CSS 2.2 §17.5.2.2, as browsers
 * have it). Comes in: cells whose least and largest widths are known. Goes out: a width for each column.
 * Cells that reach over rows and columns count where they stand.
 */
#include "private.h"

#include <stdlib.h>

#define COLUMNS_MAX 200

typedef struct cell_walk {
    layout *l;
    uint32_t table, at; /* the cell */
    uint32_t row, column, span;
    uint32_t taken[COLUMNS_MAX]; /* rows that a cell from above still reaches into */
    uint32_t rows_end, row_end;
} cell_walk;

static uint32_t span_of(const dom_node *cell, const char *name, uint32_t most) {
    int64_t number = 1;
    dom_attribute_integer(cell, name, &number);
    return number < 1 ? 1 : number > most ? most : (uint32_t)number;
}

static void begin_row(cell_walk *w, uint32_t row_box) {
    w->row_end = box_at(w->l, row_box)->end;
    w->row++;
    w->column = 0;
    w->span = 0;
}

static bool take_cell(cell_walk *w) {
    const box *cell = box_at(w->l, w->at);
    w->column += w->span;
    while (w->column < COLUMNS_MAX && w->taken[w->column] >= w->row)
        w->column++;
    if (w->column >= COLUMNS_MAX)
        return false;
    w->span = span_of(cell->node, "colspan", COLUMNS_MAX - w->column);
    uint32_t rows = span_of(cell->node, "rowspan", 1000);
    for (uint32_t i = 0; i < w->span; i++)
        w->taken[w->column + i] = w->row + rows - 1;
    return true;
}

/* Steps through the cells of a table, not through those of tables inside. */
static bool next_cell(cell_walk *w) {
    uint32_t end = box_at(w->l, w->table)->end;
    w->at = w->at == w->table ? w->table + 1 : box_at(w->l, w->at)->end;
    while (w->at < end) {
        const box *b = box_at(w->l, w->at);
        if (b->kind == KIND_ROWS)
            w->at++;
        else if (b->kind == KIND_ROW) {
            begin_row(w, w->at);
            w->at++;
        } else if (b->flow == LAYOUT_CELL && w->at < w->row_end && take_cell(w))
            return true;
        else
            w->at = b->end;
    }
    return false;
}

static cell_walk walk_cells(layout *l, uint32_t table) {
    return (cell_walk){.l = l, .table = table, .at = table};
}

static double spread(double wanted, const table_column *columns, uint32_t count, bool largest) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += largest ? columns[i].max : columns[i].min;
    return wanted > sum ? wanted - sum : 0;
}

/* Cells of one column say what it needs; those of several add what is missing, in equal parts. */
static void add_cell(layout *l, table_columns *all, const cell_walk *w) {
    const box *cell = box_at(l, w->at);
    table_column *columns = all->at + w->column;
    double fixed = layout_specified(l, cell, LENGTH_WIDTH, AUTO),
           share = layout_specified(l, cell, LENGTH_WIDTH, 100);
    double percent = fixed == AUTO && share != AUTO ? share : AUTO;
    double more_min = spread(cell->min, columns, w->span, false) / w->span;
    double most = fixed != AUTO && fixed > cell->min ? fixed : cell->max;
    double more_max = spread(most, columns, w->span, true) / w->span;
    for (uint32_t i = 0; i < w->span; i++) {
        columns[i].min += more_min;
        columns[i].max += more_max;
        if (w->span == 1 && fixed > columns[i].fixed)
            columns[i].fixed = fixed;
        if (percent != AUTO && percent / w->span > columns[i].percent)
            columns[i].percent = percent / w->span;
    }
}

void layout_gather_columns(layout *l, uint32_t table) {
    uint32_t count = 0;
    for (cell_walk w = walk_cells(l, table); next_cell(&w);)
        if (w.column + w.span > count)
            count = w.column + w.span;
    box *b = box_at(l, table);
    table_columns *all = b->columns = arena_zeroed(l->arena, sizeof *all);
    all->count = count;
    all->at = arena_zeroed(l->arena, (count + 1) * sizeof *all->at);
    for (uint32_t i = 0; i < count; i++)
        all->at[i].fixed = all->at[i].percent = AUTO;
    double spacing = 0;
    if (!css_computed_is(l->cascade, b->node, CSS_BORDER_COLLAPSE, "collapse"))
        css_length(l->cascade, b->node, CSS_BORDER_SPACING, 0, &spacing);
    all->spacing = spacing * (count + 1);
    for (cell_walk w = walk_cells(l, table); next_cell(&w);)
        add_cell(l, all, &w);
    double min = all->spacing, max = all->spacing;
    for (uint32_t i = 0; i < count; i++) {
        min += all->at[i].min;
        max += all->at[i].max;
    }
    b->word = b->word > min ? b->word : min;
    b->lines_max = b->lines_max > max ? b->lines_max : max;
}

/* Gives `more` to the columns of one sort, in proportion to what they want; true: there were some. */
typedef enum column_sort { SORT_AUTO, SORT_FIXED, SORT_PERCENT } column_sort;

static column_sort sort_of(const table_column *c) {
    return c->percent > 0 ? SORT_PERCENT : c->fixed > 0 ? SORT_FIXED : SORT_AUTO;
}

static bool give_to(table_columns *all, column_sort sort, double more) {
    double sum = 0;
    uint32_t count = 0;
    for (uint32_t i = 0; i < all->count; i++)
        if (sort_of(&all->at[i]) == sort) {
            sum += all->at[i].max;
            count++;
        }
    for (uint32_t i = 0; i < all->count && count; i++)
        if (sort_of(&all->at[i]) == sort)
            all->at[i].width += sum > 0 ? more * all->at[i].max / sum : more / count;
    return count > 0;
}

/* The smallest widths grow towards the wanted ones, as far as there is room. */
static double grow_to_wanted(table_columns *all, column_sort sort, double room) {
    double missing = 0;
    for (uint32_t i = 0; i < all->count; i++)
        if (sort_of(&all->at[i]) == sort && all->at[i].max > all->at[i].width)
            missing += all->at[i].max - all->at[i].width;
    double part = missing <= 0 ? 0 : missing <= room ? 1 : room / missing;
    for (uint32_t i = 0; i < all->count; i++)
        if (sort_of(&all->at[i]) == sort && all->at[i].max > all->at[i].width)
            all->at[i].width += (all->at[i].max - all->at[i].width) * part;
    return missing * part;
}

static void share_automatically(table_columns *all, double width) {
    double used = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        table_column *c = &all->at[i];
        if (c->percent > 0)
            c->max = c->percent / 100 * width > c->min ? c->percent / 100 * width : c->min;
        c->width = c->min;
        used += c->min;
    }
    double room = width > used ? width - used : 0;
    static const column_sort ORDER[] = {SORT_PERCENT, SORT_FIXED, SORT_AUTO};
    for (size_t i = 0; i < 3; i++)
        room -= grow_to_wanted(all, ORDER[i], room);
    if (room > 0 && !give_to(all, SORT_AUTO, room) && !give_to(all, SORT_FIXED, room))
        give_to(all, SORT_PERCENT, room);
}

/* The first row decides (CSS 2.2 §17.5.2.1). */
static void share_by_first_row(layout *l, uint32_t table, table_columns *all, double width) {
    uint32_t open = all->count;
    double used = 0;
    for (uint32_t i = 0; i < all->count; i++)
        all->at[i].width = AUTO;
    for (cell_walk w = walk_cells(l, table); next_cell(&w) && w.row == 1;) {
        double given = layout_specified(l, box_at(l, w.at), LENGTH_WIDTH, width);
        for (uint32_t i = 0; given != AUTO && i < w.span; i++) {
            all->at[w.column + i].width = given / w.span;
            used += given / w.span;
            open--;
        }
    }
    for (uint32_t i = 0; i < all->count; i++)
        if (all->at[i].width == AUTO)
            all->at[i].width = open && width > used ? (width - used) / open : 0;
}

void layout_share_columns(layout *l, uint32_t table) {
    box *b = box_at(l, table);
    table_columns *all = b->columns;
    double width = b->content - all->spacing;
    if (css_computed_is(l->cascade, b->node, CSS_TABLE_LAYOUT, "fixed"))
        share_by_first_row(l, table, all, width);
    else
        share_automatically(all, width);
    double x = b->out.x;
    for (uint32_t i = 0; i < all->count; i++) {
        all->at[i].left = x;
        x += all->at[i].width;
    }
    for (cell_walk w = walk_cells(l, table); next_cell(&w);) {
        box *cell = box_at(l, w.at);
        double sum = 0;
        for (uint32_t i = 0; i < w.span; i++)
            sum += all->at[w.column + i].width;
        cell->assigned = sum;
        cell->out.x = all->at[w.column].left;
        cell->out.line = w.row;
        cell->out.container = b->node;
    }
}
