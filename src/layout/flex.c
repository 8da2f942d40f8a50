/* Flex containers in rows: lines of items, which grow or give way until they fill the line (CSS Flexbox 1
 * §9). Comes in: a container whose content width is known. Goes out: a width and a place for each item.
 */
#include "private.h"

#include <stdlib.h>

double layout_gap(layout *l, const box *container) {
    double gap;
    return css_length(l->cascade, container->node, CSS_COLUMN_GAP, container->content, &gap) ? gap : 0;
}

static double number_of(layout *l, const box *b, css_property property) {
    slice value = css_computed(l->cascade, b->node, property);
    return b->node->type == DOM_TEXT ? (property == CSS_FLEX_SHRINK)
                                     : strtod(slice_c_string(value, l->arena), NULL);
}

/* The width that an item begins with, and the least it gives way to: its content's, where nothing is said. */
static void begin_item(layout *l, box *item, double around) {
    bool is_text = item->node->type == DOM_TEXT;
    double narrowest = item->min - item->margin_x, widest = item->max - item->margin_x;
    if (!is_text)
        layout_settle_edges(l, item, around);
    double basis = is_text ? AUTO : layout_specified(l, item, LENGTH_FLEX_BASIS, around);
    double width = is_text ? AUTO : layout_specified(l, item, LENGTH_WIDTH, around);
    if (basis == AUTO && !is_text && css_computed_is(l->cascade, item->node, CSS_FLEX_BASIS, "auto"))
        basis = item->kind == KIND_REPLACED ? layout_replaced_width(l, item, around) : width;
    if (basis == AUTO)
        basis = widest;
    item->line = basis; /* the base size; `line` is free since what is inside was measured */
    double least = is_text ? AUTO : layout_specified(l, item, LENGTH_MIN_WIDTH, around);
    if (least == AUTO) {
        bool clips = !is_text && !css_computed_is(l->cascade, item->node, CSS_OVERFLOW_X, "visible");
        least = clips ? 0 : narrowest;
        least = width != AUTO && width < least ? width : least;
    }
    item->word = least;
    double most = is_text ? AUTO : layout_specified(l, item, LENGTH_MAX_WIDTH, around);
    item->lines_max = most;
    item->assigned = most != AUTO && basis > most ? most : basis;
    item->assigned = item->assigned < least ? least : item->assigned;
}

/* One round: what is left over or missing goes to the items that can still take it. True: some met a limit.
 */
static bool share_line(layout *l, uint32_t from, uint32_t to, double room, bool grows) {
    double sum = 0, used = 0;
    for (uint32_t i = from; i < to; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM)
            continue;
        used += (item->placed ? item->assigned : item->line) + item->margin_x;
        double factor = number_of(l, item, grows ? CSS_FLEX_GROW : CSS_FLEX_SHRINK);
        sum += item->placed ? 0 : grows ? factor : factor * item->line;
    }
    bool met = false;
    for (uint32_t i = from; i < to; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM || item->placed)
            continue;
        double factor =
            number_of(l, item, grows ? CSS_FLEX_GROW : CSS_FLEX_SHRINK) * (grows ? 1 : item->line);
        double size = item->line + (sum > 0 ? (room - used) * factor / (grows && sum < 1 ? 1 : sum) : 0);
        double limited = item->lines_max != AUTO && size > item->lines_max ? item->lines_max : size;
        limited = limited < item->word ? item->word : limited;
        item->assigned = limited;
        if (limited != size) {
            item->placed = true; /* frozen (§9.7) */
            met = true;
        }
    }
    return met;
}

#define ROUNDS_MAX 4 /* of an endless number of limits, the first few matter */

static void place_line(layout *l, uint32_t container, uint32_t from, uint32_t to, uint32_t number) {
    const box *c = box_at(l, container);
    double used = 0, gap = layout_gap(l, c), room = c->content;
    unsigned count = 0;
    for (uint32_t i = from; i < to; i = box_at(l, i)->end)
        if (box_at(l, i)->flow == LAYOUT_ITEM) {
            used += box_at(l, i)->line + box_at(l, i)->margin_x;
            count++;
        }
    room -= count > 1 ? gap * (count - 1) : 0;
    for (unsigned round = 0; round < ROUNDS_MAX && share_line(l, from, to, room, used < room); round++)
        ;
    double x = c->out.x + (c->out.width - c->content) / 2, total = 0;
    for (uint32_t i = from; i < to; i = box_at(l, i)->end)
        if (box_at(l, i)->flow == LAYOUT_ITEM)
            total += box_at(l, i)->assigned + box_at(l, i)->margin_x;
    double rest = total < room ? room - total : 0;
    slice justify = css_computed(l->cascade, c->node, CSS_JUSTIFY_CONTENT);
    if (css_is_among(justify, "center space-around space-evenly"))
        x += rest / 2;
    else if (css_is_among(justify, "flex-end end right"))
        x += rest;
    else if (css_is_among(justify, "space-between") && count > 1)
        gap += rest / (count - 1);
    for (uint32_t i = from; i < to; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM)
            continue;
        item->placed = true;
        item->out.line = number;
        item->out.container = c->node;
        item->out.x = x + item->out.margin_left;
        x += item->assigned + item->margin_x + gap;
    }
}

void layout_place_flex(layout *l, uint32_t container) {
    const box *c = box_at(l, container);
    double gap = layout_gap(l, c), used = 0;
    uint32_t from = container + 1, number = 0;
    for (uint32_t i = from; i < c->end; i = box_at(l, i)->end) {
        box *item = box_at(l, i);
        if (item->flow != LAYOUT_ITEM)
            continue;
        begin_item(l, item, c->content);
        double wanted = item->assigned + item->margin_x;
        if (c->wraps && used > 0 && used + gap + wanted > c->content + 0.5) {
            place_line(l, container, from, i, number++);
            from = i;
            used = 0;
        }
        used += (used > 0 ? gap : 0) + wanted;
    }
    place_line(l, container, from, c->end, number);
}
