/* Which places of pages (`path#id`) the site links to.
 *
 * Comes in: the files of a checkout, one by one, as bytes. Goes out: for each page the ids that links lead
 * to, and who links. It searches for `#` and takes what stands before it, back to the quote, bracket or space
 * where it begins, for an address. That costs little and needs no parser: what is no address of a page (a
 * colour, a heading, a comment) meets no page in the end. Addresses without a `#` are noted as they are
 * spelled, where they have no slash at their end: the CMS gives pages one, and what names such a page is
 * reported. Never: a file read, more than linear time, a fault on any bytes.
 */
#include "private.h"

#include <stdlib.h>

#define LINKS_PER_FILE 4096 /* a hostile file costs no more than an honest one */
#define ADDRESS_MAX 1024
#define ID_MAX 256
#define OUTPUT_MAX 64 /* of Liquid: `{{ site.baseurl }}` and its like */

/* A file that others are told of by its name. */
typedef struct linking_file {
    slice path, name; /* as people read it */
} linking_file;

typedef struct link {
    slice address, id; /* where it leads, normalised */
    const linking_file *from;
    uint32_t line;
    bool is_followed; /* the file is a page that is converted too */
} link;

/* A page, in few bytes: there are as many as the site has pages. */
typedef struct published {
    const char *path, *texts; /* its file; what the functions below give, one behind the other */
    uint32_t path_length, address_length, folder_length;
    uint16_t spelled_length;
    bool is_folder; /* the folder is the address with a slash: it is there once */
    bool has_slash; /* at the end of its permalink: that is the folder */
    bool is_hidden; /* it says `published: false` */
} published;

/* Numbers of pages by their addresses: 0 is none, others are one more. At most half full. */
typedef struct page_index {
    uint32_t *numbers;
    size_t capacity; /* a power of two */
} page_index;

/* An address that is mentioned without a slash at its end. Nearly all of them are no page's, so that no more
 * than their hash is kept: what it is compared with is under the same key, which nobody knows. */
typedef struct mention {
    uint64_t address;
    uint32_t source; /* of `sources` */
    uint32_t line;
} mention;

#define MENTIONS 4096 /* that stand together: they never move */

/* An address that led to the page before it had its own. */
typedef struct former {
    slice address, path; /* normalised; the page's file */
    bool has_slash;      /* the redirect is written as a folder's index */
} former;

/* Pages that will be written as one file: the first by path, and the next. */
typedef struct shared_address {
    const published *first, *next; /* `next` NULL: there is only one */
} shared_address;

/* The places at one address: [first, first + count) of `ids`. */
typedef struct target {
    slice address;
    size_t first, count;
} target;

struct site_links {
    arena *arena, *scratch; /* scratch: for the file in hand */
    const front_value *config;
    slice host, base;    /* the site's own, as `url` and `baseurl` say */
    vector pages;        /* of published, sorted by path once settled */
    vector links;        /* of link */
    vector former;       /* of former, as the files come */
    hash_map moved;      /* from such addresses, where no page has them now, to published, once settled */
    vector ids;          /* of convert_linked_id */
    vector targets;      /* of target, sorted by address */
    page_index at;       /* the first page at each address, once settled */
    hash_map taken;      /* from addresses of pages without a slash at their end, with one: to who has it */
    vector doubles;      /* of uint32_t: pages at an address that an earlier one has, once settled */
    hash_map shared;     /* from what such pages and the first will be, to shared_address */
    hash_map redirected; /* from paths of pages without a slash at their end, to former: it will be theirs */
    bool shows_excerpts; /* some layout or list does */
    vector files, posts; /* of liquid_target, sorted once settled */
    vector sources;      /* of slice: paths of the files that they are in */
    vector mentions;     /* of mention *: so many each but for the last */
    size_t mention_count;
    hash_map named; /* from addresses of pages without a slash at their end to named_address, once settled */
};

/* ---- a page -------------------------------------------------------------------------------------------- */

static slice path_of(const published *page) {
    return (slice){page->path, page->path_length};
}

/* Where visitors find it, normalised. */
static slice address_of(const published *page) {
    return (slice){page->texts, page->address_length};
}

/* That its relative links begin at. */
static slice folder_of_page(const published *page) {
    return (slice){page->texts + (page->is_folder ? 0 : page->address_length), page->folder_length};
}

/* Its permalink, decoded, where it has no slash at its end; else empty. */
static slice spelled_of(const published *page) {
    return (slice){folder_of_page(page).data + page->folder_length, page->spelled_length};
}

/* ---- addresses ----------------------------------------------------------------------------------------- */

static void drop_last_segment(buffer *path) {
    while (path->length && path->data[path->length - 1] != '/')
        path->length--;
    path->length -= path->length > 0;
}

static slice without_ending(slice text, slice ending) {
    return slice_ends_with(text, ending) ? slice_sub(text, 0, text.length - ending.length) : text;
}

/* One spelling for all addresses that web servers take for the same page: decoded, in lower case, without
 * `.`, `..`, empty parts, `index.html`, `.html` and the slash at the end. The home page is empty. */
static slice normalise(slice folder, slice path, arena *a) {
    slice parts[] = {folder, path};
    buffer out = buffer_new(a, folder.length + path.length + 2);
    for (size_t p = 0; p < 2; p++)
        for (size_t at = 0, end; at < parts[p].length; at = end + 1) {
            end = slice_find_char(parts[p], '/', at);
            end = end == SLICE_NONE ? parts[p].length : end;
            slice segment = slice_percent_decoded(slice_sub(parts[p], at, end), a);
            if (slice_equal(segment, SLICE("..")))
                drop_last_segment(&out);
            if (!segment.length || slice_equal(segment, SLICE(".")) || slice_equal(segment, SLICE("..")))
                continue;
            buffer_append_char(&out, '/');
            for (size_t i = 0; i < segment.length; i++)
                buffer_append_char(&out, to_lower(segment.data[i]));
        }
    slice whole = without_ending(buffer_slice(&out), SLICE(".html"));
    return without_ending(whole, SLICE("/index"));
}

