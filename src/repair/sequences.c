/* Tokens as the bytes of UTF-8.
 *
 * Comes in: a line's tokens and a code page that they may have been misread as. Goes out: the character that
 * some of them would be. The exact decoding is arithmetic; the others are the ways in which programs lose
 * bytes: no-break spaces that became plain ones, bytes that a page does not define, signs that were made
 * ASCII. Each looks at a bounded number of tokens.
 */
#include "sequences.h"
#include "mention.h"

/* ---- sequences --------------------------------------------------------------------------------------- */

static size_t sequence_bytes(unsigned char lead) {
    return lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Where the byte A0 is something else, nobody took it for a space. */
static bool has_no_break_space(codepage page) {
    return codepage_decode(page, 0xA0) == 0xA0;
}

/* The trail byte that a token stands for, in `byte`; how it does is returned (STEP_KEEP: it does not). */
static step_kind trail_byte(const token *t, codepage page, unsigned char *byte) {
    *byte = t->row ? t->row->bytes[page] : 0;
    if (*byte >= 0x80 && *byte <= 0xBF)
        return STEP_EXACT;
    if (t->what.value == REPLACEMENT) {
        *byte = 0x80;
        return STEP_LOST;
    }
    if (t->what.value == ' ' && has_no_break_space(page)) {
        *byte = 0xA0;
        return STEP_SPACE;
    }
    return STEP_KEEP;
}

/* Does the word go on behind `at` with a letter of the script of `value`, which is not Latin? */
static bool goes_on_with(const token_line *line, size_t at, codepage page, uint32_t value) {
    character_script script = (character_script)character_of(value).script;
    const token *t = &line->tokens[at];
    if (script <= SCRIPT_LATIN || at + 1 >= line->count)
        return false;
    if (t->what.script == script)
        return true;
    if (!t->row || !t[1].row || !(t->row->leads & t[1].row->trails & UINT32_C(1) << page))
        return false;
    unsigned char bytes[2] = {t->row->bytes[page], t[1].row->bytes[page]};
    return sequence_bytes(bytes[0]) == 2 && character_of(utf8_value(bytes, 2)).script == script;
}

#define MIXED_IN_PRICE                                                                                       \
    2 /* a control that is a byte of ISO-8859, in text misread as a page that has a sign there */

static bool is_mixed_in(const token *t, codepage page, unsigned char byte) {
    return t->what.value >= 0x80 && t->what.value <= 0x9F && codepage_decode(page, byte) != t->what.value &&
           codepage_decode(page, byte) != 0;
}

/* The sequence that starts at `at` when read in `page`, with all its bytes or stand-ins for them. */
bool sequence_read(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out) {
    const token *first = &line->tokens[at];
    unsigned char bytes[4] = {first->row->bytes[page]};
    size_t length = sequence_bytes(bytes[0]);
    (void)confirmed;
    *out = (sequence){STEP_EXACT, 0, (uint8_t)length, 0, AS_THE_PAGE};
    if (length == 0 || at + length >= line->count)
        return false;
    for (size_t i = 1; i < length; i++) {
        const token *t = &line->tokens[at + i];
        step_kind kind = trail_byte(t, page, &bytes[i]);
        bool same_form = (t->form == FORM_PERCENT) == (first->form == FORM_PERCENT);
        bool same_depth = (t->trail == 0) == (first->trail == 0) || t->what.value < 0x80;
        if (kind == STEP_KEEP || !same_form || !same_depth || (kind != STEP_EXACT && out->kind != STEP_EXACT))
            return false;
        if (kind != STEP_EXACT)
            out->kind = kind;
        if (is_mixed_in(t, page, bytes[i]))
            out->price = MIXED_IN_PRICE;
    }
    out->price = out->kind == STEP_LOST ? 4 : out->kind == STEP_SPACE ? 3 : out->price;
    if (out->kind == STEP_LOST && !confirmed && first->what.script > SCRIPT_LATIN &&
        first->what.script != SCRIPT_BOX)
        return false; /* in honest text of that script, a letter is lost */
    if (out->kind == STEP_LOST) {
        out->value = REPLACEMENT;
        return true;
    }
    out->value = utf8_sequence_length(bytes, length) == length ? utf8_value(bytes, length) : 0;
    if (out->kind == STEP_SPACE && out->value >= 0x80 && goes_on_with(line, at + length, page, out->value))
        out->price = 0;
    if (out->kind == STEP_SPACE && confirmed && bytes[0] == 0xC3 && line->tokens[at + 2].what.value == ' ')
        out->price = 0; /* `à la`, of which one space is the byte A0 */
    return out->value >= 0x80;
}

/* `voilà le` whose A0 was taken for the space, or went with it: the letter à, the space stays. */
static bool read_absorbed(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out) {
    if (line->tokens[at].row->bytes[page] != 0xC3 || !has_no_break_space(page) || at + 1 >= line->count)
        return false;
    const character *next = &line->tokens[at + 1].what;
    bool twice = next->value == ' ' && at + 2 < line->count && line->tokens[at + 2].what.value == ' ';
    if (twice || (next->kind == KIND_STOP && next->value >= 0x80) ||
        (next->value != ' ' && next->value != '\n' && next->kind != KIND_STOP && next->value != '<'))
        return false;
    (void)confirmed;
    *out = (sequence){STEP_ABSORBED, 0xE0, 1, 2, AS_THE_PAGE};
    return true;
}

/* `”` without its last byte, behind a quote that is open; or with `?` in the place of that byte,
 * behind a word too. */
static bool read_quote(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out) {
    if (line->tokens[at].row->bytes[page] != 0xE2 || at + 2 >= line->count)
        return false;
    (void)confirmed;
    const token *t = &line->tokens[at];
    bool stands_in = at + 3 < line->count && t[2].what.value == '?' && t[2].form == FORM_LITERAL &&
                     codepage_decode(page, 0x9D) == 0;
    size_t length = stands_in ? 3 : 2;
    const character *next = &t[length].what;
    bool ends = next->kind == KIND_SPACE || next->kind == KIND_STOP || next->kind == KIND_CLOSING ||
                next->value == '<',
         behind_word = at && (character_is_word(&t[-1].what) || t[-1].what.kind == KIND_STOP);
    *out = (sequence){STEP_QUOTE, 0x201D, (uint8_t)length, ends ? 1 : 4, AS_THE_PAGE};
    if (stands_in && ends && behind_word)
        out->kind = STEP_DAMAGED;
    return t[1].row && t[1].row->bytes[page] == 0x80 && (ends || !stands_in);
}

/* ---- sequences with a byte missing ------------------------------------------------------------------- */

/* The bytes of `page` that programs lose: those that it does not define, and no-break spaces. */
static bool may_vanish(codepage page, unsigned byte) {
    return (byte >= 0x80 && byte <= 0xBF && codepage_decode(page, (unsigned char)byte) == 0) ||
           (byte == 0xA0 && has_no_break_space(page));
}

/* The likeliest character of a sequence whose byte `hole` is one of those that vanish; false where there is
 * none, or two are about as likely. */
static bool fill_hole(unsigned char *bytes, size_t length, size_t hole, codepage page, bool vanished,
                      const character *before, const character *after, uint32_t *value, unsigned *cost) {
    unsigned second = UINT32_MAX;
    *cost = UINT32_MAX;
    for (unsigned byte = 0x80; byte <= 0xBF; byte++) {
        if (!may_vanish(page, byte) || (!vanished && byte == 0xA0))
            continue;
        bytes[hole] = (unsigned char)byte;
        if (utf8_sequence_length(bytes, length) != length)
            continue;
        character filled = character_of(utf8_value(bytes, length));
        unsigned points = character_cost(before, &filled) + character_cost(&filled, after);
        if (points < *cost) {
            second = *cost;
            *cost = points;
            *value = filled.value;
        } else if (points < second) {
            second = points;
        }
    }
    return *cost != UINT32_MAX && (second == UINT32_MAX || second - *cost > AMBIGUOUS);
}

/* The sequence at `at` with one of its bytes shown as `?` or U+FFFD, or gone. */
static bool read_damaged(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out) {
    const token *tokens = &line->tokens[at];
    if (!confirmed)
        return false;
    unsigned char bytes[4] = {tokens->row->bytes[page]};
    size_t length = sequence_bytes(bytes[0]), known = 1;
    while (known < length && at + known < line->count && tokens[known].row &&
           (tokens[known].row->trails >> page & 1)) {
        bytes[known] = tokens[known].row->bytes[page];
        known++;
    }
    if (length > 3 || known == length || at + known + 1 >= line->count)
        return false;
    static const character nothing = {'\n', KIND_SPACE, SCRIPT_NONE, 0, 0};
    const character *before = at ? &tokens[-1].what : &nothing;
    uint32_t shown = tokens[known].what.value;
    bool stands_in = (shown == '?' || shown == REPLACEMENT) && tokens[known].form == FORM_LITERAL;
    unsigned cost;
    *out = (sequence){STEP_DAMAGED, 0, (uint8_t)(known + stands_in), 3, AS_THE_PAGE};
    size_t rest = known + 1;
    while (stands_in && rest < length && at + rest < line->count && tokens[rest].row &&
           (tokens[rest].row->trails >> page & 1)) {
        bytes[rest] = tokens[rest].row->bytes[page];
        rest++;
    }
    if (stands_in && rest == length && at + rest < line->count) {
        out->length = (uint8_t)rest;
        return fill_hole(bytes, length, known, page, false, before, &tokens[rest].what, &out->value, &cost);
    }
    if (known + 1 != length || tokens[known].what.value == ' ')
        return false;
    out->length = (uint8_t)known;
    bool filled =
        fill_hole(bytes, length, known, page, true, before, &tokens[known].what, &out->value, &cost);
    if (length == 2)
        return filled;
    /* Of three bytes, the one in the middle may be the one that is gone. */
    unsigned other_cost;
    uint32_t other;
    unsigned char moved[4] = {bytes[0], 0, tokens[1].row->bytes[page]};
    bool also = fill_hole(moved, length, 1, page, true, before, &tokens[known].what, &other, &other_cost);
    if (also && (!filled || other_cost < cost)) {
        filled = !filled || cost - other_cost > AMBIGUOUS;
        out->value = other;
    } else if (filled && other_cost != UINT32_MAX && other_cost <= cost + AMBIGUOUS) {
        filled = false;
    }
    return filled;
}

/* ---- surrogates -------------------------------------------------------------------------------------- */

/* A character above U+FFFF as two surrogates of three bytes each (CESU-8). */
static bool read_surrogates(const token_line *line, size_t at, codepage page, bool confirmed, sequence *out) {
    const token *t = &line->tokens[at];
    unsigned char b[SEQUENCE_MAX];
    (void)confirmed;
    if (t->row->bytes[page] != 0xED || at + SEQUENCE_MAX >= line->count)
        return false;
    for (size_t i = 0; i < SEQUENCE_MAX; i++) {
        if (!t[i].row || !t[i].row->bytes[page])
            return false;
        b[i] = t[i].row->bytes[page];
    }
    bool pair = b[1] >= 0xA0 && b[1] <= 0xAF && (b[2] & 0xC0) == 0x80 && b[3] == 0xED && b[4] >= 0xB0 &&
                b[4] <= 0xBF && (b[5] & 0xC0) == 0x80;
    uint32_t high = (uint32_t)(b[1] & 0x0F) << 6 | (b[2] & 0x3F),
             low = (uint32_t)(b[4] & 0x0F) << 6 | (b[5] & 0x3F);
    *out = (sequence){STEP_EXACT, 0x10000 + (high << 10 | low), SEQUENCE_MAX, 0, AS_THE_PAGE};
    return pair;
}

/* ---- what people meet most: Â, Ã and â by themselves ------------------------------------------------- */

static const character LINE_START = {'\n', KIND_SPACE, SCRIPT_NONE, 0, 0};

static const character *char_before(const token_line *line, size_t at) {
    return at ? &line->tokens[at - 1].what : &LINE_START;
}

static bool is_letter(const character *c) {
    return c->kind == KIND_LOWER || c->kind == KIND_UPPER || c->kind == KIND_LETTER;
}

/* Does text about letters stand before? `the letter Â` is honest. */
static bool speaks_of_letters(const token_line *line, size_t at) {
    static const char *const words[] = {"letter",    "lettre",  "letra", "litera",
                                        "buchstabe", "lettera", "sign",  "character"};
    char text[MENTION_WINDOW];
    size_t length = 0;
    for (size_t i = at > sizeof text ? at - sizeof text : 0; i < at; i++)
        text[length++] = line->tokens[i].what.value < 0x80 ? to_lower((char)line->tokens[i].what.value) : '?';
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_find((slice){text, length}, slice_of(words[i]), 0) != SLICE_NONE)
            return true;
    return false;
}

