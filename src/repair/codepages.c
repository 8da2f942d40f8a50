/* The code pages of codepages.def, both ways. */
#include "codepages.h"

static const struct {
    const char *name;
    uint16_t characters[128];
} PAGES[] = {
#define CODEPAGE(symbol, name, ...) {name, {__VA_ARGS__}},
#include "codepages.def"
#undef CODEPAGE
};

const char *codepage_name(codepage page) {
    return PAGES[page].name;
}

uint32_t codepage_decode(codepage page, unsigned char byte) {
    return byte < 0x80 ? byte : PAGES[page].characters[byte - 0x80];
}

/* Characters below DENSE_END are found by their number, the few above (ligatures, Apple's logo) by looking
 * through. */
#define DENSE_END 0x2600
#define ROWS_MAX (CODEPAGE_COUNT * 128)

struct codepage_index {
    uint16_t row_of[DENSE_END]; /* 0: no page has it */
    uint32_t sparse[8];
    uint16_t sparse_rows[8];
    size_t sparse_count;
    uint16_t rows;
    unsigned char bytes[ROWS_MAX + 1][CODEPAGE_COUNT];
};

static uint16_t *row_slot(codepage_index *index, uint32_t character) {
    if (character < DENSE_END)
        return &index->row_of[character];
    size_t at = 0;
    while (at < index->sparse_count && index->sparse[at] != character)
        at++;
    if (at == index->sparse_count)
        index->sparse[index->sparse_count++] = character;
    return &index->sparse_rows[at];
}

const codepage_index *codepage_index_new(arena *a) {
    codepage_index *index = arena_zeroed(a, sizeof *index);
    for (size_t page = 0; page < CODEPAGE_COUNT; page++) {
        for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
            uint32_t character = PAGES[page].characters[byte - 0x80];
            uint16_t *slot = row_slot(index, character ? character : byte);
            if (*slot == 0)
                *slot = ++index->rows;
            index->bytes[*slot][page] = (unsigned char)byte;
        }
    }
    return index;
}

const unsigned char *codepage_bytes(const codepage_index *index, uint32_t character) {
    uint16_t row = 0;
    if (character < DENSE_END) {
        row = index->row_of[character];
    } else {
        for (size_t i = 0; i < index->sparse_count; i++)
            if (index->sparse[i] == character)
                row = index->sparse_rows[i];
    }
    return row ? index->bytes[row] : NULL;
}
