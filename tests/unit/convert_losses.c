/* Protects the promise that nothing is lost in silence: what disappears between fitting and saving is always
 * found. */
#include "convert/convert.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char PAGE[] = "---\ntitle: A page\n---\n"
                           "First paragraph with [a link](/over-there/).\n\n"
                           "![A picture](/images/one.png)\n\n"
                           "- apples\n- pears\n- plums\n\n"
                           "| Fruit | Price |\n|---|---|\n| apple | three |\n| pear | four |\n\n"
                           "Last paragraph.\n";

static bool holds_text(const tiptap_node *node, slice text) {
    for (const tiptap_node *at = node; at; at = tiptap_next(at, node))
        if (at->type == TIPTAP_TEXT && slice_find(tiptap_text(at), text, 0) != SLICE_NONE)
            return true;
    return false;
}

/* What a test plants: the first node of a type that holds a text is removed (its content with it). */
typedef struct planted {
    tiptap_type type;
    slice text;
    bool only_mark; /* takes the marks off the text instead */
    bool only_move; /* puts it at the end of the page instead */
    bool done;
} planted;

static void remove_node(void *context, tiptap_node *document) {
    planted *p = context;
    for (tiptap_node *at = document; at && !p->done; at = tiptap_next(at, document)) {
        if (at->type != p->type || (p->text.length && !holds_text(at, p->text)))
            continue;
        if (p->only_mark)
            at->marks = NULL;
        else
            tiptap_remove(at);
        if (p->only_move)
            tiptap_append(document, at);
        p->done = true;
    }
}

/* How often a page has each finding, with something planted (NULL: nothing); the first one of `looked_for`.
 */
typedef struct outcome {
    grade grade;
    uint32_t counts[FINDING_COUNT];
    uint32_t line;
    char words[64]; /* `before`, or else `after` */
} outcome;

static convert_engine *engine;

static int make_engine(void **state) {
    convert_settings settings = convert_settings_default();
    slice error;
    *state = arena_new(0);
    engine = convert_engine_new(&settings, *state, &error);
    return engine ? 0 : -1;
}

static int free_engine(void **state) {
    arena_destroy(*state);
    return 0;
}

static outcome convert_with(const char *page, planted *p, finding_code looked_for) {
    arena *a = arena_new(0);
    convert_options options = {.inspect = p ? remove_node : NULL, .context = p};
    convert_result result;
    convert_page(engine, slice_of(page), &options, a, &result);
    assert_int_equal(result.state, CONVERT_DONE);
    outcome o = {.grade = result.grade};
    memcpy(o.counts, result.found.counts, sizeof o.counts);
    for (size_t i = result.found.items.count; i-- > 0;) {
        const finding *f = findings_at(&result.found, i);
        slice words = f->before.length ? f->before : f->after;
        if (f->code != looked_for)
            continue;
        o.line = f->line;
        snprintf(o.words, sizeof o.words, "%.*s", SLICE_ARGS(words));
    }
    arena_destroy(a);
    assert_true(!p || p->done);
    return o;
}

static void expect_loss(tiptap_type type, const char *text, bool only_mark, finding_code code) {
    planted p = {type, slice_of(text), only_mark, false, false};
    outcome o = convert_with(PAGE, &p, code);
    assert_int_equal(o.grade, GRADE_LOSS);
    assert_int_equal(o.counts[code], 1);
}

static void an_untouched_page_has_no_loss(void **state) {
    (void)state;
    outcome o = convert_with(PAGE, NULL, FINDING_TEXT_LOST);
    assert_true(o.grade < GRADE_LOSS);
    assert_int_equal(o.counts[FINDING_TEXT_LOST], 0);
}

static void a_removed_paragraph_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_PARAGRAPH, "Last paragraph", false, FINDING_TEXT_LOST);
}

static void a_removed_link_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_TEXT, "a link", true, FINDING_LINK_LOST);
}

static void a_removed_picture_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_IMAGE, "", false, FINDING_PICTURE_LOST);
}

static void a_removed_list_item_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_LIST_ITEM, "pears", false, FINDING_TEXT_LOST);
}

static void a_removed_table_cell_is_a_loss(void **state) {
    (void)state;
    expect_loss(TIPTAP_TABLE_CELL, "four", false, FINDING_TEXT_LOST);
}

