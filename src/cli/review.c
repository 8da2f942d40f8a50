/* `isomerize review SITE`: the report of a site in a browser on this machine, live: pages are shown as they
 * are now, decisions are saved into the site, a page is converted or put back at a click. Until Ctrl-C.
 *
 * Comes in: requests that serve/ has let through, in which nothing is trusted: a path has to be that of a
 * page of the site. Goes out: the report, pages, changes of one page. Fetches nothing.
 */
#include "confine.h"
#include "engine.h"
#include "pages.h"
#include "remote.h"
#include "serve/serve.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PICTURE_MAX ((size_t)4 << 20)

typedef struct review {
    const cli_arguments *arguments;
    site *site; /* whole, as it was when the review began */
    const convert_engine *engine;
    hash_map pages; /* the paths that may be asked for */
    arena *picture;
} review;

/* What a request's work needs: the site, or one page of it, opened anew. */
typedef struct work_site {
    site *site;
    page_view view;
    site_options options;
} work_site;

static void say(serve_answer *answer, unsigned status, const char *key, slice words, arena *a) {
    buffer out = buffer_new(a, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, key, words);
    json_close(&json, '}');
    *answer = (serve_answer){status, "application/json", buffer_slice(&out)};
}

static bool open_work(const review *r, slice path, work_site *w, arena *a, slice *error) {
    slice root = site_root(r->site);
    const char *place = slice_c_string(
        path.length ? format_slice(a, "%.*s/%.*s", SLICE_ARGS(root), SLICE_ARGS(path)) : root, a);
    *error = SLICE("its decisions or accepted findings cannot be read: see the terminal");
    w->site = site_reopen(r->site, &place, a, error);
    if (!w->site)
        return false;
    w->options = options_of_run(r->engine, r->arguments);
    bool ok = page_view_open(&w->view, w->site, a);
    w->view.looks_back = w->view.describes = w->options.describes = true;
    accepted_use(w->view.people, r->arguments, &w->options);
    if (!ok)
        site_close(w->site);
    return ok;
}

/* Runs over the pages of the site opened: without the network, so that what is shown is what would be
 * written. */
static bool run(const review *r, work_site *w, const site_events *events, site_totals *totals, arena *a,
                slice *error) {
    remote_files files;
    *error = SLICE("the list of remote files cannot be read: see the terminal");
    if (!remote_open(&files, w->site, convert_engine_assets(r->engine), a))
        return false;
    w->options.book = files.book;
    asset_book_seal(files.book, "not fetched: a review fetches nothing; `isomerize assets --fetch` does");
    site_plan *plan = site_plan_run(w->site, &w->options, error);
    bool ok = plan && site_run(plan, events, totals, error);
    site_plan_close(plan);
    remote_close(&files);
    return ok;
}

/* ---- the report --------------------------------------------------------------------------------------- */

typedef struct listing {
    const work_site *work;
    report_writer *writer;
    arena *page;
} listing;

static bool append(void *context, const char *bytes, size_t length) {
    buffer_append(context, (slice){bytes, length});
    return true;
}

static void list_page(void *context, const site_result *result, arena *scratch) {
    listing *l = context;
    report_page page;
    findings found;
    (void)scratch;
    if (page_view_fill(&l->work->view, result, &page, &found, l->page))
        report_add(l->writer, &page, l->page);
    arena_reset(l->page);
}

static void show_report(review *r, serve_answer *answer, arena *a) {
    work_site w;
    site_totals totals;
    slice error;
    if (!open_work(r, SLICE(""), &w, a, &error)) {
        say(answer, 500, "error", error, a);
        return;
    }
    buffer out = buffer_new(a, 1 << 20);
    report_options options = {.format = REPORT_HTML,
                              .looks_back = true,
                              .live = true,
                              .look = look_of(r->engine, w.site),
                              .site = name_site(w.site),
                              .version = SLICE(ISOMERIZE_VERSION)};
    listing l = {&w, report_begin(&options, (report_sink){append, &out}), arena_new(0)};
    site_events events = {&l, list_page, stop_is_asked};
    w.options.dry_run = w.options.look = true;
    bool ok = run(r, &w, &events, &totals, a, &error) && report_end(l.writer);
    if (ok)
        *answer = (serve_answer){200, "text/html; charset=utf-8", buffer_slice(&out)};
    else
        say(answer, 500, "error", error, a);
    report_free(l.writer);
    arena_destroy(l.page);
    site_close(w.site);
}

/* ---- a page ------------------------------------------------------------------------------------------- */

static bool read_picture(void *context, slice path, slice *bytes) {
    review *r = context;
    slice error;
    while (slice_starts_with(path, SLICE("/")))
        path = slice_from(path, 1);
    arena_reset(r->picture);
    return path.length && site_read(r->site, path, r->picture, bytes, &error) && bytes->length <= PICTURE_MAX;
}

