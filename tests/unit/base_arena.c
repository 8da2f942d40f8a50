/* An arena for the stages of something has what is left of the memory and the steps of the whole; findings
 * stay where they are. */
#include "base/base.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

typedef struct arenas {
    arena *whole, *stage;
    jmp_buf exhausted;
} arenas;

static int make_arenas(void **state) {
    static arenas both;
    both.whole = arena_new(0);
    both.stage = arena_new(0);
    *state = &both;
    return 0;
}

static int destroy_arenas(void **state) {
    const arenas *both = *state;
    arena_destroy(both->whole);
    arena_destroy(both->stage);
    return 0;
}

static void a_stage_has_the_memory_that_is_left(void **state) {
    arenas *both = *state;
    volatile int jumps = 0;
    arena_set_limit(both->whole, 1000);
    arena_alloc(both->whole, 400);
    arena_on_exhausted(both->whole, &both->exhausted);
    arena_begin_stage(both->stage, both->whole);
    if (setjmp(both->exhausted) == 0) {
        memset(arena_alloc(both->stage, 592), 1, 592);
        assert_int_equal(arena_used(both->stage), 592);
        arena_alloc(both->stage, 16);
        fail();
    }
    jumps++;
    assert_false(arena_is_out_of_memory(both->stage));
    arena_begin_stage(both->stage, both->whole); /* all that it had is there again */
    assert_int_equal(arena_used(both->stage), 0);
    if (setjmp(both->exhausted) == 0) {
        arena_alloc(both->stage, 592);
        arena_alloc(both->whole, 592); /* of results: they fill up what the next stage will have */
        arena_begin_stage(both->stage, both->whole);
        arena_alloc(both->stage, 16);
        fail();
    }
    jumps++;
    assert_int_equal(jumps, 2);
}

static void steps_of_a_stage_are_paid_to_the_whole(void **state) {
    arenas *both = *state;
    arena_set_steps(both->whole, 100);
    arena_pay(both->whole, 30);
    arena_on_exhausted(both->whole, &both->exhausted);
    arena_begin_stage(both->stage, both->whole);
    arena_pay(both->stage, 50);
    arena_begin_stage(both->stage, both->whole);
    assert_int_equal(arena_steps(both->whole), 80);
    if (setjmp(both->exhausted) == 0) {
        arena_pay(both->stage, 20);
        arena_pay(both->stage, 1);
        fail();
    }
    assert_true(arena_is_out_of_steps(both->stage));
    assert_false(arena_is_out_of_steps(both->whole));
    if (setjmp(both->exhausted) == 0) {
        arena_begin_stage(both->stage, both->whole);
        fail();
    }
    assert_true(arena_is_out_of_steps(both->whole));
}

static void a_stage_without_limits_has_none(void **state) {
    arenas *both = *state;
    arena_alloc(both->whole, 1 << 20);
    arena_pay(both->whole, 1 << 20);
    arena_begin_stage(both->stage, both->whole);
    arena_alloc(both->stage, 1 << 21);
    arena_pay(both->stage, 1 << 21);
    assert_int_equal(arena_used(both->stage), 1 << 21);
}

static void findings_stay_where_they_are(void **state) {
    const arenas *both = *state;
    findings found = findings_new(both->whole);
    char words[] = "words";
    finding *first = findings_add(&found, FINDING_LINK_DEAD, 3, "%s", "x");
    for (uint32_t i = 1; i < 100; i++)
        findings_add(&found, FINDING_LINK_DEAD, i, "%s", "y");
    findings_add_change(&found, first, CHANGE_TEXT, slice_of(words), SLICE("other"));
    words[0] = 'X'; /* was copied */
    assert_ptr_equal(findings_at(&found, 0), first);
    assert_int_equal(findings_at(&found, 0)->line, 3);
    assert_true(slice_equal(first->before, SLICE("words")));
    assert_true(slice_equal(((change *)vector_at(&found.changes, 0))->before, SLICE("words")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_arenas, destroy_arenas)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_stage_has_the_memory_that_is_left),
        TEST(steps_of_a_stage_are_paid_to_the_whole),
        TEST(a_stage_without_limits_has_none),
        TEST(findings_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
