/* Protects what assets/ does without network or disk: which network addresses may be connected to, how
 * addresses of files are read, where pages name them, which names files get, what may pass through the pipe.
 */
#include "../../src/assets/private.h"
#include "../../src/assets/wire.h"
#include "dom/dom.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>

#include "memory.h"

static asset_rules *load(const char *text, const char *own) {
    slice texts[] = {asset_rules_shipped(), slice_of(text)}, error = SLICE("");
    asset_rules *rules = asset_rules_load(texts, 2, &(asset_settings){.url = slice_of(own)}, memory, &error);
    if (!rules)
        fail_msg("%.*s", SLICE_ARGS(error));
    return rules;
}

/* ---- route.c ------------------------------------------------------------------------------------------- */

static void only_public_addresses_are_open(void **state) {
    (void)state;
    static const char *const ALLOWED[] = {"10.1.2.3", "fd00::1", "no address", NULL};
    static const struct {
        const char *text;
        bool open;
    } ADDRESSES[] = {
        {"8.8.8.8", true},
        {"127.0.0.1", false},
        {"10.1.2.3", true},
        {"10.1.2.4", false},
        {"172.15.255.255", true},
        {"172.31.255.255", false},
        {"172.32.0.0", true},
        {"100.64.0.1", false},
        {"169.254.169.254", false},
        {"168.63.129.16", false},
        {"168.63.129.17", true},
        {"255.255.255.255", false},
        {"2606:4700::1111", true},
        {"::1", false},
        {"::", false},
        {"fe80::1", false},
        {"fd00::1", true},
        {"fd00::2", false},
        {"ff02::1", false},
        {"2001:db8::1", false},
        {"2001::1", false},
        {"2002:7f00:1::", false},
        {"3fff:fff::1", false},
        {"3fff:1000::1", true},
        {"::ffff:127.0.0.1", false},
        {"::ffff:8.8.8.8", true},
        {"64:ff9b::10.0.0.1", false},
        {"64:ff9b::8.8.8.8", true},
        {"64:ff9b:1::8.8.8.8", false},
        {"::8.8.8.8", false},
    };
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443)};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(8443)};
        bool is_v4 = inet_pton(AF_INET, ADDRESSES[i].text, &v4.sin_addr) == 1;
        assert_true(is_v4 || inet_pton(AF_INET6, ADDRESSES[i].text, &v6.sin6_addr) == 1);
        const struct sockaddr *at = is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
        if (route_is_open(at, ALLOWED) != ADDRESSES[i].open)
            fail_msg("%s", ADDRESSES[i].text);
        assert_int_equal(route_port(at), is_v4 ? 443 : 8443);
    }
    struct sockaddr other = {.sa_family = AF_UNIX};
    assert_false(route_is_open(&other, NULL));
    assert_int_equal(route_port(&other), 0);
}

/* ---- address.c ----------------------------------------------------------------------------------------- */

