/* Every URL that a document holds.
 *
 * Comes in: a document and a visitor. Goes out: the same document with the URLs that the visitor set: local
 * ones for remote files (convert/), ones that can be written (save/).
 */
#include "private.h"

static void visit_value(tiptap_node *node, tiptap_attribute attribute, tiptap_url_visitor *visit,
                        void *context, arena *a) {
    slice url = tiptap_get(node, attribute);
    if (url.data && visit(context, attribute, node->line, &url))
        tiptap_set(node, attribute, url, a);
}

static const tiptap_mark *find_link(const tiptap_marks *marks) {
    for (size_t i = 0; marks && i < marks->count; i++)
        if (marks->items[i]->type == TIPTAP_LINK)
            return marks->items[i];
    return NULL;
}

/* The same link with another URL. */
static const tiptap_mark *change_link(arena *a, const tiptap_mark *link, slice url) {
    size_t count;
    tiptap_attribute first = tiptap_mark_attributes(TIPTAP_LINK, &count);
    tiptap_mark *changed = arena_alloc(a, sizeof *changed);
    *changed = (tiptap_mark){TIPTAP_LINK, arena_alloc(a, count * sizeof *changed->values)};
    for (size_t i = 0; i < count; i++)
        changed->values[i] = tiptap_mark_get(link, (tiptap_attribute)(first + i));
    changed->values[TIPTAP_LINK_HREF - first] = url;
    return changed;
}

/* The link of the run before, and what became of it: texts that share a link are visited once. */
typedef struct link_run {
    const tiptap_node *parent;
    const tiptap_mark *link, *changed;
} link_run;

static void visit_link(tiptap_node *node, link_run *run, tiptap_url_visitor *visit, void *context, arena *a) {
    const tiptap_mark *link = find_link(node->marks);
    if (!link || !run->link || run->parent != node->parent || !tiptap_same_mark(link, run->link)) {
        *run = (link_run){node->parent, link, link};
        slice url = link ? tiptap_mark_get(link, TIPTAP_LINK_HREF) : (slice){NULL, 0};
        if (url.data && visit(context, TIPTAP_LINK_HREF, node->line, &url))
            run->changed = change_link(a, link, url);
    }
    if (run->changed != run->link)
        node->marks = tiptap_add_mark(a, node->marks, run->changed);
}

void tiptap_visit_urls(tiptap_node *document, tiptap_url_visitor *visit, void *context, arena *a) {
    link_run run = {NULL, NULL, NULL};
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        if (tiptap_is_inline((tiptap_type)at->type)) {
            visit_link(at, &run, visit, context, a);
        } else if (at->type == TIPTAP_IMAGE) {
            visit_value(at, TIPTAP_IMAGE_SRC, visit, context, a);
            visit_value(at, TIPTAP_IMAGE_HREF, visit, context, a);
        } else if (at->type == TIPTAP_CLICKABLE_CARD) {
            visit_value(at, TIPTAP_CLICKABLE_CARD_HREF, visit, context, a);
        } else if (at->type == TIPTAP_IFRAME) {
            visit_value(at, TIPTAP_IFRAME_SRC, visit, context, a);
        }
    }
}
