/* decide/: what people have decided about pages: each page *accepted*, *to mend by hand* or *left as it is*,
 * by a named person, with a comment.
 *
 * Comes in: files of decisions (`decisions.json`, or CSV as a spreadsheet writes it), from any machine. Goes
 * out: all of them together, and what they say of a page: a decision holds for the bytes that it was made
 * for, and people may disagree. Pure: no file, no clock.
 */
#ifndef ISOMERIZE_DECIDE_H
#define ISOMERIZE_DECIDE_H

#include "base/base.h"

#define DECIDE_FILE ".isomerize/decisions.json"
#define DECIDE_FILE_MAX ((size_t)32 << 20) /* bytes */
#define DECIDE_MAX 500000                  /* decisions */
#define DECIDE_TEXT_MAX 4096               /* bytes of a path, a name, a comment */

typedef enum decide_kind {
    DECIDE_NONE,     /* not decided, or taken back */
    DECIDE_ACCEPTED, /* the new page is right */
    DECIDE_MEND,     /* to be mended by hand */
    DECIDE_LEAVE,    /* the page is to stay as it is */
    DECIDE_KIND_COUNT
} decide_kind;

const char *
decide_kind_name(decide_kind kind); /* "none", "accepted", "mend", "leave": as the files have it */

typedef struct decision {
    slice path; /* from the site's root */
    decide_kind kind;
    slice name; /* whose */
    slice comment;
    slice time;    /* UTC, as `2024-05-31T09:30:00Z` */
    slice content; /* of the old and the new page, as site_content_key: what was looked at */
    bool settles;  /* made in sight of the others, which it overrules */
} decision;

typedef struct decisions {
    vector all;       /* of decision, in the order they came; of a person's two about a page the later one */
    hash_map by_page; /* path → vector of numbers */
    hash_map by_key;  /* path and name → number + 1 */
    slice latest;     /* times after it are none, which comes before all times; empty: all are believed */
    arena *arena;
} decisions;

/* `latest` (borrowed): now, and what clocks may differ by: whoever dates a decision in the future would have
 * the last word for as long. */
decisions decide_new(slice latest, arena *a);

/* Adds a decision, copied; the later one of a person about a page stays. False: there are too many. */
bool decide_add(decisions *d, const decision *one);

/* Adds a decision that is made in this moment (`one->time`), in sight of those that are there: it comes
 * behind them, whatever their clocks said. False: there are too many. */
bool decide_now(decisions *d, const decision *one);

/* Adds those of a file, JSON or CSV (`name` in messages). False: `error` (in the decisions' arena) says what
 * is wrong and where; what came before it was added. */
bool decide_read(decisions *d, slice text, slice name, slice *error);

/* What they say of a page. */
typedef enum decide_state {
    DECIDE_UNDECIDED, /* nobody, or all took theirs back */
    DECIDE_DECIDED,   /* `one` holds it */
    DECIDE_CHANGED,   /* the page, or what it becomes, has changed since: `one` is the latest of before */
    DECIDE_DISPUTED   /* people disagree: `one` and `other` */
} decide_state;

typedef struct decide_view {
    decide_state state;
    const decision *one, *other;
    bool old_changed; /* DECIDE_CHANGED: the old page; else what it becomes */
    bool edited;      /* ... since a person edited the new page: for whoever knows that to set */
} decide_view;

/* `content`: the page as it is; its first half and the dot: the old page, whatever it becomes; empty:
 * whatever it is. */
decide_view decide_about(const decisions *d, slice path, slice content);

/* A few words: "accepted by Ann", "to mend by hand (Ben: the table)", "Ann and Ben disagree: accepted, left".
 * In `a`. */
slice decide_describe(const decide_view *view, arena *a);

/* All of them, as JSON; one a line, sorted by path and name, so that git can merge it. */
void decide_write(const decisions *d, slice site, buffer *out);

/* The page's decisions as JSON: an array. */
void decide_write_page(const decisions *d, slice path, json_writer *json);

/* A field of CSV (RFC 4180), with a comma before it unless it is the first; what a spreadsheet would take for
 * a formula has an apostrophe before it. */
void decide_append_field(slice text, bool first, buffer *out);

#endif
