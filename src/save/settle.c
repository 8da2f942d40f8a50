/* A document → bytes that the editor leaves as they are: the first promise of this project.
 *
 * What a save cannot keep is mended first, each with a finding. Then the document is saved and read back,
 * block by block: a block that is read as itself is saved the same again, one that is read as something else
 * is saved again to see. Where that does not settle it, the whole is opened and saved until two saves agree.
 * That is proof, not hope: every page that is written has been through it. What never agrees is not written.
 */
#include "private.h"

enum {
    ROUNDS_MAX = 6,  /* of saving and opening */
    RECENT_MAX = 16, /* spaces before a gap that may mend it */
    HELD_MAX = 8,    /* of them, at once */
    HELD_ANYWHERE_MAX = 4,
    BUDGET_FREE = 1 << 16, /* characters of paragraphs that are saved to mend the gaps of a page: these, */
    BUDGET_PER_BYTE = 32,  /* and so many for each byte of the page */
    MEMORY_MAX = 8 << 20   /* that all trials of a page take together: less than any page may take */
};

/* ---- mending ----------------------------------------------------------------------------------------- */

static bool is_line_space(char c) {
    return c == ' ' || c == '\t';
}

/* Whether the line that begins at `at` holds nothing but spaces; `*end`: its line end or the text's. */
static bool is_blank_line(slice text, size_t at, size_t *end) {
    *end = slice_find_char(text, '\n', at);
    *end = *end == SLICE_NONE ? text.length : *end;
    while (at < *end && is_line_space(text.data[at]))
        at++;
    return at == *end;
}

/* A blank line would end the raw HTML block that the page is: it gets a no-break space. Nor may code end with
 * a line end: the editor takes one away each time. */
static void mend_code_block(tiptap_node *block, arena *a, findings *found) {
    tiptap_node *text = block->first_child;
    if (!text)
        return;
    while (text->size && text->text_data[text->size - 1] == '\n')
        text->size--;
    if (text->size == 0) {
        tiptap_remove(text);
        return;
    }
    slice code = tiptap_text(text);
    bool blank = false;
    size_t end;
    for (size_t at = 0; at <= code.length && !blank; at = end + 1)
        blank = is_blank_line(code, at, &end);
    if (!blank)
        return;
    buffer out = buffer_new(a, code.length + 64);
    for (size_t at = 0; at <= code.length; at = end + 1) {
        if (is_blank_line(code, at, &end))
            buffer_append(&out, SLICE("\xC2\xA0"));
        else
            buffer_append(&out, slice_sub(code, at, end));
        if (end < code.length)
            buffer_append_char(&out, '\n');
    }
    tiptap_set_text(text, buffer_slice(&out));
    findings_add(found, FINDING_CODE_BLANK_LINE, block->line, "code block");
}

/* Line breaks in a value become spaces: a blank line among them would tear the page apart. */
static slice mend_lines(slice value, arena *a) {
    bool broken = false;
    for (size_t i = 0; i < value.length && !broken; i++)
        broken = value.data[i] == '\n' || value.data[i] == '\r';
    if (!broken)
        return value;
    char *copy = arena_alloc(a, value.length);
    for (size_t i = 0; i < value.length; i++)
        copy[i] = value.data[i] == '\n' || value.data[i] == '\r' ? ' ' : value.data[i];
    return (slice){copy, value.length};
}

/* Whether an attribute is written under its own name, so that the sanitiser sees it. */
static bool is_written(const tiptap_node *node, tiptap_attribute attribute) {
    switch ((tiptap_type)node->type) {
    case TIPTAP_IMAGE:
    case TIPTAP_IFRAME:
    case TIPTAP_CLICKABLE_CARD:
        return attribute != TIPTAP_IFRAME_ALLOWFULLSCREEN;
    default:
        return false;
    }
}

typedef struct mending {
    arena *arena;
    findings *found;
} mending;

/* A value as it can be written. What the sanitiser takes away is reported here: it goes with the first save.
 */
