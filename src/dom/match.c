/* Running compiled selectors over a tree.
 *
 * Comes in: a compiled selector, an element, a scope. Goes out: yes or no. Never slow: what "somewhere above"
 * and "somewhere before" found out is remembered, places among siblings are counted once for all of them, and
 * every step is paid from a budget that grows with the tree.
 */
#include "selector.h"

#define STEPS_PER_NODE 1000
#define STEPS_AT_LEAST 1000000
#define MEMORY_MAX (1u << 20)
#define NAME_BITS_MAX ((size_t)1 << 22) /* 512 KB for the names of a large page */
#define BYTES_READ 64                   /* bytes of a value that a step reads */
#define FEW_STEPS 32                    /* asking again costs less than remembering */
#define BYTES_COMPARED 8                /* ... that a step compares one by one: words, and without case */

/* One remembered answer: of a question (the address of a compound, a test, or a number) about a node,
 * in a view (which its anchor tells from every other view of the same question). */
typedef struct memory_key {
    const void *asked, *node, *view;
} memory_key;

typedef struct memory {
    memory_key key;
    uint32_t answer;
} memory;

struct dom_matcher {
    dom_node *root;
    const dom_node *surroundings; /* NULL: none */
    arena *arena;
    uint64_t steps, budget;
    hash_map memories; /* of memory */
    uint64_t tags[(DOM_TAG_COUNT + 63) / 64];
    uint64_t *names; /* a Bloom filter of classes, ids, the names of attributes and of unknown tags */
    size_t name_bits;
};

/* ---- the index --------------------------------------------------------------------------------------- */

/* Names that collide cost no more than selectors that are tried. */
static uint64_t name_hash(char kind, slice name) {
    return (slice_hash(name) ^ (uint64_t)(unsigned char)kind) * UINT64_C(0x9E3779B97F4A7C15);
}

static void index_name(dom_matcher *m, char kind, slice name) {
    uint64_t hash = name_hash(kind, name);
    size_t one = (size_t)(hash >> 32) & (m->name_bits - 1), two = (size_t)hash & (m->name_bits - 1);
    m->names[one / 64] |= UINT64_C(1) << (one % 64);
    m->names[two / 64] |= UINT64_C(1) << (two % 64);
}

static bool has_name(const dom_matcher *m, char kind, slice name) {
    uint64_t hash = name_hash(kind, name);
    size_t one = (size_t)(hash >> 32) & (m->name_bits - 1), two = (size_t)hash & (m->name_bits - 1);
    return m->names[one / 64] >> (one % 64) & m->names[two / 64] >> (two % 64) & 1;
}

void dom_matcher_note_attributes(dom_matcher *m, const dom_node *node) {
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        index_name(m, '[', node->attributes[i].name);
}

static void index_element(dom_matcher *m, const dom_node *node) {
    m->tags[node->tag / 64] |= UINT64_C(1) << (node->tag % 64);
    if (node->tag == DOM_TAG_UNKNOWN)
        index_name(m, '<', dom_name(node));
    const slice *classes = dom_attribute_get(node, SLICE("class")),
                *id = dom_attribute_get(node, SLICE("id"));
    if (id)
        index_name(m, '#', *id);
    dom_matcher_note_attributes(m, node);
    size_t at = 0;
    for (slice word; classes && (word = slice_next_word(*classes, &at)).length;)
        index_name(m, '.', word);
}

dom_matcher *dom_matcher_new(dom_node *root, arena *a) {
    size_t nodes = dom_count(root);
    dom_matcher *m = arena_zeroed(a, sizeof *m);
    m->root = root;
    m->arena = m->memories.arena = a;
    m->budget = (uint64_t)nodes * STEPS_PER_NODE + STEPS_AT_LEAST;
    if (m->budget < arena_steps_limit(a)) /* more is asked for */
        m->budget = arena_steps_limit(a);
    for (m->name_bits = 1024; m->name_bits < nodes * 8 && m->name_bits < NAME_BITS_MAX;)
        m->name_bits *= 2;
    m->names = arena_zeroed(a, m->name_bits / 8);
    for (dom_node *at = root; at; at = dom_next(at, root))
        if (at->type == DOM_ELEMENT)
            index_element(m, at);
    return m;
}

