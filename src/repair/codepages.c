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
