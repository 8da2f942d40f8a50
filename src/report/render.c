/* The old and the new rendering of a page side by side: both are parsed as a browser would, their words are
 * compared, and both are written anew from tables of what is harmless, with what differs marked.
 *
 * Page content is hostile until shown otherwise: what is in none of the tables is not written.
 */
#include "render.h"

/* ---- what may be written ------------------------------------------------------------------------------ */

typedef enum policy {
    KEEP,     /* as it is, with the listed attributes */
    AS_SPAN,  /* its children, in a span */
    DROP,     /* not shown in a browser either, or not harmless */
    EMBED,    /* a note of what stood there */
    STYLE,    /* a style sheet: its text, without addresses */
    PICTURE,  /* an img: its address becomes one that is not fetched */
    DISABLED, /* a part of a form: shown, and disabled */
} policy;

static const uint8_t POLICIES[DOM_TAG_COUNT] = {
    [DOM_TAG_UNKNOWN] = AS_SPAN, [DOM_TAG_BODY] = AS_SPAN,    [DOM_TAG_HTML] = AS_SPAN,
    [DOM_TAG_HEAD] = DROP,       [DOM_TAG_FORM] = AS_SPAN,    [DOM_TAG_SCRIPT] = DROP,
    [DOM_TAG_NOSCRIPT] = DROP,   [DOM_TAG_BASE] = DROP,       [DOM_TAG_LINK] = DROP,
    [DOM_TAG_META] = DROP,       [DOM_TAG_TITLE] = DROP,      [DOM_TAG_PARAM] = DROP,
    [DOM_TAG_SOURCE] = DROP,     [DOM_TAG_TRACK] = DROP,      [DOM_TAG_MAP] = DROP,
    [DOM_TAG_AREA] = DROP,       [DOM_TAG_PICTURE] = AS_SPAN, [DOM_TAG_IFRAME] = EMBED,
    [DOM_TAG_FRAME] = EMBED,     [DOM_TAG_OBJECT] = EMBED,    [DOM_TAG_EMBED] = EMBED,
    [DOM_TAG_VIDEO] = EMBED,     [DOM_TAG_AUDIO] = EMBED,     [DOM_TAG_SVG] = EMBED,
    [DOM_TAG_CANVAS] = EMBED,    [DOM_TAG_STYLE] = STYLE,     [DOM_TAG_IMG] = PICTURE,
    [DOM_TAG_INPUT] = DISABLED,  [DOM_TAG_BUTTON] = DISABLED, [DOM_TAG_SELECT] = DISABLED,
    [DOM_TAG_TEXTAREA] = EMBED,  [DOM_TAG_TEMPLATE] = DROP,   [DOM_TAG_DATALIST] = DROP,
    [DOM_TAG_MATH] = AS_SPAN,
};

/* Attributes that only describe. Addresses and handlers are not among them. */
static const char ATTRIBUTES[] =
    " abbr align alt axis bgcolor border cellpadding cellspacing char charoff checked class clear color cols "
    "colspan "
    "compact data-type data-tight datetime dir face frame headers height hidden hspace id label lang "
    "multiple "
    "noshade nowrap open placeholder readonly reversed role rows rowspan rules scope selected size span "
    "start style "
    "summary title type valign value vspace width ";

static bool is_listed(slice name) {
    if (!name.length || slice_find_char(name, ' ', 0) != SLICE_NONE)
        return false;
    size_t at = slice_find(slice_of(ATTRIBUTES), name, 0);
    for (; at != SLICE_NONE; at = slice_find(slice_of(ATTRIBUTES), name, at + 1))
        if (ATTRIBUTES[at - 1] == ' ' && ATTRIBUTES[at + name.length] == ' ')
            return true;
    return false;
}

/* ---- words ------------------------------------------------------------------------------------------- */

/* What a word's surroundings make of it. */
enum form {
    FORM_BOLD = 1,
    FORM_ITALIC = 2,
    FORM_UNDERLINE = 4,
    FORM_STRIKE = 8,
    FORM_SUB = 16,
    FORM_SUP = 32,
    FORM_CODE = 64,
    FORM_QUOTE = 128,
    FORM_CELL = 256,
    FORM_ITEM = 512,
    FORM_ALIGNED = 1024,
    FORM_HEADING = 2048, /* times the level: three bits */
};

