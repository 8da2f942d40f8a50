/* pictures, inside: bytes of a file's head, and one reader a format. */
#ifndef ISOMERIZE_PICTURES_PRIVATE_H
#define ISOMERIZE_PICTURES_PRIVATE_H

#include "pictures/pictures.h"

/* A number of 1 to 4 bytes at `at`, 0 where the bytes end before. */
static inline uint32_t big_endian(slice s, size_t at, unsigned bytes) {
    uint32_t value = 0;
    if (at > s.length || bytes > s.length - at)
        return 0;
    for (unsigned i = 0; i < bytes; i++)
        value = value << 8 | (unsigned char)s.data[at + i];
    return value;
}

static inline uint32_t little_endian(slice s, size_t at, unsigned bytes) {
    uint32_t value = 0;
    if (at > s.length || bytes > s.length - at)
        return 0;
    for (unsigned i = bytes; i-- > 0;)
        value = value << 8 | (unsigned char)s.data[at + i];
    return value;
}

static inline bool has_at(slice s, size_t at, slice text) {
    return at <= s.length && slice_starts_with(slice_from(s, at), text);
}

picture_state read_jpeg(slice head, picture_size *size);
picture_state read_avif(slice head, picture_size *size);
picture_state read_svg(slice head, picture_size *size);

#endif
