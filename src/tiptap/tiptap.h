/* tiptap/: the editor's document: its types, the parser that fits a tree to its schema, validation.
 *
 * Comes in: an element tree in the editor's own markup. Goes out: a document that holds to schema.def, what
 * the editor would make of the same tree (ProseMirror's DOMParser: prosemirror-model 1.19, from_dom). Never
 * invents an element or attribute name: schema.def is the one table.
 */
#ifndef ISOMERIZE_TIPTAP_H
#define ISOMERIZE_TIPTAP_H

#include "base/base.h"
#include "dom/dom.h"

typedef enum tiptap_type {
#define NODE(symbol, name, groups, content, marks, element) TIPTAP_##symbol,
#include "schema.def"
    TIPTAP_TYPE_COUNT
} tiptap_type;

typedef enum tiptap_mark_type {
#define MARK(symbol, name, excludes, element) TIPTAP_##symbol,
#include "schema.def"
    TIPTAP_MARK_COUNT
} tiptap_mark_type;

/* Attributes of nodes and marks. Each belongs to one node type or one mark type. */
typedef enum tiptap_attribute {
#define ATTRIBUTE(owner, symbol, name, initial, method) TIPTAP_##symbol,
#include "schema.def"
    TIPTAP_ATTRIBUTE_COUNT
} tiptap_attribute;

/* The elements of the editor's own markup that a tag does not name by itself. */
typedef enum tiptap_element {
#define ELEMENT(symbol, tag, class_name, data_type) TIPTAP_ELEMENT_##symbol,
#include "schema.def"
    TIPTAP_ELEMENT_COUNT
} tiptap_element;

typedef struct tiptap_element_info {
    slice class_name, data_type; /* empty: it has none */
    dom_tag tag;
} tiptap_element_info;
extern const tiptap_element_info TIPTAP_ELEMENTS[TIPTAP_ELEMENT_COUNT];

/* A mark on text or on a hard break. Immutable and shared between the nodes that carry it; `values` as in a
 * node. */
typedef struct tiptap_mark {
    tiptap_mark_type type;
    slice *values;
} tiptap_mark;

/* The marks of a node in schema order; immutable, shared. NULL: none. */
typedef struct tiptap_marks {
    size_t count;
    const tiptap_mark *items[];
} tiptap_marks;

/* A node. `values`: its attributes in schema order as written in HTML; data NULL is null (not written).
 * NULL where all have their initial values. Read with tiptap_get. */
enum { TIPTAP_LINE_BITS = 26, TIPTAP_TYPE_BITS = 6 };
typedef struct tiptap_node tiptap_node;
struct tiptap_node {
    tiptap_node *parent, *first_child, *next;
    tiptap_node *before; /* tiptap_previous; of a first child, the last one (tiptap_last_child) */
    union {
        const char *text_data; /* text nodes: tiptap_text */
        slice *values;         /* others */
    };
    const tiptap_marks *marks;
    uint32_t size;                    /* of the text; 0 of others */
    uint32_t line : TIPTAP_LINE_BITS; /* of the source page; 0: not known */
    uint32_t type : TIPTAP_TYPE_BITS; /* tiptap_type */
};
_Static_assert(sizeof(tiptap_node) == ARENA_NODE, "nodes of all trees take the place of each other");
/* Never empty; but of others it is. */
static inline slice tiptap_text(const tiptap_node *node) {
    return node->type == TIPTAP_TEXT ? (slice){node->text_data, node->size} : (slice){NULL, 0};
}
void tiptap_set_text(tiptap_node *node, slice text); /* at most UINT32_MAX bytes */
static inline tiptap_node *tiptap_previous(const tiptap_node *node) {
    return node->before && node->before->next ? node->before : NULL;
}
static inline tiptap_node *tiptap_last_child(const tiptap_node *node) {
    return node->first_child ? node->first_child->before : NULL;
}

/* ---- the schema -------------------------------------------------------------------------------------- */

slice tiptap_type_name(tiptap_type type);
slice tiptap_mark_name(tiptap_mark_type type);
slice tiptap_attribute_name(tiptap_attribute attribute);
/* The HTML element that a node or mark is written as; empty for nodes that take more than one. */
slice tiptap_type_element(tiptap_type type);
slice tiptap_mark_element(tiptap_mark_type type);
/* The attributes of a node or mark type: [first, first + count). */
tiptap_attribute tiptap_type_attributes(tiptap_type type, size_t *count);
tiptap_attribute tiptap_mark_attributes(tiptap_mark_type type, size_t *count);
bool tiptap_is_inline(tiptap_type type);    /* text, hard break */
bool tiptap_is_leaf(tiptap_type type);      /* holds nothing */
bool tiptap_is_textblock(tiptap_type type); /* holds inline nodes */
bool tiptap_allows_marks(tiptap_type type);

