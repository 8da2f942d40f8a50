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

#define BATCH_PAGES 512

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

/* ---- revert
 * ---------------------------------------------------------------------------------------------------------
 */

/* Puts one page back. SITE_UNCHANGED: there was nothing to put back. `before`: it holds the original's bytes
 * now. */
static site_result revert_page(const site *s, journal *j, slice path, bool force, arena *a, bool *forget) {
    static const char temporary[] = TEMPORARY_FOLDER "/revert";
    const journal_row *row = journal_find(j, path);
    site_result result = {.path = path, .outcome = SITE_UNCHANGED};
    const char *name = slice_c_string(path, a);
    struct stat info;
    *forget = false;
    if (!row)
        return result;
    result.outcome = SITE_FAILED;
    if (!read_whole(s->folder, name, a, &result.before, &info, &result.message))
        return result;
    hash now = hash_bytes(result.before);
    if (row->outcome != SITE_CONVERTED || hash_equal(&now, &row->source)) {
        *forget = true;
        result.outcome = SITE_UNCHANGED;
        return result;
    }
    if (!hash_equal(&now, &row->result) && !force) {
        result.outcome = SITE_KEPT;
        result.message = SLICE("edited since it was converted; --force puts the old page back all the same");
        return result;
    }
    slice original;
    if (!journal_original(j, path, a, &original)) {
        result.message = SLICE("the journal does not hold its bytes from before");
        return result;
    }
    unlinkat(s->folder, temporary, 0);
    if (!can_replace(s->folder, path, a))
        result.message = describe_error(a, "its folder cannot be written to", errno);
    else if (write_new(s->folder, temporary, original, &info, a, &result.message) &&
             (sync_file(s->folder, temporary) || (unlinkat(s->folder, temporary, 0), false)) &&
             move_into_place(s->folder, temporary, name, a, &result.message)) {
        result.outcome = SITE_CONVERTED;
        *forget = true;
    }
    return result;
}

static bool forget_pages(journal *j, const vector *paths, slice *error) {
    bool ok = journal_begin(j, error);
    for (size_t i = 0; ok && i < paths->count; i++)
        ok = journal_forget(j, *(slice *)vector_at(paths, i), error);
    ok = ok && journal_commit(j, error);
    if (!ok)
        journal_rollback(j);
    return ok;
}

bool site_revert(site *s, bool force, const site_events *events, site_totals *totals, slice *error) {
    *totals = (site_totals){{0}, {0}, false};
    journal *j = journal_open(s, JOURNAL_WRITE, s->arena, error);
    if (!j)
        return false;
    bool ok = journal_load(j, error);
    arena *page = arena_create(0);
    vector done = vector_new(s->arena, sizeof(slice));
    for (size_t i = 0; ok && i < s->pages.count && !totals->stopped; i++) {
        bool forget;
        site_result result = revert_page(s, j, *(slice *)vector_at(&s->pages, i), force, page, &forget);
        if (forget)
            *(slice *)vector_push(&done) = result.path;
        totals->outcomes[result.outcome]++;
        if (events && events->page && result.outcome != SITE_UNCHANGED)
            events->page(events->context, &result, page);
        totals->stopped = events && events->stop && events->stop(events->context);
        arena_reset(page);
        if (done.count >= BATCH_PAGES) {
            ok = forget_pages(j, &done, error);
            done.count = 0;
        }
    }
    if (ok && done.count)
        ok = forget_pages(j, &done, error);
    arena_destroy(page);
    journal_close(j);
    return ok;
}
