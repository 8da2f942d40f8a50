/* express: what the files of the pass share. The pass itself is `express_page` (express.h, express.c).
 *
 * The pass walks the legacy tree once, in document order, and builds a second tree beside it that holds
 * nothing but what the editor's schema holds: the builder below keeps the place where the next block, line of
 * text or mark goes.
 */
#ifndef ISOMERIZE_EXPRESS_PRIVATE_H
#define ISOMERIZE_EXPRESS_PRIVATE_H

#include "express/express.h"
#include "tiptap/tiptap.h"

/* The schema's marks but for the link, in the order they are nested in what we build. */
typedef enum mark {
    MARK_BOLD = 1 << 0,        /* strong */
    MARK_ITALIC = 1 << 1,      /* em */
    MARK_UNDERLINE = 1 << 2,   /* u */
    MARK_STRIKE = 1 << 3,      /* s */
    MARK_HIGHLIGHT = 1 << 4,   /* mark */
    MARK_SUPERSCRIPT = 1 << 5, /* sup */
    MARK_SUBSCRIPT = 1 << 6,   /* sub */
    MARK_CODE = 1 << 7,        /* code: excludes every other mark (schema: code, excludes "_") */
} mark;
#define MARK_COUNT 8
/* Words without them say something else. */
#define MARKS_TELLING (MARK_STRIKE | MARK_SUPERSCRIPT | MARK_SUBSCRIPT)

/* How a run of text looks: its marks, and the <a> that its link is, or is a copy of. */
typedef struct inline_style {
    unsigned marks;
    dom_node *link; /* NULL: no link */
} inline_style;

typedef struct builder {
    arena *arena;
    findings *found;
    dom_node *container;      /* where the next block goes */
    dom_node *textblock;      /* the open paragraph, heading, summary or code block; NULL: none */
    dom_tag textblock_tag;    /* what text opens when no textblock is open: P, H1 … H6 */
    unsigned textblock_marks; /* marks that all text of the open textblock has */

    buffer run; /* text not yet put into the tree, all of `run_style` */
    inline_style run_style;
    dom_node *open[MARK_COUNT + 2]; /* the textblock and the marks open inside it, outermost first */
    inline_style open_style;
    unsigned open_count;

    bool in_paragraph;  /* text is that of a <p> of the page: its margins are the new page's too */
    bool bare;          /* the open textblock is a paragraph for text that stood in none */
    bool line_pending;  /* a line of `bare` text has ended; what follows begins below it, with no gap */
    bool space_pending; /* white space was read; it counts only when more text follows in the textblock */
    inline_style space_style;
    bool line_has_text; /* something visible since the textblock or its last line break began */
    bool any_text;      /* something visible since the textblock began */
    unsigned breaks_at_end;
    dom_node *last_break;
    bool has_picture;      /* or a frame has just been placed, and its line goes on */
    bool picture_said;     /* a finding has named its place */
    uint32_t picture_line; /* of the page */
    size_t emitted;        /* counts whatever was put into the output */
} builder;

/* Marks of output that a later call looks for in `dom_node.flags`. */
enum {
    FLAG_IMPLICIT = DOM_FLAG_OF_EXPRESS,         /* a list made for items that stood outside of one */
    FLAG_GROUP_START = DOM_FLAG_OF_EXPRESS << 1, /* the first row of a thead, tbody or tfoot */
    FLAG_BARE = DOM_FLAG_OF_EXPRESS << 2,        /* a paragraph for text that stood in none */
    FLAG_GENERATED = DOM_FLAG_OF_EXPRESS << 3,   /* text of ::before or ::after, or a quotation mark */
    FLAG_REPLACED = DOM_FLAG_OF_EXPRESS << 4,    /* what generated text stands for, and that is to go */
    FLAG_DRAWN_OTHERWISE = DOM_FLAG_OF_EXPRESS,  /* of the page's own tree: express_compare_icons */
    FLAG_NAMED = DOM_FLAG_OF_EXPRESS << 1,       /* of the same: an icon that a finding has named */
    FLAG_SIGNS = FLAG_GENERATED | FLAG_REPLACED, /* what a font drew for the letters right before */
};

