/* Spans: the loop over a text that finds where something may start, and asks each kind in kramdown's order.
 *
 * kramdown tries a span to the end of the text and starts over behind its first character when it does not
 * close. So does this, as long as that costs no more than a fixed number of bytes for each byte of the page
 * (effort); from there on, a kind of span that failed once in a text is not tried again in it. No page
 * written by people gets there.
 */
#include "private.h"

/* ---- where something may start ----------------------------------------------------------------------- */

enum { MAY_START = 1, MAY_CLOSE = 2 };

/* Bytes at which a span may start, or behind which one may have: see find_start. `]` only ends links. */
static const uint8_t STARTS[256] = {
    ['*'] = MAY_START,  ['_'] = MAY_START,  ['`'] = MAY_START, ['<'] = MAY_START,  ['['] = MAY_START,
    ['!'] = MAY_START,  ['$'] = MAY_START,  ['&'] = MAY_START, ['\\'] = MAY_START, ['"'] = MAY_START,
    ['\''] = MAY_START, ['~'] = MAY_START,  ['{'] = MAY_START, ['-'] = MAY_START,  ['.'] = MAY_START,
    ['>'] = MAY_START,  ['\n'] = MAY_START, [']'] = MAY_CLOSE,
};

/* The first byte at or behind `at` that has one of the classes; the length where there is none. */
static size_t find_class(slice text, size_t at, unsigned classes) {
    const unsigned char *data = (const unsigned char *)text.data;
    for (; at + 4 <= text.length; at += 4) /* most of a text has none */
        if ((STARTS[data[at]] | STARTS[data[at + 1]] | STARTS[data[at + 2]] | STARTS[data[at + 3]]) & classes)
            break;
    while (at < text.length && !(STARTS[data[at]] & classes))
        at++;
    return at;
}

/* Smart quotes start one character before the quote, if that is left to them. */
static size_t quote_start(const source *s, size_t at) {
    return at > s->at ? character_before(s, at) : at;
}

/* The earliest place at or after the source's at which a span may start or `stop` may stand; the length at
 * the end. */
static size_t find_start(const source *s, uint8_t classes) {
    slice text = {s->text, s->length};
    for (size_t at = s->at; (at = find_class(text, at, classes)) < s->length; at++) {
        char next = source_char(s, at + 1);
        switch (source_char(s, at)) {
        case '"':
        case '\'':
            return quote_start(s, at);
        case '!':
            if (next == '[' || next == '"' || next == '\'')
                return at;
            break;
        case '{':
            if (next == ':' || next == '"' || next == '\'' || next == '{' || next == '%')
                return at;
            break;
        case '~':
        case '-':
            if (next == s->text[at])
                return at;
            break;
        case '.':
            if (next == '.' && source_char(s, at + 2) == '.')
                return at;
            break;
        case '>':
            if (next == '>')
                return at > s->at && s->text[at - 1] == ' ' ? at - 1 : at;
            break;
        case '<':
            return next == '<' && at > s->at && s->text[at - 1] == ' ' ? at - 1 : at;
        case '\n':
            if (at >= s->at + 2 && s->text[at - 1] == ' ' && s->text[at - 2] == ' ')
                return at - 2;
            break;
        default:
            return at;
        }
    }
    return s->length;
}

/* The same for the modes that know few kinds of spans. */
static size_t find_start_in_mode(const source *s, span_mode mode) {
    for (size_t at = s->at; at < s->length; at++)
        if ((s->text[at] == '<' && mode != SPANS_CODE) || (s->text[at] == '`' && mode != SPANS_HTML))
            return at;
    return s->length;
}

/* ---- building ---------------------------------------------------------------------------------------- */

void take_text(spans *s, size_t to) {
    source *from = s->source;
    if (to > from->at)
        add_text(s->parser, s->tree, source_slice(from, from->at, to), s->text_type,
                 source_line(from, from->at));
    from->at = to;
}

