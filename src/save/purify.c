/* What DOMPurify 3.1 with the CMS's settings makes of HTML (save-cycle: cycle.mjs, sanitise).
 *
 * Comes in: HTML. Goes out: what its parse, its allow-lists and the browser's serialisation give: tags on one
 * line, attributes in reverse order, values trimmed, unsafe addresses gone. Two ways: text that we have
 * written ourselves is rewritten as it passes by; anything else is parsed, sanitised in the tree, and written
 * again.
 */
#include "private.h"

/* ---- attributes -------------------------------------------------------------------------------------- */

/* Its allow-list and the CMS's additions, sorted. data-… and aria-… are allowed too. */
static const slice ALLOWED_ATTRIBUTES[] = {
#define NAME(text)                                                                                           \
    { text, sizeof(text) - 1 }
#include "allowed_attributes.def"
};

/* Attributes whose value is never taken for an address, sorted. */
static const slice SAFE_ATTRIBUTES[] = {
    NAME("alt"),     NAME("class"),   NAME("for"),         NAME("id"),    NAME("label"),
    NAME("name"),    NAME("pattern"), NAME("placeholder"), NAME("role"),  NAME("style"),
    NAME("summary"), NAME("title"),   NAME("value"),       NAME("xmlns"),
};

/* Its allow-list of elements and the CMS's iframe and script, sorted. */
static const slice ALLOWED_ELEMENTS[] = {
#include "allowed_elements.def"
};

/* Elements that, where they are not allowed, go with what they hold, sorted. */
static const slice DROPPED_WITH_CONTENT[] = {
    NAME("annotation-xml"),
    NAME("audio"),
    NAME("colgroup"),
    NAME("desc"),
    NAME("foreignobject"),
    NAME("head"),
    NAME("iframe"),
    NAME("math"),
    NAME("mi"),
    NAME("mn"),
    NAME("mo"),
    NAME("ms"),
    NAME("mtext"),
    NAME("noembed"),
    NAME("noframes"),
    NAME("noscript"),
    NAME("plaintext"),
    NAME("script"),
    NAME("style"),
    NAME("svg"),
    NAME("template"),
    NAME("thead"),
    NAME("title"),
    NAME("video"),
    NAME("xmp"),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* White space as JavaScript's trim() knows it. */
static bool is_wide_space(uint32_t c) {
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

slice trim_wide(slice text) {
    size_t from = 0;
    for (size_t next = 0; from < text.length && is_wide_space(utf8_next(text, &next)); from = next)
        ;
    size_t to = text.length;
    while (to > from) {
        size_t start = to - 1;
        while (start > from && ((unsigned char)text.data[start] & 0xC0) == 0x80)
            start--;
        size_t at = start;
        if (!is_wide_space(utf8_next(text, &at)))
            break;
        to = start;
    }
    return slice_sub(text, from, to);
}

/* What it takes out of an address before it looks at it: ATTR_WHITESPACE. */
static bool is_ignored_in_address(uint32_t c) {
    return c <= 0x20 || c == 0xA0 || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x2029) ||
           c == 0x205F || c == 0x3000;
}

/* The first characters of an address without white space: enough to tell a scheme. A scheme that is longer
 * than the buffer is none of the allowed ones; `*more`: it goes on in the same characters up to its end or a
 * colon. */
static bool is_allowed_address(slice value) {
    static const slice SCHEMES[] = {NAME("http"), NAME("https"),  NAME("ftp"), NAME("ftps"), NAME("mailto"),
                                    NAME("tel"),  NAME("callto"), NAME("sms"), NAME("cid"),  NAME("xmpp")};
    char scheme[8];
    size_t length = 0;
    for (size_t at = 0; at < value.length;) {
        uint32_t c = utf8_next(value, &at);
        if (is_ignored_in_address(c))
            continue;
        bool letter = c < 0x80 && is_alpha((char)c);
        if (c == ':') {
            for (size_t i = 0; i < COUNT(SCHEMES); i++)
                if (slice_equal_nocase((slice){scheme, length < sizeof scheme ? length : 0}, SCHEMES[i]))
                    return true;
            return length == 0;
        }
        if (!letter && (length == 0 || (c != '+' && c != '.' && c != '-')))
            return true;
        if (length < sizeof scheme)
            scheme[length++] = (char)c;
    }
    return length > 0;
}

/* /((--!?|])>)|<\/(style|title)/i: what could end a comment or a raw text element elsewhere. */
static bool holds_breakout(slice value) {
    if (slice_find_char(value, '>', 0) == SLICE_NONE && slice_find_char(value, '<', 0) == SLICE_NONE)
        return false;
    for (size_t i = 0; i < value.length; i++) {
        slice before = slice_sub(value, 0, i);
        if (value.data[i] == '>' &&
            (slice_ends_with(before, SLICE("--")) || slice_ends_with(before, SLICE("--!")) ||
             slice_ends_with(before, SLICE("]"))))
            return true;
        if (value.data[i] == '<' && i + 7 <= value.length &&
            (slice_equal_nocase(slice_sub(value, i, i + 7), SLICE("</style")) ||
             slice_equal_nocase(slice_sub(value, i, i + 7), SLICE("</title"))))
            return true;
    }
    return false;
}

/* _isValidAttribute; `value` decoded and trimmed. */
bool is_allowed_attribute(slice element, slice name, slice value) {
    if (holds_breakout(value))
        return false;
    if (slice_starts_with(name, SLICE("data-")) || slice_starts_with(name, SLICE("aria-")))
        return name.length > 5;
    if (!slice_is_listed(ALLOWED_ATTRIBUTES, COUNT(ALLOWED_ATTRIBUTES), name))
        return false;
    if (slice_is_listed(SAFE_ATTRIBUTES, COUNT(SAFE_ATTRIBUTES), name) || value.length == 0 ||
        is_allowed_address(value))
        return true;
    bool is_source = slice_equal(name, SLICE("src")) || slice_equal(name, SLICE("href"));
    bool is_medium = slice_equal(element, SLICE("img")) || slice_equal(element, SLICE("audio")) ||
                     slice_equal(element, SLICE("video")) || slice_equal(element, SLICE("source")) ||
                     slice_equal(element, SLICE("track")) || slice_equal(element, SLICE("image"));
    return is_source && is_medium && slice_starts_with(value, SLICE("data:"));
}

/* ---- text that we have written ----------------------------------------------------------------------- */

/* The entities that html.c writes, as the characters they stand for. */
static slice decode_written(slice text, arena *a) {
    if (slice_find_char(text, '&', 0) == SLICE_NONE)
        return text;
    static const struct {
        slice entity, character;
    } ENTITIES[] = {{NAME("&amp;"), NAME("&")},
                    {NAME("&lt;"), NAME("<")},
                    {NAME("&gt;"), NAME(">")},
                    {NAME("&quot;"), NAME("\"")},
                    {NAME("&nbsp;"), NAME("\xC2\xA0")}};
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0; at < text.length;) {
        size_t ampersand = slice_find_char(text, '&', at);
        buffer_append(&out, slice_sub(text, at, ampersand));
        if (ampersand == SLICE_NONE)
            break;
        at = ampersand;
        size_t i = 0;
        while (i < COUNT(ENTITIES) && !slice_starts_with(slice_from(text, at), ENTITIES[i].entity))
            i++;
        if (i < COUNT(ENTITIES)) {
            buffer_append(&out, ENTITIES[i].character);
            at += ENTITIES[i].entity.length;
        } else {
            buffer_append_char(&out, text.data[at++]);
        }
    }
    return buffer_slice(&out);
}

