/* What the files of dom/css share: declarations as they are read, rules as they are indexed. */
#ifndef ISOMERIZE_CSS_PRIVATE_H
#define ISOMERIZE_CSS_PRIVATE_H

#include "css.h"
#include "selector.h"

/* ---- declarations ------------------------------------------------------------------------------------- */

/* css_declaration.property of a custom property (--name). */
#define CSS_CUSTOM CSS_PROPERTY_COUNT

/* Gathers the declarations of one block: of each property the last that counts. */
typedef struct css_gathering {
    css_block block;
    uint32_t at[CSS_PROPERTY_COUNT]; /* 1 + the declaration's index; 0: none yet */
    css_declaration next;            /* what is given to each that is added: line, rule, important */
} css_gathering;

void css_gather_start(css_gathering *g, arena *a);
/* Reads one declaration; an invalid one changes nothing. False: nothing of the kind is known, or it is not
 * valid. */
bool css_gather(css_gathering *g, slice name, slice value);
/* Reads a block's text: declarations only. */
void css_gather_text(css_gathering *g, slice text);

/* Sets one longhand. */
void css_gather_longhand(css_gathering *g, css_property property, slice value);

/* What a name in any case stands for; CSS_PROPERTY_COUNT and 0: nothing known. */
typedef struct css_name {
    css_property property;
    uint8_t shorthand; /* its number, 1-based; 0: it is none */
} css_name;
css_name css_name_of(slice name);

#define CSS_SHORTHANDS_MAX 40
/* The name of a shorthand by its number; empty behind the last. */
slice css_shorthand_name(uint8_t number);
/* Sets the longhands of a shorthand; false: the value is not valid. */
bool css_expand_shorthand(css_gathering *g, uint8_t shorthand, slice value);
/* Sets all its longhands to one value: a keyword for the whole of CSS, or one with var() in it. */
void css_spread_shorthand(css_gathering *g, uint8_t shorthand, slice value, bool has_var);

bool css_is_wide_keyword(slice value); /* inherit, initial, unset, revert, revert-layer */
bool css_is_valid(css_property property, slice value);
/* Whether its numbers are lengths, so that a plain 0 is one. */
bool css_is_of_lengths(css_property property);
bool css_is_inherited(css_property property);
slice css_initial(css_property property);

/* Parts of a value that stand apart: by white space at the top level; '/' and ',' are parts of their own. */
#define CSS_PARTS_MAX 64
typedef struct css_parts {
    slice at[CSS_PARTS_MAX];
    size_t count;
} css_parts;
/* False: too many, or brackets that do not match. */
bool css_split(slice value, css_parts *parts);

/* Moves behind the bracket that closes the one just read; false: the text ends first. */
bool css_skip_block(css_reader *r, char open);

/* ---- sheets ------------------------------------------------------------------------------------------- */

/* What a block of declarations stands behind. */
struct css_rule {
    css_origin origin;
    slice file;
    uint32_t line;
};

/* Whether the cascade tells elements apart by the attribute: those that say something about styles. */
bool css_is_keyed(slice attribute);

/* One selector of a rule. */
typedef struct css_match {
    const compound *selector;
    const css_block *block;
    css_pseudo pseudo;
    uint32_t specificity, order;
    css_origin origin;
    uint8_t windows; /* in which it holds, as bits of css_sheets.window */
    bool names;      /* asks for classes, ids or attributes */
    bool structural; /* asks for more of the element and what it is in than tags, classes, ids, keyed
                        attributes */
    slice *classes;  /* all that it names */
    uint32_t class_count;
} css_match;

typedef struct css_bucket {
    uint32_t *matches; /* numbers of css_match, rising */
    uint32_t count, capacity;
} css_bucket;

/* Viewports that sheets can be read for at once. */
#define CSS_WINDOWS_MAX 2
#define CSS_WINDOWS_ALL ((1u << CSS_WINDOWS_MAX) - 1)

struct css_sheets {
    arena *arena;
    unsigned widths[CSS_WINDOWS_MAX]; /* of the viewports that the sheets are read for; 0: none */
    unsigned window;                  /* the one of them that is asked about */
    vector matches;                   /* of css_match, in order */
    css_bucket tags[DOM_TAG_COUNT], any;
    hash_map classes, ids; /* of css_bucket: all names that selectors ask for */
    hash_map unknown_tags; /* of css_bucket */
    vector problems;       /* of css_problem */
    vector texts;          /* of slice: the sheets but the browser's, as CSS */
    dom_node *surroundings;
    bool has_site;        /* a sheet of the site is among them */
    uint32_t first_order; /* of a page's own sheets: they come behind the shared ones */
    uint32_t imports;     /* so far: bounded */
};

static inline unsigned css_viewport_width(const css_sheets *sheets) {
    return sheets->widths[sheets->window];
}

/* The page's own <style>: `line` of its first line, `windows` as bits. */
void css_sheets_add_style(css_sheets *sheets, slice text, uint32_t line, unsigned windows);
/* An empty set for the viewports of another. */
css_sheets *css_sheets_new_like(const css_sheets *other, arena *a);
/* The windows, as bits, of the set for which a list of media queries holds (Media Queries 4). */
unsigned css_media_windows(const css_sheets *sheets, slice queries);

/* ---- lengths ------------------------------------------------------------------------------------------ */

/* What relative lengths are relative to. */
typedef struct css_units {
    double em, rem, viewport_width, viewport_height;
    double percent_of; /* < 0: percentages are no lengths */
} css_units;
bool css_evaluate_length(slice value, const css_units *units, double *px);
bool css_is_length_unit(slice unit);

#endif
