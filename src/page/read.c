/* Front matter: YAML → values, through libyaml's events.
 *
 * Comes in: the YAML of one page. Goes out: its values as the CMS holds them after reading (npm yaml 2.4:
 * YAML 1.2 core; cycle.mjs, step 1). What Jekyll reads and the CMS cannot is repaired with a finding; what
 * neither reads is an error with line and column. It never calls the arena while libyaml holds memory: the
 * events are recorded in a block that was taken before.
 */
#include "private.h"

#include <stdlib.h>
#include <yaml.h>

#define DEPTH_MAX 64        /* nesting of sequences and mappings */
#define NODES_MAX 20000     /* values, with every alias counted as what it stands for */
#define ALIASES_MAX 100     /* npm yaml: maxAliasCount */
#define FRONT_MAX (1 << 20) /* bytes of front matter */

typedef struct event {
    yaml_event_type_t type;
    bool plain;
    slice text, anchor, tag;
    uint32_t line, column;
    size_t start, end; /* in characters */
} event;

/* Where the events are put: both blocks are as large as any front matter of this length can ask for. */
typedef struct recording {
    event *events;
    size_t count, capacity;
    char *text;
    size_t text_length, text_capacity;
} recording;

static bool fail(page_error *error, arena *a, uint32_t line, uint32_t column, const char *message) {
    *error = (page_error){line, column, slice_copy(slice_of(message), a)};
    return false;
}

/* ---- libyaml ------------------------------------------------------------------------------------------ */

/* What libyaml says, and what a person can do about it. */
static const struct {
    const char *problem, *advice;
} ADVICE[] = {
    {"mapping values are not allowed", "a value that holds `: ` must be in quotes"},
    {"could not find expected ':'", "expected `key: value`"},
    {"cannot start any token", "a value that begins with @, `, % or a tab must be in quotes"},
    {"did not find expected key",
     "expected `key: value` at the same indentation as the lines before; is a quote missing?"},
    {"did not find expected '-' indicator", "expected `- ` or a line with less indentation"},
    {"unexpected end of stream", "a quote is opened and never closed"},
    {"unexpected document indicator", "a quote is opened and never closed"},
    {"unknown escape character", "in double quotes a backslash must be written twice"},
    {"did not find expected ',' or", "a list in brackets needs commas, and its closing bracket"},
    {"tab character", "indent with spaces, not with tabs"},
    {"control characters", "remove the control character"},
    {"did not find expected alphabetic", "a value that begins with & or * must be in quotes"},
    {"did not find expected whitespace or line break", "a value that begins with ! must be in quotes"},
    {"block sequence entries", "a list goes on lines of its own: `key:`, then `- item`"},
    {"did not find expected <document start>", "expected `key: value` at the beginning of a line"},
};

static const char *advice_for(const char *problem) {
    for (size_t i = 0; i < sizeof ADVICE / sizeof *ADVICE; i++)
        if (strstr(problem, ADVICE[i].problem))
            return ADVICE[i].advice;
    return "expected `key: value`";
}

static slice record_text(recording *r, const yaml_char_t *text, size_t length) {
    if (!text || r->text_length + length > r->text_capacity)
        return (slice){NULL, 0};
    char *copy = r->text + r->text_length;
    memcpy(copy, text, length);
    r->text_length += length;
    return (slice){copy, length};
}

static slice record_name(recording *r, const yaml_char_t *name) {
    return record_text(r, name, name ? strlen((const char *)name) : 0);
}

