/* Blocks: the loop over the lines of a container, and the blocks that need no file of their own.
 *
 * Comes in: lines. Goes out: block nodes whose text is still raw. The order in which kinds of blocks are
 * tried is kramdown's, and decides what a line is.
 */
#include "private.h"

node *new_block(blocks *b, node_type type, uint32_t line) {
    node *n = new_node(b->parser, type, line);
    n->list = b->pending;
    b->pending = NULL;
    return n;
}

bool after_block_boundary(const blocks *b) {
    const node *last = b->tree->last;
    return !last || last->type == NODE_BLANK ||
           (last->type == NODE_BOUNDARY && last->level == BOUNDARY_MARKER) || b->pending;
}

static bool parse_blank_lines(blocks *b) {
    size_t end = match_blank_lines(b->source, b->source->at);
    if (!end)
        return false;
    slice lines = source_slice(b->source, b->source->at, end);
    node *last = b->tree->last;
    if (!last || last->type != NODE_BLANK) {
        last = new_block(b, NODE_BLANK, 0);
        append_child(b->tree, last);
    }
    extend_value(b->parser, last, lines);
    b->source->at = end;
    return true;
}

/* Indented code: lazy lines are joined with a space, then one level of indentation goes. */
static bool parse_code_block(blocks *b) {
    source *s = b->source;
    size_t start = s->at, end;
    if (!match_code_indent(s, start))
        return false;
    end = match_code_lines(s, start);
    if (end == start)
        return false;
    node *code = new_block(b, NODE_CODE_BLOCK, source_line(s, start));
    buffer out = buffer_new(b->parser->arena, end - start + 1);
    for (size_t at = start, next; at < end; at = next) {
        size_t text = skip_indent(s, at), indent = match_code_indent(s, at);
        next = source_line_end(s, at);
        if (at > start && !is_space(source_char(s, text)) && out.length && out.data[out.length - 1] == '\n')
            out.data[out.length - 1] = ' ';
        buffer_append(&out, source_slice(s, indent ? indent : at, next));
    }
    code->value = buffer_slice(&out);
    append_child(b->tree, code);
    s->at = end;
    return true;
}

/* A closing fence of at least `count` marks at or after `at`: the place of its line; `end` gets the place
 * behind. */
static size_t find_closing_fence(blocks *b, size_t at, char mark, size_t count, size_t *end) {
    const source *s = b->source;
    size_t start = at;
    if (b->parser->effort_left == 0)
        return SLICE_NONE;
    while (at < s->length) {
        size_t run = skip_indent(s, at), stop = run;
        while (source_char(s, stop) == mark)
            stop++;
        if (stop - run >= count && (*end = match_rest_blank(s, stop)))
            return at;
        at = source_line_end(s, at);
    }
    size_t effort = s->length - start;
    b->parser->effort_left -= effort < b->parser->effort_left ? effort : b->parser->effort_left;
    return SLICE_NONE;
}

static void add_fenced_code(blocks *b, slice content, slice info, size_t end) {
    node *code = new_block(b, NODE_CODE_BLOCK, source_line(b->source, b->source->at));
    code->value = content;
    code->level = 1; /* its text starts in the line behind the fence */
    if (info.length) {
        size_t question = slice_find_char(info, '?', 1);
        slice word = slice_sub(info, 0, question == SLICE_NONE ? info.length : question);
        set_attribute(b->parser, &code->attributes, SLICE("class"),
                      format_slice(b->parser->arena, "language-%.*s", SLICE_ARGS(word)));
    }
    append_child(b->tree, code);
    b->source->at = end;
}

/* gfm, FENCED_CODEBLOCK_MATCH. When no fence as long closes it, a shorter one may, the rest then being its
 * language. */
static bool parse_fenced_code(blocks *b) {
    source *s = b->source;
    size_t fence = skip_indent(s, s->at), run = fence, word, word_end, line, end;
    char mark = source_char(s, fence);
    if (mark != '`' && mark != '~')
        return false;
    while (source_char(s, run) == mark)
        run++;
    for (word = run; source_char(s, word) != '\n' && is_space(source_char(s, word));)
        word++;
    for (word_end = word; word_end < s->length && !is_space(s->text[word_end]);)
        word_end++;
    size_t content = match_rest_blank(s, word_end);
    if (!content || run - fence < 3)
        return false;
    for (size_t count = run - fence; count >= 3; count--) {
        line = find_closing_fence(b, content, mark, count, &end);
        if (line != SLICE_NONE) {
            slice info = source_slice(s, count < run - fence ? fence + count : word, word_end);
            add_fenced_code(b, source_slice(s, content, line), info, end);
            return true;
        }
        if (word > run && word_end > word)
            return false;
    }
    return false;
}

/* Text of a container that would nest too deep: a paragraph, so that nothing is lost. */
static void add_flat_text(parser *p, node *tree, slice text, uint32_t line) {
    report_nesting(p, line);
    node *paragraph = new_node(p, NODE_PARAGRAPH, line);
    add_text(p, paragraph, strip(text), NODE_RAW_TEXT, line);
    if (paragraph->first)
        append_child(tree, paragraph);
}

