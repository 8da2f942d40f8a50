/* Protects the network from the run, and the run from the network: the process that has it asks only hosts
 * that were named before the first page was read, keeps to its limits whatever it is told, and ends on
 * nonsense. With a server on loopback. */
#include "../../src/assets/fetch.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static arena *memory;
static char root[64], to_server[64];
static pid_t server;
static const char *connect_to[] = {to_server, "private.example:80:10.0.0.1:80", NULL};
static const char *allow[] = {"127.0.0.1", NULL};

static const char PICTURE[] = "\x89PNG\r\n\x1a\n..............IEND\xAE\x42\x60\x82";

/* ---- the server ---------------------------------------------------------------------------------------- */

static void answer(int to, const char *path) {
    static int busy;
    char head[256], body[5000];
    memset(body, 'x', sizeof body);
    if (strstr(path, "silent"))
        return; /* and stays open */
    if (strstr(path, "large")) {
        static const char TEXT[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
        if (write(to, TEXT, sizeof TEXT - 1) < 0 || write(to, body, sizeof body) < 0)
            return;
    } else if (strstr(path, "odd")) {
        static const char TEXT[] =
            "HTTP/1.1 302 x\r\nLocation: http://a.example/\x7f\r\nContent-Length: 0\r\n"
            "Connection: close\r\n\r\n";
        if (write(to, TEXT, sizeof TEXT - 1) < 0)
            return;
    } else if (strstr(path, "busy") || (strstr(path, "once") && !busy++)) {
        snprintf(head, sizeof head,
                 "HTTP/1.1 503 x\r\nRetry-After: %d\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
                 strstr(path, "once") ? 1 : 0);
        if (write(to, head, strlen(head)) < 0)
            return;
    } else {
        int length =
            snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                     sizeof PICTURE - 1);
        if (write(to, head, (size_t)length) < 0 || write(to, PICTURE, sizeof PICTURE - 1) < 0)
            return;
    }
    shutdown(to, SHUT_WR);
    while (read(to, body, sizeof body) > 0) {
    }
    close(to);
}

static _Noreturn void serve(int listener) {
    for (;;) {
        char request[32768];
        size_t length = 0;
        int one = accept(listener, NULL, NULL);
        while (one >= 0 && length < sizeof request - 1) {
            ssize_t got = read(one, request + length, sizeof request - 1 - length);
            length += got > 0 ? (size_t)got : 0;
            request[length] = '\0';
            if (got <= 0 || strstr(request, "\r\n\r\n"))
                break;
        }
        if (one >= 0 && length)
            answer(one, request);
    }
}

static void start_server(void) {
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(listener, 64), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &size), 0);
    snprintf(to_server, sizeof to_server, "a.example:80:127.0.0.1:%d", ntohs(at.sin_port));
    if ((server = fork()) == 0)
        serve(listener);
    close(listener);
}