typedef struct written_attribute {
    slice name, value; /* the value still escaped */
} written_attribute;

enum { WRITTEN_ATTRIBUTES_MAX = 16 };

static size_t skip_space(slice text, size_t at) {
    while (at < text.length && is_space(text.data[at]))
        at++;
    return at;
}

/* The attributes of a start tag from `at` on; `*end` behind its >. */
static size_t read_written_attributes(slice html, size_t at, written_attribute *found, size_t *end) {
    size_t count = 0;
    for (at = skip_space(html, at); at < html.length && html.data[at] != '>'; at = skip_space(html, at)) {
        size_t equals = slice_find_char(html, '=', at);
        size_t close = slice_find_char(html, '"', equals + 2);
        if (equals == SLICE_NONE || close == SLICE_NONE)
            break;
        if (count < WRITTEN_ATTRIBUTES_MAX)
            found[count++] =
                (written_attribute){slice_sub(html, at, equals), slice_sub(html, equals + 2, close)};
        at = close + 1;
    }
    *end = at < html.length ? at + 1 : html.length;
    return count;
}

static void write_attribute(buffer *out, slice name, slice value) {
    buffer_append_char(out, ' ');
    buffer_append(out, name);
    buffer_append(out, SLICE("=\""));
    append_escaped(out, value, true);
    buffer_append_char(out, '"');
}

/* Rewrites one start tag; returns where the text goes on. */
static size_t purify_tag(slice html, size_t at, arena *a, buffer *out) {
    size_t name_end = at + 1;
    while (name_end < html.length && is_alnum(html.data[name_end]))
        name_end++;
    slice name = slice_sub(html, at + 1, name_end);
    written_attribute attributes[WRITTEN_ATTRIBUTES_MAX];
    size_t end;
    size_t count = read_written_attributes(html, name_end, attributes, &end);
    buffer_append(out, slice_sub(html, at, name_end));
    while (count-- > 0) {
        slice value = trim_wide(decode_written(attributes[count].value, a));
        if (is_allowed_attribute(name, attributes[count].name, value))
            write_attribute(out, attributes[count].name, value);
    }
    buffer_append_char(out, '>');
    return end;
}

