/* Before gumbo: takes out of hostile HTML what would cost it quadratic time, and tells what it would not.
 *
 * WHATWG tree construction looks up the stack of open elements and the list of active formatting elements for
 * many tags, and gumbo compares each attribute name of a tag with all before it. So nesting, unclosed
 * formatting and attributes are bounded here, in one pass. Rows and cells outside of a table, which it drops
 * without a trace, are noticed on the way. Only tags go, never text; nearly every page comes through
 * untouched.
 */
#include "guard.h"

#define DEPTH_MAX 400      /* open elements; beyond DOM_DEPTH_MAX the tree is flattened anyway */
#define FORMATTING_MAX 16  /* unclosed formatting elements: each is opened again in every later block */
#define ATTRIBUTES_MAX 100 /* of one tag */

typedef struct nesting {
    size_t open, dropped, limit;
} nesting;

typedef struct guard {
    slice html;
    arena *arena;
    nesting blocks, formatting;
    size_t tables;      /* open ones */
    char *copy;         /* NULL until the first tag goes */
    size_t comment_end; /* of the last comment that was a tag */
    size_t beyond_limit, stray_cell;
    vector form_ends;
    bool no_quote_ahead[2];      /* no further " or ', so that it is looked for once */
    slice names[ATTRIBUTES_MAX]; /* of the attributes of the tag that is read */
} guard;

typedef struct tag {
    size_t from, to; /* of the whole tag, '<' and '>' included */
    slice name;
    bool closes;
    size_t attributes;
} tag;

/* Formatting elements: WHATWG HTML §13.2.4.2. */
static bool is_formatting(dom_tag t) {
    switch (t) {
    case DOM_TAG_B:
    case DOM_TAG_BIG:
    case DOM_TAG_CODE:
    case DOM_TAG_EM:
    case DOM_TAG_FONT:
    case DOM_TAG_I:
    case DOM_TAG_S:
    case DOM_TAG_SMALL:
    case DOM_TAG_STRIKE:
    case DOM_TAG_STRONG:
    case DOM_TAG_TT:
    case DOM_TAG_U:
        return true;
    default:
        return false;
    }
}

/* Elements that close themselves when the next one opens: their depth is that of their container. */
static bool closes_itself(dom_tag t) {
    switch (t) {
    case DOM_TAG_A: /* a second <a> ends the first: §13.2.6.4.7 */
    case DOM_TAG_P:
    case DOM_TAG_LI:
    case DOM_TAG_TD:
    case DOM_TAG_TH:
    case DOM_TAG_TR:
    case DOM_TAG_TBODY:
    case DOM_TAG_THEAD:
    case DOM_TAG_TFOOT:
    case DOM_TAG_DD:
    case DOM_TAG_DT:
    case DOM_TAG_OPTION:
        return true;
    default:
        return dom_tag_has(t, DOM_VOID);
    }
}

/* Elements that a table alone may hold. */
static bool is_table_part(dom_tag t) {
    return t == DOM_TAG_TD || t == DOM_TAG_TH || t == DOM_TAG_TR || t == DOM_TAG_TBODY ||
           t == DOM_TAG_THEAD || t == DOM_TAG_TFOOT || t == DOM_TAG_CAPTION;
}

static char *writable(guard *g) {
    if (!g->copy) {
        g->copy = arena_alloc(g->arena, g->html.length);
        memcpy(g->copy, g->html.data, g->html.length);
    }
    return g->copy;
}

static void note_first(size_t *first, size_t at) {
    *first = *first == SLICE_NONE ? at : *first;
}

/* Overwrites a tag with a comment of the same length, so that every offset stays what it was. Tags side by
 * side are one comment; but for those that may become spaces. */
static void drop_tag(guard *g, const tag *t, dom_tag name) {
    char *html = writable(g);
    bool joins = t->from && g->comment_end == t->from && !is_table_part(name);
    memset(html + t->from + 1, GUARD_FILLER, t->to - t->from - 2);
    if (joins)
        html[t->from - 1] = html[t->from] = GUARD_FILLER;
    else
        html[t->from + 1] = '!';
    g->comment_end = is_table_part(name) ? 0 : t->to;
    note_first(&g->beyond_limit, t->from);
}

static void drop_attributes(guard *g, const tag *t) {
    size_t from = t->from + 1 + t->name.length;
    memset(writable(g) + from, ' ', t->to - 1 - from);
    note_first(&g->beyond_limit, t->from);
}

/* The offset of the quote that closes the one at `at`; `at` itself when there is none. */
static size_t closing_quote(guard *g, size_t at) {
    bool *none = &g->no_quote_ahead[g->html.data[at] == '"'];
    size_t end = *none ? SLICE_NONE : slice_find_char(g->html, g->html.data[at], at + 1);
    *none = end == SLICE_NONE;
    return *none ? at : end;
}

/* Reads the name of an attribute, the `count`-th of its tag; returns where it ends. gumbo 0.10 glues the name
 * behind a second attribute of one name and no value to that name: it gets spaces, as it is dropped anyway.
 */
