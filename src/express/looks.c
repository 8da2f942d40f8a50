/* express: what style sheets make of the page's elements that is gone with them, and changes what is read:
 * text that a sheet writes, letters that it changes, marks of list items, content that it hides or sets side
 * by side.
 *
 * Comes in: the computed styles of the page as it was. Goes out: findings, one for each declaration of a
 * sheet. Rules that hold for the new page's elements as well are none of these. It never changes the tree.
 */
#include "private.h"

enum { TEXT_LOOKED_AT = 4096, CHILDREN_LOOKED_AT = 64 };

/* Where the declaration stands: `misc/custom.css`:12, or line 12. */
static slice place_of(const css_declaration *d, arena *a) {
    css_place place = css_place_of(d);
    return place.file.length ? format_slice(a, "%.*s:%u", SLICE_ARGS(place.file), place.line)
                             : format_slice(a, "line %u", place.line);
}

/* What holds for the element by a rule of a sheet, and goes; NULL: nothing. */
static const css_declaration *lost(css_cascade *styles, const dom_node *node, css_pseudo pseudo,
                                   css_property property) {
    const css_declaration *d = css_winner(styles, node, pseudo, property);
    return d && d->rule && css_is_lost(styles, node, pseudo, property) ? d : NULL;
}

static void report(const looks *l, finding_code code, const dom_node *node, const char *part,
                   const css_declaration *d) {
    slice place = place_of(d, l->arena);
    slice name = css_property_name(d->property);
    if (!express_first_mention(l->refs, format_slice(l->arena, "%.*s %.*s %u", SLICE_ARGS(name),
                                                     SLICE_ARGS(place), (unsigned)code)))
        return;
    findings_add(l->found, code, node->line, "<%.*s>%s with `%.*s: %.*s` (%.*s)", SLICE_ARGS(node->name),
                 part, SLICE_ARGS(name), SLICE_ARGS(d->value), SLICE_ARGS(place));
}

/* ---- text that a sheet writes
 * --------------------------------------------------------------------------------- */

/* What `content` shows: its strings in a row, a number for each counter. */
typedef struct generated {
    buffer words;
    bool letters, picture;
} generated;

/* The private characters that icon fonts draw with. */
static bool is_private(uint32_t c) {
    return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000;
}

/* Letters and digits; punctuation and signs (U+2000 to U+2BFF) are none. */
static bool has_letters(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c < 0x80 ? is_alnum((char)c) : c >= 0xC0 && !is_private(c) && !(c >= 0x2000 && c <= 0x2BFF))
            return true;
    }
    return false;
}

/* Whether all of it is drawn by an icon font. */
static bool is_drawn(slice text) {
    for (size_t at = 0; at < text.length;)
        if (!is_private(utf8_next(text, &at)))
            return false;
    return true;
}

static generated read_content(slice value, const dom_node *node, arena *a) {
    generated g = {buffer_new(a, 32), false, false};
    css_reader r = {.text = value, .arena = a};
    for (css_token t; (t = css_next_solid(&r)).kind != CSS_TOKEN_END;) {
        bool counter = t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "counter counters");
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '/') /* what follows is for screen readers */
            break;
        if (t.kind == CSS_TOKEN_STRING) {
            buffer_append(&g.words, t.value);
        } else if (counter) {
            g.letters = true;
            buffer_append_char(&g.words, '1');
        } else if (t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "attr")) {
            const slice *given = dom_attribute_get(node, css_next_solid(&r).value);
            if (given)
                buffer_append(&g.words, *given);
        } else if (t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "open-quote close-quote")) {
            buffer_append(&g.words, SLICE("\""));
        }
        g.picture = g.picture || t.kind == CSS_TOKEN_URL || t.kind == CSS_TOKEN_FUNCTION;
        for (unsigned depth = t.kind == CSS_TOKEN_FUNCTION; depth && t.kind != CSS_TOKEN_END;) {
            t = css_next_token(&r);
            depth += t.kind == CSS_TOKEN_FUNCTION;
            depth -= t.kind == CSS_TOKEN_DELIM && t.delim == ')';
        }
        g.picture = g.picture && !counter;
    }
    g.letters = g.letters || has_letters(buffer_slice(&g.words));
    return g;
}

