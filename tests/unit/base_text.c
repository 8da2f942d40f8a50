/* Text: runs of words end where a reader that looks at one byte after the other says; formats are written as
 * printf writes them; lists are searched by their first bytes; words stand between white space. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>

static size_t words_end_by_bytes(slice s, size_t from, bool ascii) {
    for (; from < s.length; from++) {
        unsigned char c = (unsigned char)s.data[from];
        unsigned char next = from + 1 < s.length ? (unsigned char)s.data[from + 1] : 0;
        if (c < ' ' || (c == ' ' && next <= ' ') || (ascii && c >= 0x80))
            return from;
    }
    return from;
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static void words_end_where_a_byte_says_so(void **state) {
    (void)state;
    static const char BYTES[] = {' ',  ' ',  'a',  'z',        '!',        '\n',
                                 '\t', 0x1F, 0x7F, (char)0x80, (char)0xA0, (char)0xFF};
    uint32_t seed = 7;
    for (size_t round = 0; round < 20000; round++) {
        char text[64];
        size_t length = next_random(&seed) % sizeof text;
        for (size_t i = 0; i < length; i++) /* mostly words, so that runs get long */
            text[i] =
                next_random(&seed) % 12 ? (i % 6 ? 'x' : ' ') : BYTES[next_random(&seed) % sizeof BYTES];
        slice s = {text, length};
        for (size_t from = 0; from <= length; from++) {
            assert_int_equal(slice_words_end(s, from, true), words_end_by_bytes(s, from, true));
            assert_int_equal(slice_words_end(s, from, false), words_end_by_bytes(s, from, false));
        }
    }
}

