/* Running the templates of a page: what is fixed is evaluated, all else gets a private character in its
 * place.
 *
 * Tags must open and close as Liquid wants it, or the site's build stops at the page: such a page is refused.
 * Where a line of the page goes is noted piece by piece, since tags, comments and trimmed white space take
 * line breaks with them.
 */
#include "private.h"

#include <stdlib.h>

/* As Liquid (Block::MAX_DEPTH). */
#define DEPTH_MAX 100

/* How far back a tag that is open is looked for. */
#define TAG_LENGTH_MAX 4096

/* ---- the tags ---------------------------------------------------------------------------------------- */

typedef enum tag_role {
    ROLE_SINGLE,
    ROLE_BLOCK,
    ROLE_BRANCH, /* else, elsif, when */
    ROLE_RAW,
    ROLE_COMMENT,
    ROLE_NOTE, /* {% # … %} */
    ROLE_HIGHLIGHT,
    ROLE_ECHO,
    ROLE_LINK,
    ROLE_POST_URL
} tag_role;

typedef struct tag_kind {
    slice name;
    uint8_t role;       /* tag_role */
    bool is_silent;     /* writes nothing of its own: alone on its line, it leaves a blank line */
    bool sets_variable; /* its markup begins with a name that it gives a value */
} tag_kind;

/* Liquid 5.4: lib/liquid/tags; Jekyll 4.3: lib/jekyll/tags. */
static const tag_kind KINDS[] = {
    {LITERAL("#"), ROLE_NOTE, true, false},
    {LITERAL("assign"), ROLE_SINGLE, true, true},
    {LITERAL("break"), ROLE_SINGLE, true, false},
    {LITERAL("capture"), ROLE_BLOCK, true, true},
    {LITERAL("case"), ROLE_BLOCK, true, false},
    {LITERAL("comment"), ROLE_COMMENT, true, false},
    {LITERAL("continue"), ROLE_SINGLE, true, false},
    {LITERAL("decrement"), ROLE_SINGLE, false, true},
    {LITERAL("echo"), ROLE_ECHO, false, false},
    {LITERAL("else"), ROLE_BRANCH, true, false},
    {LITERAL("elsif"), ROLE_BRANCH, true, false},
    {LITERAL("for"), ROLE_BLOCK, true, true},
    {LITERAL("highlight"), ROLE_HIGHLIGHT, false, false},
    {LITERAL("if"), ROLE_BLOCK, true, false},
    {LITERAL("ifchanged"), ROLE_BLOCK, true, false},
    {LITERAL("increment"), ROLE_SINGLE, false, true},
    {LITERAL("link"), ROLE_LINK, false, false},
    {LITERAL("post_url"), ROLE_POST_URL, false, false},
    {LITERAL("raw"), ROLE_RAW, false, false},
    {LITERAL("tablerow"), ROLE_BLOCK, false, true},
    {LITERAL("unless"), ROLE_BLOCK, true, false},
    {LITERAL("when"), ROLE_BRANCH, true, false},
};

/* Which blocks take which branches. */
static const slice BRANCHES[][2] = {
    {LITERAL("else"), LITERAL("if")},   {LITERAL("else"), LITERAL("unless")},
    {LITERAL("else"), LITERAL("case")}, {LITERAL("else"), LITERAL("for")},
    {LITERAL("elsif"), LITERAL("if")},  {LITERAL("elsif"), LITERAL("unless")},
    {LITERAL("when"), LITERAL("case")},
};

static const tag_kind *find_kind(slice name) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (slice_equal(KINDS[i].name, name))
            return &KINDS[i];
    return NULL;
}

bool is_setting_tag(slice name) {
    const tag_kind *kind = find_kind(name);
    return kind && kind->sets_variable;
}

bool is_branch_tag(slice name) {
    const tag_kind *kind = find_kind(name);
    return kind && kind->role == ROLE_BRANCH;
}

