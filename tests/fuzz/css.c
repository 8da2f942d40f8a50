/* Style sheets: the first line is a page, the rest a sheet of the site. No crash, no endless work, and the
 * same answers when the whole page is settled first, and when the sheet is read for two windows at once. */
#include "dom/dom.h"

#include <stdlib.h>

static slice page, sheet; /* of the input in hand */
static arena *a;

static css_sheets *read_for(unsigned width, unsigned other_width) {
    css_sheets *sheets = css_sheets_new(a, width, other_width);
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.css"), sheet, NULL);
    return sheets;
}

static css_cascade *cascade(const css_sheets *sheets, dom_node **body) {
    *body = dom_parse(page, NULL, a, NULL);
    return css_cascade_new(sheets, *body, a);
}

static void expect_same(css_cascade *one, dom_node *body, css_cascade *other, dom_node *other_body) {
    dom_node *at = body, *other_at = other_body;
    for (; at; at = dom_next(at, body), other_at = dom_next(other_at, other_body))
        for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++)
            if (!slice_equal(css_computed(one, at, (css_property)p),
                             css_computed(other, other_at, (css_property)p)) &&
                !css_cascade_exhausted(one) && !css_cascade_exhausted(other))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice input = {(const char *)data, size};
    size_t end = slice_find_char(input, '\n', 0);
    end = end == SLICE_NONE ? size : end;
    page = slice_sub(input, 0, end);
    sheet = slice_from(input, end);
    a = arena_new(0);
    enum { DESK = CSS_VIEWPORT_WIDTH, PHONE = 390 };
    const css_sheets *both = read_for(DESK, PHONE);
    dom_node *lazy_body, *alone_body, *body;
    css_cascade *lazy = cascade(read_for(DESK, 0), &lazy_body),
                *alone = cascade(read_for(PHONE, 0), &alone_body), *desk = cascade(both, &body);
    css_cascade_settle(desk);
    expect_same(desk, body, lazy, lazy_body);
    if (!css_cascade_exhausted(desk)) {
        css_cascade *phone = css_cascade_new_of_other(desk, css_sheets_of_other(both, a));
        expect_same(phone, body, alone, alone_body);
        css_cascade_end_other(phone);
        expect_same(desk, body, lazy, lazy_body);
    }
    arena_destroy(a);
    return 0;
}
