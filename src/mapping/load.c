/* Rule files → rules: reading, checking, ordering.
 *
 * Comes in: YAML texts. Goes out: a mapping_set, immutable from then on. Every mistake becomes a problem with
 * its place and a suggestion; a rule with a mistake is not in force. Which keys there are is the tables
 * below.
 */
#include "names.h"
#include "rules.h"

#include <stdlib.h>

typedef struct loader {
    mapping_set *set;
    arena *arena;
    const mapping_source *source;
    slice source_name;
    bool broken; /* the rule being read has a mistake */
    name_table names;
    vector disabled; /* of value*, with their sources */
} loader;

typedef struct disabled_name {
    slice name, source;
    uint32_t line, column;
} disabled_name;

/* ---- problems ---------------------------------------------------------------------------------------- */

static void add_problem(loader *l, uint32_t line, uint32_t column, slice message, slice suggestion) {
    mapping_problem *p = vector_push_zeroed(&l->set->problems);
    *p = (mapping_problem){l->source_name, line, column, message, suggestion};
    l->broken = true;
}

#define PROBLEM(loader, value, suggestion, ...)                                                              \
    add_problem(loader, (value)->line, (value)->column, format_slice((loader)->arena, __VA_ARGS__),          \
                suggestion)

/* Levenshtein distance of two short words; longer ones are far apart. */
static size_t distance(slice a, slice b) {
    enum { LONGEST = 40 };
    if (a.length > LONGEST || b.length > LONGEST)
        return LONGEST;
    size_t row[LONGEST + 1];
    for (size_t j = 0; j <= b.length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.length; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.length; j++) {
            size_t above = row[j], best = diagonal + (to_lower(a.data[i - 1]) != to_lower(b.data[j - 1]));
            best = above + 1 < best ? above + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = above;
        }
    }
    return row[b.length];
}

/* "did you mean `title`?", or all the words there are. */
static slice suggest(loader *l, slice word, const slice *known, size_t count) {
    size_t best = count;
    for (size_t i = 0; i < count; i++)
        if (best == count || distance(word, known[i]) < distance(word, known[best]))
            best = i;
    if (best < count && distance(word, known[best]) * 2 <= word.length + 1)
        return format_slice(l->arena, "did you mean `%.*s`?", SLICE_ARGS(known[best]));
    buffer b = buffer_new(l->arena, 128);
    buffer_append(&b, SLICE("known are: "));
    for (size_t i = 0; i < count; i++)
        buffer_printf(&b, "%s%.*s", i ? ", " : "", SLICE_ARGS(known[i]));
    return buffer_slice(&b);
}

/* ---- simple values ----------------------------------------------------------------------------------- */

static bool is_scalar(loader *l, const value *v, const char *what) {
    if (v->kind == VALUE_SCALAR && (v->text.length || v->quoted))
        return true;
    PROBLEM(l, v, SLICE("write it on one line, in quotes where it has special characters"),
            "%s is expected here", what);
    return false;
}

static void read_text(loader *l, const value *v, slice *out) {
    if (is_scalar(l, v, "a text"))
        *out = v->text;
}

static void read_bool(loader *l, const value *v, bool *out) {
    if (v->kind == VALUE_SCALAR &&
        (slice_equal(v->text, SLICE("true")) || slice_equal(v->text, SLICE("false"))))
        *out = v->text.data[0] == 't';
    else
        PROBLEM(l, v, SLICE("write true or false"), "yes or no is expected here");
}

static bool parse_number(slice s, uint32_t *out) {
    uint64_t number = 0;
    for (size_t i = 0; i < s.length; i++) {
        if (!is_digit(s.data[i]) || number > 100000000)
            return false;
        number = number * 10 + (uint64_t)(s.data[i] - '0');
    }
    *out = (uint32_t)number;
    return s.length > 0;
}

static void read_number(loader *l, const value *v, uint32_t min, uint32_t max, uint32_t *out) {
    uint32_t number = 0;
    if (v->kind == VALUE_SCALAR && parse_number(v->text, &number) && number >= min && number <= max)
        *out = number;
    else
        PROBLEM(l, v, (slice){0}, "a number from %u to %u is expected here", min, max);
}

/* 3, 2.., ..300, 2..18 */
static void read_range(loader *l, const value *v, range *out) {
    slice text = v->kind == VALUE_SCALAR ? v->text : (slice){0};
    size_t dots = slice_find(text, SLICE(".."), 0);
    slice low = slice_sub(text, 0, dots == SLICE_NONE ? text.length : dots);
    slice high = dots == SLICE_NONE ? low : slice_from(text, dots + 2);
    range r = {0, UINT32_MAX};
    bool good = text.length > 0 && (low.length || high.length) &&
                (!low.length || parse_number(low, &r.min)) && (!high.length || parse_number(high, &r.max));
    if (!good || r.min > r.max)
        PROBLEM(l, v, SLICE("write 3, 2.., ..300 or 2..18"), "a number or a range is expected here");
    else
        *out = r;
}

