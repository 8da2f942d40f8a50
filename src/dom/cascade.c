/* The cascade: which rules hold for an element, and what its properties compute to (CSS Cascade 4).
 *
 * Comes in: shared sheets, a page's tree. Goes out: computed values. Elements with the same tag, class, id,
 * style and hints in a parent of the same style share theirs, unless a rule asks for more than these (its
 * place among siblings, other attributes); so a page costs a few dozen of matchings, however long it is.
 */
#include "css_private.h"

#include <math.h>
#include <stdlib.h>

#define VAR_DEPTH_MAX 16
#define VAR_LENGTH_MAX 65536
#define KEYED_ATTRIBUTES                                                                                     \
    "align valign width height type start value bgcolor border hidden nowrap dir face size color "           \
    "cellpadding"

typedef struct custom {
    slice name;
    const css_declaration *declaration;
} custom;

/* The declarations that hold for one element or pseudo-element, by property. */
typedef struct winners {
    const css_declaration **items; /* NULL: none for the property */
    custom *customs;
    uint32_t custom_count;
    bool *lost;      /* by property: what holds is gone with the page */
    slice *computed; /* by property; NULL until one is asked for; data NULL: not asked yet */
} winners;

typedef struct style {
    uint32_t parent; /* number of the parent's; 0: of none */
    const dom_node *node;
    dom_tag tag;
    unsigned effects;
    winners *parts[CSS_PSEUDO_COUNT]; /* NULL but for the element: no rule */
    /* the key */
    slice key;
    uint64_t hash;
    uint32_t next; /* with the same hash; 0: none */
} style;

typedef struct class_effect {
    slice name;
    unsigned effects;
} class_effect;

struct css_cascade {
    const css_sheets *sheets, *own; /* own: the page's; NULL: none */
    dom_node *root;
    arena *arena;
    dom_matcher *matcher; /* NULL until something is asked */
    vector styles;        /* of style*; [0] is nobody's */
    uint32_t *slots;      /* by hash: numbers of styles */
    size_t slot_mask;
    bool settled;
    uint32_t root_style;
    double root_font_size;
    class_effect *classes; /* open addressing */
    size_t class_mask, class_count;
    /* while one element is matched */
    vector held; /* of held */
    struct best *best[CSS_PSEUDO_COUNT];
};

typedef struct held {
    const css_match *match;
} held;

/* The declaration that is ahead for a property, so far. */
typedef struct best {
    const css_declaration *declaration, *agent;
    uint64_t rank, agent_rank;
    bool lost;
} best;

css_cascade *css_cascade_new(const css_sheets *sheets, dom_node *root, arena *a) {
    css_cascade *c = arena_zeroed(a, sizeof *c);
    c->sheets = sheets;
    c->root = root;
    c->arena = a;
    return c;
}

bool css_cascade_exhausted(const css_cascade *c) {
    return c->matcher && dom_matcher_exhausted(c->matcher);
}

/* ---- starting -------------------------------------------------------------------------------------------
 */

static void read_own_sheets(css_cascade *c) {
    css_sheets *own = NULL;
    for (const dom_node *at = c->root; at; at = dom_next(at, c->root)) {
        const dom_node *text = at->tag == DOM_TAG_STYLE ? at->first_child : NULL;
        if (!text)
            continue;
        const slice *media = dom_attribute_get(at, SLICE("media")),
                    *type = dom_attribute_get(at, SLICE("type"));
        if (type && slice_trim(*type).length && !slice_equal_nocase(slice_trim(*type), SLICE("text/css")))
            continue;
        if (media && !css_media_matches(*media, c->sheets->viewport_width))
            continue;
        if (!own) {
            own = css_sheets_new_empty(c->arena, c->sheets->viewport_width);
            own->first_order = (uint32_t)c->sheets->matches.count;
        }
        css_sheets_add_style(own, text->text, text->line);
    }
    c->own = own;
}

static uint32_t match_element(css_cascade *c, const dom_node *node, uint32_t parent);
static slice computed(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property);
static double font_size_of(css_cascade *c, uint32_t number, css_pseudo pseudo);

static style *style_at(const css_cascade *c, uint32_t number) {
    return *(style **)vector_at(&c->styles, number);
}

