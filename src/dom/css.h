/* dom/css: style sheets, and what they make of the elements of a tree.
 *
 * Comes in: CSS or SCSS (any bytes) and a tree. Goes out: the computed value of a property of an element, as
 * a browser computes it before layout (CSS Cascade 4): the author's sheets in their order with specificity
 * and !important, style attributes, the attributes of HTML that stand for styles (type, align, width, …), the
 * browser's own defaults, inheritance, var(). Nothing here decides what a style means for a page.
 */
#ifndef ISOMERIZE_CSS_H
#define ISOMERIZE_CSS_H

#include "dom.h"

/* ---- properties -------------------------------------------------------------------------------------- */

/* Longhands only: a shorthand is read as the longhands that it sets. */
typedef enum css_property {
#define PROPERTY(symbol, name, inherited, initial, effect, types, keywords) CSS_##symbol,
#include "css_properties.def"
#undef PROPERTY
    CSS_PROPERTY_COUNT
} css_property;

/* What a property changes for a reader, as bits of a set. */
typedef enum css_effect {
    CSS_EFFECT_SPACING = 1 << 0,
    CSS_EFFECT_SIZE = 1 << 1,
    CSS_EFFECT_BORDER = 1 << 2,
    CSS_EFFECT_COLOUR = 1 << 3,
    CSS_EFFECT_FONT = 1 << 4,
    CSS_EFFECT_ALIGNMENT = 1 << 5,
    CSS_EFFECT_EMPHASIS = 1 << 6, /* bold, italic, underlined, struck out, raised, lowered */
    CSS_EFFECT_PLACE = 1 << 7,    /* position and its like */
    CSS_EFFECT_PICTURE = 1 << 8,  /* a picture behind it */
    CSS_EFFECT_OTHER = 1 << 9,    /* a property that the cascade does not know: shadows, transitions, … */
    /* what follows may change what is read */
    CSS_EFFECT_LAYOUT = 1 << 10,    /* side by side, columns, order */
    CSS_EFFECT_HIDING = 1 << 11,    /* also of display: none */
    CSS_EFFECT_LETTERS = 1 << 12,   /* text-transform */
    CSS_EFFECT_MARKER = 1 << 13,    /* marks of list items, counters */
    CSS_EFFECT_CONTENT = 1 << 14,   /* text of ::before, ::after, ::marker; quotes */
    CSS_EFFECT_DIRECTION = 1 << 15, /* from right to left */
} css_effect;

slice css_property_name(css_property property);
/* CSS_PROPERTY_COUNT for a name that is no longhand of the table; in any case. */
css_property css_property_by_name(slice name);
unsigned css_property_effect(css_property property);

/* ---- tokens ------------------------------------------------------------------------------------------- */

/* CSS Syntax 3 §4. One character of its own (a delim, a bracket, a colon …) is CSS_TOKEN_DELIM. */
typedef enum css_token_kind {
    CSS_TOKEN_END,
    CSS_TOKEN_SPACE, /* white space and comments */
    CSS_TOKEN_IDENT,
    CSS_TOKEN_FUNCTION,   /* name(: `value` without the bracket */
    CSS_TOKEN_AT,         /* @name */
    CSS_TOKEN_HASH,       /* #name */
    CSS_TOKEN_STRING,     /* its value, without quotes */
    CSS_TOKEN_URL,        /* url(…) without quotes in it; with quotes it is a function */
    CSS_TOKEN_NUMBER,     /* `number` */
    CSS_TOKEN_PERCENTAGE, /* `number` */
    CSS_TOKEN_DIMENSION,  /* `number`, and the unit as `value` */
    CSS_TOKEN_DELIM,      /* `delim` */
    CSS_TOKEN_BAD,        /* a string or url that breaks off */
} css_token_kind;

typedef struct css_token {
    css_token_kind kind;
    slice text;  /* as written */
    slice value; /* escapes resolved; in the reader's arena where there were some */
    double number;
    bool is_integer;
    char delim;
} css_token;

