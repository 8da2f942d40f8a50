/* What the editor does to a document that it has just loaded: its plugins' appendTransaction (save-cycle:
 * step 2). */
#include "private.h"

void tiptap_complete(tiptap_node *document, arena *a) {
    if (!document->last_child || document->last_child->type != TIPTAP_PARAGRAPH)
        tiptap_append(document, tiptap_new_node(a, TIPTAP_PARAGRAPH,
                                                document->last_child ? document->last_child->line : 0));
}
