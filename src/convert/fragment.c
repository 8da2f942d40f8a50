/* Links to a text of a page: the text, the search, and the directive for a place.
 *
 * Comes in: the page as it is saved, a place in it. Goes out: the `prefix-,text,-suffix` that a browser finds
 * the place by. Never: a directive that leads elsewhere, more than a bounded number of steps a page.
 */
#include "fragment.h"

#include "tiptap/tiptap.h"
#include "view.h"

#include <utf8proc.h>

#define NO_WORD SIZE_MAX

static const fragment_word *word_at(const fragment_text *t, size_t index) {
    return vector_at(&t->words, index);
}

/* ---- folding ------------------------------------------------------------------------------------------- */

/* Browsers take these for ' and " (Chromium: FoldQuoteMarksAndSoftHyphens). */
static char plain_quote(slice s, size_t at, size_t *length) {
    static const struct {
        const char *mark;
        char plain;
    } QUOTES[] = {{"\u2018", '\''}, {"\u2019", '\''}, {"\u201A", '\''}, {"\u201B", '\''},
                  {"\u201C", '"'},  {"\u201D", '"'},  {"\u201E", '"'},  {"\u201F", '"'}};
    for (size_t i = 0; i < sizeof QUOTES / sizeof *QUOTES; i++)
        if (slice_starts_with(slice_from(s, at), slice_of(QUOTES[i].mark))) {
            *length = strlen(QUOTES[i].mark);
            return QUOTES[i].plain;
        }
    return 0;
}

/* Folds the last bytes of the buffer, which are not all ASCII, from `from` on. */
static void fold_wide(buffer *out, size_t from, arena *a) {
    slice lower = {out->data + from, out->length - from};
    utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD |
                            UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)lower.data;
    utf8proc_ssize_t length = (utf8proc_ssize_t)lower.length, needed = 2 * length, room; /* mostly enough */
    utf8proc_int32_t *points;
    do {
        room = needed;
        points = arena_alloc(a, ((size_t)room + 1) * sizeof *points);
        needed = utf8proc_decompose(bytes, length, points, room, how);
    } while (needed > room);
    if (needed >= 0)
        needed = utf8proc_reencode(points, needed, how);
    if (needed < 0)
        return;
    out->length = from;
    buffer_append(out, (slice){(const char *)points, (size_t)needed});
}

/* A word without case, accents and what cannot be seen; quotation marks as typewriters have them. */
static void fold_word(buffer *out, slice word, arena *a) {
    size_t from = out->length;
    buffer_reserve(out, word.length);
    char all = 0;
    for (size_t at = 0; at < word.length; at++) {
        out->data[from + at] = to_lower(word.data[at]);
        all |= word.data[at];
    }
    out->length += word.length;
    if (!(all & 0x80))
        return;
    out->length = from;
    bool ascii = true;
    for (size_t at = 0, length; at < word.length; at += length) {
        char quote = word.data[at] == '\xE2' ? plain_quote(word, at, &length) : 0;
        length = quote ? length : 1;
        char c = quote ? quote : to_lower(word.data[at]);
        buffer_append_char(out, c);
        ascii = ascii && !(c & 0x80);
    }
    if (!ascii)
        fold_wide(out, from, a);
}

/* ---- reading a page -------------------------------------------------------------------------------- */

/* A line of a text block in the making. */
typedef struct line {
    buffer text;
    vector raised; /* of size_t: offsets where raised or lowered text begins and ends, in turn */
    const void *section;
    bool in_code; /* between the braces of Liquid, which runs before anybody reads the page */
} line;

static bool is_raised(const vector *edges, size_t *next, size_t from, size_t to) {
    for (; *next + 1 < edges->count && *(size_t *)vector_at(edges, *next + 1) <= from;)
        *next += 2;
    return *next + 1 < edges->count && *(size_t *)vector_at(edges, *next) < to;
}

/* What ends the last word is at least this. */
static void widen_gap(fragment_text *t, fragment_gap gap) {
    fragment_word *last = vector_last(&t->words);
    if (last && last->gap < gap)
        last->gap = (uint8_t)gap;
}