static slice mend_value(const mending *m, slice element, slice name, slice value, uint32_t line) {
    value = mend_lines(value, m->arena);
    if (value.length && !dom_is_allowed_attribute(element, name, slice_trim_wide(value)))
        findings_add_change(m->found,
                            findings_add(m->found, FINDING_UNSAFE_VALUE, line, "%.*s=\"%.*s\"",
                                         SLICE_ARGS(name), SLICE_ARGS(value)),
                            slice_equal(element, SLICE("img")) ? CHANGE_PICTURE : CHANGE_LINK, value,
                            (slice){NULL, 0});
    return value;
}

static bool mend_link(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    if (attribute != TIPTAP_LINK_HREF)
        return false;
    slice mended = mend_value(context, SLICE("a"), SLICE("href"), *url, line);
    bool changed = mended.data != url->data;
    *url = mended;
    return changed;
}

/* colspan and rowspan as a browser reads them: the digits at the start, 1 to 1000; 1 for anything else. */
static void mend_span(tiptap_node *cell, tiptap_attribute attribute, arena *a) {
    slice value = tiptap_get(cell, attribute);
    if (slice_equal(value, SLICE("1"))) /* nearly all are */
        return;
    size_t span = tiptap_get_span(cell, attribute);
    slice mended = format_slice(a, "%zu", span ? span : 1);
    if (!slice_equal(value, mended))
        tiptap_set(cell, attribute, mended, a);
}

/* The attributes of a node that are written under their own names. */
static void mend_values(const mending *m, tiptap_node *node) {
    if (node->type == TIPTAP_TABLE_CELL) {
        mend_span(node, TIPTAP_TABLE_CELL_COLSPAN, m->arena);
        mend_span(node, TIPTAP_TABLE_CELL_ROWSPAN, m->arena);
    } else if (node->type == TIPTAP_TABLE_HEADER) {
        mend_span(node, TIPTAP_TABLE_HEADER_COLSPAN, m->arena);
        mend_span(node, TIPTAP_TABLE_HEADER_ROWSPAN, m->arena);
    } else if (node->values) {
        slice element =
            node->type == TIPTAP_IMAGE ? SLICE("img") : tiptap_type_element((tiptap_type)node->type);
        size_t count;
        tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
        for (size_t i = 0; i < count; i++)
            if (node->values[i].data && is_written(node, (tiptap_attribute)((size_t)first + i)))
                node->values[i] =
                    mend_value(m, element, tiptap_attribute_name((tiptap_attribute)((size_t)first + i)),
                               node->values[i], node->line);
    }
}

static bool is_linked_image(const tiptap_node *node) {
    return node->type == TIPTAP_IMAGE && tiptap_get(node, TIPTAP_IMAGE_HREF).length > 0;
}

/* Code blocks and linked pictures do not begin a line of their own, and neither holds a page together for
 * Markdown (CommonMark 0.30 §4.6, type 1 ends at </pre>): a page that begins with several, code among them,
 * would be torn. */
static bool begins_with_loose_code(const tiptap_node *document) {
    size_t count = 0;
    bool code = false;
    for (const tiptap_node *at = document->first_child;
         at && (at->type == TIPTAP_CODE_BLOCK || is_linked_image(at)); at = at->next) {
        count++;
        code = code || at->type == TIPTAP_CODE_BLOCK;
    }
    return count >= 2 && code;
}

static void put_paragraph_before(tiptap_node *block, arena *a, findings *found) {
    findings_add(found, FINDING_CODE_AT_START, block->line, "code block");
    tiptap_insert_before(block, tiptap_new_node(a, TIPTAP_PARAGRAPH, 0));
}

/* Behind a linked picture, which begins a paragraph for kramdown, code on the same line would be words of it.
 */
static void part_code_from_pictures(tiptap_node *document, arena *a, findings *found) {
    for (tiptap_node *at = document->first_child; at; at = at->next)
        if (at->type == TIPTAP_CODE_BLOCK && tiptap_previous(at) && is_linked_image(tiptap_previous(at)))
            put_paragraph_before(at, a, found);
}

