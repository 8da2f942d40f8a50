/* The marks of legacy/ lead from its HTML to lines of the page; deep nesting keeps the text. */
#include "legacy/legacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Every L<n> in the page stands in line n; so must every one in the HTML. */
static const char PAGE[] =
    "L1 text\nL2 *L2* text\n\nL4 heading\n---\n\n* L7\n  L8\n\n  L10\n* L11\n  * L12\n\n    L14\n\n> L16\n> "
    "L17\n>\n> L19\n\n"
    "| L21 | b |\n|---|---|\n| L23 | [L23](x) |\n\n<div>\n<p>L26</p>\n  L27 <b>L27</b>\n</div>\n\n"
    "L30\n: L31\n\n  L33\n\n    L35 code\n    L36\n\n```\nL39\nL40\n```\n\n<div markdown=\"1\">\nL44 "
    "<i\nclass=\"x\">L45</i>\n\n"
    "1. L47\n   `L48\nL49` L49\n</div>\n\n* {:.x}\n  L53\n\nL55[^1] L55\nL56\n\n[^1]: L58\n    L59\n\n"
    "{::comment}\nL62\n{:/}\n\nL65 ~~L65\nL66~~ \"L66\n**L67**\" -- L67\n";

static void marks_lead_to_the_source_line(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    legacy_result result = legacy_to_html(slice_of(PAGE), 1, NULL, a, &found);
    size_t seen = 0;
    for (size_t at = 0; (at = slice_find_char(result.html, 'L', at)) != SLICE_NONE; at++) {
        uint32_t line = 0;
        for (size_t i = at + 1; i < result.html.length && is_digit(result.html.data[i]); i++)
            line = line * 10 + (uint32_t)(result.html.data[i] - '0');
        if (line == 0)
            continue;
        seen++;
        if (line_map_find(&result.lines, at) != line)
            print_message("L%u is said to stand in line %u\n", line, line_map_find(&result.lines, at));
        assert_int_equal(line_map_find(&result.lines, at), line);
    }
    assert_true(seen > 40);
    arena_destroy(a);
}

static void first_line_counts_from_the_page(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    legacy_result result = legacy_to_html(SLICE("a\n\nb </i>"), 10, NULL, a, &found);
    assert_int_equal(line_map_find(&result.lines, 0), 10);
    const finding *shown = findings_at(&found, 0);
    assert_int_equal(shown->line, 12);
    arena_destroy(a);
}

static void deep_nesting_keeps_the_text(void **state) {
    (void)state;
    static const char *const MARKERS[] = {"> ", "* ", "1. ", "<div markdown=\"1\">\n", "![", "<b>", "<div>"};
    for (size_t i = 0; i < sizeof MARKERS / sizeof *MARKERS; i++) {
        arena *a = arena_new(0);
        findings found = findings_new(a);
        buffer page = buffer_new(a, 4096);
        for (int depth = 0; depth < 1000; depth++)
            buffer_append_string(&page, MARKERS[i]);
        buffer_append_string(&page, "the text");
        legacy_result result = legacy_to_html(buffer_slice(&page), 1, NULL, a, &found);
        assert_true(slice_find(result.html, SLICE("the text"), 0) != SLICE_NONE);
        arena_destroy(a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_lead_to_the_source_line),
        cmocka_unit_test(first_line_counts_from_the_page),
        cmocka_unit_test(deep_nesting_keeps_the_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
