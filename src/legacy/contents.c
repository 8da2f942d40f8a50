/* The table of contents that `{:toc}` asks for: the page's headers as nested lists of links. */
#include "private.h"

typedef struct open_entry {
    unsigned level;
    node *list; /* for the entries below it */
    node *item;
} open_entry;

/* An entry: a link with the header's own text. The nodes are shared with the header, and only read. */
static node *new_entry(parser *p, const header_entry *entry, slice list_id) {
    node *item = new_node(p, NODE_ITEM, 0), *text = new_node(p, NODE_PARAGRAPH, 0),
         *link = new_node(p, NODE_LINK, 0);
    text->is_transparent = true;
    link->is_raw = true;
    link->first = entry->header->first;
    link->last = entry->header->last;
    set_attribute(p, &link->attributes, SLICE("href"),
                  format_slice(p->arena, "#%.*s", SLICE_ARGS(entry->id)));
    set_attribute(p, &link->attributes, SLICE("id"),
                  format_slice(p->arena, "%.*s-%.*s", SLICE_ARGS(list_id), SLICE_ARGS(entry->id)));
    append_child(text, link);
    append_child(item, text);
    return item;
}

void render_contents(renderer *r) {
    parser *p = r->parser;
    node *root = new_node(p, (node_type)r->contents_list->type, r->contents_list->line);
    for (const attribute *a = r->contents_list->attributes; a; a = a->next)
        set_attribute(p, &root->attributes, a->name, a->value);
    if (!find_attribute(root, SLICE("id")))
        set_attribute(p, &root->attributes, SLICE("id"), SLICE("markdown-toc"));
    slice id = *find_attribute(root, SLICE("id"));
    open_entry stack[8];
    size_t depth = 0;
    const header_entry *entries = r->headers.items;
    for (size_t i = 0; i < r->headers.count; i++) {
        node *item = new_entry(p, &entries[i], id);
        unsigned level = entries[i].header->level;
        while (depth && stack[depth - 1].level >= level)
            depth--;
        node *list = depth ? stack[depth - 1].list : root;
        if (depth && !list->first)
            append_child(stack[depth - 1].item, list);
        append_child(list, item);
        stack[depth++] = (open_entry){level, new_node(p, (node_type)root->type, 0), item};
    }
    r->in_contents = true;
    if (root->first)
        render_node(r, root, NULL, 0);
    r->in_contents = false;
}
