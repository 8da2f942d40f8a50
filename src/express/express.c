/* express: a legacy page's tree, expressed in what the editor's schema holds. Comes in: the tree of a page as
 * a browser builds it, with the editor's own markup wherever a rule recognised a shape. Goes out: a tree that
 * the editor's parser takes whole. What has no place there becomes a finding; it must never lose text, a
 * picture or a link without one.
 *
 * One walk in document order: each element has a rule by its name; the builder takes what the rules put out.
 */
#include "private.h"

typedef enum rule {
    RULE_INLINE, /* marks; its content goes on in the same line */
    RULE_BLOCK,  /* a boundary before and behind */
    RULE_PARAGRAPH,
    RULE_HEADING,
    RULE_LIST,
    RULE_ITEM,
    RULE_QUOTE,
    RULE_CODE,
    RULE_LINE, /* hr */
    RULE_BREAK,
    RULE_LINK,
    RULE_PICTURE,
    RULE_FRAME,
    RULE_MEDIA,
    RULE_AREA,
    RULE_TABLE,
    RULE_ROWS, /* thead, tbody, tfoot */
    RULE_ROW,
    RULE_CELL,
    RULE_CAPTION,
    RULE_DETAILS,
    RULE_SUMMARY,
    RULE_CONTROL,
    RULE_CARDS,
    RULE_ACCORDION,
    RULE_DROP, /* with all that is in it */
} rule;

#define NO_FINDING FINDING_COUNT

/* What to do with an element: its rule, the marks it stands for, and a finding it always is. Anything not
 * named here is unknown and treated as RULE_INLINE, which is how browsers treat it. */
static const struct {
    uint8_t rule;
    bool known;
    uint16_t marks;
    finding_code finding;
} ELEMENTS[DOM_TAG_COUNT] = {
#define ELEMENT(tag, rule, marks, finding) [DOM_TAG_##tag] = {RULE_##rule, true, marks, finding},
#include "express.def"
#undef ELEMENT
};

unsigned express_element_marks(dom_tag tag) {
    return ELEMENTS[tag].marks;
}

/* An element of the page that the walk is inside of. */
typedef struct open_element {
    dom_node *node;
    rule rule;
    inline_style style;      /* around it */
    dom_tag textblock_tag;   /* around it */
    dom_node *outer, *inner; /* the container around it, and the one for its children */
    dom_node *built;         /* the block that stands for it, where one does */
    const dom_node
        *raised;       /* the innermost element at or around it that raises or lowers its text, or NULL */
    size_t emitted;    /* before it */
    size_t table;      /* 1 + the index of the innermost RULE_TABLE element, itself included; 0: none */
    unsigned said;     /* RULE_TABLE: kinds of presentation that a finding has named */
    bool picture_said; /* RULE_TABLE */
    bool in_paragraph; /* around it */
    bool foreign;      /* inside svg, math or the like: names there are not HTML's */
    bool ends_box;     /* RULE_BLOCK: a line has to stand behind it */
} open_element;

typedef struct walk {
    builder out;
    arena *arena;
    findings *found;
    references *refs;
    const express_seen *seen;
    css_cascade *styles;
    vector open; /* of open_element: the elements that the walk is inside of, outermost first */
    inline_style style;
    unsigned last_heading; /* 1 … 6; 0: none yet */
    size_t heading_from;   /* what was put into the output before the last heading */
    bool uses_up;          /* express_seen */
    size_t unsized_pictures;
    uint32_t unsized_line; /* of the first of them */
    const dom_node *body;
    const layout *phone;       /* of the page as the rules for shapes have left it; NULL: not needed yet */
    vector whole_tables;       /* of dom_node *: built, in no table, and as wide as they may be on a phone */
    uint64_t columns_in_lines; /* how many columns tables have whose links stand in lines: as bits */
} walk;

static const slice NOTHING = {NULL, 0};

static const slice *attribute(const dom_node *node, const char *name) {
    return dom_attribute_get(node, slice_of(name));
}

static open_element *innermost_table(const walk *w) {
    const open_element *top = vector_last(&w->open);
    return top->table ? vector_at(&w->open, top->table - 1) : NULL;
}

bool express_is_blank(const dom_node *node) {
    return node->type == DOM_COMMENT || (node->type == DOM_TEXT && !slice_trim(dom_text(node)).length);
}

/* ---- which rule --------------------------------------------------------------------------------------- */

/* An accordion holds nothing but details: schema, detailGroup. */
static bool holds_only_details(const dom_node *node) {
    for (const dom_node *child = node->first_child; child; child = child->next)
        if (!express_is_blank(child) && !dom_is(child, DOM_TAG_DETAILS))
            return false;
    return node->first_child != NULL;
}

static rule rule_of_division(const dom_node *node) {
    if (tiptap_has_class(node, TIPTAP_ELEMENT_CARD_GRID))
        return RULE_CARDS;
    if (tiptap_has_class(node, TIPTAP_ELEMENT_ACCORDION) && holds_only_details(node))
        return RULE_ACCORDION;
    return RULE_BLOCK;
}

/* Where only text can be held, blocks are boundaries, and in a code block marks are nothing. */
static rule rule_in_text(const walk *w, rule r) {
    switch (r) {
    case RULE_PICTURE:
    case RULE_FRAME:
    case RULE_BREAK:
    case RULE_DROP:
    case RULE_CONTROL:
    case RULE_INLINE:
        return r;
    case RULE_LINK:
        return express_in_code(&w->out) ? RULE_INLINE : r;
    default:
        return RULE_BLOCK;
    }
}

static rule rule_of(const walk *w, const dom_node *node) {
    const open_element *top = vector_last(&w->open);
    rule r = node->tag == DOM_TAG_DIV ? rule_of_division(node) : (rule)ELEMENTS[node->tag].rule;
    if (express_in_summary(&w->out) || express_in_code(&w->out))
        return rule_in_text(w, r);
    if ((r == RULE_ROW && !dom_is(top->inner, DOM_TAG_TABLE)) ||
        (r == RULE_CELL && !dom_is(top->inner, DOM_TAG_TR)) || (r == RULE_ROWS && top->rule != RULE_TABLE) ||
        (r == RULE_CAPTION && top->rule != RULE_TABLE) ||
        (r == RULE_SUMMARY && (top->rule != RULE_DETAILS || top->built->first_child->first_child)))
        return RULE_BLOCK;
    return r;
}

/* ---- what an element always is ------------------------------------------------------------------------ */

bool express_is_embedded_picture(const dom_node *node) {
    return (node->tag == DOM_TAG_OBJECT || node->tag == DOM_TAG_EMBED) &&
           express_is_picture_file(express_media_source(node));
}

