/* JPEG: the size stands in the frame header, behind any number of other segments; one of them may say that
 * the picture is to be turned (EXIF 2.32 §4.6.4, tag 0x0112), as browsers do. Comes in: a file's head. Goes
 * out: the size as shown.
 */
#include "private.h"

/* The frame headers SOF0 … SOF15; C4, C8 and CC are something else (ITU T.81, table B.1). */
static bool is_frame_header(unsigned marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Markers that stand alone: TEM, RST0 … RST7, SOI. */
static bool has_no_length(unsigned marker) {
    return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
}

/* Whether the EXIF data says that width and height change places: orientations 5 to 8. */
static bool is_turned(slice exif) {
    bool little = slice_starts_with(exif, SLICE("II"));
    uint32_t (*number)(slice, size_t, unsigned) = little ? little_endian : big_endian;
    if (!little && !slice_starts_with(exif, SLICE("MM")))
        return false;
    size_t directory = number(exif, 4, 4);
    uint32_t count = number(exif, directory, 2);
    for (uint32_t i = 0; i < count; i++) {
        size_t entry = directory + 2 + (size_t)12 * i;
        if (entry + 12 > exif.length)
            return false;
        if (number(exif, entry, 2) == 0x0112)
            return number(exif, entry + 8, 2) >= 5 && number(exif, entry + 8, 2) <= 8;
    }
    return false;
}

picture_state read_jpeg(slice head, picture_size *size) {
    bool turned = false;
    for (size_t at = 2; at + 4 <= head.length;) {
        unsigned marker = (unsigned char)head.data[at + 1];
        if ((unsigned char)head.data[at] != 0xff)
            return PICTURE_UNKNOWN;
        if (marker == 0xff || has_no_length(marker)) { /* a fill byte; a marker alone */
            at += marker == 0xff ? 1 : 2;
            continue;
        }
        size_t length = big_endian(head, at + 2, 2);
        slice segment = slice_sub(head, at + 4, at + 2 + length);
        if (length < 2 || marker == 0xd9 || marker == 0xda) /* the end, or the picture itself */
            return PICTURE_UNKNOWN;
        if (is_frame_header(marker)) {
            if (segment.length < 5)
                return PICTURE_CUT;
            uint32_t height = big_endian(segment, 1, 2), width = big_endian(segment, 3, 2);
            *size = turned ? (picture_size){height, width} : (picture_size){width, height};
            return PICTURE_READ;
        }
        if (marker == 0xe1 && slice_starts_with(segment, SLICE("Exif\0\0")))
            turned = is_turned(slice_from(segment, 6));
        at += 2 + length;
    }
    return PICTURE_CUT;
}
