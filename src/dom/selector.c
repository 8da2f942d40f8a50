/* CSS selectors: text → an immutable program of compounds (Selectors Level 4, the subset that dom.h names).
 *
 * Comes in: the text of a selector list, from a rule file, so any bytes. Goes out: the compiled list, or the
 * position and the reason of the first mistake. Matching is in match.c. Nesting is bounded, so recursion is
 * too.
 */
#include "selector.h"

#define NESTING_MAX 8
#define COMPOUNDS_MAX 32

typedef struct parser {
    slice text;
    size_t at;
    arena *arena;
    dom_selector_error *error;
    unsigned nesting;
    bool inside_has, style_rule;
} parser;

static bool fail(parser *p, size_t position, const char *message) {
    if (!p->error->message)
        *p->error = (dom_selector_error){position, message};
    return false;
}

static char peek(const parser *p) {
    return p->at < p->text.length ? p->text.data[p->at] : '\0';
}

static bool at_end(const parser *p) {
    return p->at >= p->text.length;
}

static void skip_spaces(parser *p) {
    while (!at_end(p) && is_space(peek(p)))
        p->at++;
}

static bool accept(parser *p, char c) {
    if (at_end(p) || peek(p) != c)
        return false;
    p->at++;
    return true;
}

static bool is_name_char(char c) {
    return is_alnum(c) || c == '-' || c == '_' || (unsigned char)c >= 0x80;
}

/* CSS Syntax §4.3.7, behind the backslash. */
static void parse_escape(parser *p, buffer *b) {
    uint32_t codepoint = 0;
    unsigned digits = 0;
    for (; digits < 6 && !at_end(p) && hex_value(peek(p)) >= 0; digits++, p->at++)
        codepoint = codepoint * 16 + (uint32_t)hex_value(peek(p));
    if (digits == 0) {
        buffer_append_char(b, peek(p));
        p->at++;
        return;
    }
    p->at += !at_end(p) && is_space(peek(p));
    bool scalar = codepoint && codepoint <= 0x10FFFF && (codepoint < 0xD800 || codepoint > 0xDFFF);
    buffer_append_codepoint(b, scalar ? codepoint : 0xFFFD);
}

/* CSS Syntax §4.3.11. */
static bool parse_name(parser *p, slice *name, const char *expected) {
    size_t start = p->at;
    buffer b = buffer_new(p->arena, 16);
    while (!at_end(p)) {
        char c = peek(p);
        if (c == '\\' && p->at + 1 < p->text.length) {
            p->at++;
            parse_escape(p, &b);
        } else if (is_name_char(c)) {
            buffer_append_char(&b, c);
            p->at++;
        } else {
            break;
        }
    }
    *name = buffer_slice(&b);
    return name->length ? true : fail(p, start, expected);
}

static bool parse_string(parser *p, slice *value) {
    size_t start = p->at;
    char quote = peek(p);
    p->at++;
    buffer b = buffer_new(p->arena, 16);
    while (!at_end(p) && peek(p) != quote) {
        if (accept(p, '\\')) {
            if (!at_end(p))
                parse_escape(p, &b);
            continue;
        }
        buffer_append_char(&b, peek(p));
        p->at++;
    }
    *value = buffer_slice(&b);
    return accept(p, quote) ? true : fail(p, start, "a quote is opened here and never closed");
}

static slice lower(arena *a, slice s) {
    return slice_lower(slice_copy(s, a), a);
}

static selector_test *add_test(parser *p, compound *c, test_kind kind) {
    selector_test *test = arena_zeroed(p->arena, sizeof *test);
    test->kind = kind;
    selector_test **end = &c->tests;
    while (*end)
        end = &(*end)->next;
    *end = test;
    return test;
}

static selector_test *last_test(const compound *c) {
    selector_test *test = c->tests;
    while (test->next)
        test = test->next;
    return test;
}

static bool parse_attribute(parser *p, compound *c) {
    size_t start = p->at;
    p->at++; /* [ */
    skip_spaces(p);
    selector_test *test = add_test(p, c, TEST_ATTRIBUTE);
    slice name;
    if (!parse_name(p, &name, "an attribute's name is expected after ["))
        return false;
    test->name = lower(p->arena, name);
    skip_spaces(p);
    if (accept(p, ']'))
        return true;
    char relation = peek(p);
    if (relation != '=' && strchr("~|^$*", relation) && relation) {
        test->relation = relation;
        p->at++;
    } else {
        test->relation = '=';
    }
    if (!accept(p, '='))
        return fail(p, p->at, "=, ~=, |=, ^=, $=, *= or ] is expected after an attribute's name");
    skip_spaces(p);
    if (peek(p) == '"' || peek(p) == '\'') {
        if (!parse_string(p, &test->value))
            return false;
    } else if (!parse_name(p, &test->value, "a value is expected after =; put it in quotes")) {
        return false;
    }
    skip_spaces(p);
    if (to_lower(peek(p)) == 'i' || to_lower(peek(p)) == 's') {
        test->nocase = to_lower(peek(p)) == 'i';
        p->at++;
        skip_spaces(p);
    }
    return accept(p, ']') ? true : fail(p, start, "this [ is never closed by ]");
}

