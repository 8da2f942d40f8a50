/* Rewriting whole documents, and finding what whole trees refer to.
 *
 * Comes in: a document that holds to the editor's schema, or an element tree. Goes out: the document with
 * local addresses, findings, the list of references. Pure.
 */
#include "private.h"

typedef struct walk {
    const asset_rules *rules;
    arena *arena;
    findings *found;
    vector *references;
} walk;

static bool rewrite(const walk *w, slice *url, asset_use use, uint32_t line) {
    asset_reference reference;
    if (!asset_rewrite_url(w->rules, *url, use, w->arena, &reference))
        return false;
    reference.line = line;
    *(asset_reference *)vector_push(w->references) = reference;
    if (w->found)
        asset_add_finding(&reference, w->found, line);
    *url = reference.url;
    return true;
}

static bool visit_url(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    return rewrite(context, url, attribute == TIPTAP_IMAGE_SRC ? ASSET_PICTURE : ASSET_LINK, line);
}

void asset_rewrite_document(const asset_rules *rules, tiptap_node *document, arena *a, findings *found,
                            vector *references) {
    walk w = {rules, a, found, references};
    tiptap_visit_urls(document, visit_url, &w, a);
}

static void collect(const walk *w, const dom_node *node, slice attribute, asset_use use) {
    const slice *value = dom_attribute_get(node, attribute);
    slice url = value ? *value : (slice){NULL, 0};
    if (value)
        rewrite(w, &url, use, node->line);
}

void asset_collect_tree(const asset_rules *rules, const dom_node *root, arena *a, vector *references) {
    walk w = {rules, a, NULL, references};
    buffer unused = buffer_new(a, 64);
    for (const dom_node *node = root; node; node = dom_next(node, root)) {
        collect(&w, node, SLICE("src"), dom_is(node, DOM_TAG_IMG) ? ASSET_PICTURE : ASSET_LINK);
        collect(&w, node, SLICE("href"), ASSET_LINK);
        const slice *style = dom_attribute_get(node, SLICE("style"));
        if (style)
            asset_rewrite_style(rules, *style, a, &unused, references);
    }
}
