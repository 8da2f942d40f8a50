/* HTML → tree, through gumbo with an allocator that draws from the arena.
 *
 * Comes in: any bytes (valid UTF-8 by then). Goes out: the tree a browser builds, as our own mutable nodes,
 * each with the line of the source page. gumbo's own tree is left behind in the arena.
 */
#include "guard.h"
#include "stand_in.h"
#include "strict.h"

#include <gumbo.h>

static void *take(void *userdata, size_t size) {
    return arena_zeroed(userdata, size); /* gumbo reads memory that it has not set */
}

static void leave(void *userdata, void *memory) {
    (void)userdata;
    (void)memory;
}

typedef struct conversion {
    arena *arena;
    const line_map *lines;
    findings *found;
    bool cells_apart;       /* see guard_html */
    bool stand_ins;         /* see stand_in.h */
    size_t furthest;        /* the offset of what is shown, text or a picture, up to here */
    uint32_t furthest_line; /* and its line */
} conversion;

static uint32_t line_at(const conversion *c, const GumboSourcePosition *position) {
    return c->lines ? line_map_find(c->lines, position->offset) : position->line;
}

static slice text_of(const conversion *c, const char *text) {
    return c->stand_ins ? without_stand_ins(slice_of(text), c->arena) : slice_of(text);
}

static bool is_control(char byte) {
    return (byte > 0 && byte < ' ' && !is_html_space(byte)) || byte == 0x7F;
}

/* Control characters that are written as references (`&#27;`): those that stand in the page as they are have
 * been reported before it was parsed. */
static void report_controls(const conversion *c, const GumboText *text, uint32_t line) {
    slice written = {text->original_text.data, text->original_text.length};
    if (!c->found || slice_find(written, SLICE("&#"), 0) == SLICE_NONE)
        return;
    for (const char *at = text->text; *at; at++)
        if (is_control(*at)) {
            findings_add(c->found, FINDING_ENCODING_CONTROL, line, "U+%04X, written as a reference",
                         (unsigned)*at);
            return;
        }
}

static dom_node *convert_text(const conversion *c, const GumboNode *from) {
    const GumboText *text = &from->v.text;
    uint32_t line = line_at(c, &text->start_pos);
    dom_node *node = dom_new_text(c->arena, text_of(c, text->text), line);
    if (from->type == GUMBO_NODE_COMMENT)
        node->type = DOM_COMMENT;
    else
        report_controls(c, text, line);
    return node;
}

/* The name of an element that gumbo does not know: from its source text, in lower case. */
static slice unknown_name(const conversion *c, const GumboElement *element) {
    GumboStringPiece piece = element->original_tag;
    gumbo_tag_from_original_text(&piece);
    return slice_lower((slice){piece.data, piece.length}, c->arena);
}

static dom_node *convert_element(const conversion *c, const GumboNode *from) {
    const GumboElement *element = &from->v.element;
    slice name = element->tag == GUMBO_TAG_UNKNOWN ? unknown_name(c, element)
                                                   : slice_of(gumbo_normalized_tagname(element->tag));
    dom_tag tag = dom_tag_of(name);
    uint32_t line = line_at(c, &element->start_pos);
    dom_node *node =
        tag == DOM_TAG_UNKNOWN ? dom_new_unknown(c->arena, name, line) : dom_new_element(c->arena, tag, line);
    unsigned count = element->attributes.length;
    if (count) {
        node->attributes = arena_alloc(c->arena, count * sizeof *node->attributes);
        node->size = count;
        for (unsigned i = 0; i < count; i++) {
            const GumboAttribute *attribute = element->attributes.data[i];
            node->attributes[i] = (dom_attribute){slice_of(attribute->name), text_of(c, attribute->value)};
        }
    }
    return node;
}

static const GumboVector *children_of(const GumboNode *node) {
    if (node->type == GUMBO_NODE_ELEMENT || node->type == GUMBO_NODE_TEMPLATE)
        return &node->v.element.children;
    return NULL;
}

