/* The process that has the network, and nothing else.
 *
 * Comes in: addresses, each with its limits. Goes out: what the servers answered. One thread; curl's multi
 * interface keeps many transfers going. Asks no host but those that were named before any page was read,
 * never connects to an address that is not public, never follows a redirect by itself; looks into no byte of
 * a file.
 */
#include "downloader.h"

#include "private.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    SLOW = 1024, /* bytes a second: what stays below for so long as a stall is given up */
    ERROR_PAGE_MAX = 1024 * 1024,
    TEXT_MAX = WIRE_TEXT + 1
};

typedef struct job {
    struct network *network;
    uint16_t slot;
    bool active;
    CURL *easy;
    struct curl_slist *headers;
    uint64_t limit, got; /* bytes of the body */
    bool head_sent, body_ignored, address_refused, packed;
    size_t ignored; /* bytes of an error page */
    long status;
    char etag[TEXT_MAX], modified[TEXT_MAX], type[TEXT_MAX], range[TEXT_MAX];
    char error[CURL_ERROR_SIZE];
} job;

typedef struct network {
    int from, to;
    asset_fetch_options options;
    CURLM *multi; /* NULL until something is asked for */
    struct curl_slist *connect_to;
    arena *arena;
    asset_rules *hosts; /* that may be asked */
    bool sealed;
    const char **proxy;  /* the proxy's own addresses, ended by NULL */
    uint16_t proxy_port; /* 0: there is none */
    uint64_t total;      /* bytes of all bodies */
    job jobs[WIRE_SLOTS];
    size_t got;
    char bytes[2 * WIRE_MAX], out[WIRE_MAX];
} network;

/* ---- answers ------------------------------------------------------------------------------------------- */

/* Waits until there is room: a server is read no faster than the run can write. */
static void answer(network *n, const wire_message *m) {
    size_t length = wire_write(m, n->out), done = 0;
    while (done < length) {
        ssize_t count = write(n->to, n->out + done, length - done);
        if (count <= 0 && errno != EINTR)
            _exit(1); /* nobody is there any more */
        done += count > 0 ? (size_t)count : 0;
    }
}

static bool is_plain(const char *text) {
    while ((unsigned char)*text >= ' ' && *text != 0x7F)
        text++;
    return !*text;
}

static void send_head(job *j) {
    j->head_sent = true;
    answer(j->network, &(wire_message){WIRE_HEAD,
                                       j->slot,
                                       {(uint64_t)j->status, j->packed},
                                       {slice_of(j->etag), slice_of(j->modified), slice_of(j->type),
                                        slice_of(j->range)}});
}

static void end_job(job *j, wire_end how, const char *words) {
    curl_off_t wait = 0;
    char *elsewhere = NULL;
    char clean[TEXT_MAX];
    if (j->active) {
        curl_easy_getinfo(j->easy, CURLINFO_RETRY_AFTER, &wait);
        curl_easy_getinfo(j->easy, CURLINFO_REDIRECT_URL, &elsewhere);
        curl_multi_remove_handle(j->network->multi, j->easy);
    }
    snprintf(clean, sizeof clean, "%s", words);
    bool fits = elsewhere && strlen(elsewhere) <= WIRE_URL && is_plain(elsewhere);
    answer(j->network, &(wire_message){WIRE_END,
                                       j->slot,
                                       {(uint64_t)how, (uint64_t)j->status, wait > 0 ? (uint64_t)wait : 0},
                                       {is_plain(clean) ? slice_of(clean) : SLICE("the transfer failed"),
                                        fits ? slice_of(elsewhere) : SLICE("")}});
    curl_slist_free_all(j->headers);
    j->headers = NULL;
    j->active = false;
}

/* ---- what comes in ------------------------------------------------------------------------------------- */

static bool run_is_too_large(const network *n) {
    return n->total > n->options.run_limit;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    job *j = context;
    count *= size;
    if (j->body_ignored) /* an error page's; enough of it leaves the connection usable */
        return (j->ignored += count) > ERROR_PAGE_MAX ? 0 : count;
    if (!j->head_sent)
        send_head(j);
    j->got += count;
    j->network->total += count;
    if (j->got > j->limit || run_is_too_large(j->network))
        return 0;
    for (size_t at = 0; at < count; at += WIRE_BODY) {
        slice part = slice_sub((slice){bytes, count}, at, at + WIRE_BODY);
        answer(j->network, &(wire_message){WIRE_BYTES, j->slot, {0}, {part}});
    }
    return count;
}

