/* What fetch.c (the run) and transfer.c (one file) share. */
#ifndef ISOMERIZE_ASSETS_FETCH_H
#define ISOMERIZE_ASSETS_FETCH_H

#include "downloader.h"
#include "private.h"

enum {
    SPILL = 256 * 1024, /* bytes of one file that are held before they go to its part */
    HOPS_MAX = 5,       /* redirects */
    TEXT_MAX = WIRE_TEXT + 1
};

typedef struct fetch {
    asset_book *book;
    const asset_rules *rules;
    asset_fetch_options options; /* defaults filled in */
    downloader *downloader;
    asset_progress progress;
    uint64_t jitter; /* state of a small generator */
} fetch;

/* What became of one attempt. */
typedef enum outcome {
    OUTCOME_HERE,    /* the file is at its path */
    OUTCOME_FAILED,  /* no use in trying again in this run */
    OUTCOME_LATER,   /* again after `wait_ms` */
    OUTCOME_REDIRECT /* again at once, at `url` */
} outcome;

/* One file on its way. */
typedef struct transfer {
    fetch *fetch;
    asset_entry *entry;
    struct host *host;     /* that the entry's address is at */
    bool going, cancelled; /* asked for, and not ended; no more of it is wanted */
    uint16_t slot;         /* while it is going */
    unsigned attempts, hops;
    uint64_t ready_ms;  /* not before this time */
    uint64_t wait_ms;   /* OUTCOME_LATER */
    bool asked_to_wait; /* the server named the time: it holds for the host */
    char *url;          /* where it is asked for now */

    /* of this attempt */
    char *bytes; /* what came in and is not in the part */
    size_t length, capacity;
    int part;         /* open, or -1 */
    uint64_t in_part; /* bytes in the part that count */
    bool body_begun, body_refused, wrong_part, packed;
    long status;
    char etag[TEXT_MAX], modified[TEXT_MAX], type[TEXT_MAX], range[TEXT_MAX];
    char problem[TEXT_MAX];
} transfer;

/* Asks for the next attempt. False: the address cannot be asked for, or memory is out. */
bool transfer_start(transfer *t);
/* A head, or bytes. False: no more of it is wanted. */
bool transfer_take(transfer *t, const wire_message *m);
/* After its end. The entry's state is set for OUTCOME_HERE and OUTCOME_FAILED. */
outcome transfer_end(transfer *t, const wire_message *end);
/* Frees what the transfer holds; bytes that can be of use go to its part. */
void transfer_drop(transfer *t);
/* It cannot be asked for: for this reason it has failed. */
void transfer_fail(transfer *t, const char *why);

#endif
