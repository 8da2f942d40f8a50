/* A strict reader for the HTML that nearly every page is: each element closed where it was opened, each where
 * it may be.
 *
 * Comes in: HTML. Goes out: the tree that WHATWG's tree construction gives, or NULL as soon as anything is
 * met that could make it close, move, copy or drop an element (§13.2.6): the full parser then starts afresh.
 * It never guesses. Several times faster than the full parser, which is why it is here.
 */
#include "strict.h"

#include "guard.h"

/* What opening an element does to those around it. */
typedef enum nesting {
    NEST_NEVER,  /* not read here */
    NEST_INLINE, /* stands anywhere */
    NEST_BLOCK,  /* closes an open paragraph: none may be open */
    NEST_ITEM    /* only as a child of certain parents */
} nesting;

static const uint8_t NESTING[DOM_TAG_COUNT] = {
    [DOM_TAG_UNKNOWN] = NEST_NEVER,    [DOM_TAG_A] = NEST_INLINE,         [DOM_TAG_ABBR] = NEST_INLINE,
    [DOM_TAG_ADDRESS] = NEST_BLOCK,    [DOM_TAG_ARTICLE] = NEST_BLOCK,    [DOM_TAG_ASIDE] = NEST_BLOCK,
    [DOM_TAG_AUDIO] = NEST_INLINE,     [DOM_TAG_B] = NEST_INLINE,         [DOM_TAG_BIG] = NEST_INLINE,
    [DOM_TAG_BLOCKQUOTE] = NEST_BLOCK, [DOM_TAG_BR] = NEST_INLINE,        [DOM_TAG_CAPTION] = NEST_ITEM,
    [DOM_TAG_CENTER] = NEST_BLOCK,     [DOM_TAG_CITE] = NEST_INLINE,      [DOM_TAG_CODE] = NEST_INLINE,
    [DOM_TAG_COL] = NEST_ITEM,         [DOM_TAG_COLGROUP] = NEST_ITEM,    [DOM_TAG_DD] = NEST_ITEM,
    [DOM_TAG_DEL] = NEST_INLINE,       [DOM_TAG_DETAILS] = NEST_BLOCK,    [DOM_TAG_DFN] = NEST_INLINE,
    [DOM_TAG_DIV] = NEST_BLOCK,        [DOM_TAG_DL] = NEST_BLOCK,         [DOM_TAG_DT] = NEST_ITEM,
    [DOM_TAG_EM] = NEST_INLINE,        [DOM_TAG_FIGCAPTION] = NEST_BLOCK, [DOM_TAG_FIGURE] = NEST_BLOCK,
    [DOM_TAG_FONT] = NEST_INLINE,      [DOM_TAG_FOOTER] = NEST_BLOCK,     [DOM_TAG_FORM] = NEST_BLOCK,
    [DOM_TAG_H1] = NEST_BLOCK,         [DOM_TAG_H2] = NEST_BLOCK,         [DOM_TAG_H3] = NEST_BLOCK,
    [DOM_TAG_H4] = NEST_BLOCK,         [DOM_TAG_H5] = NEST_BLOCK,         [DOM_TAG_H6] = NEST_BLOCK,
    [DOM_TAG_HEADER] = NEST_BLOCK,     [DOM_TAG_HR] = NEST_BLOCK,         [DOM_TAG_I] = NEST_INLINE,
    [DOM_TAG_IFRAME] = NEST_INLINE,    [DOM_TAG_IMG] = NEST_INLINE,       [DOM_TAG_INPUT] = NEST_INLINE,
    [DOM_TAG_INS] = NEST_INLINE,       [DOM_TAG_KBD] = NEST_INLINE,       [DOM_TAG_LABEL] = NEST_INLINE,
    [DOM_TAG_LI] = NEST_ITEM,          [DOM_TAG_LINK] = NEST_INLINE,      [DOM_TAG_MAIN] = NEST_BLOCK,
    [DOM_TAG_MARK] = NEST_INLINE,      [DOM_TAG_META] = NEST_INLINE,      [DOM_TAG_NAV] = NEST_BLOCK,
    [DOM_TAG_OL] = NEST_BLOCK,         [DOM_TAG_P] = NEST_BLOCK,          [DOM_TAG_PRE] = NEST_BLOCK,
    [DOM_TAG_Q] = NEST_INLINE,         [DOM_TAG_S] = NEST_INLINE,         [DOM_TAG_SAMP] = NEST_INLINE,
    [DOM_TAG_SCRIPT] = NEST_INLINE,    [DOM_TAG_SECTION] = NEST_BLOCK,    [DOM_TAG_SMALL] = NEST_INLINE,
    [DOM_TAG_SOURCE] = NEST_INLINE,    [DOM_TAG_SPAN] = NEST_INLINE,      [DOM_TAG_STRIKE] = NEST_INLINE,
    [DOM_TAG_STRONG] = NEST_INLINE,    [DOM_TAG_STYLE] = NEST_INLINE,     [DOM_TAG_SUB] = NEST_INLINE,
    [DOM_TAG_SUMMARY] = NEST_BLOCK,    [DOM_TAG_SUP] = NEST_INLINE,       [DOM_TAG_TABLE] = NEST_BLOCK,
    [DOM_TAG_TBODY] = NEST_ITEM,       [DOM_TAG_TD] = NEST_ITEM,          [DOM_TAG_TFOOT] = NEST_ITEM,
    [DOM_TAG_TH] = NEST_ITEM,          [DOM_TAG_THEAD] = NEST_ITEM,       [DOM_TAG_TIME] = NEST_INLINE,
    [DOM_TAG_TR] = NEST_ITEM,          [DOM_TAG_TT] = NEST_INLINE,        [DOM_TAG_U] = NEST_INLINE,
    [DOM_TAG_UL] = NEST_BLOCK,         [DOM_TAG_VAR] = NEST_INLINE,       [DOM_TAG_VIDEO] = NEST_INLINE,
    [DOM_TAG_WBR] = NEST_INLINE,
};

