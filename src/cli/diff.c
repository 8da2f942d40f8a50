/* `isomerize diff PATH...`: the dry run: what convert would do, as a patch or a report. Writes nothing but
 * that. */
#include "engine.h"
#include "remote.h"
#include "show.h"

#include <stdlib.h>

static int diff_site(const cli_arguments *arguments, site *s, report_format format, arena *a) {
    engine e;
    int status = engine_start(&e, arguments, s, a);
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

/* Under the settings of the site. */
static int diff_as_set(const cli_arguments *given, site *s, arena *a) {
    cli_arguments all;
    slice error;
    if (!add_settings(given, s, a, &all))
        return EXIT_USAGE;
    report_format format = choose_format(&all, "unified");
    if (format == REPORT_FORMAT_COUNT)
        return EXIT_USAGE;
    const char *since = option_value(&all, OPTION_SINCE, NULL);
    if (!since || site_keep_changed_since(s, since, &error))
        return diff_site(&all, s, format, a);
    complain("%.*s", SLICE_ARGS(error));
    return EXIT_ENVIRONMENT;
}

int command_diff(const cli_arguments *arguments) {
    arena *a = arena_create(0);
    site *s = open_site(arguments, a);
    int status = s ? diff_as_set(arguments, s, a) : EXIT_ENVIRONMENT;
    site_close(s);
    arena_destroy(a);
    return status;
}
