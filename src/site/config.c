/* What a site says of itself: `_config.yml` merged with every `collection.yml`, and `.isomerize/config.yml`
 * for the program's own settings.
 *
 * Comes in: the open root. Goes out: mappings as front matter values are; a file that cannot be read ends the
 * opening with a message, as it ends the site's build. The CMS builds with `jekyll build --config
 * _config.yml,./_a/collection.yml,…`, every file of that name below the root but for `_site`.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define COLLECTION_FILE "collection.yml"
#define CONFIG_FILE_MAX ((off_t)1 << 20) /* bytes of one file */
#define CONFIG_FILES_MAX 1000
#define CONFIG_TOTAL_MAX ((size_t)4 << 20) /* bytes of all of them */
#define CONFIG_DEPTH_MAX 64                /* folders */

/* ---- one file ---------------------------------------------------------------------------------------- */

static bool parse(const site_file *file, arena *a, front_value *out, slice *error) {
    static const slice MARK = LITERAL("\xEF\xBB\xBF");
    page_error wrong;
    slice bytes = file->bytes;
    if (slice_starts_with(bytes, MARK))
        bytes = slice_from(bytes, MARK.length);
    if (page_read_settings(bytes, a, out, &wrong))
        return true;
    *error = format_slice(a, "%.*s:%u:%u: %.*s", SLICE_ARGS(site_show_path(file->path, a)), wrong.line,
                          wrong.column, SLICE_ARGS(wrong.message));
    return false;
}

