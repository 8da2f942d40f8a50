/* legacy/, inside: the tree that the block parser builds, the span parser completes and the renderer writes.
 *
 * Three passes over a page, as in kramdown: blocks first (definitions may stand anywhere), then the text
 * inside them in document order, then HTML. All of it lives in the page's arena; nothing is freed; text is
 * borrowed where it can be.
 */
#ifndef ISOMERIZE_LEGACY_PRIVATE_H
#define ISOMERIZE_LEGACY_PRIVATE_H

#include "legacy.h"

/* ---- the tree ---------------------------------------------------------------------------------------- */

typedef enum node_type {
    /* blocks */
    NODE_ROOT,
    NODE_BLANK,
    NODE_BOUNDARY, /* a definition, an attribute list or ^: ends the block before it, writes nothing */
    NODE_PARAGRAPH,
    NODE_HEADER,
    NODE_BLOCKQUOTE,
    NODE_CODE_BLOCK,
    NODE_RULE,
    NODE_UNORDERED,
    NODE_ORDERED,
    NODE_ITEM,
    NODE_DEFINITION_LIST,
    NODE_TERM,
    NODE_DEFINITION,
    NODE_TABLE,
    NODE_TABLE_HEAD,
    NODE_TABLE_BODY,
    NODE_TABLE_FOOT,
    NODE_ROW,
    NODE_CELL,
    NODE_RAW_TEXT, /* text whose spans are not parsed yet */
    /* blocks or spans */
    NODE_ELEMENT,   /* HTML: value is the name */
    NODE_START_TAG, /* HTML inside raw HTML: the tag by itself, its content follows as siblings */
    NODE_END_TAG,
    NODE_VERBATIM, /* HTML comments, processing instructions, {::nomarkdown}, script and style: written as
                      they are */
    NODE_COMMENT,  /* {::comment} */
    NODE_MATH,
    /* spans */
    NODE_TEXT,
    NODE_LINK,
    NODE_IMAGE,
    NODE_BREAK,
    NODE_CODE,
    NODE_FOOTNOTE,
    NODE_EMPHASIS,
    NODE_STRONG,
    NODE_ENTITY, /* value: how it was written */
    NODE_QUOTE,  /* smart quotes and typographic symbols: value is the UTF-8 of the sign */
    NODE_ABBREVIATION,
} node_type;

/* How the inside of an HTML element is read. */
typedef enum content_model { CONTENT_NONE, CONTENT_RAW, CONTENT_BLOCK, CONTENT_SPAN } content_model;

typedef enum boundary_kind { BOUNDARY_MARKER, BOUNDARY_LIST, BOUNDARY_DEFINITION } boundary_kind;

typedef struct attribute attribute;
struct attribute {
    attribute *next;
    slice name, value;
};

typedef struct reference reference;
struct reference {
    reference *next;
    slice name;
};

/* An attribute list `{: …}`: its attributes in the order they were first set, its references to named lists.
 */
typedef struct attribute_list {
    attribute *first;
    reference *references;
} attribute_list;

typedef struct footnote footnote;

typedef struct node node;
struct node {
    node *first, *last, *next, *previous;
    slice value;
    attribute *attributes;
    attribute_list *list; /* the attribute list that was attached to it */
    union {
        footnote *note;        /* footnotes */
        const char *alignment; /* tables: one letter of "-lrc" a column */
        const slice *text;     /* headers and terms: what their ids are made from */
    };
    uint32_t line; /* of the page */
    union {
        uint32_t codepoint; /* entities */
        uint32_t images;    /* others: how many children are images */
    };
    uint8_t type;  /* node_type */
    uint8_t level; /* headers; boundaries: boundary_kind; elements: how many flat tags stand around them; code
                      blocks: 1 when fenced */
    uint8_t content;         /* content_model of an element */
    bool is_copied : 1;      /* the value is no borrowed text, and has room for value_room bytes */
    bool is_block : 1;       /* elements, verbatim text, comments, math */
    bool is_closed : 1;      /* elements: <br/> */
    bool is_known : 1;       /* start tags: HTML has such an element */
    bool is_raw : 1;         /* verbatim text that takes no indentation: {::nomarkdown} */
    bool is_transparent : 1; /* paragraphs that write no <p> */
    bool follows_blank : 1;  /* definitions: their first paragraph keeps its <p> */
};

/* ---- text with lines --------------------------------------------------------------------------------- */

