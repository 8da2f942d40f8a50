/* SCSS → CSS, by walking the text once and again where a mixin is included.
 *
 * Comes in: a sheet and a loader for what it imports. Goes out: flat CSS with marks of where it came from.
 * Why not libsass: it reads sheets of strangers here, and it recurses as deep as they nest, loops as long as
 * they say and ends the process when memory is out. Here depth, steps and output are bounded.
 */
#include "scss.h"

#include <math.h>

#define DEPTH_MAX 32
#define OUTPUT_MAX ((size_t)8 << 20)
#define STEPS_MAX ((size_t)16 << 20) /* bytes walked, and those of values made */
#define STEPS_OF_SCOPE 256           /* what a scope and its variables cost */
#define VALUE_MAX ((size_t)64 << 10) /* bytes of one value */
#define SELECTORS_MAX 256            /* of one rule */
#define PROBLEMS_MAX 100

/* A file, with the offsets of its lines. */
typedef struct source {
    slice name, text;
    size_t *lines;
    size_t line_count;
} source;

typedef struct variable {
    slice name, value;
} variable;

typedef struct scope {
    vector variables; /* of variable */
    struct scope *outer;
} scope;

typedef struct mixin {
    slice name, parameters, body;
    const source *file;
} mixin;

/* What stands in the braces of an @include. */
typedef struct content {
    slice body;
    const source *file;
    scope *scope;
    const struct content *outer;
} content;

/* Output that is still to be put somewhere. */
typedef struct piece {
    buffer text;
    vector marks; /* of scss_mark */
} piece;

typedef struct extension {
    slice target;
    size_t by; /* index of the selector list */
} extension;

typedef struct scss {
    arena *arena;
    const css_loader *loader;
    vector mixins;     /* of mixin */
    vector selectors;  /* of vector of slice: the lists of all rules */
    vector extensions; /* of extension */
    vector problems;
    scope *global;
    size_t steps, output;
    unsigned imports;
    bool sets_unknown; /* Liquid in a file that was read may set variables: only the site's build knows which
                        */
} scss;

/* Where a block is walked. */
typedef struct context {
    scss *s;
    const source *file;
    const vector *parents; /* of slice: the selectors around; NULL: none */
    size_t list;           /* their index in `selectors` */
    scope *scope;
    const content *content;
    piece *declarations; /* of the rule around; NULL: there is none */
    piece *rules;
    unsigned depth;
} context;

static void walk(const context *c, slice body);

/* ---- places, problems, output ----------------------------------------------------------------------------
 */

static const source *new_source(scss *s, slice name, slice text) {
    source *file = arena_alloc(s->arena, sizeof *file);
    vector lines = vector_new(s->arena, sizeof(size_t));
    *(size_t *)vector_push(&lines) = 0;
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '\n')
            *(size_t *)vector_push(&lines) = i + 1;
    *file = (source){name, text, lines.items, lines.count};
    return file;
}

static uint32_t line_of(const source *file, slice where) {
    size_t offset = (size_t)(where.data - file->text.data), low = 0, high = file->line_count;
    if (where.data < file->text.data || offset > file->text.length)
        return 0;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (file->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (uint32_t)low + 1;
}

static void note_problem(const context *c, slice where, const char *message) {
    scss *s = c->s;
    if (s->problems.count >= PROBLEMS_MAX)
        return;
    slice trimmed = slice_trim(where);
    size_t end = 0;
    while (end < trimmed.length && trimmed.data[end] != '\n' && trimmed.data[end] != '{')
        end++;
    *(css_problem *)vector_push(&s->problems) =
        (css_problem){c->file->name, line_of(c->file, trimmed), message,
                      utf8_head(slice_trim(slice_sub(trimmed, 0, end)), 80)};
}

static piece new_piece(scss *s) {
    return (piece){buffer_new(s->arena, 256), vector_new(s->arena, sizeof(scss_mark))};
}

static void mark(const context *c, piece *p, slice where) {
    *(scss_mark *)vector_push(&p->marks) =
        (scss_mark){p->text.length, c->file->name, line_of(c->file, where)};
}

static void put(scss *s, piece *p, slice text) {
    s->output += text.length;
    if (s->output < OUTPUT_MAX)
        buffer_append(&p->text, text);
}

static void put_piece(scss *s, piece *to, const piece *from) {
    for (size_t i = 0; i < from->marks.count; i++) {
        scss_mark m = *(scss_mark *)vector_at(&from->marks, i);
        m.offset += to->text.length;
        *(scss_mark *)vector_push(&to->marks) = m;
    }
    put(s, to, buffer_slice(&from->text));
}

/* ---- variables --------------------------------------------------------------------------------------------
 */

/* Names with - and _ are the same. */
static bool same_name(slice a, slice b) {
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++)
        if ((a.data[i] == '_' ? '-' : a.data[i]) != (b.data[i] == '_' ? '-' : b.data[i]))
            return false;
    return true;
}

