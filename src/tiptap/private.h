/* What the files of tiptap/ share. */
#ifndef ISOMERIZE_TIPTAP_PRIVATE_H
#define ISOMERIZE_TIPTAP_PRIVATE_H

#include "tiptap/tiptap.h"

/* How an attribute is read from its element (schema.def). */
typedef enum parse_method {
    READ_CONVERTED,    /* the attribute of that name; what looks like a number is written as one */
    READ_CONSTANT,     /* always the initial value */
    READ_TIGHT,        /* data-tight, or no paragraph inside */
    READ_LANGUAGE,     /* class language-… of the first child */
    READ_LEVEL,        /* the number in h1 … h6 */
    READ_START,        /* parseInt of start */
    READ_CHECKED,      /* data-checked */
    READ_PICTURE_HREF, /* href of the picture's link */
} parse_method;

typedef struct attribute_info {
    slice name, initial;
    parse_method method;
} attribute_info;

extern const attribute_info ATTRIBUTES[TIPTAP_ATTRIBUTE_COUNT];

/* The initial states of content, and what they allow: schema/compile.c makes the tables. */
enum { STATE_NONE = 255 };
uint8_t schema_start(tiptap_type type);
uint8_t schema_next(uint8_t state, tiptap_type type); /* STATE_NONE: not allowed */
bool schema_valid_end(uint8_t state);
/* Types, outermost first. */
typedef struct route {
    size_t length;
    const uint8_t *types;
} route;
/* The wrappers that let `type` stand at `state`; false when there are none. */
bool schema_find_wrapping(uint8_t state, tiptap_type type, route *found);
route schema_find_filling(uint8_t state);
/* A node with its required content (createAndFill). */
tiptap_node *create_and_fill(arena *a, tiptap_type type, uint32_t line);
void append_filling(arena *a, tiptap_node *parent, uint8_t state);

bool mark_excludes(tiptap_mark_type mark, tiptap_mark_type other);

/* The flag of an element that holds a paragraph element somewhere inside: mark_paragraph_holders sets it. */
enum { HOLDS_PARAGRAPH = DOM_FLAG_OF_TIPTAP };
/* Values of the attributes [first, first + count) from an element; NULL when all are initial. */
slice *read_attributes(arena *a, const dom_node *element, tiptap_attribute first, size_t count);
/* Whether they are what `values` (NULL: all initial) say. */
bool reads_as(const dom_node *element, const slice *values, tiptap_attribute first, size_t count, arena *a);

/* What tiptap_complete does: whether something was changed, a link was added. */
bool fix_table(tiptap_node *table, arena *a);
bool link_last_word(tiptap_node *block, arena *a);

#endif