/* Whether what the formula says hangs on where its parts stand (MathML Core 3.3 to 3.5). */
static bool is_built_up(const dom_node *math) {
    for (const dom_node *at = math; at; at = dom_next(at, math))
        if (at->type == DOM_ELEMENT &&
            express_is_among(dom_name(at),
                             "mfrac msup msub msubsup msqrt mroot munder mover munderover mmultiscripts "
                             "mtable mstack mlongdiv"))
            return true;
    return false;
}

/* Whether a style sheet is another host's, and so was not read. Those for fonts and icons hide nothing. */
static bool is_sheet_elsewhere(slice address) {
    static const slice LETTERS[] = {LITERAL("font"), LITERAL("icon"), LITERAL("typekit")};
    bool elsewhere = slice_find(address, SLICE("//"), 0) != SLICE_NONE;
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS && elsewhere; i++)
        elsewhere = slice_find(address, LETTERS[i], 0) == SLICE_NONE;
    return elsewhere;
}

static bool takes_sheet_elsewhere(const dom_node *node) {
    static const slice IMPORT = LITERAL("@import");
    if (slice_equal_nocase(dom_attribute_trimmed(node, "media"), SLICE("print")))
        return false;
    if (node->tag == DOM_TAG_LINK)
        return express_is_among(dom_attribute_trimmed(node, "rel"), "stylesheet") &&
               is_sheet_elsewhere(dom_attribute_trimmed(node, "href"));
    slice text = node->first_child ? dom_text(node->first_child) : SLICE("");
    for (size_t at = 0; (at = slice_find(text, IMPORT, at)) != SLICE_NONE; at += IMPORT.length)
        if (is_sheet_elsewhere(slice_sub(text, at, slice_find_char(text, ';', at))))
            return true;
    return false;
}

static finding_code finding_of(const dom_node *node) {
    const slice *type = node->tag == DOM_TAG_SCRIPT ? attribute(node, "type") : NULL;
    if (type && slice_equal_nocase(slice_trim(*type), SLICE("application/ld+json")))
        return FINDING_SCRIPT_DATA;
    if (node->tag == DOM_TAG_MATH && is_built_up(node))
        return FINDING_FORMULA_FLAT;
    if ((node->tag == DOM_TAG_LINK || node->tag == DOM_TAG_STYLE) && takes_sheet_elsewhere(node))
        return FINDING_STYLES_ELSEWHERE;
    return ELEMENTS[node->tag].finding;
}

finding *express_name_element(const dom_node *node, bool in_drawing, findings *found) {
    finding_code code = finding_of(node);
    if (in_drawing && node->tag == DOM_TAG_TITLE)
        code = FINDING_TOOLTIP;
    else if (!ELEMENTS[node->tag].known || code == NO_FINDING || in_drawing ||
             express_is_embedded_picture(node))
        return NULL;
    static const char *const TELLING[] = {"src", "data", "href", "action", "type", "name", "class", "alt"};
    for (size_t i = 0; i < sizeof TELLING / sizeof *TELLING; i++) {
        const slice *value = attribute(node, TELLING[i]);
        if (value && value->length)
            return findings_add(found, code, node->line, "<%.*s %s=\"%.*s\">", SLICE_ARGS(dom_name(node)),
                                TELLING[i], SLICE_ARGS(*value));
    }
    const dom_node *text = node->first_child;
    slice words = text && text->type == DOM_TEXT ? slice_trim(dom_text(text)) : (slice){NULL, 0};
    return findings_add(found, code, node->line, "<%.*s>%.*s", SLICE_ARGS(dom_name(node)), SLICE_ARGS(words));
}

static bool holds_other_names(const dom_node *node) {
    return node->tag == DOM_TAG_SVG || node->tag == DOM_TAG_MATH || !ELEMENTS[node->tag].known;
}

static void report_unknown(walk *w, const dom_node *node) {
    const open_element *top = vector_last(&w->open);
    if (ELEMENTS[node->tag].known || top->foreign)
        return;
    if (express_first_mention(w->refs, format_slice(w->arena, "<%.*s", SLICE_ARGS(dom_name(node)))))
        findings_add(w->found, FINDING_UNKNOWN_ELEMENT, node->line, "<%.*s>", SLICE_ARGS(dom_name(node)));
}

/* Does the node show anything? Looks a few nodes far, and says yes beyond. */
static bool shows_something(const dom_node *node) {
    enum { LOOKED_AT_MAX = 16 };
    unsigned steps = 0;
    for (const dom_node *at = node; at; at = dom_next(at, node), steps++)
        if (steps == LOOKED_AT_MAX || (at->type == DOM_TEXT && !express_is_blank_text(dom_text(at))) ||
            (at->type == DOM_ELEMENT && express_is_media(at)))
            return true;
    return false;
}

/* A finding of words that stay, and look another way. */
static void report_words(walk *w, finding_code code, const dom_node *node) {
    if (!shows_something(node))
        return;
    finding *said = findings_add(w->found, code, node->line, "<%.*s>", SLICE_ARGS(dom_name(node)));
    if (said)
        said->before = said->after = express_words_inside(node, w->arena);
}

/* A code block holds no marks and no links (schema: codeBlock). */
static void report_in_code(walk *w, const dom_node *node) {
    const slice *href = attribute(node, "href");
    if (!express_in_code(&w->out))
        return;
    if (node->tag == DOM_TAG_A && href)
        findings_add_change(
            w->found,
            findings_add(w->found, FINDING_CODE_LINK, node->line, "<a href=\"%.*s\">", SLICE_ARGS(*href)),
            CHANGE_LINK, *href, NOTHING);
    else if (css_shifts_or_strikes(w->styles, node))
        report_words(w, FINDING_CODE_MARKS_LOST, node);
}

/* Code in a line takes no other mark, and a link takes the place of code (schema: code excludes all). */
static void report_code_with_marks(walk *w, const dom_node *node, rule r, inline_style around) {
    if (express_in_code(&w->out)) {
        if (r == RULE_CODE && w->style.marks & MARKS_TELLING)
            report_words(w, FINDING_CODE_MARKS_LOST, node);
        else if (w->style.marks & ~around.marks & ~(unsigned)(MARK_CODE | MARKS_TELLING))
            findings_add(w->found, FINDING_CODE_MARKS, node->line, "<%.*s> in a code block",
                         SLICE_ARGS(dom_name(node)));
        return;
    }
    bool mixed = w->style.marks & MARK_CODE && (w->style.marks != MARK_CODE || w->style.link);
    bool was_mixed = around.marks & MARK_CODE && (around.marks != MARK_CODE || around.link);
    bool telling = mixed && !w->style.link && w->style.marks & MARKS_TELLING;
    bool was_telling = was_mixed && !around.link && around.marks & MARKS_TELLING;
    if (telling && !was_telling)
        report_words(w, FINDING_CODE_MARKS_LOST, node);
    else if (mixed && !was_mixed)
        findings_add(w->found, FINDING_CODE_MARKS, node->line, "<%.*s>", SLICE_ARGS(dom_name(node)));
    bool is_code = w->style.marks & MARK_CODE && !w->style.link;
    if (is_code && !(around.marks & MARK_CODE) && node->tag != DOM_TAG_CODE && shows_something(node))
        findings_add(w->found, FINDING_CODE_BOX, node->line, "<%.*s>%.*s", SLICE_ARGS(dom_name(node)),
                     SLICE_ARGS(express_words_inside(node, w->arena)));
}