static void note_shown(conversion *c, const GumboSourcePosition *position) {
    if (position->offset <= c->furthest)
        return;
    c->furthest = position->offset;
    c->furthest_line = line_at(c, position);
}

/* Whether a tag of a row or a cell stands between two texts in the source: browsers take both texts out of
 * the table, and one would run into the other. */
static bool cells_between(const GumboNode *before, const GumboNode *after) {
    const char *at = before->v.text.original_text.data + before->v.text.original_text.length;
    const char *end = after->v.text.original_text.data;
    while (at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
        at += at + 1 < end && at[1] == '/' ? 2 : 1;
        if (at + 1 < end && to_lower(*at) == 't' && strchr("bdfhr", to_lower(at[1])))
            return true;
    }
    return false;
}

static bool runs_into(const GumboNode *text) {
    const GumboVector *siblings = &text->parent->v.element.children;
    const GumboNode *before =
        text->index_within_parent ? siblings->data[text->index_within_parent - 1] : NULL;
    return text->type == GUMBO_NODE_TEXT && before && before->type == GUMBO_NODE_TEXT &&
           cells_between(before, text);
}

/* Text and comments, but for a tag that the guard took out. */
static void convert_leaf(conversion *c, const GumboNode *from, dom_node *parent) {
    char first = from->v.text.text[0];
    if (from->type == GUMBO_NODE_WHITESPACE && !dom_takes_text(parent))
        return;
    if (from->type == GUMBO_NODE_TEXT)
        note_shown(c, &from->v.text.start_pos);
    if (c->cells_apart && runs_into(from))
        dom_append(parent, dom_new_text(c->arena, SLICE(" "), line_at(c, &from->v.text.start_pos)));
    if (from->type != GUMBO_NODE_COMMENT || (first != GUARD_FILLER && first != '\0'))
        dom_append(parent, convert_text(c, from));
}

/* What stands in a table, but in none of its cells, browsers show before the table (§13.2.6.1, foster
 * parenting): it is met before the table, and stands behind its start tag. */
static void mind_order(conversion *c, const GumboElement *element) {
    const GumboSourcePosition *start = &element->start_pos;
    if (element->tag == GUMBO_TAG_IMG)
        note_shown(c, start);
    if (element->tag == GUMBO_TAG_TABLE && start->offset < c->furthest && c->found)
        findings_add(c->found, FINDING_TABLE_TEXT, c->furthest_line, "in the table of line %u",
                     line_at(c, start));
}

/* Copies gumbo's tree below `root`, walking with indices instead of recursion. */
static void convert_tree(conversion *c, const GumboNode *root, dom_node *body) {
    const GumboNode *at = root;
    dom_node *parent = body;
    size_t depth = 0; /* of `parent`, counted in converted elements */
    size_t index = 0, flattened = 0;
    for (;;) {
        const GumboVector *children = children_of(at);
        if (index < children->length) {
            const GumboNode *child = children->data[index];
            if (!children_of(child)) {
                convert_leaf(c, child, parent);
                index++;
            } else {
                mind_order(c, &child->v.element);
                if (depth < DOM_DEPTH_MAX) {
                    dom_node *node = convert_element(c, child);
                    dom_append(parent, node);
                    parent = node;
                } else if (flattened == 0 && c->found) {
                    findings_add(c->found, FINDING_HTML_NESTING, line_at(c, &child->v.element.start_pos),
                                 "<%s>", gumbo_normalized_tagname(child->v.element.tag));
                }
                flattened += depth >= DOM_DEPTH_MAX;
                depth++;
                at = child;
                index = 0;
            }
            continue;
        }
        if (at == root)
            return;
        depth--;
        if (depth < DOM_DEPTH_MAX)
            parent = parent->parent;
        index = at->index_within_parent + 1;
        at = at->parent;
    }
}

static GumboOptions gumbo_options(arena *a, GumboTag context) {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = take;
    options.deallocator = leave;
    options.userdata = a;
    options.max_errors = 0;
    options.fragment_context = context;
    return options;
}

