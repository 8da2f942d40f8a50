/* Icons that are drawn otherwise than the sign that they are known by: turned, one on another, or otherwise
 * than others of the same sign beside them, as the stars that count are from those that are missing.
 *
 * Comes in: a page and its styles. Goes out: FLAG_DRAWN_OTHERWISE on such icons. What a style sheet makes of
 * them is known from it; a class that no sheet speaks of may be drawn in any way. Linear: looks at a bounded
 * number of nodes around each icon.
 */
#include "private.h"

enum { LOOKED_AT = 64 };

/* Icons of one sign in the items of one list, in one table, or in blocks that follow each other. */
typedef struct group {
    slice look; /* of the first one */
    bool differs;
} group;

typedef struct drawn {
    dom_node *node;
    const express_icon *icon; /* NULL: not known */
    const dom_node *holder;
    group *group; /* NULL: it is compared with none */
} drawn;

typedef struct comparing {
    css_cascade *styles;
    const express_icons *icons;
    arena *arena;
    express_layers layers;
    vector all;      /* of drawn */
    hash_map groups; /* → group */
} comparing;

/* ---- where an icon stands ------------------------------------------------------------------------------ */

static bool is_cell(const dom_node *node) {
    return node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH;
}

static bool is_item(const dom_node *node) {
    return is_cell(node) || node->tag == DOM_TAG_LI || node->tag == DOM_TAG_DT || node->tag == DOM_TAG_DD;
}

/* The cell or the item that the icon stands in, or its block. */
static const dom_node *item_of(const dom_node *icon) {
    const dom_node *block = icon, *at = icon->parent;
    for (size_t steps = 0; at && steps < LOOKED_AT; steps++, at = at->parent) {
        if (block == icon && express_is_block(at))
            block = at;
        if (is_item(at))
            return at;
    }
    return block;
}

/* The outermost element around the icon, up to its item, that shows nothing but icons. */
static const dom_node *frame_of(const comparing *c, const dom_node *icon, const dom_node *item) {
    enum { NESTED = 8 };
    const dom_node *at = icon;
    for (size_t steps = 0; at != item && steps < NESTED && express_shows_only_icons(c->icons, at->parent, c->arena); steps++)
        at = at->parent;
    return at;
}

/* What holds the icons that this one is compared with: its table or its list; around a block that shows
 * nothing but icons, what holds such blocks; otherwise its line. */
static const dom_node *holder_of(const dom_node *item, bool alone) {
    const dom_node *at = item;
    for (size_t steps = 0; is_cell(item) && at && steps < LOOKED_AT; steps++, at = at->parent)
        if (at->tag == DOM_TAG_TABLE)
            return at;
    return item->parent && (alone || is_item(item)) ? item->parent : item;
}

/* ---- turned -------------------------------------------------------------------------------------------- */

static bool any_below(const double *n, size_t count, double least) {
    for (size_t i = 0; i < count; i++)
        if (n[i] < least)
            return true;
    return false;
}

static bool is_full_turn(const double *n, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (n[i] != 0 && n[i] != 360)
            return false;
    return true;
}

/* Whether a value of `transform` shows something else than what stands there: upside down, or mirrored. */
static bool turns(slice transform) {
    double n[EXPRESS_NUMBERS] = {0};
    css_reader r = {.text = transform};
    slice name;
    do {
        size_t count = express_next_function(&r, &name, n);
        bool is_turned = slice_starts_with(name, SLICE("rotate")) && !is_full_turn(n, count);
        bool mirrors = slice_starts_with(name, SLICE("scale")) && any_below(n, count, 0);
        bool both =
            css_is_among(name, "matrix") && count >= 4 && (n[0] < 0 || n[1] != 0 || n[2] != 0 || n[3] < 0);
        if (is_turned || mirrors || both)
            return true;
    } while (name.length);
    return false;
}

static bool is_turned_by(css_cascade *styles, const dom_node *node, css_pseudo pseudo) {
    double n[EXPRESS_NUMBERS] = {0};
    size_t count = express_numbers(css_computed_pseudo(styles, node, pseudo, CSS_ROTATE), n);
    size_t scales;
    if (!is_full_turn(n, count))
        return true;
    scales = express_numbers(css_computed_pseudo(styles, node, pseudo, CSS_SCALE), n);
    return any_below(n, scales, 0) || turns(css_computed_pseudo(styles, node, pseudo, CSS_TRANSFORM));
}

static bool is_turned(const comparing *c, const dom_node *icon, const dom_node *frame) {
    slice classes = dom_attribute_trimmed(icon, "class");
    if (slice_find(classes, SLICE("rotate"), 0) != SLICE_NONE ||
        slice_find(classes, SLICE("flip"), 0) != SLICE_NONE ||
        (css_has_pseudo(c->styles, icon, CSS_PSEUDO_BEFORE) &&
         is_turned_by(c->styles, icon, CSS_PSEUDO_BEFORE)))
        return true;
    for (const dom_node *at = icon; at; at = at == frame ? NULL : at->parent)
        if (is_turned_by(c->styles, at, CSS_PSEUDO_NONE))
            return true;
    return false;
}

