/* What browsers do with a tree once they have it: the page's own base is put before addresses, line breaks in
 * addresses go, a frame shows the document that it holds, the head of a table stands first and its foot last,
 * blocks that gumbo does not know of end the paragraph that they stand in. Linear in the size of the page.
 */
#include "dom.h"

typedef struct browsing {
    arena *arena;
    findings *found;
    dom_node *base; /* the first <base> with an address */
} browsing;

/* ---- addresses --------------------------------------------------------------------------------------- */

static bool is_address(slice name) {
    return slice_equal(name, SLICE("href")) || slice_equal(name, SLICE("src")) ||
           slice_equal(name, SLICE("poster")) || slice_equal(name, SLICE("data")) ||
           slice_equal(name, SLICE("action"));
}

/* WHATWG URL §4.4 and §1.3: tabs and line breaks are taken out of an address, < and > are encoded. The editor
 * takes what looks like a tag in an address for one. */
static slice without_breaks(slice url, arena *a) {
    static const bool TOLD[256] = {['\n'] = true, ['\t'] = true, ['\r'] = true, ['<'] = true, ['>'] = true};
    if (slice_find_any(url, 0, TOLD) == url.length)
        return url;
    buffer out = buffer_new(a, url.length + 16);
    for (size_t i = 0; i < url.length; i++) {
        char c = url.data[i];
        if (c == '<' || c == '>')
            buffer_append_string(&out, c == '<' ? "%3C" : "%3E");
        else if (!TOLD[(unsigned char)c])
            buffer_append_char(&out, c);
    }
    return buffer_slice(&out);
}

static bool has_scheme(slice url) {
    size_t at = 0;
    while (at < url.length && (is_alnum(url.data[at]) || strchr("+.-", url.data[at])))
        at++;
    return at > 0 && at < url.length && url.data[at] == ':' && is_alpha(url.data[0]);
}

/* Where the path of an address begins: behind its scheme and host. */
static size_t path_of(slice url) {
    size_t host = slice_starts_with(url, SLICE("//")) ? 2 : SLICE_NONE;
    if (has_scheme(url)) {
        size_t colon = slice_find_char(url, ':', 0);
        host = slice_starts_with(slice_from(url, colon + 1), SLICE("//")) ? colon + 3 : SLICE_NONE;
    }
    if (host == SLICE_NONE)
        return 0;
    size_t path = slice_find_char(url, '/', host);
    return path == SLICE_NONE ? url.length : path;
}

/* RFC 3986 §5.2.4, of a path that begins with a slash. */
static void append_path(buffer *out, slice folder, slice rest) {
    slice parts[] = {folder, rest};
    size_t floor = out->length;
    for (size_t p = 0; p < 2; p++)
        for (size_t at = 0, end; at < parts[p].length; at = end) {
            end = slice_find_char(parts[p], '/', at);
            end = end == SLICE_NONE ? parts[p].length : end + 1;
            slice segment = slice_sub(parts[p], at, end), name = segment;
            name.length -= slice_ends_with(segment, SLICE("/"));
            if (slice_equal(name, SLICE(".."))) {
                out->length -= out->length > floor + 1;
                while (out->length > floor + 1 && out->data[out->length - 1] != '/')
                    out->length--;
            } else if (!slice_equal(name, SLICE("."))) {
                buffer_append(out, segment);
            }
        }
}

bool dom_is_relative(slice url) {
    return url.length && !strchr("/\\#?", url.data[0]) && !has_scheme(url);
}

/* RFC 3986 §5.2.2 for a base with a scheme or a slash at its beginning. */
slice dom_resolve(slice base, slice url, arena *a) {
    if (has_scheme(url) || slice_starts_with(url, SLICE("//")))
        return url;
    size_t path = path_of(base), end = path;
    while (end < base.length && base.data[end] != '?' && base.data[end] != '#')
        end++;
    buffer out = buffer_new(a, base.length + url.length + 1);
    buffer_append(&out, slice_sub(base, 0, path));
    char first = url.length ? url.data[0] : '#';
    if (first == '/') {
        buffer_append(&out, url);
    } else if (first == '?' || first == '#') {
        buffer_append(&out, slice_sub(base, path, first == '?' ? end : slice_find_char(base, '#', 0)));
        buffer_append(&out, url);
    } else {
        size_t folder = end, tail = 0;
        while (folder > path && base.data[folder - 1] != '/')
            folder--;
        while (tail < url.length && url.data[tail] != '?' && url.data[tail] != '#')
            tail++;
        append_path(&out, folder > path ? slice_sub(base, path, folder) : SLICE("/"),
                    slice_sub(url, 0, tail));
        buffer_append(&out, slice_from(url, tail));
    }
    return buffer_slice(&out);
}

