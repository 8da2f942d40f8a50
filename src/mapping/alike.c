/* Boxes that are alike: runs of elements that each hold one picture and little text, whatever they are
 * called.
 *
 * Comes in: a page as it is. Goes out: runs, each with its boxes as items and the evidence for cards. Names
 * differ on every site; structure does not. The page is measured once, from its end to its start; one walk
 * goes down wherever an element holds more than one box, so that rows, wrappers and cells around boxes do not
 * count; neighbouring boxes of one structure make a run. Linear in the page. (The idea is that of data
 * records in web pages: Liu, Grossman, Zhai, "Mining Data Records in Web Pages", 2003.)
 */
#include "engine.h"

enum {
    BOX_TEXT_MAX = 480,    /* UTF-16 units: a title, a description and the words of a link */
    TURN_MAX = 4,          /* siblings between two pictures that are one box */
    ALIKE_IN_HUNDRED = 45, /* of the kinds of elements in two boxes, those in both */
    EVIDENCE_NEEDED = 4
};

/* What speaks for cards and against: one table, weighed in `weigh`. */
typedef enum evidence {
    SIDE_BY_SIDE, /* a style sheet places the boxes beside each other: visitors saw a grid */
    NAMED,        /* the names of rows, columns, grids, cards, tiles around them: authors meant a grid */
    ALL_LINK,     /* every box leads somewhere: teasers do, illustrations do not */
    SHARED_LINK,  /* the picture and the words lead to the same place: one thing to click */
    ALL_TITLED,   /* a heading, bold words or a name in two boxes of three */
    ALL_WORDS,    /* two boxes of three say something */
    SHORT_WORDS,  /* and little: a name, a line */
    MANY,         /* three or more: two can be chance */
    NAMES_IN_ALT, /* linked pictures whose descriptions are names, each another */
    IN_TURNS,     /* pictures and texts that follow each other without a box: often an article */
    BOX_LINKS,    /* the whole box is the link */
    IN_PAGE,      /* links to places in the page: a table of contents */
    NO_PICTURES,  /* text alone needs more to be a card than a picture does */
    TABLE_ROWS,   /* rows of a table: data more often than cards */
    NO_WORDS,     /* nothing but pictures: a gallery */
    OWN_FILE,     /* pictures that open themselves: a gallery */
    ONE_NAME,     /* all are called the same */
    LONG_TEXT,    /* texts that are paragraphs of an article */
    EVIDENCE_COUNT
} evidence;

static const struct {
    int weight;
    const char *words;
} EVIDENCE[EVIDENCE_COUNT] = {
    [SIDE_BY_SIDE] = {3, "side by side"},
    [NAMED] = {2, "called rows, columns, cards or tiles"},
    [ALL_LINK] = {2, "each with a link"},
    [SHARED_LINK] = {1, "picture and words link to the same page"},
    [ALL_TITLED] = {2, "with titles"},
    [ALL_WORDS] = {1, "with some words"},
    [SHORT_WORDS] = {1, "which are few"},
    [MANY] = {1, "three or more"},
    [NAMES_IN_ALT] = {3, "each picture described by a name of its own"},
    [IN_TURNS] = {-1, "pictures and texts in turn, without boxes"},
    [BOX_LINKS] = {2, "each box one link"},
    [IN_PAGE] = {-4, "links within the page"},
    [NO_PICTURES] = {-3, "no pictures"},
    [TABLE_ROWS] = {-2, "rows of a table"},
    [NO_WORDS] = {-2, "pictures without words"},
    [OWN_FILE] = {-3, "pictures that open themselves"},
    [ONE_NAME] = {-4, "all of one name"},
    [LONG_TEXT] = {-2, "long texts"},
};

/* ---- measuring --------------------------------------------------------------------------------------- */

/* A node of the page, in document order. */
typedef struct box {
    dom_node *node;
    size_t parent, end; /* `end`: the first box behind what is in it */
    uint32_t pictures, links, titles, units;
    bool rich, shows;
    const dom_node *picture;
    uint64_t sketch; /* a bit for each kind of element in it that is no mere emphasis */
} box;

