/* express: the builder of the rewritten tree. Comes in: text with its marks, blocks, boundaries, in the order
 * of the page. Goes out: blocks of the schema under the root; lines of text only in paragraphs, headings,
 * summaries and code blocks. It never drops text: where a block has no place, the place is made.
 */
#include "private.h"

static const dom_tag MARK_TAGS[MARK_COUNT] = {DOM_TAG_STRONG, DOM_TAG_EM,  DOM_TAG_U,   DOM_TAG_S,
                                              DOM_TAG_MARK,   DOM_TAG_SUP, DOM_TAG_SUB, DOM_TAG_CODE};

builder express_builder(dom_node *root, arena *a, findings *found) {
    return (builder){
        .arena = a, .found = found, .container = root, .textblock_tag = DOM_TAG_P, .run = buffer_new(a, 256)};
}

bool express_in_summary(const builder *b) {
    return dom_is(b->textblock, DOM_TAG_SUMMARY);
}

bool express_in_code(const builder *b) {
    return dom_is(b->textblock, DOM_TAG_PRE);
}

static bool same_style(inline_style a, inline_style b) {
    return a.marks == b.marks && a.link == b.link;
}

static dom_node *append_new(builder *b, dom_node *parent, dom_tag tag, uint32_t line) {
    dom_node *child = dom_new_element(b->arena, tag, line);
    dom_append(parent, child);
    return child;
}

/* ---- marks -------------------------------------------------------------------------------------------- */

/* The link itself where it stands nowhere yet. */
static dom_node *copy_of_link(const builder *b, dom_node *link) {
    if (!link->parent)
        return link;
    dom_node *copy = dom_new_element(b->arena, DOM_TAG_A, link->line);
    for (uint32_t i = 0; i < dom_attribute_count(link); i++)
        dom_attribute_set(copy, b->arena, link->attributes[i].name, link->attributes[i].value);
    return copy;
}

static void open_mark(builder *b, dom_node *element) {
    dom_append(b->open[b->open_count - 1], element);
    b->open[b->open_count++] = element;
}

/* Closes and opens marks until exactly those of `style` are open; what both have in common on the outside
 * stays. */
static void open_marks(builder *b, inline_style style, uint32_t line) {
    if (same_style(style, b->open_style) && b->open_count)
        return;
    unsigned common = 0, kept = 1;
    if (style.link == b->open_style.link) {
        kept += style.link != NULL;
        while (common < MARK_COUNT && ((style.marks ^ b->open_style.marks) >> common & 1) == 0)
            kept += style.marks >> common++ & 1;
    }
    b->open_count = kept;
    if (style.link && kept == 1)
        open_mark(b, copy_of_link(b, style.link));
    for (unsigned i = common; i < MARK_COUNT; i++)
        if (style.marks >> i & 1)
            open_mark(b, dom_new_element(b->arena, MARK_TAGS[i], line));
    b->open_style = style;
}

/* The schema's own rules on marks that exclude each other: code stands alone, and would take a link's place.
 */
static inline_style allowed_style(const builder *b, inline_style style) {
    style.marks |= b->textblock_marks;
    if (express_in_code(b))
        return (inline_style){0, NULL};
    if (style.marks & MARK_CODE) {
        if (style.link)
            style.marks &= ~(unsigned)MARK_CODE;
        else
            style.marks = MARK_CODE;
    }
    return style;
}

static void flush_run(builder *b, uint32_t line) {
    if (!b->run.length)
        return;
    open_marks(b, b->run_style, line);
    dom_append(b->open[b->open_count - 1],
               dom_new_text(b->arena, slice_copy(buffer_slice(&b->run), b->arena), line));
    b->run.length = 0;
}

static void use_style(builder *b, inline_style style, uint32_t line) {
    if (same_style(style, b->run_style))
        return;
    flush_run(b, line);
    b->run_style = style;
}

/* ---- text --------------------------------------------------------------------------------------------- */

static void put_break(builder *b, inline_style style, uint32_t line) {
    b->space_pending = false;
    flush_run(b, line);
    style = allowed_style(b, style);
    b->run_style = style;
    open_marks(b, style, line);
    b->last_break = dom_new_element(b->arena, DOM_TAG_BR, line);
    dom_append(b->open[b->open_count - 1], b->last_break);
    b->breaks_at_end++;
    b->line_has_text = false;
    b->emitted++;
}

