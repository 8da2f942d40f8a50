/* The third pass: HTML, byte for byte as kramdown's converter writes it, indentation included.
 *
 * Comes in: the finished tree. Goes out: HTML and the marks that lead from its offsets to lines of the page.
 */
#include "private.h"

/* ---- writing ----------------------------------------------------------------------------------------- */

static void mark_line(renderer *r, uint32_t line) {
    if (line && line != r->line) {
        line_map_add(r->lines, r->out.length, line);
        r->line = line;
    }
}

static void write_indent(renderer *r, size_t indent) {
    buffer_reserve(&r->out, indent);
    memset(r->out.data + r->out.length, ' ', indent);
    r->out.length += indent;
}

static void write(renderer *r, slice text) {
    buffer_append(&r->out, text);
}

enum { ESCAPES = 1, BREAKS = 2, QUOTES = 4 };

static const uint8_t CLASSES[256] = {
    ['<'] = ESCAPES, ['>'] = ESCAPES, ['&'] = ESCAPES, ['\n'] = BREAKS, ['"'] = QUOTES,
};

static const slice ESCAPED[256] = {
    ['<'] = LITERAL("&lt;"),
    ['>'] = LITERAL("&gt;"),
    ['&'] = LITERAL("&amp;"),
    ['"'] = LITERAL("&quot;"),
};

/* REXML, REFERENCE_RE: what looks like an entity is left alone. */
static size_t match_any_entity(slice text) {
    uint32_t codepoint;
    bool known;
    return match_entity(text, &codepoint, &known);
}

/* Text with the characters of `classes` escaped; `line`: of its start, or 0 when it needs no marks. */
static void write_escaped(renderer *r, slice text, unsigned classes, bool keep_entities, uint32_t line) {
    size_t from = 0, at = 0, length;
    mark_line(r, line);
    for (;;) {
        at = slice_find_markup(text, at);
        if (at >= text.length)
            break;
        char c = text.data[at];
        if (!(CLASSES[(unsigned char)c] & classes)) {
            at++;
        } else if (c == '\n') {
            write(r, slice_sub(text, from, ++at));
            from = at;
            if (line)
                mark_line(r, ++line);
        } else if (c == '&' && keep_entities && (length = match_any_entity(slice_from(text, at)))) {
            at += length;
        } else {
            write(r, slice_sub(text, from, at));
            write(r, ESCAPED[(unsigned char)c]);
            from = ++at;
        }
    }
    write(r, slice_from(text, from));
}

static void write_text(renderer *r, slice text, uint32_t line) {
    write_escaped(r, text, ESCAPES | BREAKS, true, line);
}

/* Text that stands as it is, with a mark for each of its lines. */
static void write_verbatim(renderer *r, slice text, uint32_t line) {
    write_escaped(r, text, BREAKS, false, line);
}

void write_attributes(renderer *r, const attribute *list) {
    for (; list; list = list->next) {
        if (slice_equal(list->name, SLICE("id")) && strip(list->value).length == 0)
            continue;
        buffer_append_char(&r->out, ' ');
        write(r, list->name);
        write(r, SLICE("=\""));
        write_escaped(r, list->value, ESCAPES | QUOTES, true, 0);
        buffer_append_char(&r->out, '"');
    }
}

static void open_tag(renderer *r, slice name, const attribute *attributes) {
    buffer_append_char(&r->out, '<');
    write(r, name);
    write_attributes(r, attributes);
    buffer_append_char(&r->out, '>');
}

static void close_tag(renderer *r, slice name) {
    write(r, SLICE("</"));
    write(r, name);
    buffer_append_char(&r->out, '>');
}

static void render_children(renderer *r, node *n, size_t indent) {
    for (node *child = n->first; child; child = child->next)
        render_node(r, child, n, indent);
}

/* `<p>…</p>` in a line of its own. */
static void render_block(renderer *r, node *n, slice name, size_t indent) {
    write_indent(r, indent);
    open_tag(r, name, n->attributes);
    render_children(r, n, indent + 2);
    close_tag(r, name);
    buffer_append_char(&r->out, '\n');
}

/* A container: its tags in lines of their own, its content indented. */
static void render_container(renderer *r, node *n, slice name, size_t indent) {
    write_indent(r, indent);
    open_tag(r, name, n->attributes);
    buffer_append_char(&r->out, '\n');
    render_children(r, n, indent + 2);
    write_indent(r, indent);
    close_tag(r, name);
    buffer_append_char(&r->out, '\n');
}

