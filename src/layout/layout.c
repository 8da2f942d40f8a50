/* The passes in their order, and the way from a node to its box. Comes in: a page's tree and cascade. Goes
 * out: its boxes.
 */
#include "private.h"

static size_t slot_of(const layout *l, const dom_node *node) {
    size_t at = ((uintptr_t)node >> 4) * (size_t)0x9E3779B97F4A7C15u >> 20 & l->mask;
    while (l->slots[at] && l->kept[l->slots[at] - 1].node != node)
        at = (at + 1) & l->mask;
    return at;
}

static void index_boxes(layout *l) {
    size_t size = 16;
    while (size < (size_t)l->kept_count * 2)
        size *= 2;
    l->mask = size - 1;
    l->slots = arena_zeroed(l->arena, size * sizeof *l->slots);
    for (uint32_t i = 0; i < l->kept_count; i++)
        l->slots[slot_of(l, l->kept[i].node)] = i + 1;
}

/* A box has much that is needed only while its page is laid out: what is kept takes the place of the first
 * ones. */
static void keep_boxes(layout *l) {
    l->kept_count = (uint32_t)l->boxes.count;
    l->kept = l->boxes.items;
    l->measures = l->options.other ? NULL : arena_alloc(l->arena, (l->kept_count + 1) * sizeof *l->measures);
    for (uint32_t i = 0; i < l->kept_count; i++) {
        box b = *box_at(l, i);
        if (l->measures)
            l->measures[i] = (box_measure){b.style->font, b.min, b.max};
        l->kept[i] = (kept_box){b.node, b.out};
    }
    l->kept = arena_move(l->arena, l->kept, l->boxes.capacity * sizeof(box), l->kept_count * sizeof *l->kept);
    l->boxes = vector_new(l->arena, sizeof(box));
}

static void drop_measures(layout *l) {
    if (l && l->measures)
        arena_drop(l->arena, l->measures, (l->kept_count + 1) * sizeof *l->measures);
    if (l)
        l->measures = NULL;
}

layout *layout_page(css_cascade *cascade, const dom_node *root, const layout_options *options, arena *a) {
    layout *l = arena_zeroed(a, sizeof *l);
    l->arena = a;
    l->cascade = cascade;
    l->options = *options;
    l->boxes = vector_new(a, sizeof(box));
    layout_make_boxes(l, root);
    layout_measure_content(l);
    layout_place(l);
    layout_add_heights(l);
    drop_measures(options->other);
    keep_boxes(l);
    index_boxes(l);
    return l;
}

bool layout_is_one_column(css_cascade *cascade, const dom_node *root, arena *a) {
    layout l = {.arena = a, .cascade = cascade};
    for (const dom_node *at = root; at; at = dom_next(at, root)) {
        if (at->type != DOM_ELEMENT)
            continue;
        const box_style *s = layout_style_of(&l, at);
        bool is_known =
            !dom_tag_has(at->tag, DOM_REPLACED) || at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME;
        if (!is_known || s->floats || s->is_absolute || s->kind == KIND_FLEX || s->kind == KIND_GRID ||
            s->kind == KIND_CELL)
            return false;
    }
    return true;
}

bool layout_has_columns(const layout *l) {
    for (uint32_t i = 0; i < l->kept_count; i++) {
        const kept_box *b = &l->kept[i];
        if (b->out.flow == LAYOUT_ITEM || b->out.flow == LAYOUT_CELL ||
            (b->out.flow == LAYOUT_FLOAT && b->node->tag != DOM_TAG_IMG))
            return true;
    }
    return false;
}

/* NULL: the node has none. */
static const kept_box *find_box(const layout *l, const dom_node *node) {
    uint32_t index = l && node ? l->slots[slot_of(l, node)] : 0;
    return index ? &l->kept[index - 1] : NULL;
}

const box_measure *layout_measure_of(const layout *l, const dom_node *node) {
    const kept_box *b = find_box(l, node);
    return b && l->measures ? &l->measures[b - l->kept] : NULL;
}

const layout_box *layout_box_of(const layout *l, const dom_node *node) {
    const kept_box *b = find_box(l, node);
    return b ? &b->out : NULL;
}
