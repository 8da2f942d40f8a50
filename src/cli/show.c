/* How a run over a site shows. Comes in: the results, page by page. Goes out: a report on standard output,
 * progress and last lines on standard error. It never decides what becomes of a page. */
#include "show.h"

#include "engine.h"
#include "next.h"
#include "pager.h"
#include "pages.h"
#include "parts.h"
#include "suggest.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PICTURE_MAX ((size_t)1 << 20)

/* Seconds: before the first progress, between two on a terminal, between two lines elsewhere. */
#define PROGRESS_AFTER 1.0
#define PROGRESS_EVERY 0.1
#define PROGRESS_LINE_EVERY 10.0

typedef struct show {
    const cli_arguments *arguments;
    const site *site;
    report_writer *writer;
    report_format format;
    bool report_wanted; /* on standard output, or in files */
    parts files;        /* of --out */
    bool dry_run;
    bool terminal; /* progress as one line that changes, else as a line now and then */
    bool drawn;    /* that line is there */
    size_t done, total;
    size_t again;   /* pages that an earlier run converted */
    size_t written; /* bytes of the report on standard output */
    struct timespec start;
    double last_drawn; /* seconds after the start */
    grade worst;
    slice base; /* the site's baseurl: stands before its own addresses */
    page_view view;
    arena *memory; /* for the run */
    arena *page;   /* for a page's report */
    arena *picture;
} show;

bool takes_color(int descriptor) {
    const char *none = getenv("NO_COLOR"), *kind = getenv("TERM");
    bool terminal = isatty(descriptor) || (descriptor == STDOUT_FILENO && pager_runs());
    return terminal && !(none && *none) && !(kind && strcmp(kind, "dumb") == 0);
}

