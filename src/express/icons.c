/* Icons: empty elements in which a style sheet draws a sign, and those in which a font draws one for the name
 * that stands there. Comes in: an element and its page. Goes out: the sign that says the same as text, or a
 * finding for one that goes. Signs that stand for a word are written; what only adorns the words beside it,
 * or tells what a click does, is not. Looks at a bounded number of nodes around each icon.
 */
#include "private.h"

enum { ICON_LOOKED_AT = 64, CELL_LOOKED_AT = 200 };

/* ---- what an icon says --------------------------------------------------------------------------------- */

static const express_icon *icon_named(const express_icons *icons, bool outlined, slice name, arena *a) {
    const express_icon *icon =
        outlined ? map_get(&icons->signs, format_slice(a, "outlined %.*s", SLICE_ARGS(name))) : NULL;
    return icon ? icon : map_get(&icons->signs, name);
}

/* A class says nothing of an icon where its name does not begin as those of a set do. */
const express_icon *express_icon_of_class(const express_icons *icons, bool outlined, slice name, arena *a) {
    const express_icon *icon = NULL;
    for (size_t i = 0; i < icons->sets.count && !icon; i++)
        if (slice_starts_with(name, icons->sets.texts[i])) {
            icon = icon_named(icons, outlined, name, a);
            icon =
                icon ? icon : icon_named(icons, outlined, slice_from(name, icons->sets.texts[i].length), a);
        }
    return icon;
}

static bool has_class_of(const dom_node *node, const express_texts *names) {
    for (size_t i = 0; i < names->count; i++)
        if (dom_has_class(node, names->texts[i]))
            return true;
    return false;
}

slice express_icon_name(const express_icons *icons, const dom_node *node, arena *a) {
    const dom_node *text = node->first_child;
    while (text && text->next && text->type == DOM_TEXT && express_is_blank_text(dom_text(text)))
        text = text->next; /* of words kept apart */
    bool may = text && !text->next && text->type == DOM_TEXT && dom_attribute_count(node) &&
               dom_tag_has(node->tag, DOM_INLINE) && node->tag != DOM_TAG_A;
    slice name = may ? slice_trim(dom_text(text)) : (slice){NULL, 0};
    for (size_t i = 0; i < name.length; i++)
        if (i == ICON_LOOKED_AT || (!is_alnum(name.data[i]) && name.data[i] != '_'))
            return (slice){NULL, 0};
    if (!name.length || !has_class_of(node, &icons->fonts))
        return (slice){NULL, 0};
    buffer out = buffer_new(a, name.length);
    for (size_t i = 0; i < name.length; i++)
        buffer_append_char(&out, name.data[i] == '_' ? '-' : to_lower(name.data[i]));
    return buffer_slice(&out);
}

/* The name that an element of its own or a script's icon gives: <ion-icon name="checkmark">. */
static slice name_attribute(const dom_node *node) {
    static const char *const NAMES[] = {"name", "icon", "data-icon", "data-feather", "data-lucide"};
    slice name = {NULL, 0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES && !name.length; i++)
        name = dom_attribute_trimmed(node, NAMES[i]);
    size_t set = slice_find_char(name, ':', 0); /* of iconify: `mdi:check` */
    return set == SLICE_NONE ? name : slice_from(name, set + 1);
}

static const dom_node *element_from(const dom_node *at) {
    while (at && at->type != DOM_ELEMENT)
        at = at->next;
    return at;
}

/* The part of another drawing that is all it shows: <use href="/icons.svg#check">. */
static slice used_drawing(const dom_node *svg) {
    const dom_node *use = element_from(svg->first_child);
    if (!use || !slice_equal(dom_name(use), SLICE("use")) || element_from(use->next))
        return (slice){NULL, 0};
    slice href = dom_attribute_trimmed(use, "href");
    href = href.length ? href : dom_attribute_trimmed(use, "xlink:href");
    size_t part = slice_find_char(href, '#', 0);
    return part == SLICE_NONE ? (slice){NULL, 0} : slice_from(href, part + 1);
}

static bool has_text(const dom_node *node) {
    const dom_node *at = node;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = dom_next(at, node))
        if (at->type == DOM_TEXT && !express_is_blank_text(dom_text(at)))
            return true;
    return at != NULL;
}

/* Whether a drawing may be an icon: one without words and pictures, and no larger. */
static bool is_small_drawing(const dom_node *svg) {
    enum { LARGEST = 96 };
    int64_t width = 0;
    const dom_node *at = svg;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = dom_next(at, svg))
        if (at->type == DOM_ELEMENT && slice_equal(dom_name(at), SLICE("image")))
            return false;
    return svg->tag == DOM_TAG_SVG && !has_text(svg) &&
           (!dom_attribute_integer(svg, "width", &width) || width <= LARGEST);
}

