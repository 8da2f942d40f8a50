/* The inside of mapping/: a page is first recognised (nothing changes, so every selector sees the page as it
 * was), then rewritten claim by claim. recognise.c makes claims, cards.c and accordion fits fill their items,
 * blocks.c rewrites, account.c tells. */
#ifndef ISOMERIZE_MAPPING_PASS_H
#define ISOMERIZE_MAPPING_PASS_H

#include "rules.h"
#include "tiptap/tiptap.h"

/* Marks on dom_node.flags while a page is worked on; cleared before, for others have marks there, and behind.
 */
enum {
    NODE_LEAF = 1,     /* part of a block that holds no blocks: no rule looks at it or inside */
    NODE_CONSUMED = 2, /* itself part of a claim, but its content is open to rules */
    NODE_MADE = 4,     /* made by a rule */
    NODE_ITEM = 8,     /* an item that is only unwrapped: rules of a higher priority may still claim it */
    NODE_RUN = 16      /* of a run that is not rewritten yet: its elements stay beside each other */
};

/* A link of a card that is not the card's own. */
typedef struct extra_link {
    slice href, text;
    uint32_t line;
} extra_link;

/* What becomes of an item that is a card. */
typedef struct item_card {
    slice title, description, href, link_text;
    dom_node *picture;
    slice alt;
    const dom_node *telling_mark; /* that the card's plain text has lost (css_shifts_or_strikes); or NULL */
    buffer line_ends,
        set_apart;   /* words that end a line of the description: as they were, and with the stop behind */
    vector others;   /* of extra_link: other links than the card's own */
    vector leftover; /* of slice: text that no part took */
    vector pictures; /* of dom_node*: pictures that no part took */
    bool was_rich, default_link_text, alt_from_title, title_from_alt, title_from_heading, title_dashed;
} item_card;

/* One item of a shape: a run of siblings, most often one element. */
typedef struct item {
    dom_node *first, *last;
    dom_node *other; /* and a cell below them, in the next row of their table; else NULL */
    item_card *card; /* fit_card fills it; NULL before */
    /* an accordion's */
    dom_node *summary, *content;
    bool opens;  /* something shows when it is opened */
    bool unsure; /* nothing says that it was closed */
    /* a table's: what stands in a cell of its own */
    dom_node *cell;
} item;

enum { ALIKE_QUESTIONS = 8 };

/* Boxes that are alike (alike.c). `first`, `last`: the children of `around` that hold the first and the last.
 */
typedef struct alike_run {
    dom_node *around, *first, *last;
    const dom_node *start; /* `around` where it is whole, else `first` */
    bool whole;            /* `around` shows nothing else */
    item *items;
    size_t count;
    unsigned char answers[ALIKE_QUESTIONS]; /* alike.c: what weighs */
    size_t bare_alts, first_bare_alt;       /* pictures without a description; the number of the first */
    bool enough;                            /* speaks for cards */
    slice failure; /* why no rule made cards of it, though it looks like cards; empty: one did, or it does not
                    */
} alike_run;

typedef struct claim {
    const rule *rule;
    dom_node *container;    /* NULL: a run */
    const alike_run *alike; /* NULL: not of boxes alike */
    item *items;
    size_t item_count;
    uint32_t line;
    slice element;
    slice card_miss; /* why it is not cards, when a rule for cards came near; empty otherwise */
} claim;

/* One grid as the page has it now: the cards of one shape, or of several that touched. */
typedef struct card_grid {
    dom_node *node; /* the last of its grids, if there are several */
    uint32_t line;
    vector items; /* of item* */
} card_grid;

typedef struct mapping_pass {
    const mapping_set *set;
    dom_node *body;
    mapping_options options;
    arena *arena;   /* of the tree */
    arena *scratch; /* for what nobody needs when the tree is rewritten */
    findings *found;
    mapping_account *account;
    bool tells_why; /* the condition that failed is told in words */ /* may be NULL */
    dom_matcher *matcher;
    vector live;       /* of const rule*: those whose tags and classes occur in the page */
    vector shapes;     /* of const shape_name*: the same */
    vector alike;      /* of alike_run*, in the order of the page */
    hash_map reported; /* nodes: around boxes that have a finding */
    vector grids;      /* of card_grid, made by blocks.c */
    hash_map named;    /* opens.c: ids and classes of the page; empty until one is asked for */
    vector claims;     /* of claim*: of boxes alike, then in the order of the page */
} mapping_pass;

