/* liquid/ on any bytes: it must return; every carried tag stands once in the text; put back and hidden again,
 * the page is the same. */
#include "liquid/liquid.h"

#include <stdlib.h>

static size_t count_carried(const liquid_page *page) {
    size_t count = 0;
    for (size_t at = 0, length; at < page->text.length; at++)
        count += liquid_carried_at(page, page->text, at, &length) != NULL;
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const liquid_variable SITE[] = {
        {LITERAL("site.title"), {.type = LIQUID_STRING, .text = LITERAL("a {{ b\n")}}};
    static const liquid_variable PAGE[] = {{LITERAL("page.n"), {.type = LIQUID_INTEGER, .integer = 42}}};
    const liquid_scope scope = {.site = SITE,
                                .page = PAGE,
                                .site_count = 1,
                                .page_count = 1,
                                .url = LITERAL("https://x.example"),
                                .baseurl = LITERAL("/b")};
    arena *a = arena_create((size_t)1 << 30);
    findings found = findings_new(a);
    liquid_page page = liquid_run((slice){(const char *)data, size}, 1, &scope, a, &found);
    if (!page.is_refused) {
        const liquid_carried *wrong;
        slice hidden, written = liquid_restore_shielded(&page, page.text, a);
        if (count_carried(&page) != page.carried.count || !liquid_hide(&page, written, a, &hidden, &wrong) ||
            !slice_equal(hidden, page.text))
            abort();
        for (liquid_reading reading = LIQUID_WITHOUT_BLOCKS; reading <= LIQUID_READINGS_MAX; reading++)
            liquid_read_as(&page, reading, a);
        for (uint32_t line = 1; line < 100; line++)
            if (liquid_line(&page, 1, line) == 0)
                abort();
    }
    arena_destroy(a);
    return 0;
}