static void render_span(renderer *r, node *n, slice name, size_t indent) {
    open_tag(r, name, n->attributes);
    render_children(r, n, indent + 2);
    close_tag(r, name);
}

/* ---- blocks ------------------------------------------------------------------------------------------ */

static slice attribute_value(const node *n, slice name) {
    for (const attribute *a = n->attributes; a; a = a->next)
        if (slice_equal(a->name, name))
            return a->value;
    return (slice){NULL, 0};
}

/* kramdown, convert_standalone_image: `![…](…){:standalone}` alone in its paragraph. */
static void render_figure(renderer *r, const node *paragraph, const node *image, size_t indent) {
    parser *p = r->parser;
    node figure = {.attributes = NULL}, inner = {.attributes = NULL};
    static const slice MOVED[] = {LITERAL("class"), LITERAL("id")};
    for (const attribute *a = paragraph->attributes; a; a = a->next)
        set_attribute(p, &figure.attributes, a->name, a->value);
    for (const attribute *a = image->attributes; a; a = a->next)
        set_attribute(p, &inner.attributes, a->name, a->value);
    for (size_t i = 0; i < 2; i++) {
        const slice *value = find_attribute(&inner, MOVED[i]);
        if (value && !find_attribute(&figure, MOVED[i])) {
            set_attribute(p, &figure.attributes, MOVED[i], *value);
            remove_attribute(&inner, MOVED[i]);
        }
    }
    write_indent(r, indent);
    open_tag(r, SLICE("figure"), figure.attributes);
    buffer_append_char(&r->out, '\n');
    write_indent(r, indent + 2);
    write(r, SLICE("<img"));
    write_attributes(r, inner.attributes);
    write(r, SLICE(" />\n"));
    write_indent(r, indent + 2);
    write(r, SLICE("<figcaption>"));
    write(r, attribute_value(image, SLICE("alt")));
    write(r, SLICE("</figcaption>\n"));
    write_indent(r, indent);
    write(r, SLICE("</figure>\n"));
}

static void render_paragraph(renderer *r, node *n, size_t indent) {
    const node *first = n->first;
    if (n->is_transparent)
        render_children(r, n, indent + 2);
    else if (first && !first->next && first->type == NODE_IMAGE &&
             has_reference(first->list, SLICE("standalone")))
        render_figure(r, n, first, indent);
    else
        render_block(r, n, SLICE("p"), indent);
}

/* `language-…` in a class: its place and its end. False: there is none. */
static bool find_language(slice class, size_t *from, size_t *to) {
    for (size_t at = 0; (at = slice_find(class, SLICE("language-"), at)) != SLICE_NONE; at++) {
        size_t end = at + 9;
        while (end < class.length && !is_space(class.data[end]))
            end++;
        if (end > at + 9 && (at == 0 || !is_word(class.data[at - 1]))) {
            *from = at;
            *to = end;
            return true;
        }
    }
    return false;
}

/* /\bshow-whitespaces\b/ */
static bool shows_white_space(slice class) {
    const slice name = SLICE("show-whitespaces");
    for (size_t at = 0; (at = slice_find(class, name, at)) != SLICE_NONE; at++) {
        size_t end = at + name.length;
        if ((at == 0 || !is_word(class.data[at - 1])) && (end == class.length || !is_word(class.data[end])))
            return true;
    }
    return false;
}

/* kramdown, convert_codeblock: a dot for each space; the names of the spans say where on its line it stands.
 */
static void write_with_spaces(renderer *r, slice code, uint32_t line) {
    for (size_t at = 0, end; at < code.length; at = end) {
        for (end = at; end < code.length && (code.data[end] == ' ' || code.data[end] == '\t'); end++) {
        }
        const char *place = at == 0 || code.data[at - 1] == '\n'           ? "-l"
                            : end == code.length || code.data[end] == '\n' ? "-r"
                                                                           : "";
        for (; at < end; at++)
            buffer_printf(&r->out,
                          code.data[at] == ' ' ? "<span class=\"ws-space%s\">&#8901;</span>"
                                               : "<span class=\"ws-tab%s\">\t</span>",
                          place);
        while (end < code.length && code.data[end] != ' ' && code.data[end] != '\t')
            end++;
        write_escaped(r, slice_sub(code, at, end), ESCAPES | BREAKS, false, line);
        for (; at < end; at++)
            line += code.data[at] == '\n';
    }
}

