/* Declarations: name and value → longhands, what is valid, and lengths in px.
 *
 * Comes in: a name and a value as they stand in a block. Goes out: css_declaration of each longhand set. What
 * is not valid is dropped, as a browser drops it, so that an earlier declaration keeps holding.
 */
#include "css_private.h"

#include <math.h>
#include <pthread.h>

/* Types of values (CSS Values 4). */
enum {
    LENGTH = 1 << 0,
    PERCENTAGE = 1 << 1,
    NUMBER = 1 << 2,
    INTEGER = 1 << 3,
    FUNCTION = 1 << 4,
    ANY = 1 << 5
};

static const struct property {
    slice name;
    bool inherited;
    slice initial;
    unsigned effect, types;
    const char *keywords;
} PROPERTIES[] = {
#define PROPERTY(symbol, name, inherited, initial, effect, types, keywords)                                  \
    {LITERAL(name), inherited, LITERAL(initial), CSS_EFFECT_##effect, types, keywords},
#include "css_properties.def"
#undef PROPERTY
};

slice css_property_name(css_property property) {
    return property < CSS_PROPERTY_COUNT ? PROPERTIES[property].name : (slice){NULL, 0};
}

unsigned css_property_effect(css_property property) {
    return property < CSS_PROPERTY_COUNT ? PROPERTIES[property].effect : 0;
}

bool css_is_inherited(css_property property) {
    return PROPERTIES[property].inherited;
}

slice css_initial(css_property property) {
    return PROPERTIES[property].initial;
}

/* ---- names --------------------------------------------------------------------------------------------- */

/* Names for a property or shorthand that has another name in the table: older ones, and those that run with
 * the text, which is from left to right and down. */
static const struct alias {
    slice name, stands_for;
} ALIASES[] = {
    {LITERAL("word-wrap"), LITERAL("overflow-wrap")},
    {LITERAL("grid-gap"), LITERAL("gap")},
    {LITERAL("grid-row-gap"), LITERAL("row-gap")},
    {LITERAL("grid-column-gap"), LITERAL("column-gap")},
    {LITERAL("margin-inline-start"), LITERAL("margin-left")},
    {LITERAL("margin-inline-end"), LITERAL("margin-right")},
    {LITERAL("margin-block-start"), LITERAL("margin-top")},
    {LITERAL("margin-block-end"), LITERAL("margin-bottom")},
    {LITERAL("padding-inline-start"), LITERAL("padding-left")},
    {LITERAL("padding-inline-end"), LITERAL("padding-right")},
    {LITERAL("padding-block-start"), LITERAL("padding-top")},
    {LITERAL("padding-block-end"), LITERAL("padding-bottom")},
    {LITERAL("inset-inline-start"), LITERAL("left")},
    {LITERAL("inset-inline-end"), LITERAL("right")},
    {LITERAL("inset-block-start"), LITERAL("top")},
    {LITERAL("inset-block-end"), LITERAL("bottom")},
    {LITERAL("inline-size"), LITERAL("width")},
    {LITERAL("block-size"), LITERAL("height")},
    {LITERAL("max-inline-size"), LITERAL("max-width")},
    {LITERAL("min-inline-size"), LITERAL("min-width")},
    {LITERAL("max-block-size"), LITERAL("max-height")},
    {LITERAL("min-block-size"), LITERAL("min-height")},
    {LITERAL("font-variant-caps"), LITERAL("font-variant")},
    {LITERAL("-webkit-align-content"), LITERAL("align-content")},
    {LITERAL("-webkit-align-items"), LITERAL("align-items")},
    {LITERAL("-webkit-align-self"), LITERAL("align-self")},
    {LITERAL("-webkit-justify-content"), LITERAL("justify-content")},
    {LITERAL("-webkit-flex"), LITERAL("flex")},
    {LITERAL("-webkit-flex-basis"), LITERAL("flex-basis")},
    {LITERAL("-webkit-flex-direction"), LITERAL("flex-direction")},
    {LITERAL("-webkit-flex-flow"), LITERAL("flex-flow")},
    {LITERAL("-webkit-flex-grow"), LITERAL("flex-grow")},
    {LITERAL("-webkit-flex-shrink"), LITERAL("flex-shrink")},
    {LITERAL("-webkit-flex-wrap"), LITERAL("flex-wrap")},
    {LITERAL("-webkit-order"), LITERAL("order")},
    {LITERAL("-webkit-columns"), LITERAL("columns")},
    {LITERAL("-webkit-column-count"), LITERAL("column-count")},
    {LITERAL("-webkit-column-width"), LITERAL("column-width")},
    {LITERAL("-webkit-column-gap"), LITERAL("column-gap")},
    {LITERAL("-webkit-column-span"), LITERAL("column-span")},
    {LITERAL("-webkit-box-sizing"), LITERAL("box-sizing")},
    {LITERAL("-webkit-transform"), LITERAL("transform")},
    {LITERAL("-webkit-background-size"), LITERAL("background-size")},
    {LITERAL("-webkit-background-clip"), LITERAL("background-clip")},
    {LITERAL("-webkit-border-radius"), LITERAL("border-radius")},
    {LITERAL("-webkit-opacity"), LITERAL("opacity")},
    {LITERAL("-webkit-margin-start"), LITERAL("margin-left")},
    {LITERAL("-webkit-margin-end"), LITERAL("margin-right")},
    {LITERAL("-webkit-padding-start"), LITERAL("padding-left")},
    {LITERAL("-webkit-padding-end"), LITERAL("padding-right")},
    {LITERAL("-webkit-clip-path"), LITERAL("clip-path")},
};

#define ALIAS_COUNT (sizeof ALIASES / sizeof *ALIASES)
#define NAMES_MAX 255 /* properties, shorthands and aliases */
_Static_assert(CSS_PROPERTY_COUNT + ALIAS_COUNT + CSS_SHORTHANDS_MAX <= NAMES_MAX,
               "numbers of names are bytes");

/* Where each name stands, by its hash: made once, from then on immutable. The names are ours, so that the
 * hash needs no key: a chain is as long as they make it. */
static struct name_index {
    struct {
        slice name;
        css_name is;
        uint8_t next; /* 1-based, as `first` */
    } names[NAMES_MAX];
    uint8_t count, first[512];
} name_index;
static pthread_once_t name_index_made = PTHREAD_ONCE_INIT;

static size_t hash_name(slice name) {
    size_t hash = name.length;
    for (size_t i = 0; i < name.length; i++)
        hash = hash * 31 + (unsigned char)to_lower(name.data[i]);
    return hash % (sizeof name_index.first / sizeof *name_index.first);
}

static css_name find_name(slice name) {
    for (uint8_t at = name_index.first[hash_name(name)]; at; at = name_index.names[at - 1].next)
        if (slice_equal_nocase(name, name_index.names[at - 1].name))
            return name_index.names[at - 1].is;
    return (css_name){CSS_PROPERTY_COUNT, 0};
}

static void add_name(slice name, css_name is) {
    uint8_t *first = &name_index.first[hash_name(name)], at = name_index.count++;
    name_index.names[at].name = name;
    name_index.names[at].is = is;
    name_index.names[at].next = *first;
    *first = name_index.count;
}

static void make_name_index(void) {
    slice name;
    for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++)
        add_name(PROPERTIES[p].name, (css_name){(css_property)p, 0});
    for (uint8_t number = 1; (name = css_shorthand_name(number)).length; number++)
        add_name(name, (css_name){CSS_PROPERTY_COUNT, number});
    for (size_t i = 0; i < ALIAS_COUNT; i++)
        add_name(ALIASES[i].name, find_name(ALIASES[i].stands_for));
}