static bool header_value(slice line, const char *name, char out[TEXT_MAX]) {
    size_t length = strlen(name);
    if (line.length <= length || line.data[length] != ':' || strncasecmp(line.data, name, length) != 0)
        return false;
    slice value = slice_trim(slice_from(line, length + 1));
    for (size_t i = 0; i < value.length; i++) /* a bare CR would end the line in a request of ours */
        if ((unsigned char)value.data[i] < ' ' || value.data[i] == 0x7F)
            return true;
    if (value.length < TEXT_MAX) {
        memcpy(out, value.data, value.length);
        out[value.length] = '\0';
    }
    return true;
}

static size_t on_header(char *bytes, size_t size, size_t count, void *context) {
    job *j = context;
    slice line = {bytes, size * count};
    char encoding[TEXT_MAX] = "";
    if (slice_starts_with(line, SLICE("HTTP/"))) {           /* also after 100 Continue */
        curl_easy_setopt(j->easy, CURLOPT_FORBID_REUSE, 0L); /* it answers */
        j->etag[0] = j->modified[0] = j->type[0] = j->range[0] = '\0';
        j->packed = false;
        size_t space = slice_find_char(line, ' ', 0);
        j->status = space == SLICE_NONE ? 0 : strtol(line.data + space, NULL, 10);
        j->body_ignored = j->status != 200 && j->status != 206;
    } else if (header_value(line, "content-encoding", encoding)) {
        j->packed = strcasecmp(encoding, "identity") != 0;
    } else if (!header_value(line, "etag", j->etag) && !header_value(line, "last-modified", j->modified) &&
               !header_value(line, "content-type", j->type)) {
        header_value(line, "content-range", j->range);
    }
    return line.length;
}

/* The connection goes to exactly the address that is checked here. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
    job *j = context;
    const network *n = j->network;
    bool open =
        route_is_open(&to->addr, n->options.allow) ||
        (n->proxy_port && route_port(&to->addr) == n->proxy_port && route_is_open(&to->addr, n->proxy));
    if (purpose != CURLSOCKTYPE_IPCXN || !open) {
        j->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* ---- asking -------------------------------------------------------------------------------------------- */

/* The user's proxy may well have an address that is not public: it may be used, on the proxy's own port. */
static const char **proxy_addresses(const asset_fetch_options *o, uint16_t *at_port, arena *a) {
    vector list = vector_new(a, sizeof(const char *));
    CURLU *url = o->proxy ? curl_url() : NULL;
    char *name = NULL, *port = NULL;
    struct addrinfo *found = NULL;
    *at_port = 0;
    if (url &&
        curl_url_set(url, CURLUPART_URL, o->proxy, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(url, CURLUPART_HOST, &name, 0) == CURLUE_OK) {
        /* curl: 1080 where an address of a proxy names no port, but for https */
        bool https = strncmp(o->proxy, "https:", 6) == 0;
        bool named = curl_url_get(url, CURLUPART_PORT, &port, 0) == CURLUE_OK;
        *at_port = named ? (uint16_t)strtoul(port, NULL, 10) : https ? 443 : 1080;
        if (getaddrinfo(name, NULL, &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &found) != 0)
            found = NULL;
    }
    for (struct addrinfo *one = found; one; one = one->ai_next) {
        char text[64];
        if (getnameinfo(one->ai_addr, one->ai_addrlen, text, sizeof text, NULL, 0, NI_NUMERICHOST) == 0)
            *(const char **)vector_push(&list) = slice_c_string(slice_of(text), a);
    }
    if (found)
        freeaddrinfo(found);
    curl_free(name);
    curl_free(port);
    curl_url_cleanup(url);
    vector_push_zeroed(&list);
    return list.items;
}

static bool open_network(network *n) {
    const asset_fetch_options *o = &n->options;
    if (n->multi)
        return true;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    n->multi = curl_multi_init();
    curl_multi_setopt(n->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)o->per_host);
    curl_multi_setopt(n->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)o->in_total);
    for (const char *const *one = o->connect_to; one && *one; one++)
        n->connect_to = curl_slist_append(n->connect_to, *one);
    n->proxy = proxy_addresses(o, &n->proxy_port, n->arena);
    return n->multi != NULL;
}

static void set_limits(CURL *easy, const asset_fetch_options *o) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)((o->stall_ms + 999) / 1000));
}

