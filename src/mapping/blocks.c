/* Rewriting: each claim becomes its block, in the editor's own markup (src/tiptap/schema.def).
 *
 * Comes in: claims in the order of the page. Goes out: the rewritten tree and the findings. Never loses a
 * node: what a block has no place for stays where it was, around the block.
 */
#include "pass.h"

/* ---- building ---------------------------------------------------------------------------------------- */

static dom_node *mark_made(dom_node *node) {
    node->flags = NODE_MADE;
    return node;
}

static dom_node *made(mapping_pass *pass, dom_tag tag, uint32_t line) {
    return mark_made(dom_new_element(pass->arena, tag, line));
}

/* The same, of the editor's own elements. */
static dom_node *made_element(mapping_pass *pass, tiptap_element element, uint32_t line) {
    return mark_made(tiptap_new_element(pass->arena, element, line));
}

static dom_node *append(dom_node *parent, dom_node *node) {
    dom_append(parent, node);
    return node;
}

static dom_node *append_made(mapping_pass *pass, dom_node *parent, dom_tag tag) {
    return append(parent, made(pass, tag, parent->line));
}

static dom_node *append_element(mapping_pass *pass, dom_node *parent, tiptap_element element) {
    return append(parent, made_element(pass, element, parent->line));
}

static void append_text(mapping_pass *pass, dom_node *parent, slice text) {
    dom_append(parent, dom_new_text(pass->arena, text, parent->line));
}

static bool has_class(const dom_node *node, tiptap_element element) {
    return node->type == DOM_ELEMENT && tiptap_has_class(node, element);
}

/* ---- unwrapping -------------------------------------------------------------------------------------- */

/* Inside these no paragraph may start. */
static bool holds_phrases_only(const dom_node *node) {
    return is_inline(node) || node->tag == DOM_TAG_P || dom_is_heading(node->tag) ||
           node->tag == DOM_TAG_SUMMARY || node->tag == DOM_TAG_LABEL || node->tag == DOM_TAG_PRE;
}

/* What a run is made of will be a block. */
static bool is_phrase(const dom_node *node) {
    return is_inline(node) && !(node->flags & NODE_RUN);
}

/* Text and inline elements that stand between blocks become paragraphs, so that unwrapping joins no two
 * texts. */
static void wrap_phrases(mapping_pass *pass, dom_node *node) {
    for (dom_node *at = node->first_child; at;) {
        if (!is_phrase(at) || is_blank(at)) {
            at = at->next;
            continue;
        }
        dom_node *paragraph = made(pass, DOM_TAG_P, at->line);
        dom_insert_before(at, paragraph);
        for (dom_node *next; at && is_phrase(at); at = next) {
            next = at->next;
            dom_remove(at);
            dom_append(paragraph, at);
        }
    }
}

/* Whether a style of the box emphasises its words, or strikes them out. */
static bool marks_words(mapping_pass *pass, const dom_node *node) {
    static const css_property MARKS[] = {CSS_FONT_WEIGHT, CSS_FONT_STYLE, CSS_TEXT_DECORATION_LINE};
    css_cascade *styles = pass->options.styles;
    if (!styles || is_inline(node) || !css_loses(styles, node))
        return false;
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        if (css_sets(styles, node, MARKS[i], CSS_FROM_LOST))
            return true;
    return false;
}

/* The content of `node` takes its place, unless it is a box that is to stay one: as it is, or as a plain one.
 */
static void unwrap(mapping_pass *pass, dom_node *node) {
    bool stays = pass->options.box_mark.length && dom_attribute_get(node, pass->options.box_mark);
    if (!node->parent || stays)
        return;
    if (marks_words(pass, node)) {
        node->tag = DOM_TAG_DIV;
        return;
    }
    bool already_paragraph = node->tag == DOM_TAG_P || dom_is_heading(node->tag);
    if (!holds_phrases_only(node->parent) && (!is_inline(node) || already_paragraph))
        wrap_phrases(pass, node);
    dom_unwrap(node);
}

/* Unwraps what is between `node` and `container`, from the inside out; not `container` itself. */
static void unwrap_between(mapping_pass *pass, dom_node *node, dom_node *container) {
    for (dom_node *parent = node->parent; parent && parent != container && parent != pass->body;) {
        dom_node *next = parent->parent;
        unwrap(pass, parent);
        parent = next;
    }
}

static void unwrap_item(mapping_pass *pass, const item *it, dom_node *container) {
    if (it->first != it->last || it->first == container || !it->first->parent ||
        it->first->flags & (NODE_LEAF | NODE_CONSUMED)) /* another claim's */
        return;
    unwrap_between(pass, it->first, container);
    unwrap(pass, it->first);
}

/* ---- cards ------------------------------------------------------------------------------------------- */

static dom_node *make_card(mapping_pass *pass, const item *it, uint32_t line) {
    dom_node *card =
        made_element(pass, it->card->href.length ? TIPTAP_ELEMENT_CLICKABLE_CARD : TIPTAP_ELEMENT_CARD, line);
    if (it->card->href.length)
        dom_attribute_set(card, pass->arena, SLICE("href"), it->card->href);
    if (it->card->picture) {
        dom_node *frame =
            append_element(pass, append_element(pass, card, TIPTAP_ELEMENT_CARD_IMAGE), TIPTAP_ELEMENT_IMAGE);
        dom_node *image = append_made(pass, frame, DOM_TAG_IMG);
        dom_attribute_set(image, pass->arena, SLICE("src"),
                          *dom_attribute_get(it->card->picture, SLICE("src")));
        dom_attribute_set(image, pass->arena, SLICE("alt"), it->card->alt);
        const slice *title = dom_attribute_get(it->card->picture, SLICE("title"));
        if (title)
            dom_attribute_set(image, pass->arena, SLICE("title"), *title);
    }
    dom_node *body = append_element(pass, card, TIPTAP_ELEMENT_CARD_BODY);
    append_text(pass, append_element(pass, body, TIPTAP_ELEMENT_CARD_TITLE), it->card->title);
    if (it->card->description.length)
        append_text(pass, append_element(pass, body, TIPTAP_ELEMENT_CARD_DESCRIPTION), it->card->description);
    if (it->card->href.length)
        append_text(pass, append_element(pass, body, TIPTAP_ELEMENT_CARD_LINK), it->card->link_text);
    return card;
}

