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
    "<a class=\"isomer-image-wrapper\" href=\"/x\"><img src=\"/y.png\" alt=\"&lt;/a&gt; &lt;script&gt; "
    "x\"></a><p>x</p>",
    "<p>a|b\n---|---</p>",
    "<p>x</p><pre><code>a\n \t\nb</code></pre><pre><code></code></pre><pre><code>\n\n\n</code></pre>",
    "<a class=\"isomer-image-wrapper\" href=\"/x\"><img src=\"/y.png\"></a><a class=\"isomer-image-wrapper\" "
    "href=\"/x\"><img src=\"/y.png\"></a><p>x</p>",
    "<table><tbody><tr><td colspan=\"0\" rowspan=\"x\">a</td></tr></tbody></table>",
    "<div class=\"isomer-image-wrapper\"><img src=\"/x.png\" alt=\"two&#13;&#10;lines\"></div>",
    "<p># no</p><p>- no</p><p>1. no</p><p>*no*</p><p>&lt;b&gt;</p>",
    "<div class=\"isomer-card-grid\"><div class=\"isomer-card\"><div class=\"isomer-card-image\"><a "
    "class=\"isomer-image-wrapper\" href=\"/x\"><img src=\"/y.png\"></a></div></div></div><p>x</p>",
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
    assert_reported("<div class=\"isomer-image-wrapper\"><img src=\"javascript:x\"></div>",
                    FINDING_UNSAFE_VALUE);
}

static void pages_that_markdown_tears_are_in_no_save_form(void **state) {
    (void)state;
    static const char *const TORN[] = {
        "<p>a</p>\n\n<p>b</p>",
        "<p>a|b\n---|---\n</p>",
        "<div class=\"iframe-wrapper\">|\n---\n</div>",
        "a|b\n-|-\n<ul class=\"contains-task-list\"><li class=\"task-list-item\"><input>x</li></ul>",
    };
    for (size_t i = 0; i < sizeof TORN / sizeof *TORN; i++) {
        arena *a = arena_new(0);
        buffer again = buffer_new(a, 64);
        save_body(save_load(slice_of(TORN[i]), 1, a), a, &again);
        assert_false(slice_equal(buffer_slice(&again), slice_of(TORN[i])));
        arena_destroy(a);
    }
}

/* What stands in the way is deeper than a parser goes: nothing is written of it. */
static void what_is_too_deep_does_not_settle(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    tiptap_node *document = tiptap_new_node(a, TIPTAP_DOC, 0), *in = document;
    for (size_t i = 0; i < DOM_DEPTH_MAX; i++) {
        tiptap_node *quote = tiptap_new_node(a, TIPTAP_BLOCKQUOTE, 1);
        tiptap_append(in, quote);
        in = quote;
    }
    tiptap_append(in, tiptap_new_node(a, TIPTAP_PARAGRAPH, 0));
    save_settled settled = save_settle(document, a, &found);
    assert_true(settled.too_deep && !settled.stable);
    assert_int_equal(found.items.count, 1);
    assert_int_equal(findings_at(&found, 0)->code, FINDING_BLOCKS_TOO_DEEP);
    assert_int_equal(findings_at(&found, 0)->line, 1);
    document = in = tiptap_new_node(a, TIPTAP_DOC, 0); /* an item of a task list is two elements */
    for (size_t i = 0; i <= DOM_DEPTH_MAX / 3; i++) {
        tiptap_node *list = tiptap_new_node(a, TIPTAP_TASK_LIST, 1),
                    *item = tiptap_new_node(a, TIPTAP_TASK_ITEM, 1);
        tiptap_append(in, list);
        tiptap_append(list, item);
        tiptap_append(item, tiptap_new_node(a, TIPTAP_PARAGRAPH, 1));
        in = item;
    }
    assert_true(save_settle(document, a, &found).too_deep);
    arena_destroy(a);
}

