/* isomerize: legacy Markdown pages → pages in the block editor's save form. The whole public interface.
 *
 * An engine holds rules and settings; it is made once and never changes. A page is what the engine makes of
 * one file's bytes. Nothing here reads files, opens sockets, prints, ends the process or keeps state between
 * calls.
 *
 * Text is UTF-8 unless said otherwise; lengths are in bytes. What a function returns by pointer belongs to
 * the engine or page that it came from, and lives as long as that. What is passed in is borrowed until the
 * call returns.
 *
 * Threads: any number may use one engine at once, also to convert; any number may read one page at once. Only
 * the functions ending in _free ask for the engine or page to be used by nobody else, and an engine may be
 * freed before its pages.
 *
 * Memory: where there is none, a function says so (ISOMERIZE_NO_MEMORY, or NULL), has given back what it
 * took, and may be called again. A page may use 1 GiB at most; one that would need more is refused with a
 * finding.
 *
 * Structures that are passed in begin with their size, so that fields can be added at their end: begin them
 * with ISOMERIZE_SETTINGS or ISOMERIZE_OPTIONS. Enumerations may get new members: treat one that is not known
 * as the worst.
 */
#ifndef ISOMERIZE_H
#define ISOMERIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ISOMERIZE_API __attribute__((visibility("default")))

/* The version of this header: MAJOR changes with what breaks programs, MINOR with what is added. */
#define ISOMERIZE_VERSION_MAJOR 0
#define ISOMERIZE_VERSION_MINOR 1
#define ISOMERIZE_VERSION_PATCH 0
#define ISOMERIZE_VERSION_NUMBER                                                                             \
    (ISOMERIZE_VERSION_MAJOR * 1000000u + ISOMERIZE_VERSION_MINOR * 1000u + ISOMERIZE_VERSION_PATCH)

/* The version of the library that is linked: "0.1.0", and as ISOMERIZE_VERSION_NUMBER. Static. */
ISOMERIZE_API const char *isomerize_version(void);
ISOMERIZE_API unsigned isomerize_version_number(void);
/* Can a program that was built with this header use the library that is linked? The same MAJOR (in 0.x: MINOR
 * too), and the library not older. */
#define isomerize_is_compatible() isomerize_is_compatible_with(ISOMERIZE_VERSION_NUMBER)
ISOMERIZE_API bool isomerize_is_compatible_with(unsigned version_number);

typedef struct isomerize isomerize;
typedef struct isomerize_page isomerize_page;

enum isomerize_status {
    ISOMERIZE_OK,
    ISOMERIZE_NO_MEMORY,
    ISOMERIZE_WRONG_SETTINGS /* a rule file, a finding code, a size: a message says which, and what was
                                expected */
};

/* How much a person has to care about a page: its worst finding's grade. */
enum isomerize_grade {
    ISOMERIZE_CLEAN,    /* nothing to look at */
    ISOMERIZE_COSMETIC, /* only looks differ: spacing, colours, sizes, fonts, borders */
    ISOMERIZE_REVIEW,   /* all is there, but a person should look: layout that changes the reading, a guess */
    ISOMERIZE_LOSS,     /* something a visitor could read or do is gone or unclear */
    ISOMERIZE_REFUSED   /* the page is left exactly as it was */
};

enum isomerize_state {
    ISOMERIZE_CONVERTED,  /* the output is the new page */
    ISOMERIZE_ALREADY,    /* the page is `variant: tiptap` already; the output is the input */
    ISOMERIZE_NOT_A_PAGE, /* no front matter; the output is the input */
    ISOMERIZE_LEFT        /* refused; the output is the input, a finding says why */
};

/* ---- engines ------------------------------------------------------------------------------------------- */

/* A file, as text that need not end in NUL; its name is for messages: "cards.yml". */
struct isomerize_text {
    const char *name;
    const char *text;
    size_t length;
};

/* A Liquid variable of the site, such as "site.title". */
struct isomerize_variable {
    const char *name, *value;
};

/* A style sheet: CSS, or SCSS where its path ends in .scss. */
struct isomerize_sheet {
    const char *path; /* from the site's root: "assets/css/main.css" */
    const char *text; /* need not end in NUL */
    size_t length;
    bool of_site;       /* the site's own, whose classes and ids do not survive; false: the theme's */
    bool only_imported; /* pages are not shown with it: it is there for an @import of another */
};

/* Counts may be 0, and pointers NULL then. Strings end in NUL; NULL: not known. */
struct isomerize_settings {
    size_t size; /* sizeof(struct isomerize_settings): ISOMERIZE_SETTINGS */
    /* The site's rule files (mappings/README.md), which override shipped rules by name. */
    const struct isomerize_text *rules;
    size_t rule_count;
    /* The same for mappings/assets.yml. */
    const struct isomerize_text *asset_rules;
    size_t asset_rule_count;
    const char *const *asset_hosts; /* names of asset rules to turn on besides; "all" for every one */
    size_t asset_host_count;
    const char *site_url; /* `url` of _config.yml: "https://www.example.gov" */
    const char *baseurl;  /* `baseurl` of _config.yml: "/town" */
    const struct isomerize_variable *variables;
    size_t variable_count;
    const struct isomerize_sheet *sheets; /* that pages are shown with, in the order of the cascade */
    size_t sheet_count;
    const char *const *disabled; /* repairs that are switched off, by their finding codes */
    size_t disabled_count;
    size_t size_limit; /* bytes of a page that is taken on; 0: 16 MiB */
    bool strict;       /* refuse pages of grade review or worse */
    bool no_repair;    /* leave the encoding as it is, but for what UTF-8 needs */
};
#define ISOMERIZE_SETTINGS                                                                                   \
    { .size = sizeof(struct isomerize_settings) }

