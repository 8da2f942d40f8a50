/* SARIF 2.1.0 (OASIS Standard, 27 March 2020): findings as results, so that they show on pull requests. */
#include "writer.h"

static const char *const LEVELS[] = {"note", "note", "warning", "error", "error"}; /* by grade; §3.27.10 */

static void add_message(json_writer *j, const char *name, slice text) {
    json_add_open(j, name, '{');
    json_add_text(j, "text", text);
    json_close(j, '}');
}

static void add_rule(json_writer *j, const finding_info *info) {
    json_break(j);
    json_open(j, '{');
    json_add_string(j, "id", info->name);
    add_message(j, "shortDescription", slice_of(info->title));
    add_message(j, "fullDescription", slice_of(info->became));
    add_message(j, "help", slice_of(info->advice));
    json_add_open(j, "defaultConfiguration", '{');
    json_add_string(j, "level", LEVELS[info->grade]);
    json_close(j, '}');
    json_close(j, '}');
}

static bool begin_sarif(report_writer *w) {
    buffer out = buffer_new(w->memory, 16384);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    json_add_string(&json, "version", "2.1.0");
    json_add_open(&json, "runs", '[');
    json_open(&json, '{');
    json_add_string(&json, "columnKind", "unicodeCodePoints");
    json_add_open(&json, "tool", '{');
    json_add_open(&json, "driver", '{');
    json_add_string(&json, "name", "isomerize");
    json_add_text(&json, "semanticVersion", w->options.version);
    json_add_open(&json, "rules", '[');
    for (int code = 0; code < FINDING_COUNT; code++)
        add_rule(&json, finding_describe((finding_code)code));
    json_close(&json, ']');
    json_close(&json, '}');
    json_close(&json, '}');
    json_add_open(&json, "results", '[');
    return write_out(w, buffer_slice(&out));
}

/* ---- one finding in all runs ------------------------------------------------------------------------------
 */

/* The text of a line of the page, without the spaces around it; empty where it is not at hand. */
static slice line_of(const report_page *page, uint32_t line) {
    slice rest = page->before;
    for (uint32_t at = 1; at < line && rest.length; at++) {
        size_t end = slice_find_char(rest, '\n', 0);
        rest = end == SLICE_NONE ? SLICE("") : slice_from(rest, end + 1);
    }
    return line ? slice_trim(slice_sub(rest, 0, slice_find_char(rest, '\n', 0))) : SLICE("");
}

/* The same finding keeps its mark when lines above it come or go, and from version to version (§3.27.17): no
 * line number is in it, but the words of its line; of several alike on a page, which one it is. */
static slice mark_of(const report_page *page, const finding *one, hash_map *seen, arena *scratch) {
    slice line = line_of(page, one->line);
    slice *key = arena_alloc(scratch, sizeof *key);
    *key = format_slice(scratch, "%s %.*s", finding_describe(one->code)->name,
                        SLICE_ARGS(line.length ? line : one->detail));
    size_t **times = (size_t **)map_put(seen, *key, NULL);
    if (!*times)
        *times = arena_zeroed(scratch, sizeof **times);
    return format_slice(scratch, "%016llx:%zu", (unsigned long long)slice_hash(*key), ++**times);
}

/* A space, and the words as a sentence. */
static void append_sentence(slice words, buffer *out) {
    if (!words.length)
        return;
    char first = words.data[0];
    buffer_append_char(out, ' ');
    buffer_append_char(out, first >= 'a' && first <= 'z' ? (char)(first - 'a' + 'A') : first);
    buffer_append(out, slice_from(words, 1));
    buffer_append_char(out, '.');
}

static slice describe(const finding *one, arena *scratch) {
    const finding_info *info = finding_describe(one->code);
    slice became = one->became.length ? one->became : slice_of(info->became);
    buffer message = buffer_new(scratch, 256);
    buffer what = buffer_new(scratch, 256);
    buffer_append_string(&what, info->title);
    if (one->detail.length) {
        buffer_append_string(&what, ": ");
        buffer_append(&what, one->detail);
    }
    append_sentence(buffer_slice(&what), &message);
    append_sentence(became, &message);
    append_sentence(slice_of(info->advice), &message);
    return slice_from(buffer_slice(&message), 1);
}

static slice uri_of(const report_page *page, slice prefix, arena *scratch) {
    buffer uri = buffer_new(scratch, prefix.length + page->path.length + 64);
    append_uri(prefix, &uri);
    if (page->site.length) {
        append_uri(page->site, &uri);
        buffer_append_char(&uri, '/');
    }
    append_uri(page->path, &uri);
    return buffer_slice(&uri);
}