/* Nothing is read of a file that is not there. */
static bool read_file(const site *s, site_file *file, size_t *total, slice *error) {
    slice problem;
    struct stat info;
    const char *name = slice_c_string(file->path, s->arena);
    if (fstatat(s->folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return true;
        *error = format_slice(s->arena, "%s: it cannot be read: %s", name, strerror(errno));
        return false;
    }
    bool fits = info.st_size <= CONFIG_FILE_MAX && *total + (size_t)info.st_size <= CONFIG_TOTAL_MAX;
    if (S_ISREG(info.st_mode) && !fits) {
        *error = format_slice(
            s->arena, "%s: it is larger than a site's settings may be (1 MiB a file, 4 MiB in all)", name);
        return false;
    }
    if (!read_whole(s->folder, name, s->arena, &file->bytes, NULL, &problem)) {
        *error = format_slice(s->arena, "%s: %.*s", name, SLICE_ARGS(problem));
        return false;
    }
    *total += file->bytes.length;
    return true;
}

/* ---- merging ----------------------------------------------------------------------------------------- */

/* The values of one key, in the order of the files. Of them the last counts, but for nulls, which change
 * nothing; mappings that follow each other are merged (Jekyll: Utils.deep_merge_hashes). */
typedef struct merged_key {
    slice key;
    vector values; /* of front_value: one, or mappings to be merged */
} merged_key;

static void add_value(merged_key *k, const front_value *value, arena *a) {
    const front_value *last = vector_last(&k->values);
    if (last && value->kind == FRONT_NULL)
        return;
    if (last && (last->kind != FRONT_MAPPING || value->kind != FRONT_MAPPING))
        k->values = vector_new(a, sizeof(front_value));
    *(front_value *)vector_push(&k->values) = *value;
}

static merged_key *find_key(vector *keys, hash_map *places, slice key, arena *a) {
    bool is_new;
    void **place = map_put(places, key, &is_new);
    if (is_new) {
        *(merged_key *)vector_push(keys) = (merged_key){key, vector_new(a, sizeof(front_value))};
        *place = (void *)(uintptr_t)keys->count;
    }
    return vector_at(keys, (size_t)(uintptr_t)*place - 1);
}

/* Mappings, each laid over those before it, in linear time; as deep as they are nested, which reading them
 * limits.
 */
static front_value merge(const vector *mappings, arena *a) {
    hash_map places = map_new(a, 16);
    vector keys = vector_new(a, sizeof(merged_key));
    for (size_t i = 0; i < mappings->count; i++) {
        const front_value *one = vector_at(mappings, i);
        for (uint32_t k = 0; k < one->count; k++)
            add_value(find_key(&keys, &places, one->entries[k].key, a), &one->entries[k].value, a);
    }
    front_value out = {.kind = FRONT_MAPPING, .count = (uint32_t)keys.count};
    out.entries = arena_alloc(a, (keys.count + 1) * sizeof *out.entries);
    for (size_t i = 0; i < keys.count; i++) {
        const merged_key *k = vector_at(&keys, i);
        out.entries[i] = (front_entry){k->key, k->values.count > 1 ? merge(&k->values, a)
                                                                   : *(front_value *)k->values.items};
    }
    return out;
}

bool site_merge_config(const site_file *files, size_t count, arena *a, front_value *config, slice *error) {
    vector mappings = vector_new(a, sizeof(front_value));
    for (size_t i = 0; i < count; i++)
        if (!parse(&files[i], a, vector_push_zeroed(&mappings), error))
            return false;
    *config = merge(&mappings, a);
    return true;
}

/* ---- all files --------------------------------------------------------------------------------------- */

typedef struct finding_files {
    const site *site;
    vector *files; /* of slice: paths */
} finding_files;

/* What may not be read is left to the run, which tells it. */
static bool may_be_unread(const listed_folder *folder) {
    int why = folder->error;
    return !folder->is_open && (why == EACCES || why == ENOENT || why == ENOTDIR || why == ELOOP);
}

/* A folder that may hold such files; a file of the name is taken. */
static bool enters(void *context, const listed_folder *folder, const listed_entry *entry, unsigned depth,
                   arena *a, slice *path) {
    const finding_files *f = context;
    slice name = entry->name;
    bool skipped = name.data[0] == '.' || slice_equal(name, SLICE("node_modules")) ||
                   (!depth && slice_equal(name, SLICE("_site")));
    bool is_file = slice_equal(name, SLICE(COLLECTION_FILE));
    struct stat info;
    if (skipped || (entry->type != DT_DIR && entry->type != DT_UNKNOWN && !is_file))
        return false;
    *path = folder->path.length ? format_slice(a, "%.*s/%.*s", SLICE_ARGS(folder->path), SLICE_ARGS(name))
                                : slice_copy(name, a);
    if (fstatat(f->site->folder, slice_c_string(*path, a), &info, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    if (is_file && S_ISREG(info.st_mode))
        *(slice *)vector_push(f->files) = slice_copy(*path, f->files->arena);
    return S_ISDIR(info.st_mode) && depth < CONFIG_DEPTH_MAX;
}

static int compare_paths(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

static bool find_collection_files(const site *s, vector *files, slice *error) {
    finding_files f = {s, files};
    const listed_folder *unread = listing_read(s->listing, &(listing_walk){&f, may_be_unread, enters});
    if (unread)
        *error = format_slice(s->arena, "%s/%.*s: the folder cannot be read: %s", s->root,
                              SLICE_ARGS(site_show_path(unread->path, s->arena)), strerror(unread->error));
    if (files->count)
        qsort(files->items, files->count, sizeof(slice), compare_paths);
    return !unread;
}

bool read_configuration(site *s, slice *error) {
    vector paths = vector_new(s->arena, sizeof(slice));
    site_file own = {.path = SLICE(STATE_FOLDER "/config.yml")};
    vector *files = &s->config_files;
    size_t total = 0, own_total = 0;
    if (!find_collection_files(s, &paths, error))
        return false;
    if (paths.count > CONFIG_FILES_MAX) {
        *error = format_slice(s->arena, "%s: there are more than %d files named " COLLECTION_FILE, s->root,
                              CONFIG_FILES_MAX);
        return false;
    }
    *files = vector_new(s->arena, sizeof(site_file));
    *(site_file *)vector_push(files) = (site_file){.path = SLICE("_config.yml")};
    for (size_t i = 0; i < paths.count; i++)
        *(site_file *)vector_push(files) = (site_file){.path = *(slice *)vector_at(&paths, i)};
    for (size_t i = 0; i < files->count; i++)
        if (!read_file(s, vector_at(files, i), &total, error))
            return false;
    return read_file(s, &own, &own_total, error) &&
           site_merge_config(files->items, files->count, s->arena, &s->config, error) &&
           site_merge_config(&own, 1, s->arena, &s->settings, error);
}

/* ---- what it says ------------------------------------------------------------------------------------ */

bool config_is_true(const front_value *value) {
    return value && value->kind != FRONT_NULL && !page_is_false_in_ruby(value);
}

const front_entry *config_collection(const front_value *config, slice name) {
    const front_value *list = page_front_get(config, SLICE("collections"));
    for (uint32_t i = 0; list && i < list->count; i++) {
        const front_entry *one = &list->entries[i];
        if (slice_equal(list->kind == FRONT_SEQUENCE ? one->value.text : one->key, name))
            return one;
    }
    return NULL;
}

slice config_collections_folder(const front_value *config) {
    slice folder = page_front_text(config, SLICE("collections_dir"));
    while (slice_starts_with(folder, SLICE("/")) || slice_starts_with(folder, SLICE("./")))
        folder = slice_from(folder, folder.data[0] == '/' ? 1 : 2);
    while (slice_ends_with(folder, SLICE("/")))
        folder.length--;
    return slice_equal(folder, SLICE(".")) ? SLICE("") : folder;
}

slice config_path_below(slice path, slice folder) {
    bool inside = folder.length && path.length > folder.length && slice_starts_with(path, folder) &&
                  path.data[folder.length] == '/';
    return inside ? slice_from(path, folder.length + 1) : path;
}

slice config_type(const front_value *config, slice path) {
    if (slice_starts_with(path, SLICE("_posts/")) || slice_find(path, SLICE("/_posts/"), 0) != SLICE_NONE)
        return SLICE("posts");
    if (slice_starts_with(path, SLICE("_drafts/")) || slice_find(path, SLICE("/_drafts/"), 0) != SLICE_NONE)
        return SLICE("drafts");
    slice below = config_path_below(path, config_collections_folder(config));
    size_t end = slice_find_char(below, '/', 0);
    bool is_collection = slice_starts_with(below, SLICE("_")) && end != SLICE_NONE &&
                         config_collection(config, slice_sub(below, 1, end));
    return is_collection ? slice_sub(below, 1, end) : SLICE("pages");
}

slice site_host(const front_value *config) {
    slice url = page_front_text(config, SLICE("url"));
    size_t scheme = slice_find(url, SLICE("://"), 0);
    slice host = scheme == SLICE_NONE ? SLICE("") : slice_from(url, scheme + 3);
    return slice_sub(host, 0, slice_find_char(host, '/', 0));
}

/* ---- patterns ---------------------------------------------------------------------------------------- */

#define PATTERN_MAX 1024

/* The byte at `*i`, or the one behind its backslash; `*i` moves behind it. */
static bool read_byte(slice pattern, size_t *i, unsigned char *byte) {
    *i += pattern.data[*i] == '\\';
    if (*i >= pattern.length)
        return false;
    *byte = (unsigned char)pattern.data[(*i)++];
    return true;
}

/* One of a set at `*at`, behind its `[`; `*at` moves behind its `]`. A set without one holds nothing. */
static bool set_holds(slice pattern, size_t *at, char c) {
    size_t i = *at;
    bool inverted = i < pattern.length && (pattern.data[i] == '^' || pattern.data[i] == '!'), found = false;
    for (i += inverted; i < pattern.length && pattern.data[i] != ']';) {
        unsigned char low, high;
        if (!read_byte(pattern, &i, &low))
            return false;
        high = low;
        bool is_range = i + 1 < pattern.length && pattern.data[i] == '-' && pattern.data[i + 1] != ']';
        i += is_range;
        if (is_range && !read_byte(pattern, &i, &high))
            return false;
        unsigned char byte = (unsigned char)c;
        found |= byte == high || byte == low ||
                 (low < byte && byte < high); /* its ends are in a range that runs backwards */
    }
    *at = i + 1;
    return i < pattern.length && found != inverted;
}

/* Does what stands at `*p`, no star, stand for this byte? `*p` moves behind it. */
static bool takes_byte(slice pattern, size_t *p, char c) {
    unsigned char byte;
    if (*p >= pattern.length)
        return false;
    if (pattern.data[*p] == '[')
        return ++*p, set_holds(pattern, p, c);
    if (pattern.data[*p] == '?')
        return ++*p, true;
    return read_byte(pattern, p, &byte) && byte == (unsigned char)c;
}

bool site_glob(slice pattern, slice text) {
    size_t p = 0, t = 0, star = SLICE_NONE, from = 0;
    if (pattern.length > PATTERN_MAX)
        return false;
    while (t < text.length) {
        size_t next = p;
        if (p < pattern.length && pattern.data[p] == '*')
            star = ++p, from = t;
        else if (takes_byte(pattern, &next, text.data[t]))
            p = next, t++;
        else if (star == SLICE_NONE)
            return false;
        else
            p = star, t = ++from;
    }
    while (p < pattern.length &&
           (pattern.data[p] == '*' || (pattern.data[p] == '\\' && p + 1 == pattern.length)))
        p++;
    return p == pattern.length;
}

/* ---- defaults ---------------------------------------------------------------------------------------- */

#define DEFAULTS_MAX 1000

/* Jekyll: FrontmatterDefaults#applies_path?. A scope with a star names files and folders, of which there is
 * one at or above the path; any other begins the path. */
static bool scope_holds(slice scope, slice path) {
    if (slice_find_char(scope, '*', 0) == SLICE_NONE)
        return slice_starts_with(path, scope);
    for (size_t end = 0; end < path.length; end++) {
        end = slice_find_char(path, '/', end);
        end = end == SLICE_NONE ? path.length : end;
        if (site_glob(scope, slice_sub(path, 0, end)))
            return true;
    }
    return false;
}

static slice scope_path(const front_value *set) {
    const front_value *scope = page_front_get(set, SLICE("scope"));
    slice path = scope ? page_front_text(scope, SLICE("path")) : SLICE("");
    return slice_starts_with(path, SLICE("/")) ? slice_from(path, 1) : path;
}

/* "pages", "posts", "drafts" or a collection's name; empty: any. */
static slice scope_type(const front_value *set) {
    static const slice OLD[][2] = {{LITERAL("page"), LITERAL("pages")},
                                   {LITERAL("post"), LITERAL("posts")},
                                   {LITERAL("draft"), LITERAL("drafts")}};
    const front_value *scope = page_front_get(set, SLICE("scope"));
    slice type = scope ? page_front_text(scope, SLICE("type")) : SLICE("");
    for (size_t i = 0; i < sizeof OLD / sizeof *OLD; i++)
        if (slice_equal(type, OLD[i][0]))
            return OLD[i][1];
    return type;
}

/* What the scopes' paths are held against. */
static slice path_of_scopes(const front_value *config, slice path, slice type) {
    return slice_equal(type, SLICE("pages")) ? path
                                             : config_path_below(path, config_collections_folder(config));
}

static bool scope_is_of(const front_value *set, slice path, slice type) {
    slice own = scope_type(set);
    return scope_holds(scope_path(set), path) && (!own.length || slice_equal(own, type));
}

/* Jekyll: FrontmatterDefaults#has_precedence?. */
static bool scope_precedes(slice path, slice type, slice other_path, slice other_type) {
    return path.length != other_path.length ? path.length > other_path.length
                                            : type.length || !other_type.length;
}

/* Jekyll: FrontmatterDefaults#find. */
const front_value *site_default(const front_value *config, slice path, slice key) {
    const front_value *sets = page_front_get(config, SLICE("defaults")), *found = NULL;
    slice best_path = SLICE(""), best_type = SLICE(""), type = config_type(config, path);
    path = path_of_scopes(config, path, type);
    for (uint32_t i = 0; sets && sets->kind == FRONT_SEQUENCE && i < sets->count && i < DEFAULTS_MAX; i++) {
        const front_value *set = &sets->entries[i].value, *values = page_front_get(set, SLICE("values"));
        const front_value *value = values ? page_front_get(values, key) : NULL;
        slice own_path = scope_path(set), own_type = scope_type(set);
        if (value && scope_is_of(set, path, type) &&
            (!found || scope_precedes(own_path, own_type, best_path, best_type)))
            found = value, best_path = own_path, best_type = own_type;
    }
    return found;
}

/* The value of a key, of the scope that goes before the others so far. */
typedef struct default_value {
    const front_value *value;
    slice key, path, type;
} default_value;

/* All keys of a set whose scope holds, in one pass: a file of settings may have as many as it likes. */
static void take_values(const front_value *set, vector *found, hash_map *places) {
    const front_value *values = page_front_get(set, SLICE("values"));
    slice path = scope_path(set), type = scope_type(set);
    for (uint32_t k = 0; values && values->kind == FRONT_MAPPING && k < values->count; k++) {
        default_value own = {&values->entries[k].value, values->entries[k].key, path, type};
        bool is_new;
        void **place = map_put(places, own.key, &is_new);
        if (is_new) {
            *(default_value *)vector_push(found) = own;
            *place = (void *)(uintptr_t)(found->count - 1);
            continue;
        }
        default_value *best = vector_at(found, (size_t)(uintptr_t)*place);
        if (scope_precedes(path, type, best->path, best->type)) /* of another set: keys of one differ */
            *best = own;
    }
}

vector site_default_variables(const front_value *config, slice path, arena *a) {
    vector out = vector_new(a, sizeof(liquid_variable)), found = vector_new(a, sizeof(default_value));
    const front_value *sets = page_front_get(config, SLICE("defaults"));
    hash_map places = map_new(a, 0);
    slice type = config_type(config, path), below = path_of_scopes(config, path, type);
    for (uint32_t i = 0; sets && sets->kind == FRONT_SEQUENCE && i < sets->count && i < DEFAULTS_MAX; i++)
        if (scope_is_of(&sets->entries[i].value, below, type))
            take_values(&sets->entries[i].value, &found, &places);
    for (size_t i = 0; i < found.count && out.count < DEFAULTS_MAX; i++) {
        const default_value *one = vector_at(&found, i);
        if (one->value->kind == FRONT_STRING && page_is_text_in_ruby(one->value->text))
            *(liquid_variable *)vector_push(&out) = (liquid_variable){
                format_slice(a, "page.%.*s", SLICE_ARGS(one->key)), liquid_string(one->value->text)};
    }
    return out;
}

/* ---- settings of a conversion ----------------------------------------------------------------------------
 */

/* Each under its scope and key. */
static void fill_defaults(const site *s, convert_settings *settings) {
    vector out = vector_new(s->arena, sizeof(liquid_variable));
    const front_value *sets = page_front_get(&s->config, SLICE("defaults"));
    for (uint32_t i = 0; sets && sets->kind == FRONT_SEQUENCE && i < sets->count && i < DEFAULTS_MAX; i++) {
        const front_value *set = &sets->entries[i].value, *values = page_front_get(set, SLICE("values"));
        slice path = scope_path(set), type = scope_type(set);
        for (uint32_t k = 0;
             values && values->kind == FRONT_MAPPING && k < values->count && out.count < DEFAULTS_MAX; k++)
            if (values->entries[k].value.kind == FRONT_STRING)
                *(liquid_variable *)vector_push(&out) =
                    (liquid_variable){format_slice(s->arena, "%.*s:%.*s:%.*s", SLICE_ARGS(path),
                                                   SLICE_ARGS(type), SLICE_ARGS(values->entries[k].key)),
                                      liquid_string(values->entries[k].value.text)};
    }
    settings->defaults = out.items;
    settings->defaults_count = out.count;
}

#define THEME_MAX ((size_t)256 << 10)

/* The site's own theme; one that is not there, or far too long, leaves the shipped one in force. */
static void read_theme(const site *s, convert_settings *settings) {
    slice text, error;
    if (site_read(s, SLICE(STATE_FOLDER "/theme.yml"), s->arena, &text, &error) && text.length <= THEME_MAX)
        settings->theme = text;
}

void site_fill_settings(const site *s, convert_settings *settings) {
    liquid_variable *variables = arena_alloc(s->arena, (s->config.count + 1) * sizeof *variables);
    settings->variables = variables;
    for (uint32_t i = 0; i < s->config.count; i++) {
        const front_entry *one = &s->config.entries[i];
        bool is_text =
            one->value.kind == FRONT_STRING && (one->value.quoted || page_is_text_in_ruby(one->value.text));
        if (is_text || one->value.kind == FRONT_NULL)
            variables[settings->variables_count++] = (liquid_variable){
                format_slice(s->arena, "site.%.*s", SLICE_ARGS(one->key)),
                is_text ? liquid_string(one->value.text) : (liquid_value){.type = LIQUID_NIL}};
    }
    if (s->config.count &&
        !page_front_get(&s->config, SLICE("baseurl"))) /* Jekyll: Configuration::DEFAULTS */
        variables[settings->variables_count++] =
            (liquid_variable){SLICE("site.baseurl"), liquid_string(SLICE(""))};
    slice url = page_front_text(&s->config, SLICE("url"));
    settings->url = asset_is_site_url(url, s->arena) ? url : SLICE("");
    settings->baseurl = page_front_text(&s->config, SLICE("baseurl"));
    fill_defaults(s, settings);
    fill_kramdown(s, settings);
    fill_unfollowed(s, settings);
    site_add_sheets(s, settings);
    read_theme(s, settings);
}
