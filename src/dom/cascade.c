/* What the properties of an element compute to (CSS Cascade 4 §4).
 *
 * Comes in: the declarations that hold for it. Goes out: computed values, each worked out when it is asked
 * for, and kept with the style.
 */
#include "cascade.h"

#include <math.h>

#define VAR_DEPTH_MAX 16
#define VAR_LENGTH_MAX 65536
#define NAMES_A_STEP 8 /* compared */

/* Computed values live where their style does. */
static arena *arena_of(const css_cascade *c, uint32_t number) {
    return set_of(c, number)->arena;
}

/* The declaration of a custom property that the element has or inherits. */
static const css_declaration *find_custom(css_cascade *c, uint32_t number, css_pseudo pseudo, slice name) {
    while (number) {
        const style *s = style_at(c, number);
        const winners *w = s->parts[pseudo];
        selector_pay(cascade_matcher(c), 1 + (w ? w->custom_count / NAMES_A_STEP : 0));
        for (uint32_t i = w ? w->custom_count : 0; i > 0; i--) { /* the last that is important, or the last */
            uint32_t best_at = i;
            for (uint32_t k = i; k > 0; k--)
                if (slice_equal(w->customs[k - 1].name, name)) {
                    bool better = !slice_equal(w->customs[best_at - 1].name, name) ||
                                  (w->customs[k - 1].declaration->important &&
                                   !w->customs[best_at - 1].declaration->important);
                    best_at = better ? k : best_at;
                }
            if (slice_equal(w->customs[best_at - 1].name, name))
                return w->customs[best_at - 1].declaration;
            break;
        }
        if (pseudo != CSS_PSEUDO_NONE)
            pseudo = CSS_PSEUDO_NONE;
        else
            number = s->parent;
    }
    return NULL;
}

/* Puts the values of custom properties in place of var() (CSS Variables §3). False: one is missing, or names
 * itself. */
static bool substitute(css_cascade *c, uint32_t number, css_pseudo pseudo, slice value, unsigned depth,
                       buffer *out) {
    if (depth > VAR_DEPTH_MAX || css_cascade_exhausted(c))
        return false;
    css_reader r = {.text = value, .arena = arena_of(c, number)};
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;) {
        if (out->length > VAR_LENGTH_MAX)
            return false;
        selector_pay(cascade_matcher(c), 1);
        if (t.kind != CSS_TOKEN_FUNCTION || !css_is_among(t.value, "var")) {
            buffer_append(out, t.text);
            continue;
        }
        size_t from = r.at;
        bool closed = css_skip_block(&r, '(');
        slice inside = slice_sub(value, from, closed ? r.at - 1 : r.at);
        css_reader in = {.text = inside, .arena = arena_of(c, number)};
        css_token name = css_next_solid(&in), comma = css_next_solid(&in);
        bool fallback = comma.kind == CSS_TOKEN_DELIM && comma.delim == ',';
        const css_declaration *d = find_custom(c, number, pseudo, name.value);
        size_t before = out->length;
        if (d && !css_is_wide_keyword(d->value) && substitute(c, number, pseudo, d->value, depth + 1, out))
            continue;
        out->length = before;
        if (!fallback || !substitute(c, number, pseudo, slice_from(inside, in.at), depth + 1, out))
            return false;
    }
    return !css_cascade_exhausted(c);
}

/* The value as declared, var() resolved, shorthands taken apart; empty: as if not declared. */
static slice declared(css_cascade *c, uint32_t number, css_pseudo pseudo, const css_declaration *d) {
    if (!d || !d->has_var)
        return d ? d->value : (slice){NULL, 0};
    buffer out = buffer_new(arena_of(c, number), 64);
    if (!substitute(c, number, pseudo, d->value, 0, &out))
        return (slice){NULL, 0};
    slice value = slice_trim(buffer_slice(&out));
    if (!d->shorthand || css_is_wide_keyword(value))
        return css_is_valid(d->property, value) ? value : (slice){NULL, 0};
    css_gathering *g = arena_alloc(arena_of(c, number), sizeof *g);
    css_gather_start(g, arena_of(c, number));
    if (!css_expand_shorthand(g, d->shorthand, value) || !g->at[d->property])
        return (slice){NULL, 0};
    return ((css_declaration *)vector_at(&g->block.declarations, g->at[d->property] - 1))->value;
}

