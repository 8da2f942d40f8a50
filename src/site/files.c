/* Files, whole or not at all.
 *
 * Comes in: paths below an open folder. Goes out: bytes read, new files written beside the old ones and moved
 * into place in one step. Never follows a symbolic link as the last part of a path; never leaves half a file
 * under a page's name.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define FILE_MAX ((off_t)256 * 1024 * 1024)

slice describe_error(arena *a, const char *what, int error) {
    return format_slice(a, "%s: %s", what, strerror(error));
}

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
    }
    *bytes = buffer_slice(&content);
    return true;
}

bool read_whole(int folder, const char *path, arena *a, slice *bytes, struct stat *info, slice *error) {
    struct stat own;
    int file = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) {
        *error = errno == ELOOP
                     ? SLICE("it is a symbolic link, which is never written through: name the file itself")
                     : describe_error(a, "it cannot be read", errno);
        return false;
    }
    bool ok = fstat(file, &own) == 0;
    if (ok && !S_ISREG(own.st_mode)) {
        *error = SLICE("it is not a file");
        ok = false;
    } else if (ok && own.st_size > FILE_MAX) {
        *error = SLICE("it is larger than 256 MiB");
        ok = false;
    } else if (!ok || !read_all(file, (size_t)own.st_size, a, bytes)) {
        *error = describe_error(a, "it cannot be read", errno);
        ok = false;
    }
    close(file);
    if (info)
        *info = own;
    return ok;
}

static bool write_all(int file, slice bytes) {
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

bool write_new(int folder, const char *path, slice bytes, const struct stat *like, stamp *made, arena *a,
               slice *error) {
    int file = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0) {
        *error = describe_error(a, "it cannot be written", errno);
        return false;
    }
    bool ok = write_all(file, bytes);
    if (ok && like) {
        /* Another owner can be kept by root only; the mode must be. */
        if (fchown(file, like->st_uid, like->st_gid) != 0)
            errno = 0;
        ok = fchmod(file, like->st_mode & 07777) == 0;
    }
    struct stat info;
    ok = ok && fstat(file, &info) == 0;
    if (ok && made)
        *made = stamp_of(&info);
    int problem = errno;
    if (close(file) != 0 && ok)
        ok = false, problem = errno;
    if (ok)
        return true;
    unlinkat(folder, path, 0);
    *error = describe_error(a, "it cannot be written", problem);
    return false;
}

static bool sync_file(int folder, const char *path) {
    int file = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0)
        return false;
    bool ok = fdatasync(file) == 0;
    close(file);
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

/* ---- stamps -------------------------------------------------------------------------------------------- */

static int64_t nanoseconds(struct timespec t) {
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

stamp stamp_of(const struct stat *info) {
    return (stamp){.size = (int64_t)info->st_size,
                   .modified = nanoseconds(info->st_mtim),
                   .changed = nanoseconds(info->st_ctim),
                   .inode = (int64_t)info->st_ino};
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

bool can_replace(int folder, slice path, arena *a) {
    size_t above = path.length;
    while (above > 0 && path.data[above - 1] != '/')
        above--;
    const char *parent = above ? slice_c_string(slice_sub(path, 0, above), a) : ".";
    return faccessat(folder, parent, W_OK | X_OK, AT_EACCESS) == 0;
}

/* Where the page is on another file system than the temporary folder: through a new file beside it. */
static bool move_across(int folder, const char *temporary, const char *path, arena *a, slice *error) {
    const char *name = strrchr(path, '/');
    slice above = {path, name ? (size_t)(name - path) + 1 : 0}, bytes;
    const char *beside = slice_c_string(format_slice(a, "%.*s.isomerize-new", SLICE_ARGS(above)), a);
    struct stat like;
    if (!read_whole(folder, temporary, a, &bytes, &like, error))
        return false;
    unlinkat(folder, beside, 0);
    if (!write_new(folder, beside, bytes, &like, NULL, a, error))
        return false;
    if (sync_file(folder, beside) && renameat(folder, beside, folder, path) == 0) {
        unlinkat(folder, temporary, 0);
        return true;
    }
    *error = describe_error(a, "it cannot be written", errno);
    unlinkat(folder, beside, 0);
    return false;
}

static bool move_into_place(int folder, const char *temporary, const char *path, arena *a, slice *error) {
    if (renameat(folder, temporary, folder, path) == 0)
        return true;
    if (errno == EXDEV)
        return move_across(folder, temporary, path, a, error);
    *error = describe_error(a, "it cannot be written", errno);
    return false;
}

bool replace_page(int folder, const char *temporary, const char *path, const stamp *then, arena *a,
                  slice *error) {
    struct stat info;
    /* Held open, the old file's blocks are freed after the move, which then does not hold up other threads in
     * these folders. */
    int old = openat(folder, path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    stamp now = old >= 0 && fstat(old, &info) == 0 ? stamp_of(&info) : (stamp){0, 0, 0, 0};
    bool is_same = stamp_equal(&now, then);
    if (!is_same)
        *error = SLICE("it was changed while it was worked on: run again");
    bool ok = is_same && move_into_place(folder, temporary, path, a, error);
    if (old >= 0)
        close(old);
    return ok;
}

bool make_folders(int folder, const char *path) {
    char part[4096];
    for (const char *slash = path; (slash = strchr(slash + 1, '/'));) {
        if ((size_t)(slash - path) >= sizeof part)
            return false;
        memcpy(part, path, (size_t)(slash - path));
        part[slash - path] = '\0';
        if (mkdirat(folder, part, 0777) != 0 && errno != EEXIST)
            return false;
    }
    return true;
}

void list_folder(int folder, const char *path, vector *names) {
    int file = openat(folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = file >= 0 ? fdopendir(file) : NULL;
    if (!entries) {
        if (file >= 0)
            close(file);
        return;
    }
    for (const struct dirent *one; (one = readdir(entries));)
        if (strcmp(one->d_name, ".") != 0 && strcmp(one->d_name, "..") != 0)
            *(slice *)vector_push(names) = format_slice(names->arena, "%s/%s", path, one->d_name);
    closedir(entries);
}
