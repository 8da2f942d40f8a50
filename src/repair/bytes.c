/* Bytes → valid UTF-8 with LF line ends: UTF-16, byte order marks, stray bytes of other encodings, forbidden
 * forms.
 *
 * Comes in: any bytes. Goes out: the input itself where it is fine already, else a copy with each fault
 * decoded to what was meant. Must never drop a byte without a finding, nor read one outside the input.
 */
#include "encodings.h"
#include "private.h"

typedef struct decoder {
    const repair_job *job;
    const unsigned char *in;
    size_t length, at;
    buffer out;
    uint32_t line, column; /* of `at`, 1-based */
    uint32_t line_ends;    /* CRs made LF so far */
    uint32_t first_line_end;
    raw_encoding raw; /* of the bytes that are no UTF-8 */
    size_t others;    /* of its words that may be in another page: how many were passed */
} decoder;

/* ---- what needs no work ------------------------------------------------------------------------------ */

#define REPEAT(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t load_word(const unsigned char *p) {
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

/* High bits at the bytes of an all-ASCII word that are `byte` (and perhaps above such a byte, never without
 * one). */
static uint64_t bytes_equal(uint64_t word, unsigned char byte) {
    uint64_t difference = word ^ REPEAT(byte);
    return (difference - REPEAT(1)) & ~difference & REPEAT(0x80);
}

/* The offset of the first byte from `at` on that is not as it should be: invalid, CR or NUL. */
static size_t skip_fine(const unsigned char *in, size_t at, size_t length) {
    while (at < length) {
        while (length - at >= 8) {
            uint64_t word = load_word(in + at);
            if ((word & REPEAT(0x80)) | bytes_equal(word, '\r') | bytes_equal(word, 0))
                break;
            at += 8;
        }
        size_t stop = length - at < 8 ? length : at + 8;
        while (at < stop || (at < length && in[at] >= 0x80)) {
            if (is_plain_triple(in + at, length - at)) {
                at += 3;
                continue;
            }
            size_t sequence = utf8_sequence_length(in + at, length - at);
            if (sequence == 0 || in[at] == '\r' || in[at] == 0)
                return at;
            at += sequence;
        }
    }
    return length;
}

/* ---- emitting ---------------------------------------------------------------------------------------- */

static void count_places(decoder *d, const unsigned char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\n') {
            d->line++;
            d->column = 1;
        } else if (!utf8_is_trail((char)text[i])) {
            d->column++;
        }
    }
}

static void copy_fine(decoder *d, size_t to) {
    count_places(d, d->in + d->at, to - d->at);
    buffer_append(&d->out, (slice){(const char *)d->in + d->at, to - d->at});
    d->at = to;
}

static slice show_bytes(const decoder *d, size_t from, size_t to) {
    buffer shown = buffer_new(d->job->arena, (to - from) * 4);
    for (size_t i = from; i < to; i++)
        buffer_printf(&shown, "\\x%02X", d->in[i]);
    return buffer_slice(&shown);
}

/* Long runs are shown by their beginning: a finding is for a person. */
#define SHOWN_BYTES 64

/* Reports that the bytes from `at` to `to` became what the output holds from `written` on, and steps over
 * them. */
static void report_run(decoder *d, finding_code code, size_t to, size_t written, const char *detail) {
    slice after = {d->out.data + written, d->out.length - written};
    size_t shown_to = to - d->at > SHOWN_BYTES ? d->at + SHOWN_BYTES : to;
    size_t cut = after.length > SHOWN_BYTES * 3 ? SHOWN_BYTES * 3 : after.length;
    while (cut < after.length && utf8_is_trail(after.data[cut]))
        cut--;
    finding *added = findings_add(d->job->found, code, d->line, "%s", detail);
    if (added) {
        added->column = d->column;
        added->before = show_bytes(d, d->at, shown_to);
        added->after = slice_copy(slice_sub(after, 0, cut), d->job->arena);
    }
    count_places(d, (const unsigned char *)after.data, after.length);
    d->at = to;
}

/* ---- forbidden forms of UTF-8 ------------------------------------------------------------------------ */

static bool is_trail(const decoder *d, size_t at) {
    return at < d->length && utf8_is_trail((char)d->in[at]);
}

/* Two surrogates of three bytes each, as CESU-8 (Unicode Technical Report 26) writes characters above U+FFFF.
 */
