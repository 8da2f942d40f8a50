/* tiptap_validate on documents built by hand: the content automata of the schema, marks, texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tiptap/tiptap.h"

/* A path of types, each the only child of the one before; text at the end where `text` is not NULL. */
typedef struct path_case {
    const char *name;
    tiptap_type types[6];
    size_t count;
    const char *text;
    bool valid;
} path_case;

static const path_case PATHS[] = {
    {"an empty document", {TIPTAP_DOC}, 1, NULL, false},
    {"a paragraph", {TIPTAP_DOC, TIPTAP_PARAGRAPH}, 2, NULL, true},
    {"text in a paragraph", {TIPTAP_DOC, TIPTAP_PARAGRAPH}, 2, "a", true},
    {"text in the document", {TIPTAP_DOC}, 1, "a", false},
    {"an empty text", {TIPTAP_DOC, TIPTAP_PARAGRAPH}, 2, "", false},
    {"a paragraph in a paragraph", {TIPTAP_DOC, TIPTAP_PARAGRAPH, TIPTAP_PARAGRAPH}, 3, NULL, false},
    {"a list without items", {TIPTAP_DOC, TIPTAP_BULLET_LIST}, 2, NULL, false},
    {"an item without a paragraph", {TIPTAP_DOC, TIPTAP_BULLET_LIST, TIPTAP_LIST_ITEM}, 3, NULL, false},
    {"an item", {TIPTAP_DOC, TIPTAP_BULLET_LIST, TIPTAP_LIST_ITEM, TIPTAP_PARAGRAPH}, 4, "a", true},
    {"an item that begins with a list",
     {TIPTAP_DOC, TIPTAP_BULLET_LIST, TIPTAP_LIST_ITEM, TIPTAP_BULLET_LIST, TIPTAP_LIST_ITEM,
      TIPTAP_PARAGRAPH},
     6,
     NULL,
     false},
    {"a quote without blocks", {TIPTAP_DOC, TIPTAP_BLOCKQUOTE}, 2, NULL, false},
    {"an item on its own", {TIPTAP_DOC, TIPTAP_LIST_ITEM, TIPTAP_PARAGRAPH}, 3, NULL, false},
    {"a cell",
     {TIPTAP_DOC, TIPTAP_TABLE, TIPTAP_TABLE_ROW, TIPTAP_TABLE_CELL, TIPTAP_PARAGRAPH},
     5,
     "a",
     true},
    {"a cell without a row", {TIPTAP_DOC, TIPTAP_TABLE, TIPTAP_TABLE_CELL, TIPTAP_PARAGRAPH}, 4, NULL, false},
    {"a rule", {TIPTAP_DOC, TIPTAP_HORIZONTAL_RULE}, 2, NULL, true},
    {"a picture in a paragraph", {TIPTAP_DOC, TIPTAP_PARAGRAPH, TIPTAP_IMAGE}, 3, NULL, false},
    {"code", {TIPTAP_DOC, TIPTAP_CODE_BLOCK}, 2, "a", true},
    {"a break in code", {TIPTAP_DOC, TIPTAP_CODE_BLOCK, TIPTAP_HARD_BREAK}, 3, NULL, false},
};

static void content_follows_the_schema(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        arena *a = arena_new(0);
        tiptap_node *document = tiptap_new_node(a, PATHS[i].types[0], 1), *at = document;
        for (size_t j = 1; j < PATHS[i].count; j++) {
            tiptap_node *child = tiptap_new_node(a, PATHS[i].types[j], 1);
            tiptap_append(at, child);
            at = child;
        }
        if (PATHS[i].text)
            tiptap_append(at, tiptap_new_text(a, slice_of(PATHS[i].text), NULL, 1));
        const char *why = NULL;
        print_message("%s\n", PATHS[i].name);
        assert_true((tiptap_validate(document, &why) == NULL) == PATHS[i].valid);
        assert_true((why == NULL) == PATHS[i].valid);
        arena_destroy(a);
    }
}

static const char *judge_texts(arena *a, const tiptap_marks *one, const tiptap_marks *other) {
    tiptap_node *document = tiptap_new_node(a, TIPTAP_DOC, 1), *p = tiptap_new_node(a, TIPTAP_PARAGRAPH, 1);
    const char *why = NULL;
    tiptap_append(document, p);
    tiptap_append(p, tiptap_new_text(a, SLICE("a"), one, 1));
    tiptap_append(p, tiptap_new_text(a, SLICE("b"), other, 1));
    tiptap_validate(document, &why);
    return why;
}

static void texts_with_the_same_marks_are_one(void **state) {
    (void)state;
    arena *a = arena_new(0);
    const tiptap_marks *bold = tiptap_add_mark(a, NULL, tiptap_new_mark(a, TIPTAP_BOLD));
    const tiptap_marks *also = tiptap_add_mark(a, NULL, tiptap_new_mark(a, TIPTAP_BOLD));
    const tiptap_marks *both = tiptap_add_mark(a, bold, tiptap_new_mark(a, TIPTAP_ITALIC));
    assert_null(judge_texts(a, bold, NULL));
    assert_null(judge_texts(a, bold, both));
    assert_non_null(judge_texts(a, bold, also));
    assert_non_null(judge_texts(a, NULL, NULL));
    arena_destroy(a);
}

static void marks_are_kept_in_order_whichever_comes_first(void **state) {
    (void)state;
    arena *a = arena_new(0);
    const tiptap_mark *bold = tiptap_new_mark(a, TIPTAP_BOLD), *link = tiptap_new_link(a, SLICE("/x/"));
    const tiptap_marks *one = tiptap_add_mark(a, tiptap_add_mark(a, NULL, bold), link);
    const tiptap_marks *other = tiptap_add_mark(a, tiptap_add_mark(a, NULL, link), bold);
    assert_int_equal(one->count, 2);
    assert_true(tiptap_same_marks(one, other));
    assert_int_equal(one->items[0]->type < one->items[1]->type, true);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(content_follows_the_schema),
        cmocka_unit_test(texts_with_the_same_marks_are_one),
        cmocka_unit_test(marks_are_kept_in_order_whichever_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