/* A new engine in *engine; NULL settings: the shipped rules only. Copies what it needs of the settings. When
 * it fails, *engine is NULL and *message, where `message` is not NULL, says why (file:line:column of a rule),
 * to be freed with free(); NULL where there is no memory even for that. */
ISOMERIZE_API enum isomerize_status isomerize_new(const struct isomerize_settings *settings,
                                                  isomerize **engine, char **message);
ISOMERIZE_API void isomerize_free(isomerize *engine); /* NULL: nothing */

/* 32 hexadecimal digits that are the same for two engines where all that decides a page's result besides its
 * bytes and options is: settings, shipped rules, version. By it a program knows that a page need not be
 * converted again. Lives as long as the engine; made with it. */
ISOMERIZE_API const char *isomerize_fingerprint(const isomerize *engine);

/* ---- pages --------------------------------------------------------------------------------------------- */

/* A place on the page that another page of the site links to: the page gets a finding when it loses it. */
struct isomerize_linked_id {
    const char *id;
    const char *from; /* the first file with such a link, for people */
    uint32_t line;    /* of that link */
    uint32_t others;  /* more files with one */
};

/* What is known of one page. */
struct isomerize_options {
    size_t size;                                  /* sizeof(struct isomerize_options): ISOMERIZE_OPTIONS */
    const struct isomerize_linked_id *linked_ids; /* in any order */
    size_t linked_id_count;
    /* The size in pixels of the picture file that an address of the page names; false: not known. Called on
     * the thread that converts, with an address that does not end in NUL. NULL: none is known. */
    bool (*picture_size)(void *context, const char *url, size_t length, uint32_t *width, uint32_t *height);
    void *context;
};
#define ISOMERIZE_OPTIONS                                                                                    \
    { .size = sizeof(struct isomerize_options) }

/* Converts one page's bytes (any bytes); `options` may be NULL. NULL: memory is out, or `options` has a size
 * that this library does not know. Free with isomerize_page_free; the page does not need the engine any more,
 * nor the bytes. */
ISOMERIZE_API isomerize_page *isomerize_convert(const isomerize *engine, const char *bytes, size_t length,
                                                const struct isomerize_options *options);
ISOMERIZE_API void isomerize_page_free(isomerize_page *page); /* NULL: nothing */

ISOMERIZE_API enum isomerize_state isomerize_page_state(const isomerize_page *page);
ISOMERIZE_API enum isomerize_grade isomerize_page_grade(const isomerize_page *page);
/* The page's new bytes, not ended by NUL. */
ISOMERIZE_API const char *isomerize_page_output(const isomerize_page *page, size_t *length);

/* One thing to know about a page. Strings end in NUL and are never NULL; a NUL that the page holds is shown
 * as U+FFFD. Fields may be added at the end. */
struct isomerize_finding {
    const char *code;      /* stable, kebab-case */
    const char *detail;    /* what was there, on this page */
    const char *became;    /* what became of it */
    const char *advice;    /* what a person can do */
    const char *before;    /* words or an address that is gone; may be empty */
    const char *after;     /* what is new; may be empty */
    uint32_t line, column; /* in the source file, 1-based; 0: not known. Column in code points. */
    enum isomerize_grade grade;
};

ISOMERIZE_API size_t isomerize_page_finding_count(const isomerize_page *page);
/* NULL where there are not so many. */
ISOMERIZE_API const struct isomerize_finding *isomerize_page_finding(const isomerize_page *page,
                                                                     size_t index);

/* A remote file that the page needs at a local path. Strings end in NUL. Fields may be added at the end. */
struct isomerize_asset {
    const char *url;
    const char *path; /* from the site's root: "/images/town/pool.png" */
};

ISOMERIZE_API size_t isomerize_page_asset_count(const isomerize_page *page);
/* NULL where there are not so many. */
ISOMERIZE_API const struct isomerize_asset *isomerize_page_asset(const isomerize_page *page, size_t index);

/* Is this `variant: tiptap` page in save form: would the editor save it without changing a byte but for
 * trailing white space? Where it is not, *difference, where not NULL, is the offset of the first byte that
 * would change: 0 for a page that cannot be read. ISOMERIZE_OK or ISOMERIZE_NO_MEMORY; then nothing is set.
 */
ISOMERIZE_API enum isomerize_status isomerize_check(const char *bytes, size_t length, bool *is_save_form,
                                                    size_t *difference);

#ifdef __cplusplus
}
#endif

#endif
