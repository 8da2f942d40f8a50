/* What the files of a checkout name: places in pages, and files of other hosts.
 *
 * Comes in: a site. Goes out: its links, and a book of remote files. Each file is read once, on all cores.
 * Pages whose bytes hold no address of a host that the rules know cost a search; the others are read as a
 * conversion reads them, for the files that they need. Writes nothing.
 */
#include "private.h"

#include <fcntl.h>
#include <time.h>

/* A file to be read, and what for. */
typedef struct named_file {
    slice path;
    bool links;   /* what it links to counts: it is published */
    bool claims;  /* a page: addresses in it have a claim on their names, so that these do not depend on which
                     pages are in the run */
    bool needs;   /* a page of the site: it is converted, and the files are to be there */
    uint32_t own; /* its number among the site's pages and one more; 0: it is none of them */
} named_file;

typedef void (*take_named)(void *context, const named_file *file);

typedef struct file_list {
    const site *site;
    const references *asked;
    vector files;       /* of named_file */
    bool names_targets; /* some page has tags that ask for others by name */
    size_t row;         /* of the journal: journal_find_next */
} file_list;

typedef struct file_read {
    slice texts[2]; /* the file, and its original where the run begins from that */
    bool names[2];  /* ... holds addresses of hosts that are on */
    bool names_targets;
    vector needed; /* of asset_reference */
} file_read;

/* ---- on any thread ------------------------------------------------------------------------------------- */

static void find_original_text(const references *r, const named_file *file, work_slot *slot,
                               file_read *read) {
    if (r->originals && file->needs &&
        find_original(r->originals, file->path, read->names[0], slot->input, &read->texts[1]))
        read->names[1] = asset_is_named(convert_engine_assets(r->engine), read->texts[1]);
}

static size_t needs_of_file(void *context, size_t index, work_slot *slot) {
    const file_list *all = context;
    return memory_for_page(all->site, all->asked->engine,
                           ((const named_file *)vector_at(&all->files, index))->path, slot);
}

static void read_file(void *context, size_t index, work_slot *slot) {
    const file_list *all = context;
    const references *r = all->asked;
    const named_file *file = vector_at(&all->files, index);
    file_read *read = slot->own;
    slice error;
    if (!read_open(&slot->page, slot->input, &read->texts[0], &error))
        return;
    read->names_targets = r->links && file->needs && site_names_targets(read->texts[0]);
    if (!r->book || !file->claims)
        return;
    read->names[0] = asset_is_named(convert_engine_assets(r->engine), read->texts[0]);
    find_original_text(r, file, slot, read);
    read->needed = vector_new(slot->input, sizeof(asset_reference));
    for (size_t i = 0; i < 2 && file->needs; i++)
        if (read->names[i])
            convert_collect_assets(r->engine, read->texts[i], slot->arena, &read->needed);
}

/* ---- on the thread that asked, in order ---------------------------------------------------------------- */

static void note_page(const references *r, slice path, const asset_reference *reference) {
    asset_book_add(r->book, reference);
    if (!r->pages)
        return;
    size_t index = asset_book_find(r->book, reference->remote)->index;
    while (r->pages->count <= index)
        *(vector *)vector_push(r->pages) = vector_new(r->pages->arena, sizeof(slice));
    vector *pages = vector_at(r->pages, index);
    slice *last = vector_last(pages);
    if (!last || !slice_equal(*last, path))
        *(slice *)vector_push(pages) = path;
}

static bool take_file(void *context, size_t index, work_slot *slot) {
    file_list *all = context;
    const references *r = all->asked;
    const named_file *file = vector_at(&all->files, index);
    const file_read *read = slot->own;
    all->names_targets |= read->names_targets;
    if (r->links && file->links && read->texts[0].data)
        site_links_add(r->links, file->path, read->texts[0], file->needs);
    for (size_t i = 0; i < 2; i++)
        if (read->names[i])
            asset_book_scan(r->book, convert_engine_assets(r->engine), read->texts[i]);
    for (size_t i = 0; i < read->needed.count; i++)
        note_page(r, file->path, vector_at(&read->needed, i));
    return true;
}

