/* String values of the front matter as the CMS cleans them, when it reads a page and again when it writes
 * one.
 *
 * Comes in: the text of a YAML string. Goes out: that text after DOMPurify, lodash's unescape, trimming and
 * joining of lines (tests/editor/cycle.mjs, steps 1 and 6).
 */
#include "private.h"

#include "dom/dom.h"

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
    while (at < text.length && !line_break_at(text, at))
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
    size_t at = 0;
    while (at < text.length && entity_at(text, at) < 0)
        at++;
    if (at == text.length)
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

static slice read_text(slice text, arena *a, bool *dropped) {
    return join_lines(unescape(slice_trim_wide(sanitise(text, a, dropped)), a), a);
}

slice settle_text(slice text, arena *a, bool *dropped) {
    text = read_text(text, a, dropped);
    /* Each round that changes something takes a level of escaping off, or drops markup. */
    for (int round = 0; round < 16; round++) {
        slice again = read_text(unescape(sanitise(text, a, dropped), a), a, dropped);
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

void note_markup(findings *found, uint32_t line, slice before, slice after, arena *a) {
    bool same = slice_equal(visible_text(before, a), visible_text(after, a));
    finding *one = findings_add(found, same ? FINDING_FRONT_MARKUP : FINDING_FRONT_TEXT, line, "%.*s",
                                SLICE_ARGS(before));
    if (one)
        one->before = before, one->after = after;
}
