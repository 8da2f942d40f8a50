/* Bytes that are no UTF-8, identified by what they say: the code page in which words read like words of some
 * language is the one they are in.
 *
 * Comes in: the bytes of a page. Goes out: the code page, and whether another one comes near. The model is
 * how likely a letter is behind another in each language (languages.def, made from translations that Debian
 * ships), and what signs stand beside (characters.def). A page has one main language, found by its ASCII
 * words too; a word of another one costs something. Of a long page, the first words are enough.
 */
#include "encodings.h"
#include "characters.h"

#include <threads.h>
#include <utf8proc.h>

/* Costs are in half bits, as in languages.def. */
#define BITS 2u
#define FOREIGN_LETTER (15 * BITS) /* one that the language does not have */
#define ASCII_LETTER (5 * BITS)    /* in a language of another script */
#define NO_CHARACTER (20 * BITS)   /* a byte that the page does not define, or a control */
#define ODD_CASE (6 * BITS)        /* a capital behind a small letter */
#define OTHER_LANGUAGE (12 * BITS) /* a word that is not of the main language */
#define OTHER_SCRIPT_IN_WORD (16 * BITS)
#define BOX_LINE (10 * BITS)
#define ODD_PLACE (6 * BITS)
#define LONG_PART 3 /* letters: an apostrophe stands between as many on both sides seldom */
#define LONG_PARTS (5 * BITS)
#define ACUTE_ACCENT 0xB4u
#define ACUTE_ACCENT_COST 5
#define MARGIN (12 * BITS)       /* what another page must cost more, so that the best is certain */
#define READABLE (13 * BITS / 2) /* the most that letters cost in text of any language, on the average */
#define WORD_READABLE (6 * BITS) /* the same, of one word */
#define WORDS_MAX 600            /* with bytes above 0x7F, that are looked at */
#define ASCII_WORDS_MAX 300
#define WORD_MAX 32       /* bytes of a word */
#define WIDE_BYTES 4      /* two characters of an encoding that has several bytes for each */
#define REFUSED_BYTES 16  /* fewer bytes above 0x7F are guessed: the page can be read all the same */
#define DIFFERENT_BYTES 8 /* among them that two pages differ in */

/* What another page must cost more for a word that windows-1252 reads oddly, so that it is not meant: honest
 * `year–end` costs 19 and more, Peña of Mac Roman (`Pe–a`) and such less than 34. */
#define ODD_SIGN_MARGIN (17 * BITS)
#define ODD_APOSTROPHE_MARGIN (10 * BITS) /* `Garc’a`; honest ones that are no English ending cost more */
#define ODD_SPACE_MARGIN (10 * BITS)      /* a no-break space behind a word and before another space */
#define ODD_LETTER_MARGIN (2 * BITS)      /* `Bjšrk` */

#define LETTERS_MAX 80
#define NO_LETTER 0xFF    /* a letter that the language does not have */
#define OTHER_SCRIPT 0xFE /* an ASCII letter, in a language written in others */

static const struct {
    const char *name, *letters, *rows[LETTERS_MAX];
} LANGUAGES[] = {
#define LANGUAGE(name, letters, ...) {name, letters, {__VA_ARGS__}},
#include "languages.def"
#undef LANGUAGE
};
#define LANGUAGE_COUNT (sizeof LANGUAGES / sizeof *LANGUAGES)

/* Half bits for a page that is rarer than windows-1252. Not read: ISO-8859-1, which browsers take for
 * windows-1252. */
