/* One file on its way: what is asked for, what may come in, and whether it counts.
 *
 * Comes in: headers and bytes, from the process that has the network. Goes out: a verified file at its path,
 * or a problem in words. Follows a redirect only to where the rules lead, never keeps a file that was not
 * checked.
 */
#include "fetch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static slice text_of(const char *text) {
    return slice_of(text);
}

static outcome failed(transfer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static outcome failed(transfer *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->problem, sizeof t->problem, format, arguments);
    va_end(arguments);
    return OUTCOME_FAILED;
}

/* ---- bytes ------------------------------------------------------------------------------------------- */

static bool write_part(transfer *t) {
    for (size_t done = 0; done < t->length;) {
        ssize_t count = pwrite(t->part, t->bytes + done, t->length - done, (off_t)t->in_part);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
        t->in_part += (uint64_t)count;
    }
    t->length = 0;
    return true;
}

/* Moves what is held to the part. Of a file that is not whole, the ledger learns which bytes these are the
 * beginning of. */
static bool spill(transfer *t, bool whole) {
    if (t->part < 0) {
        t->part = store_open_part(t->fetch->book, t->entry, t->in_part == 0);
        if (t->part < 0)
            return false;
        if (!whole && t->in_part == 0 && t->entry->state != ASSET_HERE) {
            arena *a = t->fetch->book->arena;
            t->entry->etag = slice_copy(text_of(t->etag), a);
            t->entry->modified = slice_copy(text_of(t->modified), a);
            store_note(t->fetch->book, t->entry);
        }
    }
    return write_part(t);
}

static void restart(transfer *t) {
    t->length = 0;
    t->in_part = 0;
    if (t->part >= 0)
        close(t->part);
    t->part = -1;
    store_drop_part(t->fetch->book, t->entry);
}

/* RFC 9110 §13.1.5: only a strong validator may join two parts. */
static bool can_resume(slice etag, slice modified) {
    return etag.length ? etag.data[0] == '"' : modified.length > 0;
}

static bool take_body(transfer *t) {
    t->body_begun = true;
    if (t->status == 206) {
        slice range = slice_trim(slice_of(t->range));
        char *end = t->range;
        if (slice_starts_with(range, SLICE("bytes ")) && is_digit(range.data[6]) &&
            strtoull(range.data + 6, &end, 10) == t->in_part && *end == '-')
            return true;
        failed(t, "the server sent another part than was asked for");
        restart(t);
        t->wrong_part = true;
        return false;
    }
    if (t->status == 200 && t->in_part)
        restart(t); /* the whole file, from its beginning: it has changed, or the server knows no parts */
    return true;
}

static bool hold(transfer *t, const char *bytes, size_t count) {
    if (t->length + count > t->capacity) {
        size_t wanted = t->capacity ? t->capacity * 2 : 32768;
        while (wanted < t->length + count)
            wanted *= 2;
        char *grown = realloc(t->bytes, wanted);
        if (!grown)
            return false;
        t->bytes = grown;
        t->capacity = wanted;
    }
    memcpy(t->bytes + t->length, bytes, count);
    t->length += count;
    return true;
}

static outcome too_large(transfer *t) {
    return failed(t, "larger than the limit of %llu bytes", (unsigned long long)t->fetch->options.size_limit);
}

static outcome run_too_large(transfer *t) {
    return failed(t, "the run's limit of %llu bytes in all is reached",
                  (unsigned long long)t->fetch->options.run_limit);
}

static bool refuse_body(transfer *t) {
    restart(t);
    t->body_refused = true;
    return false;
}