static variable *find_variable(const scope *at, slice name) {
    for (; at; at = at->outer)
        for (size_t i = at->variables.count; i > 0; i--) {
            variable *v = vector_at(&at->variables, i - 1);
            if (same_name(v->name, name))
                return v;
        }
    return NULL;
}

static void set_variable(scope *at, slice name, slice value) {
    for (size_t i = 0; i < at->variables.count; i++) {
        variable *v = vector_at(&at->variables, i);
        if (same_name(v->name, name)) {
            v->value = value;
            return;
        }
    }
    *(variable *)vector_push(&at->variables) = (variable){name, value};
}

static scope *new_scope(scss *s, scope *outer) {
    s->steps += STEPS_OF_SCOPE;
    scope *inner = arena_alloc(s->arena, sizeof *inner);
    *inner = (scope){vector_new(s->arena, sizeof(variable)), outer};
    return inner;
}

/* ---- values -----------------------------------------------------------------------------------------------
 */

typedef struct operand {
    bool numeric, computed; /* computed: out of a variable or brackets, so that / divides */
    double number;
    slice unit, text;
} operand;

typedef struct evaluation {
    const context *c;
    css_reader r;
    unsigned depth;
    bool divides; /* in brackets of arithmetic, where / always does */
} evaluation;

static slice evaluate(const context *c, slice text);

static operand value_of_text(scss *s, slice text) {
    css_reader r = {.text = text, .arena = s->arena};
    css_token t = css_next_token(&r);
    bool numeric = r.at == text.length && (t.kind == CSS_TOKEN_NUMBER || t.kind == CSS_TOKEN_DIMENSION ||
                                           t.kind == CSS_TOKEN_PERCENTAGE);
    slice unit = t.kind == CSS_TOKEN_PERCENTAGE  ? SLICE("%")
                 : t.kind == CSS_TOKEN_DIMENSION ? t.value
                                                 : SLICE("");
    return (operand){numeric, false, numeric ? t.number : 0, unit, text};
}

static slice text_of(scss *s, const operand *v) {
    if (v->text.data)
        return v->text;
    double rounded = floor(v->number * 1e5 + 0.5) / 1e5;
    return format_slice(s->arena, "%.10g%.*s", rounded, SLICE_ARGS(v->unit));
}

static bool combine(operand *left, const operand *right, char operator) {
    bool units = left->unit.length && right->unit.length && !slice_equal_nocase(left->unit, right->unit);
    if (!left->numeric || !right->numeric || (units && operator!= '/') ||
        (operator== '/' && right->number == 0))
        return false;
    if (operator== '/' && left->unit.length && slice_equal_nocase(left->unit, right->unit))
        left->unit = SLICE("");
    else if (!left->unit.length)
        left->unit = right->unit;
    left->number = operator== '+' ? left->number + right->number :
                   operator== '-' ? left->number - right->number
                   :
                   operator== '*' ? left->number * right->number
                                  : left->number / right->number;
    left->text = (slice){NULL, 0};
    left->computed = true;
    return true;
}

static slice evaluate_list(evaluation *e, char end);

static slice unquoted(slice text) {
    bool quoted = text.length > 1 && (text.data[0] == '"' || text.data[0] == '\'') &&
                  text.data[text.length - 1] == text.data[0];
    return quoted ? slice_sub(text, 1, text.length - 1) : text;
}

/* #{…}, behind the #{. */
static slice evaluate_interpolation(evaluation *e) {
    size_t from = e->r.at;
    size_t depth = 1;
    while (e->r.at < e->r.text.length && depth) {
        depth += e->r.text.data[e->r.at] == '{';
        depth -= e->r.text.data[e->r.at] == '}';
        e->r.at++;
    }
    slice inside = slice_sub(e->r.text, from, depth ? e->r.at : e->r.at - 1);
    return e->depth < DEPTH_MAX ? unquoted(evaluate(e->c, inside)) : inside;
}

static operand evaluate_function(evaluation *e, css_token name) {
    scss *s = e->c->s;
    bool outer = e->divides;
    e->divides = css_is_among(name.value, "percentage round ceil floor abs");
    slice arguments = evaluate_list(e, ')');
    e->divides = outer;
    operand only = value_of_text(s, slice_trim(arguments));
    if (css_is_among(name.value, "percentage") && only.numeric)
        return (operand){true, true, only.number * 100, SLICE("%"), {NULL, 0}};
    if (css_is_among(name.value, "round ceil floor abs") && only.numeric) {
        double n = only.number;
        only.number = css_is_among(name.value, "round")   ? floor(n + 0.5)
                      : css_is_among(name.value, "ceil")  ? ceil(n)
                      : css_is_among(name.value, "floor") ? floor(n)
                                                          : fabs(n);
        only.text = (slice){NULL, 0};
        return only;
    }
    return (operand){.text =
                         format_slice(s->arena, "%.*s%.*s)", SLICE_ARGS(name.text), SLICE_ARGS(arguments))};
}

