/* The page as it was shown, put into the tree: pictures that a script loads stand in their places, links that
 * showed nothing but an icon have their names for text, small text above words is in brackets, what browsers
 * never show is gone. Comes in: an element of the page's tree. Goes out: the same, rewritten, with a finding
 * for each change. It never takes away what a visitor saw.
 */
#include "private.h"

bool express_is_media(const dom_node *node) {
    return node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_VIDEO ||
           node->tag == DOM_TAG_AUDIO || node->tag == DOM_TAG_OBJECT || node->tag == DOM_TAG_EMBED;
}

/* Nothing but white space and no-break spaces. */
bool express_is_blank_text(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c != 0xA0 && (c >= 0x80 || !is_space((char)c)))
            return false;
    }
    return true;
}

/* The first text, picture or frame in `node`, or `node` itself; NULL when it shows nothing. */
const dom_node *express_first_shown(const dom_node *node) {
    for (const dom_node *at = node; at;) {
        if ((at->type == DOM_TEXT && !express_is_blank_text(at->text)) ||
            (at->type == DOM_ELEMENT && express_is_media(at)))
            return at;
        bool unseen = at->tag == DOM_TAG_SCRIPT || at->tag == DOM_TAG_STYLE || at->tag == DOM_TAG_TITLE;
        at = unseen ? dom_next_skip(at, node) : dom_next(at, node);
    }
    return NULL;
}

