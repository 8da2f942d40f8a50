/* What the editor drops when it saves a page that is its own already, and that somebody has written into by
 * hand. Comes in: the tree of the page as it is published. Goes out: a finding for each element that the
 * schema has no place for, and for what styles and attributes showed, as of legacy pages; but where those
 * become text, a link or a picture, the editor makes nothing of it.
 */
#include "private.h"

static const slice DROPPED = LITERAL("the editor drops it when it saves the page, but for text in it");

static void report_address(const dom_node *node, change_kind kind, slice url, findings *found) {
    finding_code code = kind == CHANGE_LINK ? FINDING_LINK_LOST : FINDING_PICTURE_LOST;
    if (url.length)
        findings_add_change(found, findings_add(found, code, node->line, "%.*s", SLICE_ARGS(url)), kind, url,
                            (slice){NULL, 0});
}

static finding *report_area(const dom_node *area, findings *found) {
    slice href = dom_attribute_trimmed(area, "href");
    if (!href.length)
        return NULL;
    finding *said =
        findings_add(found, FINDING_IMAGE_MAP, area->line, "<area href=\"%.*s\">", SLICE_ARGS(href));
    report_address(area, CHANGE_LINK, href, found);
    return said;
}

static void report_files(const dom_node *player, findings *found) {
    bool is_picture = express_is_embedded_picture(player);
    report_address(player, is_picture ? CHANGE_PICTURE : CHANGE_LINK, express_media_source(player), found);
    if (player->tag == DOM_TAG_VIDEO)
        report_address(player, CHANGE_PICTURE, dom_attribute_trimmed(player, "poster"), found);
}

/* The editor knows a picture by its `src` only. */
static void report_versions(const dom_node *img, findings *found) {
    if (!dom_attribute_trimmed(img, "src").length)
        report_address(img, CHANGE_PICTURE, dom_picture_source(img, CSS_VIEWPORT_WIDTH), found);
}

/* A task's own box is kept, in a list that the editor reads as one of tasks. DOM_DEPTH_MAX bounds the way up.
 */
static bool is_of_task(const dom_node *input) {
    const dom_node *item = input->parent;
    while (item && item->tag != DOM_TAG_LI)
        item = item->parent;
    return item && express_is_task(item) && item->parent &&
           (dom_has_class(item->parent, SLICE("contains-task-list")) ||
            slice_equal(dom_attribute_trimmed(item->parent, "data-type"), SLICE("taskList")));
}

static finding *report_control(const dom_node *input, findings *found) {
    if (is_of_task(input))
        return NULL;
    finding *said = express_name_control(input, found);
    report_address(input, CHANGE_PICTURE, express_picture_of_control(input), found);
    return said;
}

static bool is_inside_player(const dom_node *node) {
    const dom_node *parent = node->parent;
    return dom_is(parent, DOM_TAG_OBJECT) || dom_is(parent, DOM_TAG_VIDEO) || dom_is(parent, DOM_TAG_AUDIO);
}

static finding *report_element(const dom_node *node, bool in_drawing, findings *found) {
    finding *said = NULL;
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        express_report_handler(node, &node->attributes[i], found);
    switch (node->tag) {
    case DOM_TAG_IMG:
        report_versions(node, found);
        return NULL;
    case DOM_TAG_AREA:
        return report_area(node, found);
    case DOM_TAG_Q: /* what the browser writes around it: KEPT */
        return NULL;
    case DOM_TAG_INPUT:
        return report_control(node, found);
    case DOM_TAG_TRACK:
        express_report_captions(node, found);
        return NULL;
    case DOM_TAG_EMBED:
        if (is_inside_player(node)) /* the same for other browsers */
            return NULL;
        break;
    default:
        break;
    }
    said = express_name_element(node, in_drawing, found);
    if (node->tag == DOM_TAG_AUDIO || node->tag == DOM_TAG_VIDEO || node->tag == DOM_TAG_OBJECT ||
        node->tag == DOM_TAG_EMBED)
        report_files(node, found);
    return said;
}