static const struct {
    uint32_t form;
    const char *name;
} FORM_NAMES[] = {
    {FORM_BOLD, "bold"},
    {FORM_ITALIC, "italic"},
    {FORM_UNDERLINE, "underlined"},
    {FORM_STRIKE, "struck out"},
    {FORM_SUB, "subscript"},
    {FORM_SUP, "superscript"},
    {FORM_CODE, "code"},
    {FORM_QUOTE, "in a quotation"},
    {FORM_CELL, "in a table"},
    {FORM_ITEM, "in a list"},
    {FORM_ALIGNED, "aligned to the centre or the right"},
};

static const uint16_t FORMS[DOM_TAG_COUNT] = {
    [DOM_TAG_B] = FORM_BOLD,           [DOM_TAG_STRONG] = FORM_BOLD,    [DOM_TAG_I] = FORM_ITALIC,
    [DOM_TAG_EM] = FORM_ITALIC,        [DOM_TAG_CITE] = FORM_ITALIC,    [DOM_TAG_U] = FORM_UNDERLINE,
    [DOM_TAG_INS] = FORM_UNDERLINE,    [DOM_TAG_S] = FORM_STRIKE,       [DOM_TAG_STRIKE] = FORM_STRIKE,
    [DOM_TAG_DEL] = FORM_STRIKE,       [DOM_TAG_SUB] = FORM_SUB,        [DOM_TAG_SUP] = FORM_SUP,
    [DOM_TAG_CODE] = FORM_CODE,        [DOM_TAG_TT] = FORM_CODE,        [DOM_TAG_PRE] = FORM_CODE,
    [DOM_TAG_BLOCKQUOTE] = FORM_QUOTE, [DOM_TAG_TD] = FORM_CELL,        [DOM_TAG_TH] = FORM_CELL,
    [DOM_TAG_LI] = FORM_ITEM,          [DOM_TAG_H1] = FORM_HEADING,     [DOM_TAG_H2] = 2 * FORM_HEADING,
    [DOM_TAG_H3] = 3 * FORM_HEADING,   [DOM_TAG_H4] = 4 * FORM_HEADING, [DOM_TAG_H5] = 5 * FORM_HEADING,
    [DOM_TAG_H6] = 6 * FORM_HEADING,
};

typedef struct word {
    const dom_node *node; /* a text node, or an img */
    size_t from, to;      /* in its text */
    uint32_t form;
    uint32_t line; /* of the source page; 0: not known */
    slice link;    /* where it leads; empty: nowhere */
    slice was;     /* what changed about its form, for people; empty: nothing */
} word;

/* One page as its tree and its words in reading order. */
typedef struct rendering {
    dom_node *root;
    vector words; /* of word */
    uint32_t *ids;
    bool *changed;
} rendering;

/* A walk over a tree that sees each element twice, entering and leaving, and needs no recursion. */
typedef struct walk {
    dom_node *root, *node;
    bool leaving;
} walk;

static bool step(walk *w, bool into) {
    if (!w->leaving && into && w->node->first_child) {
        w->node = w->node->first_child;
        return true;
    }
    if (!w->leaving && w->node->type == DOM_ELEMENT)
        return w->leaving = true;
    w->leaving = !w->node->next;
    w->node = w->node->next ? w->node->next : w->node->parent;
    return w->node != w->root;
}

static policy policy_of(const dom_node *node) {
    return node->type == DOM_ELEMENT ? (policy)POLICIES[node->tag] : DROP;
}

static bool is_entered(const dom_node *node) {
    policy p = policy_of(node);
    return p == KEEP || p == AS_SPAN || p == DISABLED;
}

/* Length of the white space at `at`: ASCII or a no-break space; 0: none. */
static size_t space_at(slice text, size_t at) {
    if (is_space(text.data[at]))
        return 1;
    bool no_break = slice_starts_with(slice_from(text, at), SLICE("\xC2\xA0"));
    return no_break ? 2 : 0;
}

