/* What is left of a line that looks broken still. */
#ifndef REPAIR_RESIDUE_H
#define REPAIR_RESIDUE_H

#include "mojibake.h"

/* Does something of a line that was repaired from `pages` (as bits) look broken in the same way, or may it
 * be? Adds to `doubts` (of mojibake_doubt) what does. */
bool residue_find(const token_line *line, uint32_t pages, vector *doubts);

/* A person reads words: makes the doubt that of the whole word. */
void residue_widen(const token_line *line, mojibake_doubt *d);

/* Makes all certain repairs of a line uncertain ones. */
void residue_make_guessed(token_line *line);

#endif
