/* A picture of a site, made smaller for a report: any bytes are a small JPEG, or none. */
#include "../../src/report/writer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *scratch = arena_new((size_t)512 << 20);
    slice small = make_thumbnail((slice){(const char *)data, size}, scratch);
    if (small.length && !slice_starts_with(small, SLICE("\xff\xd8\xff")))
        abort();
    arena_destroy(scratch);
    return 0;
}