typedef struct showing {
    review *review;
    const work_site *work;
    buffer out;
    arena *a;
} showing;

/* {"entry":…,"before":…}: its line in the list, and its content. */
static void show_result(void *context, const site_result *result, arena *scratch) {
    showing *s = context;
    report_page page;
    findings found;
    (void)scratch;
    if (!page_view_fill(&s->work->view, result, &page, &found, s->a))
        return;
    buffer content = buffer_new(s->a, 65536);
    report_pictures pictures = {read_picture, s->review};
    report_page_content(&page, &pictures, &content, s->a);
    buffer_append_string(&s->out, "{\"entry\":");
    report_page_entry(&page, &s->out, s->a);
    buffer_append_char(&s->out, ',');
    buffer_append(&s->out, slice_from(buffer_slice(&content), 1));
}

static void show_page(review *r, slice path, serve_answer *answer, arena *a) {
    work_site w;
    site_totals totals;
    slice error;
    if (!open_work(r, path, &w, a, &error)) {
        say(answer, 409, "error", error, a);
        return;
    }
    showing s = {r, &w, buffer_new(a, 65536), a};
    site_events events = {&s, show_result, NULL};
    w.options.dry_run = w.options.look = w.options.keep_html = true;
    if (run(r, &w, &events, &totals, a, &error) && s.out.length)
        *answer = (serve_answer){200, "application/json", buffer_slice(&s.out)};
    else
        say(answer, 409, "error", s.out.length || error.length ? error : SLICE("it is no page any more"), a);
    site_close(w.site);
}

/* ---- what changes something --------------------------------------------------------------------------- */

static void note_message(void *context, const site_result *result, arena *scratch) {
    slice *said = context;
    (void)scratch;
    if (result->outcome == SITE_CONVERTED)
        *said = SLICE("Done.");
    else if (result->message.length)
        *said = slice_copy(result->message, scratch);
}

static void convert_or_revert(review *r, slice path, bool convert, serve_answer *answer, arena *a) {
    work_site w;
    site_totals totals;
    slice error, said = SLICE("Nothing had to be done.");
    if (!open_work(r, path, &w, a, &error)) {
        say(answer, 409, "error", error, a);
        return;
    }
    site_events events = {&said, note_message, NULL};
    bool ok = convert ? run(r, &w, &events, &totals, a, &error)
                      : site_revert(w.site, false, false, &events, &totals, &error);
    say(answer, ok ? 200 : 409, ok ? "said" : "error", slice_copy(ok ? said : error, a), a);
    site_close(w.site);
}

static slice member(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_string(value) ? (slice){json_string_value(value), json_string_length(value)}
                                 : (slice){NULL, 0};
}

static void note_refusal(void *context, const site_result *result, arena *scratch) {
    bool *refused = context;
    (void)scratch;
    *refused |= result->outcome == SITE_REFUSED;
}

static bool is_refused(const review *r, slice path, arena *a) {
    work_site w;
    site_totals totals;
    slice error;
    if (!open_work(r, path, &w, a, &error))
        return false;
    bool refused = false;
    site_events events = {&refused, note_refusal, NULL};
    w.options.dry_run = w.options.look = true;
    bool ok = run(r, &w, &events, &totals, a, &error);
    site_close(w.site);
    return ok && refused;
}

/* A decision that is made in this moment, which the request is not asked about, or (`imported`) one out of a
 * file, which is taken as `isomerize decisions` takes it. */
static bool add_decision(const review *r, decisions *all, decision *made, bool imported, slice *error,
                         arena *a) {
    if (!imported && made->kind == DECIDE_ACCEPTED && is_refused(r, made->path, a)) {
        *error = SLICE("the page cannot be converted, as its findings say, so it cannot be accepted: mend it "
                       "by hand");
        return false;
    }
    if (!imported)
        made->time = time_now(a);
    *error = SLICE("there are too many decisions");
    return (imported ? decide_add : decide_now)(all, made);
}

/* Adds the decision to those that the site holds now. */
static void save_decision(review *r, const json_t *body, bool imported, serve_answer *answer, arena *a) {
    decisions all, sent = decisions_new(a);
    slice error = SLICE("the site's decisions cannot be read: see the terminal");
    buffer one = buffer_new(a, 1024);
    char *text = json_dumps(body, JSON_COMPACT);
    buffer_printf(&one, "{\"schema\":1,\"decisions\":[%s]}", text ? text : "");
    free(text);
    bool ok = decisions_open(&all, r->site, a) && decide_read(&sent, buffer_slice(&one), SLICE("it"), &error);
    if (ok && sent.all.count)
        ok = add_decision(r, &all, vector_at(&sent.all, 0), imported, &error, a) &&
             decisions_write(&all, r->site, &error);
    say(answer, ok ? 200 : 409, ok ? "said" : "error", ok ? SLICE("Saved.") : error, a);
}

