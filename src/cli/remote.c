/* From the command line and a site to its remote files.
 *
 * Comes in: options, a site, the asset rules in force. Goes out: the site's book with what each page needs,
 * and, where that is asked for, the files themselves. It changes no page.
 */
#include "remote.h"

#include "dom/dom.h"
#include "legacy/legacy.h"
#include "page/page.h"

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

/* ---- what the pages need ----------------------------------------------------------------------------- */

/* Front matter values that name a file. */
static const struct {
    slice key;
    asset_use use;
} FRONT[] = {{LITERAL("image"), ASSET_PICTURE}, {LITERAL("file_url"), ASSET_LINK}};

static void collect_page(const remote_files *r, slice text, arena *a, vector *references) {
    page_parts parts = page_split(text);
    front_value front;
    page_error unread;
    findings unused = findings_new(a);
    bool tiptap = false;
    if (parts.has_front && page_read_front(parts.front, parts.front_line, a, &unused, &front, &unread)) {
        tiptap = page_is_tiptap(&parts, &front);
        for (size_t i = 0; i < sizeof FRONT / sizeof *FRONT; i++) {
            asset_reference reference;
            if (asset_rewrite_url(r->rules, page_front_text(&front, FRONT[i].key), FRONT[i].use, a,
                                  &reference))
                *(asset_reference *)vector_push(references) = reference;
        }
    }
    slice html = parts.body;
    if (!tiptap) {
        bool templates = liquid_is_in(html);
        if (templates)
            html = liquid_run(html, parts.body_line, &(liquid_scope){.site_count = 0}, a, &unused).text;
        html = legacy_to_html(html, parts.body_line, NULL, a, &unused).html;
    }
    asset_collect_tree(r->rules, dom_parse(html, NULL, a, NULL), a, references);
}

static void note_page(remote_files *r, slice path, const asset_reference *reference) {
    asset_book_add(r->book, reference);
    size_t index = asset_book_find(r->book, reference->remote)->index;
    while (r->pages.count <= index)
        *(vector *)vector_push(&r->pages) = vector_new(r->arena, sizeof(slice));
    vector *pages = vector_at(&r->pages, index);
    slice *last = vector_last(pages);
    if (!last || !slice_equal(*last, path))
        *(slice *)vector_push(pages) = path;
}

typedef struct page_look {
    remote_files *files;
    site_originals *originals; /* NULL: only what lies there counts */
    bool needed;               /* the files that pages need, not only the names that they claim */
} page_look;

typedef struct page_find {
    slice texts[2]; /* the page, and its original if the run begins from that; empty: names nothing */
    vector references;
} page_find;

/* Pages that hold no address of a host that is on cost a search for "//". */
static void *look_at_page(void *context, slice path, slice bytes, arena *a) {
    const page_look *l = context;
    page_find found = {.references = vector_new(a, sizeof(asset_reference))};
    slice original;
    if (asset_is_named(l->files->rules, bytes))
        found.texts[0] = bytes;
    if (site_original(l->originals, path, found.texts[0].length > 0, a, &original) &&
        asset_is_named(l->files->rules, original))
        found.texts[1] = original;
    if (!found.texts[0].length && !found.texts[1].length)
        return NULL;
    for (size_t i = 0; i < 2; i++)
        if (l->needed && found.texts[i].length)
            collect_page(l->files, found.texts[i], a, &found.references);
    page_find *kept = arena_alloc(a, sizeof *kept);
    *kept = found;
    return kept;
}

static void note_find(void *context, slice path, slice bytes, void *found) {
    (void)bytes;
    const page_look *l = context;
    const page_find *f = found;
    for (size_t i = 0; i < 2; i++)
        asset_book_scan(l->files->book, l->files->rules, f->texts[i]);
    for (size_t i = 0; i < f->references.count; i++)
        note_page(l->files, path, vector_at(&f->references, i));
}

/* Names must not depend on which pages are in the run: those of the whole checkout claim theirs. */
static bool read_pages(remote_files *r, site *s, unsigned jobs, site_originals *originals, slice *error) {
    page_look needed = {r, originals, true}, claimed = {r, NULL, false};
    const site *whole = site_whole(s, error);
    return whole && site_read_all(s, jobs, &(site_reader){&needed, look_at_page, note_find}, error) &&
           (whole == s ||
            site_read_all(whole, jobs, &(site_reader){&claimed, look_at_page, note_find}, error));
}

/* A run with nothing to do needs nothing: no page that is as the last run left it names a file elsewhere. */
static bool read_what_is_needed(remote_files *r, site *s, const site_options *run, slice *error) {
    if (run && !site_has_work(s, run))
        return true;
    *error = SLICE("");
    site_originals *originals = run ? site_originals_open(s, run, r->arena, error) : NULL;
    bool ok = !error->length && read_pages(r, s, run ? run->jobs : 0, originals, error);
    site_originals_close(originals);
    return ok;
}

bool remote_open(remote_files *r, site *s, asset_rules *rules, const site_options *run, arena *a) {
    slice error;
    *r = (remote_files){.rules = rules, .arena = a, .pages = vector_new(a, sizeof(vector))};
    r->book = asset_book_open(slice_c_string(site_root(s), a), a, &error);
    if (!r->book || !read_what_is_needed(r, s, run, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        if (r->book)
            asset_book_close(r->book);
        return false;
    }
    asset_book_settle(r->book, rules);
    asset_rules_use_book(rules, r->book);
    return true;
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
