/* The code pages of codepages.def, both ways. */
#ifndef REPAIR_CODEPAGES_H
#define REPAIR_CODEPAGES_H

#include "base/base.h"

typedef enum codepage {
#define CODEPAGE(symbol, ...) CODEPAGE_##symbol,
#include "codepages.def"
#undef CODEPAGE
    CODEPAGE_COUNT
} codepage;

const char *codepage_name(codepage page);

/* The character of a byte; 0 where the page has none. Below 0x80 every page is ASCII. */
uint32_t codepage_decode(codepage page, unsigned char byte);

#endif
