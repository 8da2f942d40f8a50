/* A strict reader of HTML in save form: straight into tree nodes, several times faster than a full parser,
 * or, where it is known which document was saved, along that document, without a tree.
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
    if (dom_takes_text(r->parent))
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
        if (count == ATTRIBUTES_MAX || !read_attribute(r, dom_name(element), &found[count]))
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
        element->size = count;
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
    if (r->parent->tag == DOM_TAG_BODY || !slice_equal(name, dom_name(r->parent)) ||
        r->at == r->html.length || r->html.data[r->at] != '>')
        return false;
    r->at++;
    r->in_link = r->in_link && r->parent->tag != DOM_TAG_A;
    r->depth--;
    set_parent(r, r->parent->parent);
    return true;
}

/* ---- a whole body ------------------------------------------------------------------------------------ */

/* Blocks that begin a raw HTML block which only a blank line ends (CommonMark 0.30 §4.6, type 6), of those
 * that are written. */
static bool begins_html_block(slice html) {
    reader r = {.html = html, .at = 1};
    dom_tag first = html.length && html.data[0] == '<' ? dom_tag_of(read_name(&r)) : DOM_TAG_UNKNOWN;
    return kind_of(first) != KIND_UNKNOWN && first != DOM_TAG_A && first != DOM_TAG_PRE &&
           first != DOM_TAG_IMG;
}

/* A parser reads some characters, and Markdown the head of a table, otherwise than this reader. */
static bool is_readable(slice html) {
    return slice_find_char(html, '\r', 0) == SLICE_NONE && slice_find_char(html, '\0', 0) == SLICE_NONE &&
           utf8_is_valid(html) && !table_head_end(html) && begins_html_block(html);
}

static reader reader_new(slice html, uint32_t first_line, arena *a) {
    dom_node *body = dom_new_element(a, DOM_TAG_BODY, first_line);
    return (reader){.html = html,
                    .ampersands = next_char_new(html, '&'),
                    .line_ends = next_char_new(html, '\n'),
                    .arena = a,
                    .parent = body,
                    .line = first_line,
                    .parent_kind = KIND_BODY};
}

static dom_node *read_body(slice html, uint32_t first_line, arena *a) {
    reader r = reader_new(html, first_line, a);
    dom_node *body = r.parent;
    while (r.at < html.length) {
        bool tag = html.data[r.at] == '<';
        bool end = tag && r.at + 1 < html.length && html.data[r.at + 1] == '/';
        if (!(end ? read_end_tag(&r) : tag ? read_start_tag(&r) : read_text(&r)))
            return NULL;
    }
    return r.parent == body ? body : NULL;
}

dom_node *read_saved(slice html, uint32_t first_line, arena *a) {
    return is_readable(html) ? read_body(html, first_line, a) : NULL;
}

/* ---- along a document -------------------------------------------------------------------------------- */

/* What comes before a place in a text block, as far as it decides what becomes of white space there. */
typedef struct inline_state {
    bool behind_element; /* one line end goes */
    bool behind_break;   /* which is a line break: a space goes */
    bool behind_space;   /* or nothing: a space goes */
} inline_state;

static bool drops_space(const inline_state *s) {
    return s->behind_break || s->behind_space;
}

static bool take(reader *r, slice expected) {
    bool found = slice_starts_with(slice_from(r->html, r->at), expected);
    r->at += found ? expected.length : 0;
    return found;
}

/* White space as the printer makes it. False: a blank line, which would end the raw HTML block. */
static bool pass_space(slice html, size_t *at) {
    size_t line_ends = 0;
    for (; *at < html.length && (html.data[*at] == ' ' || html.data[*at] == '\n'); ++*at)
        line_ends += html.data[*at] == '\n';
    return line_ends < 2;
}

static bool take_name(reader *r, slice opening, slice name) {
    return take(r, opening) && take(r, name);
}

static bool take_end(reader *r, slice name) {
    return take_name(r, SLICE("</"), name) && take(r, SLICE(">"));
}

/* Whether a parser may take the style for marks (tiptap/parse.c: add_style_mark). */
static bool may_stand_for_marks(const dom_node *element, arena *a) {
    static const slice NAMES[] = {LITERAL("font"), LITERAL("decoration"), LITERAL("align")};
    const slice *style = dom_attribute_get(element, SLICE("style"));
    slice lower = style ? slice_lower(*style, a) : SLICE("");
    for (size_t i = 0; style && i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_find(lower, NAMES[i], 0) != SLICE_NONE)
            return true;
    return false;
}

static bool take_start(reader *r, dom_tag tag, dom_node *element) {
    *element = (dom_node){.type = DOM_ELEMENT, .tag = (uint16_t)tag};
    return take_name(r, SLICE("<"), dom_tag_name(tag)) && read_attributes(r, element) &&
           !may_stand_for_marks(element, r->arena);
}

