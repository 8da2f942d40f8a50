/* express/: how a legacy page's tree is expressed in the editor's schema, and the survey of what visitors
 * saw.
 *
 * Comes in: the tree of a page as a browser builds it, with the editor's own markup wherever a rule
 * recognised a shape. Goes out: a tree that the editor's parser (tiptap/) takes whole, and findings for what
 * has no place in it. Never loses text, a picture or a link without one.
 */
#ifndef ISOMERIZE_EXPRESS_H
#define ISOMERIZE_EXPRESS_H

#include "base/base.h"
#include "dom/dom.h"

/* What is to be known of a page before shapes are recognised in it: they change the tree, and keep nothing of
 * most attributes. Makes the tree what a visitor saw: pictures that a script loads are in their places, links
 * that showed an icon have their names for text, what browsers never show is gone. A finding for each of
 * these, and for what shapes and the schema keep nothing of. The tree is referred to by the survey. Linear in
 * the size of the tree. `styles`: of the tree, settled, and kept by the survey; NULL: the page's own style
 * sheets and the browser's. */
typedef struct express_survey express_survey;
express_survey *express_survey_page(dom_node *body, css_cascade *styles, arena *a, findings *found);

/* Rewrites the tree of a legacy page, in place, into one that tiptap_parse takes without dropping any text,
 * picture or link; what the schema has no place for becomes a finding. The editor's own markup (card grids,
 * accordions, details, picture and frame wrappers) stays as it is. The new tree lives in `a`; a second time
 * changes nothing. Linear in the size of the tree. */
void express_page(dom_node *body, const express_survey *survey, arena *a, findings *found);

#endif