static const slice NOTHING = {NULL, 0};

/* A finding about words that the block has no place for. */
static void report_leftover_words(mapping_pass *pass, uint32_t line, slice words) {
    findings_add_change(pass->found,
                        findings_add(pass->found, FINDING_SHAPE_LEFTOVER, line, "%.*s", SLICE_ARGS(words)),
                        CHANGE_PLACE, words, NOTHING);
}

/* What is reported of the cards of a grid: one finding a kind, with how many cards it is about and their
 * lines.
 */
typedef struct card_report {
    size_t count;
    uint32_t first_line, line; /* `line`: the last one noted */
    buffer lines, details;
    buffer words; /* that the page did not show before, or shows elsewhere now */
    buffer gone;  /* that stood in their place */
} card_report;

static void note_card(card_report *r, uint32_t line, slice detail, slice words) {
    if (r->count++ == 0 || line != r->line)
        buffer_printf(&r->lines, "%s%u", r->lines.length ? ", " : "", line);
    r->first_line = r->first_line ? r->first_line : line;
    r->line = line;
    if (detail.length)
        buffer_printf(&r->details, "%s%.*s", r->details.length ? ", " : "", SLICE_ARGS(detail));
    if (words.length)
        buffer_printf(&r->words, "%s%.*s", r->words.length ? " " : "", SLICE_ARGS(words));
}

/* "all 40 cards: lines 12 to 380", "2 of 9 cards: lines 7, 12: …" */
static void report_one(mapping_pass *pass, finding_code code, change_kind kind, uint32_t line, size_t cards,
                       card_report *r) {
    if (!r->count)
        return;
    slice words = buffer_slice(&r->words), details = buffer_slice(&r->details);
    buffer out = buffer_new(pass->arena, 128);
    if (r->count == cards && cards > 2)
        buffer_printf(&out, "all %zu cards: lines %u to %u", cards, r->first_line, r->line);
    else
        buffer_printf(&out, "%zu of %zu card%s: line%s %.*s", r->count, cards, cards == 1 ? "" : "s",
                      r->first_line == r->line ? "" : "s", SLICE_ARGS(buffer_slice(&r->lines)));
    finding *f = findings_add(pass->found, code, line, "%.*s%s%.*s", SLICE_ARGS(buffer_slice(&out)),
                              details.length ? ": " : "", SLICE_ARGS(details));
    if (words.length)
        findings_add_change(pass->found, f, kind, kind == CHANGE_PLACE ? words : buffer_slice(&r->gone),
                            kind == CHANGE_PLACE ? NOTHING : words);
}

/* Half of the width of a card's picture where two cards stand in a row. */
#define ENLARGED_UP_TO 190

/* Width to height of that frame, which the picture fills: what stands over is cut off. */
#define FRAME_PROPORTION (387.0 / 200)
#define SHOWN_AT_LEAST 0.6

static bool is_cut(const mapping_pass *pass, const dom_node *picture) {
    double width = 0, height = 0;
    if (!pass->options.picture_size ||
        !pass->options.picture_size(pass->options.context, picture, &width, &height) || width <= 0 ||
        height <= 0)
        return false;
    double shown = width / height / FRAME_PROPORTION;
    return (shown > 1 ? 1 / shown : shown) < SHOWN_AT_LEAST;
}

enum { ALT, ENLARGED, CUT, LINK_TEXT, TITLE, HEADING, PLAIN, SECOND_LINK, LEFTOVER, REPORT_KINDS };

/* A card may have several links beside its own, and counts once. */
static void note_other_links(mapping_pass *pass, const item *it, card_report *r) {
    buffer details = buffer_new(pass->arena, 64), words = buffer_new(pass->arena, 64);
    for (size_t i = 0; i < it->card->others.count; i++) {
        const extra_link *other = vector_at(&it->card->others, i);
        buffer_printf(&details, "%s%.*s", details.length ? ", " : "", SLICE_ARGS(other->href));
        buffer_printf(&words, "%s%.*s", words.length ? " " : "", SLICE_ARGS(it->card->title));
        if (other->text.length)
            findings_add_change(pass->found, NULL, CHANGE_PLACE, other->text, NOTHING);
    }
    if (it->card->others.count)
        note_card(r, ((const extra_link *)vector_at(&it->card->others, 0))->line,
                  format_slice(pass->arena, "%.*s beside %.*s", SLICE_ARGS(buffer_slice(&details)),
                               SLICE_ARGS(it->card->href)),
                  buffer_slice(&words));
}

static void note_leftover(mapping_pass *pass, const item *it, card_report *r) {
    buffer words = buffer_new(pass->arena, 64);
    for (size_t i = 0; i < it->card->leftover.count; i++)
        buffer_printf(&words, "%s%.*s", words.length ? " " : "",
                      SLICE_ARGS(*(slice *)vector_at(&it->card->leftover, i)));
    slice text = buffer_slice(&words);
    if (text.length || it->card->pictures.count)
        note_card(r, it->first->line,
                  text.length
                      ? text
                      : format_slice(pass->arena, "a picture of \"%.*s\"", SLICE_ARGS(it->card->title)),
                  text);
}

