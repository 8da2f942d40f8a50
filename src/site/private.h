/* site/, inside: what its files share. */
#ifndef ISOMERIZE_SITE_PRIVATE_H
#define ISOMERIZE_SITE_PRIVATE_H

#include "site.h"

#include "pictures/pictures.h"

#include <sys/stat.h>
#include <sys/types.h>

struct site {
    arena *arena;
    const char *root; /* absolute */
    int folder;       /* the root, open */
    vector pages;     /* of slice */
    vector linking;   /* of slice: files that are no pages of Markdown but put links on pages; not sorted */
    vector skipped;   /* of site_skip */
    vector taken;     /* of slice: those of `pages` that a person named although Jekyll passes them over */
    front_value config, settings;
    vector config_files;                   /* of site_file: what `config` was read from */
    vector named;                          /* of slice: what a person named, from the root */
    hash_map names;                        /* ... the same, to be looked up */
    bool gone_too;                         /* ... they may be there no more */
    site *whole;                           /* of the whole checkout; NULL: not opened */
    const char *state_base, *state_folder; /* site_keep_state */
    slice state_id, state_root;            /* site_state_place: whose that state is */
    enum owner { OWNER_THIS, OWNER_MOVED, OWNER_OTHER } state_owner; /* this checkout, moved here, another */
    vector answers;                                                  /* of git: site_ask_git */
    bool confines;                                                   /* site_confine */
    struct listing *listing;                                         /* while the site is loaded */
};

/* Does the path lie in what a person named? */
bool is_named(const site *s, slice path);

typedef struct journal journal;

/* ---- git.c ------------------------------------------------------------------------------------------- */

typedef struct git_answer {
    const char *revision;
    slice paths, error;
    bool known;
    bool unused;          /* there is a repository, which is not used */
    pid_t child;          /* that waits to be asked; 0: it is no more, the rest is known */
    int ask, asked, from; /* a pipe to it, both ends, and one from it */
} git_answer;

/* Of processes that wait, none is asked any more. */
void git_close(site *s);

/* How many pages of the site have changes that are in no commit and not the journal's; 0 outside a git
 * checkout. `*unused_why`: there is one whose data is not used, and why; else empty. */
size_t count_uncommitted(site *s, const journal *j, slice *unused_why);

/* ---- hash.c ------------------------------------------------------------------------------------------ */

#define HASH_SIZE 32
typedef struct hash {
    uint8_t bytes[HASH_SIZE];
} hash;

hash hash_bytes(slice bytes); /* BLAKE2b-256 (RFC 7693) */
bool hash_equal(const hash *one, const hash *other);
const hash *hash_copy(const hash *one, arena *a);

/* As site_content_key; `after` NULL: its first half and the dot. */
slice content_key(const hash *before, const hash *after, arena *a);

/* ---- files.c ----------------------------------------------------------------------------------------- */

#define STATE_FOLDER ".isomerize"
#define TEMPORARY_FOLDER STATE_FOLDER "/tmp"
#define TEMPORARY_REVERT "revert-"   /* names there: a number, behind that where pages are put back */
#define TEMPORARY_REWRITE "rewrite-" /* ... and where a page is only written anew */

/* "what: the system's words", in `a`. */
slice describe_error(arena *a, const char *what, int error);

/* Opens what is below `folder`: no part of the path may be a symbolic link or lead out of it (openat2). -1
 * with errno: ELOOP or EXDEV for those. `flags` as open's; files that others may have put there are to be
 * opened with O_NONBLOCK and looked at by fstat. */
int open_below(int folder, const char *path, int flags, mode_t mode);

/* So many bytes as there are from `at` on, `most` at most; -1: errno says why. */
ssize_t read_part(int file, void *bytes, size_t most, off_t at);
/* False: errno says why. */
bool write_fully(int file, slice bytes);
bool remove_file(int folder, const char *path); /* true also where there is none */
bool rename_file(int folder, const char *from, const char *to);

/* A file that is to be read, and what it was when it was opened. */
typedef struct open_file {
    int file; /* -1: it cannot be */
    int error;
    struct stat info;
} open_file;

open_file open_whole(int folder, const char *path);

/* No file is read that is larger. */
#define FILE_MAX ((off_t)256 * 1024 * 1024)
void close_file(open_file *f); /* which may be closed */
/* As read_whole; closes it. */
bool read_open(open_file *f, arena *a, slice *bytes, slice *error);

