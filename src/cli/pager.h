/* The pager of commands that print what a person reads. */
#ifndef ISOMERIZE_CLI_PAGER_H
#define ISOMERIZE_CLI_PAGER_H

#include "cli.h"

/* From now on standard output, and standard error where that is the terminal too, go through the pager, if
 * there is a terminal and a pager. */
void pager_start(void);
bool pager_runs(void); /* what is printed ends up on a terminal */
/* Waits until the reader is done. */
void pager_end(void);

#endif
