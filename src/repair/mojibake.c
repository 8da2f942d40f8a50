/* The search for mojibake: a hidden Markov model over the tokens of a line, read by Viterbi's algorithm.
 *
 * Hidden is, for each stretch of the line, whether it is as it was written or was UTF-8 misread as some code
 * page. A hypothesis costs what its text costs in the model of honest text (characters.def), plus a price for
 * each stretch that is said to be misread, plus a price for each byte that had to be supplied. The cheapest
 * hypothesis wins: honest text is its own cheapest one, and broken text is cheaper read back. Stretches go
 * on over ASCII, which all pages share, so that one clear case carries the doubtful ones near it. Must never
 * read a token twice without bound.
 */
#include "mojibake.h"
#include "mention.h"
#include "sequences.h"

/* Costs are in sixteenths of the points of characters.def. */
#define POINT 16u

/* What a stretch must gain to be called misread, in points: less for the pages met most. */
static const uint8_t STRETCH_PRICE[CODEPAGE_COUNT] = {
    [CODEPAGE_WINDOWS_1252] = 5,
    [CODEPAGE_LATIN_1] = 5,
    [CODEPAGE_MAC_ROMAN] = 6,
    [CODEPAGE_WINDOWS_1250] = 7,
    [CODEPAGE_WINDOWS_1251] = 7,
    [CODEPAGE_CP437] = 6,
    [CODEPAGE_WINDOWS_1253] = 8,
    [CODEPAGE_WINDOWS_1254] = 7,
    [CODEPAGE_WINDOWS_1257] = 11,
    [CODEPAGE_ISO_8859_2] = 8,
    [CODEPAGE_CP850] = 8,
    [CODEPAGE_CP852] = 9,
    [CODEPAGE_CP866] = 9,
    [CODEPAGE_KOI8_R] = 10,
    [CODEPAGE_KOI8_U] = 11,
    [CODEPAGE_MAC_CYRILLIC] = 9,
    [CODEPAGE_MAC_CENTRAL_EUROPE] = 9,
    [CODEPAGE_ISO_8859_5] = 11,
    [CODEPAGE_ISO_8859_7] = 10,
    [CODEPAGE_ISO_8859_9] = 8,
    [CODEPAGE_ISO_8859_15] = 8,
    [CODEPAGE_WINDOWS_1255] = 11,
    [CODEPAGE_WINDOWS_1256] = 11,
    [CODEPAGE_WINDOWS_1258] = 10,
    [CODEPAGE_MAC_GREEK] = 10,
    [CODEPAGE_CP737] = 10,
    [CODEPAGE_CP775] = 10,
    [CODEPAGE_CP857] = 10,
};               /* 0: never searched for; of honest Thai, too much could be read as if it were windows-874 */
#define SLACK 16 /* points that the next character may cost more behind one character than another */
#define SMALL_AMONG_CAPITALS 4 /* a small letter behind two capitals */
#define SMALL_BETWEEN_CAPITALS 5
/* The points of a character that hardly anything is meant to be, and the price of it. */
#define FAR_FETCHED 13
#define FAR_FETCHED_PRICE 12
#define DEEPER_PRICE 6 /* a character that is misread once more, at the most */
#define TORN_PRICE 12  /* a stretch that begins or ends inside a word of a script other than Latin */
#define LONE_LETTER_PRICE 4
#define MIXED_PRICE 4     /* a character inside a stretch that is honest */
#define LAYER_PRICE 6     /* the same, of a second layer: what the line is misread as says little of it */
#define CONFIRMED_PRICE 2 /* of a stretch in a page that the line is known to be misread as */

#define MODES (CODEPAGE_COUNT + 1) /* 0: as written; page + 1: inside a stretch misread as that page */
#define NEVER UINT32_MAX
#define ROWS (SEQUENCE_MAX + 1)

typedef struct hypothesis {
    uint32_t cost; /* NEVER: there is none */
    bool quote_open;
    bool misread;     /* its last character was read back */
    uint8_t capitals; /* that the text ends in, up to 2 */
    character last;
} hypothesis;

