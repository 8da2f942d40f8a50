/* The document as JSON, as the editor's getJSON() gives it: for looking and for tests.
 *
 * Comes in: a document. Goes out: indented JSON, keys in the editor's order. It does not recurse.
 */
#include "private.h"

static void indent(buffer *out, size_t depth) {
    buffer_append_char(out, '\n');
    for (size_t i = 0; i < depth * 2; i++)
        buffer_append_char(out, ' ');
}

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

static void write_value(const attribute_info *info, slice value, buffer *out) {
    if (!value.data || (info->reading == READ_START && slice_equal(value, SLICE("NaN"))))
        buffer_append(out, SLICE("null"));
    else if (info->reading != READ_PICTURE_HREF && info->reading != READ_LANGUAGE && is_bare(value))
        buffer_append(out, value);
    else
        buffer_append_json(out, value);
}

static void write_attributes(const slice *values, tiptap_attribute first, size_t count, size_t depth,
                             buffer *out) {
    if (count == 0)
        return;
    buffer_append_char(out, ',');
    indent(out, depth);
    buffer_append(out, SLICE("\"attrs\": {"));
    for (size_t i = 0; i < count; i++) {
        const attribute_info *info = &ATTRIBUTES[(size_t)first + i];
        if (i)
            buffer_append_char(out, ',');
        indent(out, depth + 1);
        buffer_append_json(out, info->name);
        buffer_append(out, SLICE(": "));
        write_value(info, values ? values[i] : info->initial, out);
    }
    indent(out, depth);
    buffer_append_char(out, '}');
}

static void write_marks(const tiptap_marks *marks, size_t depth, buffer *out) {
    if (!marks)
        return;
    buffer_append_char(out, ',');
    indent(out, depth);
    buffer_append(out, SLICE("\"marks\": ["));
    for (size_t i = 0; i < marks->count; i++) {
        const tiptap_mark *mark = marks->items[i];
        if (i)
            buffer_append_char(out, ',');
        indent(out, depth + 1);
        buffer_append_char(out, '{');
        indent(out, depth + 2);
        buffer_append(out, SLICE("\"type\": "));
        buffer_append_json(out, tiptap_mark_name(mark->type));
        size_t count;
        tiptap_attribute first = tiptap_mark_attributes(mark->type, &count);
        write_attributes(mark->values, first, count, depth + 2, out);
        indent(out, depth + 1);
        buffer_append_char(out, '}');
    }
    indent(out, depth);
    buffer_append_char(out, ']');
}

static void open_node(const tiptap_node *node, size_t depth, buffer *out) {
    buffer_append_char(out, '{');
    indent(out, depth + 1);
    buffer_append(out, SLICE("\"type\": "));
    buffer_append_json(out, tiptap_type_name((tiptap_type)node->type));
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    write_attributes(node->values, first, count, depth + 1, out);
    if (node->first_child) {
        buffer_append_char(out, ',');
        indent(out, depth + 1);
        buffer_append(out, SLICE("\"content\": ["));
        indent(out, depth + 2);
        return;
    }
    write_marks(node->marks, depth + 1, out);
    if (node->type == TIPTAP_TEXT) {
        buffer_append_char(out, ',');
        indent(out, depth + 1);
        buffer_append(out, SLICE("\"text\": "));
        buffer_append_json(out, node->text);
    }
}

void tiptap_write_json(const tiptap_node *document, buffer *out) {
    const tiptap_node *at = document;
    size_t depth = 0;
    for (;;) {
        open_node(at, depth, out);
        if (at->first_child) {
            at = at->first_child;
            depth += 2;
            continue;
        }
        indent(out, depth);
        buffer_append_char(out, '}');
        while (at != document && !at->next) {
            at = at->parent;
            indent(out, depth - 1);
            buffer_append_char(out, ']');
            depth -= 2;
            indent(out, depth);
            buffer_append_char(out, '}');
        }
        if (at == document)
            return;
        at = at->next;
        buffer_append_char(out, ',');
        indent(out, depth);
    }
}
