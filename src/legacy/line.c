/* What may start or end a block at the beginning of a line: the regular expressions of kramdown's block
 * parsers, each as a function that looks at one place and moves nothing.
 */
#include "private.h"

/* Ruby: /(?>^\s*\n)+/. White space may hold line breaks: the match ends behind the last of them. */
size_t match_blank_lines(const source *s, size_t at) {
    size_t end = 0;
    for (; at < s->length && is_space(s->text[at]); at++)
        if (s->text[at] == '\n')
            end = at + 1;
    return end;
}

size_t match_rest_blank(const source *s, size_t at) {
    while (at < s->length && is_space(s->text[at]) && s->text[at] != '\n')
        at++;
    return source_char(s, at) == '\n' && at < s->length ? at + 1 : 0;
}

size_t match_end_of_block(const source *s, size_t at) {
    return source_char(s, at) == '^' ? match_rest_blank(s, at + 1) : 0;
}

size_t match_name(const source *s, size_t at) {
    if (!is_word(source_char(s, at)))
        return 0;
    while (is_word(source_char(s, at)) || source_char(s, at) == '-')
        at++;
    return at;
}

size_t skip_indent(const source *s, size_t at) {
    for (int i = 0; i < 3 && source_char(s, at) == ' '; i++)
        at++;
    return at;
}

/* kramdown, IAL_BLOCK. A `\}` belongs to the content, unless only so the list ends its line. */
size_t match_attribute_list(source *s, size_t at, slice *content) {
    at = skip_indent(s, at);
    if (source_char(s, at) != '{' || source_char(s, at + 1) != ':')
        return 0;
    size_t start = at + 2;
    if (source_char(s, start) == ':' || source_char(s, start) == '/')
        return 0;
    size_t escaped[16], count = 0, close = source_ahead(s, AHEAD_BRACE, start);
    while (close != SLICE_NONE && close > start && s->text[close - 1] == '\\') {
        escaped[count++ % 16] = close;
        close = source_ahead(s, AHEAD_BRACE, close + 1);
    }
    for (size_t i = 0; i <= count && i <= 16; i++) {
        if (i > 0)
            close = escaped[(count - i) % 16];
        size_t end = close == SLICE_NONE || close == start ? 0 : match_rest_blank(s, close + 1);
        if (end) {
            *content = source_slice(s, start, close);
            return end;
        }
    }
    return 0;
}

size_t match_code_indent(const source *s, size_t at) {
    if (source_char(s, at) == '\t')
        return at + 1;
    return at + 4 <= s->length && memcmp(s->text + at, "    ", 4) == 0 ? at + 4 : 0;
}

/* kramdown, PATTERN_TAIL: a tab, a space, and, by a slip that pages rely on by now, a bar. */
static bool starts_tail(char c) {
    return c == '\t' || c == ' ' || c == '|';
}

bool starts_list(const source *s, size_t at, bool ordered, size_t indent_max, size_t *marker_end) {
    for (size_t i = 0; i < indent_max && source_char(s, at) == ' '; i++)
        at++;
    char c = source_char(s, at);
    if (ordered) {
        if (!is_digit(c))
            return false;
        while (is_digit(source_char(s, at)))
            at++;
        c = source_char(s, at);
    }
    if (ordered ? c != '.' : c != '*' && c != '-' && c != '+')
        return false;
    *marker_end = at + 1;
    return starts_tail(source_char(s, at + 1));
}

bool starts_any_list(const source *s, size_t at) {
    size_t end;
    return starts_list(s, at, false, 3, &end) || starts_list(s, at, true, 3, &end);
}

bool starts_definition(const source *s, size_t at, size_t indent_max, size_t *marker_end) {
    for (size_t i = 0; i < indent_max && source_char(s, at) == ' '; i++)
        at++;
    *marker_end = at + 1;
    return source_char(s, at) == ':' && starts_tail(source_char(s, at + 1));
}

size_t match_rule(const source *s, size_t at) {
    at = skip_indent(s, at);
    char mark = source_char(s, at);
    if (mark != '*' && mark != '-' && mark != '_')
        return 0;
    size_t count = 0;
    for (; at < s->length; at++) {
        if (s->text[at] == mark)
            count++;
        else if (s->text[at] != ' ' && s->text[at] != '\t')
            break;
    }
    return count >= 3 && source_char(s, at) == '\n' ? at + 1 : 0;
}

