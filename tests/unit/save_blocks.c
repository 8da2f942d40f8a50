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
    "<a href=\"/x\" class=\"isomer-image-wrapper\"><img src=\"/a.png\" alt=\"&lt;/a&gt; &lt;script&gt; "
    "x\"></a>",
    "<hr>",
    "<ul><li><p>x</p><ul><li><p>y</p></li></ul></li></ul>",
    "<table><tbody><tr><td><p>a</p></td><td><p>b</p></td></tr></tbody></table>",
    "<blockquote><p>q</p></blockquote>",
    "<div class=\"isomer-accordion\" data-type=\"detailGroup\"><details class=\"isomer-details\">"
    "<summary>A  <strong>summary</strong></summary><div data-type=\"detailsContent\"><p>Its content</p>"
    "<ul><li><p>x</p></li></ul></div></details></div>",
    "<div class=\"isomer-card-grid\"><div class=\"isomer-card\"><div class=\"isomer-card-body\">"
    "<div class=\"isomer-card-title\">A card &amp; its title</div><div "
    "class=\"isomer-card-description\">Words "
    "of a description that is long enough to be broken by the printer</div></div></div></div>",
    "<ul data-type=\"taskList\"><li data-type=\"taskItem\" data-checked=\"true\"><p>a task</p></li></ul>",
    "<p>A <mark>highlighted</mark> word, <code>code</code><a href=\"/x\">a link</a> <em>and</em> <s>more</s>"
    "<br><u>of</u> it</p>",
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

/* ---- a saved body that is read along its document ------------------------------------------------------ */

static slice any_text(uint32_t *seed, arena *a) {
    static const char *const PIECES[] = {
        "word",
        "a",
        " ",
        " ",
        "  ",
        "\n",
        "\t",
        "\xC2\xA0",
        "a<b",
        "&amp; &",
        "x > y",
        "\xC3\xA9",
        "a phrase of so many words that the printer has to break its line in it"};
    buffer text = buffer_new(a, 64);
    for (uint32_t count = 1 + next_random(seed) % 4; count-- > 0;)
        buffer_append_string(&text, PIECES[next_random(seed) % (sizeof PIECES / sizeof *PIECES)]);
    return buffer_slice(&text);
}

static const tiptap_marks *any_marks(uint32_t *seed, arena *a) {
    static const char *const ADDRESSES[] = {
        "/a",
        "https://www.example.org/?a=1&b=\"2\"",
        "javascript:x",
        "007",
        " /b",
        "",
        "/a<b",
        "/a\nb",
        "/a/long/address/of/which/the/line/is/nearly/full/before/the/next/link/begins/so/it/breaks"};
    const tiptap_marks *marks = NULL;
    for (uint32_t count = next_random(seed) % 3; count-- > 0;) {
        tiptap_mark_type type = (tiptap_mark_type)(next_random(seed) % TIPTAP_MARK_COUNT);
        slice address = slice_of(ADDRESSES[next_random(seed) % (sizeof ADDRESSES / sizeof *ADDRESSES)]);
        marks = tiptap_add_mark(a, marks,
                                type == TIPTAP_LINK ? tiptap_new_link(a, address) : tiptap_new_mark(a, type));
    }
    return marks;
}

static tiptap_node *any_text_block(uint32_t *seed, tiptap_type type, arena *a) {
    tiptap_node *block = tiptap_new_node(a, type, 1);
    for (uint32_t count = next_random(seed) % 5; count-- > 0;) {
        bool breaks = next_random(seed) % 4 == 0;
        tiptap_node *node = breaks ? tiptap_new_node(a, TIPTAP_HARD_BREAK, 1)
                                   : tiptap_new_text(a, any_text(seed, a), NULL, 1);
        node->marks = any_marks(seed, a);
        tiptap_append(block, node);
    }
    return block;
}

static tiptap_node *append_new(tiptap_node *parent, tiptap_type type, arena *a) {
    tiptap_node *child = tiptap_new_node(a, type, 1);
    tiptap_append(parent, child);
    return child;
}

static slice any_style(uint32_t *seed) {
    static const char *const STYLES[] = {"width: 100%", "width: 50%; height: 2em", "Font-Weight: bold",
                                         "text-decoration: underline", "vertical-align: super"};
    return slice_of(STYLES[next_random(seed) % (sizeof STYLES / sizeof *STYLES)]);
}

static tiptap_node *any_block(uint32_t *seed, int depth, arena *a);

