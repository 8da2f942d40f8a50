/* accept/: what an entry matches, what the file may hold, and that it is edited as it is written. */
#include "accept/accept.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int setup(void **state) {
    *state = arena_new(0);
    return 0;
}

static int teardown(void **state) {
    arena_destroy(*state);
    return 0;
}

static bool matches(const char *detail, const char *path, const char *its_path, const char *its_detail,
                    arena *a) {
    accept_entry entry = {
        .code = FINDING_BOX, .detail = slice_of(detail), .paths = vector_new(a, sizeof(slice))};
    size_t steps = 1000;
    if (*path)
        *(slice *)vector_push(&entry.paths) = slice_of(path);
    return accept_matches(&entry, slice_of(its_path), FINDING_BOX, slice_of(its_detail), &steps);
}

static void a_star_stands_for_any_text(void **state) {
    assert_true(matches("", "", "a.md", "anything", *state));
    assert_true(matches("<p> with `margin-left: *`", "", "a.md", "<p> with `margin-left: 40px`", *state));
    assert_false(matches("<p> with `margin-left: *`", "", "a.md", "<p> with `color: red`", *state));
    assert_true(matches("*a*b*", "", "a.md", "xxaxxab", *state));
    assert_false(matches("*a*b", "", "a.md", "xxaxxabc", *state));
    assert_false(matches("exact", "", "a.md", "exactly", *state));
}

static void what_is_quoted_stands_for_itself(void **state) {
    assert_true(matches("1 \\* 2", "", "a.md", "1 * 2", *state));
    assert_false(matches("1 \\* 2", "", "a.md", "1 and 2", *state));
    assert_true(matches("C:\\\\*", "", "a.md", "C:\\windows", *state));
    assert_true(matches("a\\b", "", "a.md", "a\\b", *state));
    assert_true(matches("", "\\*\\*.md", "**.md", "", *state));
    assert_false(matches("", "\\*\\*.md", "other.md", "", *state));
    assert_true(matches("*\\**", "", "a.md", "x*y", *state));
    assert_false(matches("*\\**", "", "a.md", "xy", *state));
}

/* Whatever a page is called and a finding says, its entry takes these and no others. */
static void an_entry_for_one_text_matches_no_other(void **state) {
    static const char *const TEXTS[] = {"**", "*", "\\*", "\\\\*", "a*b", "C:\\", "\\", "plain"};
    arena *a = *state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        for (size_t k = 0; k < sizeof TEXTS / sizeof *TEXTS; k++) {
            slice quoted = accept_quote(slice_of(TEXTS[i]), a);
            accept_entry entry = {FINDING_BOX, quoted, vector_new(a, sizeof(slice)), SLICE("why"), 0};
            *(slice *)vector_push(&entry.paths) = quoted;
            assert_true(accept_can_write(&entry, a));
            accept_list list = accept_list_new(a);
            accept_list_add(&list, &entry);
            findings found = findings_new(a);
            findings_add(&found, FINDING_BOX, 1, "%s", TEXTS[k]);
            accept_mark(&list, slice_of(TEXTS[k]), &found, NULL);
            assert_int_equal(found.accepted[FINDING_BOX], i == k);
        }
    accept_entry long_one = {FINDING_BOX, SLICE(""), vector_new(a, sizeof(slice)), SLICE("why"), 0};
    buffer path = buffer_new(a, 2048);
    for (int i = 0; i < 600; i++)
        buffer_append_char(&path, '*');
    *(slice *)vector_push(&long_one.paths) = accept_quote(buffer_slice(&path), a);
    assert_false(accept_can_write(&long_one, a));
}

