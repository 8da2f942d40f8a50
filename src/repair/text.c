/* Valid UTF-8 → repaired text: finds the lines that deserve a look, and repairs them until nothing changes.
 *
 * Comes in: valid UTF-8 with LF line ends. Goes out: the very same slice where nothing changed, else a copy.
 * A line is repaired by passes over its tokens (mojibake.c, normalise.c) until no pass changes it, and then
 * read anew until that changes nothing either: what is written is a line that repair leaves alone. A line
 * that does not get there in a few rounds has no good reading and stays as it was. What becomes of a line
 * hangs on nothing but the line and the lines before it as they are written, so repairing twice changes
 * nothing. Each layer of mojibake at least halves the text it is in, so the passes over a text are few and
 * shrink.
 */
#include "changes.h"
#include "encodings.h"
#include "normalise.h"
#include "residue.h"
#include "scan.h"
#include "sequences.h"

#define PASSES_MAX 40 /* more than a text of any size has layers */
#define ROUNDS_MAX 8  /* a repaired line that, read anew, holds more to repair */

typedef struct line_repairer {
    const repair_job *job;
    const codepage_index *index;
    mojibake_search *search;
    token *tokens[2];
    size_t room;
    vector doubts; /* of mojibake_doubt, of the line at hand */
    size_t lost;   /* how far the findings of bytes.c have been compared */
    size_t wholly; /* lines looked at for words that are wholly of another encoding */
} line_repairer;

/* Lines with something in them that deserves a look. */
typedef struct marked_line {
    size_t start, end; /* without the line end */
} marked_line;

static size_t smallest(const size_t *offsets, size_t count) {
    size_t least = offsets[0];
    for (size_t i = 1; i < count; i++)
        least = offsets[i] < least ? offsets[i] : least;
    return least;
}

static vector mark_lines(slice text, arena *a) {
    static size_t (*const scans[])(slice, size_t) = {scan_characters, scan_references, scan_percents};
    enum { SCANS = sizeof scans / sizeof *scans };
    vector marked = vector_new(a, sizeof(marked_line));
    size_t next[SCANS], at;
    for (size_t i = 0; i < SCANS; i++)
        next[i] = scans[i](text, 0);
    while ((at = smallest(next, SCANS)) != SLICE_NONE) {
        const char *before = memrchr(text.data, '\n', at);
        size_t start = before ? (size_t)(before - text.data) + 1 : 0, end = slice_find_char(text, '\n', at);
        end = end == SLICE_NONE ? text.length : end;
        marked_line *added = vector_push_zeroed(&marked);
        *added = (marked_line){start, end};
        for (size_t i = 0; i < SCANS; i++)
            if (next[i] < end)
                next[i] = scans[i](text, end);
    }
    return marked;
}

/* ---- one line ---------------------------------------------------------------------------------------- */

static void make_room(line_repairer *m, size_t tokens) {
    if (tokens <= m->room)
        return;
    m->room = tokens + tokens / 2;
    for (size_t i = 0; i < 2; i++)
        m->tokens[i] = arena_alloc(m->job->arena, m->room * sizeof(token));
}

static token_line read_line(line_repairer *m, slice source, const surroundings *around) {
    make_room(m, source.length + 1);
    return tokenise_line(m->job, m->index, source, around, m->tokens[0], m->tokens[1]);
}

/* All passes until none changes the line. What stands between layers of mojibake is not looked at by the
 * others: a control character or a soft hyphen there is a byte of the layer below. */
static void repair_tokens(line_repairer *m, token_line *line) {
    bool changed = true, misread = !is_off(m->job, FINDING_ENCODING_MOJIBAKE);
    for (size_t pass = 0; changed && pass < PASSES_MAX; pass++) {
        m->doubts.count = 0;
        changed = misread && mojibake_mend(m->search, line, &m->doubts);
        if (changed)
            continue;
        changed = normalise_controls(m->job, m->index, line);
        changed = normalise_invisible(m->job, line) || changed;
        changed = normalise_composition(m->job, m->index, line) || changed;
    }
}

static bool is_mended(const token_line *line) {
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].code != UNCHANGED || line->tokens[i].dropped_from < line->tokens[i].start)
            return true;
    return false;
}

static slice write_line(const line_repairer *m, const token_line *line) {
    buffer out = buffer_new(m->job->arena, line->source.length + 16);
    for (size_t i = 0; i < line->count; i++)
        token_write(line, &line->tokens[i], &out);
    return buffer_slice(&out);
}

/* Words whose letters are all of Latin-1's upper half may be Greek, Thai or Cyrillic, read as Windows-1252
 * and saved: which letters were meant is not certain enough to change them, but a person should look. */
#define UPPER_HALF_MIN 5 /* letters side by side: no language of Latin letters has so many with accents */
#define LINES_MAX 16     /* of a text: the look costs much */

static void find_wholly_misread(line_repairer *m, const token_line *line) {
    buffer bytes = buffer_new(m->job->arena, line->count + 1);
    size_t run = 0, falls = 0, end = 0; /* letters that only rise are an alphabet */
    unsigned char before = 0;
    for (size_t i = 0; i + 1 < line->count; i++) {
        const token *t = &line->tokens[i];
        unsigned char byte = t->what.value < 0x80 ? (unsigned char)t->what.value
                             : t->row             ? t->row->bytes[CODEPAGE_WINDOWS_1252]
                                                  : ' ';
        buffer_append_char(&bytes, (char)(byte ? byte : ' '));
        run = byte >= 0xA0 ? run + 1 : 0;
        falls = run > 1 ? falls + (byte < before) : 0;
        before = byte;
        end = run >= UPPER_HALF_MIN && falls && !end ? i + 1 : end;
    }
    if (!end || m->wholly++ >= LINES_MAX)
        return;
    raw_encoding meant = raw_encoding_find(m->job->arena, buffer_slice(&bytes));
    if (meant.western)
        return;
    mojibake_doubt *added = vector_push_zeroed(&m->doubts);
    *added = (mojibake_doubt){end - UPPER_HALF_MIN, end, line->tokens[end - 1].what.value, meant.page};
    residue_widen(line, added);
}