builder express_builder(dom_node *root, arena *a, findings *found);

/* Appends text, its white space collapsed as a browser does; in a code block as it is. */
void express_text(builder *b, slice text, inline_style style, uint32_t line);
void express_break(builder *b, inline_style style, uint32_t line);

/* A boundary between blocks: what follows starts a new textblock; in a summary a space, in a code block a new
 * line. */
void express_boundary(builder *b);
/* The same between boxes without a gap: what stands in no paragraph of its own goes on in a new line of the
 * same one. */
void express_line_end(builder *b);

/* Takes away the empty lines that stand last, in no paragraph of the page: of lines that are all empty, and,
 * with `behind_text`, of others. */
void express_drop_empty_lines(builder *b, bool behind_text);

/* Puts a block where the next block goes, and ends the open textblock. */
void express_block(builder *b, dom_node *block);
void express_open_textblock(builder *b, dom_tag tag, uint32_t line);
void express_close_textblock(builder *b);
bool express_in_summary(const builder *b);
bool express_in_code(const builder *b);

/* The ids and classes that a page's elements, links and style blocks name; gathered before the walk. */
typedef struct references references;

/* ---- shown.c ------------------------------------------------------------------------------------------- */

typedef struct showing {
    arena *arena;
    findings *found;
    css_cascade *styles;
    const dom_node *bracketed; /* the block whose small text above words is in brackets */
} showing;

/* Makes the element what a visitor saw. True: its tooltip or its label became its text. */
bool express_show_element(showing *s, dom_node *node);
bool express_is_never_shown(const dom_node *node);
/* Takes an element that is never shown out of the tree. */
void express_take_out(showing *s, dom_node *node);

bool express_is_media(const dom_node *node);
/* Text that is not blank, a picture or a frame. */
bool express_shows(const dom_node *node);
/* Whether no style hides it: an element's content, or a pseudo-element. */
bool express_is_visible(css_cascade *styles, const dom_node *node, css_pseudo pseudo);
/* Whether its text is painted: in a colour, and of some size. */
bool express_is_painted(css_cascade *styles, const dom_node *node, css_pseudo pseudo);
/* Whether it is there for the sign that a style sheet or a script draws in it: empty, with a class or a name.
 */
bool express_is_icon(const dom_node *node);
/* Nothing but white space and no-break spaces. */
bool express_is_blank_text(slice text);
/* Whether it is one sign that as a rule only adorns what it stands beside: a bullet, an arrow, a line. */
bool express_is_ornament(slice sign);
/* The text right before the node, or right behind it, in its line. Looks a few nodes far. */
slice express_text_beside(const dom_node *node, bool before);
/* The first text, picture or frame in `node`, or `node` itself; NULL when it shows nothing. */
const dom_node *express_first_shown(const dom_node *node);
/* Whether the element's text is these words; white space and case do not count. */
bool express_says(const dom_node *node, slice words);

/* ---- icons.c ------------------------------------------------------------------------------------------- */

/* `check_circle` in a font that draws it: the name as those of classes are written. Empty: it draws none. */
slice express_icon_name(const express_icons *icons, const dom_node *node, arena *a);
/* What a class is known to say; NULL: nothing. `outlined`: it stands beside one that draws outlines. */
const express_icon *express_icon_of_class(const express_icons *icons, bool outlined, slice name, arena *a);
/* Whether a part of a class's name, between hyphens, is one of the words. */
bool express_has_class_part(const dom_node *node, const char *words);
/* Whether a click on the node, or what is around it, does something. */
bool express_is_in_clicked(const dom_node *node);
/* What the icon is known to say; NULL: it is none, or not known to. `icons`: NULL where none are. */
const express_icon *express_icon_of(const express_icons *icons, const dom_node *node, arena *a);
/* The same of the letter that a style sheet writes in a font that draws it, `bold` or not. */
const express_icon *express_icon_of_letter(const express_icons *icons, slice families, bool bold,
                                           slice letter, arena *a);
