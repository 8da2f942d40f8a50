/* The survey of a legacy page, before shapes are recognised in it. Comes in: the page's tree. Goes out: the
 * same tree as a visitor saw it (pictures that a script loads are in their places, what browsers never show
 * is gone) and findings for what neither a shape nor the schema keeps anything of: hidden content, tooltips,
 * names for screen readers, languages, pictures behind things. It never takes away what a visitor saw.
 */
#include "express.h"

/* Content that was hidden. Whether it shows is known once shapes are recognised: some of it was folded away,
 * and still is. */
typedef struct hidden {
    const dom_node *shows; /* the first thing in it that shows */
    uint32_t line;
    slice by, words; /* what hides it, and what it says */
} hidden;

/* An element with a look of its own. Whether shapes dissolve it is known once they are recognised. */
typedef struct styled {
    const dom_node *node, *shows;
} styled;

struct tiptap_survey {
    references *refs;
    vector hidden; /* of hidden */
    vector styled; /* of styled */
};

typedef struct looking {
    tiptap_survey *survey;
    arena *arena;
    findings *found;
    const dom_node *hidden_until; /* inside hidden content: the node that follows it */
    bool in_hidden;
    const dom_node *bracketed; /* the block whose small text above words is in brackets */
} looking;

static slice value_of(const dom_node *node, const char *name) {
    const slice *value = dom_attribute_get(node, slice_of(name));
    return value ? slice_trim(*value) : (slice){NULL, 0};
}

static bool is_media(const dom_node *node) {
    return node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_VIDEO ||
           node->tag == DOM_TAG_AUDIO || node->tag == DOM_TAG_OBJECT || node->tag == DOM_TAG_EMBED;
}

/* Nothing but white space and no-break spaces. */
static bool is_blank(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c != 0xA0 && (c >= 0x80 || !is_space((char)c)))
            return false;
    }
    return true;
}

/* The first text, picture or frame in `node`, or `node` itself; NULL when it shows nothing. */
static const dom_node *first_shown(const dom_node *node) {
    for (const dom_node *at = node; at;) {
        if ((at->type == DOM_TEXT && !is_blank(at->text)) || (at->type == DOM_ELEMENT && is_media(at)))
            return at;
        bool unseen = at->tag == DOM_TAG_SCRIPT || at->tag == DOM_TAG_STYLE || at->tag == DOM_TAG_TITLE;
        at = unseen ? dom_next_skip(at, node) : dom_next(at, node);
    }
    return NULL;
}

/* ---- pictures that a script loads --------------------------------------------------------------------- */

/* Sets the address that a script would have set; it is what visitors saw. */
static void put_lazy_source(looking *l, dom_node *node) {
    static const char *const NAMES[] = {"data-src", "data-lazy-src", "data-lazy", "data-original"};
    slice was = value_of(node, "src"), url = {NULL, 0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !url.length; i++)
        url = value_of(node, NAMES[i]);
    if (!url.length || slice_equal(url, was))
        return;
    finding *f = findings_add(l->found, FINDING_PICTURE_LAZY, node->line, "<%.*s> that showed `%.*s`",
                              SLICE_ARGS(node->name), SLICE_ARGS(url));
    bool embedded = slice_starts_with(was, SLICE("data:"));
    findings_add_change(l->found, embedded ? NULL : f,
                        node->tag == DOM_TAG_IMG ? CHANGE_PICTURE : CHANGE_LINK, was, url);
    dom_attribute_set(node, l->arena, SLICE("src"), url);
}

/* The version of a picture with the largest number behind its address: "a.png 480w, b.png 2x". */
static slice largest_version(slice versions) {
    slice best = {NULL, 0};
    uint64_t best_size = 0;
    for (size_t at = 0; at < versions.length;) {
        while (at < versions.length && (is_space(versions.data[at]) || versions.data[at] == ','))
            at++;
        size_t from = at;
        while (at < versions.length && !is_space(versions.data[at]))
            at++;
        size_t end = at;
        while (end > from && versions.data[end - 1] == ',')
            end--;
        uint64_t size = 1;
        if (end == at) {
            for (size = 0; at < versions.length && versions.data[at] != ','; at++)
                if (is_digit(versions.data[at]) && size < 1000000)
                    size = size * 10 + (uint64_t)(versions.data[at] - '0');
        }
        if (end > from && size >= best_size) {
            best = slice_sub(versions, from, end);
            best_size = size;
        }
    }
    return best;
}

