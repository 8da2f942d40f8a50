/* Style sheets: CSS text → rules by tag, class and id (CSS Syntax 3 §5, Media Queries 4, CSS Nesting).
 *
 * Comes in: any bytes. Goes out: an immutable set of rules. What is not understood is dropped where the
 * specification says so, and reported. Nesting is bounded, so recursion is too.
 */
#include "css_private.h"
#include "scss.h"

#define NESTING_MAX 32
#define SELECTORS_MAX 400000u /* of a set of sheets */
#define IMPORTS_MAX 100
#define PROBLEMS_MAX 100

extern const char css_agent[];
extern const size_t css_agent_length;

typedef struct parser {
    css_sheets *sheets;
    css_reader r;
    css_origin origin;
    slice file;
    const css_loader *loader;
    const vector *marks; /* of scss_mark; NULL: lines are counted */
    size_t next_mark;
    size_t counted; /* bytes of which the lines are counted */
    uint32_t line;  /* at `counted` */
    unsigned nesting;
    unsigned windows; /* in which what is read holds, as bits */
    bool imports_allowed;
} parser;

/* ---- places and problems ---------------------------------------------------------------------------------
 */

static css_place place_at(parser *p, size_t offset) {
    const scss_mark *mark;
    for (; p->marks && p->next_mark < p->marks->count; p->next_mark++) {
        mark = vector_at(p->marks, p->next_mark);
        if (mark->offset > offset)
            break;
        p->file = mark->file;
        p->line = mark->line;
    }
    if (p->marks)
        return (css_place){p->origin, p->file, p->line};
    for (; p->counted < offset && p->counted < p->r.text.length; p->counted++)
        p->line += p->r.text.data[p->counted] == '\n';
    return (css_place){p->origin, p->file, p->line};
}

static void note_problem(css_sheets *s, css_place place, const char *message, slice what) {
    if (s->problems.count >= PROBLEMS_MAX)
        return;
    slice cut = slice_trim(what);
    size_t line = 0;
    while (line < cut.length && cut.data[line] != '\n' && cut.data[line] != '\r')
        line++;
    *(css_problem *)vector_push(&s->problems) =
        (css_problem){place.file, place.line, message, utf8_head(slice_sub(cut, 0, line), 80)};
}

/* ---- the index ----------------------------------------------------------------------------------------- */

static css_bucket *names_add(hash_map *names, slice name, arena *a) {
    names->arena = a;
    void **bucket = map_put(names, name, NULL);
    if (!*bucket)
        *bucket = arena_zeroed(a, sizeof(css_bucket));
    return *bucket;
}

static void bucket_add(css_bucket *b, uint32_t number, arena *a) {
    if (b->count == b->capacity) {
        uint32_t capacity = b->capacity ? b->capacity * 2 : 4;
        b->matches =
            arena_grow(a, b->matches, b->capacity * sizeof *b->matches, capacity * sizeof *b->matches);
        b->capacity = capacity;
    }
    b->matches[b->count++] = number;
}

/* ---- what a selector is ----------------------------------------------------------------------------------
 */

#define SPECIFICITY_ID (1u << 20)
#define SPECIFICITY_CLASS (1u << 10)
#define SPECIFICITY_TAG 1u

typedef struct selector_facts {
    css_sheets *sheets; /* whose index of names knows each that is asked for */
    uint32_t specificity;
    bool structural, names;
    vector *classes; /* of slice */
} selector_facts;

static void look_at_selector(const compound *c, selector_facts *facts);

/* The largest specificity of a list (Selectors 4 §17). Nesting is bounded by the selector's own. */
static uint32_t look_at_list(const dom_selector *list, selector_facts *facts) {
    uint32_t most = 0;
    for (size_t i = 0; i < list->count; i++) {
        selector_facts one = {facts->sheets, 0, facts->structural, facts->names, facts->classes};
        look_at_selector(list->complexes[i], &one);
        most = one.specificity > most ? one.specificity : most;
        facts->structural = one.structural;
        facts->names = one.names;
    }
    return most;
}

static uint32_t capped(uint32_t count, uint32_t unit) {
    return (count > 1000 ? 1000 : count) * unit;
}