static void a_path_is_matched_folder_by_folder(void **state) {
    static const struct {
        const char *pattern, *path;
        bool matches;
    } cases[] = {
        {"news/**", "news/a.md", true},
        {"news/**", "news/2020/a.md", true},
        {"news/**", "newsroom/a.md", false},
        {"news/*", "news/2020/a.md", false},
        {"news/*.md", "news/a.md", true},
        {"**/a.md", "a.md", true},
        {"**/a.md", "x/y/a.md", true},
        {"**/a.md", "x/ba.md", false},
        {"x/**/a.md", "x/a.md", true},
        {"x/**/y/*.md", "x/1/2/y/b.md", true},
        {"a.md", "a.md", true},
        {"a.md", "b/a.md", false},
        {"**", "x/y/z.md", true},
        {"x**z.md", "x/y/z.md", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches("", cases[i].pattern, cases[i].path, "", *state) != cases[i].matches)
            fail_msg("%s on %s", cases[i].pattern, cases[i].path);
}

static void a_pattern_that_takes_too_long_matches_nothing(void **state) {
    arena *a = *state;
    accept_entry entry = {
        .code = FINDING_BOX, .detail = SLICE("*a*a*a*a*b"), .paths = vector_new(a, sizeof(slice))};
    slice detail = SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab");
    size_t plenty = 100000, few = 20;
    assert_true(accept_matches(&entry, SLICE("p"), FINDING_BOX, detail, &plenty));
    assert_false(accept_matches(&entry, SLICE("p"), FINDING_BOX, detail, &few));
    assert_int_equal(few, 0);
}

static void what_is_wrong_is_said_with_its_place(void **state) {
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"accept: [", "f:2:1: "},
        {"accept:\n  - code: no-such\n    why: x\n", "f:2:11: no finding has that code"},
        {"accept:\n  - code: box-style\n", "f:2:5: expected `why:`"},
        {"accept:\n  - why: x\n", "f:2:5: expected `code:`"},
        {"accept:\n  - code: box-style\n    code: box-style\n    why: x\n", "f:3:5: this is there twice"},
        {"accept:\n  - code: front-matter-unreadable\n    why: x\n", "f:2:11: a page that is refused"},
        {"accept:\n  - code: &a box-style\n    why: *a\n", "f:2:11: anchors"},
        {"accept:\n  - code: box-style\n    detail: [x]\n    why: x\n", "f:3:13: expected a text"},
        {"accept:\n  - code: box-style\n    path: ''\n    why: x\n", "f:3:11: expected the path"},
        {"other: 1\n", "f:1:1: expected `accept:`"},
        {"- x\n", "f:1:1: expected `accept:`"},
        {"accept: []\nmore: 1\n", "f:2:1: expected nothing but"},
        {"accept: 1\n", "f:1:9: expected a list"},
        {"accept: []\n---\naccept: []\n", "f:2:1: expected one document"},
        {"accept:\n  - [[[[x]]]]\n", "f:2:5: expected an entry"},
    };
    accept_list list;
    slice error;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(accept_read(slice_of(cases[i].text), SLICE("f"), *state, &list, &error));
        if (!slice_starts_with(error, slice_of(cases[i].error)))
            fail_msg("%s: %.*s", cases[i].text, SLICE_ARGS(error));
    }
    static const char *const good[] = {
        "", "# nothing\n", "accept:\n", "accept: []\n",
        "accept: [{code: box-style, detail: \"<p> *\", path: [\"a/**\", b], why: x}]\n"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(accept_read(slice_of(good[i]), SLICE("f"), *state, &list, &error));
    assert_int_equal(list.entries.count, 1);
}

static accept_list read_list(slice text, arena *a) {
    accept_list list;
    slice error;
    assert_true(accept_read(text, SLICE("f"), a, &list, &error));
    return list;
}

