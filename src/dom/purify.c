/* What DOMPurify 3.1 with the CMS's settings leaves of a tree (tests/editor/cycle.mjs, sanitise).
 *
 * Comes in: a tree of any HTML. Goes out: the same tree with what its allow-lists let pass: unsafe elements,
 * attributes and addresses gone, values trimmed, attributes in reverse order. Stricter in one thing: svg and
 * math are dropped with what they hold.
 */
#include "dom/dom.h"

/* ---- attributes -------------------------------------------------------------------------------------- */

/* Its allow-list and the CMS's additions, sorted. data-… and aria-… are allowed too. */
static const slice ALLOWED_ATTRIBUTES[] = {
#include "allowed_attributes.def"
};

/* Attributes whose value is never taken for an address, sorted; all are allowed. */
static const slice SAFE_ATTRIBUTES[] = {
    LITERAL("alt"),     LITERAL("class"),   LITERAL("for"),         LITERAL("id"),    LITERAL("label"),
    LITERAL("name"),    LITERAL("pattern"), LITERAL("placeholder"), LITERAL("role"),  LITERAL("style"),
    LITERAL("summary"), LITERAL("title"),   LITERAL("value"),       LITERAL("xmlns"),
};

/* Its allow-list of elements and the CMS's iframe and script, sorted. */
static const slice ALLOWED_ELEMENTS[] = {
#include "allowed_elements.def"
};

