/* Markdown with raw HTML → HTML: what the editor's markdown-it makes of a body, through cmark-gfm (both
 * CommonMark). markdown-it looks for a table before it looks for raw HTML, so that a body can begin with one
 * whose head is the first line of the HTML: no page in save form does, and what comes of it is not rendered
 * exactly.
 *
 * Comes in: a sanitised body. Goes out: HTML. cmark-gfm's own allocator ends the program when memory is out:
 * here it draws from the arena, and a jump out of it loses nothing.
 */
#include "private.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <signal.h>

static void end_without_memory(int number) {
    signal(number, SIG_DFL);
    out_of_memory();
}

/* cmark-gfm keeps its list of extensions in a global, which is filled by one thread, with an allocator that
 * cannot be chosen: so this is done when the program, or the library, is loaded. That allocator aborts. */
__attribute__((constructor)) static void register_extensions(void) {
    struct sigaction own = {.sa_handler = end_without_memory}, before;
    sigaction(SIGABRT, &own, &before);
    cmark_gfm_core_extensions_ensure_registered();
    sigaction(SIGABRT, &before, NULL);
}

/* ---- memory from the arena ----------------------------------------------------------------------------- */

/* An allocator of cmark-gfm has no context: the arena of the thread that is in render_markdown. */
static _Thread_local arena *drawn_from;

/* Before each allocation stands its size, for realloc. */
enum { SIZE_ROOM = 16 };

static void *write_size(char *memory, size_t size) {
    memcpy(memory, &size, sizeof size);
    return memory + SIZE_ROOM;
}

static void *take_zeroed(size_t count, size_t size) {
    if (size && count > SIZE_MAX / 4 / size)
        arena_fail(drawn_from);
    return write_size(arena_zeroed(drawn_from, count * size + SIZE_ROOM), count * size);
}

static void *take_more(void *old, size_t size) {
    size_t had = 0;
    if (!old)
        return take_zeroed(1, size);
    char *start = (char *)old - SIZE_ROOM;
    memcpy(&had, start, sizeof had);
    return write_size(arena_move(drawn_from, start, had + SIZE_ROOM, size + SIZE_ROOM), size);
}

static void leave(void *memory) {
    (void)memory;
}

static cmark_mem MEMORY = {take_zeroed, take_more, leave};

/* ---- rendering ----------------------------------------------------------------------------------------- */

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
    drawn_from = a;
    int options = CMARK_OPT_UNSAFE | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE;
    cmark_parser *parser = cmark_parser_new_with_mem(options, &MEMORY);
    attach_extension(parser, "table");
    attach_extension(parser, "strikethrough");
    cmark_parser_feed(parser, text.data, text.length);
    cmark_node *root = cmark_parser_finish(parser);
    return slice_of(
        cmark_render_html_with_mem(root, options, cmark_parser_get_syntax_extensions(parser), &MEMORY));
}