static bool takes_branch(slice block, slice branch) {
    for (size_t i = 0; i < sizeof BRANCHES / sizeof *BRANCHES; i++)
        if (slice_equal(BRANCHES[i][0], branch) && slice_equal(BRANCHES[i][1], block))
            return true;
    return false;
}

/* ---- a run ------------------------------------------------------------------------------------------- */

/* An open block. */
typedef struct running_block {
    const tag_kind *kind; /* NULL: a plugin's */
    token tag;
    uint32_t line, block, branch;
    size_t out_from;    /* highlight: where its code begins in `out` */
    size_t marks_count; /* and how many marks there were */
} running_block;

typedef struct running {
    slice body;
    liquid_scope scope; /* without the names that the page gives a value itself */
    arena *arena;
    findings *found;
    scanner scan;
    liquid_page page;
    buffer out;
    vector marks;             /* of line_mark: offsets of `out` */
    vector open;              /* of running_block */
    vector ends;              /* of slice: names of tags that begin with `end`, sorted */
    uint32_t comments, codes; /* how many of them are open */
    uint32_t codepoint;       /* the next that is free */
    bool *used;               /* characters that the page has itself; NULL: none */
    size_t leads_at;  /* where it ended behind tags that write nothing, with nothing else on their line */
    size_t dashed_at; /* where `out` ended behind the last tag that is carried and trims what follows */
    bool trims;       /* the text that follows begins without white space */
    size_t followed, bracket; /* follow_html: read up to there; behind the last < or > */
    bool in_comment;
    size_t counted_at; /* line_of: up to where lines were counted */
    uint32_t counted_line;
} running;

/* Offsets come in rising order, but for a few steps back. */
static uint32_t line_of(running *r, size_t at) {
    for (; r->counted_at < at; r->counted_at++)
        r->counted_line += r->body.data[r->counted_at] == '\n';
    for (; r->counted_at > at; r->counted_at--)
        r->counted_line -= r->body.data[r->counted_at - 1] == '\n';
    return r->counted_line;
}

static slice source_of(const running *r, const token *t) {
    return slice_sub(r->body, t->from, t->to);
}

static void refuse(running *r, finding_code code, uint32_t line, slice tag, const char *why) {
    if (!r->page.is_refused)
        findings_add(r->found, code, line, "%.*s %s", SLICE_ARGS(utf8_head(tag, 120)), why);
    r->page.is_refused = true;
}

static void refuse_token(running *r, const token *t, const char *why) {
    refuse(r, FINDING_LIQUID_BROKEN, line_of(r, t->from), source_of(r, t), why);
}

/* BlockBody#whitespace_handler: Ruby's strip, white space and NUL. */
static bool is_stripped(char c) {
    return is_space(c) || c == '\0';
}

/* The tag without its dash at that side: the text it trims is trimmed already, and white space that stands
 * there now comes from a value, which it leaves alone. */
static void drop_dash(running *r, liquid_carried *tag, size_t at) {
    buffer text = buffer_new(r->arena, tag->text.length);
    buffer_append(&text, slice_sub(tag->text, 0, at));
    buffer_append(&text, slice_from(tag->text, at + 1));
    tag->text = buffer_slice(&text);
}

/* Names of elements that stand in lines of text. */
static const slice INLINE[] = {
    LITERAL("a"),      LITERAL("abbr"), LITERAL("b"),    LITERAL("br"), LITERAL("cite"),  LITERAL("code"),
    LITERAL("del"),    LITERAL("em"),   LITERAL("font"), LITERAL("i"),  LITERAL("img"),   LITERAL("ins"),
    LITERAL("kbd"),    LITERAL("mark"), LITERAL("q"),    LITERAL("s"),  LITERAL("small"), LITERAL("span"),
    LITERAL("strong"), LITERAL("sub"),  LITERAL("sup"),  LITERAL("u"),
};

static size_t skip_while(slice text, size_t at, bool (*test)(char c)) {
    while (at < text.length && test(text.data[at]))
        at++;
    return at;
}

