/* Links and images: `[text](target "title")`, `[text][id]`, `[text]`, `<http://…>`, `<name@host>`.
 *
 * Targets may hold spaces and line breaks. What does not end as a link is text from its bracket on.
 */
#include "private.h"

slice normalize_link_id(slice id, arena *a) {
    buffer out = buffer_new(a, id.length + 1);
    for (size_t i = 0; i < id.length; i++) {
        if (!is_space(id.data[i])) {
            buffer_append_char(&out, id.data[i]);
            continue;
        }
        while (i + 1 < id.length && is_space(id.data[i + 1]))
            i++;
        buffer_append_char(&out, ' ');
    }
    return fold_case(buffer_slice(&out), a);
}

static slice unescape(slice text, arena *a) {
    static const char ESCAPED[] = "\\.*_+`<>()[]{}#!:|\"'$=-";
    if (slice_find_char(text, '\\', 0) == SLICE_NONE)
        return text;
    buffer out = buffer_new(a, text.length + 1);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\\' && i + 1 < text.length && text.data[i + 1] &&
            strchr(ESCAPED, text.data[i + 1]))
            i++;
        buffer_append_char(&out, text.data[i]);
    }
    return buffer_slice(&out);
}

static void add_link(spans *s, node *link, slice target, const slice *title, slice alt) {
    parser *p = s->parser;
    apply_attribute_list(p, &link->attributes, link->list);
    if (link->type == NODE_LINK) {
        set_attribute(p, &link->attributes, SLICE("href"), target);
    } else {
        set_attribute(p, &link->attributes, SLICE("src"), target);
        set_attribute(p, &link->attributes, SLICE("alt"), unescape(alt, p->arena));
        link->first = link->last = NULL;
    }
    if (title)
        set_attribute(p, &link->attributes, SLICE("title"), *title);
    append_child(s->tree, link);
}

/* `[id]` behind the text, or nothing: the text is the id. */
static bool parse_reference(spans *s, node *link, slice alt, size_t at, size_t id_end) {
    parser *p = s->parser;
    if (p->links.count == 0)
        return false;
    slice id = id_end ? source_slice(s->source, at + 1, id_end - 1) : (slice){NULL, 0};
    if (id.length == 0)
        id = unescape(alt, p->arena);
    if (id.length > 100000 + 4 * p->links.longest) /* white space may shrink, but not by so much */
        return false;
    const definition *found = find_definition(&p->links, normalize_link_id(id, p->arena));
    if (!found)
        return false;
    link->list = found->boundary->list;
    add_link(s, link, found->value, found->has_title ? &found->title : NULL, alt);
    if (id_end)
        s->source->at = id_end;
    return true;
}

/* The place behind `[id]` that may follow the text, white space before it; `open` gets the bracket. 0: none.
 */
static size_t match_reference(source *s, size_t at, size_t *open) {
    while (at < s->length && is_space(s->text[at]))
        at++;
    *open = at;
    if (source_char(s, at) != '[')
        return 0;
    size_t close = source_ahead(s, AHEAD_BRACKET, at + 1);
    return close == SLICE_NONE ? 0 : close + 1;
}

/* `"title")` at `at`: the place behind the parenthesis, or 0. */
static size_t match_inline_title(source *s, size_t at, slice *title) {
    while (at < s->length && is_space(s->text[at]))
        at++;
    char quote = source_char(s, at);
    if (quote != '"' && quote != '\'')
        return 0;
    ahead_kind kind = quote == '"' ? AHEAD_DOUBLE_QUOTE : AHEAD_SINGLE_QUOTE;
    for (size_t close = at + 2; (close = source_ahead(s, kind, close)) != SLICE_NONE; close++) {
        size_t end = close + 1;
        while (end < s->length && is_space(s->text[end]))
            end++;
        if (source_char(s, end) == ')') {
            *title = source_slice(s, at + 1, close);
            return end + 1;
        }
    }
    return 0;
}

/* kramdown, LINK_PAREN_STOP_RE: parentheses are counted; white space before a quote ends the target too.
 * True: the link ends at `end`. False: a title must follow there. */
static bool match_target(const source *s, size_t at, size_t *end) {
    size_t open = 0, last = at;
    for (; at < s->length; at++) {
        char c = s->text[at], next = source_char(s, at + 1);
        if (c == '(') {
            open++;
            last = at + 1;
        } else if (c == ')') {
            last = at + 1;
            if (--open == 0) {
                *end = last;
                return true;
            }
        } else if ((next == '"' || next == '\'') && is_space(c)) {
            *end = at + 1;
            return false;
        }
    }
    *end = last;
    return false;
}

