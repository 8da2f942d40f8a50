/* From the command line and a site to the engine of a run.
 *
 * Comes in: options, a site with its settings. Goes out: an engine. It looks at no page.
 */
#include "engine.h"
#include "rules.h"

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
            complain("there is no finding code '%s'; `isomerize help codes` lists them",
                     arguments->options[i].value);
            return false;
        }
        settings->disabled[code] = true;
    }
    return true;
}

/* ---- settings of the site -------------------------------------------------------------------- */

static option_id option_by_name(slice name) {
    for (int o = 0; o < OPTION_COUNT; o++)
        if (slice_equal(name, slice_of(option_describe((option_id)o)->name)))
            return (option_id)o;
    return OPTION_COUNT;
}

/* One value of a setting as the command line would give it. False: it does not fit the option. */
static bool add_value(cli_arguments *all, option_id o, const front_value *value, arena *a) {
    bool is_flag = !option_describe(o)->argument;
    if (is_flag != (value->kind == FRONT_BOOL))
        return false;
    if (is_flag && !value->boolean)
        return true;
    all->options[all->option_count].option = o;
    if (value->kind == FRONT_STRING)
        all->options[all->option_count].value = slice_c_string(value->text, a);
    else if (value->kind == FRONT_NUMBER)
        all->options[all->option_count].value = slice_c_string(format_slice(a, "%.15g", value->number), a);
    else if (!is_flag)
        return false;
    const char *text = all->options[all->option_count++].value;
    return is_flag || option_takes(o, text);
}

static bool add_setting(cli_arguments *all, const front_entry *setting, arena *a) {
    option_id o = option_by_name(setting->key);
    bool known = o != OPTION_COUNT && o != OPTION_HELP && o != OPTION_VERSION && o != OPTION_FORCE;
    bool fits = known;
    if (known && setting->value.kind == FRONT_SEQUENCE)
        for (uint32_t i = 0; fits && i < setting->value.count; i++)
            fits = add_value(all, o, &setting->value.entries[i].value, a);
    else if (known)
        fits = add_value(all, o, &setting->value, a);
    if (!known)
        complain(".isomerize/config.yml:%u: '%.*s' is no setting; settings are the long names of options",
                 setting->value.line, SLICE_ARGS(setting->key));
    else if (!fits)
        complain(".isomerize/config.yml:%u: %.*s: expected %s", setting->value.line, SLICE_ARGS(setting->key),
                 option_describe(o)->argument ? "a value that the option takes, or a list of them"
                                              : "true or false");
    return fits;
}

bool add_settings(const cli_arguments *given, const site *s, arena *a, cli_arguments *all) {
    const front_value *settings = site_settings(s);
    size_t room = given->option_count + settings->count;
    for (uint32_t i = 0; i < settings->count; i++)
        room += settings->entries[i].value.count;
    *all = *given;
    all->options = arena_zeroed(a, (room + 1) * sizeof *all->options);
    all->option_count = 0;
    for (uint32_t i = 0; i < settings->count; i++)
        if (!add_setting(all, &settings->entries[i], a))
            return false;
    for (size_t i = 0; i < given->option_count; i++)
        all->options[all->option_count++] = given->options[i];
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

/* ---- starting ---------------------------------------------------------------------------------- */

int engine_start(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a) {
    convert_settings settings = convert_settings_default();
    vector hosts = vector_new(a, sizeof(slice));
    slice error;
    if (!collect_rules(arguments, s ? slice_c_string(site_root(s), a) : ".", a, &settings))
        return EXIT_ENVIRONMENT;
    if (!add_disabled(arguments, &settings))
        return EXIT_USAGE;
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_ASSET_HOST)
            *(slice *)vector_push(&hosts) = slice_of(arguments->options[i].value);
    settings.asset_hosts = hosts.items;
    settings.asset_hosts_count = hosts.count;
    settings.no_repair = option_given(arguments, OPTION_NO_REPAIR);
    settings.refuse_at = option_given(arguments, OPTION_STRICT) ? GRADE_REVIEW : GRADE_REFUSED;
    if (s)
        site_fill_settings(s, &settings);
    if (!add_sheets(arguments, a, &settings))
        return EXIT_ENVIRONMENT;
    *e = convert_engine_new(&settings, a, &error);
    if (!*e)
        complain("assets.yml: %.*s", SLICE_ARGS(error));
    else if (!option_given(arguments, OPTION_QUIET))
        tell_sheet_problems(convert_engine_sheets(*e), a);
    return *e ? EXIT_DONE : EXIT_USAGE;
}

int engine_start_good(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a) {
    int status = engine_start(e, arguments, s, a);
    if (status != EXIT_DONE || rules_are_good(convert_engine_rules(*e)))
        return status;
    convert_engine_free(*e);
    return EXIT_USAGE;
}

site_options options_of_run(const convert_engine *e, const cli_arguments *arguments) {
    return (site_options){.engine = e,
                          .jobs = (unsigned)strtoul(option_value(arguments, OPTION_JOBS, "0"), NULL, 10)};
}

site *open_site(const cli_arguments *arguments, arena *a) {
    static const char *const here[] = {"."};
    slice error;
    site *s = arguments->word_count
                  ? site_open((const char *const *)arguments->words, arguments->word_count, a, &error)
                  : site_open(here, 1, a, &error);
    if (!s)
        complain("%.*s", SLICE_ARGS(error));
    return s;
}

int work_on_site(const cli_arguments *given, int (*work)(const cli_arguments *arguments, site *s, arena *a)) {
    arena *a = arena_create(0);
    site *s = open_site(given, a);
    cli_arguments all;
    int status = EXIT_ENVIRONMENT;
    if (s)
        status = add_settings(given, s, a, &all) ? work(&all, s, a) : EXIT_USAGE;
    site_close(s);
    arena_destroy(a);
    return status;
}