static slice folder_of(slice path) {
    while (path.length && path.data[path.length - 1] != '/')
        path.length--;
    return path;
}

/* ---- where a page is published ------------------------------------------------------------------------- */

/* The value of a top-level key, as most front matter has it: on the key's line. What else YAML allows is
 * `*unsure`. */
static slice read_value(slice front, slice key, bool *unsure) {
    slice value = SLICE("");
    *unsure = false;
    for (size_t at = 0, end; at < front.length; at = end + 1) {
        end = slice_find_char(front, '\n', at);
        end = end == SLICE_NONE ? front.length : end;
        slice line = slice_sub(front, at, end);
        if (!slice_starts_with(line, key) || line.length == key.length || line.data[key.length] != ':')
            continue;
        value = slice_trim(slice_from(line, key.length + 1));
        char first = value.length ? value.data[0] : '|';
        *unsure = strchr("|>&*!{[#", first) != NULL;
        if (first == '"' || first == '\'')
            value = slice_sub(value, 1, slice_find_char(value, first, 1));
        else
            value = slice_trim(slice_sub(value, 0, slice_find(value, SLICE(" #"), 0)));
    }
    return value;
}

static slice front_text(const site_links *l, const page_parts *parts, slice key) {
    bool unsure;
    slice value = read_value(parts->front, key, &unsure);
    if (!unsure)
        return value;
    front_value front;
    page_error error;
    findings ignored = findings_new(l->arena);
    bool read = page_read_front(parts->front, parts->front_line, l->arena, &ignored, &front, &error);
    return read ? page_front_text(&front, key) : SLICE("");
}

/* What Jekyll's templates for permalinks are filled from (Jekyll: Drops::UrlDrop). */
typedef struct naming {
    slice collection, categories;
    slice path; /* below the collection's folder, without extension */
    slice slug;
    slice date; /* YYYY-MM-DD, or empty */
} naming;

/* Jekyll: Utils.slugify, mode "pretty"; the case does not matter here. */
static slice make_slug(slice text, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        bool kept = is_alnum(c) || (c & 0x80) || (c && strchr("._~!$&'()+,;=@", c));
        if (kept || (out.length && out.data[out.length - 1] != '-'))
            buffer_append_char(&out, kept ? c : '-');
    }
    return without_ending(buffer_slice(&out), SLICE("-"));
}

/* Empty: the template needs something that is not known here. */
static slice fill_template(slice form, const naming *n, arena *a) {
    const slice known[][2] = {{SLICE(":collection"), n->collection},
                              {SLICE(":categories"), n->categories},
                              {SLICE(":output_ext"), SLICE(".html")},
                              {SLICE(":path"), n->path},
                              {SLICE(":title"), n->slug},
                              {SLICE(":year"), slice_sub(n->date, 0, 4)},
                              {SLICE(":month"), slice_sub(n->date, 5, 7)},
                              {SLICE(":day"), slice_sub(n->date, 8, 10)}};
    const size_t count = sizeof known / sizeof *known;
    if (form.length > ADDRESS_MAX)
        return SLICE("");
    buffer out = buffer_new(a, form.length + n->path.length);
    for (size_t at = 0, k; at < form.length; at += k < count ? known[k][0].length : 1) {
        for (k = 0; k < count && !slice_starts_with(slice_from(form, at), known[k][0]);)
            k++;
        if (k < count)
            buffer_append(&out, known[k][1]);
        else if (form.data[at] == ':')
            return SLICE("");
        else
            buffer_append_char(&out, form.data[at]);
    }
    return buffer_slice(&out);
}

/* `permalink` in what _config.yml says of the collection; empty: it says none. */
static slice template_of(const front_entry *collection) {
    bool has = collection && collection->value.kind == FRONT_MAPPING;
    return has ? page_front_text(&collection->value, SLICE("permalink")) : SLICE("");
}

/* Jekyll: Configuration#style_to_permalink; other styles need more than is known here. */
static slice template_of_posts(const front_value *config) {
    slice style = template_of(config_collection(config, SLICE("posts")));
    if (!style.length)
        style = page_front_text(config, SLICE("permalink"));
    if (!style.length || slice_equal(style, SLICE("date")) || slice_equal(style, SLICE("pretty")))
        return SLICE("/:categories/:year/:month/:day/:title");
    if (slice_equal(style, SLICE("none")))
        return SLICE("/:categories/:title");
    return slice_starts_with(style, SLICE("/")) ? style : SLICE("");
}

/* `2024-01-31-name`: the date is taken off the name. */
static slice take_date(slice *name) {
    static const char FORM[] = "0000-00-00-";
    size_t i = 0;
    while (i < name->length && FORM[i] && (FORM[i] == '0' ? is_digit(name->data[i]) : name->data[i] == '-'))
        i++;
    if (FORM[i])
        return SLICE("");
    slice date = slice_sub(*name, 0, 10);
    *name = slice_from(*name, 11);
    return date;
}

/* Where Jekyll puts a page whose front matter does not say it. Empty: not known, or not published. */
static slice derive_permalink(const site_links *l, slice path, slice front) {
    path = config_path_below(path, config_collections_folder(l->config));
    size_t folder = folder_of(path).length, dot = path.length;
    while (dot > folder && path.data[dot - 1] != '.')
        dot--;
    if (dot > folder)
        path = slice_sub(path, 0, dot - 1);
    slice name = slice_from(path, folder);
    naming n = {.path = path, .date = take_date(&name)};
    n.slug = make_slug(name, l->arena);
    size_t posts = slice_starts_with(path, SLICE("_posts/")) ? 0 : slice_find(path, SLICE("/_posts/"), 0);
    if (posts != SLICE_NONE) {
        n.categories = slice_sub(path, 0, posts);
        bool more = slice_find(front, SLICE("categor"), 0) != SLICE_NONE; /* they are part of the address */
        return n.date.length && !more ? fill_template(template_of_posts(l->config), &n, l->arena) : SLICE("");
    }
    if (!slice_starts_with(path, SLICE("_")))
        return fill_template(SLICE("/:path"), &n, l->arena);
    n.collection = slice_sub(path, 1, slice_find_char(path, '/', 0));
    n.path = slice_from(path, n.collection.length + 2);
    const front_entry *collection = config_collection(l->config, n.collection);
    if (!collection)
        return SLICE("");
    slice own = template_of(collection);
    return fill_template(own.length ? own : SLICE("/:collection/:path"), &n, l->arena);
}

