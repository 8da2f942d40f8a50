/* view: what a visitor reads, sees and can follow on a page, taken from an element tree. Private to convert/.
 */
#ifndef ISOMERIZE_CONVERT_VIEW_H
#define ISOMERIZE_CONVERT_VIEW_H

#include "dom/dom.h"

/* A URL that is shown or can be followed. */
typedef struct view_url {
    slice url;
    uint32_t line;
} view_url;

/* A place that links can name: an id, or an <a>'s name. */
typedef struct view_place {
    slice id;
    size_t offset; /* of the text behind it, in `text` */
    uint32_t line;
} view_place;

typedef struct view {
    slice text;     /* the visible words, one space between two */
    line_map lines; /* from offsets in `text` to source lines */
    vector images;  /* of view_url: every picture, in order */
    vector links;   /* of view_url: every link and embedded frame with a target, in order */
    vector places;  /* of view_place, in order */
} view;

/* The view of a tree. Copies what it keeps: the tree may change afterwards. `expected`: bytes that the text
 * will have, about. */
view view_take(const dom_node *body, size_t expected, arena *a);

/* The same of HTML, without a tree where it is plain. */
view view_take_html(slice html, size_t expected, arena *a);

/* The address as it is compared: links with one of these lead to one place. */
slice view_place_of(slice url, change_kind kind);

/* The next word of a text at or behind `at`, which moves behind it; false at the end. */
bool view_next_word(slice text, size_t *at, slice *word);

/* Compares the page before and after. Each difference that no change in `found` accounts for becomes a
 * finding: text-lost, text-added, text-moved, spacing-changed, picture-lost, link-lost. */
void view_compare(const view *before, const view *after, findings *found, arena *a);

/* The part of it for two texts that differ. */
void view_compare_text(const view *before, const view *after, findings *found, arena *a);

#endif
