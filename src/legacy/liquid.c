/* Liquid: `{{ site.baseurl }}` and its kin resolve from the site's configuration; all other Liquid stays as
 * it is, for the site generator to run, with a finding.
 */
#include "private.h"

static const slice *find_variable(const legacy_options *options, slice name) {
    for (size_t i = 0; options && i < options->variable_count; i++)
        if (slice_equal(options->variables[i].name, name))
            return &options->variables[i].value;
    return NULL;
}

slice resolve_liquid(slice body, uint32_t first_line, const legacy_options *options, arena *a,
                     findings *found) {
    source s = source_of(body, first_line);
    buffer out = {NULL, 0, 0, a};
    size_t from = 0, at = 0;
    bool no_output = false, no_tag = false; /* none of that kind ends any more */
    while ((at = slice_find_char(body, '{', at)) != SLICE_NONE) {
        char next = source_char(&s, at + 1);
        if (next != '{' && next != '%') {
            at++;
            continue;
        }
        bool *ended = next == '{' ? &no_output : &no_tag;
        size_t close =
            *ended ? SLICE_NONE : slice_find(body, next == '{' ? SLICE("}}") : SLICE("%}"), at + 2);
        if (close == SLICE_NONE) {
            *ended = true;
            at += 2;
            continue;
        }
        slice inside = slice_trim(slice_sub(body, at + 2, close));
        const slice *value = next == '{' ? find_variable(options, inside) : NULL;
        if (value) {
            if (!out.data)
                out = buffer_new(a, body.length + 256);
            buffer_append(&out, slice_sub(body, from, at));
            buffer_append(&out, *value);
            from = close + 2;
        } else {
            findings_add(found, next == '{' ? FINDING_LIQUID_OUTPUT : FINDING_LIQUID_TAG, source_line(&s, at),
                         "%.*s", SLICE_ARGS(slice_sub(body, at, close + 2)));
        }
        at = close + 2;
    }
    if (from == 0)
        return body;
    buffer_append(&out, slice_from(body, from));
    return buffer_slice(&out);
}
