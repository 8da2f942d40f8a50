/* express: attributes and style declarations: the marks that they stand for, and findings for what the schema
 * has no place for: alignment, colours, fonts, boxes, classes, ids. Comes in: an element. It never changes
 * the tree.
 */
#include "express.h"

/* ---- declarations ------------------------------------------------------------------------------------- */

bool express_next_declaration(slice style, size_t *at, slice *property, slice *value) {
    while (*at < style.length) {
        size_t from = *at, colon = SLICE_NONE;
        char quote = 0;
        int depth = 0;
        for (; *at < style.length; ++*at) {
            char c = style.data[*at];
            if (quote)
                quote = c == quote ? 0 : quote;
            else if (c == '"' || c == '\'')
                quote = c;
            else if (c == '(')
                depth++;
            else if (c == ')')
                depth -= depth > 0;
            else if (c == ':' && colon == SLICE_NONE)
                colon = *at;
            else if (c == ';' && depth == 0)
                break;
        }
        size_t end = *at;
        *at += *at < style.length;
        if (colon == SLICE_NONE)
            continue;
        *property = slice_trim(slice_sub(style, from, colon));
        *value = slice_trim(slice_sub(style, colon + 1, end));
        if (property->length && value->length)
            return true;
    }
    return false;
}

static bool value_is_one_of(slice value, const char *const *names) {
    for (; *names; names++)
        if (slice_equal_nocase(value, slice_of(*names)))
            return true;
    return false;
}

static bool value_mentions(slice value, slice word) {
    for (size_t at = 0; at + word.length <= value.length; at++)
        if (slice_equal_nocase(slice_sub(value, at, at + word.length), word))
            return true;
    return false;
}

/* The weights that the schema reads as bold, as its own rule does (extension-bold: parseHTML). */
static bool is_bold(slice value) {
    return slice_equal_nocase(value, SLICE("bold")) || slice_equal_nocase(value, SLICE("bolder")) ||
           (value.length == 3 && value.data[0] >= '5' && value.data[0] <= '9' && is_digit(value.data[1]));
}

/* Backgrounds that show nothing on a white page. */
static bool is_plain_background(slice value) {
    static const char *const PLAIN[] = {
        "transparent", "none", "inherit", "initial",          "unset",
        "white",       "#fff", "#ffffff", "rgb(255,255,255)", "rgb(255, 255, 255)",
        NULL};
    return value_is_one_of(value, PLAIN);
}

static unsigned with_mark(unsigned marks, mark m, bool on) {
    return on ? marks | m : marks & ~(unsigned)m;
}

unsigned express_style_marks(const dom_node *node, bool is_inline, unsigned marks) {
    const slice *style = dom_attribute_get(node, SLICE("style"));
    slice property, value;
    for (size_t at = 0; style && express_next_declaration(*style, &at, &property, &value);) {
        if (slice_equal_nocase(property, SLICE("font-weight"))) {
            marks = with_mark(marks, MARK_BOLD, is_bold(value));
        } else if (slice_equal_nocase(property, SLICE("font-style"))) {
            marks = with_mark(marks, MARK_ITALIC, !slice_equal_nocase(value, SLICE("normal")));
        } else if (slice_starts_with(property, SLICE("text-decoration"))) {
            if (value_mentions(value, SLICE("underline")))
                marks |= MARK_UNDERLINE;
            if (value_mentions(value, SLICE("line-through")))
                marks |= MARK_STRIKE;
        } else if (is_inline && slice_starts_with(property, SLICE("background"))) {
            if (!is_plain_background(value) && !value_mentions(value, SLICE("url(")))
                marks |= MARK_HIGHLIGHT;
        } else if (is_inline && slice_equal_nocase(property, SLICE("vertical-align"))) {
            if (slice_equal_nocase(value, SLICE("super")))
                marks |= MARK_SUPERSCRIPT;
            else if (slice_equal_nocase(value, SLICE("sub")))
                marks |= MARK_SUBSCRIPT;
        }
    }
    return marks;
}

/* ---- what is lost ------------------------------------------------------------------------------------- */