static void note_item(mapping_pass *pass, const item *it, card_report *reports) {
    uint32_t line = it->first->line;
    if (it->card->alt_from_title)
        note_card(&reports[ALT], it->card->picture->line, NOTHING, NOTHING);
    if (it->card->picture && picture_was_within(pass, it->card->picture, ENLARGED_UP_TO))
        note_card(&reports[ENLARGED], it->card->picture->line, NOTHING, NOTHING);
    else if (it->card->picture && is_cut(pass, it->card->picture))
        note_card(&reports[CUT], it->card->picture->line, NOTHING, NOTHING);
    if (it->card->default_link_text)
        note_card(&reports[LINK_TEXT], line, NOTHING, it->card->link_text);
    if (it->card->title_from_alt)
        note_card(&reports[TITLE], line, NOTHING, it->card->title);
    if (it->card->title_from_heading)
        note_card(&reports[HEADING], line, NOTHING, NOTHING);
    if (it->card->was_rich)
        note_card(&reports[PLAIN], line, NOTHING, buffer_slice(&it->card->set_apart));
    if (it->card->title_dashed)
        buffer_append_string(&reports[PLAIN].words, reports[PLAIN].words.length ? " –" : "–");
    if (it->card->set_apart.length)
        buffer_printf(&reports[PLAIN].gone, "%s%.*s", reports[PLAIN].gone.length ? " " : "",
                      SLICE_ARGS(buffer_slice(&it->card->line_ends)));
    if (it->card->telling_mark)
        findings_add(pass->found, FINDING_CARD_MARKS_LOST, it->card->telling_mark->line,
                     "<%.*s>%.*s in the card \"%.*s\"", SLICE_ARGS(dom_name(it->card->telling_mark)),
                     SLICE_ARGS(plain_text(it->card->telling_mark, it->card->telling_mark, pass->arena)),
                     SLICE_ARGS(it->card->title));
    note_other_links(pass, it, &reports[SECOND_LINK]);
    note_leftover(pass, it, &reports[LEFTOVER]);
}

static void report_cards(mapping_pass *pass, const card_grid *grid) {
    static const struct {
        finding_code code;
        change_kind kind;
    } KINDS[REPORT_KINDS] = {
        [ALT] = {FINDING_CARD_PICTURE_WITHOUT_ALT, CHANGE_TEXT},
        [ENLARGED] = {FINDING_CARD_PICTURE_ENLARGED, CHANGE_TEXT},
        [CUT] = {FINDING_CARD_PICTURE_CUT, CHANGE_TEXT},
        [LINK_TEXT] = {FINDING_CARD_LINK_TEXT, CHANGE_TEXT},
        [TITLE] = {FINDING_CARD_TITLE_ADDED, CHANGE_TEXT},
        [HEADING] = {FINDING_CARD_TITLE_HEADING, CHANGE_TEXT},
        [PLAIN] = {FINDING_CARD_PLAIN_TEXT, CHANGE_TEXT},
        [SECOND_LINK] = {FINDING_CARD_SECOND_LINK, CHANGE_TEXT},
        [LEFTOVER] = {FINDING_SHAPE_LEFTOVER, CHANGE_PLACE},
    };
    card_report reports[REPORT_KINDS];
    for (int k = 0; k < REPORT_KINDS; k++)
        reports[k] = (card_report){.lines = buffer_new(pass->arena, 32),
                                   .details = buffer_new(pass->arena, 32),
                                   .words = buffer_new(pass->arena, 32),
                                   .gone = buffer_new(pass->arena, 32)};
    for (size_t i = 0; i < grid->items.count; i++)
        note_item(pass, *(const item **)vector_at(&grid->items, i), reports);
    for (int k = 0; k < REPORT_KINDS; k++)
        report_one(pass, KINDS[k].code, KINDS[k].kind, grid->line, grid->items.count, &reports[k]);
}

/* For the report: the cards of the claim are in `node`, with those that are there already. */
static void note_grid(mapping_pass *pass, const claim *c, dom_node *node) {
    card_grid *grid = pass->grids.count ? vector_last(&pass->grids) : NULL;
    if (!grid || grid->node != node) {
        grid = vector_push_zeroed(&pass->grids);
        *grid = (card_grid){node, c->line, vector_new(pass->scratch, sizeof(item *))};
    }
    for (size_t i = 0; i < c->item_count; i++)
        *(const item **)vector_push(&grid->items) = &c->items[i];
}

static dom_node *paragraph_after(mapping_pass *pass, dom_node *last, const item *it) {
    dom_node *paragraph = made(pass, DOM_TAG_P, it->first->line);
    if (last->next)
        dom_insert_before(last->next, paragraph);
    else
        dom_append(last->parent, paragraph);
    return paragraph;
}

/* Paragraphs behind the grid for what the cards could not hold. */
static void make_rest_of_cards(mapping_pass *pass, const claim *c, dom_node *grid) {
    dom_node *last = grid;
    for (size_t i = 0; i < c->item_count; i++) {
        const item *it = &c->items[i];
        for (size_t j = 0; j < it->card->leftover.count; j++) {
            last = paragraph_after(pass, last, it);
            append_text(pass, last, *(slice *)vector_at(&it->card->leftover, j));
        }
        for (size_t j = 0; j < it->card->pictures.count; j++) {
            dom_node *picture = *(dom_node **)vector_at(&it->card->pictures, j);
            last = paragraph_after(pass, last, it);
            dom_remove(picture);
            dom_append(last, picture);
        }
        for (size_t j = 0; j < it->card->others.count; j++) {
            const extra_link *other = vector_at(&it->card->others, j);
            last = paragraph_after(pass, last, it);
            if (other->text.length) /* which card's link it is */
                append_text(pass, last, format_slice(pass->arena, "%.*s: ", SLICE_ARGS(it->card->title)));
            dom_node *link = append_made(pass, last, DOM_TAG_A);
            dom_attribute_set(link, pass->arena, SLICE("href"), other->href);
            append_text(pass, link, other->text.length ? other->text : it->card->title);
        }
    }
}

static size_t count_children(const dom_node *node) {
    size_t count = 0;
    for (const dom_node *child = node->first_child; child; child = child->next)
        count++;
    return count;
}

