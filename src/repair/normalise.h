/* Small repairs of a line's tokens, each a pass; true where the pass changed something. */
#ifndef REPAIR_NORMALISE_H
#define REPAIR_NORMALISE_H

#include "tokens.h"

/* Drops invisible characters where they do nothing (and the ones the front matter may not hold). */
bool normalise_invisible(const repair_job *job, token_line *line);

/* C1 controls are Windows-1252 characters, line separators are spaces. */
bool normalise_controls(const repair_job *job, const codepage_index *index, token_line *line);

/* Unicode NFC, in text only. */
bool normalise_composition(const repair_job *job, const codepage_index *index, token_line *line);

/* Is a character one that NFC may change, or that may change what stands before it? False is certain. */
bool normalise_may_compose(uint32_t value);

#endif