static void look_at_selector(const compound *c, selector_facts *facts) {
    uint32_t ids = 0, classes = 0, tags = 0, inner = 0;
    tags += c->pseudo != SELECTOR_ELEMENT;
    for (; c; c = c->left) {
        facts->structural = facts->structural || c->join == COMBINE_NEXT || c->join == COMBINE_LATER;
        for (const selector_test *t = c->tests; t; t = t->next) {
            switch (t->kind) {
            case TEST_ANY:
                break;
            case TEST_TAG:
                tags++;
                break;
            case TEST_ID:
                ids++;
                facts->names = true;
                names_add(&facts->sheets->ids, t->name, facts->sheets->arena);
                break;
            case TEST_CLASS:
                classes++;
                facts->names = true;
                *(slice *)vector_push(facts->classes) = t->name;
                names_add(&facts->sheets->classes, t->name, facts->sheets->arena);
                break;
            case TEST_IS:
            case TEST_NOT:
            case TEST_HAS: {
                facts->structural = facts->structural || t->kind == TEST_HAS;
                uint32_t most = look_at_list(t->list, facts);
                inner += t->where ? 0 : most;
                break;
            }
            case TEST_NEVER:
            case TEST_ROOT:
            case TEST_LINK: /* the cascade tells links apart */
                classes++;
                break;
            case TEST_NTH: /* :first-child and :last-child: the cascade tells such elements apart */
                classes++;
                facts->structural = facts->structural || t->step != 0 || t->offset != 1 || t->of_type;
                break;
            case TEST_ATTRIBUTE:
                classes++;
                facts->structural = facts->structural || !css_is_keyed(t->name);
                facts->names = true;
                break;
            default:
                classes++;
                facts->structural = true;
            }
        }
    }
    facts->specificity = capped(ids, SPECIFICITY_ID) + capped(classes, SPECIFICITY_CLASS) +
                         capped(tags, SPECIFICITY_TAG) + inner;
}

/* The most particular name that the element itself must have, and where rules that ask for it stand. */
static css_bucket *bucket_for(css_sheets *s, const compound *subject) {
    const selector_test *best = NULL;
    for (const selector_test *t = subject->tests; t; t = t->next)
        if (t->kind == TEST_ID || (t->kind == TEST_CLASS && (!best || best->kind == TEST_TAG)) ||
            (t->kind == TEST_TAG && !best))
            best = t;
    if (best && best->kind == TEST_ID)
        return names_add(&s->ids, best->name, s->arena);
    if (best && best->kind == TEST_CLASS)
        return names_add(&s->classes, best->name, s->arena);
    if (best && best->tag == DOM_TAG_UNKNOWN)
        return names_add(&s->unknown_tags, best->name, s->arena);
    if (best)
        return &s->tags[best->tag];
    return &s->any;
}

static bool holds_never(const compound *c) {
    for (; c; c = c->left)
        for (const selector_test *t = c->tests; t; t = t->next)
            if (t->kind == TEST_NEVER)
                return true;
    return false;
}

static void add_match(const parser *p, const compound *selector, const css_block *block) {
    static const css_pseudo PSEUDO[] = {CSS_PSEUDO_NONE, CSS_PSEUDO_BEFORE, CSS_PSEUDO_AFTER,
                                        CSS_PSEUDO_MARKER};
    css_sheets *s = p->sheets;
    if (selector->pseudo == SELECTOR_OTHER || holds_never(selector) || s->matches.count >= SELECTORS_MAX)
        return;
    vector classes = vector_new(s->arena, sizeof(slice));
    selector_facts facts = {s, 0, false, false, &classes};
    look_at_selector(selector, &facts);
    uint32_t number = (uint32_t)s->matches.count;
    *(css_match *)vector_push(&s->matches) = (css_match){
        .selector = selector,
        .block = block,
        .pseudo = PSEUDO[selector->pseudo],
        .specificity = facts.specificity,
        .order = s->first_order + number,
        .origin = p->origin,
        .windows = (uint8_t)p->windows,
        .structural = facts.structural,
        .names = facts.names,
        .classes = classes.items,
        .class_count = (uint32_t)classes.count,
    };
    bucket_add(bucket_for(s, selector), number, s->arena);
}

/* ---- media queries ------------------------------------------------------------------------------------- */

