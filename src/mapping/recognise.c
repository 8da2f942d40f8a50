/* Recognising: which rule claims which shape. Nothing changes here but marks on nodes.
 *
 * Comes in: a page as it is. Goes out: claims in the order of the page, and the account. At each element the
 * rules are tried in their order; the first whose conditions all hold claims it. Outer elements come before
 * inner ones.
 */
#include "pass.h"

#define RUN_STEP_MAX 200 /* elements that one step of a run takes at most */
#define HELD_ALL 4       /* check_claim: all conditions of a rule held, and only its block did not fit */

/* ---- a map of pairs of pointers ---------------------------------------------------------------------- */

typedef struct pair {
    const void *one, *two;
} pair;

static void pair_put(hash_map *m, const void *one, const void *two, const void *value) {
    pair *key = arena_alloc(m->arena, sizeof *key);
    *key = (pair){one, two};
    *map_put(m, MAP_KEY(*key), NULL) = (void *)value;
}

static const void *pair_get(const hash_map *m, const void *one, const void *two) {
    pair key = {one, two};
    return map_get(m, MAP_KEY(key));
}

/* ---- items ------------------------------------------------------------------------------------------- */

/* Why boxes that are alike are no cards. */
typedef struct alike_miss {
    const rule *rule;
    slice failure;
    uint32_t held;
} alike_miss;

typedef struct recognition {
    mapping_pass *pass;
    hash_map alike;  /* node: the claim of boxes alike that begins there */
    hash_map unlike; /* node: alike_miss of those that begin there */
    hash_map tried;  /* (node, rule): a run from here has failed already */
    hash_map owners; /* (node, node): the claim that marked the node */
    vector misses;   /* of mapping_miss, of the element at hand */
    vector items;    /* of a claim that is tried; most are none, and the next one has the place */
    claim *tried_claim;
} recognition;

static bool is_ignored(mapping_pass *pass, const rule *r, const dom_node *node, const dom_node *scope) {
    return is_blank(node) || (r->ignore && dom_matches(pass->matcher, r->ignore, node, scope));
}

static void push_item(vector *items, dom_node *first, dom_node *last) {
    item *it = vector_push_zeroed(items);
    it->first = first;
    it->last = last;
}

/* The items of a container: the outermost matches inside it that show something. Without `items`: itself. */
static void collect_items(mapping_pass *pass, const rule *r, dom_node *container, vector *items) {
    if (!r->items) {
        push_item(items, container, container);
        return;
    }
    for (dom_node *at = dom_next(container, container); at;) {
        bool is_item = at->type == DOM_ELEMENT && dom_matches(pass->matcher, r->items, at, container);
        if (is_item && !is_ignored(pass, r, at, container))
            push_item(items, at, at);
        at = is_item ? dom_next_skip(at, container) : dom_next(at, container);
    }
}

/* One turn of a run from `node`: its last node, or NULL. */
static dom_node *match_turn(mapping_pass *pass, const rule *r, dom_node *node) {
    dom_node *last = NULL, *at = node;
    for (size_t i = 0; i < r->run_count; i++) {
        const run_step *step = &r->run[i];
        size_t taken = 0;
        while (at && taken < (step->many ? RUN_STEP_MAX : 1) &&
               dom_matches(pass->matcher, step->selector, at, NULL)) {
            last = at;
            at = next_solid(at);
            taken++;
        }
        if (!taken && !step->optional)
            return NULL;
    }
    return last;
}

static void collect_run(mapping_pass *pass, const rule *r, dom_node *node, vector *items) {
    for (dom_node *at = node, *last; at && (last = match_turn(pass, r, at)); at = next_solid(last))
        push_item(items, at, last);
}

/* ---- conditions -------------------------------------------------------------------------------------- */

/* The condition that failed, told where somebody reads it. */
static slice fail(mapping_pass *pass, condition failed, const condition_facts *facts) {
    return pass->tells_why ? condition_sentence(failed, facts, pass->scratch)
                           : SLICE("a condition of the rule");
}

static bool in_range(size_t number, range r) {
    return number >= r.min && number <= r.max;
}

static bool holds(mapping_pass *pass, const dom_selector *s, const item *it) {
    for (dom_node *root = it->first; root; root = next_root(it, root))
        if (root->type == DOM_ELEMENT && dom_find(pass->matcher, s, root))
            return true;
    return false;
}