#define ATTRIBUTES_MAX 24 /* of an element; more are read by the full parser */

/* A node that is shown to a visitor: the next one so deep has its place. */
typedef struct passing_node {
    dom_node node;
    dom_attribute attributes[ATTRIBUTES_MAX];
} passing_node;

/* More formatting elements open at once than this, and identical ones begin to replace one another
 * (§13.2.4.3). */
#define OPEN_INLINE_MAX 3

typedef struct strict {
    slice html;
    size_t at;
    arena *arena;
    dom_node *parent;
    size_t depth;
    size_t
        paragraph; /* depth of the open paragraph in scope, 0: none. A cell's content begins a new scope. */
    size_t link;   /* depth of the open link, 0: none */
    size_t form;   /* depth of the open form, 0: none; a form in a form is none */
    next_char ampersands;
    const line_map *lines; /* NULL: lines are counted */
    next_char line_ends;   /* those that are not counted yet */
    size_t next_mark;      /* the first line mark beyond `at` */
    uint32_t line;
    const dom_visitor *visitor; /* NULL: a tree is built */
    passing_node **passing;     /* for a visitor: by depth */
} strict;

/* ---- nodes ------------------------------------------------------------------------------------------- */

/* A child of `parent`, which stands so deep, in the place of the one before it. */
static dom_node *pass_node(strict *s, dom_node *parent, size_t depth) {
    passing_node **place = &s->passing[depth];
    if (!*place)
        *place = arena_alloc(s->arena, sizeof **place);
    dom_node *node = &(*place)->node;
    *node = (dom_node){.parent = parent, .line = s->line};
    parent->first_child = node;
    return node;
}

static dom_node *new_element(strict *s, dom_tag tag) {
    if (!s->visitor)
        return dom_new_element(s->arena, tag, s->line);
    dom_node *node = pass_node(s, s->parent, s->depth);
    node->type = DOM_ELEMENT;
    node->tag = (uint16_t)tag;
    return node;
}

/* It is in the tree, and its attributes are known. */
static void add_element(strict *s, dom_node *element) {
    if (s->visitor)
        s->visitor->open(s->visitor->context, element);
    else
        dom_append(s->parent, element);
}

static void end_element(const strict *s, const dom_node *element) {
    if (s->visitor)
        s->visitor->close(s->visitor->context, element);
}

static void add_text(strict *s, dom_node *parent, dom_type type, slice text) {
    dom_node *node = s->visitor ? pass_node(s, parent, s->depth + (parent != s->parent))
                                : dom_new_text(s->arena, text, s->line);
    node->type = (uint8_t)type;
    dom_set_text(node, text);
    if (s->visitor)
        s->visitor->open(s->visitor->context, node);
    else
        dom_append(parent, node);
}