static bool decode_surrogates(decoder *d) {
    const unsigned char *p = d->in + d->at;
    if (p[0] != 0xED || !is_trail(d, d->at + 1) || !is_trail(d, d->at + 2) || p[1] < 0xA0)
        return false;
    size_t written = d->out.length;
    bool pair = p[1] < 0xB0 && d->length - d->at >= 6 && p[3] == 0xED && p[4] >= 0xB0 && p[4] <= 0xBF &&
                is_trail(d, d->at + 5);
    if (pair && !is_off(d->job, FINDING_ENCODING_SURROGATES)) {
        uint32_t high = utf8_value(p, 3) - 0xD800, low = utf8_value(p + 3, 3) - 0xDC00;
        buffer_append_codepoint(&d->out, 0x10000 + (high << 10 | low));
        report_run(d, FINDING_ENCODING_SURROGATES, d->at + 6, written, "CESU-8");
    } else {
        buffer_append_codepoint(&d->out, REPLACEMENT);
        report_run(d, FINDING_ENCODING_LOST, d->at + 3, written, "half of a UTF-16 pair");
    }
    return true;
}

/* The value of an overlong form at `at` (its length in `length`), or 0 where there is none. Two bytes count
 * only where they mean a letter, a digit, a space or NUL (as Java writes it): À and Á are more often
 * Windows-1252, and nothing that could be markup is to appear out of nowhere (RFC 3629, 10). */
static bool overlong_value(const decoder *d, uint32_t *value, size_t *length) {
    const unsigned char *p = d->in + d->at;
    if ((p[0] == 0xC0 || p[0] == 0xC1) && is_trail(d, d->at + 1)) {
        *length = 2;
        *value = utf8_value(p, 2);
        return *value == 0 || *value == ' ' || is_alnum((char)*value);
    }
    size_t wanted = p[0] == 0xE0 ? 3 : p[0] == 0xF0 ? 4 : 0;
    for (size_t i = 1; i < wanted; i++)
        if (!is_trail(d, d->at + i))
            return false;
    if (wanted == 0)
        return false;
    *length = wanted;
    *value = utf8_value(p, wanted);
    return *value >= 0xA0 && (*value < 0xD800 || *value > 0xDFFF);
}

static bool decode_overlong(decoder *d) {
    uint32_t value = 0;
    size_t length = 0;
    if (is_off(d->job, FINDING_ENCODING_OVERLONG) || !overlong_value(d, &value, &length))
        return false;
    size_t written = d->out.length;
    if (value)
        buffer_append_codepoint(&d->out, value);
    report_run(d, FINDING_ENCODING_OVERLONG, d->at + length, written,
               value ? "overlong form" : "overlong NUL, removed");
    return true;
}

/* ---- stray bytes ------------------------------------------------------------------------------------- */

/* A sequence that begins well and breaks off: lead byte and one trail byte or more, but too few. */
static size_t truncated_length(const decoder *d, size_t at) {
    unsigned char lead = d->in[at];
    size_t wanted = lead >= 0xE1 && lead <= 0xEF ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    size_t length = 1;
    while (length < wanted && is_trail(d, at + length))
        length++;
    return wanted && length > 1 && length < wanted ? length : 0;
}

/* Is a truncated sequence better read as UTF-8 with a byte missing than as Windows-1252? It is where
 * Windows-1252 would put a sign behind the letter that does not close anything (`â€`), and not where it would
 * not (`é”`). */
static bool reads_as_truncated(const decoder *d, size_t at, size_t length) {
    static const unsigned char closing[] = {0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99, 0x9A, 0x9C,
                                            0x9E, 0xA0, 0xA9, 0xAA, 0xAE, 0xB2, 0xB3, 0xB9, 0xBA, 0xBB};
    for (size_t i = 1; i < length; i++)
        if (!memchr(closing, d->in[at + i], sizeof closing))
            return true;
    return false;
}

static void decode_truncated(decoder *d, size_t length) {
    size_t written = d->out.length;
    buffer_append_codepoint(&d->out, REPLACEMENT);
    report_run(d, FINDING_ENCODING_LOST, d->at + length, written, "a UTF-8 sequence that breaks off");
}

/* The word at `at` that may be in another page than the others; NULL: none is. */
static const raw_word *word_of_other_page(decoder *d) {
    const vector *others = &d->raw.others;
    while (d->others < others->count && ((const raw_word *)vector_at(others, d->others))->to <= d->at)
        d->others++;
    const raw_word *w = d->others < others->count ? vector_at(others, d->others) : NULL;
    return w && w->from <= d->at ? w : NULL;
}

