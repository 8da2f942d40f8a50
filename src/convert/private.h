/* convert/, inside: what its files share. */
#ifndef ISOMERIZE_CONVERT_PRIVATE_H
#define ISOMERIZE_CONVERT_PRIVATE_H

#include "convert/convert.h"

#include "express/express.h"

/* ---- theme.c ------------------------------------------------------------------------------------------- */

/* The theme's numbers, its basic layout, and what it puts around a page's content, as a selector. */
typedef struct convert_theme {
    express_theme express;
    express_icons icons;
    slice css, around;
} convert_theme;

/* The shipped file. */
slice theme_shipped(void);

/* False: the settings' theme cannot be read, `error` (in `a`) says where and why. */
bool theme_load(const convert_settings *settings, arena *a, convert_theme *theme, slice *error);

/* ---- worker.c ------------------------------------------------------------------------------------------ */

/* What one thread keeps from page to page: styles of elements; what one stage of a page needs, and no later
 * one; the page's tree, then its document; and what is known of the tree. */
typedef struct convert_worker {
    css_style_cache *styles;
    arena *stage, *tree, *known;
} convert_worker;

/* An engine's, for any number of threads; given back with `a`. */
typedef struct convert_workers convert_workers;
convert_workers *convert_workers_new(arena *a);

/* NULL: memory is out. */
convert_worker *convert_worker_take(const convert_engine *engine);
void convert_worker_give_back(const convert_engine *engine, convert_worker *w); /* NULL: nothing */
void convert_worker_on_exhausted(convert_worker *w, jmp_buf *jump);
/* After a jump: all is forgotten. False: it was the system that had no memory. */
bool convert_worker_clear(convert_worker *w);

/* ---- convert.c ----------------------------------------------------------------------------------------- */

/* Of those that are sorted by id, the one with this; NULL: none. */
const convert_linked_id *find_linked(const convert_linked_id *all, size_t count, slice id);

/* ---- engine.c ------------------------------------------------------------------------------------------ */

struct convert_engine {
    convert_settings settings;
    mapping_set *rules;
    asset_rules *assets;
    const css_sheets *sheets, *phone_sheets;
    convert_theme theme;
    liquid_scope scope; /* of the site */
    slice fingerprint;
    convert_workers *workers;
};

#endif
