#include "serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256                  /* that have shown the token */
#define CONNECTION_MEMORY ((size_t)32 << 10) /* of a request's head */
#define CONNECTION_SECONDS 30u
#define STRANGERS_MAX 512     /* connections that have not */
#define STRANGER_MS 5000      /* a browser sends its request at once */
#define STRANGER_LEAST_MS 250 /* ... and has so long, however many come */
#define ACCEPTED_AT_ONCE 64
#define WAIT_MS 200

/* Bytes of a request that hold its token, whatever its method: of all requests that have one the shortest, of
 * a method as short as GET and with a version behind it, has more. */
#define HEAD_SIZE (sizeof "OPTIONS /0123456789abcdef0123456789abcdef/" - 1)

/* A connection that has not shown the token: whoever has it is not to be kept out by those who have not, so
 * that these get no further than here. */
typedef struct stranger {
    int socket;
    int64_t since; /* milliseconds */
} stranger;

typedef struct server {
    slice host, origin, token;
    serve_handler *handler;
    void *context;
    arena *arena; /* of the request in hand */
    struct MHD_Daemon *daemon;
    stranger strangers[STRANGERS_MAX]; /* in the order they came */
    size_t stranger_count;
} server;

/* A request whose body comes in. */
typedef struct incoming {
    char body[SERVE_BODY_MAX];
    size_t length;
    bool too_long;
} incoming;

int serve_listen(uint16_t *port) {
    struct sockaddr_in place = {
        .sin_family = AF_INET, .sin_port = htons(*port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof place;
    int on = 1, listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listening < 0)
        return -1;
    if (setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listening, (struct sockaddr *)&place, sizeof place) != 0 || listen(listening, SOMAXCONN) != 0 ||
        getsockname(listening, (struct sockaddr *)&place, &length) != 0) {
        int problem = errno;
        close(listening);
        errno = problem;
        return -1;
    }
    *port = ntohs(place.sin_port);
    return listening;
}

bool serve_token(arena *a, slice *token) {
    unsigned char bytes[16];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return false;
    buffer out = buffer_new(a, 33);
    for (size_t i = 0; i < sizeof bytes; i++)
        buffer_printf(&out, "%02x", bytes[i]);
    *token = buffer_slice(&out);
    return true;
}

/* ---- who may ask -------------------------------------------------------------------------------------- */

/* In a time that does not tell how much of it was right. */
static bool same_secret(slice one, slice other) {
    unsigned char difference = one.length != other.length;
    for (size_t i = 0; i < other.length; i++)
        difference |= (unsigned char)((i < one.length ? one.data[i] : 0) ^ other.data[i]);
    return difference == 0;
}

static slice header(struct MHD_Connection *c, const char *name) {
    const char *value = MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
    return value ? slice_of(value) : (slice){NULL, 0};
}

/* Does the header say this? `absent`: it may be missing, too. */
static bool says(struct MHD_Connection *c, const char *name, slice expected, bool absent) {
    slice value = header(c, name);
    return value.data ? slice_equal(value, expected) : absent;
}

/* The address behind `/TOKEN/`. False: it has no token, or another one. */
static bool take_token(const server *s, slice url, slice *name) {
    size_t end = url.length ? slice_find_char(url, '/', 1) : SLICE_NONE;
    if (end == SLICE_NONE || !same_secret(slice_sub(url, 1, end), s->token))
        return false;
    *name = slice_from(url, end + 1);
    return true;
}

/* 200, or why not. Fetch Metadata (Sec-Fetch-Site) is held against what browsers send of it. */
static unsigned check(const server *s, struct MHD_Connection *c, slice url, slice method, slice *name) {
    bool changes = slice_equal(method, SLICE("POST")), reads = slice_equal(method, SLICE("GET"));
    bool own = says(c, "Sec-Fetch-Site", SLICE("same-origin"), true);
    if (!says(c, "Host", s->host, false))
        return MHD_HTTP_MISDIRECTED_REQUEST;
    if (!says(c, "Origin", s->origin, !changes))
        return MHD_HTTP_FORBIDDEN;
    if (!take_token(s, url, name))
        return MHD_HTTP_FORBIDDEN;
    if (!changes && !reads)
        return MHD_HTTP_METHOD_NOT_ALLOWED;
    if (name->length == 0) /* a person opened it */
        return reads && (own || says(c, "Sec-Fetch-Site", SLICE("none"), false)) ? MHD_HTTP_OK
                                                                                 : MHD_HTTP_FORBIDDEN;
    if (!own || !says(c, "X-Isomerize", SLICE("1"), false))
        return MHD_HTTP_FORBIDDEN;
    bool json = says(c, "Content-Type", SLICE("application/json"), false);
    return changes && !json ? MHD_HTTP_UNSUPPORTED_MEDIA_TYPE : MHD_HTTP_OK;
}