static slice inherited(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property) {
    if (pseudo != CSS_PSEUDO_NONE)
        return cascade_computed(c, number, CSS_PSEUDO_NONE, property);
    uint32_t parent = style_at(c, number)->parent;
    return parent ? cascade_computed(c, parent, CSS_PSEUDO_NONE, property) : css_initial(property);
}

/* Pixels with four decimals at most, as computed values are written; without printf, which costs more than
 * all the rest. */
static slice px_slice(double px, arena *a) {
    double rounded = floor(px * 10000 + 0.5);
    if (!(rounded >= 0 && rounded < 1e9))
        return format_slice(a, "%.10gpx", rounded == 0 ? 0.0 : rounded / 10000);
    char text[16], *at = text + sizeof text;
    unsigned value = (unsigned)rounded, fraction = value % 10000, digits = 4;
    *--at = 'x';
    *--at = 'p';
    for (; fraction && fraction % 10 == 0; fraction /= 10)
        digits--;
    if (fraction) {
        for (; digits > 0; digits--, fraction /= 10)
            *--at = (char)('0' + fraction % 10);
        *--at = '.';
    }
    value /= 10000;
    do
        *--at = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return slice_copy((slice){at, (size_t)(text + sizeof text - at)}, a);
}

/* "12.5" of `value`, up to `end`: as css_next_token reads it. */
static bool read_number(slice value, size_t end, double *number) {
    double whole = 0, scale = 1;
    size_t i = 0;
    for (; i < end && is_digit(value.data[i]); i++)
        whole = whole * 10 + (value.data[i] - '0');
    if (i > 0 && i + 1 < end && value.data[i] == '.')
        for (i++; i < end && is_digit(value.data[i]); i++)
            whole += (value.data[i] - '0') * (scale /= 10);
    *number = whole;
    return end > 0 && i == end;
}

/* "12.5px", as computed values are written mostly. */
static bool read_pixels(slice value, double *px) {
    size_t end = value.length > 2 ? value.length - 2 : 0;
    return end && value.data[end] == 'p' && value.data[end + 1] == 'x' && read_number(value, end, px);
}

static double number_of(slice px) {
    double whole;
    if (read_pixels(px, &whole))
        return whole;
    css_reader r = {.text = px};
    return css_next_token(&r).number;
}

static css_units units_of(css_cascade *c, double em) {
    return (css_units){em, c->root_font_size, css_viewport_width(c->sheets), CSS_VIEWPORT_HEIGHT, -1};
}

/* CSS Fonts 4 §2.5: the sizes of a browser's medium of 16 px. */
static slice compute_font_size(css_cascade *c, uint32_t number, css_pseudo pseudo, slice value) {
    static const struct {
        const char *name;
        double px;
    } SIZES[] = {{"xx-small", 9}, {"x-small", 10}, {"small", 13},    {"medium", 16},
                 {"large", 18},   {"x-large", 24}, {"xx-large", 32}, {"xxx-large", 48}};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++)
        if (css_is_among(value, SIZES[i].name))
            return px_slice(SIZES[i].px, arena_of(c, number));
    slice outer = inherited(c, number, pseudo, CSS_FONT_SIZE);
    double parent = outer.length && is_digit(outer.data[0]) ? number_of(outer) : 16, px;
    if (css_is_among(value, "smaller"))
        return px_slice(parent / 1.2, arena_of(c, number));
    if (css_is_among(value, "larger"))
        return px_slice(parent * 1.2, arena_of(c, number));
    css_units units = units_of(c, parent);
    units.percent_of = parent;
    return css_evaluate_length(value, &units, &px) && px >= 0 ? px_slice(px, arena_of(c, number))
                                                              : px_slice(parent, arena_of(c, number));
}

