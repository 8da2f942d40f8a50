/* What a run will convert again, before it begins: for those who must know what its pages need.
 *
 * Comes in: a site with its journal, the run's options. Goes out: the bytes from before, page by page. Reads
 * only.
 */
#include "private.h"

struct site_originals {
    const site *site;
    journal *journal;
    hash rules;
    bool force, update;
};

site_originals *site_originals_open(const site *s, const site_options *options, arena *a, slice *error) {
    journal *j = journal_open(s, JOURNAL_READ, a, error);
    if (!j)
        return NULL;
    if (!journal_load(j, error)) {
        journal_close(j);
        return NULL;
    }
    site_originals *o = arena_alloc(a, sizeof *o);
    *o = (site_originals){s, j, hash_bytes(convert_engine_fingerprint(options->engine)), options->force,
                          options->update};
    return o;
}

void site_originals_close(site_originals *o) {
    if (o)
        journal_close(o->journal);
}

/* Is the page known to be as it was written? Then it cannot be forced. */
static bool is_as_written(const site_originals *o, const journal_row *row, arena *a) {
    struct stat info;
    return is_as_seen(o->site, row, &info, a) && hash_equal(&row->holds, &row->result);
}

bool site_original(site_originals *o, slice path, bool lags, arena *a, slice *bytes) {
    const journal_row *row = o ? journal_find(o->journal, path) : NULL;
    if (!row || row->outcome != SITE_CONVERTED)
        return false;
    bool again =
        lags || (o->update && !hash_equal(&row->rules, &o->rules)) || (o->force && !is_as_written(o, row, a));
    slice why;
    return again && journal_original(o->journal, row, a, bytes, &why);
}
