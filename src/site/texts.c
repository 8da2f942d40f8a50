/* All texts of a checkout that can name a file of it: pages, layouts, data, style sheets, published or not.
 *
 * Comes in: a site. Goes out: their bytes, one after the other. Reads only; follows no symbolic link.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>

/* What is no text of the site's own. */
static bool is_passed(slice path) {
    static const char *const folders[] = {".git", STATE_FOLDER, "_site", "node_modules"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (slice_equal(path, slice_of(folders[i])))
            return true;
    return false;
}

static bool is_text(slice path) {
    static const char *const endings[] = {".md",   ".markdown", ".html", ".htm", ".yml",    ".yaml",
                                          ".json", ".csv",      ".tsv",  ".css", ".scss",   ".sass",
                                          ".js",   ".xml",      ".txt",  ".svg", ".liquid", "_redirects"};
    return slice_ends_in(path, endings, sizeof endings / sizeof *endings);
}

static bool read_text(const site *s, slice path, const site_texts *to, arena *scratch, slice *error) {
    slice bytes, why;
    if (!read_whole(s->folder, slice_c_string(path, scratch), scratch, &bytes, NULL, &why)) {
        *error =
            format_slice(s->arena, "%.*s: %.*s", SLICE_ARGS(site_show_path(path, s->arena)), SLICE_ARGS(why));
        return false;
    }
    to->each(to->context, bytes);
    return true;
}

/* The entry's text, or, for a folder, the folder for later. */
static bool take_entry(const site *s, slice path, vector *folders, const site_texts *to, arena *scratch,
                       slice *error) {
    struct stat info;
    if (slice_starts_with(path, SLICE("./")))
        path = slice_from(path, 2);
    if (fstatat(s->folder, slice_c_string(path, scratch), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT;
    if (S_ISDIR(info.st_mode) && !is_passed(path))
        *(slice *)vector_push(folders) = path;
    return !S_ISREG(info.st_mode) || !is_text(path) || read_text(s, path, to, scratch, error);
}

bool site_read_texts(const site *s, const site_texts *to, slice *error) {
    vector folders = vector_new(s->arena, sizeof(slice));
    arena *scratch = arena_new(0);
    bool ok = true;
    *(slice *)vector_push(&folders) = SLICE(".");
    for (size_t at = 0; ok && at < folders.count; at++) {
        vector names = vector_new(s->arena, sizeof(slice));
        slice folder = *(slice *)vector_at(&folders, at);
        ok = list_folder(s->folder, slice_c_string(folder, scratch), &names);
        if (!ok)
            *error = format_slice(s->arena, "%.*s: %s", SLICE_ARGS(folder), strerror(errno));
        for (size_t i = 0; ok && i < names.count; i++) {
            ok = take_entry(s, *(slice *)vector_at(&names, i), &folders, to, scratch, error);
            arena_reset(scratch);
        }
    }
    arena_destroy(scratch);
    return ok;
}
