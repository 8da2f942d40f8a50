/* include/isomerize.h, as a program of somebody else uses it: what comes out for each kind of page, what a
 * wrong rule file says, and that what was borrowed may go. */
#include "isomerize.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static isomerize *make(const struct isomerize_settings *settings) {
    isomerize *engine;
    assert_int_equal(isomerize_new(settings, &engine, NULL), ISOMERIZE_OK);
    return engine;
}

static isomerize_page *convert(const isomerize *engine, const char *text) {
    char *bytes = strdup(text);
    isomerize_page *page = isomerize_convert(engine, bytes, strlen(bytes), NULL);
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
    isomerize *engine = make(NULL);
    isomerize_page *page = convert(engine, "---\ntitle: A\n---\n<script>x()</script>\n\nHello you\n");
    assert_int_equal(isomerize_page_state(page), ISOMERIZE_CONVERTED);
    assert_int_equal(isomerize_page_grade(page), ISOMERIZE_LOSS);
    assert_output(page, "---\ntitle: A\nvariant: tiptap\n---\n<p>Hello you</p>\n");
    assert_int_equal(isomerize_page_finding_count(page), 1);
    const struct isomerize_finding *found = isomerize_page_finding(page, 0);
    assert_string_equal(found->code, "script");
    assert_int_equal(found->line, 4);
    assert_int_equal(found->grade, ISOMERIZE_LOSS);
    assert_null(isomerize_page_finding(page, 1));
    size_t length, difference;
    const char *output = isomerize_page_output(page, &length);
    bool is_save_form = false;
    assert_int_equal(isomerize_check(output, length, &is_save_form, NULL), ISOMERIZE_OK);
    assert_true(is_save_form);
    assert_int_equal(isomerize_check("---\na: 1\n---\n<p>x", 18, &is_save_form, &difference), ISOMERIZE_OK);
    assert_false(is_save_form);
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
        {"---\na: [b\n---\nx\n", ISOMERIZE_LEFT},
    };
    isomerize *engine = make(NULL);
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
    struct isomerize_settings settings = ISOMERIZE_SETTINGS;
    settings.site_url = "https://www.town.example";
    isomerize *engine = make(&settings);
    isomerize_page *page =
        convert(engine, "---\na: 1\n---\n![A pool](https://www.town.example/images/pool.png)\n");
    for (size_t i = 0; i < isomerize_page_asset_count(page); i++)
        assert_string_equal(isomerize_page_asset(page, i)->path, "/images/pool.png");
    assert_int_equal(isomerize_page_asset_count(page), 1);
    isomerize_page_free(page);
    isomerize_free(engine);
}

static void a_wrong_rule_file_is_reported_with_its_place(void **state) {
    (void)state;
    const char *text = "rules:\n  - name: teasers\n    match: div.teasers\n    make: castle\n";
    struct isomerize_text rules = {"teasers.yml", text, strlen(text)};
    struct isomerize_settings settings = ISOMERIZE_SETTINGS;
    settings.rules = &rules;
    settings.rule_count = 1;
    isomerize *engine;
    char *error;
    assert_int_equal(isomerize_new(&settings, &engine, &error), ISOMERIZE_WRONG_SETTINGS);
    assert_null(engine);
    assert_non_null(strstr(error, "teasers.yml:4:"));
    free(error);
}

static void all_that_the_program_can_set_can_be_set(void **state) {
    (void)state;
    static const char *const hosts[] = {"all"}, *const disabled[] = {"encoding-mojibake"};
    const struct isomerize_variable name = {"site.town", "Millbrook"};
    const struct isomerize_linked_id linked[] = {{"pool", "index.md", 3, 1}, {"gym", "news.md", 7, 0}};
    struct isomerize_settings settings = ISOMERIZE_SETTINGS;
    settings.asset_hosts = hosts;
    settings.asset_host_count = 1;
    settings.disabled = disabled;
    settings.disabled_count = 1;
    settings.variables = &name;
    settings.variable_count = 1;
    settings.baseurl = "/town";
    settings.site_url = "https://www.town.example";
    isomerize *engine = make(&settings), *plain = make(NULL), *same = make(&settings);
    assert_string_not_equal(isomerize_fingerprint(engine), isomerize_fingerprint(plain));
    assert_string_equal(isomerize_fingerprint(engine), isomerize_fingerprint(same));
    assert_int_equal(strlen(isomerize_fingerprint(engine)), 32);
    struct isomerize_options options = ISOMERIZE_OPTIONS;
    options.linked_ids = linked;
    options.linked_id_count = 2;
    const char *text = "---\na: 1\n---\n<p id=\"pool\">{{ site.town }} caf\xC3\x83\xC2\xA9 "
                       "[x](https://www.town.example/town/a.pdf)</p>\n";
    isomerize_page *page = isomerize_convert(engine, text, strlen(text), &options);
    size_t length;
    assert_non_null(strstr(isomerize_page_output(page, &length), "Millbrook"));
    bool is_linked = false, is_mojibake = false;
    for (size_t i = 0; i < isomerize_page_finding_count(page); i++) {
        is_linked |= strcmp(isomerize_page_finding(page, i)->code, "linked-id") == 0;
        is_mojibake |= strcmp(isomerize_page_finding(page, i)->code, "encoding-mojibake") == 0;
    }
    assert_true(is_linked);
    assert_false(is_mojibake);
    isomerize_page_free(page);
    isomerize_free(engine);
    isomerize_free(plain);
    isomerize_free(same);
}

static void what_is_not_known_is_a_wrong_setting(void **state) {
    (void)state;
    static const char *const disabled[] = {"no-such-code"};
    struct isomerize_settings settings = ISOMERIZE_SETTINGS, newer = ISOMERIZE_SETTINGS;
    isomerize *engine;
    char *message;
    settings.disabled = disabled;
    settings.disabled_count = 1;
    assert_int_equal(isomerize_new(&settings, &engine, &message), ISOMERIZE_WRONG_SETTINGS);
    assert_non_null(strstr(message, "no-such-code"));
    free(message);
    newer.size += 8;
    assert_int_equal(isomerize_new(&newer, &engine, &message), ISOMERIZE_WRONG_SETTINGS);
    assert_non_null(strstr(message, "size"));
    free(message);
    engine = make(NULL);
    struct isomerize_options options = {.size = 1};
    assert_null(isomerize_convert(engine, "x", 1, &options));
    isomerize_free(engine);
}

static void versions_are_compared(void **state) {
    (void)state;
    assert_true(isomerize_is_compatible());
    assert_int_equal(isomerize_version_number(), ISOMERIZE_VERSION_NUMBER);
    assert_false(isomerize_is_compatible_with(ISOMERIZE_VERSION_NUMBER + 1000000));
    assert_false(isomerize_is_compatible_with(ISOMERIZE_VERSION_NUMBER + 1));
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", ISOMERIZE_VERSION_MAJOR, ISOMERIZE_VERSION_MINOR,
             ISOMERIZE_VERSION_PATCH);
    assert_string_equal(text, isomerize_version());
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_converted_with_its_findings),
        cmocka_unit_test(a_page_that_is_left_alone_comes_out_as_it_was),
        cmocka_unit_test(remote_files_are_named),
        cmocka_unit_test(a_wrong_rule_file_is_reported_with_its_place),
        cmocka_unit_test(all_that_the_program_can_set_can_be_set),
        cmocka_unit_test(what_is_not_known_is_a_wrong_setting),
        cmocka_unit_test(versions_are_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
