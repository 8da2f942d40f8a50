/* Document → HTML as the editor's getHTML() gives it (prosemirror-model: to_dom; the renderHTML of each
 * type).
 *
 * Goes out: one line of HTML without white space of its own. Attributes in the editor's order, null ones left
 * out.
 */
#include "private.h"

/* ---- text and attributes ----------------------------------------------------------------------------- */

size_t written_reference(slice text, size_t at, slice *character) {
    static const struct {
        slice entity, character;
    } ENTITIES[] = {{LITERAL("&nbsp;"), LITERAL("\xC2\xA0")},
                    {LITERAL("&amp;"), LITERAL("&")},
                    {LITERAL("&lt;"), LITERAL("<")},
                    {LITERAL("&gt;"), LITERAL(">")},
                    {LITERAL("&quot;"), LITERAL("\"")}};
    for (size_t i = 0; i < sizeof ENTITIES / sizeof *ENTITIES; i++)
        if (slice_starts_with(slice_from(text, at), ENTITIES[i].entity)) {
            *character = ENTITIES[i].character;
            return ENTITIES[i].entity.length;
        }
    return 0;
}

bool decode_written(slice text, arena *a, slice *decoded) {
    *decoded = text;
    if (slice_find_char(text, '&', 0) == SLICE_NONE)
        return true;
    buffer out = buffer_new(a, text.length);
    for (size_t at = 0, ampersand; at < text.length;) {
        ampersand = slice_find_char(text, '&', at);
        buffer_append(&out, slice_sub(text, at, ampersand));
        if (ampersand == SLICE_NONE)
            break;
        slice character;
        size_t length = written_reference(text, ampersand, &character);
        if (!length)
            return false;
        buffer_append(&out, character);
        at = ampersand + length;
    }
    *decoded = buffer_slice(&out);
    return true;
}

void write_attribute(buffer *out, slice name, slice value) {
    if (!value.data)
        return;
    buffer_append_char(out, ' ');
    buffer_append(out, name);
    buffer_append(out, SLICE("=\""));
    buffer_append_html(out, value, true);
    buffer_append_char(out, '"');
}

static void write_own_attribute(buffer *out, const tiptap_node *node, tiptap_attribute attribute) {
    write_attribute(out, tiptap_attribute_name(attribute), tiptap_get(node, attribute));
}

static void open_tag(buffer *out, slice name) {
    buffer_append_char(out, '<');
    buffer_append(out, name);
}

static void close_tag(buffer *out, slice name) {
    buffer_append(out, SLICE("</"));
    buffer_append(out, name);
    buffer_append_char(out, '>');
}

static void write_data_type(buffer *out, tiptap_element element) {
    write_attribute(out, SLICE("data-type"), TIPTAP_ELEMENTS[element].data_type);
}

static void write_class(buffer *out, tiptap_element element) {
    write_attribute(out, SLICE("class"), TIPTAP_ELEMENTS[element].class_name);
}

static void open_element(buffer *out, tiptap_element element) {
    open_tag(out, dom_tag_name(TIPTAP_ELEMENTS[element].tag));
    if (TIPTAP_ELEMENTS[element].class_name.length)
        write_class(out, element);
    if (TIPTAP_ELEMENTS[element].data_type.length)
        write_data_type(out, element);
    buffer_append_char(out, '>');
}

/* ---- marks ------------------------------------------------------------------------------------------- */

/* The extension's own target, rel and class come first: mergeAttributes. */
const tiptap_attribute LINK_ATTRIBUTES[LINK_ATTRIBUTE_COUNT] = {TIPTAP_LINK_TARGET, TIPTAP_LINK_REL,
                                                                TIPTAP_LINK_CLASS, TIPTAP_LINK_HREF};

static void open_mark(buffer *out, const tiptap_mark *mark) {
    open_tag(out, tiptap_mark_element(mark->type));
    for (size_t i = 0; mark->type == TIPTAP_LINK && i < LINK_ATTRIBUTE_COUNT; i++)
        write_attribute(out, tiptap_attribute_name(LINK_ATTRIBUTES[i]),
                        tiptap_mark_get(mark, LINK_ATTRIBUTES[i]));
    buffer_append_char(out, '>');
}

/* The children of a text block: marks stay open as long as the next node has them too (serializeFragment). */
static void write_inline(buffer *out, const tiptap_node *block) {
    const tiptap_marks none = {.count = 0};
    const tiptap_marks *open = &none;
    for (const tiptap_node *at = block->first_child;; at = at->next) {
        const tiptap_marks *marks = at && at->marks ? at->marks : &none;
        size_t kept = 0;
        while (kept < open->count && kept < marks->count &&
               tiptap_same_mark(open->items[kept], marks->items[kept]))
            kept++;
        for (size_t i = open->count; i-- > kept;)
            close_tag(out, tiptap_mark_element(open->items[i]->type));
        if (!at)
            return;
        for (size_t i = kept; i < marks->count; i++)
            open_mark(out, marks->items[i]);
        open = marks;
        if (at->type == TIPTAP_TEXT)
            buffer_append_html(out, tiptap_text(at), false);
        else
            buffer_append(out, SLICE("<br>"));
    }
}

