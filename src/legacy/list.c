/* Lists and definition lists: which lines belong to an item, how it nests, and whether it writes paragraphs.
 *
 * The rules are kramdown's: what is indented as far as the first item's text belongs to it, lazy lines do
 * while no blank line came, and a list inside starts where its marker is indented.
 */
#include "private.h"

#define INDENT_MAX 100000 /* of an item's text: more is read as that */

/* One item while its lines are gathered. */
typedef struct item_lines {
    buffer text;
    size_t indent;
    size_t split;        /* where a list inside starts to be parsed by itself; 0: nowhere */
    bool list_found;     /* a list inside was seen, or a blank line */
    uint32_t line_fixes; /* line breaks that an attribute list took with it */
} item_lines;

/* kramdown, LIST_ITEM_IAL: `{:…}` that is no named list, extension or extension's end. */
static size_t match_item_attributes(const source *s, size_t at, size_t end, slice *content) {
    while (at < end && is_space(s->text[at]))
        at++;
    if (source_char(s, at) != '{' || source_char(s, at + 1) != ':')
        return 0;
    size_t start = at + 2, name = match_name(s, start), close;
    if (source_char(s, name ? name : start) == ':' || source_char(s, start) == '/')
        return 0;
    for (close = start; close < end && (s->text[close] != '}' || s->text[close - 1] == '\\'); close++)
        ;
    if (close == end) /* an escaped brace closes it when nothing else does */
        for (close = end - 1; close > start && s->text[close] != '}'; close--)
            ;
    if (close >= end || s->text[close] != '}' || close == start)
        return 0;
    *content = source_slice(s, start, close);
    for (close++; close < end && is_space(s->text[close]); close++)
        ;
    return close;
}

static bool is_all_space(const source *s, size_t from, size_t to) {
    while (from < to && is_space(s->text[from]))
        from++;
    return from >= to;
}

/* kramdown, parse_first_list_line: what follows the marker in its line; tabs reach to the next multiple of
 * four. */
static void start_item(parser *p, source *s, item_lines *item, size_t marker_length, size_t at, size_t end,
                       attribute_list **attributes) {
    slice content;
    size_t attributes_end = match_item_attributes(s, at, end, &content), column = marker_length;
    *item = (item_lines){.text = buffer_new(p->arena, end - at + 8)}; /* mostly it is all */
    if (is_all_space(s, attributes_end ? attributes_end : at, end)) {
        column = 4;
    } else {
        for (size_t i = at; source_char(s, i) == ' ' || source_char(s, i) == '\t'; i++)
            column += s->text[i] == ' ' ? 1 : 4 - column % 4;
    }
    item->indent = column < INDENT_MAX ? column : INDENT_MAX;
    while (at < end && is_space(s->text[at]))
        at++;
    attributes_end = match_item_attributes(s, at, end, &content);
    if (attributes_end) {
        if (!*attributes)
            *attributes = arena_zeroed(p->arena, sizeof **attributes);
        parse_attribute_list(p, content, *attributes);
        at = attributes_end;
    }
    if (at == end)
        item->line_fixes = 1;
    buffer_append(&item->text, source_slice(s, at, end));
    source first = source_of(buffer_slice(&item->text), 0);
    item->list_found = starts_any_list(&first, 0);
}

/* A line indented as far as the item's text, with something on it; tabs count as four spaces. */
static bool is_content_line(const source *s, size_t at, size_t indent) {
    size_t full = indent / 4, rest = indent % 4, end;
    for (size_t i = 0; i < full; i++) {
        if (!(end = match_code_indent(s, at)))
            return false;
        at = end;
    }
    size_t spaces = 0;
    while (spaces < rest && source_char(s, at + spaces) == ' ')
        spaces++;
    if (spaces < rest && !match_code_indent(s, at))
        return false;
    return !match_rest_blank(s, at) && at < s->length;
}