const express_icon *express_icon_of(const express_icons *icons, const dom_node *node, arena *a) {
    bool drawing = is_small_drawing(node);
    slice ligature = icons ? express_icon_name(icons, node, a) : (slice){NULL, 0};
    if (!icons || (!ligature.length && !drawing && !express_is_icon(node)))
        return NULL;
    bool outlined = has_class_of(node, &icons->outlined);
    slice name = name_attribute(node), none = {NULL, 0};
    slice names[] = {
        ligature.length ? format_slice(a, "material-%.*s", SLICE_ARGS(ligature)) : none, ligature,
        name.length ? format_slice(a, "%.*s %.*s", SLICE_ARGS(dom_name(node)), SLICE_ARGS(name)) : none, name,
        drawing ? used_drawing(node) : none};
    const express_icon *icon = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !icon; i++) {
        icon = icon_named(icons, outlined, names[i], a);
        icon = icon ? icon : express_icon_of_class(icons, outlined, names[i], a);
    }
    slice classes = dom_attribute_trimmed(node, "class"), word;
    for (size_t at = 0; !ligature.length && !icon && (word = slice_next_word(classes, &at)).length;)
        icon = express_icon_of_class(icons, outlined, word, a);
    return icon && icon->sign.length ? icon : NULL;
}

static bool holds_one_of(slice family, const express_texts *names) {
    for (size_t i = 0; i < names->count; i++)
        if (slice_find(family, names->texts[i], 0) != SLICE_NONE)
            return true;
    return false;
}

const express_icon *express_icon_of_letter(const express_icons *icons, slice families, bool bold,
                                           slice letter, arena *a) {
    size_t at = 0;
    uint32_t code = letter.length ? utf8_next(letter, &at) : 0;
    slice family = slice_lower(families, a);
    bool outlined = !bold && holds_one_of(family, &icons->letters_outlined);
    const express_icon *icon = NULL;
    for (size_t i = 0; at == letter.length && i < icons->letters.count && !icon; i++)
        if (slice_find(family, icons->letters.texts[i], 0) != SLICE_NONE)
            icon = icon_named(
                icons, outlined,
                format_slice(a, "%.*s %04x", SLICE_ARGS(icons->letters.texts[i]), (unsigned)code), a);
    return icon && icon->sign.length ? icon : NULL;
}

/* ---- where it stands ----------------------------------------------------------------------------------- */

/* Whether the icon stands in a cell of a table that shows nothing but icons: they are what it says. A cell of
 * more than a few nodes is none. `icons`: NULL where their names are gone. */
static bool is_all_of_cell(const express_icons *icons, const dom_node *icon, arena *a) {
    const dom_node *cell = icon;
    while (cell && cell->tag != DOM_TAG_TD && cell->tag != DOM_TAG_TH)
        cell = cell->parent;
    const dom_node *at = cell;
    for (size_t steps = 0; at && steps < CELL_LOOKED_AT; steps++, at = dom_next(at, cell))
        if (express_shows(at) && at->parent != icon &&
            !(icons && express_icon_name(icons, at->parent, a).length))
            return false;
    return cell && !at;
}

static bool is_control(const dom_node *node) {
    return dom_is(node, DOM_TAG_A) || dom_is(node, DOM_TAG_SUMMARY) || dom_is(node, DOM_TAG_BUTTON);
}

/* Whether a click on the element does something: the icon may say what, and nothing is clicked on the new
 * page. */
static bool is_clicked(const dom_node *node) {
    static const char *const ATTRIBUTES[] = {"onclick", "data-toggle", "data-bs-toggle", "aria-expanded"};
    if (is_control(node) || node->tag == DOM_TAG_LABEL || dom_has_class(node, SLICE("close")) ||
        slice_equal(dom_attribute_trimmed(node, "role"), SLICE("button")))
        return true;
    for (size_t i = 0; i < sizeof ATTRIBUTES / sizeof *ATTRIBUTES; i++)
        if (dom_attribute_get(node, slice_of(ATTRIBUTES[i])))
            return true;
    return false;
}

bool express_is_in_clicked(const dom_node *icon) {
    const dom_node *at = icon;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = at->parent)
        if (is_clicked(at))
            return true;
    return at != NULL;
}

/* Whether the text begins with a number, which a sign or a currency may stand before: -3%, S$5. */
static bool begins_with_amount(slice text) {
    static const char *const BEFORE[] = {"S$", "$", "£", "€", "+", "-", "−", "~"};
    for (size_t i = 0; i < sizeof BEFORE / sizeof *BEFORE; i++)
        if (slice_starts_with(text, slice_of(BEFORE[i])))
            text = slice_from(text, strlen(BEFORE[i]));
    return text.length && is_digit(*text.data);
}