static bool take_bytes(transfer *t, slice bytes) {
    const asset_fetch_options *o = &t->fetch->options;
    if (!t->body_begun || t->body_refused)
        return false;
    t->fetch->progress.bytes += bytes.length;
    if (t->fetch->progress.bytes > o->run_limit) {
        run_too_large(t);
        return refuse_body(t);
    }
    if (t->in_part + t->length + bytes.length > o->size_limit) {
        too_large(t);
        return refuse_body(t);
    }
    if (!hold(t, bytes.data, bytes.length) || (t->length >= SPILL && !spill(t, false))) {
        failed(t, "cannot be written: %s", strerror(errno));
        t->body_refused = true;
        return false;
    }
    return true;
}

static void keep_text(char out[TEXT_MAX], slice text) {
    snprintf(out, TEXT_MAX, "%.*s", SLICE_ARGS(text));
}

static bool take_head(transfer *t, const wire_message *m) {
    if (t->body_begun || (m->numbers[0] != 200 && m->numbers[0] != 206))
        return false;
    t->status = (long)m->numbers[0];
    t->packed = m->numbers[1] & 1;
    keep_text(t->etag, m->texts[0]);
    keep_text(t->modified, m->texts[1]);
    keep_text(t->type, m->texts[2]);
    keep_text(t->range, m->texts[3]);
    if (take_body(t))
        return true;
    t->body_refused = true;
    return false;
}

bool transfer_take(transfer *t, const wire_message *m) {
    return m->kind == WIRE_HEAD ? take_head(t, m) : take_bytes(t, m->texts[0]);
}

/* ---- asking ------------------------------------------------------------------------------------------ */

/* The ledger lies in the checkout: anybody may have written these. */
static bool can_be_sent(slice text, size_t most) {
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < ' ' || text.data[i] == 0x7F)
            return false;
    return text.length <= most;
}

/* Only what is new (a second run), or only what is missing (a part is there). */
static void add_conditions(transfer *t, wire_message *m) {
    const asset_entry *entry = t->entry;
    bool known = can_be_sent(entry->etag, WIRE_TEXT) && can_be_sent(entry->modified, WIRE_TEXT);
    if (entry->state == ASSET_HERE)
        store_drop_part(t->fetch->book, entry);
    else if (known && can_resume(entry->etag, entry->modified))
        t->in_part = store_part_size(t->fetch->book, entry);
    m->numbers[1] = entry->state == ASSET_HERE && known ? WIRE_IF_CHANGED
                    : t->in_part                        ? WIRE_FROM
                                                        : WIRE_ALWAYS;
    m->numbers[2] = t->in_part;
    if (m->numbers[1] != WIRE_ALWAYS) {
        m->texts[1] = entry->etag;
        m->texts[2] = entry->modified;
    }
}

bool transfer_start(transfer *t) {
    wire_message m = {.kind = WIRE_ASK,
                      .slot = t->slot,
                      .numbers = {t->fetch->options.size_limit},
                      .texts = {t->url ? slice_of(t->url) : t->entry->remote}};
    t->status = 0;
    t->body_begun = t->body_refused = t->packed = t->asked_to_wait = t->wrong_part = t->cancelled = false;
    t->etag[0] = t->modified[0] = t->type[0] = t->range[0] = t->problem[0] = '\0';
    t->length = 0;
    t->in_part = 0;
    t->part = -1;
    if (t->hops == 0)
        t->attempts++;
    add_conditions(t, &m);
    return can_be_sent(m.texts[0], WIRE_URL) && downloader_send(t->fetch->downloader, &m);
}

/* ---- judging ----------------------------------------------------------------------------------------- */

static uint64_t random_below(fetch *f, uint64_t limit) {
    f->jitter ^= f->jitter << 13; /* xorshift64 */
    f->jitter ^= f->jitter >> 7;
    f->jitter ^= f->jitter << 17;
    return limit ? f->jitter % limit : 0;
}

/* Twice as long each time, somewhere between half of it and all. `asked`: what Retry-After said, in seconds.
 */
