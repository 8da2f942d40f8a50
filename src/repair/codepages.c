/* The code pages of codepages.def, both ways. */
#include "codepages.h"

#include <threads.h>

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
    codepage_row all[ROWS_MAX + 1];
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

static bool has_character(codepage page, uint32_t character) {
    for (size_t i = 0; i < 128; i++)
        if (PAGES[page].characters[i] == character)
            return true;
    return false;
}

static void add_byte(codepage_row *row, size_t page, unsigned char byte) {
    row->bytes[page] = byte;
    if (byte >= 0xC2 && byte <= 0xF4)
        row->leads |= UINT32_C(1) << page;
    else if (byte <= 0xBF)
        row->trails |= UINT32_C(1) << page;
}

/* A control of this number, in the pages that share their upper half with ISO-8859: programs mix the two. */
static void add_control(codepage_index *index, unsigned char byte) {
    codepage_row *row = &index->all[*row_slot(index, byte)];
    for (size_t page = 0; page < CODEPAGE_COUNT; page++)
        if (row->bytes[page] == 0 && PAGES[page].characters[0xA0 - 0x80] == 0xA0)
            add_byte(row, page, byte);
}

static codepage_index INDEX; /* written once, before anyone reads it */

static void make_index(void) {
    codepage_index *index = &INDEX;
    for (size_t page = 0; page < CODEPAGE_COUNT; page++) {
        for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
            uint32_t character = PAGES[page].characters[byte - 0x80];
            if (character == 0 && has_character((codepage)page, byte))
                continue;
            uint16_t *slot = row_slot(index, character ? character : byte);
            if (*slot == 0)
                *slot = ++index->rows;
            add_byte(&index->all[*slot], page, (unsigned char)byte);
        }
    }
    for (unsigned byte = 0x80; byte <= 0x9F; byte++)
        add_control(index, (unsigned char)byte);
}

const codepage_index *codepage_index_get(void) {
    static once_flag made = ONCE_FLAG_INIT;
    call_once(&made, make_index);
    return &INDEX;
}

const codepage_row *codepage_find(const codepage_index *index, uint32_t character) {
    uint16_t row = 0;
    if (character < DENSE_END) {
        row = index->row_of[character];
    } else {
        for (size_t i = 0; i < index->sparse_count; i++)
            if (index->sparse[i] == character)
                row = index->sparse_rows[i];
    }
    return row ? &index->all[row] : NULL;
}