static bool compare_width(double value, slice name, char relation, unsigned width) {
    double w = width;
    if (css_is_among(name, "min-width min-device-width"))
        return w >= value;
    if (css_is_among(name, "max-width max-device-width"))
        return w <= value;
    switch (relation) {
    case '<':
        return w < value;
    case '>':
        return w > value;
    case 'l':
        return w <= value;
    case 'g':
        return w >= value;
    default:
        return w == value;
    }
}

/* Other features than the width: as a mouse, a colour screen and no preferences answer. */
static bool feature_holds(slice name, slice value, unsigned width) {
    if (css_is_among(name, "orientation"))
        return css_is_among(value, "landscape") == (width >= CSS_VIEWPORT_HEIGHT);
    if (css_is_among(name, "hover any-hover"))
        return !css_is_among(value, "none");
    if (css_is_among(name, "pointer any-pointer"))
        return !value.length || css_is_among(value, "fine");
    if (css_is_among(name, "prefers-reduced-motion prefers-contrast prefers-reduced-transparency"))
        return css_is_among(value, "no-preference");
    if (css_is_among(name, "prefers-color-scheme"))
        return css_is_among(value, "light");
    if (css_is_among(name, "scripting"))
        return css_is_among(value, "enabled");
    return css_is_among(name, "color update display-mode") && !css_is_among(value, "none");
}

/* 400px < width is width > 400px. */
static char relation_of(slice sign, bool width_first) {
    bool less = (sign.data[0] == '<') == width_first, or_equal = sign.length == 2;
    return sign.data[0] == '=' ? '=' : less ? (or_equal ? 'l' : '<') : (or_equal ? 'g' : '>');
}

/* What stands in the brackets: (min-width: 600px), (width >= 600px), (400px <= width <= 700px), (color). */
static bool media_feature(slice text, unsigned width) {
    css_units units = {16, 16, width, CSS_VIEWPORT_HEIGHT, -1};
    slice colon_name = slice_trim(text);
    size_t colon = slice_find_char(text, ':', 0), relation = 0;
    while (relation < text.length && !strchr("<>=", text.data[relation]))
        relation++;
    double value;
    if (colon != SLICE_NONE) {
        slice name = slice_trim(slice_sub(text, 0, colon)), given = slice_trim(slice_from(text, colon + 1));
        if (!css_is_among(name, "width min-width max-width device-width min-device-width max-device-width"))
            return feature_holds(name, given, width);
        return css_evaluate_length(given, &units, &value) && compare_width(value, name, '=', width);
    }
    if (relation == text.length)
        return css_is_among(colon_name, "width") || feature_holds(colon_name, (slice){NULL, 0}, width);
    bool holds = true, any = false;
    slice left = slice_trim(slice_sub(text, 0, relation));
    while (relation < text.length && holds) {
        size_t behind = relation + 1 + (relation + 1 < text.length && text.data[relation + 1] == '=');
        slice sign = slice_sub(text, relation, behind);
        size_t end = behind;
        while (end < text.length && !strchr("<>=", text.data[end]))
            end++;
        slice right = slice_trim(slice_sub(text, behind, end));
        bool width_left = css_is_among(left, "width");
        any = any || width_left || css_is_among(right, "width");
        holds = css_evaluate_length(width_left ? right : left, &units, &value) &&
                compare_width(value, SLICE("width"), relation_of(sign, width_left), width);
        left = right;
        relation = end;
    }
    return holds && any;
}

/* One condition: a word or what is in brackets. Brackets inside brackets are taken apart a few levels deep.
 */
static bool media_condition(css_reader *r, css_token t, unsigned width, unsigned depth);

static bool media_query(css_reader *r, unsigned width, unsigned depth, bool *ended) {
    bool holds = true, negate = false, either = false, first = true;
    *ended = false;
    for (;;) {
        css_token t = css_next_solid(r);
        if (t.kind == CSS_TOKEN_END || (t.kind == CSS_TOKEN_DELIM && t.delim == ',')) {
            *ended = t.kind == CSS_TOKEN_END;
            return !first && holds;
        }
        if (t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "only and"))
            continue;
        if (t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "not")) {
            negate = true;
            continue;
        }
        if (t.kind == CSS_TOKEN_IDENT && css_is_among(t.value, "or")) {
            either = true;
            continue;
        }
        bool media_type = t.kind == CSS_TOKEN_IDENT;
        bool one = media_condition(r, t, width, depth) != negate;
        if (media_type && negate) { /* `not print and …` negates all that follows */
            bool rest = media_query(r, width, depth + 1 > NESTING_MAX ? depth : depth + 1, ended);
            return one || (!first && !rest);
        }
        holds = first ? one : either ? holds || one : holds && one;
        negate = either = first = false;
    }
}