size_t terminal_width(int descriptor) {
    struct winsize size;
    if (ioctl(pager_runs() ? STDIN_FILENO : descriptor, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return 80;
    return size.ws_col < 60 ? 60 : size.ws_col > 100 ? 100 : size.ws_col;
}

static const char *suggest_format(suggestion *near) {
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++)
        suggest_try(near, report_format_name((report_format)format));
    return suggest_end(near);
}

report_format choose_format(const cli_arguments *arguments, const char *otherwise) {
    const char *name =
        option_given(arguments, OPTION_JSON) ? "json" : option_value(arguments, OPTION_FORMAT, otherwise);
    report_format format = report_format_by_name(slice_of(name));
    suggestion near = {.word = name};
    if (format == REPORT_FORMAT_COUNT)
        complain("there is no format '%s'; there are unified, summary, json, html, sarif and csv%s", name,
                 suggest_format(&near));
    bool files = option_given(arguments, OPTION_OUT);
    if (files && format != REPORT_HTML) {
        complain("--out is for the HTML report: --format=html");
        return REPORT_FORMAT_COUNT;
    }
    if (format != REPORT_HTML || files || !isatty(STDOUT_FILENO))
        return format;
    complain("the HTML report would fill the terminal; put it into a file, with >report.html");
    return REPORT_FORMAT_COUNT;
}

grade choose_min_grade(const cli_arguments *arguments) {
    int least = grade_by_name(slice_of(option_value(arguments, OPTION_MIN_GRADE, "clean")));
    return least > GRADE_REFUSED ? GRADE_CLEAN : (grade)least;
}

slice path_in_repository(const site *s, arena *a) {
    slice root = site_root(s);
    struct stat info;
    for (slice folder = root; folder.length; folder.length--) {
        bool whole = folder.length == root.length || root.data[folder.length] == '/';
        if (whole && lstat(slice_c_string(format_slice(a, "%.*s/.git", SLICE_ARGS(folder)), a), &info) == 0)
            return folder.length == root.length
                       ? SLICE("")
                       : format_slice(a, "%.*s/", SLICE_ARGS(slice_from(root, folder.length + 1)));
    }
    return SLICE("");
}

bool write_standard_output(void *context, const char *bytes, size_t length) {
    (void)context;
    return fwrite(bytes, 1, length, stdout) == length;
}

/* Its context is the show. */
static bool write_report(void *context, const char *bytes, size_t length) {
    show *s = context;
    s->written += length;
    return !s->report_wanted || write_standard_output(NULL, bytes, length);
}

/* ---- beginning --------------------------------------------------------------------------------------- */

static bool read_picture(void *context, slice path, slice *bytes) {
    show *s = context;
    slice error;
    if (s->base.length && slice_starts_with(path, s->base))
        path = slice_from(path, s->base.length);
    while (slice_starts_with(path, SLICE("/")))
        path = slice_from(path, 1);
    arena_reset(s->picture);
    return path.length && site_read(s->site, path, s->picture, bytes, &error) && bytes->length <= PICTURE_MAX;
}

/* `20M`, `500K` or bytes; of files, what a mail takes. */
static size_t max_size(const cli_arguments *arguments, bool files) {
    const char *text = option_value(arguments, OPTION_MAX_SIZE, files ? "20M" : "0");
    char *end;
    size_t size = strtoul(text, &end, 10);
    return *end == 'M' || *end == 'm' ? size << 20 : *end == 'K' || *end == 'k' ? size << 10 : size;
}

bool show_describes(report_format format) {
    return format == REPORT_HTML || format == REPORT_CSV || format == REPORT_JSON;
}

/* The site's folder as it was typed, where it was one of the words; else its whole path. */
static slice place_of(const cli_arguments *arguments, const site *of, arena *a) {
    struct stat root, named;
    bool known = stat(slice_c_string(site_root(of), a), &root) == 0;
    for (size_t i = 0; known && i < arguments->word_count; i++)
        if (stat(arguments->words[i], &named) == 0 && named.st_ino == root.st_ino &&
            named.st_dev == root.st_dev)
            return slice_of(arguments->words[i]);
    return site_root(of);
}

static void begin(show *s, const cli_arguments *arguments, const site *of, const convert_engine *e,
                  bool dry_run, bool looks_back, report_format format) {
    memset(s, 0, sizeof *s);
    s->arguments = arguments;
    s->site = of;
    s->dry_run = dry_run;
    s->report_wanted = format != REPORT_FORMAT_COUNT;
    s->format = s->report_wanted ? format : REPORT_SUMMARY;
    s->terminal = isatty(STDERR_FILENO);
    s->total = site_pages(of)->count;
    s->base = page_front_text(site_config(of), SLICE("baseurl"));
    s->memory = arena_new(0);
    s->page = arena_new(0);
    s->picture = arena_new(0);
    clock_gettime(CLOCK_MONOTONIC, &s->start);
    bool files = format == REPORT_HTML && option_given(arguments, OPTION_OUT);
    page_view_open(&s->view, of, s->memory); /* what is wrong was said; what was read counts */
    s->view.looks_back = looks_back;
    s->view.describes = show_describes(format);
    report_options options = {.format = s->format,
                              .dry_run = dry_run,
                              .color = takes_color(STDOUT_FILENO),
                              .width = terminal_width(STDOUT_FILENO),
                              .site = name_site(of),
                              .place = place_of(arguments, of, s->memory),
                              .version = SLICE(ISOMERIZE_VERSION),
                              .looks_back = s->view.looks_back,
                              .max_size = max_size(arguments, files),
                              .page_count = s->total,
                              .prefix = path_in_repository(of, s->memory),
                              .min_grade = choose_min_grade(arguments),
                              .look = look_of(e, of),
                              .pictures = {read_picture, s}};
    if (files)
        options.files = parts_begin(&s->files, option_value(arguments, OPTION_OUT, NULL));
    s->writer = report_begin(&options, (report_sink){write_report, s});
}

/* ---- progress ---------------------------------------------------------------------------------------- */

static double seconds_since(const struct timespec *start) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void clear_progress(show *s) {
    if (s->drawn)
        fputs("\r\033[K", stderr);
    s->drawn = false;
}

static void draw_progress(show *s, double now) {
    const report_totals *t = report_so_far(s->writer);
    double rate = (double)s->done / now, left = rate > 0 ? (double)(s->total - s->done) / rate : 0;
    char line[256];
    snprintf(
        line, sizeof line,
        "%zu of %zu pages, %.0f/s, %.0f s left: %zu clean, %zu cosmetic, %zu review, %zu loss, %zu refused",
        s->done, s->total, rate, left, t->grades[GRADE_CLEAN], t->grades[GRADE_COSMETIC],
        t->grades[GRADE_REVIEW], t->grades[GRADE_LOSS], t->grades[GRADE_REFUSED]);
    if (s->terminal)
        fprintf(stderr, "\r%.*s\033[K", (int)terminal_width(STDERR_FILENO) - 1, line);
    else
        fprintf(stderr, "%s\n", line);
    s->drawn = s->terminal;
    s->last_drawn = now;
}

static void show_progress(show *s) {
    if (option_given(s->arguments, OPTION_QUIET) || s->done > s->total || pager_runs())
        return;
    double now = seconds_since(&s->start);
    double wait = s->last_drawn == 0 && s->terminal ? PROGRESS_AFTER
                  : s->terminal                     ? PROGRESS_EVERY
                                                    : PROGRESS_LINE_EVERY;
    if (now - s->last_drawn >= wait)
        draw_progress(s, now);
}

/* ---- a page ------------------------------------------------------------------------------------------ */

static void add_to_report(show *s, const site_result *result) {
    report_page page;
    findings found;
    if (page_view_fill(&s->view, result, &page, &found, s->page))
        report_add(s->writer, &page, s->page);
    else
        report_add_skip(s->writer, &(report_skip){.path = page.path, .why = page.message, .files = 1},
                        s->page);
    arena_reset(s->page);
}

void show_findings(const cli_arguments *arguments, slice path, const findings *found, grade least) {
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *f = findings_at(found, i);
        const finding_info *info = finding_describe(f->code);
        if (info->grade < least && !option_given(arguments, OPTION_VERBOSE))
            continue;
        fprintf(stderr, "%.*s:", SLICE_ARGS(path));
        if (f->line)
            fprintf(stderr, "%u:", f->line);
        if (f->line && f->column)
            fprintf(stderr, "%u:", f->column);
        fprintf(stderr, " %s: %s: %.*s; %s\n", grade_name(info->grade), info->name, SLICE_ARGS(f->detail),
                info->advice);
    }
}

