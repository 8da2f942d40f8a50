/* Typography: smart quotes, dashes, ellipses, guillemets, entities.
 *
 * The rules for quotes are SmartyPants', in the order and with the slips that kramdown has them.
 */
#include "private.h"

enum { LEFT_SINGLE, RIGHT_SINGLE, LEFT_DOUBLE, RIGHT_DOUBLE };

static void add_sign(spans *s, slice sign, size_t end) {
    take_node(s, NODE_QUOTE, end)->value = sign;
}

static slice plain_quote(char quote) {
    return quote == '"' ? SLICE("\"") : SLICE("'");
}

/* The quote at `at`, opened or closed, after the text before it. */
static bool add_quote(spans *s, size_t at, bool opens) {
    char quote = s->source->text[at];
    const settings *set = &s->parser->settings;
    take_text(s, at);
    add_sign(s,
             set->plain_signs ? plain_quote(quote)
                              : set->quotes[(quote == '"' ? LEFT_DOUBLE : LEFT_SINGLE) + !opens],
             at + 1);
    return true;
}

static bool is_quote(char c) {
    return c == '"' || c == '\'';
}

/* SQ_PUNCT, and behind it neither `..` nor a word boundary. */
static bool is_closed_by_punctuation(const source *s, size_t at) {
    static const char PUNCTUATION[] = "!\"#$%'()*+,-./:;<=>?@[\\]^_`{|}~";
    char c = source_char(s, at);
    if (c == '\0' || !strchr(PUNCTUATION, c))
        return false;
    if (source_char(s, at + 1) == '.' && source_char(s, at + 2) == '.')
        return false;
    return (at + 1 < s->length && is_word_at(s, at + 1)) == (c == '_');
}

/* A quote at the source's place, before anything else was taken. */
static bool parse_quote_first(spans *s) {
    source *src = s->source;
    size_t at = src->at;
    char next = source_char(src, at + 1), third = source_char(src, at + 2);
    if ((next == '_' || next == '*') && at + 2 < src->length && !is_space(third))
        return add_quote(s, at, true);
    if (is_closed_by_punctuation(src, at + 1))
        return add_quote(s, at, false);
    return false;
}

/* `"'word` and `'"word`, `'80s`, behind at most one white space at `at`. */
static bool parse_quotes_before_word(spans *s, size_t at) {
    source *src = s->source;
    char first = source_char(src, at), second = source_char(src, at + 1), third = source_char(src, at + 2);
    if (!is_quote(first))
        return false;
    if (is_quote(second) && first != second && is_word(third))
        return add_quote(s, at, true) && add_quote(s, at + 1, true);
    if (first == '\'' && is_digit(second) && is_digit(third) && source_char(src, at + 3) == 's')
        return add_quote(s, at, false);
    return false;
}

static bool ends_quotation(const source *s, size_t at) { /* (?=\s|s\b|$) */
    char c = source_char(s, at);
    return at >= s->length || is_space(c) || (c == 's' && !(at + 1 < s->length && is_word_at(s, at + 1)));
}

/* SQ_RULES. The source stands at the quote, or at the character before it. */
bool parse_smart_quote(spans *s) {
    source *src = s->source;
    size_t at = src->at, second = at + character_length(src, at);
    char first = src->text[at], next = source_char(src, second);
    bool here = is_quote(first), space = is_space(first);
    if (here && parse_quote_first(s))
        return true;
    if (parse_quotes_before_word(s, at) || (space && parse_quotes_before_word(s, at + 1)))
        return true;
    if (is_quote(next)) {
        if (space && is_word(source_char(src, second + 1)))
            return add_quote(s, second, true);
        if (!strchr(" \\\t\r\n[{(-", first) || first == '\0')
            return add_quote(s, second, false);
    }
    if (here && ends_quotation(src, at + 1))
        return add_quote(s, at, false);
    /* Any that remains opens: single ones are looked for first. */
    if (next == '\'')
        return add_quote(s, second, true);
    if (first == '\'')
        return add_quote(s, at, true);
    if (next == '"')
        return add_quote(s, second, true);
    return here && add_quote(s, at, true);
}

/* ---- symbols ----------------------------------------------------------------------------------------- */