static void settle_addresses(const browsing *b, dom_node *node, slice base) {
    for (uint32_t i = 0; i < dom_attribute_count(node); i++) {
        dom_attribute *one = &node->attributes[i];
        if (!is_address(one->name))
            continue;
        slice url = without_breaks(one->value, b->arena);
        one->value = base.length && node != b->base ? dom_resolve(base, slice_trim(url), b->arena) : url;
    }
    slice target = b->base ? dom_attribute_trimmed(b->base, "target") : SLICE("");
    if (node->tag == DOM_TAG_A && target.length && !dom_attribute_get(node, SLICE("target")))
        dom_attribute_set(node, b->arena, SLICE("target"), target);
}

/* Where the page's relative addresses start; empty: where the page itself is. */
static slice take_base(const browsing *b) {
    slice href = b->base ? without_breaks(dom_attribute_trimmed(b->base, "href"), b->arena) : SLICE("");
    if (!href.length)
        return href;
    bool known = has_scheme(href) ? path_of(href) > 0 : href.data[0] == '/';
    findings_add(b->found, known ? FINDING_BASE_ADDRESS : FINDING_BASE_UNKNOWN, b->base->line,
                 "<base href=\"%.*s\">", SLICE_ARGS(href));
    return known ? href : SLICE("");
}

/* ---- elements ---------------------------------------------------------------------------------------- */

/* <meta http-equiv="refresh" content="0; url=/new/">; what reloads the page only stays. */
static void take_redirect(const browsing *b, dom_node *meta) {
    if (!slice_equal_nocase(dom_attribute_trimmed(meta, "http-equiv"), SLICE("refresh")))
        return;
    slice content = dom_attribute_trimmed(meta, "content");
    size_t at = 0;
    while (at + 4 <= content.length && !slice_equal_nocase(slice_sub(content, at, at + 3), SLICE("url")))
        at++;
    slice url = slice_trim(slice_from(content, at + 3));
    if (at + 4 > content.length || !url.length || url.data[0] != '=')
        return;
    findings_add(b->found, FINDING_REDIRECT, meta->line, "to %.*s",
                 SLICE_ARGS(slice_trim(slice_from(url, 1))));
    dom_remove(meta);
}

static size_t depth_of(const dom_node *node) {
    size_t depth = 0;
    for (; node->parent; node = node->parent)
        depth++;
    return depth;
}

/* A frame that holds its document in `srcdoc` shows that, whatever its address is (HTML §4.8.5). */
static void open_document(const browsing *b, dom_node *frame, slice document) {
    dom_node *box = dom_new_element(b->arena, DOM_TAG_DIV, frame->line);
    dom_node *content = dom_parse(document, NULL, b->arena, NULL), *next;
    size_t depth = depth_of(frame), deepest = depth, lowest = 0;
    for (dom_node *at = content; at; at = next) {
        next = dom_next(at, content);
        at->line = frame->line;
        if (!at->first_child)
            lowest = depth_of(at);
        deepest = depth + lowest > deepest ? depth + lowest : deepest;
        if (at->tag == DOM_TAG_STYLE || at->tag == DOM_TAG_LINK || at->tag == DOM_TAG_BASE) {
            next = dom_next_skip(at, content);
            dom_remove(at);
        }
    }
    buffer text = buffer_new(b->arena, document.length);
    dom_text_content(content, &text);
    if (deepest >= DOM_DEPTH_MAX)
        dom_append(box, dom_new_text(b->arena, buffer_slice(&text), frame->line));
    else
        dom_move_children(content, box);
    finding *f = findings_add(b->found, FINDING_FRAME_DOCUMENT, frame->line, "<iframe srcdoc>");
    if (f)
        f->after = slice_trim(buffer_slice(&text));
    dom_insert_before(frame, box);
    dom_remove(frame);
}

static bool is_row_group(const dom_node *node) {
    return node->tag == DOM_TAG_THEAD || node->tag == DOM_TAG_TBODY || node->tag == DOM_TAG_TFOOT;
}

