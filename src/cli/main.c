/* main: options and commands. Decides nothing that the library could decide. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "debug") == 0)
        return command_debug(argc - 1, argv + 1);
    fputs("usage: isomerize debug STAGE FILE\n", stderr);
    return 2;
}