static void add_words(rendering *r, const dom_node *node, const word *surroundings) {
    for (size_t at = 0; at < dom_text(node).length;) {
        size_t space = space_at(dom_text(node), at);
        if (space) {
            at += space;
            continue;
        }
        word *added = vector_push_zeroed(&r->words);
        *added = *surroundings;
        added->node = node;
        added->line = node->line;
        added->from = at;
        while (at < dom_text(node).length && !space_at(dom_text(node), at))
            at++;
        added->to = at;
    }
}

static bool is_aligned(const dom_node *node) {
    static const slice ATTRIBUTE_NAMES[] = {LITERAL("align"), LITERAL("style")};
    for (int i = 0; i < 2; i++) {
        const slice *value = dom_attribute_get(node, ATTRIBUTE_NAMES[i]);
        size_t at = value && i ? slice_find(*value, SLICE("text-align:"), 0) : 0;
        if (!value || at == SLICE_NONE)
            continue;
        slice rest = slice_trim(slice_from(*value, i ? at + 11 : 0));
        if (slice_equal_nocase(slice_sub(rest, 0, 5), SLICE("right")) ||
            slice_equal_nocase(slice_sub(rest, 0, 6), SLICE("center")))
            return true;
    }
    return false;
}

static void enter_surroundings(const dom_node *node, vector *stack) {
    word inner = *(word *)vector_last(stack);
    uint32_t form = FORMS[node->tag];
    if (is_aligned(node))
        inner.form |= FORM_ALIGNED;
    inner.form = form >= FORM_HEADING ? (inner.form & (FORM_HEADING - 1)) | form : inner.form | form;
    const slice *href = dom_is(node, DOM_TAG_A) ? dom_attribute_get(node, SLICE("href")) : NULL;
    if (href)
        inner.link = *href;
    *(word *)vector_push(stack) = inner;
}

static void gather_words(rendering *r, arena *scratch) {
    vector surroundings = vector_new(scratch, sizeof(word));
    vector_push_zeroed(&surroundings);
    walk w = {r->root, r->root->first_child, false};
    bool going = w.node != NULL;
    while (going) {
        if (w.node->type == DOM_TEXT)
            add_words(r, w.node, vector_last(&surroundings));
        else if (w.node->type == DOM_ELEMENT && w.leaving)
            vector_pop(&surroundings);
        else if (w.node->type == DOM_ELEMENT) {
            enter_surroundings(w.node, &surroundings);
            if (dom_is(w.node, DOM_TAG_IMG)) {
                word *added = vector_push_zeroed(&r->words);
                *added = *(word *)vector_last(&surroundings);
                added->node = w.node;
                added->line = w.node->line;
            }
        }
        going = step(&w, is_entered(w.node));
    }
}

/* ---- comparing --------------------------------------------------------------------------------------- */

/* The path in the site that a local address names: decoded, without query, starting with '/'. */
static slice local_path(slice src, arena *scratch) {
    size_t end = 0;
    while (end < src.length && src.data[end] != '?' && src.data[end] != '#')
        end++;
    slice path = slice_percent_decoded(slice_sub(src, 0, end), scratch);
    return slice_starts_with(path, SLICE("/")) ? path : format_slice(scratch, "/%.*s", SLICE_ARGS(path));
}

/* What a word is to be recognised by. A picture: its file name, which stays when its address changes. */
static slice recognise(const word *w, arena *scratch) {
    if (w->node->type == DOM_TEXT)
        return slice_sub(dom_text(w->node), w->from, w->to);
    slice name = local_path(dom_picture_source(w->node, 0), scratch);
    size_t start = name.length;
    while (name.data[start - 1] != '/') /* it begins with one */
        start--;
    return format_slice(scratch, "\1%.*s", SLICE_ARGS(slice_from(name, start)));
}