static void add_location(json_writer *j, const report_page *page, const finding *one, slice prefix,
                         arena *scratch) {
    json_add_open(j, "locations", '[');
    json_open(j, '{');
    json_add_open(j, "physicalLocation", '{');
    json_add_open(j, "artifactLocation", '{');
    json_add_text(j, "uri", uri_of(page, prefix, scratch));
    json_add_string(j, "uriBaseId", "%SRCROOT%");
    json_close(j, '}');
    if (one->line && !page->is_converted_again) { /* lines of the file as it lies there */
        json_add_open(j, "region", '{');
        json_add_number(j, "startLine", one->line);
        if (one->column)
            json_add_number(j, "startColumn", one->column);
        json_close(j, '}');
    }
    json_close(j, '}');
    json_close(j, '}');
    json_close(j, ']');
}

static void add_result(json_writer *j, const report_page *page, const finding *one, hash_map *seen,
                       slice prefix, arena *scratch) {
    const finding_info *info = finding_describe(one->code);
    json_break(j);
    json_open(j, '{');
    json_add_string(j, "ruleId", info->name);
    json_add_number(j, "ruleIndex", one->code);
    json_add_string(j, "level", LEVELS[info->grade]);
    add_message(j, "message", describe(one, scratch));
    add_location(j, page, one, prefix, scratch);
    json_add_open(j, "partialFingerprints", '{'); /* the one that GitHub looks at */
    json_add_text(j, "primaryLocationLineHash", mark_of(page, one, seen, scratch));
    json_close(j, '}');
    if (one->accepted.length) { /* §3.35: not in the source where a file says so */
        json_add_open(j, "suppressions", '[');
        json_open(j, '{');
        json_add_string(j, "kind", one->accepted_by_page ? "inSource" : "external");
        json_add_string(j, "status", "accepted");
        json_add_text(j, "justification", one->accepted);
        json_close(j, '}');
        json_close(j, ']');
    }
    json_close(j, '}');
}

/* ---- as many as are shown
 * ---------------------------------------------------------------------------------- */

/* GitHub shows the 5,000 gravest results of a run, and takes no more than 25,000 (code scanning, "SARIF
 * results exceed one or more limits"). */
enum { RESULTS_MAX = 5000 };

typedef struct sarif_results {
    vector of[GRADE_REFUSED + 1]; /* of slice: results of that grade, in the order of the pages */
    size_t count, dropped;
} sarif_results;

static sarif_results *results_of(report_writer *w) {
    if (!w->form_data) {
        sarif_results *r = w->form_data = arena_zeroed(w->memory, sizeof *r);
        for (int g = 0; g <= GRADE_REFUSED; g++)
            r->of[g] = vector_new(w->memory, sizeof(slice));
    }
    return w->form_data;
}

/* Makes room for a result of that grade. False: there are enough as grave. */
static bool make_room(sarif_results *r, grade g) {
    int least = 0;
    if (r->count < RESULTS_MAX)
        return true;
    r->dropped++;
    while (!r->of[least].count)
        least++;
    if (least >= (int)g)
        return false;
    r->of[least].count--;
    r->count--;
    return true;
}

static bool add_sarif(report_writer *w, const report_page *page, arena *scratch) {
    sarif_results *r = results_of(w);
    hash_map seen = map_new(scratch, 0);
    for (size_t i = 0; page->findings && i < page->findings->items.count; i++) {
        const finding *one = findings_at(page->findings, i);
        grade g = finding_describe(one->code)->grade;
        buffer out = buffer_new(scratch, 1024);
        json_writer json = {.out = &out};
        add_result(&json, page, one, &seen, w->options.prefix, scratch);
        if (g < w->options.min_grade || !make_room(r, g))
            continue;
        *(slice *)vector_push(&r->of[g]) = slice_copy(buffer_slice(&out), w->memory);
        r->count++;
    }
    return true;
}

static bool end_sarif(report_writer *w) {
    const sarif_results *r = results_of(w);
    bool ok = true, first = true;
    for (int g = GRADE_REFUSED; g >= 0; g--)
        for (size_t i = 0; ok && i < r->of[g].count; i++) {
            ok = (first || write_out(w, SLICE(","))) && write_out(w, *(slice *)vector_at(&r->of[g], i));
            first = false;
        }
    return ok && write_out(w, format_slice(w->memory, "\n],\"properties\":{\"resultsLeftOut\":%zu}}]}\n",
                                           r->dropped));
}

const report_form FORM_SARIF = {begin_sarif, add_sarif, end_sarif, NULL, NULL};
