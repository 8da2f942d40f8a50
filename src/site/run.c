/* A run over the pages of a site.
 *
 * Comes in: a site, what convert/ needs, callbacks. Goes out: pages converted on all cores, one result a page
 * in the order of their paths. What the journal and the stamps of the files can settle is settled first.
 * Workers read and convert the others and write new files into the state folder; this thread reports; batch.c
 * makes it durable. Killed at any moment, every page is exactly as before or as after.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* A page in work. */
typedef struct page_work {
    site_result result;
    convert_result conversion;
    journal_row row;
    slice json;         /* ... with these findings */
    bool records;       /* the journal is to hold `row` */
    bool looks;         /* the page was read: its bytes have the hash `now` */
    bool keeps;         /* ... and `source_bytes` as the page's original */
    slice source_bytes; /* to be converted: what was read, or the recorded original */
    bool is_again;      /* ... that: an earlier run wrote the page */
    bool is_as_it_lies; /* an earlier run wrote the page, a person edited it, and that is to be mended */
    bool changes;       /* its output is to be written */
    bool writes;        /* `temporary` holds the new bytes */
    char temporary[64];
    stamp made;       /* of `temporary` */
    struct stat info; /* of the page as it was read */
    hash now;
} page_work;

typedef struct site_plan {
    site *site;
    const site_options *options;
    const site_events *events;
    site_totals *totals;
    journal *journal;      /* NULL in dry runs without one, and with --out */
    batches *batches;      /* NULL where nothing is recorded */
    int out;               /* the folder of --out, or -1 */
    open_folders *folders; /* below that, or below the site's root */
    hash rules;
    originals before;
    uint8_t *settled; /* site_outcome of each page, before any is read; SITE_CONVERTED: to be worked on */
    links_state links_state;    /* where `hangs`: some page was refused for its links */
    bool hangs, links_are_same; /* ... as they were when those pages were judged last */
    uint32_t *todo;             /* those, in order */
    size_t todo_count;
    size_t reported;  /* pages */
    size_t row;       /* of the journal: journal_find_next */
    bool knows_files; /* the book, if there is one, says which of those that pages name can be had */
    bool broken;      /* the journal or the disk: what is still in hand stays as it is */
    arena *scratch;
    arena *links_arena;
    site_links *links;         /* what the site links to; NULL: no page is worked on */
    const site_places *places; /* that those pages link to */
} run;

/* ---- what is to be done with a page ------------------------------------------------------------------ */

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

/* All that findings_from_json of report/ needs to show them again, and whether the page itself accepts them:
 * what a list accepts is asked of the list. */
static void findings_to_json(const findings *found, buffer *out) {
    json_writer json = {.out = out};
    json_open(&json, '[');
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        json_open(&json, '{');
        json_add_string(&json, "code", finding_describe(one->code)->name);
        json_add_number(&json, "line", one->line);
        json_add_number(&json, "column", one->column);
        json_add_text(&json, "detail", one->detail);
        json_add_filled(&json, "became", one->became);
        json_add_filled(&json, "before", one->before);
        json_add_filled(&json, "after", one->after);
        if (one->accepted_by_page)
            json_add_text(&json, "accepted", one->accepted);
        json_close(&json, '}');
    }
    json_close(&json, ']');
}

/* Was the page refused (--strict) for links that may have gone since, or for tags that name files which may
 * have come? A page that was converted keeps its findings: they say what the conversion took away. */
static bool hangs_on_links(const run *r, const journal_row *row, arena *a) {
    if (row->outcome != SITE_REFUSED || r->links_are_same)
        return false;
    slice found = journal_findings(r->journal, row->path, a);
    static const slice CODES[] = {LITERAL("\"code\":\"linked-id\""), LITERAL("\"code\":\"address-"),
                                  LITERAL("\"code\":\"liquid-tag\"")};
    for (size_t i = 0; i < sizeof CODES / sizeof *CODES; i++)
        if (slice_find(found, CODES[i], 0) != SLICE_NONE)
            return true;
    return false;
}

/* A page that was converted, and is in the old form: as it was before, or as a merge or its author put it. */
static bool is_old_again(const page_work *p, const journal_row *row, arena *a) {
    return row->outcome == SITE_CONVERTED &&
           (hash_equal(&p->now, &row->source) ||
            (!hash_equal(&p->now, &row->result) && !page_text_is_tiptap(p->result.before, a)));
}