static size_t read_attribute_name(guard *g, size_t at, size_t count) {
    slice html = g->html;
    size_t end = at + 1, behind;
    while (end < html.length && !is_space(html.data[end]) && !strchr("/>=", html.data[end]))
        end++;
    for (behind = end; behind < html.length && is_space(html.data[behind]);)
        behind++;
    slice name = slice_sub(html, at, end);
    bool again = false;
    for (size_t i = 0; i < count && i < ATTRIBUTES_MAX && !again; i++)
        again = slice_equal_nocase(g->names[i], name);
    if (again && (behind == html.length || html.data[behind] != '='))
        memset(writable(g) + at, ' ', end - at);
    if (count < ATTRIBUTES_MAX)
        g->names[count] = name;
    return end;
}

/* Reads the tag at `at` ('<'). False when it is not a tag. Quotes are honoured, as in the HTML tokenizer. */
static bool read_tag(guard *g, size_t at, tag *t) {
    slice html = g->html;
    size_t i = at + 1;
    t->closes = i < html.length && html.data[i] == '/';
    i += t->closes;
    size_t name = i;
    if (i >= html.length || !is_alpha(html.data[i]))
        return false;
    while (i < html.length && !is_space(html.data[i]) && html.data[i] != '>' && html.data[i] != '/')
        i++;
    t->name = slice_sub(html, name, i);
    t->attributes = 0;
    bool in_name = false;
    for (; i < html.length && html.data[i] != '>'; i++) {
        char c = html.data[i];
        if ((c == '"' || c == '\'') && html.data[i - 1] == '=') {
            i = closing_quote(g, i);
            in_name = false;
        } else if (is_space(c) || c == '/') {
            in_name = false;
        } else if (!in_name) {
            i = read_attribute_name(g, i, t->attributes++) - 1;
            in_name = true;
        }
    }
    if (i >= html.length)
        return false;
    t->from = at;
    t->to = i + 1;
    return true;
}

static dom_tag known_tag(slice name) {
    char lower[16];
    if (name.length > sizeof lower)
        return DOM_TAG_UNKNOWN;
    for (size_t i = 0; i < name.length; i++)
        lower[i] = to_lower(name.data[i]);
    return dom_tag_of((slice){lower, name.length});
}

/* The offset behind a raw text element's content: nothing in it is a tag. */
static size_t skip_raw_text(slice html, dom_tag name, size_t from) {
    const char *end = name == DOM_TAG_SCRIPT     ? "script"
                      : name == DOM_TAG_STYLE    ? "style"
                      : name == DOM_TAG_TEXTAREA ? "textarea"
                                                 : NULL;
    if (!end)
        return from;
    slice wanted = slice_of(end);
    for (size_t at = from; (at = slice_find(html, SLICE("</"), at)) != SLICE_NONE; at += 2)
        if (slice_equal_nocase(slice_sub(html, at + 2, at + 2 + wanted.length), wanted))
            return at;
    return html.length;
}

static void weigh_tag(guard *g, const tag *t, dom_tag name) {
    nesting *n = is_formatting(name) ? &g->formatting : &g->blocks;
    if (!t->closes && t->attributes > ATTRIBUTES_MAX)
        drop_attributes(g, t);
    if (closes_itself(name))
        return;
    if (t->closes && n->dropped) {
        n->dropped--;
        drop_tag(g, t, name);
    } else if (t->closes) {
        n->open -= n->open > 0;
    } else if (n->open >= n->limit) {
        n->dropped++;
        drop_tag(g, t, name);
    } else {
        n->open++;
    }
}

static void mind_table(guard *g, const tag *t, dom_tag name) {
    if (name == DOM_TAG_TABLE && !t->closes)
        g->tables++;
    else if (name == DOM_TAG_TABLE)
        g->tables -= g->tables > 0;
    if (g->tables || !is_table_part(name))
        return;
    memset(writable(g) + t->from, ' ', t->to - t->from);
    if (!t->closes)
        note_first(&g->stray_cell, t->from);
}

guarded guard_html(slice html, bool cells_apart, arena *a) {
    guard g = {.html = html,
               .arena = a,
               .beyond_limit = SLICE_NONE,
               .stray_cell = SLICE_NONE,
               .form_ends = vector_new(a, sizeof(size_t))};
    g.blocks.limit = DEPTH_MAX;
    g.formatting.limit = FORMATTING_MAX;
    for (size_t at = 0; (at = slice_find_char(html, '<', at)) != SLICE_NONE;) {
        tag t;
        if (slice_starts_with(slice_from(html, at), SLICE("<!--"))) {
            size_t end = slice_find(html, SLICE("-->"), at + 4);
            at = end == SLICE_NONE ? html.length : end + 3;
        } else if (at + 2 >= html.length || !is_alpha(html.data[at + 1 + (html.data[at + 1] == '/')])) {
            at++;
        } else if (!read_tag(&g, at, &t)) {
            break; /* runs to the end of the text: no tag comes after it */
        } else {
            dom_tag name = known_tag(t.name);
            weigh_tag(&g, &t, name);
            if (cells_apart)
                mind_table(&g, &t, name);
            if (t.closes && name == DOM_TAG_FORM)
                *(size_t *)vector_push(&g.form_ends) = t.from;
            at = t.closes ? t.to : skip_raw_text(html, name, t.to);
        }
    }
    slice safe = g.copy ? (slice){g.copy, html.length} : html;
    return (guarded){safe, g.beyond_limit, g.stray_cell, g.form_ends};
}
