/* express: pictures, frames, and other media. Comes in: the element as the page has it. Goes out: the
 * schema's block for it, with the sizes that it can keep; where there is none, NULL and a finding.
 */
#include "private.h"

slice express_file_name(slice url) {
    size_t end = 0, from = 0;
    while (end < url.length && url.data[end] != '?' && url.data[end] != '#')
        end++;
    while (end && url.data[end - 1] == '/')
        end--;
    for (size_t i = 0; i < end; i++)
        if (url.data[i] == '/' && i + 1 < end)
            from = i + 1;
    return slice_sub(url, from, end);
}

static const slice NOTHING = {NULL, 0};

static slice attribute_value(const dom_node *node, slice name) {
    const slice *value = dom_attribute_get(node, name);
    return value ? slice_trim(*value) : (slice){NULL, 0};
}

static dom_node *wrap(arena *a, tiptap_element element, dom_node *inner) {
    dom_node *wrapper = tiptap_new_element(a, element, inner->line);
    dom_append(wrapper, inner);
    return wrapper;
}

bool express_is_picture_file(slice url) {
    slice name = express_file_name(url);
    size_t dot = name.length;
    while (dot && name.data[dot - 1] != '.')
        dot--;
    return dot && express_is_among(slice_from(name, dot), "png jpg jpeg gif svg webp");
}

/* ---- sizes -------------------------------------------------------------------------------------------- */

/* "300", "300px", "50%": a length as CSS writes it; empty for anything else. */
static slice length_in_css(slice value, arena *a) {
    size_t digits = 0;
    while (digits < value.length && (is_digit(value.data[digits]) || value.data[digits] == '.'))
        digits++;
    slice unit = slice_from(value, digits);
    if (!digits)
        return (slice){NULL, 0};
    if (!unit.length)
        return format_slice(a, "%.*spx", SLICE_ARGS(value));
    return slice_equal(unit, SLICE("%")) || slice_equal(unit, SLICE("px")) ? value : (slice){NULL, 0};
}

static void append_declaration(buffer *style, slice property, slice value) {
    if (style->length)
        buffer_append(style, SLICE("; "));
    for (size_t i = 0; i < property.length; i++)
        buffer_append_char(style, to_lower(property.data[i]));
    buffer_append(style, SLICE(": "));
    buffer_append(style, value);
}

/* Where it is not known how it was seen: its own declarations, else its width attribute. The schema gives a
 * picture without one `width: 100%`, and one with a style `width="100%"`: so a height alone needs `width:
 * auto` beside it. */
static slice own_style(const dom_node *img, arena *a) {
    buffer style = buffer_new(a, 64);
    bool has_width = false;
    slice property, value, declarations = attribute_value(img, SLICE("style"));
    for (size_t at = 0; css_next_declaration(declarations, &at, &property, &value);)
        if (express_is_size(property) || express_is_among(property, "float margin clear object-fit")) {
            has_width = has_width || slice_equal_nocase(property, SLICE("width"));
            append_declaration(&style, property, value);
        }
    slice width = length_in_css(attribute_value(img, SLICE("width")), a);
    if (!has_width && style.length)
        append_declaration(&style, SLICE("width"), width.length ? width : SLICE("auto"));
    else if (!has_width && width.length && !slice_equal(width, SLICE("100%")))
        append_declaration(&style, SLICE("width"), width);
    return buffer_slice(&style);
}

/* ---- pictures ----------------------------------------------------------------------------------------- */