static void addresses_are_read_as_browsers_do(void **state) {
    (void)state;
    static const char *const ADDRESSES[][2] = {
        {" \t\x01https://A.example.\x0b ", "https://a.example/"},
        {"ht\ttps:/\n/a.example/x\ry", "https://a.example/xy"},
        {"\\\\a.example\\b\\..\\c", "https://a.example/c"},
        {"http://a.example:80/", "http://a.example/"},
        {"http://a.example:443/", "http://a.example:443/"},
        {"https://a.example:443/", "https://a.example/"},
        {"https://a.example:65535/", "https://a.example:65535/"},
        {"https://a.example:65536/", NULL},
        {"https://a.example:99999999999/", NULL},
        {"https://a.example:1x/", NULL},
        {"https://a_b-1.example/", "https://a_b-1.example/"},
        {"https://a b.example/", NULL},
        {"https://[::1]/", NULL},
        {"https://user@a.example/", NULL},
        {"https://./", NULL},
        {"https:///a.example", "https://a.example/"},
        {"https:/a.example", NULL},
        {"ftp://a.example/", NULL},
        {"https://a.example?x=%7e%2f#", "https://a.example/?x=~%2F"},
        {"https://a.example#f", "https://a.example/"},
        {"https://a.example/?", "https://a.example/"},
        {"https://a.example/%61%2e%2E/%zz%", "https://a.example/a../%25zz%25"},
        {"https://a.example/a/./b/%2e%2e/c/..", "https://a.example/a/"},
        {"https://a.example/a/.", "https://a.example/a/"},
        {"https://a.example/../../a", "https://a.example/a"},
        {"https://a.example/\"<>`{}|^\x7f\xc3\xa9%00",
         "https://a.example/%22%3C%3E%60%7B%7D%7C%5E%7F%C3%A9%00"},
        {"https://a.example/?a?b", "https://a.example/?a?b"},
    };
    for (size_t i = 0; i < sizeof ADDRESSES / sizeof *ADDRESSES; i++) {
        address read;
        bool good = address_parse(slice_of(ADDRESSES[i][0]), memory, &read);
        assert_true(good == (ADDRESSES[i][1] != NULL));
        if (good)
            assert_string_equal(slice_c_string(address_write(&read, read.https, true, memory), memory),
                                ADDRESSES[i][1]);
    }
    char host[255];
    memset(host, 'a', sizeof host);
    address read;
    assert_false(address_parse(format_slice(memory, "https://%.*s", 254, host), memory, &read));
    assert_true(address_parse(format_slice(memory, "https://%.*s#a b", 253, host), memory, &read));
    assert_string_equal(slice_c_string(read.fragment, memory), "#a%20b");
}

/* ---- collect.c ----------------------------------------------------------------------------------------- */

static void every_place_of_an_address_is_looked_at(void **state) {
    (void)state;
#define AT "https://t.example/"
    static const char *const PLACES[][2] = {
        {"<img src=" AT "images/a.png>", "images/a.png"},
        {"<a href=" AT "files/a.pdf>", "files/a.pdf"},
        {"<a href=" AT "page>", ""},
        {"<img data-src=' " AT "images/a.png '>", "images/a.png"},
        {"<video poster=" AT "images/a.png>", "images/a.png"},
        {"<object data=" AT "files/a.pdf></object>", "files/a.pdf"},
        {"<iframe src=" AT "files/a.pdf></iframe>", "files/a.pdf"},
        {"<embed data=" AT "files/a.pdf>", ""},
        {"<object></object>", ""},
        {"<p style='background:url(" AT "images/a.png)'>", "images/a.png"},
        {"<p style=\"background:URL( '" AT "images/a).png' ), url( " AT "images/b.png )\">",
         "images/a).png images/b.png"},
        {"<p style='background:url(\"" AT "images/a.png\")'>", "images/a.png"},
        {"<p style='width:calc(1px); background:url(" AT "images/a.png'>", ""},
        {"<p style='background:url(\"" AT "images/a.png'>", ""},
        {"<p style='background:url(\"" AT "images/a.png\"'>", ""},
        {"<p style='background:url('>", ""},
        {"<p style='(1)'>", ""},
    };
    asset_rules *rules = load("", "https://t.example");
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        vector found = vector_new(memory, sizeof(asset_reference));
        asset_collect_tree(rules, dom_parse(slice_of(PLACES[i][0]), NULL, memory, NULL), memory, &found);
        buffer paths = buffer_new(memory, 64);
        for (size_t k = 0; k < found.count; k++)
            buffer_printf(&paths, "%s%.*s", k ? " " : "",
                          SLICE_ARGS(((asset_reference *)vector_at(&found, k))->path));
        if (!slice_equal(buffer_slice(&paths), slice_of(PLACES[i][1])))
            fail_msg("%s: %.*s", PLACES[i][0], SLICE_ARGS(buffer_slice(&paths)));
    }
}

/* ---- book.c -------------------------------------------------------------------------------------------- */

