/* Which files of a checkout are pages.
 *
 * Comes in: files and folders below the root. Goes out: the Markdown files that Jekyll would publish (Jekyll:
 * Reader, EntryFilter, PostReader), and what was passed over with the reason. Front matter is not looked at
 * here. Never leaves the root, never follows a symbolic link.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <unistd.h>

/* Jekyll: the default of `exclude`, and folders that hold no pages. */
static const char *const EXCLUDED[] = {"node_modules", "vendor", "Gemfile", "Gemfile.lock", "_site"};

/* Jekyll: markdown_ext. */
static const char *const EXTENSIONS[] = {".md", ".markdown", ".mkdown", ".mkdn", ".mkd"};

/* Jekyll: special folders whose names begin with `_`. */
static const struct {
    const char *name, *why;
    bool links; /* what is in it puts links on pages */
} SPECIAL[] = {{"_drafts", "drafts are not published", false},
               {"_layouts", "layouts are not pages", true},
               {"_includes", "includes are not pages", true},
               {"_data", "data files are not pages", true},
               {"_sass", "style sheets are not pages", false}};

/* Files that put links on pages: anywhere, and in the special folders. */
static const char *const HTML[] = {".html", ".htm"}, *const DATA[] = {".yml", ".yaml", ".json", ".csv"};

typedef struct entry {
    slice path;
    unsigned char type; /* as readdir gives it; DT_UNKNOWN: not looked at yet */
    bool is_folder;
    bool in_posts, in_collection;
    bool links_only; /* in a folder that holds no pages but what puts links on them */
} entry;

typedef struct search {
    site *site;
    vector folders; /* of entry, still to be looked into */
} search;

static slice base_name(slice path) {
    size_t at = path.length;
    while (at > 0 && path.data[at - 1] != '/')
        at--;
    return slice_from(path, at);
}

static bool ends_with_one_of(slice name, const char *const *extensions, size_t count) {
    for (size_t i = 0; i < count; i++) {
        slice extension = slice_of(extensions[i]);
        if (name.length > extension.length &&
            slice_equal_nocase(slice_from(name, name.length - extension.length), extension))
            return true;
    }
    return false;
}

static bool has_extension(slice name) {
    return ends_with_one_of(name, EXTENSIONS, sizeof EXTENSIONS / sizeof *EXTENSIONS);
}

static bool may_link(const entry *e, slice name) {
    return ends_with_one_of(name, HTML, sizeof HTML / sizeof *HTML) ||
           (e->links_only &&
            (has_extension(name) || ends_with_one_of(name, DATA, sizeof DATA / sizeof *DATA)));
}

static void skip(search *in, const entry *e, const char *why) {
    if (e->links_only)
        return; /* its folder was named */
    site_skip *one = vector_push(&in->site->skipped);
    one->path = e->is_folder ? format_slice(in->site->arena, "%.*s/", SLICE_ARGS(e->path)) : e->path;
    one->why = why;
}

/* ---- what _config.yml says --------------------------------------------------------------------------- */

/* Jekyll: EntryFilter#glob_include?: a pattern, or a folder that holds the path. */
static bool matches(slice pattern, slice path, arena *a) {
    while (slice_starts_with(pattern, SLICE("/")))
        pattern = slice_from(pattern, 1);
    while (slice_ends_with(pattern, SLICE("/")))
        pattern = slice_sub(pattern, 0, pattern.length - 1);
    if (!pattern.length)
        return false;
    if (slice_starts_with(path, pattern) &&
        (path.length == pattern.length || path.data[pattern.length] == '/'))
        return true;
    return fnmatch(slice_c_string(pattern, a), slice_c_string(path, a), 0) == 0;
}

static bool is_listed(const search *in, slice key, slice path) {
    const front_value *list = page_front_get(&in->site->config, key);
    if (!list || list->kind != FRONT_SEQUENCE)
        return false;
    for (uint32_t i = 0; i < list->count; i++)
        if (list->entries[i].value.kind == FRONT_STRING &&
            matches(list->entries[i].value.text, path, in->site->arena))
            return true;
    return false;
}

