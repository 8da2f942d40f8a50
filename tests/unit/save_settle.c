/* save_settle: what it gives stays as it is, keeps the words, holds no blank line; what it changes is
 * reported.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "save/save.h"

static save_settled settle(const char *html, arena *a, findings *found) {
    return save_settle(tiptap_parse(dom_parse(slice_of(html), NULL, a, NULL), a, NULL), a, found);
}

static const char *const BODIES[] = {
    "<p>Plain</p>",
    "<p></p>",
    "",
    "<pre><code>one\n\n\ntwo\n</code></pre><p>x</p>",
    "<pre><code>a</code></pre><pre><code>b</code></pre>",
    "<a class=\"isomer-image-wrapper\" href=\"/x\"><img src=\"/y.png\"></a><pre><code>b</code></pre>",
    "<p>a <strong>b</strong> <a href=\"/x\">c</a> <em>d</em> a line that is long enough to be broken by the "
    "printer, <a href=\"/y\">somewhere</a> in the middle of it</p>",
    "<ul><li>a<ul><li>b</li></ul></li></ul>",
    "<table><tbody><tr><td colspan=\"2\">a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>",
    "<div class=\"isomer-image-wrapper\"><img src=\"/x.png\" alt=\"two\n\nlines\"></div>",
    "<div class=\"isomer-image-wrapper\"><img src=\"/x.png\" alt=\"&lt;/a&gt; &lt;style&gt; x\"></div>",
    "<a class=\"isomer-image-wrapper\" href=\"/&lt;/a&gt;&lt;style&gt;x\"><img src=\"/y.png\" "
    "alt=\"a\"></a><p>x</p>",
    "<p>a|b\n---|---</p>",
    "<p># no</p><p>- no</p><p>1. no</p><p>*no*</p><p>&lt;b&gt;</p>",
};

static void what_is_settled_stays(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof BODIES / sizeof *BODIES; i++) {
        arena *a = arena_new(0);
        findings found = findings_new(a);
        print_message("%s\n", BODIES[i]);
        save_settled settled = settle(BODIES[i], a, &found);
        assert_true(settled.stable);
        assert_true(slice_find(settled.body, SLICE("\n\n"), 0) == SLICE_NONE);
        const char *why = NULL;
        assert_null(tiptap_validate(settled.document, &why));
        buffer again = buffer_new(a, settled.body.length + 1);
        save_body(save_load(settled.body, 1, a), a, &again);
        assert_true(slice_equal(buffer_slice(&again), settled.body));
        arena_destroy(a);
    }
}

static void assert_reported(const char *html, finding_code code) {
    arena *a = arena_new(0);
    findings found = findings_new(a);
    settle(html, a, &found);
    size_t count = 0;
    for (size_t i = 0; i < found.items.count; i++)
        count += findings_at(&found, i)->code == code;
    print_message("%s\n", html);
    assert_int_equal(count, 1);
    arena_destroy(a);
}

static void what_is_mended_is_reported(void **state) {
    (void)state;
    assert_reported("<p>x</p><pre><code>one\n\ntwo</code></pre>", FINDING_CODE_BLANK_LINE);
    assert_reported("<pre><code>a</code></pre><pre><code>b</code></pre>", FINDING_CODE_AT_START);
    assert_reported("<p><a href=\"javascript:x\">a</a></p>", FINDING_UNSAFE_VALUE);
}

static void pages_that_markdown_tears_are_in_no_save_form(void **state) {
    (void)state;
    static const char *const TORN[] = {
        "<p>a</p>\n\n<p>b</p>",
        "<p>a|b\n---|---\n</p>",
        "<div class=\"iframe-wrapper\">|\n---\n</div>",
    };
    for (size_t i = 0; i < sizeof TORN / sizeof *TORN; i++) {
        arena *a = arena_new(0);
        buffer again = buffer_new(a, 64);
        save_body(save_load(slice_of(TORN[i]), 1, a), a, &again);
        assert_false(slice_equal(buffer_slice(&again), slice_of(TORN[i])));
        arena_destroy(a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_settled_stays),
        cmocka_unit_test(what_is_mended_is_reported),
        cmocka_unit_test(pages_that_markdown_tears_are_in_no_save_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
