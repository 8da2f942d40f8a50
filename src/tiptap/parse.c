/* Element tree → document: the editor's own parser (prosemirror-model 1.19: from_dom, ParseContext).
 *
 * Comes in: a tree in the editor's markup, or anything else. Goes out: a document that holds to the schema;
 * what does not fit is wrapped, unwrapped or dropped exactly as the editor does it, and reported where the
 * caller asks for it. The names of the functions are the original's, so that the two can be read side by
 * side. The tree is walked with a stack of its own: nothing recurses.
 */
#include "private.h"

enum { PRESERVE_SPACE = 1, PRESERVE_LINES = 2 };

/* A node that is being filled (NodeContext). */
typedef struct context {
    tiptap_node *node;
    const tiptap_marks *active;  /* on the node's children */
    const tiptap_marks *pending; /* cannot apply here, but perhaps to something inside */
    const tiptap_mark **stash;   /* marks that a mark of the same kind hides */
    size_t stash_count, stash_capacity;
    uint32_t serial; /* identity: a context is told apart from another at the same depth */
    uint8_t state;   /* of the content automaton */
    uint8_t options;
    bool solid;
} context;

/* An element whose children are being read, and what to do behind the last of them. */
typedef struct open_element {
    const dom_node *element;
    const tiptap_mark *mark;     /* added by the element's rule, until … */
    const tiptap_marks *styles;  /* added by its style attribute, until … */
    uint32_t start, style_start; /* … these contexts */
    bool synchronize, leave;     /* go back to `start`; and then out of it */
} open_element;

typedef struct parser {
    arena *arena;
    vector *dropped; /* as tiptap_parse has it */
    vector contexts; /* of context */
    vector elements; /* of open_element */
    size_t open;     /* the context that takes what comes next; those behind it are to be closed */
    uint32_t serial;
    const tiptap_mark *style_marks[TIPTAP_MARK_COUNT]; /* one of a kind: MarkType.instance */
} parser;

static context *context_at(parser *p, size_t index) {
    return vector_at(&p->contexts, index);
}

static context *top(parser *p) {
    return context_at(p, p->open);
}

static void note_dropped(parser *p, const dom_node *node) {
    if (p->dropped)
        *(const dom_node **)vector_push(p->dropped) = node;
}

/* ---- marks of a context ------------------------------------------------------------------------------ */

/* The set without a mark, by identity (`identical`) or by value. */
static const tiptap_marks *without_mark(arena *a, const tiptap_marks *set, const tiptap_mark *mark) {
    for (size_t i = 0; set && i < set->count; i++) {
        if (!tiptap_same_mark(mark, set->items[i]))
            continue;
        if (set->count == 1)
            return NULL;
        tiptap_marks *rest = arena_alloc(a, sizeof *rest + (set->count - 1) * sizeof *rest->items);
        rest->count = set->count - 1;
        memcpy(rest->items, set->items, i * sizeof *rest->items);
        memcpy(&rest->items[i], &set->items[i + 1], (rest->count - i) * sizeof *rest->items);
        return rest;
    }
    return set;
}

static const tiptap_mark *find_mark(const tiptap_marks *set, const tiptap_mark *mark) {
    for (size_t i = 0; set && i < set->count; i++)
        if (tiptap_same_mark(mark, set->items[i]))
            return set->items[i];
    return NULL;
}

static bool holds_mark_itself(const tiptap_marks *set, const tiptap_mark *mark) {
    for (size_t i = 0; set && i < set->count; i++)
        if (set->items[i] == mark)
            return true;
    return false;
}

/* applyPending: pending marks become active where the node that holds the context's content allows them. */
static void apply_pending(parser *p, context *at) {
    const tiptap_marks *pending = at->pending;
    if (!pending || !tiptap_allows_marks((tiptap_type)at->node->type))
        return;
    for (size_t i = 0; i < pending->count; i++) {
        if (find_mark(at->active, pending->items[i]))
            continue;
        at->active = tiptap_add_mark(p->arena, at->active, pending->items[i]);
        at->pending = without_mark(p->arena, at->pending, pending->items[i]);
    }
}

