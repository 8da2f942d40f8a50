/* `isomerize assets [SITE]`: every remote file that the site's pages use: where it goes, what became of it.
 *
 * Reads all pages, legacy and converted ones. Opens no connection without --fetch.
 */
#include "engine.h"
#include "next.h"
#include "remote.h"

#include <stdio.h>

/* ---- the list ---------------------------------------------------------------------------------------- */

static const char *const STATES[] = {"wanted", "here", "failed"};

static void print_json(const asset_entry *entry, const vector *pages, buffer *out) {
    json_writer json = {.out = out};
    json_open(&json, '{');
    json_add_text(&json, "remote", entry->remote);
    json_add_text(&json, "path", entry->path);
    json_add_string(&json, "state", STATES[entry->state]);
    json_add_bool(&json, "fetched", entry->ours);
    json_add_number(&json, "size", (int64_t)entry->size);
    json_key(&json, SLICE("finding"));
    if (entry->code == FINDING_COUNT)
        json_raw(&json, SLICE("null"));
    else
        json_text(&json, slice_of(finding_describe(entry->code)->name));
    json_add_text(&json, "problem", entry->problem);
    json_add_open(&json, "pages", '[');
    for (size_t i = 0; i < pages->count; i++)
        json_text(&json, *(slice *)vector_at(pages, i));
    json_close(&json, ']');
    json_close(&json, '}');
    buffer_append_char(out, '\n');
}

static void print_text(const asset_entry *entry, const vector *pages, buffer *out) {
    buffer_printf(out, "%-7s %.*s", STATES[entry->state], SLICE_ARGS(entry->path));
    if (entry->state == ASSET_HERE)
        buffer_printf(out, " (%llu bytes%s)", (unsigned long long)entry->size,
                      entry->ours ? "" : ", found in the checkout");
    buffer_printf(out, "\n        %.*s\n", SLICE_ARGS(entry->remote));
    if (entry->problem.length)
        buffer_printf(out, "        %s: %.*s\n", finding_describe(entry->code)->name,
                      SLICE_ARGS(entry->problem));
    for (size_t i = 0; i < pages->count; i++)
        buffer_printf(out, "        in %.*s\n", SLICE_ARGS(*(slice *)vector_at(pages, i)));
}

/* `pages`: those that need each file. */
static bool print_list(const remote_files *r, const vector *pages, const cli_arguments *arguments) {
    bool json = option_given(arguments, OPTION_JSON), quiet = option_given(arguments, OPTION_QUIET);
    size_t counts[3] = {0, 0, 0};
    buffer out = buffer_new(r->arena, 65536);
    for (size_t i = 0; i < asset_book_count(r->book); i++) {
        const asset_entry *entry = asset_book_at(r->book, i);
        if (!entry->used)
            continue;
        counts[entry->state]++;
        (json ? print_json : print_text)(entry, vector_at(pages, i), &out);
    }
    if (json || !quiet)
        fwrite(out.data, 1, out.length, stdout);
    if (!json && !quiet)
        printf("%zu remote files: %zu here, %zu wanted, %zu failed\n", counts[0] + counts[1] + counts[2],
               counts[ASSET_HERE], counts[ASSET_WANTED], counts[ASSET_FAILED]);
    return counts[ASSET_FAILED] == 0;
}

static void print_next(const remote_files *r, const cli_arguments *arguments) {
    if (r->fetched && !option_given(arguments, OPTION_QUIET))
        tell_next(arguments, &(next_step){"convert", "", "", "for the pages that name what was fetched"},
                  r->arena);
}

static int list_files(const cli_arguments *arguments, site *s, const convert_engine *e, arena *a) {
    remote_files files;
    vector pages;
    slice error;
    bool fetches = option_given(arguments, OPTION_FETCH);
    int status = EXIT_ENVIRONMENT;
    if (!remote_open(&files, s, convert_engine_assets(e), a))
        return EXIT_ENVIRONMENT;
    if (!site_read_assets(s, e, 0, files.book, a, &pages, &error))
        complain("%.*s", SLICE_ARGS(error));
    else if (!fetches || remote_fetch(&files, arguments))
        status = print_list(&files, &pages, arguments) ? EXIT_DONE : EXIT_FINDINGS;
    print_next(&files, arguments);
    remote_close(&files);
    return status;
}

static int list_site(const cli_arguments *arguments, site *s, arena *a) {
    convert_engine *e;
    int status = engine_start(&e, arguments, s, a);
    return status == EXIT_DONE ? list_files(arguments, s, e, a) : status;
}

int command_assets(const cli_arguments *arguments) {
    if (arguments->word_count > 1 ||
        (option_given(arguments, OPTION_FETCH) && option_given(arguments, OPTION_OFFLINE))) {
        complain("assets takes one site, and either --fetch or --offline");
        return EXIT_USAGE;
    }
    return work_on_site(arguments, option_given(arguments, OPTION_FETCH) ? CONFINE_FILES : CONFINE_READS,
                        list_site);
}