bool dom_matcher_exhausted(const dom_matcher *m) {
    return m->steps >= m->budget;
}

static bool test_may_match(const dom_matcher *m, const selector_test *test) {
    switch (test->kind) {
    case TEST_TAG:
        return (m->tags[test->tag / 64] >> (test->tag % 64) & 1) &&
               (test->tag != DOM_TAG_UNKNOWN || has_name(m, '<', test->name));
    case TEST_CLASS:
        return has_name(m, '.', test->name);
    case TEST_ID:
        return has_name(m, '#', test->name);
    case TEST_ATTRIBUTE:
        return has_name(m, '[', test->name);
    case TEST_IS:
    case TEST_HAS:
        return dom_matcher_may_match(m, test->list);
    default:
        return true;
    }
}

bool selector_may_match(const dom_matcher *m, const compound *complex) {
    for (const compound *c = complex; c; c = c->left)
        for (const selector_test *test = c->tests; test; test = test->next)
            if (!test_may_match(m, test))
                return false;
    return true;
}

bool dom_matcher_may_match(const dom_matcher *m, const dom_selector *s) {
    for (size_t i = 0; i < s->count; i++)
        if (selector_may_match(m, s->complexes[i]))
            return true;
    return false;
}

void selector_set_surroundings(dom_matcher *m, const dom_node *innermost) {
    m->surroundings = innermost;
    for (const dom_node *at = innermost; at; at = at->parent)
        index_element(m, at);
}

uint64_t dom_matcher_steps(const dom_matcher *m) {
    return m->steps;
}

void selector_pay(dom_matcher *m, size_t steps) {
    m->steps += steps;
}

/* ---- memory ------------------------------------------------------------------------------------------ */

static memory *recall(const dom_matcher *m, const void *asked, const void *node, const void *view) {
    memory_key key = {asked, node, view};
    return map_get(&m->memories, MAP_KEY(key));
}

static void remember(dom_matcher *m, const void *asked, const void *node, const void *view, uint32_t answer) {
    memory *known = recall(m, asked, node, view);
    if (!known) {
        known = arena_alloc(m->arena, sizeof *known);
        known->key = (memory_key){asked, node, view};
        *map_put(&m->memories, MAP_KEY(known->key), NULL) = known;
    }
    known->answer = answer;
}

/* ---- matching ---------------------------------------------------------------------------------------- */

/* What a selector can see: `scope` and inside; what :scope stands for. */
typedef struct view {
    dom_matcher *matcher;
    const dom_node *scope, *anchor;
    bool bare; /* the tree's elements are seen without classes, ids and attributes but addresses */
} view;

static bool matches_list(const view *v, const dom_selector *list, const dom_node *node);
static bool matches_chain(const view *v, const compound *c, const dom_node *node);

static const dom_node *parent_in(const view *v, const dom_node *node) {
    const dom_matcher *m = v->matcher;
    if (node == v->scope)
        return NULL;
    return node->parent == m->root && m->surroundings ? m->surroundings : node->parent;
}

static const dom_node *previous_in(const view *v, const dom_node *node) {
    if (node == v->scope)
        return NULL;
    do
        node = dom_previous(node);
    while (node && node->type != DOM_ELEMENT);
    return node;
}

static const dom_node *next_element(const dom_node *node) {
    do
        node = node->next;
    while (node && node->type != DOM_ELEMENT);
    return node;
}

static bool value_equal(slice a, slice b, bool nocase) {
    return nocase ? slice_equal_nocase(a, b) : slice_equal(a, b);
}

static bool contains(slice text, slice part, bool nocase) {
    if (!nocase)
        return slice_find(text, part, 0) != SLICE_NONE;
    for (size_t i = 0; i + part.length <= text.length; i++)
        if (to_lower(text.data[i]) == to_lower(part.data[0]) &&
            slice_equal_nocase(slice_sub(text, i, i + part.length), part))
            return true;
    return false;
}