/* False when there is no room, which the sizes of read_events rule out. */
static bool record_event(recording *r, const yaml_event_t *from) {
    if (r->count == r->capacity)
        return false;
    event *to = &r->events[r->count++];
    *to = (event){.type = from->type,
                  .line = (uint32_t)from->start_mark.line,
                  .column = (uint32_t)from->start_mark.column + 1,
                  .start = from->start_mark.index,
                  .end = from->end_mark.index};
    switch (from->type) {
    case YAML_SCALAR_EVENT:
        if (from->data.scalar.length > r->text_capacity - r->text_length)
            return false;
        to->plain = from->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
        to->text = record_text(r, from->data.scalar.value, from->data.scalar.length);
        to->anchor = record_name(r, from->data.scalar.anchor);
        to->tag = record_name(r, from->data.scalar.tag);
        break;
    case YAML_ALIAS_EVENT:
        to->anchor = record_name(r, from->data.alias.anchor);
        break;
    case YAML_SEQUENCE_START_EVENT:
        to->anchor = record_name(r, from->data.sequence_start.anchor);
        to->tag = record_name(r, from->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        to->anchor = record_name(r, from->data.mapping_start.anchor);
        to->tag = record_name(r, from->data.mapping_start.tag);
        break;
    default:
        break;
    }
    return true;
}

/* What went wrong, in memory that outlives the parser. */
typedef struct problem {
    char text[200];
    const char *advice;
    size_t line, column;
    bool is_memory; /* there is none for libyaml */
} problem;

static void describe_problem(const yaml_parser_t *parser, problem *p) {
    const char *text = parser->problem ? parser->problem : "it cannot be read";
    snprintf(p->text, sizeof p->text, "%s", text);
    p->advice = advice_for(text);
    p->is_memory = parser->error == YAML_MEMORY_ERROR;
    /* An open quote is reported where it opens, not where the text ends. */
    bool quote = parser->context && strstr(parser->context, "quoted scalar");
    p->line = quote ? parser->context_mark.line : parser->problem_mark.line;
    p->column = quote ? parser->context_mark.column : parser->problem_mark.column;
    if (parser->error == YAML_READER_ERROR)
        p->line = 0, p->column = 0;
}

/* Runs libyaml over the text: no arena call in here. */
static bool run_parser(slice front, recording *r, problem *p) {
    yaml_parser_t parser;
    *p = (problem){.is_memory = true};
    if (!yaml_parser_initialize(&parser))
        return false;
    p->is_memory = false;
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(front.data ? front.data : ""),
                                 front.length);
    bool ok = true, ended = false;
    for (size_t depth = 0; ok && !ended;) {
        yaml_event_t one;
        if (!yaml_parser_parse(&parser, &one)) {
            describe_problem(&parser, p);
            ok = false;
            break;
        }
        depth += one.type == YAML_SEQUENCE_START_EVENT || one.type == YAML_MAPPING_START_EVENT;
        depth -= one.type == YAML_SEQUENCE_END_EVENT || one.type == YAML_MAPPING_END_EVENT;
        ended = one.type == YAML_STREAM_END_EVENT;
        if (depth > DEPTH_MAX || !record_event(r, &one)) {
            *p = (problem){.text = "lists and mappings are nested too deeply",
                           .advice = "simplify it",
                           .line = one.start_mark.line,
                           .column = one.start_mark.column};
            ok = false;
        }
        yaml_event_delete(&one);
    }
    yaml_parser_delete(&parser);
    return ok;
}

/* libyaml (YAML 1.1) takes U+0085, U+2028 and U+2029 for line breaks, the CMS for text: `instead` stands for
 * them. */
static slice without_unicode_breaks(slice front, slice instead, arena *a) {
    static const slice breaks[] = {LITERAL("\xC2\x85"), LITERAL("\xE2\x80\xA8"), LITERAL("\xE2\x80\xA9")};
    for (size_t i = 0; i < sizeof breaks / sizeof *breaks; i++) {
        if (slice_find(front, breaks[i], 0) == SLICE_NONE)
            continue;
        buffer out = buffer_new(a, front.length);
        size_t from = 0, at;
        for (; (at = slice_find(front, breaks[i], from)) != SLICE_NONE; from = at + breaks[i].length) {
            buffer_append(&out, slice_sub(front, from, at));
            buffer_append(&out, instead);
        }
        buffer_append(&out, slice_from(front, from));
        front = buffer_slice(&out);
    }
    return front;
}

/* The line `line` (from 0) of the front matter, without its end. */
static slice line_at(slice front, size_t line) {
    size_t at = 0, end;
    while (line-- > 0 && (end = slice_find_char(front, '\n', at)) != SLICE_NONE)
        at = end + 1;
    end = slice_find_char(front, '\n', at);
    return slice_sub(front, at, end == SLICE_NONE ? front.length : end);
}

static bool tab_begins_line(slice front, size_t line) {
    slice text = line_at(front, line);
    size_t at = 0;
    while (at < text.length && text.data[at] == ' ')
        at++;
    return at < text.length && text.data[at] == '\t';
}

