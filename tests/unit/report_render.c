/* The HTML report's renderings: what differs is marked, and of a hostile page nothing is left that could act.
 */
#include "report/report.h"

#include <cmocka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* render.h is inside the module; the test looks at it as the report does. */
#include "../../src/report/render.h"

static size_t no_pictures(void *context, slice path, arena *scratch) {
    (void)scratch;
    *(slice *)context = path;
    return slice_equal(path, SLICE("/images/a b.png")) ? 7 : 0;
}

typedef struct rendered {
    buffer before, after;
    slice asked; /* the last picture asked for */
} rendered;

static void render(rendered *r, const char *before, const char *after, arena *a) {
    r->before = buffer_new(a, 256);
    r->after = buffer_new(a, 256);
    picture_shelf shelf = {no_pictures, &r->asked};
    report_page page = {.before_html = slice_of(before), .after_html = slice_of(after)};
    render_page(&page, &shelf, &r->before, &r->after, a);
}

#define assert_text(buffer, expected)                                                                        \
    do {                                                                                                     \
        slice got_ = buffer_slice(&(buffer));                                                                \
        if (!slice_equal(got_, slice_of(expected)))                                                          \
            fail_msg("expected %s\n     got %.*s", expected, SLICE_ARGS(got_));                              \
    } while (0)

static void words_that_differ_are_marked(void **state) {
    (void)state;
    arena *a = arena_new(0);
    rendered r;
    render(&r, "<p>one two <b>three</b> four five</p>", "<p>one 2 deux <b>three</b> five</p>", a);
    assert_text(r.before,
                "<p>one <del class=\"iz\">two</del> <b>three</b> <del class=\"iz\">four</del> five</p>");
    assert_text(r.after, "<p>one <ins class=\"iz\">2 deux</ins> <b>three</b> five</p>");
    arena_destroy(a);
}

static void words_in_another_form_say_what_changed(void **state) {
    (void)state;
    arena *a = arena_new(0);
    rendered r;
    render(&r, "<h3>Title</h3><p style=\"text-align:center\">a</p>",
           "<h2>Title</h2><p><a href=\"/x\">a</a></p>", a);
    assert_text(
        r.after,
        "<h2><mark class=\"iz\" title=\"now a heading of level 2\">Title</mark></h2><p><a data-href=\"/x\">"
        "<mark class=\"iz\" title=\"no longer aligned to the centre or the right, now a "
        "link\">a</mark></a></p>");
    arena_destroy(a);
}

static void a_picture_is_known_by_its_file_name(void **state) {
    (void)state;
    arena *a = arena_new(0);
    rendered r;
    render(&r, "<img src=\"https://cdn.invalid/x/a%20b.png?v=1\">", "<img src=\"/images/a%20b.png\">", a);
    assert_text(r.before, "<img data-remote=\"https://cdn.invalid/x/a%20b.png?v=1\">");
    assert_text(r.after, "<img data-picture=\"7\">");
    arena_destroy(a);
}

static void a_remote_picture_that_the_site_has_shows_from_there(void **state) {
    (void)state;
    arena *a = arena_new(0);
    slice here = SLICE("https://cdn.invalid/x/a.png"), wanted = SLICE("https://cdn.invalid/x/b.png");
    report_asset assets[] = {{here, SLICE("/images/a b.png"), REPORT_ASSET_PRESENT},
                             {wanted, SLICE("/images/a b.png"), REPORT_ASSET_TO_FETCH}};
    report_page page = {.before_html = SLICE("<img src=\"https://cdn.invalid/x/a.png\">"
                                             "<img src=\"https://cdn.invalid/x/b.png\">"),
                        .assets = assets,
                        .asset_count = 2};
    slice asked;
    buffer before = buffer_new(a, 64), after = buffer_new(a, 64);
    render_page(&page, &(picture_shelf){no_pictures, &asked}, &before, &after, a);
    assert_non_null(
        strstr(slice_c_string(buffer_slice(&before), a), "<img data-iz=\"del\" data-picture=\"7\">"));
    assert_non_null(strstr(slice_c_string(buffer_slice(&before), a),
                           "<img data-iz=\"del\" data-remote=\"https://cdn.invalid/x/b.png\">"));
    arena_destroy(a);
}

