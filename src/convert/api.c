/* The public interface (include/isomerize.h): thin, over convert_page.
 *
 * Comes in: plain C strings and bytes. Goes out: opaque engines and pages that own their memory. It adds no
 * behaviour.
 */
#include "isomerize.h"

#include "convert/convert.h"

#include <stdlib.h>

struct isomerize {
    arena *arena; /* the engine, and its settings' lists */
    convert_engine *engine;
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

static void add_rules(const struct isomerize_settings *given, arena *a, convert_settings *settings) {
    mapping_source *rules = arena_alloc(a, given->rule_count * sizeof *rules);
    for (size_t i = 0; i < given->rule_count; i++)
        rules[i] = (mapping_source){
            slice_of(given->rules[i].name), {given->rules[i].text, given->rules[i].length}, false};
    settings->rules = rules;
    settings->rules_count = given->rule_count;
}

static void add_variables(const struct isomerize_settings *given, arena *a, convert_settings *settings) {
    liquid_variable *variables = arena_alloc(a, given->variable_count * sizeof *variables);
    for (size_t i = 0; i < given->variable_count; i++)
        variables[i] = (liquid_variable){slice_of(given->variables[i].name),
                                         liquid_string(slice_of(given->variables[i].value))};
    settings->variables = variables;
    settings->variables_count = given->variable_count;
}

static convert_settings settings_of(const struct isomerize_settings *given, arena *a) {
    convert_settings settings = convert_settings_default();
    if (!given)
        return settings;
    add_rules(given, a, &settings);
    add_variables(given, a, &settings);
    settings.url = slice_of(given->site_url);
    settings.no_repair = given->no_repair;
    settings.refuse_at = given->strict ? GRADE_REVIEW : GRADE_REFUSED;
    return settings;
}

/* The first thing that is wrong with the rules; empty when nothing is. */
static slice load_engine(isomerize *engine, const struct isomerize_settings *given) {
    slice error = {NULL, 0};
    convert_settings settings = settings_of(given, engine->arena);
    engine->engine = convert_engine_new(&settings, engine->arena, &error);
    const mapping_set *rules = engine->engine ? convert_engine_rules(engine->engine) : NULL;
    if (!rules || !mapping_problem_count(rules))
        return error;
    const mapping_problem *p = mapping_problem_at(rules, 0);
    return format_slice(engine->arena, "%.*s:%u:%u: %.*s", SLICE_ARGS(p->source), p->line, p->column,
                        SLICE_ARGS(p->message));
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
    convert_engine_free(engine->engine);
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
    convert_page(engine->engine, (slice){bytes, length}, NULL, page->arena, &page->result);
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