typedef enum presentation {                    /* kinds of presentation that the schema has no place for */
                            PRESENTATION_NONE, /* shows nothing, or is kept */
                            PRESENTATION_ALIGNMENT,
                            PRESENTATION_COLOUR,
                            PRESENTATION_FONT,
                            PRESENTATION_BOX,
                            PRESENTATION_MARKER,
                            PRESENTATION_HIDDEN,
                            PRESENTATION_COUNT
} presentation;

static const finding_code PRESENTATION_FINDINGS[PRESENTATION_COUNT] = {
    [PRESENTATION_ALIGNMENT] = FINDING_ALIGNMENT, [PRESENTATION_COLOUR] = FINDING_COLOUR,
    [PRESENTATION_FONT] = FINDING_FONT,           [PRESENTATION_BOX] = FINDING_BOX,
    [PRESENTATION_MARKER] = FINDING_LIST_MARKER,  [PRESENTATION_HIDDEN] = FINDING_HIDDEN,
};

/* Style properties by what they stand for; a name ending in '-' is a prefix. Any other property is a box's.
 */
static const struct {
    const char *name;
    presentation kind;
} PROPERTIES[] = {
    {"text-align", PRESENTATION_ALIGNMENT},
    {"float", PRESENTATION_ALIGNMENT},
    {"vertical-align", PRESENTATION_NONE},
    {"color", PRESENTATION_COLOUR},
    {"background", PRESENTATION_COLOUR},
    {"background-", PRESENTATION_COLOUR},
    {"border-color", PRESENTATION_COLOUR},
    {"font-weight", PRESENTATION_NONE},
    {"font-style", PRESENTATION_NONE},
    {"text-decoration", PRESENTATION_NONE},
    {"text-decoration-", PRESENTATION_NONE},
    {"font", PRESENTATION_FONT},
    {"font-", PRESENTATION_FONT},
    {"line-height", PRESENTATION_FONT},
    {"letter-spacing", PRESENTATION_FONT},
    {"word-spacing", PRESENTATION_FONT},
    {"text-transform", PRESENTATION_FONT},
    {"text-indent", PRESENTATION_FONT},
    {"list-style", PRESENTATION_MARKER},
    {"list-style-", PRESENTATION_MARKER},
    {"orphans", PRESENTATION_NONE},
    {"widows", PRESENTATION_NONE},
    {"-webkit-", PRESENTATION_NONE},
    {"-moz-", PRESENTATION_NONE},
    {"mso-", PRESENTATION_NONE},
    {"transition", PRESENTATION_NONE},
    {"box-sizing", PRESENTATION_NONE},
    {"word-break", PRESENTATION_NONE},
};

static bool property_is(slice property, slice name) {
    if (name.data[name.length - 1] == '-')
        return property.length >= name.length &&
               slice_equal_nocase(slice_sub(property, 0, name.length), name);
    return slice_equal_nocase(property, name);
}

static presentation presentation_of_property(slice property, slice value) {
    static const char *const START[] = {"left",  "start", "inherit", "initial",
                                        "unset", "none",  "justify", NULL};
    static const char *const NOTHING[] = {"inherit", "initial", "unset", NULL};
    if (value_is_one_of(value, NOTHING))
        return PRESENTATION_NONE;
    if (slice_equal_nocase(property, SLICE("display")) || slice_equal_nocase(property, SLICE("visibility"))) {
        bool hides = slice_equal_nocase(value, SLICE("none")) || slice_equal_nocase(value, SLICE("hidden"));
        return hides ? PRESENTATION_HIDDEN : PRESENTATION_BOX;
    }
    if (slice_equal_nocase(property, SLICE("margin")) && value_mentions(value, SLICE("auto")))
        return PRESENTATION_ALIGNMENT;
    for (size_t i = 0; i < sizeof PROPERTIES / sizeof *PROPERTIES; i++)
        if (property_is(property, slice_of(PROPERTIES[i].name))) {
            bool plain = PROPERTIES[i].kind == PRESENTATION_ALIGNMENT && value_is_one_of(value, START);
            plain = plain || (PROPERTIES[i].kind == PRESENTATION_COLOUR && is_plain_background(value));
            return plain ? PRESENTATION_NONE : PROPERTIES[i].kind;
        }
    return PRESENTATION_BOX;
}

