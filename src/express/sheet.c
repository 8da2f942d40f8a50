/* express: a page's own style blocks: the classes they speak of, the classes and ids they hide, the pictures
 * they show. Comes in: the CSS of a <style>. Rules that hold on some screens only (@media) and selectors of
 * more than one part hide nothing here: whether they apply is not known. It never changes the tree.
 */
#include "private.h"

/* ---- a set of slices ---------------------------------------------------------------------------------- */

slice_set slice_set_new(arena *a) {
    return (slice_set){map_new(a, 0)};
}

bool slice_set_has(const slice_set *set, slice key) {
    return key.length && map_has(&set->words, key);
}

bool slice_set_add(slice_set *set, slice key) {
    bool is_new = false;
    if (key.length)
        map_put(&set->words, key, &is_new);
    return is_new;
}

/* ---- style blocks ------------------------------------------------------------------------------------- */

sheet sheet_new(arena *a) {
    return (sheet){slice_set_new(a), slice_set_new(a), slice_set_new(a),
                   vector_new(a, sizeof(sheet_picture))};
}

static bool is_name_char(char c) {
    return is_alnum(c) || c == '-' || c == '_' || (c & 0x80);
}

static void gather_classes(slice css, slice_set *classes) {
    for (size_t at = 0; at < css.length; at++) {
        size_t end = at + 1;
        if (css.data[at] != '.' || end >= css.length || is_digit(css.data[end]))
            continue;
        while (end < css.length && is_name_char(css.data[end]))
            end++;
        slice_set_add(classes, slice_sub(css, at + 1, end));
        at = end - 1;
    }
}

/* Each `.class` and `#id` of a selector list that stands alone or behind an element's name. */
static void gather_hidden(sheet *s, slice selectors) {
    for (size_t at = 0, end; at < selectors.length; at = end + 1) {
        end = slice_find_char(selectors, ',', at);
        end = end == SLICE_NONE ? selectors.length : end;
        slice one = slice_trim(slice_sub(selectors, at, end));
        size_t from = 0;
        while (from < one.length && is_alnum(one.data[from]))
            from++;
        if (from == one.length || (one.data[from] != '.' && one.data[from] != '#'))
            continue;
        slice name = slice_from(one, from + 1);
        size_t length = 0;
        while (length < name.length && is_name_char(name.data[length]))
            length++;
        if (length == name.length)
            slice_set_add(one.data[from] == '.' ? &s->hidden_classes : &s->hidden_ids, name);
    }
}

slice express_css_url(slice value) {
    for (size_t at = 0; at + 4 <= value.length; at++) {
        if (!slice_equal_nocase(slice_sub(value, at, at + 4), SLICE("url(")))
            continue;
        size_t end = slice_find_char(value, ')', at);
        slice url = slice_trim(slice_sub(value, at + 4, end == SLICE_NONE ? value.length : end));
        bool quoted = url.length > 1 && (url.data[0] == '"' || url.data[0] == '\'');
        return quoted ? slice_sub(url, 1, url.length - 1) : url;
    }
    return (slice){NULL, 0};
}

static void read_rule(sheet *s, slice selectors, slice declarations, bool always, uint32_t line) {
    slice property, value;
    bool hides = false;
    for (size_t at = 0; express_next_declaration(declarations, &at, &property, &value);) {
        slice url = express_is_background(property) ? express_css_url(value) : (slice){NULL, 0};
        if (url.length)
            *(sheet_picture *)vector_push(&s->pictures) = (sheet_picture){url, line};
        hides = hides || express_hides(property, value);
    }
    if (always && hides)
        gather_hidden(s, selectors);
}

/* What stands behind the last comment of a selector. */
static slice without_comments(slice selectors) {
    for (size_t at; (at = slice_find(selectors, SLICE("*/"), 0)) != SLICE_NONE;)
        selectors = slice_from(selectors, at + 2);
    return slice_trim(selectors);
}

static void read_rules(sheet *s, slice css, uint32_t line) {
    size_t from = 0, conditions = 0; /* open @media and the like */
    for (size_t at = 0; at < css.length; at++) {
        line += css.data[at] == '\n';
        if (css.data[at] == '}') {
            conditions -= conditions > 0;
            from = at + 1;
        } else if (css.data[at] == '{') {
            slice selectors = without_comments(slice_sub(css, from, at));
            from = at + 1;
            if (selectors.length && selectors.data[0] == '@') {
                conditions++;
                continue;
            }
            size_t end = slice_find_char(css, '}', at);
            end = end == SLICE_NONE ? css.length : end;
            read_rule(s, selectors, slice_sub(css, at + 1, end), conditions == 0, line);
            for (; at + 1 < end; at++)
                line += css.data[at + 1] == '\n';
            at = end;
            from = end + 1;
        }
    }
}

void sheet_read(sheet *s, const dom_node *style) {
    for (const dom_node *child = style->first_child; child; child = child->next) {
        gather_classes(child->text, &s->classes);
        read_rules(s, child->text, child->line);
    }
}
