/* Reports read back: what is written as JSON comes back as it was, and what is no report is refused with its
 * line. */
#include "report/report.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

static bool append(void *context, const char *bytes, size_t length) {
    buffer_append(context, (slice){bytes, length});
    return true;
}

static report_writer *begin(report_format format, buffer *out) {
    report_options options = {.format = format, .site = SLICE("town"), .version = SLICE("1")};
    return report_begin(&options, (report_sink){append, out});
}

static void finish(report_writer *w) {
    report_end(w);
    report_free(w);
}

/* A JSON report of two pages, one with everything in it. */
static slice make_report(arena *a, arena *scratch) {
    buffer out = buffer_new(a, 4096);
    report_writer *w = begin(REPORT_JSON, &out);
    findings found = findings_new(scratch);
    finding *one =
        findings_add(&found, FINDING_HTML_NESTING, 7, "a \"quoted\" detail \xF0\x9F\x98\x80 </script>");
    one->column = 3;
    one->before = SLICE("tab\there");
    one->after = SLICE("back\\slash");
    for (int i = 0; i < FINDINGS_PER_CODE + 40; i++)
        findings_add(&found, FINDING_HTML_NESTING, 9, "more");
    report_asset asset = {SLICE("https://cdn.invalid/a b.png"), SLICE("images/a b.png"), REPORT_ASSET_FAILED};
    report_page page = {.path = SLICE("p\xff/a\nb%.md"),
                        .before = SLICE("a\nb\n"),
                        .after = SLICE("a\nc\nd\n"),
                        .grade = GRADE_REVIEW,
                        .state = REPORT_CHANGED,
                        .findings = &found,
                        .assets = &asset,
                        .asset_count = 1};
    assert_true(report_add(w, &page, scratch));
    findings none = findings_new(scratch);
    assert_true(report_add(
        w,
        &(report_page){
            .path = SLICE("q.md"), .state = REPORT_FAILED, .message = SLICE("no"), .findings = &none},
        scratch));
    assert_true(report_end(w));
    report_free(w);
    arena_reset(scratch);
    return buffer_slice(&out);
}

static void a_report_comes_back_as_it_was(void **state) {
    (void)state;
    arena *a = arena_new(0), *scratch = arena_new(0);
    slice first = make_report(a, scratch), error;
    buffer second = buffer_new(a, 4096), third = buffer_new(a, 4096);
    report_writer *w = begin(REPORT_JSON, &second);
    if (!report_merge(w, first, SLICE(""), scratch, &error))
        fail_msg("%.*s", SLICE_ARGS(error));
    finish(w);
    /* The second has the site's name on each page; from then on nothing changes any more. */
    w = begin(REPORT_JSON, &third);
    assert_true(report_merge(w, buffer_slice(&second), SLICE("other"), scratch, &error));
    finish(w);
    assert_true(slice_equal(buffer_slice(&second), buffer_slice(&third)));
    size_t summary = slice_find(first, SLICE("{\"type\":\"summary\""), 0);
    assert_int_not_equal(slice_find(buffer_slice(&third), slice_from(first, summary), 0), SLICE_NONE);
    assert_int_not_equal(slice_find(buffer_slice(&third), SLICE("\"site\":\"town\""), 0), SLICE_NONE);
    assert_int_not_equal(slice_find(buffer_slice(&third), SLICE("\"path_uri\":\"p%FF/a%0Ab%25.md\""), 0),
                         SLICE_NONE);
    arena_destroy(scratch);
    arena_destroy(a);
}

static void a_damaged_report_is_refused_with_its_line(void **state) {
    (void)state;
    arena *a = arena_new(0), *scratch = arena_new(0);
    slice whole = make_report(a, scratch), error;
    for (size_t length = 0; length < whole.length - 1; length += 7) {
        buffer out = buffer_new(a, 4096);
        report_writer *w = begin(REPORT_SUMMARY, &out);
        assert_false(report_merge(w, slice_sub(whole, 0, length), SLICE("x"), scratch, &error));
        assert_int_equal(slice_find(error, length ? SLICE("line ") : SLICE("is empty"), 0), 0);
        finish(w);
    }
    static const char *const NONSENSE[] = {"<html>", "{}\n", "{\"type\":\"summary\"}\n",
                                           "{\"type\":\"run\"}\n[[[[[[[[[[\n", "{\"a\":{{{{{{{"};
    for (size_t i = 0; i < sizeof NONSENSE / sizeof *NONSENSE; i++) {
        buffer out = buffer_new(a, 4096);
        report_writer *w = begin(REPORT_SUMMARY, &out);
        assert_false(report_merge(w, slice_of(NONSENSE[i]), SLICE("x"), scratch, &error));
        finish(w);
    }
    arena_destroy(scratch);
    arena_destroy(a);
}

static void a_finding_of_a_newer_version_is_not_dropped_in_silence(void **state) {
    (void)state;
    arena *a = arena_new(0), *scratch = arena_new(0);
    buffer out = buffer_new(a, 4096);
    slice error;
    report_writer *w = begin(REPORT_SUMMARY, &out);
    assert_false(report_merge(
        w,
        SLICE("{\"type\":\"run\",\"schema\":1,\"site\":\"s\"}\n{\"type\":\"page\",\"path\":\"p\",\"state\":"
              "\"changed\","
              "\"grade\":\"loss\",\"findings\":[{\"code\":\"from-the-future\"}],\"assets\":[]}\n"),
        SLICE(""), scratch, &error));
    assert_int_not_equal(slice_find(error, SLICE("from-the-future"), 0), SLICE_NONE);
    finish(w);
    arena_destroy(scratch);
    arena_destroy(a);
}

static bool refuse(void *context, const char *bytes, size_t length) {
    (void)bytes, (void)length;
    return ++*(int *)context < 3;
}

static void a_full_disk_ends_the_report(void **state) {
    (void)state;
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        arena *scratch = arena_new(0);
        int writes = 0;
        report_options options = {.format = (report_format)format};
        report_writer *w = report_begin(&options, (report_sink){refuse, &writes});
        findings none = findings_new(scratch);
        for (int i = 0; i < 10; i++)
            report_add(w,
                       &(report_page){
                           .path = SLICE("x"), .before = SLICE("a"), .after = SLICE("b"), .findings = &none},
                       scratch);
        assert_true(report_end(w) == (format == REPORT_SUMMARY || format == REPORT_SARIF));
        report_free(w);
        assert_true(writes <= 3);
        arena_destroy(scratch);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_comes_back_as_it_was),
        cmocka_unit_test(a_damaged_report_is_refused_with_its_line),
        cmocka_unit_test(a_finding_of_a_newer_version_is_not_dropped_in_silence),
        cmocka_unit_test(a_full_disk_ends_the_report),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
