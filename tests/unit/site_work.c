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

static size_t needs(void *context, size_t index, work_slot *slot) {
    const counts *c = context;
    (void)index, (void)slot;
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

#define ITEMS 5000

static void visit_range(void *context, size_t first, size_t end) {
    atomic_int *visits = context;
    for (size_t i = first; i < end; i++)
        visits[i]++;
}

static void ranges_cover_each_item_once(void **state) {
    (void)state;
    static const size_t COUNTS[] = {0, 1, 511, 512, 1023, 1024, 1537, ITEMS};
    for (unsigned jobs = 0; jobs < 12; jobs++)
        for (size_t c = 0; c < sizeof COUNTS / sizeof *COUNTS; c++) {
            atomic_int visits[ITEMS] = {0};
            work_on_ranges(&(range_work){.context = visits, .jobs = jobs, .each = visit_range}, COUNTS[c]);
            for (size_t i = 0; i < ITEMS; i++)
                assert_int_equal(visits[i], i < COUNTS[c]);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranges_cover_each_item_once),
                                       cmocka_unit_test(memory_bounds_the_pages_in_hand),
                                       cmocka_unit_test(small_pages_use_all_threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
