/* dom/: HTML → element tree with source lines, and CSS selectors over the tree.
 *
 * Comes in: HTML, with a map from its offsets to lines of the source page. Goes out: a mutable tree in the
 * arena. The tree is what a browser would build (WHATWG HTML, through gumbo), but for white space between the
 * parts of tables, which shows nowhere. It never loses text.
 */
#ifndef ISOMERIZE_DOM_H
#define ISOMERIZE_DOM_H

#include "base/base.h"

typedef enum dom_tag {
    DOM_TAG_NONE, /* not an element */
    DOM_TAG_UNKNOWN,
#define TAG(symbol, name, categories) DOM_TAG_##symbol,
#include "tags.def"
#undef TAG
    DOM_TAG_COUNT
} dom_tag;

/* What elements are by themselves, before any style. */
enum {
    DOM_VOID = 1 << 0,     /* no end tag, nothing inside */
    DOM_INLINE = 1 << 1,   /* stands in a line of text, and breaks no word */
    DOM_REPLACED = 1 << 2, /* shows what is not in the page's text: a picture, a player, a frame */
    DOM_FIELD = 1 << 3,    /* of a form */
    DOM_APART = 1 << 4,    /* blocks, parts of tables, boxes in a line: a word ends at their edges */
    DOM_UNSEEN = 1 << 5,   /* browsers show nothing of it. What stands in for a frame or a player is no such
                              content: some read it. */
};

typedef enum dom_type {
    DOM_ELEMENT,
    DOM_TEXT,    /* entities decoded */
    DOM_COMMENT, /* the text between <!-- and --> */
} dom_type;

typedef struct dom_attribute {
    slice name; /* lower case */
    slice value;
} dom_attribute;

typedef struct dom_node dom_node;
struct dom_node {
    dom_node *parent, *first_child, *next;
    dom_node *before; /* dom_previous; of a first child, the last one (dom_last_child) */
    union {
        const char *text_data;     /* text and comments: dom_text */
        dom_attribute *attributes; /* elements */
    };
    uint32_t size; /* of the text; of elements, how many attributes there are (dom_attribute_count) */
    uint32_t
        line; /* of the source page, 1-based; 0: not known. New nodes take the line of what they stand for. */
    uint16_t tag;   /* dom_tag */
    uint8_t type;   /* dom_type */
    uint8_t flags;  /* of the modules that work on the tree, each from its own bit on; 0 when parsed */
    uint32_t style; /* the cascade's own (css.h); 0: not known yet */
};
_Static_assert(sizeof(dom_node) == ARENA_NODE, "nodes of all trees take the place of each other");
/* An element of another tag than those of tags.def. */
typedef struct dom_unknown {
    dom_node node;
    slice name;
} dom_unknown;
/* Of elements it is empty. */
static inline slice dom_text(const dom_node *node) {
    return node->type == DOM_ELEMENT ? (slice){NULL, 0} : (slice){node->text_data, node->size};
}
void dom_set_text(dom_node *node, slice text); /* at most UINT32_MAX bytes */
/* False: tables and rows, out of which a parser moves text. White space stays there, but shows nowhere, and
 * is much of the nodes of a large table: no tree here has it. */
bool dom_takes_text(const dom_node *parent);
static inline uint32_t dom_attribute_count(const dom_node *node) {
    return node->type == DOM_ELEMENT ? node->size : 0;
}
static inline dom_node *dom_previous(const dom_node *node) {
    return node->before && node->before->next ? node->before : NULL;
}
static inline dom_node *dom_last_child(const dom_node *node) {
    return node->first_child ? node->first_child->before : NULL;
}
enum {
    DOM_FLAG_OF_EXPRESS = 1 << 0,
    DOM_FLAG_OF_TIPTAP = 1 << 5,
    DOM_FLAG_FOLDED = 1 << 7, /* mapping to express: what the title of a section opens, in the old page */
};

/* The tree of an HTML fragment: a `body` element that holds it. Nesting beyond DOM_DEPTH_MAX is flattened
 * with a finding. `lines` and `found` may be NULL. The nodes live in `a`; slices may point into `html`. */
#define DOM_DEPTH_MAX 200
dom_node *dom_parse(slice html, const line_map *lines, arena *a, findings *found);
/* The same, always through the full parser: what dom_parse must agree with on any HTML. */
dom_node *dom_parse_fully(slice html, const line_map *lines, arena *a, findings *found);
/* The same of a whole page's body without a doctype, as a script's DOMParser parses it: in quirks mode a
 * table may stand in a paragraph. */