static int set_up(void **state) {
    (void)state;
    memory = arena_new(0);
    strcpy(root, "/tmp/assets_network.XXXXXX");
    start_server();
    return mkdtemp(root) ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    char command[96];
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    arena_destroy(memory);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

/* ---- the run's side ------------------------------------------------------------------------------------ */

static downloader *begin(uint64_t run_limit) {
    downloader *d = downloader_start(
        &(asset_fetch_options){.allow = allow, .connect_to = connect_to, .run_limit = run_limit}, NULL, NULL);
    assert_non_null(d);
    return d;
}

static void name_host(downloader *d, const char *host) {
    assert_true(downloader_send(d, &(wire_message){WIRE_HOST, 0, {0, 1}, {slice_of(host)}}));
}

static void seal(downloader *d) {
    assert_true(downloader_send(d, &(wire_message){.kind = WIRE_SEAL}));
}

static void ask(downloader *d, uint16_t slot, uint64_t limit, const char *url) {
    assert_true(downloader_send(d, &(wire_message){WIRE_ASK, slot, {limit, WIRE_ALWAYS}, {slice_of(url)}}));
}

typedef struct ended {
    uint64_t how, status;
    size_t bytes;
    slice to;
} ended;

static ended end_of(downloader *d, uint16_t slot) {
    size_t bytes = 0;
    while (downloader_wait(d, 20000))
        for (wire_message m; downloader_next(d, &m);) {
            assert_int_equal(m.slot, slot);
            bytes += m.kind == WIRE_BYTES ? m.texts[0].length : 0;
            if (m.kind == WIRE_END)
                return (ended){m.numbers[0], m.numbers[1], bytes, slice_copy(m.texts[1], memory)};
        }
    fail_msg("it has ended");
    return (ended){0, 0, 0, {NULL, 0}};
}

static void only_hosts_that_were_named_first_are_asked(void **state) {
    (void)state;
    downloader *d = begin(0);
    name_host(d, "a.example");
    name_host(d, "private.example");
    ask(d, 1, 100, "http://a.example/a.png"); /* not sealed: there may be more */
    assert_int_equal(end_of(d, 1).how, WIRE_NOT_ALLOWED);
    seal(d);
    name_host(d, "b.example"); /* too late */
    static const char *const OTHERS[] = {"http://b.example/",    "https://c.example/",
                                         "http://a.example:81/", "http://user@a.example/",
                                         "file:///etc/passwd",   ""};
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
        ask(d, 2, 100, OTHERS[i]);
        assert_int_equal(end_of(d, 2).how, WIRE_NOT_ALLOWED);
    }
    ask(d, 3, 100, "http://private.example/");
    assert_int_equal(end_of(d, 3).how, WIRE_NOT_PUBLIC);
    ask(d, 4, 100, "http://a.example/a.png");
    ended e = end_of(d, 4);
    assert_int_equal(e.how, WIRE_DONE);
    assert_int_equal(e.bytes, sizeof PICTURE - 1);
    downloader_end(d);
}

static void limits_are_kept_on_both_sides(void **state) {
    (void)state;
    downloader *d = begin(8000);
    name_host(d, "a.example");
    seal(d);
    ask(d, 1, 10, "http://a.example/large");
    assert_int_equal(end_of(d, 1).how, WIRE_TOO_LARGE);
    ask(d, 2, 100000, "http://a.example/large"); /* the second one of 5000 bytes */
    ended e = end_of(d, 2);
    assert_int_equal(e.how, WIRE_RUN_TOO_LARGE);
    assert_true(e.bytes <= 8000);
    ask(d, 3, 100, "http://a.example/silent");
    assert_true(downloader_send(d, &(wire_message){.kind = WIRE_CANCEL, .slot = 3}));
    assert_int_equal(end_of(d, 3).how, WIRE_CANCELLED);
    char far_away[WIRE_URL + 2];
    memset(far_away, 'a', sizeof far_away);
    assert_false(
        downloader_send(d, &(wire_message){WIRE_ASK, 4, {1, WIRE_ALWAYS}, {{far_away, sizeof far_away}}}));
    downloader_end(d);
}

static void redirects_hold_no_control_characters(void **state) {
    (void)state;
    downloader *d = begin(0);
    name_host(d, "a.example");
    seal(d);
    ask(d, 1, 100, "http://a.example/odd");
    ended e = end_of(d, 1);
    assert_int_equal(e.how, WIRE_DONE);
    assert_int_equal(e.status, 302);
    assert_int_equal(slice_find_char(e.to, 0x7f, 0), SLICE_NONE);
    downloader_end(d);
}

static bool is_confined(void *context) {
    return *(bool *)context;
}

static void nonsense_ends_the_process(void **state) {
    (void)state;
    downloader *d = begin(0);
    name_host(d, "a.example");
    seal(d);
    ask(d, 1, 100, "http://a.example/silent");
    ask(d, 1, 100, "http://a.example/silent"); /* one number for two */
    int waits = 0;
    while (downloader_wait(d, 1000) && waits < 100)
        waits++;
    assert_true(waits < 100);
    downloader_end(d);
    bool confined = false; /* a process that cannot give up the rest asks nobody */
    d = downloader_start(&(asset_fetch_options){.allow = allow}, is_confined, &confined);
    assert_non_null(d);
    seal(d);
    for (waits = 0; downloader_wait(d, 1000) && waits < 100;)
        waits++;
    assert_true(waits < 100);
    downloader_end(d);
}