static bool shows_pictures(const dom_node *grid) {
    return grid->first_child && grid->first_child->first_child &&
           has_class(grid->first_child->first_child, TIPTAP_ELEMENT_CARD_IMAGE);
}

/* Grids of one rule that touch are one grid, while it stays within the drawer's limits. Returns the grid that
 * the cards are in then. */
static dom_node *join_grid(mapping_pass *pass, const claim *c, dom_node *grid) {
    dom_node *before = previous_solid(grid);
    if (!c->rule->join || !before || !(before->flags & NODE_MADE) ||
        !has_class(before, TIPTAP_ELEMENT_CARD_GRID) ||
        count_children(before) + count_children(grid) > pass->options.cards_max ||
        shows_pictures(before) != shows_pictures(grid))
        return grid;
    dom_move_children(grid, before);
    dom_remove(grid);
    return before;
}

/* What stood between boxes that were alike goes with them: lines, and the wrappers that are empty now. Of the
 * siblings from `first` on, before `end` (NULL: all). */
static void remove_between(dom_node *first, const dom_node *end) {
    for (dom_node *root = first, *next; root && root != end; root = next) {
        next = root->next;
        for (dom_node *at = root, *after; at; at = after) {
            after = dom_next(at, root);
            if (at->tag == DOM_TAG_HR && at != root)
                dom_remove(at);
        }
        bool line = root->tag == DOM_TAG_HR;
        if (root->type == DOM_ELEMENT && !(root->flags & NODE_MADE) && (line || is_blank(root)))
            dom_remove(root);
    }
}

/* A cell of a table that stays one: cards go into it. A table of one row, each cell of it cards, does not
 * stay. */
static bool is_kept_cell(const dom_node *node) {
    if (!node || !is_cell(node))
        return false;
    bool cards_only = previous_solid(node->parent) == NULL && next_solid(node->parent) == NULL;
    for (const dom_node *cell = node->parent->first_child; cell && cards_only; cell = cell->next)
        cards_only = cell->flags & (NODE_CONSUMED | NODE_MADE) || is_blank(cell);
    return !cards_only;
}

/* Where the block goes: in the place of the first item, or at the container's start or end. */
static void place_block(const claim *c, dom_node *block) {
    bool open = c->container && c->container->parent && c->rule->items;
    if (c->alike && is_kept_cell(c->container)) {
        dom_insert_before(c->container->first_child, block);
        return;
    }
    if (c->alike) {
        dom_insert_before(c->container ? c->container : c->alike->first, block);
        return;
    }
    if (open && c->rule->leftover == LEFTOVER_AFTER && c->container->first_child)
        dom_insert_before(c->container->first_child, block);
    else if (open && c->rule->leftover == LEFTOVER_BEFORE)
        dom_append(c->container, block);
    else
        dom_insert_before(c->items[0].first, block);
}

static void remove_item(const item *it) {
    for (dom_node *node = it->first, *next; node; node = next) {
        next = next_root(it, node);
        dom_remove(node);
    }
}

/* Wrappers that held nothing but the items go with them. */
static void remove_emptied(dom_node *container) {
    for (dom_node *at = container->first_child, *next; at; at = next) {
        next = at->next;
        if (!(at->flags & NODE_MADE) && at->type == DOM_ELEMENT && is_blank(at))
            dom_remove(at);
    }
}

static bool holds_made(const dom_node *node) {
    for (const dom_node *at = node; at; at = dom_next(at, node))
        if (at->flags & NODE_MADE)
            return true;
    return false;
}

/* What is still in the container beside what was made of it. */
static void report_leftover(mapping_pass *pass, const claim *c) {
    for (const dom_node *at = dom_next(c->container, c->container); at;) {
        bool wraps = !(at->flags & NODE_MADE) && at->first_child && holds_made(at);
        if (!wraps && !(at->flags & NODE_MADE) && !is_blank(at)) {
            slice text = plain_text(at, at, pass->scratch);
            report_leftover_words(pass, at->line, text.length ? text : dom_name(at));
        }
        at = wraps ? dom_next(at, c->container) : dom_next_skip(at, c->container);
    }
}

/* What was around a card inside of `stays` goes, and all that it said of the card. */
static void find_marks_around(mapping_pass *pass, const claim *c, const dom_node *stays) {
    for (size_t i = 0; i < c->item_count; i++) {
        const dom_node *around = c->items[i].first->parent;
        while (around && around != stays && !css_shifts_or_strikes(pass->options.styles, around))
            around = around->parent;
        if (around && around != stays)
            c->items[i].card->telling_mark = around;
    }
}

static void make_card_grid(mapping_pass *pass, const claim *c) {
    dom_node *grid = made_element(pass, TIPTAP_ELEMENT_CARD_GRID, c->line), *first = grid;
    place_block(c, grid);
    dom_node *parent = grid->parent;
    size_t left = c->item_count, grids = (left + pass->options.cards_max - 1) / pass->options.cards_max;
    size_t in_grid = (left + grids - 1) / grids; /* as even as can be: no card stands alone */
    for (size_t i = 0; i < c->item_count; i++) {
        if (in_grid == 0) {
            left = c->item_count - i;
            grids--;
            in_grid = (left + grids - 1) / grids;
            dom_node *more = made_element(pass, TIPTAP_ELEMENT_CARD_GRID, c->items[i].first->line);
            if (grid->next)
                dom_insert_before(grid->next, more);
            else
                dom_append(parent, more);
            grid = more;
        }
        in_grid--;
        dom_append(grid, make_card(pass, &c->items[i], c->items[i].first->line));
    }
    if (grid != first)
        findings_add(pass->found, FINDING_CARD_GRID_SPLIT, c->line, "%zu cards", c->item_count);
    find_marks_around(pass, c, c->container && !c->alike ? c->container->parent : parent);
    const dom_node *behind = c->alike ? c->alike->last->next : NULL;
    for (size_t i = 0; i < c->item_count; i++)
        if (!is_inside(first, c->items[i].first))
            remove_item(&c->items[i]);
    if (c->alike)
        remove_between(c->container ? c->container->first_child : first, c->container ? NULL : behind);
    make_rest_of_cards(pass, c, grid);
    if (c->alike && is_kept_cell(c->container)) {
        remove_emptied(c->container);
    } else if (c->alike && c->container && is_blank(c->container)) {
        dom_remove(c->container); /* it held nothing else */
    } else if (c->container && c->container->parent) {
        remove_emptied(c->container);
        report_leftover(pass, c);
        unwrap_between(pass, first, c->container);
        unwrap(pass, c->container);
    }
    note_grid(pass, c, grid == first ? join_grid(pass, c, grid) : grid);
}

