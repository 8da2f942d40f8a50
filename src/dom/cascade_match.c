/* Which rules hold for an element (CSS Cascade 4).
 *
 * Comes in: shared sheets, a page's tree. Goes out: a style for each element, which says which declaration
 * holds for each property. Elements with the same tag, attributes that matter and place in a parent of the
 * same style share theirs, unless a rule asks for more than these; so a page costs a few dozen of matchings,
 * however long it is. Styles go from page to page, in a cache, but those of elements that a page's own sheets
 * speak of, and of what is in these.
 */
#include "cascade.h"

#include <stdlib.h>

#define CACHED_STYLES_MAX 4096 /* up to some 2 KiB each */
#define CACHED_A_PAGE 512      /* new ones: a page's memory has a limit, the cache's has none */
#define CACHED_VALUE_MAX 256   /* bytes of an attribute */
#define STEPS_OF_MATCH 16      /* to sort and weigh a rule that holds */

enum { PLACE_NOT_FIRST = 1, PLACE_NOT_LAST = 2, PLACE_LINK = 4, PLACE_OTHER_WINDOW = 8 };

/* How a key begins; behind it stand the names and attributes that matter, mostly none. */
typedef struct key_head {
    uint32_t parent; /* style.as_parent of its style */
    uint16_t tag, place;
} key_head;

/* ---- sets of styles ------------------------------------------------------------------------------------ */

static void start_set(style_set *set, arena *a) {
    set->arena = a;
    set->shared = map_new(a, 0);
    set->styles = vector_new(a, sizeof(style *));
    *(style **)vector_push(&set->styles) = NULL;
}

/* ---- starting ------------------------------------------------------------------------------------------ */

css_style_cache *css_style_cache_new(const css_sheets *sheets) {
    css_style_cache *cache = calloc(1, sizeof *cache);
    arena *a = cache ? arena_create(0) : NULL;
    if (!a) {
        free(cache);
        return NULL;
    }
    cache->sheets = sheets;
    cache->set.arena = a;
    return cache;
}

void css_style_cache_free(css_style_cache *cache) {
    if (cache)
        arena_destroy(cache->set.arena);
    free(cache);
}

void css_style_cache_clear(css_style_cache *cache) {
    arena_reset(cache->set.arena);
    cache->set = (style_set){.arena = cache->set.arena};
}

arena *css_style_cache_arena(css_style_cache *cache) {
    return cache->set.arena;
}

static css_cascade *new_cascade(const css_sheets *sheets, css_style_cache *cache, dom_node *root, arena *a) {
    css_cascade *c = arena_zeroed(a, sizeof *c);
    c->sheets = sheets;
    c->cache = cache;
    c->root = root;
    c->arena = a;
    return c;
}

css_cascade *css_cascade_new(const css_sheets *sheets, dom_node *root, arena *a) {
    return new_cascade(sheets, NULL, root, a);
}

css_cascade *css_cascade_new_cached(css_style_cache *cache, dom_node *root, arena *a) {
    return new_cascade(cache->sheets, cache, root, a);
}

bool css_cascade_exhausted(const css_cascade *c) {
    return c->matcher && dom_matcher_exhausted(c->matcher);
}

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
        unsigned windows = media ? css_media_windows(c->sheets, *media) : CSS_WINDOWS_ALL;
        if (!windows)
            continue;
        if (!own) {
            own = css_sheets_new_like(c->sheets, c->arena);
            own->first_order = (uint32_t)c->sheets->matches.count;
        }
        css_sheets_add_style(own, dom_text(text), text->line, windows);
    }
    c->own = own;
}

dom_matcher *cascade_matcher(css_cascade *c) {
    if (!c->matcher) {
        c->matcher = dom_matcher_new(c->root, c->arena);
        selector_set_surroundings(c->matcher, c->sheets->surroundings);
    }
    return c->matcher;
}

static uint32_t match_element(css_cascade *c, const dom_node *node, uint32_t parent);

