/* A run over the pages of a site.
 *
 * Comes in: a site, what convert/ needs, callbacks. Goes out: pages converted on all cores, one result a page
 * in the order of their paths. Workers read, convert and write new files into the state folder; this thread
 * reports, records a batch in the journal, and only then moves its files into place. Killed at any moment,
 * every page is exactly as before or as after.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SLOTS_PER_JOB 6
#define BATCH_PAGES 2048
#define BATCH_BYTES ((size_t)64 * 1024 * 1024)

/* A page in work. A slot belongs to a worker until `ready`, then to the thread that reports. */
typedef struct slot {
    arena *input; /* what was read, and the words about it */
    arena *arena; /* the conversion's */
    bool ready;
    site_result result;
    convert_result conversion;
    journal_row row;
    bool records; /* the journal is to hold `row` */
    bool keeps;   /* ... and `source_bytes` as the page's original */
    slice source_bytes;
    bool writes; /* `temporary` holds the new bytes */
    char temporary[64];
    struct stat info; /* of the page as it was read */
} slot;

typedef struct run {
    site *site;
    const site_options *options;
    const site_events *events;
    site_totals *totals;
    journal *journal; /* NULL in dry runs without one, and with --out */
    int out;          /* the folder of --out, or -1 */
    hash rules;
    arena *links_arena;
    site_links *links; /* what the site links to; read before the first page is converted */
    pthread_mutex_t links_lock;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    slot *slots;
    size_t slot_count;
    size_t next;     /* page to be taken by a worker */
    size_t reported; /* pages that were reported: their slots are free */
    bool stop;
    /* The batch: pages whose rows are in the open transaction and whose files wait to be moved. */
    arena *batch_arena;
    vector moves; /* of move */
    size_t batch_bytes, batch_rows;
} run;

typedef struct move {
    const char *temporary, *path;
    struct stat info;
} move;

/* ---- what is to be done with a page
 * --------------------------------------------------------------------------- */

static site_outcome outcome_of(convert_state state) {
    switch (state) {
    case CONVERT_DONE:
        return SITE_CONVERTED;
    case CONVERT_ALREADY:
        return SITE_ALREADY;
    case CONVERT_NOT_A_PAGE:
        return SITE_NOT_A_PAGE;
    default:
        return SITE_REFUSED;
    }
}

