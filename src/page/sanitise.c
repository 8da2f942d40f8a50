/* String values of the front matter as the CMS cleans them, when it reads a page and again when it writes
 * one.
 *
 * Comes in: the text of a YAML string. Goes out: that text after DOMPurify, lodash's unescape, trimming and
 * joining of lines (TARGET.md, steps 1 and 6). Stricter than DOMPurify on what no front matter holds (svg,
 * math, script): that is dropped, and reported as dropped.
 */
#include "private.h"

#include "dom/dom.h"

/* DOMPurify 3.1: html tags, and the CMS's ADD_TAGS. Sorted. */
static const char *const ALLOWED_TAGS[] = {
    "a",        "abbr",     "acronym", "address",   "area",    "article",    "aside",    "audio",
    "b",        "bdi",      "bdo",     "big",       "blink",   "blockquote", "br",       "button",
    "canvas",   "caption",  "center",  "cite",      "code",    "col",        "colgroup", "content",
    "data",     "datalist", "dd",      "decorator", "del",     "details",    "dfn",      "dialog",
    "dir",      "div",      "dl",      "dt",        "element", "em",         "fieldset", "figcaption",
    "figure",   "font",     "footer",  "form",      "h1",      "h2",         "h3",       "h4",
    "h5",       "h6",       "header",  "hgroup",    "hr",      "i",          "iframe",   "img",
    "input",    "ins",      "kbd",     "label",     "legend",  "li",         "main",     "map",
    "mark",     "marquee",  "menu",    "menuitem",  "meter",   "nav",        "nobr",     "ol",
    "optgroup", "option",   "output",  "p",         "picture", "pre",        "progress", "q",
    "rp",       "rt",       "ruby",    "s",         "samp",    "section",    "select",   "shadow",
    "small",    "source",   "spacer",  "span",      "strike",  "strong",     "style",    "sub",
    "summary",  "sup",      "table",   "tbody",     "td",      "textarea",   "tfoot",    "th",
    "thead",    "time",     "tr",      "track",     "tt",      "u",          "ul",       "var",
    "video",    "wbr"};

/* DOMPurify 3.1: FORBID_CONTENTS, of which nothing is kept, and template. Sorted. */
static const char *const DROPPED_TAGS[] = {"annotation-xml",
                                           "desc",
                                           "foreignobject",
                                           "head",
                                           "math",
                                           "mi",
                                           "mn",
                                           "mo",
                                           "ms",
                                           "mtext",
                                           "noembed",
                                           "noframes",
                                           "noscript",
                                           "plaintext",
                                           "script",
                                           "svg",
                                           "template",
                                           "title",
                                           "xmp"};

