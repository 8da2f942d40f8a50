/* convert/: the whole pipeline for one page: bytes + rules + options → bytes + findings + assets.
 *
 * Pure: no file, no network, no global state, no clock. The same input gives the same output on any thread.
 * Everything above (site/, report/, cli/) is built on convert_page.
 */
#ifndef ISOMERIZE_CONVERT_H
#define ISOMERIZE_CONVERT_H

#include "assets/assets.h"
#include "base/base.h"
#include "engine.h"
#include "mapping/mapping.h"
#include "tiptap/tiptap.h"

/* A place on the page that a link of the site leads to. */
typedef struct convert_linked_id {
    slice id;
    slice from; /* the first file with such a link: its path as people read it, and the line there */
    uint32_t line;
    uint32_t others;  /* more files with one */
    bool is_followed; /* all of them are pages that are converted too: their links will name the text here */
} convert_linked_id;

/* An address that other files of the site name a page by. */
typedef struct convert_named_address {
    slice address, places; /* as it is spelled there; "_data/menu.yml:3, pages/a.md:7" */
} convert_named_address;

/* A place of a page that is linked, and the text fragment that leads there once it is converted. */
typedef struct convert_place {
    slice id, directive; /* what stands behind `:~:text=` */
} convert_place;

/* Where a link to a place, `ADDRESS#id`, leads. */
typedef enum convert_leads {
    CONVERT_LEADS_ELSEWHERE, /* to no page that loses its places */
    CONVERT_LEADS_HERE,      /* to a place of this page */
    CONVERT_LEADS_THERE,     /* to one of another page that is converted */
} convert_leads;

/* What is asked for, and known, of one page. All empty: nothing. */
typedef struct convert_options {
    const convert_linked_id *linked_ids; /* of this page, sorted by id; NULL: none is known */
    size_t linked_id_count;
    slice excerpt_separator;  /* where the page's excerpt ends; empty: nobody shows one */
    bool excerpt_is_in_lists; /* else in the feed only */
    /* `page.NAME`: what the site's settings give pages of its kind that do not say it themselves. */
    const liquid_variable *defaults;
    size_t default_count;
    const liquid_target *files, *posts; /* as in liquid_scope */
    size_t file_count, post_count;
    slice address_of; /* the file of another page, at the address that this one would get; empty: none */
    slice address_shared,
        address_redirected; /* ... that is written there, too; whose redirect is; or empty */
    const convert_named_address
        *named_address; /* its permalink, as other files name it without a slash at the end */
    /* The size in pixels of the picture file that an address of the page names, before any style; false: it
     * is not known. Called on the thread that converts. NULL: none is known. */
    bool (*picture_size)(void *context, slice url, uint32_t *width, uint32_t *height);
    /* Does an address of the page name a file of the site that is not there? False: it is there, elsewhere,
     * or not known. On the same thread. NULL: none is known. */
    bool (*lacks_file)(void *context, slice url);
    void *picture_context; /* of both */
    /* Asked of every link to a place that does not begin with `#`. `*directive`: as in convert_place, of
     * CONVERT_LEADS_THERE; empty: no words stand only there. `*moved`: the link by the address that the page
     * has now; empty: it is that. Called on the thread that converts. NULL: all lead elsewhere. */
    convert_leads (*leads)(void *context, slice href, arena *a, slice *directive, slice *moved);
    void *leads_context;
    bool keep_html;    /* fill before_html, for reports */
    bool keep_account; /* and the account of shapes */
    /* Called with all findings, before they grade the page: marks those that a person has accepted. `front`
     * is the page's front matter. NULL: none is. */
    void (*accept)(void *context, slice front, findings *found);
    void *accept_context;
    bool mend_new; /* a page in the new form: its text repaired, remote files downloaded, as it is saved once
                      more */
    /* Called with the fitted document before it is saved; may change it. The self-check comes after. NULL:
     * not called. */
    void (*inspect)(void *context, tiptap_node *document);
    void *context;
} convert_options;