static slice compute_font_weight(css_cascade *c, uint32_t number, css_pseudo pseudo, slice value) {
    if (css_is_among(value, "normal"))
        return SLICE("400");
    if (css_is_among(value, "bold"))
        return SLICE("700");
    if (!css_is_among(value, "bolder lighter"))
        return value;
    double outer = number_of(inherited(c, number, pseudo, CSS_FONT_WEIGHT));
    if (css_is_among(value, "bolder")) /* CSS Fonts 4 §2.2.1 */
        return outer < 350 ? SLICE("400") : outer < 550 ? SLICE("700") : SLICE("900");
    return outer < 550 ? SLICE("100") : outer < 750 ? SLICE("400") : SLICE("700");
}

double cascade_font_size(css_cascade *c, uint32_t number, css_pseudo pseudo) {
    return number_of(cascade_computed(c, number, pseudo, CSS_FONT_SIZE));
}

/* A box that floats or is out of the flow is a block, and so are the items of a flex box or grid (CSS Display
 * 3 §2.7). */
static slice compute_display(css_cascade *c, uint32_t number, css_pseudo pseudo, slice value) {
    static const struct {
        const char *was, *becomes;
    } BLOCKS[] = {
        {"inline inline-block table-row table-row-group table-header-group table-footer-group table-cell "
         "table-column table-column-group table-caption ruby ruby-text",
         "block"},
        {"inline-flex", "flex"},
        {"inline-grid", "grid"},
        {"inline-table", "table"}};
    if (css_is_among(value, "-webkit-flex -webkit-inline-flex"))
        value = css_is_among(value, "-webkit-flex") ? SLICE("flex") : SLICE("inline-flex");
    if (css_is_among(value, "none contents"))
        return value;
    bool blocks = !css_is_among(cascade_computed(c, number, pseudo, CSS_FLOAT), "none") ||
                  css_is_among(cascade_computed(c, number, pseudo, CSS_POSITION), "absolute fixed");
    uint32_t around = pseudo == CSS_PSEUDO_NONE ? style_at(c, number)->parent : number;
    while (!blocks && around) {
        slice outer = cascade_computed(c, around, CSS_PSEUDO_NONE, CSS_DISPLAY);
        blocks = css_is_among(outer, "flex inline-flex grid inline-grid");
        if (!css_is_among(outer, "contents"))
            break;
        around = style_at(c, around)->parent;
    }
    for (size_t i = 0; blocks && i < sizeof BLOCKS / sizeof *BLOCKS; i++)
        if (css_is_among(value, BLOCKS[i].was))
            return slice_of(BLOCKS[i].becomes);
    return value;
}

static bool is_border_width(css_property property) {
    return property >= CSS_BORDER_TOP_WIDTH && property <= CSS_BORDER_LEFT_WIDTH;
}

/* The sides stand in the same order in both groups of the table. */
static slice compute_border_width(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property,
                                  slice value) {
    css_property drawn = (css_property)(CSS_BORDER_TOP_STYLE + (property - CSS_BORDER_TOP_WIDTH));
    if (css_is_among(cascade_computed(c, number, pseudo, drawn), "none hidden"))
        return SLICE("0px");
    return css_is_among(value, "thin")     ? SLICE("1px")
           : css_is_among(value, "medium") ? SLICE("3px")
           : css_is_among(value, "thick")  ? SLICE("5px")
                                           : value;
}

/* text-align: match-parent, and a table header's own centring. */
static slice compute_text_align(css_cascade *c, uint32_t number, css_pseudo pseudo, slice value) {
    if (css_is_among(value, "match-parent -webkit-match-parent"))
        return inherited(c, number, pseudo, CSS_TEXT_ALIGN);
    if (!css_is_among(value, "-internal-center"))
        return value;
    slice outer = inherited(c, number, pseudo, CSS_TEXT_ALIGN);
    return css_is_among(outer, "start") ? SLICE("center") : outer;
}

/* "inline-block": lower case throughout, so that it is computed as it stands. */
static bool is_plain_word(slice value) {
    size_t i = 0;
    while (i < value.length &&
           ((value.data[i] >= 'a' && value.data[i] <= 'z') || (value.data[i] == '-' && i)))
        i++;
    return i > 0 && i == value.length;
}

