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

static slice expressed(slice html, arena *a, findings *found, dom_node **body) {
    *body = dom_parse(html, NULL, a, found);
    express_page(*body, express_survey_page(*body, NULL, a, found), a, found);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_create(0);
    findings found = findings_new(a);
    dom_node *body, *again;
    slice html = expressed((slice){(const char *)data, size}, a, &found, &body);
    check_nothing_lost(body, html, a);
    slice twice = expressed(html, a, &found, &again);
    if (!slice_equal(html, twice)) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(html));
        fail("a second time changes it to", twice);
    }
    arena_destroy(a);
    return 0;
}
