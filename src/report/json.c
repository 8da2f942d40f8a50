/* The JSON report: JSON Lines, one object a line, as the manual describes them
 * (src/cli/manual/isomerize.1.in, JSON REPORTS). merge.c reads them back. */
#include "writer.h"

static void append_field(buffer *out, const char *name, slice value) {
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json(out, value);
}

static void append_filled(buffer *out, const char *name, slice value) {
    if (value.length)
        append_field(out, name, value);
}

static void append_json_finding(const finding *one, buffer *out) {
    const finding_info *info = finding_describe(one->code);
    buffer_printf(out, "{\"code\":\"%s\",\"grade\":\"%s\",\"line\":%u,\"column\":%u", info->name,
                  grade_name(info->grade), one->line, one->column);
    append_field(out, "title", slice_of(info->title));
    append_field(out, "detail", one->detail);
    append_field(out, "became", one->became.length ? one->became : slice_of(info->became));
    append_field(out, "advice", slice_of(info->advice));
    append_filled(out, "before", one->before);
    append_filled(out, "after", one->after);
    buffer_append_char(out, '}');
}

static void append_findings(const findings *found, buffer *out) {
    buffer_append_string(out, ",\"findings\":[");
    uint32_t listed[FINDING_COUNT + 1] = {0};
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = vector_at(&found->items, i);
        listed[one->code]++;
        buffer_append_string(out, i ? "," : "");
        append_json_finding(one, out);
    }
    buffer_append_char(out, ']');
    const char *separator = ",\"more_findings\":{";
    for (int code = 0; found && code < FINDING_COUNT; code++) {
        if (found->counts[code] <= listed[code])
            continue;
        buffer_printf(out, "%s\"%s\":%u", separator, finding_describe((finding_code)code)->name,
                      found->counts[code] - listed[code]);
        separator = ",";
    }
    buffer_append_string(out, separator[1] ? "" : "}");
}

static void append_assets(const report_page *page, buffer *out) {
    buffer_append_string(out, ",\"assets\":[");
    for (size_t i = 0; i < page->asset_count; i++) {
        buffer_append_string(out, i ? ",{\"url\":" : "{\"url\":");
        buffer_append_json(out, page->assets[i].url);
        append_field(out, "path", page->assets[i].path);
        buffer_printf(out, ",\"state\":\"%s\"}", report_asset_state_name(page->assets[i].state));
    }
    buffer_append_char(out, ']');
}

void append_json_path(const report_page *page, buffer *out) {
    append_field(out, "path", page->path);
    if (is_utf8(page->path))
        return;
    buffer_append_string(out, ",\"path_uri\":\"");
    append_uri(page->path, out);
    buffer_append_char(out, '"');
}

static bool add_json(report_writer *w, const report_page *page, arena *scratch) {
    buffer out = buffer_new(scratch, 1024);
    buffer_append_string(&out, "{\"type\":\"page\"");
    append_filled(&out, "site", page->site);
    append_json_path(page, &out);
    buffer_printf(&out, ",\"state\":\"%s\",\"grade\":\"%s\"", report_state_name(page->state),
                  grade_name(page->grade));
    append_filled(&out, "message", page->message);
    line_counts lines = count_changed_lines(page, scratch);
    buffer_printf(&out, ",\"lines_removed\":%zu,\"lines_added\":%zu", lines.removed, lines.added);
    append_findings(page->findings, &out);
    append_assets(page, &out);
    buffer_append_string(&out, "}\n");
    return write_out(w, buffer_slice(&out));
}

static bool begin_json(report_writer *w) {
    buffer out = buffer_new(w->memory, 256);
    buffer_append_string(&out, "{\"type\":\"run\",\"schema\":1,\"program\":\"isomerize\"");
    append_field(&out, "version", w->options.version);
    append_field(&out, "site", w->options.site);
    buffer_printf(&out, ",\"dry_run\":%s}\n", w->options.dry_run ? "true" : "false");
    return write_out(w, buffer_slice(&out));
}

static bool end_json(report_writer *w) {
    const report_totals *t = &w->totals;
    buffer out = buffer_new(w->memory, 4096);
    buffer_printf(&out, "{\"type\":\"summary\",\"pages\":%zu,\"states\":{", t->pages);
    for (int state = 0; state < REPORT_STATE_COUNT; state++)
        buffer_printf(&out, "%s\"%s\":%zu", state ? "," : "", report_state_name((report_state)state),
                      t->states[state]);
    buffer_append_string(&out, "},\"grades\":{");
    for (int g = 0; g <= GRADE_REFUSED; g++)
        buffer_printf(&out, "%s\"%s\":%zu", g ? "," : "", grade_name((grade)g), t->grades[g]);
    buffer_append_string(&out, "},\"findings\":{");
    const char *separator = "";
    for (int code = 0; code < FINDING_COUNT; code++) {
        if (!t->findings[code])
            continue;
        buffer_printf(&out, "%s\"%s\":{\"pages\":%zu,\"times\":%zu}", separator,
                      finding_describe((finding_code)code)->name, t->finding_pages[code], t->findings[code]);
        separator = ",";
    }
    buffer_append_string(&out, "},\"assets\":{");
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        buffer_printf(&out, "%s\"%s\":%zu", state ? "," : "",
                      report_asset_state_name((report_asset_state)state), t->assets[state]);
    buffer_append_string(&out, "}}\n");
    return write_out(w, buffer_slice(&out));
}

const report_form FORM_JSON = {begin_json, add_json, end_json};