/* A word that is Liquid, or a part of it, belongs to no text that is searched. */
static bool is_liquid(line *l, slice word) {
    static const slice OPEN[] = {LITERAL("{{"), LITERAL("{%")}, CLOSE[] = {LITERAL("}}"), LITERAL("%}")};
    bool liquid = l->in_code;
    for (size_t i = 0; i < 2; i++)
        if (slice_find(word, OPEN[i], 0) != SLICE_NONE)
            liquid = l->in_code = true;
    for (size_t i = 0; i < 2; i++)
        if (slice_find(word, CLOSE[i], 0) != SLICE_NONE) {
            liquid = true;
            l->in_code = false;
        }
    return liquid;
}

static void end_line(fragment_text *t, line *l, fragment_gap gap) {
    slice word, text = buffer_slice(&l->text);
    size_t next_raised = 0, begun = t->words.count;
    bool braces = l->in_code || slice_find_char(text, '{', 0) != SLICE_NONE ||
                  slice_find_char(text, '}', 0) != SLICE_NONE;
    for (size_t at = 0; view_next_word(text, &at, &word);) {
        size_t from = (size_t)(word.data - text.data);
        fragment_word *w = vector_push(&t->words);
        *w = (fragment_word){.from = t->plain.length + from,
                             .to = t->plain.length + at,
                             .section = braces && is_liquid(l, word) ? word.data : l->section,
                             .raised = is_raised(&l->raised, &next_raised, from, at)};
        if (t->words.count - 1 > begun &&
            !slice_equal(slice_sub(text, w[-1].to - t->plain.length, from), SLICE(" ")))
            w[-1].gap = GAP_LINE;
        if (t->folded.length)
            buffer_append_char(&t->folded, ' ');
        w->folded_from = t->folded.length;
        fold_word(&t->folded, word, t->arena);
        w->folded_to = t->folded.length;
    }
    buffer_append(&t->plain, text);
    l->text.length = l->raised.count = 0;
    widen_gap(t, gap);
}

static void add_text(fragment_text *t, line *l, const dom_node *node, bool keeps_space) {
    slice text = dom_text(node);
    for (size_t at = 0, end; at < text.length; at = end) {
        char c = text.data[at];
        end = at + 1;
        if (keeps_space && c == '\n') {
            end_line(t, l, GAP_LINE);
        } else if (keeps_space || !is_space(c)) {
            size_t words = keeps_space ? end : slice_words_end(text, at, false);
            end = words > end ? words : end;
            buffer_append(&l->text, slice_sub(text, at, end));
        } else if (l->text.length && l->text.data[l->text.length - 1] != ' ') {
            buffer_append_char(&l->text, ' ');
        }
    }
}

/* Of what the editor writes, all but marks ends a line of text; so does a link that is a card. */
static bool is_inline(const dom_node *node) {
    if (node->type != DOM_ELEMENT)
        return true;
    return dom_tag_has(node->tag, DOM_INLINE) && !dom_tag_has(node->tag, DOM_VOID) &&
           !(node->tag == DOM_TAG_A && tiptap_has_class(node, TIPTAP_ELEMENT_CLICKABLE_CARD));
}

static bool is_section(const dom_node *node) {
    return node->tag == DOM_TAG_DIV && tiptap_has_data_type(node, TIPTAP_ELEMENT_DETAILS_CONTENT);
}

/* At the beginning of an element and at its end. */
static void read_edge(fragment_text *t, line *l, const dom_node *node, bool begins) {
    if (node->tag == DOM_TAG_SUP || node->tag == DOM_TAG_SUB)
        *(size_t *)vector_push(&l->raised) = l->text.length;
    if (is_inline(node))
        return;
    end_line(t, l, node->tag == DOM_TAG_BR ? GAP_LINE : GAP_BLOCK);
    if (!is_section(node))
        return;
    const dom_node *outer = begins ? node : node->parent;
    while (!begins && outer && !is_section(outer))
        outer = outer->parent;
    l->section = outer;
}

fragment_text fragment_read(const dom_node *body, arena *a) {
    fragment_text t = {.arena = a,
                       .plain = buffer_new(a, 4096),
                       .folded = buffer_new(a, 4096),
                       .words = vector_new(a, sizeof(fragment_word))};
    line l = {buffer_new(a, 256), vector_new(a, sizeof(size_t)), NULL, false};
    const dom_node *pre = NULL;
    for (const dom_node *at = body; at;) {
        if (at->type == DOM_TEXT)
            add_text(&t, &l, at, pre != NULL);
        else if (at->type == DOM_ELEMENT)
            read_edge(&t, &l, at, true);
        pre = at->tag == DOM_TAG_PRE ? at : pre;
        if (at->first_child) {
            at = at->first_child;
            continue;
        }
        for (;; at = at->parent) {
            if (at->type == DOM_ELEMENT)
                read_edge(&t, &l, at, false);
            pre = at == pre ? NULL : pre;
            if (at == body || at->next)
                break;
        }
        at = at == body ? NULL : at->next;
    }
    return t;
}

