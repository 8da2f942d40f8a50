/* The hash map and its hash: what was put in is found, whatever the keys are; the hash is SipHash-1-3. */
#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_hash_is_siphash_1_3(void **state) {
    (void)state;
    /* The key is the bytes 0 … 15, the text the bytes 0 … length - 1, as in the vectors of the reference
     * implementation, here with one and three rounds. */
    static const struct {
        size_t length;
        uint64_t hash;
    } EXPECTED[] = {{0, UINT64_C(0xabac0158050fc4dc)},
                    {1, UINT64_C(0xc9f49bf37d57ca93)},
                    {8, UINT64_C(0x369095118d299a8e)},
                    {15, UINT64_C(0xd320d86d2a519956)}};
    hash_key key = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
    char text[16];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)i;
    for (size_t i = 0; i < sizeof EXPECTED / sizeof *EXPECTED; i++)
        assert_true(hash_keyed(&key, (slice){text, EXPECTED[i].length}) == EXPECTED[i].hash);
}

static void each_arena_has_a_key_of_its_own(void **state) {
    (void)state;
    arena *one = arena_new(0), *two = arena_new(0);
    assert_true(hash_keyed(arena_key(one), SLICE("a")) != hash_keyed(arena_key(two), SLICE("a")));
    assert_true(hash_keyed(arena_key(one), SLICE("a")) == hash_keyed(arena_key(one), SLICE("a")));
    arena_destroy(one);
    arena_destroy(two);
}

static void what_was_put_in_is_found(void **state) {
    (void)state;
    enum { KEYS = 20000 };
    arena *a = arena_new(0);
    hash_map m = map_new(a, 0);
    assert_null(map_get(&m, SLICE("0")));
    for (size_t i = 0; i < KEYS; i++) {
        bool is_new = false;
        void **value = map_put(&m, format_slice(a, "%zu", i), &is_new);
        assert_true(is_new && *value == NULL);
        *value = (void *)(uintptr_t)(i + 1);
    }
    for (size_t i = 0; i < KEYS; i++)
        assert_int_equal((uintptr_t)map_get(&m, format_slice(a, "%zu", i)), i + 1);
    bool is_new = true;
    assert_int_equal((uintptr_t)*map_put(&m, SLICE("7"), &is_new), 8);
    assert_false(is_new);
    assert_false(map_has(&m, SLICE("20000")));
    assert_false(map_has(&m, SLICE("")));
    map_put(&m, SLICE(""), NULL);
    assert_true(map_has(&m, SLICE("")));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hash_is_siphash_1_3),
        cmocka_unit_test(each_arena_has_a_key_of_its_own),
        cmocka_unit_test(what_was_put_in_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
