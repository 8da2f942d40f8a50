/* Protects dom_visit: it shows what dom_parse builds, each node where it stands, or says that it cannot. */
#include "dom/dom.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void describe(const dom_node *node, buffer *out) {
    for (const dom_node *up = node->parent; up; up = up->parent)
        buffer_append_char(out, ' ');
    if (node->type != DOM_ELEMENT)
        buffer_printf(out, "%s \"%.*s\"", node->type == DOM_TEXT ? "text" : "comment",
                      SLICE_ARGS(dom_text(node)));
    buffer_append(out, dom_name(node));
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        buffer_printf(out, " %.*s=%.*s", SLICE_ARGS(node->attributes[i].name),
                      SLICE_ARGS(node->attributes[i].value));
    buffer_printf(out, " in %.*s, line %u\n",
                  SLICE_ARGS(node->parent ? dom_name(node->parent) : SLICE("nothing")), node->line);
}

static void open_node(void *context, const dom_node *node) {
    describe(node, context);
}

static void close_node(void *context, const dom_node *element) {
    buffer_printf(context, "end of %.*s\n", SLICE_ARGS(dom_name(element)));
}

static void describe_tree(const dom_node *body, buffer *out) {
    for (const dom_node *at = body; at;) {
        describe(at, out);
        if (at->first_child) {
            at = at->first_child;
            continue;
        }
        if (at->type == DOM_ELEMENT)
            close_node(out, at);
        while (at != body && !at->next)
            close_node(out, at = at->parent);
        at = at == body ? NULL : at->next;
    }
}

static const char *const PLAIN[] = {
    "",
    "Text",
    "<p>One</p>\n<p class=\"a\" id='b'>T&amp;wo <b>bold</b><br>three</p>",
    "<ul>\n<li>One<ul><li>Two</li></ul></li>\n<li>Three</li></ul>",
    "<table><tr><td colspan=\"2\">A</td></tr></table>",
    "<table><tbody><tr><td>A<p>B</td><td></td></tr></tbody></table>",
    "<pre>\n\nline</pre><p>open<p>again",
    "<script>if (a < b) c();</script><iframe src=\"x\">inside</iframe><!-- a comment -->end",
    "</p>text",
};

static void shows_what_the_tree_holds(void **state) {
    (void)state;
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof PLAIN / sizeof *PLAIN; i++) {
        buffer shown = buffer_new(a, 256), built = buffer_new(a, 256);
        assert_true(dom_visit(slice_of(PLAIN[i]), &(dom_visitor){open_node, close_node, &shown}, a));
        describe_tree(dom_parse(slice_of(PLAIN[i]), NULL, a, NULL), &built);
        assert_string_equal(slice_c_string(buffer_slice(&shown), a), slice_c_string(buffer_slice(&built), a));
    }
    arena_destroy(a);
}

/* Tables in cells, as deep as there may be. */
static void holds_the_deepest_nodes(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer html = buffer_new(a, 4096), shown = buffer_new(a, 4096);
    for (size_t i = 0; i + 1 < DOM_DEPTH_MAX; i++)
        buffer_append_string(&html, "<div>");
    buffer_append_string(&html, "<table><tr><td>deep</td></tr></table>");
    for (size_t i = 0; i + 1 < DOM_DEPTH_MAX; i++)
        buffer_append_string(&html, "</div>");
    assert_true(dom_visit(buffer_slice(&html), &(dom_visitor){open_node, close_node, &shown}, a));
    assert_true(slice_find(buffer_slice(&shown), SLICE("text \"deep\""), 0) != SLICE_NONE);
    arena_destroy(a);
}

static void leaves_the_rest_to_the_full_parser(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer shown = buffer_new(a, 256);
    assert_false(dom_visit(SLICE("<b><p>a</b>c</p>"), &(dom_visitor){open_node, close_node, &shown}, a));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_what_the_tree_holds),
        cmocka_unit_test(holds_the_deepest_nodes),
        cmocka_unit_test(leaves_the_rest_to_the_full_parser),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