static void report_lost_picture(const dom_node *img, slice src, slice alt, findings *found) {
    if (!src.length)
        findings_add(found, FINDING_PICTURE_WITHOUT_SOURCE, img->line, "<img alt=\"%.*s\">", SLICE_ARGS(alt));
    else if (!slice_starts_with(src, SLICE("data:")))
        findings_add_change(
            found,
            findings_add(found, FINDING_ADDRESS_REFUSED, img->line, "<img src=\"%.*s\">", SLICE_ARGS(src)),
            CHANGE_PICTURE, src, NOTHING);
    else {
        findings_add(found, FINDING_PICTURE_DATA, img->line,
                     "a picture written into the page, %zu bytes, alt \"%.*s\"", src.length, SLICE_ARGS(alt));
        findings_add_change(found, NULL, CHANGE_PICTURE, src, NOTHING); /* too long for a finding */
    }
}

bool express_picture_has_source(const dom_node *img) {
    slice src = attribute_value(img, SLICE("src"));
    return src.length && dom_is_allowed_address(src);
}

dom_node *express_picture(const express_seen *seen, const dom_node *img, const dom_node *container,
                          const dom_node *link, arena *a, findings *found) {
    slice src = attribute_value(img, SLICE("src")), alt = attribute_value(img, SLICE("alt"));
    if (!express_picture_has_source(img)) {
        report_lost_picture(img, src, alt, found);
        return NULL;
    }
    dom_node *picture = dom_new_element(a, DOM_TAG_IMG, img->line);
    dom_attribute_set(picture, a, SLICE("src"), src);
    if (found && !alt.length)
        findings_add(found, FINDING_PICTURE_WITHOUT_ALT, img->line, "%.*s",
                     SLICE_ARGS(express_file_name(src)));
    if (dom_attribute_get(img, SLICE("alt")))
        dom_attribute_set(picture, a, SLICE("alt"), alt);
    buffer seen_style = buffer_new(a, 64);
    bool is_seen = express_picture_style(seen, img, container, &seen_style);
    slice style = is_seen ? buffer_slice(&seen_style) : own_style(img, a);
    slice title = attribute_value(img, SLICE("title")), height = attribute_value(img, SLICE("height"));
    if (title.length)
        dom_attribute_set(picture, a, SLICE("title"), title);
    if (!is_seen && height.length && !slice_equal(height, SLICE("auto")))
        dom_attribute_set(picture, a, SLICE("height"), height);
    if (style.length)
        dom_attribute_set(picture, a, SLICE("style"), style);
    if (!link)
        return wrap(a, TIPTAP_ELEMENT_IMAGE, picture);
    dom_node *wrapper = wrap(a, TIPTAP_ELEMENT_LINKED_IMAGE, picture);
    dom_attribute_set(wrapper, a, SLICE("href"), *dom_attribute_get(link, SLICE("href")));
    return wrapper;
}

/* ---- frames ------------------------------------------------------------------------------------------- */

static slice url_host(slice url) {
    size_t from = slice_find(url, SLICE("//"), 0);
    if (from == SLICE_NONE)
        return (slice){NULL, 0};
    size_t end = from += 2;
    while (end < url.length && url.data[end] != '/' && url.data[end] != '?' && url.data[end] != ':')
        end++;
    return slice_sub(url, from, end);
}

static bool host_is_known(const express_theme *theme, slice host) {
    for (size_t i = 0; theme && i < theme->frame_host_count; i++) {
        slice known = theme->frame_hosts[i];
        if (host.length < known.length)
            continue;
        size_t rest = host.length - known.length;
        if (slice_equal_nocase(slice_from(host, rest), known) && (rest == 0 || host.data[rest - 1] == '.'))
            return true;
    }
    return false;
}

/* A frame that filled a box of its own by position and per cent loses that box: width stays, the rest goes.
 */
static slice frame_style(const dom_node *iframe, arena *a, bool *was_positioned) {
    buffer style = buffer_new(a, 64);
    slice property, value, declarations = attribute_value(iframe, SLICE("style"));
    for (size_t at = 0; css_next_declaration(declarations, &at, &property, &value);) {
        if (slice_equal_nocase(property, SLICE("position")) && slice_equal_nocase(value, SLICE("absolute")))
            *was_positioned = true;
        bool is_height = slice_equal_nocase(property, SLICE("height"));
        if (express_is_size(property) && !(is_height && slice_ends_with(value, SLICE("%"))))
            append_declaration(&style, property, value);
    }
    return buffer_slice(&style);
}

