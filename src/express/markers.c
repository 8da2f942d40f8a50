/* express: text that the browser makes: markers of list items, ::before and ::after, quotation marks.
 *
 * Comes in: the tree of a page and its styles. Goes out: the same tree with that text in it, so that the
 * stages behind it see what a visitor read. The schema has bullets and the numbers 1, 2, 3: a list that reads
 * otherwise becomes lines that begin with their markers. Never: a text that the theme makes on the new page
 * too, a picture font's letters, more than linear time.
 */
#include "private.h"

typedef struct counter {
    slice name;
    int64_t value;
    unsigned depth; /* of the element that made it: its scope is that element's parent */
} counter;

typedef enum list_way {
    LIST_PLAIN, /* as the schema has it */
    LIST_BULLETS,
    LIST_NUMBERS,
    LIST_TEXT, /* markers as text */
} list_way;

/* An element that the walk is inside of. */
typedef struct level {
    list_way way;       /* of a list */
    int64_t next, step; /* the number of the next item */
    int64_t shift;      /* of the counter `list-item` from the markers */
    bool unknown;       /* some marker of it is of a style that is not known here */
    bool signs;         /* its items have different signs, which say something */
    bool in_text;       /* inside an item of a list whose markers are text */
    bool bullets;       /* of a list with markers as text: bullets stand before them */
    bool joined;        /* paragraphs of its items became lines */
    bool lost;          /* of a list whose markers would be text, were that asked for: they are only told */
    finding *said;      /* of a list with markers as text */
    uint32_t line;
    buffer words;             /* written for it */
    const express_font *font; /* of text in it; NULL: one that draws letters as they are */
} level;

struct marking {
    css_cascade *styles;
    arena *arena;
    findings *found;
    const express_icons *icons;
    const dom_node *icon; /* the one just written; `row` is the finding for it, and for those before it */
    finding *row;
    buffer row_before, row_after; /* its words */
    vector replaced;              /* of dom_node *: names that stood for icons, FLAG_REPLACED */
    buffer letters; /* in a font that draws them as others, not known which: so far, and where they begin */
    uint32_t letters_line;
    const express_font *letters_font;
    slice families; /* looked up last, and what they are */
    const express_font *font;
    bool lists;     /* markers as text are asked for */
    bool unknown;   /* a number was asked for in a style that is not known here */
    bool signs;     /* those of the list in hand say something */
    int64_t item;   /* the number of the list item in hand: its counter `list-item` */
    bool changes;   /* the tree */
    bool generates; /* text of ::before and ::after, with FLAG_GENERATED */
    dom_node *body;
    bool lists_differ, lists_compared; /* signs_of_lists_differ */
    bool compared;                     /* express_compare_icons */
    vector counters, levels;
    unsigned quotes;      /* open ones */
    unsigned hidden;      /* depth of the outermost element around that is not shown; 0: none */
    unsigned kept_quotes; /* and what they were before it: for the page as it is shown nothing counts in it */
    vector kept_counters;
    buffer generated;
    uint32_t generated_line;
};

/* ---- CSS Counter Styles 3 ------------------------------------------------------------------------------ */

static void write_alphabetic(buffer *out, int64_t value, const char *const *letters, unsigned count) {
    const char *reversed[64];
    unsigned length = 0;
    for (; value > 0 && length < 64; value = (value - 1) / count)
        reversed[length++] = letters[(value - 1) % count];
    while (length)
        buffer_append_string(out, reversed[--length]);
}

static void write_latin(buffer *out, int64_t value, char first) {
    char letters[26][2];
    const char *all[26];
    for (int i = 0; i < 26; i++) {
        letters[i][0] = (char)(first + i);
        letters[i][1] = '\0';
        all[i] = letters[i];
    }
    write_alphabetic(out, value, all, 26);
}

static void write_roman(buffer *out, int64_t value, bool upper) {
    static const struct {
        int value;
        const char *lower, *upper;
    } PARTS[] = {{1000, "m", "M"}, {900, "cm", "CM"}, {500, "d", "D"},  {400, "cd", "CD"}, {100, "c", "C"},
                 {90, "xc", "XC"}, {50, "l", "L"},    {40, "xl", "XL"}, {10, "x", "X"},    {9, "ix", "IX"},
                 {5, "v", "V"},    {4, "iv", "IV"},   {1, "i", "I"}};
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        for (; value >= PARTS[i].value; value -= PARTS[i].value)
            buffer_append_string(out, upper ? PARTS[i].upper : PARTS[i].lower);
}

static bool is_bullet_style(slice style) {
    return express_is_among(style, "disc circle square disclosure-open disclosure-closed");
}

/* The number in a style; what is not known, and what the style has no sign for, in digits. */
static void write_number(marking *m, buffer *out, int64_t value, slice style) {
    static const char *const GREEK[] = {"α", "β", "γ", "δ", "ε", "ζ", "η", "θ", "ι", "κ", "λ", "μ",
                                        "ν", "ξ", "ο", "π", "ρ", "σ", "τ", "υ", "φ", "χ", "ψ", "ω"};
    if (express_is_among(style, "none"))
        return;
    if (is_bullet_style(style))
        buffer_append_string(out, "•");
    else if (value > 0 && express_is_among(style, "lower-alpha lower-latin"))
        write_latin(out, value, 'a');
    else if (value > 0 && express_is_among(style, "upper-alpha upper-latin"))
        write_latin(out, value, 'A');
    else if (value > 0 && value < 4000 && express_is_among(style, "lower-roman upper-roman"))
        write_roman(out, value, to_lower(style.data[0]) == 'u');
    else if (value > 0 && express_is_among(style, "lower-greek"))
        write_alphabetic(out, value, GREEK, 24);
    else
        buffer_printf(out, express_is_among(style, "decimal-leading-zero") ? "%02lld" : "%lld",
                      (long long)value);
    m->unknown =
        m->unknown || !express_is_among(style, "decimal decimal-leading-zero lower-alpha lower-latin "
                                               "upper-alpha upper-latin lower-roman upper-roman "
                                               "lower-greek disc circle square disclosure-open "
                                               "disclosure-closed");
}

/* ---- counters (CSS Lists 3 §4) ------------------------------------------------------------------------- */

static counter *innermost_counter(const marking *m, slice name) {
    for (size_t i = m->counters.count; i > 0; i--) {
        counter *c = vector_at(&m->counters, i - 1);
        if (slice_equal(c->name, name))
            return c;
    }
    return NULL;
}

static counter *make_counter(marking *m, slice name, unsigned depth) {
    counter *c = innermost_counter(m, name);
    if (!c || c->depth < depth) {
        c = vector_push_zeroed(&m->counters);
        c->name = slice_copy(name, m->arena);
        c->depth = depth;
    }
    c->value = 0;
    return c;
}

typedef enum counter_step { STEP_RESET, STEP_INCREMENT, STEP_SET } counter_step;

/* No page nests more counters than this; what goes beyond counts nothing. */
#define COUNTERS_MAX 64

static void change_counter(marking *m, slice name, counter_step step, int64_t by, unsigned depth) {
    counter *c = step == STEP_RESET ? NULL : innermost_counter(m, name);
    if (!c && m->counters.count >= COUNTERS_MAX && !innermost_counter(m, name))
        return;
    c = c ? c : make_counter(m, name, depth);
    c->value = step == STEP_INCREMENT ? c->value + by : by;
}

/* The next counter that a value names, and the number behind it. False: there is none. */
static bool next_counter(css_reader *r, css_token *t, counter_step step, slice *name, int64_t *by) {
    if (t->kind != CSS_TOKEN_IDENT)
        return false;
    *name = t->value;
    *t = css_next_solid(r);
    *by = step == STEP_INCREMENT;
    if (t->kind == CSS_TOKEN_NUMBER) {
        *by = t->number > -1e9 && t->number < 1e9 ? (int64_t)t->number : 0;
        *t = css_next_solid(r);
    }
    return true;
}

