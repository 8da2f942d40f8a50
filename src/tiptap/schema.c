/* The schema as functions: names, attributes, content automata. schema.def is the table, schema/compile.c
 * compiles its content expressions when the project is built. Constant data only.
 */
#include "private.h"
#include "schema_tables.h"

#define DATA_TYPE SLICE("data-type")

static const struct {
    slice name, element;
    bool is_inline, is_leaf, is_textblock, allows_marks;
} TYPES[] = {
#define INLINE_GROUP(groups) (sizeof(groups) == sizeof("inline") && (groups)[0] == 'i')
#define AT(text, index) (text)[(index) < sizeof(text) ? (index) : 0]
#define TEXT_CONTENT(content) (AT(content, 0) == 't' && AT(content, 1) == 'e' && AT(content, 2) == 'x')
#define INLINE_CONTENT(content) (AT(content, 0) == 'i' && AT(content, 1) == 'n')
#define NODE(symbol, name, groups, content, marks, element)                                                  \
    {{name, sizeof(name) - 1},                                                                               \
     {element, sizeof(element) - 1},                                                                         \
     INLINE_GROUP(groups),                                                                                   \
     sizeof(content) == 1,                                                                                   \
     sizeof(content) > 1 && (TEXT_CONTENT(content) || INLINE_CONTENT(content)),                              \
     sizeof(marks) > 1},
#include "schema.def"
};

static const struct {
    slice name, element;
    bool excludes_all;
} MARKS[] = {
#define MARK(symbol, name, excludes, element)                                                                \
    {{name, sizeof(name) - 1}, {element, sizeof(element) - 1}, sizeof(excludes) > 1},
#include "schema.def"
};

#define ELEMENT(symbol, tag, class_name, data_type)                                                          \
    static const char class_##symbol[] = class_name, type_##symbol[] = data_type;
#include "schema.def"
#define CLASS_OF(symbol)                                                                                     \
    { class_##symbol, sizeof class_##symbol - 1 }

const tiptap_element_info TIPTAP_ELEMENTS[TIPTAP_ELEMENT_COUNT] = {
#define ELEMENT(symbol, tag, class_name, data_type)                                                          \
    {CLASS_OF(symbol), {type_##symbol, sizeof type_##symbol - 1}, DOM_TAG_##tag},
#include "schema.def"
};

#define NONE                                                                                                 \
    { NULL, 0 }
const attribute_info ATTRIBUTES[TIPTAP_ATTRIBUTE_COUNT] = {
#define ATTRIBUTE(owner, symbol, name, initial, method) {{name, sizeof(name) - 1}, initial, READ_##method},
#include "schema.def"
};

slice tiptap_type_name(tiptap_type type) {
    return TYPES[type].name;
}

slice tiptap_mark_name(tiptap_mark_type type) {
    return MARKS[type].name;
}

slice tiptap_type_element(tiptap_type type) {
    return TYPES[type].element;
}

slice tiptap_mark_element(tiptap_mark_type type) {
    return MARKS[type].element;
}

slice tiptap_attribute_name(tiptap_attribute attribute) {
    return ATTRIBUTES[attribute].name;
}

tiptap_attribute tiptap_type_attributes(tiptap_type type, size_t *count) {
    *count = TYPE_ATTRIBUTES[type].count;
    return (tiptap_attribute)TYPE_ATTRIBUTES[type].first;
}

tiptap_attribute tiptap_mark_attributes(tiptap_mark_type type, size_t *count) {
    *count = MARK_ATTRIBUTES[type].count;
    return (tiptap_attribute)MARK_ATTRIBUTES[type].first;
}

dom_node *tiptap_new_element(arena *a, tiptap_element element, uint32_t line) {
    const tiptap_element_info *info = &TIPTAP_ELEMENTS[element];
    dom_node *node = dom_new_element(a, info->tag, line);
    if (info->class_name.length)
        dom_attribute_set(node, a, SLICE("class"), info->class_name);
    if (info->data_type.length)
        dom_attribute_set(node, a, DATA_TYPE, info->data_type);
    return node;
}

bool tiptap_has_class(const dom_node *node, tiptap_element element) {
    return dom_has_class(node, TIPTAP_ELEMENTS[element].class_name);
}

bool tiptap_has_data_type(const dom_node *node, tiptap_element element) {
    const slice *found = dom_attribute_get(node, DATA_TYPE);
    return found && slice_equal(*found, TIPTAP_ELEMENTS[element].data_type);
}

bool tiptap_owns_class(slice class_name) {
    return slice_starts_with(class_name, SLICE("isomer-")) ||
           slice_equal(class_name, TIPTAP_ELEMENTS[TIPTAP_ELEMENT_IFRAME].class_name);
}

void tiptap_set_data_type(dom_node *node, arena *a, tiptap_element element) {
    dom_attribute_set(node, a, DATA_TYPE, TIPTAP_ELEMENTS[element].data_type);
}

bool tiptap_is_inline(tiptap_type type) {
    return TYPES[type].is_inline;
}

bool tiptap_is_leaf(tiptap_type type) {
    return TYPES[type].is_leaf;
}

bool tiptap_is_textblock(tiptap_type type) {
    return TYPES[type].is_textblock;
}

bool tiptap_allows_marks(tiptap_type type) {
    return TYPES[type].allows_marks;
}

bool mark_excludes(tiptap_mark_type mark, tiptap_mark_type other) {
    return mark == other || MARKS[mark].excludes_all;
}

uint8_t schema_start(tiptap_type type) {
    return START_STATE[type];
}

uint8_t schema_next(uint8_t state, tiptap_type type) {
    return NEXT_STATE[state][type];
}

bool schema_valid_end(uint8_t state) {
    return VALID_END[state];
}

bool schema_find_wrapping(uint8_t state, tiptap_type type, route *found) {
    uint8_t index = WRAPPING[state][type];
    if (index == STATE_NONE)
        return false;
    *found = (route){ROUTES[index].length, ROUTES[index].types};
    return true;
}

route schema_find_filling(uint8_t state) {
    uint8_t index = FILLING[state];
    return (route){ROUTES[index].length, ROUTES[index].types};
}
