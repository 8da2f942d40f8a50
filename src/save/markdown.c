/* Markdown with raw HTML → HTML: what the editor's markdown-it makes of a body, through cmark-gfm (both
 * CommonMark). markdown-it looks for a table before it looks for raw HTML, so that a body can begin with one
 * whose head is the first line of the HTML: no page in save form does, and what comes of it is not rendered
 * exactly.
 *
 * Comes in: a sanitised body. Goes out: HTML. cmark-gfm keeps its own memory here; nothing of ours is
 * allocated while it holds any.
 */
#include "private.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <pthread.h>
#include <stdlib.h>

/* cmark-gfm keeps its list of extensions in a global that is not safe to fill from two threads. */
static pthread_once_t extensions_once = PTHREAD_ONCE_INIT;

static void attach_extension(cmark_parser *parser, const char *name) {
    cmark_syntax_extension *extension = cmark_find_syntax_extension(name);
    if (extension)
        cmark_parser_attach_syntax_extension(parser, extension);
}

/* How many cells a row of pipes has, one at either end that holds nothing left out; in a row of dashes each
 * must be one (`:?-+:?`), else 0. */
static size_t count_cells(slice row, bool dashes) {
    size_t cells = 0;
    bool escaped = false;
    row = slice_trim_wide(row);
    for (size_t at = 0, from = 0; at <= row.length; at++) {
        bool end = at == row.length || (row.data[at] == '|' && !(escaped && !dashes));
        escaped = !end && row.data[at] == '\\';
        if (!end)
            continue;
        slice cell = dashes ? slice_trim_wide(slice_sub(row, from, at)) : slice_sub(row, from, at);
        bool outer = from == 0 || at == row.length;
        from = at + 1;
        if (cell.length == 0 && outer)
            continue;
        if (dashes && slice_starts_with(cell, SLICE(":")))
            cell = slice_from(cell, 1);
        if (dashes && slice_ends_with(cell, SLICE(":")))
            cell.length--;
        if (dashes && cell.length == 0)
            return 0;
        for (size_t i = 0; dashes && i < cell.length; i++)
            if (cell.data[i] != '-')
                return 0;
        cells++;
    }
    return cells;
}

size_t table_head_end(slice text) {
    size_t first = slice_find_char(text, '\n', 0);
    if (first == SLICE_NONE)
        return 0;
    size_t second = slice_find_char(text, '\n', first + 1);
    slice head = slice_sub(text, 0, first);
    slice row = slice_sub(text, first + 1, second == SLICE_NONE ? text.length : second);
    size_t indent = 0;
    while (indent < row.length && row.data[indent] == ' ')
        indent++;
    if (indent > 3 || row.length < indent + 2 || is_alnum(row.data[indent]) ||
        (row.data[indent] == '-' && is_space(row.data[indent + 1])) ||
        slice_find_char(head, '|', 0) == SLICE_NONE)
        return 0;
    size_t cells = count_cells(row, true);
    return cells && cells == count_cells(head, false) ? first : 0;
}

slice render_markdown(slice text, arena *a) {
    size_t head = table_head_end(text);
    if (head)
        return format_slice(a, "<table><tr><th>%.*s</th></tr></table>%.*s",
                            SLICE_ARGS(slice_sub(text, 0, head)), SLICE_ARGS(slice_from(text, head)));
    pthread_once(&extensions_once, cmark_gfm_core_extensions_ensure_registered);
    int options = CMARK_OPT_UNSAFE | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE;
    cmark_parser *parser = cmark_parser_new(options);
    attach_extension(parser, "table");
    attach_extension(parser, "strikethrough");
    cmark_parser_feed(parser, text.data, text.length);
    cmark_node *root = cmark_parser_finish(parser);
    char *html = cmark_render_html(root, options, cmark_parser_get_syntax_extensions(parser));
    cmark_node_free(root);
    cmark_parser_free(parser);
    slice copy = slice_copy(slice_of(html), a);
    free(html);
    return copy;
}
