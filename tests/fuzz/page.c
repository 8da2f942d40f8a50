/* The whole line: any page in, and what is written is in save form; nothing crashes, leaks or runs away. */
#include "convert/convert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static convert_engine *engine; /* made once: the rules are no part of the input */
    static arena *kept, *a, *again;
    size_t difference;
    slice error;
    if (!engine) {
        convert_settings settings = convert_settings_default();
        engine = convert_engine_new(&settings, kept = arena_new(0), &error);
        a = arena_new(CONVERT_MEMORY);
        again = arena_new(CONVERT_MEMORY);
    }
    buffer page = buffer_new(again, size + 32);
    buffer_append_string(&page, "---\ntitle: A page\n---\n");
    buffer_append(&page, (slice){(const char *)data, size});
    convert_result result;
    convert_page(engine, buffer_slice(&page), NULL, a, &result);
    if (result.state == CONVERT_DONE && !convert_check(result.output, again, &difference, NULL))
        abort();
    arena_reset(a);
    arena_reset(again);
    return 0;
}