/* ---- searching ----------------------------------------------------------------------------------------- */

/* The parts of a directive, folded; empty: not there. `end` ends a range that `text` begins. */
typedef struct terms {
    slice prefix, text, end, suffix;
} terms;

static slice fold_term(const fragment_text *t, slice term) {
    term = slice_percent_decoded(term, t->arena);
    buffer out = buffer_new(t->arena, term.length);
    slice word;
    for (size_t at = 0; view_next_word(term, &at, &word);) {
        if (out.length)
            buffer_append_char(&out, ' ');
        fold_word(&out, word, t->arena);
    }
    return buffer_slice(&out);
}

/* WICG scroll-to-text-fragment §3.3, parse a text directive. */
static bool read_directive(const fragment_text *t, slice directive, terms *out) {
    slice parts[4];
    size_t count = 0;
    for (size_t at = 0, end; at <= directive.length; at = end + 1) {
        end = slice_find_char(directive, ',', at);
        end = end == SLICE_NONE ? directive.length : end;
        if (count == 4)
            return false;
        parts[count++] = slice_sub(directive, at, end);
    }
    *out = (terms){0};
    size_t first = count > 1 && slice_ends_with(parts[0], SLICE("-"));
    bool last = count > 1 && slice_starts_with(parts[count - 1], SLICE("-"));
    size_t middle = count - first - last;
    if (middle < 1 || middle > 2)
        return false;
    if (first)
        out->prefix = fold_term(t, slice_sub(parts[0], 0, parts[0].length - 1));
    out->text = fold_term(t, parts[first]);
    if (middle == 2)
        out->end = fold_term(t, parts[first + 1]);
    if (last)
        out->suffix = fold_term(t, slice_from(parts[count - 1], 1));
    return out->text.length && (!first || out->prefix.length) && (middle == 1 || out->end.length) &&
           (!last || out->suffix.length);
}

static size_t skip_space(slice folded, size_t at) {
    while (at < folded.length && folded.data[at] == ' ')
        at++;
    return at;
}

/* The end of `term` where it stands at `at` or behind the white space there. */
static bool follows(slice folded, size_t *at, slice term) {
    *at = skip_space(folded, *at);
    bool there = slice_starts_with(slice_from(folded, *at), term);
    *at += there ? term.length : 0;
    return there;
}

/* The first end of a range, and what must follow it, from `at` on. */
static size_t search_end(fragment_text *t, const terms *what, size_t at) {
    slice folded = buffer_slice(&t->folded);
    for (; t->searched < FRAGMENT_SEARCH_MAX; at++) {
        size_t from = at;
        at = slice_find(folded, what->end, from);
        t->searched += (at == SLICE_NONE ? folded.length : at) - from + 64;
        if (at == SLICE_NONE)
            break;
        size_t behind = at + what->end.length;
        if (!what->suffix.length || follows(folded, &behind, what->suffix))
            return at;
    }
    return SLICE_NONE;
}

/* ---- finding a text again and again
 * ------------------------------------------------------------------------ */

enum {
    WINDOW = 8,      /* bytes, by which places in the text are found */
    WINDOWS_MAX = 64 /* of a text, of which the rarest one is looked for */
};
#define NO_PLACE UINT32_MAX

/* Where each run of WINDOW bytes stands. Made of texts in which more has been searched than it costs. */
typedef struct fragment_index {
    unsigned bits;           /* of a bucket's number */
    uint32_t *first, *count; /* by bucket: its first place, and how many there are */
    uint32_t *next;          /* by place: the next one of its bucket */
} fragment_index;

static size_t bucket_of(const fragment_index *index, const char *window) {
    uint64_t bytes;
    memcpy(&bytes, window, sizeof bytes);
    return (size_t)((bytes * 0x9E3779B97F4A7C15u) >> (64 - index->bits));
}

