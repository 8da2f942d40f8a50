/* accept/: findings that a team has looked at once and accepted: `.isomerize/accepted.yml`, kept in git.
 *
 *     accept:
 *       - code: box-style
 *         detail: "<p> with `margin-left: *`"
 *         path: about/team.md
 *         why: indented paragraphs are gone on purpose
 *
 * Comes in: the file's bytes, a page's findings. Goes out: the findings, those marked that an entry matches:
 * they stay listed, and do not grade the page. Pure: no file, no clock. The file comes with a checkout and
 * may mean harm: it can hide no finding, and what it accepts is counted in every summary.
 */
#ifndef ISOMERIZE_ACCEPT_H
#define ISOMERIZE_ACCEPT_H

#include "base/base.h"

#define ACCEPT_FILE ".isomerize/accepted.yml"
#define ACCEPT_FILE_MAX ((size_t)4 << 20) /* bytes */
#define ACCEPT_ENTRIES_MAX 50000
#define ACCEPT_PATTERN_MAX 1024 /* bytes of a detail or a path */

typedef struct accept_entry {
    finding_code code;
    slice detail;  /* `*`: any text, `\*` a star, `\\` a backslash; empty: any detail */
    vector paths;  /* of slice: `*` any text without `/`, `**` any text, the same quoting; none: every page */
    slice why;     /* never empty */
    uint32_t line; /* of the file at which it begins; 0: made here */
} accept_entry;

typedef struct accept_list {
    vector entries; /* of accept_entry, in the order of the file */
    hash_map exact; /* code and detail, of entries whose detail has no star, to vector of entry numbers */
    vector patterns[FINDING_COUNT]; /* of entry numbers: those with a `*` or without a detail */
} accept_list;

accept_list accept_list_new(arena *a);
/* Adds an entry, whose slices are borrowed. */
void accept_list_add(accept_list *list, const accept_entry *entry);

/* Reads the file (`name` in messages). `list` lives in `a`, points into nothing else. False: `error` (in `a`)
 * says what is wrong, `NAME:LINE:COLUMN: …`. */
bool accept_read(slice yaml, slice name, arena *a, accept_list *list, slice *error);

/* Does the entry match this finding of this page? `steps`: how many comparisons of bytes it may still take,
 * is counted down; an entry that would need more does not match. */
bool accept_matches(const accept_entry *entry, slice path, finding_code code, slice detail, size_t *steps);

/* Marks those findings of the page that an entry matches; `used`, an array of a bool for each entry, may be
 * NULL. A finding that refuses the page is never accepted. Findings that were only counted are accepted
 * where an entry takes any detail. Bounded time a page. On any thread. */
void accept_mark(const accept_list *list, slice path, findings *found, bool *used);

/* The same of what the page's own front matter accepts, in lines of its own: `# isomerize: accept CODE: why`.
 * The CMS keeps no comments: the new page is written as it would be without. */
void accept_mark_own(slice front, findings *found);

/* The pattern that matches this text and nothing else. In `a`. */
slice accept_quote(slice text, arena *a);

/* Can the entry be written so that it is read again as it is? (Texts that are too long, or no UTF-8, can't.)
 */
bool accept_can_write(const accept_entry *entry, arena *scratch);

/* Appends the entry as lines of the file, behind `accept:`. */
void accept_write_entry(const accept_entry *entry, buffer *out);

/* The file with these entries added behind its own, or with those taken out for which `keep` is false (NULL:
 * all stay): the rest of it stays as it is written where that can be, comments too. False: `error`. */
bool accept_edit(slice yaml, slice name, const accept_list *added, const bool *keep, arena *a, buffer *out,
                 slice *error);

#endif
