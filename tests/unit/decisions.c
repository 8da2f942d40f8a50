/* decide/: files of decisions, those of several people put together, and what they say of a page. */
#include "decide/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define OLD "00000000000000000000000000000000"
#define NEW "11111111111111111111111111111111"
#define NEWER "22222222222222222222222222222222"

static int setup(void **state) {
    *state = arena_new(0);
    return 0;
}

static int teardown(void **state) {
    arena_destroy(*state);
    return 0;
}

static void put(decisions *d, decide_kind kind, const char *name, const char *time, bool settles) {
    decide_add(d, &(decision){SLICE("a.md"), kind, slice_of(name), SLICE(""), slice_of(time),
                              SLICE(OLD "." NEW), settles});
}

static void describes(const decisions *d, const char *content, const char *words, arena *a) {
    decide_view view = decide_about(d, SLICE("a.md"), slice_of(content));
    slice got = decide_describe(&view, a);
    if (!slice_equal(got, slice_of(words)))
        fail_msg("%.*s", SLICE_ARGS(got));
}

static void people_agree_disagree_and_settle(void **state) {
    decisions d = decide_new(SLICE(""), *state);
    describes(&d, OLD "." NEW, "not decided", *state);
    put(&d, DECIDE_ACCEPTED, "Ann", "2024-01-01T00:00:00Z", false);
    put(&d, DECIDE_ACCEPTED, "Ben", "2024-01-02T00:00:00Z", false);
    describes(&d, OLD "." NEW, "accepted by Ben", *state);
    put(&d, DECIDE_MEND, "Ben", "2024-01-03T00:00:00Z", false);
    describes(&d, OLD "." NEW, "people disagree: accepted by Ann, to mend by hand by Ben", *state);
    put(&d, DECIDE_LEAVE, "Ben", "2023-01-01T00:00:00Z", false); /* an older file */
    assert_int_equal(decide_about(&d, SLICE("a.md"), SLICE(OLD "." NEW)).state, DECIDE_DISPUTED);
    put(&d, DECIDE_LEAVE, "Cid", "2024-01-04T00:00:00Z", true);
    describes(&d, OLD "." NEW, "to be left as it is by Cid", *state);
    put(&d, DECIDE_ACCEPTED, "Ann", "2024-01-05T00:00:00Z", false);
    assert_int_equal(decide_about(&d, SLICE("a.md"), SLICE(OLD "." NEW)).state, DECIDE_DISPUTED);
    put(&d, DECIDE_NONE, "Ann", "2024-01-06T00:00:00Z", false);
    describes(&d, OLD "." NEW, "to be left as it is by Cid", *state);
}

static void what_has_a_name_overrules_what_had_none_before(void **state) {
    decisions d = decide_new(SLICE(""), *state);
    put(&d, DECIDE_MEND, "", "2024-01-01T00:00:00Z", false);
    describes(&d, OLD "." NEW, "to mend by hand", *state);
    put(&d, DECIDE_ACCEPTED, "Ann", "2024-01-02T00:00:00Z", false);
    describes(&d, OLD "." NEW, "accepted by Ann", *state);
    put(&d, DECIDE_LEAVE, "", "2024-01-03T00:00:00Z", false); /* somebody else, it may be */
    describes(&d, OLD "." NEW, "people disagree: to be left as it is, accepted by Ann", *state);
}

static void a_decision_holds_for_what_it_was_made_for(void **state) {
    decisions d = decide_new(SLICE(""), *state);
    put(&d, DECIDE_ACCEPTED, "Ann", "2024-01-01T00:00:00Z", false);
    describes(&d, OLD "." NEWER, "accepted by Ann; it comes out differently since", *state);
    describes(&d, NEWER "." NEW, "accepted by Ann; the page has changed since", *state);
    assert_int_equal(decide_about(&d, SLICE("b.md"), SLICE(OLD "." NEW)).state, DECIDE_UNDECIDED);
}

static void spreadsheets_are_read(void **state) {
    static const char *const files[] = {
        "\xEF\xBB\xBFpath,decision,name,comment,time,content,title\r\n"
        "a.md,mend,Ann,\"one, \"\"two\"\"\nthree\",2024-01-01T00:00:00Z," OLD "." NEW
        ",About\r\nb.md,,,,,\r\n",
        "Title;Content;Path;Decision;Comment;Name\n;" OLD "." NEW
        ";a.md;mend;\"one, \"\"two\"\"\nthree\";Ann",
        "{\"schema\":1,\"decisions\":[{\"path\":\"a.md\",\"decision\":\"mend\",\"name\":\"Ann\","
        "\"comment\":\"one, \\\"two\\\"\\nthree\",\"content\":\"" OLD "." NEW "\"}]}",
    };
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        decisions d = decide_new(SLICE(""), *state);
        slice error = SLICE("");
        if (!decide_read(&d, slice_of(files[i]), SLICE("f"), &error))
            fail_msg("%.*s", SLICE_ARGS(error));
        assert_int_equal(d.all.count, 1);
        describes(&d, OLD "." NEW, "to mend by hand by Ann (one, \"two\" three)", *state);
    }
}