/* The text without names; empty, with a problem, where a name stands for none. */
static slice expand(loader *l, const value *v, slice text) {
    slice out, wrong;
    if (names_expand(&l->names, l->source_name, text, &out, &wrong))
        return out;
    bool known = names_meaning(&l->names, l->source_name, wrong) != NULL;
    PROBLEM(l, v,
            known ? SLICE("a name in a selector stands for one selector")
                  : format_slice(l->arena, "define it: `define: {%.*s: …}`", SLICE_ARGS(wrong)),
            known ? "`$%.*s` stands for no selector, or for too long a one" : "nothing is called `$%.*s`",
            SLICE_ARGS(wrong));
    return (slice){NULL, 0};
}

static const dom_selector *read_selector_text(loader *l, const value *v, slice written) {
    dom_selector_error error;
    slice text = expand(l, v, written);
    if (written.length && !text.length)
        return NULL;
    const dom_selector *s = dom_selector_compile(text, l->arena, &error);
    if (s)
        return s;
    bool as_written = slice_equal(text, written);
    uint32_t line = v->line + v->block,
             column = v->block ? 1 : v->column + v->quoted + (as_written ? (uint32_t)error.position : 0);
    add_problem(l, line, column,
                format_slice(l->arena, "`%.*s` is no selector: %s", SLICE_ARGS(slice_sub(text, 0, 80)),
                             error.message),
                slice_find_char(text, '@', 0) == SLICE_NONE
                    ? (slice){0}
                    : SLICE("an attribute (`img @alt`) can only be the source of a part"));
    return NULL;
}

static void read_selector(loader *l, const value *v, const dom_selector **out) {
    if (is_scalar(l, v, "a selector"))
        *out = read_selector_text(l, v, v->text);
}

/* A list of scalars, or one scalar that stands for a list of one. */
static size_t list_length(loader *l, const value *v) {
    if (v->kind == VALUE_SCALAR)
        return 1;
    if (v->kind == VALUE_LIST && v->count)
        return v->count;
    PROBLEM(l, v, SLICE("write one, or a list: [a, b]"), "a list is expected here");
    return 0;
}

static const value *list_item(const value *v, size_t index) {
    return v->kind == VALUE_SCALAR ? v : v->items[index];
}

static void read_selectors(loader *l, const value *v, selectors *out) {
    v = names_resolve(&l->names, l->source_name, v);
    size_t count = list_length(l, v);
    out->items = arena_zeroed(l->arena, (count + 1) * sizeof *out->items);
    out->texts = arena_zeroed(l->arena, (count + 1) * sizeof *out->texts);
    for (size_t i = 0; i < count; i++) {
        read_selector(l, list_item(v, i), &out->items[out->count]);
        out->texts[out->count] = list_item(v, i)->text;
        out->count += out->items[out->count] != NULL;
    }
}

/* ---- maps with known keys ---------------------------------------------------------------------------- */

typedef struct key {
    slice name;
    void (*read)(loader *l, const value *v, rule *r);
} key;

static void read_keys(loader *l, const value *v, const key *keys, size_t count, const char *what, rule *r) {
    if (v->kind != VALUE_MAP) {
        PROBLEM(l, v, SLICE("write `key: value` lines, indented below"), "%s must be a map", what);
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        const value *name = v->keys[i];
        size_t k = 0;
        while (k < count && !slice_equal(keys[k].name, name->text))
            k++;
        for (size_t j = 0; j < i; j++)
            if (slice_equal(v->keys[j]->text, name->text)) {
                PROBLEM(l, name, SLICE("keep one of the two"), "`%.*s` is there twice, first on line %u",
                        SLICE_ARGS(name->text), v->keys[j]->line);
                k = count + 1;
                break;
            }
        if (k < count) {
            keys[k].read(l, v->items[i], r);
        } else if (k == count) {
            slice known[32];
            for (size_t j = 0; j < count; j++)
                known[j] = keys[j].name;
            PROBLEM(l, name, suggest(l, name->text, known, count), "%s has no key `%.*s`", what,
                    SLICE_ARGS(name->text));
        }
    }
}

#define KEY(word)                                                                                            \
    { sizeof(word) > 1 ? word : "", sizeof(word) - 1 }

/* ---- parts ------------------------------------------------------------------------------------------- */

