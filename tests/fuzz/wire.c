/* What one of the two processes that fetch files could send the other: any bytes are messages within their
 * limits, or none; a message that was read is written as the same bytes. */
#include "../../src/assets/wire.h"

#include <stdlib.h>

static void take(slice bytes, wire_side from) {
    char again[WIRE_MAX];
    wire_message m;
    for (slice rest = bytes;;) {
        slice before = rest;
        wire_state state = wire_read(&rest, from, &m);
        if (state != WIRE_WHOLE)
            return;
        size_t length = before.length - rest.length;
        if (wire_write(&m, again) != length || memcmp(again, before.data, length) != 0)
            abort();
        if (m.slot >= WIRE_SLOTS || m.texts[0].length > (m.kind == WIRE_BYTES ? WIRE_BODY : WIRE_URL))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice bytes = {(const char *)data, size};
    take(bytes, WIRE_FROM_RUN);
    take(bytes, WIRE_FROM_DOWNLOADER);
    return 0;
}
