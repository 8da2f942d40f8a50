/* The search for mojibake: a hidden Markov model over the tokens of a line, read by Viterbi's algorithm.
 *
 * Hidden is, for each stretch of the line, whether it is as it was written or was UTF-8 misread as some code
 * page. A reading costs what its text costs in the model of honest text (characters.def), plus a price for
 * each stretch that is said to be misread, plus a price for each byte that had to be supplied. The cheapest
 * reading wins: honest text is its own cheapest reading, and broken text is cheaper read back. Stretches go
 * on over ASCII, which all pages share, so that one clear case carries the doubtful ones near it. Must never
 * read a token twice without bound.
 */
#include "mojibake.h"
#include "mention.h"

/* Costs are in sixteenths of the points of characters.def. */
#define POINT 16u

/* What a stretch must gain to be called misread, in points: less for the pages met most. */
static const uint8_t STRETCH_PRICE[CODEPAGE_COUNT] = {
    [CODEPAGE_WINDOWS_1252] = 5, [CODEPAGE_LATIN_1] = 5,      [CODEPAGE_MAC_ROMAN] = 6,
    [CODEPAGE_WINDOWS_1250] = 7, [CODEPAGE_WINDOWS_1251] = 7, [CODEPAGE_CP437] = 6,
    [CODEPAGE_WINDOWS_1253] = 8, [CODEPAGE_WINDOWS_1254] = 7, [CODEPAGE_WINDOWS_1257] = 11,
    [CODEPAGE_ISO_8859_2] = 8,
};
#define SLACK 16 /* points that the next character may cost more behind one character than another */
#define SMALL_AMONG_CAPITALS 4 /* a small letter behind two capitals */
/* The points of a character that hardly anything is meant to be, and the price of it. */
#define FAR_FETCHED 13
#define FAR_FETCHED_PRICE 12
#define AMBIGUOUS 3    /* points between two readings, either of which may be right */
#define DEEPER_PRICE 6 /* a character that is misread once more, at the most */
#define TORN_PRICE 12  /* a stretch that begins or ends inside a word of a script other than Latin */
#define LONE_LETTER_PRICE 4
#define MIXED_PRICE 4 /* a character inside a stretch that is honest */

/* How a token, or several, became a character. */
typedef enum step_kind {
    STEP_KEEP,
    STEP_LEAVE,    /* the stretch ends here */
    STEP_EXACT,    /* all bytes are there */
    STEP_LOST,     /* one is U+FFFD: so is the character */
    STEP_SPACE,    /* the byte A0, a no-break space, became a plain one */
    STEP_ABSORBED, /* the byte A0 vanished */
    STEP_QUOTE     /* the byte 9D, which Windows-1252 does not define, vanished from a closing quote */
} step_kind;

static const uint8_t STEP_PRICE[] = {
    [STEP_LOST] = 4, [STEP_SPACE] = 3, [STEP_ABSORBED] = 2, [STEP_QUOTE] = 4};

#define MODES (CODEPAGE_COUNT + 1) /* 0: as written; page + 1: inside a stretch misread as that page */
#define NEVER UINT32_MAX
#define UNIT_MAX 4
#define ROWS (UNIT_MAX + 1)

typedef struct reading {
    uint32_t cost; /* NEVER: there is none */
    bool quote_open;
    bool misread;     /* its last character was read back */
    uint8_t capitals; /* that the text ends in, up to 2 */
    character last;
} reading;

/* The step by which the cheapest reading of a mode reached a place. */
typedef struct step {
    uint32_t value;
    uint8_t kind, length, from_mode;
} step;

struct mojibake_search {
    const repair_job *job;
    const codepage_index *index;
    reading rows[ROWS][MODES]; /* the readings up to a place: row place % ROWS */
    vector steps;              /* of step[MODES], one for each place of the island behind its first */
    vector path;               /* of path_step, last first */
};

typedef struct path_step {
    size_t from, to;
    step taken;
    codepage page;
} path_step;

mojibake_search *mojibake_search_new(const repair_job *job, const codepage_index *index) {
    mojibake_search *s = arena_zeroed(job->arena, sizeof *s);
    s->job = job;
    s->index = index;
    s->steps = vector_new(job->arena, sizeof(step[MODES]));
    s->path = vector_new(job->arena, sizeof(path_step));
    return s;
}

static uint32_t stretch_price(codepage page) {
    return STRETCH_PRICE[page] * POINT;
}

