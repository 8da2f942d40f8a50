/* wire.h: what passes between the run and the process that has the network (downloader.h).
 *
 * One message after the other on a pipe, a head of fixed size and up to four texts. Each side takes the other
 * for hostile: what reads pages may be in the hands of a page, what has the network in those of a server. So
 * every length has its limit, and texts that are not a file's own bytes hold no control characters.
 */
#ifndef ISOMERIZE_ASSETS_WIRE_H
#define ISOMERIZE_ASSETS_WIRE_H

#include "base/base.h"

enum {
    WIRE_SLOTS = 192,     /* transfers at a time; each has one of these numbers */
    WIRE_MAX = 64 * 1024, /* bytes of a message */
    WIRE_BODY = 32 * 1024,
    WIRE_URL = 16 * 1024,
    WIRE_TEXT = 255,
    WIRE_TEXTS = 4,
    WIRE_NUMBERS = 3
};

typedef enum wire_side { WIRE_FROM_RUN, WIRE_FROM_DOWNLOADER } wire_side;

typedef enum wire_kind {
    WIRE_HOST,   /* may be asked: port (0: the scheme's), 1 if the text is literal; a pattern of rules.c */
    WIRE_SEAL,   /* no more of them */
    WIRE_ASK,    /* limit of bytes, wire_condition, where to go on; address, etag, last-modified */
    WIRE_CANCEL, /* answered by its end */
    WIRE_HEAD,   /* status 200 or 206, 1 if unpacked; etag, last-modified, content-type, content-range */
    WIRE_BYTES,  /* of the body, in order, after the head */
    WIRE_END,    /* one for each WIRE_ASK: wire_end, status, seconds to wait; words, where to go instead */
    WIRE_KINDS
} wire_kind;

typedef enum wire_condition { WIRE_ALWAYS, WIRE_IF_CHANGED, WIRE_FROM } wire_condition;

typedef enum wire_end {
    WIRE_DONE,        /* with any status */
    WIRE_PASSING,     /* worth another try; words */
    WIRE_FAILED,      /* words */
    WIRE_NOT_PUBLIC,  /* the host's address */
    WIRE_NOT_ALLOWED, /* the address is of no host that was named */
    WIRE_TOO_LARGE,
    WIRE_RUN_TOO_LARGE, /* all files together */
    WIRE_CANCELLED,
    WIRE_ENDS
} wire_end;

typedef struct wire_message {
    wire_kind kind;
    uint16_t slot;
    uint64_t numbers[WIRE_NUMBERS];
    slice texts[WIRE_TEXTS]; /* read: in the bytes given */
} wire_message;

/* The message's length in `out`; 0: a text is longer than its kind allows. */
size_t wire_write(const wire_message *m, char out[WIRE_MAX]);

typedef enum wire_state { WIRE_WHOLE, WIRE_MORE, WIRE_WRONG } wire_state;

/* Takes the first message off `bytes`. WIRE_MORE: its end is not there yet; WIRE_WRONG: no such message comes
 * from that side, and nothing behind it can be read. */
wire_state wire_read(slice *bytes, wire_side from, wire_message *m);

#endif