/* Something in the container outside its items that shows. */
static const dom_node *outside_items(mapping_pass *pass, const claim *c) {
    size_t next = 0;
    for (dom_node *at = dom_next(c->container, c->container); at;) {
        if (next < c->item_count && at == c->items[next].first) {
            at = dom_next_skip(at, c->container);
            next++;
        } else if (at->type == DOM_TEXT && !is_blank(at)) {
            return at;
        } else if (at->type == DOM_ELEMENT && !at->first_child && !is_blank(at)) {
            return at;
        } else if (at->type == DOM_ELEMENT && c->rule->ignore &&
                   dom_matches(pass->matcher, c->rule->ignore, at, c->container)) {
            at = dom_next_skip(at, c->container);
        } else {
            at = dom_next(at, c->container);
        }
    }
    return NULL;
}

static slice check_neighbours(mapping_pass *pass, const conditions *when, const item *whole) {
    const dom_node *before = previous_solid(whole->first), *after = next_solid(whole->last);
    if (when->not_after && before && dom_matches(pass->matcher, when->not_after, before, NULL))
        return fail(pass, CONDITION_NOT_AFTER,
                    &(condition_facts){.text = dom_name(before), .line = before->line});
    if (when->not_before && after && dom_matches(pass->matcher, when->not_before, after, NULL))
        return fail(pass, CONDITION_NOT_BEFORE,
                    &(condition_facts){.text = dom_name(after), .line = after->line});
    return (slice){0};
}

static slice check_shape(mapping_pass *pass, const claim *c, const item *whole) {
    const conditions *when = &c->rule->when;
    slice beside = check_neighbours(pass, when, whole);
    if (beside.length)
        return beside;
    for (size_t i = 0; i < when->has.count; i++)
        if (!holds(pass, when->has.items[i], whole))
            return fail(pass, CONDITION_HAS, &(condition_facts){.text = when->has.texts[i]});
    for (size_t i = 0; i < when->has_not.count; i++)
        if (holds(pass, when->has_not.items[i], whole))
            return fail(pass, CONDITION_HAS_NOT, &(condition_facts){.text = when->has_not.texts[i]});
    if (when->text.min == 0 && when->text.max == UINT32_MAX && !when->text_is_count)
        return (slice){0};
    slice text = plain_text(whole->first, whole->last, pass->scratch);
    size_t length = utf16_length(text);
    if (!in_range(length, when->text))
        return fail(pass, CONDITION_TEXT, &(condition_facts){.number = length, .wanted = when->text});
    for (size_t i = 0; i < when->text_is_count; i++)
        if (slice_equal_nocase(text, when->text_is[i]))
            return (slice){0};
    return when->text_is_count
               ? fail(pass, CONDITION_TEXT_IS, &(condition_facts){.text = slice_sub(text, 0, 40)})
               : (slice){0};
}

static slice fail_at_item(mapping_pass *pass, condition failed, const claim *c, size_t i, slice selector) {
    return fail(pass, failed,
                &(condition_facts){.number = i + 1, .line = c->items[i].first->line, .text = selector});
}

static slice check_items(mapping_pass *pass, const claim *c) {
    const conditions *when = &c->rule->when;
    for (size_t i = 0; i < when->every.count; i++)
        for (size_t j = 0; j < c->item_count; j++)
            if (!holds(pass, when->every.items[i], &c->items[j]))
                return fail_at_item(pass, CONDITION_EVERY, c, j, when->every.texts[i]);
    for (size_t i = 0; i < when->some.count; i++) {
        size_t j = 0;
        while (j < c->item_count && !holds(pass, when->some.items[i], &c->items[j]))
            j++;
        if (j == c->item_count)
            return fail(pass, CONDITION_SOME, &(condition_facts){.text = when->some.texts[i]});
    }
    for (size_t i = 0; i < when->none.count; i++)
        for (size_t j = 0; j < c->item_count; j++)
            if (holds(pass, when->none.items[i], &c->items[j]))
                return fail_at_item(pass, CONDITION_NONE, c, j, when->none.texts[i]);
    return (slice){0};
}

static slice fit_block(mapping_pass *pass, claim *c) {
    slice failure = {0};
    for (size_t i = 0; i < c->item_count && !failure.length; i++) {
        if (c->rule->make == BLOCK_CARD_GRID)
            failure = fit_card(pass, c->rule, &c->items[i], i + 1);
        else if (c->rule->make == BLOCK_ACCORDION)
            failure = fit_accordion(pass, c->rule, &c->items[i], i + 1);
        else if (c->rule->make == BLOCK_TABLE)
            failure = fit_table_row(pass, c->rule, &c->items[i], i + 1);
    }
    if (!failure.length && c->rule->make == BLOCK_CARD_GRID)
        failure = fit_grid(pass, c);
    if (!failure.length && c->rule->make == BLOCK_ACCORDION)
        failure = fit_folds(pass, c);
    return failure;
}

