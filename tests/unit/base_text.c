/* Text: runs of words end where a reader that looks at one byte after the other says. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_end_where_a_byte_says_so)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