static void add_pending_mark(parser *p, const tiptap_mark *mark) {
    context *at = top(p);
    const tiptap_mark *found = find_mark(at->pending, mark);
    if (found) {
        if (at->stash_count == at->stash_capacity) {
            size_t grown = at->stash_capacity * 2 + 4;
            at->stash = arena_grow(p->arena, at->stash, at->stash_capacity * sizeof *at->stash,
                                   grown * sizeof *at->stash);
            at->stash_capacity = grown;
        }
        at->stash[at->stash_count++] = found;
    }
    at->pending = tiptap_add_mark(p->arena, at->pending, mark);
}

static const tiptap_mark *pop_from_stash(context *at, const tiptap_mark *mark) {
    for (size_t i = at->stash_count; i-- > 0;)
        if (tiptap_same_mark(mark, at->stash[i])) {
            const tiptap_mark *found = at->stash[i];
            memmove(&at->stash[i], &at->stash[i + 1], (at->stash_count - i - 1) * sizeof *at->stash);
            at->stash_count--;
            return found;
        }
    return NULL;
}

static void remove_pending_mark(parser *p, const tiptap_mark *mark, uint32_t upto) {
    for (size_t depth = p->open + 1; depth-- > 0;) {
        context *at = context_at(p, depth);
        if (holds_mark_itself(at->pending, mark)) {
            at->pending = without_mark(p->arena, at->pending, mark);
        } else {
            at->active = without_mark(p->arena, at->active, mark);
            const tiptap_mark *hidden = pop_from_stash(at, mark);
            if (hidden && tiptap_allows_marks((tiptap_type)at->node->type))
                at->active = tiptap_add_mark(p->arena, at->active, hidden);
        }
        if (at->serial == upto)
            return;
    }
}

/* ---- contexts ---------------------------------------------------------------------------------------- */

/* Trailing white space goes, unless it is preserved: NodeContext.finish. */
static void strip_trailing_space(tiptap_node *node) {
    tiptap_node *last = tiptap_last_child(node);
    if (!last || last->type != TIPTAP_TEXT)
        return;
    while (last->size && is_html_space(last->text_data[last->size - 1]))
        last->size--;
    if (last->size == 0)
        tiptap_remove(last);
}

/* Texts side by side with the same marks become one: Fragment.fromArray. */
static void join_texts(parser *p, tiptap_node *node) {
    for (tiptap_node *text = node->first_child; text; text = text->next) {
        if (text->type != TIPTAP_TEXT)
            continue;
        tiptap_node *end = text->next;
        size_t length = text->size;
        for (; end && end->type == TIPTAP_TEXT && tiptap_same_marks(text->marks, end->marks); end = end->next)
            length += end->size;
        if (end == text->next)
            continue;
        buffer joined = buffer_new(p->arena, length);
        buffer_append(&joined, tiptap_text(text));
        while (text->next != end) {
            buffer_append(&joined, tiptap_text(text->next));
            tiptap_remove(text->next);
        }
        tiptap_set_text(text, buffer_slice(&joined));
    }
}

static void finish_context(parser *p, context *at) {
    if (!(at->options & PRESERVE_SPACE))
        strip_trailing_space(at->node);
    if (tiptap_is_textblock((tiptap_type)at->node->type))
        join_texts(p, at->node);
    append_filling(p->arena, at->node, at->state);
}

/* Closes the contexts behind the open one and puts their nodes in place. */
static void close_extra(parser *p) {
    while (p->contexts.count - 1 > p->open) {
        context *last = vector_last(&p->contexts);
        finish_context(p, last);
        tiptap_append(context_at(p, p->contexts.count - 2)->node, last->node);
        vector_pop(&p->contexts);
    }
}

static bool synchronize(parser *p, uint32_t serial) {
    for (size_t i = p->open + 1; i-- > 0;)
        if (context_at(p, i)->serial == serial) {
            p->open = i;
            return true;
        }
    return false;
}