static bool read_events(slice front, uint32_t first_line, arena *a, recording *r, page_error *error) {
    if (front.length > FRONT_MAX)
        return fail(error, a, first_line, 1, "the front matter is longer than a megabyte");
    /* Each event comes from an indicator or a line break; at most six from one (`? ` opens, holds nothing
     * twice, closes). */
    static const bool INDICATORS[256] = {
        ['\0'] = true, ['\n'] = true, ['\r'] = true, [':'] = true, ['-'] = true,  ['?'] = true,
        [','] = true,  ['['] = true,  [']'] = true,  ['{'] = true, ['}'] = true,  ['&'] = true,
        ['*'] = true,  ['!'] = true,  ['|'] = true,  ['>'] = true, ['\''] = true, ['"'] = true};
    size_t indicators = 4;
    for (size_t i = 0; i < front.length; i++)
        indicators += INDICATORS[(unsigned char)front.data[i]];
    *r = (recording){.capacity = indicators * 6, .text_capacity = front.length * 3 + 64};
    r->events = arena_alloc(a, r->capacity * sizeof *r->events);
    r->text = arena_alloc(a, r->text_capacity);
    problem p;
    if (run_parser(front, r, &p))
        return true;
    if (p.is_memory)
        arena_fail(a);
    if (strstr(p.text, "cannot start any token") && tab_begins_line(front, p.line))
        p.advice = "indent with spaces, not tabs";
    *error = (page_error){first_line + (uint32_t)p.line, (uint32_t)p.column + 1,
                          format_slice(a, "%s (%s)", p.advice, p.text)};
    return false;
}

/* ---- events → values --------------------------------------------------------------------------------- */

typedef struct anchor {
    slice name;
    front_value value;
    size_t weight;
} anchor;

typedef struct front_reader {
    const event *events;
    size_t at;
    uint32_t first_line;
    arena *arena;
    findings *found;
    page_error *error;
    vector anchors; /* of anchor; a name given again is found from the end */
    size_t aliases, weight;
} front_reader;

static bool read_value(front_reader *in, front_value *out);

static uint32_t line_of(const front_reader *in, const event *e) {
    return in->first_line + e->line;
}

static bool refuse(const front_reader *in, const event *e, const char *message) {
    return fail(in->error, in->arena, line_of(in, e), e->column, message);
}

static finding *note(const front_reader *in, finding_code code, uint32_t line, const char *what,
                     slice detail) {
    return findings_add(in->found, code, line, "%s%.*s", what, SLICE_ARGS(detail));
}

/* ---- what libyaml reads otherwise -------------------------------------------------------------------- */

static bool ends_name(char c) {
    return is_space(c) || strchr(",[]{}", c) != NULL;
}

/* libyaml ends the name of an anchor or alias at the first sign, YAML 1.2 (6.9.2) at white space or a
 * bracket: `text`, which begins with the event's source, is read otherwise by the CMS. */
static bool cuts_name(slice text, char indicator, slice name) {
    for (size_t at = 0; (at = slice_find_char(text, indicator, at)) != SLICE_NONE; at++)
        if (slice_starts_with(slice_from(text, at + 1), name)) {
            size_t end = at + 1 + name.length;
            return end < text.length && !ends_name(text.data[end]);
        }
    return false;
}

/* In braces, libyaml takes a `?` for the sign of a key whatever follows it; YAML 1.2 (7.4.2) only before
 * white space. */
static bool cuts_question(slice gap, slice after) {
    size_t at = slice_find_char(gap, '?', 0);
    if (at == SLICE_NONE || slice_find_char(gap, '#', 0) < at)
        return false;
    slice behind = at + 1 < gap.length ? slice_from(gap, at + 1) : after;
    return behind.length > 0 && !ends_name(behind.data[0]);
}

static size_t skip_characters(slice text, size_t at, size_t *character, size_t to) {
    for (; at < text.length && *character < to; ++*character)
        do
            at++;
        while (at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80);
    return at;
}

/* False: something is read otherwise by the CMS, and `error` names it. */
static bool reads_as_cms(const front_reader *in, slice front, size_t count) {
    size_t at = 0, character = 0;
    for (size_t i = 0; i < count; i++) {
        const event *e = &in->events[i];
        size_t gap = at;
        at = skip_characters(front, at, &character, e->start);
        if (cuts_question(slice_sub(front, gap, at), slice_from(front, at)))
            return refuse(in, e, "a key that begins with `?` must be in quotes");
        char indicator = e->type == YAML_ALIAS_EVENT ? '*' : '&';
        if (e->anchor.length && cuts_name(slice_from(front, at), indicator, e->anchor))
            return refuse(in, e,
                          "the name of an anchor or alias holds letters, digits, `-` and `_` only: name it "
                          "otherwise, or put "
                          "quotes around the text");
        if (e->type == YAML_SCALAR_EVENT || e->type == YAML_ALIAS_EVENT)
            at = skip_characters(front, at, &character, e->end);
    }
    return true;
}

/* ---- colons ------------------------------------------------------------------------------------------ */

