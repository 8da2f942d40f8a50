/* carry: Liquid on its way through the pipeline. Private to convert/.
 *
 * Tags that only the site's build can run travel as private characters (liquid/). Here is where they stand in
 * the page before and after, and the judgement whether that is the same.
 */
#ifndef ISOMERIZE_CONVERT_CARRY_H
#define ISOMERIZE_CONVERT_CARRY_H

#include "dom/dom.h"
#include "liquid/liquid.h"
#include "page/page.h"
#include "tiptap/tiptap.h"

typedef struct carry {
    arena *arena;
    findings *found;
    liquid_page page;     /* what is carried; empty: the page has no Liquid */
    liquid_page expected; /* of it, what the new page is to hold, in its order */
    vector places;        /* where each of `expected` stood: of carry_place */
    bool is_kept;         /* the page is the editor's, and keeps its tags as they are: carry_keep */
    bool is_refused;      /* a finding says why */
} carry;

/* The page's own values, `page.NAME`: those that Jekyll reads as the CMS does; and of `defaults` those that
 * it does not say itself. Sorted; of liquid_variable. */
vector carry_page_variables(const page_parts *parts, const front_value *front,
                            const liquid_variable *defaults, size_t default_count, arena *a);

/* Of a page without Liquid. */
carry carry_none(arena *a, findings *found);

/* Runs the templates of a body. Its text for the Markdown parser is in `page`. */
void carry_begin(carry *c, slice body, uint32_t first_line, const liquid_scope *scope);

/* The same of a page of the editor, which keeps its templates as they are: nothing is run. */
void carry_keep(carry *c, slice body, uint32_t first_line);

/* Where its tags stand: `html`, and the tree made of it. A finding for each that is no output, and for each
 * that goes with an attribute that the editor drops. */
void carry_note_kept(carry *c, slice html, const dom_node *body);

/* Markdown → tree, as the page is read. */
typedef dom_node *carry_reader(void *context, slice text);

/* Notes where the tags stand: `html`, and the tree made of it, which keeps none where new pages have none.
 * Refuses the page where they cannot stand.
 * `read`: for the page as the build will have it, without tags that write nothing. */
void carry_note_places(carry *c, slice html, dom_node *body, carry_reader *read, void *context);

/* The same of the words beside them, when text that was shown has been written into the tree. */
void carry_note_words(carry *c, const dom_node *body);

/* Puts the tags back into the document, which is saved next. */
void carry_put_back(const carry *c, tiptap_node *document);

/* The body about to be written with the tags as characters again, for the self-check; refuses the page where
 * a tag is not as it was, or not where it was. */
slice carry_check(carry *c, slice written);

/* The tags themselves in what findings say. */
void carry_restore_findings(const carry *c);

/* HTML to be shown, with its lines. */
slice carry_restore_html(const carry *c, slice html, line_map *lines);

#endif
