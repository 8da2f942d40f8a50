/* Broken rule files: each mistake is reported with its place and what to write instead; none crashes, none is
 * ignored. */
#include "mapping/mapping.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

#define RULE                                                                                                 \
    "rules:\n  - name: mine\n    match: div.row\n    items: .col\n    make: card-grid\n    parts: {title: "  \
    "h4}\n"

static const struct {
    const char *name, *text;
    uint32_t line, column;
    const char *message, *suggestion; /* what they must hold */
} MISTAKES[] = {
    {"a tab", "rules:\n\t- name: x\n", 2, 1, "not YAML", "spaces"},
    {"a quote that never closes", "rules:\n  - name: \"x\n", 3, 1, "not YAML", ""},
    {"a colon in a value", "rules:\n  - name: x\n    about: cards: two\n", 3, 17, "not YAML", "quotes"},
    {"no map", "- name: x\n", 1, 1, "must be a map", "rules:"},
    {"a misspelt top key", "rule:\n  - name: x\n", 1, 1, "no key `rule`", "did you mean `rules`"},
    {"rules that are no list", "rules:\n  name: x\n", 2, 3, "must be a list", "- name"},
    {"a misspelt key", RULE "    prority: 3\n", 7, 5, "no key `prority`", "did you mean `priority`"},
    {"a key twice", RULE "    match: p\n", 7, 5, "there twice, first on line 3", "one of the two"},
    {"no name", "rules:\n  - match: p\n    make: paragraph\n", 2, 5, "no name", "name:"},
    {"a name with a space", "rules:\n  - name: my cards\n    match: p\n    make: paragraph\n", 2, 11,
     "not a name", "hyphens"},
    {"neither match nor run", "rules:\n  - name: x\n    make: unwrap\n", 2, 5, "neither `match` nor `run`",
     "match: div.row"},
    {"match and run", "rules:\n  - name: x\n    match: p\n    run: [p]\n    make: unwrap\n", 4, 5, "not both",
     "two rules"},
    {"no make", "rules:\n  - name: x\n    match: p\n", 2, 5, "no `make`", "card-grid"},
    {"an unknown block", "rules:\n  - name: x\n    match: p\n    make: card-gird\n", 4, 11, "not a block",
     "did you mean `card-grid`"},
    {"a bad selector", "rules:\n  - name: x\n    match: div..row\n    make: unwrap\n", 3, 16, "no selector",
     ""},
    {"a bad selector in quotes", "rules:\n  - name: x\n    match: \"div:hover\"\n    make: unwrap\n", 3, 16,
     "no such pseudo-class", ""},
    {"an attribute where a selector belongs", "rules:\n  - name: x\n    match: img @alt\n    make: unwrap\n",
     3, 16, "no selector", "source of a part"},
    {"an alias", "rules:\n  - name: x\n    match: *\n    make: unwrap\n", 3, 13, "not YAML",
     "selector that starts with *"},
    {"a name that nothing defines", "rules:\n  - name: x\n    match: $rows\n    make: unwrap\n", 3, 12,
     "nothing is called `$rows`", "define it"},
    {"names in a circle", "define: {a: $b, b: $a}\nrules:\n  - name: x\n    match: $a\n    make: unwrap\n", 4,
     12, "stands for no selector, or for too long a one", "one selector"},
    {"a name that grows",
     "define: {a: \"$b, $b, $b, $b, $b, $b, $b, $b\", b: \"$c, $c, $c, $c, $c, $c, $c, $c\", c: \"$d, $d, "
     "$d, "
     "$d, $d, $d, $d, $d\", d: \".a-long-name, .b-long-name, .c-long-name\"}\nrules:\n  - name: x\n    "
     "match: $a\n"
     "    make: unwrap\n",
     4, 12, "too long", ""},
    {"a list where a selector belongs",
     "define: {a: [p, b]}\nrules:\n  - name: x\n    match: $a\n    make: unwrap\n", 4, 12,
     "stands for no selector", ""},
    {"names that are no map", "define: [a]\nrules:\n  - name: x\n    match: p\n    make: unwrap\n", 1, 9,
     "must be a map", ""},
    {"a name that is none", "define: {My row: .row}\nrules:\n  - name: x\n    match: p\n    make: unwrap\n",
     1, 10, "not a name", "hyphens"},
    {"a condition that is none", RULE "    when: {item: 2}\n", 7, 12, "no key `item`",
     "did you mean `items`"},
    {"a range that is none", RULE "    when: {items: two}\n", 7, 19, "range is expected", "2..18"},
    {"a range upside down", RULE "    when: {items: 5..2}\n", 7, 19, "range is expected", "2..18"},
    {"a number out of range", RULE "    priority: 900\n", 7, 15, "from 0 to 100", ""},
    {"a part that is none",
     "rules:\n  - name: x\n    match: p\n    make: card-grid\n    parts: {titel: h4}\n", 5, 13,
     "no part `titel`", "did you mean `title`"},
    {"a part of another block",
     "rules:\n  - name: x\n    match: p\n    make: unwrap\n    parts: {title: h4}\n", 5, 5,
     "`unwrap` has no part `title`", ""},
    {"a card grid without a title", "rules:\n  - name: x\n    match: p\n    make: card-grid\n", 4, 5,
     "needs the part `title`", "parts: {title"},
    {"a heading without a level", "rules:\n  - name: x\n    match: p.head\n    make: heading\n", 4, 5,
     "needs its level", "level: 3"},
    {"something dropped in silence", "rules:\n  - name: x\n    match: p.ad\n    make: drop\n", 4, 5,
     "has to say why", "note:"},
    {"a leftover word", RULE "    leftover: behind\n", 7, 15, "not a place", "before"},
    {"items of a run", "rules:\n  - name: x\n    run: [p]\n    items: b\n    make: unwrap\n", 4, 5,
     "no meaning with `run`", "leave `items` out"},
    {"an example without a result", RULE "    examples:\n      - input: <p>\n", 8, 9,
     "needs `input` and `expect`", ""},
    {"a rule twice", RULE "  - name: mine\n    match: p\n    make: paragraph\n", 7, 5, "two rules `mine`",
     "another name"},
    {"a rule that is never reached",
     "rules:\n  - name: one\n    match: \"p, div.a\"\n    make: unwrap\n  - name: two\n    match: div.a\n    "
     "make: quote\n",
     5, 5, "never reached", "higher priority"},
    {"disabling what is not there", RULE "disable: [mien]\n", 7, 11, "no rule `mien`", "did you mean `mine`"},
};

