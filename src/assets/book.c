/* The book: a site's remote files, who has which local name, and what became of each.
 *
 * Comes in: references, addresses found in pages, what the ledger remembers. Goes out: one name an address.
 * The names do not depend on the order in which addresses come in. Never touches the disk itself: store.c
 * looks for it.
 */
#include "private.h"

#include <stdlib.h>

/* ---- entries ------------------------------------------------------------------------------------------- */

asset_book *asset_book_create(arena *a) {
    asset_book *book = arena_zeroed(a, sizeof *book);
    book->arena = book->by_remote.arena = book->by_name.arena = a;
    book->entries = vector_new(a, sizeof(asset_entry *));
    return book;
}

asset_entry *book_entry(asset_book *book, slice remote) {
    asset_entry *entry = map_get(&book->by_remote, remote);
    if (entry)
        return entry;
    entry = arena_zeroed(book->arena, sizeof *entry);
    entry->remote = slice_copy(remote, book->arena);
    entry->code = FINDING_COUNT;
    entry->index = book->entries.count;
    *(asset_entry **)vector_push(&book->entries) = entry;
    *map_put(&book->by_remote, entry->remote, NULL) = entry;
    return entry;
}

asset_entry *book_owner(const asset_book *book, slice path, arena *scratch) {
    return map_get(&book->by_name, name_folded(path, scratch));
}

void asset_book_add(asset_book *book, const asset_reference *reference) {
    book_entry(book, reference->remote)->used = true;
}

size_t asset_book_count(const asset_book *book) {
    return book->entries.count;
}

const asset_entry *asset_book_at(const asset_book *book, size_t index) {
    return *(asset_entry **)vector_at(&book->entries, index);
}

const asset_entry *asset_book_find(const asset_book *book, slice remote) {
    return map_get(&book->by_remote, remote);
}

/* ---- addresses in a page's bytes ----------------------------------------------------------------------- */

/* Where an address that begins after `before` ends: at what closes the thing that it stands in. */
static size_t address_end(slice text, size_t from, char before) {
    size_t depth = 0, at = from;
    for (; at < text.length; at++) {
        char c = text.data[at];
        if (c == '\n' || c == '<' || c == '>' || (unsigned char)c < ' ')
            break;
        if ((before == '"' || before == '\'') ? c == before : c == '"')
            break;
        if (before == '(' &&
            ((c == ')' && depth-- == 0) || (c == ' ' && at + 1 < text.length && text.data[at + 1] == '"')))
            break;
        depth += c == '(';
        if (before != '(' && before != '"' && before != '\'' && (c == ' ' || c == ')'))
            break;
    }
    return at;
}

static slice decode_ampersands(slice text, arena *a) {
    if (slice_find(text, SLICE("&amp;"), 0) == SLICE_NONE)
        return text;
    buffer out = buffer_new(a, text.length);
    for (size_t i = 0; i < text.length; i++) {
        buffer_append_char(&out, text.data[i]);
        if (slice_starts_with(slice_from(text, i), SLICE("&amp;")))
            i += 4;
    }
    return buffer_slice(&out);
}

/* Where the host's name ends that begins behind the "//" at `at`. */
static slice host_at(slice page, size_t at) {
    size_t end = at + 2;
    while (end < page.length && end < at + 256 && (is_alnum(page.data[end]) || strchr("-._", page.data[end])))
        end++;
    return slice_sub(page, at + 2, end);
}

bool asset_is_named(const asset_rules *rules, slice page) {
    for (size_t at = 0; (at = slice_find(page, SLICE("//"), at)) != SLICE_NONE; at += 2)
        if (rules_know_host(rules, host_at(page, at)))
            return true;
    return false;
}

/* The next address at or behind `*at` whose host the rules know; `*at` moves behind it. False: there is none.
 */
static bool next_address(const asset_rules *rules, slice page, size_t *at, arena *a, slice *found) {
    static const slice SCHEMES[] = {LITERAL("https:"), LITERAL("http:")};
    for (size_t here = *at; (here = slice_find(page, SLICE("//"), here)) != SLICE_NONE; here += 2) {
        if (!rules_know_host(rules, host_at(page, here)))
            continue;
        size_t from = here;
        for (size_t i = 0; i < 2 && from == here; i++)
            if (here >= SCHEMES[i].length &&
                slice_equal_nocase(slice_sub(page, here - SCHEMES[i].length, here), SCHEMES[i]))
                from = here - SCHEMES[i].length;
        *at = address_end(page, here, from ? page.data[from - 1] : ' ');
        *found = decode_ampersands(slice_sub(page, from, *at), a);
        return true;
    }
    return false;
}