/* Of two cascades of a tree, for the first one. */
static void open_sets(css_cascade *c) {
    css_style_cache *cache = c->cache;
    c->local = arena_alloc(c->arena, sizeof *c->local);
    start_set(c->local, c->arena);
    if (cache && cache->set.styles.count > CACHED_STYLES_MAX)
        css_style_cache_clear(cache);
    if (cache && !cache->set.shared.arena)
        start_set(&cache->set, cache->set.arena);
}

void cascade_start(css_cascade *c) {
    if (c->started)
        return;
    c->started = true;
    if (!c->sheets)
        c->sheets = css_sheets_new(c->arena, 0, 0);
    if (!c->local) {
        read_own_sheets(c);
        open_sets(c);
    }
    c->number = c->cache ? ++c->cache->cascades : 1;
    c->used = vector_new(c->arena, sizeof(style *));
    c->held = vector_new(c->arena, sizeof(const css_match *));
    c->key = buffer_new(c->arena, 64);
    c->root_font_size = 16;
    const dom_node *chain[64];
    size_t count = 0;
    for (const dom_node *at = c->sheets->surroundings; at && count < 64; at = at->parent)
        chain[count++] = at;
    c->around = vector_new(c->arena, sizeof(dom_node));
    while (count--) {
        bool top = !c->root_style;
        c->root_style = match_element(c, chain[count], c->root_style);
        *(dom_node *)vector_push(&c->around) =
            (dom_node){.type = DOM_ELEMENT, .tag = chain[count]->tag, .style = c->root_style};
        if (top)
            c->root_font_size = cascade_font_size(c, c->root_style, CSS_PSEUDO_NONE);
    }
    c->root->style = c->root_style;
}

/* ---- which rules hold ---------------------------------------------------------------------------------- */

/* What is inside inherits it. */
static bool hands_down(css_property property) {
    return property == CSS_CUSTOM || css_is_inherited(property);
}

static void note_hanging(css_cascade *c, css_property property) {
    add_property(&c->hangs, property);
    c->hanging = hands_down(property) || c->hanging == HANGS_WITH_INNER ? HANGS_WITH_INNER : HANGS_ITSELF;
}

static void try_bucket(css_cascade *c, const css_sheets *s, const css_bucket *b, const dom_node *node,
                       bool *structural) {
    if (b && s == c->own) /* before it is tried: one class may be named very often */
        arena_pay(c->arena, b->count);
    else if (b)
        c->tried += b->count;
    for (uint32_t i = 0; b && i < b->count && !dom_matcher_exhausted(c->matcher); i++) {
        const css_match *m = vector_at(&s->matches, b->matches[i]);
        *structural = *structural || m->structural;
        if (!selector_matches_complex(c->matcher, m->selector, node))
            continue;
        if (m->windows & 1u << s->window)
            *(const css_match **)vector_push(&c->held) = m;
        for (size_t k = 0; m->windows != CSS_WINDOWS_ALL && k < m->block->declarations.count; k++)
            note_hanging(c, ((css_declaration *)vector_at(&m->block->declarations, k))->property);
    }
}

