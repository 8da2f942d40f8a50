/* Work on many pages: in order, and never on more of them at once than there is memory for. */
#include "../../src/site/private.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

#define PAGES 60

typedef struct counts {
    size_t need;
    atomic_int now, most;
    size_t reported;
    bool in_order;
} counts;

static size_t needs(void *context, size_t index) {
    const counts *c = context;
    (void)index;
    return c->need;
}

static void each(void *context, size_t index, work_slot *slot) {
    counts *c = context;
    const struct timespec moment = {0, 2000000};
    int now = ++c->now, most = c->most;
    while (now > most && !atomic_compare_exchange_weak(&c->most, &most, now))
        ;
    *(size_t *)slot->own = index;
    nanosleep(&moment, NULL);
    --c->now;
}

static bool report(void *context, size_t index, work_slot *slot) {
    counts *c = context;
    c->in_order = c->in_order && index == c->reported && *(size_t *)slot->own == index;
    c->reported++;
    return true;
}

static int most_at_once(size_t need) {
    counts c = {.need = need, .in_order = true};
    work w = {
        .context = &c, .jobs = 16, .size = sizeof(size_t), .needs = needs, .each = each, .report = report};
    size_t reported;
    assert_true(work_on(&w, PAGES, &reported));
    assert_int_equal(reported, PAGES);
    assert_true(c.in_order);
    return c.most;
}

/* 4 GiB for all of them, and one more, which the others wait for. */
static void memory_bounds_the_pages_in_hand(void **state) {
    (void)state;
    assert_in_range(most_at_once((size_t)3 << 30), 1, 2);
    assert_in_range(most_at_once((size_t)1 << 30), 1, 5);
    assert_in_range(most_at_once((size_t)9 << 30), 1, 2);
}

static void small_pages_use_all_threads(void **state) {
    (void)state;
    assert_true(most_at_once(0) > 5);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(memory_bounds_the_pages_in_hand),
                                       cmocka_unit_test(small_pages_use_all_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
