/* Links to a place in a page: the id goes, so the link names the text that stands there.
 *
 * Comes in: the view of the page before, with its ids, and the new document; the text fragments of places in
 * other pages. Goes out: the document's links with a text fragment, `#old-id:~:text=…`; a finding for each
 * place; the text fragments of places here that other pages link to. A place is known by what visitors read
 * behind it, so it makes no difference what rules and survey did to the element that had the id.
 */
#include "places.h"

#include "fragment.h"
#include "page/page.h"

#include <stdlib.h>

#define NO_WORD SIZE_MAX

/* An id of the page before. */
typedef struct place {
    slice id;
    size_t word;     /* of the text before */
    slice href;      /* of the first link that leads here, as it was; empty: none does */
    uint32_t line;   /* of that link */
    slice directive; /* that leads here now; empty: there is none */
    bool is_linked;  /* from other pages */
    bool given_up;
} place;

/* A link to a place in another page. */
typedef struct link_there {
    slice href, directive;
    slice target;  /* what the directive stands behind */
    uint32_t line; /* of the first */
} link_there;

struct places {
    const convert_settings *settings;
    const convert_options *options;
    findings *found;
    arena *arena;
    const view *before;
    place *all; /* sorted by id; of two with one id only the first */
    size_t count;
    hash_map known; /* from the addresses of links to other pages */
    vector there;   /* of link_there *, in the page's order */
    unsigned rounds;
    fragment_text text;  /* the page as it was saved last */
    vector words_before; /* of slice, read when they are first asked for */
    size_t *moved_to;    /* for each of them, the one that it is now, or NO_WORD */
    bool changed;
};

/* ---- places -------------------------------------------------------------------------------------------- */

static int compare_places(const void *one, const void *other) {
    const place *a = one, *b = other;
    int order = slice_compare(a->id, b->id);
    return order ? order : (a->word > b->word) - (a->word < b->word);
}

/* Once, when something leads to a place. Offsets rise, and words are counted on the way. */
static void number_places(places *p) {
    if (p->all)
        return;
    const vector *all = &p->before->places;
    slice word, text = p->before->text;
    size_t at = 0, count = 0, end = 0;
    p->all = arena_zeroed(p->arena, (all->count + 1) * sizeof *p->all);
    for (size_t i = 0; i < all->count; i++) {
        const view_place *seen = vector_at(all, i);
        for (; end <= seen->offset && view_next_word(text, &at, &word); count++)
            end = at;
        p->all[i] = (place){.id = seen->id, .word = end > seen->offset ? count - 1 : count};
    }
    if (all->count)
        qsort(p->all, all->count, sizeof *p->all, compare_places);
    for (size_t i = 0; i < all->count; i++)
        if (i == 0 || !slice_equal(p->all[i].id, p->all[i - 1].id))
            p->all[p->count++] = p->all[i];
}

