/* What convert_page is given: the rules in force, the site's own names, the options of the command line. */
#ifndef ISOMERIZE_CLI_ENGINE_H
#define ISOMERIZE_CLI_ENGINE_H

#include "cli.h"
#include "convert/convert.h"
#include "site/site.h"

typedef struct engine {
    convert_options options;
    slice fingerprint; /* of all that decides a page's result besides its bytes and the program */
    mapping_set *mappings;
    asset_rules *assets; /* those of `options`, to give them a book */
} engine;

/* What the command line says, and before it, so that it counts less, what the site's `.isomerize/config.yml`
 * says: options by their long names. False: a setting is wrong, said so. */
bool add_settings(const cli_arguments *given, const site *s, arena *a, cli_arguments *all);

/* `s` may be NULL: pages without a site. EXIT_DONE, or the exit status after saying what is wrong. `a` must
 * outlive the engine; end it with engine_stop. */
int engine_start(engine *e, const cli_arguments *arguments, const site *s, arena *a);
void engine_stop(engine *e);

/* What every run over a site is given. */
site_options options_of_run(const engine *e, const cli_arguments *arguments);

/* The site that the command line names (without words: the current folder). NULL: said why not. */
site *open_site(const cli_arguments *arguments, arena *a);

/* Opens that site, and calls `work` with the command line and the site's settings. Returns an exit status. */
int work_on_site(const cli_arguments *given, int (*work)(const cli_arguments *arguments, site *s, arena *a));

#endif