/* ---- one on another ------------------------------------------------------------------------------------ */

/* A shape that others are laid on. */
static bool is_plate(const comparing *c, const dom_node *icon) {
    return express_has_class_part(icon, "circle square certificate") &&
           !express_icon_of(c->icons, icon, c->arena);
}

static bool has_class_of(const dom_node *node, const char *const *names) {
    for (size_t i = 0; node && names[i]; i++)
        if (dom_has_class(node, slice_of(names[i])))
            return true;
    return false;
}

static bool is_layer(const comparing *c, const dom_node *icon) {
    static const char *const OWN[] = {"fa-stack-1x", "fa-stack-2x", "icon-stack-base", NULL},
                             *const AROUND[] = {"fa-stack", "fa-layers", "icon-stack", NULL};
    return has_class_of(icon, OWN) || has_class_of(icon->parent, AROUND) ||
           css_computed_is(c->styles, icon, CSS_POSITION, "absolute");
}

/* Whether the icon is but a part of the sign that it makes with another one. */
static bool is_part_of_sign(const comparing *c, const dom_node *icon) {
    bool layer = is_layer(c, icon), others = false;
    size_t steps = 0;
    for (const dom_node *at = icon->parent ? icon->parent->first_child : NULL; at && steps < LOOKED_AT;
         at = at->next, steps++) {
        bool other = at != icon && express_is_icon(at) && !is_plate(c, at);
        others = others || other;
        layer = layer || (other && is_layer(c, at));
    }
    return layer && others && !is_plate(c, icon);
}

/* ---- how it looks -------------------------------------------------------------------------------------- */

static bool is_in(slice word, const express_texts *texts) {
    for (size_t i = 0; i < texts->count; i++)
        if (slice_equal(word, texts->texts[i]))
            return true;
    return false;
}

/* The rest of a name that begins as those of a set of icons do; empty: it does not. */
static slice name_in_set(const express_icons *icons, slice word) {
    for (size_t i = 0; i < icons->sets.count; i++)
        if (slice_starts_with(word, icons->sets.texts[i]))
            return slice_from(word, icons->sets.texts[i].length);
    return (slice){NULL, 0};
}

/* Whether it is the name of the set itself: `bi` of `bi-`. */
static bool is_set(const express_icons *icons, slice word) {
    for (size_t i = 0; i < icons->sets.count; i++)
        if (icons->sets.texts[i].length == word.length + 1 && slice_starts_with(icons->sets.texts[i], word))
            return true;
    return false;
}

/* Sets of icons, sizes, places, spacing (`mr-2`). */
static bool says_nothing(const express_icons *icons, slice word) {
    slice name = name_in_set(icons, word);
    bool spacing = word.length > 2 && strchr("mp", word.data[0]) && is_digit(word.data[word.length - 1]) &&
                   (word.data[1] == '-' || word.data[2] == '-');
    return spacing || slice_ends_with(word, SLICE("-auto")) || is_set(icons, word) ||
           is_in(word, &icons->fonts) || is_in(word, &icons->outlined) ||
           (name.length && (is_digit(name.data[0]) ||
                            css_is_among(name, "fw li lg xs sm md xl spin pulse border solid pull-left "
                                               "pull-right brands"))) ||
           css_is_among(word, "fas fab fad fal far fat lab icons first last odd even pull-left pull-right "
                              "float-left float-right is-small is-medium is-large align-middle d-inline "
                              "d-inline-block");
}

/* Classes that may draw the element in a way that is not known: those of no sheet, and no name of an icon. */
static void append_classes(const comparing *c, const dom_node *node, buffer *out) {
    slice classes = dom_attribute_trimmed(node, "class"), word;
    for (size_t at = 0; (word = slice_next_word(classes, &at)).length;)
        if (!says_nothing(c->icons, word) && !css_class_effects(c->styles, word) &&
            !express_icon_of_class(c->icons, false, word, c->arena))
            buffer_printf(out, " .%.*s", SLICE_ARGS(word));
}

static void append_value(const comparing *c, const dom_node *node, css_property property, const char *plain,
                         buffer *out) {
    slice value = css_computed(c->styles, node, property);
    if (!css_is_among(value, plain))
        buffer_printf(out, " %.*s", SLICE_ARGS(value));
}

/* A colour that it has from the words beside it, or from all that it is compared with, is theirs. */
static void append_inherited(const comparing *c, const dom_node *icon, const dom_node *around,
                             css_property property, buffer *out) {
    bool has = css_has_pseudo(c->styles, icon, CSS_PSEUDO_BEFORE);
    slice value = css_computed_pseudo(c->styles, icon, has ? CSS_PSEUDO_BEFORE : CSS_PSEUDO_NONE, property);
    if (!slice_equal_nocase(value, css_computed(c->styles, around, property)))
        buffer_append(out, value);
    buffer_append_char(out, ' ');
}