typedef struct css_reader {
    slice text;
    size_t at;
    arena *arena;       /* for values with escapes; NULL: values are as written */
    bool line_comments; /* SCSS: // … */
} css_reader;

/* The next token; CSS_TOKEN_END at the end, and ever after. Linear in the text. */
css_token css_next_token(css_reader *r);
/* The next one that is no white space. */
css_token css_next_solid(css_reader *r);
/* Whether a value is one of the words, which are in lower case, with one space between them; its case does
 * not count. */
bool css_find_word(slice value, const char *words);
static inline bool css_is_among(slice word, const char *words) {
    bool fits = strchr(words, ' ') ? word.length <= strlen(words) : word.length == strlen(words);
    return word.length && fits && css_find_word(word, words); /* mostly it does not fit */
}

/* ---- style sheets ------------------------------------------------------------------------------------- */

typedef enum css_origin {
    CSS_ORIGIN_AGENT, /* the browser's */
    CSS_ORIGIN_THEME, /* holds for the new page as well */
    CSS_ORIGIN_SITE,  /* the same, but classes and ids do not survive */
    CSS_ORIGIN_PAGE,  /* <style>, style="", attributes of HTML: gone with the old page */
} css_origin;

typedef struct css_declaration {
    css_property property;
    uint8_t shorthand; /* internal: not 0: `value` is the shorthand's, and holds var() */
    bool important, has_var;
    bool is_hint;                /* an attribute of HTML, such as align, stands for it */
    bool hangs_on_window;        /* on its width: 50vw */
    slice name;                  /* internal: of a custom property */
    slice value;                 /* trimmed, without comments and !important */
    uint32_t line;               /* of a rule; 0: it stands where the element does */
    const struct css_rule *rule; /* NULL: of a style attribute or an attribute of HTML */
} css_declaration;

/* What of a sheet was not understood: reported once a run. */
typedef struct css_problem {
    slice file;
    uint32_t line;
    const char *message; /* for a person; static */
    slice what;          /* the words of the sheet, cut short */
} css_problem;

/* What an @import names, relative to `from` (a file's name as given, or a former answer of the loader): fills
 * its name and text, both living as long as the sheets. False: there is no such file, or it may not be read.
 */
typedef struct css_loader {
    bool (*load)(void *context, slice from, slice url, slice *name, slice *text);
    void *context;
} css_loader;

/* A set of sheets in order. Made by one thread; from then on immutable and shared freely. Lives in its arena,
 * and keeps slices of the texts given. */
typedef struct css_sheets css_sheets;

#define CSS_VIEWPORT_WIDTH 1280
#define CSS_VIEWPORT_HEIGHT 800

/* With the browser's own sheet in it. `viewport_width` in CSS pixels; 0: CSS_VIEWPORT_WIDTH. `other_width`:
 * of a second viewport that the sheets are read for at once; 0: none. */
css_sheets *css_sheets_new(arena *a, unsigned viewport_width, unsigned other_width);
/* The same sheets as the second viewport shows them: when all are added. They share their memory. */
const css_sheets *css_sheets_of_other(const css_sheets *sheets, arena *a);

/* Sheets are added in the order of the page's head. Never fails: what is not understood is dropped as the
 * specification says, and css_sheets_problem names it. `loader` may be NULL: nothing is imported. Rules for
 * other media than screens of the viewports' widths are left out. */
void css_sheets_add(css_sheets *sheets, css_origin origin, slice name, slice text, const css_loader *loader);
size_t css_sheets_problem_count(const css_sheets *sheets);
const css_problem *css_sheets_problem_at(const css_sheets *sheets, size_t index);

/* The texts (of slice) of the sheets added, those imported before those that import them: as CSS, as large as
 * they came, with all media and nothing made harmless. They live as long as the sheets. */
const vector *css_sheets_texts(const css_sheets *sheets);

/* Does a list of media queries (Media Queries 4) hold for a screen of this width in CSS pixels? */
bool css_media_holds(slice queries, unsigned width);

