/* A checkout: where its root is, what is in it.
 *
 * Comes in: paths as a person types them. Goes out: the site with its pages, or a sentence why not.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

slice site_root(const site *s) {
    return slice_of(s->root);
}

const vector *site_pages(const site *s) {
    return &s->pages;
}

const vector *site_skipped(const site *s) {
    return &s->skipped;
}

const front_value *site_config(const site *s) {
    return &s->config;
}

const front_value *site_settings(const site *s) {
    return &s->settings;
}

bool site_read(const site *s, slice path, arena *a, slice *bytes, slice *error) {
    return read_whole(s->folder, slice_c_string(path, a), a, bytes, NULL, error);
}

static int compare_names(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

bool site_list(const site *s, slice path, arena *a, vector *names, slice *error) {
    vector paths = vector_new(a, sizeof(slice));
    const char *folder = slice_c_string(path, a);
    if (!list_folder(s->folder, folder, &paths)) {
        if (errno == ENOENT)
            return true;
        *error = errno == ELOOP || errno == EXDEV || errno == ENOTDIR
                     ? SLICE("it is no folder, and symbolic links are not followed")
                     : describe_error(a, "it cannot be read", errno);
        return false;
    }
    for (size_t i = 0; i < paths.count; i++)
        *(slice *)vector_push(names) = slice_from(*(slice *)vector_at(&paths, i), path.length + 1);
    if (names->count)
        qsort(names->items, names->count, sizeof(slice), compare_names);
    return true;
}

slice site_show_path(slice path, arena *a) {
    buffer out = buffer_new(a, path.length + 16);
    buffer_append_on_line(&out, path);
    return buffer_slice(&out);
}

void site_keep(site *s, bool (*keep)(void *context, slice path), void *context) {
    vector kept = vector_new(s->arena, sizeof(slice));
    for (size_t i = 0; i < s->pages.count; i++) {
        slice page = *(slice *)vector_at(&s->pages, i);
        if (keep(context, page))
            *(slice *)vector_push(&kept) = page;
    }
    s->pages = kept;
    s->whole = s->whole == s ? NULL : s->whole;
}

slice content_key(const hash *before, const hash *after, arena *a) {
    buffer out = buffer_new(a, 2 * HASH_SIZE + 2);
    for (int i = 0; i < HASH_SIZE / 2; i++)
        buffer_printf(&out, "%02x", before->bytes[i]);
    buffer_append_char(&out, '.');
    for (int i = 0; after && i < HASH_SIZE / 2; i++)
        buffer_printf(&out, "%02x", after->bytes[i]);
    return buffer_slice(&out);
}

slice site_content_key(slice before, slice after, arena *a) {
    hash old = hash_bytes(before), now = hash_bytes(after);
    return content_key(&old, after.data ? &now : NULL, a);
}

bool is_named(const site *s, slice path) {
    if (map_has(&s->names, SLICE("")))
        return true;
    for (size_t at = 0; at <= path.length; at++)
        if ((at == path.length || path.data[at] == '/') && map_has(&s->names, slice_sub(path, 0, at)))
            return true;
    return false;
}

/* ---- finding the root -------------------------------------------------------------------------------- */

static bool is_missing(int error) {
    return error == ENOENT || error == ENOTDIR;
}

static bool has_dots(slice path) {
    for (size_t at = 0; at <= path.length;) {
        slice part = slice_from(path, at);
        part.length =
            slice_find_char(part, '/', 0) == SLICE_NONE ? part.length : slice_find_char(part, '/', 0);
        if (!part.length || slice_equal(part, SLICE(".")) || slice_equal(part, SLICE("..")))
            return true;
        at += part.length + 1;
    }
    return false;
}

