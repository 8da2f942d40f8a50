/* The public interface (include/isomerize.h): thin, over the engine and convert_page.
 *
 * Comes in: plain C strings and bytes. Goes out: opaque engines and pages that own their memory, with every
 * string made when they are made. It adds no behaviour. Every function that needs memory runs its work in
 * `attempt`: where there is none, what was taken is given back, and the caller gets an error value.
 */
#include "isomerize.h"

#include "convert/convert.h"

#include <stdlib.h>

struct isomerize {
    arena *arena; /* the engine, and all that it needs */
    convert_engine *engine;
    const char *fingerprint;
};

struct isomerize_page {
    arena *arena;
    enum isomerize_state state;
    enum isomerize_grade grade;
    slice output;
    struct isomerize_finding *findings;
    struct isomerize_asset *assets;
    size_t finding_count, asset_count;
};

/* The enumerations of the public header are those of the modules. */
_Static_assert((int)ISOMERIZE_CLEAN == (int)GRADE_CLEAN && (int)ISOMERIZE_COSMETIC == (int)GRADE_COSMETIC &&
                   (int)ISOMERIZE_REVIEW == (int)GRADE_REVIEW && (int)ISOMERIZE_LOSS == (int)GRADE_LOSS &&
                   (int)ISOMERIZE_REFUSED == (int)GRADE_REFUSED,
               "isomerize_grade differs from grade");
_Static_assert((int)ISOMERIZE_CONVERTED == (int)CONVERT_DONE &&
                   (int)ISOMERIZE_ALREADY == (int)CONVERT_ALREADY &&
                   (int)ISOMERIZE_NOT_A_PAGE == (int)CONVERT_NOT_A_PAGE &&
                   (int)ISOMERIZE_LEFT == (int)CONVERT_REFUSED,
               "isomerize_state differs from convert_state");
/* The shortest form of each structure that a program may pass: that of version 0.1. */
_Static_assert(offsetof(struct isomerize_settings, size) == 0 &&
                   offsetof(struct isomerize_options, size) == 0,
               "the size comes first");
#define SETTINGS_LEAST (offsetof(struct isomerize_settings, no_repair) + sizeof(bool))
#define OPTIONS_LEAST (offsetof(struct isomerize_options, context) + sizeof(void *))

const char *isomerize_version(void) {
    return ISOMERIZE_VERSION;
}

unsigned isomerize_version_number(void) {
    return ISOMERIZE_VERSION_NUMBER;
}

bool isomerize_is_compatible_with(unsigned number) {
    unsigned breaking = ISOMERIZE_VERSION_MAJOR ? 1000000 : 1000;
    return number / breaking == ISOMERIZE_VERSION_NUMBER / breaking && number <= ISOMERIZE_VERSION_NUMBER;
}

/* ---- memory ------------------------------------------------------------------------------------------ */

/* False: memory is out, and the work was left where it stood. */
static bool attempt(arena *a, void (*work)(void *context), void *context) {
    jmp_buf exhausted;
    if (setjmp(exhausted) != 0) {
        arena_on_exhausted(a, NULL);
        return false;
    }
    arena_on_exhausted(a, &exhausted);
    work(context);
    arena_on_exhausted(a, NULL);
    return true;
}

/* As a C string: what the page holds of NULs becomes U+FFFD. */
static const char *string_of(slice text, arena *a) {
    if (slice_find_char(text, '\0', 0) == SLICE_NONE)
        return slice_c_string(text, a);
    buffer out = buffer_new(a, text.length + 16);
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i])
            buffer_append_char(&out, text.data[i]);
        else
            buffer_append_codepoint(&out, 0xFFFD);
    return slice_c_string(buffer_slice(&out), a);
}

/* ---- settings ---------------------------------------------------------------------------------------- */

/* An engine in the making. */
typedef struct making {
    isomerize *engine;
    struct isomerize_settings given;
    convert_settings settings;
    char *message; /* what is wrong, made with malloc; NULL: nothing, or there was no memory for it */
    bool is_wrong;
} making;

static void refuse(making *m, slice message) {
    m->is_wrong = true;
    m->message = malloc(message.length + 1);
    if (!m->message)
        return;
    memcpy(m->message, message.data, message.length);
    m->message[message.length] = '\0';
}

static slice copy_string(const char *text, arena *a) {
    return slice_copy(slice_of(text), a);
}

