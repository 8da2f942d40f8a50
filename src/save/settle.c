/* A document → bytes that the editor leaves as they are: the first promise of this project (TARGET.md).
 *
 * What a save cannot keep is mended first, each with a finding. Then the document is saved, opened and saved
 * again until two saves agree; that is proof, not hope: every page that is written has been through it. What
 * never agrees is not written.
 */
#include "private.h"

enum { ROUNDS_MAX = 6 };

/* ---- mending ----------------------------------------------------------------------------------------- */

static bool is_line_space(char c) {
    return c == ' ' || c == '\t';
}

/* Whether the line that begins at `at` holds nothing but spaces; `*end`: its line end or the text's. */
static bool is_blank_line(slice text, size_t at, size_t *end) {
    *end = slice_find_char(text, '\n', at);
    *end = *end == SLICE_NONE ? text.length : *end;
    while (at < *end && is_line_space(text.data[at]))
        at++;
    return at == *end;
}

/* A blank line would end the raw HTML block that the page is: it gets a no-break space. Nor may code end with
 * a line end: the editor takes one away each time. */
static void mend_code_block(tiptap_node *block, arena *a, findings *found) {
    tiptap_node *text = block->first_child;
    if (!text)
        return;
    while (text->text.length && text->text.data[text->text.length - 1] == '\n')
        text->text.length--;
    if (text->text.length == 0) {
        tiptap_remove(text);
        return;
    }
    bool blank = false;
    size_t end;
    for (size_t at = 0; at <= text->text.length && !blank; at = end + 1)
        blank = is_blank_line(text->text, at, &end);
    if (!blank)
        return;
    buffer out = buffer_new(a, text->text.length + 64);
    for (size_t at = 0; at <= text->text.length; at = end + 1) {
        if (is_blank_line(text->text, at, &end))
            buffer_append(&out, SLICE("\xC2\xA0"));
        else
            buffer_append(&out, slice_sub(text->text, at, end));
        if (end < text->text.length)
            buffer_append_char(&out, '\n');
    }
    text->text = buffer_slice(&out);
    findings_add(found, FINDING_CODE_BLANK_LINE, block->line, "code block");
}

/* Line breaks in a value become spaces: a blank line among them would tear the page apart. */
static slice mend_value(slice value, arena *a) {
    bool broken = false;
    for (size_t i = 0; i < value.length && !broken; i++)
        broken = value.data[i] == '\n' || value.data[i] == '\r';
    if (!broken)
        return value;
    char *copy = arena_alloc(a, value.length);
    for (size_t i = 0; i < value.length; i++)
        copy[i] = value.data[i] == '\n' || value.data[i] == '\r' ? ' ' : value.data[i];
    return (slice){copy, value.length};
}

static void mend_values(tiptap_node *node, arena *a) {
    size_t count;
    tiptap_type_attributes((tiptap_type)node->type, &count);
    for (size_t i = 0; node->values && i < count; i++)
        if (node->values[i].data)
            node->values[i] = mend_value(node->values[i], a);
}

static bool mend_link(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    (void)attribute;
    (void)line;
    slice mended = mend_value(*url, context);
    bool changed = mended.data != url->data;
    *url = mended;
    return changed;
}

static void mend_document(tiptap_node *document, arena *a, findings *found) {
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        mend_values(at, a);
        if (at->type == TIPTAP_CODE_BLOCK)
            mend_code_block(at, a, found);
    }
    tiptap_visit_urls(document, mend_link, a, a);
}

/* ---- settling ---------------------------------------------------------------------------------------- */

/* Visible characters without white space: a hash and a count over a document. */
typedef struct text_print {
    uint64_t hash, length;
} text_print;

static text_print print_text(const tiptap_node *document) {
    text_print print = {14695981039346656037u, 0};
    for (const tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        for (size_t i = 0; i < at->text.length;) {
            uint32_t c = utf8_next(at->text, &i);
            if (c == 0xA0 || (c < 0x80 && is_space((char)c)))
                continue;
            print.hash = (print.hash ^ c) * 1099511628211u;
            print.length++;
        }
    }
    return print;
}

static slice save_to_slice(const tiptap_node *document, size_t expected, arena *a) {
    buffer out = buffer_new(a, expected + 1024);
    save_body(document, a, &out);
    return buffer_slice(&out);
}

save_settled save_settle(tiptap_node *document, arena *a, findings *found) {
    text_print before = print_text(document);
    mend_document(document, a, found);
    tiptap_complete(document, a);
    save_settled settled = {save_to_slice(document, 16384, a), document, false, true, 0};
    while (!settled.stable && settled.rounds < ROUNDS_MAX) {
        settled.document = save_load(settled.body, 1, a, NULL);
        slice again = save_to_slice(settled.document, settled.body.length, a);
        settled.stable = slice_equal(again, settled.body);
        settled.body = again;
        settled.rounds++;
    }
    text_print after = print_text(settled.document);
    settled.same_text = before.hash == after.hash && before.length == after.length;
    return settled;
}