#define COLONS_MAX                                                                                           \
    32 /* values of one front matter that are put in quotes: each takes another front_reader                 \
        */

/* Where the value of `key: value` (or `- key: value`) begins on a line; 0: no such line. */
static size_t value_start(slice line) {
    size_t at = 0;
    while (at < line.length && (line.data[at] == ' ' ||
                                (line.data[at] == '-' && at + 1 < line.length && line.data[at + 1] == ' ')))
        at++;
    size_t colon = slice_find(line, SLICE(": "), at);
    if (colon == SLICE_NONE || colon == at || strchr("\"'[]{}#&*!|>%@`?,", line.data[at]))
        return 0;
    size_t value = colon + 2;
    while (value < line.length && line.data[value] == ' ')
        value++;
    return value < line.length ? value : 0;
}

static size_t indentation(slice line) {
    size_t at = 0;
    while (at < line.length && line.data[at] == ' ')
        at++;
    return at;
}

/* Can the value be read in one way only? Not where a comment may end it, or the next line may go on with it.
 */
static bool is_unambiguous(slice value, slice line, slice next) {
    if (value.length == 0 || strchr("\"'[]{}#&*!|>%@`,-?", value.data[0]) ||
        slice_find(value, SLICE(" #"), 0) != SLICE_NONE || slice_find_char(value, '\t', 0) != SLICE_NONE)
        return false;
    bool colon = slice_find(value, SLICE(": "), 0) != SLICE_NONE || slice_ends_with(value, SLICE(":"));
    return colon && (slice_trim(next).length == 0 || indentation(next) <= indentation(line));
}

/* Puts the value of the line `number` (from 0) in quotes if it holds `: ` and can be meant in one way only.
 */
static bool quote_value(const front_reader *in, slice *front, size_t number) {
    slice line = line_at(*front, number), next = line_at(*front, number + 1);
    size_t start = value_start(line);
    slice value = slice_trim(slice_from(line, start));
    if (!start || !is_unambiguous(value, line, next.data == line.data ? SLICE("") : next))
        return false;
    size_t offset = (size_t)(value.data - front->data);
    buffer out = buffer_new(in->arena, front->length + 16);
    buffer_append(&out, slice_sub(*front, 0, offset));
    buffer_append_char(&out, '\'');
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '\'')
            buffer_append_char(&out, '\'');
        buffer_append_char(&out, value.data[i]);
    }
    buffer_append_char(&out, '\'');
    buffer_append(&out, slice_from(*front, offset + value.length));
    note(in, FINDING_FRONT_COLON, in->first_line + (uint32_t)number, "", value);
    *front = buffer_slice(&out);
    return true;
}

/* Reads the events of a page's front matter, values with colons put in quotes where there must be some. */
static bool read_page_events(const front_reader *in, slice *front, recording *r) {
    static const slice unquoted = LITERAL("mapping values are not allowed");
    for (size_t colons = 0; !read_events(*front, in->first_line, in->arena, r, in->error); colons++)
        if (colons == COLONS_MAX || slice_find(in->error->message, unquoted, 0) == SLICE_NONE ||
            !quote_value(in, front, in->error->line - in->first_line))
            return false;
    return true;
}

static void remember_anchor(front_reader *in, const event *e, const front_value *value, size_t weight) {
    if (!e->anchor.length)
        return;
    anchor *one = vector_push_zeroed(&in->anchors);
    *one = (anchor){e->anchor, *value, weight};
}

/* The CMS keeps no tags but those of core; others change nothing here and are named. */
static void note_tag(const front_reader *in, const event *e, const char *own) {
    if (e->tag.length && !slice_equal(e->tag, slice_of(own)) && !slice_equal(e->tag, SLICE("!")))
        note(in, FINDING_FRONT_TAG, line_of(in, e), "", e->tag);
}

static slice breaks_as_spaces(slice text, arena *a) {
    if (slice_find(text, UNICODE_BREAK, 0) == SLICE_NONE)
        return text;
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length;) {
        bool stands = slice_starts_with(slice_from(text, at), UNICODE_BREAK);
        buffer_append_char(&out, stands ? ' ' : text.data[at]);
        at += stands ? UNICODE_BREAK.length : 1;
    }
    return buffer_slice(&out);
}

