/* The self-check, words: what differs in the order of the page, less what findings account for.
 *
 * Comes in: the texts of two views that are not equal, and the page's changes. Goes out: a finding for each
 * run of words that is gone, is new, stands elsewhere, or is spaced otherwise. A change is used up: it
 * excuses as many words as it names, and no others.
 */
#include "view.h"

/* What became of a word. */
typedef enum word_state {
    WORD_KEPT,
    WORD_OPEN,    /* not on the other side at this place: not judged yet */
    WORD_NAMED,   /* by a finding */
    WORD_ONE_WAY, /* gone, or new */
    WORD_MOVED,
} word_state;

/* The words of one side. */
typedef struct side {
    const view *view;
    vector words;          /* of slice, in the view's text */
    uint32_t *ids, *lines; /* of the source page; for a new word, of the kept one before it */
    uint8_t *states;       /* of word_state */
} side;

typedef struct text_check {
    side before, after;
    /* By id, words that changes account for, not used up yet; later, words that are on one side only. */
    uint32_t *gone, *added;
    uint32_t ids;
    size_t may_move; /* words that changes say stand elsewhere */
    findings *found;
    arena *arena;
} text_check;

/* ---- finding what differs ---------------------------------------------------------------------------- */

static side split_words(const view *v, interner *names, arena *a) {
    side s = {.view = v, .words = vector_new(a, sizeof(slice))};
    slice word;
    for (size_t at = 0; view_next_word(v->text, &at, &word);)
        *(slice *)vector_push(&s.words) = word;
    s.ids = arena_alloc(a, (s.words.count + 1) * sizeof *s.ids);
    for (size_t i = 0; i < s.words.count; i++)
        s.ids[i] = intern(names, *(slice *)vector_at(&s.words, i));
    return s;
}

static bool *no_word(const side *s, arena *a) {
    return arena_zeroed(a, (s->words.count + 1) * sizeof(bool));
}

static void set_states(side *s, const bool *changed, arena *a) {
    s->states = arena_alloc(a, s->words.count + 1);
    for (size_t i = 0; i < s->words.count; i++)
        s->states[i] = changed[i] ? WORD_OPEN : WORD_KEPT;
}

static void add_words(slice text, interner *names, int64_t *counts, uint32_t ids, int64_t step) {
    slice word;
    for (size_t at = 0; view_next_word(text, &at, &word);) {
        uint32_t id = intern(names, word);
        if (id < ids) /* a word of the page */
            counts[id] += step;
    }
}

/* Counts each word of the text that is left over in `open`, and uses it up there. */
static void own_words_of(slice text, interner *names, int64_t *open, int64_t step, uint32_t *owned,
                         uint32_t ids) {
    slice word;
    for (size_t at = 0; view_next_word(text, &at, &word);) {
        uint32_t id = intern(names, word);
        if (id < ids && open[id] * step > 0) {
            open[id] -= step;
            owned[id]++;
        }
    }
}

static size_t word_count(slice text) {
    slice word;
    size_t count = 0;
    for (size_t at = 0; view_next_word(text, &at, &word);)
        count++;
    return count;
}

static void read_changes(text_check *t, interner *names) {
    t->gone = arena_zeroed(t->arena, ((size_t)t->ids + 1) * sizeof *t->gone);
    t->added = arena_zeroed(t->arena, ((size_t)t->ids + 1) * sizeof *t->added);
    int64_t *open = arena_zeroed(t->arena, ((size_t)t->ids + 1) * sizeof *open);
    for (size_t i = 0; i < t->found->changes.count; i++) {
        const change *c = vector_at(&t->found->changes, i);
        if (c->kind == CHANGE_TEXT) {
            add_words(c->before, names, open, t->ids, 1);
            add_words(c->after, names, open, t->ids, -1);
            own_words_of(c->before, names, open, 1, t->gone, t->ids);
            own_words_of(c->after, names, open, -1, t->added, t->ids);
        } else if (c->kind == CHANGE_PLACE) {
            t->may_move += word_count(c->before);
        }
    }
}

