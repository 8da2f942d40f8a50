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
} test_kind;

typedef struct selector_test selector_test;
struct selector_test {
    selector_test *next;
    test_kind kind;
    slice name, value;
    dom_tag tag;
    char relation;
    bool nocase, last, of_type;
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

/* What must hold of one element, and how it stands to the compound on its left. */
typedef struct compound compound;
struct compound {
    selector_test *tests;
    combinator join;
    compound *left;
};

struct dom_selector {
    compound **complexes; /* each by its rightmost compound */
    size_t count;
};

#endif
