/* Where a site's journal is: in the user's own state folder (XDG Base Directory Specification), never in the
 * checkout, which may come from anybody.
 *
 * BASE/isomerize/ID/journal.db   BASE: $XDG_STATE_HOME; ID: 32 hexadecimal digits, drawn for each site
 * BASE/isomerize/ID/root         the checkout's absolute path
 * SITE/.isomerize/state          the ID: a name, nothing that is believed
 *
 * Comes in: a site. Goes out: the path of the folder that holds its journal. A checkout that was moved keeps
 * its journal: its old place no longer names the same ID. A copy of a checkout gets a copy. A fresh clone
 * names none and begins a new one.
 */
#include "private.h"

#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define ID_LENGTH 32
static const char POINTER[] = STATE_FOLDER "/state";

/* The ID that the checkout at this folder names; empty where it names none. False: what is there cannot be
 * read, `error` says why: that is not the same as none. */
static bool read_pointer(int folder, arena *a, slice *id, slice *error) {
    slice bytes, why;
    struct stat info;
    *id = SLICE("");
    if (folder < 0)
        return true;
    bool there = fstatat(folder, POINTER, &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT && errno != ENOTDIR) {
        *error = describe_error(a, POINTER, errno);
        return false;
    }
    if (!there || !S_ISREG(info.st_mode) || info.st_size > 64)
        return true;
    if (!read_whole(folder, POINTER, a, &bytes, NULL, &why)) {
        *error = format_slice(a, "%s: %.*s", POINTER, SLICE_ARGS(why));
        return false;
    }
    slice word = slice_trim(bytes);
    for (size_t i = 0; i < word.length; i++)
        if (!is_digit(word.data[i]) && !(word.data[i] >= 'a' && word.data[i] <= 'f'))
            return true;
    *id = word.length == ID_LENGTH ? word : SLICE("");
    return true;
}

static bool write_pointer(const site *s, slice id, arena *a, slice *error) {
    slice why;
    if (put_file(s->folder, POINTER, format_slice(a, "%.*s\n", SLICE_ARGS(id)), a, &why))
        return true;
    *error = format_slice(a, "%s/%s: %.*s", s->root, POINTER, SLICE_ARGS(why));
    return false;
}

static slice draw_id(arena *a) {
    unsigned char bytes[ID_LENGTH / 2];
    buffer out = buffer_new(a, ID_LENGTH + 1);
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        buffer_printf(&out, "%02x", bytes[i]);
    return buffer_slice(&out);
}

/* ---- the user's folders ---------------------------------------------------------------------------------
 */

/* Everybody's folders above BASE, as other programs make them. */
static void make_above(const char *path, arena *a) {
    slice whole = slice_of(path);
    for (size_t at = 1; (at = slice_find_char(whole, '/', at)) != SLICE_NONE; at++)
        mkdir(slice_c_string(slice_sub(whole, 0, at), a), 0700);
}

/* A folder that nobody else can put anything into. -1 with `error`. */
static int open_own(const char *path, bool make, arena *a, slice *error) {
    struct stat info;
    if (make)
        mkdir(path, 0700);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0 && fstat(folder, &info) == 0 && info.st_uid == geteuid() && !(info.st_mode & 022))
        return folder;
    *error =
        folder < 0
            ? format_slice(a, "%s: %s; --state names another folder for the journal", path, strerror(errno))
            : format_slice(a,
                           "%s: others may write into this folder, which is to hold what `revert` "
                           "puts back: take that from them (chown, chmod 700), or name another "
                           "folder with --state",
                           path);
    if (folder >= 0)
        close(folder);
    return -1;
}

/* Of this ID, where it is. -1: there is none, or with `error`, it cannot be used. */
static int open_state(const site *s, slice id, bool make, const char **path, arena *a, slice *error) {
    const char *own = slice_c_string(format_slice(a, "%s/isomerize", s->state_base), a);
    *path = slice_c_string(format_slice(a, "%s/%.*s", own, SLICE_ARGS(id)), a);
    if (make) {
        make_above(own, a);
        int above = open_own(own, true, a, error);
        if (above < 0)
            return -1;
        mkdir(*path, 0700);
        sync_folder(above); /* the folder's own entry: the journal must be found again after a power cut */
        close(above);
    } else if (access(*path, F_OK) != 0 && errno == ENOENT)
        return -1;
    return open_own(*path, make, a, error);
}

/* ---- whose state it is ----------------------------------------------------------------------------------
 */