/* ---- which files --------------------------------------------------------------------------------------- */

/* The pages of the whole checkout, and those of the site that a person named though they are none of it; both
 * are sorted by their paths. */
static void list_pages(const references *r, const vector *whole, const vector *own, take_named take,
                       void *context) {
    for (size_t i = 0, j = 0; i < whole->count || j < own->count;) {
        const slice *one = i < whole->count ? vector_at(whole, i) : NULL;
        const slice *other = j < own->count ? vector_at(own, j) : NULL;
        int order = !one ? 1 : !other ? -1 : slice_compare(*one, *other);
        slice path = order <= 0 ? *one : *other;
        bool needs = order >= 0 && !(r->unwanted && r->unwanted(r->context, path));
        take(context, &(named_file){.path = path,
                                    .links = order <= 0,
                                    .claims = true,
                                    .needs = needs,
                                    .own = order >= 0 ? (uint32_t)j + 1 : 0});
        i += order <= 0;
        j += order >= 0;
    }
}

/* The row of a file that is known to be as it says, of files that come in their order; else NULL. */
static const journal_row *known_row(const references *r, const named_file *file, size_t *at) {
    bool is_known = r->settled && file->own && r->settled[file->own - 1] != SITE_CONVERTED;
    return is_known ? journal_find_next(r->originals->journal, file->path, at) : NULL;
}

/* For remote files alone, a page that is known to name none is not read. */
static void add_file(void *list, const named_file *file) {
    file_list *all = list;
    const references *r = all->asked;
    const journal_row *row = r->links ? NULL : known_row(r, file, &all->row);
    if (!row || row->names_files || !hash_equal(row->rules, &r->originals->rules))
        *(named_file *)vector_push(&all->files) = *file;
}

/* Files that links are read from, besides pages. */
static void list_linking(const site *whole, take_named take, void *context) {
    for (size_t i = 0; i < whole->linking.count; i++)
        take(context, &(named_file){.path = *(slice *)vector_at(&whole->linking, i), .links = true});
}

/* Few sites need them: their pages are read once more. */
static void add_targets(const site *whole, site_links *links) {
    int64_t now = (int64_t)time(NULL);
    arena *a = arena_new(0);
    for (size_t i = 0; i < whole->pages.count; i++, arena_reset(a)) {
        slice path = *(slice *)vector_at(&whole->pages, i), text, error;
        if (site_read(whole, path, a, &text, &error) && page_split(text).has_front &&
            !why_unpublished(whole, path, text, now, a))
            site_links_add_target(links, path, text);
    }
    arena_destroy(a);
}

typedef struct reading {
    site *site;
    const references *asked;
    slice *error;
} reading;

static bool read_all(void *context) {
    const reading *given = context;
    site *s = given->site;
    const references *r = given->asked;
    slice *error = given->error;
    arena *a = arena_new(0);
    file_list all = {.site = s, .asked = r, .files = vector_new(a, sizeof(named_file))};
    const site *whole = site_whole(s, error);
    work w = {.context = &all,
              .jobs = r->jobs,
              .memory = convert_memory_limit(r->engine),
              .size = sizeof(file_read),
              .needs = needs_of_file,
              .each = read_file,
              .confines = s->confines,
              .report = take_file};
    size_t read;
    bool ok = whole != NULL;
    if (ok) {
        list_pages(r, &whole->pages, &s->pages, add_file, &all);
        if (r->links)
            list_linking(whole, add_file, &all);
        if (r->links)
            site_links_expect(r->links, all.files.count);
        ok = work_on(&w, all.files.count, &read);
        if (!ok)
            *error = SLICE("no thread can be started");
    }
    if (ok && all.names_targets)
        add_targets(whole, r->links);
    if (r->links)
        site_links_settle(r->links);
    arena_destroy(a);
    return ok;
}