static bool is_lazy_line(source *s, size_t at, size_t indent) {
    slice content;
    size_t start = at, most = indent < 3 ? indent : 3;
    if (match_rest_blank(s, at))
        return false;
    while (start < at + most && source_char(s, start) == ' ')
        start++;
    if (source_char(s, start) == '<')
        return !starts_html_block(s, start);
    return source_char(s, start) != '{' || !match_attribute_list(s, start, &content);
}

/* Adds a line to the item, its indentation taken off. `is_list`: a marker in it may start a list inside. */
static void add_item_line(item_lines *item, const source *s, size_t at, size_t end, bool is_list) {
    static const char SPACES[] = "                                ";
    size_t tabs = at;
    while (source_char(s, tabs) == '\t')
        tabs++;
    size_t spaces = tabs;
    while (source_char(s, spaces) == ' ')
        spaces++;
    size_t width = 4 * (tabs - at) + (spaces - tabs);
    bool indented = width >= item->indent;
    /* Leading tabs become spaces, of which the item's own go. */
    size_t left = indented ? width - item->indent : width, lead = left;
    bool marker = is_list && left <= 3 && starts_any_list(s, spaces);
    if (marker && !item->list_found && indented) {
        item->split = item->text.length;
        item->list_found = true;
    } else if (marker && item->list_found && !indented) {
        lead = left + item->indent + 4;
    }
    for (size_t some; lead > 0; lead -= some) {
        some = lead < sizeof SPACES - 1 ? lead : sizeof SPACES - 1;
        buffer_append(&item->text, (slice){SPACES, some});
    }
    buffer_append(&item->text, source_slice(s, spaces, end));
}

static void parse_item_blocks(parser *p, node *item, const item_lines *lines) {
    slice text = buffer_slice(&lines->text);
    uint32_t line = item->line + lines->line_fixes;
    if (lines->split) {
        source first = source_of(slice_sub(text, 0, lines->split), line);
        parse_blocks(p, item, &first);
        line = source_line(&first, first.length);
        text = slice_from(text, lines->split);
    }
    source rest = source_of(text, line);
    parse_blocks(p, item, &rest);
}

static bool is_plain_paragraph(const node *n) {
    return n && n->type == NODE_PARAGRAPH && !n->is_transparent;
}

/* Whether the item writes no <p>: it is tight, and for the last item, so was one before it or it is alone. */
static bool is_tight_item(const node *list, const node *item, bool marker_ended, bool any_tight) {
    const node *first = item->first, *second = first->next;
    if (first->type != NODE_PARAGRAPH)
        return false;
    bool is_last = item == list->last;
    if (second && second->type == NODE_BLANK && !(is_last && !second->next && !marker_ended))
        return false;
    return !is_last || list->first == list->last || any_tight;
}

/* Decides tightness, and takes the blank lines off the item's end; gives them back when they are the last
 * item's. */
static node *finish_items(parser *p, node *list, bool marker_ended) {
    node *last = NULL;
    bool any_tight = false;
    for (node *item = list->first; item; item = item->next) {
        node *first = item->first;
        if (!first) {
            any_tight = true;
            continue;
        }
        /* An attribute list for the first paragraph left a boundary behind it. */
        if (first->type == NODE_PARAGRAPH && first->next && first->next->type == NODE_BOUNDARY && first->list)
            remove_child(item, first->next);
        if (is_tight_item(list, item, marker_ended, any_tight)) {
            if (first->next && first->next->type != NODE_BLANK && first->first)
                extend_value(p, first->first, SLICE("\n"));
            first->is_transparent = true;
        }
        last = NULL;
        if (item->last->type == NODE_BLANK) {
            last = item->last;
            remove_child(item, last);
        }
        any_tight |= !is_plain_paragraph(item->first);
    }
    return marker_ended ? NULL : last;
}

