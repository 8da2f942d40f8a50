/* Attributes of HTML that stand for styles (WHATWG HTML §15).
 *
 * Comes in: an element. Goes out: the declarations that its attributes amount to.
 */
#include "cascade.h"

static const slice KEYED[] = {
    LITERAL("align"), LITERAL("bgcolor"), LITERAL("border"), LITERAL("cellpadding"), LITERAL("color"),
    LITERAL("dir"),   LITERAL("face"),    LITERAL("height"), LITERAL("hidden"),      LITERAL("nowrap"),
    LITERAL("size"),  LITERAL("start"),   LITERAL("style"),  LITERAL("type"),        LITERAL("valign"),
    LITERAL("value"), LITERAL("width"),
};
static slice_table keyed = {.names = KEYED, .count = sizeof KEYED / sizeof *KEYED};

__attribute__((constructor)) static void index_keyed(void) {
    slice_table_index(&keyed);
}

bool css_is_keyed(slice attribute) {
    return slice_table_find(&keyed, attribute) != SLICE_NONE;
}

static void hint(css_gathering *g, css_property property, slice value) {
    if (value.length && css_is_valid(property, value))
        css_gather_longhand(g, property, value);
}

/* A number of pixels or a percentage, whatever stands behind it. */
static slice dimension_hint(slice value, arena *a) {
    size_t end = 0;
    while (end < value.length && (is_digit(value.data[end]) || value.data[end] == '.'))
        end++;
    if (!end || value.data[0] == '.')
        return (slice){NULL, 0};
    bool percent = end < value.length && value.data[end] == '%';
    return format_slice(a, "%.*s%s", SLICE_ARGS(slice_sub(value, 0, end)), percent ? "%" : "px");
}

static void hint_list_type(css_gathering *g, const dom_node *node) {
    static const struct type {
        const char *value, *style;
        bool exact, ordered;
    } TYPES[] = {
        {"1", "decimal", true, true},       {"a", "lower-alpha", true, true},
        {"A", "upper-alpha", true, true},   {"i", "lower-roman", true, true},
        {"I", "upper-roman", true, true},   {"none", "none", false, false},
        {"disc", "disc", false, false},     {"circle", "circle", false, false},
        {"square", "square", false, false},
    };
    slice type = dom_attribute_trimmed(node, "type");
    for (size_t i = 0; type.length && i < sizeof TYPES / sizeof *TYPES; i++) {
        slice known = slice_of(TYPES[i].value);
        bool same = TYPES[i].exact ? slice_equal(type, known) : slice_equal_nocase(type, known);
        bool applies = node->tag == DOM_TAG_LI || (node->tag == DOM_TAG_OL) == TYPES[i].ordered;
        if (same && applies)
            hint(g, CSS_LIST_STYLE_TYPE, slice_of(TYPES[i].style));
    }
}

static void hint_alignment(css_gathering *g, const dom_node *node) {
    slice align = dom_attribute_trimmed(node, "align");
    if (!align.length)
        return;
    bool floats = node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_TABLE ||
                  node->tag == DOM_TAG_OBJECT || node->tag == DOM_TAG_EMBED;
    if (floats && css_is_among(align, "left right")) {
        hint(g, CSS_FLOAT, align);
    } else if (node->tag == DOM_TAG_TABLE && css_is_among(align, "center")) {
        hint(g, CSS_MARGIN_LEFT, SLICE("auto"));
        hint(g, CSS_MARGIN_RIGHT, SLICE("auto"));
    } else if (!floats && css_is_among(align, "left right center justify middle")) {
        bool bare = node->tag == DOM_TAG_P || (dom_name(node).length == 2 && dom_name(node).data[0] == 'h');
        hint(g, CSS_TEXT_ALIGN,
             css_is_among(align, "justify")         ? SLICE("justify")
             : css_is_among(align, "center middle") ? (bare ? SLICE("center") : SLICE("-webkit-center"))
             : css_is_among(align, "left")          ? (bare ? SLICE("left") : SLICE("-webkit-left"))
                                                    : (bare ? SLICE("right") : SLICE("-webkit-right")));
    }
}

static void hint_sizes(css_gathering *g, const dom_node *node, arena *a) {
    static const char SIZED[] = "img iframe table td th col video canvas object embed hr colgroup input";
    if (!css_is_among(dom_name(node), SIZED))
        return;
    hint(g, CSS_WIDTH, dimension_hint(dom_attribute_trimmed(node, "width"), a));
    if (node->tag != DOM_TAG_HR && node->tag != DOM_TAG_COL && node->tag != DOM_TAG_COLGROUP)
        hint(g, CSS_HEIGHT, dimension_hint(dom_attribute_trimmed(node, "height"), a));
}

bool css_in_table_with_border(const dom_node *cell) {
    const dom_node *table = cell;
    for (unsigned up = 0; table && table->tag != DOM_TAG_TABLE && up < 4; up++)
        table = table->parent;
    slice border =
        table && table->tag == DOM_TAG_TABLE ? dom_attribute_trimmed(table, "border") : (slice){NULL, 0};
    return border.length && border.data[0] != '0';
}

css_block css_hints_of(const dom_node *node, arena *a) {
    css_gathering g;
    css_gather_start(&g, a);
    g.next.is_hint = true;
    if (node->tag == DOM_TAG_OL || node->tag == DOM_TAG_UL || node->tag == DOM_TAG_LI)
        hint_list_type(&g, node);
    hint_alignment(&g, node);
    hint_sizes(&g, node, a);
    if (css_is_among(dom_name(node), "td th tr tbody thead tfoot")) {
        slice valign = dom_attribute_trimmed(node, "valign");
        if (css_is_among(valign, "top middle bottom baseline"))
            hint(&g, CSS_VERTICAL_ALIGN, valign);
        if (dom_attribute_get(node, SLICE("nowrap")))
            hint(&g, CSS_WHITE_SPACE, SLICE("nowrap"));
    }
    if (css_is_among(dom_name(node), "table tr td th tbody thead tfoot"))
        hint(&g, CSS_BACKGROUND_COLOR, dom_attribute_trimmed(node, "bgcolor"));
    if (css_is_among(dom_name(node), "td th") && css_in_table_with_border(node))
        css_gather(&g, SLICE("border"), SLICE("1px inset"));
    if (css_is_among(dom_name(node), "font")) {
        static const char *const SIZES[] = {"x-small", "small",    "medium",   "large",
                                            "x-large", "xx-large", "xxx-large"};
        slice size = dom_attribute_trimmed(node, "size");
        hint(&g, CSS_COLOR, dom_attribute_trimmed(node, "color"));
        hint(&g, CSS_FONT_FAMILY, dom_attribute_trimmed(node, "face"));
        if (size.length == 1 && size.data[0] >= '1' && size.data[0] <= '7')
            hint(&g, CSS_FONT_SIZE, slice_of(SIZES[size.data[0] - '1']));
    }
    if (css_is_among(dom_attribute_trimmed(node, "dir"), "ltr rtl"))
        hint(&g, CSS_DIRECTION, dom_attribute_trimmed(node, "dir"));
    return g.block;
}
