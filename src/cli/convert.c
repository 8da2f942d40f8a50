/* `isomerize convert PATH...`: pages in, pages out.
 *
 * Comes in: a page, a folder, a site, or one page on standard input. Goes out: the new pages in their places
 * (or below --out, or on standard output), the files they need, the journal. A page that a person has edited
 * since stays as it is, unless --force is given.
 */
#include "accepted.h"
#include "cli.h"
#include "confine.h"
#include "decisions.h"
#include "engine.h"
#include "remote.h"
#include "show.h"

#include <errno.h>
#include <stdio.h>

/* ---- standard input ---------------------------------------------------------------------------------- */

static int convert_standard_input(const cli_arguments *arguments, arena *a) {
    convert_engine *e;
    slice bytes;
    int status = engine_start_good(&e, arguments, NULL, a);
    if (status != EXIT_DONE)
        return status;
    arena *page = arena_new(convert_memory_limit(e));
    if (!read_file("-", a, &bytes)) {
        complain("standard input cannot be read: %s", strerror(errno));
        status = EXIT_ENVIRONMENT;
    } else {
        convert_result result;
        if (!convert_page(e, bytes, NULL, page, &result))
            out_of_memory();
        if (!option_given(arguments, OPTION_QUIET))
            show_findings(arguments, SLICE("-"), &result.found, GRADE_LOSS);
        bool written = fwrite(result.output.data, 1, result.output.length, stdout) == result.output.length &&
                       fflush(stdout) == 0;
        status = !written ? EXIT_ENVIRONMENT : result.state == CONVERT_REFUSED ? EXIT_UNCONVERTED : EXIT_DONE;
    }
    arena_destroy(page);
    return status;
}

/* ---- a site ------------------------------------------------------------------------------------------ */

static void warn_of_uncommitted(site_plan *plan) {
    slice unused_why;
    size_t count = site_plan_uncommitted(plan, &unused_why);
    if (unused_why.length)
        complain("warning: %.*s", SLICE_ARGS(unused_why));
    if (count)
        complain("warning: pages with changes that are in no git commit: %zu; `isomerize revert` puts back "
                 "their exact bytes",
                 count);
}

/* Remote files first: a page keeps the address of one that cannot be had. With --out nothing is written to
 * the checkout, files neither. */
static int fetch_and_run(const cli_arguments *arguments, site *s, const convert_engine *e, site_plan *plan,
                         remote_files *files) {
    bool offline = option_given(arguments, OPTION_OFFLINE), elsewhere = option_given(arguments, OPTION_OUT);
    bool fetches = !offline && !elsewhere;
    if (fetches && !remote_fetch(files, arguments))
        return EXIT_ENVIRONMENT;
    if (!elsewhere)
        asset_book_seal(files->book, "not fetched: the run was stopped");
    if (!elsewhere && !option_given(arguments, OPTION_QUIET))
        warn_of_uncommitted(plan);
    return show_run(arguments, s, e, plan, false,
                    option_given(arguments, OPTION_JSON) ? REPORT_JSON : REPORT_FORMAT_COUNT);
}

static int run_on_site(const cli_arguments *arguments, site *s, site_options options, arena *a) {
    remote_files files;
    slice error;
    const convert_engine *e = options.engine;
    if (!remote_open(&files, s, convert_engine_assets(e), a))
        return EXIT_ENVIRONMENT;
    options.book = files.book;
    if (option_given(arguments, OPTION_OFFLINE))
        asset_book_seal(files.book, "not fetched: --offline");
    site_plan *plan = site_plan_run(s, &options, &error);
    if (!plan)
        complain("%.*s", SLICE_ARGS(error));
    int status = plan ? fetch_and_run(arguments, s, e, plan, &files) : EXIT_ENVIRONMENT;
    site_plan_close(plan);
    remote_close(&files);
    return status;
}

static int convert_site(const cli_arguments *arguments, site *s, arena *a) {
    convert_engine *e;
    slice error;
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    int status = EXIT_ENVIRONMENT;
    if (since && !site_keep_changed_since(s, since, &error))
        complain("%.*s", SLICE_ARGS(error));
    else if (option_given(arguments, OPTION_DRY_RUN))
        status = show_dry_run(arguments, s,
                              option_given(arguments, OPTION_JSON) ? REPORT_JSON : REPORT_FORMAT_COUNT, a);
    else if ((status = engine_start_good(&e, arguments, s, a)) == EXIT_DONE) {
        bool elsewhere = option_given(arguments, OPTION_OUT);
        site_options options = options_of_run(e, arguments);
        accepted people;
        options.describes = option_given(arguments, OPTION_JSON);
        options.out = option_value(arguments, OPTION_OUT, NULL);
        if (!accepted_open(&people, s, a) || !decisions_use(arguments, s, &options, a))
            return EXIT_USAGE;
        accepted_use(&people, arguments, &options);
        if (!elsewhere)
            tell_of_state(arguments, s, a);
        status = give_up_the_rest(arguments, s, a) ? run_on_site(arguments, s, options, a) : EXIT_ENVIRONMENT;
    }
    return status;
}

int command_convert(const cli_arguments *arguments) {
    bool standard_input = arguments->word_count == 1 && strcmp(arguments->words[0], "-") == 0;
    if (standard_input && option_given(arguments, OPTION_JSON)) {
        complain("standard output cannot be the page and JSON lines: leave out --json, or name a file");
        return EXIT_USAGE;
    }
    if (!standard_input)
        return work_on_site(arguments, CONFINE_CONVERTS, convert_site);
    arena *a = arena_new(0);
    int status = convert_standard_input(arguments, a);
    arena_destroy(a);
    return status;
}
