/* What a site's people have accepted, for the commands. */
#ifndef ISOMERIZE_CLI_ACCEPTED_H
#define ISOMERIZE_CLI_ACCEPTED_H

#include "accept/accept.h"
#include "cli.h"
#include "site/site.h"

typedef struct accepted {
    accept_list list;
    slice text; /* the file; empty: there is none */
} accepted;

/* Reads the site's `.isomerize/accepted.yml`. False: it cannot be used, said so. `of` lives in `a`. */
bool accepted_open(accepted *of, const site *s, arena *a);

/* Writes the file with `added` to it, and of its entries those that `keep` says (NULL: all). In `a`. False:
 * `error` says why not. */
bool accepted_edit(const accepted *of, site *s, const accept_list *added, const bool *keep, arena *a,
                   slice *error);

/* Pages of runs with these options are graded without what is accepted; `of` must outlive them. With --strict
 * it also decides which pages are refused. */
void accepted_use(const accepted *of, const cli_arguments *arguments, site_options *options);

/* The findings of a page as a run, or a look, gives it: those of the conversion, or those recorded of it,
 * with what is accepted marked. In `a`. */
findings accepted_findings(const accepted *of, const site_result *result, arena *a);

/* The same of findings that the journal has recorded. */
findings accepted_recorded(const accepted *of, slice path, slice recorded, arena *a);

#endif
