/* Files, whole or not at all.
 *
 * Comes in: paths below an open folder. Goes out: bytes read, new files written beside the old ones and moved
 * into place in one step. Never follows a symbolic link in any part of a path, never leaves the folder,
 * whoever changes it meanwhile; never opens what is no regular file; never leaves half a file under a page's
 * name.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

slice describe_error(arena *a, const char *what, int error) {
    return format_slice(a, "%s: %s", what, strerror(error));
}

/* ---- below a folder ------------------------------------------------------------------------------------ */

/* The same where the kernel has no openat2 (before 5.6, or under a filter of system calls): one part of the
 * path after the other. */
static int walk_below(int folder, const char *path, int flags, mode_t mode) {
    char part[256];
    int at = folder;
    for (const char *slash; (slash = strchr(path, '/'));) {
        size_t length = (size_t)(slash - path);
        memcpy(part, path, length < sizeof part ? length : 0);
        part[length < sizeof part ? length : 0] = '\0';
        path = slash + 1;
        if (length == 0)
            continue;
        bool leaves = length >= sizeof part || strcmp(part, "..") == 0;
        int next = leaves ? -1 : openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int error = leaves ? EXDEV : errno;
        if (at != folder)
            close(at);
        errno = error;
        if ((at = next) < 0)
            return -1;
    }
    int file = strcmp(path, "..") == 0 ? -1 : openat(at, *path ? path : ".", flags, mode);
    int error = errno;
    if (at != folder)
        close(at);
    errno = error;
    return file;
}