/* Opens a textblock where none is, or the next line of the one that is. */
static void open_line(builder *b, uint32_t line) {
    if (!b->textblock) {
        express_open_textblock(b, b->textblock_tag, line);
        b->bare = dom_is(b->textblock, DOM_TAG_P) && !b->in_paragraph;
        if (b->bare)
            b->textblock->flags |= FLAG_BARE;
    } else if (b->line_pending)
        put_break(b, (inline_style){0, NULL}, line);
    b->line_pending = false;
}

static void drop_break(builder *b) {
    dom_node *parent = b->last_break->parent, *before = dom_previous(b->last_break);
    dom_remove(b->last_break);
    b->last_break = dom_is(before, DOM_TAG_BR) ? before : NULL;
    b->breaks_at_end = b->last_break ? b->breaks_at_end - 1 : 0;
    while (parent != b->textblock && !parent->first_child) {
        dom_node *empty = parent;
        parent = parent->parent;
        dom_remove(empty);
    }
}

/* Words with one space between each two. */
static void append_words(builder *b, slice words, inline_style style, uint32_t line) {
    open_line(b, line);
    if (b->space_pending) {
        use_style(b, allowed_style(b, b->space_style), line);
        buffer_append_char(&b->run, ' ');
        b->space_pending = false;
    }
    use_style(b, allowed_style(b, style), line);
    buffer_append(&b->run, words);
    b->line_has_text = b->any_text = true;
    b->breaks_at_end = 0;
    b->emitted++;
    if (b->has_picture && !b->picture_said)
        findings_add(b->found, FINDING_PICTURE_BEFORE_TEXT, b->picture_line, "before `%.*s`",
                     SLICE_ARGS(slice_next_word(words, &(size_t){0})));
    b->has_picture = false;
}

void express_text(builder *b, slice text, inline_style style, uint32_t line) {
    if (express_in_code(b)) {
        buffer_append(&b->run, text);
        b->emitted++;
        return;
    }
    for (size_t at = 0; at < text.length;) {
        size_t from = at;
        while (at < text.length && is_html_space(text.data[at]))
            at++;
        if (at > from && b->line_has_text && !b->space_pending) {
            b->space_pending = true;
            b->space_style = style;
        }
        from = at;
        while (at < text.length && !is_html_space(text.data[at])) /* a control character is a letter here */
            at = slice_words_end(text, at + 1, false);
        if (at > from)
            append_words(b, slice_sub(text, from, at), style, line);
    }
}

void express_break(builder *b, inline_style style, uint32_t line) {
    if (express_in_code(b)) {
        buffer_append_char(&b->run, '\n');
        return;
    }
    if (express_in_summary(b)) { /* detailsSummary holds text only */
        express_boundary(b);
        return;
    }
    if (b->has_picture) { /* the line that the picture stood on ends here, and it has ended already */
        b->has_picture = false;
        return;
    }
    open_line(b, line);
    put_break(b, style, line);
}

/* ---- textblocks --------------------------------------------------------------------------------------- */

static void start_inline(builder *b, dom_node *textblock) {
    b->textblock = textblock;
    b->open[0] = textblock;
    b->open_count = 1;
    b->open_style = b->run_style = (inline_style){0, NULL};
    b->space_pending = b->line_has_text = b->any_text = b->bare = b->line_pending = false;
    b->breaks_at_end = 0;
}

/* The last child where it is of that kind, else a new one. */
static dom_node *last_or_new(builder *b, dom_node *parent, dom_tag tag, uint32_t line) {
    return dom_is(dom_last_child(parent), tag) ? dom_last_child(parent) : append_new(b, parent, tag, line);
}

/* Makes `b->container` one that holds blocks: a list gets an item, a table a row and a cell. */
static void enter_block_container(builder *b, uint32_t line) {
    for (;;) {
        switch (b->container->tag) {
        case DOM_TAG_UL:
        case DOM_TAG_OL:
            if (!dom_last_child(b->container))
                findings_add(b->found, FINDING_LIST_STRAY, line, "content of a list outside of its items");
            b->container = last_or_new(b, b->container, DOM_TAG_LI, line);
            return;
        case DOM_TAG_TABLE:
            b->container = append_new(b, b->container, DOM_TAG_TR, line);
            break;
        case DOM_TAG_TR:
            b->container = last_or_new(b, b->container, DOM_TAG_TD, line);
            return;
        default:
            return;
        }
    }
}