/* Was it converted while a file was missing that can be had now? */
static bool is_behind(const run *r, slice bytes, arena *a) {
    const asset_rules *assets = convert_engine_assets(r->options->engine);
    return asset_can_come_home(assets, bytes, a);
}

/* What is to be done with a page whose bytes have this hash: SITE_CONVERTED stands for converting it.
 * `behind`: it might come out otherwise under the same rules too. `is_old`: it is in the old form. */
static site_outcome judge(const run *r, const journal_row *row, const hash *now, bool behind, bool is_old) {
    bool same_rules = hash_equal(row->rules, &r->rules) && !behind;
    bool is_source = hash_equal(now, &row->source), is_result = hash_equal(now, &row->result);
    bool mends = r->options->new_pages;
    if (row->outcome == SITE_REFUSED && r->options->keep_html) /* a report shows its old page */
        return SITE_CONVERTED;
    if (row->outcome != SITE_CONVERTED)
        return is_source && same_rules && !(mends && row->outcome == SITE_ALREADY) ? SITE_UNCHANGED
                                                                                   : SITE_CONVERTED;
    if (is_source || is_old) /* put back by a person or a merge, or never moved into place */
        return SITE_CONVERTED;
    if (is_result)
        return same_rules ? SITE_UNCHANGED : SITE_CONVERTED;
    return r->options->force || mends ? SITE_CONVERTED : SITE_KEPT;
}

/* A page that was refused is so in every run, until it or the rules change. */
static void settle(site_result *result, site_outcome outcome, const journal_row *row) {
    bool refused = outcome == SITE_UNCHANGED && row->outcome == SITE_REFUSED;
    result->outcome = refused ? SITE_REFUSED : outcome;
    result->grade = (grade)row->grade;
    if (refused)
        result->message = SLICE("refused by an earlier run, and not changed since");
    if (outcome == SITE_OUTDATED)
        result->message = SLICE("it would come out differently now; --update converts it again");
    if (outcome == SITE_KEPT)
        result->message =
            SLICE("edited since it was converted; --force converts it again, and the edits are lost");
}

/* What was written, and what a person made of it, is converted again from the bytes before; or what a person
 * made of it is mended as it lies there. False: settled. */
static bool find_source(const run *r, page_work *p, const journal_row *row, bool is_old, arena *a) {
    if (!row || row->outcome != SITE_CONVERTED || is_old)
        return true;
    slice why;
    p->is_as_it_lies = r->options->new_pages && !r->options->force && !hash_equal(&p->now, &row->result);
    if (p->is_as_it_lies)
        return true;
    p->is_again = p->result.is_again = true;
    if (journal_original(r->journal, row, a, &p->source_bytes, &why))
        return true;
    settle(&p->result, SITE_KEPT, row);
    p->result.message = why;
    return false;
}

/* A page that was written by an earlier run stays as it is where it would not be converted any more, or to
 * the same bytes, or to others that nobody asked for. True: settled. */
static bool settle_again(const run *r, page_work *p, const journal_row *row, bool behind) {
    if (!p->is_again)
        return false;
    bool is_result = hash_equal(&p->now, &row->result);
    if (p->result.outcome == SITE_ALREADY) { /* a page in the new form that an earlier run mended */
        settle(&p->result, is_result ? SITE_UNCHANGED : SITE_KEPT, row);
        if (!is_result)
            p->result.message = SLICE("edited since it was mended; --new-pages mends it as it is now");
        p->result.conversion = NULL;
        return true;
    }
    if (p->result.outcome != SITE_CONVERTED) {
        settle(&p->result, is_result ? SITE_UNCHANGED : SITE_KEPT, row);
        p->result.message = SLICE("it would be refused now: it stays as it was written");
        p->result.conversion = NULL;
        return true;
    }
    if (slice_equal(p->conversion.output, p->result.before))
        p->result.outcome = SITE_UNCHANGED;
    else if (is_result && !behind && !r->options->update) {
        settle(&p->result, SITE_OUTDATED, row);
        p->result.conversion = NULL;
        return true;
    }
    return false;
}

/* What is recorded of a page that a person edited stays, but where that is mended. True: settled. */
static bool settle_edited(page_work *p, const journal_row *row) {
    if (!p->is_as_it_lies || p->result.outcome == SITE_CONVERTED)
        return false;
    if (p->result.outcome == SITE_REFUSED)
        return true;
    settle(&p->result, SITE_KEPT, row);
    p->result.conversion = NULL;
    return true;
}

