/* Links to places: any files of a site, any `_config.yml`; nothing crashes or runs away, and what comes out
 * is in order. The input: the configuration, then paths and files in turn, with a NUL behind each. */
#include "site/site.h"

#include <stdlib.h>

static slice next_part(slice input, size_t *at) {
    size_t from = *at, end = slice_find_char(input, '\0', from);
    *at = end == SLICE_NONE ? input.length : end + 1;
    return slice_sub(input, from, end);
}

static void check_page(const site_links *links, slice path) {
    size_t count;
    const convert_linked_id *ids = site_links_to(links, path, &count);
    for (size_t i = 0; i < count; i++)
        if (!ids[i].id.length || !ids[i].line || (i && slice_compare(ids[i - 1].id, ids[i].id) >= 0))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)1 << 30);
    slice input = {(const char *)data, size};
    size_t start = 0;
    front_value config = {.kind = FRONT_MAPPING};
    page_error error;
    findings ignored = findings_new(a);
    slice settings = next_part(input, &start);
    if (!page_read_front(settings, 1, a, &ignored, &config, &error))
        config = (front_value){.kind = FRONT_MAPPING};
    site_links *links = site_links_new(&config, a);
    for (size_t at = start; at < size;) {
        slice path = next_part(input, &at);
        site_links_add(links, path, next_part(input, &at), true);
    }
    site_links_settle(links);
    for (size_t at = start; at < size; next_part(input, &at))
        check_page(links, next_part(input, &at));
    arena_destroy(a);
    return 0;
}
