/* Protects the run from what the process that has the network hands it: every answer of a server, whole, in
 * parts, wrong, too large, is judged as it should be; and what lies in the site's folders in the way. */
#include "../../src/assets/fetch.h"

#include <errno.h>
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
static asset_rules *rules;
static fetch run;
static asset_entry *entry;
static transfer going;

#define CDN "https://d.cloudfront.net/0123456789012345678901234567890123456789/01234/"

static void open_book(void) {
    slice error = SLICE("");
    run.book = asset_book_open(root, memory, &error);
    if (!run.book)
        fail_msg("%.*s", SLICE_ARGS(error));
    asset_book_scan(run.book, rules, SLICE("![](" CDN "images/a.png)"));
    entry = book_entry(run.book, SLICE(CDN "images/a.png"));
    entry->used = true;
    asset_book_settle(run.book, rules);
    if (!store_begin(run.book, &error))
        fail_msg("%.*s", SLICE_ARGS(error));
    going = (transfer){.fetch = &run, .entry = entry, .part = -1};
}

static int set_up(void **state) {
    (void)state;
    memory = arena_new(0);
    slice text = asset_rules_shipped(), error;
    rules = asset_rules_load(&text, 1, NULL, memory, &error);
    strcpy(root, "/tmp/assets_transfer.XXXXXX");
    if (!mkdtemp(root))
        return -1;
    run = (fetch){.rules = rules};
    downloader_fill_defaults(&run.options);
    run.downloader = downloader_start(&run.options, NULL, NULL);
    open_book();
    return run.downloader ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    char command[96];
    asset_book_close(run.book);
    downloader_end(run.downloader);
    arena_destroy(memory);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static const char *at(const char *path) {
    return slice_c_string(format_slice(memory, "%s/%s", root, path), memory);
}

static const char PICTURE[] = "\x89PNG\r\n\x1a\n..............IEND\xAE\x42\x60\x82";
#define WHOLE ((slice){PICTURE, sizeof PICTURE - 1})

static bool take_head(unsigned status, bool packed, const char *etag, const char *modified,
                      const char *range) {
    return transfer_take(&going, &(wire_message){.kind = WIRE_HEAD,
                                                 .numbers = {status, packed},
                                                 .texts = {slice_of(etag), slice_of(modified),
                                                           SLICE("image/png"), slice_of(range)}});
}

static bool take_bytes(slice bytes) {
    return transfer_take(&going, &(wire_message){.kind = WIRE_BYTES, .texts = {bytes}});
}

static outcome end(wire_end how, unsigned status, unsigned wait, const char *words, const char *to) {
    return transfer_end(&going, &(wire_message){.kind = WIRE_END,
                                                .numbers = {how, status, wait},
                                                .texts = {slice_of(words), slice_of(to)}});
}

static void start(void) {
    assert_true(transfer_start(&going));
    going.going = true;
}

static void assert_failed(const char *says) {
    assert_int_equal(entry->state, ASSET_FAILED);
    if (slice_find(entry->problem, slice_of(says), 0) == SLICE_NONE)
        fail_msg("%.*s", SLICE_ARGS(entry->problem));
    transfer_drop(&going);
}

static void a_whole_file_is_kept(void **state) {
    (void)state;
    start();
    assert_true(take_head(200, false, "\"1\"", "", ""));
    assert_true(take_bytes(slice_sub(WHOLE, 0, 9)));
    assert_true(take_bytes(slice_from(WHOLE, 9)));
    assert_int_equal(end(WIRE_DONE, 200, 0, "", ""), OUTCOME_HERE);
    assert_int_equal(entry->state, ASSET_HERE);
    assert_int_equal(access(at("images/a.png"), F_OK), 0);
    /* A refresh: not changed; then changed; then one that fails, and costs nothing. */
    start();
    assert_int_equal(end(WIRE_DONE, 304, 0, "", ""), OUTCOME_HERE);
    start();
    assert_true(take_head(200, false, "\"2\"", "", ""));
    assert_true(take_bytes(WHOLE));
    assert_int_equal(end(WIRE_DONE, 200, 0, "", ""), OUTCOME_HERE);
    assert_string_equal(slice_c_string(entry->etag, memory), "\"2\"");
    start();
    assert_int_equal(end(WIRE_DONE, 404, 0, "", ""), OUTCOME_FAILED);
    transfer_fail(&going, "nothing");
    assert_int_equal(entry->state, ASSET_HERE);
    /* What the ledger says cannot be sent: asked for without it. */
    static const char *const UNSENT[][2] = {{"\x01", ""}, {"\x7F", ""}, {"\"1\"", "\n"}};
    for (size_t i = 0; i < sizeof UNSENT / sizeof *UNSENT; i++) {
        entry->etag = slice_of(UNSENT[i][0]), entry->modified = slice_of(UNSENT[i][1]);
        start();
        assert_int_equal(end(WIRE_DONE, 404, 0, "", ""), OUTCOME_FAILED);
        transfer_drop(&going);
        entry->state = ASSET_WANTED;
        start();
        assert_int_equal(going.in_part, 0);
        assert_int_equal(end(WIRE_DONE, 200, 0, "", ""), OUTCOME_FAILED);
        transfer_drop(&going);
        entry->state = ASSET_HERE;
    }
}

static void parts_are_joined_only_if_they_are_of_one_file(void **state) {
    (void)state;
    static char large[300000];
    memcpy(large, PICTURE, sizeof PICTURE);
    memcpy(large + sizeof large - (sizeof PICTURE - 1), PICTURE, sizeof PICTURE - 1);
    slice all = {large, sizeof large};
    struct {
        const char *etag, *modified;
        unsigned status;
        const char *range;
        bool packed, is_resumed;
    } CASES[] = {
        {"\"1\"", "", 206, "bytes 270000-299999/300000", false, true},
        {"", "yesterday", 206, " bytes 270000-299999/300000", false, true},
        {"\"1\"", "", 200, "", false, true},
        {"\"1\"", "", 206, "bytes 5-299999/300000", false, true},
        {"\"1\"", "", 206, "bytes x", false, true},
        {"\"1\"", "", 206, "270000-", false, true},
        {"\"1\"", "", 206, "bytes 270000", false, true},
        {"W/\"1\"", "", 200, "", false, false},
        {"", "", 200, "", false, false},
        {"\"1\"", "", 200, "", true, false},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        entry->state = ASSET_WANTED;
        going = (transfer){.fetch = &run, .entry = entry, .part = -1};
        unlink(at("images/a.png"));
        start();
        assert_true(take_head(200, CASES[i].packed, CASES[i].etag, CASES[i].modified, ""));
        assert_true(take_bytes(slice_sub(all, 0, 270000)));
        assert_int_equal(end(WIRE_PASSING, 200, 0, "it broke off", ""), OUTCOME_LATER);
        start();
        assert_int_equal(going.in_part, CASES[i].is_resumed ? 270000 : 0);
        bool good = take_head(CASES[i].status, false, CASES[i].etag, "", CASES[i].range);
        if (CASES[i].status == 206 && i > 1) { /* asked for once more, from the beginning */
            assert_false(good);
            assert_int_equal(end(WIRE_CANCELLED, 206, 0, "", ""), OUTCOME_LATER);
            start();
            assert_int_equal(going.in_part, 0);
            assert_true(take_head(200, false, "\"1\"", "", ""));
        }
        assert_true(take_bytes(slice_from(all, going.in_part)));
        assert_int_equal(end(WIRE_DONE, 200, 0, "", ""), OUTCOME_HERE);
        assert_true(store_same(run.book, SLICE("images/a.png"), all));
        transfer_drop(&going);
    }
}

static void a_file_is_joined_from_as_many_parts_as_came(void **state) {
    (void)state;
    static char large[300000];
    memcpy(large, PICTURE, sizeof PICTURE);
    memcpy(large + sizeof large - (sizeof PICTURE - 1), PICTURE, sizeof PICTURE - 1);
    slice all = {large, sizeof large};
    static const struct {
        size_t from, to;
        const char *range;
    } PARTS[] = {{0, 270000, ""},
                 {270000, 270010, "bytes 270000-299999/300000"},
                 {270010, 300000, "bytes 270010-299999/300000"}};
    for (size_t i = 0; i < 3; i++) {
        start();
        assert_int_equal(going.in_part, PARTS[i].from);
        assert_true(take_head(i ? 206 : 200, false, "\"1\"", "", PARTS[i].range));
        assert_true(take_bytes(slice_sub(all, PARTS[i].from, PARTS[i].to)));
        assert_int_equal(end(i < 2 ? WIRE_PASSING : WIRE_DONE, 200, 0, "it broke off", ""),
                         i < 2 ? OUTCOME_LATER : OUTCOME_HERE);
    }
    assert_true(store_same(run.book, SLICE("images/a.png"), all));
}

static void what_cannot_be_had_is_named(void **state) {
    (void)state;
    static const struct {
        wire_end how;
        unsigned status, wait;
        const char *words, *to;
        outcome is;
        const char *problem;
    } CASES[] = {
        {WIRE_DONE, 404, 0, "", "", OUTCOME_FAILED, "the server answered 404"},
        {WIRE_DONE, 304, 0, "", "", OUTCOME_FAILED, "answered 304 without saying where to go"},
        {WIRE_DONE, 503, 1, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 408, 0, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 425, 0, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 502, 0, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 504, 0, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 204, 0, "", "", OUTCOME_FAILED, "the server answered 204"},
        {WIRE_DONE, 416, 0, "", "", OUTCOME_LATER, NULL},
        {WIRE_DONE, 429, 86400, "", "", OUTCOME_FAILED, "asks to come back in 86400 seconds"},
        {WIRE_DONE, 301, 0, "", "http://d.cloudfront.net/", OUTCOME_FAILED, "redirect from https to"},
        {WIRE_DONE, 301, 0, "", "https://other.example/", OUTCOME_FAILED, "on no asset host"},
        {WIRE_DONE, 301, 0, "", CDN "b.png", OUTCOME_REDIRECT, NULL},
        {WIRE_PASSING, 0, 0, "slow", "", OUTCOME_LATER, NULL},
        {WIRE_FAILED, 0, 0, "no such host", "", OUTCOME_FAILED, "no such host"},
        {WIRE_NOT_PUBLIC, 0, 0, "", "", OUTCOME_FAILED, "address is not public"},
        {WIRE_NOT_ALLOWED, 0, 0, "", "", OUTCOME_FAILED,
         "no asset host that was turned on when the run began"},
        {WIRE_TOO_LARGE, 0, 0, "", "", OUTCOME_FAILED, "larger than the limit"},
        {WIRE_RUN_TOO_LARGE, 0, 0, "", "", OUTCOME_FAILED, "the run's limit"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        entry->state = ASSET_WANTED;
        going = (transfer){.fetch = &run, .entry = entry, .part = -1};
        start();
        assert_int_equal(end(CASES[i].how, CASES[i].status, CASES[i].wait, CASES[i].words, CASES[i].to),
                         CASES[i].is);
        if (CASES[i].problem)
            assert_failed(CASES[i].problem);
        transfer_drop(&going);
    }
    entry->state = ASSET_WANTED;
    going = (transfer){.fetch = &run, .entry = entry, .part = -1};
    for (int hops = 0; hops < HOPS_MAX; hops++) {
        start();
        assert_int_equal(end(WIRE_DONE, 302, 0, "", CDN "b.png"), OUTCOME_REDIRECT);
    }
    start();
    assert_int_equal(end(WIRE_DONE, 302, 0, "", CDN "b.png"), OUTCOME_FAILED);
    assert_failed("more than 5 redirects");
    entry->state = ASSET_WANTED;
    going = (transfer){.fetch = &run, .entry = entry, .part = -1};
    run.options.attempts = 9; /* the wait is doubled a few times only; none where the options say none */
    for (unsigned i = 1; i <= run.options.attempts; i++) {
        run.options.backoff_ms = i < 5 ? 1000 : 0;
        start();
        assert_int_equal(end(WIRE_DONE, 500, 0, "", ""),
                         i < run.options.attempts ? OUTCOME_LATER : OUTCOME_FAILED);
    }
    assert_failed("the server answered 500");
}

static void what_is_too_large_or_out_of_order_is_refused(void **state) {
    (void)state;
    start();
    assert_false(take_bytes(WHOLE)); /* before a head */
    assert_false(take_head(404, false, "", "", ""));
    assert_true(take_head(200, false, "\"1\"", "", ""));
    assert_false(take_head(200, false, "", "", "")); /* twice */
    run.options.size_limit = 20;
    assert_false(take_bytes(WHOLE));
    assert_false(take_bytes(WHOLE)); /* refused already */
    assert_int_equal(end(WIRE_CANCELLED, 200, 0, "", ""), OUTCOME_FAILED);
    assert_failed("larger than the limit of 20 bytes");
    run.options.size_limit = 1000;
    run.options.run_limit = 100;
    run.progress.bytes = 90;
    start();
    assert_true(take_head(200, false, "\"1\"", "", ""));
    assert_false(take_bytes(WHOLE));
    assert_int_equal(end(WIRE_CANCELLED, 200, 0, "", ""), OUTCOME_FAILED);
    assert_failed("the run's limit of 100 bytes in all is reached");
    going.url = malloc(WIRE_URL + 2);
    memset(going.url, 'a', WIRE_URL + 1);
    going.url[WIRE_URL + 1] = '\0';
    assert_false(transfer_start(&going));
    entry->state = ASSET_WANTED;
    transfer_fail(&going, "its address is too long");
    assert_failed("its address is too long");
    assert_null(going.url);
}

static void put_folder(const char *path) {
    assert_true(mkdir(at(path), 0777) == 0 || errno == EEXIST);
}

static outcome fetch_whole(void) {
    entry->state = ASSET_WANTED;
    going = (transfer){.fetch = &run, .entry = entry, .part = -1};
    start();
    take_head(200, false, "\"1\"", "", "");
    take_bytes(WHOLE);
    return end(WIRE_DONE, 200, 0, "", "");
}

static void what_lies_in_the_way_is_left(void **state) {
    (void)state;
    put_folder("elsewhere");
    assert_int_equal(symlink("elsewhere", at("images")), 0);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    assert_failed("a folder on the way is no folder or a symbolic link");
    unlink(at("images"));
    put_folder("images");
    FILE *file = fopen(at("images/a.png"), "w"); /* an empty file is none */
    fclose(file);
    assert_int_equal(fetch_whole(), OUTCOME_HERE);
    unlink(at("images/a.png"));
    put_folder("images/a.png");
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    assert_failed("images/a.png cannot be written");
    rmdir(at("images/a.png"));
    file = fopen(at("images/a.png"), "w"); /* somebody's own */
    fputs("own", file);
    fclose(file);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    assert_failed("images/a.png cannot be written");
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    transfer_drop(&going);
    /* A file of the same bytes under the plain name: both are that one. */
    entry->path = SLICE("images/a-0.png");
    file = fopen(at("images/a.png"), "w");
    fwrite(PICTURE, 1, sizeof PICTURE - 1, file);
    fclose(file);
    assert_int_equal(fetch_whole(), OUTCOME_HERE);
    assert_string_equal(slice_c_string(entry->path, memory), "images/a.png");
    unlink(at("images/a.png")); /* names that no folder can have */
    static const char *const NAMES[] = {"../a.png", "./a.png", "images/../../a.png"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        entry->path = slice_of(NAMES[i]);
        assert_int_equal(fetch_whole(), OUTCOME_FAILED);
        assert_failed("cannot be written");
    }
    char name[300];
    memset(name, 'a', sizeof name);
    entry->path = format_slice(memory, "images/%.*s", 256, name);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    entry->path = format_slice(memory, "%.*s/a.png", 256, name);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    for (int i = 0; i < 70; i++) { /* more folders than are kept open */
        entry->path = format_slice(memory, "images/%d/a.png", i);
        assert_int_equal(fetch_whole(), OUTCOME_HERE);
        transfer_drop(&going);
    }
}

/* Two addresses that would have one name: one file where the bytes are the same, else two. */
static void names_that_clash_lead_to_two_files(void **state) {
    (void)state;
    put_folder("images");
    FILE *file = fopen(at("images/b.png"), "w"); /* an empty file takes no name from anybody */
    fclose(file);
    asset_book_scan(run.book, rules, SLICE("![](" CDN "images/b.png) ![](" CDN "images/b.png?v=2)"));
    asset_book_settle(run.book, rules);
    asset_entry *plain = book_entry(run.book, SLICE(CDN "images/b.png")),
                *other = book_entry(run.book, SLICE(CDN "images/b.png?v=2"));
    assert_string_equal(slice_c_string(plain->path, memory), "images/b.png");
    assert_false(slice_equal(other->path, plain->path));
    entry = plain;
    assert_int_equal(fetch_whole(), OUTCOME_HERE);
    slice marked = other->path;
    entry = other;
    assert_int_equal(fetch_whole(), OUTCOME_HERE); /* the same bytes */
    assert_true(slice_equal(other->path, plain->path));
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        unlink(at("images/b.png"));
        if (is_folder)
            put_folder("images/b.png");
        else
            assert_int_equal(symlink("a.png", at("images/b.png")), 0);
        other->path = marked;
        assert_int_equal(fetch_whole(), OUTCOME_HERE);
        assert_true(slice_equal(other->path, marked));
        unlink(at(slice_c_string(marked, memory)));
        transfer_drop(&going);
    }
    rmdir(at("images/b.png"));
    file = fopen(at("images/C.PNG"), "w"); /* the same name, where file systems do not tell capitals */
    fclose(file);
    asset_book_scan(run.book, rules, SLICE("![](" CDN "images/c.png)"));
    asset_book_settle(run.book, rules);
    assert_false(slice_equal(book_entry(run.book, SLICE(CDN "images/c.png"))->path, SLICE("images/c.png")));
    file = fopen(at("images/b.png"), "w");
    fputs("other bytes", file);
    fclose(file);
    assert_int_equal(fetch_whole(), OUTCOME_HERE);
    assert_true(slice_equal(other->path, marked));
}

static void parts_in_the_way_are_no_parts(void **state) {
    (void)state;
    char name[40];
    snprintf(name, sizeof name, "%016llx-%zx.part", (unsigned long long)slice_hash(entry->remote),
             entry->remote.length);
    const char *part = at(slice_c_string(format_slice(memory, ".isomerize/fetch/%s", name), memory));
    assert_int_equal(mkfifo(part, 0666), 0);
    assert_int_equal(store_open_part(run.book, entry, false), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(store_part_size(run.book, entry), 0);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    assert_failed("cannot be written");
    unlink(part);
    assert_int_equal(mkdir(part, 0777), 0);
    assert_int_equal(fetch_whole(), OUTCOME_FAILED);
    transfer_drop(&going);
}

static void ledgers_are_anybodys(void **state) {
    (void)state;
    store_end(run.book);
    asset_book_close(run.book);
    FILE *file = fopen(at(".isomerize/assets.tsv"), "w");
    fputs("# heading\n\nno fields\nhttps://x\t\n" CDN
          "images/a.png\timages/a.png\tfailed\t12x\tetag\tmodified\tasset-lost\twhy\n" CDN
          "images/b.png\timages/b.png\tstrange\t99999999999999999999\n" CDN
          "images/c.png\timages/a.png\there\n"
          "torn",
          file);
    fclose(file);
    open_book();
    assert_int_equal(asset_book_count(run.book), 3);
    assert_int_equal(entry->state, ASSET_FAILED);
    assert_int_equal(entry->size, 12);
    assert_int_equal(entry->code, FINDING_ASSET_LOST);
    assert_int_equal(asset_book_find(run.book, SLICE(CDN "images/b.png"))->state, ASSET_WANTED);
    slice error = SLICE("");
    asset_book *other = asset_book_open(root, memory, &error);
    assert_non_null(other);
    assert_false(store_begin(other, &error)); /* while this one is open */
    assert_string_equal(slice_c_string(error, memory),
                        "another run is fetching for this site; wait for it to end");
    asset_book_close(other);
    asset_book_close(other);
    unlink(at(".isomerize/assets.tsv"));
    assert_int_equal(mkfifo(at(".isomerize/assets.tsv"), 0666), 0);
    assert_null(asset_book_open(root, memory, &error));
    assert_true(slice_ends_with(error, SLICE("cannot be read: it is not a file")));
    unlink(at(".isomerize/assets.tsv"));
    file = fopen(at(".isomerize/assets.tsv"), "w");
    fclose(file);
    assert_int_equal(truncate(at(".isomerize/assets.tsv"), ((off_t)256 << 20) + 1), 0);
    assert_null(asset_book_open(root, memory, &error));
    assert_null(asset_book_open(at("nowhere"), memory, &error));
    assert_true(slice_ends_with(error, SLICE("nowhere: cannot be read: No such file or directory")));
    put_folder("two");
    file = fopen(at("two/.isomerize"), "w");
    fclose(file);
    assert_null(asset_book_open(at("two"), memory, &error));
    assert_true(slice_find(error, SLICE("two/.isomerize: cannot be read"), 0) != SLICE_NONE);
}

static void files_that_are_over_are_removed(void **state) {
    (void)state;
    assert_int_equal(fetch_whole(), OUTCOME_HERE);
    transfer_drop(&going);
    store_end(run.book);
    vector all = vector_new(memory, sizeof(asset_entry *));
    *(asset_entry **)vector_push(&all) = entry;
    size_t removed;
    slice error;
    entry->size++; /* no longer what was fetched */
    assert_true(asset_book_remove(run.book, &all, &removed, &error));
    assert_int_equal(removed, 0);
    entry->size--;
    assert_true(asset_book_remove(run.book, &all, &removed, &error));
    assert_int_equal(removed, 1);
    assert_int_equal(access(at("images"), F_OK), -1);
    assert_true(asset_book_remove(run.book, &all, &removed, &error));
    assert_int_equal(removed, 0);
    put_folder("images"); /* the folder is there again, the file is not */
    assert_true(asset_book_remove(run.book, &all, &removed, &error));
    assert_int_equal(removed, 0);
    assert_true(store_begin(run.book, &error));
    asset_book *other = asset_book_open(root, memory, &error);
    assert_false(asset_book_remove(other, &all, &removed, &error)); /* while this one is open */
    assert_true(slice_starts_with(error, SLICE("another run is fetching")));
    asset_book_close(other);
}

static void zero_is_the_default(void **state) {
    (void)state;
    asset_fetch_options own = {.per_host = 1,
                               .in_total = 2,
                               .attempts = 3,
                               .backoff_ms = 4,
                               .wait_limit_ms = 5,
                               .connect_ms = 6,
                               .stall_ms = 7,
                               .total_ms = 8,
                               .run_ms = 9,
                               .run_limit = 10,
                               .size_limit = 11},
                        filled = own, none = {.per_host = 0};
    downloader_fill_defaults(&filled);
    assert_memory_equal(&filled, &own, sizeof own);
    downloader_fill_defaults(&none);
    assert_int_equal(none.per_host, 6);
    assert_int_equal(none.size_limit, 256 << 20);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_whole_file_is_kept),
        TEST(parts_are_joined_only_if_they_are_of_one_file),
        TEST(a_file_is_joined_from_as_many_parts_as_came),
        TEST(names_that_clash_lead_to_two_files),
        TEST(what_cannot_be_had_is_named),
        TEST(what_is_too_large_or_out_of_order_is_refused),
        TEST(what_lies_in_the_way_is_left),
        TEST(parts_in_the_way_are_no_parts),
        TEST(ledgers_are_anybodys),
        TEST(files_that_are_over_are_removed),
        TEST(zero_is_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
