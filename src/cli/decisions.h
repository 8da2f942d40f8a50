/* Which pages a run converts, by what people have decided. */
#ifndef ISOMERIZE_CLI_DECISIONS_H
#define ISOMERIZE_CLI_DECISIONS_H

#include "cli.h"
#include "site/site.h"

/* With --decisions: the run takes only the pages that were accepted, and writes only those that come out as
 * they were when they were. Else it leaves the pages that the site's own decisions are against, or that
 * people disagree about; with --no-decisions none. Says how many. False: the files cannot be used, said so.
 */
bool decisions_use(const cli_arguments *arguments, site *s, site_options *options, arena *a);

#endif
