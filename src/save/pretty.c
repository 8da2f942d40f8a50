/* The pretty-printer that the CMS runs over the editor's HTML: npm `html` 1.0, prettyPrint(…, {indent_size:
 * -1}).
 *
 * Comes in: HTML on one line. Goes out: the same but for white space: lines begin at tags that it does not
 * count as inline, and break at white space behind 70 characters by its own counter. Its quirks are the
 * format. It reads text, not structure, so this does too; characters are counted in UTF-16 units, as
 * JavaScript counts them. Not ported: its treatment of <script>, <style> and comments, which the schema
 * cannot hold.
 */
#include "private.h"

enum { LINE_MAX = 70 };

typedef enum token {
    TOKEN_END_OF_FILE,
    TOKEN_CONTENT,
    TOKEN_START,  /* a tag that opens something */
    TOKEN_CLOSE,  /* a tag that closes something */
    TOKEN_SINGLE, /* a tag that stands alone, or an inline element as a whole */
} token;

typedef struct printer {
    slice in;
    buffer *out;
    size_t at;
    size_t counter;      /* line_char_count: characters since the last line break, as it believes */
    size_t token_start;  /* in `out`: the token that is being read, then the one printed last */
    bool content_before; /* the last token was content, and … */
    bool empty_before;   /* … it was empty */
} printer;

static bool is_blank_character(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* How many UTF-16 units the byte begins: 0 for the inside of a character. */
static size_t units(char c) {
    unsigned char byte = (unsigned char)c;
    return byte < 0x80 ? 1 : byte < 0xC0 ? 0 : byte < 0xF0 ? 1 : 2;
}

/* The tags that it leaves as they are, with all that they hold. */
static bool is_unformatted(slice name) {
    static const slice NAMES[] = {
#define NAME(text) {text, sizeof(text) - 1}
        NAME("a"),       NAME("span"), NAME("bdo"),   NAME("em"),  NAME("strong"),  NAME("dfn"),
        NAME("code"),    NAME("samp"), NAME("kbd"),   NAME("var"), NAME("cite"),    NAME("abbr"),
        NAME("acronym"), NAME("q"),    NAME("sub"),   NAME("sup"), NAME("tt"),      NAME("i"),
        NAME("b"),       NAME("big"),  NAME("small"), NAME("u"),   NAME("s"),       NAME("strike"),
        NAME("font"),    NAME("ins"),  NAME("del"),   NAME("pre"), NAME("address"), NAME("dt"),
        NAME("h1"),      NAME("h2"),   NAME("h3"),    NAME("h4"),  NAME("h5"),      NAME("h6"),
    };
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal(name, NAMES[i]))
            return true;
    return false;
}

/* Tags that stand alone, of those that the schema writes. */
static bool is_single(slice name) {
    return slice_equal(name, SLICE("br")) || slice_equal(name, SLICE("img")) ||
           slice_equal(name, SLICE("hr")) || slice_equal(name, SLICE("input"));
}

/* print_newline: breaks the line before the token that begins at `start`. Nothing at the start of the output.
 */
static void break_line_before(printer *p, size_t start) {
    p->counter = 0;
    if (start == 0)
        return;
    buffer_append_char(p->out, '\n');
    memmove(p->out->data + start + 1, p->out->data + start, p->out->length - start - 1);
    p->out->data[start] = '\n';
    p->token_start++;
}

static bool ends_word(char c) {
    return c <= '<' && (c == '<' || is_blank_character(c)); /* letters come first */
}

/* get_content: text up to the next tag, its white space collapsed and broken where the line is full. */
static token read_content(printer *p) {
    p->token_start = p->out->length;
    if (p->at == p->in.length)
        return TOKEN_END_OF_FILE;
    bool space = false;
    for (; p->at < p->in.length && p->in.data[p->at] != '<'; p->at++) {
        char c = p->in.data[p->at];
        if (is_blank_character(c)) {
            space = p->out->length > p->token_start;
            continue;
        }
        size_t count = units(c);
        p->counter += count > 0;
        if (space) {
            bool full = p->counter >= LINE_MAX;
            buffer_append_char(p->out, full ? '\n' : ' ');
            p->counter = full ? 0 : p->counter + 1;
            space = false;
        }
        p->counter += count > 1;
        size_t word = p->at;
        while (p->at + 1 < p->in.length && !ends_word(p->in.data[p->at + 1]))
            p->counter += units(p->in.data[++p->at]);
        buffer_append(p->out, slice_sub(p->in, word, p->at + 1));
    }
    return TOKEN_CONTENT;
}

/* get_unformatted: everything up to and with `end`, as it is. */
static void copy_until(printer *p, slice end) {
    size_t from = p->out->length;
    char last = end.data[end.length - 1];
    while (p->at < p->in.length) {
        size_t run = p->at;
        char c = '\0';
        while (p->at < p->in.length && (c = p->in.data[p->at]) != last && c != '\n' && c != '\r') {
            p->counter += units(c);
            p->at++;
        }
        buffer_append(p->out, slice_sub(p->in, run, p->at));
        if (p->at == p->in.length)
            return;
        p->at++;
        if (c == '\n' || c == '\r') {
            buffer_append_char(p->out, '\n');
            p->counter = 0;
        } else {
            buffer_append_char(p->out, c);
            p->counter += units(c);
        }
        size_t length = p->out->length - from;
        if (c == last && length >= end.length &&
            slice_equal_nocase((slice){p->out->data + p->out->length - end.length, end.length}, end))
            return;
    }
}

static slice output_from(const printer *p, size_t from) {
    return (slice){p->out->data + from, p->out->length - from};
}

/* One tag up to its >, attributes separated by a space, or by a line break where the line is full. False: the
 * text ends inside it. */
