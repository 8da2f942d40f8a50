/* A strict reader of HTML in save form: straight into tree nodes, several times faster than a full parser.
 *
 * Comes in: text. Goes out: the tree that a full parser and sanitiser would give, or NULL when it meets
 * anything that is not plainly what save_body writes: then the caller takes the slow way. It never guesses:
 * whatever could make a parser move, close or drop something is refused.
 */
#include "private.h"

/* What an element may stand in and hold, so that no parser rule about nesting comes into play. */
typedef enum kind {
    KIND_UNKNOWN,
    KIND_BODY,    /* blocks */
    KIND_FLOW,    /* blocks or text: div, li, td, th, blockquote, details */
    KIND_TEXT,    /* text and inline elements only: p, headings, summary, code blocks */
    KIND_INLINE,  /* inline elements, in text */
    KIND_VOID,    /* br, in text */
    KIND_LIST,    /* li only */
    KIND_TABLE,   /* colgroup and tbody only */
    KIND_COLUMNS, /* col only */
    KIND_ROWS,    /* tr only */
    KIND_ROW,     /* td and th only */
    KIND_FRAME,   /* nothing: iframe */
    KIND_RULE,    /* void, where blocks may stand: hr, img */
    KIND_LABEL,   /* of a task item: input and span */
} kind;

static const uint8_t KINDS[DOM_TAG_COUNT] = {
    [DOM_TAG_DIV] = KIND_FLOW,    [DOM_TAG_LI] = KIND_FLOW,         [DOM_TAG_TD] = KIND_FLOW,
    [DOM_TAG_TH] = KIND_FLOW,     [DOM_TAG_BLOCKQUOTE] = KIND_FLOW, [DOM_TAG_DETAILS] = KIND_FLOW,
    [DOM_TAG_P] = KIND_TEXT,      [DOM_TAG_H1] = KIND_TEXT,         [DOM_TAG_H2] = KIND_TEXT,
    [DOM_TAG_H3] = KIND_TEXT,     [DOM_TAG_H4] = KIND_TEXT,         [DOM_TAG_H5] = KIND_TEXT,
    [DOM_TAG_H6] = KIND_TEXT,     [DOM_TAG_SUMMARY] = KIND_TEXT,    [DOM_TAG_PRE] = KIND_TEXT,
    [DOM_TAG_A] = KIND_INLINE,    [DOM_TAG_STRONG] = KIND_INLINE,   [DOM_TAG_EM] = KIND_INLINE,
    [DOM_TAG_S] = KIND_INLINE,    [DOM_TAG_U] = KIND_INLINE,        [DOM_TAG_SUP] = KIND_INLINE,
    [DOM_TAG_SUB] = KIND_INLINE,  [DOM_TAG_CODE] = KIND_INLINE,     [DOM_TAG_MARK] = KIND_INLINE,
    [DOM_TAG_SPAN] = KIND_INLINE, [DOM_TAG_BR] = KIND_VOID,         [DOM_TAG_UL] = KIND_LIST,
    [DOM_TAG_OL] = KIND_LIST,     [DOM_TAG_TABLE] = KIND_TABLE,     [DOM_TAG_COLGROUP] = KIND_COLUMNS,
    [DOM_TAG_TBODY] = KIND_ROWS,  [DOM_TAG_TR] = KIND_ROW,          [DOM_TAG_IFRAME] = KIND_FRAME,
    [DOM_TAG_HR] = KIND_RULE,     [DOM_TAG_IMG] = KIND_RULE,        [DOM_TAG_LABEL] = KIND_LABEL,
};

static kind kind_of(dom_tag tag) {
    return (kind)KINDS[tag];
}

typedef struct reader {
    slice html;
    size_t at;
    next_char ampersands, line_ends;
    arena *arena;
    dom_node *parent;
    size_t depth;
    uint32_t line;
    kind parent_kind; /* a link that holds blocks is KIND_FLOW */
    bool in_link;
} reader;

/* Whether an element may begin here. A link may also stand where blocks do (a picture, a card), but not in
 * another. */