/* ---- nodes ------------------------------------------------------------------------------------------- */

static void open_list(buffer *out, const tiptap_node *list, tiptap_attribute tight) {
    open_tag(out, tiptap_type_element((tiptap_type)list->type));
    if (slice_equal(tiptap_get(list, tight), SLICE("true")))
        buffer_append(out, SLICE(" class=\"tight\" data-tight=\"true\""));
    slice start = tiptap_get(list, TIPTAP_ORDERED_LIST_START);
    if (start.data && !slice_equal(start, SLICE("1")))
        write_attribute(out, SLICE("start"), start);
    buffer_append_char(out, '>');
}

static void open_task_item(buffer *out, const tiptap_node *item) {
    slice checked = tiptap_get(item, TIPTAP_TASK_ITEM_CHECKED);
    buffer_append(out, SLICE("<li"));
    write_attribute(out, SLICE("data-checked"), checked);
    write_data_type(out, TIPTAP_ELEMENT_TASK_ITEM);
    buffer_append(out, SLICE("><label><input type=\"checkbox\""));
    if (slice_equal(checked, SLICE("true")))
        buffer_append(out, SLICE(" checked=\"checked\""));
    buffer_append(out, SLICE("><span></span></label><div>"));
}

/* A column for each that the first row's cells span; 25 pixels are the extension's least width
 * (createColGroup). */
static void open_table(buffer *out, const tiptap_node *table) {
    size_t columns = 0;
    for (const tiptap_node *cell = table->first_child->first_child; cell; cell = cell->next)
        columns += tiptap_get_span(cell, cell->type == TIPTAP_TABLE_HEADER ? TIPTAP_TABLE_HEADER_COLSPAN
                                                                           : TIPTAP_TABLE_CELL_COLSPAN);
    if (columns)
        buffer_printf(out, "<table style=\"minWidth: %zupx\"><colgroup>", columns * 25);
    else
        buffer_append(out, SLICE("<table style=\"width: 0px\"><colgroup>"));
    for (size_t i = 0; i < columns; i++)
        buffer_append(out, SLICE("<col>"));
    buffer_append(out, SLICE("</colgroup><tbody>"));
}

/* Whether the space-separated list `classes` holds `name`. */
static bool has_class(slice classes, slice name) {
    for (size_t at = 0; at < classes.length;) {
        size_t end = slice_find_char(classes, ' ', at);
        if (slice_equal(slice_sub(classes, at, end), name))
            return true;
        at = end == SLICE_NONE ? classes.length : end + 1;
    }
    return false;
}

/* The node's own classes stay, the accordion's own are added where they are missing. */
static void open_accordion(buffer *out, const tiptap_node *group) {
    slice classes = tiptap_get(group, TIPTAP_DETAIL_GROUP_CLASS);
    bool gray = slice_equal(tiptap_get(group, TIPTAP_DETAIL_GROUP_BACKGROUND), SLICE("gray"));
    tiptap_element colour = gray ? TIPTAP_ELEMENT_GRAY_ACCORDION : TIPTAP_ELEMENT_WHITE_ACCORDION;
    slice added[] = {TIPTAP_ELEMENTS[TIPTAP_ELEMENT_ACCORDION].class_name,
                     TIPTAP_ELEMENTS[colour].class_name};
    buffer_append(out, SLICE("<div class=\""));
    buffer_append_html(out, classes, true);
    bool first = classes.length == 0;
    for (size_t i = 0; i < 2; i++) {
        if (has_class(classes, added[i]))
            continue;
        if (!first)
            buffer_append_char(out, ' ');
        buffer_append(out, added[i]);
        first = false;
    }
    buffer_append_char(out, '"');
    write_data_type(out, TIPTAP_ELEMENT_ACCORDION);
    buffer_append_char(out, '>');
}

/* A linked picture stands in <a>, another one in <div>. */
static void write_image(buffer *out, const tiptap_node *image) {
    slice href = tiptap_get(image, TIPTAP_IMAGE_HREF);
    if (href.length) {
        buffer_append(out, SLICE("<a"));
        write_attribute(out, SLICE("href"), href);
        write_class(out, TIPTAP_ELEMENT_LINKED_IMAGE);
        buffer_append_char(out, '>');
    } else {
        open_element(out, TIPTAP_ELEMENT_IMAGE);
    }
    buffer_append(out, SLICE("<img"));
    for (int i = TIPTAP_IMAGE_SRC; i < TIPTAP_IMAGE_HREF; i++)
        write_own_attribute(out, image, (tiptap_attribute)i);
    buffer_append(out, href.length ? SLICE("></a>") : SLICE("></div>"));
}