static void render_code_block(renderer *r, node *n, size_t indent) {
    slice *class = find_attribute(n, SLICE("class")), code = n->value;
    slice language = {NULL, 0};
    size_t from, to;
    if (class && find_language(*class, &from, &to)) {
        language = slice_sub(*class, from, to);
        *class = strip(format_slice(r->parser->arena, "%.*s%.*s", SLICE_ARGS(slice_sub(*class, 0, from)),
                                    SLICE_ARGS(slice_from(*class, to))));
        if (class->length == 0)
            remove_attribute(n, SLICE("class"));
    }
    write_indent(r, indent);
    open_tag(r, SLICE("pre"), n->attributes);
    write(r, SLICE("<code"));
    if (language.length) {
        write(r, SLICE(" class=\""));
        write_escaped(r, language, ESCAPES | QUOTES, true, 0);
        write(r, SLICE("\""));
    }
    write(r, SLICE(">"));
    if (code.length && code.data[code.length - 1] == '\n')
        code.length--;
    if (class && shows_white_space(*class))
        write_with_spaces(r, code, n->line + n->level);
    else
        write_escaped(r, code, ESCAPES | BREAKS, false, n->line + n->level);
    write(r, SLICE("\n</code></pre>\n"));
}

static void render_header(renderer *r, node *n, size_t indent) {
    parser *p = r->parser;
    if (p->settings.auto_ids && !find_attribute(n, SLICE("id")))
        set_attribute(p, &n->attributes, SLICE("id"), make_plain_id(p, node_text(n)));
    const slice *id = find_attribute(n, SLICE("id"));
    slice class = attribute_value(n, SLICE("class"));
    size_t hidden = slice_find(class, SLICE("no_toc"), 0);
    if (id && (p->settings.toc_levels >> n->level & 1) && hidden == SLICE_NONE) {
        header_entry *entry = vector_push_zeroed(&r->headers);
        *entry = (header_entry){n, *id};
    }
    int level = n->level + p->settings.header_offset;
    char name[2] = {'h', (char)('0' + (level < 1 ? 1 : level > 6 ? 6 : level))};
    render_block(r, n, (slice){name, 2}, indent);
}

static void render_list(renderer *r, node *n, size_t indent) {
    if (!r->contents_list && has_reference(n->list, SLICE("toc"))) {
        r->contents_list = n;
        r->contents_at = r->out.length;
        r->placeholders++;
    } else if (r->footnotes_at == SLICE_NONE && has_reference(n->list, SLICE("footnotes"))) {
        r->footnotes_at = r->out.length;
        r->placeholders++;
    } else {
        render_container(r, n, n->type == NODE_ORDERED ? SLICE("ol") : SLICE("ul"), indent);
    }
}

static void render_item(renderer *r, node *n, size_t indent) {
    slice name = n->type == NODE_ITEM ? SLICE("li") : SLICE("dd");
    write_indent(r, indent);
    open_tag(r, name, n->attributes);
    size_t start = r->out.length;
    bool is_tight = !n->first || (n->first->type == NODE_PARAGRAPH && n->first->is_transparent);
    if (!is_tight)
        buffer_append_char(&r->out, '\n');
    render_children(r, n, indent + 2);
    if (!is_tight || (r->out.length > start && r->out.data[r->out.length - 1] == '\n'))
        write_indent(r, indent);
    close_tag(r, name);
    buffer_append_char(&r->out, '\n');
}

/* `{:auto_ids}` or `{:auto_ids-prefix-}` on the list gives its terms ids. */
static void render_term(renderer *r, node *n, const node *list, size_t indent) {
    parser *p = r->parser;
    const reference *ref = list && list->list ? list->list->references : NULL;
    for (; ref && !find_attribute(n, SLICE("id")); ref = ref->next) {
        if (!slice_starts_with(ref->name, SLICE("auto_ids")))
            continue;
        slice prefix = slice_from(ref->name, 9), id = plain_id(node_text(n), p->arena);
        set_attribute(p, &n->attributes, SLICE("id"),
                      format_slice(p->arena, "%.*s%.*s", SLICE_ARGS(prefix), SLICE_ARGS(id)));
    }
    render_block(r, n, SLICE("dt"), indent);
}