/* Whether an @import of `url` in the file `from` names the file at `path`: paths of the site, with folders
 * and .. in the url; as SCSS has it, the name may lack its ending and the underscore in front. */
bool css_import_names(slice from, slice url, slice path);

/* The elements that the theme puts around a page's content, as a selector of child combinators, outermost
 * first: "html > body > div.content". The innermost stands for the tree's root. False: it is no such
 * selector. The default is "html > body". */
bool css_sheets_surround(css_sheets *sheets, slice selector);

/* ---- the cascade of one page -------------------------------------------------------------------------- */

/* Costs nothing until it is asked. Cheap pages stay cheap: elements of the same kind in the same place share
 * their style. Lives in `a`, which `sheets` must outlive it in another. */
typedef struct css_cascade css_cascade;

/* `sheets` may be NULL: the browser's own only. The page's <style> elements and style attributes are read
 * from the tree. One cascade a tree. */
css_cascade *css_cascade_new(const css_sheets *sheets, dom_node *root, arena *a);

/* Styles that are kept from page to page: most elements of a site's pages have one that was met before. Used
 * by one thread at a time, for one tree at a time; `sheets` must outlive it. */
typedef struct css_style_cache css_style_cache;
css_style_cache *css_style_cache_new(const css_sheets *sheets); /* NULL: memory is out */
void css_style_cache_free(css_style_cache *cache);              /* NULL: nothing */
/* Forgets all: after a jump out of a cascade, whose last style may be half made. */
void css_style_cache_clear(css_style_cache *cache);
/* Where it keeps them: see arena_on_exhausted. */
arena *css_style_cache_arena(css_style_cache *cache);
/* A cascade with the cache's sheets; what it answers lives until the next one is made with the same cache. */
css_cascade *css_cascade_new_cached(css_style_cache *cache, dom_node *root, arena *a);
/* The same tree in the other viewport of the sheets: styles that hold in both are not made again. `first` is
 * settled, and must outlive it; `other`: css_sheets_of_other. A tree holds the styles of one cascade: until
 * css_cascade_end_other gives those of `first` back, the tree must not change, and `first` not be asked. */
css_cascade *css_cascade_new_of_other(css_cascade *first, const css_sheets *other);
void css_cascade_end_other(css_cascade *other);

/* Finds out which rules hold for each element now: from here on the tree may change, and its elements keep
 * the styles they had, wherever they are moved. An element made later is matched where it stands when it is
 * asked about first. Without this call the tree must not change. */
void css_cascade_settle(css_cascade *c);

/* The computed value: keywords in lower case, lengths in px but for percentages and functions, the rest as
 * written. Never empty for an element. Of a text node: of its parent. The answer lives as long as the
 * cascade.
 */
slice css_computed(css_cascade *c, const dom_node *node, css_property property);
static inline bool css_computed_is(css_cascade *c, const dom_node *node, css_property property,
                                   const char *words) {
    return css_is_among(css_computed(c, node, property), words);
}

typedef enum css_pseudo {
    CSS_PSEUDO_NONE,
    CSS_PSEUDO_BEFORE,
    CSS_PSEUDO_AFTER,
    CSS_PSEUDO_MARKER
} css_pseudo;
#define CSS_PSEUDO_COUNT 4

/* Whether a rule speaks of this pseudo-element of the element: without one it has no box (::before, ::after),
 * or its default look (::marker). */
bool css_has_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo);
/* Whether a rule says anything of generated content or of counters, of the element or a pseudo-element of it.
 */
bool css_generates(css_cascade *c, const dom_node *node);
/* The computed value; of a pseudo-element without rules, what it would inherit, or the initial value. */
slice css_computed_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property);

/* A length in px, percentages taken of `percent_of` (< 0: they are no length), calc(), min(), max() and
 * clamp() worked out. False: it is none (auto, none, normal, …). */