/* The HTML with its edits, which stand in order; `lines`, which may be NULL, move along. */
static slice apply_edits(slice html, const vector *edits, line_map *lines, arena *a) {
    if (!edits->count)
        return html;
    buffer out = buffer_new(a, html.length + 8 * edits->count);
    line_map moved = line_map_new(a);
    size_t from = 0, mark = 0;
    for (size_t i = 0; i <= edits->count; i++) {
        const html_edit *edit = i < edits->count ? vector_at(edits, i) : &(html_edit){.at = html.length};
        for (; lines && mark < lines->marks.count; mark++) {
            const line_mark *m = vector_at(&lines->marks, mark);
            if (m->offset > edit->at && i < edits->count)
                break;
            line_map_add(&moved, out.length + (m->offset - from), m->line);
        }
        buffer_append(&out, slice_sub(html, from, edit->at));
        buffer_append(&out, edit->text);
        from = edit->at + edit->removed;
    }
    if (lines)
        *lines = moved;
    return buffer_slice(&out);
}

static void report_tag(const conversion *c, size_t at, finding_code code, const char *detail) {
    if (at != SLICE_NONE && c->found)
        findings_add(c->found, code, c->lines ? line_map_find(c->lines, at) : 0, "%s", detail);
}

/* The HTML as gumbo gets it: guarded, with stand-ins. gumbo 0.10 closes a form without an end to the text
 * before: that goes behind the form, together with what follows there. A comment before each </form> ends it.
 */
static slice make_ready(conversion *c, slice html, line_map *lines) {
    vector edits = vector_new(c->arena, sizeof(html_edit));
    c->stand_ins = stand_in_edits(html, &edits, c->arena);
    slice kept = apply_edits(html, &edits, lines, c->arena);
    guarded safe = guard_html(kept, c->cells_apart, c->arena);
    c->lines = lines;
    report_tag(c, safe.beyond_limit, FINDING_HTML_NESTING, "tags nested beyond all use");
    report_tag(c, safe.stray_cell, FINDING_CELLS_LOOSE, "a row or a cell outside of a table");
    edits.count = 0;
    for (size_t i = 0; i < safe.form_ends.count; i++)
        *(html_edit *)vector_push(&edits) =
            (html_edit){*(size_t *)vector_at(&safe.form_ends, i), 0, SLICE("<!---->")};
    return apply_edits(safe.html, &edits, lines, c->arena);
}

dom_node *dom_parse(slice html, const line_map *lines, arena *a, findings *found) {
    dom_node *strict = parse_strict(html, lines, a);
    return strict ? strict : dom_parse_fully(html, lines, a, found);
}

dom_node *dom_parse_fully(slice html, const line_map *lines, arena *a, findings *found) {
    GumboOptions options = gumbo_options(a, GUMBO_TAG_BODY);
    conversion c = {.arena = a, .found = found, .cells_apart = true};
    line_map moved = lines ? *lines : line_map_new(a);
    slice ready = make_ready(&c, html, lines ? &moved : NULL);
    GumboOutput *output = gumbo_parse_with_options(&options, ready.data ? ready.data : "", ready.length);
    dom_node *body = dom_new_element(a, DOM_TAG_BODY, 1);
    convert_tree(&c, output->root, body);
    return body;
}

dom_node *dom_parse_without_doctype(slice html, arena *a) {
    GumboOptions options = gumbo_options(a, GUMBO_TAG_LAST);
    conversion c = {.arena = a};
    slice ready = make_ready(&c, format_slice(a, "<body>%.*s", SLICE_ARGS(html)), NULL);
    GumboOutput *output = gumbo_parse_with_options(&options, ready.data, ready.length);
    dom_node *body = dom_new_element(a, DOM_TAG_BODY, 1);
    const GumboVector *parts = &output->root->v.element.children;
    for (unsigned i = 0; i < parts->length; i++) {
        const GumboNode *part = parts->data[i];
        if (part->type == GUMBO_NODE_ELEMENT && part->v.element.tag == GUMBO_TAG_BODY)
            convert_tree(&c, part, body);
    }
    return body;
}
