/* `isomerize status [PATH...]`: every page's state, as the journal and the files say it.
 *
 * Comes in: a site. Goes out: a line for each page that asks for somebody (--verbose, --json: for every page,
 * and for what is no page), and the counts. Writes nothing.
 */
#include "accepted.h"
#include "cli.h"
#include "engine.h"
#include "next.h"
#include "pages.h"
#include "show.h"
#include "suggest.h"

#include <stdio.h>
#include <time.h>

#define GROUPS_SHOWN 10
#define GROUP_MIN 4 /* times: less is no group */

typedef struct listing {
    bool json, all, quiet;
    int grade; /* list only pages of this one; -1: any */
    size_t counts[SITE_STATE_COUNT];
    size_t grades[SITE_STATE_COUNT][GRADE_REFUSED + 1];
    accepted *people;
    decisions decided;
    hash_map mended; /* --new-pages: the paths of those in the new form that convert would mend */
    size_t mended_count;
    bool finds_mended;
    site *new_pages; /* the site once more, of which these pages are kept */
    convert_engine *engine;
    cli_arguments settings;
    size_t kinds[DECIDE_KIND_COUNT], since, disputed; /* decisions */
    report_writer *writer;                            /* counts grades and groups */
    arena *memory;                                    /* of the run */
    arena *arena;
} listing;

/* What people have decided about it, in words; counts it. A page that cannot be converted is not accepted. */
static slice describe_decision(listing *l, const site_status *status) {
    decide_view view = decide_about(&l->decided, status->path, status->content);
    view.edited = status->state == SITE_STATE_EDITED;
    if (status->state == SITE_STATE_REFUSED && view.state == DECIDE_DECIDED &&
        view.one->kind == DECIDE_ACCEPTED)
        return SLICE("");
    l->disputed += view.state == DECIDE_DISPUTED;
    l->since += view.state == DECIDE_CHANGED;
    if (view.state == DECIDE_DECIDED)
        l->kinds[view.one->kind]++;
    return view.state == DECIDE_UNDECIDED ? SLICE("") : decide_describe(&view, l->arena);
}

static void print_json(const listing *l, const site_status *status, grade of, slice decided) {
    buffer out = buffer_new(l->arena, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, "page", status->path);
    json_add_string(&json, "state", site_state_name(status->state));
    json_key(&json, SLICE("grade"));
    if (status->is_known)
        json_text(&json, slice_of(grade_name(of)));
    else
        json_raw(&json, SLICE("null"));
    if (status->why)
        json_add_string(&json, "why", status->why);
    json_add_number(&json, "time", status->time);
    json_add_filled(&json, "decided", decided);
    if (l->finds_mended)
        json_add_bool(&json, "mends", map_has(&l->mended, status->path));
    json_key(&json, SLICE("findings"));
    json_raw(&json, status->findings.length ? status->findings : SLICE("[]"));
    json_close(&json, '}');
    print_json_line(&json);
}

static void print_skip(const listing *l, const site_skip *one) {
    if (l->json) {
        buffer out = buffer_new(l->arena, 256);
        json_writer json = {.out = &out};
        json_open(&json, '{');
        json_add_text(&json, "skipped", one->path);
        json_add_string(&json, "why", one->why);
        json_add_bool(&json, "would_be_published", one->is_page);
        json_add_number(&json, "files", (int64_t)one->files);
        json_add_number(&json, "pages", (int64_t)one->pages);
        json_close(&json, '}');
        print_json_line(&json);
    } else if (l->all)
        print_line(10, "%-9s %.*s: %s", "no page", SLICE_ARGS(site_show_path(one->path, l->arena)), one->why);
    arena_reset(l->arena);
}

/* ---- pages in the new form ----------------------------------------------------------------------------- */

/* site_keep's */
static bool is_new(void *context, slice path) {
    const site *s = context;
    arena *scratch = arena_new(0);
    slice bytes, error;
    bool yes = site_read(s, path, scratch, &bytes, &error) && page_text_is_tiptap(bytes, scratch);
    arena_destroy(scratch);
    return yes;
}

static void note_mended(void *context, const site_result *result, arena *scratch) {
    listing *l = context;
    (void)scratch;
    if (result->outcome != SITE_CONVERTED)
        return;
    map_put(&l->mended, slice_copy(result->path, l->memory), NULL);
    l->mended_count++;
}

/* `own`: those given, and the user's own settings. */
static bool prepare_mended(listing *l, const cli_arguments *given, const cli_arguments *own) {
    l->new_pages = open_site_and_gone(own, CONFINE_READS, l->memory);
    return l->new_pages && add_settings(given, l->new_pages, l->memory, &l->settings) == EXIT_DONE &&
           engine_start_good(&l->engine, &l->settings, l->new_pages, l->memory) == EXIT_DONE;
}

/* Which of them `convert --new-pages` would mend. False: said why that is not known. */
static bool find_mended(listing *l) {
    site_totals totals;
    site_options options = options_of_run(l->engine, &l->settings);
    site_events events = {l, note_mended, stop_is_asked};
    site_keep(l->new_pages, is_new, l->new_pages);
    return look_at_pages(&l->settings, l->new_pages, l->engine, &options, &events, &totals, l->memory);
}