/* Presentational attributes of HTML before style sheets. */
static presentation presentation_of_attribute(const dom_node *node, const dom_attribute *attribute) {
    static const struct {
        const char *name;
        presentation kind;
    } ATTRIBUTES[] = {
        {"align", PRESENTATION_ALIGNMENT}, {"bgcolor", PRESENTATION_COLOUR},
        {"color", PRESENTATION_COLOUR},    {"face", PRESENTATION_FONT},
        {"size", PRESENTATION_FONT},       {"type", PRESENTATION_MARKER},
        {"hidden", PRESENTATION_HIDDEN},   {"reversed", PRESENTATION_MARKER},
        {"value", PRESENTATION_MARKER},    {"background", PRESENTATION_COLOUR},
    };
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++) {
        if (!slice_equal(attribute->name, slice_of(ATTRIBUTES[i].name)))
            continue;
        presentation kind = ATTRIBUTES[i].kind;
        if (kind == PRESENTATION_ALIGNMENT && slice_equal_nocase(attribute->value, SLICE("left")))
            return PRESENTATION_NONE;
        bool is_list = node->tag == DOM_TAG_OL || node->tag == DOM_TAG_UL || node->tag == DOM_TAG_LI;
        if (kind == PRESENTATION_MARKER && (!is_list || slice_equal(attribute->value, SLICE("1"))))
            return PRESENTATION_NONE;
        return kind == PRESENTATION_FONT && node->tag != DOM_TAG_FONT ? PRESENTATION_NONE : kind;
    }
    return PRESENTATION_NONE;
}

/* Pictures and frames keep their sizes. */
static bool keeps_property(const dom_node *node, slice property) {
    static const char *const SIZES[] = {"width",      "height",     "max-width",    "min-width",
                                        "max-height", "min-height", "aspect-ratio", NULL};
    return (node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME) && value_is_one_of(property, SIZES);
}

static void say(presentation kind, const dom_node *node, slice name, slice value, unsigned *said,
                findings *found) {
    if (kind == PRESENTATION_NONE || *said >> kind & 1)
        return;
    *said |= 1U << kind;
    findings_add(found, PRESENTATION_FINDINGS[kind], node->line, "<%.*s> with `%.*s: %.*s`",
                 SLICE_ARGS(node->name), SLICE_ARGS(name), SLICE_ARGS(value));
}

static void report_presentation(const dom_node *node, unsigned *said, findings *found) {
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const dom_attribute *attribute = &node->attributes[i];
        say(presentation_of_attribute(node, attribute), node, attribute->name, attribute->value, said, found);
        if (!slice_equal(attribute->name, SLICE("style")))
            continue;
        slice property, value;
        for (size_t at = 0; express_next_declaration(attribute->value, &at, &property, &value);)
            if (!keeps_property(node, property))
                say(presentation_of_property(property, value), node, property, value, said, found);
    }
}

/* ---- ids and classes ---------------------------------------------------------------------------------- */

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
    size_t low = 0, high = options ? options->linked_id_count : 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(options->linked_ids[middle], id);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
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
    static const char *const PLAIN[] = {"tight",
                                        "footnotes",
                                        "footnote",
                                        "reversefootnote",
                                        "task-list",
                                        "isomer-details",
                                        "task-list-item",
                                        "task-list-item-checkbox",
                                        "isomer-details-content",
                                        NULL};
    return value_is_one_of(classes, PLAIN) || slice_starts_with(classes, SLICE("isomer-")) ||
           slice_equal(classes, SLICE("iframe-wrapper")) || slice_starts_with(classes, SLICE("language-"));
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

void express_report_attributes(const dom_node *node, references *refs, unsigned *said, findings *found) {
    unsigned here = 0;
    report_presentation(node, said ? said : &here, found);
    report_id(node, refs, found);
    report_class(node, refs, found);
}