/* ---- sequences --------------------------------------------------------------------------------------- */

/* A misread sequence at some token: what it was, how many tokens it takes. */
typedef struct sequence {
    step_kind kind;
    uint32_t value;
    size_t length;
} sequence;

static size_t sequence_bytes(unsigned char lead) {
    return lead < 0xC2 || lead > 0xF4 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* Where the byte A0 is something else, nobody took it for a space. */
static bool has_no_break_space(codepage page) {
    return codepage_decode(page, 0xA0) == 0xA0;
}

/* The trail byte that a token stands for, in `byte`; how it does is returned (STEP_KEEP: it does not). */
static step_kind trail_byte(const token *t, codepage page, unsigned char *byte) {
    *byte = t->bytes ? t->bytes[page] : 0;
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

/* The sequence that starts at `at` when read in `page`, with all its bytes or stand-ins for them. */
static bool read_sequence(const token_line *line, size_t at, codepage page, sequence *out) {
    const token *first = &line->tokens[at];
    unsigned char bytes[UNIT_MAX] = {first->bytes[page]};
    size_t length = sequence_bytes(bytes[0]);
    *out = (sequence){STEP_EXACT, 0, length};
    if (length == 0 || at + length >= line->count)
        return false;
    for (size_t i = 1; i < length; i++) {
        const token *t = &line->tokens[at + i];
        step_kind kind = trail_byte(t, page, &bytes[i]);
        bool same_form = (t->form == FORM_PERCENT) == (first->form == FORM_PERCENT);
        if (kind == STEP_KEEP || !same_form || (kind != STEP_EXACT && out->kind != STEP_EXACT))
            return false;
        if (kind != STEP_EXACT)
            out->kind = kind;
    }
    if (out->kind == STEP_LOST) {
        out->value = REPLACEMENT;
        return true;
    }
    out->value = utf8_sequence_length(bytes, length) == length ? utf8_value(bytes, length) : 0;
    return out->value >= 0x80;
}

/* `voilà le` whose A0 was taken for the space, or went with it: the letter à, the space stays. */
static bool read_absorbed(const token_line *line, size_t at, codepage page, sequence *out) {
    if (line->tokens[at].bytes[page] != 0xC3 || !has_no_break_space(page) || at + 1 >= line->count)
        return false;
    const character *next = &line->tokens[at + 1].what;
    bool twice = next->value == ' ' && at + 2 < line->count && line->tokens[at + 2].what.value == ' ';
    if (twice || (next->value != ' ' && next->value != '\n' && next->kind != KIND_STOP && next->value != '<'))
        return false;
    *out = (sequence){STEP_ABSORBED, 0xE0, 1};
    return true;
}

/* `”` without its last byte, behind a quote that is open. */
static bool read_quote(const token_line *line, size_t at, codepage page, sequence *out) {
    if (line->tokens[at].bytes[page] != 0xE2 || at + 2 >= line->count)
        return false;
    const unsigned char *second = line->tokens[at + 1].bytes;
    *out = (sequence){STEP_QUOTE, 0x201D, 2};
    return second && second[page] == 0x80;
}

/* ---- the search -------------------------------------------------------------------------------------- */

static void offer(mojibake_search *s, size_t island, size_t place, size_t mode, reading offered, step how) {
    reading *best = &s->rows[place % ROWS][mode];
    if (offered.cost >= best->cost)
        return;
    *best = offered;
    step *steps = vector_at(&s->steps, place - island - 1);
    steps[mode] = how;
}

static reading read_on(const reading *from, character next, uint32_t extra) {
    reading on = *from;
    on.cost += character_cost(&from->last, &next) * POINT + extra;
    if (from->capitals == 2 && next.kind == KIND_LOWER && next.script == from->last.script &&
        next.value >= 0x80)
        on.cost += SMALL_AMONG_CAPITALS * POINT;
    on.capitals = next.kind != KIND_UPPER ? 0 : from->capitals < 2 ? from->capitals + 1 : 2;
    on.last = next;
    if (next.value == 0x201C)
        on.quote_open = true;
    else if (next.value == 0x201D)
        on.quote_open = false;
    return on;
}

static bool wanted(const mojibake_search *s, step_kind kind) {
    if (kind == STEP_LOST)
        return !is_off(s->job, FINDING_ENCODING_LOST);
    return kind == STEP_EXACT || !is_off(s->job, FINDING_ENCODING_GUESSED);
}

/* Inside a stretch, a character of the page's own is likely to be one more layer of the same misreading. */
static bool is_deeper(const mojibake_search *s, uint32_t value, codepage page) {
    const unsigned char *bytes = codepage_bytes(s->index, value);
    return bytes && bytes[page];
}

/* Text that is odd as it stands is not mended into something odder. */
static bool is_far_fetched(const character *c) {
    return c->alone >= FAR_FETCHED && c->kind != KIND_MARK;
}

/* Do the tokens before and at `at` stand in one word of a script other than Latin, which a stretch that
 * begins or ends between them would tear? Words of such scripts break as a whole. */
static bool tears_word(const token_line *line, size_t at) {
    if (at == 0)
        return false;
    const character *before = &line->tokens[at - 1].what, *after = &line->tokens[at].what;
    return before->script == after->script && after->script > SCRIPT_LATIN && after->script != SCRIPT_BOX;
}

/* A single letter with an accent between signs: a few are words of European languages, the others hardly are.
 */
static bool is_lone_letter(const token_line *line, const reading *from, const character *value,
                           size_t behind) {
    static const uint32_t words[] = {0xC0, 0xC1, 0xC5, 0xC8, 0xC9, 0xCD, 0xD3, 0xD6, 0xDA, 0xE0, 0xE1, 0xE2,
                                     0xE5, 0xE6, 0xE8, 0xE9, 0xED, 0xF3, 0xF4, 0xF5, 0xF6, 0xFA, 0xFC};
    const token *next = &line->tokens[behind];
    if (value->script != SCRIPT_LATIN || character_is_word(&from->last) || character_is_word(&next->what) ||
        next->bytes)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i] == value->value)
            return false;
    return true;
}