static rendering read_rendering(slice html, const line_map *lines, interner *names, arena *scratch) {
    rendering r = {.root = dom_parse(html, lines, scratch, NULL), .words = vector_new(scratch, sizeof(word))};
    if (!lines) /* the parser counted the lines of the fragment: they mean nothing in the source */
        for (dom_node *node = r.root; node; node = dom_next(node, r.root))
            node->line = 0;
    gather_words(&r, scratch);
    r.ids = arena_alloc(scratch, (r.words.count + 1) * sizeof *r.ids);
    r.changed = arena_zeroed(scratch, (r.words.count + 1) * sizeof *r.changed);
    for (size_t i = 0; i < r.words.count; i++)
        r.ids[i] = intern(names, recognise(vector_at(&r.words, i), scratch));
    return r;
}

static void append_item(buffer *out, const char *what) {
    buffer_append_string(out, out->length ? ", " : "");
    buffer_append_string(out, what);
}

/* "no longer bold, now heading 2": what differs between two forms of the same word; empty: nothing. */
static slice describe_change(const word *old, const word *new, arena *scratch) {
    if (old->form == new->form && slice_equal(old->link, new->link))
        return (slice){NULL, 0};
    buffer out = buffer_new(scratch, 64);
    uint32_t gone = old->form & ~new->form, come = new->form & ~old->form;
    for (size_t i = 0; i < sizeof FORM_NAMES / sizeof *FORM_NAMES; i++) {
        if (gone & FORM_NAMES[i].form)
            append_item(&out, format_slice(scratch, "no longer %s%c", FORM_NAMES[i].name, 0).data);
        if (come & FORM_NAMES[i].form)
            append_item(&out, format_slice(scratch, "now %s%c", FORM_NAMES[i].name, 0).data);
    }
    uint32_t old_level = old->form / FORM_HEADING, new_level = new->form / FORM_HEADING;
    if (old_level != new_level)
        append_item(&out, !new_level
                              ? "no longer a heading"
                              : format_slice(scratch, "now a heading of level %u%c", new_level, 0).data);
    if (!slice_equal(old->link, new->link)) {
        append_item(&out, !new->link.length  ? "no longer a link to "
                          : old->link.length ? "the link led to "
                                             : "now a link");
        buffer_append(&out, new->link.length && !old->link.length ? SLICE("") : old->link);
    }
    return buffer_slice(&out);
}

/* Gives the new page's blocks the source lines of the words they share with the old one. */
static void lend_line(const word *new, uint32_t line) {
    for (dom_node *node = (dom_node *)(uintptr_t) new->node; node && !node->line; node = node->parent)
        node->line = line;
}

static void compare_renderings(rendering *old, rendering *new, uint32_t ids, arena *scratch) {
    compare(&(comparison){old->ids, new->ids, old->words.count, new->words.count, old->changed, new->changed,
                          ids},
            scratch);
    size_t i = 0, j = 0;
    for (;;) {
        while (i < old->words.count && old->changed[i])
            i++;
        while (j < new->words.count &&new->changed[j])
            j++;
        if (i == old->words.count || j == new->words.count)
            return;
        word *was = vector_at(&old->words, i++), *is = vector_at(&new->words, j++);
        is->was = describe_change(was, is, scratch);
        was->was = is->was;
        lend_line(is, was->line);
    }
}

/* ---- writing ----------------------------------------------------------------------------------------- */

/* Pictures of the old page from another host that the site holds a copy of. */
typedef struct local_copies {
    interner urls;
    const slice *paths; /* by the number of the address */
    uint32_t count;
} local_copies;

static local_copies list_copies(const report_page *page, arena *scratch) {
    local_copies copies = {.urls = interner_new(scratch, page->asset_count)};
    slice *paths = arena_zeroed(scratch, (page->asset_count + 1) * sizeof *paths);
    for (size_t i = 0; i < page->asset_count; i++)
        if (page->assets[i].state == REPORT_ASSET_PRESENT || page->assets[i].state == REPORT_ASSET_FETCHED)
            paths[intern(&copies.urls, page->assets[i].url)] = page->assets[i].path;
    copies.paths = paths;
    copies.count = copies.urls.next;
    return copies;
}

