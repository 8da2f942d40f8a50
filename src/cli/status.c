/* `isomerize status [PATH...]`: every page's state, as the journal and the files say it.
 *
 * Comes in: a site. Goes out: a line for each page that asks for somebody (--verbose, --json: for every page,
 * and for what is no page), and the counts. Writes nothing.
 */
#include "cli.h"
#include "confine.h"
#include "engine.h"
#include "show.h"

#include <stdio.h>
#include <time.h>

typedef struct listing {
    bool json, all, quiet;
    size_t counts[SITE_STATE_COUNT];
    arena *arena;
} listing;

static void print_json(const listing *l, const site_status *status) {
    buffer out = buffer_new(l->arena, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, "page", status->path);
    json_add_string(&json, "state", site_state_name(status->state));
    json_key(&json, SLICE("grade"));
    if (status->is_known)
        json_text(&json, slice_of(grade_name(status->grade)));
    else
        json_raw(&json, SLICE("null"));
    if (status->why)
        json_add_string(&json, "why", status->why);
    json_add_number(&json, "time", status->time);
    json_key(&json, SLICE("findings"));
    json_raw(&json, status->findings.length ? status->findings : SLICE("[]"));
    json_close(&json, '}');
    print_json_line(&json);
}

static void print_skip(const listing *l, const site_skip *one) {
    if (l->json) {
        buffer out = buffer_new(l->arena, 256);
        json_writer json = {.out = &out};
        json_open(&json, '{');
        json_add_text(&json, "skipped", one->path);
        json_add_string(&json, "why", one->why);
        json_add_bool(&json, "would_be_published", one->is_page);
        json_add_number(&json, "files", (int64_t)one->files);
        json_add_number(&json, "pages", (int64_t)one->pages);
        json_close(&json, '}');
        print_json_line(&json);
    } else if (l->all)
        printf("%-9s %.*s: %s\n", "no page", SLICE_ARGS(site_show_path(one->path, l->arena)), one->why);
    arena_reset(l->arena);
}

static void list_page(void *context, const site_status *status) {
    listing *l = context;
    l->counts[status->state]++;
    if (status->state == SITE_STATE_NO_PAGE) {
        print_skip(l, &(site_skip){.path = status->path, .why = "it has no front matter", .files = 1});
        return;
    }
    bool asks = status->state != SITE_STATE_LEGACY && status->state != SITE_STATE_CONVERTED &&
                status->state != SITE_STATE_ALREADY && status->state != SITE_STATE_UNPUBLISHED;
    if (l->json)
        print_json(l, status);
    else if (!l->quiet && (l->all || asks)) {
        bool has_grade = status->is_known && status->grade != GRADE_REFUSED;
        const char *more = status->why ? status->why : has_grade ? grade_name(status->grade) : "";
        printf("%-9s %.*s%s%s%s\n", site_state_name(status->state),
               SLICE_ARGS(site_show_path(status->path, l->arena)), more[0] ? " (" : "", more,
               more[0] ? ")" : "");
    }
    arena_reset(l->arena);
}

/* What lies in the checkout like a page and is none. */
static void list_skipped(const listing *l, const site *s) {
    const vector *skipped = site_skipped(s);
    for (size_t i = 0; i < skipped->count; i++)
        print_skip(l, vector_at(skipped, i));
}

static void print_counts(const listing *l) {
    bool any = false;
    for (int i = 0; i < SITE_STATE_COUNT; i++) {
        any |= l->counts[i] > 0;
        if (l->counts[i])
            printf("%zu %s\n", l->counts[i], site_state_name((site_state)i));
    }
    if (!any)
        puts("no pages");
}

int command_status(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    site *s = open_site(arguments, a);
    listing l = {.json = option_given(arguments, OPTION_JSON),
                 .all = option_given(arguments, OPTION_VERBOSE),
                 .quiet = option_given(arguments, OPTION_QUIET),
                 .arena = arena_new(0)};
    slice error;
    int status = s ? EXIT_DONE : EXIT_ENVIRONMENT;
    if (s && !give_up_files(arguments, s, CONFINE_READS, false, a))
        status = EXIT_ENVIRONMENT;
    else if (s && !site_report_status(s, l.json, list_page, &l, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        status = EXIT_ENVIRONMENT;
    }
    if (status == EXIT_DONE)
        tell_of_state(arguments, s, a);
    if (status == EXIT_DONE && (l.all || l.json))
        list_skipped(&l, s);
    if (status == EXIT_DONE && !l.json)
        print_counts(&l);
    if (status == EXIT_DONE && !l.json && !l.quiet)
        tell_passed_over(s, arguments, a);
    site_close(s);
    arena_destroy(l.arena);
    arena_destroy(a);
    return status;
}
