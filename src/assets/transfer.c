/* One file on its way: what is asked for, what may come in, and whether it counts.
 *
 * Comes in: headers and bytes, as curl has them. Goes out: a verified file at its path, or a problem in
 * words. Never connects to an address that is not public, never follows a redirect by itself, never keeps a
 * file that was not checked.
 */
#include "fetch.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static slice text_of(const char *text) {
    return slice_of(text);
}

static outcome failed(transfer *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static outcome failed(transfer *t, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(t->problem, sizeof t->problem, format, arguments);
    va_end(arguments);
    return OUTCOME_FAILED;
}

/* ---- bytes ------------------------------------------------------------------------------------------- */

static bool write_part(transfer *t) {
    for (size_t done = 0; done < t->length;) {
        ssize_t count = pwrite(t->part, t->bytes + done, t->length - done, (off_t)t->in_part);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
        t->in_part += (uint64_t)count;
    }
    t->length = 0;
    return true;
}

/* Moves what is held to the part. Of a file that is not whole, the ledger learns which bytes these are the
 * beginning of. */
static bool spill(transfer *t, bool whole) {
    if (t->part < 0) {
        t->part = store_open_part(t->fetch->book, t->entry, t->in_part == 0);
        if (t->part < 0)
            return false;
        if (!whole && t->in_part == 0 && t->entry->state != ASSET_HERE) {
            arena *a = t->fetch->book->arena;
            t->entry->etag = slice_copy(text_of(t->etag), a);
            t->entry->modified = slice_copy(text_of(t->modified), a);
            store_note(t->fetch->book, t->entry);
        }
    }
    return write_part(t);
}

static void restart(transfer *t) {
    t->length = 0;
    t->in_part = 0;
    if (t->part >= 0)
        close(t->part);
    t->part = -1;
    store_drop_part(t->fetch->book, t->entry);
}

/* RFC 9110 §13.1.5: only a strong validator may join two parts. */
static bool can_resume(slice etag, slice modified) {
    return etag.length ? etag.data[0] == '"' : modified.length > 0;
}

static bool take_body(transfer *t) {
    t->body_begun = true;
    if (t->status == 206) {
        unsigned long long from = 0;
        if (sscanf(t->range, " bytes %llu-", &from) == 1 && from == t->in_part)
            return true;
        failed(t, "the server sent another part than was asked for");
        restart(t);
        t->wrong_part = true;
        return false;
    }
    t->body_ignored = t->status != 200;
    if (t->status == 200 && t->in_part)
        restart(t); /* the whole file, from its beginning: it has changed, or the server knows no parts */
    return true;
}

static bool hold(transfer *t, const char *bytes, size_t count) {
    if (t->length + count > t->capacity) {
        size_t wanted = t->capacity ? t->capacity * 2 : 32768;
        while (wanted < t->length + count)
            wanted *= 2;
        char *grown = realloc(t->bytes, wanted);
        if (!grown)
            return false;
        t->bytes = grown;
        t->capacity = wanted;
    }
    memcpy(t->bytes + t->length, bytes, count);
    t->length += count;
    return true;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *context) {
    transfer *t = context;
    count *= size;
    if (!t->body_begun && !take_body(t)) {
        t->body_refused = true;
        return 0;
    }
    if (t->body_ignored) /* an error page's; enough of it leaves the connection usable */
        return (t->ignored += count) > ERROR_PAGE_MAX ? 0 : count;
    t->fetch->progress.bytes += count;
    if (t->fetch->progress.bytes > t->fetch->options.run_limit) {
        failed(t, "the run's limit of %llu bytes in all is reached",
               (unsigned long long)t->fetch->options.run_limit);
        restart(t);
        t->body_refused = true;
        return 0;
    }
    if (t->in_part + t->length + count > t->fetch->options.size_limit) {
        failed(t, "larger than the limit of %llu bytes", (unsigned long long)t->fetch->options.size_limit);
        restart(t);
        t->body_refused = true;
        return 0;
    }
    if (!hold(t, bytes, count) || (t->length >= SPILL && !spill(t, false))) {
        failed(t, "cannot be written: %s", strerror(errno));
        t->body_refused = true;
        return 0;
    }
    return count;
}

/* ---- headers ----------------------------------------------------------------------------------------- */

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
    transfer *t = context;
    slice line = {bytes, size * count};
    char encoding[TEXT_MAX] = "";
    if (slice_starts_with(line, SLICE("HTTP/"))) { /* also after 100 Continue and a proxy's answer */
        t->etag[0] = t->modified[0] = t->type[0] = t->range[0] = '\0';
        t->packed = false;
        size_t space = slice_find_char(line, ' ', 0);
        t->status = space == SLICE_NONE ? 0 : strtol(line.data + space, NULL, 10);
    } else if (header_value(line, "content-encoding", encoding)) {
        t->packed = strcasecmp(encoding, "identity") != 0;
    } else if (!header_value(line, "etag", t->etag) && !header_value(line, "last-modified", t->modified) &&
               !header_value(line, "content-type", t->type)) {
        header_value(line, "content-range", t->range);
    }
    return line.length;
}