static operand evaluate_variable(evaluation *e) {
    size_t from = e->r.at;
    css_token name = css_next_token(&e->r);
    variable *v = name.kind == CSS_TOKEN_IDENT ? find_variable(e->c->scope, name.value) : NULL;
    if (!v) {
        if (!e->c->s->sets_unknown)
            note_problem(e->c, slice_sub(e->r.text, from - 1, e->r.at), "a variable that is not set");
        return (operand){.text = name.text};
    }
    operand out = value_of_text(e->c->s, v->value);
    out.computed = true;
    return out;
}

static operand evaluate_operand(evaluation *e) {
    scss *s = e->c->s;
    size_t from = e->r.at;
    css_token t = css_next_token(&e->r);
    bool delim = t.kind == CSS_TOKEN_DELIM;
    char next = e->r.at < e->r.text.length ? e->r.text.data[e->r.at] : '\0';
    if (delim && t.delim == '$')
        return evaluate_variable(e);
    if (delim && t.delim == '#' && next == '{') {
        e->r.at++;
        return (operand){.text = evaluate_interpolation(e)};
    }
    if (delim && t.delim == '-' && (next == '$' || next == '(')) {
        operand v = evaluate_operand(e), minus = {true, true, -1, SLICE(""), {NULL, 0}};
        if (!combine(&minus, &v, '*'))
            minus = (operand){.text = format_slice(s->arena, "-%.*s", SLICE_ARGS(text_of(s, &v)))};
        return minus;
    }
    if (delim && t.delim == '(' && e->depth < DEPTH_MAX) {
        bool outer = e->divides;
        e->divides = true;
        slice inside = slice_trim(evaluate_list(e, ')'));
        e->divides = outer;
        operand v = value_of_text(s, inside);
        v.computed = true;
        if (!v.numeric)
            v.text = format_slice(s->arena, "(%.*s)", SLICE_ARGS(inside));
        return v;
    }
    if (t.kind == CSS_TOKEN_FUNCTION && e->depth < DEPTH_MAX)
        return evaluate_function(e, t);
    if (t.kind == CSS_TOKEN_STRING && slice_find(t.text, SLICE("#{"), 0) != SLICE_NONE &&
        e->depth < DEPTH_MAX) {
        buffer out = buffer_new(s->arena, t.text.length + 16);
        evaluation inner = {e->c, {.text = t.text, .arena = s->arena}, e->depth + 1, false};
        while (inner.r.at < t.text.length)
            if (slice_starts_with(slice_from(t.text, inner.r.at), SLICE("#{"))) {
                inner.r.at += 2;
                buffer_append(&out, evaluate_interpolation(&inner));
            } else {
                buffer_append_char(&out, t.text.data[inner.r.at++]);
            }
        return (operand){.text = buffer_slice(&out)};
    }
    return value_of_text(s, slice_sub(e->r.text, from, e->r.at));
}

/* An operator with the white space that makes it one: * and / always, + and - only with white space on both
 * sides or on none, and then not as a sign. '\0': there is none; the reader stays. */
static char take_operator(evaluation *e, bool product, bool computed) {
    size_t at = e->r.at, length = e->r.text.length;
    const char *text = e->r.text.data;
    while (at < length && is_space(text[at]))
        at++;
    bool before = at > e->r.at;
    if (at >= length)
        return '\0';
    char c = text[at];
    size_t behind = at + 1;
    bool after = behind < length && is_space(text[behind]);
    bool is = product ? c == '*' || (c == '/' && computed && behind < length && text[behind] != '/' &&
                                     text[behind] != '*')
                      : (c == '+' || c == '-') && (before ? after : !after && computed);
    if (!is)
        return '\0';
    while (behind < length && is_space(text[behind]))
        behind++;
    e->r.at = behind;
    return c;
}

static operand evaluate_side(evaluation *e, bool product) {
    operand left = product ? evaluate_operand(e) : evaluate_side(e, true);
    for (;;) {
        size_t back = e->r.at;
        char operator= take_operator(e, product, left.computed || e->divides);
        if (!operator|| !left.numeric) {
            e->r.at = back;
            return left;
        }
        operand right = product ? evaluate_operand(e) : evaluate_side(e, true);
        bool divides = operator!= '/' || left.computed || right.computed || e->divides;
        if (!divides || !combine(&left, &right, operator)) {
            e->r.at = back;
            return left;
        }
    }
}