css_name css_name_of(slice name) {
    pthread_once(&name_index_made, make_name_index);
    return find_name(name);
}

css_property css_property_by_name(slice name) {
    return css_name_of(name).property;
}

/* The effect of a property that the table does not have. */
static unsigned effect_of_unknown(slice name) {
    static const struct kin {
        const char *prefix;
        unsigned effect;
    } KIN[] = {
        {"border", CSS_EFFECT_BORDER},     {"outline", CSS_EFFECT_BORDER},
        {"font", CSS_EFFECT_FONT},         {"margin", CSS_EFFECT_SPACING},
        {"padding", CSS_EFFECT_SPACING},   {"column-rule", CSS_EFFECT_BORDER},
        {"background", CSS_EFFECT_COLOUR}, {"text-", CSS_EFFECT_FONT},
    };
    for (size_t i = 0; i < sizeof KIN / sizeof *KIN; i++) {
        slice prefix = slice_of(KIN[i].prefix);
        if (slice_equal_nocase(slice_sub(name, 0, prefix.length), prefix))
            return KIN[i].effect;
    }
    return CSS_EFFECT_OTHER;
}

/* ---- what is valid --------------------------------------------------------------------------------------
 */

bool css_is_wide_keyword(slice value) {
    char first = value.length >= 5 ? to_lower(value.data[0]) : '\0'; /* nearly no value is one */
    return (first == 'i' || first == 'u' || first == 'r') &&
           css_is_among(value, "inherit initial unset revert revert-layer");
}