static place *find_id(const places *p, slice id) {
    size_t low = 0, high = p->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = slice_compare(p->all[middle].id, id);
        if (order == 0)
            return &p->all[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* WHATWG HTML §7.4.6.4: an id as the fragment is written, then as it is decoded. */
static place *find_place(const places *p, slice fragment) {
    place *found = find_id(p, fragment);
    return found ? found : find_id(p, slice_percent_decoded(fragment, p->arena));
}

/* ---- the same words before and after ------------------------------------------------------------------- */

static slice word_now_at(const places *p, size_t index) {
    const fragment_word *w = vector_at(&p->text.words, index);
    return slice_sub(buffer_slice(&p->text.plain), w->from, w->to);
}

static void read_words_before(places *p) {
    if (p->words_before.arena)
        return;
    p->words_before = vector_new(p->arena, sizeof(slice));
    slice word;
    for (size_t at = 0; view_next_word(p->before->text, &at, &word);)
        *(slice *)vector_push(&p->words_before) = word;
}

/* Compares the words [from, to) before with [from, now_to) now. */
static void compare_words(places *p, size_t from, size_t to, size_t now_to) {
    size_t before = to - from, after = now_to - from;
    interner names = interner_new(p->arena, before);
    uint32_t *was = arena_alloc(p->arena, (before + 1) * sizeof *was),
             *is = arena_alloc(p->arena, (after + 1) * sizeof *is);
    for (size_t i = 0; i < before; i++)
        was[i] = intern(&names, *(slice *)vector_at(&p->words_before, from + i));
    for (size_t i = 0; i < after; i++)
        is[i] = intern(&names, word_now_at(p, from + i));
    bool *gone = arena_zeroed(p->arena, before + 1), *added = arena_zeroed(p->arena, after + 1);
    compare(&(comparison){was, is, before, after, gone, added, names.next}, p->arena);
    for (size_t i = 0, k = 0; i < before; i++) {
        while (!gone[i] && k < after && added[k])
            k++;
        p->moved_to[from + i] = gone[i] || k == after ? NO_WORD : from + k++;
    }
}

/* Most words stand where they stood, from the beginning or from the end on. */
static void read_page(places *p, const dom_node *saved) {
    size_t searched = p->text.searched;
    p->text = fragment_read(saved, p->arena);
    p->text.searched = searched;
    read_words_before(p);
    const slice *was = p->words_before.items;
    size_t before = p->words_before.count, after = p->text.words.count, from = 0, same = 0;
    while (from < before && from < after && slice_equal(was[from], word_now_at(p, from)))
        from++;
    while (from + same < before && from + same < after &&
           slice_equal(was[before - 1 - same], word_now_at(p, after - 1 - same)))
        same++;
    p->moved_to = arena_alloc(p->arena, (before + 1) * sizeof *p->moved_to);
    for (size_t i = 0; i < from; i++)
        p->moved_to[i] = i;
    compare_words(p, from, before - same, after - same);
    for (size_t i = before - same; i < before; i++)
        p->moved_to[i] = after - (before - i);
}

/* How many words of the text before may be gone between an id and the words that stand for it. */
enum { NEAR_WORDS = 40 };

/* The word of the new text at a place; at the end of a page, the last one. */
static size_t word_now(const places *p, const place *at) {
    for (size_t i = at->word; i < p->words_before.count && i - at->word < NEAR_WORDS; i++)
        if (p->moved_to[i] != NO_WORD)
            return p->moved_to[i];
    for (size_t i = at->word; i > 0 && at->word - i < NEAR_WORDS; i--)
        if (i <= p->words_before.count && p->moved_to[i - 1] != NO_WORD)
            return p->moved_to[i - 1];
    return NO_WORD;
}

/* ---- directives ---------------------------------------------------------------------------------------- */

/* Saving breaks the lines anew, which may add a space beside a link; it settles at once, nearly always. */
enum { ROUNDS = 4 };

/* Makes the directive of a place lead there. */
static void settle_place(places *p, place *at) {
    size_t word = word_now(p, at);
    slice now = {NULL, 0};
    if (at->directive.length && fragment_leads_to(&p->text, at->directive, word))
        return;
    at->given_up = p->rounds > ROUNDS || word == NO_WORD || !fragment_make(&p->text, word, &now);
    p->changed = p->changed || (at->href.length && !slice_equal(at->directive, now));
    at->directive = at->given_up ? (slice){NULL, 0} : now;
}

/* ---- links --------------------------------------------------------------------------------------------- */

/* A link to a place: what stands before the `#`, and behind it. */
typedef struct link_parts {
    slice address, fragment; /* empty: the page itself; the link leads to no place */
} link_parts;

/* The top of a page needs no name. */
static link_parts split_link(slice href) {
    href = slice_trim(href);
    size_t at = slice_find_char(href, '#', 0);
    slice fragment = at == SLICE_NONE ? SLICE("") : slice_from(href, at + 1);
    fragment = slice_sub(fragment, 0, slice_find(fragment, SLICE(":~:"), 0));
    if (slice_equal_nocase(fragment, SLICE("top")))
        fragment = SLICE("");
    return (link_parts){slice_sub(href, 0, at), fragment};
}

static bool is_link(tiptap_attribute attribute) {
    return attribute != TIPTAP_IMAGE_SRC && attribute != TIPTAP_IFRAME_SRC;
}

static convert_leads leads_to(const places *p, const link_parts *link, slice *directive, slice *moved) {
    if (!link->address.length)
        return CONVERT_LEADS_HERE;
    if (!p->options->leads || p->settings->in_page_links != CONVERT_LINKS_TEXT)
        return CONVERT_LEADS_ELSEWHERE;
    slice href = format_slice(p->arena, "%.*s#%.*s", SLICE_ARGS(link->address), SLICE_ARGS(link->fragment));
    return p->options->leads(p->options->leads_context, href, p->arena, directive, moved);
}

static void find_place_here(places *p, slice fragment, uint32_t line, slice href) {
    number_places(p);
    place *at = find_place(p, fragment);
    if (!at) {
        findings_add(p->found, FINDING_LINK_DEAD, line, "a link to `%.*s`, which this page does not have",
                     SLICE_ARGS(href));
    } else if (!at->href.length) {
        at->href = href;
        at->line = line;
    }
    p->changed = p->changed || at;
}

/* `target`: the link without a directive. */
static bool set_link_there(places *p, slice directive, slice target, uint32_t line, slice *url) {
    bool is_new;
    slice href = slice_trim(*url);
    void **known = map_put(&p->known, href, &is_new);
    if (is_new) {
        link_there *one = arena_alloc(p->arena, sizeof *one);
        *one = (link_there){href, directive, target, line};
        *known = *(link_there **)vector_push(&p->there) = one;
    }
    p->changed = true;
    if (directive.length)
        *url = format_slice(p->arena, "%.*s:~:text=%.*s", SLICE_ARGS(target), SLICE_ARGS(directive));
    return directive.length > 0;
}

static bool find_link(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    places *p = context;
    slice directive = {NULL, 0}, target = {NULL, 0};
    link_parts link = is_link(attribute) ? split_link(*url) : (link_parts){{NULL, 0}, {NULL, 0}};
    if (!link.fragment.length)
        return false;
    switch (leads_to(p, &link, &directive, &target)) {
    case CONVERT_LEADS_HERE:
        find_place_here(p, link.fragment, line, slice_trim(*url));
        return false;
    case CONVERT_LEADS_THERE:
        if (!target.length)
            target = slice_sub(slice_trim(*url), 0, slice_find(slice_trim(*url), SLICE(":~:"), 0));
        return set_link_there(p, directive, target, line, url);
    default:
        return false;
    }
}

static bool set_link(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    const places *p = context;
    slice unused = {NULL, 0};
    (void)line;
    link_parts link = is_link(attribute) ? split_link(*url) : (link_parts){{NULL, 0}, {NULL, 0}};
    const place *at = link.fragment.length && leads_to(p, &link, &unused, &unused) == CONVERT_LEADS_HERE
                          ? find_place(p, link.fragment)
                          : NULL;
    if (!at)
        return false;
    *url = format_slice(p->arena, "%.*s#%.*s%s%.*s", SLICE_ARGS(link.address), SLICE_ARGS(link.fragment),
                        at->directive.length ? ":~:text=" : "", SLICE_ARGS(at->directive));
    return true;
}

static void find_linked_places(places *p) {
    if (p->options->linked_id_count)
        number_places(p);
    for (size_t i = 0; i < p->options->linked_id_count; i++) {
        place *at = find_id(p, p->options->linked_ids[i].id);
        if (at)
            at->is_linked = p->changed = true;
    }
}

places *places_find_links(tiptap_node *document, const view *before, const convert_settings *settings,
                          const convert_options *options, arena *a, findings *found) {
    places *p = arena_zeroed(a, sizeof *p);
    *p = (places){.settings = settings,
                  .options = options,
                  .found = found,
                  .arena = a,
                  .before = before,
                  .known = map_new(a, 0),
                  .there = vector_new(a, sizeof(link_there *))};
    find_linked_places(p);
    tiptap_visit_urls(document, find_link, p, a);
    return p->changed ? p : NULL;
}

bool places_set_links(places *p, tiptap_node *document, const dom_node *saved) {
    if (p->settings->in_page_links != CONVERT_LINKS_TEXT)
        return false;
    read_page(p, saved);
    p->rounds++;
    p->changed = false;
    for (size_t i = 0; i < p->count; i++)
        if ((p->all[i].href.length || p->all[i].is_linked) && !p->all[i].given_up)
            settle_place(p, &p->all[i]);
    if (p->changed)
        tiptap_visit_urls(document, set_link, p, p->arena);
    return p->changed;
}

slice places_directive(const places *p, slice id) {
    const place *at = p ? find_id(p, id) : NULL;
    return at ? at->directive : SLICE("");
}

static void report_link(const places *p, uint32_t line, slice href, slice target, slice directive) {
    finding *one = findings_add(p->found, directive.length ? FINDING_LINK_TO_TEXT : FINDING_LINK_PLACE_LOST,
                                line, "a link to `%.*s`", SLICE_ARGS(href));
    slice after = directive.length
                      ? format_slice(p->arena, "%.*s:~:text=%.*s", SLICE_ARGS(target), SLICE_ARGS(directive))
                      : directive;
    if (directive.length &&
        target.data != href.data) { /* another address, which the self-check knows nothing of */
        findings_add_change(p->found, one, CHANGE_LINK, href, after);
    } else if (one) {
        one->before = href;
        one->after = after;
    }
}

void places_report(const places *p) {
    for (size_t i = 0; i < p->count; i++) {
        const place *at = &p->all[i];
        if (at->href.length && p->settings->in_page_links == CONVERT_LINKS_KEEP)
            findings_add(p->found, FINDING_LINK_IN_PAGE, at->line, "a link to `%.*s`", SLICE_ARGS(at->href));
        else if (at->href.length)
            report_link(p, at->line, at->href, at->href, at->directive);
    }
    for (size_t i = 0; i < p->there.count; i++) {
        const link_there *one = *(link_there **)vector_at(&p->there, i);
        report_link(p, one->line, one->href, one->target, one->directive);
    }
}

void convert_keep_places(slice page, vector *all, arena *a) {
    fragment_text text = fragment_read(dom_parse(page_split(page).body, NULL, a, NULL), a);
    for (size_t i = 0; i < all->count; i++) {
        convert_place *one = vector_at(all, i);
        if (one->directive.length && fragment_find(&text, one->directive) == NO_WORD)
            one->directive = SLICE("");
    }
}

void places_remove_links(dom_node *body, findings *found) {
    for (dom_node *node = body; node; node = dom_next(node, body)) {
        const slice *href = node->tag == DOM_TAG_A ? dom_attribute_get(node, SLICE("href")) : NULL;
        link_parts link = href ? split_link(*href) : (link_parts){{NULL, 0}, {NULL, 0}};
        if (!link.fragment.length || link.address.length)
            continue;
        findings_add_change(
            found,
            findings_add(found, FINDING_LINK_REMOVED, node->line, "a link to `%.*s`", SLICE_ARGS(*href)),
            CHANGE_LINK, *href, (slice){NULL, 0});
        dom_attribute_remove(node, SLICE("href"));
    }
}
