/* express: card grids that a page brings in the editor's own markup. Comes in: such a grid. Goes
 * out: the same grid with nothing in it but what its schema holds, or NULL when something would be lost: the
 * grid's content is then laid out as ordinary blocks. The schema finds each part at one path and holds plain
 * text in it.
 */
#include "private.h"

typedef enum card_part { PART_TITLE, PART_DESCRIPTION, PART_LINK, PART_COUNT } card_part;

static const tiptap_element PART_ELEMENTS[PART_COUNT] = {
    TIPTAP_ELEMENT_CARD_TITLE, TIPTAP_ELEMENT_CARD_DESCRIPTION, TIPTAP_ELEMENT_CARD_LINK};

typedef struct cards {
    arena *arena;
    css_cascade *styles;
    dom_node *grid;
    bool marks_lost;
    const dom_node *telling_mark; /* the first in the card that css_shifts_or_strikes is true of */
    vector telling_marks;         /* of const dom_node*: of all cards */
} cards;

static dom_node *append_part(const cards *c, dom_node *parent, tiptap_element element, uint32_t line) {
    dom_node *part = tiptap_new_element(c->arena, element, line);
    dom_append(parent, part);
    return part;
}

/* Words with one space between them. */
static void append_words(buffer *line, slice text) {
    for (size_t at = 0; at < text.length; at++) {
        bool space = is_html_space(text.data[at]);
        if (!space)
            buffer_append_char(line, text.data[at]);
        else if (line->length && line->data[line->length - 1] != ' ')
            buffer_append_char(line, ' ');
    }
}

/* The text of a node as one line; false when it holds more than text. */
static bool append_line(cards *c, const dom_node *node, buffer *line) {
    for (const dom_node *at = node; at; at = dom_next(at, node)) {
        if (at->type == DOM_TEXT) {
            append_words(line, dom_text(at));
            continue;
        }
        if (at->type != DOM_ELEMENT)
            continue;
        bool telling = css_shifts_or_strikes(c->styles, at);
        if (telling && !c->telling_mark)
            c->telling_mark = at;
        if (at == node)
            continue;
        if (at->tag == DOM_TAG_BR || at->tag == DOM_TAG_P)
            append_words(line, SLICE(" "));
        else if (at->tag == DOM_TAG_A || express_is_block(at))
            return false;
        else if (!telling)
            c->marks_lost = true;
    }
    return true;
}

/* ---- parts -------------------------------------------------------------------------------------------- */

static bool read_body(cards *c, const dom_node *body, dom_node *card) {
    buffer lines[PART_COUNT] = {buffer_new(c->arena, 32), buffer_new(c->arena, 64), buffer_new(c->arena, 32)};
    bool present[PART_COUNT] = {false, false, false};
    int last = -1;
    for (const dom_node *child = body->first_child; child; child = child->next) {
        if (express_is_blank(child))
            continue;
        card_part part = PART_TITLE;
        while (part < PART_COUNT &&
               !(child->type == DOM_ELEMENT && tiptap_has_class(child, PART_ELEMENTS[part])))
            part++;
        if (part == PART_COUNT && last >= 0) { /* text beside the parts: the one before it says it */
            part = (card_part)last;
            append_words(&lines[part], SLICE(" "));
            c->marks_lost = true;
        } else if (part == PART_COUNT || (int)part <= last) {
            return false;
        }
        if (!append_line(c, child, &lines[part]))
            return false;
        present[part] = true;
        last = (int)part;
    }
    if (last < 0)
        return !body->first_child || card->first_child;
    dom_node *built = append_part(c, card, TIPTAP_ELEMENT_CARD_BODY, body->line);
    for (card_part part = PART_TITLE; part < PART_COUNT; part++)
        if (present[part]) {
            dom_node *holder = append_part(c, built, PART_ELEMENTS[part], body->line);
            slice text = slice_trim(buffer_slice(&lines[part]));
            if (text.length)
                dom_append(holder, dom_new_text(c->arena, text, body->line));
        }
    return true;
}