static dom_attribute *place_for_attributes(strict *s, dom_node *element, size_t count) {
    return s->visitor ? ((passing_node *)element)->attributes
                      : arena_alloc(s->arena, count * sizeof *element->attributes);
}

static void follow_line(strict *s) {
    if (!s->lines) {
        for (; s->line_ends.at < s->at; next_char_from(&s->line_ends, s->line_ends.at + 1))
            s->line++;
        return;
    }
    const line_mark *marks = s->lines->marks.items;
    while (s->next_mark < s->lines->marks.count && marks[s->next_mark].offset <= s->at)
        s->line = marks[s->next_mark++].line;
}

/* ---- character references ---------------------------------------------------------------------------- */

/* `&#169;`, `&#xA9;` without its ampersand and semicolon. 0 for what the full parser must look at. */
static uint32_t numeric_reference(slice name) {
    bool hex = name.length > 1 && (name.data[1] == 'x' || name.data[1] == 'X');
    uint32_t value = 0;
    if (name.length < 2u + hex || name.length > 8)
        return 0;
    for (size_t i = 1u + hex; i < name.length; i++) {
        uint32_t base = hex ? 16 : 10, digit = (uint32_t)hex_value(name.data[i]);
        if (digit >= base) /* also what is no digit */
            return 0;
        value = value * base + digit;
    }
    bool plain = value >= 0xA0 && value < 0xD800;
    return plain || (value >= 0x20 && value < 0x7F) || value == '\n' || (value >= 0xE000 && value < 0xFDD0)
               ? value
               : 0;
}

/* HTML has given two of the names to other characters than HTML 4 did; it knows many more. */
static uint32_t named_reference(slice name) {
    bool differs = slice_equal(name, SLICE("lang")) || slice_equal(name, SLICE("rang"));
    return differs ? 0 : named_character(name);
}

/* The character that the reference at `at` (its ampersand) stands for, with its end; false: ask the full
 * parser. */
static bool decode_reference(slice text, size_t *at, buffer *out) {
    size_t end = *at + 1;
    while (end < text.length && (is_alnum(text.data[end]) || text.data[end] == '#') && end - *at < 12)
        end++;
    slice name = slice_sub(text, *at + 1, end);
    if (name.length == 0) {
        buffer_append_char(out, '&');
        ++*at;
        return true;
    }
    if (end == text.length || text.data[end] != ';')
        return false;
    *at = end + 1;
    uint32_t c = name.data[0] == '#' ? numeric_reference(name) : named_reference(name);
    if (c)
        buffer_append_codepoint(out, c);
    return c != 0;
}

static bool decode_text(strict *s, slice text, slice *decoded) {
    size_t from = (size_t)(text.data - s->html.data), ampersand = next_char_from(&s->ampersands, from);
    *decoded = text;
    if (ampersand == SLICE_NONE || ampersand >= from + text.length)
        return true;
    buffer out = buffer_new(s->arena, text.length);
    for (size_t at = 0; at < text.length;) {
        size_t next = slice_find_char(text, '&', at);
        buffer_append(&out, slice_sub(text, at, next));
        at = next == SLICE_NONE ? text.length : next;
        if (at < text.length && !decode_reference(text, &at, &out))
            return false;
    }
    *decoded = buffer_slice(&out);
    return true;
}

/* ---- text and comments ------------------------------------------------------------------------------- */

static bool is_blank(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (!is_html_space(text.data[i]))
            return false;
    return true;
}

bool dom_takes_text(const dom_node *parent) {
    switch (parent->tag) {
    case DOM_TAG_TABLE:
    case DOM_TAG_TBODY:
    case DOM_TAG_THEAD:
    case DOM_TAG_TFOOT:
    case DOM_TAG_TR:
    case DOM_TAG_COLGROUP:
        return false;
    default:
        return true;
    }
}