static void run_counters(marking *m, slice value, counter_step step, unsigned depth) {
    css_reader r = {.text = value, .arena = m->arena};
    css_token t = css_next_solid(&r);
    slice name;
    for (int64_t by; next_counter(&r, &t, step, &name, &by);)
        if (!express_is_among(name, "none list-item")) /* that one: number_of_item */
            change_counter(m, name, step, by, depth);
}

static const css_property COUNTING[] = {
    [STEP_RESET] = CSS_COUNTER_RESET, [STEP_INCREMENT] = CSS_COUNTER_INCREMENT, [STEP_SET] = CSS_COUNTER_SET};

static void count(marking *m, const dom_node *node, css_pseudo pseudo, unsigned depth) {
    for (int step = STEP_RESET; step <= STEP_SET; step++)
        if (css_winner(m->styles, node, pseudo, COUNTING[step])) /* mostly not: the initial value is none */
            run_counters(m, css_computed_pseudo(m->styles, node, pseudo, COUNTING[step]), (counter_step)step,
                         depth);
}

static void count_entered(marking *m, const dom_node *node, unsigned depth) {
    if (!css_generates(m->styles, node))
        return;
    count(m, node, CSS_PSEUDO_NONE, depth);
    if (css_has_pseudo(m->styles, node, CSS_PSEUDO_BEFORE))
        count(m, node, CSS_PSEUDO_BEFORE, depth + 1);
}

/* What the page's styles do with the counter that list items count by themselves. False: nothing. */
static bool counts_items(marking *m, const dom_node *node, counter_step step, int64_t *by) {
    const css_declaration *d = css_winner(m->styles, node, CSS_PSEUDO_NONE, COUNTING[step]);
    if (!d || css_place_of(d).origin <= CSS_ORIGIN_THEME)
        return false;
    css_reader r = {.text = css_computed(m->styles, node, COUNTING[step]), .arena = m->arena};
    css_token t = css_next_solid(&r);
    slice name;
    bool any = false;
    for (int64_t given; next_counter(&r, &t, step, &name, &given);)
        if (express_is_among(name, "list-item")) {
            *by = given;
            any = true;
        }
    return any;
}

/* ---- content (CSS Content 3) --------------------------------------------------------------------------- */

static slice take_arguments(css_reader *r, css_token *list, size_t most, size_t *count_out) {
    *count_out = 0;
    for (css_token t = css_next_solid(r); t.kind != CSS_TOKEN_END; t = css_next_solid(r)) {
        if (t.kind == CSS_TOKEN_DELIM && t.delim == ')')
            break;
        if (t.kind != CSS_TOKEN_DELIM && *count_out < most)
            list[(*count_out)++] = t;
    }
    return *count_out ? list[0].value : (slice){NULL, 0};
}

/* The counter that every list item counts by itself (CSS Lists 3 §4.6); `all`: of the items around, too. */
static void write_item_numbers(marking *m, bool all, slice between, slice style, buffer *out) {
    for (size_t i = 0; all && i + 1 < m->levels.count; i++) {
        const level *around = vector_at(&m->levels, i);
        if (!around->step)
            continue;
        write_number(m, out, around->next - around->step + around->shift, style);
        buffer_append(out, between);
    }
    write_number(m, out, m->item, style);
}

static void write_function(marking *m, const dom_node *node, slice name, css_reader *r, buffer *out) {
    css_token arguments[3];
    size_t given;
    slice first = take_arguments(r, arguments, 3, &given);
    bool all = express_is_among(name, "counters");
    if (express_is_among(name, "attr") && given) {
        const slice *value = dom_attribute_get(node, first);
        buffer_append(out, value ? *value : SLICE(""));
    }
    if (!given || (!all && !express_is_among(name, "counter")))
        return;
    slice style = given > 1U + all ? arguments[1 + all].value : SLICE("decimal");
    slice between = all && given > 1 ? arguments[1].value : SLICE("");
    const counter *inner = innermost_counter(m, first);
    bool any = express_is_among(first, "list-item");
    if (any)
        write_item_numbers(m, all, between, style, out);
    for (size_t i = 0; all && i < m->counters.count; i++) {
        const counter *c = vector_at(&m->counters, i);
        if (!slice_equal(c->name, first))
            continue;
        buffer_append(out, any ? between : SLICE(""));
        write_number(m, out, c->value, style);
        any = true;
    }
    if (!any)
        write_number(m, out, inner ? inner->value : 0, style);
}

/* Deeper quotations have the marks of the last pair that is looked at. */
#define QUOTE_PAIRS_MAX 8

/* The mark that `quotes` has for a quotation inside `depth` others; `auto` is that of the sites' languages:
 * English, Chinese, Malay and Tamil have the same (Unicode CLDR, as browsers). Empty: none. */
static slice quotation_mark(marking *m, slice quotes, unsigned depth, bool opens) {
    static const char *const PAIRS[][2] = {{"“", "”"}, {"‘", "’"}};
    slice sign = slice_of(PAIRS[depth > 0][!opens]);
    css_reader r = {.text = quotes, .arena = m->arena};
    css_token t = css_next_solid(&r);
    if (t.kind == CSS_TOKEN_IDENT)
        return css_is_among(t.value, "none") ? SLICE("") : sign;
    for (unsigned pair = 0; pair <= depth && pair < QUOTE_PAIRS_MAX && t.kind == CSS_TOKEN_STRING; pair++) {
        css_token close = css_next_solid(&r);
        if (close.kind != CSS_TOKEN_STRING)
            break;
        sign = opens ? t.value : close.value;
        t = css_next_solid(&r);
    }
    return sign;
}

/* A mark that closes what was not opened is not shown (CSS Content 3 §3.2). */
static void write_quote(marking *m, slice quotes, slice word, buffer *out) {
    bool opens = express_is_among(word, "open-quote no-open-quote"),
         shows = !slice_starts_with(word, SLICE("no-")) && (opens || m->quotes > 0);
    m->quotes -= !opens && m->quotes > 0;
    if (shows)
        buffer_append(out, quotation_mark(m, quotes, m->quotes, opens));
    m->quotes += opens;
}

/* Of any white space there is: generated text is not collapsed. */
static bool is_blank_text(slice text) {
    return !slice_trim_wide(text).length;
}