/* A capital or a sign by itself? */
static bool is_spaced_capital(const token_line *line, size_t at) {
    return at + 1 < line->count && !is_letter(&line->tokens[at + 1].what) &&
           (line->tokens[at].what.kind == KIND_UPPER ||
            (!character_is_word(&line->tokens[at].what) && line->tokens[at].what.kind != KIND_SPACE));
}

/* A word by itself between words in capitals, as Welsh has it (`GYDA Â DWY`)? */
static bool is_word_in_capitals(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    return at >= 2 && at + 3 < line->count && t[-1].what.kind == KIND_SPACE &&
           t[-2].what.kind == KIND_UPPER && t[1].what.kind == KIND_SPACE && t[2].what.kind == KIND_UPPER &&
           t[3].what.kind != KIND_LOWER && (at == 2 || t[-3].what.kind != KIND_LOWER);
}

bool sequence_is_spaced(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    if (is_word_in_capitals(line, at))
        return true;
    if (at + 2 >= line->count || t[1].what.kind != KIND_SPACE || !is_spaced_capital(line, at + 2))
        return false;
    if (at >= 2)
        return t[-1].what.kind == KIND_SPACE && t[-2].what.kind == KIND_UPPER &&
               (at == 2 || !is_letter(&t[-3].what));
    bool goes_on = at + 4 < line->count && t[3].what.kind == KIND_SPACE && is_spaced_capital(line, at + 4);
    return at == 0 && t[2].what.kind == KIND_UPPER && (t[3].what.value == '\n' || goes_on);
}