static void start(css_cascade *c) {
    if (c->matcher)
        return;
    if (!c->sheets)
        c->sheets = css_sheets_new(c->arena, 0);
    read_own_sheets(c);
    c->matcher = dom_matcher_new(c->root, c->arena);
    selector_set_surroundings(c->matcher, c->sheets->surroundings);
    c->styles = vector_new(c->arena, sizeof(style *));
    *(style **)vector_push(&c->styles) = NULL;
    c->held = vector_new(c->arena, sizeof(held));
    c->slot_mask = 255;
    c->slots = arena_zeroed(c->arena, (c->slot_mask + 1) * sizeof *c->slots);
    c->root_font_size = 16;
    const dom_node *chain[64];
    size_t count = 0;
    for (const dom_node *at = c->sheets->surroundings; at && count < 64; at = at->parent)
        chain[count++] = at;
    while (count--) {
        bool top = !c->root_style;
        c->root_style = match_element(c, chain[count], c->root_style);
        if (top)
            c->root_font_size = font_size_of(c, c->root_style, CSS_PSEUDO_NONE);
    }
    c->root->style = c->root_style;
}

/* ---- which rules hold -------------------------------------------------------------------------------------
 */

static void try_bucket(css_cascade *c, const css_sheets *s, const css_bucket *b, const dom_node *node,
                       bool *structural) {
    for (uint32_t i = 0; b && i < b->count; i++) {
        const css_match *m = vector_at(&s->matches, b->matches[i]);
        *structural = *structural || m->structural;
        if (selector_matches_complex(c->matcher, m->selector, node))
            *(held *)vector_push(&c->held) = (held){m};
    }
}

static void gather_matches(css_cascade *c, const css_sheets *s, const dom_node *node, bool *structural) {
    const slice *id = dom_attribute_get(node, SLICE("id")),
                *classes = dom_attribute_get(node, SLICE("class"));
    if (id && s->ids.count)
        try_bucket(c, s, css_names_find(&s->ids, *id), node, structural);
    size_t at = 0;
    for (slice name; classes && s->classes.count && (name = slice_next_word(*classes, &at)).length;)
        try_bucket(c, s, css_names_find(&s->classes, name), node, structural);
    if (node->tag < DOM_TAG_COUNT)
        try_bucket(c, s, &s->tags[node->tag], node, structural);
    try_bucket(c, s, &s->any, node, structural);
}

/* Higher wins: importance and origin, style attributes, specificity, order. */
static uint64_t rank_of(css_origin origin, bool important, bool attribute, uint32_t specificity,
                        uint32_t order) {
    bool agent = origin == CSS_ORIGIN_AGENT;
    uint64_t level = important ? (agent ? 3 : 2) : (agent ? 0 : 1);
    uint64_t weight = specificity > 0x1FFFFFFF ? 0x1FFFFFFF : specificity;
    return level << 62 | (uint64_t)attribute << 61 | weight << 32 | order;
}

/* A block of declarations with what decides about its rank. */
typedef struct weight {
    css_origin origin;
    bool attribute, lost;
    uint32_t specificity, order;
} weight;

static void weigh(css_cascade *c, css_pseudo pseudo, const css_block *block, const weight *w,
                  vector *customs) {
    best *all = c->best[pseudo];
    if (!all)
        all = c->best[pseudo] = arena_zeroed(c->arena, CSS_PROPERTY_COUNT * sizeof *all);
    selector_pay(c->matcher, block->declarations.count);
    for (size_t i = 0; i < block->declarations.count; i++) {
        const css_declaration *d = vector_at(&block->declarations, i);
        uint64_t rank = rank_of(w->origin, d->important, w->attribute, w->specificity, w->order) + 1;
        if (d->property == CSS_CUSTOM) {
            *(const css_declaration **)vector_push(customs) = d;
            continue;
        }
        best *b = &all[d->property];
        if (w->origin == CSS_ORIGIN_AGENT && rank >= b->agent_rank) {
            b->agent = d;
            b->agent_rank = rank;
        }
        if (rank >= b->rank) {
            b->declaration = d;
            b->rank = rank;
            b->lost = w->lost;
        }
    }
}

static winners *take_winners(css_cascade *c, css_pseudo pseudo) {
    best *all = c->best[pseudo];
    winners *w = arena_zeroed(c->arena, sizeof *w);
    w->items = arena_zeroed(c->arena, CSS_PROPERTY_COUNT * sizeof *w->items);
    w->lost = arena_zeroed(c->arena, CSS_PROPERTY_COUNT * sizeof *w->lost);
    for (unsigned p = 0; all && p < CSS_PROPERTY_COUNT; p++) {
        const css_declaration *d = all[p].declaration;
        w->lost[p] = all[p].lost;
        bool reverts = d && !d->has_var && css_is_among(d->value, "revert revert-layer");
        w->items[p] = reverts ? all[p].agent : d;
    }
    if (all)
        memset(all, 0, CSS_PROPERTY_COUNT * sizeof *all);
    return w;
}

