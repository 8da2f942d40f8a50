/* report/: what a run did, or a dry run would do: for people, for programs, for pull requests.
 *
 * In: one report_page a page, in the order they are to appear. Out: bytes, through the caller's sink, as each
 * page comes: memory does not grow with the size or the number of the pages. Never touches disk or network,
 * never decides what becomes of a page.
 */
#ifndef ISOMERIZE_REPORT_H
#define ISOMERIZE_REPORT_H

#include "base/base.h"

/* ---- what is reported -------------------------------------------------------------------------------- */

/* What became of a page, or would. */
typedef enum report_state {
    REPORT_CHANGED,     /* converted: `after` holds the new page */
    REPORT_ALREADY,     /* already in the new editor's form: left alone */
    REPORT_KEPT,        /* edited by a person since it was converted: left alone */
    REPORT_REFUSED,     /* left exactly as it was: the findings say why */
    REPORT_FAILED,      /* could not be read or written: `message` says why */
    REPORT_UNPUBLISHED, /* the site's build leaves it out: `message` says why */
    REPORT_LEGACY,      /* not converted yet, in a report of what was done: `after` is what it would become */
    REPORT_LEFT,        /* people decided so: left as it is; `after`, if there, is what it would become */
    REPORT_STATE_COUNT
} report_state;

const char *
report_state_name(report_state state); /* as the table in writer.c has them: "changed", "already", … */

typedef enum report_asset_state {
    REPORT_ASSET_TO_FETCH, /* a real run would fetch it */
    REPORT_ASSET_FETCHED,  /* fetched in this run */
    REPORT_ASSET_PRESENT,  /* was in the site already */
    REPORT_ASSET_FAILED,   /* could not be fetched: the address was kept */
    REPORT_ASSET_STATE_COUNT
} report_asset_state;

const char *
report_asset_state_name(report_asset_state state); /* "to-fetch", "fetched", "present", "failed" */

typedef struct report_asset {
    slice url;  /* as the old page has it */
    slice path; /* in the site, as the new page has it */
    report_asset_state state;
} report_asset;

/* One page. Everything is borrowed for the length of report_add only. Texts are UTF-8 but for `path`,
 * `before` and `after`, which are bytes. What a format does not use may be left empty: only REPORT_HTML reads
 * the renderings. */
typedef struct report_page {
    slice site;          /* empty in a run over one site */
    slice path;          /* relative to the site, with '/' */
    slice before, after; /* the page file; `after` is empty unless it is or would be converted */
    grade grade;         /* of the page: its worst finding's */
    report_state state;
    size_t lines_removed, lines_added; /* of the page file, where `before` and `after` are not at hand */
    slice message;      /* REPORT_KEPT, REPORT_FAILED, REPORT_UNPUBLISHED, REPORT_LEFT: why, in a sentence */
    bool is_told_again; /* it was added as changed, with the same grade, and then failed */
    bool is_converted_again; /* from its bytes before an earlier run: lines are not those of `before` */
    const findings *findings;
    const findings *recorded; /* of one that this run did not look at: those that graded it then; counted in
                                 no total; NULL: not known */
    const report_asset *assets;
    size_t asset_count;
    slice before_html;            /* the body as visitors see it today */
    const line_map *before_lines; /* offsets of before_html → lines of `before`; may be NULL */
    slice after_html;             /* the new page's body */
    slice title;                  /* of its front matter; empty: none */
    slice address;                /* where the live site shows it; empty: not known */
    slice content;                /* what a decision about it holds on to */
    slice decisions;              /* about it: a JSON array; empty: none */
    slice decided;                /* the same in words */
} report_page;

/* The same finding many times: of one code, with the same detail. */
typedef struct report_group {
    finding_code code;
    slice detail;
    size_t times, pages, accepted; /* accepted: of the times */
    size_t last_page;              /* the writer's own */
} report_group;

/* "paragraphs indented by 40px": what it is, in words that follow a number. In `scratch`. */
slice report_describe_group(const report_group *group, arena *scratch);

/* ---- writing a report -------------------------------------------------------------------------------- */

typedef enum report_format {
    REPORT_UNIFIED, /* a patch that `git apply` takes */
    REPORT_SUMMARY, /* a page of text for a person at a terminal */
    REPORT_JSON,    /* JSON Lines; the schema is in isomerize(1) */
    REPORT_HTML,    /* one self-contained file for the people who own the pages */
    REPORT_SARIF,   /* SARIF 2.1.0, for code review tools */
    REPORT_CSV,     /* a line a page, for spreadsheets; decisions go in and come back */
    REPORT_FORMAT_COUNT
} report_format;

/* The format of that name (unified, summary, json, html, sarif, csv), or REPORT_FORMAT_COUNT. */
report_format report_format_by_name(slice name);
const char *report_format_name(report_format format);

/* Takes bytes; false when it cannot (disk full, a closed pipe): the writer then writes no more. */
typedef struct report_sink {
    bool (*write)(void *context, const char *bytes, size_t length);
    void *context;
} report_sink;

/* Gives a picture of the site, to be put into an HTML report: `path` is the address in the page without its
 * query, decoded, starting with '/'. The bytes need to stay until the next call. False: there is none, or it
 * is too big. */
typedef struct report_pictures {
    bool (*read)(void *context, slice path, slice *bytes);
    void *context;
} report_pictures;

/* Files beside each other in one folder, for a report in parts. `open` begins one and gives its sink; it is
 * complete when the next one of its kind begins (a part, or the list of all), or at the report's end. `only`:
 * the part of that name is the whole report, and takes the name of the list of all. False: that could not be
 * done. */
typedef struct report_files {
    bool (*open)(void *context, const char *name, bool is_part, report_sink *sink);
    bool (*only)(void *context, const char *part, const char *list);
    void *context;
} report_files;

