/* Definitions that may stand anywhere and write nothing where they stand: footnotes, link targets,
 * abbreviations.
 */
#include "private.h"

static node *add_boundary(blocks *b) {
    node *boundary = new_block(b, NODE_BOUNDARY, source_line(b->source, b->source->at));
    boundary->level = BOUNDARY_DEFINITION;
    append_child(b->tree, boundary);
    return boundary;
}

/* `[^name]: text`, and the indented lines that follow. */
bool parse_footnote_definition(blocks *b) {
    source *s = b->source;
    parser *p = b->parser;
    size_t at = skip_indent(s, s->at), name_end;
    if (source_char(s, at) != '[' || source_char(s, at + 1) != '^' || !(name_end = match_name(s, at + 2)) ||
        source_char(s, name_end) != ']' || source_char(s, name_end + 1) != ':')
        return false;
    slice name = source_slice(s, at + 2, name_end);
    size_t text = name_end + 2, end = match_code_lines(s, source_line_end(s, text));
    uint32_t line = source_line(s, s->at);
    buffer out = buffer_new(p->arena, end - text + 1);
    for (size_t next; text < end; text = next) {
        size_t indent = match_code_indent(s, text);
        next = source_line_end(s, text);
        buffer_append(&out, source_slice(s, indent ? indent : text, next));
    }
    footnote *note = arena_zeroed(p->arena, sizeof *note);
    note->name = name;
    note->line = line;
    note->content = new_node(p, NODE_ROOT, line);
    source inner = source_of(buffer_slice(&out), line);
    parse_blocks(p, note->content, &inner);
    note->boundary = add_boundary(b);
    add_definition(p, &p->footnotes, name)->note = note;
    s->at = end;
    return true;
}

/* A title `"…"` or `'…'` that ends its line: the place behind the line, or 0. */
static size_t match_title(const source *s, size_t at, slice *title) {
    char quote = source_char(s, at);
    if (quote != '"' && quote != '\'')
        return 0;
    size_t end = source_line_end(s, at), last = end;
    if (last == at || s->text[end - 1] != '\n')
        return 0;
    for (last = end - 1; last > at && (s->text[last - 1] == ' ' || s->text[last - 1] == '\t');)
        last--;
    if (last < at + 3 || s->text[last - 1] != quote)
        return 0;
    *title = source_slice(s, at + 1, last - 1);
    return end;
}

static size_t skip_blanks(const source *s, size_t at) {
    while (source_char(s, at) == ' ' || source_char(s, at) == '\t')
        at++;
    return at;
}

/* What may follow the target: a title in the line or alone in the next one, then the line's end. */
static size_t match_after_target(const source *s, size_t at, slice *title) {
    size_t next = skip_blanks(s, at), end;
    if (source_char(s, next) != '\n')
        return next > at ? match_title(s, next, title) : 0;
    end = match_title(s, skip_blanks(s, next + 1), title);
    return end ? end : next + 1;
}

/* The target without `<>`: the shortest text after which a title or the line's end may follow. */
static size_t match_bare_target(const source *s, size_t at, slice *target, slice *title) {
    size_t end = source_line_end(s, at), after;
    bool tried[2] = {false, false}; /* a title with that quote: where one fails, the later ones do */
    for (size_t i = at + 1; i < end; i++) {
        char c = s->text[i];
        if (c != ' ' && c != '\t' && c != '\n')
            continue;
        size_t next = skip_blanks(s, i);
        char quote = source_char(s, next);
        bool *seen = quote == '"' ? &tried[0] : quote == '\'' ? &tried[1] : NULL;
        if (!(seen && *seen) && (after = match_after_target(s, i, title))) {
            *target = source_slice(s, at, i);
            return after;
        }
        if (seen)
            *seen = true;
        i = next > i ? next - 1 : i;
    }
    return 0;
}

static size_t match_angle_target(const source *s, size_t at, slice *target, slice *title) {
    size_t end = source_line_end(s, at), after, tries = 64; /* no target holds so many `>` */
    for (size_t close = at + 1; close < end && tries; close++)
        if (s->text[close] == '>' && tries-- && (after = match_after_target(s, close + 1, title))) {
            *target = source_slice(s, at + 1, close);
            return after;
        }
    return 0;
}

/* White space before a quote in a bare target: a title that is not closed, so no definition. */
static bool has_open_title(slice target) {
    for (size_t i = 1; i < target.length; i++)
        if ((target.data[i] == '"' || target.data[i] == '\'') &&
            (target.data[i - 1] == ' ' || target.data[i - 1] == '\t'))
            return true;
    return false;
}

bool parse_link_definition(blocks *b) {
    source *s = b->source;
    parser *p = b->parser;
    size_t at = skip_indent(s, s->at), line_end = source_line_end(s, at), close = at + 1, end = 0;
    if (source_char(s, at) != '[')
        return false;
    while (close < line_end && s->text[close] != ']' && s->text[close] != '\n')
        close++;
    if (close == at + 1 || source_char(s, close) != ']' || source_char(s, close + 1) != ':')
        return false;
    size_t start = skip_blanks(s, close + 2);
    slice target = {NULL, 0}, title = {NULL, 0};
    if (source_char(s, start) == '\n' || start >= s->length)
        return false;
    if (source_char(s, start) == '<')
        end = match_angle_target(s, start, &target, &title);
    if (!end) {
        end = match_bare_target(s, start, &target, &title);
        if (!end || has_open_title(target))
            return false;
    }
    definition *link =
        add_definition(p, &p->links, normalize_link_id(source_slice(s, at + 1, close), p->arena));
    link->value = target;
    link->title = title;
    link->has_title = title.length > 0;
    link->boundary = add_boundary(b);
    s->at = end;
    return true;
}

/* `*[HTML]: Hyper Text Markup Language`. */
bool parse_abbreviation_definition(blocks *b) {
    source *s = b->source;
    size_t at = skip_indent(s, s->at), end = source_line_end(s, at);
    if (source_char(s, at) != '*' || source_char(s, at + 1) != '[')
        return false;
    slice line = source_slice(s, at + 2, end);
    size_t close = slice_find(line, SLICE("]:"), 1);
    if (close == SLICE_NONE)
        return false;
    definition *one = add_definition(b->parser, &b->parser->abbreviations, slice_sub(line, 0, close));
    one->value = strip(slice_from(line, close + 2));
    one->boundary = add_boundary(b);
    s->at = end;
    return true;
}