typedef struct measure {
    engine *engine;
    box *boxes;
    size_t count;
} measure;

static bool has_source(const dom_node *node) {
    const slice *source = node->tag == DOM_TAG_IMG ? dom_attribute_get(node, SLICE("src")) : NULL;
    return source && slice_trim(*source).length;
}

static void measure_node(box *b) {
    const dom_node *node = b->node;
    b->shows = node->type == DOM_TEXT ? !is_blank(node) : node->type == DOM_ELEMENT && shows_something(node);
    if (node->type == DOM_TEXT)
        b->units = b->shows ? (uint32_t)utf16_length(slice_trim(node->text)) : 0;
    b->pictures = node->tag == DOM_TAG_IMG;
    b->picture = has_source(node) ? node : NULL;
    b->links = link_address(node) != NULL;
    b->rich = is_rich(node);
    b->titles = is_heading(node) || node->tag == DOM_TAG_B || node->tag == DOM_TAG_STRONG;
}

/* The element's bit. Wrappers come and go between boxes of one kind; what is in them does not. */
static uint64_t kind_bit(const dom_node *node) {
    size_t tag = node->type == DOM_TEXT ? DOM_TAG_COUNT : node->tag;
    return UINT64_C(1) << ((tag * UINT64_C(0x9E3779B97F4A7C15)) >> 58);
}

static void add_to_parent(measure *m, size_t i) {
    box *b = &m->boxes[i];
    if (b->parent == SIZE_MAX || !b->shows)
        return;
    box *up = &m->boxes[b->parent];
    up->pictures += b->pictures;
    up->links += b->links;
    up->titles += b->titles && (b->units || b->pictures);
    up->units = up->units > BOX_TEXT_MAX * 4 ? up->units : up->units + b->units;
    up->rich |= b->rich;
    up->shows = true;
    up->picture = up->picture ? up->picture : b->picture;
    if (b->node->type == DOM_TEXT || !is_inline(b->node) || b->pictures)
        up->sketch |= b->sketch | kind_bit(b->node);
    else
        up->sketch |= b->sketch;
}

static measure measure_page(engine *e) {
    measure m = {.engine = e};
    size_t count = 0, i = 0, up = SIZE_MAX;
    for (const dom_node *at = e->body; at; at = dom_next(at, e->body))
        count++;
    m.boxes = arena_zeroed(e->arena, count * sizeof *m.boxes);
    m.count = count;
    for (dom_node *at = e->body; at; at = dom_next(at, e->body), i++) {
        while (up != SIZE_MAX && m.boxes[up].node != at->parent) {
            m.boxes[up].end = i;
            up = m.boxes[up].parent;
        }
        m.boxes[i] = (box){.node = at, .parent = up};
        measure_node(&m.boxes[i]);
        up = i;
    }
    for (; up != SIZE_MAX; up = m.boxes[up].parent)
        m.boxes[up].end = count;
    for (i = count; i-- > 0;)
        add_to_parent(&m, i);
    return m;
}

/* ---- names and layout -----------------------------------------------------------------------------------
 */

static bool has_layout(const dom_node *node) {
    return node->type == DOM_ELEMENT && dom_attribute_get(node, SLICE("layout"));
}

static bool is_named(const dom_node *node, const char *const *names) {
    const slice *classes = node->type == DOM_ELEMENT ? dom_attribute_get(node, SLICE("class")) : NULL;
    size_t at = 0;
    for (slice word; classes && (word = slice_next_word(*classes, &at)).length;)
        for (size_t i = 0; names[i]; i++)
            if (slice_find(word, slice_of(names[i]), 0) != SLICE_NONE)
                return true;
    return false;
}

static bool names_box(const dom_node *node) {
    static const char *const NAMES[] = {"col", "card", "tile", "item", "box", NULL};
    return is_named(node, NAMES);
}

static bool names_layout(const dom_node *node) {
    static const char *const NAMES[] = {"row", "grid", "gallery", NULL};
    return names_box(node) || is_named(node, NAMES);
}