/* On the thread that reports: those that convert change no file. */
static void write_output(const run *r, page_work *p, size_t index, arena *a) {
    slice error = {NULL, 0}, output = p->conversion.output;
    const char *path = slice_c_string(p->result.path, a);
    if (r->out >= 0) {
        if (write_over(r->folders, path, output, &p->info, a, &error))
            return;
    } else if (!can_replace(r->folders, path))
        error = describe_error(a, "its folder cannot be written to", errno);
    else {
        snprintf(p->temporary, sizeof p->temporary, TEMPORARY_FOLDER "/%zu", index);
        p->writes = write_temporary(r->folders, p->temporary, output, &p->info, &p->made, a, &error);
        if (p->writes)
            return;
    }
    p->records = p->keeps = false;
    p->result.outcome = SITE_FAILED;
    p->result.message = error;
}

static void record(const run *r, page_work *p, arena *a) {
    bool converted = p->conversion.state == CONVERT_DONE;
    bool as_read = p->source_bytes.data == p->result.before.data;
    buffer json = buffer_new(a, 256);
    findings_to_json(&p->conversion.found, &json);
    p->records = true;
    p->keeps = converted;
    p->row = (journal_row){.path = p->result.path,
                           .source = as_read ? p->now : hash_bytes(p->source_bytes),
                           .rules = &r->rules,
                           .outcome = (uint8_t)outcome_of(p->conversion.state),
                           .grade = (uint8_t)findings_grade_all(&p->conversion.found),
                           .time = (int64_t)time(NULL)};
    p->json = buffer_slice(&json);
    p->row.result = converted ? hash_bytes(p->conversion.output) : p->row.source;
}

static bool picture_size_of(void *context, slice url, uint32_t *width, uint32_t *height) {
    picture_size size;
    bool known = site_picture_size(context, url, &size);
    *width = known ? size.width : 0;
    *height = known ? size.height : 0;
    return known;
}

static bool lacks_file_of(void *context, slice url) {
    return site_lacks_file(context, url);
}

/* A page whose links, and whose findings that are accepted, are asked about. */
typedef struct linking_page {
    const run *run;
    slice path;
} linking_page;

static convert_leads leads_of(void *context, slice href, arena *a, slice *directive, slice *moved) {
    const linking_page *page = context;
    return site_places_lead(page->run->places, page->run->links, page->path, href, a, directive, moved);
}

static void accept_page(void *context, slice front, findings *found) {
    const linking_page *page = context;
    const site_options *options = page->run->options;
    options->accept(options->accept_context, page->path, front, found);
}

/* What is asked for, with what is known of this page. */
static convert_options options_of_page(void *context, slice path, work_slot *slot) {
    run *r = context;
    convert_options own = {.keep_html = r->options->keep_html, .mend_new = r->options->new_pages};
    linking_page *page = arena_alloc(slot->input, sizeof *page);
    *page = (linking_page){r, path};
    if (page_front_get(&r->site->config, SLICE("defaults"))) {
        vector defaults = site_default_variables(&r->site->config, path, slot->input);
        own.defaults = defaults.items;
        own.default_count = defaults.count;
    }
    site_links_fill_named(r->links, &own);
    own.linked_ids = site_links_to(r->links, path, &own.linked_id_count);
    own.named_address = site_links_naming(r->links, path, slot->input);
    own.excerpt_separator = site_links_excerpt(r->links, path, &own.excerpt_is_in_lists);
    own.address_of = site_links_taken_by(r->links, path, slot->input);
    own.address_shared = site_links_sharing(r->links, path, slot->input);
    own.address_redirected = site_links_redirected_by(r->links, path);
    own.picture_size = picture_size_of;
    own.lacks_file = lacks_file_of;
    own.picture_context = r->site;
    own.leads = leads_of;
    own.leads_context = page;
    own.accept = r->options->accept ? accept_page : NULL;
    own.accept_context = page;
    return own;
}

/* Do people want the page as it is, whatever it would become? */
static bool is_unwanted(const site_options *o, slice path) {
    return o->wanted && o->unwanted && !(o->dry_run && o->describes) && o->unwanted(o->wanted_context, path);
}

/* A page that people do not want converted, or not to this. True: settled. */
static bool leave_unwanted(const run *r, page_work *p, slice after, arena *a) {
    const site_options *o = r->options;
    if (!o->wanted ||
        o->wanted(o->wanted_context, p->result.path, p->source_bytes, after, a, &p->result.message))
        return false;
    p->result.outcome = SITE_LEFT;
    if (!(o->dry_run && o->describes))
        p->result.conversion = NULL;
    return true;
}

