/* AVIF (and its kin in the same container): boxes within boxes. The primary item's properties tell its size
 * and its turn (ISO/IEC 23008-12 §6.5). Comes in: a file's head. Goes out: the size as shown.
 */
#include "private.h"

#define BOXES_MAX 4096 /* looked at in one list */

/* Steps through the boxes in `boxes`: false at the end, or where one is cut off. */
static bool next_box(slice boxes, size_t *at, slice *type, slice *content) {
    size_t length = big_endian(boxes, *at, 4), header = 8;
    if (*at + 8 > boxes.length)
        return false;
    if (length == 1) { /* the length stands behind the type, in 8 bytes */
        if (*at + 16 > boxes.length || big_endian(boxes, *at + 8, 4) != 0)
            return false;
        length = big_endian(boxes, *at + 12, 4);
        header = 16;
    } else if (length == 0)
        length = boxes.length - *at;
    if (length < header || length > boxes.length - *at)
        return false;
    *type = slice_sub(boxes, *at + 4, *at + 8);
    *content = slice_sub(boxes, *at + header, *at + length);
    *at += length;
    return true;
}

static bool find_box(slice boxes, slice wanted, slice *content) {
    slice type;
    size_t at = 0;
    for (unsigned i = 0; i < BOXES_MAX && next_box(boxes, &at, &type, content); i++)
        if (slice_equal(type, wanted))
            return true;
    return false;
}

/* What the properties of one item say. */
typedef struct shown {
    picture_size size;
    bool turned; /* by 90 or 270 degrees */
} shown;

static void apply_property(shown *s, slice type, slice content) {
    if (slice_equal(type, SLICE("ispe")) && content.length >= 12)
        s->size = (picture_size){big_endian(content, 4, 4), big_endian(content, 8, 4)};
    else if (slice_equal(type, SLICE("irot")) && content.length >= 1)
        s->turned = content.data[0] & 1;
}

static void apply_property_at(shown *s, slice properties, uint32_t index) {
    slice type, content;
    size_t at = 0;
    for (uint32_t i = 1; i <= index && i < BOXES_MAX && next_box(properties, &at, &type, &content); i++)
        if (i == index)
            apply_property(s, type, content);
}

/* The properties that belong to the item, in the box `ipma`: a list of items, each with a list of indices. */
static void apply_associations(shown *s, slice ipma, slice properties, uint32_t item) {
    unsigned id_size = ipma.length && ipma.data[0] ? 4 : 2;
    unsigned index_size = big_endian(ipma, 3, 1) & 1 ? 2 : 1;
    uint32_t count = big_endian(ipma, 4, 4), steps = 0;
    size_t at = 8;
    for (uint32_t i = 0; i < count && at + id_size < ipma.length; i++) {
        bool wanted = big_endian(ipma, at, id_size) == item;
        uint32_t entries = big_endian(ipma, at + id_size, 1);
        at += id_size + 1;
        for (uint32_t k = 0; k < entries && wanted && steps < 64; k++, steps++) {
            uint32_t index = big_endian(ipma, at + (size_t)k * index_size, index_size);
            apply_property_at(s, properties, index & (index_size == 2 ? 0x7fff : 0x7f));
        }
        at += (size_t)entries * index_size;
    }
}

picture_state read_avif(slice head, picture_size *size) {
    slice meta, primary, properties, containers, ipma;
    if (!find_box(head, SLICE("meta"), &meta))
        return head.length < PICTURE_HEAD_MAX ? PICTURE_CUT : PICTURE_UNKNOWN;
    meta = slice_from(meta, 4);
    if (!find_box(meta, SLICE("pitm"), &primary) || !find_box(meta, SLICE("iprp"), &properties) ||
        !find_box(properties, SLICE("ipco"), &containers) || !find_box(properties, SLICE("ipma"), &ipma))
        return PICTURE_UNKNOWN;
    uint32_t item = big_endian(primary, 4, primary.length && primary.data[0] ? 4 : 2);
    shown s = {{0, 0}, false};
    apply_associations(&s, ipma, containers, item);
    *size = s.turned ? (picture_size){s.size.height, s.size.width} : s.size;
    return PICTURE_READ;
}
