/* The unified diff of two page files, as git writes it, so that `git apply` takes it: names quoted the git
 * way, the marker for a missing last line break, carriage returns and any other byte kept as they are.
 *
 * With colour it is for a terminal: control characters in a page are made visible, so that none reaches the
 * terminal.
 */
#include "writer.h"

#define CONTEXT 3

static const char *const BOLD = "\033[1m", *const CYAN = "\033[36m", *const RED = "\033[31m",
                         *const GREEN = "\033[32m", *const PLAIN = "\033[m";

/* One side of the comparison. A line keeps its line break. */
typedef struct side {
    slice *lines;
    bool *changed;
    size_t count;
    uint32_t *ids;
} side;

static side split_lines(slice text, interner *names, arena *scratch) {
    side s = {0};
    size_t count = 0;
    for (size_t at = 0; at < text.length; count++) {
        size_t end = slice_find_char(text, '\n', at);
        at = end == SLICE_NONE ? text.length : end + 1;
    }
    s.lines = arena_alloc(scratch, (count + 1) * sizeof *s.lines);
    s.ids = arena_alloc(scratch, (count + 1) * sizeof *s.ids);
    s.changed = arena_zeroed(scratch, (count + 1) * sizeof *s.changed);
    for (size_t at = 0; at < text.length; s.count++) {
        size_t end = slice_find_char(text, '\n', at);
        end = end == SLICE_NONE ? text.length : end + 1;
        s.lines[s.count] = slice_sub(text, at, end);
        s.ids[s.count] = intern(names, s.lines[s.count]);
        at = end;
    }
    return s;
}

/* git: quote_c_style. Quoted where it holds a control character, a quote, a backslash or a byte above ASCII.
 */
static slice quote_name(const char *prefix, slice path, arena *scratch) {
    static const char ESCAPED[] = "\a\b\t\n\v\f\r\"\\", LETTERS[] = "abtnvfr\"\\";
    buffer out = buffer_new(scratch, path.length + 8);
    bool quoted = false;
    buffer_append_string(&out, prefix);
    for (size_t i = 0; i < path.length; i++) {
        unsigned char c = (unsigned char)path.data[i];
        const char *escape = c ? strchr(ESCAPED, c) : NULL;
        if (escape)
            buffer_printf(&out, "\\%c", LETTERS[escape - ESCAPED]);
        else if (c < 0x20 || c >= 0x7F)
            buffer_printf(&out, "\\%03o", c);
        else
            buffer_append_char(&out, (char)c);
        quoted |= escape || c < 0x20 || c >= 0x7F;
    }
    return quoted ? format_slice(scratch, "\"%.*s\"", SLICE_ARGS(buffer_slice(&out))) : buffer_slice(&out);
}

static void append_visible(slice text, buffer *out) {
    for (size_t i = 0; i < text.length; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            buffer_printf(out, "^%c", c ^ 0x40);
        else if (c == 0xC2 && i + 1 < text.length && (unsigned char)text.data[i + 1] < 0xA0)
            buffer_printf(out, "\\u%04x", (unsigned char)text.data[++i]); /* C1 control characters */
        else
            buffer_append_char(out, (char)c);
    }
}

/* A line of the diff with its sign. `text` ends with its line break, unless it is the last of its file. */
static void append_line(char sign, slice text, bool color, buffer *out) {
    bool ended = slice_ends_with(text, SLICE("\n"));
    const char *paint = !color ? NULL : sign == '-' ? RED : sign == '+' ? GREEN : NULL;
    if (paint)
        buffer_append_string(out, paint);
    buffer_append_char(out, sign);
    if (color) {
        append_visible(slice_sub(text, 0, text.length - ended), out);
        buffer_append_string(out, paint ? PLAIN : "");
        buffer_append_char(out, '\n');
    } else {
        buffer_append(out, text);
        buffer_append_string(out, ended ? "" : "\n");
    }
    if (!ended)
        buffer_append_string(out, "\\ No newline at end of file\n");
}

static void append_header(slice path, bool color, buffer *out, arena *scratch) {
    slice old_name = quote_name("a/", path, scratch), new_name = quote_name("b/", path, scratch);
    /* git: a name with a space in it, unquoted, is closed by a tab, so that no date is looked for behind it.
     */
    const char *close = slice_find_char(path, ' ', 0) != SLICE_NONE && old_name.data[0] != '"' ? "\t" : "";
    const char *on = color ? BOLD : "", *off = color ? PLAIN : "";
    buffer_printf(out, "%sdiff --git ", on);
    buffer_append(out, old_name);
    buffer_append_char(out, ' ');
    buffer_append(out, new_name);
    buffer_printf(out, "%s\n%s--- ", off, on);
    buffer_append(out, old_name);
    buffer_printf(out, "%s%s\n%s+++ ", close, off, on);
    buffer_append(out, new_name);
    buffer_printf(out, "%s%s\n", close, off);
}

