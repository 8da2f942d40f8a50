/* What the journal says of each page, and the way back.
 *
 * Comes in: a site. Goes out: the state of every page; or every converted page with the exact bytes from
 * before. Reverting is safe at any moment: a page is put back first, its row goes after it.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BATCH_PAGES 2048
#define BATCH_BYTES ((size_t)64 * 1024 * 1024)

const char *site_state_name(site_state state) {
    static const char *const names[] = {"legacy", "converted", "already", "changed",
                                        "edited", "refused",   "gone",    "failed"};
    return names[state];
}

/* ---- status
 * ---------------------------------------------------------------------------------------------------------
 */

/* The state of a page that no run has recorded; SITE_STATE_COUNT: no page. */
static site_state state_of_new(slice bytes, arena *a) {
    page_parts parts = page_split(bytes);
    findings ignored = findings_new(a);
    front_value root;
    page_error error;
    if (!parts.has_front)
        return SITE_STATE_COUNT;
    bool readable = page_read_front(parts.front, parts.front_line, a, &ignored, &root, &error);
    bool is_new = readable && slice_equal(page_front_text(&root, SLICE("variant")), SLICE("tiptap"));
    return is_new ? SITE_STATE_ALREADY : SITE_STATE_LEGACY;
}

static site_state state_of(const journal_row *row, slice bytes, arena *a) {
    if (!row)
        return state_of_new(bytes, a);
    hash now = hash_bytes(bytes);
    bool is_source = hash_equal(&now, &row->source);
    switch (row->outcome) {
    case SITE_CONVERTED:
        return hash_equal(&now, &row->result) ? SITE_STATE_CONVERTED
               : is_source                    ? SITE_STATE_LEGACY
                                              : SITE_STATE_EDITED;
    case SITE_REFUSED:
        return is_source ? SITE_STATE_REFUSED : SITE_STATE_CHANGED;
    case SITE_ALREADY:
        return is_source ? SITE_STATE_ALREADY : SITE_STATE_CHANGED;
    default:
        return is_source ? SITE_STATE_COUNT : state_of_new(bytes, a);
    }
}

static site_status status_of(const site *s, journal *j, slice path, arena *a) {
    const journal_row *row = j ? journal_find(j, path) : NULL;
    site_status status = {.path = path, .state = SITE_STATE_FAILED};
    slice bytes, error;
    if (read_whole(s->folder, slice_c_string(path, a), a, &bytes, NULL, &error))
        status.state = state_of(row, bytes, a);
    if (row) {
        status.grade = (grade)row->grade;
        status.time = row->outcome == SITE_CONVERTED ? row->time : 0;
        status.findings = journal_findings(j, path, a);
    }
    return status;
}

/* Was the page converted, and is gone? It still lies in what was asked for only when the whole site was. */
static void report_gone(const site *s, const journal_row *row, void (*each)(void *, const site_status *),
                        void *context) {
    struct stat info;
    char path[4096];
    if (row->outcome != SITE_CONVERTED || row->path.length >= sizeof path)
        return;
    memcpy(path, row->path.data, row->path.length);
    path[row->path.length] = '\0';
    if (fstatat(s->folder, path, &info, AT_SYMLINK_NOFOLLOW) == 0 || errno != ENOENT)
        return;
    site_status gone = {
        .path = row->path, .state = SITE_STATE_GONE, .grade = (grade)row->grade, .time = row->time};
    each(context, &gone);
}

bool site_report_status(site *s, void (*each)(void *context, const site_status *status), void *context,
                        slice *error) {
    journal *j = journal_open(s, JOURNAL_READ, s->arena, error);
    if (!j && error->length)
        return false;
    if (j && !journal_load(j, error)) {
        journal_close(j);
        return false;
    }
    arena *page = arena_create(0);
    size_t rows = j ? journal_count(j) : 0, row = 0;
    for (size_t i = 0; i <= s->pages.count; i++) {
        slice path = i < s->pages.count ? *(slice *)vector_at(&s->pages, i) : SLICE("");
        for (; row < rows && (i == s->pages.count || slice_compare(journal_at(j, row)->path, path) < 0);
             row++)
            report_gone(s, journal_at(j, row), each, context);
        if (i == s->pages.count)
            break;
        site_status status = status_of(s, j, path, page);
        if (status.state != SITE_STATE_COUNT)
            each(context, &status);
        arena_reset(page);
    }
    arena_destroy(page);
    journal_close(j);
    return true;
}

/* ---- revert -------------------------------------------------------------------------------- */

/* Pages whose originals lie in temporary files, to be moved into place together. */
typedef struct restoration {
    site *site;
    journal *journal;
    bool force;
    const site_events *events;
    site_totals *totals;
    arena *arena;       /* of the batch */
    vector results;     /* of site_result; SITE_CONVERTED: to be moved into place */
    vector temporaries; /* of const char *, one for each of those */
    vector done;        /* of slice: rows to forget */
} restoration;