static const uint8_t PAGE_PRICE[CODEPAGE_COUNT] = {
    [CODEPAGE_WINDOWS_1252] = 1,  [CODEPAGE_MAC_ROMAN] = 10,
    [CODEPAGE_WINDOWS_1250] = 4,  [CODEPAGE_WINDOWS_1251] = 4,
    [CODEPAGE_CP437] = 14,        [CODEPAGE_WINDOWS_1253] = 5,
    [CODEPAGE_WINDOWS_1254] = 6,  [CODEPAGE_WINDOWS_1257] = 6,
    [CODEPAGE_ISO_8859_2] = 8,    [CODEPAGE_CP850] = 12,
    [CODEPAGE_CP852] = 12,        [CODEPAGE_CP866] = 8,
    [CODEPAGE_KOI8_R] = 6,        [CODEPAGE_KOI8_U] = 8,
    [CODEPAGE_MAC_CYRILLIC] = 12, [CODEPAGE_MAC_CENTRAL_EUROPE] = 12,
    [CODEPAGE_ISO_8859_5] = 12,   [CODEPAGE_ISO_8859_7] = 7,
    [CODEPAGE_ISO_8859_9] = 8,    [CODEPAGE_ISO_8859_15] = 8,
    [CODEPAGE_WINDOWS_1255] = 6,  [CODEPAGE_WINDOWS_1256] = 6,
    [CODEPAGE_WINDOWS_1258] = 8,  [CODEPAGE_MAC_GREEK] = 12,
    [CODEPAGE_CP737] = 12,        [CODEPAGE_CP775] = 12,
    [CODEPAGE_CP857] = 12,        [CODEPAGE_WINDOWS_874] = 6,
    [CODEPAGE_ISO_8859_13] = 8,   [CODEPAGE_ISO_8859_6] = 9,
}; /* 0: never read */

typedef struct word {
    uint32_t from, to;
    uint32_t high; /* bytes above 0x7F */
} word;

typedef struct reader {
    const unsigned char *in;
    size_t length;
    vector words;       /* of word: those with bytes that are no UTF-8 */
    vector ascii_words; /* of word */
    size_t high, invalid,
        valid;               /* bytes above 0x7F that count; of them, or all that are, in UTF-8 sequences */
    size_t counts[256];      /* of the bytes above 0x7F in words */
    unsigned char used[128]; /* those that are there */
    size_t used_count;
    uint32_t language_price[LANGUAGE_COUNT];
    character high_half[128];           /* of the page at hand */
    uint8_t index[LANGUAGE_COUNT][256]; /* of bytes as letters, in the page at hand */
    uint32_t *costs, *least;            /* of words, in each language; in the one that makes it least */
} reader;

/* ---- the alphabets ------------------------------------------------------------------------------------ */

#define THAI 0xE00u
#define LETTERS_END 0x700u /* of the other scripts */
#define LETTER_SLOTS (LETTERS_END + 0x80u)

static struct {
    uint8_t index[LETTER_SLOTS][LANGUAGE_COUNT]; /* of letters; 0 (the ^): the language does not have it */
    uint8_t ascii_index[LANGUAGE_COUNT][128];    /* of ASCII bytes as letters */
    character ascii[128];
} ALPHABETS; /* written once, before anyone reads it */

static size_t letter_slot(uint32_t value) {
    if (value < LETTERS_END)
        return value;
    return value >= THAI && value < THAI + 0x80 ? value - THAI + LETTERS_END : 0;
}

static bool is_letter(const character *c) {
    return c->kind == KIND_LOWER || c->kind == KIND_UPPER || c->kind == KIND_LETTER || c->kind == KIND_MARK;
}

static size_t slot_of(const character *c) {
    return letter_slot((uint32_t)utf8proc_tolower((utf8proc_int32_t)c->value));
}

static void make_alphabets(void) {
    for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
        slice letters = slice_of(LANGUAGES[l].letters);
        size_t at = 0;
        utf8_next(letters, &at); /* the ^ */
        for (uint8_t index = 1; at < letters.length && index < LETTERS_MAX; index++)
            ALPHABETS.index[letter_slot(utf8_next(letters, &at))][l] = index;
    }
    for (unsigned byte = 0; byte < 0x80; byte++) {
        character c = ALPHABETS.ascii[byte] = character_of(byte);
        for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
            uint8_t index = is_letter(&c) ? ALPHABETS.index[slot_of(&c)][l] : 0;
            ALPHABETS.ascii_index[l][byte] = is_letter(&c) && !index ? OTHER_SCRIPT : index;
        }
    }
}

/* ---- the words --------------------------------------------------------------------------------------- */

static bool is_word_byte(unsigned char byte) {
    return byte >= 0x80 || is_alpha((char)byte);
}

/* Of a UTF-8 sequence, or of a form that UTF-8 forbids: an overlong one, half of a pair (CESU-8), a
 * quotation mark or dash that breaks off; 0: none. */