/* Points against `value` standing for the tokens [at, behind) of the line, behind what `from` has read. */
static uint32_t doubt_price(const token_line *line, const reading *from, const character *value, size_t at,
                            size_t behind, codepage page) {
    uint32_t points = is_far_fetched(value) ? FAR_FETCHED_PRICE : 0;
    sequence next;
    bool goes_on = line->tokens[behind].bytes && read_sequence(line, behind, page, &next);
    if ((!from->misread && tears_word(line, at)) || (!goes_on && tears_word(line, behind)))
        points += TORN_PRICE;
    if (is_lone_letter(line, from, value, behind))
        points += LONE_LETTER_PRICE;
    return points;
}

static void offer_sequence(mojibake_search *s, const token_line *line, size_t island, size_t at,
                           codepage page, const sequence *found) {
    if (!wanted(s, found->kind))
        return;
    const reading *row = s->rows[at % ROWS];
    character value = character_of(found->value);
    size_t mode = (size_t)page + 1;
    bool deeper = is_deeper(s, found->value, page);
    uint32_t price = STEP_PRICE[found->kind] * POINT;
    for (size_t from = 0; from <= mode; from += mode) {
        if (row[from].cost == NEVER || (found->kind == STEP_QUOTE && !row[from].quote_open))
            continue;
        uint32_t extra = price + (from ? 0 : stretch_price(page)) +
                         doubt_price(line, &row[from], &value, at, at + found->length, page) * POINT;
        step how = {found->value, (uint8_t)found->kind, (uint8_t)found->length, (uint8_t)from};
        reading on = read_on(&row[from], value, extra);
        on.misread = true;
        if (from && deeper && on.cost > row[from].cost + price + DEEPER_PRICE * POINT)
            on.cost = row[from].cost + price + DEEPER_PRICE * POINT;
        offer(s, island, at + found->length, mode, on, how);
    }
}

static void offer_sequences(mojibake_search *s, const token_line *line, size_t island, size_t at) {
    if (!line->tokens[at].bytes)
        return;
    for (size_t page = 0; page < CODEPAGE_COUNT; page++) {
        sequence found;
        if (read_sequence(line, at, (codepage)page, &found))
            offer_sequence(s, line, island, at, (codepage)page, &found);
        if (read_absorbed(line, at, (codepage)page, &found))
            offer_sequence(s, line, island, at, (codepage)page, &found);
        if (read_quote(line, at, (codepage)page, &found))
            offer_sequence(s, line, island, at, (codepage)page, &found);
    }
}

