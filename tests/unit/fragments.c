/* Protects links to a text of a page: what a browser that follows the specification finds by a directive is
 * the place that it was made for, and nothing that stands before it. */
#include "../../src/convert/fragment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static arena *memory;

static fragment_text read_page(const char *html) {
    return fragment_read(dom_parse(slice_of(html), NULL, memory, NULL), memory);
}

static slice word_text(const fragment_text *t, size_t word) {
    const fragment_word *w = vector_at(&t->words, word);
    return slice_sub(buffer_slice(&t->plain), w->from, w->to);
}

static size_t find(const char *html, const char *directive) {
    fragment_text t = read_page(html);
    return fragment_find(&t, slice_of(directive));
}

static void assert_made(const char *html, size_t word, const char *expected) {
    fragment_text t = read_page(html);
    slice made = {NULL, 0};
    assert_true(fragment_make(&t, word, &made));
    assert_string_equal(slice_c_string(made, memory), expected);
    assert_true(fragment_leads_to(&t, made, word));
}

static const char CONTENTS[] = "<ul><li><p>Bins</p></li><li><p>Parking</p></li></ul>"
                               "<h2>Bins</h2><p>By seven.</p><h2>Parking</h2><p>Permits.</p>";

static void a_prefix_tells_a_heading_from_the_list_of_contents(void **state) {
    (void)state;
    assert_int_equal(find(CONTENTS, "Parking"), 1);
    assert_int_equal(find(CONTENTS, "seven.-,Parking"), 5);
    assert_made(CONTENTS, 5, "By%20seven.-,Parking");
}

static void a_suffix_does_where_the_words_before_are_no_help(void **state) {
    (void)state;
    const char *html = "<p>One</p><p>Two</p><p>three</p><p>One</p><p>Two</p><p>four</p>";
    assert_made(html, 4, "One-,Two,-four");
    assert_int_equal(find(html, "Two,-four"), 4);
}

/* A heading of one letter among others reads as the links to them do: nothing beside it tells it from these.
 */
static void a_range_ends_where_no_words_stand_beside_the_place(void **state) {
    (void)state;
    const char *html =
        "<p>Bamboo</p><p>B C D E F</p><h4>B</h4><p>Bamboo Orchid</p><h4>C</h4><h4>D</h4><h4>E</h4>"
        "<h4>F</h4>";
    assert_made(html, 9, "Bamboo%20Orchid-,C");
    assert_made(html, 10, "Bamboo%20Orchid-,C,D");
    assert_made(html, 11, "Bamboo%20Orchid-,C,E");
    assert_int_equal(find(html, "Orchid-,C,E,-F"), 11);
    assert_int_equal(find(html, "Orchid-,C,D,-F"), SIZE_MAX);
    assert_int_equal(find(html, "Orchid-,C,D,E"), SIZE_MAX);
}

static bool makes_any(const char *html, size_t word) {
    fragment_text t = read_page(html);
    slice made = {NULL, 0};
    return fragment_make(&t, word, &made);
}

/* Browsers scroll to the beginning of what they find, and mark all of it. */
static void lines_that_read_the_same_are_not_taken_for_each_other(void **state) {
    (void)state;
    const char *html = "<p>Mon Tue Wed</p><p>closed</p><p>closed</p><p>closed</p><p>closed</p>";
    assert_made(html, 4, "closed-,closed");
    assert_false(makes_any(html, 5));
    assert_false(makes_any(html, 6));
    fragment_text t = read_page(html);
    assert_false(fragment_leads_to(&t, SLICE("closed-,closed,closed"), 6));
    const char *tail = "<p>Mon</p><p>closed</p><p>closed</p><p>closed</p><p>closed</p><p>The end</p>";
    assert_false(makes_any(tail, 3));
    assert_made(tail, 4, "closed-,closed,-The%20end");
}

/* The line behind stands for a place that nothing tells from the words around it, as far as it is seen with
 * it. */
static void a_line_behind_is_taken_as_far_as_it_shows_the_place(void **state) {
    (void)state;
    enum { WORDS = 100, SEEN = 60, BEFORE = 12 /* more are not quoted */ };
    char html[WORDS * 2 + 64] = "<p>";
    for (size_t i = 0; i < WORDS; i++)
        strcat(html, "x ");
    strcat(html, "</p><p>unlike</p>");
    fragment_text t = read_page(html);
    for (size_t word = BEFORE + 1; word < WORDS; word++) {
        slice made;
        bool is_made = fragment_make(&t, word, &made);
        assert_int_equal(is_made, word + SEEN > WORDS);
        assert_true(!is_made || fragment_leads_to(&t, made, word));
    }
}

static void terms_end_with_their_line(void **state) {
    (void)state;
    assert_made("<p>A b<br>c d</p><p>e</p>", 2, "A%20b-,c%20d");
}