#define CDN "https://d.cloudfront.net/0123456789012345678901234567890123456789/01234/"

/* A name is looked for as far as names go, not through all that a page holds. */
static void a_host_has_no_endless_name(void **state) {
    (void)state;
    asset_rules *rules = load("", "https://t.example");
    slice labels = SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    buffer page = buffer_new(memory, 512);
    buffer_append_string(&page, "https://");
    for (int i = 0; i < 5; i++)
        buffer_append(&page, labels);
    buffer_append_string(&page, ".cloudfront.net/");
    assert_false(asset_is_named(rules, buffer_slice(&page)));
    assert_true(asset_is_named(rules, SLICE("https://a.cloudfront.net/")));
}

static void addresses_end_where_what_they_stand_in_does(void **state) {
    (void)state;
    static const char *const TEXTS[][2] = {
        {"![a](" CDN "images/a(1).png \"t\")", "images/a(1).png"},
        {"![a](" CDN "images/a b.png)", "images/a b.png"},
        {"<img src=\"" CDN "images/a'b.png\">", "images/a'b.png"},
        {"<img src='" CDN "images/a\"b.png'>", "images/a\"b.png"},
        {"<img src='" CDN "images/a.png?x=1&amp;y=2'>", "images/a.png?x=1&y=2"},
        {"see " CDN "images/a.png now", "images/a.png"},
        {"see " CDN "images/a.png) now", "images/a.png"},
        {"see " CDN "images/a(.png", "images/a(.png"},
        {CDN "images/a.png\x01", "images/a.png"},
        {CDN "images/a.png<", "images/a.png"},
        {CDN "images/a.png>", "images/a.png"},
        {CDN "images/a.png\nb", "images/a.png"},
        {CDN "images/a.png\"b", "images/a.png"},
        {"![a](" CDN "images/a.png", "images/a.png"},
        {"![a](" CDN "images/a.png ", "images/a.png"},
        {"//d.example/a.png //", NULL},
        {"//d.cloudfront.net/short/a.png", NULL},
        {"/", NULL},
    };
    asset_rules *rules = load("", "");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        asset_book *book = asset_book_create(memory);
        bool named = asset_book_scan(book, rules, slice_of(TEXTS[i][0]));
        assert_true(named == asset_is_named(rules, slice_of(TEXTS[i][0])));
        assert_int_equal(asset_book_count(book), TEXTS[i][1] != NULL);
        assert_true(asset_can_come_home(rules, slice_of(TEXTS[i][0]), memory) == (TEXTS[i][1] != NULL));
        address wanted;
        if (TEXTS[i][1]) {
            assert_true(address_parse(format_slice(memory, CDN "%s", TEXTS[i][1]), memory, &wanted));
            assert_string_equal(slice_c_string(asset_book_at(book, 0)->remote, memory),
                                slice_c_string(address_write(&wanted, true, true, memory), memory));
        }
    }
}

static look disk_says;
static look look_at_disk(asset_book *book, slice path, uint64_t *size) {
    (void)book, (void)path;
    *size = 7;
    return disk_says;
}