/* The step by which the cheapest hypothesis of a mode reached a place. */
typedef struct step {
    uint32_t value;
    uint8_t kind, length, from_mode;
} step;

struct mojibake_search {
    const repair_job *job;
    const codepage_index *index;
    hypothesis rows[ROWS][MODES]; /* the hypotheses up to a place: row place % ROWS */
    uint32_t alive[ROWS];         /* the modes, as bits, in which there is one */
    uint32_t confirmed;           /* the pages, as bits, that something of the line was read back from */
    vector steps;                 /* of step[MODES], one for each place of the island behind its first */
    vector path;                  /* of path_step, last first */
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
    for (size_t i = 0; i < ROWS * MODES; i++)
        s->rows[i / MODES][i % MODES].cost = NEVER;
    s->steps = vector_new(job->arena, sizeof(step[MODES]));
    s->path = vector_new(job->arena, sizeof(path_step));
    return s;
}

static bool is_confirmed(const mojibake_search *s, codepage page) {
    return s->confirmed >> page & 1;
}

static uint32_t stretch_price(const mojibake_search *s, codepage page) {
    return (is_confirmed(s, page) ? CONFIRMED_PRICE : STRETCH_PRICE[page]) * POINT;
}

/* ---- the search -------------------------------------------------------------------------------------- */

static void offer(mojibake_search *s, size_t island, size_t place, size_t mode, hypothesis offered,
                  step how) {
    hypothesis *best = &s->rows[place % ROWS][mode];
    if (offered.cost >= best->cost)
        return;
    *best = offered;
    s->alive[place % ROWS] |= UINT32_C(1) << mode;
    step *steps = vector_at(&s->steps, place - island - 1);
    steps[mode] = how;
}

static hypothesis read_on(const hypothesis *from, character next, uint32_t extra) {
    hypothesis on = *from;
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
    const codepage_row *row = codepage_find(s->index, value);
    bool western = page == CODEPAGE_WINDOWS_1252 || page == CODEPAGE_LATIN_1; /* programs mix these */
    return row && (row->bytes[page] ||
                   (western && (row->bytes[CODEPAGE_WINDOWS_1252] || row->bytes[CODEPAGE_LATIN_1])));
}

/* Text that is odd as it stands is not repaired into something odder. */
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
static bool is_lone_letter(const token_line *line, const hypothesis *from, const character *value,
                           size_t behind) {
    static const uint32_t words[] = {0xC0, 0xC1, 0xC5, 0xC8, 0xC9, 0xCD, 0xD3, 0xD6, 0xDA, 0xE0, 0xE1, 0xE2,
                                     0xE5, 0xE6, 0xE8, 0xE9, 0xED, 0xF3, 0xF4, 0xF5, 0xF6, 0xFA, 0xFC};
    const token *next = &line->tokens[behind];
    if (value->script != SCRIPT_LATIN || character_is_word(&from->last) || character_is_word(&next->what) ||
        next->row)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i] == value->value)
            return false;
    return true;
}

/* Points against `value` standing for the tokens [at, behind) of the line, behind what `from` has read. */
static uint32_t doubt_price(const token_line *line, const hypothesis *from, const character *value, size_t at,
                            size_t behind, codepage page, bool guess) {
    uint32_t points = is_far_fetched(value) ? FAR_FETCHED_PRICE : 0;
    sequence next;
    bool goes_on = line->tokens[behind].row && sequence_read(line, behind, page, true, &next);
    if ((!from->misread && tears_word(line, at)) || (!goes_on && tears_word(line, behind)))
        points += TORN_PRICE;
    if (!guess && is_lone_letter(line, from, value, behind))
        points += LONE_LETTER_PRICE;
    if (!goes_on && value->kind == KIND_LOWER && from->capitals &&
        line->tokens[behind].what.kind == KIND_UPPER)
        points += SMALL_BETWEEN_CAPITALS;
    return points;
}

/* Letters of one script other than Latin, as words have them? */
static bool is_of_one_script(const token *tokens, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (tokens[i].what.script != tokens->what.script || tokens[i].what.script <= SCRIPT_LATIN ||
            tokens[i].what.script == SCRIPT_BOX)
            return false;
    return true;
}