/* The findings of a line that is given up go with it. */
typedef struct findings_mark {
    size_t items;
    uint32_t counts[FINDING_COUNT];
} findings_mark;

static findings_mark mark_findings(const findings *found) {
    findings_mark mark = {.items = found->items.count};
    memcpy(mark.counts, found->counts, sizeof mark.counts);
    return mark;
}

static void forget_findings(findings *found, const findings_mark *mark) {
    found->items.count = mark->items;
    memcpy(found->counts, mark->counts, sizeof mark->counts);
}

/* Reports what the passes would have changed in a line that stays as it is. */
static void leave_line(line_repairer *m, slice source, const surroundings *around, uint32_t number) {
    token_line line = read_line(m, source, around);
    mojibake_begin(m->search);
    repair_tokens(m, &line);
    m->doubts.count = 0;
    for (size_t at = 0; at + 1 < line.count; at++) {
        const token *t = &line.tokens[at];
        if (t->code == UNCHANGED || t->start == t->end)
            continue;
        mojibake_doubt *added = vector_push_zeroed(&m->doubts);
        codepage page = t->trail ? (codepage)((t->trail & 31) - 1) : CODEPAGE_WINDOWS_1252;
        *added = (mojibake_doubt){at, at + 1, t->what.value, page};
        residue_widen(&line, added);
        at = added->to - 1;
    }
    report_left(m->job, &line, number, &m->doubts, &m->lost);
}

/* Signs of which a byte is lost: which they were, nobody knows for certain. */
static void find_broken_signs(line_repairer *m, const token_line *line) {
    for (size_t at = 0; at + 1 < line->count; at++) {
        size_t length = sequence_broken_sign(line, at);
        if (!length)
            continue;
        mojibake_doubt *added = vector_push_zeroed(&m->doubts);
        *added = (mojibake_doubt){at, at + length, line->tokens[at].what.value, CODEPAGE_WINDOWS_1252};
        residue_widen(line, added);
        at = added->to - 1;
    }
}

static slice repair_line(line_repairer *m, slice source, const surroundings *around, uint32_t number) {
    uint32_t lost_before = m->job->found->counts[FINDING_ENCODING_LOST];
    const slice as_it_was = source;
    findings_mark mark;
    bool doubted = false;
    for (size_t round = 0;; round++) {
        if (round == ROUNDS_MAX) {
            forget_findings(m->job->found, &mark);
            leave_line(m, as_it_was, around, number);
            return as_it_was;
        }
        token_line line = read_line(m, source, around);
        mojibake_begin(m->search);
        repair_tokens(m, &line);
        if (!is_mended(&line)) {
            if (!m->doubts.count && !doubted)
                find_broken_signs(m, &line);
            if (!m->doubts.count)
                find_wholly_misread(m, &line);
            bool reported = m->job->found->counts[FINDING_ENCODING_LOST] > lost_before;
            report_left(m->job, &line, number, &m->doubts, reported ? NULL : &m->lost);
            break;
        }
        if (round == 0)
            mark = mark_findings(m->job->found);
        m->doubts.count = 0;
        if (residue_find(&line, mojibake_pages(m->search), &m->doubts)) {
            residue_make_guessed(&line);
            report_changes(m->job, &line, number);
            report_doubts(m->job, &line, number, &m->doubts);
            doubted = doubted || m->doubts.count;
        } else {
            report_changes(m->job, &line, number);
        }
        source = write_line(m, &line);
    }
    return source;
}

/* ---- the text ---------------------------------------------------------------------------------------- */

/* Steps over the unmarked lines of text[from, to), which ends with a line end or is empty. */
static void pass_lines(surroundings *around, slice text, size_t from, size_t to, uint32_t *number) {
    while (from < to) {
        size_t end = slice_find_char(text, '\n', from);
        surroundings_pass(around, slice_sub(text, from, end));
        ++*number;
        from = end + 1;
    }
}

slice mend_text(const repair_job *job, slice text) {
    vector marked = mark_lines(text, job->arena);
    if (marked.count == 0)
        return text;
    line_repairer m = {.job = job, .index = codepage_index_get()};
    m.search = mojibake_search_new(job, m.index);
    m.doubts = vector_new(job->arena, sizeof(mojibake_doubt));
    buffer out = buffer_new(job->arena, text.length + 64);
    surroundings around = {0};
    uint32_t number = 1;
    size_t at = 0, written = 0;
    for (size_t i = 0; i < marked.count; i++) {
        const marked_line *line = vector_at(&marked, i);
        slice source = slice_sub(text, line->start, line->end);
        pass_lines(&around, text, at, line->start, &number);
        slice repaired = repair_line(&m, source, &around, number);
        surroundings_pass(&around, repaired);
        at = line->end < text.length ? line->end + 1 : line->end;
        number++;
        if (repaired.data == source.data)
            continue;
        buffer_append(&out, slice_sub(text, written, line->start));
        buffer_append(&out, repaired);
        written = line->end;
    }
    if (written == 0 && out.length == 0)
        return text;
    buffer_append(&out, slice_from(text, written));
    return buffer_slice(&out);
}
