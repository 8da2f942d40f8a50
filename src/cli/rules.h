/* The rules in force, for the commands that need them. */
#ifndef ISOMERIZE_CLI_RULES_H
#define ISOMERIZE_CLI_RULES_H

#include "cli.h"
#include "convert/convert.h"
#include "site/site.h"

/* Adds the rules of the site (NULL: of the folder that the program was called in) and those of every
 * --mappings to the settings, in `a`. False: a folder or file cannot be read, said on standard error. */
bool collect_rules(const cli_arguments *arguments, const site *s, arena *a, convert_settings *settings);

/* Whether no rule has a mistake; every mistake is said on standard error, with file:line:column and what to
 * write. */
bool rules_are_good(const mapping_set *set);

#endif
