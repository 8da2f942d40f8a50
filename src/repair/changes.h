/* What was done to a line, as findings for a person. */
#ifndef REPAIR_CHANGES_H
#define REPAIR_CHANGES_H

#include "mojibake.h"

/* Reports the changes of a line's tokens; `number` is the line of the page file. */
void report_changes(const repair_job *job, const token_line *line, uint32_t number);

/* Reports doubtful text that was left (of mojibake_doubt). */
void report_doubts(const repair_job *job, const token_line *line, uint32_t number, const vector *doubts);

/* Reports what was seen in a line and left: lost, invisible and control characters, doubtful text (of
 * mojibake_doubt). `lost` walks over the findings that bytes.c has made, to say nothing twice;
 * NULL: what the line lost has been reported. */
void report_left(const repair_job *job, const token_line *line, uint32_t number, const vector *doubts,
                 size_t *lost);

#endif
