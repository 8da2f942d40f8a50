/* Two renderings, split at the first byte 0x01: whatever the pages hold, a browser that reads what
 * render_page wrote finds nothing in it that acts, and each side still has its words. */
#include "dom/dom.h"

#include "../../src/report/render.h"

#include <stdlib.h>

static size_t no_pictures(void *context, slice path, arena *scratch) {
    (void)context, (void)path, (void)scratch;
    return 0;
}

static void refuse_acting(const dom_node *node) {
    static const char ELEMENTS[] = " script iframe frame object embed applet base meta link form svg math "
                                   "template noscript video audio ";
    static const char ATTRIBUTES[] =
        " href xlink:href srcset srcdoc action formaction background ping poster data manifest ";
    buffer name = buffer_new(arena_new(0), 64);
    buffer_printf(&name, " %.*s ", SLICE_ARGS(dom_name(node)));
    if (slice_find(slice_of(ELEMENTS), buffer_slice(&name), 0) != SLICE_NONE)
        abort();
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        const dom_attribute *a = &node->attributes[i];
        name.length = 0;
        buffer_printf(&name, " %.*s ", SLICE_ARGS(a->name));
        if (slice_find(slice_of(ATTRIBUTES), buffer_slice(&name), 0) != SLICE_NONE ||
            slice_starts_with(a->name, SLICE("on")))
            abort();
        if (slice_equal(a->name, SLICE("src")) &&
            !slice_equal_nocase(slice_sub(a->value, 0, 11), SLICE("data:image/")))
            abort();
    }
    arena_destroy(name.arena);
}

static void look_at(const buffer *html, arena *a) {
    dom_node *body = dom_parse_fully(buffer_slice(html), NULL, a, NULL);
    for (const dom_node *node = body->first_child; node; node = dom_next(node, body))
        if (node->type == DOM_ELEMENT)
            refuse_acting(node);
}

/* Read again, a sheet made harmless holds nothing that a browser fetches, and does not end its element. */
static void look_at_css(slice css, arena *a) {
    static const char FETCHING[] =
        "url src image image-set -webkit-image-set cross-fade -webkit-cross-fade element "
        "paint attr expression import font-face namespace charset";
    buffer out = buffer_new(a, css.length + 16);
    append_safe_css(css, &out, a);
    css_reader r = {.text = buffer_slice(&out), .arena = a};
    for (css_token t = css_next_token(&r); t.kind != CSS_TOKEN_END; t = css_next_token(&r))
        if (t.kind == CSS_TOKEN_URL || t.kind == CSS_TOKEN_BAD ||
            ((t.kind == CSS_TOKEN_FUNCTION || t.kind == CSS_TOKEN_AT) && css_is_among(t.value, FETCHING)))
            abort();
    if (slice_find(buffer_slice(&out), SLICE("</"), 0) != SLICE_NONE ||
        slice_find(buffer_slice(&out), SLICE("/*"), 0) != SLICE_NONE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 20000)
        return 0;
    arena *a = arena_new((size_t)1 << 30);
    slice all = {(const char *)data, size};
    size_t split = slice_find_char(all, 1, 0);
    report_page page = {.before_html = slice_sub(all, 0, split),
                        .after_html = split == SLICE_NONE ? all : slice_from(all, split + 1)};
    buffer before = buffer_new(a, 1024), after = buffer_new(a, 1024);
    picture_shelf shelf = {no_pictures, NULL};
    render_page(&page, &shelf, &before, &after, a);
    look_at(&before, a);
    look_at(&after, a);
    look_at_css(all, a);
    arena_destroy(a);
    return 0;
}
