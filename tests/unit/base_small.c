/* base/: what each small function does at its edges. */
#include "memory.h"

static void assert_text(const buffer *out, const char *expected) {
    assert_int_equal(out->length, strlen(expected));
    assert_memory_equal(out->data, expected, out->length);
}

/* ---- arena ------------------------------------------------------------------------------------------- */

static void chunks_that_are_too_small_are_passed_over(void **state) {
    (void)state;
    enum { SMALL = 1000, LARGE = 1 << 22 };
    for (size_t i = 0; i < 500; i++)
        memset(arena_alloc(memory, SMALL), 1, SMALL);
    arena_reset(memory);
    memset(arena_alloc(memory, LARGE), 2, LARGE); /* none of those kept has room for it */
    assert_int_equal(arena_used(memory), LARGE);
    arena_destroy(NULL);
}

static void what_shrinks_keeps_its_start(void **state) {
    (void)state;
    char *text = arena_alloc(memory, 100);
    memset(text, 'a', 100);
    arena_alloc(memory, 1);
    char *less = arena_grow(memory, text, 100, 10);
    for (size_t i = 0; i < 10; i++)
        assert_int_equal(less[i], 'a');
}

static void an_allocation_that_the_system_refuses_is_told(void **state) {
#ifdef ISOMERIZE_SANITIZED /* they end a program that asks for as much */
    (void)state;
    skip();
#else
    (void)state;
    static const size_t SIZES[] = {SIZE_MAX / 2 - 4096, SIZE_MAX / 2 + 1};
    for (volatile size_t i = 0; i < 2; i++) {
        jmp_buf jump;
        volatile bool jumped = true;
        if (setjmp(jump) == 0) {
            arena_on_exhausted(memory, &jump);
            arena_alloc(memory, SIZES[i]);
            jumped = false;
        }
        arena_on_exhausted(memory, NULL);
        assert_true(jumped);
        assert_true(arena_is_out_of_memory(memory) == (i == 0));
        arena_reset(memory);
    }
#endif
}

/* ---- text -------------------------------------------------------------------------------------------- */

static void white_space_is_what_ecmascript_takes_for_it(void **state) {
    (void)state;
    static const char *const SPACES[] = {" ",
                                         "\t\n\v\f\r",
                                         "\xC2\xA0",
                                         "\xE1\x9A\x80",
                                         "\xE2\x80\x80\xE2\x80\x8A",
                                         "\xE2\x80\xA8\xE2\x80\xA9",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\x9F",
                                         "\xE3\x80\x80",
                                         "\xEF\xBB\xBF"};
    static const char *const LETTERS[] = {
        "a", "\x08", "\x0E", "\xE2\x80\x8B", "\xE1\x9A\x81", "\xE1\xA0\x8E", "\xC2\x85"};
    for (size_t i = 0; i < sizeof SPACES / sizeof *SPACES; i++)
        assert_int_equal(slice_trim_wide(slice_of(SPACES[i])).length, 0);
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++)
        assert_int_equal(slice_trim_wide(slice_of(LETTERS[i])).length, strlen(LETTERS[i]));
}

static void html_is_escaped(void **state) {
    (void)state;
    buffer text = buffer_new(memory, 8), value = buffer_new(memory, 8);
    slice all = SLICE("<a&b>\"c\" \xC2\xA0\xC2\xA7 \xC2");
    buffer_append_html(&text, all, false);
    assert_text(&text, "&lt;a&amp;b&gt;\"c\" &nbsp;\xC2\xA7 \xC2");
    buffer_append_html(&value, all, true);
    assert_text(&value, "<a&amp;b>&quot;c&quot; &nbsp;\xC2\xA7 \xC2");
}

