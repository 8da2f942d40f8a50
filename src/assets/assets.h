/* assets/: pictures and files that pages keep on other hosts become files of the site.
 *
 * Two halves that never mix. Rewriting: an address → the local name, pure, used by convert/. Fetching: the
 * files themselves, network and disk, used by site/ and cli/. What passes between them is the book: the
 * site's list of remote files, each with its local name and its state.
 */
#ifndef ISOMERIZE_ASSETS_H
#define ISOMERIZE_ASSETS_H

#include "base/base.h"
#include "dom/dom.h"

/* ---- rewriting: pure --------------------------------------------------------------------------------- */

/* Which hosts, which local names: mappings/assets.yml. Immutable once loaded but for asset_rules_use_book;
 * shared by all threads. Lives in the arena it was loaded into. */
typedef struct asset_rules asset_rules;

/* The site's remote files and what became of them (below). */
typedef struct asset_book asset_book;

/* What a site says of itself in _config.yml. Empty slices: nothing. */
typedef struct asset_settings {
    slice url;     /* `url`, "https://www.town.gov.sg": the site's own absolute addresses become local ones */
    slice baseurl; /* `baseurl`, "/town": stands before every local address */
    const slice
        *on; /* names of rules that are turned on besides those the texts turn on; "all" for every one */
    size_t on_count;
} asset_settings;

/* Whether asset_rules_load takes it for asset_settings.url: an address of a host, or nothing. Needs `a` for a
 * moment. */
bool asset_is_site_url(slice url, arena *a);

/* The shipped mappings/assets.yml. */
slice asset_rules_shipped(void);

/* Rules from YAML texts (the shipped one first; a later text changes rules of the same name and adds others).
 * NULL when a text is wrong: `error` then says where, what, and what was expected. `settings` may be NULL. */
asset_rules *asset_rules_load(const slice *texts, size_t count, const asset_settings *settings, arena *a,
                              slice *error);

/* From now on names and states are the book's. NULL: every address gets its canonical name, its state is
 * ASSET_WANTED. */
void asset_rules_use_book(asset_rules *rules, const asset_book *book);

/* Where the address stands. */
typedef enum asset_use {
    ASSET_PICTURE, /* img src, card picture, CSS url(), a picture in the front matter */
    ASSET_LINK     /* a href, front matter file_url: only what ends like a file is taken */
} asset_use;

typedef enum asset_state {
    ASSET_WANTED, /* not here yet, or not known */
    ASSET_HERE,   /* in the checkout, at `path` */
    ASSET_FAILED  /* cannot be had: the page keeps the remote address */
} asset_state;

/* One use of one remote file. Slices live in the arena given to asset_rewrite_url, or as long as rules and
 * book. */
typedef struct asset_reference {
    slice url;  /* what the page is to hold: percent-encoded, with baseurl and the fragment that was there */
    slice path; /* the file in the checkout, decoded, no slash in front: "images/a b.png"; safe on any file
                   system */
    slice canonical; /* the name that the address alone gives; `path` differs where another file has it */
    slice remote;    /* what to fetch: absolute, normalised, without fragment */
    slice rule;      /* the rule's name; "site" for the site's own host */
    asset_use use;
    asset_state state;
    uint32_t line;     /* left 0 for the caller */
    finding_code code; /* what is wrong with the file, or FINDING_COUNT */
    slice problem;     /* the same in words */
} asset_reference;

/* Is this the address of a file that the rules download? True: `out` is filled, and the page is to hold
 * `out->url`, which for ASSET_FAILED is the address as it was. `url` is as a browser sees it (entities
 * decoded). Absolute http(s) and protocol-relative addresses only; one with a user name or password is never
 * taken. Pure: depends on nothing but its arguments and the rules' book. Linear time. */
bool asset_rewrite_url(const asset_rules *rules, slice url, asset_use use, arena *a, asset_reference *out);

/* The references in an element tree, also in its style attributes: what a page needs, whether it is converted
 * yet or not. */
void asset_collect_tree(const asset_rules *rules, const dom_node *root, arena *a, vector *references);

/* The page's finding for this reference: a file that cannot be had, a script in a picture, … */
void asset_add_finding(const asset_reference *reference, findings *found, uint32_t line);

/* May a fetch go to this address? Only to hosts of rules that are on, to their `redirects`, and to the site's
 * own. */
bool asset_rules_allow(const asset_rules *rules, slice url, arena *a);

/* ---- the book: the site's remote files ----------------------------------------------------------------- */

/* One remote file of the site. Lives as long as the book. */
typedef struct asset_entry {
    slice remote;
    size_t index; /* in the book */
    slice path;   /* its local name */
    slice
        canonical; /* the name that the address alone gives; differs from `path` where another file has it */
    asset_state state;
    bool used;            /* some page of this run needs it (asset_book_add) */
    bool known;           /* from an earlier run */
    bool ours;            /* the file at `path` was fetched by this program, not found in the checkout */
    uint64_t size;        /* bytes, of ASSET_HERE */
    slice etag, modified; /* what the server said of the bytes that are here, or of the part that is */
    finding_code code;    /* what is wrong with it, or FINDING_COUNT */
    slice problem;        /* in words, with what was expected */
} asset_entry;

/* A book without a disk behind it, for one page or for tests. */
asset_book *asset_book_create(arena *a);

/* The book of the site at `root`: what .isomerize/assets.tsv says. Writes nothing. NULL with `error` when the
 * folder or the file cannot be read. One process may fetch at a time; any number may read. */
asset_book *asset_book_open(const char *root, arena *a, slice *error);
void asset_book_close(asset_book *book);