/* ---- attributes that stand for styles (WHATWG HTML §15)
 * ----------------------------------------------------- */

static slice attribute_of(const dom_node *node, const char *name) {
    const slice *value = dom_attribute_get(node, slice_of(name));
    return value ? slice_trim(*value) : (slice){NULL, 0};
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
    slice type = attribute_of(node, "type");
    for (size_t i = 0; type.length && i < sizeof TYPES / sizeof *TYPES; i++) {
        slice known = slice_of(TYPES[i].value);
        bool same = TYPES[i].exact ? slice_equal(type, known) : slice_equal_nocase(type, known);
        bool applies = node->tag == DOM_TAG_LI || (node->tag == DOM_TAG_OL) == TYPES[i].ordered;
        if (same && applies)
            hint(g, CSS_LIST_STYLE_TYPE, slice_of(TYPES[i].style));
    }
}

static void hint_alignment(css_gathering *g, const dom_node *node) {
    slice align = attribute_of(node, "align");
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
        bool bare = node->tag == DOM_TAG_P || (node->name.length == 2 && node->name.data[0] == 'h');
        hint(g, CSS_TEXT_ALIGN,
             css_is_among(align, "justify")         ? SLICE("justify")
             : css_is_among(align, "center middle") ? (bare ? SLICE("center") : SLICE("-webkit-center"))
             : css_is_among(align, "left")          ? (bare ? SLICE("left") : SLICE("-webkit-left"))
                                                    : (bare ? SLICE("right") : SLICE("-webkit-right")));
    }
}

static void hint_sizes(css_gathering *g, const dom_node *node, arena *a) {
    static const char SIZED[] = "img iframe table td th col video canvas object embed hr colgroup input";
    if (!css_is_among(node->name, SIZED))
        return;
    hint(g, CSS_WIDTH, dimension_hint(attribute_of(node, "width"), a));
    if (node->tag != DOM_TAG_HR && node->tag != DOM_TAG_COL && node->tag != DOM_TAG_COLGROUP)
        hint(g, CSS_HEIGHT, dimension_hint(attribute_of(node, "height"), a));
}

static bool in_table_with_border(const dom_node *cell) {
    const dom_node *table = cell;
    for (unsigned up = 0; table && table->tag != DOM_TAG_TABLE && up < 4; up++)
        table = table->parent;
    slice border = table && table->tag == DOM_TAG_TABLE ? attribute_of(table, "border") : (slice){NULL, 0};
    return border.length && border.data[0] != '0';
}

static css_block hints_of(const dom_node *node, arena *a) {
    css_gathering g;
    css_gather_start(&g, a);
    g.next.line = node->line;
    g.next.is_hint = true;
    if (node->tag == DOM_TAG_OL || node->tag == DOM_TAG_UL || node->tag == DOM_TAG_LI)
        hint_list_type(&g, node);
    hint_alignment(&g, node);
    hint_sizes(&g, node, a);
    if (css_is_among(node->name, "td th tr tbody thead tfoot")) {
        slice valign = attribute_of(node, "valign");
        if (css_is_among(valign, "top middle bottom baseline"))
            hint(&g, CSS_VERTICAL_ALIGN, valign);
        if (dom_attribute_get(node, SLICE("nowrap")))
            hint(&g, CSS_WHITE_SPACE, SLICE("nowrap"));
    }
    if (css_is_among(node->name, "table tr td th tbody thead tfoot"))
        hint(&g, CSS_BACKGROUND_COLOR, attribute_of(node, "bgcolor"));
    if (css_is_among(node->name, "td th") && in_table_with_border(node))
        css_gather(&g, SLICE("border"), SLICE("1px inset"));
    if (css_is_among(node->name, "font")) {
        static const char *const SIZES[] = {"x-small", "small",    "medium",   "large",
                                            "x-large", "xx-large", "xxx-large"};
        slice size = attribute_of(node, "size");
        hint(&g, CSS_COLOR, attribute_of(node, "color"));
        hint(&g, CSS_FONT_FAMILY, attribute_of(node, "face"));
        if (size.length == 1 && size.data[0] >= '1' && size.data[0] <= '7')
            hint(&g, CSS_FONT_SIZE, slice_of(SIZES[size.data[0] - '1']));
    }
    if (css_is_among(attribute_of(node, "dir"), "ltr rtl"))
        hint(&g, CSS_DIRECTION, attribute_of(node, "dir"));
    return g.block;
}

