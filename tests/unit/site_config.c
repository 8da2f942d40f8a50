/* Settings of a site: several files laid over each other, defaults by scope, patterns; as Jekyll 4.3 does. */
#include "../../src/site/private.h"

#include <stdio.h>

#include "memory.h"

static front_value merged(const char *const *texts, size_t count) {
    site_file files[8];
    front_value config;
    slice error;
    for (size_t i = 0; i < count; i++)
        files[i] = (site_file){SLICE("_config.yml"), slice_of(texts[i])};
    assert_true(site_merge_config(files, count, memory, &config, &error));
    return config;
}

/* The text at `a.b.c`. */
static slice at(const front_value *config, const char *path) {
    slice whole = slice_of(path);
    for (size_t from = 0, end; from <= whole.length && config; from = end + 1) {
        end = slice_find_char(whole, '.', from);
        end = end == SLICE_NONE ? whole.length : end;
        config = page_front_get(config, slice_sub(whole, from, end));
    }
    return config && config->kind == FRONT_STRING ? config->text : SLICE("(none)");
}

#define ASSERT_TEXT(actual, expected)                                                                        \
    do {                                                                                                     \
        slice text = (actual);                                                                               \
        assert_int_equal(text.length, strlen(expected));                                                     \
        assert_memory_equal(text.data, expected, text.length);                                               \
    } while (0)

static void mappings_are_merged_and_all_else_is_replaced(void **state) {
    (void)state;
    const char *files[] = {"a: {x: one, y: two}\nlist: [p, q]\nkept: k\ngone: [1]\ntext: before\n",
                           "a: {y: new, z: {deep: d}}\nlist: [r]\nkept:\ngone: {m: n}\n",
                           "a: {z: {more: e}}\ntext: {now: mapping}\n"};
    front_value config = merged(files, 3);
    ASSERT_TEXT(at(&config, "a.x"), "one");
    ASSERT_TEXT(at(&config, "a.y"), "new");
    ASSERT_TEXT(at(&config, "a.z.deep"), "d");
    ASSERT_TEXT(at(&config, "a.z.more"), "e");
    ASSERT_TEXT(at(&config, "kept"), "k"); /* null changes nothing */
    ASSERT_TEXT(at(&config, "gone.m"), "n");
    ASSERT_TEXT(at(&config, "text.now"), "mapping");
    const front_value *list = page_front_get(&config, SLICE("list"));
    assert_int_equal(list->count, 1);
}

static void a_mapping_that_was_replaced_does_not_come_back(void **state) {
    (void)state;
    const char *files[] = {"a: {x: one}\n", "a: text\n", "a: {y: two}\n"};
    front_value config = merged(files, 3);
    ASSERT_TEXT(at(&config, "a.x"), "(none)");
    ASSERT_TEXT(at(&config, "a.y"), "two");
}

static void what_cannot_be_read_is_named(void **state) {
    (void)state;
    site_file files[] = {{SLICE("_config.yml"), SLICE("a: b\n")},
                         {SLICE("_x/collection.yml"), SLICE("a: [\n")}};
    front_value config;
    slice error;
    assert_false(site_merge_config(files, 2, memory, &config, &error));
    assert_true(slice_starts_with(error, SLICE("_x/collection.yml:")));
    files[1].bytes = SLICE("- list\n");
    assert_false(site_merge_config(files, 2, memory, &config, &error));
}

static slice default_of(const front_value *config, const char *path, const char *key) {
    const front_value *value = site_default(config, slice_of(path), slice_of(key));
    return value && value->kind == FRONT_STRING ? value->text : SLICE("(none)");
}