/* Up to `end` ('\0': the end of the text), which is taken. */
static slice evaluate_list(evaluation *e, char end) {
    buffer out = buffer_new(e->c->s->arena, 64);
    e->depth++;
    while (e->r.at < e->r.text.length) {
        size_t from = e->r.at;
        e->c->s->steps++;
        css_reader ahead = e->r;
        css_token t = css_next_token(&ahead);
        if (end && t.kind == CSS_TOKEN_DELIM && t.delim == end) {
            e->r = ahead;
            break;
        }
        if (t.kind == CSS_TOKEN_SPACE) {
            e->r = ahead;
            buffer_append_char(&out, ' ');
            continue;
        }
        operand v = evaluate_side(e, false);
        slice made = text_of(e->c->s, &v);
        e->c->s->steps += made.length;
        if (out.length + made.length > VALUE_MAX || e->c->s->steps > STEPS_MAX) {
            e->c->s->steps =
                STEPS_MAX; /* values that double: the rest of the sheet is left out, and reported */
            break;
        }
        buffer_append(&out, made);
        if (e->r.at == from)
            e->r.at++;
    }
    e->depth--;
    return buffer_slice(&out);
}

static slice evaluate(const context *c, slice text) {
    c->s->steps += text.length;
    if (c->s->steps >= STEPS_MAX || c->depth >= DEPTH_MAX)
        return text;
    context inner = *c;
    inner.depth++;
    evaluation e = {&inner, {.text = text, .arena = c->s->arena, .line_comments = true}, 0, false};
    return slice_trim(evaluate_list(&e, '\0'));
}

/* Only #{…} is evaluated; comments go. */
static slice interpolate(const context *c, slice text) {
    scss *s = c->s;
    s->steps += text.length;
    evaluation e = {c, {.text = text, .arena = s->arena, .line_comments = true}, 0, false};
    buffer out = buffer_new(s->arena, text.length + 16);
    while (e.r.at < text.length && s->steps < STEPS_MAX) {
        if (slice_starts_with(slice_from(text, e.r.at), SLICE("#{"))) {
            e.r.at += 2;
            slice made = evaluate_interpolation(&e);
            s->steps = out.length + made.length > VALUE_MAX ? STEPS_MAX : s->steps + made.length;
            buffer_append(&out, made);
            continue;
        }
        css_token t = css_next_token(&e.r);
        buffer_append(&out, t.kind == CSS_TOKEN_SPACE ? SLICE(" ") : t.text);
    }
    return slice_trim(buffer_slice(&out));
}

/* ---- selectors --------------------------------------------------------------------------------------------
 */

/* Splits at commas that stand in no brackets. */
static vector split_list(scss *s, slice text) {
    vector out = vector_new(s->arena, sizeof(slice));
    css_reader r = {.text = text, .arena = s->arena, .line_comments = true};
    size_t from = 0;
    for (;;) {
        size_t at = r.at;
        css_token t = css_next_token(&r);
        bool opens = t.kind == CSS_TOKEN_DELIM && (t.delim == '(' || t.delim == '[' || t.delim == '{');
        if (t.kind == CSS_TOKEN_FUNCTION || opens) {
            size_t depth = 1;
            while (depth && (t = css_next_token(&r)).kind != CSS_TOKEN_END) {
                depth += t.kind == CSS_TOKEN_FUNCTION ||
                         (t.kind == CSS_TOKEN_DELIM && strchr("([{", t.delim) && t.delim);
                depth -= t.kind == CSS_TOKEN_DELIM && strchr(")]}", t.delim) && t.delim;
            }
            continue;
        }
        bool comma = t.kind == CSS_TOKEN_DELIM && t.delim == ',';
        if (!comma && t.kind != CSS_TOKEN_END)
            continue;
        slice part = slice_trim(slice_sub(text, from, at));
        if (part.length)
            *(slice *)vector_push(&out) = part;
        from = r.at;
        if (!comma)
            return out;
    }
}

/* The selector with the one around in place of &, or before it. */
static slice join_selector(scss *s, slice own, slice parent) {
    buffer out = buffer_new(s->arena, own.length + parent.length + 8);
    css_reader r = {.text = own, .arena = s->arena};
    bool mentioned = false;
    for (css_token t;
         (t = css_next_token(&r)).kind != CSS_TOKEN_END && out.length < DOM_SELECTOR_LENGTH_MAX;) {
        bool is_parent = t.kind == CSS_TOKEN_DELIM && t.delim == '&';
        mentioned = mentioned || is_parent;
        buffer_append(&out, is_parent ? parent : t.text);
    }
    return mentioned || !parent.length
               ? buffer_slice(&out)
               : format_slice(s->arena, "%.*s %.*s", SLICE_ARGS(parent), SLICE_ARGS(own));
}

static size_t add_selectors(const context *c, slice text) {
    scss *s = c->s;
    vector own = split_list(s, text), all = vector_new(s->arena, sizeof(slice));
    for (size_t p = 0; p < (c->parents ? c->parents->count : 1); p++)
        for (size_t i = 0; i < own.count && all.count < SELECTORS_MAX; i++)
            *(slice *)vector_push(&all) = join_selector(
                s, *(slice *)vector_at(&own, i), c->parents ? *(slice *)vector_at(c->parents, p) : SLICE(""));
    *(vector *)vector_push(&s->selectors) = all;
    return s->selectors.count - 1;
}

