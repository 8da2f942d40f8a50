/* SCSS: any bytes, with themselves to import. No crash, no endless work, and every mark in its place. */
#include "dom/dom.h"

#include <stdlib.h>

static bool load_self(void *context, slice from, slice url, slice *name, slice *text) {
    (void)from;
    *name = SLICE("self.scss");
    *text = *(const slice *)context;
    return url.length > 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice input = {(const char *)data, size};
    arena *a = arena_create(0);
    css_sheets *sheets = css_sheets_new(a, 0, 0);
    css_loader loader = {load_self, &input};
    css_sheets_add(sheets, CSS_ORIGIN_SITE, SLICE("site.scss"), input, &loader);
    for (size_t i = 0; i < css_sheets_problem_count(sheets); i++)
        if (!css_sheets_problem_at(sheets, i)->file.length)
            abort();
    arena_destroy(a);
    return 0;
}