/* an+b, odd, even, a number: CSS Syntax §6. */
static bool parse_nth(parser *p, selector_test *test) {
    size_t start = p->at;
    char text[32];
    size_t length = 0;
    while (!at_end(p) && peek(p) != ')' && length < sizeof text - 1) {
        if (!is_space(peek(p)))
            text[length++] = to_lower(peek(p));
        p->at++;
    }
    text[length] = '\0';
    if (strcmp(text, "odd") == 0)
        strcpy(text, "2n+1");
    if (strcmp(text, "even") == 0)
        strcpy(text, "2n");
    const char *at = text;
    int sign = *at == '-' ? -1 : 1;
    at += *at == '-' || *at == '+';
    int number = 0, digits = 0;
    for (; is_digit(*at) && digits < 6; at++, digits++)
        number = number * 10 + (*at - '0');
    if (*at == 'n') {
        test->step = sign * (digits ? number : 1);
        at++;
        sign = *at == '-' ? -1 : 1;
        number = 0;
        digits = *at == '-' || *at == '+' ? 0 : 1;
        at += *at == '-' || *at == '+';
        for (int count = 0; is_digit(*at) && count < 6; at++, count++, digits++)
            number = number * 10 + (*at - '0');
    }
    test->offset = sign * number;
    if (*at || !digits)
        return fail(p, start, "a place is expected here, such as 2, odd, even or 2n+1");
    return true;
}

static bool parse_list(parser *p, dom_selector **out, bool relative, char end);

static bool parse_nested(parser *p, compound *c, test_kind kind) {
    bool is_has = kind == TEST_HAS, outer = p->inside_has;
    if (is_has && p->inside_has)
        return fail(p, p->at, ":has() may not stand inside :has()");
    if (p->nesting == NESTING_MAX)
        return fail(p, p->at, "the selector is nested too deep");
    selector_test *test = add_test(p, c, kind);
    dom_selector *list = NULL;
    p->nesting++;
    p->inside_has = outer || is_has;
    bool good = parse_list(p, &list, is_has, ')');
    p->inside_has = outer;
    p->nesting--;
    test->list = list;
    return good;
}

static const struct pseudo_class {
    const char *name;
    test_kind kind;
    bool last, of_type, argument;
} PSEUDO_CLASSES[] = {
    {"has", TEST_HAS, false, false, true},           {"is", TEST_IS, false, false, true},
    {"where", TEST_IS, false, false, true},          {"not", TEST_NOT, false, false, true},
    {"nth-child", TEST_NTH, false, false, true},     {"nth-last-child", TEST_NTH, true, false, true},
    {"nth-of-type", TEST_NTH, false, true, true},    {"nth-last-of-type", TEST_NTH, true, true, true},
    {"first-child", TEST_NTH, false, false, false},  {"last-child", TEST_NTH, true, false, false},
    {"first-of-type", TEST_NTH, false, true, false}, {"last-of-type", TEST_NTH, true, true, false},
    {"only-child", TEST_ONLY, false, false, false},  {"only-of-type", TEST_ONLY, false, true, false},
    {"empty", TEST_EMPTY, false, false, false},      {"alone", TEST_ALONE, false, false, false},
    {"root", TEST_ROOT, false, false, false},        {"scope", TEST_SCOPE, false, false, false},
};

static bool is_listed(slice name, const char *words) {
    slice list = slice_of(words);
    size_t at = 0;
    for (slice word; (word = slice_next_word(list, &at)).length;)
        if (slice_equal_nocase(word, name))
            return true;
    return false;
}

/* What stands in the brackets of a pseudo-class whose state is not looked at. */
static bool skip_brackets(parser *p) {
    size_t start = p->at, depth = 0;
    do {
        depth += peek(p) == '(';
        depth -= peek(p) == ')';
        p->at++;
    } while (depth && !at_end(p));
    return depth ? fail(p, start, "this ( is never closed by )") : true;
}

