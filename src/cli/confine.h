/* What a command gives up before it reads what others have written: --sandbox. */
#ifndef ISOMERIZE_CLI_CONFINE_H
#define ISOMERIZE_CLI_CONFINE_H

#include "cli.h"
#include "site/site.h"

/* Programs, other processes, and sockets; what a command needs of the network is in a process of its own
 * (remote_begin), made here. False: --sandbox=require asks for more than the system has; said so. */
bool give_up_calls(const cli_arguments *arguments, const char *command);

/* In the process that fetches: all files but those that name resolution and certificates need, and all calls
 * that change one. False: --sandbox=require asks for more than the system has. */
bool keep_network_only(const cli_arguments *arguments);

/* The same of a command that has made the socket that it serves on: no other is made from now on. */
bool give_up_to_serve(const cli_arguments *arguments);

/* What a run writes to; those that begin a journal last. */
typedef enum confinement {
    CONFINE_READS, /* the site is read; its journal may have to be put in order after a run that was killed */
    CONFINE_FILES, /* the site, but for its journal */
    CONFINE_NOTES, /* the site, for what people note about it; its journal is read */
    CONFINE_SERVES,   /* the site and its journal; the socket that listens stays */
    CONFINE_CONVERTS, /* the site and its journal, or --out; git is asked before */
    CONFINE_WRITES    /* the site and its journal */
} confinement;

/* Before anything that a checkout holds is read (`s`: site_locate): all files but the site's, those that the
 * command line and the user's own settings (`arguments`) name, and the journals. With --dry-run it is
 * CONFINE_READS. `s` NULL: everything may be read, nothing written. False: said why not. */
bool give_up_files(const cli_arguments *arguments, site *s, confinement what, arena *a);

/* Before pages are read, once it is clear that there will be a run that writes: of the journals all but the
 * site's, which is taken, or begun, here; and what was named. */
bool give_up_the_rest(const cli_arguments *arguments, site *s, arena *a);

#endif
