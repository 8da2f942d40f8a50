/* The model of honest text: characters.def, and which kinds of character stand beside which. */
#include "characters.h"

#include <utf8proc.h>

static const struct {
    uint32_t first, last;
    uint8_t kind, script, alone, within;
} RANGES[] = {
#define CHARACTERS(first, last, kind, script, alone, within)                                                 \
    {first, last, KIND_##kind, SCRIPT_##script, alone, within},
#include "characters.def"
#undef CHARACTERS
};

/* Points on top for a kind behind a kind: 0 where nothing is said. Not between two ASCII characters. */
static const uint8_t BESIDE[KIND_COUNT][KIND_COUNT] = {
    [KIND_SPACE] = {[KIND_CLOSING] = 3, [KIND_SUFFIX] = 3, [KIND_MODIFIER] = 2},
    [KIND_DIGIT] = {[KIND_MODIFIER] = 3, [KIND_OPENING] = 4, [KIND_BOX] = 3, [KIND_PREFIX] = 2},
    [KIND_LOWER] = {[KIND_UPPER] = 6,
                    [KIND_OPENING] = 5,
                    [KIND_PREFIX] = 4,
                    [KIND_SIGN] = 3,
                    [KIND_MODIFIER] = 4,
                    [KIND_BOX] = 6,
                    [KIND_PICTURE] = 1},
    [KIND_UPPER] = {[KIND_OPENING] = 5,
                    [KIND_PREFIX] = 4,
                    [KIND_SIGN] = 3,
                    [KIND_MODIFIER] = 4,
                    [KIND_BOX] = 6,
                    [KIND_PICTURE] = 1},
    [KIND_LETTER] = {[KIND_PREFIX] = 2, [KIND_MODIFIER] = 4, [KIND_BOX] = 6},
    [KIND_MARK] = {[KIND_MODIFIER] = 4},
    [KIND_OPENING] = {[KIND_SPACE] = 3,
                      [KIND_CLOSING] = 3,
                      [KIND_SUFFIX] = 4,
                      [KIND_STOP] = 2,
                      [KIND_MODIFIER] = 3,
                      [KIND_SIGN] = 1},
    [KIND_CLOSING] = {[KIND_LOWER] = 4,
                      [KIND_UPPER] = 3,
                      [KIND_DIGIT] = 3,
                      [KIND_OPENING] = 3,
                      [KIND_PREFIX] = 3,
                      [KIND_MODIFIER] = 4,
                      [KIND_SIGN] = 1,
                      [KIND_SUFFIX] = 1},
    [KIND_QUOTE] = {[KIND_MODIFIER] = 4, [KIND_SUFFIX] = 2, [KIND_SIGN] = 2},
    [KIND_DASH] = {[KIND_MODIFIER] = 3, [KIND_SUFFIX] = 3},
    [KIND_STOP] = {[KIND_LOWER] = 1, [KIND_SUFFIX] = 2, [KIND_MODIFIER] = 4},
    [KIND_SUFFIX] = {[KIND_LOWER] = 4,
                     [KIND_UPPER] = 4,
                     [KIND_DIGIT] = 3,
                     [KIND_OPENING] = 4,
                     [KIND_SUFFIX] = 3,
                     [KIND_PREFIX] = 4,
                     [KIND_SIGN] = 3,
                     [KIND_MODIFIER] = 4},
    [KIND_PREFIX] = {[KIND_LOWER] = 3,
                     [KIND_UPPER] = 2,
                     [KIND_CLOSING] = 4,
                     [KIND_OPENING] = 4,
                     [KIND_QUOTE] = 2,
                     [KIND_STOP] = 1,
                     [KIND_SUFFIX] = 5,
                     [KIND_PREFIX] = 5,
                     [KIND_SIGN] = 4,
                     [KIND_MODIFIER] = 4},
    [KIND_SIGN] = {[KIND_LOWER] = 2,
                   [KIND_UPPER] = 2,
                   [KIND_SUFFIX] = 4,
                   [KIND_PREFIX] = 3,
                   [KIND_SIGN] = 3,
                   [KIND_OPENING] = 2,
                   [KIND_CLOSING] = 1,
                   [KIND_MODIFIER] = 4},
    [KIND_MODIFIER] = {[KIND_LOWER] = 4,
                       [KIND_UPPER] = 4,
                       [KIND_LETTER] = 4,
                       [KIND_DIGIT] = 3,
                       [KIND_OPENING] = 4,
                       [KIND_CLOSING] = 4,
                       [KIND_SUFFIX] = 4,
                       [KIND_PREFIX] = 4,
                       [KIND_SIGN] = 4,
                       [KIND_QUOTE] = 3},
    [KIND_BOX] = {[KIND_LOWER] = 6, [KIND_UPPER] = 6, [KIND_LETTER] = 6, [KIND_DIGIT] = 3, [KIND_SIGN] = 2},
    [KIND_PICTURE] = {[KIND_LOWER] = 2, [KIND_UPPER] = 2},
};

/* Letters of two scripts in one word. Chinese and Japanese write Latin words without spaces. */
#define SWITCH_COST 10
#define SWITCH_COST_EAST 4
#define UNASSIGNED_COST 24
#define UNLISTED_COST 18

static size_t search_range(uint32_t value) {
    size_t low = 0, high = sizeof RANGES / sizeof *RANGES;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (RANGES[middle].last < value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Nearly all characters are ASCII; their ranges are found before main. */
static uint8_t range_of_ascii[0x80];

__attribute__((constructor)) static void index_ascii(void) {
    for (uint32_t c = 0; c < sizeof range_of_ascii; c++)
        range_of_ascii[c] = (uint8_t)search_range(c);
}

static size_t find_range(uint32_t value) {
    return value < sizeof range_of_ascii ? range_of_ascii[value] : search_range(value);
}

character character_of(uint32_t value) {
    size_t at = find_range(value);
    utf8proc_category_t category =
        value < 0x80 ? UTF8PROC_CATEGORY_CO : utf8proc_category((utf8proc_int32_t)value);
    if (category == UTF8PROC_CATEGORY_CN)
        return (character){value, KIND_OTHER, SCRIPT_NONE, UNASSIGNED_COST, UNASSIGNED_COST};
    if (at == sizeof RANGES / sizeof *RANGES || RANGES[at].first > value)
        return (character){value, KIND_OTHER, SCRIPT_NONE, UNLISTED_COST, UNLISTED_COST};
    uint8_t kind = RANGES[at].kind;
    if (kind == KIND_CASED) {
        bool upper = value < 0x80 ? value <= 'Z'
                                  : category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
        kind = upper ? KIND_UPPER : KIND_LOWER;
    } else if (kind == KIND_LETTER && category == UTF8PROC_CATEGORY_ND) {
        kind = KIND_DIGIT;
    }
    return (character){value, kind, RANGES[at].script, RANGES[at].alone, RANGES[at].within};
}

unsigned character_cost(const character *previous, const character *next) {
    if (previous->value < 0x80 && next->value < 0x80)
        return 0;
    unsigned cost = BESIDE[previous->kind][next->kind];
    if (next->script == SCRIPT_NONE)
        return cost + next->alone;
    if (previous->script == next->script)
        return cost + next->within;
    if (previous->script == SCRIPT_NONE || previous->script == SCRIPT_BOX || next->script == SCRIPT_BOX)
        return cost + next->alone;
    bool east = previous->script == SCRIPT_EAST || next->script == SCRIPT_EAST;
    return cost + next->alone + (east ? SWITCH_COST_EAST : SWITCH_COST);
}
