/* `isomerize diff PATH...`: the dry run: what convert would do, as a patch or a report. Writes nothing but
 * that. */
#include "accepted.h"
#include "decisions.h"
#include "engine.h"
#include "remote.h"
#include "show.h"

int show_dry_run(const cli_arguments *arguments, site *s, report_format format, arena *a) {
    convert_engine *e;
    int status = engine_start_good(&e, arguments, s, a);
    if (status != EXIT_DONE)
        return status;
    site_options options = options_of_run(e, arguments);
    options.dry_run = true;
    options.keep_html = format == REPORT_HTML;
    options.describes = show_describes(format);
    accepted people;
    if (!accepted_open(&people, s, a) || !decisions_use(arguments, s, &options, a))
        return EXIT_USAGE;
    accepted_use(&people, arguments, &options);
    /* The names that convert would give to remote files; nothing is fetched, and what a run would fetch is
     * taken for had, unless it is to be offline too. */
    remote_files files;
    slice error;
    if (!remote_open(&files, s, convert_engine_assets(e), a))
        return EXIT_ENVIRONMENT;
    options.book = files.book;
    if (option_given(arguments, OPTION_OFFLINE))
        asset_book_seal(files.book, "not fetched: --offline");
    site_plan *plan = site_plan_run(s, &options, &error);
    if (!plan)
        complain("%.*s", SLICE_ARGS(error));
    status = plan ? show_run(arguments, s, e, plan, true, format) : EXIT_ENVIRONMENT;
    site_plan_close(plan);
    remote_close(&files);
    return status;
}

static int diff_site(const cli_arguments *arguments, site *s, arena *a) {
    slice error;
    report_format format = choose_format(arguments, "unified");
    if (format == REPORT_FORMAT_COUNT)
        return EXIT_USAGE;
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    if (!since || site_keep_changed_since(s, since, &error))
        return show_dry_run(arguments, s, format, a);
    complain("%.*s", SLICE_ARGS(error));
    return EXIT_ENVIRONMENT;
}

int command_diff(const cli_arguments *arguments) {
    return work_on_site(arguments, CONFINE_READS, diff_site);
}