/* The same before it is converted. Pages that no conversion would write are told as such all the same. */
static bool leave_unconverted(const run *r, page_work *p, arena *a) {
    return is_unwanted(r->options, p->result.path) && page_split(p->source_bytes).has_front &&
           !page_text_is_tiptap(p->source_bytes, a) && leave_unwanted(r, p, (slice){NULL, 0}, a);
}

static void convert_one(run *r, page_work *p, const journal_row *row, bool behind, work_slot *slot) {
    convert_options options = options_of_page(r, p->result.path, slot);
    if (!convert_page(r->options->engine, p->source_bytes, &options, slot->arena, &p->conversion))
        out_of_memory(); /* it says nothing of the page, and nothing is recorded of it */
    p->result.conversion = &p->conversion;
    p->result.outcome = outcome_of(p->conversion.state);
    p->result.grade = p->conversion.grade;
    if (settle_again(r, p, row, behind) || settle_edited(p, row) ||
        (p->result.outcome == SITE_CONVERTED && leave_unwanted(r, p, p->conversion.output, slot->input)))
        return;
    p->changes = p->result.outcome == SITE_CONVERTED && !r->options->dry_run &&
                 !slice_equal(p->conversion.output, p->result.before);
    if (r->batches)
        record(r, p, slot->input);
}

/* What the build leaves out is so in every run, until the page or the clock says otherwise: nothing is
 * recorded.
 */
static bool leave_unpublished(const run *r, page_work *p, arena *a) {
    const char *why = why_unpublished(r->site, p->result.path, p->result.before, (int64_t)time(NULL), a);
    if (!why || page_text_is_tiptap(p->result.before, a))
        return false;
    p->looks = false;
    p->result.outcome = SITE_UNPUBLISHED;
    p->result.message = slice_of(why);
    return true;
}

/* Of a page that this run leaves as an earlier one made it: the findings that graded it, or why it was
 * refused. */
static void recall(const run *r, site_result *result, arena *a) {
    bool asked = (r->options->describes && r->options->dry_run) || result->outcome == SITE_REFUSED;
    if (asked && r->journal && !result->conversion && !result->recorded.length &&
        result->grade != GRADE_CLEAN)
        result->recorded = journal_findings(r->journal, result->path, a);
}

/* In a look: what an earlier run wrote, and is in the new form still, is shown as it was recorded. False: it
 * is none. */
static bool look_at_written(run *r, page_work *p, const journal_row *row, bool is_old, work_slot *slot) {
    slice why;
    if (!row || row->outcome != SITE_CONVERTED || is_old)
        return false;
    bool is_result = hash_equal(&p->now, &row->result);
    p->result.outcome = is_result ? SITE_UNCHANGED : SITE_KEPT;
    p->result.grade = (grade)row->grade;
    p->result.after = p->result.before;
    p->result.recorded = journal_findings(r->journal, p->result.path, slot->input);
    if (!is_result)
        p->result.message = SLICE("edited by a person since it was converted");
    if (!journal_original(r->journal, row, slot->input, &p->result.before, &why)) {
        p->result.message = why;
        return true;
    }
    if (!r->options->keep_html)
        return true;
    convert_options options = options_of_page(r, p->result.path, slot);
    if (!convert_page(r->options->engine, p->result.before, &options, slot->arena, &p->conversion))
        out_of_memory();
    p->result.conversion = &p->conversion;
    return true;
}

/* Here, since no page is parsed on the thread that reports: that one writes. */
static void describe(site_result *result, arena *a) {
    page_parts parts = page_split(result->before);
    findings unused = findings_new(a);
    front_value front;
    page_error unread;
    if (!parts.has_front || !page_read_front(parts.front, parts.front_line, a, &unused, &front, &unread))
        return;
    result->title = page_front_text(&front, SLICE("title"));
    result->permalink = page_front_text(&front, SLICE("permalink"));
}

static size_t needs_of_page(void *context, size_t index, work_slot *slot) {
    const run *r = context;
    slice path = *(slice *)vector_at(&r->site->pages, r->todo[index]);
    return memory_for_page(r->site, r->options->engine, path, slot);
}

