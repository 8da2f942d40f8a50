/* A line as tokens: one for each character, however it is written down (literally, &eacute;, %C3%A9,
 * &amp;eacute;). Repairs rewrite tokens; each token keeps the place in the source that it stands for. */
#ifndef REPAIR_TOKENS_H
#define REPAIR_TOKENS_H

#include "characters.h"
#include "codepages.h"
#include "private.h"

typedef enum token_form {
    FORM_LITERAL,
    FORM_REFERENCE, /* &eacute; &#233; &#xE9; */
    FORM_PERCENT,   /* %C3%A9 */
    FORM_ESCAPED    /* &amp;eacute; */
} token_form;

typedef enum token_place { PLACE_TEXT, PLACE_URL, PLACE_CODE } token_place;

#define UNCHANGED FINDING_COUNT /* the code of a token that is as the source has it */

typedef struct token {
    character what;
    const codepage_row *row; /* of `what` in the code pages; NULL: in none, or not to be decoded */
    uint32_t start, end;     /* the source it stands for */
    uint32_t dropped_from;   /* source from here to `start` was dropped; == start: nothing was */
    uint32_t trail;          /* code pages gone through: (page + 1) in 5 bits each, the first undone lowest */
    uint16_t code, dropped_code;
    uint8_t form, place;
} token;

/* The lines around a line: what a line's tokens cannot tell. Zeroed: the start of a file. */
typedef struct surroundings {
    bool started, in_front_matter;
    char fence; /* '`' or '~' inside a fenced code block, else 0 */
    size_t fence_length;
    const char *raw_element;  /* "pre", "script", "style" inside of one, else NULL */
    bool may_indent, in_list; /* an indented line here is code; ... belongs to a list item */
} surroundings;

/* Steps over a line (without its line end). */
void surroundings_pass(surroundings *s, slice line);

/* A pass reads `tokens` and writes `spare`, then the two change places: token_line_turn. Both have room for
 * any pass: a character becomes at most as many others as it has bytes. */
typedef struct token_line {
    slice source; /* without the line end */
    const surroundings *around;
    token *tokens, *spare; /* the last token is a line end, an empty place at the end of the source */
    size_t count, written;
} token_line;

/* `tokens` and `spare` have room for source.length + 1 tokens. */
token_line tokenise_line(const repair_job *job, const codepage_index *index, slice source,
                         const surroundings *around, token *tokens, token *spare);

/* The character of the reference whose name starts at `at` (behind the &), its end in `end`; 0: no reference.
 */
uint32_t reference_at(slice s, size_t at, size_t *end);

/* Adds a token to what a pass writes. */
static inline token *token_line_put(token_line *line, token t) {
    line->spare[line->written] = t;
    return &line->spare[line->written++];
}

void token_line_turn(token_line *line);

/* Makes `t` a changed one. */
void token_set(const repair_job *job, const codepage_index *index, token *t, uint32_t value,
               finding_code code);

/* The text of a token as it is to be written. */
void token_write(const token_line *line, const token *t, buffer *out);

#endif
