/* The quick reader of pages in save form gives the tree that the editor's long way gives, or none; the
 * printer loses no character. Both on bodies that are nearly right: made of parts, then broken by lot. */
#include "../../src/save/private.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static uint32_t seed;

static uint32_t draw(uint32_t below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

static const char *const BLOCKS[] = {
    "<p>a <strong>b</strong> &amp; &lt;c&gt; &quot;&nbsp;</p>",
    "<p>a<br>b <a target=\"_blank\" href=\"/x?a=1&amp;b=2\"><em>c</em></a></p>",
    "<h2>a <u>b</u><sup>c</sup><sub>d</sub><s>e</s></h2>",
    "<ul><li><p>a</p><ol start=\"3\"><li><p>b</p></li></ol></li></ul>",
    "<ul data-type=\"taskList\"><li data-checked=\"true\" data-type=\"taskItem\"><label><input "
    "type=\"checkbox\" "
    "checked=\"checked\"><span></span></label><div><p>a</p></div></li></ul>",
    "<pre><code class=\"language-c\">a\nb</code></pre>",
    "<blockquote><p>a</p></blockquote>",
    "<hr>",
    "<table style=\"minWidth: 50px\"><colgroup><col><col></colgroup><tbody><tr><th "
    "colspan=\"2\"><p>a</p></th></tr>"
    "<tr><td><p>b</p></td><td><p>c</p></td></tr></tbody></table>",
    "<a href=\"/x\" class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"b\"></a>",
    "<div class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"b\"></div>",
    "<div class=\"iframe-wrapper\"><iframe src=\"https://www.youtube.com/embed/x\" "
    "width=\"100%\"></iframe></div>",
    "<details class=\"isomer-details\"><summary>a</summary><div data-type=\"detailsContent\" "
    "class=\"isomer-details-content\"><p>b</p></div></details>",
    "<a class=\"isomer-card\" href=\"/x\"><div class=\"isomer-card-body\"><div "
    "class=\"isomer-card-title\">a</div>"
    "</div></a>",
    "<p>a|b</p>",
    "\n",
};
static const char *const PARTS[] = {
    "<p>",
    "</p>",
    "<li>",
    "</li>",
    "<td>",
    "</td>",
    "<tr>",
    "<div>",
    "</div>",
    "<a>",
    "</a>",
    "<br>",
    "<hr>",
    "<summary>",
    "<label>",
    "<input>",
    "<span>",
    "<iframe>",
    "<code>",
    "<pre>",
    "\n",
    "\n\n",
    "\n \t\n",
    "\r",
    " ",
    "|",
    "---",
    "&",
    "&copy;",
    "&amp",
    "&amp;",
    "<",
    ">",
    "\"",
    "=",
    "/",
    " x=\"\"",
    " id=\"\"",
    " id=\"\"",
    " a",
    " title='a'",
    "<b>",
    "<script>",
    "</style>",
    "<!--",
    "-->",
    "x",
    "\xC2\xA0",
    "\xC3",
    "</body>",
    "<col>",
    "<colgroup>",
    "</tbody>",
    "<table>",
    " href=\"javascript:x\"",
    " class=\" a \"",
    " class=\"a\nb\"",
    "# ",
    "* ",
    "<img>",
    "<svg>",
    "<ul>",
    "<h1>",
};
#define COUNT(list) ((uint32_t)(sizeof(list) / sizeof *(list)))

/* A body of a few blocks, with a few mistakes. */
static slice make_body(uint32_t mistakes, arena *a) {
    buffer whole = buffer_new(a, 1024);
    for (uint32_t i = 1 + draw(4); i > 0; i--)
        buffer_append_string(&whole, BLOCKS[draw(COUNT(BLOCKS))]);
    slice body = buffer_slice(&whole);
    for (; mistakes > 0; mistakes--) {
        buffer changed = buffer_new(a, body.length + 64);
        size_t at = draw((uint32_t)body.length + 1), cut = draw(3) ? 0 : draw(12);
        buffer_append(&changed, slice_sub(body, 0, at));
        if (!cut || draw(2))
            buffer_append_string(&changed, PARTS[draw(COUNT(PARTS))]);
        buffer_append(&changed, slice_from(body, at + cut));
        body = buffer_slice(&changed);
    }
    return slice_trim_wide(body);
}

static slice written(const dom_node *body, arena *a) {
    buffer out = buffer_new(a, 1024);
    dom_inner_html(body, &out);
    return slice_trim_wide(buffer_slice(&out));
}

static void assert_same(slice body, slice one, slice other) {
    if (!slice_equal(one, other))
        fail_msg("%.*s\n---\n%.*s\n---\n%.*s", SLICE_ARGS(body), SLICE_ARGS(one), SLICE_ARGS(other));
}

static void what_is_read_quickly_is_what_the_editor_reads(void **state) {
    (void)state;
    seed = 7;
    size_t read = 0, refused = 0;
    arena *a = arena_new(0);
    for (size_t round = 0; round < 30000; round++, arena_reset(a)) {
        slice body = make_body(draw(4), a);
        dom_node *quick = read_saved(body, 1, a);
        refused += !quick;
        if (!quick)
            continue;
        read++;
        dom_purify(quick, a); /* nothing goes; attributes change their order, as in the long way */
        buffer pure = buffer_new(a, 1024);
        purify_any(body, a, &pure);
        slice rendered = render_markdown(slice_trim_wide(buffer_slice(&pure)), a);
        assert_same(body, written(quick, a), written(dom_parse_without_doctype(rendered, a), a));
    }
    assert_true(read > 1000 && refused > 1000);
    arena_destroy(a);
}

/* Around a script it trims no-break spaces, too. */
static slice without_blanks(slice text, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        uint32_t c = utf8_next(text, &at);
        if (c != 0xA0 && (c >= 0x80 || !is_space((char)c)))
            buffer_append(&out, slice_sub(text, from, at));
    }
    return buffer_slice(&out);
}

