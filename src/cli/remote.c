/* From the command line and a site to its remote files.
 *
 * Comes in: options, a site, the asset rules in force. Goes out: the site's book, and, where that is asked
 * for, the files themselves. It reads and changes no page.
 */
#include "remote.h"

#include "confine.h"
#include "engine.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The values of an option, ended by NULL. */
static const char **values_of(const cli_arguments *arguments, option_id o, arena *a) {
    vector list = vector_new(a, sizeof(const char *));
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == o)
            *(const char **)vector_push(&list) = arguments->options[i].value;
    vector_push_zeroed(&list);
    return list.items;
}

/* ---- the process that fetches -------------------------------------------------------------------------- */

/* One at most, for the whole run of the program: it is there before there is anything else. */
static downloader *network;
static cli_arguments network_options;
static arena *network_arena;

static unsigned number_of(const cli_arguments *arguments, option_id o, unsigned factor) {
    const char *text = option_value(arguments, o, NULL);
    unsigned long number = text ? strtoul(text, NULL, 10) : 0, most = UINT_MAX / factor;
    return (unsigned)(number < most ? number : most) * factor;
}

static uint64_t bytes_of(const cli_arguments *arguments, option_id o) {
    return strtoull(option_value(arguments, o, "0"), NULL, 10);
}

/* The first that is set; for curl an empty one is not. */
static const char *first_set(const char *const *names) {
    const char *value = NULL;
    for (; *names && !(value && *value); names++)
        value = getenv(*names);
    return value && *value ? value : NULL;
}

/* What curl's users set for their certificates and proxies. */
static void fill_environment(asset_fetch_options *o) {
    if (!o->ca_file)
        o->ca_file = first_set((const char *const[]){"CURL_CA_BUNDLE", "SSL_CERT_FILE", NULL});
    o->ca_folder = first_set((const char *const[]){"SSL_CERT_DIR", NULL});
    o->proxy = first_set((const char *const[]){"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", NULL});
    o->no_proxy = first_set((const char *const[]){"no_proxy", "NO_PROXY", NULL});
}

static asset_fetch_options options_of(const cli_arguments *arguments, arena *a) {
    asset_fetch_options o = {
        .attempts = number_of(arguments, OPTION_ATTEMPTS, 1),
        .backoff_ms = number_of(arguments, OPTION_BACKOFF, 1),
        .stall_ms = number_of(arguments, OPTION_STALL_TIME, 1000),
        .total_ms = number_of(arguments, OPTION_ASSET_TIME, 1000),
        .run_ms = number_of(arguments, OPTION_FETCH_TIME, 1000),
        .run_limit = bytes_of(arguments, OPTION_FETCH_LIMIT),
        .size_limit = bytes_of(arguments, OPTION_ASSET_LIMIT),
        .refresh = option_given(arguments, OPTION_REFRESH),
        .ca_file = option_value(arguments, OPTION_CA_FILE, NULL),
        .connect_to = values_of(arguments, OPTION_CONNECT_TO, a),
        .allow = values_of(arguments, OPTION_ALLOW_ADDRESS, a),
    };
    fill_environment(&o);
    return o;
}

static bool confine(void *context) {
    return keep_network_only(context);
}

bool remote_begin(const cli_arguments *arguments) {
    network_arena = arena_new(0);
    if (add_settings(arguments, NULL, network_arena, &network_options) != EXIT_DONE)
        return false;
    asset_fetch_options o = options_of(&network_options, network_arena);
    network = downloader_start(&o, confine, &network_options);
    if (!network)
        complain("no process for the network can be started: %s", strerror(errno));
    return network != NULL;
}

void remote_end(void) {
    downloader_end(network);
    network = NULL;
    if (network_arena)
        arena_destroy(network_arena);
    network_arena = NULL;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

bool remote_open(remote_files *r, const site *s, asset_rules *rules, arena *a) {
    slice error;
    *r = (remote_files){.rules = rules, .arena = a};
    if (network)
        downloader_allow(network, rules); /* one that has ended is told of when it is needed */
    r->book = asset_book_open(slice_c_string(site_root(s), a), a, &error);
    if (!r->book)
        complain("%.*s", SLICE_ARGS(error));
    return r->book != NULL;
}

void remote_close(remote_files *r) {
    asset_rules_use_book(r->rules, NULL);
    asset_book_close(r->book);
}

/* ---- fetching ---------------------------------------------------------------------------------------- */

static void show_progress(void *context, const asset_progress *p) {
    (void)context;
    double rate = p->seconds > 0 ? (double)p->bytes / p->seconds : 0;
    fprintf(stderr, "\r%zu of %zu remote files, %zu failed, %.1f MB, %.1f MB/s \x1b[K", p->done, p->files,
            p->failed, (double)p->bytes / 1e6, rate / 1e6);
}

bool remote_fetch(remote_files *r, const cli_arguments *arguments) {
    slice error;
    asset_progress result;
    bool terminal = isatty(STDERR_FILENO) && !option_given(arguments, OPTION_QUIET);
    asset_fetch_options o = options_of(arguments, r->arena);
    o.stop = stop_is_asked;
    o.progress = terminal ? show_progress : NULL;
    watch_for_stop();
    bool good = assets_fetch(r->book, r->rules, network, &o, &result, &error);
    if (terminal && result.files)
        fputc('\n', stderr);
    if (!good)
        complain("%.*s", SLICE_ARGS(error));
    r->fetched = good ? result.done - result.failed : 0;
    return good;
}