/* A page's address as links have it, from the site's root. Empty: not known, or no page. */
static slice find_permalink(const site_links *l, slice path, const page_parts *parts) {
    if (!parts->has_front)
        return SLICE("");
    slice given = front_text(l, parts, SLICE("permalink"));
    if (given.length > ADDRESS_MAX)
        return SLICE("");
    if (!given.length)
        return derive_permalink(l, path, parts->front);
    return given.data[0] == '/' ? given : format_slice(l->arena, "/%.*s", SLICE_ARGS(given));
}

/* ---- links in a file ----------------------------------------------------------------------------------- */

/* A file that links stand in. */
typedef struct source {
    slice path, text;
    slice folder;             /* that its relative links begin at; empty: not known */
    size_t count;             /* of links */
    bool is_converted;        /* it is a page of the run; of the old form, once `count` is not 0 */
    slice own;                /* its permalink, without a slash at its end */
    size_t named;             /* addresses */
    const linking_file *file; /* NULL: no link was noted yet */
} source;

static bool is_own_host(const site_links *l, slice host) {
    static const slice WWW = LITERAL("www.");
    if (slice_equal_nocase(slice_sub(host, 0, 4), WWW))
        host = slice_from(host, 4);
    return l->host.length && slice_equal_nocase(host, l->host);
}

/* What stands before the `#` as an address of this site, normalised. False: it leads elsewhere. */
static bool resolve(const site_links *l, slice folder, slice href, arena *a, slice *address) {
    static const slice SCHEMES[] = {LITERAL("https:"), LITERAL("http:")};
    if (slice_equal_nocase(slice_sub(href, 0, 5), SLICE("href=")))
        href = slice_from(href, 5);
    href = slice_sub(href, 0, slice_find_char(href, '?', 0));
    for (size_t i = 0; i < 2; i++)
        if (slice_equal_nocase(slice_sub(href, 0, SCHEMES[i].length), SCHEMES[i]))
            href = slice_from(href, SCHEMES[i].length);
    if (slice_starts_with(href, SLICE("//"))) {
        size_t end = slice_find_char(href, '/', 2);
        if (!is_own_host(l, slice_sub(href, 2, end)))
            return false;
        href = end == SLICE_NONE ? SLICE("/") : slice_from(href, end);
    }
    if (!href.length || slice_find_char(href, ':', 0) != SLICE_NONE)
        return false;
    bool relative = href.data[0] != '/';
    if (relative && !folder.length)
        return false;
    if (l->base.length && slice_starts_with(href, l->base) &&
        (href.length == l->base.length || href.data[l->base.length] == '/'))
        href = slice_from(href, l->base.length);
    *address = normalise(relative ? folder : SLICE(""), href, a);
    return true;
}

static void note_link(site_links *l, source *in, slice href, slice id, uint32_t line, bool is_known) {
    slice address;
    if (in->count == LINKS_PER_FILE || !resolve(l, in->folder, href, l->scratch, &address))
        return;
    if (in->count++ == 0) {
        linking_file *file = arena_alloc(l->arena, sizeof *file);
        *file = (linking_file){in->path, site_show_path(in->path, l->arena)};
        in->file = file;
        in->is_converted = in->is_converted && !page_text_is_tiptap(in->text, l->scratch);
    }
    *(link *)vector_push(&l->links) =
        (link){slice_copy(address, l->arena), slice_copy(slice_percent_decoded(id, l->scratch), l->arena),
               in->file, line, in->is_converted && is_known};
}

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

/* Neither in an address nor, as far as anyone writes them, in an id. */
static bool is_edge(char c) {
    return (c >= 0 && c < ' ') || strchr("\"'()<>[]{}`|\\#", c) != NULL;
}

/* The id that begins at `at`: up to the quote that `opener` opened, else to a space or bracket. */
static slice read_id(slice text, size_t at, char opener) {
    size_t end = at, limit = text.length - at > ID_MAX ? at + ID_MAX : text.length;
    while (end < limit && !is_edge(text.data[end]))
        end++;
    slice id = slice_sub(text, at, end);
    if (is_quote(opener) && end < limit && text.data[end] == opener)
        return id;
    id = slice_sub(id, 0, slice_find_char(id, ' ', 0));
    while (opener != '(' && id.length && strchr(".,;:!?", id.data[id.length - 1]))
        id.length--; /* of the sentence */
    return id;
}

/* Whether the output of Liquid that ends before `end` is known here, and written into pages: the site's own
 * address. `*end`: where it begins. */
static bool is_known_output(const site_links *l, slice text, size_t *end) {
    static const struct {
        slice name, key;
        bool has_default; /* Jekyll: Configuration::DEFAULTS */
    } KNOWN[] = {{LITERAL("site.baseurl"), LITERAL("baseurl"), true},
                 {LITERAL("site.url"), LITERAL("url"), false}};
    size_t least = *end > OUTPUT_MAX ? *end - OUTPUT_MAX : 0, from = *end - 2;
    while (from > least && text.data[from - 1] != '{')
        from--;
    slice name = slice_trim(slice_sub(text, from, *end - 2));
    if (from < least + 2 || text.data[from - 2] != '{')
        return false;
    *end = from - 2;
    for (size_t i = 0; i < sizeof KNOWN / sizeof *KNOWN; i++)
        if (slice_equal(name, KNOWN[i].name))
            return l->config->count &&
                   (KNOWN[i].has_default || page_front_text(l->config, KNOWN[i].key).length);
    return false;
}