static bool read_scalar(front_reader *in, const event *e, front_value *out) {
    bool is_string = slice_equal(e->tag, SLICE("!")) || slice_equal(e->tag, SLICE("tag:yaml.org,2002:str"));
    if (!is_string)
        note_tag(in, e, "");
    *out = e->plain && !is_string ? resolve_plain(e->text, in->arena)
                                  : (front_value){.kind = FRONT_STRING, .text = e->text, .quoted = true};
    if (out->kind == FRONT_STRING)
        out->text = breaks_as_spaces(e->text, in->arena);
    out->line = line_of(in, e);
    if (out->kind == FRONT_NUMBER) {
        slice written = number_text(out->number, in->arena);
        finding *changed =
            slice_equal(written, e->text) ? NULL : note(in, FINDING_FRONT_NUMBER, out->line, "", e->text);
        if (changed)
            changed->before = e->text, changed->after = written;
    }
    return true;
}

static bool read_alias(front_reader *in, const event *e, front_value *out) {
    if (++in->aliases > ALIASES_MAX)
        return refuse(in, e, "more than 100 aliases: write the values out");
    for (size_t i = in->anchors.count; i-- > 0;) {
        const anchor *one = vector_at(&in->anchors, i);
        if (!slice_equal(one->name, e->anchor))
            continue;
        *out = one->value;
        in->weight += one->weight;
        return in->weight <= NODES_MAX || refuse(in, e, "aliases stand for too many values: write them out");
    }
    return refuse(in, e, "an alias `*name` needs an anchor `&name` before it, or quotes where it is text");
}

/* ---- keys -------------------------------------------------------------------------------------------- */

/* npm yaml: stringifyKey. */
static slice key_text(const front_value *key, arena *a) {
    switch (key->kind) {
    case FRONT_NULL:
        return SLICE("");
    case FRONT_BOOL:
        return key->boolean ? SLICE("true") : SLICE("false");
    case FRONT_NUMBER:
        if (key->number != key->number)
            return SLICE("NaN");
        if (key->number - key->number != 0)
            return key->number < 0 ? SLICE("-Infinity") : SLICE("Infinity");
        return number_text(key->number, a);
    default:
        return key->text;
    }
}

static bool has_control(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return true;
    return false;
}

/* A key as it is after every save: the CMS unescapes the file as a whole. */
static bool read_key(front_reader *in, front_value *kind, slice *text) {
    const event *e = &in->events[in->at];
    front_value key;
    findings *found = in->found, ignored = findings_new(in->arena);
    in->found = &ignored;
    bool ok = read_value(in, &key);
    in->found = found;
    if (!ok)
        return false;
    if (key.kind == FRONT_SEQUENCE || key.kind == FRONT_MAPPING)
        return refuse(in, e, "a key must be text, not a list or a mapping");
    *text = key_text(&key, in->arena);
    for (slice next; (next = unescape(*text, in->arena)).length != text->length;)
        *text = next;
    if (e->type == YAML_SCALAR_EVENT && slice_find(e->text, UNICODE_BREAK, 0) != SLICE_NONE)
        return refuse(in, e, "a key holds a line separator (U+0085, U+2028 or U+2029)");
    if (has_control(*text) || slice_find(*text, SLICE("---"), 0) != SLICE_NONE)
        return refuse(in, e,
                      "a key must be on one line, without `---`, which ends the front matter for the CMS");
    note_tag(in, e, "tag:yaml.org,2002:str");
    const char *type = key.quoted ? type_for_ruby(*text, in->arena) : NULL;
    if (type)
        findings_add(in->found, FINDING_FRONT_TYPE, key.line, "the key `%.*s` is %s to it", SLICE_ARGS(*text),
                     type);
    *kind = key;
    return true;
}

/* An array index as JavaScript knows it: such keys come first, in rising order. */
static bool is_index(slice key, uint64_t *index) {
    if (!key.length || key.length > 10 || (key.data[0] == '0' && key.length > 1))
        return false;
    *index = 0;
    for (size_t i = 0; i < key.length; i++) {
        if (!is_digit(key.data[i]))
            return false;
        *index = *index * 10 + (uint64_t)(key.data[i] - '0');
    }
    return *index < UINT32_MAX;
}

static int compare_indexes(const void *one, const void *other) {
    uint64_t a = 0, b = 0;
    is_index(((const front_entry *)one)->key, &a);
    is_index(((const front_entry *)other)->key, &b);
    return a < b ? -1 : a > b;
}

static void order_as_javascript(front_value *map, arena *a) {
    uint64_t index;
    uint32_t indexes = 0, others = 0;
    for (uint32_t i = 0; i < map->count; i++)
        indexes += is_index(map->entries[i].key, &index);
    if (!indexes)
        return;
    front_entry *ordered = arena_alloc(a, map->count * sizeof *ordered);
    uint32_t at = 0;
    for (uint32_t i = 0; i < map->count; i++) {
        const front_entry *one = &map->entries[i];
        ordered[is_index(one->key, &index) ? at++ : indexes + others++] = *one;
    }
    qsort(ordered, indexes, sizeof *ordered, compare_indexes);
    map->entries = ordered;
}