/* Is it this checkout's, or that of one that is still where it was? */
static enum owner find_owner(const site *s, int folder, slice id, arena *a, slice *root) {
    slice ignored;
    if (s->state_id.length && slice_equal(s->state_id, id)) {
        *root = s->state_root;
        return s->state_owner;
    }
    *root = SLICE("");
    if (!read_whole(folder, "root", a, root, NULL, &ignored) || slice_equal(*root, slice_of(s->root)))
        return OWNER_THIS;
    int other = open(slice_c_string(*root, a), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    slice named;
    bool names_it = read_pointer(other, a, &named, &ignored) && slice_equal(named, id);
    if (other >= 0)
        close(other);
    return names_it ? OWNER_OTHER : OWNER_MOVED;
}

static const char *settle_path(const char *path, arena *a, slice *error) {
    char resolved[PATH_MAX]; /* SQLite is to follow no links, the user's folders may well be some */
    if (realpath(path, resolved))
        return slice_c_string(slice_of(resolved), a);
    *error = format_slice(a, "%s: %s", path, strerror(errno));
    return NULL;
}

/* A new state for this checkout; `from`: the state of the checkout that it is a copy of, or NULL. */
static const char *begin_state(const site *s, const char *from, arena *a, slice *error) {
    const char *path;
    slice id = draw_id(a), why;
    int folder = open_state(s, id, true, &path, a, error);
    if (folder < 0)
        return NULL;
    bool ok = put_file(folder, "root", slice_of(s->root), a, &why);
    close(folder);
    if (!ok)
        *error = format_slice(a, "%s: %.*s", path, SLICE_ARGS(why));
    path = ok ? settle_path(path, a, error) : NULL;
    ok = path && (!from || journal_copy(from, path, a, error)) && write_pointer(s, id, a, error);
    return ok ? path : NULL;
}

/* The state that the checkout names. */
static const char *take_state(const site *s, slice id, bool write, arena *a, slice *error) {
    const char *path;
    slice root, why;
    int folder = open_state(s, id, write, &path, a, error);
    if (folder < 0)
        return NULL;
    enum owner is = find_owner(s, folder, id, a, &root);
    bool ok = true;
    if (write && is != OWNER_OTHER && !slice_equal(root, slice_of(s->root)) &&
        !(ok = put_file(folder, "root", slice_of(s->root), a, &why)))
        *error = format_slice(a, "%s: %.*s", path, SLICE_ARGS(why));
    close(folder);
    path = ok ? settle_path(path, a, error) : NULL;
    return path && write && is == OWNER_OTHER ? begin_state(s, path, a, error) : path;
}

const char *find_state(const site *s, bool write, arena *a, slice *error) {
    *error = SLICE("");
    if (s->state_folder) {
        if (write) {
            make_above(s->state_folder, a);
            mkdir(s->state_folder, 0700);
        } else if (access(s->state_folder, F_OK) != 0 && errno == ENOENT)
            return NULL;
        return settle_path(s->state_folder, a, error);
    }
    slice id;
    if (!read_pointer(s->folder, a, &id, error) || (!id.length && !write))
        return NULL;
    if (!s->state_base) {
        *error = SLICE("there is no folder for the journal: set HOME or XDG_STATE_HOME, or name one with "
                       "--state");
        return NULL;
    }
    return id.length ? take_state(s, id, write, a, error) : begin_state(s, NULL, a, error);
}

const char *site_state_place(site *s) {
    arena *a = s->arena;
    slice id, root, ignored;
    const char *path = s->state_folder;
    int folder = -1;
    if (!path && s->state_base && read_pointer(s->folder, a, &id, &ignored) && id.length)
        folder = open_state(s, id, false, &path, a, &ignored);
    if (folder >= 0) {
        s->state_owner = find_owner(s, folder, id, a, &root);
        s->state_root = root;
        s->state_id = slice_copy(id, a);
        close(folder);
    }
    if (!s->state_folder)
        path = s->state_base ? slice_c_string(format_slice(a, "%s/isomerize", s->state_base), a) : NULL;
    if (path) {
        make_above(path, a);
        mkdir(path, 0700);
    }
    return path;
}

void site_confine(site *s) {
    s->confines = true;
}

bool site_apart(const site *s, bool (*reading)(void *context), void *context) {
    return s && s->confines ? sandbox_apart(reading, context) : reading(context);
}

void site_keep_state(site *s, const char *base, const char *folder) {
    s->state_base = base;
    s->state_folder = folder;
}

bool site_claim_state(site *s, bool write, slice *error) {
    *error = SLICE("");
    if (write && !make_state_folder(s, s->arena, error))
        return false;
    const char *path = find_state(s, write, s->arena, error);
    s->state_folder = path ? path : s->state_folder;
    return path || !error->length;
}

bool site_write_state(site *s, const char *name, slice bytes, slice *error) {
    arena *a = arena_new(0);
    slice why = SLICE("");
    const char *path = slice_c_string(format_slice(a, STATE_FOLDER "/%s", name), a);
    bool ok = make_state_folder(s, a, &why) && put_file(s->folder, path, bytes, a, &why);
    if (!ok)
        *error = format_slice(s->arena, "%s: %.*s", path, SLICE_ARGS(why));
    arena_destroy(a);
    return ok;
}

const char *site_journal_folder(const site *s) {
    return s->state_folder;
}

slice site_state_note(const site *s, arena *a) {
    struct stat info;
    slice error, id;
    read_pointer(s->folder, a, &id, &error);
    if (s->state_folder || find_state(s, false, a, &error))
        return SLICE("");
    if (fstatat(s->folder, STATE_FOLDER "/journal.db", &info, AT_SYMLINK_NOFOLLOW) == 0)
        return format_slice(a,
                            "%s/%s/journal.db is left alone: a journal in a checkout may be anybody's; if it "
                            "is yours, name it: --state %s/%s",
                            s->root, STATE_FOLDER, s->root, STATE_FOLDER);
    if (id.length && !error.length)
        return format_slice(a,
                            "the journal of this site is not on this machine, or another user's: only there "
                            "`isomerize revert` can put pages back; here, git may (git log -- PAGE)");
    return SLICE("");
}
