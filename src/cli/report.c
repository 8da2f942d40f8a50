/* `isomerize report FILE...`: the JSON reports of many sites become one report. Reads those files and nothing
 * else. `isomerize report --site SITE`: what was done to the pages of a site, from its journal, and what
 * people have decided about them. */
#include "confine.h"
#include "engine.h"
#include "show.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* "out/town.json" → "town": what a site is called whose report does not say. */
static slice name_of_file(const char *path) {
    slice name = slice_of(path);
    for (size_t slash; (slash = slice_find_char(name, '/', 0)) != SLICE_NONE;)
        name = slice_from(name, slash + 1);
    slice ending = SLICE(".json");
    return slice_ends_with(name, ending) ? slice_sub(name, 0, name.length - ending.length) : name;
}

/* False: said why not. */
static bool merge_file(report_writer *writer, const char *path, bool dry_run, arena *file, arena *scratch) {
    slice json, error;
    arena_reset(file);
    if (!read_file(path, file, &json)) {
        complain("%s: cannot be read: %s", path, strerror(errno));
        return false;
    }
    if (report_is_dry_run(json) != dry_run)
        complain("%s: %s, unlike the first one: the report mixes both", path,
                 dry_run ? "of a run that wrote" : "of a dry run");
    if (!report_merge(writer, json, name_of_file(path), scratch, &error)) {
        complain("%s: %.*s", path, SLICE_ARGS(error));
        return false;
    }
    return true;
}

/* Is the first report of a dry run? Its first line says so. */
static bool is_dry_run(const char *path) {
    char line[4096];
    FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    bool dry_run = file && fgets(line, sizeof line, file) && report_is_dry_run(slice_of(line));
    if (file)
        fclose(file);
    return dry_run;
}

static int report_site(const cli_arguments *arguments, site *s, arena *a) {
    convert_engine *e;
    report_format format = choose_format(arguments, "summary");
    if (format == REPORT_FORMAT_COUNT)
        return EXIT_USAGE;
    int status = engine_start_good(&e, arguments, s, a);
    if (status != EXIT_DONE)
        return status;
    return show_look(arguments, s, e, format, a);
}

int command_report(const cli_arguments *arguments) {
    char *named = (char *)(uintptr_t)option_value(arguments, OPTION_SITE, NULL);
    if (named) {
        cli_arguments of_site = *arguments;
        of_site.words = &named;
        of_site.word_count = 1;
        return work_on_site(&of_site, CONFINE_READS, report_site);
    }
    if (!arguments->word_count) {
        complain(
            "report what? `isomerize report FILE...` of JSON reports, or `isomerize report --site SITE`");
        return EXIT_USAGE;
    }
    report_format format = choose_format(arguments, "summary");
    if (option_given(arguments, OPTION_OUT)) {
        complain("--out is for the report of one site: --site SITE");
        return EXIT_USAGE;
    }
    if (format == REPORT_UNIFIED)
        complain("there is no patch of many sites; report has summary, json, html, sarif and csv");
    if (format == REPORT_UNIFIED || format == REPORT_FORMAT_COUNT)
        return EXIT_USAGE;
    bool dry_run = is_dry_run(arguments->words[0]);
    report_options options = {.format = format,
                              .color = takes_color(STDOUT_FILENO),
                              .width = terminal_width(STDOUT_FILENO),
                              .dry_run = dry_run,
                              .merges = true,
                              .site = SLICE("all sites"),
                              .version = SLICE(ISOMERIZE_VERSION),
                              .min_grade = choose_min_grade(arguments)};
    report_writer *writer = report_begin(&options, (report_sink){write_standard_output, NULL});
    arena *file = arena_new(0), *scratch = arena_new(0);
    bool confined = give_up_files(arguments, NULL, CONFINE_READS, scratch);
    int status = confined ? EXIT_DONE : EXIT_ENVIRONMENT;
    for (size_t i = 0; confined && i < arguments->word_count; i++)
        if (!merge_file(writer, arguments->words[i], dry_run, file, scratch))
            status = EXIT_ENVIRONMENT;
    if (!report_end(writer) || fflush(stdout) != 0) {
        complain("standard output took no more: the report is not whole");
        status = EXIT_ENVIRONMENT;
    }
    report_free(writer);
    arena_destroy(scratch);
    arena_destroy(file);
    return status;
}