/* A pseudo-element, or the state of an element, in a style rule: true with `*known` where it is one. */
static bool parse_rule_pseudo(parser *p, compound *c, slice name, bool element, bool *known) {
    static const char STATES[] =
        "hover active focus focus-visible focus-within visited target target-within checked indeterminate "
        "disabled enabled read-only read-write placeholder-shown default valid invalid user-valid "
        "user-invalid "
        "in-range out-of-range required optional fullscreen modal open popover-open autofill current past "
        "future "
        "playing paused local-link blank host lang dir host-context state defined -webkit-autofill "
        "-webkit-any-link -webkit-full-screen";
    static const char ELEMENTS[] =
        "before after marker first-line first-letter selection placeholder backdrop file-selector-button cue "
        "details-content spelling-error grammar-error target-text highlight part slotted view-transition "
        "view-transition-group view-transition-old view-transition-new view-transition-image-pair";
    *known = true;
    element = element || is_listed(name, "before after first-line first-letter");
    if (element && !is_listed(name, ELEMENTS) && !slice_starts_with(name, SLICE("-webkit-")))
        return fail(p, p->at, "no such pseudo-element");
    if (element) {
        c->pseudo = is_listed(name, "before")   ? SELECTOR_BEFORE
                    : is_listed(name, "after")  ? SELECTOR_AFTER
                    : is_listed(name, "marker") ? SELECTOR_MARKER
                                                : SELECTOR_OTHER;
        add_test(p, c, TEST_ANY);
        return peek(p) == '(' ? skip_brackets(p) : true;
    }
    if (is_listed(name, "link any-link -webkit-any-link")) {
        add_test(p, c, TEST_LINK);
        return true;
    }
    if (!is_listed(name, STATES)) {
        *known = false;
        return true;
    }
    add_test(p, c, TEST_NEVER);
    return peek(p) == '(' ? skip_brackets(p) : true;
}

static bool parse_pseudo(parser *p, compound *c) {
    size_t start = p->at;
    p->at++; /* : */
    bool element = p->style_rule && accept(p, ':');
    if (peek(p) == ':')
        return fail(p, start, "a pseudo-element (::) names no element");
    slice name;
    if (!parse_name(p, &name, "the name of a pseudo-class is expected after :"))
        return false;
    if (p->style_rule) {
        bool taken;
        if (!parse_rule_pseudo(p, c, name, element, &taken))
            return false;
        if (taken)
            return true;
    }
    const struct pseudo_class *known = NULL;
    for (size_t i = 0; i < sizeof PSEUDO_CLASSES / sizeof *PSEUDO_CLASSES; i++)
        if (slice_equal_nocase(slice_of(PSEUDO_CLASSES[i].name), name))
            known = &PSEUDO_CLASSES[i];
    if (known && p->style_rule && known->kind == TEST_ALONE)
        known = NULL;
    if (!known)
        return fail(
            p, start,
            "no such pseudo-class; known are :has() :is() :where() :not() :nth-child() :nth-last-child() "
            ":nth-of-type() :nth-last-of-type() :first-child :last-child :only-child :first-of-type "
            ":last-of-type :only-of-type :empty :alone :root :scope");
    if (!known->argument) {
        selector_test *test = add_test(p, c, known->kind);
        test->last = known->last;
        test->of_type = known->of_type;
        test->offset = 1;
        return peek(p) == '(' ? fail(p, p->at, "this pseudo-class takes nothing in brackets") : true;
    }
    if (!accept(p, '('))
        return fail(p, p->at, "( is expected after this pseudo-class");
    skip_spaces(p);
    if (known->kind == TEST_NTH) {
        selector_test *test = add_test(p, c, TEST_NTH);
        test->last = known->last;
        test->of_type = known->of_type;
        if (!parse_nth(p, test))
            return false;
    } else {
        if (!parse_nested(p, c, known->kind))
            return false;
        last_test(c)->where = slice_equal_nocase(name, SLICE("where"));
    }
    return accept(p, ')') ? true : fail(p, start, "this ( is never closed by )");
}

static bool parse_compound(parser *p, compound *c) {
    size_t start = p->at;
    if (accept(p, '*')) {
        add_test(p, c, TEST_ANY);
    } else if (is_name_char(peek(p)) || peek(p) == '\\') {
        slice name;
        if (!parse_name(p, &name, "a tag's name is expected"))
            return false;
        selector_test *test = add_test(p, c, TEST_TAG);
        test->name = lower(p->arena, name);
        test->tag = dom_tag_of(test->name);
    }
    for (;;) {
        char kind = peek(p);
        if (kind == '.' || kind == '#') {
            p->at++;
            selector_test *test = add_test(p, c, kind == '.' ? TEST_CLASS : TEST_ID);
            if (!parse_name(p, &test->name,
                            kind == '.' ? "a class name is expected after ." : "an id is expected after #"))
                return false;
        } else if (kind == '[') {
            if (!parse_attribute(p, c))
                return false;
        } else if (kind == ':') {
            if (!parse_pseudo(p, c))
                return false;
        } else if (c->tests) {
            return true;
        } else {
            return fail(p, start,
                        at_end(p) ? "the selector ends too early: a tag, .class, #id, [attribute] or "
                                    ":pseudo-class is missing"
                        : kind == ',' || kind == ')'
                            ? "a selector is missing here"
                            : "a tag, .class, #id, [attribute] or :pseudo-class is expected here");
        }
    }
}