/* Whether `node` is all that `outer` shows. */
static bool is_all_of(const dom_node *node, const dom_node *outer) {
    for (; node != outer; node = node->parent) {
        for (const dom_node *at = dom_previous(node); at; at = dom_previous(at))
            if (shows_something(at))
                return false;
        for (const dom_node *at = node->next; at; at = at->next)
            if (shows_something(at))
                return false;
    }
    return true;
}

static slice words_in(const dom_node *outer, arena *a) {
    buffer out = buffer_new(a, 32);
    for (const dom_node *at = outer; at; at = dom_next(at, outer))
        if (at->type == DOM_TEXT)
            buffer_append(&out, dom_text(at));
    return slice_trim(buffer_slice(&out));
}

/* Text is raised or lowered once in the schema: a mark does not hold itself. */
static void report_raised_again(walk *w, open_element *f) {
    const unsigned shifts = MARK_SUPERSCRIPT | MARK_SUBSCRIPT;
    const dom_node *node = f->node, *outer = f->raised;
    unsigned own = w->style.marks & shifts;
    if (f->style.marks & shifts) { /* what of it is the element's own? */
        bool is_inline = f->rule == RULE_INLINE || f->rule == RULE_LINK;
        own =
            (ELEMENTS[node->tag].marks | express_style_marks(w->styles, node, is_inline, false, 0)) & shifts;
    }
    if (!own)
        return;
    f->raised = node;
    if (!outer || !(own & f->style.marks) || w->style.marks & MARK_CODE || express_in_code(&w->out) ||
        !shows_something(node) || is_all_of(node, outer))
        return;
    finding *said = findings_add(w->found, FINDING_RAISED_AGAIN, node->line, "<%.*s> in <%.*s>",
                                 SLICE_ARGS(dom_name(node)), SLICE_ARGS(dom_name(outer)));
    if (said)
        said->before = said->after = words_in(outer, w->arena); /* the words stay */
}

static void report_overline(walk *w, const dom_node *node) {
    if (dom_tag_has(node->tag, DOM_INLINE) &&
        css_sets(w->styles, node, CSS_TEXT_DECORATION_LINE, CSS_FROM_LOST) &&
        slice_find(css_computed(w->styles, node, CSS_TEXT_DECORATION_LINE), SLICE("overline"), 0) !=
            SLICE_NONE)
        report_words(w, FINDING_OVERLINE, node);
}

/* The finding that the element always is, or NULL. */
static finding *report(walk *w, const dom_node *node) {
    open_element *table = innermost_table(w);
    report_in_code(w, node);
    report_unknown(w, node);
    const open_element *top = vector_last(&w->open);
    finding *element = express_name_element(node, top->foreign, w->found);
    size_t index = w->found->items.count;
    express_report_presentation(node, node->tag == DOM_TAG_IMG && express_picture_floats(w->seen, node),
                                table ? &table->said : NULL, w->found);
    express_report_classes(node, w->refs, w->found);
    return element ? findings_at(w->found, index - 1) : NULL;
}

/* ---- elements without content ------------------------------------------------------------------------- */

/* Does text, or what stands for some, follow the picture before its line or block ends? Looks a few nodes
 * far. */
static bool text_follows(const dom_node *img) {
    enum { FOLLOWING_MAX = 16 };
    const dom_node *block = img->parent;
    while (block && block->parent && !express_is_block(block))
        block = block->parent;
    unsigned steps = 0;
    for (const dom_node *at = dom_next(img, block); at && steps < FOLLOWING_MAX;
         at = dom_next(at, block), steps++) {
        if (at->type == DOM_TEXT && slice_trim(dom_text(at)).length)
            return true;
        if (at->type == DOM_ELEMENT && (at->tag == DOM_TAG_BR || express_is_block(at)))
            return false;
    }
    return steps == FOLLOWING_MAX;
}

/* False when the picture stands where a picture in the editor would. */
static bool report_picture_place(walk *w, const dom_node *img) {
    builder *out = &w->out;
    open_element *table = innermost_table(w);
    bool in_heading = out->textblock_tag != DOM_TAG_P;
    if (table && !table->picture_said) {
        table->picture_said = true;
        findings_add(w->found, FINDING_PICTURE_IN_TABLE, img->line, "a picture in a table cell");
    }
    if (express_in_summary(out) || express_in_code(out))
        findings_add(w->found, FINDING_PICTURE_IN_TEXT, img->line, "a picture in <%.*s>",
                     SLICE_ARGS(dom_name(out->textblock)));
    else if (in_heading)
        findings_add(w->found, FINDING_PICTURE_IN_HEADING, img->line, "a picture in <%.*s>",
                     SLICE_ARGS(dom_tag_name(out->textblock_tag)));
    else if (out->textblock && out->line_has_text && text_follows(img))
        findings_add(w->found, FINDING_PICTURE_IN_TEXT, img->line, "a picture behind text on the same line");
    else if (out->textblock && out->line_has_text)
        findings_add(w->found, FINDING_PICTURE_BEHIND_TEXT, img->line, "with nothing behind it");
    else
        return false;
    return true;
}

static void put_picture(walk *w, const dom_node *img) {
    dom_node *block = express_picture(w->seen, img, w->out.container, w->style.link, w->arena, w->found);
    if (!block) {
        express_boundary(&w->out);
        return;
    }
    bool said = report_picture_place(w, img) || express_picture_floats(w->seen, img);
    if (w->style.link && slice_equal(*attribute(w->style.link, "target"), SLICE("_blank")))
        findings_add(w->found, FINDING_PICTURE_LINK_TARGET, img->line,
                     "a picture that opens %.*s in a new tab", SLICE_ARGS(*attribute(w->style.link, "href")));
    if (!attribute(block->first_child, "style") && !attribute(img, "width") && w->unsized_pictures++ == 0)
        w->unsized_line = img->line;
    express_block(&w->out, block);
    w->out.has_picture = !w->out.textblock;
    w->out.picture_line = img->line;
    w->out.picture_said = said;
}

static void put_frame(walk *w, const dom_node *iframe) {
    dom_node *block = express_frame(w->seen, iframe, w->out.container, w->arena, w->found);
    if (!block) {
        express_boundary(&w->out);
        return;
    }
    express_block(&w->out, block);
    w->out.has_picture = !w->out.textblock;
    w->out.picture_line = iframe->line;
    w->out.picture_said = true;
}

