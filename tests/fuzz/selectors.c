/* Selectors: the first line is a selector list, the rest a page. No crash, no endless work, and what the
 * index calls impossible does not match. */
#include "dom/dom.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice input = {(const char *)data, size};
    size_t end = slice_find_char(input, '\n', 0);
    end = end == SLICE_NONE ? size : end;
    arena *a = arena_new(0);
    dom_selector_error error;
    const dom_selector *s = dom_selector_compile(slice_sub(input, 0, end), a, &error);
    if (!s && error.position > end)
        abort();
    dom_node *body = dom_parse(slice_from(input, end < size ? end + 1 : size), NULL, a, NULL);
    dom_matcher *m = dom_matcher_new(body, a);
    for (dom_node *at = body; s && at; at = dom_next(at, body))
        if (dom_matches(m, s, at, NULL) && !dom_matcher_may_match(m, s))
            abort();
    arena_destroy(a);
    return 0;
}