static void push_context(parser *p, tiptap_node *node, const tiptap_marks *pending, bool solid,
                         uint8_t options) {
    context *new = vector_push_zeroed(&p->contexts);
    new->node = node;
    new->pending = pending;
    new->serial = ++p->serial;
    new->state = schema_start((tiptap_type)node->type);
    new->solid = solid;
    new->options = options;
}

static void enter_inner(parser *p, tiptap_node *node, bool solid) {
    close_extra(p);
    context *parent = top(p);
    apply_pending(p, parent);
    parent->state = schema_next(parent->state, (tiptap_type)node->type);
    uint8_t options = node->type == TIPTAP_CODE_BLOCK ? PRESERVE_SPACE | PRESERVE_LINES : parent->options;
    push_context(p, node, parent->pending, solid, options);
    p->open++;
}

/* Where a node of that type can stand: in the open context or around it, out to the first solid one; perhaps
 * with wrappers. The fewest wrappers count. */
static bool find_place(parser *p, tiptap_type type, uint32_t line) {
    route best = {0, NULL};
    bool found = false;
    size_t place = 0;
    for (size_t depth = p->open + 1; depth-- > 0;) {
        context *at = context_at(p, depth);
        route wrapping;
        if (schema_find_wrapping(at->state, type, &wrapping) && (!found || wrapping.length < best.length)) {
            best = wrapping;
            found = true;
            place = depth;
            if (wrapping.length == 0)
                break;
        }
        if (at->solid)
            break;
    }
    if (!found)
        return false;
    p->open = place;
    for (size_t i = 0; i < best.length; i++)
        enter_inner(p, tiptap_new_node(p->arena, (tiptap_type)best.types[i], line), false);
    return true;
}

static bool insert_node(parser *p, tiptap_node *node) {
    if (!find_place(p, (tiptap_type)node->type, node->line))
        return false;
    close_extra(p);
    context *at = top(p);
    apply_pending(p, at);
    at->state = schema_next(at->state, (tiptap_type)node->type);
    node->marks = at->active;
    tiptap_append(at->node, node);
    return true;
}

static bool enter(parser *p, tiptap_node *node) {
    if (!find_place(p, (tiptap_type)node->type, node->line))
        return false;
    enter_inner(p, node, true);
    return true;
}

/* ---- text -------------------------------------------------------------------------------------------- */

/* Where white space begins that is not one plain space. */
static size_t find_loose_space(slice text) {
    size_t at = 0;
    while ((at = slice_words_end(text, at, false)) < text.length) {
        bool next = at + 1 < text.length && is_html_space(text.data[at + 1]);
        if (is_html_space(text.data[at]) && (text.data[at] != ' ' || next))
            return at;
        at++; /* a control character, or a space before one or at the end */
    }
    return at;
}

/* Runs of HTML white space become one space. The text itself where nothing changes. */
static slice collapse_space(parser *p, slice text) {
    size_t at = find_loose_space(text);
    if (at == text.length)
        return text;
    char *copy = arena_alloc(p->arena, text.length);
    memcpy(copy, text.data, at);
    size_t length = at;
    while (at < text.length) {
        copy[length++] = ' ';
        while (at < text.length && is_html_space(text.data[at]))
            at++;
        size_t words = at + find_loose_space(slice_from(text, at));
        memcpy(copy + length, text.data + at, words - at);
        length += words - at;
        at = words;
    }
    return (slice){copy, length};
}

/* \r\n and \r become \n. */
static slice normalize_lines(parser *p, slice text) {
    if (slice_find_char(text, '\r', 0) == SLICE_NONE)
        return text;
    char *copy = arena_alloc(p->arena, text.length);
    size_t length = 0;
    for (size_t i = 0; i < text.length; i++) {
        copy[length++] = text.data[i] == '\r' ? '\n' : text.data[i];
        i += text.data[i] == '\r' && i + 1 < text.length && text.data[i + 1] == '\n';
    }
    return (slice){copy, length};
}

static bool is_blank(slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (!is_html_space(text.data[i]))
            return false;
    return true;
}