static outcome again(transfer *t, uint64_t asked) {
    const asset_fetch_options *o = &t->fetch->options;
    if (t->attempts >= o->attempts)
        return OUTCOME_FAILED;
    if (asked > o->wait_limit_ms / 1000)
        return failed(t, "the server asks to come back in %llu seconds", (unsigned long long)asked);
    uint64_t wait = (uint64_t)o->backoff_ms << (t->attempts - 1 < 6 ? t->attempts - 1 : 6);
    t->asked_to_wait = asked > 0;
    t->wait_ms = asked > 0 ? asked * 1000 : wait / 2 + random_below(t->fetch, wait / 2 + 1);
    return OUTCOME_LATER;
}

static bool is_https(slice url) {
    return slice_equal_nocase(slice_sub(url, 0, 6), SLICE("https:"));
}

static outcome take_redirect(transfer *t, slice to) {
    slice from = t->url ? slice_of(t->url) : t->entry->remote, shown = slice_sub(to, 0, 160);
    if (!to.length)
        return failed(t, "the server answered %ld without saying where to go", t->status);
    if (is_https(from) && !is_https(to))
        return failed(t, "redirect from https to %.*s, which is not", SLICE_ARGS(shown));
    if (++t->hops > HOPS_MAX)
        return failed(t, "more than %d redirects", HOPS_MAX);
    arena *scratch = arena_new(0);
    bool allowed = asset_rules_allow(t->fetch->rules, to, scratch);
    arena_destroy(scratch);
    if (!allowed)
        return failed(t, "redirect to %.*s, which is on no asset host that is turned on", SLICE_ARGS(shown));
    char *copy = strndup(to.data, to.length);
    if (!copy)
        return failed(t, "out of memory");
    free(t->url);
    t->url = copy;
    return OUTCOME_REDIRECT;
}

static outcome judge_status(transfer *t, uint64_t asked) {
    failed(t, "the server answered %ld", t->status);
    switch (t->status) {
    case 416: /* the part is longer than the file */
        restart(t);
        return again(t, 0);
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return again(t, asked);
    default:
        return OUTCOME_FAILED;
    }
}

static outcome judge_error(transfer *t, const wire_message *end) {
    if (t->body_refused)
        return t->wrong_part ? again(t, 0) : OUTCOME_FAILED;
    switch (end->numbers[0]) {
    case WIRE_PASSING:
        failed(t, "%.*s", SLICE_ARGS(end->texts[0]));
        return again(t, 0);
    case WIRE_NOT_PUBLIC:
        return failed(t, "the host's address is not public");
    case WIRE_NOT_ALLOWED:
        return failed(t, "it is on no asset host that was turned on when the run began");
    case WIRE_TOO_LARGE:
        return too_large(t);
    case WIRE_RUN_TOO_LARGE:
        return run_too_large(t);
    default:
        return failed(t, "%.*s", SLICE_ARGS(end->texts[0]));
    }
}

static void settle_entry(transfer *t, asset_state state, uint64_t size, finding_code code,
                         const char *problem) {
    arena *a = t->fetch->book->arena;
    asset_entry *entry = t->entry;
    entry->state = state;
    entry->ours = state == ASSET_HERE;
    entry->size = size;
    entry->code = code;
    entry->problem = slice_copy(slice_of(problem), a);
    if (state == ASSET_HERE) {
        entry->etag = slice_copy(text_of(t->etag), a);
        entry->modified = slice_copy(text_of(t->modified), a);
    }
    store_note(t->fetch->book, entry);
}

/* The same bytes are there under the name that this one would have had alone: one file for both. */
static bool share_file(transfer *t, slice bytes) {
    asset_entry *entry = t->entry;
    if (slice_equal(entry->path, entry->canonical) || !store_same(t->fetch->book, entry->canonical, bytes))
        return false;
    entry->path = entry->canonical;
    return true;
}

static bool keep_file(transfer *t, slice bytes) {
    bool known = t->entry->state == ASSET_HERE && t->entry->ours;
    if (!known && share_file(t, bytes)) {
        restart(t);
        return true;
    }
    if (t->length && !spill(t, true))
        return false;
    close(t->part);
    t->part = -1;
    return store_keep_part(t->fetch->book, t->entry, known);
}

