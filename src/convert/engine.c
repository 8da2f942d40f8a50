/* Making an engine: the site's rules beside the shipped ones, and the fingerprint of all of it.
 *
 * Comes in: settings. Goes out: an engine. It looks at no page, reads no file.
 */
#include "private.h"

#include <stdlib.h>

convert_settings convert_settings_default(void) {
    convert_settings settings;
    memset(&settings, 0, sizeof settings);
    settings.refuse_at = GRADE_REFUSED;
    return settings;
}

/* ---- rules ------------------------------------------------------------------------------------------- */

static mapping_set *load_rules(const convert_settings *s, arena *a) {
    size_t shipped_count;
    const mapping_source *shipped = mapping_shipped(&shipped_count);
    mapping_source *all = arena_alloc(a, (shipped_count + s->rules_count) * sizeof *all);
    memcpy(all, shipped, shipped_count * sizeof *all);
    for (size_t i = 0; i < s->rules_count; i++)
        all[shipped_count + i] = s->rules[i];
    return mapping_load(all, shipped_count + s->rules_count, a);
}

static asset_rules *load_asset_rules(const convert_settings *s, arena *a, slice *error) {
    slice *texts = arena_alloc(a, (1 + s->asset_rules_count) * sizeof *texts);
    texts[0] = asset_rules_shipped();
    for (size_t i = 0; i < s->asset_rules_count; i++)
        texts[1 + i] = s->asset_rules[i];
    asset_settings site = {
        .url = s->url, .baseurl = s->baseurl, .on = s->asset_hosts, .on_count = s->asset_hosts_count};
    return asset_rules_load(texts, 1 + s->asset_rules_count, &site, a, error);
}

/* ---- style sheets ------------------------------------------------------------------------------------ */

/* The sheet of the site that an @import in `from` names, its folders beside those of `from`. */
static bool find_sheet(void *context, slice from, slice url, slice *name, slice *text) {
    const convert_settings *s = context;
    for (size_t i = 0; i < s->sheets_count; i++) {
        const convert_sheet *sheet = &s->sheets[i];
        if (css_import_names(from, url, sheet->path) ||
            css_import_names(SLICE("_sass/-"), url, sheet->path)) { /* Jekyll's load path */
            *name = sheet->path;
            *text = sheet->text;
            return true;
        }
    }
    return false;
}

/* As the windows of a desk and of a phone take them. */
static css_sheets *load_sheets(const convert_settings *s, const convert_theme *theme, arena *a) {
    css_sheets *sheets = css_sheets_new(a, theme->express.window, theme->express.phone_window);
    css_sheets_surround(sheets, theme->around);
    css_sheets_add(sheets, CSS_ORIGIN_THEME, SLICE("theme.yml"), theme->css, NULL);
    css_loader loader = {find_sheet, (void *)(uintptr_t)s};
    for (size_t i = 0; i < s->sheets_count; i++)
        if (!s->sheets[i].only_imported)
            css_sheets_add(sheets, s->sheets[i].origin, s->sheets[i].path, s->sheets[i].text, &loader);
    return sheets;
}

/* ---- templates --------------------------------------------------------------------------------------- */

static int compare_variables(const void *one, const void *other) {
    return slice_compare(((const liquid_variable *)one)->name, ((const liquid_variable *)other)->name);
}

static liquid_scope make_scope(const convert_settings *s, arena *a) {
    liquid_variable *variables = arena_alloc(a, (s->variables_count + 1) * sizeof *variables);
    for (size_t i = 0; i < s->variables_count; i++)
        variables[i] = s->variables[i];
    qsort(variables, s->variables_count, sizeof *variables, compare_variables);
    return (liquid_scope){
        .site = variables, .site_count = s->variables_count, .url = s->url, .baseurl = s->baseurl};
}

/* ---- the fingerprint --------------------------------------------------------------------------------- */