/* Returns how many bytes it will be saved in, about. */
static size_t mend_document(tiptap_node *document, arena *a, findings *found) {
    mending m = {a, found};
    size_t size = 256;
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        size += at->size + 16;
        mend_values(&m, at);
        if (at->type == TIPTAP_CODE_BLOCK)
            mend_code_block(at, a, found);
    }
    tiptap_visit_urls(document, mend_link, &m, a);
    part_code_from_pictures(document, a, found);
    if (begins_with_loose_code(document))
        put_paragraph_before(document->first_child, a, found);
    return size;
}

static size_t written_elements(const tiptap_node *node) {
    bool two =
        node->type == TIPTAP_TASK_ITEM || node->type == TIPTAP_TABLE || node->type == TIPTAP_CODE_BLOCK;
    return two ? 2 : 1;
}

/* Elements that stand in each other when the document is written, at most: a node takes three, text nine
 * marks. `*innermost`: the first node that is as deep. */
static size_t written_depth(const tiptap_node *document, const tiptap_node **innermost) {
    size_t depth = 0, deepest = 0;
    *innermost = document;
    for (const tiptap_node *at = document; at;) {
        if (at->first_child) {
            at = at->first_child;
            depth += written_elements(at);
            if (depth > deepest) {
                deepest = depth;
                *innermost = at;
            }
            continue;
        }
        while (at && at != document && !at->next) {
            depth -= written_elements(at);
            at = at->parent;
        }
        at = at && at != document ? at->next : NULL;
    }
    return deepest + TIPTAP_MARK_COUNT;
}

/* Of the innermost block that stands in the page's source. */
static uint32_t line_of_block(const tiptap_node *node) {
    while (node->parent && !node->line)
        node = node->parent;
    return node->line;
}

/* ---- settling ---------------------------------------------------------------------------------------- */

/* A plain space in a text. */
typedef struct space {
    tiptap_node *node; /* NULL: none */
    size_t at;
} space;

/* A walk over the visible characters of a document, which tells whether a gap comes before each: white space,
 * or the edge of a block or a line. */
typedef struct text_cursor {
    const tiptap_node *document;
    tiptap_node *node;                 /* the text that is read */
    size_t at;                         /* in it */
    bool gap;                          /* before the character returned last */
    bool space_in_gap;                 /* the last of `recent` is in that gap */
    space recent[RECENT_MAX];          /* the last plain spaces before that character in its block: a ring */
    size_t recent_count;               /* of all of them */
    size_t characters;                 /* visible ones, so far */
    size_t template_from, template_to; /* the Liquid tag of `node` that was looked up last */
} text_cursor;

/* Whether the byte stands in a Liquid tag, which the site's build reads: its spaces must stay plain. Rising
 * places cost one pass over the text. */
static bool is_in_template(text_cursor *r, size_t at) {
    slice text = tiptap_text(r->node);
    while (r->template_to <= at) {
        size_t from = r->template_to;
        while ((from = slice_find_char(text, '{', from)) != SLICE_NONE &&
               (from + 1 >= text.length || (text.data[from + 1] != '{' && text.data[from + 1] != '%')))
            from++;
        size_t end = from == SLICE_NONE ? SLICE_NONE : slice_find_char(text, '}', from);
        r->template_from = from;
        r->template_to = end == SLICE_NONE ? SIZE_MAX : end + 1;
    }
    return at >= r->template_from;
}

static void enter_node(text_cursor *r, tiptap_node *node) {
    r->gap = r->gap || (node && node->type != TIPTAP_TEXT);
    if (node && !tiptap_is_inline((tiptap_type)node->type))
        r->recent_count = 0;
    r->node = node;
    r->at = 0;
    r->template_from = r->template_to = 0;
}

static void pass_white_space(text_cursor *r, size_t at) {
    r->gap = true;
    if (r->node->text_data[at] == ' ' && !is_in_template(r, at)) {
        r->recent[r->recent_count++ % RECENT_MAX] = (space){r->node, at};
        r->space_in_gap = true;
    }
}