/* Whether Markdown reads a line that begins so as more than a line of text. */
static bool begins_block(slice text) {
    size_t at = 0;
    while (at < text.length && at < 3 && text.data[at] == ' ')
        at++;
    text = slice_from(text, at);
    char first = text.length ? text.data[0] : '\0', second = text.length > 1 ? text.data[1] : ' ';
    size_t digits = skip_while(text, 0, is_digit), name = skip_while(text, 1, is_alnum);
    if (first == '<')
        return second == '!' || (name > 1 && !slice_is_listed(INLINE, sizeof INLINE / sizeof *INLINE,
                                                              slice_sub(text, 1, name)));
    if (digits > 0)
        return digits + 1 < text.length && text.data[digits] == '.' && is_space(text.data[digits + 1]);
    if (first == '-' || first == '*' || first == '+')
        return is_space(second);
    return first && (strchr(">#|", first) || slice_starts_with(text, SLICE("```")) ||
                     slice_starts_with(text, SLICE("~~~")));
}

/* The line break that follows is not in the page. */
static void note_added(running *r) {
    *(size_t *)vector_push(&r->page.added) = r->out.length;
}

static void append_piece(running *r, slice text, uint32_t line) {
    if (r->comments || text.length == 0)
        return;
    if (r->leads_at == r->out.length && begins_block(text)) /* once the tag has run, the line begins here */
        for (int i = 0; i < 2; i++) {
            note_added(r);
            buffer_append_char(&r->out, '\n');
        }
    if (r->dashed_at == r->out.length && is_stripped(text.data[0])) {
        liquid_carried *tag = vector_last(&r->page.carried);
        drop_dash(r, tag, tag->text.length - 3);
    }
    if (r->out.length > UINT32_MAX)
        arena_fail(r->marks.arena);
    *(line_mark *)vector_push(&r->marks) = (line_mark){(uint32_t)r->out.length, line};
    buffer_append(&r->out, text);
}

/* ---- what the page has ------------------------------------------------------------------------------- */

bool *characters_used(slice text, arena *a) {
    bool *used = liquid_may_hold(text) ? arena_zeroed(a, CARRIED_COUNT) : NULL;
    for (size_t at = 0; used && at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c >= CARRIED_FIRST && c < CARRIED_END)
            used[c - CARRIED_FIRST] = true;
    }
    return used;
}

uint32_t next_unused(const bool *used, uint32_t codepoint) {
    while (used && codepoint < CARRIED_END && used[codepoint - CARRIED_FIRST])
        codepoint++;
    return codepoint;
}

static int compare_slices(const void *a, const void *b) {
    return slice_compare(*(const slice *)a, *(const slice *)b);
}

/* A name that the page gives a value hides the site's or the page's own. */
static void note_variable(running *r, const tag_kind *kind, slice markup) {
    size_t end = 0;
    while (end < markup.length && (is_word(markup.data[end]) || markup.data[end] == '-'))
        end++;
    slice name = slice_sub(markup, 0, end);
    if (!kind->sets_variable)
        return;
    if (slice_equal(name, SLICE("site")))
        r->scope.site_count = 0;
    if (slice_equal(name, SLICE("page")))
        r->scope.page_count = 0;
}

/* Looks through the page once: the blocks of plugins are known by their end tags. */
static void look_ahead(running *r) {
    scanner s = {.source = r->body};
    token t;
    slice raw;
    r->ends = vector_new(r->arena, sizeof(slice));
    while (scan_token(&s, &t)) {
        if (t.kind != TOKEN_TAG)
            continue;
        const tag_kind *kind = find_kind(t.name);
        if (kind && kind->role == ROLE_RAW)
            scan_raw(&s, &raw);
        else if (kind)
            note_variable(r, kind, t.markup);
        else if (slice_starts_with(t.name, SLICE("end")))
            *(slice *)vector_push(&r->ends) = slice_from(t.name, 3);
        else if (slice_equal(t.name, SLICE("liquid"))) /* tags in a form that is not read here */
            r->scope.site_count = r->scope.page_count = 0;
    }
    if (r->ends.count)
        qsort(r->ends.items, r->ends.count, sizeof(slice), compare_slices);
}

