/* The formats by their first bytes, and those whose size stands at a fixed place. Comes in: a file's head.
 * Goes out: its size. It never reads behind the bytes given.
 */
#include "private.h"

/* PNG (3rd edition) §11.2.1: the IHDR chunk comes first. */
static picture_state read_png(slice head, picture_size *size) {
    if (head.length < 24)
        return PICTURE_CUT;
    *size = (picture_size){big_endian(head, 16, 4), big_endian(head, 20, 4)};
    return has_at(head, 12, SLICE("IHDR")) ? PICTURE_READ : PICTURE_UNKNOWN;
}

/* GIF89a §18: the logical screen. */
static picture_state read_gif(slice head, picture_size *size) {
    if (head.length < 10)
        return PICTURE_CUT;
    *size = (picture_size){little_endian(head, 6, 2), little_endian(head, 8, 2)};
    return PICTURE_READ;
}

/* WebP (RFC 9649): §2.5 lossy, with the frame header of RFC 6386 §9.1; §2.6 and §3.4 lossless; §2.7 extended.
 */
static picture_state read_webp(slice head, picture_size *size) {
    if (head.length < 30)
        return PICTURE_CUT;
    if (has_at(head, 12, SLICE("VP8X")))
        *size = (picture_size){little_endian(head, 24, 3) + 1, little_endian(head, 27, 3) + 1};
    else if (has_at(head, 12, SLICE("VP8L")) && head.data[20] == 0x2f) {
        uint32_t bits = little_endian(head, 21, 4);
        *size = (picture_size){(bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1};
    } else if (has_at(head, 12, SLICE("VP8 ")) && has_at(head, 23, SLICE("\x9d\x01\x2a")))
        *size = (picture_size){little_endian(head, 26, 2) & 0x3fff, little_endian(head, 28, 2) & 0x3fff};
    else
        return PICTURE_UNKNOWN;
    return PICTURE_READ;
}

static picture_state read_by_format(slice head, picture_size *size) {
    if (slice_starts_with(head, SLICE("\x89PNG\r\n\x1a\n")))
        return read_png(head, size);
    if (slice_starts_with(head, SLICE("\xff\xd8")))
        return read_jpeg(head, size);
    if (slice_starts_with(head, SLICE("GIF8")))
        return read_gif(head, size);
    if (slice_starts_with(head, SLICE("RIFF")) && has_at(head, 8, SLICE("WEBP")))
        return read_webp(head, size);
    if (has_at(head, 4, SLICE("ftyp")))
        return read_avif(head, size);
    return read_svg(head, size);
}

picture_state picture_read_size(slice head, picture_size *size) {
    *size = (picture_size){0, 0};
    picture_state state = read_by_format(head, size);
    return state == PICTURE_READ && (!size->width || !size->height) ? PICTURE_UNKNOWN : state;
}