/* White space at the start goes where nothing, a line break or white space stands before it. */
static slice strip_leading_space(parser *p, const context *at, const dom_node *previous, slice text) {
    if (text.length == 0 || !is_html_space(text.data[0]) || p->open + 1 != p->contexts.count)
        return text;
    const tiptap_node *before = tiptap_last_child(at->node);
    bool strip = !before || (previous && previous->tag == DOM_TAG_BR) ||
                 (before->type == TIPTAP_TEXT && is_html_space(before->text_data[before->size - 1]));
    return strip ? slice_from(text, 1) : text;
}

static void add_text(parser *p, const dom_node *node, slice text, const dom_node *previous, uint32_t line) {
    const context *at = top(p);
    bool preserved = at->options & PRESERVE_LINES;
    if (!preserved && !tiptap_is_textblock((tiptap_type)at->node->type) && is_blank(text))
        return;
    slice value =
        preserved ? normalize_lines(p, text) : strip_leading_space(p, at, previous, collapse_space(p, text));
    if (value.length && !insert_node(p, tiptap_new_text(p->arena, value, NULL, line)) && !is_blank(value))
        note_dropped(p, node);
}

/* ---- rules ------------------------------------------------------------------------------------------- */

typedef enum condition {
    IF_ALWAYS,
    IF_NOT_CARD,         /* a link without the class of cards */
    IF_LINKED_PICTURE,   /* with an address, the class and a picture */
    IF_HAS_PLAIN_SOURCE, /* img[src]:not([src^="data:"]) */
    IF_TASK_ITEM,        /* by its data-type, as the list */
    IF_TASK_LIST,
    IF_NOT_NORMAL_WEIGHT, /* b, unless its style says normal */
    IF_NOT_NORMAL_STYLE,  /* i, likewise */
    IF_CARD_GRID,         /* by its class, with a card in it that does not link */
    IF_CARD,              /* by its class, in a grid */
    IF_CARD_IMAGE,        /* likewise, in a card */
    IF_CARD_BODY,
    IF_CARD_TITLE, /* in a card's body */
    IF_CARD_DESCRIPTION,
    IF_CARD_LINK,
    IF_DETAILS_CONTENT, /* by its data-type */
    IF_ACCORDION,       /* by its class */
} condition;

typedef struct parse_rule {
    uint8_t tag;
    uint8_t condition;
    bool is_mark;
    uint8_t type; /* tiptap_type or tiptap_mark_type */
} parse_rule;

enum { NODE, MARK };

static const parse_rule RULES[] = {
#define RULE(tag, condition, kind, symbol) {DOM_TAG_##tag, IF_##condition, kind, TIPTAP_##symbol},
#include "schema.def"
};

/* 1 + the first rule of the tag; 0: it has none. Made before main. */
static uint8_t first_rule[DOM_TAG_COUNT];

__attribute__((constructor)) static void index_rules(void) {
    for (size_t i = sizeof RULES / sizeof *RULES; i-- > 0;)
        first_rule[RULES[i].tag] = (uint8_t)(i + 1);
}

static bool has_picture(const dom_node *element) {
    for (const dom_node *child = element->first_child; child; child = child->next)
        if (child->tag == DOM_TAG_IMG)
            return true;
    return false;
}

static bool has_card(const dom_node *element) {
    for (const dom_node *child = element->first_child; child; child = child->next)
        if (child->tag == DOM_TAG_DIV && tiptap_has_class(child, TIPTAP_ELEMENT_CARD))
            return true;
    return false;
}

static bool is_card(const dom_node *element) {
    return element && (element->tag == DOM_TAG_DIV || element->tag == DOM_TAG_A) &&
           tiptap_has_class(element, TIPTAP_ELEMENT_CARD) && dom_is(element->parent, DOM_TAG_DIV) &&
           tiptap_has_class(element->parent, TIPTAP_ELEMENT_CARD_GRID);
}

static bool is_card_body(const dom_node *element) {
    return dom_is(element, DOM_TAG_DIV) && tiptap_has_class(element, TIPTAP_ELEMENT_CARD_BODY) &&
           is_card(element->parent);
}

