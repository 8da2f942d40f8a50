/* What is left of a line that looks broken still.
 *
 * Comes in: the tokens of a line after all passes. Goes out: the places that look like parts of something
 * misread that no code page repairs. Where such stand beside what was repaired, nothing of the line is
 * certain.
 */
#include "residue.h"

/* ---- what is left beside what was repaired ------------------------------------------------------------- */

static bool is_european(const character *c) {
    return c->script >= SCRIPT_GREEK && c->script <= SCRIPT_ARABIC;
}

/* Does the token at `at`, which was left, look like a part of what was misread as one of `pages`? */
static bool is_residue(const token_line *line, size_t at, uint32_t pages) {
    const token *t = &line->tokens[at], *next = &t[1];
    const character *c = &t->what, *after = &next->what;
    if (c->kind == KIND_CONTROL && c->value >= 0x80)
        return true;
    if (character_is_word(c) && character_is_word(after) && c->script != after->script && c->script &&
        after->script && (is_european(c) || is_european(after)))
        return true; /* a word of two scripts */
    return t->row && next->row && (t->row->leads & next->row->trails & pages);
}

/* May the token, which was left, be such a part, or honest? */
static bool may_be_residue(const token_line *line, size_t at, uint32_t pages) {
    const token *t = &line->tokens[at];
    if (t->code != UNCHANGED || !t->row)
        return false;
    if (t->row->leads & pages)
        return true;
    bool beside = (at && t[-1].code != UNCHANGED) || t[1].code != UNCHANGED;
    return beside && (t->row->trails & pages) &&
           (t->what.kind == KIND_MODIFIER || t->what.kind == KIND_PREFIX || t->what.kind == KIND_SIGN ||
            t->what.kind == KIND_SUFFIX || t->what.kind == KIND_OPENING);
}

#define SHOWN_MAX 24 /* tokens of a word before and behind a doubtful one */

void residue_widen(const token_line *line, mojibake_doubt *d) {
    size_t at = d->from;
    while (d->from > 0 && at - d->from < SHOWN_MAX && line->tokens[d->from - 1].what.kind != KIND_SPACE)
        d->from--;
    while (d->to + 1 < line->count && d->to - at < SHOWN_MAX && line->tokens[d->to].what.kind != KIND_SPACE)
        d->to++;
}

/* Were references written as code twice over? Then the characters may be garbled too, most often from
 * windows-1252. */
static bool was_escaped(const token_line *line) {
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].code == FINDING_ENCODING_ESCAPED)
            return true;
    return false;
}

/* Does a reference written as code stand at `at` still, as in addresses? It may be a part of what was
 * misread.
 */
static bool is_escaped(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    size_t end;
    return t->what.value == '&' && slice_starts_with(slice_from(line->source, t->start), SLICE("&amp;")) &&
           reference_at(line->source, t->start + 5, &end) >= 0x80;
}

bool residue_find(const token_line *line, uint32_t pages, vector *doubts) {
    bool any = false;
    uint32_t suspected = pages ? pages : was_escaped(line) ? UINT32_C(1) << CODEPAGE_WINDOWS_1252 : 0;
    if (!suspected)
        return false;
    codepage page = (codepage)__builtin_ctz(suspected);
    for (size_t at = 0; at + 1 < line->count; at++) {
        if (is_residue(line, at, suspected)) {
            mojibake_doubt *added = vector_push_zeroed(doubts);
            *added = (mojibake_doubt){at, at + 1, line->tokens[at].what.value, page};
            residue_widen(line, added);
            at = added->to - 1;
            any = true;
        }
        any = any || may_be_residue(line, at, pages) || is_escaped(line, at);
    }
    return any;
}

void residue_make_guessed(token_line *line) {
    for (size_t i = 0; i < line->count; i++)
        if (line->tokens[i].code == FINDING_ENCODING_MOJIBAKE)
            line->tokens[i].code = FINDING_ENCODING_GUESSED;
}