/* Letters of fonts that draw pictures: Unicode's private use. */
static bool is_readable(slice text) {
    for (size_t at = 0; at < text.length;) {
        uint32_t c = utf8_next(text, &at);
        if ((c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000)
            return false;
    }
    return !is_blank_text(text);
}

/* Icons are compared before the first one is written. */
static void compare_icons(marking *m) {
    if (!m->compared && m->icons) {
        m->compared = true;
        express_compare_icons(m->body, m->styles, m->icons, m, m->arena);
    }
}

/* What a letter of a font that draws pictures says. In what is clicked it tells what a click does. */
static slice sign_of_letter(marking *m, const dom_node *node, css_pseudo pseudo, slice letter) {
    bool alone = express_is_icon(node) || node->tag == DOM_TAG_LI || node->tag == DOM_TAG_TD;
    if (!m->icons || !letter.length || (!alone && express_is_in_clicked(node)))
        return (slice){NULL, 0};
    compare_icons(m);
    if (node->flags & FLAG_DRAWN_OTHERWISE)
        return (slice){NULL, 0};
    slice families = css_computed_pseudo(m->styles, node, pseudo, CSS_FONT_FAMILY);
    css_reader weight = {.text = css_computed_pseudo(m->styles, node, pseudo, CSS_FONT_WEIGHT)};
    bool bold = css_next_token(&weight).number > 500; /* such fonts have 400 and 900: CSS Fonts 4 §5.2 */
    const express_icon *icon = express_icon_of_letter(m->icons, families, bold, letter, m->arena);
    if (!icon || alone)
        return icon ? icon->sign : (slice){NULL, 0};
    bool before = pseudo == CSS_PSEUDO_BEFORE;
    return format_slice(m->arena, "%s%.*s%s", before ? "" : " ", SLICE_ARGS(icon->sign), before ? " " : "");
}

static const express_font *font_of(marking *m, const dom_node *node, css_pseudo pseudo) {
    slice families = css_computed_pseudo(m->styles, node, pseudo, CSS_FONT_FAMILY);
    if (m->icons && (families.data != m->families.data || families.length != m->families.length))
        m->font = express_font_of(m->icons, families, m->arena);
    m->families = families; /* elements of one style have the same */
    return m->font;
}

/* Generated text as the font of the pseudo-element shows it. */
static slice in_its_font(marking *m, const dom_node *node, css_pseudo pseudo, slice text) {
    const express_font *font = text.length ? font_of(m, node, pseudo) : NULL;
    bool unknown;
    return font ? express_in_font(font, text, &unknown, m->arena) : text;
}

/* What the pseudo-element reads; empty: it shows nothing, or the theme shows it on the new page as well. */
static slice content_of(marking *m, const dom_node *node, css_pseudo pseudo) {
    slice nothing = {NULL, 0};
    const css_declaration *from =
        css_generates(m->styles, node) ? css_winner(m->styles, node, pseudo, CSS_CONTENT) : NULL;
    if (!from && node->tag != DOM_TAG_Q) /* nearly all */
        return nothing;
    buffer out = buffer_new(m->arena, 32);
    slice quotes = css_computed_pseudo(m->styles, node, pseudo, CSS_QUOTES);
    if (!css_has_pseudo(m->styles, node, pseudo)) {
        write_quote(m, quotes, pseudo == CSS_PSEUDO_BEFORE ? SLICE("open-quote") : SLICE("close-quote"),
                    &out);
        return buffer_slice(&out);
    }
    slice value = css_computed_pseudo(m->styles, node, pseudo, CSS_CONTENT);
    if (express_is_among(value, "none normal") || !express_is_visible(m->styles, node, pseudo) ||
        !express_is_painted(m->styles, node, pseudo) ||
        (from && css_place_of(from).origin == CSS_ORIGIN_THEME))
        return nothing;
    css_reader r = {.text = value, .arena = m->arena};
    for (css_token t = css_next_token(&r); t.kind != CSS_TOKEN_END; t = css_next_token(&r)) {
        if (t.kind == CSS_TOKEN_STRING)
            buffer_append(&out, t.value);
        else if (t.kind == CSS_TOKEN_FUNCTION)
            write_function(m, node, t.value, &r, &out);
        else if (t.kind == CSS_TOKEN_IDENT && slice_ends_with(t.value, SLICE("-quote")))
            write_quote(m, quotes, t.value, &out);
        else if (t.kind == CSS_TOKEN_DELIM && t.delim == '/')
            break; /* what follows is spoken, not shown */
    }
    slice text = in_its_font(m, node, pseudo, buffer_slice(&out));
    return is_readable(text) || (text.length && is_blank_text(text)) ? text
                                                                     : sign_of_letter(m, node, pseudo, text);
}

/* ---- signs --------------------------------------------------------------------------------------------- */

/* One sign that is no letter and no digit; 0: it is not that. */
static uint32_t single_sign(slice marker) {
    marker = slice_trim_wide(marker);
    size_t at = 0;
    uint32_t c = marker.length ? utf8_next(marker, &at) : 0;
    bool sign = !(c < 0x80 && is_alnum((char)c)) && c < 0x3000 && (c < 0xC0 || c >= 0x2000);
    return at == marker.length && sign ? c : 0;
}

/* A mark that may only set items off from each other. */
static bool is_bullet(slice marker) {
    return is_blank_text(marker) || single_sign(marker);
}

bool express_is_ornament(slice sign) {
    static const struct {
        uint32_t first, last;
    } ORNAMENTS[] = {{'"', '"'},       {'\'', '\''},     {'+', '+'},       {'-', '/'},       {'<', '>'},
                     {'\\', '\\'},     {'^', '`'},       {'|', '|'},       {'~', '~'},       {0xAB, 0xAB},
                     {0xB7, 0xB7},     {0xBB, 0xBB},     {0x2010, 0x2027}, {0x2039, 0x203A}, {0x2043, 0x2043},
                     {0x2190, 0x21FF}, {0x2219, 0x2219}, {0x22C5, 0x22C5}, {0x2300, 0x23FF}, {0x2500, 0x25FF},
                     {0x2700, 0x2704}, {0x2706, 0x2712}, {0x2719, 0x274B}, {0x274D, 0x274D}, {0x274F, 0x2794},
                     {0x2798, 0x27BF}, {0x2900, 0x297F}, {0x2B00, 0x2BFF}};
    uint32_t c = single_sign(sign);
    for (size_t i = 0; c && i < sizeof ORNAMENTS / sizeof *ORNAMENTS; i++)
        if (c >= ORNAMENTS[i].first && c <= ORNAMENTS[i].last)
            return true;
    return false;
}

static bool is_cell_or_inline(const dom_node *node) {
    return node->tag == DOM_TAG_TD || node->tag == DOM_TAG_TH || dom_tag_has(node->tag, DOM_INLINE);
}

/* An amount behind its currency: S$300, USD 10; `text` as far as the currency goes. */
static slice skip_currency(slice text) {
    size_t at = 0, letters = 0, next;
    while (at < text.length && is_alpha(text.data[at]))
        at++;
    letters = at;
    for (uint32_t c; (next = at) < text.length; at = next) {
        c = utf8_next(text, &next);
        if (c != '$' && c != '.' && !(c >= 0xA2 && c <= 0xA5) && !(c >= 0x20A0 && c <= 0x20CF))
            break;
    }
    bool alone = at == letters && letters != 2 && letters != 3;
    return letters > 3 || alone ? text : slice_trim_wide(slice_from(text, at));
}

static bool begins_with_number(slice text) {
    size_t at = 0;
    uint32_t c = text.length ? utf8_next(text, &at) : 0;
    return (c >= '0' && c <= '9') || (c >= 0xBC && c <= 0xBE) || (c >= 0x2150 && c <= 0x215E);
}

/* The first bytes that the element shows. */
static slice first_words(const dom_node *node, arena *a) {
    enum { LOOKED_AT = 16 };
    buffer out = buffer_new(a, 2 * LOOKED_AT);
    for (const dom_node *at = node; at && out.length < LOOKED_AT; at = dom_next(at, node))
        if (at->type == DOM_TEXT)
            buffer_append(&out,
                          slice_sub(out.length ? dom_text(at) : slice_trim_wide(dom_text(at)), 0, LOOKED_AT));
    return slice_trim_wide(buffer_slice(&out));
}

/* The text at the end or the beginning of the node; none where that is no text. Looks a few nodes far. */
static slice edge_text(const dom_node *node, bool end) {
    enum { LOOKED_AT = 16 };
    const dom_node *at = node;
    for (unsigned i = 0; at && i < LOOKED_AT; i++) {
        const dom_node *child = end ? dom_last_child(at) : at->first_child;
        if (child) {
            at = child;
            continue;
        }
        if (at->type == DOM_TEXT && dom_text(at).length)
            return dom_text(at);
        if (at->type == DOM_ELEMENT && (!dom_tag_has(at->tag, DOM_INLINE) || dom_tag_has(at->tag, DOM_VOID)))
            break;
        while (at != node && !(end ? dom_previous(at) : at->next))
            at = at->parent;
        at = at == node ? NULL : end ? dom_previous(at) : at->next;
    }
    return SLICE("");
}

slice express_text_beside(const dom_node *node, bool before) {
    enum { LOOKED_AT = 16 };
    const dom_node *at = node;
    for (unsigned i = 0; i < LOOKED_AT; i++) {
        const dom_node *beside = before ? dom_previous(at) : at->next;
        slice text = beside ? edge_text(beside, before) : SLICE("");
        bool is_box = beside && beside->type == DOM_ELEMENT && !dom_tag_has(beside->tag, DOM_INLINE);
        if (text.length || is_box || (beside && dom_tag_has(beside->tag, DOM_VOID)))
            return text;
        at = beside ? beside : at->parent;
        if (!at || (!beside && !dom_tag_has(at->tag, DOM_INLINE)))
            return text;
    }
    return SLICE("");
}

/* Whether the sign is in the list, which ends in 0. */
static bool is_one_of(const uint32_t *signs, uint32_t sign) {
    while (*signs && *signs != sign)
        signs++;
    return sign && *signs;
}

/* Whether the sign belongs to a number that the element begins or ends with: -10, 18+, 5'. */
static bool belongs_to_number(const marking *m, const dom_node *node, css_pseudo pseudo, uint32_t sign) {
    static const uint32_t BEFORE[] = {'-', '+', 0x2010, 0x2011, 0x2012, 0x2013, '<', '>', '~', 0},
                          AFTER[] = {'-', '+', 0x2013, 0}, FEET[] = {'\'', '"', 0x2019, 0x201D, 0};
    if (pseudo == CSS_PSEUDO_BEFORE) {
        if (!is_one_of(BEFORE, sign))
            return false;
        slice words = first_words(node, m->arena);
        if (is_cell_or_inline(node))
            words = skip_currency(words);
        else if (words.length > 1 && express_is_among(slice_sub(words, 0, 1), "$ ."))
            words = slice_from(words, 1);
        return begins_with_number(words);
    }
    bool quotes = css_has_pseudo(m->styles, node, CSS_PSEUDO_BEFORE);
    if (!is_one_of(AFTER, sign) && (quotes || !is_one_of(FEET, sign)))
        return false;
    slice words = slice_trim_wide(edge_text(node, true));
    return words.length && is_digit(words.data[words.length - 1]);
}

static bool is_word_at(slice text, size_t at) {
    return at < text.length && (is_alnum(text.data[at]) || text.data[at] & 0x80);
}

/* Whether nothing but the sign stands between two words: 1/2. */
static bool stands_between_words(const marking *m, const dom_node *node, css_pseudo pseudo) {
    bool before = pseudo == CSS_PSEUDO_BEFORE;
    slice display = css_computed(m->styles, node, CSS_DISPLAY);
    if (!dom_tag_has(node->tag, DOM_INLINE) || !slice_starts_with(display, SLICE("inline")))
        return false;
    slice inside = edge_text(node, !before), outside = express_text_beside(node, before);
    slice one = before ? outside : inside, other = before ? inside : outside;
    return one.length && is_word_at(one, one.length - 1) && is_word_at(other, 0);
}

/* The sign of a control says what a click does, and nothing is clicked on the new page. */
static bool is_in_control(const dom_node *node) {
    while (node && node->tag != DOM_TAG_SUMMARY && node->tag != DOM_TAG_BUTTON)
        node = node->parent;
    return node;
}

static bool is_row_of_stars(slice text) {
    size_t at = 0;
    for (size_t from = 0; from < text.length; from = at) {
        uint32_t c = utf8_next(text, &at);
        if (c != 0x2605 && c != 0x2606 && !is_blank_text(slice_sub(text, from, at)))
            return false;
    }
    return !is_blank_text(text);
}

/* A sign that adorns is not written; one that is all that an element shows, that changes a number, or that
 * parts two words, is. */
static bool is_written(marking *m, const dom_node *node, css_pseudo pseudo, slice text) {
    if (is_blank_text(text))
        return stands_between_words(m, node, pseudo);
    if (node->tag == DOM_TAG_Q || (!is_bullet(text) && !is_row_of_stars(text)))
        return true;
    compare_icons(m);
    if (!is_bullet(text))
        return !(node->flags & FLAG_DRAWN_OTHERWISE);
    if (node->flags & FLAG_DRAWN_OTHERWISE || is_in_control(node))
        return false;
    return !express_is_ornament(text) || (is_cell_or_inline(node) && !express_first_shown(node)) ||
           belongs_to_number(m, node, pseudo, single_sign(text)) || stands_between_words(m, node, pseudo);
}

/* ---- lists --------------------------------------------------------------------------------------------- */

/* Only these have a marker, and are counted (CSS Lists 3 §4.6). */
static bool is_list_item(marking *m, const dom_node *item) {
    return slice_find(css_computed(m->styles, item, CSS_DISPLAY), SLICE("list-item"), 0) != SLICE_NONE;
}

static bool has_marker(marking *m, const dom_node *item) {
    return is_list_item(m, item) && !css_computed_is(m->styles, item, CSS_LIST_STYLE_TYPE, "none");
}

/* What a rule writes as the item's marker; empty: none does. */
static slice content_of_marker(marking *m, const dom_node *item) {
    return css_has_pseudo(m->styles, item, CSS_PSEUDO_MARKER) ? content_of(m, item, CSS_PSEUDO_MARKER)
                                                              : SLICE("");
}

/* The text of the item's own marker, with a space behind it; empty: a bullet or nothing. */
static slice marker_text(marking *m, const dom_node *item, int64_t number) {
    slice style = css_computed(m->styles, item, CSS_LIST_STYLE_TYPE);
    if (!has_marker(m, item))
        return SLICE("");
    slice own = content_of_marker(m, item);
    if (own.length)
        return is_bullet(own) && !m->signs ? SLICE("") : own;
    if (is_bullet_style(style))
        return SLICE("");
    buffer out = buffer_new(m->arena, 16);
    css_reader r = {.text = style, .arena = m->arena};
    css_token t = css_next_token(&r);
    if (t.kind == CSS_TOKEN_STRING) {
        slice sign = in_its_font(m, item, CSS_PSEUDO_MARKER, t.value);
        return is_bullet(sign) && !m->signs ? SLICE("") : sign;
    }
    write_number(m, &out, number, style);
    buffer_append_string(&out, ". ");
    return buffer_slice(&out);
}

/* Whether a rule writes a text before the item's words that is more than a bullet. */
static bool has_text_before(marking *m, const dom_node *item) {
    if (!css_has_pseudo(m->styles, item, CSS_PSEUDO_BEFORE))
        return false;
    css_reader r = {.text = css_computed_pseudo(m->styles, item, CSS_PSEUDO_BEFORE, CSS_CONTENT),
                    .arena = m->arena};
    for (css_token t = css_next_token(&r); t.kind != CSS_TOKEN_END; t = css_next_token(&r))
        if ((t.kind == CSS_TOKEN_FUNCTION && express_is_among(t.value, "counter counters")) ||
            (t.kind == CSS_TOKEN_STRING && is_readable(t.value) &&
             !is_bullet(in_its_font(m, item, CSS_PSEUDO_BEFORE, t.value))))
            return true;
        else if (t.kind == CSS_TOKEN_FUNCTION && express_is_among(t.value, "attr"))
            return !is_bullet(content_of(m, item, CSS_PSEUDO_BEFORE));
    return false;
}

static int64_t first_number(marking *m, const dom_node *list, int64_t step) {
    int64_t number = 1;
    if (step < 0) {
        number = 0;
        for (const dom_node *item = list->first_child; item; item = item->next)
            number += item->tag == DOM_TAG_LI && is_list_item(m, item);
    }
    if (list->tag == DOM_TAG_OL)
        dom_attribute_integer(list, "start", &number);
    return number;
}

/* The sign that is all of a value: in strings, for counters count where they stand. */
static slice sign_of_value(marking *m, const dom_node *item, css_pseudo pseudo, slice value) {
    css_reader r = {.text = value, .arena = m->arena};
    css_token first = css_next_solid(&r);
    css_token next = css_next_solid(&r);
    bool alone = first.kind == CSS_TOKEN_STRING &&
                 (next.kind == CSS_TOKEN_END || (next.kind == CSS_TOKEN_DELIM && next.delim == '/'));
    slice sign = alone ? in_its_font(m, item, pseudo, slice_trim_wide(first.value)) : (slice){NULL, 0};
    if (sign.length && !is_readable(sign))
        sign = sign_of_letter(m, item, pseudo, sign);
    return single_sign(sign) && !express_is_ornament(sign) ? sign : (slice){NULL, 0};
}

slice express_sign_of_sheet(marking *m, const dom_node *node, css_pseudo *pseudo) {
    static const css_pseudo PLACES[] = {CSS_PSEUDO_BEFORE, CSS_PSEUDO_AFTER};
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const css_declaration *d = css_has_pseudo(m->styles, node, PLACES[i])
                                       ? css_winner(m->styles, node, PLACES[i], CSS_CONTENT)
                                       : NULL;
        bool shows = d && css_place_of(d).origin != CSS_ORIGIN_THEME &&
                     express_is_visible(m->styles, node, PLACES[i]) &&
                     express_is_painted(m->styles, node, PLACES[i]);
        slice value = shows ? css_computed_pseudo(m->styles, node, PLACES[i], CSS_CONTENT) : SLICE("");
        css_reader r = {.text = value, .arena = m->arena};
        slice sign = slice_trim_wide(sign_of_value(m, node, PLACES[i], value)),
              row = slice_trim_wide(css_next_solid(&r).value);
        if (!sign.length && row.length && is_row_of_stars(row))
            sign = slice_sub(row, 0, strlen("★"));
        if (sign.length) {
            *pseudo = PLACES[i];
            return sign;
        }
    }
    return (slice){NULL, 0};
}