slice describe_refusal(slice path, const char *said, const findings *found, arena *a) {
    const finding *one = NULL;
    for (size_t i = 0; i < found->items.count && !one; i++)
        if (finding_describe(findings_at(found, i)->code)->grade == GRADE_REFUSED)
            one = findings_at(found, i);
    slice line = one && one->line ? format_slice(a, ":%u", one->line) : SLICE("");
    const char *between = one && *said ? ": " : "", *title = one ? finding_describe(one->code)->title : "";
    slice detail = one ? format_slice(a, ": %.*s", SLICE_ARGS(one->detail)) : SLICE("");
    return format_slice(a, "%.*s%.*s%s%s%s%s%.*s", SLICE_ARGS(path), SLICE_ARGS(line),
                        one || *said ? ": " : "", said, between, title, SLICE_ARGS(detail));
}

static const char *const OUTCOMES[SITE_OUTCOME_COUNT] = {
    [SITE_CONVERTED] = "converted",
    [SITE_ALREADY] = "already in the new editor",
    [SITE_NOT_A_PAGE] = "without front matter, left alone",
    [SITE_REFUSED] = "left as it was",
    [SITE_UNCHANGED] = "as the last run left it",
    [SITE_UNPUBLISHED] = "not published, left alone",
    [SITE_LEFT] = "left as it is, by the decisions",
};

