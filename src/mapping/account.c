/* The account: what `explain` tells of a shape, in words. */
#include "pass.h"

mapping_account mapping_account_new(arena *a) {
    return (mapping_account){vector_new(a, sizeof(mapping_shape)), a};
}

const mapping_miss *mapping_nearest_miss(const mapping_shape *shape) {
    const mapping_miss *best = NULL;
    for (size_t i = 0; i < shape->misses.count; i++) {
        const mapping_miss *miss = vector_at(&shape->misses, i);
        if (!best || miss->held > best->held)
            best = miss;
    }
    return best;
}

/* div.row.is-multiline: the tag and at most three classes. */
slice describe_element(const dom_node *node, arena *a) {
    buffer out = buffer_new(a, 32);
    buffer_append(&out, slice_sub(dom_name(node), 0, 40));
    const slice *classes = dom_attribute_get(node, SLICE("class"));
    size_t at = 0, words = 0;
    for (slice word; classes && words < 3 && (word = slice_next_word(*classes, &at)).length; words++) {
        buffer_append_char(&out, '.');
        buffer_append(&out, slice_sub(word, 0, 40));
    }
    return buffer_slice(&out);
}

static void append_count(buffer *out, const char *word, size_t count) {
    if (count)
        buffer_printf(out, "%s%zu %s%s", out->length ? ", " : "", count, word, count == 1 ? "" : "s");
}

slice describe_parts(const claim *c, arena *a) {
    buffer out = buffer_new(a, 64);
    size_t pictures = 0, descriptions = 0, links = 0, contents = 0;
    for (size_t i = 0; i < c->item_count; i++) {
        const item_card *card = c->items[i].card;
        pictures += card && card->picture;
        descriptions += card && card->description.length > 0;
        links += card && card->href.length > 0;
        contents += c->items[i].content != NULL;
    }
    if (c->rule->make == BLOCK_CARD_GRID)
        append_count(&out, "card", c->item_count);
    else if (c->rule->items || !c->container)
        append_count(&out, "item", c->item_count);
    append_count(&out, "picture", pictures);
    append_count(&out, "description", descriptions);
    append_count(&out, "link", links);
    append_count(&out, "content", contents);
    return buffer_slice(&out);
}
