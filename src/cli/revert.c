/* `isomerize revert PATH...`: puts back the exact bytes from before.
 *
 * Comes in: pages that the journal knows. Goes out: the bytes that it keeps for them; fetched files that
 * nothing else names are removed. A page that was edited or deleted since stays as it is, unless --force is
 * given.
 */
#include "assets/assets.h"
#include "cli.h"
#include "confine.h"
#include "engine.h"
#include "suggest.h"

#include <stdio.h>

static void report_page(void *context, const site_result *result, arena *scratch) {
    const cli_arguments *arguments = context;
    slice path = site_show_path(result->path, scratch);
    if (option_given(arguments, OPTION_JSON)) {
        buffer out = buffer_new(scratch, 256);
        json_writer json = {.out = &out};
        json_open(&json, '{');
        json_add_text(&json, "page", result->path);
        json_add_bool(&json, "reverted",
                      result->outcome == SITE_CONVERTED && !option_given(arguments, OPTION_DRY_RUN));
        json_add_text(&json, "message", result->message);
        json_close(&json, '}');
        print_json_line(&json);
    } else if (result->outcome != SITE_CONVERTED)
        complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(result->message));
    else if (option_given(arguments, OPTION_VERBOSE))
        fprintf(stderr, "%.*s: %sput back\n", SLICE_ARGS(path),
                option_given(arguments, OPTION_DRY_RUN) ? "would be " : "");
}

/* ---- fetched files ------------------------------------------------------------------------------------- */

/* What the pages name before they are put back. */
typedef struct fetched {
    asset_book *book; /* NULL: nothing was fetched */
    asset_uses *uses;
} fetched;

static void note_text(void *context, slice text) {
    asset_uses_add(context, text);
}

typedef struct looking {
    fetched *to;
    const site *site;
    arena *arena;
    slice *error;
} looking;

static bool look_apart(void *context) {
    const looking *l = context;
    fetched *f = l->to;
    const site *s = l->site;
    arena *a = l->arena;
    slice shipped = asset_rules_shipped(), *error = l->error;
    *f = (fetched){.book = asset_book_open(slice_c_string(site_root(s), a), a, error)};
    asset_rules *rules = f->book ? asset_rules_load(&shipped, 1, NULL, a, error) : NULL;
    f->uses = rules ? asset_uses_new(f->book, rules, site_host(site_config(s))) : NULL;
    for (size_t i = 0; f->uses && i < site_pages(s)->count; i++) {
        arena *page = arena_new(0);
        slice bytes, unread; /* a page that cannot be read is not put back either */
        if (site_read(s, *(slice *)vector_at(site_pages(s), i), page, &bytes, &unread))
            asset_uses_add(f->uses, bytes);
        arena_destroy(page);
    }
    return rules != NULL;
}

static bool look_at_files(fetched *f, const site *s, arena *a, slice *error) {
    return site_apart(s, look_apart, &(looking){f, s, a, error});
}

static bool read_texts_apart(void *context) {
    const looking *l = context;
    return site_read_texts(l->site, &(site_texts){l->to->uses, note_text}, l->error);
}

/* Those that no text of the checkout names any more. */
static bool remove_files(fetched *f, const site *s, size_t *removed, slice *error) {
    *removed = 0;
    if (!f->uses)
        return true;
    asset_uses_then(f->uses);
    if (!site_apart(s, read_texts_apart, &(looking){f, s, NULL, error}))
        return false;
    vector over = asset_uses_over(f->uses);
    return !over.count || asset_book_remove(f->book, &over, removed, error);
}

/* ---- the command -----------------------------------------------------------------------------------------
 */

static void print_totals(const site_totals *t, size_t removed, bool dry_run) {
    fprintf(stderr, "%zu %s, %zu left as they were edited or deleted since, %zu failed",
            t->outcomes[SITE_CONVERTED], dry_run ? "would be put back" : "put back", t->outcomes[SITE_KEPT],
            t->outcomes[SITE_FAILED]);
    if (removed)
        fprintf(stderr, "; %zu fetched file%s removed that nothing else names", removed,
                removed == 1 ? "" : "s");
    fputs(t->stopped ? "; stopped before the last page\n" : "\n", stderr);
}

static int revert_site(const cli_arguments *arguments, site *s, arena *a) {
    site_events events = {(void *)arguments, report_page, stop_is_asked};
    site_totals totals = {{0}, {0}, false};
    fetched files;
    slice error;
    size_t removed = 0;
    bool force = option_given(arguments, OPTION_FORCE), dry_run = option_given(arguments, OPTION_DRY_RUN);
    bool ok = look_at_files(&files, s, a, &error) &&
              site_revert(s, force, dry_run, &events, &totals, &error) &&
              (dry_run || !totals.outcomes[SITE_CONVERTED] || remove_files(&files, s, &removed, &error));
    if (!ok)
        complain("%.*s", SLICE_ARGS(error));
    if (!option_given(arguments, OPTION_QUIET) && !option_given(arguments, OPTION_JSON))
        print_totals(&totals, removed, dry_run);
    if (!totals.outcomes[SITE_CONVERTED])
        tell_of_state(arguments, s, a);
    if (files.book)
        asset_book_close(files.book);
    return !ok || totals.outcomes[SITE_FAILED] ? EXIT_ENVIRONMENT
           : totals.outcomes[SITE_KEPT]        ? EXIT_UNCONVERTED
                                               : EXIT_DONE;
}

int command_revert(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    site *s = open_site_and_gone(arguments, CONFINE_WRITES, a);
    int status = EXIT_ENVIRONMENT;
    watch_for_stop();
    if (s && !paths_are_known(arguments, s))
        status = EXIT_USAGE;
    else if (s && (option_given(arguments, OPTION_DRY_RUN) || give_up_the_rest(arguments, s, a)))
        status = revert_site(arguments, s, a);
    site_close(s);
    arena_destroy(a);
    return status;
}