/* Whether all that Liquid puts right before `at` is known: else the link stands as it is in the new page. */
static bool is_known_before(const site_links *l, slice text, size_t at) {
    while (at >= 2 && slice_equal(slice_sub(text, at - 2, at), SLICE("}}")))
        if (!is_known_output(l, text, &at))
            return false;
    return true;
}

/* The link whose `#` is at `at`; its address begins at `from` or later. In Markdown and in quotes an address
 * may hold spaces; elsewhere it is the last word. */
static void read_link(site_links *l, source *in, slice text, size_t from, size_t at, uint32_t line) {
    size_t least = at - from > ADDRESS_MAX ? at - ADDRESS_MAX : from;
    for (from = at; from > least && !is_edge(text.data[from - 1]);)
        from--;
    char opener = from > 0 ? text.data[from - 1] : '\n';
    slice whole = slice_trim(slice_sub(text, from, at)), word = whole;
    slice id = read_id(text, at + 1, opener);
    if (!id.length)
        return;
    for (size_t i = whole.length; i > 0 && word.length == whole.length; i--)
        if (whole.data[i - 1] == ' ')
            word = slice_from(whole, i);
    bool is_known = opener != '}' || is_known_before(l, text, from);
    note_link(l, in, word, id, line, is_known);
    if (word.length < whole.length && (is_quote(opener) || opener == '(' || opener == '<'))
        note_link(l, in, whole, id, line, is_known);
}

/* The character before a `#` that ends an address. Most of them follow a space, `(`, `&`, `:` or another `#`.
 */
static bool may_end_address(char c) {
    return is_alnum(c) || (c & 0x80) || c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
}

static void read_links(site_links *l, source *in, slice text) {
    uint32_t line = 1;
    size_t counted = 0, after = 0; /* the last `#` */
    for (size_t at = 0; (at = slice_find_char(text, '#', at)) != SLICE_NONE; after = ++at) {
        if (at == 0 || !may_end_address(text.data[at - 1]))
            continue;
        for (; counted < at; counted++)
            line += text.data[counted] == '\n';
        read_link(l, in, text, after, at, line);
    }
}

/* ---- addresses that are named -------------------------------------------------------------------------- */

typedef struct naming_place {
    slice file; /* as people read its name */
    uint32_t line;
} naming_place;

/* Of an address: who names it. */
typedef struct named_address {
    slice address; /* as it is spelled, decoded */
    uint64_t hash;
    vector places; /* of naming_place */
} named_address;

static mention *mention_at(const site_links *l, size_t index) {
    return *(mention **)vector_at(&l->mentions, index / MENTIONS) + index % MENTIONS;
}

static void note_address(site_links *l, source *in, slice address, uint32_t line) {
    if (in->own.length && slice_equal(address, in->own))
        return;
    if (in->named++ == 0)
        *(slice *)vector_push(&l->sources) = in->path;
    if (l->mention_count % MENTIONS == 0)
        *(mention **)vector_push(&l->mentions) = arena_alloc(l->arena, MENTIONS * sizeof(mention));
    *mention_at(l, l->mention_count++) =
        (mention){hash_keyed(arena_key(l->arena), address), (uint32_t)(l->sources.count - 1), line};
}