static void render_cell(renderer *r, node *n, const node *part, const node *table, size_t column,
                        size_t indent) {
    parser *p = r->parser;
    slice name = part->type == NODE_TABLE_HEAD ? SLICE("th") : SLICE("td");
    char letter = table->alignment[column];
    if (letter != '-') {
        const slice *style = find_attribute(n, SLICE("style"));
        const char *side = letter == 'l' ? "left" : letter == 'r' ? "right" : "center";
        set_attribute(p, &n->attributes, SLICE("style"),
                      style ? format_slice(p->arena, "%.*s; text-align: %s", SLICE_ARGS(*style), side)
                            : format_slice(p->arena, "text-align: %s", side));
    }
    write_indent(r, indent);
    open_tag(r, name, n->attributes);
    size_t start = r->out.length;
    mark_line(r, n->line);
    render_children(r, n, indent + 2);
    if (r->out.length == start)
        write(r, SLICE("\u00A0"));
    close_tag(r, name);
    buffer_append_char(&r->out, '\n');
}

static void render_table(renderer *r, node *table, size_t indent) {
    static const slice NAMES[] = {LITERAL("thead"), LITERAL("tbody"), LITERAL("tfoot")};
    write_indent(r, indent);
    open_tag(r, SLICE("table"), table->attributes);
    buffer_append_char(&r->out, '\n');
    for (node *part = table->first; part; part = part->next) {
        slice name = NAMES[part->type - NODE_TABLE_HEAD];
        write_indent(r, indent + 2);
        open_tag(r, name, part->attributes);
        buffer_append_char(&r->out, '\n');
        for (node *row = part->first; row; row = row->next) {
            size_t column = 0;
            write_indent(r, indent + 4);
            open_tag(r, SLICE("tr"), row->attributes);
            buffer_append_char(&r->out, '\n');
            for (node *cell = row->first; cell; cell = cell->next)
                render_cell(r, cell, part, table, column++, indent + 6);
            write_indent(r, indent + 4);
            write(r, SLICE("</tr>\n"));
        }
        write_indent(r, indent + 2);
        close_tag(r, name);
        buffer_append_char(&r->out, '\n');
    }
    write_indent(r, indent);
    write(r, SLICE("</table>\n"));
}

/* ---- HTML -------------------------------------------------------------------------------------------- */

static bool is_raw_element(const node *n) {
    return n && n->type == NODE_ELEMENT && n->content == CONTENT_RAW;
}

static bool is_void(slice name) {
    const element_info *info = find_element(name);
    return info && !info->has_body;
}

static void render_element(renderer *r, node *n, const node *parent, size_t indent) {
    bool in_raw = is_raw_element(parent), is_blocks = n->is_block && n->content == CONTENT_BLOCK;
    indent += 2 * (size_t)n->level;
    if (n->is_block && !in_raw)
        write_indent(r, indent);
    buffer_append_char(&r->out, '<');
    write(r, n->value);
    write_attributes(r, n->attributes);
    size_t start = r->out.length;
    if (n->is_block && n->is_closed && n->content == CONTENT_RAW) {
        write(r, SLICE(" />"));
    } else {
        write(r, is_blocks ? SLICE(">\n") : SLICE(">"));
        size_t inside = r->out.length, placeholders = r->placeholders;
        render_children(r, n, indent + 2);
        if (r->out.length == inside && r->placeholders == placeholders) {
            r->out.length = start;
            if (is_void(n->value)) {
                write(r, SLICE(" />"));
            } else {
                write(r, SLICE(">"));
                close_tag(r, n->value);
            }
        } else {
            bool at_mark = r->contents_at == r->out.length || r->footnotes_at == r->out.length;
            if (is_blocks && (r->out.data[r->out.length - 1] != '\n' || r->out.length == inside || at_mark))
                buffer_append_char(&r->out, '\n');
            if (is_blocks)
                write_indent(r, indent);
            close_tag(r, n->value);
        }
    }
    if (n->is_block && !in_raw)
        buffer_append_char(&r->out, '\n');
}

static void render_verbatim(renderer *r, const node *n, const node *parent, size_t indent) {
    bool in_line = n->is_block && (n->is_raw || !is_raw_element(parent));
    if (in_line && !n->is_raw)
        write_indent(r, indent);
    write_verbatim(r, n->value, n->line);
    if (in_line)
        buffer_append_char(&r->out, '\n');
}

static void render_comment(renderer *r, const node *n, size_t indent) {
    if (n->is_block)
        write_indent(r, indent);
    write(r, SLICE("<!-- "));
    write_verbatim(r, n->value, n->line);
    write(r, n->is_block ? SLICE(" -->\n") : SLICE(" -->"));
}

