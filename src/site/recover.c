/* What a killed run left in the site.
 *
 * Comes in: the files of its temporary folder, and the moves that the journal knows. Goes out: a site without
 * them. A file that was to be exchanged with a page is one of three: the new page, the old one, or, if the
 * run ended between its look at what came out and the way back, what somebody saved over the old one. That
 * one goes back into its place.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct recovery {
    const site *site;
    arena *arena;
    slice *error;
} recovery;

/* The hash of the bytes under this name. False: there is no file; or with `error`, it cannot be read. */
static bool look(const recovery *r, const char *path, hash *now) {
    struct stat info;
    slice bytes, why;
    if (fstatat(r->site->folder, path, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno != ENOENT && errno != ENOTDIR)
            *r->error = describe_error(r->arena, path, errno);
        return false;
    }
    if (!S_ISREG(info.st_mode))
        return false;
    if (!read_whole(r->site->folder, path, r->arena, &bytes, NULL, &why)) {
        *r->error = format_slice(r->arena, "%s, which a run that was killed left behind: %.*s", path,
                                 SLICE_ARGS(why));
        return false;
    }
    *now = hash_bytes(bytes);
    return true;
}

static bool is_hash(const recovery *r, const char *path, const hash *wanted) {
    hash now;
    return look(r, path, &now) && hash_equal(&now, wanted);
}

/* Saved again since, or in this moment: the page is what was saved last, the other version lies beside it. */
static bool tell_kept(const recovery *r, const char *page) {
    *r->error =
        format_slice(r->arena,
                     "%s was saved while a run that was killed moved its pages, and saved again since: "
                     "what was saved first is kept beside it, as .NAME.isomerize-saved",
                     page);
    return false;
}

static bool remove_left(const recovery *r, const char *path) {
    if (remove_file(r->site->folder, path))
        return true;
    *r->error = describe_error(r->arena, path, errno);
    return false;
}

static bool recover_save(const recovery *r, const journal_move_row *move, const char *path) {
    const char *page = slice_c_string(move->path, r->arena);
    bool exchanges = is_hash(r, page, &move->becomes), is_back = false;
    if (r->error->length)
        return false;
    if (exchanges) {
        is_back = put_save_back(r->site->folder, path, page, true, r->arena);
        if (is_back && is_hash(r, path, &move->becomes))
            return remove_left(r, path);
        if (r->error->length)
            return false;
    }
    bool tries = !exchanges || is_back || knows_no_exchange(errno); /* else the next run does */
    if (tries && put_save_back(r->site->folder, path, page, false, r->arena))
        return tell_kept(r, page);
    *r->error = format_slice(r->arena, "%s holds what somebody saved to %s, and cannot be moved there: %s",
                             path, page, strerror(errno));
    return false;
}

static bool recover_file(const recovery *r, const journal_move_row *move, const char *path) {
    hash left;
    if (!look(r, path, &left))
        return !r->error->length;
    if (!hash_equal(&left, &move->was) && !hash_equal(&left, &move->becomes))
        return recover_save(r, move, path);
    return remove_left(r, path);
}

static bool recover_moves(const recovery *r, const vector *moves) {
    for (size_t i = 0; i < moves->count; i++) {
        const journal_move_row *move = vector_at(moves, i);
        const char *page = slice_c_string(move->path, r->arena);
        if (!recover_file(r, move, move->temporary) ||
            !recover_file(r, move, name_beside(move->temporary, page, r->arena)))
            return false;
    }
    return true;
}

/* A name that a run gives: a number, behind what the run was for. Whatever else lies there is not the
 * program's. */
static bool is_ours(slice path) {
    static const slice USES[] = {LITERAL(TEMPORARY_REVERT), LITERAL(TEMPORARY_REWRITE)};
    slice name = slice_from(path, sizeof TEMPORARY_FOLDER "/" - 1);
    for (size_t i = 0; i < sizeof USES / sizeof *USES; i++)
        if (slice_starts_with(name, USES[i])) {
            name = slice_from(name, USES[i].length);
            break;
        }
    for (size_t i = 0; i < name.length; i++)
        if (!is_digit(name.data[i]))
            return false;
    return name.length > 0;
}

static void clear_temporary(const recovery *r) {
    vector names = vector_new(r->arena, sizeof(slice));
    list_folder(r->site->folder, TEMPORARY_FOLDER, &names);
    for (size_t i = 0; i < names.count; i++) {
        slice path = *(slice *)vector_at(&names, i);
        if (is_ours(path))
            remove_file(r->site->folder, slice_c_string(path, r->arena));
    }
}

bool recover_files(const site *s, journal *j, arena *a, slice *error) {
    recovery r = {s, arena_new(0), error};
    *error = SLICE("");
    vector moves = vector_new(r.arena, sizeof(journal_move_row));
    bool ok = journal_load_moves(j, &moves, error) && recover_moves(&r, &moves) &&
              (!moves.count || (syncfs(s->folder) == 0 && journal_forget_moves(j, error)));
    if (ok)
        clear_temporary(&r);
    *error = slice_copy(*error, a);
    arena_destroy(r.arena);
    return ok;
}
