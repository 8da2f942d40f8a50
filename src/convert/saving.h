/* saving: what a page that is the editor's own already loses when the editor saves it. Private to convert/.
 */
#ifndef ISOMERIZE_CONVERT_SAVING_H
#define ISOMERIZE_CONVERT_SAVING_H

#include "carry.h"
#include "convert/convert.h"
#include "tiptap/tiptap.h"
#include "view.h"

/* The page as it is; findings go to `found`, everything else lives in `arena`. */
typedef struct saving {
    slice body;
    uint32_t first_line;
    const convert_engine *engine;        /* settings of kramdown, which publishes it; style sheets, icons */
    const convert_linked_id *linked_ids; /* as in convert_options */
    size_t linked_id_count;
    carry *carry; /* of its Liquid, which the editor leaves as it is: carry_keep */
    vector links; /* of the page, once it was looked at: followed.c */
    arena *arena;
    findings *found;
} saving;

/* What visitors are shown, to be compared with the page as it is saved; findings for what the editor drops
 * besides. */
view saving_look(saving *s);

/* Findings for links to places in the page, its own and those of other files: the places have no names any
 * more in what the editor writes. */
void saving_report_links(const saving *s, const view *before);

/* The links of the page, with what each shows; and findings for those that go, or a part of them: before
 * addresses are compared. `saved`: the body that the editor writes. */
vector saving_links(const saving *s, const dom_node *body, css_cascade *styles);
void saving_report_followed(const saving *s, slice saved);

/* Findings for Markdown that is published as headings, lists or links, and that the editor reads as plain
 * text: before the words are compared. `saved`: the body that the editor writes. */
void saving_report_markdown(const saving *s, slice saved);

/* The editor writes `start="NaN"` for a number that it cannot read. Browsers begin such a list with 1, which
 * needs no number. False: the document has none. */
bool saving_number_lists(tiptap_node *document, arena *a);

#endif
