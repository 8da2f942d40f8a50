/* Which files of a checkout are pages.
 *
 * Comes in: files and folders below the root. Goes out: the Markdown files that Jekyll would publish (Jekyll
 * 4.3: Reader, EntryFilter, PostReader, Collection), and what was passed over with the reason and the number
 * of files. Of files in folders that are passed over the first line is looked at, of others nothing. Never
 * leaves the root, never follows a symbolic link.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define PATTERNS_MAX 1000 /* of `include` or `exclude` */

/* Jekyll: Configuration::DEFAULT_EXCLUDES. */
static const slice EXCLUDED[] = {LITERAL(".sass-cache"),    LITERAL(".jekyll-cache"), LITERAL("gemfiles"),
                                 LITERAL("Gemfile"),        LITERAL("Gemfile.lock"),  LITERAL("node_modules"),
                                 LITERAL("vendor/bundle/"), LITERAL("vendor/cache/"), LITERAL("vendor/gems/"),
                                 LITERAL("vendor/ruby/")};

/* Jekyll: markdown_ext. */
#define EXTENSIONS "markdown,mkdown,mkdn,mkd,md"

/* Why something is passed over. */
typedef struct reason {
    const char *why;
    bool is_page; /* it would be a page, were it not for this */
} reason;

static const reason
    DRAFT = {"drafts are not published", true},
    EXCLUDED_BY_SITE = {"excluded by _config.yml", true},
    EXCLUDED_ALWAYS = {"not part of the site's own pages", false},
    NO_COLLECTION = {"no collection of that name is declared in _config.yml or a collection.yml", true},
    NO_OUTPUT = {"its collection has no `output: true`, so it is not published", true},
    UNDERLINED = {"Jekyll leaves out names that begin with _ or #, or end with ~ or a dot", true},
    HIDDEN = {"its name hides it from Jekyll", false},
    NO_POSTS_HERE = {"posts are read below `collections_dir` only", true},
    NO_DATE = {"not a post for Jekyll: its name has no date", true},
    LINKED = {"a symbolic link: the file itself is looked at where it lies", false},
    BUILT = {"what Jekyll built", false}, OTHER_SITE = {"a site of its own: name its folder", true};

/* Jekyll: special folders whose names begin with `_`. */
static const struct {
    const char *name;
    reason reason;
    bool links; /* what is in it puts links on pages */
} SPECIAL[] = {{"_layouts", {"layouts are not pages", false}, true},
               {"_includes", {"includes are not pages", false}, true},
               {"_data", {"data files are not pages", false}, true},
               {"_sass", {"style sheets are not pages", false}, false},
               {"_plugins", {"plugins are not pages", false}, false}};

/* Files that put links on pages: anywhere, and in the special folders. */
static const char *const HTML[] = {".html", ".htm"}, *const DATA[] = {".yml", ".yaml", ".json", ".csv"};

typedef enum room {
    ROOM_PAGES,      /* pages and other files */
    ROOM_POSTS,      /* `_posts` and what is below it; names have dates */
    ROOM_DRAFTS,     /* `_drafts`, where they are shown */
    ROOM_COLLECTION, /* a collection's folder and what is below it */
    ROOM_TAKEN,      /* named by a person although Jekyll passes it over */
    ROOM_LINKS,      /* holds no pages but what puts links on them */
    ROOM_PASSED      /* its files are only counted */
} room;

typedef struct entry {
    slice path;
    unsigned char type; /* as readdir gives it; DT_UNKNOWN: not looked at yet */
    bool is_folder;
    room room; /* that it stands in; of a folder that is visited: that its entries stand in */
    size_t
        base; /* ROOM_POSTS, ROOM_DRAFTS, ROOM_COLLECTION: bytes of `path` before the part Jekyll filters */
    size_t passed;               /* ROOM_LINKS, ROOM_PASSED: 1 + the place in `skipped` of the folder */
    const listed_folder *listed; /* of a folder that is visited: what lies in it; NULL: not looked up yet */
    size_t next;                 /* ... entry to be visited */
} entry;

