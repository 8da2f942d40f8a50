/* The way back.
 *
 * Comes in: a site. Goes out: every converted page with the exact bytes from before. Safe at any moment: a
 * page is put back first, what is recorded of it goes after that.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A page whose original lies in a temporary file, to be moved into place. */
typedef struct restored_page {
    site_result result;
    bool forget;   /* the journal knows it */
    bool restores; /* ... `original` is to take its place */
    slice original;
    struct stat info; /* of the page */
    bool writes;      /* `temporary` holds the original */
    char temporary[64];
    stamp then, made;
    hash was, holds; /* the page's bytes, and those of `temporary` */
} restored_page;

typedef struct reversion {
    site *site;
    open_folders *folders;
    journal *journal;
    batches *batches;
    bool force, dry_run, broken;
    const site_events *events;
    site_totals *totals;
} reversion;

/* The page's hash and state, read where they have to be; is it in the old form, as it is after a merge that
 * took theirs? */
static bool look_at_page(const reversion *r, const journal_row *row, struct stat *info, hash *now,
                         bool *is_old, arena *a, slice *message) {
    slice bytes;
    *now = *row_holds(row);
    *is_old = false; /* such a page that a run saw was converted by it */
    if (is_as_seen(r->site, row, info, a))
        return true;
    if (!read_whole(r->site->folder, slice_c_string(row->path, a), a, &bytes, info, message))
        return false;
    *now = hash_bytes(bytes);
    *is_old = !page_text_is_tiptap(bytes, a);
    return true;
}

/* Writes the original into a temporary file. On the thread that reports: the others change no file. */
static void write_original(const reversion *r, restored_page *p, size_t index, arena *a) {
    if (!can_replace(r->folders, slice_c_string(p->result.path, a)))
        p->result.message = describe_error(a, "its folder cannot be written to", errno);
    else {
        snprintf(p->temporary, sizeof p->temporary, TEMPORARY_FOLDER "/" TEMPORARY_REVERT "%zu", index);
        p->writes =
            write_temporary(r->folders, p->temporary, p->original, &p->info, &p->made, a, &p->result.message);
    }
    p->forget = p->writes;
    p->result.outcome = p->writes ? SITE_CONVERTED : SITE_FAILED;
}

/* A folder among the pages is one that could not be read, a symbolic link one that a person named: nobody
 * knows which pages are in it. */