/* ---- carrying ---------------------------------------------------------------------------------------- */

/* Reads what was written since it was called last, for comments and the ends of tags. */
static void follow_html(running *r) {
    const char *text = r->out.data;
    r->followed = r->followed < r->out.length ? r->followed : r->out.length;
    for (size_t at = r->followed; at < r->out.length; at++) {
        if (r->in_comment)
            r->in_comment = !(text[at] == '>' && memcmp(text + at - 2, "--", 2) == 0);
        else if (text[at] == '<' || text[at] == '>')
            r->bracket = at + 1;
        else if (text[at] == '-' && at >= 3)
            r->in_comment = memcmp(text + at - 3, "<!--", 4) == 0;
    }
    r->followed = r->out.length;
}

/* Whether the text up to here ends inside an HTML tag, outside of its values: whatever comes there decides
 * how the rest of the tag is read. */
static bool is_inside_tag(running *r) {
    slice text = buffer_slice(&r->out);
    follow_html(r);
    size_t at = r->bracket;
    if (r->in_comment || at == 0 || text.length - at > TAG_LENGTH_MAX || text.data[at - 1] == '>')
        return false;
    at += at < text.length && text.data[at] == '/';
    size_t name = at;
    while (at < text.length && is_alnum(text.data[at]))
        at++;
    if (at == name || (at < text.length && !is_space(text.data[at]) && text.data[at] != '/'))
        return false;
    char quote = '\0';
    for (; at < text.length; at++) {
        char c = text.data[at];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else if (!quote && !is_alnum(c) && !is_space(c) && !strchr("_:.-=/", c) &&
                 !liquid_may_hold(slice_sub(text, at, at + 4)))
            return false; /* not what attributes are made of */
        if (!quote && (unsigned char)c == 0xF4)
            at += 3;
    }
    return quote == '\0';
}

/* Whether what follows ends an HTML tag before it begins one. */
static bool closes_tag(const running *r, size_t at) {
    slice rest = slice_sub(r->body, at, at + TAG_LENGTH_MAX);
    size_t end = slice_find_char(rest, '>', 0);
    return end != SLICE_NONE && slice_find_char(slice_sub(rest, 0, end), '<', 0) == SLICE_NONE;
}

/* Whether the tag is alone on its line of the page. */
static bool is_alone(const running *r, const token *t) {
    size_t from = t->from, to = t->to;
    while (from > 0 && (r->body.data[from - 1] == ' ' || r->body.data[from - 1] == '\t'))
        from--;
    while (to < r->body.length && (r->body.data[to] == ' ' || r->body.data[to] == '\t'))
        to++;
    return (from == 0 || r->body.data[from - 1] == '\n') &&
           (to == r->body.length || r->body.data[to] == '\n');
}

/* A tag that writes nothing, alone on its line, leaves a blank line for Markdown to read: it gets blank lines
 * around it, and no indentation that would make code of it. */
static void append_alone(running *r, slice character, uint32_t line) {
    size_t indent = 0;
    while (r->out.length &&
           (r->out.data[r->out.length - 1] == ' ' || r->out.data[r->out.length - 1] == '\t')) {
        r->out.length--;
        indent++;
    }
    note_added(r);
    append_piece(r, SLICE("\n"), line);
    append_piece(r, slice_sub(SLICE("   "), 0, indent), line);
    append_piece(r, character, line);
    note_added(r);
    append_piece(r, SLICE("\n"), line);
}

