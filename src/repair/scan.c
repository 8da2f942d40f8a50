/* The fast look over a text, eight bytes at a time while it is ASCII.
 *
 * Comes in: valid UTF-8. Goes out: the next place where a character may have to be repaired: what cannot be
 * mojibake, composed, invisible or a control is passed over. Must see every such place; may see more.
 */
#include "scan.h"
#include "normalise.h"

#define REPEAT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* 0x80 in each byte of an all-ASCII word that is `byte`. */
static uint64_t bytes_that_are(uint64_t word, unsigned char byte) {
    return ~((word ^ REPEAT(byte)) + REPEAT(0x7F)) & REPEAT(0x80);
}

/* Is a byte of an all-ASCII word a control character other than tab and line feed? May say yes of an honest
 * word. */
static bool holds_control(uint64_t word) {
    uint64_t below_space = (word - REPEAT(0x20)) & ~word & REPEAT(0x80);
    uint64_t delete = (word + REPEAT(1)) & REPEAT(0x80);
    if (below_space)
        below_space &= ~(bytes_that_are(word, '\n') | bytes_that_are(word, '\t'));
    return (below_space | delete) != 0;
}

/* Can a misread sequence begin with this character, in any of the code pages? False is certain. */
static bool may_lead(uint32_t value) {
    return (value >= 0xA0 && value <= 0x06FF) || (value >= 0x2000 && value <= 0x25FF) || value == 0xF8FF ||
           value == 0xFB01 || value == 0xFB02;
}

/* May the character before, some lead, be followed by a trail that starts with this byte? Trails are below
 * U+0700 or from U+2000 to U+25FF, U+FB01 and U+FFFD, or written as a reference. */
static bool may_trail(unsigned char byte) {
    return (byte >= 0xC2 && byte <= 0xDB) || byte == 0xE2 || byte == 0xEF || byte == '&';
}

/* What the composing scripts of these sites need looked at: Tamil vowel signs in two parts. Everything else
 * of Tamil, Han, kana and Hangul is as NFC wants it. */
static bool may_compose(uint32_t value, uint32_t before) {
    if (value < 0x300)
        return false;
    if (value >= 0x0B80 && value <= 0x0BFF)
        return value == 0x0BD7 || (value == 0x0BBE && (before == 0x0BC6 || before == 0x0BC7));
    if (value >= 0x3000 && value <= 0xD7A3)
        return value == 0x3099 || value == 0x309A;
    if (value >= 0x2010 && value <= 0x2027)
        return false;
    return normalise_may_compose(value);
}

static bool is_invisible(uint32_t value) {
    return value == 0xAD || value == 0x61C || (value >= 0x200B && value <= 0x200F) ||
           (value >= 0x2028 && value <= 0x202E) || (value >= 0x2060 && value <= 0x206F) || value == 0xFEFF ||
           value == 0xFFFD || value == 0xFFFE || value == 0xFFFF;
}

static bool deserves_a_look(uint32_t value, uint32_t before, const unsigned char *next,
                            const unsigned char *end) {
    if (value < 0xA0 || value == 0xC2 || value == 0xC3 || is_invisible(value))
        return true;
    if (next < end && may_trail(*next) && may_lead(value))
        return true;
    if (value == 0xE2 && next < end &&
        strchr("?\"'strvldmaeiouh", *next)) /* a quotation mark made ASCII, or cut short */
        return *next != 0;
    if (end - next > 1 &&
        ((*next == '?' && next[1] >= 0x80) || (value == 0xE2 && *next == ' ' && is_digit((char)next[1]))))
        return true; /* a sign of which a byte is lost */
    return may_compose(value, before);
}

size_t scan_characters(slice text, size_t from) {
    const unsigned char *start = (const unsigned char *)text.data, *p = start + from,
                        *end = start + text.length;
    uint32_t before = 0;
    while (p < end) {
        while (end - p >= 8) {
            uint64_t word;
            memcpy(&word, p, sizeof word);
            if ((word & REPEAT(0x80)) || holds_control(word))
                break;
            p += 8;
        }
        const unsigned char *stop = end - p < 8 ? end : p + 8;
        while (p < stop || (p < end && *p >= 0x80)) {
            if (*p >= 0xE4 && *p <= 0xE9) { /* Han: nothing to repair, nothing that composes */
                before = 0;
                p += 3;
                continue;
            }
            if (*p == 0xE0 && (p[1] & 0xFE) == 0xAE) { /* Tamil */
                uint32_t value = utf8_value(p, 3);
                if (may_compose(value, before))
                    return (size_t)(p - start);
                before = value;
                p += 3;
                continue;
            }
            if (*p < 0x80) {
                if ((*p < 0x20 && *p != '\n' && *p != '\t') || *p == 0x7F)
                    return (size_t)(p - start);
                p++;
                before = 0;
                continue;
            }
            size_t length = utf8_sequence_length(p, (size_t)(end - p));
            uint32_t value = utf8_value(p, length);
            if (deserves_a_look(value, before, p + length, end))
                return (size_t)(p - start);
            before = value;
            p += length;
        }
    }
    return SLICE_NONE;
}

static size_t name_end(slice text, size_t at) {
    size_t end = at;
    while (end < text.length && end - at < 9 && (is_alnum(text.data[end]) || text.data[end] == '#'))
        end++;
    return end < text.length && end > at && text.data[end] == ';' ? end + 1 : 0;
}

size_t scan_references(slice text, size_t from) {
    for (size_t at = from; (at = slice_find_char(text, '&', at)) != SLICE_NONE; at++) {
        size_t end = name_end(text, at + 1);
        if (end == 0)
            continue;
        slice name = slice_sub(text, at + 1, end - 1);
        if (slice_equal(name, SLICE("amp"))) {
            if (name_end(text, end))
                return at;
        } else if (slice_equal(name, SLICE("Acirc")) || slice_equal(name, SLICE("Atilde")) ||
                   name.data[0] == '#') {
            return at;
        } else if (!slice_equal(name, SLICE("nbsp")) && end < text.length &&
                   may_trail((unsigned char)text.data[end])) {
            return at;
        }
    }
    return SLICE_NONE;
}

size_t scan_percents(slice text, size_t from) {
    for (size_t at = from; (at = slice_find_char(text, '%', at)) != SLICE_NONE; at++) {
        /* %C2 to %EF, and behind it as many percent-encoded bytes as a second character needs at the least */
        if (at + 12 > text.length || !strchr("cCdDeE", text.data[at + 1]) || text.data[at + 3] != '%' ||
            text.data[at + 6] != '%')
            continue;
        size_t second = at + (to_lower(text.data[at + 1]) == 'e' ? 9 : 6);
        if (second + 2 < text.length && text.data[second] == '%' && strchr("cCdDeE", text.data[second + 1]))
            return at;
    }
    return SLICE_NONE;
}
