/* `isomerize accept SITE`: findings that a team has looked at are written to `.isomerize/accepted.yml`: they
 * stay listed, and no longer grade a page.
 *
 * Comes in: a code, and what narrows it; or --all that is found today; or --prune. Goes out: the file. Pages
 * are looked at, and not changed.
 */
#include "accepted.h"
#include "engine.h"
#include "pages.h"
#include "report/report.h"
#include "show.h"
#include "suggest.h"

#include <stdio.h>

/* ---- for all commands -------------------------------------------------------------------------------- */

typedef struct opening {
    accepted *of;
    const site *site;
    arena *arena;
} opening;

static bool open_apart(void *context) {
    const opening *o = context;
    const site *s = o->site;
    accepted *of = o->of;
    arena *a = o->arena;
    slice error, path = SLICE(ACCEPT_FILE);
    *of = (accepted){.list = accept_list_new(a)};
    if (!read_own_file(s, path, a, &of->text))
        return false;
    if (!of->text.data || accept_read(of->text, path, a, &of->list, &error))
        return true;
    complain("%.*s", SLICE_ARGS(error));
    return false;
}

bool accepted_open(accepted *of, const site *s, arena *a) {
    return site_apart(s, open_apart, &(opening){of, s, a});
}

typedef struct editing {
    const accepted *of;
    const accept_list *added;
    const bool *keep;
    arena *arena;
    buffer out;
    slice *error;
} editing;

static bool edit_apart(void *context) {
    editing *e = context;
    return accept_edit(e->of->text, SLICE(ACCEPT_FILE), e->added, e->keep, e->arena, &e->out, e->error);
}

bool accepted_edit(const accepted *of, site *s, const accept_list *added, const bool *keep, arena *a,
                   slice *error) {
    editing e = {of, added, keep, a, buffer_new(a, 4096), error};
    return site_apart(s, edit_apart, &e) && site_write_state(s, "accepted.yml", buffer_slice(&e.out), error);
}

static void mark_page(void *context, slice path, slice front, findings *found) {
    const accepted *of = context;
    accept_mark_own(front, found);
    accept_mark(&of->list, path, found, NULL);
}

void accepted_use(const accepted *of, const cli_arguments *arguments, site_options *options) {
    options->accept = mark_page;
    options->accept_context = (void *)(uintptr_t)of;
    if (option_given(arguments, OPTION_STRICT))
        options->accept_text = of->text;
}

findings accepted_recorded(const accepted *of, slice path, slice recorded, arena *a) {
    findings found = findings_new(a);
    if (recorded.length)
        report_read_findings(recorded, &found);
    accept_mark(&of->list, path, &found, NULL);
    return found;
}

findings accepted_findings(const accepted *of, const site_result *result, arena *a) {
    if (result->recorded.length || !result->conversion)
        return accepted_recorded(of, result->path, result->recorded, a);
    return result->conversion->found;
}

/* ---- what is found today ----------------------------------------------------------------------------- */

typedef struct acceptance {
    const accepted *old;
    accept_list added;
    hash_map groups;         /* --all: code and detail → accept_entry of `added` */
    bool *used;              /* --prune: entries of `old` that match something */
    const accept_entry *one; /* the entry of the command line; NULL: --all or --prune */
    grade limit;             /* --all: at most this grade */
    slice why;
    size_t times[GRADE_REFUSED + 1], pages;
    size_t unnamed; /* findings that no entry can name */
    arena *a, *page;
} acceptance;

/* `detail`: a pattern. False: the list cannot hold it, or cannot name it or the page. */
static bool add_to_group(acceptance *t, slice path, finding_code code, slice detail) {
    slice key = format_slice(t->page, "%d %.*s", (int)code, SLICE_ARGS(detail));
    accept_entry one = {code, detail, vector_new(t->page, sizeof(slice)), t->why, 0};
    path = accept_quote(path, t->page);
    *(slice *)vector_push(&one.paths) = path;
    void *known = map_get(&t->groups, key);
    if (!accept_can_write(&one, t->page) || (!known && t->added.entries.count == ACCEPT_ENTRIES_MAX))
        return false;
    if (!known) {
        one.detail = slice_copy(detail, t->a);
        one.paths = vector_new(t->a, sizeof(slice));
        accept_list_add(&t->added, &one);
        known = (void *)(uintptr_t)t->added.entries.count; /* numbers begin at 1 */
        *map_put(&t->groups, slice_copy(key, t->a), NULL) = known;
    }
    vector *paths = &((accept_entry *)vector_at(&t->added.entries, (uintptr_t)known - 1))->paths;
    slice *last = vector_last(paths);
    if (!last || !slice_equal(*last, path))
        *(slice *)vector_push(paths) = slice_copy(path, t->a);
    return true;
}

