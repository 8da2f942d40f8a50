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
        if (at->type != DOM_ELEMENT || !text || text->type != DOM_TEXT || dom_text(text).length == 0 ||
            dom_text(text).data[0] != '\n' || stands_in_pre(at))
            continue;
        dom_set_text(text, slice_from(dom_text(text), 1));
        if (dom_text(text).length == 0)
            dom_remove(text);
    }
}

/* A code block loses the line end before its closing tags (the CodeBlock extension's updateDOM). */
static void strip_code_line_ends(dom_node *body) {
    for (dom_node *at = body->first_child; at; at = dom_next(at, body)) {
        dom_node *text = dom_last_child(at);
        if (at->tag != DOM_TAG_CODE || at->next || !dom_is(at->parent, DOM_TAG_PRE) || !text ||
            text->type != DOM_TEXT || !slice_ends_with(dom_text(text), SLICE("\n")))
            continue;
        if (--text->size == 0)
            dom_remove(text);
    }
}

/* Takes a block out of the paragraph that it stands in, with what comes before it in a paragraph of its own
 * (extractElement). */
static void extract_block(dom_node *block, arena *a) {
    dom_node *paragraph = block->parent;
    if (dom_previous(block)) {
        dom_node *before = dom_new_element(a, DOM_TAG_P, paragraph->line);
        before->attributes = paragraph->attributes;
        before->size = dom_attribute_count(paragraph);
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

/* Items of task lists that the walk is in; the first `checked` of them have their input. */
typedef struct open_items {
    vector items; /* of dom_node * */
    size_t checked;
} open_items;

static void leave_item(open_items *open, const dom_node *node) {
    dom_node *const *last = vector_last(&open->items);
    if (!last || *last != node)
        return;
    vector_pop(&open->items);
    if (open->checked > open->items.count)
        open->checked = open->items.count;
}

/* What the walk leaves on its way from one node to the next. */
static void leave_items(open_items *open, const dom_node *at, const dom_node *next, const dom_node *body) {
    if (!open->items.count || at->first_child)
        return;
    for (; at != body && (!next || at->parent != next->parent); at = at->parent)
        leave_item(open, at);
    if (at != body)
        leave_item(open, at);
}

/* Each item takes the first input inside it that is left: of items in items, the outer one first. False: none
 * takes this one. */
static bool check_item(open_items *open, const dom_node *input, arena *a) {
    if (open->checked == open->items.count)
        return false;
    dom_node *item = *(dom_node **)vector_at(&open->items, open->checked++);
    dom_attribute_set(item, a, SLICE("data-checked"),
                      dom_attribute_get(input, SLICE("checked")) ? SLICE("true") : SLICE("false"));
    return true;
}

/* Task lists come out of Markdown with classes; the editor wants data-type and data-checked. */
static void mark_task_lists(dom_node *body, arena *a) {
    open_items open = {vector_new(a, sizeof(dom_node *)), 0};
    for (dom_node *at = body->first_child, *next; at; at = next) {
        bool taken = at->tag == DOM_TAG_INPUT && check_item(&open, at, a);
        bool is_item = dom_attribute_count(at) && dom_has_class(at, SLICE("task-list-item"));
        next = dom_next(at, body);
        if (dom_attribute_count(at) && dom_has_class(at, SLICE("contains-task-list")))
            tiptap_set_data_type(at, a, TIPTAP_ELEMENT_TASK_LIST);
        if (is_item)
            tiptap_set_data_type(at, a, TIPTAP_ELEMENT_TASK_ITEM);
        if (is_item && at->first_child)
            *(dom_node **)vector_push(&open.items) = at;
        leave_items(&open, at, next, body);
        if (taken)
            dom_remove(at);
    }
}

void strip_appended_line_ends(dom_node *body) {
    strip_code_line_ends(body);
    strip_line_ends(body);
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
    if (tree)
        strip_appended_line_ends(tree);
    else
        tree = open_any(body, a);
    tiptap_node *document = tiptap_parse(tree, a, NULL);
    tiptap_complete(document, a);
    return document;
}