static bool matches_attribute(const view *v, const selector_test *test, const dom_node *node) {
    const slice *value = dom_attribute_get(node, test->name);
    if (!value || !test->relation)
        return value != NULL;
    slice wanted = test->value;
    bool one_by_one = test->relation == '~' || (test->nocase && test->relation == '*');
    selector_pay(v->matcher, one_by_one ? value->length / BYTES_COMPARED * (1 + wanted.length / BYTES_READ)
                                        : value->length / BYTES_READ);
    switch (test->relation) {
    case '=':
        return value_equal(*value, wanted, test->nocase);
    case '^':
        return wanted.length && value_equal(slice_sub(*value, 0, wanted.length), wanted, test->nocase);
    case '$':
        return wanted.length && value->length >= wanted.length &&
               value_equal(slice_from(*value, value->length - wanted.length), wanted, test->nocase);
    case '*':
        return wanted.length && contains(*value, wanted, test->nocase);
    case '|':
        return value_equal(slice_sub(*value, 0, wanted.length), wanted, test->nocase) &&
               (value->length == wanted.length || value->data[wanted.length] == '-');
    default: { /* ~= */
        size_t at = 0;
        for (slice word; (word = slice_next_word(*value, &at)).length;)
            if (value_equal(word, wanted, test->nocase))
                return true;
        return false;
    }
    }
}

/* The place of every child of a parent, counted once: the four ways of counting are four questions. */
static const char PLACES[4] = {0};

static uint32_t count_name(dom_matcher *m, const char *question, const dom_node *parent,
                           const dom_node *child) {
    const void *name = (const void *)(uintptr_t)(hash_keyed(arena_key(m->arena), dom_name(child)) | 1);
    const memory *known = recall(m, question, parent, name);
    uint32_t count = known ? known->answer + 1 : 1;
    remember(m, question, parent, name, count);
    return count;
}

static uint32_t place_of(const view *v, const dom_node *node, bool last, bool of_type) {
    dom_matcher *m = v->matcher;
    const char *question = &PLACES[(last ? 1 : 0) + (of_type ? 2 : 0)];
    const memory *known = recall(m, question, node, NULL);
    if (known)
        return known->answer;
    if (!node->parent)
        return 1;
    uint32_t place = 0;
    for (const dom_node *at = last ? dom_last_child(node->parent) : node->parent->first_child; at;
         at = last ? dom_previous(at) : at->next) {
        if (at->type != DOM_ELEMENT)
            continue;
        m->steps++;
        place = of_type ? count_name(m, question, node->parent, at) : place + 1;
        remember(m, question, at, NULL, place);
    }
    return recall(m, question, node, NULL)->answer;
}

/* Without counting: is it the first child that is an element, or the last? */
static bool is_at_edge(const view *v, const dom_node *node, bool last) {
    if (!node->parent)
        return true;
    do {
        node = last ? node->next : dom_previous(node);
        v->matcher->steps++;
    } while (node && node->type != DOM_ELEMENT);
    return !node;
}

static bool matches_place(const view *v, const selector_test *test, const dom_node *node) {
    if (!test->step && test->offset == 1 && !test->of_type)
        return is_at_edge(v, node, test->last);
    int distance = (int)place_of(v, node, test->last, test->of_type) - test->offset;
    return test->step ? distance % test->step == 0 && distance / test->step >= 0 : distance == 0;
}

static bool is_empty(const dom_node *node) {
    for (const dom_node *child = node->first_child; child; child = child->next)
        if (child->type != DOM_COMMENT && !(child->type == DOM_TEXT && dom_text(child).length == 0))
            return false;
    return true;
}

static bool is_blank(const dom_node *node) {
    return node->type == DOM_COMMENT || node->tag == DOM_TAG_BR ||
           (node->type == DOM_TEXT && slice_trim_wide(dom_text(node)).length == 0);
}

/* :alone: nothing but white space, line breaks and comments beside it. */
static bool is_alone(const dom_node *node) {
    const dom_node *before = dom_previous(node), *after = node->next;
    while (before && is_blank(before))
        before = dom_previous(before);
    while (after && is_blank(after))
        after = after->next;
    return !before && !after;
}

/* The combinator behind the implied :scope of a relative selector, and whether anything but the subject
 * follows. */
