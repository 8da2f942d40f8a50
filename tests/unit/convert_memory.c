/* Protects large pages: how many times its bytes a page takes of memory, all its arenas together. */
#include "convert/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { SIZE = 1 << 20 };
#define FRONT "---\ntitle: Large\npermalink: /large/\n---\n"
#define SENTENCE                                                                                             \
    "Every **resident** may apply for [a permit](/permits/) at the counter, or by `post` before the end "    \
    "of the month. "

/* A page of about SIZE bytes: `part` again and again, `end` as often behind them. */
static slice large_page(const char *part, const char *end, arena *a) {
    buffer page = buffer_new(a, SIZE * 2);
    size_t count = SIZE / (strlen(part) + strlen(end));
    buffer_append_string(&page, FRONT);
    for (size_t i = 0; i < count; i++)
        buffer_append_string(&page, part);
    buffer_append_string(&page, "x");
    for (size_t i = 0; i < count; i++)
        buffer_append_string(&page, end);
    return buffer_slice(&page);
}

static convert_state convert_within(const char *part, const char *end, size_t times) {
    arena *shared = arena_new(0), *page = arena_new(0);
    convert_settings settings = convert_settings_default();
    slice error, bytes = large_page(part, end, shared);
    settings.memory_limit = times * bytes.length;
    convert_engine *engine = convert_engine_new(&settings, shared, &error);
    assert_non_null(engine);
    convert_result result;
    assert_true(convert_page(engine, bytes, NULL, page, &result));
    convert_state state = result.state;
    arena_destroy(page);
    arena_destroy(shared);
    return state;
}

static void text_and_lists_take_20_times_their_bytes(void **state) {
    (void)state;
    assert_int_equal(convert_within(SENTENCE SENTENCE SENTENCE "\n\n", "", 17), CONVERT_DONE);
    assert_int_equal(convert_within(SENTENCE, "", 17), CONVERT_DONE);
    assert_int_equal(convert_within("A line of text\n", "", 6), CONVERT_DONE);
    assert_int_equal(convert_within("- An item of a list\n", "", 20), CONVERT_DONE);
}

static void nested_tags_take_as_much(void **state) {
    (void)state;
    assert_int_equal(convert_within("<div>", "</div>", 20), CONVERT_DONE);
}

/* A tag, a paragraph and a few letters are many nodes for few bytes. */
static void small_blocks_take_more(void **state) {
    (void)state;
    assert_int_equal(convert_within("<p>x</p>", "", 29), CONVERT_DONE);
    assert_int_equal(convert_within("| One cell | Another one |\n", "", 36), CONVERT_DONE);
    assert_int_equal(
        convert_within("<div class=\"row\"><div class=\"col\"><p>One</p></div><div class=\"col\">"
                       "<p>Two</p></div></div>\n",
                       "", 44),
        CONVERT_DONE);
}

static void a_limit_below_that_is_one(void **state) {
    (void)state;
    assert_int_equal(convert_within(SENTENCE SENTENCE SENTENCE "\n\n", "", 10), CONVERT_REFUSED);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_and_lists_take_20_times_their_bytes),
        cmocka_unit_test(nested_tags_take_as_much),
        cmocka_unit_test(small_blocks_take_more),
        cmocka_unit_test(a_limit_below_that_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
