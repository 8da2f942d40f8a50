/* isomerize: legacy Markdown pages → pages in the block editor's save form. The whole public interface.
 *
 * An engine holds the rules and settings; it is made once, never changes, and may be used by any number of
 * threads at once. A page is what the engine makes of one file's bytes. Nothing here reads files, opens
 * sockets, prints or keeps global state. All text is UTF-8 unless said otherwise; lengths are in bytes.
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

typedef struct isomerize isomerize;
typedef struct isomerize_page isomerize_page;

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

/* A file of rules (mappings/README.md), as text. Borrowed: must outlive isomerize_new only. */
struct isomerize_rules {
    const char *name; /* the file's name, for messages: "cards.yml" */
    const char *text; /* YAML */
    size_t length;
};

/* A Liquid variable of the site, such as "site.baseurl". Borrowed until isomerize_free. */
struct isomerize_variable {
    const char *name, *value;
};

struct isomerize_settings {
    const struct isomerize_rules *rules; /* the site's own rules, which override the shipped ones by name */
    size_t rule_count;
    const char *site_url; /* the site's own address: "https://www.example.gov"; NULL: not known */
    const struct isomerize_variable *variables;
    size_t variable_count;
    bool strict;    /* refuse pages of grade review or worse */
    bool no_repair; /* leave the encoding as it is */
};

/* One thing to know about a page. Valid until isomerize_page_free. Strings end in NUL; never NULL. */
struct isomerize_finding {
    const char *code;      /* stable, kebab-case */
    const char *detail;    /* what was there, on this page */
    const char *became;    /* what became of it */
    const char *advice;    /* what a person can do */
    uint32_t line, column; /* in the source file, 1-based; 0: not known. Column in code points. */
    enum isomerize_grade grade;
};

/* A remote file that the page needs at a local path. Valid until isomerize_page_free. */
struct isomerize_asset {
    const char *url;
    const char *path; /* from the site's root: "/images/town/pool.png" */
};

/* The program's version: "0.1.0". */
ISOMERIZE_API const char *isomerize_version(void);

/* A new engine; NULL settings: the shipped rules only. NULL when a rule file is wrong or memory is out; then
 * *error, where `error` is not NULL, is a message with file:line:column, to be freed with free(). */
ISOMERIZE_API isomerize *isomerize_new(const struct isomerize_settings *settings, char **error);
ISOMERIZE_API void isomerize_free(isomerize *engine);

/* Converts one page's bytes (any bytes). What other pages of its site link to is not known here: the
 * program's finding `linked-id` is never among a page's findings. NULL only when memory is out. Free with
 * isomerize_page_free. */
ISOMERIZE_API isomerize_page *isomerize_convert(const isomerize *engine, const char *bytes, size_t length);
ISOMERIZE_API void isomerize_page_free(isomerize_page *page);

ISOMERIZE_API enum isomerize_state isomerize_page_state(const isomerize_page *page);
ISOMERIZE_API enum isomerize_grade isomerize_page_grade(const isomerize_page *page);
/* The page's new bytes, not ended by NUL; valid until isomerize_page_free. */
ISOMERIZE_API const char *isomerize_page_output(const isomerize_page *page, size_t *length);
ISOMERIZE_API size_t isomerize_page_finding_count(const isomerize_page *page);
/* index < isomerize_page_finding_count */
ISOMERIZE_API struct isomerize_finding isomerize_page_finding(const isomerize_page *page, size_t index);
ISOMERIZE_API size_t isomerize_page_asset_count(const isomerize_page *page);
/* index < isomerize_page_asset_count */
ISOMERIZE_API struct isomerize_asset isomerize_page_asset(const isomerize_page *page, size_t index);

/* Is this `variant: tiptap` page in save form: would the editor save it without changing a byte but for
 * trailing white space? Where it is not, *difference, where not NULL, is the offset of the first byte that
 * would change. */
ISOMERIZE_API bool isomerize_is_save_form(const char *bytes, size_t length, size_t *difference);

#ifdef __cplusplus
}
#endif

#endif
