/* `isomerize status [PATH...]`: every page's state, as the journal and the files say it.
 *
 * Comes in: a site. Goes out: a line for each page that asks for somebody (--verbose, --json: for every page,
 * and for what is no page), and the counts. Writes nothing.
 */
#include "cli.h"
#include "engine.h"

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
    json_add_number(&json, "time", status->time);
    json_key(&json, SLICE("findings"));
    json_raw(&json, status->findings.length ? status->findings : SLICE("[]"));
    json_close(&json, '}');
    print_json_line(&json);
}

static void list_page(void *context, const site_status *status) {
    listing *l = context;
    l->counts[status->state]++;
    bool asks = status->state != SITE_STATE_LEGACY && status->state != SITE_STATE_CONVERTED &&
                status->state != SITE_STATE_ALREADY;
    if (l->json)
        print_json(l, status);
    else if (!l->quiet && (l->all || asks)) {
        bool has_grade = status->is_known && status->grade != GRADE_REFUSED;
        printf("%-9s %.*s%s%s%s\n", site_state_name(status->state),
               SLICE_ARGS(site_show_path(status->path, l->arena)), has_grade ? " (" : "",
               has_grade ? grade_name(status->grade) : "", has_grade ? ")" : "");
    }
    arena_reset(l->arena);
}

static void print_skip_json(const site_skip *one, arena *a) {
    buffer out = buffer_new(a, 256);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, "skipped", one->path);
    json_add_string(&json, "why", one->why);
    json_close(&json, '}');
    print_json_line(&json);
}

/* What lies in the checkout like a page and is none. */
static void list_skipped(const site *s, bool json, arena *a) {
    const vector *skipped = site_skipped(s);
    for (size_t i = 0; i < skipped->count; i++) {
        const site_skip *one = vector_at(skipped, i);
        if (json)
            print_skip_json(one, a);
        else
            printf("%-9s %.*s: %s\n", "no page", SLICE_ARGS(site_show_path(one->path, a)), one->why);
    }
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
    arena *a = arena_create(0);
    site *s = open_site(arguments, a);
    listing l = {.json = option_given(arguments, OPTION_JSON),
                 .all = option_given(arguments, OPTION_VERBOSE),
                 .quiet = option_given(arguments, OPTION_QUIET),
                 .arena = arena_create(0)};
    slice error;
    int status = s ? EXIT_DONE : EXIT_ENVIRONMENT;
    if (s && !site_report_status(s, l.json, list_page, &l, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        status = EXIT_ENVIRONMENT;
    }
    if (status == EXIT_DONE && (l.all || l.json))
        list_skipped(s, l.json, a);
    if (status == EXIT_DONE && !l.json)
        print_counts(&l);
    site_close(s);
    arena_destroy(l.arena);
    arena_destroy(a);
    return status;
}
