/* Carried tags are put back, and looked for in the bytes about to be written. */
#include "private.h"

#include <stdlib.h>

const liquid_carried *liquid_carried_at(const liquid_page *page, slice text, size_t at, size_t *length) {
    if ((unsigned char)text.data[at] != 0xF4)
        return NULL;
    size_t end = at;
    uint32_t c = utf8_next(text, &end);
    *length = end - at;
    for (size_t low = 0, high = page->carried.count; low < high;) {
        size_t middle = low + (high - low) / 2;
        const liquid_carried *one = vector_at(&page->carried, middle);
        if (one->codepoint == c)
            return one;
        *(one->codepoint < c ? &low : &high) = one->codepoint < c ? middle + 1 : middle;
    }
    return NULL;
}

static bool is_read(const liquid_carried *tag, liquid_reading reading) {
    return !tag->is_capture && tag->branch + 1 == reading;
}

/* The number of the block that is left out behind this tag; 0: nothing is. */
static uint32_t drops(const liquid_carried *tag, uint32_t dropped, liquid_reading reading) {
    if (dropped && tag->block != dropped)
        return dropped;
    return tag->is_end || is_read(tag, reading) ? 0 : tag->block;
}

size_t liquid_read_past(liquid_reader *r, const liquid_carried *tag, size_t end) {
    r->dropped = drops(tag, r->dropped, r->reading);
    if (r->dropped || !tag->is_loop || !tag->block || r->reading == LIQUID_WITHOUT_BLOCKS)
        return end;
    if (!tag->is_end && !r->again && r->count < LIQUID_LOOPS) {
        r->loops[r->count].block = tag->block;
        r->loops[r->count++].from = end;
    }
    if (!tag->is_end || !r->count || r->loops[r->count - 1].block != tag->block)
        return end;
    bool is_done = r->again == tag->block;
    r->again = is_done ? 0 : tag->block;
    r->count -= is_done;
    return is_done ? end : r->loops[r->count - 1].from;
}

static int compare_offsets(const void *one, const void *other) {
    size_t a = *(const size_t *)one, b = *(const size_t *)other;
    return (a > b) - (a < b);
}

static bool is_added(const liquid_page *page, size_t at) {
    return page->added.count && page->text.data[at] == '\n' &&
           bsearch(&at, page->added.items, page->added.count, sizeof at, compare_offsets);
}

slice liquid_read_as(const liquid_page *page, liquid_reading reading, arena *a) {
    buffer out = buffer_new(a, page->text.length);
    liquid_reader reader = {.reading = reading};
    for (size_t at = 0, length, next; at < page->text.length; at = next) {
        const liquid_carried *one = liquid_carried_at(page, page->text, at, &length);
        length = one ? length : 1;
        bool stays = !reader.dropped && (one ? !one->is_silent && !one->block : !is_added(page, at));
        next = one ? liquid_read_past(&reader, one, at + length) : at + length;
        if (stays)
            buffer_append(&out, slice_sub(page->text, at, at + length));
    }
    return buffer_slice(&out);
}

slice liquid_restore(const liquid_page *page, slice text, arena *a) {
    if (!page->carried.count || !liquid_may_hold(text))
        return text;
    buffer out = buffer_new(a, text.length + 256);
    for (size_t at = 0, length; at < text.length;) {
        const liquid_carried *one = liquid_carried_at(page, text, at, &length);
        if (one)
            buffer_append(&out, one->text);
        else
            buffer_append_char(&out, text.data[at]);
        at += one ? length : 1;
    }
    return buffer_slice(&out);
}

/* The braces that begin at `at` and that Liquid would take for a start: a run of `{` and the `%` behind it,
 * where two meet, or where a tag that is put back would make it two. Closing braces behind them go with them:
 * Liquid ends a token that began with `{{` at the first `}` and the one behind it. Their length; 0: none. */