void purify_written(slice html, arena *a, buffer *out) {
    size_t from = 0;
    while (from < html.length) {
        size_t tag = slice_find_char(html, '<', from);
        if (tag == SLICE_NONE)
            break;
        buffer_append(out, slice_sub(html, from, tag));
        if (tag + 1 < html.length && html.data[tag + 1] != '/') {
            from = purify_tag(html, tag, a, out);
        } else {
            size_t end = slice_find_char(html, '>', tag);
            end = end == SLICE_NONE ? html.length : end + 1;
            buffer_append(out, slice_sub(html, tag, end));
            from = end;
        }
    }
    buffer_append(out, slice_from(html, from));
}

/* ---- any HTML ---------------------------------------------------------------------------------------- */

/* Scripts that the CMS lets pass, if they hold nothing. */
static bool is_allowed_script(const dom_node *script) {
    static const slice SOURCES[] = {NAME("//www.instagram.com/embed.js"), NAME("/jquery/resize-tables.js"),
                                    NAME("/jquery/jquery.min.js"), NAME("/jquery/bp-menu-new-tab.js")};
    const slice *source = dom_attribute_get(script, SLICE("src"));
    for (size_t i = 0; source && i < COUNT(SOURCES); i++)
        if (slice_equal(*source, SOURCES[i]))
            return !script->first_child;
    return false;
}

static bool is_raw_text(const dom_node *node) {
    return node->tag == DOM_TAG_SCRIPT || node->tag == DOM_TAG_STYLE || node->tag == DOM_TAG_IFRAME ||
           node->tag == DOM_TAG_NOSCRIPT || slice_equal(node->name, SLICE("xmp")) ||
           slice_equal(node->name, SLICE("noembed")) || slice_equal(node->name, SLICE("noframes"));
}

/* Raw text that reads as a tag: /<[/\w]/. */
static bool holds_tag(const dom_node *element) {
    for (const dom_node *child = element->first_child; child; child = child->next)
        for (size_t i = 0; i + 1 < child->text.length; i++) {
            char next = child->text.data[i + 1];
            if (child->text.data[i] == '<' && (next == '/' || next == '_' || is_alnum(next)))
                return true;
        }
    return false;
}

static void purify_attributes(dom_node *element, arena *a) {
    uint32_t kept = 0;
    dom_attribute *old = element->attributes;
    if (element->attribute_count == 0)
        return;
    dom_attribute *new = arena_alloc(a, element->attribute_count * sizeof *new);
    for (uint32_t i = element->attribute_count; i-- > 0;) {
        slice value = slice_equal(old[i].name, SLICE("value")) ? old[i].value : trim_wide(old[i].value);
        if (is_allowed_attribute(element->name, old[i].name, value))
            new[kept++] = (dom_attribute){old[i].name, value};
    }
    element->attributes = new;
    element->attribute_count = kept;
}

void purify_tree(dom_node *body, arena *a) {
    for (dom_node *at = body->first_child, *next; at; at = next) {
        bool drop = at->type == DOM_COMMENT, unwrap = false;
        if (at->type == DOM_ELEMENT) {
            bool allowed = slice_is_listed(ALLOWED_ELEMENTS, COUNT(ALLOWED_ELEMENTS), at->name);
            drop = (at->tag == DOM_TAG_SCRIPT && !is_allowed_script(at)) ||
                   (is_raw_text(at) && holds_tag(at)) ||
                   (!allowed && slice_is_listed(DROPPED_WITH_CONTENT, COUNT(DROPPED_WITH_CONTENT), at->name));
            unwrap = !drop && !allowed;
        }
        if (drop) {
            next = dom_next_skip(at, body);
            dom_remove(at);
        } else if (unwrap) {
            next = dom_next(at, body);
            dom_unwrap(at);
        } else {
            if (at->type == DOM_ELEMENT)
                purify_attributes(at, a);
            next = dom_next(at, body);
        }
    }
}

/* ---- writing a tree ---------------------------------------------------------------------------------- */

static void open_element(const dom_node *node, buffer *out) {
    buffer_append_char(out, '<');
    buffer_append(out, node->name);
    for (uint32_t i = 0; i < node->attribute_count; i++)
        write_attribute(out, node->attributes[i].name, node->attributes[i].value);
    buffer_append_char(out, '>');
}

static void close_element(const dom_node *node, buffer *out) {
    if (dom_tag_is_void((dom_tag)node->tag))
        return;
    buffer_append(out, SLICE("</"));
    buffer_append(out, node->name);
    buffer_append_char(out, '>');
}

void write_tree(const dom_node *body, buffer *out) {
    const dom_node *parent = body, *at = body->first_child;
    for (;;) {
        if (!at) {
            if (parent == body)
                return;
            close_element(parent, out);
            at = parent->next;
            parent = parent->parent;
        } else if (at->type == DOM_ELEMENT) {
            open_element(at, out);
            parent = at;
            at = at->first_child;
        } else {
            if (at->type == DOM_TEXT && is_raw_text(parent))
                buffer_append(out, at->text);
            else if (at->type == DOM_TEXT)
                append_escaped(out, at->text, false);
            at = at->next;
        }
    }
}

void purify_any(slice html, arena *a, buffer *out) {
    dom_node *body = dom_parse_without_doctype(html, a);
    purify_tree(body, a);
    write_tree(body, out);
}
