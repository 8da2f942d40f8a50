/* Which containers become cards: the shipped rules against labels made by hand (tests/mapping/labelled.html).
 * Of what a person calls cards at least 95 in 100 become cards; nothing else does. */
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static slice read_pages(arena *a) {
    FILE *file = fopen(TESTS_DIR "/mapping/labelled.html", "rb");
    assert_non_null(file);
    buffer out = buffer_new(a, 1 << 16);
    for (size_t got = 1; got;) {
        buffer_reserve(&out, 1 << 16);
        got = fread(out.data + out.length, 1, 1 << 16, file);
        out.length += got;
    }
    fclose(file);
    return buffer_slice(&out);
}

static bool becomes_cards(const mapping_set *set, slice html, arena *a) {
    findings found = findings_new(a);
    dom_node *body = dom_parse(html, NULL, a, &found);
    mapping_apply(set, body, NULL, a, &found, NULL);
    buffer out = buffer_new(a, 1024);
    dom_inner_html(body, &out);
    return slice_find(buffer_slice(&out), SLICE("isomer-card-grid"), 0) != SLICE_NONE;
}

static void test_labels(void **state) {
    (void)state;
    arena *a = arena_new(0);
    size_t count, table[2][2] = {{0}};
    const mapping_source *shipped = mapping_shipped(&count);
    mapping_set *set = mapping_load(shipped, count, a);
    slice pages = read_pages(a);
    for (size_t at = slice_find(pages, SLICE("\n<!-- "), 0); at != SLICE_NONE;) {
        size_t label = at + 6, end = slice_find(pages, SLICE(" -->\n"), label);
        size_t next = slice_find(pages, SLICE("\n<!-- "), end);
        slice title = slice_sub(pages, label, end);
        bool expected = slice_starts_with(title, SLICE("cards: "));
        bool got = becomes_cards(set, slice_sub(pages, end + 5, next == SLICE_NONE ? pages.length : next), a);
        table[expected][got]++;
        if (expected != got)
            printf("%s: %.*s\n", got ? "became cards" : "became no cards", SLICE_ARGS(title));
        at = next;
    }
    printf(
        "labelled cards: %zu became cards, %zu did not; labelled not cards: %zu became cards, %zu did not\n",
        table[1][1], table[1][0], table[0][1], table[0][0]);
    assert_true(table[1][1] + table[1][0] + table[0][1] + table[0][0] >= 60);
    assert_true(table[1][1] * 100 >= 95 * (table[1][1] + table[1][0]));
    assert_int_equal(table[0][1], 0);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_labels)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
