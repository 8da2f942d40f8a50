/* Shorthands → longhands.
 *
 * Comes in: the value of a shorthand. Goes out: the longhands it sets, those that it does not mention set to
 * their initial values. What is read: the shorthands that lay out, number, hide or emphasise; of others
 * (border, background) as much as tells what is there.
 */
#include "css_private.h"

#define SIDES(name, suffix)                                                                                  \
    {                                                                                                        \
        CSS_##name##_TOP##suffix, CSS_##name##_RIGHT##suffix, CSS_##name##_BOTTOM##suffix,                   \
            CSS_##name##_LEFT##suffix                                                                        \
    }

typedef bool expand(css_gathering *g, const css_property *longhands, const css_parts *parts);

#define LONGHANDS_MAX 12

typedef struct shorthand {
    slice name;
    expand *expand;
    unsigned count; /* of longhands */
    css_property longhands[LONGHANDS_MAX];
} shorthand;

bool css_skip_block(css_reader *r, char open) {
    char close = open == '(' ? ')' : open == '[' ? ']' : '}';
    buffer closers = {NULL, 0, 0, r->arena};
    char few[32];
    size_t depth = 0;
    for (;;) { /* as many closers as are open: the first few on the stack */
        if (close) {
            if (depth < sizeof few)
                few[depth] = close;
            else if (r->arena)
                buffer_append_char(&closers, close);
            else
                return false;
            depth++;
            close = 0;
        }
        css_token t = css_next_token(r);
        char wanted = depth <= sizeof few ? few[depth - 1] : closers.data[closers.length - 1];
        if (t.kind == CSS_TOKEN_END)
            return false;
        if (t.kind == CSS_TOKEN_FUNCTION)
            close = ')';
        if (t.kind != CSS_TOKEN_DELIM)
            continue;
        if (t.delim == wanted) {
            closers.length -= depth > sizeof few;
            if (--depth == 0)
                return true;
        } else if (t.delim == '(' || t.delim == '[' || t.delim == '{') {
            close = t.delim == '(' ? ')' : t.delim == '[' ? ']' : '}';
        }
    }
}

bool css_split(slice value, css_parts *parts) {
    css_reader r = {.text = value};
    parts->count = 0;
    bool apart = true;
    for (;;) {
        size_t start = r.at;
        css_token t = css_next_token(&r);
        if (t.kind == CSS_TOKEN_END)
            return true;
        if (t.kind == CSS_TOKEN_SPACE) {
            apart = true;
            continue;
        }
        bool opens = t.kind == CSS_TOKEN_DELIM && (t.delim == '(' || t.delim == '[' || t.delim == '{');
        if ((t.kind == CSS_TOKEN_FUNCTION && !css_skip_block(&r, '(')) ||
            (opens && !css_skip_block(&r, t.delim)))
            return false;
        bool alone = t.kind == CSS_TOKEN_DELIM && (t.delim == '/' || t.delim == ',');
        if (apart || alone || !parts->count) {
            if (parts->count == CSS_PARTS_MAX)
                return false;
            parts->at[parts->count++] = slice_sub(value, start, r.at);
        } else {
            slice *last = &parts->at[parts->count - 1];
            last->length = (size_t)(value.data + r.at - last->data);
        }
        apart = alone;
    }
}

static bool set(css_gathering *g, css_property property, slice value) {
    if (!css_is_valid(property, value))
        return false;
    css_gather_longhand(g, property, value);
    return true;
}

/* ---- the shapes of shorthands -------------------------------------------------------------------------- */

/* One to four values: top, right, bottom, left (CSS 2 §8.3). */
static bool expand_sides(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    static const unsigned char WHICH[4][4] = {{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 1, 2, 1}, {0, 1, 2, 3}};
    if (parts->count < 1 || parts->count > 4)
        return false;
    for (size_t i = 0; i < parts->count; i++)
        for (size_t side = 0; side < 4; side++)
            if (WHICH[parts->count - 1][side] == i && !css_is_valid(longhands[side], parts->at[i]))
                return false;
    for (size_t side = 0; side < 4; side++)
        css_gather_longhand(g, longhands[side], parts->at[WHICH[parts->count - 1][side]]);
    return true;
}