void express_open_textblock(builder *b, dom_tag tag, uint32_t line) {
    if (tag == DOM_TAG_SUMMARY) { /* its place is known: the first child of the details just placed */
        start_inline(b, dom_previous(b->container));
        return;
    }
    enter_block_container(b, line);
    b->textblock_marks = 0;
    bool first_in_item = dom_is(b->container, DOM_TAG_LI) && !b->container->first_child;
    if (tag == DOM_TAG_PRE && first_in_item)
        append_new(b, b->container, DOM_TAG_P, line);
    else if (tag != DOM_TAG_P && tag != DOM_TAG_PRE && first_in_item) { /* listItem: a paragraph first */
        findings_add(b->found, FINDING_HEADING_IN_ITEM, line, "<%.*s> at the start of a list item",
                     SLICE_ARGS(dom_tag_name(tag)));
        tag = DOM_TAG_P;
        b->textblock_marks = MARK_BOLD;
    }
    dom_node *textblock = b->container->first_child;
    bool reuse = dom_is(b->container, DOM_TAG_LI) && tag == DOM_TAG_P && dom_is(textblock, DOM_TAG_P) &&
                 !textblock->next && !textblock->first_child;
    if (!reuse)
        textblock = append_new(b, b->container, tag, line);
    start_inline(b, textblock);
    if (tag == DOM_TAG_PRE)
        b->open[0] = append_new(b, textblock, DOM_TAG_CODE, line);
}

/* One line break at the end of a block shows nothing: CSS 2.2 §9.4.2. Where text stood in no paragraph, the
 * margins of the one that it gets take the place of an empty line. */
static void drop_last_breaks(builder *b) {
    if (b->bare && b->breaks_at_end > 1)
        drop_break(b);
    if (b->breaks_at_end == 1 && b->any_text)
        drop_break(b);
}

void express_close_textblock(builder *b) {
    if (!b->textblock)
        return;
    flush_run(b, b->textblock->line);
    drop_last_breaks(b);
    b->textblock = NULL;
    b->textblock_marks = 0;
    b->open_count = 0;
    b->space_pending = b->line_has_text = b->any_text = b->bare = b->line_pending = false;
    b->breaks_at_end = 0;
}

void express_drop_empty_lines(builder *b, bool behind_text) {
    dom_node *last = dom_last_child(b->container), *text;
    if (b->textblock || !dom_is(last, DOM_TAG_P) || !(last->flags & FLAG_BARE))
        return;
    for (text = dom_last_child(last); text && dom_is(text, DOM_TAG_BR);)
        text = dom_previous(text);
    while ((!text || behind_text) && dom_last_child(last) != text)
        dom_remove(dom_last_child(last));
    if (!text)
        dom_remove(last);
}

void express_boundary(builder *b) {
    if (express_in_code(b)) {
        if (b->run.length && b->run.data[b->run.length - 1] != '\n')
            buffer_append_char(&b->run, '\n');
    } else if (express_in_summary(b)) {
        if (b->line_has_text && !b->space_pending) {
            b->space_pending = true;
            b->space_style = (inline_style){0, NULL};
        }
    } else {
        express_close_textblock(b);
        b->has_picture = false;
    }
}

void express_line_end(builder *b) {
    if (!b->textblock || !b->bare)
        express_boundary(b);
    else
        b->line_pending = b->line_pending || b->line_has_text;
}

/* ---- blocks ------------------------------------------------------------------------------------------- */

void express_block(builder *b, dom_node *block) {
    if (!express_in_summary(b) && !express_in_code(b))
        express_close_textblock(b);
    enter_block_container(b, block->line);
    if (dom_is(b->container, DOM_TAG_LI) && !b->container->first_child) /* listItem: a paragraph first */
        append_new(b, b->container, DOM_TAG_P, block->line);
    dom_append(b->container, block);
    b->has_picture = false;
    b->emitted++;
}