/* CSS Values 4 §6, and what they are in px: 0 where that depends on more. */
static const struct unit {
    slice name;
    double px;
} UNITS[] = {
    {LITERAL("px"), 1},         {LITERAL("em"), 0},          {LITERAL("rem"), 0},
    {LITERAL("pt"), 96.0 / 72}, {LITERAL("pc"), 16},         {LITERAL("in"), 96},
    {LITERAL("cm"), 96 / 2.54}, {LITERAL("vw"), 0},          {LITERAL("vh"), 0},
    {LITERAL("ex"), 0},         {LITERAL("ch"), 0},          {LITERAL("vmin"), 0},
    {LITERAL("vmax"), 0},       {LITERAL("mm"), 9.6 / 2.54}, {LITERAL("dvh"), 0},
    {LITERAL("svh"), 0},        {LITERAL("lvh"), 0},         {LITERAL("dvw"), 0},
    {LITERAL("svw"), 0},        {LITERAL("lvw"), 0},         {LITERAL("q"), 2.4 / 2.54},
    {LITERAL("lh"), 0},         {LITERAL("rlh"), 0},         {LITERAL("cap"), 0},
    {LITERAL("ic"), 0},         {LITERAL("vi"), 0},          {LITERAL("vb"), 0},
    {LITERAL("rex"), 0},        {LITERAL("rch"), 0},         {LITERAL("cqw"), 0},
    {LITERAL("cqh"), 0},        {LITERAL("cqi"), 0},         {LITERAL("cqb"), 0},
    {LITERAL("cqmin"), 0},      {LITERAL("cqmax"), 0},
};

static const struct unit *find_unit(slice name) {
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (slice_equal_nocase(name, UNITS[i].name))
            return &UNITS[i];
    return NULL;
}

bool css_is_length_unit(slice unit) {
    return find_unit(unit) != NULL;
}

