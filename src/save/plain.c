/* Plain blocks straight into save form: what html.c, pretty.c and purify.c make of them one after the other,
 * in one pass. Nearly all blocks are plain.
 *
 * Not plain: elements that the printer copies where they hold blocks or code, highlighted text, which it does
 * not know, and what the sanitiser changes. What they are written as is left to the three.
 *
 * The printer sees tags and the text between them. Blocks and <br> begin a line. An end tag begins one where
 * no text is before it, but not right behind its own start tag. An inline element is copied with all that it
 * holds; when the line is so full that it breaks behind the name, in the start tag of a link, it begins a
 * line like a block (its name is hidden from the printer).
 */
#include "private.h"

typedef struct plain {
    printer p;       /* what it has printed is sanitised */
    buffer *written; /* text with its entities; tags that are not sanitised yet */
    arena *arena;
    slice opened;        /* the element that the last tag opens; empty: none */
    char blank;          /* the white space character that ends the text right before; 0: none */
    bool behind_element; /* an inline element has just been copied */
    bool in_text;        /* text goes before, without a tag */
} plain;

static void pass_tag(plain *w, slice opened) {
    w->p.empty_before = true;
    w->opened = opened;
    w->blank = 0;
    w->behind_element = w->in_text = false;
}

static void begin_line(plain *w) {
    break_line_before(&w->p, w->p.out->length);
}

static void append_tag(plain *w, slice opening, slice name) {
    buffer_append(w->p.out, opening);
    buffer_append(w->p.out, name);
    buffer_append_char(w->p.out, '>');
}

static void print_start(plain *w, slice name) {
    begin_line(w);
    append_tag(w, SLICE("<"), name);
    pass_tag(w, name);
}

static void print_end(plain *w, slice name) {
    w->p.counter += name.length + 3;
    if (w->p.empty_before && !slice_equal(w->opened, name))
        begin_line(w);
    append_tag(w, SLICE("</"), name);
    pass_tag(w, (slice){NULL, 0});
}

/* The tags in `written`: of blocks all, and none that the printer copies with what it holds. */
static void print_tags(plain *w) {
    slice html = buffer_slice(w->written);
    for (size_t at = 0; at < html.length;) {
        bool end = html.data[at + 1] == '/';
        size_t from = at + 1 + end, to = from;
        while (is_alnum(html.data[to]))
            to++;
        slice name = dom_tag_name(dom_tag_of(slice_sub(html, from, to)));
        if (end) {
            print_end(w, name);
            at = to + 1;
        } else {
            begin_line(w);
            at = purify_tag(html, at, w->arena, w->p.out);
            pass_tag(w, name);
        }
    }
}

/* ---- inline content ---------------------------------------------------------------------------------- */

static void print_text(plain *w, slice text) {
    w->written->length = 0;
    buffer_append_html(w->written, text, false);
    w->p.in = buffer_slice(w->written);
    w->p.at = 0;
    if (w->behind_element && is_blank_character(text.data[0]))
        buffer_append_char(w->p.out, text.data[0]);
    read_content(&w->p);
    char last = text.data[text.length - 1];
    w->p.empty_before = w->p.out->length == w->p.token_start;
    w->blank = is_blank_character(last) ? last : 0;
    w->behind_element = false;
    w->in_text = true;
}

/* How many units the printer counts in what has been written from `from` on. False: a line end is among it.
 */
static bool count_units(const buffer *out, size_t from, size_t *count) {
    slice text = slice_from(buffer_slice(out), from);
    size_t at = slice_words_end(text, 0, true);
    *count = at;
    for (; at < text.length && !is_line_end(text.data[at]); at++)
        *count += units(text.data[at]);
    return at == text.length;
}

/* The start tag of a mark, sanitised, and the units of its values with their last quote, by LINK_ATTRIBUTES.
 * False: the sanitiser changes more than their order, or the printer takes a value for more than it is. */
