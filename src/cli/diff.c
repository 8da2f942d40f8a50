/* `isomerize diff PATH...`: the dry run: what convert would do, as a patch or a report. Writes nothing but
 * that. */
#include "engine.h"
#include "remote.h"
#include "show.h"

#include <stdlib.h>
#include <unistd.h>

/* The format asked for, or REPORT_FORMAT_COUNT after saying what is wrong. */
static report_format choose_format(const cli_arguments *arguments) {
    const char *name =
        option_value(arguments, OPTION_FORMAT, option_given(arguments, OPTION_JSON) ? "json" : "unified");
    report_format format = report_format_by_name(slice_of(name));
    if (format == REPORT_FORMAT_COUNT)
        complain("there is no format '%s'; there are unified, summary, json, html and sarif", name);
    if (format == REPORT_HTML && isatty(STDOUT_FILENO)) {
        complain("the HTML report would fill the terminal; put it into a file: isomerize diff --format=html "
                 "... >report.html");
        return REPORT_FORMAT_COUNT;
    }
    return format;
}

static int diff_site(const cli_arguments *given, site *s, report_format format, arena *a) {
    engine e;
    cli_arguments all, *arguments = &all;
    int status = add_settings(given, s, a, &all) ? engine_start(&e, arguments, s, a) : EXIT_USAGE;
    if (status != EXIT_DONE)
        return status;
    site_options options = {.convert = &e.options,
                            .rules = e.fingerprint,
                            .program = ISOMERIZE_VERSION,
                            .jobs = (unsigned)strtoul(option_value(arguments, OPTION_JOBS, "0"), NULL, 10),
                            .dry_run = true};
    /* The names that convert would give to remote files; nothing is fetched. */
    remote_files files;
    if (!remote_open(&files, s, e.assets, &options, a)) {
        engine_stop(&e);
        return EXIT_ENVIRONMENT;
    }
    e.options.keep_html = format == REPORT_HTML;
    status = show_run(arguments, s, &options, format);
    remote_close(&files);
    engine_stop(&e);
    return status;
}

int command_diff(const cli_arguments *arguments) {
    report_format format = choose_format(arguments);
    if (format == REPORT_FORMAT_COUNT)
        return EXIT_USAGE;
    arena *a = arena_create(0);
    site *s = open_site(arguments, a);
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    int status = EXIT_ENVIRONMENT;
    slice error;
    if (s && since && !site_keep_changed_since(s, since, &error))
        complain("%.*s", SLICE_ARGS(error));
    else if (s)
        status = diff_site(arguments, s, format, a);
    site_close(s);
    arena_destroy(a);
    return status;
}
