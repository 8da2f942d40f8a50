/* What the editor drops when it saves a page that is its own already, and that somebody has written into by
 * hand. Comes in: the tree of the page as it is published. Goes out: a finding for each element that the
 * schema has no place for, as of legacy pages; but where express_page makes a link, a picture or text of it,
 * the editor makes nothing.
 */
#include "private.h"

static const slice DROPPED = LITERAL("the editor drops it when it saves the page, but for text in it");

static void report_address(const dom_node *node, change_kind kind, slice url, findings *found) {
    finding_code code = kind == CHANGE_LINK ? FINDING_LINK_LOST : FINDING_PICTURE_LOST;
    if (url.length)
        findings_add_change(found, findings_add(found, code, node->line, "%.*s", SLICE_ARGS(url)), kind, url,
                            (slice){NULL, 0});
}

static finding *report_area(const dom_node *area, findings *found) {
    slice href = dom_attribute_trimmed(area, "href");
    if (!href.length)
        return NULL;
    finding *said =
        findings_add(found, FINDING_IMAGE_MAP, area->line, "<area href=\"%.*s\">", SLICE_ARGS(href));
    report_address(area, CHANGE_LINK, href, found);
    return said;
}

static void report_files(const dom_node *player, findings *found) {
    bool is_picture = express_is_embedded_picture(player);
    report_address(player, is_picture ? CHANGE_PICTURE : CHANGE_LINK, express_media_source(player), found);
    if (player->tag == DOM_TAG_VIDEO)
        report_address(player, CHANGE_PICTURE, dom_attribute_trimmed(player, "poster"), found);
}

/* A task's own box is kept. DOM_DEPTH_MAX bounds the way up. */
static bool is_of_task(const dom_node *input) {
    const dom_node *item = input->parent;
    while (item && item->tag != DOM_TAG_LI)
        item = item->parent;
    return item && express_is_task(item);
}

static finding *report_control(const dom_node *input, findings *found) {
    if (is_of_task(input))
        return NULL;
    finding *said = express_name_control(input, found);
    report_address(input, CHANGE_PICTURE, express_picture_of_control(input), found);
    return said;
}

static bool is_inside_player(const dom_node *node) {
    const dom_node *parent = node->parent;
    return dom_is(parent, DOM_TAG_OBJECT) || dom_is(parent, DOM_TAG_VIDEO) || dom_is(parent, DOM_TAG_AUDIO);
}

static finding *report_element(const dom_node *node, bool in_drawing, findings *found) {
    finding *said = NULL;
    for (uint32_t i = 0; i < dom_attribute_count(node); i++)
        express_report_handler(node, &node->attributes[i], found);
    switch (node->tag) {
    case DOM_TAG_AREA:
        return report_area(node, found);
    case DOM_TAG_INPUT:
        return report_control(node, found);
    case DOM_TAG_TRACK:
        express_report_captions(node, found);
        return NULL;
    case DOM_TAG_EMBED:
        if (is_inside_player(node)) /* the same for other browsers */
            return NULL;
        break;
    default:
        break;
    }
    said = express_name_element(node, in_drawing, found);
    if (node->tag == DOM_TAG_AUDIO || node->tag == DOM_TAG_VIDEO || node->tag == DOM_TAG_OBJECT ||
        node->tag == DOM_TAG_EMBED)
        report_files(node, found);
    return said;
}

void express_report_dropped(const dom_node *body, arena *a, findings *found) {
    const dom_node *drawing_ends = NULL;
    bool in_drawing = false;
    for (const dom_node *node = body->first_child; node; node = dom_next(node, body)) {
        if (in_drawing && node == drawing_ends)
            in_drawing = false;
        if (node->type != DOM_ELEMENT)
            continue;
        finding *said = report_element(node, in_drawing, found);
        if (said) {
            said->became = DROPPED;
            said->before = express_words_inside(node, a);
        }
        if (!in_drawing && (node->tag == DOM_TAG_SVG || node->tag == DOM_TAG_MATH)) {
            in_drawing = true;
            drawing_ends = dom_next_skip(node, body);
        }
    }
}
