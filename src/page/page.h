/* page/: page text → front matter and body; front matter values; the front matter in the CMS's written form.
 *
 * Comes in: valid UTF-8 text of one page file. Goes out: where its parts are, the values as the CMS holds
 * them after reading (npm `yaml` 2.4, YAML 1.2 core; strings sanitised, trimmed, on one line), and the bytes
 * that the CMS writes for them (tests/editor/cycle.mjs, steps 1 and 6). What is written is a fixed point:
 * reading and writing it again gives the same bytes. It never loses a value in silence: it repairs with a
 * finding, or refuses.
 */
#ifndef ISOMERIZE_PAGE_H
#define ISOMERIZE_PAGE_H

#include "base/base.h"

/* ---- the parts of a page ----------------------------------------------------------------------------- */

typedef struct page_parts {
    bool has_front;      /* false: the whole text is body */
    slice front;         /* the YAML between the marker lines */
    slice body;          /* what follows, without leading blank lines */
    uint32_t front_line; /* lines of the file at which they begin, 1-based */
    uint32_t body_line;
} page_parts;

/* As Jekyll splits a page (Jekyll: YAML_FRONT_MATTER_REGEXP): marker lines, `...` ends the front matter too.
 */
page_parts page_split(slice text);

/* As the CMS splits a page: at the first two `---`, wherever they stand (cycle.mjs, step 1). */
page_parts page_split_as_cms(slice text);

/* ---- front matter values ----------------------------------------------------------------------------- */

typedef enum front_kind {
    FRONT_NULL,     /* `~`, `null`, nothing */
    FRONT_BOOL,     /* `true`, `false` */
    FRONT_NUMBER,   /* an IEEE double, as in the CMS */
    FRONT_STRING,   /* everything else: dates, `yes`, … */
    FRONT_SEQUENCE, /* `- …` */
    FRONT_MAPPING   /* `key: …` */
} front_kind;

typedef struct front_entry front_entry;

typedef struct front_value {
    front_kind kind;
    bool boolean;
    bool quoted; /* FRONT_STRING: not a plain scalar in the page that was read */
    double number;
    slice text;           /* FRONT_STRING */
    front_entry *entries; /* FRONT_SEQUENCE and FRONT_MAPPING, in the CMS's order */
    uint32_t count;
    uint32_t line; /* of the page file; 0: made here */
} front_value;

struct front_entry {
    slice key; /* empty in a sequence */
    front_value value;
};

/* Why a page cannot be read or written: what was found and what to do, for a person. line, column: of the
 * page file, 1-based; 0: not known. */
typedef struct page_error {
    uint32_t line, column;
    slice message;
} page_error;

/* The front matter of a page: `root` is always a mapping. Lives in the arena, may point into `front`. False:
 * the front matter cannot be read, `error` says why. What the CMS would change or could not read is changed
 * here, with findings. */
bool page_read_front(slice front, uint32_t first_line, arena *a, findings *found, front_value *root,
                     page_error *error);

/* Is it a page of the block editor: does its front matter say `variant: tiptap`, quoted or not? `front`: as
 * page_read_front has read it; NULL: it cannot be read, and a line that says so decides. */
bool page_is_tiptap(const page_parts *parts, const front_value *front);

/* The same of a page's text, or bytes. */
bool page_text_is_tiptap(slice text, arena *a);

/* A file of settings (`_config.yml`) as it was written: nothing is changed for the CMS. Otherwise as
 * page_read_front. */
bool page_read_settings(slice yaml, arena *a, front_value *root, page_error *error);

/* Whether Ruby's YAML, the site generator's, takes a plain scalar for a text as the CMS's does, and not for a
 * number, a date, a time, a symbol or a boolean of YAML 1.1. */
bool page_is_text_in_ruby(slice scalar);

/* Whether it is false for the site generator: of YAML 1.1 there are more words for it than the CMS knows. */
bool page_is_false_in_ruby(const front_value *value);

/* The value of a top-level key, or NULL. */
const front_value *page_front_get(const front_value *root, slice key);
/* The text of a top-level string; empty when the key is absent or holds no string. */
slice page_front_text(const front_value *root, slice key);
/* Sets a top-level key to a string: in place, or as the last key where it is new. */
void page_front_set(front_value *root, slice key, slice text, arena *a);

/* Appends `---`, the values, `---` and a line break, byte for byte as the CMS writes them: `permalink` gets
 * its trailing slash, strings are sanitised and folded. False: some value cannot be written so that the CMS
 * reads it again. */
bool page_write_front(const front_value *root, arena *a, findings *found, buffer *out, page_error *error);

#endif
