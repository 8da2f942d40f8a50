/* express: attributes and style declarations: the marks that they stand for, and findings for what the schema
 * has no place for: alignment, colours, fonts, boxes, classes, ids. Comes in: an element. It never changes
 * the tree.
 */
#include "private.h"

bool express_is_among(slice value, const char *words) {
    value = slice_trim(value);
    char first = value.length ? to_lower(value.data[0]) : '\0';
    for (const char *word = words; first && (word = strchr(word, first)); word++) {
        if (word > words && word[-1] != ' ')
            continue;
        const char *at = word;
        size_t i = 0;
        for (; i < value.length && (is_space(value.data[i]) || (*at && to_lower(value.data[i]) == *at)); i++)
            at += !is_space(value.data[i]);
        if (i == value.length && (*at == ' ' || *at == '\0'))
            return true;
    }
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

bool express_is_background(slice property) {
    return slice_equal_nocase(slice_sub(property, 0, 10), SLICE("background"));
}

/* Backgrounds that show nothing on a white page. */
#define PLAIN_COLOURS "transparent none inherit initial unset white #fff #ffffff rgb(255,255,255)"

bool express_is_plain_colour(slice value) {
    return express_is_among(value, PLAIN_COLOURS);
}

static unsigned with_mark(unsigned marks, mark m, bool on) {
    return on ? marks | m : marks & ~(unsigned)m;
}

/* A box with a background is a button, a badge or a notice: only what lies behind plain words marks them. */
static bool has_plain_words(css_cascade *styles, const dom_node *node) {
    return node->tag != DOM_TAG_A && node->tag != DOM_TAG_BUTTON &&
           !css_sets(styles, node, CSS_PADDING_LEFT, CSS_FROM_LOST) &&
           !css_sets(styles, node, CSS_PADDING_TOP, CSS_FROM_LOST) &&
           !css_sets(styles, node, CSS_BORDER_LEFT_STYLE, CSS_FROM_LOST) &&
           !css_sets(styles, node, CSS_DISPLAY, CSS_FROM_LOST);
}

unsigned express_style_marks(css_cascade *styles, const dom_node *node, bool is_inline, bool own,
                             unsigned marks) {
    css_from from = own ? CSS_FROM_STYLE : CSS_FROM_LOST;
    if (!css_loses(styles, node)) /* nearly all */
        return marks;
    if (css_sets(styles, node, CSS_FONT_WEIGHT, from))
        marks = with_mark(marks, MARK_BOLD, is_bold(css_computed(styles, node, CSS_FONT_WEIGHT)));
    if (css_sets(styles, node, CSS_FONT_STYLE, from))
        marks = with_mark(marks, MARK_ITALIC, !css_computed_is(styles, node, CSS_FONT_STYLE, "normal"));
    if (css_sets(styles, node, CSS_TEXT_DECORATION_LINE, from)) {
        slice line = css_computed(styles, node, CSS_TEXT_DECORATION_LINE);
        marks |= value_mentions(line, SLICE("underline")) ? MARK_UNDERLINE : 0;
        marks |= value_mentions(line, SLICE("line-through")) ? MARK_STRIKE : 0;
    }
    if (is_inline && css_sets(styles, node, CSS_BACKGROUND_COLOR, from) && has_plain_words(styles, node) &&
        !express_is_plain_colour(css_computed(styles, node, CSS_BACKGROUND_COLOR)))
        marks |= MARK_HIGHLIGHT;
    double raised = is_inline ? css_raised_by(styles, node, from) : 0;
    if (raised != 0)
        marks |= raised > 0 ? MARK_SUPERSCRIPT : MARK_SUBSCRIPT;
    return marks;
}

/* Whether a browser takes the value: an invalid one leaves the element as it was. */
static bool is_line(slice value) {
    size_t at = 0;
    for (slice word; (word = slice_next_word(value, &at)).length;)
        if (!express_is_among(word, "none underline overline line-through blink initial unset"))
            return false;
    return value.length > 0;
}

static bool makes_pseudo(css_cascade *styles, const dom_node *node, css_pseudo pseudo) {
    return css_has_pseudo(styles, node, pseudo) &&
           !css_is_among(css_computed_pseudo(styles, node, pseudo, CSS_CONTENT), "none normal");
}

/* A line may be drawn in another way: by a pseudo-element, as a background. */
static bool may_draw_line(css_cascade *styles, const dom_node *node) {
    return makes_pseudo(styles, node, CSS_PSEUDO_BEFORE) || makes_pseudo(styles, node, CSS_PSEUDO_AFTER) ||
           css_sets(styles, node, CSS_BACKGROUND_IMAGE, CSS_FROM_LOST);
}

bool express_passes_lines(css_cascade *styles, const dom_node *node) {
    return !css_computed_is(styles, node, CSS_DISPLAY, "inline-block inline-table inline-flex inline-grid") &&
           css_computed_is(styles, node, CSS_FLOAT, "none") &&
           !css_computed_is(styles, node, CSS_POSITION, "absolute fixed");
}

unsigned express_marks_taken_off(css_cascade *styles, const dom_node *node) {
    if (!css_sets(styles, node, CSS_TEXT_DECORATION_LINE, CSS_FROM_LOST))
        return 0;
    slice line = css_computed(styles, node, CSS_TEXT_DECORATION_LINE);
    bool is_known = is_line(line) && css_computed_is(styles, node, CSS_TEXT_DECORATION_COLOR, "currentcolor");
    if (!is_known || may_draw_line(styles, node)) /* what is no line may have been taken for its colour */
        return 0;
    return (value_mentions(line, SLICE("underline")) ? 0 : MARK_UNDERLINE) |
           (value_mentions(line, SLICE("line-through")) ? 0 : MARK_STRIKE);
}

/* A length that takes text or a block off the screen: -999px and beyond. */
static bool is_far_out(slice value) {
    size_t digits = 1;
    while (digits < value.length && is_digit(value.data[digits]))
        digits++;
    return value.length && value.data[0] == '-' && digits > 3 && value.data[1] != '0';
}

bool express_hides(slice property, slice value) {
    if (express_is_among(property, "display visibility"))
        return express_is_among(value, "none hidden collapse");
    if (express_is_among(property, "opacity font-size"))
        return express_is_among(value, "0 0px 0% 0em");
    return express_is_among(property, "left top text-indent margin-left margin-top") && is_far_out(value);
}

bool express_is_size(slice property) {
    return express_is_among(property, "width height max-width min-width max-height min-height aspect-ratio");
}

/* ---- what is lost ------------------------------------------------------------------------------------- */

/* Kinds of presentation that the schema has no place for. */
typedef enum presentation {
    PRESENTATION_NONE, /* shows nothing, or is kept */
    PRESENTATION_ALIGNMENT,
    PRESENTATION_COLOUR,
    PRESENTATION_FONT,
    PRESENTATION_BOX,
    PRESENTATION_MARKER,
    PRESENTATION_MARK, /* there is a place, but for in the title of a section */
    PRESENTATION_COUNT
} presentation;

static const finding_code FINDINGS[PRESENTATION_COUNT] = {
    [PRESENTATION_ALIGNMENT] = FINDING_ALIGNMENT, [PRESENTATION_COLOUR] = FINDING_COLOUR,
    [PRESENTATION_FONT] = FINDING_FONT,           [PRESENTATION_BOX] = FINDING_BOX,
    [PRESENTATION_MARKER] = FINDING_LIST_MARKER,
};

/* What a style property or an attribute stands for. A name that ends in '-' is a prefix; `plain`: values that
 * show nothing, with a space between them; `on`: the only elements where an attribute says anything, with a
 * space between them ("": all). The first that applies counts. */
typedef struct meaning {
    slice name;
    presentation kind;
    const char *plain, *on;
} meaning;

static const meaning PROPERTIES[] = {
    {LITERAL("text-align"), PRESENTATION_ALIGNMENT, "left start justify", ""},
    {LITERAL("float"), PRESENTATION_ALIGNMENT, "none", ""},
    {LITERAL("color"), PRESENTATION_COLOUR, "", ""},
    {LITERAL("border-color"), PRESENTATION_COLOUR, "", ""},
    {LITERAL("background"), PRESENTATION_COLOUR, PLAIN_COLOURS, ""},
    {LITERAL("background-"), PRESENTATION_COLOUR, PLAIN_COLOURS, ""},
    {LITERAL("font-weight"), PRESENTATION_NONE, "", ""}, /* these five are marks */
    {LITERAL("font-style"), PRESENTATION_NONE, "", ""},
    {LITERAL("text-decoration"), PRESENTATION_NONE, "", ""},
    {LITERAL("text-decoration-"), PRESENTATION_NONE, "", ""},
    {LITERAL("vertical-align"), PRESENTATION_NONE, "", ""},
    {LITERAL("font"), PRESENTATION_FONT, "", ""},
    {LITERAL("font-"), PRESENTATION_FONT, "", ""},
    {LITERAL("line-height"), PRESENTATION_FONT, "normal", ""},
    {LITERAL("letter-spacing"), PRESENTATION_FONT, "normal 0 0px", ""},
    {LITERAL("word-spacing"), PRESENTATION_FONT, "normal 0 0px", ""},
    {LITERAL("text-transform"), PRESENTATION_FONT, "none", ""},
    {LITERAL("text-indent"), PRESENTATION_FONT, "0 0px", ""},
    {LITERAL("list-style"), PRESENTATION_MARKER, "disc", "ul"},
    {LITERAL("list-style-"), PRESENTATION_MARKER, "disc outside", "ul"},
    {LITERAL("list-style"), PRESENTATION_MARKER, "decimal", ""},
    {LITERAL("list-style-"), PRESENTATION_MARKER, "decimal outside", ""},
    {LITERAL("width"), PRESENTATION_BOX, "100%", ""},
    {LITERAL("direction"), PRESENTATION_NONE, "", ""},
    {LITERAL("unicode-bidi"), PRESENTATION_NONE, "", ""},
    {LITERAL("display"), PRESENTATION_BOX, "block inline", ""},
    {LITERAL("white-space"), PRESENTATION_BOX,
     "normal pre pre-line pre-wrap break-spaces preserve preserve-breaks", ""}, /* line ends: breaks */
    {LITERAL("orphans"), PRESENTATION_NONE, "", ""},
    {LITERAL("widows"), PRESENTATION_NONE, "", ""},
    {LITERAL("-webkit-"), PRESENTATION_NONE, "", ""},
    {LITERAL("-moz-"), PRESENTATION_NONE, "", ""},
    {LITERAL("mso-"), PRESENTATION_NONE, "", ""},
    {LITERAL("transition"), PRESENTATION_NONE, "", ""},
    {LITERAL("box-sizing"), PRESENTATION_NONE, "", ""},
    {LITERAL("word-break"), PRESENTATION_NONE, "", ""},
};

static const meaning ATTRIBUTES[] = {
    {LITERAL("align"), PRESENTATION_ALIGNMENT, "top middle bottom",
     "img iframe table"}, /* left: text flows around it */
    {LITERAL("align"), PRESENTATION_ALIGNMENT, "left justify", ""},
    {LITERAL("bgcolor"), PRESENTATION_COLOUR, PLAIN_COLOURS, ""},
    {LITERAL("color"), PRESENTATION_COLOUR, "", ""},
    {LITERAL("face"), PRESENTATION_FONT, "", "font"},
    {LITERAL("size"), PRESENTATION_FONT, "3", "font"},
    {LITERAL("bordercolor"), PRESENTATION_COLOUR, "", "table tr td th"},
    {LITERAL("width"), PRESENTATION_BOX, "100%", "table tr td th col colgroup hr"},
    {LITERAL("height"), PRESENTATION_BOX, "", "table tr td th"},
    {LITERAL("cellpadding"), PRESENTATION_BOX, "0 1 2", "table"},
    {LITERAL("cellspacing"), PRESENTATION_BOX, "0 1 2", "table"},
    {LITERAL("border"), PRESENTATION_BOX, "0 1", "table img"},
    {LITERAL("hspace"), PRESENTATION_BOX, "0", "img"},
    {LITERAL("vspace"), PRESENTATION_BOX, "0", "img"},
    {LITERAL("nowrap"), PRESENTATION_BOX, "", "td th"},
    {LITERAL("value"), PRESENTATION_MARKER, "", "li"},
    {LITERAL("reversed"), PRESENTATION_MARKER, "", "ol"},
};

/* The theme's own classes: Bulma, "Helpers". */
static const meaning CLASSES[] = {
    {LITERAL("has-text-centered"), PRESENTATION_ALIGNMENT, "", ""},
    {LITERAL("has-text-right"), PRESENTATION_ALIGNMENT, "", ""},
    {LITERAL("has-text-left"), PRESENTATION_NONE, "", ""},
    {LITERAL("has-text-justified"), PRESENTATION_NONE, "", ""},
    {LITERAL("has-text-weight-bold"), PRESENTATION_MARK, "", ""},
    {LITERAL("has-text-weight-semibold"), PRESENTATION_MARK, "", ""},
    {LITERAL("has-text-weight-"), PRESENTATION_FONT, "", ""},
    {LITERAL("has-text-"), PRESENTATION_COLOUR, "", ""},
    {LITERAL("has-background-"), PRESENTATION_COLOUR, "", ""},
    {LITERAL("is-pulled-"), PRESENTATION_ALIGNMENT, "", ""},
    {LITERAL("is-size-"), PRESENTATION_FONT, "", ""},
    {LITERAL("is-uppercase"), PRESENTATION_FONT, "", ""},
    {LITERAL("is-capitalized"), PRESENTATION_FONT, "", ""},
    {LITERAL("is-italic"), PRESENTATION_MARK, "", ""},
};

/* An entry that ends in a hyphen is the beginning of names. */
static bool name_means(slice name, slice entry) {
    bool prefix = entry.data[entry.length - 1] == '-';
    if (!name.length || to_lower(name.data[0]) != entry.data[0]) /* nearly always */
        return false;
    return prefix ? slice_equal_nocase(slice_sub(name, 0, entry.length), entry)
                  : slice_equal_nocase(name, entry);
}

static presentation meaning_of(const dom_node *node, slice name, slice value, const meaning *table,
                               size_t count, presentation otherwise) {
    for (size_t i = 0; i < count; i++) {
        const meaning *m = &table[i];
        if (name_means(name, m->name) && (!*m->on || express_is_among(dom_name(node), m->on)))
            return express_is_among(value, m->plain) ? PRESENTATION_NONE : m->kind;
    }
    return otherwise;
}

static presentation meaning_of_property(const dom_node *node, slice property, slice value) {
    bool sized = node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME;
    if (express_is_among(value, "inherit initial unset auto") || (sized && express_is_size(property)))
        return PRESENTATION_NONE;
    if (express_hides(property, value) ||
        (express_is_background(property) && value_mentions(value, SLICE("url("))))
        return PRESENTATION_NONE; /* the survey has reported it */
    if (name_means(property, SLICE("margin")) && value_mentions(value, SLICE("auto")))
        return PRESENTATION_ALIGNMENT;
    return meaning_of(node, property, value, PROPERTIES, sizeof PROPERTIES / sizeof *PROPERTIES,
                      PRESENTATION_BOX);
}

static presentation meaning_of_attribute(const dom_node *node, const dom_attribute *attribute) {
    return meaning_of(node, attribute->name, slice_trim(attribute->value), ATTRIBUTES,
                      sizeof ATTRIBUTES / sizeof *ATTRIBUTES, PRESENTATION_NONE);
}

static presentation meaning_of_class(slice name) {
    for (size_t i = 0; i < sizeof CLASSES / sizeof *CLASSES; i++)
        if (name_means(name, CLASSES[i].name))
            return CLASSES[i].kind;
    return PRESENTATION_COUNT;
}

bool express_is_theme_class(slice name) {
    return meaning_of_class(name) != PRESENTATION_COUNT;
}

/* Classes that are marks in the new page are none in the title of a section, which has the editor's look. */
static presentation meaning_at(const dom_node *node, slice class_name) {
    presentation kind = meaning_of_class(class_name);
    if (kind != PRESENTATION_MARK)
        return kind;
    while (node && node->tag != DOM_TAG_SUMMARY)
        node = node->parent;
    return node ? PRESENTATION_FONT : PRESENTATION_NONE;
}

static bool is_to_be_said(presentation kind, unsigned said) {
    return kind != PRESENTATION_NONE && kind != PRESENTATION_COUNT && !(said >> kind & 1);
}

static void say(presentation kind, const dom_node *node, slice name, slice value, unsigned *said,
                findings *found) {
    if (!is_to_be_said(kind, *said))
        return;
    *said |= 1U << kind;
    findings_add(found, FINDINGS[kind], node->line, "<%.*s> with `%.*s: %.*s`", SLICE_ARGS(dom_name(node)),
                 SLICE_ARGS(name), SLICE_ARGS(value));
}

void express_report_presentation(const dom_node *node, bool floats, unsigned *said, findings *found) {
    unsigned here = floats ? 1U << PRESENTATION_ALIGNMENT : 0;
    said = said && !floats ? said : &here;
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        const dom_attribute *attribute = &node->attributes[i];
        say(meaning_of_attribute(node, attribute), node, attribute->name, attribute->value, said, found);
        bool is_class =
            slice_equal(attribute->name, SLICE("class")) && node->tag != DOM_TAG_A; /* keeps them */
        slice property, value;
        size_t word = 0;
        while (is_class && (value = slice_next_word(attribute->value, &word)).length)
            say(meaning_at(node, value), node, attribute->name, value, said, found);
        if (!slice_equal(attribute->name, SLICE("style")))
            continue;
        for (size_t at = 0; css_next_declaration(attribute->value, &at, &property, &value);) {
            presentation kind = meaning_of_property(node, property, value);
            if (is_to_be_said(kind, *said) && !css_is_dropped(property, value))
                say(kind, node, property, value, said, found);
        }
    }
}

void express_report_dissolved(const dom_node *node, bool around_media, findings *found) {
    unsigned said = around_media ? ~(1U << PRESENTATION_ALIGNMENT) : 0;
    express_report_presentation(node, false, &said, found);
}
