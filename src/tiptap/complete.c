/* What the editor does to a document that it has just loaded: its plugins' appendTransaction, in their order.
 */
#include "private.h"

/* The autolink plugin looks at the first text block, unless it is the only one and does not end with a space.
 */
static tiptap_node *find_block_to_link(tiptap_node *document) {
    tiptap_node *first = NULL;
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        if (!tiptap_is_textblock((tiptap_type)at->type))
            continue;
        if (first)
            return first;
        first = at;
    }
    return first && tiptap_last_child(first) && tiptap_last_child(first)->type == TIPTAP_HARD_BREAK ? first
                                                                                                    : NULL;
}

bool tiptap_complete(tiptap_node *document, arena *a) {
    bool changed = false;
    if (!tiptap_last_child(document) || tiptap_last_child(document)->type != TIPTAP_PARAGRAPH) {
        uint32_t line = tiptap_last_child(document) ? tiptap_last_child(document)->line : 0;
        tiptap_append(document, tiptap_new_node(a, TIPTAP_PARAGRAPH, line));
    }
    for (tiptap_node *at = document; at; at = tiptap_next(at, document))
        if (at->type == TIPTAP_TABLE)
            changed |= fix_table(at, a);
    tiptap_node *block = find_block_to_link(document);
    if (!block || !link_last_word(block, a))
        return changed;
    /* The change makes the editor look at the tables around it once more, from the outermost in. */
    for (tiptap_node *at = document; at && at != block; at = tiptap_next(at, document))
        if (at->type == TIPTAP_TABLE) {
            const tiptap_node *inside = block;
            while (inside && inside != at)
                inside = inside->parent;
            if (inside)
                fix_table(at, a);
        }
    return true;
}