/* Selector lists are put in when all @extend are known: "\x01number\x02" stands for one. */
static void put_rule(const context *c, piece *to, size_t list, const piece *declarations) {
    if (!declarations->text.length)
        return;
    put(c->s, to, format_slice(c->s->arena, "\x01%zu\x02{", list));
    put_piece(c->s, to, declarations);
    put(c->s, to, SLICE("}\n"));
}

static bool is_name_byte(char c) {
    return is_alnum(c) || c == '-' || c == '_' || (c & 0x80);
}

/* The selector with `by` in place of the simple selector `target`; empty where that does not stand in it. */
static slice extended(scss *s, slice selector, slice target, slice by) {
    for (size_t at = 0; (at = slice_find(selector, target, at)) != SLICE_NONE; at++) {
        size_t end = at + target.length;
        if (end < selector.length && is_name_byte(selector.data[end]))
            continue;
        if (is_name_byte(target.data[0]) && at && strchr(".#%:-_", selector.data[at - 1]))
            continue;
        return format_slice(s->arena, "%.*s%.*s%.*s", SLICE_ARGS(slice_sub(selector, 0, at)), SLICE_ARGS(by),
                            SLICE_ARGS(slice_from(selector, end)));
    }
    return (slice){NULL, 0};
}

static slice settled_list(scss *s, size_t number) {
    vector list = *(vector *)vector_at(&s->selectors, number);
    for (size_t x = 0; x < s->extensions.count; x++) {
        const extension *ext = vector_at(&s->extensions, x);
        const vector *by = vector_at(&s->selectors, ext->by);
        for (size_t i = 0, count = list.count; i < count; i++)
            for (size_t k = 0; k < by->count && list.count < SELECTORS_MAX; k++) {
                s->steps += ((slice *)vector_at(&list, i))->length;
                if (s->steps > STEPS_MAX)
                    break;
                slice more =
                    extended(s, *(slice *)vector_at(&list, i), ext->target, *(slice *)vector_at(by, k));
                if (more.length && more.length < DOM_SELECTOR_LENGTH_MAX)
                    *(slice *)vector_push(&list) = more;
            }
    }
    buffer out = buffer_new(s->arena, 64);
    for (size_t i = 0; i < list.count; i++) {
        slice one = *(slice *)vector_at(&list, i);
        if (slice_find_char(one, '%', 0) != SLICE_NONE)
            continue; /* a placeholder that nothing extends */
        if (out.length)
            buffer_append_char(&out, ',');
        buffer_append(&out, one);
    }
    return out.length ? buffer_slice(&out) : SLICE(":not(*)");
}

/* ---- statements -------------------------------------------------------------------------------------------
 */

static void walk_rule(const context *c, slice prelude, slice body) {
    context inner = *c;
    piece declarations = new_piece(c->s), rules = new_piece(c->s);
    inner.list = add_selectors(c, interpolate(c, prelude));
    vector parents = *(vector *)vector_at(&c->s->selectors, inner.list);
    inner.parents = &parents;
    inner.scope = new_scope(c->s, c->scope);
    inner.declarations = &declarations;
    inner.rules = &rules;
    inner.depth++;
    walk(&inner, body);
    mark(c, c->rules, prelude);
    put_rule(c, c->rules, inner.list, &declarations);
    put_piece(c->s, c->rules, &rules);
}

/* @media and @supports: around the rules inside, and around the declarations of the rule that they stand in.
 */
static void walk_condition(const context *c, slice name, slice prelude, slice body) {
    context inner = *c;
    piece declarations = new_piece(c->s), rules = new_piece(c->s);
    inner.scope = new_scope(c->s, c->scope);
    inner.declarations = c->declarations ? &declarations : NULL;
    inner.rules = &rules;
    inner.depth++;
    walk(&inner, body);
    mark(c, c->rules, prelude);
    put(c->s, c->rules,
        format_slice(c->s->arena, "@%.*s %.*s{\n", SLICE_ARGS(name), SLICE_ARGS(evaluate(c, prelude))));
    if (c->declarations)
        put_rule(c, c->rules, c->list, &declarations);
    put_piece(c->s, c->rules, &rules);
    put(c->s, c->rules, SLICE("}\n"));
}

static void walk_variable(const context *c, slice text) {
    size_t colon = slice_find_char(text, ':', 0);
    if (colon == SLICE_NONE)
        return;
    slice name = slice_trim(slice_sub(text, 1, colon)), given = slice_trim(slice_from(text, colon + 1));
    bool is_default = false, global = false;
    for (size_t bang; (bang = slice_find_char(given, '!', 0)) != SLICE_NONE;) {
        is_default = is_default || slice_find(given, SLICE("!default"), bang) != SLICE_NONE;
        global = global || slice_find(given, SLICE("!global"), bang) != SLICE_NONE;
        given = slice_trim(slice_sub(given, 0, bang));
    }
    variable *known = find_variable(c->scope, name);
    if (is_default && known)
        return;
    slice value = evaluate(c, given);
    bool outside = known && c->scope != c->s->global && find_variable(c->s->global, name) != known;
    if (outside && !global)
        known->value = value;
    else
        set_variable(global ? c->s->global : c->scope, name, value);
}