static tiptap_node *any_accordion(uint32_t *seed, int depth, arena *a) {
    tiptap_node *group = tiptap_new_node(a, TIPTAP_DETAIL_GROUP, 1);
    if (next_random(seed) % 2)
        tiptap_set(group, TIPTAP_DETAIL_GROUP_CLASS, SLICE("isomer-accordion isomer-accordion-white"), a);
    for (uint32_t count = 1 + next_random(seed) % 2; count-- > 0;) {
        tiptap_node *details = append_new(group, TIPTAP_DETAILS, a);
        tiptap_append(details, any_text_block(seed, TIPTAP_DETAILS_SUMMARY, a));
        tiptap_node *content = append_new(details, TIPTAP_DETAILS_CONTENT, a);
        tiptap_append(content, any_block(seed, depth - 1, a));
    }
    return group;
}

static tiptap_node *any_task_list(uint32_t *seed, arena *a) {
    tiptap_node *list = tiptap_new_node(a, TIPTAP_TASK_LIST, 1);
    for (uint32_t count = 1 + next_random(seed) % 2; count-- > 0;) {
        tiptap_node *item = append_new(list, TIPTAP_TASK_ITEM, a);
        tiptap_set(item, TIPTAP_TASK_ITEM_CHECKED, next_random(seed) % 2 ? SLICE("true") : SLICE("false"), a);
        tiptap_append(item, any_text_block(seed, TIPTAP_PARAGRAPH, a));
    }
    return list;
}

static tiptap_node *any_block(uint32_t *seed, int depth, arena *a) {
    static const struct {
        tiptap_type outer, inner;
    } HOLDERS[] = {{TIPTAP_BULLET_LIST, TIPTAP_LIST_ITEM},
                   {TIPTAP_ORDERED_LIST, TIPTAP_LIST_ITEM},
                   {TIPTAP_BLOCKQUOTE, TIPTAP_DOC},
                   {TIPTAP_TABLE, TIPTAP_TABLE_ROW}};
    uint32_t kind = next_random(seed) % 15;
    tiptap_node *block;
    if (kind == 12) {
        block = tiptap_new_node(a, TIPTAP_IFRAME, 1);
        tiptap_set(block, TIPTAP_IFRAME_SRC, SLICE("https://www.youtube.com/embed/x"), a);
        if (next_random(seed) % 2)
            tiptap_set(block, TIPTAP_IFRAME_STYLE, any_style(seed), a);
        return block;
    }
    if (kind == 14)
        return any_task_list(seed, a);
    if (kind == 13 && depth)
        return any_accordion(seed, depth, a);
    if (kind == 0)
        return tiptap_new_node(a, TIPTAP_HORIZONTAL_RULE, 1);
    if (kind == 1) {
        block = tiptap_new_node(a, TIPTAP_IMAGE, 1);
        tiptap_set(block, TIPTAP_IMAGE_SRC, SLICE("/a.png"), a);
        tiptap_set(block, TIPTAP_IMAGE_ALT, next_random(seed) % 8 ? any_text(seed, a) : SLICE("two\rlines"),
                   a);
        if (next_random(seed) % 2)
            tiptap_set(block, TIPTAP_IMAGE_STYLE, any_style(seed), a);
        return block;
    }
    if (depth == 0 || kind < 8 || kind >= 12)
        return any_text_block(seed, kind == 2 ? TIPTAP_HEADING : TIPTAP_PARAGRAPH, a);
    block = tiptap_new_node(a, HOLDERS[kind - 8].outer, 1);
    if (block->type == TIPTAP_ORDERED_LIST || (block->type == TIPTAP_BULLET_LIST && next_random(seed) % 2))
        tiptap_set(block,
                   block->type == TIPTAP_ORDERED_LIST ? TIPTAP_ORDERED_LIST_TIGHT : TIPTAP_BULLET_LIST_TIGHT,
                   next_random(seed) % 4 ? SLICE("true") : SLICE("false"), a);
    for (uint32_t count = 1 + next_random(seed) % 2; count-- > 0;) {
        tiptap_node *inner = block;
        if (HOLDERS[kind - 8].inner != TIPTAP_DOC)
            inner = append_new(inner, HOLDERS[kind - 8].inner, a);
        if (inner->type == TIPTAP_TABLE_ROW)
            inner = append_new(inner, next_random(seed) % 2 ? TIPTAP_TABLE_CELL : TIPTAP_TABLE_HEADER, a);
        tiptap_append(inner, any_text_block(seed, TIPTAP_PARAGRAPH, a));
        if (next_random(seed) % 2)
            tiptap_append(inner, any_block(seed, depth - 1, a));
    }
    return block;
}