/* What is looked for ahead again and again: the place of the next one is kept. */
typedef enum ahead_kind {
    AHEAD_BRACE,        /* } */
    AHEAD_GREATER,      /* > */
    AHEAD_BRACKET,      /* ] */
    AHEAD_SINGLE_QUOTE, /* ' */
    AHEAD_DOUBLE_QUOTE, /* " */
    AHEAD_NEWLINE,
    AHEAD_COMMENT_END,     /* --> */
    AHEAD_INSTRUCTION_END, /* ?> */
    AHEAD_MATH,            /* $$ */
    AHEAD_STRIKE,          /* ~~ */
    AHEAD_COUNT
} ahead_kind;

/* Text being read: the page's body, or the lines inside a container with their markers taken off. */
typedef struct backtick_run {
    size_t at, longest; /* of this run and all behind it */
} backtick_run;

typedef struct source {
    const char *text;
    size_t length, at;
    uint32_t line; /* of the page, of text[0] */
    /* line_of: where it counted to. */
    size_t counted_at;
    uint32_t counted_line;
    struct {
        size_t from, at; /* none in [from, at) */
    } ahead[AHEAD_COUNT];
    /* Code spans: the runs of backticks, the last one first; NULL until one is looked for. */
    struct backtick_run *backticks;
    size_t backtick_count;
    size_t reported; /* findings were made up to there: a text may be read twice */
    uint64_t failed; /* kinds of spans that failed to close, once effort is spent (span.c) */
} source;

source source_of(slice text, uint32_t line);
uint32_t source_line(source *s, size_t at);
/* The place of the next one at or after `at`; SLICE_NONE. Amortised constant time while `at` moves forward.
 */
size_t source_ahead(source *s, ahead_kind kind, size_t at);
static inline char source_char(const source *s, size_t at) {
    return at < s->length ? s->text[at] : '\0';
}
static inline slice source_slice(const source *s, size_t from, size_t to) {
    return (slice){s->text + from, to - from};
}
/* Behind the line break that ends the line of `at`, or the end of the text. */
static inline size_t source_line_end(const source *s, size_t at) {
    const char *hit = at < s->length ? memchr(s->text + at, '\n', s->length - at) : NULL;
    return hit ? (size_t)(hit - s->text) + 1 : s->length;
}

/* ---- the parser -------------------------------------------------------------------------------------- */

/* Containers nested deeper than this are read as text: no page written by people comes near. */
#define NESTING_MAX 100
#define SPAN_NESTING_MAX (2 * NESTING_MAX)

/* More attributes, references or bytes of classes than that are left out: so that lists of lists stay cheap.
 */
#define ATTRIBUTES_MAX 500
#define CLASSES_MAX 4000

/* Definitions by name. */
typedef struct definition definition;
struct definition {
    definition *next_added; /* in the order of the page */
    slice name;
    slice value, title;
    bool has_title;
    attribute_list list; /* named attribute lists */
    node *boundary;      /* where it stood: attribute lists behind it belong to it */
    uint32_t uses;       /* ids: how often it was given */
    footnote *note;
};

typedef struct definitions {
    hash_map by_name;
    size_t count, longest;
    definition *first, *last;
} definitions;

struct footnote {
    slice name;
    node *content;
    node *boundary;
    uint32_t line, number, repeats;
    bool is_used, is_written;
    footnote *next_written;
};

/* {::options}: the ones that change what a visitor sees. */
typedef struct settings {
    bool auto_ids, parse_block_html, parse_span_html, footnote_backlink_inline, has_math_engine, hard_wrap,
        plain_signs;
    slice auto_id_prefix, footnote_prefix, footnote_backlink;
    slice quotes[4]; /* left single, right single, left double, right double */
    int header_offset;
    long footnote_number;
    uint8_t toc_levels; /* bit n: level n */
} settings;

typedef struct parser {
    arena *arena;
    findings *found;
    node *root;
    node *spare; /* nodes that are not needed any more, the next one behind each */
    definitions links, footnotes, lists, abbreviations, ids, plain_ids;
    settings settings;
    uint32_t depth;     /* of blocks and spans being parsed */
    size_t effort_left; /* bytes that may still be read in vain (span.c) */
    bool is_quiet;      /* reading ahead: no findings */
    bool said_nesting, said_effort;
} parser;

/* The blocks of one container. */
typedef struct blocks {
    parser *parser;
    source *source;
    node *tree;
    attribute_list *pending; /* an attribute list that stands before its block */
} blocks;

/* ---- node.c ------------------------------------------------------------------------------------------ */

