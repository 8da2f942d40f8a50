/* The unified diff: what `git apply` makes of it is the new page, byte for byte, whatever the pages and their
 * names. */
#include "report/report.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static uint32_t random_state = 12345;

static uint32_t roll(uint32_t sides) {
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % sides;
}

/* A page of up to `max` lines out of few different ones, so that much of it repeats; sometimes with no last
 * line break, sometimes with CRLF. */
static slice random_page(uint32_t max, arena *a) {
    static const char *const LINES[] = {
        "",           "---",        "text",        "- item", "<p>x</p>",
        " ",          "\ttab",      "caf\xc3\xa9", "a",      "b",
        "c",          "\xff bytes", "+",           "-",      "\\ No newline at end of file",
        "@@ -1 +1 @@"};
    buffer page = buffer_new(a, 64);
    uint32_t count = roll(max + 1), crlf = roll(4) == 0, unended = roll(2);
    for (uint32_t i = 0; i < count; i++) {
        buffer_append_string(&page, LINES[roll(sizeof LINES / sizeof *LINES)]);
        if (i + 1 < count || !unended)
            buffer_append_string(&page, crlf ? "\r\n" : "\n");
    }
    return buffer_slice(&page);
}

/* The page with some lines replaced, so that old and new share most. */
static slice edited_page(slice page, arena *a) {
    buffer out = buffer_new(a, page.length + 64);
    for (size_t at = 0; at < page.length;) {
        size_t end = slice_find_char(page, '\n', at);
        end = end == SLICE_NONE ? page.length : end + 1;
        uint32_t what = roll(8);
        if (what == 0)
            buffer_append_string(&out, "new line\n");
        if (what != 1)
            buffer_append(&out, slice_sub(page, at, end));
        at = end;
    }
    return buffer_slice(&out);
}

static void write_file(slice path, slice content, arena *a) {
    FILE *file = fopen(slice_c_string(path, a), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content.data ? content.data : "", 1, content.length, file), content.length);
    fclose(file);
}

static slice read_back(slice path, arena *a) {
    FILE *file = fopen(slice_c_string(path, a), "rb");
    assert_non_null(file);
    buffer content = buffer_new(a, 1024);
    for (int c; (c = getc(file)) != EOF;)
        buffer_append_char(&content, (char)c);
    fclose(file);
    return buffer_slice(&content);
}

static void git_apply_gives_the_new_page(void **state) {
    (void)state;
    static const char *const NAMES[] = {"plain",       "with space", "quo\"te",  "back\\slash", "new\nline",
                                        "caf\xc3\xa9", "bytes\xff",  "tab\t",    "-dash",       "' '",
                                        "\x01",        " leading",   "trailing "};
    enum { PAGES = 400, NAME_COUNT = sizeof NAMES / sizeof *NAMES };
    arena *a = arena_new(0);
    char folder[] = "/tmp/isomerize-diff-XXXXXX";
    assert_non_null(mkdtemp(folder));
    buffer patch = buffer_new(a, 65536);
    slice names[PAGES], after[PAGES];
    for (int i = 0; i < PAGES; i++) {
        slice before = random_page(i < 200 ? 6 : 60, a);
        /* git takes the creation of a file for one that must not be there: an empty page has no diff that
         * applies. */
        while (!before.length)
            before = random_page(6, a);
        do
            after[i] = roll(2) ? random_page(i < 200 ? 6 : 60, a) : edited_page(before, a);
        while (!after[i].length);
        names[i] = format_slice(a, "%d%s", i, NAMES[i % NAME_COUNT]);
        write_file(format_slice(a, "%s/%.*s", folder, SLICE_ARGS(names[i])), before, a);
        report_unified_diff(names[i], before, after[i], false, &patch, a);
    }
    slice patch_path = format_slice(a, "%s/all.patch", folder);
    write_file(patch_path, buffer_slice(&patch), a);
    int status = system(
        slice_c_string(format_slice(a, "cd '%s' && git apply --whitespace=nowarn all.patch", folder), a));
    assert_int_equal(status, 0);
    for (int i = 0; i < PAGES; i++) {
        slice got = read_back(format_slice(a, "%s/%.*s", folder, SLICE_ARGS(names[i])), a);
        if (!slice_equal(got, after[i]))
            fail_msg("page %d (%.*s): git apply gave something else", i, SLICE_ARGS(names[i]));
    }
    assert_int_equal(system(slice_c_string(format_slice(a, "rm -r '%s'", folder), a)), 0);
    arena_destroy(a);
}

static void equal_pages_have_no_diff(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer out = buffer_new(a, 16);
    report_unified_diff(SLICE("x"), SLICE("same\n"), SLICE("same\n"), false, &out, a);
    assert_int_equal(out.length, 0);
    arena_destroy(a);
}

static size_t count_signs(slice diff, char sign) {
    size_t count = 0;
    for (size_t at = 0; at != SLICE_NONE && at < diff.length; count++) {
        at = slice_find(diff, sign == '+' ? SLICE("\n+") : SLICE("\n-"), at);
        if (at == SLICE_NONE)
            break;
        at++;
    }
    return count - 1; /* the header's */
}

static void the_diff_is_the_smallest(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer out = buffer_new(a, 64);
    report_unified_diff(SLICE("x"), SLICE("a\nb\nc\na\nb\nb\na\n"), SLICE("c\nb\na\nb\na\nc\n"), false, &out,
                        a);
    /* Myers' own example: five edits. */
    assert_int_equal(count_signs(buffer_slice(&out), '-') + count_signs(buffer_slice(&out), '+'), 5);
    arena_destroy(a);
}

static void a_terminal_gets_no_control_characters_of_a_page(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer out = buffer_new(a, 64);
    report_unified_diff(SLICE("x"), SLICE("old\n"), SLICE("\033]0;title\007 \xc2\x9b\n"), true, &out, a);
    assert_int_equal(slice_find(buffer_slice(&out), SLICE("\033]"), 0), SLICE_NONE);
    assert_int_equal(slice_find(buffer_slice(&out), SLICE("\xc2\x9b"), 0), SLICE_NONE);
    assert_int_not_equal(slice_find(buffer_slice(&out), SLICE("^[]0;title^G"), 0), SLICE_NONE);
    arena_destroy(a);
}

/* 60,000 lines of few kinds on both sides, in no common order: the worst case of the search. */
static void hostile_pages_take_bounded_time(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer before = buffer_new(a, 1 << 18), after = buffer_new(a, 1 << 18), out = buffer_new(a, 1 << 20);
    for (int i = 0; i < 60000; i++) {
        buffer_printf(&before, "%u\n", roll(3));
        buffer_printf(&after, "%u\n", roll(3) * 2);
    }
    clock_t start = clock();
    report_unified_diff(SLICE("x"), buffer_slice(&before), buffer_slice(&after), false, &out, a);
    assert_true((clock() - start) / CLOCKS_PER_SEC < 5);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(git_apply_gives_the_new_page),
        cmocka_unit_test(equal_pages_have_no_diff),
        cmocka_unit_test(the_diff_is_the_smallest),
        cmocka_unit_test(a_terminal_gets_no_control_characters_of_a_page),
        cmocka_unit_test(hostile_pages_take_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
