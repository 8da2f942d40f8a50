/* The JSON report: JSON Lines, one object a line, as the manual describes them
 * (src/cli/manual/isomerize.1.in, JSON REPORTS). merge.c reads them back. */
#include "writer.h"

#include "accept/accept.h"

static void add_finding(json_writer *j, const finding *one) {
    const finding_info *info = finding_describe(one->code);
    json_open(j, '{');
    json_add_string(j, "code", info->name);
    json_add_string(j, "grade", grade_name(info->grade));
    json_add_number(j, "line", one->line);
    json_add_number(j, "column", one->column);
    json_add_string(j, "title", info->title);
    json_add_text(j, "detail", one->detail);
    json_add_text(j, "became", one->became.length ? one->became : slice_of(info->became));
    json_add_string(j, "advice", info->advice);
    json_add_filled(j, "before", one->before);
    json_add_filled(j, "after", one->after);
    json_add_filled(j, "accepted", one->accepted);
    json_close(j, '}');
}

/* Of those that were only counted, how many are accepted. */
static uint32_t more_accepted(const findings *found, finding_code code) {
    uint32_t accepted = found->accepted[code];
    for (size_t i = 0; accepted && i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        accepted -= one->code == code && one->accepted.length;
    }
    return accepted;
}

static void add_findings(json_writer *j, const findings *found) {
    uint32_t listed[FINDING_COUNT + 1] = {0};
    json_add_open(j, "findings", '[');
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        listed[one->code]++;
        add_finding(j, one);
    }
    json_close(j, ']');
    bool more = false;
    for (int code = 0; found && code < FINDING_COUNT; code++) {
        if (found->counts[code] <= listed[code])
            continue;
        if (!more)
            json_add_open(j, "more_findings", '{');
        more = true;
        json_add_number(j, finding_describe((finding_code)code)->name, found->counts[code] - listed[code]);
    }
    if (more)
        json_close(j, '}');
    more = false;
    for (int code = 0; found && code < FINDING_COUNT; code++) {
        uint32_t accepted = found->counts[code] > listed[code] ? more_accepted(found, (finding_code)code) : 0;
        if (accepted && !more)
            json_add_open(j, "more_accepted", '{');
        more |= accepted > 0;
        if (accepted)
            json_add_number(j, finding_describe((finding_code)code)->name, accepted);
    }
    if (more)
        json_close(j, '}');
}

static void add_assets(json_writer *j, const report_page *page) {
    json_add_open(j, "assets", '[');
    for (size_t i = 0; i < page->asset_count; i++) {
        json_open(j, '{');
        json_add_text(j, "url", page->assets[i].url);
        json_add_text(j, "path", page->assets[i].path);
        json_add_string(j, "state", report_asset_state_name(page->assets[i].state));
        json_close(j, '}');
    }
    json_close(j, ']');
}

void add_json_path(const report_page *page, json_writer *json) {
    json_add_text(json, "path", page->path);
    if (utf8_is_valid(page->path))
        return;
    buffer uri = buffer_new(json->out->arena, page->path.length * 3);
    append_uri(page->path, &uri);
    json_add_text(json, "path_uri", buffer_slice(&uri));
}

static bool write_line(report_writer *w, buffer *out) {
    buffer_append_char(out, '\n');
    return write_out(w, buffer_slice(out));
}

static bool add_json(report_writer *w, const report_page *page, arena *scratch) {
    buffer out = buffer_new(scratch, 1024);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "type", "page");
    json_add_filled(&json, "site", page->site);
    add_json_path(page, &json);
    json_add_string(&json, "state", report_state_name(page->state));
    json_add_string(&json, "grade", grade_name(page->grade));
    if (page->is_told_again)
        json_add_bool(&json, "replaces", true);
    json_add_filled(&json, "title", page->title);
    json_add_filled(&json, "address", page->address);
    json_add_filled(&json, "content", page->content);
    json_add_filled(&json, "decided", page->decided);
    json_add_filled(&json, "message", page->message);
    line_counts lines = count_changed_lines(page, scratch);
    json_add_number(&json, "lines_removed", (int64_t)lines.removed);
    json_add_number(&json, "lines_added", (int64_t)lines.added);
    add_findings(&json, page->findings);
    add_assets(&json, page);
    json_close(&json, '}');
    return write_line(w, &out);
}

static bool skip_json(report_writer *w, const report_skip *skip, arena *scratch) {
    buffer out = buffer_new(scratch, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "type", "skipped");
    json_add_filled(&json, "site", skip->site);
    add_json_path(&(report_page){.path = skip->path}, &json);
    json_add_text(&json, "why", skip->why);
    json_add_bool(&json, "would_be_published", skip->is_page);
    json_add_number(&json, "files", (int64_t)skip->files);
    json_add_number(&json, "pages", (int64_t)skip->pages);
    json_close(&json, '}');
    return write_line(w, &out);
}

static bool begin_json(report_writer *w) {
    buffer out = buffer_new(w->memory, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "type", "run");
    json_add_number(&json, "schema", 1);
    json_add_string(&json, "program", "isomerize");
    json_add_text(&json, "version", w->options.version);
    json_add_text(&json, "site", w->options.site);
    json_add_bool(&json, "dry_run", w->options.dry_run);
    json_close(&json, '}');
    return write_line(w, &out);
}