/* ---- sharing
 * ------------------------------------------------------------------------------------------------ */

static bool is_keyed(slice name) {
    return slice_equal(name, SLICE("class")) || slice_equal(name, SLICE("id")) ||
           slice_equal(name, SLICE("style")) || css_is_among(name, KEYED_ATTRIBUTES);
}

/* All that decides about the element's style, but for rules that ask for more. */
/* Whether it is the first or the last element of its parent, which rules often ask. What has very many
 * comments beside it has a place of its own. */
static void append_place(buffer *key, const dom_node *node) {
    enum { SIBLINGS_LOOKED_AT = 32 };
    const dom_node *before = node->previous, *after = node->next;
    size_t looked = 0;
    for (; before && before->type != DOM_ELEMENT && looked < SIBLINGS_LOOKED_AT; looked++)
        before = before->previous;
    for (; after && after->type != DOM_ELEMENT && looked < SIBLINGS_LOOKED_AT; looked++)
        after = after->next;
    if (looked == SIBLINGS_LOOKED_AT)
        buffer_append(key, (slice){(const char *)&node, sizeof node});
    buffer_append_char(key, before ? 'm' : 'f');
    buffer_append_char(key, after ? 'm' : 'l');
}

static slice key_of(css_cascade *c, const dom_node *node, uint32_t parent, uint64_t *hash) {
    buffer key = buffer_new(c->arena, 64);
    const uint32_t numbers[] = {parent, node->tag};
    buffer_append(&key, (slice){(const char *)numbers, sizeof numbers});
    append_place(&key, node);
    if (node->tag == DOM_TAG_UNKNOWN)
        buffer_append(&key, node->name);
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        const dom_attribute *at = &node->attributes[i];
        if (!is_keyed(at->name))
            continue;
        buffer_append_char(&key, '\0');
        buffer_append(&key, at->name);
        buffer_append_char(&key, '=');
        buffer_append(&key, at->value);
    }
    if (css_is_among(node->name, "td th") && in_table_with_border(node))
        buffer_append(&key, SLICE("\0border"));
    slice text = buffer_slice(&key);
    *hash = slice_hash(text);
    return text;
}

static uint32_t find_shared(const css_cascade *c, slice key, uint64_t hash) {
    uint32_t at = c->slots[hash & c->slot_mask];
    while (at && !(style_at(c, at)->hash == hash && slice_equal(style_at(c, at)->key, key)))
        at = style_at(c, at)->next;
    return at;
}

static void add_shared(css_cascade *c, uint32_t number) {
    if (c->styles.count > c->slot_mask) {
        c->slot_mask = c->slot_mask * 2 + 1;
        c->slots = arena_zeroed(c->arena, (c->slot_mask + 1) * sizeof *c->slots);
        for (uint32_t i = 1; i < number; i++) {
            style *s = style_at(c, i);
            if (!s->key.length)
                continue;
            s->next = c->slots[s->hash & c->slot_mask];
            c->slots[s->hash & c->slot_mask] = i;
        }
    }
    style *s = style_at(c, number);
    s->next = c->slots[s->hash & c->slot_mask];
    c->slots[s->hash & c->slot_mask] = number;
}

/* ---- classes that do something
 * ------------------------------------------------------------------------------- */

static class_effect *class_slot(const css_cascade *c, slice name) {
    size_t at = (size_t)slice_hash(name) & c->class_mask;
    while (c->classes[at].name.data && !slice_equal(c->classes[at].name, name))
        at = (at + 1) & c->class_mask;
    return &c->classes[at];
}

static void note_class(css_cascade *c, slice name, unsigned effects) {
    if (c->class_count * 2 >= c->class_mask) {
        class_effect *old = c->classes;
        size_t old_mask = c->class_mask;
        c->class_mask = old ? old_mask * 2 + 1 : 63;
        c->classes = arena_zeroed(c->arena, (c->class_mask + 1) * sizeof *c->classes);
        for (size_t i = 0; old && i <= old_mask; i++)
            if (old[i].name.data)
                *class_slot(c, old[i].name) = old[i];
    }
    class_effect *slot = class_slot(c, name);
    c->class_count += !slot->name.data;
    slot->name = name;
    slot->effects |= effects;
}

