/* Liquid on its way through the pipeline.
 *
 * Comes in: a page's body. Goes out: the body without what stands for fixed texts, each other tag as one
 * private character; later, the tags back in the document. A page is written only if its tags are in the new
 * body to the letter, in their order, each in an element of the kind it stood in and between the same words,
 * and those of one block in equal elements: what Liquid then cuts out or repeats is whole elements, as
 * before.
 */
#include "carry.h"
#include "view.h"

#include <stdlib.h>

/* ---- the page's own values ----------------------------------------------------------------------------- */

/* What Jekyll fills in itself (Jekyll: DocumentDrop, Page::ATTRIBUTES_FOR_LIQUID, Document#read), and what a
 * list has for methods. Sorted. */
static const slice COMPUTED[] = {
    LITERAL("categories"),    LITERAL("collection"), LITERAL("content"), LITERAL("count"),
    LITERAL("date"),          LITERAL("dir"),        LITERAL("draft"),   LITERAL("excerpt"),
    LITERAL("ext"),           LITERAL("first"),      LITERAL("id"),      LITERAL("keys"),
    LITERAL("last"),          LITERAL("max"),        LITERAL("min"),     LITERAL("name"),
    LITERAL("next"),          LITERAL("output"),     LITERAL("path"),    LITERAL("previous"),
    LITERAL("relative_path"), LITERAL("size"),       LITERAL("slug"),    LITERAL("sort"),
    LITERAL("tags"),          LITERAL("url"),
};

/* `key: value` on one line, as it is written: the value's text; `*is_quoted`. Empty: it is more than that. */
static slice written_value(slice line, slice key, bool *is_quoted) {
    if (!slice_starts_with(line, key) || line.length <= key.length || line.data[key.length] != ':')
        return SLICE("");
    slice value = slice_trim(slice_from(line, key.length + 1));
    char first = value.length ? value.data[0] : '\0';
    *is_quoted = first == '"' || first == '\'';
    if (!*is_quoted)
        return slice_trim(slice_sub(value, 0, slice_find(value, SLICE(" #"), 0)));
    size_t end = slice_find_char(value, first, 1);
    bool plain = end != SLICE_NONE && end + 1 == value.length && !memchr(value.data, '\\', value.length);
    return plain ? slice_sub(value, 1, end) : SLICE("");
}

static bool is_integer(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (!is_digit(text.data[i]))
            return false;
    return text.length > 0 && text.length <= 15 && (text.data[0] != '0' || text.length == 1);
}

static liquid_value value_of(const front_value *value, slice line, slice key, arena *a) {
    bool is_quoted = false;
    slice written = written_value(line, key, &is_quoted);
    if (value->kind == FRONT_STRING && written.length && slice_equal(written, value->text) &&
        (is_quoted || page_is_text_in_ruby(written)))
        return liquid_string(value->text);
    if (value->kind == FRONT_NUMBER && !is_quoted && is_integer(written))
        return (liquid_value){.type = LIQUID_INTEGER,
                              .integer = strtoll(slice_c_string(written, a), NULL, 10)};
    bool is_plain_bool = slice_equal(written, SLICE("true")) || slice_equal(written, SLICE("false"));
    if (value->kind == FRONT_BOOL && is_plain_bool)
        return (liquid_value){.type = LIQUID_BOOLEAN, .boolean = value->boolean};
    return (liquid_value){.type = LIQUID_UNKNOWN};
}

static int compare_variables(const void *one, const void *other) {
    return slice_compare(((const liquid_variable *)one)->name, ((const liquid_variable *)other)->name);
}

static void add_defaults(vector *variables, const front_value *front, const liquid_variable *defaults,
                         size_t count) {
    const size_t prefix = sizeof "page." - 1;
    for (size_t i = 0; i < count; i++) {
        slice key = slice_from(defaults[i].name, prefix);
        if (!page_front_get(front, key) &&
            !slice_is_listed(COMPUTED, sizeof COMPUTED / sizeof *COMPUTED, key))
            *(liquid_variable *)vector_push(variables) = defaults[i];
    }
}

