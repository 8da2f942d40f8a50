/* Names of a rule file: `define:` gives a selector, a list of ways to find a part, or a map of parts a name,
 * and
 * `$name` stands for it in every rule. */
#ifndef ISOMERIZE_MAPPING_NAMES_H
#define ISOMERIZE_MAPPING_NAMES_H

#include "yaml.h"

/* One name. `source`: the file that gives it. */
typedef struct definition {
    slice name, source;
    bool shipped;
    const value *meaning;
} definition;

typedef struct name_table {
    vector definitions; /* of definition */
    arena *arena;
} name_table;

/* What a name means in a file: what the file itself says, or else a file of the site, or else a shipped one.
 * NULL without. */
const value *names_meaning(const name_table *n, slice source, slice name);

/* The meaning of a scalar that is `$name` and nothing else, and stands for a list or a map; else the value
 * itself. */
const value *names_resolve(const name_table *n, slice source, const value *v);

/* The text with each `$name` outside of quotes replaced: by its meaning where it is all of the text, by
 * `:is(meaning)` elsewhere. Names may use names. False: `wrong` is a name without a meaning, or one too long
 * or in a circle. In the names' arena. */
bool names_expand(const name_table *n, slice source, slice text, slice *out, slice *wrong);

#endif