static combinator combinator_of(char c) {
    return c == '>' ? COMBINE_CHILD : c == '+' ? COMBINE_NEXT : c == '~' ? COMBINE_LATER : COMBINE_NONE;
}

/* One selector of a list, up to `end` or a comma. `relative`: an implied :scope and descendant stands before
 * it. */
static bool parse_complex(parser *p, compound **out, bool relative, char end) {
    compound *left = NULL;
    combinator join = COMBINE_NONE;
    skip_spaces(p);
    if (combinator_of(peek(p)) != COMBINE_NONE || relative) {
        left = arena_zeroed(p->arena, sizeof *left);
        add_test(p, left, TEST_SCOPE);
        join = combinator_of(peek(p));
        if (join == COMBINE_NONE)
            join = COMBINE_DESCENDANT;
        else
            p->at++;
        skip_spaces(p);
    }
    for (unsigned count = 0;; count++) {
        if (count == COMPOUNDS_MAX)
            return fail(p, p->at, "the selector has too many steps");
        compound *c = arena_zeroed(p->arena, sizeof *c);
        c->left = left;
        c->join = join;
        if (left && left->pseudo)
            return fail(p, p->at, "nothing stands inside a pseudo-element");
        if (!parse_compound(p, c))
            return false;
        left = *out = c;
        size_t before = p->at;
        skip_spaces(p);
        if (at_end(p) || peek(p) == ',' || (end && peek(p) == end))
            return true;
        join = combinator_of(peek(p));
        if (join != COMBINE_NONE) {
            p->at++;
            skip_spaces(p);
        } else if (p->at > before) {
            join = COMBINE_DESCENDANT;
        } else {
            return fail(p, p->at, "this character has no meaning here");
        }
    }
}

/* What one of its selectors may match. */
static void add_subject(dom_selector *list, const compound *c) {
    enum { WORDS = sizeof list->tags / sizeof *list->tags };
    uint64_t tags[WORDS];
    bool bare = true;
    memset(tags, 0xFF, sizeof tags);
    for (const selector_test *t = c->tests; t; t = t->next) {
        bare = bare && t->kind != TEST_CLASS && t->kind != TEST_ID && t->kind != TEST_ATTRIBUTE &&
               (t->kind != TEST_IS || t->list->matches_bare);
        for (size_t w = 0; w < WORDS; w++)
            tags[w] &= t->kind == TEST_TAG  ? w == t->tag / 64 ? UINT64_C(1) << (t->tag % 64) : 0
                       : t->kind == TEST_IS ? t->list->tags[w]
                                            : UINT64_MAX;
    }
    for (size_t w = 0; w < WORDS; w++)
        list->tags[w] |= tags[w];
    list->matches_bare = list->matches_bare || bare;
}

static bool parse_list(parser *p, dom_selector **out, bool relative, char end) {
    vector complexes = vector_new(p->arena, sizeof(compound *));
    do {
        compound *c = NULL;
        if (!parse_complex(p, &c, relative, end))
            return false;
        *(compound **)vector_push(&complexes) = c;
    } while (accept(p, ','));
    dom_selector *list = arena_alloc(p->arena, sizeof *list);
    *list = (dom_selector){.complexes = complexes.items, .count = complexes.count};
    for (size_t i = 0; i < list->count; i++)
        add_subject(list, list->complexes[i]);
    *out = list;
    return true;
}

static dom_selector *compile(parser *p) {
    dom_selector *out = NULL;
    if (p->text.length > DOM_SELECTOR_LENGTH_MAX)
        fail(p, 0, "the selector is longer than 4096 bytes");
    else if (parse_list(p, &out, false, '\0') && !at_end(p))
        fail(p, p->at, "this character has no meaning here");
    return p->error->message ? NULL : out;
}

dom_selector *dom_selector_compile(slice text, arena *a, dom_selector_error *error) {
    *error = (dom_selector_error){0, NULL};
    parser p = {.text = text, .arena = a, .error = error};
    return compile(&p);
}

dom_selector *selector_compile_rule(slice text, arena *a) {
    dom_selector_error error = {0, NULL};
    parser p = {.text = text, .arena = a, .error = &error, .style_rule = true};
    return compile(&p);
}
