/* Small repairs of a line: byte order marks inside, control characters, letters in pieces (NFC).
 *
 * Comes in and goes out: a line's tokens. Invisible characters are kept: a joiner in Tamil or Persian, a soft
 * hyphen in a word, marks of direction, spaces of no width. Each pass is linear; a letter with more marks
 * than text has is left.
 */
#include "normalise.h"

#include <utf8proc.h>

/* ---- invisible characters ---------------------------------------------------------------------------- */

#define BYTE_ORDER_MARK 0xFEFFu

/* YAML 1.2, 5.1: what may not stand in a file even inside quotes. */
static bool forbidden_in_yaml(const character *c) {
    return c->kind == KIND_CONTROL || c->value == 0xFFFE || c->value == 0xFFFF;
}

/* A byte order mark inside a text stood where two files were joined. The other invisible characters stay:
 * what they do depends on the script, and on who looks. */
static finding_code drop_code(const repair_job *job, const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    finding_code code = UNCHANGED;
    if (t->form != FORM_LITERAL)
        return UNCHANGED;
    if (t->what.value == BYTE_ORDER_MARK)
        code = FINDING_ENCODING_INVISIBLE;
    else if (line->around->in_front_matter && forbidden_in_yaml(&t->what))
        code = FINDING_ENCODING_CONTROL;
    return code == UNCHANGED || is_off(job, code) ? UNCHANGED : code;
}

bool normalise_invisible(const repair_job *job, token_line *line) {
    uint32_t dropped_from = 0;
    finding_code dropped = UNCHANGED;
    bool changed = false;
    size_t first = 0;
    while (first + 1 < line->count && drop_code(job, line, first) == UNCHANGED)
        first++;
    if (first + 1 >= line->count)
        return false;
    for (size_t i = 0; i < line->count; i++) {
        const token *t = &line->tokens[i];
        finding_code code = i + 1 < line->count ? drop_code(job, line, i) : UNCHANGED;
        if (code != UNCHANGED) {
            if (dropped == UNCHANGED)
                dropped_from = t->dropped_from;
            dropped = code;
            changed = true;
            continue;
        }
        token *kept = token_line_put(line, *t);
        if (dropped != UNCHANGED) {
            kept->dropped_from = dropped_from;
            kept->dropped_code = (uint16_t)dropped;
        }
        dropped = UNCHANGED;
    }
    token_line_turn(line);
    return changed;
}

/* ---- controls ---------------------------------------------------------------------------------------- */

/* The Windows-1252 character that a C1 control stands for; 0: not such a control, or none. */
static uint32_t meant_by(const token *t) {
    bool is_c1 = t->form == FORM_LITERAL && t->what.value >= 0x80 && t->what.value <= 0x9F;
    return is_c1 ? codepage_decode(CODEPAGE_WINDOWS_1252, (unsigned char)t->what.value) : 0;
}

/* The most points that a run of C1 controls may cost as Windows-1252, for each of them: signs that stand
 * together as no text has them are rather bytes of something else, and are better not seen. */
#define RUN_COST_MAX 7

/* May the control be the second byte of a character misread as another page, behind a letter of that page's
 * script? */
static bool may_be_bytes(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    return at && t[-1].what.script > SCRIPT_LATIN && t[-1].row && t->row &&
           (t[-1].row->leads & t->row->trails);
}

/* Makes the run of C1 controls at `at` Windows-1252 if it reads well so; returns its end. */
static size_t mend_c1_run(const repair_job *job, const codepage_index *index, token_line *line, size_t at,
                          bool *changed) {
    character before = at ? line->tokens[at - 1].what : character_of('\n');
    size_t end = at;
    unsigned cost = 0;
    for (; meant_by(&line->tokens[end]); end++) {
        character next = character_of(meant_by(&line->tokens[end]));
        cost += character_cost(&before, &next);
        before = next;
    }
    if (cost > RUN_COST_MAX * (end - at))
        return end;
    finding_code code = may_be_bytes(line, at) ? FINDING_ENCODING_GUESSED : FINDING_ENCODING_WINDOWS_1252;
    for (; at < end; at++) {
        token *t = &line->tokens[at];
        t->trail = t->trail ? t->trail : CODEPAGE_LATIN_1 + 1;
        token_set(job, index, t, meant_by(t), code);
    }
    *changed = true;
    return end;
}

bool normalise_controls(const repair_job *job, const codepage_index *index, token_line *line) {
    bool changed = false;
    for (size_t at = 0; at < line->count;) {
        token *t = &line->tokens[at];
        if (meant_by(t) && !is_off(job, FINDING_ENCODING_WINDOWS_1252)) {
            at = mend_c1_run(job, index, line, at, &changed);
            continue;
        }
        bool separator = t->form == FORM_LITERAL && (t->what.value == 0x2028 || t->what.value == 0x2029);
        if (separator && !is_off(job, FINDING_ENCODING_LINE_SEPARATOR)) {
            token_set(job, index, t, ' ', FINDING_ENCODING_LINE_SEPARATOR);
            changed = true;
        }
        at++;
    }
    return changed;
}