static size_t match_braces(const liquid_page *page, slice text, size_t at) {
    size_t end = at, length;
    while (end < text.length && text.data[end] == '{')
        end++;
    if (end == at)
        return 0;
    bool meets = end < text.length && liquid_carried_at(page, text, end, &length);
    bool percent = end < text.length && text.data[end] == '%';
    if (end - at < 2 && !percent && !meets)
        return 0;
    end += percent;
    while (end < text.length && text.data[end] == '}')
        end++;
    return end - at;
}

slice liquid_restore_shielded(const liquid_page *page, slice text, arena *a) {
    if (!liquid_is_in(text) && !liquid_may_hold(text))
        return text;
    buffer out = buffer_new(a, text.length + 256);
    for (size_t at = 0, length; at < text.length;) {
        size_t braces = match_braces(page, text, at);
        const liquid_carried *one = braces ? NULL : liquid_carried_at(page, text, at, &length);
        if (braces) {
            buffer_append(&out, SLICE("{% raw %}"));
            buffer_append(&out, slice_sub(text, at, at + braces));
            buffer_append(&out, SLICE("{% endraw %}"));
        } else if (one) {
            buffer_append(&out, one->text);
        } else {
            buffer_append_char(&out, text.data[at]);
        }
        at += braces ? braces : one ? length : 1;
    }
    return buffer_slice(&out);
}

/* The next byte of a tag, one space for white space between words; -1 at the end. `*quote`: the quote that it
 * stands in. */
static int next_folded(slice text, size_t *at, char *quote) {
    if (*at >= text.length)
        return -1;
    char c = text.data[(*at)++];
    if (*quote ? c == *quote : c == '"' || c == '\'')
        *quote = *quote ? '\0' : c;
    if (*quote || !is_space(c))
        return (unsigned char)c;
    while (*at < text.length && is_space(text.data[*at]))
        (*at)++;
    return ' ';
}

/* The same tag to Liquid: white space between words is of no matter to it, but in {% liquid %} and {% # %}.
 */
static bool is_same_tag(slice written, slice tag) {
    size_t name = 2;
    while (name < tag.length && (is_space(tag.data[name]) || tag.data[name] == '-'))
        name++;
    slice rest = slice_from(tag, name);
    if (slice_starts_with(rest, SLICE("liquid")) || slice_starts_with(rest, SLICE("#")))
        return slice_equal(written, tag);
    size_t at = 0, other = 0;
    char quote = '\0', other_quote = '\0';
    for (;;) {
        int c = next_folded(written, &at, &quote);
        if (c != next_folded(tag, &other, &other_quote))
            return false;
        if (c < 0)
            return true;
    }
}

static bool is_tag_named(const token *t, slice name) {
    return t->kind == TOKEN_TAG && slice_equal(t->name, name);
}

/* Whether the text before `at` is the beginning of an attribute's value. */
static bool is_in_value(slice written, size_t at) {
    while (at > 0 && !strchr("\"<>", written.data[at - 1]))
        at--;
    return at > 1 && written.data[at - 1] == '"' && written.data[at - 2] == '=';
}

/* The output just before number `next` that the token says again; NULL: none of the last ones. */
static const liquid_carried *find_again(const liquid_page *page, size_t next, slice text) {
    for (size_t back = 1; back <= 8 && back <= next; back++) {
        const liquid_carried *one = vector_at(&page->carried, next - back);
        if (one->is_output && is_same_tag(text, one->text))
            return one;
    }
    return NULL;
}

/* A tag of a page that is kept: of which no end has been read yet. */
typedef struct open_tag {
    slice name;
    size_t index; /* in `carried` */
} open_tag;

/* Which tags make a block: its end names the tag that it begins with. */
typedef struct pairing {
    vector open;     /* of open_tag */
    bool is_unequal; /* an end has no beginning: Liquid cannot read the page, and no more are looked for */
} pairing;