vector carry_page_variables(const page_parts *parts, const front_value *front,
                            const liquid_variable *defaults, size_t default_count, arena *a) {
    vector variables = vector_new(a, sizeof(liquid_variable)), lines = vector_new(a, sizeof(slice));
    for (size_t at = 0, end; at < parts->front.length; at = end + 1) {
        end = slice_find_char(parts->front, '\n', at);
        end = end == SLICE_NONE ? parts->front.length : end;
        *(slice *)vector_push(&lines) = slice_sub(parts->front, at, end);
    }
    for (uint32_t i = 0; i < front->count; i++) {
        const front_entry *one = &front->entries[i];
        uint32_t index = one->value.line - parts->front_line;
        if (one->value.line < parts->front_line || index >= lines.count ||
            slice_is_listed(COMPUTED, sizeof COMPUTED / sizeof *COMPUTED, one->key))
            continue;
        liquid_value value = value_of(&one->value, *(slice *)vector_at(&lines, index), one->key, a);
        if (value.type != LIQUID_UNKNOWN)
            *(liquid_variable *)vector_push(&variables) =
                (liquid_variable){format_slice(a, "page.%.*s", SLICE_ARGS(one->key)), value};
    }
    add_defaults(&variables, front, defaults, default_count);
    if (variables.count)
        qsort(variables.items, variables.count, sizeof(liquid_variable), compare_variables);
    return variables;
}

/* ---- places ------------------------------------------------------------------------------------------ */

/* Words on either side of a tag that are compared. */
#define CONTEXT 16

/* The kinds of elements a tag stands in that make a difference, the innermost first, and what it stands
 * between.
 */
#define KINDS_MAX 12
typedef struct carry_place {
    const liquid_carried *tag;
    char kinds[KINDS_MAX];  /* the rest are not compared */
    uint64_t path;          /* of the names of all elements */
    const dom_node *inside; /* the element whose attribute or whose comment it stands in; NULL: text */
    slice attribute;        /* its name, and its value as it is held */
    const char *value;
    size_t at;           /* in the visible text: letters before it */
    size_t read_at;      /* in `read` of placing */
    slice before, after; /* the letters next to it */
} carry_place;

typedef struct placing {
    const carry *carry;
    arena *arena;
    buffer text;    /* what is visible, without white space and tags */
    buffer read;    /* the same, with the elements that Markdown makes of several lines */
    vector places;  /* of carry_place */
    vector dropped; /* of carry_place: in what new pages do not have */
} placing;

static char kind_of(const dom_node *node) {
    switch ((dom_tag)node->tag) {
    case DOM_TAG_TD:
    case DOM_TAG_TH:
        return 'c';
    case DOM_TAG_LI:
        return 'l';
    case DOM_TAG_H1:
    case DOM_TAG_H2:
    case DOM_TAG_H3:
    case DOM_TAG_H4:
    case DOM_TAG_H5:
    case DOM_TAG_H6:
        return 'h';
    case DOM_TAG_PRE:
        return 'p';
    case DOM_TAG_BLOCKQUOTE:
        return 'q';
    case DOM_TAG_A:
        return 'a';
    case DOM_TAG_DETAILS:
        return 'd';
    default:
        return '\0';
    }
}

/* Elements whose children are elements only: a text there has no place. */
static bool holds_no_text(const dom_node *node) {
    switch ((dom_tag)node->tag) {
    case DOM_TAG_UL:
    case DOM_TAG_OL:
    case DOM_TAG_DL:
    case DOM_TAG_TABLE:
    case DOM_TAG_TBODY:
    case DOM_TAG_THEAD:
    case DOM_TAG_TFOOT:
    case DOM_TAG_TR:
        return true;
    default:
        return false;
    }
}

static void add_place(placing *p, const liquid_carried *tag, const dom_node *parent, const dom_node *inside,
                      const dom_attribute *attribute, bool is_dropped) {
    carry_place *place = vector_push_zeroed(is_dropped ? &p->dropped : &p->places);
    *place = (carry_place){.tag = tag,
                           .inside = inside,
                           .at = p->text.length,
                           .read_at = p->read.length,
                           .path = 14695981039346656037u};
    if (attribute) {
        place->attribute = attribute->name;
        place->value = attribute->value.data;
    }
    size_t count = 0;
    if (!attribute && holds_no_text(parent))
        place->kinds[count++] = 'x';
    for (const dom_node *node = parent; node; node = node->parent) {
        char kind = kind_of(node);
        place->path = (place->path ^ slice_hash(dom_name(node))) * 1099511628211u;
        if (kind && count < KINDS_MAX)
            place->kinds[count++] = kind;
    }
}

