/* Tables: rows of cells between bars, with or without a header row, an alignment line and a footer.
 *
 * Comes in: lines, each with a bar in it. Goes out: a table, or nothing when a line's only bars stand in
 * code.
 */
#include "private.h"

/* kramdown, TABLE_PIPE_CHECK: a bar at the start, or one that no backslash stands before. */
static bool has_bar(const char *text, size_t length) {
    if (length && text[0] == '|')
        return true;
    const char *end = text + length;
    for (const char *bar = text; (bar = memchr(bar, '|', (size_t)(end - bar))); bar++)
        if (bar > text && bar[-1] != '\\' && bar[-1] != '\n')
            return true;
    return false;
}

static bool is_table_line(const source *s, size_t at) {
    size_t end = source_line_end(s, at);
    return end > at && has_bar(s->text + at, end - at - (s->text[end - 1] == '\n'));
}

/* A line of nothing but `+|: <tab>-` with a dash in it (or `=` in place of the dash: the footer's): its end,
 * or 0. */
static size_t match_separator(const source *s, size_t at, char mark) {
    bool marked = false;
    for (; at < s->length && s->text[at] != '\n'; at++) {
        char c = s->text[at];
        if (c == mark)
            marked = true;
        else if (c != '+' && c != '|' && c != ':' && c != ' ' && c != '\t')
            return 0;
    }
    return marked && at < s->length ? at + 1 : 0;
}

/* ---- cells ------------------------------------------------------------------------------------------- */

/* The cells of one row while it is split: text is added to the last one. */
typedef struct row_cells {
    parser *parser;
    node cells; /* holds raw text nodes */
    uint32_t line;
} row_cells;

static void add_cell(row_cells *row) {
    append_child(&row->cells, new_node(row->parser, NODE_RAW_TEXT, row->line));
}

static void add_to_cell(row_cells *row, slice text) {
    if (!row->cells.last)
        add_cell(row);
    extend_value(row->parser, row->cells.last, text);
}

/* Text that is no code: bars split it, escaped bars lose their backslash. */
static void split_text(row_cells *row, slice text) {
    size_t from = 0, at = 0;
    if (!row->cells.last)
        add_cell(row);
    while ((at = slice_find_char(text, '|', at)) != SLICE_NONE) {
        bool escaped = at > 0 && text.data[at - 1] == '\\';
        add_to_cell(row, slice_sub(text, from, at - escaped));
        if (escaped)
            add_to_cell(row, SLICE("|"));
        else
            add_cell(row);
        from = ++at;
    }
    add_to_cell(row, slice_from(text, from));
}

