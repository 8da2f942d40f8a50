/* Signals. A fault of the program's own: the file that it fell over is named, so that the others can be
 * worked on. Ctrl-C: the first asks the run to finish the pages in hand, the second ends the program as
 * usual, and so does time: a page, or whoever reads the output, may take for ever. The next run settles what
 * that leaves, as after a power cut. */
#include "cli.h"

#include "site/site.h"

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

/* ---- faults ---------------------------------------------------------------------------------------------
 */

/* A handler may call nothing that formats. Control characters and what is not ASCII become question marks. */
static size_t add(char *message, size_t length, size_t room, const char *text) {
    for (; *text && length < room; text++)
        message[length++] = *text >= ' ' && *text < 0x7F ? *text : '?';
    return length;
}

static void tell_fault(int number) {
    char message[1024], digits[] = {(char)('0' + number / 10), (char)('0' + number % 10), '\0'};
    const char *path = site_last_opened();
    size_t room = sizeof message - 1,
           length = add(message, 0, room, *path ? "isomerize: " : "isomerize: (no file): ");
    length = add(message, length, room, path);
    length = add(message, length, room, *path ? ": " : "");
    length = add(message, length, room, "a fault of the program at this file, which is as it was (signal ");
    length = add(message, length, room, digits + (number < 10));
    length =
        add(message, length, room, "); name the other files to work on those, and report it with this one");
    message[length++] = '\n';
    ssize_t written = write(STDERR_FILENO, message, length);
    (void)written;
    raise(number); /* ends the program behind this, as without a handler */
}

void watch_for_faults(void) {
#ifdef ISOMERIZE_SANITIZED
    (void)tell_fault; /* a sanitizer tells more */
#else
    static const int FAULTS[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct sigaction action = {.sa_handler = tell_fault, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof FAULTS / sizeof *FAULTS; i++)
        sigaction(FAULTS[i], &action, NULL);
#endif
}

/* ---- Ctrl-C ---------------------------------------------------------------------------------------------
 */

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