static void look_at_generated(const looks *l, const dom_node *node, css_pseudo pseudo) {
    static const char *const PARTS[] = {"", "::before", "::after", "::marker"};
    const css_declaration *d = lost(l->styles, node, pseudo, CSS_CONTENT);
    slice value = d ? css_computed_pseudo(l->styles, node, pseudo, CSS_CONTENT) : SLICE("none");
    if (css_is_among(value, "none normal") ||
        css_is_among(css_computed_pseudo(l->styles, node, pseudo, CSS_DISPLAY), "none") ||
        !css_is_among(css_computed_pseudo(l->styles, node, pseudo, CSS_VISIBILITY), "visible"))
        return;
    generated g = read_content(value, node, l->arena);
    slice words = slice_trim_wide(buffer_slice(&g.words));
    if (g.letters) /* text of the page by now: express_write_markers */
        return;
    if (words.length && !is_drawn(words))
        report(l, FINDING_GENERATED_SIGN, node, PARTS[pseudo], d);
    else if (words.length || g.picture)
        report(l, FINDING_ICON, node, PARTS[pseudo], d);
}

/* ---- letters
 * ------------------------------------------------------------------------------------------------------ */

/* Whether the transformation changes the text inside. Of long text, the beginning is looked at. */
static bool changes_letters(const dom_node *node, slice transform) {
    size_t seen = 0;
    bool lower = css_is_among(transform, "lowercase"), capital = css_is_among(transform, "capitalize");
    for (const dom_node *at = node; at && seen < TEXT_LOOKED_AT; at = dom_next(at, node)) {
        bool starts = true;
        seen++;
        for (size_t i = 0; at->type == DOM_TEXT && i < at->text.length && seen < TEXT_LOOKED_AT;
             i++, seen++) {
            char c = at->text.data[i];
            bool small = c >= 'a' && c <= 'z', large = c >= 'A' && c <= 'Z';
            if (lower ? large : small && (!capital || starts))
                return true;
            starts = is_space(c);
        }
    }
    return false;
}

static void look_at_letters(const looks *l, const dom_node *node) {
    const css_declaration *d = lost(l->styles, node, CSS_PSEUDO_NONE, CSS_TEXT_TRANSFORM);
    slice transform = d ? css_computed(l->styles, node, CSS_TEXT_TRANSFORM) : SLICE("none");
    if (css_is_among(transform, "uppercase lowercase capitalize") && changes_letters(node, transform))
        report(l, FINDING_LETTER_CASE, node, "", d);
}

/* ---- marks of list items
 * ------------------------------------------------------------------------------------------ */

static void look_at_marks(const looks *l, const dom_node *item) {
    const dom_node *holder = item;
    const css_declaration *d = NULL;
    for (; holder && !(d = css_winner(l->styles, holder, CSS_PSEUDO_NONE, CSS_LIST_STYLE_TYPE));
         holder = holder->parent)
        continue;
    if (!holder || !lost(l->styles, holder, CSS_PSEUDO_NONE, CSS_LIST_STYLE_TYPE))
        return;
    bool ordered = item->parent && item->parent->tag == DOM_TAG_OL;
    slice type = css_computed(l->styles, item, CSS_LIST_STYLE_TYPE);
    if (!css_is_among(type, ordered ? "decimal" : "disc circle square"))
        report(l, FINDING_LIST_MARKER, item, "", d);
}

/* ---- side by side, columns, order
 * ----------------------------------------------------------------------------------- */

static size_t shown_children(css_cascade *styles, const dom_node *node) {
    size_t count = 0, seen = 0;
    for (const dom_node *child = node->first_child; child && seen < CHILDREN_LOOKED_AT;
         child = child->next, seen++)
        if (child->type == DOM_ELEMENT
                ? express_first_shown(child) && !css_computed_is(styles, child, CSS_DISPLAY, "none")
                : child->type == DOM_TEXT && !express_is_blank_text(child->text))
            count++;
    return count;
}

