/* Pages that were renamed or moved since they were converted: what is recorded of them goes on under the new
 * path.
 *
 * Comes in: a loaded journal, the site's pages. Goes out: rows of pages that are gone, given to pages that no
 * row knows: to one with exactly the bytes that were written, or to one that git says is the same file. Never
 * takes a row from a page that is still there.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

enum { HOPS_MAX = 16 }; /* renames of one page that are followed */

typedef struct renaming {
    site *site;
    const vector *pages; /* all of them, where a page that a person named is gone */
    journal *journal;
    vector gone;      /* of journal_row *: converted pages that are not there; NULL: found */
    hash_map fresh;   /* path → page: in the new form, and no row knows it */
    hash_map results; /* hash of the bytes → slice *: path of such a page */
    arena *arena;
    size_t found;
} renaming;

bool is_absent(const site *s, slice path, arena *scratch) {
    struct stat info;
    return fstatat(s->folder, path.length ? slice_c_string(path, scratch) : ".", &info,
                   AT_SYMLINK_NOFOLLOW) != 0 &&
           (errno == ENOENT || errno == ENOTDIR);
}

bool is_gone(const site *s, const journal_row *row, arena *scratch) {
    return row->outcome == SITE_CONVERTED && is_named(s, row->path) && is_absent(s, row->path, scratch);
}

static bool names_gone(const site *s, const journal *j) {
    arena *scratch = arena_new(0);
    bool any = false;
    for (size_t i = 0; !any && i < journal_count(j); i++, arena_reset(scratch))
        any = is_gone(s, journal_at(j, i), scratch);
    arena_destroy(scratch);
    return any;
}

/* The site's pages are there: rows and pages, both by their paths, are walked along together. */
static void find_gone(renaming *r) {
    const vector *pages = r->pages;
    arena *scratch = arena_new(0);
    for (size_t i = 0, page = 0; i < journal_count(r->journal); i++) {
        const journal_row *row = journal_at(r->journal, i);
        int order = -1;
        while (page < pages->count &&
               (order = slice_compare(*(slice *)vector_at(pages, page), row->path)) < 0)
            page++;
        bool is_there = page < pages->count && order == 0;
        if (row->outcome == SITE_CONVERTED && !is_there && is_absent(r->site, row->path, scratch))
            *(const journal_row **)vector_push(&r->gone) = row;
        arena_reset(scratch);
    }
    arena_destroy(scratch);
}

static bool has_unknown_pages(const renaming *r) {
    size_t at = 0;
    for (size_t i = 0; i < r->pages->count; i++)
        if (!journal_find_next(r->journal, *(slice *)vector_at(r->pages, i), &at))
            return true;
    return false;
}

static bool find_fresh(void *context) {
    renaming *r = context;
    arena *scratch = arena_new(0);
    for (size_t i = 0; i < r->pages->count; i++) {
        slice *path = vector_at(r->pages, i), bytes, why;
        if (!journal_find(r->journal, *path) &&
            read_whole(r->site->folder, slice_c_string(*path, scratch), scratch, &bytes, NULL, &why) &&
            page_text_is_tiptap(bytes, scratch)) {
            hash *now = arena_alloc(r->arena, sizeof *now);
            *now = hash_bytes(bytes);
            *map_put(&r->fresh, *path, NULL) = path;
            *map_put(&r->results, (slice){(const char *)now->bytes, HASH_SIZE}, NULL) = path;
        }
        arena_reset(scratch);
    }
    arena_destroy(scratch);
    return true;
}

/* The row goes on under the new path, which nobody else gets. */
static bool give_row(renaming *r, const journal_row **row, slice *path, slice *error) {
    *map_put(&r->fresh, *path, NULL) = NULL;
    const journal_row *given = *row;
    *row = NULL;
    r->found++;
    return journal_rename(r->journal, given, *path, error);
}

static bool give_by_content(renaming *r, slice *error) {
    for (size_t i = 0; i < r->gone.count; i++) {
        const journal_row **row = vector_at(&r->gone, i);
        slice *path = map_get(&r->results, (slice){(const char *)(*row)->result.bytes, HASH_SIZE});
        if (path && map_get(&r->fresh, *path) && !give_row(r, row, path, error))
            return false;
    }
    return true;
}

/* `renames`: pairs of paths, before and after, the last rename of a path first. */
static bool give_by_git(renaming *r, const vector *renames, slice *error) {
    hash_map to = map_new(r->arena, renames->count);
    for (size_t i = 0; i + 1 < renames->count; i += 2)
        if (!map_has(&to, *(slice *)vector_at(renames, i)))
            *map_put(&to, *(slice *)vector_at(renames, i), NULL) = vector_at(renames, i + 1);
    for (size_t i = 0; i < r->gone.count; i++) {
        const journal_row **row = vector_at(&r->gone, i);
        slice *path = *row ? map_get(&to, (*row)->path) : NULL;
        for (int hops = 0; path && !map_get(&r->fresh, *path) && hops < HOPS_MAX; hops++)
            path = map_get(&to, *path);
        if (path && map_get(&r->fresh, *path) && !give_row(r, row, path, error))
            return false;
    }
    return true;
}

bool journal_follow_renames(journal *j, site *s, slice *error) {
    slice ignored;
    const site *whole = s->whole != s && names_gone(s, j) ? site_whole(s, &ignored) : NULL;
    renaming r = {.site = s,
                  .pages = whole ? &whole->pages : &s->pages,
                  .journal = j,
                  .arena = s->arena,
                  .gone = vector_new(s->arena, sizeof(journal_row *))};
    r.fresh.arena = r.results.arena = s->arena;
    if (!has_unknown_pages(&r))
        return true;
    find_gone(&r);
    if (!r.gone.count)
        return true;
    site_apart(s, find_fresh, &r);
    bool ok = !r.fresh.count || give_by_content(&r, error);
    if (ok && r.found < r.gone.count && r.found < r.fresh.count) {
        vector renames = git_renames(s, s->arena);
        ok = give_by_git(&r, &renames, error);
    }
    return ok && journal_settle_renames(j, error);
}

bool site_knows_gone(site *s, size_t *unknown) {
    slice error = SLICE("");
    journal *j = journal_open(s, JOURNAL_READ, s->arena, &error);
    bool ok = j ? journal_load(j, &error) && journal_follow_renames(j, s, &error) : !error.length;
    hash_map known = map_new(s->arena, 0);
    arena *scratch = arena_new(0);
    for (size_t i = 0; ok && j && i < journal_count(j); i++, arena_reset(scratch)) {
        slice path = journal_at(j, i)->path;
        for (size_t at = is_gone(s, journal_at(j, i), scratch) ? 1 : path.length + 1; at <= path.length; at++)
            if (at == path.length || path.data[at] == '/')
                *map_put(&known, slice_sub(path, 0, at), NULL) = s;
    }
    for (*unknown = 0; ok && *unknown < s->named.count; ++*unknown, arena_reset(scratch)) {
        slice path = *(slice *)vector_at(&s->named, *unknown);
        ok = map_has(&known, path) || !is_absent(s, path, scratch);
        if (!ok)
            break;
    }
    arena_destroy(scratch);
    journal_close(j);
    return ok || error.length;
}