static combinator leading_join(const compound *c, bool *single) {
    *single = c->left && !c->left->left;
    while (c->left && c->left->left)
        c = c->left;
    return c->join;
}

static bool matches_tests(const view *v, const compound *c, const dom_node *node);

/* :has(~ x): the first of the later siblings that answers, answers for all those before it. */
static bool has_later(const view *v, const compound *c, const dom_node *node) {
    dom_matcher *m = v->matcher;
    bool found = false;
    const dom_node *end = node;
    while (!found && (end = next_element(end)) && m->steps < m->budget) {
        const memory *known = recall(m, c, end, m);
        m->steps++;
        found = matches_tests(v, c, end) || (known && known->answer);
        if (known)
            break;
    }
    for (const dom_node *at = node; at && at != end; at = next_element(at))
        remember(m, c, at, m, found);
    return found;
}

static bool has_complex(const view *v, const compound *c, const dom_node *node) {
    bool single;
    combinator join = leading_join(c, &single);
    bool below = join == COMBINE_DESCENDANT || join == COMBINE_CHILD;
    if (!below && node == v->scope)
        return false;
    view inner = {v->matcher, below ? node : node->parent, node, v->bare};
    if (single && join == COMBINE_NEXT)
        return next_element(node) && matches_tests(&inner, c, next_element(node));
    if (single && join == COMBINE_LATER)
        return has_later(&inner, c, node);
    const dom_node *end = below ? node : node->parent;
    const dom_node *at = below ? dom_next(node, node) : dom_next_skip(node, end);
    while (at && v->matcher->steps < v->matcher->budget) {
        v->matcher->steps++;
        if (at->type == DOM_ELEMENT && (single ? matches_tests(&inner, c, at) : matches_chain(&inner, c, at)))
            return true;
        at = single && join == COMBINE_CHILD ? dom_next_skip(at, end) : dom_next(at, end);
    }
    return false;
}

static bool matches_has(const view *v, const selector_test *test, const dom_node *node) {
    const memory *known = recall(v->matcher, test, node, v->anchor);
    if (known)
        return known->answer;
    bool found = false;
    uint64_t before = v->matcher->steps;
    for (size_t i = 0; i < test->list->count && !found; i++)
        found = has_complex(v, test->list->complexes[i], node);
    if (v->matcher->steps - before > FEW_STEPS && v->matcher->memories.count < MEMORY_MAX)
        remember(v->matcher, test, node, v->anchor, found);
    return found;
}

/* Whether the test asks for something that is not seen: see view.bare. */
static bool is_unseen(const view *v, const selector_test *test, const dom_node *node) {
    bool names = test->kind == TEST_CLASS || test->kind == TEST_ID || test->kind == TEST_HAS ||
                 (test->kind == TEST_ATTRIBUTE && !slice_equal(test->name, SLICE("href")) &&
                  !slice_equal(test->name, SLICE("src")));
    const dom_node *around = v->matcher->surroundings;
    while (names && around && around != node)
        around = around->parent;
    return names && !around;
}

static bool matches_test(const view *v, const selector_test *test, const dom_node *node) {
    if (v->bare && is_unseen(v, test, node))
        return false;
    switch (test->kind) {
    case TEST_ANY:
        return true;
    case TEST_TAG:
        return node->tag == test->tag &&
               (test->tag != DOM_TAG_UNKNOWN || slice_equal(dom_name(node), test->name));
    case TEST_CLASS: {
        const slice *classes = dom_attribute_get(node, SLICE("class"));
        selector_pay(v->matcher, classes ? classes->length / BYTES_READ : 0);
        return classes && slice_has_word(*classes, test->name);
    }
    case TEST_ID: {
        const slice *id = dom_attribute_get(node, SLICE("id"));
        return id && slice_equal(*id, test->name);
    }
    case TEST_ATTRIBUTE:
        return matches_attribute(v, test, node);
    case TEST_IS:
        return matches_list(v, test->list, node);
    case TEST_NOT:
        return !matches_list(v, test->list, node);
    case TEST_HAS:
        return matches_has(v, test, node);
    case TEST_NTH:
        return matches_place(v, test, node);
    case TEST_ONLY:
        if (!test->of_type)
            return is_at_edge(v, node, false) && is_at_edge(v, node, true);
        return place_of(v, node, false, test->of_type) == 1 && place_of(v, node, true, test->of_type) == 1;
    case TEST_EMPTY:
        return is_empty(node);
    case TEST_ALONE:
        return is_alone(node);
    case TEST_ROOT:
        return v->matcher->surroundings ? !node->parent && node != v->matcher->root
                                        : node == v->matcher->root;
    case TEST_SCOPE:
        return node == v->anchor;
    case TEST_LINK:
        return (node->tag == DOM_TAG_A || node->tag == DOM_TAG_AREA) &&
               dom_attribute_get(node, SLICE("href"));
    case TEST_NEVER:
        return false;
    }
    return false;
}