typedef struct search {
    site *site;
    vector folders;    /* of entry, being visited: one in the other, or still to be */
    arena *growing;    /* for while the search lasts */
    vector extensions; /* of slice */
    slice collections, destination;
    const front_value *include, *exclude;
    bool is_site, is_checkout; /* the root: `_config.yml`, `.git` lie in it */
    vector others;             /* of slice: folders of sites of their own */
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

static bool has_extension(const search *in, slice name) {
    size_t dot = name.length;
    while (dot > 0 && name.data[dot - 1] != '.')
        dot--;
    if (dot < 2)
        return false;
    for (size_t i = 0; i < in->extensions.count; i++)
        if (slice_equal_nocase(slice_from(name, dot), *(slice *)vector_at(&in->extensions, i)))
            return true;
    return false;
}

static bool may_link(const search *in, const entry *e, slice name) {
    return ends_with_one_of(name, HTML, sizeof HTML / sizeof *HTML) ||
           (e->room == ROOM_LINKS &&
            (has_extension(in, name) || ends_with_one_of(name, DATA, sizeof DATA / sizeof *DATA)));
}

/* Jekyll: Utils.has_yaml_header?. */
static bool has_front_matter(const search *in, slice path) {
    char first[256];
    int file = open_below(in->site->folder, slice_c_string(path, in->site->arena),
                          O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
    ssize_t got = file < 0 ? -1 : read_part(file, first, sizeof first, 0);
    if (file >= 0)
        close(file);
    slice line = {first, got > 0 ? (size_t)got : 0};
    line = slice_sub(line, 0, slice_find_char(line, '\n', 0));
    return slice_starts_with(line, SLICE("---")) && slice_trim(slice_from(line, 3)).length == 0;
}

/* A Markdown file in a folder that is passed over. */
static void count_passed(const search *in, const entry *e) {
    site_skip *one = vector_at(&in->site->skipped, e->passed - 1);
    if (!has_extension(in, base_name(e->path)))
        return;
    one->files++;
    one->pages += one->is_page && has_front_matter(in, e->path);
}

/* The entry is named as passed over; what is in a folder is counted. */
static void pass_over(search *in, entry e, const reason *r) {
    bool links = r == &NO_OUTPUT; /* other pages may show them */
    slice name = base_name(e.path);
    for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        links |= e.is_folder && SPECIAL[i].links && slice_equal(name, slice_of(SPECIAL[i].name));
    if (!e.is_folder && !has_extension(in, name))
        return;
    site_skip *one = vector_push_zeroed(&in->site->skipped);
    *one =
        (site_skip){.path = e.is_folder ? format_slice(in->site->arena, "%.*s/", SLICE_ARGS(e.path)) : e.path,
                    .why = r->why,
                    .is_page = r->is_page};
    e.passed = in->site->skipped.count;
    if (!e.is_folder)
        count_passed(in, &e);
    e.room = links ? ROOM_LINKS : ROOM_PASSED;
    if (e.is_folder)
        *(entry *)vector_push(&in->folders) = e;
}

/* ---- what the settings say --------------------------------------------------------------------------- */

/* Others match themselves alone. */
static bool is_glob(slice pattern) {
    for (size_t i = 0; i < pattern.length; i++)
        if (strchr("*?[\\", pattern.data[i]))
            return true;
    return false;
}

/* Jekyll: EntryFilter#glob_include?, for one pattern: it begins the path, or matches it. */
static bool matches(slice pattern, slice path, bool is_folder) {
    while (slice_starts_with(pattern, SLICE("/")))
        pattern = slice_from(pattern, 1);
    return slice_starts_with(path, pattern) || (is_glob(pattern) && site_glob(pattern, path)) ||
           (is_folder && pattern.length == path.length + 1 && slice_starts_with(pattern, path) &&
            pattern.data[path.length] == '/');
}

static bool is_listed(const front_value *list, slice path, bool is_folder, const front_value *without) {
    bool any = list && list->kind == FRONT_SEQUENCE;
    for (uint32_t i = 0; any && i < list->count && i < PATTERNS_MAX; i++) {
        const front_value *pattern = &list->entries[i].value;
        bool counts = pattern->kind == FRONT_STRING;
        for (uint32_t k = 0; counts && without && k < without->count && k < PATTERNS_MAX; k++)
            counts = !slice_equal(without->entries[k].value.text, pattern->text);
        if (counts && matches(pattern->text, path, is_folder))
            return true;
    }
    return false;
}

static bool is_excluded_always(const search *in, slice path, bool is_folder) {
    for (size_t i = 0; i < sizeof EXCLUDED / sizeof *EXCLUDED; i++) {
        slice pattern = EXCLUDED[i];
        bool may_match = path.length && path.data[0] == pattern.data[0];
        if (may_match && matches(pattern, path, is_folder) && !is_listed(in->include, pattern, false, NULL))
            return true;
    }
    return false;
}

/* Jekyll: EntryFilter#filter. NULL: the entry stays. Entries of a collection and of `_posts` are filtered by
 * their path in there, so that only its first folder and the file's own name can hide them. */
static const reason *filter(const search *in, const entry *e) {
    slice name = base_name(e->path),
          entry_path = slice_from(e->path, e->base ? e->base : e->path.length - name.length);
    slice whole = e->path;
    if (e->room == ROOM_COLLECTION)
        whole = config_path_below(whole, in->collections); /* EntryFilter has `_label` for base directory */
    bool included = is_listed(in->include, entry_path, e->is_folder, NULL) ||
                    is_listed(in->include, name, e->is_folder, NULL);
    if (included)
        return NULL;
    if (is_listed(in->exclude, whole, e->is_folder, in->include))
        return &EXCLUDED_BY_SITE;
    if (is_excluded_always(in, whole, e->is_folder))
        return &EXCLUDED_ALWAYS;
    if (entry_path.data[0] == '.' || name.data[0] == '.')
        return e->is_folder && e->base && entry_path.data[0] != '.' ? NULL : &HIDDEN;
    bool ends_badly = name.data[name.length - 1] == '~' || name.data[name.length - 1] == '.';
    if (e->is_folder && e->base)
        return strchr("_#~", entry_path.data[0]) ? &UNDERLINED : NULL;
    if (strchr("_#~", entry_path.data[0]) || strchr("_#~", name.data[0]) || ends_badly)
        return e->is_folder && name.data[0] == '_' ? &NO_COLLECTION : &UNDERLINED;
    return NULL;
}

/* ---- one entry --------------------------------------------------------------------------------------- */

/* Jekyll: Document::DATE_FILENAME_MATCHER: \d{2,4}-\d{1,2}-\d{1,2}-([^/]*)(\.[^.]+)$. */
static bool is_post_name(slice name) {
    static const size_t LEAST[] = {2, 1, 1}, MOST[] = {4, 2, 2};
    size_t at = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t from = at;
        while (at < name.length && is_digit(name.data[at]))
            at++;
        if (at - from < LEAST[i] || at - from > MOST[i] || at == name.length || name.data[at++] != '-')
            return false;
    }
    return slice_find_char(name, '.', at) != SLICE_NONE;
}

/* A folder among pages that Jekyll reads in its own way; `*own` is false where it is a folder as others are.
 */
static const reason *enter_special(const search *in, entry *e, bool *own) {
    slice name = base_name(e->path), above = slice_sub(e->path, 0, e->path.length - name.length);
    slice folder = in->collections;
    bool among = !folder.length || config_path_below(e->path, folder).length < e->path.length;
    *own = true;
    for (size_t i = 0; i < sizeof SPECIAL / sizeof *SPECIAL; i++)
        if (slice_equal(name, slice_of(SPECIAL[i].name)))
            return &SPECIAL[i].reason;
    if (slice_equal(name, SLICE("_posts")) || slice_equal(name, SLICE("_drafts"))) {
        bool drafts = name.data[1] == 'd';
        e->room = drafts ? ROOM_DRAFTS : ROOM_POSTS;
        e->base = e->path.length + 1;
        return drafts && !config_is_true(page_front_get(&in->site->config, SLICE("show_drafts"))) ? &DRAFT
               : among                                                                            ? NULL
                       : &NO_POSTS_HERE;
    }
    bool at_place = folder.length ? above.length == folder.length + 1 && slice_starts_with(above, folder)
                                  : above.length == 0;
    const front_entry *collection =
        at_place && name.data[0] == '_' ? config_collection(&in->site->config, slice_from(name, 1)) : NULL;
    *own = collection != NULL;
    if (!collection)
        return NULL;
    e->room = ROOM_COLLECTION;
    e->base = e->path.length + 1;
    bool shown = collection->value.kind == FRONT_MAPPING &&
                 config_is_true(page_front_get(&collection->value, SLICE("output")));
    return shown ? NULL : &NO_OUTPUT;
}

/* Why Jekyll passes over an entry of a folder; NULL: it does not. Sets the room that a folder is. */
static const reason *judge(const search *in, entry *e) {
    slice name = base_name(e->path);
    bool own = false;
    if (e->type == DT_LNK)
        return &LINKED;
    if (e->is_folder && e->room == ROOM_PAGES) {
        if (in->destination.length && slice_equal(e->path, in->destination))
            return &BUILT;
        const reason *r = enter_special(in, e, &own);
        if (own)
            return r == &NO_OUTPUT && is_listed(in->include, name, true, NULL) ? NULL : r;
    }
    if (e->room == ROOM_TAKEN)
        return name.data[0] == '.' ? &HIDDEN : NULL;
    const reason *r = filter(in, e);
    if (!r && !e->is_folder && e->room == ROOM_POSTS && has_extension(in, name) && !is_post_name(name))
        return &NO_DATE;
    return r;
}

static void take_file(search *in, const entry *e) {
    *(slice *)vector_push(&in->site->pages) = e->path;
    if (e->room == ROOM_TAKEN)
        *(slice *)vector_push(&in->site->taken) = e->path;
}

static bool look_up_type(const search *in, entry *e) {
    struct stat info;
    if (fstatat(in->site->folder, slice_c_string(e->path, in->site->arena), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    e->type = (unsigned char)IFTODT(info.st_mode);
    return true;
}

/* What holds no files of the site: not even counted. */
static bool is_machinery(slice path) {
    return slice_equal(path, SLICE(".git")) || slice_equal(path, SLICE(STATE_FOLDER)) ||
           slice_equal(path, SLICE("_site"));
}

static void visit(search *in, entry e) {
    slice name = base_name(e.path);
    if (e.type == DT_UNKNOWN && !look_up_type(in, &e)) {
        if (errno != ENOENT) /* as in visit_next */
            *(slice *)vector_push(&in->site->pages) = e.path;
        return;
    }
    e.is_folder = e.type == DT_DIR;
    if ((e.room == ROOM_LINKS || e.room == ROOM_PASSED) && e.type == DT_REG) {
        count_passed(in, &e);
        if (e.room == ROOM_LINKS && may_link(in, &e, name))
            *(slice *)vector_push(&in->site->linking) = e.path;
        return;
    }
    if (e.room == ROOM_LINKS || e.room == ROOM_PASSED) {
        if (e.is_folder)
            *(entry *)vector_push(&in->folders) = e;
        return;
    }
    if (e.type == DT_REG &&
        slice_equal(e.path, SLICE("_redirects"))) { /* of the host that publishes the site */
        *(slice *)vector_push(&in->site->linking) = e.path;
        return;
    }
    const reason *r = is_machinery(e.path) ? NULL : judge(in, &e);
    if (r)
        pass_over(in, e, r);
    else if (e.is_folder && !is_machinery(e.path))
        *(entry *)vector_push(&in->folders) = e;
    else if (e.type == DT_REG && has_extension(in, name))
        take_file(in, &e);
    else if (e.type == DT_REG && may_link(in, &e, name))
        *(slice *)vector_push(&in->site->linking) = e.path;
}

static slice join(slice folder, slice name, arena *a) {
    char *path = arena_alloc(a, folder.length + name.length + 1);
    size_t length = folder.length;
    if (length) {
        memcpy(path, folder.data, length);
        path[length++] = '/';
    }
    memcpy(path + length, name.data, name.length);
    return (slice){path, length + name.length};
}

/* What lies in the folder that is visited. */
static const listed_folder *list(const search *in, slice path) {
    const listed_folder *known = listing_find(in->site->listing, path);
    if (known)
        return known;
    listed_folder *folder = arena_zeroed(in->growing, sizeof *folder);
    arena *scratch = arena_new(0);
    folder->path = path;
    list_entries(in->site, folder, in->growing, scratch);
    arena_destroy(scratch);
    return folder;
}

static bool holds(const listed_folder *folder, slice name) {
    listed_entry one;
    for (size_t at = 0; listed_next(folder, &at, &one);)
        if (slice_equal(one.name, name))
            return true;
    return false;
}

/* Its pages need the settings that are in it: those of the root are others, or none. */
static bool is_other_site(const search *in, const entry *e) {
    bool among_pages = e->path.length && (e->room == ROOM_PAGES || e->room == ROOM_TAKEN);
    return among_pages && (holds(e->listed, SLICE("_config.yml")) ||
                           (!in->is_site && !in->is_checkout && holds(e->listed, SLICE(".git"))));
}

static void leave_other_site(search *in, entry e) {
    *(slice *)vector_push(&in->others) = e.path;
    e.listed = NULL;
    vector_pop(&in->folders);
    pass_over(in, e, &OTHER_SITE);
}

/* The next entry of the folder that was entered last: so all come in the order of their paths. */
static void visit_next(search *in) {
    entry *folder = vector_last(&in->folders), e = *folder;
    listed_entry found;
    if (!e.listed) {
        e.listed = folder->listed = list(in, e.path);
        if (is_other_site(in, &e)) {
            leave_other_site(in, e);
            return;
        }
    }
    if (listed_next(e.listed, &folder->next, &found)) {
        e.type = found.type;
        e.path = join(e.path, found.name, in->site->arena);
        e.listed = NULL;
        e.next = 0;
        visit(in, e);
        return;
    }
    vector_pop(&in->folders);
    /* The run tells that it cannot be read: nobody knows what is in it, or only a part. */
    if (e.listed->error && (e.listed->is_open || !e.passed || e.listed->error != EACCES))
        *(slice *)vector_push(&in->site->pages) = e.path;
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static int compare_pages(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

static int compare_skips(const void *one, const void *other) {
    return slice_compare(((const site_skip *)one)->path, ((const site_skip *)other)->path);
}

/* What was named, in its room. Where Jekyll passes over it, or a folder that it is in, it is taken: a person
 * has said so. */
static entry place(const search *in, slice path) {
    entry e = {.room = ROOM_PAGES, .type = DT_DIR, .is_folder = true};
    for (size_t end = 0; end < path.length; end++) {
        end = slice_find_char(path, '/', end);
        end = end == SLICE_NONE ? path.length : end;
        e.path = slice_sub(path, 0, end);
        if (end == path.length)
            look_up_type(in, &e), e.is_folder = e.type == DT_DIR;
        bool taken = e.room == ROOM_TAKEN || judge(in, &e);
        if (taken)
            e = (entry){.path = e.path, .type = e.type, .is_folder = e.is_folder, .room = ROOM_TAKEN};
    }
    if (!e.is_folder)
        e.room = ROOM_TAKEN;
    return e;
}

/* Jekyll: Reader#read_included_excludes: a file that `include` names is read wherever it lies. */
static void visit_included(search *in) {
    bool any = in->include && in->include->kind == FRONT_SEQUENCE;
    for (uint32_t i = 0; any && i < in->include->count && i < PATTERNS_MAX; i++) {
        slice path = in->include->entries[i].value.text;
        while (slice_starts_with(path, SLICE("/")))
            path = slice_from(path, 1);
        entry e = {.path = path};
        if (path.length && slice_find(path, SLICE(".."), 0) == SLICE_NONE && look_up_type(in, &e) &&
            e.type == DT_REG && has_extension(in, base_name(path)))
            take_file(in, &e);
    }
}

static bool is_sorted(const vector *paths) {
    size_t i = 1;
    while (i < paths->count && compare_pages(vector_at(paths, i - 1), vector_at(paths, i)) <= 0)
        i++;
    return i >= paths->count;
}

static void sort_paths(vector *paths) {
    if (!is_sorted(paths))
        qsort(paths->items, paths->count, sizeof(slice), compare_pages);
    /* A page that was named twice is one page. */
    slice *items = paths->items;
    size_t kept = 0;
    for (size_t i = 0; i < paths->count; i++)
        if (kept == 0 || !slice_equal(items[kept - 1], items[i]))
            items[kept++] = items[i];
    paths->count = kept;
}

bool is_taken(const site *s, slice path) {
    return s->taken.count && bsearch(&path, s->taken.items, s->taken.count, sizeof(slice), compare_pages);
}

/* Lists that grew are kept as long as they are, and no longer. */
static void keep_paths(vector *paths, arena *a) {
    vector kept = vector_new(a, sizeof(slice));
    vector_reserve(&kept, paths->count);
    if (paths->count)
        memcpy(kept.items, paths->items, paths->count * sizeof(slice));
    kept.count = paths->count;
    *paths = kept;
}

static vector split_at_commas(slice text, arena *a) {
    vector parts = vector_new(a, sizeof(slice));
    for (size_t at = 0, end; at < text.length; at = end + 1) {
        end = slice_find_char(text, ',', at);
        end = end == SLICE_NONE ? text.length : end;
        *(slice *)vector_push(&parts) = slice_sub(text, at, end);
    }
    return parts;
}

static search begin(site *s, arena *growing) {
    const front_value *extensions = page_front_get(&s->config, SLICE("markdown_ext"));
    slice destination = page_front_text(&s->config, SLICE("destination"));
    while (slice_starts_with(destination, SLICE("./")))
        destination = slice_from(destination, 2);
    search in = {
        .site = s,
        .folders = vector_new(growing, sizeof(entry)),
        .growing = growing,
        .extensions = split_at_commas(
            extensions && extensions->kind == FRONT_STRING ? extensions->text : SLICE(EXTENSIONS), growing),
        .collections = config_collections_folder(&s->config),
        .destination = destination,
        .include = page_front_get(&s->config, SLICE("include")),
        .exclude = page_front_get(&s->config, SLICE("exclude")),
        .others = vector_new(growing, sizeof(slice))};
    const listed_folder *root = list(&in, SLICE(""));
    in.is_site = holds(root, SLICE("_config.yml")) || holds(root, SLICE("_config.yaml")) ||
                 holds(root, SLICE("_config.toml"));
    in.is_checkout = holds(root, SLICE(".git"));
    return in;
}

#define OTHERS_TOLD 5

/* A folder of sites, or a repository with its site further down. */
static bool is_no_site(const search *in, slice *error) {
    if (in->is_site || !in->others.count)
        return false;
    buffer out = buffer_new(in->site->arena, 256);
    const char *root = in->site->root, *slash = strcmp(root, "/") == 0 ? "" : "/";
    slice first = site_show_path(*(slice *)vector_at(&in->others, 0), in->site->arena);
    buffer_printf(&out, "%s is no site, for it has no _config.yml, but holds ", root);
    for (size_t i = 0; i < in->others.count && i < OTHERS_TOLD; i++)
        buffer_printf(&out, "%s%.*s", i ? ", " : "",
                      SLICE_ARGS(site_show_path(*(slice *)vector_at(&in->others, i), in->site->arena)));
    if (in->others.count > OTHERS_TOLD)
        buffer_printf(&out, " and %zu more", in->others.count - OTHERS_TOLD);
    buffer_printf(&out, ": name %s, as %s%s%.*s", in->others.count > 1 ? "each site by itself" : "that", root,
                  slash, SLICE_ARGS(first));
    *error = buffer_slice(&out);
    return true;
}

static bool find_in(site *s, const vector *inside, arena *growing, slice *error) {
    search in = begin(s, growing);
    for (size_t i = 0; i < inside->count; i++) {
        slice path = *(slice *)vector_at(inside, i);
        struct stat info;
        if (fstatat(s->folder, path.length ? slice_c_string(path, s->arena) : ".", &info,
                    AT_SYMLINK_NOFOLLOW) != 0) {
            if (s->gone_too && (errno == ENOENT || errno == ENOTDIR))
                continue;
            *error = format_slice(s->arena, "%.*s: %s", SLICE_ARGS(site_show_path(path, s->arena)),
                                  strerror(errno));
            return false;
        }
        entry e = place(&in, path);
        if (e.is_folder)
            *(entry *)vector_push(&in.folders) = e;
        else
            take_file(&in, &e);
        if (!path.length)
            visit_included(&in);
    }
    while (in.folders.count)
        visit_next(&in);
    if (is_no_site(&in, error))
        return false;
    sort_paths(&s->pages);
    sort_paths(&s->taken);
    if (s->pages.count && (*(slice *)s->pages.items).length == 0) { /* the root itself, as in visit_next */
        *error = format_slice(s->arena, "%s: the folder cannot be read whole", s->root);
        return false;
    }
    if (s->skipped.count)
        qsort(s->skipped.items, s->skipped.count, sizeof(site_skip), compare_skips);
    return true;
}

bool find_pages(site *s, const vector *inside, slice *error) {
    arena *growing = arena_new(0);
    vector *lists[] = {&s->pages, &s->linking, &s->taken};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        *lists[i] = vector_new(growing, sizeof(slice));
    bool ok = find_in(s, inside, growing, error);
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        keep_paths(lists[i], s->arena);
    arena_destroy(growing);
    return ok;
}