/* ---- spans ------------------------------------------------------------------------------------------- */

static void render_math(renderer *r, const node *n, size_t indent) {
    bool has_engine = r->parser->settings.has_math_engine, plain = has_engine && !n->attributes;
    if (!has_engine || n->attributes) {
        node copy = *n;
        copy.attributes = NULL;
        for (const attribute *a = n->attributes; a; a = a->next)
            set_attribute(r->parser, &copy.attributes, a->name, a->value);
        if (!has_engine) {
            slice class = attribute_value(n, SLICE("class"));
            set_attribute(r->parser, &copy.attributes, SLICE("class"),
                          strip_left(format_slice(r->parser->arena, "%.*s kdmath", SLICE_ARGS(class))));
        }
        if (n->is_block)
            write_indent(r, indent);
        open_tag(r, n->is_block ? SLICE("div") : SLICE("span"), copy.attributes);
    }
    bool brackets = has_engine && (n->is_block || plain);
    write(r, brackets      ? (n->is_block ? SLICE("\\[") : SLICE("\\("))
             : n->is_block ? SLICE("$$\n")
                           : SLICE("$"));
    write_escaped(r, n->value, brackets ? ESCAPES | BREAKS : BREAKS, false, n->line);
    write(r, brackets      ? (n->is_block ? SLICE("\\]\n") : SLICE("\\)"))
             : n->is_block ? SLICE("\n$$")
                           : SLICE("$"));
    if (!plain)
        write(r, n->is_block ? SLICE("</div>\n") : SLICE("</span>"));
}

/* `&#0;`, and its like: a number, and not one that is no character. */
static bool is_zero(slice written) {
    size_t at = 2 + (written.data[2] == 'x');
    while (at < written.length && written.data[at] == '0')
        at++;
    return at + 1 == written.length;
}

/* kramdown, entity_to_str with entities as characters: but for those that HTML needs. */
static void render_entity(renderer *r, const node *n) {
    uint32_t c = n->codepoint;
    if (c == 0 && is_zero(n->value)) /* browsers drop the character, but for the reference they show U+FFFD */
        buffer_append_char(&r->out, '\0');
    else if (c == 0 || c == '<' || c == '>' || c == '&')
        write(r, n->value);
    else
        buffer_append_codepoint(&r->out, c);
    bool control = c > 0 && ((c < ' ' && !is_html_space((char)c)) || c == 0x7F || (c & 0xFFFE) == 0xFFFE);
    if (control && r->parser->found)
        findings_add(r->parser->found, FINDING_ENCODING_CONTROL, n->line, "U+%04X, written as a reference",
                     c);
}

static void render_code(renderer *r, const node *n) {
    open_tag(r, SLICE("code"), n->attributes);
    write_escaped(r, n->value, ESCAPES | BREAKS, false, n->line);
    write(r, SLICE("</code>"));
}

static void render_abbreviation(renderer *r, const node *n) {
    const definition *one = find_definition(&r->parser->abbreviations, n->value);
    write(r, SLICE("<abbr"));
    if (one) {
        write_attributes(r, one->boundary->attributes);
        if (one->value.length) {
            attribute title = {NULL, SLICE("title"), one->value};
            write_attributes(r, &title);
        }
    }
    write(r, SLICE(">"));
    write(r, n->value);
    write(r, SLICE("</abbr>"));
}

static void render_link(renderer *r, node *n, size_t indent) {
    if (r->in_contents && !n->is_raw)
        render_children(r, n, indent + 2);
    else
        render_span(r, n, SLICE("a"), indent);
}

static void render_tag(renderer *r, const node *n) {
    buffer_append_char(&r->out, '<');
    write(r, n->value);
    write_attributes(r, n->attributes);
    write(r, n->is_closed ? SLICE(" />") : SLICE(">"));
}