static bool read_text(strict *s) {
    size_t end = slice_find_char(s->html, '<', s->at);
    slice text = slice_sub(s->html, s->at, end), decoded;
    if (!dom_takes_text(s->parent)) {
        s->at = end == SLICE_NONE ? s->html.length : end;
        return is_blank(text);
    }
    bool first_in_pre = s->parent->tag == DOM_TAG_PRE && !s->parent->first_child;
    if (first_in_pre && text.data[0] == '\n')
        text = slice_from(text, 1);
    if (!decode_text(s, text, &decoded))
        return false;
    if (decoded.length)
        add_text(s, s->parent, DOM_TEXT, decoded);
    s->at = end == SLICE_NONE ? s->html.length : end;
    return true;
}

static bool read_comment(strict *s) {
    size_t end = slice_find(s->html, SLICE("-->"), s->at + 4);
    if (end == SLICE_NONE)
        return false;
    slice text = slice_sub(s->html, s->at + 4, end);
    if (slice_starts_with(text, SLICE(">")) || slice_starts_with(text, SLICE("->")) ||
        slice_find(text, SLICE("--!>"), 0) != SLICE_NONE || (text.length && text.data[0] == GUARD_FILLER))
        return false;
    if (text.length) /* an empty one stands for nothing: guard.c */
        add_text(s, s->parent, DOM_COMMENT, text);
    s->at = end + 3;
    return true;
}

/* ---- tags -------------------------------------------------------------------------------------------- */

static slice read_name(strict *s) {
    size_t from = s->at;
    while (s->at < s->html.length &&
           ((s->html.data[s->at] >= 'a' && s->html.data[s->at] <= 'z') || is_digit(s->html.data[s->at])))
        s->at++;
    return slice_sub(s->html, from, s->at);
}

static bool is_attribute_name_character(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == ':';
}

static void skip_spaces(strict *s) {
    while (s->at < s->html.length && is_html_space(s->html.data[s->at]))
        s->at++;
}

/* `name="value"`, `name='value'` or `name`. */
static bool read_attribute(strict *s, dom_attribute *attribute) {
    size_t from = s->at;
    while (s->at < s->html.length && is_attribute_name_character(s->html.data[s->at]))
        s->at++;
    attribute->name = slice_sub(s->html, from, s->at);
    attribute->value = (slice)LITERAL("");
    if (s->at == from || s->at == s->html.length)
        return false;
    char next = s->html.data[s->at];
    if (next != '=')
        return is_space(next) || next == '>' || next == '/';
    if (s->at + 1 >= s->html.length)
        return false;
    char quote = s->html.data[s->at + 1];
    size_t end = quote == '"' || quote == '\'' ? slice_find_char(s->html, quote, s->at + 2) : SLICE_NONE;
    if (end == SLICE_NONE || !decode_text(s, slice_sub(s->html, s->at + 2, end), &attribute->value))
        return false;
    s->at = end + 1;
    return s->at < s->html.length &&
           (is_space(s->html.data[s->at]) || s->html.data[s->at] == '>' || s->html.data[s->at] == '/');
}

static bool has_attribute(const dom_attribute *attributes, uint32_t count, slice name) {
    for (uint32_t i = 0; i < count; i++)
        if (slice_equal(attributes[i].name, name))
            return true;
    return false;
}

/* Up to and with the tag's `>`. A second attribute of one name is dropped, as the tokenizer does. */
static bool read_attributes(strict *s, dom_node *element) {
    UNCLEARED dom_attribute attributes[ATTRIBUTES_MAX];
    uint32_t count = 0;
    for (;;) {
        skip_spaces(s);
        if (s->at == s->html.length || count == ATTRIBUTES_MAX)
            return false;
        if (s->html.data[s->at] == '>')
            break;
        if (s->html.data[s->at] == '/') {
            if (!dom_tag_has(element->tag, DOM_VOID) || s->at + 1 == s->html.length ||
                s->html.data[s->at + 1] != '>')
                return false;
            s->at++;
            break;
        }
        if (!read_attribute(s, &attributes[count]))
            return false;
        count += !has_attribute(attributes, count, attributes[count].name);
    }
    s->at++;
    if (count) {
        element->attributes = place_for_attributes(s, element, count);
        memcpy(element->attributes, attributes, count * sizeof *attributes);
        element->size = count;
    }
    return true;
}

