/* The remote files of a site, for the commands that list or fetch them. */
#ifndef ISOMERIZE_CLI_REMOTE_H
#define ISOMERIZE_CLI_REMOTE_H

#include "assets/assets.h"
#include "cli.h"
#include "site/site.h"

typedef struct remote_files {
    asset_rules *rules;
    asset_book *book;
    size_t fetched; /* by remote_fetch */
    arena *arena;
} remote_files;

/* Makes the process that fetches, with what the command line and the user's own settings say of it: before
 * anything of a site is read. False: said why not. End it with remote_end. */
bool remote_begin(const cli_arguments *arguments);
void remote_end(void);

/* Opens the site's book; from now on only the hosts of these rules can be asked. False: said why not. End it
 * with remote_close. */
bool remote_open(remote_files *r, const site *s, asset_rules *rules, arena *a);
void remote_close(remote_files *r);

/* Fetches what is not here, as the command line says. False: said why not. */
bool remote_fetch(remote_files *r, const cli_arguments *arguments);

#endif