/* ---- all pages ------------------------------------------------------------------------------------------
 */

/* The page's grade by what people accept today; counts it. */
static grade grade_page(listing *l, const site_status *status, findings *found) {
    *found = accepted_recorded(l->people, status->path, status->findings, l->arena);
    bool is_converted = status->state == SITE_STATE_CONVERTED || status->state == SITE_STATE_EDITED;
    grade of = status->grade == GRADE_REFUSED || !found->items.count ? status->grade : findings_grade(found);
    report_page page = {.path = status->path,
                        .grade = of,
                        .findings = is_converted ? found : NULL,
                        .state = is_converted ? REPORT_CHANGED : REPORT_ALREADY};
    if (status->is_known)
        report_add(l->writer, &page, l->arena);
    l->grades[status->state][of] += is_converted;
    return of;
}

/* With --grade: the page with all that gives it that grade, a line for each; what an unlisted one is, only
 * the journal knows: some of a kind that a page is full of. */
static void print_graded(const listing *l, slice path, grade of, const findings *found) {
    slice place = site_show_path(path, l->arena);
    bool any = false;
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        const finding_info *info = finding_describe(one->code);
        if (info->grade != of || one->accepted.length)
            continue;
        slice at = one->line ? format_slice(l->arena, "%.*s:%u", SLICE_ARGS(place), one->line) : place;
        print_line(4, "%.*s: %s: %.*s", SLICE_ARGS(at), info->title, SLICE_ARGS(one->detail));
        any = true;
    }
    if (!any)
        print_line(4, "%.*s", SLICE_ARGS(place));
}

static void print_page(const listing *l, const site_status *status, grade of, slice decided,
                       const findings *found) {
    bool has_grade = status->is_known && of != GRADE_REFUSED;
    const char *more = map_has(&l->mended, status->path) ? "would be mended"
                       : status->why                     ? status->why
                       : has_grade                       ? grade_name(of)
                                                         : "";
    slice page = site_show_path(status->path, l->arena);
    if (status->state == SITE_STATE_REFUSED)
        page = describe_refusal(page, "", found, l->arena);
    print_line(10, "%-9s %.*s%s%s%s%s%.*s", site_state_name(status->state), SLICE_ARGS(page),
               more[0] ? " (" : "", more, more[0] ? ")" : "",
               !decided.length                       ? ""
               : status->state == SITE_STATE_REFUSED ? "; "
                                                     : ": ",
               SLICE_ARGS(decided));
}

static void list_page(void *context, const site_status *status) {
    listing *l = context;
    l->counts[status->state]++;
    if (status->state == SITE_STATE_NO_PAGE) {
        print_skip(l, &(site_skip){.path = status->path, .why = "it has no front matter", .files = 1});
        return;
    }
    findings found;
    grade of = grade_page(l, status, &found);
    slice decided = describe_decision(l, status);
    bool asks = status->state != SITE_STATE_LEGACY && status->state != SITE_STATE_CONVERTED &&
                status->state != SITE_STATE_ALREADY && status->state != SITE_STATE_UNPUBLISHED;
    asks |= map_has(&l->mended, status->path);
    bool is_other =
        l->grade >= 0 && (!status->is_known || status->state == SITE_STATE_ALREADY || (int)of != l->grade);
    if (is_other) {
    } else if (l->json)
        print_json(l, status, of, decided);
    else if (l->grade >= 0)
        print_graded(l, status->path, of, &found);
    else if (!l->quiet && (l->all || asks))
        print_page(l, status, of, decided, &found);
    arena_reset(l->arena);
}

/* What lies in the checkout like a page and is none. */
static void list_skipped(const listing *l, const site *s) {
    const vector *skipped = site_skipped(s);
    for (size_t i = 0; i < skipped->count; i++)
        print_skip(l, vector_at(skipped, i));
}

/* "22 × pictures aligned: center, on 20 pages", most frequent first. */
static void print_groups(const listing *l) {
    const vector *groups = report_groups(l->writer);
    for (size_t i = 0, shown = 0; i < groups->count && shown < GROUPS_SHOWN; i++) {
        const report_group *group = *(report_group **)vector_at(groups, i);
        if (group->times < GROUP_MIN)
            break;
        if (group->accepted == group->times)
            continue;
        if (!shown++)
            print_line(0, "the same, many times (`isomerize accept` takes them out of the grades):");
        print_line(11, "  %-8s %zu × %.*s, on %zu page%s", grade_name(finding_describe(group->code)->grade),
                   group->times, SLICE_ARGS(report_describe_group(group, l->arena)), group->pages,
                   group->pages == 1 ? "" : "s");
        arena_reset(l->arena);
    }
}