/* Where the path led while it was there: what is left of it is resolved. NULL as make_absolute. */
static const char *resolve_gone(const char *path, arena *a) {
    char resolved[PATH_MAX];
    slice whole = slice_of(path);
    while (whole.length > 1 && whole.data[whole.length - 1] == '/')
        whole.length--;
    for (size_t at = whole.length; at > 0; at--) {
        if (at > 1 && whole.data[at - 1] != '/')
            continue;
        slice gone = slice_from(whole, whole.data[at - 1] == '/' ? at : 0),
              above = slice_sub(whole, 0, whole.length - gone.length);
        if (realpath(above.length ? slice_c_string(above, a) : ".", resolved)) {
            errno = ENOENT;
            return has_dots(gone) ? NULL
                                  : slice_c_string(format_slice(a, "%s%s%.*s", resolved,
                                                                resolved[1] ? "/" : "", SLICE_ARGS(gone)),
                                                   a);
        }
        if (!is_missing(errno))
            return NULL;
    }
    return NULL;
}

/* The absolute path, with symbolic links resolved but for a last part that is one. NULL: errno says why. */
static const char *make_absolute(const char *path, bool gone_too, arena *a) {
    char resolved[PATH_MAX];
    struct stat info;
    if (lstat(path, &info) != 0)
        return gone_too && is_missing(errno) ? resolve_gone(path, a) : NULL;
    if (!S_ISLNK(info.st_mode))
        return realpath(path, resolved) ? slice_c_string(slice_of(resolved), a) : NULL;
    slice whole = slice_of(path), name = whole;
    while (name.length && slice_find_char(name, '/', 0) != SLICE_NONE)
        name = slice_from(name, slice_find_char(name, '/', 0) + 1);
    slice above = slice_sub(whole, 0, whole.length - name.length);
    if (!realpath(above.length ? slice_c_string(above, a) : ".", resolved))
        return NULL;
    return slice_c_string(format_slice(a, "%s/%.*s", resolved, SLICE_ARGS(name)), a);
}

static slice parent_of(slice path) {
    size_t at = path.length;
    while (at > 1 && path.data[at - 1] != '/')
        at--;
    return slice_sub(path, 0, at > 1 ? at - 1 : 1);
}

/* The path itself, or the nearest one above it. */
static slice nearest_folder(slice path, arena *a) {
    struct stat info;
    while (path.length > 1 && (lstat(slice_c_string(path, a), &info) != 0 || !S_ISDIR(info.st_mode)))
        path = parent_of(path);
    return path;
}

/* What cannot be looked at is no marker that is not there: the site would be another one. */
static bool has_marker(slice folder, arena *a) {
    static const char *const markers[] = {"_config.yml", STATE_FOLDER};
    struct stat info;
    for (size_t i = 0; i < sizeof markers / sizeof *markers; i++)
        if (lstat(slice_c_string(format_slice(a, "%.*s/%s", SLICE_ARGS(folder), markers[i]), a), &info) ==
                0 ||
            !is_missing(errno))
            return true;
    return false;
}

/* The nearest folder at or above `folder` that is marked as a site's; empty where none is. */
static slice find_marked(slice folder, arena *a) {
    for (; folder.length > 1; folder = parent_of(folder))
        if (has_marker(folder, a))
            return folder;
    return SLICE("");
}

static bool is_inside(slice path, slice folder) {
    return slice_starts_with(path, folder) &&
           (path.length == folder.length || path.data[folder.length] == '/' || folder.length == 1);
}

bool site_contains(const site *s, const char *path) {
    char resolved[PATH_MAX];
    if (!realpath(path, resolved))
        return false;
    slice folder = slice_of(resolved), root = slice_of(s->root);
    return slice_equal(folder, root) || (is_inside(folder, root) && has_marker(root, s->arena));
}

/* False: the paths lie in different sites. */
static bool agree_on_root(slice *root, bool *is_marked, slice path, slice folder, arena *a) {
    slice marked = find_marked(folder, a);
    if (!root->length) {
        *is_marked = marked.length > 0;
        *root = *is_marked ? marked : folder;
        return true;
    }
    if (*is_marked || marked.length)
        return *is_marked && slice_equal(*root, marked) && is_inside(path, *root);
    while (!is_inside(folder, *root))
        *root = parent_of(*root);
    return true;
}

