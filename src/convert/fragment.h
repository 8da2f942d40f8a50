/* fragment: links to a text of a page, `#:~:text=…` (WICG: scroll-to-text-fragment). Private to convert/.
 *
 * A text is what a browser searches: the visible text of a page in document order, white space collapsed,
 * with the ends of blocks and the line breaks known. A directive made here names its place whichever of the
 * readings of the specification a browser has: its terms begin and end where every one of them sees the edge
 * of a word, and the place is the first that matches even where edges of words are not looked at.
 */
#ifndef ISOMERIZE_CONVERT_FRAGMENT_H
#define ISOMERIZE_CONVERT_FRAGMENT_H

#include "dom/dom.h"

/* What stands behind a word. */
typedef enum fragment_gap {
    GAP_SPACE, /* only this may stand inside a term */
    GAP_LINE,  /* a line break; white space that is more than one space, or another one */
    GAP_BLOCK, /* the end of a block */
} fragment_gap;

typedef struct fragment_word {
    size_t from, to;               /* in `plain` */
    size_t folded_from, folded_to; /* in `folded` */
    const void *section;           /* what folds the word away until it is opened; NULL: nothing does */
    uint8_t gap;                   /* fragment_gap */
    bool raised;                   /* a part of it stands higher or lower than the rest */
} fragment_word;

typedef struct fragment_text {
    arena *arena;
    buffer plain, folded; /* as it reads; as it is compared: collation's primary level (UTS #10), nearly */
    vector words;         /* of fragment_word */
    size_t searched;      /* bytes so far; at FRAGMENT_SEARCH_MAX nothing is found any more */
    struct fragment_index *index; /* of `folded`; NULL: not made yet */
} fragment_text;

/* What all links of a page may cost together: far beyond any honest page, a second at most. */
#define FRAGMENT_SEARCH_MAX ((size_t)1 << 30)

/* The text of a page in save form: its white space is not the document's. */
fragment_text fragment_read(const dom_node *body, arena *a);

/* The first word of the place that `directive` (what stands behind `text=`) leads to, of a range that of its
 * end; SIZE_MAX: none. */
size_t fragment_find(fragment_text *text, slice directive);

/* Whether the directive leads to the word or to one so close behind it that both are in one window. */
bool fragment_leads_to(fragment_text *text, slice directive, size_t word);

/* The directive that does. False: there is none. */
bool fragment_make(fragment_text *text, size_t word, slice *directive);

#endif
