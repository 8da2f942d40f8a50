/* How narrow and how wide each box could be, from what is inside (CSS Sizing 3 §5). Comes in: boxes in
 * document order. Goes out: `min` and `max` of each, margins included. The last box comes first, so that what
 * is inside is known when its container is closed.
 */
#include "private.h"

/* Widths of the theme's letters (Lato), in parts of the font's size: an estimate. */
static double letter_width(uint32_t c) {
    if (c >= 0x1100)
        return 1.0;
    if (c >= 'a' && c <= 'z')
        return c == 'i' || c == 'l' || c == 'j' || c == 't' || c == 'f' || c == 'r' ? 0.32
               : c == 'm' || c == 'w'                                               ? 0.8
                                                                                    : 0.53;
    if (c >= '0' && c <= '9')
        return 0.58;
    if (c >= 'A' && c <= 'Z')
        return 0.66;
    return c < 0x80 ? 0.34 : 0.55;
}

static void measure_text(box *b) {
    slice text = b->node->text;
    double word = 0, line = 0, space = 0;
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if (c < 0x80 && is_space((char)c)) {
            space = line > 0 ? 0.193 : 0;
            word = 0;
            continue;
        }
        double wide = letter_width(c);
        line += space + wide;
        space = 0;
        word = c >= 0x2E80 ? wide : word + wide;
        b->min = word > b->min ? word : b->min;
    }
    bool one_piece = text.length && is_space(text.data[text.length - 1]);
    b->max = (line + (one_piece ? 0.193 : 0)) * b->style->font;
    b->min *= b->style->font;
}

static void measure_replaced(layout *l, box *b) {
    double width = layout_replaced_width(l, b, AUTO);
    bool hangs = layout_specified(l, b, LENGTH_WIDTH, AUTO) == AUTO &&
                 layout_specified(l, b, LENGTH_WIDTH, 100) != AUTO;
    bool limited = layout_specified(l, b, LENGTH_MAX_WIDTH, AUTO) == AUTO &&
                   layout_specified(l, b, LENGTH_MAX_WIDTH, 100) != AUTO;
    double least = layout_specified(l, b, LENGTH_MIN_WIDTH, AUTO);
    b->max = width + b->margin_x;
    /* one whose width is a percentage gives way altogether (CSS Sizing 3 §5.2.2) */
    b->min = hangs || limited ? (least == AUTO ? 0 : least) + b->margin_x : b->max;
}

static void end_line(box *b) {
    if (b->line > b->lines_max)
        b->lines_max = b->line;
    b->line = 0;
}

static unsigned item_count(const layout *l, uint32_t container) {
    unsigned count = 0;
    const box *b = box_at(l, container);
    for (uint32_t i = container + 1; i < b->end; i = box_at(l, i)->end)
        count += box_at(l, i)->flow == LAYOUT_ITEM;
    return count;
}

/* What is inside a box has been added up in `line`, `lines_max` and `word`. */
static void close_box(layout *l, uint32_t index) {
    box *b = box_at(l, index);
    double gaps = 0;
    end_line(b);
    if (b->kind == KIND_TABLE)
        layout_gather_columns(l, index);
    else if (b->kind == KIND_FLEX && !b->is_column) {
        unsigned count = item_count(l, index);
        gaps = count > 1 ? layout_gap(l, b) * (count - 1) : 0;
        b->lines_max += gaps;
        b->word += b->wraps ? 0 : gaps;
    } else if (b->kind == KIND_GRID) {
        unsigned columns = layout_grid_column_count(l, index);
        gaps = layout_gap(l, b) * (columns - 1);
        b->lines_max = b->lines_max * columns + gaps;
        b->word = b->word * columns + gaps;
    }
    b->min = b->word + b->edges_x;
    b->max = b->lines_max + b->edges_x;
    if (b->kind == KIND_INLINE)
        return;
    double width = layout_specified(l, b, LENGTH_WIDTH, AUTO);
    if (width != AUTO && b->kind != KIND_TABLE && b->kind != KIND_CELL)
        b->min = b->max = width;
    b->max = layout_limited(l, b, b->max, AUTO);
    b->min = layout_limited(l, b, b->min, AUTO);
    if (b->max < b->min)
        b->max = b->min;
    b->min += b->margin_x;
    b->max += b->margin_x;
}

static double larger(double one, double other) {
    return one > other ? one : other;
}

static void add_to_parent(const layout *l, const box *b) {
    box *parent = box_at(l, b->parent);
    if (b->flow == LAYOUT_ABSOLUTE || b->flow == LAYOUT_CELL || b->flow == LAYOUT_TABLE_PART)
        return;
    bool sums = b->flow == LAYOUT_ITEM && parent->kind == KIND_FLEX && !parent->is_column;
    if (b->kind == KIND_BREAK)
        end_line(parent);
    else if (b->flow == LAYOUT_INLINE || b->flow == LAYOUT_FLOAT || sums)
        parent->line += b->max > 0 ? b->max : 0;
    else {
        end_line(parent);
        parent->lines_max = larger(parent->lines_max, b->max);
    }
    if (sums && !parent->wraps)
        parent->word += b->min > 0 ? b->min : 0;
    else
        parent->word = larger(parent->word, b->min);
}

void layout_measure_content(layout *l) {
    for (uint32_t i = (uint32_t)l->boxes.count; i-- > 0;) {
        box *b = box_at(l, i);
        if (b->kind == KIND_TEXT)
            measure_text(b);
        else if (b->kind == KIND_REPLACED)
            measure_replaced(l, b);
        else if (b->kind != KIND_BREAK)
            close_box(l, i);
        if (b->parent != NONE)
            add_to_parent(l, b);
    }
}