/* The sign that stands before the item's words; empty: none, or one that only adorns. */
static slice sign_of_item(marking *m, const dom_node *item) {
    static const css_pseudo PLACES[] = {CSS_PSEUDO_BEFORE, CSS_PSEUDO_MARKER};
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        const css_declaration *d = css_winner(m->styles, item, PLACES[i], CSS_CONTENT);
        bool shows = d && css_place_of(d).origin != CSS_ORIGIN_THEME;
        slice value = shows ? css_computed_pseudo(m->styles, item, PLACES[i], CSS_CONTENT) : SLICE("");
        slice sign = sign_of_value(m, item, PLACES[i], value);
        if (sign.length)
            compare_icons(m);
        if (item->flags & FLAG_DRAWN_OTHERWISE)
            return (slice){NULL, 0};
        if (sign.length || (shows && PLACES[i] == CSS_PSEUDO_MARKER))
            return sign;
    }
    return sign_of_value(m, item, CSS_PSEUDO_MARKER, css_computed(m->styles, item, CSS_LIST_STYLE_TYPE));
}

/* A sign against something, which is no bullet. */
static bool is_verdict(slice sign) {
    uint32_t c = single_sign(sign);
    return (c >= 0x2715 && c <= 0x2718) || c == 0x274C || c == 0x274E || c == 0x26D4;
}