static bool parse_blockquote(blocks *b) {
    source *s = b->source;
    if (source_char(s, skip_indent(s, s->at)) != '>')
        return false;
    uint32_t line = source_line(s, s->at);
    node *quote = new_block(b, NODE_BLOCKQUOTE, line);
    buffer out = buffer_new(b->parser->arena, 256);
    do {
        size_t text = skip_indent(s, s->at), end = source_line_end(s, s->at);
        if (source_char(s, text) == '>')
            text += source_char(s, text + 1) == ' ' ? 2 : 1;
        else
            text = s->at;
        buffer_append(&out, source_slice(s, text, end));
        s->at = end;
    } while (!ends_lazy_lines(s, s->at));
    append_child(b->tree, quote);
    source inner = source_of(buffer_slice(&out), line);
    parse_blocks(b->parser, quote, &inner);
    return true;
}

static bool is_name_codepoint(uint32_t c, bool first) { /* XML 1.0, NameStartChar and NameChar */
    if (c < 0x80)
        return is_word((char)c) ? !first || !is_digit((char)c)
                                : c == ':' || (!first && (c == '-' || c == '.'));
    if (!first && (c == 0xB7 || (c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040))
        return true;
    return c >= 0xC0 && c != 0xD7 && c != 0xF7 && !(c >= 0x300 && c <= 0x36F) && c != 0x37E &&
           !(c >= 0x2000 && c <= 0x200B) && !(c >= 0x200E && c <= 0x206F) && !(c >= 0x2190 && c <= 0x2BFF) &&
           !(c >= 0x2FF0 && c <= 0x3000) && !(c >= 0xD800 && c <= 0xF8FF) && !(c >= 0xFDD0 && c <= 0xFDEF) &&
           c <= 0xEFFFF;
}

/* `Text {#id}`: takes the id off the text. */
static slice take_header_id(slice *text) {
    slice none = {NULL, 0};
    if (text->length < 5 || text->data[text->length - 1] != '}')
        return none;
    const char *open = memrchr(text->data, '{', text->length);
    size_t at = open ? (size_t)(open - text->data) : 0;
    if (at == 0 || open[1] != '#' || (open[-1] != ' ' && open[-1] != '\t'))
        return none;
    slice id = slice_sub(*text, at + 2, text->length - 1);
    for (size_t i = 0; i < id.length;) {
        bool first = i == 0;
        if (!is_name_codepoint(utf8_next(id, &i), first))
            return none;
    }
    if (id.length == 0)
        return none;
    *text = strip_right(slice_sub(*text, 0, at - 1));
    return id;
}

static void add_header(blocks *b, unsigned level, slice text, slice id, size_t end) {
    uint32_t line = source_line(b->source, b->source->at);
    node *header = new_block(b, NODE_HEADER, line);
    header->level = (uint8_t)level;
    add_text(b->parser, header, text, NODE_RAW_TEXT, line);
    if (id.length)
        set_attribute(b->parser, &header->attributes, SLICE("id"), id);
    append_child(b->tree, header);
    b->source->at = end;
}

static bool parse_atx_header(blocks *b) {
    source *s = b->source;
    size_t at = s->at;
    while (source_char(s, at) == '#')
        at++;
    size_t level = at - s->at;
    if (level == 0 || level > 6 || (source_char(s, at) != ' ' && source_char(s, at) != '\t'))
        return false;
    while (source_char(s, at) == ' ' || source_char(s, at) == '\t')
        at++;
    size_t end = source_line_end(s, at); /* looked for late: a line may hold many blocks of HTML */
    slice text = strip_right(source_slice(s, at, end)), id = take_header_id(&text);
    size_t marks = text.length;
    while (marks > 0 && text.data[marks - 1] == '#')
        marks--;
    if (marks < text.length && marks > 0 && (text.data[marks - 1] == ' ' || text.data[marks - 1] == '\t'))
        text = strip_right(slice_sub(text, 0, marks - 1));
    if (text.length == 0)
        return false;
    add_header(b, (unsigned)level, text, id, end);
    return true;
}

static bool parse_setext_header(blocks *b) {
    source *s = b->source;
    size_t start = skip_indent(s, s->at), line = source_line_end(s, start), end = line;
    char mark = source_char(s, line);
    if ((mark != '-' && mark != '=') || !after_block_boundary(b))
        return false;
    while (source_char(s, end) == '-' || source_char(s, end) == '=')
        end++;
    end = match_rest_blank(s, end);
    if (!end || source_char(s, start) == ' ' || source_char(s, start) == '\t')
        return false;
    slice text = strip_right(source_slice(s, start, line)), id = take_header_id(&text);
    if (text.length == 0)
        return false;
    add_header(b, mark == '-' ? 2 : 1, text, id, end);
    return true;
}

static bool parse_rule(blocks *b) {
    size_t end = match_rule(b->source, b->source->at);
    if (!end)
        return false;
    append_child(b->tree, new_block(b, NODE_RULE, source_line(b->source, b->source->at)));
    b->source->at = end;
    return true;
}

/* kramdown, BLOCK_MATH_START; `\$$…$$` is not math, and loses its backslash when it stands alone. */
static bool parse_block_math(blocks *b) {
    source *s = b->source;
    size_t start = skip_indent(s, s->at), open = start + (source_char(s, start) == '\\');
    if (source_char(s, open) != '$' || source_char(s, open + 1) != '$' || !after_block_boundary(b))
        return false;
    size_t close = source_ahead(s, AHEAD_MATH, open + 2);
    if (close == SLICE_NONE)
        return false;
    size_t line = match_rest_blank(s, close + 2), before = s->at;
    if (open > start) {
        if (line)
            s->at = open;
        return false;
    }
    s->at = line ? line : close + 2;
    if (!before_block_boundary(s)) {
        s->at = before;
        return false;
    }
    node *math = new_block(b, NODE_MATH, source_line(s, before));
    math->is_block = true;
    math->value = strip(source_slice(s, open + 2, close));
    append_child(b->tree, math);
    return true;
}

static bool parse_end_of_block(blocks *b) {
    size_t end = match_end_of_block(b->source, b->source->at);
    if (!end)
        return false;
    append_child(b->tree, new_block(b, NODE_BOUNDARY, 0));
    b->source->at = end;
    return true;
}

/* Lines up to the end of the paragraph. A paragraph before it goes on: what ended that one was no block after
 * all. */
static bool parse_paragraph(blocks *b) {
    source *s = b->source;
    size_t start = s->at, first = skip_indent(s, start);
    if (source_char(s, first) == ' ' || source_char(s, first) == '\t')
        return false;
    uint32_t line = source_line(s, start);
    do
        s->at = source_line_end(s, s->at);
    while (!ends_paragraph(s, s->at));
    slice text = strip_right(source_slice(s, start, s->at));
    node *last = b->tree->last;
    if (last && last->type == NODE_PARAGRAPH && last->last && last->last->type == NODE_RAW_TEXT) {
        bool breaks = start >= 3 && memcmp(s->text + start - 3, "  \n", 3) == 0;
        size_t joint = breaks ? 3 : 1;
        extend_value(b->parser, last->last,
                     start >= joint ? source_slice(s, start - joint, start) : SLICE("\n"));
        extend_value(b->parser, last->last, text);
    } else if (last && last->type == NODE_PARAGRAPH) {
        add_text(b->parser, last, text, NODE_RAW_TEXT, line);
    } else {
        node *paragraph = new_block(b, NODE_PARAGRAPH, line);
        add_text(b->parser, paragraph, strip_left(text), NODE_RAW_TEXT, line);
        append_child(b->tree, paragraph);
    }
    return true;
}

/* The kinds of blocks a line may start, in kramdown's order; most are ruled out by one character. */
static bool parse_block(blocks *b, bool *stop) {
    source *s = b->source;
    if (is_space(s->text[s->at]) && (parse_blank_lines(b) || parse_code_block(b)))
        return true;
    if (parse_fenced_code(b) || parse_blockquote(b) || parse_atx_header(b) || parse_rule(b) ||
        parse_list(b) || parse_definition_list(b) || parse_block_html(b, stop) || *stop ||
        parse_setext_header(b) || parse_block_math(b) || parse_table(b))
        return true;
    switch (source_char(s, skip_indent(s, s->at))) {
    case '[':
        if (parse_footnote_definition(b) || parse_link_definition(b))
            return true;
        break;
    case '*':
        if (parse_abbreviation_definition(b))
            return true;
        break;
    case '{':
        if (parse_block_extension(b))
            return true;
        break;
    case '^':
        if (parse_end_of_block(b))
            return true;
        break;
    default:
        break;
    }
    return parse_paragraph(b);
}

bool parse_blocks(parser *p, node *tree, source *s) {
    if (p->depth >= NESTING_MAX) {
        add_flat_text(p, tree, source_slice(s, s->at, s->length), source_line(s, s->at));
        s->at = s->length;
        return false;
    }
    blocks b = {p, s, tree, NULL};
    bool stop = false;
    p->depth++;
    while (!stop && s->at < s->length) {
        if (!parse_block(&b, &stop)) {
            /* kramdown: no block parser handled the line; its text stands by itself. */
            size_t end = source_line_end(s, s->at);
            add_text(p, tree, source_slice(s, s->at, end), NODE_RAW_TEXT, source_line(s, s->at));
            s->at = end;
        }
    }
    p->depth--;
    if (b.pending)
        findings_add(p->found, FINDING_ATTRIBUTE_LIST_UNUSED, source_line(s, s->at), "no block follows it");
    return stop;
}