/* The baseline: what grades pages today, by what it says and where. */
static size_t take_all(acceptance *t, slice path, const findings *found) {
    uint32_t listed[FINDING_COUNT] = {0};
    size_t taken = 0;
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        grade of = finding_describe(one->code)->grade;
        listed[one->code]++;
        if (one->accepted.length || of == GRADE_CLEAN || of > t->limit)
            continue;
        bool added = add_to_group(t, path, one->code, accept_quote(one->detail, t->page));
        t->times[of] += added, taken += added, t->unnamed += !added;
    }
    for (int code = 0; code < FINDING_COUNT; code++) {
        grade of = finding_describe((finding_code)code)->grade;
        if (found->counts[code] > listed[code] && of != GRADE_CLEAN && of <= t->limit)
            t->unnamed += !add_to_group(t, path, (finding_code)code, SLICE("*"));
    }
    return taken;
}

static size_t take_one(acceptance *t, slice path, const findings *found) {
    size_t taken = 0;
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        size_t steps = 1u << 20;
        if (!one->accepted.length && accept_matches(t->one, path, one->code, one->detail, &steps)) {
            t->times[finding_describe(one->code)->grade]++;
            taken++;
        }
    }
    return taken;
}

static void take_page(void *context, const site_result *result, arena *scratch) {
    acceptance *t = context;
    arena_reset(t->page);
    (void)scratch;
    accepted nothing = {.list = accept_list_new(t->page)};
    findings found = accepted_findings(&nothing, result, t->page);
    accept_mark_own(page_split(result->before).front, &found);
    accept_mark(&t->old->list, result->path, &found, t->used);
    size_t taken = t->used  ? 0
                   : t->one ? take_one(t, result->path, &found)
                            : take_all(t, result->path, &found);
    t->pages += taken > 0;
}

static bool look(acceptance *t, const cli_arguments *arguments, site *s, arena *a) {
    convert_engine *e;
    site_totals totals;
    if (engine_start_good(&e, arguments, s, a) != EXIT_DONE)
        return false;
    site_options options = options_of_run(e, arguments);
    site_events events = {t, take_page, stop_is_asked};
    bool ok = look_at_pages(arguments, s, e, &options, &events, &totals, a);
    if (ok && totals.stopped)
        complain("stopped before the last page: nothing was written");
    return ok && !totals.stopped;
}

/* ---- the command ------------------------------------------------------------------------------------- */

static const char *suggest_code(const char *code, suggestion *near) {
    *near = (suggestion){.word = code};
    suggest_codes(near);
    return suggest_end(near);
}

/* What the command line asks for. False: said what is missing. */
static bool read_entry(const cli_arguments *arguments, accept_entry *entry, arena *a) {
    const char *code = option_value(arguments, OPTION_CODE, NULL),
               *path = option_value(arguments, OPTION_PATH, NULL);
    *entry = (accept_entry){.code = code ? finding_by_name(slice_of(code)) : FINDING_COUNT,
                            .detail = slice_of(option_value(arguments, OPTION_DETAIL, "")),
                            .paths = vector_new(a, sizeof(slice)),
                            .why = slice_trim(slice_of(option_value(arguments, OPTION_WHY, "")))};
    suggestion near;
    if (path)
        *(slice *)vector_push(&entry->paths) = slice_of(path);
    if (!code)
        complain("accept what? --code CODE, and --detail DETAIL or --path PATH to narrow it; or --all; or "
                 "--prune");
    else if (entry->code == FINDING_COUNT)
        complain("there is no finding code '%s'; `isomerize help codes` lists them%s", code,
                 suggest_code(code, &near));
    else if (finding_describe(entry->code)->grade == GRADE_REFUSED)
        complain("--code %s: a page that is refused cannot be accepted: %s", code,
                 finding_describe(entry->code)->advice);
    else if (!entry->why.length)
        complain("--why: say why, for those who read it later");
    else
        return true;
    return false;
}