/* A code span is written anew, with a delimiter longer than any run of backticks inside it. */
static void add_code(row_cells *row, slice code) {
    size_t longest = 0, run = 0;
    for (size_t i = 0; i < code.length; i++) {
        run = code.data[i] == '`' ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    char *marks = arena_alloc(row->parser->arena, longest + 1);
    memset(marks, '`', longest + 1);
    slice delimiter = {marks, longest + 1}, space = longest ? SLICE(" ") : SLICE("");
    add_to_cell(row, delimiter);
    add_to_cell(row, space);
    add_to_cell(row, code);
    add_to_cell(row, space);
    add_to_cell(row, delimiter);
}

static void split_around_code(row_cells *row, slice text) {
    if (slice_find_char(text, '`', 0) == SLICE_NONE) {
        if (text.length)
            split_text(row, text);
        return;
    }
    source s = source_of(text, row->line);
    node root = {.type = NODE_ROOT};
    parse_all_spans(row->parser, &s, &root, SPANS_CODE, NODE_RAW_TEXT);
    for (const node *n = root.first; n; n = n->next) {
        if (n->type == NODE_CODE)
            add_code(row, n->value);
        else
            split_text(row, n->value);
    }
}

/* `<code…>…</code>` from `at`: its place, and its end; SLICE_NONE. */
static size_t find_code_element(slice text, size_t at, size_t *end) {
    size_t open = slice_find(text, SLICE("<code"), at);
    size_t body = open == SLICE_NONE ? SLICE_NONE : slice_find_char(text, '>', open + 5);
    size_t close = body == SLICE_NONE ? SLICE_NONE : slice_find(text, SLICE("</code>"), body + 1);
    if (close == SLICE_NONE)
        return SLICE_NONE;
    *end = close + 7;
    return open;
}

static void drop_blank_cell(row_cells *row, node *cell) {
    if (!cell || strip(cell->value).length)
        return;
    remove_child(&row->cells, cell);
    give_back_node(row->parser, cell);
}

/* Returns how many cells it has. */
static size_t parse_row(blocks *b, node *rows, slice text, uint32_t line, bool leading_bar) {
    parser *p = b->parser;
    row_cells row = {.parser = p, .line = line};
    size_t at = 0, open, end = 0;
    while ((open = find_code_element(text, at, &end)) != SLICE_NONE) {
        split_around_code(&row, slice_sub(text, at, open));
        add_to_cell(&row, slice_sub(text, open, end));
        at = end;
    }
    split_around_code(&row, slice_from(text, at));
    if (leading_bar)
        drop_blank_cell(&row, row.cells.first);
    drop_blank_cell(&row, row.cells.last);
    node *tr = new_node(p, NODE_ROW, line);
    append_child(rows, tr);
    size_t count = 0;
    for (node *inside = row.cells.first, *next; inside; inside = next, count++) {
        node *cell = new_node(p, NODE_CELL, line);
        next = inside->next;
        inside->value = strip(inside->value);
        append_child(cell, inside);
        append_child(tr, cell);
    }
    return count;
}

/* ---- the table --------------------------------------------------------------------------------------- */

typedef struct table_state {
    node *table, *rows; /* rows: those not yet in a part */
    bool has_footer;
    size_t columns;
    slice alignment;
} table_state;

static void close_part(parser *p, table_state *t, node_type type, bool force) {
    if (t->has_footer && type == NODE_TABLE_BODY && !force)
        return;
    node *part = new_node(p, type, t->rows->first ? t->rows->first->line : t->table->line);
    part->first = t->rows->first;
    part->last = t->rows->last;
    t->rows->first = t->rows->last = NULL;
    append_child(t->table, part);
}

/* One letter a column: `-` nothing said, l, r, c. */
static slice read_alignment(parser *p, slice line) {
    buffer out = buffer_new(p->arena, 16);
    for (size_t i = 0, free_from = 0; i < line.length;) {
        if (line.data[i] != '-') {
            i++;
            continue;
        }
        bool left = i > free_from && line.data[i - 1] == ':', right;
        while (i < line.length && line.data[i] == '-')
            i++;
        right = i < line.length && line.data[i] == ':';
        buffer_append_char(&out, left && right ? 'c' : left ? 'l' : right ? 'r' : '-');
        i += right;
        free_from = i;
    }
    return buffer_slice(&out);
}

static void parse_rows(blocks *b, table_state *t, bool leading_bar) {
    source *s = b->source;
    while (s->at < s->length && is_table_line(s, s->at)) {
        size_t end = match_separator(s, s->at, '-'), footer;
        if (end) {
            if (t->rows->first && t->alignment.length == 0 && !t->has_footer) {
                close_part(b->parser, t, NODE_TABLE_HEAD, false);
                t->alignment = read_alignment(b->parser, source_slice(s, s->at, end));
            } else if (t->rows->first) {
                close_part(b->parser, t, NODE_TABLE_BODY, false);
            }
        } else if ((footer = match_separator(s, s->at, '='))) {
            end = footer;
            if (t->rows->first)
                close_part(b->parser, t, NODE_TABLE_BODY, true);
            t->has_footer = true;
        } else {
            end = source_line_end(s, s->at);
            size_t stop = end - (s->text[end - 1] == '\n');
            while (stop > s->at && (s->text[stop - 1] == ' ' || s->text[stop - 1] == '\t'))
                stop--;
            size_t cells =
                parse_row(b, t->rows, source_slice(s, s->at, stop), source_line(s, s->at), leading_bar);
            t->columns = cells > t->columns ? cells : t->columns;
        }
        s->at = end;
    }
}

/* Lines of a value as Ruby's split("\n") gives them: how many, the first and the last. */
static size_t split_lines(slice value, slice *first, slice *last) {
    while (value.length && value.data[value.length - 1] == '\n')
        value.length--;
    *first = *last = value;
    if (value.length == 0)
        return 0;
    size_t count = 1, at = slice_find_char(value, '\n', 0);
    if (at != SLICE_NONE)
        *first = slice_sub(value, 0, at);
    for (; at != SLICE_NONE; at = slice_find_char(value, '\n', at + 1)) {
        count++;
        *last = slice_from(value, at + 1);
    }
    return count;
}

/* Whether each line has a bar outside of code and HTML elements. */
static bool has_bars_outside_code(parser *p, slice text, uint32_t line) {
    if (slice_find_char(text, '`', 0) == SLICE_NONE && slice_find_char(text, '<', 0) == SLICE_NONE)
        return true; /* each line was seen to have one */
    source s = source_of(text, line);
    node root = {.type = NODE_ROOT};
    bool was_quiet = p->is_quiet;
    p->is_quiet = true;
    parse_all_spans(p, &s, &root, SPANS_CODE_AND_HTML, NODE_RAW_TEXT);
    p->is_quiet = was_quiet;
    bool bar = false;
    for (const node *n = root.first; n; n = n->next) {
        slice first, last;
        size_t count = split_lines(n->value, &first, &last);
        if (n->type == NODE_CODE) {
            if (count > 2 || (count == 2 && !bar))
                break;
            bar = count == 2 ? false : bar;
        } else {
            if (count > 1 && !bar && !has_bar(first.data, first.length))
                break;
            bar = (count > 1 ? false : bar) || (count && has_bar(last.data, last.length));
        }
    }
    return bar;
}

static bool has_body(const node *table) {
    for (const node *part = table->first; part; part = part->next)
        if (part->type == NODE_TABLE_BODY)
            return true;
    return false;
}

/* All rows get as many cells, and all columns an alignment. */
static void fill_rows(parser *p, table_state *t) {
    char *alignment = arena_alloc(p->arena, t->columns + 1);
    memset(alignment, '-', t->columns + 1);
    for (size_t i = 0; i < t->alignment.length && i < t->columns; i++)
        alignment[i] = t->alignment.data[i];
    t->table->alignment = alignment;
    size_t added = 0, limit = 100000; /* one wide row must not make a page of a million cells */
    for (node *part = t->table->first; part; part = part->next)
        for (node *row = part->first; row; row = row->next) {
            size_t count = 0;
            for (const node *cell = row->first; cell; cell = cell->next)
                count++;
            for (; count < t->columns && added < limit; count++, added++)
                append_child(row, new_node(p, NODE_CELL, row->line));
        }
}

bool parse_table(blocks *b) {
    source *s = b->source;
    parser *p = b->parser;
    size_t before = s->at, start = skip_indent(s, s->at), end;
    if (is_space(source_char(s, start)) || !is_table_line(s, start) || !after_block_boundary(b))
        return false;
    uint32_t line = source_line(s, before);
    node rows = {.type = NODE_ROOT};
    /* As in kramdown, an attribute list before lines that turn out to be no table is spent. */
    table_state t = {.table = new_block(b, NODE_TABLE, line), .rows = &rows};
    if ((end = match_separator(s, s->at, '-')))
        s->at = end;
    parse_rows(b, &t, s->text[start] == '|');
    bool is_table = before_block_boundary(s) && s->at > before &&
                    has_bars_outside_code(p, source_slice(s, before, s->at - 1), line);
    if (is_table && rows.first)
        close_part(p, &t, t.has_footer ? NODE_TABLE_FOOT : NODE_TABLE_BODY, false);
    if (!is_table || !has_body(t.table)) {
        s->at = before;
        return false;
    }
    fill_rows(p, &t);
    append_child(b->tree, t.table);
    return true;
}