static size_t sequence_length(const reader *r, size_t at) {
    static const struct {
        unsigned char lead, from, to, length; /* from and to: of the second byte */
    } forbidden[] = {{0xC0, 0x80, 0xBF, 2}, {0xC1, 0x80, 0xBF, 2}, {0xE0, 0x80, 0x9F, 3},
                     {0xED, 0xA0, 0xBF, 3}, {0xF0, 0x80, 0x8F, 4}, {0xE2, 0x80, 0x80, 2}};
    const unsigned char *p = r->in + at;
    size_t valid = utf8_sequence_length(p, r->length - at);
    for (size_t i = 0; !valid && i < sizeof forbidden / sizeof *forbidden; i++) {
        size_t length = forbidden[i].length, trails = 1;
        if (p[0] != forbidden[i].lead || r->length - at < length || p[1] < forbidden[i].from ||
            p[1] > forbidden[i].to)
            continue;
        while (trails < length && (p[trails] & 0xC0) == 0x80)
            trails++;
        if (trails == length)
            return length;
    }
    return valid;
}

/* The length of a UTF-8 sequence at `at` of several bytes, where such are left alone. */
static size_t whole_sequence(const reader *r, size_t at, bool whole) {
    size_t length = whole || r->in[at] < 0x80 ? 0 : sequence_length(r, at);
    return length > 1 ? length : 0;
}

static void count_sequences(reader *r) {
    for (size_t at = 0; at < r->length;) {
        size_t length = sequence_length(r, at);
        r->invalid += length == 0;
        r->valid += length > 1 ? length : 0;
        at += length ? length : 1;
    }
}

static void add_word(reader *r, size_t from, size_t to, uint32_t high) {
    if (to - from > WORD_MAX)
        to = from + WORD_MAX;
    vector *words = high ? &r->words : &r->ascii_words;
    if (words->count >= (high ? WORDS_MAX : ASCII_WORDS_MAX) || (!high && to - from < 2))
        return;
    word *added = vector_push_zeroed(words);
    *added = (word){(uint32_t)from, (uint32_t)to, 0};
    for (size_t i = from; i < to; i++) {
        added->high += r->in[i] >= 0x80;
        r->counts[r->in[i]] += r->in[i] >= 0x80;
    }
    r->high += added->high;
}

static void find_words(reader *r, bool whole) {
    for (size_t at = 0; at < r->length && r->words.count < WORDS_MAX;) {
        size_t sequence = whole_sequence(r, at, whole), from = at;
        if (sequence || !is_word_byte(r->in[at])) {
            at += sequence ? sequence : 1;
            continue;
        }
        uint32_t high = 0;
        while (at < r->length && is_word_byte(r->in[at]) && !whole_sequence(r, at, whole))
            high += r->in[at++] >= 0x80;
        add_word(r, from, at, high);
    }
}

/* ---- what a word costs -------------------------------------------------------------------------------- */

/* Texts of MS-DOS have the apostrophe of ASCII: what their pages have besides is another page's letter, as
 * the \xEF of `naive` with two dots, which is the only odd byte of many a page. */
static bool has_no_apostrophe(codepage page) {
    return page == CODEPAGE_CP850 || page == CODEPAGE_CP775 || page == CODEPAGE_CP852 ||
           page == CODEPAGE_CP857;
}

/* Of the bytes that words hold; the others are looked at as if they were spaces. */
static void use_page(reader *r, codepage page) {
    for (size_t i = 0; i < r->used_count; i++) {
        unsigned char byte = r->used[i];
        uint32_t value = codepage_decode(page, byte);
        bool is_apostrophe = value == ACUTE_ACCENT || value == 0x2019;
        if (is_apostrophe && has_no_apostrophe(page))
            value = 0;
        character *c = &r->high_half[byte - 0x80];
        *c = character_of(value ? value : 0x81);
        if (value == ACUTE_ACCENT) { /* stands for an apostrophe in many a text */
            c->kind = KIND_QUOTE;
            c->alone = ACUTE_ACCENT_COST;
        }
        const uint8_t *indices = is_letter(c) ? ALPHABETS.index[slot_of(c)] : NULL;
        for (size_t l = 0; l < LANGUAGE_COUNT; l++)
            r->index[l][byte] = !indices ? 0 : indices[l] ? indices[l] : NO_LETTER;
    }
}

static const character *character_at(const reader *r, size_t at) {
    static const character line_end = {'\n', KIND_SPACE, SCRIPT_NONE, 0, 0};
    if (at >= r->length)
        return &line_end;
    return r->in[at] < 0x80 ? &ALPHABETS.ascii[r->in[at]] : &r->high_half[r->in[at] - 0x80];
}