slice express_words_inside(const dom_node *node, arena *a) {
    buffer out = buffer_new(a, 32);
    for (const dom_node *at = dom_next(node, node); at; at = dom_next(at, node)) {
        if (express_is_block(at) || (dom_previous(at) && express_is_block(dom_previous(at))))
            buffer_append_char(&out, ' ');
        bool hidden = dom_is(at->parent, DOM_TAG_SCRIPT) || dom_is(at->parent, DOM_TAG_STYLE) ||
                      (dom_is(at->parent, DOM_TAG_TITLE) && at->parent != node);
        if (at->type == DOM_TEXT && !hidden)
            buffer_append(&out, dom_text(at));
    }
    return slice_trim(buffer_slice(&out));
}

/* A line of its own with a link: what a player, an embedded file or an area of a picture becomes. Returns its
 * text. */
static slice put_link_line(walk *w, const dom_node *node, slice href, slice text) {
    if (!dom_is_allowed_address(href) || express_mentions_script(href)) {
        findings_add(w->found, FINDING_ADDRESS_REFUSED, node->line, "<%.*s> with `%.*s`",
                     SLICE_ARGS(dom_name(node)), SLICE_ARGS(href));
        return NOTHING;
    }
    text = text.length ? text : href;
    dom_node *link = dom_new_element(w->arena, DOM_TAG_A, node->line);
    dom_attribute_set(link, w->arena, SLICE("href"), href);
    dom_attribute_set(link, w->arena, SLICE("target"), SLICE("_self"));
    express_boundary(&w->out);
    express_text(&w->out, text, (inline_style){0, link}, node->line);
    express_boundary(&w->out);
    return text;
}

static void put_area(walk *w, const dom_node *area) {
    const slice *href = attribute(area, "href"), *alt = attribute(area, "alt");
    if (!href || !slice_trim(*href).length)
        return;
    finding *said =
        findings_add(w->found, FINDING_IMAGE_MAP, area->line, "<area href=\"%.*s\">", SLICE_ARGS(*href));
    slice text = put_link_line(w, area, slice_trim(*href),
                               alt && slice_trim(*alt).length ? slice_trim(*alt) : express_file_name(*href));
    findings_add_change(w->found, said, CHANGE_TEXT, NOTHING, text);
}

/* A picture that is no <img> on the page: a player's poster, which leads to what it plays; an embedded file;
 * a button. */
static void put_made_picture(walk *w, const dom_node *node, slice src, slice alt, slice href) {
    dom_node *around = w->style.link;
    finding *made = findings_add(w->found, FINDING_PICTURE_MADE, node->line, "<%.*s> with `%.*s`",
                                 SLICE_ARGS(dom_name(node)), SLICE_ARGS(src));
    slice words = express_is_embedded_picture(node) ? alt : NOTHING; /* shown where the picture is not */
    findings_add_change(w->found, NULL, CHANGE_TEXT, words, NOTHING);
    if (made) {
        made->before = words;
        made->after = src;
    }
    dom_node *img = dom_new_element(w->arena, DOM_TAG_IMG, node->line);
    dom_attribute_set(img, w->arena, SLICE("src"), src);
    dom_attribute_set(img, w->arena, SLICE("alt"), alt);
    if (href.length && dom_is_allowed_address(href)) {
        dom_node *link = dom_new_element(w->arena, DOM_TAG_A, node->line);
        dom_attribute_set(link, w->arena, SLICE("href"), href);
        dom_attribute_set(link, w->arena, SLICE("target"), SLICE("_self"));
        w->style.link = link;
    }
    put_picture(w, img);
    w->style.link = around;
}

bool express_report_captions(const dom_node *track, findings *found) {
    slice url = dom_attribute_trimmed(track, "src"), kind = dom_attribute_trimmed(track, "kind");
    if (track->tag != DOM_TAG_TRACK || !url.length || slice_equal_nocase(kind, SLICE("metadata")))
        return false;
    findings_add(found, FINDING_MEDIA_CAPTIONS, track->line, "<track%s%.*s%s src=\"%.*s\">",
                 kind.length ? " kind=\"" : "", SLICE_ARGS(kind), kind.length ? "\"" : "", SLICE_ARGS(url));
    return true;
}

/* What a player holds besides its files: captions, and links that only browsers without players show. */
static void report_in_player(walk *w, const dom_node *player, slice source) {
    for (const dom_node *at = dom_next(player, player); at; at = dom_next(at, player)) {
        slice url = dom_attribute_trimmed(at, "href");
        if (!express_report_captions(at, w->found) && at->tag == DOM_TAG_A && url.length &&
            !slice_equal(url, source))
            findings_add_change(w->found,
                                findings_add(w->found, FINDING_MEDIA_FALLBACK, at->line, "<a href=\"%.*s\">",
                                             SLICE_ARGS(url)),
                                CHANGE_LINK, url, NOTHING);
    }
}

/* False when there is no file to link to: what the player holds is shown then, as browsers show it. */
static bool put_media(walk *w, const dom_node *node, finding *said) {
    slice source = express_media_source(node), poster = NOTHING;
    if (node->tag == DOM_TAG_VIDEO && attribute(node, "poster"))
        poster = slice_trim(*attribute(node, "poster"));
    if (poster.length)
        put_made_picture(w, node, poster, NOTHING, source);
    if (!source.length)
        return false;
    if (express_is_embedded_picture(node)) {
        slice alt = express_words_inside(node, w->arena);
        put_made_picture(w, node, source, alt, NOTHING);
        return true;
    }
    if (node->tag == DOM_TAG_VIDEO || node->tag == DOM_TAG_AUDIO)
        report_in_player(w, node, source);
    slice name = express_printable_decoded(express_file_name(source), w->arena);
    slice instead = express_words_inside(node, w->arena), text = put_link_line(w, node, source, name);
    findings_add_change(w->found, said, CHANGE_TEXT, instead, text);
    return true;
}

static void drop_element(const walk *w, const dom_node *node, finding *said) {
    if (said) /* browsers show none of it: nothing for the self-check to set aside */
        said->before = express_words_inside(node, w->arena);
}

finding *express_name_control(const dom_node *input, findings *found) {
    const slice *type = attribute(input, "type"), *value = attribute(input, "value");
    if (type && slice_equal_nocase(*type, SLICE("hidden")))
        return NULL;
    bool is_picture = type && slice_equal_nocase(*type, SLICE("image"));
    value = is_picture ? attribute(input, "src") : value;
    return findings_add(found, FINDING_FORM_CONTROL, input->line, "<input type=\"%.*s\" %s=\"%.*s\">",
                        SLICE_ARGS(type ? *type : SLICE("text")), is_picture ? "src" : "value",
                        SLICE_ARGS(value ? *value : SLICE("")));
}

slice express_picture_of_control(const dom_node *input) {
    bool is_picture = slice_equal_nocase(dom_attribute_trimmed(input, "type"), SLICE("image"));
    return is_picture ? dom_attribute_trimmed(input, "src") : NOTHING;
}

