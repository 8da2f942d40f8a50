/* Protects the findings for lost places: a link is found in whatever form it is written, and leads to the
 * page that a browser would open; what is no link to a page of the site meets none. */
#include "site/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A site of one page that is linked to, and one file that links. */
typedef struct example {
    const char *config;
    const char *path, *permalink; /* of the page; the permalink may be NULL */
    const char *from, *text;      /* of the file that links */
    const char *ids;              /* expected, with a space between two */
} example;

static front_value read_config(const char *yaml, arena *a) {
    front_value config = {.kind = FRONT_MAPPING};
    page_error error;
    findings ignored = findings_new(a);
    assert_true(page_read_front(slice_of(yaml), 1, a, &ignored, &config, &error));
    return config;
}

static void check(const example *e) {
    arena *a = arena_new(0);
    front_value config = read_config(e->config, a);
    site_links *links = site_links_new(&config, a);
    site_links_add(links, slice_of(e->from), slice_of(e->text), true);
    slice page = e->permalink ? format_slice(a, "---\ntitle: x\npermalink: %s\n---\nText\n", e->permalink)
                              : SLICE("---\ntitle: x\n---\nText\n");
    site_links_add(links, slice_of(e->path), page, true);
    site_links_settle(links);
    size_t count;
    const convert_linked_id *ids = site_links_to(links, slice_of(e->path), &count);
    buffer found = buffer_new(a, 64);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&found, "%s%.*s", i ? " " : "", SLICE_ARGS(ids[i].id));
    buffer_append_char(&found, '\0');
    if (strcmp(found.data, e->ids) != 0)
        printf("%s -> %s (%s)\n", e->text, e->path, e->permalink ? e->permalink : "");
    assert_string_equal(found.data, e->ids);
    arena_destroy(a);
}

#define SITE "url: https://www.town.example\nbaseurl: /town\n"

static void links_are_found_in_every_form(void **state) {
    (void)state;
    static const char *const FORMS[] = {
        "[text](/about/us/#team)",
        "[text](</about/us/#team>)",
        "[text](/about/us/#team \"title\"){:target=\"_blank\"}",
        "[text]: /about/us/#team",
        "<a class=x href=\"/about/us/#team\">",
        "<a href='/about/us/#team'>",
        "<a href=/about/us/#team>",
        "  - url: /about/us/#team # a comment",
        "  - {url: \"/about/us/#team\", title: x}",
        "[text](https://www.town.example/about/us/#team)",
        "[text](http://town.example/town/about/us#team)",
        "[text](//WWW.town.example/about/us#team)",
        "see https://www.town.example/about/us#team.",
        "[text]({{ site.baseurl }}/about/us/#team)",
        "[text]({{site.url}}{{ site.baseurl }}/about/us/#team)",
        "{{ site.baseurl }}/about/us/#team",
        "}}/about/us/#team",
        "x }}/about/us/#team",
        "{ x }}/about/us/#team",
        "x{ y }}/about/us/#team",
        "[text]({{ site.other }}/about/us/#team)",
        "[text](/town/about/us/#team)",
        "[text](/about/us#team)",
        "\"/about/us/#team",
        "'/about/us/#team, and more\"",
        "[text](/about/us.html#team)",
        "[text](/about/us/index.html?a=b#team)",
        "[text](/About/./x/../Us//#team)",
        "[text](/about/%75s/#te%61m)",
        "it's [text](/about/us/#team)",
        "# C# &#39; #fff [text](/about/us/#team) `#`",
    };
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS; i++)
        check(&(example){SITE, "pages/us.md", "/about/us/", "a.md", FORMS[i], "team"});
}