static const struct {
    slice text, sign;
} SYMBOLS[] = {
    {LITERAL("---"), LITERAL("\u2014")},       {LITERAL("--"), LITERAL("\u2013")},
    {LITERAL("..."), LITERAL("\u2026")},       {LITERAL("<< "), LITERAL("\u00AB\u00A0")},
    {LITERAL(" >>"), LITERAL("\u00A0\u00BB")}, {LITERAL("<<"), LITERAL("\u00AB")},
    {LITERAL(">>"), LITERAL("\u00BB")},        {LITERAL("\\<<"), LITERAL("&lt;&lt;")},
    {LITERAL("\\>>"), LITERAL("&gt;&gt;")},
};
enum { DASHES_AND_DOTS = 3 }; /* the first so many; the others stand for signs of HTML */

bool parse_typographic_symbol(spans *s) {
    source *src = s->source;
    slice rest = source_slice(src, src->at, src->length);
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++)
        if (slice_starts_with(rest, SYMBOLS[i].text)) {
            bool plain = i < DASHES_AND_DOTS && s->parser->settings.plain_signs;
            add_sign(s, plain ? SYMBOLS[i].text : SYMBOLS[i].sign, src->at + SYMBOLS[i].text.length);
            return true;
        }
    return false;
}

/* ---- entities ---------------------------------------------------------------------------------------- */

/* kramdown's table has four of HTML's names the wrong way round, and one of its own (kramdown:
 * Utils::Entities). */
static const struct {
    slice name;
    uint32_t codepoint;
} OWN[] = {{LITERAL("lang"), 9002},
           {LITERAL("lceil"), 8969},
           {LITERAL("rang"), 9001},
           {LITERAL("rceil"), 8968},
           {LITERAL("vellip"), 8942}};

uint32_t find_entity(slice name) {
    for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++)
        if (slice_equal(name, OWN[i].name))
            return OWN[i].codepoint;
    return named_character(name);
}

/* Numbers 128 to 159 mean what Windows-1252 has there, where it has something. */
static uint32_t read_number(slice digits, uint32_t base) {
    static const uint16_t WINDOWS[32] = {8364, 0,    8218, 402,  8222, 8230, 8224, 8225, 710,  8240, 352,
                                         8249, 338,  0,    381,  0,    0,    8216, 8217, 8220, 8221, 8226,
                                         8211, 8212, 732,  8482, 353,  8250, 339,  0,    382,  376};
    uint32_t c = 0;
    for (size_t i = 0; i < digits.length && c <= 0x10FFFF; i++) {
        char digit = to_lower(digits.data[i]);
        c = c * base + (uint32_t)(is_digit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    if (c >= 128 && c < 160 && WINDOWS[c - 128])
        return WINDOWS[c - 128];
    return c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : c;
}

size_t match_entity(slice text, uint32_t *codepoint, bool *known) {
    size_t at = 1;
    *codepoint = 0;
    *known = true;
    if (text.length < 3 || text.data[0] != '&')
        return 0;
    if (text.data[1] != '#') {
        if (!is_word(text.data[1]) && text.data[1] != ':')
            return 0;
        while (at < text.length && (is_word(text.data[at]) || strchr("-.:", text.data[at])) && text.data[at])
            at++;
        *codepoint = find_entity(slice_sub(text, 1, at));
        *known = *codepoint != 0;
        return at < text.length && text.data[at] == ';' ? at + 1 : 0;
    }
    bool is_hex = text.data[2] == 'x';
    size_t start = at = is_hex ? 3 : 2;
    while (at < text.length && (is_digit(text.data[at]) ||
                                (is_hex && to_lower(text.data[at]) >= 'a' && to_lower(text.data[at]) <= 'f')))
        at++;
    *codepoint = read_number(slice_sub(text, start, at), is_hex ? 16 : 10);
    return at > start && at < text.length && text.data[at] == ';' ? at + 1 : 0;
}

bool parse_entity(spans *s) {
    source *src = s->source;
    uint32_t codepoint;
    bool known;
    size_t start = src->at, length = match_entity(source_slice(src, start, src->length), &codepoint, &known);
    if (!length)
        return false;
    node *entity = take_node(s, NODE_ENTITY, start + (known ? length : 1));
    entity->codepoint = known ? codepoint : '&';
    entity->value = known ? source_slice(src, start, src->at) : SLICE("&amp;");
    if (!known)
        take_text(s, start + length);
    return true;
}