static const char *const ODD[] = {
    "<script>a</script>",
    "<STYLE >a < b\r\n</style\n>",
    "<script",
    "<style>\r</sty",
    "<script></script>",
    "<script> a</script",
    "<script> a</script  ",
    "<script> a</script x> b",
    "<style> \r </style>",
    "</script >",
    "<!-- a --> ",
    "<![CDATA[ a ]]>",
    "<!--[if lt !IE]> a -->",
    "<!--[if IE]>",
    "<![endif]-->",
    "<!doctype html>",
    "<?php a ?>",
    "<br/>",
    "<span/>",
    "< p>",
    "<>",
    "</>",
    "<p\nclass='a  b'  id = \"c\" d>",
    "<img alt=\"a\r\nb>c\">",
    "<b>a</B> ",
    "<a href=\"</a>\">b",
    " \t\r\n",
    "\xC3\xA9 \xF0\x9F\x98\x80",
    "a text of many words, so that the line is full behind the seventieth character of it",
    "<",
    "<a",
    "<p title=\"a",
};

static void the_printer_loses_nothing(void **state) {
    (void)state;
    seed = 11;
    arena *a = arena_new(0);
    for (size_t round = 0; round < 30000; round++, arena_reset(a)) {
        buffer whole = buffer_new(a, 1024), out = buffer_new(a, 1024);
        for (uint32_t i = draw(6); i > 0; i--)
            switch (draw(3)) {
            case 0:
                buffer_append_string(&whole, BLOCKS[draw(COUNT(BLOCKS))]);
                break;
            case 1:
                buffer_append_string(&whole, PARTS[draw(COUNT(PARTS))]);
                break;
            default:
                buffer_append_string(&whole, ODD[draw(COUNT(ODD))]);
            }
        slice html = buffer_slice(&whole);
        print_state printing = {draw(90), draw(2), false};
        bool together = pretty_print(html, &printing, &out);
        slice text = without_blanks(buffer_slice(&out), a);
        assert_same(html, text, without_blanks(html, a));
        if (!together || !printing.goes_on)
            continue;
        /* What it leaves goes on as if it had been one text: a block behind it is printed the same. */
        print_state whole_state = {0, false, false}, part_state = whole_state;
        buffer one = buffer_new(a, 1024), two = buffer_new(a, 1024), both = buffer_new(a, 1024);
        if (!pretty_print(html, &part_state, &one) || !html.length)
            continue;
        pretty_print(SLICE("<p>a</p>"), &part_state, &two);
        buffer_append_string(&whole, "<p>a</p>");
        pretty_print(buffer_slice(&whole), &whole_state, &both);
        buffer_append(&one, buffer_slice(&two));
        assert_same(html, buffer_slice(&one), buffer_slice(&both));
    }
    arena_destroy(a);
}