static bool may_begin(const reader *r, dom_tag tag) {
    kind own = kind_of(tag);
    switch (r->parent_kind) {
    case KIND_BODY:
    case KIND_FLOW:
        if (tag == DOM_TAG_LABEL)
            return r->parent->tag == DOM_TAG_LI;
        if (tag == DOM_TAG_SUMMARY)
            return r->parent->tag == DOM_TAG_DETAILS;
        if (r->in_link && own != KIND_RULE)
            return tag == DOM_TAG_DIV;
        return tag == DOM_TAG_A ||
               (own == KIND_FLOW && tag != DOM_TAG_LI && tag != DOM_TAG_TD && tag != DOM_TAG_TH) ||
               own == KIND_TEXT || own == KIND_LIST || own == KIND_TABLE || own == KIND_FRAME ||
               own == KIND_RULE;
    case KIND_TEXT:
    case KIND_INLINE:
        return (own == KIND_INLINE || own == KIND_VOID) && !(tag == DOM_TAG_A && r->in_link);
    case KIND_LIST:
        return tag == DOM_TAG_LI;
    case KIND_TABLE:
        return tag == DOM_TAG_COLGROUP || tag == DOM_TAG_TBODY;
    case KIND_COLUMNS:
        return tag == DOM_TAG_COL;
    case KIND_ROWS:
        return tag == DOM_TAG_TR;
    case KIND_ROW:
        return tag == DOM_TAG_TD || tag == DOM_TAG_TH;
    case KIND_LABEL:
        return tag == DOM_TAG_INPUT || tag == DOM_TAG_SPAN;
    default:
        return false;
    }
}

/* Only white space may stand between the parts of lists and tables. */
static bool takes_text(const reader *r) {
    return r->parent_kind == KIND_FLOW || r->parent_kind == KIND_TEXT || r->parent_kind == KIND_INLINE;
}

/* Passes over the line ends of a text. False: a blank line is among them, which would end a raw HTML block
 * for Markdown. */
static bool count_lines(reader *r, size_t from, size_t end) {
    for (size_t at = from; (at = next_char_from(&r->line_ends, at)) < end;) {
        r->line++;
        do
            at++;
        while (at < end && (r->html.data[at] == ' ' || r->html.data[at] == '\t'));
        if (at < end && r->html.data[at] == '\n')
            return false;
    }
    return true;
}

/* What is written from `from` to `end`. False: no plain reference stands there. */
static bool decode(reader *r, size_t from, size_t end, slice *decoded) {
    *decoded = slice_sub(r->html, from, end);
    return next_char_from(&r->ampersands, from) >= end || decode_written(*decoded, r->arena, decoded);
}

/* Text up to the next tag. */
static bool read_text(reader *r) {
    size_t end = slice_find_char(r->html, '<', r->at);
    slice text = slice_sub(r->html, r->at, end), decoded;
    size_t from = r->at;
    uint32_t line = r->line;
    r->at = end == SLICE_NONE ? r->html.length : end;
    if (!count_lines(r, from, r->at) || (!takes_text(r) && slice_trim(text).length) ||
        !decode(r, from, r->at, &decoded))
        return false;
    if (r->parent->tag == DOM_TAG_PRE && !r->parent->first_child && text.data[0] == '\n')
        return false;
    dom_append(r->parent, dom_new_text(r->arena, decoded, line));
    return true;
}

static bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

/* One ` name="value"`. */
static bool read_attribute(reader *r, slice element, dom_attribute *found) {
    size_t from = r->at + 1, end = from;
    while (end < r->html.length && is_name_character(r->html.data[end]))
        end++;
    if (r->html.data[r->at] != ' ' || end == from || end + 2 > r->html.length || r->html.data[end] != '=' ||
        r->html.data[end + 1] != '"')
        return false;
    size_t close = slice_find_char(r->html, '"', end + 2);
    if (close == SLICE_NONE)
        return false;
    found->name = slice_sub(r->html, from, end);
    r->at = close + 1;
    if (next_char_from(&r->line_ends, end + 2) < close || !decode(r, end + 2, close, &found->value))
        return false;
    slice trimmed = slice_trim_wide(found->value);
    return trimmed.length == found->value.length &&
           dom_is_allowed_attribute(element, found->name, found->value);
}

enum { ATTRIBUTES_MAX = 12 };