static void settle_versions(looking *l, dom_node *img) {
    slice versions = value_of(img, "srcset");
    versions = versions.length ? versions : value_of(img, "data-srcset");
    const dom_node *first = dom_is(img->parent, DOM_TAG_PICTURE) ? img->parent->first_child : NULL;
    while (first && first->type != DOM_ELEMENT)
        first = first->next;
    if (!versions.length && !dom_is(first, DOM_TAG_SOURCE))
        return;
    if (!value_of(img, "src").length && versions.length)
        dom_attribute_set(img, l->arena, SLICE("src"), largest_version(versions));
    findings_add(l->found, FINDING_PICTURE_VERSIONS, img->line, "the picture `%.*s`",
                 SLICE_ARGS(value_of(img, "src")));
}

/* ---- names for screen readers, tooltips --------------------------------------------------------------- */

/* Whether the element's text is these words; white space and case do not count. */
static bool says(const dom_node *node, slice words) {
    size_t at = 0;
    for (const dom_node *child = node; child; child = dom_next(child, node))
        for (size_t i = 0; child->type == DOM_TEXT && i < child->text.length; i++) {
            if (is_space(child->text.data[i]))
                continue;
            while (at < words.length && is_space(words.data[at]))
                at++;
            if (at == words.length || to_lower(words.data[at++]) != to_lower(child->text.data[i]))
                return false;
        }
    return at == words.length;
}

/* The words that stand for a link that shows none: its label, its tooltip, the title of a drawing in it. */
static slice name_of_link(const dom_node *link) {
    slice name = value_of(link, "aria-label");
    name = name.length ? name : value_of(link, "title");
    for (const dom_node *at = link; at && !name.length; at = dom_next(at, link))
        if (at != link && at->type == DOM_ELEMENT) {
            name = at->tag == DOM_TAG_TITLE && at->first_child ? slice_trim(at->first_child->text)
                                                               : value_of(at, "aria-label");
            name = name.length || at->tag == DOM_TAG_IMG ? name : value_of(at, "title");
        }
    return name;
}

/* Words stand where an icon stood: a space keeps them apart from the words around. */
static void set_apart(looking *l, dom_node *link) {
    dom_node *next = link->next;
    if (link->previous)
        dom_insert_before(link, dom_new_text(l->arena, SLICE(" "), link->line));
    if (next && next->type == DOM_TEXT && next->text.length && !strchr(".,;:!?)", next->text.data[0]))
        dom_insert_before(next, dom_new_text(l->arena, SLICE(" "), link->line));
}

/* A link with nothing but an icon shows its name; a picture in a link takes the name as its own. True when
 * the name is used up. */
static bool name_link(looking *l, dom_node *link) {
    const dom_node *shown = first_shown(link);
    slice name = value_of(link, "href").length ? name_of_link(link) : (slice){NULL, 0};
    if (!name.length || (shown && shown->tag != DOM_TAG_IMG))
        return false;
    if (shown) {
        bool used = !value_of(shown, "alt").length && says(link, SLICE(""));
        if (used)
            dom_attribute_set((dom_node *)shown, l->arena, SLICE("alt"), name);
        return used;
    }
    findings_add_change(l->found,
                        findings_add(l->found, FINDING_LINK_ICON, link->line, "<a href=\"%.*s\">",
                                     SLICE_ARGS(value_of(link, "href"))),
                        CHANGE_TEXT, express_words_inside(link, l->arena), name);
    while (link->first_child)
        dom_remove(link->first_child);
    dom_append(link, dom_new_text(l->arena, name, link->line));
    set_apart(l, link);
    return true;
}

