/* Comparing two sequences of numbers: Myers, "An O(ND) difference algorithm and its variations" (1986), in
 * its form that needs linear space, with a limit on the search: past it, the furthest point reached is taken
 * for a split.
 *
 * Items that only one side has cannot match: they are marked first and the search runs over the others.
 */
#include "base.h"

/* Edits searched for in one split before the best one so far is taken. */
#define COST_LIMIT 512
#define DIAGONALS_A_STEP 4 /* looked at */

interner interner_new(arena *a, size_t expected) {
    return (interner){map_new(a, expected), 0};
}

/* The map holds the numbers from 1 on. */
uint32_t intern(interner *in, slice text) {
    bool is_new;
    void **number = map_put(&in->numbers, text, &is_new);
    if (is_new)
        *number = (void *)(uintptr_t)++in->next;
    return (uint32_t)(uintptr_t)*number - 1;
}

/* A rectangle of the edit graph still to be compared. */
typedef struct box {
    ptrdiff_t a0, a1, b0, b1;
} box;

typedef struct search {
    const uint32_t *a, *b;           /* without the items that cannot match */
    const size_t *a_index, *b_index; /* where they were */
    bool *a_changed, *b_changed;
    ptrdiff_t *forward, *backward; /* furthest position in `a` by diagonal (position in a - position in b) */
    arena *arena;                  /* pays for the search */
} search;

typedef struct point {
    ptrdiff_t a, b;
} point;

/* The diagonals in reach of one direction. */
typedef struct reach {
    ptrdiff_t low, high;
} reach;

/* Widens the reach by one diagonal on each side, or narrows it where it leaves the box; `beyond` marks the
 * rim. */
static void widen(reach *r, ptrdiff_t lowest, ptrdiff_t highest, ptrdiff_t *furthest, ptrdiff_t beyond) {
    if (r->low > lowest)
        furthest[--r->low - 1] = beyond;
    else
        r->low++;
    if (r->high < highest)
        furthest[++r->high + 1] = beyond;
    else
        r->high--;
}

static bool step_forward(const search *s, const box *in, reach *r, const reach *other, bool odd,
                         point *meeting) {
    ptrdiff_t *v = s->forward;
    widen(r, in->a0 - in->b1, in->a1 - in->b0, v, -1);
    for (ptrdiff_t d = r->high; d >= r->low; d -= 2) {
        ptrdiff_t x = v[d - 1] >= v[d + 1] ? v[d - 1] + 1 : v[d + 1];
        while (x < in->a1 && x - d < in->b1 && s->a[x] == s->b[x - d])
            x++;
        v[d] = x;
        if (odd && other->low <= d && d <= other->high && s->backward[d] <= x) {
            *meeting = (point){x, x - d};
            return true;
        }
    }
    return false;
}

static bool step_backward(const search *s, const box *in, reach *r, const reach *other, bool odd,
                          point *meeting) {
    ptrdiff_t *v = s->backward;
    widen(r, in->a0 - in->b1, in->a1 - in->b0, v, PTRDIFF_MAX);
    for (ptrdiff_t d = r->high; d >= r->low; d -= 2) {
        ptrdiff_t x = v[d - 1] < v[d + 1] ? v[d - 1] : v[d + 1] - 1;
        while (in->a0 < x && in->b0 < x - d && s->a[x - 1] == s->b[x - 1 - d])
            x--;
        v[d] = x;
        if (!odd && other->low <= d && d <= other->high && x <= s->forward[d]) {
            *meeting = (point){x, x - d};
            return true;
        }
    }
    return false;
}

/* The point furthest from where a search began that lies inside the box. */
static point furthest_point(const search *s, const box *in, const reach *f, const reach *b) {
    point best_f = {in->a0, in->b0}, best_b = {in->a1, in->b1};
    for (ptrdiff_t d = f->high; d >= f->low; d -= 2) {
        ptrdiff_t x = s->forward[d] < in->a1 ? s->forward[d] : in->a1;
        if (x - d > in->b1)
            x = in->b1 + d;
        if (2 * x - d > best_f.a + best_f.b)
            best_f = (point){x, x - d};
    }
    for (ptrdiff_t d = b->high; d >= b->low; d -= 2) {
        ptrdiff_t x = s->backward[d] > in->a0 ? s->backward[d] : in->a0;
        if (x - d < in->b0)
            x = in->b0 + d;
        if (2 * x - d < best_b.a + best_b.b)
            best_b = (point){x, x - d};
    }
    ptrdiff_t gained_f = best_f.a + best_f.b - in->a0 - in->b0,
              gained_b = in->a1 + in->b1 - best_b.a - best_b.b;
    return gained_f >= gained_b ? best_f : best_b;
}

