/* The pretty-printer that the CMS runs over the editor's HTML: npm `html` 1.0, prettyPrint(…, {indent_size:
 * -1}).
 *
 * Comes in: HTML on one line. Goes out: the same but for white space: lines begin at tags that it does not
 * count as inline, and break at white space behind 70 characters by its own counter. Its quirks are the
 * format. It reads text, not structure, so this does too; characters are counted in UTF-16 units, as
 * JavaScript counts them. Scripts, styles and comments, which the schema cannot hold, can stand in attribute
 * values: it reads those too where an inline end tag in the value has led it astray. Not ported: the empty
 * lines around <head>, <body> and </html>.
 */
#include "private.h"

/* The tags that it leaves as they are, with all that they hold. */
static bool is_unformatted(slice name) {
    static const slice NAMES[] = {
        LITERAL("a"),      LITERAL("abbr"), LITERAL("acronym"), LITERAL("address"), LITERAL("b"),
        LITERAL("bdo"),    LITERAL("big"),  LITERAL("cite"),    LITERAL("code"),    LITERAL("del"),
        LITERAL("dfn"),    LITERAL("dt"),   LITERAL("em"),      LITERAL("font"),    LITERAL("h1"),
        LITERAL("h2"),     LITERAL("h3"),   LITERAL("h4"),      LITERAL("h5"),      LITERAL("h6"),
        LITERAL("i"),      LITERAL("ins"),  LITERAL("kbd"),     LITERAL("pre"),     LITERAL("q"),
        LITERAL("s"),      LITERAL("samp"), LITERAL("small"),   LITERAL("span"),    LITERAL("strike"),
        LITERAL("strong"), LITERAL("sub"),  LITERAL("sup"),     LITERAL("tt"),      LITERAL("u"),
        LITERAL("var"),
    };
    return slice_is_listed(NAMES, sizeof NAMES / sizeof *NAMES, name);
}

/* Tags that stand alone. */
static bool is_single(slice name) {
    static const slice NAMES[] = {
        LITERAL("!doctype"), LITERAL("?"),     LITERAL("?="),       LITERAL("?php"),    LITERAL("?xml"),
        LITERAL("area"),     LITERAL("base"),  LITERAL("basefont"), LITERAL("br"),      LITERAL("embed"),
        LITERAL("hr"),       LITERAL("img"),   LITERAL("input"),    LITERAL("isindex"), LITERAL("link"),
        LITERAL("meta"),     LITERAL("param"), LITERAL("wbr"),
    };
    return slice_is_listed(NAMES, sizeof NAMES / sizeof *NAMES, name);
}

void break_line_before(printer *p, size_t start) {
    p->counter = 0;
    p->broken = true;
    if (start == 0 && !p->goes_on)
        return;
    buffer_append_char(p->out, '\n');
    memmove(p->out->data + start + 1, p->out->data + start, p->out->length - start - 1);
    p->out->data[start] = '\n';
    p->token_start++;
}

/* Breaks lines of ASCII words, [at, end), at the spaces where they are full. `*run`: what is not copied yet
 * begins there. `line`: where a line that is as full would begin if each of its bytes were one unit. */
static ptrdiff_t break_words(printer *p, size_t at, size_t end, ptrdiff_t line, size_t *run) {
    for (;;) {
        ptrdiff_t full = line + LINE_MAX - 1; /* a word behind a space here would be too much */
        at = full > (ptrdiff_t)at ? (size_t)full : at;
        at = slice_find_char(slice_sub(p->in, 0, end), ' ', at);
        if (at == SLICE_NONE)
            return line;
        buffer_append(p->out, slice_sub(p->in, *run, at));
        buffer_append_char(p->out, '\n');
        *run = ++at;
        line = (ptrdiff_t)at + 1; /* the first letter of a line does not count */
    }
}

/* White space of another kind between words, [at, next): one character of it is left. */
static ptrdiff_t collapse_gap(printer *p, size_t at, size_t next, ptrdiff_t line, size_t *run) {
    ptrdiff_t counter = (ptrdiff_t)at - line;
    bool full = counter + 1 >= LINE_MAX;
    buffer_append(p->out, slice_sub(p->in, *run, at));
    buffer_append_char(p->out, full ? '\n' : ' ');
    *run = next;
    return (ptrdiff_t)next - (full ? -1 : counter + 1);
}

static size_t skip_blanks(slice text, size_t at) {
    while (at < text.length && is_blank_character(text.data[at]))
        at++;
    return at;
}

