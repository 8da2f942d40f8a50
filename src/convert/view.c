/* The self-check: nothing a visitor read, saw or could follow goes in silence.
 *
 * Comes in: the element trees of the page before and of the bytes about to be written. Goes out: a finding
 * for each difference that no room has owned up to. It knows nothing of rules or of the schema, so it also
 * holds for rules that users write. Equal pages, nearly all, cost one walk each and one memcmp.
 */
#include "view.h"

/* ---- taking ------------------------------------------------------------------------------------------ */

/* Elements whose edges end a word, as a browser lays them out. */
static bool ends_word(dom_tag tag) {
    static const bool table[DOM_TAG_COUNT] = {
        [DOM_TAG_ADDRESS] = true,    [DOM_TAG_ARTICLE] = true, [DOM_TAG_ASIDE] = true,
        [DOM_TAG_BLOCKQUOTE] = true, [DOM_TAG_BR] = true,      [DOM_TAG_CENTER] = true,
        [DOM_TAG_DD] = true,         [DOM_TAG_DETAILS] = true, [DOM_TAG_DIV] = true,
        [DOM_TAG_DL] = true,         [DOM_TAG_DT] = true,      [DOM_TAG_FIGCAPTION] = true,
        [DOM_TAG_FIGURE] = true,     [DOM_TAG_FOOTER] = true,  [DOM_TAG_FORM] = true,
        [DOM_TAG_H1] = true,         [DOM_TAG_H2] = true,      [DOM_TAG_H3] = true,
        [DOM_TAG_H4] = true,         [DOM_TAG_H5] = true,      [DOM_TAG_H6] = true,
        [DOM_TAG_HEADER] = true,     [DOM_TAG_HR] = true,      [DOM_TAG_IFRAME] = true,
        [DOM_TAG_IMG] = true,        [DOM_TAG_LI] = true,      [DOM_TAG_MAIN] = true,
        [DOM_TAG_NAV] = true,        [DOM_TAG_OL] = true,      [DOM_TAG_P] = true,
        [DOM_TAG_PRE] = true,        [DOM_TAG_SECTION] = true, [DOM_TAG_SUMMARY] = true,
        [DOM_TAG_TABLE] = true,      [DOM_TAG_TBODY] = true,   [DOM_TAG_TD] = true,
        [DOM_TAG_TFOOT] = true,      [DOM_TAG_TH] = true,      [DOM_TAG_THEAD] = true,
        [DOM_TAG_TR] = true,         [DOM_TAG_UL] = true,
    };
    return table[tag];
}

/* Elements whose content browsers do not show: it is for other programs, or stands in for what they cannot
 * play. */
static bool is_hidden(dom_tag tag) {
    return tag == DOM_TAG_SCRIPT || tag == DOM_TAG_STYLE || tag == DOM_TAG_TITLE || tag == DOM_TAG_IFRAME ||
           tag == DOM_TAG_AUDIO || tag == DOM_TAG_VIDEO;
}

/* Length in bytes of the white space character at `at`, 0 when there is none. Unicode's White_Space: a
 * visitor does not see which kind it is. */
static size_t space_length(slice s, size_t at) {
    unsigned char c = (unsigned char)s.data[at];
    if (c < 0x80)
        return is_space((char)c);
    if (c != 0xC2 && c != 0xE1 && c != 0xE2 && c != 0xE3)
        return 0;
    size_t next = at;
    uint32_t p = utf8_next(s, &next);
    bool space = p == 0x85 || p == 0xA0 || p == 0x1680 || (p >= 0x2000 && p <= 0x200A) || p == 0x2028 ||
                 p == 0x2029 || p == 0x202F || p == 0x205F || p == 0x3000;
    return space ? next - at : 0;
}

typedef struct taking {
    buffer text;
    line_map *lines;
    bool between; /* a word has ended: the next one is set off by a space */
} taking;

/* The end of the word that begins at `at`: only these bytes can begin white space. */
static size_t word_end(slice text, size_t at) {
    static const bool SPACE[256] = {
        ['\t'] = true, ['\n'] = true, ['\v'] = true, ['\f'] = true, ['\r'] = true,
        [' '] = true,  [0xC2] = true, [0xE1] = true, [0xE2] = true, [0xE3] = true};
    while (at < text.length && !(SPACE[(unsigned char)text.data[at]] && space_length(text, at)))
        at++;
    return at;
}