static bool holds(slice text, const char *part) {
    return slice_find(text, slice_of(part), 0) != SLICE_NONE;
}

static void test_each_mistake_is_reported(void **state) {
    arena *a = *state;
    size_t wrong = 0;
    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++) {
        mapping_source source = {SLICE("mine.yml"), slice_of(MISTAKES[i].text), false};
        mapping_set *set = mapping_load(&source, 1, a);
        if (mapping_problem_count(set) == 0)
            fail_msg("%s: ignored", MISTAKES[i].name);
        const mapping_problem *p = mapping_problem_at(set, 0);
        if (p->line != MISTAKES[i].line || p->column != MISTAKES[i].column ||
            !holds(p->message, MISTAKES[i].message) || !holds(p->suggestion, MISTAKES[i].suggestion))
            wrong += (size_t)printf("%s: %u:%u: %.*s (%.*s)\n", MISTAKES[i].name, p->line, p->column,
                                    SLICE_ARGS(p->message), SLICE_ARGS(p->suggestion));
    }
    assert_int_equal(wrong, 0);
}

static void test_site_rules_override_add_and_disable(void **state) {
    arena *a = *state;
    static const char SITE[] = "disable: [other]\nrules:\n"
                               "  - {name: shared, match: section, make: unwrap}\n"
                               "  - {name: own, match: aside, make: quote}\n";
    static const char SHIPPED[] = "rules:\n"
                                  "  - {name: shared, match: div, make: unwrap}\n"
                                  "  - {name: other, match: p.x, make: paragraph}\n"
                                  "  - {name: first, match: b, make: paragraph, priority: 90}\n";
    mapping_source sources[] = {{SLICE("shipped.yml"), slice_of(SHIPPED), true},
                                {SLICE("site.yml"), slice_of(SITE), false}};
    mapping_set *set = mapping_load(sources, 2, a);
    assert_int_equal(mapping_problem_count(set), 0);
    static const char *const ORDER[] = {"first", "shared", "own"};
    assert_int_equal(mapping_rule_count(set), 3);
    for (size_t i = 0; i < 3; i++)
        assert_true(slice_equal(mapping_rule_at(set, i).name, slice_of(ORDER[i])));
    assert_true(mapping_rule_at(set, 1).overrides && !mapping_rule_at(set, 1).shipped);
}

static void test_shipped_rules_have_no_problem(void **state) {
    arena *a = *state;
    size_t count;
    const mapping_source *shipped = mapping_shipped(&count);
    mapping_set *set = mapping_load(shipped, count, a);
    assert_int_equal(mapping_problem_count(set), 0);
    assert_true(mapping_rule_count(set) > 20);
}

static int make_arena(void **state) {
    *state = arena_new(0);
    return 0;
}

static int free_arena(void **state) {
    arena_destroy(*state);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_mistake_is_reported),
        cmocka_unit_test(test_site_rules_override_add_and_disable),
        cmocka_unit_test(test_shipped_rules_have_no_problem),
    };
    return cmocka_run_group_tests(tests, make_arena, free_arena);
}
