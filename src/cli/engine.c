/* From the command line and a site to what convert_page is given.
 *
 * Comes in: options, the site's `.isomerize/config.yml` and `_config.yml`. Goes out: rules, options, and a
 * fingerprint of all that decides a page's result besides its bytes and the program. It looks at no page.
 */
#include "engine.h"
#include "remote.h"
#include "rules.h"

#include <stdio.h>
#include <stdlib.h>

/* `_config.yml`: its top-level texts are Liquid's `site.NAME`. */
static void add_variables(engine *e, const front_value *config, arena *a) {
    legacy_variable *variables = arena_alloc(a, (config->count + 1) * sizeof *variables);
    for (uint32_t i = 0; i < config->count; i++) {
        const front_entry *one = &config->entries[i];
        if (one->value.kind != FRONT_STRING)
            continue;
        variables[e->options.variable_count++] = (legacy_variable){
            .name = format_slice(a, "site.%.*s", SLICE_ARGS(one->key)), .value = one->value.text};
    }
    e->options.variables = variables;
}

static bool add_disabled(engine *e, const cli_arguments *arguments) {
    for (size_t i = 0; i < arguments->option_count; i++) {
        if (arguments->options[i].option != OPTION_DISABLE)
            continue;
        finding_code code = finding_by_name(slice_of(arguments->options[i].value));
        if (code == FINDING_COUNT) {
            complain("there is no finding code '%s'; `isomerize help codes` lists them",
                     arguments->options[i].value);
            return false;
        }
        e->options.disabled[code] = true;
    }
    return true;
}

/* Whatever decides the result goes in, each part behind its length. */
static void add_part(buffer *out, slice part) {
    buffer_printf(out, "%zu:", part.length);
    buffer_append(out, part);
}

static slice make_fingerprint(const engine *e, const vector *sources, slice assets, arena *a) {
    buffer out = buffer_new(a, 65536);
    for (size_t i = 0; i < sources->count; i++)
        add_part(&out, ((const mapping_source *)vector_at(sources, i))->text);
    add_part(&out, assets);
    for (size_t i = 0; i < e->options.variable_count; i++) {
        add_part(&out, e->options.variables[i].name);
        add_part(&out, e->options.variables[i].value);
    }
    add_part(&out, (slice){(const char *)e->options.disabled, sizeof e->options.disabled});
    buffer_printf(&out, "%d%d", e->options.no_repair, e->options.refuse_at);
    return buffer_slice(&out);
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

/* ---- starting ---------------------------------------------------------------------------------- */

int engine_start(engine *e, const cli_arguments *arguments, const site *s, arena *a) {
    vector sources = vector_new(a, sizeof(mapping_source));
    *e = (engine){.options = convert_defaults()};
    if (!collect_rules(arguments, s ? slice_c_string(site_root(s), a) : ".", a, &sources))
        return EXIT_ENVIRONMENT;
    slice assets;
    if (s)
        add_variables(e, site_config(s), a);
    e->options.assets = e->assets = load_asset_rules(arguments, s, a, &assets);
    if (!e->assets)
        return EXIT_USAGE;
    e->options.no_repair = option_given(arguments, OPTION_NO_REPAIR);
    e->options.refuse_at = option_given(arguments, OPTION_STRICT) ? GRADE_REVIEW : GRADE_REFUSED;
    if (!add_disabled(e, arguments))
        return EXIT_USAGE;
    e->mappings = mapping_load(sources.items, sources.count);
    e->options.mappings = e->mappings;
    e->fingerprint = make_fingerprint(e, &sources, assets, a);
    if (rules_are_good(e->mappings))
        return EXIT_DONE;
    engine_stop(e);
    return EXIT_USAGE;
}

void engine_stop(engine *e) {
    mapping_free(e->mappings);
    e->mappings = NULL;
}

site_options options_of_run(const engine *e, const cli_arguments *arguments) {
    return (site_options){.convert = &e->options,
                          .rules = e->fingerprint,
                          .program = ISOMERIZE_VERSION,
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
