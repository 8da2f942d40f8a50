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
#define ALIGNMENT ((size_t)16)

typedef struct chunk {
    struct chunk *next;
    size_t size; /* of the bytes behind the header */
    size_t padding[2];
} chunk;

struct arena {
    chunk *first, *current;
    char *at, *end;
    char *last; /* the last allocation, which arena_grow may extend in place */
    size_t used, limit;
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

void arena_destroy(arena *a) {
    if (!a)
        return;
    give_back(&a->at_end);
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
    a->used = 0;
    a->steps = 0;
    a->is_out_of_memory = a->is_out_of_steps = false;
    enter_chunk(a, a->first);
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
    stage->limit = !whole->limit ? 0 : whole->limit > whole->used ? whole->limit - whole->used : 1;
    stage->steps_limit = !whole->steps_limit                 ? 0
                         : whole->steps_limit > whole->steps ? whole->steps_limit - whole->steps
                                                             : 1;
}

/* Moves to a chunk that has room for `size`: the next one kept from before, or a new one. */
static void next_chunk(arena *a, size_t size) {
    while (a->current && a->current->next) {
        enter_chunk(a, a->current->next);
        if ((size_t)(a->end - a->at) >= size)
            return;
    }
    size_t wanted = a->current ? a->current->size * 2 : CHUNK_MIN;
    if (wanted > CHUNK_MAX)
        wanted = CHUNK_MAX;
    if (wanted < size)
        wanted = size;
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
    return a->limit && (a->used > a->limit || size > a->limit - a->used);
}

void *arena_alloc(arena *a, size_t size) {
    if (size > SIZE_MAX / 2)
        give_up(a);
    size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (size == 0)
        size = ALIGNMENT;
    if (has_no_room(a, size))
        give_up(a);
    if (size > (size_t)(a->end - a->at))
        next_chunk(a, size);
    a->used += size;
    a->last = a->at;
    a->at += size;
    return a->last;
}

void *arena_zeroed(arena *a, size_t size) {
    return memset(arena_alloc(a, size), 0, size);
}

void *arena_grow(arena *a, void *old, size_t old_size, size_t new_size) {
    if (old && old == a->last && new_size <= SIZE_MAX / 2) {
        size_t size = (new_size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
        size_t have = (size_t)(a->at - a->last);
        if (size <= have)
            return old;
        if (size - have <= (size_t)(a->end - a->at) && !has_no_room(a, size - have)) {
            a->used += size - have;
            a->at = a->last + size;
            return old;
        }
    }
    void *grown = arena_alloc(a, new_size);
    if (old_size)
        memcpy(grown, old, old_size < new_size ? old_size : new_size);
    return grown;
}