/* What is no time does not come behind all times. */
static void times_are_times(void **state) {
    static const char *const NO_TIMES[] = {"zzzz", "2024-05-31", "2024-05-31T09:30:00",
                                           "2024-05-31T09:30:00Z!"};
    for (size_t i = 0; i < sizeof NO_TIMES / sizeof *NO_TIMES; i++) {
        decisions d = decide_new(SLICE(""), *state);
        slice error = SLICE(""),
              file = format_slice(*state,
                                  "path,decision,name,time,content\na.md,accepted,Ann,%s," OLD "." NEW
                                  "\na.md,leave,Ann,2024-05-31T09:30:00.5Z," OLD "." NEW "\n",
                                  NO_TIMES[i]);
        assert_true(decide_read(&d, file, SLICE("f"), &error));
        assert_int_equal(decide_about(&d, SLICE("a.md"), SLICE(OLD "." NEW)).one->kind, DECIDE_LEAVE);
    }
}

/* Whoever dates a decision ahead does not have the last word. */
static void what_has_not_come_yet_is_no_time(void **state) {
    static const char FILE_TEXT[] =
        "path,decision,name,time,content\na.md,accepted,Ann,2999-01-01T00:00:00Z," OLD "." NEW
        "\na.md,leave,Ann,2024-05-31T09:30:00Z," OLD "." NEW "\n";
    decisions d = decide_new(SLICE("2024-06-01T00:00:00Z"), *state), at_once = decide_new(SLICE(""), *state);
    slice error;
    assert_true(decide_read(&d, slice_of(FILE_TEXT), SLICE("f"), &error));
    assert_int_equal(decide_about(&d, SLICE("a.md"), SLICE(OLD "." NEW)).one->kind, DECIDE_LEAVE);
    /* ... and what is said in sight of it comes behind it, within what clocks differ by, too. */
    put(&at_once, DECIDE_ACCEPTED, "Ann", "2024-06-01T00:05:00Z", true);
    put(&at_once, DECIDE_MEND, "Ben", "2024-06-01T00:05:00Z", true);
    assert_true(decide_now(&at_once, &(decision){SLICE("a.md"), DECIDE_LEAVE, SLICE("Ann"), SLICE(""),
                                                 SLICE("2024-06-01T00:00:00.5Z"), SLICE(OLD "." NEW), true}));
    describes(&at_once, OLD "." NEW, "to be left as it is by Ann", *state);
}

static void parts_of_a_second_come_behind_the_second(void **state) {
    decisions d = decide_new(SLICE(""), *state);
    put(&d, DECIDE_MEND, "Ann", "2024-01-01T00:00:00.25Z", false);
    put(&d, DECIDE_ACCEPTED, "Ann", "2024-01-01T00:00:00Z", false);
    describes(&d, OLD "." NEW, "to mend by hand by Ann", *state);
}

static void what_is_wrong_is_said_with_its_place(void **state) {
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "f:1: expected columns"},
        {"path,decision\na,b\n", "f:1: expected columns"},
        {"path,decision,content\na.md,mend,x\n", "f:2: expected the content"},
        {"path,decision,content\n\n\na.md,perhaps," OLD "." NEW "\n", "f:4: expected accepted, mend"},
        {"path,decision,content\n,mend," OLD "." NEW "\n", "f:2: expected the path"},
        {"path\xff", "f:1: it is not UTF-8"},
        {"{\n\n!", "f:3: "},
        {"{\"schema\":2,\"decisions\":[]}", "f:1: expected {"},
        {"{\"schema\":1,\"decisions\":[{\"path\":1}]}", "f: decision 1: expected texts"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        decisions d = decide_new(SLICE(""), *state);
        slice error = SLICE("");
        assert_false(decide_read(&d, slice_of(cases[i].text), SLICE("f"), &error));
        if (!slice_starts_with(error, slice_of(cases[i].error)))
            fail_msg("%s: %.*s", cases[i].text, SLICE_ARGS(error));
    }
}

static void a_field_is_no_formula(void **state) {
    buffer out = buffer_new(*state, 64);
    decide_append_field(SLICE("=1+\"x\""), true, &out);
    decide_append_field(SLICE("plain"), false, &out);
    assert_true(slice_equal(buffer_slice(&out), SLICE("\"'=1+\"\"x\"\"\",\"plain\"")));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(people_agree_disagree_and_settle, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_a_name_overrules_what_had_none_before, setup, teardown),
        cmocka_unit_test_setup_teardown(a_decision_holds_for_what_it_was_made_for, setup, teardown),
        cmocka_unit_test_setup_teardown(spreadsheets_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(times_are_times, setup, teardown),
        cmocka_unit_test_setup_teardown(what_has_not_come_yet_is_no_time, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_of_a_second_come_behind_the_second, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_is_no_formula, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