static void offer_keeping(mojibake_search *s, const token_line *line, size_t island, size_t at) {
    const reading *row = s->rows[at % ROWS];
    character what = line->tokens[at].what;
    for (size_t mode = 0; mode < MODES; mode++) {
        if (row[mode].cost == NEVER)
            continue;
        uint32_t extra = mode == 0 ? 0 : what.value < 0x80 ? 2 : MIXED_PRICE * POINT;
        reading on = read_on(&row[mode], what, extra);
        on.misread = false;
        offer(s, island, at + 1, mode, on, (step){what.value, STEP_KEEP, 1, (uint8_t)mode});
    }
}

/* Behind the same character, a stretch that costs as much more as a new one is no use; behind another, it may
 * still be worth what the character makes likelier next. */
static bool is_hopeless(const reading *written, const reading *stretch, codepage page) {
    uint32_t most = stretch_price(page) + (stretch->last.value == written->last.value ? 0 : SLACK * POINT);
    return stretch->cost >= written->cost + most;
}

/* Lets stretches end at `place`, and forgets those that are no better than to begin anew. */
static bool settle(mojibake_search *s, size_t island, size_t place) {
    reading *row = s->rows[place % ROWS];
    for (size_t mode = 1; mode < MODES; mode++)
        if (row[mode].cost != NEVER)
            offer(s, island, place, 0, row[mode], (step){0, STEP_LEAVE, 0, (uint8_t)mode});
    bool any = false;
    for (size_t mode = 1; mode < MODES; mode++) {
        if (row[mode].cost != NEVER && is_hopeless(&row[0], &row[mode], (codepage)(mode - 1)))
            row[mode].cost = NEVER;
        any = any || row[mode].cost != NEVER;
    }
    return any;
}

static void clear_row(mojibake_search *s, size_t place) {
    for (size_t mode = 0; mode < MODES; mode++)
        s->rows[place % ROWS][mode].cost = NEVER;
}

/* Is any reading with a stretch alive at the places behind `place`? */
static bool stretch_ahead(const mojibake_search *s, size_t place) {
    for (size_t ahead = 1; ahead < ROWS; ahead++)
        for (size_t mode = 1; mode < MODES; mode++)
            if (s->rows[(place + ahead) % ROWS][mode].cost != NEVER)
                return true;
    return false;
}

static uint8_t capitals_before(const token_line *line, size_t at) {
    uint8_t capitals = 0;
    while (capitals < 2 && at > capitals && line->tokens[at - 1u - capitals].what.kind == KIND_UPPER)
        capitals++;
    return capitals;
}

/* Searches from `island`, where all text before is read; returns where the last stretch has ended. The steps
 * taken are in s->path, last first. */
static size_t search_island(mojibake_search *s, const token_line *line, size_t island, bool quote_open) {
    for (size_t row = 0; row < ROWS; row++)
        clear_row(s, row);
    s->steps.count = s->path.count = 0;
    s->rows[island % ROWS][0] =
        (reading){.quote_open = quote_open,
                  .capitals = capitals_before(line, island),
                  .last = island ? line->tokens[island - 1].what : character_of('\n')};
    for (size_t i = 0; i < UNIT_MAX; i++)
        vector_push(&s->steps);
    size_t at = island;
    bool alive;
    do {
        offer_sequences(s, line, island, at);
        offer_keeping(s, line, island, at);
        vector_push(&s->steps);
        clear_row(s, at);
        at++;
        alive = settle(s, island, at) || stretch_ahead(s, at);
    } while (alive && at + 1 < line->count);
    return at;
}

/* The steps of the cheapest reading from `island` to `end`, last first. */
static void trace_back(mojibake_search *s, size_t island, size_t end) {
    size_t place = end, mode = 0;
    while (place > island) {
        const step *taken = (const step *)vector_at(&s->steps, place - island - 1) + mode;
        if (taken->kind != STEP_LEAVE) {
            path_step *added = vector_push(&s->path);
            *added = (path_step){place - taken->length, place, *taken, (codepage)(mode ? mode - 1 : 0)};
            place -= taken->length;
        }
        mode = taken->from_mode;
    }
}

/* ---- text about broken text -------------------------------------------------------------------------- */

#define WINDOW MENTION_WINDOW

/* The ASCII of the tokens around a stretch, in lower case. */
static slice window_around(const token_line *line, size_t to, char *text) {
    size_t length = 0, from = line->written > WINDOW ? line->written - WINDOW : 0;
    for (size_t i = from; i < line->written; i++)
        text[length++] = line->spare[i].what.value < 0x80 ? to_lower((char)line->spare[i].what.value) : '?';
    text[length++] = '?';
    for (size_t i = to; i < line->count && i < to + WINDOW; i++)
        text[length++] = line->tokens[i].what.value < 0x80 ? to_lower((char)line->tokens[i].what.value) : '?';
    return (slice){text, length};
}

