/* Style sheets: the first line is a page, the rest a sheet of the site. No crash, no endless work, and the
 * same answers when the whole page is settled first. */
#include "dom/dom.h"

#include <stdlib.h>

static css_cascade *cascade(const css_sheets *sheets, slice html, arena *a, dom_node **body) {
    *body = dom_parse(html, NULL, a, NULL);
    return css_cascade_new(sheets, *body, a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice input = {(const char *)data, size};
    size_t end = slice_find_char(input, '\n', 0);
    end = end == SLICE_NONE ? size : end;
    arena *a = arena_new(0);
    css_sheets *sheets = css_sheets_new(a, 0, 0);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.css"), slice_from(input, end), NULL);
    dom_node *lazy_body, *settled_body;
    css_cascade *lazy = cascade(sheets, slice_sub(input, 0, end), a, &lazy_body),
                *settled = cascade(sheets, slice_sub(input, 0, end), a, &settled_body);
    css_cascade_settle(settled);
    dom_node *one = lazy_body, *other = settled_body;
    for (; one; one = dom_next(one, lazy_body), other = dom_next(other, settled_body))
        for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++)
            if (!slice_equal(css_computed(lazy, one, (css_property)p),
                             css_computed(settled, other, (css_property)p)) &&
                !css_cascade_exhausted(lazy) && !css_cascade_exhausted(settled))
                abort();
    arena_destroy(a);
    return 0;
}