node *take_node(spans *s, node_type type, size_t to) {
    node *n = new_node(s->parser, type, source_line(s->source, s->source->at));
    append_child(s->tree, n);
    s->source->at = to;
    return n;
}

uint64_t failure_of(const spans *s, unsigned kind) {
    return (uint64_t)1 << (kind * 8 + s->inside);
}

bool may_try(const spans *s, unsigned kind) {
    return s->parser->effort_left > 0 || !(s->source->failed & failure_of(s, kind));
}

void note_failure(spans *s, unsigned kind, size_t bytes) {
    parser *p = s->parser;
    p->effort_left -= bytes < p->effort_left ? bytes : p->effort_left;
    if (p->effort_left == 0) {
        s->source->failed |= failure_of(s, kind);
        if (!p->said_effort)
            findings_add(p->found, FINDING_MARKDOWN_EFFORT, source_line(s->source, s->source->at), "%s",
                         "marks that nothing closes");
        p->said_effort = true;
    }
}

/* ---- small spans ------------------------------------------------------------------------------------- */

static void list_backticks(source *src, arena *a) {
    vector runs = vector_new(a, sizeof(backtick_run));
    for (size_t at = src->length, longest = 0; at > 0;) {
        if (src->text[--at] != '`')
            continue;
        size_t end = at + 1;
        while (at > 0 && src->text[at - 1] == '`')
            at--;
        longest = end - at > longest ? end - at : longest;
        *(backtick_run *)vector_push(&runs) = (backtick_run){at, longest};
    }
    src->backticks = runs.items;
    src->backtick_count = runs.count;
}