/* Lines that are full where a link begins, so that its start is broken; with Liquid, braces, letters of more
 * than one byte. */
static slice long_lines(const char *start, const char *end, size_t links, arena *a) {
    static const char *const BEHIND[] = {"", " ", "\xC2\xA0", "<br>", " {", "\t"};
    buffer html = buffer_new(a, 4096);
    buffer_append_string(&html, start);
    for (size_t i = 0; i < links; i++) {
        buffer_printf(&html, "word { {%% b %%} {{ c }} \xC2\xA7 %.*s {<strong>", (int)(i % 7), "a b c d");
        for (size_t k = 0; k < 12 + i % 5; k++)
            buffer_append_string(&html, k ? " bold\xC2\xA7" : "bold");
        buffer_printf(&html, "</strong><a href=\"/%zu\">a link\xC2\xA7</a>%s", i, BEHIND[i % 6]);
    }
    buffer_append_string(&html, end);
    return buffer_slice(&html);
}

static void lines_full_of_links_settle(void **state) {
    (void)state;
    static const char *const AROUND[][2] = {
        {"<p>", "</p><p>x</p>"},
        {"<details class=\"isomer-details\"><summary>",
         "</summary><div data-type=\"detailsContent\"><p>b</p></div></details>"},
        {"<h2>", "</h2><ul><li><p>x</p></li></ul>"},
        {"<table><tbody><tr><td><p>", "</p></td></tr></tbody></table>"},
    };
    for (size_t i = 0; i < sizeof AROUND / sizeof *AROUND; i++)
        for (size_t links = 1; links <= 64; links *= 4) {
            arena *a = arena_new(0);
            findings found = findings_new(a);
            slice html = long_lines(AROUND[i][0], AROUND[i][1], links, a);
            tiptap_node *document = tiptap_parse(dom_parse(html, NULL, a, NULL), a, NULL);
            save_settled settled = save_settle(document, a, &found);
            assert_true(settled.stable);
            buffer again = buffer_new(a, settled.body.length + 1);
            save_body(save_load(settled.body, 1, a), a, &again);
            assert_true(slice_equal(buffer_slice(&again), settled.body));
            arena_destroy(a);
        }
}

/* A letter that no parser leaves where it is: the body settles without it. */
static void a_letter_that_goes_is_no_gap(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    tiptap_node *document = tiptap_parse(dom_parse(SLICE("<p>a b</p>"), NULL, a, NULL), a, NULL);
    tiptap_set_text(document->first_child->first_child, SLICE("a\0b \xC2\xA7 c"));
    save_settled settled = save_settle(document, a, &found);
    assert_true(settled.stable);
    assert_int_equal(found.items.count, 0);
    arena_destroy(a);
}

/* The first gap comes where no line may break, and nothing mends it; the last one is kept all the same. */
static void a_gap_that_cannot_be_mended_hides_no_other(void **state) {
    (void)state;
    arena *a = arena_new(0);
    findings found = findings_new(a);
    slice html =
        SLICE("<p><a href=\"/uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\">xxxxxxxxxxxxxxxxxxxxxxxxxx</a>"
              "xxxxxxxxxxxxxxxxxxxxxxxxx<a href=\"/uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\">"
              ") xxxxxxxxxxxxxxxxxxxxxxxxxx a</a> \xC2\xA7</p>");
    save_settled settled = save_settle(tiptap_parse(dom_parse(html, NULL, a, NULL), a, NULL), a, &found);
    assert_true(settled.stable);
    assert_int_not_equal(slice_find(settled.body, SLICE("</a>&nbsp;\xC2\xA7"), 0), SLICE_NONE);
    arena_destroy(a);
}

