/* The element tree: looking and changing. Parsing is in parse.c.
 *
 * No function here recurses: a hostile page may nest as deep as the parser lets it.
 */
#include "dom/dom.h"

const slice dom_tag_names[DOM_TAG_COUNT] = {
    [DOM_TAG_NONE] = LITERAL(""),
    [DOM_TAG_UNKNOWN] = LITERAL(""),
#define TAG(symbol, name, categories) [DOM_TAG_##symbol] = LITERAL(name),
#include "tags.def"
#undef TAG
};

const uint8_t dom_tag_categories[DOM_TAG_COUNT] = {
#define TAG(symbol, name, categories) [DOM_TAG_##symbol] = (categories),
#include "tags.def"
#undef TAG
};

/* tags.def is sorted by name. */
static slice_table tags = {.names = dom_tag_names, .count = DOM_TAG_COUNT};

__attribute__((constructor)) static void index_tags(void) {
    slice_table_index(&tags);
}

dom_tag dom_tag_of(slice name) {
    size_t tag = slice_table_find(&tags, name);
    return tag == SLICE_NONE ? DOM_TAG_UNKNOWN : (dom_tag)tag;
}

bool dom_is_raw_text(const dom_node *node) {
    return node->tag == DOM_TAG_SCRIPT || node->tag == DOM_TAG_STYLE || node->tag == DOM_TAG_IFRAME ||
           node->tag == DOM_TAG_NOSCRIPT || slice_equal(dom_name(node), SLICE("xmp")) ||
           slice_equal(dom_name(node), SLICE("noembed")) || slice_equal(dom_name(node), SLICE("noframes"));
}

const slice *dom_attribute_get(const dom_node *node, slice name) {
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        if (slice_equal(node->attributes[i].name, name))
            return &node->attributes[i].value;
    return NULL;
}

bool dom_attribute_integer(const dom_node *node, const char *name, int64_t *value) {
    slice text = dom_attribute_trimmed(node, name);
    bool sign = text.length && (text.data[0] == '-' || text.data[0] == '+');
    size_t at = sign;
    int64_t number = 0;
    for (; at < text.length && is_digit(text.data[at]); at++)
        number = number < 100000000 ? number * 10 + (text.data[at] - '0') : number;
    if (at == sign)
        return false;
    *value = text.data[0] == '-' ? -number : number;
    return true;
}

bool dom_has_class(const dom_node *node, slice class_name) {
    const slice *classes = dom_attribute_get(node, SLICE("class"));
    return classes && slice_has_word(*classes, class_name);
}

dom_node *dom_next_skip(const dom_node *node, const dom_node *root) {
    while (node && node != root) {
        if (node->next)
            return node->next;
        node = node->parent;
    }
    return NULL;
}

dom_node *dom_next(const dom_node *node, const dom_node *root) {
    return node->first_child ? node->first_child : dom_next_skip(node, root);
}

size_t dom_count(const dom_node *root) {
    size_t count = 0;
    for (const dom_node *at = root; at; at = dom_next(at, root))
        count++;
    return count;
}

void dom_text_content(const dom_node *node, buffer *out) {
    for (const dom_node *at = node; at;) {
        if (at->type == DOM_TEXT)
            buffer_append(out, dom_text(at));
        at = dom_tag_has(at->tag, DOM_UNSEEN) ? dom_next_skip(at, node) : dom_next(at, node);
    }
}

dom_node *dom_new_unknown(arena *a, slice name, uint32_t line) {
    dom_unknown *unknown = arena_zeroed(a, sizeof *unknown);
    unknown->node.type = DOM_ELEMENT;
    unknown->node.tag = DOM_TAG_UNKNOWN;
    unknown->node.line = line;
    unknown->name = name;
    return &unknown->node;
}

dom_node *dom_new_element(arena *a, dom_tag tag, uint32_t line) {
    if (tag == DOM_TAG_UNKNOWN)
        return dom_new_unknown(a, SLICE(""), line);
    dom_node *node = arena_node(a);
    node->type = DOM_ELEMENT;
    node->tag = (uint16_t)tag;
    node->line = line;
    return node;
}

dom_node *dom_new_text(arena *a, slice text, uint32_t line) {
    if (text.length > UINT32_MAX)
        arena_fail(a);
    dom_node *node = arena_node(a);
    node->type = DOM_TEXT;
    dom_set_text(node, text);
    node->line = line;
    return node;
}

void dom_attribute_set(dom_node *node, arena *a, slice name, slice value) {
    for (uint32_t i = 0; i < node->size; i++)
        if (slice_equal(node->attributes[i].name, name)) {
            node->attributes[i].value = value;
            return;
        }
    size_t size = node->size * sizeof(dom_attribute);
    node->attributes = arena_grow(a, node->attributes, size, size + sizeof(dom_attribute));
    node->attributes[node->size++] = (dom_attribute){name, value};
}

