/* The rows of the journal, as one file beside it: what a run with nothing to do has to read.
 *
 * Comes in: rows sorted by path, and what the journal was when they were read from it. Goes out: the same
 * rows, as long as the journal is that. It only saves time: a file that is missing, of another program, of
 * another state of the journal, or damaged is as good as none, and the journal itself is read.
 *
 * A head, the hashes of rules, records of one size, their paths. Numbers are in this machine's order: the
 * file is for it alone.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NAME "rows"
#define NAME_NEW "rows.new"
#define RULES_MAX 1000 /* different ones */
#define BLOCK 4096     /* records that are read or written at once */

typedef struct head {
    char magic[8];
    uint64_t sum; /* of what follows */
    journal_stamp of;
    uint64_t count, rules, paths; /* the last: bytes */
} head;

static const char MAGIC[8] = "isomrow1";

typedef struct record {
    hash source, result, holds;
    int64_t size, modified, changed, inode, time;
    uint32_t rules, path_length;
    uint8_t outcome, grade, is_seen, names_files, unused[4];
} record;

/* Finds bytes that were damaged, not such as somebody made: who can write here can write the journal. */
static uint64_t add_to_sum(uint64_t sum, const void *bytes, size_t length) {
    const char *at = bytes;
    for (; length >= 8; at += 8, length -= 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        sum ^= sum >> 29;
    }
    for (; length; at++, length--)
        sum = (sum ^ (unsigned char)*at) * UINT64_C(0x9E3779B97F4A7C15);
    return sum;
}

static uint64_t sum_of_head(const head *h) {
    return add_to_sum(add_to_sum(1, &h->of, sizeof h->of), &h->count, 3 * sizeof h->count);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

typedef struct reader {
    int file;
    off_t at;
    uint64_t sum;
    bool failed;
} reader;

static void take(reader *r, void *bytes, size_t length) {
    if (r->failed || read_part(r->file, bytes, length, r->at) != (ssize_t)length) {
        r->failed = true;
        return;
    }
    r->at += (off_t)length;
    r->sum = add_to_sum(r->sum, bytes, length);
}

static bool read_head(int file, const journal_stamp *now, head *h) {
    struct stat info;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || read_part(file, h, sizeof *h, 0) != sizeof *h)
        return false;
    uint64_t size = (uint64_t)info.st_size;
    bool fits = h->count <= size / sizeof(record) && h->rules <= RULES_MAX && h->paths <= size;
    return fits && memcmp(h->magic, MAGIC, sizeof MAGIC) == 0 && memcmp(&h->of, now, sizeof *now) == 0 &&
           size == sizeof *h + h->rules * HASH_SIZE + h->count * sizeof(record) + h->paths;
}

/* Adds a row. False: no record that was written here, or not behind the one before it. */
static bool unpack(const record *in, const hash *rules, const head *h, slice *paths, vector *rows) {
    if (in->rules >= h->rules || in->path_length > paths->length || in->outcome >= SITE_OUTCOME_COUNT ||
        in->grade > GRADE_REFUSED)
        return false;
    const journal_row *last = vector_last(rows);
    if (last && slice_compare(last->path, slice_sub(*paths, 0, in->path_length)) >= 0)
        return false;
    journal_row *row = vector_push(rows);
    *row = (journal_row){
        .path = slice_sub(*paths, 0, in->path_length),
        .source = in->source,
        .result = in->result,
        .rules = &rules[in->rules],
        .outcome = in->outcome,
        .grade = in->grade,
        .time = in->time,
        .is_seen = in->is_seen != 0,
        .names_files = in->names_files != 0,
        .stamp = {.size = in->size, .modified = in->modified, .changed = in->changed, .inode = in->inode}};
    *paths = slice_from(*paths, in->path_length);
    row_see(row, &in->holds, rows->arena);
    return true;
}

static bool read_rows(reader *r, const head *h, vector *rows, arena *scratch) {
    hash *rules = arena_alloc(rows->arena, (h->rules + 1) * sizeof *rules);
    record *block = arena_alloc(scratch, BLOCK * sizeof *block);
    char *bytes = arena_alloc(rows->arena, h->paths);
    slice paths = {bytes, h->paths};
    reader behind = {
        .file = r->file, .at = r->at + (off_t)(h->rules * HASH_SIZE + h->count * sizeof(record)), .sum = 1};
    take(r, rules, h->rules * HASH_SIZE);
    take(&behind, bytes, h->paths);
    vector_reserve(rows, h->count);
    for (uint64_t done = 0; done < h->count && !r->failed && !behind.failed;) {
        size_t count = h->count - done < BLOCK ? (size_t)(h->count - done) : BLOCK;
        take(r, block, count * sizeof *block);
        for (size_t i = 0; i < count && !r->failed; i++, done++)
            r->failed = !unpack(&block[i], rules, h, &paths, rows);
    }
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* fuzzers cannot guess it */
    r->failed = r->failed || (r->sum ^ behind.sum) != h->sum;
#endif
    return !r->failed && !behind.failed && !paths.length;
}

