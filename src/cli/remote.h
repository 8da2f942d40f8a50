/* The remote files of a site, for the commands that list or fetch them. */
#ifndef ISOMERIZE_CLI_REMOTE_H
#define ISOMERIZE_CLI_REMOTE_H

#include "assets/assets.h"
#include "cli.h"
#include "site/site.h"

typedef struct remote_files {
    asset_rules *rules;
    asset_book *book;
    vector pages;   /* of vector of slice: the pages that use each entry of the book, in their order */
    size_t fetched; /* by remote_fetch */
    arena *arena;
} remote_files;

/* Opens the site's book, notes what its pages need, and gives names: reads every page of the checkout, writes
 * nothing. `run`: what the pages need is for this run, which converts some of them again from their bytes
 * before; NULL: none follows. False: said why not. End it with remote_close. */
bool remote_open(remote_files *r, site *s, asset_rules *rules, const site_options *run, arena *a);
void remote_close(remote_files *r);

/* Fetches what is not here, as the command line says. False: said why not. */
bool remote_fetch(remote_files *r, const cli_arguments *arguments);

#endif