static uint32_t step_cost(size_t language, uint8_t from, uint8_t to) {
    if (to == NO_LETTER)
        return FOREIGN_LETTER;
    if (to == OTHER_SCRIPT)
        return ASCII_LETTER;
    return (uint32_t)(LANGUAGES[language].rows[from][to] - ']');
}

/* What letters and signs cost beside what they stand beside; of letters, only script and case count here. */
static uint32_t sign_cost(const character *before, const character *c) {
    static const character small = {'a', KIND_LOWER, SCRIPT_LATIN, 0, 0},
                           capital = {'A', KIND_UPPER, SCRIPT_LATIN, 0, 0};
    if (before->value < 0x80 && c->value < 0x80)
        return 0;
    if (c->kind == KIND_CONTROL)
        return NO_CHARACTER;
    if (is_letter(c) && is_letter(before))
        return (c->kind == KIND_UPPER && before->kind == KIND_LOWER ? ODD_CASE : 0) +
               (c->script != before->script ? OTHER_SCRIPT_IN_WORD : 0);
    if (c->kind == KIND_BOX)
        return BOX_LINE;
    if (is_letter(before))
        before = before->kind == KIND_UPPER ? &capital : &small;
    if (is_letter(c))
        c = c->kind == KIND_UPPER ? &capital : &small;
    return character_cost(before, c) * BITS;
}

/* What only apostrophes and hyphens do: stand between letters. And a no-break space stands beside no other.
 */
static uint32_t odd_place_cost(const character *before, const character *c, const character *after) {
    if (c->value < 0x80 || is_letter(c) || c->kind == KIND_CONTROL)
        return 0;
    if (c->kind == KIND_SPACE)
        return before->value == ' ' || after->value == ' ' ? ODD_PLACE : 0;
    bool joins = c->value == 0x2019 || c->value == ACUTE_ACCENT || c->kind == KIND_DASH || c->value == 0xB7 ||
                 c->kind == KIND_INVISIBLE;
    return !joins && is_letter(before) && is_letter(after) ? ODD_PLACE : 0;
}

/* What the signs of a word cost, which is the same in all languages. */
static uint32_t signs_cost(const reader *r, const word *w) {
    uint32_t cost = 0;
    const character *before = character_at(r, w->from ? w->from - 1u : SIZE_MAX);
    if (w->from && r->in[w->from - 1] >= 0x80)
        before = character_at(r, SIZE_MAX);
    for (size_t at = w->from; at < w->to; at++) {
        const character *c = character_at(r, at);
        cost += sign_cost(before, c) + odd_place_cost(before, c, character_at(r, at + 1));
        if (c->value == 0x2019 && at >= w->from + LONG_PART && at + LONG_PART < w->to)
            cost += LONG_PARTS;
        before = c;
    }
    return cost;
}

/* `cost` and what the letters of a word cost in a language; or, as soon as it is known, that it is `most` or
 * more. */
static uint32_t word_cost(const reader *r, size_t language, const word *w, uint32_t cost, uint32_t most) {
    const uint8_t *index = r->index[language];
    uint8_t from = 0;
    for (size_t at = w->from; at < w->to && cost < most; at++) {
        uint8_t to = index[r->in[at]];
        cost += step_cost(language, from, to);
        from = to >= OTHER_SCRIPT ? 0 : to;
    }
    return cost + step_cost(language, from, 0);
}

/* ---- languages and pages ------------------------------------------------------------------------------ */

/* How much a language loses as the main one, by the ASCII words: no more than a word of another costs. */
static void price_languages(reader *r) {
    uint32_t least = UINT32_MAX;
    for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
        memcpy(r->index[l], ALPHABETS.ascii_index[l], sizeof ALPHABETS.ascii_index[l]);
        for (size_t i = 0; i < r->ascii_words.count; i++)
            r->language_price[l] += word_cost(r, l, vector_at(&r->ascii_words, i), 0, UINT32_MAX);
        least = r->language_price[l] < least ? r->language_price[l] : least;
    }
    for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
        uint32_t more = r->language_price[l] - least;
        r->language_price[l] = more < OTHER_LANGUAGE ? more : OTHER_LANGUAGE;
    }
}

