/* Rewriting: the address of a remote file → its local name and what a page is to hold.
 *
 * Comes in: one address. Goes out: a reference, or that the rules do not know it. Pure: no network, no disk.
 */
#include "private.h"

/* The rule's local template, filled: still percent-encoded, no slash in front. */
static slice fill_template(const asset_rule *rule, const captures *found, arena *a) {
    buffer out = buffer_new(a, 128);
    for (size_t i = 0; i < rule->local.count; i++) {
        const pattern_part *part = vector_at(&rule->local, i);
        slice text = part->text;
        for (size_t j = 0; part->kind != PART_LITERAL && j < found->count; j++)
            if (slice_equal(found->items[j].name, part->text))
                text = found->items[j].text;
        if (i > 0)
            buffer_append_char(&out, '/');
        buffer_append(&out, text);
    }
    return buffer_slice(&out);
}

static bool is_file_name(const asset_rules *rules, slice path) {
    slice extension = name_extension(path);
    return rules_list_has(&rules->pictures, extension) || rules_list_has(&rules->files, extension);
}

bool asset_rewrite_url(const asset_rules *rules, slice url, asset_use use, arena *a, asset_reference *out) {
    address from;
    captures found;
    *out = (asset_reference){.use = use, .state = ASSET_WANTED, .code = FINDING_COUNT};
    slice rest;
    if (!address_parse_host(url, a, &from, &rest) || !rules_know_host(rules, from.host))
        return false;
    address_parse_rest(rest, a, &from);
    const asset_rule *rule = rules_find(rules, &from, &found);
    if (!rule || !rule->enabled)
        return false;
    slice raw = fill_template(rule, &found, a);
    if ((use == ASSET_LINK || rule->own) && !is_file_name(rules, raw))
        return false;
    out->rule = rule->name;
    out->remote = address_write(&from, !rule->http, !rule->own, a);
    out->path = out->canonical = name_canonical(rules, raw, out->remote, a);
    if (rules->book)
        book_answer(rules->book, out, a);
    if (out->state == ASSET_FAILED) {
        out->url = url;
        return true;
    }
    buffer local = buffer_new(a, out->path.length * 2 + 32);
    buffer_append(&local, rules->baseurl);
    buffer_append_char(&local, '/');
    name_append_encoded(out->path, &local);
    buffer_append(&local, from.fragment);
    out->url = buffer_slice(&local);
    return true;
}

void asset_add_finding(const asset_reference *reference, findings *found, uint32_t line) {
    if (reference->code != FINDING_COUNT)
        findings_add(found, reference->code, line, "%.*s: %.*s", SLICE_ARGS(reference->remote),
                     SLICE_ARGS(reference->problem));
}