static void make_index(fragment_text *t) {
    slice text = buffer_slice(&t->folded);
    fragment_index *index = arena_zeroed(t->arena, sizeof *index);
    for (index->bits = 4; ((size_t)1 << index->bits) < text.length / 2; index->bits++) {
    }
    size_t buckets = (size_t)1 << index->bits;
    index->first = arena_alloc(t->arena, buckets * sizeof *index->first);
    memset(index->first, 0xFF, buckets * sizeof *index->first); /* NO_PLACE */
    index->count = arena_zeroed(t->arena, buckets * sizeof *index->count);
    index->next = arena_alloc(t->arena, text.length * sizeof *index->next);
    for (size_t at = text.length - WINDOW + 1; at-- > 0;) {
        size_t bucket = bucket_of(index, text.data + at);
        index->next[at] = index->first[bucket];
        index->first[bucket] = (uint32_t)at;
        index->count[bucket]++;
    }
    t->index = index;
}

/* A term that is looked for, from the first place where it stands to the last. */
typedef struct finder {
    slice term;
    size_t from;    /* without an index */
    size_t window;  /* the offset of the one that is looked for */
    uint32_t place; /* the next one */
    uint32_t count; /* how many there are; NO_PLACE: no window is looked for */
} finder;

static finder find_begin(const fragment_text *t, slice term) {
    finder f = {term, 0, 0, NO_PLACE, NO_PLACE};
    for (size_t at = 0; t->index && at + WINDOW <= term.length && at < WINDOWS_MAX; at++) {
        size_t bucket = bucket_of(t->index, term.data + at);
        if (t->index->count[bucket] < f.count) {
            f.count = t->index->count[bucket];
            f.window = at;
            f.place = t->index->first[bucket];
        }
    }
    return f;
}

static size_t find_next(fragment_text *t, finder *f) {
    slice text = buffer_slice(&t->folded);
    if (f->count == NO_PLACE) {
        size_t from = f->from, at = slice_find(text, f->term, from);
        t->searched += (at == SLICE_NONE ? text.length : at) - from + 64;
        f->from = at + 1;
        return at;
    }
    while (f->place != NO_PLACE && t->searched < FRAGMENT_SEARCH_MAX) {
        size_t at = f->place;
        f->place = t->index->next[at];
        t->searched += 64;
        if (at >= f->window && slice_starts_with(slice_from(text, at - f->window), f->term))
            return at - f->window;
    }
    return SLICE_NONE;
}

/* Whether the term and white space come right before `at`. */
static bool comes_before(slice folded, size_t at, slice term) {
    while (at > 0 && folded.data[at - 1] == ' ')
        at--;
    return slice_ends_with(slice_sub(folded, 0, at), term);
}

/* Where in the folded text the text of the first match stands, of a range its end. Edges of words are not
 * looked at: whatever a browser takes for one, what it finds first is not before this. */
static size_t search(fragment_text *t, const terms *what) {
    enum { SEARCHED_BEFORE = 16 }; /* times the text */
    slice folded = buffer_slice(&t->folded);
    if (!t->index && folded.length > 4096 && folded.length < NO_PLACE &&
        t->searched / SEARCHED_BEFORE > folded.length)
        make_index(t);
    finder prefix = find_begin(t, what->prefix), text = find_begin(t, what->text);
    bool by_prefix = what->prefix.length && prefix.count <= text.count;
    while (t->searched < FRAGMENT_SEARCH_MAX) {
        size_t at = find_next(t, by_prefix ? &prefix : &text);
        if (at == SLICE_NONE)
            break;
        at = by_prefix ? skip_space(folded, at + what->prefix.length) : at;
        if (by_prefix ? !slice_starts_with(slice_from(folded, at), what->text)
                      : what->prefix.length && !comes_before(folded, at, what->prefix))
            continue;
        size_t behind = at + what->text.length;
        if (what->end.length)
            return search_end(t, what, behind);
        if (!what->suffix.length || follows(folded, &behind, what->suffix))
            return at;
    }
    return SLICE_NONE;
}

static size_t word_of(const fragment_text *t, size_t folded) {
    size_t low = 0, high = t->words.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (word_at(t, middle)->folded_to <= folded)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->words.count ? low : NO_WORD;
}

