/* A document's texts apart from the tree that it was parsed from.
 *
 * Comes in: a document whose texts may point into a tree. Goes out: the same one, with texts of its own.
 */
#include "private.h"

static void own_values(slice *values, size_t count, arena *a) {
    for (size_t i = 0; values && i < count; i++)
        if (values[i].length)
            values[i] = slice_copy(values[i], a);
}

/* Texts side by side share their marks: `last` is the one that was copied last. */
static const tiptap_mark *own_marks(const tiptap_marks *marks, const tiptap_mark *last, arena *a) {
    for (size_t i = 0; marks && i < marks->count; i++) {
        const tiptap_mark *mark = marks->items[i];
        size_t count;
        tiptap_mark_attributes(mark->type, &count);
        if (mark->values && mark != last)
            own_values((last = mark)->values, count, a);
    }
    return last;
}

void tiptap_own_texts(tiptap_node *document, arena *a) {
    const tiptap_mark *last = NULL;
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        size_t count;
        if (at->text.length)
            at->text = slice_copy(at->text, a);
        tiptap_type_attributes((tiptap_type)at->type, &count);
        own_values(at->values, count, a);
        last = own_marks(at->marks, last, a);
    }
}
