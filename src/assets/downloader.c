/* The run's end of the pipes to the process that has the network.
 *
 * Comes in: messages for it. Goes out: messages from it. The process is made before anything of a site is
 * read, by fork: it holds no file of the site, and this process needs no socket.
 */
#include "downloader.h"

#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PIPE = 1024 * 1024 };

struct downloader {
    pid_t process;
    int to, from;
    bool wrong; /* it speaks nonsense */
    char *waiting;
    size_t begin, end, room; /* what is in `waiting`, to be sent */
    size_t taken, got;       /* of `bytes`: messages that were taken, what has come in */
    char bytes[4 * WIRE_MAX];
};

/* ---- its beginning and end ----------------------------------------------------------------------------- */

/* Nothing of this process but the two pipes; it ends with this process, or with the pipe, not by Ctrl-C. */
static _Noreturn void begin_process(int from, int to, pid_t parent, const asset_fetch_options *options,
                                    bool (*confine)(void *), void *context) {
    int nothing = open("/dev/null", O_RDWR);
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (nothing < 0 || dup2(from, 0) != 0 || dup2(to, 1) != 1 || dup2(nothing, 2) != 2 ||
        syscall(SYS_close_range, 3, ~0u, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 ||
        getppid() != parent || (confine && !confine(context)))
        _exit(1);
    network_serve(0, 1, options);
}

static void close_both(const int ends[2]) {
    int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
}

downloader *downloader_start(const asset_fetch_options *options, bool (*confine)(void *context),
                             void *context) {
    int there[2], back[2];
    asset_fetch_options filled = *options;
    downloader *d = calloc(1, sizeof *d);
    downloader_fill_defaults(&filled);
    if (!d || pipe2(there, O_CLOEXEC) != 0) {
        free(d);
        return NULL;
    }
    if (pipe2(back, O_CLOEXEC) != 0) {
        close_both(there);
        free(d);
        return NULL;
    }
    fcntl(back[0], F_SETPIPE_SZ, PIPE); /* faster, where the system gives it */
    pid_t parent = getpid();
    d->process = fork();
    if (d->process == 0)
        begin_process(there[0], back[1], parent, &filled, confine, context);
    close(there[0]);
    close(back[1]);
    d->to = there[1];
    d->from = back[0];
    bool good =
        d->process > 0 && fcntl(d->to, F_SETFL, O_NONBLOCK) == 0 && fcntl(d->from, F_SETFL, O_NONBLOCK) == 0;
    if (good)
        return d;
    downloader_end(d);
    return NULL;
}

void downloader_end(downloader *d) {
    if (!d)
        return;
    int error = errno;
    close(d->to);
    close(d->from);
    while (d->process > 0 && waitpid(d->process, NULL, 0) < 0 && errno == EINTR)
        ;
    free(d->waiting);
    free(d);
    errno = error;
}

/* ---- messages ------------------------------------------------------------------------------------------ */

static bool make_room(downloader *d, size_t more) {
    if (d->begin == d->end)
        d->begin = d->end = 0;
    if (d->end + more <= d->room)
        return true;
    size_t wanted = 2 * (d->end + more);
    char *grown = realloc(d->waiting, wanted);
    if (!grown)
        return false;
    d->waiting = grown;
    d->room = wanted;
    return true;
}

bool downloader_send(downloader *d, const wire_message *m) {
    char bytes[WIRE_MAX];
    size_t length = wire_write(m, bytes);
    if (!length || !make_room(d, length))
        return false;
    memcpy(d->waiting + d->end, bytes, length);
    d->end += length;
    return true;
}

/* A process that is gone is no reason for this one to be ended by SIGPIPE. */
static ssize_t write_quietly(int file, const void *bytes, size_t length) {
    sigset_t pipe_only, before;
    sigemptyset(&pipe_only);
    sigaddset(&pipe_only, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    ssize_t count = write(file, bytes, length);
    int error = errno;
    if (count < 0 && error == EPIPE)
        sigtimedwait(&pipe_only, NULL, &(struct timespec){0, 0});
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = error;
    return count;
}

static bool is_passing(ssize_t count) {
    return count < 0 && (errno == EAGAIN || errno == EINTR);
}

bool downloader_wait(downloader *d, int ms) {
    bool sends = d->end > d->begin;
    struct pollfd ends[] = {{.fd = d->from, .events = POLLIN}, {.fd = sends ? d->to : -1, .events = POLLOUT}};
    if (d->wrong || (poll(ends, 2, ms) < 0 && errno != EINTR))
        return false;
    if (ends[1].revents) {
        ssize_t count = write_quietly(d->to, d->waiting + d->begin, d->end - d->begin);
        if (count < 0 && !is_passing(count))
            return false;
        d->begin += count > 0 ? (size_t)count : 0;
    }
    if (!ends[0].revents)
        return true;
    memmove(d->bytes, d->bytes + d->taken, d->got - d->taken);
    d->got -= d->taken;
    d->taken = 0;
    ssize_t count = read(d->from, d->bytes + d->got, sizeof d->bytes - d->got);
    d->got += count > 0 ? (size_t)count : 0;
    return count > 0 || is_passing(count);
}

bool downloader_next(downloader *d, wire_message *m) {
    slice rest = {d->bytes + d->taken, d->got - d->taken};
    wire_state state = d->wrong ? WIRE_WRONG : wire_read(&rest, WIRE_FROM_DOWNLOADER, m);
    d->wrong = state == WIRE_WRONG;
    d->taken = d->got - rest.length;
    return state == WIRE_WHOLE;
}

/* ---- hosts --------------------------------------------------------------------------------------------- */

static void send_host(void *context, slice host, bool is_literal, uint16_t port) {
    downloader_send(context, &(wire_message){WIRE_HOST, 0, {port, is_literal}, {host}});
}

bool downloader_allow(downloader *d, const asset_rules *rules) {
    rules_each_host(rules, send_host, d);
    downloader_send(d, &(wire_message){.kind = WIRE_SEAL});
    while (d->end > d->begin) /* to the last: the process that reads pages adds no host */
        if (!downloader_wait(d, 1000))
            return false;
    return true;
}