static void other_things_are_not_links_to_the_page(void **state) {
    (void)state;
    static const char *const OTHERS[] = {
        "[text](/about/us/)",
        "[text](#team)",
        "[text](/about/us/#)",
        "[text](/about/#team)",
        "[text](/about/us/more/#team)",
        "[text](https://www.city.example/about/us/#team)",
        "[text](https://www.town.example.org/about/us/#team)",
        "[text](mailto:/about/us/#team)",
        "[text](about/us/#team)", /* no front matter, no address to begin at */
        "about us # team",
        "[text](https://#team)",
        "[text](//www.town.example#team)",
        "[text](/townhall/us/#team)",
        "<a href=#team>",
        "[text](?a=b#team)",
        "#",
        "/about/us/~#",
    };
    check(&(example){"", "us.md", "/us/", "a.md", "[text](https://www.town.example/us/#team)", ""});
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        check(&(example){SITE, "pages/us.md", "/about/us/", "a.md", OTHERS[i], ""});
}

#define FROM(permalink, link) "---\ntitle: x\npermalink: " permalink "\n---\n[text](" link ")\n"

static void pages_are_known_by_their_address(void **state) {
    (void)state;
    static const example EXAMPLES[] = {
        {"", "pages/us.md", "\"/about/us/\"", "a.md", "[text](/about/us/#team)", "team"},
        {"", "pages/us.md", "about/us # a comment", "a.md", "[text](/about/us/#team)", "team"},
        {"", "pages/us.md", ">-\n  /about/us/", "a.md", "[text](/about/us/#team)", "team"},
        {"", "pages/us.md", "/FAQ", "a.md", "[text](/faq#TT)", "TT"},
        {"", "index.md", "/", "a.md", "[text](/#team) [text](/index.html#more)", "more team"},
        {"", "about/us.md", NULL, "a.md", "[text](/about/us.html#team)", "team"},
        {"", "about/index.md", NULL, "a.md", "[text](/about/#team)", "team"},
        {"collections: [news]", "_news/a/us.md", NULL, "a.md", "[text](/news/a/us#team)", "team"},
        {"collections:\n  news:\n    permalink: /:collection/:title/", "_news/a/Us All.md", NULL, "a.md",
         "[text](/news/us-all/#team)", "team"},
        {"collections:\n  news:\n    permalink: /:title/", "_news/%us %% all.md", NULL, "a.md",
         "[text](/us-all/#team)", "team"},
        {"collections_dir: all\ncollections: [news]", "all/_news/us.md", NULL, "a.md",
         "[text](/news/us#team)", "team"},
        {"collections:\n  news:\n    permalink: /:unknown/", "_news/us.md", NULL, "a.md",
         "[text](/news/us#team)", ""},
        {"", "_layouts/us.html", NULL, "a.md", "[text](/_layouts/us#team)", ""},
        {"", "_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/2024/05/02/pier.html#team)", "team"},
        {"permalink: none", "news/_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/news/pier#team)",
         "team"},
        {"collections_dir: all", "all/news/_posts/2024-05-02-pier.md", NULL, "a.md",
         "[text](/news/2024/05/02/pier#team)", "team"},
        {"", "my_posts/us.md", NULL, "a.md", "[text](/my_posts/us#team)", "team"},
        {"", "_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/posts/pier#team)", ""},
        {"permalink: ordinal\ncollections: {posts: {permalink: /blog/:title/}}", "_posts/2024-05-02-pier.md",
         NULL, "a.md", "[text](/blog/pier#team)", "team"},
        {"permalink: ordinal", "_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/2024/123/pier#team)", ""},
        {"permalink: pretty", "_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/2024/05/02/pier/#team)",
         "team"},
        {"permalink: date", "_posts/2024-05-02-pier.md", NULL, "a.md", "[text](/2024/05/02/pier#team)",
         "team"},
        {"", "_posts/pier.md", NULL, "a.md", "[text](/pier#team)", ""},
        {"collections_dir: ./all/", "all/_posts/2024-05-02-pier.md", NULL, "a.md",
         "[text](/2024/05/02/pier#team)", "team"},
        {"collections_dir: all", "all.md", NULL, "a.md", "[text](/all#team)", "team"},
        {"collections_dir: all", "allother/b.md", NULL, "a.md", "[text](/allother/b#team)", "team"},
        {"", "about/us", NULL, "a.md", "[text](/about/us#team)", "team"},
        {"", "us.md", "[a, b]", "a.md", "[text](/us#team)", "team"},
        {"", "us.md", "/about/me/\npermalinks: /x/\npermalink2: /y/", "a.md", "[text](/about/me/#team)",
         "team"},
        {"", "us.md", "/us\nnope: x\npermalink", "a.md", "[text](/us#team)", "team"},
        {"", "_posts/2024-05-02-pier.md", "\ncategories: a", "a.md", "[text](/2024/05/02/pier#team)", ""},
        {"", "us.md", "{a: [", "a.md", "[text](/us#team)", "team"},
        {"", "us.md", "/b-~_/", "a.md", "[text](/b-~_#team)", "team"},
        {"", "us.md", "'/about/us/'", "a.md", "[text](/about/us/#team)", "team"},
        {"", "us.md", "/b-/", "a.md", "[text](/b-#team)", "team"},
        {"", "us.md", "/caf\xC3\xA9/", "a.md", "[text](/caf\xC3\xA9#th\xC3\xA9 noir)", "th\xC3\xA9"},
    };
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++)
        check(&EXAMPLES[i]);
}

