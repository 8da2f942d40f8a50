/* Protects the copy of a journal's rows: what comes back is what was put in, or nothing, whatever became of
 * the file. */
#include "../../src/site/private.h"

#include <fcntl.h>
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
static int folder;
static journal_stamp stamp_now;

static int set_up(void **state) {
    (void)state;
    memory = arena_new(0);
    strcpy(root, "/tmp/site_rows.XXXXXX");
    memset(&stamp_now, 7, sizeof stamp_now);
    folder = mkdtemp(root) ? open(root, O_RDONLY | O_DIRECTORY) : -1;
    return folder < 0;
}

static int tear_down(void **state) {
    (void)state;
    char command[96];
    close(folder);
    arena_destroy(memory);
    snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command);
}

static vector make_rows(size_t count, size_t rules) {
    vector rows = vector_new(memory, sizeof(journal_row));
    hash *all = arena_zeroed(memory, rules * sizeof *all);
    for (size_t i = 0; i < rules; i++)
        all[i] = hash_bytes(format_slice(memory, "rules %zu", i));
    for (size_t i = 0; i < count; i++) {
        journal_row *row = vector_push_zeroed(&rows);
        *row = (journal_row){.path = format_slice(memory, "pages/%06zu.md", i),
                             .source = hash_bytes(format_slice(memory, "source %zu", i)),
                             .result = hash_bytes(format_slice(memory, "result %zu", i)),
                             .rules = &all[i % rules],
                             .outcome = SITE_CONVERTED,
                             .grade = GRADE_REVIEW,
                             .time = (int64_t)i};
    }
    return rows;
}

static void assert_same(const vector *one, const vector *other) {
    assert_int_equal(one->count, other->count);
    for (size_t i = 0; i < one->count; i++) {
        const journal_row *a = vector_at(one, i), *b = vector_at(other, i);
        assert_true(slice_equal(a->path, b->path));
        assert_true(hash_equal(&a->source, &b->source) && hash_equal(&a->result, &b->result) &&
                    hash_equal(a->rules, b->rules));
        assert_true(a->outcome == b->outcome && a->grade == b->grade && a->time == b->time);
    }
}

static bool load(vector *rows) {
    *rows = vector_new(memory, sizeof(journal_row));
    bool ok = rows_load(folder, &stamp_now, rows);
    assert_true(ok || rows->count == 0);
    return ok;
}

static void rows_come_back_as_they_were(void **state) {
    (void)state;
    static const size_t COUNTS[] = {0, 1, 4096, 4097, 10000};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        vector rows = make_rows(COUNTS[i], 3), read;
        rows_save(folder, &stamp_now, &rows);
        assert_true(load(&read));
        assert_same(&rows, &read);
    }
    stamp_now.size++; /* another state of the journal */
    vector read;
    assert_false(load(&read));
}

static void of_endless_rules_there_is_no_copy(void **state) {
    (void)state;
    vector rows = make_rows(1000, 1000), read;
    rows_save(folder, &stamp_now, &rows);
    assert_true(load(&read));
    assert_same(&rows, &read);
    unlinkat(folder, "rows", 0);
    rows = make_rows(1100, 1100);
    rows_save(folder, &stamp_now, &rows);
    assert_false(load(&read));
    assert_int_equal(faccessat(folder, "rows.new", F_OK, 0), -1); /* nor what was begun of one */
}

static void damage_is_noticed_wherever_it_is(void **state) {
    (void)state;
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* sums are not looked at */
    skip();
#endif
    vector rows = make_rows(3, 2), read;
    rows_save(folder, &stamp_now, &rows);
    int file = openat(folder, "rows", O_RDWR);
    struct stat info;
    assert_int_equal(fstat(file, &info), 0);
    for (off_t at = 0; at < info.st_size; at++)
        for (int bit = 0; bit < 8; bit++) {
            unsigned char byte, other;
            assert_int_equal(pread(file, &byte, 1, at), 1);
            other = (unsigned char)(byte ^ (1 << bit));
            assert_int_equal(pwrite(file, &other, 1, at), 1);
            if (load(&read))
                fail_msg("bit %d of byte %d", bit, (int)at);
            assert_int_equal(pwrite(file, &byte, 1, at), 1);
        }
    assert_true(load(&read));
    assert_same(&rows, &read);
    for (off_t length = info.st_size - 1; length >= 0; length--) {
        assert_int_equal(ftruncate(file, length), 0);
        assert_false(load(&read));
    }
    close(file);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(rows_come_back_as_they_were),
        TEST(of_endless_rules_there_is_no_copy),
        TEST(damage_is_noticed_wherever_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