/* With --verbose, what became of every page; one that failed or was kept is named anyway. */
static void tell_outcome(show *s, const site_result *result, slice path) {
    if (!OUTCOMES[result->outcome])
        return;
    clear_progress(s);
    fprintf(stderr, "%.*s: %s%s (%s)\n", SLICE_ARGS(path),
            s->dry_run && result->outcome == SITE_CONVERTED ? "would be " : "", OUTCOMES[result->outcome],
            grade_name(result->grade));
}

/* The message about the page; of one that an earlier run refused, with the reason. */
static void tell_message(const site_result *result, slice path, arena *scratch) {
    findings found = findings_new(scratch);
    if (result->outcome == SITE_REFUSED && report_read_findings(result->recorded, &found))
        complain("%.*s", SLICE_ARGS(describe_refusal(path, slice_c_string(result->message, scratch), &found,
                                                     scratch)));
    else
        complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(result->message));
}

/* What a person needs to know at once: in a run that writes, findings too; a dry run has them in its report.
 */
static void tell(show *s, const site_result *result, arena *scratch) {
    if (!result->message.length && !result->conversion && !option_given(s->arguments, OPTION_VERBOSE))
        return;
    slice path = site_show_path(result->path, scratch);
    bool quiet = option_given(s->arguments, OPTION_QUIET);
    bool quiet_outcome = (result->outcome == SITE_UNPUBLISHED || result->outcome == SITE_OUTDATED) &&
                         !option_given(s->arguments, OPTION_VERBOSE);
    if (result->message.length && !quiet_outcome && (result->outcome == SITE_FAILED || !quiet)) {
        clear_progress(s);
        tell_message(result, path, scratch);
    }
    if (option_given(s->arguments, OPTION_VERBOSE))
        tell_outcome(s, result, path);
    if (result->conversion && !quiet && (!s->dry_run || option_given(s->arguments, OPTION_VERBOSE))) {
        if (result->conversion->found.items.count)
            clear_progress(s);
        show_findings(s->arguments, path, &result->conversion->found, GRADE_LOSS);
    }
}

/* site_events.page: `context` is the show. */
static void show_page(void *context, const site_result *result, arena *scratch) {
    show *s = context;
    s->done += !result->is_told_again;
    s->again += result->outcome == SITE_CONVERTED && result->is_again;
    if ((result->outcome == SITE_CONVERTED || result->outcome == SITE_REFUSED) && result->grade > s->worst)
        s->worst = result->grade;
    tell(s, result, scratch);
    /* Of a quiet run nobody sees what the report would count. */
    if (s->report_wanted || !option_given(s->arguments, OPTION_QUIET))
        add_to_report(s, result);
    show_progress(s);
}

/* ---- the last lines ---------------------------------------------------------------------------------- */

/* ---- what was passed over ---------------------------------------------------------------------------- */

#define PASSED_OVER_NAMED 5 /* folders and files, in the last lines */

typedef struct passed_over {
    size_t files, folders, pages; /* Markdown files; what holds pages, and those pages */
} passed_over;

static passed_over count_passed_over(const site *s) {
    passed_over all = {0, 0, 0};
    const vector *skipped = site_skipped(s);
    for (size_t i = 0; i < skipped->count; i++) {
        const site_skip *one = vector_at(skipped, i);
        all.files += one->files;
        all.pages += one->pages;
        all.folders += one->pages > 0;
    }
    return all;
}

bool much_is_passed_over(const site *s) {
    size_t pages = count_passed_over(s).pages;
    return pages * 20 > pages + site_pages(s)->count;
}

