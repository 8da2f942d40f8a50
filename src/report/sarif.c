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

/* The same finding keeps its fingerprint when lines above it come or go (§3.27.17): line numbers are left
 * out. */
static uint64_t fingerprint(const report_page *page, const finding *one) {
    uint64_t name = slice_hash(slice_of(finding_describe(one->code)->name));
    return slice_hash(page->path) ^ (name << 1) ^ (slice_hash(one->detail) << 2);
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

static slice uri_of(const report_page *page, arena *scratch) {
    buffer uri = buffer_new(scratch, page->path.length + 64);
    if (page->site.length) {
        append_uri(page->site, &uri);
        buffer_append_char(&uri, '/');
    }
    append_uri(page->path, &uri);
    return buffer_slice(&uri);
}

static void add_location(json_writer *j, const report_page *page, const finding *one, arena *scratch) {
    json_add_open(j, "locations", '[');
    json_open(j, '{');
    json_add_open(j, "physicalLocation", '{');
    json_add_open(j, "artifactLocation", '{');
    json_add_text(j, "uri", uri_of(page, scratch));
    json_add_string(j, "uriBaseId", "%SRCROOT%");
    json_close(j, '}');
    if (one->line) {
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

static void add_result(json_writer *j, const report_page *page, const finding *one, arena *scratch) {
    const finding_info *info = finding_describe(one->code);
    json_break(j);
    json_open(j, '{');
    json_add_string(j, "ruleId", info->name);
    json_add_number(j, "ruleIndex", one->code);
    json_add_string(j, "level", LEVELS[info->grade]);
    add_message(j, "message", describe(one, scratch));
    add_location(j, page, one, scratch);
    json_add_open(j, "partialFingerprints", '{');
    json_add_text(j, "isomerize/v1",
                  format_slice(scratch, "%016llx", (unsigned long long)fingerprint(page, one)));
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

static bool add_sarif(report_writer *w, const report_page *page, arena *scratch) {
    buffer out = buffer_new(scratch, 4096);
    json_writer json = {.out = &out, .comma = w->form_data != NULL};
    for (size_t i = 0; page->findings && i < page->findings->items.count; i++) {
        add_result(&json, page, vector_at(&page->findings->items, i), scratch);
        w->form_data = w; /* not the first result any more */
    }
    return write_out(w, buffer_slice(&out));
}

static bool end_sarif(report_writer *w) {
    return write_out(w, SLICE("\n]}]}\n"));
}

const report_form FORM_SARIF = {begin_sarif, add_sarif, end_sarif, NULL};
