/* A journal with any bytes in place of its own, as `--state` may name one (three bytes of input: offset,
 * offset, byte): it is read, or refused with words. */
#include "site/site.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char state[256], root[300], page[320], journal[300];
static char whole[256 * 1024];
static size_t length;

static void write_bytes(const char *path, const void *bytes, size_t size) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || write(file, bytes, size) != (ssize_t)size || close(file) != 0)
        abort();
}

static void put_page(void) {
    static const char text[] = "---\ntitle: a\n---\nx\n";
    write_bytes(page, text, sizeof text - 1);
}

static void ignore(void *context, const site_status *status) {
    (void)context, (void)status;
}

static void use(void) {
    arena *a = arena_new(0);
    const char *const paths[] = {root};
    slice error = SLICE("");
    site_totals totals;
    site *s = site_open(paths, 1, a, &error);
    if (!s)
        abort();
    site_keep_state(s, NULL, state);
    if (!site_report_status(s, true, ignore, NULL, &error) && !error.length)
        abort();
    error = SLICE("");
    if (!site_revert(s, true, false, NULL, &totals, &error) && !error.length)
        abort();
    site_close(s);
    arena_destroy(a);
}

/* An empty journal, as the program makes it, with one page in it. */
static void prepare(void) {
    const char *temporary = getenv("TMPDIR");
    snprintf(state, sizeof state, "%.200s/isomerize.XXXXXX", temporary ? temporary : "/tmp");
    if (!mkdtemp(state))
        abort();
    snprintf(root, sizeof root, "%s/site", state);
    snprintf(page, sizeof page, "%s/a.md", root);
    snprintf(journal, sizeof journal, "%s/journal.db", state);
    if (mkdir(root, 0700) != 0)
        abort();
    put_page();
    use();
    sqlite3 *database;
    static const char row[] = "INSERT INTO pages VALUES(CAST('a.md' AS BLOB), zeroblob(32), zeroblob(32), "
                              "zeroblob(32), '1', 0, 1, 0, '[]');"
                              "INSERT INTO originals VALUES(CAST('a.md' AS BLOB), CAST('x' AS BLOB));"
                              "INSERT INTO seen VALUES(CAST('a.md' AS BLOB), 1, 1, 1, 1, zeroblob(32), 0);"
                              "INSERT INTO moving VALUES(0, '.isomerize/tmp/0', CAST('a.md' AS BLOB), "
                              "zeroblob(32), zeroblob(32));"
                              "INSERT INTO earlier VALUES(CAST('a.md' AS BLOB), zeroblob(32), zeroblob(32), "
                              "zeroblob(32), '1', 0, 1, 0, '[]', CAST('x' AS BLOB));";
    if (sqlite3_open(journal, &database) != SQLITE_OK ||
        sqlite3_exec(database, row, NULL, NULL, NULL) != SQLITE_OK || sqlite3_close(database) != SQLITE_OK)
        abort();
    int file = open(journal, O_RDONLY);
    ssize_t got = file < 0 ? -1 : read(file, whole, sizeof whole);
    if (got <= 0 || close(file) != 0)
        abort();
    length = (size_t)got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char changed[sizeof whole];
    if (!length)
        prepare();
    memcpy(changed, whole, length);
    for (size_t i = 0; i + 2 < size; i += 3)
        changed[((size_t)data[i] << 8 | data[i + 1]) % length] = (char)data[i + 2];
    put_page();
    write_bytes(journal, changed, length);
    char beside[310];
    snprintf(beside, sizeof beside, "%s-journal", journal);
    unlink(beside);
    use();
    return 0;
}