static void print_accepted(const listing *l) {
    const size_t *n = report_so_far(l->writer)->accepted;
    size_t all = n[GRADE_CLEAN] + n[GRADE_COSMETIC] + n[GRADE_REVIEW] + n[GRADE_LOSS];
    if (all)
        printf("accepted: %zu finding%s, of which %zu of loss and %zu to review\n", all, all == 1 ? "" : "s",
               n[GRADE_LOSS], n[GRADE_REVIEW]);
}

static void print_decisions(const listing *l) {
    if (l->decided.all.count)
        print_line(
            4,
            "decisions: %zu accepted, %zu to mend by hand, %zu to be left as they are, %zu disputed, %zu "
            "on pages that have changed since",
            l->kinds[DECIDE_ACCEPTED], l->kinds[DECIDE_MEND], l->kinds[DECIDE_LEAVE], l->disputed, l->since);
}

static void print_counts(const listing *l, const cli_arguments *arguments) {
    bool any = false;
    for (int i = 0; i < SITE_STATE_COUNT; i++) {
        any |= l->counts[i] > 0;
        if (!l->counts[i])
            continue;
        printf("%zu %s", l->counts[i], site_state_name((site_state)i));
        const char *before = ": ";
        for (int g = 0; g < GRADE_REFUSED; g++)
            if (l->grades[i][g]) {
                printf("%s%zu %s", before, l->grades[i][g], grade_name((grade)g));
                before = ", ";
            }
        putchar('\n');
    }
    if (l->finds_mended)
        printf("%zu of those in the new form would be mended: %.*s\n", l->mended_count,
               SLICE_ARGS(next_command(arguments, "convert", "--new-pages", l->arena)));
    print_accepted(l);
    print_decisions(l);
    if (!any)
        puts("no pages");
}

static bool write_nowhere(void *context, const char *bytes, size_t length) {
    (void)context, (void)bytes, (void)length;
    return true;
}

/* With --fail-on: of all pages, whenever they were converted. */
static int exit_status(const listing *l, const cli_arguments *arguments) {
    if (l->counts[SITE_STATE_FAILED])
        return EXIT_ENVIRONMENT;
    if (!option_given(arguments, OPTION_FAIL_ON))
        return EXIT_DONE;
    size_t counted = 0;
    int limit = grade_by_name(slice_of(option_value(arguments, OPTION_FAIL_ON, "")));
    for (int i = 0; i < SITE_STATE_COUNT; i++)
        for (int g = limit; g < GRADE_REFUSED; g++)
            counted += l->grades[i][g];
    return l->counts[SITE_STATE_REFUSED] ? EXIT_UNCONVERTED : counted ? EXIT_FINDINGS : EXIT_DONE;
}

int command_status(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    cli_arguments own = *arguments;
    bool mends = option_given(arguments, OPTION_NEW_PAGES),
         can = !mends || add_settings(arguments, NULL, a, &own) == EXIT_DONE;
    site *s = can ? open_site_and_gone(&own, CONFINE_READS, a) : NULL;
    accepted people;
    listing l = {.people = &people,
                 .grade = option_given(arguments, OPTION_GRADE)
                              ? option_choice(OPTION_GRADE, option_value(arguments, OPTION_GRADE, ""))
                              : -1,
                 .json = option_given(arguments, OPTION_JSON),
                 .all = option_given(arguments, OPTION_VERBOSE),
                 .quiet = option_given(arguments, OPTION_QUIET),
                 .mended = map_new(a, 64),
                 .finds_mended = mends,
                 .memory = a,
                 .arena = arena_new(0)};
    slice error;
    int status = !can                                                               ? EXIT_USAGE
                 : !s                                                               ? EXIT_ENVIRONMENT
                 : !paths_are_known(arguments, s)                                   ? EXIT_USAGE
                 : accepted_open(&people, s, a) && decisions_open(&l.decided, s, a) ? EXIT_DONE
                                                                                    : EXIT_USAGE;
    l.writer = report_begin(&(report_options){.format = REPORT_SUMMARY}, (report_sink){write_nowhere, NULL});
    if (status == EXIT_DONE && l.finds_mended && !prepare_mended(&l, arguments, &own))
        status = EXIT_USAGE;
    if (status != EXIT_DONE) {
    } else if (l.finds_mended && !find_mended(&l))
        status = EXIT_ENVIRONMENT;
    else if (s && !site_report_status(s, true, list_page, &l, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        status = EXIT_ENVIRONMENT;
    }
    if (status == EXIT_DONE)
        tell_of_state(arguments, s, a);
    bool lists = l.grade >= 0;
    if (status == EXIT_DONE && !lists && (l.all || l.json))
        list_skipped(&l, s);
    if (status == EXIT_DONE && !l.json && !l.quiet && !lists)
        print_groups(&l);
    if (status == EXIT_DONE && !l.json && !lists)
        print_counts(&l, arguments);
    if (status == EXIT_DONE && !l.json && !l.quiet && !lists)
        tell_passed_over(s, arguments, a);
    if (status == EXIT_DONE)
        status = exit_status(&l, arguments);
    report_free(l.writer);
    site_close(l.new_pages);
    site_close(s);
    arena_destroy(l.arena);
    arena_destroy(a);
    return status;
}