typedef struct page_score {
    uint32_t cost, letters, odd_words; /* of all words, each in the language that it reads best in */
} page_score;

/* The costs of the words in the page at hand. A word in a language other than the main one costs
 * OTHER_LANGUAGE more than its least: how much more than that it would cost in it is of no use. False as soon
 * as all together cost `most` or more, in whatever language. */
static bool price_words(reader *r, uint32_t most, page_score *score) {
    *score = (page_score){0};
    for (size_t i = 0; i < r->words.count && score->cost < most; i++) {
        const word *w = vector_at(&r->words, i);
        uint32_t letters = w->to - w->from + 1, signs = signs_cost(r, w), least = UINT32_MAX - OTHER_LANGUAGE;
        for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
            uint32_t cost = word_cost(r, l, w, signs, least + OTHER_LANGUAGE);
            r->costs[i * LANGUAGE_COUNT + l] = cost;
            least = cost < least ? cost : least;
        }
        r->least[i] = least;
        score->cost += least;
        score->letters += letters;
        score->odd_words += least > letters * WORD_READABLE;
    }
    return score->cost < most;
}

/* The cost of all words in the page at hand, in the main language that makes it least; UINT32_MAX: `most` or
 * more. */
static uint32_t page_cost(reader *r, uint32_t most, page_score *score) {
    uint32_t best = UINT32_MAX;
    if (!price_words(r, most, score))
        return best;
    for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
        uint32_t sum = r->language_price[l];
        for (size_t i = 0; i < r->words.count; i++) {
            uint32_t own = r->costs[i * LANGUAGE_COUNT + l], other = r->least[i] + OTHER_LANGUAGE;
            sum += own < other ? own : other;
        }
        best = sum < best ? sum : best;
    }
    return best;
}

static bool differs(codepage a, codepage b, unsigned char byte) {
    return codepage_decode(a, byte) != codepage_decode(b, byte);
}

/* How many of the bytes looked at say something else in the two pages. */
static size_t different_bytes(const reader *r, codepage a, codepage b) {
    size_t different = 0;
    for (unsigned byte = 0x80; byte <= 0xFF; byte++)
        if (differs(a, b, (unsigned char)byte))
            different += r->counts[byte];
    return different;
}

/* Do the words say the same in the two pages? */
static bool reads_alike(const reader *r, codepage a, codepage b) {
    for (size_t i = 0; i < r->used_count; i++)
        if (differs(a, b, r->used[i]))
            return false;
    return true;
}

/* The cost of all words in `page`: see page_cost. `costs` and `scores` are those of the pages before it. */
static uint32_t cost_of_page(reader *r, codepage page, uint32_t most, const uint32_t *costs,
                             page_score *scores) {
    for (codepage other = 0; other < page; other++)
        if (PAGE_PRICE[other] && reads_alike(r, page, other)) {
            scores[page] = scores[other];
            return costs[other];
        }
    use_page(r, page);
    return page_cost(r, most, &scores[page]);
}

#define DAGGER 0x86
#define DOUBLE_DAGGER 0x87
#define CLOSING_QUOTE 0x94

/* Is something of the page hardly meant as windows-1252: a dagger behind a letter, or closing quotation marks
 * that nothing opens? In short words of the pages of MS-DOS, these are å, ç and ö. */
static bool is_oddly_western(const reader *r) {
    bool closes = false, opens = false;
    if (!r->counts[DAGGER] && !r->counts[DOUBLE_DAGGER] && !r->counts[CLOSING_QUOTE])
        return false;
    for (size_t at = 0; at < r->length; at++) {
        unsigned char byte = r->in[at], before = at ? r->in[at - 1] : '\n';
        bool behind_letter = is_alpha((char)before) || before >= 0xC0;
        if ((byte == DAGGER || byte == DOUBLE_DAGGER) && behind_letter)
            return true;
        closes = closes || (byte == CLOSING_QUOTE && behind_letter);
        opens = opens || byte == '"' || byte == 0x93 || byte == 0x84 ||
                (byte == CLOSING_QUOTE && (is_space((char)before) || before == '(' || before == '>'));
    }
    return closes && !opens;
}

/* ---- odd words ---------------------------------------------------------------------------------------- */

