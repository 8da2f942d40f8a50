/* The book's place on the disk: the ledger, the parts of unfinished files, the files themselves.
 *
 * .isomerize/assets.tsv   one line an event, the last of an address holds; a torn last line (a killed run) is
 * none .isomerize/fetch/       NAME.part: bytes that have come in so far Every path is walked from the site's
 * folder, one folder at a time, and never through a symbolic link. A file gets its name only when it is
 * whole, by rename.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char LEDGER[] = "assets.tsv";
#define LEDGER_MAX ((off_t)256 * 1024 * 1024)
static const char HEADING[] =
    "# isomerize assets 1: address, name, state, size, etag, last-modified, finding, problem\n";
enum { FIELDS = 8 };
static const char *const STATES[] = {"wanted", "here", "failed"};

/* A folder that is kept open, and the one that was opened before it. */
typedef struct open_file {
    int file;
    struct open_file *before;
} open_file;
enum { FOLDERS_OPEN = 64 };

struct store {
    int root, state, fetch, ledger; /* open files; -1: not */
    size_t lines;                   /* in the ledger */
    hash_map folders;               /* listed by look: path → itself */
    hash_map names;                 /* folded path → slice *: the path as it is on the disk */
    hash_map opened;                /* folder path → open_file *: files come in many folders in turn */
    struct open_file *last_opened;
    size_t opened_count;
};

/* ---- folders ------------------------------------------------------------------------------------------- */

static int open_folder_at(int parent, slice name, bool make) {
    char text[256];
    if (name.length >= sizeof text || slice_equal(name, SLICE("..")) || slice_equal(name, SLICE("."))) {
        errno = EINVAL;
        return -1;
    }
    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    int folder = openat(parent, text, flags);
    if (folder >= 0 || !make || errno != ENOENT)
        return folder;
    return mkdirat(parent, text, 0777) != 0 && errno != EEXIST ? -1 : openat(parent, text, flags);
}

/* The folder at `path` ("" is the site's own), no link followed. */
static int open_folder(const store *s, slice path, bool make) {
    int folder = fcntl(s->root, F_DUPFD_CLOEXEC, 0);
    for (size_t from = 0; folder >= 0 && from < path.length;) {
        size_t to = slice_find_char(path, '/', from);
        to = to == SLICE_NONE ? path.length : to;
        int next = open_folder_at(folder, slice_sub(path, from, to), make);
        int error = errno;
        close(folder);
        errno = error;
        folder = next;
        from = to + 1;
    }
    return folder;
}

static void close_folders(store *s, arena *a) {
    for (; s->last_opened; s->last_opened = s->last_opened->before)
        close(s->last_opened->file);
    s->opened = map_new(a, 0);
    s->opened_count = 0;
}

static slice folder_of(slice path) {
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return slice_sub(path, 0, at ? at - 1 : 0);
}

static slice file_of(slice path) {
    slice folder = folder_of(path);
    return slice_from(path, folder.length ? folder.length + 1 : 0);
}

static void list_folder(asset_book *book, slice folder) {
    store *s = book->store;
    arena *a = book->arena;
    folder = slice_copy(folder, a);
    *map_put(&s->folders, folder, NULL) = s;
    int opened = open_folder(s, folder, false);
    DIR *listing = opened < 0 ? NULL : fdopendir(opened);
    if (!listing) {
        if (opened >= 0)
            close(opened);
        return;
    }
    for (struct dirent *one; (one = readdir(listing));) {
        slice *path = arena_alloc(a, sizeof *path);
        *path = folder.length ? format_slice(a, "%.*s/%s", SLICE_ARGS(folder), one->d_name)
                              : slice_copy(slice_of(one->d_name), a);
        *map_put(&s->names, name_folded(*path, a), NULL) = path;
    }
    closedir(listing);
}

static look look_on_disk(asset_book *book, slice path, uint64_t *size) {
    store *s = book->store;
    slice folder = folder_of(path);
    if (!map_get(&s->folders, folder))
        list_folder(book, folder);
    const slice *there = map_get(&s->names, name_folded(path, book->arena));
    if (!there)
        return LOOK_FREE;
    if (!slice_equal(*there, path))
        return LOOK_TAKEN;
    struct stat status;
    int opened = open_folder(s, folder, false);
    bool found = opened >= 0 && fstatat(opened, slice_c_string(file_of(path), book->arena), &status,
                                        AT_SYMLINK_NOFOLLOW) == 0;
    if (opened >= 0)
        close(opened);
    if (!found)
        return LOOK_FREE;
    *size = (uint64_t)status.st_size;
    return !S_ISREG(status.st_mode) ? LOOK_TAKEN : status.st_size > 0 ? LOOK_FILE : LOOK_FREE;
}