/* layout.c */
void mark_layouts(mapping_pass *pass);
void unmark_layouts(mapping_pass *pass);

/* alike.c: fills `alike` */
void find_alike(mapping_pass *pass);
/* Neither side of the picture was larger; where the size is not known, both are declared, or one. */
bool picture_was_within(const mapping_pass *pass, const dom_node *picture, double pixels);
/* "4 boxes alike, each a picture and a line of text; the picture of the third has no description" */
slice describe_alike(const alike_run *run, arena *a);
/* What speaks against cards; where nothing does, what does not speak for them. */
slice doubts_of_alike(const alike_run *run, arena *a);

/* recognise.c */
void recognise(mapping_pass *pass);
/* Whether the item, if it is of a run, waits to be rewritten. */
void mark_run(const claim *c, const item *it, bool waits);

/* cards.c: fills the item's card. Empty, or why it is no card. */
slice fit_card(mapping_pass *pass, const rule *r, item *it, size_t number);
/* What must hold of all cards together. */
slice fit_grid(mapping_pass *pass, const claim *c);
slice fit_accordion(mapping_pass *pass, const rule *r, item *it, size_t number);
/* Of an accordion, not all sections are empty. */
slice fit_folds(mapping_pass *pass, const claim *c);
slice fit_table_row(mapping_pass *pass, const rule *r, item *it, size_t number);

/* opens.c: whether the summary opens something that is not in the item, or more than one thing */
bool opens_other(mapping_pass *pass, const item *it);

/* blocks.c */
void rewrite_claims(mapping_pass *pass);

/* sentences.c: for people who write no rules */
typedef enum condition {
    CONDITION_ITEMS,
    CONDITION_ONLY_ITEMS,
    CONDITION_NOT_AFTER,
    CONDITION_NOT_BEFORE,
    CONDITION_HAS,
    CONDITION_HAS_NOT,
    CONDITION_TEXT,
    CONDITION_TEXT_IS,
    CONDITION_EVERY,
    CONDITION_SOME,
    CONDITION_NONE,
    CONDITION_COUNT
} condition;

/* What its sentence speaks of; the rest is 0. */
typedef struct condition_facts {
    size_t number; /* of items, of characters, or which item */
    range wanted;
    uint32_t line;
    slice text; /* the page's, or a selector */
} condition_facts;

/* "the first box (line 14) has no link" */
slice condition_sentence(condition failed, const condition_facts *f, arena *a);
/* "link or heading" for "a[href], h2, h3"; a selector that has no word stands there itself. */
slice words_for_selector(slice list, arena *a);
slice words_for_block(block_kind kind); /* "a grid of cards" */

/* account.c */
slice describe_element(const dom_node *node, arena *a);
slice describe_parts(const claim *c, arena *a);

/* content.c: looking at content */
bool is_inline(const dom_node *node);
bool is_cell(const dom_node *node);
bool is_rich(const dom_node *node);              /* no card holds it */
const slice *link_address(const dom_node *node); /* of an <a> that leads somewhere; else NULL */
bool is_blank(const dom_node *node);        /* no text but white space, and nothing to see, inside either */
bool shows_something(const dom_node *node); /* itself, whatever is in it: a picture, a player, a control */
bool is_switch(const dom_node *node);       /* input type=checkbox or radio */
bool is_inside(const dom_node *node, const dom_node *outer); /* the same, or below it */
dom_node *next_root(const item *it,
                    const dom_node *root); /* of the item's elements: the one after, or NULL */
dom_node *previous_solid(const dom_node *node);
dom_node *next_solid(const dom_node *node); /* the next sibling that is not white space or a comment */
slice plain_text(const dom_node *first, const dom_node *last, arena *a); /* white space collapsed */
slice collapse_text(slice text, arena *a);
size_t utf16_length(slice text);
slice ordinal(size_t number, arena *a); /* "third", "21st" */

#endif