bool rows_load(int state, const journal_stamp *now, vector *rows) {
    head h;
    int file = open_below(state, NAME, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool ok = file >= 0 && read_head(file, now, &h);
    if (ok) {
        arena *scratch = arena_new(0);
        reader r = {.file = file, .at = sizeof h, .sum = sum_of_head(&h)};
        ok = read_rows(&r, &h, rows, scratch);
        arena_destroy(scratch);
    }
    if (file >= 0)
        close(file);
    if (!ok)
        rows->count = 0;
    return ok;
}

/* ---- writing ------------------------------------------------------------------------------------------- */

typedef struct writer {
    int file;
    uint64_t sum;
    bool failed;
} writer;

static void put(writer *w, const void *bytes, size_t length) {
    w->sum = add_to_sum(w->sum, bytes, length);
    w->failed = w->failed || !write_fully(w->file, (slice){bytes, length});
}

/* The number of these rules, a new one if need be. */
static uint32_t number_of(const hash *rules, vector *all) {
    for (size_t i = all->count; i > 0; i--)
        if (hash_equal(vector_at(all, i - 1), rules))
            return (uint32_t)(i - 1);
    *(hash *)vector_push(all) = *rules;
    return (uint32_t)(all->count - 1);
}

static record pack(const journal_row *row, vector *rules) {
    return (record){.source = row->source,
                    .result = row->result,
                    .holds = row->is_seen ? *row_holds(row) : row->source,
                    .size = row->stamp.size,
                    .modified = row->stamp.modified,
                    .changed = row->stamp.changed,
                    .inode = row->stamp.inode,
                    .time = row->time,
                    .rules = number_of(row->rules, rules),
                    .path_length = (uint32_t)row->path.length,
                    .outcome = row->outcome,
                    .grade = row->grade,
                    .is_seen = row->is_seen,
                    .names_files = row->names_files};
}

static void put_records(writer *w, const vector *rows, vector *rules, arena *scratch) {
    record *block = arena_alloc(scratch, BLOCK * sizeof *block);
    for (size_t i = 0, count = 0; i < rows->count; i++) {
        block[count++] = pack(vector_at(rows, i), rules);
        if (count == BLOCK || i + 1 == rows->count) {
            put(w, block, count * sizeof *block);
            count = 0;
        }
    }
}

static void put_paths(writer *w, const vector *rows, size_t length, arena *scratch) {
    buffer all = buffer_new(scratch, length);
    for (size_t i = 0; i < rows->count; i++)
        buffer_append(&all, ((const journal_row *)vector_at(rows, i))->path);
    put(w, all.data, all.length);
}

static bool write_rows(int file, const journal_stamp *now, const vector *rows, arena *scratch) {
    head h = {.of = *now, .count = rows->count};
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    vector rules = vector_new(scratch, sizeof(hash));
    for (size_t i = 0; i < rows->count && rules.count <= RULES_MAX; i++)
        number_of(((const journal_row *)vector_at(rows, i))->rules, &rules);
    if (rules.count > RULES_MAX)
        return false;
    writer w = {.file = file}, behind = {.file = file, .sum = 1};
    h.rules = rules.count;
    for (size_t i = 0; i < rows->count; i++)
        h.paths += ((const journal_row *)vector_at(rows, i))->path.length;
    bool ok = write_fully(file, (slice){(const char *)&h, sizeof h});
    w.sum = sum_of_head(&h);
    put(&w, rules.items, rules.count * HASH_SIZE);
    put_records(&w, rows, &rules, scratch);
    put_paths(&behind, rows, h.paths, scratch);
    h.sum = w.sum ^ behind.sum;
    return ok && !w.failed && !behind.failed && lseek(file, 0, SEEK_SET) == 0 &&
           write_fully(file, (slice){(const char *)&h, sizeof h}) && fsync(file) == 0;
}

void rows_save(int state, const journal_stamp *now, const vector *rows) {
    arena *scratch = arena_new(0);
    remove_file(state, NAME_NEW);
    int file = open_below(state, NAME_NEW, O_WRONLY | O_CREAT | O_EXCL, 0600);
    bool ok = file >= 0 && write_rows(file, now, rows, scratch);
    if (file >= 0)
        close(file);
    if (!ok || !rename_file(state, NAME_NEW, NAME))
        remove_file(state, NAME_NEW);
    arena_destroy(scratch);
}