/* Whether it stands for a word there, and does not only adorn one, or a control. */
bool express_icon_is_said(const express_icons *icons, const express_icon *icon, const dom_node *node,
                          arena *a);
/* Its sign, with spaces where it would run into the words beside it; and those words without it, where `name`
 * stood, and with it. `in_row`: right behind another icon that is written. */
typedef struct express_icon_words {
    slice text, before, after;
} express_icon_words;
express_icon_words express_icon_put(const express_icons *icons, slice sign, const dom_node *node, slice name,
                                    bool in_row, arena *a);
/* The finding of an icon that goes: it said more than the words beside it, or `otherwise`. `icons`: NULL
 * where their names are gone. */
finding_code express_code_of_icon(const express_icons *icons, const dom_node *icon, finding_code otherwise,
                                  arena *a);
/* The tag that it begins with: what findings call it. */
slice express_icon_tag(const dom_node *node, arena *a);
/* A finding for an icon that goes, unless it has one. */
void express_look_at_icon(const dom_node *node, arena *a, findings *found);

/* ---- layers.c ------------------------------------------------------------------------------------------ */

typedef struct marking marking;

/* Full, half and empty ones make one rating. */
#define EXPRESS_STARS "★ ☆ ½"

/* Boxes that lie over others, or show only a part of what is in them. */
typedef struct express_layers {
    css_cascade *styles;
    const express_icons *icons;
    marking *marking;
    arena *arena;
    hash_map boxes;
} express_layers;
express_layers express_new_layers(css_cascade *styles, const express_icons *icons, marking *m, arena *a);
/* Looks at the boxes around an icon of that sign, of which the first is given: what a sheet writes has its
 * element. */
void express_look_at_layers(express_layers *l, const dom_node *box_around, slice sign);
/* Whether the icon is but a part of a sign, once all icons of the page were looked at. */
bool express_is_layer(const express_layers *l, const dom_node *box_around);
/* Whether nothing else shows in the element. Looks at a bounded number of nodes. */
bool express_shows_only_icons(const express_icons *icons, const dom_node *node, arena *a);

/* ---- drawn.c ------------------------------------------------------------------------------------------- */

/* Marks icons that don't say what their sign says. `styles`: settled. */
void express_compare_icons(dom_node *body, css_cascade *styles, const express_icons *icons, marking *m,
                           arena *a);

/* ---- markers.c ----------------------------------------------------------------------------------------- */

/* The sign that a sheet writes before or behind what is in the element, or the first of a row of stars, and
 * where; empty: none that says something. */
slice express_sign_of_sheet(marking *m, const dom_node *node, css_pseudo *pseudo);

/* ---- fonts.c ------------------------------------------------------------------------------------------- */

/* The font that the first of the families names, if its letters are drawn as other characters; NULL: it is
 * none of these. */
const express_font *express_font_of(const express_icons *icons, slice families, arena *a);
/* The text as the font shows it. `*unknown`: of some letters, which stay, nobody knows how. */
slice express_in_font(const express_font *font, slice text, bool *unknown, arena *a);

/* ---- express.c: what an element always is ---------------------------------------------------------------
 */

/* The finding of an element that the schema has no place for, or NULL where there is none or it was only
 * counted. `in_drawing`: names there are not HTML's. */
