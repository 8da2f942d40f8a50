/* String values of the front matter as the CMS cleans them, when it reads a page and again when it writes
 * one.
 *
 * Comes in: the text of a YAML string. Goes out: that text after DOMPurify, lodash's unescape, trimming and
 * joining of lines (tests/editor/cycle.mjs, steps 1 and 6).
 */
#include "private.h"

#include "dom/dom.h"

#include <stdio.h>

/* ---- one line ---------------------------------------------------------------------------------------- */

/* The length of the line break at `at` (\n \v \f \r U+0085 U+2028 U+2029), or 0. */
static size_t line_break_at(slice text, size_t at) {
    unsigned char c = (unsigned char)text.data[at];
    if (c >= '\n' && c <= '\r')
        return 1;
    if (c == 0xC2 && at + 1 < text.length && (unsigned char)text.data[at + 1] == 0x85)
        return 2;
    if (c == 0xE2 && at + 2 < text.length && (unsigned char)text.data[at + 1] == 0x80 &&
        ((unsigned char)text.data[at + 2] | 1) == 0xA9)
        return 3;
    return 0;
}

slice join_lines(slice text, arena *a) {
    size_t at = 0;
    while (at < text.length && ((text.data[at] >= ' ' && text.data[at] <= '~') || !line_break_at(text, at)))
        at++;
    if (at < text.length) {
        buffer out = buffer_new(a, text.length);
        for (at = 0; at < text.length;) {
            size_t length = line_break_at(text, at);
            buffer_append_char(&out, length ? ' ' : text.data[at]);
            at += length ? length : 1;
        }
        text = buffer_slice(&out);
    }
    return slice_trim_wide(text);
}

/* ---- lodash's unescape ------------------------------------------------------------------------------- */

static const struct {
    slice entity;
    char character;
} ENTITIES[] = {{LITERAL("&amp;"), '&'},
                {LITERAL("&lt;"), '<'},
                {LITERAL("&gt;"), '>'},
                {LITERAL("&quot;"), '"'},
                {LITERAL("&#39;"), '\''}};

/* Index of the entity at `at`, or -1. */
static int entity_at(slice text, size_t at) {
    if (text.data[at] == '&')
        for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
            if (slice_starts_with(slice_from(text, at), ENTITIES[i].entity))
                return (int)i;
    return -1;
}

slice unescape(slice text, arena *a) {
    size_t at = slice_find_char(text, '&', 0);
    while (at < text.length && entity_at(text, at) < 0)
        at++;
    if (at >= text.length)
        return text;
    buffer out = buffer_new(a, text.length);
    buffer_append(&out, slice_sub(text, 0, at));
    while (at < text.length) {
        int entity = entity_at(text, at);
        buffer_append_char(&out, entity >= 0 ? ENTITIES[entity].character : text.data[at]);
        at += entity >= 0 ? ENTITIES[entity].entity.length : 1;
    }
    return buffer_slice(&out);
}

/* ---- DOMPurify --------------------------------------------------------------------------------------- */

/* What may stand behind a `<` that begins a tag, a comment or what HTML takes for one. */
static bool opens_markup(char c) {
    return is_alpha(c) || c == '/' || c == '!' || c == '?';
}

static bool is_name(char c) {
    return !is_space(c) && c != '/' && c != '>' && c != '<';
}

/* The name of the tag that opens or closes at the `<` at `at`. */
static slice tag_name_at(slice text, size_t at) {
    size_t from = at + 1 + (at + 1 < text.length && text.data[at + 1] == '/'), to = from;
    while (to < text.length && is_name(text.data[to]))
        to++;
    return slice_sub(text, from, to);
}

/* `<bob@example.org>`, `<https://example.org/a>`: the end of the address, or 0. */
static size_t address_end(slice text, size_t at) {
    size_t end = at + 1;
    while (end < text.length && !is_space(text.data[end]) && !strchr("<>\"'", text.data[end]))
        end++;
    slice inside = slice_sub(text, at + 1, end);
    bool address =
        slice_find(inside, SLICE("://"), 0) != SLICE_NONE || slice_starts_with(inside, SLICE("mailto:")) ||
        (slice_find_char(inside, '@', 1) != SLICE_NONE && slice_find_char(inside, '=', 0) == SLICE_NONE);
    return address && end < text.length && text.data[end] == '>' ? end : 0;
}

/* Elements that HTML's parser leaves out where they stand in text ("in body" insertion mode). */
static bool is_left_out(slice name) {
    static const char *const names[] = {"html",     "head",  "body", "frameset", "frame", "caption", "col",
                                        "colgroup", "tbody", "td",   "tfoot",    "th",    "thead",   "tr"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal_nocase(name, slice_of(names[i])))
            return true;
    return false;
}

#define NAME_MAX 16
#define MARKUP_MAX                                                                                           \
    2048 /* bytes of a tag or a comment: what is longer is text, so that no value takes quadratic time */

static bool is_known_tag(slice name) {
    char lower[NAME_MAX];
    if (name.length > sizeof lower)
        return false;
    for (size_t i = 0; i < name.length; i++)
        lower[i] = to_lower(name.data[i]);
    return dom_tag_of((slice){lower, name.length}) != DOM_TAG_UNKNOWN;
}

/* Is there a `>` that closes the tag whose name ends at `at`? Quotes count behind a `=` only. */
static bool is_closed(slice text, size_t at) {
    char quote = 0, before = 0;
    for (; at < text.length; at++) {
        char c = text.data[at];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '>')
            return true;
        else if ((c == '"' || c == '\'') && before == '=')
            quote = c;
        if (!is_space(c))
            before = c;
    }
    return false;
}

