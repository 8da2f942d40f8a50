/* What the files of the cascade share: which declarations hold for an element (cascade_match.c), the
 * attributes of HTML that stand for some (css_hints.c), and what they compute to (cascade.c).
 */
#ifndef ISOMERIZE_CASCADE_H
#define ISOMERIZE_CASCADE_H

#include "css_private.h"

typedef struct custom {
    slice name;
    const css_declaration *declaration;
} custom;

typedef struct winner {
    const css_declaration *declaration;
    bool lost; /* gone with the page */
} winner;

/* The declarations that hold for one element or pseudo-element, and what they compute to. Few of the
 * properties have one, and few are asked for: both lists are short, so that many styles fit into the
 * processor's cache. */
typedef struct winners {
    winner *items;
    custom *customs;
    uint32_t custom_count;
    slice *computed;
    uint8_t computed_count, computed_capacity;
    bool loses;                              /* one of the items is lost */
    uint8_t item_of[CSS_PROPERTY_COUNT];     /* 1 + its place in `items`; 0: no declaration */
    uint8_t computed_of[CSS_PROPERTY_COUNT]; /* 1 + its place in `computed`; 0: not asked for yet */
} winners;
_Static_assert(CSS_PROPERTY_COUNT < UINT8_MAX, "places of properties are bytes");

static inline const winner *winner_of(const winners *w, css_property property) {
    return w->item_of[property] ? &w->items[w->item_of[property] - 1] : NULL;
}

typedef struct class_effect {
    slice name;
    unsigned effects;
} class_effect;

/* Properties, and CSS_CUSTOM. */
typedef struct property_set {
    uint64_t bits[CSS_PROPERTY_COUNT / 64 + 1];
} property_set;

static inline void add_property(property_set *set, css_property property) {
    set->bits[property / 64] |= UINT64_C(1) << property % 64;
}

static inline bool has_property(const property_set *set, css_property property) {
    return set->bits[property / 64] >> property % 64 & 1;
}

/* What of a style hangs on the window's width. */
typedef enum css_hanging {
    HANGS_ON_NOTHING, /* it holds in both windows */
    HANGS_ITSELF,     /* but what is inside inherits the same */
    HANGS_WITH_INNER
} css_hanging;

typedef struct style {
    uint32_t parent;         /* the number of the parent's; 0: of none */
    uint32_t as_parent;      /* the number that stands for all that hand down the same */
    uint8_t hanging, window; /* css_hanging; in which window it holds */
    property_set hangs;      /* which of its properties do */
    uint64_t cost;           /* steps that it took to make it, but for the page's own sheets */
    unsigned effects;
    bool generates;                   /* css_generates */
    winners *parts[CSS_PSEUDO_COUNT]; /* NULL but for the element: no rule */
    class_effect *classes;            /* that its rules name */
    uint32_t class_count;
    void *note;    /* css_style_note */
    uint64_t seen; /* by the cascade with this number: its classes are counted */
} style;

typedef struct style_set {
    arena *arena;
    vector styles;   /* of style*; [0] is nobody's */
    hash_map shared; /* their numbers, by all that decides about them: make_key */
} style_set;

/* The declaration that is ahead for a property, so far. */
typedef struct best {
    const css_declaration *declaration, *agent;
    uint64_t rank, agent_rank;
    bool lost;
} best;

/* The declarations of one element or pseudo-element as they come. */
typedef struct contest {
    best *all; /* by property, of those that have entered; NULL until one comes */
    bool *has_entered;
    css_property *entered;
    size_t entered_count;
} contest;

struct css_style_cache {
    const css_sheets *sheets;
    style_set set;
    uint64_t cascades; /* so far */
};

struct css_cascade {
    const css_sheets *sheets, *own; /* own: the page's; NULL: none */
    css_style_cache *cache;         /* NULL: none, or not for this page */
    dom_node *root;
    arena *arena;
    dom_matcher *matcher; /* NULL until an element is matched */
    style_set *local;     /* of this page only */
    uint64_t number;      /* of the cache's cascades */
    size_t kept;          /* styles that it has given to the cache */
    bool started, settled;
    uint32_t root_style;
    vector put_aside; /* of uint32_t: the styles of the first of two cascades, in document order */
    vector around;    /* of dom_node: stand-ins for the elements around the page's content, outermost first */
    double root_font_size;
    vector used;      /* of style*: whose classes count */
    hash_map classes; /* of class_effect, of the first `counted` of them */
    size_t counted;
    /* while one element is matched */
    buffer key;
    vector held;         /* of const css_match* */
    uint64_t tried;      /* rules, for the element in hand */
    css_hanging hanging; /* of the rules for it, in either window */
    property_set hangs;
    const property_set *outer_hangs; /* the parent's; NULL: none does */
    contest contests[CSS_PSEUDO_COUNT];
};

/* Numbers of styles: those of the page itself have this bit. */
#define STYLE_LOCAL (UINT32_C(1) << 31)

static inline const style_set *set_of(const css_cascade *c, uint32_t number) {
    return number & STYLE_LOCAL ? c->local : &c->cache->set;
}

static inline style *style_at(const css_cascade *c, uint32_t number) {
    return ((style **)set_of(c, number)->styles.items)[number & ~STYLE_LOCAL];
}

/* Makes the cascade ready to be asked. */
void cascade_start(css_cascade *c);
dom_matcher *cascade_matcher(css_cascade *c);
/* The number of the node's style, matching it and what it is in where that has not been done. */
uint32_t cascade_find_style(css_cascade *c, const dom_node *node);
static inline uint32_t cascade_style_of(css_cascade *c, const dom_node *node) {
    bool known = c->started && node && node->type == DOM_ELEMENT && node->style;
    return known ? node->style : cascade_find_style(c, node);
}
slice cascade_computed(css_cascade *c, uint32_t number, css_pseudo pseudo, css_property property);
double cascade_font_size(css_cascade *c, uint32_t number, css_pseudo pseudo);

/* The declarations that an element's attributes stand for; lives in `a`. */
css_block css_hints_of(const dom_node *node, arena *a);
bool css_in_table_with_border(const dom_node *cell);

#endif
