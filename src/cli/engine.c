/* From the command line and a site to the engine of a run.
 *
 * Comes in: options, a site. Goes out: an engine. It looks at no page.
 */
#include "engine.h"
#include "rules.h"
#include "suggest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PROBLEMS_SHOWN 20 /* of style sheets */

static bool add_disabled(const cli_arguments *arguments, convert_settings *settings) {
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (arguments->options[i].option != OPTION_DISABLE)
            continue;
        finding_code code = finding_by_name(slice_of(arguments->options[i].value));
        if (code == FINDING_COUNT) {
            suggestion near = {.word = arguments->options[i].value};
            for (int c = 0; c < FINDING_COUNT; c++)
                suggest_try(&near, finding_describe((finding_code)c)->name);
            complain("--disable: there is no finding code '%s'%s", near.word, suggest_end(&near));
            fputs("`isomerize help codes` lists them; rules of mappings are disabled in a file of rules\n",
                  stderr);
            return false;
        }
        settings->disabled[code] = true;
    }
    return true;
}

/* ---- style sheets ------------------------------------------------------------------------------ */

/* Those of --css, behind the site's. */
static bool add_sheets(const cli_arguments *arguments, arena *a, convert_settings *settings) {
    vector sheets = vector_new(a, sizeof(convert_sheet));
    for (size_t i = 0; i < settings->sheets_count; i++)
        *(convert_sheet *)vector_push(&sheets) = settings->sheets[i];
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (arguments->options[i].option != OPTION_CSS)
            continue;
        convert_sheet sheet = {.path = slice_of(arguments->options[i].value), .origin = CSS_ORIGIN_SITE};
        if (!read_file(arguments->options[i].value, a, &sheet.text)) {
            complain("--css: %s: cannot be read: %s", arguments->options[i].value, strerror(errno));
            return false;
        }
        *(convert_sheet *)vector_push(&sheets) = sheet;
    }
    settings->sheets = sheets.items;
    settings->sheets_count = sheets.count;
    return true;
}

/* What was not understood of them, once a run. */
static void tell_sheet_problems(const css_sheets *sheets, arena *a) {
    size_t count = css_sheets_problem_count(sheets);
    for (size_t i = 0; i < count && i < PROBLEMS_SHOWN; i++) {
        const css_problem *p = css_sheets_problem_at(sheets, i);
        complain("%.*s:%u: %s: %.*s", SLICE_ARGS(site_show_path(p->file, a)), p->line, p->message,
                 SLICE_ARGS(site_show_path(p->what, a)));
    }
    if (count > PROBLEMS_SHOWN)
        complain("and %zu more in style sheets", count - PROBLEMS_SHOWN);
}

static int choice(const cli_arguments *arguments, option_id o) {
    return option_given(arguments, o) ? option_choice(o, option_value(arguments, o, "")) : 0;
}

/* ---- starting ---------------------------------------------------------------------------------- */

static int start(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a) {
    convert_settings settings = convert_settings_default();
    vector hosts = vector_new(a, sizeof(slice));
    slice error;
    if (!collect_rules(arguments, s, a, &settings))
        return EXIT_ENVIRONMENT;
    if (!add_disabled(arguments, &settings))
        return EXIT_USAGE;
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_ASSET_HOST)
            *(slice *)vector_push(&hosts) = slice_of(arguments->options[i].value);
    settings.asset_hosts = hosts.items;
    settings.asset_hosts_count = hosts.count;
    settings.in_page_links = (convert_in_page_links)choice(arguments, OPTION_IN_PAGE_LINKS);
    settings.list_markers = (convert_list_markers)choice(arguments, OPTION_LIST_MARKERS);
    settings.side_by_side = (convert_side_by_side)choice(arguments, OPTION_SIDE_BY_SIDE);
    settings.no_repair = option_given(arguments, OPTION_NO_REPAIR);
    settings.card_link_text = slice_of(option_value(arguments, OPTION_CARD_LINK_TEXT, ""));
    settings.size_limit = strtoull(option_value(arguments, OPTION_PAGE_LIMIT, "0"), NULL, 10);
    settings.memory_each = strtoull(option_value(arguments, OPTION_PAGE_MEMORY, "0"), NULL, 10);
    settings.memory_limit = strtoull(option_value(arguments, OPTION_PAGE_MEMORY_LIMIT, "0"), NULL, 10);
    settings.output_each = strtoull(option_value(arguments, OPTION_PAGE_OUTPUT, "0"), NULL, 10);
    settings.steps_each = strtoull(option_value(arguments, OPTION_PAGE_STEPS, "0"), NULL, 10);
    settings.refuse_at = option_given(arguments, OPTION_STRICT) ? GRADE_REVIEW : GRADE_REFUSED;
    if (s)
        site_fill_settings(s, &settings);
    if (!add_sheets(arguments, a, &settings))
        return EXIT_ENVIRONMENT;
    *e = convert_engine_new(&settings, a, &error);
    if (!*e)
        complain("%.*s", SLICE_ARGS(error));
    else if (!option_given(arguments, OPTION_QUIET))
        tell_sheet_problems(convert_engine_sheets(*e), a);
    return *e ? EXIT_DONE : EXIT_USAGE;
}