/* The lines of the words before are known; those of the words after follow from the words that were kept. */
static void find_lines(text_check *t) {
    side *before = &t->before, *after = &t->after;
    before->lines = arena_zeroed(t->arena, (before->words.count + 1) * sizeof *before->lines);
    after->lines = arena_zeroed(t->arena, (after->words.count + 1) * sizeof *after->lines);
    for (size_t i = 0; i < before->words.count; i++) {
        const slice *word = vector_at(&before->words, i);
        before->lines[i] =
            line_map_find(&before->view->lines, (size_t)(word->data - before->view->text.data));
    }
    const view_url *picture = before->view->images.count ? vector_at(&before->view->images, 0) : NULL;
    uint32_t line = before->words.count ? before->lines[0] : picture ? picture->line : 0;
    for (size_t i = 0, k = 0; k < after->words.count; k++) {
        if (after->states[k] == WORD_KEPT) {
            while (before->states[i] != WORD_KEPT)
                i++;
            line = before->lines[i++];
        }
        after->lines[k] = line;
    }
}

static text_check start_check(const view *before, const view *after, findings *found, arena *a) {
    text_check t = {.found = found, .arena = a};
    interner names = interner_new(a, (before->text.length + after->text.length) / 16);
    t.before = split_words(before, &names, a);
    t.after = split_words(after, &names, a);
    t.ids = names.next;
    bool *gone = no_word(&t.before, a), *added = no_word(&t.after, a);
    compare(&(comparison){t.before.ids, t.after.ids, t.before.words.count, t.after.words.count, gone, added,
                          t.ids},
            a);
    set_states(&t.before, gone, a);
    set_states(&t.after, added, a);
    find_lines(&t);
    read_changes(&t, &names);
    return t;
}

/* ---- judging ----------------------------------------------------------------------------------------- */

/* Uses the changes up on the words that they name. */
static void set_aside(side *s, uint32_t *owned) {
    for (size_t i = 0; i < s->words.count; i++)
        if (s->states[i] == WORD_OPEN && owned[s->ids[i]]) {
            owned[s->ids[i]]--;
            s->states[i] = WORD_NAMED;
        }
}

/* The words of [from, to) that are in a state, one space between two. */
static slice words_of(const side *s, size_t from, size_t to, word_state state, arena *a) {
    buffer out = buffer_new(a, 64);
    for (size_t i = from; i < to; i++) {
        if (s->states[i] != state)
            continue;
        if (out.length)
            buffer_append_char(&out, ' ');
        buffer_append(&out, *(slice *)vector_at(&s->words, i));
    }
    return buffer_slice(&out);
}

static bool same_letters(slice a, slice b) {
    for (size_t i = 0, k = 0;; i++, k++) {
        while (i < a.length && a.data[i] == ' ')
            i++;
        while (k < b.length && b.data[k] == ' ')
            k++;
        if (i == a.length || k == b.length)
            return i == a.length && k == b.length;
        if (a.data[i] != b.data[k])
            return false;
    }
}

static void own_words(side *s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (s->states[i] == WORD_ONE_WAY)
            s->states[i] = WORD_NAMED;
}

/* ---- telling ----------------------------------------------------------------------------------------- */

/* The longest text that is quoted in a finding, and how much of it comes before the place that matters. */
enum { QUOTE_MAX = 160, QUOTE_BEFORE = 40 };

static size_t character_start(slice text, size_t at) {
    while (at < text.length && utf8_is_trail(text.data[at]))
        at++;
    return at;
}

/* The text around `at`, in quotation marks. */
static slice quote(slice text, size_t at, arena *a) {
    size_t from = text.length > QUOTE_MAX && at > QUOTE_BEFORE ? character_start(text, at - QUOTE_BEFORE) : 0;
    size_t to = text.length - from > QUOTE_MAX ? character_start(text, from + QUOTE_MAX) : text.length;
    return format_slice(a, "\"%.*s\"%s", SLICE_ARGS(slice_sub(text, from, to)),
                        to < text.length ? "..." : "");
}