static void names_go_to_the_first_and_files_may_go_away(void **state) {
    (void)state;
    asset_rules *rules = load("", "");
    asset_book *book = asset_book_create(memory);
    asset_book_scan(book, rules,
                    SLICE("![](" CDN "images/A.png) ![](" CDN "images/a.png?b) ![](" CDN "images/a.png)"));
    asset_entry *strange = book_entry(book, SLICE("https://nobody.example/a.png")); /* of no rule */
    strange->path = SLICE("images/a.png");
    disk_says = LOOK_FILE;
    book->look = look_at_disk;
    asset_book_settle(book, rules);
    for (size_t i = 0; i < 3; i++) /* the site's own file is everybody's */
        assert_string_equal(slice_c_string(asset_book_at(book, i)->path, memory),
                            i ? "images/a.png" : "images/A.png");
    assert_int_equal(strange->state, ASSET_HERE);
    disk_says = LOOK_TAKEN;
    strange->etag = SLICE("x");
    asset_book_settle(book, rules);
    assert_int_equal(strange->state, ASSET_WANTED);
    assert_int_equal(strange->etag.length, 0);

    book = asset_book_create(memory);
    asset_book_scan(book, rules,
                    SLICE("![](" CDN "images/A.png) ![](" CDN "images/a.png?b) ![](" CDN "images/a.png)"));
    asset_book_settle(book, rules);
    assert_string_equal(slice_c_string(asset_book_at(book, 0)->path, memory), "images/A.png");
    for (size_t i = 1; i < 3; i++)
        assert_true(slice_starts_with(asset_book_at(book, i)->path, SLICE("images/a-")));
    asset_rules_use_book(rules, book);
    asset_reference one; /* its name is another's */
    assert_true(asset_rewrite_url(rules, SLICE(CDN "images/a.PNG"), ASSET_PICTURE, memory, &one));
    assert_true(slice_starts_with(one.path, SLICE("images/a-")));
    asset_book_seal(book, "offline");
    asset_book_seal(book, "later");
    assert_true(asset_rewrite_url(rules, SLICE(CDN "images/a.png"), ASSET_PICTURE, memory, &one));
    assert_string_equal(slice_c_string(one.problem, memory), "offline");
    assert_false(asset_can_come_home(rules, SLICE("![](" CDN "images/a.png)"), memory));
}

/* ---- uses.c -------------------------------------------------------------------------------------------- */

static asset_uses *uses_of(asset_book **book, const asset_rules *rules, const char *const *paths) {
    *book = asset_book_create(memory);
    for (size_t i = 0; paths[i]; i++) {
        asset_entry *entry = book_entry(*book, format_slice(memory, CDN "%zu.png", i));
        entry->path = slice_of(paths[i]);
        entry->state = ASSET_HERE;
        entry->ours = true;
    }
    return asset_uses_new(*book, rules, SLICE("t.example"));
}

static void files_that_no_text_names_any_more_are_over(void **state) {
    (void)state;
    static const char *const PATHS[] = {"images/a.png", "images/b/a.png", "images/a.png", "files/x y.pdf",
                                        NULL};
    static const struct {
        const char *before, *after, *over;
    } TEXTS[] = {
        {"![](/images/a.png)", "", "images/a.png "},
        {"![](/images/a.png)", "(/images/a.png)", ""},
        {"![](/town/images/a.png)", "", "images/a.png "},
        {"![](https://T.example/images/a.png)", "", "images/a.png "},
        {"![](//t.example/images/a.png)", "", "images/a.png "},
        {"![](https://other.example/images/a.png)", "", ""},
        {"![](https://other.example)", "", ""},
        {"![](a.png)", "", "images/a.png images/b/a.png "},
        {"![](a.png) ![](a.png)", "=\"../b/a.png\"", ""},
        {"\"/files/x%20y.pdf\"", "", "files/x y.pdf "},
        {"\"/files/x y.pdf\" x", "/files/x y.pdf2", "files/x y.pdf "},
        {"/images//b/a.png", "", ""},
        {"a&amp;b.png, /images/b/a.png", "", "images/b/a.png "},
    };
    asset_rules *rules = load("", "");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        asset_book *book;
        asset_uses *uses = uses_of(&book, rules, PATHS);
        asset_uses_add(uses, slice_of(TEXTS[i].before));
        asset_uses_then(uses);
        asset_uses_add(uses, slice_of(TEXTS[i].after));
        vector over = asset_uses_over(uses);
        buffer paths = buffer_new(memory, 64);
        for (size_t k = 0; k < over.count; k++)
            buffer_printf(&paths, "%.*s ", SLICE_ARGS((*(asset_entry **)vector_at(&over, k))->path));
        if (!slice_equal(buffer_slice(&paths), slice_of(TEXTS[i].over)))
            fail_msg("%s: %.*s", TEXTS[i].before, SLICE_ARGS(buffer_slice(&paths)));
    }
}

