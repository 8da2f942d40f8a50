/* How a run over a site shows: progress while it goes, its report, the last lines, the exit status. For
 * convert and diff; everything goes to standard error but the report. */
#ifndef ISOMERIZE_CLI_SHOW_H
#define ISOMERIZE_CLI_SHOW_H

#include "cli.h"
#include "convert/convert.h"
#include "report/report.h"
#include "site/site.h"

/* The format asked for (--json is the JSON one, whatever --format says), or REPORT_FORMAT_COUNT after saying
 * what is wrong. */
report_format choose_format(const cli_arguments *arguments, const char *otherwise);

/* Carries out the run planned with the engine, and shows it. `format`: of the report on standard output, or
 * REPORT_FORMAT_COUNT for none. Returns the exit status. */
int show_run(const cli_arguments *arguments, site *s, const convert_engine *e, site_plan *plan, bool dry_run,
             report_format format);

/* A report of the pages as they are: what was converted, with its bytes from before, what was not, as it
 * would become. Returns the exit status. */
int show_look(const cli_arguments *arguments, site *s, const convert_engine *e, report_format format,
              arena *a);

/* The site's folder below the nearest one with a `.git`, with a slash at its end; empty: it is that one. */
slice path_in_repository(const site *s, arena *a);

/* The least grade that a SARIF report lists. */
grade choose_min_grade(const cli_arguments *arguments);

/* Do reports of this format have titles, addresses and decisions? */
bool show_describes(report_format format);

/* The whole dry run: what convert would do with the site. `format` as show_run takes it. */
int show_dry_run(const cli_arguments *arguments, site *s, report_format format, arena *a);

/* Findings of a page as lines on standard error, `path:line:column: grade: code: detail; advice`, as far as
 * the place is known: those of `least` and worse, with --verbose all. */
void show_findings(const cli_arguments *arguments, slice path, const findings *found, grade least);

/* Why the page was refused, as `PATH:LINE: words` with `said` before the words. */
slice describe_refusal(slice path, const char *said, const findings *found, arena *a);

/* Standard output or error is a terminal that takes colours (NO_COLOR, TERM). */
bool takes_color(int descriptor);

/* Columns of the terminal, between 60 and 100; 80 where there is none. */
size_t terminal_width(int descriptor);

/* A line on standard output. On a terminal it is broken at words, and its further lines are indented by so
 * many columns. */
void print_line(size_t indent, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same on standard error. */
void tell_line(size_t indent, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Report bytes to standard output: a report_sink's write. */
bool write_standard_output(void *context, const char *bytes, size_t length);

/* Says what lies in the site like pages and was passed over: files, folders with pages, why. To standard
 * error. */
void tell_passed_over(const site *s, const cli_arguments *arguments, arena *a);

/* Is it more than one page in twenty? */
bool much_is_passed_over(const site *s);

#endif