finding *express_name_element(const dom_node *node, bool in_drawing, findings *found);
/* The same of an <input> that shows; and the address of its picture, or nothing. */
finding *express_name_control(const dom_node *input, findings *found);
slice express_picture_of_control(const dom_node *input);
/* Captions of a player. False: it has none there. */
bool express_report_captions(const dom_node *track, findings *found);
/* Shown as a picture by browsers, and on the new page. */
bool express_is_embedded_picture(const dom_node *node);
bool express_is_task(const dom_node *item);

/* ---- survey.c ----------------------------------------------------------------------------------------- */

/* An attribute that runs a script. */
void express_report_handler(const dom_node *node, const dom_attribute *attribute, findings *found);
references *survey_references(const express_survey *survey);
/* The computed styles of the page as it was. */
css_cascade *survey_styles(const express_survey *survey);
/* Findings for the looks of elements that shapes have dissolved, other than into cards or folded sections,
 * whose look is the editor's. */
void survey_report_dissolved(const express_survey *survey, const dom_node *body, findings *found);
/* Findings for what style sheets set side by side, where no shape has claimed it. */
void survey_report_layouts(const express_survey *survey, const dom_node *body, findings *found);
/* Findings for hidden content, now that shapes are recognised. */
void survey_report_hidden(express_survey *survey, findings *found);

/* ---- express.c ------------------------------------------------------------------------------------- */

/* Whether a node shows nothing: a comment, white space. */
bool express_is_blank(const dom_node *node);

/* Whether the element ends the line of text that it stands in, as a paragraph, a picture or a table does. */
bool express_is_block(const dom_node *node);

/* What the text of such an element is marked as. */
unsigned express_element_marks(dom_tag tag);

/* The words inside an element that goes with all that is in it. */
slice express_words_inside(const dom_node *node, arena *a);

/* ---- style.c ---------------------------------------------------------------------------------- */

/* What of an element's look the schema cannot hold: one finding a kind. `*said` holds the kinds that were
 * named already, of the table that the element is part of; NULL: of no table. `floats`: it is a picture that
 * floats on the new page as well. */
void express_report_presentation(const dom_node *node, bool floats, unsigned *said, findings *found);

/* The same of an element that is not there any more. The box around a picture or a frame only gave it its
 * size: of that, nothing but the alignment counts. */
void express_report_dissolved(const dom_node *node, bool around_media, findings *found);

/* The marks of the text inside `node`, from its style attribute and, unless `own`, the rules that are gone
 * with the page, where `marks` hold around it. */
unsigned express_style_marks(css_cascade *styles, const dom_node *node, bool is_inline, bool own,
                             unsigned marks);

/* Whether lines under or through the words around it go on in the element (CSS Text Decoration 3 §2.1). */
bool express_passes_lines(css_cascade *styles, const dom_node *node);

/* Of the marks that the element stands for, those that its styles take off. */
unsigned express_marks_taken_off(css_cascade *styles, const dom_node *node);

/* Whether the property gives a size that pictures and frames keep. */
bool express_is_size(slice property);

/* Whether the value is one of the words, which have one space between them; case and white space do not
 * count. */
bool express_is_among(slice value, const char *words);

/* Whether the declaration takes what it stands on out of sight. */
bool express_hides(slice property, slice value);

bool express_is_background(slice property);

/* A background that shows nothing on a white page. */
bool express_is_plain_colour(slice value);

/* Whether a class of the theme gives a look that a finding names. */
bool express_is_theme_class(slice name);

/* ---- stacked.c -------------------------------------------------------------------------------- */

/* Findings for what stands side by side by styles of a page of the editor, which drops them. */
void express_report_stacked(const dom_node *body, css_cascade *styles, findings *found);

/* ---- looks.c ---------------------------------------------------------------------------------- */

/* What a rule makes of an element that is still to be told: whether shapes claim the element is known later.
 */
typedef struct express_layout {
    finding_code code;
    const dom_node *node;
    const dom_node *shows;              /* the first thing in it that shows; NULL: nothing */
    const char *part;                   /* of the element: "::before" */
    const css_declaration *declaration; /* NULL: `detail` says it */
    slice detail;
} express_layout;