static bool media_condition(css_reader *r, css_token t, unsigned width, unsigned depth) {
    if (t.kind == CSS_TOKEN_IDENT)
        return css_is_among(t.value, "all screen");
    bool opens = t.kind == CSS_TOKEN_DELIM && t.delim == '(';
    if (!opens && t.kind != CSS_TOKEN_FUNCTION)
        return false;
    size_t start = r->at;
    if (!css_skip_block(r, '(') || !opens)
        return false;
    slice inside = slice_trim(slice_sub(r->text, start, r->at - 1));
    bool grouped = inside.length &&
                   (inside.data[0] == '(' || slice_equal_nocase(slice_sub(inside, 0, 4), SLICE("not ")));
    if (!grouped)
        return media_feature(inside, width);
    css_reader inner = {.text = inside, .arena = r->arena};
    bool ended;
    return depth < 8 && media_query(&inner, width, depth + 1, &ended);
}

bool css_media_holds(slice queries, unsigned width) {
    css_reader r = {.text = queries};
    for (bool ended = false; !ended;)
        if (media_query(&r, width, 0, &ended))
            return true;
    return false;
}

unsigned css_media_windows(const css_sheets *sheets, slice queries) {
    unsigned windows = 0;
    if (!slice_trim(queries).length)
        return CSS_WINDOWS_ALL;
    for (unsigned i = 0; i < CSS_WINDOWS_MAX; i++)
        if (sheets->widths[i] && css_media_holds(queries, sheets->widths[i]))
            windows |= 1u << i;
    return windows;
}

/* ---- rules ------------------------------------------------------------------------------------------------
 */

/* What is around a rule. */
typedef struct surrounding {
    slice parent; /* the selector of the rule around it; empty: at the top */
} surrounding;

static void read_contents(parser *p, const surrounding *around, css_gathering *g);
static void add_sheet(css_sheets *s, css_origin origin, slice name, slice text, const css_loader *loader,
                      unsigned windows);

/* Behind what is neither a bracket nor ; nor may hold some: strings, comments, escapes. */
static size_t pass_plain(slice text, size_t at) {
    static const bool STOPS[256] = {['"'] = 1, ['\''] = 1, ['('] = 1, [')'] = 1, ['/'] = 1, [';'] = 1,
                                    ['['] = 1, ['\\'] = 1, [']'] = 1, ['{'] = 1, ['}'] = 1};
    while (at < text.length && !STOPS[(unsigned char)text.data[at]])
        at++;
    return at;
}

/* The token that ends what starts at the reader: ; or { or the } of the block around, or the end. Nothing
 * inside of brackets counts. `stop_at_semicolon`: false at the top level, where only a block ends a rule's
 * prelude. */
static char find_end(parser *p, bool in_block, size_t *end) {
    *end = pass_plain(p->r.text, p->r.at);
    char stop = *end < p->r.text.length ? p->r.text.data[*end] : '\0';
    if (stop == '{' || (in_block && (stop == ';' || stop == '}'))) {
        p->r.at = *end + 1;
        return stop;
    }
    for (;;) {
        size_t start = p->r.at;
        css_token t = css_next_token(&p->r);
        *end = start;
        if (t.kind == CSS_TOKEN_END)
            return '\0';
        if (t.kind == CSS_TOKEN_FUNCTION) {
            css_skip_block(&p->r, '(');
        } else if (t.kind == CSS_TOKEN_DELIM) {
            if (t.delim == '(' || t.delim == '[')
                css_skip_block(&p->r, t.delim);
            else if (t.delim == '{' || (in_block && (t.delim == ';' || t.delim == '}')))
                return t.delim;
        }
    }
}

