/* How narrow and how wide each box could be, from what is inside (CSS Sizing 3 §5). Comes in: boxes in
 * document order. Goes out: `min` and `max` of each, margins included. The last box comes first, so that what
 * is inside is known when its container is closed.
 */
#include "private.h"

/* Widths of the theme's letters (Lato), in thousandths of the font's size, of those that no word ends at. */
static const uint16_t LETTERS[256] = {
    ['!'] = 343, 397, 580, 580, 786, 703,  230, 300, 300, 400, 580, 212, ['.'] = 212, 373, 580, 580,
    580,         580, 580, 580, 580, 580,  580, 580, 252, 252, 580, 580, 580,         398, 822, 680,
    647,         685, 753, 581, 566, 734,  756, 307, 444, 681, 514, 920, 756,         798, 611, 798,
    644,         530, 590, 730, 680, 1019, 643, 629, 624, 300, 375, 300, 580,         394, 307, 507,
    559,         467, 559, 524, 337, 511,  556, 256, 254, 524, 256, 821, 556,         556, 552, 559,
    403,         434, 373, 556, 512, 766,  504, 512, 462, 300, 300, 300, 580,
};

static unsigned letter_width(uint32_t c) {
    if (c < sizeof LETTERS / sizeof *LETTERS && LETTERS[c])
        return LETTERS[c];
    if (c == ' ' || c == '-')
        return c == ' ' ? 193 : 347;
    return c >= 0x1100 && !(c >= 0x2000 && c < 0x2070) ? 1000 : 550;
}

/* Lines break behind a letter like this one (UAX #14), as far as it stands between letters. */
static bool breaks_behind(uint32_t c) {
    return c == '-' || c == 0x2010 || c == 0x2013 || c == 0x2014 || c == 0x200B || c >= 0x2E80;
}

static void end_word(layout_words *w, uint64_t *letters, double font) {
    w->word += (double)*letters / 1000 * font;
    w->widest = w->word > w->widest ? w->word : w->widest;
    *letters = 0;
}

/* Returns the width of the text on one line, in thousandths of the font's size: gaps between words are one
 * space wide, one at the start is none. */
static uint64_t read_words(layout_words *w, slice text, double font) {
    uint64_t line = 0, letters = 0;
    bool gap = false;
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        unsigned run = 0; /* of the letters of a word that are ASCII */
        for (unsigned width; at < text.length && (width = LETTERS[(unsigned char)text.data[at]]); at++)
            run += width;
        if (at > from) {
            letters += run;
            line += run + (gap ? letter_width(' ') : 0);
            gap = false;
            continue;
        }
        uint32_t c = utf8_next(text, &at);
        bool space = c < 0x80 && is_space((char)c);
        if (space || c >= 0x2E80) {
            end_word(w, &letters, font);
            w->word = 0;
        }
        gap = gap || (space && line > 0);
        if (space)
            continue;
        letters += letter_width(c);
        line += letter_width(c) + (gap ? letter_width(' ') : 0);
        gap = false;
        if (breaks_behind(c)) {
            end_word(w, &letters, font);
            w->word = 0;
        }
    }
    end_word(w, &letters, font);
    return line;
}

void layout_add_words(layout_words *w, slice text, double font) {
    read_words(w, text, font);
}

static void measure_text(const layout *l, box *b) {
    const box_measure *known = layout_measure_of(l->options.other, b->node);
    if (known && known->font == b->style->font) {
        b->min = known->min;
        b->max = known->max;
        return;
    }
    slice text = dom_text(b->node);
    layout_words words = {0};
    uint64_t line = read_words(&words, text, b->style->font);
    bool one_piece = text.length && is_space(text.data[text.length - 1]);
    b->max = (double)(line + (one_piece ? letter_width(' ') : 0)) / 1000 * b->style->font;
    b->min = words.widest;
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
            measure_text(l, b);
        else if (b->kind == KIND_REPLACED)
            measure_replaced(l, b);
        else if (b->kind != KIND_BREAK)
            close_box(l, i);
        if (b->parent != NONE)
            add_to_parent(l, b);
    }
}