static bool may_be_negative(css_property property) {
    switch (property) {
    case CSS_PADDING_TOP:
    case CSS_PADDING_RIGHT:
    case CSS_PADDING_BOTTOM:
    case CSS_PADDING_LEFT:
    case CSS_WIDTH:
    case CSS_HEIGHT:
    case CSS_MIN_WIDTH:
    case CSS_MIN_HEIGHT:
    case CSS_MAX_WIDTH:
    case CSS_MAX_HEIGHT:
    case CSS_FLEX_BASIS:
    case CSS_FLEX_GROW:
    case CSS_FLEX_SHRINK:
    case CSS_BORDER_TOP_WIDTH:
    case CSS_BORDER_RIGHT_WIDTH:
    case CSS_BORDER_BOTTOM_WIDTH:
    case CSS_BORDER_LEFT_WIDTH:
    case CSS_FONT_SIZE:
    case CSS_FONT_WEIGHT:
    case CSS_LINE_HEIGHT:
    case CSS_ROW_GAP:
    case CSS_COLUMN_GAP:
    case CSS_COLUMN_COUNT:
    case CSS_COLUMN_WIDTH:
        return false;
    default:
        return true;
    }
}

bool css_is_valid(css_property property, slice value) {
    const struct property *p = &PROPERTIES[property];
    css_reader r = {.text = value};
    css_token t = css_next_token(&r);
    if (t.kind == CSS_TOKEN_END)
        return false;
    if ((p->types & ANY) || (t.kind == CSS_TOKEN_IDENT && css_is_wide_keyword(value)))
        return true;
    bool good = false;
    switch (t.kind) {
    case CSS_TOKEN_IDENT:
        good = css_is_among(t.text, p->keywords);
        break;
    case CSS_TOKEN_FUNCTION:
        good = (p->types & FUNCTION) && css_skip_block(&r, '(');
        break;
    case CSS_TOKEN_NUMBER:
        good = (p->types & NUMBER) || ((p->types & INTEGER) && t.is_integer) ||
               ((p->types & LENGTH) && t.number == 0);
        break;
    case CSS_TOKEN_PERCENTAGE:
        good = p->types & PERCENTAGE;
        break;
    case CSS_TOKEN_DIMENSION:
        good = (p->types & LENGTH) && css_is_length_unit(t.value);
        break;
    default:
        break;
    }
    return good && r.at == value.length && (t.number >= 0 || may_be_negative(property));
}

/* Any other value may be one that a later browser takes. */
bool css_is_dropped(slice property, slice value) {
    css_property is = css_property_by_name(property);
    bool of_colour = is == CSS_COLOR || is == CSS_BACKGROUND_COLOR,
         of_lengths = (is != CSS_PROPERTY_COUNT && css_is_of_lengths(is)) ||
                      css_is_among(property, "margin padding border border-top border-right border-bottom "
                                             "border-left border-width outline");
    css_reader r = {.text = value};
    if (!of_lengths && !of_colour)
        return false;
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;) {
        bool is_measure = t.kind == CSS_TOKEN_PERCENTAGE || t.kind == CSS_TOKEN_DIMENSION;
        if (t.kind == CSS_TOKEN_FUNCTION && !css_skip_block(&r, '('))
            return false;
        if (t.kind == CSS_TOKEN_NUMBER ? of_colour || t.number != 0 : is_measure && of_colour)
            return true;
    }
    return false;
}

bool css_is_of_lengths(css_property property) {
    return (PROPERTIES[property].types & (LENGTH | NUMBER | INTEGER)) == LENGTH;
}

/* ---- gathering ------------------------------------------------------------------------------------------
 */

void css_gather_start(css_gathering *g, arena *a) {
    memset(g, 0, sizeof *g);
    g->block.declarations = vector_new(a, sizeof(css_declaration));
}

void css_gather_longhand(css_gathering *g, css_property property, slice value) {
    css_declaration *was = g->at[property] ? vector_at(&g->block.declarations, g->at[property] - 1) : NULL;
    if (was && was->important && !g->next.important)
        return;
    if (!was) {
        was = vector_push_zeroed(&g->block.declarations);
        g->at[property] = (uint32_t)g->block.declarations.count;
    }
    *was = g->next;
    was->property = property;
    was->value = value;
    g->block.effects |= css_property_effect(property);
    if (property == CSS_DISPLAY && css_is_among(value, "none"))
        g->block.effects |= CSS_EFFECT_HIDING;
}

