/* Grids: the columns that `grid-template-columns` asks for, and items put into them in order (CSS Grid 1
 * §8.5). Comes in: a container whose content width is known. Goes out: a width and a place for each item.
 * Items that name lines count by the columns they span. Rows that are spanned, areas and columns that are
 * filled first are not worked out: the container says that an item stands elsewhere.
 */
#include "private.h"

#include <stdlib.h>

#define TRACKS_MAX 64

typedef struct track {
    double least, most, share; /* pixels; AUTO: as its content; parts of what is left (fr) */
} track;

typedef struct tracks {
    unsigned count;
    track at[TRACKS_MAX];
} tracks;

/* One size of a track: "120px", "25%", "1fr", "auto", "min-content". */
static track read_size(layout *l, const box *b, slice value) {
    double px;
    if (slice_ends_with(value, SLICE("fr"))) {
        double share = strtod(slice_c_string(value, l->arena), NULL);
        return (track){0, AUTO, share > 0 ? share : 1};
    }
    if (css_length_of(l->cascade, b->node, value, b->content, &px))
        return (track){px, px, 0};
    return (track){AUTO, AUTO, 0};
}

/* What stands between the brackets of a function, or an empty slice. */
static slice arguments_of(slice value, slice name) {
    if (!slice_starts_with(value, name) || !slice_ends_with(value, SLICE(")")))
        return SLICE("");
    return slice_trim(slice_sub(value, name.length, value.length - 1));
}

/* The end of the value that begins at `at`: values are separated by spaces outside of brackets. */
static size_t value_end(slice text, size_t at) {
    size_t depth = 0;
    for (; at < text.length && (depth || !is_space(text.data[at])); at++)
        depth += text.data[at] == '(' ? 1 : text.data[at] == ')' && depth ? (size_t)-1 : 0;
    return at;
}

static size_t top_level_comma(slice text) {
    size_t depth = 0;
    for (size_t at = 0; at < text.length; at++) {
        if (text.data[at] == ',' && !depth)
            return at;
        depth += text.data[at] == '(' ? 1 : text.data[at] == ')' && depth ? (size_t)-1 : 0;
    }
    return SLICE_NONE;
}

static track read_track(layout *l, const box *b, slice value) {
    slice pair = arguments_of(value, SLICE("minmax("));
    size_t comma = top_level_comma(pair);
    if (comma == SLICE_NONE)
        return read_size(l, b, value);
    track least = read_size(l, b, slice_trim(slice_sub(pair, 0, comma)));
    track most = read_size(l, b, slice_trim(slice_from(pair, comma + 1)));
    return (track){least.least == AUTO ? 0 : least.least, most.most, most.share};
}

static void add_list(layout *l, const box *b, slice list, tracks *all) {
    for (size_t at = 0; at < list.length && all->count < TRACKS_MAX;) {
        size_t end = value_end(list, at);
        slice value = slice_sub(list, at, end);
        if (value.length && value.data[0] != '[') /* not the name of a line */
            all->at[all->count++] = read_track(l, b, value);
        at = end + 1;
    }
}

/* repeat(3, 1fr), repeat(auto-fit, minmax(200px, 1fr)): as many as fit. */
static void add_repeated(layout *l, const box *b, slice value, tracks *all) {
    slice inside = arguments_of(value, SLICE("repeat("));
    size_t comma = top_level_comma(inside);
    if (comma == SLICE_NONE)
        return;
    slice times = slice_trim(slice_sub(inside, 0, comma)), list = slice_trim(slice_from(inside, comma + 1));
    tracks once = {0};
    add_list(l, b, list, &once);
    double wide = 0, gap = layout_gap(l, b);
    for (unsigned i = 0; i < once.count; i++)
        wide += (once.at[i].least > 0 ? once.at[i].least : 0) + gap;
    unsigned count = is_digit(times.data[0]) ? (unsigned)strtoul(slice_c_string(times, l->arena), NULL, 10)
                     : wide > 0              ? (unsigned)((b->content + gap) / wide)
                                             : 1;
    for (count = count < 1 ? 1 : count > TRACKS_MAX ? TRACKS_MAX : count; count; count--)
        for (unsigned i = 0; i < once.count && all->count < TRACKS_MAX; i++)
            all->at[all->count++] = once.at[i];
}

static void read_tracks(layout *l, const box *b, tracks *all) {
    slice text = css_computed(l->cascade, b->node, CSS_GRID_TEMPLATE_COLUMNS);
    all->count = 0;
    for (size_t at = 0; at < text.length;) {
        size_t end = value_end(text, at);
        slice value = slice_sub(text, at, end);
        if (slice_starts_with(value, SLICE("repeat(")))
            add_repeated(l, b, value, all);
        else if (!slice_equal(value, SLICE("none")))
            add_list(l, b, value, all);
        at = end + 1;
    }
    if (!all->count)
        all->at[all->count++] = (track){0, AUTO, 1};
}

unsigned layout_grid_column_count(layout *l, uint32_t container) {
    tracks all;
    read_tracks(l, box_at(l, container), &all);
    return all.count;
}

