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

_Static_assert(CODEPAGE_COUNT < 32, "pages are bits of a word, and numbers of five bits");

/* From characters to their bytes, in all pages at once. One for the process, made at the first call; safe
 * from any thread. */
typedef struct codepage_index codepage_index;
const codepage_index *codepage_index_get(void);

/* A character in all pages: its byte (0x80 to 0xFF) in each, 0: none; and the pages, as bits, in which that
 * byte can begin a UTF-8 sequence or go on with one. */
typedef struct codepage_row {
    uint32_t leads, trails;
    unsigned char bytes[CODEPAGE_COUNT];
} codepage_row;

/* The row of a character; NULL where no page has it. A byte that a page does not define is the character
 * of that number, as browsers (WHATWG Encoding, "index windows-1252") and scripts decode it, unless the page
 * has that character elsewhere. */
const codepage_row *codepage_find(const codepage_index *index, uint32_t character);

#endif