/* ---- asking ------------------------------------------------------------------------------------------ */

/* The connection goes to exactly the address that is checked here. */
static curl_socket_t on_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to) {
    transfer *t = context;
    const fetch *f = t->fetch;
    bool open =
        route_is_open(&to->addr, f->options.allow) ||
        (f->proxy_port && route_port(&to->addr) == f->proxy_port && route_is_open(&to->addr, f->proxy));
    if (purpose != CURLSOCKTYPE_IPCXN || !open) {
        t->address_refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static bool add_header(transfer *t, const char *name, slice value) {
    char line[TEXT_MAX * 2];
    snprintf(line, sizeof line, "%s: %.*s", name, SLICE_ARGS(value));
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    if (longer)
        t->headers = longer;
    return longer != NULL;
}

/* Only what is new (a second run), or only what is missing (a part is there). */
static bool add_conditions(transfer *t) {
    const asset_entry *entry = t->entry;
    char range[64];
    if (entry->state == ASSET_HERE) {
        store_drop_part(t->fetch->book, entry);
        return (entry->etag.length == 0 || add_header(t, "If-None-Match", entry->etag)) &&
               (entry->modified.length == 0 || add_header(t, "If-Modified-Since", entry->modified));
    }
    t->in_part = can_resume(entry->etag, entry->modified) ? store_part_size(t->fetch->book, entry) : 0;
    if (t->in_part == 0)
        return true;
    snprintf(range, sizeof range, "bytes=%llu-", (unsigned long long)t->in_part);
    return add_header(t, "Range", slice_of(range)) &&
           add_header(t, "If-Range", entry->etag.length ? entry->etag : entry->modified);
}

static void set_limits(CURL *easy, const asset_fetch_options *o) {
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)o->total_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, (long)((o->stall_ms + 999) / 1000));
    curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)o->size_limit);
}

static void set_network(CURL *easy, const asset_fetch_options *o, struct curl_slist *connect_to) {
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 128L * 1024);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "isomerize");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING,
                     "identity"); /* asked for; what is packed all the same is unpacked */
    curl_easy_setopt(easy, CURLOPT_PROXY, o->proxy ? o->proxy : "");
    curl_easy_setopt(easy, CURLOPT_NOPROXY, o->no_proxy);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, connect_to);
    if (o->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
    if (o->ca_folder)
        curl_easy_setopt(easy, CURLOPT_CAPATH, o->ca_folder);
}

void transfer_prepare(CURL *easy, const fetch *f) {
    set_limits(easy, &f->options);
    set_network(easy, &f->options, f->connect_to);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_socket);
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

bool transfer_start(transfer *t, CURL *easy) {
    t->easy = easy;
    t->status = 0;
    t->body_begun = t->body_ignored = t->body_refused = t->address_refused = t->packed = t->asked_to_wait =
        false;
    t->etag[0] = t->modified[0] = t->type[0] = t->range[0] = t->curl_error[0] = t->problem[0] = '\0';
    t->wrong_part = false;
    t->ignored = t->length = 0;
    t->in_part = 0;
    t->part = -1;
    if (t->hops == 0)
        t->attempts++;
    if (!t->url)
        t->url = strndup(t->entry->remote.data, t->entry->remote.length);
    if (!t->url || !add_conditions(t))
        return false;
    /* A proxy would go where this program does not: it is asked for names only. */
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     names_an_address(t->url) || !t->fetch->options.proxy ? "" : t->fetch->options.proxy);
    curl_easy_setopt(easy, CURLOPT_URL, t->url);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->curl_error);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
    return true;
}