/* The columns that an item spans: "span 2", or from line 1 to line 3. */
static unsigned span_of(layout *l, const box *item, unsigned columns) {
    slice start = css_computed(l->cascade, item->node, CSS_GRID_COLUMN_START);
    slice end = css_computed(l->cascade, item->node, CSS_GRID_COLUMN_END);
    long span = 1;
    if (item->node->type == DOM_TEXT)
        return 1;
    if (slice_starts_with(start, SLICE("span ")) || slice_starts_with(end, SLICE("span "))) {
        slice text = slice_starts_with(start, SLICE("span ")) ? start : end;
        span = strtol(slice_c_string(slice_from(text, 5), l->arena), NULL, 10);
    } else {
        long from = strtol(slice_c_string(start, l->arena), NULL, 10),
             to = strtol(slice_c_string(end, l->arena), NULL, 10);
        if (from > 0 && to < 0)
            to = (long)columns + 2 + to;
        span = from > 0 && to > from ? to - from : 1;
    }
    return span < 1 ? 1 : span > (long)columns ? columns : (unsigned)span;
}

static void settle_tracks(const tracks *all, double content, double gap, double *widths) {
    double left = content - gap * (all->count - 1), shares = 0;
    unsigned open = 0;
    for (unsigned i = 0; i < all->count; i++) {
        widths[i] = all->at[i].most != AUTO ? all->at[i].most : all->at[i].least > 0 ? all->at[i].least : 0;
        shares += all->at[i].share;
        open += all->at[i].share <= 0 && all->at[i].most == AUTO;
        left -= all->at[i].share > 0 ? 0 : widths[i];
    }
    left = left < 0 ? 0 : left;
    for (unsigned i = 0; i < all->count; i++)
        if (all->at[i].share > 0) {
            double part = left * all->at[i].share / shares;
            widths[i] = part > widths[i] ? part : widths[i];
        } else if (all->at[i].most == AUTO && shares <= 0)
            widths[i] += left / open;
}

/* Where the items so far stand. */
typedef struct cursor {
    unsigned column;
    uint32_t row;
    bool all_name_rows;
} cursor;

typedef enum line_kind { LINE_AUTO, LINE_SPAN, LINE_NUMBER, LINE_NAME } line_kind;

typedef struct grid_line {
    line_kind kind;
    long number; /* < 0: from the end */
} grid_line;

static grid_line line_of(layout *l, const box *item, css_property property) {
    if (item->node->type == DOM_TEXT || !css_winner(l->cascade, item->node, CSS_PSEUDO_NONE, property))
        return (grid_line){LINE_AUTO, 0};
    slice value = css_computed(l->cascade, item->node, property);
    long number = strtol(slice_c_string(value, l->arena), NULL, 10);
    return (grid_line){css_is_among(value, "auto")                ? LINE_AUTO
                       : slice_starts_with(value, SLICE("span ")) ? LINE_SPAN
                       : number                                   ? LINE_NUMBER
                                                                  : LINE_NAME,
                       number};
}

static bool is_open(grid_line line) {
    return line.kind == LINE_AUTO || line.kind == LINE_SPAN;
}

/* Whether an item that is put at the cursor stands there. What names its row is placed before what does not
 * (CSS Grid 1 §8.5). */
static bool stands_at(layout *l, const box *item, cursor *at) {
    grid_line column = line_of(l, item, CSS_GRID_COLUMN_START),
              column_end = line_of(l, item, CSS_GRID_COLUMN_END), row = line_of(l, item, CSS_GRID_ROW_START),
              row_end = line_of(l, item, CSS_GRID_ROW_END);
    bool named = column.kind == LINE_NUMBER, row_named = row.kind == LINE_NUMBER;
    bool column_fits = is_open(column) || (named && column.number == (long)at->column + 1);
    bool end_fits = is_open(column_end) || (named && column_end.kind == LINE_NUMBER);
    bool row_fits = row.kind == LINE_AUTO ||
                    (row_named && row.number == (long)at->row + 1 && (named || at->all_name_rows));
    bool one_row = row_end.kind == LINE_AUTO ||
                   (row_named && row_end.kind == LINE_NUMBER && row_end.number == row.number + 1);
    at->all_name_rows = at->all_name_rows && row_named;
    return column_fits && end_fits && row_fits && one_row;
}

/* Whether the items are put into columns, or into holes that were left. */
static bool fills_otherwise(layout *l, const box *c) {
    slice flow = css_computed(l->cascade, c->node, CSS_GRID_AUTO_FLOW);
    return slice_find(flow, SLICE("column"), 0) != SLICE_NONE ||
           slice_find(flow, SLICE("dense"), 0) != SLICE_NONE;
}

void layout_place_grid(layout *l, uint32_t container) {
    const box *c = box_at(l, container);
    double widths[TRACKS_MAX], gap = layout_gap(l, c);
    tracks all;
    read_tracks(l, c, &all);
    settle_tracks(&all, c->content, gap, widths);
    cursor at = {.all_name_rows = true};
    box_at(l, container)->out.elsewhere = fills_otherwise(l, c);
    double x = c->out.x + (c->out.width - c->content) / 2;
    for (uint32_t i = container + 1; i < c->end; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM)
            continue;
        unsigned span = span_of(l, item, all.count);
        grid_line from = line_of(l, item, CSS_GRID_COLUMN_START);
        bool behind = from.kind == LINE_NUMBER && from.number > 0 && from.number <= (long)at.column;
        if (at.column + span > all.count || behind) {
            at.column = 0;
            at.row++;
            x = c->out.x + (c->out.width - c->content) / 2;
        }
        if (!stands_at(l, item, &at))
            box_at(l, container)->out.elsewhere = true;
        double wide = gap * (span - 1);
        for (unsigned k = 0; k < span; k++)
            wide += widths[at.column + k];
        if (item->node->type != DOM_TEXT)
            layout_settle_edges(l, item, wide);
        item->assigned = wide - item->margin_x;
        item->placed = true;
        item->out.line = at.row;
        item->out.container = c->node;
        item->out.x = x + item->out.margin_left;
        x += wide + gap;
        at.column += span;
    }
}