typedef struct odd_word {
    const word *word;
    uint32_t at;        /* of the byte that is odd */
    int32_t margin;     /* what another page must cost more, so that windows-1252 is meant */
    int32_t own, other; /* what it costs, and in the page that makes it least */
    codepage page;
} odd_word;

static bool is_letter_of(const reader *r, const word *w, size_t at) {
    return at >= w->from && at < w->to && is_letter(character_at(r, at));
}

/* Is the apostrophe at `at` one of English (`it’s`), or of an elision or a name (`l’eau`, `O’Brien`)? */
static bool is_usual_apostrophe(const reader *r, const word *w, size_t at) {
    static const char *const ends[] = {"s", "t", "d", "m", "ll", "re", "ve"};
    size_t from = at, to = at + 1;
    while (is_letter_of(r, w, from - 1))
        from--;
    while (is_letter_of(r, w, to))
        to++;
    slice rest = {(const char *)r->in + at + 1, to - at - 1};
    if (rest.length == 0) /* `the students’`; and where a quotation mark opens, it may close */
        return at - from > 2 && (r->counts[0x91] || strchr("sSxXzZ", r->in[at - 1]));
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (slice_equal_nocase(rest, slice_of(ends[i])))
            return true;
    return at - from <= 2;
}

/* What windows-1252 makes of the byte at `at` that hardly any text has there: the margin of the word, 0: it
 * is usual. Most are letters of Mac Roman or of the pages of MS-DOS. */
static uint32_t oddness_at(const reader *r, const word *w, size_t at) {
    const character *c = character_at(r, at);
    bool behind = at > w->from && is_letter_of(r, w, at - 1), before = is_letter_of(r, w, at + 1);
    if (is_letter(c)) {
        bool capital = behind && c->kind == KIND_UPPER && character_at(r, at - 1)->kind == KIND_LOWER;
        return capital ? ODD_SIGN_MARGIN : r->in[at] < 0xA0 ? ODD_LETTER_MARGIN : 0;
    }
    if (c->kind == KIND_INVISIBLE || c->kind == KIND_CONTROL || c->value == 0xB7)
        return 0;
    if (!behind) { /* `µngel`: a sign of its own, with a word right behind */
        bool own = c->kind == KIND_SIGN || c->kind == KIND_SUFFIX || c->value == 0xB5;
        return own && before && is_letter_of(r, w, at + 2) ? ODD_SPACE_MARGIN : 0;
    }
    if (c->kind == KIND_SPACE)
        return ODD_SPACE_MARGIN;
    if (c->kind == KIND_STOP && !before)
        return ODD_LETTER_MARGIN; /* `voil…` */
    if (c->value == 0x2019 || c->value == ACUTE_ACCENT)
        return is_usual_apostrophe(r, w, at) ? 0 : ODD_APOSTROPHE_MARGIN;
    bool closes = (c->value == 0x201C && r->counts[0x84]) || (c->value == 0x2018 && r->counts[0x82]);
    bool opens = (c->kind == KIND_OPENING || c->kind == KIND_PREFIX || c->value == 0x2018) && !closes;
    return before || opens || c->value == 0x2030 ? ODD_SIGN_MARGIN : 0;
}

static uint32_t least_cost(const reader *r, const word *w) {
    uint32_t signs = signs_cost(r, w), least = UINT32_MAX;
    for (size_t l = 0; l < LANGUAGE_COUNT; l++) {
        uint32_t cost = word_cost(r, l, w, signs, least);
        least = cost < least ? cost : least;
    }
    return least;
}

/* The words that windows-1252, the page at hand, reads oddly. */
static vector find_odd_words(reader *r, arena *a) {
    vector odd = vector_new(a, sizeof(odd_word));
    for (size_t i = 0; i < r->words.count; i++) {
        const word *w = vector_at(&r->words, i);
        odd_word found = {w, 0, 0, 0, INT32_MAX, CODEPAGE_WINDOWS_1252};
        for (uint32_t at = w->from; at < w->to; at++) {
            int32_t margin = r->in[at] < 0x80 ? 0 : (int32_t)oddness_at(r, w, at);
            if (margin > found.margin) {
                found.margin = margin;
                found.at = at;
            }
        }
        if (!found.margin)
            continue;
        found.own = (int32_t)least_cost(r, w);
        *(odd_word *)vector_push(&odd) = found;
    }
    return odd;
}