/* ---- whole runs ---------------------------------------------------------------------------------------- */

typedef struct watch {
    bool stops;
} watch;

static void note_progress(void *context, const asset_progress *now) {
    watch *w = context;
    w->stops |= now->done == 0;
}

static bool is_stopped(void *context) {
    return ((const watch *)context)->stops;
}

static asset_book *book_of(const asset_rules *rules, const char *page) {
    slice error = SLICE("");
    asset_book *book = asset_book_open(root, memory, &error);
    assert_non_null(book);
    asset_book_scan(book, rules, slice_of(page));
    for (size_t i = 0; i < asset_book_count(book); i++)
        (*(asset_entry **)vector_at(&book->entries, i))->used = true;
    asset_book_settle(book, rules);
    return book;
}

static asset_rules *own_rules(void) {
    slice text = asset_rules_shipped(), error;
    asset_rules *rules =
        asset_rules_load(&text, 1, &(asset_settings){.url = SLICE("http://a.example")}, memory, &error);
    assert_non_null(rules);
    return rules;
}

static void a_host_that_asks_to_wait_is_waited_for(void **state) {
    (void)state;
    asset_rules *rules = own_rules();
    buffer page = buffer_new(memory, 1 << 16);
    for (int i = 0; i < 20; i++)
        buffer_printf(&page, "![](http://a.example/images/once%d.png)\n", i);
    buffer_append_string(&page, "![](http://a.example/images/");
    for (int i = 0; i < WIRE_URL; i++)
        buffer_append_char(&page, 'x');
    buffer_append_string(&page, ".png)\n");
    asset_book *book = book_of(rules, slice_c_string(buffer_slice(&page), memory));
    assert_int_equal(asset_book_count(book), 21);
    downloader *d = begin(0);
    assert_true(downloader_allow(d, rules));
    asset_progress result;
    slice error = SLICE("");
    asset_fetch_options few = {.per_host = 1, .in_total = 1, .backoff_ms = 1};
    assert_true(assets_fetch(book, rules, d, &few, &result, &error));
    assert_int_equal(result.done, 20);
    assert_int_equal(result.failed, 1);
    for (size_t i = 0; i < 21; i++) {
        const asset_entry *one = asset_book_at(book, i);
        bool is_long = one->remote.length > WIRE_URL;
        assert_int_equal(one->state, is_long ? ASSET_FAILED : ASSET_HERE);
        if (is_long)
            assert_string_equal(slice_c_string(one->problem, memory), "its address is too long");
    }
    downloader_end(d);
    asset_book_close(book);
    book = book_of(rules, "![](http://a.example/images/once1.png)"); /* all is there: nobody is asked */
    for (size_t i = 0; i < asset_book_count(book); i++) {
        asset_entry *one = *(asset_entry **)vector_at(&book->entries, i);
        one->used = one->remote.length < WIRE_URL;
    }
    assert_true(assets_fetch(book, rules, NULL, NULL, &result, &error));
    assert_int_equal(result.files, 0);
    asset_book_close(book);
}

static void a_run_that_is_stopped_gives_up_what_waits(void **state) {
    (void)state;
    asset_rules *rules = own_rules();
    asset_book *book = book_of(rules, "![](http://a.example/images/busy.png)");
    downloader *d = begin(0);
    assert_true(downloader_allow(d, rules));
    watch w = {false};
    asset_progress result;
    slice error = SLICE("");
    asset_fetch_options patient = {
        .backoff_ms = 60000, .progress = note_progress, .stop = is_stopped, .context = &w};
    assert_true(assets_fetch(book, rules, d, &patient, &result, &error));
    assert_int_equal(result.done + result.failed, 0);
    assert_int_equal(asset_book_at(book, 0)->state, ASSET_WANTED);
    downloader_end(d);
    asset_book_close(book);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(only_hosts_that_were_named_first_are_asked), TEST(limits_are_kept_on_both_sides),
        TEST(redirects_hold_no_control_characters),       TEST(nonsense_ends_the_process),
        TEST(a_host_that_asks_to_wait_is_waited_for),     TEST(a_run_that_is_stopped_gives_up_what_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