/* Whether a list item there would close another one, around it (§13.2.6.4.7). */
static bool is_in_item(const dom_node *node) {
    while (NESTING[node->tag] == NEST_INLINE || node->tag == DOM_TAG_DIV || node->tag == DOM_TAG_ADDRESS ||
           node->tag == DOM_TAG_P)
        node = node->parent;
    return node->tag == DOM_TAG_LI;
}

/* Parts of tables and terms stand directly in their container: anything else makes a parser close or invent
 * elements. */
static bool item_fits(dom_tag tag, unsigned parent) {
    switch (tag) {
    case DOM_TAG_DD:
    case DOM_TAG_DT:
        return parent == DOM_TAG_DL;
    case DOM_TAG_TD:
    case DOM_TAG_TH:
        return parent == DOM_TAG_TR;
    case DOM_TAG_TR:
        return parent == DOM_TAG_TBODY || parent == DOM_TAG_THEAD || parent == DOM_TAG_TFOOT;
    case DOM_TAG_COL:
        return parent == DOM_TAG_COLGROUP;
    default: /* caption, colgroup, tbody, thead, tfoot */
        return parent == DOM_TAG_TABLE;
    }
}

/* The same element opened inside itself time and again makes a parser forget the first (§13.2.4.3). */
static bool repeats_itself(const strict *s, dom_tag tag) {
    size_t same = 0;
    for (const dom_node *up = s->parent; up; up = up->parent)
        same += up->tag == tag;
    return same >= OPEN_INLINE_MAX;
}

static bool may_open(const strict *s, dom_tag tag) {
    unsigned parent = s->parent->tag;
    if (NESTING[tag] == NEST_ITEM && tag != DOM_TAG_LI)
        return item_fits(tag, parent);
    if (!dom_takes_text(s->parent) || s->depth == DOM_DEPTH_MAX)
        return false;
    if (tag == DOM_TAG_LI)
        return s->paragraph == 0 && !is_in_item(s->parent);
    if (NESTING[tag] == NEST_BLOCK)
        return s->paragraph == 0 && !(dom_is_heading(tag) && dom_is_heading(parent)) &&
               !(tag == DOM_TAG_FORM && s->form);
    return NESTING[tag] == NEST_INLINE && !(tag == DOM_TAG_A && s->link) && !repeats_itself(s, tag);
}

/* The content of script, style and iframe: no tag counts in it but the end tag. */
static bool read_raw_text(strict *s, dom_node *element) {
    size_t end = slice_find(s->html, SLICE("</"), s->at);
    size_t after = end == SLICE_NONE ? end : end + 2 + dom_name(element).length;
    if (after >= s->html.length || !slice_equal(slice_sub(s->html, end + 2, after), dom_name(element)) ||
        s->html.data[after] != '>')
        return false;
    slice text = slice_sub(s->html, s->at, end);
    if (element->tag == DOM_TAG_SCRIPT && slice_find(text, SLICE("<!--"), 0) != SLICE_NONE)
        return false;
    if (text.length)
        add_text(s, element, DOM_TEXT, text);
    end_element(s, element);
    s->at = after + 1;
    return true;
}

static void enter(strict *s, dom_node *element) {
    s->parent = element;
    s->depth++;
    if (element->tag == DOM_TAG_P)
        s->paragraph = s->depth;
    if (element->tag == DOM_TAG_A)
        s->link = s->depth;
    if (element->tag == DOM_TAG_FORM)
        s->form = s->depth;
}

static void leave(strict *s) {
    if (s->paragraph == s->depth)
        s->paragraph = 0;
    if (s->link == s->depth)
        s->link = 0;
    if (s->form == s->depth)
        s->form = 0;
    s->depth--;
    end_element(s, s->parent);
    s->parent = s->parent->parent;
}

/* A paragraph that the next tag ends, since nothing else is open in it (§13.2.6.4.7). */
static bool is_in_paragraph(const strict *s) {
    return s->parent->tag == DOM_TAG_P && s->paragraph == s->depth;
}

/* A row straight in a table: a parser opens a table body around it (§13.2.6.4.9), which the table's end
 * closes. */
static void enter_implied_body(strict *s) {
    dom_node *element = new_element(s, DOM_TAG_TBODY);
    add_element(s, element);
    enter(s, element);
}