/* ---- connections --------------------------------------------------------------------------------------- */

static int64_t milliseconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Does a request begin so that has the token? */
static bool begins_with_token(const server *s, slice head) {
    slice name;
    size_t url = slice_find_char(head, ' ', 0);
    return url != SLICE_NONE && take_token(s, slice_from(head, url + 1), &name);
}

static void hand_over(server *s, int socket) {
    static const struct sockaddr_in HERE = {.sin_family = AF_INET};
    int any = 1;
    setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &any, sizeof any);
    MHD_add_connection(s->daemon, socket, (const struct sockaddr *)&HERE, sizeof HERE);
}

static void turn_away(int socket) {
    static const char WORDS[] = "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: "
                                "close\r\nContent-Length: 32\r\n\r\n{\"error\":\"this is not for you\"}\n";
    char unread[4096];
    /* What is left unread would reset the connection before the answer is seen. */
    if (recv(socket, unread, sizeof unread, MSG_DONTWAIT) > 0 &&
        send(socket, WORDS, sizeof WORDS - 1, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        shutdown(socket, SHUT_WR);
    close(socket);
}

/* Has the connection said who it is? Then it is handed over or turned away. */
static bool settle(server *s, int socket) {
    char head[HEAD_SIZE];
    ssize_t length = recv(socket, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (length > 0 && begins_with_token(s, (slice){head, (size_t)length}))
        hand_over(s, socket);
    else
        turn_away(socket);
    return true;
}

static void forget_stranger(server *s, size_t i) {
    memmove(&s->strangers[i], &s->strangers[i + 1], (--s->stranger_count - i) * sizeof(stranger));
}

static void send_off(server *s, size_t i) {
    close(s->strangers[i].socket);
    forget_stranger(s, i);
}

/* Milliseconds until one more has a place: where there is none, the one that has been silent for longest
 * leaves, but not before its time. */
static int64_t wait_for_place(const server *s) {
    int64_t until = s->stranger_count < STRANGERS_MAX ? 0 : s->strangers[0].since + STRANGER_LEAST_MS;
    int64_t now = milliseconds_now();
    return until > now ? until - now : 0;
}

/* Takes those who wait, at most so many, that the others have their turn. */
static void accept_strangers(server *s, int listening) {
    int bytes = (int)HEAD_SIZE, socket;
    for (int i = 0; i < ACCEPTED_AT_ONCE && !wait_for_place(s); i++) {
        if ((socket = accept4(listening, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) < 0) {
            if (errno == EMFILE && s->stranger_count)
                send_off(s, 0);
            return;
        }
        setsockopt(socket, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes); /* no sooner is it looked at */
        if (settle(s, socket))
            continue;
        if (s->stranger_count == STRANGERS_MAX)
            send_off(s, 0);
        s->strangers[s->stranger_count++] = (stranger){socket, milliseconds_now()};
    }
}

/* Until something happens on one of them: who waits to be accepted, the library's connections, strangers. */
static bool wait_for_any(server *s, struct pollfd *all, size_t count) {
    MHD_UNSIGNED_LONG_LONG wait;
    int64_t place = wait_for_place(s), longest = place && place < WAIT_MS ? place : WAIT_MS;
    if (MHD_get_timeout(s->daemon, &wait) != MHD_YES || wait > (MHD_UNSIGNED_LONG_LONG)longest)
        wait = (MHD_UNSIGNED_LONG_LONG)longest;
    if (place)
        all[0].fd = -1;
    return poll(all, count, (int)wait) >= 0 || errno == EINTR;
}

/* Waits for something to do, and does it. False: the server cannot go on. */
static bool take_turn(server *s, int listening) {
    const union MHD_DaemonInfo *own = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd all[STRANGERS_MAX + 2] = {{listening, POLLIN, 0}, {own ? own->epoll_fd : -1, POLLIN, 0}};
    for (size_t i = 0; i < s->stranger_count; i++)
        all[i + 2] = (struct pollfd){s->strangers[i].socket, POLLIN, 0};
    if (!wait_for_any(s, all, s->stranger_count + 2))
        return false;
    for (size_t i = s->stranger_count; i-- > 0;)
        if (all[i + 2].revents && settle(s, s->strangers[i].socket))
            forget_stranger(s, i);
        else if (milliseconds_now() - s->strangers[i].since >= STRANGER_MS)
            send_off(s, i);
    accept_strangers(s, listening);
    return MHD_run(s->daemon) == MHD_YES;
}

/* ---- answers ------------------------------------------------------------------------------------------- */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type, slice body) {
    static const char *const headers[][2] = {
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Frame-Options", "DENY"},
        {"Content-Security-Policy", "frame-ancestors 'none'"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
    };
    struct MHD_Response *response =
        MHD_create_response_from_buffer(body.length, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", type);
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        MHD_add_response_header(response, headers[i][0], headers[i][1]);
    enum MHD_Result sent = MHD_queue_response(c, status, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status) {
    return answer(c, status, "application/json",
                  status == MHD_HTTP_CONTENT_TOO_LARGE ? SLICE("{\"error\":\"it is too large\"}\n")
                                                       : SLICE("{\"error\":\"this is not for you\"}\n"));
}

static enum MHD_Result handle(server *s, struct MHD_Connection *c, slice name, const incoming *in,
                              bool changes) {
    const char *path = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "path");
    serve_request request = {.changes = changes,
                             .name = name,
                             .path = path ? slice_of(path) : (slice){NULL, 0},
                             .body = {in->body, in->length}};
    serve_answer made = {MHD_HTTP_NOT_FOUND, "application/json",
                         SLICE("{\"error\":\"there is no such thing\"}\n")};
    s->handler(s->context, &request, &made, s->arena);
    enum MHD_Result sent = answer(c, made.status, made.type, made.body);
    arena_reset(s->arena);
    return sent;
}

/* Called once for the head of a request, for each part of its body, and once behind it (microhttpd.h). */
static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *data, size_t *size,
                                  void **state) {
    server *s = context;
    slice name = {NULL, 0};
    (void)version;
    unsigned status = check(s, c, slice_of(url), slice_of(method), &name);
    incoming *in = *state;
    if (!in) {
        slice length = header(c, "Content-Length");
        if (status == MHD_HTTP_OK && length.length > 6)
            status = MHD_HTTP_CONTENT_TOO_LARGE;
        if (status != MHD_HTTP_OK)
            return refuse(c, status);
        in = *state = calloc(1, sizeof *in);
        return in ? MHD_YES : MHD_NO;
    }
    if (*size) {
        in->too_long |= *size > sizeof in->body - in->length;
        if (!in->too_long) {
            memcpy(in->body + in->length, data, *size);
            in->length += *size;
        }
        *size = 0;
        return MHD_YES;
    }
    if (in->too_long)
        return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE);
    return handle(s, c, name, in, strcmp(method, "POST") == 0);
}

static void on_end(void *context, struct MHD_Connection *c, void **state,
                   enum MHD_RequestTerminationCode why) {
    (void)context, (void)c, (void)why;
    free(*state);
    *state = NULL;
}

static void log_nothing(void *context, const char *format, va_list arguments) {
    (void)context, (void)format, (void)arguments;
}

bool serve_run(int listening, uint16_t port, slice token, serve_handler *handler, void *context,
               bool (*stop)(void *context)) {
    arena *a = arena_new(0);
    server s = {.host = format_slice(a, "127.0.0.1:%u", port),
                .origin = format_slice(a, "http://127.0.0.1:%u", port),
                .token = token,
                .handler = handler,
                .context = context,
                .arena = arena_new(0)};
    s.daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL, on_request, &s, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY,
        MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL,
        MHD_OPTION_EXTERNAL_LOGGER, log_nothing, NULL, MHD_OPTION_END);
    bool began = s.daemon != NULL;
    while (began && !stop(context) && take_turn(&s, listening))
        continue;
    for (size_t i = 0; i < s.stranger_count; i++)
        close(s.strangers[i].socket);
    if (began)
        MHD_stop_daemon(s.daemon);
    close(listening);
    arena_destroy(s.arena);
    arena_destroy(a);
    return began;
}
