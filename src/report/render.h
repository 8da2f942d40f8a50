/* The old and the new rendering of a page, made harmless and with what differs between them marked. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include "report.h"

/* A picture of the site that a rendering shows: looked up by the report, which gives it a number (0: not
 * there). */
typedef struct picture_shelf {
    size_t (*find)(void *context, slice path, arena *scratch);
    void *context;
} picture_shelf;

/* Appends both renderings as HTML that holds only listed elements and attributes: no scripts, no handlers, no
 * links that lead anywhere, no address that a browser would fetch. In it <del class=iz>, <ins class=iz> words
 * that only the old, or only the new page has <mark class=iz title=…>          words that both have, in
 * another form; the title says what changed data-line=N                      on blocks: the line of the
 * source page they come from <a data-href=…>                  a link <img data-picture=N>, <img
 * data-remote=URL>, <img data-missing=URL> <span class=iz-embed>            where a frame, film or drawing
 * was */
void render_page(const report_page *page, const picture_shelf *pictures, buffer *before, buffer *after,
                 arena *scratch);

#endif