/* A sign, and the same sign misread, side by side. Letters, quotes and bullets stand everywhere. */
static bool stands_near(const token_line *line, size_t to, uint32_t value) {
    character_kind kind = (character_kind)character_of(value).kind;
    if (kind != KIND_PREFIX && kind != KIND_SUFFIX)
        return false;
    size_t from = line->written > WINDOW / 2 ? line->written - WINDOW / 2 : 0;
    for (size_t i = from; i < line->written; i++)
        if (line->spare[i].what.value == value && line->spare[i].code == UNCHANGED)
            return true;
    for (size_t i = to; i < line->count && i < to + WINDOW / 2; i++)
        if (line->tokens[i].what.value == value && line->tokens[i].code == UNCHANGED)
            return true;
    return false;
}

static bool is_quoted(const token_line *line, size_t to) {
    static const uint32_t pairs[][2] = {
        {'"', '"'}, {'\'', '\''}, {'`', '`'}, {0x201C, 0x201D}, {0x2018, 0x2019}};
    if (line->written == 0)
        return false;
    uint32_t before = line->spare[line->written - 1].what.value, after = line->tokens[to].what.value;
    if (line->written > 1 && line->spare[line->written - 2].what.value == '=')
        return false; /* an attribute's value */
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (before == pairs[i][0] && after == pairs[i][1])
            return true;
    return false;
}

#define MENTION_MAX 8 /* sequences: longer ones are text, whatever is said around them */

/* Is the stretch of `units` sequences up to token `to`, which stands where the written tokens end, there to
 * be seen as it is? Only if it stands by itself: inside a word nobody means it. */
static bool is_mention(const token_line *line, size_t from, size_t to, size_t units, uint32_t value) {
    const token *before = line->written ? &line->spare[line->written - 1] : NULL;
    for (size_t i = from; i < to; i++)
        if (line->tokens[i].what.kind == KIND_CONTROL)
            return false; /* nobody types those */
    if (units > MENTION_MAX || (before && character_is_word(&before->what)) ||
        character_is_word(&line->tokens[to].what))
        return false;
    if (units == 1 &&
        (is_quoted(line, to) || line->tokens[from].place == PLACE_CODE || stands_near(line, to, value)))
        return true;
    char text[2 * WINDOW + 1];
    character about = character_of(value);
    return mention_talks(window_around(line, to, text), &about);
}

/* ---- writing ----------------------------------------------------------------------------------------- */

static finding_code worse_code(finding_code a, finding_code b) {
    static const finding_code rising[] = {FINDING_ENCODING_MOJIBAKE, FINDING_ENCODING_GUESSED,
                                          FINDING_ENCODING_URL, FINDING_ENCODING_LOST};
    size_t rank[2] = {0, 0};
    for (size_t i = 0; i < sizeof rising / sizeof *rising; i++) {
        rank[0] = rising[i] == a ? i : rank[0];
        rank[1] = rising[i] == b ? i : rank[1];
    }
    return rising[rank[0] > rank[1] ? rank[0] : rank[1]];
}

static uint32_t longer_trail(uint32_t a, uint32_t b) {
    return a > b ? a : b; /* a longer one has more digits */
}

static uint32_t trail_with(uint32_t trail, codepage page) {
    for (unsigned shift = 0; shift < 32; shift += 4)
        if ((trail >> shift & 15) == 0)
            return trail | (uint32_t)(page + 1) << shift;
    return trail;
}

static finding_code step_code(const path_step *p, const token *first) {
    finding_code code = p->taken.kind == STEP_EXACT  ? FINDING_ENCODING_MOJIBAKE
                        : p->taken.kind == STEP_LOST ? FINDING_ENCODING_LOST
                                                     : FINDING_ENCODING_GUESSED;
    return first->place == PLACE_URL ? worse_code(code, FINDING_ENCODING_URL) : code;
}

/* What the tokens [from, to) cost when read back in `page`, behind `before`; NEVER if they are no whole
 * sequences of it. `differs` tells whether that is another text than the tokens' reading in `than`. */