/* One or two values, the second as the first where it is missing. */
static bool expand_pair(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    if (parts->count < 1 || parts->count > 2)
        return false;
    slice second = parts->at[parts->count - 1];
    return css_is_valid(longhands[0], parts->at[0]) && css_is_valid(longhands[1], second) &&
           set(g, longhands[0], parts->at[0]) && set(g, longhands[1], second);
}

/* Values in any order, each for the first longhand that can hold it: what names the most particular values
 * comes first. */
static bool expand_any_order(css_gathering *g, const css_property *longhands, unsigned count,
                             const css_parts *parts) {
    slice values[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    for (size_t i = 0; i < parts->count; i++) {
        unsigned at = 0;
        while (at < count && (values[at].length || !css_is_valid(longhands[at], parts->at[i])))
            at++;
        if (at == count)
            return false;
        values[at] = parts->at[i];
    }
    for (unsigned i = 0; i < count; i++)
        css_gather_longhand(g, longhands[i], values[i].length ? values[i] : css_initial(longhands[i]));
    return parts->count > 0;
}

static bool expand_border_side(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    return expand_any_order(g, longhands, 3, parts);
}

static bool expand_border(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    for (unsigned side = 0; side < 4; side++)
        if (!expand_any_order(g, longhands + (size_t)side * 3, 3, parts))
            return false;
    return true;
}

static bool expand_columns(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    if (parts->count == 1 && slice_equal_nocase(parts->at[0], SLICE("auto")))
        return set(g, longhands[0], SLICE("auto")) && set(g, longhands[1], SLICE("auto"));
    return parts->count <= 2 && expand_any_order(g, longhands, 2, parts);
}

static bool expand_flow(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    return parts->count <= 2 && expand_any_order(g, longhands, 2, parts);
}

/* type, position, image (CSS Lists 3 §3.4): `none` is for whichever of type and image is not said. */
static bool expand_list_style(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    slice type = {NULL, 0}, position = {NULL, 0}, image = {NULL, 0};
    unsigned nones = 0;
    for (size_t i = 0; i < parts->count; i++) {
        slice part = parts->at[i];
        bool is_image = slice_ends_with(part, SLICE(")")) &&
                        !slice_equal_nocase(slice_sub(part, 0, 8), SLICE("symbols("));
        slice *place = css_is_among(part, "inside outside") ? &position : is_image ? &image : &type;
        if (css_is_among(part, "none") && ++nones <= 2)
            continue;
        if (place->length)
            return false;
        *place = part;
    }
    if (!parts->count || nones + (type.length > 0) + (image.length > 0) > 2)
        return false;
    if (!type.length)
        type = nones ? SLICE("none") : SLICE("disc");
    return set(g, longhands[0], type) &&
           set(g, longhands[1], position.length ? position : SLICE("outside")) &&
           set(g, longhands[2], image.length ? image : SLICE("none"));
}

static bool expand_text_decoration(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    slice line = {NULL, 0}, style = SLICE("solid"), colour = SLICE("currentcolor");
    for (size_t i = 0; i < parts->count; i++) {
        slice part = parts->at[i];
        if (css_is_among(part, "none underline overline line-through blink spelling-error grammar-error"))
            line = line.length ? (slice){line.data, (size_t)(part.data + part.length - line.data)} : part;
        else if (css_is_among(part, "solid double dotted dashed wavy"))
            style = part;
        else if (!css_is_among(part, "auto from-font"))
            colour = part;
    }
    return set(g, longhands[0], line.length ? line : SLICE("none")) && set(g, longhands[1], style) &&
           set(g, longhands[2], colour);
}

/* [style variant weight stretch] size [/ line-height] family (CSS Fonts 4 §2.7). */
static bool expand_font(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    enum { STYLE, VARIANT, WEIGHT, STRETCH, SIZE, LINE, FAMILY };
    static const char STRETCHES[] =
        "ultra-condensed extra-condensed condensed semi-condensed semi-expanded expanded "
        "extra-expanded ultra-expanded";
    slice values[7];
    for (unsigned i = 0; i < 7; i++)
        values[i] = css_initial(longhands[i]);
    size_t at = 0;
    if (parts->count == 1 &&
        css_is_among(parts->at[0], "caption icon menu message-box small-caption status-bar"))
        at = 1;
    for (; at < parts->count && at < 4; at++) {
        slice part = parts->at[at];
        if (css_is_among(part, "normal"))
            continue;
        if (css_is_valid(longhands[STYLE], part))
            values[STYLE] = part;
        else if (css_is_among(part, "small-caps"))
            values[VARIANT] = part;
        else if (css_is_among(part, STRETCHES))
            values[STRETCH] = part;
        else if (css_is_valid(longhands[WEIGHT], part) && !css_is_among(part, "0"))
            values[WEIGHT] = part;
        else
            break;
    }
    bool system = at == 1 && parts->count == 1;
    if (!system) {
        if (at + 1 >= parts->count || !css_is_valid(longhands[SIZE], parts->at[at]))
            return false;
        values[SIZE] = parts->at[at++];
        if (at + 1 < parts->count && slice_equal(parts->at[at], SLICE("/"))) {
            values[LINE] = parts->at[at + 1];
            at += 2;
        }
        if (at >= parts->count || !css_is_valid(longhands[LINE], values[LINE]))
            return false;
        slice last = parts->at[parts->count - 1];
        values[FAMILY] = (slice){parts->at[at].data, (size_t)(last.data + last.length - parts->at[at].data)};
    }
    for (unsigned i = 0; i < 7; i++)
        css_gather_longhand(g, longhands[i], values[i]);
    return true;
}

static bool is_image(slice part) {
    return part.length > 1 && part.data[part.length - 1] == ')' &&
           (slice_equal_nocase(slice_sub(part, 0, 4), SLICE("url(")) ||
            slice_find(part, SLICE("gradient("), 0) != SLICE_NONE ||
            slice_find(part, SLICE("image-set("), 0) != SLICE_NONE ||
            slice_equal_nocase(slice_sub(part, 0, 6), SLICE("image(")));
}

static bool is_position(slice part) {
    return css_is_among(part, "left right top bottom center") || css_is_valid(CSS_PADDING_TOP, part) ||
           css_is_valid(CSS_MARGIN_TOP, part);
}

static slice joined(slice first, slice next) {
    return first.length ? (slice){first.data, (size_t)(next.data + next.length - first.data)} : next;
}

/* Layers with a comma between; the colour stands in the last. Of several, the first layer's place and the
 * first picture count. */
static bool expand_background(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    enum { COLOUR, IMAGE, POSITION, SIZE, REPEAT, ATTACHMENT, ORIGIN, CLIP, COUNT };
    slice values[COUNT];
    memset(values, 0, sizeof values);
    bool size = false;
    for (size_t i = 0; i < parts->count; i++) {
        slice part = parts->at[i];
        if (slice_equal(part, SLICE(",")) || slice_equal(part, SLICE("/"))) {
            size = slice_equal(part, SLICE("/"));
            continue;
        }
        if (is_image(part) || css_is_among(part, "none"))
            values[IMAGE] = values[IMAGE].length ? values[IMAGE] : part;
        else if (size && (is_position(part) || css_is_among(part, "auto cover contain")))
            values[SIZE] = joined(values[SIZE], part);
        else if (is_position(part))
            values[POSITION] = joined(values[POSITION], part);
        else if (css_is_among(part, "repeat repeat-x repeat-y no-repeat space round"))
            values[REPEAT] = joined(values[REPEAT], part);
        else if (css_is_among(part, "scroll fixed local"))
            values[ATTACHMENT] = part;
        else if (css_is_among(part, "border-box padding-box content-box text"))
            values[values[ORIGIN].length ? CLIP : ORIGIN] = part;
        else if (values[COLOUR].length)
            return false;
        else
            values[COLOUR] = part;
    }
    for (unsigned i = 0; i < COUNT; i++)
        css_gather_longhand(g, longhands[i], values[i].length ? values[i] : css_initial(longhands[i]));
    return parts->count > 0;
}

/* CSS Flexbox §7.2. */
static bool expand_flex(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    slice grow = SLICE("1"), shrink = SLICE("1"), basis = SLICE("0%");
    unsigned numbers = 0;
    bool has_basis = false;
    if (parts->count == 1 && css_is_among(parts->at[0], "none"))
        return set(g, longhands[0], SLICE("0")) && set(g, longhands[1], SLICE("0")) &&
               set(g, longhands[2], SLICE("auto"));
    for (size_t i = 0; i < parts->count; i++) {
        if (numbers < 2 && css_is_valid(longhands[0], parts->at[i]) &&
            !slice_ends_with(parts->at[i], SLICE(")"))) {
            *(numbers++ ? &shrink : &grow) = parts->at[i];
        } else if (!has_basis && css_is_valid(longhands[2], parts->at[i])) {
            basis = parts->at[i];
            has_basis = true;
        } else {
            return false;
        }
    }
    return parts->count && set(g, longhands[0], grow) && set(g, longhands[1], shrink) &&
           set(g, longhands[2], basis);
}

/* start / end, the end as the start where that is a name, or auto. */
static bool expand_lines(css_gathering *g, const css_property *longhands, unsigned count,
                         const css_parts *parts) {
    slice values[4] = {{NULL, 0}, {NULL, 0}, {NULL, 0}, {NULL, 0}};
    unsigned at = 0;
    for (size_t i = 0; i < parts->count; i++) {
        if (!slice_equal(parts->at[i], SLICE("/")))
            values[at] = joined(values[at], parts->at[i]);
        else if (++at == count)
            return false;
    }
    for (unsigned i = 0; i < count; i++) {
        slice from = values[i >= 2 ? i - 2 : 0]; /* row-start, column-start, row-end, column-end */
        bool name = from.length && !is_digit(from.data[0]) && from.data[0] != '-' &&
                    !slice_equal_nocase(slice_sub(from, 0, 4), SLICE("span"));
        slice missing = name ? from : SLICE("auto");
        css_gather_longhand(g, longhands[i], values[i].length ? values[i] : missing);
    }
    return values[0].length > 0;
}

static bool expand_grid_line(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    return expand_lines(g, longhands, 2, parts);
}

static bool expand_grid_area(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    return expand_lines(g, longhands, 4, parts);
}

/* rows / columns, or areas in quotes with the height of each row behind it (CSS Grid §7.4). The automatic
 * tracks of `grid` come out as tracks. */
static bool expand_grid(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    slice rows = {NULL, 0}, columns = {NULL, 0}, areas = {NULL, 0};
    bool behind = false;
    for (size_t i = 0; i < parts->count; i++) {
        slice part = parts->at[i];
        if (slice_equal(part, SLICE("/")))
            behind = true;
        else if (css_is_among(part, "auto-flow dense"))
            continue;
        else if (part.data[0] == '"' || part.data[0] == '\'')
            areas = joined(areas, part);
        else if (behind)
            columns = joined(columns, part);
        else if (!areas.length)
            rows = joined(rows, part);
    }
    return parts->count && set(g, longhands[0], rows.length ? rows : SLICE("none")) &&
           set(g, longhands[1], columns.length ? columns : SLICE("none")) &&
           set(g, longhands[2], areas.length ? areas : SLICE("none"));
}

/* `auto-flow` stands on the side whose tracks are made as they are needed (CSS Grid §7.8). */
static bool expand_grid_and_flow(css_gathering *g, const css_property *longhands, const css_parts *parts) {
    bool behind = false, column = false, dense = false;
    for (size_t i = 0; i < parts->count; i++) {
        behind = behind || slice_equal(parts->at[i], SLICE("/"));
        column = column || (behind && css_is_among(parts->at[i], "auto-flow"));
        dense = dense || css_is_among(parts->at[i], "dense");
    }
    slice flow = column  ? dense ? SLICE("column dense") : SLICE("column")
                  : dense ? SLICE("dense")
                         : SLICE("row");
    return set(g, longhands[3], flow) && expand_grid(g, longhands, parts);
}

static const shorthand SHORTHANDS[] = {
    {LITERAL("margin"), expand_sides, 4, SIDES(MARGIN, )},
    {LITERAL("padding"), expand_sides, 4, SIDES(PADDING, )},
    {LITERAL("margin-inline"), expand_pair, 2, {CSS_MARGIN_LEFT, CSS_MARGIN_RIGHT}},
    {LITERAL("margin-block"), expand_pair, 2, {CSS_MARGIN_TOP, CSS_MARGIN_BOTTOM}},
    {LITERAL("padding-inline"), expand_pair, 2, {CSS_PADDING_LEFT, CSS_PADDING_RIGHT}},
    {LITERAL("padding-block"), expand_pair, 2, {CSS_PADDING_TOP, CSS_PADDING_BOTTOM}},
    {LITERAL("inset"), expand_sides, 4, {CSS_TOP, CSS_RIGHT, CSS_BOTTOM, CSS_LEFT}},
    {LITERAL("border-width"), expand_sides, 4, SIDES(BORDER, _WIDTH)},
    {LITERAL("border-style"), expand_sides, 4, SIDES(BORDER, _STYLE)},
    {LITERAL("border-color"), expand_sides, 4, SIDES(BORDER, _COLOR)},
    {LITERAL("border-top"),
     expand_border_side,
     3,
     {CSS_BORDER_TOP_WIDTH, CSS_BORDER_TOP_STYLE, CSS_BORDER_TOP_COLOR}},
    {LITERAL("border-right"),
     expand_border_side,
     3,
     {CSS_BORDER_RIGHT_WIDTH, CSS_BORDER_RIGHT_STYLE, CSS_BORDER_RIGHT_COLOR}},
    {LITERAL("border-bottom"),
     expand_border_side,
     3,
     {CSS_BORDER_BOTTOM_WIDTH, CSS_BORDER_BOTTOM_STYLE, CSS_BORDER_BOTTOM_COLOR}},
    {LITERAL("border-left"),
     expand_border_side,
     3,
     {CSS_BORDER_LEFT_WIDTH, CSS_BORDER_LEFT_STYLE, CSS_BORDER_LEFT_COLOR}},
    {LITERAL("border"),
     expand_border,
     12,
     {CSS_BORDER_TOP_WIDTH, CSS_BORDER_TOP_STYLE, CSS_BORDER_TOP_COLOR, CSS_BORDER_RIGHT_WIDTH,
      CSS_BORDER_RIGHT_STYLE, CSS_BORDER_RIGHT_COLOR, CSS_BORDER_BOTTOM_WIDTH, CSS_BORDER_BOTTOM_STYLE,
      CSS_BORDER_BOTTOM_COLOR, CSS_BORDER_LEFT_WIDTH, CSS_BORDER_LEFT_STYLE, CSS_BORDER_LEFT_COLOR}},
    {LITERAL("list-style"),
     expand_list_style,
     3,
     {CSS_LIST_STYLE_TYPE, CSS_LIST_STYLE_POSITION, CSS_LIST_STYLE_IMAGE}},
    {LITERAL("text-decoration"),
     expand_text_decoration,
     3,
     {CSS_TEXT_DECORATION_LINE, CSS_TEXT_DECORATION_STYLE, CSS_TEXT_DECORATION_COLOR}},
    {LITERAL("font"),
     expand_font,
     7,
     {CSS_FONT_STYLE, CSS_FONT_VARIANT, CSS_FONT_WEIGHT, CSS_FONT_STRETCH, CSS_FONT_SIZE, CSS_LINE_HEIGHT,
      CSS_FONT_FAMILY}},
    {LITERAL("background"),
     expand_background,
     8,
     {CSS_BACKGROUND_COLOR, CSS_BACKGROUND_IMAGE, CSS_BACKGROUND_POSITION, CSS_BACKGROUND_SIZE,
      CSS_BACKGROUND_REPEAT, CSS_BACKGROUND_ATTACHMENT, CSS_BACKGROUND_ORIGIN, CSS_BACKGROUND_CLIP}},
    {LITERAL("flex"), expand_flex, 3, {CSS_FLEX_GROW, CSS_FLEX_SHRINK, CSS_FLEX_BASIS}},
    {LITERAL("flex-flow"), expand_flow, 2, {CSS_FLEX_DIRECTION, CSS_FLEX_WRAP}},
    {LITERAL("columns"), expand_columns, 2, {CSS_COLUMN_COUNT, CSS_COLUMN_WIDTH}},
    {LITERAL("gap"), expand_pair, 2, {CSS_ROW_GAP, CSS_COLUMN_GAP}},
    {LITERAL("overflow"), expand_pair, 2, {CSS_OVERFLOW_X, CSS_OVERFLOW_Y}},
    {LITERAL("place-content"), expand_pair, 2, {CSS_ALIGN_CONTENT, CSS_JUSTIFY_CONTENT}},
    {LITERAL("place-items"), expand_pair, 2, {CSS_ALIGN_ITEMS, CSS_JUSTIFY_ITEMS}},
    {LITERAL("place-self"), expand_pair, 2, {CSS_ALIGN_SELF, CSS_JUSTIFY_SELF}},
    {LITERAL("grid-row"), expand_grid_line, 2, {CSS_GRID_ROW_START, CSS_GRID_ROW_END}},
    {LITERAL("grid-column"), expand_grid_line, 2, {CSS_GRID_COLUMN_START, CSS_GRID_COLUMN_END}},
    {LITERAL("grid-area"),
     expand_grid_area,
     4,
     {CSS_GRID_ROW_START, CSS_GRID_COLUMN_START, CSS_GRID_ROW_END, CSS_GRID_COLUMN_END}},
    {LITERAL("grid-template"),
     expand_grid,
     3,
     {CSS_GRID_TEMPLATE_ROWS, CSS_GRID_TEMPLATE_COLUMNS, CSS_GRID_TEMPLATE_AREAS}},
    {LITERAL("grid"),
     expand_grid_and_flow,
     4,
     {CSS_GRID_TEMPLATE_ROWS, CSS_GRID_TEMPLATE_COLUMNS, CSS_GRID_TEMPLATE_AREAS, CSS_GRID_AUTO_FLOW}},
};

#define SHORTHAND_COUNT (sizeof SHORTHANDS / sizeof *SHORTHANDS)
_Static_assert(SHORTHAND_COUNT <= CSS_SHORTHANDS_MAX, "room for the names of all shorthands");

slice css_shorthand_name(uint8_t number) {
    return number <= SHORTHAND_COUNT ? SHORTHANDS[number - 1].name : (slice){NULL, 0};
}

bool css_expand_shorthand(css_gathering *g, uint8_t number, slice value) {
    const shorthand *s = &SHORTHANDS[number - 1];
    UNCLEARED css_parts parts;
    return css_split(value, &parts) && s->expand(g, s->longhands, &parts);
}

void css_spread_shorthand(css_gathering *g, uint8_t number, slice value, bool has_var) {
    const shorthand *s = &SHORTHANDS[number - 1];
    for (unsigned i = 0; i < s->count; i++) {
        g->next.shorthand = has_var ? number : 0;
        css_gather_longhand(g, s->longhands[i], value);
    }
    g->next.shorthand = 0;
}
