/* accepted.yml, read event by event: it is flat, so whatever nests deeper, or refers to something else, is
 * none of it. */
#include "accept.h"

#include <yaml.h>

typedef struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_event;
    slice name;
    slice *error;
    arena *a;
    accept_list *list;
} reader;

static bool refuse(reader *r, yaml_mark_t at, const char *what) {
    *r->error = format_slice(r->a, "%.*s:%zu:%zu: %s", SLICE_ARGS(r->name), at.line + 1, at.column + 1, what);
    return false;
}

/* The next event in `r->event`. False: the file is no YAML, or holds what this file never does. */
static bool next(reader *r) {
    if (r->has_event)
        yaml_event_delete(&r->event);
    r->has_event = yaml_parser_parse(&r->parser, &r->event) != 0;
    if (!r->has_event)
        return refuse(r, r->parser.problem_mark, r->parser.problem ? r->parser.problem : "it is no YAML");
    bool refers =
        r->event.type == YAML_ALIAS_EVENT ||
        (r->event.type == YAML_SCALAR_EVENT && (r->event.data.scalar.anchor || r->event.data.scalar.tag));
    return !refers ||
           refuse(r, r->event.start_mark, "anchors, aliases and tags have no meaning here: write it out");
}

static bool expect(reader *r, yaml_event_type_t type, const char *what) {
    return next(r) && (r->event.type == type || refuse(r, r->event.start_mark, what));
}

static slice scalar(const reader *r) {
    return (slice){(const char *)r->event.data.scalar.value, r->event.data.scalar.length};
}

/* ---- an entry ---------------------------------------------------------------------------------------- */

static bool take_text(reader *r, slice *out) {
    slice text = scalar(r);
    if (text.length > ACCEPT_PATTERN_MAX)
        return refuse(r, r->event.start_mark, "expected at most 1024 bytes");
    if (slice_find_char(text, '\0', 0) != SLICE_NONE)
        return refuse(r, r->event.start_mark, "it holds a NUL character");
    *out = slice_copy(text, r->a);
    return true;
}

static bool read_text(reader *r, slice *out) {
    return expect(r, YAML_SCALAR_EVENT, "expected a text") && take_text(r, out);
}

static bool add_path(reader *r, accept_entry *entry) {
    slice path;
    if (!take_text(r, &path))
        return false;
    if (!path.length)
        return refuse(r, r->event.start_mark, "expected the path of a page, such as news/**");
    *(slice *)vector_push(&entry->paths) = path;
    return true;
}

static bool read_paths(reader *r, accept_entry *entry) {
    if (!next(r))
        return false;
    if (r->event.type == YAML_SCALAR_EVENT)
        return add_path(r, entry);
    if (r->event.type != YAML_SEQUENCE_START_EVENT)
        return refuse(r, r->event.start_mark, "expected a path, or a list of them");
    while (next(r)) {
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (r->event.type != YAML_SCALAR_EVENT)
            return refuse(r, r->event.start_mark, "expected a path");
        if (!add_path(r, entry))
            return false;
    }
    return false;
}

static bool read_code(reader *r, accept_entry *entry) {
    slice name;
    if (!read_text(r, &name))
        return false;
    entry->code = finding_by_name(name);
    if (entry->code == FINDING_COUNT)
        return refuse(r, r->event.start_mark, "no finding has that code; `isomerize help codes` lists them");
    if (finding_describe(entry->code)->grade == GRADE_REFUSED)
        return refuse(r, r->event.start_mark, "a page that is refused cannot be accepted: mend it");
    return true;
}