/* The GFM parser's task lists: `[ ]` and `[x]` at an item's start become check boxes. */
static void mark_tasks(parser *p, node *list) {
    bool is_task_list = false;
    for (node *item = list->first; item; item = item->next) {
        node *text = item->first && item->first->type == NODE_PARAGRAPH ? item->first->first : NULL;
        if (!text)
            continue;
        slice value = text->value;
        size_t at = 0, end;
        while (at < value.length && is_space(value.data[at]))
            at++;
        if (at + 3 < value.length && value.data[at] == '[' && value.data[at + 2] == ']' &&
            is_space(value.data[at + 3]) && strchr(" xX", value.data[at + 1]) && value.data[at + 1]) {
            for (end = at + 3; end < value.length && is_space(value.data[end]); end++)
                ;
            slice box =
                value.data[at + 1] == ' '
                    ? SLICE("<input type=\"checkbox\" class=\"task-list-item-checkbox\" "
                            "disabled=\"disabled\" />")
                    : SLICE(
                          "<input type=\"checkbox\" class=\"task-list-item-checkbox\" disabled=\"disabled\" "
                          "checked=\"checked\" />");
            text->value = box;
            text->is_copied = false;
            extend_value(p, text, slice_from(value, end));
            is_task_list = true;
        }
        if (is_task_list)
            set_attribute(p, &item->attributes, SLICE("class"), SLICE("task-list-item"));
    }
    if (is_task_list)
        set_attribute(p, &list->attributes, SLICE("class"), SLICE("task-list"));
}

static size_t marker_indent(size_t indent) { /* how far a further marker of the list may be indented */
    return indent >= 1 && indent <= 3 ? indent - 1 : 3;
}

bool parse_list(blocks *b) {
    source *s = b->source;
    parser *p = b->parser;
    size_t marker, end, most = 3;
    bool ordered = false, blank = false, marker_ended = false;
    if (!starts_list(s, s->at, false, 3, &marker)) {
        if (!starts_list(s, s->at, true, 3, &marker))
            return false;
        ordered = true;
    }
    node *list = new_block(b, ordered ? NODE_ORDERED : NODE_UNORDERED, source_line(s, s->at)), *item = NULL;
    vector gathered = vector_new(p->arena, sizeof(item_lines));
    item_lines *lines = NULL;
    while (s->at < s->length) {
        if (blank && match_rule(s, s->at))
            break;
        if ((end = match_end_of_block(s, s->at))) {
            s->at = end;
            marker_ended = true;
            break;
        }
        end = source_line_end(s, s->at);
        if (starts_list(s, s->at, ordered, most, &marker)) {
            item = new_node(p, NODE_ITEM, source_line(s, s->at));
            append_child(list, item);
            lines = vector_push_zeroed(&gathered);
            start_item(p, s, lines, marker - s->at, marker, end, &item->list);
            most = marker_indent(lines->indent);
            blank = false;
        } else if (is_content_line(s, s->at, lines->indent) ||
                   (!blank && is_lazy_line(s, s->at, lines->indent))) {
            add_item_line(lines, s, s->at, end, true);
            blank = false;
        } else if ((end = match_blank_lines(s, s->at))) {
            lines->list_found = true;
            blank = true;
            buffer_append(&lines->text, source_slice(s, s->at, end));
        } else {
            break;
        }
        s->at = end;
    }
    append_child(b->tree, list);
    size_t index = 0;
    for (item = list->first; item; item = item->next)
        parse_item_blocks(p, item, vector_at(&gathered, index++));
    vector_drop(&gathered);
    node *last = finish_items(p, list, marker_ended);
    if (last)
        append_child(b->tree, last);
    mark_tasks(p, list);
    return true;
}

/* ---- definition lists -------------------------------------------------------------------------------- */

/* The paragraph before the first definition, whose lines are the terms; NULL when there is none. */
static node *find_terms(blocks *b, bool *after_blank) {
    node *last = b->tree->last;
    *after_blank = last && last->type == NODE_BLANK;
    if (*after_blank) {
        if (!slice_equal(last->value, SLICE("\n")))
            return NULL;
        last = last->previous;
    }
    return last && last->type == NODE_PARAGRAPH && last->first ? last : NULL;
}