typedef struct looks {
    css_cascade *styles;
    references *refs;
    arena *arena;
    findings *found;
    vector *layouts; /* of express_layout: filled by express_look_at */
} looks;

/* A picture that styles show, and that goes with them; `part`: the pseudo-element. */
void express_report_picture(findings *found, const dom_node *node, const char *part, slice url, arena *a);

/* Findings for what rules that are gone with the page make of the element, where it changes what is read. */
void express_look_at(const looks *l, const dom_node *node);
/* A finding for the first of several labels that styles put at places of one picture. One alone is its title.
 */
void express_look_at_label(css_cascade *styles, const dom_node *node, findings *found);
/* The same of an element in which nothing shows: signs that a style sheet writes there. */
void express_look_at_empty(const looks *l, dom_node *node);
enum { EXPRESS_NUMBERS = 8 };
/* The numbers of the next function, such as inset(100% 0); `name`: the function, empty where none comes. */
size_t express_next_function(css_reader *r, slice *name, double *numbers);
/* The numbers of a value, with or without a unit. */
size_t express_numbers(slice value, double *numbers);
/* Whether a flex container or a grid shows its content in another order than it stands in. */
bool express_is_reordered(css_cascade *styles, const dom_node *container);
/* Whether words that float to the right come before words that float to the left. */
bool express_floats_turned(css_cascade *styles, const dom_node *node);
/* The same of a table: rows striped, text of another size than in the new page's tables. */
void express_look_at_table(const looks *l, dom_node *table);
/* Findings for what was left open, now that shapes are recognised. */
void express_report_layouts(const looks *l, const dom_node *body);
/* What takes the element out of sight, of its style attribute and the rules that are gone with the page;
 * NULL: nothing. */
const css_declaration *express_hidden_by(css_cascade *styles, const dom_node *node);

/* ---- names.c ---------------------------------------------------------------------------------- */

/* `styles`: of the page as it was. */
references *express_new_references(css_cascade *styles, arena *a);

/* Findings for classes. */
void express_report_classes(const dom_node *node, references *refs, findings *found);

/* Classes of the theme that hide, on some screens or on all. */
bool express_is_hiding_class(slice name);

/* Classes that say nothing, or that are the editor's own. */
bool express_is_plain_class(slice classes);

/* True the first time it is asked about these words: for findings that name a thing once a page. */
bool express_first_mention(references *refs, slice words);

/* ---- links.c ---------------------------------------------------------------------------------- */

/* The link that text inside the <a> carries, or NULL. */
dom_node *express_link(const dom_node *node, arena *a, findings *found);

/* Whether the schema refuses the address: extension-link, parseHTML. */
bool express_mentions_script(slice href);

/* %20 and its like, where they stand for printable characters of ASCII, as those. */
slice express_printable_decoded(slice text, arena *a);

/* ---- size.c ----------------------------------------------------------------------------------- */

/* Adds a declaration to those of a style attribute. */
void express_declare(buffer *style, const char *property, slice value);

/* Appends the declarations that show the picture on the new page, in `container` there, as it was seen;
 * nothing for one that fills the box around it. False: how it was seen is not known. */
bool express_picture_style(const express_seen *seen, const dom_node *img, const dom_node *container,
                           buffer *style);
/* Whether those declarations let text flow around it. */
bool express_picture_floats(const express_seen *seen, const dom_node *img);

/* Attributes of a frame; empty: not written. */
typedef struct express_size {
    slice width, height, style;
} express_size;

bool express_frame_size(const express_seen *seen, const dom_node *frame, const dom_node *container,
                        express_size *size, arena *a);

/* ---- beside.c --------------------------------------------------------------------------------- */

/* How a picture of a row floats. */
typedef struct express_side {
    bool right, clears; /* clears: it begins below the one before it */
    slice gap;          /* between it and what stands beside it, in per cent of the column */
} express_side;