void tell_passed_over(const site *s, const cli_arguments *arguments, arena *a) {
    passed_over all = count_passed_over(s);
    const vector *skipped = site_skipped(s);
    bool loud = much_is_passed_over(s);
    size_t named = 0;
    slice first = SLICE("");
    if (all.files)
        fprintf(stderr, "%zu Markdown files: %zu looked at, %zu passed over\n",
                all.files + site_pages(s)->count, site_pages(s)->count, all.files);
    for (size_t i = 0; i < skipped->count && all.files - all.pages <= PASSED_OVER_NAMED; i++) {
        const site_skip *one = vector_at(skipped, i);
        if (one->files && !one->pages)
            fprintf(stderr, "  %.*s: %s\n", SLICE_ARGS(site_show_path(one->path, a)), one->why);
    }
    if (!all.pages)
        return;
    complain("%s%zu folder%s or file%s with %zu page%s not looked at:", loud ? "WARNING: " : "", all.folders,
             all.folders == 1 ? "" : "s", all.folders == 1 ? "" : "s", all.pages, all.pages == 1 ? "" : "s");
    for (size_t i = 0; i < skipped->count && named < PASSED_OVER_NAMED; i++) {
        const site_skip *one = vector_at(skipped, i);
        if (!one->pages)
            continue;
        first = named++ ? first : one->path;
        fprintf(stderr, "  %.*s (%zu): %s\n", SLICE_ARGS(site_show_path(one->path, a)), one->pages, one->why);
    }
    if (all.folders > named)
        fprintf(stderr, "  and %zu more: %.*s names them\n", all.folders - named,
                SLICE_ARGS(next_command(arguments, "status", "--verbose", a)));
    fprintf(stderr, "  one that is named is converted all the same: isomerize convert %.*s/%.*s\n",
            SLICE_ARGS(site_show_path(site_root(s), a)), SLICE_ARGS(site_show_path(first, a)));
}

static void append_count(buffer *out, size_t count, const char *words) {
    if (count)
        buffer_printf(out, "%s%zu %s", out->length ? ", " : "", count, words);
}

static void print_what_happened(const show *s, const site_totals *t) {
    buffer out = buffer_new(s->memory, 256), grades = buffer_new(s->memory, 64);
    append_count(&grades, t->grades[GRADE_CLEAN], "clean");
    append_count(&grades, t->grades[GRADE_COSMETIC], "cosmetic");
    append_count(&grades, t->grades[GRADE_REVIEW], "to review");
    append_count(&grades, t->grades[GRADE_LOSS], "with loss");
    append_count(&out, t->outcomes[SITE_CONVERTED], s->dry_run ? "would be converted" : "converted");
    if (grades.length)
        buffer_printf(&out, " (%.*s)", SLICE_ARGS(buffer_slice(&grades)));
    append_count(&out, t->outcomes[SITE_REFUSED], "refused");
    append_count(&out, t->outcomes[SITE_ALREADY], "already in the new editor");
    append_count(&out, t->outcomes[SITE_UNCHANGED], "as the last run left them");
    append_count(&out, t->outcomes[SITE_OUTDATED], "would come out differently now, left alone");
    append_count(&out, t->outcomes[SITE_LEFT], "left as they are, by the decisions");
    append_count(&out, t->outcomes[SITE_KEPT], "edited since, left alone");
    append_count(&out, t->outcomes[SITE_NOT_A_PAGE], "without front matter, left alone");
    append_count(&out, t->outcomes[SITE_UNPUBLISHED], "not published, left alone");
    append_count(&out, t->outcomes[SITE_FAILED], "failed");
    tell_line(4, "%.*s in %.1f s", SLICE_ARGS(out.length ? buffer_slice(&out) : SLICE("no pages")),
              seconds_since(&s->start));
    if (s->again)
        tell_line(4, "%zu of them %s converted already%s", s->again, s->again == 1 ? "was" : "were",
                  option_given(s->arguments, OPTION_FORCE) || option_given(s->arguments, OPTION_UPDATE) ? ""
                  : s->dry_run ? ", without files that a run may fetch now"
                               : ", without files that are here now");
    const size_t *n = report_so_far(s->writer)->accepted;
    size_t taken = n[GRADE_CLEAN] + n[GRADE_COSMETIC] + n[GRADE_REVIEW] + n[GRADE_LOSS];
    if (taken)
        tell_line(
            4,
            "accepted by .isomerize/accepted.yml or the pages themselves: %zu finding%s, of which %zu of "
            "loss and %zu to review",
            taken, taken == 1 ? "" : "s", n[GRADE_LOSS], n[GRADE_REVIEW]);
    if (t->stopped)
        fputs("stopped before the last page: run it again to go on\n", stderr);
}

