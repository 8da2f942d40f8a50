/* A document that is saved block by block, or with blocks of an earlier save, comes out as one that is saved
 * as a whole. */
#include "../../src/save/private.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char *const BLOCKS[] = {
    "<p>One</p>",
    "<p>A text of so many words that the printer has to break its line somewhere behind the seventieth "
    "letter</p>",
    "<p>A text with <a href=\"https://www.example.org/a/long/address\">a link</a> and so many words that the "
    "line "
    "breaks near <strong>its tag</strong> or in it</p>",
    "<p>Gr\xC3\xB6\xC3\x9F"
    "e \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80 na\xC3\xAFve \xE2\x80\x98words\xE2\x80\x99 of more "
    "than one byte a letter in \xF0\x9F\x98\x80\xF0\x9F\x98\x80 a line that is full</p>",
    "<p>no-break\xC2\xA0space, &lt;b&gt;, &amp;amp; a &gt; b</p>",
    "<p></p>",
    "<h2>A heading that is longer than the seventy characters that the printer gives to a line of text</h2>",
    "<pre><code>code</code></pre>",
    "<pre><code class=\"language-c\">two\nlines &lt;/pre&gt;</code></pre>",
    "<a href=\"/x\" class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"A picture\"></a>",
    "<a href=\"/x?a=1&amp;b=2\" class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"a &gt; b, an "
    "alternative text with "
    "many words, so that attributes break\" width=\"50%\"></a>",
    "<div class=\"isomer-image-wrapper\"><img src=\"/b.png\" alt=\"&lt;/a&gt; &lt;script&gt; &lt;!-- "
    "x\"></div>",
    "<hr>",
    "<ul><li><p>x</p><ul><li><p>y</p></li></ul></li></ul>",
    "<table><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>",
    "<blockquote><p>q</p></blockquote>",
    "<div class=\"iframe-wrapper\"><iframe src=\"https://www.youtube.com/embed/x\" "
    "width=\"100%\"></iframe></div>",
};
enum { BLOCK_COUNT = sizeof BLOCKS / sizeof *BLOCKS };

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 16;
}

static tiptap_node *read_document(const unsigned *numbers, size_t count, arena *a) {
    buffer html = buffer_new(a, 1024);
    for (size_t i = 0; i < count; i++)
        buffer_append_string(&html, BLOCKS[numbers[i]]);
    return tiptap_parse(dom_parse(buffer_slice(&html), NULL, a, NULL), a, NULL);
}

static slice save_as_whole(const tiptap_node *document, arena *a) {
    buffer html = buffer_new(a, 1024), pretty = buffer_new(a, 1024), out = buffer_new(a, 1024);
    print_state state = {0, false, false};
    write_html(document, &html);
    pretty_print(buffer_slice(&html), &state, &pretty);
    purify_written(buffer_slice(&pretty), a, &out);
    return buffer_slice(&out);
}

static void assert_same(slice one, slice other) {
    assert_int_equal(one.length, other.length);
    assert_memory_equal(one.data, other.data, one.length);
}

static void blocks_are_saved_as_in_the_whole(void **state) {
    (void)state;
    enum { ROUNDS = 4000, LENGTH_MAX = 6 };
    uint32_t seed = 1;
    size_t by_blocks = 0;
    arena *a = arena_new(0);
    for (size_t round = 0; round < ROUNDS; round++) {
        unsigned numbers[LENGTH_MAX];
        size_t count = 1 + next_random(&seed) % LENGTH_MAX;
        for (size_t i = 0; i < count; i++)
            numbers[i] = next_random(&seed) % BLOCK_COUNT;
        tiptap_node *document = read_document(numbers, count, a);
        saved_body saved = save_document(document, NULL, 1024, a);
        assert_same(buffer_slice(&saved.body), save_as_whole(document, a));
        by_blocks += saved.blocks.count > 0;

        numbers[next_random(&seed) % count] = next_random(&seed) % BLOCK_COUNT;
        tiptap_node *changed = read_document(numbers, count, a);
        saved_body again = save_document(changed, &saved, 1024, a);
        assert_same(buffer_slice(&again.body), save_as_whole(changed, a));
        arena_reset(a);
    }
    assert_true(by_blocks > ROUNDS / 2); /* else it has shown nothing */
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(blocks_are_saved_as_in_the_whole)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
