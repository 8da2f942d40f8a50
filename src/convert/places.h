/* places: links to a place in a page, whose ids the schema does not hold. Private to convert/. */
#ifndef ISOMERIZE_CONVERT_PLACES_H
#define ISOMERIZE_CONVERT_PLACES_H

#include "convert.h"
#include "tiptap/tiptap.h"
#include "view.h"

/* Takes links to places in the page off their text, with a finding each (CONVERT_LINKS_REMOVE). */
void places_remove_links(dom_node *body, findings *found);

/* The links of one page, and the places in it that others link to. */
typedef struct places places;

/* The links of the document that lead to places: those of the page before, and those of other pages, which
 * are set at once; links to places that are not there get their finding. NULL: there is nothing to do. */
places *places_find_links(tiptap_node *document, const view *before, const convert_settings *settings,
                          const convert_options *options, arena *a, findings *found);

/* Makes them lead to the text that stands at the place in the page as it was saved. True: links of `document`
 * changed, and the page has to be saved and asked about again, for the editor breaks its lines elsewhere now.
 * After a few times it gives up those that still lead elsewhere. */
bool places_set_links(places *p, tiptap_node *document, const dom_node *saved);

/* A finding for each place. */
void places_report(const places *p);

/* What leads to the place in the page as it was saved; empty: nothing does. `p` may be NULL. */
slice places_directive(const places *p, slice id);

#endif
