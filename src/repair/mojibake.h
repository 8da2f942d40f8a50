/* Text that was UTF-8, was read as another code page and saved again: found and read back. */
#ifndef REPAIR_MOJIBAKE_H
#define REPAIR_MOJIBAKE_H

#include "tokens.h"

/* Text that looks broken and was left: tokens of the line. */
typedef struct mojibake_doubt {
    size_t from, to;
    uint32_t value; /* what it would have become */
    codepage page;
} mojibake_doubt;

/* Memory for the search, kept between lines. */
typedef struct mojibake_search mojibake_search;
mojibake_search *mojibake_search_new(const repair_job *job, const codepage_index *index);

/* To be called before the first layer of each line. */
void mojibake_begin(mojibake_search *search);

/* Undoes one layer of misreading in a line; true where it changed something. Adds to `doubts` (of
 * mojibake_doubt) what it left though it looks broken. Each line is judged by itself, so that a change of one
 * line never changes what becomes of another. Time is linear in the line's tokens. */
bool mojibake_mend(mojibake_search *search, token_line *line, vector *doubts);

/* The pages that the line was read back from with certainty, as bits. */
uint32_t mojibake_pages(const mojibake_search *search);

#endif