static void findings_to_json(const findings *found, buffer *out) {
    buffer_append_char(out, '[');
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = vector_at(&found->items, i);
        buffer_printf(out, "%s{\"code\":\"%s\",\"line\":%u,\"column\":%u,\"detail\":", i ? "," : "",
                      finding_describe(one->code)->name, one->line, one->column);
        buffer_append_json(out, one->detail);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static bool settle(slot *s, site_outcome outcome, const journal_row *row, slice message) {
    s->result.outcome = outcome;
    s->result.grade = (grade)row->grade;
    s->result.message = message;
    return true;
}

/* The bytes from before, of a page that was converted. */
static bool take_original(run *r, slot *s) {
    pthread_mutex_lock(&r->lock); /* one statement for all threads */
    bool found = journal_original(r->journal, s->result.path, s->input, &s->source_bytes);
    pthread_mutex_unlock(&r->lock);
    return found;
}

/* Was it converted while a file was missing that can be had now? */
static bool is_behind(const run *r, const slot *s) {
    const asset_rules *assets = r->options->convert->assets;
    return assets && asset_can_come_home(assets, s->source_bytes, s->input);
}

/* Was the page refused (--strict) for links that may have gone since? A page that was converted keeps its
 * findings: they say what the conversion took away. */
static bool hangs_on_links(run *r, slot *s, const journal_row *row) {
    if (row->outcome != SITE_REFUSED)
        return false;
    pthread_mutex_lock(&r->lock);
    slice recorded = journal_findings(r->journal, s->result.path, s->input);
    pthread_mutex_unlock(&r->lock);
    return slice_find(recorded, SLICE("\"code\":\"linked-id\""), 0) != SLICE_NONE;
}

/* Settles what the journal and the files alone can settle. False: `s->source_bytes` is to be converted. */
static bool settle_from_journal(run *r, slot *s, const journal_row *row, const hash *now) {
    bool same_rules = hash_equal(&row->rules, &r->rules) && !is_behind(r, s);
    bool is_source = hash_equal(now, &row->source), is_result = hash_equal(now, &row->result);
    if (row->outcome != SITE_CONVERTED)
        return is_source && same_rules && !hangs_on_links(r, s, row) &&
               settle(s, SITE_UNCHANGED, row, SLICE(""));
    if (is_source) /* put back by a person, or never moved into place */
        return false;
    if (is_result && same_rules)
        return settle(s, SITE_UNCHANGED, row, SLICE(""));
    if (!is_result && !r->options->force)
        return settle(s, SITE_KEPT, row, SLICE("edited since it was converted; --force converts it again"));
    /* What was written is converted again from the bytes before; so is an edit, unless it is a legacy page
     * itself. */
    page_parts parts = page_split(s->source_bytes);
    if (!is_result && slice_find(parts.front, SLICE("variant: tiptap"), 0) == SLICE_NONE)
        return false;
    return !take_original(r, s) &&
           settle(s, SITE_KEPT, row, SLICE("the journal no longer holds its original"));
}

/* A page that stays as it was written: it would not be converted any more, or to the same bytes. True:
 * settled. */
static bool settle_again(slot *s, const journal_row *row, const hash *now) {
    if (!row || row->outcome != SITE_CONVERTED || hash_equal(now, &row->source))
        return false;
    if (s->result.outcome != SITE_CONVERTED)
        return settle(s, SITE_KEPT, row, SLICE("it would be refused now: it stays as it was written"));
    if (slice_equal(s->conversion.output, s->result.before))
        s->result.outcome = SITE_UNCHANGED;
    return false;
}

static void write_output(const run *r, slot *s, size_t index) {
    slice error = {NULL, 0}, output = s->conversion.output;
    if (r->options->dry_run || slice_equal(output, s->result.before))
        return;
    if (r->out >= 0) {
        const char *path = slice_c_string(s->result.path, s->input);
        if (!make_folders(r->out, path))
            error = describe_error(s->input, "its folder cannot be made", errno);
        else if ((unlinkat(r->out, path, 0) == 0 || errno == ENOENT) &&
                 write_new(r->out, path, output, &s->info, s->input, &error))
            return;
    } else if (!can_replace(r->site->folder, s->result.path, s->input))
        error = describe_error(s->input, "its folder cannot be written to", errno);
    else {
        snprintf(s->temporary, sizeof s->temporary, TEMPORARY_FOLDER "/%zu", index);
        s->writes = write_new(r->site->folder, s->temporary, output, &s->info, s->input, &error);
        if (s->writes)
            return;
    }
    s->result.outcome = SITE_FAILED;
    s->result.message = error;
}

static void record(const run *r, slot *s) {
    bool converted = s->conversion.state == CONVERT_DONE;
    buffer json = buffer_new(s->input, 256);
    findings_to_json(&s->conversion.found, &json);
    s->records = true;
    s->keeps = converted;
    s->row = (journal_row){.path = s->result.path,
                           .source = hash_bytes(s->source_bytes),
                           .rules = r->rules,
                           .outcome = (uint8_t)outcome_of(s->conversion.state),
                           .grade = (uint8_t)s->result.grade,
                           .time = (int64_t)time(NULL),
                           .findings = buffer_slice(&json)};
    s->row.result = converted ? hash_bytes(s->conversion.output) : s->row.source;
}

/* What is asked for, with what is known of this page. A run with nothing to do reads no links. */
static convert_options options_of_page(run *r, slice path) {
    convert_options own = *r->options->convert;
    pthread_mutex_lock(&r->links_lock);
    if (!r->links)
        r->links = site_read_links(r->site, r->links_arena);
    pthread_mutex_unlock(&r->links_lock);
    own.linked_ids = site_links_to(r->links, path, &own.linked_id_count);
    return own;
}

static void convert_slot(run *r, slot *s, size_t index) {
    slice bytes;
    s->result = (site_result){.path = *(slice *)vector_at(&r->site->pages, index), .outcome = SITE_FAILED};
    s->records = s->keeps = s->writes = false;
    if (!read_whole(r->site->folder, slice_c_string(s->result.path, s->input), s->input, &bytes, &s->info,
                    &s->result.message))
        return;
    s->result.before = s->source_bytes = bytes;
    const journal_row *row = r->journal ? journal_find(r->journal, s->result.path) : NULL;
    hash now = {{0}};
    if (row)
        now = hash_bytes(bytes);
    if (row && settle_from_journal(r, s, row, &now))
        return;
    convert_options options = options_of_page(r, s->result.path);
    convert_page(s->source_bytes, &options, s->arena, &s->conversion);
    s->result.conversion = &s->conversion;
    s->result.outcome = outcome_of(s->conversion.state);
    s->result.grade = s->conversion.grade;
    if (settle_again(s, row, &now))
        return;
    if (s->result.outcome == SITE_CONVERTED)
        write_output(r, s, index);
    if (r->journal && !r->options->dry_run && s->result.outcome != SITE_FAILED)
        record(r, s);
}

/* ---- workers
 * ------------------------------------------------------------------------------------------------------ */

static void *work(void *argument) {
    run *r = argument;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        while (!r->stop && r->next < r->site->pages.count && r->next >= r->reported + r->slot_count)
            pthread_cond_wait(&r->changed, &r->lock);
        if (r->stop || r->next >= r->site->pages.count) {
            pthread_mutex_unlock(&r->lock);
            return NULL;
        }
        size_t index = r->next++;
        pthread_mutex_unlock(&r->lock);
        slot *s = &r->slots[index % r->slot_count];
        convert_slot(r, s, index);
        pthread_mutex_lock(&r->lock);
        s->ready = true;
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
}

/* ---- batches
 * ------------------------------------------------------------------------------------------------------ */

/* A page that was reported as converted, and is as it was. */
static void report_failure(run *r, const move *one, slice why) {
    site_result result = {.path = slice_of(one->path), .outcome = SITE_FAILED, .message = why};
    unlinkat(r->site->folder, one->temporary, 0);
    r->totals->outcomes[SITE_CONVERTED]--;
    r->totals->outcomes[SITE_FAILED]++;
    if (r->events && r->events->page)
        r->events->page(r->events->context, &result, r->batch_arena);
}

static void empty_batch(run *r) {
    arena_reset(r->batch_arena);
    r->moves = vector_new(r->batch_arena, sizeof(move));
    r->batch_bytes = r->batch_rows = 0;
}

/* The new files are on the disk before the journal says so. */
static bool sync_batch(run *r, slice *error) {
    vector paths = vector_new(r->batch_arena, sizeof(char *));
    for (size_t i = 0; i < r->moves.count; i++)
        *(const char **)vector_push(&paths) = ((const move *)vector_at(&r->moves, i))->temporary;
    if (sync_files(r->site->folder, paths.items, paths.count))
        return true;
    *error = describe_error(r->site->arena, "new pages cannot be written to the disk", errno);
    return false;
}

/* Moves what waits into place; a page that changed while it was converted stays as it is. */
static void move_batch(run *r) {
    for (size_t i = 0; i < r->moves.count; i++) {
        const move *one = vector_at(&r->moves, i);
        slice why;
        if (!is_unchanged(r->site->folder, one->path, &one->info))
            report_failure(r, one, SLICE("it was changed while it was converted: run again"));
        else if (!move_into_place(r->site->folder, one->temporary, one->path, r->batch_arena, &why))
            report_failure(r, one, why);
    }
}

static bool finish_batch(run *r, slice *error) {
    if (!r->batch_rows)
        return true;
    bool ok = sync_batch(r, error) && journal_commit(r->journal, error);
    if (ok)
        move_batch(r);
    else {
        journal_rollback(r->journal);
        for (size_t i = 0; i < r->moves.count; i++)
            report_failure(r, vector_at(&r->moves, i), *error);
    }
    empty_batch(r);
    return ok;
}

static bool add_to_batch(run *r, const slot *s, slice *error) {
    if (!r->batch_rows && !journal_begin(r->journal, error))
        return false;
    if (!journal_put(r->journal, &s->row, s->keeps ? s->source_bytes : (slice){NULL, 0}, r->options->program,
                     error))
        return false;
    r->batch_rows++;
    r->batch_bytes += s->source_bytes.length;
    if (s->writes) {
        move *one = vector_push(&r->moves);
        one->temporary = slice_c_string(slice_of(s->temporary), r->batch_arena);
        one->path = slice_c_string(s->result.path, r->batch_arena);
        one->info = s->info;
    }
    return true;
}

/* ---- reporting, in order
 * ---------------------------------------------------------------------------------------------- */

static bool report_slot(run *r, slot *s, slice *error) {
    bool ok = true;
    if (s->records) {
        ok = add_to_batch(r, s, error);
        if (!ok && s->writes)
            unlinkat(r->site->folder, s->temporary, 0);
        if (!ok) {
            s->result.outcome = SITE_FAILED;
            s->result.message = *error;
        }
    }
    r->totals->outcomes[s->result.outcome]++;
    if (s->result.outcome == SITE_CONVERTED || s->result.outcome == SITE_REFUSED)
        r->totals->grades[s->result.grade]++;
    if (r->events && r->events->page)
        r->events->page(r->events->context, &s->result, s->arena);
    if (ok && (r->batch_rows >= BATCH_PAGES || r->batch_bytes >= BATCH_BYTES))
        ok = finish_batch(r, error);
    return ok;
}

static bool is_stopped(const run *r) {
    return r->events && r->events->stop && r->events->stop(r->events->context);
}

/* Reports pages as they become ready, in order, until all are or the run ends. */
static bool report_pages(run *r, slice *error) {
    bool ok = true;
    for (;;) {
        pthread_mutex_lock(&r->lock);
        if (!ok || (!r->stop && is_stopped(r))) {
            r->totals->stopped = r->next < r->site->pages.count;
            r->stop = true;
            pthread_cond_broadcast(&r->changed);
        }
        bool done = r->reported == r->next && (r->stop || r->next == r->site->pages.count);
        slot *s = &r->slots[r->reported % r->slot_count];
        while (!done && !s->ready) {
            struct timespec soon;
            clock_gettime(CLOCK_REALTIME, &soon);
            soon.tv_nsec += 100000000;
            if (soon.tv_nsec >= 1000000000)
                soon.tv_sec++, soon.tv_nsec -= 1000000000;
            pthread_cond_timedwait(&r->changed, &r->lock, &soon);
            if (!s->ready)
                break; /* to look at `stop` */
        }
        bool ready = !done && s->ready;
        pthread_mutex_unlock(&r->lock);
        if (done)
            return ok;
        if (!ready)
            continue;
        /* After a failure of the journal, pages in hand are dropped: they are as they were. */
        if (ok)
            ok = report_slot(r, s, error);
        else if (s->writes)
            unlinkat(r->site->folder, s->temporary, 0);
        arena_reset(s->input);
        arena_reset(s->arena);
        pthread_mutex_lock(&r->lock);
        s->ready = false;
        r->reported++;
        pthread_cond_broadcast(&r->changed);
        pthread_mutex_unlock(&r->lock);
    }
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------ */

static unsigned count_jobs(const site_options *options, size_t pages) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = options->jobs ? options->jobs : cores > 0 ? (unsigned)cores : 1;
    jobs = jobs > 256 ? 256 : jobs;
    return jobs > pages ? (unsigned)(pages ? pages : 1) : jobs;
}

static bool run_threads(run *r, slice *error) {
    unsigned jobs = count_jobs(r->options, r->site->pages.count), started = 0;
    pthread_t threads[256];
    r->slot_count = (size_t)jobs * SLOTS_PER_JOB;
    r->slots = arena_zeroed(r->site->arena, r->slot_count * sizeof *r->slots);
    for (size_t i = 0; i < r->slot_count; i++)
        r->slots[i].input = arena_create(0), r->slots[i].arena = arena_create(CONVERT_MEMORY);
    while (started < jobs && pthread_create(&threads[started], NULL, work, r) == 0)
        started++;
    bool ok = started > 0;
    if (ok)
        ok = report_pages(r, error);
    else
        *error = SLICE("no thread can be started");
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < r->slot_count; i++)
        arena_destroy(r->slots[i].input), arena_destroy(r->slots[i].arena);
    return ok;
}

