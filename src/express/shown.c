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

bool express_shows(const dom_node *node) {
    return node->type == DOM_TEXT ? !express_is_blank_text(dom_text(node))
                                  : node->type == DOM_ELEMENT && express_is_media(node);
}

bool express_is_visible(css_cascade *styles, const dom_node *node, css_pseudo pseudo) {
    double n[EXPRESS_NUMBERS] = {1};
    express_numbers(css_computed_pseudo(styles, node, pseudo, CSS_OPACITY), n);
    return n[0] != 0 && !css_is_among(css_computed_pseudo(styles, node, pseudo, CSS_DISPLAY), "none") &&
           css_is_among(css_computed_pseudo(styles, node, pseudo, CSS_VISIBILITY), "visible");
}

/* The first text, picture or frame in `node`, or `node` itself; NULL when it shows nothing. */
const dom_node *express_first_shown(const dom_node *node) {
    for (const dom_node *at = node; at;) {
        if (express_shows(at))
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
        for (size_t i = 0; child->type == DOM_TEXT && i < dom_text(child).length; i++) {
            if (is_space(dom_text(child).data[i]))
                continue;
            while (at < words.length && is_space(words.data[at]))
                at++;
            if (at == words.length || to_lower(words.data[at++]) != to_lower(dom_text(child).data[i]))
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

static bool holds_one_of(slice text, const char *const *words, arena *a) {
    slice lower = slice_lower(text, a);
    for (; *words; words++)
        if (slice_find(lower, slice_of(*words), 0) != SLICE_NONE)
            return true;
    return false;
}

/* Whether the address only stands in for the one that a script sets: nothing says what `data-src` is for, and
 * a gallery's script finds a larger picture there. */
static bool stands_in(const dom_node *node, slice src, arena *a) {
    static const char *const CLASSES[] = {"lazy", "lozad", "unveil", "defer", NULL};
    static const char *const FILES[] = {".gif",   ".svg",    "placeholder", "blank",   "spacer", "loading",
                                        "loader", "spinner", "transparent", "/pixel.", "1x1",    NULL};
    return !src.length || slice_starts_with(src, SLICE("data:")) || slice_starts_with(src, SLICE("about:")) ||
           holds_one_of(dom_attribute_trimmed(node, "class"), CLASSES, a) || holds_one_of(src, FILES, a);
}

/* Sets the address that a script would have set; it is what visitors saw. */
static void put_lazy_source(showing *s, dom_node *node) {
    static const char *const NAMES[] = {"data-lazy-src", "data-lazy", "data-original", "data-src"};
    enum { UNSURE = 3 };
    slice was = dom_attribute_trimmed(node, "src"), url = {NULL, 0};
    size_t name = 0;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !url.length; i++)
        url = dom_attribute_trimmed(node, NAMES[name = i]);
    if (!url.length || slice_equal(url, was))
        return;
    if (name == UNSURE && !stands_in(node, was, s->arena)) {
        findings_add(s->found, FINDING_PICTURE_UNSURE, node->line, "<%.*s src=\"%.*s\" data-src=\"%.*s\">",
                     SLICE_ARGS(dom_name(node)), SLICE_ARGS(was), SLICE_ARGS(url));
        return;
    }
    finding *f = findings_add(s->found, FINDING_PICTURE_LAZY, node->line, "<%.*s> that showed `%.*s`",
                              SLICE_ARGS(dom_name(node)), SLICE_ARGS(url));
    bool embedded = slice_starts_with(was, SLICE("data:"));
    findings_add_change(s->found, embedded ? NULL : f,
                        node->tag == DOM_TAG_IMG ? CHANGE_PICTURE : CHANGE_LINK, was, url);
    dom_attribute_set(node, s->arena, SLICE("src"), url);
}

/* Whether the picture has versions, in `srcset` or beside it in a `<picture>`. */
static bool has_versions(const dom_node *img) {
    const dom_node *before = dom_is(img->parent, DOM_TAG_PICTURE) ? dom_previous(img) : NULL;
    while (before && before->type != DOM_ELEMENT)
        before = dom_previous(before);
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
            name = at->tag == DOM_TAG_TITLE && at->first_child ? slice_trim(dom_text(at->first_child))
                                                               : dom_attribute_trimmed(at, "aria-label");
            name = name.length || at->tag == DOM_TAG_IMG ? name : dom_attribute_trimmed(at, "title");
        }
    return name;
}

/* Whether the element is there for other ends than to be seen: words for screen readers, the end of floats.
 */
static bool is_unseen_by_class(const dom_node *node) {
    slice classes = dom_attribute_trimmed(node, "class");
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (express_is_among(name, "sr-only is-sr-only visually-hidden screen-reader-text screen-reader-only "
                                   "is-hidden is-invisible clearfix cf"))
            return true;
    return false;
}

bool express_is_icon(const dom_node *node) {
    if (node->type != DOM_ELEMENT || node->tag == DOM_TAG_A || dom_tag_has(node->tag, DOM_VOID) ||
        !(dom_tag_has(node->tag, DOM_INLINE) || node->tag == DOM_TAG_UNKNOWN))
        return false;
    for (const dom_node *child = node->first_child; child; child = child->next)
        if (child->type != DOM_TEXT || !express_is_blank_text(dom_text(child)))
            return false;
    bool own = slice_find_char(dom_name(node), '-', 0) != SLICE_NONE; /* <sgds-icon name="download"> */
    return (dom_attribute_trimmed(node, "class").length && !is_unseen_by_class(node)) ||
           (own &&
            (dom_attribute_trimmed(node, "name").length || dom_attribute_trimmed(node, "icon").length));
}

/* Whether a style draws something in the element: before or behind what is in it, or as its background. */
static bool is_drawn(css_cascade *styles, const dom_node *node) {
    static const css_pseudo PLACES[] = {CSS_PSEUDO_BEFORE, CSS_PSEUDO_AFTER};
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
        if (css_has_pseudo(styles, node, PLACES[i]) &&
            !css_is_among(css_computed_pseudo(styles, node, PLACES[i], CSS_CONTENT), "none normal \"\" ''") &&
            express_is_visible(styles, node, PLACES[i]))
            return true;
    return css_url_of(css_computed(styles, node, CSS_BACKGROUND_IMAGE)).length > 0;
}

enum { ICON_LOOKED_AT = 32 };

/* Whether a link in which no text, picture or frame shows was seen by a sign in it. */
static bool shows_icon(css_cascade *styles, const dom_node *link) {
    const dom_node *at = link;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = dom_next(at, link))
        if (at->type == DOM_ELEMENT &&
            (at->tag == DOM_TAG_SVG || express_is_icon(at) || is_drawn(styles, at)))
            return true;
    return false;
}