/* ---- judging ----------------------------------------------------------------------------------------- */

static uint64_t random_below(fetch *f, uint64_t limit) {
    f->jitter ^= f->jitter << 13; /* xorshift64 */
    f->jitter ^= f->jitter >> 7;
    f->jitter ^= f->jitter << 17;
    return limit ? f->jitter % limit : 0;
}

/* Twice as long each time, somewhere between half of it and all. `asked`: what Retry-After said, in seconds.
 */
static outcome again(transfer *t, curl_off_t asked) {
    const asset_fetch_options *o = &t->fetch->options;
    if (t->attempts >= o->attempts)
        return OUTCOME_FAILED;
    if (asked > 0 && (uint64_t)asked * 1000 > o->wait_limit_ms)
        return failed(t, "the server asks to come back in %lld seconds", (long long)asked);
    uint64_t wait = (uint64_t)o->backoff_ms << (t->attempts - 1 < 6 ? t->attempts - 1 : 6);
    t->asked_to_wait = asked > 0;
    t->wait_ms = asked > 0 ? (uint64_t)asked * 1000 : wait / 2 + random_below(t->fetch, wait / 2 + 1);
    return OUTCOME_LATER;
}

static outcome take_redirect(transfer *t) {
    char *to = NULL;
    curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to);
    if (!to)
        return failed(t, "the server answered %ld without saying where to go", t->status);
    if (strncasecmp(t->url, "https:", 6) == 0 && strncasecmp(to, "https:", 6) != 0)
        return failed(t, "redirect from https to %.160s, which is not", to);
    if (++t->hops > HOPS_MAX)
        return failed(t, "more than %d redirects", HOPS_MAX);
    arena *scratch = arena_new(0);
    bool allowed = asset_rules_allow(t->fetch->rules, slice_of(to), scratch);
    arena_destroy(scratch);
    if (!allowed)
        return failed(t, "redirect to %.160s, which is on no asset host that is turned on", to);
    char *copy = strdup(to);
    if (!copy)
        return failed(t, "out of memory");
    free(t->url);
    t->url = copy;
    return OUTCOME_REDIRECT;
}

static outcome judge_status(transfer *t) {
    curl_off_t asked = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &asked);
    failed(t, "the server answered %ld", t->status);
    switch (t->status) {
    case 416: /* the part is longer than the file */
        restart(t);
        return again(t, 0);
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
        return again(t, asked);
    default:
        return OUTCOME_FAILED;
    }
}

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

static outcome judge_error(transfer *t, CURLcode code) {
    if (t->address_refused)
        return failed(t, "the host's address is not public");
    if (t->body_refused)
        return t->wrong_part ? again(t, 0) : OUTCOME_FAILED;
    if (code == CURLE_FILESIZE_EXCEEDED)
        return failed(t, "larger than the limit of %llu bytes",
                      (unsigned long long)t->fetch->options.size_limit);
    for (size_t i = 0; i < sizeof PASSING / sizeof *PASSING; i++)
        if (PASSING[i].code == code) {
            failed(t, "%s", PASSING[i].words);
            return again(t, 0);
        }
    return failed(t, "%s", t->curl_error[0] ? t->curl_error : curl_easy_strerror(code));
}

static void settle_entry(transfer *t, asset_state state, uint64_t size, finding_code code,
                         const char *problem) {
    arena *a = t->fetch->book->arena;
    asset_entry *entry = t->entry;
    entry->state = state;
    entry->ours = state == ASSET_HERE;
    entry->size = size;
    entry->code = code;
    entry->problem = slice_copy(slice_of(problem), a);
    if (state == ASSET_HERE) {
        entry->etag = slice_copy(text_of(t->etag), a);
        entry->modified = slice_copy(text_of(t->modified), a);
    }
    store_note(t->fetch->book, entry);
}

