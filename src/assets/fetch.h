/* What fetch.c (the run) and transfer.c (one file) share. */
#ifndef ISOMERIZE_ASSETS_FETCH_H
#define ISOMERIZE_ASSETS_FETCH_H

#include "private.h"

#include <curl/curl.h>

enum {
    SPILL = 256 * 1024, /* bytes of one file that are held before they go to its part */
    SLOW = 1024,        /* bytes a second: what stays below for so long as a stall is given up */
    HOPS_MAX = 5,       /* redirects */
    ERROR_PAGE_MAX = 1024 * 1024,
    TEXT_MAX = 256
};

typedef struct fetch {
    asset_book *book;
    const asset_rules *rules;
    asset_fetch_options options; /* defaults filled in */
    struct curl_slist *connect_to;
    const char **proxy;  /* the proxy's own addresses, ended by NULL */
    uint16_t proxy_port; /* 0: there is none */
    asset_progress progress;
    uint64_t jitter; /* state of a small generator */
} fetch;

/* What became of one attempt. */
typedef enum outcome {
    OUTCOME_HERE,     /* the file is at its path */
    OUTCOME_FAILED,   /* no use in trying again in this run */
    OUTCOME_LATER,    /* again after `wait_ms` */
    OUTCOME_REDIRECT, /* again at once, at `url` */
    OUTCOME_ENDED     /* the run was stopped */
} outcome;

/* One file on its way. */
typedef struct transfer {
    fetch *fetch;
    asset_entry *entry;
    struct host *host; /* that the entry's address is at */
    CURL *easy;
    struct curl_slist *headers;
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
    bool body_begun, body_ignored, body_refused, wrong_part, address_refused, packed;
    size_t ignored; /* bytes of an error page */
    long status;
    char etag[TEXT_MAX], modified[TEXT_MAX], type[TEXT_MAX], range[TEXT_MAX];
    char problem[TEXT_MAX], curl_error[CURL_ERROR_SIZE];
} transfer;

/* Sets on a new handle what all attempts have in common. */
void transfer_prepare(CURL *easy, const fetch *f);
/* Fills `easy` for the next attempt. False: out of memory. */
bool transfer_start(transfer *t, CURL *easy);
/* After curl is done with it. The entry's state is set for OUTCOME_HERE and OUTCOME_FAILED. */
outcome transfer_end(transfer *t, CURLcode code);
/* Frees what the transfer holds; bytes that can be of use go to its part. */
void transfer_drop(transfer *t);

#endif
