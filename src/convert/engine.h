/* What is made once and shared by all pages of a run, and by all threads: rules, and the settings of the
 * site.
 *
 * Comes in: settings, as texts. Goes out: an engine that does not change, and its fingerprint, by which a
 * later run knows whether a page would come out the same.
 */
#ifndef ISOMERIZE_CONVERT_ENGINE_H
#define ISOMERIZE_CONVERT_ENGINE_H

#include "assets/assets.h"
#include "base/base.h"
#include "dom/dom.h"
#include "legacy/legacy.h"
#include "liquid/liquid.h"
#include "mapping/mapping.h"

/* A style sheet: CSS, or SCSS where its path ends in .scss. */
typedef struct convert_sheet {
    slice path; /* from the site's root */
    slice text;
    css_origin origin;  /* CSS_ORIGIN_THEME or CSS_ORIGIN_SITE */
    bool only_imported; /* pages are not shown with it: it is there for an @import of another */
} convert_sheet;

/* What becomes of links to places in a page, whose ids the new page does not have. */
typedef enum convert_in_page_links {
    CONVERT_LINKS_TEXT, /* they lead to the text at the place: #:~:text=… */
    CONVERT_LINKS_KEEP, /* they stay, and lead nowhere */
    CONVERT_LINKS_REMOVE,
} convert_in_page_links;

/* What becomes of list markers other than bullets and 1, 2, 3. */
typedef enum convert_list_markers {
    CONVERT_MARKERS_TEXT,
    CONVERT_MARKERS_NUMBERS, /* the editor's own */
} convert_list_markers;

/* What becomes of columns, and of pictures beside text, that are no cards. */
typedef enum convert_side_by_side {
    CONVERT_SIDE_KEEP,  /* they stand side by side: pictures float, tables hold columns */
    CONVERT_SIDE_ORDER, /* they follow each other in reading order, pictures at their old widths */
} convert_side_by_side;

/* settings.def is the table, and says what each is. All empty: the shipped rules only. */
typedef struct convert_settings {
#define LIST(type, name)                                                                                     \
    const type *name;                                                                                        \
    size_t name##_count;
#define TEXT(name) slice name;
#define SWITCH(name) bool name;
#define SWITCHES(name, count) bool name[count];
#define NUMBER(type, name) type name;
#include "settings.def"
#undef LIST
#undef TEXT
#undef SWITCH
#undef SWITCHES
#undef NUMBER
} convert_settings;

/* Nothing set, and no page refused for its grade. */
convert_settings convert_settings_default(void);

typedef struct convert_engine convert_engine;

/* An engine in `a`. Lists and texts of the settings must live as long. NULL: the asset rules are wrong,
 * `error` (in `a`) says where and what was expected. A rule file with a mistake is no error here: the rule is
 * not in force, and mapping_problem_at(convert_engine_rules(e), …) names it.
 */
convert_engine *convert_engine_new(const convert_settings *settings, arena *a, slice *error);

const mapping_set *convert_engine_rules(const convert_engine *e);

/* They do not change, but for the book that they are given (asset_rules_use_book), before the first page. */
asset_rules *convert_engine_assets(const convert_engine *e);

/* The style sheets that pages are shown with, the browser's own among them. */
const css_sheets *convert_engine_sheets(const convert_engine *e);

/* How a page looks to its visitors, beside its sheets: theme.yml's numbers. */
typedef struct convert_look {
    slice around;                /* what the theme puts around the content, as a selector */
    double column, phone_column; /* width of the column of text in pixels, in windows so wide: */
    unsigned window, phone_window;
} convert_look;
convert_look convert_engine_look(const convert_engine *e);

/* What icons say: theme.yml's names (express/). */
const struct express_icons *convert_engine_icons(const convert_engine *e);

/* Two engines have the same bytes here exactly where every setting, the shipped rules and the version of the
 * program are the same. Lives as long as the engine. */
slice convert_engine_fingerprint(const convert_engine *e);

#endif