node *new_node(parser *p, node_type type, uint32_t line);
/* Nothing points to it any more, or will before the next new_node. */
void give_back_node(parser *p, node *n);
static inline slice node_text(const node *n) { /* of a header or a term */
    return n->text ? *n->text : (slice){NULL, 0};
}
void append_child(node *parent, node *child);
void remove_child(node *parent, node *child);
/* Adds text to the node's value; borrows as long as it can. */
void extend_value(parser *p, node *n, slice text);
/* Adds to the last child when it is text of that type, else a new child. */
void add_text(parser *p, node *tree, slice text, node_type type, uint32_t line);
slice *find_attribute(node *n, slice name);
void set_attribute(parser *p, attribute **list, slice name, slice value);
void remove_attribute(node *n, slice name);
definition *find_definition(const definitions *d, slice name);
definition *add_definition(parser *p, definitions *d, slice name); /* or the one of that name */
void report_nesting(parser *p, uint32_t line);
/* A finding for the source's text [from, to), once. */
void report_text(parser *p, source *s, finding_code code, size_t from, size_t to);

/* ---- character.c ------------------------------------------------------------------------------------- */

static inline bool is_word(char c) { /* \w */
    return is_alnum(c) || c == '_';
}
/* The character at `at`, or the one that ends before it, in Unicode: Ruby's [[:alpha:]], [[:alnum:]],
 * \p{Word}. */
bool is_alpha_at(const source *s, size_t at);
bool is_alnum_at(const source *s, size_t at);
bool is_word_at(const source *s, size_t at);
bool is_alpha_before(const source *s, size_t at);
bool is_word_codepoint(uint32_t c);
size_t character_length(const source *s, size_t at);
size_t character_before(const source *s, size_t at); /* where the character that ends before `at` starts */
slice fold_case(slice text, arena *a);               /* Ruby's String#downcase */
slice strip_left(slice s);                           /* Ruby's strip: white space and NUL */
slice strip_right(slice s);
static inline slice strip(slice s) {
    return strip_left(strip_right(s));
}

/* ---- line.c: what starts at a place; each gives the place behind the match, or 0 --------------------- */

size_t match_blank_lines(const source *s, size_t at);
size_t match_rest_blank(const source *s, size_t at); /* white space up to and with the next line break */
size_t match_end_of_block(const source *s, size_t at);
size_t match_attribute_list(source *s, size_t at, slice *content); /* a line `{: …}` */
size_t match_name(const source *s, size_t at);                     /* \w[\w-]* */
size_t skip_indent(const source *s, size_t at);                    /* up to three spaces */
size_t match_code_indent(const source *s, size_t at);
bool starts_list(const source *s, size_t at, bool ordered, size_t indent_max, size_t *marker_end);
bool starts_any_list(const source *s, size_t at);
bool starts_definition(const source *s, size_t at, size_t indent_max, size_t *marker_end);
size_t match_rule(const source *s, size_t at);
bool starts_html_block(source *s, size_t at); /* at a `<`: a tag that is not of the span kind */
bool ends_lazy_lines(source *s, size_t at);
bool ends_paragraph(source *s, size_t at);
bool before_block_boundary(source *s);
size_t match_code_lines(source *s, size_t at);

/* ---- html.c ------------------------------------------------------------------------------------------ */

typedef enum element_place { PLACE_EITHER, PLACE_SPAN, PLACE_BLOCK } element_place;

typedef struct element_info {
    slice name;
    uint8_t place, has_body, content;
} element_info;

/* NULL for a name that HTML does not know; the name must be in lower case. */
const element_info *find_element(slice lower_case_name);
size_t match_tag_name(const source *s, size_t at);

typedef struct html_tag {
    slice name;               /* in lower case where the element is known */
    const element_info *info; /* of the name in lower case; NULL when unknown */
    attribute *attributes;
    bool is_closed;
    size_t end;
} html_tag;

/* A start tag at `at`, with its attributes when `with_attributes`. */
bool match_start_tag(parser *p, source *s, size_t at, bool with_attributes, html_tag *tag);
/* An end tag `</name\s*>` at `at`; its name is as written. 0 when there is none. */
size_t match_end_tag(const source *s, size_t at, slice *name);
size_t match_comment(source *s, size_t at);
bool parse_block_html(blocks *b, bool *stop);
/* The `markdown` attribute: CONTENT_NONE when there is none that counts. Removes it. */
content_model take_markdown_attribute(attribute **list, const element_info *info);

/* ---- block.c ----------------------------------------------------------------------------------------- */

/* Parses blocks into `tree` up to the end of the source, or to the end tag of `tree` (true). */
bool parse_blocks(parser *p, node *tree, source *s);
node *new_block(blocks *b, node_type type, uint32_t line); /* takes the pending attribute list */
bool after_block_boundary(const blocks *b);

bool parse_list(blocks *b);
bool parse_definition_list(blocks *b);
bool parse_table(blocks *b);
bool parse_block_extension(blocks *b);
bool parse_footnote_definition(blocks *b);
bool parse_link_definition(blocks *b);
bool parse_abbreviation_definition(blocks *b);

/* ---- attribute_list.c -------------------------------------------------------------------------------- */