static void comments_stay_when_entries_come_and_go(void **state) {
    arena *a = *state;
    slice text =
        SLICE("# ours\naccept:\n  - code: colour # red\n    why: one\n  - code: box-style\n    why: two\n");
    accept_list added = accept_list_new(a);
    accept_list_add(&added, &(accept_entry){FINDING_ALIGNMENT, SLICE("\"q\" *"), vector_new(a, sizeof(slice)),
                                            SLICE("three"), 0});
    buffer out = buffer_new(a, 256);
    slice error;
    bool keep[] = {true, false};
    assert_true(accept_edit(text, SLICE("f"), &added, keep, a, &out, &error));
    slice now = buffer_slice(&out);
    assert_true(
        slice_equal(now, SLICE("# ours\naccept:\n  - code: colour # red\n    why: one\n  - code: alignment\n"
                               "    detail: \"\\\"q\\\" *\"\n    why: \"three\"\n")));
    accept_list again = read_list(now, a);
    assert_true(slice_equal(((accept_entry *)vector_at(&again.entries, 1))->detail, SLICE("\"q\" *")));
    /* Written in another style: written anew, with the same entries. */
    out.length = 0;
    assert_true(
        accept_edit(SLICE("accept: [{code: colour, why: one}]"), SLICE("f"), &added, NULL, a, &out, &error));
    assert_int_equal(read_list(buffer_slice(&out), a).entries.count, 2);
    out.length = 0;
    assert_true(accept_edit(SLICE(""), SLICE("f"), &added, NULL, a, &out, &error));
    assert_int_equal(read_list(buffer_slice(&out), a).entries.count, 1);
    /* What could not be read again is not written. */
    char *much = arena_alloc(a, 3000);
    memset(much, 'x', 3000);
    accept_list_add(
        &added, &(accept_entry){FINDING_ALIGNMENT, SLICE(""), vector_new(a, sizeof(slice)), {much, 3000}, 0});
    out.length = 0;
    assert_false(accept_edit(SLICE(""), SLICE("f"), &added, NULL, a, &out, &error));
    assert_int_equal(out.length, 0);
}

static void what_is_accepted_stays_listed_and_does_not_grade(void **state) {
    arena *a = *state;
    accept_list list = read_list(
        SLICE("accept:\n  - {code: script, why: gone}\n  - {code: colour, detail: red, path: x/*, why: w}\n"),
        a);
    findings found = findings_new(a);
    findings_add(&found, FINDING_SCRIPT, 1, "a");
    findings_add(&found, FINDING_COLOUR, 2, "red");
    bool used[2] = {false, false};
    accept_mark(&list, SLICE("y/a.md"), &found, used);
    assert_int_equal(findings_grade(&found), GRADE_COSMETIC);
    assert_int_equal(findings_grade_all(&found), GRADE_LOSS);
    assert_true(used[0] && !used[1]);
    accept_mark(&list, SLICE("x/a.md"), &found, used);
    assert_int_equal(findings_grade(&found), GRADE_CLEAN);
    assert_int_equal(found.items.count, 2);
    assert_true(used[1]);
    /* Those that were only counted: an entry for any detail takes them. */
    findings many = findings_new(a);
    for (int i = 0; i < FINDINGS_PER_CODE + 50; i++)
        findings_add(&many, FINDING_SCRIPT, 1, "%d", i);
    accept_mark(&list, SLICE("y/a.md"), &many, NULL);
    assert_int_equal(many.accepted[FINDING_SCRIPT], FINDINGS_PER_CODE + 50);
}

static void a_page_accepts_in_its_own_front_matter(void **state) {
    findings found = findings_new(*state);
    findings_add(&found, FINDING_SCRIPT, 1, "a");
    findings_add(&found, FINDING_COLOUR, 1, "b");
    accept_mark_own(
        SLICE("title: x\n# isomerize: accept script: it only counted visitors\n# isomerize: accept colour\n"
              "# isomerize: accept no-such: x\n"),
        &found);
    const finding *one = findings_at(&found, 0), *two = findings_at(&found, 1);
    assert_true(slice_equal(one->accepted, SLICE("it only counted visitors")));
    assert_true(one->accepted_by_page);
    assert_int_equal(two->accepted.length, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_star_stands_for_any_text, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_quoted_stands_for_itself, setup, teardown),
        cmocka_unit_test_setup_teardown(an_entry_for_one_text_matches_no_other, setup, teardown),
        cmocka_unit_test_setup_teardown(a_path_is_matched_folder_by_folder, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pattern_that_takes_too_long_matches_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_said_with_its_place, setup, teardown),
        cmocka_unit_test_setup_teardown(comments_stay_when_entries_come_and_go, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_accepted_stays_listed_and_does_not_grade, setup, teardown),
        cmocka_unit_test_setup_teardown(a_page_accepts_in_its_own_front_matter, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
