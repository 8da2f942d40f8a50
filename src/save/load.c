/* Body bytes → document, as the editor opens a page (tests/editor/cycle.mjs, steps 1 and 2; tiptap-markdown
 * 0.8: MarkdownParser).
 *
 * A body that is in save form takes the fast way: it is one raw HTML block, so Markdown and sanitiser leave
 * it as it is. Any other is sanitised, read as Markdown, parsed, normalised and parsed once more, as the
 * editor does it.
 */
#include "private.h"

static bool stands_in_pre(const dom_node *node) {
    for (; node; node = node->parent)
        if (node->tag == DOM_TAG_PRE)
            return true;
    return false;
}

/* One line end behind each element goes: "remove all \n appended by markdown-it". */
static void strip_line_ends(dom_node *body) {
    for (dom_node *at = body->first_child; at; at = dom_next(at, body)) {
        dom_node *text = at->next;
        if (at->type != DOM_ELEMENT || !text || text->type != DOM_TEXT || text->text.length == 0 ||
            text->text.data[0] != '\n' || stands_in_pre(at))
            continue;
        text->text = slice_from(text->text, 1);
        if (text->text.length == 0)
            dom_remove(text);
    }
}

/* A code block loses the line end before its closing tags (the CodeBlock extension's updateDOM). */
static void strip_code_line_ends(dom_node *body) {
    for (dom_node *at = body->first_child; at; at = dom_next(at, body)) {
        dom_node *text = at->last_child;
        if (at->tag != DOM_TAG_CODE || at->next || !dom_is(at->parent, DOM_TAG_PRE) || !text ||
            text->type != DOM_TEXT || !slice_ends_with(text->text, SLICE("\n")))
            continue;
        text->text.length--;
        if (text->text.length == 0)
            dom_remove(text);
    }
}

/* Takes a block out of the paragraph that it stands in, with what comes before it in a paragraph of its own
 * (extractElement). */
static void extract_block(dom_node *block, arena *a) {
    dom_node *paragraph = block->parent;
    if (block->previous) {
        dom_node *before = dom_new_element(a, DOM_TAG_P, paragraph->line);
        before->attributes = paragraph->attributes;
        before->attribute_count = paragraph->attribute_count;
        while (paragraph->first_child != block) {
            dom_node *child = paragraph->first_child;
            dom_remove(child);
            dom_append(before, child);
        }
        dom_insert_before(paragraph, before);
    }
    dom_remove(block);
    dom_insert_before(paragraph, block);
    if (!paragraph->first_child)
        dom_remove(paragraph);
}

static void extract_blocks(dom_node *body, arena *a) {
    for (dom_node *at = body->first_child, *next; at; at = next) {
        next = dom_next(at, body);
        if (at->type == DOM_ELEMENT && dom_is(at->parent, DOM_TAG_P) && tiptap_is_block_element(at))
            extract_block(at, a);
    }
}

/* Task lists come out of Markdown with classes; the editor wants data-type and data-checked. */
static void mark_task_lists(dom_node *body, arena *a) {
    for (dom_node *at = body->first_child, *next; at; at = next) {
        next = dom_next(at, body);
        if (at->type != DOM_ELEMENT || at->attribute_count == 0)
            continue;
        if (dom_has_class(at, SLICE("contains-task-list")))
            tiptap_set_data_type(at, a, TIPTAP_ELEMENT_TASK_LIST);
        if (!dom_has_class(at, SLICE("task-list-item")))
            continue;
        tiptap_set_data_type(at, a, TIPTAP_ELEMENT_TASK_ITEM);
        dom_node *input = dom_next(at, at);
        while (input && input->tag != DOM_TAG_INPUT)
            input = dom_next(input, at);
        if (!input)
            continue;
        dom_attribute_set(at, a, SLICE("data-checked"),
                          dom_attribute_get(input, SLICE("checked")) ? SLICE("true") : SLICE("false"));
        dom_remove(input);
        next = dom_next(at, body);
    }
}

static slice written_tree(const dom_node *body, size_t size, arena *a) {
    buffer out = buffer_new(a, size + 64);
    dom_inner_html(body, &out);
    return buffer_slice(&out);
}

/* The long way. Each parse is one that the editor makes too: some drop something, such as a line end in
 * <pre>. */
static dom_node *open_any(slice body, arena *a) {
    if (slice_find_char(body, '<', 0) != SLICE_NONE) {
        dom_node *tree = dom_parse_without_doctype(body, a);
        dom_purify(tree, a);
        body = written_tree(tree, body.length, a);
    }
    body = render_markdown(slice_trim_wide(body), a);
    dom_node *tree = dom_parse_without_doctype(body, a);
    strip_code_line_ends(tree);
    tree = dom_parse_without_doctype(written_tree(tree, body.length, a), a);
    mark_task_lists(tree, a);
    extract_blocks(tree, a);
    strip_line_ends(tree);
    return dom_parse_without_doctype(written_tree(tree, body.length, a), a);
}

tiptap_node *save_load(slice body, uint32_t first_line, arena *a) {
    body = slice_trim_wide(body);
    dom_node *tree = read_saved(body, first_line, a);
    if (tree) {
        strip_code_line_ends(tree);
        strip_line_ends(tree);
    } else {
        tree = open_any(body, a);
    }
    tiptap_node *document = tiptap_parse(tree, a, NULL);
    tiptap_complete(document, a);
    return document;
}
