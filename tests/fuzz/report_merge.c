/* A JSON report from elsewhere: any bytes are read or refused, in every format that a merged report can have.
 */
#include "report/report.h"

#include <stdlib.h>

static bool swallow(void *context, const char *bytes, size_t length) {
    (void)bytes;
    *(size_t *)context += length;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const report_format FORMATS[] = {REPORT_SUMMARY, REPORT_JSON, REPORT_SARIF};
    arena *scratch = arena_new((size_t)512 << 20);
    for (int i = 0; i < 3; i++) {
        size_t written = 0;
        report_options options = {.format = FORMATS[i], .site = SLICE("x"), .version = SLICE("0")};
        report_writer *w = report_begin(&options, (report_sink){swallow, &written});
        slice error = {NULL, 0};
        if (!report_merge(w, (slice){(const char *)data, size}, SLICE("name"), scratch, &error) &&
            !error.length)
            abort();
        report_end(w);
        report_free(w);
    }
    arena_destroy(scratch);
    return 0;
}
