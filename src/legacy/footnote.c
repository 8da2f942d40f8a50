/* Footnotes: the number in the text, and the list at the page's end with its links back. */
#include "private.h"

void render_footnote_marker(renderer *r, footnote *note) {
    slice prefix = r->parser->settings.footnote_prefix;
    if (!note->is_written) {
        note->is_written = true;
        note->number = (uint32_t)(r->parser->settings.footnote_number + r->note_count++);
        if (r->last_note)
            r->last_note->next_written = note;
        else
            r->first_note = note;
        r->last_note = note;
        buffer_printf(&r->out, "<sup id=\"fnref:%.*s%.*s\" role=\"doc-noteref\">", SLICE_ARGS(prefix),
                      SLICE_ARGS(note->name));
    } else {
        buffer_printf(&r->out, "<sup id=\"fnref:%.*s%.*s:%u\" role=\"doc-noteref\">", SLICE_ARGS(prefix),
                      SLICE_ARGS(note->name), ++note->repeats);
    }
    buffer_printf(&r->out, "<a href=\"#fn:%.*s%.*s\" class=\"footnote\" rel=\"footnote\">%d</a></sup>",
                  SLICE_ARGS(prefix), SLICE_ARGS(note->name), (int)note->number);
}

static void add_verbatim(parser *p, node *parent, slice text) {
    node *n = new_node(p, NODE_VERBATIM, 0);
    n->value = text;
    append_child(parent, n);
}

/* The paragraph that the links back go to: the last one, or a new one. */
static node *find_backlink_place(parser *p, node *item, bool *is_new) {
    node *last = item->last, *place = NULL;
    if ((last && last->type == NODE_PARAGRAPH) || p->settings.footnote_backlink_inline) {
        node *parent = item;
        while (parent->last && parent->last->type != NODE_PARAGRAPH && parent->last->type != NODE_HEADER)
            parent = parent->last;
        place = parent->last;
    }
    *is_new = !place;
    if (!place) {
        place = new_node(p, NODE_PARAGRAPH, 0);
        append_child(item, place);
    }
    return place;
}

static void add_backlinks(renderer *r, footnote *note, node *item) {
    parser *p = r->parser;
    slice text = p->settings.footnote_backlink, prefix = p->settings.footnote_prefix;
    bool is_new;
    node *place = find_backlink_place(p, item, &is_new);
    if (text.length == 0)
        return;
    for (uint32_t i = 0; i <= note->repeats; i++) {
        buffer out = buffer_new(p->arena, 128);
        buffer_printf(&out, "%s<a href=\"#fnref:%.*s%.*s", i == 0 && is_new ? "" : "\u00A0",
                      SLICE_ARGS(prefix), SLICE_ARGS(note->name));
        if (i > 0)
            buffer_printf(&out, ":%u", i);
        buffer_append(&out, SLICE("\" class=\"reversefootnote\" role=\"doc-backlink\">"));
        add_verbatim(p, place, buffer_slice(&out));
        node *label = new_node(p, NODE_TEXT, 0);
        label->value = text;
        append_child(place, label);
        add_verbatim(p, place, i > 0 ? format_slice(p->arena, "<sup>%u</sup></a>", i + 1) : SLICE("</a>"));
    }
}

void render_footnotes(renderer *r) {
    parser *p = r->parser;
    if (!r->first_note)
        return;
    buffer_append(&r->out, SLICE("<div class=\"footnotes\" role=\"doc-endnotes\">\n  <ol"));
    if (p->settings.footnote_number != 1)
        buffer_printf(&r->out, " start=\"%ld\"", p->settings.footnote_number);
    buffer_append(&r->out, SLICE(">\n"));
    for (footnote *note = r->first_note; note; note = note->next_written) {
        node *item = new_node(p, NODE_ITEM, note->line);
        item->first = note->content->first;
        item->last = note->content->last;
        set_attribute(p, &item->attributes, SLICE("id"),
                      format_slice(p->arena, "fn:%.*s%.*s", SLICE_ARGS(p->settings.footnote_prefix),
                                   SLICE_ARGS(note->name)));
        set_attribute(p, &item->attributes, SLICE("role"), SLICE("doc-endnote"));
        add_backlinks(r, note, item);
        render_node(r, item, NULL, 4);
    }
    buffer_append(&r->out, SLICE("  </ol>\n</div>\n"));
}