/* The value without white space around it, comments and !important. */
static slice clean_value(slice value, arena *a, bool *important, bool *has_var, bool *good) {
    css_reader r = {.text = value, .arena = a};
    size_t bang = SLICE_NONE, solid_end = 0, before_bang = 0;
    bool comment = false;
    unsigned word = 0; /* solid tokens behind the ! */
    *important = false;
    *has_var = false;
    *good = true;
    for (;;) {
        size_t start = r.at;
        css_token t = css_next_token(&r);
        if (t.kind == CSS_TOKEN_END)
            break;
        if (t.kind == CSS_TOKEN_SPACE) {
            comment = comment || slice_find_char(t.text, '/', 0) != SLICE_NONE;
            continue;
        }
        if (t.kind == CSS_TOKEN_BAD)
            *good = false;
        *has_var = *has_var || (t.kind == CSS_TOKEN_FUNCTION &&
                                (css_is_among(t.value, "var") || css_is_among(t.value, "env")));
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '!') {
            bang = start;
            before_bang = solid_end;
            word = 0;
        } else if (bang != SLICE_NONE) {
            word++;
            *important = word == 1 && t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "important");
        }
        solid_end = r.at;
    }
    if (bang != SLICE_NONE && !*important)
        *good = false;
    value = slice_trim(slice_sub(value, 0, *important ? before_bang : solid_end));
    if (!comment)
        return value;
    buffer out = buffer_new(a, value.length + 1);
    css_reader again = {.text = value};
    for (css_token t; (t = css_next_token(&again)).kind != CSS_TOKEN_END;)
        buffer_append(&out, t.kind == CSS_TOKEN_SPACE ? SLICE(" ") : t.text);
    return slice_trim(buffer_slice(&out));
}

/* Whether a number of it may have a unit that hangs on the window's width: vw, vmin, svw, cqw and so on. */
static bool may_hang_on_window(slice value) {
    size_t behind_digit = 0;
    for (size_t i = 0; i < value.length; i++) {
        char c = to_lower(value.data[i]);
        if (is_digit(c) || c == '.')
            behind_digit = i + 1;
        else if (c == '\\' || ((c == 'v' || c == 'q') && behind_digit && i - behind_digit <= 1))
            return true;
    }
    return false;
}

static bool gather_custom(css_gathering *g, slice name, slice value, arena *a) {
    css_declaration *d = vector_push_zeroed(&g->block.declarations);
    *d = g->next;
    d->property = CSS_CUSTOM;
    d->name = name;
    d->value = value.length ? value : slice_copy(SLICE(" "), a);
    return true;
}

bool css_gather(css_gathering *g, slice name, slice value) {
    arena *a = g->block.declarations.arena;
    bool good;
    value = clean_value(value, a, &g->next.important, &g->next.has_var, &good);
    g->next.shorthand = 0;
    g->next.hangs_on_window = may_hang_on_window(value);
    if (!good)
        return false;
    if (slice_starts_with(name, SLICE("--")))
        return gather_custom(g, name, value, a);
    if (!value.length)
        return false;
    if (css_is_among(name, "all") && css_is_wide_keyword(value)) {
        for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++)
            if (p != CSS_DIRECTION && p != CSS_UNICODE_BIDI)
                css_gather_longhand(g, (css_property)p, value);
        return true;
    }
    css_name is = css_name_of(name);
    if (is.shorthand && (g->next.has_var || css_is_wide_keyword(value))) {
        css_spread_shorthand(g, is.shorthand, value, g->next.has_var);
        return true;
    }
    if (is.shorthand)
        return css_expand_shorthand(g, is.shorthand, value);
    if (is.property == CSS_PROPERTY_COUNT) {
        g->block.effects |= effect_of_unknown(name);
        return false;
    }
    if (!g->next.has_var && !css_is_valid(is.property, value))
        return false;
    css_gather_longhand(g, is.property, value);
    return true;
}