static void print_step(const show *s, const char *command, const char *options, const char *more,
                       const char *purpose) {
    tell_next(s->arguments, &(next_step){command, options, more, purpose}, s->memory);
}

static void print_next(const show *s, const site_totals *t) {
    report_worst_page worst;
    if (report_worst(s->writer, &worst) && s->format != REPORT_HTML &&
        !(s->report_wanted && s->format == REPORT_SUMMARY)) {
        slice line = worst.line ? format_slice(s->memory, ":%u", worst.line) : SLICE("");
        tell_line(4, "look first at %.*s%.*s (%s: %.*s)", SLICE_ARGS(site_show_path(worst.path, s->memory)),
                  SLICE_ARGS(line), grade_name(worst.grade), SLICE_ARGS(worst.what));
    }
    if (t->outcomes[SITE_OUTDATED]) {
        print_step(s, "diff", "--update", "", "to see what would differ");
        print_step(s, "convert", "--update", "", "to convert it again");
    }
    if (!t->outcomes[SITE_CONVERTED])
        return;
    if (!s->dry_run && !option_given(s->arguments, OPTION_OUT)) {
        bool one = s->total == 1;
        print_step(s, "status", one ? "" : "--verbose", "",
                   one ? "to see the state of the page" : "to see the state of every page");
        print_step(s, "revert", "", "", one ? "to take it back" : "to take it all back");
    } else if (s->dry_run && s->format == REPORT_HTML)
        print_step(s, "convert", "", "", "when the report is agreed");
    else if (s->dry_run)
        print_step(s, "diff", "--format=html", " >report.html", "to see the pages side by side");
}

static int exit_status(const show *s, const site_totals *t, bool done) {
    slice fail_on = slice_of(option_value(s->arguments, OPTION_FAIL_ON, "refused"));
    bool is_strict = option_given(s->arguments, OPTION_STRICT);
    grade limit = (grade)grade_by_name(fail_on);
    return !done || t->stopped || t->outcomes[SITE_FAILED] ? EXIT_ENVIRONMENT
           : t->outcomes[SITE_REFUSED]                     ? EXIT_UNCONVERTED
           : s->worst >= limit                             ? EXIT_FINDINGS
           : is_strict && much_is_passed_over(s->site)     ? EXIT_FINDINGS
                                                           : EXIT_DONE;
}

static void report_passed_over(show *s) {
    const vector *skipped = site_skipped(s->site);
    for (size_t i = 0; i < skipped->count; i++) {
        const site_skip *one = vector_at(skipped, i);
        report_skip skip = {.path = one->path,
                            .why = slice_of(one->why),
                            .is_page = one->is_page,
                            .files = one->files,
                            .pages = one->pages};
        if (one->files)
            report_add_skip(s->writer, &skip, s->page);
        arena_reset(s->page);
    }
}

