/* Boxes that are alike: runs of elements that each hold one picture and little text, whatever they are
 * called.
 *
 * Comes in: a page as it is. Goes out: runs, each with its boxes as items and the evidence for cards. Names
 * differ on every site; structure does not. The page is measured once, from its end to its start; one walk
 * goes down wherever an element holds more than one box, so that rows, wrappers and cells around boxes do not
 * count; neighbouring boxes of one structure make a run. Linear in the page. (The idea is that of data
 * records in web pages: Liu, Grossman, Zhai, "Mining Data Records in Web Pages", 2003.)
 */
#include "pass.h"

enum {
    BOX_TEXT_MAX = 480,    /* UTF-16 units: a title, a description and the words of a link */
    FEW_UNITS = 120,       /* a name, a line */
    LONG_UNITS = 300,      /* more than a card's description holds */
    TURN_MAX = 4,          /* siblings between two pictures that are one box */
    ICON_MAX = 96,         /* pixels: a card shows its picture over its whole width */
    SIDE_ICON_MAX = 120,   /* the same beside words, where the page shows it in a seventh of its column */
    ALIKE_IN_HUNDRED = 45, /* of the kinds of elements in two boxes, those in both */
    EVIDENCE_NEEDED = 4
};

/* Eight questions are asked of boxes alike; each has one answer, so that nothing counts twice. */
typedef enum answer {
    /* how they stand */
    SET_AND_NAMED, /* a style sheet places them beside each other, and names say so: a grid to author and
                      visitor */
    SET,           /* a style sheet or a table does: visitors saw a grid */
    NAMED,         /* rows, columns, grids, cards, tiles by name: authors meant one */
    NOT_SET,
    /* what makes a box of them */
    ELEMENTS,
    TURNS,      /* pictures and texts that follow each other, no element around: often an article */
    TABLE_ROWS, /* of two cells: a picture and its text */
    DATA_ROWS,  /* of more, or below names of columns: data more often than cards */
    STEPS,      /* numbered: each shows what to do */
    /* where they lead */
    ALL_LINK,    /* each somewhere: teasers do, illustrations do not */
    SHARED_LINK, /* picture and words to one place: one thing to click */
    BOX_LINKS,   /* no pictures, and each all link */
    BUTTONS,     /* the same, and each a line: a menu */
    IN_PAGE,     /* to places in the page: a table of contents */
    OWN_FILE,    /* pictures that open themselves: a gallery */
    NO_LINKS,
    /* whether they have titles: a heading, bold words or a name in two of three */
    TITLED,
    UNTITLED,
    /* what they say */
    FEW_WORDS,
    SOME_WORDS,
    LONG_WORDS,   /* paragraphs of an article */
    HEADED,       /* a title above the picture and nothing else, no link: small sections */
    NAMES_IN_ALT, /* nothing, but pictures that link to pages of the site are described by names, each by
                     another; logos, badges and signs of networks lead away */
    NO_WORDS,     /* a gallery */
    PARTLY_WORDS, /* less than two of three say something */
    /* how many: two can be chance */
    TWO,
    MANY,
    CAPTIONED, /* two, each with a line, without title and link: pictures of an article beside each other */
    /* whether they show pictures: text alone needs more to be cards */
    PICTURES,
    ICONS, /* that would be blown up */
    NO_PICTURES,
    /* whether their names differ */
    OWN_NAMES,
    ONE_NAME, /* all are called the same */
    ANSWERS
} answer;

