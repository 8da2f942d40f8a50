/* Reading JSON reports back (the schema is in json.c), so that the reports of many sites make one.
 *
 * The files come from other machines and may be cut off or not be reports at all: jansson reads one line at a
 * time (its depth is limited), and what is not understood is an error with its line.
 */
#include "writer.h"

#include <jansson.h>
#include <stdio.h>

/* The page line being read; a finding code that this version does not know is an error, not a gap. */
typedef struct report_reader {
    report_page page;
    findings found;
    vector assets; /* of report_asset */
    slice type, site, unknown_code;
    report_skip skip;
    bool bad; /* a value is of another kind than the schema says */
    arena *arena;
} report_reader;

/* ---- values ------------------------------------------------------------------------------------------ */

/* A member that may be left out: empty then. */
static slice text_of(report_reader *r, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    r->bad |= value && !json_is_string(value);
    return json_is_string(value)
               ? slice_copy((slice){json_string_value(value), json_string_length(value)}, r->arena)
               : (slice){NULL, 0};
}

static uint32_t count_of(report_reader *r, const json_t *value) {
    json_int_t number = value ? json_integer_value(value) : 0;
    r->bad |= value && (!json_is_integer(value) || number < 0 || number > UINT32_MAX);
    return r->bad ? 0 : (uint32_t)number;
}

static uint32_t number_of(report_reader *r, const json_t *object, const char *key) {
    return count_of(r, json_object_get(object, key));
}

/* The number of the name in a table of `count`; 0 where it is left out. */
static int name_of(report_reader *r, const json_t *object, const char *key, const char *(*nth)(int),
                   int count) {
    slice name = text_of(r, object, key);
    if (!json_object_get(object, key))
        return 0;
    for (int i = 0; i < count; i++)
        if (slice_equal(name, slice_of(nth(i))))
            return i;
    r->bad = true;
    return 0;
}

static const json_t *list_of(report_reader *r, const json_t *object, const char *key) {
    const json_t *list = json_object_get(object, key);
    r->bad |= list && !json_is_array(list);
    return list;
}

static const char *nth_state(int i) {
    return report_state_name((report_state)i);
}
static const char *nth_grade(int i) {
    return grade_name((grade)i);
}
static const char *nth_asset_state(int i) {
    return report_asset_state_name((report_asset_state)i);
}

/* ---- a page ------------------------------------------------------------------------------------------ */

static void read_finding(report_reader *r, const json_t *object) {
    slice code = text_of(r, object, "code");
    finding one = {.code = finding_by_name(code),
                   .line = number_of(r, object, "line"),
                   .column = number_of(r, object, "column"),
                   .detail = text_of(r, object, "detail"),
                   .became = text_of(r, object, "became"),
                   .before = text_of(r, object, "before"),
                   .after = text_of(r, object, "after"),
                   .accepted = text_of(r, object, "accepted")};
    r->bad |= !json_is_object(object);
    if (one.code == FINDING_COUNT) {
        r->unknown_code = code;
        return;
    }
    finding *added = r->bad ? NULL : findings_add(&r->found, one.code, one.line, "%s", "");
    if (added)
        *added = one;
    r->found.accepted[one.code] += one.accepted.length > 0;
}

/* Those that were only counted. */
static void read_more_findings(report_reader *r, json_t *object, uint32_t *counts) {
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        finding_code code = finding_by_name(slice_of(key));
        if (code == FINDING_COUNT)
            r->unknown_code = slice_copy(slice_of(key), r->arena);
        else
            counts[code] += count_of(r, value);
    }
}

static void read_asset(report_reader *r, const json_t *object) {
    report_asset *asset = vector_push_zeroed(&r->assets);
    r->bad |= !json_is_object(object);
    asset->url = text_of(r, object, "url");
    asset->path = text_of(r, object, "path");
    asset->state = (report_asset_state)name_of(r, object, "state", nth_asset_state, REPORT_ASSET_STATE_COUNT);
}

static void read_page(report_reader *r, const json_t *object) {
    report_page *page = &r->page;
    page->path = text_of(r, object, "path");
    if (json_object_get(object, "path_uri"))
        page->path = slice_percent_decoded(text_of(r, object, "path_uri"), r->arena);
    page->state = (report_state)name_of(r, object, "state", nth_state, REPORT_STATE_COUNT);
    page->grade = (grade)name_of(r, object, "grade", nth_grade, GRADE_REFUSED + 1);
    page->is_told_again = json_is_true(json_object_get(object, "replaces"));
    page->message = text_of(r, object, "message");
    page->title = text_of(r, object, "title");
    page->address = text_of(r, object, "address");
    page->content = text_of(r, object, "content");
    page->decided = text_of(r, object, "decided");
    page->lines_removed = number_of(r, object, "lines_removed");
    page->lines_added = number_of(r, object, "lines_added");
    const json_t *found = list_of(r, object, "findings"), *assets = list_of(r, object, "assets");
    for (size_t i = 0; i < json_array_size(found); i++)
        read_finding(r, json_array_get(found, i));
    read_more_findings(r, json_object_get(object, "more_findings"), r->found.counts);
    read_more_findings(r, json_object_get(object, "more_accepted"), r->found.accepted);
    for (size_t i = 0; i < json_array_size(assets); i++)
        read_asset(r, json_array_get(assets, i));
    page->assets = r->assets.items;
    page->asset_count = r->assets.count;
}