/* Each invalid byte of the run at `at` as its character in the page of the others. */
static void decode_stray(decoder *d) {
    size_t written = d->out.length, to = d->at;
    bool off = is_off(d->job, FINDING_ENCODING_WINDOWS_1252), lost = off;
    const raw_word *other = off ? NULL : word_of_other_page(d);
    bool sure = d->raw.page == CODEPAGE_WINDOWS_1252 && d->raw.certain && !other;
    codepage page = other ? other->page : d->raw.page;
    do {
        uint32_t character = off ? 0 : codepage_decode(page, d->in[to]);
        lost = lost || character == 0;
        buffer_append_codepoint(&d->out, character ? character : REPLACEMENT);
        to++;
    } while (to < d->length && d->in[to] >= 0x80 && !utf8_sequence_length(d->in + to, d->length - to) &&
             d->in[to] != 0xED && !truncated_length(d, to));
    report_run(d,
               lost   ? FINDING_ENCODING_LOST
               : sure ? FINDING_ENCODING_WINDOWS_1252
                      : FINDING_ENCODING_OTHER,
               to, written,
               off    ? "bytes that are not UTF-8"
               : lost ? "bytes that no encoding explains"
               : other
                   ? format_slice(d->job->arena, "%s, or %s", codepage_name(page),
                                  codepage_name(page == other->other ? CODEPAGE_WINDOWS_1252 : other->other))
                         .data
                   : codepage_name(page));
}

static void decode_control(decoder *d) {
    size_t written = d->out.length, to = d->at;
    while (to < d->length && d->in[to] == 0)
        to++;
    report_run(d, FINDING_ENCODING_CONTROL, to, written, "NUL, removed");
}

static void decode_line_end(decoder *d) {
    if (d->line_ends++ == 0)
        d->first_line_end = d->line;
    d->at += d->at + 1 < d->length && d->in[d->at + 1] == '\n' ? 2 : 1;
    buffer_append_char(&d->out, '\n');
    d->line++;
    d->column = 1;
}

static void decode_fault(decoder *d) {
    unsigned char byte = d->in[d->at];
    if (byte == '\r') {
        decode_line_end(d);
    } else if (byte == 0) {
        decode_control(d);
    } else if (!decode_surrogates(d) && !decode_overlong(d)) {
        size_t truncated = truncated_length(d, d->at);
        if (truncated && reads_as_truncated(d, d->at, truncated))
            decode_truncated(d, truncated);
        else
            decode_stray(d);
    }
}

/* The encoding of the bytes that are no UTF-8, if there are any, from `at` on. The page is refused where none
 * of them is to be read. */
static raw_encoding find_encoding(const decoder *d, size_t at) {
    raw_encoding raw = {.page = CODEPAGE_WINDOWS_1252, .certain = true};
    while (at < d->length && (d->in[at] == '\r' || d->in[at] == 0))
        at = skip_fine(d->in, at + 1, d->length);
    if (at == d->length || is_off(d->job, FINDING_ENCODING_WINDOWS_1252) ||
        is_off(d->job, FINDING_ENCODING_OTHER))
        return raw;
    raw_encoding found = raw_encoding_find(d->job->arena, (slice){(const char *)d->in, d->length});
    if (!found.name)
        return found;
    if (!is_off(d->job, FINDING_ENCODING_UNKNOWN))
        findings_add(d->job->found, FINDING_ENCODING_UNKNOWN, 1, "likely %s", found.name);
    raw.certain = false;
    return raw;
}

#define PLACES_NAMED 20 /* more are a page that was written so */

static size_t run_end(const decoder *d, size_t at, bool ascii) {
    while (at < d->length && (d->in[at] < 0x80) == ascii)
        at++;
    return at;
}

/* A text that is in another page throughout. Where that is said of few bytes, each place is reported. */
static slice decode_whole(decoder d) {
    size_t places = 0;
    for (size_t at = run_end(&d, 0, true); at < d.length; at = run_end(&d, run_end(&d, at, false), true))
        places++;
    if (places > PLACES_NAMED)
        findings_add(d.job->found, FINDING_ENCODING_OTHER, 1, "%s", codepage_name(d.raw.page));
    d.out = buffer_new(d.job->arena, d.length + d.length / 2 + 16);
    for (copy_fine(&d, run_end(&d, 0, true)); d.at < d.length; copy_fine(&d, run_end(&d, d.at, true))) {
        size_t to = run_end(&d, d.at, false), written = d.out.length;
        for (size_t at = d.at; at < to; at++) {
            uint32_t character = codepage_decode(d.raw.page, d.in[at]);
            buffer_append_codepoint(&d.out, character ? character : REPLACEMENT);
        }
        if (places > PLACES_NAMED)
            d.at = to;
        else
            report_run(&d, FINDING_ENCODING_OTHER, to, written, codepage_name(d.raw.page));
    }
    return buffer_slice(&d.out);
}