/* White space before a tag, of which nothing must be left. */
static bool pass_no_text(reader *r, const inline_state *s) {
    size_t from = r->at;
    if (from < r->html.length && r->html.data[from] == '<')
        return true;
    from += s->behind_element && from < r->html.length && r->html.data[from] == '\n';
    return pass_space(r->html, &r->at) && (r->at == from || drops_space(s));
}

/* How many bytes both begin with, words with one plain space between each two; 0 where not all such words of
 * the first, which is no longer than the other, are the same. */
static size_t same_words(slice one, slice other) {
    size_t end = slice_words_end(one, 0, false);
    return memcmp(one.data, other.data, end) == 0 ? end : 0;
}

/* Text up to the next tag: as ProseMirror's parser collapses it, is it the node's? */
static bool take_text(reader *r, const tiptap_node *node, inline_state *s) {
    size_t from = r->at, end = slice_find_char(r->html, '<', from), at = 0;
    slice read, text = tiptap_text(node);
    if (end == SLICE_NONE || end == from)
        return false;
    from += s->behind_element && r->html.data[from] == '\n';
    if (!decode(r, from, end, &read) || (drops_space(s) && !pass_space(read, &at)))
        return false;
    next_char line_ends = next_char_new(read, '\n');
    for (size_t i = 0; i < text.length;) {
        size_t end_of_line = next_char_from(&line_ends, at);
        size_t line = (end_of_line == SLICE_NONE ? read.length : end_of_line) - at;
        size_t same = same_words(slice_sub(text, i, i + line), slice_from(read, at));
        i += same;
        at += same;
        for (size_t stop = i + (same ? 1 : line + 1); i < stop && i < text.length; i++) {
            char c = text.data[i];
            size_t space = at;
            bool meets = i && text.data[i - 1] == ' '; /* two spaces are read as one */
            if (is_html_space(c) ? c != ' ' || meets || !pass_space(read, &at) || at == space
                                 : at == read.length || read.data[at++] != c)
                return false;
        }
    }
    bool is_last = !node->next, spaced = text.data[text.length - 1] == ' ';
    if (is_last && (spaced || !pass_space(read, &at)))
        return false;
    r->at = end;
    *s = (inline_state){false, false, spaced};
    return at == read.length;
}

static bool take_mark(reader *r, const tiptap_mark *mark) {
    dom_node element;
    return take_start(r, dom_tag_of(tiptap_mark_element(mark->type)), &element) &&
           tiptap_reads_as_mark(&element, mark, r->arena);
}

/* The children of a text block. */
static bool take_inline(reader *r, const tiptap_node *block) {
    const tiptap_marks none = {.count = 0}, *open = &none;
    inline_state s = {false, false, true};
    for (const tiptap_node *at = block->first_child;; at = at->next) {
        const tiptap_marks *marks = at && at->marks ? at->marks : &none;
        bool joins = at && tiptap_previous(at) && at->type == TIPTAP_TEXT &&
                     tiptap_previous(at)->type == TIPTAP_TEXT &&
                     tiptap_same_marks(at->marks, tiptap_previous(at)->marks);
        size_t kept = 0;
        while (kept < open->count && kept < marks->count &&
               tiptap_same_mark(open->items[kept], marks->items[kept]))
            kept++;
        for (size_t i = open->count; i-- > kept; s = (inline_state){true, false, s.behind_space})
            if (!pass_no_text(r, &s) || !take_end(r, tiptap_mark_element(open->items[i]->type)))
                return false;
        if (!at)
            return pass_no_text(r, &s);
        for (size_t i = kept; i < marks->count; i++, s = (inline_state){false, false, s.behind_space})
            if (!pass_no_text(r, &s) || !take_mark(r, marks->items[i]))
                return false;
        open = marks;
        if (joins || (at->type == TIPTAP_TEXT ? !take_text(r, at, &s)
                                              : !pass_no_text(r, &s) || !take(r, SLICE("<br>"))))
            return false;
        if (at->type != TIPTAP_TEXT)
            s = (inline_state){true, true, false};
    }
}

/* What the table extension writes before the rows (html.c: open_table): the parser sees nothing in it. */
static bool take_columns(reader *r) {
    if (!take(r, SLICE("<table style=\"")))
        return false;
    if (take(r, SLICE("minWidth: ")))
        while (r->at < r->html.length && is_digit(r->html.data[r->at]))
            r->at++;
    else if (!take(r, SLICE("width: 0")))
        return false;
    if (!take(r, SLICE("px\">")) || !pass_space(r->html, &r->at) || !take(r, SLICE("<colgroup>")))
        return false;
    do
        if (!pass_space(r->html, &r->at))
            return false;
    while (take(r, SLICE("<col>")));
    return take(r, SLICE("</colgroup>")) && pass_space(r->html, &r->at) && take(r, SLICE("<tbody>"));
}

/* A picture without a link, or a frame, and the wrapper that the parser sees nothing in. */
static bool take_wrapped(reader *r, slice wrapper, dom_tag tag, const tiptap_node *node) {
    dom_node element;
    return take(r, wrapper) && pass_space(r->html, &r->at) && take_start(r, tag, &element) &&
           tiptap_reads_as_node(&element, node, r->arena) &&
           (tag != DOM_TAG_IFRAME || take(r, SLICE("</iframe>"))) && pass_space(r->html, &r->at);
}

