/* The last step of a save: what DOMPurify makes of the body (tests/editor/cycle.mjs, step 5).
 *
 * Comes in: the pretty-printed body. Goes out: what the sanitiser's parse, its allow-lists and the browser's
 * serialisation give: tags on one line, attributes in reverse order, values trimmed, unsafe addresses gone.
 * Two ways: text that is as html.c writes it is rewritten as it passes by; any other is parsed, sanitised in
 * the tree (dom_purify), and written again.
 */
#include "private.h"

/* ---- text that we have written ----------------------------------------------------------------------- */

typedef struct written_attribute {
    slice name, value; /* the value still escaped */
} written_attribute;

enum { WRITTEN_ATTRIBUTES_MAX = 16 };

static size_t skip_space(slice text, size_t at) {
    while (at < text.length && is_space(text.data[at]))
        at++;
    return at;
}

/* The attributes of a start tag from `at` on; `*end` behind its >. */
static size_t read_written_attributes(slice html, size_t at, written_attribute *found, size_t *end) {
    size_t count = 0;
    for (at = skip_space(html, at); at < html.length && html.data[at] != '>'; at = skip_space(html, at)) {
        size_t equals = slice_find_char(html, '=', at);
        size_t close = slice_find_char(html, '"', equals + 2);
        if (equals == SLICE_NONE || close == SLICE_NONE)
            break;
        if (count < WRITTEN_ATTRIBUTES_MAX)
            found[count++] =
                (written_attribute){slice_sub(html, at, equals), slice_sub(html, equals + 2, close)};
        at = close + 1;
    }
    *end = at < html.length ? at + 1 : html.length;
    return count;
}

size_t purify_tag(slice html, size_t at, arena *a, buffer *out) {
    size_t name_end = at + 1;
    while (name_end < html.length && is_alnum(html.data[name_end]))
        name_end++;
    slice name = slice_sub(html, at + 1, name_end);
    UNCLEARED written_attribute attributes[WRITTEN_ATTRIBUTES_MAX];
    size_t end;
    size_t count = read_written_attributes(html, name_end, attributes, &end);
    buffer_append(out, slice_sub(html, at, name_end));
    while (count-- > 0) {
        slice value;
        decode_written(attributes[count].value, a, &value);
        value = slice_trim_wide(value);
        if (dom_is_allowed_attribute(name, attributes[count].name, value))
            write_attribute(out, attributes[count].name, value);
    }
    buffer_append_char(out, '>');
    return end;
}

void purify_written(slice html, arena *a, buffer *out) {
    size_t from = 0;
    while (from < html.length) {
        size_t tag = slice_find_char(html, '<', from);
        if (tag == SLICE_NONE)
            break;
        buffer_append(out, slice_sub(html, from, tag));
        if (tag + 1 < html.length && html.data[tag + 1] != '/') {
            from = purify_tag(html, tag, a, out);
        } else {
            size_t end = slice_find_char(html, '>', tag);
            end = end == SLICE_NONE ? html.length : end + 1;
            buffer_append(out, slice_sub(html, tag, end));
            from = end;
        }
    }
    buffer_append(out, slice_from(html, from));
}

/* ---- any HTML ---------------------------------------------------------------------------------------- */

void purify_any(slice html, arena *a, buffer *out) {
    dom_node *body = dom_parse_without_doctype(html, a);
    dom_purify(body, a);
    dom_inner_html(body, out);
}