/* The attributes that new pages have, in the order in which they are written: the sanitiser turns the
 * schema's order round. */
static const slice ORDER[] = {
    LITERAL("style"), LITERAL("height"),      LITERAL("width"),  LITERAL("title"),
    LITERAL("alt"),   LITERAL("frameborder"), LITERAL("src"),    LITERAL("href"),
    LITERAL("class"), LITERAL("rel"),         LITERAL("target"),
};
enum { ORDER_COUNT = sizeof ORDER / sizeof *ORDER };

/* Attributes of which new pages hold the value. */
static bool is_kept(const placing *p, const dom_node *node, slice name) {
    switch ((dom_tag)node->tag) {
    case DOM_TAG_A:
        return slice_equal(name, SLICE("href")) ||
               (p->carry->is_kept && css_is_among(name, "class rel target"));
    case DOM_TAG_IMG:
        return css_is_among(name, "style height width title alt src");
    case DOM_TAG_IFRAME:
        return css_is_among(name, "style height width frameborder src");
    default:
        return false;
    }
}

static void place_in_value(placing *p, const dom_node *node, const dom_attribute *attribute) {
    slice value = attribute->value;
    if (!liquid_may_hold(value))
        return;
    for (size_t at = 0, length = 1; at < value.length; at += length) {
        const liquid_carried *tag = liquid_carried_at(&p->carry->page, value, at, &length);
        if (tag)
            add_place(p, tag, node->parent, node, attribute, !is_kept(p, node, attribute->name));
        else
            length = 1;
    }
}

static size_t order_of(slice name) {
    size_t order = 0;
    while (order < ORDER_COUNT && !slice_equal(ORDER[order], name))
        order++;
    return order;
}

static void place_in_attributes(placing *p, const dom_node *node) {
    uint32_t count = dom_attribute_count(node);
    for (uint32_t i = 0; i < count; i++)
        if (order_of(node->attributes[i].name) == ORDER_COUNT)
            place_in_value(p, node, &node->attributes[i]);
    for (size_t order = 0; count && order < ORDER_COUNT; order++)
        for (uint32_t i = 0; i < count; i++)
            if (slice_equal(node->attributes[i].name, ORDER[order]))
                place_in_value(p, node, &node->attributes[i]);
}

static void place_in_text(placing *p, const dom_node *node, bool is_dropped) {
    slice text = dom_text(node);
    bool may_hold = liquid_may_hold(text);
    for (size_t at = 0, length = 1; at < text.length; at += length) {
        const liquid_carried *tag = may_hold ? liquid_carried_at(&p->carry->page, text, at, &length) : NULL;
        length = tag ? length : 1;
        if (tag)
            add_place(p, tag, node->parent, is_dropped ? node : NULL, NULL, is_dropped);
        else if (slice_starts_with(slice_from(text, at), SLICE("\xC2\xA0")))
            length = 2;
        else if (!is_dropped && !is_space(text.data[at])) {
            buffer_append_char(&p->text, text.data[at]);
            buffer_append_char(&p->read, text.data[at]);
        }
    }
}

/* Lines of Markdown that follow each other make one list, table or block of code. Lists of bullets read the
 * same whether they are one. */
static bool is_joined(const dom_node *node) {
    if (node->tag == DOM_TAG_UL)
        return false;
    return holds_no_text(node) || node->tag == DOM_TAG_DT || node->tag == DOM_TAG_DD || kind_of(node);
}

/* What no text holds stands for such an element, and how many it stands in. */
static void note_element(placing *p, const dom_node *node) {
    unsigned depth = 0;
    if (!is_joined(node) || node->tag == DOM_TAG_A || node->tag == DOM_TAG_DETAILS)
        return;
    for (const dom_node *at = node->parent; at; at = at->parent)
        depth += is_joined(at) ? 1 : 0;
    const char mark[] = {(char)0xFF, (char)node->tag, (char)depth};
    buffer_append(&p->read, (slice){mark, sizeof mark});
}

