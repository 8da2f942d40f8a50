/* serve/: a page for one person in a browser on this machine, by HTTP on 127.0.0.1.
 *
 * Comes in: requests, from any program of this machine and any web site that the browser shows. Goes out:
 * answers to those that this program's own page makes: they know a token that is drawn for each run, name
 * this host and port (DNS rebinding), come from no other origin, and, where they change something, hold a
 * header that no other origin can send (CSRF). Everything else is refused before it reaches the handler. One
 * thread, no files.
 */
#ifndef ISOMERIZE_SERVE_H
#define ISOMERIZE_SERVE_H

#include "base/base.h"

#define SERVE_BODY_MAX ((size_t)64 << 10) /* bytes */

typedef struct serve_request {
    bool changes; /* a POST */
    slice name;   /* behind the token: "", "page" */
    slice path;   /* the value of `path` in the query, decoded; empty: none */
    slice body;   /* of a POST: JSON, as it came */
} serve_request;

typedef struct serve_answer {
    unsigned status;  /* 200, 404, … */
    const char *type; /* media type */
    slice body;       /* in the request's arena */
} serve_answer;

/* Answers a request; `a` is emptied after it. */
typedef void serve_handler(void *context, const serve_request *request, serve_answer *answer, arena *a);

/* A socket that listens on 127.0.0.1, port `*port` (0: any that is free, which is then there). -1: errno says
 * why. */
int serve_listen(uint16_t *port);

/* Draws a token: 32 hexadecimal digits, in `a`. False: there is none to be had. */
bool serve_token(arena *a, slice *token);

/* Serves http://127.0.0.1:PORT/TOKEN/ on that socket until `stop` says so (asked several times a second).
 * False: it could not begin. */
bool serve_run(int listening, uint16_t port, slice token, serve_handler *handler, void *context,
               bool (*stop)(void *context));

#endif
