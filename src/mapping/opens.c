/* What the title of a section opens, where it says so: Bootstrap's toggles, WAI-ARIA.
 *
 * Comes in: an item whose summary is known. Goes out: whether that opens what is in the item, and nothing
 * else. Labels are not asked which box they tick: pages hold copied ones, which mean the box beside them.
 */
#include "pass.h"

enum { LOOKED_AT = 64 };

/* What an element opens: `#id` or `.class`. */
typedef struct target {
    slice name;
    bool is_known; /* false: a selector of another form */
} target;

static void count_name(mapping_pass *pass, char sign, slice name) {
    void **count = map_put(&pass->named, format_slice(pass->scratch, "%c%.*s", sign, SLICE_ARGS(name)), NULL);
    *count = (void *)((uintptr_t)*count + 1);
}

/* How many elements of the page have that id or class. */
static size_t count_named(mapping_pass *pass, slice name) {
    if (!pass->named.arena) {
        pass->named = map_new(pass->scratch, 16);
        for (const dom_node *at = pass->body; at; at = dom_next(at, pass->body)) {
            slice id = dom_attribute_trimmed(at, "id"), classes = dom_attribute_trimmed(at, "class"), word;
            if (id.length)
                count_name(pass, '#', id);
            for (size_t place = 0; (word = slice_next_word(classes, &place)).length;)
                count_name(pass, '.', word);
        }
    }
    return (size_t)(uintptr_t)map_get(&pass->named, name);
}

static bool has_name(const dom_node *node, slice name) {
    slice rest = slice_from(name, 1);
    return name.data[0] == '.' ? dom_has_class(node, rest)
                               : slice_equal(dom_attribute_trimmed(node, "id"), rest);
}

/* Whether something in the item, but for its summary, has that id or class. */
static bool holds_named(const item *it, slice name) {
    size_t seen = 0;
    for (const dom_node *root = it->first; root; root = next_root(it, root))
        for (const dom_node *at = root; at && seen < LOOKED_AT; seen++) {
            if (at->type == DOM_ELEMENT && has_name(at, name))
                return true;
            at = at == it->summary ? dom_next_skip(at, root) : dom_next(at, root);
        }
    return false;
}

static bool toggles(const dom_node *node) {
    static const char *const NAMES[] = {"data-toggle", "data-bs-toggle"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal_nocase(dom_attribute_trimmed(node, NAMES[i]), SLICE("collapse")))
            return true;
    return false;
}

/* One id or one class, which a selector has before it and nothing behind; an element's name may stand before
 * an id. */
static target target_of_selector(slice selector) {
    size_t at = slice_find_char(selector, '#', 0);
    slice name = at == SLICE_NONE ? selector : slice_from(selector, at);
    bool is_known = name.length > 1 && (name.data[0] == '#' || name.data[0] == '.');
    for (size_t i = 1; i < name.length && is_known; i++)
        is_known = is_alnum(name.data[i]) || strchr("-_", name.data[i]) || (name.data[i] & 0x80);
    for (size_t i = 0; at != SLICE_NONE && i < at && is_known; i++)
        is_known = is_alnum(selector.data[i]);
    return (target){name, is_known};
}

/* Empty: it opens nothing that it names. Bootstrap takes of an address what stands from `#` on; the first of
 * several ids that WAI-ARIA names says nothing of the others. */
static target target_of(const dom_node *node, arena *a) {
    static const char *const TARGETS[] = {"data-target", "data-bs-target", "href"};
    for (size_t i = 0; toggles(node) && i < sizeof TARGETS / sizeof *TARGETS; i++) {
        slice value = dom_attribute_trimmed(node, TARGETS[i]);
        size_t hash = i == 2 ? slice_find_char(value, '#', 0) : 0;
        if (hash != SLICE_NONE && value.length > hash + 1)
            return target_of_selector(slice_from(value, hash));
    }
    slice id = dom_attribute_trimmed(node, "aria-controls");
    size_t at = 0;
    slice_next_word(id, &at);
    return id.length && at == id.length ? (target){format_slice(a, "#%.*s", SLICE_ARGS(id)), true}
                                        : (target){{NULL, 0}, true};
}

/* What the summary opens, or something in it, or what it stands in. */
static target target_of_summary(mapping_pass *pass, const item *it) {
    target found = {{NULL, 0}, true};
    size_t seen = 0;
    for (const dom_node *at = it->summary; at && !found.name.length && seen < LOOKED_AT;
         at = dom_next(at, it->summary), seen++)
        found = target_of(at, pass->scratch);
    for (const dom_node *at = it->summary; at && at != it->first->parent && !found.name.length;
         at = at->parent)
        found = target_of(at, pass->scratch);
    return found;
}

bool opens_other(mapping_pass *pass, const item *it) {
    target opened = target_of_summary(pass, it);
    if (!opened.name.length)
        return false;
    bool several = opened.is_known && opened.name.data[0] == '.' && count_named(pass, opened.name) > 1;
    return !opened.is_known || several || !holds_named(it, opened.name);
}