void dom_own_attributes(dom_node *root, arena *a) {
    for (dom_node *node = root; node; node = dom_next(node, root))
        for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
            dom_attribute *one = &node->attributes[i];
            one->name = slice_copy(one->name, a);
            if (one->value.length) /* no text may be NULL, or not */
                one->value = slice_copy(one->value, a);
        }
}

void dom_attribute_remove(dom_node *node, slice name) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        if (!slice_equal(node->attributes[i].name, name))
            node->attributes[kept++] = node->attributes[i];
    if (node->type == DOM_ELEMENT)
        node->size = kept;
}

void dom_set_text(dom_node *node, slice text) {
    node->text_data = text.data;
    node->size = (uint32_t)text.length;
}

void dom_append(dom_node *parent, dom_node *child) {
    dom_node *first = parent->first_child, *last = first ? first->before : NULL;
    child->parent = parent;
    child->next = NULL;
    child->before = last ? last : child;
    if (first) {
        last->next = child;
        first->before = child;
    } else {
        parent->first_child = child;
    }
}

void dom_insert_before(dom_node *reference, dom_node *node) {
    dom_node *previous = dom_previous(reference);
    node->parent = reference->parent;
    node->next = reference;
    node->before = reference->before;
    if (previous)
        previous->next = node;
    else if (reference->parent)
        reference->parent->first_child = node;
    reference->before = node;
}

void dom_remove(dom_node *node) {
    dom_node *previous = dom_previous(node), *parent = node->parent;
    if (previous)
        previous->next = node->next;
    else if (parent)
        parent->first_child = node->next;
    if (node->next)
        node->next->before = node->before;
    else if (parent && parent->first_child)
        parent->first_child->before = node->before;
    node->parent = node->before = node->next = NULL;
}

void dom_move_children(dom_node *from, dom_node *to) {
    while (from->first_child) {
        dom_node *child = from->first_child;
        dom_remove(child);
        dom_append(to, child);
    }
}

void dom_unwrap(dom_node *node) {
    while (node->first_child) {
        dom_node *child = node->first_child;
        dom_remove(child);
        dom_insert_before(node, child);
    }
    dom_remove(node);
}

void dom_reuse(dom_node *node, arena *a) {
    if (node->tag != DOM_TAG_UNKNOWN) /* which takes more */
        arena_reuse(a, node);
}

void dom_reuse_tree(dom_node *root, arena *a) {
    for (dom_node *at = root, *next; at; at = next) {
        if (at->first_child) {
            next = at->first_child;
            at->first_child = NULL;
            continue;
        }
        next = at == root ? NULL : at->next ? at->next : at->parent;
        dom_reuse(at, a);
    }
}

void dom_reuse_before(dom_node *node, arena *a) {
    for (dom_node *first; (first = node->parent->first_child) != node;) {
        dom_remove(first);
        dom_reuse_tree(first, a);
    }
}

/* ---- writing ----------------------------------------------------------------------------------------- */

static void open_tag(const dom_node *node, buffer *out) {
    buffer_append_char(out, '<');
    buffer_append(out, dom_name(node));
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        buffer_append_char(out, ' ');
        buffer_append(out, node->attributes[i].name);
        buffer_append(out, SLICE("=\""));
        buffer_append_html(out, node->attributes[i].value, true);
        buffer_append_char(out, '"');
    }
    buffer_append_char(out, '>');
}

static void close_tag(const dom_node *node, buffer *out) {
    if (dom_tag_has(node->tag, DOM_VOID))
        return;
    buffer_append(out, SLICE("</"));
    buffer_append(out, dom_name(node));
    buffer_append_char(out, '>');
}

void dom_outer_html(const dom_node *node, buffer *out) {
    const dom_node *at = node;
    for (;;) {
        if (at->type == DOM_ELEMENT)
            open_tag(at, out);
        else if (at->type == DOM_TEXT && at->parent && dom_is_raw_text(at->parent))
            buffer_append(out, dom_text(at));
        else if (at->type == DOM_TEXT)
            buffer_append_html(out, dom_text(at), false);
        else {
            buffer_append(out, SLICE("<!--"));
            buffer_append(out, dom_text(at));
            buffer_append(out, SLICE("-->"));
        }
        if (at->first_child) {
            at = at->first_child;
            continue;
        }
        if (at->type == DOM_ELEMENT)
            close_tag(at, out);
        while (at != node && !at->next) {
            at = at->parent;
            close_tag(at, out);
        }
        if (at == node)
            return;
        at = at->next;
    }
}

void dom_inner_html(const dom_node *node, buffer *out) {
    for (const dom_node *child = node->first_child; child; child = child->next)
        dom_outer_html(child, out);
}