/* What a killed run left behind. Only under the lock. */
static void clear_temporary(const site *s) {
    vector names = vector_new(s->arena, sizeof(slice));
    list_folder(s->folder, TEMPORARY_FOLDER, &names);
    for (size_t i = 0; i < names.count; i++)
        unlinkat(s->folder, slice_c_string(*(slice *)vector_at(&names, i), s->arena), 0);
}

/* In the site, the pages would take the place of its own without a journal, or be published beside them. */
static bool open_out(run *r, slice *error) {
    const char *path = r->options->out;
    bool made = mkdir(path, 0777) == 0;
    if (made || errno == EEXIST)
        r->out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (r->out < 0) {
        *error = format_slice(r->site->arena, "%s: %s", path, strerror(errno));
        return false;
    }
    if (!belongs_to_site(r->site, path))
        return true;
    if (made)
        rmdir(path);
    *error = format_slice(r->site->arena, "--out %s is in the site: name a folder outside of it", path);
    return false;
}

static bool open_run(run *r, slice *error) {
    *error = SLICE("");
    if (r->options->out)
        return open_out(r, error);
    r->journal =
        journal_open(r->site, r->options->dry_run ? JOURNAL_READ : JOURNAL_WRITE, r->site->arena, error);
    if (!r->journal)
        return r->options->dry_run && !error->length;
    if (!r->options->dry_run)
        clear_temporary(r->site);
    return journal_load(r->journal, error);
}