static void walk_declaration(const context *c, slice text) {
    css_reader r = {.text = text, .arena = c->s->arena, .line_comments = true};
    size_t depth = 0;
    for (css_token t; (t = css_next_token(&r)).kind != CSS_TOKEN_END;) {
        depth += t.kind == CSS_TOKEN_DELIM && t.delim == '{';
        depth -= t.kind == CSS_TOKEN_DELIM && t.delim == '}' && depth;
        if (t.kind != CSS_TOKEN_DELIM || t.delim != ':' || depth)
            continue;
        slice name = interpolate(c, slice_sub(text, 0, r.at - 1)), value = slice_from(text, r.at);
        bool custom = slice_starts_with(name, SLICE("--"));
        if (!c->declarations || !name.length)
            return;
        mark(c, c->declarations, slice_trim(text));
        put(c->s, c->declarations, name);
        put(c->s, c->declarations, SLICE(":"));
        put(c->s, c->declarations, custom ? interpolate(c, value) : evaluate(c, value));
        put(c->s, c->declarations, SLICE(";"));
        return;
    }
    if (slice_trim(text).length)
        note_problem(c, text, "a line that is no declaration; it is left out");
}

/* name(parameters), name: the brackets are optional. */
static void split_call(slice prelude, slice *name, slice *arguments) {
    slice trimmed = slice_trim(prelude);
    size_t open = slice_find_char(trimmed, '(', 0);
    *name = slice_trim(slice_sub(trimmed, 0, open));
    size_t close = trimmed.length;
    while (close > 0 && trimmed.data[close - 1] != ')')
        close--;
    *arguments = open == SLICE_NONE ? (slice){NULL, 0}
                                    : slice_sub(trimmed, open + 1, close ? close - 1 : trimmed.length);
}

/* "$name: value" in parts; a plain value has no name. */
static void split_argument(slice argument, slice *name, slice *value) {
    size_t colon =
        argument.length && argument.data[0] == '$' ? slice_find_char(argument, ':', 0) : SLICE_NONE;
    bool named = colon != SLICE_NONE;
    *name = named ? slice_trim(slice_sub(argument, 1, colon)) : (slice){NULL, 0};
    *value = named ? slice_trim(slice_from(argument, colon + 1)) : argument;
}

static scope *bind_arguments(const context *c, const mixin *m, slice given) {
    scope *inner = new_scope(c->s, c->s->global);
    vector parameters = split_list(c->s, m->parameters), arguments = split_list(c->s, given);
    for (size_t i = 0; i < parameters.count; i++) {
        slice name, value, wanted, fallback;
        slice parameter = *(slice *)vector_at(&parameters, i);
        split_argument(parameter, &wanted, &fallback);
        if (!wanted.length) {
            wanted = slice_starts_with(parameter, SLICE("$")) ? slice_from(parameter, 1) : parameter;
            fallback = SLICE("null");
        }
        bool found = false;
        for (size_t k = 0; k < arguments.count && !found; k++) {
            split_argument(*(slice *)vector_at(&arguments, k), &name, &value);
            found = name.length ? same_name(name, wanted) : k == i;
        }
        context defaults = *c;
        defaults.scope = inner;
        set_variable(inner, wanted, found ? evaluate(c, value) : evaluate(&defaults, fallback));
    }
    return inner;
}

static void walk_include(const context *c, slice prelude, slice body, bool has_body) {
    slice name, arguments;
    split_call(prelude, &name, &arguments);
    const mixin *m = NULL;
    for (size_t i = c->s->mixins.count; i > 0 && !m; i--) {
        const mixin *one = vector_at(&c->s->mixins, i - 1);
        m = same_name(one->name, name) ? one : NULL;
    }
    if (!m || c->depth >= DEPTH_MAX) {
        note_problem(c, prelude,
                     m ? "mixins nested too deep" : "a mixin that is not defined; it is left out");
        return;
    }
    content given = {body, c->file, c->scope, c->content};
    context inner = *c;
    inner.scope = bind_arguments(c, m, arguments);
    inner.file = m->file;
    inner.content = has_body ? &given : NULL;
    inner.depth++;
    walk(&inner, m->body);
}

static void walk_content(const context *c) {
    if (!c->content || c->depth >= DEPTH_MAX)
        return;
    context inner = *c;
    inner.scope = new_scope(c->s, c->content->scope);
    inner.file = c->content->file;
    inner.content = c->content->outer;
    inner.depth++;
    walk(&inner, c->content->body);
}