/* One picture, bare or in its wrapper, and nothing else. */
static bool read_image(cards *c, const dom_node *image, dom_node *card) {
    const dom_node *picture = NULL;
    for (const dom_node *at = dom_next(image, image); at; at = dom_next(at, image)) {
        bool wrapper = at->tag == DOM_TAG_DIV && tiptap_has_class(at, TIPTAP_ELEMENT_IMAGE);
        if (express_is_blank(at) || wrapper)
            continue;
        if (picture || at->tag != DOM_TAG_IMG || !express_picture_has_source(at))
            return false;
        picture = at;
    }
    if (!picture)
        return true;
    dom_node *built = append_part(c, card, TIPTAP_ELEMENT_CARD_IMAGE, image->line);
    dom_append(built, express_picture(NULL, picture, NULL, NULL, c->arena, NULL));
    return true;
}

static bool read_card(cards *c, const dom_node *source) {
    const slice *href = dom_attribute_get(source, SLICE("href"));
    bool links = source->tag == DOM_TAG_A && href && slice_trim(*href).length;
    dom_node *card =
        append_part(c, c->grid, links ? TIPTAP_ELEMENT_CLICKABLE_CARD : TIPTAP_ELEMENT_CARD, source->line);
    if (links)
        dom_attribute_set(card, c->arena, SLICE("href"), slice_trim(*href));
    bool body_seen = false;
    c->telling_mark = NULL;
    for (const dom_node *child = source->first_child; child; child = child->next) {
        if (express_is_blank(child))
            continue;
        if (!body_seen && child->tag == DOM_TAG_DIV && tiptap_has_class(child, TIPTAP_ELEMENT_CARD_IMAGE)) {
            if (card->first_child || !read_image(c, child, card))
                return false;
        } else if (!body_seen && child->tag == DOM_TAG_DIV &&
                   tiptap_has_class(child, TIPTAP_ELEMENT_CARD_BODY)) {
            body_seen = true;
            if (!read_body(c, child, card))
                return false;
        } else {
            return false;
        }
    }
    if (c->telling_mark)
        *(const dom_node **)vector_push(&c->telling_marks) = c->telling_mark;
    return card->first_child != NULL;
}

static void report_marks(const cards *c, const dom_node *source, unsigned around, findings *found) {
    if (c->marks_lost)
        findings_add(found, FINDING_CARD_TEXT, source->line, "bold or other marks in a card");
    if (around & MARKS_TELLING)
        findings_add(found, FINDING_CARD_MARKS_LOST, source->line, "all cards");
    for (size_t i = 0; i < c->telling_marks.count; i++) {
        const dom_node *one = *(const dom_node **)vector_at(&c->telling_marks, i);
        findings_add(found, FINDING_CARD_MARKS_LOST, one->line, "<%.*s>", SLICE_ARGS(dom_name(one)));
    }
}

dom_node *express_card_grid(const dom_node *source, css_cascade *styles, unsigned marks, arena *a,
                            findings *found) {
    cards c = {.arena = a,
               .styles = styles,
               .grid = tiptap_new_element(a, TIPTAP_ELEMENT_CARD_GRID, source->line),
               .telling_marks = vector_new(a, sizeof(const dom_node *))};
    bool fits = true;
    for (const dom_node *child = source->first_child; child && fits; child = child->next) {
        bool card = (child->tag == DOM_TAG_A || child->tag == DOM_TAG_DIV) &&
                    tiptap_has_class(child, TIPTAP_ELEMENT_CARD);
        fits = express_is_blank(child) || (card && read_card(&c, child));
    }
    if (!fits || !c.grid->first_child) {
        findings_add(found, FINDING_CARDS_UNFIT, source->line, "a card grid that holds more than its parts");
        return NULL;
    }
    report_marks(&c, source, marks, found);
    return c.grid;
}