#define REPORT_LIST "report.html" /* of a report in parts: the list of all pages */

/* What visitors see pages with, for renderings that look so. */
typedef struct report_look {
    const vector *sheets; /* of slice: style sheets as CSS, in order, the theme's first; NULL: none */
    slice around;         /* what the theme puts around the content, as a selector of child combinators */
    slice accent;         /* the colour of headings, as CSS; empty: not known */
    double column, phone_column; /* width of the column of text in pixels, in windows so wide: */
    unsigned window, phone_window;
} report_look;

typedef struct report_options {
    report_format format;
    bool dry_run;    /* nothing was written: the wording follows */
    bool color;      /* unified, summary: terminal colours, and control characters of pages made visible */
    size_t width;    /* summary: columns to fill; 0: 80 */
    slice site;      /* what to call it: a host or folder name */
    slice place;     /* html: the site's folder, as it is typed; empty: not known */
    slice version;   /* of the program */
    slice prefix;    /* sarif: the site's folder in its repository, empty or with '/' at its end */
    grade min_grade; /* sarif: only findings of that grade or worse */
    report_pictures pictures; /* html; `read` may be NULL */
    report_look look;         /* html; may be empty */
    bool merges;              /* many sites: html lists only the gravest pages */
    bool looks_back;          /* html: at what was done, so that the wording follows */
    bool live;          /* html: a page's content is asked for when it is opened (report_page_content) */
    size_t max_size;    /* html: bytes that the report is not to exceed, as far as that can be; 0: no limit */
    size_t page_count;  /* of the report, for max_size; 0: not known */
    report_files files; /* html: in parts of max_size each, cut where folders end; `open` NULL: in one, to the
                           sink, which is not used otherwise */
    bool is_part;       /* html: one of those */
} report_options;

/* Running totals, in every format; for the last lines of a run. */
typedef struct report_totals {
    size_t pages;
    size_t states[REPORT_STATE_COUNT];
    size_t grades[GRADE_REFUSED + 1];        /* of changed, legacy and refused pages, and of: */
    size_t graded_left;                      /* of those left as they are: what they would become is known */
    size_t accepted[GRADE_REFUSED + 1];      /* findings that a person has accepted, by their code's grade */
    size_t findings[FINDING_COUNT];          /* times */
    size_t findings_accepted[FINDING_COUNT]; /* ... of which a person has accepted so many */
    size_t finding_pages[FINDING_COUNT];
    size_t assets[REPORT_ASSET_STATE_COUNT]; /* a file once a site */
    size_t skipped_files;                    /* Markdown files that were passed over */
    size_t skipped_pages;                    /* ... with front matter, that would be published otherwise */
} report_totals;

typedef struct report_writer report_writer;

/* Begins a report. The options are copied, their slices borrowed until report_free. */
report_writer *report_begin(const report_options *options, report_sink sink);

/* Adds the next page; temporary memory comes from `scratch`, normally the page's own arena. False when the
 * sink took no more. */
bool report_add(report_writer *writer, const report_page *page, arena *scratch);

/* A file or folder of the site that was passed over. */
typedef struct report_skip {
    slice site; /* empty in a run over one site */
    slice path; /* relative to the site; a folder ends in '/' */
    slice why;
    bool is_page; /* it would be published, or its files would, were it not for that */
    size_t files; /* Markdown files: itself, or those in the folder */
    size_t pages; /* ... of which so many have front matter, where `is_page` */
} report_skip;

/* Adds what was passed over, behind the pages. False when the sink took no more. */
bool report_add_skip(report_writer *writer, const report_skip *skip, arena *scratch);

const report_totals *report_so_far(const report_writer *writer);

/* The groups (of report_group *) that ask for a person, most frequent first; of so many pages as came so far.
 * They live as long as the writer. */
const vector *report_groups(report_writer *writer);

/* The page to look at first and its gravest finding. False when there is nothing to look at. */
typedef struct report_worst_page {
    slice path; /* as long as the writer */
    grade grade;
    uint32_t line; /* 0: not known */
    slice what;    /* a few words; as long as the writer */
} report_worst_page;
bool report_worst(const report_writer *writer, report_worst_page *worst);

/* Writes the rest. False when the sink took no more at any time. The writer can still be asked for its
 * totals. */
bool report_end(report_writer *writer);
void report_free(report_writer *writer);

/* What a report that is live asks for when the page is opened: JSON, with its pictures. Appends to `out`. */
void report_page_content(const report_page *page, const report_pictures *pictures, buffer *out,
                         arena *scratch);

/* The page's line in the list of such a report: JSON. */
void report_page_entry(const report_page *page, buffer *out, arena *scratch);

/* ---- reading reports back ---------------------------------------------------------------------------- */

/* Adds a page for each page line of a JSON report (`json`: the whole file). `site` names the pages' site
 * where the report does not. False with `*error` a sentence (line number first) when it is not one of ours,
 * is cut off, or is of a newer version: what came before that has been added. `scratch` is reset between
 * pages; `json` and `site` must not live in it; `*error` lives as long as the writer. */
bool report_merge(report_writer *writer, slice json, slice site, arena *scratch, slice *error);

/* Does this JSON report say that it is of a dry run? Of its first line. */
bool report_is_dry_run(slice json);

/* Adds the findings that the journal has recorded (a JSON array). False: it is none. */
bool report_read_findings(slice json, findings *found);

/* ---- comparing --------------------------------------------------------------------------------------- */

/* Appends the unified diff of two files, with git's header and three lines of context; nothing when they are
 * equal. */
void report_unified_diff(slice path, slice before, slice after, bool color, buffer *out, arena *scratch);

#endif