/* `Â` before a no-break space that was garbled, now perhaps a plain one, and before ® and ©: where no word
 * ends in it. */
static bool read_lone_a(const token_line *line, size_t at, bool confirmed, sequence *out) {
    const token *t = &line->tokens[at];
    const character *before = char_before(line, at);
    uint32_t next = t[1].what.value;
    bool sign = next == 0xAE || next == 0xA9, space = next == ' ' || next == 0xA0;
    if (is_letter(before) || (!sign && !space) || speaks_of_letters(line, at) || sequence_is_spaced(line, at))
        return false;
    bool apart = before->kind == KIND_STOP || before->kind == KIND_CLOSING || before->value == '>' ||
                 before->value == '\n';
    bool doubled = next == ' ' && t[2].what.value == ' ';
    if (!sign && !apart && !doubled && next != 0xA0 && !confirmed)
        return false;
    *out = (sequence){next == ' ' ? STEP_SPACE : STEP_EXACT, space ? 0xA0 : next, 2, 0, 1};
    return true;
}

/* What follows à in words of Catalan, Portuguese and Vietnamese (words of Debian's translations with à
 * inside, counted): the word goes on. Others begin a new one. */
static bool goes_on_behind_a(const token_line *line, size_t at) {
    static const char *const rests[] = {
        "gina",  "gines",   "metres", "metre",  "lid",    "lida",  "lides",    "ticament", "tic",  "tica",
        "tics",  "tiques",  "udio",   "mera",   "meres",  "lisi",  "pidament", "pid",      "pida", "pides",
        "leg",   "legs",    "scara",  "scares", "ria",    "ries",  "cies",     "xim",      "xima", "rrega",
        "cil",   "cilment", "fic",    "fica",   "fics",   "ntica", "ndard",    "ndards",   "ctil", "cter",
        "cters", "ctica",   "ctic",   "lcul",   "lculs",  "ssic",  "nim",      "rea",      "rees", "til",
        "s",     "quele",   "queles", "quela",  "quelas", "quilo", "n",        "nh",       "m",    "ng"};
    char word[12];
    size_t length = 0;
    while (length < sizeof word && at + length < line->count && is_letter(&line->tokens[at + length].what)) {
        uint32_t value = line->tokens[at + length].what.value;
        if (value >= 0x80)
            return false;
        word[length++] = (char)value;
    }
    for (size_t i = 0; i < sizeof rests / sizeof *rests; i++)
        if (slice_equal((slice){word, length}, slice_of(rests[i])))
            return true;
    return false;
}

