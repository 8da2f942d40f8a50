/* What a run will convert again, before it begins: for those who must know what its pages need.
 *
 * Comes in: a site with its journal, the run's options. Goes out: the bytes from before, page by page. Reads
 * only.
 */
#include "private.h"

struct site_originals {
    journal *journal;
    hash rules;
    bool force;
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
    *o = (site_originals){j, hash_rules(options, a), options->force};
    return o;
}

void site_originals_close(site_originals *o) {
    if (o)
        journal_close(o->journal);
}

bool site_original(site_originals *o, slice path, bool lags, arena *a, slice *bytes) {
    const journal_row *row = o ? journal_find(o->journal, path) : NULL;
    bool again = row && (lags || o->force || !hash_equal(&row->rules, &o->rules));
    return again && row->outcome == SITE_CONVERTED && journal_original(o->journal, path, a, bytes);
}