static bool mentions_parent(slice selector) {
    css_reader r = {.text = selector};
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;)
        if (t.kind == CSS_TOKEN_DELIM && t.delim == '&')
            return true;
    return false;
}

/* The selector of a nested rule with its parent in it (CSS Nesting §3). */
static slice nested_selector(slice selector, slice parent, arena *a) {
    if (!parent.length)
        return selector;
    buffer out = buffer_new(a, selector.length + parent.length + 16);
    slice is = format_slice(a, ":is(%.*s)", SLICE_ARGS(parent));
    css_reader r = {.text = selector};
    size_t part = 0;
    for (;;) { /* each selector of the list */
        size_t start = r.at;
        css_token t = css_next_token(&r);
        if (t.kind == CSS_TOKEN_FUNCTION)
            css_skip_block(&r, '(');
        bool ends = t.kind == CSS_TOKEN_END || (t.kind == CSS_TOKEN_DELIM && t.delim == ',');
        if (!ends)
            continue;
        slice one = slice_trim(slice_sub(selector, part, start));
        if (out.length)
            buffer_append_char(&out, ',');
        if (!mentions_parent(one)) {
            buffer_append(&out, is);
            buffer_append_char(&out, ' ');
        }
        css_reader words = {.text = one};
        for (css_token w;
             (w = css_next_token(&words)).kind != CSS_TOKEN_END && out.length < DOM_SELECTOR_LENGTH_MAX;)
            buffer_append(&out, w.kind == CSS_TOKEN_DELIM && w.delim == '&' ? is : w.text);
        if (t.kind == CSS_TOKEN_END)
            return buffer_slice(&out);
        part = r.at;
    }
}

static slice without_comments(slice text, arena *a) {
    if (slice_find(text, SLICE("/*"), 0) == SLICE_NONE)
        return slice_trim(text);
    buffer out = buffer_new(a, text.length + 1);
    css_reader r = {.text = text};
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;)
        buffer_append(&out, t.kind != CSS_TOKEN_SPACE ? t.text
                            : t.text.data[0] == '/' && t.text.length > 3 &&
                                    !is_space(t.text.data[t.text.length - 1])
                                ? SLICE("")
                                : SLICE(" "));
    return slice_trim(buffer_slice(&out));
}

/* Selectors that other browsers have: nobody is to mend them. */
static bool is_of_a_vendor(slice prelude) {
    return slice_find(prelude, SLICE(":-moz-"), 0) != SLICE_NONE ||
           slice_find(prelude, SLICE(":-ms-"), 0) != SLICE_NONE ||
           slice_find(prelude, SLICE(":-webkit-"), 0) != SLICE_NONE ||
           slice_find(prelude, SLICE(":-o-"), 0) != SLICE_NONE;
}

static void read_style_rule(parser *p, size_t start, slice prelude, const surrounding *around) {
    css_sheets *s = p->sheets;
    css_place place = place_at(p, start);
    slice selector = nested_selector(without_comments(prelude, s->arena), around->parent, s->arena);
    dom_selector *list = selector_compile_rule(selector, s->arena);
    css_gathering g;
    struct css_rule *rule = arena_alloc(s->arena, sizeof *rule);
    *rule = (struct css_rule){p->origin, place.file, place.line};
    css_gather_start(&g, s->arena);
    g.next.rule = rule;
    css_block *block = arena_zeroed(s->arena, sizeof *block);
    if (!list && !is_of_a_vendor(prelude))
        note_problem(s, place, "a selector that is not understood; the rule is left out", prelude);
    for (size_t i = 0; list && i < list->count; i++) /* before the rules nested in it: they come later */
        add_match(p, list->complexes[i], block);
    surrounding inside = {list ? selector : SLICE(":not(*)")};
    p->nesting++;
    read_contents(p, &inside, &g);
    p->nesting--;
    *block = g.block;
}

static void skip_rule_block(parser *p) {
    css_skip_block(&p->r, '{');
}

