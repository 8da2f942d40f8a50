/* convert/, inside: what its files share. */
#ifndef ISOMERIZE_CONVERT_PRIVATE_H
#define ISOMERIZE_CONVERT_PRIVATE_H

#include "convert/convert.h"

struct convert_engine {
    convert_settings settings;
    mapping_set *rules;
    asset_rules *assets;
    css_sheets *sheets;
    liquid_scope scope; /* of the site */
    slice fingerprint;
};

#endif
