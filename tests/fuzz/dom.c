/* HTML → tree: no crash, no leak, no runaway on any bytes; and the fast way gives what the full parser gives.
 */
#include "dom/dom.h"

#include <stdlib.h>

static slice parsed_html(dom_node *body, arena *a) {
    buffer html = buffer_new(a, 1024);
    dom_inner_html(body, &html);
    return buffer_slice(&html);
}

/* gumbo puts U+FFFD for what is not UTF-8, for control characters and noncharacters; a browser does so for
 * the first only. None of them comes this far on a page (repair/). */
static bool is_plain(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c == 0xFFFD || (c < 0x20 && !is_space((char)c)) || c == '\v' || (c >= 0x7F && c < 0xA0) ||
            (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF))
            return false;
    }
    return true;
}

/* gumbo moves the text before </form> behind it; a browser does not. */
static bool has_form(slice text) {
    for (size_t at = 0; (at = slice_find_char(text, '<', at)) != SLICE_NONE; at++)
        if (slice_equal_nocase(slice_sub(text, at + 1, at + 5), SLICE("form")))
            return true;
    return false;
}

/* A visitor writes the HTML of what it is shown. */
static void write_open(void *context, const dom_node *node) {
    buffer *out = context;
    dom_outer_html(node, out);
    if (node->type == DOM_ELEMENT && !dom_tag_has(node->tag, DOM_VOID))
        out->length -= dom_name(node).length + 3;
}

static void write_close(void *context, const dom_node *element) {
    if (!dom_tag_has(element->tag, DOM_VOID))
        buffer_printf(context, "</%.*s>", SLICE_ARGS(dom_name(element)));
}

static void check_visit(slice html, slice built, arena *a) {
    buffer shown = buffer_new(a, 1024);
    if (!dom_visit(html, &(dom_visitor){write_open, write_close, &shown}, a))
        return;
    slice all = buffer_slice(&shown);
    if (!slice_equal(slice_sub(all, strlen("<body>"), all.length - strlen("</body>")), built))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)512 << 20);
    slice html = {(const char *)data, size};
    check_visit(html, parsed_html(dom_parse(html, NULL, a, NULL), a), a);
    dom_browse(dom_parse(html, NULL, a, NULL), a, NULL);
    slice fast = parsed_html(dom_parse(html, NULL, a, NULL), a);
    slice full = parsed_html(dom_parse_fully(html, NULL, a, NULL), a);
    if (is_plain(html) && !has_form(html) && !slice_equal(fast, full))
        abort();
    arena_destroy(a);
    return 0;
}