/* The most backticks in a run at or after `from`. */
static size_t longest_backticks(source *src, size_t from, arena *a) {
    if (!src->backticks)
        list_backticks(src, a);
    size_t low = 0, high = src->backtick_count; /* runs before `low` begin there or behind it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (src->backticks[middle].at >= from)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? src->backticks[low - 1].longest : 0;
}

/* kramdown, parse_codespan. */
static void parse_code_span(spans *s) {
    source *src = s->source;
    size_t start = src->at, end = start;
    while (source_char(src, end) == '`')
        end++;
    size_t count = end - start;
    bool is_simple = count == 1;
    if (is_simple && is_space(source_char(src, end)) && (start == 0 || is_space(src->text[start - 1]))) {
        take_text(s, end);
        return;
    }
    slice text = {src->text, src->length};
    bool none = longest_backticks(src, end, s->parser->arena) < count;
    size_t close = none ? SLICE_NONE : slice_find(text, source_slice(src, start, end), end);
    if (close == SLICE_NONE) {
        take_text(s, end);
        return;
    }
    slice code = source_slice(src, end, close);
    if (!is_simple && code.length && code.data[0] == ' ')
        code = slice_from(code, 1);
    if (!is_simple && code.length && code.data[code.length - 1] == ' ')
        code.length--;
    take_node(s, NODE_CODE, close + count)->value = code;
}

/* gfm, STRIKETHROUGH_MATCH. The inside is parsed by itself, as if it stood alone. */
static bool parse_strikethrough(spans *s) {
    source *src = s->source;
    size_t start = src->at + 2, close = start + 1;
    char first = source_char(src, start);
    if (source_char(src, src->at + 1) != '~' || start >= src->length || is_space(first) || first == '~' ||
        !may_try(s, KIND_STRIKE))
        return false;
    for (; (close = source_ahead(src, AHEAD_STRIKE, close)) != SLICE_NONE; close++)
        if (!is_space(src->text[close - 1]) && src->text[close - 1] != '~')
            break;
    if (close == SLICE_NONE) {
        note_failure(s, KIND_STRIKE, src->length - start);
        return false;
    }
    uint32_t line = source_line(src, src->at);
    node *element = take_node(s, NODE_ELEMENT, close + 2);
    element->value = SLICE("del");
    source inner = source_of(source_slice(src, start, close), line);
    parse_all_spans(s->parser, &inner, element, SPANS_ALL, NODE_TEXT);
    return true;
}

static bool parse_inline_math(spans *s) {
    source *src = s->source;
    if (source_char(src, src->at + 1) != '$')
        return false;
    size_t close = source_ahead(src, AHEAD_MATH, src->at + 2);
    if (close == SLICE_NONE)
        return false;
    size_t start = src->at + 2;
    take_node(s, NODE_MATH, close + 2)->value = strip(source_slice(src, start, close));
    return true;
}

static bool parse_footnote_marker(spans *s) {
    source *src = s->source;
    size_t end = source_char(src, src->at + 1) == '^' ? match_name(src, src->at + 2) : 0;
    if (!end || source_char(src, end) != ']')
        return false;
    slice name = source_slice(src, src->at + 2, end);
    const definition *found = find_definition(&s->parser->footnotes, name);
    if (!found) {
        take_text(s, end + 1);
        return true;
    }
    found->note->is_used = true;
    take_node(s, NODE_FOOTNOTE, end + 1)->note = found->note;
    return true;
}

/* `{:…}` behind a span, or an extension. */
static void parse_span_extension(spans *s) {
    parser *p = s->parser;
    source *src = s->source;
    bool matched = false;
    if (parse_extension(p, src, s->tree, false, &matched))
        return;
    node *last = s->tree->last;
    size_t start = src->at + 2, close = matched ? SLICE_NONE : source_ahead(src, AHEAD_BRACE, start);
    while (close != SLICE_NONE && close > start && src->text[close - 1] == '\\') {
        size_t next = source_ahead(src, AHEAD_BRACE, close + 1);
        if (next == SLICE_NONE)
            break;
        close = next;
    }
    if (close == SLICE_NONE || close == start || !last || last->type == NODE_TEXT) {
        take_text(s, src->at + 1);
        return;
    }
    attribute_list list = {NULL, NULL};
    parse_attribute_list(p, source_slice(src, start, close), &list);
    if (!last->list)
        last->list = arena_zeroed(p->arena, sizeof *last->list);
    merge_attribute_list(p, last->list, &list);
    apply_attribute_list(p, &last->attributes, &list);
    if (last->type == NODE_BREAK || last->type == NODE_ENTITY || last->type == NODE_QUOTE)
        report_text(p, src, FINDING_ATTRIBUTE_LIST_UNUSED, src->at, close + 1);
    src->at = close + 1;
}

/* A backslash: a line break, two angle brackets, or an escaped character. */
static bool parse_backslash(spans *s) {
    static const char ESCAPED[] = "\\.*_+`<>()[]{}#!:|\"'$=-~";
    source *src = s->source;
    char next = source_char(src, src->at + 1);
    bool wraps = s->parser->settings.hard_wrap; /* gfm: the ends of lines are breaks by themselves */
    if (!wraps && next == '\\' && source_char(src, src->at + 2) == '\n' && src->at + 2 < src->length) {
        take_node(s, NODE_BREAK, src->at + 2);
        return true;
    }
    if (next == '\0' || !strchr(ESCAPED, next))
        return false;
    src->at++;
    take_text(s, src->at + 1);
    return true;
}

/* ---- the loop ---------------------------------------------------------------------------------------- */

static bool is_stop(spans *s) {
    span_stop *stop = s->stop;
    const source *src = s->source;
    size_t at = src->at;
    char c = source_char(src, at);
    switch (stop->kind) {
    case STOP_EMPHASIS: {
        if (c != stop->mark || (stop->length == 2 && source_char(src, at + 1) != c))
            return false;
        if (at > 0 && is_space(src->text[at - 1]))
            return false;
        if (stop->length == 1 && source_char(src, at + 1) == c && source_char(src, at + 2) != c)
            return false;
        return !(c == '_' && is_alnum_at(src, at + stop->length)) && s->tree->first;
    }
    case STOP_BRACKET:
        if (c == ']')
            stop->brackets--;
        else if (c == '[' || (c == '!' && source_char(src, at + 1) == '['))
            stop->brackets++;
        else
            return false;
        return stop->brackets == (long)s->tree->images;
    case STOP_END_TAG: {
        size_t end;
        if (c != '<' || source_char(src, at + 1) != '/')
            return false;
        slice name = source_slice(src, at + 2, src->length);
        name = slice_sub(name, 0, stop->name.length);
        if (!(stop->ignore_case ? slice_equal_nocase(name, stop->name) : slice_equal(name, stop->name)))
            return false;
        for (end = at + 2 + name.length; is_space(source_char(src, end));)
            end++;
        return source_char(src, end) == '>';
    }
    default:
        return false;
    }
}

static bool is_quote_ahead(const source *s) {
    char c = source_char(s, s->at);
    if (c == '"' || c == '\'')
        return true;
    if (c == '\\' || s->at >= s->length)
        return false;
    c = source_char(s, s->at + character_length(s, s->at));
    return c == '"' || c == '\'';
}

/* The kinds of spans in kramdown's order. False: none starts here. */
static bool parse_span(spans *s) {
    source *src = s->source;
    char c = src->text[src->at];
    switch (c) {
    case '*':
    case '_':
        parse_emphasis(s);
        return true;
    case '`':
        parse_code_span(s);
        return true;
    case '<':
        if (parse_autolink(s) || parse_span_html(s))
            return true;
        break;
    case '[':
        if (parse_footnote_marker(s) || parse_link(s))
            return true;
        break;
    case '!':
        if (parse_link(s))
            return true;
        break;
    default:
        break;
    }
    if (is_quote_ahead(src) && parse_smart_quote(s))
        return true;
    switch (c) {
    case '$':
        return parse_inline_math(s);
    case '{':
        if (source_char(src, src->at + 1) != ':')
            return false;
        parse_span_extension(s);
        return true;
    case '&':
        return parse_entity(s);
    case '-':
    case '.':
    case '<':
    case '>':
        return parse_typographic_symbol(s);
    case ' ':
        if (parse_typographic_symbol(s))
            return true;
        if (s->parser->settings.hard_wrap || source_char(src, src->at + 1) != ' ' ||
            source_char(src, src->at + 2) != '\n')
            return false;
        take_node(s, NODE_BREAK, src->at + 2);
        return true;
    case '\\':
        return parse_typographic_symbol(s) || parse_backslash(s);
    case '~':
        return parse_strikethrough(s);
    default:
        return false;
    }
}

static bool parse_span_in_mode(spans *s) {
    if (s->mode == SPANS_ALL)
        return parse_span(s);
    if (s->source->text[s->source->at] == '`') {
        parse_code_span(s);
        return true;
    }
    return parse_span_html(s);
}

bool parse_spans(spans *outer, node *tree, span_stop *stop, uint8_t inside, span_mode mode) {
    spans s = {outer->parser, outer->source, tree, stop, inside, (uint8_t)mode, outer->text_type};
    source *src = s.source;
    uint8_t classes = stop->kind == STOP_BRACKET ? MAY_START | MAY_CLOSE : MAY_START;
    s.parser->depth++;
    bool found = false;
    while (s.parser->effort_left > 0 || !(src->failed & stop->failure)) {
        size_t at = mode == SPANS_ALL ? find_start(src, classes) : find_start_in_mode(src, mode);
        if (at >= src->length)
            break;
        take_text(&s, at);
        if (stop->kind && (found = is_stop(&s)))
            break;
        if (!parse_span_in_mode(&s))
            take_text(&s, src->at + character_length(src, src->at));
    }
    if (!stop->kind)
        take_text(&s, src->length);
    s.parser->depth--;
    return found;
}

void parse_all_spans(parser *p, source *s, node *tree, span_mode mode, node_type text_type) {
    span_stop never = {.kind = STOP_NEVER};
    spans outer = {.parser = p, .source = s, .text_type = text_type};
    parse_spans(&outer, tree, &never, 0, mode);
}
