/* convert/, inside: what its files share. */
#ifndef ISOMERIZE_CONVERT_PRIVATE_H
#define ISOMERIZE_CONVERT_PRIVATE_H

#include "convert/convert.h"

#include "express/express.h"

/* ---- theme.c ------------------------------------------------------------------------------------------- */

/* The theme's numbers, its basic layout, and what it puts around a page's content, as a selector. */
typedef struct convert_theme {
    express_theme express;
    slice css, around;
} convert_theme;

/* The shipped file. */
slice theme_shipped(void);

/* False: the settings' theme cannot be read, `error` (in `a`) says where and why. */
bool theme_load(const convert_settings *settings, arena *a, convert_theme *theme, slice *error);

/* ---- engine.c ------------------------------------------------------------------------------------------ */

struct convert_engine {
    convert_settings settings;
    mapping_set *rules;
    asset_rules *assets;
    css_sheets *sheets, *phone_sheets;
    convert_theme theme;
    liquid_scope scope; /* of the site */
    slice fingerprint;
};

#endif