static liquid_carried *add_carried(running *r, const token *t, const tag_kind *kind, uint32_t block) {
    bool is_end = !kind && block && slice_starts_with(t->name, SLICE("end"));
    const running_block *around = vector_last(&r->open);
    const tag_kind *opener = is_end ? find_kind(slice_from(t->name, 3)) : kind;
    liquid_carried *one = vector_push_zeroed(&r->page.carried);
    *one = (liquid_carried){.text = source_of(r, t),
                            .line = line_of(r, t->from),
                            .block = block,
                            .branch = around && around->block == block ? around->branch : 0,
                            .codepoint = r->codepoint,
                            .is_output = t->kind == TOKEN_OUTPUT,
                            .sets_variable = kind && kind->sets_variable,
                            .is_silent = t->kind == TOKEN_TAG && opener && opener->is_silent,
                            .is_capture = opener && slice_equal(opener->name, SLICE("capture")),
                            .is_loop = opener && slice_equal(opener->name, SLICE("for")),
                            .is_end = is_end};
    if (t->trims_left && r->out.length && is_stripped(r->out.data[r->out.length - 1]))
        drop_dash(r, one, 2);
    return one;
}

static bool is_at_line_start(const buffer *out) {
    size_t at = out->length;
    while (at > 0 && (out->data[at - 1] == ' ' || out->data[at - 1] == '\t'))
        at--;
    return at == 0 || out->data[at - 1] == '\n';
}

static void carry(running *r, const token *t, const tag_kind *kind, uint32_t block) {
    if (r->comments)
        return;
    uint32_t line = line_of(r, t->from);
    r->codepoint = next_unused(r->used, r->codepoint);
    slice source = source_of(r, t);
    if (r->codepoint >= CARRIED_END) {
        refuse(r, FINDING_LIQUID_MISPLACED, line, source, "is one of more tags than a page can hold");
        return;
    }
    if (!r->codes && is_inside_tag(r) && closes_tag(r, t->to))
        refuse(r, FINDING_LIQUID_MISPLACED, line, source, "stands inside an HTML tag");
    bool is_silent = add_carried(r, t, kind, block)->is_silent;
    buffer character = buffer_new(r->arena, 4);
    buffer_append_codepoint(&character, r->codepoint++);
    bool leads = is_silent && !r->codes && (r->leads_at == r->out.length || is_at_line_start(&r->out));
    if (is_silent && !r->codes && !t->trims_left && !t->trims_right && is_alone(r, t))
        append_alone(r, buffer_slice(&character), line);
    else
        append_piece(r, buffer_slice(&character), line);
    if (leads)
        r->leads_at = r->out.length;
    if (t->trims_right)
        r->dashed_at = r->out.length;
}

/* ---- evaluating -------------------------------------------------------------------------------------- */

static void write_value(running *r, const token *t, slice value) {
    if (r->comments)
        return;
    uint32_t line = line_of(r, t->from);
    append_piece(r, value, line);
    finding *f = findings_add(r->found, FINDING_LIQUID_FIXED, line, "%.*s", SLICE_ARGS(source_of(r, t)));
    if (f && value.length)
        f->became =
            format_slice(r->arena, "its value stands there now: %.*s", SLICE_ARGS(utf8_head(value, 120)));
}

static bool is_blank(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (!is_space(text.data[i]))
            return false;
    return true;
}

/* Liquid takes the white space out of a block that holds nothing else (BlockBody#remove_blank_strings). An
 * output is something else, also where it writes nothing: it may go only where it stands next to a word. */
static bool keeps_block(const running *r, const token *t) {
    bool in_block = false;
    for (size_t i = 0; i < r->open.count && !in_block; i++) {
        const running_block *f = vector_at(&r->open, i);
        in_block = !f->kind || f->kind->role == ROLE_BLOCK;
    }
    char before = t->from ? r->body.data[t->from - 1] : ' ';
    char after = t->to < r->body.length ? r->body.data[t->to] : ' ';
    return in_block && (is_space(before) || before == '}') && (is_space(after) || after == '{');
}

static void run_output(running *r, const token *t) {
    liquid_value value = liquid_evaluate(t->markup, &r->scope, r->arena);
    slice text = value_text(&value, r->arena);
    if (value.type == LIQUID_UNKNOWN || liquid_may_hold(text) || (is_blank(text) && keeps_block(r, t)))
        carry(r, t, NULL, 0);
    else
        write_value(r, t, text);
}

static const liquid_target *find_target(const liquid_target *list, size_t count, slice name) {
    for (size_t low = 0, high = count; low < high;) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(list[middle].name, name);
        if (order == 0)
            return &list[middle];
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return NULL;
}

