/* What the files of save/ share. */
#ifndef ISOMERIZE_SAVE_PRIVATE_H
#define ISOMERIZE_SAVE_PRIVATE_H

#include "save/save.h"

/* html.c: the document as the editor's getHTML() gives it. Whether an <a> stands inside another one: then a
 * parser would build another tree of the text than it was written from. */
bool write_html(const tiptap_node *document, buffer *out);

/* The tags that a node begins and ends with. */
void write_start(buffer *out, const tiptap_node *node);
void write_end(buffer *out, const tiptap_node *node);
/* The attributes of a link in the order in which they are written. */
enum { LINK_ATTRIBUTE_COUNT = 4 };
extern const tiptap_attribute LINK_ATTRIBUTES[LINK_ATTRIBUTE_COUNT];

/* How long the reference at `at` is, of those that are written, and what it stands for; 0: none is there. */
size_t written_reference(slice text, size_t at, slice *character);
/* Text with the entities that are written as the characters they stand for. False, and the text as it is,
 * where another `&` stands in it. */
bool decode_written(slice text, arena *a, slice *decoded);
/* ` name="value"`; nothing for a null value. */
void write_attribute(buffer *out, slice name, slice value);

/* pretty.c: what the printer keeps from one element to the next. */
typedef struct print_state {
    uint32_t counter; /* of characters in the line, as it believes */
    bool goes_on;     /* something has been printed */
    bool counted;     /* the counter that it began with made a difference */
} print_state;

enum { LINE_MAX = 70 };

typedef enum token {
    TOKEN_END_OF_FILE,
    TOKEN_CONTENT,
    TOKEN_START,  /* a tag that opens something */
    TOKEN_CLOSE,  /* a tag that closes something */
    TOKEN_SINGLE, /* a tag that stands alone, or an inline element as a whole */
    TOKEN_RAW,    /* <script> or <style>: what follows is copied up to its end tag */
} token;

typedef struct printer {
    slice in;
    buffer *out;
    size_t at;
    size_t counter;     /* line_char_count: characters since the last line break, as it believes */
    size_t token_start; /* in `out`: the token that is being read, then the one printed last */
    size_t tag_start;   /* in `in`: the last < of the tag that is being read */
    token tag_kind;     /* of the last whole tag */
    bool empty_before;  /* the last token was content, and it was empty */
    bool goes_on;       /* something has been printed before this */
    bool cut;           /* the text has ended where more could follow */
    bool broken;        /* there has been a line break of its own: the counter began anew */
    bool counts;        /* what the counter was at the start has made a difference */
} printer;

static inline bool is_blank_character(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

/* How many UTF-16 units the byte begins: 0 for the inside of a character. */
static inline size_t units(char c) {
    unsigned char byte = (unsigned char)c;
    return (size_t)(byte < 0x80 || byte >= 0xC0) + (byte >= 0xF0);
}

/* print_newline: breaks the line before the token that begins at `start`. Nothing at the start of all that is
 * printed. */
void break_line_before(printer *p, size_t start);
/* get_content: text up to the next tag, its white space collapsed and broken where the line is full. */
token read_content(printer *p);

/* npm `html` 1.0, prettyPrint with indent_size -1. `out` is written over. False: the text ends where what
 * follows it would be printed otherwise, inside a tag, say. */
bool pretty_print(slice html, print_state *state, buffer *out);

/* save.c: a block of a document as it has been saved, and all of them. */
typedef struct saved_block {
    const tiptap_node *node;
    tiptap_node *read; /* what it is read as when that is something else; NULL: the same, or not known */
    print_state after;
    size_t end; /* in the body; it begins where the one before it ends */
} saved_block;

typedef struct saved_body {
    buffer body;
    vector blocks; /* of saved_block; none where the body cannot be put together of blocks */
} saved_body;

/* Saves the document. What is saved in the same way in `before` (NULL: nothing) is copied from there; its
 * document must not have changed since. */
saved_body save_document(const tiptap_node *document, const saved_body *before, size_t expected, arena *a);
/* Whether the document would be saved as that one was, block by block; false where that was saved in one
 * piece.
 */
bool is_saved_alike(const saved_body *saved, const tiptap_node *document);

/* Whether the blocks that are read as something else (read_back) are saved as they were once more. */
bool is_saved_again(const saved_body *saved, arena *a);

/* purify.c: DOMPurify 3.1 with the CMS's settings, on text that we wrote ourselves. */
void purify_written(slice html, arena *a, buffer *out);
/* One start tag of such text, at `at`. Returns where the text goes on. */
size_t purify_tag(slice html, size_t at, arena *a, buffer *out);
/* The same on any HTML: parsed, sanitised, written again. */
void purify_any(slice html, arena *a, buffer *out);
/* plain.c: a block as all three would write it, in one pass, behind what is in `out`. False, and nothing
 * done: the block is not plain. `written` is written over. */
bool save_plain(const tiptap_node *block, print_state *state, buffer *written, arena *a, buffer *out);
/* reader.c: the tree of a body that is plainly in save form, with the lines of the page; NULL for any other.
 */
dom_node *read_saved(slice html, uint32_t first_line, arena *a);
/* Reads a body that has been saved, along the document that it was saved from, but for what the editor's
 * plugins do to it: blocks that are read as something else get it as `read`. False: not in save form,
 * plainly. */
bool read_back(saved_body *saved, arena *a);
/* load.c: what the editor takes away of the line ends in the tree of a body that Markdown has left as it is.
 */
void strip_appended_line_ends(dom_node *body);
/* markdown.c: Markdown with raw HTML → HTML. */
slice render_markdown(slice text, arena *a);
/* Where the first line ends, if markdown-it takes it and the second for the head of a table; else 0. */
size_t table_head_end(slice text);

#endif
