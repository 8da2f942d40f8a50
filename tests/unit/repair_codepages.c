/* The code pages of repair/ are those of iconv, byte by byte. */
#include "../../src/repair/codepages.h"

#include <cmocka.h>
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

static const char *const ICONV_NAMES[CODEPAGE_COUNT] = {
    [CODEPAGE_WINDOWS_1252] = "CP1252",
    [CODEPAGE_LATIN_1] = "ISO-8859-1",
    [CODEPAGE_MAC_ROMAN] = "MACINTOSH",
    [CODEPAGE_WINDOWS_1250] = "CP1250",
    [CODEPAGE_WINDOWS_1251] = "CP1251",
    [CODEPAGE_CP437] = "IBM437",
    [CODEPAGE_WINDOWS_1253] = "CP1253",
    [CODEPAGE_WINDOWS_1254] = "CP1254",
    [CODEPAGE_WINDOWS_1257] = "CP1257",
    [CODEPAGE_ISO_8859_2] = "ISO-8859-2",
    [CODEPAGE_CP850] = "CP850",
    [CODEPAGE_CP852] = "CP852",
    [CODEPAGE_CP866] = "CP866",
    [CODEPAGE_KOI8_R] = "KOI8-R",
    [CODEPAGE_KOI8_U] = "KOI8-U",
    [CODEPAGE_MAC_CYRILLIC] = "MAC-CYRILLIC",
    [CODEPAGE_ISO_8859_5] = "ISO-8859-5",
    [CODEPAGE_MAC_CENTRAL_EUROPE] = "MAC-CENTRALEUROPE",
    [CODEPAGE_ISO_8859_7] = "ISO-8859-7",
    [CODEPAGE_ISO_8859_9] = "ISO-8859-9",
    [CODEPAGE_ISO_8859_15] = "ISO-8859-15",
    [CODEPAGE_WINDOWS_1255] = "CP1255",
    [CODEPAGE_WINDOWS_1256] = "CP1256",
    [CODEPAGE_WINDOWS_1258] = "CP1258",
    [CODEPAGE_WINDOWS_874] = "CP874",
    [CODEPAGE_ISO_8859_13] = "ISO-8859-13",
    [CODEPAGE_ISO_8859_6] = "ISO-8859-6",
    [CODEPAGE_CP737] = "CP737",
    [CODEPAGE_CP775] = "CP775",
    [CODEPAGE_CP857] = "CP857",
};

static uint32_t iconv_decode(iconv_t converter, unsigned char byte) {
    char in = (char)byte, *from = &in;
    uint32_t value = 0;
    char *to = (char *)&value;
    size_t left = 1, room = sizeof value;
    iconv(converter, NULL, NULL, NULL, NULL);
    bool known = iconv(converter, &from, &left, &to, &room) != (size_t)-1;
    iconv(converter, NULL, NULL, &to, &room); /* what waits for a mark to combine with */
    return known ? value : 0;
}

/* glibc's MACINTOSH has the Greek capital delta where Apple's own table (the Unicode consortium's
 * VENDORS/APPLE/ROMAN.TXT) has the increment sign, and another
 * private character for Apple's logo; its MAC-CYRILLIC is the one before the euro and the Ukrainian letters
 * (VENDORS/APPLE/CYRILLIC.TXT, UKRAINE.TXT). */
static bool is_known_difference(codepage page, unsigned byte) {
    return (page == CODEPAGE_MAC_ROMAN && (byte == 0xC6 || byte == 0xF0)) ||
           (page == CODEPAGE_MAC_CYRILLIC && (byte == 0xA2 || byte == 0xB6 || byte == 0xFF));
}

static void code_pages_are_those_of_iconv(void **state) {
    (void)state;
    for (int page = 0; page < CODEPAGE_COUNT; page++) {
        if (!ICONV_NAMES[page])
            continue; /* glibc has no such table */
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
    const codepage_index *index = codepage_index_get();
    for (int page = 0; page < CODEPAGE_COUNT; page++) {
        for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
            uint32_t character = codepage_decode((codepage)page, (unsigned char)byte);
            if (character == 0 && byte >= 0xA0)
                continue; /* one that the page may have elsewhere */
            const codepage_row *row = codepage_find(index, character ? character : byte);
            assert_non_null(row);
            assert_int_equal(row->bytes[page], byte);
        }
    }
    assert_null(codepage_find(index, 0x4E2D));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_pages_are_those_of_iconv),
        cmocka_unit_test(every_byte_of_a_page_is_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
