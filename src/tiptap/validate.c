/* Whether a document holds to the schema: what the tests ask of everything that the parser builds.
 *
 * Comes in: a document. Goes out: the first node that breaks the schema, with the reason. It changes nothing.
 */
#include "private.h"

static const char *find_wrong_marks(const tiptap_node *node) {
    if (!node->marks)
        return NULL;
    if (!tiptap_is_inline((tiptap_type)node->type) || !node->parent ||
        !tiptap_allows_marks((tiptap_type)node->parent->type))
        return "marks where none are allowed";
    for (size_t i = 0; i + 1 < node->marks->count; i++) {
        const tiptap_mark *one = node->marks->items[i], *other = node->marks->items[i + 1];
        if (one->type >= other->type || mark_excludes(one->type, other->type) ||
            mark_excludes(other->type, one->type))
            return "marks that exclude each other or are out of order";
    }
    return NULL;
}

static const char *find_wrong_content(const tiptap_node *node) {
    uint8_t state = schema_start((tiptap_type)node->type);
    for (const tiptap_node *child = node->first_child; child; child = child->next) {
        state = schema_next(state, (tiptap_type)child->type);
        if (state == STATE_NONE)
            return "content that its type does not allow";
    }
    return schema_valid_end(state) ? NULL : "required content is missing";
}

static const char *find_wrong_text(const tiptap_node *node) {
    if (node->type != TIPTAP_TEXT)
        return NULL;
    if (node->size == 0)
        return "an empty text";
    if (node->next && node->next->type == TIPTAP_TEXT && tiptap_same_marks(node->marks, node->next->marks))
        return "a text split in two";
    return NULL;
}

const tiptap_node *tiptap_validate(const tiptap_node *document, const char **why) {
    for (const tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        const char *found = find_wrong_content(at);
        if (!found)
            found = find_wrong_marks(at);
        if (!found)
            found = find_wrong_text(at);
        if (found) {
            *why = found;
            return at;
        }
    }
    return NULL;
}