typedef enum convert_state {
    CONVERT_DONE,    /* `output` is the new page */
    CONVERT_ALREADY, /* the page is `variant: tiptap` already: left alone, or with mend_new, nothing to mend
                      */
    CONVERT_NOT_A_PAGE, /* no front matter: left alone */
    CONVERT_REFUSED     /* left alone; the finding of grade refused says why */
} convert_state;

/* Lives in the arena given to convert_page, but for what the caller passed in. */
typedef struct convert_result {
    convert_state state;
    slice output;          /* the page to write; for other states than CONVERT_DONE, the bytes that came in */
    slice text;            /* the repaired text of the page that came in */
    slice before_html;     /* what visitors read before, as HTML (keep_html) */
    line_map before_lines; /* its offsets → lines of the page (keep_html) */
    slice after_html;      /* the body that was written */
    findings found;
    grade grade;
    vector assets; /* of asset_reference: every remote file the page needs, in page order */
    vector places; /* of convert_place: those of the linked ids that the page has */
    mapping_account
        *account; /* every shape seen by the mapping rules, claimed or not (keep_account); or NULL */
} convert_result;

/* Converts one page. Never fails: what cannot be converted is CONVERT_REFUSED with a finding. `options` may
 * be NULL. `a` must outlive `result`. An exhausted arena refuses the page (`result` then holds the input and
 * one finding). False: it was the system that had no memory; there may be no finding then. Any number of
 * threads may share an engine, each with an arena of its own. */
bool convert_page(const convert_engine *engine, slice bytes, const convert_options *options, arena *a,
                  convert_result *result);

/* Takes the directives of `places` (convert_place) that lead nowhere in `page`, which was converted and has
 * been edited since. Uses `a` as scratch. */
void convert_keep_places(slice page, vector *places, arena *a);

/* Adds the files of other hosts that a page needs, whether it is converted yet or not (asset_reference, in
 * `a`) to `references`, which lives elsewhere: what a page that is refused, or no page, names is not needed.
 * Pure. An exhausted arena is emptied, and `references` too. */
void convert_collect_assets(const convert_engine *engine, slice bytes, arena *a, vector *references);

/* Is the page in save form: would the editor save it as it is, but for trailing white space? Otherwise
 * `*difference` is the offset of the first byte that would change, and `*saved`, when not NULL, what the
 * editor would write. A page that cannot be read is not in save form; `*difference` is 0 then. */
bool convert_check(slice page, arena *a, size_t *difference, slice *saved);

/* Findings for what visitors are shown of the page, and not of what the editor saves for it; of grade refused
 * where `convert --new-pages` would refuse it for its Liquid. `linked_ids`: as in convert_options. */
void convert_check_losses(const convert_engine *engine, slice page, slice saved,
                          const convert_linked_id *linked_ids, size_t linked_id_count, arena *a,
                          findings *found);

/* What a page of this many bytes may take: memory, as bytes that its arena hands out, and output. One that
 * needs more is refused. (Of 2,433 pages of sites the hungriest takes 1,138 times its bytes, and the one that
 * grows most becomes 2.3 times as long.) */
#define CONVERT_MEMORY_BASE ((size_t)32 << 20)
#define CONVERT_MEMORY_EACH ((size_t)2048)
#define CONVERT_OUTPUT_BASE ((size_t)1 << 20)
#define CONVERT_OUTPUT_EACH ((size_t)64)
size_t convert_memory(const convert_engine *engine, size_t length);

/* Steps (arena_pay) that a page may take: so many, and so many for each of its bytes; one that needs more is
 * refused. (Of 2,642 pages of sites none takes more than 474,069, or 9.7 a byte.) */
#define CONVERT_STEPS_BASE ((uint64_t)1 << 20)
#define CONVERT_STEPS_EACH ((size_t)64)

/* Bytes that the arena of one page may hand out (arena_create): a page that needs more is refused. The
 * settings may set it otherwise. */
#define CONVERT_MEMORY ((size_t)1 << 30)
size_t convert_memory_limit(const convert_engine *engine);

#endif
