/* What lies in the folders of a checkout, each read once, on all cores.
 *
 * Comes in: the open root, which folders to go into. Goes out: names and what they name, sorted, by folder.
 * Never leaves the root, never follows a symbolic link.
 */
#include "private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#define FOLDERS_LEAST 16 /* what a thread is worth starting for */

struct listing {
    const site *site;
    arena *arena;
    vector arenas; /* of arena *: the threads' */
    pthread_mutex_t lock;
    hash_map folders; /* from paths to listed_folder */
};

/* ---- one folder ---------------------------------------------------------------------------------------- */

/* Its type, the length of its name, the name, a NUL. */
static listed_entry entry_at(const char *at) {
    uint16_t length;
    memcpy(&length, at + 1, sizeof length);
    return (listed_entry){(unsigned char)*at, {at + 3, length}};
}

static size_t size_of(const listed_entry *entry) {
    return entry->name.length + 4;
}

static void add_entry(buffer *to, const struct dirent *one) {
    uint16_t length = (uint16_t)strlen(one->d_name); /* readdir(3): 255 bytes at most */
    buffer_append_char(to, (char)one->d_type);
    buffer_append(to, (slice){(const char *)&length, sizeof length});
    buffer_append(to, (slice){one->d_name, (size_t)length + 1});
}

bool listed_next(const listed_folder *folder, size_t *at, listed_entry *entry) {
    if (*at == folder->entries.length)
        return false;
    *entry = entry_at(folder->entries.data + *at);
    *at += size_of(entry);
    return true;
}

/* As the paths of what is in them: behind a folder's name comes a slash. */
static int compare_entries(const void *one, const void *other) {
    listed_entry a = entry_at(*(const char *const *)one), b = entry_at(*(const char *const *)other);
    size_t both = a.name.length < b.name.length ? a.name.length : b.name.length;
    int order = memcmp(a.name.data, b.name.data, both);
    if (order)
        return order;
    const listed_entry *longer = a.name.length > both ? &a : b.name.length > both ? &b : NULL;
    unsigned char next = longer ? (unsigned char)longer->name.data[both] : 0;
    if (!longer)
        return 0;
    unsigned char ends = (longer == &a ? b : a).type == DT_DIR ? '/' : 0;
    return longer == &a ? next - ends : ends - next;
}

static slice sort_entries(const buffer *read, size_t count, arena *a, arena *scratch) {
    const char **all = arena_alloc(scratch, (count + 1) * sizeof *all), *at = read->data;
    buffer out = buffer_new(a, read->length);
    for (size_t i = 0; i < count; i++) {
        listed_entry entry = entry_at(all[i] = at);
        at += size_of(&entry);
    }
    if (count)
        qsort(all, count, sizeof *all, compare_entries);
    for (size_t i = 0; i < count; i++) {
        listed_entry entry = entry_at(all[i]);
        buffer_append(&out, (slice){all[i], size_of(&entry)});
    }
    return buffer_slice(&out);
}

void list_entries(const site *s, listed_folder *folder, arena *a, arena *scratch) {
    const char *path = folder->path.length ? slice_c_string(folder->path, scratch) : ".";
    int file = open_below(s->folder, path, O_RDONLY | O_DIRECTORY, 0);
    DIR *entries = file >= 0 ? fdopendir(file) : NULL;
    folder->is_open = entries != NULL;
    folder->error = entries ? 0 : errno;
    if (!entries && file >= 0)
        close(file);
    if (!entries)
        return;
    buffer read = buffer_new(scratch, 4096);
    size_t count = 0;
    errno = 0;
    for (const struct dirent *one; (one = readdir(entries)); errno = 0) {
        if (strcmp(one->d_name, ".") == 0 || strcmp(one->d_name, "..") == 0)
            continue;
        add_entry(&read, one);
        count++;
    }
    folder->error = errno;
    closedir(entries);
    folder->entries = sort_entries(&read, count, a, scratch);
}

/* ---- the checkout -------------------------------------------------------------------------------------- */

typedef struct level {
    listing *listing;
    vector folders; /* of listed_folder *: as deep as each other */
} level;

static void list_range(void *context, size_t first, size_t end) {
    const level *l = context;
    arena *a = arena_new(0), *scratch = arena_new(0);
    for (size_t i = first; i < end; i++, arena_reset(scratch))
        list_entries(l->listing->site, *(listed_folder **)vector_at(&l->folders, i), a, scratch);
    arena_destroy(scratch);
    pthread_mutex_lock(&l->listing->lock);
    *(arena **)vector_push(&l->listing->arenas) = a;
    pthread_mutex_unlock(&l->listing->lock);
}

static void add_folder(listing *l, vector *folders, slice path) {
    listed_folder *folder = arena_zeroed(l->arena, sizeof *folder);
    folder->path = path;
    *map_put(&l->folders, path, NULL) = folder;
    *(listed_folder **)vector_push(folders) = folder;
}

listing *listing_new(const site *s) {
    arena *a = arena_new(0);
    listing *l = arena_alloc(a, sizeof *l);
    *l = (listing){.site = s, .arena = a, .arenas = vector_new(a, sizeof(arena *)), .folders = map_new(a, 0)};
    pthread_mutex_init(&l->lock, NULL);
    return l;
}

const listed_folder *listing_read(listing *l, const listing_walk *walk) {
    level now = {l, vector_new(l->arena, sizeof(listed_folder *))};
    add_folder(l, &now.folders, SLICE(""));
    for (unsigned depth = 0; now.folders.count; depth++) {
        level next = {l, vector_new(l->arena, sizeof(listed_folder *))};
        work_on_ranges(&(range_work){.context = &now, .each = list_range, .least = FOLDERS_LEAST},
                       now.folders.count);
        for (size_t i = 0; i < now.folders.count; i++) {
            listed_folder *folder = *(listed_folder **)vector_at(&now.folders, i);
            listed_entry entry;
            if (folder->error && !walk->may_fail(folder))
                return folder;
            for (size_t at = 0; listed_next(folder, &at, &entry);) {
                slice path = SLICE("");
                if (walk->enters(walk->context, folder, &entry, depth, l->arena, &path))
                    add_folder(l, &next.folders, path);
            }
        }
        now = next;
    }
    return NULL;
}

const listed_folder *listing_find(const listing *l, slice path) {
    return l ? map_get(&l->folders, path) : NULL;
}

void listing_free(listing *l) {
    for (size_t i = 0; l && i < l->arenas.count; i++)
        arena_destroy(*(arena **)vector_at(&l->arenas, i));
    if (!l)
        return;
    pthread_mutex_destroy(&l->lock);
    arena_destroy(l->arena);
}
