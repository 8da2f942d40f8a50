/* Looking at content: what is inline, what is blank, what its plain text is.
 *
 * Comes in: elements as the page has them. Goes out: answers, and text in the arena. It changes nothing.
 */
#include "pass.h"

bool is_inline(const dom_node *node) {
    if (node->type != DOM_ELEMENT)
        return true;
    if (node->tag == DOM_TAG_A && tiptap_has_class(node, TIPTAP_ELEMENT_LINKED_IMAGE))
        return false; /* a picture that links: the editor's block */
    return dom_tag_has(node->tag, DOM_INLINE);
}

/* U+00A0 and the zero-width space and BOM show nothing either. */
static bool is_blank_text(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c > 0x20 && c != 0xA0 && c != 0x200B && c != 0xFEFF)
            return false;
    }
    return true;
}

bool shows_something(const dom_node *node) {
    return dom_tag_has(node->tag, DOM_REPLACED | DOM_FIELD) || node->tag == DOM_TAG_CANVAS ||
           node->tag == DOM_TAG_SCRIPT || node->tag == DOM_TAG_STYLE || node->tag == DOM_TAG_HR;
}

bool is_blank(const dom_node *node) {
    for (const dom_node *at = node; at; at = dom_next(at, node))
        if (at->type == DOM_TEXT ? !is_blank_text(dom_text(at))
                                 : at->type == DOM_ELEMENT && shows_something(at))
            return false;
    return true;
}

bool is_switch(const dom_node *node) {
    const slice *type = node->type == DOM_ELEMENT ? dom_attribute_get(node, SLICE("type")) : NULL;
    return node->tag == DOM_TAG_INPUT && type &&
           (slice_equal_nocase(*type, SLICE("checkbox")) || slice_equal_nocase(*type, SLICE("radio")));
}

bool is_inside(const dom_node *node, const dom_node *outer) {
    while (node && node != outer)
        node = node->parent;
    return node != NULL;
}

bool is_rich(const dom_node *node) {
    switch (node->tag) {
    case DOM_TAG_TABLE:
    case DOM_TAG_UL:
    case DOM_TAG_OL:
    case DOM_TAG_DL:
    case DOM_TAG_IFRAME:
    case DOM_TAG_VIDEO:
    case DOM_TAG_AUDIO:
    case DOM_TAG_OBJECT:
    case DOM_TAG_EMBED:
    case DOM_TAG_CANVAS:
    case DOM_TAG_SVG:
    case DOM_TAG_FORM:
    case DOM_TAG_INPUT:
    case DOM_TAG_SELECT:
    case DOM_TAG_TEXTAREA:
    case DOM_TAG_PRE:
    case DOM_TAG_BLOCKQUOTE:
    case DOM_TAG_DETAILS:
    case DOM_TAG_SCRIPT:
    case DOM_TAG_STYLE:
        return true;
    default:
        return false;
    }
}

bool is_cell(const dom_node *node) {
    return node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH;
}

const slice *link_address(const dom_node *node) {
    const slice *href = node->tag == DOM_TAG_A ? dom_attribute_get(node, SLICE("href")) : NULL;
    return href && slice_trim(*href).length ? href : NULL;
}

dom_node *next_root(const item *it, const dom_node *root) {
    return root == it->other ? NULL : root == it->last ? it->other : root->next;
}

/* What sets its neighbours apart and shows nothing: white space, line breaks, paragraphs of nothing else. */
static bool is_gap(const dom_node *node) {
    return (node->type != DOM_ELEMENT || node->tag == DOM_TAG_BR || node->tag == DOM_TAG_P) && is_blank(node);
}

dom_node *previous_solid(const dom_node *node) {
    dom_node *before = dom_previous(node);
    while (before && is_gap(before))
        before = dom_previous(before);
    return before;
}

dom_node *next_solid(const dom_node *node) {
    dom_node *next = node->next;
    while (next && is_gap(next))
        next = next->next;
    return next;
}

/* Runs of ASCII white space become one space; the ends are trimmed, of U+00A0 too. */
slice collapse_text(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 1);
    size_t kept = 0; /* up to the last character that shows */
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        if (is_printed(text.data[at])) {
            at = slice_words_end(text, at, true);
            buffer_append(&out, slice_sub(text, from, at));
            kept = out.length;
            continue;
        }
        uint32_t c = utf8_next(text, &at);
        bool space = c <= 0x20 && is_space((char)c), hard = c == 0xA0 || c == 0x200B || c == 0xFEFF;
        if (space && (out.length == 0 || out.data[out.length - 1] == ' '))
            continue;
        if (hard && out.length == 0)
            continue;
        buffer_append(&out, space ? SLICE(" ") : slice_sub(text, from, at));
        if (!space && !hard)
            kept = out.length;
    }
    return slice_sub(buffer_slice(&out), 0, kept);
}

slice plain_text(const dom_node *first, const dom_node *last, arena *a) {
    buffer out = buffer_new(a, 64);
    for (const dom_node *root = first; root; root = root->next) {
        for (const dom_node *at = root; at;) {
            bool hidden = dom_tag_has(at->tag, DOM_UNSEEN);
            if (at->type == DOM_TEXT)
                buffer_append(&out, dom_text(at));
            else if (at->type == DOM_ELEMENT && (at->tag == DOM_TAG_BR || !is_inline(at)))
                buffer_append_char(&out, ' ');
            at = hidden ? dom_next_skip(at, root) : dom_next(at, root);
        }
        if (root == last)
            break;
    }
    return collapse_text(buffer_slice(&out), a);
}

size_t utf16_length(slice text) {
    size_t units = 0;
    for (size_t at = 0; at < text.length;) {
        size_t ascii = slice_words_end(text, at, true);
        units += ascii - at;
        at = ascii;
        if (at < text.length)
            units += utf8_next(text, &at) > 0xFFFF ? 2 : 1;
    }
    return units;
}

slice ordinal(size_t number, arena *a) {
    static const char *const WORDS[] = {"",      "first",   "second", "third", "fourth", "fifth",
                                        "sixth", "seventh", "eighth", "ninth", "tenth"};
    static const char *const ENDS[] = {"th", "st", "nd", "rd"};
    if (number < sizeof WORDS / sizeof *WORDS)
        return slice_of(WORDS[number]);
    bool teens = number % 100 > 10 && number % 100 < 14;
    return format_slice(a, "%zu%s", number, teens || number % 10 > 3 ? "th" : ENDS[number % 10]);
}