static void add_finding_totals(json_writer *j, const report_totals *t) {
    json_add_open(j, "findings", '{');
    for (int code = 0; code < FINDING_COUNT; code++) {
        if (!t->findings[code])
            continue;
        json_add_open(j, finding_describe((finding_code)code)->name, '{');
        json_add_number(j, "pages", (int64_t)t->finding_pages[code]);
        json_add_number(j, "times", (int64_t)t->findings[code]);
        if (t->findings_accepted[code])
            json_add_number(j, "accepted", (int64_t)t->findings_accepted[code]);
        json_close(j, '}');
    }
    json_close(j, '}');
}

#define GROUPS_WRITTEN 100

/* The most frequent ones. */
/* What accepts the group, as it is typed. */
static slice accepting_command(const report_writer *w, const report_group *group) {
    buffer out = buffer_new(w->memory, 256);
    slice place = w->options.place.length ? w->options.place : SLICE("SITE");
    buffer_append_string(&out, "isomerize accept ");
    buffer_append_word(&out, place);
    buffer_printf(&out, " --code %s --detail ", finding_describe(group->code)->name);
    buffer_append_word(&out, accept_quote(group->detail, w->memory));
    buffer_append_string(&out, " --why 'looked at, and meant so'");
    return buffer_slice(&out);
}

void add_groups(json_writer *j, report_writer *w) {
    const vector *groups = report_groups(w);
    json_add_open(j, "groups", '[');
    for (size_t i = 0; i < groups->count && i < GROUPS_WRITTEN; i++) {
        const report_group *group = *(report_group **)vector_at(groups, i);
        json_open(j, '{');
        json_add_string(j, "code", finding_describe(group->code)->name);
        json_add_text(j, "detail", group->detail);
        json_add_text(j, "words", report_describe_group(group, w->memory));
        json_add_number(j, "times", (int64_t)group->times);
        json_add_number(j, "pages", (int64_t)group->pages);
        json_add_number(j, "accepted", (int64_t)group->accepted);
        if (w->options.format == REPORT_HTML && !w->options.live)
            json_add_text(j, "command", accepting_command(w, group));
        json_close(j, '}');
    }
    json_close(j, ']');
}

void add_sites(json_writer *j, const report_writer *w) {
    json_add_open(j, "sites", '[');
    for (size_t i = 0; i < w->site_lines.count; i++) {
        const site_line *line = vector_at(&w->site_lines, i);
        json_open(j, '{');
        json_add_text(j, "site", line->name);
        json_add_number(j, "pages", (int64_t)line->pages);
        json_add_open(j, "grades", '{');
        for (int g = 0; g <= GRADE_REFUSED; g++)
            json_add_number(j, grade_name((grade)g), (int64_t)line->grades[g]);
        json_close(j, '}');
        json_add_number(j, "failed", (int64_t)line->failed);
        json_add_number(j, "others", (int64_t)line->others);
        json_add_number(j, "accepted", (int64_t)line->accepted);
        json_add_number(j, "files", (int64_t)line->files);
        json_add_number(j, "to_decide", (int64_t)line->to_decide);
        if (line->most != FINDING_COUNT) {
            json_add_string(j, "most", finding_describe(line->most)->name);
            json_add_number(j, "most_pages", (int64_t)line->most_pages);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

static bool end_json(report_writer *w) {
    const report_totals *t = &w->totals;
    buffer out = buffer_new(w->memory, 4096);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_string(&json, "type", "summary");
    json_add_number(&json, "pages", (int64_t)t->pages);
    json_add_open(&json, "states", '{');
    for (int state = 0; state < REPORT_STATE_COUNT; state++)
        json_add_number(&json, report_state_name((report_state)state), (int64_t)t->states[state]);
    json_close(&json, '}');
    json_add_open(&json, "grades", '{');
    for (int g = 0; g <= GRADE_REFUSED; g++)
        json_add_number(&json, grade_name((grade)g), (int64_t)t->grades[g]);
    json_close(&json, '}');
    json_add_open(&json, "accepted", '{');
    for (int g = 0; g < GRADE_REFUSED; g++)
        json_add_number(&json, grade_name((grade)g), (int64_t)t->accepted[g]);
    json_close(&json, '}');
    add_finding_totals(&json, t);
    add_groups(&json, w);
    if (w->site_lines.count > 1)
        add_sites(&json, w);
    json_add_open(&json, "assets", '{');
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        json_add_number(&json, report_asset_state_name((report_asset_state)state), (int64_t)t->assets[state]);
    json_close(&json, '}');
    json_add_open(&json, "skipped", '{');
    json_add_number(&json, "files", (int64_t)t->skipped_files);
    json_add_number(&json, "pages", (int64_t)t->skipped_pages);
    json_close(&json, '}');
    json_close(&json, '}');
    return write_line(w, &out);
}

const report_form FORM_JSON = {begin_json, add_json, end_json, skip_json, NULL};