static slice look_of(const comparing *c, const dom_node *icon, const dom_node *frame,
                     const dom_node *around) {
    static const char *const ATTRIBUTES[] = {"color", "fill"};
    buffer out = buffer_new(c->arena, 64);
    append_inherited(c, icon, around, CSS_COLOR, &out);
    append_inherited(c, icon, around, CSS_FONT_WEIGHT, &out);
    if (css_has_pseudo(c->styles, icon, CSS_PSEUDO_BEFORE))
        buffer_append(&out, css_computed_pseudo(c->styles, icon, CSS_PSEUDO_BEFORE, CSS_OPACITY));
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        buffer_printf(&out, " %.*s", SLICE_ARGS(dom_attribute_trimmed(icon, ATTRIBUTES[i])));
    for (const dom_node *at = icon; at; at = at == frame ? NULL : at->parent) {
        bool in_line = at == icon || dom_tag_has(at->tag, DOM_INLINE);
        append_value(c, at, CSS_OPACITY, "1", &out);
        append_value(c, at, CSS_FILTER, "none", &out);
        if (in_line)
            append_value(c, at, CSS_BACKGROUND_COLOR, "transparent", &out);
        if (in_line || at->tag == DOM_TAG_LI)
            append_classes(c, at, &out);
    }
    return buffer_slice(&out);
}

/* What of it says which icon it is; empty: nothing that is known. */
static slice shape_of(const comparing *c, const dom_node *node, const express_icon *icon) {
    if (icon)
        return icon->sign;
    slice name = express_icon_name(c->icons, node, c->arena), word,
          classes = dom_attribute_trimmed(node, "class");
    if (name.length)
        return name;
    buffer out = buffer_new(c->arena, 32);
    for (size_t at = 0; (word = slice_next_word(classes, &at)).length;)
        if (name_in_set(c->icons, word).length && !says_nothing(c->icons, word))
            buffer_printf(&out, " %.*s", SLICE_ARGS(word));
    static const css_property LETTER[] = {CSS_CONTENT, CSS_FONT_FAMILY, CSS_FONT_WEIGHT};
    bool letter = !out.length && css_has_pseudo(c->styles, node, CSS_PSEUDO_BEFORE);
    for (size_t i = 0; letter && i < sizeof LETTER / sizeof *LETTER; i++)
        buffer_printf(&out, "%.*s ",
                      SLICE_ARGS(css_computed_pseudo(c->styles, node, CSS_PSEUDO_BEFORE, LETTER[i])));
    return buffer_slice(&out);
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void look_at(comparing *c, dom_node *node) {
    const express_icon *icon = express_icon_of(c->icons, node, c->arena);
    slice shape = shape_of(c, node, icon);
    if (express_is_in_clicked(node) || !shape.length)
        return;
    const dom_node *item = item_of(node), *frame = frame_of(c, node, item),
                   *holder = holder_of(item, frame == item);
    drawn *one = vector_push_zeroed(&c->all);
    *one = (drawn){node, icon, holder, NULL};
    if ((icon && is_turned(c, node, frame)) || is_part_of_sign(c, node))
        node->flags |= FLAG_DRAWN_OTHERWISE;
    if (icon)
        express_look_at_layers(&c->layers, node, icon->sign);
    if (is_plate(c, node) && is_layer(c, node))
        return;
    slice look = look_of(c, node, frame, frame == item || !frame->parent ? holder : frame->parent);
    unsigned tag = is_cell(item) ? DOM_TAG_TD : item->tag;
    bool is_new;
    void **kept =
        map_put(&c->groups,
                format_slice(c->arena, "%p %u %.*s", (const void *)holder, tag, SLICE_ARGS(shape)), &is_new);
    if (is_new) {
        one->group = *kept = arena_zeroed(c->arena, sizeof(group));
        one->group->look = look;
        return;
    }
    one->group = *kept;
    one->group->differs = one->group->differs || !slice_equal(look, one->group->look);
}

/* Half a star is one behind stars; alone, its sign would be a number. */
static bool is_half_alone(const drawn *one, const drawn *before) {
    return slice_equal(one->icon->sign, SLICE("½")) &&
           (!before || !before->icon || before->holder != one->holder ||
            before->node->flags & FLAG_DRAWN_OTHERWISE || !slice_equal(before->icon->sign, SLICE("★")) ||
            slice_trim_wide(express_text_beside(one->node, true)).length);
}

void express_compare_icons(dom_node *body, css_cascade *styles, const express_icons *icons, arena *a) {
    comparing c = {
        styles, icons, a, express_new_layers(styles, icons, a), vector_new(a, sizeof(drawn)), map_new(a, 16)};
    for (dom_node *at = body; at; at = dom_next(at, body))
        if (at->tag == DOM_TAG_SVG ||
            (dom_attribute_count(at) && (express_is_icon(at) || express_icon_name(icons, at, a).length)))
            look_at(&c, at);
    for (size_t i = 0; i < c.all.count; i++) {
        const drawn *one = vector_at(&c.all, i), *before = i ? vector_at(&c.all, i - 1) : NULL;
        if ((one->group && one->group->differs) ||
            (one->icon && (express_is_layer(&c.layers, one->node) || is_half_alone(one, before))))
            one->node->flags |= FLAG_DRAWN_OTHERWISE;
    }
}