typedef struct starting {
    convert_engine **engine;
    const cli_arguments *arguments;
    const site *site;
    arena *arena;
    int status;
} starting;

static bool start_apart(void *context) {
    starting *s = context;
    s->status = start(s->engine, s->arguments, s->site, s->arena);
    return s->status == EXIT_DONE;
}

int engine_start(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a) {
    starting all = {e, arguments, s, a, EXIT_DONE};
    site_apart(s, start_apart, &all);
    return all.status;
}

int engine_start_good(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a) {
    int status = engine_start(e, arguments, s, a);
    if (status != EXIT_DONE || rules_are_good(convert_engine_rules(*e)))
        return status;
    return EXIT_USAGE;
}

site_options options_of_run(const convert_engine *e, const cli_arguments *arguments) {
    return (site_options){.engine = e,
                          .force = option_given(arguments, OPTION_FORCE),
                          .update = option_given(arguments, OPTION_UPDATE),
                          .new_pages = option_given(arguments, OPTION_NEW_PAGES),
                          .changes_files = option_given(arguments, OPTION_OUT),
                          .jobs = (unsigned)strtoul(option_value(arguments, OPTION_JOBS, "0"), NULL, 10)};
}

static site *open_named(const cli_arguments *arguments, bool gone_too, confinement what, arena *a) {
    static const char *const here[] = {"."};
    slice error = SLICE("");
    bool named = arguments->word_count > 0;
    site *s = site_locate(named ? (const char *const *)arguments->words : here,
                          named ? arguments->word_count : 1, gone_too, a, &error);
    if (s)
        site_keep_state(s, state_base(a), option_value(arguments, OPTION_STATE, NULL));
    if (s && give_up_files(arguments, s, what, a) && site_load(s, &error))
        return s;
    if (error.length)
        complain("%.*s", SLICE_ARGS(error));
    site_close(s);
    return NULL;
}

site *open_site(const cli_arguments *arguments, confinement what, arena *a) {
    return open_named(arguments, false, what, a);
}

site *open_site_and_gone(const cli_arguments *arguments, confinement what, arena *a) {
    return open_named(arguments, true, what, a);
}

void tell_of_state(const cli_arguments *arguments, const site *s, arena *a) {
    slice note = option_given(arguments, OPTION_QUIET) ? SLICE("") : site_state_note(s, a);
    if (note.length)
        complain("note: %.*s", SLICE_ARGS(note));
}

int work_on_site(const cli_arguments *given, confinement what,
                 int (*work)(const cli_arguments *arguments, site *s, arena *a)) {
    arena *a = arena_new(0);
    cli_arguments own, all;
    site *s = NULL;
    int status = add_settings(given, NULL, a, &own);
    if (status == EXIT_DONE && !(s = open_site(&own, what, a)))
        status = EXIT_ENVIRONMENT;
    if (status == EXIT_DONE && (status = add_settings(given, s, a, &all)) == EXIT_DONE)
        status = work(&all, s, a);
    site_close(s);
    arena_destroy(a);
    return status;
}
