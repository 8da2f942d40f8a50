/* HTML in text: tags of the span kind with Markdown inside, comments; block tags and stray end tags are text
 * here, as on the live page.
 */
#include "private.h"

static void show_tag(spans *s, finding_code code, size_t end) {
    report_text(s->parser, s->source, code, s->source->at, end);
    take_text(s, end);
}

/* Line breaks in values become spaces. */
static void join_lines(parser *p, attribute *list) {
    for (; list; list = list->next) {
        slice value = list->value;
        if (slice_find_char(value, '\n', 0) == SLICE_NONE)
            continue;
        buffer out = buffer_new(p->arena, value.length);
        for (size_t i = 0; i < value.length; i++)
            if (value.data[i] != '\n')
                buffer_append_char(&out, value.data[i]);
            else if (i == 0 || value.data[i - 1] != '\n')
                buffer_append_char(&out, ' ');
        list->value = buffer_slice(&out);
    }
}

static bool reads_markdown(spans *s, html_tag *tag) {
    content_model own = tag->info ? tag->info->content : CONTENT_RAW;
    bool is_raw = own == CONTENT_RAW || (s->tree->type == NODE_ELEMENT && s->tree->content == CONTENT_RAW);
    bool reads = !is_raw && s->parser->settings.parse_span_html;
    bool is_default = false;
    for (const attribute *a = tag->attributes; a; a = a->next)
        is_default |= slice_equal(a->name, SLICE("markdown")) && slice_equal(a->value, SLICE("1"));
    content_model asked = take_markdown_attribute(&tag->attributes, tag->info);
    if (is_default)
        return own != CONTENT_RAW;
    return asked == CONTENT_SPAN ? true : asked == CONTENT_RAW ? false : reads;
}

static void parse_element_spans(spans *s, const html_tag *tag, bool reads) {
    source *src = s->source;
    node *element = take_node(s, NODE_ELEMENT, tag->end);
    element->value = tag->name;
    element->attributes = tag->attributes;
    element->content = reads ? CONTENT_SPAN : CONTENT_RAW;
    element->is_closed = tag->is_closed;
    if (tag->is_closed || (tag->info && !tag->info->has_body))
        return;
    span_stop stop = {.kind = STOP_END_TAG, .name = tag->name, .ignore_case = tag->info != NULL};
    if (parse_spans(s, element, &stop, s->inside, reads ? SPANS_ALL : SPANS_HTML)) {
        size_t end = src->at + 2 + tag->name.length;
        while (source_char(src, end) != '>')
            end++;
        src->at = end + 1;
    } else {
        add_text(s->parser, element, source_slice(src, src->at, src->length), NODE_TEXT,
                 source_line(src, src->at));
        src->at = src->length;
    }
}

bool parse_span_html(spans *s) {
    parser *p = s->parser;
    source *src = s->source;
    size_t start = src->at, end;
    char next = source_char(src, start + 1);
    slice name;
    html_tag tag;
    if ((end = next == '!' ? match_comment(src, start) : 0)) {
        node *comment = take_node(s, NODE_VERBATIM, end);
        comment->value = source_slice(src, start, end);
        return true;
    }
    if (next == '/' && (end = match_end_tag(src, start, &name))) {
        show_tag(s, FINDING_END_TAG_SHOWN, end);
        return true;
    }
    if (next != '/' && match_start_tag(p, src, start, true, &tag)) {
        if (tag.info && tag.info->place == PLACE_BLOCK) {
            show_tag(s, FINDING_BLOCK_TAG_SHOWN, tag.end);
        } else if (p->depth > SPAN_NESTING_MAX) {
            report_nesting(p, source_line(src, start));
            take_text(s, tag.end);
        } else {
            join_lines(p, tag.attributes);
            bool reads = reads_markdown(s, &tag);
            parse_element_spans(s, &tag, reads);
        }
        return true;
    }
    if (next != '/' && !match_tag_name(src, start + 1) &&
        !slice_starts_with(source_slice(src, start, src->length), SLICE("<!--")))
        return false;
    take_text(s, start + 1);
    return true;
}