static void relative_links_begin_at_the_page_that_they_stand_in(void **state) {
    (void)state;
    static const example EXAMPLES[] = {
        {"", "us.md", "/about/us/", "a.md", FROM("/about/", "us/#team"), "team"},
        {"", "us.md", "/about/us/", "a.md", FROM("/about/them/", "../us#team"), "team"},
        {"", "us.md", "/about/us/", "a.md", FROM("/about/them", "us#team"), "team"},
        {"", "us.md", "/about/us/", "a.md", FROM("/about/them/", "us/#team"), ""},
        {"", "us.md", "/about/us/", "about/a.md", "---\ntitle: x\n---\n[text](us#team)", "team"},
        {"", "us.md", "/about/us/", "a.md", FROM("/about/", "../../about/us#team"), "team"},
        {"", "us.md", "/my us/", "a.md", "<a href=\"/my us/#team\">", "team"},
        {"", "us.md", "/about/us/", "a.md", "[text](/about/us.#team)", ""},
        {"", "us.md", "/about/us/", "_includes/a.html", "<a href=\"about/us/#team\">", ""},
        {"", "us.md", "/my us/", "a.md", FROM("/", "my us/#team"), "team"},
    };
    for (size_t i = 0; i < sizeof EXAMPLES / sizeof *EXAMPLES; i++)
        check(&EXAMPLES[i]);
}

/* A link that Liquid writes the start of can be changed with its page only where the settings say what that
 * is; it is found however long the text before it is. */
static void links_behind_liquid_are_followed_where_it_is_known(void **state) {
    (void)state;
    static const struct {
        const char *config, *link;
        bool is_followed;
    } CASES[] = {
        {SITE, "/us/#team", true},
        {SITE, "{{ site.baseurl }}/us/#team", true},
        {SITE, "{{ site.url }}{{ site.baseurl }}/us/#team", true},
        {SITE, "{{ site.other }}/us/#team", false},
        {SITE, "{{ a_name_of_Liquid_that_is_longer_than_any_of_the_site_s_own_settings }}/us/#team", false},
        {"title: x", "{{ site.baseurl }}/us/#team", true},
        {"title: x", "{{ site.url }}/us/#team", false},
        {"", "{{ site.baseurl }}/us/#team", false},
    };
    arena *a = arena_new(0);
    for (size_t i = 0; i < 2 * (sizeof CASES / sizeof *CASES); i++) {
        size_t one = i / 2;
        front_value config = read_config(CASES[one].config, a);
        site_links *links = site_links_new(&config, a);
        site_links_add(links, SLICE("us.md"), SLICE("---\npermalink: /us/\n---\n"), true);
        site_links_add(
            links, SLICE("a.md"),
            format_slice(a, "---\npermalink: /a/\n---\n%*s[text](%s)", i % 2 ? 2000 : 0, "", CASES[one].link),
            true);
        site_links_settle(links);
        size_t count;
        const convert_linked_id *ids = site_links_to(links, SLICE("us.md"), &count);
        if (count != 1 || ids->is_followed != CASES[one].is_followed)
            fail_msg("%s (%zu)", CASES[one].link, count);
    }
    arena_destroy(a);
}