/* {% link path %} and {% post_url name %}: where that file is published (Jekyll: Tags::Link, Tags::PostUrl).
 */
static void run_link(running *r, const token *t, bool is_post) {
    slice name = slice_trim(t->markup);
    const liquid_target *target = is_post ? find_target(r->scope.posts, r->scope.post_count, name)
                                          : find_target(r->scope.files, r->scope.file_count, name);
    call c = {.scope = &r->scope, .arena = r->arena, .count = 1};
    c.arguments[0] = target ? liquid_string(target->url) : unknown_value();
    liquid_value value = target ? relative_url(&c) : unknown_value();
    if (value.type == LIQUID_UNKNOWN)
        carry(r, t, find_kind(t->name), 0);
    else
        write_value(r, t, value.text);
}

/* ---- highlight --------------------------------------------------------------------------------------- */

static bool is_language(char c) {
    return is_alnum(c) || (c && strchr(".+#_-", c));
}

/* HighlightBlock::SYNTAX: a language, then options `name`, `name=value`, `name="1 2"`. */
static bool read_language(slice markup, slice *language) {
    markup = slice_trim(markup);
    size_t at = skip_while(markup, 0, is_language);
    *language = slice_sub(markup, 0, at);
    while (at > 0 && at < markup.length) {
        size_t name = skip_while(markup, at, is_space), end = skip_while(markup, name, is_word);
        if (name == at || end == name)
            return false;
        at = end;
        if (at < markup.length && markup.data[at] == '=') {
            bool quoted = at + 1 < markup.length && markup.data[at + 1] == '"';
            size_t value = at + 1 + quoted;
            at = quoted ? slice_find_char(markup, '"', value) : skip_while(markup, value, is_word);
            if (at == SLICE_NONE || at == value)
                return false;
            at += quoted;
        }
    }
    return at > 0;
}

static void append_code(running *r, slice code, uint32_t line) {
    buffer escaped = buffer_new(r->arena, code.length + 64);
    buffer_append_html(&escaped, code, false);
    append_piece(r, buffer_slice(&escaped), line);
}

/* HighlightBlock#render: line breaks around the code go; what colours its words is left out. */
static void close_highlight(running *r, const running_block *f) {
    slice language, code = slice_copy(slice_from(buffer_slice(&r->out), f->out_from), r->arena);
    size_t from = 0;
    read_language(f->tag.markup, &language);
    while (from < code.length && (code.data[from] == '\n' || code.data[from] == '\r'))
        from++;
    while (code.length > from && (code.data[code.length - 1] == '\n' || code.data[code.length - 1] == '\r'))
        code.length--;
    uint32_t line = line_of(r, f->tag.to);
    for (size_t i = 0; i < from; i++)
        line += code.data[i] == '\n';
    r->out.length = f->out_from;
    for (const size_t *last; (last = vector_last(&r->page.added)) && *last >= r->out.length;)
        vector_pop(&r->page.added);
    r->marks.count = f->marks_count;
    buffer open = buffer_new(r->arena, 128);
    buffer_append_string(&open, "<figure class=\"highlight\"><pre><code class=\"language-");
    for (size_t i = 0; i < language.length; i++)
        buffer_append_char(&open, language.data[i] == '+' ? '-' : to_lower(language.data[i]));
    buffer_append_string(&open, "\" data-lang=\"");
    for (size_t i = 0; i < language.length; i++)
        buffer_append_char(&open, to_lower(language.data[i]));
    buffer_append_string(&open, "\">");
    append_piece(r, buffer_slice(&open), f->line);
    append_code(r, slice_from(code, from), line);
    append_piece(r, SLICE("</code></pre></figure>"), line);
    if (slice_find(f->tag.markup, SLICE("linenos"), 0) != SLICE_NONE)
        findings_add(r->found, FINDING_LIQUID_LINE_NUMBERS, f->line, "%.*s",
                     SLICE_ARGS(source_of(r, &f->tag)));
}