/* A task's own box is kept (taskItem: checked); any other control can do nothing on the new page. */
static void put_control(walk *w, const dom_node *input) {
    const open_element *top = vector_last(&w->open);
    if (top->built && attribute(top->built, "data-checked"))
        return;
    finding *said = express_name_control(input, w->found);
    bool is_picture = slice_equal_nocase(dom_attribute_trimmed(input, "type"), SLICE("image"));
    if (said)
        said->became =
            is_picture ? SLICE("a picture, which does nothing") : SLICE("it is gone, with the words on it");
    const slice *alt = attribute(input, "alt");
    if (is_picture && attribute(input, "src"))
        put_made_picture(w, input, express_picture_of_control(input), alt ? *alt : NOTHING, NOTHING);
}

static void put_line(walk *w, const dom_node *node) {
    if (express_in_summary(&w->out) || express_in_code(&w->out))
        express_boundary(&w->out);
    else
        express_block(&w->out, dom_new_element(w->arena, DOM_TAG_HR, node->line));
}

/* ---- elements with content ---------------------------------------------------------------------------- */

static void enter_heading(walk *w, const dom_node *node) {
    unsigned level = (unsigned)(dom_name(node).data[1] - '0');
    if (w->last_heading && level > w->last_heading + 1)
        findings_add(w->found, FINDING_HEADING_SKIP, node->line, "<h%u> after <h%u>", level, w->last_heading);
    w->last_heading = level;
    express_boundary(&w->out);
    /* the heading's margin is enough; one that had none has one now */
    double margin = 0;
    css_length(w->styles, node, CSS_MARGIN_TOP, 0, &margin);
    express_drop_empty_lines(&w->out, margin < 1);
    w->out.textblock_tag = (dom_tag)node->tag;
    w->heading_from = w->out.emitted;
}

static void enter_built(walk *w, open_element *f, dom_node *built) {
    f->built = built;
    express_block(&w->out, built);
    f->outer = w->out.container;
    w->out.container = built;
    w->out.textblock_tag = DOM_TAG_P; /* also inside a heading */
}

static void enter_block(walk *w, open_element *f, dom_tag tag) {
    enter_built(w, f, dom_new_element(w->arena, tag, f->node->line));
}

/* Tight as kramdown shows it: no item of the list holds a paragraph of its own. tiptap-markdown reads a list
 * without `data-tight` as loose as soon as it holds a paragraph, which every item of ours does. */
static bool is_tight(const dom_node *list) {
    for (const dom_node *item = list->first_child; item; item = item->next)
        for (const dom_node *child = item->first_child; child; child = child->next)
            if (child->tag == DOM_TAG_P)
                return slice_equal(attribute(list, "data-tight") ? *attribute(list, "data-tight") : SLICE(""),
                                   SLICE("true"));
    return true;
}

bool express_is_block(const dom_node *node) {
    rule r = node->type == DOM_ELEMENT ? (rule)ELEMENTS[node->tag].rule : RULE_INLINE;
    return r != RULE_INLINE && r != RULE_LINK && r != RULE_CONTROL && r != RULE_BREAK;
}

/* A block inside a task's item that is not a paragraph: taskItem holds paragraphs only. */
static bool holds_block(const dom_node *item) {
    for (const dom_node *node = dom_next(item, item); node; node = dom_next(node, item))
        if (express_is_block(node) && node->tag != DOM_TAG_P)
            return true;
    return false;
}

bool express_is_task(const dom_node *item) {
    return dom_has_class(item, SLICE("task-list-item")) || attribute(item, "data-checked");
}

static bool is_task_list(const dom_node *list) {
    size_t tasks = 0;
    for (const dom_node *item = list->first_child; item; item = item->next) {
        if (express_is_blank(item))
            continue;
        if (item->tag != DOM_TAG_LI || !express_is_task(item) || holds_block(item))
            return false;
        tasks++;
    }
    return tasks > 0 && list->tag == DOM_TAG_UL;
}

static void enter_list(walk *w, open_element *f) {
    enter_block(w, f, (dom_tag)f->node->tag);
    int64_t start;
    if (f->node->tag == DOM_TAG_OL && dom_attribute_integer(f->node, "start", &start) && start != 1)
        dom_attribute_set(f->built, w->arena, SLICE("start"),
                          format_slice(w->arena, "%lld", (long long)start));
    if (is_task_list(f->node))
        tiptap_set_data_type(f->built, w->arena, TIPTAP_ELEMENT_TASK_LIST);
    else if (is_tight(f->node))
        dom_attribute_set(f->built, w->arena, SLICE("data-tight"), SLICE("true"));
}

static bool is_list(const dom_node *node) {
    return node->tag == DOM_TAG_UL || node->tag == DOM_TAG_OL;
}

/* The list for an item that stands outside of one: a browser shows it with a bullet too. */
static void open_list_for_item(walk *w, const dom_node *item) {
    dom_node *last = dom_last_child(w->out.container);
    if (!(last && is_list(last) && last->flags & FLAG_IMPLICIT)) {
        last = dom_new_element(w->arena, DOM_TAG_UL, item->line);
        last->flags = FLAG_IMPLICIT;
        dom_attribute_set(last, w->arena, SLICE("data-tight"), SLICE("true"));
        findings_add(w->found, FINDING_LIST_STRAY, item->line, "a list item outside of a list");
        express_block(&w->out, last);
    }
    w->out.container = last;
}

static bool checkbox_is_checked(const dom_node *item) {
    const slice *checked = attribute(item, "data-checked");
    if (checked)
        return slice_equal(*checked, SLICE("true"));
    for (const dom_node *node = item; node; node = dom_next(node, item))
        if (node->tag == DOM_TAG_INPUT)
            return attribute(node, "checked") != NULL;
    return false;
}

static void enter_item(walk *w, open_element *f, const open_element *around) {
    express_boundary(&w->out);
    w->out.container = f->outer = around->inner;
    if (!is_list(w->out.container))
        open_list_for_item(w, f->node);
    dom_node *list = w->out.container;
    f->built = dom_new_element(w->arena, DOM_TAG_LI, f->node->line);
    if (attribute(list, "data-type")) {
        dom_attribute_set(f->built, w->arena, SLICE("data-checked"),
                          checkbox_is_checked(f->node) ? SLICE("true") : SLICE("false"));
        tiptap_set_data_type(f->built, w->arena, TIPTAP_ELEMENT_TASK_ITEM);
    }
    dom_append(list, f->built);
    w->out.container = f->built;
    w->out.emitted++;
}

static void enter_code(walk *w, open_element *f) {
    express_boundary(&w->out);
    express_open_textblock(&w->out, DOM_TAG_PRE, f->node->line);
    f->built = w->out.textblock;
    const dom_node *code = f->node->first_child;
    const slice *classes = code && code->type == DOM_ELEMENT ? attribute(code, "class") : NULL;
    if (classes && slice_starts_with(*classes, SLICE("language-")))
        dom_attribute_set(f->built->first_child, w->arena, SLICE("class"), *classes);
}

