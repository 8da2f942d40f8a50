/* A pager for what is read on a terminal, by git's rules (git-config(1), core.pager): $PAGER, or less(1);
 * none where that is empty or `cat`, or where output goes elsewhere.
 *
 * Comes in: the command line. Goes out: a program that reads what this one prints. It is started before the
 * process gives up starting programs.
 */
#include "pager.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static struct { pid_t process; /* 0: none */ } pager;

bool pager_runs(void) {
    return pager.process != 0;
}

static bool is_in_path(const char *program) {
    char file[4096];
    const char *path = getenv("PATH");
    for (const char *at = path ? path : "/usr/bin:/bin"; *at;) {
        int length = (int)strcspn(at, ":");
        snprintf(file, sizeof file, "%.*s/%s", length, at, program);
        if (length && access(file, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

static const char *choose_pager(void) {
    const char *chosen = getenv("PAGER");
    if (!chosen)
        return is_in_path("less") ? "less" : NULL;
    return *chosen && strcmp(chosen, "cat") != 0 ? chosen : NULL;
}

/* Whoever leaves the pager has seen enough. */
static void end_at_once(int signal_number) {
    (void)signal_number;
    while (waitpid(pager.process, NULL, 0) < 0 && errno == EINTR)
        ;
    _exit(EXIT_DONE);
}

static _Noreturn void run_pager(const char *command, int from) {
    dup2(from, STDIN_FILENO);
    close(from);
    setenv("LESS", "FRX", 0);
    setenv("LV", "-c", 0);
    execl("/bin/sh", "sh", "-c", command, (char *)NULL);
    _exit(127);
}

void pager_start(void) {
    int ends[2];
    const char *command = isatty(STDOUT_FILENO) ? choose_pager() : NULL;
    if (!command || pipe(ends) != 0)
        return;
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        close(ends[1]);
        run_pager(command, ends[0]);
    }
    close(ends[0]);
    if (child < 0) {
        close(ends[1]);
        return;
    }
    pager.process = child;
    struct sigaction leave = {.sa_handler = end_at_once};
    sigaction(SIGPIPE, &leave, NULL);
    if (isatty(STDERR_FILENO))
        dup2(ends[1], STDERR_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
}

void pager_end(void) {
    if (!pager.process)
        return;
    fflush(NULL);
    close(STDOUT_FILENO);
    close(STDERR_FILENO);
    while (waitpid(pager.process, NULL, 0) < 0 && errno == EINTR)
        ;
}
