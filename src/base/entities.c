/* Named character references.
 *
 * Comes in: a name. Goes out: the character. The table is HTML's; who reads another dialect knows where it
 * differs.
 */
#include "base.h"

static const struct {
    slice name;
    uint32_t character;
} CHARACTERS[] = {
#define ENTITY(name, character) {LITERAL(name), character},
#include "entities.def"
#undef ENTITY
};

/* entities.def is sorted by name: a binary search. */
uint32_t named_character(slice name) {
    size_t low = 0, high = sizeof CHARACTERS / sizeof *CHARACTERS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(CHARACTERS[middle].name, name);
        if (order == 0)
            return CHARACTERS[middle].character;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return 0;
}