/* There was nothing to convert when the run began (find_needs), and what links to the page is not known. */
static void fail_unlooked(page_work *p) {
    p->looks = false;
    p->result.outcome = SITE_FAILED;
    p->result.message = SLICE("it was changed while it was worked on: run again");
}

static void look_at_page(run *r, page_work *p, work_slot *slot) {
    slice path = p->result.path, bytes;
    p->info = slot->page.info;
    if (!read_open(&slot->page, slot->input, &bytes, &p->result.message)) {
        if (S_ISREG(p->info.st_mode) && p->info.st_size > FILE_MAX) { /* that is the page's fault */
            p->result.outcome = SITE_REFUSED;
            p->result.grade = GRADE_REFUSED;
        }
        return;
    }
    p->result.before = p->source_bytes = bytes;
    p->looks = r->journal != NULL;
    if (p->looks)
        p->now = hash_bytes(bytes);
    const journal_row *row = r->journal ? journal_find(r->journal, path) : NULL;
    bool behind = row && (is_behind(r, bytes, slot->input) || hangs_on_links(r, row, slot->input));
    bool is_old = row && is_old_again(p, row, slot->input);
    if (r->options->look && look_at_written(r, p, row, is_old, slot))
        return;
    site_outcome outcome = row && !r->options->look ? judge(r, row, &p->now, behind, is_old) : SITE_CONVERTED;
    if ((!row || row->outcome != SITE_CONVERTED) && leave_unpublished(r, p, slot->input))
        return;
    if (outcome != SITE_CONVERTED)
        settle(&p->result, outcome, row);
    else if (find_source(r, p, row, is_old, slot->input) && !leave_unconverted(r, p, slot->input)) {
        if (r->links)
            convert_one(r, p, row, behind, slot);
        else
            fail_unlooked(p);
    }
}

static void work_on_page(void *context, size_t index, work_slot *slot) {
    run *r = context;
    page_work *p = slot->own;
    slice path = *(slice *)vector_at(&r->site->pages, r->todo[index]);
    p->result = (site_result){.path = path, .outcome = SITE_FAILED};
    look_at_page(r, p, slot);
    recall(r, &p->result, slot->input);
    if (r->options->describes)
        describe(&p->result, slot->input);
}

static bool is_left(void *context, slice path) {
    const run *r = context;
    return is_unwanted(r->options, path);
}

/* ---- what needs no reading --------------------------------------------------------------------------- */

static void settle_range(void *context, size_t first, size_t end) {
    const run *r = context;
    arena *folders = arena_new(0);
    stat_walk walk = stat_walk_new(r->site, folders);
    size_t at = 0;
    for (size_t i = first; i < end; i++) {
        const journal_row *row = journal_find_next(r->journal, *stat_walk_path(&walk, i), &at);
        struct stat info;
        bool known = row && row->is_seen && stat_walk_look(&walk, i, &info) && is_what_was_seen(row, &info);
        bool is_old = known && hash_equal(row_holds(row), &row->source);
        site_outcome outcome =
            known ? judge(r, row, row_holds(row), row->names_files, is_old) : SITE_CONVERTED;
        bool is_refused = outcome == SITE_UNCHANGED && row->outcome == SITE_REFUSED;
        r->settled[i] = (uint8_t)(is_refused ? SITE_REFUSED : outcome);
    }
    stat_walk_end(&walk);
    arena_destroy(folders);
}

/* What is asked of the files that the checkout names things in; links and remote files are not, yet. */
static references references_of(run *r) {
    r->before = (originals){r->site, r->journal, r->rules, r->options->force, r->options->update};
    return (references){.engine = r->options->engine,
                        .jobs = r->options->jobs,
                        .originals = &r->before,
                        .settled = r->settled,
                        .unwanted = is_left,
                        .context = r};
}

/* A page that was refused for its links stays so as long as they are what they were. */
static void settle_refused(run *r) {
    size_t count = r->site->pages.count, at = 0;
    for (size_t i = 0; i < count; i++) {
        if (r->settled[i] != SITE_REFUSED)
            continue;
        const journal_row *row = journal_find_next(r->journal, *(slice *)vector_at(&r->site->pages, i), &at);
        bool hangs = hangs_on_links(r, row, r->scratch);
        r->settled[i] = hangs ? SITE_REFUSED : SITE_UNCHANGED;
        r->hangs |= hangs;
        arena_reset(r->scratch);
    }
    if (!r->hangs)
        return;
    references all = references_of(r);
    hash before;
    bool known = digest_references(r->site, &all, &r->links_state);
    r->links_are_same =
        known && journal_links(r->journal, &before) && hash_equal(&before, &r->links_state.digest);
    r->links_state.is_certain &= known;
    for (size_t i = 0; i < count; i++)
        if (r->settled[i] == SITE_REFUSED)
            r->settled[i] = r->links_are_same ? SITE_UNCHANGED : SITE_CONVERTED;
}