/* ---- style attributes -------------------------------------------------------------------------------- */

static bool is_word_character(char c) {
    return is_alnum(c) || c == '_' || c == '-';
}

/* The next `name: value` of a style attribute at or behind `*at` (from_dom: parseStyles). */
static bool next_style(slice style, size_t *at, slice *name, slice *value) {
    size_t i = *at;
    while (i < style.length) {
        while (i < style.length && !is_word_character(style.data[i]))
            i++;
        size_t from = i;
        while (i < style.length && is_word_character(style.data[i]))
            i++;
        size_t to = i;
        while (i < style.length && is_space(style.data[i]))
            i++;
        if (from == to || i + 1 >= style.length || style.data[i] != ':' || style.data[i + 1] == ';')
            continue;
        size_t end = slice_find_char(style, ';', i);
        *at = end == SLICE_NONE ? style.length : end;
        *name = slice_sub(style, from, to);
        *value = slice_trim(slice_sub(style, i + 1, *at));
        return true;
    }
    *at = i;
    return false;
}

/* /^(bold(er)?|[5-9]\d{2,})$/ */
static bool is_bold_weight(slice value) {
    if (slice_equal(value, SLICE("bold")) || slice_equal(value, SLICE("bolder")))
        return true;
    for (size_t i = 0; i < value.length; i++)
        if (!is_digit(value.data[i]))
            return false;
    return value.length >= 3 && value.data[0] >= '5';
}

static bool contains(slice text, slice part) {
    return slice_find(text, part, 0) != SLICE_NONE;
}

/* The set with the mark that all declarations of its kind share: what one adds, another takes away. */
static const tiptap_marks *add_instance(parser *p, const tiptap_marks *set, tiptap_mark_type type) {
    if (!p->style_marks[type])
        p->style_marks[type] = tiptap_new_mark(p->arena, type);
    return tiptap_add_mark(p->arena, set, p->style_marks[type]);
}

static const tiptap_marks *add_style_mark(parser *p, const tiptap_marks *set, slice name, slice value) {
    if (slice_equal(name, SLICE("font-weight")) && is_bold_weight(value))
        return add_instance(p, set, TIPTAP_BOLD);
    if (slice_equal(name, SLICE("font-style")) && slice_equal(value, SLICE("italic")))
        return add_instance(p, set, TIPTAP_ITALIC);
    if (slice_equal(name, SLICE("text-decoration"))) {
        if (contains(value, SLICE("line-through")))
            set = add_instance(p, set, TIPTAP_STRIKE);
        if (contains(value, SLICE("underline")))
            set = add_instance(p, set, TIPTAP_UNDERLINE);
    }
    if (slice_equal(name, SLICE("vertical-align")) && slice_equal(value, SLICE("super")))
        set = add_instance(p, set, TIPTAP_SUPERSCRIPT);
    if (slice_equal(name, SLICE("vertical-align")) && slice_equal(value, SLICE("sub")))
        set = add_instance(p, set, TIPTAP_SUBSCRIPT);
    return set;
}

/* The marks that the style attribute stands for (readStyles). */
static const tiptap_marks *read_styles(parser *p, const dom_node *element) {
    const slice *style = dom_attribute_get(element, SLICE("style"));
    const tiptap_marks *set = NULL;
    slice name, value;
    for (size_t at = 0; style && next_style(*style, &at, &name, &value);)
        set = add_style_mark(p, set, name, value);
    return set;
}

/* Whether the style's last declaration of `property` is `normal` (element.style in the browser). */
static bool is_set_normal(const dom_node *element, slice property) {
    const slice *style = dom_attribute_get(element, SLICE("style"));
    bool normal = false;
    slice name, value;
    for (size_t at = 0; style && next_style(*style, &at, &name, &value);)
        if (slice_equal_nocase(name, property))
            normal = slice_equal_nocase(value, SLICE("normal"));
    return normal;
}

