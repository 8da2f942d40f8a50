/* Reading JSON reports back (the schema is in json.c), so that the reports of many sites make one.
 *
 * The files come from other machines and may be cut off or not be reports at all: every read is bounded, what
 * is not understood is an error with its line, and nothing recurses.
 */
#include "writer.h"

#include <stdio.h>

/* A place in one line of JSON. After the first fault `bad` stays set and reads give empty values. */
typedef struct cursor {
    slice text;
    size_t at;
    bool bad;
    arena *arena;
} cursor;

static char peek(cursor *c) {
    while (c->at < c->text.length && is_space(c->text.data[c->at]))
        c->at++;
    return c->at < c->text.length ? c->text.data[c->at] : '\0';
}

static bool take(cursor *c, char expected) {
    if (c->bad || peek(c) != expected)
        return false;
    c->at++;
    return true;
}

static void expect(cursor *c, char expected) {
    c->bad |= !take(c, expected);
}

static uint32_t read_hex(cursor *c) {
    uint32_t value = 0;
    for (int i = 0; i < 4; i++, c->at++) {
        int digit = c->at < c->text.length ? hex_value(c->text.data[c->at]) : -1;
        c->bad |= digit < 0;
        value = value * 16 + (uint32_t)digit;
    }
    return c->bad ? 0 : value;
}

/* A \u escape, with the second half of a surrogate pair where there is one; a lone half becomes U+FFFD. */
static uint32_t read_codepoint(cursor *c) {
    uint32_t high = read_hex(c);
    if (high < 0xD800 || high > 0xDFFF)
        return high;
    if (high > 0xDBFF || !slice_starts_with(slice_from(c->text, c->at), SLICE("\\u")))
        return 0xFFFD;
    c->at += 2;
    uint32_t low = read_hex(c);
    return low >= 0xDC00 && low <= 0xDFFF ? 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
}