/* Whether one list of the page has a sign that another one has not: what to do, and what not to. */
static bool signs_of_lists_differ(marking *m) {
    slice first = {NULL, 0};
    for (const dom_node *at = m->body; at && !m->lists_differ && !m->lists_compared;
         at = dom_next(at, m->body)) {
        slice sign = at->tag == DOM_TAG_LI ? sign_of_item(m, at) : (slice){NULL, 0};
        m->lists_differ = sign.length && first.length && !slice_equal(sign, first);
        first = sign.length ? sign : first;
    }
    m->lists_compared = true;
    return m->lists_differ;
}

/* Whether the signs before the items say something: some have one that others don't have. */
static bool signs_say(marking *m, const dom_node *list) {
    slice first = {NULL, 0};
    bool any = false, differ = false;
    for (const dom_node *item = list->first_child; item && !differ; item = item->next) {
        if (item->tag != DOM_TAG_LI)
            continue;
        slice sign = sign_of_item(m, item);
        differ = any && !slice_equal(sign, first);
        first = sign;
        any = true;
    }
    m->lists_differ = m->lists_differ || differ;
    return differ || (first.length && (is_verdict(first) || signs_of_lists_differ(m)));
}

/* The item's number, which was to be `number`; of what is no item for its style, that of the one before.
 * `*jumps`: it is another, by a style or inside the list. */
static int64_t number_of_item(marking *m, const dom_node *item, int64_t number, int64_t step, bool *jumps) {
    int64_t expected = number, by = 0;
    bool counts = is_list_item(m, item), styled = counts_items(m, item, STEP_INCREMENT, &by);
    number += styled ? by - step : counts ? 0 : -step;
    if (counts)
        dom_attribute_integer(item, "value", &number);
    styled = counts_items(m, item, STEP_SET, &number) || styled;
    *jumps = number != expected && (dom_previous(item) || styled);
    return number;
}

static list_way way_of_list(marking *m, const dom_node *list, int64_t number, int64_t step) {
    bool ordered = list->tag == DOM_TAG_OL, bullets = false, numbers = false, none = false;
    for (const dom_node *item = list->first_child; item; item = item->next) {
        if (item->tag != DOM_TAG_LI)
            continue;
        bool jumps;
        m->item = number = number_of_item(m, item, number, step, &jumps);
        slice text = marker_text(m, item, number);
        bool decimal = has_marker(m, item) &&
                       css_computed_is(m->styles, item, CSS_LIST_STYLE_TYPE, "decimal") &&
                       !content_of_marker(m, item).length;
        if (has_text_before(m, item) || (text.length && !decimal) || (decimal && (step < 0 || jumps)))
            return LIST_TEXT;
        numbers = numbers || decimal;
        bullets = bullets || (!decimal && has_marker(m, item));
        none = none || !has_marker(m, item);
        number += step;
    }
    if (numbers + bullets + none > 1 && (numbers || ordered))
        return LIST_TEXT;
    if (ordered)
        return bullets ? LIST_BULLETS : none ? LIST_TEXT : LIST_PLAIN;
    return numbers ? LIST_NUMBERS : LIST_PLAIN;
}

static void rename_element(dom_node *node, dom_tag tag) {
    node->tag = (uint16_t)tag;
}

/* What the text says now is not said again by a finding. */
static void forget_marker(const marking *m, dom_node *node) {
    static const char *const ATTRIBUTES[] = {"type", "value", "start", "reversed"};
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        dom_attribute_remove(node, slice_of(ATTRIBUTES[i]));
    const slice *style = dom_attribute_get(node, SLICE("style"));
    if (!style)
        return;
    buffer kept = buffer_new(m->arena, style->length);
    slice property, value;
    for (size_t at = 0; css_next_declaration(*style, &at, &property, &value);)
        if (!slice_starts_with(property, SLICE("list-style")))
            buffer_printf(&kept, "%.*s: %.*s;", SLICE_ARGS(property), SLICE_ARGS(value));
    if (kept.length)
        dom_attribute_set(node, m->arena, SLICE("style"), buffer_slice(&kept));
    else
        dom_attribute_remove(node, SLICE("style"));
}

/* What stands in a list outside of its items has no marker: it goes to the item before it, or before the
 * list. */
static void move_bare_text(marking *m, dom_node *list) {
    dom_node *item = NULL, *moved = NULL;
    for (dom_node *next, *child = list->first_child; child; child = next) {
        next = child->next;
        if (child->tag == DOM_TAG_LI) {
            item = child;
            moved = NULL;
        }
        if (child->tag == DOM_TAG_LI || express_is_blank(child))
            continue;
        m->changes = true;
        dom_remove(child);
        if (!moved) { /* a box of its own, or its words would run into those before it */
            moved = dom_new_element(m->arena, DOM_TAG_DIV, child->line);
            if (item)
                dom_append(item, moved);
            else
                dom_insert_before(list, moved);
        }
        dom_append(moved, child);
    }
}

/* Where the page sets the counter at its lists, some browsers number the items by it, and some do not; text
 * that is made of it follows it in all of them. */
static void shift_counter(marking *m, const dom_node *list, level *l) {
    int64_t reset;
    if (!counts_items(m, list, STEP_RESET, &reset) || reset + l->step == l->next)
        return;
    l->shift = reset + l->step - l->next;
    const dom_node *item = list->first_child;
    while (item && item->tag != DOM_TAG_LI)
        item = item->next;
    if (item && has_marker(m, item) && !is_bullet_style(css_computed(m->styles, item, CSS_LIST_STYLE_TYPE)))
        findings_add(m->found, FINDING_LIST_MARKER, list->line,
                     "<%.*s> with `counter-reset: list-item %lld`, from which not all browsers count",
                     SLICE_ARGS(dom_name(list)), (long long)reset);
}

