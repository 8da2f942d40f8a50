/* The tree and the tables of definitions: making nodes, adding text, attributes by name.
 *
 * Comes in: pieces of the page. Goes out: nodes in the page's arena. Text that follows its neighbour in
 * memory is never copied.
 */
#include "private.h"

node *new_node(parser *p, node_type type, uint32_t line) {
    node *n = p->spare ? p->spare : arena_alloc(p->arena, sizeof *n);
    if (p->spare)
        p->spare = n->next;
    memset(n, 0, sizeof *n);
    n->type = (uint8_t)type;
    n->line = line;
    return n;
}

void give_back_node(parser *p, node *n) {
    arena_drop(p->arena, n, sizeof *n);
    n->next = p->spare;
    p->spare = n;
}

void append_child(node *parent, node *child) {
    child->previous = parent->last;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->images += child->type == NODE_IMAGE;
}

void remove_child(node *parent, node *child) {
    if (child->previous)
        child->previous->next = child->next;
    else
        parent->first = child->next;
    if (child->next)
        child->next->previous = child->previous;
    else
        parent->last = child->previous;
}

/* Bytes that a copied value of that length has room for. */
static size_t value_room(size_t length) {
    size_t room = 32;
    while (room < length)
        room *= 2;
    return room;
}

void extend_value(parser *p, node *n, slice text) {
    slice *value = &n->value;
    if (text.length == 0)
        return;
    if (value->length == 0 && !n->is_copied) {
        *value = text;
        return;
    }
    if (!n->is_copied && value->data + value->length == text.data) {
        value->length += text.length;
        return;
    }
    size_t needed = value->length + text.length;
    if (!n->is_copied || needed > value_room(value->length)) {
        char *grown = arena_alloc(p->arena, value_room(needed));
        memcpy(grown, value->data, value->length);
        value->data = grown;
        n->is_copied = true;
    }
    memcpy((char *)(uintptr_t)value->data + value->length, text.data, text.length);
    value->length = needed;
}

void add_text(parser *p, node *tree, slice text, node_type type, uint32_t line) {
    if (text.length == 0)
        return;
    if (!tree->last || tree->last->type != type)
        append_child(tree, new_node(p, type, line));
    extend_value(p, tree->last, text);
}

slice *find_attribute(node *n, slice name) {
    for (attribute *a = n->attributes; a; a = a->next)
        if (slice_equal(a->name, name))
            return &a->value;
    return NULL;
}

void set_attribute(parser *p, attribute **list, slice name, slice value) {
    size_t count = 0;
    for (; *list; list = &(*list)->next, count++)
        if (slice_equal((*list)->name, name)) {
            (*list)->value = value;
            return;
        }
    if (count >= ATTRIBUTES_MAX)
        return;
    *list = arena_alloc(p->arena, sizeof **list);
    **list = (attribute){NULL, name, value};
}

void remove_attribute(node *n, slice name) {
    for (attribute **link = &n->attributes; *link; link = &(*link)->next)
        if (slice_equal((*link)->name, name)) {
            *link = (*link)->next;
            return;
        }
}

definition *find_definition(const definitions *d, slice name) {
    return name.length > d->longest ? NULL : map_get(&d->by_name, name);
}

definition *add_definition(parser *p, definitions *d, slice name) {
    definition *one = find_definition(d, name);
    if (one)
        return one;
    one = arena_zeroed(p->arena, sizeof *one);
    one->name = name;
    if (d->last)
        d->last->next_added = one;
    else
        d->first = one;
    d->last = one;
    if (name.length > d->longest)
        d->longest = name.length;
    d->count++;
    d->by_name.arena = p->arena;
    *map_put(&d->by_name, name, NULL) = one;
    return one;
}

void report_nesting(parser *p, uint32_t line) {
    if (!p->said_nesting)
        findings_add(p->found, FINDING_MARKDOWN_NESTING, line, "nested deeper than %d", NESTING_MAX);
    p->said_nesting = true;
}

void report_text(parser *p, source *s, finding_code code, size_t from, size_t to) {
    if (p->is_quiet || from < s->reported)
        return;
    s->reported = to;
    findings_add(p->found, code, source_line(s, from), "%.*s", SLICE_ARGS(source_slice(s, from, to)));
}