/* Elements that, where they are not allowed, go with what they hold, sorted. */
static const slice DROPPED_WITH_CONTENT[] = {
    LITERAL("annotation-xml"),
    LITERAL("audio"),
    LITERAL("colgroup"),
    LITERAL("desc"),
    LITERAL("foreignobject"),
    LITERAL("head"),
    LITERAL("iframe"),
    LITERAL("math"),
    LITERAL("mi"),
    LITERAL("mn"),
    LITERAL("mo"),
    LITERAL("ms"),
    LITERAL("mtext"),
    LITERAL("noembed"),
    LITERAL("noframes"),
    LITERAL("noscript"),
    LITERAL("plaintext"),
    LITERAL("script"),
    LITERAL("style"),
    LITERAL("svg"),
    LITERAL("template"),
    LITERAL("thead"),
    LITERAL("title"),
    LITERAL("video"),
    LITERAL("xmp"),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static slice_table allowed_attributes = {.names = ALLOWED_ATTRIBUTES, .count = COUNT(ALLOWED_ATTRIBUTES)};
static bool is_safe[COUNT(ALLOWED_ATTRIBUTES)]; /* of each of them, whether it is one of SAFE_ATTRIBUTES */

__attribute__((constructor)) static void index_attributes(void) {
    slice_table_index(&allowed_attributes);
    for (size_t i = 0; i < COUNT(SAFE_ATTRIBUTES); i++)
        is_safe[slice_table_find(&allowed_attributes, SAFE_ATTRIBUTES[i])] = true;
}

/* ATTR_WHITESPACE: what is taken out of an address before it is looked at. */
static bool is_ignored_in_address(uint32_t c) {
    return c <= 0x20 || c == 0xA0 || c == 0x1680 || c == 0x180E || (c >= 0x2000 && c <= 0x2029) ||
           c == 0x205F || c == 0x3000;
}

bool dom_is_allowed_address(slice address) {
    static const slice SCHEMES[] = {LITERAL("http"),   LITERAL("https"), LITERAL("ftp"),    LITERAL("ftps"),
                                    LITERAL("mailto"), LITERAL("tel"),   LITERAL("callto"), LITERAL("sms"),
                                    LITERAL("cid"),    LITERAL("xmpp")};
    if (address.length && is_printed(address.data[0]) && slice_find_char(address, ':', 0) == SLICE_NONE)
        return true; /* nearly all: no scheme */
    char scheme[8];  /* a longer one is none of those */
    size_t length = 0;
    for (size_t at = 0; at < address.length;) {
        uint32_t c = utf8_next(address, &at);
        if (is_ignored_in_address(c))
            continue;
        bool letter = c < 0x80 && is_alpha((char)c);
        if (c == ':') {
            for (size_t i = 0; i < COUNT(SCHEMES); i++)
                if (slice_equal((slice){scheme, length < sizeof scheme ? length : 0}, SCHEMES[i]))
                    return true;
            return length == 0;
        }
        if (!letter && (length == 0 || (c != '+' && c != '.' && c != '-')))
            return true;
        if (length < sizeof scheme)
            scheme[length++] = to_lower((char)c);
    }
    return length > 0 || address.length == 0;
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

/* DOMPurify: _isValidAttribute. */
bool dom_is_allowed_attribute(slice element, slice name, slice value) {
    if (holds_breakout(value))
        return false;
    if (slice_starts_with(name, SLICE("data-")) || slice_starts_with(name, SLICE("aria-")))
        return name.length > 5;
    size_t known = slice_table_find(&allowed_attributes, name);
    if (known == SLICE_NONE)
        return false;
    if (is_safe[known] || dom_is_allowed_address(value))
        return true;
    bool is_source = slice_equal(name, SLICE("src")) || slice_equal(name, SLICE("href"));
    bool is_medium = slice_equal(element, SLICE("img")) || slice_equal(element, SLICE("audio")) ||
                     slice_equal(element, SLICE("video")) || slice_equal(element, SLICE("source")) ||
                     slice_equal(element, SLICE("track")) || slice_equal(element, SLICE("image"));
    return is_source && is_medium && slice_starts_with(value, SLICE("data:"));
}

/* ---- elements ---------------------------------------------------------------------------------------- */

/* Scripts that the CMS lets pass, if they hold nothing. */
static bool is_allowed_script(const dom_node *script) {
    static const slice SOURCES[] = {LITERAL("//www.instagram.com/embed.js"),
                                    LITERAL("/jquery/resize-tables.js"), LITERAL("/jquery/jquery.min.js"),
                                    LITERAL("/jquery/bp-menu-new-tab.js")};
    const slice *source = dom_attribute_get(script, SLICE("src"));
    for (size_t i = 0; source && i < COUNT(SOURCES); i++)
        if (slice_equal(*source, SOURCES[i]))
            return !script->first_child;
    return false;
}

/* Raw text that reads as a tag: /<[/\w]/. */
static bool holds_tag(const dom_node *element) {
    for (const dom_node *child = element->first_child; child; child = child->next)
        for (size_t i = 0; i + 1 < dom_text(child).length; i++) {
            char next = dom_text(child).data[i + 1];
            if (dom_text(child).data[i] == '<' && (next == '/' || next == '_' || is_alnum(next)))
                return true;
        }
    return false;
}

/* DOMPurify takes each attribute off and puts it back, from the last to the first: their order is reversed.
 * True: one of them went. */
static bool purify_attributes(dom_node *element, arena *a) {
    uint32_t count = dom_attribute_count(element), kept = 0;
    if (count == 0)
        return false;
    const dom_attribute *old = element->attributes;
    dom_attribute *new = arena_alloc(a, count * sizeof *new);
    for (uint32_t i = count; i-- > 0;) {
        slice value = slice_equal(old[i].name, SLICE("value")) ? old[i].value : slice_trim_wide(old[i].value);
        if (dom_is_allowed_attribute(dom_name(element), old[i].name, value))
            new[kept++] = (dom_attribute){old[i].name, value};
    }
    element->attributes = new;
    element->size = kept;
    return kept < count;
}

typedef enum verdict { KEEP, UNWRAP, DROP } verdict;

static verdict judge_element(const dom_node *element) {
    bool allowed = slice_is_listed(ALLOWED_ELEMENTS, COUNT(ALLOWED_ELEMENTS), dom_name(element));
    if ((element->tag == DOM_TAG_SCRIPT && !is_allowed_script(element)) ||
        (dom_is_raw_text(element) && holds_tag(element)))
        return DROP;
    if (allowed)
        return KEEP;
    return slice_is_listed(DROPPED_WITH_CONTENT, COUNT(DROPPED_WITH_CONTENT), dom_name(element)) ? DROP
                                                                                                 : UNWRAP;
}

bool dom_purify(dom_node *body, arena *a) {
    bool changed = false;
    for (dom_node *at = body->first_child, *next; at; at = next) {
        bool is_element = at->type == DOM_ELEMENT;
        verdict what = is_element ? judge_element(at) : at->type == DOM_COMMENT ? DROP : KEEP;
        next = what == DROP ? dom_next_skip(at, body) : dom_next(at, body);
        if (what == DROP)
            dom_remove(at);
        else if (what == UNWRAP)
            dom_unwrap(at);
        else if (is_element)
            changed |= purify_attributes(at, a);
        changed |= is_element && what != KEEP;
    }
    return changed;
}
