/* include/isomerize.h, as a program of somebody else uses it: what comes out for each kind of page, what a
 * wrong rule file says, and that what was borrowed may go. */
#include "isomerize.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static isomerize_page *convert(const isomerize *engine, const char *text) {
    char *bytes = strdup(text);
    isomerize_page *page = isomerize_convert(engine, bytes, strlen(bytes));
    free(bytes);
    assert_non_null(page);
    return page;
}

static void assert_output(const isomerize_page *page, const char *expected) {
    size_t length;
    const char *output = isomerize_page_output(page, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(output, expected, length);
}

static void a_page_is_converted_with_its_findings(void **state) {
    (void)state;
    isomerize *engine = isomerize_new(NULL, NULL);
    isomerize_page *page = convert(engine, "---\ntitle: A\n---\n<script>x()</script>\n\nHello you\n");
    assert_int_equal(isomerize_page_state(page), ISOMERIZE_CONVERTED);
    assert_int_equal(isomerize_page_grade(page), ISOMERIZE_LOSS);
    assert_output(page, "---\ntitle: A\nvariant: tiptap\n---\n<p>Hello you</p>\n");
    assert_int_equal(isomerize_page_finding_count(page), 1);
    struct isomerize_finding found = isomerize_page_finding(page, 0);
    assert_string_equal(found.code, "script");
    assert_int_equal(found.line, 4);
    assert_int_equal(found.grade, ISOMERIZE_LOSS);
    size_t length, difference;
    const char *output = isomerize_page_output(page, &length);
    assert_true(isomerize_is_save_form(output, length, &difference));
    assert_false(isomerize_is_save_form("---\na: 1\n---\n<p>x", 18, &difference));
    isomerize_page_free(page);
    isomerize_free(engine);
}

static void a_page_that_is_left_alone_comes_out_as_it_was(void **state) {
    (void)state;
    static const struct {
        const char *text;
        enum isomerize_state state;
    } PAGES[] = {
        {"---\nvariant: tiptap\n---\n<p>x</p>\n", ISOMERIZE_ALREADY},
        {"no front matter\n", ISOMERIZE_NOT_A_PAGE},
        {"---\na: b: c\n---\nx\n", ISOMERIZE_LEFT},
    };
    isomerize *engine = isomerize_new(NULL, NULL);
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
        isomerize_page *page = convert(engine, PAGES[i].text);
        assert_int_equal(isomerize_page_state(page), PAGES[i].state);
        assert_output(page, PAGES[i].text);
        isomerize_page_free(page);
    }
    isomerize_free(engine);
}

static void remote_files_are_named(void **state) {
    (void)state;
    struct isomerize_settings settings = {.site_url = "https://www.town.example"};
    isomerize *engine = isomerize_new(&settings, NULL);
    isomerize_page *page =
        convert(engine, "---\na: 1\n---\n![A pool](https://www.town.example/images/pool.png)\n");
    for (size_t i = 0; i < isomerize_page_asset_count(page); i++)
        assert_string_equal(isomerize_page_asset(page, i).path, "/images/pool.png");
    assert_int_equal(isomerize_page_asset_count(page), 1);
    isomerize_page_free(page);
    isomerize_free(engine);
}

static void a_wrong_rule_file_is_told_with_its_place(void **state) {
    (void)state;
    const char *text = "rules:\n  - name: teasers\n    match: div.teasers\n    make: castle\n";
    struct isomerize_rules rules = {"teasers.yml", text, strlen(text)};
    struct isomerize_settings settings = {.rules = &rules, .rule_count = 1};
    char *error;
    assert_null(isomerize_new(&settings, &error));
    assert_non_null(strstr(error, "teasers.yml:4:"));
    free(error);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_converted_with_its_findings),
        cmocka_unit_test(a_page_that_is_left_alone_comes_out_as_it_was),
        cmocka_unit_test(remote_files_are_named),
        cmocka_unit_test(a_wrong_rule_file_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