static void read_escape(cursor *c, buffer *out) {
    static const char LETTERS[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    char letter = c->at < c->text.length ? c->text.data[c->at++] : '\0';
    const char *known = letter ? strchr(LETTERS, letter) : NULL;
    if (known)
        buffer_append_char(out, MEANINGS[known - LETTERS]);
    else if (letter == 'u')
        buffer_append_codepoint(out, read_codepoint(c));
    else
        c->bad = true;
}

static slice read_string(cursor *c) {
    expect(c, '"');
    buffer out = buffer_new(c->arena, 32);
    while (!c->bad) {
        if (c->at >= c->text.length) {
            c->bad = true;
            break;
        }
        char next = c->text.data[c->at++];
        if (next == '"')
            return buffer_slice(&out);
        if (next == '\\')
            read_escape(c, &out);
        else
            buffer_append_char(&out, next);
    }
    return (slice){NULL, 0};
}

static size_t read_number(cursor *c) {
    size_t value = 0;
    c->bad |= !is_digit(peek(c));
    while (!c->bad && c->at < c->text.length && is_digit(c->text.data[c->at])) {
        value = value * 10 + (size_t)(c->text.data[c->at++] - '0');
        c->bad |= value > UINT32_MAX;
    }
    return value;
}

static void skip_value(cursor *c);

static bool read_bool(cursor *c) {
    bool value = peek(c) == 't';
    skip_value(c);
    return value;
}

/* Passes over a value of any kind: to the comma or bracket that ends it. */
static void skip_value(cursor *c) {
    for (size_t depth = 0; !c->bad;) {
        char next = peek(c);
        if (depth == 0 && (next == ',' || next == '}' || next == ']'))
            return;
        if (next == '"')
            read_string(c);
        else if (next == '\0')
            c->bad = true;
        else {
            depth += next == '{' || next == '[';
            depth -= depth && (next == '}' || next == ']');
            c->at++;
        }
    }
}

/* The next member of the object that was opened with '{': its key; false after the last one. */
static bool next_member(cursor *c, slice *key) {
    take(c, ',');
    if (c->bad || take(c, '}'))
        return false;
    *key = read_string(c);
    expect(c, ':');
    return !c->bad;
}

static bool next_item(cursor *c) {
    take(c, ',');
    return !c->bad && !take(c, ']');
}

/* The number of the name in a table of `count`, or `count`; the line is then at fault. */
static int read_name(cursor *c, const char *(*name_of)(int), int count) {
    slice name = read_string(c);
    int i = 0;
    while (i < count && !slice_equal(name, slice_of(name_of(i))))
        i++;
    c->bad |= i == count;
    return i == count ? 0 : i;
}

static const char *name_of_state(int i) {
    return report_state_name((report_state)i);
}
static const char *name_of_grade(int i) {
    return grade_name((grade)i);
}
static const char *name_of_asset_state(int i) {
    return report_asset_state_name((report_asset_state)i);
}

/* The page line being read; a finding code that this version does not know is an error, not a gap. */
typedef struct reading {
    report_page page;
    report_skip skip;
    findings found;
    vector assets; /* of report_asset */
    slice type, site, unknown_code;
} reading;

static void read_finding(cursor *c, reading *r) {
    finding one = {.code = FINDING_COUNT};
    slice key;
    expect(c, '{');
    while (next_member(c, &key)) {
        if (slice_equal(key, SLICE("code"))) {
            slice code = read_string(c);
            one.code = finding_by_name(code);
            r->unknown_code = one.code == FINDING_COUNT ? code : r->unknown_code;
        } else if (slice_equal(key, SLICE("line")))
            one.line = (uint32_t)read_number(c);
        else if (slice_equal(key, SLICE("column")))
            one.column = (uint32_t)read_number(c);
        else if (slice_equal(key, SLICE("detail")))
            one.detail = read_string(c);
        else if (slice_equal(key, SLICE("became")))
            one.became = read_string(c);
        else if (slice_equal(key, SLICE("before")))
            one.before = read_string(c);
        else if (slice_equal(key, SLICE("after")))
            one.after = read_string(c);
        else
            skip_value(c);
    }
    finding *added =
        one.code == FINDING_COUNT || c->bad ? NULL : findings_add(&r->found, one.code, one.line, "%s", "");
    if (added)
        *added = one;
}

static void read_more_findings(cursor *c, reading *r) {
    slice key;
    expect(c, '{');
    while (next_member(c, &key)) {
        finding_code code = finding_by_name(key);
        size_t count = read_number(c);
        if (code == FINDING_COUNT)
            r->unknown_code = key;
        else
            r->found.counts[code] += (uint32_t)count;
    }
}

static void read_asset(cursor *c, reading *r) {
    report_asset *asset = vector_push(&r->assets);
    slice key;
    expect(c, '{');
    while (next_member(c, &key)) {
        if (slice_equal(key, SLICE("url")))
            asset->url = read_string(c);
        else if (slice_equal(key, SLICE("path")))
            asset->path = read_string(c);
        else if (slice_equal(key, SLICE("state")))
            asset->state = (report_asset_state)read_name(c, name_of_asset_state, REPORT_ASSET_STATE_COUNT);
        else
            skip_value(c);
    }
}

static slice decode_uri(slice uri, arena *a) {
    buffer out = buffer_new(a, uri.length);
    for (size_t i = 0; i < uri.length; i++) {
        unsigned value;
        if (uri.data[i] == '%' && i + 2 < uri.length &&
            sscanf(slice_c_string(slice_sub(uri, i + 1, i + 3), a), "%2x", &value) == 1) {
            buffer_append_char(&out, (char)value);
            i += 2;
        } else
            buffer_append_char(&out, uri.data[i]);
    }
    return buffer_slice(&out);
}

static void read_list(cursor *c, reading *r, void (*read_one)(cursor *, reading *)) {
    expect(c, '[');
    while (next_item(c))
        read_one(c, r);
}

static void read_member(cursor *c, reading *r, slice key) {
    report_page *page = &r->page;
    if (slice_equal(key, SLICE("type")))
        r->type = read_string(c);
    else if (slice_equal(key, SLICE("site")))
        r->site = read_string(c);
    else if (slice_equal(key, SLICE("path")))
        page->path = read_string(c);
    else if (slice_equal(key, SLICE("path_uri")))
        page->path = decode_uri(read_string(c), c->arena);
    else if (slice_equal(key, SLICE("state")))
        page->state = (report_state)read_name(c, name_of_state, REPORT_STATE_COUNT);
    else if (slice_equal(key, SLICE("grade")))
        page->grade = (grade)read_name(c, name_of_grade, GRADE_REFUSED + 1);
    else if (slice_equal(key, SLICE("message")))
        page->message = read_string(c);
    else if (slice_equal(key, SLICE("lines_removed")))
        page->lines_removed = read_number(c);
    else if (slice_equal(key, SLICE("lines_added")))
        page->lines_added = read_number(c);
    else if (slice_equal(key, SLICE("why")))
        r->skip.why = read_string(c);
    else if (slice_equal(key, SLICE("would_be_published")))
        r->skip.is_page = read_bool(c);
    else if (slice_equal(key, SLICE("files")))
        r->skip.files = read_number(c);
    else if (slice_equal(key, SLICE("pages")) && slice_equal(r->type, SLICE("skipped")))
        r->skip.pages = read_number(c);
    else if (slice_equal(key, SLICE("more_findings")))
        read_more_findings(c, r);
    else
        skip_value(c);
}

static bool is_list(slice key) {
    return slice_equal(key, SLICE("findings")) || slice_equal(key, SLICE("assets"));
}

/* One line of a report. False when it is not one. */
static bool read_line(slice line, reading *r, arena *scratch) {
    cursor c = {line, 0, false, scratch};
    slice key;
    memset(r, 0, sizeof *r);
    r->found = findings_new(scratch);
    r->assets = vector_new(scratch, sizeof(report_asset));
    expect(&c, '{');
    while (next_member(&c, &key)) {
        /* In the summary line the same keys hold objects, not lists. */
        if (is_list(key) && slice_equal(r->type, SLICE("page")))
            read_list(&c, r, slice_equal(key, SLICE("findings")) ? read_finding : read_asset);
        else
            read_member(&c, r, key);
    }
    r->page.assets = r->assets.items;
    r->page.asset_count = r->assets.count;
    return !c.bad && peek(&c) == '\0' && r->type.length > 0;
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
        reading r;
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
        r.skip.site = r.page.site, r.skip.path = r.page.path;
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
