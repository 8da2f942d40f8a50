/* The run: which files are asked for when, and again when.
 *
 * Comes in: a settled book. Goes out: the same book, every used file here or failed. One thread; the process
 * that has the network keeps many transfers going. Never asks a host for more at once than the options say,
 * never before a host wants it.
 */
#include "fetch.h"

#include <stdlib.h>
#include <time.h>

/* Transfers a connection: HTTP/2 carries them side by side; with HTTP/1.1 the others wait inside curl. */
enum { STREAMS = 8, POLL_MS = 100 };

/* The files that one host is asked for, in their order. */
typedef struct host {
    vector waiting; /* of transfer * */
    size_t next;    /* in waiting */
    unsigned active;
    uint64_t closed_until_ms; /* Retry-After */
} host;

typedef struct run {
    fetch fetch;
    transfer *slots[WIRE_SLOTS]; /* by number: who is going */
    uint16_t free_slots[WIRE_SLOTS];
    size_t free_count;
    vector hosts; /* of host * */
    hash_map host_names;
    vector later; /* of transfer *: wait for their next attempt */
    uint64_t started_ms, told_ms;
    arena *arena;
} run;

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void downloader_fill_defaults(asset_fetch_options *o) {
    const asset_fetch_options defaults = {.per_host = 6,
                                          .in_total = 24,
                                          .attempts = 5,
                                          .backoff_ms = 500,
                                          .wait_limit_ms = 120000,
                                          .connect_ms = 15000,
                                          .stall_ms = 30000,
                                          .total_ms = 30 * 60 * 1000,
                                          .run_ms = 6 * 60 * 60 * 1000,
                                          .run_limit = (uint64_t)64 << 30,
                                          .size_limit = 256u << 20};
    o->per_host = o->per_host ? o->per_host : defaults.per_host;
    o->in_total = o->in_total ? o->in_total : defaults.in_total;
    o->attempts = o->attempts ? o->attempts : defaults.attempts;
    o->backoff_ms = o->backoff_ms ? o->backoff_ms : defaults.backoff_ms;
    o->wait_limit_ms = o->wait_limit_ms ? o->wait_limit_ms : defaults.wait_limit_ms;
    o->connect_ms = o->connect_ms ? o->connect_ms : defaults.connect_ms;
    o->stall_ms = o->stall_ms ? o->stall_ms : defaults.stall_ms;
    o->total_ms = o->total_ms ? o->total_ms : defaults.total_ms;
    o->run_ms = o->run_ms ? o->run_ms : defaults.run_ms;
    o->run_limit = o->run_limit ? o->run_limit : defaults.run_limit;
    o->size_limit = o->size_limit ? o->size_limit : defaults.size_limit;
}

/* ---- what to fetch ------------------------------------------------------------------------------------- */

static host *host_of(run *r, slice remote) {
    size_t from = slice_find(remote, SLICE("//"), 0) + 2, to = slice_find_char(remote, '/', from);
    slice name = slice_sub(remote, from, to);
    host *one = map_get(&r->host_names, name);
    if (one)
        return one;
    one = arena_zeroed(r->arena, sizeof *one);
    one->waiting = vector_new(r->arena, sizeof(transfer *));
    *(host **)vector_push(&r->hosts) = one;
    *map_put(&r->host_names, name, NULL) = one;
    return one;
}

static bool is_due(const asset_entry *entry, const asset_fetch_options *o) {
    if (!entry->used || entry->canonical.length == 0)
        return false;
    return entry->state != ASSET_HERE || (o->refresh && entry->ours);
}

static bool anything_due(const asset_book *book, const asset_fetch_options *o) {
    for (size_t i = 0; i < book->entries.count; i++)
        if (is_due(asset_book_at(book, i), o))
            return true;
    return false;
}

/* Files whose plain name is another's come after it: they may turn out to be the same. */
static size_t enlist(run *r, bool marked) {
    size_t count = 0;
    asset_book *book = r->fetch.book;
    for (size_t i = 0; i < book->entries.count; i++) {
        asset_entry *entry = *(asset_entry **)vector_at(&book->entries, i);
        if (!is_due(entry, &r->fetch.options) || slice_equal(entry->path, entry->canonical) == marked)
            continue;
        transfer *t = arena_zeroed(r->arena, sizeof *t);
        t->fetch = &r->fetch;
        t->entry = entry;
        t->part = -1;
        t->host = host_of(r, entry->remote);
        *(transfer **)vector_push(&t->host->waiting) = t;
        count++;
    }
    return count;
}

/* ---- going ------------------------------------------------------------------------------------------- */

static void begin(run *r, transfer *t) {
    t->slot = r->free_slots[r->free_count - 1];
    if (!transfer_start(t)) {
        transfer_fail(t, "its address is too long");
        r->fetch.progress.failed++;
        return;
    }
    r->free_count--;
    r->slots[t->slot] = t;
    t->going = true;
    t->host->active++;
}

static void begin_waiting(run *r, uint64_t now) {
    const asset_fetch_options *o = &r->fetch.options;
    for (size_t i = 0; i < r->hosts.count; i++) {
        host *one = *(host **)vector_at(&r->hosts, i);
        while (one->next < one->waiting.count && one->active < o->per_host * STREAMS &&
               WIRE_SLOTS - r->free_count < o->in_total * STREAMS && r->free_count &&
               now >= one->closed_until_ms)
            begin(r, *(transfer **)vector_at(&one->waiting, one->next++));
    }
}

