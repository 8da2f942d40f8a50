/* What was done to a line, as findings: where, what was there, what is there now, through which code pages.
 *
 * Comes in: the tokens of a line after all passes. Goes out: findings, one a phrase: words whose repairs
 * follow one another closely are one finding, with the whole words around them, so that a person can read it.
 */
#include "changes.h"

#define PHRASE_MAX 160 /* tokens; a longer phrase is reported in parts */
#define WORD_MAX 24    /* tokens of an unchanged beginning or end of a word that are shown */
#define GAP_MAX 2      /* unchanged tokens between two changes of one phrase, at the most, outside a word */

/* Columns are counted from the last place asked for. */
typedef struct column_counter {
    slice source;
    size_t at;
    uint32_t column;
} column_counter;

static uint32_t column_of(column_counter *c, size_t offset) {
    if (offset < c->at)
        *c = (column_counter){c->source, 0, 1};
    for (; c->at < offset; c->at++)
        c->column += !utf8_is_trail(c->source.data[c->at]);
    return c->column;
}

/* Text for a person: what cannot be seen by its number; with `marks`, combining marks too. */
static void show(buffer *out, slice text, bool marks) {
    for (size_t at = 0; at < text.length;) {
        size_t start = at;
        character c = character_of(utf8_next(text, &at));
        if (c.kind == KIND_INVISIBLE || c.kind == KIND_CONTROL || (marks && c.kind == KIND_MARK))
            buffer_printf(out, "<U+%04X>", (unsigned)c.value);
        else
            buffer_append(out, slice_sub(text, start, at));
    }
}

static slice shown(const repair_job *job, slice text, bool marks) {
    buffer out = buffer_new(job->arena, text.length + 16);
    show(&out, text, marks);
    return buffer_slice(&out);
}

static bool is_misread(uint16_t code) {
    return code == FINDING_ENCODING_MOJIBAKE || code == FINDING_ENCODING_GUESSED ||
           code == FINDING_ENCODING_URL || code == FINDING_ENCODING_LOST;
}

static bool same_phrase(uint16_t a, uint16_t b) {
    return a == b || (is_misread(a) && is_misread(b));
}

static bool is_changed(const token *t) {
    return t->code != UNCHANGED;
}

/* The end of the phrase of changes that begins at `from`. */
static size_t phrase_end(const token_line *line, size_t from) {
    size_t end = from + 1, at = end;
    bool in_word = true;
    for (; at < line->count && at - from < PHRASE_MAX; at++) {
        const token *t = &line->tokens[at];
        if (t->dropped_from < t->start)
            break;
        if (is_changed(t)) {
            if (!same_phrase(t->code, line->tokens[from].code))
                break;
            end = at + 1;
            in_word = true;
        } else {
            in_word = in_word && character_is_word(&t->what);
            if (at - end >= (in_word ? WORD_MAX : GAP_MAX))
                break;
        }
    }
    return end;
}

static bool extends_word(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    return !is_changed(t) && t->dropped_from == t->start && character_is_word(&t->what) &&
           t->what.kind != KIND_LETTER;
}

static slice trail_text(const repair_job *job, uint32_t trail) {
    buffer out = buffer_new(job->arena, 32);
    for (; trail & 31; trail >>= 5)
        buffer_printf(&out, "%s%s", out.length ? ", " : "", codepage_name((codepage)((trail & 31) - 1)));
    return buffer_slice(&out);
}

static slice describe_phrase(const repair_job *job, const token_line *line, size_t from, size_t to,
                             uint16_t code) {
    uint32_t trail = 0;
    for (size_t i = from; i < to; i++)
        trail = line->tokens[i].trail > trail ? line->tokens[i].trail : trail;
    if (code == FINDING_ENCODING_WINDOWS_1252)
        return SLICE("windows-1252 read as iso-8859-1");
    if (trail)
        return trail_text(job, trail);
    switch (code) {
    case FINDING_ENCODING_NFC:
        return SLICE("composed");
    case FINDING_ENCODING_ESCAPED:
        return SLICE("escaped twice");
    default:
        return SLICE("now a space");
    }
}

static finding_code worst_code(const token_line *line, size_t from, size_t to) {
    static const finding_code falling[] = {FINDING_ENCODING_LOST, FINDING_ENCODING_URL,
                                           FINDING_ENCODING_GUESSED};
    for (size_t c = 0; c < sizeof falling / sizeof *falling; c++)
        for (size_t i = from; i < to; i++)
            if (line->tokens[i].code == falling[c])
                return falling[c];
    return (finding_code)line->tokens[from].code;
}

