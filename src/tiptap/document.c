/* The document: its nodes and marks, made, changed and walked.
 *
 * No function recurses over the document. Nodes live in the arena; marks are immutable and shared.
 */
#include "private.h"

/* ---- nodes ------------------------------------------------------------------------------------------- */

tiptap_node *tiptap_new_node(arena *a, tiptap_type type, uint32_t line) {
    tiptap_node *node = arena_node(a);
    node->type = (uint32_t)type & ((1u << TIPTAP_TYPE_BITS) - 1);
    node->line = line & ((1u << TIPTAP_LINE_BITS) - 1);
    return node;
}

void tiptap_set_text(tiptap_node *node, slice text) {
    node->text_data = text.data;
    node->size = (uint32_t)text.length;
}

tiptap_node *tiptap_new_text(arena *a, slice text, const tiptap_marks *marks, uint32_t line) {
    tiptap_node *node = tiptap_new_node(a, TIPTAP_TEXT, line);
    tiptap_set_text(node, text);
    node->marks = marks;
    return node;
}

void tiptap_append(tiptap_node *parent, tiptap_node *child) {
    tiptap_node *first = parent->first_child, *last = first ? first->before : NULL;
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

void tiptap_insert_before(tiptap_node *reference, tiptap_node *node) {
    tiptap_node *previous = tiptap_previous(reference);
    node->parent = reference->parent;
    node->next = reference;
    node->before = reference->before;
    if (previous)
        previous->next = node;
    else if (reference->parent)
        reference->parent->first_child = node;
    reference->before = node;
}

void tiptap_remove(tiptap_node *node) {
    tiptap_node *previous = tiptap_previous(node), *parent = node->parent;
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

tiptap_node *tiptap_next_skip(const tiptap_node *node, const tiptap_node *root) {
    while (node && node != root) {
        if (node->next)
            return node->next;
        node = node->parent;
    }
    return NULL;
}

tiptap_node *tiptap_next(const tiptap_node *node, const tiptap_node *root) {
    return node->first_child ? node->first_child : tiptap_next_skip(node, root);
}

/* The schema nests required content no deeper than a card's parts, so this recursion is bounded by it. */
void append_filling(arena *a, tiptap_node *parent, uint8_t state) {
    route filling = schema_find_filling(state);
    for (size_t i = 0; i < filling.length; i++)
        tiptap_append(parent, create_and_fill(a, (tiptap_type)filling.types[i], parent->line));
}

tiptap_node *create_and_fill(arena *a, tiptap_type type, uint32_t line) {
    tiptap_node *node = tiptap_new_node(a, type, line);
    append_filling(a, node, schema_start(type));
    return node;
}

/* ---- attributes -------------------------------------------------------------------------------------- */

static size_t index_in(tiptap_attribute attribute, tiptap_attribute first, size_t count) {
    size_t index = (size_t)attribute - (size_t)first;
    return index < count ? index : SIZE_MAX;
}

slice tiptap_get(const tiptap_node *node, tiptap_attribute attribute) {
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    size_t index = index_in(attribute, first, count);
    if (index == SIZE_MAX)
        return (slice){NULL, 0};
    return node->values ? node->values[index] : ATTRIBUTES[attribute].initial;
}

slice tiptap_mark_get(const tiptap_mark *mark, tiptap_attribute attribute) {
    size_t count;
    tiptap_attribute first = tiptap_mark_attributes(mark->type, &count);
    size_t index = index_in(attribute, first, count);
    if (index == SIZE_MAX)
        return (slice){NULL, 0};
    return mark->values ? mark->values[index] : ATTRIBUTES[attribute].initial;
}

static slice *initial_values(arena *a, tiptap_attribute first, size_t count) {
    slice *values = arena_alloc(a, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = ATTRIBUTES[(size_t)first + i].initial;
    return values;
}

size_t tiptap_get_span(const tiptap_node *cell, tiptap_attribute attribute) {
    slice value = tiptap_get(cell, attribute);
    size_t span = 0;
    for (size_t i = 0; i < value.length && is_digit(value.data[i]); i++) {
        span = span * 10 + (size_t)(value.data[i] - '0');
        if (span > TIPTAP_SPAN_MAX)
            return TIPTAP_SPAN_MAX;
    }
    return span;
}

void tiptap_set(tiptap_node *node, tiptap_attribute attribute, slice value, arena *a) {
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    size_t index = index_in(attribute, first, count);
    if (index == SIZE_MAX)
        return;
    if (!node->values)
        node->values = initial_values(a, first, count);
    node->values[index] = value;
}

const tiptap_mark *tiptap_new_link(arena *a, slice href) {
    tiptap_mark *mark = arena_alloc(a, sizeof *mark);
    size_t count;
    tiptap_attribute first = tiptap_mark_attributes(TIPTAP_LINK, &count);
    *mark = (tiptap_mark){TIPTAP_LINK, initial_values(a, first, count)};
    mark->values[TIPTAP_LINK_HREF - first] = href;
    return mark;
}

/* ---- marks ------------------------------------------------------------------------------------------- */

const tiptap_mark *tiptap_new_mark(arena *a, tiptap_mark_type type) {
    tiptap_mark *mark = arena_alloc(a, sizeof *mark);
    *mark = (tiptap_mark){type, NULL};
    return mark;
}

bool tiptap_same_mark(const tiptap_mark *one, const tiptap_mark *other) {
    if (one == other)
        return true;
    if (one->type != other->type)
        return false;
    size_t count;
    tiptap_attribute first = tiptap_mark_attributes(one->type, &count);
    for (size_t i = 0; i < count; i++) {
        slice left = tiptap_mark_get(one, (tiptap_attribute)(first + i));
        slice right = tiptap_mark_get(other, (tiptap_attribute)(first + i));
        if (!left.data != !right.data || !slice_equal(left, right))
            return false;
    }
    return true;
}

bool tiptap_same_marks(const tiptap_marks *one, const tiptap_marks *other) {
    if (one == other)
        return true;
    size_t count = one ? one->count : 0;
    if (count != (other ? other->count : 0))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!tiptap_same_mark(one->items[i], other->items[i]))
            return false;
    return true;
}

static bool same_node(const tiptap_node *one, const tiptap_node *other) {
    if (one->type != other->type || !slice_equal(tiptap_text(one), tiptap_text(other)) ||
        !tiptap_same_marks(one->marks, other->marks) || !one->first_child != !other->first_child)
        return false;
    if (one->values == other->values)
        return true;
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)one->type, &count);
    for (size_t i = 0; i < count; i++) {
        slice a = tiptap_get(one, (tiptap_attribute)(first + i)),
              b = tiptap_get(other, (tiptap_attribute)(first + i));
        if (!a.data != !b.data || !slice_equal(a, b))
            return false;
    }
    return true;
}

bool tiptap_same_document(const tiptap_node *one, const tiptap_node *other) {
    const tiptap_node *a = one, *b = other;
    while (a && b && same_node(a, b) && (a == one || !a->next == !b->next)) {
        a = tiptap_next(a, one);
        b = tiptap_next(b, other);
    }
    return !a && !b;
}

/* prosemirror-model: Mark.addToSet. */
const tiptap_marks *tiptap_add_mark(arena *a, const tiptap_marks *set, const tiptap_mark *mark) {
    size_t most = (set ? set->count : 0) + 1;
    tiptap_marks *result = arena_alloc(a, sizeof *result + most * sizeof *result->items);
    result->count = 0;
    bool placed = false;
    for (size_t i = 0; set && i < set->count; i++) {
        const tiptap_mark *other = set->items[i];
        if (tiptap_same_mark(mark, other))
            return set;
        if (mark_excludes(mark->type, other->type))
            continue;
        if (mark_excludes(other->type, mark->type))
            return set;
        if (!placed && other->type > mark->type) {
            result->items[result->count++] = mark;
            placed = true;
        }
        result->items[result->count++] = other;
    }
    if (!placed)
        result->items[result->count++] = mark;
    return result;
}