static void set_network(CURL *easy, const network *n) {
    const asset_fetch_options *o = &n->options;
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    /* Until its server answers: curl 7.88 keeps a connection on which the request cannot be sent, and lets
     * the next ones wait for what it will turn out to be. */
    curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "isomerize");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                     "identity"); /* asked for; what is packed all the same is unpacked */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, o->no_proxy);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, n->connect_to);
    if (o->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
    if (o->ca_folder)
        curl_easy_setopt(easy, CURLOPT_CAPATH, o->ca_folder);
}

static void prepare(job *j) {
    set_limits(j->easy, &j->network->options);
    set_network(j->easy, j->network);
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(j->easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); /* a proxy's are none of the server */
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
    curl_easy_setopt(j->easy, CURLOPT_OPENSOCKETDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_ERRORBUFFER, j->error);
    curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
}

/* Is its host a number? curl's own reading of it counts, odd spellings too. */
static bool names_an_address(const char *url) {
    CURLU *parts = curl_url();
    char *host = NULL;
    unsigned char bytes[16];
    bool is_number = !parts || curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
                     curl_url_get(parts, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '[' ||
                     inet_pton(AF_INET, host, bytes) == 1;
    curl_free(host);
    curl_url_cleanup(parts);
    return is_number;
}

static bool add_header(job *j, const char *name, slice value) {
    char line[TEXT_MAX * 2];
    if (!value.length)
        return true;
    snprintf(line, sizeof line, "%s: %.*s", name, SLICE_ARGS(value));
    struct curl_slist *longer = curl_slist_append(j->headers, line);
    if (longer)
        j->headers = longer;
    return longer != NULL;
}

static bool add_conditions(job *j, const wire_message *m) {
    slice etag = m->texts[1], modified = m->texts[2];
    char range[64];
    if (m->numbers[1] == WIRE_IF_CHANGED)
        return add_header(j, "If-None-Match", etag) && add_header(j, "If-Modified-Since", modified);
    if (m->numbers[1] != WIRE_FROM)
        return true;
    snprintf(range, sizeof range, "bytes=%llu-", (unsigned long long)m->numbers[2]);
    return add_header(j, "Range", slice_of(range)) &&
           add_header(j, "If-Range", etag.length ? etag : modified);
}

static bool start(job *j, const wire_message *m) {
    char url[WIRE_URL + 1];
    const asset_fetch_options *o = &j->network->options;
    memcpy(url, m->texts[0].data, m->texts[0].length);
    url[m->texts[0].length] = '\0';
    if (!open_network(j->network) || !(j->easy = j->easy ? j->easy : curl_easy_init()))
        return false;
    prepare(j);
    j->limit = m->numbers[0] < o->size_limit ? m->numbers[0] : o->size_limit;
    /* A proxy would go where this program does not: it is asked for names only. */
    curl_easy_setopt(j->easy, CURLOPT_PROXY, names_an_address(url) || !o->proxy ? "" : o->proxy);
    curl_easy_setopt(j->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)j->limit);
    if (!add_conditions(j, m) || curl_easy_setopt(j->easy, CURLOPT_URL, url) != CURLE_OK)
        return false;
    curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->headers);
    j->active = curl_multi_add_handle(j->network->multi, j->easy) == CURLM_OK;
    return j->active;
}

static void ask(network *n, const wire_message *m) {
    job *j = &n->jobs[m->slot];
    arena *scratch = arena_new(0);
    bool allowed = n->sealed && asset_rules_allow(n->hosts, m->texts[0], scratch);
    arena_destroy(scratch);
    *j = (job){.network = n, .slot = m->slot, .easy = j->easy};
    if (!allowed)
        end_job(j, WIRE_NOT_ALLOWED, "");
    else if (!start(j, m))
        end_job(j, WIRE_FAILED, "out of memory");
}

/* ---- how it ended -------------------------------------------------------------------------------------- */