static bool append_mark(buffer *out, const tiptap_mark *mark, slice values[], size_t value_units[]) {
    slice element = tiptap_mark_element(mark->type);
    buffer_append_char(out, '<');
    buffer_append(out, element);
    for (size_t i = mark->type == TIPTAP_LINK ? LINK_ATTRIBUTE_COUNT : 0; i-- > 0;) {
        slice name = tiptap_attribute_name(LINK_ATTRIBUTES[i]),
              value = values[i] = tiptap_mark_get(mark, LINK_ATTRIBUTES[i]);
        if (!value.data)
            continue;
        if (slice_trim_wide(value).length != value.length || slice_find_char(value, '<', 0) != SLICE_NONE ||
            !dom_is_allowed_attribute(element, name, value))
            return false;
        size_t from = out->length + name.length + 3; /* behind ` name="` */
        write_attribute(out, name, value);
        if (!count_units(out, from, &value_units[i]))
            return false;
    }
    buffer_append_char(out, '>');
    return true;
}

/* What the printer's counter is behind a start tag. `*hidden`: it breaks the line behind the name. */
static size_t count_start_tag(const plain *w, const tiptap_mark *mark, const slice values[],
                              const size_t value_units[], bool *hidden) {
    size_t counter = w->p.counter + 1 + tiptap_mark_element(mark->type).length;
    bool first = true;
    *hidden = false;
    for (size_t i = 0; mark->type == TIPTAP_LINK && i < LINK_ATTRIBUTE_COUNT; i++) {
        if (!values[i].data)
            continue;
        bool full = ++counter >= LINE_MAX;
        *hidden = *hidden || (full && first);
        first = false;
        counter = full ? 0 : counter + 1;
        counter += tiptap_attribute_name(LINK_ATTRIBUTES[i]).length + 1 + value_units[i]; /* and `="` */
    }
    return counter + 1;
}

/* The start tag of an inline element that stands in none that is copied. `*copied`: it is. */
static bool print_mark(plain *w, const tiptap_mark *mark, bool *copied) {
    UNCLEARED slice values[LINK_ATTRIBUTE_COUNT];
    UNCLEARED size_t value_units[LINK_ATTRIBUTE_COUNT];
    bool hidden;
    w->written->length = 0;
    if (mark->type == TIPTAP_HIGHLIGHT || !append_mark(w->written, mark, values, value_units))
        return false;
    size_t counter = count_start_tag(w, mark, values, value_units, &hidden);
    if (hidden)
        begin_line(w);
    else if (w->blank)
        buffer_append_char(w->p.out, w->blank);
    w->p.counter = hidden ? 0 : counter;
    buffer_append(w->p.out, buffer_slice(w->written));
    pass_tag(w, tiptap_mark_element(mark->type));
    *copied = !hidden;
    return true;
}

/* Counts what has been copied to the end of the output, from `from` on. */
static bool count_copied(plain *w, size_t from) {
    size_t count;
    bool counted = count_units(w->p.out, from, &count);
    w->p.counter += count;
    return counted;
}

/* A text or a line break in an element that is copied. */
static bool copy_leaf(plain *w, const tiptap_node *node) {
    size_t from = w->p.out->length;
    if (node->type == TIPTAP_TEXT)
        buffer_append_html(w->p.out, tiptap_text(node), false);
    else
        buffer_append(w->p.out, SLICE("<br>"));
    return count_copied(w, from);
}

static bool copy_mark(plain *w, const tiptap_mark *mark) {
    UNCLEARED slice values[LINK_ATTRIBUTE_COUNT];
    UNCLEARED size_t value_units[LINK_ATTRIBUTE_COUNT];
    size_t from = w->p.out->length;
    return append_mark(w->p.out, mark, values, value_units) && count_copied(w, from);
}

static bool print_leaf(plain *w, const tiptap_node *node) {
    if (node->type != TIPTAP_TEXT)
        print_start(w, SLICE("br"));
    else if (w->in_text)
        return false; /* to the printer, both are one text */
    else
        print_text(w, tiptap_text(node));
    return true;
}