static bool find_root(const char *const *paths, size_t count, bool gone_too, arena *a, slice *root,
                      vector *absolute, slice *error) {
    bool is_marked = false;
    *root = SLICE("");
    for (size_t i = 0; i < count; i++) {
        const char *path = make_absolute(paths[i], gone_too, a);
        if (!path) {
            *error = format_slice(a, "%.*s: %s", SLICE_ARGS(site_show_path(slice_of(paths[i]), a)),
                                  strerror(errno));
            return false;
        }
        slice folder = nearest_folder(slice_of(path), a);
        *(slice *)vector_push(absolute) = slice_of(path);
        if (!agree_on_root(root, &is_marked, slice_of(path), folder, a)) {
            *error = format_slice(a, "%.*s is in another site than %.*s: run the program once for each site",
                                  SLICE_ARGS(site_show_path(slice_of(paths[i]), a)),
                                  SLICE_ARGS(site_show_path(slice_of(paths[0]), a)));
            return false;
        }
    }
    return true;
}

/* ---- opening ----------------------------------------------------------------------------------------- */

site *site_locate(const char *const *paths, size_t count, bool gone_too, arena *a, slice *error) {
    vector absolute = vector_new(a, sizeof(slice));
    slice root;
    if (!find_root(paths, count, gone_too, a, &root, &absolute, error))
        return NULL;
    site *s = arena_zeroed(a, sizeof *s);
    s->gone_too = gone_too;
    s->arena = a;
    s->root = slice_c_string(root, a);
    s->pages = vector_new(a, sizeof(slice));
    s->linking = vector_new(a, sizeof(slice));
    s->skipped = vector_new(a, sizeof(site_skip));
    s->taken = vector_new(a, sizeof(slice));
    s->named = vector_new(a, sizeof(slice));
    s->answers = vector_new(a, sizeof(git_answer));
    s->folder = open(s->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->folder < 0) {
        *error = format_slice(a, "%s: %s", s->root, strerror(errno));
        return NULL;
    }
    for (size_t i = 0; i < absolute.count; i++) {
        slice path = *(slice *)vector_at(&absolute, i);
        *(slice *)vector_push(&s->named) =
            slice_from(path, path.length > root.length ? root.length + (root.length > 1) : path.length);
    }
    s->names = map_new(a, s->named.count);
    for (size_t i = 0; i < s->named.count; i++)
        *map_put(&s->names, *(slice *)vector_at(&s->named, i), NULL) = s;
    if (s->named.count == 1 && (*(slice *)s->named.items).length == 0)
        s->whole = s;
    return s;
}

typedef struct loading {
    site *site;
    slice *error;
} loading;

static bool load(void *context) {
    loading *l = context;
    l->site->listing = listing_new(l->site);
    bool ok = read_configuration(l->site, l->error) && find_pages(l->site, &l->site->named, l->error);
    listing_free(l->site->listing);
    l->site->listing = NULL;
    return ok;
}

bool site_load(site *s, slice *error) {
    return site_apart(s, load, &(loading){s, error});
}

site *site_open(const char *const *paths, size_t count, arena *a, slice *error) {
    site *s = site_locate(paths, count, false, a, error);
    if (!s || site_load(s, error))
        return s;
    site_close(s);
    return NULL;
}

site *site_reopen(const site *s, const char *const *path, arena *a, slice *error) {
    site *again = site_locate(path, 1, false, a, error);
    if (!again)
        return NULL;
    again->confines = s->confines;
    again->state_folder = s->state_folder;
    again->state_base = s->state_folder ? NULL : s->state_base;
    if (site_load(again, error))
        return again;
    site_close(again);
    return NULL;
}

site *site_whole(site *s, slice *error) {
    if (!s->whole)
        s->whole = site_reopen(s, &s->root, s->arena, error);
    return s->whole;
}

void site_close(site *s) {
    if (!s)
        return;
    git_close(s);
    if (s->whole != s)
        site_close(s->whole);
    if (s->folder >= 0)
        close(s->folder);
    s->folder = -1;
}