/* The next visible character, which is not plainly the next byte. */
static uint32_t seek_character(text_cursor *r) {
    while (r->node) {
        if (r->node->type != TIPTAP_TEXT || r->at == r->node->size) {
            enter_node(r, tiptap_next(r->node, r->document));
            continue;
        }
        size_t at = r->at;
        uint32_t c = utf8_next(tiptap_text(r->node), &r->at);
        if (c != 0xA0 && (c >= 0x80 || !is_space((char)c)))
            return c;
        pass_white_space(r, at);
    }
    return 0;
}

/* The next visible character; 0 at the end. */
static inline uint32_t read_character(text_cursor *r) {
    r->gap = r->space_in_gap = false;
    r->characters++;
    if (r->node && r->node->type == TIPTAP_TEXT && r->at < r->node->size) {
        unsigned char byte = (unsigned char)r->node->text_data[r->at];
        if (byte > ' ' && byte < 0x80) {
            r->at++;
            return byte;
        }
    }
    return seek_character(r);
}

/* The same over a saved body as visitors read it where it is published. (The editor drops a line end that the
 * printer puts before an end tag whose start it has broken; a browser shows it.) */
typedef struct written_cursor {
    slice html;
    size_t at;
    bool gap; /* before the character returned last */
} written_cursor;

/* Passes a tag, whose values may hold any `>`. */
static void pass_tag(written_cursor *r) {
    size_t from = r->at + 1, to;
    from += from < r->html.length && r->html.data[from] == '/';
    for (to = from; to < r->html.length && is_alnum(r->html.data[to]);)
        to++;
    dom_tag tag = dom_tag_of(slice_sub(r->html, from, to));
    r->gap = r->gap || !dom_tag_has(tag, DOM_INLINE) || dom_tag_has(tag, DOM_VOID);
    for (bool quoted = false; to < r->html.length && (quoted || r->html.data[to] != '>'); to++)
        quoted ^= r->html.data[to] == '"';
    r->at = to + 1;
}

/* The next visible character; 0 at the end. */
static uint32_t read_written(written_cursor *r) {
    r->gap = false;
    while (r->at < r->html.length) {
        char first = r->html.data[r->at];
        if (first == '<') {
            pass_tag(r);
            continue;
        }
        slice character = r->html;
        size_t length = first == '&' ? written_reference(r->html, r->at, &character) : 0, at = 0;
        uint32_t c = utf8_next(character, length ? &at : &r->at);
        r->at += length;
        if (c != 0xA0 && (c >= 0x80 || !is_space((char)c)))
            return c;
        r->gap = true;
    }
    return 0;
}

/* Moves two readers that have just read the same character behind the rest of their texts, where it is the
 * same: up to the white space at its end. Each text is compared once: `*compared` is the last one. */
static void skip_same_text(text_cursor *one, text_cursor *other, const tiptap_node **compared) {
    if (*compared == one->node)
        return;
    *compared = one->node;
    slice rest = slice_from(tiptap_text(one->node), one->at);
    if (!slice_equal(rest, slice_from(tiptap_text(other->node), other->at)))
        return;
    size_t end = rest.length;
    while (end > 0 && (is_space(rest.data[end - 1]) ||
                       (end > 1 && rest.data[end - 2] == '\xC2' && rest.data[end - 1] == '\xA0')))
        end -= is_space(rest.data[end - 1]) ? 1 : 2;
    one->at += end;
    other->at += end;
}

/* Whether two documents read the same but for gaps between words; `*gaps`: whether there are such. */
static bool has_same_letters(tiptap_node *document, tiptap_node *saved, bool *gaps) {
    text_cursor was = {.document = document, .node = document}, is = {.document = saved, .node = saved};
    const tiptap_node *compared = NULL;
    *gaps = false;
    for (;;) {
        uint32_t c = read_character(&was);
        if (c != read_character(&is))
            return false;
        if (!c)
            return true;
        *gaps = *gaps || was.gap != is.gap;
        skip_same_text(&was, &is, &compared);
    }
}

