/* legacy/ on any bytes, with a site's options and without: it must return, and its marks must rise. */
#include "legacy/legacy.h"

#include <stdlib.h>

static void read_page(slice page, const legacy_options *options) {
    arena *a = arena_new((size_t)1 << 30);
    findings found = findings_new(a);
    legacy_result result = legacy_to_html(page, 1, options, a, &found);
    size_t last = 0;
    for (size_t i = 0; i < result.lines.marks.count; i++) {
        const line_mark *mark = vector_at(&result.lines.marks, i);
        if (mark->offset < last || mark->offset > result.html.length || mark->line == 0)
            abort();
        last = mark->offset;
    }
    arena_destroy(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice page = {(const char *)data, size};
    legacy_option wraps = {SLICE("hard_wrap"), SLICE("true")}, any = {SLICE("smart_quotes"), page};
    legacy_option all[] = {wraps, any};
    read_page(page, NULL);
    read_page(page, &(legacy_options){.items = all, .count = 2});
    return 0;
}