/* What a node begins with. False also for types whose elements are read in more ways than one. */
static bool take_begin(reader *r, const tiptap_node *node) {
    dom_node element;
    if (!pass_space(r->html, &r->at))
        return false;
    switch ((tiptap_type)node->type) {
    case TIPTAP_PARAGRAPH:
        return take(r, SLICE("<p>"));
    case TIPTAP_HEADING:
        return take_name(r, SLICE("<h"), tiptap_get(node, TIPTAP_HEADING_LEVEL)) && take(r, SLICE(">"));
    case TIPTAP_TABLE:
        return take_columns(r);
    case TIPTAP_IMAGE:
        return take_wrapped(r, SLICE("<div class=\"isomer-image-wrapper\">"), DOM_TAG_IMG, node);
    case TIPTAP_IFRAME:
        return take_wrapped(r, SLICE("<div class=\"iframe-wrapper\">"), DOM_TAG_IFRAME, node);
    case TIPTAP_CODE_BLOCK:
    case TIPTAP_TASK_LIST:
    case TIPTAP_CARD_GRID: /* what is around and in its elements counts */
        return false;
    default:
        return take_start(r, dom_tag_of(tiptap_type_element((tiptap_type)node->type)), &element) &&
               tiptap_reads_as_node(&element, node, r->arena);
    }
}

static bool take_node_end(reader *r, const tiptap_node *node) {
    switch ((tiptap_type)node->type) {
    case TIPTAP_HORIZONTAL_RULE:
        return true;
    case TIPTAP_IMAGE:
    case TIPTAP_IFRAME:
        return take(r, SLICE("</div>"));
    case TIPTAP_HEADING:
        return take_name(r, SLICE("</h"), tiptap_get(node, TIPTAP_HEADING_LEVEL)) && take(r, SLICE(">"));
    case TIPTAP_TABLE:
        return pass_space(r->html, &r->at) && take(r, SLICE("</tbody>")) && pass_space(r->html, &r->at) &&
               take(r, SLICE("</table>"));
    default:
        return take_end(r, tiptap_type_element((tiptap_type)node->type));
    }
}

/* Reads what was written of a node. False: it is read as something else, or in a way that is not plain. */
static bool take_node(reader *r, const tiptap_node *node) {
    for (const tiptap_node *at = node;;) {
        if (!take_begin(r, at) || (tiptap_is_textblock((tiptap_type)at->type) && !take_inline(r, at)))
            return false;
        if (!tiptap_is_textblock((tiptap_type)at->type) && at->first_child) {
            at = at->first_child;
            continue;
        }
        if (!take_node_end(r, at))
            return false;
        while (at != node && !at->next) {
            at = at->parent;
            if (!pass_space(r->html, &r->at) || !take_node_end(r, at))
                return false;
        }
        if (at == node)
            return true;
        at = at->next;
    }
}

/* The same with a tree, for any block: what the block up to `end` is read as, alone; NULL where that is not
 * plain. */
static tiptap_node *read_block(reader *r, const tiptap_node *block, size_t end) {
    while (end > r->at && is_space(r->html.data[end - 1]))
        end--;
    dom_node *tree = read_body(slice_sub(r->html, r->at, end), block->line, r->arena);
    if (!tree)
        return NULL;
    r->at = end;
    strip_appended_line_ends(tree);
    tiptap_node *read = tiptap_parse(tree, r->arena, NULL)->first_child;
    return read && !read->next && read->type == block->type ? read : NULL; /* else what is around counts */
}

/* Whether the editor's plugins look at none of a block, with text before it or without (complete.c). */
static bool is_left_alone(const tiptap_node *block, bool has_text_before) {
    const tiptap_node *at = block;
    while (at && at->type != TIPTAP_TABLE)
        at = tiptap_next(at, block);
    return !at && has_text_before;
}

bool read_back(saved_body *saved, arena *a) {
    slice body = slice_trim_wide(buffer_slice(&saved->body));
    if (!saved->blocks.count || !is_readable(body))
        return false;
    reader r = reader_new(body, 1, a);
    size_t skipped = (size_t)(body.data - saved->body.data);
    bool has_text = false;
    for (size_t i = 0; i < saved->blocks.count; i++) {
        saved_block *block = vector_at(&saved->blocks, i);
        if (!pass_space(body, &r.at))
            return false;
        size_t from = r.at;
        if (!take_node(&r, block->node)) {
            r.at = from;
            tiptap_node *read = read_block(&r, block->node, block->end - skipped);
            if (!read)
                return false;
            block->read = tiptap_same_document(read, block->node) ? NULL : read;
            if (block->read && !is_left_alone(read, has_text))
                return false;
        }
        has_text = has_text || tiptap_is_textblock((tiptap_type)block->node->type);
    }
    return r.at == body.length;
}