static void save_accepted(review *r, const json_t *body, serve_answer *answer, arena *a) {
    accepted now;
    slice error = SLICE("expected a code, a detail and a reason");
    accept_list added = accept_list_new(a);
    accept_entry entry = {.code = finding_by_name(member(body, "code")),
                          .detail = accept_quote(member(body, "detail"), a),
                          .paths = vector_new(a, sizeof(slice)),
                          .why = slice_trim(member(body, "why"))};
    bool ok = entry.code != FINDING_COUNT && entry.why.length &&
              finding_describe(entry.code)->grade != GRADE_REFUSED && accepted_open(&now, r->site, a);
    if (ok) {
        accept_list_add(&added, &entry);
        ok = accepted_edit(&now, r->site, &added, NULL, a, &error);
    }
    say(answer, ok ? 200 : 409, ok ? "said" : "error", ok ? SLICE("Accepted.") : error, a);
}

static void change_site(review *r, const serve_request *request, serve_answer *answer, arena *a) {
    json_error_t unused;
    json_t *body = json_loadb(request->body.data, request->body.length, JSON_REJECT_DUPLICATES, &unused);
    slice path = slice_copy(member(body, "path"), a);
    bool known = map_has(&r->pages, path);
    if (!json_is_object(body))
        say(answer, 400, "error", SLICE("expected JSON"), a);
    else if (slice_equal(request->name, SLICE("accept")))
        save_accepted(r, body, answer, a);
    else if (!known)
        say(answer, 404, "error", SLICE("the site has no such page"), a);
    else if (slice_equal(request->name, SLICE("decide")))
        save_decision(r, body, false, answer, a);
    else if (slice_equal(request->name, SLICE("import")))
        save_decision(r, body, true, answer, a);
    else if (slice_equal(request->name, SLICE("convert")) || slice_equal(request->name, SLICE("revert")))
        convert_or_revert(r, path, request->name.data[0] == 'c', answer, a);
    json_decref(body);
}

static void handle(void *context, const serve_request *request, serve_answer *answer, arena *a) {
    review *r = context;
    if (request->changes)
        change_site(r, request, answer, a);
    else if (request->name.length == 0)
        show_report(r, answer, a);
    else if (slice_equal(request->name, SLICE("page")) && map_has(&r->pages, request->path))
        show_page(r, slice_copy(request->path, a), answer, a);
}

/* ---- the command -------------------------------------------------------------------------------------- */

/* `port`: of the socket that was made before the rest was given up. */
static int serve_site(const cli_arguments *arguments, site *s, int listening, uint16_t port, arena *a) {
    convert_engine *e;
    slice token;
    int status = engine_start_good(&e, arguments, s, a);
    if (status != EXIT_DONE)
        return status;
    review r = {
        .arguments = arguments, .site = s, .engine = e, .pages = map_new(a, 256), .picture = arena_new(0)};
    for (size_t i = 0; i < site_pages(s)->count; i++)
        map_put(&r.pages, *(slice *)vector_at(site_pages(s), i), NULL);
    bool ready = give_up_the_rest(arguments, s, a) && serve_token(a, &token);
    watch_for_stop();
    if (ready) {
        printf("http://127.0.0.1:%u/%.*s/\n", port, SLICE_ARGS(token));
        fflush(stdout);
        fputs("open this address in a browser on this machine; whoever has it can change the site; Ctrl-C "
              "ends the "
              "review\n",
              stderr);
        ready = serve_run(listening, port, token, handle, &r, stop_is_asked);
        if (!ready)
            complain("the server could not be started");
    }
    arena_destroy(r.picture);
    return ready ? EXIT_DONE : EXIT_ENVIRONMENT;
}

int command_review(const cli_arguments *arguments) {
    uint16_t port = (uint16_t)strtoul(option_value(arguments, OPTION_PORT, "0"), NULL, 10);
    int listening = serve_listen(&port), status;
    if (listening < 0)
        complain("127.0.0.1: %s", strerror(errno));
    if (listening < 0 || !give_up_to_serve(arguments))
        return EXIT_ENVIRONMENT;
    arena *a = arena_new(0);
    cli_arguments own, all;
    site *s = NULL;
    status = add_settings(arguments, NULL, a, &own);
    if (status == EXIT_DONE && !(s = open_site(&own, CONFINE_SERVES, a)))
        status = EXIT_ENVIRONMENT;
    if (status == EXIT_DONE && (status = add_settings(arguments, s, a, &all)) == EXIT_DONE)
        status = serve_site(&all, s, listening, port, a);
    site_close(s);
    arena_destroy(a);
    return status;
}