/* What sets the element's content, or the element, beside something; NULL: nothing. */
static const css_declaration *layout_of(css_cascade *styles, const dom_node *node) {
    const css_declaration *d = lost(styles, node, CSS_PSEUDO_NONE, CSS_DISPLAY);
    bool flex = d && css_computed_is(styles, node, CSS_DISPLAY, "flex inline-flex"),
         column = css_computed_is(styles, node, CSS_FLEX_DIRECTION, "column"),
         grid = d && css_computed_is(styles, node, CSS_DISPLAY, "grid inline-grid");
    if (((flex && !column) || grid) && shown_children(styles, node) > 1)
        return d;
    if ((d = lost(styles, node, CSS_PSEUDO_NONE, CSS_COLUMN_COUNT)) &&
        !css_computed_is(styles, node, CSS_COLUMN_COUNT, "auto 1"))
        return d;
    if ((d = lost(styles, node, CSS_PSEUDO_NONE, CSS_FLOAT)) &&
        css_computed_is(styles, node, CSS_FLOAT, "left right") && !express_is_media(node))
        return d;
    return NULL;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------------- */

static bool is_hidden_by(css_cascade *styles, const dom_node *node, css_property property) {
    slice value = css_computed(styles, node, property);
    double px;
    switch (property) {
    case CSS_DISPLAY:
        return css_is_among(value, "none");
    case CSS_VISIBILITY:
        return css_is_among(value, "hidden collapse");
    case CSS_OPACITY:
    case CSS_FONT_SIZE:
        return css_is_among(value, "0 0px 0% 0.0");
    default: /* a length that takes text or a block off the screen */
        return css_length(styles, node, property, -1, &px) && px <= -999;
    }
}

const css_declaration *express_hidden_by(css_cascade *styles, const dom_node *node) {
    static const css_property HIDING[] = {CSS_DISPLAY,     CSS_VISIBILITY,  CSS_OPACITY,
                                          CSS_FONT_SIZE,   CSS_LEFT,        CSS_TOP,
                                          CSS_TEXT_INDENT, CSS_MARGIN_LEFT, CSS_MARGIN_TOP};
    for (size_t i = 0; i < sizeof HIDING / sizeof *HIDING; i++)
        if (css_is_lost(styles, node, CSS_PSEUDO_NONE, HIDING[i]) && is_hidden_by(styles, node, HIDING[i]))
            return css_winner(styles, node, CSS_PSEUDO_NONE, HIDING[i]);
    return NULL;
}

void express_look_at(const looks *l, const dom_node *node) {
    unsigned effects = css_effects(l->styles, node);
    if (effects & CSS_EFFECT_CONTENT)
        for (unsigned p = CSS_PSEUDO_BEFORE; p < CSS_PSEUDO_COUNT; p++)
            if (css_has_pseudo(l->styles, node, (css_pseudo)p))
                look_at_generated(l, node, (css_pseudo)p);
    if (effects & CSS_EFFECT_LETTERS)
        look_at_letters(l, node);
    if (node->tag == DOM_TAG_LI)
        look_at_marks(l, node);
    const css_declaration *beside = effects & CSS_EFFECT_LAYOUT ? layout_of(l->styles, node) : NULL;
    if (beside)
        *(express_layout *)vector_push(l->layouts) = (express_layout){node, beside};
}

/* Whether a finding of the rules speaks of the element's line already. */
static bool is_reported(const findings *found, uint32_t line) {
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *f = vector_at(&found->items, i);
        if (f->line == line && f->code == FINDING_ROW_NOT_CARDS)
            return true;
    }
    return false;
}

void express_report_layouts(const looks *l, const dom_node *body) {
    for (size_t i = 0; i < l->layouts->count; i++) {
        const express_layout *one = vector_at(l->layouts, i);
        const dom_node *at = one->node;
        while (at && at != body)
            at = at->parent;
        if (at && !is_reported(l->found, one->node->line))
            report(l, FINDING_LAYOUT, one->node, "", one->declaration);
    }
}