static placing take_places(const carry *c, const dom_node *body) {
    placing p = {.carry = c,
                 .arena = c->arena,
                 .text = buffer_new(c->arena, 4096),
                 .read = buffer_new(c->arena, 4096)};
    p.places = vector_new(c->arena, sizeof(carry_place));
    p.dropped = vector_new(c->arena, sizeof(carry_place));
    const dom_node *hidden = NULL; /* the outermost element that is not shown */
    for (const dom_node *at = body, *next; at; at = next) {
        next = dom_next(at, body);
        if (at->type == DOM_ELEMENT) {
            if (!hidden && dom_tag_has(at->tag, DOM_UNSEEN))
                hidden = at;
            place_in_attributes(&p, at);
            note_element(&p, at);
        } else {
            place_in_text(&p, at, hidden || at->type == DOM_COMMENT);
        }
        if (hidden && (!next || next == dom_next_skip(hidden, body)))
            hidden = NULL;
    }
    return p;
}

/* ---- refusing ---------------------------------------------------------------------------------------- */

static void refuse(carry *c, const liquid_carried *tag, const char *why) {
    if (!c->is_refused)
        findings_add(c->found, FINDING_LIQUID_MISPLACED, tag->line, "%.*s %s",
                     SLICE_ARGS(utf8_head(tag->text, 120)), why);
    c->is_refused = true;
}

/* ---- before ------------------------------------------------------------------------------------------ */

/* Tags of rows and cells, read from the HTML itself: browsers take text between the cells out of the table,
 * and in the tree nobody sees that it was there. */
typedef struct table_reading {
    vector in_cell; /* of bool: for each open table */
} table_reading;

static void read_table_tag(table_reading *t, slice name, bool is_end) {
    bool *in_cell = vector_last(&t->in_cell);
    bool is_cell = slice_equal_nocase(name, SLICE("td")) || slice_equal_nocase(name, SLICE("th")) ||
                   slice_equal_nocase(name, SLICE("caption"));
    if (slice_equal_nocase(name, SLICE("table"))) {
        if (!is_end)
            *(bool *)vector_push(&t->in_cell) = false;
        else if (in_cell)
            vector_pop(&t->in_cell);
    } else if (in_cell && is_cell) {
        *in_cell = !is_end;
    } else if (in_cell && name.length > 1 && to_lower(name.data[0]) == 't' &&
               strchr("rbhf", to_lower(name.data[1]))) {
        *in_cell = false;
    }
}

/* Behind the tag or comment that begins at `at`. */
static size_t skip_markup(slice html, size_t at, table_reading *t) {
    if (slice_starts_with(slice_from(html, at), SLICE("<!--"))) {
        size_t end = slice_find(html, SLICE("-->"), at);
        return end == SLICE_NONE ? html.length : end + 3;
    }
    bool is_end = at + 1 < html.length && html.data[at + 1] == '/';
    size_t name = at + 1 + is_end, end = name;
    while (end < html.length && is_alnum(html.data[end]))
        end++;
    if (end == name)
        return at + 1;
    read_table_tag(t, slice_sub(html, name, end), is_end);
    char quote = '\0';
    for (; end < html.length && (quote || html.data[end] != '>'); end++)
        if (quote ? html.data[end] == quote : html.data[end] == '"' || html.data[end] == '\'')
            quote = quote ? '\0' : html.data[end];
    return end;
}

static void check_tables(carry *c, slice html) {
    table_reading t = {vector_new(c->arena, sizeof(bool))};
    for (size_t at = 0, length; at < html.length && !c->is_refused;) {
        const liquid_carried *tag = liquid_carried_at(&c->page, html, at, &length);
        const bool *in_cell = vector_last(&t.in_cell);
        if (tag && in_cell && !*in_cell)
            refuse(c, tag, "stands in a table, but in none of its cells");
        at = tag ? at + length : html.data[at] == '<' ? skip_markup(html, at, &t) : at + 1;
    }
}

