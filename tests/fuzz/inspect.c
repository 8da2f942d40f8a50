/* Any bytes as a fetched file under the names that promise most: a verdict with words, in linear time. */
#include "../../src/assets/private.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const NAMES[] = {"a.svg", "a.png", "a.webp", "a.docx", "a.pdf", "a.txt", "a"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        verdict v = inspect_bytes((slice){(const char *)data, size}, slice_of(NAMES[i]), SLICE("image/png"));
        if (!v.problem || (!v.good && !v.problem[0]))
            abort();
    }
    return 0;
}