/* A floating picture that takes more than this part of a phone's column takes all of it. */
#define EXPRESS_FILLS 0.87

/* False: the picture is none of a row. */
bool express_beside(const dom_node *img, express_side *side);

/* The mark of what stays side by side. */
#define EXPRESS_BESIDE "beside"
#define EXPRESS_COLUMNS "columns"
/* Items with a picture each: one below the other, the text beside its picture. */
#define EXPRESS_EACH_FLOAT "each-float"
#define EXPRESS_EACH_TABLE "each-table"

bool express_may_hold_items(const dom_node *node);
/* The element whose children stand side by side; NULL: there is none. */
const dom_node *express_items_of(const dom_node *container);
/* Whether the container is a grid whose items do not stand one after the other in its rows. */
bool express_stands_elsewhere(const layout *seen, const dom_node *container);
/* What follows, but for white space and comments. */
dom_node *express_next_shown(const dom_node *node);

/* ---- columns.c -------------------------------------------------------------------------------- */

/* Marks rows of columns that are to be tables; and makes them tables, where no shape has taken them. */
void express_mark_columns(dom_node *body, const express_seen *seen, arena *a);
void express_put_columns(dom_node *body, const express_seen *seen, arena *a, findings *found);

/* ---- boxes.c ---------------------------------------------------------------------------------- */

/* Whether the element is one of boxes that follow each other, and not the last, each drawn around some text
 * and its links. */
bool express_ends_box(css_cascade *styles, const dom_node *node);

/* ---- media.c ---------------------------------------------------------------------------------- */

/* The picture as the schema has it, in its wrapper, to be put into `container`; NULL (and a finding) when the
 * schema cannot hold it. `found` may be NULL. */
dom_node *express_picture(const express_seen *seen, const dom_node *img, const dom_node *container,
                          const dom_node *link, arena *a, findings *found);
bool express_picture_has_source(const dom_node *img);
/* The iframe in its wrapper, or NULL and a finding. */
dom_node *express_frame(const express_seen *seen, const dom_node *iframe, const dom_node *container, arena *a,
                        findings *found);
/* The address of a video, audio, object, embed; an empty slice when it has none. */
slice express_media_source(const dom_node *node);
slice express_file_name(slice url);
bool express_is_picture_file(slice url);

/* ---- cards.c ------------------------------------------------------------------------------- */

/* The grid as the schema holds it, or NULL and a finding. `marks`: of the text around it. */
dom_node *express_card_grid(const dom_node *source, css_cascade *styles, unsigned marks, arena *a,
                            findings *found);

/* ---- table.c ---------------------------------------------------------------------------------- */

/* Makes the rows of a built table equally long, and its spans no longer than the table. */
void express_fit_table(dom_node *table, arena *a, findings *found);

/* How narrow the table could be on a phone, in CSS pixels: it does not break words. */
double express_table_narrowest(const dom_node *table, arena *a);

/* How wide it may be there: the column of text stands in the middle of the window. */
double express_room_on_phone(const express_theme *theme);

/* Makes a table, fitted, narrower than the window of a phone, where it can: the first cell of each row stands
 * above the others, where none heads a column; rows of links stand in a line each. `has_head`: the page's
 * table has a thead. Returns how many columns the links were in; 0: they are not in lines. */
uint32_t express_narrow_table(dom_node *table, bool has_head, const express_theme *theme, arena *a,
                              findings *found);

/* Puts rows of links into lines, if they stand in as many columns as one of the bits says; leaves any other
 * table. */
#define EXPRESS_BETWEEN_LINKS SLICE("\u00A0\u00A0 ") /* in a line of links: it breaks behind */
enum { EXPRESS_COLUMNS_ALIKE = 64 };                 /* so many are never alike */
void express_put_table_in_lines(dom_node *table, uint64_t columns, arena *a, findings *found);

#endif
