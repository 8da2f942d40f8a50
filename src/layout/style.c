/* What a box's style says by itself, worked out once for all boxes of the style. Comes in: computed values.
 * Goes out: numbers and flags; lengths that hang on the width around are left open.
 */
#include "private.h"

static const css_property LENGTHS[LENGTH_COUNT] = {
    [LENGTH_WIDTH] = CSS_WIDTH,
    [LENGTH_MIN_WIDTH] = CSS_MIN_WIDTH,
    [LENGTH_MAX_WIDTH] = CSS_MAX_WIDTH,
    [LENGTH_FLEX_BASIS] = CSS_FLEX_BASIS,
    [LENGTH_HEIGHT] = CSS_HEIGHT,
    [LENGTH_MIN_HEIGHT] = CSS_MIN_HEIGHT,
    [LENGTH_MAX_HEIGHT] = CSS_MAX_HEIGHT,
    [LENGTH_PADDING_LEFT] = CSS_PADDING_LEFT,
    [LENGTH_PADDING_RIGHT] = CSS_PADDING_RIGHT,
    [LENGTH_PADDING_TOP] = CSS_PADDING_TOP,
    [LENGTH_PADDING_BOTTOM] = CSS_PADDING_BOTTOM,
    [LENGTH_MARGIN_LEFT] = CSS_MARGIN_LEFT,
    [LENGTH_MARGIN_RIGHT] = CSS_MARGIN_RIGHT,
    [LENGTH_MARGIN_TOP] = CSS_MARGIN_TOP,
    [LENGTH_MARGIN_BOTTOM] = CSS_MARGIN_BOTTOM,
    [LENGTH_BORDER_LEFT] = CSS_BORDER_LEFT_WIDTH,
    [LENGTH_BORDER_RIGHT] = CSS_BORDER_RIGHT_WIDTH,
};

static const struct {
    const char *display;
    uint8_t kind;
} KINDS[] = {
    {"inline ruby ruby-text math", KIND_INLINE},
    {"flex inline-flex -webkit-box -webkit-flex -webkit-inline-box -webkit-inline-flex", KIND_FLEX},
    {"grid inline-grid", KIND_GRID},
    {"table inline-table", KIND_TABLE},
    {"table-row-group table-header-group table-footer-group", KIND_ROWS},
    {"table-row", KIND_ROW},
    {"table-cell", KIND_CELL},
};

static box_kind kind_of(slice display) {
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (display.length && css_find_word(display, KINDS[i].display))
            return KINDS[i].kind;
    return KIND_BLOCK;
}

/* Of properties that are not inherited, and initially are none of the words: most have no declaration. */
static bool is(const layout *l, const dom_node *node, css_property property, const char *words) {
    return css_sets(l->cascade, node, property, CSS_FROM_ALL) &&
           css_computed_is(l->cascade, node, property, words);
}

/* The same, of those that initially are one. */
static bool is_not(const layout *l, const dom_node *node, css_property property, const char *words) {
    return css_sets(l->cascade, node, property, CSS_FROM_ALL) &&
           !css_computed_is(l->cascade, node, property, words);
}

static box_length read_length(const layout *l, const dom_node *node, css_property property) {
    box_length length = {0, false, false};
    slice value = css_computed(l->cascade, node, property);
    bool keyword = value.length && is_alpha(value.data[0]) && value.data[value.length - 1] != ')';
    length.hangs = !keyword && !css_length_of(l->cascade, node, value, -1, &length.px);
    length.given = !keyword && !length.hangs;
    return length;
}

static void read_lengths(const layout *l, const dom_node *node, box_style *s) {
    for (int i = 0; i < LENGTH_BORDER_LEFT; i++) {
        if (css_sets(l->cascade, node, LENGTHS[i], CSS_FROM_ALL))
            s->lengths[i] = read_length(l, node, LENGTHS[i]);
        else
            s->lengths[i].given = i >= LENGTH_PADDING_LEFT; /* nothing; else auto, none */
    }
    const box_length none = {0, true, false};
    s->lengths[LENGTH_BORDER_LEFT] = is_not(l, node, CSS_BORDER_LEFT_STYLE, "none hidden")
                                         ? read_length(l, node, CSS_BORDER_LEFT_WIDTH)
                                         : none;
    s->lengths[LENGTH_BORDER_RIGHT] = is_not(l, node, CSS_BORDER_RIGHT_STYLE, "none hidden")
                                          ? read_length(l, node, CSS_BORDER_RIGHT_WIDTH)
                                          : none;
}

/* A number as so many times the size of the font. */
static slice value_in_em(const layout *l, slice number) {
    char *text = arena_alloc(l->arena, number.length + 2);
    memcpy(text, number.data, number.length);
    memcpy(text + number.length, "em", 2);
    return (slice){text, number.length + 2};
}

static double line_height(const layout *l, const dom_node *node, double font) {
    double px;
    slice value = css_computed(l->cascade, node, CSS_LINE_HEIGHT);
    if (value.length && is_digit(value.data[value.length - 1]) &&
        css_length_of(l->cascade, node, value_in_em(l, value), font, &px))
        return px;
    return css_length(l->cascade, node, CSS_LINE_HEIGHT, font, &px) ? px : font * 1.2;
}

static void read_style(const layout *l, const dom_node *node, box_style *s) {
    slice display = css_computed(l->cascade, node, CSS_DISPLAY);
    s->is_shown = !css_is_among(display, "none");
    s->kind = (uint8_t)kind_of(display);
    s->is_inline = css_is_among(display, "inline inline-block inline-flex inline-grid inline-table");
    s->is_absolute = is(l, node, CSS_POSITION, "absolute fixed");
    s->is_static = !is_not(l, node, CSS_POSITION, "static");
    s->floats = is_not(l, node, CSS_FLOAT, "none");
    s->float_right = is(l, node, CSS_FLOAT, "right inline-end");
    s->auto_margins = is(l, node, CSS_MARGIN_LEFT, "auto") && is(l, node, CSS_MARGIN_RIGHT, "auto");
    s->is_border_box = is(l, node, CSS_BOX_SIZING, "border-box");
    s->is_column = is(l, node, CSS_FLEX_DIRECTION, "column column-reverse");
    s->wraps = is(l, node, CSS_FLEX_WRAP, "wrap wrap-reverse");
    if (!css_length(l->cascade, node, CSS_FONT_SIZE, 16, &s->font))
        s->font = 16;
    s->line_height = line_height(l, node, s->font);
    s->has_columns = is_not(l, node, CSS_COLUMN_COUNT, "auto") || is_not(l, node, CSS_COLUMN_WIDTH, "auto");
    read_lengths(l, node, s);
}

const box_style *layout_style_of(layout *l, const dom_node *node) {
    arena *kept_in;
    void **note = css_style_note(l->cascade, node, &kept_in);
    if (!*note) {
        box_style *s = arena_zeroed(kept_in, sizeof *s);
        read_style(l, node, s);
        *note = s;
    }
    return *note;
}

bool layout_length(layout *l, const box *b, box_length_name name, double around, double *px) {
    const box_length *length = &b->style->lengths[name];
    if (length->hangs)
        return css_length(l->cascade, b->node, LENGTHS[name], around, px);
    *px = length->px;
    return length->given;
}
