/* express: what a page refers to by name: ids that links point at, classes that its style blocks speak of;
 * and what findings have named already. Gathered before the walk. It never changes the tree.
 */
#include "express.h"

/* A set of slices: open addressing, at most half full. */
typedef struct slice_set {
    slice *slots;
    size_t mask, count;
    arena *arena;
} slice_set;

static slice_set set_new(arena *a) {
    return (slice_set){arena_zeroed(a, 16 * sizeof(slice)), 15, 0, a};
}

static slice *set_slot(const slice_set *set, slice key) {
    size_t at = (size_t)slice_hash(key) & set->mask;
    while (set->slots[at].data && !slice_equal(set->slots[at], key))
        at = (at + 1) & set->mask;
    return &set->slots[at];
}

static bool set_has(const slice_set *set, slice key) {
    return key.length && set_slot(set, key)->data != NULL;
}

/* False when it was there already, or is empty. */
static bool set_add(slice_set *set, slice key) {
    if (!key.length)
        return false;
    slice *slot = set_slot(set, key);
    if (slot->data)
        return false;
    *slot = key;
    if (++set->count * 2 <= set->mask)
        return true;
    slice *old = set->slots;
    size_t old_size = set->mask + 1;
    set->mask = old_size * 2 - 1;
    set->slots = arena_zeroed(set->arena, old_size * 2 * sizeof(slice));
    for (size_t i = 0; i < old_size; i++)
        if (old[i].data)
            *set_slot(set, old[i]) = old[i];
    return true;
}

struct references {
    const tiptap_express_options *options;
    slice_set ids;            /* of the page's elements */
    slice_set styled_classes; /* that the page's own style blocks speak of */
    slice_set mentioned;      /* what findings have named */
};

static bool is_name_char(char c) {
    return is_alnum(c) || c == '-' || c == '_' || (c & 0x80);
}

static void gather_classes(const dom_node *style, slice_set *classes) {
    for (const dom_node *child = style->first_child; child; child = child->next) {
        slice css = child->text;
        for (size_t at = 0; at < css.length; at++) {
            size_t end = at + 1;
            if (css.data[at] != '.' || end >= css.length || is_digit(css.data[end]))
                continue;
            while (end < css.length && is_name_char(css.data[end]))
                end++;
            set_add(classes, slice_sub(css, at + 1, end));
            at = end - 1;
        }
    }
}

references *express_gather_references(const dom_node *body, const tiptap_express_options *options, arena *a) {
    references *refs = arena_alloc(a, sizeof *refs);
    *refs = (references){options, set_new(a), set_new(a), set_new(a)};
    for (const dom_node *node = body; node; node = dom_next(node, body)) {
        if (node->type != DOM_ELEMENT)
            continue;
        const slice *id = dom_attribute_get(node, SLICE("id"));
        if (id)
            set_add(&refs->ids, *id);
        if (node->tag == DOM_TAG_A && (id = dom_attribute_get(node, SLICE("name"))))
            set_add(&refs->ids, *id);
        if (node->tag == DOM_TAG_STYLE)
            gather_classes(node, &refs->styled_classes);
    }
    return refs;
}

bool express_id_exists(const references *refs, slice id) {
    return set_has(&refs->ids, id);
}

bool express_first_mention(references *refs, slice words) {
    return set_add(&refs->mentioned, words);
}

static bool is_linked(const references *refs, slice id) {
    const tiptap_express_options *options = refs->options;
    return options && slice_is_listed(options->linked_ids, options->linked_id_count, id);
}

static void report_id(const dom_node *node, const references *refs, findings *found) {
    const slice *id = dom_attribute_get(node, SLICE("id"));
    if (!id && node->tag == DOM_TAG_A)
        id = dom_attribute_get(node, SLICE("name"));
    if (id && is_linked(refs, *id))
        findings_add(found, FINDING_ID_LINKED, node->line, "`%.*s` on <%.*s>", SLICE_ARGS(*id),
                     SLICE_ARGS(node->name));
}

static bool any_class_styled(slice classes, const references *refs) {
    for (size_t at = 0; at < classes.length;) {
        size_t from = at;
        while (at < classes.length && !is_space(classes.data[at]))
            at++;
        if (set_has(&refs->styled_classes, slice_sub(classes, from, at)))
            return true;
        at++;
    }
    return false;
}

/* Classes that mean nothing but what the element is, or that are the editor's own. */
bool express_is_plain_class(slice classes) {
    static const char PLAIN[] = "tight footnotes footnote reversefootnote task-list task-list-item "
                                "task-list-item-checkbox iframe-wrapper";
    return express_is_among(classes, PLAIN) || slice_starts_with(classes, SLICE("isomer-")) ||
           slice_starts_with(classes, SLICE("language-"));
}

/* A class attribute is named once a page. A link keeps its classes. */
static void report_class(const dom_node *node, references *refs, findings *found) {
    const slice *attribute = dom_attribute_get(node, SLICE("class"));
    slice classes = attribute ? slice_trim(*attribute) : (slice){NULL, 0};
    if (!classes.length || express_is_plain_class(classes) ||
        (node->tag == DOM_TAG_A && dom_attribute_get(node, SLICE("href"))))
        return;
    if (!express_first_mention(refs, classes))
        return;
    bool styled = any_class_styled(classes, refs);
    findings_add(found, styled ? FINDING_CLASS_STYLED : FINDING_CLASS, node->line, "<%.*s class=\"%.*s\">",
                 SLICE_ARGS(node->name), SLICE_ARGS(classes));
}

void express_report_names(const dom_node *node, references *refs, findings *found) {
    report_id(node, refs, found);
    report_class(node, refs, found);
}