/* The last value of a key stays, at the place of its first one: so do Jekyll and JavaScript. `entries` holds
 * the pairs as they were read, the line of a pair being that of its key. */
static void settle_mapping(const front_reader *in, front_value *out, vector *entries, const vector *kinds) {
    hash_map places = map_new(in->arena, entries->count); /* of keys among `all` */
    uint32_t kept = 0;
    front_entry *all = entries->items;
    front_value *kind = kinds->items;
    for (size_t i = 0; i < entries->count; i++) {
        bool is_new;
        void **place = map_put(&places, all[i].key, &is_new);
        if (is_new) {
            kind[kept] = kind[i];
            all[kept] = all[i];
            *place = (void *)(uintptr_t)kept++;
            continue;
        }
        /* npm yaml refuses equal keys; `1` and `"1"` are not equal to it, yet one key in JavaScript. */
        size_t first = (size_t)(uintptr_t)*place;
        if (kind[first].kind == kind[i].kind)
            note(in, FINDING_FRONT_DUPLICATE_KEY, kind[i].line, "", all[i].key);
        kind[first] = kind[i];
        all[first].value = all[i].value;
    }
    out->entries = all;
    out->count = kept;
    order_as_javascript(out, in->arena);
}

/* ---- collections ------------------------------------------------------------------------------------- */

static bool read_mapping(front_reader *in, const event *start, front_value *out) {
    vector entries = vector_new(in->arena, sizeof(front_entry)),
           kinds = vector_new(in->arena, sizeof(front_value));
    note_tag(in, start, "tag:yaml.org,2002:map");
    *out = (front_value){.kind = FRONT_MAPPING, .line = line_of(in, start)};
    while (in->events[in->at].type != YAML_MAPPING_END_EVENT) {
        front_entry one;
        front_value kind;
        if (!read_key(in, &kind, &one.key) || !read_value(in, &one.value))
            return false;
        *(front_entry *)vector_push(&entries) = one;
        *(front_value *)vector_push(&kinds) = kind;
    }
    in->at++;
    settle_mapping(in, out, &entries, &kinds);
    return true;
}

static bool read_sequence(front_reader *in, const event *start, front_value *out) {
    vector entries = vector_new(in->arena, sizeof(front_entry));
    note_tag(in, start, "tag:yaml.org,2002:seq");
    *out = (front_value){.kind = FRONT_SEQUENCE, .line = line_of(in, start)};
    while (in->events[in->at].type != YAML_SEQUENCE_END_EVENT) {
        front_entry one = {{NULL, 0}, {0}};
        if (!read_value(in, &one.value))
            return false;
        *(front_entry *)vector_push(&entries) = one;
    }
    in->at++;
    out->entries = entries.items;
    out->count = (uint32_t)entries.count;
    return true;
}

/* Recursion is bounded by DEPTH_MAX. */
static bool read_value(front_reader *in, front_value *out) {
    const event *e = &in->events[in->at++];
    size_t weight = ++in->weight;
    bool ok;
    if (weight > NODES_MAX)
        return refuse(in, e, "the front matter holds more than 20,000 values");
    if (e->type == YAML_ALIAS_EVENT)
        return read_alias(in, e, out);
    if (e->type == YAML_SCALAR_EVENT)
        ok = read_scalar(in, e, out);
    else if (e->type == YAML_SEQUENCE_START_EVENT)
        ok = read_sequence(in, e, out);
    else
        ok = read_mapping(in, e, out);
    if (ok)
        remember_anchor(in, e, out, in->weight - weight + 1);
    return ok;
}

/* ---- string values ----------------------------------------------------------------------------------- */

/* A word that names a place: there, a hyphen may be written as %2D and still leads to it. */
static bool is_target(slice word) {
    return slice_starts_with(word, SLICE("/")) || slice_starts_with(word, SLICE("./")) ||
           slice_find(word, SLICE("://"), 0) != SLICE_NONE || slice_starts_with(word, SLICE("www."));
}

static bool ends_word(char c) {
    return is_space(c) || c == '"' || c == '\'' || c == '<' || c == '>';
}

/* The CMS splits the file at every `---`: in a target its third hyphen becomes %2D, in text it becomes a
 * dash. */
