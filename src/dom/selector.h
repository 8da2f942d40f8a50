/* The compiled form of a selector list: shared by selector.c, which makes it, and match.c, which runs it. */
#ifndef ISOMERIZE_SELECTOR_H
#define ISOMERIZE_SELECTOR_H

#include "dom/dom.h"

typedef enum test_kind {
    TEST_ANY,       /* * */
    TEST_TAG,       /* name */
    TEST_CLASS,     /* .name */
    TEST_ID,        /* #name */
    TEST_ATTRIBUTE, /* [name], [name=value] */
    TEST_IS,        /* :is(), :where() */
    TEST_NOT,       /* :not() */
    TEST_HAS,       /* :has() */
    TEST_NTH,       /* :nth-child() and its kin: step * n + offset */
    TEST_ONLY,      /* :only-child, :only-of-type */
    TEST_EMPTY,     /* :empty */
    TEST_ALONE,     /* :alone: nothing beside it, no text either (not CSS) */
    TEST_ROOT,      /* :root */
    TEST_SCOPE,     /* :scope, or what stands before a relative selector */
    TEST_LINK,      /* :link, :any-link */
    TEST_NEVER,     /* :hover and the like: what a page at rest is not */
} test_kind;

typedef struct selector_test selector_test;
struct selector_test {
    selector_test *next;
    test_kind kind;
    slice name, value;
    dom_tag tag;
    char relation;
    bool nocase, last, of_type, where; /* where: of no specificity */
    int step, offset;
    const dom_selector *list;
};

typedef enum combinator {
    COMBINE_NONE,
    COMBINE_DESCENDANT, /* a b */
    COMBINE_CHILD,      /* a > b */
    COMBINE_NEXT,       /* a + b */
    COMBINE_LATER,      /* a ~ b */
} combinator;

/* The pseudo-element at the end of a style rule's selector. */
typedef enum selector_pseudo {
    SELECTOR_ELEMENT, /* none */
    SELECTOR_BEFORE,
    SELECTOR_AFTER,
    SELECTOR_MARKER,
    SELECTOR_OTHER, /* ::first-line and others */
} selector_pseudo;

/* What must hold of one element, and how it stands to the compound on its left. */
typedef struct compound compound;
struct compound {
    selector_test *tests;
    combinator join;
    selector_pseudo pseudo;
    compound *left;
};

struct dom_selector {
    compound **complexes; /* each by its rightmost compound */
    size_t count;
    uint64_t tags[(DOM_TAG_COUNT + 63) / 64]; /* that what it matches may have, as bits */
    bool matches_bare;                        /* it may match elements without attributes */
};

/* The selector list of a style rule (Selectors 4): pseudo-elements are known, so are the pseudo-classes of
 * states, which a page at rest is not in. NULL: it is none, and the rule is to be dropped. */
dom_selector *selector_compile_rule(slice text, arena *a);

/* Whether one selector of a list matches the element, in the whole tree. */
bool selector_matches_complex(dom_matcher *m, const compound *complex, const dom_node *node);

/* The same if the tree's elements had no classes, ids and attributes but addresses; those around it keep
 * theirs. */
bool selector_matches_bare(dom_matcher *m, const compound *complex, const dom_node *node);

/* Whether the tree can have what the selector needs: asked of the matcher's index. */
bool selector_may_match(const dom_matcher *m, const compound *complex);

/* The elements around the tree, which its own top level has for ancestors in place of the root; NULL: none.
 * They are no part of the tree. */
void selector_set_surroundings(dom_matcher *m, const dom_node *innermost);

/* Pays steps out of the matcher's budget. */
void selector_pay(dom_matcher *m, size_t steps);

#endif