/* A regular file below `folder`, at most 256 MiB. False: `error` in `a`. `info` may be NULL. */
bool read_whole(int folder, const char *path, arena *a, slice *bytes, struct stat *info, slice *error);
/* Opens the file or folder at a path from `folder`, no part of which is a link or leads up (pictures.c). -1:
 * there is none. */
int open_inside(int folder, slice path);

/* What a file's state on the disk says of it: as long as it is the same, so are the bytes. Times in
 * nanoseconds since 1970. A file can be written, given its old time again (`touch -r`) and its old size: the
 * time of its last change of state (ctime) cannot be set.
 *
 * Stamps are trusted by the rule of git's index (git: Documentation/technical/racy-git.txt): two changes
 * within one tick of the file system's clock leave the same times. So a stamp is only recorded once that
 * clock has moved past both times; pages younger than that are read again by the next run. The clock is the
 * file system's own, which on a network is not this machine's: journal_clock. */
typedef struct stamp {
    int64_t size, modified, changed, inode;
    bool has_more_names; /* hard links; of no account where stamps are compared, and not recorded */
} stamp;

stamp stamp_of(const struct stat *info);
bool stamp_equal(const stamp *one, const stamp *other);
bool stamp_same_file(const stamp *one, const stamp *other); /* but for `changed`, which a move sets */
bool stamp_is_before(const stamp *one, int64_t clock);

/* A new file below `folder` with these bytes and, where `like` is given, its mode and owner; nothing is left
 * behind when it fails. Its stamp in `made`, if that is not NULL. Not yet on the disk: sync_files. */
bool write_new(int folder, const char *path, slice bytes, const struct stat *like, stamp *made, arena *a,
               slice *error);
bool sync_files(int folder, const char *const *paths, size_t count);
bool sync_folder(int folder); /* its entries */

/* The file at `path` below `folder` has these bytes, whole or not at all, and is on the disk. */
bool put_file(int folder, const char *path, slice bytes, arena *a, slice *error);

/* Folders on the way to files below `root`: the last few stay open, since pages come in the order of their
 * paths. Nothing is followed on the way (open_below). A folder that somebody moves meanwhile is still the one
 * it was, until folders_let_go, which is to be called before long (between batches) and at the end. Of one
 * thread at a time. In `a`. */
typedef struct open_folders open_folders;
open_folders *folders_open(int root, arena *a);
void folders_let_go(open_folders *f); /* `f` may be NULL, and may be used again */

/* The state of the site's pages, asked for in their order by one thread: a folder that several lie in is
 * opened once. In `a`. */
typedef struct stat_walk {
    const site *site;
    int folder;  /* -1: none is worth it */
    slice above; /* its path, with the slash at its end */
    arena *arena;
} stat_walk;

stat_walk stat_walk_new(const site *s, arena *a);
void stat_walk_end(stat_walk *w);
const slice *stat_walk_path(const stat_walk *w, size_t index);      /* of that page */
bool stat_walk_look(stat_walk *w, size_t index, struct stat *info); /* false: there is none */

/* May the folder that holds `path` be written to? errno says why not. */
bool can_replace(open_folders *f, const char *path);

/* As write_new; and so for a file that takes the place of one of an earlier run, its folders made where they
 * are missing. */
bool write_temporary(open_folders *f, const char *path, slice bytes, const struct stat *like, stamp *made,
                     arena *a, slice *error);
bool write_over(open_folders *f, const char *path, slice bytes, const struct stat *like, arena *a,
                slice *error);

/* Makes the page at `path` the file `temporary` (with the stamp `made`), at once, if it is still the file
 * with the stamp `then`. What lies at `temporary` from then on, if anything, is the old page, to be removed.
 * False: `error` (in `a`); the page is as it was, or as somebody saved it in the very moment. */
bool replace_page(open_folders *f, const char *temporary, const char *path, const stamp *then,
                  const stamp *made, arena *a, slice *error);

/* The name under which replace_page puts a new page beside the old one, where their file systems differ. */
const char *name_beside(const char *temporary, const char *path, arena *a);

/* What somebody saved over the old page goes into its place, in exchange for what lies there; or, without
 * `exchanges`, beside it, as `.NAME.isomerize-saved`. False: errno says why. */
bool put_save_back(int folder, const char *from, const char *path, bool exchanges, arena *a);

/* Does the error mean that this file system exchanges no files at all? */
bool knows_no_exchange(int error);

/* Is this file at `path`? */
bool is_in_place(int folder, const char *path, const stamp *made);

