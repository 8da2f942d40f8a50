/* Attribute lists `{: #id .class key="value" name}` and extensions `{::name …}`, at block and at span level.
 *
 * They attach to what stands before or after them and never show; what is not one stays text.
 */
#include "private.h"

/* ---- reading ----------------------------------------------------------------------------------------- */

static bool ends_item(slice text, size_t at) {
    return at >= text.length || is_space(text.data[at]);
}

static size_t name_end(slice text, size_t at) {
    source s = source_of(text, 0);
    return match_name(&s, at);
}

/* The place of the quote that ends the value which starts at `from`: escaped ones only when nothing else
 * does. */
static size_t find_value_end(slice text, size_t from, char quote) {
    size_t escaped = SLICE_NONE;
    for (size_t i = from; (i = slice_find_char(text, quote, i)) != SLICE_NONE; i++) {
        if (!ends_item(text, i + 1))
            continue;
        if (i == from || text.data[i - 1] != '\\')
            return i;
        escaped = i;
    }
    return escaped;
}

static slice unescape_value(parser *p, slice value, char quote) {
    if (slice_find_char(value, '\\', 0) == SLICE_NONE)
        return value;
    buffer out = buffer_new(p->arena, value.length + 1);
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '\\' && i + 1 < value.length &&
            (value.data[i + 1] == '}' || value.data[i + 1] == quote))
            i++;
        buffer_append_char(&out, value.data[i]);
    }
    return buffer_slice(&out);
}

static void add_class(parser *p, attribute **list, slice name) {
    attribute *one = *list;
    while (one && !slice_equal(one->name, SLICE("class")))
        one = one->next;
    if (one && one->value.length > CLASSES_MAX)
        return;
    if (one && one->value.length)
        name = format_slice(p->arena, "%.*s %.*s", SLICE_ARGS(one->value), SLICE_ARGS(name));
    set_attribute(p, list, SLICE("class"), strip_left(name));
}

/* `key="value"` at `at`: the place behind it, or 0. */
static size_t read_pair(parser *p, slice text, size_t at, attribute_list *list) {
    size_t end = name_end(text, at), close;
    if (!end || end + 1 >= text.length || text.data[end] != '=')
        return 0;
    char quote = text.data[end + 1];
    if ((quote != '"' && quote != '\'') || (close = find_value_end(text, end + 2, quote)) == SLICE_NONE)
        return 0;
    set_attribute(p, &list->first, slice_sub(text, at, end),
                  unescape_value(p, slice_sub(text, end + 2, close), quote));
    return close + 1;
}

static void add_reference(parser *p, attribute_list *list, slice name) {
    reference **last = &list->references;
    size_t count = 0;
    for (; *last; last = &(*last)->next)
        count++;
    if (count >= ATTRIBUTES_MAX)
        return;
    *last = arena_alloc(p->arena, sizeof **last);
    **last = (reference){NULL, name};
}

static size_t read_reference(parser *p, slice text, size_t at, attribute_list *list) {
    size_t end = name_end(text, at);
    if (!end || !ends_item(text, end))
        return 0;
    add_reference(p, list, slice_sub(text, at, end));
    return end;
}

/* The end of `#id` or `.class` at `at`, or 0. */
static size_t match_id_or_class(slice text, size_t at) {
    size_t end = at + 1;
    if (text.data[at] == '#') {
        if (end >= text.length || !is_alpha(text.data[end]))
            return 0;
        while (end < text.length &&
               (is_word(text.data[end]) || text.data[end] == ':' || text.data[end] == '-'))
            end++;
        return end;
    }
    if (text.data[at] != '.')
        return 0;
    while (end < text.length && !is_space(text.data[end]) && text.data[end] != '.' && text.data[end] != '#')
        end++;
    return end > at + 1 ? end : 0;
}

static size_t read_ids_and_classes(parser *p, slice text, size_t at, attribute_list *list) {
    size_t end = at, next;
    while (end < text.length && (next = match_id_or_class(text, end)))
        end = next;
    if (end == at || !ends_item(text, end))
        return 0;
    for (; at < end; at = next) {
        next = match_id_or_class(text, at);
        slice name = slice_sub(text, at + 1, next);
        if (text.data[at] == '#')
            set_attribute(p, &list->first, SLICE("id"), name);
        else
            add_class(p, &list->first, name);
    }
    return end;
}