/* The words in which `Ã` at the end was í (its AD, a soft hyphen, is gone): Spanish has few others. */
static bool ends_in_i(const token_line *line, size_t at) {
    static const char *const words[] = {"as",   "aqu", "all",   "ah",  "s",   "m",    "t",
                                        "esqu", "rub", "jabal", "sal", "viv", "part", "recib"};
    size_t length = 0;
    while (length < at && length < 8 && is_letter(&line->tokens[at - 1 - length].what))
        length++;
    char word[8];
    for (size_t i = 0; i < length; i++)
        word[i] = (char)(line->tokens[at - length + i].what.value & 0x7F);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase((slice){word, length}, slice_of(words[i])))
            return true;
    return false;
}

/* What `Ã` was at the start of a word that goes on so: Á or Í, in words met often; 0: in none. In Guarani and
 * other languages, honest words begin with it. */
static uint32_t first_letter(const token_line *line, size_t at) {
    static const struct {
        uint32_t letter;
        const char *starts[24];
    } words[] = {
        {0xC1,
         {"rea", "frica", "sia", "lbum", "rbol", "ngel", "lvar", "vila", "cido", "mbito", "lava", "gil",
          "gua", "lgebra", "rabe", "ustria", "nimo", "baco", "rpad"}},
        {0xCD,
         {"ndice", "ndia", "sland", "slensk", "ntegr", "ntim", "dol", "tem", "caro", "gor", "rland", "tal"}}};
    char word[8];
    size_t length = 0;
    while (length < sizeof word && at + length < line->count && line->tokens[at + length].what.value < 0x80 &&
           is_letter(&line->tokens[at + length].what)) {
        word[length] = (char)line->tokens[at + length].what.value;
        length++;
    }
    for (size_t w = 0; w < sizeof words / sizeof *words; w++)
        for (size_t i = 0; words[w].starts[i]; i++)
            if (slice_starts_with((slice){word, length}, slice_of(words[w].starts[i])))
                return words[w].letter;
    return 0;
}

