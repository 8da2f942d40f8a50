/* Links to a text of a page: of any page and any directive, what is found lies in the page, and a directive
 * that is made for a place leads there. The input: a directive, a NUL, a page. */
#include "../../src/convert/fragment.h"

#include <stdlib.h>

enum { PLACES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    arena *a = arena_new((size_t)1 << 30);
    slice input = {(const char *)data, size};
    size_t end = slice_find_char(input, '\0', 0);
    slice directive = slice_sub(input, 0, end), html = end == SLICE_NONE ? input : slice_from(input, end + 1);
    fragment_text text = fragment_read(dom_parse(html, NULL, a, NULL), a);
    size_t found = fragment_find(&text, directive), step = text.words.count / PLACES + 1;
    if (found != SIZE_MAX && found >= text.words.count)
        abort();
    for (size_t word = 0; word < text.words.count; word += step) {
        slice made = {NULL, 0};
        if (fragment_make(&text, word, &made) && !fragment_leads_to(&text, made, word) &&
            text.searched < FRAGMENT_SEARCH_MAX)
            abort();
    }
    arena_destroy(a);
    return 0;
}