/* The target in parentheses at `at`. */
static bool parse_target(spans *s, node *link, slice alt, size_t at) {
    source *src = s->source;
    slice target, title;
    size_t end, behind;
    size_t close = source_char(src, at + 1) == '<' ? source_ahead(src, AHEAD_GREATER, at + 2) : SLICE_NONE;
    if (close != SLICE_NONE && source_ahead(src, AHEAD_NEWLINE, at + 2) > close) {
        target = source_slice(src, at + 2, close);
        end = close + 1;
        if (source_char(src, end) == ')') {
            src->at = end + 1;
            add_link(s, link, target, NULL, alt);
            return true;
        }
    } else {
        bool done = match_target(src, at, &end);
        target = strip(source_slice(src, at + 1, end > at + 1 ? end - 1 : at + 1));
        if (done) {
            src->at = end;
            add_link(s, link, target, NULL, alt);
            return true;
        }
    }
    behind = match_inline_title(src, end, &title);
    if (!behind)
        return false;
    src->at = behind;
    add_link(s, link, target, &title, alt);
    return true;
}

bool parse_link(spans *s) {
    parser *p = s->parser;
    source *src = s->source;
    size_t start = src->at, text = start + 1 + (src->text[start] == '!'), open;
    bool is_image = text == start + 2;
    if (source_char(src, text - 1) != '[' || text >= src->length || src->text[text] == '^')
        return false;
    unsigned kind = is_image ? KIND_IMAGE : KIND_LINK;
    if ((!is_image && (s->inside & IN_LINK)) || !may_try(s, kind) || p->depth > SPAN_NESTING_MAX) {
        take_text(s, text);
        return true;
    }
    node *link = new_node(p, is_image ? NODE_IMAGE : NODE_LINK, source_line(src, start));
    span_stop stop = {.kind = STOP_BRACKET, .brackets = 1, .failure = failure_of(s, kind)};
    src->at = text;
    size_t reached = src->length;
    if (parse_spans(s, link, &stop, s->inside | IN_LINK, s->mode)) {
        slice alt = source_slice(src, text, src->at);
        size_t at = reached = src->at + 1, id_end = match_reference(src, at, &open);
        src->at = at;
        if (id_end || source_char(src, at) != '(') {
            if (parse_reference(s, link, alt, open, id_end))
                return true;
        } else {
            if (parse_target(s, link, alt, at))
                return true;
            reached = src->length;
        }
    }
    note_failure(s, kind, reached - start);
    src->at = start;
    take_text(s, text);
    return true;
}

static bool is_address_character(const source *s, size_t at) {
    char c = source_char(s, at);
    return c == '-' || c == '_' || c == '.' || is_alnum_at(s, at);
}

static size_t skip_address(const source *s, size_t at) {
    while (at < s->length && is_address_character(s, at))
        at += character_length(s, at);
    return at;
}

/* The end of `scheme:` at `at`, or 0. */
static size_t match_scheme(const source *s, size_t at) {
    static const slice SCHEMES[] = {LITERAL("mailto:"), LITERAL("http:"), LITERAL("https:"), LITERAL("ftp:"),
                                    LITERAL("ftps:")};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (slice_starts_with(source_slice(s, at, s->length), SCHEMES[i]))
            return at + SCHEMES[i].length;
    return 0;
}

bool parse_autolink(spans *s) {
    source *src = s->source;
    size_t start = src->at + 1, scheme = match_scheme(src, start), close = SLICE_NONE;
    if (scheme) {
        close = source_ahead(src, AHEAD_GREATER, scheme + 1);
        if (close != SLICE_NONE && source_ahead(src, AHEAD_NEWLINE, scheme) < close)
            close = SLICE_NONE;
    }
    bool is_address = close == SLICE_NONE;
    if (is_address) {
        size_t local = skip_address(src, start);
        close = local > start && source_char(src, local) == '@' ? skip_address(src, local + 1) : start;
        if (close <= local + 1 || close == start || source_char(src, close) != '>')
            return false;
    }
    slice target = source_slice(src, start, close), shown = target;
    if (slice_starts_with(shown, SLICE("mailto:")))
        shown = slice_from(shown, 7);
    if (is_address)
        target = format_slice(s->parser->arena, "mailto:%.*s", SLICE_ARGS(target));
    node *link = take_node(s, NODE_LINK, close + 1);
    set_attribute(s->parser, &link->attributes, SLICE("href"), target);
    add_text(s->parser, link, shown, NODE_TEXT, link->line);
    return true;
}