/* `Ã` without its second byte, where no honest one stands: alone, or in a word in small letters. */
static bool read_lone_tilde(const token_line *line, size_t at, sequence *out) {
    const token *t = &line->tokens[at];
    const character *before = char_before(line, at), *next = &t[1].what;
    bool in_word = before->kind == KIND_LOWER,
         alone = !character_is_word(before) && before->kind == KIND_SPACE;
    if ((!in_word && !alone) || speaks_of_letters(line, at))
        return false;
    *out = (sequence){STEP_DAMAGED, 0xE0, 1, 0, 1};
    if (next->value == ' ' && at + 2 < line->count &&
        (in_word || t[2].what.kind == KIND_LOWER || t[2].what.value == ' ')) {
        /* A0 is the space, or was before it; a word that goes on, or à before a word */
        bool takes_space = t[2].what.value == ' ' || t[2].what.kind == KIND_DASH ||
                           t[2].what.kind == KIND_STOP || t[2].what.kind == KIND_CLOSING ||
                           goes_on_behind_a(line, at + 2);
        out->length = takes_space ? 2 : 1;
        if (in_word && !takes_space && ends_in_i(line, at))
            out->value = 0xED;
        return true;
    }
    if (in_word && ((next->kind == KIND_LOWER && next->value < 0x80) || !character_is_word(next))) {
        bool vietnamese =
            next->value == 'y' || next->value == 'm' || next->value == 'i' || next->value == 'o';
        bool inside = next->kind == KIND_LOWER;
        if ((inside && !vietnamese) || (!inside && ends_in_i(line, at)))
            out->value = 0xED;
        return next->kind == KIND_LOWER || (next->kind == KIND_STOP && next->value < 0x80) ||
               next->value == '\n' || next->value == '<';
    }
    if (alone && next->kind == KIND_LOWER && next->value < 0x80 && t[2].what.kind == KIND_LOWER) {
        out->value = first_letter(line, at + 1);
        return out->value != 0;
    }
    return false;
}

/* `donât`, `Itâs`: the ’ of English, whose last two bytes were controls and are gone; the word goes on at
 * `next`. */