static void moved_text_is_reported_with_the_line_it_stood_on(void **state) {
    (void)state;
    planted p = {TIPTAP_PARAGRAPH, SLICE("First paragraph"), false, true, false};
    outcome o = convert_with(PAGE, &p, FINDING_TEXT_MOVED);
    assert_int_equal(o.counts[FINDING_TEXT_MOVED], 1);
    assert_int_equal(o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED], 0);
    assert_int_equal(o.line, 4);
    assert_string_equal(o.words, "First paragraph with a link.");
}

/* Words that a finding accounts for (here, the text in place of a frame), and the same words elsewhere. */
static const char OWNED[] =
    "---\ntitle: A page\n---\n"
    "<iframe src=\"https://www.youtube.com/embed/x\">Last words</iframe>\n\n"
    "First words.\n\n"
    "<a href=\"whatsapp://send\">Chat</a> and <a href=\"/over-there/\">follow</a>.\n\n"
    "Last words\n\nThe end.\n";

static void what_a_finding_names_is_reported_once(void **state) {
    (void)state;
    outcome o = convert_with(OWNED, NULL, FINDING_FRAME_FALLBACK);
    assert_int_equal(o.counts[FINDING_FRAME_FALLBACK], 1);
    assert_int_equal(o.counts[FINDING_ADDRESS_REFUSED], 1);
    assert_int_equal(o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_LINK_LOST], 0);
    assert_string_equal(o.words, "Last words");
}

static void a_change_excuses_no_more_than_it_names(void **state) {
    (void)state;
    planted paragraph = {TIPTAP_PARAGRAPH, SLICE("Last words"), false, false, false};
    outcome o = convert_with(OWNED, &paragraph, FINDING_TEXT_LOST);
    assert_int_equal(o.counts[FINDING_TEXT_LOST], 1);
    assert_string_equal(o.words, "Last words");
    planted link = {TIPTAP_TEXT, SLICE("follow"), true, false, false};
    o = convert_with(OWNED, &link, FINDING_LINK_LOST);
    assert_int_equal(o.counts[FINDING_LINK_LOST], 1);
    assert_string_equal(o.words, "/over-there/");
}

static void text_that_moves_beside_a_reported_loss_is_reported(void **state) {
    (void)state;
    planted p = {TIPTAP_PARAGRAPH, SLICE("First words"), false, true, false};
    outcome o = convert_with(OWNED, &p, FINDING_TEXT_MOVED);
    assert_int_equal(o.counts[FINDING_TEXT_MOVED], 1);
    assert_int_equal(o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED], 0);
}

/* A finding of a code is listed up to a number; what the others account for counts all the same. */
static void changes_count_beyond_the_findings_that_are_listed(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer page = buffer_new(a, 1 << 16);
    buffer_append(&page, SLICE("---\ntitle: Songs\n---\n"));
    for (int i = 0; i < 2 * FINDINGS_PER_CODE; i++)
        buffer_printf(&page, "<p>Song %d</p>\n\n<audio src=\"/files/song-%d.mp3\">No player</audio>\n\n", i,
                      i);
    buffer_append_char(&page, '\0');
    outcome o = convert_with(page.data, NULL, FINDING_MEDIA);
    assert_int_equal(o.counts[FINDING_MEDIA], 2 * FINDINGS_PER_CODE);
    assert_int_equal(o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED], 0);
    arena_destroy(a);
}

static void added_text(void *context, tiptap_node *document) {
    arena *a = context;
    tiptap_node *text = tiptap_new_node(a, TIPTAP_TEXT, 0);
    tiptap_set_text(text, SLICE("out of the blue"));
    tiptap_node *paragraph = tiptap_new_node(a, TIPTAP_PARAGRAPH, 0);
    tiptap_append(paragraph, text);
    tiptap_insert_before(tiptap_last_child(document), paragraph);
}

static void added_text_is_reported_with_the_line_before_it(void **state) {
    (void)state;
    arena *a = arena_new(0);
    convert_options options = {.inspect = added_text, .context = a};
    convert_result result;
    convert_page(engine, slice_of(OWNED), &options, a, &result);
    const finding *last = findings_at(&result.found, result.found.items.count - 1);
    assert_int_equal(last->code, FINDING_TEXT_ADDED);
    assert_int_equal(last->line, 10);
    assert_true(slice_equal(last->after, SLICE("out of the blue")));
    arena_destroy(a);
}