static void what_is_nearly_in_save_form_is_refused(void **state) {
    (void)state;
    static const char *const REFUSED[] = {
        "",
        "text",
        " <p>a</p>",
        "<div><th>a</th></div>",
        "<div><td>a</td></div>",
        "<div><li>a</li></div>",
        "<div data-a=\"\" data-b=\"\" data-c=\"\" data-d=\"\" data-e=\"\" data-f=\"\" data-g=\"\" "
        "data-h=\"\" data-i=\"\" "
        "data-j=\"\" data-k=\"\" data-l=\"\" data-m=\"\"></div>",
        "<a href=\"/x\">a</a>",
        "<p>a</p",
        "<pre>a</pre>",
        "<p>a</p>\n<pre>\na</pre>",
    };
    arena *a = arena_new(0);
    for (size_t i = 0; i < COUNT(REFUSED); i++)
        assert_null(read_saved(slice_of(REFUSED[i]), 1, a));
    assert_non_null(read_saved(SLICE("<div data-a=\"\" data-b=\"\"></div>"), 1, a));
    assert_non_null(read_saved(SLICE("<p>a</p>\n<pre>a\n</pre>"), 1, a));
    arena_destroy(a);
}

/* As the npm packages have it: rows of dashes, with and without colons and outer pipes. */
static void heads_of_tables_are_found(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool head;
    } CASES[] = {
        {"a|b\n:-:|-\n\nx", true}, {"a\\|b|c\n--|:-\n\nx", true},
        {"|a|\n|-|\nx", true},     {"|a|\n|-:|", true},
        {"a|b\n- | -\nx", false},  {"a|b\n|\nx", false},
        {"a|b\n:|-\nx", false},    {"a|b\n-|::\nx", false},
        {"a|b\n-\\|-\nx", false},  {"a\\|b\n-|-\nx", false},
        {"a|b|c\n-|-\nx", false},  {"a||b\n-|-|-", true},
        {"a|b\n-||-", false},      {"a|b\n    -|-\nx", false},
        {"a\n:-:\nx", false},      {"a|b", false},
    };
    for (size_t i = 0; i < COUNT(CASES); i++)
        if ((table_head_end(slice_of(CASES[i].text)) > 0) != CASES[i].head)
            fail_msg("%s", CASES[i].text);
}

static void what_is_cut_is_sanitised_up_to_its_end(void **state) {
    (void)state;
    arena *a = arena_new(0);
    static const char *const CUT[] = {"a", "<p>a", "<p>a</p", "<p>a</p>", "<p title=\"a\"", "<p title", "<"};
    for (size_t i = 0; i < COUNT(CUT); i++) {
        buffer out = buffer_new(a, 64);
        purify_written(slice_of(CUT[i]), a, &out);
        assert_true(slice_starts_with(buffer_slice(&out), slice_sub(slice_of(CUT[i]), 0, 2)));
    }
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_nearly_in_save_form_is_refused),
        cmocka_unit_test(heads_of_tables_are_found),
        cmocka_unit_test(what_is_cut_is_sanitised_up_to_its_end),
        cmocka_unit_test(what_is_read_quickly_is_what_the_editor_reads),
        cmocka_unit_test(the_printer_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
