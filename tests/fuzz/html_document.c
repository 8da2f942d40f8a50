/* HTML → document → bytes: the document is valid, what settles stays as it is when it is opened and saved
 * again, and no bytes crash, hang or run away.
 */
#include "save/save.h"
#include "tiptap/tiptap.h"

#include <stdlib.h>

static slice saved(const tiptap_node *document, arena *a) {
    buffer out = buffer_new(a, 1024);
    save_body(document, a, &out);
    return buffer_slice(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)1 << 30);
    findings found = findings_new(a);
    slice html = {(const char *)data, size};
    const char *why;
    tiptap_node *document = tiptap_parse(dom_parse(html, NULL, a, NULL), a, NULL);
    if (tiptap_validate(document, &why))
        abort();
    save_settled settled = save_settle(document, a, &found);
    if (settled.stable) {
        if (tiptap_validate(settled.document, &why))
            abort();
        tiptap_node *opened = save_load(settled.body, 1, a);
        if (!tiptap_same_document(opened, settled.document) || !slice_equal(saved(opened, a), settled.body))
            abort();
    }
    if (tiptap_validate(save_load(html, 1, a), &why))
        abort();
    arena_destroy(a);
    return 0;
}