/* It is shown in a frame, or what stood there until a script drew it stays and says where it is. */
static void a_post_of_a_network_is_never_passed_over(void **state) {
    (void)state;
#define FRONT "---\ntitle: Posts\n---\n"
    static const struct {
        const char *page;
        finding_code code;
    } CASES[] = {
        {FRONT
         "<blockquote class='twitter-tweet'><p>Wash your hands.</p><a href='https://x.com/a/status/1'>1 "
         "May</a></blockquote>\n",
         FINDING_POST_TEXT},
        {FRONT "<blockquote class='tiktok-embed' cite='https://www.tiktok.com/@a/video/9'><a "
               "href='https://www.tiktok.com/@a'>@a</a></blockquote>\n",
         FINDING_POST_TEXT},
        {FRONT "<blockquote class='tiktok-embed' cite='https://www.tiktok.com/@a/video/9'></blockquote>\n",
         FINDING_POST_LINK},
        {FRONT "<div class='fb-post' data-href='https://www.facebook.com/a/posts/1'></div>\n",
         FINDING_POST_FRAME},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        outcome o = convert_with(CASES[i].page, NULL, CASES[i].code);
        assert_int_equal(o.counts[CASES[i].code], 1);
        assert_int_equal(
            o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED] + o.counts[FINDING_LINK_LOST], 0);
    }
    outcome o = convert_with(FRONT "<blockquote class='twitter-tweet'>No link.</blockquote>\n", NULL,
                             FINDING_POST_TEXT);
    assert_int_equal(o.counts[FINDING_POST_TEXT], 0);
}

/* The editor would take it for the end of the bold text. */
static void an_address_holds_no_tags(void **state) {
    (void)state;
    arena *a = arena_new(0);
    convert_result result;
    convert_page(engine, SLICE("---\ntitle: a\n---\n**see [b](/x</strong>y?c>d) more** text\n"), NULL, a,
                 &result);
    assert_int_equal(result.grade, GRADE_CLEAN);
    assert_true(slice_find(result.output, SLICE("href=\"/x%3C/strong%3Ey?c%3Ed\""), 0) != SLICE_NONE);
    assert_true(slice_find(result.output, SLICE("</a> more</strong> text</p>"), 0) != SLICE_NONE);
    arena_destroy(a);
}

/* Lost once it is there, it is a loss like any other. */
static void text_of_markers_is_neither_added_nor_excused(void **state) {
    (void)state;
    static const char page[] =
        "---\ntitle: A page\n---\n<style>.x::before{content:\"Note:\"} "
        ".y::after{content:\" (end)\"}</style>\n"
        "<p class=\"x\"><b>hello</b> you</p>\n\n<p class=\"y\">good <q>bye</q></p>\n\n"
        "<ol style=\"list-style-type: lower-alpha\"><li>one</li> two <li>three</li></ol>\n";
    outcome o = convert_with(page, NULL, FINDING_TEXT_ADDED);
    assert_int_equal(
        o.counts[FINDING_TEXT_ADDED] + o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_MOVED], 0);
    assert_int_equal(o.counts[FINDING_LIST_MARKER_TEXT], 1);
    planted p = {TIPTAP_PARAGRAPH, SLICE("Note:"), false, false, false};
    o = convert_with(page, &p, FINDING_TEXT_LOST);
    assert_string_equal(o.words, "Note:hello you");
    p = (planted){TIPTAP_PARAGRAPH, SLICE("b. "), false, false, false};
    o = convert_with(page, &p, FINDING_TEXT_LOST);
    assert_string_equal(o.words, "b. three");
}

