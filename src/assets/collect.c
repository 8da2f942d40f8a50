/* What a page needs of other hosts, whether it is converted yet or not.
 *
 * Comes in: an element tree, which stays as it is. Goes out: a reference for each address that the rules
 * know. Pure.
 */
#include "private.h"

typedef struct collection {
    const asset_rules *rules;
    arena *arena;
    vector *references;
} collection;

static void collect(const collection *c, slice url, asset_use use) {
    asset_reference reference;
    if (asset_rewrite_url(c->rules, url, use, c->arena, &reference))
        *(asset_reference *)vector_push(c->references) = reference;
}

/* The end of a CSS url(): its closing bracket, or SLICE_NONE. `inside` gets the address without quotes. */
static size_t parse_css_url(slice style, size_t from, slice *inside) {
    while (from < style.length && is_space(style.data[from]))
        from++;
    char quote =
        from < style.length && (style.data[from] == '"' || style.data[from] == '\'') ? style.data[from] : 0;
    size_t end = slice_find_char(style, quote ? quote : ')', from + (quote ? 1 : 0));
    if (end == SLICE_NONE)
        return SLICE_NONE;
    *inside = slice_trim(slice_sub(style, from + (quote ? 1 : 0), end));
    return quote ? slice_find_char(style, ')', end) : end;
}

static void collect_style(const collection *c, slice style) {
    for (size_t at = 0; (at = slice_find_char(style, '(', at)) != SLICE_NONE; at++) {
        slice inside;
        if (at < 3 || !slice_equal_nocase(slice_sub(style, at - 3, at), SLICE("url")))
            continue;
        at = parse_css_url(style, at + 1, &inside);
        if (at == SLICE_NONE)
            return; /* nothing closes any more: so no later one does either */
        collect(c, inside, ASSET_PICTURE);
    }
}

/* What a script loads later, what stands before a film begins, what an object shows: addresses that the new
 * page holds. */
static void collect_shown(const collection *c, const dom_node *node) {
    static const char *const PICTURES[] = {"data-src", "data-lazy-src", "data-lazy", "data-original",
                                           "poster"};
    for (size_t i = 0; i < sizeof PICTURES / sizeof *PICTURES; i++) {
        const slice *url = dom_attribute_get(node, slice_of(PICTURES[i]));
        if (url)
            collect(c, slice_trim(*url), ASSET_PICTURE);
    }
    const slice *data = node->tag == DOM_TAG_OBJECT ? dom_attribute_get(node, SLICE("data")) : NULL;
    if (data)
        collect(c, slice_trim(*data), ASSET_LINK);
}

void asset_collect_tree(const asset_rules *rules, const dom_node *root, arena *a, vector *references) {
    collection c = {rules, a, references};
    for (const dom_node *node = root; node; node = dom_next(node, root)) {
        const slice *source = dom_attribute_get(node, SLICE("src"));
        const slice *link = dom_attribute_get(node, SLICE("href"));
        const slice *style = dom_attribute_get(node, SLICE("style"));
        if (source)
            collect(&c, *source, dom_is(node, DOM_TAG_IMG) ? ASSET_PICTURE : ASSET_LINK);
        if (link)
            collect(&c, *link, ASSET_LINK);
        if (style)
            collect_style(&c, *style);
        if (dom_attribute_count(node))
            collect_shown(&c, node);
    }
}
