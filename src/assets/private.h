/* What the files of assets/ share: addresses, rules, names. */
#ifndef ISOMERIZE_ASSETS_PRIVATE_H
#define ISOMERIZE_ASSETS_PRIVATE_H

#include "assets.h"

/* ---- address.c: an absolute http(s) address, as a browser reads it (WHATWG URL) ------------------------ */

typedef struct address {
    bool https;     /* also for protocol-relative ones */
    slice host;     /* lower case, no dot at the end */
    uint16_t port;  /* 0: the scheme's own */
    slice path;     /* "/" first; percent-encoded, dot segments resolved, escapes normalised */
    slice query;    /* with its "?", or empty */
    slice fragment; /* with its "#", or empty */
} address;

/* False: relative, another scheme, credentials in it, or a host that is no plain name. */
bool address_parse(slice text, arena *a, address *out);
/* In two steps: most addresses are of hosts that nobody asks for. `rest`: what comes behind the host. */
bool address_parse_host(slice text, arena *a, address *out, slice *rest);
void address_parse_rest(slice rest, arena *a, address *out);
/* Without the fragment. */
slice address_write(const address *from, bool https, bool with_query, arena *a);

/* ---- rules.c: which host, which local name ------------------------------------------------------------- */

typedef enum part_kind {
    PART_LITERAL, /* the text itself; in hosts without regard to case */
    PART_ONE,     /* {name}: one label or segment */
    PART_HEX,     /* {name:hex40}: one of so many hexadecimal digits */
    PART_REST     /* {name...}: one or more: a path's last, a host's first */
} part_kind;

typedef struct pattern_part {
    part_kind kind;
    slice text; /* PART_LITERAL: itself; otherwise the name of what it stands for */
    size_t digits;
} pattern_part;

typedef struct asset_rule {
    slice name;
    bool enabled;
    bool http;        /* fetched without TLS: only the site's own host, when its `url` says so */
    bool own;         /* the site itself: queries do not tell its files apart */
    uint16_t port;    /* 0: the scheme's own */
    vector host;      /* of pattern_part */
    vector path;      /* of pattern_part */
    vector local;     /* of pattern_part */
    vector redirects; /* of slice */
} asset_rule;

struct asset_rules {
    vector rules;    /* of asset_rule */
    vector pictures; /* of slice: extensions */
    vector files;
    slice baseurl;
    const asset_book *book;
};

/* What a rule's names stand for in one address; still percent-encoded. */
#define CAPTURES_MAX 8
typedef struct captures {
    struct {
        slice name, text;
    } items[CAPTURES_MAX];
    size_t count;
} captures;

/* The first rule for this address, turned on or not; NULL: none. */
const asset_rule *rules_find(const asset_rules *rules, const address *from, captures *out);
/* Has some rule that is on this host? */
bool rules_know_host(const asset_rules *rules, slice host);
/* Each host that may be asked: a pattern as the texts have it, or, of a redirect, the name itself. */
void rules_each_host(const asset_rules *rules,
                     void (*each)(void *context, slice host, bool is_literal, uint16_t port), void *context);
/* Rules that allow no host, and one more that they allow; a pattern that is none allows nothing. */
asset_rules *rules_none(arena *a);
void rules_add_host(asset_rules *rules, slice host, bool is_literal, uint16_t port, arena *a);
bool rules_list_has(const vector *extensions, slice extension);

/* ---- names.c: safe, stable names ----------------------------------------------------------------------- */

/* What follows the last dot of the last segment; empty: none. */
slice name_extension(slice path);
/* The canonical local path, from the address alone. `raw`: percent-encoded, no slash in front. */
slice name_canonical(const asset_rules *rules, slice raw, slice remote, arena *a);
/* The path with the address's own mark before the extension: for one whose plain name is another's. */
slice name_marked(slice path, slice remote, arena *a);
/* Equal for any two paths that a file system may take for one. */
slice name_folded(slice path, arena *a);
/* As part of an address. */
void name_append_encoded(slice path, buffer *out);

/* ---- book.c: entries and claims, in memory ------------------------------------------------------------- */

/* What a disk says of a local name. */
typedef enum look {
    LOOK_FREE,
    LOOK_FILE, /* a file of exactly this name, not empty */
    LOOK_TAKEN /* something else, or something that another file system takes for the same name */
} look;

struct asset_book {
    arena *arena;
    vector entries;              /* of asset_entry * */
    hash_map by_remote, by_name; /* by_name: folded path → asset_entry * that has it */
    look (*look)(asset_book *book, slice path, uint64_t *size); /* NULL: no disk */
    void (*look_again)(asset_book *book); /* what `look` has seen may have changed; NULL where that is */
    struct store *store;
    slice sealed; /* why what is not here now will not be */
};

asset_entry *book_entry(asset_book *book, slice remote); /* the entry, made where there is none */
/* Fills in the reference's name and state. */
void book_answer(const asset_book *book, asset_reference *reference, arena *a);
asset_entry *book_owner(const asset_book *book, slice path,
                        arena *scratch); /* who has a name that means the same */

/* ---- store.c: the book's place on the disk ------------------------------------------------------------- */

typedef struct store store;

/* What `look` has seen is looked at again. */
void store_forget(asset_book *book);
/* For one process at a time: makes the folders, locks them, takes up what a killed run left. */
bool store_begin(asset_book *book, slice *error);
void store_end(asset_book *book);
/* Writes the entry as it now is to the ledger. */
bool store_note(asset_book *book, const asset_entry *entry);
/* The part file of an entry, for writing; -1 with errno. `fresh`: emptied. */
int store_open_part(asset_book *book, const asset_entry *entry, bool fresh);
uint64_t store_part_size(asset_book *book, const asset_entry *entry);
void store_drop_part(asset_book *book, const asset_entry *entry);
/* The part becomes the file at entry->path. `replace`: of a file that was fetched before. False with errno.
 */
bool store_keep_part(asset_book *book, const asset_entry *entry, bool replace);
/* Are these the bytes of the file at `path`? */
bool store_same(asset_book *book, slice path, slice bytes);

/* ---- inspect.c: are these the bytes of such a file? -------------------------------------------------- */

typedef struct verdict {
    bool good;
    finding_code code; /* what is to be said of a good file, or FINDING_COUNT */
    const char *problem;
} verdict;

verdict inspect_bytes(slice bytes, slice path, slice content_type);

/* ---- route.c: which network addresses may be connected to -------------------------------------------- */

struct sockaddr;
/* Public unicast addresses only, and those that `allow` names. */
bool route_is_open(const struct sockaddr *address, const char *const *allow);
uint16_t route_port(const struct sockaddr *address); /* 0: of another family */

#endif