/* Where a walk over both sides is: lines i of the old and j of the new have been passed. */
typedef struct place {
    size_t i, j;
} place;

static bool changed_at(const side *a, const side *b, place p) {
    return (p.i < a->count && a->changed[p.i]) || (p.j < b->count && b->changed[p.j]);
}

static place skip_change(const side *a, const side *b, place p) {
    while (p.i < a->count && a->changed[p.i])
        p.i++;
    while (p.j < b->count && b->changed[p.j])
        p.j++;
    return p;
}

/* The end of the hunk whose first change is at p: changes no more than twice the context apart go together.
 */
static place find_hunk_end(const side *a, const side *b, place p) {
    for (;;) {
        p = skip_change(a, b, p);
        place ahead = p;
        while (ahead.i < a->count && !changed_at(a, b, ahead) && ahead.i - p.i <= 2 * CONTEXT)
            ahead.i++, ahead.j++;
        if (!changed_at(a, b, ahead) || ahead.i - p.i > 2 * CONTEXT)
            return p;
        p = ahead;
    }
}

static void append_range(char sign, size_t start, size_t count, buffer *out) {
    buffer_printf(out, count == 1 ? " %c%zu" : " %c%zu,%zu", sign, count ? start + 1 : start, count);
}

static void append_hunk(const side *a, const side *b, place from, place to, bool color, buffer *out) {
    buffer_append_string(out, color ? CYAN : "");
    buffer_append_string(out, "@@");
    append_range('-', from.i, to.i - from.i, out);
    append_range('+', from.j, to.j - from.j, out);
    buffer_append_string(out, " @@");
    buffer_append_string(out, color ? PLAIN : "");
    buffer_append_char(out, '\n');
    for (place p = from; p.i < to.i || p.j < to.j;) {
        place next = skip_change(a, b, p);
        for (; p.i < next.i; p.i++)
            append_line('-', a->lines[p.i], color, out);
        for (; p.j < next.j; p.j++)
            append_line('+', b->lines[p.j], color, out);
        if (p.i < to.i) {
            append_line(' ', a->lines[p.i], color, out);
            p.i++, p.j++;
        }
    }
}

void report_unified_diff(slice path, slice before, slice after, bool color, buffer *out, arena *scratch) {
    if (slice_equal(before, after))
        return;
    interner names = interner_new(scratch, 256);
    side a = split_lines(before, &names, scratch), b = split_lines(after, &names, scratch);
    compare(&(comparison){a.ids, b.ids, a.count, b.count, a.changed, b.changed, names.next}, scratch);
    append_header(path, color, out, scratch);
    for (place p = {0, 0}; p.i < a.count || p.j < b.count;) {
        if (!changed_at(&a, &b, p)) {
            p.i++, p.j++;
            continue;
        }
        place end = find_hunk_end(&a, &b, p);
        size_t lead = p.i < CONTEXT ? p.i : CONTEXT, rest = a.count - end.i,
               trail = rest < CONTEXT ? rest : CONTEXT;
        append_hunk(&a, &b, (place){p.i - lead, p.j - lead}, (place){end.i + trail, end.j + trail}, color,
                    out);
        p = (place){end.i + trail, end.j + trail};
    }
}

line_counts count_changed_lines(const report_page *page, arena *scratch) {
    line_counts counts = {page->lines_removed, page->lines_added};
    if (!page->after.length)
        return counts;
    counts = (line_counts){0, 0};
    interner names = interner_new(scratch, 256);
    side a = split_lines(page->before, &names, scratch), b = split_lines(page->after, &names, scratch);
    compare(&(comparison){a.ids, b.ids, a.count, b.count, a.changed, b.changed, names.next}, scratch);
    for (size_t i = 0; i < a.count; i++)
        counts.removed += a.changed[i];
    for (size_t j = 0; j < b.count; j++)
        counts.added += b.changed[j];
    return counts;
}

static bool add_unified(report_writer *w, const report_page *page, arena *scratch) {
    if (page->state != REPORT_CHANGED)
        return true;
    buffer out = buffer_new(scratch, page->before.length + page->after.length + 1024);
    report_unified_diff(page->path, page->before, page->after, w->options.color, &out, scratch);
    return write_out(w, buffer_slice(&out));
}

const report_form FORM_UNIFIED = {NULL, add_unified, NULL, NULL, NULL};
