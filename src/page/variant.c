/* Which editor a page belongs to.
 *
 * Comes in: a page, with its front matter where it can be read. Goes out: whether it is one of the block
 * editor.
 */
#include "page.h"

/* `tiptap` as YAML writes it: plain, or in either quotes; a comment may follow. */
static bool is_tiptap_scalar(slice text) {
    text = slice_trim(text);
    char quote = text.length && (text.data[0] == '"' || text.data[0] == '\'') ? text.data[0] : '\0';
    size_t from = quote ? 1 : 0, to = from + sizeof "tiptap" - 1;
    if (!slice_equal(slice_sub(text, from, to), SLICE("tiptap")))
        return false;
    if (quote && (to >= text.length || text.data[to++] != quote))
        return false;
    slice rest = slice_from(text, to);
    return rest.length == 0 || (is_space(rest.data[0]) && slice_trim(rest).data[0] == '#');
}

static bool has_tiptap_line(slice front) {
    const slice key = SLICE("variant:");
    for (size_t at = 0, end; at < front.length; at = end + 1) {
        end = slice_find_char(front, '\n', at);
        end = end == SLICE_NONE ? front.length : end;
        slice line = slice_sub(front, at, end);
        if (slice_starts_with(line, key) && is_tiptap_scalar(slice_from(line, key.length)))
            return true;
    }
    return false;
}

bool page_is_tiptap(const page_parts *parts, const front_value *front) {
    if (!parts->has_front)
        return false;
    return front ? slice_equal(page_front_text(front, SLICE("variant")), SLICE("tiptap"))
                 : has_tiptap_line(parts->front);
}

bool page_text_is_tiptap(slice text, arena *a) {
    page_parts parts = page_split(text);
    page_error error;
    front_value front;
    findings ignored = findings_new(a);
    bool read =
        parts.has_front && page_read_front(parts.front, parts.front_line, a, &ignored, &front, &error);
    return page_is_tiptap(&parts, read ? &front : NULL);
}