void parse_attribute_list(parser *p, slice text, attribute_list *list) {
    size_t at = 0, count = 0;
    while (at < text.length && count < 1000) { /* no list written by people holds so many */
        size_t start = at;
        if (at > 0 || is_space(text.data[at])) {
            while (start < text.length && !is_space(text.data[start]))
                start++;
            while (start < text.length && is_space(text.data[start]))
                start++;
        }
        if (start >= text.length)
            break;
        size_t end = read_pair(p, text, start, list);
        if (!end)
            end = read_reference(p, text, start, list);
        if (!end)
            end = read_ids_and_classes(p, text, start, list);
        count += end != 0;
        at = end ? end : start + 1;
    }
}

void merge_attribute_list(parser *p, attribute_list *into, const attribute_list *from) {
    for (const reference *r = from->references; r; r = r->next)
        add_reference(p, into, r->name);
    for (const attribute *a = from->first; a; a = a->next) {
        if (slice_equal(a->name, SLICE("class")))
            add_class(p, &into->first, a->value);
        else
            set_attribute(p, &into->first, a->name, a->value);
    }
}

/* Named lists may name others: `budget` bounds what a loop of names costs. */
static void apply_list(parser *p, attribute **attributes, const attribute_list *list, unsigned depth,
                       unsigned *budget) {
    for (const reference *r = list->references; r && depth < 20 && *budget; r = r->next) {
        const definition *named = find_definition(&p->lists, r->name);
        if (named) {
            --*budget;
            apply_list(p, attributes, &named->list, depth + 1, budget);
        }
    }
    for (const attribute *a = list->first; a; a = a->next) {
        if (slice_equal(a->name, SLICE("class")))
            add_class(p, attributes, a->value);
        else
            set_attribute(p, attributes, a->name, a->value);
    }
}

void apply_attribute_list(parser *p, attribute **attributes, const attribute_list *list) {
    unsigned budget = 100;
    if (list)
        apply_list(p, attributes, list, 0, &budget);
}

bool has_reference(const attribute_list *list, slice name) {
    for (const reference *r = list ? list->references : NULL; r; r = r->next)
        if (slice_equal(r->name, name))
            return true;
    return false;
}

/* ---- at block level ---------------------------------------------------------------------------------- */

static void add_list_boundary(blocks *b) {
    node *boundary = new_block(b, NODE_BOUNDARY, 0);
    boundary->level = BOUNDARY_LIST;
    append_child(b->tree, boundary);
}

/* The first brace from `at` on that no backslash stands before; or the last escaped one when there is no
 * other. */
static size_t find_brace(source *s, size_t at) {
    size_t escaped = SLICE_NONE, close = at;
    for (int tries = 0; tries < 100; tries++, close++) {
        close = source_ahead(s, AHEAD_BRACE, close);
        if (close == SLICE_NONE)
            break;
        if (close == at || s->text[close - 1] != '\\')
            return close;
        escaped = close;
    }
    return escaped;
}

/* `{:name: …}`: a list by name, to be referred to from others. */
static bool parse_named_list(blocks *b) {
    source *s = b->source;
    size_t at = skip_indent(s, s->at) + 2, end = match_name(s, at), close, line;
    if (!end || source_char(s, end) != ':' || (close = find_brace(s, end + 1)) == SLICE_NONE ||
        close == end + 1 || !(line = match_rest_blank(s, close + 1)))
        return false;
    definition *named = add_definition(b->parser, &b->parser->lists, source_slice(s, at, end));
    parse_attribute_list(b->parser, source_slice(s, end + 1, close), &named->list);
    add_list_boundary(b);
    s->at = line;
    return true;
}

static void attach_list(blocks *b, slice content, bool more_follow) {
    parser *p = b->parser;
    node *last = b->tree->last;
    bool attaches = last && last->type != NODE_BLANK &&
                    (last->type != NODE_BOUNDARY || last->level == BOUNDARY_DEFINITION);
    attribute_list **list = attaches ? &last->list : &b->pending;
    if (!*list)
        *list = arena_zeroed(p->arena, sizeof **list);
    parse_attribute_list(p, content, *list);
    if (attaches && !more_follow)
        add_list_boundary(b);
}

bool parse_block_extension(blocks *b) {
    source *s = b->source;
    size_t at = skip_indent(s, s->at), end;
    slice content;
    bool matched = false;
    if (source_char(s, at) != '{' || source_char(s, at + 1) != ':')
        return false;
    if (parse_named_list(b))
        return true;
    bool done = parse_extension(b->parser, s, b->tree, true, &matched);
    if (done || matched) {
        if (done && b->tree->last && b->tree->last->type == NODE_BOUNDARY && b->pending) {
            b->tree->last->list = b->pending;
            b->pending = NULL;
        }
        return done;
    }
    if ((end = match_attribute_list(s, s->at, &content))) {
        slice next;
        s->at = end;
        attach_list(b, content, match_attribute_list(s, end, &next) != 0);
        return true;
    }
    return false;
}
