/* The self-check: nothing a visitor read, saw or could follow goes in silence.
 *
 * Comes in: the element trees of the page before and of the bytes about to be written. Goes out: a finding
 * for each difference that no module has reported. It knows nothing of rules or of the schema, so it also
 * holds for rules that users write. Equal pages, nearly all, cost one walk each and one memcmp; words are
 * compared in view_text.c.
 */
#include "view.h"

/* ---- taking ------------------------------------------------------------------------------------------ */

/* Only these bytes can begin white space. */
static const bool SPACE[256] = {['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true,
                                [' '] = true,  [0xC2] = true, [0xE1] = true, [0xE2] = true, [0xE3] = true};

static size_t wide_space_length(slice s, size_t at) {
    size_t next = at;
    uint32_t p = utf8_next(s, &next);
    bool space = p == 0x85 || p == 0xA0 || p == 0x1680 || (p >= 0x2000 && p <= 0x200A) || p == 0x2028 ||
                 p == 0x2029 || p == 0x202F || p == 0x205F || p == 0x3000;
    return space ? next - at : 0;
}

/* Length in bytes of the white space character at `at`, 0 when there is none. Unicode's White_Space: a
 * visitor does not see which kind it is. */
static inline size_t space_length(slice s, size_t at) {
    unsigned char c = (unsigned char)s.data[at];
    return !SPACE[c] ? 0 : c < 0x80 ? 1 : wide_space_length(s, at);
}

typedef struct taking {
    view *view;
    arena *arena;
    buffer text;
    bool between;           /* a word has ended: the next one is set off by a space */
    const dom_node *hidden; /* nothing is shown up to its end; or NULL */
} taking;

static size_t skip_space(slice text, size_t at) {
    for (size_t space; at < text.length && (space = space_length(text, at));)
        at += space;
    return at;
}

bool view_next_word(slice text, size_t *at, slice *word) {
    size_t from = skip_space(text, *at), end = from;
    while ((end = slice_find_any(text, end, SPACE)) < text.length && !space_length(text, end))
        end++;
    *at = end;
    *word = slice_sub(text, from, end);
    return end > from;
}

/* The end of words that have one plain space between each two. */
static size_t words_end(slice text, size_t at) {
    for (size_t from = at; (at = slice_words_end(text, at, true)) < text.length;) {
        bool apart = text.data[at] == ' ' && at + 1 < text.length && !space_length(text, at + 1);
        if (!apart && space_length(text, at))
            return at > from && text.data[at - 1] == ' ' ? at - 1 : at;
        do
            at++;
        while (at < text.length && utf8_is_trail(text.data[at]));
    }
    return at;
}

static void take_text(taking *t, slice text, uint32_t line) {
    size_t at = skip_space(text, 0);
    t->between = t->between || at > 0;
    if (at == text.length)
        return;
    if (t->between && t->text.length)
        buffer_append_char(&t->text, ' ');
    if (line)
        line_map_add(&t->view->lines, t->text.length, line);
    for (;;) {
        size_t end = words_end(text, at);
        buffer_append(&t->text, slice_sub(text, at, end));
        at = skip_space(text, end);
        t->between = at > end;
        if (at == text.length)
            return;
        buffer_append_char(&t->text, ' ');
    }
}

static void take_url(vector *urls, slice url, uint32_t line, arena *a) {
    url = slice_trim_wide(url);
    if (url.length)
        *(view_url *)vector_push(urls) = (view_url){slice_copy(url, a), line};
}

static slice attribute_or_nothing(const dom_node *node, slice name) {
    const slice *value = dom_attribute_get(node, name);
    return value ? *value : (slice){NULL, 0};
}

static void take_element(const taking *t, const dom_node *node) {
    view *v = t->view;
    if (node->tag == DOM_TAG_IMG)
        take_url(&v->images, attribute_or_nothing(node, SLICE("src")), node->line, t->arena);
    else if (node->tag == DOM_TAG_A)
        take_url(&v->links, attribute_or_nothing(node, SLICE("href")), node->line, t->arena);
    else if (node->tag == DOM_TAG_IFRAME)
        take_url(&v->links, attribute_or_nothing(node, SLICE("src")), node->line, t->arena);
}

static void take_place(const taking *t, slice id, uint32_t line) {
    if (id.length)
        *(view_place *)vector_push(&t->view->places) =
            (view_place){slice_copy(id, t->arena), t->text.length, line};
}

static void take_places(const taking *t, const dom_node *node) {
    take_place(t, attribute_or_nothing(node, SLICE("id")), node->line);
    if (node->tag == DOM_TAG_A)
        take_place(t, attribute_or_nothing(node, SLICE("name")), node->line);
}

static view view_new(arena *a) {
    return (view){.lines = line_map_new(a),
                  .images = vector_new(a, sizeof(view_url)),
                  .links = vector_new(a, sizeof(view_url)),
                  .places = vector_new(a, sizeof(view_place))};
}

static void open_node(taking *t, const dom_node *node) {
    if (node->type == DOM_TEXT)
        take_text(t, dom_text(node), node->line);
    else if (node->type == DOM_ELEMENT)
        take_element(t, node);
    if (node->type == DOM_ELEMENT && dom_attribute_count(node))
        take_places(t, node);
    t->between = t->between || dom_tag_has(node->tag, DOM_APART);
}

static void close_node(taking *t, const dom_node *node) {
    t->between = t->between || dom_tag_has(node->tag, DOM_APART);
}

view view_take(const dom_node *body, size_t expected, arena *a) {
    view v = view_new(a);
    taking t = {.view = &v, .arena = a, .text = buffer_new(a, expected)};
    for (const dom_node *at = body; at;) {
        open_node(&t, at);
        if (at->first_child && !dom_tag_has(at->tag, DOM_UNSEEN)) {
            at = at->first_child;
            continue;
        }
        while (at != body && !at->next) {
            at = at->parent;
            close_node(&t, at);
        }
        at = at == body ? NULL : at->next;
    }
    v.text = buffer_slice(&t.text);
    return v;
}

static void visit_open(void *context, const dom_node *node) {
    taking *t = context;
    if (t->hidden)
        return;
    open_node(t, node);
    if (dom_tag_has(node->tag, DOM_UNSEEN))
        t->hidden = node;
}

static void visit_close(void *context, const dom_node *node) {
    taking *t = context;
    if (t->hidden == node)
        t->hidden = NULL;
    if (!t->hidden)
        close_node(t, node);
}

view view_take_html(slice html, size_t expected, arena *a) {
    view v = view_new(a);
    taking t = {.view = &v, .arena = a, .text = buffer_new(a, expected)};
    if (!dom_visit(html, &(dom_visitor){visit_open, visit_close, &t}, a))
        return view_take(dom_parse_fully(html, NULL, a, NULL), expected, a);
    v.text = buffer_slice(&t.text);
    return v;
}

/* ---- comparing addresses ----------------------------------------------------------------------------- */

/* How often an address stands before, less after, less what modules account for: in the place of the map that
 * the address has. */
static intptr_t missing(const hash_map *tally, slice url) {
    return (intptr_t)map_get(tally, url);
}

static void count_address(hash_map *tally, slice url, intptr_t more) {
    void **count = map_put(tally, url, NULL);
    *count = (void *)((intptr_t)*count + more);
}

/* Two links that differ in a slash at the end lead to one place: the rules for cards join them. Two that
 * differ in the text that a browser is to search there do as well. */
slice view_place_of(slice url, change_kind kind) {
    url = slice_trim_wide(url);
    if (kind == CHANGE_LINK)
        url = slice_sub(url, 0, slice_find(url, SLICE(":~:"), 0));
    bool slash = kind == CHANGE_LINK && url.length > 1 && url.data[url.length - 1] == '/';
    return slice_sub(url, 0, url.length - slash);
}

/* Of pictures every one counts; of links to one place, one is enough: a card has one where its picture and
 * its title had one each. */
static void compare_urls(const vector *before, const vector *after, change_kind kind, finding_code code,
                         findings *found, arena *a) {
    hash_map tally = map_new(a, 0); /* links to one place are many */
    for (size_t i = 0; i < after->count; i++)
        count_address(&tally, view_place_of(((view_url *)vector_at(after, i))->url, kind), -1);
    for (size_t i = 0; i < found->changes.count; i++) {
        const change *c = vector_at(&found->changes, i);
        slice url = view_place_of(c->before, kind);
        if (c->kind == kind && url.length)
            count_address(&tally, url, -1);
    }
    for (size_t i = 0; i < before->count; i++) {
        const view_url *u = vector_at(before, i);
        slice url = view_place_of(u->url, kind);
        if (missing(&tally, url) >= 0)
            findings_add_change(found, findings_add(found, code, u->line, "%.*s", SLICE_ARGS(u->url)), kind,
                                u->url, (slice){NULL, 0});
        else if (kind == CHANGE_PICTURE)
            count_address(&tally, url, 1);
    }
}

void view_compare(const view *before, const view *after, findings *found, arena *a) {
    if (!slice_equal(before->text, after->text))
        view_compare_text(before, after, found, a);
    compare_urls(&before->images, &after->images, CHANGE_PICTURE, FINDING_PICTURE_LOST, found, a);
    compare_urls(&before->links, &after->links, CHANGE_LINK, FINDING_LINK_LOST, found, a);
}