static const slice PARTS[PART_KIND_COUNT] = {KEY("title"),   KEY("description"), KEY("picture"),
                                             KEY("link"),    KEY("link-text"),   KEY("summary"),
                                             KEY("content"), KEY("cell")};

static void read_part_source(loader *l, const value *v, part_sources *out) {
    if (!is_scalar(l, v, "a selector, `selector @attribute`, `rest` or `first-line`"))
        return;
    part_source source = {SOURCE_SELECTOR, NULL, {0}};
    size_t at = slice_find(v->text, SLICE(" @"), 0);
    if (slice_equal(v->text, SLICE("rest"))) {
        source.kind = SOURCE_REST;
    } else if (slice_equal(v->text, SLICE("first-line"))) {
        source.kind = SOURCE_FIRST_LINE;
    } else {
        if (at != SLICE_NONE) {
            source.kind = SOURCE_ATTRIBUTE;
            source.attribute = slice_trim(slice_from(v->text, at + 2));
        }
        source.selector =
            read_selector_text(l, v, slice_sub(v->text, 0, at == SLICE_NONE ? v->text.length : at));
        if (!source.selector)
            return;
    }
    out->items[out->count++] = source;
}

static void read_parts(loader *l, const value *v, rule *r) {
    v = names_resolve(&l->names, l->source_name, v);
    if (v->kind != VALUE_MAP) {
        PROBLEM(l, v, SLICE("write `title: h4` lines, indented below"), "`parts` must be a map");
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        size_t part = 0;
        while (part < PART_KIND_COUNT && !slice_equal(PARTS[part], v->keys[i]->text))
            part++;
        if (part == PART_KIND_COUNT) {
            PROBLEM(l, v->keys[i], suggest(l, v->keys[i]->text, PARTS, PART_KIND_COUNT),
                    "there is no part `%.*s`", SLICE_ARGS(v->keys[i]->text));
            continue;
        }
        const value *ways = names_resolve(&l->names, l->source_name, v->items[i]);
        size_t count = list_length(l, ways);
        part_sources *sources = &r->parts[part];
        if (sources->count)
            PROBLEM(l, v->keys[i], SLICE("keep one of the two"), "the part `%.*s` is there twice",
                    SLICE_ARGS(v->keys[i]->text));
        *sources = (part_sources){arena_zeroed(l->arena, (count + 1) * sizeof(part_source)), 0};
        for (size_t j = 0; j < count; j++)
            read_part_source(l, list_item(ways, j), sources);
    }
}

/* ---- conditions -------------------------------------------------------------------------------------- */

static void read_when_items(loader *l, const value *v, rule *r) {
    read_range(l, v, &r->when.items);
}
static void read_when_text(loader *l, const value *v, rule *r) {
    read_range(l, v, &r->when.text);
}
static void read_when_only_items(loader *l, const value *v, rule *r) {
    read_bool(l, v, &r->when.only_items);
}
static void read_when_has(loader *l, const value *v, rule *r) {
    read_selectors(l, v, &r->when.has);
}
static void read_when_has_not(loader *l, const value *v, rule *r) {
    read_selectors(l, v, &r->when.has_not);
}
static void read_when_every(loader *l, const value *v, rule *r) {
    read_selectors(l, v, &r->when.every);
}
static void read_when_some(loader *l, const value *v, rule *r) {
    read_selectors(l, v, &r->when.some);
}
static void read_when_none(loader *l, const value *v, rule *r) {
    read_selectors(l, v, &r->when.none);
}
static void read_when_not_after(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->when.not_after);
}
static void read_when_not_before(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->when.not_before);
}
static void read_when_text_is(loader *l, const value *v, rule *r) {
    size_t count = list_length(l, v);
    r->when.text_is = arena_zeroed(l->arena, (count + 1) * sizeof(slice));
    for (size_t i = 0; i < count; i++)
        if (is_scalar(l, list_item(v, i), "a text"))
            r->when.text_is[r->when.text_is_count++] = slice_trim(list_item(v, i)->text);
}

static const key CONDITION_KEYS[] = {
    {KEY("items"), read_when_items},
    {KEY("only-items"), read_when_only_items},
    {KEY("text"), read_when_text},
    {KEY("text-is"), read_when_text_is},
    {KEY("has"), read_when_has},
    {KEY("has-not"), read_when_has_not},
    {KEY("every"), read_when_every},
    {KEY("some"), read_when_some},
    {KEY("none"), read_when_none},
    {KEY("not-after"), read_when_not_after},
    {KEY("not-before"), read_when_not_before},
};

/* ---- runs -------------------------------------------------------------------------------------------- */

