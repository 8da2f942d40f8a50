/* mapping/: rules recognise shapes in a legacy page and rewrite them into the editor's own markup.
 *
 * Comes in: rule files (YAML, see mappings/README.md) and an element tree. Goes out: the same tree with every
 * recognised shape rewritten (card grids, accordions, pictures, embeds, …), findings, and an account of each
 * shape. Must never lose text, a link or a picture: what has no place in the block stays beside it, with a
 * finding.
 */
#ifndef ISOMERIZE_MAPPING_H
#define ISOMERIZE_MAPPING_H

#include "base/base.h"
#include "dom/dom.h"

/* ---- rules ------------------------------------------------------------------------------------------- */

/* One rule file. `name` is what messages and lists show. Both are copied. */
typedef struct mapping_source {
    slice name, text;
    bool shipped; /* false: of the site; tried before the shipped ones, and overrides them by name */
} mapping_source;

/* A mistake in a rule file. `line` and `column` are 1-based. */
typedef struct mapping_problem {
    slice source;
    uint32_t line, column;
    slice message;    /* what is wrong */
    slice suggestion; /* what to write instead; may be empty */
} mapping_problem;

typedef struct mapping_set mapping_set;

/* The rules of the files, in force in the order they are tried: by priority, the site's before the shipped,
 * then as written. Immutable and safe to share between threads; it lives in `a`. A rule with a
 * mistake is not in force: mapping_problem_at names each. Never NULL. */
mapping_set *mapping_load(const mapping_source *sources, size_t count, arena *a);

/* The rule files that come with the program. Static. */
const mapping_source *mapping_shipped(size_t *count);

size_t mapping_problem_count(const mapping_set *set);
const mapping_problem *mapping_problem_at(const mapping_set *set, size_t index);

/* What a list of rules shows of one. */
typedef struct mapping_rule_info {
    slice name, about, source, block;
    uint32_t line;
    int priority;
    bool shipped, overrides; /* overrides: a rule of the site that stands for a shipped one */
    size_t example_count;
} mapping_rule_info;

size_t mapping_rule_count(const mapping_set *set);
mapping_rule_info mapping_rule_at(const mapping_set *set, size_t index);

/* Runs one example of a rule, with all rules in force. False when the page does not come out as expected;
 * `got` is then what came out, in the arena. `line`, when not NULL, gets the line of the example in the
 * rule's file. */
bool mapping_run_example(const mapping_set *set, size_t rule, size_t example, arena *a, uint32_t *line,
                         slice *got, slice *expected);

/* ---- applying ---------------------------------------------------------------------------------------- */

typedef struct mapping_options {
    slice link_text;          /* of a card with a link and no words for it; empty: "Learn more" */
    uint32_t cards_max;       /* cards in one grid; 0: 18, as the CMS's card drawer */
    uint32_t description_max; /* UTF-16 units of a card's description; 0: 300 */
    bool tells_why;           /* findings say which condition failed; an account does in any case */
    slice box_mark;           /* an attribute: of boxes that stay boxes where a rule unwraps them; or empty */
    css_cascade *styles;      /* of the page, settled; NULL: the page's own style sheets and the browser's */
    /* The size in CSS pixels that visitors saw a picture at; false: not known. NULL: none is. */
    bool (*picture_size)(const void *context, const dom_node *picture, double *width, double *height);
    const void *context;
    bool (*is_hidden)(css_cascade *styles, const dom_node *node); /* by a style; NULL: nothing is */
    arena *scratch; /* another one, for what goes when it is done; NULL, or with an account: the tree's */
} mapping_options;

/* A rule that looked at a shape and let it be. */
typedef struct mapping_miss {
    slice rule, condition; /* the first condition that failed */
    uint32_t held;         /* how many had held before it */
    bool is_sentence;      /* the condition is one, for people */
} mapping_miss;

typedef enum mapping_state {
    MAPPING_UNCLAIMED, /* no rule matched it */
    MAPPING_CLAIMED,   /* `rule` made a block of it */
    MAPPING_PART       /* it is inside what `rule` claimed, and part of that block */
} mapping_state;

/* One candidate: an element of one of the rule files' `shapes`, or one that some rule looked at. */
typedef struct mapping_shape {
    slice shape;   /* its name in the rule files; empty when only a rule looked at it */
    slice element; /* as a selector: div.row.is-multiline */
    uint32_t line; /* of the source page */
    mapping_state state;
    slice rule, block; /* of the claim */
    slice becomes;     /* the block, for people: "a grid of cards" */
    slice parts;       /* what was found: "3 cards: 3 pictures, 3 titles, 1 description, 3 links" */
    slice words;       /* boxes alike that begin there, and what they are, for people; empty otherwise */
    slice reason;      /* why it is unclaimed: the nearest miss, or why no rule looked at it */
    vector misses;     /* of mapping_miss, in the order tried */
} mapping_shape;

typedef struct mapping_account {
    vector shapes; /* of mapping_shape, in the order of the page */
    arena *arena;
} mapping_account;

mapping_account mapping_account_new(arena *a);
/* The miss that came closest to a claim, or NULL. */
const mapping_miss *mapping_nearest_miss(const mapping_shape *shape);

/* Recognises, then rewrites. Every selector sees the page as it was before. `options` and `account` may be
 * NULL. */
void mapping_apply(const mapping_set *set, dom_node *body, const mapping_options *options, arena *a,
                   findings *found, mapping_account *account);

#endif