/* Errors of curl: worth another try, and in which words. Others are final, in curl's own words. */
static const struct {
    CURLcode code;
    const char *words;
} PASSING[] = {
    {CURLE_COULDNT_RESOLVE_HOST, "the host's name cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, "the proxy's name cannot be resolved"},
    {CURLE_COULDNT_CONNECT, "no connection to the host"},
    {CURLE_OPERATION_TIMEDOUT, "the server is too slow"},
    {CURLE_PARTIAL_FILE, "the server broke off before the announced end"},
    {CURLE_RECV_ERROR, "the connection broke"},
    {CURLE_SEND_ERROR, "the connection broke"},
    {CURLE_GOT_NOTHING, "the server closed the connection without an answer"},
    {CURLE_SSL_CONNECT_ERROR, "no TLS connection to the host"},
    {CURLE_HTTP2, "the HTTP/2 connection broke"},
    {CURLE_HTTP2_STREAM, "the HTTP/2 connection broke"},
    {CURLE_AGAIN, "the connection broke"},
};

static wire_end judge(job *j, CURLcode code, const char **words) {
    long proxy = 0;
    *words = "";
    if (code == CURLE_OK || (j->body_ignored && code == CURLE_WRITE_ERROR))
        return WIRE_DONE;
    if (j->address_refused)
        return WIRE_NOT_PUBLIC;
    if (j->got > j->limit || code == CURLE_FILESIZE_EXCEEDED)
        return WIRE_TOO_LARGE;
    if (run_is_too_large(j->network))
        return WIRE_RUN_TOO_LARGE;
    curl_easy_getinfo(j->easy, CURLINFO_HTTP_CONNECTCODE, &proxy);
    if (proxy >= 300) {
        snprintf(j->error, sizeof j->error, "the proxy answered %ld", proxy);
        *words = j->error;
        return WIRE_PASSING;
    }
    for (size_t i = 0; i < sizeof PASSING / sizeof *PASSING; i++)
        if (PASSING[i].code == code) {
            *words = PASSING[i].words;
            return WIRE_PASSING;
        }
    *words = j->error[0] ? j->error : curl_easy_strerror(code);
    return WIRE_FAILED;
}

static void finish(job *j, CURLcode code) {
    const char *words;
    if (code == CURLE_OK && !j->body_ignored && !j->head_sent)
        send_head(j); /* of an empty body */
    wire_end how = judge(j, code, &words);
    end_job(j, how, words);
}

static void finish_all(network *n) {
    int left;
    for (CURLMsg *message; n->multi && (message = curl_multi_info_read(n->multi, &left));) {
        char *owner = NULL;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        if (message->msg == CURLMSG_DONE)
            finish((job *)(void *)owner, message->data.result);
    }
}

/* ---- what is asked ------------------------------------------------------------------------------------- */

static void take(network *n, const wire_message *m) {
    job *j = &n->jobs[m->slot];
    switch (m->kind) {
    case WIRE_HOST:
        if (!n->sealed)
            rules_add_host(n->hosts, slice_copy(m->texts[0], n->arena), m->numbers[1] & 1,
                           (uint16_t)m->numbers[0], n->arena);
        return;
    case WIRE_SEAL:
        n->sealed = true;
        return;
    case WIRE_CANCEL:
        if (j->active)
            end_job(j, WIRE_CANCELLED, "");
        return;
    default:
        if (j->active)
            _exit(1);
        ask(n, m);
    }
}

/* False: there will be no more, or nonsense. */
static bool take_messages(network *n) {
    ssize_t count = read(n->from, n->bytes + n->got, sizeof n->bytes - n->got);
    if (count <= 0)
        return count < 0 && (errno == EAGAIN || errno == EINTR);
    slice rest = {n->bytes, n->got + (size_t)count};
    wire_message m;
    wire_state state;
    while ((state = wire_read(&rest, WIRE_FROM_RUN, &m)) == WIRE_WHOLE)
        take(n, &m);
    memmove(n->bytes, rest.data, rest.length);
    n->got = rest.length;
    return state == WIRE_MORE;
}

static bool wait_for_more(network *n) {
    struct pollfd end = {.fd = n->from, .events = POLLIN};
    struct curl_waitfd also = {.fd = n->from, .events = CURL_WAIT_POLLIN};
    return n->multi ? curl_multi_poll(n->multi, &also, 1, 60000, NULL) == CURLM_OK
                    : poll(&end, 1, -1) >= 0 || errno == EINTR;
}

void network_serve(int from, int to, const asset_fetch_options *options) {
    int running = 0;
    network *n = calloc(1, sizeof *n);
    bool good = n && fcntl(from, F_SETFL, O_NONBLOCK) == 0;
    if (good) {
        n->from = from;
        n->to = to;
        n->options = *options;
        n->arena = arena_new(0);
        n->hosts = rules_none(n->arena);
    }
    while (good && take_messages(n)) {
        if (n->multi && curl_multi_perform(n->multi, &running) != CURLM_OK)
            break;
        finish_all(n);
        good = wait_for_more(n);
    }
    _exit(1);
}