static bool applies(condition when, const dom_node *element) {
    switch (when) {
    case IF_ALWAYS:
        return true;
    case IF_NOT_CARD:
        return !tiptap_has_class(element, TIPTAP_ELEMENT_CARD);
    case IF_LINKED_PICTURE:
        return dom_attribute_get(element, SLICE("href")) &&
               tiptap_has_class(element, TIPTAP_ELEMENT_LINKED_IMAGE) && has_picture(element);
    case IF_HAS_PLAIN_SOURCE: {
        const slice *source = dom_attribute_get(element, SLICE("src"));
        return source && !slice_starts_with(*source, SLICE("data:"));
    }
    case IF_TASK_ITEM:
        return tiptap_has_data_type(element, TIPTAP_ELEMENT_TASK_ITEM);
    case IF_TASK_LIST:
        return tiptap_has_data_type(element, TIPTAP_ELEMENT_TASK_LIST);
    case IF_NOT_NORMAL_WEIGHT:
        return !is_set_normal(element, SLICE("font-weight"));
    case IF_NOT_NORMAL_STYLE:
        return !is_set_normal(element, SLICE("font-style"));
    case IF_CARD_GRID:
        return tiptap_has_class(element, TIPTAP_ELEMENT_CARD_GRID) && has_card(element);
    case IF_CARD:
        return is_card(element);
    case IF_CARD_IMAGE:
        return tiptap_has_class(element, TIPTAP_ELEMENT_CARD_IMAGE) && is_card(element->parent);
    case IF_CARD_BODY:
        return is_card_body(element);
    case IF_CARD_TITLE:
        return tiptap_has_class(element, TIPTAP_ELEMENT_CARD_TITLE) && is_card_body(element->parent);
    case IF_CARD_DESCRIPTION:
        return tiptap_has_class(element, TIPTAP_ELEMENT_CARD_DESCRIPTION) && is_card_body(element->parent);
    case IF_CARD_LINK:
        return tiptap_has_class(element, TIPTAP_ELEMENT_CARD_LINK) && is_card_body(element->parent);
    case IF_DETAILS_CONTENT:
        return tiptap_has_data_type(element, TIPTAP_ELEMENT_DETAILS_CONTENT);
    case IF_ACCORDION:
        return tiptap_has_class(element, TIPTAP_ELEMENT_ACCORDION);
    }
    return false;
}

static const parse_rule *find_rule(const dom_node *element) {
    size_t first = first_rule[element->tag];
    if (!first || (element->tag == DOM_TAG_DIV && dom_attribute_count(element) == 0))
        return NULL;
    for (size_t i = first - 1; i < sizeof RULES / sizeof *RULES; i++)
        if (RULES[i].tag == element->tag && applies((condition)RULES[i].condition, element))
            return &RULES[i];
    return NULL;
}

bool tiptap_reads_as_node(dom_node *element, const tiptap_node *node, arena *a) {
    const parse_rule *rule = find_rule(element);
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    element->flags |= HOLDS_PARAGRAPH;
    return rule && !rule->is_mark && rule->type == node->type &&
           reads_as(element, node->values, first, count, a);
}

bool tiptap_reads_as_mark(const dom_node *element, const tiptap_mark *mark, arena *a) {
    const parse_rule *rule = find_rule(element);
    size_t count;
    tiptap_attribute first = tiptap_mark_attributes(mark->type, &count);
    return rule && rule->is_mark && rule->type == mark->type &&
           reads_as(element, mark->values, first, count, a);
}

bool tiptap_is_block_element(const dom_node *element) {
    for (size_t i = 0; i < sizeof RULES / sizeof *RULES; i++)
        if (RULES[i].tag == element->tag && !RULES[i].is_mark &&
            !tiptap_is_inline((tiptap_type)RULES[i].type) && applies((condition)RULES[i].condition, element))
            return true;
    return false;
}

/* ---- elements ---------------------------------------------------------------------------------------- */