static void report_elements(const dom_node *body, arena *a, findings *found) {
    const dom_node *drawing_ends = NULL;
    bool in_drawing = false;
    for (const dom_node *node = body->first_child; node; node = dom_next(node, body)) {
        if (in_drawing && node == drawing_ends)
            in_drawing = false;
        if (node->type != DOM_ELEMENT)
            continue;
        finding *said = report_element(node, in_drawing, found);
        if (said) {
            said->became = DROPPED;
            said->before = express_words_inside(node, a);
        }
        if (!in_drawing && (node->tag == DOM_TAG_SVG || node->tag == DOM_TAG_MATH)) {
            in_drawing = true;
            drawing_ends = dom_next_skip(node, body);
        }
    }
}

/* ---- marks --------------------------------------------------------------------------------------------- */

static bool mentions(slice value, const char *word) {
    return slice_find(value, slice_of(word), 0) != SLICE_NONE;
}

/* Those that the editor reads out of the style attribute (tiptap/parse.c). */
static unsigned marks_of_style(const dom_node *node) {
    unsigned marks = 0;
    slice style = dom_attribute_trimmed(node, "style"), property, value;
    for (size_t at = 0; css_next_declaration(style, &at, &property, &value);) {
        if (css_is_among(property, "font-weight"))
            marks |= MARK_BOLD; /* whatever it says: the editor's own words, or a look of the page's */
        if (css_is_among(property, "font-style"))
            marks |= MARK_ITALIC;
        if (css_is_among(property, "text-decoration"))
            marks |= (mentions(value, "line-through") ? MARK_STRIKE : 0) |
                     (mentions(value, "underline") ? MARK_UNDERLINE : 0);
        if (css_is_among(property, "vertical-align") && css_is_among(value, "super sub"))
            marks |= MARK_SUPERSCRIPT | MARK_SUBSCRIPT;
        if (express_is_background(property)) /* FINDING_COLOUR */
            marks |= MARK_HIGHLIGHT;
    }
    return marks;
}

/* Those that the element gives its text, and still will. In code, what tells something is named as of legacy
 * pages. */
static unsigned marks_of(const dom_node *node) {
    bool is_code = node->tag == DOM_TAG_CODE || node->tag == DOM_TAG_PRE;
    return express_element_marks(node->tag) | marks_of_style(node) | (is_code ? MARKS_TELLING : 0);
}

/* An element, with the marks that it and what it stands in give. */
typedef struct marked {
    const dom_node *node;
    unsigned marks;
} marked;

static bool has_theme_class(const dom_node *node) {
    slice all = dom_attribute_trimmed(node, "class"), one;
    for (size_t at = 0; (one = slice_next_word(all, &at)).length;)
        if (express_is_theme_class(one))
            return true;
    return false;
}

/* The other way round: marks that its tag, or what it stands in, gives the element's text in the editor, and
 * that no visitor saw. */
static void report_marks_added(const dom_node *node, unsigned around, unsigned kept, css_cascade *styles,
                               arena *a, findings *found) {
    unsigned added = express_element_marks(node->tag) & MARKS_TELLING;
    added = added ? added & express_marks_taken_off(styles, node) : 0;
    if (!added && around & MARK_STRIKE && kept == around && !express_passes_lines(styles, node))
        added = MARK_STRIKE;
    slice words = added && !(kept & MARK_CODE) ? express_words_inside(node, a) : SLICE("");
    finding *said = words.length ? findings_add(found, FINDING_MARKS_ADDED, node->line, "<%.*s>: %.*s",
                                                SLICE_ARGS(dom_name(node)), SLICE_ARGS(words))
                                 : NULL;
    if (said)
        said->before = said->after = words;
}

/* Marks that only rules of style sheets give. A link keeps its class. */
static void report_marks_lost(const dom_node *node, unsigned kept, css_cascade *styles, arena *a,
                              findings *found) {
    unsigned lost = express_style_marks(styles, node, dom_tag_has(node->tag, DOM_INLINE), false, 0) & ~kept;
    bool is_named = lost & MARKS_TELLING || has_theme_class(node); /* else FINDING_CLASS_STYLED */
    slice words = lost && is_named ? express_words_inside(node, a) : SLICE("");
    if (!words.length)
        return;
    slice class_name = dom_attribute_trimmed(node, "class");
    finding *said = findings_add(found, lost & MARKS_TELLING ? FINDING_MARKS_LOST : FINDING_FONT, node->line,
                                 class_name.length ? "<%.*s class=\"%.*s\">" : "<%.*s%.*s>",
                                 SLICE_ARGS(dom_name(node)), SLICE_ARGS(class_name));
    if (said)
        said->before = said->after = words;
}

