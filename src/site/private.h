/* site/, inside: what its files share. */
#ifndef ISOMERIZE_SITE_PRIVATE_H
#define ISOMERIZE_SITE_PRIVATE_H

#include "site.h"

#include <sys/stat.h>

struct site {
    arena *arena;
    const char *root; /* absolute */
    int folder;       /* the root, open */
    vector pages;     /* of slice */
    vector linking;   /* of slice: files that are no pages of Markdown but put links on pages; not sorted */
    vector skipped;   /* of site_skip */
    front_value config, settings;
};

/* ---- site.c
 * ------------------------------------------------------------------------------------------------ */

/* Is this folder the root or, where the root is marked as a site's, below it? */
bool belongs_to_site(const site *s, const char *path);

/* ---- hash.c
 * ------------------------------------------------------------------------------------------------ */

#define HASH_SIZE 32
typedef struct hash {
    uint8_t bytes[HASH_SIZE];
} hash;

hash hash_bytes(slice bytes); /* BLAKE2b-256 (RFC 7693) */
bool hash_equal(const hash *one, const hash *other);

/* ---- files.c
 * ------------------------------------------------------------------------------------------------ */

#define STATE_FOLDER ".isomerize"
#define TEMPORARY_FOLDER STATE_FOLDER "/tmp"

/* "what: the system's words", in `a`. */
slice describe_error(arena *a, const char *what, int error);

/* A file below `folder`, not through a symbolic link. False: `error` in `a`. `info` may be NULL. */
bool read_whole(int folder, const char *path, arena *a, slice *bytes, struct stat *info, slice *error);

/* A new file below `folder` with these bytes and, where `like` is given, its mode and owner; nothing is left
 * behind when it fails. Not yet on the disk: sync_files. */
bool write_new(int folder, const char *path, slice bytes, const struct stat *like, arena *a, slice *error);
bool sync_files(int folder, const char *const *paths, size_t count);

/* Is the file still the one that was read? */
bool is_unchanged(int folder, const char *path, const struct stat *then);

/* Makes `path` the file `temporary`, at once. */
bool move_into_place(int folder, const char *temporary, const char *path, arena *a, slice *error);

/* May the folder that holds `path` be written to? errno says why not. */
bool can_replace(int folder, slice path, arena *a);

/* Adds the paths of what lies in the folder `path` (of slice). Nothing where it cannot be read. */
void list_folder(int folder, const char *path, vector *names);

/* The folders above `path`, made where they are missing. */
bool make_folders(int folder, const char *path);

/* ---- config.c, discover.c
 * ----------------------------------------------------------------------------------- */

/* Fills config and settings. */
bool read_configuration(site *s, slice *error);

/* Fills pages, linking and skipped with what lies in these paths from the root (files, folders; empty: the
 * root). */
bool find_pages(site *s, const vector *inside, slice *error);

/* ---- git.c
 * -------------------------------------------------------------------------------------------------- */

/* Runs git in the site's root; its output with `arguments` (ended by NULL) in `a`. False: not a checkout, no
 * git, or it refused; `error`, where not NULL, holds its words. */
bool run_git(const site *s, const char *const *arguments, arena *a, slice *output, slice *error);

/* ---- journal.c
 * ---------------------------------------------------------------------------------------------- */

typedef struct journal journal;

typedef struct journal_row {
    slice path;
    hash source;     /* the bytes before */
    hash result;     /* the bytes written; equal to source where nothing was */
    hash rules;      /* of rules, options and program */
    uint8_t outcome; /* site_outcome */
    uint8_t grade;
    int64_t time;
    slice findings; /* JSON */
} journal_row;

typedef enum journal_mode {
    JOURNAL_READ, /* NULL without an error where there is none */
    JOURNAL_WRITE /* made where there is none; locked until it is closed */
} journal_mode;

/* NULL with `error` (in `a`): damaged, foreign, newer, or held by another run. */
journal *journal_open(const site *s, journal_mode mode, arena *a, slice *error);
void journal_close(journal *j);

/* All rows, without their findings, in memory until the journal is closed. */
bool journal_load(journal *j, slice *error);
const journal_row *journal_find(const journal *j, slice path);
size_t journal_count(const journal *j);
const journal_row *journal_at(const journal *j, size_t index);

/* The recorded findings (empty where there are none), and the bytes from before. In `a`. */
slice journal_findings(journal *j, slice path, arena *a);
bool journal_original(journal *j, slice path, arena *a, slice *bytes);

/* Changes are made between these two; nothing is durable before journal_commit returns true. */
bool journal_begin(journal *j, slice *error);
bool journal_commit(journal *j, slice *error);
void journal_rollback(journal *j);
/* `original` with data NULL: the recorded one stays. */
bool journal_put(journal *j, const journal_row *row, slice original, const char *program, slice *error);
bool journal_forget(journal *j, slice path, slice *error);

/* ---- run.c
 * -------------------------------------------------------------------------------------------------- */

/* Of all that decides a page's result besides its bytes. */
hash hash_rules(const site_options *options, arena *a);

#endif
