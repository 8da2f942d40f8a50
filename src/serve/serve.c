#include "serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 512
#define STRANGERS_MAX 256                    /* connections that have not shown the token */
#define STRANGER_SECONDS 5                   /* a browser sends its request at once */
#define CONNECTION_MEMORY ((size_t)32 << 10) /* of a request's head */
#define CONNECTION_SECONDS 30u
#define WAIT_MS 200

/* A connection: whoever has not shown the token is not to keep those out who have it. */
typedef struct visitor {
    int socket; /* -1: none */
    time_t since;
    uint64_t number; /* in the order they came */
    bool is_known;   /* has sent a request that was let through */
    bool is_leaving;
} visitor;

typedef struct server {
    slice host, origin, token;
    serve_handler *handler;
    void *context;
    arena *arena; /* of the request in hand */
    visitor visitors[CONNECTIONS_MAX];
    uint64_t came; /* connections so far */
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

static time_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void on_connection(void *context, struct MHD_Connection *c, void **state,
                          enum MHD_ConnectionNotificationCode what) {
    server *s = context;
    visitor *place = *state;
    if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (place)
            place->socket = -1;
        return;
    }
    for (size_t i = 0; !place && i < CONNECTIONS_MAX; i++)
        if (s->visitors[i].socket < 0)
            place = &s->visitors[i];
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
    *state = place;
    if (place && info)
        *place = (visitor){info->connect_fd, seconds_now(), s->came++, false, false};
}

static void know(struct MHD_Connection *c) {
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    visitor *of = info ? info->socket_context : NULL;
    if (of)
        of->is_known = true;
}

/* Sends those away who have been there for long, and, where they are many, the first of them: at its limit
 * the library would turn away whoever comes next. */
static void see_off_strangers(server *s) {
    time_t now = seconds_now();
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        visitor *first = NULL;
        size_t count = 0;
        for (size_t k = 0; k < CONNECTIONS_MAX; k++) {
            visitor *one = &s->visitors[k];
            if (one->socket < 0 || one->is_known || one->is_leaving)
                continue;
            first = !first || one->number < first->number ? one : first;
            count++;
        }
        if (!first || (count <= STRANGERS_MAX && now - first->since < STRANGER_SECONDS))
            return;
        first->is_leaving = true;
        shutdown(first->socket, SHUT_RDWR); /* the library closes it */
    }
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
        know(c);
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
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        s.visitors[i].socket = -1;
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_NO_FLAG, port, NULL, NULL, on_request, &s, MHD_OPTION_LISTEN_SOCKET, listening,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        CONNECTION_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, CONNECTION_SECONDS, MHD_OPTION_NOTIFY_COMPLETED,
        on_end, NULL, MHD_OPTION_NOTIFY_CONNECTION, on_connection, &s, MHD_OPTION_EXTERNAL_LOGGER,
        log_nothing, NULL, MHD_OPTION_END);
    while (daemon && !stop(context) && MHD_run_wait(daemon, WAIT_MS) == MHD_YES)
        see_off_strangers(&s);
    bool began = daemon != NULL;
    if (daemon)
        MHD_stop_daemon(daemon);
    arena_destroy(s.arena);
    arena_destroy(a);
    return began;
}