/* ---- accordions -------------------------------------------------------------------------------------- */

/* What opened the section when it was clicked. Inside a summary, a link would be followed instead. */
static bool is_opener(const dom_node *node) {
    const slice *href = dom_attribute_get(node, SLICE("href"));
    return node->tag == DOM_TAG_BUTTON ||
           (node->tag == DOM_TAG_A && (!href || slice_starts_with(slice_trim(*href), SLICE("#"))));
}

static void report_opener(mapping_pass *pass, const dom_node *node) {
    const slice *href = dom_attribute_get(node, SLICE("href"));
    if (href && is_opener(node))
        findings_add_change(pass->found,
                            findings_add(pass->found, FINDING_ACCORDION_LINK, node->line, "<a href=\"%.*s\">",
                                         SLICE_ARGS(*href)),
                            CHANGE_LINK, *href, (slice){NULL, 0});
}

static void flatten_summary(mapping_pass *pass, dom_node *from, dom_node *summary) {
    bool opener = from->tag != DOM_TAG_SUMMARY;
    dom_move_children(from, summary);
    if (opener)
        report_opener(pass, from);
    for (dom_node *at = dom_next(summary, summary), *next; at; at = next) {
        bool box = at->type == DOM_ELEMENT && !is_inline(at) && !shows_something(at);
        next = shows_something(at) ? dom_next_skip(at, summary) : dom_next(at, summary);
        if (box || (opener && is_opener(at))) {
            if (opener)
                report_opener(pass, at);
            next = at->first_child ? at->first_child : dom_next_skip(at, summary);
            if (box && dom_previous(at))
                dom_insert_before(at, dom_new_text(pass->arena, SLICE(" "), at->line));
            if (box && at->next)
                dom_insert_before(at->next, dom_new_text(pass->arena, SLICE(" "), at->line));
            dom_unwrap(at);
        }
    }
}

/* The boxes that opened and closed the old accordion: those of this item, none further in. */
static void remove_switches(dom_node *parent) {
    for (dom_node *at = parent->first_child, *next; at; at = next) {
        next = at->next;
        if (is_switch(at))
            dom_remove(at);
    }
}

/* Browsers show it first, wherever it stands. */
static void report_late_summary(mapping_pass *pass, dom_node *summary) {
    slice words = plain_text(summary, summary, pass->arena);
    findings_add_change(
        pass->found,
        findings_add(pass->found, FINDING_SUMMARY_LATE, summary->line, "%.*s", SLICE_ARGS(words)),
        CHANGE_PLACE, words, NOTHING);
}

/* What stands in the box of an item behind its content never was folded: it goes behind the accordion. Boxes
 * that nobody closed hold all that follows so. */
static void move_behind(dom_node *group, const item *it) {
    const dom_node *up = it->content;
    while (up && up->parent && up->parent != it->first)
        up = up->parent;
    if (!up || up->parent != it->first || up == it->first || is_inside(it->summary, up))
        return;
    dom_node *behind = group;
    for (dom_node *node = up->next, *next; node; node = next) {
        next = node->next;
        if (is_blank(node) || is_inside(it->summary, node))
            continue;
        dom_remove(node);
        if (behind->next)
            dom_insert_before(behind->next, node);
        else
            dom_append(behind->parent, node);
        behind = node;
    }
}

/* Whether the section was open from the start: Bootstrap's classes, a box that is ticked. */
static bool was_open(const item *it) {
    const dom_node *parent = it->summary->parent;
    if (dom_is(parent, DOM_TAG_DETAILS) && dom_attribute_get(parent, SLICE("open")))
        return true;
    for (const dom_node *at = it->content; at && at != it->first->parent; at = at->parent)
        if (dom_has_class(at, SLICE("collapse")) &&
            (dom_has_class(at, SLICE("show")) || dom_has_class(at, SLICE("in"))))
            return true;
    for (const dom_node *at = it->first == it->last ? it->first->first_child : it->first; at;
         at = at == it->last ? NULL : at->next)
        if (is_switch(at) && dom_attribute_get(at, SLICE("checked")))
            return true;
    return false;
}

/* The element that is all that the box holds; NULL: it holds something else. */
static dom_node *only_element(const dom_node *box) {
    dom_node *only = NULL;
    for (dom_node *child = box->first_child; child; child = child->next)
        if (child->type == DOM_ELEMENT && !only)
            only = child;
        else if (!is_blank(child))
            return NULL;
    return only;
}

/* The box that the title opens, those around it without the title, and those that are all that it holds: any
 * of them may be what was hidden until the click. */
static void mark_folded(const item *it) {
    dom_node *at = it->content;
    for (; at && at != it->first->parent && !is_inside(it->summary, at); at = at->parent)
        at->flags |= DOM_FLAG_FOLDED;
    for (at = it->content; at; at = only_element(at))
        at->flags |= DOM_FLAG_FOLDED;
}