unsigned css_class_effects(css_cascade *c, slice name) {
    css_cascade_settle(c);
    return c->classes ? class_slot(c, name)->effects : 0;
}

/* ---- matching one element
 * -------------------------------------------------------------------------------------- */

static void settle_customs(css_cascade *c, winners *w, const vector *customs) {
    w->customs = arena_alloc(c->arena, customs->count * sizeof *w->customs);
    w->custom_count = (uint32_t)customs->count;
    for (size_t i = 0; i < customs->count; i++) {
        const css_declaration *d = *(const css_declaration **)vector_at(customs, i);
        w->customs[i] = (custom){d->name, d};
    }
}

static int compare_held(const void *one, const void *other) {
    const css_match *a = ((const held *)one)->match, *b = ((const held *)other)->match;
    bool agent_a = a->origin == CSS_ORIGIN_AGENT, agent_b = b->origin == CSS_ORIGIN_AGENT;
    if (agent_a != agent_b)
        return agent_a ? -1 : 1;
    if (a->specificity != b->specificity)
        return a->specificity < b->specificity ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Whether the rule is gone with the page: the new one's elements have no classes, ids and such. */
static bool is_lost(const css_cascade *c, const css_match *m, const dom_node *node) {
    if (m->origin == CSS_ORIGIN_AGENT || m->origin == CSS_ORIGIN_PAGE)
        return m->origin == CSS_ORIGIN_PAGE;
    return m->names && !selector_matches_bare(c->matcher, m->selector, node);
}

static void weigh_rules(css_cascade *c, const dom_node *node, css_pseudo pseudo, vector *customs) {
    for (size_t i = 0; i < c->held.count; i++) {
        const css_match *m = ((held *)vector_at(&c->held, i))->match;
        if (m->pseudo != pseudo)
            continue;
        weigh(c, pseudo, m->block, &(weight){m->origin, false, is_lost(c, m, node), m->specificity, m->order},
              customs);
        for (uint32_t k = 0; k < m->class_count; k++)
            note_class(c, m->classes[k], m->block->effects);
    }
}

/* What the winning declarations of rules that are lost change. */
static unsigned effects_of(const winners *w) {
    unsigned effects = 0;
    for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++) {
        const css_declaration *d = w->items[p];
        if (!d || !d->rule || !w->lost[p])
            continue;
        effects |= css_property_effect((css_property)p);
        if (p == CSS_DISPLAY && css_is_among(d->value, "none"))
            effects |= CSS_EFFECT_HIDING;
    }
    return effects;
}

static bool pseudo_is_held(const css_cascade *c, css_pseudo pseudo) {
    for (size_t i = 0; i < c->held.count; i++)
        if (((held *)vector_at(&c->held, i))->match->pseudo == pseudo)
            return true;
    return false;
}

static uint32_t new_style(css_cascade *c, const dom_node *node, uint32_t parent) {
    style *s = arena_zeroed(c->arena, sizeof *s);
    *(style **)vector_push(&c->styles) = s;
    s->parent = parent;
    s->node = node;
    s->tag = (dom_tag)node->tag;
    vector customs = vector_new(c->arena, sizeof(const css_declaration *));
    qsort(c->held.items, c->held.count, sizeof(held), compare_held);
    css_block *hints = arena_alloc(c->arena, sizeof *hints);
    *hints = hints_of(node, c->arena);
    weigh_rules(c, node, CSS_PSEUDO_NONE, &customs);
    weigh(c, CSS_PSEUDO_NONE, hints, &(weight){CSS_ORIGIN_PAGE, false, true, 0, 0}, &customs);
    const slice *attribute = dom_attribute_get(node, SLICE("style"));
    if (attribute) {
        css_block *inline_block = arena_alloc(c->arena, sizeof *inline_block);
        *inline_block = css_read_block(*attribute, c->arena);
        for (size_t i = 0; i < inline_block->declarations.count; i++)
            ((css_declaration *)vector_at(&inline_block->declarations, i))->line = node->line;
        weigh(c, CSS_PSEUDO_NONE, inline_block, &(weight){CSS_ORIGIN_PAGE, true, true, 0, 0}, &customs);
    }
    s->parts[CSS_PSEUDO_NONE] = take_winners(c, CSS_PSEUDO_NONE);
    settle_customs(c, s->parts[CSS_PSEUDO_NONE], &customs);
    s->effects = effects_of(s->parts[CSS_PSEUDO_NONE]);
    for (unsigned p = CSS_PSEUDO_BEFORE; p < CSS_PSEUDO_COUNT; p++) {
        if (!pseudo_is_held(c, (css_pseudo)p))
            continue;
        vector own = vector_new(c->arena, sizeof(const css_declaration *));
        weigh_rules(c, node, (css_pseudo)p, &own);
        s->parts[p] = take_winners(c, (css_pseudo)p);
        settle_customs(c, s->parts[p], &own);
        s->effects |= effects_of(s->parts[p]);
    }
    return (uint32_t)c->styles.count - 1;
}