static slice replace_hyphens(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 16);
    bool in_target = false;
    for (size_t at = 0; at < text.length;) {
        if (at == 0 || ends_word(text.data[at - 1])) {
            size_t end = at;
            while (end < text.length && !ends_word(text.data[end]))
                end++;
            in_target = is_target(slice_sub(text, at, end));
        }
        size_t run = at;
        while (run < text.length && text.data[run] == '-')
            run++;
        if (run - at < 3) {
            buffer_append_char(&out, text.data[at++]);
            continue;
        }
        for (size_t i = 0; in_target && i < run - at; i++)
            buffer_append_string(&out, i % 3 == 2 ? "%2D" : "-");
        if (!in_target)
            buffer_append_string(&out, "\xE2\x80\x94"); /* — */
        at = run;
    }
    return buffer_slice(&out);
}

/* Is the text the same to a reader, white space and the spelling of & " ' aside? */
static bool reads_the_same(slice before, slice after, arena *a) {
    slice one = join_lines(unescape(before, a), a);
    return slice_equal(one, after) &&
           (slice_find_char(after, '<', 0) == SLICE_NONE || slice_find_char(before, '<', 0) != SLICE_NONE);
}

static size_t count_end_tags(slice text) {
    size_t count = 0;
    for (size_t at = 0; (at = slice_find(text, SLICE("</"), at)) != SLICE_NONE; at += 2)
        count++;
    return count;
}

static void settle_string(const front_reader *in, front_value *value) {
    bool dropped = false, kept = false;
    slice before = value->text, after = settle_text(before, in->arena, &dropped, &kept);
    bool markup = slice_find_char(before, '<', 0) != SLICE_NONE;
    bool unclosed = markup && count_end_tags(before) != count_end_tags(after); /* `the <nav> tag` */
    if (dropped || kept || unclosed || (markup && loses_text(before, after, in->arena)) ||
        (slice_find_char(before, '<', 0) == SLICE_NONE && !reads_the_same(before, after, in->arena)))
        note_markup(in->found, value->line, before, after, in->arena);
    if (slice_find_char(slice_trim(before), '\n', 0) != SLICE_NONE)
        note(in, FINDING_FRONT_LINES, value->line, "", after);
    if (slice_find(after, SLICE("---"), 0) != SLICE_NONE) {
        finding *one = note(in, FINDING_FRONT_HYPHENS, value->line, "", after);
        slice changed = replace_hyphens(after, in->arena);
        if (one)
            one->before = after, one->after = changed;
        after = changed;
    }
    value->text = after;
    const char *type = value->quoted ? type_for_ruby(after, in->arena) : NULL;
    if (type)
        findings_add(in->found, FINDING_FRONT_TYPE, value->line, "`%.*s` is %s to it", SLICE_ARGS(after),
                     type);
}

static void settle_strings(const front_reader *in, front_value *value) {
    if (value->kind == FRONT_STRING)
        settle_string(in, value);
    else if (value->kind == FRONT_SEQUENCE || value->kind == FRONT_MAPPING)
        for (uint32_t i = 0; i < value->count; i++)
            settle_strings(in, &value->entries[i].value);
}

/* ---- comments ---------------------------------------------------------------------------------------- */

/* Comments are what stands behind a `#` between two events. `from`, `to` count characters. */
static void note_comments(const front_reader *in, slice front, size_t count) {
    size_t at = 0, character = 0;
    uint32_t line = in->first_line;
    for (size_t i = 0; i + 1 < count && slice_find_char(front, '#', at) != SLICE_NONE; i++) {
        size_t from = in->events[i].end, to = in->events[i + 1].start;
        for (; at < front.length && (character < to || i + 2 == count); at++) {
            if (front.data[at] == '#' && character >= from && (at == 0 || is_space(front.data[at - 1]))) {
                size_t end = slice_find_char(front, '\n', at);
                slice text = slice_trim(slice_sub(front, at, end == SLICE_NONE ? front.length : end));
                note(in, FINDING_FRONT_COMMENT, line, "", text);
                finding *cut = slice_find(text, SLICE("---"), 0) == SLICE_NONE
                                   ? NULL
                                   : note(in, FINDING_FRONT_HYPHENS, line, "", text);
                if (cut)
                    cut->became = SLICE("the comment was dropped; what stands behind it is kept");
                for (; at + 1 < front.length && front.data[at + 1] != '\n'; at++)
                    character += !utf8_is_trail(front.data[at]);
            }
            line += front.data[at] == '\n';
            character += !utf8_is_trail(front.data[at]);
        }
    }
}