static bool is_in_heading(const dom_node *icon) {
    const dom_node *at = icon;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = at->parent)
        if (express_is_block(at))
            return dom_is_heading(at->tag);
    return false;
}

static bool stands_at_number(const dom_node *icon) {
    slice before = slice_trim_wide(express_text_beside(icon, true)),
          behind = slice_trim_wide(express_text_beside(icon, false));
    char last = before.length ? before.data[before.length - 1] : ' ';
    return begins_with_amount(behind) || last == '%' || (is_digit(last) && !is_in_heading(icon));
}

/* Whether a sign such as an arrow, which elsewhere adorns the words behind it, is said: all of a cell, at a
 * number, or with words on both sides. */
static bool says_where_it_stands(const express_icons *icons, const dom_node *icon, arena *a) {
    return stands_at_number(icon) || is_all_of_cell(icons, icon, a) ||
           (slice_trim_wide(express_text_beside(icon, true)).length &&
            slice_trim_wide(express_text_beside(icon, false)).length);
}

bool express_icon_is_said(const express_icons *icons, const express_icon *icon, const dom_node *node,
                          arena *a) {
    return !express_is_in_clicked(node) && !(node->flags & FLAG_DRAWN_OTHERWISE) &&
           (!icon->may_adorn || says_where_it_stands(icons, node, a));
}

static bool is_space_at(slice text, size_t at) {
    return is_space(text.data[at]) || (unsigned char)text.data[at] == 0xC2; /* or a no-break space */
}

/* What stands right before the icon and behind it, as parts of one word with it; of a row of icons the first
 * has no tail, and the others have no head. */
express_icon_words express_icon_put(const express_icons *icons, slice sign, const dom_node *node, slice name,
                                    bool in_row, arena *a) {
    const dom_node *next = node->next;
    bool goes_on = next && (express_is_icon(next) || express_icon_name(icons, next, a).length);
    slice head = in_row ? (slice){NULL, 0} : express_text_beside(node, true);
    slice tail = goes_on ? (slice){NULL, 0} : express_text_beside(node, false);
    size_t from = head.length, end = 0;
    while (from && !is_space_at(head, from - 1))
        from--;
    while (end < tail.length && !is_space_at(tail, end))
        end++;
    head = slice_from(head, from);
    tail = slice_sub(tail, 0, end);
    bool parts = sign.length || (head.length && tail.length);
    const char *gap = !parts || !head.length || strchr("([", head.data[head.length - 1]) ? "" : " ";
    const char *space = !sign.length || !tail.length || strchr(".,;:!?)]", *tail.data) ? "" : " ";
    slice text = format_slice(a, "%s%.*s%s", gap, SLICE_ARGS(sign), space);
    return (express_icon_words){
        text, format_slice(a, "%.*s%.*s%.*s", SLICE_ARGS(head), SLICE_ARGS(name), SLICE_ARGS(tail)),
        format_slice(a, "%.*s%.*s%.*s", SLICE_ARGS(head), SLICE_ARGS(text), SLICE_ARGS(tail))};
}

/* ---- icons that go --------------------------------------------------------------------------------------
 */
static bool has_part(slice name, const char *words) {
    for (size_t from = 0, end; from < name.length; from = end + 1) {
        end = from;
        while (end < name.length && name.data[end] != '-' && name.data[end] != '_')
            end++;
        if (css_is_among(slice_sub(name, from, end), words))
            return true;
    }
    return false;
}

bool express_has_class_part(const dom_node *node, const char *words) {
    slice classes = dom_attribute_trimmed(node, "class");
    size_t at = 0;
    for (slice name; (name = slice_next_word(classes, &at)).length;)
        if (slice_find(name, SLICE("twitter"), 0) == SLICE_NONE && has_part(name, words)) /* fa-x-twitter */
            return true;
    return false;
}

/* The same of all that names the icon. */
static bool is_called(const express_icons *icons, const dom_node *icon, const char *words, arena *a) {
    return express_has_class_part(icon, words) || has_part(name_attribute(icon), words) ||
           (icons && has_part(express_icon_name(icons, icon, a), words));
}

/* A sign that stands for a word. */
static bool is_telling(const express_icons *icons, const dom_node *icon, arena *a) {
    return is_called(icons, icon,
                     "check checkmark tick ok yes times xmark x cross close remove no ban plus minus "
                     "star stars thumb thumbs arrow arrows",
                     a);
}

/* Up or down, which beside words only says that there is more, and of a number or in a table how it goes. */
static bool is_way_of_number(const express_icons *icons, const dom_node *icon, arena *a) {
    const dom_node *cell = icon;
    for (size_t steps = 0; cell && steps < ICON_LOOKED_AT && cell->tag != DOM_TAG_TD; steps++)
        cell = cell->parent;
    return is_called(icons, icon, "up down asc desc upward downward", a) &&
           is_called(icons, icon, "caret sort chevron angle trend trending triangle drop graph expand", a) &&
           !express_is_in_clicked(icon) && (stands_at_number(icon) || (cell && cell->tag == DOM_TAG_TD));
}