static void begin_batch(restoration *r) {
    arena_reset(r->arena);
    r->results = vector_new(r->arena, sizeof(site_result));
    r->temporaries = vector_new(r->arena, sizeof(const char *));
    r->done = vector_new(r->arena, sizeof(slice));
}

/* Writes the original into a temporary file. */
static bool stage_original(restoration *r, slice path, const struct stat *info, slice *message) {
    slice original;
    const char *temporary = slice_c_string(
        format_slice(r->arena, TEMPORARY_FOLDER "/revert-%zu", r->temporaries.count), r->arena);
    if (!journal_original(r->journal, path, r->arena, &original)) {
        *message = SLICE("the journal does not hold its bytes from before");
        return false;
    }
    if (!can_replace(r->site->folder, path, r->arena)) {
        *message = describe_error(r->arena, "its folder cannot be written to", errno);
        return false;
    }
    unlinkat(r->site->folder, temporary, 0);
    if (!write_new(r->site->folder, temporary, original, info, r->arena, message))
        return false;
    *(const char **)vector_push(&r->temporaries) = temporary;
    return true;
}

static void stage_page(restoration *r, slice path) {
    const journal_row *row = journal_find(r->journal, path);
    site_result result = {.path = path, .outcome = SITE_FAILED};
    struct stat info;
    slice bytes;
    if (!row)
        return;
    if (read_whole(r->site->folder, slice_c_string(path, r->arena), r->arena, &bytes, &info,
                   &result.message)) {
        hash now = hash_bytes(bytes);
        if (row->outcome != SITE_CONVERTED || hash_equal(&now, &row->source)) {
            *(slice *)vector_push(&r->done) = path;
            return;
        }
        if (!hash_equal(&now, &row->result) && !r->force) {
            result.outcome = SITE_KEPT;
            result.message =
                SLICE("edited since it was converted; --force puts the old page back all the same");
        } else if (stage_original(r, path, &info, &result.message))
            result.outcome = SITE_CONVERTED;
    }
    *(site_result *)vector_push(&r->results) = result;
}

static bool forget_pages(journal *j, const vector *paths, slice *error) {
    if (!paths->count)
        return true;
    bool ok = journal_begin(j, error);
    for (size_t i = 0; ok && i < paths->count; i++)
        ok = journal_forget(j, *(slice *)vector_at(paths, i), error);
    ok = ok && journal_commit(j, error);
    if (!ok)
        journal_rollback(j);
    return ok;
}

/* Moves one page's original into place. */
static void restore_page(restoration *r, site_result *result, const char *temporary, slice problem) {
    const char *path = slice_c_string(result->path, r->arena);
    if (!problem.length && move_into_place(r->site->folder, temporary, path, r->arena, &problem)) {
        *(slice *)vector_push(&r->done) = result->path;
        return;
    }
    unlinkat(r->site->folder, temporary, 0);
    result->outcome = SITE_FAILED;
    result->message = problem;
}

/* Pages first, their rows after: killed in between, a page is simply not converted. */
static bool finish_batch(restoration *r, slice *error) {
    const char *const *temporary = r->temporaries.items;
    slice problem = SLICE("");
    if (!sync_files(r->site->folder, temporary, r->temporaries.count))
        problem = describe_error(r->arena, "the disk cannot be written", errno);
    for (size_t i = 0; i < r->results.count; i++) {
        site_result *result = vector_at(&r->results, i);
        if (result->outcome == SITE_CONVERTED)
            restore_page(r, result, *temporary++, problem);
        r->totals->outcomes[result->outcome]++;
        if (r->events && r->events->page)
            r->events->page(r->events->context, result, r->arena);
    }
    bool ok = forget_pages(r->journal, &r->done, error);
    begin_batch(r);
    return ok;
}

bool site_revert(site *s, bool force, const site_events *events, site_totals *totals, slice *error) {
    restoration r = {.site = s, .force = force, .events = events, .totals = totals};
    *totals = (site_totals){{0}, {0}, false};
    r.journal = journal_open(s, JOURNAL_WRITE, s->arena, error);
    if (!r.journal)
        return false;
    r.arena = arena_create(0);
    begin_batch(&r);
    bool ok = journal_load(r.journal, error);
    for (size_t i = 0; ok && i < s->pages.count && !totals->stopped; i++) {
        stage_page(&r, *(slice *)vector_at(&s->pages, i));
        totals->stopped = events && events->stop && events->stop(events->context);
        if (r.results.count + r.done.count >= BATCH_PAGES || arena_used(r.arena) > BATCH_BYTES)
            ok = finish_batch(&r, error);
    }
    ok = ok && finish_batch(&r, error);
    arena_destroy(r.arena);
    journal_close(r.journal);
    return ok;
}
