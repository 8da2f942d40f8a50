/* Files of decisions: JSON as this program writes it, or CSV (RFC 4180) with the columns path, decision,
 * name, comment, time, content, in any order and with others beside them, separated by commas, semicolons or
 * tabs, as spreadsheets save it. */
#include "decide.h"

#include <jansson.h>

static bool refuse(decisions *d, slice name, size_t line, const char *what, slice *error) {
    *error = format_slice(d->arena, "%.*s:%zu: %s", SLICE_ARGS(name), line, what);
    return false;
}

/* ---- one decision ------------------------------------------------------------------------------------ */

enum field { PATH, DECISION, NAME, COMMENT, TIME, CONTENT, FIELD_COUNT };
static const char *const FIELDS[] = {"path", "decision", "name", "comment", "time", "content"};

/* "2024-05-31T09:30:00Z", with parts of a second or without. */
static bool is_time(slice text) {
    static const char FORM[] = "0000-00-00T00:00:00";
    size_t at = 0;
    for (; at < sizeof FORM - 1; at++)
        if (at >= text.length || (FORM[at] == '0' ? !is_digit(text.data[at]) : text.data[at] != FORM[at]))
            return false;
    if (at < text.length && text.data[at] == '.')
        for (at++; at < text.length && is_digit(text.data[at]); at++)
            continue;
    return at + 1 == text.length && text.data[at] == 'Z';
}

/* The time, or none: it is in no form that can be compared, or has not come yet. */
static slice read_time(const decisions *d, slice text) {
    bool has_come = !d->latest.length || slice_compare(text, d->latest) <= 0;
    return is_time(text) && has_come ? text : SLICE("");
}

static bool is_hex(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (hex_value(text.data[i]) < 0)
            return false;
    return text.length == 32;
}

static bool is_content(slice text) {
    size_t dot = slice_find_char(text, '.', 0);
    return dot != SLICE_NONE && is_hex(slice_sub(text, 0, dot)) && is_hex(slice_from(text, dot + 1));
}

/* NULL, or what is wrong. */
static const char *add(decisions *d, const slice *fields, bool settles) {
    decision one = {.path = fields[PATH],
                    .name = fields[NAME],
                    .comment = fields[COMMENT],
                    .time = read_time(d, fields[TIME]),
                    .content = fields[CONTENT],
                    .settles = settles,
                    .kind = DECIDE_KIND_COUNT};
    for (int i = 0; i < FIELD_COUNT; i++)
        if (fields[i].length > DECIDE_TEXT_MAX)
            return "expected texts of at most 4096 bytes";
    for (int kind = 0; kind < DECIDE_KIND_COUNT; kind++)
        if (slice_equal(fields[DECISION], slice_of(decide_kind_name((decide_kind)kind))))
            one.kind = (decide_kind)kind;
    if (!fields[DECISION].length)
        return NULL; /* a page that nobody has decided on */
    if (!one.path.length)
        return "expected the path of a page";
    if (one.kind == DECIDE_KIND_COUNT)
        return "expected accepted, mend, leave or none as the decision";
    if (!is_content(one.content))
        return "expected the content that the report gives the page: without it nobody knows what was "
               "decided on";
    return decide_add(d, &one) ? NULL : "expected at most 500,000 decisions";
}

/* ---- JSON -------------------------------------------------------------------------------------------- */

static bool add_object(decisions *d, const json_t *object, slice name, size_t number, slice *error) {
    slice fields[FIELD_COUNT];
    bool ok = json_is_object(object);
    for (int i = 0; i < FIELD_COUNT; i++) {
        const json_t *value = json_object_get(object, FIELDS[i]);
        ok = ok && (!value || json_is_string(value));
        fields[i] =
            value && ok ? (slice){json_string_value(value), json_string_length(value)} : (slice){NULL, 0};
    }
    const char *wrong = !ok ? "expected texts"
                        : !fields[DECISION].data
                            ? "expected \"decision\": accepted, mend, leave or none"
                            : add(d, fields, json_is_true(json_object_get(object, "settles")));
    if (!wrong)
        return true;
    *error = format_slice(d->arena, "%.*s: decision %zu: %s", SLICE_ARGS(name), number, wrong);
    return false;
}