static bool is_unread(const reversion *r, restored_page *p, arena *a) {
    struct stat info;
    if (fstatat(r->site->folder, slice_c_string(p->result.path, a), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        (!S_ISDIR(info.st_mode) && !S_ISLNK(info.st_mode)))
        return false;
    p->result.message =
        S_ISDIR(info.st_mode)
            ? SLICE("it is a folder, and could not be read whole")
            : SLICE("it is a symbolic link, and those are not followed: name what it leads to");
    return true;
}

static void restore_page(void *context, size_t index, work_slot *slot) {
    const reversion *r = context;
    restored_page *p = slot->own;
    p->result = (site_result){.path = *(slice *)vector_at(&r->site->pages, index), .outcome = SITE_FAILED};
    const journal_row *row = journal_find(r->journal, p->result.path);
    hash now;
    bool is_old;
    if (!row)
        p->result.outcome = is_unread(r, p, slot->input) ? SITE_FAILED : SITE_UNCHANGED;
    else if (look_at_page(r, row, &p->info, &now, &is_old, slot->input, &p->result.message)) {
        p->then = stamp_of(&p->info);
        p->was = now;
        p->holds = row->source;
        p->forget = row->outcome != SITE_CONVERTED || hash_equal(&now, &row->source);
        if (p->forget || (is_old && !hash_equal(&now, &row->result) && !r->force))
            p->result.outcome = SITE_UNCHANGED;
        else if (!hash_equal(&now, &row->result) && !r->force) {
            p->result.outcome = SITE_KEPT;
            p->result.message =
                SLICE("edited since it was converted; --force puts the old page back all the same");
        } else if (r->dry_run)
            p->result.outcome = SITE_CONVERTED;
        else
            p->restores = journal_original(r->journal, row, slot->input, &p->original, &p->result.message);
    }
}

static void report(reversion *r, const site_result *result, arena *scratch) {
    r->totals->outcomes[result->outcome]++;
    if (r->events && r->events->page)
        r->events->page(r->events->context, result, scratch);
}

static bool report_page(void *context, size_t index, work_slot *slot) {
    reversion *r = context;
    restored_page *p = slot->own;
    if (p->restores && !r->broken)
        write_original(r, p, index, slot->input);
    if (r->batches)
        batches_move(r->batches);
    page_change c = {.path = p->result.path,
                     .temporary = p->writes ? p->temporary : NULL,
                     .then = p->then,
                     .made = p->made,
                     .was = p->was,
                     .holds = p->holds,
                     .forget = true};
    r->broken = r->broken || (p->forget && r->batches && !batches_add(r->batches, &c));
    if (r->broken && p->writes)
        remove_file(r->site->folder, p->temporary);
    if (!r->broken && p->result.outcome != SITE_UNCHANGED)
        report(r, &p->result, slot->arena);
    return !r->broken;
}

static bool is_stopped(void *context) {
    const reversion *r = context;
    return r->events && r->events->stop && r->events->stop(r->events->context);
}

/* Pages that were reported as put back, and are as they were. */
static void report_failures(reversion *r) {
    const vector *failures = batches_failures(r->batches);
    arena *scratch = arena_new(0);
    for (size_t i = 0; i < failures->count; i++) {
        const page_failure *one = vector_at(failures, i);
        r->totals->outcomes[SITE_CONVERTED]--;
        site_result result = {
            .path = one->path, .outcome = SITE_FAILED, .message = one->why, .is_told_again = true};
        report(r, &result, scratch);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
}

static bool restore_pages(reversion *r, slice *error) {
    work w = {.context = r,
              .size = sizeof(restored_page),
              .each = restore_page,
              .confines = r->site->confines,
              .report = report_page,
              .stop = is_stopped};
    size_t done;
    bool started = work_on(&w, r->site->pages.count, &done);
    bool ok = !r->batches || batches_end(r->batches, error);
    r->totals->stopped = done < r->site->pages.count;
    if (r->batches)
        report_failures(r);
    if (!started)
        *error = SLICE("no thread can be started");
    return started && ok;
}

/* ---- pages that are gone ------------------------------------------------------------------------------- */

/* Nothing lies where it goes, as far as anyone can know. */
static bool bring_back(const reversion *r, const journal_row *row, arena *a, slice *why) {
    static const char TEMPORARY[] = TEMPORARY_FOLDER "/" TEMPORARY_REVERT "gone";
    const char *path = slice_c_string(row->path, a), *temporary = TEMPORARY;
    int root = r->site->folder;
    slice original;
    if (!journal_original(r->journal, row, a, &original, why) ||
        !write_temporary(r->folders, temporary, original, NULL, NULL, a, why))
        return false;
    if (sync_files(root, &temporary, 1) && make_folders(root, path) && is_gone(r->site, row, a) &&
        rename_file(root, temporary, path))
        return true;
    *why = describe_error(a, "it cannot be written", errno);
    remove_file(root, temporary);
    return false;
}

static void look_at_gone(reversion *r, const journal_row *row, vector *back, arena *a) {
    site_result result = {.path = row->path, .outcome = SITE_KEPT};
    if (!r->force)
        result.message = SLICE("gone since it was converted; --force puts the old page back all the same");
    else if (r->dry_run)
        result.outcome = SITE_CONVERTED;
    else
        result.outcome = bring_back(r, row, a, &result.message) ? SITE_CONVERTED : SITE_FAILED;
    if (result.outcome == SITE_CONVERTED)
        *(slice *)vector_push(back) = row->path;
    report(r, &result, a);
}

/* What is recorded of pages goes once they are on the disk. */
static bool forget_pages(const reversion *r, const vector *paths, slice *error) {
    if (syncfs(r->site->folder) != 0) {
        *error = describe_error(r->site->arena, "pages cannot be written to the disk", errno);
        return false;
    }
    bool ok = journal_begin(r->journal, error);
    for (size_t i = 0; ok && i < paths->count; i++)
        ok = journal_forget(r->journal, *(slice *)vector_at(paths, i), error);
    ok = ok && journal_commit(r->journal, error);
    if (!ok)
        journal_rollback(r->journal);
    return ok;
}

static bool restore_gone(reversion *r, slice *error) {
    vector back = vector_new(r->site->arena, sizeof(slice));
    arena *scratch = arena_new(0);
    for (size_t i = 0; !r->totals->stopped && i < journal_count(r->journal); i++, arena_reset(scratch)) {
        const journal_row *row = journal_at(r->journal, i);
        r->totals->stopped = is_stopped(r);
        if (!r->totals->stopped && is_gone(r->site, row, scratch))
            look_at_gone(r, row, &back, scratch);
    }
    arena_destroy(scratch);
    return r->dry_run || !back.count || forget_pages(r, &back, error);
}

bool site_revert(site *s, bool force, bool dry_run, const site_events *events, site_totals *totals,
                 slice *error) {
    reversion r = {.site = s, .force = force, .dry_run = dry_run, .events = events, .totals = totals};
    *totals = (site_totals){{0}, {0}, false};
    r.journal = journal_open(s, dry_run ? JOURNAL_READ : JOURNAL_WRITE, s->arena, error);
    if (!r.journal && dry_run && !error->length)
        return true;
    bool ok = r.journal && journal_load(r.journal, error) && journal_follow_renames(r.journal, s, error);
    r.folders = folders_open(s->folder, s->arena);
    r.batches = ok && !dry_run ? batches_begin(s, r.folders, r.journal, "") : NULL;
    if (ok && !dry_run && !r.batches)
        *error = SLICE("no thread can be started");
    ok = ok && (r.batches || dry_run) && restore_pages(&r, error) && restore_gone(&r, error);
    batches_free(r.batches);
    folders_let_go(r.folders);
    journal_close(r.journal);
    return ok;
}