/* Files that cannot be read are passed over here: the run says so where it matters. */
bool read_references(site *s, const references *r, slice *error) {
    return site_apart(s, read_all, &(reading){s, r, error});
}

/* With `context` NULL: no page of it is converted. */
static bool is_unwanted(void *context, slice path) {
    (void)context, (void)path;
    return true;
}

site_links *site_read_links(site *s, const convert_engine *engine, arena *a, slice *error) {
    site_links *links = site_links_new(&s->config, a);
    references all = {.engine = engine, .unwanted = is_unwanted, .links = links};
    return read_references(s, &all, error) ? links : NULL;
}

/* ---- whether links are what they were -------------------------------------------------------------------
 */

typedef struct digesting {
    site *site;
    const references *asked;
    links_state *state;
    buffer text; /* the digest of what came before, and what came since */
    size_t row;  /* of the journal: journal_find_next */
    arena *scratch;
} digesting;

#define DIGESTED ((size_t)64 << 10) /* bytes at once */

static void fold(digesting *d) {
    d->state->digest = hash_bytes(buffer_slice(&d->text));
    d->text.length = 0;
    buffer_append(&d->text, (slice){(const char *)d->state->digest.bytes, HASH_SIZE});
}

static void digest_text(digesting *d, slice text) {
    buffer_append(&d->text, (slice){(const char *)&text.length, sizeof text.length});
    buffer_append(&d->text, text);
    if (d->text.length > DIGESTED)
        fold(d);
}

/* What is known to be as its row has it is not looked at again. */
static stamp stamp_of_file(digesting *d, const named_file *file) {
    const journal_row *row = known_row(d->asked, file, &d->row);
    struct stat info;
    stamp now = {0};
    if (row)
        return row->stamp;
    if (fstatat(d->site->folder, slice_c_string(file->path, d->scratch), &info, AT_SYMLINK_NOFOLLOW) == 0)
        now = stamp_of(&info);
    d->state->is_certain &= stamp_is_before(&now, journal_began(d->asked->originals->journal));
    arena_reset(d->scratch);
    return now;
}

static void digest_file(void *context, const named_file *file) {
    digesting *d = context;
    stamp at = stamp_of_file(d, file);
    int64_t numbers[] = {at.size, at.modified, at.changed, at.inode, file->links, file->needs};
    buffer_append(&d->text, (slice){(const char *)numbers, sizeof numbers});
    digest_text(d, file->path);
}

static bool digest_all(void *context) {
    digesting *d = context;
    slice ignored;
    const site *whole = site_whole(d->site, &ignored);
    const vector *config = &d->site->config_files;
    if (!whole)
        return false;
    digest_text(d, (slice){(const char *)d->asked->originals->rules.bytes, HASH_SIZE});
    for (size_t i = 0; i < config->count; i++) {
        const site_file *file = vector_at(config, i);
        digest_text(d, file->path);
        digest_text(d, file->bytes);
    }
    list_pages(d->asked, &whole->pages, &d->site->pages, digest_file, d);
    list_linking(whole, digest_file, d);
    fold(d);
    return true;
}

bool digest_references(site *s, const references *r, links_state *state) {
    arena *a = arena_new(0);
    digesting d = {
        .site = s, .asked = r, .state = state, .text = buffer_new(a, 2 * DIGESTED), .scratch = arena_new(0)};
    *state = (links_state){.is_certain = true};
    bool ok = site_apart(s, digest_all, &d);
    arena_destroy(d.scratch);
    arena_destroy(a);
    return ok;
}

/* ---- files of other hosts -------------------------------------------------------------------------------
 */

bool site_read_assets(site *s, const convert_engine *engine, unsigned jobs, asset_book *book, arena *a,
                      vector *pages, slice *error) {
    *pages = vector_new(a, sizeof(vector));
    references r = {.engine = engine, .jobs = jobs, .book = book, .pages = pages};
    if (!read_references(s, &r, error))
        return false;
    asset_book_settle(book, convert_engine_assets(engine));
    asset_rules_use_book(convert_engine_assets(engine), book);
    return true;
}
