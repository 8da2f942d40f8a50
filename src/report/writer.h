/* What the formats share: a format is three functions over the writer; the writer holds totals and the sink.
 */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include "report.h"

/* A format. `begin` and `end` may be NULL. */
typedef struct report_form {
    bool (*begin)(report_writer *w);
    bool (*add)(report_writer *w, const report_page *page, arena *scratch);
    bool (*end)(report_writer *w);
    bool (*skip)(report_writer *w, const report_skip *skip, arena *scratch); /* may be NULL */
    void (*free)(report_writer *w); /* what is not in the writer's memory; may be NULL */
} report_form;

extern const report_form FORM_UNIFIED, FORM_SUMMARY, FORM_JSON, FORM_HTML, FORM_SARIF, FORM_CSV;

/* A page to look at first. */
typedef struct report_first {
    grade grade;
    size_t weight; /* findings at that grade */
    slice path, detail;
    uint32_t line;
    finding_code code;
} report_first;

/* One of many sites: kept to the end. */
typedef struct site_line {
    slice name;
    size_t pages, grades[GRADE_REFUSED + 1], failed, accepted, files; /* files: of other hosts */
    size_t to_decide;  /* different findings (code and detail) that a person has to look at: the effort */
    size_t others;     /* pages that are neither graded nor failed: all together are `pages` */
    finding_code most; /* the finding on most of its pages that asks for a person; FINDING_COUNT: none */
    size_t most_pages;
} site_line;

#define REPORT_FIRST_MAX 10

/* groups.c */
typedef struct group_counts group_counts;
group_counts *groups_new(arena *memory);
void groups_count(group_counts *g, const findings *found, size_t page, arena *scratch); /* `page`: from 1 */
const vector *groups_sorted(group_counts *g); /* of report_group * */

struct report_writer {
    report_options options;
    report_sink sink;
    const report_form *form;
    size_t written; /* bytes */
    bool broken;    /* the sink refused: nothing is written any more */
    report_totals totals;
    report_first first[REPORT_FIRST_MAX]; /* worst first */
    size_t first_count, sites;
    group_counts *groups;
    slice last_site;
    hash_map files;   /* of other hosts, that pages of the last site name */
    hash_map decided; /* of many sites: codes and details of its findings that ask for a person */
    arena *site_memory;
    vector site_lines;                     /* of site_line */
    uint32_t site_findings[FINDING_COUNT]; /* pages of the last one */
    arena *memory;                         /* for the report's length */
    void *form_data;                       /* a format's own, from `memory` */
};

bool write_out(report_writer *w, slice bytes);

/* "1,234" of `count`, in the arena. */
slice format_count(size_t count, arena *scratch);

/* `path` as a relative URI reference (RFC 3986): every byte but unreserved ones and '/' percent-encoded. */
void append_uri(slice path, buffer *out);

/* The lines of the file that the conversion removes and adds. */
typedef struct line_counts {
    size_t removed, added;
} line_counts;
line_counts count_changed_lines(const report_page *page, arena *scratch);

/* thumbnail.c: the picture smaller, as a JPEG; empty: it cannot be read. In `scratch`. */
slice make_thumbnail(slice bytes, arena *scratch);

/* json.c: the sites, as `sites` of the summary. */
void add_sites(json_writer *j, const report_writer *w);

/* json.c: the most frequent groups, as `groups` of the summary. */
void add_groups(json_writer *j, report_writer *w);

/* A field of the JSON schema (json.c) that the HTML report shares. */
void add_json_path(const report_page *page, json_writer *json);

#endif