/* The table is placed when it is whole, so that its caption can go before it. */
static void enter_table(walk *w, open_element *f) {
    express_boundary(&w->out);
    if (innermost_table(w))
        findings_add(w->found, FINDING_TABLE_NESTED, f->node->line, "a table inside a table");
    f->built = dom_new_element(w->arena, DOM_TAG_TABLE, f->node->line);
    w->out.container = f->built;
}

static void enter_row(walk *w, open_element *f, const open_element *around) {
    express_boundary(&w->out);
    f->outer = around->inner;
    f->built = dom_new_element(w->arena, DOM_TAG_TR, f->node->line);
    if (around->rule == RULE_ROWS && around->inner->flags & FLAG_GROUP_START) {
        f->built->flags = FLAG_GROUP_START;
        around->inner->flags = 0;
    }
    dom_append(around->inner, f->built);
    w->out.container = f->built;
}

static void enter_cell(walk *w, open_element *f, const open_element *around) {
    express_boundary(&w->out);
    f->outer = around->inner;
    f->built = dom_new_element(w->arena, (dom_tag)f->node->tag, f->node->line);
    static const char *const SPANS[] = {"colspan", "rowspan"};
    for (size_t i = 0; i < 2; i++)
        if (attribute(f->node, SPANS[i]))
            dom_attribute_set(f->built, w->arena, slice_of(SPANS[i]), *attribute(f->node, SPANS[i]));
    dom_append(around->inner, f->built);
    w->out.container = f->built;
    w->out.textblock_tag = DOM_TAG_P;
}

/* Browsers show it first, wherever it stands. */
static void move_summary_first(const walk *w, dom_node *details) {
    dom_node *child = details->first_child;
    bool late = false;
    for (; child && child->tag != DOM_TAG_SUMMARY; child = child->next)
        late = late || !express_is_blank(child);
    if (!child || child == details->first_child)
        return;
    slice words = express_words_inside(child, w->arena);
    if (late)
        findings_add_change(
            w->found, findings_add(w->found, FINDING_SUMMARY_LATE, child->line, "%.*s", SLICE_ARGS(words)),
            CHANGE_PLACE, words, NOTHING);
    dom_remove(child);
    dom_insert_before(details->first_child, child);
}

static void enter_details(walk *w, open_element *f, const open_element *around) {
    move_summary_first(w, f->node);
    if (around->rule == RULE_ACCORDION) {
        express_boundary(&w->out);
        w->out.container = around->inner;
    }
    enter_built(w, f, tiptap_new_element(w->arena, TIPTAP_ELEMENT_DETAILS, f->node->line));
    dom_node *summary = dom_new_element(w->arena, DOM_TAG_SUMMARY, f->node->line);
    dom_node *content = tiptap_new_element(w->arena, TIPTAP_ELEMENT_DETAILS_CONTENT, f->node->line);
    dom_append(f->built, summary);
    dom_append(f->built, content);
    w->out.container = content;
    if (attribute(f->node, "open"))
        findings_add(w->found, FINDING_DETAILS_OPEN, f->node->line, "<details open>");
    if (!dom_is(f->node->first_child, DOM_TAG_SUMMARY))
        findings_add(w->found, FINDING_DETAILS_UNNAMED, f->node->line, "<details> without a summary");
}

static void enter_accordion(walk *w, open_element *f) {
    enter_block(w, f, DOM_TAG_DIV);
    for (uint32_t i = 0; i < dom_attribute_count(f->node); i++)
        dom_attribute_set(f->built, w->arena, f->node->attributes[i].name, f->node->attributes[i].value);
}

#define LINE_GAP 8 /* px: with more between them, lines look like paragraphs */

/* Whether nothing keeps the box apart from what stands above it, or below it: a line of text, to the eye. */
static bool has_no_gap(const walk *w, const dom_node *node, css_property margin, css_property padding) {
    double outside = 0, inside = 0;
    if ((node->tag != DOM_TAG_DIV && node->tag != DOM_TAG_SECTION) ||
        !css_computed_is(w->styles, node, CSS_DISPLAY, "block") ||
        !css_computed_is(w->styles, node, CSS_FLOAT, "none") ||
        !css_computed_is(w->styles, node, CSS_POSITION, "static relative") ||
        !css_computed_is(w->styles, node, CSS_BACKGROUND_COLOR, "transparent") ||
        !css_computed_is(w->styles, node, CSS_BORDER_TOP_STYLE, "none hidden") ||
        (node->parent &&
         css_computed_is(w->styles, node->parent, CSS_DISPLAY, "flex grid inline-flex inline-grid")))
        return false;
    css_length(w->styles, node, margin, 0, &outside);
    css_length(w->styles, node, padding, 0, &inside);
    return outside + inside < LINE_GAP;
}

static void end_box(walk *w, const dom_node *node, css_property margin, css_property padding) {
    if (has_no_gap(w, node, margin, padding))
        express_line_end(&w->out);
    else
        express_boundary(&w->out);
}

/* A line behind a box keeps its links from being read as those of the next one. */
static void leave_box(walk *w, const open_element *f) {
    const dom_node *node = f->node;
    end_box(w, node, CSS_MARGIN_BOTTOM, CSS_PADDING_BOTTOM);
    if (!f->ends_box || express_in_summary(&w->out) || express_in_code(&w->out))
        return;
    slice classes = dom_attribute_trimmed(node, "class");
    if (express_first_mention(w->refs, format_slice(w->arena, "boxes %.*s", SLICE_ARGS(classes))))
        findings_add(w->found, FINDING_BOXES, node->line, "<%.*s%s%.*s%s>", SLICE_ARGS(dom_name(node)),
                     classes.length ? " class=\"" : "", SLICE_ARGS(classes), classes.length ? "\"" : "");
    put_line(w, node);
}

