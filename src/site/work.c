/* The same work on many pages, on all cores.
 *
 * Comes in: how many pages, what to do with each. Goes out: the results, in order, to the thread that asked.
 * A worker is at most a few pages ahead of what is reported, so that memory does not grow with the site.
 */
#include "private.h"

#include "sandbox/sandbox.h"

#include <fcntl.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#define SLOTS_PER_JOB 6
#define SLOTS_MIN 48 /* of several threads: the others go on while one is at a page that takes long */
#define JOBS_MAX 256
#define MEMORY_MAX ((size_t)4 << 30)    /* of the pages in hand, however many threads there are */
#define MEMORY_KEPT ((size_t)512 << 20) /* by all slots, from page to page */

typedef struct crew {
    const work *work;
    size_t count;
    pthread_mutex_t lock;
    pthread_cond_t done, room; /* for the thread that reports, for workers */
    work_slot *slots;
    size_t slot_count;
    size_t next;     /* page to be taken by a worker */
    size_t reported; /* pages that were reported: their slots are free */
    size_t waiting;  /* pages that are done and not reported yet */
    size_t idle;     /* workers that wait for room */
    size_t held;     /* memory of the pages in hand */
    size_t waiting_for_memory;
    bool stop;
} crew;

static unsigned count_jobs(unsigned wanted, size_t pages) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = wanted ? wanted : cores > 0 ? (size_t)cores : 1;
    jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
    return (unsigned)(jobs > pages ? pages : jobs);
}

static size_t count_slots(unsigned jobs) {
    size_t slots = (size_t)jobs * SLOTS_PER_JOB;
    return jobs > 1 && slots < SLOTS_MIN ? SLOTS_MIN : slots;
}

/* Waits until there is memory for the page. The one that is to be reported next is always begun: the others
 * wait for it. */
static void take_memory(crew *c, size_t index, work_slot *slot) {
    size_t needs = c->work->needs ? c->work->needs(c->work->context, index, slot) : 0;
    pthread_mutex_lock(&c->lock);
    while (index != c->reported && c->held + needs > MEMORY_MAX) {
        c->waiting_for_memory++;
        pthread_cond_signal(&c->done);
        pthread_cond_wait(&c->room, &c->lock);
        c->waiting_for_memory--;
    }
    slot->held = needs;
    c->held += needs;
    pthread_mutex_unlock(&c->lock);
}

/* With the lock held: what the page took, in place of what it might have taken. */
static void settle_memory(crew *c, work_slot *slot, size_t took) {
    c->held -= slot->held;
    slot->held = took;
    c->held += took;
    if (c->waiting_for_memory)
        pthread_cond_broadcast(&c->room);
}

/* The memory of a page that took much goes back to the system, where all slots together would keep too much.
 */
static void empty_slot(const crew *c, work_slot *slot) {
    if (arena_used(slot->input) + arena_used(slot->arena) <= MEMORY_KEPT / c->slot_count)
        return;
    arena_destroy(slot->input);
    arena_destroy(slot->arena);
    slot->input = arena_new(0);
    slot->arena = arena_new(c->work->memory);
}

static void *run_worker(void *argument) {
    crew *c = argument;
    if (c->work->confines)
        sandbox_thread();
    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (!c->stop && c->next < c->count && c->next >= c->reported + c->slot_count) {
            c->idle++;
            pthread_cond_signal(&c->done);
            pthread_cond_wait(&c->room, &c->lock);
            c->idle--;
        }
        if (c->stop || c->next >= c->count)
            break;
        size_t index = c->next++;
        work_slot *slot = &c->slots[index % c->slot_count];
        pthread_mutex_unlock(&c->lock);
        arena_reset(slot->input);
        arena_reset(slot->arena);
        memset(slot->own, 0, c->work->size);
        take_memory(c, index, slot);
        c->work->each(c->work->context, index, slot);
        close_file(&slot->page);
        pthread_mutex_lock(&c->lock);
        slot->done = true;
        settle_memory(c, slot, arena_used(slot->input) + arena_used(slot->arena));
        if (++c->waiting >= c->slot_count / 2 ||
            c->waiting_for_memory) /* waking up for each page would cost more than some pages do */
            pthread_cond_signal(&c->done);
    }
    pthread_cond_signal(&c->done);
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* A tenth of a second at most: then `stop` is asked again. */
static void wait_for_page(crew *c) {
    struct timespec soon;
    clock_gettime(CLOCK_REALTIME, &soon);
    soon.tv_nsec += 100000000;
    if (soon.tv_nsec >= 1000000000)
        soon.tv_sec++, soon.tv_nsec -= 1000000000;
    pthread_cond_timedwait(&c->done, &c->lock, &soon);
}