static bool is_contraction(const token_line *line, size_t at, size_t next) {
    static const char *const pronouns[] = {"I",  "you", "he",   "she",   "we",  "they",
                                           "it", "who", "that", "there", "what"};
    static const char *const ends[] = {"s", "re", "ve"};
    static const char *const negated[] = {"don",  "doesn", "didn",  "isn",    "aren",   "wasn",    "weren",
                                          "hasn", "haven", "hadn",  "won",    "wouldn", "couldn",  "can",
                                          "ain",  "mustn", "needn", "mightn", "shan",   "shouldn", "daren"};
    size_t before = 0, length = 0;
    char end[3];
    while (before < at && before < 20 && is_letter(&line->tokens[at - 1 - before].what)) {
        if (line->tokens[at - 1 - before].what.value >= 0x80)
            return false;
        before++;
    }
    while (length < 3 && next + length < line->count &&
           character_is_word(&line->tokens[next + length].what)) {
        if (line->tokens[next + length].what.value >= 0x80)
            return false;
        end[length] = (char)line->tokens[next + length].what.value;
        length++;
    }
    if (before == 0 || (before == 1 && line->tokens[at - 1].what.value != 'I'))
        return false;
    bool behind_pronoun = slice_equal((slice){end, length}, SLICE("d")) ||
                          slice_equal((slice){end, length}, SLICE("m")) ||
                          slice_equal((slice){end, length}, SLICE("ll"));
    char word[8] = "";
    for (size_t i = 0; i < before && i < sizeof word - 1; i++)
        word[i] = to_lower((char)line->tokens[at - before + i].what.value);
    for (size_t i = 0; length == 1 && end[0] == 't' && i < sizeof negated / sizeof *negated; i++)
        if (before < sizeof word && slice_equal(slice_of(word), slice_of(negated[i])))
            return true; /* `determinât` is Friulian */
    for (size_t i = 0; behind_pronoun && before < sizeof word && i < sizeof pronouns / sizeof *pronouns; i++)
        if (slice_equal_nocase(slice_of(word), slice_of(pronouns[i])))
            return true; /* `caniatâd` and `Ffrâm` are Welsh */
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (slice_equal((slice){end, length}, slice_of(ends[i])))
            return true;
    return false;
}

/* `lâinterface`: the ’ of French, in the same way. */
static bool is_elision(const token_line *line, size_t at, size_t from) {
    const character *next = &line->tokens[from].what;
    if (at == 0 || (at > 1 && character_is_word(&line->tokens[at - 2].what)))
        return false;
    uint32_t value = line->tokens[at - 1].what.value;
    for (size_t i = from; i < from + 4; i++) /* in Vietnamese, `lâu` is a word */
        if (i >= line->count || !is_letter(&line->tokens[i].what) || line->tokens[i].what.value >= 0x80)
            return false;
    if (next->value == 'i' && strchr("csmtCSMT", (int)(value & 0x7F)))
        return false; /* `câinele` and `mâinile` are Romanian */
    return value < 0x80 && strchr("ldnsjcmtLDNSJCMT", (int)value) && next->value < 0x80 && next->value &&
           strchr("aeiouhAEIOUH", (int)next->value);
}

bool sequence_is_lost_sign(const token_line *line, size_t at) {
    const token *t = &line->tokens[at];
    return t->what.value == 0xE2 && at + 3 < line->count && t[1].what.value == '?' &&
           t[2].what.value == '?' && t[1].form == FORM_LITERAL && t[2].form == FORM_LITERAL;
}

static unsigned char byte_in(const token *t, codepage page) {
    return t->row ? t->row->bytes[page] : 0;
}

static bool is_question(const token *t) {
    return t->what.value == '?' && t->form == FORM_LITERAL;
}

/* A sign that no text ends a word with, as quotation marks, dashes and dots do? */
static bool is_out_of_place(const token *t) {
    return t->what.value >= 0x80 &&
           (t->what.kind == KIND_SUFFIX || t->what.kind == KIND_MODIFIER || t->what.kind == KIND_SIGN ||
            t->what.kind == KIND_PREFIX || t->what.kind == KIND_OPENING || t->what.kind == KIND_BOX);
}

