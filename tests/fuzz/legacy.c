/* legacy/ on any bytes: it must return, and its marks must rise. */
#include "legacy/legacy.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)1 << 30);
    findings found = findings_new(a);
    legacy_result result = legacy_to_html((slice){(const char *)data, size}, 1, a, &found);
    size_t last = 0;
    for (size_t i = 0; i < result.lines.marks.count; i++) {
        const line_mark *mark = vector_at(&result.lines.marks, i);
        if (mark->offset < last || mark->offset > result.html.length || mark->line == 0)
            abort();
        last = mark->offset;
    }
    arena_destroy(a);
    return 0;
}