static bool matches_tests(const view *v, const compound *c, const dom_node *node) {
    for (const selector_test *test = c->tests; test; test = test->next)
        if (++v->matcher->steps >= v->matcher->budget || !matches_test(v, test, node))
            return false;
    return true;
}

/* Whether the left of `c` matches somewhere above (or before) `node`: asked once of each element on the way,
 * but for the few next to it where asking again costs less than remembering. */
static bool matches_somewhere(const view *v, const compound *c, const dom_node *node) {
    dom_matcher *m = v->matcher;
    bool up = c->join == COMBINE_DESCENDANT, found = false;
    const dom_node *at = up ? parent_in(v, node) : previous_in(v, node);
    size_t near = c->left->join == COMBINE_NONE ? FEW_STEPS : 0;
    for (; near && at && m->steps < m->budget; near--, at = up ? parent_in(v, at) : previous_in(v, at))
        if (matches_tests(v, c->left, at))
            return true;
    const dom_node *start = at;
    for (; at && m->steps < m->budget; at = up ? parent_in(v, at) : previous_in(v, at)) {
        const memory *known = recall(m, c, at, v->anchor);
        if (known) {
            found = known->answer;
            break;
        }
        if (matches_chain(v, c->left, at)) {
            found = true;
            remember(m, c, at, v->anchor, true);
            break;
        }
    }
    if (m->memories.count < MEMORY_MAX)
        for (; start != at; start = up ? parent_in(v, start) : previous_in(v, start))
            remember(m, c, start, v->anchor, found);
    return found;
}

static bool matches_chain(const view *v, const compound *c, const dom_node *node) {
    for (;;) {
        if (!matches_tests(v, c, node))
            return false;
        if (c->join == COMBINE_NONE)
            return true;
        if (c->join == COMBINE_DESCENDANT || c->join == COMBINE_LATER)
            return matches_somewhere(v, c, node);
        node = c->join == COMBINE_CHILD ? parent_in(v, node) : previous_in(v, node);
        if (!node)
            return false;
        c = c->left;
    }
}

static bool matches_list(const view *v, const dom_selector *list, const dom_node *node) {
    if (!(list->tags[node->tag / 64] >> (node->tag % 64) & 1) ||
        (!list->matches_bare && !dom_attribute_count(node))) /* nearly always */
        return false;
    for (size_t i = 0; i < list->count; i++)
        if (matches_chain(v, list->complexes[i], node))
            return true;
    return false;
}

bool selector_matches_complex(dom_matcher *m, const compound *complex, const dom_node *node) {
    view v = {m, m->root, m->root, false};
    return matches_chain(&v, complex, node);
}

bool selector_matches_bare(dom_matcher *m, const compound *complex, const dom_node *node) {
    view v = {m, m->root, NULL,
              true}; /* no other view has no anchor: what it finds out is remembered apart */
    return matches_chain(&v, complex, node);
}

bool dom_matches(dom_matcher *m, const dom_selector *s, const dom_node *node, const dom_node *scope) {
    view v = {m, scope ? scope : m->root, scope ? scope : m->root, false};
    return node->type == DOM_ELEMENT && matches_list(&v, s, node);
}

dom_node *dom_find(dom_matcher *m, const dom_selector *s, dom_node *scope) {
    for (dom_node *at = scope; at; at = dom_next(at, scope))
        if (dom_matches(m, s, at, scope))
            return at;
    return NULL;
}
