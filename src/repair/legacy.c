/* Pages in another encoding altogether: told from UTF-8 pages with stray bytes, and named.
 *
 * Comes in: bytes that are no valid UTF-8. Goes out: the name of the encoding that the page is likely in,
 * where it is none that is read here. Text of Western Europe has its bytes above 0x7F one by one, between
 * ASCII letters; other scripts have them in runs. Which encoding it is, is told by the bytes it uses: good
 * enough for a name, not for reading the page. One pass.
 */
#include "characters.h"
#include "codepages.h"
#include "private.h"

#define BYTES_MIN 16 /* bytes above 0x7F: fewer tell nothing */

typedef struct byte_counts {
    size_t high, invalid, in_runs; /* bytes above 0x7F; those beside another */
    size_t signs_in_words;         /* bytes that are signs in windows-1252, between two ASCII letters */
    size_t pairs, broken;          /* runs read in twos: pairs, bytes left over */
    size_t hangul, hanzi, kana, big5_low, sjis;
    size_t counts[256];
} byte_counts;

static bool is_ascii_letter(slice bytes, size_t at) {
    return at < bytes.length && is_alpha(bytes.data[at]);
}

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
            c->invalid += sequence == 0;
            c->counts[p[at++]]++;
            c->high++;
        }
        size_t length = at - from;
        if (length > 1)
            c->in_runs += length;
        else if (length == 1 && p[from] >= 0xA1 && p[from] <= 0xBF && is_ascii_letter(bytes, at) &&
                 from > 0 && is_ascii_letter(bytes, from - 1))
            c->signs_in_words++;
        count_run(c, bytes, from, at);
        at += length == 0;
    }
}

/* The page in which the letters are the likeliest ones, small ones before capitals. */
/* Thai: of its letters, the vowels above and below and those that stand in front. No other of these encodings
 * uses the bytes so. */
static bool looks_thai(const byte_counts *c) {
    static const unsigned char vowels[] = {0xD1, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8, 0xD9, 0xE0,
                                           0xE1, 0xE2, 0xE3, 0xE4, 0xE7, 0xE8, 0xE9};
    size_t count = 0, outside = 0;
    for (size_t i = 0; i < sizeof vowels; i++)
        count += c->counts[vowels[i]];
    for (unsigned byte = 0x80; byte <= 0xFF; byte++)
        if (codepage_decode(CODEPAGE_WINDOWS_874, (unsigned char)byte) == 0)
            outside += c->counts[byte];
    return count * 5 > c->high && count * 10 < c->high * 6 && outside * 50 < c->high &&
           c->counts[0xD2] * 40 > c->high;
}

static codepage likeliest_page(const byte_counts *c) {
    static const codepage pages[] = {CODEPAGE_WINDOWS_1251, CODEPAGE_KOI8_R,       CODEPAGE_CP866,
                                     CODEPAGE_ISO_8859_5,   CODEPAGE_WINDOWS_1253, CODEPAGE_WINDOWS_1255,
                                     CODEPAGE_WINDOWS_1256, CODEPAGE_WINDOWS_1250, CODEPAGE_ISO_8859_2,
                                     CODEPAGE_WINDOWS_1254, CODEPAGE_WINDOWS_1257};
    codepage best = pages[0];
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        size_t cost = 0;
        for (unsigned byte = 0x80; byte <= 0xFF; byte++) {
            uint32_t value = codepage_decode(pages[i], (unsigned char)byte);
            character letter = character_of(value ? value : 0x81);
            unsigned points = letter.within + (letter.kind == KIND_UPPER ? 3u : 0u);
            cost += c->counts[byte] * points;
        }
        if (cost < least) {
            least = cost;
            best = pages[i];
        }
    }
    return best;
}

const char *likely_encoding(slice bytes) {
    byte_counts c = {0};
    count_bytes(&c, bytes);
    bool in_runs = c.in_runs * 10 >= c.high * 6,
         signs = c.signs_in_words >= 2 && c.signs_in_words * 8 >= c.high;
    if (c.high < BYTES_MIN || c.invalid * 3 < c.high || (!in_runs && !signs))
        return NULL;
    if (in_runs && c.sjis * 4 > c.pairs)
        return "shift_jis";
    if (in_runs && c.big5_low * 5 > c.pairs)
        return "big5";
    if (in_runs && looks_thai(&c))
        return "windows-874";
    bool twos =
        c.broken * 12 < c.pairs; /* words of other scripts have an odd number of letters as often as not */
    if (!in_runs || !twos)
        return codepage_name(likeliest_page(&c));
    if (c.kana * 5 > c.pairs)
        return "euc-jp";
    return c.hangul * 10 > c.pairs * 8 ? "euc-kr"
           : c.hanzi * 2 > c.pairs     ? "gb18030"
                                       : codepage_name(likeliest_page(&c));
}