/* The children of a text block, as write_inline writes them. `copied`: in an element that is copied. */
static bool print_inline(plain *w, const tiptap_node *block, bool copied) {
    const tiptap_marks none = {.count = 0}, *open = &none;
    size_t copied_from = copied ? 0 : SIZE_MAX; /* marks that are open around the outermost that is copied */
    for (const tiptap_node *at = block->first_child;; at = at->next) {
        const tiptap_marks *marks = at && at->marks ? at->marks : &none;
        size_t kept = 0;
        while (kept < open->count && kept < marks->count &&
               tiptap_same_mark(open->items[kept], marks->items[kept]))
            kept++;
        for (size_t i = open->count; i-- > kept;) {
            slice name = tiptap_mark_element(open->items[i]->type);
            if (copied_from == SIZE_MAX) {
                print_end(w, name);
                continue;
            }
            append_tag(w, SLICE("</"), name);
            w->p.counter += name.length + 3;
            if (!copied && i == copied_from) {
                pass_tag(w, name);
                w->behind_element = true;
                copied_from = SIZE_MAX;
            }
        }
        if (!at)
            return true;
        for (size_t i = kept; i < marks->count; i++) {
            bool copies = true;
            if (copied_from != SIZE_MAX ? !copy_mark(w, marks->items[i])
                                        : !print_mark(w, marks->items[i], &copies))
                return false;
            if (copied_from == SIZE_MAX && copies)
                copied_from = i;
        }
        open = marks;
        if (!(copied_from != SIZE_MAX ? copy_leaf(w, at) : print_leaf(w, at)))
            return false;
    }
}

/* ---- blocks ------------------------------------------------------------------------------------------ */

static bool is_plain(const tiptap_node *block) {
    switch ((tiptap_type)block->type) {
    case TIPTAP_CODE_BLOCK:
    case TIPTAP_TASK_LIST:
    case TIPTAP_CLICKABLE_CARD:
        return false;
    case TIPTAP_IMAGE:
        return !tiptap_get(block, TIPTAP_IMAGE_HREF).length;
    default:
        return true;
    }
}

/* Whether it is written as one element without attributes. */
static bool is_bare(const tiptap_node *block, slice *name) {
    size_t count;
    tiptap_type_attributes((tiptap_type)block->type, &count);
    *name = tiptap_type_element((tiptap_type)block->type);
    return !count && block->type != TIPTAP_TABLE && block->type != TIPTAP_DETAILS &&
           block->type != TIPTAP_DETAILS_CONTENT;
}

static bool print_begin(plain *w, const tiptap_node *block) {
    slice name;
    if (is_bare(block, &name)) {
        print_start(w, name);
        return true;
    }
    w->written->length = 0;
    write_start(w->written, block);
    if (slice_find_char(buffer_slice(w->written), '\r', 0) != SLICE_NONE)
        return false; /* the printer makes a line end of it */
    print_tags(w);
    return true;
}

static void print_close(plain *w, const tiptap_node *block) {
    slice name;
    if (is_bare(block, &name)) {
        if (!tiptap_is_leaf((tiptap_type)block->type))
            print_end(w, name);
        return;
    }
    w->written->length = 0;
    write_end(w->written, block);
    print_tags(w);
}

/* A heading is copied like an inline element, but begins a line of its own. */
static bool print_heading(plain *w, const tiptap_node *heading) {
    begin_line(w);
    write_start(w->p.out, heading);
    if (!print_inline(w, heading, true))
        return false;
    write_end(w->p.out, heading);
    pass_tag(w, (slice){NULL, 0}); /* no end tag is asked for its name */
    w->p.counter = 0;
    return true;
}

static bool print_block(plain *w, const tiptap_node *block) {
    for (const tiptap_node *at = block;;) {
        bool heading = at->type == TIPTAP_HEADING, text = tiptap_is_textblock((tiptap_type)at->type);
        if (!is_plain(at) || (heading ? !print_heading(w, at) : !print_begin(w, at)) ||
            (text && !heading && !print_inline(w, at, false)))
            return false;
        if (!text && at->first_child) {
            at = at->first_child;
            continue;
        }
        if (!heading)
            print_close(w, at);
        while (at != block && !at->next) {
            at = at->parent;
            print_close(w, at);
        }
        if (at == block)
            return true;
        at = at->next;
    }
}

bool save_plain(const tiptap_node *block, print_state *state, buffer *written, arena *a, buffer *out) {
    plain w = {.p = {.out = out, .counter = state->counter, .goes_on = state->goes_on},
               .written = written,
               .arena = a};
    size_t from = out->length;
    if (!print_block(&w, block)) {
        out->length = from;
        return false;
    }
    *state = (print_state){(uint32_t)w.p.counter, true,
                           false}; /* its first tag has begun a line, and the count anew */
    return true;
}
