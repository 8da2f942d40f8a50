/* Any bytes as a picture: no read outside of them, and more bytes never make a known size unknown. */
#include "pictures/pictures.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    picture_size whole, head;
    picture_state state = picture_read_size((slice){(const char *)data, size}, &whole);
    if (state == PICTURE_READ && (!whole.width || !whole.height))
        abort();
    if (size > 64 && picture_read_size((slice){(const char *)data, size / 2}, &head) == PICTURE_READ &&
        (unsigned char)data[0] == 0xff && (unsigned char)data[1] == 0xd8 &&
        (state != PICTURE_READ || head.width != whole.width || head.height != whole.height))
        abort();
    return 0;
}