/* The next declaration of a block without rules in it, its value as written (CSS Syntax 3 §5.5.4). */
static bool next_declaration(css_reader *r, slice *property, slice *value) {
    for (;;) {
        css_token name = css_next_solid(r);
        if (name.kind == CSS_TOKEN_END)
            return false;
        if (name.kind == CSS_TOKEN_DELIM && name.delim == ';')
            continue;
        css_token t = css_next_solid(r);
        bool good = name.kind == CSS_TOKEN_IDENT && t.kind == CSS_TOKEN_DELIM && t.delim == ':';
        size_t from = good ? r->at : r->at - t.text.length, to;
        r->at = from;
        for (;;) {
            to = r->at;
            t = css_next_token(r);
            bool opens = t.kind == CSS_TOKEN_DELIM && (t.delim == '(' || t.delim == '[' || t.delim == '{');
            if (t.kind == CSS_TOKEN_END || (t.kind == CSS_TOKEN_DELIM && t.delim == ';'))
                break;
            if (t.kind == CSS_TOKEN_FUNCTION || opens)
                css_skip_block(r, opens ? t.delim : '(');
        }
        *property = name.value;
        *value = slice_sub(r->text, from, to);
        if (good)
            return true;
    }
}

void css_gather_text(css_gathering *g, slice text) {
    css_reader r = {.text = text, .arena = g->block.declarations.arena};
    slice property, value;
    while (next_declaration(&r, &property, &value))
        css_gather(g, property, value);
}

/* Where !important begins, or the end. */
static size_t important_at(slice value) {
    css_reader r = {.text = value};
    size_t bang = value.length;
    bool word = false;
    for (;;) {
        size_t start = r.at;
        css_token t = css_next_token(&r);
        if (t.kind == CSS_TOKEN_END)
            return word ? bang : value.length;
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '!')
            bang = start;
        word =
            word || (bang < value.length && t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "important"));
    }
}

bool css_next_declaration(slice style, size_t *at, slice *property, slice *value) {
    css_reader r = {.text = style, .at = *at};
    while (next_declaration(&r, property, value)) {
        *at = r.at;
        *value = slice_trim(slice_sub(*value, 0, important_at(*value)));
        if (value->length)
            return true;
    }
    *at = style.length;
    return false;
}

slice css_url_of(slice value) {
    css_reader r = {.text = value};
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;) {
        if (t.kind == CSS_TOKEN_URL)
            return slice_trim(t.value);
        if (t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "url") &&
            (t = css_next_solid(&r)).kind == CSS_TOKEN_STRING)
            return slice_trim(t.value);
    }
    return (slice){NULL, 0};
}

css_block css_read_block(slice text, arena *a) {
    css_gathering g;
    css_gather_start(&g, a);
    css_gather_text(&g, text);
    return g.block;
}

/* ---- lengths ---------------------------------------------------------------------------------------------
 */

/* A number or a length in px. */
typedef struct quantity {
    double value;
    bool is_length;
} quantity;

typedef struct calculation {
    css_reader r;
    const css_units *units;
    unsigned depth;
    bool good;
} calculation;

static double unit_in_px(slice unit, const css_units *u, bool *good) {
    const struct unit *known = find_unit(unit);
    if (!known) {
        *good = false;
        return 0;
    }
    if (known->px > 0)
        return known->px;
    double smaller = fmin(u->viewport_width, u->viewport_height);
    if (css_is_among(unit, "em ic"))
        return u->em;
    if (css_is_among(unit, "rem"))
        return u->rem;
    if (css_is_among(unit, "ex ch rex rch cap"))
        return (slice_starts_with(unit, SLICE("r")) ? u->rem : u->em) / 2;
    if (css_is_among(unit, "vw dvw svw lvw vi cqw cqi"))
        return u->viewport_width / 100;
    if (css_is_among(unit, "vh dvh svh lvh vb cqh cqb"))
        return u->viewport_height / 100;
    if (css_is_among(unit, "vmin cqmin"))
        return smaller / 100;
    if (css_is_among(unit, "vmax cqmax"))
        return fmax(u->viewport_width, u->viewport_height) / 100;
    return 1.2 * (css_is_among(unit, "rlh") ? u->rem : u->em);
}