static void report_fallback(const dom_node *iframe, findings *found) {
    slice text = iframe->first_child ? slice_trim(dom_text(iframe->first_child)) : NOTHING;
    if (text.length)
        findings_add_change(
            found, findings_add(found, FINDING_FRAME_FALLBACK, iframe->line, "%.*s", SLICE_ARGS(text)),
            CHANGE_TEXT, text, NOTHING);
}

static void set_unless_empty(dom_node *node, arena *a, const char *name, slice value) {
    if (value.length)
        dom_attribute_set(node, a, slice_of(name), value);
}

/* Its size as seen, else its own attributes. */
static void size_frame(const express_seen *seen, const dom_node *iframe, const dom_node *container,
                       dom_node *frame, arena *a, findings *found) {
    express_size size;
    if (express_frame_size(seen, iframe, container, &size, a)) {
        set_unless_empty(frame, a, "width", size.width);
        set_unless_empty(frame, a, "height", size.height);
        set_unless_empty(frame, a, "style", size.style);
        return;
    }
    bool was_positioned = false;
    set_unless_empty(frame, a, "width", attribute_value(iframe, SLICE("width")));
    set_unless_empty(frame, a, "height", attribute_value(iframe, SLICE("height")));
    set_unless_empty(frame, a, "style", frame_style(iframe, a, &was_positioned));
    if (was_positioned)
        findings_add(found, FINDING_FRAME_BOX, iframe->line, "a frame sized by the box around it");
}

dom_node *express_frame(const express_seen *seen, const dom_node *iframe, const dom_node *container, arena *a,
                        findings *found) {
    slice src = attribute_value(iframe, SLICE("src"));
    report_fallback(iframe, found);
    if (!src.length) {
        findings_add(found, FINDING_FRAME_WITHOUT_SOURCE, iframe->line, "<iframe> without src");
        return NULL;
    }
    if (!dom_is_allowed_address(src)) {
        findings_add_change(found,
                            findings_add(found, FINDING_ADDRESS_REFUSED, iframe->line,
                                         "<iframe src=\"%.*s\">", SLICE_ARGS(src)),
                            CHANGE_LINK, src, NOTHING);
        return NULL;
    }
    slice host = url_host(src);
    if (host.length && !host_is_known(seen ? seen->theme : NULL, host))
        findings_add(found, FINDING_FRAME_HOST, iframe->line, "a frame from %.*s", SLICE_ARGS(host));
    dom_node *frame = dom_new_element(a, DOM_TAG_IFRAME, iframe->line);
    dom_attribute_set(frame, a, SLICE("src"), src);
    static const char *const KEPT[] = {"frameborder", "allowfullscreen"};
    for (size_t i = 0; i < sizeof KEPT / sizeof *KEPT; i++) {
        const slice *value = dom_attribute_get(iframe, slice_of(KEPT[i]));
        if (value)
            dom_attribute_set(frame, a, slice_of(KEPT[i]), *value);
    }
    size_frame(seen, iframe, container, frame, a, found);
    return wrap(a, TIPTAP_ELEMENT_IFRAME, frame);
}

/* ---- other media -------------------------------------------------------------------------------------- */

slice express_media_source(const dom_node *node) {
    static const char *const NAMES[] = {"src", "data", "value"};
    for (const dom_node *at = node; at; at = dom_next(at, node)) {
        if (at->type != DOM_ELEMENT || (at != node && at->tag != DOM_TAG_SOURCE && at->tag != DOM_TAG_EMBED))
            continue;
        for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
            slice value = attribute_value(at, slice_of(NAMES[i]));
            if (value.length)
                return value;
        }
    }
    return (slice){NULL, 0};
}
