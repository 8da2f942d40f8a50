/* The old and the new rendering of a page, made harmless and with what differs between them marked. */
#ifndef REPORT_RENDER_H
#define REPORT_RENDER_H

#include "dom/dom.h"
#include "report.h"

/* A picture of the site that a rendering shows: looked up by the report, which gives it a number (0: not
 * there). */
typedef struct picture_shelf {
    size_t (*find)(void *context, slice path, arena *scratch);
    void *context;
} picture_shelf;

/* Appends both renderings as HTML that holds only listed elements and attributes: no scripts, no handlers, no
 * links that lead anywhere, no address that a browser would fetch. In it
 *   <del class=iz>, <ins class=iz>       words that only the old, or only the new page has
 *   <mark class=iz title=...>            words that both have, in another form; the title says what changed
 *   <img data-iz=del|ins data-was=...>   the same of pictures
 *   data-line=N                          on blocks: the line of the source page they come from
 *   <a data-href=...>                    a link
 *   <img data-picture=N>, <img data-remote=URL>, <img data-missing=URL>: dom_picture_source
 *   <span data-embed=iframe ...>         where a frame, film or drawing was, with its attributes of size */
void render_page(const report_page *page, const picture_shelf *pictures, buffer *before, buffer *after,
                 arena *scratch);

/* Appends style declarations or a style sheet of which nothing is left that a browser could fetch, and that
 * does not end a <style> element or an attribute's value in quotes once that is escaped: written anew from
 * its tokens, of which only listed functions and @-rules stay. UTF-8 comes out, whatever comes in. */
void append_safe_css(slice css, buffer *out, arena *scratch);

#endif