/* Files that were seen before, and did not change since, are not read. */
static void settle_ahead(run *r) {
    size_t count = r->site->pages.count;
    r->settled = arena_alloc(r->site->arena, count + 1);
    memset(r->settled, SITE_CONVERTED, count + 1);
    if (r->journal && journal_count(r->journal) && !r->options->look)
        work_on_ranges(
            &(range_work){
                .context = r, .jobs = r->options->jobs, .each = settle_range, .confines = r->site->confines},
            count);
    settle_refused(r);
    for (size_t i = 0; i < count; i++)
        r->todo_count += r->settled[i] == SITE_CONVERTED;
    r->todo = arena_alloc(r->site->arena, (r->todo_count + 1) * sizeof *r->todo);
    for (size_t i = 0, n = 0; i < count; i++)
        if (r->settled[i] == SITE_CONVERTED)
            r->todo[n++] = (uint32_t)i;
}

/* ---- whether any page is to be converted --------------------------------------------------------------- */

/* Whether a page is to be converted, or one of several is. */
typedef enum need {
    NEED_NONE,
    NEED_PERHAPS, /* where a file that it names can be had now */
    NEED_SURE
} need;

typedef struct first_look {
    run *run;
    need need;
} first_look;

/* What look_at_page finds, where that needs no link. */
static need find_need(const run *r, const page_work *p, const journal_row *row, arena *a) {
    if (!row)
        return NEED_SURE;
    bool is_old = is_old_again(p, row, a), hangs = hangs_on_links(r, row, a);
    bool names = r->knows_files ? is_behind(r, p->result.before, a)
                                : asset_is_named(convert_engine_assets(r->options->engine), p->result.before);
    if (judge(r, row, &p->now, hangs || (names && r->knows_files), is_old) == SITE_CONVERTED)
        return NEED_SURE;
    return judge(r, row, &p->now, names, is_old) == SITE_CONVERTED ? NEED_PERHAPS : NEED_NONE;
}

static void look_first(void *context, size_t index, work_slot *slot) {
    const run *r = ((const first_look *)context)->run;
    page_work p = {.result = {.path = *(slice *)vector_at(&r->site->pages, r->todo[index])}};
    slice path = p.result.path, error;
    need *found = slot->own;
    if (!read_whole(r->site->folder, slice_c_string(path, slot->input), slot->input, &p.result.before,
                    &p.info, &error))
        return;
    const journal_row *row = journal_find(r->journal, path);
    p.now = row && is_what_was_seen(row, &p.info) ? *row_holds(row) : hash_bytes(p.result.before);
    *found = find_need(r, &p, row, slot->input);
    if (*found && (!row || row->outcome != SITE_CONVERTED) && leave_unpublished(r, &p, slot->input))
        *found = NEED_NONE;
}

static bool take_first_look(void *context, size_t index, work_slot *slot) {
    (void)index;
    first_look *look = context;
    need found = *(const need *)slot->own;
    look->need = found > look->need ? found : look->need; /* pages in hand come behind it */
    return look->need != NEED_SURE;
}

/* Drafts, posts of the future and pages that were touched are read by every run. That alone is no reason to
 * read what the whole checkout names. */
static need find_needs(run *r) {
    first_look look = {r, NEED_NONE};
    work w = {.context = &look,
              .jobs = r->options->jobs,
              .size = sizeof(need),
              .each = look_first,
              .confines = r->site->confines,
              .report = take_first_look};
    size_t ignored;
    bool known = r->journal && journal_count(r->journal) && !r->options->look;
    bool fails = r->todo_count && (!known || !work_on(&w, r->todo_count, &ignored));
    return fails ? NEED_SURE : look.need;
}

/* ---- reporting, in order ----------------------------------------------------------------------------- */

static void report(run *r, const site_result *result, arena *scratch) {
    r->totals->outcomes[result->outcome]++;
    if (result->outcome == SITE_CONVERTED || result->outcome == SITE_REFUSED)
        r->totals->grades[result->grade]++;
    if (r->events && r->events->page)
        r->events->page(r->events->context, result, scratch);
}