/* ---- saving until nothing changes -------------------------------------------------------------------- */

/* Opens and saves the document again and again, which has been saved once. */
static save_settled save_on(tiptap_node *document, const saved_body *once, arena *a) {
    saved_body saved = *once;
    save_settled settled = {.body = buffer_slice(&saved.body), .document = document};
    for (int round = 0; !settled.stable && round < ROUNDS_MAX; round++) {
        settled.document = save_load(settled.body, 1, a);
        settled.stable = is_saved_alike(&saved, settled.document);
        if (settled.stable)
            break;
        saved = save_document(settled.document, &saved, settled.body.length, a);
        settled.stable = slice_equal(buffer_slice(&saved.body), settled.body);
        settled.body = buffer_slice(&saved.body);
    }
    return settled;
}

/* What a document that has been saved once settles to. `complete`: the editor's plugins leave it as it is.
 * Where block by block proves it, `document` stays in the result, and has yet to get the blocks that are read
 * as something else (put_read_blocks). */
static save_settled settle_from(tiptap_node *document, bool complete, saved_body *once, arena *a) {
    if (complete && read_back(once, a) && is_saved_again(once, a))
        return (save_settled){.body = buffer_slice(&once->body), .document = document, .stable = true};
    return save_on(document, once, a);
}

static void put_read_blocks(tiptap_node *document, const saved_body *saved) {
    tiptap_node *at = document->first_child;
    for (size_t i = 0; i < saved->blocks.count; i++) {
        tiptap_node *next = at->next, *read = ((saved_block *)vector_at(&saved->blocks, i))->read;
        if (read) {
            tiptap_remove(read);
            tiptap_insert_before(at, read);
            tiptap_remove(at);
        }
        at = next;
    }
}

/* ---- gaps between words ------------------------------------------------------------------------------ */

/* Moves both, which have just read the same character, behind words that are the same, each one white space
 * character behind the one before it. */
static void skip_same_words(text_cursor *was, written_cursor *is) {
    slice text = tiptap_text(was->node), html = is->html;
    for (;;) {
        bool spaced = was->at < text.length && text.data[was->at] == ' ' && is->at < html.length &&
                      (html.data[is->at] == ' ' || html.data[is->at] == '\n');
        size_t one = was->at + spaced, other = is->at + spaced, from = one;
        for (; one < text.length && other < html.length && text.data[one] == html.data[other] &&
               is_alnum(text.data[one]);
             one++, other++)
            was->characters++;
        if (one == from)
            return;
        if (spaced)
            pass_white_space(was, was->at);
        was->at = one;
        is->at = other;
    }
}

/* The paragraphs (of tiptap_node *) in which a gap between words came or went when the document was saved. */
static void find_broken_paragraphs(tiptap_node *document, slice saved, vector *paragraphs) {
    text_cursor was = {.document = document, .node = document};
    written_cursor is = {.html = saved};
    for (uint32_t c; (c = read_character(&was)) && c == read_written(&is); skip_same_words(&was, &is)) {
        tiptap_node *paragraph = was.node->parent, **last = vector_last(paragraphs);
        if (was.gap != is.gap && paragraph->type == TIPTAP_PARAGRAPH && !(last && *last == paragraph))
            *(tiptap_node **)vector_push(paragraphs) = paragraph;
    }
}

/* Where the first gap came or went: characters before it; SIZE_MAX when none did. `*was` has read up to it.
 * `given_up`: places in rising order that do not count. */
static size_t find_broken_gap(tiptap_node *document, slice saved, const vector *given_up, text_cursor *was) {
    *was = (text_cursor){.document = document, .node = document};
    written_cursor is = {.html = saved};
    size_t passed = 0;
    for (uint32_t c; (c = read_character(was)) && c == read_written(&is); skip_same_words(was, &is)) {
        while (passed < given_up->count && *(size_t *)vector_at(given_up, passed) < was->characters)
            passed++;
        bool counts = passed == given_up->count || *(size_t *)vector_at(given_up, passed) > was->characters;
        if (was->gap != is.gap && counts)
            return was->characters;
    }
    return SIZE_MAX;
}

