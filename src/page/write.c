/* Front matter values → the bytes between the marker lines, at rest.
 *
 * Comes in: values as page_read_front gives them, some of them set since. Goes out: what the CMS writes for
 * them (cycle.mjs, step 6). Where markup in a value makes the CMS's own writing restless or unreadable, the
 * value is brought to rest first, or loses its markup with a finding. Never writes what cannot be read again.
 */
#include "private.h"

#define ROUNDS_MAX 4

/* The CMS appends a slash to a permalink that has none. */
static void settle_permalink(front_value *root, arena *a, findings *found) {
    slice before = page_front_text(root, SLICE("permalink"));
    if (!before.length || slice_ends_with(before, SLICE("/")))
        return;
    slice after = format_slice(a, "%.*s/", SLICE_ARGS(before));
    size_t name = before.length;
    while (name > 0 && before.data[name - 1] != '/')
        name--;
    bool names_file = slice_find_char(before, '.', name) != SLICE_NONE;
    finding *one = findings_add(found, names_file ? FINDING_FRONT_ADDRESS : FINDING_FRONT_PERMALINK,
                                page_front_get(root, SLICE("permalink"))->line, "%.*s", SLICE_ARGS(before));
    if (one)
        one->before = before, one->after = after;
    page_front_set(root, SLICE("permalink"), after, a);
}

/* A deep copy, so that writing changes nothing. */
static front_value copy_value(const front_value *from, arena *a) {
    front_value to = *from;
    if (!from->count)
        return to;
    to.entries = arena_alloc(a, from->count * sizeof *to.entries);
    for (uint32_t i = 0; i < from->count; i++)
        to.entries[i] = (front_entry){from->entries[i].key, copy_value(&from->entries[i].value, a)};
    return to;
}

static bool holds_markup(const front_value *value) {
    if (value->kind == FRONT_STRING)
        return slice_find_char(value->text, '<', 0) != SLICE_NONE;
    for (uint32_t i = 0; i < value->count; i++)
        if (holds_markup(&value->entries[i].value))
            return true;
    return false;
}

static void strip_values(front_value *value, arena *a, findings *found) {
    if (value->kind == FRONT_STRING && holds_markup(value)) {
        slice before = value->text;
        value->text = strip_markup(before, a);
        note_markup(found, value->line, before, value->text, a);
    }
    for (uint32_t i = 0; i < value->count; i++)
        strip_values(&value->entries[i].value, a, found);
}

/* Reads what was written and writes it again until nothing changes. */
static bool come_to_rest(slice *yaml, arena *a) {
    for (int round = 0; round < ROUNDS_MAX; round++) {
        findings ignored = findings_new(a);
        front_value again;
        page_error error;
        slice next;
        if (!page_read_front(*yaml, 1, a, &ignored, &again, &error) || !emit_yaml(&again, a, &next))
            return false;
        if (slice_equal(next, *yaml))
            return true;
        *yaml = next;
    }
    return false;
}

bool page_write_front(const front_value *root, arena *a, findings *found, buffer *out, page_error *error) {
    front_value values = copy_value(root, a);
    slice yaml = {NULL, 0};
    settle_permalink(&values, a, found);
    bool ok = emit_yaml(&values, a, &yaml);
    slice first = yaml;
    if (holds_markup(&values) && !(ok && come_to_rest(&yaml, a))) {
        strip_values(&values, a, found);
        ok = emit_yaml(&values, a, &yaml);
    } else if (ok && !slice_equal(first, yaml)) {
        findings_add(found, FINDING_FRONT_MARKUP, root->line, "written as it is after the CMS's next save");
    }
    if (!ok || slice_find(yaml, SLICE("---"), 0) != SLICE_NONE) {
        const char *message =
            ok ? "a value holds `---`, which ends the front matter for the CMS"
               : "a value holds a word of more than 70 characters with emoji, which the CMS would break";
        *error = (page_error){root->line, 1, slice_of(message)};
        return false;
    }
    buffer_append_string(out, "---\n");
    buffer_append(out, yaml);
    buffer_append_string(out, "---\n");
    return true;
}