static void read_step_selector(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->run[r->run_count].selector);
}
static void read_step_times(loader *l, const value *v, rule *r) {
    static const slice TIMES[] = {KEY("one"), KEY("optional"), KEY("some"), KEY("any")};
    size_t i = 0;
    while (i < 4 && !(v->kind == VALUE_SCALAR && slice_equal(v->text, TIMES[i])))
        i++;
    if (i == 4)
        PROBLEM(l, v, suggest(l, v->text, TIMES, 4), "how often is one of: one, optional, some, any");
    r->run[r->run_count].optional = i % 2 == 1;
    r->run[r->run_count].many = i >= 2;
}

static const key STEP_KEYS[] = {{KEY("match"), read_step_selector}, {KEY("times"), read_step_times}};

static void read_run(loader *l, const value *v, rule *r) {
    size_t count = list_length(l, v);
    r->run = arena_zeroed(l->arena, (count + 1) * sizeof *r->run);
    for (size_t i = 0; i < count; i++) {
        const value *step = list_item(v, i);
        if (step->kind == VALUE_SCALAR)
            read_step_selector(l, step, r);
        else
            read_keys(l, step, STEP_KEYS, 2, "a step of a run", r);
        if (r->run[r->run_count].selector)
            r->run_count++;
        else if (!l->broken)
            PROBLEM(l, step, SLICE("write {match: p, times: any}"), "a step needs `match`");
    }
    if (r->run_count && r->run[0].optional)
        PROBLEM(l, v, SLICE("put a step that is always there first"),
                "the first step of a run may not be optional");
}

/* ---- a rule ------------------------------------------------------------------------------------------ */

static const struct block_info {
    slice name;
    bool parts[PART_KIND_COUNT]; /* title, description, picture, link, link-text, summary, content, cell */
    part_kind needed;            /* PART_KIND_COUNT: none */
    bool items;                  /* whether `items` and `run` mean anything */
} BLOCKS[BLOCK_KIND_COUNT] = {
    [BLOCK_CARD_GRID] = {KEY("card-grid"), {1, 1, 1, 1, 1, 0, 0}, PART_TITLE, true},
    [BLOCK_ACCORDION] = {KEY("accordion"), {0, 0, 0, 0, 0, 1, 1}, PART_SUMMARY, true},
    [BLOCK_TABLE] = {KEY("table"), {0, 0, 0, 0, 0, 0, 0, 1}, PART_CELL, true},
    [BLOCK_PICTURE] = {KEY("picture"), {0}, PART_KIND_COUNT, false},
    [BLOCK_EMBED] = {KEY("embed"), {0}, PART_KIND_COUNT, false},
    [BLOCK_QUOTE] = {KEY("quote"), {0}, PART_KIND_COUNT, false},
    [BLOCK_HEADING] = {KEY("heading"), {0}, PART_KIND_COUNT, false},
    [BLOCK_PARAGRAPH] = {KEY("paragraph"), {0}, PART_KIND_COUNT, false},
    [BLOCK_LIST] = {KEY("list"), {0}, PART_KIND_COUNT, true},
    [BLOCK_LINK] = {KEY("link"), {0}, PART_KIND_COUNT, false},
    [BLOCK_UNWRAP] = {KEY("unwrap"), {0}, PART_KIND_COUNT, true},
    [BLOCK_DROP] = {KEY("drop"), {0}, PART_KIND_COUNT, true},
    [BLOCK_KEEP] = {KEY("keep"), {0}, PART_KIND_COUNT, false},
};

slice block_name(block_kind kind) {
    return BLOCKS[kind].name;
}

/* One word out of a table; `count` when it is none of them, with a problem. */
static size_t read_word(loader *l, const value *v, const slice *words, size_t count, const char *what) {
    if (!is_scalar(l, v, what))
        return count;
    for (size_t i = 0; i < count; i++)
        if (slice_equal(words[i], v->text))
            return i;
    PROBLEM(l, v, suggest(l, v->text, words, count), "`%.*s` is not %s", SLICE_ARGS(v->text), what);
    return count;
}