static bool read_entry(reader *r) {
    yaml_mark_t at = r->event.start_mark;
    accept_entry entry = {
        .code = FINDING_COUNT, .paths = vector_new(r->a, sizeof(slice)), .line = (uint32_t)at.line + 1};
    if (r->event.type != YAML_MAPPING_START_EVENT)
        return refuse(r, at, "expected an entry with `code:` and `why:`");
    for (unsigned seen = 0;;) {
        if (!next(r))
            return false;
        if (r->event.type == YAML_MAPPING_END_EVENT)
            break;
        if (r->event.type != YAML_SCALAR_EVENT)
            return refuse(r, r->event.start_mark, "expected code, detail, path or why");
        static const char *const KEYS[] = {"code", "detail", "path", "why"};
        int key = 0;
        while (key < 4 && !slice_equal(scalar(r), slice_of(KEYS[key])))
            key++;
        if (key == 4 || seen & 1u << key)
            return refuse(r, r->event.start_mark,
                          key == 4 ? "expected code, detail, path or why" : "this is there twice");
        seen |= 1u << key;
        if (!(key == 0   ? read_code(r, &entry)
              : key == 1 ? read_text(r, &entry.detail)
              : key == 2 ? read_paths(r, &entry)
                         : read_text(r, &entry.why)))
            return false;
    }
    if (entry.code == FINDING_COUNT || !slice_trim(entry.why).length)
        return refuse(r, at,
                      entry.code == FINDING_COUNT ? "expected `code:`"
                                                  : "expected `why:`, a reason for those who read it later");
    if (r->list->entries.count == ACCEPT_ENTRIES_MAX)
        return refuse(r, at, "expected at most 50,000 entries");
    accept_list_add(r->list, &entry);
    return true;
}

/* ---- the file ---------------------------------------------------------------------------------------- */

static bool read_entries(reader *r) {
    if (!next(r))
        return false;
    if (r->event.type == YAML_SCALAR_EVENT && !r->event.data.scalar.length)
        return true; /* `accept:` and nothing */
    if (r->event.type != YAML_SEQUENCE_START_EVENT)
        return refuse(r, r->event.start_mark, "expected a list of entries");
    while (next(r)) {
        if (r->event.type == YAML_SEQUENCE_END_EVENT)
            return true;
        if (!read_entry(r))
            return false;
    }
    return false;
}

static bool read_document(reader *r) {
    static const char EXPECTED[] = "expected `accept:` and a list of entries";
    if (!expect(r, YAML_STREAM_START_EVENT, EXPECTED) || !next(r))
        return false;
    if (r->event.type == YAML_STREAM_END_EVENT) /* empty, or comments only */
        return true;
    if (!expect(r, YAML_MAPPING_START_EVENT, EXPECTED) || !expect(r, YAML_SCALAR_EVENT, EXPECTED))
        return false;
    if (!slice_equal(scalar(r), SLICE("accept")))
        return refuse(r, r->event.start_mark, EXPECTED);
    return read_entries(r) && expect(r, YAML_MAPPING_END_EVENT, "expected nothing but `accept:`") &&
           expect(r, YAML_DOCUMENT_END_EVENT, EXPECTED) &&
           expect(r, YAML_STREAM_END_EVENT, "expected one document");
}

static void give_back(void *held) {
    reader *r = held;
    if (r->has_event)
        yaml_event_delete(&r->event);
    yaml_parser_delete(&r->parser);
}

bool accept_read(slice yaml, slice name, arena *a, accept_list *list, slice *error) {
    reader r = {.name = name, .error = error, .a = a, .list = list};
    *list = accept_list_new(a);
    if (yaml.length > ACCEPT_FILE_MAX) {
        *error = format_slice(a, "%.*s: it is larger than 4 MiB", SLICE_ARGS(name));
        return false;
    }
    if (!yaml_parser_initialize(&r.parser))
        arena_fail(a);
    arena_cleanup cleanup = {give_back, &r, NULL};
    arena_add_cleanup(a, &cleanup);
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(yaml.data ? yaml.data : ""), yaml.length);
    bool ok = read_document(&r);
    arena_drop_cleanup(a);
    give_back(&r);
    return ok;
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* A JSON string is one of YAML 1.2, and of libyaml. */
static void append_key(buffer *out, const char *key, slice value) {
    buffer_printf(out, "    %s: ", key);
    buffer_append_json(out, value);
    buffer_append_char(out, '\n');
}