static slice compute(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property, slice value) {
    switch (property) {
    case CSS_FONT_SIZE:
        return compute_font_size(c, number, pseudo, value);
    case CSS_FONT_WEIGHT:
        return compute_font_weight(c, number, pseudo, value);
    case CSS_DISPLAY:
        return compute_display(c, number, pseudo, slice_lower(value, arena_of(c, number)));
    case CSS_TEXT_ALIGN:
        return compute_text_align(c, number, pseudo, slice_lower(value, arena_of(c, number)));
    case CSS_LIST_STYLE_TYPE:
    case CSS_CONTENT:
    case CSS_QUOTES:
    case CSS_COUNTER_RESET:
    case CSS_COUNTER_INCREMENT:
    case CSS_COUNTER_SET:
    case CSS_FONT_FAMILY:
    case CSS_BACKGROUND_IMAGE:
    case CSS_LIST_STYLE_IMAGE:
    case CSS_GRID_TEMPLATE_AREAS:
        break; /* names and strings in them are as they are written */
    default:
        value = slice_lower(value, arena_of(c, number));
    }
    if (is_border_width(property))
        value = compute_border_width(c, number, pseudo, property, value);
    if (is_plain_word(value))
        return value;
    if (slice_equal(value, SLICE("0")) && css_is_of_lengths(property))
        return SLICE("0px");
    double px;
    bool as_written = value.length <= 8 && (value.data[0] != '0' || value.length == 3) &&
                      slice_find_char(value, '.', 0) == SLICE_NONE;
    if (as_written && read_pixels(value, &px))
        return value;
    css_reader r = {.text = value};
    css_token t = css_next_token(&r);
    bool alone = r.at == value.length;
    if (alone && t.kind == CSS_TOKEN_IDENT)
        return slice_lower(value, arena_of(c, number));
    bool zero = t.kind == CSS_TOKEN_NUMBER && t.number == 0 && css_is_of_lengths(property);
    if (!alone || !(t.kind == CSS_TOKEN_DIMENSION || zero))
        return value;
    css_units units = units_of(c, cascade_font_size(c, number, pseudo));
    return css_evaluate_length(value, &units, &px) ? px_slice(px, arena_of(c, number)) : value;
}

/* Most initial values are computed values as they are written. */
static bool initial_is_computed(css_property property) {
    return property != CSS_FONT_SIZE && property != CSS_FONT_WEIGHT && property != CSS_DISPLAY &&
           property != CSS_TEXT_ALIGN && !is_border_width(property);
}

static void keep_computed(winners *w, css_property property, slice value, arena *a) {
    if (w->computed_count == w->computed_capacity) {
        size_t have = w->computed_capacity, more = have ? have * 2 : 16;
        more = more < CSS_PROPERTY_COUNT ? more : CSS_PROPERTY_COUNT;
        w->computed = arena_grow(a, w->computed, have * sizeof(slice), more * sizeof(slice));
        w->computed_capacity = (uint8_t)more;
    }
    w->computed[w->computed_count++] = value;
    w->computed_of[property] = w->computed_count;
}

slice cascade_computed(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property) {
    style *s = style_at(c, number);
    winners *w = s->parts[pseudo];
    if (!w) /* a pseudo-element without rules */
        return css_is_inherited(property) ? cascade_computed(c, number, CSS_PSEUDO_NONE, property)
               : property == CSS_DISPLAY && pseudo != CSS_PSEUDO_MARKER ? SLICE("inline")
                                                                        : css_initial(property);
    if (w->computed_of[property])
        return w->computed[w->computed_of[property] - 1];
    const winner *one = winner_of(w, property);
    bool inherits = css_is_inherited(property), as_initial = false;
    if (!one && !inherits && initial_is_computed(property)) /* most */
        return css_initial(property);
    slice value = declared(c, number, pseudo, one ? one->declaration : NULL);
    if (value.length && css_is_wide_keyword(value)) {
        as_initial = css_is_among(value, "initial") || (!css_is_among(value, "inherit") && !inherits);
        inherits = !as_initial;
        value = (slice){NULL, 0};
    }
    if (!value.length && !inherits && initial_is_computed(property)) {
        value = css_initial(property);
    } else if (!value.length)
        value = inherits ? inherited(c, number, pseudo, property)
                         : compute(c, number, pseudo, property, css_initial(property));
    else
        value = compute(c, number, pseudo, property, value);
    if (inherits && property == CSS_FONT_SIZE && !s->parent)
        value = compute(c, number, pseudo, property, value);
    if (number & STYLE_LOCAL || !css_cascade_exhausted(c)) /* var() fails where steps are out */
        keep_computed(w, property, value, arena_of(c, number));
    return value;
}