/* kramdown, LAZY_END_HTML_START and _STOP: names of the span kind are known by their exact case here. */
bool starts_html_block(source *s, size_t at) {
    bool is_end = source_char(s, at + 1) == '/';
    size_t start = at + 1 + is_end, end = match_tag_name(s, start), word = start;
    if (end == 0)
        return false;
    while (word < s->length && is_word_at(s, word))
        word += character_length(s, word);
    slice name = source_slice(s, start, word);
    const element_info *info = find_element(name);
    if ((info && info->place == PLACE_SPAN) || slice_equal(name, SLICE("script")))
        return false;
    if (!is_end)
        return true;
    while (is_space(source_char(s, end)))
        end++;
    return source_char(s, end) == '>';
}

/* kramdown, LAZY_END. */
bool ends_lazy_lines(source *s, size_t at) {
    slice content;
    if (at >= s->length)
        return true;
    size_t start = skip_indent(s, at);
    switch (s->text[start < s->length ? start : at]) {
    case '{':
        return match_attribute_list(s, at, &content) != 0;
    case '<':
        return starts_html_block(s, start);
    case '^':
        return match_end_of_block(s, at) != 0;
    case ' ':
    case '\t':
    case '\n':
    case '\v':
    case '\f':
    case '\r':
        return match_blank_lines(s, at) != 0;
    default:
        return false;
    }
}

/* The GFM parser's quirk `paragraph_end`: more kinds of lines end a paragraph than in kramdown. */
bool ends_paragraph(source *s, size_t at) {
    if (at >= s->length)
        return true;
    size_t start = skip_indent(s, at), end = start;
    switch (source_char(s, start)) {
    case '>':
        return true;
    case '#':
        while (source_char(s, end) == '#')
            end++;
        return start == at && end - start <= 6 && (source_char(s, end) == ' ' || source_char(s, end) == '\t');
    case ':':
        return starts_definition(s, at, 3, &end);
    case '`':
    case '~':
        while (end < start + 3 && (source_char(s, end) == '`' || source_char(s, end) == '~'))
            end++;
        return end == start + 3;
    case '*':
    case '-':
    case '+':
        return starts_list(s, at, false, 3, &end);
    default:
        return is_digit(source_char(s, start)) ? starts_list(s, at, true, 3, &end) : ends_lazy_lines(s, at);
    }
}

/* kramdown, BLOCK_BOUNDARY. */
bool before_block_boundary(source *s) {
    slice content;
    return s->at >= s->length || match_blank_lines(s, s->at) || match_end_of_block(s, s->at) ||
           match_attribute_list(s, s->at, &content);
}

/* An indented line with something on it: the place behind it, or 0. */
static size_t match_indented_line(const source *s, size_t at) {
    size_t start = match_code_indent(s, at);
    if (!start)
        return 0;
    while (source_char(s, start) == ' ' || source_char(s, start) == '\t')
        start++;
    return start < s->length && !is_space(s->text[start]) ? source_line_end(s, start) : 0;
}

/* A line that goes on with the code before it though it is not indented. */
static size_t match_lazy_code_line(source *s, size_t at) {
    slice content;
    size_t start = skip_indent(s, at), text = at;
    if (match_attribute_list(s, at, &content) || match_end_of_block(s, at) ||
        (source_char(s, start) == '<' && starts_html_block(s, start)))
        return 0;
    while (source_char(s, text) == ' ' || source_char(s, text) == '\t')
        text++;
    return text < s->length && !is_space(s->text[text]) ? source_line_end(s, text) : 0;
}

/* kramdown, CODEBLOCK_MATCH: `at` when there is none. */
size_t match_code_lines(source *s, size_t at) {
    for (;;) {
        size_t start = match_blank_lines(s, at), line = match_indented_line(s, start ? start : at);
        if (!line)
            return at;
        while (line) {
            at = line;
            line = match_indented_line(s, at);
        }
        while ((line = match_lazy_code_line(s, at)))
            at = line;
    }
}
