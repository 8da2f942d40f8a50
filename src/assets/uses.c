/* Which of the files that were fetched are still named by the site's texts.
 *
 * Comes in: a book, the texts of a checkout before and after. Goes out: the files that were named before and
 * are not any more. Pure; linear in the texts. Where it is not clear which file a text names (a relative
 * address), all files of that name count as named.
 */
#include "private.h"

enum { NAME_BYTES = 120 }; /* names.c: SEGMENT_MAX */
#define REFERENCE_MAX 1024

typedef struct use {
    asset_entry *entry;
    bool before, after;
    struct use *same_name; /* the next one of the same name in another folder */
} use;

struct asset_uses {
    hash_map by_path, by_name;
    bool lengths[NAME_BYTES + 1]; /* is there a name of so many bytes? */
    vector all;                   /* of use * */
    bool is_after;
    slice host; /* the site's own */
    arena *arena;
};

static slice name_of(slice path) {
    for (size_t at; (at = slice_find_char(path, '/', 0)) != SLICE_NONE;)
        path = slice_from(path, at + 1);
    return path;
}

/* Does names.c make such a path? The ledger lies in the checkout, and may say anything. */
static bool is_fetched_name(const asset_rules *rules, slice path) {
    slice extension = name_extension(path);
    if (slice_find_char(path, '/', 0) == SLICE_NONE ||
        (!rules_list_has(&rules->pictures, extension) && !rules_list_has(&rules->files, extension)))
        return false;
    for (size_t from = 0; from <= path.length;) {
        size_t to = slice_find_char(path, '/', from);
        slice segment = slice_sub(path, from, to == SLICE_NONE ? path.length : to);
        if (!segment.length || segment.length > NAME_BYTES || strchr("._#- ~", segment.data[0]))
            return false;
        from = to == SLICE_NONE ? path.length + 1 : to + 1;
    }
    return true;
}

static void add_entry(asset_uses *u, asset_entry *entry) {
    slice name = name_of(entry->path);
    if (map_has(&u->by_path, entry->path))
        return;
    use *one = arena_alloc(u->arena, sizeof *one);
    *one = (use){.entry = entry, .same_name = map_get(&u->by_name, name)};
    *map_put(&u->by_path, entry->path, NULL) = one;
    *map_put(&u->by_name, name, NULL) = one;
    u->lengths[name.length] = true;
    *(use **)vector_push(&u->all) = one;
}

asset_uses *asset_uses_new(asset_book *book, const asset_rules *rules, slice host) {
    asset_uses *u = arena_zeroed(book->arena, sizeof *u);
    u->host = host;
    u->arena = u->by_path.arena = u->by_name.arena = book->arena;
    u->all = vector_new(book->arena, sizeof(use *));
    for (size_t i = 0; i < book->entries.count; i++) {
        asset_entry *entry = *(asset_entry **)vector_at(&book->entries, i);
        if (entry->ours && entry->state == ASSET_HERE && is_fetched_name(rules, entry->path))
            add_entry(u, entry);
    }
    return u->all.count ? u : NULL;
}

void asset_uses_then(asset_uses *u) {
    u->is_after = true;
}

/* ---- names in a text -------------------------------------------------------------------------------------
 */

static bool ends_name(char c) {
    return (unsigned char)c < ' ' || strchr("\"<>/?#\\|*:", c) != NULL;
}

/* The text from there on, with escapes decoded, as far as a name can go. */
static size_t decode_name(slice text, size_t at, char *out) {
    size_t length = 0;
    while (at < text.length && length < NAME_BYTES && !ends_name(text.data[at])) {
        int byte = slice_percent_byte(text, at);
        bool ampersand = slice_starts_with(slice_from(text, at), SLICE("&amp;"));
        out[length++] = byte >= 0 ? (char)byte : text.data[at];
        at += byte >= 0 ? 3 : ampersand ? 5 : 1;
    }
    return length;
}

static void mark(const asset_uses *u, use *one) {
    bool *flag = u->is_after ? &one->after : &one->before;
    *flag = true;
}

/* Where the address begins whose last part begins at `at`. */
static size_t reference_start(slice text, size_t at) {
    size_t from = at;
    while (from > 0 && at - from < REFERENCE_MAX && !strchr("\"'<>()=,[] \t\r\n", text.data[from - 1]))
        from--;
    return from;
}

/* An address with a host loses it. False: it is another host than the site's. */
static bool leave_host(const asset_uses *u, slice *url) {
    size_t slashes = slice_find(*url, SLICE("//"), 0);
    if (slashes == SLICE_NONE || (slashes > 0 && url->data[slashes - 1] != ':'))
        return true;
    slice rest = slice_from(*url, slashes + 2);
    slice host = slice_sub(rest, 0, slice_find_char(rest, '/', 0));
    *url = slice_from(rest, host.length);
    return u->host.length && slice_equal_nocase(host, u->host);
}

/* A name stands in the text: of the file at that path, if the address begins at the site's or another root.
 */
static void mark_named(const asset_uses *u, slice text, size_t at, slice name, arena *scratch) {
    use *first = map_get(&u->by_name, name);
    if (!first)
        return;
    slice above = slice_percent_decoded(slice_sub(text, reference_start(text, at), at), scratch);
    if (!leave_host(u, &above))
        return;
    if (!slice_starts_with(above, SLICE("/"))) {
        bool was_marked = u->is_after ? first->after : first->before;
        for (use *one = first; one && (!was_marked || one == first); one = one->same_name)
            mark(u, one);
        return;
    }
    slice path = format_slice(scratch, "%.*s%.*s", SLICE_ARGS(above), SLICE_ARGS(name));
    for (size_t slash; (slash = slice_find_char(path, '/', 0)) != SLICE_NONE;) {
        path = slice_from(path, slash + 1);
        use *one = map_get(&u->by_path, path);
        if (one)
            mark(u, one);
    }
}

void asset_uses_add(asset_uses *u, slice text) {
    arena *scratch = arena_new(0);
    char name[NAME_BYTES];
    for (size_t at = 0; at < text.length; at++) {
        if (at > 0 && !strchr("/\"'(=:, \t\n", text.data[at - 1]))
            continue;
        size_t length = decode_name(text, at, name);
        for (size_t end = length; end > 0; end--)
            if (u->lengths[end] && (end == length || !is_alnum(name[end])))
                mark_named(u, text, at, (slice){name, end}, scratch);
        arena_reset(scratch);
    }
    arena_destroy(scratch);
}

/* ---- what is left over
 * ------------------------------------------------------------------------------------- */

vector asset_uses_over(const asset_uses *u) {
    vector over = vector_new(u->arena, sizeof(asset_entry *));
    for (size_t i = 0; i < u->all.count; i++) {
        const use *one = *(use **)vector_at(&u->all, i);
        if (one->before && !one->after)
            *(asset_entry **)vector_push(&over) = one->entry;
    }
    return over;
}