/* What stands between the scheme and the parameters of an address for mails or calls; empty: it is another.
 */
static slice whom_to_call(slice href) {
    static const slice SCHEMES[] = {LITERAL("tel:"), LITERAL("mailto:"), LITERAL("sms:")};
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (slice_equal_nocase(slice_sub(href, 0, SCHEMES[i].length), SCHEMES[i])) {
            size_t end = slice_find_char(href, '?', 0);
            return slice_sub(href, SCHEMES[i].length, end == SLICE_NONE ? href.length : end);
        }
    return (slice){NULL, 0};
}

/* Behind `https://` or `//`; empty: the address is of the site. */
static slice host_of(slice href) {
    size_t from = slice_find(href, SLICE("//"), 0);
    bool is_start = from == 0 || (from != SLICE_NONE && href.data[from - 1] == ':');
    slice host = is_start ? slice_from(href, from + 2) : (slice){NULL, 0};
    size_t end = 0;
    while (end < host.length && !strchr("/?#:", host.data[end]))
        end++;
    host.length = end;
    return slice_equal_nocase(slice_sub(host, 0, 4), SLICE("www.")) ? slice_from(host, 4) : host;
}

/* The words that an address has for where it leads: a number, a mail's address, a file, a host, a page.
 * Empty: it leads nowhere by itself. */
static slice words_of_address(slice href, arena *a) {
    slice name = whom_to_call(href), host = host_of(href);
    if (!name.length)
        name = express_file_name(href);
    bool is_file =
        slice_find_char(name, '.', 0) != SLICE_NONE && !(host.length && slice_ends_with(name, host));
    if (host.length && !is_file)
        name = host;
    if (!name.length && slice_starts_with(href, SLICE("#")))
        name = slice_from(href, 1);
    if (!name.length && !slice_equal(href, SLICE("#")))
        name = href;
    if (name.length && memchr(name.data, 0xF4, name.length)) /* Liquid in it, as a character of plane 16 */
        name = SLICE("Link");
    return slice_trim(express_printable_decoded(name, a));
}

/* What stands right before and behind a link, as parts of one word with what shows in it. */
typedef struct joined {
    slice head, tail;
    bool opens, stops; /* the head ends with a bracket; the tail begins with a stop */
} joined;