/* What it touches on either side of its element belongs to the same word, however long that gets. */
static void generated_text_that_touches_words_is_no_loss(void **state) {
    (void)state;
#define STYLE                                                                                                \
    "---\ntitle: A page\n---\n<style>.ext::after{content:\" (external)\"} .mg::after{content:\" mg\"} "      \
    ".no::before{content:\"No.\"}</style>\n"
    static const char *const PAGES[] = {
        STYLE "<p>He said <q>no</q>.</p>\n",
        STYLE "<p>He (<q>no</q>) said<br><q>no</q>, <em>not <b>(<q>yes</q></b></em>)!</p>\n",
        STYLE "<p>(<q>a<q>b</q></q>) <q></q>, <q>c</q><q>d</q><!-- e --><q>f</q>;<style>.g{}</style>h</p>\n",
        STYLE "<p>The <a class=\"ext\" href=\"/law/\">law</a>, <span class=\"mg\">5</span>.</p>\n",
        STYLE
        "<p>x<span class=\"no\">1</span><span class=\"no mg\"></span><span class=\"mg\"> 2</span>y</p>\n",
        STYLE "<p>\xE4\xB8\xAD\xE6\x96\x87<q>\xE5\xBC\x95</q>\xE6\x96\x87&nbsp;a<q>b&nbsp;c</q>&nbsp;d</p>\n",
        STYLE "<ul><li>one<q>two</q></li><li class=\"mg\">three</li></ul>\n<table><tr><td>a<q>b</q></td><td "
              "class=\"mg\">5</td><td>c</td></tr></table>\n",
    };
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++) {
        outcome o = convert_with(PAGES[i], NULL, FINDING_TEXT_LOST);
        assert_true(o.counts[FINDING_QUOTE_MARKS] + o.counts[FINDING_GENERATED_TEXT] > 0);
        assert_string_equal(o.words, "");
        assert_int_equal(
            o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED] + o.counts[FINDING_TEXT_MOVED], 0);
    }
    assert_int_equal(convert_with(PAGES[0], NULL, FINDING_TEXT_LOST).counts[FINDING_QUOTE_MARKS], 1);

    arena *a = arena_new(0);
    buffer long_word = buffer_new(a, 0);
    buffer_append_string(&long_word, STYLE "<p>");
#undef STYLE
    for (int i = 0; i < 1000; i++)
        buffer_append_string(&long_word, "word<q>of</q>");
    buffer_append(&long_word, SLICE("</p>\n"));
    outcome o = convert_with(slice_c_string(buffer_slice(&long_word), a), NULL, FINDING_TEXT_LOST);
    assert_int_equal(o.counts[FINDING_QUOTE_MARKS], 1000);
    assert_int_equal(o.counts[FINDING_TEXT_LOST] + o.counts[FINDING_TEXT_ADDED], 0);
    arena_destroy(a);
}

/* A word of the page that reads like one with generated text is still missed. */
static void generated_text_excuses_its_own_word_only(void **state) {
    (void)state;
    static const char page[] =
        "---\ntitle: A page\n---\n<p>He said <q>no</q>.</p>\n\n<p>no.</p>\n\n<p>more</p>\n";
    planted p = {TIPTAP_PARAGRAPH, SLICE("no."), false, false, false};
    outcome o = convert_with(page, &p, FINDING_TEXT_LOST);
    assert_int_equal(o.grade, GRADE_LOSS);
    assert_string_equal(o.words, "no.");
    assert_int_equal(o.line, 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_page_has_no_loss),
        cmocka_unit_test(a_removed_paragraph_is_a_loss),
        cmocka_unit_test(a_removed_link_is_a_loss),
        cmocka_unit_test(a_removed_picture_is_a_loss),
        cmocka_unit_test(a_removed_list_item_is_a_loss),
        cmocka_unit_test(a_removed_table_cell_is_a_loss),
        cmocka_unit_test(moved_text_is_reported_with_the_line_it_stood_on),
        cmocka_unit_test(what_a_finding_names_is_reported_once),
        cmocka_unit_test(a_change_excuses_no_more_than_it_names),
        cmocka_unit_test(text_that_moves_beside_a_reported_loss_is_reported),
        cmocka_unit_test(changes_count_beyond_the_findings_that_are_listed),
        cmocka_unit_test(added_text_is_reported_with_the_line_before_it),
        cmocka_unit_test(text_of_markers_is_neither_added_nor_excused),
        cmocka_unit_test(generated_text_that_touches_words_is_no_loss),
        cmocka_unit_test(generated_text_excuses_its_own_word_only),
        cmocka_unit_test(a_post_of_a_network_is_never_passed_over),
        cmocka_unit_test(an_address_holds_no_tags),
    };
    return cmocka_run_group_tests(tests, make_engine, free_engine);
}