/* What is no fetched file is nobody's to remove; neither a name nor an address is looked for beyond all
 * measure. */
static void only_what_was_fetched_is_looked_for(void **state) {
    (void)state;
    static const char *const PATHS[] = {"images/a.png", "images/b.png", NULL};
    asset_rules *rules = load("", "");
    asset_book *book;
    asset_uses *uses = uses_of(&book, rules, PATHS);
    buffer text = buffer_new(memory, 1 << 15);
    for (size_t i = 0; i < 20000; i++)
        buffer_append_char(&text, 'x');
    buffer_append_string(&text, "/images/a.png\" ");
    for (size_t i = 0; i < 2000; i++)
        buffer_append_char(&text, 'y');
    asset_uses_add(uses, buffer_slice(&text));
    asset_uses_then(uses);
    assert_int_equal(asset_uses_over(uses).count, 1); /* its end is enough */
    assert_non_null(asset_uses_new(book, rules, SLICE("")));
    asset_uses *anywhere = asset_uses_new(book, rules, SLICE("")); /* a site that says no host */
    asset_uses_add(anywhere, SLICE("https://t.example/images/a.png"));
    asset_uses_then(anywhere);
    assert_int_equal(asset_uses_over(anywhere).count, 0);
    for (size_t i = 0; i < asset_book_count(book); i++) {
        asset_entry *entry = *(asset_entry **)vector_at(&book->entries, i);
        entry->ours = i == 0;
        entry->state = i == 0 ? ASSET_FAILED : ASSET_HERE;
    }
    assert_null(asset_uses_new(book, rules, SLICE("t.example")));
}

static void only_names_that_a_fetch_gives_can_be_removed(void **state) {
    (void)state;
    char long_name[160] = "images/";
    memset(long_name + 7, 'a', 121);
    strcpy(long_name + 128, ".png");
    static const char *const STRANGE[] = {
        "index.md",        "a.png",         "images//a.png", "images/.git/a.png", "_data/a.png",
        "images/../a.png", "/images/a.png", "images/a.php",  "~/a.png",           NULL};
    const char *const alone[] = {long_name, NULL};
    asset_book *book;
    asset_rules *rules = load("", "");
    assert_null(uses_of(&book, rules, STRANGE));
    assert_null(uses_of(&book, rules, alone));
}

/* ---- names.c ------------------------------------------------------------------------------------------- */

