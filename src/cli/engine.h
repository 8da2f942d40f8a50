/* The engine of a command: the rules in force, what the site says, the options of the command line. */
#ifndef ISOMERIZE_CLI_ENGINE_H
#define ISOMERIZE_CLI_ENGINE_H

#include "cli.h"
#include "confine.h"
#include "convert/convert.h"
#include "site/site.h"

/* What the command line says, and before it, so that it counts less, what the user's own settings say
 * ($XDG_CONFIG_HOME/isomerize/config.yml), and before them what the site's `.isomerize/config.yml` says, as
 * far as a checkout may (`s` NULL: nothing): options by their long names. EXIT_DONE, or the exit status after
 * saying which setting is wrong, or what cannot be read. */
int add_settings(const cli_arguments *given, const site *s, arena *a, cli_arguments *all);

/* The engine of the command line and the site; `s` may be NULL: pages without a site. EXIT_DONE, or the exit
 * status after saying what is wrong; mistakes in mapping rules are left to the caller (rules_are_good). `a`
 * must outlive the engine. */
int engine_start(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a);

/* The same; mistakes in mapping rules are said, and are EXIT_USAGE. */
int engine_start_good(convert_engine **e, const cli_arguments *arguments, const site *s, arena *a);

/* What every run over a site is given. */
site_options options_of_run(const convert_engine *e, const cli_arguments *arguments);

/* The user's own settings; NULL: there is no place for them. In `a` or the environment. */
const char *own_settings_path(arena *a);

/* The folder below which the journals are ($XDG_STATE_HOME); NULL: there is none. In `a` or the environment.
 */
const char *state_base(arena *a);

/* Says, unless --quiet, why a site that looks as if it had a journal has none here. */
void tell_of_state(const cli_arguments *arguments, const site *s, arena *a);

/* The site that the command line names (without words: the current folder); before anything in it is read,
 * give_up_files. NULL: said why not. */
site *open_site(const cli_arguments *arguments, confinement what, arena *a);
/* The same; what is named may be there no more (paths_are_known). */
site *open_site_and_gone(const cli_arguments *arguments, confinement what, arena *a);

/* Opens that site, and calls `work` with the command line and the site's settings. Returns an exit status. */
int work_on_site(const cli_arguments *given, confinement what,
                 int (*work)(const cli_arguments *arguments, site *s, arena *a));

#endif
