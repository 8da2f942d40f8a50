/* The insides of repair/: what its files share. Text here is valid UTF-8 unless a comment says bytes. */
#ifndef REPAIR_PRIVATE_H
#define REPAIR_PRIVATE_H

#include "repair.h"

typedef struct repair_job {
    const repair_options *options; /* never NULL */
    arena *arena;
    findings *found;
} repair_job;

static inline bool is_off(const repair_job *job, finding_code code) {
    return job->options->off[code];
}

/* bytes.c: any bytes → valid UTF-8 with LF line ends, without a byte order mark. */
slice decode_bytes(const repair_job *job, slice bytes);

/* text.c: mends what is broken in valid UTF-8. */
slice mend_text(const repair_job *job, slice text);

/* Length of the UTF-8 sequence at `p` (1 to 4), or 0 where there is none. `left` bytes can be read, at
 * least 1. Table 3-7 of the Unicode standard: no overlong form, no surrogate, nothing above U+10FFFF. */
static inline size_t utf8_sequence_length(const unsigned char *p, size_t left) {
    unsigned char lead = p[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4 || left < 2)
        return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (left < 3 || (p[2] & 0xC0) != 0x80)
        return 0;
    if (lead < 0xF0)
        return 3;
    return left >= 4 && (p[3] & 0xC0) == 0x80 ? 4 : 0;
}

/* The valid sequences of three bytes that need no closer look: U+0800 to U+CFFF, where most scripts of Asia
 * are. */
static inline bool is_plain_triple(const unsigned char *p, size_t left) {
    return left >= 3 && p[0] >= 0xE0 && p[0] <= 0xEC && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
           (p[0] != 0xE0 || p[1] >= 0xA0);
}

/* The code point of a sequence whose length is known to be right. */
static inline uint32_t utf8_value(const unsigned char *p, size_t length) {
    switch (length) {
    case 1:
        return p[0];
    case 2:
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    default:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3F);
    }
}

#define REPLACEMENT 0xFFFDu

#endif