static void pair_tag(pairing *p, const token *t, liquid_page *page) {
    slice name = t->name;
    size_t own = page->carried.count - 1, at = p->open.count;
    if (!slice_starts_with(name, SLICE("end"))) {
        *(open_tag *)vector_push(&p->open) = (open_tag){name, own};
        return;
    }
    name = slice_from(name, 3);
    while (!p->is_unequal && at > 0 && !slice_equal(((open_tag *)vector_at(&p->open, at - 1))->name, name))
        at--;
    p->is_unequal = p->is_unequal || at == 0;
    if (p->is_unequal)
        return;
    uint32_t block = ++page->block_count;
    ((liquid_carried *)vector_at(&page->carried, own))->block = block;
    for (size_t i = at - 1; i < p->open.count; i++) {
        const open_tag *one = vector_at(&p->open, i);
        if (i == at - 1 || is_branch_tag(one->name))
            ((liquid_carried *)vector_at(&page->carried, one->index))->block = block;
    }
    while (p->open.count >= at)
        vector_pop(&p->open);
}

bool liquid_keep(slice body, uint32_t first_line, arena *a, liquid_page *page) {
    scanner s = {.source = body};
    buffer out = buffer_new(a, body.length + 64);
    pairing pairs = {vector_new(a, sizeof(open_tag)), false};
    token t;
    const bool *used = characters_used(body, a);
    uint32_t codepoint = CARRIED_FIRST, line = first_line;
    *page = (liquid_page){.carried = vector_new(a, sizeof(liquid_carried)),
                          .lines = vector_new(a, sizeof(uint32_t)),
                          .added = vector_new(a, sizeof(size_t))};
    *(uint32_t *)vector_push(&page->lines) = line;
    for (size_t from = 0; scan_token(&s, &t); from = s.at) {
        slice text = slice_sub(body, t.from, t.to), raw = text;
        bool is_raw = is_tag_named(&t, SLICE("raw")) && scan_raw(&s, &raw);
        if (t.kind == TOKEN_TEXT || is_raw) {
            buffer_append(&out, raw);
        } else {
            codepoint = next_unused(used, codepoint);
            if (codepoint >= CARRIED_END)
                return false;
            *(liquid_carried *)vector_push(&page->carried) =
                (liquid_carried){.text = text,
                                 .line = line,
                                 .codepoint = codepoint,
                                 .is_output = t.kind == TOKEN_OUTPUT,
                                 .sets_variable = t.kind == TOKEN_TAG && is_setting_tag(t.name)};
            if (t.kind == TOKEN_TAG)
                pair_tag(&pairs, &t, page);
            buffer_append_codepoint(&out, codepoint++);
        }
        for (size_t at = from; at < s.at; at++) {
            line += body.data[at] == '\n';
            if (body.data[at] == '\n' && (t.kind == TOKEN_TEXT || is_raw))
                *(uint32_t *)vector_push(&page->lines) = line;
        }
    }
    page->text = buffer_slice(&out);
    return true;
}

bool liquid_hide(const liquid_page *page, slice written, arena *a, slice *hidden,
                 const liquid_carried **wrong) {
    scanner s = {.source = written};
    buffer out = buffer_new(a, written.length + 64);
    token t;
    slice raw;
    size_t next = 0;
    while (scan_token(&s, &t)) {
        const liquid_carried *expected = next < page->carried.count ? vector_at(&page->carried, next) : NULL;
        slice text = slice_sub(written, t.from, t.to);
        *wrong = expected;
        if (t.kind == TOKEN_TEXT) {
            buffer_append(&out, text);
        } else if (is_tag_named(&t, SLICE("raw"))) {
            if (!scan_raw(&s, &raw))
                return false;
            buffer_append(&out, raw);
        } else {
            bool is_next = expected && is_same_tag(text, expected->text);
            const liquid_carried *again =
                !is_next && is_in_value(written, t.from) ? find_again(page, next, text) : NULL;
            if (!is_next && !again)
                return false;
            buffer_append_codepoint(&out, again ? again->codepoint : expected->codepoint);
            next += is_next;
        }
    }
    *hidden = buffer_slice(&out);
    *wrong = next < page->carried.count ? vector_at(&page->carried, next) : NULL;
    return *wrong == NULL;
}