/* DOMPurify 3.1: html attributes, and the CMS's ADD_ATTR. Sorted. */
static const char *const ALLOWED_ATTRIBUTES[] = {"accept",
                                                 "action",
                                                 "align",
                                                 "allow",
                                                 "allowfullscreen",
                                                 "alt",
                                                 "async",
                                                 "autocapitalize",
                                                 "autocomplete",
                                                 "autopictureinpicture",
                                                 "autoplay",
                                                 "background",
                                                 "bgcolor",
                                                 "border",
                                                 "capture",
                                                 "cellpadding",
                                                 "cellspacing",
                                                 "checked",
                                                 "cite",
                                                 "class",
                                                 "clear",
                                                 "color",
                                                 "cols",
                                                 "colspan",
                                                 "controls",
                                                 "controlslist",
                                                 "coords",
                                                 "crossorigin",
                                                 "datetime",
                                                 "decoding",
                                                 "default",
                                                 "dir",
                                                 "disabled",
                                                 "disablepictureinpicture",
                                                 "disableremoteplayback",
                                                 "download",
                                                 "draggable",
                                                 "enctype",
                                                 "enterkeyhint",
                                                 "face",
                                                 "for",
                                                 "frameborder",
                                                 "headers",
                                                 "height",
                                                 "hidden",
                                                 "high",
                                                 "href",
                                                 "hreflang",
                                                 "id",
                                                 "inputmode",
                                                 "integrity",
                                                 "ismap",
                                                 "kind",
                                                 "label",
                                                 "lang",
                                                 "list",
                                                 "loading",
                                                 "loop",
                                                 "low",
                                                 "marginheight",
                                                 "marginwidth",
                                                 "max",
                                                 "maxlength",
                                                 "media",
                                                 "method",
                                                 "min",
                                                 "minlength",
                                                 "multiple",
                                                 "muted",
                                                 "name",
                                                 "nonce",
                                                 "noshade",
                                                 "novalidate",
                                                 "nowrap",
                                                 "open",
                                                 "optimum",
                                                 "pattern",
                                                 "placeholder",
                                                 "playsinline",
                                                 "poster",
                                                 "preload",
                                                 "pubdate",
                                                 "radiogroup",
                                                 "readonly",
                                                 "referrerpolicy",
                                                 "rel",
                                                 "required",
                                                 "rev",
                                                 "reversed",
                                                 "role",
                                                 "rows",
                                                 "rowspan",
                                                 "scope",
                                                 "scrolling",
                                                 "selected",
                                                 "shape",
                                                 "size",
                                                 "sizes",
                                                 "slot",
                                                 "span",
                                                 "spellcheck",
                                                 "src",
                                                 "srclang",
                                                 "srcset",
                                                 "start",
                                                 "step",
                                                 "style",
                                                 "summary",
                                                 "tabindex",
                                                 "target",
                                                 "title",
                                                 "translate",
                                                 "type",
                                                 "usemap",
                                                 "valign",
                                                 "value",
                                                 "width",
                                                 "wrap",
                                                 "xmlns"};

/* DOMPurify 3.1: URI_SAFE_ATTRIBUTES. Sorted. */
static const char *const SAFE_ATTRIBUTES[] = {"alt",     "class",   "for",         "id",   "label",
                                              "name",    "pattern", "placeholder", "role", "style",
                                              "summary", "title",   "value",       "xmlns"};

static const char *const DATA_URI_TAGS[] = {"audio", "image", "img", "source", "track", "video"};

#define CONTAINS(table, name) contains(table, sizeof table / sizeof *table, name)

static bool contains(const char *const *table, size_t count, slice name) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = slice_compare(name, slice_of(table[middle]));
        if (order == 0)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

/* ---- JavaScript's white space ---------------------------------------------------------------------------
 */

/* The length of the white space character (ECMA-262: WhiteSpace and LineTerminator) at `at`, or 0. */
static size_t white_space_at(slice text, size_t at) {
    if (is_space(text.data[at]))
        return 1;
    if ((unsigned char)text.data[at] < 0xC2)
        return 0;
    size_t next = at;
    uint32_t c = utf8_next(text, &next);
    bool white = c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 ||
                 c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
    return white ? next - at : 0;
}

slice trim_javascript(slice text) {
    size_t from = 0, to = text.length;
    for (size_t step; from < to && (step = white_space_at(text, from)) > 0;)
        from += step;
    while (to > from) {
        size_t start = to - 1;
        while (start > from && ((unsigned char)text.data[start] & 0xC0) == 0x80)
            start--;
        if (start + white_space_at(text, start) != to)
            break;
        to = start;
    }
    return slice_sub(text, from, to);
}

/* The length of the line break at `at` (\n \v \f \r U+0085 U+2028 U+2029), or 0. */
static size_t line_break_at(slice text, size_t at) {
    unsigned char c = (unsigned char)text.data[at];
    if (c >= '\n' && c <= '\r')
        return 1;
    if (c == 0xC2 && at + 1 < text.length && (unsigned char)text.data[at + 1] == 0x85)
        return 2;
    if (c == 0xE2 && at + 2 < text.length && (unsigned char)text.data[at + 1] == 0x80 &&
        ((unsigned char)text.data[at + 2] | 1) == 0xA9)
        return 3;
    return 0;
}

