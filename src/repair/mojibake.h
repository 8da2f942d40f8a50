/* Text that was UTF-8, was read as another code page and saved again: found and read back. */
#ifndef REPAIR_MOJIBAKE_H
#define REPAIR_MOJIBAKE_H

#include "tokens.h"

/* What the pages read so far say about the next decision: how often each code page has explained text. */
typedef struct mojibake_evidence {
    uint32_t found[CODEPAGE_COUNT];
} mojibake_evidence;

/* Text that looks broken and was left: tokens of the line. */
typedef struct mojibake_doubt {
    size_t from, to;
    uint32_t value; /* what it would have become */
    codepage page;
} mojibake_doubt;

/* Memory for the search, kept between lines. */
typedef struct mojibake_search mojibake_search;
mojibake_search *mojibake_search_new(const repair_job *job, const codepage_index *index);

/* Undoes one layer of misreading in a line; true where it changed something. Counts what it found in
 * `counted` (may be NULL), lets `evidence` (may be NULL) lower what it asks of a code page, and adds to
 * `doubts` (of mojibake_doubt, may be NULL) what it left. Time is linear in the line's tokens. */
bool mojibake_mend(mojibake_search *search, token_line *line, const mojibake_evidence *evidence,
                   mojibake_evidence *counted, vector *doubts);

#endif