bool asset_book_scan(asset_book *book, const asset_rules *rules, slice page) {
    slice found;
    asset_reference reference;
    size_t at = 0;
    while (next_address(rules, page, &at, book->arena, &found))
        if (asset_rewrite_url(rules, found, ASSET_PICTURE, book->arena, &reference))
            book_entry(book, reference.remote);
    return at > 0;
}

bool asset_can_come_home(const asset_rules *rules, slice page, arena *a) {
    slice found;
    asset_reference reference;
    size_t at = 0;
    while (next_address(rules, page, &at, a, &found))
        if (asset_rewrite_url(rules, found, ASSET_PICTURE, a, &reference) && reference.state != ASSET_FAILED)
            return true;
    return false;
}

/* ---- names --------------------------------------------------------------------------------------------- */

static int compare_entries(const void *a, const void *b) {
    slice left = (*(asset_entry *const *)a)->remote, right = (*(asset_entry *const *)b)->remote;
    int queries =
        (slice_find_char(left, '?', 0) != SLICE_NONE) - (slice_find_char(right, '?', 0) != SLICE_NONE);
    return queries ? queries : slice_compare(left, right);
}

static look look_at(asset_book *book, slice path, uint64_t *size) {
    return book->look ? book->look(book, path, size) : LOOK_FREE;
}

static void claim_name(asset_book *book, asset_entry *entry) {
    entry->path = entry->canonical;
    for (int tries = 0; tries < 3; tries++) { /* the third has no better name to hope for */
        asset_entry *owner = book_owner(book, entry->path, book->arena);
        uint64_t size;
        look there = look_at(book, entry->path, &size);
        if (!owner && there == LOOK_FILE)
            return; /* the site's own file: everybody's */
        if (!owner && there == LOOK_FREE)
            break;
        entry->path = name_marked(entry->path, entry->remote, book->arena);
    }
    *map_put(&book->by_name, name_folded(entry->path, book->arena), NULL) = entry;
}

static void check_state(asset_book *book, asset_entry *entry) {
    uint64_t size = 0;
    if (look_at(book, entry->path, &size) == LOOK_FILE) {
        entry->state = ASSET_HERE;
        entry->size = size;
    } else if (entry->state == ASSET_HERE) {
        entry->state = ASSET_WANTED;
        entry->ours = false;
        entry->etag = entry->modified = (slice){NULL, 0};
    }
}

/* A ledger may come with a checkout that someone else wrote: only names that the address gives are taken from
 * it. */
static bool is_name_of(const asset_book *book, const asset_entry *entry) {
    slice name = entry->canonical;
    for (int tries = 0; tries <= 3; tries++) {
        if (slice_equal(name, entry->path))
            return true;
        name = name_marked(name, entry->remote, book->arena);
    }
    return false;
}

void asset_book_settle(asset_book *book, const asset_rules *rules) {
    asset_entry **fresh = arena_alloc(book->arena, (book->entries.count + 1) * sizeof *fresh);
    size_t count = 0;
    if (book->look_again)
        book->look_again(book);
    for (size_t i = 0; i < book->entries.count; i++) {
        asset_entry *entry = *(asset_entry **)vector_at(&book->entries, i);
        asset_reference reference;
        if (entry->canonical.length == 0 &&
            asset_rewrite_url(rules, entry->remote, ASSET_PICTURE, book->arena, &reference))
            entry->canonical = reference.canonical;
        if (entry->canonical.length && !is_name_of(book, entry))
            fresh[count++] = entry;
    }
    qsort(fresh, count, sizeof *fresh, compare_entries);
    for (size_t i = 0; i < count; i++)
        claim_name(book, fresh[i]);
    for (size_t i = 0; i < book->entries.count; i++)
        check_state(book, *(asset_entry **)vector_at(&book->entries, i));
}

void asset_book_seal(asset_book *book, const char *reason) {
    if (!book->sealed.length)
        book->sealed = slice_of(reason);
}

bool asset_book_is_sealed(const asset_book *book) {
    return book->sealed.length > 0;
}

void book_answer(const asset_book *book, asset_reference *reference, arena *a) {
    const asset_entry *entry = asset_book_find(book, reference->remote);
    if (entry && entry->path.length) {
        reference->path = entry->path;
        reference->state = entry->state;
        reference->code = entry->code;
        reference->problem = entry->problem;
    } else if (book_owner(book, reference->path, a)) {
        reference->path = name_marked(reference->path, reference->remote, a);
    }
    if (reference->state == ASSET_WANTED && book->sealed.length) {
        reference->state = ASSET_FAILED;
        reference->problem = book->sealed;
    }
    if (reference->state == ASSET_FAILED)
        reference->code = FINDING_ASSET_LOST;
}
