/* page_split and page_split_as_cms: where front matter ends, and the lines of the parts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "page/page.h"

typedef struct split_case {
    const char *name, *text;
    bool has_front;
    const char *front, *body;
    uint32_t body_line;
} split_case;

static const split_case AS_JEKYLL[] = {
    {"plain", "---\na: 1\n---\nText\n", true, "a: 1\n", "Text\n", 4},
    {"spaces and blank lines", "--- \t\n\na: 1\n---  \n\n \n  Text\n", true, "\na: 1\n", "  Text\n", 7},
    {"byte order mark", "\xEF\xBB\xBF---\na: 1\n---\n", true, "a: 1\n", "", 4},
    {"carriage returns", "---\r\na: 1\r\n---\r\nText", true, "a: 1\r\n", "Text", 4},
    {"dots", "---\na: 1\n...\nText", true, "a: 1\n", "Text", 4},
    {"empty", "---\n---\nText", true, "", "Text", 3},
    {"never closed", "---\na: 1\nText", false, "", "---\na: 1\nText", 1},
    {"hyphens in a value", "---\na: b --- c\n----\n---\nText", true, "a: b --- c\n----\n", "Text", 5},
    {"none", "Text\n---\na\n---\n", false, "", "Text\n---\na\n---\n", 1},
    {"only a marker", "---", false, "", "---", 1},
    {"nothing", "", false, "", "", 1},
};

static const split_case AS_CMS[] = {
    {"plain", "---\na: 1\n---\nText\n", true, "\na: 1\n", "\nText\n", 3},
    {"hyphens in a value", "---\na: b --- c\n---\n", true, "\na: b ", " c\n---\n", 2},
    {"none", "Text", false, "", "Text", 1},
};

static void check(const split_case *c, page_parts parts) {
    print_message("%s\n", c->name);
    assert_int_equal(parts.has_front, c->has_front);
    assert_true(slice_equal(parts.front, slice_of(c->front)));
    assert_true(slice_equal(parts.body, slice_of(c->body)));
    assert_int_equal(parts.body_line, c->body_line);
}

static void splits_as_jekyll_does(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof AS_JEKYLL / sizeof *AS_JEKYLL; i++)
        check(&AS_JEKYLL[i], page_split(slice_of(AS_JEKYLL[i].text)));
}

static void splits_as_the_cms_does(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof AS_CMS / sizeof *AS_CMS; i++)
        check(&AS_CMS[i], page_split_as_cms(slice_of(AS_CMS[i].text)));
}

static void a_key_set_is_read_back(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    front_value root;
    page_error error;
    assert_true(page_read_front(SLICE("image: /a.png\nvariant: markdown\n"), 2, a, &found, &root, &error));
    page_front_set(&root, SLICE("variant"), SLICE("tiptap"), a);
    page_front_set(&root, SLICE("new"), SLICE("x: y"), a);
    assert_true(slice_equal(page_front_text(&root, SLICE("variant")), SLICE("tiptap")));
    assert_null(page_front_get(&root, SLICE("absent")));
    buffer out = buffer_new(a, 64);
    assert_true(page_write_front(&root, a, &found, &out, &error));
    assert_true(
        slice_equal(buffer_slice(&out), SLICE("---\nimage: /a.png\nvariant: tiptap\nnew: \"x: y\"\n---\n")));
    arena_destroy(a);
}

static void hostile_nesting_is_refused(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    buffer deep = buffer_new(a, 1 << 17);
    buffer_append(&deep, SLICE("a: "));
    for (int i = 0; i < 100000; i++)
        buffer_append_char(&deep, '[');
    front_value root;
    page_error error;
    assert_false(page_read_front(buffer_slice(&deep), 2, a, &found, &root, &error));
    buffer bomb = buffer_new(a, 4096);
    buffer_append(&bomb, SLICE("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"));
    for (int i = 1; i < 9; i++)
        buffer_printf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i,
                      i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_false(page_read_front(buffer_slice(&bomb), 2, a, &found, &root, &error));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_as_jekyll_does),
        cmocka_unit_test(splits_as_the_cms_does),
        cmocka_unit_test(a_key_set_is_read_back),
        cmocka_unit_test(hostile_nesting_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