static uint32_t match_element(css_cascade *c, const dom_node *node, uint32_t parent) {
    uint64_t hash;
    slice key = key_of(c, node, parent, &hash);
    uint32_t shared = find_shared(c, key, hash);
    if (shared)
        return shared;
    bool structural = false;
    c->held.count = 0;
    gather_matches(c, c->sheets, node, &structural);
    if (c->own)
        gather_matches(c, c->own, node, &structural);
    uint32_t number = new_style(c, node, parent);
    if (!structural) {
        style *s = style_at(c, number);
        s->key = key;
        s->hash = hash;
        add_shared(c, number);
    }
    return number;
}

/* The number of the node's style, matching it and what it is in where that has not been done. */
static uint32_t style_of(css_cascade *c, const dom_node *node) {
    start(c);
    while (node && node->type != DOM_ELEMENT)
        node = node->parent;
    if (!node)
        return c->root_style;
    if (node->style)
        return node->style;
    vector unknown = vector_new(c->arena, sizeof(dom_node *));
    uint32_t number = c->root_style;
    for (const dom_node *at = node; at && at != c->root; at = at->parent) {
        if (at->style) {
            number = at->style;
            break;
        }
        *(const dom_node **)vector_push(&unknown) = at;
    }
    while (unknown.count) {
        dom_node *at = *(dom_node **)vector_last(&unknown);
        vector_pop(&unknown);
        number = at->style = match_element(c, at, number);
    }
    return number;
}

void css_cascade_settle(css_cascade *c) {
    if (c->settled)
        return;
    start(c);
    c->settled = true;
    for (dom_node *at = dom_next(c->root, c->root); at; at = dom_next(at, c->root))
        if (at->type == DOM_ELEMENT && !at->style)
            at->style = match_element(c, at, at->parent->style);
}

/* ---- values
 * ------------------------------------------------------------------------------------------------------ */

static slice lower_copy(slice s, arena *a) {
    size_t i = 0;
    while (i < s.length && !(s.data[i] >= 'A' && s.data[i] <= 'Z'))
        i++;
    if (i == s.length)
        return s;
    char *copy = arena_alloc(a, s.length);
    for (i = 0; i < s.length; i++)
        copy[i] = to_lower(s.data[i]);
    return (slice){copy, s.length};
}