/* Between two paragraphs, so that the editor's plugins leave it alone. */
static tiptap_node *any_document(uint32_t *seed, arena *a) {
    tiptap_node *document = tiptap_new_node(a, TIPTAP_DOC, 1);
    for (uint32_t i = 0, count = 2 + next_random(seed) % 4; i < count; i++) {
        bool edge = i == 0 || i + 1 == count;
        tiptap_node *block = edge ? tiptap_new_node(a, TIPTAP_PARAGRAPH, 1) : any_block(seed, 2, a);
        if (edge)
            tiptap_append(block, tiptap_new_text(a, SLICE("edge"), NULL, 1));
        tiptap_append(document, block);
    }
    return document;
}

static void any_document_is_saved_as_in_three_steps(void **state) {
    (void)state;
    enum { ROUNDS = 20000 };
    uint32_t seed = 11;
    size_t plain = 0, blocks = 0;
    arena *a = arena_new(0);
    for (size_t round = 0; round < ROUNDS; round++, arena_reset(a)) {
        const tiptap_node *document = any_document(&seed, a);
        slice whole = save_as_whole(document, a);
        saved_body saved = save_document(document, NULL, 1024, a);
        assert_same(buffer_slice(&saved.body), whole);
        print_state before = {0, false, false};
        size_t from = 0;
        for (size_t i = 0; i < saved.blocks.count; i++, blocks++) {
            const saved_block *block = vector_at(&saved.blocks, i);
            buffer written = buffer_new(a, 1024), out = buffer_new(a, 1024);
            print_state printing = before;
            if (save_plain(block->node, &printing, &written, a, &out)) {
                plain++;
                assert_same(buffer_slice(&out), slice_sub(whole, from, block->end));
                assert_int_equal(printing.counter, block->after.counter);
            }
            before = block->after;
            from = block->end;
        }
    }
    assert_true(plain > blocks / 2); /* else it has shown nothing */
    arena_destroy(a);
}

/* One byte of a body changed, as no printer does. */
static void damage(saved_body *saved, uint32_t *seed) {
    static const char BYTES[] = " \n\n<>/\"=&pa\t";
    saved->body.data[next_random(seed) % saved->body.length] = BYTES[next_random(seed) % (sizeof BYTES - 1)];
}

static void what_is_read_back_is_what_the_editor_reads(void **state) {
    (void)state;
    enum { ROUNDS = 20000 };
    uint32_t seed = 7;
    size_t same = 0, other = 0, damaged = 0;
    arena *a = arena_new(0);
    for (size_t round = 0; round < ROUNDS; round++, arena_reset(a)) {
        tiptap_node *document = any_document(&seed, a);
        saved_body saved = save_document(document, NULL, 1024, a);
        bool is_damaged = next_random(&seed) % 2;
        if (is_damaged)
            damage(&saved, &seed);
        if (!read_back(&saved, a))
            continue;
        const tiptap_node *read = save_load(buffer_slice(&saved.body), 1, a)->first_child;
        for (size_t i = 0; i < saved.blocks.count; i++, read = read->next) {
            const saved_block *block = vector_at(&saved.blocks, i);
            assert_non_null(read);
            assert_true(tiptap_same_document(block->read ? block->read : block->node, read));
            other += block->read != NULL;
        }
        assert_null(read);
        same++;
        damaged += is_damaged;
    }
    assert_true(same > ROUNDS / 4 && other > ROUNDS / 20 &&
                damaged > ROUNDS / 50); /* else it has shown nothing */
    arena_destroy(a);
}

/* ---- what no page can hold, but a document can ------------------------------------------------------- */

static tiptap_node *read_html(const char *html, arena *a) {
    return tiptap_parse(dom_parse(slice_of(html), NULL, a, NULL), a, NULL);
}

static void assert_written(const tiptap_node *document, const char *html, arena *a) {
    buffer out = buffer_new(a, 256);
    write_html(document, &out);
    buffer_append_char(&out, '\0');
    assert_string_equal(out.data, html);
}

