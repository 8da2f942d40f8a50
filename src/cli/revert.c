/* `isomerize revert PATH...`: puts back the exact bytes from before.
 *
 * Comes in: pages that the journal knows. Goes out: the bytes that it keeps for them. A page that was
 * edited since stays as it is, unless --force is given.
 */
#include "cli.h"
#include "confine.h"
#include "engine.h"

#include <stdio.h>

static void report_page(void *context, const site_result *result, arena *scratch) {
    const cli_arguments *arguments = context;
    slice path = site_show_path(result->path, scratch);
    if (option_given(arguments, OPTION_JSON)) {
        buffer out = buffer_new(scratch, 256);
        json_writer json = {.out = &out};
        json_open(&json, '{');
        json_add_text(&json, "page", result->path);
        json_add_bool(&json, "reverted", result->outcome == SITE_CONVERTED);
        json_add_text(&json, "message", result->message);
        json_close(&json, '}');
        print_json_line(&json);
    } else if (result->outcome != SITE_CONVERTED)
        complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(result->message));
    else if (option_given(arguments, OPTION_VERBOSE))
        fprintf(stderr, "%.*s: put back\n", SLICE_ARGS(path));
}

int command_revert(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    site *s = open_site(arguments, a);
    site_events events = {(void *)arguments, report_page, stop_is_asked};
    site_totals totals = {{0}, {0}, false};
    slice error;
    int status = EXIT_ENVIRONMENT;
    watch_for_stop();
    if (s && !give_up_files(arguments, s, CONFINE_WRITES, false, a))
        status = EXIT_ENVIRONMENT;
    else if (s && !site_revert(s, option_given(arguments, OPTION_FORCE), &events, &totals, &error))
        complain("%.*s", SLICE_ARGS(error));
    else if (s)
        status = totals.outcomes[SITE_FAILED] ? EXIT_ENVIRONMENT
                 : totals.outcomes[SITE_KEPT] ? EXIT_UNCONVERTED
                                              : EXIT_DONE;
    if (s && !option_given(arguments, OPTION_QUIET) && !option_given(arguments, OPTION_JSON))
        fprintf(stderr, "%zu put back, %zu left as they were edited since, %zu failed%s\n",
                totals.outcomes[SITE_CONVERTED], totals.outcomes[SITE_KEPT], totals.outcomes[SITE_FAILED],
                totals.stopped ? "; stopped before the last page" : "");
    if (s && !totals.outcomes[SITE_CONVERTED])
        tell_of_state(arguments, s, a);
    site_close(s);
    arena_destroy(a);
    return status;
}