hash hash_rules(const site_options *options, arena *a) {
    buffer rules = buffer_new(a, options->rules.length + 64);
    buffer_append_string(&rules, options->program);
    buffer_append_char(&rules, '\0');
    buffer_append(&rules, options->rules);
    return hash_bytes(buffer_slice(&rules));
}

bool site_run(site *s, const site_options *options, const site_events *events, site_totals *totals,
              slice *error) {
    run r = {.site = s, .options = options, .events = events, .totals = totals, .out = -1};
    *totals = (site_totals){{0}, {0}, false};
    r.rules = hash_rules(options, s->arena);
    r.batch_arena = arena_create(0);
    r.links_arena = arena_create(0);
    pthread_mutex_init(&r.links_lock, NULL);
    pthread_mutex_init(&r.lock, NULL);
    pthread_cond_init(&r.changed, NULL);
    empty_batch(&r);
    bool ok = open_run(&r, error) && run_threads(&r, error);
    if (r.batch_rows) {
        slice second = SLICE("");
        bool finished = finish_batch(&r, ok ? error : &second);
        ok = ok && finished;
    }
    journal_close(r.journal);
    if (r.out >= 0)
        close(r.out);
    pthread_cond_destroy(&r.changed);
    pthread_mutex_destroy(&r.lock);
    pthread_mutex_destroy(&r.links_lock);
    arena_destroy(r.links_arena);
    arena_destroy(r.batch_arena);
    return ok;
}