/* @import url(…) media; only what comes with the site. */
static void read_import(parser *p, size_t start, slice prelude) {
    css_sheets *s = p->sheets;
    css_reader r = {.text = prelude, .arena = s->arena};
    css_token t = css_next_solid(&r);
    if (t.kind == CSS_TOKEN_FUNCTION && css_is_among(t.value, "url")) {
        t = css_next_solid(&r);
        css_next_solid(&r);
    }
    slice name, text;
    unsigned windows = p->windows & css_media_windows(s, slice_from(prelude, r.at));
    if (!p->imports_allowed || (t.kind != CSS_TOKEN_STRING && t.kind != CSS_TOKEN_URL) || !windows)
        return;
    bool loaded = p->loader && s->imports < IMPORTS_MAX && p->nesting < NESTING_MAX &&
                  p->loader->load(p->loader->context, p->file, t.value, &name, &text);
    if (!loaded) {
        note_problem(s, place_at(p, start),
                     "an @import of a file that the site does not have; it is left out", prelude);
        return;
    }
    s->imports++;
    add_sheet(s, p->origin, name, text, p->loader, windows);
}

/* Conditions that hold in a browser of today: what they guard is in use everywhere. */
static bool supports_holds(slice condition) {
    slice trimmed = slice_trim(condition);
    return !slice_equal_nocase(slice_sub(trimmed, 0, 3), SLICE("not"));
}

static void read_at_rule(parser *p, const surrounding *around, css_gathering *g) {
    static const char SKIPPED[] =
        "font-face keyframes -webkit-keyframes -moz-keyframes -o-keyframes -ms-keyframes page "
        "property font-feature-values font-palette-values viewport starting-style "
        "-ms-viewport charset namespace position-try view-transition "
        "color-profile -moz-document";
    size_t start = p->r.at;
    css_token name = css_next_token(&p->r);
    size_t from = p->r.at, to;
    char end = find_end(p, true, &to);
    if (end == '}') /* of the block around */
        p->r.at = to;
    slice prelude = slice_sub(p->r.text, from, to);
    if (css_is_among(name.value, "import"))
        read_import(p, start, prelude);
    if (end != '{')
        return;
    bool media = css_is_among(name.value, "media"),
         enters = media || (css_is_among(name.value, "supports") && supports_holds(prelude)) ||
                  css_is_among(name.value, "layer");
    unsigned around_it = p->windows,
             windows =
                 media ? around_it & css_media_windows(p->sheets, without_comments(prelude, p->sheets->arena))
                       : around_it;
    if (!enters || !windows || p->nesting >= NESTING_MAX) {
        if (!media && !css_is_among(name.value, SKIPPED) && !css_is_among(name.value, "supports"))
            note_problem(p->sheets, place_at(p, start), "an @-rule that is not understood; it is left out",
                         slice_sub(p->r.text, start, to));
        skip_rule_block(p);
        return;
    }
    p->windows = windows;
    if (g && windows != around_it) { /* inside of a rule: in one window it says more */
        read_style_rule(p, start, SLICE("&"), around);
    } else {
        p->nesting++;
        read_contents(p, around, g);
        p->nesting--;
    }
    p->windows = around_it;
}

static void read_declaration(parser *p, css_gathering *g, size_t start, size_t end) {
    css_reader r = {.text = slice_sub(p->r.text, start, end), .arena = p->sheets->arena};
    css_token name = css_next_solid(&r), colon = css_next_solid(&r);
    if (name.kind != CSS_TOKEN_IDENT || colon.kind != CSS_TOKEN_DELIM || colon.delim != ':')
        return;
    g->next.line = place_at(p, start + (size_t)(name.text.data - r.text.data)).line;
    css_gather(g, name.value, slice_from(r.text, r.at));
}

static bool is_custom_property(slice prelude) {
    slice trimmed = slice_trim(prelude);
    size_t colon = slice_find_char(trimmed, ':', 0);
    return slice_starts_with(trimmed, SLICE("--")) && colon != SLICE_NONE;
}

/* The inside of a block up to its }, or of a sheet. `g`: where declarations go; NULL at the top level. What
 * stands behind a nested rule comes behind it (CSS Nesting 1 §4.1). */