void parse_attribute_list(parser *p, slice text, attribute_list *list);
void merge_attribute_list(parser *p, attribute_list *into, const attribute_list *from);
void apply_attribute_list(parser *p, attribute **attributes, const attribute_list *list);
bool has_reference(const attribute_list *list, slice name);

/* Options of the site: before anything is read. */
void set_site_options(parser *p, const legacy_options *options);

/* `{::name …}`, at `at`. Gives true when the extension was handled; the source then stands behind it. */
bool parse_extension(parser *p, source *s, node *tree, bool is_block, bool *matched);

/* ---- span.c and its files ---------------------------------------------------------------------------- */

/* What parsed spans stand in: no emphasis in emphasis, no link in a link. */
enum { IN_EMPHASIS = 1, IN_STRONG = 2, IN_LINK = 4 };

typedef enum stop_kind { STOP_NEVER, STOP_EMPHASIS, STOP_BRACKET, STOP_END_TAG } stop_kind;

/* Where a nested span ends. */
typedef struct span_stop {
    uint8_t kind;
    char mark;      /* emphasis: * or _ */
    uint8_t length; /* emphasis: 1 or 2 */
    bool ignore_case;
    long brackets;    /* links: how many are open */
    slice name;       /* end tags */
    uint64_t failure; /* the bit that says such spans fail here: see source.failed */
} span_stop;

typedef enum span_mode { SPANS_ALL, SPANS_HTML, SPANS_CODE, SPANS_CODE_AND_HTML } span_mode;

typedef struct spans {
    parser *parser;
    source *source;
    node *tree;
    span_stop *stop;
    uint8_t inside; /* IN_… */
    uint8_t mode;   /* span_mode */
    node_type text_type;
} spans;

/* Parses from the source's place into `tree`. True: the stop was found, and the source stands before it. */
bool parse_spans(spans *outer, node *tree, span_stop *stop, uint8_t inside, span_mode mode);
void parse_all_spans(parser *p, source *s, node *tree, span_mode mode, node_type text_type);
void take_text(spans *s, size_t to); /* the source's text up to `to` becomes text of the tree */
node *take_node(spans *s, node_type type, size_t to);
/* Kinds of spans that may fail to close. */
enum { KIND_STAR, KIND_STARS, KIND_LINE, KIND_LINES, KIND_LINK, KIND_IMAGE, KIND_STRIKE };
/* Whether spans of that kind may still be tried: false once they failed and the effort is spent. */
bool may_try(const spans *s, unsigned kind);
uint64_t failure_of(const spans *s, unsigned kind);
void note_failure(spans *s, unsigned kind, size_t bytes);

void parse_emphasis(spans *s);
bool parse_link(spans *s);
bool parse_autolink(spans *s);
bool parse_span_html(spans *s);
bool parse_smart_quote(spans *s);
bool parse_entity(spans *s);
bool parse_typographic_symbol(spans *s);
slice normalize_link_id(slice id, arena *a);
uint32_t find_entity(slice name); /* 0 when unknown */
const char *entity_name(uint32_t codepoint);
/* An entity at the start of `text`: its length, and its code point (0: a name that is unknown, or a number
 * that is no character). 0 when there is none. */
size_t match_entity(slice text, uint32_t *codepoint, bool *known);

/* ---- after the parse --------------------------------------------------------------------------------- */

/* Parses the spans of the whole page, applies attribute lists, gives headers their ids. */
void finish_tree(parser *p);
void replace_abbreviations(parser *p, node *tree);
/* The id as kramdown makes it: for headers inside HTML and footnotes, and terms. */
slice make_plain_id(parser *p, slice text);
slice plain_id(slice text, arena *a);

/* ---- render.c ---------------------------------------------------------------------------------------- */

/* What the page's HTML is written to. */
typedef struct renderer {
    parser *parser;
    buffer out;
    line_map *lines;
    uint32_t line; /* of the last mark */
    /* Where the table of contents and the footnotes go; SLICE_NONE: nowhere, or at the end. */
    size_t contents_at, footnotes_at, placeholders;
    const node *contents_list;
    vector headers; /* of header_entry: those of the table of contents */
    footnote *first_note, *last_note;
    uint32_t note_count;
    bool in_contents; /* links are unwrapped, footnotes left out */
} renderer;

typedef struct header_entry {
    const node *header;
    slice id;
} header_entry;

void render_node(renderer *r, node *n, const node *parent, size_t indent);
void write_attributes(renderer *r, const attribute *list);
/* footnote.c, contents.c */
void render_footnote_marker(renderer *r, footnote *note);
void render_footnotes(renderer *r);
void render_contents(renderer *r);
/* The page's HTML, written to `out`; `lines` gets its marks. */
slice render_tree(parser *p, buffer out, line_map *lines);

#endif