/* from_dom: blockTags; of those without a rule of their own. */
static bool is_block_tag(const dom_node *element) {
    switch (element->tag) {
    case DOM_TAG_ADDRESS:
    case DOM_TAG_ARTICLE:
    case DOM_TAG_ASIDE:
    case DOM_TAG_CANVAS:
    case DOM_TAG_DD:
    case DOM_TAG_DIV:
    case DOM_TAG_DL:
    case DOM_TAG_FIELDSET:
    case DOM_TAG_FIGCAPTION:
    case DOM_TAG_FIGURE:
    case DOM_TAG_FOOTER:
    case DOM_TAG_FORM:
    case DOM_TAG_HEADER:
    case DOM_TAG_NOSCRIPT:
    case DOM_TAG_SECTION:
    case DOM_TAG_TFOOT:
        return true;
    case DOM_TAG_UNKNOWN:
        return slice_equal(dom_name(element), SLICE("hgroup")) ||
               slice_equal(dom_name(element), SLICE("output"));
    default:
        return false;
    }
}

/* from_dom: ignoreTags. */
static bool is_ignored(const dom_node *element) {
    return element->tag == DOM_TAG_HEAD || element->tag == DOM_TAG_NOSCRIPT ||
           element->tag == DOM_TAG_OBJECT || element->tag == DOM_TAG_SCRIPT ||
           element->tag == DOM_TAG_STYLE || element->tag == DOM_TAG_TITLE;
}

/* A list that stands directly in a list belongs to the item before it (normalizeList). */
static void normalize_list(dom_node *list) {
    dom_node *item = NULL;
    for (dom_node *child = list->first_child; child; child = child->next) {
        if (child->type != DOM_ELEMENT)
            continue;
        if ((child->tag == DOM_TAG_UL || child->tag == DOM_TAG_OL) && item) {
            dom_remove(child);
            dom_append(item, child);
            child = item;
        } else {
            item = child->tag == DOM_TAG_LI ? child : NULL;
        }
    }
}

static open_element *push_element(parser *p, const dom_node *element, const tiptap_marks *styles,
                                  uint32_t style_start) {
    open_element *new = vector_push_zeroed(&p->elements);
    new->element = element;
    new->styles = styles;
    new->style_start = style_start;
    return new;
}

static void remove_styles(parser *p, const tiptap_marks *styles, uint32_t start) {
    for (size_t i = 0; styles && i < styles->count; i++)
        remove_pending_mark(p, styles->items[i], start);
}

static const tiptap_marks *add_styles(parser *p, const dom_node *element) {
    const tiptap_marks *styles = dom_attribute_count(element) ? read_styles(p, element) : NULL;
    for (size_t i = 0; styles && i < styles->count; i++)
        add_pending_mark(p, styles->items[i]);
    return styles;
}

/* A leaf: a line break, rule, picture, frame. A line break where only text fits is a line end. */
static void add_leaf(parser *p, const dom_node *element, tiptap_node *node) {
    if (insert_node(p, node))
        return;
    if (element->tag == DOM_TAG_BR) {
        if (tiptap_is_textblock((tiptap_type)top(p)->node->type))
            add_text(p, element, SLICE("\n"), NULL, element->line);
        return;
    }
    note_dropped(p, element);
}

/* addElementByRule. Whether the children are to be read: it is open then. */
static bool enter_by_rule(parser *p, const dom_node *element, const parse_rule *rule) {
    uint32_t style_start = top(p)->serial;
    const tiptap_marks *styles = add_styles(p, element);
    size_t count;
    if (rule->is_mark) {
        tiptap_attribute first = tiptap_mark_attributes((tiptap_mark_type)rule->type, &count);
        tiptap_mark *mark = arena_alloc(p->arena, sizeof *mark);
        *mark = (tiptap_mark){(tiptap_mark_type)rule->type, read_attributes(p->arena, element, first, count)};
        add_pending_mark(p, mark);
        open_element *new = push_element(p, element, styles, style_start);
        new->mark = mark;
        new->start = top(p)->serial;
        return true;
    }
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)rule->type, &count);
    tiptap_node *node = tiptap_new_node(p->arena, (tiptap_type)rule->type, element->line);
    node->values = count ? read_attributes(p->arena, element, first, count) : NULL;
    if (tiptap_is_leaf((tiptap_type)rule->type)) {
        add_leaf(p, element, node);
        remove_styles(p, styles, style_start);
        return false;
    }
    bool entered = enter(p, node);
    open_element *new = push_element(p, element, styles, style_start);
    new->start = top(p)->serial;
    new->synchronize = new->leave = entered;
    return true;
}

