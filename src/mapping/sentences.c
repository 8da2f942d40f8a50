/* What explain says to people who write no rules: why a condition of a rule does not hold, and what a block
 * is.
 *
 * Comes in: a condition, and what was found. Goes out: a sentence, in which selectors are words where they
 * have some: `a[href]` is a link, and `$named-title`, which a rule file defines, a named title.
 */
#include "pass.h"

/* {boxes}, {range}, {box}: "the third box (line 7)", {line}, {thing} and {a thing}: what the selector finds,
 * {text} */
static const char *const SENTENCES[CONDITION_COUNT] = {
    [CONDITION_ITEMS] = "it holds {boxes}; the rule wants {range}",
    [CONDITION_ONLY_ITEMS] = "something stands beside its boxes (line {line})",
    [CONDITION_NOT_AFTER] = "{a thing} stands before it (line {line})",
    [CONDITION_NOT_BEFORE] = "{a thing} stands behind it (line {line})",
    [CONDITION_HAS] = "it has no {thing}",
    [CONDITION_HAS_NOT] = "it has {a thing}",
    [CONDITION_TEXT] = "its text has {number} characters; the rule wants {range}",
    [CONDITION_TEXT_IS] = "its text is \"{text}\"",
    [CONDITION_EVERY] = "{box} has no {thing}",
    [CONDITION_SOME] = "none of its boxes has {a thing}",
    [CONDITION_NONE] = "{box} has {a thing}",
};

static const char *const BLOCKS[BLOCK_KIND_COUNT] = {
    [BLOCK_CARD_GRID] = "a grid of cards",
    [BLOCK_ACCORDION] = "an accordion",
    [BLOCK_TABLE] = "a table of two columns",
    [BLOCK_PICTURE] = "a picture",
    [BLOCK_EMBED] = "a frame",
    [BLOCK_QUOTE] = "a quote",
    [BLOCK_HEADING] = "a heading",
    [BLOCK_PARAGRAPH] = "a paragraph",
    [BLOCK_LIST] = "a list",
    [BLOCK_LINK] = "a plain link",
    [BLOCK_UNWRAP] = "what it holds, one after the other",
    [BLOCK_DROP] = "left out",
    [BLOCK_KEEP] = "kept as it is",
};

slice words_for_block(block_kind kind) {
    return slice_of(BLOCKS[kind]);
}

/* ---- selectors ----------------------------------------------------------------------------------------- */

/* By tag. */
static const struct {
    const char *selector, *word;
} WORDS[] = {
    {"a", "link"},           {"a[href]", "link"},   {"img", "picture"},
    {"h1", "heading"},       {"h2", "heading"},     {"h3", "heading"},
    {"h4", "heading"},       {"h5", "heading"},     {"h6", "heading"},
    {"ul", "list"},          {"ol", "list"},        {"p", "paragraph"},
    {"table", "table"},      {"form", "form"},      {"figcaption", "caption"},
    {"figure", "figure"},    {"iframe", "frame"},   {"video", "video"},
    {"blockquote", "quote"}, {"br", "line break"},  {"b", "bold text"},
    {"strong", "bold text"}, {"button", "button"},  {"hr", "line across"},
    {"dl", "list"},          {"svg", "drawing"},    {"input", "field"},
    {"select", "field"},     {"textarea", "field"}, {"audio", "sound"},
};

static slice word_for(slice selector, arena *a) {
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (slice_equal_nocase(selector, slice_of(WORDS[i].selector)))
            return slice_of(WORDS[i].word);
    bool name = selector.length > 1 && selector.data[0] == '$';
    for (size_t i = 1; i < selector.length; i++)
        name &= is_alnum(selector.data[i]) || selector.data[i] == '-' || selector.data[i] == '_';
    if (!name)
        return format_slice(a, "`%.*s`", SLICE_ARGS(selector));
    buffer out = buffer_new(a, 32);
    for (size_t i = 1; i < selector.length; i++)
        buffer_append_char(&out, is_alnum(selector.data[i]) ? selector.data[i] : ' ');
    return buffer_slice(&out);
}