/* Signs of three bytes are U+2000 to U+27BF: E2, one of 80 to 9E, any. */
static size_t broken_triple(const token_line *line, size_t at, codepage page, bool behind_letter) {
    const token *t = &line->tokens[at];
    if (byte_in(t, page) != 0xE2 || at + 3 >= line->count)
        return 0;
    unsigned char second = byte_in(&t[1], page), third = byte_in(&t[2], page);
    bool letter = is_letter(&t[1].what); /* so are 88 and 89 in the pages of Mac and MS-DOS */
    bool known = second >= 0x80 && second <= 0x9E && (is_out_of_place(&t[1]) || (letter && !behind_letter));
    if (known &&
        (is_question(&t[2]) || (t[2].what.value == ' ' && (!letter || t[3].what.kind == KIND_DIGIT))))
        return 3;
    bool closed = is_out_of_place(&t[2]) || (!behind_letter && third && t[2].what.kind == KIND_QUOTE);
    return is_question(&t[1]) && third >= 0x80 && third <= 0xBF && closed ? 3 : 0;
}

/* What windows-1252 makes of signs of two bytes, and of ones of three of which one is left. */
static size_t broken_pair(const token_line *line, size_t at, bool behind_letter) {
    const token *t = &line->tokens[at];
    uint32_t first = t->what.value;
    if (behind_letter || at + 2 >= line->count)
        return 0;
    bool before_digit =
        t[1].what.kind == KIND_DIGIT || (t[1].what.value == ' ' && t[2].what.kind == KIND_DIGIT);
    bool behind_digit = at && (t[-1].what.kind == KIND_DIGIT ||
                               (t[-1].what.value == ' ' && at > 1 && t[-2].what.kind == KIND_DIGIT));
    if (first == 0xE2) /* `â 65`, `â¥ 65`, `â? 5` */
        return is_out_of_place(&t[1]) || (is_question(&t[1]) && t[2].what.kind == KIND_SPACE) ? 2
               : before_digit                                                                 ? 1
                                                                                              : 0;
    if (first == 0xC2 && is_out_of_place(&t[1]))
        return 2;
    if (first != 0xC2 && first != 0xC3 && first != 0xCE)
        return 0;
    if (is_question(&t[1]) && (behind_digit || character_is_word(&t[2].what)))
        return 2;
    return first != 0xCE && behind_digit && before_digit ? 1 : 0;
}

size_t sequence_broken_sign(const token_line *line, size_t at) {
    static const codepage pages[] = {CODEPAGE_WINDOWS_1252, CODEPAGE_MAC_ROMAN, CODEPAGE_CP437,
                                     CODEPAGE_CP850, CODEPAGE_WINDOWS_1251};
    const token *t = &line->tokens[at];
    if (!t->row || t->place != PLACE_TEXT)
        return 0;
    if (sequence_is_lost_sign(line, at))
        return 3;
    bool behind_letter = is_letter(char_before(line, at));
    size_t length = broken_pair(line, at, behind_letter);
    for (size_t i = 0; !length && i < sizeof pages / sizeof *pages; i++)
        length = broken_triple(line, at, pages[i], behind_letter);
    return length;
}

/* `â` with the signs behind it made ASCII (`â?T`, `â"¢`, `â€"`), or gone. */
static bool read_made_ascii(const token_line *line, size_t at, sequence *out) {
    static const struct {
        uint16_t second, third; /* the tokens behind â; 0: none */
        uint16_t value;
        uint8_t price;
    } known[] = {{'?', 'T', 0x2019, 0},    {'"', 0xA2, 0x2122, 0},   {0x20AC, '"', 0x2014, 0},
                 {'?', '"', 0x2013, 0},    {'?', 0xA2, 0x2022, 0},   {'?', 0xA6, 0x2026, 0},
                 {'?', 0x153, 0x201C, 0},  {'?', 0x2DC, 0x2018, 0},  {'?', 0x2122, 0x2019, 0},
                 {'?', 0x201C, 0x2013, 0}, {'?', 0x201D, 0x2014, 0}, {'\'', 0xAC, 0x20AC, 0}};
    const character *before = char_before(line, at);
    const token *t = &line->tokens[at];
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (at + 3 >= line->count || t[1].what.value != known[i].second || t[2].what.value != known[i].third)
            continue;
        bool apostrophe = known[i].third == 'T';
        if (apostrophe && !(is_letter(before) && t[3].what.kind == KIND_LOWER))
            continue;
        *out = (sequence){STEP_DAMAGED, known[i].value, 3, known[i].price, 0};
        bool apart = before->kind == KIND_SPACE && t[3].what.kind == KIND_SPACE;
        if (known[i].value == 0x2014 && (apart || before->kind == KIND_DIGIT))
            out->value = 0x2013;
        return true;
    }
    size_t length = t[1].what.value == '?' && sequence_is_lost_sign(line, at) ? 3 : 1;
    *out = (sequence){STEP_DAMAGED, 0x2019, (uint8_t)length, 0, 0};
    return is_contraction(line, at, at + length) || is_elision(line, at, at + length);
}