/* What a browser shows of a body, as far as words go: one space for each gap between two. */
static slice words_of(slice html, arena *a) {
    buffer words = buffer_new(a, html.length);
    bool gap = false;
    for (size_t at = 0, length; at < html.length; at += length) {
        slice rest = slice_from(html, at);
        bool nbsp = slice_starts_with(rest, SLICE("&nbsp;")), tag = rest.data[0] == '<';
        length = tag ? slice_find_char(rest, '>', 0) + 1 : nbsp ? 6 : 1;
        gap = gap || nbsp || is_space(rest.data[0]) || slice_starts_with(rest, SLICE("<br")) ||
              slice_starts_with(rest, SLICE("</p>"));
        if (tag || nbsp || is_space(rest.data[0]))
            continue;
        buffer_append_string(&words, gap && words.length ? " " : "");
        buffer_append_char(&words, rest.data[0]);
        gap = false;
    }
    return buffer_slice(&words);
}

/* The printer breaks a full line at a link, and the editor reads another gap there than the page had. */
static void gaps_beside_links_are_as_they_were(void **state) {
    (void)state;
    static const char FIRST[] = "<p>abcdefghi a ab a abcde abcdefgh a abcdefgh abcde abcde abcde abcdef <a "
                                "href=\"/\">xxxxx xxxxx yyyy yyyy yy</a> end</p>",
                      BREAK[] = "<p>abc abcdef ab <a href=\"/uuuuuuuuuuuuuuuuuuuuuuuuuuuuu\">xxxxx xxxxx "
                                "x<br>yy</a><a href=\"/uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu\">xyyyy</a> end</p>",
                      HELD[] = "<p>start a b&nbsp;<strong>bold</strong> abcdefgh abcdefg abcdefg abcdef <a "
                               "href=\"/u\">xxxxx xyyyy y</a> end</p>";
    static const struct {
        const char *one, *other;
        size_t held; /* paragraphs */
    } CASES[] = {{FIRST, "", 1}, {FIRST, "<p>x</p>", 1}, {BREAK, "", 1}, {FIRST, BREAK, 2}, {HELD, FIRST, 2}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        arena *a = arena_new(0);
        findings found = findings_new(a);
        slice html = format_slice(a, "%s%s", CASES[i].one, CASES[i].other);
        save_settled settled = settle(slice_c_string(html, a), a, &found);
        assert_true(settled.stable);
        assert_string_equal(slice_c_string(words_of(settled.body, a), a),
                            slice_c_string(words_of(html, a), a));
        assert_int_equal(found.items.count, CASES[i].held);
        for (size_t k = 0; k < CASES[i].held; k++)
            assert_int_equal(findings_at(&found, k)->code, FINDING_SPACE_HELD);
        arena_destroy(a);
    }
}

/* As notes with marks close to each other are: each trial to hold a space takes memory, and there are
 * hundreds. */
static void many_gaps_take_little_memory(void **state) {
    (void)state;
    arena *a = arena_new((size_t)20 << 20); /* ends the program where it has no more */
    buffer html = buffer_new(a, 8192);
    buffer_append_string(&html, "<p>");
    for (int i = 1; i <= 40; i++)
        buffer_printf(
            &html, "%d<a href=\"/a/long/address/of/a/note/that/fills/its/line#note-%d\"><sup>%d</sup></a> ",
            i, i, i);
    buffer_append_string(&html, "</p>");
    tiptap_node *document = tiptap_parse(dom_parse(buffer_slice(&html), NULL, a, NULL), a, NULL);
    findings found = findings_new(a);
    assert_true(save_settle(document, a, &found).stable);
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_gaps_take_little_memory),
        cmocka_unit_test(what_is_too_deep_does_not_settle),
        cmocka_unit_test(lines_full_of_links_settle),
        cmocka_unit_test(a_letter_that_goes_is_no_gap),
        cmocka_unit_test(a_gap_that_cannot_be_mended_hides_no_other),
        cmocka_unit_test(gaps_beside_links_are_as_they_were),
        cmocka_unit_test(what_is_settled_stays),
        cmocka_unit_test(what_is_mended_is_reported),
        cmocka_unit_test(pages_that_markdown_tears_are_in_no_save_form),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