/* The first condition that fails, or empty. `held`: how many held before it. */
static slice check_claim(mapping_pass *pass, claim *c, uint32_t *held) {
    const conditions *when = &c->rule->when;
    item whole = {.first = c->container ? c->container : c->items[0].first,
                  .last = c->container ? c->container : c->items[c->item_count - 1].last};
    if (c->alike && !c->container)
        whole = (item){.first = c->alike->first, .last = c->alike->last};
    *held = 0;
    range wanted = {when->items.min ? when->items.min : 1, when->items.max};
    if (!in_range(c->item_count, when->items) || (c->rule->items && c->item_count == 0))
        return fail(pass, CONDITION_ITEMS, &(condition_facts){.number = c->item_count, .wanted = wanted});
    ++*held;
    bool only = when->only_items || c->rule->leftover == LEFTOVER_REFUSE;
    const dom_node *outside = only && c->container && c->rule->items ? outside_items(pass, c) : NULL;
    if (outside)
        return fail(pass, CONDITION_ONLY_ITEMS, &(condition_facts){.line = outside->line});
    ++*held;
    slice failure = check_shape(pass, c, &whole);
    if (failure.length)
        return failure;
    ++*held;
    failure = check_items(pass, c);
    if (failure.length)
        return failure;
    ++*held;
    return fit_block(pass, c);
}

/* ---- claims ------------------------------------------------------------------------------------------ */

static void mark(recognition *r, dom_node *node, unsigned flag, const claim *c) {
    node->flags |= (uint8_t)flag;
    pair_put(&r->owners, node, node, c);
}

static const claim *owner_of(const recognition *r, const dom_node *node) {
    const claim *c = NULL;
    for (; node && !c; node = node->parent)
        c = pair_get(&r->owners, node, node);
    return c;
}

static bool holds_no_blocks(block_kind make) {
    return make == BLOCK_DROP || make == BLOCK_LINK || make == BLOCK_KEEP;
}

/* The boxes that open and close an item: among its elements, or their children. */
static void mark_switches(recognition *r, const item *it, const claim *c) {
    for (dom_node *node = it->first; node; node = node->next) {
        if (is_switch(node))
            mark(r, node, NODE_LEAF, c);
        for (dom_node *child = node->first_child; child; child = child->next)
            if (is_switch(child))
                mark(r, child, NODE_LEAF, c);
        if (node == it->last)
            break;
    }
}

void mark_run(const claim *c, const item *it, bool waits) {
    for (dom_node *node = c->container || c->alike ? NULL : it->first; node; node = node->next) {
        node->flags = (uint8_t)(waits ? node->flags | NODE_RUN : node->flags & ~NODE_RUN);
        if (node == it->last)
            break;
    }
}

/* What inside the claim is settled, and what stays open to other rules. */
static void mark_claim(recognition *r, const claim *c) {
    if (c->container)
        mark(r, c->container, holds_no_blocks(c->rule->make) ? NODE_LEAF : NODE_CONSUMED, c);
    bool media = c->rule->make == BLOCK_PICTURE || c->rule->make == BLOCK_EMBED;
    for (dom_node *at = c->container; media && at; at = dom_next(at, c->container))
        if (at->type == DOM_ELEMENT)
            mark(r, at, NODE_CONSUMED, c);
    for (size_t i = 0; i < c->item_count; i++) {
        const item *it = &c->items[i];
        mark_run(c, it, true);
        const dom_node *around = c->alike ? c->alike->around : c->container;
        for (dom_node *up = it->first->parent; around && up != around && it->first != around; up = up->parent)
            mark(r, up, NODE_CONSUMED, c);
        for (dom_node *up = it->other ? it->other->parent : NULL; up && up != around; up = up->parent)
            mark(r, up, NODE_CONSUMED, c);
        bool leaf = c->rule->make == BLOCK_CARD_GRID || c->rule->make == BLOCK_DROP;
        for (dom_node *node = it->first; node; node = next_root(it, node)) {
            if (node->type == DOM_ELEMENT && node != c->container && (leaf || it->first == it->last))
                mark(r, node,
                     leaf                            ? NODE_LEAF
                     : c->rule->make == BLOCK_UNWRAP ? NODE_ITEM
                                                     : NODE_CONSUMED,
                     c);
            else if (node->type == DOM_ELEMENT && leaf)
                mark(r, node, NODE_LEAF, c);
        }
        if (it->summary) {
            mark(r, it->summary, NODE_LEAF, c);
            mark_switches(r, it, c);
        }
        if (it->content)
            mark(r, it->content, NODE_CONSUMED, c);
    }
}

