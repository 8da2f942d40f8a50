/* Which files of a checkout are pages, style sheets and settings, and what is wrong with it, as Jekyll 4.3
 * and the CMS have it; on folders made here. */
#include "../../src/site/private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static arena *memory;
static char root[64];

static int set_up(void **state) {
    (void)state;
    memory = arena_new(0);
    strcpy(root, "/tmp/site_pages.XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    arena_destroy(memory);
    char command[96];
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static const char *at(const char *path) {
    return slice_c_string(format_slice(memory, "%s/%s", root, path), memory);
}

/* A file with its folders; a path that ends in '/' is a folder, "@" in front of the text makes a link. */
static void make(const char *path, const char *text) {
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
        assert_true(mkdir(at(slice_c_string((slice){path, (size_t)(slash - path)}, memory)), 0777) == 0 ||
                    errno == EEXIST);
    if (path[strlen(path) - 1] == '/')
        return;
    if (text[0] == '@') {
        assert_int_equal(symlink(text + 1, at(path)), 0);
        return;
    }
    FILE *file = fopen(at(path), "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void make_all(const char *paths) {
    for (slice rest = slice_of(paths), one; rest.length; rest = slice_from(rest, one.length + 1)) {
        one = slice_sub(rest, 0, slice_find_char(rest, ' ', 0));
        make(slice_c_string(one, memory), "---\ntitle: a\n---\na\n");
    }
}

static site *open_site(const char *path) {
    slice error = SLICE("");
    const char *paths[] = {at(path)};
    site *s = site_open(paths, 1, memory, &error);
    if (!s)
        fail_msg("%.*s", SLICE_ARGS(error));
    return s;
}

static void assert_fails(const char *path, const char *says) {
    slice error = SLICE("");
    const char *paths[] = {at(path)};
    assert_null(site_open(paths, 1, memory, &error));
    if (slice_find(error, slice_of(says), 0) == SLICE_NONE)
        fail_msg("%.*s", SLICE_ARGS(error));
}

static void assert_pages(const site *s, const char *expected) {
    buffer out = buffer_new(memory, 256);
    for (size_t i = 0; i < site_pages(s)->count; i++)
        buffer_printf(&out, "%s%.*s", i ? " " : "", SLICE_ARGS(*(slice *)vector_at(site_pages(s), i)));
    assert_string_equal(slice_c_string(buffer_slice(&out), memory), expected);
}

static slice why(const site *s, const char *path) {
    for (size_t i = 0; i < site_skipped(s)->count; i++) {
        const site_skip *one = vector_at(site_skipped(s), i);
        if (slice_equal(one->path, slice_of(path)))
            return slice_of(one->why);
    }
    return SLICE("");
}

static void pages_are_those_that_jekyll_publishes(void **state) {
    (void)state;
    make("_config.yml",
         "include: ['/.well/known.md', .shown, sub/../x.md, 3, gone.md, _tools, .well/text.txt]\n"
         "exclude: [/old, 'dr*', 'kept.md', deep/, [a]]\ndestination: ./out\nmarkdown_ext: md,text\n"
         "collections_dir: ./rooms/\nshow_drafts: yes\n"
         "collections: {news: {output: true}, mute: {output: false}, plain: text, _tools: {output: no}}\n");
    make_all(
        ".well/known.md .well/text.txt .shown/a.md a.md b.text c.markdown d.md~ e. #f.md old/a.md dry.md "
        "kept.md out/a.md "
        "rooms/_news/a.md rooms/_news/_in/b.md rooms/_news/sub/_c.md rooms/_news/~x/d.md rooms/_mute/a.md "
        "rooms/_plain/a.md rooms/_other/a.md rooms/_posts/2024-1-2-a.md rooms/_posts/24-01-02-b.md "
        "rooms/_posts/2024-01-a.md rooms/_posts/20245-01-02-a.md rooms/_posts/2024-01-02.md "
        "rooms/_posts/2024-01-02-x rooms/_drafts/a.md _posts/2024-01-02-c.md vendor/bundle/a.md vendor/a.md "
        "Gemfile _layouts/a.html _layouts/b.md _data/a.json _data/b.txt _includes/.git/x.md _sass/a.md "
        "_redirects deep/a.md "
        ".hidden/a.md page.html .md md .a.md rooms/_news/.git/a.md rooms/_news/in/.b.md");
    make("link.md", "@a.md");
    make("kinds", "@.well");
    mkfifo(at("pipe.md"), 0666);
    site *s = open_site("");
    assert_pages(s, ".shown/a.md .well/known.md a.md b.text rooms/_drafts/a.md rooms/_news/a.md "
                    "rooms/_posts/2024-1-2-a.md rooms/_posts/24-01-02-b.md vendor/a.md");
    static const char *const WHY[][2] = {
        {"link.md", "a symbolic link"},
        {"old/", "excluded by _config.yml"},
        {"dry.md", "excluded by _config.yml"},
        {"out/", "what Jekyll built"},
        {"rooms/_mute/", "its collection has no"},
        {"rooms/_plain/", "its collection has no"},
        {"rooms/_other/", "no collection of that name"},
        {"rooms/_posts/2024-01-a.md", "not a post"},
        {"rooms/_posts/20245-01-02-a.md", "not a post"},
        {"_posts/", "posts are read below"},
        {"#f.md", "Jekyll leaves out"},
        {".hidden/", "its name hides it"},
        {"vendor/bundle/", "not part of the site's own pages"},
        {"rooms/_news/~x/", "Jekyll leaves out"},
        {"rooms/_news/_in/", "Jekyll leaves out"},
        {"rooms/_news/sub/_c.md", "Jekyll leaves out"},
    };
    for (size_t i = 0; i < sizeof WHY / sizeof *WHY; i++)
        if (!slice_starts_with(why(s, WHY[i][0]), slice_of(WHY[i][1])))
            fail_msg("%s: %.*s", WHY[i][0], SLICE_ARGS(why(s, WHY[i][0])));
    site_close(s);
    s = open_site("old"); /* named by a person */
    assert_pages(s, "old/a.md");
    site_close(s);
    s = open_site("rooms/_news/sub/_c.md");
    assert_pages(s, "rooms/_news/sub/_c.md");
    site_close(s);
    s = open_site("_layouts");
    assert_pages(s, "_layouts/b.md");
    site_close(s);
    s = open_site("link.md");
    assert_pages(s, "link.md");
    site_close(s);
}

static void folders_that_only_begin_alike_are_others(void **state) {
    (void)state;
    buffer config = buffer_new(memory, 1 << 16);
    buffer_append_string(
        &config, "collections_dir: rooms\ncollections: {news: {output: true}, mute: {output: false}}\n"
                 "exclude: [olds, 'x/', old/]\ninclude: [_mute, vendor/bundle/, _kept.md");
    for (size_t i = 0; i < 1000; i++)
        buffer_printf(&config, ", n%zu", i);
    buffer_append_string(&config, ", .late.md]\n");
    make("_config.yml", slice_c_string(buffer_slice(&config), memory));
    make_all("old/a.md old/.h.md old/in/.git/b.md old/in/c.md roomy/_posts/2024-01-02-a.md "
             "rooms/_posts/2024-01-02-b.md "
             "roomy/_news/a.md "
             "rooms/_mute/a.md rooms/_news/sub/_kept.md rooms/_news/in/.x/deep.md vendor/bundle/a.md "
             "vendor/ruby/a.md "
             "ends~/a.md dots./a.md _site/a.md .late.md rooms/_posts/2024-.md rooms/_posts/2024-1-.md");
    make("rooms/_news/no-front.md", "--- a\n---\n");
    make("rooms/_news/empty.md", "");
    make("old/no-front.md", "--- a\n---\n");
    site *s = open_site("");
    assert_pages(s, "rooms/_mute/a.md rooms/_news/empty.md rooms/_news/in/.x/deep.md rooms/_news/no-front.md "
                    "rooms/_news/sub/_kept.md rooms/_posts/2024-01-02-b.md vendor/bundle/a.md");
    assert_true(slice_starts_with(why(s, "roomy/_posts/"), SLICE("posts are read below")));
    assert_true(slice_starts_with(why(s, "roomy/_news/"), SLICE("no collection of that name")));
    assert_true(slice_starts_with(why(s, "ends~/"), SLICE("Jekyll leaves out")));
    assert_true(slice_starts_with(why(s, "old/"), SLICE("excluded by _config.yml")));
    site_close(s);
    s = open_site("old/in");
    assert_pages(s, "old/in/c.md");
    site_close(s);
    s = open_site("old"); /* named by a person: but not what is hidden in it */
    assert_pages(s, "old/a.md old/in/c.md old/no-front.md");
    assert_false(is_taken(s, SLICE("a.md")));
    site_close(s);
    make("_config.yml", "include: ['']\n"); /* each path begins so */
    s = open_site("roomy");
    assert_pages(s, "roomy/_news/a.md roomy/_posts/2024-01-02-a.md");
    site_close(s);
    s = open_site("");
    assert_int_equal(why(s, "old/").length, 0);
    site_close(s);
}

/* Settings are looked for in all folders, down to a depth that no site has. */
static void settings_lie_anywhere(void **state) {
    (void)state;
    make("_config.yml", "a: b\n");
    make("x.png", "no");
    make("_n/collection.yml", "collections: {n: {output: true}}\n");
    make_all("_n/a.md");
    char deep[512] = "";
    for (int i = 0; i < 70; i++)
        strcat(deep, "d/");
    make(deep, NULL);
    strcat(deep, "collection.yml");
    make(deep, "a: [\n"); /* deeper than anybody looks */
    site *s = open_site("");
    assert_pages(s, "_n/a.md");
    site_close(s);
}

static void dates_are_read_as_ruby_reads_them(void **state) {
    (void)state;
    enum { DAY = 1714608000, OFFSET = 14 * 3600 }; /* 2024-05-02; no offset: as late as it can be anywhere */
    static const struct {
        slice text;
        int64_t time; /* 0: none */
    } CASES[] = {
        {LITERAL("2024-05-02"), DAY - OFFSET},
        {LITERAL("2024/5/2"), DAY - OFFSET},
        {LITERAL("2024-05-02-name.md"), DAY - OFFSET},
        {LITERAL("2024-05-02-5-things.md"), DAY - OFFSET},
        {LITERAL("2024-05-02 10:20:30 +0800"), DAY + 10 * 3600 + 20 * 60 + 30 - 8 * 3600},
        {LITERAL("2024-05-02T10:20:30.123Z"), DAY + 10 * 3600 + 20 * 60 + 30},
        {LITERAL("2024-05-02t10:20z"), DAY + 10 * 3600 + 20 * 60},
        {LITERAL("2024-05-02 10"), DAY + 10 * 3600 - OFFSET},
        {LITERAL("2024-05-02 10:20 -05:30"), DAY + 10 * 3600 + 20 * 60 + 5 * 3600 + 30 * 60},
        {LITERAL("2024-05-02 x"), DAY - OFFSET},
        {LITERAL("2024-05-02\0"), DAY - OFFSET},
        {LITERAL("2024-13-02"), 0},
        {LITERAL("2024-00-02"), 0},
        {LITERAL("2024-05-00"), 0},
        {LITERAL("2024-05-32"), 0},
        {LITERAL("2024-05 02"), 0},
        {LITERAL("2024"), 0},
        {LITERAL("2-05-02"), 0},
        {LITERAL("a.md"), 0},
        {LITERAL(""), 0},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        int64_t time = 0;
        bool read = publish_read_date(CASES[i].text, &time);
        if (read != (CASES[i].time != 0) || time != CASES[i].time)
            fail_msg("%s: %lld", CASES[i].text.data, (long long)time);
    }
}

static void what_is_published_is_what_jekyll_publishes(void **state) {
    (void)state;
    static const struct {
        const char *config, *path, *front, *says; /* "": it is published */
    } CASES[] = {
        {"a: b", "a.md", "published: false", "it says"},
        {"a: b", "a.md", "published: true", ""},
        {"a: b", "a.md", "published: nO", "it says"},
        {"a: b", "a.md", "published: off", "it says"},
        {"a: b", "a.md", "published: yes", ""},
        {"a: b", "a.md", "published: 'no'", ""},
        {"a: b", "a.md", "published: \"false\"", ""},
        {"a: b", "a.md", "date: 2030-01-01", ""},
        {"unpublished: true", "a.md", "published: false", ""},
        {"a: b", "_posts/2030-01-01-a.md", "title: a", "its date"},
        {"a: b", "_posts/2020-01-01-a.md", "title: a", ""},
        {"a: b", "_posts/2020-01-01-a.md", "date: 2030-01-01", "its date"},
        {"a: b", "_posts/2030-01-01-a.md", "date: {a: b}", "its date"},
        {"future: true", "_posts/2030-01-01-a.md", "title: a", ""},
        {"a: b", "_posts/2030-01-01-a.md", "title: [", ""}, /* nobody can read it */
        {"defaults: [{scope: {path: ''}, values: {published: false}}]", "a.md", "title: a", "it says"},
        {"defaults: [{scope: {path: ''}, values: {published: false}}]", "a.md", "published: true", ""},
    };
    make_all("old/b.md");
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        make("_config.yml", CASES[i].config);
        site *s = open_site("");
        const char *says = why_unpublished(s, slice_of(CASES[i].path),
                                           format_slice(memory, "---\n%s\n---\ntext\n", CASES[i].front),
                                           1735689600, memory); /* 2025 */
        if (!says != !*CASES[i].says || (says && strncmp(says, CASES[i].says, strlen(CASES[i].says)) != 0))
            fail_msg("%zu: %s", i, says ? says : "");
        site_close(s);
    }
}

static void files_of_the_site_are_known_by_their_addresses(void **state) {
    (void)state;
    make("_config.yml", "url: https://www.example.org\nbaseurl: /base\n");
    make("images/a b.png", "no picture");
    make("images/in/b.png", "no picture");
    make("images/link.png", "@a b.png");
    make("base.png", "x");
    site *s = open_site("");
    buffer longest = buffer_new(memory, 2048), name = buffer_new(memory, 512);
    buffer_append_string(&longest, "/images/");
    for (size_t i = 0; i < 1500; i++)
        buffer_append_char(&longest, i % 2 ? 'a' : '/');
    buffer_append_string(&name, "/images/");
    for (size_t i = 0; i < 300; i++)
        buffer_append_char(&name, 'a');
    const struct {
        slice url;
        bool lacks;
    } CASES[] = {
        {SLICE("/images/gone.png"), true},
        {SLICE("/images/gone.png?a=b#c"), true},
        {SLICE("/base/images/gone.png"), true},
        {SLICE("https://www.example.org/base/images/gone.png"), true},
        {SLICE("/images/./in//gone.png"), true},
        {SLICE("/images/a%20b.png"), false},
        {SLICE("/images/a%2"), true},
        {SLICE("/images/link.png"), false},
        {SLICE("/images/in/b.png/c"), false},
        {SLICE("/images/../images/gone.png"), false},
        {SLICE("/images/%00.png"), false},
        {SLICE("/images/"), false},
        {SLICE("/images/."), false},
        {SLICE("/basement/images/gone.png"), false}, /* no such folder: nobody knows what else builds it */
        {SLICE("/base"), false},
        {SLICE("/gone.png"), false},
        {SLICE("/"), false},
        {SLICE(""), false},
        {SLICE("images/gone.png"), false},
        {SLICE("//images/gone.png"), false},
        {SLICE("https://www.example.com/images/gone.png"), false},
        {buffer_slice(&longest), false},
        {buffer_slice(&name), false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        if (site_lacks_file(s, CASES[i].url) != CASES[i].lacks)
            fail_msg("%.*s", SLICE_ARGS(CASES[i].url));
    site_close(s);
}

static void make_bytes(const char *path, slice bytes) {
    make(path, "");
    FILE *file = fopen(at(path), "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.length, file), bytes.length);
    fclose(file);
}

/* The size stands behind as much else as a camera writes. */
static void sizes_of_pictures_are_read_from_their_heads(void **state) {
    (void)state;
    make("_config.yml", "a: b\n");
    buffer jpeg = buffer_new(memory, 1 << 18);
    buffer_append(&jpeg, SLICE("\xFF\xD8"));
    for (int i = 0; i < 2; i++) {
        buffer_append(&jpeg, SLICE("\xFF\xE1\xEA\x60"));
        for (int k = 0; k < 0xEA60 - 2; k++)
            buffer_append_char(&jpeg, '\0');
    }
    size_t head = jpeg.length;
    buffer_append(&jpeg,
                  SLICE("\xFF\xC0\x00\x11\x08\x00\x07\x00\x09\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"));
    for (int k = 0; k < 100; k++)
        buffer_append_char(&jpeg, '\0');
    make_bytes("images/a.jpg", buffer_slice(&jpeg));
    make_bytes("images/cut.jpg", slice_sub(buffer_slice(&jpeg), 0, head));
    make("images/b.jpg", "no picture");
    make("images/empty.jpg", "");
    make("images/c.jpg/", NULL);
    mkfifo(at("images/pipe.jpg"), 0666);
    site *s = open_site("");
    picture_size size = {0, 0};
    assert_true(site_picture_size(s, SLICE("/images/a.jpg"), &size));
    assert_int_equal(size.width, 9);
    assert_int_equal(size.height, 7);
    static const char *const NONE[] = {"/images/cut.jpg", "/images/b.jpg",    "/images/empty.jpg",
                                       "/images/c.jpg",   "/images/pipe.jpg", "/images/gone.jpg",
                                       "images/a.jpg",    "/images/c.jpg/"};
    for (size_t i = 0; i < sizeof NONE / sizeof *NONE; i++)
        assert_false(site_picture_size(s, slice_of(NONE[i]), &size));
    site_close(s);
}

static void drafts_are_no_pages(void **state) {
    (void)state;
    static const char *const SAYS[] = {"",
                                       "show_drafts: no\n",
                                       "show_drafts: off\n",
                                       "show_drafts: False\n",
                                       "show_drafts:\n",
                                       "show_drafts: 1\n",
                                       "show_drafts: 'on'\n",
                                       "show_drafts: 'off'\n",
                                       "show_drafts: 'x'\n"};
    make_all("_drafts/a.md");
    for (size_t i = 0; i < sizeof SAYS / sizeof *SAYS; i++) {
        make("_config.yml", SAYS[i]);
        site *s = open_site("");
        assert_pages(s, i < 5 ? "" : "_drafts/a.md");
        site_close(s);
    }
}

static void what_is_no_setting_is_left_out(void **state) {
    (void)state;
    make_all("a.md .b.md");
    static const char *const SAYS[] = {
        "include: .b.md\nexclude: a.md\ncollections: text\n",
        "include: {a: .b.md}\nmarkdown_ext: [md]\ndefaults: text\nkramdown: 1\n",
        "collections: [n]\ncollections_dir: .\ndefaults: [1, {values: 1}, {scope: 1, values: {a: b}}]\n",
    };
    for (size_t i = 0; i < sizeof SAYS / sizeof *SAYS; i++) {
        make("_config.yml", SAYS[i]);
        site *s = open_site("");
        assert_pages(s, "a.md");
        convert_settings settings = {.url = SLICE("")};
        site_fill_settings(s, &settings);
        assert_int_equal(settings.defaults_count, i == 2 ? 1 : 0);
        assert_int_equal(settings.kramdown_count, 0);
        site_close(s);
    }
}

static void settings_that_cannot_be_read_end_it(void **state) {
    (void)state;
    make_all("a.md");
    make("_config.yml", "\xEF\xBB\xBFtitle: x\n");
    make("_x/collection.yml", "a: [\n");
    make("_y/node_modules/collection.yml", "a: [\n");
    make("_z/collection.yml/", NULL);
    assert_fails("", "_x/collection.yml:2:1: ");
    make("_x/collection.yml", "- a\n");
    assert_fails("", "_x/collection.yml:1:1: ");
    unlink(at("_x/collection.yml"));
    make("_w/collection.yml", "@../_config.yml");
    site_close(open_site(""));
    assert_int_equal(truncate(at("_config.yml"), (1 << 20) + 1), 0);
    assert_fails("", "_config.yml: it is larger than a site's settings may be");
    for (int i = 0; i < 5; i++) {
        char name[40];
        snprintf(name, sizeof name, "_big%d/collection.yml", i);
        make(name, "");
        assert_int_equal(truncate(at(name), 1 << 20), 0);
    }
    unlink(at("_config.yml"));
    mkdir(at("_config.yml"), 0777);
    assert_fails("", "_config.yml: ");
    rmdir(at("_config.yml"));
    assert_int_equal(mkfifo(at("_config.yml"), 0666), 0);
    assert_fails("", "_config.yml: ");
    unlink(at("_config.yml"));
    make("_config.yml", "");
    assert_fails("", "4 MiB in all");
    assert_fails("nowhere", "No such file");
}

static void many_settings_are_too_many(void **state) {
    (void)state;
    make("_config.yml", "a: b\n");
    char name[40];
    for (int i = 0; i < 1001; i++) {
        snprintf(name, sizeof name, "d%d/collection.yml", i);
        make(name, "");
    }
    assert_fails("", "there are more than 1000 files named collection.yml");
}

/* Of a list without end only so many are looked at. */
static void long_lists_of_settings_are_cut(void **state) {
    (void)state;
    buffer text = buffer_new(memory, 1 << 16);
    buffer_append_string(&text, "plugins:\n");
    for (int i = 0; i < 110; i++)
        buffer_printf(&text, "- plugin%d\n", i);
    buffer_append_string(&text, "liquid:\n");
    for (int i = 0; i < 110; i++)
        buffer_printf(&text, "  option%d: 1\n", i);
    size_t head = text.length;
    buffer_append_string(&text, "defaults:\n");
    for (int i = 0; i < 1010; i++)
        buffer_printf(&text, "- {scope: {path: ''}, values: {k%d: v}}\n", i);
    for (int i = 0; i < 2; i++) {
        make("_config.yml", slice_c_string(buffer_slice(&text), memory));
        site *s = open_site("");
        convert_settings settings = {.url = SLICE("")};
        site_fill_settings(s, &settings);
        assert_int_equal(settings.defaults_count, 1000);
        assert_int_equal(site_unfollowed(s).count, 200);
        site_close(s);
        text.length = head; /* the same in one set */
        buffer_append_string(&text, "defaults:\n- scope: {path: ''}\n  values:\n");
        for (int k = 0; k < 1010; k++)
            buffer_printf(&text, "    k%d: v\n", k);
    }
}

static void style_sheets_are_found_where_the_theme_has_them(void **state) {
    (void)state;
    make("_config.yml", "custom_css_path: //misc/own.css\n");
    make("assets/css/b.css", "");
    make("assets/css/a-print.css", "");
    make("assets/css/.c.css", "");
    make("assets/css/d.txt", "");
    make("assets/css/e.css/", NULL);
    make("assets/css/f.css", "@b.css");
    make(".isomerize/theme.yml", "a: b\n");
    make("misc/own.scss", "---\n---\na{}");
    make("misc/own.css", "");
    make("misc/_part.scss", "---\n---\n");
    make("misc/no.scss", "a{}");
    make("_sass/x.scss", "");
    site *s = open_site("");
    convert_settings settings = {.url = SLICE("")};
    site_fill_settings(s, &settings);
    assert_true(slice_equal(settings.theme, SLICE("a: b\n")));
    buffer out = buffer_new(memory, 256);
    for (size_t i = 0; i < settings.sheets_count; i++)
        buffer_printf(&out, "%.*s%s ", SLICE_ARGS(settings.sheets[i].path),
                      settings.sheets[i].only_imported ? "-" : "");
    assert_string_equal(slice_c_string(buffer_slice(&out), memory),
                        "assets/css/a-print.css- assets/css/b.css misc/own.scss misc/_part.scss- "
                        "misc/no.scss- misc/own.css- _sass/x.scss- ");
    site_close(s);
    static const char *const NAMES[][2] = {
        {"own.css", "own.css misc/_part.scss- misc/no.scss- misc/own.css- misc/own.scss- _sass/x.scss- "},
        {".css", "misc/_part.scss- misc/no.scss- misc/own.css misc/own.scss _sass/x.scss- "},
        {"a.txt", "misc/_part.scss- misc/no.scss- misc/own.css misc/own.scss _sass/x.scss- "},
        {"nowhere/a.css", "misc/_part.scss- misc/no.scss- misc/own.css misc/own.scss _sass/x.scss- "}};
    make("own.css", "");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        make("_config.yml",
             slice_c_string(format_slice(memory, "custom_css_path: %s\n", NAMES[i][0]), memory));
        s = open_site("");
        settings = (convert_settings){.url = SLICE("")};
        site_fill_settings(s, &settings);
        out = buffer_new(memory, 256);
        for (size_t k = 2; k < settings.sheets_count; k++)
            buffer_printf(&out, "%.*s%s ", SLICE_ARGS(settings.sheets[k].path),
                          settings.sheets[k].only_imported ? "-" : "");
        assert_string_equal(slice_c_string(buffer_slice(&out), memory), NAMES[i][1]);
        site_close(s);
    }
}

static void too_many_style_sheets_are_left_out(void **state) {
    (void)state;
    make("_config.yml", "a: b\n");
    char name[40];
    for (int i = 0; i < 120; i++) {
        snprintf(name, sizeof name, "misc/%d.css", i);
        make(name, "a{}");
    }
    make("assets/css/large.css", "");
    assert_int_equal(truncate(at("assets/css/large.css"), (1 << 20) + 1), 0);
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "assets/css/%d.css", i);
        make(name, "");
        assert_int_equal(truncate(at(name), 1 << 20), 0);
    }
    make(".isomerize/theme.yml", "");
    assert_int_equal(truncate(at(".isomerize/theme.yml"), (256 << 10) + 1), 0);
    site *s = open_site("");
    convert_settings settings = {.url = SLICE("")};
    site_fill_settings(s, &settings);
    assert_int_equal(settings.sheets_count, 8); /* 8 MiB in all */
    assert_int_equal(settings.theme.length, 0);
    for (int i = 0; i < 9; i++) {
        snprintf(name, sizeof name, "assets/css/%d.css", i);
        unlink(at(name));
    }
    make("_sass/more.scss", "a{}");
    site_fill_settings(s, &settings);
    assert_int_equal(settings.sheets_count, 100);
    site_close(s);
}

static void take_text(void *context, slice text) {
    buffer_append(context, text);
}

static void all_texts_are_handed_over(void **state) {
    (void)state;
    make("_config.yml", "c:\n");
    make("a.md", "a");
    make("x/y/b.html", "b");
    make("x/picture.png", "no");
    make("x/_site/d.yml", "d");
    make("_site/e.md", "no");
    make(".git/f.md", "no");
    make(".isomerize/g.yml", "no");
    make("node_modules/h.md", "no");
    make("link.md", "@a.md");
    make("_redirects", "r");
    site *s = open_site("a.md");
    slice error;
    buffer out = buffer_new(memory, 64);
    assert_true(site_read_texts(s, &(site_texts){&out, take_text}, &error));
    assert_int_equal(out.length, 7);
    for (const char *c = "abcdr"; *c; c++)
        assert_true(slice_find_char(buffer_slice(&out), *c, 0) != SLICE_NONE);
    make("large.md", "");
    assert_int_equal(truncate(at("large.md"), ((off_t)256 << 20) + 1), 0);
    assert_false(site_read_texts(s, &(site_texts){&out, take_text}, &error));
    assert_string_equal(slice_c_string(error, memory), "large.md: it is larger than 256 MiB");
    site_close(s);
}

static void roots_and_paths(void **state) {
    (void)state;
    make("one/_config.yml", "a: b\n");
    make("two/.isomerize/", NULL);
    make("three/deep/a.md", "a");
    make("three/b.md", "b");
    make("one/in/c.md", "c");
    make("one/in/d\x01\xff\xc2\x85.md", "d");
    make("link", "@one/in/c.md");
    slice error = SLICE("");
    const char *sites[][2] = {{at("one"), at("two")}, {at("one"), at("three")}, {at("three"), at("one")}};
    for (size_t i = 0; i < 3; i++) {
        assert_null(site_open(sites[i], 2, memory, &error));
        assert_true(slice_find(error, SLICE("is in another site than"), 0) != SLICE_NONE);
    }
    const char *unmarked[] = {at("three/deep/a.md"), at("three/b.md"), at("three/b.md")};
    site *s = site_open(unmarked, 3, memory, &error);
    assert_non_null(s);
    assert_string_equal(slice_c_string(site_root(s), memory), at("three"));
    assert_pages(s, "b.md deep/a.md");
    assert_false(site_contains(s, at("three/deep"))); /* no site: a folder that pages are in */
    assert_true(site_contains(s, at("three")));
    assert_false(site_contains(s, at("nowhere")));
    site_close(s);
    s = open_site("one/in");
    assert_true(site_contains(s, at("one/in")));
    assert_false(site_contains(s, at("two")));
    assert_string_equal(slice_c_string(site_show_path(*(slice *)vector_at(site_pages(s), 1), memory), memory),
                        "in/d\\x01\\xFF\\xC2\\x85.md");
    vector names = vector_new(memory, sizeof(slice));
    assert_true(site_list(s, SLICE("in"), memory, &names, &error));
    assert_int_equal(names.count, 2);
    assert_true(site_list(s, SLICE("nowhere"), memory, &names, &error));
    assert_false(site_list(s, SLICE("_config.yml"), memory, &names, &error));
    assert_string_equal(slice_c_string(error, memory),
                        "it is no folder, and symbolic links are not followed");
    slice whole_error;
    assert_true(site_whole(s, &whole_error) != s);
    assert_true(site_whole(s, &whole_error) == site_whole(s, &whole_error));
    site_close(s);
    s = open_site("link"); /* a link is taken for what it is, not for where it leads */
    assert_pages(s, "link");
    site_close(s);
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(root), 0);
    const char *here[] = {"link"}, *broken[] = {"gone/link"};
    s = site_open(here, 1, memory, &error);
    assert_non_null(s);
    site_close(s);
    assert_null(site_open(broken, 1, memory, &error));
    assert_int_equal(chdir(before), 0);
}

static void what_a_site_does_not_follow_is_told(void **state) {
    (void)state;
    make("_config.yml",
         "kramdown: {a: null, input: x, list: [1, b], yes: true, no: false, n: 2, hard_wrap: "
         "false}\nplugins: {a: b}\ngems: [1, '', own]\nliquid: {a: , error_mode: warn, b: [1, c]}\n"
         "source: ./\nmarkdown: Kramdown\nremote_theme: Isomerpages/isomerpages-template\n");
    make("_plugins/own.txt", "none");
    site *s = open_site("");
    vector told = site_unfollowed(s);
    buffer out = buffer_new(memory, 256);
    for (size_t i = 0; i < told.count; i++)
        buffer_printf(&out, "%.*s\n", SLICE_ARGS(*(slice *)vector_at(&told, i)));
    site_close(s);
    make("_config.yml", "source: .\n");
    s = open_site("");
    assert_int_equal(site_unfollowed(s).count, 0);
    site_close(s);
    make("_config.yml", "liquid: text\nsource: src\nplugins: text\n");
    s = open_site("");
    told = site_unfollowed(s);
    assert_int_equal(told.count, 1);
    assert_true(slice_starts_with(*(slice *)vector_at(&told, 0), SLICE("source: src: not followed")));
    static const char *const SAYS[] = {"kramdown: input: x: not followed", "liquid: b: 1,c: not followed",
                                       "plugins: own: not run"};
    for (size_t i = 0; i < sizeof SAYS / sizeof *SAYS; i++)
        if (slice_find(buffer_slice(&out), slice_of(SAYS[i]), 0) == SLICE_NONE)
            fail_msg("%.*s", SLICE_ARGS(buffer_slice(&out)));
    site_close(s);
}

static void no_path_leads_outside(void **state) {
    (void)state;
    make("site/_config.yml", "a: b\n");
    make("a.md", "not of the site");
    site *s = open_site("site");
    static const char *const PATHS[] = {"../a.md", "../site/_config.yml", "x/../../a.md"};
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        slice bytes, error = SLICE("");
        assert_false(site_read(s, slice_of(PATHS[i]), memory, &bytes, &error));
        assert_true(error.length > 0);
    }
    slice bytes, error = SLICE("");
    assert_false(site_read(s, SLICE("../a.md"), memory, &bytes, &error));
    assert_true(slice_starts_with(error, SLICE("it is, or lies behind, a symbolic link")));
    vector names = vector_new(memory, sizeof(slice));
    assert_false(site_list(s, SLICE("../site"), memory, &names, &error));
    assert_string_equal(slice_c_string(error, memory),
                        "it is no folder, and symbolic links are not followed");
    site_close(s);
}