static void render_inline(renderer *r, node *n, size_t indent) {
    switch ((node_type)n->type) {
    case NODE_TEXT:
        write_text(r, n->value, n->line);
        break;
    case NODE_START_TAG:
        render_tag(r, n);
        break;
    case NODE_END_TAG:
        close_tag(r, n->value);
        break;
    case NODE_LINK:
        render_link(r, n, indent);
        break;
    case NODE_IMAGE:
        write(r, SLICE("<img"));
        write_attributes(r, n->attributes);
        write(r, SLICE(" />"));
        break;
    case NODE_BREAK:
        write(r, SLICE("<br />"));
        break;
    case NODE_CODE:
        render_code(r, n);
        break;
    case NODE_FOOTNOTE:
        if (!r->in_contents)
            render_footnote_marker(r, n->note);
        break;
    case NODE_EMPHASIS:
        render_span(r, n, SLICE("em"), indent);
        break;
    case NODE_STRONG:
        render_span(r, n, SLICE("strong"), indent);
        break;
    case NODE_ENTITY:
        render_entity(r, n);
        break;
    case NODE_QUOTE:
        write(r, n->value);
        break;
    case NODE_ABBREVIATION:
        render_abbreviation(r, n);
        break;
    default: /* the parts of a table, which render_table writes, and what the second pass has used up */
        break;
    }
}

void render_node(renderer *r, node *n, const node *parent, size_t indent) {
    mark_line(r, n->line);
    switch ((node_type)n->type) {
    case NODE_BLANK:
        buffer_append_char(&r->out, '\n');
        break;
    case NODE_PARAGRAPH:
        render_paragraph(r, n, indent);
        break;
    case NODE_HEADER:
        render_header(r, n, indent);
        break;
    case NODE_BLOCKQUOTE:
        render_container(r, n, SLICE("blockquote"), indent);
        break;
    case NODE_CODE_BLOCK:
        render_code_block(r, n, indent);
        break;
    case NODE_RULE:
        write_indent(r, indent);
        write(r, SLICE("<hr"));
        write_attributes(r, n->attributes);
        write(r, SLICE(" />\n"));
        break;
    case NODE_UNORDERED:
    case NODE_ORDERED:
        render_list(r, n, indent);
        break;
    case NODE_ITEM:
    case NODE_DEFINITION:
        render_item(r, n, indent);
        break;
    case NODE_DEFINITION_LIST:
        render_container(r, n, SLICE("dl"), indent);
        break;
    case NODE_TERM:
        render_term(r, n, parent, indent);
        break;
    case NODE_TABLE:
        render_table(r, n, indent);
        break;
    case NODE_ELEMENT:
        render_element(r, n, parent, indent);
        break;
    case NODE_VERBATIM:
        render_verbatim(r, n, parent, indent);
        break;
    case NODE_COMMENT:
        render_comment(r, n, indent);
        break;
    case NODE_MATH:
        render_math(r, n, indent);
        break;
    default:
        render_inline(r, n, indent);
    }
}

/* ---- the page ---------------------------------------------------------------------------------------- */

/* Moves what was written from `start` on to `at`, marks included. */
static void move_to(renderer *r, size_t start, size_t at) {
    size_t moved = r->out.length - start, between = start - at;
    if (moved == 0 || between == 0)
        return;
    char *copy = arena_alloc(r->parser->arena, moved);
    memcpy(copy, r->out.data + start, moved);
    memmove(r->out.data + at + moved, r->out.data + at, between);
    memcpy(r->out.data + at, copy, moved);
    line_map moved_marks = line_map_new(r->lines->marks.arena);
    const line_mark *marks = r->lines->marks.items;
    size_t count = r->lines->marks.count;
    for (int pass = 0; pass < 3; pass++) /* before; what was moved; behind */
        for (size_t i = 0; i < count; i++) {
            int part = marks[i].offset < at ? 0 : marks[i].offset >= start ? 1 : 2;
            size_t offset = part == 1   ? marks[i].offset - between
                            : part == 2 ? marks[i].offset + moved
                                        : marks[i].offset;
            if (part == pass)
                line_map_add(&moved_marks, offset, marks[i].line);
        }
    *r->lines = moved_marks;
}

slice render_tree(parser *p, buffer out, line_map *lines) {
    renderer r = {
        .parser = p, .out = out, .lines = lines, .footnotes_at = SLICE_NONE, .contents_at = SLICE_NONE};
    size_t start;
    r.headers = vector_new(p->arena, sizeof(header_entry));
    render_children(&r, p->root, 0);
    start = r.out.length;
    render_footnotes(&r);
    if (r.footnotes_at != SLICE_NONE) {
        if (r.contents_list && r.contents_at > r.footnotes_at && r.contents_at < start)
            r.contents_at += r.out.length - start;
        move_to(&r, start, r.footnotes_at);
    }
    if (r.contents_list) {
        start = r.out.length;
        render_contents(&r);
        move_to(&r, start, r.contents_at);
    }
    return buffer_slice(&r.out);
}