static void report_marks(const dom_node *body, css_cascade *styles, arena *a, findings *found) {
    vector open = vector_new(a, sizeof(marked)); /* what the element stands in */
    for (const dom_node *node = body; node; node = dom_next(node, body)) {
        if (node->type != DOM_ELEMENT)
            continue;
        while (open.count && ((const marked *)vector_last(&open))->node != node->parent)
            vector_pop(&open);
        unsigned around = open.count ? ((const marked *)vector_last(&open))->marks : 0,
                 kept = around | marks_of(node);
        *(marked *)vector_push(&open) = (marked){node, kept};
        if (node == body || node->tag == DOM_TAG_A || !css_loses(styles, node))
            continue;
        report_marks_added(node, around, kept, styles, a, found);
        report_marks_lost(node, kept, styles, a, found);
    }
}

/* ---- what styles and attributes showed ----------------------------------------------------------------- */

/* What the passes for legacy pages find that holds of a page that the editor saves, too; nothing else that
 * they say does. */
static const struct {
    finding_code found, said; /* what they made text of is gone: another code */
    bool was_written;         /* ... of the words that the finding has after, visitors saw those */
    slice became;             /* empty: as of legacy pages */
} KEPT[] = {
#define KEEPS(code)                                                                                          \
    {                                                                                                        \
        FINDING_##code, FINDING_##code, false, {                                                             \
            NULL, 0                                                                                          \
        }                                                                                                    \
    }
#define LOSES(code, said)                                                                                    \
    {                                                                                                        \
        FINDING_##code, FINDING_##said, true, {                                                              \
            NULL, 0                                                                                          \
        }                                                                                                    \
    }
    KEEPS(HIDDEN),
    KEEPS(PICTURE_BACKGROUND),
    KEEPS(PICTURE_UNSURE),
    {FINDING_PICTURE_LAZY, FINDING_PICTURE_UNSURE, true,
     LITERAL("what shows without the script, or nothing")},
    KEEPS(LIST_MARKER),
    LOSES(LIST_MARKER_TEXT, LIST_MARKER),
    LOSES(QUOTE_MARKS, GENERATED_SIGN),
    LOSES(GENERATED_TEXT, TEXT_LOST),
    KEEPS(GENERATED_SIGN),
    LOSES(ICON_WRITTEN, ICON_SAYS),
    LOSES(ICON_NAME, FONT_LETTERS),
    KEEPS(ICON),
    KEEPS(ICON_SAYS),
    KEEPS(ICON_IN_CELL),
    LOSES(FONT_SIGN, FONT_LETTERS),
    KEEPS(FONT_LETTERS),
    KEEPS(COLOUR_IN_CELL),
    KEEPS(COLOUR_ALONE),
    LOSES(WORDS_APART, SPACING_CHANGED),
    KEEPS(LETTER_CASE),
    KEEPS(LANGUAGE),
    KEEPS(DIRECTION),
    {FINDING_RUBY, FINDING_RUBY, false, LITERAL("it stands right behind them, in the same line")},
    KEEPS(ACCESSIBLE_NAME),
    KEEPS(ACCESSIBLE_NAME_SAID),
    KEEPS(HEADER_CELL),
    KEEPS(SUMMARY_HEADING),
    KEEPS(FRAME_NAME),
    KEEPS(TOOLTIP),
    KEEPS(ABBREVIATION),
    KEEPS(SPACES_KEPT),
    KEEPS(LABELS),
    KEEPS(LAYOUT),
    KEEPS(SOURCE_ORDER),
    KEEPS(OVERLINE),
    KEEPS(CODE_MARKS_LOST),
    {FINDING_CODE_MARKS, FINDING_CODE_MARKS, false, LITERAL("code alone")},
    {FINDING_CODE_BOX, FINDING_CODE_BOX, false, LITERAL("plain text")},
    {FINDING_TITLE_HEADING, FINDING_TITLE_HEADING, false, LITERAL("a plain paragraph, which is no heading")},
    KEEPS(PICTURE_IN_TEXT),
    KEEPS(PICTURE_BEFORE_TEXT),
    KEEPS(PICTURE_BEHIND_TEXT),
    KEEPS(PICTURE_WITHOUT_SOURCE),
    {FINDING_PICTURE_VERSIONS, FINDING_PICTURE_VERSIONS, false, LITERAL("the one that its `src` names")},
    {FINDING_SUMMARY_LATE, FINDING_SUMMARY_LATE, false,
     LITERAL("what stands before the title becomes the title, and the title a section in the section")},
    {FINDING_DETAILS_UNNAMED, FINDING_DETAILS_UNNAMED, false,
     LITERAL("its first words become its title, or its title is empty")},
    {FINDING_NEVER_SHOWN, FINDING_NEVER_SHOWN, false,
     LITERAL("the editor drops it, or puts its words on the page")},
    KEEPS(COMMENT),
    KEEPS(UNKNOWN_ELEMENT),
    KEEPS(LIST_STRAY),
    KEEPS(TABLE_STRIPES),
    KEEPS(RAISED_AGAIN),
    KEEPS(LINK_DOWNLOAD),
    KEEPS(DETAILS_OPEN),
    KEEPS(JUSTIFIED),
    KEEPS(ALIGNMENT),
    KEEPS(COLOUR),
    KEEPS(FONT),
    KEEPS(BOX),
    KEEPS(CLASS_STYLED),