static void remove_at(vector *v, size_t i) {
    *(transfer **)vector_at(v, i) = *(transfer **)vector_last(v);
    vector_pop(v);
}

static void begin_later(run *r, uint64_t now) {
    for (size_t i = 0; i < r->later.count && r->free_count;) {
        transfer *t = *(transfer **)vector_at(&r->later, i);
        if (now < t->ready_ms || now < t->host->closed_until_ms) {
            i++;
            continue;
        }
        remove_at(&r->later, i);
        begin(r, t);
    }
}

static void leave(run *r, transfer *t) {
    r->slots[t->slot] = NULL;
    r->free_slots[r->free_count++] = t->slot;
    t->host->active--;
    t->going = false;
}

static void finish(run *r, transfer *t, const wire_message *end) {
    asset_progress *p = &r->fetch.progress;
    leave(r, t);
    outcome o = transfer_end(t, end);
    if (o == OUTCOME_REDIRECT) {
        begin(r, t);
    } else if (o == OUTCOME_LATER) {
        t->ready_ms = now_ms() + t->wait_ms;
        if (t->asked_to_wait)
            t->host->closed_until_ms = t->ready_ms;
        *(transfer **)vector_push(&r->later) = t;
    } else {
        transfer_drop(t);
        p->done += o == OUTCOME_HERE;
        p->failed += o == OUTCOME_FAILED;
    }
}

static void take(run *r, const wire_message *m) {
    transfer *t = r->slots[m->slot];
    if (!t)
        return; /* of what is over */
    if (m->kind == WIRE_END)
        finish(r, t, m);
    else if (!transfer_take(t, m) && !t->cancelled) {
        t->cancelled = true;
        downloader_send(r->fetch.downloader, &(wire_message){.kind = WIRE_CANCEL, .slot = m->slot});
    }
}

static void tell(run *r, bool now) {
    const asset_fetch_options *o = &r->fetch.options;
    uint64_t at = now_ms();
    r->fetch.progress.seconds = (double)(at - r->started_ms) / 1000;
    if (!o->progress || (!now && at - r->told_ms < POLL_MS))
        return;
    r->told_ms = at;
    o->progress(o->context, &r->fetch.progress);
}

static bool is_over(const run *r) {
    bool waiting = r->free_count < WIRE_SLOTS || r->later.count;
    for (size_t i = 0; !waiting && i < r->hosts.count; i++) {
        const host *one = *(host **)vector_at(&r->hosts, i);
        waiting = one->next < one->waiting.count;
    }
    return !waiting || (r->fetch.options.stop && r->fetch.options.stop(r->fetch.options.context));
}

/* The time for all files is over: those that are not here have failed. */
static bool has_run_out(run *r) {
    if (now_ms() - r->started_ms < r->fetch.options.run_ms)
        return false;
    asset_book_seal(r->fetch.book, "not fetched: the run's time for remote files was over");
    return true;
}

static bool go(run *r) {
    while (!is_over(r) && !has_run_out(r)) {
        uint64_t now = now_ms();
        begin_later(r, now);
        begin_waiting(r, now);
        if (!downloader_wait(r->fetch.downloader, POLL_MS))
            return false;
        for (wire_message m; downloader_next(r->fetch.downloader, &m);)
            take(r, &m);
        tell(r, false);
    }
    return true;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static void open_run(run *r) {
    r->started_ms = r->told_ms = now_ms();
    r->fetch.jitter = (r->started_ms * 0x9E3779B97F4A7C15u) | 1;
    while (r->free_count < WIRE_SLOTS) {
        r->free_slots[r->free_count] = (uint16_t)r->free_count;
        r->free_count++;
    }
}

static void close_run(run *r) {
    for (size_t i = 0; i < WIRE_SLOTS; i++)
        if (r->slots[i])
            transfer_drop(r->slots[i]);
    while (r->later.count) {
        transfer_drop(*(transfer **)vector_last(&r->later));
        vector_pop(&r->later);
    }
}

bool assets_fetch(asset_book *book, const asset_rules *rules, downloader *d,
                  const asset_fetch_options *options, asset_progress *result, slice *error) {
    asset_fetch_options filled = options ? *options : (asset_fetch_options){.per_host = 0};
    downloader_fill_defaults(&filled);
    *result = (asset_progress){.files = 0};
    if (!anything_due(book, &filled))
        return true; /* and not a trace of it on the disk */
    if (!store_begin(book, error))
        return false;
    arena *a = arena_new(0);
    run *r = arena_zeroed(a, sizeof *r);
    r->arena = a;
    r->fetch.book = book;
    r->fetch.rules = rules;
    r->fetch.options = filled;
    r->fetch.downloader = d;
    r->hosts = vector_new(a, sizeof(host *));
    r->host_names.arena = a;
    r->later = vector_new(a, sizeof(transfer *));
    r->fetch.progress.files = enlist(r, false);
    open_run(r);
    bool good = go(r);
    if (good) {
        size_t marked = enlist(r, true);
        r->fetch.progress.files += marked;
        good = marked == 0 || go(r);
    }
    tell(r, true);
    *result = r->fetch.progress;
    close_run(r);
    store_end(book);
    arena_destroy(a);
    if (!good)
        *error = SLICE("the fetch could not go on: the process that has the network has ended");
    return good;
}
