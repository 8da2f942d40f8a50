/* Rule files: up to a line of %% is a rule file of a site, the rest a page. The rules and the shipped ones
 * are applied. No crash, no endless work; no word of the page is lost, unless a rule drops it with a finding.
 */
#include "mapping/mapping.h"

#include <stdlib.h>

static size_t count_letters(const dom_node *body) {
    size_t count = 0;
    for (const dom_node *at = body; at; at = dom_next(at, body))
        for (size_t i = 0; at->type == DOM_TEXT && i < dom_text(at).length; i++)
            count += is_alnum(dom_text(at).data[i]);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    slice input = {(const char *)data, size};
    size_t end = slice_find(input, SLICE("\n%%\n"), 0);
    slice rules = slice_sub(input, 0, end == SLICE_NONE ? size : end);
    slice page = end == SLICE_NONE ? SLICE("<div class=row><div class=col><img src=a><b>A</b></div></div>")
                                   : slice_from(input, end + 4);
    size_t count;
    const mapping_source *shipped = mapping_shipped(&count);
    arena *a = arena_new(0);
    vector sources = vector_new(a, sizeof(mapping_source));
    for (size_t i = 0; i < count; i++)
        *(mapping_source *)vector_push(&sources) = shipped[i];
    *(mapping_source *)vector_push(&sources) = (mapping_source){SLICE("fuzz.yml"), rules, false};
    mapping_set *set = mapping_load(sources.items, sources.count, a);
    findings found = findings_new(a);
    dom_node *body = dom_parse(page, NULL, a, &found);
    mapping_account account = mapping_account_new(a);
    size_t before = count_letters(body);
    mapping_apply(set, body, NULL, a, &found, &account);
    if (count_letters(body) < before && !found.counts[FINDING_DROPPED_BY_RULE])
        abort();
    arena_destroy(a);
    return 0;
}
