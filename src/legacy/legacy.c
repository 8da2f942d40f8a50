/* The module's one call: blocks, spans, HTML. */
#include "private.h"

/* Bytes that may be read in vain, for each byte of the page and to begin with. */
#define EFFORT_PER_BYTE 32
#define EFFORT_FREE ((size_t)1 << 17)

static settings default_settings(void) {
    return (settings){.auto_ids = true,
                      .parse_span_html = true,
                      .has_math_engine = true,
                      .footnote_backlink = SLICE("&#8617;"),
                      .quotes = {SLICE("\u2018"), SLICE("\u2019"), SLICE("\u201C"), SLICE("\u201D")},
                      .footnote_number = 1,
                      .toc_levels = 0x7E};
}

/* kramdown, adapt_source: carriage returns become line breaks, the last line ends in one. */
static slice adapt_body(slice body, arena *a) {
    bool ends = body.length && body.data[body.length - 1] == '\n';
    if (ends && !memchr(body.data, '\r', body.length))
        return body;
    buffer out = buffer_new(a, body.length + 1);
    for (size_t from = 0, to; from < body.length; from = to + 1) {
        to = slice_find_char(body, '\r', from);
        buffer_append(&out, slice_sub(body, from, to));
        if (to == SLICE_NONE)
            break;
        if (to + 1 >= body.length || body.data[to + 1] != '\n')
            buffer_append_char(&out, '\n');
    }
    if (out.length == 0 || out.data[out.length - 1] != '\n')
        buffer_append_char(&out, '\n');
    return buffer_slice(&out);
}

legacy_result legacy_to_html(slice body, uint32_t first_line, const legacy_options *options, arena *a,
                             findings *found) {
    parser p = {.arena = a, .found = found, .settings = default_settings()};
    if (options)
        set_site_options(&p, options);
    arena *results = options && options->results ? options->results : a;
    legacy_result result = {.lines = line_map_new(results)};
    body = adapt_body(body, a);
    p.effort_left = EFFORT_FREE + EFFORT_PER_BYTE * body.length;
    p.root = new_node(&p, NODE_ROOT, first_line);
    source s = source_of(body, first_line);
    parse_blocks(&p, p.root, &s);
    finish_tree(&p);
    result.html = render_tree(&p, buffer_new(results, body.length + body.length / 4), &result.lines);
    return result;
}
