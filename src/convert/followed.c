/* Links of a page of the editor, each with what it shows: the self-check (view.c) asks whether an address is
 * still linked somewhere, which is enough where rules join two links; the editor joins none. Comes in: the
 * tree of the page, and the body that the editor writes. Goes out: a finding for each link that goes.
 */
#include "saving.h"

#include "express/express.h"

/* What a link shows: letters without white space, and pictures. */
typedef struct shown {
    size_t letters, pictures;
} shown;

/* A link of the page. */
typedef struct followed {
    slice url;
    uint32_t line;
    shown own;
    slice picture; /* the address of the first in it */
    bool is_sign;  /* it shows a sign, which the editor drops */
} followed;

/* What all links to one address show, before and after. */
typedef struct address {
    shown was, is;
    bool stands, goes; /* on the new page; a link to it that shows neither words nor a picture */
    bool is_said;
} address;

static shown shown_in(const dom_node *link) {
    shown s = {0, 0};
    for (const dom_node *at = link; at;) {
        slice text = at->type == DOM_TEXT ? dom_text(at) : SLICE("");
        for (size_t i = 0; i < text.length; i++)
            s.letters += !is_space(text.data[i]) && text.data[i] != '\xC2' && text.data[i] != '\xA0';
        s.pictures += at->tag == DOM_TAG_IMG && dom_attribute_trimmed(at, "src").length;
        at = dom_tag_has(at->tag, DOM_UNSEEN) ? dom_next_skip(at, link) : dom_next(at, link);
    }
    return s;
}

static const dom_node *next_shown(const dom_node *at, const dom_node *body) {
    return dom_tag_has(at->tag, DOM_UNSEEN) ? dom_next_skip(at, body) : dom_next(at, body);
}

static slice first_picture(const dom_node *link) {
    const dom_node *at = link;
    while (at && at->tag != DOM_TAG_IMG)
        at = dom_next(at, link);
    return at ? dom_attribute_trimmed(at, "src") : SLICE("");
}

vector saving_links(const saving *s, const dom_node *body, css_cascade *styles) {
    vector links = vector_new(s->arena, sizeof(followed));
    for (const dom_node *at = body; at; at = next_shown(at, body)) {
        slice href = at->tag == DOM_TAG_A ? dom_attribute_trimmed(at, "href") : SLICE("");
        if (!href.length)
            continue;
        slice url = liquid_restore(&s->carry->page, href, s->arena);
        *(followed *)vector_push(&links) =
            (followed){.url = slice_copy(url, s->arena),
                       .line = at->line,
                       .own = shown_in(at),
                       .picture = slice_copy(first_picture(at), s->arena),
                       .is_sign = express_link_shown(styles, at) == EXPRESS_LINK_SIGN};
    }
    return links;
}

static address *address_of(hash_map *all, slice url, arena *a) {
    void **value = map_put(all, view_place_of(url, CHANGE_LINK), NULL);
    if (!*value)
        *value = arena_zeroed(a, sizeof(address));
    return *value;
}

static void add(shown *to, shown more) {
    to->letters += more.letters;
    to->pictures += more.pictures;
}

static bool is_empty(const followed *link) {
    return !link->own.letters && !link->own.pictures;
}

/* What the editor writes. */
typedef struct written {
    hash_map addresses; /* → address */
    hash_map pictures;  /* those that stand there */
} written;

static written read_written(const saving *s, slice saved) {
    written w = {map_new(s->arena, 0), map_new(s->arena, 0)};
    const dom_node *after = dom_parse(saved, NULL, s->arena, NULL);
    for (const dom_node *at = after; at; at = next_shown(at, after)) {
        slice href = at->tag == DOM_TAG_A ? dom_attribute_trimmed(at, "href") : SLICE("");
        if (at->tag == DOM_TAG_IMG)
            map_put(&w.pictures, dom_attribute_trimmed(at, "src"), NULL);
        if (!href.length)
            continue;
        address *one = address_of(&w.addresses, href, s->arena);
        add(&one->is, shown_in(at));
        one->stands = true;
    }
    for (size_t i = 0; i < s->links.count; i++) {
        const followed *link = vector_at(&s->links, i);
        address *one = address_of(&w.addresses, link->url, s->arena);
        add(&one->was, link->own);
        one->goes = one->goes || is_empty(link);
    }
    for (size_t i = 0; i < s->found->changes.count; i++) { /* findings have said it */
        const change *c = vector_at(&s->found->changes, i);
        if (c->kind == CHANGE_LINK && c->before.length)
            address_of(&w.addresses, c->before, s->arena)->is_said = true;
    }
    return w;
}

/* Whether as many words as the link has go from those that link there: fewer are words that are lost
 * themselves, or that stand beside the link. Of pictures, one that stays: where it goes, too, it is named. */
static bool shows_less(const written *w, const address *one, const followed *link) {
    return link->own.letters ? one->was.letters >= one->is.letters + link->own.letters
                             : one->was.pictures > one->is.pictures && map_has(&w->pictures, link->picture);
}

static void say(const saving *s, const followed *link, finding_code code) {
    findings_add_change(s->found, findings_add(s->found, code, link->line, "%.*s", SLICE_ARGS(link->url)),
                        CHANGE_LINK, link->url, (slice){NULL, 0});
}

void saving_report_followed(const saving *s, slice saved) {
    if (!s->links.count)
        return;
    written w = read_written(s, saved);
    for (size_t i = 0; i < s->links.count; i++) {
        const followed *link = vector_at(&s->links, i);
        address *one = address_of(&w.addresses, link->url, s->arena);
        if (one->is_said)
            continue;
        if (is_empty(link)) {
            if (!one->stands || link->is_sign)
                say(s, link, link->is_sign ? FINDING_LINK_LOST : FINDING_LINK_WITHOUT_TEXT);
        } else if ((one->stands || one->goes) && shows_less(&w, one, link)) {
            say(s, link, FINDING_LINK_LOST); /* of other addresses, the self-check names each link */
            one->is_said = one->stands;
        }
    }
}