/* Whether the element's text is these words; white space and case do not count. */
bool express_says(const dom_node *node, slice words) {
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

/* ---- pictures that a script loads --------------------------------------------------------------------- */

/* Versions that a script would have put in place. */
static void put_lazy_versions(const showing *s, dom_node *node) {
    static const char *const NAMES[] = {"srcset", "sizes"}, *const LAZY[] = {"data-srcset", "data-sizes"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        slice value = dom_attribute_trimmed(node, LAZY[i]);
        if (value.length && !slice_equal(value, SLICE("auto")))
            dom_attribute_set(node, s->arena, slice_of(NAMES[i]), value);
    }
}

/* Sets the address that a script would have set; it is what visitors saw. */
static void put_lazy_source(showing *s, dom_node *node) {
    static const char *const NAMES[] = {"data-src", "data-lazy-src", "data-lazy", "data-original"};
    slice was = dom_attribute_trimmed(node, "src"), url = {NULL, 0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !url.length; i++)
        url = dom_attribute_trimmed(node, NAMES[i]);
    if (!url.length || slice_equal(url, was))
        return;
    finding *f = findings_add(s->found, FINDING_PICTURE_LAZY, node->line, "<%.*s> that showed `%.*s`",
                              SLICE_ARGS(dom_name(node)), SLICE_ARGS(url));
    bool embedded = slice_starts_with(was, SLICE("data:"));
    findings_add_change(s->found, embedded ? NULL : f,
                        node->tag == DOM_TAG_IMG ? CHANGE_PICTURE : CHANGE_LINK, was, url);
    dom_attribute_set(node, s->arena, SLICE("src"), url);
}

/* Whether the picture has versions, in `srcset` or beside it in a `<picture>`. */
static bool has_versions(const dom_node *img) {
    const dom_node *before = dom_is(img->parent, DOM_TAG_PICTURE) ? img->previous : NULL;
    while (before && before->type != DOM_ELEMENT)
        before = before->previous;
    return dom_attribute_trimmed(img, "srcset").length || dom_is(before, DOM_TAG_SOURCE);
}

/* The version that visitors of wide windows saw becomes the picture's own address. */
static void settle_versions(showing *s, dom_node *img) {
    slice was = dom_attribute_trimmed(img, "src"), shown;
    if (!has_versions(img))
        return;
    shown = dom_picture_source(img, CSS_VIEWPORT_WIDTH); /* none that would be too small for the column */
    if (shown.length && !slice_equal(was, shown) && dom_is_allowed_address(shown)) {
        if (was.length)
            findings_add_change(s->found, NULL, CHANGE_PICTURE, was, shown);
        dom_attribute_set(img, s->arena, SLICE("src"), shown);
    }
    findings_add(s->found, FINDING_PICTURE_VERSIONS, img->line, "the picture `%.*s`",
                 SLICE_ARGS(dom_attribute_trimmed(img, "src")));
}

/* ---- links with nothing but an icon ------------------------------------------------------------------- */

/* The words that stand for a link that shows none: its label, its tooltip, the title of a drawing in it. */
static slice name_of_link(const dom_node *link) {
    slice name = dom_attribute_trimmed(link, "aria-label");
    name = name.length ? name : dom_attribute_trimmed(link, "title");
    for (const dom_node *at = link; at && !name.length; at = dom_next(at, link))
        if (at != link && at->type == DOM_ELEMENT) {
            name = at->tag == DOM_TAG_TITLE && at->first_child ? slice_trim(at->first_child->text)
                                                               : dom_attribute_trimmed(at, "aria-label");
            name = name.length || at->tag == DOM_TAG_IMG ? name : dom_attribute_trimmed(at, "title");
        }
    return name;
}

/* Words stand where an icon stood: a space keeps them apart from the words around. */
static void set_apart(showing *s, dom_node *link) {
    dom_node *next = link->next;
    if (link->previous)
        dom_insert_before(link, dom_new_text(s->arena, SLICE(" "), link->line));
    if (next && next->type == DOM_TEXT && next->text.length && !strchr(".,;:!?)", next->text.data[0]))
        dom_insert_before(next, dom_new_text(s->arena, SLICE(" "), link->line));
}

/* A link with nothing but an icon shows its name; a picture in a link takes the name as its own. True when
 * the name is used up. */
static bool name_link(showing *s, dom_node *link) {
    const dom_node *shown = express_first_shown(link);
    slice name = dom_attribute_trimmed(link, "href").length ? name_of_link(link) : (slice){NULL, 0};
    if (!name.length || (shown && shown->tag != DOM_TAG_IMG))
        return false;
    if (shown) {
        bool used = !dom_attribute_trimmed(shown, "alt").length && express_says(link, SLICE(""));
        if (used)
            dom_attribute_set((dom_node *)shown, s->arena, SLICE("alt"), name);
        return used;
    }
    findings_add_change(s->found,
                        findings_add(s->found, FINDING_LINK_ICON, link->line, "<a href=\"%.*s\">",
                                     SLICE_ARGS(dom_attribute_trimmed(link, "href"))),
                        CHANGE_TEXT, express_words_inside(link, s->arena), name);
    while (link->first_child)
        dom_remove(link->first_child);
    dom_append(link, dom_new_text(s->arena, name, link->line));
    set_apart(s, link);
    return true;
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
static void put_brackets(showing *s, dom_node *ruby) {
    dom_node *block = ruby;
    while (block->parent && !express_is_block(block))
        block = block->parent;
    if (block == s->bracketed || has_brackets(ruby))
        return;
    slice before = express_words_inside(block, s->arena);
    for (dom_node *at = block; at; at = dom_next(at, block))
        if (at->tag == DOM_TAG_RT && at->first_child && !has_brackets(at->parent)) {
            dom_insert_before(at->first_child, dom_new_text(s->arena, SLICE("("), at->line));
            dom_append(at, dom_new_text(s->arena, SLICE(")"), at->line));
        }
    s->bracketed = block;
    findings_add_change(s->found,
                        findings_add(s->found, FINDING_RUBY, ruby->line, "<ruby>: %.*s",
                                     SLICE_ARGS(express_words_inside(ruby, s->arena))),
                        CHANGE_TEXT, before, express_words_inside(block, s->arena));
}

static void take_label_as_alt(showing *s, dom_node *img) {
    slice label = dom_attribute_trimmed(img, "aria-label");
    if (label.length && !dom_attribute_trimmed(img, "alt").length)
        dom_attribute_set(img, s->arena, SLICE("alt"), label);
}

/* ---- headings ------------------------------------------------------------------------------------------ */

/* <p class="title is-4"> is shown as a heading of that size (Bulma, "Title"). */
static void make_heading(showing *s, dom_node *node) {
    static const slice SIZES[] = {LITERAL("is-1"), LITERAL("is-2"), LITERAL("is-3"),
                                  LITERAL("is-4"), LITERAL("is-5"), LITERAL("is-6")};
    if (!dom_has_class(node, SLICE("title")) || !express_first_shown(node))
        return;
    for (unsigned i = 0; i < 6; i++)
        if (dom_has_class(node, SIZES[i])) {
            findings_add(s->found, FINDING_TITLE_HEADING, node->line, "<p class=\"title %.*s\">: %.*s",
                         SLICE_ARGS(SIZES[i]), SLICE_ARGS(express_words_inside(node, s->arena)));
            node->tag = (uint16_t)(DOM_TAG_H1 + i);
            return;
        }
}

/* ---- an element ---------------------------------------------------------------------------------------- */

bool express_is_never_shown(const dom_node *node) {
    return node->tag == DOM_TAG_TEMPLATE || node->tag == DOM_TAG_NOSCRIPT || node->tag == DOM_TAG_DATALIST;
}

void express_take_out(showing *s, dom_node *node) {
    slice words = express_words_inside(node, s->arena);
    const dom_node *shown = words.length ? NULL : express_first_shown(node);
    finding *f =
        findings_add(s->found, FINDING_NEVER_SHOWN, node->line, "<%.*s>: %.*s", SLICE_ARGS(dom_name(node)),
                     SLICE_ARGS(shown ? dom_attribute_trimmed(shown, "src") : words));
    if (f)
        f->before = words;
    dom_remove(node);
}

bool express_show_element(showing *s, dom_node *node) {
    bool is_version = node->tag == DOM_TAG_SOURCE && dom_is(node->parent, DOM_TAG_PICTURE);
    if (node->tag == DOM_TAG_IMG || is_version)
        put_lazy_versions(s, node);
    if (node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME || node->tag == DOM_TAG_VIDEO ||
        (node->tag == DOM_TAG_SOURCE && !is_version))
        put_lazy_source(s, node);
    if (node->tag == DOM_TAG_IMG) {
        settle_versions(s, node);
        take_label_as_alt(s, node);
    }
    if (node->tag == DOM_TAG_RUBY)
        put_brackets(s, node);
    if (node->tag == DOM_TAG_P && node->attribute_count)
        make_heading(s, node);
    return node->tag == DOM_TAG_A && node->attribute_count && name_link(s, node);
}