static slice copy_text(const struct isomerize_text *text, arena *a) {
    return slice_copy((slice){text->text, text->length}, a);
}

static void add_rules(making *m, arena *a) {
    mapping_source *rules = arena_alloc(a, m->given.rule_count * sizeof *rules);
    for (size_t i = 0; i < m->given.rule_count; i++)
        rules[i] =
            (mapping_source){copy_string(m->given.rules[i].name, a), copy_text(&m->given.rules[i], a), false};
    m->settings.rules = rules;
    m->settings.rules_count = m->given.rule_count;
}

static void add_asset_rules(making *m, arena *a) {
    slice *texts = arena_alloc(a, m->given.asset_rule_count * sizeof *texts);
    slice *hosts = arena_alloc(a, m->given.asset_host_count * sizeof *hosts);
    for (size_t i = 0; i < m->given.asset_rule_count; i++)
        texts[i] = copy_text(&m->given.asset_rules[i], a);
    for (size_t i = 0; i < m->given.asset_host_count; i++)
        hosts[i] = copy_string(m->given.asset_hosts[i], a);
    m->settings.asset_rules = texts;
    m->settings.asset_rules_count = m->given.asset_rule_count;
    m->settings.asset_hosts = hosts;
    m->settings.asset_hosts_count = m->given.asset_host_count;
}

static void add_variables(making *m, arena *a) {
    liquid_variable *variables = arena_alloc(a, m->given.variable_count * sizeof *variables);
    for (size_t i = 0; i < m->given.variable_count; i++)
        variables[i] = (liquid_variable){copy_string(m->given.variables[i].name, a),
                                         liquid_string(copy_string(m->given.variables[i].value, a))};
    m->settings.variables = variables;
    m->settings.variables_count = m->given.variable_count;
}

static void add_sheets(making *m, arena *a) {
    convert_sheet *sheets = arena_alloc(a, m->given.sheet_count * sizeof *sheets);
    for (size_t i = 0; i < m->given.sheet_count; i++) {
        const struct isomerize_sheet *one = &m->given.sheets[i];
        sheets[i] = (convert_sheet){.path = copy_string(one->path, a),
                                    .text = slice_copy((slice){one->text, one->length}, a),
                                    .origin = one->of_site ? CSS_ORIGIN_SITE : CSS_ORIGIN_THEME,
                                    .only_imported = one->only_imported};
    }
    m->settings.sheets = sheets;
    m->settings.sheets_count = m->given.sheet_count;
}

static void add_disabled(making *m, arena *a) {
    for (size_t i = 0; i < m->given.disabled_count && !m->is_wrong; i++) {
        slice name = slice_of(m->given.disabled[i]);
        finding_code code = finding_by_name(name);
        if (code == FINDING_COUNT)
            refuse(m, format_slice(a, "disabled: there is no finding code '%.*s'", SLICE_ARGS(name)));
        else
            m->settings.disabled[code] = true;
    }
}

static void fill_settings(making *m, arena *a) {
    m->settings = convert_settings_default();
    add_rules(m, a);
    add_asset_rules(m, a);
    add_variables(m, a);
    add_sheets(m, a);
    add_disabled(m, a);
    m->settings.url = copy_string(m->given.site_url, a);
    m->settings.baseurl = copy_string(m->given.baseurl, a);
    m->settings.size_limit = m->given.size_limit;
    m->settings.no_repair = m->given.no_repair;
    m->settings.refuse_at = m->given.strict ? GRADE_REVIEW : GRADE_REFUSED;
}

/* ---- engines ----------------------------------------------------------------------------------------- */

/* By two keys that are always the same: 128 bits. */
static const char *print_fingerprint(slice all, arena *a) {
    static const hash_key KEYS[2] = {{1, 2}, {3, 4}};
    return slice_c_string(format_slice(a, "%016llx%016llx", (unsigned long long)hash_keyed(&KEYS[0], all),
                                       (unsigned long long)hash_keyed(&KEYS[1], all)),
                          a);
}

