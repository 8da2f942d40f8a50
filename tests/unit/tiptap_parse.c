/* tiptap_parse on small trees: what comes out is valid, in the schema's order, and what has no place is
 * reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "save/save.h"
#include "tiptap/tiptap.h"

static tiptap_node *parse(const char *html, arena *a, vector *dropped) {
    return tiptap_parse(dom_parse(slice_of(html), NULL, a, NULL), a, dropped);
}

static void assert_saved(const char *html, const char *expected) {
    arena *a = arena_new(0);
    const char *why = NULL;
    tiptap_node *document = parse(html, a, NULL);
    assert_null(tiptap_validate(document, &why));
    buffer out = buffer_new(a, 256);
    save_body(document, a, &out);
    print_message("%s\n", html);
    assert_string_equal(format_slice(a, "%.*s%c", SLICE_ARGS(buffer_slice(&out)), '\0').data, expected);
    arena_destroy(a);
}

static void marks_come_in_the_order_of_the_schema(void **state) {
    (void)state;
    static const char *const SOURCES[] = {
        "<p><a href=\"/x\" target=\"_self\"><strong><em><u>w</u></em></strong></a></p>",
        "<p><u><em><strong><a href=\"/x\" target=\"_self\">w</a></strong></em></u></p>",
        "<p><em><a href=\"/x\" target=\"_self\"><u><strong>w</strong></u></a></em></p>",
    };
    for (size_t i = 0; i < sizeof SOURCES / sizeof *SOURCES; i++)
        assert_saved(SOURCES[i], "<p><strong><em><a href=\"/x\" rel=\"noopener noreferrer nofollow\" "
                                 "target=\"_self\"><u>w</u></a></em></strong>\n</p>");
}

static void lists_are_tight_unless_they_hold_paragraphs(void **state) {
    (void)state;
    assert_saved(
        "<ul><li>a</li><li>b</li></ul>",
        "<ul data-tight=\"true\" class=\"tight\">\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>");
    assert_saved("<ul><li><p>a</p></li></ul>", "<ul>\n<li>\n<p>a</p>\n</li>\n</ul>");
    assert_saved("<ol start=\"4\" data-tight=\"true\"><li><p>a</p></li></ol>",
                 "<ol start=\"4\" data-tight=\"true\" class=\"tight\">\n<li>\n<p>a</p>\n</li>\n</ol>");
}

static void a_grid_of_cards_keeps_its_parts(void **state) {
    (void)state;
    assert_saved(
        "<div class=\"isomer-card-grid\"><a class=\"isomer-card\" href=\"/x/\"><div "
        "class=\"isomer-card-body\">"
        "<div class=\"isomer-card-title\">T</div><div class=\"isomer-card-description\">D</div>"
        "<div class=\"isomer-card-link\">L</div></div></a></div>",
        "<div class=\"isomer-card-grid\"><a rel=\"noopener noreferrer nofollow\" "
        "href=\"/x/\" class=\"isomer-card\"><div class=\"isomer-card-body\"><div "
        "class=\"isomer-card-title\">T</div>"
        "<div class=\"isomer-card-description\">D</div><div class=\"isomer-card-link\">L</div></div></a>"
        "\n</div>");
}

static void missing_parts_are_filled_in(void **state) {
    (void)state;
    assert_saved("<blockquote></blockquote>", "<blockquote>\n<p></p>\n</blockquote>");
    assert_saved("<table><tbody><tr><td></td></tr></tbody></table>",
                 "<table style=\"minWidth: 25px\">\n<colgroup>\n<col>\n</colgroup>\n<tbody>\n<tr>\n"
                 "<td rowspan=\"1\" colspan=\"1\">\n<p></p>\n</td>\n</tr>\n</tbody>\n</table>");
    assert_saved("", "<p></p>");
}

static void what_is_dropped_is_reported(void **state) {
    (void)state;
    static const struct {
        const char *html;
        size_t dropped;
    } CASES[] = {
        {"<p>a</p><script>x</script>", 1},
        {"<style>a</style><p>b</p><noscript>c</noscript>", 2},
        {"<p>a <span>b</span></p>", 0},
        {"<h2>a</h2><ul><li><p><strong>b</strong></p></li></ul>", 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        arena *a = arena_new(0);
        vector dropped = vector_new(a, sizeof(const dom_node *));
        print_message("%s\n", CASES[i].html);
        parse(CASES[i].html, a, &dropped);
        assert_int_equal(dropped.count, CASES[i].dropped);
        arena_destroy(a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_come_in_the_order_of_the_schema),
        cmocka_unit_test(lists_are_tight_unless_they_hold_paragraphs),
        cmocka_unit_test(a_grid_of_cards_keeps_its_parts),
        cmocka_unit_test(missing_parts_are_filled_in),
        cmocka_unit_test(what_is_dropped_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
