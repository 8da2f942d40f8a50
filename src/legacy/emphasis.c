/* Emphasis: `*` and `_`, single and double, by kramdown's rules.
 *
 * A mark opens when no white space follows it; it closes at the first mark of its kind that no white space
 * precedes.
 */
#include "private.h"

/* Parses what stands behind the opening mark into `element`. True: the source stands before the closing one.
 */
static bool parse_inside(spans *s, node *element, char mark, uint8_t length) {
    source *src = s->source;
    unsigned kind = (mark == '_' ? 2u : 0u) + (length == 2); /* KIND_STAR … KIND_LINES */
    size_t start = src->at;
    if (!may_try(s, kind) || s->parser->depth > SPAN_NESTING_MAX)
        return false;
    span_stop stop = {.kind = STOP_EMPHASIS, .mark = mark, .length = length, .failure = failure_of(s, kind)};
    uint8_t inside = s->inside | (length == 2 ? IN_STRONG : IN_EMPHASIS);
    if (parse_spans(s, element, &stop, inside, s->mode))
        return true;
    note_failure(s, kind, src->length - start);
    return false;
}

void parse_emphasis(spans *s) {
    source *src = s->source;
    size_t start = src->at;
    char mark = src->text[start];
    uint8_t length = source_char(src, start + 1) == mark ? 2 : 1;
    size_t behind = start + length;
    bool in_word = mark == '_' && (is_alpha_before(src, start) || (start > 1 && src->text[start - 1] == '-' &&
                                                                   is_alpha_before(src, start - 1)));
    if (in_word || is_space(source_char(src, behind)) ||
        (s->inside & (length == 2 ? IN_STRONG : IN_EMPHASIS))) {
        take_text(s, behind);
        return;
    }
    uint32_t line = source_line(src, start);
    node *element = new_node(s->parser, length == 2 ? NODE_STRONG : NODE_EMPHASIS, line);
    src->at = behind;
    bool found = parse_inside(s, element, mark, length);
    if (!found && length == 2 && s->tree->type != NODE_EMPHASIS) {
        src->at = start + 1;
        length = 1;
        element = new_node(s->parser, NODE_EMPHASIS, line);
        found = parse_inside(s, element, mark, length);
    }
    if (!found) {
        src->at = start;
        take_text(s, behind);
        return;
    }
    src->at += length;
    append_child(s->tree, element);
}