slice join_lines(slice text, arena *a) {
    size_t at = 0;
    while (at < text.length && !line_break_at(text, at))
        at++;
    if (at < text.length) {
        buffer out = buffer_new(a, text.length);
        for (at = 0; at < text.length;) {
            size_t length = line_break_at(text, at);
            buffer_append_char(&out, length ? ' ' : text.data[at]);
            at += length ? length : 1;
        }
        text = buffer_slice(&out);
    }
    return trim_javascript(text);
}

/* ---- lodash's unescape ----------------------------------------------------------------------------------
 */

static const struct {
    slice entity;
    char character;
} ENTITIES[] = {
    {{"&amp;", 5}, '&'}, {{"&lt;", 4}, '<'}, {{"&gt;", 4}, '>'}, {{"&quot;", 6}, '"'}, {{"&#39;", 5}, '\''}};

/* Index of the entity at `at`, or -1. */
static int entity_at(slice text, size_t at) {
    if (text.data[at] == '&')
        for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
            if (slice_starts_with(slice_from(text, at), ENTITIES[i].entity))
                return (int)i;
    return -1;
}

slice unescape(slice text, arena *a) {
    size_t at = 0;
    while (at < text.length && entity_at(text, at) < 0)
        at++;
    if (at == text.length)
        return text;
    buffer out = buffer_new(a, text.length);
    buffer_append(&out, slice_sub(text, 0, at));
    while (at < text.length) {
        int entity = entity_at(text, at);
        buffer_append_char(&out, entity >= 0 ? ENTITIES[entity].character : text.data[at]);
        at += entity >= 0 ? ENTITIES[entity].entity.length : 1;
    }
    return buffer_slice(&out);
}

/* ---- DOMPurify ------------------------------------------------------------------------------------------
 */

static bool contains_text(slice text, const char *needle) {
    return slice_find(text, slice_of(needle), 0) != SLICE_NONE;
}

/* DOMPurify: ATTR_WHITESPACE is taken out before a target is judged. */
static bool is_ignored_in_target(uint32_t c) {
    return c <= 0x20 || c == 0xA0 || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x2029) ||
           c == 0x205F || c == 0x3000;
}

/* DOMPurify: IS_ALLOWED_URI. */
static bool is_allowed_target(slice value) {
    static const char *const schemes[] = {"ftp", "ftps",   "http", "https", "mailto",
                                          "tel", "callto", "sms",  "cid",   "xmpp"};
    char word[32];
    size_t length = 0;
    for (size_t at = 0; at < value.length;) {
        uint32_t c = utf8_next(value, &at);
        if (is_ignored_in_target(c))
            continue;
        char lower = c < 0x80 ? to_lower((char)c) : ' ';
        if (length == 0 && !(lower >= 'a' && lower <= 'z'))
            return true;
        if (lower == ':') {
            for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
                if (slice_equal((slice){word, length}, slice_of(schemes[i])))
                    return true;
            return false;
        }
        if (!(lower >= 'a' && lower <= 'z') && lower != '+' && lower != '.' && lower != '-')
            return true;
        if (length < sizeof word)
            word[length++] = lower;
    }
    return true;
}

static bool is_allowed_attribute(const dom_node *node, slice name, slice value) {
    if (contains_text(value, "/>") || contains_text(value, "-->") || contains_text(value, "--!>") ||
        contains_text(value, "]>") || contains_text(value, "</"))
        return false;
    if (slice_starts_with(name, SLICE("data-")) || slice_starts_with(name, SLICE("aria-")))
        return name.length > 5;
    if (!CONTAINS(ALLOWED_ATTRIBUTES, name))
        return false;
    if (CONTAINS(SAFE_ATTRIBUTES, name) || is_allowed_target(value))
        return true;
    return slice_equal(name, SLICE("src")) && slice_starts_with(value, SLICE("data:")) &&
           CONTAINS(DATA_URI_TAGS, node->name);
}

/* DOMPurify takes each attribute off and puts it back, from the last to the first: their order is reversed.
 */
