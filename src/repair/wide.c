/* Pages in encodings of several bytes a character, which are not read: named.
 *
 * Comes in: bytes that are no valid UTF-8, nor text in a code page. Goes out: the name of the encoding that
 * the page is likely in, by the bytes it uses: good enough for a name, not for reading the page. One
 * pass.
 */
#include "encodings.h"

typedef struct byte_counts {
    size_t high, in_runs; /* bytes above 0x7F; those beside another */
    size_t pairs, broken; /* runs read in twos: pairs, bytes left over */
    size_t hangul, hanzi, kana, big5_low, sjis;
} byte_counts;

static void count_pair(byte_counts *c, unsigned char lead, unsigned char trail) {
    c->pairs++;
    c->hangul += lead >= 0xB0 && lead <= 0xC8 && trail >= 0xA1;
    c->hanzi += lead >= 0xB0 && lead <= 0xF7 && trail >= 0xA1;
    c->kana += (lead == 0xA4 || lead == 0xA5) && trail >= 0xA1;
    c->sjis += (lead == 0x82 || lead == 0x83) && trail >= 0x40;
    c->big5_low += lead >= 0xA4 && lead <= 0xC6 && trail >= 0x40 && trail <= 0x7E;
}

static void count_run(byte_counts *c, slice bytes, size_t from, size_t to) {
    const unsigned char *p = (const unsigned char *)bytes.data;
    for (size_t at = from; at < to;) {
        if (at + 1 < to || (at + 1 < bytes.length && p[at + 1] >= 0x40 && p[at + 1] < 0x7F)) {
            count_pair(c, p[at], p[at + 1]);
            at += 2;
        } else {
            c->broken++;
            at++;
        }
    }
}

static void count_bytes(byte_counts *c, slice bytes) {
    const unsigned char *p = (const unsigned char *)bytes.data;
    for (size_t at = 0; at < bytes.length;) {
        size_t from = at;
        while (at < bytes.length && p[at] >= 0x80) {
            size_t sequence = utf8_sequence_length(p + at, bytes.length - at);
            bool surrogate = p[at] == 0xED && at + 2 < bytes.length && p[at + 1] >= 0xA0 &&
                             p[at + 1] <= 0xBF && (p[at + 2] & 0xC0) == 0x80;
            if (sequence > 2 || surrogate) { /* some UTF-8, or CESU-8 */
                c->in_runs += at - from > 1 ? at - from : 0;
                at += surrogate ? 3 : sequence;
                from = at;
                continue;
            }
            at++;
            c->high++;
        }
        size_t length = at - from;
        if (length > 1)
            c->in_runs += length;
        count_run(c, bytes, from, at);
        at += length == 0;
    }
}

const char *likely_wide_encoding(slice bytes) {
    byte_counts c = {0};
    count_bytes(&c, bytes);
    if (c.in_runs * 10 < c.high * 6)
        return NULL;
    if (c.sjis * 4 > c.pairs)
        return "shift_jis";
    if (c.big5_low * 5 > c.pairs)
        return "big5";
    if (c.broken * 12 >= c.pairs) /* words of other scripts have an odd number of letters as often as not */
        return NULL;
    if (c.kana * 5 > c.pairs)
        return "euc-jp";
    return c.hangul * 10 > c.pairs * 8 ? "euc-kr" : c.hanzi * 2 > c.pairs ? "gb18030" : NULL;
}
