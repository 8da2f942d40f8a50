/* The fast look over a text: where something might have to be repaired. Nearly all text is clean. */
#ifndef REPAIR_SCAN_H
#define REPAIR_SCAN_H

#include "private.h"

/* The offset of the first place from `from` on that deserves a closer look, or SLICE_NONE. */
size_t scan_characters(slice text, size_t from); /* by the characters as they stand */
size_t scan_references(slice text, size_t from); /* by & and what follows it */
size_t scan_percents(slice text, size_t from);   /* by percent-encoding */

#endif