/* ---- finding runs ------------------------------------------------------------------------------------ */

/* Of the walk: a box, or something else that shows. */
typedef struct place {
    size_t index;
    bool is_box;
} place;

/* Text alone is a box only where a style or a name sets it beside others. */
static bool can_be_box(const box *b) {
    if (b->node->type != DOM_ELEMENT || b->rich || b->units > BOX_TEXT_MAX)
        return false;
    if (b->pictures == 0)
        return b->links && b->units && (has_layout(b->node) || names_box(b->node));
    return b->pictures == 1 && b->picture;
}

/* Whether there may be boxes in it. */
static bool can_hold_boxes(const box *b) {
    bool block = b->node->type == DOM_ELEMENT && !is_inline(b->node) && b->node->tag != DOM_TAG_P &&
                 b->node->tag != DOM_TAG_LI && b->node->tag != DOM_TAG_IMG;
    return b->pictures ? b->node->tag != DOM_TAG_IMG : block && b->links > 1;
}

static vector list_places(const measure *m) {
    vector places = vector_new(m->engine->arena, sizeof(place));
    for (size_t i = 1; i < m->count;) {
        const box *b = &m->boxes[i];
        bool gap = !b->shows || b->node->tag == DOM_TAG_HR || b->node->tag == DOM_TAG_STYLE;
        bool is_box = can_be_box(b), within = !gap && !is_box && can_hold_boxes(b);
        if (!gap && !within)
            *(place *)vector_push(&places) = (place){i, is_box};
        i = within ? i + 1 : b->end;
    }
    return places;
}

static unsigned count_bits(uint64_t bits) {
    unsigned count = 0;
    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* Parts that are absent in some are tolerated, `tolerant`: any number of them; another structure is not. */
static bool are_alike(const box *one, const box *other, bool tolerant) {
    uint64_t common = one->sketch & other->sketch;
    unsigned both = count_bits(common), any = count_bits(one->sketch | other->sketch);
    return any == 0 || (tolerant && (common == one->sketch || common == other->sketch)) ||
           both * 100 >= any * ALIKE_IN_HUNDRED;
}

static const box *box_at(const measure *m, const vector *places, size_t i) {
    return &m->boxes[((const place *)vector_at(places, i))->index];
}

static bool is_bare(const box *b) {
    return b->units == 0;
}

/* The innermost element around both. */
static size_t common_parent(const measure *m, size_t one, size_t other) {
    size_t up = m->boxes[one].parent;
    while (up != SIZE_MAX && m->boxes[up].end <= other)
        up = m->boxes[up].parent;
    return up;
}

static dom_node *child_of(const measure *m, size_t around, size_t i) {
    while (m->boxes[i].parent != around)
        i = m->boxes[i].parent;
    return m->boxes[i].node;
}

/* ---- weighing ---------------------------------------------------------------------------------------- */

static bool is_title(const dom_node *node) {
    static const char *const NAMES[] = {"title", "name", NULL};
    return is_heading(node) || node->tag == DOM_TAG_B || node->tag == DOM_TAG_STRONG || is_named(node, NAMES);
}

/* Whether the box or something around it, up to what holds all boxes, has the property. */
static bool holds_around(const measure *m, const alike_run *run, size_t i, bool (*test)(const dom_node *)) {
    for (size_t up = i; up != SIZE_MAX && up != 0; up = m->boxes[up].parent) {
        if (test(m->boxes[up].node))
            return true;
        if (m->boxes[up].node == run->around)
            break;
    }
    return false;
}

static bool is_cell(const dom_node *node) {
    return node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH;
}

static const slice *link_around(const dom_node *node, const dom_node *top) {
    for (const dom_node *at = node; at; at = at->parent) {
        const slice *href = link_address(at);
        if (href)
            return href;
        if (at == top)
            break;
    }
    return NULL;
}

static bool is_picture_file(slice address) {
    static const char *const ENDS[] = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".svg"};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        slice end = slice_of(ENDS[i]);
        if (address.length >= end.length &&
            slice_equal_nocase(slice_from(address, address.length - end.length), end))
            return true;
    }
    return false;
}

