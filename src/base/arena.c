/* The arena: chunks of growing size, bump allocation, one reset.
 *
 * Comes in: sizes. Goes out: memory. Never returns NULL: what cannot be served jumps to the handler or, where
 * there is none, ends the program. It prints nothing.
 */
#include "base.h"

#include <stdlib.h>
#include <sys/random.h>

#define CHUNK_MIN ((size_t)256 * 1024)
#define CHUNK_MAX ((size_t)8 * 1024 * 1024)
#define KEEP_MAX ((size_t)4 * 1024 * 1024) /* bytes of chunks that survive a reset */
#define ALIGNMENT _Alignof(uint64_t)       /* nothing here needs more */
#ifdef ISOMERIZE_SANITIZED
#define LARGE_MIN ((size_t)4096) /* the tests' pages are small */
#else
#define LARGE_MIN ((size_t)256 * 1024) /* bytes of an allocation that is in no chunk */
#endif

typedef struct chunk {
    struct chunk *next;
    size_t size; /* of the bytes behind the header */
    size_t padding[2];
} chunk;

/* An allocation by itself: one that grows leaves nothing behind. */
typedef struct large {
    struct large *next, *previous;
    size_t size;
    size_t padding;
} large;

/* What is in the place of a node that nobody needs any more. */
typedef struct unused_node {
    struct unused_node *next;
} unused_node;

struct arena {
    chunk *first, *current;
    large *larges;
    unused_node *unused;
    char *at, *end;
    char *last; /* the last allocation, which arena_grow may extend in place */
    size_t used, limit;
    size_t shared; /* handed out, by its stages too */
    size_t
        *budget; /* what the limit is of: the arena's own `shared`, or that of the whole it is a stage of */
    uint64_t steps, steps_limit;
    jmp_buf *exhausted;
    arena_cleanup *cleanups, *at_end;
    bool is_out_of_memory, is_out_of_steps;
    hash_key key;
};

static char *chunk_bytes(chunk *c) {
    return (char *)(c + 1);
}

/* Where the system gives no random bytes, what the address space layout was drawn with has to do. */
static hash_key draw_key(const arena *a) {
    hash_key key = {(uint64_t)(uintptr_t)a * UINT64_C(0x9E3779B97F4A7C15), (uint64_t)(uintptr_t)&key};
    hash_key drawn;
    return getrandom(&drawn, sizeof drawn, GRND_NONBLOCK) == (ssize_t)sizeof drawn ? drawn : key;
}

arena *arena_create(size_t limit) {
    arena *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->limit = limit;
    a->budget = &a->shared;
    a->key = draw_key(a);
    return a;
}

const hash_key *arena_key(const arena *a) {
    return &a->key;
}

static void give_back(arena_cleanup **all) {
    while (*all) {
        arena_cleanup *last = *all;
        *all = last->next;
        last->give_back(last->held);
    }
}

static void free_larges(arena *a) {
    while (a->larges) {
        large *next = a->larges->next;
        free(a->larges);
        a->larges = next;
    }
}

void arena_destroy(arena *a) {
    if (!a)
        return;
    give_back(&a->at_end);
    free_larges(a);
    for (chunk *c = a->first; c;) {
        chunk *next = c->next;
        free(c);
        c = next;
    }
    free(a);
}

static void enter_chunk(arena *a, chunk *c) {
    a->current = c;
    a->at = c ? chunk_bytes(c) : NULL;
    a->end = c ? a->at + c->size : NULL;
    a->last = NULL;
}

void arena_reset(arena *a) {
    give_back(&a->at_end);
    size_t kept = 0;
    for (chunk **link = &a->first; *link;) {
        chunk *c = *link;
#ifdef ISOMERIZE_SANITIZED
        memset(chunk_bytes(c), 0xDD, c->size); /* who still reads there is found out */
#endif
        if (kept + c->size <= KEEP_MAX) {
            kept += c->size;
            link = &c->next;
        } else {
            *link = c->next;
            free(c);
        }
    }
    free_larges(a);
    a->unused = NULL;
    *a->budget -= a->used;
    a->budget = &a->shared;
    a->used = 0;
    a->steps = 0;
    a->is_out_of_memory = a->is_out_of_steps = false;
    enter_chunk(a, a->first);
}

