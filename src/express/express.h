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
#include "layout/layout.h"

/* What is to be known of a page before shapes are recognised in it: they change the tree, and keep nothing of
 * most attributes. Makes the tree what a visitor saw: pictures that a script loads are in their places, links
 * that showed an icon have their names for text, what browsers never show is gone. A finding for each of
 * these, and for what shapes and the schema keep nothing of. The tree is referred to by the survey. Linear in
 * the size of the tree. `styles`: of the tree, settled, and kept by the survey; NULL: the page's own style
 * sheets and the browser's. */
typedef struct express_survey express_survey;
express_survey *express_survey_page(dom_node *body, css_cascade *styles, arena *a, findings *found);

/* Whether a style takes the element out of sight. `styles`: settled. */
bool express_is_hidden(css_cascade *styles, const dom_node *node);

/* Words that only styles keep apart get a line break or a space between them. `styles`: settled. Linear. */
void express_part_words(dom_node *body, css_cascade *styles, arena *a, findings *found);

/* What a font draws for the letter with this number; empty: not known. */
typedef struct express_font {
    slice signs[256];
} express_font;

/* What icons say, and how they are known, and what fonts draw for letters (mappings/theme.yml). */
typedef struct express_icon {
    slice sign;     /* empty: nothing */
    bool may_adorn; /* beside words it says no more than they do */
} express_icon;

typedef struct express_texts {
    const slice *texts;
    size_t count;
} express_texts;

typedef struct express_icons {
    hash_map signs;                 /* names → express_icon */
    express_texts sets;             /* what names of classes begin with */
    express_texts fonts;            /* classes of fonts that draw the name which stands in the element */
    express_texts letters;          /* fonts, as their families are called, in which letters draw icons */
    express_texts letters_outlined; /* families, in lower case, that draw outlines where they are not bold */
    express_texts outlined;         /* classes beside which the same names draw outlines */
    hash_map fonts_of_signs;        /* names → express_font: letters and digits, in lower case */
    express_texts fonts_of_scripts; /* what names of fonts begin with whose letters are another script's */
} express_icons;

/* Puts the text that the browser makes into the tree: markers of list items that are no bullets and not 1, 2,
 * 3 (`lists`), ::before and ::after, quotation marks, and icons that say something (`icons`; NULL: none are
 * known); and letters that a font draws as signs become those signs. `styles`: settled. Linear in the size of
 * the tree. False: it is as it was. */
typedef struct express_marking {
    bool lists;
    const express_icons *icons;
} express_marking;
bool express_write_markers(dom_node *body, css_cascade *styles, const express_marking *wanted, arena *a,
                           findings *found);

/* The theme that lies below the site's own style sheets, where sizes hang on it (mappings/theme.yml). */
typedef struct express_theme {
    double column, phone_column; /* width of the column of text, in windows so wide: */
    unsigned window, phone_window;
    unsigned stacks_below;    /* in a column up to this wide, the theme's columns stand below each other */
    const slice *frame_hosts; /* that the sites' content policy lets in, with their subdomains */
    size_t frame_host_count;
} express_theme;

/* How visitors saw the page: its boxes in a wide window and on a phone, laid out before shapes are
 * recognised; NULL where that is not known. */
typedef struct express_seen {
    const express_theme *theme;
    css_cascade *cascade;
    const layout *desk, *phone;
    bool uses_up; /* the page's tree: its nodes become those of the new one, of the same arena */
} express_seen;

/* Puts a frame, or a link, where a script draws a post of a social network. */
void express_show_posts(dom_node *body, const express_theme *theme, arena *a, findings *found);

/* Makes tables of boxes that styles display as tables; takes away boxes in flex boxes and grids that make
 * none. */
void express_follow_display(dom_node *body, css_cascade *styles, arena *a, findings *found);

/* Marks rows of pictures beside text, and rows of pictures, for a rule to keep (mappings/layout.yml); and
 * rewrites those that are still there once shapes are recognised, so that they stand so on the new page too.
 */
#define EXPRESS_CELL                                                                                         \
    "beside cell" /* of boxes that are to be cells: rules may not open them; no page has such */
void express_mark_beside(dom_node *body, const express_seen *seen, arena *a);
void express_put_beside(dom_node *body, const express_seen *seen, arena *a, findings *found);

/* Of the tree of a legacy page, one that tiptap_parse takes without dropping any text, picture or link; what
 * the schema has no place for becomes a finding. The editor's own markup (card grids, accordions, details,
 * picture and frame wrappers) stays as it is. `seen` may be NULL. The new tree lives in `a`, with its texts;
 * attributes may point to what those of the page point to. A second time changes nothing. Linear in the size
 * of the tree. */
dom_node *express_page(dom_node *body, express_survey *survey, const express_seen *seen, arena *a,
                       findings *found);

/* What a link shows. */
typedef enum express_link_shows {
    EXPRESS_LINK_EMPTY, /* nothing that anybody could see */
    EXPRESS_LINK_SIGN,  /* an icon, or a name for screen readers: nothing that the editor keeps */
    EXPRESS_LINK_WORDS, /* words, or a picture */
} express_link_shows;
express_link_shows express_link_shown(css_cascade *styles, const dom_node *link);

/* Findings for what the editor drops when it saves a page that is its own already: what the schema has no
 * place for, but for text, pictures, frames and links, which are compared afterwards. `body`: the page as it
 * is published; it is used up. `styles`: of the tree, settled. Linear. */
void express_report_dropped(dom_node *body, css_cascade *styles, const express_icons *icons, arena *a,
                            findings *found);

#endif
