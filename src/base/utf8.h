/* UTF-8, for all modules: RFC 3629, table 3-7 of the Unicode standard. Not utf8proc's reading: repair/ also
 * has to read forms that are forbidden (surrogates, overlong ones), and most bytes are ASCII and must cost
 * nothing. */
#ifndef ISOMERIZE_BASE_UTF8_H
#define ISOMERIZE_BASE_UTF8_H

/* Does the byte go on with a character that another one began? */
static inline bool utf8_is_trail(char byte) {
    return ((unsigned char)byte & 0xC0) == 0x80;
}

/* Length of the sequence at `p` (1 to 4), or 0 where there is none. `left` bytes can be read, at least 1. No
 * overlong form, no surrogate, nothing above U+10FFFF. */
static inline size_t utf8_sequence_length(const unsigned char *p, size_t left) {
    unsigned char lead = p[0];
    if (lead < 0x80)
        return 1;
    if (lead < 0xC2 || lead > 0xF4 || left < 2)
        return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (lead == 0xE0)
        low = 0xA0;
    else if (lead == 0xED)
        high = 0x9F;
    else if (lead == 0xF0)
        low = 0x90;
    else if (lead == 0xF4)
        high = 0x8F;
    if (p[1] < low || p[1] > high)
        return 0;
    if (lead < 0xE0)
        return 2;
    if (left < 3 || (p[2] & 0xC0) != 0x80)
        return 0;
    if (lead < 0xF0)
        return 3;
    return left >= 4 && (p[3] & 0xC0) == 0x80 ? 4 : 0;
}

/* What a sequence of that length stands for, also one of a forbidden form. */
static inline uint32_t utf8_value(const unsigned char *p, size_t length) {
    switch (length) {
    case 1:
        return p[0];
    case 2:
        return (uint32_t)(p[0] & 0x1F) << 6 | (p[1] & 0x3F);
    case 3:
        return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    default:
        return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
               (p[3] & 0x3F);
    }
}

/* Decodes the character at `offset` and moves `offset` behind it; of invalid bytes, one byte as U+FFFD. */
uint32_t utf8_next_wide(slice s, size_t *offset); /* the part of utf8_next that few characters need */
static inline uint32_t utf8_next(slice s, size_t *offset) {
    unsigned char lead = (unsigned char)s.data[*offset];
    if (lead >= 0x80)
        return utf8_next_wide(s, offset);
    *offset += 1;
    return lead;
}

bool utf8_is_valid(slice text);

/* Where the character begins that the byte at `at` belongs to; at most the text's length. */
size_t utf8_start(slice text, size_t at);

/* The text's first bytes, at most so many, no character cut in two. */
slice utf8_head(slice text, size_t most);

#endif
