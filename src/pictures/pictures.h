/* pictures/: the size of a picture, read from the first bytes of its file.
 *
 * Comes in: the head of a file (any bytes). Goes out: its width and height in CSS pixels, as a browser shows
 * it without any style: turned as EXIF or the file says. Pure, and never reads more than it was given.
 */
#ifndef ISOMERIZE_PICTURES_H
#define ISOMERIZE_PICTURES_H

#include "base/base.h"

typedef struct picture_size {
    uint32_t width, height; /* at least 1 */
} picture_size;

/* What most files need at most, and what a photograph with previews and profiles before its size may need. */
#define PICTURE_HEAD ((size_t)64 << 10)
#define PICTURE_HEAD_MAX ((size_t)1 << 20)

typedef enum picture_state {
    PICTURE_READ,
    PICTURE_CUT,    /* the size stands behind the bytes given */
    PICTURE_UNKNOWN /* no picture of a known format (PNG, JPEG, GIF, WebP, AVIF, SVG), or none with a size */
} picture_state;

/* `size` is set where the answer is PICTURE_READ. Linear in `head`. */
picture_state picture_read_size(slice head, picture_size *size);

#endif