static void lines_of_the_source_reach_both_sides(void **state) {
    (void)state;
    arena *a = arena_new(0);
    buffer before = buffer_new(a, 64), after = buffer_new(a, 64);
    line_map lines = line_map_new(a);
    line_map_add(&lines, 0, 4);
    line_map_add(&lines, 11, 9);
    slice asked;
    picture_shelf shelf = {no_pictures, &asked};
    report_page page = {.before_html = SLICE("<p>one</p>\n<p>two</p>"),
                        .after_html = SLICE("<div><p>one</p></div><p>two</p>"),
                        .before_lines = &lines};
    render_page(&page, &shelf, &before, &after, a);
    assert_text(before, "<p data-line=\"4\">one</p>\n<p data-line=\"9\">two</p>");
    assert_text(after, "<div data-line=\"4\"><p>one</p></div><p data-line=\"9\">two</p>");
    arena_destroy(a);
}

static void style_sheets_keep_what_looks_and_nothing_that_is_fetched(void **state) {
    (void)state;
    static const char *const SHEETS[][2] = {
        {".a>b:not(.c):nth-child(2n + 1){color:#0af;width:calc(100% - 2px)}",
         ".a>b:not(.c):nth-child(2n + 1){color:#0af;width:calc(100% - 2px)}"},
        {"@media (max-width:600px){p::before{content:\"a\\22 b\" counter(c)}}",
         "@media (max-width:600px){p::before{content:\"a\\22 b\" counter(c)}}"},
        {".md\\:flex{--x:1.5em;margin:var(--x)}", ".md\\3a flex{--x:1.5em;margin:var(--x)}"},
        {"a/* c */b{}", "a b{}"},
        {"p{background:red url(//h/x)}", "p{background:red  none }"},
        {"p{background:URL( '//h/x' ) red}", "p{background: none  red}"},
        {"p{background:u\\72l(//h/x)}", "p{background: none }"},
        {"p{background:image-set('//h/x' 1x,url(//h/y) 2x);color:red}", "p{background: none ;color:red}"},
        {"p{background:-webkit-image-set(url(//h/x) 1x)}", "p{background: none }"},
        {"p{background:image('//h/x'),cross-fade(url(//h/x),red),element(#a),src(\"//h/x\")}",
         "p{background: none , none , none , none }"},
        {"p{width:expression(x(y))}q{content:attr(data-x url)}", "p{width: none }q{content: none }"},
        {"p{cursor:url(//h/x),auto;--u:url(//h/x);behavior:url(#x)}",
         "p{cursor: none ,auto;--u: none ;behavior: none }"},
        {"@import '//h/x';@import url(//h/x) screen;b{}", "  b{}"},
        {"@\\69mport '//h/x';b{}", " b{}"},
        {"@charset 'x';@namespace url(//h);@font-face{src:url(//h)}b{}", "   b{}"},
        {"@supports (background:url(//h/x)){b{c:d}}", "@supports (background: none ){b{c:d}}"},
        {"b{c:d @import 'x'}e{}", "b{c:d  }e{}"},
        {"p{c:f(} q{d:e}", "p{c: none } q{d:e}"},
        {"</style><script>", "< / style>< script>"},
        {"/\\*a*/}b{c:url(x)}", "/ \\2a a*/ }b{c: none }"},
        {"p{c:\"x\ny:url(z)}", "p{c: none  y: none }"},
    };
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof SHEETS / sizeof *SHEETS; i++) {
        buffer out = buffer_new(a, 64);
        append_safe_css(slice_of(SHEETS[i][0]), &out, a);
        assert_text(out, SHEETS[i][1]);
    }
    arena_destroy(a);
}

static void frames_keep_their_place(void **state) {
    (void)state;
    arena *a = arena_new(0);
    rendered r;
    render(&r, "<iframe class=wide width=560 style='width: 50%' src='//h/x' onload=y></iframe>", "", a);
    assert_text(r.before,
                "<span data-embed=\"iframe\" class=\"wide\" width=\"560\" style=\"width: 50%\">Embedded "
                "iframe: //h/x</span>");
    arena_destroy(a);
}

