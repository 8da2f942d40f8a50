/* express: posts of social networks, which the page's own scripts draw. Comes in: the page's tree. Goes out:
 * in the place of such an element, a frame that shows the post, where its host has one and the sites' content
 * policy lets it in; else what stood there until the script ran, with a link to the post. Each is reported.
 */
#include "private.h"

static const struct {
    const char *class_name, *attribute; /* that holds the post's address */
    const char *host, *frame; /* of the frame; NULL: there is none, and a link may hold the address */
    unsigned width, height;   /* as the script draws it, about */
} POSTS[] = {
    {"instagram-media", "data-instgrm-permalink", "instagram.com", NULL, 400, 600},
    {"fb-post", "data-href", "facebook.com", "https://www.facebook.com/plugins/post.php?href=", 500, 600},
    {"fb-video", "data-href", "facebook.com", "https://www.facebook.com/plugins/video.php?href=", 500, 281},
    {"tiktok-embed", "cite", NULL, NULL, 0, 0},
    {"twitter-tweet", "cite", NULL, NULL, 0, 0},
};
#define POST_COUNT (sizeof POSTS / sizeof *POSTS)

static size_t kind_of(const dom_node *node) {
    const slice *classes = dom_attribute_get(node, SLICE("class"));
    size_t i = classes ? 0 : POST_COUNT;
    while (i < POST_COUNT && !slice_has_word(*classes, slice_of(POSTS[i].class_name)))
        i++;
    return i;
}

static bool is_address(slice text) {
    return slice_starts_with(text, SLICE("https://")) || slice_starts_with(text, SLICE("http://"));
}

static slice link_of(const dom_node *node) {
    return node->tag == DOM_TAG_A ? slice_trim(dom_attribute_trimmed(node, "href")) : SLICE("");
}

/* What is written in the element may end with a link to the post. Empty: nothing names it. */
static slice address_of(const dom_node *node, size_t kind) {
    slice address = slice_trim(dom_attribute_trimmed(node, POSTS[kind].attribute));
    if (is_address(address) || POSTS[kind].host)
        return is_address(address) ? address : SLICE("");
    address = SLICE("");
    for (const dom_node *at = node; at; at = dom_next(at, node))
        address = is_address(link_of(at)) ? link_of(at) : address;
    return address;
}

static bool holds_link_to(const dom_node *node, slice address) {
    for (const dom_node *at = node; at; at = dom_next(at, node))
        if (slice_equal(link_of(at), address))
            return true;
    return false;
}

static void append_encoded(buffer *out, slice text) {
    for (size_t i = 0; i < text.length; i++)
        if (is_alnum(text.data[i]) || strchr("-._~", text.data[i]))
            buffer_append_char(out, text.data[i]);
        else
            buffer_printf(out, "%%%02X", (unsigned char)text.data[i]);
}

/* Instagram shows a post in a frame at its own address with `embed` behind it. */
static slice frame_address(size_t kind, slice post, arena *a) {
    buffer out = buffer_new(a, post.length + 80);
    if (POSTS[kind].frame) {
        buffer_append_string(&out, POSTS[kind].frame);
        append_encoded(&out, post);
        return buffer_slice(&out);
    }
    size_t end = 0;
    while (end < post.length && post.data[end] != '?' && post.data[end] != '#')
        end++;
    buffer_append(&out, slice_sub(post, 0, end));
    buffer_append(&out, end && post.data[end - 1] == '/' ? SLICE("embed") : SLICE("/embed"));
    return buffer_slice(&out);
}

static bool is_let_in(const express_theme *theme, const char *host) {
    for (size_t i = 0; host && i < theme->frame_host_count; i++)
        if (slice_equal(theme->frame_hosts[i], slice_of(host)))
            return true;
    return false;
}

/* What visitors did not see once the script had run: words and links. */
static void report_gone(const dom_node *node, finding *said, arena *a, findings *found) {
    slice nothing = {NULL, 0};
    findings_add_change(found, said, CHANGE_TEXT, express_words_inside(node, a), nothing);
    for (const dom_node *at = node; at; at = dom_next(at, node)) {
        slice href = at->type == DOM_ELEMENT ? dom_attribute_trimmed(at, "href") : nothing;
        slice src = at->type == DOM_ELEMENT ? dom_attribute_trimmed(at, "src") : nothing;
        if (href.length)
            findings_add_change(found, NULL, CHANGE_LINK, href, nothing);
        if (src.length)
            findings_add_change(found, NULL, at->tag == DOM_TAG_IMG ? CHANGE_PICTURE : CHANGE_LINK, src,
                                nothing);
    }
}

static void put_frame(dom_node *node, size_t kind, slice post, arena *a, findings *found) {
    dom_node *frame = dom_new_element(a, DOM_TAG_IFRAME, node->line);
    dom_attribute_set(frame, a, SLICE("src"), frame_address(kind, post, a));
    dom_attribute_set(frame, a, SLICE("width"), format_slice(a, "%u", POSTS[kind].width));
    dom_attribute_set(frame, a, SLICE("height"), format_slice(a, "%u", POSTS[kind].height));
    dom_attribute_set(frame, a, SLICE("style"), SLICE("max-width: 100%"));
    finding *said = findings_add(found, FINDING_POST_FRAME, node->line, "%.*s", SLICE_ARGS(post));
    report_gone(node, said, a, found);
    dom_insert_before(node, frame);
    dom_remove(node);
}

/* In place of the element, or behind what it shows. */
static void put_link(dom_node *node, slice post, arena *a, findings *found) {
    bool is_shown = node->first_child && express_first_shown(node);
    finding *said = findings_add(found, is_shown ? FINDING_POST_TEXT : FINDING_POST_LINK, node->line, "%.*s",
                                 SLICE_ARGS(post));
    if (is_shown && holds_link_to(node, post))
        return;
    dom_node *line = dom_new_element(a, DOM_TAG_P, node->line),
             *link = dom_new_element(a, DOM_TAG_A, node->line);
    dom_attribute_set(link, a, SLICE("href"), post);
    dom_append(link, dom_new_text(a, post, node->line));
    dom_append(line, link);
    findings_add_change(found, said, CHANGE_TEXT, (slice){NULL, 0}, post);
    if (is_shown) {
        dom_append(node, line);
    } else {
        dom_insert_before(node, line);
        dom_remove(node);
    }
}

void express_show_posts(dom_node *body, const express_theme *theme, arena *a, findings *found) {
    for (dom_node *node = dom_next(body, body), *next; node; node = next) {
        size_t kind = kind_of(node);
        next = kind < POST_COUNT ? dom_next_skip(node, body) : dom_next(node, body);
        if (kind == POST_COUNT)
            continue;
        slice post = address_of(node, kind);
        if (post.length && is_let_in(theme, POSTS[kind].host))
            put_frame(node, kind, post, a, found);
        else if (post.length)
            put_link(node, post, a, found);
    }
}
