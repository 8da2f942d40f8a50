/* The rules in force, for the commands that need them. */
#ifndef ISOMERIZE_CLI_RULES_H
#define ISOMERIZE_CLI_RULES_H

#include "cli.h"
#include "mapping/mapping.h"

/* The shipped rules, those of the site's .isomerize/mappings, and those of every --mappings. NULL: a folder
 * or file cannot be read, said on standard error. The caller frees it with mapping_free. */
mapping_set *load_rules(const cli_arguments *arguments, const char *site);

/* The same as texts (of mapping_source, in `a`). False: said why. */
bool collect_rules(const cli_arguments *arguments, const char *site, arena *a, vector *sources);

/* Whether no rule has a mistake; every mistake is said on standard error, with file:line:column and what to
 * write. */
bool rules_are_good(const mapping_set *set);

#endif
