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

/* Opens the site's book. False: said why not. End it with remote_close. */
bool remote_open(remote_files *r, const site *s, asset_rules *rules, arena *a);
void remote_close(remote_files *r);

/* Fetches what is not here, as the command line says. False: said why not. */
bool remote_fetch(remote_files *r, const cli_arguments *arguments);

#endif
