/* What a mistyped word may have been meant as. */
#ifndef ISOMERIZE_CLI_SUGGEST_H
#define ISOMERIZE_CLI_SUGGEST_H

#include "cli.h"
#include "site/site.h"

/* All zero but for `word`, which must live as long. */
typedef struct suggestion {
    const char *word;
    char best[512];
    size_t length, distance; /* of `best`; length 0: none is near */
    char words[560];
} suggestion;

void suggest_try(suggestion *s, const char *candidate);
void suggest_codes(suggestion *s); /* tries all codes of findings */
/* "; did you mean 'best'?", to end a sentence; empty where nothing is near. Lives as long as `s`. */
const char *suggest_end(suggestion *s);

/* Is there a file or folder at every path of the command line? False: said which is not, and what is near. */
bool paths_are_there(const cli_arguments *arguments);

/* The same for the paths that the site was opened with, of which those pass, too, where pages were converted
 * and are gone. */
bool paths_are_known(const cli_arguments *arguments, site *s);

#endif
