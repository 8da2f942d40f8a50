/* How likely a character is behind another in honest text: the model that mojibake is judged by. */
#ifndef REPAIR_CHARACTERS_H
#define REPAIR_CHARACTERS_H

#include "base/base.h"

/* What a character does beside its neighbours. */
typedef enum character_kind {
    KIND_SPACE, /* space, tab, line end, no-break space */
    KIND_DIGIT,
    KIND_LOWER,
    KIND_UPPER,
    KIND_LETTER,  /* of a script without case; with its vowel signs */
    KIND_MARK,    /* combines with the letter before it */
    KIND_OPENING, /* “ ( ¿: stands before a word */
    KIND_CLOSING, /* ” ) »: stands behind a word */
    KIND_QUOTE,   /* ’ " ': both, and inside words */
    KIND_DASH,
    KIND_STOP,     /* . , … */
    KIND_SUFFIX,   /* ™ ° ²: stands behind a word or a number */
    KIND_PREFIX,   /* € § ©: stands before one */
    KIND_SIGN,     /* × ½ → */
    KIND_MODIFIER, /* ¨ ¸ ¬: hardly ever stands in text */
    KIND_BOX,      /* lines of box drawing */
    KIND_PICTURE,  /* emoji */
    KIND_INVISIBLE,
    KIND_CONTROL,
    KIND_LOST,    /* U+FFFD */
    KIND_NEUTRAL, /* ASCII signs of markup and code: beside anything */
    KIND_OTHER,
    KIND_COUNT,
    KIND_CASED = KIND_COUNT /* in characters.def only: LOWER or UPPER */
} character_kind;

typedef enum character_script {
    SCRIPT_NONE,
    SCRIPT_LATIN,
    SCRIPT_GREEK,
    SCRIPT_CYRILLIC,
    SCRIPT_ARMENIAN,
    SCRIPT_HEBREW,
    SCRIPT_ARABIC,
    SCRIPT_DEVANAGARI,
    SCRIPT_BENGALI,
    SCRIPT_GURMUKHI,
    SCRIPT_GUJARATI,
    SCRIPT_ORIYA,
    SCRIPT_TAMIL,
    SCRIPT_TELUGU,
    SCRIPT_KANNADA,
    SCRIPT_MALAYALAM,
    SCRIPT_SINHALA,
    SCRIPT_THAI,
    SCRIPT_LAO,
    SCRIPT_TIBETAN,
    SCRIPT_MYANMAR,
    SCRIPT_GEORGIAN,
    SCRIPT_ETHIOPIC,
    SCRIPT_KHMER,
    SCRIPT_MONGOLIAN,
    SCRIPT_EAST /* Han and kana */,
    SCRIPT_HANGUL,
    SCRIPT_BOX,
    SCRIPT_RARE
} character_script;

typedef struct character {
    uint32_t value;
    uint8_t kind, script;
    uint8_t alone, within; /* costs, as in characters.def */
} character;

character character_of(uint32_t value);

/* Points for `next` behind `previous`: the higher, the less likely in honest text. 0 between two ASCII
 * characters. */
unsigned character_cost(const character *previous, const character *next);

static inline bool character_is_word(const character *c) {
    return c->kind == KIND_LOWER || c->kind == KIND_UPPER || c->kind == KIND_LETTER || c->kind == KIND_MARK ||
           c->kind == KIND_DIGIT;
}

#endif
