/* The source of a page in tokens, as Liquid's Tokenizer splits it: `{% … %}` to the first `%}`, `{{ … }}` to
 * the first `}` and the one behind it, all else text. A start that nothing ends is a token of its own.
 */
#include "private.h"

/* Behind the tag or output that begins at `at`; `at` itself where nothing ends it. */
static size_t find_end(scanner *s, size_t at) {
    bool is_tag = s->source.data[at + 1] == '%';
    bool *none = is_tag ? &s->no_tag_end : &s->no_output_end;
    size_t end = *none    ? SLICE_NONE
                 : is_tag ? slice_find(s->source, SLICE("%}"), at + 2)
                          : slice_find_char(s->source, '}', at + 2);
    if (end == SLICE_NONE) {
        *none = true;
        return at;
    }
    bool two = is_tag || (end + 1 < s->source.length && s->source.data[end + 1] == '}');
    return end + 1 + two;
}

static bool begins_token(slice source, size_t at) {
    return at + 1 < source.length && source.data[at] == '{' &&
           (source.data[at + 1] == '{' || source.data[at + 1] == '%');
}

static size_t next_start(slice source, size_t at) {
    while ((at = slice_find_char(source, '{', at)) != SLICE_NONE && !begins_token(source, at))
        at++;
    return at == SLICE_NONE ? source.length : at;
}

static size_t skip_space(slice text, size_t at) {
    while (at < text.length && is_space(text.data[at]))
        at++;
    return at;
}

/* BlockBody::FullToken: /\A\{%-?(\s*)(#|\w+)(\s*)(.*?)-?%\}\z/m. `inside`: between the braces and dashes. */
static bool split_tag(token *t, slice inside) {
    size_t name = skip_space(inside, 0), end = name;
    if (name < inside.length && inside.data[name] == '#')
        end++;
    else
        while (end < inside.length && is_word(inside.data[end]))
            end++;
    t->name = slice_sub(inside, name, end);
    t->markup = slice_from(inside, skip_space(inside, end));
    return end > name;
}

static void classify(scanner *s, token *t) {
    slice whole = slice_sub(s->source, t->from, t->to);
    bool is_tag = whole.data[1] == '%';
    t->kind = TOKEN_BROKEN;
    t->trims_left = whole.length > 2 && whole.data[2] == '-';
    t->trims_right = whole.length > 2 && whole.data[whole.length - 3] == '-';
    if (whole.length < 4 || !slice_ends_with(whole, is_tag ? SLICE("%}") : SLICE("}}")))
        return;
    size_t from = 2 + t->trims_left, to = whole.length - 2 - t->trims_right;
    slice inside = slice_sub(whole, from, to);
    t->markup = inside;
    if (!is_tag)
        t->kind = TOKEN_OUTPUT;
    else if (split_tag(t, inside))
        t->kind = TOKEN_TAG;
}

bool scan_token(scanner *s, token *t) {
    *t = (token){.from = s->at, .kind = TOKEN_TEXT};
    if (s->at >= s->source.length)
        return false;
    t->to = next_start(s->source, s->at);
    if (t->to == s->at) {
        size_t end = find_end(s, s->at);
        t->to = end == s->at ? s->at + 2 : end;
        classify(s, t);
    }
    s->at = t->to;
    return true;
}

/* Raw::FullTokenPossiblyInvalid, /\A(.*)\{%\s*(\w+)\s*(.*)?%\}\z/m: the last `{%` in the token that a name
 * follows. Its place in the source; SLICE_NONE: the token holds no tag of that kind. */
static size_t find_last_tag(slice source, const token *t, slice *name) {
    slice whole = slice_sub(source, t->from, t->to);
    if (whole.length < 4 || !slice_ends_with(whole, SLICE("%}")))
        return SLICE_NONE;
    size_t last = whole.length - 2; /* of the closing braces */
    for (size_t at = last; at-- > 0;) {
        if (whole.data[at] != '{' || whole.data[at + 1] != '%')
            continue;
        size_t from = skip_space(whole, at + 2), to = from;
        while (to < last && is_word(whole.data[to]))
            to++;
        if (to > from && from < last) {
            *name = slice_sub(whole, from, to);
            return t->from + at;
        }
    }
    return SLICE_NONE;
}

bool scan_raw(scanner *s, slice *text) {
    size_t from = s->at;
    token t;
    slice name;
    while (scan_token(s, &t)) {
        if (t.kind == TOKEN_TEXT)
            continue;
        size_t at = find_last_tag(s->source, &t, &name);
        if (at == SLICE_NONE || !slice_equal(name, SLICE("endraw")))
            continue;
        *text = slice_sub(s->source, from, at);
        return true;
    }
    return false;
}
