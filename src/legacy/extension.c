/* Extensions: `{::comment}`, `{::nomarkdown}`, `{::options …/}`, each with its body up to `{:/name}` or
 * `{:/}`.
 *
 * What is none of them, or has no end, is text. Options are those of kramdown that change what a visitor
 * sees.
 */
#include "private.h"

#include <stddef.h>
#include <stdlib.h>

/* ---- options ----------------------------------------------------------------------------------------- */

typedef enum option_kind { OPTION_IGNORED, OPTION_BOOL, OPTION_STRING } option_kind;

static const struct {
    slice name;
    option_kind kind;
    size_t offset; /* in settings */
} OPTIONS[] = {
#define OPTION(name, kind)                                                                                   \
    { {#name, sizeof #name - 1}, kind, offsetof(settings, name) }
#define IGNORED(name)                                                                                        \
    { {#name, sizeof #name - 1}, OPTION_IGNORED, 0 }
    OPTION(auto_ids, OPTION_BOOL),
    OPTION(parse_block_html, OPTION_BOOL),
    OPTION(parse_span_html, OPTION_BOOL),
    OPTION(footnote_backlink_inline, OPTION_BOOL),
    OPTION(auto_id_prefix, OPTION_STRING),
    OPTION(footnote_prefix, OPTION_STRING),
    OPTION(footnote_backlink, OPTION_STRING),
    /* Without effect when set on a page, or on what a visitor reads. */
    IGNORED(hard_wrap),
    IGNORED(gfm_quirks),
    IGNORED(input),
    IGNORED(link_defs),
    IGNORED(entity_output),
    IGNORED(line_width),
    IGNORED(latex_headers),
    IGNORED(list_indent),
    IGNORED(math_engine_opts),
    IGNORED(syntax_highlighter_opts),
    IGNORED(remove_block_html_tags),
    IGNORED(remove_span_html_tags),
    IGNORED(template),
    IGNORED(forbidden_inline_options),
};

static bool set_listed_option(settings *set, slice name, slice value) {
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++) {
        if (!slice_equal(OPTIONS[i].name, name))
            continue;
        char *field = (char *)set + OPTIONS[i].offset;
        bool is_true = value.length > 0 && !slice_equal_nocase(strip(value), SLICE("false"));
        if (OPTIONS[i].kind == OPTION_BOOL)
            memcpy(field, &is_true, sizeof is_true);
        else if (OPTIONS[i].kind == OPTION_STRING)
            memcpy(field, &value, sizeof value);
        return true;
    }
    return false;
}

static bool read_integer(slice text, long *value) {
    char digits[12];
    text = strip(text);
    if (text.length == 0 || text.length >= sizeof digits)
        return false;
    memcpy(digits, text.data, text.length);
    digits[text.length] = '\0';
    char *end;
    *value = strtol(digits, &end, 10);
    return *end == '\0';
}

/* `2..4` or `1,2,5`. */
static void set_toc_levels(settings *set, slice value) {
    uint8_t levels = 0;
    if (value.length == 4 && is_digit(value.data[0]) && is_digit(value.data[3]) && value.data[1] == '.') {
        for (int level = value.data[0] - '0'; level <= value.data[3] - '0' && level <= 6; level++)
            levels |= (uint8_t)(1u << level);
    } else {
        for (size_t i = 0; i < value.length; i++)
            if (value.data[i] >= '1' && value.data[i] <= '6')
                levels |= (uint8_t)(1u << (value.data[i] - '0'));
    }
    set->toc_levels = levels;
}

/* Four entities by name or number, with commas. */
static void set_quotes(parser *p, slice value) {
    slice quotes[4];
    for (size_t i = 0, from = 0; i < 4; i++) {
        size_t comma = slice_find_char(value, ',', from);
        if ((comma == SLICE_NONE) != (i == 3))
            return;
        slice name = slice_sub(value, from, comma == SLICE_NONE ? value.length : comma);
        long number = 0;
        uint32_t c = read_integer(name, &number) && number > 0 && number < 0xD800 ? (uint32_t)number
                                                                                  : find_entity(name);
        if (!c)
            return;
        buffer out = buffer_new(p->arena, 8);
        buffer_append_codepoint(&out, c);
        quotes[i] = buffer_slice(&out);
        from = comma + 1;
    }
    memcpy(p->settings.quotes, quotes, sizeof quotes);
}

static bool set_known_option(parser *p, slice name, slice value) {
    settings *set = &p->settings;
    long number;
    if (slice_equal(name, SLICE("header_offset")) && read_integer(value, &number))
        set->header_offset = (int)(number > 6 ? 6 : number < -6 ? -6 : number);
    else if (slice_equal(name, SLICE("footnote_nr")) && read_integer(value, &number))
        set->footnote_number = number;
    else if (slice_equal(name, SLICE("toc_levels")))
        set_toc_levels(set, value);
    else if (slice_equal(name, SLICE("smart_quotes")))
        set_quotes(p, value);
    else if (slice_equal(name, SLICE("math_engine")))
        set->has_math_engine = slice_equal(strip(value), SLICE("mathjax"));
    else
        return false;
    return true;
}

static void set_option(parser *p, slice name, slice value, uint32_t line) {
    if (!set_known_option(p, name, value) && !set_listed_option(&p->settings, name, value))
        findings_add(p->found, FINDING_KRAMDOWN_OPTION, line, "%.*s=\"%.*s\"", SLICE_ARGS(name),
                     SLICE_ARGS(value));
}

static bool is_listed(slice name, bool followed) {
    for (size_t i = 0; i < sizeof OPTIONS / sizeof *OPTIONS; i++)
        if (slice_equal(OPTIONS[i].name, name))
            return !followed || OPTIONS[i].kind != OPTION_IGNORED;
    return false;
}

bool legacy_follows_option(const legacy_option *option) {
    /* Of the code that is highlighted, the words stay. Without effect with GFM: auto_id_stripping and
     * transliterated_header_ids (gfm: generate_gfm_header_id). Read from a page only: template. */
    static const slice OTHERS[] = {LITERAL("auto_id_stripping"),
                                   LITERAL("coderay"),
                                   LITERAL("enable_coderay"),
                                   LITERAL("entity_output"),
                                   LITERAL("footnote_nr"),
                                   LITERAL("forbidden_inline_options"),
                                   LITERAL("guess_lang"),
                                   LITERAL("hard_wrap"),
                                   LITERAL("header_offset"),
                                   LITERAL("latex_headers"),
                                   LITERAL("line_width"),
                                   LITERAL("list_indent"),
                                   LITERAL("math_engine_opts"),
                                   LITERAL("show_warnings"),
                                   LITERAL("smart_quotes"),
                                   LITERAL("syntax_highlighter"),
                                   LITERAL("syntax_highlighter_opts"),
                                   LITERAL("toc_levels"),
                                   LITERAL("transliterated_header_ids")};
    if (slice_equal(option->name, SLICE("input")))
        return slice_equal(option->value, SLICE("GFM"));
    if (slice_equal(option->name, SLICE("gfm_quirks")))
        return slice_equal(option->value, SLICE("paragraph_end"));
    if (slice_equal(option->name, SLICE("math_engine")))
        return slice_equal(option->value, SLICE("mathjax"));
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        if (slice_equal(option->name, OTHERS[i]))
            return true;
    return is_listed(option->name, true);
}

void set_site_options(parser *p, const legacy_options *options) {
    for (size_t i = 0; i < options->count; i++) {
        const legacy_option *one = &options->items[i];
        if (slice_equal(one->name, SLICE("hard_wrap"))) /* only as the parser is made: a page cannot set it */
            p->settings.hard_wrap =
                !slice_equal_nocase(strip(one->value), SLICE("false")) && one->value.length;
        else if (legacy_follows_option(one) && !set_known_option(p, one->name, one->value))
            set_listed_option(&p->settings, one->name, one->value);
    }
    p->settings.plain_signs = options->plain_signs;
}

/* ---- extensions -------------------------------------------------------------------------------------- */

typedef struct extension {
    slice name, attributes, body;
    bool has_body;
} extension;

static size_t find_span_brace(source *s, size_t at) {
    size_t escaped = SLICE_NONE;
    for (int tries = 0; tries < 100; tries++, at++) {
        at = source_ahead(s, AHEAD_BRACE, at);
        if (at == SLICE_NONE)
            break;
        if (s->text[at - 1] != '\\')
            return at;
        escaped = at;
    }
    return escaped;
}

/* `{::name attributes /}` at `at`: the place behind it, or 0. */
static size_t match_start(source *s, size_t at, extension *e, bool *is_closed) {
    size_t end = at + 3;
    if (source_char(s, at + 1) != ':' || source_char(s, at + 2) != ':')
        return 0;
    while (is_word(source_char(s, end)))
        end++;
    if (end == at + 3)
        return 0;
    size_t close = find_span_brace(s, end);
    if (close == SLICE_NONE)
        return 0;
    e->name = source_slice(s, at + 3, end);
    size_t stop = close - (close > end && s->text[close - 1] == '/');
    *is_closed = stop < close;
    e->attributes = source_slice(s, end, stop);
    return end == stop || is_space(s->text[end]) ? close + 1 : 0;
}

/* `{:/name}` or `{:/}` at `at`: the place behind it, or 0. Without a name asked for, any will do. */
static size_t match_stop(const source *s, size_t at, const slice *name) {
    if (at + 4 > s->length || memcmp(s->text + at, "{:/", 3) != 0)
        return 0;
    size_t end = match_name(s, at + 3);
    if (end && name && !slice_equal(source_slice(s, at + 3, end), *name))
        return 0;
    end = end ? end : at + 3;
    return source_char(s, end) == '}' ? end + 1 : 0;
}

/* The body up to the stop tag, which at block level has a line of its own. The place behind it, or 0. */
static size_t find_body(parser *p, source *s, size_t at, bool is_block, extension *e) {
    slice text = {s->text, s->length};
    size_t stop, end, start = at;
    for (; p->effort_left && (stop = slice_find(text, SLICE("{:/"), at)) != SLICE_NONE; at = stop + 3) {
        end = match_stop(s, stop, &e->name);
        if (!end)
            continue;
        if (is_block) {
            size_t line = stop;
            while (line > start && s->text[line - 1] == ' ')
                line--;
            if (stop - line > 3 || (line > start && s->text[line - 1] != '\n'))
                continue;
            while (source_char(s, end) == ' ')
                end++;
            if (source_char(s, end) != '\n' || end >= s->length)
                continue;
            stop = line > start ? line - 1 : start;
            end++;
        }
        e->body = source_slice(s, start, stop);
        e->has_body = true;
        return end;
    }
    size_t effort = s->length - start;
    p->effort_left -= effort < p->effort_left ? effort : p->effort_left;
    return 0;
}

static bool names_html(const attribute_list *list) {
    for (const attribute *a = list->first; a; a = a->next)
        if (slice_equal(a->name, SLICE("type"))) {
            source words = source_of(a->value, 0);
            bool any = false;
            for (size_t at = 0, end; at < words.length; at = end + 1) {
                for (end = at; end < words.length && !is_space(words.text[end]); end++)
                    ;
                any |= end > at;
                if (slice_equal(source_slice(&words, at, end), SLICE("html")))
                    return true;
            }
            return !any;
        }
    return true;
}

static bool handle_extension(parser *p, node *tree, const extension *e, bool is_block, uint32_t line) {
    attribute_list attributes = {NULL, NULL};
    parse_attribute_list(p, e->attributes, &attributes);
    bool is_comment = slice_equal(e->name, SLICE("comment"));
    if (is_comment || slice_equal(e->name, SLICE("nomarkdown"))) {
        if (e->has_body && (is_comment || names_html(&attributes))) {
            node *n = new_node(p, is_comment ? NODE_COMMENT : NODE_VERBATIM, line);
            n->is_block = is_block;
            n->is_raw = !is_comment;
            n->value = e->body;
            append_child(tree, n);
        }
        return true;
    }
    if (!slice_equal(e->name, SLICE("options")))
        return false;
    for (const attribute *a = attributes.first; a; a = a->next)
        set_option(p, a->name, a->value, line);
    if (is_block) {
        node *boundary = new_node(p, NODE_BOUNDARY, line);
        boundary->level = BOUNDARY_LIST;
        append_child(tree, boundary);
    }
    return true;
}

bool parse_extension(parser *p, source *s, node *tree, bool is_block, bool *matched) {
    extension e = {.has_body = false};
    bool is_closed = false;
    size_t at = is_block ? skip_indent(s, s->at) : s->at, end = match_start(s, at, &e, &is_closed);
    bool is_stop = !end && (end = match_stop(s, at, NULL));
    if (end && is_block)
        end = match_rest_blank(s, end);
    if (!end)
        return false;
    *matched = true;
    uint32_t line = source_line(s, at);
    size_t behind = is_stop ? 0 : is_closed ? end : find_body(p, s, end, is_block, &e);
    if (e.has_body) /* which starts in the next line, at block level */
        line = source_line(s, (size_t)(e.body.data - s->text));
    if (behind && handle_extension(p, tree, &e, is_block, line)) {
        s->at = behind;
        return true;
    }
    report_text(p, s, FINDING_KRAMDOWN_EXTENSION, at, end);
    return false;
}