/* An element without a rule: its children take its place. */
static bool enter_unknown(parser *p, const dom_node *element) {
    uint32_t start = top(p)->serial;
    bool block = is_block_tag(element);
    if (block) {
        const tiptap_node *first = top(p)->node->first_child;
        if (first && tiptap_is_inline((tiptap_type)first->type) && p->open > 0) {
            p->open--;
            start = top(p)->serial;
        }
    } else if (!element->first_child) {
        return false;
    }
    uint32_t style_start = top(p)->serial;
    const tiptap_marks *styles = add_styles(p, element);
    open_element *new = push_element(p, element, styles, style_start);
    new->start = start;
    new->synchronize = block;
    return true;
}

/* addElement. Whether the children are to be read. */
static bool enter_element(parser *p, dom_node *element) {
    if (element->tag == DOM_TAG_UL || element->tag == DOM_TAG_OL)
        normalize_list(element);
    const parse_rule *rule = find_rule(element);
    if (rule)
        return enter_by_rule(p, element, rule);
    if (is_ignored(element)) {
        note_dropped(p, element);
        return false;
    }
    return enter_unknown(p, element);
}

static void leave_element(parser *p) {
    open_element done = *(open_element *)vector_last(&p->elements);
    vector_pop(&p->elements);
    if (!done.leave)
        remove_styles(p, done.mark ? NULL : done.styles, done.style_start);
    if (done.synchronize && synchronize(p, done.start) && done.leave)
        p->open--;
    if (done.mark)
        remove_pending_mark(p, done.mark, done.start);
    if (done.leave || done.mark)
        remove_styles(p, done.styles, done.style_start);
}

/* ---- the walk ---------------------------------------------------------------------------------------- */

/* Flags the lists that hold a paragraph, so that each is asked in constant time whether it is tight. */
static void mark_paragraph_holders(dom_node *body) {
    for (dom_node *at = body; at; at = dom_next(at, body))
        if (at->tag == DOM_TAG_P)
            for (dom_node *up = at->parent; up && !(up->flags & HOLDS_PARAGRAPH); up = up->parent) {
                up->flags |= HOLDS_PARAGRAPH;
                if (up == body)
                    break;
            }
}

/* The node behind one that has been read. Of those before it, which no rule asks for any more, the places are
 * used for the document; but of the last one whether it is a line break. */
static dom_node *pass_node(parser *p, dom_node *node) {
    dom_node *next = node->next, *previous = dom_previous(node);
    if (p->dropped)
        return next;
    if (previous)
        dom_reuse(previous, p->arena);
    if (!next)
        dom_reuse(node, p->arena);
    return next;
}

tiptap_node *tiptap_parse(dom_node *body, arena *a, vector *dropped) {
    parser p = {.arena = a,
                .dropped = dropped,
                .contexts = vector_new(a, sizeof(context)),
                .elements = vector_new(a, sizeof(open_element))};
    tiptap_node *document = tiptap_new_node(a, TIPTAP_DOC, body->line);
    mark_paragraph_holders(body);
    push_context(&p, document, NULL, true, 0);
    dom_node *at = body->first_child, *parent = body;
    for (;;) {
        if (!at) {
            if (parent == body)
                break;
            leave_element(&p);
            dom_node *left = parent;
            parent = left->parent;
            at = pass_node(&p, left);
        } else if (at->type == DOM_ELEMENT && enter_element(&p, at)) {
            parent = at;
            at = at->first_child;
        } else {
            if (at->type == DOM_TEXT)
                add_text(&p, at, dom_text(at), dom_previous(at), at->line);
            at = pass_node(&p, at);
        }
    }
    p.open = 0;
    close_extra(&p);
    finish_context(&p, context_at(&p, 0));
    return document;
}