static void a_word_with_a_raised_number_is_left_out(void **state) {
    (void)state;
    assert_made("<p>Before</p><h2>Other laws<sup>1</sup></h2><p>Text</p>", 1, "Before-,Other");
}

static void what_is_folded_away_is_not_searched_with_what_is_not(void **state) {
    (void)state;
    const char *html = "<details><summary>More</summary><div data-type=\"detailsContent\"><p>Inside here</p>"
                       "<p>and there</p></div></details><p>Outside</p>";
    assert_made(html, 1, "Inside%20here,-and%20there");
    assert_made(html, 5, "Outside");
}

static void structure_of_a_directive_is_escaped(void **state) {
    (void)state;
    assert_made("<p>x</p><p>a-b, c &amp; d</p>", 1, "x-,a%2Db%2C%20c%20%26%20d");
    assert_int_equal(find("<p>x</p><p>a-b, c</p>", "a%2Db%2C%20c"), 1);
}

static void case_accents_and_quotation_marks_make_no_difference(void **state) {
    (void)state;
    assert_int_equal(find("<p>x</p><p>Caf\u00e9 \u201Cde\u201D</p>", "cafe%20%22DE%22"), 1);
}

static void malformed_directives_find_nothing(void **state) {
    (void)state;
    static const char *const WRONG[] = {"", "-", "x-,", ",-x", "a-,b-,c", "a,b,c,d", "%", "a-,,-b"};
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        assert_int_equal(find("<p>a b c x</p>", WRONG[i]), SIZE_MAX);
}

static void a_page_of_one_word_repeated_costs_a_bounded_search(void **state) {
    (void)state;
    buffer html = buffer_new(memory, 1 << 20);
    for (int i = 0; i < 20000; i++)
        buffer_append_string(&html, "<p>a</p>");
    buffer_append_char(&html, '\0');
    fragment_text t = read_page(html.data);
    slice made;
    size_t word;
    for (word = 1; word < t.words.count && t.searched < FRAGMENT_SEARCH_MAX; word++)
        fragment_make(&t, word, &made);
    assert_true(t.searched < FRAGMENT_SEARCH_MAX + 64 * buffer_slice(&t.folded).length);
    assert_int_equal(word_text(&t, 0).length, 1);
}

static fragment_text read_notes(int count) {
    buffer html = buffer_new(memory, 1 << 16);
    for (int i = 0; i < count; i++)
        buffer_printf(&html, "<p>Rule %d of the rules</p><p>What rule %d says about case %d, in words</p>", i,
                      i, i * 7);
    buffer_append_char(&html, '\0');
    return read_page(html.data);
}

/* Links to so many places of the page: how much is searched for them. */
static size_t search_for_all(fragment_text *t) {
    size_t before = t->searched;
    slice made;
    for (size_t word = 0; word < t->words.count; word += 7)
        if (fragment_make(t, word, &made))
            assert_int_equal(fragment_leads_to(t, made, word), true);
    return t->searched - before;
}

static void an_index_finds_what_is_found_without(void **state) {
    (void)state;
    fragment_text plain = read_notes(300), indexed = read_notes(300);
    for (size_t word = 0; word < plain.words.count; word++) {
        slice one = SLICE(""), other = SLICE("");
        plain.searched = 0; /* none is made */
        indexed.searched = indexed.folded.length * 100;
        assert_int_equal(fragment_make(&plain, word, &one), fragment_make(&indexed, word, &other));
        assert_int_equal(one.length, other.length);
        assert_memory_equal(one.data, other.data, one.length);
    }
    assert_null(plain.index);
    assert_non_null(indexed.index);
}

static void links_to_all_of_a_page_cost_no_more_than_the_page(void **state) {
    (void)state;
    fragment_text one = read_notes(1000), two = read_notes(2000), four = read_notes(4000);
    size_t first = search_for_all(&one), second = search_for_all(&two), third = search_for_all(&four);
    assert_true(second * 10 <= first * 22 && third * 10 <= second * 22);
}

static int set_up(void **state) {
    (void)state;
    memory = arena_create(0);
    return memory ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    arena_destroy(memory);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_prefix_tells_a_heading_from_the_list_of_contents, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_suffix_does_where_the_words_before_are_no_help, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_range_ends_where_no_words_stand_beside_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lines_that_read_the_same_are_not_taken_for_each_other, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_line_behind_is_taken_as_far_as_it_shows_the_place, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(terms_end_with_their_line, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_word_with_a_raised_number_is_left_out, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_folded_away_is_not_searched_with_what_is_not, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(structure_of_a_directive_is_escaped, set_up, tear_down),
        cmocka_unit_test_setup_teardown(case_accents_and_quotation_marks_make_no_difference, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(malformed_directives_find_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_index_finds_what_is_found_without, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_to_all_of_a_page_cost_no_more_than_the_page, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_page_of_one_word_repeated_costs_a_bounded_search, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