/* Does Liquid write a variable's name, or what may be whole declarations? As a value it sets none. */
static bool may_set_variables(slice text) {
    if (slice_find(text, SLICE("{% include"), 0) != SLICE_NONE ||
        slice_find(text, SLICE("{%- include"), 0) != SLICE_NONE)
        return true;
    for (size_t at = 0; (at = slice_find(text, SLICE("{{"), at)) != SLICE_NONE; at += 2) {
        size_t before = at;
        while (before && is_space(text.data[before - 1]))
            before--;
        if (!before || strchr("$;{}", text.data[before - 1]))
            return true;
    }
    return false;
}

static const source *read_source(scss *s, slice name, slice text) {
    s->sets_unknown |= may_set_variables(text);
    return new_source(s, name, scss_without_liquid(text, s->arena));
}

static void walk_import(const context *c, slice prelude) {
    scss *s = c->s;
    vector names = split_list(s, prelude);
    for (size_t i = 0; i < names.count; i++) {
        slice given = *(slice *)vector_at(&names, i), url = unquoted(given), name, text;
        bool plain = url.length == given.length || slice_ends_with(url, SLICE(".css")) ||
                     slice_find(url, SLICE("//"), 0) != SLICE_NONE;
        if (plain) {
            mark(c, c->rules, prelude);
            put(s, c->rules, format_slice(s->arena, "@import %.*s;\n", SLICE_ARGS(given)));
            continue;
        }
        bool loaded = s->loader && s->imports < 100 && c->depth < DEPTH_MAX &&
                      s->loader->load(s->loader->context, c->file->name, url, &name, &text);
        if (!loaded) {
            note_problem(c, prelude, "an @import of a file that the site does not have; it is left out");
            continue;
        }
        s->imports++;
        context inner = *c;
        inner.file = read_source(s, name, text);
        inner.depth++;
        walk(&inner, inner.file->text);
    }
}

static void walk_at(const context *c, slice name, slice prelude, slice body, bool has_body) {
    scss *s = c->s;
    if (css_is_among(name, "import")) {
        walk_import(c, prelude);
    } else if (css_is_among(name, "mixin")) {
        mixin *m = vector_push_zeroed(&s->mixins);
        split_call(prelude, &m->name, &m->parameters);
        m->body = body;
        m->file = c->file;
    } else if (css_is_among(name, "include")) {
        walk_include(c, prelude, body, has_body);
    } else if (css_is_among(name, "content")) {
        walk_content(c);
    } else if (css_is_among(name, "media supports layer")) {
        if (has_body)
            walk_condition(c, name, prelude, body);
    } else if (css_is_among(name, "extend")) {
        slice target = slice_trim(prelude);
        size_t optional = slice_find_char(target, '!', 0);
        target = slice_trim(slice_sub(target, 0, optional));
        if (c->parents && target.length)
            *(extension *)vector_push(&s->extensions) = (extension){target, c->list};
    } else if (css_is_among(name, "at-root")) {
        context root = *c;
        root.parents = NULL;
        if (has_body && slice_trim(prelude).length)
            walk_rule(&root, prelude, body);
    } else if (!css_is_among(name,
                             "charset font-face keyframes -webkit-keyframes -moz-keyframes -o-keyframes page "
                             "-ms-viewport debug warn namespace property counter-style")) {
        note_problem(c, name, "an @-rule of SCSS that is not understood; it is left out");
    }
}

/* The end of a statement that starts at the reader: ; or { or }, or the end of the text. #{…} and what stands
 * in brackets is passed over. */
static char find_end(css_reader *r, size_t *end) {
    char before = '\0';
    size_t brackets = 0, braces = 0;
    for (;;) {
        *end = r->at;
        css_token t = css_next_token(r);
        if (t.kind == CSS_TOKEN_END)
            return '\0';
        char c = t.kind == CSS_TOKEN_DELIM ? t.delim : '\0';
        brackets += t.kind == CSS_TOKEN_FUNCTION || c == '(';
        brackets -= c == ')' && brackets;
        if (c == '{' && (before == '#' || braces))
            braces++;
        else if (c == '}' && braces)
            braces--;
        else if (c == '{' || c == '}' || (c == ';' && !brackets))
            return c;
        before = c;
    }
}

/* The body behind a {, without its }. */
static slice take_body(css_reader *r) {
    size_t from = r->at, depth = 1;
    while (depth) {
        size_t at = r->at;
        css_token t = css_next_token(r);
        if (t.kind == CSS_TOKEN_END)
            return slice_from(r->text, from);
        depth += t.kind == CSS_TOKEN_DELIM && t.delim == '{';
        depth -= t.kind == CSS_TOKEN_DELIM && t.delim == '}';
        if (!depth)
            return slice_sub(r->text, from, at);
    }
    return slice_from(r->text, from);
}

