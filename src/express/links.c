/* express: links: where they lead and in which window. Comes in: an <a> of the page. Goes out: the <a> that
 * the schema's link mark is read from, or NULL where there is none.
 */
#include "private.h"

bool express_mentions_script(slice href) {
    static const slice SCRIPT = LITERAL("javascript:");
    for (size_t at = 0; at + SCRIPT.length <= href.length; at++)
        if (to_lower(href.data[at]) == 'j' &&
            slice_equal_nocase(slice_sub(href, at, at + SCRIPT.length), SCRIPT))
            return true;
    return false;
}

slice express_printable_decoded(slice text, arena *a) {
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length; at++) {
        int byte = slice_percent_byte(text, at);
        bool printable = byte >= ' ' && byte <= '~';
        buffer_append_char(&out, printable ? (char)byte : text.data[at]);
        at += printable ? 2 : 0;
    }
    return buffer_slice(&out);
}

/* Where the link opens. The editor's own default is a new tab, so staying in the same one has to be said. */
static slice link_target(const dom_node *node, findings *found) {
    const slice *target = dom_attribute_get(node, SLICE("target"));
    slice name = target ? slice_trim(*target) : (slice){NULL, 0};
    if (!name.length || slice_equal_nocase(name, SLICE("_self")) || slice_equal_nocase(name, SLICE("_top")) ||
        slice_equal_nocase(name, SLICE("_parent")))
        return SLICE("_self");
    if (!slice_equal_nocase(name, SLICE("_blank")))
        findings_add(found, FINDING_LINK_TARGET, node->line, "target=\"%.*s\"", SLICE_ARGS(name));
    return SLICE("_blank");
}

/* The text of a link without an address, where that is one; empty: it is none. */
static slice address_in_text(const dom_node *node) {
    const dom_node *text = node->first_child;
    while (text && text->type == DOM_ELEMENT && !text->next)
        text = text->first_child; /* bold and the like around all of it */
    slice words = text && text->type == DOM_TEXT && !text->next ? slice_trim(dom_text(text)) : SLICE("");
    bool named = dom_attribute_get(node, SLICE("name")) || dom_attribute_get(node, SLICE("id"));
    bool is_address = slice_equal_nocase(slice_sub(words, 0, 8), SLICE("https://")) ||
                      slice_equal_nocase(slice_sub(words, 0, 7), SLICE("http://"));
    for (size_t i = 0; i < words.length && is_address; i++)
        is_address = words.data[i] > ' ' && words.data[i] < 0x7F && !strchr("<>\"`{}", words.data[i]);
    return is_address && words.length > 11 && !named ? words : SLICE("");
}

dom_node *express_link(const dom_node *node, arena *a, findings *found) {
    const slice *attribute_href = dom_attribute_get(node, SLICE("href"));
    slice href = attribute_href ? slice_trim(*attribute_href) : SLICE("");
    if (!href.length && (href = address_in_text(node)).length)
        findings_add(found, FINDING_LINK_FROM_TEXT, node->line, "<a>%.*s", SLICE_ARGS(href));
    if (!attribute_href && !href.length)
        return NULL;
    if (!href.length) {
        findings_add(found, FINDING_LINK_NOWHERE, node->line, "<a href=\"\">");
        return NULL;
    }
    if (express_mentions_script(href) || !dom_is_allowed_address(href)) {
        finding_code code = express_mentions_script(href) ? FINDING_LINK_SCRIPT : FINDING_ADDRESS_REFUSED;
        findings_add_change(found,
                            findings_add(found, code, node->line, "<a href=\"%.*s\">", SLICE_ARGS(href)),
                            CHANGE_LINK, href, (slice){NULL, 0});
        return NULL;
    }
    dom_node *link = dom_new_element(a, DOM_TAG_A, node->line);
    dom_attribute_set(link, a, SLICE("href"), href);
    dom_attribute_set(link, a, SLICE("target"), link_target(node, found));
    const slice *classes = dom_attribute_get(node, SLICE("class"));
    if (classes && classes->length && !express_is_plain_class(*classes))
        dom_attribute_set(link, a, SLICE("class"), *classes);
    if (dom_attribute_get(node, SLICE("download")))
        findings_add(found, FINDING_LINK_DOWNLOAD, node->line, "<a download href=\"%.*s\">",
                     SLICE_ARGS(href));
    return link;
}
