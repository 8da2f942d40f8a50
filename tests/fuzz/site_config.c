/* Any bytes as `_config.yml` and a `collection.yml` (behind the first NUL): read or refused; a mapping laid
 * over itself stays as it is; what is asked of it has an answer. */
#include "site/site.h"

#include <stdlib.h>

static bool is_equal(const front_value *one, const front_value *other) {
    if (one->kind != other->kind || one->count != other->count || !slice_equal(one->text, other->text))
        return false;
    for (uint32_t i = 0; i < one->count; i++)
        if (!slice_equal(one->entries[i].key, other->entries[i].key) ||
            !is_equal(&one->entries[i].value, &other->entries[i].value))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new(0);
    slice text = {(const char *)data, size}, error;
    size_t end = slice_find_char(text, '\0', 0);
    site_file files[] = {{SLICE("_config.yml"), slice_sub(text, 0, end)},
                         {SLICE("_x/collection.yml"), slice_from(text, end == SLICE_NONE ? size : end + 1)}};
    site_file twice[] = {files[0], files[0]};
    front_value config, again;
    if (site_merge_config(files, 1, a, &config, &error) &&
        (!site_merge_config(twice, 2, a, &again, &error) || !is_equal(&config, &again)))
        abort();
    if (site_merge_config(files, 2, a, &config, &error)) {
        site_default(&config, SLICE("_x/page.md"), SLICE("layout"));
        site_default(&config, SLICE("room/_posts/2024-01-01-a.md"), SLICE("permalink"));
        site_links *links = site_links_new(&config, a);
        site_links_add(links, SLICE("_x/page.md"), SLICE("---\ntitle: x\n---\n[a](/b#c)\n"), true);
        site_links_settle(links);
        size_t count;
        site_links_to(links, SLICE("_x/page.md"), &count);
    }
    site_glob(files[0].bytes, files[1].bytes);
    arena_destroy(a);
    return 0;
}
