/* Writing JSON (RFC 8259).
 *
 * Comes in: values in their order. Goes out: text in a buffer. Strings are valid UTF-8 whatever they were
 * made of.
 */
#include "base.h"

void buffer_append_json(buffer *b, slice text) {
    buffer_reserve(b, text.length + 2);
    buffer_append_char(b, '"');
    for (size_t i = 0; i < text.length;) {
        unsigned char c = (unsigned char)text.data[i];
        if (c == '"' || c == '\\') {
            buffer_append_char(b, '\\');
            buffer_append_char(b, (char)c);
            i++;
        } else if (c == '\n') {
            buffer_append(b, SLICE("\\n"));
            i++;
        } else if (c < 0x20 || c == 0x7F) {
            buffer_printf(b, "\\u%04x", c);
            i++;
        } else if (c < 0x80) {
            buffer_append_char(b, (char)c);
            i++;
        } else {
            buffer_append_codepoint(b, utf8_next(text, &i));
        }
    }
    buffer_append_char(b, '"');
}

static void break_line(json_writer *j) {
    buffer_append_char(j->out, '\n');
    for (uint32_t i = 0; i < j->depth; i++)
        buffer_append(j->out, SLICE("  "));
}

/* What stands between the last value and the next one. */
static void separate(json_writer *j) {
    if (j->comma)
        buffer_append_char(j->out, ',');
    if (j->is_indented && !j->after_key && j->depth)
        break_line(j);
    j->comma = j->after_key = false;
}

void json_break(json_writer *j) {
    separate(j);
    buffer_append_char(j->out, '\n');
}

void json_open(json_writer *j, char bracket) {
    separate(j);
    buffer_append_char(j->out, bracket);
    j->depth++;
}

void json_close(json_writer *j, char bracket) {
    j->depth -= j->depth > 0;
    if (j->is_indented && j->comma)
        break_line(j);
    buffer_append_char(j->out, bracket);
    j->comma = true;
}

void json_key(json_writer *j, slice key) {
    separate(j);
    buffer_append_json(j->out, key);
    buffer_append(j->out, j->is_indented ? SLICE(": ") : SLICE(":"));
    j->after_key = true;
}

void json_raw(json_writer *j, slice value) {
    separate(j);
    buffer_append(j->out, value);
    j->comma = true;
}

void json_text(json_writer *j, slice text) {
    separate(j);
    buffer_append_json(j->out, text);
    j->comma = true;
}

void json_number(json_writer *j, int64_t number) {
    separate(j);
    buffer_printf(j->out, "%lld", (long long)number);
    j->comma = true;
}

void json_bool(json_writer *j, bool value) {
    json_raw(j, value ? SLICE("true") : SLICE("false"));
}

void json_add_open(json_writer *j, const char *key, char bracket) {
    json_key(j, slice_of(key));
    json_open(j, bracket);
}

void json_add_text(json_writer *j, const char *key, slice text) {
    json_key(j, slice_of(key));
    json_text(j, text);
}

void json_add_string(json_writer *j, const char *key, const char *text) {
    json_add_text(j, key, slice_of(text));
}

void json_add_filled(json_writer *j, const char *key, slice text) {
    if (text.length)
        json_add_text(j, key, text);
}

void json_add_number(json_writer *j, const char *key, int64_t number) {
    json_key(j, slice_of(key));
    json_number(j, number);
}

void json_add_bool(json_writer *j, const char *key, bool value) {
    json_key(j, slice_of(key));
    json_bool(j, value);
}
