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
        arena_alloc(both->stage, 400);
        arena_alloc(both->whole, 192); /* of results: the limit is of both together */
        arena_alloc(both->whole, 16);
        fail();
    }
    jumps++;
    arena_begin_stage(both->stage, both->whole);
    if (setjmp(both->exhausted) == 0) {
        arena_alloc(both->stage, 400);
        arena_alloc(both->stage, 16);
        fail();
    }
    jumps++;
    assert_int_equal(jumps, 3);
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

/* What grows piece by piece, as buffers and vectors do, costs no more memory than it has in the end. */
static void a_large_allocation_leaves_no_copy_behind(void **state) {
    arenas *both = *state;
    enum { FIRST = 1 << 18, GROWN = 1 << 23 };
    char *text = memset(arena_alloc(both->whole, FIRST), 'a', FIRST);
    char *other = memset(arena_alloc(both->whole, FIRST), 'b', FIRST);
    arena_alloc(both->whole, 16);
    for (size_t size = FIRST; size < GROWN; size *= 2) {
        text = arena_move(both->whole, text, size, size * 2);
        memset(text + size, 'c', size);
    }
    assert_int_equal(arena_used(both->whole), GROWN + FIRST + 16);
    assert_true(text[0] == 'a' && text[FIRST - 1] == 'a' && text[FIRST] == 'c' && text[GROWN - 1] == 'c');
    assert_true(other[0] == 'b' && other[FIRST - 1] == 'b');
    arena_reset(both->whole);
    assert_int_equal(arena_used(both->whole), 0);
}

static void what_cannot_grow_is_as_memory_that_is_not_there(void **state) {
    arenas *both = *state;
    enum { SIZE = 1 << 18 };
    arena_set_limit(both->whole, SIZE * 3);
    arena_on_exhausted(both->whole, &both->exhausted);
    char *text = arena_alloc(both->whole, SIZE);
    text = arena_move(both->whole, text, SIZE, SIZE * 2);
    if (setjmp(both->exhausted) == 0) {
        arena_move(both->whole, text, SIZE * 2, SIZE * 4);
        fail();
    }
    assert_int_equal(arena_used(both->whole), SIZE * 2);
    assert_false(arena_is_out_of_memory(both->whole));
}

static void a_large_allocation_need_not_grow(void **state) {
    arenas *both = *state;
    enum { SIZE = 1 << 19 };
    char *text = memset(arena_alloc(both->whole, SIZE), 'a', SIZE);
    text = arena_move(both->whole, text, SIZE, SIZE / 2);
    assert_true(text[0] == 'a' && text[SIZE / 2 - 1] == 'a');
}

/* A limit below what has been used already leaves nothing, not what the difference wraps around to. */
static void a_limit_that_has_been_passed_leaves_nothing(void **state) {
    arenas *both = *state;
    arena_alloc(both->whole, 400);
    arena_set_limit(both->whole, 100);
    arena_on_exhausted(both->whole, &both->exhausted);
    if (setjmp(both->exhausted) == 0) {
        arena_alloc(both->whole, 16);
        fail();
    }
    assert_int_equal(arena_used(both->whole), 400);
}

static void text_is_packed_beside_what_is_aligned(void **state) {
    arenas *both = *state;
    char *none = arena_text(both->whole, 0), *one = arena_text(both->whole, 1);
    double *number = arena_alloc(both->whole, sizeof *number);
    char *three = arena_text(both->whole, 3);
    assert_non_null(none);
    *number = 1;
    memcpy(one, "a", 1);
    memcpy(three, "bcd", 3);
    assert_true(*number == 1 && *one == 'a' && memcmp(three, "bcd", 3) == 0);
    assert_int_equal((uintptr_t)number % sizeof *number, 0);
    assert_int_equal(arena_used(both->whole), 1 + 1 + sizeof *number + 3);
    assert_true(arena_holds(both->whole, one) && arena_holds(both->whole, number));
    assert_false(arena_holds(both->stage, one));
    enum { LARGE = 1 << 20 };
    char *first = arena_alloc(both->whole, LARGE), *second = arena_alloc(both->whole, LARGE);
    assert_true(arena_holds(both->whole, first) && arena_holds(both->whole, second + LARGE - 1));
    assert_false(arena_holds(both->stage, first));
}

static void what_is_dropped_makes_room(void **state) {
    arenas *both = *state;
    enum { SIZE = 1 << 20 };
    arena_set_limit(both->whole, SIZE * 3 / 2);
    arena_on_exhausted(both->whole, &both->exhausted);
    if (setjmp(both->exhausted) != 0)
        fail();
    vector v = vector_new(both->whole, 1);
    for (int i = 0; i < 3; i++) {
        vector_reserve(&v, SIZE);
        assert_true(arena_holds(both->whole, v.items));
        vector_drop(&v);
        assert_int_equal(arena_used(both->whole), 0);
    }
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
        TEST(a_large_allocation_leaves_no_copy_behind),
        TEST(text_is_packed_beside_what_is_aligned),
        TEST(what_is_dropped_makes_room),
        TEST(a_large_allocation_need_not_grow),
        TEST(a_limit_that_has_been_passed_leaves_nothing),
        TEST(what_cannot_grow_is_as_memory_that_is_not_there),
        TEST(steps_of_a_stage_are_paid_to_the_whole),
        TEST(a_stage_without_limits_has_none),
        TEST(findings_stay_where_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