static void defaults_go_by_path_and_type(void **state) {
    (void)state;
    const char *files[] = {"collections: {news: {output: true}}\n"
                           "defaults:\n"
                           "  - {scope: {path: ''}, values: {layout: all, other: o}}\n"
                           "  - {scope: {path: '', type: posts}, values: {layout: posts}}\n"
                           "  - {scope: {path: '_news'}, values: {layout: news}}\n"
                           "  - {scope: {path: '_news', type: news}, values: {layout: typed}}\n"
                           "  - {scope: {path: '', type: page}, values: {layout: pages}}\n"
                           "  - {scope: {path: '', type: draft}, values: {layout: drafts}}\n"
                           "  - {scope: {path: 'pages/*/special'}, values: {layout: starred}}\n"};
    front_value config = merged(files, 1);
    ASSERT_TEXT(default_of(&config, "pages/a.md", "layout"), "pages");
    ASSERT_TEXT(default_of(&config, "pages/x/special/a.md", "layout"), "starred");
    ASSERT_TEXT(default_of(&config, "room/_posts/2020-01-01-a.md", "layout"), "posts");
    ASSERT_TEXT(default_of(&config, "_drafts/a.md", "layout"), "drafts");
    ASSERT_TEXT(default_of(&config, "room/_drafts/a.md", "layout"), "drafts");
    ASSERT_TEXT(default_of(&config, "_news/a.md", "layout"), "typed");
    ASSERT_TEXT(default_of(&config, "_news/a.md", "other"), "o");
    ASSERT_TEXT(default_of(&config, "_other/a.md", "none"), "(none)");
}

static void defaults_count_paths_from_the_folder_of_collections(void **state) {
    (void)state;
    const char *files[] = {"collections_dir: /./rooms//\ncollections: [news]\n"
                           "defaults:\n"
                           "  - {scope: {path: '/_news'}, values: {layout: news}}\n"
                           "  - {scope: {path: ''}, values: {layout: all}}\n"
                           "  - {scope: {path: 'more/_posts', type: post}, values: {layout: more}}\n"
                           "  - {scope: {path: 'rooms-x', type: draft}, values: {layout: drafts}}\n"
                           "  - {scope: {path: 'a'}}\n"
                           "  - {scope: {path: 'b', type: page}, values: {layout: typed}}\n"
                           "  - {scope: {path: 'b'}, values: {layout: any}}\n"
                           "  - {scope: {path: 'a'}, values: {layout: typeless}}\n"
                           "  - {scope: {path: 'a'}, values: {layout: last}}\n"};
    front_value config = merged(files, 1);
    ASSERT_TEXT(default_of(&config, "rooms/_news/a.md", "layout"), "news");
    ASSERT_TEXT(default_of(&config, "rooms/_news.md", "layout"), "all");
    ASSERT_TEXT(default_of(&config, "rooms-x/_drafts/a.md", "layout"), "drafts"); /* another folder */
    ASSERT_TEXT(default_of(&config, "rooms/more/_posts/2020-01-01-a.md", "layout"), "more");
    ASSERT_TEXT(default_of(&config, "rooms/page.md", "layout"), "all");
    ASSERT_TEXT(default_of(&config, "a.md", "layout"), "last");
    ASSERT_TEXT(default_of(&config, "b.md", "layout"), "typed");
    static const char *const PATHS[] = {"rooms/_news/a.md",
                                        "rooms/_news.md",
                                        "rooms-x/_drafts/a.md",
                                        "rooms/page.md",
                                        "a.md",
                                        "b.md",
                                        "rooms/more/_posts/2020-01-01-a.md"};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) { /* all keys at once say the same */
        vector all = site_default_variables(&config, slice_of(PATHS[i]), memory);
        assert_int_equal(all.count, 1);
        const liquid_variable *one = vector_at(&all, 0);
        assert_true(slice_equal(one->value.text, default_of(&config, PATHS[i], "layout")));
    }
    const char *plain[] = {"defaults: text\n",
                           "defaults: [1, {values: text}, {scope: text, values: {layout: x}}]\n", "a: b\n"};
    for (size_t i = 0; i < 3; i++) {
        config = merged(plain + i, 1);
        ASSERT_TEXT(default_of(&config, "a.md", "layout"), i == 1 ? "x" : "(none)");
        assert_int_equal(site_default_variables(&config, SLICE("a.md"), memory).count, i == 1);
    }
}

/* As many as are looked at; no more of what a file of settings can hold. */
static void defaults_beyond_all_measure_are_left_out(void **state) {
    (void)state;
    buffer many = buffer_new(memory, 1 << 16);
    buffer_append_string(&many, "defaults:\n");
    for (size_t i = 0; i < 1010; i++)
        buffer_printf(&many, "  - {scope: {path: ''}, values: {k%zu: v, last: n%zu}}\n", i, i);
    const char *files[] = {slice_c_string(buffer_slice(&many), memory)};
    front_value config = merged(files, 1);
    ASSERT_TEXT(default_of(&config, "a.md", "last"), "n999");
    assert_int_equal(site_default_variables(&config, SLICE("a.md"), memory).count, 1000);
}

