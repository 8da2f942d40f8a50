/* What some tokens would be if they were the bytes of UTF-8, read as a code page: also where a byte was lost
 * or changed on the way. */
#ifndef REPAIR_SEQUENCES_H
#define REPAIR_SEQUENCES_H

#include "tokens.h"

/* How a token, or several, became a character. */
typedef enum step_kind {
    STEP_KEEP,
    STEP_LEAVE,    /* the stretch ends here */
    STEP_EXACT,    /* all bytes are there */
    STEP_LOST,     /* one is U+FFFD: so is the character */
    STEP_SPACE,    /* the byte A0, a no-break space, became a plain one */
    STEP_ABSORBED, /* the byte A0 vanished */
    STEP_QUOTE,    /* the byte 9D, which Windows-1252 does not define, vanished from a closing quote */
    STEP_DAMAGED,  /* a byte became `?`, U+FFFD or another sign, or vanished */
} step_kind;

#define SEQUENCE_MAX 6 /* tokens */
#define AMBIGUOUS 3    /* points between two decodings, either of which may be right */
#define AS_THE_PAGE 200

/* A misread sequence at some token: what it was, how many tokens it takes. */
typedef struct sequence {
    step_kind kind;
    uint32_t value;
    uint8_t length;
    uint8_t price;   /* points for what had to be supplied */
    uint8_t stretch; /* the most that it may cost to say that something is misread here; AS_THE_PAGE: the
                        page's own price */
} sequence;

/* The sequence that starts at `at` when read in `page`, all its bytes there or with stand-ins for them. `at`
 * has a row in which the page has a lead. `confirmed`: other text of the line is known to be misread as
 * `page`. */
typedef bool sequence_reader(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out);
sequence_reader sequence_read;

/* All of them, and the ways in which bytes get lost. */
#define SEQUENCE_READERS 7
extern sequence_reader *const sequence_readers[SEQUENCE_READERS];

/* Does a sequence of `page` end before `at`? */
bool sequence_ends_at(const token_line *line, size_t at, codepage page);

/* `â??`, `â€?`: a quotation mark, a dash or another sign, bytes of which became `?`. */
bool sequence_is_lost_sign(const token_line *line, size_t at);

/* How many tokens from `at` on look like a sign (≠, ≤, °, an arrow, a quotation mark) that was misread and of
 * which a byte is lost: a space or `?` in its place, or nothing (`â‰  5`, `â?¤ 5 mg`, `5Ã? 3`); 0: none do.
 */
size_t sequence_broken_sign(const token_line *line, size_t at);

/* `SELKÄ` before a no-break space: may the capital and the space be what they are? */
bool sequence_is_capital(const token *first, const character *before, const character *after, codepage page);

/* Is the capital at `at` one of a word in spaced capitals (`R O M Â N I A`), or a word between others? */
bool sequence_is_spaced(const token_line *line, size_t at);

#endif
