/* Ctrl-C: the first asks the run to finish the pages in hand, the second ends the program as usual, and so
 * does time: a page, or whoever reads the output, may take for ever. The next run settles what that leaves,
 * as after a power cut. */
#include "cli.h"

#include <signal.h>
#include <unistd.h>

#define STOP_SECONDS 5

/* A signal handler can reach nothing but this. */
static volatile sig_atomic_t asked;

static void ask(int number) {
    asked = 1;
    signal(number, SIG_DFL);
    alarm(STOP_SECONDS);
}

static void end_at_once(int number) {
    static const char message[] = "isomerize: stopped in the middle of a page: run it again to go on\n";
    (void)number;
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(EXIT_ENVIRONMENT);
}

void watch_for_stop(void) {
    struct sigaction action = {.sa_handler = ask, .sa_flags = SA_RESTART}, late = {.sa_handler = end_at_once};
    sigemptyset(&action.sa_mask);
    sigemptyset(&late.sa_mask);
    sigaction(SIGALRM, &late, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool stop_is_asked(void *context) {
    (void)context;
    return asked != 0;
}