static void read_name(loader *l, const value *v, rule *r) {
    if (!is_scalar(l, v, "a name"))
        return;
    for (size_t i = 0; i < v->text.length; i++)
        if (!is_alnum(v->text.data[i]) && v->text.data[i] != '-') {
            PROBLEM(l, v, SLICE("use small letters, digits and hyphens"), "`%.*s` is not a name",
                    SLICE_ARGS(v->text));
            return;
        }
    r->name = v->text;
}
static void read_about(loader *l, const value *v, rule *r) {
    read_text(l, v, &r->about);
}
static void read_priority(loader *l, const value *v, rule *r) {
    uint32_t number = (uint32_t)r->priority;
    read_number(l, v, 0, 100, &number);
    r->priority = (int)number;
}
static void read_match(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->match);
    slice wrong;
    names_expand(&l->names, l->source_name, v->text, &r->match_text, &wrong);
}
static void read_items(loader *l, const value *v, rule *r) {
    if (v->kind == VALUE_SCALAR && slice_equal(v->text, SLICE("alike"))) {
        r->alike = true;
        return;
    }
    read_selector(l, v, &r->items);
}
static void read_ignore(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->ignore);
}
static void read_when(loader *l, const value *v, rule *r) {
    read_keys(l, v, CONDITION_KEYS, sizeof CONDITION_KEYS / sizeof *CONDITION_KEYS, "`when`", r);
}
static void read_make(loader *l, const value *v, rule *r) {
    slice names[BLOCK_KIND_COUNT];
    for (size_t i = 0; i < BLOCK_KIND_COUNT; i++)
        names[i] = BLOCKS[i].name;
    r->make = (block_kind)read_word(l, v, names, BLOCK_KIND_COUNT, "a block");
}
static void read_level(loader *l, const value *v, rule *r) {
    read_number(l, v, 1, 6, &r->level);
}
static void read_leftover(loader *l, const value *v, rule *r) {
    static const slice WORDS[] = {KEY("in-order"), KEY("before"), KEY("after"), KEY("refuse")};
    r->leftover = (leftover_policy)read_word(l, v, WORDS, 4, "a place for what is left over");
}
static void read_second_link(loader *l, const value *v, rule *r) {
    static const slice WORDS[] = {KEY("after"), KEY("refuse")};
    r->refuse_second_link = read_word(l, v, WORDS, 2, "what to do with a second link") == 1;
}
static void read_join(loader *l, const value *v, rule *r) {
    read_bool(l, v, &r->join);
}
static void read_quiet(loader *l, const value *v, rule *r) {
    read_bool(l, v, &r->quiet);
}
static void read_certain(loader *l, const value *v, rule *r) {
    read_selector(l, v, &r->certain);
}
static void read_note(loader *l, const value *v, rule *r) {
    read_text(l, v, &r->note);
}

static void read_example_input(loader *l, const value *v, rule *r) {
    read_text(l, v, &r->examples[r->example_count].input);
}
static void read_example_expect(loader *l, const value *v, rule *r) {
    read_text(l, v, &r->examples[r->example_count].expect);
}

static const key EXAMPLE_KEYS[] = {{KEY("input"), read_example_input}, {KEY("expect"), read_example_expect}};

static void read_examples(loader *l, const value *v, rule *r) {
    if (v->kind != VALUE_LIST) {
        PROBLEM(l, v, SLICE("write `- input: …` and `expect: …` below it"), "`examples` must be a list");
        return;
    }
    r->examples = arena_zeroed(l->arena, (v->count + 1) * sizeof *r->examples);
    for (size_t i = 0; i < v->count; i++) {
        rule_example *example = &r->examples[r->example_count];
        example->line = v->items[i]->line;
        read_keys(l, v->items[i], EXAMPLE_KEYS, 2, "an example", r);
        if ((!example->input.data || !example->expect.data) && v->items[i]->kind == VALUE_MAP)
            PROBLEM(l, v->items[i], (slice){0}, "an example needs `input` and `expect`");
        r->example_count++;
    }
}

static const key RULE_KEYS[] = {
    {KEY("name"), read_name},
    {KEY("about"), read_about},
    {KEY("priority"), read_priority},
    {KEY("match"), read_match},
    {KEY("run"), read_run},
    {KEY("items"), read_items},
    {KEY("ignore"), read_ignore},
    {KEY("when"), read_when},
    {KEY("make"), read_make},
    {KEY("level"), read_level},
    {KEY("parts"), read_parts},
    {KEY("leftover"), read_leftover},
    {KEY("second-link"), read_second_link},
    {KEY("join"), read_join},
    {KEY("quiet"), read_quiet},
    {KEY("certain"), read_certain},
    {KEY("note"), read_note},
    {KEY("examples"), read_examples},
};

static const value *value_of_key(const value *map, const char *name) {
    for (size_t i = 0; i < map->count; i++)
        if (slice_equal(map->keys[i]->text, slice_of(name)))
            return map->keys[i];
    return map;
}

