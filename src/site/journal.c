/* The journal: what was done to each page, and the bytes from before. SQLite in the user's state folder.
 *
 * Comes in: rows. Goes out: rows, durable once committed. A row is committed before its page is moved into
 * place, so that at any moment a page holds exactly the bytes of `source` or of `result`, whatever happened
 * to the run. One run at a time holds the lock. A file that is not a whole journal of this version is never
 * written to.
 *
 * Should somebody else's file be in its place all the same: what is not of our making is not opened, nothing
 * but our own tables is in it, no trigger or view runs, every statement has a limit, and bytes from before
 * are given out only when they are those that were recorded (SQLite: Defense Against The Dark Arts).
 *
 * The table `seen` only saves time: which file was last seen under a path, and the hash of its bytes.
 * One that is lost costs a reading of all pages. `moving`: the temporary files that are being exchanged with
 * pages: what a killed run left under their names may be what somebody saved in the very moment (recover.c).
 * `earlier`: what was recorded of a page, with its bytes from before, when what its author made of it since
 * was mended; the way back leads through both. Journals of older programs have none of them.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#define APPLICATION 0x69736f6d /* "isom" */
#define VERSION 1

/* The whole schema, word for word. */
static const struct {
    const char *name, *sql;
} TABLES[] = {
    {"pages", "CREATE TABLE pages(path BLOB PRIMARY KEY, source BLOB NOT NULL, result BLOB NOT NULL,"
              " rules BLOB NOT NULL, program TEXT NOT NULL, outcome INTEGER NOT NULL,"
              " grade INTEGER NOT NULL, time INTEGER NOT NULL, findings TEXT NOT NULL)"},
    {"originals", "CREATE TABLE originals(path BLOB PRIMARY KEY, bytes BLOB NOT NULL)"},
    {"seen", "CREATE TABLE seen(path BLOB PRIMARY KEY, size INTEGER,"
             " modified INTEGER, changed INTEGER, inode INTEGER, hash BLOB, files INTEGER)"
             " WITHOUT ROWID"},
    {"moving", "CREATE TABLE moving(batch INTEGER NOT NULL, temporary TEXT NOT NULL, path BLOB NOT NULL,"
               " was BLOB NOT NULL, becomes BLOB NOT NULL)"},
    {"earlier", "CREATE TABLE earlier(path BLOB NOT NULL, source BLOB NOT NULL, result BLOB NOT NULL,"
                " rules BLOB NOT NULL, program TEXT NOT NULL, outcome INTEGER NOT NULL,"
                " grade INTEGER NOT NULL, time INTEGER NOT NULL, findings TEXT NOT NULL,"
                " bytes BLOB NOT NULL, PRIMARY KEY(path, source, result))"},
};
enum { TABLE_COUNT = sizeof TABLES / sizeof *TABLES };

/* Steps of SQLite's machine that one statement may take: so many for each byte of the file, and to begin
 * with.
 */
#define STEPS_EACH 20
#define STEPS_MIN 10000 /* thousands */

struct journal {
    sqlite3 *database;
    pthread_mutex_t mutex; /* of the statements */
    sqlite3_stmt *findings, *original;
    /* JOURNAL_WRITE */
    sqlite3_stmt *put, *keep, *see, *forget_page, *forget_original, *forget_seen, *move, *moved, *rename_page,
        *rename_original, *rename_earlier, *set_aside, *bring_page, *bring_original, *forget_earlier;
    bool is_renaming; /* between the first journal_rename and journal_settle_renames */
    int lock;
    int64_t began;
    char *path;
    int folder;               /* that it is in, as a mere path; -1: not opened */
    int64_t steps, steps_max; /* in thousands, of the statement that runs */
    vector rows;              /* of journal_row, sorted by path */
    bool were_read;           /* from the journal itself, when it was this: */
    journal_stamp read_as;
    size_t changes;  /* transactions, and rows that were put in or taken out */
    arena *arena;    /* of the rows */
    arena *messages; /* the caller's */
};

static bool fail(journal *j, slice *error) {
    int code = j->database ? sqlite3_errcode(j->database) : SQLITE_NOMEM;
    const char *words = j->database ? sqlite3_errmsg(j->database) : "out of memory";
    const char *advice = code == SQLITE_FULL || code == SQLITE_IOERR ? "make room on the disk and run again"
                         : code == SQLITE_BUSY ? "another run is writing to it: wait until it ends"
                         : code == SQLITE_READONLY || code == SQLITE_CANTOPEN || code == SQLITE_PERM
                             ? "make the folder writable"
                         : code == SQLITE_NOMEM ? "there is no memory left"
                         : code == SQLITE_INTERRUPT || code == SQLITE_AUTH
                             ? "it is not as this program makes it: move it away"
                         : code == SQLITE_CORRUPT || code == SQLITE_NOTADB
                             ? "it is damaged: put back a good copy, or move it away to begin a new one "
                               "(pages stay as they are; `revert` then cannot take them back)"
                             : "see the message";
    *error = format_slice(j->messages, "the journal %s: %s; %s", j->path, words, advice);
    return false;
}

static bool execute(journal *j, const char *sql, slice *error) {
    pthread_mutex_lock(&j->mutex);
    j->steps = 0;
    bool ok = sqlite3_exec(j->database, sql, NULL, NULL, NULL) == SQLITE_OK || fail(j, error);
    pthread_mutex_unlock(&j->mutex);
    return ok;
}

/* ---- the lock ---------------------------------------------------------------------------------------- */

/* The lock is on a file of its own and ends with the process, however that ends. The file names its holder.
 */