static void the_first_link_is_named_and_others_are_counted(void **state) {
    (void)state;
    arena *a = arena_new(0);
    front_value config = {.kind = FRONT_MAPPING};
    static const char *const FILES[][2] = {{"c.md", "\n[x](/us/#b)"},
                                           {"us.md", "---\npermalink: /us/\n---\n[x](/us/#a)"},
                                           {"b.md", "\n\n[x](/us/#b) [x](/us/#b) [x](/us/#c)\n[x](/us/#b)"},
                                           {"d.md", "[x](/us/#b)"}};
    for (size_t shift = 0; shift < 4; shift++) { /* whatever the order */
        site_links *links = site_links_new(&config, a);
        for (size_t i = 0; i < 4; i++)
            site_links_add(links, slice_of(FILES[(i + shift) % 4][0]), slice_of(FILES[(i + shift) % 4][1]),
                           true);
        site_links_settle(links);
        size_t count;
        const convert_linked_id *ids = site_links_to(links, SLICE("us.md"), &count);
        assert_int_equal(count, 3);
        assert_true(slice_equal(ids[0].id, SLICE("a")) && slice_equal(ids[0].from, SLICE("us.md")));
        assert_int_equal(ids[0].line, 4);
        assert_true(slice_equal(ids[1].id, SLICE("b")) && slice_equal(ids[1].from, SLICE("b.md")));
        assert_int_equal(ids[1].line, 3);
        assert_int_equal(ids[1].others, 2);
        assert_true(slice_equal(ids[2].id, SLICE("c")) && ids[2].others == 0);
        site_links_to(links, SLICE("d.md"), &count);
        assert_int_equal(count, 0);
    }
    arena_destroy(a);
}

/* Linear: many marks, long lines, long addresses. Each takes milliseconds; squared, minutes. */
static void hostile_files_are_read_in_linear_time(void **state) {
    (void)state;
    static const char *const PARTS[] = {"a#", "#", "/#a", "(a ", "a/../", "\"a ", "/us/#a ", "%2f/#", "a"};
    arena *a = arena_new(0);
    front_value config = {.kind = FRONT_MAPPING};
    for (size_t p = 0; p < sizeof PARTS / sizeof *PARTS; p++) {
        buffer text = buffer_new(a, 1 << 22);
        buffer_append_string(&text, "---\npermalink: ");
        for (size_t i = 0; i < 1 << 18; i++)
            buffer_append_string(&text, PARTS[p]);
        buffer_append_string(&text, "\n---\n");
        for (size_t i = 0; i < 1 << 20; i++)
            buffer_append_string(&text, PARTS[p]);
        site_links *links = site_links_new(&config, a);
        site_links_add(links, SLICE("a.md"), buffer_slice(&text), true);
        site_links_settle(links);
        arena_reset(a);
    }
    arena_destroy(a);
}