/* What no key can check by itself. */
static void check_rule(loader *l, const value *v, rule *r) {
    if (!r->name.length)
        PROBLEM(l, v, SLICE("give it one: `name: my-cards`"), "this rule has no name");
    if (!r->match && !r->run_count)
        PROBLEM(l, v, SLICE("say what to look for: `match: div.row`, or `run:` for siblings in a row"),
                "the rule `%.*s` has neither `match` nor `run`", SLICE_ARGS(r->name));
    if (r->match && r->run_count)
        PROBLEM(l, value_of_key(v, "run"), SLICE("make two rules of it"),
                "a rule has `match` or `run`, not both");
    if (r->run_count && r->items)
        PROBLEM(l, value_of_key(v, "items"), SLICE("leave `items` out: each turn of the run is one"),
                "`items` has no meaning with `run`");
    if (r->make == BLOCK_KIND_COUNT) {
        PROBLEM(l, v, SLICE("say what it becomes: `make: card-grid`"), "the rule `%.*s` has no `make`",
                SLICE_ARGS(r->name));
        return;
    }
    const struct block_info *block = &BLOCKS[r->make];
    if (!block->items && (r->items || r->run_count))
        PROBLEM(l, value_of_key(v, r->items ? "items" : "run"), (slice){0},
                "`%.*s` is made of one element: it has no %s", SLICE_ARGS(block->name),
                r->items ? "items" : "run");
    for (size_t i = 0; i < PART_KIND_COUNT; i++)
        if (r->parts[i].count && !block->parts[i])
            PROBLEM(l, value_of_key(v, "parts"), (slice){0}, "`%.*s` has no part `%.*s`",
                    SLICE_ARGS(block->name), SLICE_ARGS(PARTS[i]));
    if (block->needed != PART_KIND_COUNT && !r->parts[block->needed].count)
        PROBLEM(
            l, value_of_key(v, "make"),
            format_slice(l->arena, "say where it is: `parts: {%.*s: …}`", SLICE_ARGS(PARTS[block->needed])),
            "`%.*s` needs the part `%.*s`", SLICE_ARGS(block->name), SLICE_ARGS(PARTS[block->needed]));
    if (r->make == BLOCK_HEADING && !r->level)
        PROBLEM(l, value_of_key(v, "make"), SLICE("add `level: 3`"), "a heading needs its level");
    if (r->make == BLOCK_DROP && !r->note.length)
        PROBLEM(l, value_of_key(v, "make"), SLICE("add `note: …`, a line for the report"),
                "a rule that drops something has to say why");
}

static void read_rule(loader *l, const value *v) {
    rule *r = arena_zeroed(l->arena, sizeof *r);
    r->priority = 50;
    r->make = BLOCK_KIND_COUNT;
    r->when.items = r->when.text = (range){0, UINT32_MAX};
    r->source = l->source_name;
    r->shipped = l->source->shipped;
    r->line = v->line;
    r->column = v->column;
    l->broken = false;
    read_keys(l, v, RULE_KEYS, sizeof RULE_KEYS / sizeof *RULE_KEYS, "a rule", r);
    if (!l->broken)
        check_rule(l, v, r);
    if (!l->broken)
        *(rule **)vector_push(&l->set->rules) = r;
}

/* ---- a file ------------------------------------------------------------------------------------------ */

static void read_shape(loader *l, const value *name, const value *match) {
    const dom_selector *s = NULL;
    read_selector(l, match, &s);
    if (s)
        *(shape_name *)vector_push(&l->set->shapes) = (shape_name){name->text, s};
}

static void read_disabled(loader *l, const value *v) {
    for (size_t i = 0, count = list_length(l, v); i < count; i++) {
        const value *name = list_item(v, i);
        if (is_scalar(l, name, "the name of a rule"))
            *(disabled_name *)vector_push(&l->disabled) =
                (disabled_name){name->text, l->source_name, name->line, name->column};
    }
}

static void read_top(loader *l, const value *name, const value *v) {
    static const slice KEYS[] = {KEY("rules"), KEY("shapes"), KEY("disable"), KEY("define")};
    if (slice_equal(name->text, KEYS[0])) {
        if (v->kind != VALUE_LIST)
            PROBLEM(l, v, SLICE("write `- name: …` below it"), "`rules` must be a list");
        for (size_t i = 0; v->kind == VALUE_LIST && i < v->count; i++)
            read_rule(l, v->items[i]);
    } else if (slice_equal(name->text, KEYS[1])) {
        if (v->kind != VALUE_MAP)
            PROBLEM(l, v, SLICE("write `row: .row` below it"), "`shapes` must be a map");
        for (size_t i = 0; v->kind == VALUE_MAP && i < v->count; i++)
            read_shape(l, v->keys[i], v->items[i]);
    } else if (slice_equal(name->text, KEYS[2])) {
        read_disabled(l, v);
    } else if (!slice_equal(name->text, KEYS[3])) {
        PROBLEM(l, name, suggest(l, name->text, KEYS, 4), "a rule file has no key `%.*s`",
                SLICE_ARGS(name->text));
    }
}

