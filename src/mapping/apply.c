/* mapping_apply: recognise, then rewrite; and the examples that rules carry.
 *
 * Comes in: rules and an element tree. Goes out: the tree with every claimed shape rewritten, findings, the
 * account. What no part of a rule takes stays in the tree.
 */
#include "pass.h"

static void clear_marks(dom_node *body, uint8_t kept) {
    for (dom_node *at = body; at; at = dom_next(at, body))
        at->flags &= kept;
}

void mapping_apply(const mapping_set *set, dom_node *body, const mapping_options *options, arena *a,
                   findings *found, mapping_account *account) {
    arena *scratch = options && options->scratch && !account ? options->scratch : a;
    mapping_pass pass = {.set = set,
                         .body = body,
                         .options = options ? *options : (mapping_options){.styles = NULL},
                         .arena = a,
                         .scratch = scratch,
                         .found = found,
                         .account = account,
                         .tells_why = account || (options && options->tells_why),
                         .matcher = dom_matcher_new(body, scratch),
                         .live = vector_new(scratch, sizeof(const rule *)),
                         .shapes = vector_new(scratch, sizeof(const shape_name *)),
                         .alike = vector_new(scratch, sizeof(alike_run *)),
                         .reported = {.arena = scratch},
                         .grids = vector_new(scratch, sizeof(card_grid)),
                         .claims = vector_new(scratch, sizeof(claim *))};
    if (!pass.options.link_text.length)
        pass.options.link_text = SLICE("Learn more");
    if (!pass.options.cards_max)
        pass.options.cards_max = 18;
    if (!pass.options.description_max)
        pass.options.description_max = 300;
    if (!pass.options.styles)
        pass.options.styles = css_cascade_new(NULL, body, a);
    clear_marks(body, 0); /* those of who worked on the tree before */
    mark_layouts(&pass);
    recognise(&pass);
    arena_pay(a, dom_matcher_steps(pass.matcher));
    if (dom_matcher_exhausted(pass.matcher))
        findings_add(found, FINDING_MAPPING_BUDGET, 0, "the rules gave up on this page");
    rewrite_claims(&pass);
    unmark_layouts(&pass);
    clear_marks(body, DOM_FLAG_FOLDED);
}

/* Two pages are the same but for white space between tags, and for how much of it there is elsewhere. */
static slice canonical(slice html, arena *a) {
    buffer out = buffer_new(a, html.length + 1);
    for (size_t i = 0; i < html.length; i++) {
        char c = html.data[i];
        if (!is_space(c)) {
            buffer_append_char(&out, c);
            continue;
        }
        while (i + 1 < html.length && is_space(html.data[i + 1]))
            i++;
        bool between = (!out.length || out.data[out.length - 1] == '>') &&
                       (i + 1 == html.length || html.data[i + 1] == '<');
        if (!between)
            buffer_append_char(&out, ' ');
    }
    return buffer_slice(&out);
}

bool mapping_run_example(const mapping_set *set, size_t index, size_t example, arena *a, uint32_t *line,
                         slice *got, slice *expected) {
    const rule *r = *(rule **)vector_at(&set->rules, index);
    const rule_example *one = &r->examples[example];
    findings found = findings_new(a);
    dom_node *body = dom_parse(one->input, NULL, a, &found);
    mapping_apply(set, body, NULL, a, &found, NULL);
    buffer out = buffer_new(a, 1024);
    dom_inner_html(body, &out);
    if (line)
        *line = one->line;
    *got = canonical(buffer_slice(&out), a);
    buffer wanted = buffer_new(a, 1024);
    dom_inner_html(dom_parse(one->expect, NULL, a, &found), &wanted);
    *expected = canonical(buffer_slice(&wanted), a);
    return slice_equal(*got, *expected);
}
