/* The rows of the journal, as one file beside it: what a run with nothing to do has to read.
 *
 * Comes in: rows sorted by path, and what the journal was when they were read from it. Goes out: the same
 * rows, as long as the journal is that. It only saves time: a file that is missing, of another program, of
 * another state of the journal, or damaged is as good as none, and the journal itself is read.
 *
 * A head; blocks, each of records of one size and behind them their paths; the hashes of rules. So it is
 * written, and read, without more than a block in memory besides. Numbers are in this machine's order: the
 * file is for it alone.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define NAME "rows"
#define NAME_NEW "rows.new"
#define RULES_MAX 1000 /* different ones */
#define BLOCK 4096     /* records of each but the last */

typedef struct head {
    char magic[8];
    uint64_t sum; /* of the rest: of the head, of all blocks and of the rules */
    journal_stamp of;
    uint64_t count, rules;
} head;

static const char MAGIC[8] = "isomrow2";

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
    return add_to_sum(add_to_sum(1, &h->of, sizeof h->of), &h->count, 2 * sizeof h->count);
}

/* ---- reading ------------------------------------------------------------------------------------------- */

typedef struct reader {
    int file;
    off_t at, end;
    uint64_t sum;
    bool failed;
} reader;

static void take(reader *r, void *bytes, size_t length) {
    r->failed = r->failed || length > (uint64_t)(r->end - r->at) ||
                read_part(r->file, bytes, length, r->at) != (ssize_t)length;
    if (r->failed)
        return;
    r->at += (off_t)length;
    r->sum = add_to_sum(r->sum, bytes, length);
}

static bool read_head(int file, const journal_stamp *now, head *h, off_t *size) {
    struct stat info;
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode) || read_part(file, h, sizeof *h, 0) != sizeof *h)
        return false;
    *size = info.st_size;
    uint64_t rest = (uint64_t)(info.st_size - (off_t)sizeof *h);
    bool fits = h->rules <= RULES_MAX && h->count <= rest / sizeof(record) &&
                h->count * sizeof(record) + h->rules * HASH_SIZE <= rest;
    return fits && memcmp(h->magic, MAGIC, sizeof MAGIC) == 0 && memcmp(&h->of, now, sizeof *now) == 0;
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

/* The paths of a block, to where there is room for those of all. */
static slice take_paths(reader *r, const record *block, size_t count, char **room, const char *end) {
    uint64_t length = 0;
    for (size_t i = 0; i < count && !r->failed; i++)
        length += block[i].path_length;
    r->failed = r->failed || length > (uint64_t)(end - *room);
    if (r->failed)
        return (slice){NULL, 0};
    slice paths = {*room, (size_t)length};
    take(r, *room, paths.length);
    *room += paths.length;
    return paths;
}

static bool read_rows(reader *r, const head *h, vector *rows, arena *scratch) {
    hash *rules = arena_alloc(rows->arena, (h->rules + 1) * sizeof *rules);
    record *block = arena_alloc(scratch, BLOCK * sizeof *block);
    size_t length = (size_t)(r->end - r->at) - h->count * sizeof *block;
    char *room = arena_alloc(rows->arena, length + 1);
    const char *end = room + length;
    reader behind = {.file = r->file, .at = r->end, .end = r->end + (off_t)(h->rules * HASH_SIZE), .sum = 1};
    take(&behind, rules, h->rules * HASH_SIZE);
    vector_reserve(rows, h->count);
    for (uint64_t done = 0; done < h->count && !r->failed && !behind.failed;) {
        size_t count = h->count - done < BLOCK ? (size_t)(h->count - done) : BLOCK;
        take(r, block, count * sizeof *block);
        slice paths = take_paths(r, block, count, &room, end);
        for (size_t i = 0; i < count && !r->failed; i++, done++)
            r->failed = !unpack(&block[i], rules, h, &paths, rows);
    }
#ifndef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION /* fuzzers cannot guess it */
    r->failed = r->failed || (r->sum ^ sum_of_head(h) ^ behind.sum) != h->sum;
#endif
    return !r->failed && !behind.failed && r->at == r->end;
}

bool rows_load(int state, const journal_stamp *now, vector *rows) {
    head h;
    off_t size;
    int file = open_below(state, NAME, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool ok = file >= 0 && read_head(file, now, &h, &size);
    if (ok) {
        arena *scratch = arena_new(0);
        reader r = {.file = file, .at = sizeof h, .end = size - (off_t)(h.rules * HASH_SIZE), .sum = 1};
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

struct rows_writer {
    int state, file;
    uint64_t sum; /* of the blocks, as if no head stood before them */
    bool failed;
    uint64_t count;
    record *block;
    buffer paths, last; /* of the block; of the row before */
    vector rules;       /* of hash */
    arena *arena;
};

static void put(rows_writer *w, const void *bytes, size_t length) {
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

rows_writer *rows_begin(int state) {
    arena *a = arena_new(0);
    rows_writer *w = arena_zeroed(a, sizeof *w);
    head none = {.count = 0};
    remove_file(state, NAME_NEW);
    *w = (rows_writer){.state = state,
                       .file = open_below(state, NAME_NEW, O_WRONLY | O_CREAT | O_EXCL, 0600),
                       .block = arena_alloc(a, BLOCK * sizeof *w->block),
                       .paths = buffer_new(a, BLOCK * 64),
                       .last = buffer_new(a, 256),
                       .rules = vector_new(a, sizeof(hash)),
                       .arena = a};
    put(w, &none, sizeof none);
    w->sum = 1;
    return w;
}

static void end_block(rows_writer *w) {
    size_t count = (size_t)(w->count % BLOCK ? w->count % BLOCK : BLOCK);
    put(w, w->block, count * sizeof *w->block);
    put(w, w->paths.data, w->paths.length);
    w->paths.length = 0;
}

bool rows_add(rows_writer *w, const journal_row *row) {
    if (w->count && slice_compare(buffer_slice(&w->last), row->path) >= 0)
        return false;
    w->last.length = 0;
    buffer_append(&w->last, row->path);
    w->block[w->count++ % BLOCK] = pack(row, &w->rules);
    buffer_append(&w->paths, row->path);
    if (w->count % BLOCK == 0)
        end_block(w);
    return !w->failed && w->rules.count <= RULES_MAX;
}

/* The head comes last: until then the file is none. */
static bool put_head(rows_writer *w, const journal_stamp *now) {
    head h = {.of = *now, .count = w->count, .rules = w->rules.count};
    memcpy(h.magic, MAGIC, sizeof MAGIC);
    uint64_t blocks = w->sum;
    w->sum = 1;
    put(w, w->rules.items, w->rules.count * HASH_SIZE);
    h.sum = blocks ^ sum_of_head(&h) ^ w->sum;
    return !w->failed && lseek(w->file, 0, SEEK_SET) == 0 &&
           write_fully(w->file, (slice){(const char *)&h, sizeof h}) && fsync(w->file) == 0;
}

void rows_end(rows_writer *w, const journal_stamp *now) {
    if (now && w->count % BLOCK)
        end_block(w);
    bool ok = now && put_head(w, now);
    if (w->file >= 0)
        close(w->file);
    if (!ok || !rename_file(w->state, NAME_NEW, NAME))
        remove_file(w->state, NAME_NEW);
    arena_destroy(w->arena);
}

void rows_save(int state, const journal_stamp *now, const vector *rows) {
    rows_writer *w = rows_begin(state);
    bool ok = true;
    for (size_t i = 0; i < rows->count && ok; i++)
        ok = rows_add(w, vector_at(rows, i));
    rows_end(w, ok ? now : NULL);
}