static bool is_in_line(const dom_node *node) {
    return node->type == DOM_TEXT || (dom_tag_has(node->tag, DOM_INLINE) && !express_is_media(node));
}

/* Whether an item has words behind a list, a table or the like: out of the item, nobody knew whose they are.
 */
static bool goes_on_behind_block(const dom_node *list) {
    for (const dom_node *item = list->first_child; item; item = item->next) {
        bool block = false;
        for (const dom_node *at = item->tag == DOM_TAG_LI ? item->first_child : NULL; at; at = at->next) {
            bool words = is_in_line(at) || at->tag == DOM_TAG_P;
            if (words && block && !express_is_blank(at))
                return true;
            block = block || !words;
        }
    }
    return false;
}

/* A first item that says its number says where the list starts: the schema holds that. */
static void take_start(marking *m, dom_node *list) {
    dom_node *item = list->tag == DOM_TAG_OL ? list->first_child : NULL;
    while (item && item->tag != DOM_TAG_LI)
        item = item->next;
    int64_t number;
    if (!item || !is_list_item(m, item) || dom_attribute_get(list, SLICE("reversed")) ||
        !dom_attribute_integer(item, "value", &number))
        return;
    dom_attribute_set(list, m->arena, SLICE("start"), format_slice(m->arena, "%lld", (long long)number));
    dom_attribute_remove(item, SLICE("value"));
    m->changes = true;
}

static void enter_marked_list(marking *m, dom_node *list, level *l, const level *around) {
    if (m->lists)
        take_start(m, list);
    l->step = list->tag == DOM_TAG_OL && dom_attribute_get(list, SLICE("reversed")) ? -1 : 1;
    l->next = first_number(m, list, l->step);
    shift_counter(m, list, l);
    if (list->tag == DOM_TAG_OL && m->lists)
        move_bare_text(m, list);
    l->signs = signs_say(m, list);
    l->way = l->signs ? LIST_TEXT : way_of_list(m, list, l->next, l->step);
    l->line = list->line;
    l->words = buffer_new(m->arena, 64);
    l->lost = !m->lists && l->way == LIST_TEXT;
    if (!m->lists)
        l->way = LIST_PLAIN;
    if (l->way == LIST_PLAIN)
        return;
    m->changes = true;
    forget_marker(m, list);
    l->bullets = l->way == LIST_TEXT && (around->in_text || goes_on_behind_block(list));
    rename_element(list, l->way == LIST_NUMBERS               ? DOM_TAG_OL
                         : l->way == LIST_TEXT && !l->bullets ? DOM_TAG_DIV
                                                              : DOM_TAG_UL);
}

/* A paragraph of plain words, which may be lines of the one before. */
static bool may_be_lines(const dom_node *node) {
    for (const dom_node *at = node; at; at = dom_next(at, node))
        if (at != node && !is_in_line(at) && at->tag != DOM_TAG_BR)
            return false;
    return node->tag == DOM_TAG_P && !dom_attribute_count(node) && !express_is_blank(node);
}

/* The paragraphs of an item that is a paragraph itself, with its mark, become its lines: as others they would
 * not be its own. True: there were some. */
static bool join_paragraphs(const marking *m, dom_node *item) {
    dom_node *into = NULL;
    bool joined = false;
    for (dom_node *child = item->first_child, *next; child; child = next) {
        next = child->next;
        if (express_is_blank(child))
            continue;
        if (!may_be_lines(child)) {
            into = NULL;
        } else if (!into) {
            into = child;
        } else {
            dom_append(into, dom_new_element(m->arena, DOM_TAG_BR, child->line));
            dom_move_children(child, into);
            dom_remove(child);
            joined = true;
        }
    }
    return joined;
}

/* Where the item's words begin: inside its first paragraph, if it begins with one. */
static void put_first(const marking *m, dom_node *node, slice text) {
    dom_node *at = node, *child;
    for (;;) {
        child = at->first_child;
        while (child && express_is_blank(child))
            child = child->next;
        if (!child || !(child->tag == DOM_TAG_P || child->tag == DOM_TAG_DIV))
            break;
        at = child;
    }
    dom_node *words = dom_new_text(m->arena, slice_copy(text, m->arena), node->line);
    if (child)
        dom_insert_before(child, words);
    else
        dom_append(at, words);
}

static void enter_marked_item(marking *m, dom_node *item, level *list, level *own) {
    bool jumps;
    list->next = number_of_item(m, item, list->next, list->step, &jumps);
    m->item = list->next + list->shift;
    m->unknown = false;
    m->signs = list->signs;
    slice marker = marker_text(m, item, list->next), before = content_of(m, item, CSS_PSEUDO_BEFORE);
    m->signs = false;
    list->next += list->step;
    if (list->way != LIST_TEXT && !list->lost)
        return;
    list->unknown = list->unknown || m->unknown;
    own->in_text = !list->lost;
    if (is_bullet(before) && (!list->signs || item->flags & FLAG_DRAWN_OTHERWISE))
        before.length = 0;
    slice all = slice_trim_wide(format_slice(m->arena, "%.*s%.*s", SLICE_ARGS(marker), SLICE_ARGS(before)));
    if (all.length) {
        buffer_append(&list->words, list->words.length ? SLICE(" ") : SLICE(""));
        buffer_append(&list->words, all);
    }
    if (list->lost)
        return;
    if (all.length)
        put_first(m, item, format_slice(m->arena, "%.*s ", SLICE_ARGS(all)));
    forget_marker(m, item);
    if (list->bullets)
        return;
    list->joined = join_paragraphs(m, item) || list->joined;
    rename_element(item, DOM_TAG_DIV);
}

/* It is not counted among the others, and has no marker. */
static void enter_hidden_item(dom_node *item, const level *list) {
    if (list->way == LIST_TEXT && !list->lost && !list->bullets)
        rename_element(item, DOM_TAG_DIV);
}

static void leave_marked_list(marking *m, const level *l) {
    if (l->lost && l->words.length)
        findings_add(m->found, FINDING_LIST_MARKER, l->line, "%.*s", SLICE_ARGS(buffer_slice(&l->words)));
    if (l->way != LIST_TEXT)
        return;
    if (l->unknown)
        findings_add(m->found, FINDING_LIST_MARKER, l->line, "%.*s, of a style that is not known here",
                     SLICE_ARGS(buffer_slice(&l->words)));
    if (!l->words.length) {
        findings_add(m->found, FINDING_LIST_MARKER_TEXT, l->line, "no marks");
        return;
    }
    if (l->bullets || l->joined)
        findings_add(m->found, l->bullets ? FINDING_LIST_MARKER_BULLET : FINDING_LIST_MARKER_LINES, l->line,
                     "%.*s", SLICE_ARGS(buffer_slice(&l->words)));
    finding *one = findings_add(m->found, FINDING_LIST_MARKER_TEXT, l->line, "%.*s",
                                SLICE_ARGS(buffer_slice(&l->words)));
    findings_add_change(m->found, one, CHANGE_TEXT, (slice){NULL, 0}, buffer_slice(&l->words));
}

/* ---- the walk ------------------------------------------------------------------------------------------ */

static void note_generated(marking *m, const dom_node *node, slice text) {
    if (!m->generated.length)
        m->generated_line = node->line;
    buffer_append(&m->generated, m->generated.length ? SLICE(" ") : SLICE(""));
    buffer_append(&m->generated, slice_trim_wide(text));
}

static dom_node *new_generated(marking *m, const dom_node *node, slice text) {
    dom_node *made = dom_new_text(m->arena, slice_copy(text, m->arena), node->line);
    made->flags = FLAG_GENERATED;
    m->generates = m->changes = true;
    if (node->tag != DOM_TAG_Q)
        note_generated(m, node, text);
    return made;
}