static void make_engine(void *context) {
    making *m = context;
    arena *a = m->engine->arena;
    slice error = {NULL, 0};
    fill_settings(m, a);
    if (m->is_wrong)
        return;
    convert_engine *engine = convert_engine_new(&m->settings, a, &error);
    if (!engine) {
        refuse(m, error);
        return;
    }
    const mapping_set *rules = convert_engine_rules(engine);
    if (mapping_problem_count(rules)) {
        const mapping_problem *p = mapping_problem_at(rules, 0);
        refuse(m, format_slice(a, "%.*s:%u:%u: %.*s", SLICE_ARGS(p->source), p->line, p->column,
                               SLICE_ARGS(p->message)));
        return;
    }
    m->engine->engine = engine;
    m->engine->fingerprint = print_fingerprint(convert_engine_fingerprint(engine), a);
}

/* What the program knows of the structure; what it does not is zero. False: it has a size of another library.
 */
static bool take_structure(void *own, size_t own_size, const void *given, size_t given_size, size_t least) {
    memset(own, 0, own_size);
    if (given_size < least || given_size > own_size)
        return false;
    memcpy(own, given, given_size);
    return true;
}

enum isomerize_status isomerize_new(const struct isomerize_settings *settings, isomerize **engine,
                                    char **message) {
    static const struct isomerize_settings NOTHING = ISOMERIZE_SETTINGS;
    making m = {.engine = NULL};
    *engine = NULL;
    if (message)
        *message = NULL;
    settings = settings ? settings : &NOTHING;
    bool done = false,
         is_known = take_structure(&m.given, sizeof m.given, settings, settings->size, SETTINGS_LEAST);
    if (!is_known) {
        refuse(&m, SLICE("settings.size: expected sizeof(struct isomerize_settings) of this library or of an "
                         "older one"));
    } else if ((m.engine = calloc(1, sizeof *m.engine))) {
        m.engine->arena = arena_create(0);
        done = m.engine->arena && attempt(m.engine->arena, make_engine, &m);
    }
    if (done && !m.is_wrong) {
        *engine = m.engine;
        return ISOMERIZE_OK;
    }
    isomerize_free(m.engine);
    if (message)
        *message = m.message;
    else
        free(m.message);
    return m.is_wrong ? ISOMERIZE_WRONG_SETTINGS : ISOMERIZE_NO_MEMORY;
}

void isomerize_free(isomerize *engine) {
    if (!engine)
        return;
    arena_destroy(engine->arena);
    free(engine);
}

const char *isomerize_fingerprint(const isomerize *engine) {
    return engine->fingerprint;
}

/* ---- converting -------------------------------------------------------------------------------------- */

/* A page in the making. */
typedef struct conversion {
    const convert_engine *engine;
    isomerize_page *page;
    slice bytes;
    struct isomerize_options given;
    bool in_memory;
} conversion;

static bool ask_picture_size(void *context, slice url, uint32_t *width, uint32_t *height) {
    const struct isomerize_options *given = context;
    return given->picture_size(given->context, url.data ? url.data : "", url.length, width, height);
}

static int compare_ids(const void *one, const void *other) {
    return slice_compare(((const convert_linked_id *)one)->id, ((const convert_linked_id *)other)->id);
}

/* In an arena of their own: that of the page is emptied when the page is too large. */
static convert_options options_of(conversion *c, convert_linked_id *ids) {
    for (size_t i = 0; i < c->given.linked_id_count; i++) {
        const struct isomerize_linked_id *one = &c->given.linked_ids[i];
        ids[i] = (convert_linked_id){slice_of(one->id), slice_of(one->from), one->line, one->others, false};
    }
    if (c->given.linked_id_count)
        qsort(ids, c->given.linked_id_count, sizeof *ids, compare_ids);
    return (convert_options){.linked_ids = ids,
                             .linked_id_count = c->given.linked_id_count,
                             .picture_size = c->given.picture_size ? ask_picture_size : NULL,
                             .picture_context = &c->given};
}

static void keep_findings(isomerize_page *page, const findings *found) {
    page->finding_count = found->items.count;
    page->findings = arena_alloc(page->arena, found->items.count * sizeof *page->findings);
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        const finding_info *info = finding_describe(one->code);
        page->findings[i] = (struct isomerize_finding){
            .code = info->name,
            .detail = string_of(one->detail, page->arena),
            .became = one->became.length ? string_of(one->became, page->arena) : info->became,
            .advice = info->advice,
            .before = string_of(one->before, page->arena),
            .after = string_of(one->after, page->arena),
            .line = one->line,
            .column = one->column,
            .grade = (enum isomerize_grade)info->grade,
        };
    }
}