/* What is longer, or more, than anybody writes is not known: no link is made up of a part of it. */
static void what_is_endless_is_not_known(void **state) {
    (void)state;
    enum { MANY = 5000, LONG = 1100 };
    arena *a = arena_new(0);
    slice endless = format_slice(a, "/%0*d/", LONG, 0);
    front_value config = read_config(
        slice_c_string(
            format_slice(a, "collections:\n  news:\n    permalink: %.*s:title/\n", SLICE_ARGS(endless)), a),
        a);
    site_links *links = site_links_new(&config, a);
    site_links_add(links, SLICE("_news/a.md"), SLICE("---\ntitle: x\n---\n"), true);
    site_links_add_target(links, SLICE("b.md"),
                          format_slice(a, "---\npermalink: %.*s\n---\n", SLICE_ARGS(endless)));
    buffer former = buffer_new(a, 1 << 16), named = buffer_new(a, 1 << 16);
    buffer_append_string(&former, "---\npermalink: /c/\nredirect_from:\n");
    for (int i = 0; i < MANY; i++) {
        buffer_printf(&former, "- /old-%d\n", i);
        buffer_printf(&named, "/other-%d\n", i);
    }
    buffer_append_string(&former, "---\n");
    buffer_append_string(&named, "/d\n");
    site_links_add(links, SLICE("c.md"), buffer_slice(&former), true);
    site_links_add(links, SLICE("d.md"), SLICE("---\npermalink: /d\n---\n"), true);
    site_links_add(links, SLICE("e.md"), buffer_slice(&named), true);
    site_links_settle(links);
    convert_options known = {.file_count = 0};
    site_links_fill_named(links, &known);
    assert_int_equal(known.file_count, 0);
    slice id, to, moved, first = SLICE("/old-0#x"), last = format_slice(a, "/old-%d#x", MANY - 1),
                         news = format_slice(a, "%.*sa/#x", SLICE_ARGS(endless));
    assert_true(site_links_lead_to(links, SLICE("c.md"), first, a, &to, &id, &moved));
    assert_false(site_links_lead_to(links, SLICE("c.md"), last, a, &to, &id, &moved));
    assert_false(site_links_lead_to(links, SLICE("c.md"), news, a, &to, &id, &moved));
    assert_null(site_links_naming(links, SLICE("d.md"), a));
    arena_destroy(a);
}

static void add_named(site_links *links, const char *path, const char *permalink, arena *a) {
    site_links_add_target(links, slice_of(path), format_slice(a, "---\npermalink: %s\n---\n", permalink));
}

static void only_certain_addresses_are_known_by_name(void **state) {
    (void)state;
    arena *a = arena_new(0);
    front_value config = read_config(SITE, a);
    site_links *links = site_links_new(&config, a);
    add_named(links, "pages/b.md", "/b/", a);
    add_named(links, "pages/no-slash.md", "/no-slash", a);
    add_named(links, "pages/template.md", "/:title/", a);
    add_named(links, "pages/space.md", "/a b/", a);
    add_named(links, "news/_posts/2020-01-01-one.md", "/news/one/", a);
    add_named(links, "_posts/2020-01-02-two.md", "/two/", a);
    add_named(links, "_posts/2020-01-02-two.x.md", "/two-x/", a);
    add_named(links, "_drafts/2020-01-03-three.md", "/three/", a);
    site_links_settle(links);
    convert_options known = {.file_count = 0};
    site_links_fill_named(links, &known);
    assert_int_equal(known.post_count, 1); /* two.x answers to two as well */
    assert_true(slice_equal(known.posts[0].name, SLICE("news/2020-01-01-one")));
    assert_true(slice_equal(known.posts[0].url, SLICE("/news/one/")));
    assert_int_equal(known.file_count, 4);
    assert_true(slice_equal(known.files[3].name, SLICE("pages/b.md")));
    assert_true(site_names_targets(SLICE("a {%- link pages/b.md %}")));
    assert_true(site_names_targets(SLICE("{% if x %}{% post_url 2020-01-02-two %}")));
    assert_false(site_names_targets(SLICE("{{ link }} {% if link %} %}link")));
    arena_destroy(a);
}

/* A post answers to its own name; one in a folder that is below and above `_posts` to none that is certain.
 */