/* What printf makes of it, whole and cut. */
static void writes_as_printf(arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void writes_as_printf(arena *a, const char *format, ...) {
    char expected[256];
    va_list arguments;
    va_start(arguments, format);
    size_t length = (size_t)vsnprintf(expected, sizeof expected, format, arguments);
    va_end(arguments);
    for (size_t most = 0; most <= length + 1; most++) {
        buffer out = buffer_new(a, 4);
        buffer_append_char(&out, '>');
        va_start(arguments, format);
        buffer_vprintf(&out, most, format, arguments);
        va_end(arguments);
        size_t cut = most < length ? most : length;
        assert_int_equal(out.length, cut + 1);
        assert_memory_equal(out.data + 1, expected, cut);
        assert_int_equal(out.data[out.length], 0);
    }
}

static void formats_are_written_as_printf_writes_them(void **state) {
    (void)state;
    arena *a = arena_new(0);
    slice text = SLICE("caf\xC3\xA9 au lait"), none = {NULL, 0}, nul = SLICE("a\0b");
    writes_as_printf(a, "no conversion");
    writes_as_printf(a, "<%.*s> and <%.*s>, <%.*s>", SLICE_ARGS(text), SLICE_ARGS(none), SLICE_ARGS(nul));
    writes_as_printf(a, "<%.*s>", -1, "a negative precision is none");
    writes_as_printf(a, "%s%s: %c%c", "a", "", 'x', 'y');
    writes_as_printf(a, "%u %u %zu %zu", 0u, UINT_MAX, (size_t)10, SIZE_MAX);
    writes_as_printf(a, "%d %d %d %lld %lld", 0, -1, INT_MIN, LLONG_MIN, LLONG_MAX);
    writes_as_printf(a, "%s 100%%, then %d", "first", 7);
    writes_as_printf(a, "%.*s|%5u|%-4s|%.3f|%02X|%s", SLICE_ARGS(text), 12u, "ab", 2.5, 10u, "end");
    arena_destroy(a);
}

static void lists_are_searched_by_first_bytes(void **state) {
    (void)state;
    static const slice NAMES[] = {LITERAL(""),    LITERAL("a"),  LITERAL("ab"),
                                  LITERAL("abc"), LITERAL("ca"), LITERAL("\xFFz")};
    slice_table table = {.names = NAMES, .count = sizeof NAMES / sizeof *NAMES};
    slice_table_index(&table);
    for (size_t i = 1; i < table.count; i++)
        assert_int_equal(slice_table_find(&table, NAMES[i]), i);
    static const slice OTHERS[] = {LITERAL(""),     LITERAL("b"),    LITERAL("abd"), LITERAL("abcd"),
                                   LITERAL("\xFF"), LITERAL("\x01"), LITERAL("c")};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_true(slice_table_find(&table, OTHERS[i]) == SLICE_NONE);
}

static void markup_is_found_in_any_place(void **state) {
    (void)state;
    static const char MARKUP[] = "<>&\"\n\xC2", OTHERS[] = "a =;?%\b\x0B*.\xC3\xE2\x82'!~\x7F\x01";
    char text[40];
    for (size_t other = 0; other < sizeof OTHERS; other++) /* the NUL, too */
        for (size_t length = 0; length <= sizeof text; length++) {
            memset(text, OTHERS[other], sizeof text);
            assert_int_equal(slice_find_markup((slice){text, length}, 0), length);
            for (size_t at = 0; at < length; at++) {
                text[at] = MARKUP[(at + length) % (sizeof MARKUP - 1)];
                assert_int_equal(slice_find_markup((slice){text, length}, 0), at);
                assert_int_equal(slice_find_markup((slice){text, length}, at), at);
                assert_int_equal(slice_find_markup((slice){text, length}, at + 1), length);
                text[at] = OTHERS[other];
            }
        }
}

static void words_stand_between_white_space(void **state) {
    (void)state;
    const slice words = SLICE(" one\ttwo\v\fthree\r\nfour-five  \xC3\xA9\xC2\xA0six ");
    static const slice HELD[] = {LITERAL("one"), LITERAL("two"), LITERAL("three"), LITERAL("four-five"),
                                 LITERAL("\xC3\xA9\xC2\xA0six")};
    static const slice OTHERS[] = {LITERAL(""),         LITERAL("on"),      LITERAL("four"), LITERAL("five"),
                                   LITERAL("one\ttwo"), LITERAL("two\v\f"), LITERAL(" "),    LITERAL("six")};
    size_t at = 0;
    for (size_t i = 0; i < sizeof HELD / sizeof *HELD; i++) {
        assert_true(slice_equal(slice_next_word(words, &at), HELD[i]));
        assert_true(slice_has_word(words, HELD[i]));
    }
    assert_int_equal(slice_next_word(words, &at).length, 0);
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_false(slice_has_word(words, OTHERS[i]));
    assert_false(slice_has_word(SLICE(""), SLICE("one")));
}

static void wide_white_space_is_trimmed(void **state) {
    (void)state;
    static const slice TEXTS[][2] = {
        {LITERAL(""), LITERAL("")},
        {LITERAL(" \xC2\xA0\n\xE3\x80\x80"), LITERAL("")},
        {LITERAL("\xE2\x80\xA8 a \xEF\xBB\xBF"), LITERAL("a")},
        {LITERAL("\xC3\xA9 \xE2\x80\x8B"), LITERAL("\xC3\xA9 \xE2\x80\x8B")}, /* a zero width space is none */
        {LITERAL("~ b\x7F"), LITERAL("~ b\x7F")},
        {LITERAL("\xA0\x01"), LITERAL("\xA0\x01")}};
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++)
        assert_true(slice_equal(slice_trim_wide(TEXTS[i][0]), TEXTS[i][1]));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_end_where_a_byte_says_so),
                                       cmocka_unit_test(formats_are_written_as_printf_writes_them),
                                       cmocka_unit_test(lists_are_searched_by_first_bytes),
                                       cmocka_unit_test(markup_is_found_in_any_place),
                                       cmocka_unit_test(words_stand_between_white_space),
                                       cmocka_unit_test(wide_white_space_is_trimmed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
