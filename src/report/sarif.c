/* SARIF 2.1.0 (OASIS Standard, 27 March 2020): findings as results, so that they show on pull requests. */
#include "writer.h"

static const char *const LEVELS[] = {"note", "note", "warning", "error", "error"}; /* by grade; §3.27.10 */

static void append_text(buffer *out, const char *name, const char *text) {
    buffer_printf(out, "\"%s\":{\"text\":", name);
    buffer_append_json(out, slice_of(text));
    buffer_append_char(out, '}');
}

static bool begin_sarif(report_writer *w) {
    buffer out = buffer_new(w->memory, 16384);
    buffer_append_string(
        &out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\","
              "\"runs\":[{\"columnKind\":\"unicodeCodePoints\",\"tool\":{\"driver\":{"
              "\"name\":\"isomerize\",\"semanticVersion\":");
    buffer_append_json(&out, w->options.version);
    buffer_append_string(&out, ",\"rules\":[");
    for (int code = 0; code < FINDING_COUNT; code++) {
        const finding_info *info = finding_describe((finding_code)code);
        buffer_printf(&out, "%s\n{\"id\":\"%s\",", code ? "," : "", info->name);
        append_text(&out, "shortDescription", info->title);
        buffer_append_char(&out, ',');
        append_text(&out, "fullDescription", info->became);
        buffer_append_char(&out, ',');
        append_text(&out, "help", info->advice);
        buffer_printf(&out, ",\"defaultConfiguration\":{\"level\":\"%s\"}}", LEVELS[info->grade]);
    }
    buffer_append_string(&out, "]}},\"results\":[");
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

static void append_message(const finding *one, buffer *out, arena *scratch) {
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
    buffer_append_string(out, "\"message\":{\"text\":");
    buffer_append_json(out, slice_from(buffer_slice(&message), 1));
    buffer_append_char(out, '}');
}

static void append_result(const report_page *page, const finding *one, buffer *out, arena *scratch) {
    const finding_info *info = finding_describe(one->code);
    buffer_printf(out, "{\"ruleId\":\"%s\",\"ruleIndex\":%d,\"level\":\"%s\",", info->name, (int)one->code,
                  LEVELS[info->grade]);
    append_message(one, out, scratch);
    buffer_append_string(out, ",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"");
    if (page->site.length) {
        append_uri(page->site, out);
        buffer_append_char(out, '/');
    }
    append_uri(page->path, out);
    buffer_append_string(out, "\",\"uriBaseId\":\"%SRCROOT%\"}");
    if (one->line)
        buffer_printf(out, ",\"region\":{\"startLine\":%u", one->line);
    if (one->line && one->column)
        buffer_printf(out, ",\"startColumn\":%u", one->column);
    buffer_append_string(out, one->line ? "}}}]" : "}}]");
    buffer_printf(out, ",\"partialFingerprints\":{\"isomerize/v1\":\"%016llx\"}}",
                  (unsigned long long)fingerprint(page, one));
}

static bool add_sarif(report_writer *w, const report_page *page, arena *scratch) {
    buffer out = buffer_new(scratch, 4096);
    for (size_t i = 0; page->findings && i < page->findings->items.count; i++) {
        buffer_append_string(&out, w->form_data ? ",\n" : "\n");
        w->form_data = w; /* not the first result any more */
        append_result(page, vector_at(&page->findings->items, i), &out, scratch);
    }
    return write_out(w, buffer_slice(&out));
}

static bool end_sarif(report_writer *w) {
    return write_out(w, SLICE("\n]}]}\n"));
}

const report_form FORM_SARIF = {begin_sarif, add_sarif, end_sarif};
