/* stand_in: characters that gumbo would read as U+FFFD, kept through its parsing. Private to dom/. */
#ifndef ISOMERIZE_DOM_STAND_IN_H
#define ISOMERIZE_DOM_STAND_IN_H

#include "dom/dom.h"

/* A part of the HTML that the parser gets in another form: `removed` bytes at `at`, and what stands there. */
typedef struct html_edit {
    size_t at, removed;
    slice text;
} html_edit;

/* Adds an edit for each such character: a private-use one stands in for it. None where the HTML has one of
 * those private-use characters itself. Returns whether there is any. */
bool stand_in_edits(slice html, vector *edits, arena *a);
/* The text with the characters that were meant; `text` itself where nothing stands in for one. */
slice without_stand_ins(slice text, arena *a);

#endif
