/* HTML → tree → HTML → tree: no crash, no leak, no runaway on any bytes. */
#include "dom/dom.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_create((size_t)512 << 20);
    findings found = findings_new(a);
    dom_node *body = dom_parse((slice){(const char *)data, size}, NULL, a, &found);
    buffer html = buffer_new(a, size);
    dom_inner_html(body, &html);
    dom_node *again = dom_parse(buffer_slice(&html), NULL, a, &found);
    buffer text = buffer_new(a, size);
    dom_text_content(again, &text);
    arena_destroy(a);
    return 0;
}