dom_node *dom_parse_without_doctype(slice html, arena *a);

/* The same, shown node by node, in document order; nothing is kept but what a node stands in. `open` gets
 * elements, with their attributes, texts and comments; `close` elements, once what they hold was shown. */
typedef struct dom_visitor {
    void (*open)(void *context, const dom_node *node);
    void (*close)(void *context, const dom_node *element);
    void *context;
} dom_visitor;
/* False: HTML that only dom_parse reads, and what was shown is nothing. */
bool dom_visit(slice html, const dom_visitor *visitor, arena *a);

/* Rewrites a page's tree to what browsers make of it once it is built: addresses are full where the page has
 * a base, and without line breaks; a frame shows the document that it holds; the head of a table stands
 * first, its foot last. Findings (may be NULL) name what that changes. */
void dom_browse(dom_node *body, arena *a, findings *found);

/* Does the address lead elsewhere once its page is in another folder? */
bool dom_is_relative(slice url);
/* Where it leads from a page at `base`, which has a scheme or begins with a slash (RFC 3986 §5.2.2). */
slice dom_resolve(slice base, slice url, arena *a);

/* How many nodes the tree below `root` has, itself with them. */
size_t dom_count(const dom_node *root);

/* The address of the file that a browser shows for an img in a wide window, of its own and of those that a
 * `<picture>` around it holds (HTML §4.8.4.3), were it `least` pixels wide, or as wide as its `sizes` say;
 * empty: none. It points into the tree. */
slice dom_picture_source(const dom_node *img, double least);

/* HTML of the children of `node` (dom_inner_html) or of the node itself, as a browser's innerHTML gives it.
 */
void dom_inner_html(const dom_node *node, buffer *out);
void dom_outer_html(const dom_node *node, buffer *out);

/* ---- looking ----------------------------------------------------------------------------------------- */

dom_tag dom_tag_of(slice name);
extern const slice dom_tag_names[DOM_TAG_COUNT];
static inline slice dom_tag_name(dom_tag tag) {
    return dom_tag_names[tag];
}
/* The element's local name, in lower case; empty: none is. */
static inline slice dom_name(const dom_node *node) {
    return node->tag == DOM_TAG_UNKNOWN ? ((const dom_unknown *)node)->name : dom_tag_names[node->tag];
}
extern const uint8_t dom_tag_categories[DOM_TAG_COUNT];
/* Is it of one of these categories? */
static inline bool dom_tag_has(unsigned tag, unsigned categories) {
    return (dom_tag_categories[tag] & categories) != 0;
}
static inline bool dom_is_heading(unsigned tag) {
    return tag >= DOM_TAG_H1 && tag <= DOM_TAG_H6;
}
/* Whether the element's text stands in HTML as it is, without entities (WHATWG HTML §13.3). */
bool dom_is_raw_text(const dom_node *node);
static inline bool dom_is(const dom_node *node, dom_tag tag) {
    return node && node->tag == tag;
}
/* The attribute's value, or NULL when the element has none of that name. */
const slice *dom_attribute_get(const dom_node *node, slice name);
/* The attribute's value without white space around it; empty when there is none. */
static inline slice dom_attribute_trimmed(const dom_node *node, const char *name) {
    const slice *found = dom_attribute_get(node, (slice){name, strlen(name)});
    return found ? slice_trim(*found) : (slice){NULL, 0};
}
/* The attribute as a whole number: white space, a sign, digits; what follows them is nothing (WHATWG HTML
 * §2.3.4.1, rules for parsing integers). At most nine digits count. False: it is none. */
bool dom_attribute_integer(const dom_node *node, const char *name, int64_t *value);
bool dom_has_class(const dom_node *node, slice class_name);
/* The next node in document order inside `root`, into children first; NULL at the end. */
dom_node *dom_next(const dom_node *node, const dom_node *root);
/* The same, but past the node's children. */
dom_node *dom_next_skip(const dom_node *node, const dom_node *root);
/* The visible text inside the node, white space as it is, without what browsers never show. */
void dom_text_content(const dom_node *node, buffer *out);

/* ---- selectors --------------------------------------------------------------------------------------- */

