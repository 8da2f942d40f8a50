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

/* text.c: repairs what is broken in valid UTF-8. */
slice mend_text(const repair_job *job, slice text);

/* The valid sequences of three bytes that need no closer look: U+0800 to U+CFFF, where most scripts of Asia
 * are. */
static inline bool is_plain_triple(const unsigned char *p, size_t left) {
    return left >= 3 && p[0] >= 0xE0 && p[0] <= 0xEC && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
           (p[0] != 0xE0 || p[1] >= 0xA0);
}

#define REPLACEMENT 0xFFFDu

#endif