/* The declaration of a custom property that the element has or inherits. */
static const css_declaration *find_custom(const css_cascade *c, uint32_t number, css_pseudo pseudo,
                                          slice name) {
    while (number) {
        const style *s = style_at(c, number);
        const winners *w = s->parts[pseudo];
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
    if (depth > VAR_DEPTH_MAX)
        return false;
    css_reader r = {.text = value, .arena = c->arena};
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;) {
        if (out->length > VAR_LENGTH_MAX)
            return false;
        selector_pay(c->matcher, 1);
        if (t.kind != CSS_TOKEN_FUNCTION || !css_is_among(t.value, "var")) {
            buffer_append(out, t.text);
            continue;
        }
        size_t from = r.at;
        bool closed = css_skip_block(&r, '(');
        slice inside = slice_sub(value, from, closed ? r.at - 1 : r.at);
        css_reader in = {.text = inside, .arena = c->arena};
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
    return !dom_matcher_exhausted(c->matcher);
}

/* The value as declared, var() resolved, shorthands taken apart; empty: as if not declared. */
static slice declared(css_cascade *c, uint32_t number, css_pseudo pseudo, const css_declaration *d) {
    if (!d || !d->has_var)
        return d ? d->value : (slice){NULL, 0};
    buffer out = buffer_new(c->arena, 64);
    if (!substitute(c, number, pseudo, d->value, 0, &out))
        return (slice){NULL, 0};
    slice value = slice_trim(buffer_slice(&out));
    if (!d->shorthand || css_is_wide_keyword(value))
        return css_is_valid(d->property, value) ? value : (slice){NULL, 0};
    css_gathering *g = arena_alloc(c->arena, sizeof *g);
    css_gather_start(g, c->arena);
    if (!css_expand_shorthand(g, d->shorthand, value) || !g->at[d->property])
        return (slice){NULL, 0};
    return ((css_declaration *)vector_at(&g->block.declarations, g->at[d->property] - 1))->value;
}

static slice inherited(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property) {
    if (pseudo != CSS_PSEUDO_NONE)
        return computed(c, number, CSS_PSEUDO_NONE, property);
    uint32_t parent = style_at(c, number)->parent;
    return parent ? computed(c, parent, CSS_PSEUDO_NONE, property) : css_initial(property);
}

static slice px_slice(css_cascade *c, double px) {
    double rounded = floor(px * 10000 + 0.5) / 10000;
    if (rounded == floor(rounded) && rounded >= 0 && rounded < 100000) { /* most are: without the printf */
        char digits[8], *at = digits + sizeof digits;
        unsigned whole = (unsigned)rounded;
        *--at = 'x';
        *--at = 'p';
        do
            *--at = (char)('0' + whole % 10);
        while ((whole /= 10) > 0);
        return slice_copy((slice){at, (size_t)(digits + sizeof digits - at)}, c->arena);
    }
    return format_slice(c->arena, "%.10gpx", rounded == 0 ? 0.0 : rounded);
}

static double number_of(slice px) {
    css_reader r = {.text = px};
    return css_next_token(&r).number;
}

static css_units units_of(css_cascade *c, double em) {
    return (css_units){em, c->root_font_size, c->sheets->viewport_width, CSS_VIEWPORT_HEIGHT, -1};
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
            return px_slice(c, SIZES[i].px);
    slice outer = inherited(c, number, pseudo, CSS_FONT_SIZE);
    double parent = outer.length && is_digit(outer.data[0]) ? number_of(outer) : 16, px;
    if (css_is_among(value, "smaller"))
        return px_slice(c, parent / 1.2);
    if (css_is_among(value, "larger"))
        return px_slice(c, parent * 1.2);
    css_units units = units_of(c, parent);
    units.percent_of = parent;
    return css_evaluate_length(value, &units, &px) && px >= 0 ? px_slice(c, px) : px_slice(c, parent);
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
        return outer < 350   ? SLICE("400")
               : outer < 550 ? SLICE("700")
               : outer < 900 ? SLICE("900")
                             : SLICE("900");
    return outer < 100   ? SLICE("100")
           : outer < 550 ? SLICE("100")
           : outer < 750 ? SLICE("400")
                         : SLICE("700");
}

static double font_size_of(css_cascade *c, uint32_t number, css_pseudo pseudo) {
    return number_of(computed(c, number, pseudo, CSS_FONT_SIZE));
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
    bool blocks = !css_is_among(computed(c, number, pseudo, CSS_FLOAT), "none") ||
                  css_is_among(computed(c, number, pseudo, CSS_POSITION), "absolute fixed");
    uint32_t around = pseudo == CSS_PSEUDO_NONE ? style_at(c, number)->parent : number;
    while (!blocks && around) {
        slice outer = computed(c, around, CSS_PSEUDO_NONE, CSS_DISPLAY);
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
    if (css_is_among(computed(c, number, pseudo, drawn), "none hidden"))
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

static slice compute(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property, slice value) {
    switch (property) {
    case CSS_FONT_SIZE:
        return compute_font_size(c, number, pseudo, value);
    case CSS_FONT_WEIGHT:
        return compute_font_weight(c, number, pseudo, value);
    case CSS_DISPLAY:
        return compute_display(c, number, pseudo, lower_copy(value, c->arena));
    case CSS_TEXT_ALIGN:
        return compute_text_align(c, number, pseudo, lower_copy(value, c->arena));
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
        value = lower_copy(value, c->arena);
    }
    if (is_border_width(property))
        value = compute_border_width(c, number, pseudo, property, value);
    css_reader r = {.text = value};
    css_token t = css_next_token(&r);
    bool alone = r.at == value.length;
    if (alone && t.kind == CSS_TOKEN_IDENT)
        return lower_copy(value, c->arena);
    bool zero = t.kind == CSS_TOKEN_NUMBER && t.number == 0 && css_is_valid(property, SLICE("1px")) &&
                !css_is_valid(property, SLICE("2"));
    double px;
    if (!alone || !(t.kind == CSS_TOKEN_DIMENSION || zero))
        return value;
    css_units units = units_of(c, font_size_of(c, number, pseudo));
    return css_evaluate_length(value, &units, &px) ? px_slice(c, px) : value;
}

/* Most initial values are computed values as they are written. */
static bool initial_is_computed(css_property property) {
    return property != CSS_FONT_SIZE && property != CSS_FONT_WEIGHT && property != CSS_DISPLAY &&
           property != CSS_TEXT_ALIGN && !is_border_width(property);
}

static slice computed(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property) {
    style *s = style_at(c, number);
    winners *w = s->parts[pseudo];
    if (!w) /* a pseudo-element without rules */
        return css_is_inherited(property) ? computed(c, number, CSS_PSEUDO_NONE, property)
               : property == CSS_DISPLAY && pseudo != CSS_PSEUDO_MARKER ? SLICE("inline")
                                                                        : css_initial(property);
    if (!w->computed)
        w->computed = arena_zeroed(c->arena, CSS_PROPERTY_COUNT * sizeof *w->computed);
    if (w->computed[property].data)
        return w->computed[property];
    slice value = declared(c, number, pseudo, w->items[property]);
    bool inherits = css_is_inherited(property), as_initial = false;
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
    w->computed[property] = value;
    return value;
}

slice css_computed(css_cascade *c, const dom_node *node, css_property property) {
    uint32_t number = style_of(c, node);
    return computed(c, number, CSS_PSEUDO_NONE, property);
}

bool css_computed_is(css_cascade *c, const dom_node *node, css_property property, const char *words) {
    return css_is_among(css_computed(c, node, property), words);
}

bool css_has_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo) {
    uint32_t number = style_of(c, node);
    return style_at(c, number)->parts[pseudo] != NULL;
}

slice css_computed_pseudo(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property) {
    uint32_t number = style_of(c, node);
    return computed(c, number, pseudo, property);
}

bool css_length_of(css_cascade *c, const dom_node *node, slice value, double percent_of, double *px) {
    uint32_t number = style_of(c, node);
    css_units units = units_of(c, font_size_of(c, number, CSS_PSEUDO_NONE));
    units.percent_of = percent_of;
    return css_evaluate_length(value, &units, px);
}

/* "12px" as computed values are written mostly. */
static bool read_pixels(slice value, double *px) {
    size_t end = value.length > 2 ? value.length - 2 : 0;
    if (!end || end > 6 || value.data[end] != 'p' || value.data[end + 1] != 'x')
        return false;
    unsigned whole = 0;
    for (size_t i = 0; i < end; i++) {
        if (!is_digit(value.data[i]))
            return false;
        whole = whole * 10 + (unsigned)(value.data[i] - '0');
    }
    *px = whole;
    return true;
}

bool css_length(css_cascade *c, const dom_node *node, css_property property, double percent_of, double *px) {
    slice value = css_computed(c, node, property);
    bool keyword = value.length && is_alpha(value.data[0]) && value.data[value.length - 1] != ')';
    if (keyword) /* auto, none, normal */
        return false;
    return read_pixels(value, px) || css_length_of(c, node, value, percent_of, px);
}

const css_declaration *css_winner(css_cascade *c, const dom_node *node, css_pseudo pseudo,
                                  css_property property) {
    uint32_t number = style_of(c, node);
    const winners *w = style_at(c, number)->parts[pseudo];
    return w ? w->items[property] : NULL;
}

bool css_is_lost(css_cascade *c, const dom_node *node, css_pseudo pseudo, css_property property) {
    uint32_t number = style_of(c, node);
    const winners *w = style_at(c, number)->parts[pseudo];
    return w && w->items[property] && w->lost[property];
}

bool css_knows_site(const css_cascade *c) {
    return c->sheets && c->sheets->has_site;
}

css_place css_place_of(const css_declaration *d) {
    if (!d->rule)
        return (css_place){CSS_ORIGIN_PAGE, {NULL, 0}, d->line};
    return (css_place){d->rule->origin, d->rule->file, d->line};
}

unsigned css_effects(css_cascade *c, const dom_node *node) {
    uint32_t number = style_of(c, node);
    return style_at(c, number)->effects;
}
