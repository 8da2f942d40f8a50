/* `isomerize assets [SITE]`: every remote file that the site's pages use: where it goes, what became of it.
 *
 * Reads all pages, legacy and converted ones. Opens no connection without --fetch.
 */
#include "assets/assets.h"
#include "cli.h"
#include "dom/dom.h"
#include "legacy/legacy.h"
#include "page/page.h"

#include <errno.h>
#include <fts.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Which pages use a file: in the order of their paths. */
typedef struct usage {
    vector pages; /* of slice */
} usage;

typedef struct assets_run {
    const cli_arguments *arguments;
    const char *root;
    arena *arena;
    asset_rules *rules;
    asset_book *book;
    vector usages; /* of usage, as the book's entries */
} assets_run;

/* ---- the site -------------------------------------------------------------------------------------------
 */

/* url and baseurl of _config.yml. A configuration that cannot be read says nothing. */
static void read_config(const assets_run *r, asset_settings *settings) {
    slice text;
    page_error unread;
    front_value config;
    findings unused = findings_new(r->arena);
    const char *path = slice_c_string(format_slice(r->arena, "%s/_config.yml", r->root), r->arena);
    if (!read_file(path, r->arena, &text) || !page_read_front(text, 1, r->arena, &unused, &config, &unread))
        return;
    settings->url = page_front_text(&config, SLICE("url"));
    settings->baseurl = page_front_text(&config, SLICE("baseurl"));
}

static const char **values_of(const assets_run *r, option_id o) {
    vector list = vector_new(r->arena, sizeof(const char *));
    for (size_t i = 0; i < r->arguments->option_count; i++)
        if (r->arguments->options[i].option == o)
            *(const char **)vector_push(&list) = r->arguments->options[i].value;
    vector_push(&list);
    return list.items;
}

static bool load_rules(assets_run *r) {
    slice shipped = asset_rules_shipped(), error;
    vector on = vector_new(r->arena, sizeof(slice));
    for (const char **one = values_of(r, OPTION_ASSET_HOST); *one; one++)
        *(slice *)vector_push(&on) = slice_of(*one);
    asset_settings settings = {.on = on.items, .on_count = on.count};
    read_config(r, &settings);
    r->rules = asset_rules_load(&shipped, 1, &settings, r->arena, &error);
    if (!r->rules)
        complain("%.*s", SLICE_ARGS(error));
    return r->rules != NULL;
}

/* ---- the pages ------------------------------------------------------------------------------------------
 */

/* Front matter values that name a file (TARGET.md, save cycle). */
static const struct {
    slice key;
    asset_use use;
} FRONT[] = {{{"image", 5}, ASSET_PICTURE}, {{"file_url", 8}, ASSET_LINK}};

static void collect_page(const assets_run *r, slice text, arena *a, vector *references) {
    page_parts parts = page_split(text);
    front_value front;
    page_error unread;
    findings unused = findings_new(a);
    bool tiptap = false;
    if (parts.has_front && page_read_front(parts.front, parts.front_line, a, &unused, &front, &unread)) {
        tiptap = slice_equal(page_front_text(&front, SLICE("variant")), SLICE("tiptap"));
        for (size_t i = 0; i < sizeof FRONT / sizeof *FRONT; i++) {
            asset_reference reference;
            if (asset_rewrite_url(r->rules, page_front_text(&front, FRONT[i].key), FRONT[i].use, a,
                                  &reference))
                *(asset_reference *)vector_push(references) = reference;
        }
    }
    slice html = tiptap ? parts.body : legacy_to_html(parts.body, parts.body_line, NULL, a, &unused).html;
    asset_collect_tree(r->rules, dom_parse(html, NULL, a, NULL), a, references);
}

static usage *usage_at(assets_run *r, size_t index) {
    while (r->usages.count <= index)
        ((usage *)vector_push(&r->usages))->pages = vector_new(r->arena, sizeof(slice));
    return vector_at(&r->usages, index);
}

