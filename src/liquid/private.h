/* liquid/, inside. */
#ifndef ISOMERIZE_LIQUID_PRIVATE_H
#define ISOMERIZE_LIQUID_PRIVATE_H

#include "liquid.h"

/* The characters that stand for tags: all of the last plane but its two noncharacters. */
enum { CARRIED_FIRST = 0x100000, CARRIED_END = 0x10FFFE, CARRIED_COUNT = CARRIED_END - CARRIED_FIRST };

/* Of each of them, whether the text holds it and no tag can have it; NULL: it holds none. */
bool *characters_used(slice text, arena *a);

/* The first one from `codepoint` on that a tag can have; CARRIED_END: none. */
uint32_t next_unused(const bool *used, uint32_t codepoint);

/* Longer values are not made here. */
#define VALUE_MAX ((size_t)64 << 10)

/* Arguments of a filter, its input first. */
enum { ARGUMENTS_MAX = 4 };

/* ---- scan.c: the source in tokens (Liquid: Tokenizer, BlockBody) -------------------------------------- */

typedef enum token_kind {
    TOKEN_TEXT,
    TOKEN_OUTPUT, /* {{ … }} */
    TOKEN_TAG,    /* {% name markup %} */
    TOKEN_BROKEN, /* begins like one of them and does not end so: Liquid raises an error */
} token_kind;

typedef struct token {
    size_t from, to;              /* in the source, with its braces */
    slice name;                   /* tags */
    slice markup;                 /* what Liquid parses: behind the name, before the closing braces */
    uint8_t kind;                 /* token_kind */
    bool trims_left, trims_right; /* {{- and -}} */
} token;

typedef struct scanner {
    slice source;
    size_t at;
    bool no_tag_end, no_output_end; /* none follows any more */
} scanner;

bool scan_token(scanner *s, token *t);
/* Behind `{% raw %}`: the text up to its end tag; the scanner goes behind the tag. False: it never ends. */
bool scan_raw(scanner *s, slice *text);

/* Ruby: \w and \s, ASCII. */
static inline bool is_word(char c) {
    return is_alnum(c) || c == '_';
}

/* ---- run.c: what kinds of tags there are --------------------------------------------------------------- */

/* Gives a name a value that later ones may ask for; begins a part of the block that it stands in. */
bool is_setting_tag(slice name);
bool is_branch_tag(slice name);

/* ---- expression.c -------------------------------------------------------------------------------------- */

/* As Ruby's to_s; UNKNOWN never comes here. */
slice value_text(const liquid_value *value, arena *a);

/* ---- filters.c, text.c ----------------------------------------------------------------------------------
 */

typedef struct call {
    const liquid_scope *scope;
    arena *arena;
    liquid_value arguments[ARGUMENTS_MAX]; /* [0]: the input */
    size_t count;
} call;

/* UNKNOWN for filters, arguments and values that are not certain. */
liquid_value apply_filter(slice name, call *c);

static inline liquid_value unknown_value(void) {
    return (liquid_value){.type = LIQUID_UNKNOWN};
}

/* ---- url.c -----------------------------------------------------------------------------------------------
 */

liquid_value relative_url(call *c);
liquid_value absolute_url(call *c);
liquid_value escape_uri(call *c);

#endif
