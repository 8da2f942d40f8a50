/* Any bytes as front matter: it is read or refused; what is written is read again, and written the same. */
#include <stdlib.h>

#include "page/page.h"

static bool write_again(slice yaml, arena *a, buffer *out) {
    findings found = findings_new(a);
    front_value root;
    page_error error;
    return page_read_front(yaml, 1, a, &found, &root, &error) &&
           page_write_front(&root, a, &found, out, &error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new(0);
    buffer once = buffer_new(a, size + 64), twice = buffer_new(a, size + 64);
    if (write_again((slice){(const char *)data, size}, a, &once)) {
        slice yaml = slice_sub(buffer_slice(&once), 4, once.length - 4);
        if (!write_again(yaml, a, &twice) || !slice_equal(buffer_slice(&once), buffer_slice(&twice)))
            abort();
    }
    arena_destroy(a);
    return 0;
}