size_t fragment_find(fragment_text *t, slice directive) {
    terms what;
    if (!read_directive(t, directive, &what))
        return NO_WORD;
    size_t at = search(t, &what);
    return at == SLICE_NONE ? NO_WORD : word_of(t, at);
}

/* How many lines further down, or up, and words, still show the place: browsers put what they find into the
 * middle of the window. */
enum { NEAR_LINES = 4, NEAR_LINES_BACK = 5, NEAR_WORDS = 60 };

/* Of a line that is longer, a place as far away as matters. */
static size_t line_of(const fragment_text *t, size_t word) {
    for (unsigned steps = 0; word > 0 && steps < NEAR_WORDS && word_at(t, word - 1)->gap == GAP_SPACE;
         steps++)
        word--;
    return word;
}

static size_t end_of_line(const fragment_text *t, size_t word) {
    unsigned steps = 0;
    while (word + 1 < t->words.count && steps++ < NEAR_WORDS && word_at(t, word)->gap == GAP_SPACE)
        word++;
    return word;
}

static slice folded_line(const fragment_text *t, size_t word) {
    return slice_sub(buffer_slice(&t->folded), word_at(t, line_of(t, word))->folded_from,
                     word_at(t, end_of_line(t, word))->folded_to);
}

/* Whether another line from `from` to that of `to` reads as the line of the place does: who is led there
 * would take the one for the other. */
static bool has_twin(const fragment_text *t, size_t word, size_t from, size_t to) {
    slice reads = folded_line(t, word);
    size_t own = line_of(t, word);
    for (size_t at = line_of(t, from); at <= to && at < t->words.count; at = end_of_line(t, at) + 1)
        if (at != own && slice_equal(folded_line(t, at), reads))
            return true;
    return false;
}

bool fragment_leads_to(fragment_text *t, slice directive, size_t word) {
    size_t at = fragment_find(t, directive);
    return at != NO_WORD && at + NEAR_WORDS > word && at < word + NEAR_WORDS &&
           !has_twin(t, word, at < word ? at : word, at < word ? word : at);
}

/* ---- making -------------------------------------------------------------------------------------------- */

/* Words [from, to) of the place, [before, from) and [to, behind) around it. */
typedef struct quotation {
    size_t before, from, to, behind;
} quotation;

/* As many words as may be taken into the parts. */
typedef struct measure {
    uint8_t before, at, behind;
} measure;

/* Longer only where a shorter one does not lead to the place. */
static const measure MEASURES[] = {{3, 6, 0}, {6, 12, 0}, {4, 8, 4}, {12, 24, 12}};
#define MEASURE_COUNT (sizeof MEASURES / sizeof *MEASURES)

static bool same_section(const fragment_text *t, size_t one, size_t other) {
    return word_at(t, one)->section == word_at(t, other)->section;
}

/* No term goes over the end of a line; what is folded away is not searched together with what is not. */
static size_t extend_before(const fragment_text *t, size_t from, unsigned most) {
    size_t at = from;
    while (at > 0 && from - at < most && same_section(t, at - 1, from) &&
           (at == from || word_at(t, at - 1)->gap == GAP_SPACE))
        at--;
    return at;
}

static size_t extend_behind(const fragment_text *t, size_t from, unsigned most) {
    size_t at = from;
    while (at < t->words.count && at - from < most && same_section(t, at, from) &&
           (at == from || word_at(t, at - 1)->gap == GAP_SPACE))
        at++;
    return at;
}

/* Browsers do not agree whether a word ends before a raised number. */
static size_t without_raised(const fragment_text *t, size_t from, size_t to) {
    while (to > from + 1 && word_at(t, to - 1)->raised)
        to--;
    return to;
}

static quotation quote_place(const fragment_text *t, size_t word, const measure *m) {
    quotation q = {.from = word};
    q.to = without_raised(t, word, extend_behind(t, word, m->at));
    q.before = extend_before(t, word, m->before);
    unsigned behind = q.before == word && !m->behind ? 3 : m->behind; /* something to tell it from a list of
                                                                         contents by */
    q.behind = q.to;
    if (behind && q.to < t->words.count && same_section(t, q.to - 1, q.to))
        q.behind = without_raised(t, q.to, extend_behind(t, q.to, behind));
    return q;
}