static bool read_known_damage(const token_line *line, size_t at, codepage page, bool confirmed,
                              sequence *out) {
    const token *t = &line->tokens[at];
    if (page != CODEPAGE_WINDOWS_1252 || at + 1 >= line->count || t->place != PLACE_TEXT || t->trail)
        return false;
    switch (t->what.value) {
    case 0xC2:
        return read_lone_a(line, at, confirmed, out);
    case 0xC3:
        return read_lone_tilde(line, at, out);
    case 0xE2:
        return read_made_ascii(line, at, out);
    default:
        return false;
    }
}

/* ---- a letter that is a word ------------------------------------------------------------------------- */

/* `Î³`, `Ã‘`, `Ä«`: a capital with an accent and a sign that no text has behind one, and nothing else in the
 * word. */
static bool read_lone_letter(const token_line *line, size_t at, codepage page, bool confirmed,
                             sequence *out) {
    const token *t = &line->tokens[at];
    const character *before = char_before(line, at);
    if (page != CODEPAGE_WINDOWS_1252 || confirmed || t->what.kind != KIND_UPPER ||
        before->kind != KIND_SPACE || !sequence_read(line, at, page, confirmed, out) ||
        out->kind != STEP_EXACT || out->length != 2)
        return false;
    const character *sign = &t[1].what, *after = &t[2].what;
    character value = character_of(out->value);
    bool odd = sign->kind == KIND_SUFFIX || sign->kind == KIND_MODIFIER || sign->kind == KIND_SIGN ||
               sign->kind == KIND_OPENING || sign->kind == KIND_PREFIX || sign->value == 0x2018 ||
               sign->value == 0xAB || sign->kind == KIND_CONTROL;
    bool word = value.kind == KIND_LOWER || value.kind == KIND_UPPER;
    if (!odd || !word || value.alone > 5 || t[2].row || sign->value == 0xD7 || sign->value == 0xB0 ||
        sign->value == 0x2122 ||
        !(after->kind == KIND_SPACE || after->kind == KIND_DASH || after->kind == KIND_STOP ||
          after->kind == KIND_CLOSING))
        return false;
    out->kind = STEP_DAMAGED; /* nothing is, but it is a guess */
    out->stretch = 0;
    return true;
}

sequence_reader *const sequence_readers[SEQUENCE_READERS] = {
    sequence_read,   read_absorbed,     read_quote,      read_damaged,
    read_surrogates, read_known_damage, read_lone_letter};

/* ---- accidents --------------------------------------------------------------------------------------- */

bool sequence_ends_at(const token_line *line, size_t at, codepage page) {
    for (size_t length = 2; length <= 4 && length <= at; length++) {
        const token *t = &line->tokens[at - length];
        sequence before;
        if (t->row && (t->row->leads >> page & 1) && sequence_read(line, at - length, page, true, &before) &&
            before.length == length)
            return true;
    }
    return false;
}

bool sequence_is_capital(const token *first, const character *before, const character *after, codepage page) {
    unsigned char byte = first->row->bytes[page];
    if (byte == 0xC2) /* Â: hardly any word ends in it, but for words in capitals */
        return before->kind == KIND_UPPER && after->kind == KIND_UPPER;
    if (byte != 0xC3)
        return true;
    /* Ã: before a space, or what follows a word in small letters, it was à */
    bool follows = after->kind == KIND_SPACE || after->kind == KIND_STOP || after->kind == KIND_DASH ||
                   after->kind == KIND_LOWER || after->kind == KIND_CLOSING || after->value == '<';
    if (before->kind == KIND_UPPER)
        return !follows || after->value == '\n';
    return after->kind == KIND_UPPER && !character_is_word(before);
}
