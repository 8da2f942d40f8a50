/* The code pages of repair/ are those of iconv, byte by byte. */
#include "../../src/repair/codepages.h"

#include <cmocka.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

static const char *const ICONV_NAMES[CODEPAGE_COUNT] = {
    [CODEPAGE_WINDOWS_1252] = "CP1252", [CODEPAGE_LATIN_1] = "ISO-8859-1",
    [CODEPAGE_MAC_ROMAN] = "MACINTOSH", [CODEPAGE_WINDOWS_1250] = "CP1250",
    [CODEPAGE_WINDOWS_1251] = "CP1251", [CODEPAGE_CP437] = "IBM437",
    [CODEPAGE_WINDOWS_1253] = "CP1253", [CODEPAGE_WINDOWS_1254] = "CP1254",
    [CODEPAGE_WINDOWS_1257] = "CP1257", [CODEPAGE_ISO_8859_2] = "ISO-8859-2",
};

static uint32_t iconv_decode(iconv_t converter, unsigned char byte) {
    char in = (char)byte, *from = &in;
    uint32_t value = 0;
    char *to = (char *)&value;
    size_t left = 1, room = sizeof value;
    iconv(converter, NULL, NULL, NULL, NULL);
    return iconv(converter, &from, &left, &to, &room) == (size_t)-1 ? 0 : value;
}

/* glibc's MACINTOSH has the Greek capital delta where Apple's own table (the Unicode consortium's
 * VENDORS/APPLE/ROMAN.TXT) has the increment sign, and another
 * private character for Apple's logo. */
static bool is_known_difference(codepage page, unsigned byte) {
    return page == CODEPAGE_MAC_ROMAN && (byte == 0xC6 || byte == 0xF0);
}

static void code_pages_are_those_of_iconv(void **state) {
    (void)state;
    for (int page = 0; page < CODEPAGE_COUNT; page++) {
        iconv_t converter = iconv_open("UTF-32LE", ICONV_NAMES[page]);
        assert_true(converter != (iconv_t)-1);
        for (unsigned byte = 0x80; byte <= 0xFF; byte++)
            if (!is_known_difference((codepage)page, byte))
                assert_int_equal(codepage_decode((codepage)page, (unsigned char)byte),
                                 iconv_decode(converter, (unsigned char)byte));
        iconv_close(converter);
    }
}

static void every_byte_of_a_page_is_found_again(void **state) {
    (void)state;
    arena *a = arena_create(0);
    const codepage_index *index = codepage_index_new(a);
    for (int page = 0; page < CODEPAGE_COUNT; page++) {
        for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
            uint32_t character = codepage_decode((codepage)page, (unsigned char)byte);
            const unsigned char *bytes = codepage_bytes(index, character ? character : byte);
            assert_non_null(bytes);
            assert_int_equal(bytes[page], byte);
        }
    }
    assert_null(codepage_bytes(index, 0x4E2D));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_pages_are_those_of_iconv),
        cmocka_unit_test(every_byte_of_a_page_is_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