static void make_details(mapping_pass *pass, const item *it, bool is_last, dom_node *group) {
    dom_node *details = append_element(pass, group, TIPTAP_ELEMENT_DETAILS);
    details->line = it->first->line;
    dom_node *summary = append_made(pass, details, DOM_TAG_SUMMARY);
    dom_node *content = append_element(pass, details, TIPTAP_ELEMENT_DETAILS_CONTENT);
    bool one = it->first == it->last && it->first->type == DOM_ELEMENT && it->first != it->summary &&
               it->first != it->content;
    dom_node *summary_parent = it->summary->parent;
    if (dom_is(it->summary, DOM_TAG_SUMMARY) && previous_solid(it->summary))
        report_late_summary(pass, it->summary);
    mark_folded(it);
    if (was_open(it))
        dom_attribute_set(details, pass->arena, SLICE("open"), SLICE(""));
    if (one && is_last)
        move_behind(group, it);
    for (dom_node *node = it->first, *next; node; node = next) {
        next = node == it->last ? NULL : node->next;
        dom_remove(node);
        dom_append(content, node);
    }
    if (it->summary->parent)
        summary_parent = it->summary->parent;
    dom_remove(it->summary);
    bool struck = one && pass->options.styles && css_shifts_or_strikes(pass->options.styles, it->first);
    flatten_summary(pass, it->summary, struck ? append_made(pass, summary, DOM_TAG_S) : summary);
    while (summary_parent && summary_parent != content && summary_parent->parent &&
           is_blank(summary_parent) && summary_parent != it->first) {
        dom_node *up = summary_parent->parent;
        dom_remove(summary_parent);
        summary_parent = up;
    }
    if (it->summary->tag == DOM_TAG_LABEL) { /* others are boxes to tick */
        remove_switches(content);
        remove_switches(summary);
        if (it->first == it->last)
            remove_switches(it->first);
    }
    if (it->content && is_inside(it->content, content)) {
        if (one)
            wrap_phrases(pass, it->first);
        unwrap(pass, it->content);
    }
    if (one && it->first->parent)
        unwrap(pass, it->first);
    wrap_phrases(pass, content);
    if (is_blank(content))
        append_made(pass, content, DOM_TAG_P);
}

/* One for all of them. */
static void report_unsure(mapping_pass *pass, const claim *c) {
    const item *first = NULL;
    size_t count = 0;
    for (size_t i = 0; i < c->item_count; i++)
        if (c->items[i].unsure) {
            first = first ? first : &c->items[i];
            count++;
        }
    if (!first)
        return;
    slice words = plain_text(first->summary, first->summary, pass->arena);
    slice more = count > 1 ? format_slice(pass->arena, ", and %zu more", count - 1) : (slice){NULL, 0};
    findings_add(pass->found, FINDING_FOLD_UNSURE, first->summary->line, "%.*s%.*s", SLICE_ARGS(words),
                 SLICE_ARGS(more));
}

static void make_accordion(mapping_pass *pass, const claim *c) {
    dom_node *before = c->container && c->container->parent ? previous_solid(c->container)
                       : !c->container                      ? previous_solid(c->items[0].first)
                                                            : NULL;
    dom_node *group = made_element(pass, TIPTAP_ELEMENT_ACCORDION, c->line);
    dom_attribute_set(group, pass->arena, SLICE("class"),
                      format_slice(pass->arena, "%.*s %.*s",
                                   SLICE_ARGS(TIPTAP_ELEMENTS[TIPTAP_ELEMENT_ACCORDION].class_name),
                                   SLICE_ARGS(TIPTAP_ELEMENTS[TIPTAP_ELEMENT_WHITE_ACCORDION].class_name)));
    place_block(c, group);
    bool self = c->container && c->items[0].first == c->container;
    report_unsure(pass, c);
    for (size_t i = 0; i < c->item_count; i++)
        make_details(pass, &c->items[i], i + 1 == c->item_count, group);
    if (c->container && c->container->parent && !self) {
        remove_emptied(c->container);
        report_leftover(pass, c);
        unwrap_between(pass, group, c->container);
        unwrap(pass, c->container);
    }
    if (c->rule->join && before && before == previous_solid(group) && (before->flags & NODE_MADE) &&
        has_class(before, TIPTAP_ELEMENT_ACCORDION)) {
        dom_move_children(group, before);
        dom_remove(group);
    }
}

/* ---- pictures and embeds ----------------------------------------------------------------------------- */

/* Every picture (with the link that holds nothing else) or frame inside the container gets the editor's
 * wrapper, lifted to the container's own level, inside of `outside`; then the container opens. */
static void wrap_media(mapping_pass *pass, dom_node *media, const dom_node *container,
                       const dom_node *outside, bool picture) {
    dom_node *unit = media;
    const slice *href = NULL;
    if (picture && media->parent != container && dom_is(media->parent, DOM_TAG_A) && media != container) {
        bool alone = true;
        for (const dom_node *child = media->parent->first_child; child; child = child->next)
            alone = alone && (child == media || is_blank(child));
        if (alone) {
            unit = media->parent;
            href = dom_attribute_get(unit, SLICE("href"));
        }
    }
    if (media->parent &&
        (has_class(media->parent, TIPTAP_ELEMENT_IMAGE) || has_class(media->parent, TIPTAP_ELEMENT_IFRAME)))
        return;
    tiptap_element kind = href      ? TIPTAP_ELEMENT_LINKED_IMAGE
                          : picture ? TIPTAP_ELEMENT_IMAGE
                                    : TIPTAP_ELEMENT_IFRAME;
    dom_node *wrapper = made_element(pass, kind, media->line);
    if (href)
        dom_attribute_set(wrapper, pass->arena, SLICE("href"), *href);
    dom_insert_before(unit, wrapper);
    dom_remove(unit);
    if (unit != media)
        dom_remove(media);
    dom_append(wrapper, media);
    for (dom_node *parent = wrapper->parent; parent && parent != outside && parent != pass->body;) {
        dom_node *next = parent->parent;
        if (!is_inline(parent))
            unwrap(pass, parent);
        parent = next;
    }
}

