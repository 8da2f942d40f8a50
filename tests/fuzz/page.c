/* The whole line: any page in, and what is written is in save form; nothing crashes, leaks or runs away. */
#include "convert/convert.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t count, difference;
    const mapping_source *sources = mapping_shipped(&count);
    static mapping_set *mappings; /* loaded once: the rules are no part of the input */
    if (!mappings)
        mappings = mapping_load(sources, count);
    convert_options options = convert_defaults();
    options.mappings = mappings;
    arena *a = arena_create(CONVERT_MEMORY), *again = arena_create(CONVERT_MEMORY);
    buffer page = buffer_new(again, size + 32);
    buffer_append_string(&page, "---\ntitle: A page\n---\n");
    buffer_append(&page, (slice){(const char *)data, size});
    convert_result result;
    convert_page(buffer_slice(&page), &options, a, &result);
    if (result.state == CONVERT_DONE && !convert_check(result.output, again, &difference, NULL))
        abort();
    arena_destroy(a);
    arena_destroy(again);
    return 0;
}