/* A list of CSS selectors, compiled: immutable, shared freely between threads, valid as long as the arena it
 * was compiled into. Known (Selectors Level 4): type, *, .class, #id, [attribute] with = ~= |= ^= $= *= and
 * the i flag, descendant, >, +, ~, :has() also relative, :is(), :where(), :not(), :nth-child()
 * :nth-last-child() :nth-of-type() :nth-last-of-type() and their first-, last-, only- forms, :empty, :root
 * (the body), :scope. Not CSS: :alone, an element with nothing but white space, line breaks and comments
 * beside it. A selector that starts with a combinator is relative to the scope. */
typedef struct dom_selector dom_selector;

typedef struct dom_selector_error {
    size_t position;     /* byte offset into the selector's text */
    const char *message; /* for a person; static */
} dom_selector_error;

/* NULL with `error` filled when the text is no selector. Copies what it keeps. */
#define DOM_SELECTOR_LENGTH_MAX 4096
dom_selector *dom_selector_compile(slice text, arena *a, dom_selector_error *error);

/* Answers selectors over one tree, which must not change while it is in use. Remembers what it found out, so
 * that a page costs a bounded number of steps: `steps` spent, at most `budget`; after that nothing matches
 * any more and dom_matcher_exhausted says so. */
typedef struct dom_matcher dom_matcher;
dom_matcher *dom_matcher_new(dom_node *root, arena *a);
bool dom_matcher_exhausted(const dom_matcher *m);
uint64_t dom_matcher_steps(const dom_matcher *m); /* spent so far */
/* The one change allowed: an attribute was added that no selector has been asked about yet. */
void dom_matcher_note_attributes(dom_matcher *m, const dom_node *node);

/* Whether the tree has the tags, classes, ids and attributes without which the selector cannot match
 * anything. */
bool dom_matcher_may_match(const dom_matcher *m, const dom_selector *s);

/* Whether `node` matches. The selector sees only `scope` and what is inside it (NULL: the whole tree). */
bool dom_matches(dom_matcher *m, const dom_selector *s, const dom_node *node, const dom_node *scope);

/* The first match in document order: `scope` itself or inside it. NULL when there is none. */
dom_node *dom_find(dom_matcher *m, const dom_selector *s, dom_node *scope);

/* ---- changing ---------------------------------------------------------------------------------------- */

dom_node *dom_new_element(arena *a, dom_tag tag, uint32_t line);
dom_node *dom_new_unknown(arena *a, slice name, uint32_t line);
dom_node *dom_new_text(arena *a, slice text, uint32_t line);
void dom_attribute_set(dom_node *node, arena *a, slice name, slice value);
void dom_attribute_remove(dom_node *node, slice name);
/* Copies what the tree's attributes point to. */
void dom_own_attributes(dom_node *root, arena *a);
void dom_append(dom_node *parent, dom_node *child);          /* child must have no parent */
void dom_insert_before(dom_node *reference, dom_node *node); /* node must have no parent */
void dom_remove(dom_node *node);                             /* leaves it without parent and siblings */
void dom_move_children(dom_node *from, dom_node *to);        /* appends them, in order */
void dom_unwrap(dom_node *node);                             /* its children take its place */
/* The place of a node of `a` that nobody asks for any more is used for another one: arena_reuse. */
void dom_reuse(dom_node *node, arena *a);
void dom_reuse_tree(dom_node *root, arena *a);   /* with all that it holds */
void dom_reuse_before(dom_node *node, arena *a); /* of the siblings before it, likewise: they are none then */

/* ---- sanitising -------------------------------------------------------------------------------------- */

/* Takes out of the tree what the CMS's sanitiser does (tests/editor/cycle.mjs, steps 1 and 5), and comments;
 * attributes come out in reverse order, values trimmed. True: an element or an attribute went. */
bool dom_purify(dom_node *body, arena *a);
/* Whether the sanitiser leaves an element its attribute; `value` decoded and trimmed. */
bool dom_is_allowed_attribute(slice element, slice name, slice value);
/* Whether it lets an address pass: one of no scheme, or of one that it knows (DOMPurify: IS_ALLOWED_URI). */
bool dom_is_allowed_address(slice address);

/* ---- style sheets, and what they make of the tree ----------------------------------------------------- */

#include "css.h" /* IWYU pragma: export */

#endif