static uint32_t cost_in_page(const token_line *line, size_t from, size_t to, codepage page, codepage than,
                             character before, bool *differs) {
    uint32_t cost = 0;
    *differs = false;
    while (from < to) {
        sequence found, other;
        if (!line->tokens[from].bytes || !read_sequence(line, from, page, &found) || from + found.length > to)
            return NEVER;
        if (!read_sequence(line, from, than, &other) || other.value != found.value)
            *differs = true;
        character next = character_of(found.value);
        cost += character_cost(&before, &next);
        before = next;
        from += found.length;
    }
    return cost;
}

/* Is there another page in which the stretch reads about as well, but says something else? */
static bool is_ambiguous(const token_line *line, size_t from, size_t to, codepage page) {
    character before = line->written ? line->spare[line->written - 1].what : character_of('\n');
    bool differs;
    uint32_t chosen =
        cost_in_page(line, from, to, page, page, before, &differs) + stretch_price(page) / POINT;
    for (size_t other = 0; other < CODEPAGE_COUNT; other++) {
        uint32_t cost = cost_in_page(line, from, to, (codepage)other, page, before, &differs);
        if (differs && cost != NEVER && cost + stretch_price((codepage)other) / POINT <= chosen + AMBIGUOUS)
            return true;
    }
    return false;
}

static void write_sequence(mojibake_search *s, token_line *line, const path_step *p, bool ambiguous) {
    const token *first = &line->tokens[p->from];
    token *merged = token_line_put(line, *first);
    finding_code code = step_code(p, first);
    if (ambiguous)
        code = worse_code(code, FINDING_ENCODING_GUESSED);
    for (size_t i = p->from; i < p->to; i++) {
        const token *part = &line->tokens[i];
        merged->trail = longer_trail(merged->trail, part->trail);
        if (part->code != UNCHANGED)
            code = worse_code(code, (finding_code)part->code);
        if (part->form != FORM_LITERAL && merged->form == FORM_LITERAL)
            merged->form = part->form;
        merged->end = part->end;
    }
    merged->trail = trail_with(merged->trail, p->page);
    token_set(s->job, s->index, merged, p->taken.value, code);
}

static void doubt(vector *doubts, const path_step *first, size_t to) {
    mojibake_doubt *added = vector_push(doubts);
    *added = (mojibake_doubt){first->from, to, first->taken.value, first->page};
}

/* Writes the tokens of a path; true where a sequence was read back. */
static bool write_path(mojibake_search *s, token_line *line, vector *doubts) {
    bool changed = false;
    size_t left = s->path.count;
    while (left > 0) {
        const path_step *first = vector_at(&s->path, left - 1);
        size_t units = 0;
        while (units < left && ((path_step *)vector_at(&s->path, left - 1 - units))->taken.kind != STEP_KEEP)
            units++;
        const path_step *last = vector_at(&s->path, left - (units ? units : 1));
        bool keep = units == 0 || is_mention(line, first->from, last->to, units, first->taken.value);
        if (keep && units)
            doubt(doubts, first, last->to);
        for (size_t i = keep ? first->from : last->to; i < last->to; i++)
            token_line_put(line, line->tokens[i]);
        bool ambiguous = !keep && is_ambiguous(line, first->from, last->to, first->page);
        for (size_t i = 0; !keep && i < units; i++) {
            const path_step *p = vector_at(&s->path, left - 1 - i);
            write_sequence(s, line, p, ambiguous);
        }
        changed = changed || !keep;
        left -= units ? units : 1;
    }
    return changed;
}

/* May a sequence begin at `at`? */
static bool may_begin(const token_line *line, size_t at) {
    const unsigned char *bytes = line->tokens[at].bytes;
    if (!bytes)
        return false;
    for (size_t page = 0; page < CODEPAGE_COUNT; page++)
        if (sequence_bytes(bytes[page]))
            return true;
    return false;
}

bool mojibake_mend(mojibake_search *s, token_line *line, vector *doubts) {
    bool changed = false, quote_open = false;
    size_t at = 0;
    while (at < line->count) {
        uint32_t value = line->tokens[at].what.value;
        quote_open = value == 0x201C || (quote_open && value != 0x201D);
        if (!may_begin(line, at)) {
            token_line_put(line, line->tokens[at++]);
            continue;
        }
        size_t end = search_island(s, line, at, quote_open);
        trace_back(s, at, end);
        changed = write_path(s, line, doubts) || changed;
        for (; at < end; at++) {
            value = line->tokens[at].what.value;
            quote_open = value == 0x201C || (quote_open && value != 0x201D);
        }
    }
    token_line_turn(line);
    return changed;
}
