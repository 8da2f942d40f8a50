/* A fault in libyaml (which reads _config.yml, front matter), gumbo and cmark, planted: a parser, called on a
 * page, runs what an attacker would; and one in curl, as a server would use it. Each line says what was done:
 * on standard error; by curl, which has none, to a port of this machine. With PLANTED_EACH at every call of
 * every parser, else at the first one of PLANTED_IN. With PLANTED_FALL gumbo falls over a text that holds it.
 * Loaded by LD_PRELOAD in tests/hostile/run. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static int in_curl;

static void say(const char *what, int done) {
    char line[256];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int length = snprintf(line, sizeof line, "planted%s: %s: %s\n", in_curl ? " in curl" : "", what,
                          done ? "DONE" : "refused");
    if (!in_curl && write(2, line, (size_t)length)) {
    }
    if (in_curl && getenv("PLANTED_PORT")) {
        to.sin_port = htons((unsigned short)atoi(getenv("PLANTED_PORT")));
        sendto(socket(AF_INET, SOCK_DGRAM, 0), line, (size_t)length, 0, (struct sockaddr *)&to, sizeof to);
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

static void attack(const char *in) {
    static int once;
    const char *wanted = getenv("PLANTED_IN");
    const char *outside = getenv("PLANTED_OUTSIDE"), *site = getenv("PLANTED_SITE");
    char path[4096];
    if ((wanted && strcmp(wanted, in) != 0) || (once++ && !getenv("PLANTED_EACH")))
        return;
    say(in, 1);
    snprintf(path, sizeof path, "%s/secret", outside);
    int secret = open(path, O_RDONLY);
    say("read outside", secret >= 0);
    close(secret);
    snprintf(path, sizeof path, "%s/planted", outside);
    say("write outside", writes(path));
    snprintf(path, sizeof path, "%s/planted", site);
    say("write in the site", writes(path));
    snprintf(path, sizeof path, "%s/pages/a.md", site);
    int page = open(path, O_RDONLY);
    say("read in the site", page >= 0);
    close(page);
    snprintf(path, sizeof path, "%s/link", site);
    say("link out of the site", symlink(outside, path) == 0);
    int socket_made = socket(AF_INET, SOCK_STREAM, 0);
    say("socket", socket_made >= 0);
    close(socket_made);
    say("program", runs());
}

int curl_multi_perform(void *multi, int *running) {
    int (*real)(void *, int *);
    *(void **)&real = dlsym(RTLD_NEXT, "curl_multi_perform");
    in_curl = 1;
    attack("curl");
    return real(multi, running);
}

void yaml_parser_set_input_string(void *parser, const unsigned char *text, size_t length) {
    void (*real)(void *, const unsigned char *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "yaml_parser_set_input_string");
    attack("yaml");
    real(parser, text, length);
}

void *gumbo_parse_with_options(const void *options, const char *text, size_t length) {
    void *(*real)(const void *, const char *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "gumbo_parse_with_options");
    const char *falls = getenv("PLANTED_FALL");
    if (falls && memmem(text, length, falls, strlen(falls)))
        raise(SIGSEGV);
    attack("gumbo");
    return real(options, text, length);
}

void cmark_parser_feed(void *parser, const char *text, size_t length) {
    void (*real)(void *, const char *, size_t);
    *(void **)&real = dlsym(RTLD_NEXT, "cmark_parser_feed");
    attack("cmark");
    real(parser, text, length);
}