/* The words [from, to) as they stand in the text. */
static slice text_of(const side *s, size_t from, size_t to) {
    const slice *first = vector_at(&s->words, from), *last = vector_at(&s->words, to - 1);
    return (slice){first->data, (size_t)(last->data - first->data) + last->length};
}

static void report_run(text_check *t, const side *s, size_t from, size_t to, finding_code code) {
    static const slice nothing = {NULL, 0};
    if (t->found->counts[code] >= FINDINGS_PER_CODE) {
        t->found->counts[code]++;
        return;
    }
    slice words = words_of(s, from, to, (word_state)s->states[from], t->arena);
    slice detail = quote(text_of(s, from, to), 0, t->arena);
    finding *one = findings_add(t->found, code, s->lines[from], "%.*s", SLICE_ARGS(detail));
    if (code == FINDING_TEXT_MOVED)
        findings_add_change(t->found, one, CHANGE_PLACE, words, nothing);
    else if (code == FINDING_TEXT_LOST)
        findings_add_change(t->found, one, CHANGE_TEXT, words, nothing);
    else
        findings_add_change(t->found, one, CHANGE_TEXT, nothing, words);
}

/* A word or two between words of one fate do not end a run. */
#define RUN_GAP 2

static void report_runs(text_check *t, const side *s, word_state state, finding_code code) {
    for (size_t from = 0, to; from < s->words.count; from = to) {
        to = from + 1;
        if (s->states[from] != state)
            continue;
        for (size_t i = to; i < s->words.count && i <= to + RUN_GAP; i++)
            to = s->states[i] == state ? i + 1 : to;
        report_run(t, s, from, to, code);
    }
}

/* The open words of [from, to) and one word on either side, quoted where they differ. */
static slice quote_spacing(const side *s, size_t from, size_t to, slice open, slice other, arena *a) {
    slice text = text_of(s, from ? from - 1 : 0, to < s->words.count ? to + 1 : to);
    size_t at = 0;
    while (at < open.length && at < other.length && open.data[at] == other.data[at])
        at++;
    const slice *first = vector_at(&s->words, from);
    return quote(text, (size_t)(first->data - text.data) + at, a);
}

/* Narrows a run to what lies between its first and its last word that is gone or new. */
static void narrow_run(const side *s, size_t *from, size_t *to) {
    while (*from < *to && s->states[*from] != WORD_ONE_WAY)
        ++*from;
    while (*from < *to && s->states[*to - 1] != WORD_ONE_WAY)
        --*to;
}

/* `was` and `is`, of the words [i, to_i) and [k, to_k): is it only their spaces that differ? */
static void name_spacing(text_check *t, size_t i, size_t to_i, size_t k, size_t to_k, slice was, slice is) {
    if (!same_letters(was, is))
        return;
    slice then = quote_spacing(&t->before, i, to_i, was, is, t->arena),
          now = quote_spacing(&t->after, k, to_k, is, was, t->arena);
    finding *one = findings_add(t->found, FINDING_SPACING_CHANGED, t->before.lines[i], "%.*s reads %.*s",
                                SLICE_ARGS(then), SLICE_ARGS(now));
    findings_add_change(t->found, one, CHANGE_TEXT, was, is);
    own_words(&t->before, i, to_i);
    own_words(&t->after, k, to_k);
}

/* The words between two that were kept, [i, to_i) and [k, to_k): is it only their spaces that changed? */
static void judge_spacing(text_check *t, size_t i, size_t to_i, size_t k, size_t to_k) {
    narrow_run(&t->before, &i, &to_i);
    narrow_run(&t->after, &k, &to_k);
    if (i == to_i || k == to_k)
        return;
    name_spacing(t, i, to_i, k, to_k, words_of(&t->before, i, to_i, WORD_ONE_WAY, t->arena),
                 words_of(&t->after, k, to_k, WORD_ONE_WAY, t->arena));
}