static bool read_json(decisions *d, slice text, slice name, slice *error) {
    json_error_t problem;
    json_t *root = json_loadb(text.data, text.length, JSON_REJECT_DUPLICATES, &problem);
    const json_t *list = json_object_get(root, "decisions"), *schema = json_object_get(root, "schema");
    bool ok = json_is_array(list) && json_integer_value(schema) == 1;
    if (!root)
        refuse(d, name, problem.line > 0 ? (size_t)problem.line : 1, problem.text, error);
    else if (!ok)
        refuse(d, name, 1, "expected {\"schema\":1,\"decisions\":[...]}, as a report exports it", error);
    for (size_t i = 0; ok && i < json_array_size(list); i++)
        ok = add_object(d, json_array_get(list, i), name, i + 1, error);
    json_decref(root);
    return ok;
}

/* ---- CSV --------------------------------------------------------------------------------------------- */

#define COLUMNS_MAX 100

typedef struct csv {
    slice text;
    size_t at, line;
    char separator;
    arena *a;
} csv;

/* The next field; `*ends`: it is the last of its line. */
static slice next_field(csv *c, bool *ends) {
    buffer out = buffer_new(c->a, 32);
    bool quoted = c->at < c->text.length && c->text.data[c->at] == '"';
    c->at += quoted;
    for (; c->at < c->text.length; c->at++) {
        char byte = c->text.data[c->at];
        bool doubled = byte == '"' && c->at + 1 < c->text.length && c->text.data[c->at + 1] == '"';
        if (quoted && byte == '"' && !doubled)
            quoted = false;
        else if (!quoted && (byte == c->separator || byte == '\n'))
            break;
        else if (quoted || byte != '\r')
            buffer_append_char(&out, byte);
        c->at += quoted && doubled;
        c->line += quoted && byte == '\n';
    }
    *ends = c->at >= c->text.length || c->text.data[c->at] == '\n';
    c->line += *ends;
    c->at++;
    slice field = buffer_slice(&out);
    bool kept = field.length > 1 && field.data[0] == '\'' && strchr("=+-@\t\r", field.data[1]);
    return kept ? slice_from(field, 1) : field; /* as decide_append_field */
}

static bool read_header(csv *c, int *columns, size_t *count) {
    bool ends = false, known[FIELD_COUNT] = {false};
    for (*count = 0; !ends; ++*count) {
        slice title = next_field(c, &ends);
        if (*count == COLUMNS_MAX)
            return false;
        columns[*count] = -1;
        for (int i = 0; i < FIELD_COUNT; i++)
            if (!known[i] && slice_equal_nocase(title, slice_of(FIELDS[i]))) {
                columns[*count] = i;
                known[i] = true;
            }
    }
    return known[PATH] && known[DECISION] && known[CONTENT];
}

static char find_separator(slice text) {
    slice head = slice_sub(text, 0, slice_find_char(text, '\n', 0));
    return slice_find_char(head, ',', 0) != SLICE_NONE   ? ','
           : slice_find_char(head, ';', 0) != SLICE_NONE ? ';'
                                                         : '\t';
}

static bool read_csv(decisions *d, slice text, slice name, slice *error) {
    arena *line = arena_new(0);
    csv c = {.text = text, .line = 1, .separator = find_separator(text), .a = line};
    int columns[COLUMNS_MAX];
    size_t count;
    bool ok = read_header(&c, columns, &count) ||
              refuse(d, name, 1,
                     "expected columns named path, decision and content, as a report exports them", error);
    while (ok && c.at < text.length) {
        slice fields[FIELD_COUNT] = {{NULL, 0}};
        size_t at = 0, number = c.line;
        for (bool ends = false; !ends; at++) {
            slice field = next_field(&c, &ends);
            if (at < count && columns[at] >= 0)
                fields[columns[at]] = field;
        }
        const char *wrong = add(d, fields, false);
        ok = !wrong || refuse(d, name, number, wrong, error);
        arena_reset(line);
    }
    arena_destroy(line);
    return ok;
}

bool decide_read(decisions *d, slice text, slice name, slice *error) {
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    if (text.length > DECIDE_FILE_MAX)
        return refuse(d, name, 1, "it is larger than 32 MiB", error);
    if (!utf8_is_valid(text))
        return refuse(d, name, 1, "it is not UTF-8: have the spreadsheet save it as `CSV UTF-8`", error);
    if (slice_find_char(text, '\0', 0) != SLICE_NONE)
        return refuse(d, name, 1, "it holds a NUL byte, which no text has: export it again", error);
    bool is_json = slice_starts_with(slice_trim(text), SLICE("{")) || slice_ends_with(name, SLICE(".json"));
    return is_json ? read_json(d, text, name, error) : read_csv(d, text, name, error);
}
