/* Comparing two sequences: lines of a file, words of a page. Bounded: never worse than linear by COST_LIMIT.
 */
#ifndef REPORT_COMPARE_H
#define REPORT_COMPARE_H

#include "base/base.h"

/* Gives equal texts equal numbers. Texts that share a hash with many others may get a number of their own
 * each, so that a page made of colliding lines costs a longer diff and not quadratic time. */
typedef struct interner {
    struct interned *slots;
    size_t capacity, count;
    uint32_t next;
    arena *arena;
} interner;

interner interner_new(arena *a, size_t expected);
uint32_t intern(interner *in, slice text);

/* Sets a_changed[i] where item i of `a` is not in `b` at that place, and the other way round; the rest of
 * both, read in order, is the same sequence. The arrays come zeroed. The numbers come from one interner and
 * are < `ids`. */
typedef struct comparison {
    const uint32_t *a, *b;
    size_t a_count, b_count;
    bool *a_changed, *b_changed;
    uint32_t ids;
} comparison;

void compare(const comparison *c, arena *scratch);

#endif