static bool read_attributes(reader *r, dom_node *element) {
    UNCLEARED dom_attribute found[ATTRIBUTES_MAX];
    uint32_t count = 0;
    while (r->at < r->html.length && r->html.data[r->at] != '>') {
        if (count == ATTRIBUTES_MAX || !read_attribute(r, element->name, &found[count]))
            return false;
        for (uint32_t i = 0; i < count; i++)
            if (slice_equal(found[i].name, found[count].name))
                return false;
        count++;
    }
    if (r->at == r->html.length)
        return false;
    r->at++;
    if (count) {
        element->attributes = arena_alloc(r->arena, count * sizeof *found);
        memcpy(element->attributes, found, count * sizeof *found);
        element->attribute_count = count;
    }
    return true;
}

static slice read_name(reader *r) {
    size_t from = r->at;
    while (r->at < r->html.length && (is_alpha(r->html.data[r->at]) || is_digit(r->html.data[r->at])))
        r->at++;
    return slice_sub(r->html, from, r->at);
}

static void set_parent(reader *r, dom_node *parent) {
    r->parent = parent;
    kind k = parent->tag == DOM_TAG_BODY ? KIND_BODY : kind_of((dom_tag)parent->tag);
    if (parent->tag == DOM_TAG_A && parent->parent) {
        kind around = parent->parent->tag == DOM_TAG_BODY ? KIND_BODY : kind_of((dom_tag)parent->parent->tag);
        if (around == KIND_BODY || around == KIND_FLOW)
            k = KIND_FLOW;
    }
    r->parent_kind = k;
}

static bool read_start_tag(reader *r) {
    r->at++;
    slice name = read_name(r);
    dom_tag tag = dom_tag_of(name);
    if (!may_begin(r, tag) || r->depth == DOM_DEPTH_MAX)
        return false;
    dom_node *element = dom_new_element(r->arena, tag, r->line);
    if (!read_attributes(r, element))
        return false;
    dom_append(r->parent, element);
    if (dom_tag_has(tag, DOM_VOID))
        return true;
    if (tag == DOM_TAG_IFRAME) {
        slice end = SLICE("</iframe>");
        if (!slice_starts_with(slice_from(r->html, r->at), end))
            return false;
        r->at += end.length;
        return true;
    }
    r->in_link = r->in_link || tag == DOM_TAG_A;
    r->depth++;
    set_parent(r, element);
    return true;
}

static bool read_end_tag(reader *r) {
    r->at += 2;
    slice name = read_name(r);
    if (r->parent->tag == DOM_TAG_BODY || !slice_equal(name, r->parent->name) || r->at == r->html.length ||
        r->html.data[r->at] != '>')
        return false;
    r->at++;
    r->in_link = r->in_link && r->parent->tag != DOM_TAG_A;
    r->depth--;
    set_parent(r, r->parent->parent);
    return true;
}

/* Blocks that begin a raw HTML block which only a blank line ends (CommonMark 0.30 §4.6, type 6), of those
 * that are written. */
static bool begins_html_block(const dom_node *body) {
    const dom_node *first = body->first_child;
    return first && first->type == DOM_ELEMENT && first->tag != DOM_TAG_A && first->tag != DOM_TAG_PRE &&
           first->tag != DOM_TAG_IMG;
}

dom_node *read_saved(slice html, uint32_t first_line, arena *a) {
    bool other = slice_find_char(html, '\r', 0) != SLICE_NONE || slice_find_char(html, '\0', 0) != SLICE_NONE;
    if (other || !utf8_is_valid(html) || table_head_end(html)) /* a parser reads those characters otherwise */
        return NULL;
    dom_node *body = dom_new_element(a, DOM_TAG_BODY, first_line);
    reader r = {.html = html,
                .ampersands = next_char_new(html, '&'),
                .line_ends = next_char_new(html, '\n'),
                .arena = a,
                .parent = body,
                .line = first_line,
                .parent_kind = KIND_BODY};
    while (r.at < html.length) {
        bool tag = html.data[r.at] == '<';
        bool end = tag && r.at + 1 < html.length && html.data[r.at + 1] == '/';
        if (!(end ? read_end_tag(&r) : tag ? read_start_tag(&r) : read_text(&r)))
            return NULL;
    }
    return r.parent == body && begins_html_block(body) ? body : NULL;
}