static void defaults_are_variables_of_the_page(void **state) {
    (void)state;
    const char *files[] = {"defaults:\n"
                           "  - {scope: {path: ''}, values: {a: all, n: 3, yes: 'no'}}\n"
                           "  - {scope: {path: 'x'}, values: {a: own}}\n"};
    front_value config = merged(files, 1);
    vector found = site_default_variables(&config, SLICE("x/page.md"), memory);
    assert_int_equal(found.count, 1); /* a number, and what Ruby reads otherwise, are not certain */
    const liquid_variable *one = vector_at(&found, 0);
    ASSERT_TEXT(one->name, "page.a");
    ASSERT_TEXT(one->value.text, "own");
}

/* Of the site's settings a text and nothing at all are certain; a number is written in ways of its own. */
static void settings_are_variables_of_every_page(void **state) {
    (void)state;
    const char *files[] = {"title: The town\nempty:\ncount: 3\nbaseurl: /town\n"};
    site s = {.arena = memory, .config = merged(files, 1)};
    convert_settings settings = {.variables_count = 0};
    site_fill_settings(&s, &settings);
    assert_int_equal(settings.variables_count, 2 + 1);
    ASSERT_TEXT(settings.variables[0].name, "site.title");
    ASSERT_TEXT(settings.variables[0].value.text, "The town");
    ASSERT_TEXT(settings.variables[1].name, "site.empty");
    assert_int_equal(settings.variables[1].value.type, LIQUID_NIL);
}

static void patterns_match_as_ruby_says(void **state) {
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool matches;
    } CASES[] = {
        {"*.md", "a/b.md", true}, {"a?c", "abc", true},   {"a?c", "ac", false},     {"[a-c]x", "ax", true},
        {"a\\b", "a", false},     {"[a-c]x", "bx", true}, {"[^a-c]x", "bx", false}, {"[!a]x", "bx", true},
        {"\\*x", "*x", true},     {"\\*x", "ax", false},  {"a*b*c", "aXbYc", true}, {"a*b*c", "aXbY", false},
        {"[x", "[x", false},      {"", "", true},         {"*", "", true},          {"a**", "abc", true},
        {"**/x", "a/b/x", true},  {"x", "xy", false},     {"[\\]]", "]", true},     {"[\\", "[", false},
        {"[\\", "[\\", false},    {"[", "[", false},      {"[a-]", "-", true},      {"[a-", "a", false},
        {"[a-", "[a-", false},    {"a\\", "a\\", false},  {"a\\", "a", true},       {"[!-]", "!", true},
        {"[]a]", "a]", false},    {"a[", "a", false},     {"[a-\\]]", "]", true},   {"[]", "[]", false},
        {"[\\a-c]", "b", true},   {"[a-\\", "a", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (site_glob(slice_of(CASES[i].pattern), slice_of(CASES[i].text)) != CASES[i].matches)
            fail_msg("%s on %s", CASES[i].pattern, CASES[i].text);
}

static void patterns_beyond_all_measure_match_nothing(void **state) {
    (void)state;
    buffer pattern = buffer_new(memory, 1100);
    for (size_t i = 0; i < 1024; i++)
        buffer_append_char(&pattern, 'a');
    assert_true(site_glob(buffer_slice(&pattern), buffer_slice(&pattern)));
    buffer_append_char(&pattern, 'a');
    assert_false(site_glob(buffer_slice(&pattern), buffer_slice(&pattern)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mappings_are_merged_and_all_else_is_replaced),
        cmocka_unit_test(a_mapping_that_was_replaced_does_not_come_back),
        cmocka_unit_test(what_cannot_be_read_is_named),
        cmocka_unit_test(defaults_go_by_path_and_type),
        cmocka_unit_test(defaults_count_paths_from_the_folder_of_collections),
        cmocka_unit_test(defaults_beyond_all_measure_are_left_out),
        cmocka_unit_test(patterns_beyond_all_measure_match_nothing),
        cmocka_unit_test(defaults_are_variables_of_the_page),
        cmocka_unit_test(settings_are_variables_of_every_page),
        cmocka_unit_test(patterns_match_as_ruby_says),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