/* Adds the paths of what lies in the folder `path` (of slice). False: it cannot be read whole, errno says
 * why. */
bool list_folder(int folder, const char *path, vector *names);

/* The folders above `path`, made where they are missing. */
bool make_folders(int folder, const char *path);
bool make_folder(int folder, const char *path); /* true also where it is there */

/* ---- listing.c --------------------------------------------------------------------------------------- */

typedef struct listed_entry {
    unsigned char type; /* as readdir gives it; DT_UNKNOWN: not looked at */
    slice name;         /* a NUL stands behind it */
} listed_entry;

typedef struct listed_folder {
    slice path;
    slice entries; /* listed_next */
    bool is_open;
    int error; /* 0: that is all that lies in it */
} listed_folder;

/* Fills all but the path, with what lies there now. The entries live in `a`. */
void list_entries(const site *s, listed_folder *folder, arena *a, arena *scratch);

/* The entries, so that paths come in the order of their bytes; `at` begins with 0. False: behind the last. */
bool listed_next(const listed_folder *folder, size_t *at, listed_entry *entry);

/* What lies in many folders, read on all cores. */
typedef struct listing listing;
listing *listing_new(const site *s);
void listing_free(listing *l); /* `l` may be NULL */

typedef struct listing_walk {
    void *context;
    bool (*may_fail)(const listed_folder *folder); /* the walk goes on without this one */
    /* Is the entry of a folder, so many below the root, to be gone into? `path`: of it, in `a`. */
    bool (*enters)(void *context, const listed_folder *folder, const listed_entry *entry, unsigned depth,
                   arena *a, slice *path);
} listing_walk;

/* From the root on. The folder that ended the walk; NULL: none did. */
const listed_folder *listing_read(listing *l, const listing_walk *walk);
const listed_folder *listing_find(const listing *l, slice path); /* NULL: it was not read */

/* ---- config.c, discover.c ---------------------------------------------------------------------------- */

/* Fills config and settings. */
bool read_configuration(site *s, slice *error);

/* As Ruby takes a value of YAML: only false and null are not true. NULL is not true. */
bool config_is_true(const front_value *value);

/* What the settings say of a collection, by its name; NULL: there is none. They list names, or map from them.
 */
const front_entry *config_collection(const front_value *config, slice name);
slice config_collections_folder(const front_value *config); /* `collections_dir`, bare; empty: the root */
/* The path from the folder on; the path as it is where it leads elsewhere, or where the folder is the root.
 */
slice config_path_below(slice path, slice folder);

/* What Jekyll calls a file with this path: "posts", "drafts", the name of its collection, or "pages". */
slice config_type(const front_value *config, slice path);

/* Fills pages, linking and skipped with what lies in these paths from the root (files, folders; empty: the
 * root). */
bool find_pages(site *s, const vector *inside, slice *error);

/* ---- publish.c --------------------------------------------------------------------------------------- */

/* Why the site's build, run at `now` (seconds since 1970), does not publish a page with these bytes, though
 * it reads it; NULL: it does, or a person named the page. Words for a person, static. On any thread. */
const char *why_unpublished(const site *s, slice path, slice bytes, int64_t now, arena *a);

/* `2024-01-31`, `2024-01-31 10:00:00 +0800` and what else begins so. False: no date. */
bool publish_read_date(slice text, int64_t *time);

/* ---- follow.c ---------------------------------------------------------------------------------------- */

/* `kramdown:` in the settings, as options of the dialect. */
void fill_kramdown(const site *s, convert_settings *settings);
void fill_unfollowed(const site *s, convert_settings *settings);

/* ---- discover.c again ---------------------------------------------------------------------------------- */

/* Was the page taken because a person named it? */
bool is_taken(const site *s, slice path);

/* ---- pictures.c --------------------------------------------------------------------------------------- */

/* The size of the picture that the address names, if it is a file of the site. On any thread. */
bool site_picture_size(const site *s, slice url, picture_size *size);

/* Does the address name a file of the site that is not there? Where the site has the folder at the top of its
 * path: what else is published comes from its theme. */
bool site_lacks_file(const site *s, slice url);

/* ---- state.c ----------------------------------------------------------------------------------------- */

/* The folder with the site's journal: absolute, no part of it a symbolic link. `write`: made where there is
 * none, and the checkout's own from now on. NULL: there is none, or with `error`, it cannot be used. */
const char *find_state(const site *s, bool write, arena *a, slice *error);

