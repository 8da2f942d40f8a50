/* Changes of pages, made durable many at a time.
 *
 * Comes in: what the journal is to hold of a page, and a temporary file with its new bytes. Goes out: rows
 * committed, files moved into place, in this order for each batch of pages:
 *   1. new files are on the disk, rows and originals are committed    (a thread of its own: it mostly waits)
 *   2. new files are moved into place                                 (the thread that adds, between two
 * pages), the old ones removed (threads of their own: on some disks each waits)
 *   3. what is only true from now on is committed with a later batch  (the thread of 1)
 * Killed at any moment, every page is exactly as before or as after, and the journal knows both.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 4       /* being filled, committed, moved, and one of leeway */
#define BATCH_PAGES 256 /* once nothing is being committed; while something is, a batch may grow */
#define BATCH_PAGES_MAX 4096
#define BATCH_BYTES ((size_t)16 * 1024 * 1024)
#define REMOVERS 8         /* threads */
#define REMOVED_AT_ONCE 32 /* old files, by one of them */

typedef struct batch {
    arena *arena;
    vector changes; /* of page_change */
    size_t bytes;
    bool is_exchanged;        /* its pages are in place, the old ones in that of their temporary files */
    size_t removing, removed; /* changes whose old files are taken by a thread; ... are no more */
    bool is_moved;            /* and all of them are no more */
} batch;

/* Batch number n is ring[n % BATCHES]; settled <= taken <= committed <= filled <= settled + BATCHES. */
struct batches {
    const site *site;
    open_folders *folders;
    journal *journal;
    const char *program;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    batch ring[BATCHES];
    size_t filled, committed, taken, settled;
    bool ending, failed;
    slice error;
    pthread_t removers[REMOVERS];
    size_t remover_count;
    pthread_cond_t exchanged; /* for them */
    bool closing;
    arena *arena;
    vector failures; /* of page_failure */
};

static batch *batch_at(batches *b, size_t number) {
    return &b->ring[number % BATCHES];
}

static void empty_batch(batch *one) {
    arena_reset(one->arena);
    one->changes = vector_new(one->arena, sizeof(page_change));
    one->bytes = 0;
    one->is_exchanged = one->is_moved = false;
    one->removing = one->removed = 0;
}

static void note_failure(batches *b, page_change *c, slice why) {
    remove_file(b->site->folder, c->temporary);
    c->temporary = NULL;
    c->looked = false;
    c->forget = c->is_first;
    pthread_mutex_lock(&b->lock);
    *(page_failure *)vector_push(&b->failures) =
        (page_failure){slice_copy(c->path, b->arena), slice_copy(why, b->arena), c->grade};
    pthread_mutex_unlock(&b->lock);
}

/* ---- before and after the move ------------------------------------------------------------------------- */

static bool sync_batch(batches *b, batch *one, slice *error) {
    vector paths = vector_new(one->arena, sizeof(char *));
    for (size_t i = 0; i < one->changes.count; i++) {
        const page_change *c = vector_at(&one->changes, i);
        if (c->temporary)
            *(const char **)vector_push(&paths) = c->temporary;
    }
    if (sync_files(b->site->folder, paths.items, paths.count))
        return true;
    *error = describe_error(one->arena, "new pages cannot be written to the disk", errno);
    return false;
}

static bool put_rows(batches *b, size_t number, slice *error) {
    const batch *one = batch_at(b, number);
    bool ok = true;
    for (size_t i = 0; ok && i < one->changes.count; i++) {
        const page_change *c = vector_at(&one->changes, i);
        journal_move_row move = {c->temporary, c->path, c->was, c->holds};
        ok = (!c->is_over || journal_set_aside(b->journal, c->path, error)) &&
             (!c->row || journal_put(b->journal, c->row, c->json, c->original, b->program, error)) &&
             (!c->temporary || journal_move(b->journal, number, &move, error));
    }
    return ok;
}

/* The stamp that the page has now, if it is still what was looked at: the file that was moved into place, or
 * the one that was read. A change from here on gives it another one: the clock has moved past this one. */