static void look_at_label(looking *l, dom_node *node) {
    slice label = value_of(node, "aria-label");
    if (!label.length || node->tag == DOM_TAG_INPUT || says(node, label))
        return;
    if (node->tag == DOM_TAG_IMG && !value_of(node, "alt").length) {
        dom_attribute_set(node, l->arena, SLICE("alt"), label);
    } else if (node->tag != DOM_TAG_IMG || !slice_equal_nocase(value_of(node, "alt"), label)) {
        finding *f = findings_add(l->found, FINDING_ACCESSIBLE_NAME, node->line, "<%.*s aria-label=\"%.*s\">",
                                  SLICE_ARGS(node->name), SLICE_ARGS(label));
        if (f)
            f->before = label;
    }
}

/* A picture keeps its title (schema: image). */
static void look_at_tooltip(looking *l, const dom_node *node) {
    slice title = value_of(node, "title");
    if (!title.length || node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_STYLE ||
        node->tag == DOM_TAG_LINK || says(node, title))
        return;
    bool abbreviation = node->tag == DOM_TAG_ABBR || slice_equal(node->name, SLICE("acronym"));
    finding *f = findings_add(l->found, abbreviation ? FINDING_ABBREVIATION : FINDING_TOOLTIP, node->line,
                              "<%.*s title=\"%.*s\">", SLICE_ARGS(node->name), SLICE_ARGS(title));
    if (f)
        f->before = title;
}

/* ---- readings ----------------------------------------------------------------------------------------- */

static bool has_brackets(const dom_node *ruby) {
    const dom_node *child = ruby->first_child;
    while (child && child->tag != DOM_TAG_RP)
        child = child->next;
    return child != NULL;
}

/* Small text above words goes into brackets behind them, as browsers without ruby show it by its <rp>. All of
 * a block at once: words without a space between them are one word for the self-check. */
static void put_brackets(looking *l, dom_node *ruby) {
    dom_node *block = ruby;
    while (block->parent && !express_is_block(block))
        block = block->parent;
    if (block == l->bracketed || has_brackets(ruby))
        return;
    slice before = express_words_inside(block, l->arena);
    for (dom_node *at = block; at; at = dom_next(at, block))
        if (at->tag == DOM_TAG_RT && at->first_child && !has_brackets(at->parent)) {
            dom_insert_before(at->first_child, dom_new_text(l->arena, SLICE("("), at->line));
            dom_append(at, dom_new_text(l->arena, SLICE(")"), at->line));
        }
    l->bracketed = block;
    findings_add_change(l->found,
                        findings_add(l->found, FINDING_RUBY, ruby->line, "<ruby>: %.*s",
                                     SLICE_ARGS(express_words_inside(ruby, l->arena))),
                        CHANGE_TEXT, before, express_words_inside(block, l->arena));
}

/* ---- languages ---------------------------------------------------------------------------------------- */

/* Each language is named once a page; the sites are in English. */
static void look_at_language(looking *l, const dom_node *node) {
    slice language = value_of(node, "lang");
    language = language.length ? language : value_of(node, "xml:lang");
    if (language.length && !slice_equal_nocase(slice_sub(language, 0, 2), SLICE("en")) &&
        express_first_mention(l->survey->refs, format_slice(l->arena, "lang=%.*s", SLICE_ARGS(language))))
        findings_add(l->found, FINDING_LANGUAGE, node->line, "<%.*s lang=\"%.*s\">", SLICE_ARGS(node->name),
                     SLICE_ARGS(language));
    if (slice_equal_nocase(value_of(node, "dir"), SLICE("rtl")))
        findings_add(l->found, FINDING_DIRECTION, node->line, "<%.*s dir=\"rtl\">", SLICE_ARGS(node->name));
}

/* ---- hidden, and behind ------------------------------------------------------------------------------- */

static void note_hidden(looking *l, const dom_node *node, slice by) {
    const dom_node *shown = l->in_hidden ? NULL : first_shown(node);
    if (!shown)
        return;
    *(hidden *)vector_push(&l->survey->hidden) = (hidden){
        shown, node->line, format_slice(l->arena, "<%.*s> with %.*s", SLICE_ARGS(node->name), SLICE_ARGS(by)),
        express_words_inside(node, l->arena)};
    l->in_hidden = true;
    l->hidden_until = dom_next_skip(node, NULL);
}