/* The words that are as likely in another page in which the odd byte is a letter. One page's signs may stand
 * among the text of another where texts were put together: the rest of the page says nothing of them. */
static vector find_other_words(reader *r, arena *a) {
    vector other = vector_new(a, sizeof(raw_word));
    use_page(r, CODEPAGE_WINDOWS_1252);
    vector odd = find_odd_words(r, a);
    for (size_t p = 1; p < CODEPAGE_COUNT && odd.count; p++) {
        if (!PAGE_PRICE[p] || reads_alike(r, (codepage)p, CODEPAGE_WINDOWS_1252))
            continue;
        use_page(r, (codepage)p);
        for (size_t i = 0; i < odd.count; i++) {
            odd_word *o = vector_at(&odd, i);
            int32_t cost = is_letter(character_at(r, o->at)) ? (int32_t)least_cost(r, o->word) + PAGE_PRICE[p]
                                                             : INT32_MAX;
            if (cost < o->other) {
                o->other = cost;
                o->page = (codepage)p;
            }
        }
    }
    for (size_t i = 0; i < odd.count; i++) {
        const odd_word *o = vector_at(&odd, i);
        if (o->other < o->own + o->margin)
            *(raw_word *)vector_push(&other) = (raw_word){
                o->word->from, o->word->to, o->other < o->own ? o->page : CODEPAGE_WINDOWS_1252, o->page};
    }
    return other;
}

raw_encoding raw_encoding_find(arena *a, slice bytes) {
    static once_flag made = ONCE_FLAG_INIT;
    call_once(&made, make_alphabets);
    reader *r = arena_zeroed(a, sizeof *r);
    r->in = (const unsigned char *)bytes.data;
    r->length = bytes.length;
    r->words = vector_new(a, sizeof(word));
    r->ascii_words = vector_new(a, sizeof(word));
    count_sequences(r);
    raw_encoding found = {.page = CODEPAGE_WINDOWS_1252, .whole = r->valid < r->invalid};
    find_words(r, found.whole);
    for (unsigned byte = 0x80; byte <= 0xFF; byte++)
        if (r->counts[byte])
            r->used[r->used_count++] = (unsigned char)byte;
    price_languages(r);
    r->costs = arena_alloc(a, (LANGUAGE_COUNT + 1) * (r->words.count + 1) * sizeof *r->costs);
    r->least = r->costs + LANGUAGE_COUNT * r->words.count;
    uint32_t costs[CODEPAGE_COUNT], all[CODEPAGE_COUNT], most = UINT32_MAX;
    page_score scores[CODEPAGE_COUNT] = {0};
    for (size_t p = 0; p < CODEPAGE_COUNT; p++) {
        all[p] = UINT32_MAX;
        if (!PAGE_PRICE[p])
            continue;
        costs[p] = cost_of_page(r, (codepage)p, most, costs, scores);
        if (costs[p] == UINT32_MAX)
            continue; /* too much to come near the best */
        all[p] = costs[p] + PAGE_PRICE[p];
        if (all[p] < all[found.page] || p == 0) {
            found.page = (codepage)p;
            most = all[p] + MARGIN;
        }
    }
    size_t most_different = 0;
    const page_score best = scores[found.page];
    found.western = all[CODEPAGE_WINDOWS_1252] < all[found.page] + MARGIN;
    bool readable = best.cost <= READABLE * best.letters;
    for (size_t p = 0; p < CODEPAGE_COUNT; p++) {
        if (!PAGE_PRICE[p] || all[p] >= all[found.page] + MARGIN)
            continue;
        size_t different = different_bytes(r, found.page, (codepage)p);
        most_different = different > most_different ? different : most_different;
    }
    found.certain = readable && best.odd_words == 0 && most_different == 0 &&
                    (found.page != CODEPAGE_WINDOWS_1252 || !is_oddly_western(r));
    found.others =
        found.page == CODEPAGE_WINDOWS_1252 ? find_other_words(r, a) : vector_new(a, sizeof(raw_word));
    if (r->high >= WIDE_BYTES && r->invalid * 3 >= r->high) {
        const char *wide = readable ? NULL : likely_wide_encoding(bytes);
        bool unread = r->high >= REFUSED_BYTES && (!readable || most_different >= DIFFERENT_BYTES);
        if (wide || unread)
            found.name = wide ? wide : codepage_name(found.page);
    }
    return found;
}