typedef struct writing {
    const rendering *page;
    local_copies *copies;
    const picture_shelf *pictures;
    const char *changed_tag; /* of words that only this side has */
    buffer *out;
    arena *scratch;
    size_t next;        /* the first word that is not written yet: words come in document order */
    uint32_t last_line; /* the last one written as data-line */
} writing;

static void append_attribute(buffer *out, const char *name, slice value) {
    buffer_printf(out, " %s=\"", name);
    buffer_append_html(out, value, true);
    buffer_append_char(out, '"');
}

static void append_line_attribute(writing *w, const dom_node *node) {
    if (!node->line || node->line == w->last_line)
        return;
    buffer_printf(w->out, " data-line=\"%u\"", node->line);
    w->last_line = node->line;
}

static void append_style(writing *w, slice value) {
    buffer css = buffer_new(w->scratch, value.length + 8);
    append_safe_css(value, &css, w->scratch);
    append_attribute(w->out, "style", buffer_slice(&css));
}

static void append_listed_attributes(writing *w, const dom_node *node) {
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        const dom_attribute *a = &node->attributes[i];
        if (slice_equal(a->name, SLICE("style")))
            append_style(w, a->value);
        else if (is_listed(a->name))
            append_attribute(w->out, slice_c_string(a->name, w->scratch), a->value);
    }
    append_line_attribute(w, node);
}

static bool is_remote(slice url) {
    if (slice_starts_with(url, SLICE("//")))
        return true;
    size_t colon = slice_find_char(url, ':', 0), slash = slice_find_char(url, '/', 0);
    return colon != SLICE_NONE && (slash == SLICE_NONE || colon < slash);
}

static void append_picture_source(writing *w, slice src) {
    if (slice_equal_nocase(slice_sub(src, 0, 11), SLICE("data:image/"))) {
        append_attribute(w->out, "src", src);
        return;
    }
    uint32_t copy = intern(&w->copies->urls, src);
    slice path = copy < w->copies->count ? w->copies->paths[copy]
                 : is_remote(src)        ? (slice){NULL, 0}
                                         : local_path(src, w->scratch);
    size_t number = path.length ? w->pictures->find(w->pictures->context, path, w->scratch) : 0;
    if (number)
        buffer_printf(w->out, " data-picture=\"%zu\"", number);
    else
        append_attribute(w->out, is_remote(src) ? "data-remote" : "data-missing", src);
}

/* The mark is an attribute here: an element around the picture would stand between it and the rules for
 * pictures in their places (`.content p > img`). */
static void append_picture(writing *w, const dom_node *node) {
    const char *tag = NULL;
    slice title = {NULL, 0};
    if (w->next < w->page->words.count && ((word *)vector_at(&w->page->words, w->next))->node == node) {
        tag = w->page->changed[w->next] ? w->changed_tag : NULL;
        title = ((word *)vector_at(&w->page->words, w->next++))->was;
    }
    buffer_append_string(w->out, "<img");
    if (tag)
        append_attribute(w->out, "data-iz", slice_of(tag));
    append_listed_attributes(w, node);
    if (title.length)
        append_attribute(w->out, "data-was", title);
    slice src = dom_picture_source(node, 0);
    if (src.length)
        append_picture_source(w, src);
    buffer_append_char(w->out, '>');
}

/* With the attributes that give it its place and size. */
static void append_embed(writing *w, const dom_node *node) {
    const slice *src = dom_attribute_get(node, SLICE("src"));
    src = src ? src : dom_attribute_get(node, SLICE("data"));
    buffer_append_string(w->out, "<span");
    append_attribute(w->out, "data-embed", dom_name(node));
    append_listed_attributes(w, node);
    buffer_printf(w->out, ">Embedded %.*s", SLICE_ARGS(dom_name(node)));
    if (src && src->length) {
        buffer_append_string(w->out, ": ");
        buffer_append_html(w->out, *src, false);
    }
    buffer_append_string(w->out, "</span>");
}

