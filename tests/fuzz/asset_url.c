/* Any bytes as an address, as a style attribute, as a page: names stay inside the site, twice the same. */
#include "assets/assets.h"

#include <stdlib.h>

static void check_name(const asset_reference *reference) {
    slice path = reference->path;
    if (path.length == 0 || path.length > 240 || path.data[0] == '/')
        abort();
    for (size_t from = 0; from <= path.length;) {
        slice segment = slice_sub(path, from, slice_find_char(path, '/', from));
        if (segment.length == 0 || segment.data[0] == '.' ||
            slice_find_char(segment, '\\', 0) != SLICE_NONE ||
            slice_find_char(segment, '\0', 0) != SLICE_NONE)
            abort();
        from += segment.length + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new(0);
    slice text = {(const char *)data, size}, shipped = asset_rules_shipped(), all = SLICE("all"), error;
    asset_settings settings = {SLICE("https://www.town.gov"), SLICE("/town"), &all, 1};
    asset_rules *rules = asset_rules_load(&shipped, 1, &settings, a, &error);
    asset_reference once, twice;
    if (asset_rewrite_url(rules, text, ASSET_PICTURE, a, &once)) {
        check_name(&once);
        if (!asset_rewrite_url(rules, once.remote, ASSET_PICTURE, a, &twice) ||
            !slice_equal(once.path, twice.path))
            abort();
    }
    vector references = vector_new(a, sizeof(asset_reference));
    dom_node *element = dom_new_element(a, DOM_TAG_DIV, 1);
    dom_attribute_set(element, a, SLICE("style"), text);
    asset_collect_tree(rules, element, a, &references);
    asset_book *book = asset_book_create(a);
    asset_book_scan(book, rules, text);
    asset_book_settle(book, rules);
    arena_destroy(a);
    return 0;
}