static void read_contents(parser *p, const surrounding *around, css_gathering *g) {
    bool top = p->nesting == 0;
    size_t rules = p->sheets->matches.count;
    for (;;) {
        size_t start = p->r.at;
        css_token t = css_next_token(&p->r);
        if (t.kind == CSS_TOKEN_END || (t.kind == CSS_TOKEN_DELIM && t.delim == '}' && !top))
            return;
        bool nothing = t.kind == CSS_TOKEN_SPACE ||
                       (t.kind == CSS_TOKEN_DELIM && (t.delim == ';' || (t.delim == '}' && top)));
        if (nothing)
            continue;
        p->r.at = start;
        if (t.kind == CSS_TOKEN_AT) {
            read_at_rule(p, around, g);
            continue;
        }
        p->imports_allowed = false;
        size_t end;
        char what = find_end(p, !top, &end);
        if (what == '{' && g && is_custom_property(slice_sub(p->r.text, start, end))) {
            css_skip_block(&p->r, '{');
            what = find_end(p, true, &end);
        }
        if (what == '}')
            p->r.at = end;
        if (what == '{' && p->nesting < NESTING_MAX)
            read_style_rule(p, start, slice_sub(p->r.text, start, end), around);
        else if (what == '{')
            skip_rule_block(p);
        else if (g && p->sheets->matches.count > rules && p->nesting < NESTING_MAX) {
            p->r.at = start;
            read_style_rule(p, start, SLICE("&"), around);
            return;
        } else if (g)
            read_declaration(p, g, start, end);
    }
}

static void read_sheet(css_sheets *s, css_origin origin, slice file, slice text, uint32_t line,
                       const css_loader *loader, const vector *marks, unsigned windows) {
    parser p = {.sheets = s,
                .r = {.text = text, .arena = s->arena},
                .origin = origin,
                .file = file,
                .loader = loader,
                .marks = marks,
                .line = line,
                .windows = windows,
                .imports_allowed = true};
    if (slice_starts_with(text, SLICE("\xEF\xBB\xBF")))
        p.r.at = 3;
    surrounding top = {{NULL, 0}};
    read_contents(&p, &top, NULL);
}

/* ---- the set ---------------------------------------------------------------------------------------------
 */

static css_sheets *new_set(arena *a, const unsigned *widths, unsigned window) {
    css_sheets *s = arena_zeroed(a, sizeof *s);
    s->arena = a;
    memcpy(s->widths, widths, sizeof s->widths);
    s->window = window;
    s->matches = vector_new(a, sizeof(css_match));
    s->problems = vector_new(a, sizeof(css_problem));
    s->texts = vector_new(a, sizeof(slice));
    return s;
}

css_sheets *css_sheets_new_like(const css_sheets *other, arena *a) {
    return new_set(a, other->widths, other->window);
}

const css_sheets *css_sheets_of_other(const css_sheets *sheets, arena *a) {
    css_sheets *other = arena_alloc(a, sizeof *other);
    *other = *sheets;
    other->window = 1 - sheets->window;
    return other;
}

css_sheets *css_sheets_new(arena *a, unsigned viewport_width, unsigned other_width) {
    css_sheets *s = new_set(
        a, (unsigned[CSS_WINDOWS_MAX]){viewport_width ? viewport_width : CSS_VIEWPORT_WIDTH, other_width}, 0);
    read_sheet(s, CSS_ORIGIN_AGENT, SLICE("the browser"), (slice){css_agent, css_agent_length}, 1, NULL, NULL,
               CSS_WINDOWS_ALL);
    css_sheets_surround(s, SLICE("html > body"));
    return s;
}

static void add_sheet(css_sheets *s, css_origin origin, slice name, slice text, const css_loader *loader,
                      unsigned windows) {
    s->has_site = s->has_site || origin == CSS_ORIGIN_SITE;
    if (!slice_ends_with(name, SLICE(".scss"))) {
        if (slice_starts_with(text, SLICE("---")))
            text = scss_without_liquid(text, s->arena);
        read_sheet(s, origin, name, text, 1, loader, NULL, windows);
        *(slice *)vector_push(&s->texts) = text; /* behind what it imports */
        return;
    }
    scss_result flat = scss_to_css(name, text, loader, s->arena);
    for (size_t i = 0; i < flat.problems.count && s->problems.count < PROBLEMS_MAX; i++)
        *(css_problem *)vector_push(&s->problems) = *(css_problem *)vector_at(&flat.problems, i);
    read_sheet(s, origin, name, flat.css, 1, loader, &flat.marks, windows);
    *(slice *)vector_push(&s->texts) = flat.css;
}