/* `collections:` is a list of names or a mapping from names. */
static bool is_collection(const search *in, slice path) {
    slice folder = page_front_text(&in->site->config, SLICE("collections_dir"));
    if (folder.length && slice_starts_with(path, folder) && path.length > folder.length)
        path = slice_from(path, folder.length + 1);
    const front_value *list = page_front_get(&in->site->config, SLICE("collections"));
    if (!list || !slice_starts_with(path, SLICE("_")))
        return false;
    slice name = slice_from(path, 1);
    for (uint32_t i = 0; i < list->count; i++) {
        const front_entry *one = &list->entries[i];
        if (slice_equal(list->kind == FRONT_SEQUENCE ? one->value.text : one->key, name))
            return true;
    }
    return false;
}

/* ---- one entry --------------------------------------------------------------------------------------- */

static bool is_excluded_name(slice name) {
    for (size_t i = 0; i < sizeof EXCLUDED / sizeof *EXCLUDED; i++)
        if (slice_equal(name, slice_of(EXCLUDED[i])))
            return true;
    return false;
}

/* Jekyll: EntryFilter#special? and #backup?, unless `include` names it. */
static const char *why_hidden(const search *in, const entry *e, slice name) {
    for (size_t i = 0; e->is_folder && i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        if (slice_equal(name, slice_of(SPECIAL[i].name)))
            return SPECIAL[i].why;
    if (is_listed(in, SLICE("include"), e->path))
        return NULL;
    if (is_listed(in, SLICE("exclude"), e->path))
        return "excluded by _config.yml";
    if (e->is_folder && slice_equal(name, SLICE("_posts")))
        return NULL;
    if (e->in_collection || (e->is_folder && is_collection(in, e->path)))
        return strchr(".#~", name.data[0]) ? "its name hides it from Jekyll" : NULL;
    if (strchr("._#~", name.data[0]) || name.data[name.length - 1] == '~')
        return "its name hides it from Jekyll";
    if (is_excluded_name(name))
        return "not part of the site's own pages";
    return NULL;
}

/* Jekyll: Document::DATE_FILENAME_MATCHER. */
static bool is_post_name(slice name) {
    const char *pattern = "[0-9][0-9]*-[0-9]*-[0-9]*-*.*";
    char text[256];
    if (name.length >= sizeof text)
        return false;
    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    return fnmatch(pattern, text, 0) == 0;
}

static bool holds_links(slice name) {
    for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        if (slice_equal(name, slice_of(SPECIAL[i].name)))
            return SPECIAL[i].links;
    return false;
}

static void visit_folder(search *in, entry e) {
    slice name = base_name(e.path);
    e.in_posts |= slice_equal(name, SLICE("_posts"));
    e.in_collection |= e.in_posts || is_collection(in, e.path);
    *(entry *)vector_push(&in->folders) = e;
}

static void visit_file(search *in, const entry *e, bool named) {
    slice name = base_name(e->path);
    if (!named && (e->links_only || !has_extension(name))) {
        if (may_link(e, name))
            *(slice *)vector_push(&in->site->linking) = e->path;
    } else if (!named && slice_equal_nocase(slice_sub(name, 0, 7), SLICE("README.")))
        skip(in, e, "a README is for the people who work on the site");
    else if (!named && e->in_posts && !is_post_name(name))
        skip(in, e, "not a post for Jekyll: its name has no date");
    else
        *(slice *)vector_push(&in->site->pages) = e->path;
}

static bool look_up_type(const search *in, entry *e) {
    struct stat info;
    const char *path = e->path.length ? slice_c_string(e->path, in->site->arena) : ".";
    if (fstatat(in->site->folder, path, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    e->type = (unsigned char)IFTODT(info.st_mode);
    return true;
}

/* `named`: by a person, so that only what cannot be a page is passed over. */
static void visit(search *in, entry e, bool named) {
    if (e.type == DT_UNKNOWN && !look_up_type(in, &e))
        return;
    e.is_folder = e.type == DT_DIR;
    const char *why = named ? NULL : why_hidden(in, &e, base_name(e.path));
    if (e.type == DT_LNK && !named) {
        if (has_extension(base_name(e.path)))
            skip(in, &e, "a symbolic link: the file itself is looked at where it lies");
        return;
    }
    if (why) {
        if (e.is_folder && holds_links(base_name(e.path)))
            *(entry *)vector_push(&in->folders) = (entry){.path = e.path, .links_only = true};
        if (e.is_folder ? !slice_starts_with(base_name(e.path), SLICE("."))
                        : has_extension(base_name(e.path)))
            skip(in, &e, why);
    } else if (e.is_folder)
        visit_folder(in, e);
    else if (e.type == DT_REG || named)
        visit_file(in, &e, named);
}

static void read_folder(search *in, entry folder) {
    const char *path = folder.path.length ? slice_c_string(folder.path, in->site->arena) : ".";
    int file = openat(in->site->folder, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *entries = file >= 0 ? fdopendir(file) : NULL;
    if (!entries) {
        if (file >= 0)
            close(file);
        if (!folder.links_only) /* the run tells that it cannot be read: nobody knows what is in it */
            *(slice *)vector_push(&in->site->pages) = folder.path;
        return;
    }
    for (const struct dirent *one; (one = readdir(entries));) {
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        entry e = folder;
        e.type = one->d_type;
        slice name = slice_of(one->d_name);
        e.path = folder.path.length
                     ? format_slice(in->site->arena, "%.*s/%.*s", SLICE_ARGS(folder.path), SLICE_ARGS(name))
                     : slice_copy(name, in->site->arena);
        visit(in, e, false);
    }
    closedir(entries);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static int compare_pages(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

static int compare_skips(const void *one, const void *other) {
    return slice_compare(((const site_skip *)one)->path, ((const site_skip *)other)->path);
}

/* The folders above a path that was named decide what it is in: `_posts`, a collection. */
static entry place(const search *in, slice path) {
    entry e = {.path = path};
    for (size_t at = 0; (at = slice_find_char(path, '/', at)) != SLICE_NONE; at++) {
        slice above = slice_sub(path, 0, at);
        e.in_posts |= slice_equal(base_name(above), SLICE("_posts"));
        e.in_collection |= e.in_posts || is_collection(in, above);
    }
    return e;
}

bool find_pages(site *s, const vector *inside, slice *error) {
    search in = {s, vector_new(s->arena, sizeof(entry))};
    for (size_t i = 0; i < inside->count; i++) {
        slice path = *(slice *)vector_at(inside, i);
        struct stat info;
        if (fstatat(s->folder, path.length ? slice_c_string(path, s->arena) : ".", &info,
                    AT_SYMLINK_NOFOLLOW) != 0) {
            *error = format_slice(s->arena, "%.*s: %s", SLICE_ARGS(site_show_path(path, s->arena)),
                                  strerror(errno));
            return false;
        }
        visit(&in, place(&in, path), true);
    }
    while (in.folders.count) {
        entry folder = *(entry *)vector_last(&in.folders);
        vector_pop(&in.folders);
        read_folder(&in, folder);
    }
    if (s->pages.count)
        qsort(s->pages.items, s->pages.count, sizeof(slice), compare_pages);
    if (s->skipped.count)
        qsort(s->skipped.items, s->skipped.count, sizeof(site_skip), compare_skips);
    /* A page that was named twice is one page. */
    slice *pages = s->pages.items;
    size_t kept = 0;
    for (size_t i = 0; i < s->pages.count; i++)
        if (kept == 0 || !slice_equal(pages[kept - 1], pages[i]))
            pages[kept++] = pages[i];
    s->pages.count = kept;
    return true;
}