/* The text with a no-break space for the space: the printer keeps it, and takes it for six characters. */
static slice hold_space(space s, arena *a) {
    slice text = tiptap_text(s.node);
    tiptap_set_text(s.node, format_slice(a, "%.*s\xC2\xA0%.*s", SLICE_ARGS(slice_sub(text, 0, s.at)),
                                         SLICE_ARGS(slice_from(text, s.at + 1))));
    return text;
}

/* Whether a line begins with the end of a link in a line of text. A card ends so too, behind a <div>. */
static bool breaks_inside_links(slice body) {
    for (size_t at = 0; (at = slice_find(body, SLICE("\n</a>"), at)) != SLICE_NONE; at++)
        if (!slice_ends_with(slice_sub(body, 0, at), SLICE("</div>")))
            return true;
    return false;
}

/* A paragraph by itself, and what may still be spent on mending the page, in characters saved. */
typedef struct mend {
    tiptap_node *document;
    size_t length;
    size_t *budget;
    size_t memory_end; /* of what the arena has handed out */
    size_t held;
    vector given_up; /* of size_t: gaps that cannot be mended, as find_broken_gap gives them */
    arena *arena;
} mend;

static bool may_go_on(const mend *m) {
    return *m->budget && arena_used(m->arena) < m->memory_end;
}

/* A paragraph's lines do not depend on what stands around it (the printer begins a line at <p>). What is
 * broken up to `behind` by the first save already is seldom whole after others: they are not made. */
static size_t find_broken_gap_alone(mend *m, size_t behind, text_cursor *was) {
    size_t cost = m->length + 256;
    *m->budget -= cost < *m->budget ? cost : *m->budget;
    saved_body saved = save_document(m->document, NULL, 1024, m->arena);
    slice body = buffer_slice(&saved.body);
    size_t broken = find_broken_gap(m->document, body, &m->given_up, was);
    if (broken <= behind)
        return broken;
    slice settled = save_on(m->document, &saved, m->arena).body;
    return slice_equal(settled, body) ? broken : find_broken_gap(m->document, settled, &m->given_up, was);
}

/* Holds `count` spaces, the `back`-th from the end and those before it. Returns where the first broken gap is
 * then, and `*was` has read up to it; unless it is behind `broken`, nothing is held and `*was` stays. */
static size_t try_holding(mend *m, text_cursor *was, size_t broken, size_t back, size_t count) {
    slice texts[HELD_MAX];
    const space *held[HELD_MAX];
    for (size_t i = 0; i < count; i++) { /* from the end on, so that offsets before it stay */
        held[i] = &was->recent[(was->recent_count - back - i) % RECENT_MAX];
        texts[i] = hold_space(*held[i], m->arena);
    }
    text_cursor then;
    size_t next = find_broken_gap_alone(m, broken, &then);
    for (size_t i = count; i-- > 0 && next <= broken;)
        tiptap_set_text(held[i]->node, texts[i]);
    if (next > broken) {
        m->held += count;
        *was = then;
    }
    return next;
}

/* Makes the gap at `broken`, which `was` has read up to, as it was. Of a gap that went, its own space is
 * held. Of one that came where a line is full inside a tag, as few spaces before it as make the line full at
 * a space, where it may break. Returns where the first broken gap is then. */
static size_t mend_gap(mend *m, text_cursor *was, size_t broken) {
    size_t known = was->recent_count < RECENT_MAX ? was->recent_count : RECENT_MAX, next = broken;
    if (was->gap)
        return was->space_in_gap ? try_holding(m, was, broken, 1, 1) : broken;
    for (size_t count = 1; count <= HELD_MAX; count++) {
        size_t farthest = count <= HELD_ANYWHERE_MAX ? known : count; /* many only just before the gap */
        for (size_t back = 1;
             back + count - 1 <= farthest && back + count - 1 <= known && next <= broken && may_go_on(m);
             back++)
            next = try_holding(m, was, broken, back, count);
    }
    return next;
}