void accept_write_entry(const accept_entry *entry, buffer *out) {
    buffer_printf(out, "  - code: %s\n", finding_describe(entry->code)->name);
    if (entry->detail.length)
        append_key(out, "detail", entry->detail);
    if (entry->paths.count == 1)
        append_key(out, "path", *(slice *)vector_at(&entry->paths, 0));
    else if (entry->paths.count)
        buffer_append_string(out, "    path:\n");
    for (size_t i = 0; entry->paths.count > 1 && i < entry->paths.count; i++) {
        buffer_append_string(out, "      - ");
        buffer_append_json(out, *(slice *)vector_at(&entry->paths, i));
        buffer_append_char(out, '\n');
    }
    append_key(out, "why", entry->why);
}

/* The lines of the file but for those of entries that are not kept: each goes from where it begins to where
 * the next one does. */
static void append_kept_lines(slice yaml, const accept_list *list, const bool *keep, buffer *out) {
    size_t entry = 0;
    bool taking = true;
    uint32_t number = 1;
    for (size_t at = 0; at < yaml.length; number++) {
        size_t end = slice_find_char(yaml, '\n', at), next = end == SLICE_NONE ? yaml.length : end + 1;
        while (entry < list->entries.count &&
               ((accept_entry *)vector_at(&list->entries, entry))->line <= number)
            taking = !keep || keep[entry], entry++;
        if (taking)
            buffer_append(out, slice_sub(yaml, at, next));
        at = next;
    }
    if (out->length && out->data[out->length - 1] != '\n')
        buffer_append_char(out, '\n');
}

static bool same_entry(const accept_entry *one, const accept_entry *other) {
    bool same = one->code == other->code && slice_equal(one->detail, other->detail) &&
                slice_equal(one->why, other->why) && one->paths.count == other->paths.count;
    for (size_t i = 0; same && i < one->paths.count; i++)
        same = slice_equal(*(slice *)vector_at(&one->paths, i), *(slice *)vector_at(&other->paths, i));
    return same;
}

static bool same_list(const accept_list *one, const accept_list *other) {
    bool same = one->entries.count == other->entries.count;
    for (size_t i = 0; same && i < one->entries.count; i++)
        same = same_entry(vector_at(&one->entries, i), vector_at(&other->entries, i));
    return same;
}

bool accept_can_write(const accept_entry *entry, arena *scratch) {
    buffer out = buffer_new(scratch, 1024);
    accept_list again;
    slice error;
    buffer_append_string(&out, "accept:\n");
    accept_write_entry(entry, &out);
    return accept_read(buffer_slice(&out), SLICE("it"), scratch, &again, &error) &&
           again.entries.count == 1 && same_entry(entry, vector_at(&again.entries, 0));
}

bool accept_edit(slice yaml, slice name, const accept_list *added, const bool *keep, arena *a, buffer *out,
                 slice *error) {
    accept_list old, now, wanted = accept_list_new(a);
    slice unread;
    if (!accept_read(yaml, name, a, &old, error))
        return false;
    for (size_t i = 0; i < old.entries.count; i++)
        if (!keep || keep[i])
            accept_list_add(&wanted, vector_at(&old.entries, i));
    for (size_t i = 0; added && i < added->entries.count; i++)
        accept_list_add(&wanted, vector_at(&added->entries, i));
    buffer text = buffer_new(a, yaml.length + 1024);
    append_kept_lines(yaml, &old, keep, &text);
    if (!old.entries.count && slice_find(yaml, SLICE("accept:"), 0) == SLICE_NONE)
        buffer_append_string(&text, "accept:\n");
    for (size_t i = 0; added && i < added->entries.count; i++)
        accept_write_entry(vector_at(&added->entries, i), &text);
    /* It was written in another style: all of it is written anew. */
    if (!accept_read(buffer_slice(&text), name, a, &now, &unread) || !same_list(&now, &wanted)) {
        text = buffer_new(a, yaml.length + 1024);
        buffer_append_string(&text, "accept:\n");
        for (size_t i = 0; i < wanted.entries.count; i++)
            accept_write_entry(vector_at(&wanted.entries, i), &text);
        if (!accept_read(buffer_slice(&text), name, a, &now, error))
            return false;
        if (!same_list(&now, &wanted)) {
            *error = SLICE("it would not read as it is written: a text in it is too long, or is no text");
            return false;
        }
    }
    buffer_append(out, buffer_slice(&text));
    return true;
}