/* Where the box is to be split in two. Both sides are non-empty, and neither starts or ends alike. */
static point find_split(const search *s, const box *in) {
    ptrdiff_t first = in->a0 - in->b0, last = in->a1 - in->b1;
    bool odd = (first - last) & 1;
    reach f = {first, first}, b = {last, last};
    s->forward[first] = in->a0;
    s->backward[last] = in->a1;
    point meeting;
    uint64_t cost = 0;
    bool met = false;
    while (!met && cost++ < COST_LIMIT)
        met = step_forward(s, in, &f, &b, odd, &meeting) || step_backward(s, in, &b, &f, odd, &meeting);
    arena_pay(s->arena, cost * cost / DIAGONALS_A_STEP);
    return met ? meeting : furthest_point(s, in, &f, &b);
}

static void mark(bool *changed, const size_t *index, ptrdiff_t from, ptrdiff_t to) {
    for (ptrdiff_t i = from; i < to; i++)
        changed[index[i]] = true;
}

static void compare_boxes(const search *s, box whole, arena *scratch) {
    vector boxes = vector_new(scratch, sizeof(box));
    *(box *)vector_push(&boxes) = whole;
    while (boxes.count) {
        box in = *(box *)vector_last(&boxes);
        vector_pop(&boxes);
        while (in.a0 < in.a1 && in.b0 < in.b1 && s->a[in.a0] == s->b[in.b0])
            in.a0++, in.b0++;
        while (in.a0 < in.a1 && in.b0 < in.b1 && s->a[in.a1 - 1] == s->b[in.b1 - 1])
            in.a1--, in.b1--;
        if (in.a0 == in.a1 || in.b0 == in.b1) {
            mark(s->a_changed, s->a_index, in.a0, in.a1);
            mark(s->b_changed, s->b_index, in.b0, in.b1);
            continue;
        }
        point split = find_split(s, &in);
        *(box *)vector_push(&boxes) = (box){split.a, in.a1, split.b, in.b1};
        *(box *)vector_push(&boxes) = (box){in.a0, split.a, in.b0, split.b};
    }
}

/* Keeps the items that the other side has too; the others are changed. Returns how many were kept. */
static size_t keep_common(const uint32_t *items, size_t count, const bool *elsewhere, bool *changed,
                          uint32_t *kept, size_t *index) {
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        changed[i] = !elsewhere[items[i]];
        if (!changed[i]) {
            kept[n] = items[i];
            index[n++] = i;
        }
    }
    return n;
}

void compare(const comparison *c, arena *scratch) {
    bool *in_a = arena_zeroed(scratch, ((size_t)c->ids + 1) * sizeof *in_a);
    bool *in_b = arena_zeroed(scratch, ((size_t)c->ids + 1) * sizeof *in_b);
    for (size_t i = 0; i < c->a_count; i++)
        in_a[c->a[i]] = true;
    for (size_t i = 0; i < c->b_count; i++)
        in_b[c->b[i]] = true;
    uint32_t *a = arena_alloc(scratch, (c->a_count + 1) * sizeof *a),
             *b = arena_alloc(scratch, (c->b_count + 1) * sizeof *b);
    size_t *a_index = arena_alloc(scratch, (c->a_count + 1) * sizeof *a_index);
    size_t *b_index = arena_alloc(scratch, (c->b_count + 1) * sizeof *b_index);
    size_t n = keep_common(c->a, c->a_count, in_b, c->a_changed, a, a_index);
    size_t m = keep_common(c->b, c->b_count, in_a, c->b_changed, b, b_index);
    /* Diagonals run from -m to n, and the rim is one further out. */
    ptrdiff_t *furthest = arena_alloc(scratch, 2 * (n + m + 3) * sizeof *furthest);
    search s = {a,
                b,
                a_index,
                b_index,
                c->a_changed,
                c->b_changed,
                furthest + m + 1,
                furthest + (n + m + 3) + m + 1,
                scratch};
    compare_boxes(&s, (box){0, (ptrdiff_t)n, 0, (ptrdiff_t)m}, scratch);
}
