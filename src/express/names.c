/* express: what findings have named already, and what is to be said of classes. It never changes the tree. */
#include "private.h"

struct references {
    css_cascade *styles;
    hash_map mentioned; /* what findings have named */
};

references *express_new_references(css_cascade *styles, arena *a) {
    references *refs = arena_alloc(a, sizeof *refs);
    *refs = (references){styles, map_new(a, 0)};
    return refs;
}

bool express_first_mention(references *refs, slice words) {
    bool is_new = false;
    if (words.length)
        map_put(&refs->mentioned, words, &is_new);
    return is_new;
}

bool express_is_hiding_class(slice name) {
    return slice_starts_with(name, SLICE("is-hidden")) || slice_starts_with(name, SLICE("is-invisible")) ||
           express_is_among(name, "is-sr-only sr-only visually-hidden");
}

/* The effects of all classes that no other finding names; `*unnamed`: whether there are such classes. */
static unsigned effects_of(slice classes, css_cascade *styles, bool *unnamed) {
    unsigned effects = 0;
    size_t at = 0;
    *unnamed = false;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (!express_is_theme_class(name) && !express_is_hiding_class(name)) {
            *unnamed = true;
            effects |= css_class_effects(styles, name);
        }
    return effects;
}

/* "spacing, colours": for people. */
static slice describe_effects(unsigned effects, arena *a) {
    static const struct word {
        unsigned effect;
        const char *name;
    } WORDS[] = {
        {CSS_EFFECT_SPACING, "spacing"},
        {CSS_EFFECT_SIZE, "sizes"},
        {CSS_EFFECT_BORDER, "borders"},
        {CSS_EFFECT_COLOUR, "colours"},
        {CSS_EFFECT_FONT, "fonts"},
        {CSS_EFFECT_ALIGNMENT, "alignment"},
        {CSS_EFFECT_EMPHASIS, "emphasis"},
        {CSS_EFFECT_PLACE, "position"},
        {CSS_EFFECT_PICTURE, "pictures behind"},
        {CSS_EFFECT_OTHER, "other looks"},
        {CSS_EFFECT_LAYOUT, "layout"},
        {CSS_EFFECT_HIDING, "hiding"},
        {CSS_EFFECT_LETTERS, "letter case"},
        {CSS_EFFECT_MARKER, "list marks"},
        {CSS_EFFECT_CONTENT, "text"},
        {CSS_EFFECT_DIRECTION, "direction"},
    };
    buffer out = buffer_new(a, 64);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (effects & WORDS[i].effect)
            buffer_printf(&out, "%s%s", out.length ? ", " : "", WORDS[i].name);
    return buffer_slice(&out);
}

/* Classes that mean nothing but what the element is, or that are the editor's own. */
bool express_is_plain_class(slice classes) {
    static const char PLAIN[] = "tight footnotes footnote reversefootnote task-list task-list-item "
                                "task-list-item-checkbox";
    return express_is_among(classes, PLAIN) || tiptap_owns_class(classes) ||
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
    bool unnamed;
    unsigned effects = effects_of(classes, refs->styles, &unnamed);
    if (effects)
        findings_add(found, FINDING_CLASS_STYLED, node->line, "<%.*s class=\"%.*s\">: %.*s",
                     SLICE_ARGS(dom_name(node)), SLICE_ARGS(classes),
                     SLICE_ARGS(describe_effects(effects, found->arena)));
    else if (unnamed && !css_knows_site(refs->styles)) /* else no rule says anything of it */
        findings_add(found, FINDING_CLASS, node->line, "<%.*s class=\"%.*s\">", SLICE_ARGS(dom_name(node)),
                     SLICE_ARGS(classes));
}