static void report_pages(crew *c) {
    const work *w = c->work;
    pthread_mutex_lock(&c->lock);
    for (;;) {
        if (!c->stop && w->stop && w->stop(w->context))
            c->stop = true;
        if (c->stop)
            pthread_cond_broadcast(&c->room);
        if (c->reported == c->next && (c->stop || c->next == c->count))
            break;
        work_slot *slot = &c->slots[c->reported % c->slot_count];
        if (!slot->done) {
            wait_for_page(c);
            continue;
        }
        pthread_mutex_unlock(&c->lock);
        bool go_on = w->report(w->context, c->reported, slot);
        empty_slot(c, slot);
        pthread_mutex_lock(&c->lock);
        slot->done = false;
        c->waiting--;
        c->reported++;
        settle_memory(c, slot, 0);
        c->stop |= !go_on;
        if (c->idle && c->next - c->reported <= c->slot_count / 2)
            pthread_cond_broadcast(&c->room);
    }
    pthread_mutex_unlock(&c->lock);
}

size_t memory_for_page(const site *s, const convert_engine *engine, slice path, work_slot *slot) {
    slot->page = open_whole(s->folder, slice_c_string(path, slot->input));
    const struct stat *info = &slot->page.info;
    if (slot->page.file < 0 || !S_ISREG(info->st_mode) || info->st_size < 0)
        return 0;
    size_t size = (size_t)info->st_size;
    return convert_memory(engine, size) + 3 * size;
}

bool work_on(const work *w, size_t count, size_t *reported) {
    unsigned jobs = count_jobs(w->jobs, count), started = 0;
    pthread_t threads[JOBS_MAX];
    arena *memory = arena_new(0);
    crew c = {.work = w, .count = count, .slot_count = count_slots(jobs)};
    c.slots = arena_zeroed(memory, (c.slot_count + 1) * sizeof *c.slots);
    for (size_t i = 0; i < c.slot_count; i++)
        c.slots[i] = (work_slot){.input = arena_new(0),
                                 .arena = arena_new(w->memory),
                                 .own = arena_zeroed(memory, w->size),
                                 .page.file = -1};
    pthread_mutex_init(&c.lock, NULL);
    pthread_cond_init(&c.done, NULL);
    pthread_cond_init(&c.room, NULL);
    while (started < jobs && pthread_create(&threads[started], NULL, run_worker, &c) == 0)
        started++;
    if (started > 0)
        report_pages(&c);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_cond_destroy(&c.room);
    pthread_cond_destroy(&c.done);
    pthread_mutex_destroy(&c.lock);
    for (size_t i = 0; i < c.slot_count; i++)
        arena_destroy(c.slots[i].input), arena_destroy(c.slots[i].arena);
    arena_destroy(memory);
    *reported = c.reported;
    return started > 0 || count == 0;
}

/* ---- in ranges ----------------------------------------------------------------------------------------- */

#define RANGE_MIN 512 /* what a thread is worth starting for */

typedef struct range {
    const range_work *work;
    size_t first, end;
} range;

static void *run_range(void *argument) {
    const range *r = argument;
    if (r->work->confines)
        sandbox_thread();
    r->work->each(r->work->context, r->first, r->end);
    return NULL;
}

void work_on_ranges(const range_work *w, size_t count) {
    unsigned jobs = count_jobs(w->jobs, count / (w->least ? w->least : RANGE_MIN)), started = 0;
    pthread_t threads[JOBS_MAX];
    range ranges[JOBS_MAX];
    size_t each = jobs > 1 ? count / jobs : count, done = each; /* the first is this thread's */
    while (started + 1 < jobs) {
        bool last = started + 2 == jobs;
        ranges[started] = (range){w, done, last ? count : done + each};
        if (pthread_create(&threads[started], NULL, run_range, &ranges[started]) != 0)
            break;
        done = ranges[started++].end;
    }
    w->each(w->context, 0, each);
    w->each(w->context, done, count);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
}
