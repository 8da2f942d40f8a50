/* What to type next. */
#ifndef ISOMERIZE_CLI_NEXT_H
#define ISOMERIZE_CLI_NEXT_H

#include "cli.h"

typedef struct next_step {
    const char *command; /* of this program: "convert" */
    const char *options; /* what this step is about, as it is typed: "--update"; empty: nothing */
    const char *more;    /* behind the words: " >report.html" */
    const char *purpose; /* "to see what would differ" */
} next_step;

/* `next: isomerize COMMAND OPTIONS WORDS MORE, PURPOSE` on standard error, with the words and the options of
 * this run that make a difference to the next one: it can be typed as it stands. On a terminal no line is
 * longer than that: the purpose is left out first, then the command goes on in further lines. */
void tell_next(const cli_arguments *arguments, const next_step *step, arena *a);

/* The command alone, to be named in a sentence. In `a`. */
slice next_command(const cli_arguments *arguments, const char *command, const char *options, arena *a);

#endif
