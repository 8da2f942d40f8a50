/* Browsers keep control characters and noncharacters in text and attributes, where nobody sees them (WHATWG
 * HTML §13.2.3.5: parse errors only). gumbo 0.10 reads each as U+FFFD, which everybody sees. NUL is not among
 * them: the parser's own rules drop or replace it.
 */
#include "stand_in.h"

#define FIRST 0x10F000u /* plane 16 is private use; so many characters from here on */
#define C1_END 0xA0u
#define FDD0_COUNT 32u
#define COUNT (C1_END + FDD0_COUNT + 2 * 17u)

/* What stands in for the character; 0: nothing has to. gumbo, utf8_is_invalid_code_point. */
static uint32_t stand_in(uint32_t c) {
    if ((c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || (c >= 0x7F && c < C1_END))
        return FIRST + c;
    if (c >= 0xFDD0 && c < 0xFDD0 + FDD0_COUNT)
        return FIRST + C1_END + (c - 0xFDD0);
    if ((c & 0xFFFE) == 0xFFFE)
        return FIRST + C1_END + FDD0_COUNT + 2 * (c >> 16) + (c & 1);
    return 0;
}

static uint32_t meant_by(uint32_t c) {
    uint32_t at = c - FIRST;
    if (at < C1_END)
        return at;
    at -= C1_END;
    if (at < FDD0_COUNT)
        return 0xFDD0 + at;
    at -= FDD0_COUNT;
    return (at / 2) << 16 | 0xFFFE | (at & 1);
}

static bool is_stand_in(uint32_t c) {
    return c >= FIRST && c - FIRST < COUNT;
}

/* Can a character that begins with the byte be one that has a stand-in, or a stand-in? */
static bool may_begin_one(unsigned char byte) {
    return (byte < 0x20 && byte != '\n' && byte != '\t' && byte != '\f' && byte != '\r') || byte == 0x7F ||
           byte == 0xC2 || byte >= 0xEF;
}

bool stand_in_edits(slice html, vector *edits, arena *a) {
    size_t before = edits->count;
    for (size_t at = 0; at < html.length;) {
        size_t next = at + 1;
        if (may_begin_one((unsigned char)html.data[at])) {
            next = at;
            uint32_t c = utf8_next(html, &next), other = stand_in(c);
            if (is_stand_in(c)) {
                edits->count = before;
                return false;
            }
            if (other) {
                buffer text = buffer_new(a, 4);
                buffer_append_codepoint(&text, other);
                *(html_edit *)vector_push(edits) = (html_edit){at, next - at, buffer_slice(&text)};
            }
        }
        at = next;
    }
    return edits->count > before;
}

slice without_stand_ins(slice text, arena *a) {
    static const slice LEAD = LITERAL("\xF4\x8F"); /* of U+10F000 to U+10FFFF */
    size_t found = slice_find(text, LEAD, 0), from = 0;
    if (found == SLICE_NONE)
        return text;
    buffer out = buffer_new(a, text.length);
    for (; found != SLICE_NONE; found = slice_find(text, LEAD, from)) {
        buffer_append(&out, slice_sub(text, from, found));
        from = found;
        uint32_t c = utf8_next(text, &from);
        buffer_append_codepoint(&out, is_stand_in(c) ? meant_by(c) : c);
    }
    buffer_append(&out, slice_from(text, from));
    return buffer_slice(&out);
}
