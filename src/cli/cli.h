/* cli/: the program: one file a command, argv in, exit status out. */
#ifndef ISOMERIZE_CLI_H
#define ISOMERIZE_CLI_H

#include "base/base.h"

/* Exit statuses (ARCHITECTURE.md, The command line). */
enum exit_status { EXIT_DONE = 0, EXIT_FINDINGS = 1, EXIT_USAGE = 2, EXIT_UNCONVERTED = 3, EXIT_ENVIRONMENT = 4 };

/* `argv[0]` is the command's own name in all of them. */
int command_debug(int argc, char **argv);

/* A whole file, or standard input for "-", into the arena. False with errno set. */
bool read_file(const char *path, arena *a, slice *out);

#endif
