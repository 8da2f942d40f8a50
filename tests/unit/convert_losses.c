/* Protects the promise that nothing is lost in silence: what disappears between fitting and saving is always found. */
#include "convert/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char PAGE[] = "---\ntitle: A page\n---\n"
                           "First paragraph with [a link](/over-there/).\n\n"
                           "![A picture](/images/one.png)\n\n"
                           "- apples\n- pears\n- plums\n\n"
                           "| Fruit | Price |\n|---|---|\n| apple | three |\n| pear | four |\n\n"
                           "Last paragraph.\n";

static bool holds_text(const tiptap_node *node, slice text) {
    for (const tiptap_node *at = node; at; at = tiptap_next(at, node))
        if (at->type == TIPTAP_TEXT && slice_find(at->text, text, 0) != SLICE_NONE)
            return true;
    return false;
}

/* What a test plants: the first node of a type that holds a text is removed (its content with it). */
typedef struct planted {
    tiptap_type type;
    slice text;
    bool only_mark; /* takes the marks off the text instead */
    bool done;
} planted;

static void remove_node(void *context, tiptap_node *document) {
    planted *p = context;
    for (tiptap_node *at = document; at && !p->done; at = tiptap_next(at, document)) {
        if (at->type != p->type || (p->text.length && !holds_text(at, p->text)))
            continue;
        if (p->only_mark)
            at->marks = NULL;
        else
            tiptap_remove(at);
        p->done = true;
    }
}

static grade grade_with(planted *p, finding_code expected, size_t *count) {
    arena *a = arena_create(0);
    convert_options options = convert_defaults();
    options.inspect = p ? remove_node : NULL;
    options.context = p;
    convert_result result;
    convert_page(slice_of(PAGE), &options, a, &result);
    assert_int_equal(result.state, CONVERT_DONE);
    grade g = result.grade;
    *count = result.found.counts[expected];
    arena_destroy(a);
    return g;
}

static void expect_loss(tiptap_type type, const char *text, bool only_mark, finding_code code) {
    planted p = {type, slice_of(text), only_mark, false};
    size_t count;
    assert_int_equal(grade_with(&p, code, &count), GRADE_LOSS);
    assert_true(p.done);
    assert_int_equal(count, 1);
}

static void an_untouched_page_has_no_loss(void **state) {
    (void)state;
    size_t count;
    assert_true(grade_with(NULL, FINDING_TEXT_LOST, &count) < GRADE_LOSS);
    assert_int_equal(count, 0);
}

static void a_removed_paragraph_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_PARAGRAPH, "Last paragraph", false, FINDING_TEXT_LOST);
}

static void a_removed_link_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_TEXT, "a link", true, FINDING_LINK_LOST);
}

static void a_removed_picture_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_IMAGE, "", false, FINDING_PICTURE_LOST);
}

static void a_removed_list_item_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_LIST_ITEM, "pears", false, FINDING_TEXT_LOST);
}

static void a_removed_table_cell_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_TABLE_CELL, "four", false, FINDING_TEXT_LOST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_page_has_no_loss), cmocka_unit_test(a_removed_paragraph_is_a_loss),
        cmocka_unit_test(a_removed_link_is_a_loss),      cmocka_unit_test(a_removed_picture_is_a_loss),
        cmocka_unit_test(a_removed_list_item_is_a_loss), cmocka_unit_test(a_removed_table_cell_is_a_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
