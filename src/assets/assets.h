/* assets/: pictures and files that pages keep on other hosts become files of the site.
 *
 * Two halves that never mix. Rewriting: an address → the local name, pure, used by convert/. Fetching: the
 * files themselves, network and disk, used by site/ and cli/. What passes between them is the book: the
 * site's list of remote files, each with its local name and its state.
 */
#ifndef ISOMERIZE_ASSETS_H
#define ISOMERIZE_ASSETS_H

#include "base/base.h"

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
    slice remote; /* what to fetch: absolute, normalised, without fragment */
    slice rule;   /* the rule's name; "site" for the site's own host */
    asset_use use;
    asset_state state;
    uint32_t line;     /* left 0 for the caller */
    finding_code code; /* what is wrong with the file, or FINDING_COUNT */
    slice problem;     /* the same in words */
} asset_reference;

/* Is this the address of a file that the rules bring home? True: `out` is filled, and the page is to hold
 * `out->url`, which for ASSET_FAILED is the address as it was. `url` is as a browser sees it (entities
 * decoded). Absolute http(s) and protocol-relative addresses only; one with a user name or password is never
 * taken. Pure: depends on nothing but its arguments and the rules' book. Linear time. */
bool asset_rewrite_url(const asset_rules *rules, slice url, asset_use use, arena *a, asset_reference *out);

/* The same for each url() of a style attribute. True when something was rewritten: the style is appended to
 * `out`, each reference to `references` (a vector of asset_reference). */
bool asset_rewrite_style(const asset_rules *rules, slice style, arena *a, buffer *out, vector *references);

/* The page's finding for this reference: a file that cannot be had, a script in a picture, … */
void asset_add_finding(const asset_reference *reference, findings *found, uint32_t line);

/* May a fetch go to this address? Only to hosts of rules that are on, to their `redirects`, and to the site's
 * own. */
bool asset_rules_allow(const asset_rules *rules, slice url, arena *a);

#endif