static void open_plain(buffer *out, const tiptap_node *node) {
    open_tag(out, tiptap_type_element((tiptap_type)node->type));
    size_t count;
    tiptap_attribute first = tiptap_type_attributes((tiptap_type)node->type, &count);
    for (size_t i = 0; i < count; i++)
        write_own_attribute(out, node, (tiptap_attribute)((size_t)first + i));
    buffer_append_char(out, '>');
}

static void open_code_block(buffer *out, const tiptap_node *block) {
    slice language = tiptap_get(block, TIPTAP_CODE_BLOCK_LANGUAGE);
    buffer_append(out, SLICE("<pre><code"));
    if (language.length) {
        buffer_append(out, SLICE(" class=\"language-"));
        buffer_append_html(out, language, true);
        buffer_append_char(out, '"');
    }
    buffer_append_char(out, '>');
}

static slice heading_level(const tiptap_node *heading) {
    slice level = tiptap_get(heading, TIPTAP_HEADING_LEVEL);
    return level.length == 1 && level.data[0] >= '1' && level.data[0] <= '6' ? level : SLICE("1");
}

void write_start(buffer *out, const tiptap_node *node) {
    switch ((tiptap_type)node->type) {
    case TIPTAP_DOC:
        break;
    case TIPTAP_HEADING:
        buffer_append(out, SLICE("<h"));
        buffer_append(out, heading_level(node));
        buffer_append_char(out, '>');
        break;
    case TIPTAP_BULLET_LIST:
        open_list(out, node, TIPTAP_BULLET_LIST_TIGHT);
        break;
    case TIPTAP_ORDERED_LIST:
        open_list(out, node, TIPTAP_ORDERED_LIST_TIGHT);
        break;
    case TIPTAP_CODE_BLOCK:
        open_code_block(out, node);
        break;
    case TIPTAP_TASK_LIST:
        open_element(out, TIPTAP_ELEMENT_TASK_LIST);
        break;
    case TIPTAP_TASK_ITEM:
        open_task_item(out, node);
        break;
    case TIPTAP_IMAGE:
        write_image(out, node);
        break;
    case TIPTAP_IFRAME:
        open_element(out, TIPTAP_ELEMENT_IFRAME);
        open_plain(out, node);
        buffer_append(out, SLICE("</iframe></div>"));
        break;
    case TIPTAP_TABLE:
        open_table(out, node);
        break;
    case TIPTAP_DETAILS:
        open_element(out, TIPTAP_ELEMENT_DETAILS);
        break;
    case TIPTAP_DETAILS_CONTENT:
        open_element(out, TIPTAP_ELEMENT_DETAILS_CONTENT);
        break;
    case TIPTAP_DETAIL_GROUP:
        open_accordion(out, node);
        break;
    default:
        open_plain(out, node);
    }
}

void write_end(buffer *out, const tiptap_node *node) {
    switch ((tiptap_type)node->type) {
    case TIPTAP_DOC:
        break;
    case TIPTAP_HEADING:
        buffer_append(out, SLICE("</h"));
        buffer_append(out, heading_level(node));
        buffer_append_char(out, '>');
        break;
    case TIPTAP_CODE_BLOCK:
        buffer_append(out, SLICE("</code></pre>"));
        break;
    case TIPTAP_TASK_ITEM:
        buffer_append(out, SLICE("</div></li>"));
        break;
    case TIPTAP_TABLE:
        buffer_append(out, SLICE("</tbody></table>"));
        break;
    default:
        if (!tiptap_is_leaf((tiptap_type)node->type))
            close_tag(out, tiptap_type_element((tiptap_type)node->type));
    }
}

/* A linked picture in a card that links: the only <a> that can stand in another. */
static bool is_link_in_link(const tiptap_node *node) {
    return node->type == TIPTAP_IMAGE && node->parent->type == TIPTAP_CARD_IMAGE &&
           node->parent->parent->type == TIPTAP_CLICKABLE_CARD &&
           tiptap_get(node, TIPTAP_IMAGE_HREF).length > 0;
}

bool write_html(const tiptap_node *document, buffer *out) {
    bool links_nest = false;
    const tiptap_node *at = document;
    for (;;) {
        write_start(out, at);
        links_nest = links_nest || is_link_in_link(at);
        if (tiptap_is_textblock((tiptap_type)at->type))
            write_inline(out, at);
        else if (at->first_child) {
            at = at->first_child;
            continue;
        }
        write_end(out, at);
        while (at != document && !at->next) {
            at = at->parent;
            write_end(out, at);
        }
        if (at == document)
            return links_nest;
        at = at->next;
    }
}