const vector *css_sheets_texts(const css_sheets *s) {
    return &s->texts;
}

void css_sheets_add(css_sheets *s, css_origin origin, slice name, slice text, const css_loader *loader) {
    add_sheet(s, origin, name, text, loader, CSS_WINDOWS_ALL);
}

void css_sheets_add_style(css_sheets *s, slice text, uint32_t line, unsigned windows) {
    read_sheet(s, CSS_ORIGIN_PAGE, (slice){NULL, 0}, text, line, NULL, NULL, windows);
}

size_t css_sheets_problem_count(const css_sheets *s) {
    return s->problems.count;
}

const css_problem *css_sheets_problem_at(const css_sheets *s, size_t index) {
    return vector_at(&s->problems, index);
}

/* The next step of a path, between slashes; empty at the end. */
static slice next_step(slice path, size_t *at) {
    while (*at < path.length && path.data[*at] == '/')
        ++*at;
    size_t from = *at;
    while (*at < path.length && path.data[*at] != '/')
        ++*at;
    return slice_sub(path, from, *at);
}

#define STEPS_MAX 16

static bool is_file_named(slice file, slice name) {
    if (slice_starts_with(file, SLICE("_")) && !slice_starts_with(name, SLICE("_")))
        file = slice_from(file, 1);
    slice rest = slice_from(file, name.length);
    return slice_starts_with(file, name) &&
           (!rest.length || slice_equal(rest, SLICE(".scss")) || slice_equal(rest, SLICE(".css")));
}

bool css_import_names(slice from, slice url, slice path) {
    slice steps[STEPS_MAX], step;
    size_t count = 0, at = 0;
    bool rooted = slice_starts_with(url, SLICE("/"));
    for (; !rooted && count < STEPS_MAX && (step = next_step(from, &at)).length;)
        steps[count++] = step;
    count -= count > 0; /* the file itself */
    for (at = 0; count < STEPS_MAX && (step = next_step(url, &at)).length;) {
        if (slice_equal(step, SLICE("..")) && count == 0)
            return false;
        if (slice_equal(step, SLICE("..")))
            count--;
        else if (!slice_equal(step, SLICE(".")))
            steps[count++] = step;
    }
    size_t there = 0, i = 0;
    for (; i < count && (step = next_step(path, &there)).length; i++)
        if (i + 1 < count ? !slice_equal(step, steps[i]) : !is_file_named(step, steps[i]))
            return false;
    return count && i == count && !next_step(path, &there).length;
}

static void add_attribute(dom_node *node, arena *a, const selector_test *test) {
    const slice *was = dom_attribute_get(node, SLICE("class"));
    if (test->kind == TEST_ID)
        dom_attribute_set(node, a, SLICE("id"), test->name);
    else if (test->kind == TEST_CLASS)
        dom_attribute_set(node, a, SLICE("class"),
                          was ? format_slice(a, "%.*s %.*s", SLICE_ARGS(*was), SLICE_ARGS(test->name))
                              : test->name);
}

bool css_sheets_surround(css_sheets *s, slice selector) {
    dom_selector_error error;
    const dom_selector *list = dom_selector_compile(selector, s->arena, &error);
    if (!list || list->count != 1)
        return false;
    dom_node *innermost = NULL, *inner = NULL;
    for (const compound *c = list->complexes[0]; c; c = c->left) {
        dom_tag tag = DOM_TAG_DIV;
        bool good = c->join == COMBINE_CHILD || !c->left;
        for (const selector_test *t = c->tests; t; t = t->next) {
            good = good && (t->kind == TEST_TAG || t->kind == TEST_CLASS || t->kind == TEST_ID);
            tag = t->kind == TEST_TAG && t->tag != DOM_TAG_UNKNOWN ? t->tag : tag;
        }
        if (!good)
            return false;
        dom_node *node = dom_new_element(s->arena, tag, 0);
        for (const selector_test *t = c->tests; t; t = t->next)
            add_attribute(node, s->arena, t);
        if (inner)
            dom_append(node, inner);
        inner = node;
        innermost = innermost ? innermost : node;
    }
    s->surroundings = innermost;
    return true;
}
