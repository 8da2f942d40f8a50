/* Icons that are drawn otherwise than the sign that they are known by: turned, one on another, or otherwise
 * than others of the same sign beside them, as the stars that count are from those that are missing, or in
 * other places of the page, as what to do is from what not to do. Signs that a sheet writes are icons as
 * well.
 *
 * Comes in: a page and its styles. Goes out: FLAG_DRAWN_OTHERWISE on such icons. What a style sheet makes of
 * them is known from it; a class that no sheet speaks of may be drawn in any way. Linear: looks at a bounded
 * number of nodes around each icon.
 */
#include "private.h"

enum { LOOKED_AT = 64, NESTED = 8 };

/* Icons of one sign that are compared: of one list, table, or line; or those of a page that become signs. */
typedef struct group {
    slice look; /* of the first one */
    bool differs;
} group;

typedef struct drawn {
    dom_node *node;
    const express_icon *icon; /* NULL: none that is known by its name */
    slice sign;               /* what it is known to say; empty: not known */
    bool by_sheet;            /* the element is no icon: a sheet writes one in `pseudo` of it */
    css_pseudo pseudo;        /* that has its look; CSS_PSEUDO_NONE: the element has */
    const dom_node *item, *frame, *holder;
    group *beside, *on_page; /* NULL: it is compared with none */
    group *rating;           /* of stars: all that stand there; it differs where one of them is not written */
} drawn;