static void nothing_that_acts_is_left(void **state) {
    (void)state;
    static const char *const HOSTILE[] = {"<script>x</script>",
                                          "<p onclick=x ONLOAD=y>",
                                          "<a href=javascript:x>",
                                          "<img src=x onerror=y>",
                                          "<iframe src=x></iframe>",
                                          "<iframe srcdoc='<script>x</script>'></iframe>",
                                          "<object data=x></object>",
                                          "<embed src=x>",
                                          "<base href=x>",
                                          "<meta http-equiv=refresh content='0;x'>",
                                          "<link rel=stylesheet href=x>",
                                          "<form action=x><input formaction=y></form>",
                                          "<svg><script>x</script><a xlink:href=x>",
                                          "<math><mi xlink:href=x>",
                                          "<style>@import url(x)</style>",
                                          "<p style='background:URL(x)'>",
                                          "<video src=x poster=y autoplay>",
                                          "<body background=x>",
                                          "<table background=x>",
                                          "<img srcset='x 1x'>",
                                          "<input type=image src=x>",
                                          "<a ping=x>",
                                          "<noscript><img src=x></noscript>",
                                          "<template><script>x</script></template>",
                                          "<textarea></textarea><script>x</script>",
                                          "<xmp><script>x</script></xmp>",
                                          "<plaintext><script>x",
                                          "<title></title><script>x</script>",
                                          "<p =\"x\" \"onclick=x>",
                                          "<isindex action=x>",
                                          "<svg><style><img src=x onerror=y>",
                                          "<select><script>x</script></select>",
                                          "<p style='x:url(&#x27;y'>"};
    static const char *const ACTING[] = {"<script",   "<iframe",   "<object",      "<embed",       "<base",
                                         "<meta",     "<link",     "<form",        "<svg",         "<math",
                                         "<template", "<noscript", "<video",       " href=",       " src=",
                                         " srcset=",  " action=",  " formaction=", " background=", " ping=",
                                         " poster=",  " on",       "url(",         "@import",      "URL("};
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++) {
        rendered r;
        render(&r, HOSTILE[i], HOSTILE[i], a);
        for (size_t k = 0; k < sizeof ACTING / sizeof *ACTING; k++)
            if (slice_find(buffer_slice(&r.before), slice_of(ACTING[k]), 0) != SLICE_NONE)
                fail_msg("%s leaves %s", HOSTILE[i], r.before.data);
    }
    arena_destroy(a);
}

static void hostile_pages_take_bounded_time(void **state) {
    (void)state;
    static const char *const PIECES[] = {"<b>",         "<p>a ", "a<b>c</i>",   "<div>",
                                         "<table><td>", "a b ",  "<a href=x>y", "<li>"};
    arena *a = arena_new(0);
    for (size_t i = 0; i < sizeof PIECES / sizeof *PIECES; i++) {
        buffer page = buffer_new(a, 1 << 20);
        while (page.length < 400000)
            buffer_append_string(&page, PIECES[i]);
        buffer_append_char(&page, '\0');
        rendered r;
        clock_t start = clock();
        render(&r, page.data, "<p>b a c</p>", a);
        if ((clock() - start) / CLOCKS_PER_SEC >= 5)
            fail_msg("%s repeated takes too long", PIECES[i]);
        arena_reset(a);
    }
    arena_destroy(a);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_that_differ_are_marked),
        cmocka_unit_test(words_in_another_form_say_what_changed),
        cmocka_unit_test(a_picture_is_known_by_its_file_name),
        cmocka_unit_test(a_remote_picture_that_the_site_has_shows_from_there),
        cmocka_unit_test(lines_of_the_source_reach_both_sides),
        cmocka_unit_test(style_sheets_keep_what_looks_and_nothing_that_is_fetched),
        cmocka_unit_test(frames_keep_their_place),
        cmocka_unit_test(nothing_that_acts_is_left),
        cmocka_unit_test(hostile_pages_take_bounded_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
