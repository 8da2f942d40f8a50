/* Names of a rule file and what they stand for.
 *
 * Comes in: the definitions of all rule files. Goes out: texts without names. A site's file may be written to
 * harm: how deep names use names, and how long a text becomes, is bounded.
 */
#include "names.h"

enum { PASSES_MAX = 4, EXPANDED_MAX = 8192 };

const value *names_meaning(const name_table *n, slice source, slice name) {
    const definition *best = NULL;
    for (size_t i = 0; i < n->definitions.count; i++) {
        const definition *one = vector_at(&n->definitions, i);
        if (!slice_equal(one->name, name))
            continue;
        if (slice_equal(one->source, source))
            return one->meaning;
        best = !best || (best->shipped && !one->shipped) ? one : best;
    }
    return best ? best->meaning : NULL;
}

/* The name behind a `$` at `at`; empty when none stands there. */
static slice name_at(slice text, size_t at) {
    size_t end = at + 1;
    if (text.data[at] != '$' || end >= text.length || text.data[end] < 'a' || text.data[end] > 'z')
        return (slice){NULL, 0};
    while (end < text.length && (is_alnum(text.data[end]) || text.data[end] == '-'))
        end++;
    return slice_sub(text, at + 1, end);
}

const value *names_resolve(const name_table *n, slice source, const value *v) {
    slice name = v->kind == VALUE_SCALAR && v->text.length > 1 ? name_at(v->text, 0) : (slice){NULL, 0};
    const value *meaning =
        name.length && name.length + 1 == v->text.length ? names_meaning(n, source, name) : NULL;
    return meaning && meaning->kind != VALUE_SCALAR ? meaning : v;
}

/* One pass: each name once. False: `wrong` has no meaning, or no text for one. */
static bool expand_once(const name_table *n, slice source, slice text, buffer *out, bool *found,
                        slice *wrong) {
    char quote = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? 0 : c;
        slice name = quote ? (slice){NULL, 0} : name_at(text, i);
        if (!name.length) {
            buffer_append_char(out, c);
            continue;
        }
        const value *meaning = names_meaning(n, source, name);
        bool whole = name.length + 1 == text.length;
        *wrong = name;
        if (!meaning || meaning->kind != VALUE_SCALAR || out->length + meaning->text.length > EXPANDED_MAX)
            return false;
        buffer_append_string(out, whole ? "" : ":is(");
        buffer_append(out, meaning->text);
        buffer_append_string(out, whole ? "" : ")");
        *found = true;
        i += name.length;
    }
    return true;
}

bool names_expand(const name_table *n, slice source, slice text, slice *out, slice *wrong) {
    bool found = slice_find_char(text, '$', 0) != SLICE_NONE;
    *out = text;
    for (int pass = 0; found; pass++) {
        buffer next = buffer_new(n->arena, out->length + 64);
        found = false;
        if (!expand_once(n, source, *out, &next, &found, wrong) || (found && pass == PASSES_MAX))
            return false;
        *out = buffer_slice(&next);
    }
    return true;
}
