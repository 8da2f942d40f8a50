/* From the command line and a site to its remote files.
 *
 * Comes in: options, a site, the asset rules in force. Goes out: the site's book, and, where that is asked
 * for, the files themselves. It reads and changes no page.
 */
#include "remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The values of an option, ended by NULL. */
static const char **values_of(const cli_arguments *arguments, option_id o, arena *a) {
    vector list = vector_new(a, sizeof(const char *));
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == o)
            *(const char **)vector_push(&list) = arguments->options[i].value;
    vector_push(&list);
    return list.items;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

bool remote_open(remote_files *r, const site *s, asset_rules *rules, arena *a) {
    slice error;
    *r = (remote_files){.rules = rules, .arena = a};
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

static unsigned number_of(const cli_arguments *arguments, option_id o, unsigned factor) {
    const char *text = option_value(arguments, o, NULL);
    return text ? (unsigned)strtoul(text, NULL, 10) * factor : 0;
}

/* What curl's users set for their certificates and proxies. */
static void fill_environment(asset_fetch_options *o) {
    const char *bundle = getenv("CURL_CA_BUNDLE"), *file = getenv("SSL_CERT_FILE");
    const char *proxies[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    if (!o->ca_file)
        o->ca_file = bundle ? bundle : file;
    o->ca_folder = getenv("SSL_CERT_DIR");
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies && !o->proxy; i++)
        o->proxy = getenv(proxies[i]);
    o->no_proxy = getenv("no_proxy") ? getenv("no_proxy") : getenv("NO_PROXY");
}

bool remote_fetch(remote_files *r, const cli_arguments *arguments) {
    slice error;
    asset_progress result;
    bool terminal = isatty(STDERR_FILENO) && !option_given(arguments, OPTION_QUIET);
    const char *limit = option_value(arguments, OPTION_ASSET_LIMIT, NULL);
    asset_fetch_options o = {
        .attempts = number_of(arguments, OPTION_ATTEMPTS, 1),
        .backoff_ms = number_of(arguments, OPTION_BACKOFF, 1),
        .stall_ms = number_of(arguments, OPTION_STALL_TIME, 1000),
        .size_limit = limit ? strtoull(limit, NULL, 10) : 0,
        .refresh = option_given(arguments, OPTION_REFRESH),
        .ca_file = option_value(arguments, OPTION_CA_FILE, NULL),
        .connect_to = values_of(arguments, OPTION_CONNECT_TO, r->arena),
        .allow = values_of(arguments, OPTION_ALLOW_ADDRESS, r->arena),
        .stop = stop_is_asked,
        .progress = terminal ? show_progress : NULL,
    };
    fill_environment(&o);
    watch_for_stop();
    bool good = assets_fetch(r->book, r->rules, &o, &result, &error);
    if (terminal && result.files)
        fputc('\n', stderr);
    if (!good)
        complain("%.*s", SLICE_ARGS(error));
    r->fetched = good ? result.done - result.failed : 0;
    return good;
}