/* `part`: what each box has, for people; `against`: why they are no cards. */
static const struct {
    int weight;
    const char *part, *against;
} EVIDENCE[ANSWERS] = {
    [SET_AND_NAMED] = {5, NULL, NULL},
    [SET] = {3, NULL, NULL},
    [NAMED] = {2, NULL, NULL},
    [NOT_SET] = {0, NULL, "no style sheet puts them side by side"},
    [ELEMENTS] = {0, NULL, NULL},
    [TURNS] = {-1, NULL, "pictures and texts only follow each other, as in an article"},
    [TABLE_ROWS] = {-1, NULL, "rows of a table"},
    [DATA_ROWS] = {-3, NULL, "rows of a table, as data are"},
    [STEPS] = {-4, NULL, "numbered steps"},
    [ALL_LINK] = {2, "a link", NULL},
    [SHARED_LINK] = {3, "a link on picture and words", NULL},
    [BOX_LINKS] = {4, "a link", NULL},
    [BUTTONS] = {-4, "a link", "nothing but links, as buttons are"},
    [IN_PAGE] = {-2, "a link within the page", "links within the page, as in a table of contents"},
    [OWN_FILE] = {-3, "a link to the picture itself", "pictures that open themselves, as in a gallery"},
    [NO_LINKS] = {0, NULL, "not all of them link"},
    [TITLED] = {2, "a title", NULL},
    [UNTITLED] = {0, NULL, "no titles"},
    [FEW_WORDS] = {2, "a line of text", NULL},
    [SOME_WORDS] = {1, "some text", NULL},
    [LONG_WORDS] = {-1, "a long text", "long texts, as in an article"},
    [HEADED] = {-3, NULL, "headings above pictures and nothing else, as small sections are"},
    [NAMES_IN_ALT] = {1, NULL, NULL},
    [NO_WORDS] = {-2, NULL, "pictures without words, as in a gallery"},
    [PARTLY_WORDS] = {0, NULL, "few of them say something"},
    [TWO] = {0, NULL, NULL},
    [MANY] = {1, NULL, NULL},
    [CAPTIONED] = {-3, NULL, "two pictures with captions, as in an article"},
    [PICTURES] = {0, "a picture", NULL},
    [ICONS] = {-6, "an icon", "icons, which cards would blow up"},
    [NO_PICTURES] = {-3, NULL, "no pictures"},
    [OWN_NAMES] = {0, NULL, NULL},
    [ONE_NAME] = {-4, NULL, "all of one name"},
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
    mapping_pass *pass;
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
        b->units = b->shows ? (uint32_t)utf16_length(slice_trim(dom_text(node))) : 0;
    b->pictures = node->tag == DOM_TAG_IMG;
    b->picture = has_source(node) ? node : NULL;
    b->links = link_address(node) != NULL;
    b->rich = is_rich(node);
    b->titles = dom_is_heading(node->tag) || node->tag == DOM_TAG_B || node->tag == DOM_TAG_STRONG;
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

static measure measure_page(mapping_pass *pass) {
    measure m = {.pass = pass};
    size_t count = 0, i = 0, up = SIZE_MAX;
    for (const dom_node *at = pass->body; at; at = dom_next(at, pass->body))
        count++;
    m.boxes = arena_alloc(pass->scratch, count * sizeof *m.boxes);
    m.count = count;
    for (dom_node *at = pass->body; at; at = dom_next(at, pass->body), i++) {
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

/* A box: the nodes [from, end) in document order, and a cell below them, [other, other_end), or none. */
typedef struct member {
    size_t from, end;
    size_t last; /* of the nodes: its last element */
    size_t other, other_end;
} member;

/* Of the walk: a box, or something else that shows. */
typedef struct place {
    size_t index;
    bool is_box;
    const vector *members; /* of member: a table whose cells are boxes in pairs; else NULL */
} place;

/* Text alone is a box only where a style or a name sets it beside others. */
static bool can_be_box(const box *b) {
    if (b->node->type != DOM_ELEMENT || b->rich || b->units > BOX_TEXT_MAX)
        return false;
    if (b->pictures == 0)
        return b->links && b->units && (has_layout(b->node) || names_box(b->node));
    return b->pictures == 1 && b->picture;
}

/* A box of the same name beside it: same element, same classes. */
static bool is_namesake(const box *b, const box *other) {
    const slice *names = dom_attribute_get(b->node, SLICE("class"));
    const slice *others =
        other->node->type == DOM_ELEMENT ? dom_attribute_get(other->node, SLICE("class")) : NULL;
    return names && others && slice_trim(*names).length && slice_equal(*names, *others) &&
           b->node->tag == other->node->tag && b->parent == other->parent && can_be_box(other);
}

/* Whether there may be boxes in it. */
static bool can_hold_boxes(const box *b) {
    bool block = b->node->type == DOM_ELEMENT && !is_inline(b->node) && b->node->tag != DOM_TAG_P &&
                 b->node->tag != DOM_TAG_LI && b->node->tag != DOM_TAG_IMG;
    return b->pictures ? b->node->tag != DOM_TAG_IMG : block && b->links > 1;
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

static size_t child_of(const measure *m, size_t around, size_t i) {
    while (m->boxes[i].parent != around)
        i = m->boxes[i].parent;
    return i;
}

/* ---- weighing ---------------------------------------------------------------------------------------- */

static bool plain_words(const dom_node *node) {
    for (const dom_node *at = node; at; at = dom_next(at, node))
        if (at->type == DOM_TEXT && !is_blank(at))
            return true;
    return false;
}

/* Whether nothing else is on its line: a title, no bold word of a sentence. */
static bool has_own_line(const dom_node *node) {
    enum { DEPTH_MAX = 8 };
    for (int depth = 0; depth < DEPTH_MAX && node->parent && is_inline(node); depth++, node = node->parent) {
        const dom_node *before = dom_previous(node), *after = node->next;
        while (before && is_inline(before) && before->tag != DOM_TAG_BR && !plain_words(before))
            before = dom_previous(before);
        while (after && is_inline(after) && after->tag != DOM_TAG_BR && !plain_words(after))
            after = after->next;
        if ((before && is_inline(before) && before->tag != DOM_TAG_BR) ||
            (after && is_inline(after) && after->tag != DOM_TAG_BR))
            return false;
    }
    return true;
}

static bool is_title(const dom_node *node) {
    static const char *const NAMES[] = {"title", "name", NULL};
    bool bold = node->tag == DOM_TAG_B || node->tag == DOM_TAG_STRONG;
    return dom_is_heading(node->tag) || is_named(node, NAMES) || (bold && has_own_line(node));
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
    return slice_ends_in(address, ENDS, sizeof ENDS / sizeof *ENDS);
}

typedef struct tally {
    size_t pictures, in_page, box_links, links, shared, titled, words, own_files, sides, named, units;
    size_t headed, buttons, captions, within, icons, numbered;
    size_t same_names; /* as the first */
    slice first_name;
    size_t bare_alts, first_bare_alt; /* pictures that nothing describes; the number of the first */
} tally;

/* What one box holds. */
typedef struct inside {
    const dom_node *picture;
    const slice *picture_link;
    size_t units, links, in_page, within;
    size_t title_units, linked_units; /* of those: in titles, in links */
    size_t texts, blocks;             /* with words */
    bool titled, words;
    bool picture_last; /* no words follow the picture */
    slice name;        /* its first words */
} inside;

/* Whether the address is of the site that the page is of. */
static bool leads_within(slice address) {
    size_t slash = slice_find(address, SLICE("/"), 0), colon = slice_find(address, SLICE(":"), 0);
    return !slice_starts_with(address, SLICE("#")) && !slice_starts_with(address, SLICE("//")) &&
           (colon == SLICE_NONE || (slash != SLICE_NONE && slash < colon));
}

/* The text, of the box at `top`. */
static void look_at_words(const measure *m, const box *b, const dom_node *top, inside *in) {
    bool linked = false, titled = false;
    for (const dom_node *at = b->node; at; at = at->parent) {
        linked |= link_address(at) != NULL;
        titled |= at->type == DOM_ELEMENT && is_title(at);
        if (at == top)
            break;
    }
    in->texts++;
    in->units += b->units;
    in->linked_units += linked ? b->units : 0;
    in->title_units += titled ? b->units : 0;
    if (!in->words)
        in->name = collapse_text(dom_text(b->node), m->pass->scratch);
    in->words = true;
    in->picture_last = false;
}

static void look_inside(const measure *m, size_t from, size_t end, inside *in) {
    const dom_node *top = m->boxes[from].node;
    for (size_t i = from; i < end; i++) {
        const box *b = &m->boxes[i];
        const slice *href = link_address(b->node);
        bool text = b->node->type == DOM_TEXT && b->shows;
        if (b->node->tag == DOM_TAG_IMG && !in->picture) {
            in->picture = b->node;
            in->picture_link = link_around(b->node, top);
            in->picture_last = true;
        }
        in->titled |= b->units > 0 && is_title(b->node);
        in->links += href != NULL;
        in->in_page += href && slice_starts_with(slice_trim(*href), SLICE("#"));
        in->within += href && leads_within(slice_trim(*href));
        in->blocks += b->node->type == DOM_ELEMENT && !is_inline(b->node) && i > from && b->units;
        if (text)
            look_at_words(m, b, top, in);
    }
}

/* Whether words of it lead where its picture does. */
static bool shares_link(const measure *m, size_t from, size_t end, const slice *picture_link) {
    for (size_t i = from; i < end && picture_link; i++)
        if (m->boxes[i].node->type == DOM_TEXT && m->boxes[i].shows) {
            const slice *href = link_around(m->boxes[i].node, m->boxes[from].node);
            if (href && slice_equal(slice_trim(*href), slice_trim(*picture_link)))
                return true;
        }
    return false;
}

/* The number that the words begin with, "Step" before it or not; 0: none. */
static size_t leading_number(slice words) {
    enum { DIGITS_MAX = 3 };
    const slice step = SLICE("step ");
    size_t number = 0, at = slice_equal_nocase(slice_sub(words, 0, step.length), step) ? step.length : 0;
    for (size_t end = at + DIGITS_MAX; at < words.length && at < end && is_digit(words.data[at]); at++)
        number = number * 10 + (size_t)(words.data[at] - '0');
    return at < words.length && is_alnum(words.data[at]) ? 0 : number;
}

bool picture_was_within(const mapping_pass *pass, const dom_node *picture, double pixels) {
    double width = 0, height = 0;
    if (pass->options.picture_size &&
        pass->options.picture_size(pass->options.context, picture, &width, &height))
        return width <= pixels && height <= pixels;
    bool wide = css_length(pass->options.styles, picture, CSS_WIDTH, -1, &width);
    bool high = css_length(pass->options.styles, picture, CSS_HEIGHT, -1, &height);
    return (wide || high) && width <= pixels && height <= pixels;
}

/* In a row of a picture and words (express/beside.c), which stays one where it does not become cards. */
static bool is_beside_words(const dom_node *node) {
    const slice name = SLICE("beside");
    const slice *own = dom_attribute_get(node, name),
                *around = node->parent && node->parent->type == DOM_ELEMENT
                              ? dom_attribute_get(node->parent, name)
                              : NULL;
    const slice *mark = own ? own : around;
    return mark && (slice_equal(*mark, SLICE("float")) || slice_equal(*mark, SLICE("table")));
}

static void count_box(const measure *m, const alike_run *run, const member *b, size_t number, tally *t) {
    const dom_node *top = m->boxes[b->from].node;
    inside in = {0};
    look_inside(m, b->from, b->end, &in);
    if (b->other_end)
        look_inside(m, b->other, b->other_end, &in);
    const slice *alt = in.picture ? dom_attribute_get(in.picture, SLICE("alt")) : NULL;
    slice described = alt ? collapse_text(*alt, m->pass->scratch) : SLICE("");
    slice name = in.words ? in.name : described;
    t->pictures += in.picture != NULL;
    t->in_page += in.in_page > 0;
    t->links += in.links > 0;
    t->shared += shares_link(m, b->from, b->end, in.picture_link) ||
                 (b->other_end && shares_link(m, b->other, b->other_end, in.picture_link));
    t->titled += in.titled;
    t->words += in.words;
    t->units += in.units;
    t->headed += in.titled && in.picture_last && in.title_units == in.units && !in.links;
    t->buttons += !in.picture && in.links == 1 && in.linked_units == in.units && in.blocks <= 1 && !in.titled;
    t->captions += in.picture && in.texts == 1 && !in.titled && !in.links;
    t->within += in.links > 0 && in.within == in.links;
    double icon = in.words && is_beside_words(top) ? SIDE_ICON_MAX : ICON_MAX;
    t->icons += in.picture && picture_was_within(m->pass, in.picture, icon);
    t->numbered += number == leading_number(name);
    t->own_files += in.picture_link && in.links == 1 && is_picture_file(slice_trim(*in.picture_link));
    t->sides += holds_around(m, run, b->from, has_layout) || holds_around(m, run, b->from, is_cell);
    t->named += holds_around(m, run, b->from, names_layout);
    t->box_links +=
        link_address(top) != NULL || (m->boxes[b->from].links == 1 && m->boxes[b->from + 1].links == 1 &&
                                      top->first_child == dom_last_child(top));
    if (!t->first_name.data)
        t->first_name = name;
    t->same_names += slice_equal(name, t->first_name);
    if (in.picture && !described.length && t->bare_alts++ == 0)
        t->first_bare_alt = number;
}

/* ---- answers ----------------------------------------------------------------------------------------- */

static answer ask_place(const tally *t, size_t n) {
    return t->sides == n && t->named == n ? SET_AND_NAMED
           : t->sides == n                ? SET
           : t->named == n                ? NAMED
                                          : NOT_SET;
}

/* Rows of two cells, and no names of columns above them. */
static bool are_pairs(const alike_run *run) {
    for (size_t i = 0; i < run->count; i++) {
        size_t cells = 0;
        for (const dom_node *cell = run->items[i].first->first_child; cell; cell = cell->next)
            cells += cell->type == DOM_ELEMENT;
        if (cells != 2)
            return false;
    }
    const dom_node *table = run->items[0].first->parent;
    while (table->tag != DOM_TAG_TABLE && table->parent)
        table = table->parent;
    for (const dom_node *at = table; at; at = dom_next(at, table))
        if ((at->tag == DOM_TAG_TH || at->tag == DOM_TAG_THEAD) && !is_blank(at))
            return false;
    return true;
}

static answer ask_form(const alike_run *run, const tally *t, bool turns) {
    const dom_node *first = run->items[0].first;
    bool listed = first->tag == DOM_TAG_LI && first->parent->tag == DOM_TAG_OL;
    if (listed || t->numbered == run->count)
        return STEPS;
    if (first->tag == DOM_TAG_TR)
        return are_pairs(run) ? TABLE_ROWS : DATA_ROWS;
    return turns ? TURNS : ELEMENTS;
}

static answer ask_links(const tally *t, size_t n) {
    if (t->pictures == 0 && t->in_page * 2 > n)
        return IN_PAGE;
    if (t->own_files * 2 > n)
        return OWN_FILE;
    if (t->pictures == 0 && t->buttons * 2 > n)
        return BUTTONS;
    if (t->pictures == 0 && t->box_links == n)
        return BOX_LINKS;
    return t->shared == n ? SHARED_LINK : t->links == n ? ALL_LINK : NO_LINKS;
}

static answer ask_words(const tally *t, size_t n, bool turns) {
    if (t->words == 0)
        return t->within == n && t->own_files == 0 && t->named == n && t->same_names == 1 &&
                       t->first_name.length
                   ? NAMES_IN_ALT
                   : NO_WORDS;
    if (t->units / n > LONG_UNITS)
        return LONG_WORDS;
    if (t->headed * 2 > n)
        return HEADED;
    if (t->words == n && !turns && t->units / n <= FEW_UNITS)
        return FEW_WORDS;
    return t->words * 3 >= n * 2 ? SOME_WORDS : PARTLY_WORDS;
}

static answer ask_number(const tally *t, size_t n) {
    return n >= 3 ? MANY : t->captions == n ? CAPTIONED : TWO;
}

static answer ask_pictures(const tally *t, size_t n) {
    return t->pictures == 0 ? NO_PICTURES : t->icons == n ? ICONS : PICTURES;
}

static void weigh(alike_run *run, const tally *t, bool turns) {
    size_t n = run->count;
    const answer answers[ALIKE_QUESTIONS] = {
        ask_place(t, n),        ask_form(run, t, turns),
        ask_links(t, n),        t->titled * 3 >= n * 2 ? TITLED : UNTITLED,
        ask_words(t, n, turns), ask_number(t, n),
        ask_pictures(t, n),     n > 1 && t->same_names == n ? ONE_NAME : OWN_NAMES};
    int evidence = 0;
    for (int i = 0; i < ALIKE_QUESTIONS; i++) {
        run->answers[i] = (unsigned char)answers[i];
        evidence += EVIDENCE[answers[i]].weight;
    }
    run->enough = evidence >= EVIDENCE_NEEDED;
    run->bare_alts = t->bare_alts;
    run->first_bare_alt = t->first_bare_alt;
}

/* ---- words for people -------------------------------------------------------------------------------- */

slice describe_alike(const alike_run *run, arena *a) {
    static const int PICTURE_TITLE_WORDS_LINK[] = {6, 3, 4, 2}; /* the questions, as one reads a box */
    const char *parts[ALIKE_QUESTIONS];
    size_t count = 0;
    for (size_t i = 0; i < sizeof PICTURE_TITLE_WORDS_LINK / sizeof *PICTURE_TITLE_WORDS_LINK; i++) {
        answer one = (answer)run->answers[PICTURE_TITLE_WORDS_LINK[i]];
        bool all_title = one == FEW_WORDS && count && parts[count - 1] == EVIDENCE[TITLED].part;
        if (EVIDENCE[one].part && !all_title)
            parts[count++] = EVIDENCE[one].part;
    }
    buffer out = buffer_new(a, 128);
    buffer_printf(&out, "%zu boxes alike", run->count);
    for (size_t i = 0; i < count; i++)
        buffer_printf(&out, "%s%s", i == 0 ? ", each " : i + 1 == count ? " and " : ", ", parts[i]);
    if (run->bare_alts == 1)
        buffer_printf(&out, "; the picture of the %.*s has no description",
                      SLICE_ARGS(ordinal(run->first_bare_alt, a)));
    else if (run->bare_alts == run->count)
        buffer_append_string(&out, "; no picture has a description");
    else if (run->bare_alts)
        buffer_printf(&out, "; %zu pictures have no description", run->bare_alts);
    return buffer_slice(&out);
}

slice doubts_of_alike(const alike_run *run, arena *a) {
    buffer out = buffer_new(a, 128);
    for (int negative = 1; negative >= 0 && !out.length; negative--)
        for (int i = 0; i < ALIKE_QUESTIONS; i++) {
            const char *against = EVIDENCE[run->answers[i]].against;
            if (against && (EVIDENCE[run->answers[i]].weight < 0) == negative)
                buffer_printf(&out, "%s%s", out.length ? "; " : "", against);
        }
    return out.length ? buffer_slice(&out) : SLICE("the table or list has more in it"); /* settle_around */
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

/* Whether the element shows nothing but what is in [first, end). */
static bool shows_only(const measure *m, size_t around, size_t first, size_t end) {
    for (size_t i = around + 1; i < first; i = m->boxes[i].end <= first ? m->boxes[i].end : i + 1)
        if (m->boxes[i].end <= first && m->boxes[i].shows)
            return false;
    for (size_t i = end; i < m->boxes[around].end; i = m->boxes[i].end)
        if (m->boxes[i].shows)
            return false;
    return true;
}

static void add_run(const measure *m, const member *members, size_t count, bool turns) {
    mapping_pass *pass = m->pass;
    const member *last = &members[count - 1];
    size_t first = members[0].from, end = last->other_end ? last->other_end : last->end;
    size_t around = common_parent(m, first, end - 1);
    alike_run *run = arena_zeroed(pass->scratch, sizeof *run);
    run->around = m->boxes[around].node;
    run->first = m->boxes[child_of(m, around, first)].node;
    run->last = m->boxes[child_of(m, around, end - 1)].node;
    run->items = arena_zeroed(pass->scratch, count * sizeof *run->items);
    run->count = count;
    tally t = {0};
    for (size_t i = 0; i < count; i++) {
        run->items[i].first = m->boxes[members[i].from].node;
        run->items[i].last = m->boxes[members[i].last].node;
        run->items[i].other = members[i].other_end ? m->boxes[members[i].other].node : NULL;
        count_box(m, run, &members[i], i + 1, &t);
    }
    run->whole = around != 0 && shows_only(m, around, first, end);
    weigh(run, &t, turns);
    settle_around(run);
    run->start = run->whole ? run->around : run->first;
    *(alike_run **)vector_push(&pass->alike) = run;
}

static member member_of(const measure *m, const vector *places, const turn *t) {
    const place *from = vector_at(places, t->from), *last = vector_at(places, t->end - 1);
    return (member){.from = from->index, .last = last->index, .end = m->boxes[last->index].end};
}

/* Whether the member at the end of a run (next to `neighbour`) is a piece of something larger, that is no
 * box. */
static bool is_piece(const measure *m, const member *one, const member *neighbour) {
    size_t around = common_parent(m, one->from < neighbour->from ? one->from : neighbour->from,
                                  (one->from < neighbour->from ? neighbour->end : one->end) - 1);
    size_t wrapper = child_of(m, around, one->from);
    return wrapper != one->from && !shows_only(m, wrapper, one->from, one->end);
}

/* The places of each turn as a box. */
static void add_run_of_turns(const measure *m, const vector *places, const turn *turns, size_t count,
                             bool in_turns) {
    member *members = arena_zeroed(m->pass->scratch, count * sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = member_of(m, places, &turns[i]);
    while (!in_turns && count >= 2 && is_piece(m, &members[count - 1], &members[count - 2]))
        count--;
    while (!in_turns && count >= 2 && is_piece(m, &members[0], &members[1])) {
        members++;
        count--;
    }
    if (count >= 2)
        add_run(m, members, count, in_turns);
}

/* ---- tables of pictures and names in turn ------------------------------------------------------------ */

/* The next child of boxes[parent] behind boxes[i] (0: the first) that is an element, or SIZE_MAX. */
static size_t next_element(const measure *m, size_t parent, size_t i) {
    for (i = i ? m->boxes[i].end : parent + 1; i < m->boxes[parent].end; i = m->boxes[i].end)
        if (m->boxes[i].node->type == DOM_ELEMENT)
            return i;
    return SIZE_MAX;
}

typedef enum row_kind { ROW_OTHER, ROW_BLANK, ROW_PICTURES, ROW_NAMES } row_kind;

static row_kind kind_of_row(const measure *m, size_t row) {
    row_kind kind = ROW_BLANK;
    for (size_t cell = next_element(m, row, 0); cell != SIZE_MAX; cell = next_element(m, row, cell)) {
        const box *b = &m->boxes[cell];
        row_kind one = b->rich || b->units > BOX_TEXT_MAX                ? ROW_OTHER
                       : !b->shows                                       ? ROW_BLANK
                       : b->pictures == 1 && b->picture && b->units == 0 ? ROW_PICTURES
                       : b->pictures == 0                                ? ROW_NAMES
                                                                         : ROW_OTHER;
        if (one == ROW_OTHER || (one != ROW_BLANK && kind != ROW_BLANK && one != kind))
            return ROW_OTHER;
        kind = one == ROW_BLANK ? kind : one;
    }
    return kind;
}

/* The cells of two rows, each above the one below it. False where one is blank and the other is not. */
static bool pair_cells(const measure *m, size_t upper, size_t lower, vector *members) {
    size_t one = next_element(m, upper, 0), two = next_element(m, lower, 0);
    for (; one != SIZE_MAX && two != SIZE_MAX;
         one = next_element(m, upper, one), two = next_element(m, lower, two)) {
        if (m->boxes[one].shows != m->boxes[two].shows)
            return false;
        if (m->boxes[one].shows)
            *(member *)vector_push(members) = (member){.from = one,
                                                       .end = m->boxes[one].end,
                                                       .last = one,
                                                       .other = two,
                                                       .other_end = m->boxes[two].end};
    }
    return one == two;
}

/* The boxes of a table whose rows are pictures and names in turn; else NULL. */
static const vector *pair_rows(const measure *m, size_t table) {
    vector *members = arena_alloc(m->pass->scratch, sizeof *members);
    *members = vector_new(m->pass->scratch, sizeof(member));
    size_t upper = SIZE_MAX;
    row_kind upper_kind = ROW_BLANK;
    for (size_t part = next_element(m, table, 0); part != SIZE_MAX; part = next_element(m, table, part))
        for (size_t row = next_element(m, part, 0); row != SIZE_MAX; row = next_element(m, part, row)) {
            row_kind kind = m->boxes[row].node->tag == DOM_TAG_TR ? kind_of_row(m, row) : ROW_BLANK;
            bool header = m->boxes[part].node->tag != DOM_TAG_TBODY;
            if (kind == ROW_OTHER || (header && kind != ROW_BLANK) ||
                (kind != ROW_BLANK && kind == upper_kind))
                return NULL;
            if (kind != ROW_BLANK && upper_kind != ROW_BLANK && !pair_cells(m, upper, row, members))
                return NULL;
            if (kind != ROW_BLANK) {
                upper_kind = upper_kind == ROW_BLANK ? kind : ROW_BLANK;
                upper = row;
            }
        }
    return upper_kind == ROW_BLANK && members->count >= 2 ? members : NULL;
}

/* One of several boxes that has more in it than the others, too much for a card: none of them are cards then,
 * for a run is one decision. */
static bool is_too_much(const measure *m, const vector *places, size_t i) {
    const box *b = &m->boxes[i];
    if (b->node->type != DOM_ELEMENT || b->pictures != 1 || !b->picture || is_bare(b))
        return false;
    size_t next = b->end;
    while (b->parent != SIZE_MAX && next < m->boxes[b->parent].end && !m->boxes[next].shows)
        next = m->boxes[next].end;
    const place *before = places->count ? vector_last(places) : NULL;
    return (before && is_namesake(b, &m->boxes[before->index])) ||
           (next < m->count && is_namesake(b, &m->boxes[next]));
}

static vector list_places(const measure *m) {
    vector places = vector_new(m->pass->scratch, sizeof(place));
    for (size_t i = 1; i < m->count;) {
        const box *b = &m->boxes[i];
        bool gap = !b->shows || b->node->tag == DOM_TAG_HR || b->node->tag == DOM_TAG_STYLE;
        const vector *members = b->node->tag == DOM_TAG_TABLE && b->pictures > 1 ? pair_rows(m, i) : NULL;
        bool is_box = can_be_box(b) || is_too_much(m, &places, i),
             within = !gap && !is_box && !members && can_hold_boxes(b);
        if (!gap && !within)
            *(place *)vector_push(&places) = (place){i, is_box, members};
        i = within ? i + 1 : b->end;
    }
    return places;
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
        add_run_of_turns(m, places, turns, count, false);
    return end;
}

/* What a sibling between pictures is, as a reader sees it. */
static int kind_of(const box *b) {
    if (b->node->type != DOM_ELEMENT)
        return 'x';
    if (dom_is_heading(b->node->tag))
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

/* The place is no box, or one of text alone, and a child of `parent`. */
static bool is_text(const measure *m, const vector *places, size_t i, size_t parent) {
    const place *p = i < places->count ? vector_at(places, i) : NULL;
    return p && !p->members && m->boxes[p->index].parent == parent &&
           (!p->is_box || m->boxes[p->index].pictures == 0);
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
        add_run_of_turns(m, places, turns, count, true);
    return count >= 2 ? start : from + 1;
}

/* Boxes are alike by what they show or lead to. */
static bool has_two(const dom_node *body) {
    size_t pictures = 0, links = 0;
    for (const dom_node *at = body; at && pictures < 2 && links < 2; at = dom_next(at, body)) {
        pictures += at->tag == DOM_TAG_IMG;
        links += link_address(at) != NULL;
    }
    return pictures >= 2 || links >= 2;
}

static void find_runs(measure *m, mapping_pass *pass) {
    vector places = list_places(m);
    turn *turns = arena_alloc(pass->scratch, (places.count + 1) * sizeof *turns);
    for (size_t i = 0; i < places.count;) {
        const place *p = vector_at(&places, i);
        if (p->members)
            add_run(m, p->members->items, p->members->count, false);
        size_t end = p->is_box ? find_boxes(m, &places, i, turns) : i + 1;
        if (p->is_box && end == i + 1 && is_bare(box_at(m, &places, i)))
            end = find_turns(m, &places, i, turns);
        i = end;
    }
}

void find_alike(mapping_pass *pass) {
    if (!has_two(pass->body))
        return;
    measure m = measure_page(pass);
    if (m.boxes[0].pictures >= 2 || m.boxes[0].links >= 2)
        find_runs(&m, pass);
    arena_drop(pass->scratch, m.boxes, m.count * sizeof *m.boxes);
}