/* What the icon says; NULL: it is none, or says no more than the words beside it. */
static const express_icon *said_icon(const marking *m, const dom_node *node) {
    const express_icon *icon = express_icon_of(m->icons, node, m->arena);
    return icon && express_icon_is_said(m->icons, icon, node, m->arena) &&
                   express_is_visible(m->styles, node, CSS_PSEUDO_NONE)
               ? icon
               : NULL;
}

/* A row of icons is one word, and has one finding. */
static void note_icon(marking *m, dom_node *node, slice name, slice sign, express_icon_words words) {
    bool in_row = m->row && m->icon && m->icon == dom_previous(node);
    if (!in_row) {
        m->row_before = buffer_new(m->arena, words.before.length);
        m->row_after = buffer_new(m->arena, words.after.length);
        finding_code code = sign.length ? FINDING_ICON_WRITTEN
                                        : express_code_of_icon(m->icons, node, FINDING_ICON_NAME, m->arena);
        node->flags |= FLAG_NAMED;
        m->row = findings_add(m->found, code, node->line, "%.*s%.*s%s%.*s",
                              SLICE_ARGS(express_icon_tag(node, m->arena)), SLICE_ARGS(name),
                              sign.length ? ": " : "", SLICE_ARGS(sign));
    }
    buffer_append(&m->row_before, words.before);
    buffer_append(&m->row_after, words.after);
    if (m->row) {
        m->row->before = buffer_slice(&m->row_before);
        m->row->after = buffer_slice(&m->row_after);
    }
    m->icon = sign.length ? node : NULL;
}

/* The sign that an icon shows is its text, and the name for which a font draws one is not. True: it is. */
static bool write_icon(marking *m, dom_node *node) {
    if (!m->icons || (!dom_attribute_count(node) && node->tag != DOM_TAG_SVG))
        return false;
    bool is_name = express_icon_name(m->icons, node, m->arena).length;
    if (!is_name && node->tag != DOM_TAG_SVG && !express_is_icon(node)) /* nearly all */
        return false;
    compare_icons(m);
    const express_icon *icon = said_icon(m, node);
    slice sign = icon ? icon->sign : (slice){NULL, 0};
    if (!icon && !is_name)
        return false;
    slice name = express_words_inside(node, m->arena);
    bool in_row = m->icon && m->icon == dom_previous(node);
    express_icon_words words = express_icon_put(m->icons, sign, node, name, in_row, m->arena);
    note_icon(m, node, name, sign, words);
    for (dom_node *child = node->first_child; child; child = child->next) {
        child->flags |= FLAG_REPLACED;
        *(dom_node **)vector_push(&m->replaced) = child;
    }
    if (words.text.length) {
        dom_append(node, dom_new_text(m->arena, words.text, node->line));
        dom_last_child(node)->flags = FLAG_GENERATED;
        rename_element(node, DOM_TAG_SPAN);
    }
    m->generates = m->changes = true;
    return icon;
}

/* One finding for all that stands together. */
static void note_letters(marking *m) {
    if (m->letters.length)
        findings_add(m->found, FINDING_FONT_LETTERS, m->letters_line, "%.*s",
                     SLICE_ARGS(slice_trim_wide(buffer_slice(&m->letters))));
    m->letters.length = 0;
}

/* Its part from `from` up to `to`, before another node of the same text. */
static dom_node *put_part(marking *m, dom_node *text, size_t from, size_t to) {
    dom_node *part = dom_new_text(m->arena, slice_sub(dom_text(text), from, to), text->line);
    dom_insert_before(text, part);
    return part;
}

/* The words of the text that differ in `shown` stand there as letters, and right before them as they are
 * shown; what is around them are texts of their own. */
static void put_signs(marking *m, dom_node *text, slice shown) {
    slice all = dom_text(text);
    size_t first = 0, last = 0, most = all.length < shown.length ? all.length : shown.length;
    while (first < most && all.data[first] == shown.data[first])
        first++;
    while (last < most - first && all.data[all.length - 1 - last] == shown.data[shown.length - 1 - last])
        last++;
    while (first && !is_space(all.data[first - 1]))
        first--;
    while (last && !is_space(all.data[all.length - last]))
        last--;
    if (first)
        put_part(m, text, 0, first);
    dom_node *letters = put_part(m, text, first, all.length - last);
    letters->flags = FLAG_REPLACED;
    *(dom_node **)vector_push(&m->replaced) = letters;
    dom_node *signs = last ? put_part(m, text, 0, 0) : text;
    dom_set_text(signs, slice_sub(shown, first, shown.length - last));
    signs->flags = FLAG_SIGNS;
    if (last)
        dom_set_text(text, slice_from(all, all.length - last));
    m->generates = m->changes = true;
}

static void take_letters(marking *m, const express_font *font, const dom_node *text) {
    enum { NAMED = 240 }; /* bytes of them */
    if (!m->letters.length)
        m->letters_line = text->line;
    if (m->letters.length < NAMED)
        buffer_printf(&m->letters, "%s%.*s", m->letters.length ? " " : "",
                      SLICE_ARGS(slice_sub(slice_trim_wide(dom_text(text)), 0, NAMED)));
    m->letters_font = font;
}

/* What a font draws for the letters of the text becomes the text. */
static void write_signs(marking *m, dom_node *text) {
    const express_font *font = ((const level *)vector_last(&m->levels))->font;
    bool concerns = font || m->letters.length;
    if (!concerns || text->flags & FLAG_SIGNS || is_blank_text(dom_text(text))) /* nearly all */
        return;
    bool unknown = false;
    slice shown = font ? express_in_font(font, dom_text(text), &unknown, m->arena) : dom_text(text);
    if (!unknown || font != m->letters_font)
        note_letters(m);
    if (unknown)
        take_letters(m, font, text);
    if (!slice_equal(shown, dom_text(text)))
        put_signs(m, text, shown);
}

static bool is_hidden(const marking *m, const dom_node *node) {
    return css_computed_is(m->styles, node, CSS_DISPLAY, "none");
}

static void copy_counters(marking *m, const vector *from, vector *to) {
    arena_pay(m->arena, from->count);
    to->count = 0;
    vector_reserve(to, from->count);
    if (from->count)
        memcpy(to->items, from->items, from->count * from->item_size);
    to->count = from->count;
}

/* What is not shown may be opened, and stands open on the new page: its lists have their markers. */
static void enter_hidden(marking *m, unsigned depth) {
    m->hidden = depth;
    m->kept_quotes = m->quotes;
    copy_counters(m, &m->counters, &m->kept_counters);
}

static void leave_hidden(marking *m) {
    m->hidden = 0;
    m->quotes = m->kept_quotes;
    copy_counters(m, &m->kept_counters, &m->counters);
}

static void enter_marked(marking *m, dom_node *node, unsigned depth) {
    level around = *(level *)vector_last(&m->levels);
    bool has_font = css_winner(m->styles, node, CSS_PSEUDO_NONE, CSS_FONT_FAMILY); /* mostly not */
    level own = {.in_text = around.in_text,
                 .font = has_font ? font_of(m, node, CSS_PSEUDO_NONE) : around.font};
    bool hidden = is_hidden(m, node), is_item = node->tag == DOM_TAG_LI && m->levels.count && around.step;
    if (!m->hidden && hidden)
        enter_hidden(m, depth);
    count_entered(m, node, depth);
    if (is_item) {
        if (hidden)
            enter_hidden_item(node, vector_last(&m->levels));
        else
            enter_marked_item(m, node, vector_last(&m->levels), &own);
    } else if (!write_icon(m, node)) {
        slice before = content_of(m, node, CSS_PSEUDO_BEFORE);
        if (before.length && is_written(m, node, CSS_PSEUDO_BEFORE, before) &&
            !dom_tag_has(node->tag, DOM_VOID)) {
            dom_node *text = new_generated(m, node, before);
            if (node->tag == DOM_TAG_I && is_bullet(before) && express_is_icon(node))
                rename_element(node, DOM_TAG_SPAN); /* its letters are not slanted */
            if (node->first_child)
                dom_insert_before(node->first_child, text);
            else
                dom_append(node, text);
        }
    }
    if (node->tag == DOM_TAG_OL || node->tag == DOM_TAG_UL)
        enter_marked_list(m, node, &own, &around);
    *(level *)vector_push(&m->levels) = own;
}