/* ---- composition ------------------------------------------------------------------------------------- */

/* The Stream-Safe Text Format (Unicode Standard Annex 15, 13) allows 30 marks on a letter. */
#define LETTER_MAX 32

/* Marks and the later parts of Hangul syllables: what composition may join to the character before. All
 * starters that NFC may compose backwards are of category Mn or Mc, or such parts. */
static bool attaches(uint32_t value) {
    if (value < 0x300)
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)value);
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME || (value >= 0x1160 && value <= 0x11FF);
}

static bool has_decomposition(uint32_t value) {
    if (value < 0x340)
        return false;
    const utf8proc_property_t *property = utf8proc_get_property((utf8proc_int32_t)value);
    return property->decomp_type == 0 && property->decomp_seqindex != UINT16_MAX;
}

bool normalise_may_compose(uint32_t value) {
    return attaches(value) || has_decomposition(value);
}

static void sort_marks(utf8proc_int32_t *values, size_t count) {
    for (size_t i = 1; i < count; i++) {
        int class = utf8proc_get_property(values[i])->combining_class;
        utf8proc_int32_t value = values[i];
        size_t to = i;
        while (class && to > 0 && utf8proc_get_property(values[to - 1])->combining_class > class) {
            values[to] = values[to - 1];
            to--;
        }
        values[to] = value;
    }
}

#define DECOMPOSED_MAX (LETTER_MAX * 4)

/* NFC of a letter with its marks; how many characters it has then. */
static size_t compose(const token *tokens, size_t count, utf8proc_int32_t *values) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        int ignored = 0;
        utf8proc_ssize_t added = utf8proc_decompose_char(
            (utf8proc_int32_t)tokens[i].what.value, values + length,
            (utf8proc_ssize_t)(DECOMPOSED_MAX - length), UTF8PROC_DECOMPOSE, &ignored);
        length += added > 0 ? (size_t)added : 0;
    }
    sort_marks(values, length);
    utf8proc_ssize_t composed =
        utf8proc_normalize_utf32(values, (utf8proc_ssize_t)length, UTF8PROC_COMPOSE | UTF8PROC_STABLE);
    return composed > 0 ? (size_t)composed : 0;
}

static bool same_values(const token *tokens, size_t count, const utf8proc_int32_t *values, size_t length) {
    if (count != length)
        return false;
    for (size_t i = 0; i < count; i++)
        if (tokens[i].what.value != (uint32_t)values[i])
            return false;
    return true;
}

/* Writes `length` tokens in place of `count`: the first stands for all the source, the others for nothing. */
static void write_composed(const repair_job *job, const codepage_index *index, token_line *line,
                           const token *from, size_t count, const utf8proc_int32_t *values, size_t length) {
    uint32_t end = from[count - 1].end;
    for (size_t i = 0; i < length; i++) {
        token *t = token_line_put(line, *from);
        finding_code code = from->code == UNCHANGED ? FINDING_ENCODING_NFC : (finding_code)from->code;
        t->end = end;
        if (i > 0)
            t->start = t->dropped_from = end;
        token_set(job, index, t, (uint32_t)values[i], code);
    }
}

static size_t letter_length(const token_line *line, size_t at) {
    size_t length = 1;
    while (at + length < line->count && attaches(line->tokens[at + length].what.value))
        length++;
    return length;
}

static bool may_change(const token_line *line, size_t at, size_t length) {
    if (length > LETTER_MAX || (length == 1 && !normalise_may_compose(line->tokens[at].what.value)))
        return false;
    for (size_t i = at; i < at + length; i++)
        if (line->tokens[i].form != FORM_LITERAL || line->tokens[i].place != PLACE_TEXT)
            return false;
    return true;
}

static bool holds_composing(const token_line *line) {
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].what.value >= 0x300 && normalise_may_compose(line->tokens[i].what.value))
            return true;
    return false;
}

bool normalise_composition(const repair_job *job, const codepage_index *index, token_line *line) {
    if (is_off(job, FINDING_ENCODING_NFC) || !holds_composing(line))
        return false;
    bool changed = false;
    for (size_t at = 0; at < line->count;) {
        size_t length = letter_length(line, at);
        utf8proc_int32_t values[DECOMPOSED_MAX];
        size_t composed = may_change(line, at, length) ? compose(line->tokens + at, length, values) : 0;
        if (composed && !same_values(line->tokens + at, length, values, composed)) {
            write_composed(job, index, line, line->tokens + at, length, values, composed);
            changed = true;
        } else {
            for (size_t i = at; i < at + length; i++)
                token_line_put(line, line->tokens[i]);
        }
        at += length;
    }
    token_line_turn(line);
    return changed;
}