/* May the tokens, which stand by themselves, be honest signs that only happen to be the bytes of `found`?
 * Asked where nothing else of the line is known to be misread as `page`. */
static bool is_accident(const token_line *line, size_t at, codepage page, const sequence *found) {
    static const character nothing = {'\n', KIND_SPACE, SCRIPT_NONE, 0, 0};
    const token *first = &line->tokens[at], *behind = first + found->length;
    const character *before = at ? &first[-1].what : &nothing, *after = &behind->what;
    if (found->kind == STEP_EXACT && found->length == 2 && first[1].what.value == 0xA0 &&
        first->what.kind == KIND_UPPER)
        return sequence_is_spaced(line, at) || sequence_is_capital(first, before, after, page);
    character value = character_of(found->value);
    bool capitals =
        before->kind == KIND_UPPER && (value.value == 0xEE || (at > 1 && first[-2].what.kind == KIND_UPPER));
    bool sign = found->length == 2 && (first[1].what.value == 0xA9 || first[1].what.value == 0xAE);
    if (capitals && sign && value.kind == KIND_LOWER && !character_is_word(after))
        return true; /* `DÃ®`, `CHÃ©`: a name in capitals with its sign */
    bool digit = value.kind == KIND_DIGIT && value.value >= 0x80;
    if (!digit && (value.script <= SCRIPT_LATIN || value.script == SCRIPT_BOX))
        return false;
    sequence next;
    if ((value.script && (before->script == value.script || after->script == value.script)) ||
        sequence_ends_at(line, at, page) ||
        (behind->row && sequence_read(line, at + found->length, page, true, &next)))
        return false;
    if (digit || (found->length > 2 && is_of_one_script(first, found->length)))
        return true; /* one of another script, and no letter of it around */
    bool behind_latin = before->script == SCRIPT_LATIN, before_latin = after->script == SCRIPT_LATIN;
    bool accented = (behind_latin && before->value >= 0x80) || (before_latin && after->value >= 0x80);
    bool in_word = behind_latin && before_latin,
         east = value.script == SCRIPT_EAST || value.script == SCRIPT_HANGUL;
    return accented || in_word ||
           (value.script != SCRIPT_GREEK &&
            (found->length == 2 || (!east && (behind_latin || before_latin))));
}

static void offer_sequence(mojibake_search *s, const token_line *line, size_t island, size_t at,
                           codepage page, const sequence *found) {
    if (!wanted(s, found->kind) || (!is_confirmed(s, page) && is_accident(line, at, page, found)))
        return;
    const hypothesis *row = s->rows[at % ROWS];
    character value = character_of(found->value);
    size_t mode = (size_t)page + 1;
    bool deeper = is_deeper(s, found->value, page);
    uint32_t price = found->price * POINT;
    for (size_t from = 0; from <= mode; from += mode) {
        if (!(s->alive[at % ROWS] >> from & 1) || (found->kind == STEP_QUOTE && !row[from].quote_open))
            continue;
        uint32_t begin = from ? 0 : stretch_price(s, page);
        if (!from && line->tokens[at].trail && begin < LAYER_PRICE * POINT)
            begin = LAYER_PRICE * POINT;
        if (begin > found->stretch * POINT)
            begin = found->stretch * POINT;
        uint32_t extra =
            price + begin +
            doubt_price(line, &row[from], &value, at, at + found->length, page, found->kind == STEP_DAMAGED) *
                POINT;
        step how = {found->value, (uint8_t)found->kind, (uint8_t)found->length, (uint8_t)from};
        hypothesis on = read_on(&row[from], value, extra);
        on.misread = true;
        if (from && deeper && on.cost > row[from].cost + price + DEEPER_PRICE * POINT)
            on.cost = row[from].cost + price + DEEPER_PRICE * POINT;
        offer(s, island, at + found->length, mode, on, how);
    }
}