/* What goes with a part of the page may go only whole: a block with all its tags, and nothing that other
 * places hang on. */
static void check_dropped(carry *c, const vector *dropped) {
    size_t blocks = c->page.block_count + 1,
           *in_block = arena_zeroed(c->arena, blocks * 2 * sizeof *in_block);
    size_t *gone = in_block + blocks; /* tags by their block's number */
    for (size_t i = 0; i < c->page.carried.count; i++)
        in_block[((const liquid_carried *)vector_at(&c->page.carried, i))->block]++;
    for (size_t i = 0; i < dropped->count; i++)
        gone[((const carry_place *)vector_at(dropped, i))->tag->block]++;
    for (size_t i = 0; i < dropped->count; i++) {
        const carry_place *place = vector_at(dropped, i);
        if (place->tag->sets_variable)
            refuse(c, place->tag, "sets a variable in a part of the page that new pages don't have");
        else if (place->tag->block && gone[place->tag->block] != in_block[place->tag->block])
            refuse(c, place->tag, "begins or ends a block in a part of the page that new pages don't have");
        else
            findings_add(c->found, FINDING_LIQUID_DROPPED, place->tag->line, "%.*s",
                         SLICE_ARGS(place->tag->text));
    }
}

/* What a tag does hangs on its place among the others. Outputs may change their order between two tags: an
 * address is read before the words of its link; the notes stand at the end; headings stand twice, in the
 * contents too. */
static void check_order(carry *c) {
    const liquid_carried *first = c->page.carried.items;
    uint32_t *rank = arena_zeroed(c->arena, (c->page.carried.count + 1) * sizeof *rank), tags = 0,
             highest = 0;
    for (size_t i = 0; i < c->page.carried.count; i++) {
        tags += !first[i].is_output;
        rank[i] = 2 * tags + first[i].is_output;
    }
    for (size_t i = 0; i < c->places.count; i++) {
        const liquid_carried *tag = ((const carry_place *)vector_at(&c->places, i))->tag;
        uint32_t own = rank[tag - first];
        if (own < highest || (own == highest && !tag->is_output))
            refuse(c, tag,
                   "would run in another order: the page's notes or contents move what stands in them");
        highest = own;
    }
}

/* Tags that Markdown or HTML have lost on the way. */
static void check_missing(carry *c, const placing *p) {
    bool *seen = arena_zeroed(c->arena, c->page.carried.count + 1);
    const liquid_carried *first = c->page.carried.items;
    for (size_t i = 0; i < p->places.count; i++)
        seen[((const carry_place *)vector_at(&p->places, i))->tag - first] = true;
    for (size_t i = 0; i < p->dropped.count; i++)
        seen[((const carry_place *)vector_at(&p->dropped, i))->tag - first] = true;
    for (size_t i = 0; i < c->page.carried.count; i++)
        if (!seen[i])
            refuse(c, first + i, "stands where Markdown or HTML show nothing");
}

/* The page as a reading has it. */
static slice read_places(const carry *c, const placing *p, liquid_reading reading) {
    buffer out = buffer_new(c->arena, p->read.length);
    liquid_reader reader = {.reading = reading};
    size_t from = 0;
    for (size_t i = 0; i < p->places.count;) {
        const carry_place *place = vector_at(&p->places, i);
        if (!reader.dropped)
            buffer_append(&out, slice_sub(buffer_slice(&p->read), from, place->read_at));
        i = liquid_read_past(&reader, place->tag, i + 1);
        from = ((const carry_place *)vector_at(&p->places, i - 1))->read_at;
    }
    buffer_append(&out, slice_from(buffer_slice(&p->read), from));
    return buffer_slice(&out);
}

/* Once the build has run a tag that writes nothing, Markdown reads the page without it: to the same end? */
static void check_reading(carry *c, const placing *p, liquid_reading reading, carry_reader *read,
                          void *context) {
    placing without = take_places(c, read(context, liquid_read_as(&c->page, reading, c->arena)));
    if (slice_equal(read_places(c, p, reading), buffer_slice(&without.read)))
        return;
    for (size_t i = 0; i < p->places.count; i++) {
        const liquid_carried *tag = ((const carry_place *)vector_at(&p->places, i))->tag;
        if (tag->is_silent)
            refuse(c, tag,
                   "or a tag behind it makes Markdown read words, rows or items in another way than they are "
                   "read without it");
    }
}

