/* The second pass: the text inside the blocks, in document order; attribute lists; ids of headers.
 *
 * Comes in: the tree of blocks, all definitions known. Goes out: the tree that is written.
 */
#include "private.h"

/* ---- ids --------------------------------------------------------------------------------------------- */

static void append_header_text(parser *p, const node *n, buffer *out) {
    for (; n; n = n->next) {
        switch (n->type) {
        case NODE_TEXT:
        case NODE_CODE:
        case NODE_MATH:
            buffer_append(out, n->value);
            break;
        case NODE_ENTITY:
            if (n->codepoint)
                buffer_append_codepoint(out, n->codepoint);
            break;
        case NODE_QUOTE: /* `\<<` and `\>>` are entities in HTML, and no part of an id */
            if (!slice_starts_with(n->value, SLICE("&")))
                buffer_append(out, n->value);
            break;
        default:
            append_header_text(p, n->first, out);
        }
    }
}

/* The text of a header that its id is made from. */
static slice header_text(parser *p, const node *header) {
    const node *only = header->first;
    if (only && !only->next && only->type == NODE_TEXT)
        return only->value;
    buffer out = buffer_new(p->arena, 128);
    append_header_text(p, header->first, &out);
    return buffer_slice(&out);
}

/* The id of a header, with a number where it was given before (gfm, generate_gfm_header_id). */
static slice make_header_id(parser *p, slice text) {
    slice folded = fold_case(text, p->arena);
    buffer id = buffer_new(p->arena, folded.length + 16);
    for (size_t at = 0; at < folded.length;) {
        size_t start = at;
        uint32_t c = utf8_next(folded, &at);
        if (c == ' ' || c == '\t' || c == '-')
            buffer_append_char(&id, '-');
        else if (is_word_codepoint(c))
            buffer_append(&id, slice_sub(folded, start, at));
    }
    definition *given = add_definition(p, &p->ids, slice_copy(buffer_slice(&id), p->arena));
    if (given->uses++)
        buffer_printf(&id, "-%u", given->uses - 1);
    return format_slice(p->arena, "%.*s%.*s", SLICE_ARGS(p->settings.auto_id_prefix),
                        SLICE_ARGS(buffer_slice(&id)));
}

slice plain_id(slice text, arena *a) {
    buffer id = buffer_new(a, text.length + 16);
    size_t at = 0;
    while (at < text.length && !is_alpha(text.data[at]))
        at++;
    for (; at < text.length; at++) {
        char c = text.data[at];
        if (is_alnum(c) || c == ' ' || c == '-')
            buffer_append_char(&id, c == ' ' ? '-' : to_lower(c));
    }
    return buffer_slice(&id);
}

slice make_plain_id(parser *p, slice text) {
    slice id = plain_id(text, p->arena);
    if (id.length == 0)
        id = SLICE("section");
    definition *given = add_definition(p, &p->plain_ids, id);
    if (given->uses++)
        id = format_slice(p->arena, "%.*s-%u", SLICE_ARGS(id), given->uses - 1);
    return format_slice(p->arena, "%.*s%.*s", SLICE_ARGS(p->settings.auto_id_prefix), SLICE_ARGS(id));
}

/* ---- text -------------------------------------------------------------------------------------------- */

/* The spans of a raw text take its place. */
static void parse_text(parser *p, node *parent, node *raw) {
    node holder = {.type = parent->type, .content = parent->content};
    source s = source_of(raw->value, raw->line);
    node *next = raw->next, *previous = raw->previous;
    give_back_node(p, raw);
    parse_all_spans(p, &s, &holder, SPANS_ALL, NODE_TEXT);
    node *first = holder.first ? holder.first : next, *last = holder.last ? holder.last : previous;
    if (holder.first) {
        first->previous = previous;
        last->next = next;
    }
    if (previous)
        previous->next = first;
    else
        parent->first = first;
    if (next)
        next->previous = last;
    else
        parent->last = last;
}

/* kramdown, update_tree. */
static void parse_texts(parser *p, node *tree) {
    const node *blank = NULL;
    for (node *child = tree->first, *next; child; child = next) {
        next = child->next;
        switch (child->type) {
        case NODE_RAW_TEXT:
            parse_text(p, tree, child);
            blank = NULL;
            break;
        case NODE_BOUNDARY:
            apply_attribute_list(p, &child->attributes, child->list);
            remove_child(tree, child);
            break;
        case NODE_BLANK:
            if (blank)
                remove_child(tree, child);
            blank = child;
            break;
        case NODE_TEXT:
        case NODE_START_TAG:
        case NODE_END_TAG:
            blank = NULL;
            break;
        default:
            blank = NULL;
            parse_texts(p, child);
            apply_attribute_list(p, &child->attributes, child->list);
            if (child->type == NODE_HEADER || child->type == NODE_TERM)
                *(slice *)(child->text = arena_alloc(p->arena, sizeof *child->text)) = header_text(p, child);
        }
    }
}

static bool is_block_type(const node *n) {
    return n->type < NODE_RAW_TEXT && n->type != NODE_ROOT;
}

/* gfm, update_text_type: a backslash at a line's end breaks it, or with hard_wrap each end of a line. Returns
 * the last of the texts that it makes. */
static node *break_lines(parser *p, node *parent, node *text) {
    slice value = text->value, mark = p->settings.hard_wrap ? SLICE("\n") : SLICE("\\\n");
    size_t at = slice_find(value, mark, 0);
    while (at != SLICE_NONE) {
        bool is_end = at + mark.length == value.length && is_block_type(parent) && parent->last == text;
        node *rest = new_node(p, NODE_TEXT, text->line), *line_break = new_node(p, NODE_BREAK, text->line);
        for (size_t i = 0; i < at + mark.length; i++)
            rest->line += value.data[i] == '\n';
        text->value = slice_sub(value, 0, at);
        text->is_copied = false;
        rest->value = value = slice_from(value, at + mark.length - 1); /* with its line break */
        line_break->previous = text;
        line_break->next = rest;
        rest->previous = line_break;
        rest->next = text->next;
        if (text->next)
            text->next->previous = rest;
        else
            parent->last = rest;
        text->next = line_break;
        if (is_end)
            remove_child(parent, line_break);
        text = rest;
        at = slice_find(value, mark, 1);
    }
    return text;
}

/* gfm, update_elements. */
static void finish_elements(parser *p, node *tree) {
    for (node *child = tree->first; child; child = child->next) {
        if (child->type == NODE_TEXT) {
            if (slice_find_char(child->value, p->settings.hard_wrap ? '\n' : '\\', 0) != SLICE_NONE)
                child = break_lines(p, tree, child);
        } else if (child->type == NODE_HEADER && p->settings.auto_ids &&
                   !find_attribute(child, SLICE("id"))) {
            set_attribute(p, &child->attributes, SLICE("id"), make_header_id(p, node_text(child)));
        } else if (child->type != NODE_ELEMENT && child->first) {
            finish_elements(p, child);
        }
    }
}

void finish_tree(parser *p) {
    parse_texts(p, p->root);
    replace_abbreviations(p, p->root);
    for (const definition *d = p->footnotes.first; d; d = d->next_added) {
        parse_texts(p, d->note->content);
        replace_abbreviations(p, d->note->content);
    }
    for (const definition *d = p->footnotes.first; d; d = d->next_added)
        if (!d->note->is_used)
            findings_add(p->found, FINDING_FOOTNOTE_UNUSED, d->note->line, "[^%.*s]", SLICE_ARGS(d->name));
    finish_elements(p, p->root);
}