/* Where the next selector of a list ends: at a comma that is in no brackets and no string. */
static size_t end_of_selector(slice list, size_t at) {
    int depth = 0;
    for (char quote = 0; at < list.length; at++) {
        char c = list.data[at];
        if (quote || c == '"' || c == '\'') {
            quote = quote == c ? 0 : quote ? quote : c;
            continue;
        }
        depth += (c == '(' || c == '[') - (c == ')' || c == ']');
        if (c == ',' && depth <= 0)
            break;
    }
    return at;
}

slice words_for_selector(slice list, arena *a) {
    vector words = vector_new(a, sizeof(slice));
    for (size_t at = 0, end; at < list.length; at = end + 1) {
        end = end_of_selector(list, at);
        slice word = word_for(slice_trim(slice_sub(list, at, end)), a);
        bool known = false;
        for (size_t i = 0; i < words.count; i++)
            known |= slice_equal(word, *(slice *)vector_at(&words, i));
        if (!known)
            *(slice *)vector_push(&words) = word;
    }
    buffer out = buffer_new(a, 64);
    for (size_t i = 0; i < words.count; i++)
        buffer_printf(&out, "%s%.*s",
                      i == 0                 ? ""
                      : i + 1 == words.count ? " or "
                                             : ", ",
                      SLICE_ARGS(*(slice *)vector_at(&words, i)));
    return buffer_slice(&out);
}

/* ---- sentences ----------------------------------------------------------------------------------------- */

static void append_range(buffer *out, range r) {
    if (r.min == r.max)
        buffer_printf(out, "%u", r.min);
    else if (r.max == UINT32_MAX)
        buffer_printf(out, "at least %u", r.min);
    else if (r.min)
        buffer_printf(out, "%u to %u", r.min, r.max);
    else
        buffer_printf(out, "at most %u", r.max);
}

static void append_thing(buffer *out, slice selector, bool article, arena *a) {
    slice words = words_for_selector(selector, a);
    char first = words.length ? words.data[words.data[0] == '`' && words.length > 1] : 'x';
    buffer_printf(out, "%s%.*s",
                  !article                      ? ""
                  : strchr("aeiouAEIOU", first) ? "an "
                                                : "a ",
                  SLICE_ARGS(words));
}

static void append_fact(buffer *out, slice name, const condition_facts *f, arena *a) {
    if (slice_equal(name, SLICE("boxes")))
        buffer_printf(out, f->number == 0 ? "no boxes" : f->number == 1 ? "1 box" : "%zu boxes", f->number);
    else if (slice_equal(name, SLICE("range")))
        append_range(out, f->wanted);
    else if (slice_equal(name, SLICE("number")))
        buffer_printf(out, "%zu", f->number);
    else if (slice_equal(name, SLICE("box")))
        buffer_printf(out, "the %.*s box (line %u)", SLICE_ARGS(ordinal(f->number, a)), f->line);
    else if (slice_equal(name, SLICE("line")))
        buffer_printf(out, "%u", f->line);
    else if (slice_equal(name, SLICE("text")))
        buffer_append(out, f->text);
    else
        append_thing(out, f->text, slice_equal(name, SLICE("a thing")), a);
}

slice condition_sentence(condition failed, const condition_facts *f, arena *a) {
    buffer out = buffer_new(a, 64);
    slice sentence = slice_of(SENTENCES[failed]);
    for (size_t at = 0; at < sentence.length;) {
        size_t open = slice_find_char(sentence, '{', at), close = slice_find_char(sentence, '}', at);
        if (open == SLICE_NONE || close == SLICE_NONE) {
            buffer_append(&out, slice_from(sentence, at));
            break;
        }
        buffer_append(&out, slice_sub(sentence, at, open));
        append_fact(&out, slice_sub(sentence, open + 1, close), f, a);
        at = close + 1;
    }
    return buffer_slice(&out);
}
