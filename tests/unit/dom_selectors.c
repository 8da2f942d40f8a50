/* Selectors: what each kind matches, what each mistake says, and that hostile trees stay cheap. */
#include "dom/dom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdio.h>

static const char PAGE[] =
    "<div class=\"row is-multiline\" id=top>"
    "<div class=\"col is-4\"><a href=\"https://a.example/X.PDF\"><img src=one alt></a><h4>One</h4></div>"
    "<div class=\"col is-8\"><p lang=en-GB>Two <b>bold</b></p><p><b>alone</b></p></div>"
    "<!-- comment --><span></span>"
    "</div>"
    "<ul><li>1<li>2<li>3<li>4<li>5</ul>"
    "<input type=checkbox><label>Q</label><div>A</div><my-tag>x</my-tag><p>last</p>";

static const struct {
    const char *selector;
    const char *matches; /* the names of the elements, in order */
} MATCHES[] = {
    {"h4", "h4"},
    {"H4", "h4"},
    {"my-tag", "my-tag"},
    {"div.row > .col", "div div"},
    {".is-4.col", "div"},
    {"#top", "div"},
    {"[href$='.pdf' i]", "a"},
    {"[href$='.pdf']", ""},
    {"[href^=https]", "a"},
    {"[class*='ulti']", "div"},
    {"[class~=col]", "div div"},
    {"[lang|=en]", "p"},
    {"[alt]", "img"},
    {"[alt='']", "img"},
    {"input[type=\"checkbox\"] + label + div", "div"},
    {"input ~ p", "p"},
    {"label + p", ""},
    {".row b", "b b"},
    {".row > b", ""},
    {"div:has(> a > img)", "div"},
    {"div:has(img)", "div div"},
    {"label:has(+ div)", "label"},
    {"input:has(~ p)", "input"},
    {"input:has(~ div b)", ""},
    {":is(h4, h5), span", "h4 span"},
    {":where(b):not(:only-child)", ""},
    {"li:nth-child(2n+1)", "li li li"},
    {"li:nth-child(odd)", "li li li"},
    {"li:nth-child(3)", "li"},
    {"li:nth-child(-n+2)", "li li"},
    {"li:nth-last-child(1)", "li"},
    {"p:nth-of-type(2)", "p"},
    {"p:last-of-type", "p p"},
    {"li:first-child, li:last-child", "li li"},
    {"b:only-child", "b b"},
    {"b:alone", "b"},
    {"span:empty", "span"},
    {":root > ul", "ul"},
    {"> ul", "ul"},
    {"p b, p i", "b b"},
    {"div:not(.row, .col)", "div"},
    {".nothing :has(> x)", ""},
};

static slice matching_names(arena *a, dom_node *body, dom_matcher *m, const dom_selector *s) {
    buffer out = buffer_new(a, 64);
    for (dom_node *at = dom_next(body, body); at; at = dom_next(at, body))
        if (dom_matches(m, s, at, NULL)) {
            if (out.length)
                buffer_append_char(&out, ' ');
            buffer_append(&out, dom_name(at));
        }
    return buffer_slice(&out);
}

static void test_each_kind_matches(void **state) {
    (void)state;
    arena *a = arena_new(0);
    dom_node *body = dom_parse(slice_of(PAGE), NULL, a, NULL);
    dom_matcher *m = dom_matcher_new(body, a);
    for (size_t i = 0; i < sizeof MATCHES / sizeof *MATCHES; i++) {
        dom_selector_error error;
        dom_selector *s = dom_selector_compile(slice_of(MATCHES[i].selector), a, &error);
        if (!s)
            fail_msg("%s: %zu: %s", MATCHES[i].selector, error.position, error.message);
        slice names = matching_names(a, body, m, s);
        if (!slice_equal(names, slice_of(MATCHES[i].matches)))
            fail_msg("%s: matched `%.*s`", MATCHES[i].selector, SLICE_ARGS(names));
        if (names.length)
            assert_true(dom_matcher_may_match(m, s));
    }
    arena_destroy(a);
}

static void test_index_excludes_what_is_absent(void **state) {
    (void)state;
    arena *a = arena_new(0);
    dom_matcher *m = dom_matcher_new(dom_parse(slice_of(PAGE), NULL, a, NULL), a);
    static const char *const ABSENT[] = {".accordion", "table td", "details > summary",   "div.nope > p",
                                         "x-y",        "#none",    "p:has(> figcaption)", ":is(.a, .b) p"};
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++) {
        dom_selector_error error;
        assert_false(dom_matcher_may_match(m, dom_selector_compile(slice_of(ABSENT[i]), a, &error)));
    }
    arena_destroy(a);
}

