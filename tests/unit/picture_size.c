/* picture_read_size: each format's size, turned where the file says so, and what cut or false files give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pictures/pictures.h"

typedef struct size_case {
    const char *name;
    slice head;
    picture_state state;
    uint32_t width, height;
} size_case;

#define JPEG_FRAME "\xff\xc0\x00\x11\x08\x00\x64\x01\x2c\x03\x01\x11\x00\x02\x11\x01\x03\x11\x01"
#define EXIF(orientation)                                                                                    \
    "\xff\xe1\x00\x22"                                                                                       \
    "Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" orientation "\0\0\0\0\0\0"
#define AVIF(turn)                                                                                           \
    "\0\0\0\x10"                                                                                             \
    "ftypavif\0\0\0\0"                                                                                       \
    "\0\0\0\x5d"                                                                                             \
    "meta\0\0\0\0"                                                                                           \
    "\0\0\0\x0e"                                                                                             \
    "pitm\0\0\0\0\0\x01"                                                                                     \
    "\0\0\0\x43"                                                                                             \
    "iprp"                                                                                                   \
    "\0\0\0\x25"                                                                                             \
    "ipco"                                                                                                   \
    "\0\0\0\x14"                                                                                             \
    "ispe\0\0\0\0\0\0\x01\x2c\0\0\0\x64"                                                                     \
    "\0\0\0\x09"                                                                                             \
    "irot" turn "\0\0\0\x16"                                                                                 \
    "ipma\0\0\0\0\0\0\0\x01\0\x01\x02\x01\x82\0"

static const size_case CASES[] = {
    {"png", LITERAL("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\x2c\0\0\0\x64"), PICTURE_READ, 300, 100},
    {"png, cut", LITERAL("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"), PICTURE_CUT, 0, 0},
    {"png of no width", LITERAL("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\x64"), PICTURE_UNKNOWN, 0, 0},
    {"gif", LITERAL("GIF89a\x2c\x01\x64\0"), PICTURE_READ, 300, 100},
    {"webp, lossy", LITERAL("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x2c\x01\x64\0"), PICTURE_READ,
     300, 100},
    {"webp, lossless", LITERAL("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x2b\xc1\x18\0\0\0\0\0\0"), PICTURE_READ, 300,
     100},
    {"webp, extended", LITERAL("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x2b\x01\0\x63\0\0"), PICTURE_READ, 300,
     100},
    {"jpeg", LITERAL("\xff\xd8" JPEG_FRAME), PICTURE_READ, 300, 100},
    {"jpeg, upright", LITERAL("\xff\xd8" EXIF("\x01") JPEG_FRAME), PICTURE_READ, 300, 100},
    {"jpeg, turned", LITERAL("\xff\xd8" EXIF("\x06") JPEG_FRAME), PICTURE_READ, 100, 300},
    {"jpeg, cut in a segment", LITERAL("\xff\xd8\xff\xe2\xff\xff"), PICTURE_CUT, 0, 0},
    {"jpeg without a size", LITERAL("\xff\xd8\xff\xda\0\x02"), PICTURE_UNKNOWN, 0, 0},
    {"avif", LITERAL(AVIF("\0")), PICTURE_READ, 300, 100},
    {"avif, turned", LITERAL(AVIF("\x01")), PICTURE_READ, 100, 300},
    {"svg", LITERAL("<?xml version='1.0'?>\n<svg width=\"300px\" height='75pt' viewBox='0 0 1 1'>"),
     PICTURE_READ, 300, 100},
    {"svg of a view box", LITERAL("<svg viewBox=\"0 0 300 100\" width=\"100%\">"), PICTURE_READ, 300, 100},
    {"svg of one side", LITERAL("<svg width='150' viewBox='0,0,300,100'>"), PICTURE_READ, 150, 50},
    {"svg that says nothing", LITERAL("<svg xmlns='http://www.w3.org/2000/svg'>"), PICTURE_READ, 300, 150},
    {"text", LITERAL("Hello"), PICTURE_UNKNOWN, 0, 0},
    {"nothing", LITERAL(""), PICTURE_UNKNOWN, 0, 0},
};

static void sizes_are_read(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        picture_size size = {0, 0};
        print_message("%s\n", CASES[i].name);
        assert_int_equal(picture_read_size(CASES[i].head, &size), CASES[i].state);
        if (CASES[i].state != PICTURE_READ)
            continue;
        assert_int_equal(size.width, CASES[i].width);
        assert_int_equal(size.height, CASES[i].height);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(sizes_are_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
