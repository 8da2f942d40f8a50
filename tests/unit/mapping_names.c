/* Rules of a site: names (`define:`) stand for selectors, ways to find a part and maps of parts, its own
 * before the shipped ones; `make: table`. Each rule's examples must come out. */
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static const char NAMES[] =
    "define:\n"
    "  farm: \"div.farm, section.farm\"\n"
    "  unit: \"$farm-part, li\"\n"
    "  farm-part: .part\n"
    "  called: [h5, \"img @alt\"]\n"
    "  parts: {picture: img, title: $called, description: rest, link: a}\n"
    "rules:\n"
    "  - name: farm-cards\n"
    "    priority: 70\n"
    "    match: $farm\n"
    "    items: \"> $unit\"\n"
    "    when: {every: [img]}\n"
    "    make: card-grid\n"
    "    parts: $parts\n"
    "    examples:\n"
    "      - input: '<div class=\"farm\"><p class=\"part\"><img src=\"/a.png\" alt=\"Barn\"><a "
    "href=\"/b\">Go</a></p></div>'\n"
    "        expect: '<div class=\"isomer-card-grid\"><a class=\"isomer-card\" href=\"/b\"><div "
    "class=\"isomer-card-image\">"
    "<div class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"Barn\"></div></div><div "
    "class=\"isomer-card-body\">"
    "<div class=\"isomer-card-title\">Barn</div><div class=\"isomer-card-link\">Go</div></div></a></div>'\n";

static const char TABLES[] =
    "define: {row: .pair}\n"
    "rules:\n"
    "  - name: pairs\n"
    "    priority: 70\n"
    "    match: div.pairs\n"
    "    items: \"> $row\"\n"
    "    make: table\n"
    "    parts: {cell: \".photo, img\"}\n"
    "    examples:\n"
    "      - input: '<div class=\"pairs\"><div class=\"pair\"><div class=\"photo\"><img src=\"/a.png\" "
    "alt=\"A\"></div>"
    "<div><h4>Barn</h4><ul><li>hay</li></ul></div></div><div class=\"pair\"><p>Pond</p><img src=\"/b.png\" "
    "alt=\"B\"></div></div>'\n"
    "        expect: '<table><tbody><tr><td><p><img src=\"/a.png\" "
    "alt=\"A\"></p></td><td><div><h4>Barn</h4><ul><li>hay</li></ul></div></td>"
    "</tr><tr><td><p>Pond</p></td><td><img src=\"/b.png\" alt=\"B\"></td></tr></tbody></table>'\n"
    "      - input: '<div class=\"pairs\"><div class=\"pair\"><img src=\"/a.png\" alt=\"A\"></div></div>'\n"
    "        expect: '<div class=\"pairs\"><div class=\"pair\"><img src=\"/a.png\" alt=\"A\"></div></div>'\n";

static void run_examples(const char *text) {
    arena *a = arena_new(0);
    size_t shipped_count;
    const mapping_source *shipped = mapping_shipped(&shipped_count);
    mapping_source *sources = arena_zeroed(a, (shipped_count + 1) * sizeof *sources);
    for (size_t i = 0; i < shipped_count; i++)
        sources[i] = shipped[i];
    sources[shipped_count] = (mapping_source){SLICE("own.yml"), slice_of(text), false};
    mapping_set *set = mapping_load(sources, shipped_count + 1, a);
    size_t run = 0;
    for (size_t i = 0; i < mapping_problem_count(set); i++) {
        const mapping_problem *p = mapping_problem_at(set, i);
        printf("%.*s:%u: %.*s\n", SLICE_ARGS(p->source), p->line, SLICE_ARGS(p->message));
    }
    assert_int_equal(mapping_problem_count(set), 0);
    for (size_t i = 0; i < mapping_rule_count(set); i++) {
        mapping_rule_info rule = mapping_rule_at(set, i);
        for (size_t j = 0; !rule.shipped && j < rule.example_count; j++, run++) {
            slice got, expected;
            if (!mapping_run_example(set, i, j, a, NULL, &got, &expected))
                printf("got      %.*s\nexpected %.*s\n", SLICE_ARGS(got), SLICE_ARGS(expected));
            assert_true(slice_equal(got, expected));
        }
    }
    assert_true(run > 0);
    arena_destroy(a);
}

static void test_names(void **state) {
    (void)state;
    run_examples(NAMES);
}

static void test_tables(void **state) {
    (void)state;
    run_examples(TABLES);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_names), cmocka_unit_test(test_tables)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