int open_below(int folder, const char *path, int flags, mode_t mode) {
    flags |= O_NOFOLLOW | O_CLOEXEC;
    struct open_how how = {.flags = (uint64_t)(unsigned)flags,
                           .mode = flags & O_CREAT ? mode : 0,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    int file = (int)syscall(SYS_openat2, folder, path, &how, sizeof how);
    if (file >= 0 || (errno != ENOSYS && errno != EPERM))
        return file;
    return walk_below(folder, path, flags, mode);
}

/* The folder that holds `path`, and its name there. */
typedef struct place {
    int folder; /* -1: errno says why not */
    const char *name;
} place;

static place find_place(int folder, const char *path) {
    const char *slash = strrchr(path, '/');
    char above[4096] = ".";
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (length >= sizeof above) {
        errno = ENAMETOOLONG;
        return (place){-1, path};
    }
    if (slash) {
        memcpy(above, path, length);
        above[length] = '\0';
    }
    return (place){open_below(folder, above, O_PATH | O_DIRECTORY, 0), slash ? slash + 1 : path};
}

static void leave_place(place p) {
    int error = errno;
    if (p.folder >= 0)
        close(p.folder);
    errno = error;
}

/* ---- folders that stay open -----------------------------------------------------------------------------
 */

#define FOLDERS_KEPT 4 /* of pages being written, of pages being moved, the temporary one, one of leeway */

typedef struct kept_folder {
    slice path;
    char bytes[4096]; /* of `path` */
    int folder;       /* -1: none */
    dev_t device;
    int why_not;    /* nothing can be put into it; 0: it can */
    uint64_t asked; /* when, for the last time */
} kept_folder;

struct open_folders {
    int root;
    uint64_t asked; /* times */
    kept_folder kept[FOLDERS_KEPT];
};

open_folders *folders_open(int root, arena *a) {
    open_folders *f = arena_zeroed(a, sizeof *f);
    f->root = root;
    for (size_t i = 0; i < FOLDERS_KEPT; i++)
        f->kept[i].folder = -1;
    return f;
}

static void leave_folder(kept_folder *k) {
    if (k->folder >= 0)
        close(k->folder);
    k->folder = -1;
}

void folders_let_go(open_folders *f) {
    for (size_t i = 0; f && i < FOLDERS_KEPT; i++)
        leave_folder(&f->kept[i]);
}

static bool enter_folder(kept_folder *k, int root, slice path) {
    struct stat info;
    if (path.length >= sizeof k->bytes) {
        errno = ENAMETOOLONG;
        return false;
    }
    memcpy(k->bytes, path.data, path.length);
    k->bytes[path.length] = '\0';
    k->path = (slice){k->bytes, path.length};
    k->folder = open_below(root, path.length ? k->bytes : ".", O_PATH | O_DIRECTORY, 0);
    if (k->folder < 0)
        return false;
    k->device = fstat(k->folder, &info) == 0 ? info.st_dev : 0;
    k->why_not = faccessat(k->folder, ".", W_OK | X_OK, AT_EACCESS) == 0 ? 0 : errno;
    return true;
}

/* The folder that holds `path`, until three others were asked for: it takes the place of the one that was not
 * asked for the longest. NULL: errno says why not. */
static const kept_folder *find_folder(open_folders *f, const char *path) {
    const char *slash = strrchr(path, '/');
    slice above = {path, slash ? (size_t)(slash - path) : 0};
    kept_folder *k = NULL, *oldest = f->kept;
    for (size_t i = 0; i < FOLDERS_KEPT; i++) {
        if (f->kept[i].folder >= 0 && slice_equal(f->kept[i].path, above))
            k = &f->kept[i];
        if (f->kept[i].asked < oldest->asked)
            oldest = &f->kept[i];
    }
    if (!k) {
        leave_folder(k = oldest);
        if (!enter_folder(k, f->root, above))
            return NULL;
    }
    k->asked = ++f->asked;
    return k;
}

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- the state of many files --------------------------------------------------------------------------- */

#define FOLDER_WORTH 4 /* files in a row: less do not pay for opening it */

stat_walk stat_walk_new(const site *s, arena *a) {
    return (stat_walk){.site = s, .folder = -1, .arena = a};
}

void stat_walk_end(stat_walk *w) {
    if (w->folder >= 0)
        close(w->folder);
    w->folder = -1;
}

const slice *stat_walk_path(const stat_walk *w, size_t index) {
    return vector_at(&w->site->pages, index);
}

static bool is_in(slice folder, slice path) {
    return slice_starts_with(path, folder) &&
           !memchr(path.data + folder.length, '/', path.length - folder.length);
}

/* The folder that the file lies in, if the next ones lie in it too. */
static void enter_next_folder(stat_walk *w, size_t index) {
    slice path = *stat_walk_path(w, index);
    size_t last = index + FOLDER_WORTH - 1, length = path.length;
    stat_walk_end(w);
    while (length && path.data[length - 1] != '/')
        length--;
    w->above = slice_sub(path, 0, length);
    if (length && last < w->site->pages.count && is_in(w->above, *stat_walk_path(w, last)))
        w->folder = open_below(w->site->folder, slice_c_string(slice_sub(path, 0, length - 1), w->arena),
                               O_PATH | O_DIRECTORY, 0);
}

bool stat_walk_look(stat_walk *w, size_t index, struct stat *info) {
    slice path = *stat_walk_path(w, index);
    char name[PATH_MAX];
    if (path.length >= sizeof name)
        return false;
    if (w->folder < 0 || !is_in(w->above, path))
        enter_next_folder(w, index);
    memcpy(name, path.data, path.length);
    name[path.length] = '\0';
    bool is_near = w->folder >= 0;
    return fstatat(is_near ? w->folder : w->site->folder, name + (is_near ? w->above.length : 0), info,
                   AT_SYMLINK_NOFOLLOW) == 0;
}

static place place_in(const kept_folder *k, const char *path) {
    return (place){k ? k->folder : -1, name_of(path)};
}

bool remove_file(int folder, const char *path) {
    place p = find_place(folder, path);
    bool ok = p.folder >= 0 && unlinkat(p.folder, p.name, 0) == 0;
    leave_place(p);
    return ok || errno == ENOENT;
}

bool rename_file(int folder, const char *from, const char *to) {
    place one = find_place(folder, from), other = find_place(folder, to);
    bool ok =
        one.folder >= 0 && other.folder >= 0 && renameat(one.folder, one.name, other.folder, other.name) == 0;
    leave_place(one);
    leave_place(other);
    return ok;
}

/* ---- reading --------------------------------------------------------------------------------------------
 */

static bool read_all(int file, size_t size, arena *a, slice *bytes) {
    /* One byte more than the file is thought to hold, to see its end. */
    buffer content = buffer_new(a, size + 1);
    for (;;) {
        buffer_reserve(&content, 1);
        ssize_t got = read(file, content.data + content.length, content.capacity - content.length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return false;
        if (got == 0)
            break;
        content.length += (size_t)got;
        if (content.length == size && size) /* more was asked for: that was the end */
            break;
        if (content.length > (size_t)FILE_MAX) { /* it grows while it is read */
            errno = EFBIG;
            return false;
        }
    }
    *bytes = buffer_slice(&content);
    return true;
}

ssize_t read_part(int file, void *bytes, size_t most, off_t at) {
    size_t length = 0;
    while (length < most) {
        ssize_t got = pread(file, (char *)bytes + length, most - length, at + (off_t)length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    return (ssize_t)length;
}

static bool is_link_error(int error) {
    return error == ELOOP || error == EXDEV;
}

/* Read by handlers of signals, on the thread that the signal is of. */
static _Thread_local char last_opened[512];

const char *site_last_opened(void) {
    return last_opened;
}

open_file open_whole(int folder, const char *path) {
    size_t length = strnlen(path, sizeof last_opened - 1);
    memcpy(last_opened, path, length);
    last_opened[length] = '\0';
    open_file f = {.file = open_below(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0)};
    f.error = f.file < 0 ? errno : 0;
    if (f.file >= 0 && fstat(f.file, &f.info) != 0) {
        f.error = errno;
        close_file(&f);
    }
    return f;
}

void close_file(open_file *f) {
    if (f->file >= 0)
        close(f->file);
    f->file = -1;
}

bool read_open(open_file *f, arena *a, slice *bytes, slice *error) {
    bool ok = false;
    if (f->file < 0)
        *error = is_link_error(f->error) ? SLICE("it is, or lies behind, a symbolic link, and those are not "
                                                 "followed: name the file itself")
                                         : describe_error(a, "it cannot be read", f->error);
    else if (S_ISDIR(f->info.st_mode))
        *error = SLICE("it is a folder, and could not be read whole");
    else if (!S_ISREG(f->info.st_mode))
        *error = SLICE("it is not a file");
    else if (f->info.st_size > FILE_MAX)
        *error = SLICE("it is larger than 256 MiB");
    else if (!(ok = read_all(f->file, (size_t)f->info.st_size, a, bytes)))
        *error = describe_error(a, "it cannot be read", errno);
    close_file(f);
    return ok;
}

bool read_whole(int folder, const char *path, arena *a, slice *bytes, struct stat *info, slice *error) {
    open_file f = open_whole(folder, path);
    bool ok = read_open(&f, a, bytes, error);
    if (info)
        *info = f.info;
    return ok;
}

bool write_fully(int file, slice bytes) {
    for (size_t at = 0; at < bytes.length;) {
        ssize_t put = write(file, bytes.data + at, bytes.length - at);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        at += (size_t)put;
    }
    return true;
}

#define MODE_BITS                                                                                            \
    0777 /* set-user-ID and its like are for what ran there before, not for what is written now */

/* Owner and mode of `like`. `info`: what the file has. */
static bool take_after(int file, const struct stat *like, const struct stat *info) {
    bool is_owned = info->st_uid == like->st_uid && info->st_gid == like->st_gid;
    /* Another owner can be kept by root only; the mode must be. */
    if (!is_owned && fchown(file, like->st_uid, like->st_gid) != 0)
        errno = 0;
    bool is_like = is_owned && (info->st_mode & 07777) == (like->st_mode & MODE_BITS);
    return is_like || fchmod(file, like->st_mode & MODE_BITS) == 0;
}

/* Nobody may read the new file who could not read the old one, at no moment. */
static mode_t first_mode(const struct stat *like) {
    if (!like)
        return 0666;
    /* As geteuid and getegid: the process stays who it was when it began. */
    bool is_own = like->st_uid == getauxval(AT_EUID) && like->st_gid == getauxval(AT_EGID);
    return is_own ? like->st_mode & MODE_BITS : 0600;
}

bool write_new(int folder, const char *path, slice bytes, const struct stat *like, stamp *made, arena *a,
               slice *error) {
    int file = open_below(folder, path, O_WRONLY | O_CREAT | O_EXCL, first_mode(like));
    if (file < 0) {
        *error = describe_error(a, "it cannot be written", errno);
        return false;
    }
    struct stat info;
    bool ok = write_fully(file, bytes) && fstat(file, &info) == 0 && (!like || take_after(file, like, &info));
    if (ok && made)
        *made = stamp_of(&info);
    int problem = errno;
    if (close(file) != 0 && ok)
        ok = false, problem = errno;
    if (ok)
        return true;
    remove_file(folder, path);
    *error = describe_error(a, "it cannot be written", problem);
    return false;
}

static bool sync_file(int folder, const char *path) {
    int file = open_below(folder, path, O_RDONLY | O_NONBLOCK, 0);
    if (file < 0)
        return false;
    bool ok = fsync(file) == 0;
    int error = errno;
    close(file);
    errno = error;
    return ok;
}

/* Few files are synced one by one, more of them with all that their file system holds. */
bool sync_files(int folder, const char *const *paths, size_t count) {
    if (count > 8)
        return syncfs(folder) == 0;
    for (size_t i = 0; i < count; i++)
        if (!sync_file(folder, paths[i]))
            return false;
    return true;
}

bool sync_folder(int folder) {
    int file = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* `folder` may be a mere path */
    bool ok = file >= 0 && fsync(file) == 0;
    int error = errno;
    if (file >= 0)
        close(file);
    errno = error;
    return ok;
}

static bool sync_folder_of(int folder, const char *path) {
    place p = find_place(folder, path);
    bool ok = p.folder >= 0 && sync_folder(p.folder);
    leave_place(p);
    return ok;
}

bool put_file(int folder, const char *path, slice bytes, arena *a, slice *error) {
    const char *fresh = slice_c_string(format_slice(a, "%s.new", path), a);
    remove_file(folder, fresh);
    if (!write_new(folder, fresh, bytes, NULL, NULL, a, error))
        return false;
    if (sync_file(folder, fresh) && rename_file(folder, fresh, path) && sync_folder_of(folder, path))
        return true;
    *error = describe_error(a, "it cannot be written", errno);
    return false;
}

/* ---- stamps -------------------------------------------------------------------------------------------- */

static int64_t nanoseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

stamp stamp_of(const struct stat *info) {
    return (stamp){.size = (int64_t)info->st_size,
                   .modified = nanoseconds(info->st_mtim),
                   .changed = nanoseconds(info->st_ctim),
                   .inode = (int64_t)info->st_ino,
                   .has_more_names = info->st_nlink > 1};
}

bool stamp_same_file(const stamp *one, const stamp *other) {
    return one->inode == other->inode && one->size == other->size && one->modified == other->modified;
}

bool stamp_equal(const stamp *one, const stamp *other) {
    return stamp_same_file(one, other) && one->changed == other->changed;
}

bool stamp_is_before(const stamp *one, int64_t clock) {
    return one->modified < clock && one->changed < clock;
}

/* ---- moving into place --------------------------------------------------------------------------------- */

bool can_replace(open_folders *f, const char *path) {
    const kept_folder *k = find_folder(f, path);
    if (k && k->why_not)
        errno = k->why_not;
    return k && !k->why_not;
}

bool write_temporary(open_folders *f, const char *path, slice bytes, const struct stat *like, stamp *made,
                     arena *a, slice *error) {
    const kept_folder *k = find_folder(f, path);
    if (k)
        return write_new(k->folder, name_of(path), bytes, like, made, a, error);
    *error = describe_error(a, "it cannot be written", errno);
    return false;
}

bool write_over(open_folders *f, const char *path, slice bytes, const struct stat *like, arena *a,
                slice *error) {
    const kept_folder *k = find_folder(f, path);
    if (!k && make_folders(f->root, path))
        k = find_folder(f, path);
    if (!k)
        *error = describe_error(a, "its folder cannot be made", errno);
    else if (unlinkat(k->folder, name_of(path), 0) != 0 && errno != ENOENT)
        *error = describe_error(a, "the file of an earlier run cannot be removed", errno);
    else
        return write_new(k->folder, name_of(path), bytes, like, NULL, a, error);
    return false;
}

/* A page under two names is changed under the second, for the file system, when the first takes other bytes.
 */
static slice why_changed(const stamp *then) {
    return then->has_more_names ? SLICE("it has another name (a hard link), and was converted or changed "
                                        "under one while it was worked on: run again")
                                : SLICE("it was changed while it was worked on: run again");
}

static bool is_file(place p, const stamp *then) {
    struct stat info;
    if (fstatat(p.folder, p.name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    stamp now = stamp_of(&info);
    return S_ISREG(info.st_mode) && stamp_same_file(&now, then);
}

/* Beside the page at `to`, under a name that says so. */
static bool keep_beside(place from, place to, arena *a) {
    const char *kept = slice_c_string(format_slice(a, ".%.200s.isomerize-saved", to.name), a);
    return renameat2(from.folder, from.name, to.folder, kept, RENAME_NOREPLACE) == 0;
}

/* The page was saved by somebody in the very moment: what they saved goes back. Should they have saved twice,
 * the other version is kept beside it. */
static void put_back(place from, place to, const stamp *made, arena *a, slice *error) {
    if (renameat2(from.folder, from.name, to.folder, to.name, RENAME_EXCHANGE) == 0 && !is_file(from, made) &&
        keep_beside(from, to, a))
        *error = SLICE("it was saved twice while it was worked on: one version is kept beside it, as "
                       ".NAME.isomerize-saved");
}

bool put_save_back(int folder, const char *from, const char *path, bool exchanges, arena *a) {
    place one = find_place(folder, from), other = find_place(folder, path);
    bool ok = one.folder >= 0 && other.folder >= 0;
    if (ok && exchanges)
        ok = renameat2(one.folder, one.name, other.folder, other.name, RENAME_EXCHANGE) == 0;
    else
        ok = ok && keep_beside(one, other, a);
    leave_place(one);
    leave_place(other);
    return ok;
}

bool knows_no_exchange(int error) {
    return error == EINVAL || error == ENOSYS || error == ENOTSUP;
}

/* Exchanges both and looks at what came out: there is no moment in which a save could be lost. The old page
 * then lies at `from`, for the caller to remove: on some file systems that takes longer than all else. Where
 * the file system cannot exchange, what counts is that the caller has looked at the old page right before. */
static bool exchange(place from, place to, const stamp *then, const stamp *made, arena *a, slice *error) {
    *error = why_changed(then);
    if (renameat2(from.folder, from.name, to.folder, to.name, RENAME_EXCHANGE) == 0) {
        if (is_file(from, then))
            return true;
        put_back(from, to, made, a, error);
        return false;
    }
    if (knows_no_exchange(errno) && renameat(from.folder, from.name, to.folder, to.name) == 0)
        return true;
    *error = describe_error(a, "it cannot be written", errno);
    return false;
}

const char *name_beside(const char *temporary, const char *path, arena *a) {
    const char *name = strrchr(temporary, '/'), *slash = strrchr(path, '/');
    return slice_c_string(format_slice(a, "%.*s.isomerize-%s", slash ? (int)(slash + 1 - path) : 0, path,
                                       name ? name + 1 : temporary),
                          a);
}

/* Where the page is on another file system than the temporary folder: through a new file beside it. */
static bool move_across(int folder, const char *temporary, place to, const stamp *then, arena *a,
                        slice *error) {
    slice bytes;
    struct stat like;
    stamp made;
    place beside = {to.folder, name_beside(temporary, "", a)};
    if (!read_whole(folder, temporary, a, &bytes, &like, error))
        return false;
    unlinkat(to.folder, beside.name, 0);
    int open = openat(to.folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = open >= 0 && write_new(open, beside.name, bytes, &like, &made, a, error);
    if (ok && !sync_file(open, beside.name)) {
        *error = describe_error(a, "it cannot be written", errno);
        ok = false;
    }
    if (ok && !is_file(to, then)) {
        *error = why_changed(then);
        ok = false;
    }
    ok = ok && exchange(beside, to, then, &made, a, error);
    unlinkat(to.folder, beside.name, 0);
    if (ok)
        remove_file(folder, temporary);
    if (open >= 0)
        close(open);
    return ok;
}

bool replace_page(open_folders *f, const char *temporary, const char *path, const stamp *then,
                  const stamp *made, arena *a, slice *error) {
    struct stat info;
    const kept_folder *above = find_folder(f, temporary), *around = above ? find_folder(f, path) : NULL;
    if (!above || !around) {
        *error = describe_error(a, "its folder cannot be written to", errno);
        return false;
    }
    place from = place_in(above, temporary), to = place_in(around, path);
    stamp now = fstatat(to.folder, to.name, &info, AT_SYMLINK_NOFOLLOW) == 0 ? stamp_of(&info) : (stamp){0};
    if (!stamp_equal(&now, then)) {
        *error = why_changed(then);
        return false;
    }
    if (above->device != info.st_dev)
        return move_across(f->root, temporary, to, then, a, error);
    return exchange(from, to, then, made, a, error);
}

bool is_in_place(int folder, const char *path, const stamp *made) {
    place p = find_place(folder, path);
    bool ok = p.folder >= 0 && is_file(p, made);
    leave_place(p);
    return ok;
}

bool make_folders(int folder, const char *path) {
    char part[256];
    int at = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (const char *slash; at >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
        size_t length = (size_t)(slash - path);
        if (length >= sizeof part)
            break;
        memcpy(part, path, length);
        part[length] = '\0';
        int next = mkdirat(at, part, 0777) == 0 || errno == EEXIST
                       ? openat(at, part, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                       : -1;
        int error = errno;
        close(at);
        errno = error;
        at = next;
    }
    bool ok = at >= 0 && !strchr(path, '/');
    if (at >= 0)
        close(at);
    return ok;
}

bool make_folder(int folder, const char *path) {
    place p = find_place(folder, path);
    bool ok = p.folder >= 0 && (mkdirat(p.folder, p.name, 0777) == 0 || errno == EEXIST);
    leave_place(p);
    return ok;
}

bool list_folder(int folder, const char *path, vector *names) {
    int file = open_below(folder, path, O_RDONLY | O_DIRECTORY, 0);
    DIR *entries = file >= 0 ? fdopendir(file) : NULL;
    if (!entries) {
        if (file >= 0)
            close(file);
        return false;
    }
    errno = 0;
    for (const struct dirent *one; (one = readdir(entries)); errno = 0)
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
            *(slice *)vector_push(names) = format_slice(names->arena, "%s/%s", path, one->d_name);
    int error = errno;
    closedir(entries);
    errno = error;
    return error == 0;
}
