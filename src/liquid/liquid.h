/* liquid/: the templates of a page, run before Markdown is read, as Jekyll 4.3 with Liquid 5.4 runs them.
 *
 * Comes in: a page's body, what is known of the site and the page. Goes out: the body for the Markdown
 * parser. What stands for a fixed text is evaluated. All other Liquid (conditions, loops, includes, values
 * that are not known here) is left to the site's build: each tag is carried through the conversion as one
 * private character, so that nothing reads, escapes or curls it, and put back at the end. Never: a tag lost,
 * changed or moved in silence, a crash, more than linear time, on any bytes.
 */
#ifndef ISOMERIZE_LIQUID_H
#define ISOMERIZE_LIQUID_H

#include "base/base.h"

/* ---- values ------------------------------------------------------------------------------------------ */

typedef enum liquid_type {
    LIQUID_UNKNOWN, /* only the site's build can tell */
    LIQUID_NIL,
    LIQUID_BOOLEAN,
    LIQUID_INTEGER,
    LIQUID_FLOAT,
    LIQUID_STRING
} liquid_type;

typedef struct liquid_value {
    liquid_type type;
    bool boolean;
    int64_t integer;
    double number;
    slice text;
} liquid_value;

/* `site.title` → "Our site". */
typedef struct liquid_variable {
    slice name; /* with dots between its parts */
    liquid_value value;
} liquid_variable;

static inline liquid_value liquid_string(slice text) {
    return (liquid_value){.type = LIQUID_STRING, .text = text};
}

/* A page of the site, for {% link %} and {% post_url %}. */
typedef struct liquid_target {
    slice name; /* its path from the site's root; of posts, the file's name without its ending */
    slice url;  /* where it is published, without the site's baseurl */
} liquid_target;

/* What templates may ask for. A name that is in none of the lists is not known. */
typedef struct liquid_scope {
    const liquid_variable *site, *page; /* `site.NAME`, `page.NAME`; sorted by name */
    size_t site_count, page_count;
    slice url, baseurl;                 /* of _config.yml; empty where they are not set */
    const liquid_target *files, *posts; /* sorted by name */
    size_t file_count, post_count;
} liquid_scope;

/* ---- running ----------------------------------------------------------------------------------------- */

/* Has the text any Liquid at all? (Jekyll: Utils.has_liquid_construct?) */
bool liquid_is_in(slice text);

/* One tag or output that is carried through. */
typedef struct liquid_carried {
    slice text;     /* as written, white space around it not included */
    uint32_t line;  /* of the page */
    uint32_t block; /* tags of one block share a number: `if`, `else` and `endif`; 0: it stands by itself */
    uint32_t codepoint; /* what stands for it in `text` */
    bool is_output;     /* {{ … }} */
    bool sets_variable; /* what follows on the page may hang on it */
    bool is_silent;     /* writes nothing of its own */
    bool is_capture;    /* begins or ends a block that a variable takes up */
    bool is_loop;       /* begins or ends a block that may be there any number of times */
    bool is_end;        /* ends its block */
    uint32_t branch;    /* of its block, which begins behind it; 0: the first */
} liquid_carried;

typedef struct liquid_page {
    slice text;     /* for the Markdown parser */
    vector carried; /* of liquid_carried, in the order of the page; rising codepoints */
    vector lines;   /* of uint32_t: for each line of `text`, its line of the page */
    vector added;   /* of size_t: offsets of line breaks in `text` that the build does not have; rising */
    uint32_t block_count;
    uint32_t branch_count; /* the most that a block has */
    bool is_refused;
} liquid_page;

/* Runs the templates of a page's body that begins at `first_line`. Findings: what was evaluated.
 * `is_refused`: they cannot be read or carried; a finding of grade refused says where and why. */
liquid_page liquid_run(slice body, uint32_t first_line, const liquid_scope *scope, arena *a, findings *found);

/* Nothing is run: every tag of the body is carried; raw text is freed of its tags. For a page that is to keep
 * them as they are. False: they are more than there are characters to stand for them. */
bool liquid_keep(slice body, uint32_t first_line, arena *a, liquid_page *page);

/* The line of the page that line `line` of `text` (counted from the body's first line) comes from. */
uint32_t liquid_line(const liquid_page *page, uint32_t first_line, uint32_t line);

/* The value of one output's markup, what stands between the braces. */
liquid_value liquid_evaluate(slice markup, const liquid_scope *scope, arena *a);

/* How Markdown has the text once the build has run the tags that write nothing: without the blocks, or with
 * the nth branch of each (1: the first), in loops twice; never with what a variable takes up. */
typedef uint32_t liquid_reading;
#define LIQUID_WITHOUT_BLOCKS 0U
#define LIQUID_READINGS_MAX 8U /* branches beyond are not read */

slice liquid_read_as(const liquid_page *page, liquid_reading reading, arena *a);

/* The same step by step, for what else has the tags in their order. */
#define LIQUID_LOOPS 4 /* one in the other; what is in more is read once */
typedef struct liquid_reader {
    liquid_reading reading;
    uint32_t dropped; /* the number of the block that is left out here; 0: the text is there */
    uint32_t again;   /* ... of the loop that is read once more; 0: none is */
    struct {
        uint32_t block;
        size_t from;
    } loops[LIQUID_LOOPS]; /* that are open */
    size_t count;
} liquid_reader;

/* Where to go on behind a tag that ends at `end`: there, or where its loop begins. */
size_t liquid_read_past(liquid_reader *r, const liquid_carried *tag, size_t end);

/* ---- putting back ------------------------------------------------------------------------------------ */

/* Whether a carried tag may be in the text: characters of the last plane of Unicode, which nobody assigns. */
static inline bool liquid_may_hold(slice text) {
    return text.length >= 4 && memchr(text.data, 0xF4, text.length) != NULL;
}

/* The carried tag that the character at `at` stands for, which `*length` bytes are; NULL: an honest one. */
const liquid_carried *liquid_carried_at(const liquid_page *page, slice text, size_t at, size_t *length);

/* The text with its carried tags as written. `text` itself where it holds none. */
slice liquid_restore(const liquid_page *page, slice text, arena *a);

/* The same for text that the site's build is to publish: `{{` and `{%` that stand for themselves are put in
 * {% raw %}, or Liquid would take them for its own. */
slice liquid_restore_shielded(const liquid_page *page, slice text, arena *a);

/* The other way round, for the bytes about to be written: each tag becomes its character again, raw text is
 * freed of its tags. False: the tags in `written` are not those of the page in their order, to the letter
 * (but for the kind of white space between the words of a tag, and an address that several parts of one link
 * have): `*wrong` is the first that is missing or not the same. */
bool liquid_hide(const liquid_page *page, slice written, arena *a, slice *hidden,
                 const liquid_carried **wrong);

#endif