static bool read_tag_head(printer *p) {
    bool space = false;
    while (p->at < p->in.length) {
        char c = p->in.data[p->at++];
        if (is_blank_character(c)) {
            space = true;
            continue;
        }
        p->counter += units(c);
        size_t length = p->out->length - p->token_start;
        bool quoted = (c == '"' || c == '\'') && !(length > 1 && p->out->data[p->token_start + 1] == '!');
        size_t value = p->out->length; /* where the quoted value is put first; a space may come before it */
        if (quoted) {
            buffer_append_char(p->out, c);
            copy_until(p, (slice){&c, 1});
            space = true;
        }
        if (c == '=')
            space = false;
        if (space && length && p->out->data[value - 1] != '=' && c != '>') {
            bool full = p->counter >= LINE_MAX;
            buffer_append_char(p->out, ' ');
            memmove(p->out->data + value + 1, p->out->data + value, p->out->length - value - 1);
            p->out->data[value] = full ? '\n' : ' ';
            p->counter = full ? 0 : p->counter + 1;
            space = false;
        }
        if (!quoted)
            buffer_append_char(p->out, c);
        if (c == '>')
            return true;
    }
    return false;
}

/* The tag's name as it sees it: up to the first space. A line break there hides the name. */
static slice tag_name(slice head) {
    size_t end = slice_find_char(head, ' ', 0);
    return slice_sub(head, 1, end == SLICE_NONE ? slice_find_char(head, '>', 0) : end);
}

/* White space next to an inline element is kept, one character of it on each side. */
static void copy_inline_element(printer *p, slice name, size_t tag_start) {
    char closing[16];
    size_t length = name.length + 3;
    memcpy(closing, "</", 2);
    memcpy(closing + 2, name.data, name.length);
    closing[length - 1] = '>';
    slice end = {closing, length};
    if (slice_find(output_from(p, p->token_start), end, 0) == SLICE_NONE)
        copy_until(p, end);
    if (tag_start > 0 && is_blank_character(p->in.data[tag_start - 1])) {
        buffer_append_char(p->out, ' ');
        memmove(p->out->data + p->token_start + 1, p->out->data + p->token_start,
                p->out->length - p->token_start - 1);
        p->out->data[p->token_start] = p->in.data[tag_start - 1];
    }
    if (p->at < p->in.length && is_blank_character(p->in.data[p->at]))
        buffer_append_char(p->out, p->in.data[p->at]);
}

/* get_tag. */
static token read_tag(printer *p) {
    size_t start = p->at;
    p->token_start = p->out->length;
    if (start == p->in.length)
        return TOKEN_END_OF_FILE;
    if (!read_tag_head(p))
        return TOKEN_SINGLE;
    slice head = output_from(p, p->token_start);
    slice name = tag_name(head);
    if (head.data[head.length - 2] == '/' || is_single(name))
        return TOKEN_SINGLE;
    if (is_unformatted(name)) {
        copy_inline_element(p, name, start);
        return TOKEN_SINGLE;
    }
    return name.length && name.data[0] == '/' ? TOKEN_CLOSE : TOKEN_START;
}

/* The first run of letters, digits and _ in the text. */
static slice first_word(slice text) {
    size_t from = 0;
    while (from < text.length && !is_alnum(text.data[from]) && text.data[from] != '_')
        from++;
    size_t to = from;
    while (to < text.length && (is_alnum(text.data[to]) || text.data[to] == '_'))
        to++;
    return slice_sub(text, from, to);
}

/* The name behind the first < that a name follows: /<\s*(\w+)/. Empty when there is none. */
static slice first_opened(slice text) {
    for (size_t at = slice_find_char(text, '<', 0); at != SLICE_NONE;
         at = slice_find_char(text, '<', at + 1)) {
        size_t from = at + 1;
        while (from < text.length && is_space(text.data[from]))
            from++;
        if (from < text.length && (is_alnum(text.data[from]) || text.data[from] == '_'))
            return first_word(slice_from(text, from));
    }
    return (slice){NULL, 0};
}

/* The letters behind a < at the start: /^\s*<([a-z]+)/i. "h1" is "h" to it. */
static slice first_letters(slice text) {
    size_t from = 0;
    while (from < text.length && is_space(text.data[from]))
        from++;
    if (from == text.length || text.data[from] != '<')
        return (slice){NULL, 0};
    size_t to = ++from;
    while (to < text.length && is_alpha(text.data[to]))
        to++;
    return slice_sub(text, from, to);
}

static void print_tag(printer *p, token kind, slice printed_before) {
    if (kind == TOKEN_START)
        break_line_before(p, p->token_start);
    if (kind == TOKEN_SINGLE && !is_unformatted(first_letters(output_from(p, p->token_start))))
        break_line_before(p, p->token_start);
    if (kind == TOKEN_CLOSE && p->empty_before &&
        !slice_equal(first_opened(printed_before), first_word(output_from(p, p->token_start))))
        break_line_before(p, p->token_start);
}

void pretty_print(slice html, buffer *out) {
    /* `out` may hold something already: the printer's output begins behind it. */
    buffer printed = buffer_new(out->arena, html.length + html.length / 8 + 64);
    printer p = {html, &printed, 0, 0, 0, false, false};
    size_t before = 0; /* where the last printed token begins */
    for (;;) {
        if (read_content(&p) == TOKEN_END_OF_FILE)
            break;
        size_t end = printed.length;
        p.empty_before = end == p.token_start;
        if (!p.empty_before)
            before = p.token_start;
        size_t before_end = end;
        token kind = read_tag(&p);
        if (kind == TOKEN_END_OF_FILE)
            break;
        print_tag(&p, kind, (slice){printed.data + before, before_end - before});
        before = p.token_start;
    }
    buffer_append(out, buffer_slice(&printed));
}