static int write_list(const acceptance *t, const bool *keep, site *s, arena *a) {
    slice error;
    if (!accepted_edit(t->old, s, &t->added, keep, a, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        return EXIT_ENVIRONMENT;
    }
    return EXIT_DONE;
}

static int prune(const cli_arguments *arguments, acceptance *t, site *s, arena *a) {
    size_t count = t->old->list.entries.count, dropped = 0;
    t->used = arena_zeroed(a, count + 1);
    if (!look(t, arguments, s, a))
        return EXIT_ENVIRONMENT;
    for (size_t i = 0; i < count; i++) {
        const accept_entry *entry = vector_at(&t->old->list.entries, i);
        dropped += !t->used[i];
        if (!t->used[i])
            fprintf(stderr, ACCEPT_FILE ":%u: %s matches nothing any more: dropped\n", entry->line,
                    finding_describe(entry->code)->name);
    }
    if (!option_given(arguments, OPTION_QUIET))
        fprintf(stderr, "%zu kept, %zu dropped\n", count - dropped, dropped);
    return dropped ? write_list(t, t->used, s, a) : EXIT_DONE;
}

static void tell_taken(const acceptance *t) {
    size_t all = 0;
    for (int g = 0; g <= GRADE_REFUSED; g++)
        all += t->times[g];
    if (t->unnamed)
        complain("%zu finding%s left out: the file cannot name %s (a path or a detail that is too long or no "
                 "UTF-8, or too many entries)",
                 t->unnamed, t->unnamed == 1 ? "" : "s", t->unnamed == 1 ? "it" : "them");
    fprintf(stderr, "%zu finding%s on %zu page%s accepted", all, all == 1 ? "" : "s", t->pages,
            t->pages == 1 ? "" : "s");
    for (int g = GRADE_LOSS; g > GRADE_CLEAN; g--)
        if (t->times[g])
            fprintf(stderr, ", %zu of grade %s", t->times[g], grade_name((grade)g));
    fprintf(stderr, ": %s listed still and grade%s no page (" ACCEPT_FILE ")\n",
            all == 1 ? "it is" : "they are", all == 1 ? "s" : "");
}

static int accept(const cli_arguments *arguments, acceptance *t, site *s, arena *a) {
    accept_entry entry;
    bool all = option_given(arguments, OPTION_ALL);
    t->why = slice_trim(slice_of(option_value(arguments, OPTION_WHY, "")));
    t->limit = (grade)grade_by_name(slice_of(option_value(arguments, OPTION_GRADE, "loss")));
    if (all && !t->why.length) {
        complain("--why: say why, for those who read it later");
        return EXIT_USAGE;
    }
    if (!all && !read_entry(arguments, &entry, a))
        return EXIT_USAGE;
    t->one = all ? NULL : &entry;
    if (!look(t, arguments, s, a))
        return EXIT_ENVIRONMENT;
    if (!t->pages) {
        complain("nothing that is not accepted yet matches: `isomerize diff --format=summary` and --json "
                 "list what is found");
        return EXIT_USAGE;
    }
    if (!all)
        accept_list_add(&t->added, &entry);
    int status = write_list(t, NULL, s, a);
    if (status == EXIT_DONE && !option_given(arguments, OPTION_QUIET))
        tell_taken(t);
    return status;
}

static int accept_on_site(const cli_arguments *arguments, site *s, arena *a) {
    accepted old;
    if (!accepted_open(&old, s, a))
        return EXIT_USAGE;
    acceptance t = {
        .old = &old, .added = accept_list_new(a), .groups = map_new(a, 64), .a = a, .page = arena_new(0)};
    int status =
        option_given(arguments, OPTION_PRUNE) ? prune(arguments, &t, s, a) : accept(arguments, &t, s, a);
    arena_destroy(t.page);
    return status;
}

int command_accept(const cli_arguments *arguments) {
    return work_on_site(arguments, CONFINE_NOTES, accept_on_site);
}