/* ---- journal.c --------------------------------------------------------------------------------------- */

typedef struct journal_row {
    slice path;
    const slice *recorded; /* the path that the journal still has it under; NULL: the same */
    hash source;           /* the bytes before */
    hash result;           /* the bytes written; equal to source where nothing was */
    const hash *rules;     /* of the engine's fingerprint */
    int64_t time;
    /* The last file seen under this path, if `is_seen`: when it still has this stamp, its bytes have the hash
     * row_holds. */
    stamp stamp;
    const hash *other;       /* ... which is neither `source` nor `result`, where this is not NULL */
    bool is_seen, is_result; /* ... which is that */
    bool names_files;        /* they hold addresses of hosts that `rules` know */
    uint8_t outcome;         /* site_outcome */
    uint8_t grade;
} journal_row;

const hash *row_holds(const journal_row *row);
/* `a`: for a hash that the row has not. */
void row_see(journal_row *row, const hash *holds, arena *a);

typedef enum journal_mode {
    JOURNAL_READ, /* NULL without an error where there is none */
    JOURNAL_WRITE /* made where there is none; locked until it is closed */
} journal_mode;

/* NULL with `error` (in `a`): damaged, foreign, newer, or held by another run. */
journal *journal_open(const site *s, journal_mode mode, arena *a, slice *error);
void journal_close(journal *j);

/* A copy of the journal in one folder (as find_state gives it) in another, which has none. */
bool journal_copy(const char *from, const char *to, arena *a, slice *error);

/* The site's own folder for what a run needs, which keeps itself out of git, but for settings and rules. */
bool make_state_folder(const site *s, arena *a, slice *error);

/* When the journal was opened for writing, and now: by the clock of its file system, nanoseconds since 1970.
 */
int64_t journal_began(const journal *j);
int64_t journal_clock(journal *j);

/* All rows, without their findings, in memory until the journal is closed. */
bool journal_load(journal *j, slice *error);
const journal_row *journal_find(const journal *j, slice path);
/* As journal_find, of paths that come in their order: `at` begins with 0 and is kept from one to the next. */
const journal_row *journal_find_next(const journal *j, slice path, size_t *at);
size_t journal_count(const journal *j);
const journal_row *journal_at(const journal *j, size_t index);

/* The row's page lies at another path now: for writing, recorded so; for reading, only known so. Behind the
 * last one, journal_settle_renames. */
bool journal_rename(journal *j, const journal_row *row, slice to, slice *error);
bool journal_settle_renames(journal *j, slice *error);

/* What links were (digest_references) when all pages that hang on them were judged last. It lies beside the
 * journal, and only saves time. False: it is not known. */
bool journal_links(const journal *j, hash *digest);
void journal_keep_links(journal *j, const hash *digest);

/* ---- rows.c ------------------------------------------------------------------------------------------ */

/* What a journal is: as long as it is the same, so are its rows. */
typedef struct journal_stamp {
    int64_t size, modified, changed, inode;
    uint64_t changes; /* as SQLite counts them, in the file */
} journal_stamp;

/* Rows (of journal_row, as journal_load makes them), from the file in the folder of the journal, and into it.
 * False: there is none for this state of the journal. */
bool rows_load(int folder, const journal_stamp *now, vector *rows);
void rows_save(int folder, const journal_stamp *now, const vector *rows);

/* The same one by one, by path, without all of them in memory. */
typedef struct rows_writer rows_writer;
rows_writer *rows_begin(int folder);
bool rows_add(rows_writer *w,
              const journal_row *row); /* false: they cannot be written, or not in this order */
void rows_end(rows_writer *w, const journal_stamp *now); /* NULL: nothing is to come of them */

/* ---- renamed.c, git.c ---------------------------------------------------------------------------------- */

bool is_absent(const site *s, slice path, arena *scratch);
/* Whether the page was converted, lay in what was asked for, and is no more. */
bool is_gone(const site *s, const journal_row *row, arena *scratch);

/* Pages of the site that were renamed since get the rows that they had. To be called behind journal_load. */
bool journal_follow_renames(journal *j, site *s, slice *error);

/* What git knows of renamed files (of slice, before and after, the last one first); empty without git. */
vector git_renames(site *s, arena *a);

/* ---- journal.c again
 * --------------------------------------------------------------------------------------- */

/* Is the page still the file that was last seen? Then its bytes have the hash row_holds, and `info` is its
 * state. `row` may be NULL. */