static void look_at_classes(looking *l, const dom_node *node, slice classes) {
    const slice_set *own = &express_sheet(l->survey->refs)->hidden_classes;
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (express_is_hiding_class(name) || slice_set_has(own, name))
            note_hidden(l, node, format_slice(l->arena, "class `%.*s`", SLICE_ARGS(name)));
}

static void look_behind(looking *l, uint32_t line, slice name, slice url) {
    finding *f = findings_add(l->found, FINDING_PICTURE_BACKGROUND, line, "<%.*s> with `%.*s`",
                              SLICE_ARGS(name), SLICE_ARGS(url));
    if (f)
        f->before = url;
}

static void look_at_style(looking *l, const dom_node *node, slice style) {
    slice property, value;
    for (size_t at = 0; express_next_declaration(style, &at, &property, &value);) {
        slice url = express_is_background(property) ? express_css_url(value) : (slice){NULL, 0};
        if (url.length)
            look_behind(l, node->line, node->name, url);
        if (express_hides(property, value))
            note_hidden(l, node,
                        format_slice(l->arena, "`%.*s: %.*s`", SLICE_ARGS(property), SLICE_ARGS(value)));
        if (slice_equal_nocase(property, SLICE("direction")) && slice_equal_nocase(value, SLICE("rtl")))
            findings_add(l->found, FINDING_DIRECTION, node->line, "<%.*s> with `direction: rtl`",
                         SLICE_ARGS(node->name));
    }
}

static void look_at_attribute(looking *l, const dom_node *node, const dom_attribute *attribute) {
    static const char BEHIND[] = "background data-bg data-background data-background-image";
    slice name = attribute->name, value = slice_trim(attribute->value);
    if (slice_equal(name, SLICE("style")))
        look_at_style(l, node, value);
    else if (slice_equal(name, SLICE("class")))
        look_at_classes(l, node, value);
    else if (slice_equal(name, SLICE("id")) &&
             slice_set_has(&express_sheet(l->survey->refs)->hidden_ids, value))
        note_hidden(l, node, format_slice(l->arena, "id `%.*s`", SLICE_ARGS(value)));
    else if (slice_equal(name, SLICE("hidden")))
        note_hidden(l, node, SLICE("`hidden`"));
    else if (value.length && express_is_among(name, BEHIND))
        look_behind(l, node->line, node->name, value);
    else if (name.length > 2 && slice_starts_with(name, SLICE("on")))
        findings_add(l->found, FINDING_SCRIPT, node->line, "<%.*s> with `%.*s: %.*s`", SLICE_ARGS(node->name),
                     SLICE_ARGS(name), SLICE_ARGS(value));
}

/* ---- looks -------------------------------------------------------------------------------------------- */

enum { STEPS_TO_SHOWN = 64 }; /* elements stand in each other: each looks only so far */

static void note_look(looking *l, const dom_node *node) {
    if (!value_of(node, "style").length && !value_of(node, "align").length && !value_of(node, "class").length)
        return;
    const dom_node *at = dom_next(node, node);
    for (size_t steps = 0; at && steps < STEPS_TO_SHOWN; steps++, at = dom_next(at, node))
        if (at->type == DOM_TEXT ? !is_blank(at->text) : is_media(at)) {
            *(styled *)vector_push(&l->survey->styled) = (styled){node, at};
            return;
        }
}

/* An empty element with a class shows whatever a style sheet draws there. */
static void look_at_icon(looking *l, const dom_node *node) {
    slice classes = value_of(node, "class");
    bool icon = (node->tag == DOM_TAG_I || node->tag == DOM_TAG_SPAN) && !node->first_child;
    if (icon && classes.length)
        findings_add(l->found, FINDING_ICON, node->line, "<%.*s class=\"%.*s\"></%.*s>",
                     SLICE_ARGS(node->name), SLICE_ARGS(classes), SLICE_ARGS(node->name));
}

/* ---- the walk ----------------------------------------------------------------------------------------- */

static bool is_never_shown(const dom_node *node) {
    return node->tag == DOM_TAG_TEMPLATE || node->tag == DOM_TAG_NOSCRIPT || node->tag == DOM_TAG_DATALIST;
}

