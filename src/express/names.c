/* express: what a page refers to by name: classes that its style blocks speak of, and what findings have named already. Gathered before the walk. It never changes the tree.
 */
#include "private.h"

struct references {
    sheet sheet;
    slice_set mentioned; /* what findings have named */
};

references *express_gather_references(const dom_node *body, arena *a) {
    references *refs = arena_alloc(a, sizeof *refs);
    *refs = (references){sheet_new(a), slice_set_new(a)};
    for (const dom_node *node = body; node; node = dom_next(node, body))
        if (node->tag == DOM_TAG_STYLE)
            sheet_read(&refs->sheet, node);
    return refs;
}

const sheet *express_sheet(const references *refs) {
    return &refs->sheet;
}

bool express_first_mention(references *refs, slice words) {
    return slice_set_add(&refs->mentioned, words);
}

static bool any_class_styled(slice classes, const references *refs) {
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (slice_set_has(&refs->sheet.classes, name))
            return true;
    return false;
}

bool express_is_hiding_class(slice name) {
    return slice_starts_with(name, SLICE("is-hidden")) || slice_starts_with(name, SLICE("is-invisible")) ||
           express_is_among(name, "is-sr-only sr-only visually-hidden");
}

/* Whether other findings say what each class did. */
static bool all_classes_told(slice classes) {
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (!express_is_theme_class(name) && !express_is_hiding_class(name))
            return false;
    return true;
}

/* Classes that mean nothing but what the element is, or that are the editor's own. */
bool express_is_plain_class(slice classes) {
    static const char PLAIN[] = "tight footnotes footnote reversefootnote task-list task-list-item "
                                "task-list-item-checkbox iframe-wrapper";
    return express_is_among(classes, PLAIN) || slice_starts_with(classes, SLICE("isomer-")) ||
           slice_starts_with(classes, SLICE("language-"));
}

/* A class attribute is named once a page. A link keeps its classes. */
void express_report_classes(const dom_node *node, references *refs, findings *found) {
    const slice *attribute = dom_attribute_get(node, SLICE("class"));
    slice classes = attribute ? slice_trim(*attribute) : (slice){NULL, 0};
    if (!classes.length || express_is_plain_class(classes) ||
        (node->tag == DOM_TAG_A && dom_attribute_get(node, SLICE("href"))))
        return;
    if (!express_first_mention(refs, classes))
        return;
    bool styled = any_class_styled(classes, refs);
    if (!styled && all_classes_told(classes))
        return;
    findings_add(found, styled ? FINDING_CLASS_STYLED : FINDING_CLASS, node->line, "<%.*s class=\"%.*s\">",
                 SLICE_ARGS(node->name), SLICE_ARGS(classes));
}