/* What a box is called: its first words, or else its picture's description. */
static slice name_of(const measure *m, size_t from, size_t end, const dom_node *picture) {
    for (size_t i = from; i < end; i++)
        if (m->boxes[i].node->type == DOM_TEXT && m->boxes[i].shows)
            return collapse_text(m->boxes[i].node->text, m->engine->arena);
    const slice *alt = picture ? dom_attribute_get(picture, SLICE("alt")) : NULL;
    return alt ? collapse_text(*alt, m->engine->arena) : SLICE("");
}

typedef struct tally {
    size_t pictures, in_page, box_links, links, shared, titled, words, own_files, sides, named, units;
    size_t same_names; /* as the first */
    slice first_name;
} tally;

/* One box: the boxes [from, end) in document order. */
static void count_box(const measure *m, const alike_run *run, size_t from, size_t end, tally *t) {
    const dom_node *picture = NULL, *top = m->boxes[from].node;
    bool titled = false, words = false, linked_words = false;
    size_t units = 0, links = 0, in_page = 0;
    for (size_t i = from; i < end; i++) {
        const box *b = &m->boxes[i];
        picture = picture ? picture : b->node->tag == DOM_TAG_IMG ? b->node : NULL;
        titled |= b->units > 0 && is_title(b->node);
        words |= b->node->type == DOM_TEXT && b->shows;
        units += b->node->type == DOM_TEXT ? b->units : 0;
        const slice *href = link_address(b->node);
        links += href != NULL;
        in_page += href && slice_starts_with(slice_trim(*href), SLICE("#"));
    }
    t->in_page += in_page > 0;
    const slice *picture_link = picture ? link_around(picture, top) : NULL;
    for (size_t i = from; i < end && picture_link; i++)
        if (m->boxes[i].node->type == DOM_TEXT && m->boxes[i].shows) {
            const slice *href = link_around(m->boxes[i].node, top);
            linked_words |= href && slice_equal(slice_trim(*href), slice_trim(*picture_link));
        }
    t->links += links > 0;
    t->shared += linked_words;
    t->titled += titled;
    t->words += words;
    t->units += units;
    t->own_files += picture_link && links == 1 && is_picture_file(slice_trim(*picture_link));
    t->sides += holds_around(m, run, from, has_layout) || holds_around(m, run, from, is_cell);
    t->named += holds_around(m, run, from, names_layout);
    slice name = name_of(m, from, end, picture);
    t->pictures += picture != NULL;
    t->box_links +=
        link_address(top) != NULL ||
        (m->boxes[from].links == 1 && m->boxes[from + 1].links == 1 && top->first_child == top->last_child);
    if (!t->first_name.data)
        t->first_name = name;
    t->same_names += slice_equal(name, t->first_name);
}

static void weigh(const measure *m, alike_run *run, const tally *t, bool in_turns) {
    size_t n = run->count;
    const bool holds[EVIDENCE_COUNT] = {
        [SIDE_BY_SIDE] = t->sides == n,
        [NAMED] = t->named == n,
        [ALL_LINK] = t->links == n,
        [SHARED_LINK] = t->shared == n,
        [ALL_TITLED] = t->titled * 3 >= n * 2,
        [ALL_WORDS] = t->words * 3 >= n * 2,
        [SHORT_WORDS] = t->words == n && !in_turns && t->units / n <= 120,
        [MANY] = n >= 3,
        [NAMES_IN_ALT] = t->words == 0 && t->links == n && t->own_files == 0 && t->named == n &&
                         t->same_names == 1 && t->first_name.length > 0,
        [IN_TURNS] = in_turns,
        [BOX_LINKS] = t->pictures == 0 && t->box_links == n,
        [IN_PAGE] = t->pictures == 0 && t->in_page * 2 > n,
        [NO_PICTURES] = t->pictures == 0,
        [TABLE_ROWS] = run->items[0].first->tag == DOM_TAG_TR,
        [NO_WORDS] = t->words == 0,
        [OWN_FILE] = t->own_files * 2 > n,
        [ONE_NAME] = n > 1 && t->same_names == n,
        [LONG_TEXT] = t->units / n > 300,
    };
    buffer out = buffer_new(m->engine->arena, 128);
    buffer_printf(&out, "%zu boxes alike", n);
    for (int i = 0; i < EVIDENCE_COUNT; i++)
        if (holds[i]) {
            run->evidence += EVIDENCE[i].weight;
            buffer_printf(&out, ", %s%s", EVIDENCE[i].weight < 0 ? "but " : "", EVIDENCE[i].words);
        }
    run->words = buffer_slice(&out);
    run->enough = run->evidence >= EVIDENCE_NEEDED;
}