/* The same bytes are there under the name that this one would have had alone: one file for both. */
static bool share_file(transfer *t, slice bytes) {
    asset_entry *entry = t->entry;
    if (slice_equal(entry->path, entry->canonical) || !store_same(t->fetch->book, entry->canonical, bytes))
        return false;
    entry->path = entry->canonical;
    return true;
}

static bool keep_file(transfer *t, slice bytes) {
    bool known = t->entry->state == ASSET_HERE && t->entry->ours;
    if (!known && share_file(t, bytes)) {
        restart(t);
        return true;
    }
    if (t->length && !spill(t, true))
        return false;
    close(t->part);
    t->part = -1;
    return store_keep_part(t->fetch->book, t->entry, known);
}

static outcome judge_bytes(transfer *t, slice bytes) {
    verdict v = inspect_bytes(bytes, t->entry->path, slice_of(t->type));
    if (!v.good) {
        failed(t, "%s", v.problem);
        restart(t);
        return again(t, 0); /* an error page in place of a picture passes, at times */
    }
    if (!keep_file(t, bytes)) {
        int error = errno;
        restart(t);
        return failed(t, "%.*s cannot be written: %s", SLICE_ARGS(t->entry->path),
                      error == ELOOP || error == ENOTDIR
                          ? "a folder on the way is no folder or a symbolic link"
                          : strerror(error));
    }
    settle_entry(t, ASSET_HERE, bytes.length, v.code, v.problem);
    return OUTCOME_HERE;
}

/* The whole file is here: in memory, or in its part, or its end in memory. */
static outcome judge_file(transfer *t) {
    if (t->in_part == 0)
        return judge_bytes(t, (slice){t->bytes, t->length});
    if ((t->length || t->part < 0) && !spill(t, true))
        return failed(t, "cannot be written: %s", strerror(errno));
    size_t size = (size_t)t->in_part;
    if (ftruncate(t->part, (off_t)size) != 0)
        return failed(t, "cannot be written: %s", strerror(errno));
    void *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, t->part, 0);
    if (map == MAP_FAILED)
        return failed(t, "cannot be read again: %s", strerror(errno));
    outcome o = judge_bytes(t, (slice){map, size});
    munmap(map, size);
    return o;
}

static outcome judge(transfer *t, CURLcode code) {
    if (code != CURLE_OK && !(t->body_ignored && code == CURLE_WRITE_ERROR))
        return judge_error(t, code);
    if (t->status == 200 || t->status == 206)
        return judge_file(t);
    if (t->status == 304 && t->entry->state == ASSET_HERE)
        return OUTCOME_HERE;
    if (t->status >= 300 && t->status < 400)
        return take_redirect(t);
    return judge_status(t);
}

static void release(transfer *t) {
    if (t->part >= 0)
        close(t->part);
    t->part = -1;
    free(t->bytes);
    t->bytes = NULL;
    t->length = t->capacity = 0;
    curl_slist_free_all(t->headers);
    t->headers = NULL;
}

/* What came in before a break is of use only where its continuation can be asked for. */
static void keep_part(transfer *t) {
    bool useful = t->entry->state != ASSET_HERE && !t->packed && (t->status == 200 || t->status == 206) &&
                  can_resume(slice_of(t->etag), slice_of(t->modified)) && t->in_part + t->length > 0;
    if (!useful || (t->length && !spill(t, false)))
        restart(t);
}

outcome transfer_end(transfer *t, CURLcode code) {
    outcome o = judge(t, code);
    if (o == OUTCOME_LATER || o == OUTCOME_FAILED)
        keep_part(t);
    if (o == OUTCOME_FAILED &&
        t->entry->state != ASSET_HERE) /* a refresh that failed costs nothing that is here */
        settle_entry(t, ASSET_FAILED, 0, FINDING_ASSET_LOST, t->problem);
    if (o != OUTCOME_REDIRECT)
        t->hops = 0;
    if (o == OUTCOME_LATER) {
        free(t->url); /* from the beginning: a redirect may have changed */
        t->url = NULL;
    }
    release(t);
    return o;
}

void transfer_drop(transfer *t) {
    if (t->easy && t->body_begun && !t->body_ignored)
        keep_part(t);
    release(t);
    free(t->url);
    t->url = NULL;
}