static int compare_places(const void *one, const void *other) {
    const naming_place *a = one, *b = other;
    int order = slice_compare(a->file, b->file);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* Does an address of this site begin at the slash at `at`: behind a quote, a bracket, a space, the site's own
 * host? */
static bool begins_address(const site_links *l, slice text, size_t at) {
    char before = at ? text.data[at - 1] : '\n', next = at + 1 < text.length ? text.data[at + 1] : '\0';
    if (!is_alnum(next) && !(next & 0x80) && !strchr("%-_.~", next))
        return false;
    if (is_space(before) || strchr("\"'(>}=", before))
        return true;
    return l->host.length && slice_ends_with(slice_sub(text, 0, at), l->host);
}

/* The address at `at`: up to the quote or bracket that it stands in, else to a space. */
static slice read_address(const site_links *l, slice text, size_t at) {
    char opener = at ? text.data[at - 1] : '\n';
    size_t end = at, limit = text.length - at > ADDRESS_MAX ? at + ADDRESS_MAX : text.length;
    bool spaces = is_quote(opener) || opener == '(';
    while (end < limit && !is_edge(text.data[end]) && text.data[end] != '?' &&
           (spaces || text.data[end] != ' '))
        end++;
    slice address = slice_trim(slice_sub(text, at, end));
    while (!spaces && address.length && strchr(".,;:!", address.data[address.length - 1]))
        address.length--; /* of the sentence */
    if (l->base.length && slice_starts_with(address, l->base) && address.length > l->base.length &&
        address.data[l->base.length] == '/')
        address = slice_from(address, l->base.length);
    return address;
}

static void read_addresses(site_links *l, source *in, slice text) {
    uint32_t line = 1;
    size_t counted = 0;
    for (size_t at = 0; (at = slice_find_char(text, '/', at)) != SLICE_NONE && in->named < LINKS_PER_FILE;
         at++) {
        if (!begins_address(l, text, at))
            continue;
        slice address = read_address(l, text, at);
        if (address.length < 2 || address.data[address.length - 1] == '/')
            continue;
        for (; counted < at; counted++)
            line += text.data[counted] == '\n';
        note_address(l, in, slice_percent_decoded(address, l->scratch), line);
    }
}

/* ---- the whole ----------------------------------------------------------------------------------------- */

static void destroy_scratch(void *scratch) {
    arena_destroy(scratch);
}

site_links *site_links_new(const front_value *config, arena *a) {
    site_links *l = arena_zeroed(a, sizeof *l);
    arena_cleanup *at_end = arena_alloc(a, sizeof *at_end);
    slice host = site_host(config);
    *l = (site_links){.arena = a,
                      .scratch = arena_new(0),
                      .config = config,
                      .host = slice_equal_nocase(slice_sub(host, 0, 4), SLICE("www.")) ? slice_from(host, 4)
                                                                                       : host,
                      .base = page_front_text(config, SLICE("baseurl")),
                      .pages = vector_new(a, sizeof(published)),
                      .links = vector_new(a, sizeof(link)),
                      .former = vector_new(a, sizeof(former)),
                      .moved = map_new(a, 0),
                      .doubles = vector_new(a, sizeof(uint32_t)),
                      .shared = map_new(a, 0),
                      .redirected = map_new(a, 0),
                      .ids = vector_new(a, sizeof(convert_linked_id)),
                      .targets = vector_new(a, sizeof(target)),
                      .files = vector_new(a, sizeof(liquid_target)),
                      .posts = vector_new(a, sizeof(liquid_target)),
                      .sources = vector_new(a, sizeof(slice)),
                      .mentions = vector_new(a, sizeof(mention *)),
                      .named = map_new(a, 0),
                      .taken = map_new(a, 0)};
    *at_end = (arena_cleanup){destroy_scratch, l->scratch, NULL};
    arena_give_back_at_end(a, at_end);
    l->base = without_ending(l->base, SLICE("/"));
    return l;
}

/* A permalink that the CMS will put a slash to. One that is not given is not written. */
static slice spelled_permalink(const site_links *l, const page_parts *parts, slice permalink) {
    bool changes = !slice_ends_with(permalink, SLICE("/")) && front_text(l, parts, SLICE("permalink")).length;
    return changes ? slice_percent_decoded(permalink, l->arena) : SLICE("");
}

/* There are as many as the site has pages: only what is asked for later is kept of them. */
static void note_page(site_links *l, slice path, slice permalink, slice spelled, bool is_hidden) {
    slice address = normalise(SLICE(""), permalink, l->scratch), folder = folder_of(permalink);
    bool is_folder = folder.length == address.length + 1 && slice_starts_with(folder, address);
    size_t length = (is_folder ? 0 : address.length) + folder.length;
    char *texts = arena_alloc(l->arena, length + spelled.length);
    if (!is_folder)
        memcpy(texts, address.data, address.length);
    memcpy(texts + length - folder.length, folder.data, folder.length);
    memcpy(texts + length, spelled.data, spelled.length);
    *(published *)vector_push(&l->pages) = (published){.path = path.data,
                                                       .texts = texts,
                                                       .path_length = (uint32_t)path.length,
                                                       .address_length = (uint32_t)address.length,
                                                       .folder_length = (uint32_t)folder.length,
                                                       .spelled_length = (uint16_t)spelled.length,
                                                       .is_folder = is_folder,
                                                       .has_slash = slice_ends_with(permalink, SLICE("/")),
                                                       .is_hidden = is_hidden};
}

/* As Ruby's YAML reads it. */
static bool says_hidden(const page_parts *parts) {
    static const slice FALSE[] = {LITERAL("false"), LITERAL("no"), LITERAL("off")};
    bool unsure, hidden = false;
    if (slice_find(parts->front, SLICE("published:"), 0) == SLICE_NONE) /* nearly all */
        return false;
    slice value = read_value(parts->front, SLICE("published"), &unsure);
    for (size_t i = 0; i < sizeof FALSE / sizeof *FALSE; i++)
        hidden = hidden || slice_equal_nocase(value, FALSE[i]);
    return hidden;
}

void site_links_expect(site_links *l, size_t files) {
    vector_reserve(&l->pages, files);
    vector_reserve(&l->sources, files);
}

/* jekyll-redirect-from: one address or a list of them. */
static void note_former(site_links *l, slice path, const page_parts *parts) {
    front_value front;
    page_error error;
    findings ignored = findings_new(l->scratch);
    if (slice_find(parts->front, SLICE("redirect_from"), 0) == SLICE_NONE ||
        !page_read_front(parts->front, parts->front_line, l->scratch, &ignored, &front, &error))
        return;
    const front_value *given = page_front_get(&front, SLICE("redirect_from"));
    bool list = given && given->kind == FRONT_SEQUENCE;
    for (uint32_t i = 0; given && i < (list ? given->count : 1) && i < LINKS_PER_FILE; i++) {
        const front_value *one = list ? &given->entries[i].value : given;
        if (one->kind == FRONT_STRING && one->text.length && one->text.length <= ADDRESS_MAX)
            *(former *)vector_push(&l->former) =
                (former){slice_copy(normalise(SLICE(""), one->text, l->scratch), l->arena), path,
                         slice_ends_with(without_ending(one->text, SLICE("index.html")), SLICE("/"))};
    }
}

static bool is_markdown(slice path) {
    return slice_ends_with(path, SLICE(".md")) || slice_ends_with(path, SLICE(".markdown"));
}

void site_links_add(site_links *l, slice path, slice text, bool is_converted) {
    site_links brief = *l; /* what is not kept */
    brief.arena = l->scratch;
    page_parts parts = page_split(text);
    slice permalink = find_permalink(&brief, path, &parts);
    source in = {.path = path,
                 .text = text,
                 .folder = folder_of(permalink),
                 .is_converted = is_converted && parts.has_front,
                 .own = permalink.length ? spelled_permalink(&brief, &parts, permalink) : SLICE("")};
    if (permalink.length) {
        note_page(l, path, permalink, in.own, says_hidden(&parts));
        note_former(l, path, &parts);
    }
    if (!permalink.length || !is_markdown(path))
        l->shows_excerpts |= slice_find(text, SLICE(".excerpt"), 0) != SLICE_NONE;
    read_links(l, &in, text);
    read_addresses(l, &in, text);
    arena_reset(l->scratch);
}

/* Of items that begin with the text that they are sorted by. */
static int compare_key(const void *key, const void *item) {
    return slice_compare(*(const slice *)key, *(const slice *)item);
}

static int compare_published(const void *one, const void *other) {
    return slice_compare(path_of(one), path_of(other));
}

static int compare_links(const void *one, const void *other) {
    const link *a = one, *b = other;
    int order = slice_compare(a->address, b->address);
    order = order ? order : slice_compare(a->id, b->id);
    order = order ? order : slice_compare(a->from->name, b->from->name);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* One more link to a place: of those that lead nowhere afterwards the first is reported, else the first of
 * all.
 */
static void count_link(convert_linked_id *place, const link *before, const link *now) {
    if (place->is_followed && !now->is_followed) {
        *place = (convert_linked_id){.id = now->id, .from = now->from->name, .line = now->line};
        return;
    }
    if (place->is_followed == now->is_followed)
        place->others += !slice_equal(before->from->name, now->from->name);
}

/* One more link, in their order: from another file to the same place, to another place, or to another
 * address. */
static void add_link(site_links *l, const link *before, const link *now) {
    bool same_address = before && slice_equal(before->address, now->address);
    if (same_address && slice_equal(before->id, now->id)) {
        count_link(vector_last(&l->ids), before, now);
        return;
    }
    if (!same_address)
        *(target *)vector_push(&l->targets) = (target){now->address, l->ids.count, 0};
    ((target *)vector_last(&l->targets))->count++;
    *(convert_linked_id *)vector_push(&l->ids) = (convert_linked_id){
        .id = now->id, .from = now->from->name, .line = now->line, .is_followed = now->is_followed};
}

/* ---- pages that tags of Liquid name -------------------------------------------------------------------- */

bool site_names_targets(slice text) {
    static const slice TAGS[] = {LITERAL("link"), LITERAL("post_url")};
    for (size_t at = 0; (at = slice_find(text, SLICE("{%"), at)) != SLICE_NONE;) {
        at += 2;
        while (at < text.length && (text.data[at] == '-' || is_space(text.data[at])))
            at++;
        for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++)
            if (slice_starts_with(slice_from(text, at), TAGS[i]))
                return true;
    }
    return false;
}

/* An address that the CMS writes, and Jekyll publishes, to the letter. */
static bool is_plain_address(slice address) {
    if (!slice_starts_with(address, SLICE("/")) || !slice_ends_with(address, SLICE("/")))
        return false;
    for (size_t i = 0; i < address.length; i++) {
        bool doubled = i && address.data[i] == '/' && address.data[i - 1] == '/';
        if (doubled || (!is_alnum(address.data[i]) && (!address.data[i] || !strchr("/_-", address.data[i]))))
            return false;
    }
    return true;
}

/* Jekyll: Tags::PostComparer. A name without its ending; of one with more dots, what stands before the first:
 * such posts answer to that too, and none is certain then. */
static slice post_name(slice path, arena *a) {
    size_t folder = slice_starts_with(path, SLICE("_posts/")) ? 0 : slice_find(path, SLICE("/_posts/"), 0);
    if (folder == SLICE_NONE)
        return SLICE("");
    slice above = folder ? slice_sub(path, 0, folder + 1) : SLICE("");
    slice below = slice_from(path, folder + (folder ? sizeof "/_posts/" : sizeof "_posts/") - 1);
    size_t file = folder_of(below).length, dot = slice_find_char(below, '.', file);
    bool has_both = above.length && file;
    return has_both || dot == SLICE_NONE
               ? SLICE("")
               : format_slice(a, "%.*s%.*s", SLICE_ARGS(above), SLICE_ARGS(slice_sub(below, 0, dot)));
}

void site_links_add_target(site_links *l, slice path, slice text) {
    page_parts parts = page_split(text);
    bool unsure;
    slice address = parts.has_front ? read_value(parts.front, SLICE("permalink"), &unsure) : SLICE("");
    slice name = post_name(path, l->arena);
    bool certain = address.length && address.length <= ADDRESS_MAX && !unsure && is_plain_address(address);
    bool is_draft =
        slice_starts_with(path, SLICE("_drafts/")) || slice_find(path, SLICE("/_drafts/"), 0) != SLICE_NONE;
    if (is_draft || config_collections_folder(l->config).length) /* paths are counted from there */
        return;
    address = certain ? slice_copy(address, l->arena) : SLICE("");
    *(liquid_target *)vector_push(&l->files) = (liquid_target){slice_copy(path, l->arena), address};
    if (name.length)
        *(liquid_target *)vector_push(&l->posts) = (liquid_target){name, address};
}

static int compare_liquid_targets(const void *one, const void *other) {
    return slice_compare(((const liquid_target *)one)->name, ((const liquid_target *)other)->name);
}

/* Sorted, without those of one name, and those whose address is not certain. */
static void settle_targets(vector *targets, arena *a) {
    liquid_target *all = targets->items;
    size_t count = targets->count;
    vector kept = vector_new(a, sizeof *all);
    if (count)
        qsort(all, count, sizeof *all, compare_liquid_targets);
    for (size_t i = 0; i < count; i++) {
        bool alone = (i == 0 || !slice_equal(all[i - 1].name, all[i].name)) &&
                     (i + 1 == count || !slice_equal(all[i + 1].name, all[i].name));
        if (alone && all[i].url.length)
            *(liquid_target *)vector_push(&kept) = all[i];
    }
    *targets = kept;
}

void site_links_fill_named(const site_links *l, convert_options *options) {
    options->files = l->files.items;
    options->file_count = l->files.count;
    options->posts = l->posts.items;
    options->post_count = l->posts.count;
}

/* ---- behind the last file ------------------------------------------------------------------------------ */

/* The number at this address, or the place for one. */
static uint32_t *find_number(const site_links *l, slice address) {
    size_t at = (size_t)hash_keyed(arena_key(l->arena), address) & (l->at.capacity - 1);
    for (; l->at.numbers[at]; at = (at + 1) & (l->at.capacity - 1))
        if (slice_equal(address_of(vector_at(&l->pages, l->at.numbers[at] - 1)), address))
            break;
    return &l->at.numbers[at];
}

/* Of pages at the same one, the first by path. */
static void index_pages(site_links *l) {
    l->at.capacity = 2;
    while (l->at.capacity / 2 < l->pages.count)
        l->at.capacity *= 2;
    l->at.numbers = arena_zeroed(l->arena, l->at.capacity * sizeof *l->at.numbers);
    for (size_t i = 0; i < l->pages.count; i++) {
        uint32_t *number = find_number(l, address_of(vector_at(&l->pages, i)));
        if (*number)
            *(uint32_t *)vector_push(&l->doubles) = (uint32_t)i;
        *number = *number ? *number : (uint32_t)i + 1;
    }
}

/* Is its address that of a folder, as `about/index.md` without a permalink? */
static bool is_of_folder(const published *page) {
    slice path = path_of(page);
    bool is_index = slice_starts_with(slice_from(path, folder_of(path).length), SLICE("index."));
    return page->has_slash || (is_index && !page->spelled_length);
}

/* Pages for which it is the same are written as one file; empty: not known. Once the CMS has put a slash to
 * its end, an address is that of a folder, too: see note_taken. */
static slice file_address(const published *page, arena *a) {
    slice spelled = spelled_of(page);
    return spelled.length       ? spelled
           : is_of_folder(page) ? slice_percent_decoded(folder_of_page(page), a)
                                : SLICE("");
}

static void note_shared_page(site_links *l, const published *page) {
    slice address = file_address(page, l->arena);
    if (!address.length || page->is_hidden)
        return;
    void **known = map_put(&l->shared, address, NULL);
    shared_address *one = *known;
    if (!one) {
        *known = one = arena_alloc(l->arena, sizeof *one);
        *one = (shared_address){page, NULL};
    } else if (!one->next && one->first != page) {
        one->next = page;
    }
}

static void note_shared(site_links *l) {
    for (size_t i = 0; i < l->doubles.count; i++) {
        const published *page = vector_at(&l->pages, *(uint32_t *)vector_at(&l->doubles, i));
        note_shared_page(l, vector_at(&l->pages, *find_number(l, address_of(page)) - 1));
        note_shared_page(l, page);
    }
}

/* Who has the address, with its slash, of a page without one: the first by path. */
static void note_taken(site_links *l) {
    for (size_t i = 0; i < l->pages.count; i++) {
        slice spelled = spelled_of(vector_at(&l->pages, i));
        if (spelled.length)
            map_put(&l->taken, format_slice(l->arena, "%.*s/", SLICE_ARGS(spelled)), NULL);
    }
    for (size_t i = 0; l->taken.count && i < l->pages.count; i++, arena_reset(l->scratch)) {
        published *page = vector_at(&l->pages, i);
        slice folder = slice_percent_decoded(folder_of_page(page), l->scratch);
        if (!is_of_folder(page) || !map_has(&l->taken, folder))
            continue;
        void **who = map_put(&l->taken, folder, NULL);
        *who = *who ? *who : page;
    }
}

static void add_place(site_links *l, named_address *named, const mention *one) {
    slice path = *(slice *)vector_at(&l->sources, one->source), file = site_show_path(path, l->arena);
    const naming_place *last = vector_last(&named->places);
    if (!last || last->line != one->line || !slice_equal(last->file, file))
        *(naming_place *)vector_push(&named->places) = (naming_place){file, one->line};
}

/* Who names the addresses of pages without a slash. Files may have come in any order: they are told by name.
 */
static void note_named(site_links *l) {
    const hash_key *key = arena_key(l->arena);
    hash_map wanted = map_new(l->arena, 0); /* from hashes */
    for (size_t i = 0; i < l->pages.count; i++) {
        slice spelled = spelled_of(vector_at(&l->pages, i));
        if (!spelled.length || map_has(&l->named, spelled))
            continue;
        named_address *named = arena_alloc(l->arena, sizeof *named);
        *named =
            (named_address){spelled, hash_keyed(key, spelled), vector_new(l->arena, sizeof(naming_place))};
        *map_put(&l->named, spelled, NULL) = named;
        *map_put(&wanted, (slice){(const char *)&named->hash, sizeof named->hash}, NULL) = named;
    }
    for (size_t i = 0; wanted.count && i < l->mention_count; i++) {
        const mention *one = mention_at(l, i);
        named_address *named = map_get(&wanted, (slice){(const char *)&one->address, sizeof one->address});
        if (named)
            add_place(l, named, one);
    }
    for (size_t i = 0; i < l->pages.count; i++) {
        named_address *named = map_get(&l->named, spelled_of(vector_at(&l->pages, i)));
        if (named && named->places.count)
            qsort(named->places.items, named->places.count, sizeof(naming_place), compare_places);
    }
}

static const published *find_page(const site_links *l, slice path) {
    published wanted = {.path = path.data, .path_length = (uint32_t)path.length};
    return l->pages.count ? bsearch(&wanted, l->pages.items, l->pages.count, sizeof wanted, compare_published)
                          : NULL;
}

/* Links by former addresses lead to the page: of several that had one, to the first by path. */
static void follow_former(site_links *l) {
    for (size_t i = 0; i < l->former.count; i++) {
        former *one = vector_at(&l->former, i);
        uint32_t number = *find_number(l, one->address);
        const published *there = number ? vector_at(&l->pages, number - 1) : NULL;
        if (there && one->has_slash && there->spelled_length)
            *map_put(&l->redirected, path_of(there), NULL) = one;
        if (there)
            continue;
        void **known = map_put(&l->moved, one->address, NULL);
        if (!*known || slice_compare(one->path, path_of(*known)) < 0)
            *known = (void *)(uintptr_t)find_page(l, one->path); /* pages alone have former addresses */
    }
    for (size_t i = 0; l->moved.count && i < l->links.count; i++) {
        link *one = vector_at(&l->links, i);
        const published *page = map_get(&l->moved, one->address);
        one->address = page ? address_of(page) : one->address;
    }
}

void site_links_settle(site_links *l) {
    settle_targets(&l->files, l->arena);
    settle_targets(&l->posts, l->arena);
    if (l->pages.count)
        qsort(l->pages.items, l->pages.count, sizeof(published), compare_published);
    index_pages(l);
    follow_former(l);
    if (l->links.count)
        qsort(l->links.items, l->links.count, sizeof(link), compare_links);
    for (size_t i = 0; i < l->links.count; i++)
        add_link(l, i ? vector_at(&l->links, i - 1) : NULL, vector_at(&l->links, i));
    note_taken(l);
    note_shared(l);
    note_named(l);
}

/* The page at the address, or the one that had it; NULL: there is none. */
static const published *find_at(const site_links *l, slice address) {
    uint32_t number = *find_number(l, address);
    return number ? vector_at(&l->pages, number - 1) : map_get(&l->moved, address);
}

static const void *find_sorted(const vector *sorted, slice key) {
    return sorted->count ? bsearch(&key, sorted->items, sorted->count, sorted->item_size, compare_key) : NULL;
}

const convert_linked_id *site_links_to(const site_links *l, slice path, size_t *count) {
    const published *page = find_page(l, path);
    const target *to = page ? find_sorted(&l->targets, address_of(page)) : NULL;
    *count = to ? to->count : 0;
    return to ? vector_at(&l->ids, to->first) : NULL;
}

/* Where a link by an address that the page had leads now: redirections lose what names a text. Empty: it is
 * the page's own. */
static slice moved_address(const site_links *l, const published *to, slice address, slice id, arena *a) {
    if (*find_number(l, address))
        return SLICE("");
    slice spelled = spelled_of(to), own = spelled.length  ? spelled
                                          : to->has_slash ? folder_of_page(to)
                                                          : address_of(to);
    return format_slice(a, "%.*s%.*s%s#%.*s", SLICE_ARGS(l->base), SLICE_ARGS(own), to->has_slash ? "" : "/",
                        SLICE_ARGS(id));
}

bool site_links_lead_to(const site_links *l, slice from, slice href, arena *a, slice *path, slice *id,
                        slice *moved) {
    const published *page = find_page(l, from);
    size_t at = slice_find_char(href, '#', 0);
    slice address;
    if (!page || at == SLICE_NONE || !resolve(l, folder_of_page(page), slice_sub(href, 0, at), a, &address))
        return false;
    const published *to = find_at(l, address);
    *id = slice_percent_decoded(slice_from(href, at + 1), a);
    *path = to ? path_of(to) : SLICE("");
    *moved = to ? moved_address(l, to, address, slice_from(href, at + 1), a) : SLICE("");
    return to != NULL;
}

vector site_links_targets(const site_links *l, bool (*is_from)(void *context, slice path), void *context,
                          arena *a) {
    vector out = vector_new(a, sizeof(slice));
    hash_map seen = map_new(a, 0);
    for (size_t i = 0; i < l->links.count; i++) {
        const link *one = vector_at(&l->links, i);
        const published *to = one->is_followed ? find_at(l, one->address) : NULL;
        bool is_new;
        if (!to || slice_equal(path_of(to), one->from->path) || !is_from(context, one->from->path))
            continue;
        map_put(&seen, path_of(to), &is_new);
        if (is_new)
            *(slice *)vector_push(&out) = path_of(to);
    }
    return out;
}

#define NAMING_TOLD 20

static slice list_naming(const named_address *named, arena *a) {
    buffer out = buffer_new(a, 128);
    size_t told = 0, others = 0;
    for (size_t i = 0; i < named->places.count; i++) {
        const naming_place *one = vector_at(&named->places, i);
        if (told == NAMING_TOLD)
            others++;
        else
            buffer_printf(&out, "%s%.*s:%u", told++ ? ", " : "", SLICE_ARGS(one->file), one->line);
    }
    if (others)
        buffer_printf(&out, " and %zu more", others);
    return buffer_slice(&out);
}

const convert_named_address *site_links_naming(const site_links *l, slice path, arena *a) {
    const published *page = find_page(l, path);
    const named_address *named = page && page->spelled_length ? map_get(&l->named, spelled_of(page)) : NULL;
    if (!named || !named->places.count)
        return NULL;
    convert_named_address *told = arena_alloc(a, sizeof *told);
    *told = (convert_named_address){named->address, list_naming(named, a)};
    return told;
}

slice site_links_taken_by(const site_links *l, slice path, arena *a) {
    const published *page = find_page(l, path);
    const published *other = NULL;
    if (page && page->spelled_length)
        other = map_get(&l->taken, format_slice(a, "%.*s/", SLICE_ARGS(spelled_of(page))));
    return other ? path_of(other) : SLICE("");
}

slice site_links_sharing(const site_links *l, slice path, arena *a) {
    const published *page = l->shared.count ? find_page(l, path) : NULL;
    const shared_address *one = page ? map_get(&l->shared, file_address(page, a)) : NULL;
    if (!one || !one->next || page->is_hidden)
        return SLICE("");
    return path_of(page == one->first ? one->next : one->first);
}

slice site_links_redirected_by(const site_links *l, slice path) {
    const former *one = map_get(&l->redirected, path);
    return one ? one->path : SLICE("");
}

slice site_links_excerpt(const site_links *l, slice path, bool *in_lists) {
    slice type = config_type(l->config, path),
          separator = page_front_text(l->config, SLICE("excerpt_separator"));
    bool is_post = slice_equal(type, SLICE("posts")), is_page = slice_equal(type, SLICE("pages"));
    const front_value *plugins = page_front_get(l->config, SLICE("plugins"));
    bool in_feed = false;
    for (uint32_t i = 0; is_post && plugins && plugins->kind == FRONT_SEQUENCE && i < plugins->count; i++)
        in_feed |= slice_equal(plugins->entries[i].value.text, SLICE("jekyll-feed"));
    *in_lists = l->shows_excerpts && !is_page;
    if (!*in_lists && !in_feed)
        return SLICE("");
    return page_front_get(l->config, SLICE("excerpt_separator")) ? separator : SLICE("\n\n");
}