/* The pages before `end` that were not worked on. */
static void report_settled(run *r, size_t end) {
    for (; r->reported < end; r->reported++) {
        slice path = *(slice *)vector_at(&r->site->pages, r->reported);
        site_result result = {.path = path};
        settle(&result, (site_outcome)r->settled[r->reported], journal_find_next(r->journal, path, &r->row));
        recall(r, &result, r->scratch);
        report(r, &result, r->scratch);
        arena_reset(r->scratch);
    }
}

/* Does the journal have all that is known of the page now? */
static bool is_recorded(const run *r, const page_work *p, bool names_files) {
    const journal_row *row = journal_find(r->journal, p->result.path);
    return !p->records && !p->writes && row && is_what_was_seen(row, &p->info) &&
           hash_equal(row_holds(row), &p->now) && row->names_files == names_files;
}

/* False: the page stays as it is. */
static bool add_change(run *r, page_work *p) {
    const asset_rules *assets = convert_engine_assets(r->options->engine);
    slice holds = p->writes ? p->conversion.output : p->result.before;
    bool names_files = asset_is_named(assets, holds);
    if (is_recorded(r, p, names_files))
        return true;
    page_change c = {.path = p->result.path,
                     .row = p->records ? &p->row : NULL,
                     .json = p->json,
                     .original = p->keeps ? p->source_bytes : (slice){NULL, 0},
                     .temporary = p->writes ? p->temporary : NULL,
                     .then = stamp_of(&p->info),
                     .made = p->made,
                     .is_first = p->keeps && p->source_bytes.data == p->result.before.data,
                     .is_over = p->records && p->is_as_it_lies,
                     .looked = p->result.outcome != SITE_FAILED,
                     .was = p->now,
                     .holds = p->writes ? p->row.result : p->now,
                     .names_files = names_files,
                     .grade = p->result.grade};
    return batches_add(r->batches, &c);
}

static bool report_work(void *context, size_t index, work_slot *slot) {
    run *r = context;
    page_work *p = slot->own;
    if (p->changes && !r->broken)
        write_output(r, p, index, slot->input);
    if (r->batches)
        batches_move(r->batches);
    r->broken = r->broken || (r->batches && p->looks && !add_change(r, p));
    if (r->broken && p->writes)
        remove_file(r->site->folder, p->temporary);
    if (r->broken)
        return false;
    report_settled(r, r->todo[index]);
    report(r, &p->result, slot->arena);
    r->reported++;
    return true;
}

static bool is_stopped(void *context) {
    const run *r = context;
    return r->events && r->events->stop && r->events->stop(r->events->context);
}