bool css_length(css_cascade *c, const dom_node *node, css_property property, double percent_of, double *px);
/* The same of a value in hand, em as the node's. */
bool css_length_of(css_cascade *c, const dom_node *node, slice value, double percent_of, double *px);

/* The declaration that holds for the element itself, with its rule; NULL: none, so that the value is
 * inherited or the initial one. */
const css_declaration *css_winner(css_cascade *c, const dom_node *node, css_pseudo pseudo,
                                  css_property property);

/* Where a declaration stands: `line` of `file`; an empty file: of the page itself; 0: of an attribute. */
typedef struct css_place {
    css_origin origin;
    slice file;
    uint32_t line;
} css_place;
css_place css_place_of(const css_declaration *declaration);
/* For people, in `a`: `misc/custom.css:12`, or `line 12` of the page. Lines of the theme's sheet are of no
 * use to whoever reads it: `the theme`. */
slice css_place_describe(const css_place *place, arena *a);

/* Whether the winner is gone with the old page: it stands in the page itself, or its rule asks for classes,
 * ids or attributes of the page's elements. False where there is none. */
bool css_is_lost(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property);

/* The elements around the content of the page (css_sheets_surround), for their styles: outermost first; NULL
 * behind the innermost. It lives as long as the cascade. */
const dom_node *css_around(css_cascade *c, size_t index);

/* Whether css_is_lost is true of some property of the element. */
bool css_loses(css_cascade *c, const dom_node *node);

/* Whose declarations count: all; those that go with the page (css_is_lost), but for hints; of these, those of
 * its style attribute. */
typedef enum css_from { CSS_FROM_ALL, CSS_FROM_LOST, CSS_FROM_STYLE } css_from;
bool css_sets(css_cascade *c, const dom_node *node, css_property property, css_from from);

/* How far text in a line is read as raised, in px; lowered: below 0; neither: 0. By keyword or by length. */
double css_raised_by(css_cascade *c, const dom_node *node, css_from from);

/* Whether the element raises, lowers or strikes out its text: made plain, such text says something else. */
bool css_shifts_or_strikes(css_cascade *c, const dom_node *element);

/* css_effect bits of the declarations of rules (not of style attributes) that hold for the element or its
 * pseudo-elements, and are lost (css_is_lost). */
unsigned css_effects(css_cascade *c, const dom_node *node);
/* css_effect bits of all rules that name the class (anywhere in the selector) and hold for some element of
 * the page; 0: no rule of a sheet does anything with it. Settles the cascade. Theme rules count as well. */
unsigned css_class_effects(css_cascade *c, slice class_name);

/* A pointer that its one user keeps with the element's style, for what hangs on nothing else; NULL at first.
 * What it points to must be of `*kept_in`, and then lives as long as the style. Of a text node: of its
 * parent. */
void **css_style_note(css_cascade *c, const dom_node *node, arena **kept_in);

/* Whether sheets of the site are among those that the cascade was made with: without them, nobody knows what
 * a class does. */
bool css_knows_site(const css_cascade *c);

/* True: the page asked for more steps than its size allows, and elements from some place on have only what
 * their style attributes say. */
bool css_cascade_exhausted(const css_cascade *c);

/* Steps through the declarations of a block or a style attribute in order: false at the end. Longhands of
 * shorthands one by one; unknown properties are passed over. For those who have no cascade. */
typedef struct css_block {
    vector declarations; /* of css_declaration */
    unsigned effects;    /* of all, unknown properties too */
} css_block;
css_block css_read_block(slice text, arena *a);

/* The same as written, shorthands and unknown properties too: names in any case, values trimmed, without
 * !important. */
bool css_next_declaration(slice style, size_t *at, slice *property, slice *value);

/* Whether browsers drop the declaration for a mistake that people make: a length without a unit (`font-size:
 * 18`), a number or a length as a colour (`color: 18px`). In standards mode, which pages of the CMS have. */
bool css_is_dropped(slice property, slice value);

/* The first address in a value; an empty slice when there is none. */
slice css_url_of(slice value);

#endif
