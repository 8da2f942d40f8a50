/* Ctrl-C: the first asks the run to finish the pages in hand, the second ends the program as usual. */
#include "cli.h"

#include <signal.h>

/* A signal handler can reach nothing but this. */
static volatile sig_atomic_t asked;

static void ask(int number) {
    asked = 1;
    signal(number, SIG_DFL);
}

void watch_for_stop(void) {
    struct sigaction action = {.sa_handler = ask, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_is_asked(void *context) {
    (void)context;
    return asked != 0;
}