token read_content(printer *p) {
    size_t end = slice_find_char(p->in, '<', p->at), at = skip_blanks(p->in, p->at);
    slice text = slice_sub(p->in, 0, end); /* up to the tag */
    p->token_start = p->out->length;
    if (p->at == p->in.length)
        return TOKEN_END_OF_FILE;
    p->counts = p->counts || (!p->broken && at < text.length);
    size_t run = at, blank = at;
    ptrdiff_t line = (ptrdiff_t)at - (ptrdiff_t)p->counter;
    while (at < text.length) {
        blank = slice_words_end(text, at, true);
        line = break_words(p, at, blank, line, &run);
        at = skip_blanks(text, blank);
        if (at > blank && at < text.length)
            line = collapse_gap(p, blank, at, line, &run);
        else if (at == blank && at < text.length) { /* a character that is no word's end */
            line += 1 - (ptrdiff_t)units(text.data[at]);
            blank = ++at;
        }
    }
    buffer_append(p->out, slice_sub(text, run, blank));
    p->counter = (size_t)((ptrdiff_t)blank - line);
    p->at = text.length;
    return TOKEN_CONTENT;
}

/* Whether each byte is one unit, and no line end. */
static bool is_plain(slice text) {
    return slice_words_end(text, 0, true) == text.length;
}

/* get_unformatted: everything up to and with `end`, as it is. */
static void copy_until(printer *p, slice end) {
    char last = end.data[end.length - 1];
    size_t from = p->out->length, stop = slice_find_char(p->in, last, p->at);
    while (p->at < p->in.length) {
        size_t run = p->at;
        if (stop < run) /* else lines stand before it, and it is looked for once for all of them */
            stop = slice_find_char(p->in, last, run);
        slice text = slice_sub(p->in, run, stop);
        if (is_plain(text)) {
            p->counter += text.length;
            p->at += text.length;
        }
        for (; p->at < run + text.length && !is_line_end(p->in.data[p->at]); p->at++)
            p->counter += units(p->in.data[p->at]);
        buffer_append(p->out, slice_sub(p->in, run, p->at));
        if (p->at == p->in.length)
            break;
        char c = p->in.data[p->at++];
        buffer_append_char(p->out, is_line_end(c) ? '\n' : c);
        p->counter = is_line_end(c) ? 0 : p->counter + units(c);
        size_t length = p->out->length - from;
        if (c == last && length >= end.length &&
            slice_equal_nocase((slice){p->out->data + p->out->length - end.length, end.length}, end))
            return;
    }
    p->cut = true;
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
        size_t count = units(c);
        p->counter += count > 0;
        if (c == '<')
            p->tag_start = p->at - 1;
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
            p->counts = p->counts || !p->broken;
            buffer_append_char(p->out, ' ');
            memmove(p->out->data + value + 1, p->out->data + value, p->out->length - value - 1);
            p->out->data[value] = full ? '\n' : ' ';
            p->counter = full ? 0 : p->counter + 1;
            space = false;
        }
        p->counter += count > 1;
        if (!quoted)
            buffer_append_char(p->out, c);
        if (c == '>')
            return true;
        size_t run = p->at; /* what changes nothing but the counter */
        while (!space && p->at < p->in.length && is_alnum(p->in.data[p->at]))
            p->at++;
        p->counter += p->at - run;
        buffer_append(p->out, slice_sub(p->in, run, p->at));
    }
    return false;
}

/* The tag's name as it sees it, in small letters: up to the first space. A line break there hides the name.
 */
static slice tag_name(slice head, arena *a) {
    size_t end = slice_find_char(head, ' ', 0);
    return slice_lower(slice_sub(head, 1, end == SLICE_NONE ? slice_find_char(head, '>', 0) : end), a);
}

/* get_unformatted behind a tag: nothing where the tag itself holds the end. `end` in small letters. */
static void copy_behind_tag(printer *p, slice end) {
    slice head = output_from(p, p->token_start);
    for (size_t i = slice_find_char(head, end.data[0], 0); i != SLICE_NONE;
         i = slice_find_char(head, end.data[0], i + 1)) /* no letter: it has no other case */
        if (slice_equal_nocase(slice_sub(head, i, i + end.length), end))
            return;
    copy_until(p, end);
}

/* White space next to an inline element is kept, one character of it on each side. */
static void copy_inline_element(printer *p, slice name) {
    char closing[16];
    size_t length = name.length + 3, tag_start = p->tag_start;
    memcpy(closing, "</", 2);
    memcpy(closing + 2, name.data, name.length);
    closing[length - 1] = '>';
    copy_behind_tag(p, (slice){closing, length});
    if (tag_start > 0 && is_blank_character(p->in.data[tag_start - 1])) {
        buffer_append_char(p->out, ' ');
        memmove(p->out->data + p->token_start + 1, p->out->data + p->token_start,
                p->out->length - p->token_start - 1);
        p->out->data[p->token_start] = p->in.data[tag_start - 1];
    }
    if (p->at < p->in.length && is_blank_character(p->in.data[p->at]))
        buffer_append_char(p->out, p->in.data[p->at]);
}

/* What begins with <!: a comment, unless it is one of the conditions of an old browser. */
static token read_declaration(printer *p, slice name) {
    if (slice_find(name, SLICE("[if"), 0) != SLICE_NONE) {
        if (slice_find(output_from(p, p->token_start), SLICE("!IE"), 0) != SLICE_NONE)
            copy_behind_tag(p, SLICE("-->"));
        return TOKEN_START;
    }
    if (slice_find(name, SLICE("[endif"), 0) != SLICE_NONE)
        return TOKEN_CLOSE;
    copy_behind_tag(p, slice_find(name, SLICE("[cdata["), 0) != SLICE_NONE ? SLICE("]]>") : SLICE("-->"));
    return TOKEN_SINGLE;
}