static void offer_sequences(mojibake_search *s, const token_line *line, size_t island, size_t at) {
    const token *first = &line->tokens[at], *second = first + 1;
    if (!first->row)
        return;
    uint32_t pages = first->row->leads;
    if (second->what.value >= 0x80 && second->what.value != REPLACEMENT)
        pages &=
            (second->row ? second->row->trails : 0) | s->confirmed | UINT32_C(1) << CODEPAGE_WINDOWS_1252;
    for (; pages; pages &= pages - 1) {
        size_t page = (size_t)__builtin_ctz(pages);
        sequence found;
        if (STRETCH_PRICE[page] == 0)
            continue;
        for (size_t i = 0; i < SEQUENCE_READERS; i++)
            if (sequence_readers[i](line, at, (codepage)page, is_confirmed(s, (codepage)page), &found))
                offer_sequence(s, line, island, at, (codepage)page, &found);
    }
}

static void offer_keeping(mojibake_search *s, const token_line *line, size_t island, size_t at) {
    const hypothesis *row = s->rows[at % ROWS];
    character what = line->tokens[at].what;
    for (uint32_t alive = s->alive[at % ROWS]; alive; alive &= alive - 1) {
        size_t mode = (size_t)__builtin_ctz(alive);
        uint32_t extra = mode == 0 ? 0 : what.value < 0x80 ? 2 : MIXED_PRICE * POINT;
        hypothesis on = read_on(&row[mode], what, extra);
        on.misread = false;
        offer(s, island, at + 1, mode, on, (step){what.value, STEP_KEEP, 1, (uint8_t)mode});
    }
}

/* Behind the same character, a stretch that costs as much more as a new one is no use; behind another, it may
 * still be worth what the character makes likelier next. */
static bool is_hopeless(const mojibake_search *s, const hypothesis *written, const hypothesis *stretch,
                        codepage page) {
    uint32_t most = stretch_price(s, page) + (stretch->last.value == written->last.value ? 0 : SLACK * POINT);
    return stretch->cost >= written->cost + most;
}

/* Lets stretches end at `place`, and forgets those that are no better than to begin anew. */
static bool settle(mojibake_search *s, size_t island, size_t place) {
    hypothesis *row = s->rows[place % ROWS];
    uint32_t *alive = &s->alive[place % ROWS], stretches = *alive & ~UINT32_C(1);
    for (uint32_t left = stretches; left; left &= left - 1) {
        size_t mode = (size_t)__builtin_ctz(left);
        offer(s, island, place, 0, row[mode], (step){0, STEP_LEAVE, 0, (uint8_t)mode});
    }
    for (uint32_t left = stretches; left; left &= left - 1) {
        size_t mode = (size_t)__builtin_ctz(left);
        if (!is_hopeless(s, &row[0], &row[mode], (codepage)(mode - 1)))
            continue;
        row[mode].cost = NEVER;
        *alive &= ~(UINT32_C(1) << mode);
    }
    return *alive > 1;
}

static void clear_row(mojibake_search *s, size_t place) {
    for (uint32_t left = s->alive[place % ROWS]; left; left &= left - 1)
        s->rows[place % ROWS][__builtin_ctz(left)].cost = NEVER;
    s->alive[place % ROWS] = 0;
}

/* Is any hypothesis with a stretch alive at the places behind `place`? */
static bool stretch_ahead(const mojibake_search *s, size_t place) {
    for (size_t ahead = 1; ahead < ROWS; ahead++)
        if (s->alive[(place + ahead) % ROWS] > 1)
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
    s->alive[island % ROWS] = 1;
    s->rows[island % ROWS][0] =
        (hypothesis){.quote_open = quote_open,
                     .capitals = capitals_before(line, island),
                     .last = island ? line->tokens[island - 1].what : character_of('\n')};
    for (size_t i = 0; i < SEQUENCE_MAX; i++)
        vector_push_zeroed(&s->steps);
    size_t at = island;
    bool alive;
    do {
        offer_sequences(s, line, island, at);
        offer_keeping(s, line, island, at);
        vector_push_zeroed(&s->steps);
        clear_row(s, at);
        at++;
        alive = settle(s, island, at) || stretch_ahead(s, at);
    } while (alive && at + 1 < line->count);
    return at;
}