static bool end_report(show *s) {
    bool written = report_end(s->writer) && fflush(stdout) == 0;
    if (!s->files.folder) {
        size_t most = s->format == REPORT_HTML ? max_size(s->arguments, false) : 0;
        if (!written)
            complain("standard output took no more: the report is not whole");
        else if (most && s->written > most)
            complain(
                "the report has %.1f MB, with no picture left that could be smaller: --out DIR writes it "
                "in parts of --max-size",
                (double)s->written / 1048576);
        return written;
    }
    bool closed = parts_end(&s->files);
    if (!closed)
        complain("%s: %s: the report is not whole", s->files.folder, strerror(s->files.error));
    else if (written && s->files.only && !option_given(s->arguments, OPTION_QUIET))
        fprintf(stderr, "the report: %s/%s\n", s->files.folder, REPORT_LIST);
    else if (written && !option_given(s->arguments, OPTION_QUIET))
        fprintf(stderr, "the report: %s/%s, which leads to %zu parts beside it\n", s->files.folder,
                REPORT_LIST, s->files.count);
    return written && closed;
}

/* Ends the report, prints the last lines and returns the exit status. `done`: as site_run returned. */
static int end(show *s, const site_totals *totals, bool done) {
    clear_progress(s);
    int status = exit_status(s, totals, done);
    if (done && !totals->stopped)
        report_passed_over(s);
    /* A JSON report that stops short has no last line: whoever reads it can tell. */
    bool ends = (done && !totals->stopped) || s->format != REPORT_JSON;
    if (ends ? !end_report(s) : fflush(stdout) != 0)
        status = EXIT_ENVIRONMENT;
    bool shows = !option_given(s->arguments, OPTION_QUIET) && (done || s->done);
    if (shows)
        print_what_happened(s, totals);
    if (shows || (done && much_is_passed_over(s->site)))
        tell_passed_over(s->site, s->arguments, s->memory);
    if (shows)
        print_next(s, totals);
    report_free(s->writer);
    arena_destroy(s->picture);
    arena_destroy(s->page);
    arena_destroy(s->memory);
    return status;
}

static void tell_unfollowed(const cli_arguments *arguments, const site *s) {
    vector all = site_unfollowed(s);
    for (size_t i = 0; i < all.count && !option_given(arguments, OPTION_QUIET); i++)
        complain("the site's settings: %.*s", SLICE_ARGS(*(slice *)vector_at(&all, i)));
}

int show_run(const cli_arguments *arguments, site *s, const convert_engine *e, site_plan *plan, bool dry_run,
             report_format format) {
    show shown;
    site_events events = {&shown, show_page, stop_is_asked};
    site_totals totals;
    slice error;
    watch_for_stop();
    begin(&shown, arguments, s, e, dry_run, false, format);
    tell_unfollowed(arguments, s);
    bool done = site_run(plan, &events, &totals, &error);
    if (!done)
        complain("%.*s", SLICE_ARGS(error));
    return end(&shown, &totals, done);
}

/* ---- what was done ----------------------------------------------------------------------------------- */

static void look_at_page(void *context, const site_result *result, arena *scratch) {
    show *s = context;
    (void)scratch;
    s->done++;
    add_to_report(s, result);
    show_progress(s);
}

int show_look(const cli_arguments *arguments, site *s, const convert_engine *e, report_format format,
              arena *a) {
    show shown;
    site_totals totals = {{0}, {0}, false};
    site_events events = {&shown, look_at_page, stop_is_asked};
    site_options options = options_of_run(e, arguments);
    options.keep_html = format == REPORT_HTML;
    options.describes = show_describes(format);
    watch_for_stop();
    begin(&shown, arguments, s, e, false, true, format);
    accepted_use(shown.view.people, arguments, &options);
    bool done = look_at_pages(arguments, s, e, &options, &events, &totals, a);
    clear_progress(&shown);
    report_passed_over(&shown);
    bool whole = end_report(&shown) && done && !totals.stopped;
    if (!done || totals.stopped)
        complain("the report is not whole");
    report_free(shown.writer);
    arena_destroy(shown.picture);
    arena_destroy(shown.page);
    arena_destroy(shown.memory);
    return whole ? EXIT_DONE : EXIT_ENVIRONMENT;
}