static bool has_silent(const carry *c) {
    for (size_t i = 0; i < c->page.carried.count; i++)
        if (((const liquid_carried *)vector_at(&c->page.carried, i))->is_silent)
            return true;
    return false;
}

static void keep_context(placing *p) {
    /* The text is complete now, and stays where it is. */
    slice text = buffer_slice(&p->text);
    for (size_t i = 0; i < p->places.count; i++) {
        carry_place *place = vector_at(&p->places, i);
        place->before = slice_sub(text, place->at > CONTEXT ? place->at - CONTEXT : 0, place->at);
        place->after = slice_sub(text, place->at, place->at + CONTEXT);
    }
}

void carry_note_words(carry *c, const dom_node *body) {
    if (!c->page.carried.count)
        return;
    placing p = take_places(c, body);
    keep_context(&p);
    bool same = p.places.count == c->places.count;
    for (size_t i = 0; i < p.places.count && same; i++)
        same =
            ((carry_place *)vector_at(&p.places, i))->tag == ((carry_place *)vector_at(&c->places, i))->tag;
    for (size_t i = 0; i < p.places.count && same; i++) {
        carry_place *was = vector_at(&c->places, i), *is = vector_at(&p.places, i);
        was->before = is->before;
        was->after = is->after;
    }
}

/* What stays for the build, each tag once. */
static void tell(carry *c, const vector *places) {
    const liquid_carried *first = c->page.carried.items;
    bool *said = arena_zeroed(c->arena, c->page.carried.count + 1);
    for (size_t i = 0; i < places->count; i++) {
        const liquid_carried *tag = ((const carry_place *)vector_at(places, i))->tag;
        if (!said[tag - first])
            findings_add(c->found, tag->is_output ? FINDING_LIQUID_OUTPUT : FINDING_LIQUID_TAG, tag->line,
                         "%.*s", SLICE_ARGS(tag->text));
        said[tag - first] = true;
    }
}

/* Classes may be passed on: those that tags choose among, or make, are not. */
static void strip_classes(const carry *c, dom_node *body) {
    for (dom_node *node = body; node; node = dom_next(node, body))
        for (uint32_t i = 0; node->type == DOM_ELEMENT && i < dom_attribute_count(node); i++) {
            dom_attribute *attribute = &node->attributes[i];
            slice value = attribute->value;
            if (!slice_equal(attribute->name, SLICE("class")) || !liquid_may_hold(value))
                continue;
            size_t first = SLICE_NONE, behind = 0;
            for (size_t at = 0, length = 1; at < value.length; at += length) {
                bool is_tag = liquid_carried_at(&c->page, value, at, &length) != NULL;
                length = is_tag ? length : 1;
                first = is_tag && first == SLICE_NONE ? at : first;
                behind = is_tag ? at + length : behind;
            }
            if (!behind)
                continue;
            while (first && !is_space(value.data[first - 1]))
                first--;
            while (behind < value.length && !is_space(value.data[behind]))
                behind++;
            attribute->value = format_slice(c->arena, "%.*s%.*s", SLICE_ARGS(slice_sub(value, 0, first)),
                                            SLICE_ARGS(slice_from(value, behind)));
        }
}

/* Where the tags stand in the page, and so are expected in what is written. */
static placing expect_places(carry *c, slice html, const dom_node *body) {
    check_tables(c, html);
    placing p = take_places(c, body);
    keep_context(&p);
    c->places = p.places;
    c->expected = (liquid_page){.carried = vector_new(c->arena, sizeof(liquid_carried))};
    for (size_t i = 0; i < p.places.count; i++)
        *(liquid_carried *)vector_push(&c->expected.carried) = *((carry_place *)vector_at(&p.places, i))->tag;
    return p;
}

