/* Marks of lists and generated text: of any page with any style sheet in it, they are written without a
 * fault, and what stood there before still stands there, in its order. */
#include "express/express.h"

#include <stdlib.h>

/* The letters of the page's text. */
static slice letters_of(const dom_node *body, arena *a) {
    buffer out = buffer_new(a, 256);
    for (const dom_node *at = body; at; at = dom_next(at, body))
        for (size_t i = 0; at->type == DOM_TEXT && i < dom_text(at).length; i++)
            if (!is_space(dom_text(at).data[i]))
                buffer_append_char(&out, dom_text(at).data[i]);
    return buffer_slice(&out);
}

static void write_markers(slice html, bool lists, arena *a) {
    findings found = findings_new(a);
    dom_node *body = dom_parse(html, NULL, a, &found);
    slice before = letters_of(body, a);
    css_cascade *styles = css_cascade_new(NULL, body, a);
    css_cascade_settle(styles);
    express_part_words(body, styles, a, &found);
    express_icon check = {LITERAL("\xe2\x9c\x93"), false}, arrow = {LITERAL("\xe2\x86\x92"), true};
    slice set = LITERAL("fa-");
    express_icons icons = {.signs = map_new(a, 2), .sets = {&set, 1}};
    *map_put(&icons.signs, SLICE("check"), NULL) = &check;
    *map_put(&icons.signs, SLICE("arrow-right"), NULL) = &arrow;
    express_write_markers(body, styles, &(express_marking){lists, &icons}, a, &found);
    slice after = letters_of(body, a);
    size_t at = 0;
    for (size_t i = 0; i < before.length; i++, at++) {
        while (at < after.length && after.data[at] != before.data[i])
            at++;
        if (at == after.length)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)1 << 30);
    slice html = {(const char *)data, size};
    write_markers(html, true, a);
    write_markers(html, false, a);
    arena_destroy(a);
    return 0;
}