/* The steps of the cheapest hypothesis from `island` to `end`, last first. */
static void trace_back(mojibake_search *s, size_t island, size_t end) {
    size_t place = end, mode = 0;
    while (place > island) {
        const step *taken = (const step *)vector_at(&s->steps, place - island - 1) + mode;
        if (taken->kind != STEP_LEAVE) {
            path_step *added = vector_push_zeroed(&s->path);
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
    for (unsigned shift = 0; shift < 30; shift += 5)
        if ((trail >> shift & 31) == 0)
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
 * sequences of it. `differs` tells whether that is another text than the tokens' text in `than`. */
static uint32_t cost_in_page(const token_line *line, size_t from, size_t to, codepage page, codepage than,
                             character before, bool *differs) {
    uint32_t cost = 0;
    *differs = false;
    while (from < to) {
        sequence found, other;
        const codepage_row *row = line->tokens[from].row;
        if (!row || !(row->leads >> page & 1) || !sequence_read(line, from, page, true, &found) ||
            from + found.length > to)
            return NEVER;
        if (!sequence_read(line, from, than, true, &other) || other.value != found.value)
            *differs = true;
        character next = character_of(found.value);
        cost += character_cost(&before, &next) + found.price;
        before = next;
        from += found.length;
    }
    return cost;
}

/* Is there another page in which the stretch reads about as well, but says something else? The pages in which
 * it says the same, as bits, in `same`. What else the line is misread as does not count: each place stands
 * for itself. */
static bool is_ambiguous(const token_line *line, size_t from, size_t to, codepage page, uint32_t *same) {
    character before = line->written ? line->spare[line->written - 1].what : character_of('\n');
    bool differs, ambiguous = false;
    uint32_t chosen = cost_in_page(line, from, to, page, page, before, &differs);
    *same = 0;
    if (chosen == NEVER)
        return false; /* a guess in any case */
    for (size_t other = 0; other < CODEPAGE_COUNT; other++) {
        uint32_t cost = STRETCH_PRICE[other]
                            ? cost_in_page(line, from, to, (codepage)other, page, before, &differs)
                            : NEVER;
        if (cost == NEVER)
            continue;
        if (!differs)
            *same |= UINT32_C(1) << other;
        else
            ambiguous = ambiguous || cost + STRETCH_PRICE[other] <= chosen + STRETCH_PRICE[page] + AMBIGUOUS;
    }
    return ambiguous;
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
    mojibake_doubt *added = vector_push_zeroed(doubts);
    *added = (mojibake_doubt){first->from, to, first->taken.value, first->page};
}

/* Does a step belong to the stretch that begins with `first`? */
static bool continues(const path_step *first, const path_step *p) {
    return p->taken.kind != STEP_KEEP && p->page == first->page;
}

/* Writes the tokens of a path; true where a sequence was read back. */
static bool write_path(mojibake_search *s, token_line *line, vector *doubts) {
    bool changed = false;
    size_t left = s->path.count;
    while (left > 0) {
        const path_step *first = vector_at(&s->path, left - 1);
        size_t units = 0;
        while (units < left && continues(first, vector_at(&s->path, left - 1 - units)))
            units++;
        const path_step *last = vector_at(&s->path, left - (units ? units : 1));
        bool keep = units == 0 || is_mention(line, first->from, last->to, units, first->taken.value);
        if (keep && units)
            doubt(doubts, first, last->to);
        for (size_t i = keep ? first->from : last->to; i < last->to; i++)
            token_line_put(line, line->tokens[i]);
        uint32_t same = 0;
        bool ambiguous = !keep && is_ambiguous(line, first->from, last->to, first->page, &same);
        for (size_t i = 0; !keep && i < units; i++) {
            const path_step *p = vector_at(&s->path, left - 1 - i);
            write_sequence(s, line, p, ambiguous);
        }
        if (!ambiguous)
            s->confirmed |= same;
        changed = changed || !keep;
        left -= units ? units : 1;
    }
    return changed;
}

/* May a sequence begin at `at`? */
static bool may_begin(const token_line *line, size_t at) {
    const codepage_row *row = line->tokens[at].row;
    return row && row->leads;
}

void mojibake_begin(mojibake_search *s) {
    s->confirmed = 0;
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

uint32_t mojibake_pages(const mojibake_search *s) {
    return s->confirmed;
}