static bool find_stamp(const batches *b, const batch *one, const page_change *c, int64_t clock, stamp *now) {
    struct stat info;
    if (!c->looked)
        return false;
    *now = c->then;
    if (!c->temporary)
        return stamp_is_before(now, journal_began(b->journal));
    if (fstatat(b->site->folder, slice_c_string(c->path, one->arena), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    *now = stamp_of(&info);
    return stamp_same_file(now, &c->made) && stamp_is_before(now, clock);
}

/* Lets the clock move past the pages that were just moved: a tick of most file systems is a few milliseconds.
 */
static int64_t wait_for_clock(journal *j) {
    const struct timespec tick = {0, 1000000};
    int64_t begin = journal_clock(j), now = begin;
    for (int tries = 0; now <= begin && tries < 12; tries++) {
        nanosleep(&tick, NULL);
        now = journal_clock(j);
    }
    return now;
}

/* What is recorded of a page goes only once the page itself is on the disk. */
static bool sync_moved(batches *b, const batch *one, slice *error) {
    bool any = false;
    for (size_t i = 0; i < one->changes.count; i++) {
        const page_change *c = vector_at(&one->changes, i);
        any |= c->forget && c->temporary;
    }
    if (!any || syncfs(b->site->folder) == 0)
        return true;
    *error = describe_error(one->arena, "pages cannot be written to the disk", errno);
    return false;
}

static bool settle_rows(batches *b, const batch *one, slice *error) {
    bool ok = sync_moved(b, one, error);
    int64_t clock = wait_for_clock(b->journal);
    for (size_t i = 0; ok && i < one->changes.count; i++) {
        const page_change *c = vector_at(&one->changes, i);
        stamp seen;
        if (c->forget && c->temporary &&
            !is_in_place(b->site->folder, slice_c_string(c->path, one->arena), &c->made))
            continue; /* nobody knows what is there: what is recorded stays */
        if (c->forget)
            ok = journal_forget(b->journal, c->path, error);
        else if (find_stamp(b, one, c, clock, &seen))
            ok = journal_see(b->journal, c->path, &seen, &c->holds, c->names_files, error);
    }
    return ok;
}

/* ---- the thread that writes ---------------------------------------------------------------------------- */

/* One transaction: what is true since batches were moved, and what must be known before the next one is. */
static bool write_batches(batches *b, size_t settled, size_t moved, const size_t *next, slice *error) {
    bool ok = journal_begin(b->journal, error);
    for (; ok && settled < moved; settled++)
        ok = settle_rows(b, batch_at(b, settled), error) && journal_moved(b->journal, settled, error);
    ok = ok && (!next || (put_rows(b, *next, error) && sync_batch(b, batch_at(b, *next), error))) &&
         journal_commit(b->journal, error);
    if (!ok)
        journal_rollback(b->journal);
    return ok;
}

static void give_up(batches *b, slice error) {
    pthread_mutex_lock(&b->lock);
    b->failed = true;
    b->error = error;
    pthread_mutex_unlock(&b->lock);
}

/* What the thread can do now. False: nothing. */
static bool find_work(const batches *b, size_t *moved, bool *has_next) {
    *has_next = b->committed < b->filled;
    *moved = b->settled;
    while (*moved < b->taken && b->ring[*moved % BATCHES].is_moved)
        ++*moved;
    bool wanted = *has_next || b->ending || b->filled - b->settled == BATCHES;
    return *has_next || (wanted && *moved > b->settled);
}

static void *write_all(void *argument) {
    batches *b = argument;
    pthread_mutex_lock(&b->lock);
    while (!b->failed && !(b->ending && b->settled == b->filled)) {
        size_t moved;
        bool has_next;
        if (!find_work(b, &moved, &has_next)) {
            pthread_cond_wait(&b->changed, &b->lock);
            continue;
        }
        size_t settled = b->settled, next = b->committed;
        slice error = SLICE("");
        pthread_mutex_unlock(&b->lock);
        if (!write_batches(b, settled, moved, has_next ? &next : NULL, &error))
            give_up(b, error);
        pthread_mutex_lock(&b->lock);
        if (!b->failed) {
            for (; b->settled < moved; b->settled++)
                empty_batch(batch_at(b, b->settled));
            b->committed += has_next;
        }
        pthread_cond_broadcast(&b->changed);
    }
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* ---- the old files ------------------------------------------------------------------------------------- */

static void remove_old(const batches *b, const batch *one, size_t first, size_t end) {
    int folder = open_below(b->site->folder, TEMPORARY_FOLDER, O_PATH | O_DIRECTORY, 0);
    for (size_t i = first; folder >= 0 && i < end; i++) {
        const page_change *c = vector_at(&one->changes, i);
        if (c->temporary)
            unlinkat(folder, c->temporary + sizeof TEMPORARY_FOLDER, 0);
    }
    if (folder >= 0)
        close(folder);
}

/* The first batch of which something is left. */
static batch *find_removal(batches *b) {
    for (size_t number = b->settled; number < b->taken; number++) {
        batch *one = batch_at(b, number);
        if (one->is_exchanged && one->removing < one->changes.count)
            return one;
    }
    return NULL;
}

/* With the lock held. False: there is nothing to remove. */
static bool remove_some(batches *b) {
    batch *one = find_removal(b);
    if (!one)
        return false;
    size_t first = one->removing, left = one->changes.count - first;
    size_t end = one->removing = first + (left < REMOVED_AT_ONCE ? left : REMOVED_AT_ONCE);
    pthread_mutex_unlock(&b->lock);
    remove_old(b, one, first, end);
    pthread_mutex_lock(&b->lock);
    one->removed += end - first;
    one->is_moved = one->removed == one->changes.count;
    if (one->is_moved)
        pthread_cond_broadcast(&b->changed);
    return true;
}

static void *run_remover(void *argument) {
    batches *b = argument;
    pthread_mutex_lock(&b->lock);
    while (remove_some(b) || !b->closing)
        if (!find_removal(b) && !b->closing)
            pthread_cond_wait(&b->exchanged, &b->lock);
    pthread_mutex_unlock(&b->lock);
    return NULL;
}

/* Few files are removed at once, and all where there are no threads. */
static void begin_removal(batches *b, batch *one) {
    bool few = one->changes.count <= REMOVED_AT_ONCE;
    while (!few && b->remover_count < REMOVERS &&
           pthread_create(&b->removers[b->remover_count], NULL, run_remover, b) == 0)
        b->remover_count++;
    pthread_mutex_lock(&b->lock);
    one->is_exchanged = true;
    if (b->remover_count)
        pthread_cond_broadcast(&b->exchanged);
    while ((few || !b->remover_count) && remove_some(b))
        ;
    pthread_mutex_unlock(&b->lock);
}

static void end_removal(batches *b) {
    pthread_mutex_lock(&b->lock);
    b->closing = true;
    pthread_cond_broadcast(&b->exchanged);
    pthread_mutex_unlock(&b->lock);
    for (size_t i = 0; i < b->remover_count; i++)
        pthread_join(b->removers[i], NULL);
    b->remover_count = 0;
}

/* ---- the move ------------------------------------------------------------------------------------------ */

static void move_page(batches *b, batch *one, page_change *c) {
    slice why = {NULL, 0};
    if (c->temporary && !replace_page(b->folders, c->temporary, slice_c_string(c->path, one->arena), &c->then,
                                      &c->made, one->arena, &why))
        note_failure(b, c, why);
}

void batches_move(batches *b) {
    pthread_mutex_lock(&b->lock);
    bool any = b->taken < b->committed;
    batch *one = any ? batch_at(b, b->taken++) : NULL;
    pthread_mutex_unlock(&b->lock);
    if (!any)
        return;
    for (size_t i = 0; i < one->changes.count; i++)
        move_page(b, one, vector_at(&one->changes, i));
    folders_let_go(b->folders);
    begin_removal(b, one);
}

/* ---- for the thread that reports ----------------------------------------------------------------------- */

batches *batches_begin(const site *s, open_folders *f, journal *j, const char *program) {
    batches *b = calloc(1, sizeof *b);
    if (!b)
        return NULL;
    *b = (batches){.site = s, .folders = f, .journal = j, .program = program, .arena = arena_new(0)};
    b->failures = vector_new(b->arena, sizeof(page_failure));
    for (size_t i = 0; i < BATCHES; i++) {
        b->ring[i].arena = arena_new(0);
        empty_batch(&b->ring[i]);
    }
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    pthread_cond_init(&b->exchanged, NULL);
    if (pthread_create(&b->thread, NULL, write_all, b) == 0)
        return b;
    b->failed = true;
    batches_free(b);
    return NULL;
}

/* With the lock held: moves what is committed, or waits for a change. */
static void move_or_wait(batches *b) {
    bool moves = b->taken < b->committed;
    if (!moves)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    if (moves)
        batches_move(b);
    pthread_mutex_lock(&b->lock);
}

/* Hands the batch over and waits for room for another one; moves what others have no time for. */
static void hand_over(batches *b) {
    pthread_mutex_lock(&b->lock);
    b->filled++;
    pthread_cond_broadcast(&b->changed);
    while (!b->failed && b->filled - b->settled == BATCHES)
        move_or_wait(b);
    pthread_mutex_unlock(&b->lock);
}

static bool has_failed(batches *b) {
    pthread_mutex_lock(&b->lock);
    bool failed = b->failed;
    pthread_mutex_unlock(&b->lock);
    return failed;
}

static bool is_full(batches *b, const batch *one) {
    pthread_mutex_lock(&b->lock);
    bool idle = b->committed == b->filled;
    pthread_mutex_unlock(&b->lock);
    return one->changes.count >= (idle ? BATCH_PAGES : BATCH_PAGES_MAX) || one->bytes >= BATCH_BYTES;
}

static const journal_row *copy_row(const journal_row *row, arena *a) {
    journal_row *copy = arena_alloc(a, sizeof *copy);
    *copy = *row;
    copy->path = slice_copy(row->path, a);
    return copy;
}

bool batches_add(batches *b, const page_change *given) {
    if (has_failed(b))
        return false;
    batch *one = batch_at(b, b->filled);
    page_change *c = vector_push_zeroed(&one->changes);
    *c = *given;
    c->path = slice_copy(given->path, one->arena);
    c->row = given->row ? copy_row(given->row, one->arena) : NULL;
    c->json = slice_copy(given->json, one->arena);
    c->original = given->original.data ? slice_copy(given->original, one->arena) : given->original;
    c->temporary = given->temporary ? slice_c_string(slice_of(given->temporary), one->arena) : NULL;
    one->bytes += given->original.length;
    if (is_full(b, one))
        hand_over(b);
    return true;
}

/* Of batches that were not committed: their pages are as they were. */
static void drop_rest(batches *b) {
    for (size_t number = b->committed; number <= b->filled && number < b->settled + BATCHES; number++) {
        batch *one = batch_at(b, number);
        for (size_t i = 0; i < one->changes.count; i++) {
            page_change *c = vector_at(&one->changes, i);
            if (c->temporary)
                note_failure(b, c, b->error);
        }
    }
}

static int compare_failures(const void *one, const void *other) {
    return slice_compare(((const page_failure *)one)->path, ((const page_failure *)other)->path);
}

bool batches_end(batches *b, slice *error) {
    if (!has_failed(b) && batch_at(b, b->filled)->changes.count)
        hand_over(b);
    pthread_mutex_lock(&b->lock);
    b->ending = true;
    pthread_cond_broadcast(&b->changed);
    while (b->taken < b->filled && !(b->failed && b->taken == b->committed))
        move_or_wait(b);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    end_removal(b);
    if (b->failed)
        drop_rest(b);
    if (b->failures.count)
        qsort(b->failures.items, b->failures.count, sizeof(page_failure), compare_failures);
    if (b->failed)
        *error = slice_copy(b->error, b->site->arena);
    return !b->failed;
}

const vector *batches_failures(const batches *b) {
    return &b->failures;
}

void batches_free(batches *b) {
    if (!b)
        return;
    for (size_t i = 0; i < BATCHES; i++)
        arena_destroy(b->ring[i].arena);
    arena_destroy(b->arena);
    pthread_cond_destroy(&b->changed);
    pthread_cond_destroy(&b->exchanged);
    pthread_mutex_destroy(&b->lock);
    free(b);
}
