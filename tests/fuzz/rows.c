/* The copy of a journal's rows beside it, with any bytes in place of its own, as `--state` may name one
 * (three bytes of input: offset, offset, byte): it is read as rows by path, or not at all. */
#include "../../src/site/private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const journal_stamp NOW = {1, 2, 3, 4, 5};
static char whole[4096];
static size_t length;
static int folder = -1;

/* Three rows, as the program writes them. */
static void prepare(void) {
    static const char *const PATHS[] = {"_posts/2020-01-01-a.md", "a.md", "b c/\xC3\xA9.md"};
    char state[256];
    const char *temporary = getenv("TMPDIR");
    snprintf(state, sizeof state, "%.200s/isomerize.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(state) || (folder = open(state, O_RDONLY | O_DIRECTORY)) < 0)
        abort();
    arena *a = arena_new(0);
    hash rules[2] = {hash_bytes(SLICE("1")), hash_bytes(SLICE("2"))};
    vector rows = vector_new(a, sizeof(journal_row));
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        slice path = slice_of(PATHS[i]);
        *(journal_row *)vector_push(&rows) =
            (journal_row){.path = path, .source = hash_bytes(path), .rules = &rules[i % 2], .is_seen = i > 0};
    }
    rows_save(folder, &NOW, &rows);
    int file = openat(folder, "rows", O_RDONLY);
    ssize_t got = file < 0 ? -1 : read(file, whole, sizeof whole);
    if (got <= 0 || (size_t)got == sizeof whole || close(file) != 0)
        abort();
    length = (size_t)got;
    rows.count = 0;
    if (!rows_load(folder, &NOW, &rows) || rows.count != 3)
        abort();
    arena_destroy(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (folder < 0)
        prepare();
    char changed[sizeof whole];
    memcpy(changed, whole, sizeof whole);
    size_t end = length;
    for (; size >= 3; data += 3, size -= 3) {
        size_t at = (size_t)(data[0] << 8 | data[1]) % (sizeof whole);
        changed[at] = (char)data[2];
        end = size == 3 && at % 2 ? at : end; /* the file may be shorter or longer, too */
    }
    int file = openat(folder, "rows", O_WRONLY | O_TRUNC);
    if (file < 0 || write(file, changed, end) != (ssize_t)end || close(file) != 0)
        abort();
    arena *a = arena_new((size_t)1 << 28);
    vector rows = vector_new(a, sizeof(journal_row));
    if (!rows_load(folder, &NOW, &rows) && rows.count)
        abort();
    for (size_t i = 0; i < rows.count; i++) {
        const journal_row *row = vector_at(&rows, i), *before = i ? vector_at(&rows, i - 1) : NULL;
        if ((before && slice_compare(before->path, row->path) >= 0) || !row_holds(row) || !row->rules)
            abort();
    }
    arena_destroy(a);
    return 0;
}