slice css_computed(css_cascade *c, const dom_node *node, css_property property) {
    uint32_t number = cascade_style_of(c, node);
    return cascade_computed(c, number, CSS_PSEUDO_NONE, property);
}

bool css_has_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo) {
    uint32_t number = cascade_style_of(c, node);
    return style_at(c, number)->parts[pseudo] != NULL;
}

bool css_generates(css_cascade *c, const dom_node *node) {
    return style_at(c, cascade_style_of(c, node))->generates;
}

slice css_computed_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property) {
    uint32_t number = cascade_style_of(c, node);
    return cascade_computed(c, number, pseudo, property);
}

bool css_length_of(css_cascade *c, const dom_node *node, slice value, double percent_of, double *px) {
    uint32_t number = cascade_style_of(c, node);
    if (read_pixels(value, px))
        return true;
    if (value.length && value.data[value.length - 1] == '%' && read_number(value, value.length - 1, px)) {
        *px = *px / 100 * percent_of;
        return percent_of >= 0;
    }
    css_units units = units_of(c, cascade_font_size(c, number, CSS_PSEUDO_NONE));
    units.percent_of = percent_of;
    return css_evaluate_length(value, &units, px);
}

bool css_length(css_cascade *c, const dom_node *node, css_property property, double percent_of, double *px) {
    slice value = css_computed(c, node, property);
    bool keyword = value.length && is_alpha(value.data[0]) && value.data[value.length - 1] != ')';
    if (keyword) /* auto, none, normal */
        return false;
    return css_length_of(c, node, value, percent_of, px);
}

const css_declaration *css_winner(css_cascade *c, const dom_node *node, css_pseudo pseudo,
                                  css_property property) {
    uint32_t number = cascade_style_of(c, node);
    const winners *w = style_at(c, number)->parts[pseudo];
    const winner *one = w ? winner_of(w, property) : NULL;
    return one ? one->declaration : NULL;
}

bool css_is_lost(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property) {
    uint32_t number = cascade_style_of(c, node);
    const winners *w = style_at(c, number)->parts[pseudo];
    const winner *one = w ? winner_of(w, property) : NULL;
    return one && one->lost;
}

bool css_sets(css_cascade *c, const dom_node *node, css_property property, css_from from) {
    const css_declaration *d = css_winner(c, node, CSS_PSEUDO_NONE, property);
    if (!d || from == CSS_FROM_ALL)
        return d != NULL;
    return !d->is_hint && !(from == CSS_FROM_STYLE && d->rule) &&
           css_is_lost(c, node, CSS_PSEUDO_NONE, property);
}

bool css_loses(css_cascade *c, const dom_node *node) {
    return style_at(c, cascade_style_of(c, node))->parts[CSS_PSEUDO_NONE]->loses;
}

bool css_knows_site(const css_cascade *c) {
    return c->sheets && c->sheets->has_site;
}

css_place css_place_of(const css_declaration *d) {
    if (!d->rule)
        return (css_place){CSS_ORIGIN_PAGE, {NULL, 0}, d->line};
    return (css_place){d->rule->origin, d->rule->file, d->line};
}

slice css_place_describe(const css_place *place, arena *a) {
    if (place->origin == CSS_ORIGIN_THEME)
        return SLICE("the theme");
    return place->file.length ? format_slice(a, "%.*s:%u", SLICE_ARGS(place->file), place->line)
                              : format_slice(a, "line %u", place->line);
}

unsigned css_effects(css_cascade *c, const dom_node *node) {
    uint32_t number = cascade_style_of(c, node);
    return style_at(c, number)->effects;
}

void **css_style_note(css_cascade *c, const dom_node *node, arena **kept_in) {
    uint32_t number = cascade_style_of(c, node);
    *kept_in = arena_of(c, number);
    return &style_at(c, number)->note;
}