/* A change in the very tick of the clock could not be told from what was seen. */
static void a_file_counts_as_seen_once_the_clock_has_moved(void **state) {
    (void)state;
    const int64_t clock = 100;
    assert_true(stamp_is_before(&(stamp){.modified = 99, .changed = 99}, clock));
    assert_false(stamp_is_before(&(stamp){.modified = 100, .changed = 99}, clock));
    assert_false(stamp_is_before(&(stamp){.modified = 1, .changed = 100}, clock)); /* its time was put back */
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(pages_are_those_that_jekyll_publishes),
        TEST(folders_that_only_begin_alike_are_others),
        TEST(settings_lie_anywhere),
        TEST(dates_are_read_as_ruby_reads_them),
        TEST(what_is_published_is_what_jekyll_publishes),
        TEST(files_of_the_site_are_known_by_their_addresses),
        TEST(sizes_of_pictures_are_read_from_their_heads),
        TEST(drafts_are_no_pages),
        TEST(what_is_no_setting_is_left_out),
        TEST(settings_that_cannot_be_read_end_it),
        TEST(many_settings_are_too_many),
        TEST(long_lists_of_settings_are_cut),
        TEST(no_path_leads_outside),
        TEST(a_file_counts_as_seen_once_the_clock_has_moved),
        TEST(style_sheets_are_found_where_the_theme_has_them),
        TEST(too_many_style_sheets_are_left_out),
        TEST(all_texts_are_handed_over),
        TEST(roots_and_paths),
        TEST(what_a_site_does_not_follow_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