static void walk(const context *c, slice body) {
    scss *s = c->s;
    css_reader r = {.text = body, .arena = s->arena, .line_comments = true};
    s->steps += body.length;
    if (c->depth > DEPTH_MAX) {
        note_problem(c, body, "nested too deep; it is left out");
        return;
    }
    while (r.at < body.length && s->steps < STEPS_MAX && s->output < OUTPUT_MAX) {
        size_t start = r.at, end;
        css_token first = css_next_token(&r);
        if (first.kind == CSS_TOKEN_SPACE ||
            (first.kind == CSS_TOKEN_DELIM && strchr(";}", first.delim) && first.delim))
            continue;
        bool at = first.kind == CSS_TOKEN_AT;
        if (!at)
            r.at = start;
        size_t from = r.at;
        char what = find_end(&r, &end);
        if (what == '}') {
            r.at = end + 1;
            what = ';';
        }
        slice prelude = slice_sub(body, from, end);
        slice inside = what == '{' ? take_body(&r) : (slice){NULL, 0};
        if (at)
            walk_at(c, first.value, prelude, inside, what == '{');
        else if (what == '{')
            walk_rule(c, prelude, inside);
        else if (first.kind == CSS_TOKEN_DELIM && first.delim == '$')
            walk_variable(c, prelude);
        else
            walk_declaration(c, prelude);
    }
}

/* ---- before: front matter and Liquid
 * ------------------------------------------------------------------------ */

/* Front matter becomes blank, {{ … }} the word `liquid`, {% … %} blank; every byte keeps its place. */
slice scss_without_liquid(slice text, arena *a) {
    char *copy = arena_alloc(a, text.length + 1);
    if (text.length)
        memcpy(copy, text.data, text.length);
    for (size_t i = 0; i < text.length; i++) /* these two mark places in what comes out */
        copy[i] = copy[i] == '\x01' || copy[i] == '\x02' ? ' ' : copy[i];
    slice out = {copy, text.length};
    size_t from = 0;
    if (slice_starts_with(text, SLICE("---"))) {
        size_t close = slice_find(text, SLICE("\n---"), 3);
        from = close == SLICE_NONE ? 0 : close + 4;
    }
    for (size_t i = 0; i < from; i++)
        copy[i] = copy[i] == '\n' ? '\n' : ' ';
    while (from + 1 < text.length) {
        bool output = copy[from] == '{' && copy[from + 1] == '{';
        bool tag = copy[from] == '{' && copy[from + 1] == '%';
        size_t close = output ? slice_find(out, SLICE("}}"), from)
                       : tag  ? slice_find(out, SLICE("%}"), from)
                              : SLICE_NONE;
        if (close == SLICE_NONE) {
            from++;
            continue;
        }
        for (size_t i = from, k = 0; i < close + 2; i++, k++)
            copy[i] = copy[i] == '\n'                            ? '\n'
                      : output && k < 6 && close + 2 - from >= 6 ? "liquid"[k]
                      : output && k == 0                         ? 'x'
                                                                 : ' ';
        from = close + 2;
    }
    return out;
}

/* ---- the whole
 * ------------------------------------------------------------------------------------------------ */

/* Puts in the selector lists; marks move along. */
static void settle_selectors(scss *s, const piece *all, scss_result *result) {
    slice text = buffer_slice(&all->text);
    buffer out = buffer_new(s->arena, text.length * 2 + 1);
    result->marks = vector_new(s->arena, sizeof(scss_mark));
    size_t next = 0;
    for (size_t at = 0; at < text.length && out.length < OUTPUT_MAX;) {
        for (; next < all->marks.count && ((scss_mark *)vector_at(&all->marks, next))->offset <= at; next++) {
            scss_mark m = *(scss_mark *)vector_at(&all->marks, next);
            m.offset = out.length;
            *(scss_mark *)vector_push(&result->marks) = m;
        }
        if (text.data[at] != '\x01') {
            buffer_append_char(&out, text.data[at++]);
            continue;
        }
        size_t number = 0, end = at + 1;
        for (; end < text.length && is_digit(text.data[end]); end++)
            number = number * 10 + (size_t)(text.data[end] - '0');
        if (end < text.length && text.data[end] == '\x02' && number < s->selectors.count)
            buffer_append(&out, settled_list(s, number));
        at = end + 1;
    }
    result->css = buffer_slice(&out);
}

scss_result scss_to_css(slice name, slice text, const css_loader *loader, arena *a) {
    scss s = {.arena = a,
              .loader = loader,
              .mixins = vector_new(a, sizeof(mixin)),
              .selectors = vector_new(a, sizeof(vector)),
              .extensions = vector_new(a, sizeof(extension)),
              .problems = vector_new(a, sizeof(css_problem))};
    s.global = new_scope(&s, NULL);
    piece all = new_piece(&s);
    context top = {.s = &s, .scope = s.global, .rules = &all};
    top.file = read_source(&s, name, text);
    walk(&top, top.file->text);
    if (s.steps >= STEPS_MAX || s.output >= OUTPUT_MAX)
        note_problem(&top, top.file->text, "a sheet that makes too much of itself; the rest is left out");
    scss_result result = {.problems = s.problems};
    settle_selectors(&s, &all, &result);
    return result;
}
