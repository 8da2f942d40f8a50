/* From the command line and a site to its remote files: which rules, which pages need what, how to fetch. */
#include "remote.h"

#include "dom/dom.h"
#include "legacy/legacy.h"
#include "page/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- rules ----------------------------------------------------------------------------------------------
 */

/* Ended by NULL. */
static const char **values_of(const cli_arguments *arguments, option_id o, arena *a) {
    vector list = vector_new(a, sizeof(const char *));
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == o)
            *(const char **)vector_push(&list) = arguments->options[i].value;
    vector_push(&list);
    return list.items;
}

/* FOLDER/assets.yml, where it is there. */
static void add_rule_text(const char *folder, arena *a, vector *texts) {
    slice text;
    const char *path = slice_c_string(format_slice(a, "%s/assets.yml", folder), a);
    if (access(path, F_OK) == 0 && read_file(path, a, &text))
        *(slice *)vector_push(texts) = text;
}

static vector collect_rule_texts(const cli_arguments *arguments, const site *s, arena *a) {
    vector texts = vector_new(a, sizeof(slice));
    *(slice *)vector_push(&texts) = asset_rules_shipped();
    if (s)
        add_rule_text(
            slice_c_string(format_slice(a, "%.*s/.isomerize/mappings", SLICE_ARGS(site_root(s))), a), a,
            &texts);
    for (const char **one = values_of(arguments, OPTION_MAPPINGS, a); *one; one++)
        add_rule_text(*one, a, &texts);
    return texts;
}

/* Each part behind its length, so that no two lists read alike. */
static slice join_parts(const slice *parts, size_t count, buffer *out) {
    for (size_t i = 0; i < count; i++) {
        buffer_printf(out, "%zu:", parts[i].length);
        buffer_append(out, parts[i]);
    }
    return buffer_slice(out);
}

asset_rules *load_asset_rules(const cli_arguments *arguments, const site *s, arena *a, slice *depends) {
    slice error;
    vector on = vector_new(a, sizeof(slice)), texts = collect_rule_texts(arguments, s, a);
    for (const char **one = values_of(arguments, OPTION_ASSET_HOST, a); *one; one++)
        *(slice *)vector_push(&on) = slice_of(*one);
    asset_settings settings = {.on = on.items, .on_count = on.count};
    if (s) {
        settings.url = page_front_text(site_config(s), SLICE("url"));
        settings.baseurl = page_front_text(site_config(s), SLICE("baseurl"));
    }
    asset_rules *rules = asset_rules_load(texts.items, texts.count, &settings, a, &error);
    if (!rules)
        complain("assets.yml: %.*s", SLICE_ARGS(error));
    buffer parts = buffer_new(a, 8192);
    join_parts(texts.items, texts.count, &parts);
    join_parts(on.items, on.count, &parts);
    *depends = join_parts((slice[]){settings.url, settings.baseurl}, 2, &parts);
    return rules;
}

/* ---- what the pages need --------------------------------------------------------------------------------
 */

/* Front matter values that name a file. */
static const struct {
    slice key;
    asset_use use;
} FRONT[] = {{{"image", 5}, ASSET_PICTURE}, {{"file_url", 8}, ASSET_LINK}};

static void collect_page(const remote_files *r, slice text, arena *a, vector *references) {
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

/* Pages that hold no address of a host that is on cost a search for "//". */
static bool read_text(remote_files *r, slice path, slice text, bool needed, arena *scratch) {
    bool any = asset_book_scan(r->book, r->rules, text);
    if (!any || !needed)
        return any;
    vector references = vector_new(scratch, sizeof(asset_reference));
    collect_page(r, text, scratch, &references);
    for (size_t i = 0; i < references.count; i++)
        note_page(r, path, vector_at(&references, i));
    return any;
}

static void read_pages(remote_files *r, const site *s, bool needed, site_originals *originals) {
    const vector *pages = site_pages(s);
    arena *scratch = arena_create(0);
    for (size_t i = 0; i < pages->count; i++) {
        slice path = *(slice *)vector_at(pages, i), text, error;
        bool read = site_read(s, path, scratch, &text, &error); /* if not, the run says so itself */
        bool any = read && read_text(r, path, text, needed, scratch);
        if (read && site_original(originals, path, any, scratch, &text))
            read_text(r, path, text, needed, scratch);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
}

bool remote_open(remote_files *r, const site *s, asset_rules *rules, const site_options *run, arena *a) {
    slice error = SLICE("");
    const char *root = slice_c_string(site_root(s), a);
    *r = (remote_files){.rules = rules, .arena = a, .pages = vector_new(a, sizeof(vector))};
    site_originals *originals = run ? site_originals_open(s, run, a, &error) : NULL;
    site *whole = error.length ? NULL : site_open(&root, 1, a, &error);
    r->book = whole ? asset_book_open(root, a, &error) : NULL;
    if (!r->book) {
        complain("%.*s", SLICE_ARGS(error));
    } else {
        read_pages(r, s, true, originals);
        read_pages(r, whole, false, NULL); /* names must not depend on which pages are in the run */
        asset_book_settle(r->book, rules);
        asset_rules_use_book(rules, r->book);
    }
    site_originals_close(originals);
    if (whole)
        site_close(whole);
    return r->book != NULL;
}

void remote_close(remote_files *r) {
    asset_rules_use_book(r->rules, NULL);
    asset_book_close(r->book);
}

/* ---- fetching -------------------------------------------------------------------------------------------
 */

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