/* Its marks are text now. */
static void leave_quotation(marking *m, dom_node *node) {
    const dom_node *first = node->first_child, *last = dom_last_child(node);
    bool opens = first && first->flags & FLAG_GENERATED, closes = last && last->flags & FLAG_GENERATED;
    rename_element(node, DOM_TAG_SPAN);
    if (!opens && !closes)
        return;
    slice words = express_words_inside(node, m->arena), inside = words;
    finding *one = findings_add(m->found, FINDING_QUOTE_MARKS, node->line, "%.*s", SLICE_ARGS(words));
    slice open = opens ? slice_trim_wide(dom_text(first)) : SLICE(""),
          close = closes ? slice_trim_wide(dom_text(last)) : SLICE("");
    if (slice_starts_with(inside, open))
        inside = slice_from(inside, open.length);
    if (slice_ends_with(inside, close))
        inside = slice_sub(inside, 0, inside.length - close.length);
    if (one) {
        one->before = slice_trim_wide(inside);
        one->after = words;
    }
}

static void leave_marked(marking *m, dom_node *node, unsigned depth) {
    if (css_generates(m->styles, node) && css_has_pseudo(m->styles, node, CSS_PSEUDO_AFTER))
        count(m, node, CSS_PSEUDO_AFTER, depth + 1);
    slice after = content_of(m, node, CSS_PSEUDO_AFTER);
    if (after.length && is_written(m, node, CSS_PSEUDO_AFTER, after) && !dom_tag_has(node->tag, DOM_VOID))
        dom_append(node, new_generated(m, node, after));
    if (node->tag == DOM_TAG_Q)
        leave_quotation(m, node);
    leave_marked_list(m, vector_last(&m->levels));
    vector_pop(&m->levels);
    while (m->counters.count && ((counter *)vector_last(&m->counters))->depth > depth)
        vector_pop(&m->counters);
    if (m->hidden == depth)
        leave_hidden(m);
}

static bool is_entered(const dom_node *node) {
    return node->type == DOM_ELEMENT && !dom_is_raw_text(node);
}

/* ---- what the walk made of words ----------------------------------------------------------------------- */

/* What stands between white space, or edges of boxes, without generated text and with it: each a word or
 * more, and what the self-check compares. */
typedef struct marked_word {
    buffer before, after;
    bool changes;
    uint32_t signs_line; /* of letters in it that a font draws as signs; 0: there are none */
} marked_word;

static void end_word(marking *m, marked_word *w) {
    slice before = buffer_slice(&w->before), after = buffer_slice(&w->after);
    finding *one = w->signs_line ? findings_add(m->found, FINDING_FONT_SIGN, w->signs_line, "%.*s: %.*s",
                                                SLICE_ARGS(before), SLICE_ARGS(after))
                                 : NULL;
    if (w->changes)
        findings_add_change(m->found, one, CHANGE_TEXT, before, after);
    w->signs_line = 0;
    w->before.length = w->after.length = 0;
    w->changes = false;
}

static void append_part(marked_word *w, slice part) {
    buffer_append(&w->before, part);
    buffer_append(&w->after, part);
}

/* The white space of generated text ends no word that was there before. */
static void append_to_word(marking *m, marked_word *w, const dom_node *text) {
    slice all = dom_text(text);
    size_t first = 0, last = all.length;
    if (text->flags & (FLAG_GENERATED | FLAG_REPLACED)) {
        buffer_append(text->flags & FLAG_GENERATED ? &w->after : &w->before, all);
        w->changes = true;
        if ((text->flags & FLAG_SIGNS) == FLAG_SIGNS && !w->signs_line)
            w->signs_line = text->line;
        return;
    }
    while (first < all.length && !is_space(all.data[first]))
        first++;
    append_part(w, slice_sub(all, 0, first));
    if (first == all.length)
        return;
    end_word(m, w);
    while (!is_space(all.data[last - 1]))
        last--;
    append_part(w, slice_from(all, last));
}

/* Generated text may run into words on either side of its element, and into more such text: the whole words
 * are noted, once all is in the tree. Their edges are those of view_take in convert/. */
static void note_words(marking *m, const dom_node *body) {
    marked_word word = {buffer_new(m->arena, 64), buffer_new(m->arena, 64), false, 0};
    for (const dom_node *at = body; at;) {
        if (at->type == DOM_TEXT)
            append_to_word(m, &word, at);
        if (dom_tag_has(at->tag, DOM_APART))
            end_word(m, &word);
        if (at->first_child && !dom_tag_has(at->tag, DOM_UNSEEN)) {
            at = at->first_child;
            continue;
        }
        while (at != body && !at->next) {
            at = at->parent;
            if (dom_tag_has(at->tag, DOM_APART))
                end_word(m, &word);
        }
        at = at == body ? NULL : at->next;
    }
    end_word(m, &word);
}

/* What the page's own styles write before and behind all of its content: "Draft". */
static void write_around(marking *m, dom_node *body, const dom_node *around, css_pseudo pseudo) {
    const css_declaration *d = css_winner(m->styles, around, pseudo, CSS_CONTENT);
    slice text = d && css_place_of(d).origin == CSS_ORIGIN_PAGE ? content_of(m, around, pseudo) : SLICE("");
    if (is_bullet(text))
        return;
    dom_node *paragraph = dom_new_element(m->arena, DOM_TAG_P, body->line);
    dom_append(paragraph, new_generated(m, paragraph, text));
    if (pseudo == CSS_PSEUDO_BEFORE && body->first_child)
        dom_insert_before(body->first_child, paragraph);
    else
        dom_append(body, paragraph);
}

bool express_write_markers(dom_node *body, css_cascade *styles, const express_marking *wanted, arena *a,
                           findings *found) {
    marking m = {.styles = styles,
                 .body = body,
                 .arena = a,
                 .found = found,
                 .lists = wanted->lists,
                 .icons = wanted->icons,
                 .replaced = vector_new(a, sizeof(dom_node *)),
                 .counters = vector_new(a, sizeof(counter)),
                 .levels = vector_new(a, sizeof(level)),
                 .kept_counters = vector_new(a, sizeof(counter)),
                 .letters = buffer_new(a, 64),
                 .generated = buffer_new(a, 64)};
    *(level *)vector_push(&m.levels) = (level){.way = LIST_PLAIN, .font = font_of(&m, body, CSS_PSEUDO_NONE)};
    unsigned depth = 0;
    const dom_node *around; /* most counters are made there */
    for (size_t i = 0; (around = css_around(styles, i)); i++) {
        count_entered(&m, around, depth);
        write_around(&m, body, around, CSS_PSEUDO_BEFORE);
    }
    for (dom_node *at = body->first_child; at;) {
        dom_node *parent = at->parent, *next = at->next, *inside = NULL;
        if (is_entered(at)) {
            enter_marked(&m, at, ++depth);
            inside = at->first_child;
            if (!inside)
                leave_marked(&m, at, depth--);
        } else if (at->type == DOM_TEXT) {
            write_signs(&m, at);
        }
        if (inside) {
            at = inside;
            continue;
        }
        for (; !next && parent != body; parent = parent->parent) {
            next = parent->next;
            leave_marked(&m, parent, depth--);
        }
        at = next;
    }
    for (size_t i = 0; (around = css_around(styles, i)); i++)
        write_around(&m, body, around, CSS_PSEUDO_AFTER);
    note_letters(&m);
    if (m.generates)
        note_words(&m, body);
    for (size_t i = 0; i < m.replaced.count; i++)
        dom_remove(*(dom_node **)vector_at(&m.replaced, i));
    if (m.generated.length) {
        finding *one = findings_add(found, FINDING_GENERATED_TEXT, m.generated_line, "%.*s",
                                    SLICE_ARGS(buffer_slice(&m.generated)));
        if (one)
            one->after = buffer_slice(&m.generated);
    }
    return m.changes;
}