static void keep_assets(isomerize_page *page, const vector *assets) {
    page->asset_count = assets->count;
    page->assets = arena_alloc(page->arena, assets->count * sizeof *page->assets);
    for (size_t i = 0; i < assets->count; i++) {
        const asset_reference *one = vector_at(assets, i);
        page->assets[i] = (struct isomerize_asset){
            .url = string_of(one->remote, page->arena),
            .path = string_of(format_slice(page->arena, "/%.*s", SLICE_ARGS(one->path)), page->arena),
        };
    }
}

static void make_page(void *context) {
    conversion *c = context;
    isomerize_page *page = c->page;
    convert_result result;
    size_t ids_size = c->given.linked_id_count * sizeof(convert_linked_id);
    convert_linked_id *ids = ids_size ? malloc(ids_size) : NULL;
    if (ids_size && !ids)
        arena_fail(page->arena);
    convert_options options = options_of(c, ids);
    bool converted = convert_page(c->engine, c->bytes, &options, page->arena, &result);
    free(ids);
    if (!converted)
        arena_fail(page->arena);
    page->state = (enum isomerize_state)result.state;
    page->grade = (enum isomerize_grade)result.grade;
    page->output = result.output.data == c->bytes.data ? slice_copy(c->bytes, page->arena) : result.output;
    keep_findings(page, &result.found);
    keep_assets(page, &result.assets);
}

isomerize_page *isomerize_convert(const isomerize *engine, const char *bytes, size_t length,
                                  const struct isomerize_options *options) {
    static const struct isomerize_options NOTHING = ISOMERIZE_OPTIONS;
    conversion c = {.engine = engine->engine, .bytes = {bytes ? bytes : "", length}};
    options = options ? options : &NOTHING;
    if (!take_structure(&c.given, sizeof c.given, options, options->size, OPTIONS_LEAST) ||
        !(c.page = calloc(1, sizeof *c.page)))
        return NULL;
    c.page->arena = arena_create(CONVERT_MEMORY);
    if (c.page->arena && attempt(c.page->arena, make_page, &c))
        return c.page;
    isomerize_page_free(c.page);
    return NULL;
}

void isomerize_page_free(isomerize_page *page) {
    if (!page)
        return;
    arena_destroy(page->arena);
    free(page);
}

/* ---- reading a page ---------------------------------------------------------------------------------- */

enum isomerize_state isomerize_page_state(const isomerize_page *page) {
    return page->state;
}

enum isomerize_grade isomerize_page_grade(const isomerize_page *page) {
    return page->grade;
}

const char *isomerize_page_output(const isomerize_page *page, size_t *length) {
    *length = page->output.length;
    return page->output.data;
}

size_t isomerize_page_finding_count(const isomerize_page *page) {
    return page->finding_count;
}

const struct isomerize_finding *isomerize_page_finding(const isomerize_page *page, size_t index) {
    return index < page->finding_count ? &page->findings[index] : NULL;
}

size_t isomerize_page_asset_count(const isomerize_page *page) {
    return page->asset_count;
}

const struct isomerize_asset *isomerize_page_asset(const isomerize_page *page, size_t index) {
    return index < page->asset_count ? &page->assets[index] : NULL;
}

/* ---- checking ---------------------------------------------------------------------------------------- */

typedef struct checking {
    arena *arena;
    slice page;
    bool is_save_form;
    size_t difference;
} checking;

static void check_page(void *context) {
    checking *c = context;
    c->is_save_form = convert_check(c->page, c->arena, &c->difference, NULL);
}

enum isomerize_status isomerize_check(const char *bytes, size_t length, bool *is_save_form,
                                      size_t *difference) {
    checking c = {arena_create(CONVERT_MEMORY), {bytes ? bytes : "", length}, false, 0};
    bool done = c.arena && attempt(c.arena, check_page, &c);
    /* A page that needs more than the arena gives is none that the editor would write. */
    bool too_large = c.arena && !done && !arena_is_out_of_memory(c.arena);
    arena_destroy(c.arena);
    if (!done && !too_large)
        return ISOMERIZE_NO_MEMORY;
    *is_save_form = done && c.is_save_form;
    if (difference && !*is_save_form)
        *difference = done ? c.difference : 0;
    return ISOMERIZE_OK;
}