/* ---- tags -------------------------------------------------------------------------------------------- */

static void open_block(running *r, const token *t, const tag_kind *kind) {
    if (r->open.count >= DEPTH_MAX) {
        refuse_token(r, t, "is nested too deep");
        return;
    }
    uint32_t block = ++r->page.block_count;
    r->page.branch_count += r->page.branch_count == 0;
    slice language;
    if (!kind || kind->role == ROLE_BLOCK)
        carry(r, t, kind, block);
    else if (kind->role == ROLE_HIGHLIGHT && !read_language(t->markup, &language))
        refuse_token(r, t, "does not say which language");
    *(running_block *)vector_push(&r->open) =
        (running_block){kind, *t, line_of(r, t->from), block, 0, r->out.length, r->marks.count};
    r->comments += kind && kind->role == ROLE_COMMENT;
    r->codes += kind && kind->role == ROLE_HIGHLIGHT;
}

static void close_block(running *r, const token *t) {
    running_block *f = vector_last(&r->open);
    slice name = slice_from(t->name, 3);
    if (!f || !slice_equal(f->tag.name, name)) {
        bool ignored = f && f->kind && f->kind->role == ROLE_COMMENT;
        if (!ignored)
            refuse_token(r, t, "closes nothing that is open there");
        return;
    }
    running_block closed = *f;
    vector_pop(&r->open);
    uint8_t role = closed.kind ? closed.kind->role : ROLE_BLOCK;
    r->comments -= role == ROLE_COMMENT;
    r->codes -= role == ROLE_HIGHLIGHT;
    if (role == ROLE_HIGHLIGHT && !r->comments)
        close_highlight(r, &closed);
    else if (role == ROLE_BLOCK)
        carry(r, t, NULL, closed.block);
    if (role == ROLE_COMMENT && !r->comments)
        findings_add(r->found, FINDING_LIQUID_COMMENT, closed.line, "%.*s",
                     SLICE_ARGS(slice_sub(r->body, closed.tag.from, t->to)));
}

static void run_branch(running *r, const token *t, const tag_kind *kind) {
    running_block *f = vector_last(&r->open);
    if (f && f->kind && f->kind->role == ROLE_COMMENT)
        return;
    if (!f || !takes_branch(f->tag.name, t->name))
        refuse_token(r, t, "stands outside of the block that it belongs to");
    else {
        if (++f->branch == r->page.branch_count)
            r->page.branch_count++;
        carry(r, t, kind, f->block);
    }
}

static void run_raw(running *r, const token *t) {
    slice text;
    if (slice_trim(t->markup).length || !scan_raw(&r->scan, &text))
        refuse_token(r, t, "is never closed by {% endraw %}");
    else
        append_piece(r, text, line_of(r, t->to));
}

static bool is_plugin_block(const running *r, slice name) {
    return bsearch(&name, r->ends.items, r->ends.count, sizeof(slice), compare_slices) != NULL;
}

static void run_tag(running *r, const token *t) {
    const tag_kind *kind = find_kind(t->name);
    if (!kind && slice_starts_with(t->name, SLICE("end"))) {
        close_block(r, t);
        return;
    }
    if (!kind) { /* a plugin's, or unknown: in a comment, unknown ones count for nothing */
        if (!r->comments && r->ends.count && is_plugin_block(r, t->name))
            open_block(r, t, NULL);
        else
            carry(r, t, NULL, 0);
        return;
    }
    switch ((tag_role)kind->role) {
    case ROLE_BLOCK:
    case ROLE_COMMENT:
    case ROLE_HIGHLIGHT:
        open_block(r, t, kind);
        break;
    case ROLE_BRANCH:
        run_branch(r, t, kind);
        break;
    case ROLE_RAW:
        run_raw(r, t);
        break;
    case ROLE_ECHO:
        run_output(r, t);
        break;
    case ROLE_LINK:
    case ROLE_POST_URL:
        run_link(r, t, kind->role == ROLE_POST_URL);
        break;
    case ROLE_NOTE:
        if (!r->comments)
            findings_add(r->found, FINDING_LIQUID_COMMENT, line_of(r, t->from), "%.*s",
                         SLICE_ARGS(source_of(r, t)));
        break;
    case ROLE_SINGLE:
        carry(r, t, kind, 0);
        break;
    }
}