static bool is_within(const void *what, const void *from, size_t size) {
    return (uintptr_t)what - (uintptr_t)from < size;
}

bool arena_holds(const arena *a, const void *what) {
    bool held = false;
    for (const chunk *c = a->first; c && !held; c = c->next)
        held = is_within(what, c + 1, c->size);
    for (const large *one = a->larges; one && !held; one = one->next)
        held = is_within(what, one + 1, one->size);
    return held;
}

jmp_buf *arena_on_exhausted(arena *a, jmp_buf *jump) {
    jmp_buf *before = a->exhausted;
    a->exhausted = jump;
    return before;
}

size_t arena_used(const arena *a) {
    return a->used;
}

size_t arena_set_limit(arena *a, size_t limit) {
    size_t before = a->limit;
    a->limit = limit;
    return before;
}

uint64_t arena_steps(const arena *a) {
    return a->steps;
}

uint64_t arena_set_steps(arena *a, uint64_t limit) {
    uint64_t before = a->steps_limit;
    a->steps_limit = limit;
    return before;
}

uint64_t arena_steps_limit(const arena *a) {
    return a->steps_limit;
}

bool arena_is_out_of_steps(const arena *a) {
    return a->is_out_of_steps;
}

bool arena_is_out_of_memory(const arena *a) {
    return a->is_out_of_memory;
}

void arena_add_cleanup(arena *a, arena_cleanup *cleanup) {
    cleanup->next = a->cleanups;
    a->cleanups = cleanup;
}

void arena_give_back_at_end(arena *a, arena_cleanup *cleanup) {
    cleanup->next = a->at_end;
    a->at_end = cleanup;
}

void arena_drop_cleanup(arena *a) {
    a->cleanups = a->cleanups->next;
}

__attribute__((weak)) _Noreturn void out_of_memory(void) {
    abort();
}

arena *arena_new(size_t limit) {
    arena *a = arena_create(limit);
    if (!a)
        out_of_memory();
    return a;
}

static _Noreturn void give_up(arena *a) {
    give_back(&a->cleanups);
    if (a->exhausted)
        longjmp(*a->exhausted, 1);
    out_of_memory();
}

void arena_fail(arena *a) {
    a->is_out_of_memory = true;
    give_up(a);
}

void arena_pay(arena *a, uint64_t steps) {
    a->steps += steps;
    if (!a->steps_limit || a->steps <= a->steps_limit)
        return;
    a->is_out_of_steps = true;
    give_up(a);
}

void arena_begin_stage(arena *stage, arena *whole) {
    uint64_t steps = stage->steps;
    arena_reset(stage);
    arena_pay(whole, steps);
    stage->exhausted = whole->exhausted;
    stage->limit = whole->limit;
    stage->budget = whole->budget;
    stage->steps_limit = !whole->steps_limit                 ? 0
                         : whole->steps_limit > whole->steps ? whole->steps_limit - whole->steps
                                                             : 1;
}

/* Moves to the next chunk, one kept from before or a new one. Each has room for what is not large. */
static void next_chunk(arena *a) {
    _Static_assert(CHUNK_MIN >= LARGE_MIN, "an allocation has room in a chunk, or is large");
    if (a->current && a->current->next) {
        enter_chunk(a, a->current->next);
        return;
    }
    size_t wanted = a->current ? a->current->size * 2 : CHUNK_MIN;
    if (wanted > CHUNK_MAX)
        wanted = CHUNK_MAX;
    chunk *c = malloc(sizeof *c + wanted);
    if (!c)
        arena_fail(a);
    c->next = NULL;
    c->size = wanted;
    if (a->current)
        a->current->next = c;
    else
        a->first = c;
    enter_chunk(a, c);
}

static bool has_no_room(const arena *a, size_t size) {
    return a->limit && (*a->budget > a->limit || size > a->limit - *a->budget);
}

