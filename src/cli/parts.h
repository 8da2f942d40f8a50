/* A report in files of a folder: the list of all pages, and parts. */
#ifndef ISOMERIZE_CLI_PARTS_H
#define ISOMERIZE_CLI_PARTS_H

#include "report/report.h"

#include <stdio.h>

typedef struct parts {
    const char *folder;
    FILE *list, *part; /* NULL: none is open */
    size_t count;      /* of parts */
    bool only;         /* the one part is the report */
    int error;         /* errno of the first thing that could not be done; 0: all was done */
} parts;

/* Where a report in parts writes to: files of `folder`, over those of their names. `p` must outlive the
 * report. */
report_files parts_begin(parts *p, const char *folder);

/* Closes what is open. False: the report is not whole, `error` says why. */
bool parts_end(parts *p);

#endif