static void add_miss(recognition *r, const rule *candidate, slice why, uint32_t held) {
    *(mapping_miss *)vector_push(&r->misses) = (mapping_miss){candidate->name, why, held, candidate->alike};
}

/* Why it is no cards, from the rule for cards that came closest; `held`: of those whose so many conditions
 * held. */
static slice nearest_card_miss(const recognition *r, uint32_t held) {
    const mapping_miss *best = NULL;
    for (size_t i = 0; i < r->misses.count; i++) {
        const mapping_miss *miss = vector_at(&r->misses, i);
        for (size_t j = 0; j < r->pass->live.count; j++) {
            const rule *candidate = *(const rule **)vector_at(&r->pass->live, j);
            if (candidate->make == BLOCK_CARD_GRID && miss->held >= held &&
                slice_equal(candidate->name, miss->rule) && (!best || miss->held > best->held))
                best = miss;
        }
    }
    return best ? best->condition : (slice){0};
}

/* Whether an outer claim has settled something inside already: a summary, a wrapper. */
static bool holds_settled(const recognition *r, const claim *c) {
    bool sections = c->rule->make == BLOCK_ACCORDION; /* cards may stand in them */
    if (c->rule->make == BLOCK_UNWRAP)
        return false;
    item whole = {.first = c->container, .last = c->container};
    for (size_t i = 0; i < (c->container ? 1 : c->item_count); i++) {
        const item *it = c->container ? &whole : &c->items[i];
        for (const dom_node *root = it->first; root; root = next_root(it, root))
            for (const dom_node *at = root; at; at = dom_next(at, root))
                if (at->flags & (NODE_LEAF | NODE_CONSUMED) && !(sections && owner_of(r, at)->alike))
                    return true;
    }
    return false;
}

static claim *try_rule(recognition *r, const rule *candidate, dom_node *node) {
    mapping_pass *pass = r->pass;
    if (candidate->alike)
        return NULL;
    if (candidate->match ? !dom_matches(pass->matcher, candidate->match, node, NULL)
                         : pair_get(&r->tried, node, candidate) != NULL)
        return NULL;
    r->items.count = 0;
    if (candidate->match)
        collect_items(pass, candidate, node, &r->items);
    else
        collect_run(pass, candidate, node, &r->items);
    if (!candidate->match && !r->items.count)
        return NULL;
    claim *c = r->tried_claim;
    *c = (claim){.rule = candidate,
                 .container = candidate->match ? node : NULL,
                 .items = r->items.items,
                 .item_count = r->items.count,
                 .line = node->line};
    uint32_t held = 0;
    slice failure = check_claim(pass, c, &held);
    if (!failure.length && holds_settled(r, c))
        failure = SLICE("something inside belongs to another rule's block");
    if (!failure.length) {
        c->items = arena_alloc(pass->scratch, c->item_count * sizeof *c->items);
        memcpy(c->items, r->items.items, c->item_count * sizeof *c->items);
        r->tried_claim = arena_alloc(pass->scratch, sizeof *c);
        return c;
    }
    add_miss(r, candidate, failure, held);
    for (size_t i = 0; !candidate->match && i < r->items.count; i++)
        pair_put(&r->tried, c->items[i].first, candidate, candidate);
    return NULL;
}

/* The account keeps those of each element. */
static void forget_misses(recognition *r) {
    if (r->pass->account)
        r->misses = vector_new(r->pass->scratch, sizeof(mapping_miss));
    r->misses.count = 0;
}