static quantity calculate_sum(calculation *c, css_token *next);

/* A value inside of calc(); `*next` becomes the token behind it. */
static quantity calculate_value(calculation *c, css_token t, css_token *next) {
    quantity q = {0, false};
    if (++c->depth > 32) {
        c->good = false;
    } else if (t.kind == CSS_TOKEN_NUMBER) {
        q = (quantity){t.number, false};
    } else if (t.kind == CSS_TOKEN_PERCENTAGE) {
        c->good = c->good && c->units->percent_of >= 0;
        q = (quantity){t.number / 100 * c->units->percent_of, true};
    } else if (t.kind == CSS_TOKEN_DIMENSION) {
        q = (quantity){t.number * unit_in_px(t.value, c->units, &c->good), true};
    } else if (t.kind == CSS_TOKEN_DELIM && t.delim == '(') {
        css_token end;
        q = calculate_sum(c, &end);
        c->good = c->good && end.kind == CSS_TOKEN_DELIM && end.delim == ')';
    } else if (t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "calc min max clamp -webkit-calc")) {
        quantity values[3] = {{0, false}, {0, false}, {0, false}};
        unsigned count = 0;
        bool smallest = css_is_among(t.value, "min"), clamp = css_is_among(t.value, "clamp");
        css_token end = {0};
        do {
            quantity one = calculate_sum(c, &end);
            if (clamp && count < 3)
                values[count] = one;
            else if (count == 0 || (smallest ? one.value < values[0].value : one.value > values[0].value))
                values[0] = one;
            count++;
        } while (c->good && end.kind == CSS_TOKEN_DELIM && end.delim == ',');
        c->good = c->good && end.kind == CSS_TOKEN_DELIM && end.delim == ')' &&
                  (clamp ? count == 3 : count == 1 || css_is_among(t.value, "min max"));
        q = values[0];
        if (clamp)
            q.value = fmax(values[0].value, fmin(values[1].value, values[2].value));
    } else {
        c->good = false;
    }
    c->depth--;
    *next = css_next_solid(&c->r);
    return q;
}

static quantity calculate_product(calculation *c, css_token *next) {
    quantity left = calculate_value(c, css_next_solid(&c->r), next);
    while (c->good && next->kind == CSS_TOKEN_DELIM && (next->delim == '*' || next->delim == '/')) {
        bool times = next->delim == '*';
        quantity right = calculate_value(c, css_next_solid(&c->r), next);
        c->good =
            c->good && (times ? !left.is_length || !right.is_length : !right.is_length && right.value != 0);
        if (!c->good)
            break;
        left.value = times ? left.value * right.value : left.value / right.value;
        left.is_length = left.is_length || right.is_length;
    }
    return left;
}

static quantity calculate_sum(calculation *c, css_token *next) {
    quantity left = calculate_product(c, next);
    while (c->good && next->kind == CSS_TOKEN_DELIM && (next->delim == '+' || next->delim == '-')) {
        bool plus = next->delim == '+';
        quantity right = calculate_product(c, next);
        c->good = c->good && left.is_length == right.is_length;
        left.value = plus ? left.value + right.value : left.value - right.value;
    }
    return left;
}

bool css_evaluate_length(slice value, const css_units *units, double *px) {
    calculation c = {{.text = value}, units, 0, true};
    css_token next = {0};
    quantity q = calculate_value(&c, css_next_solid(&c.r), &next);
    *px = q.value;
    return c.good && next.kind == CSS_TOKEN_END && (q.is_length || q.value == 0) && isfinite(q.value);
}
