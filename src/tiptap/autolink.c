/* The last word of the document's first text becomes a link if it reads as one: the editor's autolink plugin
 * runs over every document that it loads (@tiptap/extension-link 2.1: autolink; linkifyjs 4.4: find).
 *
 * Comes in: one word. Goes out: the links in it. The word is cut into tokens; a small automaton over the
 * tokens finds addresses and URLs. The automaton is made when it is first needed, so that it reads like its
 * source.
 */
#include "private.h"

#include <threads.h>
#include <utf8proc.h>

static const slice DOMAINS[] = {
#include "domains.def"
};

static const struct {
    uint32_t first, last;
} EMOJI[] = {
#include "emoji.def"
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- tokens ------------------------------------------------------------------------------------------ */

typedef enum token_kind {
    /* of a domain name */
    TOKEN_WORD,
    TOKEN_WIDE_WORD, /* letters, not ASCII */
    TOKEN_ASCII_NUMERICAL,
    TOKEN_ALPHANUMERICAL,
    TOKEN_NUMBER,
    TOKEN_TLD,
    TOKEN_WIDE_TLD,
    TOKEN_SCHEME,       /* file, mailto */
    TOKEN_SLASH_SCHEME, /* http, https, ftp, ftps */
    TOKEN_LOCALHOST,
    TOKEN_EMOJI,
    /* others */
    TOKEN_SYMBOL,
    TOKEN_SPACE,
    TOKEN_LINE_END,
    TOKEN_PUNCTUATION, /* TOKEN_PUNCTUATION + index in PUNCTUATION */
} token_kind;

/* Opening brackets at even places before BRACKETS_END, each with its closing one behind it. */
static const slice PUNCTUATION[] = {
    LITERAL("{"),  LITERAL("}"),  LITERAL("["),  LITERAL("]"),  LITERAL("("),  LITERAL(")"),  LITERAL("<"),
    LITERAL(">"),  LITERAL("（"), LITERAL("）"), LITERAL("「"), LITERAL("」"), LITERAL("『"), LITERAL("』"),
    LITERAL("＜"), LITERAL("＞"), LITERAL("'"),  LITERAL("&"),  LITERAL("*"),  LITERAL("@"),  LITERAL("`"),
    LITERAL("^"),  LITERAL(":"),  LITERAL(","),  LITERAL("$"),  LITERAL("."),  LITERAL("="),  LITERAL("!"),
    LITERAL("-"),  LITERAL("%"),  LITERAL("|"),  LITERAL("+"),  LITERAL("#"),  LITERAL("?"),  LITERAL("\""),
    LITERAL("/"),  LITERAL(";"),  LITERAL("~"),  LITERAL("_"),  LITERAL("\\"), LITERAL("・"),
};
enum { BRACKETS_END = 16, TOKEN_COUNT = TOKEN_PUNCTUATION + COUNT(PUNCTUATION) };

typedef struct token {
    uint8_t kind;
    size_t start, end;
} token;

static int punctuation_kind(slice text) {
    for (size_t i = 0; i < COUNT(PUNCTUATION); i++)
        if (slice_starts_with(text, PUNCTUATION[i]))
            return TOKEN_PUNCTUATION + (int)i;
    return -1;
}

static int kind_of_character(char c) {
    return punctuation_kind((slice){&c, 1});
}

/* The first domain that is not before `text`. */
static size_t find_domain(slice text) {
    size_t low = 0, high = COUNT(DOMAINS);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_compare(DOMAINS[middle], text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_domain(slice text) {
    size_t at = find_domain(text);
    return at < COUNT(DOMAINS) && slice_equal(DOMAINS[at], text);
}

static bool begins_domain(slice text) {
    size_t at = find_domain(text);
    return at < COUNT(DOMAINS) && slice_starts_with(DOMAINS[at], text);
}

static bool is_wide_letter(uint32_t c) {
    if (c < 0x80)
        return false;
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

static bool is_emoji(uint32_t c) {
    for (size_t i = 0; i < COUNT(EMOJI) && EMOJI[i].first <= c; i++)
        if (c <= EMOJI[i].last)
            return true;
    return c < 0x80 && (is_digit((char)c) || c == '*');
}

static bool is_wide_space(uint32_t c) {
    return (c >= '\t' && c <= '\r') || c == ' ' || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF ||
           c == 0xFFFC;
}

static bool is_any(slice word, const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (slice_equal_nocase(word, slice_of(names[i])))
            return true;
    return false;
}

static token_kind kind_of_word(slice word) {
    static const char *const SCHEMES[] = {"file", "mailto"};
    static const char *const SLASH_SCHEMES[] = {"http", "https", "ftp", "ftps"};
    char lower[32];
    for (size_t i = 0; i < word.length && word.length <= sizeof lower; i++)
        lower[i] = to_lower(word.data[i]);
    if (is_any(word, SCHEMES, COUNT(SCHEMES)))
        return TOKEN_SCHEME;
    if (is_any(word, SLASH_SCHEMES, COUNT(SLASH_SCHEMES)))
        return TOKEN_SLASH_SCHEME;
    if (slice_equal_nocase(word, SLICE("localhost")))
        return TOKEN_LOCALHOST;
    return word.length <= sizeof lower && is_domain((slice){lower, word.length}) ? TOKEN_TLD : TOKEN_WORD;
}

/* The code point at `at`; `*next` behind it. 0 at the end. */
static uint32_t peek(slice text, size_t at, size_t *next) {
    *next = at;
    return at < text.length ? utf8_next(text, next) : 0;
}

/* Digits and ASCII letters, or digits and other letters, from `at` on. */
static size_t skip_alphanumerical(slice text, size_t at, bool ascii) {
    size_t next;
    for (uint32_t c; (c = peek(text, at, &next)); at = next) {
        bool digit = c < 0x80 && is_digit((char)c);
        if (!digit && !(ascii ? c < 0x80 && is_alpha((char)c) : is_wide_letter(c)))
            break;
    }
    return at;
}

static token scan_ascii_word(slice text, size_t start) {
    size_t end = start;
    while (end < text.length && is_alpha(text.data[end]))
        end++;
    if (end < text.length && is_digit(text.data[end]))
        return (token){TOKEN_ASCII_NUMERICAL, start, skip_alphanumerical(text, end, true)};
    return (token){(uint8_t)kind_of_word(slice_sub(text, start, end)), start, end};
}

static token scan_number(slice text, size_t start) {
    size_t end = start, next;
    while (end < text.length && is_digit(text.data[end]))
        end++;
    uint32_t c = peek(text, end, &next);
    if (c && c < 0x80 && is_alpha((char)c))
        return (token){TOKEN_ASCII_NUMERICAL, start, skip_alphanumerical(text, end, true)};
    if (is_wide_letter(c))
        return (token){TOKEN_ALPHANUMERICAL, start, skip_alphanumerical(text, end, false)};
    return (token){TOKEN_NUMBER, start, end};
}

/* Letters that are not ASCII. A domain may also hold marks that are no letters. */
static token scan_wide_word(slice text, size_t start) {
    size_t end = start, next;
    while (peek(text, end, &next) >= 0x80 && begins_domain(slice_sub(text, start, next)))
        end = next;
    bool domain = is_domain(slice_sub(text, start, end));
    while (is_wide_letter(peek(text, end, &next))) {
        end = next;
        domain = false;
    }
    uint32_t c = peek(text, end, &next);
    if (end > start && c && c < 0x80 && is_digit((char)c))
        return (token){TOKEN_ALPHANUMERICAL, start, skip_alphanumerical(text, end, false)};
    return (token){domain ? TOKEN_WIDE_TLD : TOKEN_WIDE_WORD, start, end};
}

/* Emoji in a row, variation selectors between them, joiners before another one. */
static token scan_emoji(slice text, size_t start) {
    size_t end = start, next;
    for (;;) {
        uint32_t c = peek(text, end, &next);
        if (end > start && c == 0x200D) {
            size_t behind;
            if (!is_emoji(peek(text, next, &behind)))
                break;
            end = behind;
        } else if (is_emoji(c) || (end > start && c == 0xFE0F)) {
            end = next;
        } else {
            break;
        }
    }
    return (token){TOKEN_EMOJI, start, end};
}

static token scan_token(slice text, size_t start) {
    size_t next;
    uint32_t c = peek(text, start, &next);
    int punctuation = punctuation_kind(slice_from(text, start));
    if (punctuation >= 0)
        return (token){(uint8_t)punctuation, start, next};
    if (c < 0x80 && is_digit((char)c))
        return scan_number(text, start);
    if (c < 0x80 && is_alpha((char)c))
        return scan_ascii_word(text, start);
    if (c == '\n' || c == '\r')
        return (token){c == '\n' ? TOKEN_LINE_END : TOKEN_SPACE, start, next};
    if (is_wide_letter(c))
        return scan_wide_word(text, start);
    if (is_wide_space(c)) {
        size_t end = next;
        for (uint32_t more;
             (more = peek(text, end, &next)) && is_wide_space(more) && more != '\n' && more != '\r';)
            end = next;
        return (token){TOKEN_SPACE, start, end};
    }
    return is_emoji(c) ? scan_emoji(text, start) : (token){TOKEN_SYMBOL, start, next};
}

/* ---- the automaton ----------------------------------------------------------------------------------- */

enum { STATES_MAX = 64, NOT_ACCEPTING = 0, ACCEPTS_URL, ACCEPTS_EMAIL };

typedef struct automaton {
    uint8_t next[STATES_MAX][TOKEN_COUNT]; /* 0: none; state 0 is where it starts, and nothing leads there */
    uint8_t accepts[STATES_MAX];
    uint8_t count;
} automaton;

/* A set of tokens: those of domains, then single characters. */
typedef struct token_set {
    bool domain;
    const char *characters;
    bool wide_brackets, symbol;
} token_set;

static const token_set DOMAIN_TOKENS = {true, "", false, false};
static const token_set QUERY_TOKENS = {true, "&*@\\`^$=-%|+#/~_", false, true};
static const token_set QUERY_INNER_TOKENS = {false, "':,.!%?\";<>{}[]()", true, false};
static const token_set LOCAL_PART_TOKENS = {false, "&'*\\`^$=-{}%|+#?/~_", false, true};

static uint8_t new_state(automaton *m, uint8_t accepts) {
    m->accepts[m->count] = accepts;
    return m->count++;
}

static void go_to(automaton *m, uint8_t from, int kind, uint8_t to) {
    m->next[from][kind] = to;
}

/* A new state behind `kind`, made after the one that was there before (State.tt). */
static uint8_t go_new(automaton *m, uint8_t from, int kind) {
    uint8_t before = m->next[from][kind];
    uint8_t state = new_state(m, before ? m->accepts[before] : NOT_ACCEPTING);
    if (before)
        memcpy(m->next[state], m->next[before], sizeof m->next[state]);
    m->next[from][kind] = state;
    return state;
}

static void go_all(automaton *m, uint8_t from, const token_set *set, uint8_t to) {
    for (int kind = TOKEN_WORD; set->domain && kind <= TOKEN_EMOJI; kind++)
        go_to(m, from, kind, to);
    for (const char *c = set->characters; *c; c++)
        go_to(m, from, kind_of_character(*c), to);
    for (int i = 8; set->wide_brackets && i < BRACKETS_END; i++)
        go_to(m, from, TOKEN_PUNCTUATION + i, to);
    if (set->symbol)
        go_to(m, from, TOKEN_SYMBOL, to);
}

static void go_domains(automaton *m, uint8_t from, uint8_t to) {
    go_to(m, from, TOKEN_TLD, to);
    go_to(m, from, TOKEN_WIDE_TLD, to);
}

/* What follows `@`: the domain of an address. */
static void build_email(automaton *m, uint8_t local_at, int dot, int hyphen) {
    uint8_t domain = new_state(m, NOT_ACCEPTING);
    go_all(m, local_at, &DOMAIN_TOKENS, domain);
    go_all(m, domain, &DOMAIN_TOKENS, domain);
    uint8_t domain_dot = go_new(m, domain, dot);
    go_all(m, domain_dot, &DOMAIN_TOKENS, domain);
    uint8_t email = new_state(m, ACCEPTS_EMAIL);
    go_domains(m, domain_dot, email);
    go_to(m, local_at, TOKEN_LOCALHOST, email);
    uint8_t domain_hyphen = go_new(m, domain, hyphen);
    go_to(m, domain_hyphen, hyphen, domain_hyphen);
    go_all(m, domain_hyphen, &DOMAIN_TOKENS, domain);
    go_all(m, email, &DOMAIN_TOKENS, domain);
    go_to(m, email, dot, domain_dot);
    go_to(m, email, hyphen, domain_hyphen);
}

/* Brackets in a URL belong to it when they are closed in it. */
static void build_brackets(automaton *m, uint8_t url, uint8_t inner) {
    for (int i = 0; i < BRACKETS_END; i += 2) {
        int opening = TOKEN_PUNCTUATION + i, closing = opening + 1;
        uint8_t open = go_new(m, url, opening);
        go_to(m, inner, opening, open);
        uint8_t query = new_state(m, ACCEPTS_URL);
        go_all(m, open, &QUERY_TOKENS, query);
        uint8_t symbols = new_state(m, NOT_ACCEPTING);
        go_all(m, open, &QUERY_INNER_TOKENS, symbols);
        go_to(m, open, closing, url);
        go_all(m, query, &QUERY_TOKENS, query);
        go_all(m, query, &QUERY_INNER_TOKENS, symbols);
        go_all(m, symbols, &QUERY_TOKENS, query);
        go_all(m, symbols, &QUERY_INNER_TOKENS, symbols);
        go_to(m, query, closing, url);
        go_to(m, symbols, closing, url);
    }
}

/* What may follow a host: a path, a query, a place. */
static void build_paths(automaton *m, uint8_t host, uint8_t host_with_port, uint8_t url, uint8_t inner) {
    go_all(m, url, &QUERY_TOKENS, url);
    go_all(m, url, &QUERY_INNER_TOKENS, inner);
    go_all(m, inner, &QUERY_TOKENS, url);
    go_all(m, inner, &QUERY_INNER_TOKENS, inner);
    uint8_t hosts[] = {host, host_with_port};
    for (size_t i = 0; i < COUNT(hosts); i++) {
        go_to(m, hosts[i], kind_of_character('/'), url);
        go_to(m, hosts[i], kind_of_character('?'), inner);
        go_to(m, hosts[i], kind_of_character('#'), url);
    }
}

/* linkifyjs: the parser's init, in its order, since later transitions replace earlier ones. */
static void build(automaton *m) {
    int dot = kind_of_character('.'), hyphen = kind_of_character('-'), at = kind_of_character('@');
    int colon = kind_of_character(':'), slash = kind_of_character('/'), query = kind_of_character('?');
    memset(m, 0, sizeof *m);
    uint8_t start = new_state(m, NOT_ACCEPTING);
    uint8_t local = go_new(m, start, kind_of_character('~'));
    go_all(m, local, &LOCAL_PART_TOKENS, local);
    go_all(m, local, &DOMAIN_TOKENS, local);
    uint8_t domain = new_state(m, NOT_ACCEPTING), scheme = new_state(m, NOT_ACCEPTING);
    uint8_t slash_scheme = new_state(m, NOT_ACCEPTING);
    go_all(m, start, &DOMAIN_TOKENS, domain);
    go_to(m, start, TOKEN_SCHEME, scheme);
    go_to(m, start, TOKEN_SLASH_SCHEME, slash_scheme);
    go_all(m, domain, &LOCAL_PART_TOKENS, local);
    go_all(m, domain, &DOMAIN_TOKENS, domain);
    uint8_t local_at = go_new(m, domain, at);
    go_to(m, local, at, local_at);
    go_to(m, scheme, at, local_at);
    go_to(m, slash_scheme, at, local_at);
    uint8_t local_dot = go_new(m, local, dot);
    go_all(m, local_dot, &LOCAL_PART_TOKENS, local);
    go_all(m, local_dot, &DOMAIN_TOKENS, local);
    build_email(m, local_at, dot, hyphen);

    uint8_t domain_hyphen = go_new(m, domain, hyphen);
    uint8_t domain_dot = go_new(m, domain, dot);
    go_to(m, domain_hyphen, hyphen, domain_hyphen);
    go_all(m, domain_hyphen, &DOMAIN_TOKENS, domain);
    go_all(m, domain_dot, &LOCAL_PART_TOKENS, local);
    go_all(m, domain_dot, &DOMAIN_TOKENS, domain);
    uint8_t with_tld = new_state(m, ACCEPTS_URL);
    go_domains(m, domain_dot, with_tld);
    go_all(m, with_tld, &DOMAIN_TOKENS, domain);
    go_all(m, with_tld, &LOCAL_PART_TOKENS, local);
    go_to(m, with_tld, dot, domain_dot);
    go_to(m, with_tld, hyphen, domain_hyphen);
    go_to(m, with_tld, at, local_at);
    uint8_t before_port = go_new(m, with_tld, colon);
    uint8_t with_port = new_state(m, ACCEPTS_URL);
    go_to(m, before_port, TOKEN_NUMBER, with_port);

    uint8_t url = new_state(m, ACCEPTS_URL), inner = new_state(m, NOT_ACCEPTING);
    build_paths(m, with_tld, with_port, url, inner);

    uint8_t scheme_colon = go_new(m, scheme, colon);
    uint8_t slash_colon = go_new(m, slash_scheme, colon);
    uint8_t prefix = go_new(m, go_new(m, slash_colon, slash), slash);
    uint8_t schemes[] = {scheme, slash_scheme};
    for (size_t i = 0; i < COUNT(schemes); i++) {
        go_all(m, schemes[i], &DOMAIN_TOKENS, domain);
        go_to(m, schemes[i], dot, domain_dot);
        go_to(m, schemes[i], hyphen, domain_hyphen);
    }
    go_all(m, scheme_colon, &DOMAIN_TOKENS, url);
    go_to(m, scheme_colon, slash, url);
    go_to(m, scheme_colon, query, url);
    go_all(m, prefix, &DOMAIN_TOKENS, url);
    go_all(m, prefix, &QUERY_TOKENS, url);
    go_to(m, prefix, slash, url);
    build_brackets(m, url, inner);
    go_to(m, start, TOKEN_LOCALHOST, with_tld);
}

static automaton links;

static void make_links(void) {
    build(&links);
}

/* ---- finding ----------------------------------------------------------------------------------------- */

/* The longest link that begins at token `first`; its number of tokens, 0 for none. `dead`: for each token,
 * the states from which no link can be reached there any more, so that the whole stays linear. */
static size_t match_link(const automaton *m, const token *tokens, size_t count, size_t first, uint64_t *dead,
                         uint8_t *accepts) {
    size_t matched = 0;
    uint8_t state = 0;
    size_t at = first;
    while (at < count && (state = m->next[state][tokens[at].kind]) && !(dead[at] >> state & 1)) {
        at++;
        if (m->accepts[state]) {
            matched = at - first;
            *accepts = m->accepts[state];
        }
    }
    /* Mark what was passed since the last link, by walking it once more. */
    state = 0;
    for (size_t i = first; i < at; i++) {
        state = m->next[state][tokens[i].kind];
        if (i >= first + matched)
            dead[i] |= (uint64_t)1 << state;
    }
    return matched;
}

static slice link_address(slice word, const token *tokens, size_t count, uint8_t accepts, arena *a) {
    slice text = slice_sub(word, tokens[0].start, tokens[count - 1].end);
    if (accepts == ACCEPTS_EMAIL)
        return format_slice(a, "mailto:%.*s", SLICE_ARGS(text));
    bool has_protocol =
        count >= 2 && tokens[0].kind != TOKEN_LOCALHOST && tokens[1].kind == kind_of_character(':');
    return has_protocol ? text : format_slice(a, "http://%.*s", SLICE_ARGS(text));
}

/* ---- the document ------------------------------------------------------------------------------------ */

static bool has_mark(const tiptap_marks *marks, tiptap_mark_type type) {
    for (size_t i = 0; marks && i < marks->count; i++)
        if (marks->items[i]->type == type)
            return true;
    return false;
}

static size_t text_length(const tiptap_node *node) {
    return node->type == TIPTAP_TEXT ? node->size : 1;
}

/* Cuts a text in two; returns the second part. */
static tiptap_node *split_text(tiptap_node *text, size_t at, arena *a) {
    tiptap_node *rest = tiptap_new_text(a, slice_from(tiptap_text(text), at), text->marks, text->line);
    text->size = (uint32_t)at;
    if (text->next)
        tiptap_insert_before(text->next, rest);
    else
        tiptap_append(text->parent, rest);
    return rest;
}

/* Puts the link on the block's text [from, to), counted in bytes, a line break as one. Nothing where the text
 * is code or part of it is linked already. */
static bool add_link(tiptap_node *block, size_t from, size_t to, slice address, arena *a) {
    size_t at = 0;
    for (const tiptap_node *node = block->first_child; node; at += text_length(node), node = node->next)
        if (at < to && at + text_length(node) > from &&
            (has_mark(node->marks, TIPTAP_CODE) || has_mark(node->marks, TIPTAP_LINK)))
            return false;
    const tiptap_mark *link = tiptap_new_link(a, address);
    at = 0;
    for (tiptap_node *node = block->first_child; node && at < to;) {
        size_t length = text_length(node);
        if (at < from && at + length > from) {
            node = split_text(node, from - at, a);
            at = from;
            continue;
        }
        if (at >= from) {
            if (at + length > to)
                split_text(node, to - at, a);
            node->marks = tiptap_add_mark(a, node->marks, link);
        }
        at += text_length(node);
        node = node->next;
    }
    return true;
}

static slice block_text(const tiptap_node *block, arena *a) {
    buffer out = buffer_new(a, 256);
    for (const tiptap_node *node = block->first_child; node; node = node->next)
        buffer_append(&out, node->type == TIPTAP_TEXT ? tiptap_text(node) : SLICE(" "));
    return buffer_slice(&out);
}

/* Most words hold none of these, and are no link. */
static bool may_hold_link(slice word) {
    for (size_t i = 0; i < word.length; i++)
        if (word.data[i] == '.' || word.data[i] == ':' || word.data[i] == '@')
            return true;
    return word.length >= 9;
}

/* Every way to an accepting state leads over one of these tokens (build): without one, it is not made. */
static bool holds_key_token(const token *tokens, size_t count) {
    for (size_t i = 0; i < count; i++)
        switch (tokens[i].kind) {
        case TOKEN_TLD:
        case TOKEN_WIDE_TLD:
        case TOKEN_LOCALHOST:
        case TOKEN_SCHEME:
        case TOKEN_SLASH_SCHEME:
            return true;
        }
    return false;
}

bool link_last_word(tiptap_node *block, arena *a) {
    if (!tiptap_allows_marks((tiptap_type)block->type))
        return false;
    slice text = block_text(block, a);
    size_t end = text.length;
    while (end > 0 && text.data[end - 1] == ' ')
        end--;
    size_t start = end;
    while (start > 0 && text.data[start - 1] != ' ')
        start--;
    slice word = slice_sub(text, start, end);
    if (!may_hold_link(word))
        return false;
    vector tokens = vector_new(a, sizeof(token));
    for (size_t at = 0; at < word.length; at = ((token *)vector_last(&tokens))->end)
        *(token *)vector_push(&tokens) = scan_token(word, at);
    const token *all = tokens.items;
    if (!holds_key_token(all, tokens.count))
        return false;
    static once_flag made = ONCE_FLAG_INIT;
    call_once(&made, make_links);
    uint64_t *dead = arena_zeroed(a, tokens.count * sizeof *dead);
    bool linked = false;
    for (size_t i = 0; i < tokens.count;) {
        uint8_t accepts = NOT_ACCEPTING;
        size_t count = match_link(&links, all, tokens.count, i, dead, &accepts);
        if (count)
            linked |= add_link(block, start + all[i].start, start + all[i + count - 1].end,
                               link_address(word, all + i, count, accepts, a), a);
        i += count ? count : 1;
    }
    return linked;
}
