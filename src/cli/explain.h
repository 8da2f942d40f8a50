/* What the rules made of the shapes of a whole site. */
#ifndef ISOMERIZE_CLI_EXPLAIN_H
#define ISOMERIZE_CLI_EXPLAIN_H

#include "cli.h"
#include "convert/convert.h"
#include "site/site.h"

/* `isomerize explain SITE`: the pages of the site together. Returns an exit status. */
int explain_site(const cli_arguments *arguments, const site *s, const convert_engine *e, arena *a);

/* The last line: how many there are in all, and in each mapping_state. */
void print_shape_counts(size_t all, const size_t *counts);

#endif