static void report_caption(mapping_pass *pass, const dom_node *node) {
    slice text = node->tag == DOM_TAG_FIGCAPTION ? plain_text(node, node, pass->scratch) : (slice){NULL, 0};
    if (text.length)
        findings_add(pass->found, FINDING_PICTURE_CAPTION, node->line, "%.*s", SLICE_ARGS(text));
}

static void make_media(mapping_pass *pass, const claim *c) {
    dom_tag tag = c->rule->make == BLOCK_PICTURE ? DOM_TAG_IMG : DOM_TAG_IFRAME;
    vector all = vector_new(pass->scratch, sizeof(dom_node *));
    for (dom_node *at = c->container; at; at = dom_next(at, c->container))
        if (at->tag == tag)
            *(dom_node **)vector_push(&all) = at;
    vector captions = vector_new(pass->scratch, sizeof(dom_node *));
    for (dom_node *at = c->container; at; at = dom_next(at, c->container))
        if (at->tag == DOM_TAG_FIGCAPTION && at != c->container)
            *(dom_node **)vector_push(&captions) = at;
    for (size_t i = 0; i < captions.count; i++) {
        report_caption(pass, *(dom_node **)vector_at(&captions, i));
        unwrap(pass, *(dom_node **)vector_at(&captions, i));
    }
    const dom_node *outside = c->container->parent; /* read now: the first picture may open the container */
    for (size_t i = 0; i < all.count; i++)
        wrap_media(pass, *(dom_node **)vector_at(&all, i), c->container, outside, tag == DOM_TAG_IMG);
    if (c->container->parent && c->container->tag != tag)
        unwrap(pass, c->container);
}

/* ---- the small ones ---------------------------------------------------------------------------------- */

static dom_node *rename_element(mapping_pass *pass, dom_node *from, dom_tag tag) {
    dom_node *to = made(pass, tag, from->line);
    dom_insert_before(from, to);
    dom_move_children(from, to);
    dom_remove(from);
    return to;
}

static void make_phrase_block(mapping_pass *pass, const claim *c) {
    static const dom_tag HEADINGS[] = {DOM_TAG_H1, DOM_TAG_H2, DOM_TAG_H3,
                                       DOM_TAG_H4, DOM_TAG_H5, DOM_TAG_H6};
    if (!c->container->parent)
        return;
    if (c->rule->make == BLOCK_QUOTE)
        wrap_phrases(pass, rename_element(pass, c->container, DOM_TAG_BLOCKQUOTE));
    else
        rename_element(pass, c->container,
                       c->rule->make == BLOCK_HEADING ? HEADINGS[c->rule->level - 1] : DOM_TAG_P);
}

static void make_list(mapping_pass *pass, const claim *c) {
    dom_node *list = made(pass, DOM_TAG_UL, c->line);
    place_block(c, list);
    for (size_t i = 0; i < c->item_count; i++) {
        dom_node *entry = append_made(pass, list, DOM_TAG_LI);
        for (dom_node *node = c->items[i].first, *next; node; node = next) {
            next = node == c->items[i].last ? NULL : node->next;
            dom_remove(node);
            dom_append(entry, node);
        }
        if (c->items[i].first == c->items[i].last && !is_inline(c->items[i].first))
            unwrap(pass, c->items[i].first);
    }
    if (c->container && c->container->parent && c->container != c->items[0].first) {
        remove_emptied(c->container);
        report_leftover(pass, c);
        unwrap_between(pass, list, c->container);
        unwrap(pass, c->container);
    }
}

/* What the item is, but for `cell`, which has left it: unwrapped into `rest`. */
static void move_rest(mapping_pass *pass, const item *it, dom_node *rest) {
    for (dom_node *node = it->first, *next; node; node = next) {
        next = next_root(it, node);
        if (node == it->cell)
            continue;
        dom_remove(node);
        dom_append(rest, node);
        if (node->type == DOM_ELEMENT && !is_inline(node) && it->first == it->last)
            unwrap(pass, node);
    }
    for (dom_node *node = rest->first_child, *next; node; node = next) {
        next = node->next;
        if (node->type == DOM_ELEMENT && !(node->flags & NODE_MADE) && is_blank(node))
            dom_remove(node); /* a wrapper of what is in the other cell */
    }
}

/* Whether the part for a cell of its own comes first in the item. */
static bool cell_leads(const item *it) {
    for (const dom_node *root = it->first; root; root = next_root(it, root))
        for (const dom_node *at = root; at; at = dom_next(at, root)) {
            if (at == it->cell)
                return true;
            if (at->type == DOM_TEXT ? !is_blank(at) : at->type == DOM_ELEMENT && shows_something(at))
                return false;
        }
    return true;
}

/* Two columns in reading order: the part and all the rest, each with any blocks. */
static void make_table(mapping_pass *pass, const claim *c) {
    dom_node *table = made(pass, DOM_TAG_TABLE, c->line);
    dom_node *body = append_made(pass, table, DOM_TAG_TBODY);
    place_block(c, table);
    for (size_t i = 0; i < c->item_count; i++) {
        const item *it = &c->items[i];
        dom_node *row = append_made(pass, body, DOM_TAG_TR);
        bool leads = cell_leads(it);
        dom_node *first = append_made(pass, row, DOM_TAG_TD), *second = append_made(pass, row, DOM_TAG_TD);
        dom_remove(it->cell);
        dom_append(leads ? first : second, it->cell);
        move_rest(pass, it, leads ? second : first);
        if (!is_inline(it->cell) && !shows_something(it->cell) && !dom_is_heading(it->cell->tag))
            unwrap(pass, it->cell);
    }
    if (c->container && c->container->parent && c->container != c->items[0].first) {
        remove_emptied(c->container);
        report_leftover(pass, c);
        unwrap_between(pass, table, c->container);
        unwrap(pass, c->container);
    }
    if (!c->rule->quiet)
        findings_add(pass->found, FINDING_BESIDE_TABLE, c->line, "%.*s: %zu row%s of two cells",
                     SLICE_ARGS(c->element), c->item_count, c->item_count == 1 ? "" : "s");
}