static void names_are_safe(void **state) {
    (void)state;
    static const char *const NAMES[][2] = {
        /* the path of an address; what the name begins with; a name that had to change has its mark */
        {"images/a.png", "images/a.png"},
        {"a.png", "images/a.png"},
        {"a.pdf", "files/a.pdf"},
        {"images//a.png", "images/a-"},
        {"images/a", "images/a-"},
        {"images/", "images/file-"},
        {"images/con.png", "images/file-con-"},
        {"images/COM1.png", "images/file-COM1-"},
        {"images/lpt\xc2\xb2.png", "images/file-lpt\xc2\xb2-"},
        {"images/com\xc2\xb9.png", "images/file-com\xc2\xb9-"},
        {"images/com\xc2\xb3.png", "images/file-com\xc2\xb3-"},
        {"images/coma.png", "images/coma.png"},
        {"images/x.html.php", "images/x-html-php-"},
        {"images.png/a.png", "images-png/a-"},
        {"images/%2e%2e.png", "images/png-"},
        {"images/a%3ab%00c.png", "images/a-b-c-"},
        {"images/a~1.png", "images/a-1-"},
        {"images/a%7e", "images/a-"},
        {"images/a%e2%80%aeb.png", "images/a-b-"},
        {"images/a%ee%80%80b.png", "images/a-b-"},
        {"images/a%cd%b8b.png", "images/a-b-"},
        {"images/a%e2%80%a8b%e2%80%a9c%e3%80%80d%c2%85e.png", "images/a-b-c-d-e-"},
        {"images/a%ed%a0%80b.png", "images/a-"},
        {"images/a%ffb.png", "images/a-b-"},
        {"images/e%cc%81.png", "images/\xc3\xa9-"},
    };
    asset_rules *rules = load("", "");
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        slice name = name_canonical(rules, slice_of(NAMES[i][0]), SLICE("https://x/"), memory);
        if (!slice_starts_with(name, slice_of(NAMES[i][1])))
            fail_msg("%s: %.*s", NAMES[i][0], SLICE_ARGS(name));
    }
    char text[320];
    memset(text, 'a', sizeof text);
    slice same = {text, 200}; /* cut, with and without an extension that may stay */
    assert_int_equal(name_canonical(rules, same, SLICE("https://x/"), memory).length, 7 + 120 + 13);
    memcpy(text + 196, ".png", 4);
    assert_true(slice_ends_with(name_canonical(rules, same, SLICE("https://x/"), memory), SLICE(".png")));
    text[100] = text[200] = '/'; /* too long as a whole: the last part alone */
    memcpy(text + 300, ".pdf", 4);
    slice whole = name_canonical(rules, (slice){text, 304}, SLICE("https://x/"), memory);
    assert_true(slice_starts_with(whole, SLICE("files/aaa")) && whole.length < 140);
}

/* ---- wire.c -------------------------------------------------------------------------------------------- */

static void only_messages_pass(void **state) {
    (void)state;
    char bytes[WIRE_MAX], text[WIRE_TEXT + 1];
    memset(text, 'a', sizeof text);
    wire_message m = {.kind = WIRE_HEAD, .slot = 3, .numbers = {200}, .texts = {{text, WIRE_TEXT}}}, got;
    size_t length = wire_write(&m, bytes);
    assert_true(length > 0);
    for (size_t i = 0; i < length; i++) {
        slice part = {bytes, i};
        assert_int_equal(wire_read(&part, WIRE_FROM_DOWNLOADER, &got), WIRE_MORE);
    }
    slice all = {bytes, length};
    assert_int_equal(wire_read(&all, WIRE_FROM_RUN, &got), WIRE_WRONG);
    assert_int_equal(wire_read(&all, WIRE_FROM_DOWNLOADER, &got), WIRE_WHOLE);
    assert_int_equal(got.texts[0].length, WIRE_TEXT);
    m.texts[0].length++;
    assert_int_equal(wire_write(&m, bytes), 0);
    static const struct {
        size_t at;
        unsigned char byte;
    } WRONG[] = {
        {0, 1},     /* its length */
        {4, 0xFF},  /* its kind */
        {7, 0xFF},  /* its slot */
        {33, 1},    /* a text longer than its kind has */
        {48, '\n'}, /* a control character */
        {48, 0x7F},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        m.texts[0].length = 9;
        all = (slice){bytes, wire_write(&m, bytes)};
        bytes[WRONG[i].at] = (char)WRONG[i].byte;
        assert_int_equal(wire_read(&all, WIRE_FROM_DOWNLOADER, &got), WIRE_WRONG);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_public_addresses_are_open),
        cmocka_unit_test(addresses_are_read_as_browsers_do),
        cmocka_unit_test(every_place_of_an_address_is_looked_at),
        cmocka_unit_test(a_host_has_no_endless_name),
        cmocka_unit_test(addresses_end_where_what_they_stand_in_does),
        cmocka_unit_test(names_go_to_the_first_and_files_may_go_away),
        cmocka_unit_test(files_that_no_text_names_any_more_are_over),
        cmocka_unit_test(only_what_was_fetched_is_looked_for),
        cmocka_unit_test(only_names_that_a_fetch_gives_can_be_removed),
        cmocka_unit_test(names_are_safe),
        cmocka_unit_test(only_messages_pass),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