/* ---- runs -------------------------------------------------------------------------------------------- */

/* A box as the places [from, end): one element, or a picture and the siblings that belong to it. */
typedef struct turn {
    size_t from, end;
} turn;

static bool is_part_of_table(const dom_node *node) {
    return node->tag == DOM_TAG_TR || node->tag == DOM_TAG_TBODY || node->tag == DOM_TAG_THEAD ||
           node->tag == DOM_TAG_TFOOT;
}

/* A table or a list becomes cards as a whole, or not at all. */
static void settle_around(alike_run *run) {
    while (run->whole && is_part_of_table(run->around) && run->around->parent) {
        for (const dom_node *child = run->around->parent->first_child; child; child = child->next)
            run->whole &= child == run->around || is_blank(child);
        run->around = run->whole ? run->around->parent : run->around;
    }
    bool parts = is_part_of_table(run->around) || run->around->tag == DOM_TAG_TABLE ||
                 run->around->tag == DOM_TAG_UL || run->around->tag == DOM_TAG_OL;
    run->enough &= run->whole || !parts;
}

static void add_run(const measure *m, const vector *places, const turn *turns, size_t count, bool in_turns) {
    engine *e = m->engine;
    const place *first = vector_at(places, turns[0].from),
                *last = vector_at(places, turns[count - 1].end - 1);
    alike_run *run = arena_zeroed(e->arena, sizeof *run);
    size_t around = common_parent(m, first->index, last->index);
    run->around = m->boxes[around].node;
    run->first = child_of(m, around, first->index);
    run->last = child_of(m, around, last->index);
    run->items = arena_zeroed(e->arena, count * sizeof *run->items);
    run->count = count;
    tally t = {0};
    for (size_t i = 0; i < count; i++) {
        const place *start = vector_at(places, turns[i].from), *end = vector_at(places, turns[i].end - 1);
        run->items[i].first = m->boxes[start->index].node;
        run->items[i].last = m->boxes[end->index].node;
        count_box(m, run, start->index, m->boxes[end->index].end, &t);
    }
    run->whole = around != 0;
    for (size_t i = around + 1; run->whole && i < first->index;
         i = m->boxes[i].end <= first->index ? m->boxes[i].end : i + 1)
        run->whole = m->boxes[i].end > first->index || !m->boxes[i].shows;
    for (size_t i = m->boxes[last->index].end; run->whole && i < m->boxes[around].end; i = m->boxes[i].end)
        run->whole = !m->boxes[i].shows;
    weigh(m, run, &t, in_turns);
    settle_around(run);
    run->start = run->whole ? run->around : run->first;
    *(alike_run **)vector_push(&e->alike) = run;
}

/* Boxes that follow each other. Returns the place behind them. */
static size_t find_boxes(const measure *m, const vector *places, size_t from, turn *turns) {
    size_t end = from, count = 0;
    const box *first = box_at(m, places, from);
    for (; end < places->count && ((const place *)vector_at(places, end))->is_box; end++) {
        const box *b = box_at(m, places, end);
        /* among siblings in a box of their own, words may be absent in some */
        bool tolerant = b->parent == first->parent && b->parent != 0;
        if (count && ((is_bare(b) != is_bare(first) && !tolerant) || b->pictures != first->pictures ||
                      !are_alike(first, b, tolerant)))
            break;
        turns[count++] = (turn){end, end + 1};
    }
    if (count >= 2)
        add_run(m, places, turns, count, false);
    return end;
}