static void take_text(taking *t, slice text, uint32_t line) {
    for (size_t at = 0; at < text.length;) {
        size_t space = space_length(text, at);
        if (space) {
            t->between = true;
            at += space;
            continue;
        }
        size_t from = at;
        at = word_end(text, at);
        if (t->between && t->text.length)
            buffer_append_char(&t->text, ' ');
        t->between = false;
        if (line)
            line_map_add(t->lines, t->text.length, line);
        buffer_append(&t->text, slice_sub(text, from, at));
    }
}

static void take_url(vector *urls, slice url, uint32_t line, arena *a) {
    url = slice_trim(url);
    if (url.length)
        *(view_url *)vector_push(urls) = (view_url){slice_copy(url, a), line};
}

static slice attribute_or_nothing(const dom_node *node, slice name) {
    const slice *value = dom_attribute_get(node, name);
    return value ? *value : (slice){NULL, 0};
}

static void take_element(view *v, const dom_node *node, arena *a) {
    if (node->tag == DOM_TAG_IMG)
        take_url(&v->images, attribute_or_nothing(node, SLICE("src")), node->line, a);
    else if (node->tag == DOM_TAG_A)
        take_url(&v->links, attribute_or_nothing(node, SLICE("href")), node->line, a);
    else if (node->tag == DOM_TAG_IFRAME)
        take_url(&v->links, attribute_or_nothing(node, SLICE("src")), node->line, a);
}

static view view_new(arena *a) {
    return (view){.lines = line_map_new(a),
                  .images = vector_new(a, sizeof(view_url)),
                  .links = vector_new(a, sizeof(view_url))};
}

view view_take(const dom_node *body, arena *a) {
    view v = view_new(a);
    taking t = {buffer_new(a, 4096), &v.lines, false};
    for (const dom_node *at = body; at;) {
        bool hidden = is_hidden((dom_tag)at->tag);
        if (at->type == DOM_TEXT)
            take_text(&t, at->text, at->line);
        else if (at->type == DOM_ELEMENT)
            take_element(&v, at, a);
        t.between = t.between || ends_word((dom_tag)at->tag);
        if (at->first_child && !hidden) {
            at = at->first_child;
            continue;
        }
        while (at != body && !at->next) {
            at = at->parent;
            t.between = t.between || ends_word((dom_tag)at->tag);
        }
        at = at == body ? NULL : at->next;
    }
    v.text = buffer_slice(&t.text);
    return v;
}

/* ---- comparing --------------------------------------------------------------------------------------- */

/* How often a text stands on either side: a word or a URL. */
typedef struct count {
    slice text;
    int64_t missing; /* before minus after, less what is explained */
} count;

typedef struct tally {
    count *slots; /* open addressing; `text.data` NULL: free */
    size_t mask;
} tally;

static tally tally_new(size_t texts, arena *a) {
    size_t size = 16;
    while (size < texts * 2)
        size *= 2;
    return (tally){arena_zeroed(a, size * sizeof(count)), size - 1};
}

/* Slots never run out: a tally is made for as many texts as are added. */
static count *tally_of(tally *t, slice text) {
    for (size_t at = slice_hash(text) & t->mask;; at = (at + 1) & t->mask) {
        count *c = &t->slots[at];
        if (!c->text.data)
            c->text = text;
        if (slice_equal(c->text, text))
            return c;
    }
}

static bool next_word(slice text, size_t *at, slice *word) {
    while (*at < text.length) {
        size_t space = space_length(text, *at);
        if (!space)
            break;
        *at += space;
    }
    size_t from = *at;
    *at = word_end(text, *at);
    *word = slice_sub(text, from, *at);
    return word->length > 0;
}

static void tally_words(tally *t, slice text, int64_t step) {
    slice word;
    for (size_t at = 0; next_word(text, &at, &word);)
        tally_of(t, word)->missing += step;
}

static size_t explained_length(const findings *found, size_t since) {
    size_t length = 0;
    for (size_t i = since; i < found->items.count; i++) {
        const finding *f = vector_at(&found->items, i);
        length += f->before.length + f->after.length;
    }
    return length;
}

/* The longest detail that is quoted in a finding. */
#define QUOTE_MAX 160