static joined joined_to(const dom_node *link) {
    slice before = dom_previous(link) && dom_previous(link)->type == DOM_TEXT ? dom_text(dom_previous(link))
                                                                              : (slice){NULL, 0};
    slice behind = link->next && link->next->type == DOM_TEXT ? dom_text(link->next) : (slice){NULL, 0};
    size_t from = before.length, end = 0;
    while (from && !is_space(before.data[from - 1]))
        from--;
    while (end < behind.length && !is_space(behind.data[end]))
        end++;
    joined j = {slice_from(before, from), slice_sub(behind, 0, end), false, false};
    j.opens = j.head.length && strchr("([", j.head.data[j.head.length - 1]);
    j.stops = j.tail.length && strchr(".,;:!?)]", j.tail.data[0]);
    return j;
}

/* Words stand where an icon stood: a space keeps them apart from the words around. */
static void put_name(showing *s, dom_node *link, finding_code code, slice href, slice name) {
    joined j = joined_to(link);
    slice was = express_words_inside(link, s->arena);
    slice head = j.opens || j.tail.length ? j.head : (slice){NULL, 0};
    slice tail = j.stops || j.head.length ? j.tail : (slice){NULL, 0};
    findings_add_change(
        s->found, findings_add(s->found, code, link->line, "<a href=\"%.*s\">", SLICE_ARGS(href)),
        CHANGE_TEXT,
        format_slice(s->arena, "%.*s%.*s%.*s", SLICE_ARGS(head), SLICE_ARGS(was), SLICE_ARGS(tail)),
        format_slice(s->arena, "%.*s%s%.*s%s%.*s", SLICE_ARGS(head), head.length && !j.opens ? " " : "",
                     SLICE_ARGS(name), tail.length && !j.stops ? " " : "", SLICE_ARGS(tail)));
    while (link->first_child)
        dom_remove(link->first_child);
    dom_append(link, dom_new_text(s->arena, name, link->line));
    if (dom_previous(link) && !j.opens)
        dom_insert_before(link, dom_new_text(s->arena, SLICE(" "), link->line));
    if (link->next && link->next->type == DOM_TEXT && dom_text(link->next).length && !j.stops)
        dom_insert_before(link->next, dom_new_text(s->arena, SLICE(" "), link->line));
}

/* A heading's link to itself. */
static bool is_own_anchor(const dom_node *link, slice href) {
    return slice_starts_with(href, SLICE("#")) && dom_is_heading(link->parent->tag);
}

express_link_shows express_link_shown(css_cascade *styles, const dom_node *link) {
    if (express_first_shown(link))
        return EXPRESS_LINK_WORDS;
    bool sign = name_of_link(link).length ||
                (!is_own_anchor(link, dom_attribute_trimmed(link, "href")) && shows_icon(styles, link));
    return sign ? EXPRESS_LINK_SIGN : EXPRESS_LINK_EMPTY;
}

/* A link that showed an icon, which nothing puts into words, shows what its address says. */
static void put_address(showing *s, dom_node *link, slice href) {
    bool seen = dom_is_allowed_address(href) && !express_mentions_script(href) &&
                !is_own_anchor(link, href) && shows_icon(s->styles, link);
    slice name = seen ? words_of_address(href, s->arena) : (slice){NULL, 0};
    if (name.length)
        put_name(s, link, FINDING_LINK_ICON_NAMELESS, href, name);
}

/* A link with nothing but an icon shows its name; a picture in a link takes the name as its own. True when
 * the name is used up. */
static bool name_link(showing *s, dom_node *link) {
    const dom_node *shown = express_first_shown(link);
    slice href = dom_attribute_trimmed(link, "href"), name = href.length ? name_of_link(link) : href;
    if (href.length && !name.length && !shown)
        put_address(s, link, href);
    if (!name.length || (shown && shown->tag != DOM_TAG_IMG))
        return false;
    if (shown) {
        bool used = !dom_attribute_trimmed(shown, "alt").length && express_says(link, SLICE(""));
        if (used)
            dom_attribute_set((dom_node *)shown, s->arena, SLICE("alt"), name);
        return used;
    }
    put_name(s, link, FINDING_LINK_ICON, href, name);
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
    if (node->tag == DOM_TAG_P && dom_attribute_count(node))
        make_heading(s, node);
    return node->tag == DOM_TAG_A && dom_attribute_count(node) && name_link(s, node);
}
