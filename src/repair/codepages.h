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

/* From characters to their bytes, in all pages at once. Lives in the arena it was made in. */
typedef struct codepage_index codepage_index;
const codepage_index *codepage_index_new(arena *a);

/* The byte (0x80 to 0xFF) of a character in each page, 0: none; NULL where no page has it. A byte that a page
 * does not define is the C1 control of that number, as browsers decode it (WHATWG Encoding, "index
 * windows-1252"). */
const unsigned char *codepage_bytes(const codepage_index *index, uint32_t character);

#endif
