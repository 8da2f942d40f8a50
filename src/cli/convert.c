/* `isomerize convert PATH...`: pages in, pages out. */
#include "cli.h"
#include "engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct run {
    const cli_arguments *arguments;
    grade worst;
} run;

static void print_findings(const run *r, slice path, const convert_result *result) {
    for (size_t i = 0; i < result->found.items.count; i++) {
        const finding *f = vector_at(&result->found.items, i);
        const finding_info *info = finding_describe(f->code);
        if (info->grade < GRADE_LOSS && !option_given(r->arguments, OPTION_VERBOSE))
            continue;
        fprintf(stderr, "%.*s:%u:%u: %s: %s: %.*s; %s\n", SLICE_ARGS(path), f->line, f->column,
                grade_name(info->grade), info->name, SLICE_ARGS(f->detail), info->advice);
    }
}

static void print_json(const site_result *result, arena *scratch) {
    static const char *const names[] = {"converted", "already", "not-a-page", "refused",
                                        "unchanged", "kept",    "failed"};
    buffer out = buffer_new(scratch, 256);
    buffer_append_string(&out, "{\"page\":");
    buffer_append_json(&out, result->path);
    buffer_printf(&out, ",\"outcome\":\"%s\",\"grade\":\"%s\",\"message\":", names[result->outcome],
                  grade_name(result->grade));
    buffer_append_json(&out, result->message);
    printf("%.*s}\n", SLICE_ARGS(buffer_slice(&out)));
}

static void report_page(void *context, const site_result *result, arena *scratch) {
    run *r = context;
    slice path = site_show_path(result->path, scratch);
    if (option_given(r->arguments, OPTION_JSON))
        print_json(result, scratch);
    if ((result->outcome == SITE_CONVERTED || result->outcome == SITE_REFUSED) && result->grade > r->worst)
        r->worst = result->grade;
    if (result->outcome == SITE_FAILED)
        complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(result->message));
    if (option_given(r->arguments, OPTION_QUIET))
        return;
    if (result->outcome == SITE_KEPT)
        complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(result->message));
    else if (result->conversion)
        print_findings(r, path, result->conversion);
}

/* ---- standard input
 * -------------------------------------------------------------------------------------------------- */

static int convert_standard_input(const cli_arguments *arguments, arena *a) {
    engine e;
    slice bytes;
    int status = engine_start(&e, arguments, NULL, a);
    if (status != EXIT_DONE)
        return status;
    arena *page = arena_create(CONVERT_MEMORY);
    if (!read_file("-", a, &bytes)) {
        complain("standard input cannot be read: %s", strerror(errno));
        status = EXIT_ENVIRONMENT;
    } else {
        run r = {.arguments = arguments};
        convert_result result;
        convert_page(bytes, &e.options, page, &result);
        if (!option_given(arguments, OPTION_QUIET))
            print_findings(&r, SLICE("-"), &result);
        bool written = fwrite(result.output.data, 1, result.output.length, stdout) == result.output.length &&
                       fflush(stdout) == 0;
        status = !written ? EXIT_ENVIRONMENT : result.state == CONVERT_REFUSED ? EXIT_UNCONVERTED : EXIT_DONE;
    }
    arena_destroy(page);
    engine_stop(&e);
    return status;
}

/* ---- a site
 * ----------------------------------------------------------------------------------------------------------
 */

static void warn_of_uncommitted(const cli_arguments *arguments, const site *s, arena *a) {
    if (option_given(arguments, OPTION_OUT) || option_given(arguments, OPTION_QUIET))
        return;
    size_t count = site_uncommitted(s, a).count;
    if (count)
        complain(
            "warning: %zu of the pages have changes that are in no git commit; `isomerize revert` puts back "
            "their exact bytes",
            count);
}

static void print_totals(const site_totals *t) {
    fprintf(stderr,
            "%zu converted (%zu clean, %zu to review, %zu with loss), %zu refused, %zu already in the new "
            "editor, "
            "%zu without front matter, %zu as the last run left them, %zu edited since, %zu failed%s\n",
            t->outcomes[SITE_CONVERTED], t->grades[GRADE_CLEAN], t->grades[GRADE_REVIEW],
            t->grades[GRADE_LOSS], t->outcomes[SITE_REFUSED], t->outcomes[SITE_ALREADY],
            t->outcomes[SITE_NOT_A_PAGE], t->outcomes[SITE_UNCHANGED], t->outcomes[SITE_KEPT],
            t->outcomes[SITE_FAILED], t->stopped ? "; stopped before the last page: run again to go on" : "");
}

static int run_site(const cli_arguments *arguments, site *s, const engine *e, arena *a) {
    run r = {.arguments = arguments};
    site_events events = {&r, report_page, stop_is_asked};
    site_options options = {.convert = &e->options,
                            .rules = e->fingerprint,
                            .program = ISOMERIZE_VERSION,
                            .jobs = (unsigned)strtoul(option_value(arguments, OPTION_JOBS, "0"), NULL, 10),
                            .force = option_given(arguments, OPTION_FORCE),
                            .out = option_value(arguments, OPTION_OUT, NULL)};
    site_totals totals;
    slice error;
    warn_of_uncommitted(arguments, s, a);
    watch_for_stop();
    bool done = site_run(s, &options, &events, &totals, &error);
    if (!done)
        complain("%.*s", SLICE_ARGS(error));
    if (!option_given(arguments, OPTION_QUIET))
        print_totals(&totals);
    slice fail_on = slice_of(option_value(arguments, OPTION_FAIL_ON, "refused"));
    grade limit = slice_equal(fail_on, SLICE("review")) ? GRADE_REVIEW
                  : slice_equal(fail_on, SLICE("loss")) ? GRADE_LOSS
                                                        : GRADE_REFUSED;
    return !done || totals.outcomes[SITE_FAILED] ? EXIT_ENVIRONMENT
           : totals.outcomes[SITE_REFUSED]       ? EXIT_UNCONVERTED
           : r.worst >= limit                    ? EXIT_FINDINGS
                                                 : EXIT_DONE;
}

static int convert_site(const cli_arguments *arguments, arena *a) {
    site *s = open_site(arguments, a);
    engine e;
    slice error;
    if (!s)
        return EXIT_ENVIRONMENT;
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    int status = EXIT_ENVIRONMENT;
    if (since && !site_keep_changed_since(s, since, &error))
        complain("%.*s", SLICE_ARGS(error));
    else if ((status = engine_start(&e, arguments, s, a)) == EXIT_DONE) {
        status = run_site(arguments, s, &e, a);
        engine_stop(&e);
    }
    site_close(s);
    return status;
}

int command_convert(const cli_arguments *arguments) {
    if (arguments->word_count == 0) {
        complain("convert what? name a page, a folder, or - for standard input");
        return EXIT_USAGE;
    }
    arena *a = arena_create(0);
    bool standard_input = arguments->word_count == 1 && strcmp(arguments->words[0], "-") == 0;
    int status = standard_input ? convert_standard_input(arguments, a) : convert_site(arguments, a);
    arena_destroy(a);
    return status;
}
