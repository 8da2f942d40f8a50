/* Any tree: what express makes of it goes through the editor's parser without a text or an element lost, and
 * stays as it is when it is expressed again. */
#include "express/express.h"
#include "tiptap/tiptap.h"

#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, slice html) {
    fprintf(stderr, "%s:\n%.*s\n", what, SLICE_ARGS(html));
    abort();
}

/* Of a picture file; of some it is not known. */
static bool some_size(void *context, slice url, uint32_t *width, uint32_t *height) {
    (void)context;
    *width = (uint32_t)url.length * 40 + 1;
    *height = 300;
    return url.length % 3 > 0;
}

static slice expressed(slice html, bool with_sizes, arena *a, findings *found, dom_node **body) {
    static const express_theme THEME = {
        .column = 803, .phone_column = 342, .window = 1280, .phone_window = 390, .stacks_below = 600};
    layout_options options = {.column = 803, .picture_size = some_size};
    *body = dom_parse(html, NULL, a, found);
    css_cascade *cascade = css_cascade_new(NULL, *body, a);
    css_cascade_settle(cascade);
    express_survey *survey = express_survey_page(*body, cascade, a, found);
    express_seen seen = {
        .theme = &THEME, .cascade = cascade, .desk = layout_page(cascade, *body, &options, a)};
    options.column = 342;
    seen.phone = layout_page(cascade, *body, &options, a);
    *body = express_page(*body, survey, with_sizes ? &seen : NULL, a, found);
    buffer out = buffer_new(a, html.length + 64);
    dom_inner_html(*body, &out);
    return buffer_slice(&out);
}

static void check_nothing_lost(dom_node *body, slice html, arena *a) {
    vector dropped = vector_new(a, sizeof(const dom_node *));
    const tiptap_node *document = tiptap_parse(body, a, &dropped);
    if (dropped.count)
        fail("the editor's parser drops something", html);
    const char *why = NULL;
    if (tiptap_validate(document, &why))
        fail(why, html);
}

/* What only a character reference can bring into a tree: as it stands, a parser takes it for U+FFFD. */
static bool has_control(slice html) {
    for (size_t at = 0; at < html.length;) {
        uint32_t c = utf8_next(html, &at);
        if ((c < 0x20 && !is_space((char)c)) || (c >= 0x7F && c < 0xA0))
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new(0);
    findings found = findings_new(a);
    dom_node *body, *again;
    slice html = expressed((slice){(const char *)data, size}, true, a, &found, &body);
    check_nothing_lost(body, html, a);
    slice twice = expressed(html, false, a, &found, &again);
    if (!has_control(html) && !slice_equal(html, twice)) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(html));
        fail("a second time changes it to", twice);
    }
    arena_destroy(a);
    return 0;
}