static size_t run_end(const side *s, size_t from) {
    while (from < s->words.count && s->states[from] != WORD_KEPT)
        from++;
    return from;
}

static bool is_open(const side *s, size_t from, size_t to) {
    for (size_t i = from; i < to; i++)
        if (s->states[i] == WORD_ONE_WAY)
            return true;
    return false;
}

/* Two runs with few kept words between them, the one gone, the other new: a kept word may have been taken for
 * its twin (`moreLearn more`, `more Learn more`). All words of [i, to_i) and [k, to_k) are compared. */
static void judge_twins(text_check *t, size_t i, size_t to_i, size_t k, size_t to_k) {
    enum { LONGEST = 32 };
    if (to_i - i > LONGEST || to_k - k > LONGEST || i == to_i || k == to_k || !is_open(&t->before, i, to_i) ||
        !is_open(&t->after, k, to_k))
        return;
    name_spacing(t, i, to_i, k, to_k, text_of(&t->before, i, to_i), text_of(&t->after, k, to_k));
}

static void judge_spacings(text_check *t) {
    for (size_t i = 0, k = 0, last_i = 0, last_k = 0; i < t->before.words.count || k < t->after.words.count;
         i++, k++) {
        size_t from_i = i, from_k = k;
        i = run_end(&t->before, i);
        k = run_end(&t->after, k);
        if (i == from_i && k == from_k)
            continue;
        judge_spacing(t, from_i, i, from_k, k);
        judge_twins(t, last_i, i, last_k, k);
        last_i = from_i;
        last_k = from_k;
    }
}

static void count_open(const side *s, uint32_t *counts, uint32_t ids) {
    memset(counts, 0, ids * sizeof *counts);
    for (size_t i = 0; i < s->words.count; i++)
        counts[s->ids[i]] += s->states[i] == WORD_OPEN;
}

static size_t judge_open(side *s, uint32_t *one_way) {
    size_t moved = 0;
    for (size_t i = 0; i < s->words.count; i++) {
        if (s->states[i] != WORD_OPEN)
            continue;
        s->states[i] = one_way[s->ids[i]] ? WORD_ONE_WAY : WORD_MOVED;
        one_way[s->ids[i]] -= s->states[i] == WORD_ONE_WAY;
        moved += s->states[i] == WORD_MOVED;
    }
    return moved;
}

/* A word that is open on both sides stands elsewhere. Returns how many do. */
static size_t judge_words(text_check *t) {
    count_open(&t->before, t->gone, t->ids);
    count_open(&t->after, t->added, t->ids);
    for (uint32_t id = 0; id < t->ids; id++) {
        uint32_t both = t->gone[id] < t->added[id] ? t->gone[id] : t->added[id];
        t->gone[id] -= both;
        t->added[id] -= both;
    }
    judge_open(&t->after, t->added);
    return judge_open(&t->before, t->gone);
}

void view_compare_text(const view *before, const view *after, findings *found, arena *a) {
    text_check t = start_check(before, after, found, a);
    set_aside(&t.before, t.gone);
    set_aside(&t.after, t.added);
    /* The comparison finds the shortest way from one text to the other: it moves no more words than were
     * moved. */
    bool moved = judge_words(&t) > t.may_move;
    judge_spacings(&t);
    /* Words that moved as well are not between the same two. */
    judge_spacing(&t, 0, t.before.words.count, 0, t.after.words.count);
    report_runs(&t, &t.before, WORD_ONE_WAY, FINDING_TEXT_LOST);
    report_runs(&t, &t.after, WORD_ONE_WAY, FINDING_TEXT_ADDED);
    if (moved)
        report_runs(&t, &t.before, WORD_MOVED, FINDING_TEXT_MOVED);
}