static void values_that_no_parser_gives_are_written(void **state) {
    (void)state;
    arena *a = arena_new(0);
    tiptap_node *heading = read_html("<h2>a</h2>", a);
    static const char *const LEVELS[] = {"7", "0", "12", ""};
    for (size_t i = 0; i < sizeof LEVELS / sizeof *LEVELS; i++) {
        tiptap_set(heading->first_child, TIPTAP_HEADING_LEVEL, slice_of(LEVELS[i]), a);
        assert_written(heading, "<h1>a</h1>", a);
    }
    tiptap_node *accordion = read_html("<div class=\"isomer-accordion\" data-type=\"detailGroup\"><details "
                                       "class=\"isomer-details\"><summary>a</summary><div "
                                       "data-type=\"detailsContent\"><p>b</p></div></details></div>",
                                       a);
    const tiptap_node *group = accordion->first_child;
    assert_int_equal(group->type, TIPTAP_DETAIL_GROUP);
    static const struct {
        const char *classes, *colour, *written;
    } CASES[] = {
        {"", "gray", "isomer-accordion isomer-accordion-gray"},
        {"isomer-accordion-gray", "gray", "isomer-accordion-gray isomer-accordion"},
        {"a isomer-accordion-white isomer-accordion", "white", "a isomer-accordion-white isomer-accordion"},
        {"isomer-accordion-whiter", "white",
         "isomer-accordion-whiter isomer-accordion isomer-accordion-white"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        tiptap_set(accordion->first_child, TIPTAP_DETAIL_GROUP_CLASS, slice_of(CASES[i].classes), a);
        tiptap_set(accordion->first_child, TIPTAP_DETAIL_GROUP_BACKGROUND, slice_of(CASES[i].colour), a);
        buffer out = buffer_new(a, 256);
        write_html(accordion, &out);
        slice start = format_slice(a, "<div class=\"%s\" data-type=\"detailGroup\">", CASES[i].written);
        assert_true(slice_starts_with(buffer_slice(&out), start));
    }
    arena_destroy(a);
}

/* A parser closes the outer link where the inner one begins: such a page is sanitised as a whole. */
static void a_link_in_a_link_is_saved_as_a_parser_reads_it(void **state) {
    (void)state;
    arena *a = arena_new(0);
    tiptap_node *document =
        read_html("<div class=\"isomer-card-grid\"><a class=\"isomer-card\" href=\"/x\"><div "
                  "class=\"isomer-card-image\"><div class=\"isomer-image-wrapper\"><img "
                  "src=\"/a.png\"></div></div><div "
                  "class=\"isomer-card-body\"><div class=\"isomer-card-title\">b</div></div></a></div>",
                  a);
    tiptap_node *image = document->first_child;
    while (image && image->type != TIPTAP_IMAGE)
        image = tiptap_next(image, document);
    assert_non_null(image);
    saved_body plain = save_document(document, NULL, 64, a);
    assert_true(plain.blocks.count > 0);
    tiptap_set(image, TIPTAP_IMAGE_HREF, SLICE("/y"), a);
    saved_body saved = save_document(document, NULL, 64, a);
    assert_int_equal(saved.blocks.count, 0); /* in one piece */
    buffer html = buffer_new(a, 1024), pretty = buffer_new(a, 1024), out = buffer_new(a, 1024);
    print_state printing = {0, false, false};
    assert_true(write_html(document, &html));
    pretty_print(buffer_slice(&html), &printing, &pretty);
    purify_any(buffer_slice(&pretty), a, &out);
    assert_same(buffer_slice(&saved.body), buffer_slice(&out));
    assert_false(is_saved_alike(&saved, document));
    assert_false(is_saved_alike(&saved, tiptap_new_node(a, TIPTAP_DOC, 0)));
    arena_destroy(a);
}

static void a_document_of_fewer_or_more_blocks_is_another(void **state) {
    (void)state;
    arena *a = arena_new(0);
    tiptap_node *one = read_html("<p>a</p>", a), *two = read_html("<p>a</p><p>b</p>", a),
                *none = tiptap_new_node(a, TIPTAP_DOC, 0);
    saved_body saved = save_document(two, NULL, 64, a);
    assert_true(is_saved_alike(&saved, two));
    assert_false(is_saved_alike(&saved, one));
    assert_false(is_saved_alike(&saved, none));
    saved = save_document(one, NULL, 64, a);
    assert_false(is_saved_alike(&saved, two));
    saved_body more = save_document(two, &saved, 64, a);
    assert_same(buffer_slice(&more.body), save_as_whole(two, a));
    saved = save_document(none, NULL, 64, a);
    assert_true(is_saved_alike(&saved, none));
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_saved_as_in_the_whole),
        cmocka_unit_test(any_document_is_saved_as_in_three_steps),
        cmocka_unit_test(what_is_read_back_is_what_the_editor_reads),
        cmocka_unit_test(values_that_no_parser_gives_are_written),
        cmocka_unit_test(a_link_in_a_link_is_saved_as_a_parser_reads_it),
        cmocka_unit_test(a_document_of_fewer_or_more_blocks_is_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