static void enter_inside(walk *w, open_element *f, const open_element *around) {
    switch (f->rule) {
    case RULE_HEADING:
        enter_heading(w, f->node);
        break;
    case RULE_LIST:
        enter_list(w, f);
        break;
    case RULE_ITEM:
        enter_item(w, f, around);
        break;
    case RULE_QUOTE:
        enter_block(w, f, DOM_TAG_BLOCKQUOTE);
        break;
    case RULE_CODE:
        enter_code(w, f);
        break;
    case RULE_LINK:
        w->style.link = express_link(f->node, w->arena, w->found);
        break;
    case RULE_TABLE:
        enter_table(w, f);
        break;
    case RULE_ROWS:
        w->out.container = around->inner;
        around->inner->flags = FLAG_GROUP_START;
        break;
    case RULE_ROW:
        enter_row(w, f, around);
        break;
    case RULE_CELL:
        enter_cell(w, f, around);
        break;
    case RULE_CAPTION:
        if (around->inner->first_child) /* browsers show it above the rows, wherever it stands */
            findings_add_change(w->found, NULL, CHANGE_PLACE, express_words_inside(f->node, w->arena),
                                NOTHING);
        express_boundary(&w->out);
        w->out.container = around->outer;
        break;
    case RULE_DETAILS:
        enter_details(w, f, around);
        break;
    case RULE_SUMMARY:
        express_boundary(&w->out);
        w->out.container = around->inner;
        express_open_textblock(&w->out, DOM_TAG_SUMMARY, f->node->line);
        break;
    case RULE_ACCORDION:
        enter_accordion(w, f);
        break;
    case RULE_BLOCK:
        end_box(w, f->node, CSS_MARGIN_TOP, CSS_PADDING_TOP);
        f->ends_box = express_ends_box(w->styles, f->node);
        break;
    case RULE_PARAGRAPH:
        express_boundary(&w->out);
        w->out.in_paragraph = true;
        if (w->out.emitted !=
            w->heading_from) /* behind the heading that it stands in; the first one is that */
            w->out.textblock_tag = DOM_TAG_P;
        break;
    case RULE_MEDIA: /* without a file */
        express_boundary(&w->out);
        break;
    default:
        break;
    }
}

/* Takes what has no content of its own, and what is taken whole or dropped. False: the element is to be
 * entered. */
static bool put_element(walk *w, dom_node *node, rule r, finding *said) {
    switch (r) {
    case RULE_DROP:
        drop_element(w, node, said);
        return true;
    case RULE_BREAK:
        express_break(&w->out, w->style, node->line);
        return true;
    case RULE_PICTURE:
        put_picture(w, node);
        return true;
    case RULE_FRAME:
        put_frame(w, node);
        return true;
    case RULE_AREA:
        put_area(w, node);
        return true;
    case RULE_CONTROL:
        put_control(w, node);
        return true;
    case RULE_LINE:
        put_line(w, node);
        return true;
    case RULE_MEDIA:
        return put_media(w, node, said);
    default:
        return false;
    }
}

/* True when the walk has to go into the element, and leave it again. */
static bool enter_element(walk *w, dom_node *node) {
    rule r = rule_of(w, node);
    if (r == RULE_CARDS) {
        dom_node *grid = express_card_grid(node, w->styles, w->style.marks, w->arena, w->found);
        if (grid)
            express_block(&w->out, grid);
        if (grid)
            return false;
        r = RULE_BLOCK;
    }
    finding *said = report(w, node);
    if (put_element(w, node, r, said))
        return false;
    const open_element *around = vector_last(&w->open);
    size_t index = w->open.count;
    open_element f = {.node = node,
                      .rule = r,
                      .style = w->style,
                      .textblock_tag = w->out.textblock_tag,
                      .outer = w->out.container,
                      .emitted = w->out.emitted,
                      .in_paragraph = w->out.in_paragraph,
                      .raised = around->raised,
                      .table = r == RULE_TABLE ? index + 1 : around->table,
                      .foreign = around->foreign || holds_other_names(node)};
    enter_inside(w, &f, around);
    f.inner = w->out.container;
    unsigned marks = ELEMENTS[node->tag].marks, lines = MARK_UNDERLINE | MARK_STRIKE;
    if (w->style.marks & lines && !express_passes_lines(w->styles, node))
        w->style.marks &= ~lines;
    w->style.marks |= marks & ~(marks ? express_marks_taken_off(w->styles, node) : 0);
    bool titled = express_in_summary(&w->out); /* a section's title has the editor's look */
    w->style.marks =
        express_style_marks(w->styles, node, r == RULE_INLINE || r == RULE_LINK, titled, w->style.marks);
    report_code_with_marks(w, node, r, f.style);
    report_raised_again(w, &f);
    report_overline(w, node);
    *(open_element *)vector_push(&w->open) = f;
    return true;
}

/* ---- leaving ------------------------------------------------------------------------------------------ */

/* Whether a phone showed the table whole, and will not: sizes are known of pages with columns or pictures; of
 * others they are found out when one table needs it. */
static bool was_whole_on_phone(walk *w, const open_element *f) {
    if (!w->seen || !w->seen->cascade || !f->built->first_child || innermost_table(w))
        return false; /* a table in a table is as narrow as its cell: the outer one is measured with it */
    double room = express_room_on_phone(w->seen->theme);
    if (express_table_narrowest(f->built, w->arena) <= room)
        return false;
    const layout_box *box = w->seen->phone ? layout_box_of(w->seen->phone, f->node) : NULL;
    if (!box) {
        layout_options options = {.column = w->seen->theme->phone_column};
        if (!w->phone)
            w->phone = layout_page(w->seen->cascade, w->body, &options, w->arena);
        box = layout_box_of(w->phone, f->node);
    }
    return box && box->width <= room * 1.02; /* widths of words are estimated */
}

/* Rows of links in as many columns are in lines where one such table of the page is. */
static void narrow_table_and_alike(walk *w, const open_element *f) {
    const dom_node *head = f->node->first_child;
    while (head && head->tag != DOM_TAG_THEAD)
        head = head->next;
    uint32_t columns = express_narrow_table(f->built, head, w->seen->theme, w->arena, w->found);
    uint64_t bit = columns < EXPRESS_COLUMNS_ALIKE ? UINT64_C(1) << columns : 0;
    if (!columns || !(bit & ~w->columns_in_lines))
        return;
    w->columns_in_lines |= bit;
    for (size_t i = 0; i < w->whole_tables.count; i++)
        express_put_table_in_lines(*(dom_node **)vector_at(&w->whole_tables, i), bit, w->arena, w->found);
}

static void keep_table(walk *w, dom_node *built) {
    if (w->columns_in_lines)
        express_put_table_in_lines(built, w->columns_in_lines, w->arena, w->found);
    *(dom_node **)vector_push(&w->whole_tables) = built;
}

static void leave_table(walk *w, open_element *f) {
    express_boundary(&w->out);
    w->out.container = f->outer;
    express_fit_table(f->built, w->arena, w->found);
    if (was_whole_on_phone(w, f))
        narrow_table_and_alike(w, f);
    else if (!innermost_table(w))
        keep_table(w, f->built);
    if (f->built->first_child)
        express_block(&w->out, f->built);
}

static bool is_plain_mark(const dom_node *node) {
    return node->tag == DOM_TAG_STRONG || node->tag == DOM_TAG_EM || node->tag == DOM_TAG_U ||
           node->tag == DOM_TAG_MARK;
}

/* The theme lays a summary out as flex items: each part of the text that has a mark of its own stands in a
 * column of its own, and does not break. */