static void run_text(running *r, const token *t) {
    size_t from = t->from, to = t->to;
    const char *next = r->body.data + to;
    bool trimmed = to + 2 < r->body.length && next[2] == '-'; /* by the tag that follows */
    while (r->trims && from < to && is_stripped(r->body.data[from]))
        from++;
    while (trimmed && to > from && is_stripped(r->body.data[to - 1]))
        to--;
    append_piece(r, slice_sub(r->body, from, to), line_of(r, from));
}

static void run_token(running *r, const token *t) {
    switch ((token_kind)t->kind) {
    case TOKEN_TEXT:
        run_text(r, t);
        r->trims = false;
        return;
    case TOKEN_OUTPUT:
        r->trims = t->trims_right;
        run_output(r, t);
        return;
    case TOKEN_TAG:
        r->trims = t->trims_right;
        run_tag(r, t);
        return;
    case TOKEN_BROKEN:
        break;
    }
    refuse_token(r, t, "is never closed, or has no name");
}

/* ---- lines ------------------------------------------------------------------------------------------- */

/* Marks as a table of lines. */
static void fill_lines(running *r, uint32_t first_line) {
    uint32_t line = first_line;
    size_t mark = 0, end;
    for (size_t at = 0; at < r->out.length; at = end + 1) {
        for (; mark < r->marks.count; mark++) {
            const line_mark *m = vector_at(&r->marks, mark);
            if (m->offset > at)
                break;
            line = m->line;
        }
        *(uint32_t *)vector_push(&r->page.lines) = line;
        end = slice_find_char(buffer_slice(&r->out), '\n', at);
        if (end == SLICE_NONE)
            break;
        for (; mark < r->marks.count;
             mark++) { /* the last one on this line decides how the next is counted */
            const line_mark *m = vector_at(&r->marks, mark);
            if (m->offset > end)
                break;
            line = m->line;
        }
        line++;
    }
}

uint32_t liquid_line(const liquid_page *page, uint32_t first_line, uint32_t line) {
    if (page->lines.count == 0 || line < first_line)
        return line;
    size_t index = line - first_line;
    if (index >= page->lines.count)
        index = page->lines.count - 1;
    return *(uint32_t *)vector_at(&page->lines, index);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

bool liquid_is_in(slice text) {
    for (size_t at = 0; (at = slice_find_char(text, '{', at)) != SLICE_NONE; at++)
        if (at + 1 < text.length && (text.data[at + 1] == '{' || text.data[at + 1] == '%'))
            return true;
    return false;
}

liquid_page liquid_run(slice body, uint32_t first_line, const liquid_scope *scope, arena *a,
                       findings *found) {
    running r = {.body = body, .scope = *scope, .arena = a, .found = found, .scan = {.source = body}};
    token t;
    r.out = buffer_new(a, body.length + 256);
    r.marks = vector_new(a, sizeof(line_mark));
    r.open = vector_new(a, sizeof(running_block));
    r.page.carried = vector_new(a, sizeof(liquid_carried));
    r.page.lines = vector_new(a, sizeof(uint32_t));
    r.page.added = vector_new(a, sizeof(size_t));
    r.counted_line = first_line;
    r.codepoint = CARRIED_FIRST;
    r.dashed_at = r.leads_at = SIZE_MAX;
    r.used = characters_used(body, a);
    look_ahead(&r);
    while (!r.page.is_refused && scan_token(&r.scan, &t))
        run_token(&r, &t);
    running_block *f = vector_last(&r.open);
    if (f)
        refuse(&r, FINDING_LIQUID_BROKEN, f->line, source_of(&r, &f->tag), "is never closed");
    fill_lines(&r, first_line);
    r.page.text = buffer_slice(&r.out);
    return r.page;
}