static void names_are_counted_from_the_root(void **state) {
    (void)state;
    arena *a = arena_new(0);
    static const struct {
        const char *config, *path, *permalink;
        size_t files, posts;
    } CASES[] = {
        {"", "a.md", "/a/", 1, 0},
        {"", "a.md", "a/", 0, 0},
        {"", "a.md", "/a//b/", 0, 0},
        {"", "a.md", "/a.b/", 0, 0},
        {"", "a.md", "[a]", 0, 0},
        {"", "news/_posts/2020-01-01-a.md", "/a/", 1, 1},
        {"", "news/_posts/more/2020-01-01-a.md", "/a/", 1, 0},
        {"", "_posts/2020-01-01-a", "/a/", 1, 0},
        {"", "news/_drafts/a.md", "/a/", 0, 0},
        {"collections_dir: rooms", "rooms/_posts/2020-01-01-a.md", "/a/", 0, 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        front_value config = read_config(CASES[i].config, a);
        site_links *links = site_links_new(&config, a);
        add_named(links, CASES[i].path, CASES[i].permalink, a);
        site_links_add_target(links, SLICE("x.md"), SLICE("no front matter"));
        site_links_settle(links);
        convert_options known = {.file_count = 0};
        site_links_fill_named(links, &known);
        if (known.file_count != CASES[i].files || known.post_count != CASES[i].posts)
            fail_msg("%s %s: %zu %zu", CASES[i].path, CASES[i].permalink, known.file_count, known.post_count);
    }
    assert_false(site_names_targets(SLICE("{%")));
    assert_false(site_names_targets(SLICE("{%-  ")));
    arena_destroy(a);
}

static void links_lead_where_a_browser_goes(void **state) {
    (void)state;
    arena *a = arena_new(0);
    front_value config = read_config(SITE, a);
    site_links *links = site_links_new(&config, a);
    site_links_add(links, SLICE("a.md"), SLICE(FROM("/a/", "/b/#x")), true);
    site_links_add(links, SLICE("b.md"), SLICE(FROM("/b/", "#y")), true);
    site_links_add(links, SLICE("d.md"), SLICE(FROM("/d/\nredirect_from: [/old-d/, old/d.html, /b]", "d")),
                   true);
    site_links_add(links, SLICE("c.md"), SLICE(FROM("/e\nredirect_from: /old-d", "c")), true);
    site_links_add(links, SLICE("f.md"), SLICE("---\nredirect_from: [/old-d, 3, \"\", /old-f]\n---\nf"),
                   true);
    site_links_add(links, SLICE("g.md"), SLICE(FROM("/g/\nredirect_from: [\nx: {", "g")), true); /* no YAML */
    site_links_add(links, SLICE("h.md"), SLICE(FROM("/h/\nno_redirect_from: /old-h", "h")), true);
    slice endless = format_slice(a, "---\nredirect_from: /old-i%*s\n---\ni", 2000, "/");
    site_links_add(links, SLICE("i.md"), endless, true);
    site_links_settle(links);
    static const struct {
        const char *from, *href, *to, *moved;
    } CASES[] = {
        {"a.md", "/old-d/#x", "c.md", "/town/e/#x"},
        {"a.md", "/town/old/d#x", "d.md", "/town/d/#x"},
        {"a.md", "/old-f#x", "f.md", "/town/f/#x"},
        {"a.md", "/old-h#x", NULL, ""},
        {"a.md", "/old-i#x", NULL, ""},
        {"a.md", "/b#x", "b.md", ""},
        {"a.md", "/b/#x", "b.md", ""},
        {"a.md", "../b#x", "b.md", ""},
        {"a.md", "/b/", NULL, ""},
        {"a.md", "/c/#x", NULL, ""},
        {"gone.md", "/b/#x", NULL, ""},
        {"a.md", "mailto:b#x", NULL, ""},
        {"a.md", "/town/b/#x", "b.md", ""},
        {"a.md", "/town#x", NULL, ""},
        {"a.md", "https://www.town.example/b#x", "b.md", ""},
        {"a.md", "//town.example#x", NULL, ""},
        {"a.md", "https://city.example/b#x", NULL, ""},
        {"a.md", "", NULL, ""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        slice id = SLICE(""), to, moved;
        bool leads =
            site_links_lead_to(links, slice_of(CASES[i].from), slice_of(CASES[i].href), a, &to, &id, &moved);
        if (leads != (CASES[i].to != NULL) || (leads && !slice_equal(to, slice_of(CASES[i].to))))
            fail_msg("%s in %s", CASES[i].href, CASES[i].from);
        if (leads)
            assert_true(slice_equal(id, SLICE("x")));
        if (leads)
            assert_string_equal(slice_c_string(moved, a), CASES[i].moved);
    }
    arena_destroy(a);
}

/* The CMS puts a slash to the end of an address when it saves the page: who names it without one is told. */
static void addresses_without_their_slash_are_told(void **state) {
    (void)state;
    static const char *const FORMS[] = {
        "see /about/us.",     "/about/us",      "[x](/about/us)",
        "\"/about/us\"",      "/town/about/us", "https://www.town.example/about/us, and",
        "<a href=/about/us>", "/about/us?x",    "(/about/%75s)"};
    static const char *const OTHERS[] = {
        "/about/us/", "/about/use", "/townabout/us", "/town", "/", "//about/us", "about/us", "/.", "/ a"};
    arena *a = arena_new(0);
    front_value config = read_config(SITE, a);
    for (size_t i = 0; i < sizeof FORMS / sizeof *FORMS + sizeof OTHERS / sizeof *OTHERS; i++) {
        bool told = i < sizeof FORMS / sizeof *FORMS;
        slice text = slice_of(told ? FORMS[i] : OTHERS[i - sizeof FORMS / sizeof *FORMS]);
        site_links *links = site_links_new(&config, a);
        site_links_add(links, SLICE("us.md"), SLICE("---\npermalink: /about/us\n---\n/about/us"),
                       true); /* its own */
        site_links_add(links, SLICE("a.md"), text, true);
        site_links_settle(links);
        const convert_named_address *named = site_links_naming(links, SLICE("us.md"), a);
        if ((named != NULL) != told || (told && !slice_equal(named->places, SLICE("a.md:1"))))
            fail_msg("%.*s", SLICE_ARGS(text));
    }
    arena_destroy(a);
}

/* In the order of names and lines; letters of other alphabets begin an address, too. */
static void each_line_that_names_an_address_is_told(void **state) {
    (void)state;
    arena *a = arena_new(0);
    front_value config = read_config(SITE, a);
    site_links *links = site_links_new(&config, a);
    site_links_add(links, SLICE("us.md"), SLICE("---\npermalink: /\xC3\xA9t\xC3\xA9\n---\n"), true);
    site_links_add(links, SLICE("b.md"), SLICE("/\xC3\xA9t\xC3\xA9\n"), true);
    site_links_add(links, SLICE("a.md"), SLICE("\n/\xC3\xA9t\xC3\xA9\n\n(/\xC3\xA9t\xC3\xA9)\n"), true);
    site_links_settle(links);
    const convert_named_address *named = site_links_naming(links, SLICE("us.md"), a);
    assert_non_null(named);
    assert_string_equal(slice_c_string(named->places, a), "a.md:2, a.md:4, b.md:1");
    arena_destroy(a);
}

/* As many as a person looks at are named, the others are counted; of two pages at one address the first one
 * has it. */
static void who_names_an_address_is_told_up_to_a_number(void **state) {
    (void)state;
    arena *a = arena_new(0);
    front_value config = read_config(SITE, a);
    site_links *links = site_links_new(&config, a);
    static const char *const PAGES[][2] = {{"they.md", "/about/us/"},
                                           {"others.md", "/about/us/"},
                                           {"us.md", "/about/us"},
                                           {"we.md", "/about/us"}};
    for (size_t i = 0; i < sizeof PAGES / sizeof *PAGES; i++)
        site_links_add(links, slice_of(PAGES[i][0]),
                       format_slice(a, "---\npermalink: %s\n---\n", PAGES[i][1]), true);
    for (int i = 24; i >= 0; i--)
        site_links_add(links, format_slice(a, "a%02d.md", i), SLICE("/about/us and /about/us\n"), true);
    site_links_settle(links);
    for (size_t i = 2; i < 4; i++) {
        slice path = slice_of(PAGES[i][0]);
        const convert_named_address *named = site_links_naming(links, path, a);
        assert_non_null(named);
        assert_true(slice_starts_with(named->places, SLICE("a00.md:1, a01.md:1, ")));
        assert_true(slice_ends_with(named->places, SLICE(", a19.md:1 and 5 more")));
        assert_string_equal(slice_c_string(site_links_taken_by(links, path, a), a), "others.md");
    }
    arena_destroy(a);
}

/* Jekyll: a list that shows excerpts, or the feed, ends them at the separator; pages have none. */
static void excerpts_end_where_the_settings_say(void **state) {
    (void)state;
    static const struct {
        const char *config, *layout, *path, *separator;
        bool in_lists;
    } CASES[] = {
        {"a: b\n", "", "_posts/2020-01-01-a.md", "", false},
        {"a: b\n", "{{ post.excerpt }}", "_posts/2020-01-01-a.md", "\n\n", true},
        {"a: b\n", "{{ post.excerpt }}", "a.md", "", false},
        {"excerpt_separator: more\n", "{{ post.excerpt }}", "_posts/2020-01-01-a.md", "more", true},
        {"excerpt_separator: ''\n", "{{ post.excerpt }}", "_posts/2020-01-01-a.md", "", true},
        {"plugins: [jekyll-sitemap, jekyll-feed]\n", "", "_posts/2020-01-01-a.md", "\n\n", false},
        {"plugins: jekyll-feed\n", "", "_posts/2020-01-01-a.md", "", false},
        {"plugins: [jekyll-feed]\ncollections: [news]\n", "", "_news/a.md", "", false},
        {"plugins: [1, {a: b}]\n", "", "_posts/2020-01-01-a.md", "", false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        arena *a = arena_new(0);
        front_value config = read_config(CASES[i].config, a);
        site_links *links = site_links_new(&config, a);
        site_links_add(links, SLICE("_layouts/a.html"), slice_of(CASES[i].layout), false);
        site_links_add(links, SLICE("b.markdown"), SLICE("---\npermalink: /b/\n---\n.excerpt"), true);
        site_links_add(links, SLICE("b.html"), SLICE("---\npermalink: /c/\n---\nnothing"), true);
        site_links_settle(links);
        bool in_lists;
        slice separator = site_links_excerpt(links, slice_of(CASES[i].path), &in_lists);
        if (!slice_equal(separator, slice_of(CASES[i].separator)) || in_lists != CASES[i].in_lists)
            fail_msg("%zu: %.*s", i, SLICE_ARGS(separator));
        arena_destroy(a);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_are_found_in_every_form),
        cmocka_unit_test(other_things_are_not_links_to_the_page),
        cmocka_unit_test(pages_are_known_by_their_address),
        cmocka_unit_test(relative_links_begin_at_the_page_that_they_stand_in),
        cmocka_unit_test(links_behind_liquid_are_followed_where_it_is_known),
        cmocka_unit_test(the_first_link_is_named_and_others_are_counted),
        cmocka_unit_test(hostile_files_are_read_in_linear_time),
        cmocka_unit_test(what_is_endless_is_not_known),
        cmocka_unit_test(names_are_counted_from_the_root),
        cmocka_unit_test(links_lead_where_a_browser_goes),
        cmocka_unit_test(addresses_without_their_slash_are_told),
        cmocka_unit_test(each_line_that_names_an_address_is_told),
        cmocka_unit_test(who_names_an_address_is_told_up_to_a_number),
        cmocka_unit_test(excerpts_end_where_the_settings_say),
        cmocka_unit_test(only_certain_addresses_are_known_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