/* Everything that is not surely plain is escaped: above all - , & which structure the directive. */
static void append_term(const fragment_text *t, size_t from, size_t to, buffer *out) {
    if (from == to)
        return;
    slice plain = buffer_slice(&t->plain);
    plain = slice_sub(plain, word_at(t, from)->from, word_at(t, to - 1)->to);
    for (size_t i = 0; i < plain.length; i++) {
        char c = plain.data[i];
        if (is_alnum(c) || c == '.' || c == '_')
            buffer_append_char(out, c);
        else
            buffer_printf(out, "%%%02X", (unsigned char)c);
    }
}

static slice write_directive(const fragment_text *t, const quotation *q) {
    buffer out = buffer_new(t->arena, 64);
    append_term(t, q->before, q->from, &out);
    if (q->before < q->from)
        buffer_append_string(&out, "-,");
    append_term(t, q->from, q->to, &out);
    if (q->to < q->behind)
        buffer_append_string(&out, ",-");
    append_term(t, q->to, q->behind, &out);
    return buffer_slice(&out);
}

static bool make_exactly(fragment_text *t, size_t word, slice *directive) {
    slice tried = {NULL, 0};
    for (size_t i = 0; i < MEASURE_COUNT; i++) {
        quotation q = quote_place(t, word, &MEASURES[i]);
        *directive = write_directive(t, &q);
        if (!slice_equal(tried, *directive) && fragment_find(t, *directive) == word)
            return true;
        tried = *directive;
    }
    return false;
}

/* A word beside one that holds a raised number, in the same line. */
static size_t beside_raised(const fragment_text *t, size_t word) {
    size_t last = word, first = word;
    while (last + 1 < t->words.count && last - word + 1 < NEAR_WORDS && word_at(t, last)->raised &&
           word_at(t, last)->gap == GAP_SPACE)
        last++;
    if (!word_at(t, last)->raised)
        return last;
    while (first > 0 && word - first + 1 < NEAR_WORDS && word_at(t, first)->raised &&
           word_at(t, first - 1)->gap == GAP_SPACE)
        first--;
    return first;
}

/* Browsers look for the edges of words, and symbols have none that all agree on. */
static bool begins_with_letter(const fragment_text *t, size_t word) {
    slice folded = buffer_slice(&t->folded);
    size_t at = word_at(t, word)->folded_from;
    utf8proc_category_t sort = utf8proc_category((utf8proc_int32_t)utf8_next(folded, &at));
    return (sort >= UTF8PROC_CATEGORY_LU && sort <= UTF8PROC_CATEGORY_LO) ||
           (sort >= UTF8PROC_CATEGORY_ND && sort <= UTF8PROC_CATEGORY_NO);
}

/* A range that begins in a line before, which has something to tell it by, and ends at the place. */
static bool make_range(fragment_text *t, size_t from, size_t word, slice *directive) {
    quotation begin = quote_place(t, from, &MEASURES[0]), end = quote_place(t, word, &MEASURES[0]);
    if (!same_section(t, from, word) || begin.before == begin.from || begin.to > word ||
        !begins_with_letter(t, begin.before) || !begins_with_letter(t, from) || !begins_with_letter(t, word))
        return false;
    begin.behind = begin.to;
    buffer out = buffer_new(t->arena, 64);
    buffer_append(&out, write_directive(t, &begin));
    buffer_append_char(&out, ',');
    append_term(t, end.from, end.to, &out);
    *directive = buffer_slice(&out);
    return fragment_find(t, *directive) == word;
}

bool fragment_make(fragment_text *t, size_t word, slice *directive) {
    if (word >= t->words.count)
        return false;
    size_t place = word;
    word = beside_raised(t, word);
    size_t ahead = word, back = line_of(t, word);
    bool more = true;
    for (unsigned lines = 0; lines < NEAR_LINES_BACK; lines++) {
        if (lines && back && word - back < NEAR_WORDS) {
            back = line_of(t, back - 1);
            if (!has_twin(t, word, back, word) && make_range(t, back, word, directive))
                return true;
        }
        if (more && lines < NEAR_LINES && !has_twin(t, word, word, ahead) &&
            make_exactly(t, ahead, directive))
            return true;
        while (more && ++ahead < t->words.count && word_at(t, ahead - 1)->gap == GAP_SPACE)
            ;
        more = more && ahead < t->words.count && ahead < place + NEAR_WORDS && same_section(t, ahead, word);
    }
    return false;
}
