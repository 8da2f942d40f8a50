/* What a run will convert again, before it begins: for those who must know what its pages need.
 *
 * Comes in: a site with its journal, the run's rules. Goes out: the bytes from before, page by page. Reads
 * only.
 */
#include "private.h"

/* Is the page known to be as it was written? Then it cannot be forced. */
static bool is_as_written(const originals *o, const journal_row *row, arena *a) {
    struct stat info;
    return is_as_seen(o->site, row, &info, a) && hash_equal(row_holds(row), &row->result);
}

bool find_original(const originals *o, slice path, bool lags, arena *a, slice *bytes) {
    const journal_row *row = o->journal ? journal_find(o->journal, path) : NULL;
    if (!row || row->outcome != SITE_CONVERTED)
        return false;
    bool again =
        lags || (o->update && !hash_equal(row->rules, &o->rules)) || (o->force && !is_as_written(o, row, a));
    slice why;
    return again && journal_original(o->journal, row, a, bytes, &why);
}