/* ---- ledger -------------------------------------------------------------------------------------------- */

static slice next_field(slice *line) {
    size_t tab = slice_find_char(*line, '\t', 0);
    slice field = slice_sub(*line, 0, tab);
    *line = tab == SLICE_NONE ? (slice){NULL, 0} : slice_from(*line, tab + 1);
    return field;
}

static void take_line(asset_book *book, slice line) {
    slice fields[FIELDS];
    for (size_t i = 0; i < FIELDS; i++)
        fields[i] = slice_copy(next_field(&line), book->arena);
    if (fields[0].length == 0 || fields[0].data[0] == '#' || fields[1].length == 0)
        return;
    asset_entry *entry = book_entry(book, fields[0]);
    entry->path = fields[1];
    entry->known = true;
    entry->state = ASSET_WANTED;
    for (size_t i = 0; i < sizeof STATES / sizeof *STATES; i++)
        if (slice_equal(fields[2], slice_of(STATES[i])))
            entry->state = (asset_state)i;
    entry->ours = entry->state == ASSET_HERE;
    entry->size = 0;
    for (size_t i = 0; i < fields[3].length && is_digit(fields[3].data[i]); i++)
        entry->size = entry->size * 10 + (uint64_t)(fields[3].data[i] - '0');
    entry->etag = fields[4];
    entry->modified = fields[5];
    entry->code = finding_by_name(fields[6]);
    entry->problem = fields[7];
}