/* Reports the phrase that begins at `from`; returns its end. `floor`: where the phrase before ended. */
static size_t report_phrase(const repair_job *job, const token_line *line, size_t from, size_t floor,
                            uint32_t number, column_counter *columns) {
    size_t to = phrase_end(line, from), first = from, last = to;
    finding_code code = worst_code(line, from, to);
    while (first > floor && from - first < WORD_MAX && extends_word(line, first - 1))
        first--;
    while (last + 1 < line->count && last - to < WORD_MAX && extends_word(line, last))
        last++;
    slice detail = describe_phrase(job, line, from, to, (uint16_t)code);
    finding *added = findings_add(job->found, code, number, "%.*s", SLICE_ARGS(detail));
    if (!added)
        return to;
    buffer after = buffer_new(job->arena, 64);
    for (size_t i = first; i < last; i++)
        token_write(line, &line->tokens[i], &after);
    bool marks = code == FINDING_ENCODING_NFC;
    added->column = column_of(columns, line->tokens[first].start);
    added->before =
        shown(job, slice_sub(line->source, line->tokens[first].start, line->tokens[last - 1].end), marks);
    added->after = shown(job, buffer_slice(&after), marks);
    return to;
}

static void report_drop(const repair_job *job, const token_line *line, const token *t, uint32_t number,
                        column_counter *columns) {
    slice text = slice_sub(line->source, t->dropped_from, t->start);
    finding *added = findings_add(job->found, (finding_code)t->dropped_code, number, "removed");
    if (!added)
        return;
    added->column = column_of(columns, t->dropped_from);
    added->before = shown(job, text, false);
    added->became = SLICE("removed");
}

void report_changes(const repair_job *job, const token_line *line, uint32_t number) {
    column_counter columns = {line->source, 0, 1};
    size_t floor = 0;
    for (size_t i = 0; i < line->count;) {
        const token *t = &line->tokens[i];
        if (t->dropped_from < t->start)
            report_drop(job, line, t, number, &columns);
        if (is_changed(t))
            i = floor = report_phrase(job, line, i, floor, number, &columns);
        else
            i++;
    }
}

/* ---- what was left ----------------------------------------------------------------------------------- */

/* Has bytes.c reported a loss at this place? Places are asked for in rising order. */
static bool is_reported(const findings *found, size_t *at, uint32_t line, uint32_t column) {
    for (; *at < found->items.count; ++*at) {
        const finding *f = findings_at(found, *at);
        if (f->code == FINDING_ENCODING_LOST && f->line == line && f->column == column)
            return true;
        if (f->line > line || (f->line == line && f->column > column))
            return false;
    }
    return false;
}

/* One finding for all the invisible (or control) characters of a line. */
static void report_unseen(const repair_job *job, const token_line *line, uint32_t number, character_kind kind,
                          finding_code code) {
    size_t count = 0, first = 0;
    for (size_t i = 0; i < line->count; i++) {
        const character *c = &line->tokens[i].what;
        if (c->kind != kind || line->tokens[i].form != FORM_LITERAL ||
            (c->value >= 0xFE00 && c->value <= 0xFE0F))
            continue;
        first = count++ ? first : i;
    }
    if (count == 0 || is_off(job, code))
        return;
    column_counter columns = {line->source, 0, 1};
    const token *t = &line->tokens[first];
    finding *added = findings_add(job->found, code, number, "U+%04X%s, kept", (unsigned)t->what.value,
                                  count > 1 ? " and others of the line" : "");
    if (added)
        added->column = column_of(&columns, t->start);
}

static void report_lost(const repair_job *job, const token_line *line, uint32_t number, size_t *reported) {
    column_counter columns = {line->source, 0, 1};
    for (size_t i = 0; i < line->count; i++) {
        const token *t = &line->tokens[i];
        if (t->what.value != REPLACEMENT || (i && line->tokens[i - 1].what.value == REPLACEMENT))
            continue;
        uint32_t column = column_of(&columns, t->start);
        if (is_reported(job->found, reported, number, column))
            continue;
        finding *added = findings_add(job->found, FINDING_ENCODING_LOST, number, "U+FFFD");
        if (added)
            added->column = column;
    }
}

void report_doubts(const repair_job *job, const token_line *line, uint32_t number, const vector *doubts) {
    if (is_off(job, FINDING_ENCODING_DOUBTFUL))
        return;
    column_counter columns = {line->source, 0, 1};
    for (size_t i = 0; i < doubts->count; i++) {
        const mojibake_doubt *d = vector_at(doubts, i);
        const token *from = &line->tokens[d->from], *to = &line->tokens[d->to - 1];
        slice text = shown(job, slice_sub(line->source, from->start, to->end), false);
        finding *added = findings_add(job->found, FINDING_ENCODING_DOUBTFUL, number, "%.*s: %s?",
                                      SLICE_ARGS(text), codepage_name(d->page));
        if (added)
            added->column = column_of(&columns, from->start);
    }
}

void report_left(const repair_job *job, const token_line *line, uint32_t number, const vector *doubts,
                 size_t *lost) {
    if (lost && !is_off(job, FINDING_ENCODING_LOST))
        report_lost(job, line, number, lost);
    report_doubts(job, line, number, doubts);
    report_unseen(job, line, number, KIND_INVISIBLE, FINDING_ENCODING_INVISIBLE);
    report_unseen(job, line, number, KIND_CONTROL, FINDING_ENCODING_CONTROL);
}