static void words_are_quoted_for_a_shell(void **state) {
    (void)state;
    static const struct {
        slice text;
        const char *quoted;
    } CASES[] = {
        {LITERAL("a-b_c./=,:1"), "a-b_c./=,:1"},
        {LITERAL("a b"), "'a b'"},
        {LITERAL(""), "''"},
        {LITERAL("it's"), "'it'\\''s'"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        buffer out = buffer_new(memory, 8);
        buffer_append_word(&out, CASES[i].text);
        assert_text(&out, CASES[i].quoted);
    }
    buffer out = buffer_new(memory, 8);
    buffer_append_word(&out, SLICE("a\0b")); /* no word can hold it: it must not look like one */
    assert_int_equal(out.data[0], '\'');
}

static void a_line_holds_no_control_characters(void **state) {
    (void)state;
    buffer out = buffer_new(memory, 8);
    buffer_append_on_line(&out, SLICE("a\n\x1B[1m\x7F \xC2\x9B \xC3 \xEF\xBF\xBD \xC3\xA9"));
    assert_text(&out, "a\\x0A\\x1B[1m\\x7F \\xC2\\x9B \\xC3 \xEF\xBF\xBD \xC3\xA9");
}

static void lines_are_found_by_the_last_mark_before(void **state) {
    (void)state;
    line_map map = line_map_new(memory);
    assert_int_equal(line_map_find(&map, 3), 0);
    line_map_add(&map, 2, 5);
    line_map_add(&map, 2, 6); /* nothing stands between them: the later one counts */
    line_map_add(&map, 4, 6);
    line_map_add(&map, 9, 7);
    assert_int_equal(line_map_find(&map, 0), 0);
    assert_int_equal(line_map_find(&map, 2), 6);
    assert_int_equal(line_map_find(&map, 8), 6);
    assert_int_equal(line_map_find(&map, 9), 7);
    assert_int_equal(map.marks.count, 2);
}

/* ---- comparing --------------------------------------------------------------------------------------- */

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

/* What is left of both sides when the changed items are taken out is the same. Sides of very different
 * lengths, few letters and no common order: the search ends at its limit, and at the edges of its box. */
static void what_is_kept_of_both_sides_is_the_same(void **state) {
    (void)state;
    static const size_t LENGTHS[][2] = {{0, 9}, {40, 40}, {3000, 3000}, {4000, 60}, {60, 4000}, {3000, 900}};
    uint32_t seed = 3;
    for (size_t round = 0; round < 12; round++) {
        size_t n = LENGTHS[round % 6][0], m = LENGTHS[round % 6][1];
        uint32_t letters = round < 6 ? 3 : 40;
        uint32_t *a = arena_zeroed(memory, (n + 1) * sizeof *a),
                 *b = arena_zeroed(memory, (m + 1) * sizeof *b);
        for (size_t i = 0; i < n; i++)
            a[i] = next_random(&seed) % letters;
        for (size_t i = 0; i < m; i++)
            b[i] = next_random(&seed) % letters;
        bool *a_changed = arena_zeroed(memory, n + 1), *b_changed = arena_zeroed(memory, m + 1);
        comparison c = {.a = a,
                        .b = b,
                        .a_count = n,
                        .b_count = m,
                        .ids = letters,
                        .a_changed = a_changed,
                        .b_changed = b_changed};
        compare(&c, memory);
        size_t i = 0, k = 0;
        for (;;) {
            while (i < n && a_changed[i])
                i++;
            while (k < m && b_changed[k])
                k++;
            if (i == n || k == m)
                break;
            assert_int_equal(a[i++], b[k++]);
        }
        assert_true(i == n && k == m);
    }
}

static void an_empty_list_of_json_stays_on_its_line(void **state) {
    (void)state;
    buffer out = buffer_new(memory, 8);
    json_writer j = {.out = &out, .is_indented = true};
    json_open(&j, '{');
    json_key(&j, SLICE("a"));
    json_open(&j, '[');
    json_close(&j, ']');
    json_close(&j, '}');
    assert_true(slice_find(buffer_slice(&out), SLICE("[]"), 0) != SLICE_NONE);
}

/* Whatever the bytes are. */
static void texts_of_json_are_utf8(void **state) {
    (void)state;
    static const char *const TEXTS[][2] = {
        {"a\"\\\n", "\"a\\\"\\\\\\n\""},
        {"\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\""},   /* breaks off */
        {"\xE2\x82(", "\"\xEF\xBF\xBD\xEF\xBF\xBD(\""}, /* ... before another character */
        {"\xF0\x9F\x98", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""},
        {"\xF0\x9F\x98(", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD(\""},
    };
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        buffer out = buffer_new(memory, 64);
        buffer_append_json(&out, slice_of(TEXTS[i][0]));
        assert_string_equal(slice_c_string(buffer_slice(&out), memory), TEXTS[i][1]);
    }
}

static void details_of_findings_stay_on_a_line(void **state) {
    (void)state;
    findings found = findings_new(memory);
    findings_add(&found, FINDING_SCRIPT, 1, "one\ntwo\r\nthree");
    assert_string_equal(slice_c_string(findings_at(&found, 0)->detail, memory), "one two  three");
}

static void nothing_is_found_behind_the_end(void **state) {
    (void)state;
    assert_int_equal(slice_find(SLICE("abc"), SLICE("c"), 2), 2);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("c"), 4), SLICE_NONE);
    assert_int_equal(slice_find(SLICE("abc"), SLICE(""), 3), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE(""), 4), SLICE_NONE);
    assert_int_equal(slice_find(SLICE("abc"), SLICE("abcd"), 0), SLICE_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chunks_that_are_too_small_are_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_shrinks_keeps_its_start, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_allocation_that_the_system_refuses_is_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(white_space_is_what_ecmascript_takes_for_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(html_is_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(words_are_quoted_for_a_shell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_line_holds_no_control_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lines_are_found_by_the_last_mark_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_kept_of_both_sides_is_the_same, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_list_of_json_stays_on_its_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(texts_of_json_are_utf8, set_up, tear_down),
        cmocka_unit_test_setup_teardown(details_of_findings_stay_on_a_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_found_behind_the_end, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