static bool is_name(slice name) {
    bool good = name.length && name.data[0] >= 'a' && name.data[0] <= 'z';
    for (size_t i = 0; i < name.length; i++)
        good = good && (is_alnum(name.data[i]) || name.data[i] == '-');
    return good;
}

static void read_define(loader *l, const value *v) {
    if (v->kind != VALUE_MAP)
        PROBLEM(l, v, SLICE("write `row: .row` below it"), "`define` must be a map");
    for (size_t i = 0; v->kind == VALUE_MAP && i < v->count; i++)
        if (is_name(v->keys[i]->text))
            *(definition *)vector_push(&l->names.definitions) =
                (definition){v->keys[i]->text, l->source_name, l->source->shipped, v->items[i]};
        else
            PROBLEM(l, v->keys[i], SLICE("use small letters, digits and hyphens"), "`%.*s` is not a name",
                    SLICE_ARGS(v->keys[i]->text));
}

static void start_source(loader *l, const mapping_source *source) {
    l->source = source;
    l->source_name = slice_copy(source->name, l->arena);
}

/* The file as a map, its names known; NULL with a problem, or when it is empty. */
static const value *open_source(loader *l, const mapping_source *source) {
    start_source(l, source);
    yaml_mistake mistake;
    const value *root = yaml_read(source->text, l->arena, &mistake);
    if (mistake.line)
        add_problem(l, mistake.line, mistake.column, mistake.message, mistake.suggestion);
    else if (root && root->kind != VALUE_MAP)
        PROBLEM(l, root, SLICE("start with `rules:`"), "a rule file must be a map");
    if (mistake.line || !root || root->kind != VALUE_MAP)
        return NULL;
    for (size_t i = 0; i < root->count; i++)
        if (slice_equal(root->keys[i]->text, SLICE("define")))
            read_define(l, root->items[i]);
    return root;
}

static void read_source(loader *l, const mapping_source *source, const value *root) {
    start_source(l, source);
    for (size_t i = 0; root && i < root->count; i++)
        read_top(l, root->keys[i], root->items[i]);
}

/* ---- the whole --------------------------------------------------------------------------------------- */

static rule *rule_at(const vector *rules, size_t index) {
    return *(rule **)vector_at(rules, index);
}

static void keep_rules(loader *l, const bool *drop) {
    vector kept = vector_new(l->arena, sizeof(rule *));
    for (size_t i = 0; i < l->set->rules.count; i++)
        if (!drop[i])
            *(rule **)vector_push(&kept) = rule_at(&l->set->rules, i);
    l->set->rules = kept;
}

/* A name twice on one side is a mistake; a rule of the site stands for the shipped one of its name. */
static void resolve_names(loader *l) {
    size_t count = l->set->rules.count;
    bool *drop = arena_zeroed(l->arena, count + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < i && !drop[i]; j++) {
            rule *first = rule_at(&l->set->rules, j), *second = rule_at(&l->set->rules, i);
            if (drop[j] || !slice_equal(first->name, second->name))
                continue;
            if (first->shipped != second->shipped) {
                drop[first->shipped ? j : i] = true;
                (first->shipped ? second : first)->overrides = true;
                continue;
            }
            l->source_name = second->source;
            add_problem(l, second->line, second->column,
                        format_slice(l->arena, "there are two rules `%.*s`, the first at %.*s:%u",
                                     SLICE_ARGS(second->name), SLICE_ARGS(first->source), first->line),
                        SLICE("give one of them another name"));
            drop[i] = true;
        }
    keep_rules(l, drop);
}