static void take_out(looking *l, dom_node *node) {
    slice words = express_words_inside(node, l->arena);
    const dom_node *shown = words.length ? NULL : first_shown(node);
    finding *f = findings_add(l->found, FINDING_NEVER_SHOWN, node->line, "<%.*s>: %.*s",
                              SLICE_ARGS(node->name), SLICE_ARGS(shown ? value_of(shown, "src") : words));
    if (f)
        f->before = words;
    dom_remove(node);
}

static void look_at_element(looking *l, dom_node *node) {
    if (node->tag == DOM_TAG_DIALOG && !dom_attribute_get(node, SLICE("open")))
        note_hidden(l, node, SLICE("no `open`"));
    for (uint32_t i = 0; i < node->attribute_count; i++)
        look_at_attribute(l, node, &node->attributes[i]);
    if (node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_VIDEO ||
        (node->tag == DOM_TAG_SOURCE && !dom_is(node->parent, DOM_TAG_PICTURE)))
        put_lazy_source(l, node);
    if (node->tag == DOM_TAG_IMG)
        settle_versions(l, node);
    if (node->tag == DOM_TAG_RUBY)
        put_brackets(l, node);
    if (!node->attribute_count)
        return;
    note_look(l, node);
    look_at_icon(l, node);
    look_at_language(l, node);
    if (node->tag == DOM_TAG_A && name_link(l, node))
        return;
    look_at_label(l, node);
    look_at_tooltip(l, node);
}

static void look_at_sheet(looking *l) {
    const sheet *own = express_sheet(l->survey->refs);
    for (size_t i = 0; i < own->pictures.count; i++) {
        const sheet_picture *picture = vector_at(&own->pictures, i);
        if (express_first_mention(l->survey->refs, picture->url))
            look_behind(l, picture->line, SLICE("style"), picture->url);
    }
}

tiptap_survey *tiptap_survey_page(dom_node *body, arena *a, findings *found) {
    tiptap_survey *survey = arena_alloc(a, sizeof *survey);
    *survey = (tiptap_survey){express_gather_references(body, a), vector_new(a, sizeof(hidden)),
                              vector_new(a, sizeof(styled))};
    looking l = {.survey = survey, .arena = a, .found = found};
    look_at_sheet(&l);
    for (dom_node *node = body, *next; node; node = next) {
        if (l.in_hidden && node == l.hidden_until)
            l.in_hidden = false;
        if (is_never_shown(node)) {
            next = dom_next_skip(node, body);
            take_out(&l, node);
            continue;
        }
        if (node->type == DOM_ELEMENT)
            look_at_element(&l, node);
        next = dom_next(node, body);
    }
    return survey;
}

references *survey_references(const tiptap_survey *survey) {
    return survey->refs;
}

/* Whether the node is inside something folded. DOM_DEPTH_MAX bounds the way up. */
static bool is_folded(const dom_node *node) {
    while (node && node->tag != DOM_TAG_DETAILS)
        node = node->parent;
    return node != NULL;
}

void survey_report_hidden(const tiptap_survey *survey, findings *found) {
    for (size_t i = 0; i < survey->hidden.count; i++) {
        const hidden *h = vector_at(&survey->hidden, i);
        if (is_folded(h->shows))
            continue;
        finding *f = findings_add(found, FINDING_HIDDEN, h->line, "%.*s: %.*s", SLICE_ARGS(h->by),
                                  SLICE_ARGS(h->words.length ? h->words : h->shows->name));
        if (f)
            f->after = h->words;
    }
}

static bool is_inside(const dom_node *node, const dom_node *body) {
    while (node && node != body)
        node = node->parent;
    return node != NULL;
}

void survey_report_dissolved(const tiptap_survey *survey, const dom_node *body, findings *found) {
    for (size_t i = 0; i < survey->styled.count; i++) {
        const styled *s = vector_at(&survey->styled, i);
        bool dissolved = !s->node->parent && s->node != body;
        if (dissolved && is_inside(s->shows, body) && !is_folded(s->shows))
            express_report_dissolved(s->node, s->shows->type == DOM_ELEMENT, found);
    }
}