typedef struct comparing {
    css_cascade *styles;
    const express_icons *icons;
    arena *arena;
    marking *marking;
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

/* The cell or the item that the icon stands in, or is itself, or its block. */
static const dom_node *item_of(const dom_node *icon) {
    const dom_node *block = NULL, *at = icon;
    for (size_t steps = 0; at && steps < LOOKED_AT; steps++, at = at->parent) {
        if (!block && express_is_block(at))
            block = at;
        if (is_item(at))
            return at;
    }
    return block ? block : icon;
}

/* The outermost element around the icon, up to its item, that shows nothing but icons. */
static const dom_node *frame_of(const comparing *c, const dom_node *icon, const dom_node *item) {
    const dom_node *at = icon;
    for (size_t steps = 0;
         at != item && steps < NESTED && express_shows_only_icons(c->icons, at->parent, c->arena); steps++)
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

static void append_value(const comparing *c, const dom_node *node, css_pseudo pseudo, css_property property,
                         const char *plain, buffer *out) {
    slice value = css_computed_pseudo(c->styles, node, pseudo, property);
    if (!css_is_among(value, plain))
        buffer_printf(out, " %.*s", SLICE_ARGS(value));
}

/* The colour that its text is painted in. */
static slice colour_of(const comparing *c, const dom_node *node, css_pseudo pseudo) {
    slice fill = css_computed_pseudo(c->styles, node, pseudo, CSS_TEXT_FILL_COLOR);
    return css_is_among(fill, "currentcolor") ? css_computed_pseudo(c->styles, node, pseudo, CSS_COLOR)
                                              : fill;
}

/* A colour that it has from the words beside it is theirs. Of letters of a font, their weight has told which
 * sign they are. */
static void append_text_look(const comparing *c, const drawn *one, const dom_node *beside, buffer *out) {
    slice colour = colour_of(c, one->node, one->pseudo);
    if (!slice_equal_nocase(colour, colour_of(c, beside, CSS_PSEUDO_NONE)))
        buffer_append(out, colour);
    if (one->icon && css_is_lost(c->styles, one->node, CSS_PSEUDO_NONE, CSS_FONT_WEIGHT))
        append_value(c, one->node, CSS_PSEUDO_NONE, CSS_FONT_WEIGHT, "inherit", out);
}

static void append_borders(const comparing *c, const dom_node *node, css_pseudo pseudo, buffer *out) {
    static const css_property STYLES[] = {CSS_BORDER_TOP_STYLE, CSS_BORDER_RIGHT_STYLE,
                                          CSS_BORDER_BOTTOM_STYLE, CSS_BORDER_LEFT_STYLE},
                              COLOURS[] = {CSS_BORDER_TOP_COLOR, CSS_BORDER_RIGHT_COLOR,
                                           CSS_BORDER_BOTTOM_COLOR, CSS_BORDER_LEFT_COLOR};
    for (size_t i = 0; i < sizeof STYLES / sizeof *STYLES; i++) {
        slice style = css_computed_pseudo(c->styles, node, pseudo, STYLES[i]),
              colour = css_computed_pseudo(c->styles, node, pseudo, COLOURS[i]);
        if (!css_is_among(style, "none hidden"))
            buffer_printf(out, " %zu %.*s %.*s", i, SLICE_ARGS(style), SLICE_ARGS(colour));
    }
}

/* The first cell of the row, or the next one of this one. */
static const dom_node *cell_beside(const dom_node *cell) {
    const dom_node *at = cell->parent->first_child;
    while (at && (at == cell || !is_cell(at)))
        at = at->next;
    return at;
}

/* That of the table's first row. */
static const dom_node *head_of_column(const dom_node *cell) {
    const dom_node *table = cell, *at;
    size_t column = 0, steps = 0;
    for (at = cell; at && column < LOOKED_AT; at = dom_previous(at))
        column += is_cell(at);
    while (table && table->tag != DOM_TAG_TABLE && steps++ < NESTED)
        table = table->parent;
    for (at = table; at && at->tag != DOM_TAG_TR && steps++ < LOOKED_AT;)
        at = dom_next(at, table);
    at = at && at->tag == DOM_TAG_TR ? at->first_child : NULL;
    while (at && (column -= is_cell(at)))
        at = at->next;
    return at;
}

/* Whether its row, or its column, has the value as well, which is their look. */
static bool is_look_of_row(const comparing *c, const dom_node *cell, css_property property) {
    const dom_node *others[] = {cell_beside(cell), head_of_column(cell)};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (others[i] && others[i] != cell &&
            slice_equal_nocase(css_computed(c->styles, others[i], property),
                               css_computed(c->styles, cell, property)))
            return true;
    return false;
}

/* What tells the item, or the words in it, from others: not the look of every second one. */
static void append_own(const comparing *c, const dom_node *node, buffer *out) {
    static const css_property PROPERTIES[] = {CSS_COLOR, CSS_TEXT_FILL_COLOR, CSS_OPACITY, CSS_FILTER,
                                              CSS_BACKGROUND_COLOR};
    bool named = dom_attribute_get(node, SLICE("style")) || dom_attribute_get(node, SLICE("class"));
    for (size_t i = 0; i < sizeof PROPERTIES / sizeof *PROPERTIES; i++)
        if (css_is_lost(c->styles, node, CSS_PSEUDO_NONE, PROPERTIES[i]) &&
            (is_cell(node) ? !is_look_of_row(c, node, PROPERTIES[i]) : named))
            buffer_printf(out, " %zu %.*s", i, SLICE_ARGS(css_computed(c->styles, node, PROPERTIES[i])));
}

/* The words whose colour is not the icon's own: those that it stands before. */
static const dom_node *words_beside(const drawn *one) {
    const dom_node *mate = is_cell(one->item) ? cell_beside(one->item) : NULL;
    if (one->by_sheet && express_first_shown(one->node))
        return one->node;
    return one->frame != one->item ? one->frame->parent : mate ? mate : one->holder;
}

/* What an element, or the pseudo-element that a sign is in, does with what it shows. */
static void append_paint(const comparing *c, const dom_node *node, css_pseudo pseudo, bool in_line,
                         buffer *out) {
    append_value(c, node, pseudo, CSS_OPACITY, "1", out);
    append_value(c, node, pseudo, CSS_FILTER, "none", out);
    if (!in_line)
        return;
    append_value(c, node, pseudo, CSS_BACKGROUND_COLOR, "transparent", out);
    append_value(c, node, pseudo, CSS_BACKGROUND_IMAGE, "none", out);
    append_borders(c, node, pseudo, out);
}

static slice look_of(const comparing *c, const drawn *one) {
    static const char *const ATTRIBUTES[] = {"color", "fill"};
    buffer out = buffer_new(c->arena, 64);
    append_text_look(c, one, words_beside(one), &out);
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        buffer_printf(&out, " %.*s", SLICE_ARGS(dom_attribute_trimmed(one->node, ATTRIBUTES[i])));
    if (one->pseudo != CSS_PSEUDO_NONE)
        append_paint(c, one->node, one->pseudo, true, &out);
    for (const dom_node *at = one->node; at; at = at == one->frame ? NULL : at->parent) {
        bool in_line = dom_tag_has(at->tag, DOM_INLINE) || (at == one->node && !one->by_sheet);
        append_paint(c, at, CSS_PSEUDO_NONE, in_line, &out);
        if (in_line)
            append_classes(c, at, &out);
    }
    for (const dom_node *at = one->frame == one->item ? one->item : one->frame->parent; at;
         at = at == one->item ? NULL : at->parent)
        append_own(c, at, &out);
    return buffer_slice(&out);
}

/* What of it says which icon it is; empty: nothing that is known. */
static slice shape_of(const comparing *c, const drawn *one) {
    const dom_node *node = one->node;
    if (one->sign.length || one->by_sheet)
        return one->sign;
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

/* The group of that key, with the look as one more of it. */
static group *put_into_group(comparing *c, slice key, slice look) {
    bool is_new;
    void **kept = map_put(&c->groups, key, &is_new);
    group *g = is_new ? *kept = arena_zeroed(c->arena, sizeof(group)) : *kept;
    if (is_new)
        g->look = look;
    g->differs = g->differs || !slice_equal(look, g->look);
    return g;
}

/* What the icons of a page are compared by: those in cells, in items, in headings, in other blocks. One in a
 * heading that differs from those in a list is a look. */
static const char *kind_of(const dom_node *item) {
    return is_cell(item) ? "cell" : is_item(item) ? "item" : dom_is_heading(item->tag) ? "heading" : "block";
}

/* Whether its sign becomes text, as far as is known by now. Signs of a list's items may be its bullets. */
static bool is_said(const comparing *c, const drawn *one) {
    return !(one->node->flags & FLAG_DRAWN_OTHERWISE) &&
           (one->icon ? express_icon_is_said(c->icons, one->icon, one->node, c->arena)
                      : one->sign.length && one->node->tag != DOM_TAG_LI) &&
           express_is_visible(c->styles, one->node, CSS_PSEUDO_NONE);
}

static void compare_with_others(comparing *c, drawn *one, slice shape, bool said) {
    slice look = look_of(c, one);
    buffer beside = buffer_new(c->arena, 64);
    unsigned tag = is_cell(one->item) ? DOM_TAG_TD : one->item->tag;
    if (said)
        one->on_page =
            put_into_group(c, format_slice(c->arena, "%s %.*s", kind_of(one->item), SLICE_ARGS(shape)), look);
    buffer_append(&beside, look);
    if (one->frame == one->item && one->item->tag == DOM_TAG_LI)
        append_classes(c, one->item, &beside);
    one->beside = put_into_group(
        c, format_slice(c->arena, "%p %u %.*s", (const void *)one->holder, tag, SLICE_ARGS(shape)),
        buffer_slice(&beside));
}

static bool is_drawn_turned(const comparing *c, const drawn *one) {
    if (one->by_sheet && express_first_shown(one->node))
        return is_turned_by(c->styles, one->node, one->pseudo);
    return one->sign.length && is_turned(c, one->node, one->frame);
}

static const dom_node *box_around(const drawn *one) {
    return one->by_sheet ? one->node : one->node->parent;
}

static void look_at(comparing *c, dom_node *node, bool is_icon) {
    const express_icon *icon = is_icon ? express_icon_of(c->icons, node, c->arena) : NULL;
    drawn one = {.node = node, .icon = icon, .sign = icon ? icon->sign : (slice){NULL, 0}};
    if (css_has_pseudo(c->styles, node, CSS_PSEUDO_BEFORE))
        one.pseudo = CSS_PSEUDO_BEFORE;
    if (!icon)
        one.sign = express_sign_of_sheet(c->marking, node, &one.pseudo);
    one.by_sheet = !is_icon;
    slice shape = shape_of(c, &one);
    if (!shape.length || express_is_in_clicked(node))
        return;
    one.item = item_of(node);
    one.frame = frame_of(c, node, one.item);
    one.holder = holder_of(one.item, one.frame == one.item);
    if (is_drawn_turned(c, &one) || (is_icon && is_part_of_sign(c, node)))
        node->flags |= FLAG_DRAWN_OTHERWISE;
    if (one.sign.length)
        express_look_at_layers(&c->layers, box_around(&one), one.sign);
    if (!is_icon || !is_plate(c, node) || !is_layer(c, node))
        compare_with_others(c, &one, shape, is_said(c, &one));
    if (css_is_among(one.sign, EXPRESS_STARS))
        one.rating = put_into_group(c, format_slice(c->arena, "%p", (const void *)one.holder), SLICE(""));
    *(drawn *)vector_push(&c->all) = one;
}

/* Half a star is one behind stars; alone, its sign would be a number. */
static bool is_half_alone(const drawn *one, const drawn *before) {
    return slice_equal(one->sign, SLICE("½")) &&
           (!before || before->holder != one->holder || before->node->flags & FLAG_DRAWN_OTHERWISE ||
            !slice_equal(before->sign, SLICE("★")) ||
            slice_trim_wide(express_text_beside(one->node, true)).length);
}

static bool is_otherwise(const comparing *c, const drawn *one) {
    return one->node->flags & FLAG_DRAWN_OTHERWISE || (one->beside && one->beside->differs) ||
           (one->on_page && one->on_page->differs) ||
           (one->sign.length && express_is_layer(&c->layers, box_around(one)));
}

void express_compare_icons(dom_node *body, css_cascade *styles, const express_icons *icons, marking *m,
                           arena *a) {
    comparing c = {
        styles,        icons, a, m, express_new_layers(styles, icons, m, a), vector_new(a, sizeof(drawn)),
        map_new(a, 16)};
    for (dom_node *at = body; at; at = dom_next(at, body)) {
        bool is_icon =
            at->tag == DOM_TAG_SVG ||
            (dom_attribute_count(at) && (express_is_icon(at) || express_icon_name(icons, at, a).length));
        if (is_icon || (at->type == DOM_ELEMENT && css_generates(styles, at)))
            look_at(&c, at, is_icon);
    }
    for (size_t i = 0; i < c.all.count; i++) {
        const drawn *one = vector_at(&c.all, i);
        if (is_otherwise(&c, one))
            one->node->flags |= FLAG_DRAWN_OTHERWISE;
        if (one->rating && one->node->flags & FLAG_DRAWN_OTHERWISE)
            one->rating->differs = true;
    }
    for (size_t i = 0; i < c.all.count; i++) {
        const drawn *one = vector_at(&c.all, i), *before = i ? vector_at(&c.all, i - 1) : NULL;
        if ((one->rating && one->rating->differs) || is_half_alone(one, before))
            one->node->flags |= FLAG_DRAWN_OTHERWISE;
    }
}