static bool read_ledger(asset_book *book, slice *text) {
    int file = openat(book->store->state, LEDGER, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;
    *text = (slice){NULL, 0};
    if (file < 0)
        return errno == ENOENT;
    bool good = fstat(file, &status) == 0;
    if (good && (!S_ISREG(status.st_mode) || status.st_size > LEDGER_MAX)) {
        errno = S_ISREG(status.st_mode) ? EFBIG : EINVAL;
        good = false;
    }
    size_t size = good ? (size_t)status.st_size : 0, got = 0;
    char *bytes = arena_alloc(book->arena, size + 1);
    while (good && got < size) {
        ssize_t count = read(file, bytes + got, size - got);
        if (count < 0 && errno == EINTR)
            continue;
        good = count >= 0;
        if (count <= 0)
            break;
        got += (size_t)count;
    }
    int error = errno;
    close(file);
    errno = error;
    *text = (slice){bytes, got};
    return good;
}

static bool load_ledger(asset_book *book) {
    slice text;
    if (!read_ledger(book, &text))
        return false;
    for (size_t from = 0, to; (to = slice_find_char(text, '\n', from)) != SLICE_NONE; from = to + 1) {
        take_line(book, slice_sub(text, from, to));
        book->store->lines++;
    }
    for (size_t i = 0; i < book->entries.count; i++) {
        asset_entry *entry = *(asset_entry **)vector_at(&book->entries, i);
        if (!book_owner(book, entry->path, book->arena))
            *map_put(&book->by_name, name_folded(entry->path, book->arena), NULL) = entry;
    }
    return true;
}

static void append_field(buffer *out, slice text, char after) {
    for (size_t i = 0; i < text.length; i++)
        buffer_append_char(out, (unsigned char)text.data[i] < ' ' ? ' ' : text.data[i]);
    buffer_append_char(out, after);
}

static void append_entry(buffer *out, const asset_entry *entry) {
    append_field(out, entry->remote, '\t');
    append_field(out, entry->path, '\t');
    append_field(out, slice_of(STATES[entry->state]), '\t');
    buffer_printf(out, "%llu\t", (unsigned long long)entry->size);
    append_field(out, entry->etag, '\t');
    append_field(out, entry->modified, '\t');
    append_field(
        out, entry->code == FINDING_COUNT ? SLICE("") : slice_of(finding_describe(entry->code)->name), '\t');
    append_field(out, entry->problem, '\n');
}

static bool write_whole(int file, slice text) {
    for (size_t done = 0; done < text.length;) {
        ssize_t count = write(file, text.data + done, text.length - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += (size_t)count;
    }
    return true;
}

bool store_note(asset_book *book, const asset_entry *entry) {
    arena *scratch = arena_new(0);
    buffer line = buffer_new(scratch, 512);
    append_entry(&line, entry);
    bool good = write_whole(book->store->ledger, buffer_slice(&line));
    arena_destroy(scratch);
    return good;
}

/* A ledger with one line an entry, in place of the old one. Also takes off a torn last line. */
static bool rewrite_ledger(asset_book *book) {
    store *s = book->store;
    arena *scratch = arena_new(0);
    buffer text = buffer_new(scratch, 65536);
    buffer_append_string(&text, HEADING);
    for (size_t i = 0; i < book->entries.count; i++) {
        const asset_entry *entry = asset_book_at(book, i);
        bool remembered = entry->ours || entry->state != ASSET_HERE;
        if (remembered && entry->path.length && (entry->used || entry->known))
            append_entry(&text, entry);
    }
    unlinkat(s->fetch, LEDGER, 0);
    int file = openat(s->fetch, LEDGER, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    bool good = file >= 0 && write_whole(file, buffer_slice(&text)) &&
                renameat(s->fetch, LEDGER, s->state, LEDGER) == 0;
    int error = errno;
    if (file >= 0)
        close(file);
    if (!good)
        unlinkat(s->fetch, LEDGER, 0);
    arena_destroy(scratch);
    errno = error;
    return good;
}

/* ---- opening and closing ------------------------------------------------------------------------------- */

asset_book *asset_book_open(const char *root, arena *a, slice *error) {
    asset_book *book = asset_book_create(a);
    store *s = arena_zeroed(a, sizeof *s);
    *s = (store){
        .root = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), .state = -1, .fetch = -1, .ledger = -1};
    s->folders.arena = s->names.arena = s->opened.arena = a;
    book->store = s;
    book->look = look_on_disk;
    book->look_again = store_forget;
    bool good = s->root >= 0;
    if (good) {
        s->state = open_folder_at(s->root, SLICE(".isomerize"), false);
        good = s->state >= 0 ? load_ledger(book) : errno == ENOENT;
    }
    if (!good) {
        *error = format_slice(a, "%s%s: cannot be read: %s", root,
                              s->root < 0    ? ""
                              : s->state < 0 ? "/.isomerize"
                                             : "/.isomerize/assets.tsv",
                              errno == EINVAL ? "it is not a file" : strerror(errno));
        asset_book_close(book);
        return NULL;
    }
    return book;
}

void asset_book_close(asset_book *book) {
    store *s = book->store;
    if (!s)
        return;
    int *files[] = {&s->root, &s->state, &s->fetch, &s->ledger};
    close_folders(s, book->arena);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (*files[i] >= 0)
            close(*files[i]);
        *files[i] = -1;
    }
}

void store_forget(asset_book *book) {
    if (!book->store)
        return;
    book->store->folders = map_new(book->arena, 0);
    book->store->names = map_new(book->arena, 0);
}

bool store_begin(asset_book *book, slice *error) {
    store *s = book->store;
    const char *what = ".isomerize/fetch";
    if (s->state < 0)
        s->state = open_folder_at(s->root, SLICE(".isomerize"), true);
    if (s->state >= 0 && s->fetch < 0)
        s->fetch = open_folder_at(s->state, SLICE("fetch"), true);
    bool good = s->fetch >= 0;
    if (good && flock(s->fetch, LOCK_EX | LOCK_NB) != 0) {
        *error = SLICE("another run is fetching for this site; wait for it to end");
        return false;
    }
    if (good) {
        what = ".isomerize/assets.tsv";
        good = rewrite_ledger(book);
    }
    if (good) {
        s->ledger = openat(s->state, LEDGER, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
        good = s->ledger >= 0;
    }
    if (!good)
        *error = format_slice(book->arena, "%s cannot be written: %s", what, strerror(errno));
    return good;
}

void store_end(asset_book *book) {
    store *s = book->store;
    rewrite_ledger(book);
    flock(s->fetch, LOCK_UN);
    close(s->ledger);
    s->ledger = -1;
}

/* ---- parts and files ----------------------------------------------------------------------------------- */

static const char *part_name(const asset_entry *entry, char out[40]) {
    snprintf(out, 40, "%016llx-%zx.part", (unsigned long long)slice_hash(entry->remote),
             entry->remote.length);
    return out;
}

int store_open_part(asset_book *book, const asset_entry *entry, bool fresh) {
    char name[40];
    int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (fresh ? O_TRUNC : 0);
    struct stat status;
    int file = openat(book->store->fetch, part_name(entry, name), flags, 0666);
    if (file < 0 || (fstat(file, &status) == 0 && S_ISREG(status.st_mode)))
        return file;
    close(file);
    errno = EINVAL;
    return -1;
}

uint64_t store_part_size(asset_book *book, const asset_entry *entry) {
    char name[40];
    struct stat status;
    if (fstatat(book->store->fetch, part_name(entry, name), &status, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(status.st_mode))
        return 0;
    return (uint64_t)status.st_size;
}

void store_drop_part(asset_book *book, const asset_entry *entry) {
    char name[40];
    unlinkat(book->store->fetch, part_name(entry, name), 0);
}

/* The folder that `path` is to be in; it stays open for the files to come. */
static int enter_folder(asset_book *book, slice path) {
    store *s = book->store;
    slice folder = folder_of(path);
    open_file *known = map_get(&s->opened, folder);
    if (known)
        return known->file;
    if (s->opened_count == FOLDERS_OPEN)
        close_folders(s, book->arena);
    int file = open_folder(s, folder, true);
    if (file < 0)
        return -1;
    known = arena_alloc(book->arena, sizeof *known);
    *known = (open_file){file, s->last_opened};
    s->last_opened = known;
    s->opened_count++;
    *map_put(&s->opened, slice_copy(folder, book->arena), NULL) = known;
    return file;
}

bool store_keep_part(asset_book *book, const asset_entry *entry, bool replace) {
    char part[40], name[256];
    slice file = file_of(entry->path);
    int folder = enter_folder(book, entry->path);
    struct stat status;
    if (folder < 0 || file.length >= sizeof name)
        return false;
    memcpy(name, file.data, file.length);
    name[file.length] = '\0';
    part_name(entry, part);
    if (renameat2(book->store->fetch, part, folder, name, replace ? 0 : RENAME_NOREPLACE) == 0)
        return true;
    /* An empty file is no file; and not every file system knows RENAME_NOREPLACE. */
    int error = errno;
    bool there = fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
    bool empty = there && S_ISREG(status.st_mode) && status.st_size == 0;
    errno = error;
    if ((error == EEXIST && empty) || (error == EINVAL && (!there || empty)))
        return renameat(book->store->fetch, part, folder, name) == 0;
    return false;
}

bool store_same(asset_book *book, slice path, slice bytes) {
    struct stat status;
    int folder = open_folder(book->store, folder_of(path), false);
    arena *scratch = arena_new(0);
    int file = folder < 0 ? -1
                          : openat(folder, slice_c_string(file_of(path), scratch),
                                   O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    arena_destroy(scratch);
    bool same = file >= 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                (uint64_t)status.st_size == bytes.length && bytes.length > 0;
    void *map = same ? mmap(NULL, bytes.length, PROT_READ, MAP_PRIVATE, file, 0) : MAP_FAILED;
    same = map != MAP_FAILED && memcmp(map, bytes.data, bytes.length) == 0;
    if (map != MAP_FAILED)
        munmap(map, bytes.length);
    if (file >= 0)
        close(file);
    if (folder >= 0)
        close(folder);
    return same;
}

/* ---- files that are left over -----------------------------------------------------------------------------
 */

/* Folders that hold nothing any more, upwards. */
static void remove_folders(const store *s, slice path, arena *a) {
    for (slice folder = folder_of(path); folder.length; folder = folder_of(folder)) {
        int above = open_folder(s, folder_of(folder), false);
        bool gone = above >= 0 && unlinkat(above, slice_c_string(file_of(folder), a), AT_REMOVEDIR) == 0;
        if (above >= 0)
            close(above);
        if (!gone)
            return;
    }
}

static bool remove_one(asset_book *book, const asset_entry *entry) {
    const store *s = book->store;
    struct stat status;
    const char *name = slice_c_string(file_of(entry->path), book->arena);
    int folder = open_folder(s, folder_of(entry->path), false);
    bool gone = folder >= 0 && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                S_ISREG(status.st_mode) && (uint64_t)status.st_size == entry->size &&
                unlinkat(folder, name, 0) == 0;
    if (folder >= 0)
        close(folder);
    if (gone)
        remove_folders(s, entry->path, book->arena);
    return gone;
}

bool asset_book_remove(asset_book *book, const vector *entries, size_t *removed, slice *error) {
    *removed = 0;
    if (!store_begin(book, error))
        return false;
    for (size_t i = 0; i < entries->count; i++) {
        asset_entry *entry = *(asset_entry **)vector_at(entries, i);
        if (!remove_one(book, entry))
            continue;
        entry->used = entry->known = entry->ours = false;
        entry->state = ASSET_WANTED;
        ++*removed;
    }
    store_end(book);
    return true;
}
