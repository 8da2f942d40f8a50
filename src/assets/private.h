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
/* Without the fragment. */
slice address_write(const address *from, bool https, bool with_query, arena *a);
/* The value of two hexadecimal digits at `at`, or -1. */
int address_hex(slice text, size_t at);

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

#endif