/* A sign before an address, a number, a date, that says no more than these: but a fax is no phone. */
static bool is_adornment(const dom_node *icon) {
    return express_has_class_part(
        icon, "map marker location geo pin envelope mail email phone telephone mobile clock "
              "calendar globe home house building");
}

/* The element that the icon, or what is around it, stands first in; the icon itself where text, or much else,
 * comes before. */
static const dom_node *begun_by(const dom_node *icon) {
    const dom_node *outer = icon;
    size_t steps = 0;
    while (outer->parent && !express_is_block(outer)) {
        for (const dom_node *before = dom_previous(outer); before; before = dom_previous(before))
            for (const dom_node *at = before; at; at = dom_next(at, before))
                if (++steps == ICON_LOOKED_AT || express_shows(at))
                    return icon;
        outer = outer->parent;
    }
    return outer;
}

/* The icon that the element begins with, or its text where it is written; NULL: it begins with something
 * else.
 */
static const dom_node *first_icon(const express_icons *icons, const dom_node *node, arena *a) {
    const dom_node *at = node;
    for (size_t steps = 0; at && steps < ICON_LOOKED_AT; steps++, at = dom_next(at, node)) {
        if (express_is_icon(at) || (icons && express_icon_name(icons, at, a).length) ||
            (at->type == DOM_TEXT && at->flags & FLAG_GENERATED))
            return at;
        if (express_shows(at))
            return NULL;
    }
    return NULL;
}

static bool looks_alike(const dom_node *one, const dom_node *other, arena *a) {
    return slice_equal(dom_attribute_trimmed(one, "class"), dom_attribute_trimmed(other, "class")) &&
           slice_equal(express_words_inside(one, a), express_words_inside(other, a));
}

/* Whether what the icon stands before is one of several, and another of them has another icon. */
static bool is_one_of_several(const express_icons *icons, const dom_node *icon, arena *a) {
    const dom_node *one = begun_by(icon);
    size_t steps = 0;
    for (const dom_node *at = one->parent ? one->parent->first_child : NULL; at && steps < ICON_LOOKED_AT;
         at = at->next, steps++) {
        const dom_node *other =
            at != one && at->type == DOM_ELEMENT && at->tag == one->tag ? first_icon(icons, at, a) : NULL;
        if (other && (other->type == DOM_TEXT || !looks_alike(icon, other, a)) &&
            !(is_adornment(icon) && (other->type == DOM_TEXT || is_adornment(other))))
            return true;
    }
    return false;
}

static bool is_in_control(const dom_node *node) {
    while (node && !is_control(node) && !express_is_block(node))
        node = node->parent;
    return is_control(node);
}

/* The words of a link say where it leads, and of a fold what it opens; icons in it adorn them. */
static bool tells(const express_icons *icons, const dom_node *icon, arena *a) {
    return !is_in_control(icon) && (icon->flags & FLAG_DRAWN_OTHERWISE || is_telling(icons, icon, a) ||
                                    is_way_of_number(icons, icon, a) || is_one_of_several(icons, icon, a));
}

finding_code express_code_of_icon(const express_icons *icons, const dom_node *icon, finding_code otherwise,
                                  arena *a) {
    return is_all_of_cell(icons, icon, a) ? FINDING_ICON_IN_CELL
           : tells(icons, icon, a)        ? FINDING_ICON_SAYS
                                          : otherwise;
}

slice express_icon_tag(const dom_node *node, arena *a) {
    slice classes = dom_attribute_trimmed(node, "class"), name = name_attribute(node);
    const char *attribute = classes.length ? "class" : "name";
    slice value = classes.length ? classes : name;
    return value.length ? format_slice(a, "<%.*s %s=\"%.*s\">", SLICE_ARGS(dom_name(node)), attribute,
                                       SLICE_ARGS(value))
                        : format_slice(a, "<%.*s>", SLICE_ARGS(dom_name(node)));
}

/* An empty element with a class shows whatever a style sheet draws there, one of its own what a script does.
 */
void express_look_at_icon(const dom_node *node, arena *a, findings *found) {
    bool may = node->tag == DOM_TAG_I || node->tag == DOM_TAG_SPAN || node->tag == DOM_TAG_UNKNOWN;
    if (may && express_is_icon(node) && !(node->flags & FLAG_NAMED))
        findings_add(found, express_code_of_icon(NULL, node, FINDING_ICON, a), node->line, "%.*s</%.*s>",
                     SLICE_ARGS(express_icon_tag(node, a)), SLICE_ARGS(dom_name(node)));
}
