/* `isomerize convert PATH...` */
#include "cli.h"

int command_convert(const cli_arguments *arguments) {
    (void)arguments;
    complain("not built yet");
    return EXIT_ENVIRONMENT;
}