/* get_tag. A tag that the text ends in counts as what the tag before it was. */
static token read_tag(printer *p) {
    p->token_start = p->out->length;
    if (p->at == p->in.length)
        return TOKEN_END_OF_FILE;
    if (!read_tag_head(p)) {
        p->cut = true;
        return p->tag_kind;
    }
    slice head = output_from(p, p->token_start);
    slice name = tag_name(head, p->out->arena);
    p->tag_kind = name.length && name.data[0] == '/' ? TOKEN_CLOSE : TOKEN_START;
    if (p->tag_kind == TOKEN_CLOSE && head.data[head.length - 2] != '/')
        return TOKEN_CLOSE; /* no name below begins so */
    if (head.data[head.length - 2] == '/' || is_single(name)) {
        p->tag_kind = TOKEN_SINGLE;
    } else if (slice_equal(name, SLICE("script")) || slice_equal(name, SLICE("style"))) {
        p->tag_kind = TOKEN_RAW;
    } else if (is_unformatted(name)) {
        copy_inline_element(p, name);
        p->tag_kind = TOKEN_SINGLE;
    } else if (name.length && name.data[0] == '!') {
        p->tag_kind = read_declaration(p, name);
    }
    return p->tag_kind;
}

/* Where the end tag of a <script> or <style> begins: /<\/name\s*>/i; the end of the text when there is none.
 */
static size_t find_raw_end(slice text, size_t from, slice name) {
    for (size_t at = slice_find(text, SLICE("</"), from); at != SLICE_NONE;
         at = slice_find(text, SLICE("</"), at + 1)) {
        size_t end = at + 2 + name.length;
        if (end > text.length || !slice_equal_nocase(slice_sub(text, at + 2, end), name))
            continue;
        while (end < text.length && is_space(text.data[end]))
            end++;
        if (end < text.length && text.data[end] == '>')
            return at;
    }
    return text.length;
}

/* get_contents_to: what stands in a <script> or <style>, trimmed, on lines of its own. False: nothing is left
 * of the text. */
static bool copy_raw(printer *p) {
    if (p->at == p->in.length)
        return false;
    slice head = output_from(p, p->token_start);
    size_t from = slice_find_char(head, '<', 0) + 1;
    bool script = slice_equal_nocase(slice_sub(head, from, from + 2), SLICE("sc"));
    size_t end = find_raw_end(p->in, p->at, script ? SLICE("script") : SLICE("style"));
    slice raw = slice_sub(p->in, p->at, end);
    p->at = end;
    p->cut = p->cut || end == p->in.length;
    if (raw.length == 0)
        return true;
    raw = slice_trim_wide(raw);
    buffer_append_char(p->out, '\n');
    for (size_t i = 0; i < raw.length; i++) {
        if (raw.data[i] == '\r' && i + 1 < raw.length && raw.data[i + 1] == '\n')
            continue;
        buffer_append_char(p->out, raw.data[i] == '\r' ? '\n' : raw.data[i]);
    }
    if (raw.length) {
        buffer_append_char(p->out, '\n');
        p->counter = 0;
    }
    return true;
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
    if (kind == TOKEN_START || kind == TOKEN_RAW)
        break_line_before(p, p->token_start);
    if (kind == TOKEN_SINGLE && !is_unformatted(first_letters(output_from(p, p->token_start))))
        break_line_before(p, p->token_start);
    if (kind == TOKEN_CLOSE && p->empty_before &&
        !slice_equal(first_opened(printed_before), first_word(output_from(p, p->token_start))))
        break_line_before(p, p->token_start);
}

bool pretty_print(slice html, print_state *state, buffer *out) {
    printer p = {.in = html,
                 .out = out,
                 .counter = state->counter,
                 .tag_kind = TOKEN_SINGLE,
                 .goes_on = state->goes_on};
    size_t before = 0; /* where the last printed token begins */
    bool raw = false;  /* the last tag was a <script> or <style> */
    out->length = 0;
    for (;;) {
        if (raw ? !copy_raw(&p) : read_content(&p) == TOKEN_END_OF_FILE)
            break;
        size_t end = out->length;
        p.empty_before = !raw && end == p.token_start;
        if (!raw && !p.empty_before)
            before = p.token_start;
        p.cut = p.cut || p.at == html.length;
        token kind = read_tag(&p);
        if (kind == TOKEN_END_OF_FILE)
            break;
        print_tag(&p, kind, (slice){out->data + before, end - before});
        before = p.token_start;
        raw = kind == TOKEN_RAW;
    }
    *state = (print_state){(uint32_t)p.counter, true, p.counts || !p.broken};
    return !p.cut && !raw;
}
