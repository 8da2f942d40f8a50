/* Where the front matter of a page ends and its body begins.
 *
 * Comes in: the text of a page. Goes out: slices of it with their lines. Both rules are here: Jekyll's,
 * which decides what a legacy page is, and the CMS's, which splits at `---` wherever it stands.
 */
#include "page.h"

static const slice BYTE_ORDER_MARK = LITERAL("\xEF\xBB\xBF");

static uint32_t count_lines(slice text, size_t until) {
    uint32_t lines = 1;
    for (size_t i = 0; i < until; i++)
        lines += text.data[i] == '\n';
    return lines;
}

static size_t line_end(slice text, size_t at) {
    size_t end = slice_find_char(text, '\n', at);
    return end == SLICE_NONE ? text.length : end + 1;
}

/* Is the line at `at` a marker: `---` or, where it closes, `...`, and white space? */
static bool is_marker(slice text, size_t at, bool closing) {
    slice line = slice_sub(text, at, line_end(text, at));
    if (!slice_starts_with(line, SLICE("---")) && !(closing && slice_starts_with(line, SLICE("..."))))
        return false;
    return slice_trim(slice_from(line, 3)).length == 0;
}

static page_parts whole_body(slice text) {
    return (page_parts){.body = text, .body_line = 1};
}

page_parts page_split(slice text) {
    size_t start = slice_starts_with(text, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    if (!is_marker(text, start, false) || slice_find_char(text, '\n', start) == SLICE_NONE)
        return whole_body(text);
    size_t front = line_end(text, start), end = front;
    while (end < text.length && !is_marker(text, end, true))
        end = line_end(text, end);
    if (end >= text.length)
        return whole_body(text);
    /* Jekyll's expression takes the blank lines behind the marker with it. */
    size_t body = line_end(text, end);
    while (body < text.length && slice_trim(slice_sub(text, body, line_end(text, body))).length == 0)
        body = line_end(text, body);
    return (page_parts){.has_front = true,
                        .front = slice_sub(text, front, end),
                        .body = slice_from(text, body),
                        .front_line = count_lines(text, front),
                        .body_line = count_lines(text, body)};
}

page_parts page_split_as_cms(slice text) {
    size_t open = slice_find(text, SLICE("---"), 0);
    size_t close = open == SLICE_NONE ? SLICE_NONE : slice_find(text, SLICE("---"), open + 3);
    if (close == SLICE_NONE)
        return whole_body(text);
    return (page_parts){.has_front = true,
                        .front = slice_sub(text, open + 3, close),
                        .body = slice_from(text, close + 3),
                        .front_line = count_lines(text, open),
                        .body_line = count_lines(text, close)};
}
