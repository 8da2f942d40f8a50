/* Which encoding the bytes of a page are in that are no UTF-8. */
#ifndef REPAIR_ENCODINGS_H
#define REPAIR_ENCODINGS_H

#include "codepages.h"

/* A word among text of windows-1252 that may be in another page. */
typedef struct raw_word {
    uint32_t from, to; /* bytes of the text */
    codepage page;     /* in which it reads best */
    codepage other;    /* the one that comes near */
} raw_word;

typedef struct raw_encoding {
    codepage page;    /* in which the bytes read best */
    bool western;     /* windows-1252 comes near, or is it */
    bool certain;     /* no page in which they say something else comes near */
    vector others;    /* of raw_word, in the order of the text: never certain */
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
