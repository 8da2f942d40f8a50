/* Text about broken text: it shows broken text on purpose. */
#ifndef REPAIR_MENTION_H
#define REPAIR_MENTION_H

#include "characters.h"

#define MENTION_WINDOW 100 /* characters to each side that are looked at */

/* Do these words, in lower case, speak of encodings, or of how the character `about` shows? */
bool mention_talks(slice window, const character *about);

/* The same for the bytes of `line` around [from, to), as they stand. */
bool mention_talks_around(slice line, size_t from, size_t to, const character *about);

#endif