/* Notes that a page needs this file. The reference may come from rewriting without a book. */
void asset_book_add(asset_book *book, const asset_reference *reference);

/* Notes every address in a page's bytes that the rules know, as having a claim on its name; fetches none of
 * them. Given all pages of a site, names do not depend on which of them are converted. Linear time. */
bool asset_book_scan(asset_book *book, const asset_rules *rules, slice page);

/* Does a page's text hold an address of a host that the rules know? Pure, linear time. */
bool asset_is_named(const asset_rules *rules, slice page);

/* Does a page's text hold the address of a file that is here, or still to be fetched? One that was converted
 * without that file would come out otherwise now. Pure, linear time. */
bool asset_can_come_home(const asset_rules *rules, slice page, arena *a);

/* Gives every new entry its name, and every entry its state on the disk. Of several addresses whose names a
 * file system may take for one, the one that has it already keeps it, otherwise the first gets it: one
 * without a query before one with, then in the order of bytes. The others get their mark (twelve digits of
 * the address's hash) before the extension. A file that is in the checkout under the canonical name, and was
 * not fetched, is used by all of them. */
void asset_book_settle(asset_book *book, const asset_rules *rules);

/* Nothing more will be fetched (offline, or the fetch is over): what is not here has failed, for this reason,
 * the first that is given. */
void asset_book_seal(asset_book *book, const char *reason);
bool asset_book_is_sealed(const asset_book *book);

/* ---- files that are left over ----------------------------------------------------------------------------
 */

/* Which fetched files the site's texts name, before and after its pages change. */
typedef struct asset_uses asset_uses;

/* Of the files that the book says were fetched. `host`: the site's own, or empty. NULL: there are none. Lives
 * as long as the book. */
asset_uses *asset_uses_new(asset_book *book, const asset_rules *rules, slice host);
/* A text of the site as it is before, and behind asset_uses_then, after. */
void asset_uses_add(asset_uses *u, slice text);
void asset_uses_then(asset_uses *u);
/* The files (of asset_entry *) that were named and are not any more. */
vector asset_uses_over(const asset_uses *u);

/* Removes these files, and the folders that hold nothing else, from the checkout and from the book; those
 * whose size is no longer the one that was fetched stay. `removed`: how many went. False: `error` says why.
 */
bool asset_book_remove(asset_book *book, const vector *entries, size_t *removed, slice *error);

size_t asset_book_count(const asset_book *book);
const asset_entry *asset_book_at(const asset_book *book, size_t index); /* in the order they came in */
/* NULL: the book does not know it. */
const asset_entry *asset_book_find(const asset_book *book, slice remote);

/* ---- fetching: network and disk ------------------------------------------------------------------------ */

typedef struct asset_progress {
    size_t files, done, failed; /* of this run */
    uint64_t bytes;
    double seconds;
} asset_progress;

/* Zero stands for the default in brackets. Strings end in NUL and must outlive the call. */
typedef struct asset_fetch_options {
    unsigned per_host, in_total; /* connections [6, 24] */
    unsigned attempts;           /* for what is worth trying again [5] */
    unsigned backoff_ms;         /* before the second attempt, doubled each time, with jitter [500] */
    unsigned wait_limit_ms;      /* longest wait that a server may ask for with Retry-After [120000] */
    unsigned connect_ms;         /* [15000] */
    unsigned stall_ms;           /* a transfer slower than 1 KiB a second for so long is given up [30000] */
    unsigned total_ms;           /* one attempt at one file [30 minutes] */
    unsigned run_ms;             /* all files [6 hours] */
    uint64_t run_limit;          /* bytes of all files [64 GiB] */
    uint64_t size_limit;         /* bytes of one file, unpacked [256 MiB] */
    bool refresh;                /* ask also for files that are here whether they have changed */
    const char *ca_file, *ca_folder; /* certificates to trust [the system's] */
    const char *proxy, *no_proxy;    /* [none]; as curl reads https_proxy and no_proxy */
    const char *const
        *connect_to;          /* for tests, ended by NULL: "host:port:address:port", as curl --connect-to */
    const char *const *allow; /* for tests, ended by NULL: addresses that are not public but may be used */
    bool (*stop)(void *context); /* polled: true ends soon, what is there is kept */
    void (*progress)(void *context, const asset_progress *now); /* about ten times a second */
    void *context;
} asset_fetch_options;

/* The process that has the network, and no file of the site: it asks for what it is told, and sends back what
 * came. */
typedef struct downloader downloader;

/* Makes it; before anything of a site is read. Of the options it keeps what concerns hosts, certificates,
 * proxies and limits; the strings must last as long as it does. `confine` is called in it, to give up what it
 * does not need; false ends it. NULL: errno says why. */
downloader *downloader_start(const asset_fetch_options *options, bool (*confine)(void *context),
                             void *context);
/* Names the hosts that it may ask, for good; before any page is read. False: it has ended. */
bool downloader_allow(downloader *d, const asset_rules *rules);
void downloader_end(downloader *d); /* NULL: nothing */

/* Fetches what is used and not here. Each file is written whole or not at all, below the book's root and
 * never through a symbolic link; states go to the book and to the disk at once, so that a killed run loses no
 * finished file. False when nothing could be tried (another run holds the book, the disk cannot be written)
 * or the downloader has ended: `error` says why. A file that cannot be had is no error: its entry says so.
 * After this the downloader is of no more use. */
bool assets_fetch(asset_book *book, const asset_rules *rules, downloader *d,
                  const asset_fetch_options *options, asset_progress *result, slice *error);

#endif