bool is_as_seen(const site *s, const journal_row *row, struct stat *info, arena *scratch);
bool is_what_was_seen(const journal_row *row, const struct stat *info); /* of its path */

/* The recorded findings (empty where there are none), and the bytes from before. In `a`. On any thread.
 * False: `why` says what is wrong with them: bytes that are not those that were recorded are never given out.
 */
slice journal_findings(journal *j, slice path, arena *a);
bool journal_original(journal *j, const journal_row *row, arena *a, slice *bytes, slice *why);

/* Changes are made between these two, by one thread; nothing is durable before journal_commit returns true.
 */
bool journal_begin(journal *j, slice *error);
bool journal_commit(journal *j, slice *error);
void journal_rollback(journal *j);
/* `json`: its findings. `original` with data NULL: the recorded one stays. */
bool journal_put(journal *j, const journal_row *row, slice json, slice original, const char *program,
                 slice *error);
bool journal_see(journal *j, slice path, const stamp *seen, const hash *holds, bool names_files,
                 slice *error);
/* What is recorded of the page and its original are kept beside what the next journal_put records; */
bool journal_set_aside(journal *j, slice path, slice *error);
/* ... and are what is recorded of it once that is forgotten. */
bool journal_forget(journal *j, slice path, slice *error);

/* A file that is about to be exchanged with a page: recorded with the rows of its batch, taken away once the
 * batch is moved. What a killed run left of them: journal_load_moves, `moves` of journal_move_row. */
typedef struct journal_move_row {
    const char *temporary; /* from the site's root */
    slice path;
    hash was, becomes; /* of the page's bytes */
} journal_move_row;

bool journal_move(journal *j, size_t batch, const journal_move_row *row, slice *error);
bool journal_moved(journal *j, size_t batch, slice *error);
bool journal_load_moves(journal *j, vector *moves, slice *error);
bool journal_forget_moves(journal *j, slice *error);

/* ---- recover.c --------------------------------------------------------------------------------------- */

/* Takes away what a killed run left in the site, but for what somebody saved while it moved pages: that goes
 * back into its place. Only under the lock. False: it cannot, `error` says why. */
bool recover_files(const site *s, journal *j, arena *a, slice *error);
/* ---- originals.c ------------------------------------------------------------------------------------- */

/* What a run converts again it converts from the bytes from before. */
typedef struct originals {
    const site *site;
    journal *journal; /* NULL: none is recorded */
    hash rules;       /* of this run */
    bool force, update;
} originals;

/* Those bytes. False: the run leaves the page as it is, or converts it as it lies there. `lags`: it is to be
 * converted again under the same rules too. On any thread. */
bool find_original(const originals *o, slice path, bool lags, arena *a, slice *bytes);

/* ---- references.c ------------------------------------------------------------------------------------ */

/* What the files of a checkout name. */
typedef struct references {
    const convert_engine *engine;
    unsigned jobs;              /* as in site_options */
    const originals *originals; /* NULL: pages are looked at as they lie there only */
    const uint8_t *settled; /* of each page of the site, SITE_CONVERTED where it is not known to be as its row
                               in the originals' journal has it; NULL: nothing is known */
    bool (*unwanted)(void *context, slice path); /* pages that stay as they are; NULL: none */
    void *context;
    site_links *links; /* settled then; NULL: not asked for */
    asset_book *book;  /* likewise; not settled */
    vector *pages;     /* of vector of slice: those that need each entry of the book; NULL */
} references;

/* Reads each file once. False: `error` says why. */
bool read_references(site *s, const references *r, slice *error);

/* What that would read links from, as the files lie there, and what else decides where links lead: as long as
 * it is the same, so are they. The originals are those of a journal. False: it cannot be seen. */
typedef struct links_state {
    hash digest;
    bool is_certain; /* no file could have been changed since without a trace (stamp) */
} links_state;

bool digest_references(site *s, const references *r, links_state *state);

/* ---- work.c ------------------------------------------------------------------------------------------ */

/* A page in work: a worker's until its work is done, then the thread's that reports. */
typedef struct work_slot {
    arena *input, *arena; /* emptied before each page */
    void *own;            /* zeroed before each page */
    open_file page;       /* for `each`, closed behind it: what memory_for_page has opened */
    size_t held;          /* memory: what it may take while it is worked on, what it took from then on */
    bool done;
} work_slot;