static void add_terms(blocks *b, node *list, const node *paragraph) {
    parser *p = b->parser;
    uint32_t line = paragraph->line;
    source s = source_of(paragraph->first->value, line);
    for (size_t at = 0, end; at < s.length; at = end, line++) {
        slice content;
        end = source_line_end(&s, at);
        size_t stop = end > at && s.text[end - 1] == '\n' ? end - 1 : end;
        node *term = new_node(p, NODE_TERM, line);
        size_t attributes_end = match_item_attributes(&s, at, stop, &content);
        if (attributes_end) {
            term->list = arena_zeroed(p->arena, sizeof *term->list);
            parse_attribute_list(p, content, term->list);
            at = attributes_end;
        }
        node *text = new_node(p, NODE_RAW_TEXT, line);
        text->value = source_slice(&s, at, stop);
        append_child(term, text);
        append_child(list, term);
    }
}

static void parse_definitions(blocks *b, node *list, bool after_blank) {
    source *s = b->source;
    parser *p = b->parser;
    vector gathered = vector_new(p->arena, sizeof(item_lines));
    item_lines *lines = NULL;
    node *item = NULL;
    size_t marker, end, most = 3;
    bool blank = false;
    while (s->at < s->length) {
        end = source_line_end(s, s->at);
        if (starts_definition(s, s->at, most, &marker)) {
            item = new_node(p, NODE_DEFINITION, source_line(s, s->at));
            item->follows_blank = after_blank;
            append_child(list, item);
            lines = vector_push_zeroed(&gathered);
            start_item(p, s, lines, marker - s->at, marker, end, &item->list);
            most = marker_indent(lines->indent);
            after_blank = blank = false;
        } else if (match_end_of_block(s, s->at)) {
            break;
        } else if (is_content_line(s, s->at, lines->indent) ||
                   (!blank && is_lazy_line(s, s->at, lines->indent))) {
            add_item_line(lines, s, s->at, end, false);
            after_blank = blank = false;
        } else if ((end = match_blank_lines(s, s->at))) {
            after_blank = blank = true;
            buffer_append(&lines->text, source_slice(s, s->at, end));
        } else {
            break;
        }
        s->at = end;
    }
    size_t index = 0;
    for (item = list->first; item; item = item->next)
        if (item->type == NODE_DEFINITION)
            parse_item_blocks(p, item, vector_at(&gathered, index++));
    vector_drop(&gathered);
}

static node *finish_definitions(parser *p, node *list) {
    node *last = NULL;
    for (node *item = list->first; item; item = item->next) {
        if (item->type == NODE_TERM || !item->first)
            continue;
        last = NULL;
        if (item->last->type == NODE_BLANK) {
            last = item->last;
            remove_child(item, last);
        }
        node *first = item->first;
        if (is_plain_paragraph(first) && !item->follows_blank) {
            if (first->next && first->first)
                extend_value(p, first->first, SLICE("\n"));
            first->is_transparent = true;
        }
    }
    return last;
}

bool parse_definition_list(blocks *b) {
    source *s = b->source;
    size_t marker;
    bool after_blank;
    if (!starts_definition(s, s->at, 3, &marker))
        return false;
    node *terms = find_terms(b, &after_blank);
    if (!terms)
        return false;
    node *list = new_block(b, NODE_DEFINITION_LIST, terms->line);
    if (after_blank)
        remove_child(b->tree, b->tree->last);
    remove_child(b->tree, terms);
    add_terms(b, list, terms);
    list->list = terms->list;
    parse_definitions(b, list, after_blank);
    node *last = finish_definitions(b->parser, list), *before = b->tree->last;
    if (before && before->type == NODE_BLANK && before->previous &&
        before->previous->type == NODE_DEFINITION_LIST) {
        remove_child(b->tree, before);
        before = b->tree->last;
    }
    if (before && before->type == NODE_DEFINITION_LIST) {
        for (node *item = list->first, *next; item; item = next) {
            next = item->next;
            append_child(before, item);
        }
    } else {
        append_child(b->tree, list);
    }
    if (last)
        append_child(b->tree, last);
    return true;
}