void carry_note_places(carry *c, slice html, dom_node *body, carry_reader *read, void *context) {
    if (!c->page.carried.count)
        return;
    placing p = expect_places(c, html, body);
    tell(c, &p.places);
    check_missing(c, &p);
    if (has_silent(c)) {
        uint32_t last =
            c->page.branch_count < LIQUID_READINGS_MAX ? c->page.branch_count : LIQUID_READINGS_MAX;
        for (liquid_reading reading = LIQUID_WITHOUT_BLOCKS; reading <= last && !c->is_refused; reading++)
            check_reading(c, &p, reading, read, context);
    }
    check_dropped(c, &p.dropped);
    check_order(c);
    strip_classes(c, body);
}

/* The editor reads them itself, before the site's build has put a number there. */
static void check_numbers(carry *c, const vector *dropped) {
    for (size_t i = 0; i < dropped->count; i++) {
        const carry_place *place = vector_at(dropped, i);
        const dom_node *node = place->inside;
        if ((dom_is(node, DOM_TAG_OL) && slice_equal(place->attribute, SLICE("start"))) ||
            ((dom_is(node, DOM_TAG_TD) || dom_is(node, DOM_TAG_TH)) &&
             css_is_among(place->attribute, "colspan rowspan")))
            refuse(c, place->tag, "stands for a number that the editor reads, and finds none");
    }
}

void carry_note_kept(carry *c, slice html, const dom_node *body) {
    if (!c->page.carried.count)
        return;
    placing p = expect_places(c, html, body);
    check_missing(c, &p);
    check_numbers(c, &p.dropped);
    if (!c->is_refused)
        check_dropped(c, &p.dropped);
    for (size_t i = 0; i < p.places.count; i++) {
        const liquid_carried *tag = ((const carry_place *)vector_at(&p.places, i))->tag;
        if (!tag->is_output)
            findings_add(c->found, FINDING_LIQUID_TAG, tag->line, "%.*s", SLICE_ARGS(tag->text));
    }
}

/* ---- putting back ------------------------------------------------------------------------------------ */

static bool put_back_url(void *context, tiptap_attribute attribute, uint32_t line, slice *url) {
    const carry *c = context;
    const char *was = url->data;
    (void)line;
    if (attribute == TIPTAP_LINK_HREF)
        *url = liquid_restore_shielded(&c->page, *url, c->arena);
    return url->data != was;
}

void carry_put_back(const carry *c, tiptap_node *document) {
    for (tiptap_node *at = document; at; at = tiptap_next(at, document)) {
        size_t count;
        if (at->type == TIPTAP_TEXT)
            tiptap_set_text(at, liquid_restore_shielded(&c->page, tiptap_text(at), c->arena));
        tiptap_type_attributes((tiptap_type)at->type, &count);
        for (size_t i = 0; at->values && i < count; i++)
            if (at->values[i].data)
                at->values[i] = liquid_restore_shielded(&c->page, at->values[i], c->arena);
    }
    tiptap_visit_urls(document, put_back_url, (void *)c, c->arena);
}

/* ---- after ------------------------------------------------------------------------------------------- */

static const char *changed_by_writing(const carry *c, const liquid_carried *tag) {
    for (size_t i = 0; i < c->places.count; i++) {
        const carry_place *place = vector_at(&c->places, i);
        if (place->tag->codepoint == tag->codepoint && place->inside &&
            memchr(tag->text.data, '"', tag->text.length))
            return "holds a `\"` in the value of an attribute, which the editor writes as an entity";
    }
    bool signs = memchr(tag->text.data, '<', tag->text.length) ||
                 memchr(tag->text.data, '>', tag->text.length) ||
                 memchr(tag->text.data, '&', tag->text.length);
    return signs ? "holds a `<`, `>` or `&`, which the editor writes as an entity"
                 : "is lost, moved or changed in the new page";
}

static void check_place(carry *c, const carry_place *was, const carry_place *is) {
    if (was->tag->codepoint != is->tag->codepoint)
        refuse(c, was->tag, "is lost or moved in the new page");
    else if (memcmp(was->kinds, is->kinds, KINDS_MAX) != 0 || (was->inside != NULL) != (is->inside != NULL))
        refuse(c, was->tag, "would stand in an element of another kind in the new page");
    else if (!slice_equal(was->before, is->before) || !slice_equal(was->after, is->after))
        refuse(c, was->tag, "would stand between other words in the new page");
}