static claim *claim_at(recognition *r, dom_node *node) {
    mapping_pass *pass = r->pass;
    forget_misses(r);
    const alike_miss *unlike = map_get(&r->unlike, MAP_KEY(node));
    if (unlike)
        add_miss(r, unlike->rule, unlike->failure, unlike->held);
    const claim *owner = node->flags & NODE_ITEM ? owner_of(r, node) : NULL;
    for (size_t i = 0; i < pass->live.count; i++) {
        const rule *candidate = *(const rule **)vector_at(&pass->live, i);
        claim *c =
            owner && candidate->priority <= owner->rule->priority ? NULL : try_rule(r, candidate, node);
        if (!c)
            continue;
        c->element = describe_element(node, pass->scratch);
        c->card_miss = c->rule->make == BLOCK_UNWRAP ? nearest_card_miss(r, HELD_ALL) : (slice){0};
        *(claim **)vector_push(&pass->claims) = c;
        mark_claim(r, c);
        return c;
    }
    return NULL;
}

/* ---- boxes alike --------------------------------------------------------------------------------------- */

/* Whether the rule looks at the run: at what is around its boxes, at one of them, or further out. */
static bool looks_at(mapping_pass *pass, const rule *r, const alike_run *run) {
    for (size_t i = 0; i < run->count; i++)
        if (dom_matches(pass->matcher, r->match, run->items[i].first, NULL))
            return true;
    for (const dom_node *up = run->around; up && up != pass->body; up = up->parent)
        if (dom_matches(pass->matcher, r->match, up, NULL))
            return true;
    return false;
}

/* A rule that is tried before this one, and is meant for this run: of the site, for blocks that are made
 * already, or for boxes such as its first. */
static bool is_anothers(mapping_pass *pass, const rule *candidate, const alike_run *run) {
    for (size_t i = 0; i < pass->live.count; i++) {
        const rule *earlier = *(const rule **)vector_at(&pass->live, i);
        if (earlier == candidate)
            return false;
        bool meant = earlier->match
                         ? !earlier->alike && (!earlier->shipped || earlier->make == BLOCK_KEEP) &&
                               looks_at(pass, earlier, run)
                         : dom_matches(pass->matcher, earlier->run[0].selector, run->items[0].first, NULL);
        if (meant)
            return true;
    }
    return false;
}

static claim *try_alike(recognition *r, const rule *candidate, alike_run *run) {
    mapping_pass *pass = r->pass;
    if (!candidate->alike || !dom_matches(pass->matcher, candidate->match, run->around, NULL) ||
        is_anothers(pass, candidate, run))
        return NULL;
    claim *c = arena_zeroed(pass->scratch, sizeof *c);
    *c = (claim){.rule = candidate,
                 .container = run->whole ? run->around : NULL,
                 .alike = run,
                 .items = run->items,
                 .item_count = run->count,
                 .line = run->items[0].first->line};
    uint32_t held = 0;
    if (!run->enough && !pass->tells_why)
        return NULL;
    slice failure = run->enough ? check_claim(pass, c, &held) : doubts_of_alike(run, pass->scratch);
    if (!failure.length && holds_settled(r, c))
        failure = SLICE("something inside belongs to another rule's block");
    if (!failure.length)
        return c;
    failure = format_slice(pass->scratch, "%.*s. No cards: %.*s",
                           SLICE_ARGS(describe_alike(run, pass->scratch)), SLICE_ARGS(failure));
    alike_miss *miss = arena_alloc(pass->scratch, sizeof *miss);
    *miss = (alike_miss){candidate, failure, held};
    *map_put(&r->unlike, MAP_KEY(run->start), NULL) = miss; /* the key must last: maps keep no copy */
    run->failure = run->enough ? failure : (slice){0};
    return NULL;
}

/* Before all else: what is alike reaches across rows and wrappers that other rules look at one by one. */
static void claim_alike(recognition *r) {
    mapping_pass *pass = r->pass;
    bool wanted = false;
    for (size_t i = 0; i < pass->live.count; i++)
        wanted |= (*(const rule **)vector_at(&pass->live, i))->alike;
    if (!wanted)
        return;
    find_alike(pass);
    for (size_t i = 0; i < pass->alike.count; i++) {
        alike_run *run = *(alike_run **)vector_at(&pass->alike, i);
        claim *c = NULL;
        for (size_t j = 0; j < pass->live.count && !c; j++)
            c = try_alike(r, *(const rule **)vector_at(&pass->live, j), run);
        if (!c)
            continue;
        run->failure = (slice){0};
        c->element = describe_element(run->start, pass->scratch);
        *(claim **)vector_push(&pass->claims) = c;
        *map_put(&r->alike, MAP_KEY(run->start), NULL) = c;
        mark_claim(r, c);
    }
}

/* ---- the account ------------------------------------------------------------------------------------- */

