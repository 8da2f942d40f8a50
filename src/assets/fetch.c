/* The run: which files are asked for when, and again when.
 *
 * Comes in: a settled book. Goes out: the same book, every used file here or failed. One thread; curl's multi
 * interface keeps many transfers going. Never asks a host for more at once than the options say, never before
 * a host wants it.
 */
#include "fetch.h"

#include <netdb.h>
#include <stdlib.h>
#include <time.h>

/* Transfers a connection: HTTP/2 carries them side by side; with HTTP/1.1 the others wait inside curl. */
enum { STREAMS = 8, HANDLES_MAX = 256, POLL_MS = 100 };

/* The files that one host is asked for, in their order. */
typedef struct host {
    vector waiting; /* of transfer * */
    size_t next;    /* in waiting */
    unsigned active;
    uint64_t closed_until_ms; /* Retry-After */
} host;

typedef struct run {
    fetch fetch;
    CURLM *multi;
    CURL *spare[HANDLES_MAX];
    size_t spare_count;
    vector hosts; /* of host * */
    hash_map host_names;
    vector later; /* of transfer *: wait for their next attempt */
    vector going; /* of transfer * */
    uint64_t started_ms, told_ms;
    arena *arena;
} run;

static uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void fill_defaults(asset_fetch_options *o) {
    const asset_fetch_options defaults = {.per_host = 6,
                                          .in_total = 24,
                                          .attempts = 5,
                                          .backoff_ms = 500,
                                          .wait_limit_ms = 120000,
                                          .connect_ms = 15000,
                                          .stall_ms = 30000,
                                          .total_ms = 30 * 60 * 1000,
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
    if (entry->state == ASSET_HERE)
        return o->refresh && entry->ours;
    return entry->state == ASSET_WANTED || !o->keep_failed;
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

static CURL *take_handle(run *r) {
    if (r->spare_count)
        return r->spare[--r->spare_count];
    CURL *easy = curl_easy_init();
    if (easy)
        transfer_prepare(easy, &r->fetch);
    return easy;
}

static void give_handle(run *r, CURL *easy) {
    if (r->spare_count < HANDLES_MAX)
        r->spare[r->spare_count++] = easy;
    else
        curl_easy_cleanup(easy);
}

static bool begin(run *r, transfer *t) {
    CURL *easy = t->easy ? t->easy : take_handle(r);
    if (!easy || !transfer_start(t, easy) || curl_multi_add_handle(r->multi, easy) != CURLM_OK)
        return false;
    *(transfer **)vector_push(&r->going) = t;
    t->host->active++;
    return true;
}

static bool begin_waiting(run *r, uint64_t now) {
    const asset_fetch_options *o = &r->fetch.options;
    for (size_t i = 0; i < r->hosts.count; i++) {
        host *one = *(host **)vector_at(&r->hosts, i);
        while (one->next < one->waiting.count && one->active < o->per_host * STREAMS &&
               r->going.count < o->in_total * STREAMS && now >= one->closed_until_ms)
            if (!begin(r, *(transfer **)vector_at(&one->waiting, one->next++)))
                return false;
    }
    return true;
}

static void remove_at(vector *v, size_t i) {
    *(transfer **)vector_at(v, i) = *(transfer **)vector_last(v);
    vector_pop(v);
}

static bool begin_later(run *r, uint64_t now) {
    for (size_t i = 0; i < r->later.count;) {
        transfer *t = *(transfer **)vector_at(&r->later, i);
        if (now < t->ready_ms || now < t->host->closed_until_ms) {
            i++;
            continue;
        }
        remove_at(&r->later, i);
        if (!begin(r, t))
            return false;
    }
    return true;
}

static void leave(run *r, transfer *t) {
    curl_multi_remove_handle(r->multi, t->easy);
    for (size_t i = 0; i < r->going.count; i++)
        if (*(transfer **)vector_at(&r->going, i) == t) {
            remove_at(&r->going, i);
            break;
        }
    t->host->active--;
}

static bool finish(run *r, transfer *t, CURLcode code) {
    asset_progress *p = &r->fetch.progress;
    leave(r, t);
    outcome o = transfer_end(t, code);
    if (o == OUTCOME_REDIRECT)
        return begin(r, t);
    give_handle(r, t->easy);
    t->easy = NULL;
    if (o == OUTCOME_LATER) {
        t->ready_ms = now_ms() + t->wait_ms;
        if (t->asked_to_wait)
            t->host->closed_until_ms = t->ready_ms;
        *(transfer **)vector_push(&r->later) = t;
        return true;
    }
    transfer_drop(t);
    p->done += o == OUTCOME_HERE;
    p->failed += o == OUTCOME_FAILED;
    return true;
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
    bool waiting = r->going.count || r->later.count;
    for (size_t i = 0; !waiting && i < r->hosts.count; i++) {
        const host *one = *(host **)vector_at(&r->hosts, i);
        waiting = one->next < one->waiting.count;
    }
    return !waiting || (r->fetch.options.stop && r->fetch.options.stop(r->fetch.options.context));
}

static bool go(run *r) {
    int running = 0, left;
    while (!is_over(r)) {
        uint64_t now = now_ms();
        if (!begin_later(r, now) || !begin_waiting(r, now) ||
            curl_multi_perform(r->multi, &running) != CURLM_OK)
            return false;
        bool any = false;
        for (CURLMsg *message; (message = curl_multi_info_read(r->multi, &left));) {
            char *owner = NULL;
            any = true;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
            if (message->msg == CURLMSG_DONE && !finish(r, (transfer *)(void *)owner, message->data.result))
                return false;
        }
        tell(r, false);
        if (!any && curl_multi_poll(r->multi, NULL, 0, POLL_MS, NULL) != CURLM_OK)
            return false;
    }
    return true;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

/* The user's proxy may well have an address that is not public: it may be used, on the proxy's own port. */
static const char **proxy_addresses(const asset_fetch_options *o, uint16_t *at_port, arena *a) {
    vector list = vector_new(a, sizeof(const char *));
    CURLU *url = o->proxy && *o->proxy ? curl_url() : NULL;
    char *name = NULL, *port = NULL;
    struct addrinfo *found = NULL;
    *at_port = 0;
    if (url &&
        curl_url_set(url, CURLUPART_URL, o->proxy, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &name, 0) == CURLUE_OK) {
        /* curl: 1080 where an address of a proxy names no port, but for https */
        bool https = strncmp(o->proxy, "https:", 6) == 0;
        bool named = curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK;
        *at_port = named ? (uint16_t)strtoul(port, NULL, 10) : https ? 443 : 1080;
        getaddrinfo(name, NULL, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found);
    }
    for (struct addrinfo *one = found; one; one = one->ai_next) {
        char text[64];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
            *(const char **)vector_push(&list) = slice_c_string(slice_of(text), a);
    }
    if (found)
        freeaddrinfo(found);
    curl_free(name);
    curl_free(port);
    curl_url_cleanup(url);
    vector_push(&list);
    return list.items;
}

static void open_run(run *r) {
    const asset_fetch_options *o = &r->fetch.options;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    r->multi = curl_multi_init();
    curl_multi_setopt(r->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)o->per_host);
    curl_multi_setopt(r->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)o->in_total);
    for (const char *const *one = o->connect_to; one && *one; one++)
        r->fetch.connect_to = curl_slist_append(r->fetch.connect_to, *one);
    r->fetch.proxy = proxy_addresses(o, &r->fetch.proxy_port, r->arena);
    r->started_ms = r->told_ms = now_ms();
    r->fetch.jitter = (r->started_ms * 0x9E3779B97F4A7C15u) | 1;
}

static void close_run(run *r) {
    while (r->going.count) {
        transfer *t = *(transfer **)vector_last(&r->going);
        leave(r, t);
        transfer_drop(t);
        curl_easy_cleanup(t->easy);
    }
    while (r->later.count) {
        transfer_drop(*(transfer **)vector_last(&r->later));
        vector_pop(&r->later);
    }
    while (r->spare_count)
        curl_easy_cleanup(r->spare[--r->spare_count]);
    curl_slist_free_all(r->fetch.connect_to);
    curl_multi_cleanup(r->multi);
    curl_global_cleanup();
}

bool assets_fetch(asset_book *book, const asset_rules *rules, const asset_fetch_options *options,
                  asset_progress *result, slice *error) {
    asset_fetch_options filled = options ? *options : (asset_fetch_options){.per_host = 0};
    fill_defaults(&filled);
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
    r->hosts = vector_new(a, sizeof(host *));
    r->host_names.arena = a;
    r->later = vector_new(a, sizeof(transfer *));
    r->going = vector_new(a, sizeof(transfer *));
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
        *error = SLICE("the fetch could not go on: out of memory");
    return good;
}
