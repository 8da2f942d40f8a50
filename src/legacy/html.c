/* HTML in Markdown: tags and their attributes as kramdown's regular expressions match them, raw HTML up to
 * the matching end tag, and elements whose inside is Markdown (`markdown="1"`).
 *
 * Goes out: elements and tags with their attributes, to be written anew; text in between as it is. An end tag
 * that matches nothing is text, as on the live page.
 */
#include "private.h"

static const element_info ELEMENTS[] = {
#define ELEMENT(name, place, body, content)                                                                  \
    {{name, sizeof name - 1}, PLACE_##place, ELEMENT_##body, CONTENT_##content},
#define ELEMENT_BODY true
#define ELEMENT_NONE false
#include "elements.def"
#undef ELEMENT
};

const element_info *find_element(slice name) {
    size_t from = 0, to = sizeof ELEMENTS / sizeof *ELEMENTS;
    while (from < to) {
        size_t middle = (from + to) / 2;
        const slice *one = &ELEMENTS[middle].name;
        int order = name.length != one->length ? (name.length < one->length ? -1 : 1)
                                               : memcmp(name.data, one->data, name.length);
        if (order == 0)
            return &ELEMENTS[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return NULL;
}

#define NAME_MAX 32 /* longer than any name that HTML knows */

static const element_info *find_element_nocase(slice name, slice *known) {
    char lower[NAME_MAX];
    if (name.length >= NAME_MAX)
        return NULL;
    for (size_t i = 0; i < name.length; i++)
        lower[i] = to_lower(name.data[i]);
    const element_info *info = find_element((slice){lower, name.length});
    if (info)
        *known = info->name;
    return info;
}

/* ---- tags -------------------------------------------------------------------------------------------- */

static size_t match_simple_name(const source *s, size_t at) {
    if (source_char(s, at) != '_' && !is_alpha_at(s, at))
        return 0;
    for (;;) {
        char c = source_char(s, at);
        if (is_word(c) || c == '-' || c == '.')
            at++;
        else if ((c & 0x80) && is_alnum_at(s, at))
            at += character_length(s, at);
        else
            return at;
    }
}

/* REXML, UNAME_STR: a name, or two with a colon between them. */
size_t match_tag_name(const source *s, size_t at) {
    size_t end = match_simple_name(s, at), more;
    if (end && source_char(s, end) == ':' && (more = match_simple_name(s, end + 1)))
        return more;
    return end;
}

static size_t skip_space(const source *s, size_t at) {
    while (at < s->length && is_space(s->text[at]))
        at++;
    return at;
}

/* `= value` behind an attribute's name: a word, or a quoted text of any length. 0 when there is none. */
static size_t match_value(source *s, size_t at, slice *value) {
    at = skip_space(s, at);
    if (source_char(s, at) != '=')
        return 0;
    size_t start = skip_space(s, at + 1), end = start;
    char c = source_char(s, start);
    if (c == '"' || c == '\'') {
        end = source_ahead(s, c == '"' ? AHEAD_DOUBLE_QUOTE : AHEAD_SINGLE_QUOTE, start + 1);
        if (end == SLICE_NONE)
            return 0;
        *value = source_slice(s, start + 1, end);
        return end + 1;
    }
    while (end < s->length && is_word_at(s, end))
        end += character_length(s, end);
    *value = source_slice(s, start, end);
    return end > start ? end : 0;
}

/* kramdown, HTML_TAG_RE and HTML_ATTRIBUTE_RE. */
bool match_start_tag(parser *p, source *s, size_t at, bool with_attributes, html_tag *tag) {
    size_t end = source_char(s, at) == '<' ? match_tag_name(s, at + 1) : 0, name;
    if (!end)
        return false;
    *tag = (html_tag){.name = source_slice(s, at + 1, end)};
    tag->info = find_element_nocase(tag->name, &tag->name);
    size_t count = 0;
    attribute **last = &tag->attributes;
    while ((name = skip_space(s, end)) > end) {
        size_t name_end = match_tag_name(s, name), value_end;
        slice value = LITERAL("");
        if (!name_end)
            break;
        value_end = match_value(s, name_end, &value);
        end = value_end ? value_end : name_end;
        if (with_attributes) {
            slice text = source_slice(s, name, name_end);
            if (tag->info)
                text = slice_lower(text, p->arena);
            /* A set of attributes is small; where it is not, its duplicates are not looked for. */
            attribute **list = count++ < 64 ? &tag->attributes : last;
            set_attribute(p, list, text, value);
            while (*last)
                last = &(*last)->next;
        }
    }
    end = skip_space(s, end);
    if (source_char(s, end) == '/') {
        tag->is_closed = true;
        end++;
    }
    tag->end = end + 1;
    return source_char(s, end) == '>';
}

size_t match_end_tag(const source *s, size_t at, slice *name) {
    if (source_char(s, at) != '<' || source_char(s, at + 1) != '/')
        return 0;
    size_t end = match_tag_name(s, at + 2);
    if (!end)
        return 0;
    *name = source_slice(s, at + 2, end);
    end = skip_space(s, end);
    return source_char(s, end) == '>' ? end + 1 : 0;
}

/* The place of the next `</name\s*>` at or after `at`; `end` gets the place behind it. SLICE_NONE. */
static size_t find_end_tag(const source *s, size_t at, slice name, size_t *end) {
    slice text = {s->text, s->length};
    while ((at = slice_find(text, SLICE("</"), at)) != SLICE_NONE) {
        if (slice_equal_nocase(slice_sub(text, at + 2, at + 2 + name.length), name)) {
            size_t close = skip_space(s, at + 2 + name.length);
            if (source_char(s, close) == '>') {
                *end = close + 1;
                return at;
            }
        }
        at += 2;
    }
    return SLICE_NONE;
}

size_t match_comment(source *s, size_t at) {
    if (at + 7 > s->length || memcmp(s->text + at, "<!--", 4) != 0)
        return 0;
    size_t close = source_ahead(s, AHEAD_COMMENT_END, at + 4);
    return close == SLICE_NONE ? 0 : close + 3;
}

static size_t match_instruction(source *s, size_t at) {
    if (source_char(s, at) != '<' || source_char(s, at + 1) != '?')
        return 0;
    size_t close = source_ahead(s, AHEAD_INSTRUCTION_END, at + 2);
    return close == SLICE_NONE ? 0 : close + 2;
}

content_model take_markdown_attribute(attribute **list, const element_info *info) {
    attribute **link = list;
    while (*link && !slice_equal((*link)->name, SLICE("markdown")))
        link = &(*link)->next;
    if (!*link)
        return CONTENT_NONE;
    slice value = (*link)->value;
    *link = (*link)->next;
    if (slice_equal(value, SLICE("1")))
        return info ? info->content : CONTENT_RAW;
    return slice_equal(value, SLICE("0"))       ? CONTENT_RAW
           : slice_equal(value, SLICE("span"))  ? CONTENT_SPAN
           : slice_equal(value, SLICE("block")) ? CONTENT_BLOCK
                                                : CONTENT_NONE;
}

/* ---- raw HTML ---------------------------------------------------------------------------------------- */

static void skip_trailing_space(source *s) {
    size_t at = s->at;
    while (source_char(s, at) == ' ' || source_char(s, at) == '\t')
        at++;
    if (source_char(s, at) == '\n' && at < s->length)
        s->at = at + 1;
}

static void add_verbatim(parser *p, node *tree, slice text, uint32_t line, bool is_block) {
    node *n = new_node(p, NODE_VERBATIM, line);
    n->value = text;
    n->is_block = is_block;
    append_child(tree, n);
}

/* The inside of script and style: up to the end tag, whatever it holds. */
static slice take_until_end_tag(source *s, slice name) {
    size_t start = s->at, end = s->length, close = find_end_tag(s, s->at, name, &end);
    s->at = end;
    return source_slice(s, start, close == SLICE_NONE ? s->length : close);
}

static bool is_script_or_style(slice name) {
    return slice_equal(name, SLICE("script")) || slice_equal(name, SLICE("style"));
}

static void parse_element(blocks *b, const html_tag *tag, content_model content, const vector *open);

/* A start tag inside raw HTML. The tags of raw elements stand flat in the tree, each before and behind its
 * content: `open` (of node *) holds those not ended yet. Only a `markdown` attribute makes an element of
 * its own. */
static void add_raw_start_tag(blocks *b, node *tree, html_tag *tag, vector *open) {
    parser *p = b->parser;
    source *s = b->source;
    content_model content = take_markdown_attribute(&tag->attributes, tag->info);
    if ((content == CONTENT_BLOCK || content == CONTENT_SPAN) && p->depth < NESTING_MAX) {
        blocks inner = {p, s, tree, NULL};
        parse_element(&inner, tag, content, open);
        return;
    }
    bool is_closed = tag->is_closed || (tag->info && !tag->info->has_body);
    node *start = new_node(p, NODE_START_TAG, source_line(s, s->at));
    start->value = tag->name;
    start->attributes = tag->attributes;
    s->at = tag->end;
    if (is_script_or_style(tag->name)) {
        append_child(tree, start);
        slice text = take_until_end_tag(s, tag->name);
        if (text.length)
            add_verbatim(p, tree, text, start->line, false);
        node *end = new_node(p, NODE_END_TAG, 0);
        end->value = tag->name;
        append_child(tree, end);
        return;
    }
    start->is_closed = is_closed;
    start->is_known = tag->info != NULL;
    append_child(tree, start);
    if (!is_closed)
        *(node **)vector_push(open) = start;
}

static void add_end_tag(parser *p, node *tree, vector *open) {
    node *end = new_node(p, NODE_END_TAG, 0);
    end->value = (*(node **)vector_last(open))->value;
    append_child(tree, end);
    vector_pop(open);
}

static void add_raw_text(parser *p, source *s, node *tree, size_t to) {
    if (to > s->at)
        add_text(p, tree, source_slice(s, s->at, to), NODE_TEXT, source_line(s, s->at));
    s->at = to;
}

/* An end tag inside raw HTML. True: it ends `element` itself. */
static bool end_raw_element(parser *p, source *s, node *element, vector *open, slice name, size_t end) {
    node *const *last = vector_last(open);
    slice wanted = last ? (*last)->value : element->value;
    bool ignore_case = last ? (*last)->is_known : find_element(wanted) != NULL;
    if (!(ignore_case ? slice_equal_nocase(name, wanted) : slice_equal(name, wanted))) {
        report_text(p, s, FINDING_END_TAG_SHOWN, s->at, end);
        add_raw_text(p, s, element, end);
        return false;
    }
    s->at = end;
    if (!last)
        return true;
    add_end_tag(p, element, open);
    return false;
}

/* kramdown, parse_raw_html: up to the end tag of `element`, or the end of the text. */
static void parse_raw_html(blocks *b, node *element) {
    parser *p = b->parser;
    source *s = b->source;
    vector open = vector_new(p->arena, sizeof(node *));
    bool done = false;
    while (!done && s->at < s->length) {
        const char *hit = memchr(s->text + s->at, '<', s->length - s->at);
        size_t at = hit ? (size_t)(hit - s->text) : s->length, end;
        html_tag tag;
        slice name;
        add_raw_text(p, s, element, at);
        if (!hit)
            break;
        char next = source_char(s, at + 1);
        if (next == '/' && (end = match_end_tag(s, at, &name))) {
            done = end_raw_element(p, s, element, &open, name, end);
        } else if (next == '!' && (end = match_comment(s, at))) {
            add_verbatim(p, element, source_slice(s, at, end), source_line(s, at), true);
            s->at = end;
        } else if (next == '?' && (end = match_instruction(s, at))) {
            add_verbatim(p, element, source_slice(s, at, end), source_line(s, at), true);
            s->at = end;
        } else if (match_start_tag(p, s, at, true, &tag)) {
            add_raw_start_tag(b, element, &tag, &open);
        } else {
            add_raw_text(p, s, element, at + 1);
        }
    }
    while (open.count)
        add_end_tag(p, element, &open);
    vector_drop(&open);
}

/* ---- elements ---------------------------------------------------------------------------------------- */

static void parse_span_content(parser *p, source *s, node *element) {
    size_t start = s->at, end = s->length, close = find_end_tag(s, s->at, element->value, &end);
    add_text(p, element, source_slice(s, start, close == SLICE_NONE ? s->length : close), NODE_RAW_TEXT,
             source_line(s, start));
    s->at = end;
}

/* kramdown, handle_kramdown_html_tag. `open`: the element stands inside raw HTML, inside those flat tags. */
static void parse_element(blocks *b, const html_tag *tag, content_model content, const vector *open) {
    parser *p = b->parser;
    source *s = b->source;
    node *element = new_block(b, NODE_ELEMENT, source_line(s, s->at));
    element->is_block = true;
    element->value = tag->name;
    element->attributes = tag->attributes;
    element->level = (uint8_t)(!open ? 0 : open->count < NESTING_MAX ? open->count : NESTING_MAX);
    element->is_closed = tag->is_closed || (tag->info && !tag->info->has_body);
    append_child(b->tree, element);
    s->at = tag->end;
    if (p->depth >= NESTING_MAX && content != CONTENT_RAW) {
        report_nesting(p, element->line);
        content = CONTENT_RAW;
    }
    element->content = (uint8_t)content;
    if (is_script_or_style(tag->name)) {
        element->is_closed = false;
        slice text = take_until_end_tag(s, tag->name);
        if (text.length)
            add_verbatim(p, element, text, element->line, false);
        if (content == CONTENT_BLOCK)
            skip_trailing_space(s);
        return;
    }
    if (content == CONTENT_BLOCK)
        skip_trailing_space(s);
    if (element->is_closed)
        return;
    if (content == CONTENT_BLOCK) {
        parse_blocks(p, element, s);
    } else if (content == CONTENT_SPAN) {
        parse_span_content(p, s, element);
    } else {
        parse_raw_html(b, element);
    }
    if (!open)
        skip_trailing_space(s);
}

/* kramdown, parse_block_html. `stop`: the end tag of the element whose blocks are being parsed. */
bool parse_block_html(blocks *b, bool *stop) {
    source *s = b->source;
    size_t at = skip_indent(s, s->at), end;
    html_tag tag;
    slice name;
    if (source_char(s, at) != '<')
        return false;
    if (at == s->at && (end = match_comment(s, at))) {
        add_verbatim(b->parser, b->tree, source_slice(s, at, end), source_line(s, at), true);
        s->at = end;
        skip_trailing_space(s);
        return true;
    }
    if ((end = match_end_tag(s, at, &name))) {
        if (b->tree->type != NODE_ELEMENT || !slice_equal_nocase(name, b->tree->value) ||
            (b->tree->value.length && find_element(b->tree->value) &&
             find_element(b->tree->value)->place == PLACE_SPAN))
            return false;
        s->at = end;
        *stop = true;
        return false;
    }
    if (!match_start_tag(b->parser, s, at, true, &tag) || (tag.info && tag.info->place == PLACE_SPAN))
        return false;
    content_model content = take_markdown_attribute(&tag.attributes, tag.info);
    if (content == CONTENT_NONE)
        content = b->parser->settings.parse_block_html && tag.info ? tag.info->content : CONTENT_RAW;
    parse_element(b, &tag, content, NULL);
    return true;
}