static outcome judge_bytes(transfer *t, slice bytes) {
    verdict v = inspect_bytes(bytes, t->entry->path, slice_of(t->type));
    if (!v.good) {
        failed(t, "%s", v.problem);
        restart(t);
        return again(t, 0); /* an error page in place of a picture passes, at times */
    }
    if (!keep_file(t, bytes)) {
        int error = errno;
        restart(t);
        return failed(t, "%.*s cannot be written: %s", SLICE_ARGS(t->entry->path),
                      error == ELOOP || error == ENOTDIR
                          ? "a folder on the way is no folder or a symbolic link"
                          : strerror(error));
    }
    settle_entry(t, ASSET_HERE, bytes.length, v.code, v.problem);
    return OUTCOME_HERE;
}

/* The whole file is here: in memory, or in its part, or its end in memory. */
static outcome judge_file(transfer *t) {
    if (t->in_part == 0)
        return judge_bytes(t, (slice){t->bytes, t->length});
    if ((t->length || t->part < 0) && !spill(t, true))
        return failed(t, "cannot be written: %s", strerror(errno));
    size_t size = (size_t)t->in_part;
    if (ftruncate(t->part, (off_t)size) != 0)
        return failed(t, "cannot be written: %s", strerror(errno));
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, t->part, 0);
    if (map == MAP_FAILED)
        return failed(t, "cannot be read again: %s", strerror(errno));
    outcome o = judge_bytes(t, (slice){map, size});
    munmap(map, size);
    return o;
}

static outcome judge(transfer *t, const wire_message *end) {
    if (end->numbers[0] != WIRE_DONE || t->body_refused)
        return judge_error(t, end);
    if (t->body_begun)
        return judge_file(t);
    t->status = (long)(end->numbers[1] % 1000);
    if (t->status == 304 && t->entry->state == ASSET_HERE)
        return OUTCOME_HERE;
    if (t->status >= 300 && t->status < 400)
        return take_redirect(t, end->texts[1]);
    return judge_status(t, end->numbers[2]);
}

static void release(transfer *t) {
    if (t->part >= 0)
        close(t->part);
    t->part = -1;
    free(t->bytes);
    t->bytes = NULL;
    t->length = t->capacity = 0;
}

/* What came in before a break is of use only where its continuation can be asked for. */
static void keep_part(transfer *t) {
    bool useful = t->entry->state != ASSET_HERE && !t->packed && (t->status == 200 || t->status == 206) &&
                  can_resume(slice_of(t->etag), slice_of(t->modified)) && t->in_part + t->length > 0;
    if (!useful || (t->length && !spill(t, false)))
        restart(t);
}

outcome transfer_end(transfer *t, const wire_message *end) {
    outcome o = judge(t, end);
    if (o == OUTCOME_LATER || o == OUTCOME_FAILED)
        keep_part(t);
    if (o == OUTCOME_FAILED &&
        t->entry->state != ASSET_HERE) /* a refresh that failed costs nothing that is here */
        settle_entry(t, ASSET_FAILED, 0, FINDING_ASSET_LOST, t->problem);
    if (o != OUTCOME_REDIRECT)
        t->hops = 0;
    if (o == OUTCOME_LATER) {
        free(t->url); /* from the beginning: a redirect may have changed */
        t->url = NULL;
    }
    release(t);
    return o;
}

void transfer_drop(transfer *t) {
    if (t->going && t->body_begun && !t->body_refused)
        keep_part(t);
    release(t);
    free(t->url);
    t->url = NULL;
}

void transfer_fail(transfer *t, const char *why) {
    if (t->entry->state != ASSET_HERE)
        settle_entry(t, ASSET_FAILED, 0, FINDING_ASSET_LOST, why);
    transfer_drop(t);
}