static void gather_matches(css_cascade *c, const css_sheets *s, const dom_node *node, bool *structural) {
    const slice *id = dom_attribute_get(node, SLICE("id")),
                *classes = dom_attribute_get(node, SLICE("class"));
    cascade_matcher(c);
    if (id)
        try_bucket(c, s, map_get(&s->ids, *id), node, structural);
    size_t at = 0;
    for (slice name; classes && s->classes.count && (name = slice_next_word(*classes, &at)).length;)
        try_bucket(c, s, map_get(&s->classes, name), node, structural);
    if (node->tag == DOM_TAG_UNKNOWN)
        try_bucket(c, s, map_get(&s->unknown_tags, dom_name(node)), node, structural);
    else
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
    contest *entries = &c->contests[pseudo];
    if (!entries->all) {
        entries->all = arena_alloc(c->arena, CSS_PROPERTY_COUNT * sizeof *entries->all);
        entries->has_entered = arena_zeroed(c->arena, CSS_PROPERTY_COUNT * sizeof *entries->has_entered);
        entries->entered = arena_alloc(c->arena, CSS_PROPERTY_COUNT * sizeof *entries->entered);
    }
    selector_pay(c->matcher, block->declarations.count);
    for (size_t i = 0; i < block->declarations.count; i++) {
        const css_declaration *d = vector_at(&block->declarations, i);
        uint64_t rank = rank_of(w->origin, d->important, w->attribute, w->specificity, w->order) + 1;
        if (d->hangs_on_window)
            note_hanging(c, d->property);
        if (d->property == CSS_CUSTOM) {
            *(const css_declaration **)vector_push(customs) = d;
            continue;
        }
        best *b = &entries->all[d->property];
        if (!entries->has_entered[d->property]) {
            entries->has_entered[d->property] = true;
            entries->entered[entries->entered_count++] = d->property;
            *b = (best){NULL, NULL, 0, 0, false};
        }
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

/* What a winning declaration of a rule that is lost changes. */
static unsigned effect_of(css_property property, const css_declaration *d) {
    bool hides = property == CSS_DISPLAY && css_is_among(d->value, "none");
    return css_property_effect(property) | (hides ? CSS_EFFECT_HIDING : 0);
}

/* Whether its value may be the parent's, though it is no property that is inherited by itself. */
static bool asks_parent(const css_declaration *d) {
    return !css_is_inherited(d->property) && (d->has_var || css_is_among(d->value, "inherit"));
}

/* What is in a flex box or grid is a block (compute_display): what is in that stands in a block either way.
 */
static void note_display_around(css_cascade *c, const winners *w) {
    const winner *one = winner_of(w, CSS_DISPLAY);
    slice value = one ? one->declaration->value : css_initial(CSS_DISPLAY);
    if (css_is_among(value, "contents"))
        note_hanging(c, CSS_DISPLAY);
    else if (!c->hanging && !css_is_among(value, "none block flow-root list-item flex grid table"))
        c->hanging = HANGS_ITSELF;
}

static winners *take_winners(css_cascade *c, css_pseudo pseudo, const vector *customs, arena *a,
                             unsigned *effects) {
    contest *entries = &c->contests[pseudo];
    winners *w = arena_zeroed(a, sizeof *w);
    w->items = arena_alloc(a, entries->entered_count * sizeof *w->items);
    uint8_t count = 0;
    for (size_t i = 0; i < entries->entered_count; i++) {
        css_property p = entries->entered[i];
        best *b = &entries->all[p];
        const css_declaration *d = b->declaration;
        bool reverts = !d->has_var && d->value.length && to_lower(d->value.data[0]) == 'r' &&
                       css_is_among(d->value, "revert revert-layer");
        d = reverts ? b->agent : d;
        if (d) {
            w->items[count++] = (winner){d, b->lost};
            w->loses = w->loses || b->lost;
            w->item_of[p] = count;
            if (c->outer_hangs && has_property(c->outer_hangs, p) && asks_parent(d))
                note_hanging(c, p);
        }
        if (d && d->rule && b->lost)
            *effects |= effect_of(p, d);
        entries->has_entered[p] = false;
    }
    entries->entered_count = 0;
    w->customs = arena_alloc(a, customs->count * sizeof *w->customs);
    w->custom_count = (uint32_t)customs->count;
    for (size_t i = 0; i < customs->count; i++) {
        const css_declaration *d = *(const css_declaration **)vector_at(customs, i);
        w->customs[i] = (custom){d->name, d};
    }
    return w;
}

/* ---- sharing ------------------------------------------------------------------------------------------- */

static void add_name(buffer *names, char kind, slice name) {
    buffer_append_char(names, '\0');
    buffer_append_char(names, kind);
    buffer_append(names, name);
}

/* Classes and ids that `sheets` ask for, and `besides` do not: others make no difference. */
static void add_names(css_cascade *c, const css_sheets *sheets, const css_sheets *besides,
                      const dom_node *node) {
    const slice *id = dom_attribute_get(node, SLICE("id")),
                *classes = dom_attribute_get(node, SLICE("class"));
    size_t at = 0;
    for (slice name; classes && (name = slice_next_word(*classes, &at)).length;)
        if (map_get(&sheets->classes, name) && !(besides && map_get(&besides->classes, name)))
            add_name(&c->key, '.', name);
    if (id && map_get(&sheets->ids, *id) && !(besides && map_get(&besides->ids, *id)))
        add_name(&c->key, '#', *id);
}

/* Whether it is the first or the last element of its parent, which rules often ask. What has very many
 * comments beside it has a place of its own. False: its place is no other page's. */
static bool find_place(css_cascade *c, const dom_node *node, uint16_t *place) {
    enum { SIBLINGS_LOOKED_AT = 32 };
    const dom_node *before = dom_previous(node), *after = node->next;
    size_t looked = 0;
    for (; before && before->type != DOM_ELEMENT && looked < SIBLINGS_LOOKED_AT; looked++)
        before = dom_previous(before);
    for (; after && after->type != DOM_ELEMENT && looked < SIBLINGS_LOOKED_AT; looked++)
        after = after->next;
    if (looked == SIBLINGS_LOOKED_AT)
        add_name(&c->key, '@', (slice){(const char *)&node, sizeof node});
    *place = (uint16_t)((before ? PLACE_NOT_FIRST : 0) | (after ? PLACE_NOT_LAST : 0));
    return looked < SIBLINGS_LOOKED_AT;
}

/* False: there is too much of them to be kept, or they name custom properties: what is worked out with these
 * costs the page that asks. */
static bool add_attributes(css_cascade *c, const dom_node *node) {
    bool is_short = true;
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        const dom_attribute *at = &node->attributes[i];
        if (!css_is_keyed(at->name))
            continue;
        add_name(&c->key, '[', at->name);
        add_name(&c->key, '=', at->value);
        is_short = is_short && at->value.length <= CACHED_VALUE_MAX &&
                   slice_find(at->value, SLICE("--"), 0) == SLICE_NONE;
    }
    if ((node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH) && css_in_table_with_border(node))
        add_name(&c->key, 'b', SLICE(""));
    return is_short;
}

/* All that decides about the element's style, but for rules that ask for more (css_match.structural), as
 * bytes in `c->key`; what only the page's own sheets ask for stands behind the first `shared_length` of them.
 * False: it is for this page only. */
static bool make_key(css_cascade *c, const dom_node *node, uint32_t parent, size_t *shared_length) {
    key_head head = {parent ? style_at(c, parent)->as_parent : 0, node->tag, 0};
    c->key.length = 0;
    buffer_append(&c->key, MAP_KEY(head));
    bool everywhere = find_place(c, node, &head.place) && c->cache && !(parent & STYLE_LOCAL);
    if (dom_attribute_count(node))
        add_names(c, c->sheets, NULL, node);
    everywhere = add_attributes(c, node) && everywhere;
    if (node->tag == DOM_TAG_UNKNOWN)
        add_name(&c->key, '<', dom_name(node));
    if ((node->tag == DOM_TAG_A || node->tag == DOM_TAG_AREA) && dom_attribute_get(node, SLICE("href")))
        head.place |= PLACE_LINK;
    memcpy(c->key.data, &head, sizeof head);
    *shared_length = c->key.length;
    if (c->own && dom_attribute_count(node))
        add_names(c, c->own, c->sheets, node);
    return everywhere && c->key.length == *shared_length; /* what is inside may hang on such a name */
}

/* ---- classes that do something ------------------------------------------------------------------------- */

static void note_class(css_cascade *c, const class_effect *one) {
    bool is_new;
    void **slot = map_put(&c->classes, one->name, &is_new);
    if (is_new) {
        class_effect *sum = arena_alloc(c->arena, sizeof *sum);
        *sum = (class_effect){one->name, 0};
        *slot = sum;
    }
    ((class_effect *)*slot)->effects |= one->effects;
}

unsigned css_class_effects(css_cascade *c, slice name) {
    css_cascade_settle(c);
    if (!c->classes.arena)
        c->classes = map_new(c->arena, 16);
    for (; c->counted < c->used.count; c->counted++) {
        const style *s = *(style **)vector_at(&c->used, c->counted);
        for (uint32_t i = 0; i < s->class_count; i++)
            note_class(c, &s->classes[i]);
    }
    const class_effect *known = map_get(&c->classes, name);
    return known ? known->effects : 0;
}

static void keep_classes(const css_cascade *c, style *s, arena *a) {
    size_t count = 0;
    for (size_t i = 0; i < c->held.count; i++)
        count += (*(const css_match **)vector_at(&c->held, i))->class_count;
    s->classes = arena_alloc(a, count * sizeof *s->classes);
    for (size_t i = 0; i < c->held.count; i++) {
        const css_match *m = *(const css_match **)vector_at(&c->held, i);
        for (uint32_t k = 0; k < m->class_count; k++)
            s->classes[s->class_count++] = (class_effect){m->classes[k], m->block->effects};
    }
}

/* ---- matching one element ------------------------------------------------------------------------------ */

static int compare_held(const void *one, const void *other) {
    const css_match *a = *(const css_match *const *)one, *b = *(const css_match *const *)other;
    bool agent_a = a->origin == CSS_ORIGIN_AGENT, agent_b = b->origin == CSS_ORIGIN_AGENT;
    if (agent_a != agent_b)
        return agent_a ? -1 : 1;
    if (a->specificity != b->specificity)
        return a->specificity < b->specificity ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* They come in order from each bucket, and are few, mostly. */
static void sort_held(css_cascade *c) {
    const css_match **items = c->held.items;
    if (c->held.count > 32) {
        qsort(items, c->held.count, sizeof *items, compare_held);
        return;
    }
    for (size_t i = 1; i < c->held.count; i++)
        for (size_t k = i; k > 0 && compare_held(&items[k - 1], &items[k]) > 0; k--) {
            const css_match *other = items[k];
            items[k] = items[k - 1];
            items[k - 1] = other;
        }
}

/* Whether the rule is gone with the page: the new one's elements have no classes, ids and such. */
static bool is_lost(const css_cascade *c, const css_match *m, const dom_node *node) {
    if (m->origin == CSS_ORIGIN_AGENT || m->origin == CSS_ORIGIN_PAGE)
        return m->origin == CSS_ORIGIN_PAGE;
    return m->names && !selector_matches_bare(c->matcher, m->selector, node);
}

/* False: no rule speaks of it. */
static bool weigh_rules(css_cascade *c, const dom_node *node, css_pseudo pseudo, vector *customs) {
    bool any = false;
    for (size_t i = 0; i < c->held.count; i++) {
        const css_match *m = *(const css_match **)vector_at(&c->held, i);
        if (m->pseudo != pseudo)
            continue;
        any = true;
        weigh(c, pseudo, m->block, &(weight){m->origin, false, is_lost(c, m, node), m->specificity, m->order},
              customs);
    }
    return any;
}

/* What they say is kept as long as the style: in `a`. */
static void weigh_attributes(css_cascade *c, const dom_node *node, vector *customs, arena *a) {
    css_block *hints = arena_alloc(a, sizeof *hints);
    *hints = css_hints_of(node, a);
    for (size_t i = 0; i < hints->declarations.count; i++) {
        css_declaration *d = vector_at(&hints->declarations, i);
        d->value = slice_copy(d->value, a);
    }
    weigh(c, CSS_PSEUDO_NONE, hints, &(weight){CSS_ORIGIN_PAGE, false, true, 0, 0}, customs);
    const slice *attribute = dom_attribute_get(node, SLICE("style"));
    if (!attribute)
        return;
    css_block *inline_block = arena_alloc(a, sizeof *inline_block);
    *inline_block = css_read_block(slice_copy(*attribute, a), a);
    weigh(c, CSS_PSEUDO_NONE, inline_block, &(weight){CSS_ORIGIN_PAGE, true, true, 0, 0}, customs);
}

static bool generates(const winners *w) {
    return w && (w->item_of[CSS_CONTENT] || w->item_of[CSS_COUNTER_RESET] ||
                 w->item_of[CSS_COUNTER_INCREMENT] || w->item_of[CSS_COUNTER_SET]);
}

static style *new_style(css_cascade *c, const dom_node *node, uint32_t parent, arena *a) {
    style *s = arena_zeroed(a, sizeof *s);
    s->parent = parent;
    s->cost = c->tried + STEPS_OF_MATCH * c->held.count;
    s->window = (uint8_t)c->sheets->window;
    c->outer_hangs = parent && style_at(c, parent)->hanging ? &style_at(c, parent)->hangs : NULL;
    vector customs = vector_new(c->arena, sizeof(const css_declaration *));
    sort_held(c);
    keep_classes(c, s, a);
    weigh_rules(c, node, CSS_PSEUDO_NONE, &customs);
    if (dom_attribute_count(node) || node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH)
        weigh_attributes(c, node, &customs, a);
    s->parts[CSS_PSEUDO_NONE] = take_winners(c, CSS_PSEUDO_NONE, &customs, a, &s->effects);
    if (c->outer_hangs && has_property(c->outer_hangs, CSS_DISPLAY))
        note_display_around(c, s->parts[CSS_PSEUDO_NONE]);
    for (unsigned p = CSS_PSEUDO_BEFORE; p < CSS_PSEUDO_COUNT; p++) {
        vector own = vector_new(c->arena, sizeof(const css_declaration *));
        if (weigh_rules(c, node, (css_pseudo)p, &own))
            s->parts[p] = take_winners(c, (css_pseudo)p, &own, a, &s->effects);
    }
    for (unsigned p = CSS_PSEUDO_NONE; p < CSS_PSEUDO_COUNT; p++)
        s->generates = s->generates || generates(s->parts[p]);
    s->hanging = (uint8_t)c->hanging;
    s->hangs = c->hangs;
    return s;
}

static uint32_t use_style(css_cascade *c, uint32_t number) {
    style *s = style_at(c, number);
    if (s->seen == c->number)
        return number;
    s->seen = c->number;
    arena_pay(c->arena, s->cost); /* whether or not another page has made it */
    if (s->class_count)
        *(style **)vector_push(&c->used) = s;
    return number;
}

/* In the key: it is for a style that does not hold in the window that the one without this was made for. */
static void mark_other(css_cascade *c, bool is_other) {
    key_head head;
    memcpy(&head, c->key.data, sizeof head);
    head.place = (uint16_t)(is_other ? head.place | PLACE_OTHER_WINDOW : head.place & ~PLACE_OTHER_WINDOW);
    memcpy(c->key.data, &head, sizeof head);
}

static uint32_t find_by_key(const style_set *set, slice key) {
    return (uint32_t)(uintptr_t)map_get(&set->shared, key);
}

/* The style with the first bytes of the key, in this window; 0: none. `*other`: what it is in the other
 * window only, where that is met. */
static uint32_t find_shared(css_cascade *c, const style_set *set, size_t length, uint32_t *other) {
    slice key = {c->key.data, length};
    uint32_t found = find_by_key(set, key);
    const style *s = found ? style_at(c, found) : NULL;
    if (!s || s->hanging == HANGS_ON_NOTHING || s->window == c->sheets->window)
        return found;
    *other = found;
    mark_other(c, true);
    found = find_by_key(set, key);
    mark_other(c, false);
    return found;
}

static void share(css_cascade *c, style_set *set, size_t length, uint32_t number, bool is_other) {
    mark_other(c, is_other);
    *map_put(&set->shared, slice_copy((slice){c->key.data, length}, set->arena), NULL) =
        (void *)(uintptr_t)number;
    mark_other(c, false);
}

/* `other`: what it is in the other window; 0: it has not been met there. */
static uint32_t add_style(css_cascade *c, style_set *set, style *s, uint32_t other) {
    *(style **)vector_push(&set->styles) = s;
    uint32_t number = (uint32_t)set->styles.count - 1;
    if (set == c->local)
        number |= STYLE_LOCAL;
    s->as_parent = other && s->hanging != HANGS_WITH_INNER ? style_at(c, other)->as_parent : number;
    return number;
}

/* They cost a page for each element that is not like another. */
static void gather_own_matches(css_cascade *c, const dom_node *node, bool *structural) {
    uint64_t before = dom_matcher_steps(cascade_matcher(c));
    gather_matches(c, c->own, node, structural);
    arena_pay(c->arena, dom_matcher_steps(c->matcher) - before);
}

static uint32_t match_element(css_cascade *c, const dom_node *node, uint32_t parent) {
    size_t shared_length;
    uint32_t other = 0;
    bool everywhere = make_key(c, node, parent, &shared_length), structural = false, own_structural = false;
    uint32_t found = c->local->shared.count ? find_shared(c, c->local, c->key.length, &other) : 0;
    if (found)
        return use_style(c, found);
    c->held.count = c->tried = 0;
    c->hanging = HANGS_ON_NOTHING;
    c->hangs = (property_set){{0}};
    if (c->own)
        gather_own_matches(c, node, &own_structural);
    everywhere = everywhere && !c->held.count && !c->hanging;
    found = everywhere ? find_shared(c, &c->cache->set, shared_length, &other) : 0;
    if (!found) {
        gather_matches(c, c->sheets, node, &structural);
        everywhere =
            everywhere && !structural && !dom_matcher_exhausted(c->matcher) && c->kept < CACHED_A_PAGE;
        c->kept += everywhere;
        style_set *set = everywhere ? &c->cache->set : c->local;
        found = add_style(c, set, new_style(c, node, parent, set->arena), other);
        if (everywhere)
            share(c, set, shared_length, found, other != 0);
    }
    if ((c->own || !everywhere) && !structural && !own_structural)
        share(c, c->local, c->key.length, found, other != 0);
    return use_style(c, found);
}

uint32_t cascade_find_style(css_cascade *c, const dom_node *node) {
    cascade_start(c);
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

const dom_node *css_around(css_cascade *c, size_t index) {
    cascade_start(c);
    return index < c->around.count ? vector_at(&c->around, index) : NULL;
}

void css_cascade_settle(css_cascade *c) {
    if (c->settled)
        return;
    cascade_start(c);
    c->settled = true;
    for (dom_node *at = dom_next(c->root, c->root); at; at = dom_next(at, c->root))
        if (at->type == DOM_ELEMENT && !at->style)
            at->style = match_element(c, at, at->parent->style);
}

/* The style of the first window's holds in this one as well where nothing of it hangs on the window, nor of
 * what its parent hands down. */
static uint32_t match_in_other(css_cascade *c, const dom_node *node, uint32_t number) {
    uint32_t parent = cascade_style_of(c, node->parent);
    const style *s = style_at(c, number);
    bool holds = s->hanging == HANGS_ON_NOTHING && s->parent &&
                 style_at(c, s->parent)->as_parent == style_at(c, parent)->as_parent;
    return holds ? use_style(c, number) : match_element(c, node, parent);
}

css_cascade *css_cascade_new_of_other(css_cascade *first, const css_sheets *other) {
    css_cascade *c = new_cascade(other, first->cache, first->root, first->arena);
    c->own = first->own ? css_sheets_of_other(first->own, c->arena) : NULL;
    c->local = first->local;
    c->put_aside = vector_new(c->arena, sizeof c->root->style);
    *(uint32_t *)vector_push(&c->put_aside) = c->root->style;
    cascade_start(c);
    for (dom_node *at = dom_next(c->root, c->root); at; at = dom_next(at, c->root)) {
        *(uint32_t *)vector_push(&c->put_aside) = at->style;
        at->style = at->style ? match_in_other(c, at, at->style) : 0;
    }
    return c;
}

void css_cascade_end_other(css_cascade *other) {
    size_t i = 0;
    for (dom_node *at = other->root; at; at = dom_next(at, other->root))
        at->style = *(uint32_t *)vector_at(&other->put_aside, i++);
}