/* Each part behind its length, so that no two lists of parts read alike. */
static void add_slice(buffer *out, const slice *part) {
    buffer_printf(out, "%zu:", part->length);
    buffer_append(out, *part);
}

static void add_number(buffer *out, uint64_t number) {
    buffer_printf(out, "%llu:", (unsigned long long)number);
}

/* The items of each kind of list. What a rule file is called decides nothing. */
static void add_mapping_source(buffer *out, const mapping_source *source) {
    add_slice(out, &source->text);
}

static void add_liquid_variable(buffer *out, const liquid_variable *variable) {
    add_slice(out, &variable->name);
    add_number(out, variable->value.type);
    add_number(out, variable->value.boolean);
    add_number(out, (uint64_t)variable->value.integer);
    add_slice(out, &variable->value.text);
}

static void add_legacy_option(buffer *out, const legacy_option *option) {
    add_slice(out, &option->name);
    add_slice(out, &option->value);
}

static void add_convert_sheet(buffer *out, const convert_sheet *sheet) {
    add_slice(out, &sheet->path);
    add_slice(out, &sheet->text);
    add_number(out, (uint64_t)sheet->origin);
    add_number(out, sheet->only_imported);
}

static void add_settings(buffer *out, const convert_settings *s) {
#define LIST(type, name)                                                                                     \
    add_number(out, s->name##_count);                                                                        \
    for (size_t i = 0; i < s->name##_count; i++)                                                             \
        add_##type(out, &s->name[i]);
#define TEXT(name) add_slice(out, &s->name);
#define SWITCH(name) add_number(out, s->name);
#define SWITCHES(name, count)                                                                                \
    for (size_t i = 0; i < (count); i++)                                                                     \
        add_number(out, s->name[i]);
#define NUMBER(type, name) add_number(out, (uint64_t)s->name);
#include "settings.def"
}

static slice make_fingerprint(const convert_settings *s, arena *a) {
    buffer out = buffer_new(a, 65536);
    size_t shipped_count;
    const mapping_source *shipped = mapping_shipped(&shipped_count);
    add_slice(&out, &SLICE(ISOMERIZE_VERSION));
    for (size_t i = 0; i < shipped_count; i++)
        add_mapping_source(&out, &shipped[i]);
    slice shipped_assets = asset_rules_shipped(), shipped_theme = theme_shipped();
    add_slice(&out, &shipped_assets);
    add_slice(&out, &shipped_theme);
    add_settings(&out, s);
    return buffer_slice(&out);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

convert_engine *convert_engine_new(const convert_settings *settings, arena *a, slice *error) {
    asset_rules *assets = load_asset_rules(settings, a, error);
    if (!assets)
        return NULL;
    convert_engine *e = arena_alloc(a, sizeof *e);
    convert_theme theme;
    if (!theme_load(settings, a, &theme, error))
        return NULL;
    *e = (convert_engine){.settings = *settings,
                          .assets = assets,
                          .theme = theme,
                          .fingerprint = make_fingerprint(settings, a)};
    e->sheets = load_sheets(settings, &e->theme, a);
    e->phone_sheets = css_sheets_of_other(e->sheets, a);
    e->rules = load_rules(settings, a);
    e->scope = make_scope(settings, a);
    e->workers = convert_workers_new(a);
    return e;
}

const mapping_set *convert_engine_rules(const convert_engine *e) {
    return e->rules;
}

asset_rules *convert_engine_assets(const convert_engine *e) {
    return e->assets;
}

const css_sheets *convert_engine_sheets(const convert_engine *e) {
    return e->sheets;
}

convert_look convert_engine_look(const convert_engine *e) {
    const express_theme *t = &e->theme.express;
    return (convert_look){e->theme.around, t->column, t->phone_column, t->window, t->phone_window};
}

const express_icons *convert_engine_icons(const convert_engine *e) {
    return &e->theme.icons;
}

slice convert_engine_fingerprint(const convert_engine *e) {
    return e->fingerprint;
}