static void make_plain_link(mapping_pass *pass, const claim *c) {
    for (dom_node *at = dom_next(c->container, c->container), *next; at; at = next) {
        next = dom_next(at, c->container);
        if (at->tag == DOM_TAG_BUTTON) {
            next = at->first_child ? at->first_child : dom_next_skip(at, c->container);
            dom_unwrap(at);
        }
    }
    dom_attribute_remove(c->container, SLICE("class"));
    dom_attribute_remove(c->container, SLICE("style"));
    (void)pass;
}

static void note_reported(mapping_pass *pass, dom_node *node) {
    dom_node **key = arena_alloc(pass->scratch, sizeof(dom_node *)); /* maps keep no copy */
    *key = node;
    *map_put(&pass->reported, MAP_KEY(*key), NULL) = node;
}

/* Boxes that look like cards and are none have one finding, and what is around them has none of its own. */
static void report_unfit(mapping_pass *pass) {
    for (size_t i = 0; i < pass->alike.count; i++) {
        const alike_run *run = *(alike_run **)vector_at(&pass->alike, i);
        if (!run->failure.length)
            continue;
        findings_add(pass->found, FINDING_ROW_NOT_CARDS, run->items[0].first->line, "%.*s",
                     SLICE_ARGS(run->failure));
        note_reported(pass, run->around);
        for (size_t j = 0; j < run->count; j++)
            for (dom_node *up = run->items[j].first; up && up != run->around; up = up->parent)
                note_reported(pass, up);
    }
}

/* The items of a container that are not part of cards. */
static size_t count_in_order(const claim *c) {
    size_t count = 0;
    for (size_t i = 0; c->container && c->rule->items && i < c->item_count; i++)
        count += c->items[i].first->parent && !(c->items[i].first->flags & NODE_LEAF);
    return count;
}

static void make_unwrapped(mapping_pass *pass, const claim *c) {
    bool reported = c->container && map_has(&pass->reported, MAP_KEY(c->container));
    size_t in_order = count_in_order(c);
    if (!reported && in_order > 1 && c->card_miss.length && in_order == c->item_count &&
        !holds_made(c->container))
        findings_add(pass->found, FINDING_ROW_NOT_CARDS, c->line, "%.*s: %.*s", SLICE_ARGS(c->element),
                     SLICE_ARGS(c->card_miss));
    else if (!reported && in_order > 1 && !c->rule->quiet)
        findings_add(pass->found,
                     c->container->tag == DOM_TAG_TABLE ? FINDING_LAYOUT_TABLE : FINDING_COLUMNS_IN_ORDER,
                     c->line, "%.*s: %zu %s", SLICE_ARGS(c->element), c->item_count,
                     c->container->tag == DOM_TAG_TABLE ? "cells" : "side by side");
    for (size_t i = 0; c->rule->items && i < c->item_count; i++)
        unwrap_item(pass, &c->items[i], c->container);
    if (c->container) {
        report_caption(pass, c->container);
        unwrap(pass, c->container);
    }
}

/* The links and pictures inside what goes. */
static void own_addresses(mapping_pass *pass, const dom_node *root) {
    for (const dom_node *at = root; at; at = dom_next(at, root)) {
        const slice *address = dom_attribute_get(at, at->tag == DOM_TAG_A ? SLICE("href") : SLICE("src"));
        if (address && (at->tag == DOM_TAG_A || at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME))
            findings_add_change(pass->found, NULL, at->tag == DOM_TAG_IMG ? CHANGE_PICTURE : CHANGE_LINK,
                                *address, NOTHING);
    }
}

static void make_dropped(mapping_pass *pass, const claim *c) {
    dom_node *first = c->container ? c->container : c->items[0].first;
    dom_node *last = c->container ? c->container : c->items[c->item_count - 1].last;
    slice text = plain_text(first, last, pass->arena);
    finding *f = findings_add(pass->found, FINDING_DROPPED_BY_RULE, c->line, "%.*s: %.*s",
                              SLICE_ARGS(c->element), SLICE_ARGS(text));
    if (f)
        f->became = slice_copy(c->rule->note, pass->arena);
    findings_add_change(pass->found, f, CHANGE_TEXT, text, NOTHING);
    for (dom_node *node = first, *next; node; node = next) {
        next = node == last ? NULL : node->next;
        own_addresses(pass, node);
        dom_remove(node);
    }
}

static void keep_as_is(mapping_pass *pass, const claim *c) {
    (void)pass;
    (void)c;
}

static void (*const MAKERS[BLOCK_KIND_COUNT])(mapping_pass *pass, const claim *c) = {
    [BLOCK_CARD_GRID] = make_card_grid,
    [BLOCK_ACCORDION] = make_accordion,
    [BLOCK_TABLE] = make_table,
    [BLOCK_PICTURE] = make_media,
    [BLOCK_EMBED] = make_media,
    [BLOCK_QUOTE] = make_phrase_block,
    [BLOCK_HEADING] = make_phrase_block,
    [BLOCK_PARAGRAPH] = make_phrase_block,
    [BLOCK_LIST] = make_list,
    [BLOCK_LINK] = make_plain_link,
    [BLOCK_UNWRAP] = make_unwrapped,
    [BLOCK_DROP] = make_dropped,
    [BLOCK_KEEP] = keep_as_is,
};

void rewrite_claims(mapping_pass *pass) {
    report_unfit(pass);
    for (size_t i = 0; i < pass->claims.count; i++) {
        const claim *c = *(claim **)vector_at(&pass->claims, i);
        for (size_t j = 0; j < c->item_count; j++)
            mark_run(c, &c->items[j], false);
        MAKERS[c->rule->make](pass, c);
    }
    for (size_t i = 0; i < pass->grids.count; i++)
        report_cards(pass, vector_at(&pass->grids, i));
}