static size_t aligned(size_t size) {
    return (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/* Counts what is handed out. */
static void take(arena *a, size_t size) {
    if (has_no_room(a, size))
        give_up(a);
    a->used += size;
    *a->budget += size;
}

static void count_less(arena *a, size_t size) {
    a->used -= size;
    *a->budget -= size;
}

static void link_large(arena *a, large *one, size_t size) {
    one->size = size;
    one->previous = NULL;
    one->next = a->larges;
    if (one->next)
        one->next->previous = one;
    a->larges = one;
}

static void *alloc_large(arena *a, size_t size) {
    if (size > SIZE_MAX / 2)
        give_up(a);
    take(a, size = aligned(size));
    large *one = malloc(sizeof *one + size);
    if (!one)
        arena_fail(a);
    link_large(a, one, size);
    return one + 1;
}

void *arena_alloc(arena *a, size_t size) {
    if (size >= LARGE_MIN)
        return alloc_large(a, size);
    size = size ? aligned(size) : ALIGNMENT;
    take(a, size);
    if (size > (size_t)(a->end - a->at))
        next_chunk(a);
    a->last = a->at;
    a->at += size;
    return a->last;
}

void *arena_zeroed(arena *a, size_t size) {
    return memset(arena_alloc(a, size), 0, size);
}

void *arena_node(arena *a) {
    unused_node *node = a->unused;
    if (!node)
        return arena_zeroed(a, ARENA_NODE);
    take(a, ARENA_NODE);
    a->unused = node->next;
    return memset(node, 0, ARENA_NODE);
}

void arena_reuse(arena *a, void *node) {
#ifdef ISOMERIZE_SANITIZED
    memset(node, 0xDD, ARENA_NODE); /* who still reads there is found out */
#endif
    count_less(a, ARENA_NODE);
    ((unused_node *)node)->next = a->unused;
    a->unused = node;
}

/* Whether the allocation is the last one, and has or gets so much room where it is. */
static bool grow_in_place(arena *a, const void *old, size_t new_size) {
    if (!old || old != a->last || new_size >= LARGE_MIN)
        return false;
    size_t size = aligned(new_size), have = (size_t)(a->at - a->last);
    if (size <= have)
        return true;
    if (size - have > (size_t)(a->end - a->at))
        return false;
    take(a, size - have);
    a->at = a->last + size;
    return true;
}

void *arena_grow(arena *a, void *old, size_t old_size, size_t new_size) {
    if (grow_in_place(a, old, new_size))
        return old;
    void *grown = arena_alloc(a, new_size);
    if (old_size)
        memcpy(grown, old, old_size < new_size ? old_size : new_size);
    return grown;
}

static void unlink_large(arena *a, const large *one) {
    large **link = one->previous ? &one->previous->next : &a->larges;
    *link = one->next;
    if (one->next)
        one->next->previous = one->previous;
}

static void *resize_large(arena *a, large *one, size_t new_size) {
    if (new_size > SIZE_MAX / 2)
        give_up(a);
    size_t size = aligned(new_size);
    if (size > one->size)
        take(a, size - one->size);
    else
        count_less(a, one->size - size);
    unlink_large(a, one);
    large *grown = realloc(one, sizeof *one + size);
    link_large(a, grown ? grown : one, grown ? size : one->size);
    if (!grown)
        arena_fail(a);
    return grown + 1;
}

void *arena_move(arena *a, void *old, size_t old_size, size_t new_size) {
    if (old_size >= LARGE_MIN && new_size >= LARGE_MIN)
        return resize_large(a, (large *)old - 1, new_size);
    void *grown = arena_grow(a, old, old_size, new_size);
    if (grown != old)
        arena_drop(a, old, old_size);
    return grown;
}

void arena_drop(arena *a, void *what, size_t size) {
    if (size < LARGE_MIN) {
#ifdef ISOMERIZE_SANITIZED
        if (size)
            memset(what, 0xDD, size);
#endif
        return;
    }
    large *one = (large *)what - 1;
    count_less(a, one->size);
    unlink_large(a, one);
    free(one);
}

/* From the end of the chunk, down to what is aligned. */
char *arena_text(arena *a, size_t size) {
    if (size >= LARGE_MIN)
        return alloc_large(a, size);
    size += size == 0; /* no text is not NULL either */
    take(a, size);
    if (size > (size_t)(a->end - a->at))
        next_chunk(a);
    a->end -= size;
    return a->end;
}
