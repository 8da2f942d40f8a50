/* A rule as data: what load.c makes of a rule file, and what runs over a page. */
#ifndef ISOMERIZE_MAPPING_RULES_H
#define ISOMERIZE_MAPPING_RULES_H

#include "mapping/mapping.h"

/* What a rule makes (the key `make`). blocks.c holds what each does. */
typedef enum block_kind {
    BLOCK_CARD_GRID, /* the editor's grid, one card an item */
    BLOCK_ACCORDION, /* the editor's, one <details> an item */
    BLOCK_TABLE,     /* table, one row an item: two cells, one for a part of it and one for all the rest */
    BLOCK_PICTURE,   /* a picture in its wrapper, and its caption as a paragraph */
    BLOCK_EMBED,     /* an <iframe> in its wrapper */
    BLOCK_QUOTE,     /* blockquote */
    BLOCK_HEADING,   /* h1 … h6 (`level`) */
    BLOCK_PARAGRAPH, /* p */
    BLOCK_LIST,      /* ul, one li an item */
    BLOCK_LINK,      /* a plain link, without buttons inside */
    BLOCK_UNWRAP,    /* its content, in reading order */
    BLOCK_DROP,      /* nothing, with a finding */
    BLOCK_KEEP,      /* itself: no rule looks inside */
    BLOCK_KIND_COUNT
} block_kind;

typedef enum part_kind {
    PART_TITLE,
    PART_DESCRIPTION,
    PART_PICTURE,
    PART_LINK,
    PART_LINK_TEXT,
    PART_SUMMARY,
    PART_CONTENT,
    PART_CELL,
    PART_KIND_COUNT
} part_kind;

/* One way to find a part: a selector, an attribute of what it matches, or one of two words. */
typedef enum source_kind { SOURCE_SELECTOR, SOURCE_ATTRIBUTE, SOURCE_REST, SOURCE_FIRST_LINE } source_kind;
typedef struct part_source {
    source_kind kind;
    const dom_selector *selector;
    slice attribute;
} part_source;

typedef struct part_sources {
    part_source *items;
    size_t count;
} part_sources;

typedef enum leftover_policy {
    LEFTOVER_IN_ORDER,
    LEFTOVER_BEFORE,
    LEFTOVER_AFTER,
    LEFTOVER_REFUSE
} leftover_policy;

/* Inclusive; max UINT32_MAX: no limit. */
typedef struct range {
    uint32_t min, max;
} range;

typedef struct selectors {
    const dom_selector **items;
    slice *texts; /* as written, for messages */
    size_t count;
} selectors;

typedef struct conditions {
    range items, text;
    bool only_items;
    selectors has, has_not;                     /* of the whole shape */
    selectors every, some, none;                /* of the items */
    const dom_selector *not_after, *not_before; /* of what stands beside the shape; may be NULL */
    slice *text_is;
    size_t text_is_count;
} conditions;

typedef struct run_step {
    const dom_selector *selector;
    bool optional, many;
} run_step;

typedef struct rule_example {
    slice input, expect;
    uint32_t line;
} rule_example;

typedef struct rule {
    slice name, about, source, match_text;
    uint32_t line, column;
    int priority;
    bool shipped, overrides;
    const dom_selector *match; /* NULL: a run */
    run_step *run;
    size_t run_count;
    const dom_selector *items, *ignore; /* may be NULL */
    bool alike; /* `items: alike`: the items are those of a run of boxes that are alike */
    conditions when;
    block_kind make;
    uint32_t level;
    part_sources parts[PART_KIND_COUNT];
    leftover_policy leftover;
    bool refuse_second_link, join, quiet;
    const dom_selector *certain; /* what speaks for an accordion's item having been closed; may be NULL */
    slice note;
    rule_example *examples;
    size_t example_count;
} rule;

typedef struct shape_name {
    slice name;
    const dom_selector *match;
} shape_name;

struct mapping_set {
    arena *arena;
    vector rules;    /* of rule*, in the order they are tried */
    vector shapes;   /* of shape_name */
    vector problems; /* of mapping_problem */
};

slice block_name(block_kind kind);

#endif
