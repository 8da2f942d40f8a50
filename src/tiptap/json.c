/* The document as JSON, as the editor's getJSON() gives it: for looking and for tests.
 *
 * Comes in: a document. Goes out: indented JSON, keys in the editor's order. It does not recurse.
 */
#include "private.h"

/* What JavaScript holds as a number or a boolean is written without quotes. */
static bool is_bare(slice value) {
    if (slice_equal(value, SLICE("true")) || slice_equal(value, SLICE("false")))
        return true;
    size_t digits = 0;
    for (size_t i = 0; i < value.length; i++) {
        digits += is_digit(value.data[i]);
        if (!is_digit(value.data[i]) && value.data[i] != '.' && !(i == 0 && value.data[i] == '-'))
            return false;
    }
    return digits > 0;
}

static void write_value(const attribute_info *info, slice value, json_writer *json) {
    if (!value.data || (info->method == READ_START && slice_equal(value, SLICE("NaN"))))
        json_raw(json, SLICE("null"));
    else if (info->method != READ_PICTURE_HREF && info->method != READ_LANGUAGE && is_bare(value))
        json_raw(json, value);
    else
        json_text(json, value);
}

static void write_attributes(const slice *values, tiptap_attribute first, size_t count, json_writer *json) {
    if (count == 0)
        return;
    json_add_open(json, "attrs", '{');
    for (size_t i = 0; i < count; i++) {
        const attribute_info *info = &ATTRIBUTES[(size_t)first + i];
        json_key(json, info->name);
        write_value(info, values ? values[i] : info->initial, json);
    }
    json_close(json, '}');
}

static void write_marks(const tiptap_marks *marks, json_writer *json) {
    if (!marks)
        return;
    json_add_open(json, "marks", '[');
    for (size_t i = 0; i < marks->count; i++) {
        const tiptap_mark *mark = marks->items[i];
        json_open(json, '{');
        json_add_text(json, "type", tiptap_mark_name(mark->type));
        size_t count;
        tiptap_attribute first = tiptap_mark_attributes(mark->type, &count);
        write_attributes(mark->values, first, count, json);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void open_node(const tiptap_node *node, json_writer *json) {
    json_open(json, '{');
    json_add_text(json, "type", tiptap_type_name((tiptap_type)node->type));
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    write_attributes(node->values, first, count, json);
    if (node->first_child) {
        json_add_open(json, "content", '[');
        return;
    }
    write_marks(node->marks, json);
    if (node->type == TIPTAP_TEXT)
        json_add_text(json, "text", tiptap_text(node));
}

void tiptap_write_json(const tiptap_node *document, buffer *out) {
    json_writer json = {.out = out, .is_indented = true};
    for (const tiptap_node *at = document; at;) {
        open_node(at, &json);
        if (at->first_child) {
            at = at->first_child;
            continue;
        }
        json_close(&json, '}');
        while (at != document && !at->next) {
            at = at->parent;
            json_close(&json, ']');
            json_close(&json, '}');
        }
        at = at == document ? NULL : at->next;
    }
}
