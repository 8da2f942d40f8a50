/* The public interface (include/isomerize.h): thin, over convert_page.
 *
 * Comes in: plain C strings and bytes. Goes out: opaque engines and pages that own their memory. It adds no
 * behaviour.
 */
#include "isomerize.h"

#include "convert/convert.h"
#include "save/save.h"

#include <stdlib.h>

struct isomerize {
    arena *arena; /* rules and settings */
    mapping_set *mappings;
    convert_options options;
};

struct isomerize_page {
    arena *arena;
    convert_result result;
};

const char *isomerize_version(void) {
    return ISOMERIZE_VERSION;
}

/* ---- engines ----------------------------------------------------------------------------------------- */

static char *copy_message(slice message) {
    char *copy = malloc(message.length + 1);
    if (copy) {
        memcpy(copy, message.data, message.length);
        copy[message.length] = '\0';
    }
    return copy;
}

static void load_mappings(isomerize *engine, const struct isomerize_settings *settings) {
    size_t shipped, own = settings ? settings->rule_count : 0;
    const mapping_source *sources = mapping_shipped(&shipped);
    mapping_source *all = arena_alloc(engine->arena, (own + shipped) * sizeof *all);
    for (size_t i = 0; i < own; i++)
        all[i] = (mapping_source){
            slice_of(settings->rules[i].name), {settings->rules[i].text, settings->rules[i].length}, false};
    memcpy(all + own, sources, shipped * sizeof *all);
    engine->mappings = mapping_load(all, own + shipped);
    engine->options.mappings = engine->mappings;
}

static void copy_variables(isomerize *engine, const struct isomerize_settings *settings) {
    legacy_variable *variables = arena_alloc(engine->arena, settings->variable_count * sizeof *variables);
    for (size_t i = 0; i < settings->variable_count; i++)
        variables[i] =
            (legacy_variable){slice_of(settings->variables[i].name), slice_of(settings->variables[i].value)};
    engine->options.variables = variables;
    engine->options.variable_count = settings->variable_count;
}

/* The first thing that is wrong with the rules; empty when nothing is. */
static slice load_engine(isomerize *engine, const struct isomerize_settings *settings) {
    engine->options = convert_defaults();
    load_mappings(engine, settings);
    if (mapping_problem_count(engine->mappings)) {
        const mapping_problem *p = mapping_problem_at(engine->mappings, 0);
        return format_slice(engine->arena, "%.*s:%u:%u: %.*s", SLICE_ARGS(p->source), p->line, p->column,
                            SLICE_ARGS(p->message));
    }
    slice error = {NULL, 0}, shipped = asset_rules_shipped();
    asset_settings site = {.url = slice_of(settings ? settings->site_url : NULL)};
    engine->options.assets = asset_rules_load(&shipped, 1, &site, engine->arena, &error);
    if (!engine->options.assets || !settings)
        return error;
    copy_variables(engine, settings);
    engine->options.no_repair = settings->no_repair;
    engine->options.refuse_at = settings->strict ? GRADE_REVIEW : GRADE_REFUSED;
    return error;
}

isomerize *isomerize_new(const struct isomerize_settings *settings, char **error) {
    if (error)
        *error = NULL;
    isomerize *engine = calloc(1, sizeof *engine);
    if (!engine || !(engine->arena = arena_create(0))) {
        free(engine);
        return NULL;
    }
    slice wrong = load_engine(engine, settings);
    if (wrong.length == 0)
        return engine;
    if (error)
        *error = copy_message(wrong);
    isomerize_free(engine);
    return NULL;
}

void isomerize_free(isomerize *engine) {
    if (!engine)
        return;
    mapping_free(engine->mappings);
    arena_destroy(engine->arena);
    free(engine);
}

/* ---- pages ------------------------------------------------------------------------------------------- */

isomerize_page *isomerize_convert(const isomerize *engine, const char *bytes, size_t length) {
    isomerize_page *page = calloc(1, sizeof *page);
    if (!page || !(page->arena = arena_create(CONVERT_MEMORY))) {
        free(page);
        return NULL;
    }
    convert_page((slice){bytes, length}, &engine->options, page->arena, &page->result);
    /* The caller's bytes may go before the page does. */
    if (page->result.output.data == bytes)
        page->result.output = slice_copy(page->result.output, page->arena);
    return page;
}

void isomerize_page_free(isomerize_page *page) {
    if (!page)
        return;
    arena_destroy(page->arena);
    free(page);
}

enum isomerize_state isomerize_page_state(const isomerize_page *page) {
    static const enum isomerize_state states[] = {
        [CONVERT_DONE] = ISOMERIZE_CONVERTED,
        [CONVERT_ALREADY] = ISOMERIZE_ALREADY,
        [CONVERT_NOT_A_PAGE] = ISOMERIZE_NOT_A_PAGE,
        [CONVERT_REFUSED] = ISOMERIZE_LEFT,
    };
    return states[page->result.state];
}

enum isomerize_grade isomerize_page_grade(const isomerize_page *page) {
    return (enum isomerize_grade)page->result.grade;
}

const char *isomerize_page_output(const isomerize_page *page, size_t *length) {
    *length = page->result.output.length;
    return page->result.output.data;
}

size_t isomerize_page_finding_count(const isomerize_page *page) {
    return page->result.found.items.count;
}

struct isomerize_finding isomerize_page_finding(const isomerize_page *page, size_t index) {
    const finding *f = vector_at(&page->result.found.items, index);
    const finding_info *info = finding_describe(f->code);
    return (struct isomerize_finding){
        .code = info->name,
        .detail = slice_c_string(f->detail, page->arena),
        .became = f->became.length ? slice_c_string(f->became, page->arena) : info->became,
        .advice = info->advice,
        .line = f->line,
        .column = f->column,
        .grade = (enum isomerize_grade)info->grade,
    };
}

size_t isomerize_page_asset_count(const isomerize_page *page) {
    return page->result.assets.count;
}

struct isomerize_asset isomerize_page_asset(const isomerize_page *page, size_t index) {
    const asset_reference *asset = vector_at(&page->result.assets, index);
    return (struct isomerize_asset){
        .url = slice_c_string(asset->remote, page->arena),
        .path = slice_c_string(format_slice(page->arena, "/%.*s", SLICE_ARGS(asset->path)), page->arena),
    };
}

/* `*difference` is 0 where the page needs more memory than any page of the editor does. */
static bool check_page(slice page, arena *a, size_t *difference) {
    jmp_buf exhausted;
    if (setjmp(exhausted) != 0)
        return false;
    arena_on_exhausted(a, &exhausted);
    return convert_check(page, a, difference, NULL);
}

bool isomerize_is_save_form(const char *bytes, size_t length, size_t *difference) {
    arena *a = arena_create(CONVERT_MEMORY);
    size_t at = 0;
    bool same = a && check_page((slice){bytes, length}, a, &at);
    if (difference && !same)
        *difference = at;
    arena_destroy(a);
    return same;
}