/* ---- the whole --------------------------------------------------------------------------------------- */

/* The CMS calls `permalink.endsWith`: it must be text. */
static bool settle_permalink(const front_reader *in, front_value *root) {
    front_value *permalink = (front_value *)page_front_get(root, SLICE("permalink"));
    if (!permalink || permalink->kind == FRONT_STRING || permalink->kind == FRONT_NULL ||
        (permalink->kind == FRONT_BOOL && !permalink->boolean) ||
        (permalink->kind == FRONT_NUMBER && !(permalink->number < 0 || permalink->number > 0)))
        return true;
    if (permalink->kind == FRONT_SEQUENCE || permalink->kind == FRONT_MAPPING)
        return fail(in->error, in->arena, permalink->line, 1,
                    "permalink must be text, not a list or a mapping");
    slice text = key_text(permalink, in->arena);
    note(in, FINDING_FRONT_PERMALINK, permalink->line, "read as text: ", text);
    *permalink = (front_value){.kind = FRONT_STRING, .text = text, .line = permalink->line};
    return true;
}

static bool has_lone_return(slice front) {
    for (size_t at = 0; (at = slice_find_char(front, '\r', at)) != SLICE_NONE; at++)
        if (at + 1 < front.length && front.data[at + 1] != '\n')
            return true;
    return false;
}

/* `page`: as the CMS reads it, what authors must have meant put right; else as libyaml does. */
static bool read_root(front_reader *in, slice front, front_value *root, bool page) {
    recording r;
    front = without_unicode_breaks(front, page ? UNICODE_BREAK : SLICE(" "), in->arena);
    if (page && has_lone_return(front))
        return fail(in->error, in->arena, in->first_line, 1,
                    "a line ends in a carriage return alone, which the CMS takes for text");
    bool ok = page ? read_page_events(in, &front, &r)
                   : read_events(front, in->first_line, in->arena, &r, in->error);
    if (!ok)
        return false;
    in->events = r.events;
    if (page && !reads_as_cms(in, front, r.count))
        return false;
    in->anchors = vector_new(in->arena, sizeof(anchor));
    *root = (front_value){.kind = FRONT_MAPPING, .line = in->first_line};
    /* Stream start, document start, the value, document end, stream end; or nothing between the first and the
     * last. */
    if (r.count > 2) {
        in->at = 2;
        if (!read_value(in, root))
            return false;
        if (r.count != in->at + 2)
            return refuse(in, &r.events[in->at + 1],
                          "the front matter holds a second document: remove `---` or `...`");
    }
    note_comments(in, front, r.count);
    if (root->kind == FRONT_NULL)
        *root = (front_value){.kind = FRONT_MAPPING, .line = in->first_line};
    return root->kind == FRONT_MAPPING ||
           fail(in->error, in->arena, root->line, 1, "expected `key: value` lines");
}

bool page_read_front(slice front, uint32_t first_line, arena *a, findings *found, front_value *root,
                     page_error *error) {
    front_reader in = {.first_line = first_line, .arena = a, .found = found, .error = error};
    if (!read_root(&in, front, root, true))
        return false;
    settle_strings(&in, root);
    return settle_permalink(&in, root);
}

bool page_read_settings(slice yaml, arena *a, front_value *root, page_error *error) {
    findings ignored = findings_new(a);
    front_reader in = {.first_line = 1, .arena = a, .found = &ignored, .error = error};
    return read_root(&in, yaml, root, false);
}

const front_value *page_front_get(const front_value *root, slice key) {
    for (uint32_t i = 0; i < root->count; i++)
        if (slice_equal(root->entries[i].key, key))
            return &root->entries[i].value;
    return NULL;
}

slice page_front_text(const front_value *root, slice key) {
    const front_value *value = page_front_get(root, key);
    return value && value->kind == FRONT_STRING ? value->text : SLICE("");
}

void page_front_set(front_value *root, slice key, slice text, arena *a) {
    front_value value = {.kind = FRONT_STRING, .text = slice_copy(text, a)};
    for (uint32_t i = 0; i < root->count; i++)
        if (slice_equal(root->entries[i].key, key)) {
            value.line = root->entries[i].value.line;
            root->entries[i].value = value;
            return;
        }
    front_entry *entries = arena_alloc(a, (root->count + 1) * sizeof *entries);
    if (root->count)
        memcpy(entries, root->entries, root->count * sizeof *entries);
    entries[root->count] = (front_entry){slice_copy(key, a), value};
    root->entries = entries;
    root->count++;
}