/* Such an element, with its class and data-type, and whether an element has the one or the other of it. */
dom_node *tiptap_new_element(arena *a, tiptap_element element, uint32_t line);
bool tiptap_has_class(const dom_node *node, tiptap_element element);
bool tiptap_has_data_type(const dom_node *node, tiptap_element element);
/* Is it the editor's own class, by the table or by the prefix that all but one of them have? */
bool tiptap_owns_class(slice class_name);
void tiptap_set_data_type(dom_node *node, arena *a, tiptap_element element);

/* ---- parsing ----------------------------------------------------------------------------------------- */

/* The document of the children of `body`, as the editor's parser builds it: what does not fit is unwrapped,
 * wrapped or dropped, white space collapses, missing parts are filled in. `dropped` (of const dom_node *, may
 * be NULL) gets the texts and elements that it drops with all they hold. The tree is used up where nobody
 * asks for that: its nodes, which are of `a`, become those of the document. The text may point into its text.
 */
tiptap_node *tiptap_parse(dom_node *body, arena *a, vector *dropped);

/* Does the element stand as a block of the schema? */
bool tiptap_is_block_element(const dom_node *element);

/* Whether an element, by its tag and attributes, is read as the node or the mark that it was written for. Of
 * a list, as one that holds paragraphs; of a style attribute, as one that stands for no mark. */
bool tiptap_reads_as_node(dom_node *element, const tiptap_node *node, arena *a);
bool tiptap_reads_as_mark(const dom_node *element, const tiptap_mark *mark, arena *a);

/* What the editor does to a document it has just loaded (its plugins): tables are made rectangular, the last
 * word of the first text becomes a link if it reads as one, a paragraph is added at the end if the last block
 * is none. True: the document may change again when it is loaded once more; false: it will not. */
bool tiptap_complete(tiptap_node *document, arena *a);

/* ---- looking ----------------------------------------------------------------------------------------- */

/* The value of an attribute that the node's (mark's) type has: its own or the initial one. data NULL: null.
 */
slice tiptap_get(const tiptap_node *node, tiptap_attribute attribute);
slice tiptap_mark_get(const tiptap_mark *mark, tiptap_attribute attribute);
/* colspan or rowspan as a number of columns or rows: at most TIPTAP_SPAN_MAX; 0 for what is no number. */
#define TIPTAP_SPAN_MAX 1000
size_t tiptap_get_span(const tiptap_node *cell, tiptap_attribute attribute);
void tiptap_set(tiptap_node *node, tiptap_attribute attribute, slice value, arena *a);

/* The next node in document order inside `root`, into children first; NULL at the end. */
tiptap_node *tiptap_next(const tiptap_node *node, const tiptap_node *root);
tiptap_node *tiptap_next_skip(const tiptap_node *node, const tiptap_node *root);

/* Every URL of the document, in document order: image src and href, card href, iframe src, link href. The
 * callback gets it and may set another one (return true). A link's URL is reported once for each run of nodes
 * that share it. */
typedef bool tiptap_url_visitor(void *context, tiptap_attribute attribute, uint32_t line, slice *url);
void tiptap_visit_urls(tiptap_node *document, tiptap_url_visitor *visit, void *context, arena *a);

/* Do both hold the same, lines aside? What is written of them is the same then. */
bool tiptap_same_document(const tiptap_node *one, const tiptap_node *other);

/* The document as indented JSON, as the editor's getJSON() gives it. */
void tiptap_write_json(const tiptap_node *document, buffer *out);

/* ---- building ---------------------------------------------------------------------------------------- */

tiptap_node *tiptap_new_node(arena *a, tiptap_type type, uint32_t line);
tiptap_node *tiptap_new_text(arena *a, slice text, const tiptap_marks *marks, uint32_t line);
const tiptap_mark *tiptap_new_mark(arena *a, tiptap_mark_type type);
/* A link mark with that URL; its other attributes initial. */
const tiptap_mark *tiptap_new_link(arena *a, slice href);
/* A set with the mark added, as the schema orders and excludes. */
const tiptap_marks *tiptap_add_mark(arena *a, const tiptap_marks *set, const tiptap_mark *mark);
bool tiptap_same_mark(const tiptap_mark *one, const tiptap_mark *other);
bool tiptap_same_marks(const tiptap_marks *one, const tiptap_marks *other);
void tiptap_append(tiptap_node *parent, tiptap_node *child); /* child must have no parent */
void tiptap_insert_before(tiptap_node *reference, tiptap_node *node);
void tiptap_remove(tiptap_node *node);

/* ---- validation -------------------------------------------------------------------------------------- */

/* The first node that breaks the schema (its content, its marks, an empty text, equal texts side by side),
 * with the reason in `*why` (a literal); NULL when the document is valid. */
const tiptap_node *tiptap_validate(const tiptap_node *document, const char **why);

#endif
