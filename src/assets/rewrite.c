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
    if (!address_parse(url, a, &from))
        return false;
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

/* The end of a CSS url(): its closing bracket, or SLICE_NONE. `inside` gets the address without quotes. */
static size_t parse_css_url(slice style, size_t from, slice *inside) {
    while (from < style.length && is_space(style.data[from]))
        from++;
    char quote =
        from < style.length && (style.data[from] == '"' || style.data[from] == '\'') ? style.data[from] : 0;
    size_t end = slice_find_char(style, quote ? quote : ')', from + (quote ? 1 : 0));
    if (end == SLICE_NONE)
        return SLICE_NONE;
    *inside = slice_trim(slice_sub(style, from + (quote ? 1 : 0), end));
    return quote ? slice_find_char(style, ')', end) : end;
}

bool asset_rewrite_style(const asset_rules *rules, slice style, arena *a, buffer *out, vector *references) {
    size_t start = out->length, copied = 0;
    bool rewritten = false;
    for (size_t at = 0; (at = slice_find_char(style, '(', at)) != SLICE_NONE; at++) {
        slice inside;
        asset_reference reference;
        if (at < 3 || !slice_equal_nocase(slice_sub(style, at - 3, at), SLICE("url")))
            continue;
        size_t end = parse_css_url(style, at + 1, &inside);
        if (end == SLICE_NONE)
            break; /* nothing closes any more: so no later one does either */
        if (asset_rewrite_url(rules, inside, ASSET_PICTURE, a, &reference)) {
            buffer_append(out, slice_sub(style, copied, at + 1));
            buffer_append_char(out, '\'');
            for (size_t i = 0; i < reference.url.length; i++) /* ' is the one plain character that ends it */
                if (reference.url.data[i] == '\'')
                    buffer_append(out, SLICE("%27"));
                else
                    buffer_append_char(out, reference.url.data[i]);
            buffer_append_char(out, '\'');
            *(asset_reference *)vector_push(references) = reference;
            copied = end;
            rewritten = true;
        }
        at = end;
    }
    if (rewritten)
        buffer_append(out, slice_from(style, copied));
    else
        out->length = start;
    return rewritten;
}

void asset_add_finding(const asset_reference *reference, findings *found, uint32_t line) {
    if (reference->code != FINDING_COUNT)
        findings_add(found, reference->code, line, "%.*s: %.*s", SLICE_ARGS(reference->remote),
                     SLICE_ARGS(reference->problem));
}