static bool read_start_tag(strict *s) {
    s->at++;
    dom_tag tag = dom_tag_of(read_name(s));
    if (tag == DOM_TAG_TR && s->parent->tag == DOM_TAG_TABLE)
        enter_implied_body(s);
    if (NESTING[tag] == NEST_BLOCK && is_in_paragraph(s))
        leave(s);
    char after = s->at < s->html.length ? s->html.data[s->at] : 'x';
    if ((after != '>' && after != '/' && !is_space(after)) || !may_open(s, tag))
        return false;
    dom_node *element = new_element(s, tag);
    if (!read_attributes(s, element))
        return false;
    add_element(s, element);
    if (dom_tag_has(tag, DOM_VOID)) {
        end_element(s, element);
        return true;
    }
    if (tag == DOM_TAG_SCRIPT || tag == DOM_TAG_STYLE || tag == DOM_TAG_IFRAME)
        return read_raw_text(s, element);
    enter(s, element);
    return true;
}

/* Whether the end tag `name` is the element's own, and ends a paragraph in it. */
static bool ends_what_is_in(const dom_node *element, slice name) {
    return element->parent && element->tag != DOM_TAG_FORM && NESTING[element->tag] != NEST_INLINE &&
           slice_equal(name, dom_name(element));
}

/* Nearly all: of the innermost element that is open. */
static bool read_own_end_tag(strict *s) {
    slice own = dom_name(s->parent), rest = slice_from(s->html, s->at + 2);
    if (!s->parent->parent || rest.length <= own.length || rest.data[own.length] != '>' ||
        !slice_starts_with(rest, own))
        return false;
    leave(s);
    s->at += own.length + 3;
    return true;
}

static bool read_end_tag(strict *s) {
    if (read_own_end_tag(s))
        return true;
    s->at += 2;
    slice name = read_name(s);
    if (s->parent->tag == DOM_TAG_TBODY && slice_equal(name, SLICE("table")))
        leave(s);
    if (slice_equal(name, SLICE("p")) && !s->paragraph && dom_takes_text(s->parent) &&
        s->depth < DOM_DEPTH_MAX) {
        dom_node *empty = new_element(s, DOM_TAG_P); /* there is none to end */
        add_element(s, empty);
        enter(s, empty);
    } else if (is_in_paragraph(s) && ends_what_is_in(s->parent->parent, name)) {
        leave(s);
    }
    if (!s->parent->parent || !slice_equal(name, dom_name(s->parent)) || s->at == s->html.length ||
        s->html.data[s->at] != '>')
        return false;
    leave(s);
    s->at++;
    return true;
}

/* False: something is met that only the full parser knows. */
static bool read_all(strict *s) {
    if (s->html.length &&
        (memchr(s->html.data, '\0', s->html.length) || memchr(s->html.data, '\r', s->html.length)))
        return false;
    const dom_node *body = s->parent;
    while (s->at < s->html.length) {
        follow_line(s);
        slice rest = slice_from(s->html, s->at);
        bool done = rest.data[0] != '<'                      ? read_text(s)
                    : slice_starts_with(rest, SLICE("</"))   ? read_end_tag(s)
                    : slice_starts_with(rest, SLICE("<!--")) ? read_comment(s)
                                                             : read_start_tag(s);
        if (!done)
            return false;
    }
    if (is_in_paragraph(s))
        leave(s);
    return s->parent == body;
}

static strict new_strict(slice html, const line_map *lines, arena *a) {
    return (strict){.html = html,
                    .arena = a,
                    .parent = dom_new_element(a, DOM_TAG_BODY, 1),
                    .ampersands = next_char_new(html, '&'),
                    .lines = lines,
                    .line_ends = next_char_new(html, '\n'),
                    .line = lines ? 0 : 1};
}

dom_node *parse_strict(slice html, const line_map *lines, arena *a) {
    strict s = new_strict(html, lines, a);
    dom_node *body = s.parent;
    return read_all(&s) ? body : NULL;
}

bool dom_visit(slice html, const dom_visitor *visitor, arena *a) {
    strict s = new_strict(html, NULL, a);
    const dom_node *body = s.parent;
    passing_node *passing[DOM_DEPTH_MAX + 4] = {
        NULL}; /* what is deepest may be a table, with text in a cell */
    s.visitor = visitor;
    s.passing = passing;
    visitor->open(visitor->context, body);
    if (!read_all(&s))
        return false;
    visitor->close(visitor->context, body);
    return true;
}