static bool take_lock(journal *j, const site *s, slice *error) {
    struct stat info;
    j->lock = open_below(s->folder, STATE_FOLDER "/lock", O_RDWR | O_CREAT | O_NONBLOCK, 0666);
    if (j->lock >= 0 && (fstat(j->lock, &info) != 0 || !S_ISREG(info.st_mode))) {
        *error = format_slice(j->messages, "%s/%s/lock is not a file: move it away", s->root, STATE_FOLDER);
        return false;
    }
    if (j->lock < 0) {
        *error = format_slice(j->messages, "%s/%s: %s", s->root, STATE_FOLDER, strerror(errno));
        return false;
    }
    char holder[32] = "";
    if (flock(j->lock, LOCK_EX | LOCK_NB) != 0) {
        ssize_t length = read_part(j->lock, holder, sizeof holder - 1, 0);
        holder[length > 0 ? length : 0] = '\0';
        *error =
            format_slice(j->messages, "another run is working on this site (process %s): wait until it ends",
                         *holder ? holder : "unknown");
        return false;
    }
    snprintf(holder, sizeof holder, "%ld", (long)getpid());
    if (ftruncate(j->lock, 0) != 0 || lseek(j->lock, 0, SEEK_SET) != 0 ||
        !write_fully(j->lock, slice_of(holder))) {
        *error = format_slice(j->messages, "%s/%s: %s", s->root, STATE_FOLDER, strerror(errno));
        return false;
    }
    j->began = journal_clock(j);
    return true;
}

/* The lock's own times, set by whoever keeps the file system's clock. */
int64_t journal_clock(journal *j) {
    struct stat info;
    bool ok = futimens(j->lock, NULL) == 0 && fstat(j->lock, &info) == 0;
    return ok ? stamp_of(&info).modified : 0; /* 0: nothing is before it */
}