/* Pages that were reported as converted, and are as they were. */
static void report_failures(run *r, const vector *failures) {
    for (size_t i = 0; i < failures->count; i++) {
        const page_failure *one = vector_at(failures, i);
        site_result result = {.path = one->path,
                              .outcome = SITE_FAILED,
                              .message = one->why,
                              .grade = one->grade,
                              .is_told_again = true};
        r->totals->outcomes[SITE_CONVERTED]--;
        r->totals->grades[one->grade]--;
        report(r, &result, r->scratch);
        arena_reset(r->scratch);
    }
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static int compare_paths(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

static bool is_worked_on(void *context, slice path) {
    const run *r = context;
    const vector *pages = &r->site->pages;
    const slice *page = bsearch(&path, pages->items, pages->count, sizeof path, compare_paths);
    return page && r->settled[page - (const slice *)pages->items] == SITE_CONVERTED;
}

/* A run that converts nothing reads no links. */
static void find_places(run *r) {
    if (!r->links)
        return;
    places_work w = {.site = r->site,
                     .engine = r->options->engine,
                     .journal = r->journal,
                     .links = r->links,
                     .jobs = r->options->jobs,
                     .options_of = options_of_page,
                     .is_worked_on = is_worked_on,
                     .context = r};
    r->places = site_find_places(&w, r->links_arena);
}

/* Pages that hang on links were all judged by them, and what came out is recorded. */
static void keep_links_state(const run *r) {
    const size_t *outcomes = r->totals->outcomes;
    bool judged = r->hangs && r->links && !outcomes[SITE_FAILED] && !outcomes[SITE_LEFT];
    if (judged && r->batches && r->links_state.is_certain)
        journal_keep_links(r->journal, &r->links_state.digest);
}

static bool run_pages(run *r, slice *error) {
    work w = {.context = r,
              .jobs = r->options->jobs,
              .memory = convert_memory_limit(r->options->engine),
              .size = sizeof(page_work),
              .needs = needs_of_page,
              .each = work_on_page,
              .confines = r->site->confines,
              .report = report_work,
              .stop = is_stopped};
    size_t worked_on;
    find_places(r);
    bool started = work_on(&w, r->todo_count, &worked_on), ok = !r->batches || batches_end(r->batches, error);
    if (!started) {
        *error = SLICE("no thread can be started");
        return false;
    }
    if (ok && worked_on == r->todo_count)
        report_settled(r, r->site->pages.count);
    r->totals->stopped = r->reported < r->site->pages.count;
    if (r->batches)
        report_failures(r, batches_failures(r->batches));
    if (ok && !r->totals->stopped)
        keep_links_state(r);
    return ok;
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
    if (!site_contains(r->site, path))
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
    return journal_load(r->journal, error) && journal_follow_renames(r->journal, r->site, error);
}

static void use_book(run *r) {
    asset_book *book = r->options->book;
    asset_rules *rules = convert_engine_assets(r->options->engine);
    if (!book || r->knows_files)
        return;
    asset_book_settle(book, rules);
    asset_rules_use_book(rules, book);
    r->knows_files = true;
}

/* What the pages that are to be read name, from one reading of the checkout. Where there is nothing to do
 * but, perhaps, for pages whose files could not be had so far, those pages are read before all others are. */
static bool read_what_is_named(run *r, slice *error) {
    references all = references_of(r);
    all.book = r->options->book;
    r->knows_files = !all.book;
    need found = find_needs(r);
    if (found == NEED_PERHAPS && !asset_book_is_sealed(all.book))
        found = NEED_SURE; /* files may yet be fetched */
    if (found == NEED_PERHAPS) {
        if (!read_references(r->site, &all, error))
            return false;
        use_book(r);
        all.book = NULL;
        found = find_needs(r);
    }
    if (found == NEED_SURE) {
        all.links = r->links = site_links_new(&r->site->config, r->links_arena);
        if (!read_references(r->site, &all, error))
            return false;
    }
    use_book(r);
    return true;
}

/* What pages come out by. */
static hash hash_rules(const site_options *options, arena *a) {
    slice fingerprint = convert_engine_fingerprint(options->engine);
    if (!options->accept_text.length)
        return hash_bytes(fingerprint);
    return hash_bytes(format_slice(a, "%.*s%.*s", SLICE_ARGS(fingerprint), SLICE_ARGS(options->accept_text)));
}

site_plan *site_plan_run(site *s, const site_options *options, slice *error) {
    run *r = arena_alloc(s->arena, sizeof *r);
    *r = (run){.site = s, .options = options, .out = -1};
    r->scratch = arena_new(0);
    r->rules = hash_rules(options, r->scratch);
    r->links_arena = arena_new(0);
    if (open_run(r, error)) {
        r->folders = folders_open(r->out >= 0 ? r->out : s->folder, s->arena);
        settle_ahead(r);
        if (read_what_is_named(r, error))
            return r;
    }
    site_plan_close(r);
    return NULL;
}

size_t site_plan_uncommitted(site_plan *r, slice *unused_why) {
    *unused_why = (slice){NULL, 0};
    return r->links ? count_uncommitted(r->site, r->journal, unused_why) : 0;
}

void site_plan_close(site_plan *r) {
    if (!r)
        return;
    batches_free(r->batches);
    folders_let_go(r->folders);
    journal_close(r->journal);
    if (r->out >= 0)
        close(r->out);
    arena_destroy(r->links_arena);
    arena_destroy(r->scratch);
}

typedef struct dry_running {
    run *run;
    slice *error;
} dry_running;

static bool run_dry(void *context) {
    const dry_running *d = context;
    return run_pages(d->run, d->error);
}

bool site_run(site_plan *r, const site_events *events, site_totals *totals, slice *error) {
    r->events = events;
    r->totals = totals;
    *totals = (site_totals){{0}, {0}, false};
    if (r->journal && !r->options->dry_run &&
        !(r->batches = batches_begin(r->site, r->folders, r->journal, ISOMERIZE_VERSION))) {
        *error = SLICE("no thread can be started");
        return false;
    }
    if (r->options->dry_run && !r->options->changes_files)
        return site_apart(r->site, run_dry, &(dry_running){r, error});
    return run_pages(r, error);
}