/* What lies in a checkout and is no page of it. */
static void read_skip(report_reader *r, const json_t *object) {
    r->skip.path = text_of(r, object, "path");
    if (json_object_get(object, "path_uri"))
        r->skip.path = slice_percent_decoded(text_of(r, object, "path_uri"), r->arena);
    r->skip.why = text_of(r, object, "why");
    const json_t *is_page = json_object_get(object, "would_be_published");
    r->bad |= is_page && !json_is_boolean(is_page);
    r->skip.is_page = json_is_true(is_page);
    r->skip.files = number_of(r, object, "files");
    r->skip.pages = number_of(r, object, "pages");
}

/* One line of a report. False when it is not one. */
static bool read_line(slice line, report_reader *r, arena *scratch) {
    *r = (report_reader){.found = findings_new(scratch),
                         .assets = vector_new(scratch, sizeof(report_asset)),
                         .arena = scratch};
    json_error_t unused;
    json_t *root = json_loadb(line.data ? line.data : "", line.length, JSON_ALLOW_NUL, &unused);
    if (json_is_object(root)) {
        r->type = text_of(r, root, "type");
        r->site = text_of(r, root, "site");
        if (slice_equal(r->type, SLICE("page")))
            read_page(r, root);
        else if (slice_equal(r->type, SLICE("skipped")))
            read_skip(r, root);
    }
    json_decref(root);
    return !r->bad && r->type.length > 0;
}

bool report_is_dry_run(slice json) {
    json_error_t unused;
    slice line = slice_sub(json, 0, slice_find_char(json, '\n', 0));
    json_t *root = json_loadb(line.data ? line.data : "", line.length, 0, &unused);
    bool dry_run = json_is_true(json_object_get(root, "dry_run"));
    json_decref(root);
    return dry_run;
}

bool report_read_findings(slice json, findings *found) {
    report_reader r = {.found = *found, .arena = found->arena};
    json_error_t unused;
    json_t *root = json_loadb(json.data ? json.data : "", json.length, JSON_ALLOW_NUL, &unused);
    bool ok = json_is_array(root);
    for (size_t i = 0; ok && i < json_array_size(root); i++) {
        const json_t *object = json_array_get(root, i);
        size_t before = r.found.items.count;
        read_finding(&r, object);
        finding *one = r.found.items.count > before ? findings_at(&r.found, r.found.items.count - 1) : NULL;
        if (one)
            one->accepted_by_page = one->accepted.length > 0;
    }
    json_decref(root);
    *found = r.found;
    return ok && !r.bad;
}

bool report_merge(report_writer *w, slice json, slice site, arena *scratch, slice *error) {
    slice run_site = {NULL, 0};
    bool begun = false, ended = false;
    size_t number = 0;
    for (size_t at = 0; at < json.length;) {
        size_t end = slice_find_char(json, '\n', at);
        slice line = slice_sub(json, at, end);
        at = end == SLICE_NONE ? json.length : end + 1;
        number++;
        report_reader r;
        bool is_run = false;
        if (!read_line(line, &r, scratch) || ended ||
            (is_run = slice_equal(r.type, SLICE("run"))) != !begun) {
            *error = format_slice(w->memory,
                                  "line %zu is not a line of a report as `--format=json` writes it", number);
            return false;
        }
        if (r.unknown_code.length) {
            *error = format_slice(w->memory, "line %zu has a finding '%.*s' that this version does not know",
                                  number, SLICE_ARGS(r.unknown_code));
            return false;
        }
        if (is_run)
            run_site = r.site.length ? slice_copy(r.site, w->memory) : site;
        begun = true;
        ended = slice_equal(r.type, SLICE("summary"));
        r.page.site = r.site.length ? r.site : run_site;
        r.page.findings = &r.found;
        if (slice_equal(r.type, SLICE("page")) && !report_add(w, &r.page, scratch)) {
            *error = SLICE("the report cannot be written");
            return false;
        }
        r.skip.site = r.page.site;
        if (slice_equal(r.type, SLICE("skipped")) && !report_add_skip(w, &r.skip, scratch)) {
            *error = SLICE("the report cannot be written");
            return false;
        }
        arena_reset(scratch);
    }
    if (!number)
        *error = SLICE("is empty: the run that was to write it failed");
    else if (!ended)
        *error = format_slice(w->memory, "line %zu is not the summary: the report is cut off there", number);
    return ended;
}