#undef KEEPS
#undef LOSES
};

/* A list's marks as they were read, and what it has for them in its tag. Lists that are named are few. */
static bool is_named_list(const finding *one, const findings *found) {
    for (size_t i = 0; one->code == FINDING_LIST_MARKER && i < found->items.count; i++) {
        const finding *other = findings_at(found, i);
        if (other->code == one->code && other->line == one->line)
            return true;
    }
    return false;
}

static void keep_finding(const finding *one, findings *found) {
    size_t kind = 0, count = sizeof KEPT / sizeof *KEPT;
    while (kind < count && KEPT[kind].found != one->code)
        kind++;
    if (kind == count || is_named_list(one, found))
        return;
    finding *said = findings_add(found, KEPT[kind].said, one->line, "%.*s", SLICE_ARGS(one->detail));
    if (!said)
        return;
    said->before = KEPT[kind].was_written ? one->after : one->before;
    said->after = KEPT[kind].was_written ? one->before : one->after;
    if (KEPT[kind].became.length)
        said->became = KEPT[kind].became;
}

/* Styles that the editor writes itself: those of pictures and frames stay, and a table has its width. */
static void forget_own_styles(dom_node *body) {
    for (dom_node *node = body; node; node = dom_next(node, body)) {
        slice style = node->tag == DOM_TAG_TABLE ? dom_attribute_trimmed(node, "style") : SLICE("");
        if (node->tag == DOM_TAG_IMG || node->tag == DOM_TAG_IFRAME ||
            slice_starts_with(style, SLICE("min")) || slice_starts_with(style, SLICE("width")))
            dom_attribute_remove(node, SLICE("style"));
    }
}

void express_report_dropped(dom_node *body, css_cascade *styles, const express_icons *icons, arena *a,
                            findings *found) {
    findings all = findings_new(a);
    report_elements(body, a, found);
    report_marks(body, styles, a, found);
    express_report_stacked(body, styles, found);
    express_part_words(body, styles, a, &all);
    express_write_markers(body, styles, &(express_marking){.icons = icons}, a, &all);
    express_survey *survey = express_survey_page(body, styles, a, &all);
    forget_own_styles(body);
    express_page(body, survey, NULL, a, &all);
    for (size_t i = 0; i < all.items.count; i++)
        keep_finding(findings_at(&all, i), found);
}