static void settle_summary(walk *w, dom_node *summary) {
    bool said = false;
    if (!summary->first_child || summary->first_child == dom_last_child(summary))
        return;
    for (dom_node *at = summary->first_child, *next; at; at = next) {
        next = at->next;
        if (!is_plain_mark(at))
            continue;
        if (!said)
            findings_add(w->found, FINDING_SUMMARY_MARKS, summary->line, "<%.*s> in a part of it",
                         SLICE_ARGS(dom_name(at)));
        said = true;
        next = at->first_child ? at->first_child : at->next;
        for (dom_node *inside = at->first_child, *following; inside; inside = following) {
            following = inside->next;
            dom_remove(inside);
            dom_insert_before(at, inside);
        }
        dom_remove(at);
    }
}

/* A block that must hold something gets an empty paragraph; one that may be missing goes. */
static void leave_container(walk *w, open_element *f, bool may_be_empty) {
    express_boundary(&w->out);
    dom_node *inside = f->rule == RULE_DETAILS ? dom_last_child(f->built) : f->built;
    if (f->rule == RULE_DETAILS)
        settle_summary(w, f->built->first_child);
    if (!inside->first_child && may_be_empty)
        dom_append(inside, dom_new_element(w->arena, DOM_TAG_P, f->node->line));
    else if (!inside->first_child)
        dom_remove(f->built);
    w->out.container = f->outer;
}

static void leave_code(walk *w, open_element *f) {
    express_close_textblock(&w->out);
    if (!f->built->first_child->first_child)
        dom_remove(f->built);
}

static void leave_heading(walk *w, const open_element *f) {
    express_boundary(&w->out);
    if (w->out.emitted == f->emitted)
        findings_add(w->found, FINDING_HEADING_EMPTY, f->node->line, "<%.*s> without text",
                     SLICE_ARGS(dom_name(f->node)));
}

static void leave_link(walk *w, const open_element *f) {
    const slice *href = attribute(f->node, "href");
    if (!href || !w->style.link || w->out.emitted != f->emitted)
        return;
    findings_add_change(w->found,
                        findings_add(w->found, FINDING_LINK_WITHOUT_TEXT, f->node->line,
                                     "<a href=\"%.*s\"></a>", SLICE_ARGS(*href)),
                        CHANGE_LINK, *href, NOTHING);
}

static void leave_element(walk *w) {
    open_element f = *(open_element *)vector_last(&w->open);
    vector_pop(&w->open);
    switch (f.rule) {
    case RULE_INLINE:
        break;
    case RULE_LINK:
        leave_link(w, &f);
        break;
    case RULE_HEADING:
        leave_heading(w, &f);
        break;
    case RULE_TABLE:
        leave_table(w, &f);
        break;
    case RULE_CODE:
        leave_code(w, &f);
        break;
    case RULE_SUMMARY:
        express_close_textblock(&w->out);
        break;
    case RULE_LIST:
    case RULE_QUOTE:
    case RULE_ACCORDION:
        leave_container(w, &f, false);
        break;
    case RULE_ITEM:
    case RULE_CELL:
    case RULE_DETAILS:
        leave_container(w, &f, true);
        break;
    case RULE_BLOCK:
        leave_box(w, &f);
        w->out.container = f.outer;
        break;
    case RULE_PARAGRAPH:
        express_boundary(&w->out);
        w->out.in_paragraph = f.in_paragraph;
        break;
    default: /* the parts of a table */
        express_boundary(&w->out);
        w->out.container = f.outer;
    }
    w->style = f.style;
    w->out.textblock_tag = f.textblock_tag;
}

/* ---- the walk ----------------------------------------------------------------------------------------- */

static bool keeps_line_ends(css_cascade *styles, const dom_node *text) {
    slice value = css_computed(styles, text, CSS_WHITE_SPACE);
    return !css_is_among(value, "normal") && /* mostly it is */
           css_is_among(value, "pre pre-line pre-wrap break-spaces preserve preserve-breaks");
}

/* Where a style keeps line ends (`white-space: pre-line`), they are breaks; at the edges of a block, none
 * shows.
 */
static void enter_text(walk *w, const dom_node *node) {
    slice text = dom_text(node);
    size_t at = 0, end = slice_find_char(text, '\n', 0);
    bool breaks = end != SLICE_NONE && !express_in_code(&w->out) && keeps_line_ends(w->styles, node);
    if (breaks && (!dom_previous(node) || express_is_block(dom_previous(node))))
        while (at < text.length && is_html_space(text.data[at]))
            at++;
    if (breaks && (!node->next || express_is_block(node->next)))
        while (text.length > at && is_html_space(text.data[text.length - 1]))
            text.length--;
    while (breaks && (end = slice_find_char(text, '\n', at)) != SLICE_NONE) {
        express_text(&w->out, slice_sub(text, at, end), w->style, node->line);
        express_break(&w->out, w->style, node->line);
        at = end + 1;
    }
    express_text(&w->out, slice_from(text, at), w->style, node->line);
}

static bool enter_node(walk *w, dom_node *node) {
    if (node->type == DOM_ELEMENT)
        return enter_element(w, node);
    if (node->type == DOM_TEXT)
        enter_text(w, node);
    else
        findings_add(w->found, FINDING_COMMENT, node->line, "<!--%.*s-->", SLICE_ARGS(dom_text(node)));
    return false;
}

/* Behind an element, nobody asks for what stands before it, but for what raises text again. */
static void pass_node(walk *w, dom_node *node) {
    const open_element *top = vector_last(&w->open);
    if (w->uses_up && node->type == DOM_ELEMENT && !top->raised)
        dom_reuse_before(node, w->arena);
}

static void walk_tree(walk *w, dom_node *body) {
    for (dom_node *node = body->first_child; node;) {
        dom_node *parent = node->parent, *next = node->next;
        if (enter_node(w, node)) {
            if (node->first_child) {
                node = node->first_child;
                continue;
            }
            leave_element(w);
        }
        pass_node(w, node);
        while (!next && parent != body) {
            dom_node *left = parent;
            leave_element(w);
            next = left->next;
            parent = left->parent;
            pass_node(w, left);
        }
        node = next;
    }
}

dom_node *express_page(dom_node *body, express_survey *survey, const express_seen *seen, arena *a,
                       findings *found) {
    dom_node *root = dom_new_element(a, DOM_TAG_BODY, body->line);
    walk w = {.out = express_builder(root, a, found),
              .arena = a,
              .found = found,
              .refs = survey_references(survey),
              .seen = seen,
              .uses_up = seen && seen->uses_up,
              .styles = survey_styles(survey),
              .open = vector_new(a, sizeof(open_element)),
              .whole_tables = vector_new(a, sizeof(dom_node *)),
              .body = body};
    *(open_element *)vector_push(&w.open) =
        (open_element){.node = body, .rule = RULE_BLOCK, .inner = root, .outer = root};
    survey_report_hidden(survey, found);
    survey_report_dissolved(survey, body, found);
    survey_report_layouts(survey, body, found);
    walk_tree(&w, body);
    express_boundary(&w.out);
    if (w.unsized_pictures)
        findings_add(found, FINDING_PICTURE_WIDTH, w.unsized_line, "%zu without a width", w.unsized_pictures);
    return root;
}