/* An element that HTML does not know is markup where it is opened and closed, as browsers take it: not in
 * `Use <name> here`. */
static bool is_paired(slice text, size_t at, slice name) {
    char other[NAME_MAX + 2];
    if (name.length == 0 || name.length > NAME_MAX)
        return false;
    bool closes = text.data[at + 1] == '/';
    int length = snprintf(other, sizeof other, "<%s%.*s", closes ? "" : "/", SLICE_ARGS(name));
    slice wanted = {other, (size_t)length};
    if (!closes)
        return slice_find(text, wanted, at) != SLICE_NONE;
    return slice_find(slice_sub(text, at > MARKUP_MAX ? at - MARKUP_MAX : 0, at), wanted, 0) != SLICE_NONE;
}

/* Is there a tag or a comment at `at` that is read to its end? */
static bool is_markup_at(slice text, size_t at) {
    text = slice_sub(text, 0, at + MARKUP_MAX);
    if (slice_starts_with(slice_from(text, at), SLICE("<!--")))
        return slice_find(text, SLICE("-->"), at + 4) != SLICE_NONE;
    slice name = tag_name_at(text, at);
    return (is_known_tag(name) || is_paired(text, at, name)) &&
           is_closed(text, (size_t)(name.data - text.data) + name.length);
}

slice keep_brackets(slice text, arena *a, bool *kept) {
    size_t at = slice_find_char(text, '<', 0), from = 0;
    buffer out = buffer_new(a, at == SLICE_NONE ? 0 : text.length + 16);
    for (; at != SLICE_NONE; at = slice_find_char(text, '<', at + 1)) {
        size_t end = address_end(text, at);
        if (at + 1 == text.length || !opens_markup(text.data[at + 1]) || (!end && is_markup_at(text, at)))
            continue;
        buffer_append(&out, slice_sub(text, from, end ? at : at + 1));
        if (end)
            buffer_append(&out, slice_sub(text, at + 1, end));
        else
            buffer_append_char(&out, ' ');
        from = end ? end + 1 : at + 1;
        *kept = true;
    }
    if (from == 0)
        return text;
    buffer_append(&out, slice_from(text, from));
    return buffer_slice(&out);
}

slice sanitise(slice text, arena *a, bool *dropped) {
    if (slice_find_char(text, '<', 0) == SLICE_NONE)
        return text;
    dom_node *root = dom_parse_without_doctype(text, a);
    if (dom_purify(root, a) && dropped)
        *dropped = true;
    buffer out = buffer_new(a, text.length + 16);
    dom_inner_html(root, &out);
    return buffer_slice(&out);
}

/* ---- coming to rest ---------------------------------------------------------------------------------- */

static slice read_text(slice text, arena *a, bool *dropped, bool *kept) {
    text = keep_brackets(text, a, kept);
    return join_lines(unescape(slice_trim_wide(sanitise(text, a, dropped)), a), a);
}

slice settle_text(slice text, arena *a, bool *dropped, bool *kept) {
    text = read_text(text, a, dropped, kept);
    /* Each round that changes something takes a level of escaping off, or drops markup. */
    for (int round = 0; round < 16; round++) {
        slice again = read_text(unescape(sanitise(text, a, dropped), a), a, dropped, kept);
        if (slice_equal(again, text))
            return text;
        text = again;
    }
    return strip_markup(text, a);
}

/* Every `<` becomes `‹`, so that nothing is markup any more. */
static slice blunt(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 16);
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '<')
            buffer_append_string(&out, "\xE2\x80\xB9");
        else
            buffer_append_char(&out, text.data[i]);
    return buffer_slice(&out);
}

slice strip_markup(slice text, arena *a) {
    buffer plain = buffer_new(a, text.length + 16);
    dom_text_content(dom_parse(text, NULL, a, NULL), &plain);
    slice result = blunt(buffer_slice(&plain), a);
    for (slice next; (next = unescape(result, a)).length != result.length;)
        result = blunt(next, a);
    return join_lines(result, a);
}

static slice visible_text(slice html, arena *a) {
    buffer text = buffer_new(a, html.length + 16);
    dom_text_content(dom_parse(html, NULL, a, NULL), &text);
    return join_lines(buffer_slice(&text), a);
}

static slice without_space(slice text, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        uint32_t c = utf8_next(text, &at);
        if (c > ' ' && c != 0xA0)
            buffer_append(&out, slice_sub(text, start, at));
    }
    return buffer_slice(&out);
}

/* The value with what HTML's parser leaves out as text. */
static slice as_text(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 16);
    for (size_t at = 0; at < text.length; at++) {
        buffer_append_char(&out, text.data[at]);
        if (text.data[at] != '<' || at + 1 == text.length)
            continue;
        char next = text.data[at + 1];
        if (next == '!' || next == '?' || is_left_out(tag_name_at(text, at)))
            buffer_append_char(&out, ' ');
    }
    return buffer_slice(&out);
}

bool loses_text(slice before, slice after, arena *a) {
    bool ignored;
    slice text = as_text(keep_brackets(before, a, &ignored), a);
    return !slice_equal(without_space(visible_text(text, a), a), without_space(visible_text(after, a), a));
}

void note_markup(findings *found, uint32_t line, slice before, slice after, arena *a) {
    bool same = !loses_text(before, after, a);
    finding *one = findings_add(found, same ? FINDING_FRONT_MARKUP : FINDING_FRONT_TEXT, line, "%.*s",
                                SLICE_ARGS(before));
    if (one)
        one->before = before, one->after = after;
}