/* The first head of a table is shown above its rows, the first foot below them (CSS 2.2 §17.2). */
static void order_rows(dom_node *table) {
    dom_node *head = NULL, *foot = NULL, *first = NULL, *last = NULL;
    for (dom_node *at = table->first_child; at; at = at->next) {
        if (!is_row_group(at))
            continue;
        first = first ? first : at;
        last = at;
        head = head || at->tag != DOM_TAG_THEAD ? head : at;
        foot = foot || at->tag != DOM_TAG_TFOOT ? foot : at;
    }
    if (head && head != first) {
        last = last == head ? dom_previous(head) : last;
        dom_remove(head);
        dom_insert_before(first, head);
    }
    if (!foot || foot == last)
        return;
    dom_remove(foot);
    dom_append(table, foot);
}

/* <dialog> and <search> end an open paragraph (HTML §13.2.6.4.7), which gumbo does not know: what follows
 * them in it stands behind it. */
static void end_paragraph(dom_node *node) {
    dom_node *paragraph = node->parent;
    while (paragraph && paragraph->tag != DOM_TAG_P && paragraph->tag != DOM_TAG_TD &&
           paragraph->tag != DOM_TAG_TH && paragraph->tag != DOM_TAG_BUTTON)
        paragraph = paragraph->parent;
    if (!dom_is(paragraph, DOM_TAG_P))
        return;
    dom_node *behind = paragraph->next, *outside = paragraph->parent;
    for (dom_node *at = node, *parent, *next; at != paragraph; at = parent) {
        parent = at->parent;
        dom_node *follows = at == node ? node : at->next;
        for (; follows; follows = next) {
            next = follows->next;
            dom_remove(follows);
            if (behind)
                dom_insert_before(behind, follows);
            else
                dom_append(outside, follows);
        }
    }
}

static bool is_late_block(const dom_node *node) {
    return node->tag == DOM_TAG_DIALOG || slice_equal(dom_name(node), SLICE("search"));
}

static void become_box(const browsing *b, dom_node *node) {
    bool is_closed = node->tag == DOM_TAG_DIALOG && !dom_attribute_get(node, SLICE("open"));
    end_paragraph(node);
    if (is_closed && !dom_attribute_get(node, SLICE("hidden")))
        dom_attribute_set(node, b->arena, SLICE("hidden"), SLICE(""));
    node->tag = DOM_TAG_DIV;
}

/* Whether the words next to a box in the line would run into it. */
static bool runs_into(const dom_node *neighbour, bool is_before) {
    if (!neighbour || neighbour->type == DOM_COMMENT)
        return false;
    slice text = dom_text(neighbour);
    if (neighbour->type == DOM_TEXT)
        return text.length && !is_space(text.data[is_before ? text.length - 1 : 0]);
    return dom_tag_has(neighbour->tag, DOM_INLINE) && !dom_tag_has(neighbour->tag, DOM_VOID);
}

/* A button is a box of its own in the line: its words stand apart from those around it. */
static void set_apart(const browsing *b, dom_node *button) {
    if (runs_into(dom_previous(button), true))
        dom_insert_before(button, dom_new_text(b->arena, SLICE(" "), button->line));
    if (runs_into(button->next, false))
        dom_insert_before(button->next, dom_new_text(b->arena, SLICE(" "), button->line));
}

/* ---- the whole --------------------------------------------------------------------------------------- */

void dom_browse(dom_node *body, arena *a, findings *found) {
    findings unused = findings_new(a);
    browsing b = {.arena = a, .found = found ? found : &unused};
    for (dom_node *node = body, *next; node; node = next) {
        const slice *document = node->tag == DOM_TAG_IFRAME ? dom_attribute_get(node, SLICE("srcdoc")) : NULL;
        next = dom_next(node, body);
        if (document) {
            dom_node *before = dom_previous(node) ? dom_previous(node) : node->parent;
            bool inside = !dom_previous(node);
            open_document(&b, node, *document);
            next = inside ? before->first_child : before->next;
        } else if (node->tag == DOM_TAG_BASE) {
            b.base = b.base || !dom_attribute_trimmed(node, "href").length ? b.base : node;
        } else if (node->tag == DOM_TAG_BUTTON) {
            set_apart(&b, node);
        } else if (node->tag == DOM_TAG_META) {
            take_redirect(&b, node);
        } else if (node->tag == DOM_TAG_TABLE) {
            order_rows(node);
            next = dom_next(node, body);
        } else if (is_late_block(node)) {
            become_box(&b, node);
            next = dom_next(node, body);
        }
    }
    slice base = take_base(&b);
    for (dom_node *node = body; node; node = dom_next(node, body))
        if (dom_attribute_count(node))
            settle_addresses(&b, node, base);
    if (b.base)
        dom_remove(b.base);
}
