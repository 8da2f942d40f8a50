/* What a command gives up before it reads what others have written: --sandbox. */
#ifndef ISOMERIZE_CLI_CONFINE_H
#define ISOMERIZE_CLI_CONFINE_H

#include "cli.h"
#include "site/site.h"

/* Programs, other processes, and sockets where the command fetches nothing. False: --sandbox=require asks for
 * more than the system has; said so. */
bool give_up_calls(const cli_arguments *arguments, const char *command);

/* The same of a command that has made the socket that it serves on: no other is made from now on. */
bool give_up_to_serve(const cli_arguments *arguments);

/* What a run writes to. */
typedef enum confinement {
    CONFINE_READS, /* the site is read; its journal may have to be put in order after a run that was killed */
    CONFINE_FILES, /* the site, but for its journal */
    CONFINE_NOTES, /* the site, for what people note about it; its journal is read */
    CONFINE_SERVES, /* the site and its journal; the socket that listens stays */
    CONFINE_WRITES  /* the site and its journal */
} confinement;

/* Files other than the site's and its journal's (taken, or begun, here), and those of --out; with `fetches`
 * those that name resolution and certificates need stay readable. `s` NULL: everything may be read, nothing
 * written. Then also sockets, unless it `fetches`. False: said why not. */
bool give_up_files(const cli_arguments *arguments, site *s, confinement what, bool fetches, arena *a);

/* Sockets: everything is fetched. */
bool give_up_network(const cli_arguments *arguments);

#endif