/* What a sibling between pictures is, as a reader sees it. */
static int kind_of(const box *b) {
    if (b->node->type != DOM_ELEMENT)
        return 'x';
    if (is_heading(b->node))
        return 'h';
    for (const dom_node *at = b->node; at; at = at->first_child) {
        while (at->next && is_blank(at))
            at = at->next;
        if (at->tag == DOM_TAG_B || at->tag == DOM_TAG_STRONG)
            return 'b';
        if (link_address(at))
            return 'a';
    }
    return 't';
}

/* The place is a picture without words, and a child of `parent`. */
static bool is_bare_picture(const measure *m, const vector *places, size_t i, size_t parent) {
    return i < places->count && ((const place *)vector_at(places, i))->is_box &&
           is_bare(box_at(m, places, i)) && box_at(m, places, i)->parent == parent;
}

/* The place is no box, and a child of `parent`. */
static bool is_text(const measure *m, const vector *places, size_t i, size_t parent) {
    return i < places->count && !((const place *)vector_at(places, i))->is_box &&
           box_at(m, places, i)->parent == parent;
}

/* Whether a title stands before the picture at place `i`. */
static bool has_title_before(const measure *m, const vector *places, size_t i, size_t parent) {
    int kind = i > 0 && is_text(m, places, i - 1, parent) ? kind_of(box_at(m, places, i - 1)) : 0;
    return kind == 'h' || kind == 'b';
}

/* Pictures with alike siblings, all children of one element, from place `from` on, which is a picture without
 * words: each picture with the texts behind it, or with the title before it and the texts up to the next
 * title. Returns the place behind what was looked at. */
static size_t find_turns(const measure *m, const vector *places, size_t from, turn *turns) {
    size_t parent = box_at(m, places, from)->parent, count = 0, end = from, shortest = SIZE_MAX;
    size_t second = from + 1;
    while (second - from <= TURN_MAX && is_text(m, places, second, parent))
        second++;
    bool before = second < places->count && has_title_before(m, places, from, parent) &&
                  is_bare_picture(m, places, second, parent) && has_title_before(m, places, second, parent) &&
                  (second > from + 1 || from > 0);
    size_t start = before ? from - 1 : from;
    for (size_t picture = from; is_bare_picture(m, places, picture, parent);) {
        size_t next = picture + 1;
        while (next - picture <= TURN_MAX && is_text(m, places, next, parent))
            next++;
        bool last = !is_bare_picture(m, places, next, parent);
        end = before && !last ? next - 1 : next;
        if (before && !last && !has_title_before(m, places, next, parent))
            last = true;
        if (end == start + 1 && !before && (!count || !box_at(m, places, picture)->links))
            break;
        if (count && !before && end > start + 1 && turns[0].end > turns[0].from + 1 &&
            kind_of(box_at(m, places, picture + 1)) != kind_of(box_at(m, places, turns[0].from + 1)))
            break;
        if (last && count && end - start > shortest) /* what follows the last one may be anything */
            end = start + shortest;
        shortest = end - start > 1 && end - start < shortest ? end - start : shortest;
        turns[count++] = (turn){start, end};
        start = end;
        if (last)
            break;
        picture = next;
    }
    if (count >= 2)
        add_run(m, places, turns, count, true);
    return count >= 2 ? start : from + 1;
}

void find_alike(engine *e) {
    measure m = measure_page(e);
    if (m.boxes[0].pictures < 2 && m.boxes[0].links < 2)
        return;
    vector places = list_places(&m);
    turn *turns = arena_alloc(e->arena, (places.count + 1) * sizeof *turns);
    for (size_t i = 0; i < places.count;) {
        const place *p = vector_at(&places, i);
        size_t end = p->is_box ? find_boxes(&m, &places, i, turns) : i + 1;
        if (p->is_box && end == i + 1 && is_bare(box_at(&m, &places, i)))
            end = find_turns(&m, &places, i, turns);
        i = end;
    }
}