/* The mark that the word has: its tag, or NULL, and its title. */
static const char *mark_of(const writing *w, size_t index, slice *title) {
    const word *one = vector_at(&w->page->words, index);
    *title = w->page->changed[index] ? (slice){NULL, 0} : one->was;
    return w->page->changed[index] ? w->changed_tag : one->was.length ? "mark" : NULL;
}

static void append_text(writing *w, const dom_node *node) {
    size_t written = 0, count = w->page->words.count;
    const word *words = w->page->words.items;
    while (w->next < count && words[w->next].node == node) {
        slice title, other;
        const char *tag = mark_of(w, w->next, &title);
        size_t from = words[w->next].from, to;
        do
            to = words[w->next++].to;
        while (w->next < count && words[w->next].node == node && mark_of(w, w->next, &other) == tag &&
               slice_equal(title, other));
        buffer_append_html(w->out, slice_sub(dom_text(node), written, from), false);
        if (tag)
            buffer_printf(w->out, "<%s class=\"iz\"", tag);
        if (title.length)
            append_attribute(w->out, "title", title);
        buffer_append_string(w->out, tag ? ">" : "");
        buffer_append_html(w->out, slice_sub(dom_text(node), from, to), false);
        if (tag)
            buffer_printf(w->out, "</%s>", tag);
        written = to;
    }
    buffer_append_html(w->out, slice_from(dom_text(node), written), false);
}

static void append_start_tag(writing *w, const dom_node *node) {
    bool as_span = policy_of(node) == AS_SPAN;
    buffer_append_char(w->out, '<');
    buffer_append(w->out, as_span ? SLICE("span") : dom_name(node));
    append_listed_attributes(w, node);
    if (policy_of(node) == DISABLED)
        buffer_append_string(w->out, " disabled");
    const slice *href = dom_is(node, DOM_TAG_A) ? dom_attribute_get(node, SLICE("href")) : NULL;
    if (href)
        append_attribute(w->out, "data-href", *href);
    buffer_append_char(w->out, '>');
}

static void enter_element(writing *w, const dom_node *node) {
    switch (policy_of(node)) {
    case KEEP:
    case AS_SPAN:
    case DISABLED:
        append_start_tag(w, node);
        break;
    case PICTURE:
        append_picture(w, node);
        break;
    case EMBED:
        append_embed(w, node);
        break;
    case STYLE:
        buffer_append_string(w->out, "<style>");
        for (const dom_node *child = node->first_child; child; child = child->next)
            append_safe_css(dom_text(child), w->out, w->scratch);
        buffer_append_string(w->out, "</style>");
        break;
    case DROP:
        break;
    }
}

static void leave_element(writing *w, const dom_node *node) {
    if (!is_entered(node) || dom_tag_has(node->tag, DOM_VOID))
        return;
    buffer_append_string(w->out, "</");
    buffer_append(w->out, policy_of(node) == AS_SPAN ? SLICE("span") : dom_name(node));
    buffer_append_char(w->out, '>');
}

static void write_rendering(writing *w) {
    walk at = {w->page->root, w->page->root->first_child, false};
    bool going = at.node != NULL;
    while (going) {
        if (at.node->type == DOM_TEXT)
            append_text(w, at.node);
        else if (at.node->type == DOM_ELEMENT && at.leaving)
            leave_element(w, at.node);
        else if (at.node->type == DOM_ELEMENT)
            enter_element(w, at.node);
        going = step(&at, is_entered(at.node));
    }
}

void render_page(const report_page *page, const picture_shelf *pictures, buffer *before, buffer *after,
                 arena *scratch) {
    interner names = interner_new(scratch, 1024);
    rendering old = read_rendering(page->before_html, page->before_lines, &names, scratch);
    rendering new = read_rendering(page->after_html, NULL, &names, scratch);
    if (page->state != REPORT_REFUSED || page->after_html.length) /* else nothing changes */
        compare_renderings(&old, &new, names.next, scratch);
    local_copies copies = list_copies(page, scratch);
    write_rendering(&(writing){&old, &copies, pictures, "del", before, scratch, 0, 0});
    write_rendering(&(writing){&new, &copies, pictures, "ins", after, scratch, 0, 0});
}