/* An address that was one link's may be that of several now: liquid_hide lets it stand again. */
static void check_places(carry *c, const vector *places) {
    size_t next = 0;
    for (size_t i = 0; i < places->count; i++) {
        const carry_place *is = vector_at(places, i);
        const carry_place *was = next < c->places.count ? vector_at(&c->places, next) : NULL;
        bool again = is->inside && is->tag->is_output && (!was || was->tag->codepoint != is->tag->codepoint);
        if (!again && was)
            check_place(c, was, is);
        next += !again;
    }
    if (next < c->places.count)
        refuse(c, ((const carry_place *)vector_at(&c->places, next))->tag, "is lost in the new page");
}

/* What a block cuts out or repeats must be whole elements. */
static void check_blocks(carry *c, const placing *p) {
    const carry_place **openers = arena_zeroed(c->arena, (c->page.block_count + 1) * sizeof *openers);
    for (size_t i = 0; i < p->places.count; i++) {
        const carry_place *place = vector_at(&p->places, i), **opener = &openers[place->tag->block];
        if (!place->tag->block)
            continue;
        if (!*opener)
            *opener = place;
        else if ((*opener)->path != place->path || (*opener)->value != place->value)
            refuse(c, place->tag, "does not stand in an element as the one that its block begins in");
    }
}

slice carry_check(carry *c, slice written) {
    const liquid_carried *wrong = NULL;
    slice hidden;
    if (!liquid_hide(&c->expected, written, c->arena, &hidden, &wrong)) {
        static const liquid_carried UNKNOWN = {.text = LITERAL("{{")};
        refuse(c, wrong ? wrong : &UNKNOWN, wrong ? changed_by_writing(c, wrong) : "is new in the page");
        return written;
    }
    if (!c->expected.carried.count)
        return hidden;
    placing p = take_places(c, dom_parse(hidden, NULL, c->arena, NULL));
    keep_context(&p);
    check_places(c, &p.places);
    if (!c->is_kept)
        check_blocks(c, &p);
    return hidden;
}

/* ---- what people see --------------------------------------------------------------------------------- */

void carry_restore_findings(const carry *c) {
    if (!c->page.carried.count)
        return;
    for (size_t i = 0; i < c->found->items.count; i++) {
        finding *f = findings_at(c->found, i);
        slice *texts[] = {&f->detail, &f->became, &f->before, &f->after};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            *texts[t] = liquid_restore(&c->page, *texts[t], c->arena);
    }
}

slice carry_restore_html(const carry *c, slice html, line_map *lines) {
    if (!c->page.carried.count || !liquid_may_hold(html))
        return html;
    line_map moved = line_map_new(c->arena);
    buffer out = buffer_new(c->arena, html.length + 1024);
    size_t mark = 0;
    for (size_t at = 0, length; at < html.length;) {
        for (; mark < lines->marks.count; mark++) {
            const line_mark *m = vector_at(&lines->marks, mark);
            if (m->offset > at)
                break;
            line_map_add(&moved, out.length, m->line);
        }
        const liquid_carried *tag = liquid_carried_at(&c->page, html, at, &length);
        if (tag)
            buffer_append_html(&out, tag->text, true);
        else
            buffer_append_char(&out, html.data[at]);
        at += tag ? length : 1;
    }
    *lines = moved;
    return buffer_slice(&out);
}

/* ---- beginning --------------------------------------------------------------------------------------- */

carry carry_none(arena *a, findings *found) {
    return (carry){.arena = a, .found = found};
}

void carry_begin(carry *c, slice body, uint32_t first_line, const liquid_scope *scope) {
    c->page = liquid_run(body, first_line, scope, c->arena, c->found);
    c->is_refused = c->page.is_refused;
}

void carry_keep(carry *c, slice body, uint32_t first_line) {
    static const liquid_carried FIRST = {.text = LITERAL("{{"), .line = 1};
    c->is_kept = true;
    if (!liquid_is_in(body))
        return;
    if (!liquid_keep(body, first_line, c->arena, &c->page))
        refuse(c, &FIRST, "is one of more tags than a page can hold");
}
