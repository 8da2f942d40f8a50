/* Which encoding the bytes of a page are in that are no UTF-8. */
#ifndef REPAIR_ENCODINGS_H
#define REPAIR_ENCODINGS_H

#include "codepages.h"

typedef struct raw_encoding {
    codepage page;    /* in which the bytes read best */
    bool western;     /* windows-1252 comes near, or is it */
    bool certain;     /* no page in which they say something else comes near */
    bool whole;       /* the whole text is in it; else it is UTF-8 with bytes of that page here and there */
    const char *name; /* of the likely encoding where the text must not be read: unclear, or of several bytes
                         a character; else NULL */
} raw_encoding;

/* Of bytes that are no valid UTF-8. Looks at a bounded part of them. The memory is the arena's. */
raw_encoding raw_encoding_find(arena *a, slice bytes);

/* wide.c: the name of the encoding of several bytes a character that the text is likely in, by the bytes
 * used; else NULL. */
const char *likely_wide_encoding(slice bytes);

#endif