/* Reports each run of words that stands more often on one side. `sign` 1: gone; -1: new. */
static size_t report_runs(tally *t, const view *side, int64_t sign, finding_code code, findings *found) {
    size_t runs = 0, from = 0, to = 0;
    bool open = false;
    slice word;
    for (size_t at = 0;;) {
        bool more = next_word(side->text, &at, &word);
        count *c = more ? tally_of(t, word) : NULL;
        bool odd = c && c->missing * sign > 0;
        if (odd) {
            c->missing -= sign;
            from = open ? from : (size_t)(word.data - side->text.data);
            to = (size_t)(word.data - side->text.data) + word.length;
        }
        if (open && !odd) {
            slice run = slice_sub(side->text, from, to);
            findings_add(found, code, line_map_find(&side->lines, from), "\"%.*s\"%s",
                         (int)(run.length > QUOTE_MAX ? QUOTE_MAX : run.length), run.data,
                         run.length > QUOTE_MAX ? "..." : "");
            runs++;
        }
        open = odd;
        if (!more)
            return runs;
    }
}

static bool same_letters(slice a, slice b) {
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.length && a.data[i] == ' ')
            i++;
        while (k < b.length && b.data[k] == ' ')
            k++;
        if (i == a.length || k == b.length)
            return i == a.length && k == b.length;
        if (a.data[i++] != b.data[k++])
            return false;
    }
}

static uint32_t line_of_difference(const view *before, const view *after) {
    size_t i = 0;
    while (i < before->text.length && i < after->text.length && before->text.data[i] == after->text.data[i])
        i++;
    return line_map_find(&before->lines, i);
}

static slice around_difference(const view *side, const view *other) {
    size_t i = 0;
    while (i < side->text.length && i < other->text.length && side->text.data[i] == other->text.data[i])
        i++;
    while (i > 0 && side->text.data[i - 1] != ' ')
        i--;
    size_t end = i + 60 < side->text.length ? i + 60 : side->text.length;
    while (end < side->text.length && ((unsigned char)side->text.data[end] & 0xC0) == 0x80)
        end++;
    return slice_sub(side->text, i, end);
}

static void compare_text(const view *before, const view *after, size_t since, findings *found, arena *a) {
    if (slice_equal(before->text, after->text))
        return;
    if (same_letters(before->text, after->text)) {
        slice was = around_difference(before, after), is = around_difference(after, before);
        findings_add(found, FINDING_SPACING_CHANGED, line_of_difference(before, after),
                     "\"%.*s\" reads \"%.*s\"", SLICE_ARGS(was), SLICE_ARGS(is));
        return;
    }
    size_t made = found->items.count;
    size_t words = before->text.length + after->text.length + explained_length(found, since);
    tally t = tally_new(words / 2 + 2, a);
    tally_words(&t, before->text, 1);
    tally_words(&t, after->text, -1);
    bool explained = false;
    for (size_t i = since; i < made; i++) {
        const finding *f = vector_at(&found->items, i);
        tally_words(&t, f->before, -1);
        tally_words(&t, f->after, 1);
        explained = explained || f->before.length || f->after.length;
    }
    size_t runs = report_runs(&t, before, 1, FINDING_TEXT_LOST, found);
    runs += report_runs(&t, after, -1, FINDING_TEXT_ADDED, found);
    if (runs == 0 && !explained) {
        slice was = around_difference(before, after);
        findings_add(found, FINDING_TEXT_MOVED, line_of_difference(before, after), "from \"%.*s\" on",
                     SLICE_ARGS(was));
    }
}

/* `each`: every occurrence counts (pictures); otherwise one of a kind is enough (links). */
static void compare_urls(const vector *before, const vector *after, bool each, finding_code code,
                         size_t since, findings *found, arena *a) {
    size_t made = found->items.count;
    tally t = tally_new(before->count + after->count + (made - since) + 2, a);
    for (size_t i = 0; i < after->count; i++)
        tally_of(&t, ((view_url *)vector_at(after, i))->url)->missing -= 1;
    for (size_t i = since; i < made; i++) {
        const finding *f = vector_at(&found->items, i);
        if (f->before.length)
            tally_of(&t, slice_trim(f->before))->missing -= 1;
    }
    for (size_t i = 0; i < before->count; i++) {
        const view_url *u = vector_at(before, i);
        count *c = tally_of(&t, u->url);
        if (c->missing >= 0)
            findings_add(found, code, u->line, "%.*s", SLICE_ARGS(u->url));
        else if (each)
            c->missing++;
    }
}

void view_compare(const view *before, const view *after, size_t since, findings *found, arena *a) {
    compare_text(before, after, since, found, a);
    compare_urls(&before->images, &after->images, true, FINDING_PICTURE_LOST, since, found, a);
    compare_urls(&before->links, &after->links, false, FINDING_LINK_LOST, since, found, a);
}