static void test_scope_hides_what_is_outside(void **state) {
    (void)state;
    arena *a = arena_new(0);
    dom_node *body = dom_parse(slice_of(PAGE), NULL, a, NULL);
    dom_matcher *m = dom_matcher_new(body, a);
    dom_selector_error error;
    dom_node *column = dom_find(m, dom_selector_compile(SLICE(".is-8"), a, &error), body);
    assert_non_null(column);
    assert_null(dom_find(m, dom_selector_compile(SLICE(".row p"), a, &error), column));
    assert_null(dom_find(m, dom_selector_compile(SLICE(".is-4 ~ *"), a, &error), column));
    assert_non_null(dom_find(m, dom_selector_compile(SLICE("> p > b"), a, &error), column));
    arena_destroy(a);
}

static const struct {
    const char *selector;
    size_t position;
} MISTAKES[] = {
    {"", 0},
    {"div >", 5},
    {"div..a", 4},
    {"div[", 4},
    {"div[a", 5},
    {"[a='b]", 3},
    {":hover", 0},
    {"::before", 0},
    {"a, ", 3},
    {"p:nth-child(x)", 12},
    {"p:has(", 6},
    {"p:has(:has(a))", 11},
    {"p)", 1},
    {"a{}", 1},
    {"p:first-child(2)", 13},
    {"p:not", 5},
    {"a > > b", 4},
    {"a:nth-child()", 12},
};

static void test_mistakes_have_a_position(void **state) {
    (void)state;
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++) {
        dom_selector_error error;
        assert_null(dom_selector_compile(slice_of(MISTAKES[i].selector), a, &error));
        if (error.position != MISTAKES[i].position)
            fail_msg("%s: mistake at %zu: %s", MISTAKES[i].selector, error.position, error.message);
    }
    arena_destroy(a);
}

/* An element's values are read for each test: long ones are many steps. */
static void test_long_values_are_paid(void **state) {
    (void)state;
    static const char *const SELECTORS[] = {".c99999", "[class~=x]", "[class*=x i]", "[class*=x]"};
    arena *a = arena_new(0);
    buffer html = buffer_new(a, 1 << 20);
    buffer_append_string(&html, "<p class='");
    for (int i = 0; i < 100000; i++)
        buffer_printf(&html, " c%d", i);
    buffer_append_string(&html, "'>x</p>");
    dom_node *body = dom_parse(buffer_slice(&html), NULL, a, NULL);
    for (size_t k = 0; k < sizeof SELECTORS / sizeof *SELECTORS; k++) {
        dom_matcher *m = dom_matcher_new(body, a);
        dom_selector_error error;
        for (int i = 0; i < 200; i++)
            matching_names(a, body, m, dom_selector_compile(slice_of(SELECTORS[k]), a, &error));
        assert_true(dom_matcher_exhausted(m));
    }
    arena_destroy(a);
}

/* 40,000 siblings and 180 levels: every selector costs a bounded number of steps for each element. */
static void test_hostile_trees_are_cheap(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer html = buffer_new(a, 1 << 20);
    for (int i = 0; i < 40000; i++)
        buffer_append_string(&html, i % 2 ? "<p>x</p>" : "<b>y</b>");
    for (int i = 0; i < 180; i++)
        buffer_append_string(&html, "<div class=a>");
    for (int i = 0; i < 2000; i++)
        buffer_append_string(&html, "<i>z</i>");
    dom_node *body = dom_parse(buffer_slice(&html), NULL, a, NULL);
    static const char *const SELECTORS[] = {"u ~ p",
                                            "p:has(~ u)",
                                            "p:nth-last-child(7)",
                                            "b:nth-of-type(3n)",
                                            ".a .a .a .a .a .a u",
                                            "p ~ b ~ p ~ b ~ u",
                                            "div:has(u)",
                                            "div:has(.a .a .a u)",
                                            ".a .a .a .a i:last-child"};
    for (size_t i = 0; i < sizeof SELECTORS / sizeof *SELECTORS; i++) {
        dom_matcher *m = dom_matcher_new(body, a);
        dom_selector_error error;
        matching_names(a, body, m, dom_selector_compile(slice_of(SELECTORS[i]), a, &error));
        if (dom_matcher_exhausted(m))
            fail_msg("%s: too many steps", SELECTORS[i]);
    }
    /* The one that no memory helps: it stops at the budget. */
    dom_matcher *m = dom_matcher_new(body, a);
    dom_selector_error error;
    matching_names(a, body, m, dom_selector_compile(SLICE("p:has(~ b u)"), a, &error));
    assert_true(dom_matcher_exhausted(m));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_matches),
        cmocka_unit_test(test_index_excludes_what_is_absent),
        cmocka_unit_test(test_scope_hides_what_is_outside),
        cmocka_unit_test(test_mistakes_have_a_position),
        cmocka_unit_test(test_long_values_are_paid),
        cmocka_unit_test(test_hostile_trees_are_cheap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
