/* How a run over a site shows: progress while it goes, its report, the last lines, the exit status. For
 * convert and diff; everything goes to standard error but the report. */
#ifndef ISOMERIZE_CLI_SHOW_H
#define ISOMERIZE_CLI_SHOW_H

#include "cli.h"
#include "report/report.h"
#include "site/site.h"

#include <time.h>

typedef struct show {
    const cli_arguments *arguments;
    const site *site;
    report_writer *writer;
    report_format format;
    bool report_wanted; /* on standard output */
    bool dry_run;
    bool terminal; /* progress as one line that changes, else as a line now and then */
    bool drawn;    /* that line is there */
    size_t done, total;
    struct timespec start;
    double last_drawn; /* seconds after the start */
    grade worst;
    slice base;    /* the site's baseurl: stands before its own addresses */
    arena *memory; /* for the run */
    arena *page;   /* for a page's report */
    arena *picture;
} show;

/* Begins. `format`: of the report on standard output, or REPORT_FORMAT_COUNT for none. */
void show_begin(show *s, const cli_arguments *arguments, const site *of, bool dry_run, report_format format);

/* site_events.page: `context` is the show. */
void show_page(void *context, const site_result *result, arena *scratch);

/* Ends the report, prints the last lines and returns the exit status. `done`: as site_run returned. */
int show_end(show *s, const site_totals *totals, bool done);

/* Findings of a page as lines on standard error, `path:line:column: grade: code: detail; advice`: those of
 * loss and worse, with --verbose all. */
void show_findings(const cli_arguments *arguments, slice path, const findings *found);

/* The words of the command line, each behind a space and quoted for a shell where it needs it: for the next
 * command to type. */
slice show_words(const cli_arguments *arguments, arena *a);

/* Standard output or error is a terminal that takes colours (NO_COLOR, TERM). */
bool takes_color(int descriptor);

/* Columns of the terminal, between 60 and 100; 80 where there is none. */
size_t terminal_width(int descriptor);

/* Report bytes to standard output: a report_sink's write. */
bool write_standard_output(void *context, const char *bytes, size_t length);

#endif