static void disable_rules(loader *l) {
    size_t count = l->set->rules.count;
    bool *drop = arena_zeroed(l->arena, count + 1);
    slice *names = arena_zeroed(l->arena, (count + 1) * sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = rule_at(&l->set->rules, i)->name;
    for (size_t d = 0; d < l->disabled.count; d++) {
        const disabled_name *disabled = vector_at(&l->disabled, d);
        bool found = false;
        for (size_t i = 0; i < count; i++)
            if (slice_equal(names[i], disabled->name))
                drop[i] = found = true;
        l->source_name = disabled->source;
        if (!found)
            add_problem(
                l, disabled->line, disabled->column,
                format_slice(l->arena, "there is no rule `%.*s` to disable", SLICE_ARGS(disabled->name)),
                suggest(l, disabled->name, names, count));
    }
    keep_rules(l, drop);
}

static int tried_before(const void *a, const void *b) {
    const rule *one = *(rule *const *)a, *two = *(rule *const *)b;
    if (one->priority != two->priority)
        return one->priority > two->priority ? -1 : 1;
    return one->shipped - two->shipped;
}

/* Stable, so that rules of one rank keep the order they are written in. */
static void order_rules(loader *l) {
    rule **rules = l->set->rules.items;
    for (size_t i = 1; i < l->set->rules.count; i++)
        for (size_t j = i; j > 0 && tried_before(&rules[j], &rules[j - 1]) < 0; j--) {
            rule *swap = rules[j];
            rules[j] = rules[j - 1];
            rules[j - 1] = swap;
        }
}

/* A rule that takes whatever it matches: the rules after it with the same `match` never come to their turn.
 */
static bool always_claims(const rule *r) {
    const conditions *w = &r->when;
    bool unconditional = w->items.min <= 1 && w->items.max == UINT32_MAX && w->text.min == 0 &&
                         w->text.max == UINT32_MAX && !w->only_items && !w->has.count && !w->has_not.count &&
                         !w->every.count && !w->some.count && !w->none.count && !w->text_is_count &&
                         !w->not_after && !w->not_before;
    return unconditional && !r->items && r->match && r->leftover != LEFTOVER_REFUSE &&
           (r->make == BLOCK_UNWRAP || r->make == BLOCK_DROP || r->make == BLOCK_KEEP ||
            r->make == BLOCK_PARAGRAPH || r->make == BLOCK_HEADING || r->make == BLOCK_QUOTE);
}

/* Whether one alternative of a selector list, as written, is among those of another list. */
static bool list_has(slice list, slice alternative) {
    for (size_t at = 0; at <= list.length;) {
        size_t end = slice_find_char(list, ',', at);
        end = end == SLICE_NONE ? list.length : end;
        if (slice_equal(slice_trim(slice_sub(list, at, end)), alternative))
            return true;
        at = end + 1;
    }
    return false;
}

static bool covers(slice list, slice other) {
    for (size_t at = 0; at <= other.length;) {
        size_t end = slice_find_char(other, ',', at);
        end = end == SLICE_NONE ? other.length : end;
        if (!list_has(list, slice_trim(slice_sub(other, at, end))))
            return false;
        at = end + 1;
    }
    return true;
}

static void find_unreachable(loader *l) {
    size_t count = l->set->rules.count;
    bool *drop = arena_zeroed(l->arena, count + 1);
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count && always_claims(rule_at(&l->set->rules, i)); j++) {
            const rule *first = rule_at(&l->set->rules, i), *second = rule_at(&l->set->rules, j);
            if (drop[j] || !second->match || !covers(first->match_text, second->match_text))
                continue;
            l->source_name = second->source;
            add_problem(
                l, second->line, second->column,
                format_slice(l->arena,
                             "the rule `%.*s` is never reached: `%.*s` (%.*s:%u) takes all it matches",
                             SLICE_ARGS(second->name), SLICE_ARGS(first->name), SLICE_ARGS(first->source),
                             first->line),
                SLICE("give it a higher priority, or the other one a condition"));
            drop[j] = true;
        }
    keep_rules(l, drop);
}

mapping_set *mapping_load(const mapping_source *sources, size_t count, arena *a) {
    mapping_set *set = arena_zeroed(a, sizeof *set);
    set->arena = a;
    set->rules = vector_new(a, sizeof(rule *));
    set->shapes = vector_new(a, sizeof(shape_name));
    set->problems = vector_new(a, sizeof(mapping_problem));
    loader l = {.set = set,
                .arena = a,
                .names = {vector_new(a, sizeof(definition)), a},
                .disabled = vector_new(a, sizeof(disabled_name))};
    const value **roots = arena_zeroed(a, (count + 1) * sizeof *roots);
    for (size_t i = 0; i < count; i++)
        roots[i] = open_source(&l, &sources[i]);
    for (size_t i = 0; i < count; i++)
        read_source(&l, &sources[i], roots[i]);
    resolve_names(&l);
    disable_rules(&l);
    order_rules(&l);
    find_unreachable(&l);
    return set;
}

size_t mapping_problem_count(const mapping_set *set) {
    return set->problems.count;
}

const mapping_problem *mapping_problem_at(const mapping_set *set, size_t index) {
    return vector_at(&set->problems, index);
}

size_t mapping_rule_count(const mapping_set *set) {
    return set->rules.count;
}

mapping_rule_info mapping_rule_at(const mapping_set *set, size_t index) {
    const rule *r = rule_at(&set->rules, index);
    return (mapping_rule_info){r->name,     r->about,   r->source,    block_name(r->make), r->line,
                               r->priority, r->shipped, r->overrides, r->example_count};
}