static slice decode_utf8(const repair_job *job, slice bytes) {
    decoder d = {
        .job = job, .in = (const unsigned char *)bytes.data, .length = bytes.length, .line = 1, .column = 1};
    size_t fine = skip_fine(d.in, 0, d.length);
    if (fine == d.length)
        return bytes;
    d.raw = find_encoding(&d, fine);
    if (d.raw.whole && d.raw.page != CODEPAGE_WINDOWS_1252) {
        bytes = decode_whole(d);
        d.in = (const unsigned char *)bytes.data;
        d.length = bytes.length;
        fine = skip_fine(d.in, 0, d.length);
    }
    d.out = buffer_new(job->arena, bytes.length + bytes.length / 8 + 16);
    while (d.at < d.length) {
        copy_fine(&d, fine);
        if (d.at < d.length)
            decode_fault(&d);
        fine = skip_fine(d.in, d.at, d.length);
    }
    if (d.line_ends)
        findings_add(job->found, FINDING_ENCODING_LINE_ENDS, d.first_line_end, "%u line%s", d.line_ends,
                     d.line_ends == 1 ? "" : "s");
    return buffer_slice(&d.out);
}

/* ---- UTF-16 ------------------------------------------------------------------------------------------ */

static uint32_t utf16_unit(slice bytes, size_t at, bool big_endian) {
    uint32_t first = (unsigned char)bytes.data[at], second = (unsigned char)bytes.data[at + 1];
    return big_endian ? first << 8 | second : second << 8 | first;
}

/* UTF-16 → UTF-8. Halves of pairs and an odd byte at the end become U+FFFD: mend_text reports those. */
static slice decode_utf16(const repair_job *job, slice bytes, bool big_endian) {
    buffer out = buffer_new(job->arena, bytes.length + bytes.length / 2 + 4);
    size_t at = 0;
    while (at + 1 < bytes.length) {
        uint32_t unit = utf16_unit(bytes, at, big_endian);
        at += 2;
        if (unit >= 0xD800 && unit <= 0xDBFF && at + 1 < bytes.length) {
            uint32_t low = utf16_unit(bytes, at, big_endian);
            if (low >= 0xDC00 && low <= 0xDFFF) {
                unit = 0x10000 + ((unit - 0xD800) << 10 | (low - 0xDC00));
                at += 2;
            }
        }
        buffer_append_codepoint(&out, unit >= 0xD800 && unit <= 0xDFFF ? REPLACEMENT : unit);
    }
    if (at < bytes.length)
        buffer_append_codepoint(&out, REPLACEMENT);
    findings_add(job->found, FINDING_ENCODING_UTF16, 1, "UTF-16, %s endian", big_endian ? "big" : "little");
    return buffer_slice(&out);
}

/* UTF-16 without its mark: a page begins in ASCII, so every other byte of its beginning is NUL. */
static bool looks_like_utf16(slice bytes, bool *big_endian) {
    size_t pairs = bytes.length / 2 < 32 ? bytes.length / 2 : 32, zeros[2] = {0, 0};
    for (size_t i = 0; i < pairs * 2; i++)
        zeros[i % 2] += bytes.data[i] == 0;
    *big_endian = zeros[0] == pairs;
    return pairs >= 4 && bytes.length % 2 == 0 && zeros[0] != zeros[1] &&
           (zeros[0] == pairs || zeros[1] == pairs) && zeros[0] + zeros[1] == pairs;
}

static slice drop_marks(const repair_job *job, slice text) {
    while (slice_starts_with(text, SLICE("\xEF\xBB\xBF"))) {
        findings_add(job->found, FINDING_ENCODING_BOM, 1, "U+FEFF");
        text = slice_from(text, 3);
    }
    return text;
}

slice decode_bytes(const repair_job *job, slice bytes) {
    bool big_endian = slice_starts_with(bytes, SLICE("\xFE\xFF"));
    if (big_endian || slice_starts_with(bytes, SLICE("\xFF\xFE")))
        bytes = decode_utf16(job, slice_from(bytes, 2), big_endian);
    else if (looks_like_utf16(bytes, &big_endian))
        bytes = decode_utf16(job, bytes, big_endian);
    return drop_marks(job, decode_utf8(job, drop_marks(job, bytes))); /* it may stand behind NUL bytes */
}