static void note_page(assets_run *r, slice path, const asset_reference *reference) {
    asset_book_add(r->book, reference);
    usage *u = usage_at(r, asset_book_find(r->book, reference->remote)->index);
    slice *last = vector_last(&u->pages);
    if (!last || !slice_equal(*last, path))
        *(slice *)vector_push(&u->pages) = slice_copy(path, r->arena);
}

static void read_page(assets_run *r, const char *path, slice shown, arena *scratch) {
    slice text;
    if (!read_file(path, scratch, &text)) {
        complain("%s: cannot be read: %s", path, strerror(errno));
        return;
    }
    vector references = vector_new(scratch, sizeof(asset_reference));
    asset_book_scan(r->book, r->rules, text);
    collect_page(r, text, scratch, &references);
    for (size_t i = 0; i < references.count; i++)
        note_page(r, shown, vector_at(&references, i));
}

static int by_name(const FTSENT **a, const FTSENT **b) {
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool read_pages(assets_run *r) {
    char *roots[] = {(char *)r->root, NULL};
    FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    arena *scratch = arena_create(0);
    size_t skip = strlen(r->root) + (r->root[strlen(r->root) - 1] != '/');
    for (FTSENT *one; walk && (one = fts_read(walk));) {
        if (one->fts_info == FTS_D && one->fts_level > 0 &&
            (one->fts_name[0] == '.' || strcmp(one->fts_name, "_site") == 0))
            fts_set(walk, one, FTS_SKIP);
        if (one->fts_info != FTS_F || !slice_ends_with(slice_of(one->fts_name), SLICE(".md")))
            continue;
        read_page(r, one->fts_path, slice_of(one->fts_path + skip), scratch);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
    if (walk)
        fts_close(walk);
    return walk != NULL;
}

/* ---- fetching -------------------------------------------------------------------------------------------
 */

static volatile int stopped;

static void stop(int signal) {
    (void)signal;
    stopped = 1;
}

static void show_progress(void *context, const asset_progress *p) {
    (void)context;
    double rate = p->seconds > 0 ? (double)p->bytes / p->seconds : 0;
    fprintf(stderr, "\r%zu of %zu files, %zu failed, %.1f MB, %.1f MB/s \x1b[K", p->done, p->files, p->failed,
            (double)p->bytes / 1e6, rate / 1e6);
}

static unsigned number_of(const assets_run *r, option_id o, unsigned factor) {
    const char *text = option_value(r->arguments, o, NULL);
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

static bool fetch(assets_run *r) {
    slice error;
    asset_progress result;
    bool terminal = isatty(STDERR_FILENO) && !option_given(r->arguments, OPTION_QUIET);
    const char *limit = option_value(r->arguments, OPTION_ASSET_LIMIT, NULL);
    asset_fetch_options o = {
        .attempts = number_of(r, OPTION_ATTEMPTS, 1),
        .backoff_ms = number_of(r, OPTION_BACKOFF, 1),
        .stall_ms = number_of(r, OPTION_STALL_TIME, 1000),
        .size_limit = limit ? strtoull(limit, NULL, 10) : 0,
        .refresh = option_given(r->arguments, OPTION_REFRESH),
        .ca_file = option_value(r->arguments, OPTION_CA_FILE, NULL),
        .connect_to = values_of(r, OPTION_CONNECT_TO),
        .allow = values_of(r, OPTION_ALLOW_ADDRESS),
        .stop = &stopped,
        .progress = terminal ? show_progress : NULL,
    };
    fill_environment(&o);
    struct sigaction ending = {.sa_handler = stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &ending, NULL);
    sigaction(SIGTERM, &ending, NULL);
    bool good = assets_fetch(r->book, r->rules, &o, &result, &error);
    if (terminal)
        fputc('\n', stderr);
    if (!good)
        complain("%.*s", SLICE_ARGS(error));
    return good;
}

/* ---- the list -------------------------------------------------------------------------------------------
 */

static const char *const STATES[] = {"wanted", "here", "failed"};

static void print_json(const asset_entry *entry, const usage *u, buffer *out) {
    buffer_append(out, SLICE("{\"remote\":"));
    buffer_append_json(out, entry->remote);
    buffer_append(out, SLICE(",\"path\":"));
    buffer_append_json(out, entry->path);
    buffer_printf(out, ",\"state\":\"%s\",\"fetched\":%s,\"size\":%llu,\"finding\":", STATES[entry->state],
                  entry->ours ? "true" : "false", (unsigned long long)entry->size);
    if (entry->code == FINDING_COUNT)
        buffer_append(out, SLICE("null"));
    else
        buffer_append_json(out, slice_of(finding_describe(entry->code)->name));
    buffer_append(out, SLICE(",\"problem\":"));
    buffer_append_json(out, entry->problem);
    buffer_append(out, SLICE(",\"pages\":["));
    for (size_t i = 0; i < u->pages.count; i++) {
        if (i)
            buffer_append_char(out, ',');
        buffer_append_json(out, *(slice *)vector_at(&u->pages, i));
    }
    buffer_append(out, SLICE("]}\n"));
}

static void print_text(const asset_entry *entry, const usage *u, buffer *out) {
    buffer_printf(out, "%-7s %.*s", STATES[entry->state], SLICE_ARGS(entry->path));
    if (entry->state == ASSET_HERE)
        buffer_printf(out, " (%llu bytes%s)", (unsigned long long)entry->size,
                      entry->ours ? "" : ", found in the checkout");
    buffer_printf(out, "\n        %.*s\n", SLICE_ARGS(entry->remote));
    if (entry->problem.length)
        buffer_printf(out, "        %s: %.*s\n", finding_describe(entry->code)->name,
                      SLICE_ARGS(entry->problem));
    for (size_t i = 0; i < u->pages.count; i++)
        buffer_printf(out, "        in %.*s\n", SLICE_ARGS(*(slice *)vector_at(&u->pages, i)));
}

static bool print_list(assets_run *r) {
    bool json = option_given(r->arguments, OPTION_JSON), quiet = option_given(r->arguments, OPTION_QUIET);
    size_t counts[3] = {0, 0, 0};
    buffer out = buffer_new(r->arena, 65536);
    for (size_t i = 0; i < asset_book_count(r->book); i++) {
        const asset_entry *entry = asset_book_at(r->book, i);
        if (!entry->used)
            continue;
        counts[entry->state]++;
        (json ? print_json : print_text)(entry, usage_at(r, i), &out);
    }
    if (json || !quiet)
        fwrite(out.data, 1, out.length, stdout);
    if (!json && !quiet)
        printf("%zu remote files: %zu here, %zu wanted, %zu failed\n", counts[0] + counts[1] + counts[2],
               counts[ASSET_HERE], counts[ASSET_WANTED], counts[ASSET_FAILED]);
    return counts[ASSET_FAILED] == 0;
}

int command_assets(const cli_arguments *arguments) {
    slice error;
    int status = EXIT_DONE;
    if (arguments->word_count > 1 ||
        (option_given(arguments, OPTION_FETCH) && option_given(arguments, OPTION_OFFLINE))) {
        complain("assets takes one site, and either --fetch or --offline");
        return EXIT_USAGE;
    }
    assets_run r = {.arguments = arguments, .arena = arena_create(0)};
    r.root = arguments->word_count ? arguments->words[0] : ".";
    r.usages = vector_new(r.arena, sizeof(usage));
    if (!load_rules(&r)) {
        status = EXIT_USAGE;
    } else if (!(r.book = asset_book_open(r.root, r.arena, &error))) {
        complain("%.*s", SLICE_ARGS(error));
        status = EXIT_ENVIRONMENT;
    } else {
        bool good = read_pages(&r);
        asset_book_settle(r.book, r.rules);
        if (good && option_given(arguments, OPTION_FETCH))
            good = fetch(&r);
        status = !good ? EXIT_ENVIRONMENT : print_list(&r) ? EXIT_DONE : EXIT_FINDINGS;
        asset_book_close(r.book);
    }
    arena_destroy(r.arena);
    return status;
}