static slice shape_of(mapping_pass *pass, const dom_node *node) {
    for (size_t i = 0; i < pass->shapes.count; i++) {
        const shape_name *shape = *(const shape_name **)vector_at(&pass->shapes, i);
        if (dom_matches(pass->matcher, shape->match, node, NULL))
            return shape->name;
    }
    return (slice){0};
}

static void account_for(recognition *r, const dom_node *node, const claim *c, mapping_state state) {
    mapping_pass *pass = r->pass;
    if (!pass->account)
        return;
    slice shape = shape_of(pass, node);
    bool near_miss = state == MAPPING_UNCLAIMED && nearest_card_miss(r, 0).length;
    if (!shape.length && state != MAPPING_CLAIMED && !near_miss)
        return;
    bool shows_nothing = state == MAPPING_UNCLAIMED && is_blank(node);
    if (shows_nothing && (c = owner_of(r, node)))
        state = MAPPING_PART;
    mapping_shape *s = vector_push_zeroed(&pass->account->shapes);
    s->shape = shape;
    s->element = describe_element(node, pass->account->arena);
    s->line = node->line;
    s->state = state;
    s->rule = c ? c->rule->name : (slice){0};
    s->block = c ? block_name(c->rule->make) : (slice){0};
    s->becomes = c ? words_for_block(c->rule->make) : (slice){0};
    s->parts = c && state == MAPPING_CLAIMED ? describe_parts(c, pass->account->arena) : (slice){0};
    s->words = c && c->alike && state == MAPPING_CLAIMED ? describe_alike(c->alike, pass->account->arena)
                                                         : (slice){0};
    s->misses = state == MAPPING_PART ? vector_new(pass->account->arena, sizeof(mapping_miss)) : r->misses;
    const mapping_miss *nearest = mapping_nearest_miss(s);
    if (state == MAPPING_UNCLAIMED)
        s->reason = nearest         ? nearest->condition
                    : shows_nothing ? SLICE("it shows nothing")
                                    : SLICE("no rule is for it");
}

static void select_live_rules(mapping_pass *pass) {
    for (size_t i = 0; i < pass->set->rules.count; i++) {
        const rule *r = *(rule **)vector_at(&pass->set->rules, i);
        bool live = r->match ? dom_matcher_may_match(pass->matcher, r->match) : true;
        for (size_t j = 0; j < r->run_count; j++)
            live = live && (r->run[j].optional || dom_matcher_may_match(pass->matcher, r->run[j].selector));
        if (live)
            *(const rule **)vector_push(&pass->live) = r;
    }
}

static void select_live_shapes(mapping_pass *pass) {
    for (size_t i = 0; i < pass->set->shapes.count; i++) {
        const shape_name *shape = vector_at(&pass->set->shapes, i);
        if (dom_matcher_may_match(pass->matcher, shape->match))
            *(const shape_name **)vector_push(&pass->shapes) = shape;
    }
}

void recognise(mapping_pass *pass) {
    recognition r = {.pass = pass,
                     .alike = {.arena = pass->scratch},
                     .unlike = {.arena = pass->scratch},
                     .tried = {.arena = pass->scratch},
                     .owners = {.arena = pass->scratch},
                     .misses = vector_new(pass->scratch, sizeof(mapping_miss)),
                     .items = vector_new(pass->scratch, sizeof(item)),
                     .tried_claim = arena_alloc(pass->scratch, sizeof(claim))};
    select_live_rules(pass);
    select_live_shapes(pass);
    claim_alike(&r);
    for (dom_node *at = dom_next(pass->body, pass->body); at; at = dom_next(at, pass->body)) {
        if (at->type != DOM_ELEMENT)
            continue;
        if (at->flags & NODE_LEAF && !pass->tells_why) {
            /* nothing to look for inside: step over it, to its last descendant */
            while (dom_last_child(at))
                at = dom_last_child(at);
            continue;
        }
        if (at->parent->flags & NODE_LEAF)
            at->flags |= NODE_LEAF;
        bool settled = at->flags & (NODE_LEAF | NODE_CONSUMED), part = settled || at->flags & NODE_ITEM;
        const claim *c = map_get(&r.alike, MAP_KEY(at));
        if (c)
            forget_misses(&r);
        c = c || settled ? c : claim_at(&r, at);
        if (c)
            account_for(&r, at, c, MAPPING_CLAIMED);
        else
            account_for(&r, at, part ? owner_of(&r, at) : NULL, part ? MAPPING_PART : MAPPING_UNCLAIMED);
    }
}