typedef struct work {
    void *context;
    unsigned jobs;                                                /* threads; 0: one a core */
    size_t memory;                                                /* limit of a slot's `arena`; 0: none */
    size_t size;                                                  /* of a slot's `own` */
    void (*each)(void *context, size_t index, work_slot *slot);   /* on any thread, in any order */
    bool (*report)(void *context, size_t index, work_slot *slot); /* on the thread that called, in order;
                                                                     false: begin no more pages */
    size_t (*needs)(void *context, size_t index,
                    work_slot *slot); /* memory that the page may take; NULL: little. On the
                        thread that works on it. Pages are begun while all that are in hand may
                        take 4 GiB at most; one is always */
    bool (*stop)(void *context);      /* polled, may be NULL; true: begin no more pages */
    bool confines;                    /* `each` changes no file: its threads give that up */
} work;

/* What a page of the site may take, by its size: while it is read, converted and written. Opens it. */
size_t memory_for_page(const site *s, const convert_engine *engine, slice path, work_slot *slot);

/* Works on pages 0 … count - 1. Pages that were begun are reported, whatever ends the work: `reported` is
 * their number. False: no thread can be started. */
bool work_on(const work *w, size_t count, size_t *reported);

/* The same little work on items 0 … count - 1, in as many runs as there are threads: behind it all is done.
 */
typedef struct range_work {
    void *context;
    unsigned jobs;                                         /* as in work */
    void (*each)(void *context, size_t first, size_t end); /* on any thread; items before `end`, if any */
    bool confines;                                         /* as in work */
    size_t least; /* items that a thread is worth starting for; 0: as many as cost little */
} range_work;

void work_on_ranges(const range_work *w, size_t count);

/* ---- places.c ---------------------------------------------------------------------------------------- */

/* The places of the pages that a run links into, by their text fragments. */
typedef struct site_places site_places;

typedef struct places_work {
    const site *site;
    const convert_engine *engine;
    journal *journal; /* may be NULL */
    const site_links *links;
    unsigned jobs;
    convert_options (*options_of)(void *context, slice path, work_slot *slot); /* on any thread */
    bool (*is_worked_on)(void *context, slice path);                           /* a page of the run that is */
    void *context;
} places_work;

/* What links on the pages of the run lead to. To be called before any page is written. In `a`. */
const site_places *site_find_places(const places_work *w, arena *a);

/* As convert_options.leads, of a link on the page `from`. `p` may be NULL. On any thread. */
convert_leads site_places_lead(const site_places *p, const site_links *links, slice from, slice href,
                               arena *a, slice *directive, slice *moved);

/* ---- batch.c ----------------------------------------------------------------------------------------- */

/* What is to become of a page. */
typedef struct page_change {
    slice path;
    const journal_row *row; /* to be recorded before the page is touched; NULL: nothing is */
    slice json;             /* ... with it: its findings */
    slice original;         /* its bytes from before, recorded with the row; data NULL: as journal_put */
    const char *temporary;  /* the file that is to take its place; NULL: it stays */
    stamp then;             /* the page as it was read */
    stamp made;             /* `temporary` as it was written */
    bool forget;            /* what is recorded goes, once the page is in place */
    bool is_first;          /* `original` is the page as it was read: without the move, nothing is recorded */
    bool is_over;           /* ... but what was recorded before, and is set aside */
    bool looked;            /* its stamp is to be recorded */
    hash was, holds;        /* the page as it was read, and from then on */
    bool names_files;
    grade grade; /* of a page that is converted */
} page_change;

typedef struct page_failure {
    slice path, why;
    grade grade; /* as page_change has it */
} page_failure;

typedef struct batches batches;

/* `f`: of the site's root, used by the thread that adds and moves, as long as the batches live. NULL: no
 * thread can be started. */
batches *batches_begin(const site *s, open_folders *f, journal *j, const char *program);
/* Copies `c`. False: an earlier batch failed, batches_end says why; the temporary file is the caller's. */
bool batches_add(batches *b, const page_change *c);
/* Moves pages into place if any wait for it. For the thread that adds, between two pages. */
void batches_move(batches *b);
/* What was added is durable, but for the failures. False: what was not committed yet is as it was, `error`
 * says why. */
bool batches_end(batches *b, slice *error);
const vector *batches_failures(const batches *b); /* after batches_end: of page_failure, by path */
void batches_free(batches *b);                    /* after batches_end: its thread must be gone */

/* sheets.c: the style sheets of the site, into the settings. They live as long as the site. */
void site_add_sheets(const site *s, convert_settings *settings);

#endif