static void sanitise_attributes(dom_node *node, bool *dropped) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < node->attribute_count; i++) {
        dom_attribute one = node->attributes[i];
        if (!slice_equal(one.name, SLICE("value")))
            one.value = trim_javascript(one.value);
        if (is_allowed_attribute(node, one.name, one.value))
            node->attributes[count++] = one;
        else
            *dropped = true;
    }
    node->attribute_count = count;
    for (uint32_t i = 0; i < count / 2; i++) {
        dom_attribute other = node->attributes[i];
        node->attributes[i] = node->attributes[count - 1 - i];
        node->attributes[count - 1 - i] = other;
    }
}

/* DOMPurify: raw text that could be read as markup elsewhere takes its element with it. */
static bool holds_raw_markup(const dom_node *node) {
    if (!slice_equal(node->name, SLICE("style")) && !slice_equal(node->name, SLICE("iframe")))
        return false;
    for (const dom_node *child = node->first_child; child; child = child->next)
        if (child->type == DOM_TEXT && slice_find_char(child->text, '<', 0) != SLICE_NONE)
            return true;
    return false;
}

/* Returns the node to go on with. */
static dom_node *sanitise_node(dom_node *node, dom_node *root, bool *dropped) {
    dom_node *next = dom_next(node, root), *behind = dom_next_skip(node, root);
    if (node->type == DOM_TEXT)
        return next;
    if (node->type == DOM_COMMENT || CONTAINS(DROPPED_TAGS, node->name) || holds_raw_markup(node)) {
        *dropped |= node->type == DOM_ELEMENT;
        dom_remove(node);
        return behind;
    }
    if (!CONTAINS(ALLOWED_TAGS, node->name)) {
        *dropped = true;
        dom_unwrap(node);
        return next;
    }
    sanitise_attributes(node, dropped);
    return next;
}

slice sanitise(slice text, arena *a, bool *dropped) {
    if (slice_find_char(text, '<', 0) == SLICE_NONE)
        return text;
    bool ignored = false;
    dom_node *root = dom_parse(text, NULL, a, NULL);
    for (dom_node *node = root->first_child; node;)
        node = sanitise_node(node, root, dropped ? dropped : &ignored);
    buffer out = buffer_new(a, text.length + 16);
    dom_inner_html(root, &out);
    return buffer_slice(&out);
}

/* ---- coming to rest -------------------------------------------------------------------------------------
 */

static slice read_text(slice text, arena *a, bool *dropped) {
    return join_lines(unescape(trim_javascript(sanitise(text, a, dropped)), a), a);
}

slice settle_text(slice text, arena *a, bool *dropped) {
    text = read_text(text, a, dropped);
    /* Each round that changes something takes a level of escaping off, or drops markup. */
    for (int round = 0; round < 16; round++) {
        slice again = read_text(unescape(sanitise(text, a, dropped), a), a, dropped);
        if (slice_equal(again, text))
            return text;
        text = again;
    }
    return strip_markup(text, a);
}

/* Every `<` becomes `‹`, so that nothing is markup any more. */
static slice blunt(slice text, arena *a) {
    buffer out = buffer_new(a, text.length + 16);
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == '<')
            buffer_append_string(&out, "\xE2\x80\xB9");
        else
            buffer_append_char(&out, text.data[i]);
    return buffer_slice(&out);
}

slice strip_markup(slice text, arena *a) {
    buffer plain = buffer_new(a, text.length + 16);
    dom_text_content(dom_parse(text, NULL, a, NULL), &plain);
    slice result = blunt(buffer_slice(&plain), a);
    for (slice next; (next = unescape(result, a)).length != result.length;)
        result = blunt(next, a);
    return join_lines(result, a);
}

static slice visible_text(slice html, arena *a) {
    buffer text = buffer_new(a, html.length + 16);
    dom_text_content(dom_parse(html, NULL, a, NULL), &text);
    return join_lines(buffer_slice(&text), a);
}

void note_markup(findings *found, uint32_t line, slice before, slice after, arena *a) {
    bool same = slice_equal(visible_text(before, a), visible_text(after, a));
    finding *one = findings_add(found, same ? FINDING_FRONT_MARKUP : FINDING_FRONT_TEXT, line, "%.*s",
                                SLICE_ARGS(before));
    if (one)
        one->before = before, one->after = after;
}