/* What cannot be mended stays, and the self-check tells it: no other gap waits for it. */
static void mend_gaps(tiptap_node *paragraph, size_t *budget, size_t memory_end, arena *a, findings *found) {
    tiptap_node *parent = paragraph->parent, *next = paragraph->next;
    mend m = {.document = tiptap_new_node(a, TIPTAP_DOC, 0),
              .budget = budget,
              .memory_end = memory_end,
              .given_up = vector_new(a, sizeof(size_t)),
              .arena = a};
    for (const tiptap_node *child = paragraph->first_child; child; child = child->next)
        m.length += child->size;
    tiptap_remove(paragraph);
    tiptap_append(m.document, paragraph);
    text_cursor was;
    size_t broken = find_broken_gap_alone(&m, 0, &was);
    while (may_go_on(&m) && broken != SIZE_MAX) {
        size_t next_broken = mend_gap(&m, &was, broken);
        if (next_broken <= broken) {
            *(size_t *)vector_push(&m.given_up) = broken;
            next_broken = find_broken_gap_alone(&m, 0, &was);
        }
        broken = next_broken;
    }
    if (m.held)
        findings_add(found, FINDING_SPACE_HELD, paragraph->line, "a paragraph with links");
    tiptap_remove(paragraph);
    if (next)
        tiptap_insert_before(next, paragraph);
    else
        tiptap_append(parent, paragraph);
}

/* Did gaps between words come or go where a document is settled, and nothing else? */
static bool gaps_differ(tiptap_node *document, const save_settled *settled, const saved_body *once,
                        bool broken) {
    bool differ = broken, gaps;
    if (document != settled->document)
        return tiptap_same_document(document, settled->document)
                   ? broken
                   : has_same_letters(document, settled->document, &gaps) && (gaps || broken);
    tiptap_node *at = document->first_child;
    for (size_t i = 0; i < once->blocks.count; i++, at = at->next) {
        tiptap_node *read = ((saved_block *)vector_at(&once->blocks, i))->read;
        if (read && !has_same_letters(at, read, &gaps))
            return false;
        differ = differ || (read && gaps);
    }
    return differ;
}

save_settled save_settle(tiptap_node *document, arena *a, findings *found) {
    size_t expected = mend_document(document, a, found);
    bool complete = !tiptap_complete(document, a);
    const tiptap_node *innermost;
    size_t depth = written_depth(document, &innermost);
    if (depth >= DOM_DEPTH_MAX) {
        findings_add(found, FINDING_BLOCKS_TOO_DEEP, line_of_block(innermost),
                     "%zu elements in each other, of which the page may have %d", depth, DOM_DEPTH_MAX - 1);
        return (save_settled){.document = document, .too_deep = true};
    }
    saved_body once = save_document(document, NULL, expected, a);
    save_settled settled = settle_from(document, complete, &once, a);
    if (gaps_differ(document, &settled, &once, breaks_inside_links(settled.body))) {
        vector paragraphs = vector_new(a, sizeof(tiptap_node *));
        size_t budget = BUDGET_FREE + BUDGET_PER_BYTE * settled.body.length, end = arena_used(a) + MEMORY_MAX;
        find_broken_paragraphs(document, settled.body, &paragraphs);
        for (size_t i = 0; i < paragraphs.count; i++)
            mend_gaps(*(tiptap_node **)vector_at(&paragraphs, i), &budget, end, a, found);
        complete = complete && !tiptap_complete(document, a); /* a held space makes one word of two */
        once = save_document(document, NULL, settled.body.length, a);
        settled = settle_from(document, complete, &once, a);
    }
    if (settled.document == document)
        put_read_blocks(document, &once);
    return settled;
}
