/* What is worth keeping from page to page.
 *
 * Comes in: an engine. Goes out: a worker for the time of one page, which no other thread has. An idle one is
 * taken first, so that there are as many as threads convert at once.
 */
#include "private.h"

#include <stdatomic.h>
#include <stdlib.h>

#define IDLE_MAX 64

struct convert_workers {
    _Atomic(convert_worker *) idle[IDLE_MAX];
};

static void free_worker(convert_worker *w) {
    if (w) {
        css_style_cache_free(w->styles);
        arena_destroy(w->stage);
        arena_destroy(w->tree);
        arena_destroy(w->known);
    }
    free(w);
}

static void free_workers(void *held) {
    convert_workers *all = held;
    for (size_t i = 0; i < IDLE_MAX; i++)
        free_worker(atomic_load(&all->idle[i]));
}

convert_workers *convert_workers_new(arena *a) {
    convert_workers *all = arena_alloc(a, sizeof *all);
    for (size_t i = 0; i < IDLE_MAX; i++)
        atomic_init(&all->idle[i], NULL);
    arena_cleanup *at_end = arena_alloc(a, sizeof *at_end);
    *at_end = (arena_cleanup){free_workers, all, NULL};
    arena_give_back_at_end(a, at_end);
    return all;
}

static convert_worker *new_worker(const convert_engine *engine) {
    convert_worker *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->styles = css_style_cache_new(engine->sheets);
    w->stage = arena_create(0);
    w->tree = arena_create(0);
    w->known = arena_create(0);
    if (w->styles && w->stage && w->tree && w->known)
        return w;
    free_worker(w);
    return NULL;
}

convert_worker *convert_worker_take(const convert_engine *engine) {
    for (size_t i = 0; i < IDLE_MAX; i++) {
        convert_worker *w = atomic_exchange(&engine->workers->idle[i], NULL);
        if (w)
            return w;
    }
    return new_worker(engine);
}

void convert_worker_give_back(const convert_engine *engine, convert_worker *w) {
    if (w) {
        arena_reset(w->stage);
        arena_reset(w->tree);
        arena_reset(w->known);
    }
    for (size_t i = 0; w && i < IDLE_MAX; i++) {
        convert_worker *none = NULL;
        if (atomic_compare_exchange_strong(&engine->workers->idle[i], &none, w))
            return;
    }
    free_worker(w);
}

void convert_worker_on_exhausted(convert_worker *w, jmp_buf *jump) {
    arena_on_exhausted(css_style_cache_arena(w->styles), jump);
}

bool convert_worker_clear(convert_worker *w) {
    bool in_memory = !arena_is_out_of_memory(css_style_cache_arena(w->styles)) &&
                     !arena_is_out_of_memory(w->stage) && !arena_is_out_of_memory(w->tree) &&
                     !arena_is_out_of_memory(w->known);
    css_style_cache_clear(w->styles);
    arena_reset(w->stage);
    arena_reset(w->tree);
    arena_reset(w->known);
    return in_memory;
}