int64_t journal_began(const journal *j) {
    return j->began;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

static int read_number(journal *j, const char *pragma) {
    sqlite3_stmt *statement;
    int number = -1;
    j->steps = 0;
    if (sqlite3_prepare_v2(j->database, pragma, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static bool is_foreign(journal *j, slice *error) {
    *error = format_slice(j->messages, "%s is not a journal of this program: move it away", j->path);
    return true;
}

static bool is_text(sqlite3_stmt *statement, int column, const char *text) {
    const unsigned char *have = sqlite3_column_text(statement, column);
    return have && strcmp((const char *)have, text) == 0;
}

static int find_table(sqlite3_stmt *row) {
    for (int i = 0; i < TABLE_COUNT; i++)
        if (is_text(row, 1, TABLES[i].name))
            return i;
    return -1;
}

/* Our tables, and what SQLite makes for their keys, and nothing else? `found`: a bit for each table. */
static bool check_schema(journal *j, unsigned *found, slice *error) {
    sqlite3_stmt *row;
    int step = SQLITE_ERROR;
    bool ok = true;
    *found = 0;
    j->steps = 0;
    if (sqlite3_prepare_v2(j->database, "SELECT type, tbl_name, sql FROM sqlite_master", -1, &row, NULL) !=
        SQLITE_OK)
        return fail(j, error);
    while (ok && (step = sqlite3_step(row)) == SQLITE_ROW) {
        int table = find_table(row);
        bool is_table = table >= 0 && is_text(row, 0, "table") && is_text(row, 2, TABLES[table].sql);
        bool is_key = table >= 0 && is_text(row, 0, "index") && sqlite3_column_type(row, 2) == SQLITE_NULL;
        ok = is_table || is_key;
        *found |= is_table ? 1u << table : 0;
    }
    if (ok && step != SQLITE_DONE)
        ok = fail(j, error);
    else if (!ok)
        is_foreign(j, error);
    sqlite3_finalize(row);
    return ok;
}

static bool make_tables(journal *j, unsigned found, slice *error) {
    char numbers[128];
    snprintf(numbers, sizeof numbers, "PRAGMA application_id=%d; PRAGMA user_version=%d", APPLICATION,
             VERSION);
    bool ok = execute(j, "BEGIN IMMEDIATE", error);
    for (int i = 0; ok && i < TABLE_COUNT; i++)
        ok = found & (1u << i) || execute(j, TABLES[i].sql, error);
    return ok && execute(j, numbers, error) && execute(j, "COMMIT", error);
}

/* A whole journal of this version? A new one is set up. */
static bool check_journal(journal *j, journal_mode mode, slice *error) {
    unsigned found;
    int application = read_number(j, "PRAGMA application_id"),
        version = read_number(j, "PRAGMA user_version");
    if (application < 0 || version < 0)
        return fail(j, error);
    if (application != APPLICATION && (application != 0 || version != 0))
        return !is_foreign(j, error);
    if (application == APPLICATION && version != VERSION) {
        *error =
            format_slice(j->messages,
                         "the journal %s is of version %d, this program knows version %d: use the program "
                         "that wrote it",
                         j->path, version, VERSION);
        return false;
    }
    if (!check_schema(j, &found, error))
        return false;
    bool has_pages = (found & 3) == 3; /* the first two tables, which every journal has */
    if (application == 0 ? found != 0 : !has_pages)
        return !is_foreign(j, error);
    bool is_whole = application != 0 && found == (1u << TABLE_COUNT) - 1;
    return mode == JOURNAL_READ || is_whole || make_tables(j, found, error);
}

static bool prepare_statements(journal *j, journal_mode mode, slice *error) {
    const struct {
        sqlite3_stmt **statement;
        const char *sql;
        bool writes;
    } all[] = {
        {&j->findings, "SELECT findings FROM pages WHERE path=?1", false},
        {&j->original, "SELECT bytes FROM originals WHERE path=?1", false},
        {&j->put, "INSERT OR REPLACE INTO pages VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)", true},
        {&j->keep, "INSERT OR REPLACE INTO originals VALUES(?1,?2)", true},
        {&j->see, "INSERT OR REPLACE INTO seen VALUES(?1,?2,?3,?4,?5,?6,?7)", true},
        {&j->forget_page, "DELETE FROM pages WHERE path=?1", true},
        {&j->forget_original, "DELETE FROM originals WHERE path=?1", true},
        {&j->forget_seen, "DELETE FROM seen WHERE path=?1", true},
        {&j->move, "INSERT INTO moving VALUES(?1,?2,?3,?4,?5)", true},
        {&j->moved, "DELETE FROM moving WHERE batch=?1", true},
        {&j->rename_page, "UPDATE OR REPLACE pages SET path=?2 WHERE path=?1", true},
        {&j->rename_original, "UPDATE OR REPLACE originals SET path=?2 WHERE path=?1", true},
        {&j->rename_earlier, "UPDATE OR REPLACE earlier SET path=?2 WHERE path=?1", true},
        {&j->set_aside,
         "INSERT OR REPLACE INTO earlier SELECT pages.path, source, result, rules, program, outcome, grade,"
         " time, findings, bytes FROM pages JOIN originals ON pages.path=originals.path WHERE pages.path=?1",
         true},
        {&j->bring_page,
         "INSERT OR REPLACE INTO pages SELECT path, source, result, rules, program, outcome, grade, time,"
         " findings FROM earlier WHERE path=?1 ORDER BY rowid DESC LIMIT 1",
         true},
        {&j->bring_original,
         "INSERT OR REPLACE INTO originals SELECT path, bytes FROM earlier WHERE path=?1"
         " ORDER BY rowid DESC LIMIT 1",
         true},
        {&j->forget_earlier,
         "DELETE FROM earlier WHERE rowid="
         "(SELECT rowid FROM earlier WHERE path=?1 ORDER BY rowid DESC LIMIT 1)",
         true},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if ((mode == JOURNAL_WRITE || !all[i].writes) &&
            sqlite3_prepare_v3(j->database, all[i].sql, -1, SQLITE_PREPARE_PERSISTENT, all[i].statement,
                               NULL) != SQLITE_OK)
            return fail(j, error);
    return true;
}

bool make_state_folder(const site *s, arena *a, slice *error) {
    /* What people have written is kept in git. */
    static const slice old = LITERAL("*\n!config.yml\n!mappings/\n!mappings/*\n"),
                       ignore = LITERAL(
                           "*\n!config.yml\n!accepted.yml\n!decisions.json\n!mappings/\n!mappings/*\n");
    static const char *const folders[] = {STATE_FOLDER, TEMPORARY_FOLDER};
    struct stat info;
    for (size_t i = 0; i < 2; i++) {
        int folder = make_folder(s->folder, folders[i])
                         ? open_below(s->folder, folders[i], O_PATH | O_DIRECTORY, 0)
                         : -1;
        if (folder < 0) {
            const char *why =
                errno == ELOOP || errno == ENOTDIR ? "not a folder: move it away" : strerror(errno);
            *error = format_slice(a, "%s/%s: %s", s->root, folders[i], why);
            return false;
        }
        close(folder);
    }
    slice why, now;
    if (fstatat(s->folder, STATE_FOLDER "/.gitignore", &info, AT_SYMLINK_NOFOLLOW) == 0) {
        bool is_old = info.st_size == (off_t)old.length &&
                      read_whole(s->folder, STATE_FOLDER "/.gitignore", a, &now, NULL, &why) &&
                      slice_equal(now, old);
        if (!is_old || !remove_file(s->folder, STATE_FOLDER "/.gitignore"))
            return true;
    }
    if (!put_file(s->folder, STATE_FOLDER "/.gitignore", ignore, a, &why)) {
    } else if (sync_folder(s->folder))
        return true;
    else
        why = describe_error(a, "its folder", errno);
    *error = format_slice(a, "%s/%s/.gitignore: %.*s", s->root, STATE_FOLDER, SLICE_ARGS(why));
    return false;
}

/* ---- what is opened at all ------------------------------------------------------------------------------
 */

/* SQLite: Database File Format §1.3, §3: a rollback journal that ends so has another one's name in it, which
 * is deleted with it. */
static const unsigned char OTHERS[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};

static bool read_at(int folder, const char *name, off_t at, void *bytes, size_t count, off_t *size) {
    struct stat info;
    int file = open_below(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    bool ok = file >= 0 && fstat(file, &info) == 0 && S_ISREG(info.st_mode);
    *size = ok ? info.st_size : -1;
    at = at < 0 && ok ? info.st_size + at : at;
    ok = ok && at >= 0 && read_part(file, bytes, count, at) == (ssize_t)count;
    if (file >= 0)
        close(file);
    return ok;
}

static bool is_there(int folder, const char *name) {
    struct stat info;
    return fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Of what SQLite would open beside the journal, nothing is there that this program did not write. */
static bool check_beside(journal *j, int folder, slice *error) {
    unsigned char tail[8];
    off_t size;
    const char *odd = is_there(folder, "journal.db-wal")   ? "-wal"
                      : is_there(folder, "journal.db-shm") ? "-shm"
                                                           : NULL;
    if (!odd && is_there(folder, "journal.db-journal")) {
        bool whole = read_at(folder, "journal.db-journal", -8, tail, sizeof tail, &size);
        if (size < 0 || (whole && memcmp(tail, OTHERS, sizeof tail) == 0))
            odd = "-journal";
    }
    if (odd)
        *error =
            format_slice(j->messages, "%s%s was not written by this program: move it away", j->path, odd);
    return !odd;
}

/* The head of a database that keeps no log (SQLite: Database File Format §1.3.3). */
static bool check_file(journal *j, const char *state, bool *is_missing, slice *error) {
    unsigned char head[20];
    off_t size = 0;
    int folder = j->folder = open(state, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    bool ok = folder >= 0;
    if (!ok)
        *error = format_slice(j->messages, "%s: %s", state, strerror(errno));
    *is_missing = ok && !is_there(folder, "journal.db") && errno == ENOENT;
    if (ok && !*is_missing) {
        bool whole = read_at(folder, "journal.db", 0, head, sizeof head, &size);
        if (!whole && size < 0 && (errno == EACCES || errno == EIO || errno == EMFILE || errno == ENFILE)) {
            *error = format_slice(j->messages, "the journal %s: %s", j->path, strerror(errno));
            ok = false;
        } else if ((!whole && size != 0) ||
                   (whole && (memcmp(head, "SQLite format 3", 16) != 0 || head[18] != 1 || head[19] != 1)))
            ok = !is_foreign(j, error);
    }
    ok = ok && check_beside(j, folder, error);
    j->steps_max = STEPS_MIN + size * STEPS_EACH / 1000;
    return ok;
}

/* ---- SQLite, with what it can do taken from it ----------------------------------------------------------
 */

static int count_steps(void *context) {
    journal *j = context;
    return ++j->steps > j->steps_max;
}

/* What this file's own statements do, and nothing else. */
static int allow(void *context, int action, const char *one, const char *two, const char *database,
                 const char *trigger) {
    (void)context, (void)one, (void)two, (void)database;
    static const int allowed[] = {SQLITE_SELECT,      SQLITE_READ,         SQLITE_INSERT,
                                  SQLITE_DELETE,      SQLITE_UPDATE,       SQLITE_PRAGMA,
                                  SQLITE_TRANSACTION, SQLITE_CREATE_TABLE, SQLITE_CREATE_INDEX};
    for (size_t i = 0; !trigger && i < sizeof allowed / sizeof *allowed; i++)
        if (action == allowed[i])
            return SQLITE_OK;
    return SQLITE_DENY;
}

static void restrain(journal *j) {
    static const struct {
        int what, to;
    } switches[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
                    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0},  {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
                    {SQLITE_DBCONFIG_ENABLE_FKEY, 0},     {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
                    {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0}, {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
                    {SQLITE_DBCONFIG_DQS_DDL, 0},         {SQLITE_DBCONFIG_DQS_DML, 0}},
      limits[] = {{SQLITE_LIMIT_LENGTH, 320 * 1024 * 1024},
                  {SQLITE_LIMIT_SQL_LENGTH, 2000},
                  {SQLITE_LIMIT_COLUMN, 16},
                  {SQLITE_LIMIT_EXPR_DEPTH, 10},
                  {SQLITE_LIMIT_COMPOUND_SELECT, 2},
                  {SQLITE_LIMIT_VDBE_OP, 1000},
                  {SQLITE_LIMIT_FUNCTION_ARG, 4},
                  {SQLITE_LIMIT_ATTACHED, 0},
                  {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 10},
                  {SQLITE_LIMIT_VARIABLE_NUMBER, 16},
                  {SQLITE_LIMIT_TRIGGER_DEPTH, 1},
                  {SQLITE_LIMIT_WORKER_THREADS, 0}};
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++)
        sqlite3_db_config(j->database, switches[i].what, switches[i].to, NULL);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(j->database, limits[i].what, limits[i].to);
    sqlite3_progress_handler(j->database, 1000, count_steps, j);
    sqlite3_set_authorizer(j->database, allow, j);
}

static bool open_database(journal *j, journal_mode mode, slice *error) {
    static const char reading[] = "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0;"
                                  "PRAGMA temp_store=MEMORY;"
                                  /* Threads that read write nothing for those that write. */
                                  "PRAGMA cache_spill=OFF;";
    /* Rows are appended: the rollback journal then copies almost nothing, where a log would write all twice.
     * A batch fits into the cache. What is deleted need not be wiped. */
    static const char writing[] =
        "PRAGMA page_size=16384; PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL;"
        "PRAGMA cache_size=-8192; PRAGMA secure_delete=OFF;";
    int flags = mode == JOURNAL_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    if (mode == JOURNAL_READ && access(j->path, W_OK) != 0)
        flags = SQLITE_OPEN_READONLY;
    if (sqlite3_open_v2(j->path, &j->database, flags | SQLITE_OPEN_NOFOLLOW, NULL) != SQLITE_OK)
        return fail(j, error);
    restrain(j);
    sqlite3_busy_timeout(j->database, 10000);
    return execute(j, reading, error) && (mode == JOURNAL_READ || execute(j, writing, error)) &&
           check_journal(j, mode, error);
}

/* The journal in this folder. NULL: there is none, or with `error`, it cannot be opened. */
static journal *open_in(const char *state, const site *s, journal_mode mode, arena *a, slice *error) {
    bool is_missing = false;
    journal *j = calloc(1, sizeof *j);
    if (!j) {
        *error = SLICE("there is no memory left");
        return NULL;
    }
    pthread_mutex_init(&j->mutex, NULL);
    j->lock = j->folder = -1;
    j->messages = a;
    j->path = strdup(slice_c_string(format_slice(a, "%s/journal.db", state), a));
    j->arena = arena_new(0);
    bool ok = j->path && j->arena;
    if (!ok)
        *error = SLICE("there is no memory left");
    else
        j->rows = vector_new(j->arena, sizeof(journal_row));
    ok = ok && check_file(j, state, &is_missing, error) && !(is_missing && mode == JOURNAL_READ) &&
         (mode == JOURNAL_READ || !s || take_lock(j, s, error)) && open_database(j, mode, error) &&
         read_number(j, "PRAGMA user_version") != 0 /* not set up yet */ &&
         prepare_statements(j, mode, error);
    if (ok)
        return j;
    journal_close(j);
    return NULL;
}

journal *journal_open(const site *s, journal_mode mode, arena *a, slice *error) {
    *error = SLICE("");
    if (mode == JOURNAL_WRITE && !make_state_folder(s, a, error))
        return NULL;
    const char *state = find_state(s, mode == JOURNAL_WRITE, a, error);
    journal *j = state ? open_in(state, s, mode, a, error) : NULL;
    if (!j || mode == JOURNAL_READ || recover_files(s, j, a, error))
        return j;
    journal_close(j);
    return NULL;
}

bool journal_copy(const char *from, const char *to, arena *a, slice *error) {
    *error = SLICE("");
    journal *old = open_in(from, NULL, JOURNAL_READ, a, error);
    if (!old)
        return !error->length;
    journal *new = open_in(to, NULL, JOURNAL_WRITE, a, error);
    sqlite3_backup *copy = new ? sqlite3_backup_init(new->database, "main", old->database, "main") : NULL;
    bool ok = copy && sqlite3_backup_step(copy, -1) == SQLITE_DONE;
    ok = sqlite3_backup_finish(copy) == SQLITE_OK && ok;
    if (new && !ok)
        fail(new, error);
    journal_close(new);
    journal_close(old);
    return ok;
}

/* ---- reading ----------------------------------------------------------------------------------------- */

static bool read_hash(sqlite3_stmt *statement, int column, hash *out) {
    if (sqlite3_column_bytes(statement, column) != HASH_SIZE)
        return false;
    memcpy(out->bytes, sqlite3_column_blob(statement, column), HASH_SIZE);
    return true;
}

static slice column_slice(sqlite3_stmt *statement, int column) { /* until the next step */
    const char *bytes = sqlite3_column_blob(statement, column);
    int length = sqlite3_column_bytes(statement, column);
    return (slice){bytes, bytes ? (size_t)length : 0};
}

/* Of the columns that begin every reading of pages. The path and the rules are the statement's, until its
 * next step. */
static bool read_row(sqlite3_stmt *statement, journal_row *row, hash *rules) {
    *row = (journal_row){.path = column_slice(statement, 0), .rules = rules};
    if (!read_hash(statement, 1, &row->source) || !read_hash(statement, 2, &row->result) ||
        !read_hash(statement, 3, rules))
        return false;
    int outcome = sqlite3_column_int(statement, 4), severity = sqlite3_column_int(statement, 5);
    row->outcome = (uint8_t)outcome;
    row->grade = (uint8_t)severity;
    row->time = sqlite3_column_int64(statement, 6);
    return outcome >= 0 && outcome < SITE_OUTCOME_COUNT && severity >= 0 && severity <= GRADE_REFUSED;
}

static bool keep_row(journal *j, sqlite3_stmt *statement) {
    journal_row row;
    hash rules;
    if (!read_row(statement, &row, &rules))
        return false;
    const journal_row *last = vector_last(&j->rows); /* nearly all have the same */
    row.rules = last && hash_equal(last->rules, &rules) ? last->rules : hash_copy(&rules, j->arena);
    row.path = slice_copy(row.path, j->arena);
    *(journal_row *)vector_push(&j->rows) = row;
    return true;
}

/* Between transactions: as they are, so is the file. */
static bool take_stamp(const journal *j, journal_stamp *now) {
    struct stat info;
    unsigned char counter[4]; /* SQLite: Database File Format §1.3.7 */
    off_t size;
    if (fstatat(j->folder, "journal.db", &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !read_at(j->folder, "journal.db", 24, counter, sizeof counter, &size))
        return false;
    stamp at = stamp_of(&info);
    *now = (journal_stamp){at.size, at.modified, at.changed, at.inode, 0};
    for (size_t i = 0; i < sizeof counter; i++)
        now->changes = now->changes << 8 | counter[i];
    return true;
}

/* One walk through rows and what was seen, both by path. */
typedef struct seen_walk {
    sqlite3_stmt *statement;
    bool is_at_one;
} seen_walk;

static seen_walk begin_seen(journal *j) {
    static const char SQL[] =
        "SELECT path, size, modified, changed, inode, hash, files FROM seen ORDER BY path";
    seen_walk walk = {NULL, false};
    j->steps = 0;
    if (sqlite3_prepare_v2(j->database, SQL, -1, &walk.statement, NULL) == SQLITE_OK)
        walk.is_at_one = sqlite3_step(walk.statement) == SQLITE_ROW;
    return walk;
}

/* Fills in what was seen of the row, which comes behind those before it. */
static void take_seen(seen_walk *walk, journal_row *row, arena *a) {
    sqlite3_stmt *statement = walk->statement;
    int order = -1;
    hash holds;
    while (walk->is_at_one && (order = slice_compare(column_slice(statement, 0), row->path)) < 0)
        walk->is_at_one = sqlite3_step(statement) == SQLITE_ROW;
    if (!walk->is_at_one || order > 0)
        return;
    row->is_seen = read_hash(statement, 5, &holds);
    if (row->is_seen)
        row_see(row, &holds, a);
    row->stamp = (stamp){.size = sqlite3_column_int64(statement, 1),
                         .modified = sqlite3_column_int64(statement, 2),
                         .changed = sqlite3_column_int64(statement, 3),
                         .inode = sqlite3_column_int64(statement, 4)};
    row->names_files = sqlite3_column_int(statement, 6) != 0;
}

static void load_seen(journal *j) {
    seen_walk walk = begin_seen(j);
    for (size_t i = 0; i < j->rows.count && walk.is_at_one; i++)
        take_seen(&walk, vector_at(&j->rows, i), j->arena);
    sqlite3_finalize(walk.statement);
}

static int compare_rows(const void *one, const void *other) {
    return slice_compare(((const journal_row *)one)->path, ((const journal_row *)other)->path);
}

/* Rows come as they were put in, by runs that went through the site in the order of the paths: that is
 * cheaper than to ask for them by the index of the paths. */
static void sort_rows(journal *j) {
    size_t i = 1;
    while (i < j->rows.count && compare_rows(journal_at(j, i - 1), journal_at(j, i)) < 0)
        i++;
    if (i < j->rows.count)
        qsort(j->rows.items, j->rows.count, sizeof(journal_row), compare_rows);
}

#define ROW_MIN 200 /* bytes in the file: four hashes, twice the path */

/* Room for as many rows as there are, so that they are not copied while they come: of a journal where none
 * was taken away, the last row's number. */
static void make_room(journal *j) {
    struct stat info;
    int last = read_number(j, "SELECT rowid FROM pages ORDER BY rowid DESC LIMIT 1");
    off_t most = stat(j->path, &info) == 0 ? info.st_size / ROW_MIN : 0;
    size_t room = last < 0 ? 0 : (off_t)last < most ? (size_t)last : (size_t)most;
    j->rows.items = arena_alloc(j->arena, (room + 1) * sizeof(journal_row));
    j->rows.capacity = room + 1;
}

#define ALL_PAGES "SELECT path, source, result, rules, outcome, grade, time FROM pages"

static bool load_pages(journal *j, slice *error) {
    sqlite3_stmt *statement;
    make_room(j);
    j->steps = 0;
    if (sqlite3_prepare_v2(j->database, ALL_PAGES, -1, &statement, NULL) != SQLITE_OK)
        return fail(j, error);
    int step;
    bool ok = true;
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW)
        ok = keep_row(j, statement);
    if (!ok)
        *error = format_slice(j->messages, "the journal %s holds a row that is none of ours: move it away",
                              j->path);
    else if (step != SQLITE_DONE)
        ok = fail(j, error);
    sqlite3_finalize(statement);
    sort_rows(j);
    return ok;
}

/* SQLite takes its lock for each column: it is cheap for the thread that holds it. */
static bool read_rows(journal *j, slice *error) {
    bool known = take_stamp(j, &j->read_as);
    sqlite3_mutex *lock = sqlite3_db_mutex(j->database);
    sqlite3_mutex_enter(lock);
    bool ok = load_pages(j, error);
    if (ok)
        load_seen(j);
    sqlite3_mutex_leave(lock);
    j->were_read = ok && known;
    return ok;
}

bool journal_load(journal *j, slice *error) {
    journal_stamp now;
    if (take_stamp(j, &now) && rows_load(j->folder, &now, &j->rows))
        return true;
    return read_rows(j, error);
}

const hash *row_holds(const journal_row *row) {
    return row->other ? row->other : row->is_result ? &row->result : &row->source;
}

void row_see(journal_row *row, const hash *holds, arena *a) {
    row->is_result = hash_equal(holds, &row->result);
    row->other = row->is_result || hash_equal(holds, &row->source) ? NULL : hash_copy(holds, a);
}

size_t journal_count(const journal *j) {
    return j->rows.count;
}

const journal_row *journal_at(const journal *j, size_t index) {
    return vector_at(&j->rows, index);
}

/* The first row from `low` on that does not come before `path`. */
static size_t find_place(const journal *j, slice path, size_t low) {
    size_t high = j->rows.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (slice_compare(journal_at(j, middle)->path, path) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const journal_row *journal_find(const journal *j, slice path) {
    size_t at = 0;
    return journal_find_next(j, path, &at);
}

#define ROWS_STEPPED 4 /* over; more are cheaper to look up */

const journal_row *journal_find_next(const journal *j, slice path, size_t *at) {
    int order = -1;
    size_t end = *at + ROWS_STEPPED;
    while (*at < j->rows.count && *at < end && (order = slice_compare(journal_at(j, *at)->path, path)) < 0)
        ++*at;
    if (*at == end) {
        *at = find_place(j, path, *at);
        order = *at < j->rows.count ? slice_compare(journal_at(j, *at)->path, path) : -1;
    }
    return *at < j->rows.count && order == 0 ? journal_at(j, *at) : NULL;
}

bool is_as_seen(const site *s, const journal_row *row, struct stat *info, arena *scratch) {
    return row && row->is_seen &&
           fstatat(s->folder, slice_c_string(row->path, scratch), info, AT_SYMLINK_NOFOLLOW) == 0 &&
           is_what_was_seen(row, info);
}

bool is_what_was_seen(const journal_row *row, const struct stat *info) {
    stamp now = stamp_of(info);
    return row->is_seen && S_ISREG(info->st_mode) && stamp_equal(&now, &row->stamp);
}

static void bind_slice(sqlite3_stmt *statement, int index, slice bytes) {
    sqlite3_bind_blob64(statement, index, bytes.length ? bytes.data : "", bytes.length, SQLITE_STATIC);
}

static bool find_one(journal *j, sqlite3_stmt *statement, slice path, arena *a, slice *out) {
    pthread_mutex_lock(&j->mutex);
    j->steps = 0;
    bind_slice(statement, 1, path);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *out = slice_copy(column_slice(statement, 0), a);
    sqlite3_reset(statement);
    pthread_mutex_unlock(&j->mutex);
    return found;
}

slice journal_findings(journal *j, slice path, arena *a) {
    slice recorded = SLICE("");
    const journal_row *row = journal_find(j, path);
    find_one(j, j->findings, row && row->recorded ? *row->recorded : path, a, &recorded);
    return recorded;
}

bool journal_original(journal *j, const journal_row *row, arena *a, slice *bytes, slice *why) {
    *why = SLICE("the journal does not hold its bytes from before");
    if (!find_one(j, j->original, row->recorded ? *row->recorded : row->path, a, bytes))
        return false;
    hash now = hash_bytes(*bytes);
    *why =
        SLICE("its bytes from before are damaged in the journal: it stays as it is; `git log` may know them");
    return hash_equal(&now, &row->source);
}

/* ---- what the next run is spared ----------------------------------------------------------------------- */

/* A run that changes one row in so many reads them again; others leave it to the next. */
#define CHANGES_WORTH 8

/* All rows, in their order. False: they could not be read so. */
static bool pass_rows(journal *j, const char *sql, rows_writer *w) {
    sqlite3_stmt *pages = NULL;
    arena *a = arena_new(0);
    seen_walk seen = begin_seen(j);
    int step = SQLITE_ERROR;
    bool ok = sqlite3_prepare_v2(j->database, sql, -1, &pages, NULL) == SQLITE_OK;
    while (ok && (step = sqlite3_step(pages)) == SQLITE_ROW) {
        journal_row row;
        hash rules;
        ok = read_row(pages, &row, &rules);
        if (ok)
            take_seen(&seen, &row, a);
        ok = ok && rows_add(w, &row);
        arena_reset(a);
    }
    sqlite3_finalize(pages);
    sqlite3_finalize(seen.statement);
    arena_destroy(a);
    return ok && step == SQLITE_DONE;
}

/* Rows as they were put in, which is by path for most runs (sort_rows), and else by path. There may be a
 * million: they are not held in memory. */
static void copy_rows(journal *j, const journal_stamp *now) {
    static const char *const ORDERS[] = {ALL_PAGES, ALL_PAGES " ORDER BY path"};
    sqlite3_mutex *lock = sqlite3_db_mutex(j->database);
    bool ok = false;
    j->steps_max = STEPS_MIN + now->size * STEPS_EACH / 1000;
    sqlite3_mutex_enter(lock);
    for (size_t i = 0; i < 2 && !ok; i++) {
        rows_writer *w = rows_begin(j->folder);
        journal_stamp then;
        ok = pass_rows(j, ORDERS[i], w) && take_stamp(j, &then) && memcmp(&then, now, sizeof then) == 0;
        rows_end(w, ok ? now : NULL);
    }
    sqlite3_mutex_leave(lock);
}

static void save_rows(journal *j) {
    journal_stamp now;
    if (!j->put || j->lock < 0 || !sqlite3_get_autocommit(j->database) || !take_stamp(j, &now))
        return;
    if (j->changes && j->changes >= j->rows.count / CHANGES_WORTH)
        copy_rows(j, &now);
    else if (!j->changes && j->were_read && j->rows.count && memcmp(&now, &j->read_as, sizeof now) == 0)
        rows_save(j->folder, &now, &j->rows);
}

#define LINKS "links"

bool journal_links(const journal *j, hash *digest) {
    off_t size;
    return read_at(j->folder, LINKS, 0, digest->bytes, HASH_SIZE, &size) && size == HASH_SIZE;
}

void journal_keep_links(journal *j, const hash *digest) {
    slice ignored;
    put_file(j->folder, LINKS, (slice){(const char *)digest->bytes, HASH_SIZE}, j->messages, &ignored);
}

void journal_close(journal *j) {
    if (!j)
        return;
    save_rows(j);
    sqlite3_stmt *statements[] = {j->findings,
                                  j->original,
                                  j->put,
                                  j->keep,
                                  j->see,
                                  j->forget_page,
                                  j->forget_original,
                                  j->forget_seen,
                                  j->move,
                                  j->moved,
                                  j->rename_page,
                                  j->rename_original,
                                  j->rename_earlier,
                                  j->set_aside,
                                  j->bring_page,
                                  j->bring_original,
                                  j->forget_earlier};
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(j->database);
    if (j->lock >= 0)
        close(j->lock);
    if (j->folder >= 0)
        close(j->folder);
    pthread_mutex_destroy(&j->mutex);
    arena_destroy(j->arena);
    free(j->path);
    free(j);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

bool journal_begin(journal *j, slice *error) {
    j->changes++;
    return execute(j, "BEGIN IMMEDIATE", error);
}

bool journal_commit(journal *j, slice *error) {
    return execute(j, "COMMIT", error);
}

void journal_rollback(journal *j) {
    slice ignored;
    if (!sqlite3_get_autocommit(j->database))
        execute(j, "ROLLBACK", &ignored);
}

static bool run_statement(journal *j, sqlite3_stmt *statement, slice *error) {
    pthread_mutex_lock(&j->mutex);
    j->steps = 0;
    bool ok = sqlite3_step(statement) == SQLITE_DONE || fail(j, error);
    sqlite3_reset(statement);
    pthread_mutex_unlock(&j->mutex);
    return ok;
}

static bool rename_row(journal *j, sqlite3_stmt *statement, slice from, slice to, slice *error) {
    bind_slice(statement, 1, from);
    bind_slice(statement, 2, to);
    return run_statement(j, statement, error);
}

bool journal_rename(journal *j, const journal_row *row, slice to, slice *error) {
    journal_row *own = vector_at(&j->rows, (size_t)(row - (const journal_row *)j->rows.items));
    bool writes = j->rename_page != NULL;
    if (writes && !j->is_renaming && !(j->is_renaming = journal_begin(j, error)))
        return false;
    if (writes && (!rename_row(j, j->rename_page, row->path, to, error) ||
                   !rename_row(j, j->rename_original, row->path, to, error) ||
                   !rename_row(j, j->rename_earlier, row->path, to, error)))
        return false;
    if (!writes) {
        slice *recorded = arena_alloc(j->arena, sizeof *recorded);
        *recorded = own->path;
        own->recorded = recorded;
    }
    own->path = to;
    own->is_seen = false;
    return true;
}

bool journal_settle_renames(journal *j, slice *error) {
    sort_rows(j);
    bool ok = !j->is_renaming || journal_commit(j, error);
    j->is_renaming = false;
    return ok;
}

bool journal_set_aside(journal *j, slice path, slice *error) {
    bind_slice(j->set_aside, 1, path);
    return run_statement(j, j->set_aside, error);
}

bool journal_put(journal *j, const journal_row *row, slice json, slice original, const char *program,
                 slice *error) {
    j->changes++;
    bind_slice(j->put, 1, row->path);
    sqlite3_bind_blob(j->put, 2, row->source.bytes, HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(j->put, 3, row->result.bytes, HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(j->put, 4, row->rules->bytes, HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_text(j->put, 5, program, -1, SQLITE_STATIC);
    sqlite3_bind_int(j->put, 6, row->outcome);
    sqlite3_bind_int(j->put, 7, row->grade);
    sqlite3_bind_int64(j->put, 8, row->time);
    sqlite3_bind_text64(j->put, 9, json.length ? json.data : "", json.length, SQLITE_STATIC, SQLITE_UTF8);
    if (!run_statement(j, j->put, error))
        return false;
    if (!original.data)
        return true;
    bind_slice(j->keep, 1, row->path);
    bind_slice(j->keep, 2, original);
    return run_statement(j, j->keep, error);
}

bool journal_see(journal *j, slice path, const stamp *seen, const hash *holds, bool names_files,
                 slice *error) {
    j->changes++;
    bind_slice(j->see, 1, path);
    sqlite3_bind_int64(j->see, 2, seen->size);
    sqlite3_bind_int64(j->see, 3, seen->modified);
    sqlite3_bind_int64(j->see, 4, seen->changed);
    sqlite3_bind_int64(j->see, 5, seen->inode);
    sqlite3_bind_blob(j->see, 6, holds->bytes, HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_int(j->see, 7, names_files);
    return run_statement(j, j->see, error);
}

bool journal_forget(journal *j, slice path, slice *error) {
    j->changes++;
    sqlite3_stmt *all[] = {j->forget_page, j->forget_original, j->forget_seen,
                           j->bring_page,  j->bring_original,  j->forget_earlier};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++) {
        bind_slice(all[i], 1, path);
        ok = run_statement(j, all[i], error);
    }
    return ok;
}

bool journal_move(journal *j, size_t batch, const journal_move_row *row, slice *error) {
    sqlite3_bind_int64(j->move, 1, (sqlite3_int64)batch);
    sqlite3_bind_text(j->move, 2, row->temporary, -1, SQLITE_STATIC);
    bind_slice(j->move, 3, row->path);
    sqlite3_bind_blob(j->move, 4, row->was.bytes, HASH_SIZE, SQLITE_STATIC);
    sqlite3_bind_blob(j->move, 5, row->becomes.bytes, HASH_SIZE, SQLITE_STATIC);
    return run_statement(j, j->move, error);
}

bool journal_moved(journal *j, size_t batch, slice *error) {
    sqlite3_bind_int64(j->moved, 1, (sqlite3_int64)batch);
    return run_statement(j, j->moved, error);
}

bool journal_load_moves(journal *j, vector *moves, slice *error) {
    sqlite3_stmt *statement;
    int step;
    bool ok = true;
    j->steps = 0;
    if (sqlite3_prepare_v2(j->database, "SELECT temporary, path, was, becomes FROM moving", -1, &statement,
                           NULL) != SQLITE_OK)
        return fail(j, error);
    while (ok && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        journal_move_row row = {.temporary = slice_c_string(column_slice(statement, 0), moves->arena),
                                .path = slice_copy(column_slice(statement, 1), moves->arena)};
        ok = read_hash(statement, 2, &row.was) && read_hash(statement, 3, &row.becomes);
        *(journal_move_row *)vector_push(moves) = row;
    }
    if (!ok)
        *error = format_slice(j->messages, "the journal %s holds a row that is none of ours: move it away",
                              j->path);
    else if (step != SQLITE_DONE)
        ok = fail(j, error);
    sqlite3_finalize(statement);
    return ok;
}

bool journal_forget_moves(journal *j, slice *error) {
    return execute(j, "DELETE FROM moving", error);
}
