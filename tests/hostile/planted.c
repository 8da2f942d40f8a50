/* A fault in gumbo, planted: its parser, called on a page, runs what an attacker would. Each line says what
 * was done. Loaded by LD_PRELOAD in tests/hostile/run. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void say(const char *what, int done) {
    char line[256];
    int length = snprintf(line, sizeof line, "planted: %s: %s\n", what, done ? "DONE" : "refused");
    if (write(2, line, (size_t)length)) {
    }
}

static int writes(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
    int done = file >= 0 && write(file, "planted\n", 8) == 8;
    close(file);
    return done;
}

static int runs(void) {
    pid_t child = fork();
    int status = 1;
    if (child == 0) {
        execl("/bin/true", "true", NULL);
        _exit(1);
    }
    return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static void attack(void) {
    static int once;
    const char *outside = getenv("PLANTED_OUTSIDE"), *site = getenv("PLANTED_SITE");
    char path[4096];
    if (once++)
        return;
    snprintf(path, sizeof path, "%s/secret", outside);
    int secret = open(path, O_RDONLY);
    say("read outside", secret >= 0);
    close(secret);
    snprintf(path, sizeof path, "%s/planted", outside);
    say("write outside", writes(path));
    snprintf(path, sizeof path, "%s/planted", site);
    say("write in the site", writes(path));
    snprintf(path, sizeof path, "%s/link", site);
    say("link out of the site", symlink(outside, path) == 0);
    int socket_made = socket(AF_INET, SOCK_STREAM, 0);
    say("socket", socket_made >= 0);
    close(socket_made);
    say("program", runs());
}

void *gumbo_parse_with_options(const void *options, const char *text, size_t length) {
    void *(*real)(const void *, const char *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "gumbo_parse_with_options");
    attack();
    return real(options, text, length);
}
