/* The summary: what a run did on one screen, for somebody who has never seen the program.
 *
 * Comes in: the totals, and the pages to look at first. Goes out: text that fits the terminal, in colours
 * where they are wanted. No control character of a page reaches the terminal.
 */
#include "writer.h"

#include <stdlib.h>

static const char *const BOLD = "\033[1m", *const DIM = "\033[2m", *const PLAIN = "\033[m";
static const char *const GRADE_COLORS[] = {"\033[32m", "\033[36m", "\033[33m", "\033[31m", "\033[35m"};
static const char *const GRADE_MEANINGS[] = {
    "nothing to look at",
    "only looks differ: spacing, colours, sizes, fonts",
    "all is there, but a person should look at it",
    "something a visitor could read or do is gone or unclear",
    "left exactly as it was, with the reason",
};
static const char *const STATE_MEANINGS[] = {
    [REPORT_ALREADY] = "already in the new editor's form: left alone",
    [REPORT_KEPT] = "edited by a person since: left alone",
    [REPORT_FAILED] = "could not be read or written",
    [REPORT_UNPUBLISHED] = "left out by the site's own build: left alone",
    [REPORT_LEFT] = "left as they are, by what people decided",
    [REPORT_LEGACY] = "of those: not converted yet, graded as they would be",
};
static const char *const ASSET_MEANINGS[][2] = {
    [REPORT_ASSET_TO_FETCH] = {"to fetch", "a real run fetches these into the site"},
    [REPORT_ASSET_FETCHED] = {"fetched", "now in the site"},
    [REPORT_ASSET_PRESENT] = {"present", "were in the site already"},
    [REPORT_ASSET_FAILED] = {"failed", "could not be fetched: the old address was kept"},
};

/* Columns that a text takes, one a code point: close enough for the Latin text of titles and paths. */
static size_t count_columns(slice text) {
    size_t columns = 0;
    for (size_t at = 0; at < text.length; columns++)
        utf8_next(text, &at);
    return columns;
}

/* The text, cut with an ellipsis to at most `width` columns. Control characters become '?'. */
static void append_cut(slice text, size_t width, buffer *out) {
    bool cut = count_columns(text) > width;
    size_t left = cut && width ? width - 1 : width;
    for (size_t at = 0; at < text.length && left > 0; left--) {
        uint32_t c = utf8_next(text, &at);
        buffer_append_codepoint(out, c < 0x20 || (c >= 0x7F && c < 0xA0) ? '?' : c);
    }
    if (cut)
        buffer_append_string(out, "…");
}

/* The words behind `indent` spaces, in lines of at most `width` columns. */
static void append_wrapped(const char *words, size_t indent, size_t width, buffer *out) {
    slice text = slice_of(words);
    buffer_printf(out, "%*s", (int)indent, "");
    for (size_t column = indent; text.length;) {
        size_t space = slice_find_char(text, ' ', 0);
        slice word = slice_sub(text, 0, space == SLICE_NONE ? text.length : space);
        size_t columns = count_columns(word);
        text = slice_from(text, word.length + (space != SLICE_NONE));
        if (column > indent && column + 1 + columns > width) {
            buffer_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (column > indent) {
            buffer_append_char(out, ' ');
            column++;
        }
        buffer_append(out, word);
        column += columns;
    }
    buffer_append_char(out, '\n');
}

static void append_painted(const report_writer *w, const char *paint, const char *text, buffer *out) {
    buffer_append_string(out, w->options.color ? paint : "");
    buffer_append_string(out, text);
    buffer_append_string(out, w->options.color ? PLAIN : "");
}

static void append_heading(const report_writer *w, const char *text, buffer *out) {
    buffer_append_char(out, '\n');
    append_painted(w, BOLD, text, out);
    buffer_append_char(out, '\n');
}

/* A row: a name in ten columns, a number in eight, and words in the rest of the line. */
static void append_row(const report_writer *w, const char *paint, const char *name, size_t count,
                       const char *words, buffer *out) {
    buffer_append_string(out, "  ");
    append_painted(w, paint, name, out);
    buffer_printf(out, "%*s%8.*s  ", (int)(strlen(name) < 10 ? 10 - strlen(name) : 0), "",
                  SLICE_ARGS(format_count(count, w->memory)));
    append_cut(slice_of(words), w->options.width > 22 ? w->options.width - 22 : 20, out);
    buffer_append_char(out, '\n');
}

/* What a file of the checkout has taken out of the grades: never in silence. */
static void append_accepted(const report_writer *w, buffer *out) {
    const size_t *n = w->totals.accepted;
    size_t all = n[GRADE_CLEAN] + n[GRADE_COSMETIC] + n[GRADE_REVIEW] + n[GRADE_LOSS];
    if (!all)
        return;
    append_row(w, n[GRADE_LOSS] ? GRADE_COLORS[GRADE_LOSS] : DIM, "accepted", all,
               format_slice(w->memory, "finding%s that a person accepted: %zu of loss, %zu to review%c",
                            all == 1 ? "" : "s", n[GRADE_LOSS], n[GRADE_REVIEW], 0)
                   .data,
               out);
}

static void append_pages(const report_writer *w, buffer *out) {
    const report_totals *t = &w->totals;
    append_heading(w, "Pages", out);
    for (int g = 0; g <= GRADE_REFUSED; g++)
        append_row(w, GRADE_COLORS[g], grade_name((grade)g), t->grades[g], GRADE_MEANINGS[g], out);
    for (int state = 0; state < REPORT_STATE_COUNT; state++) {
        size_t count = t->states[state] - (state == REPORT_LEFT ? t->graded_left : 0);
        if (STATE_MEANINGS[state] && count)
            append_row(w, DIM, report_state_name((report_state)state), count, STATE_MEANINGS[state], out);
    }
    if (t->graded_left)
        append_row(w, DIM, report_state_name(REPORT_LEFT), t->graded_left,
                   "of those: left as they are, by what people decided", out);
    if (t->skipped_pages)
        append_row(w, GRADE_COLORS[GRADE_LOSS], "passed over", t->skipped_pages,
                   "in folders that the site's build leaves out", out);
    append_accepted(w, out);
}

static int compare_codes(const void *left, const void *right, void *context) {
    const report_totals *t = context;
    finding_code a = *(const finding_code *)left, b = *(const finding_code *)right;
    grade grade_a = finding_describe(a)->grade, grade_b = finding_describe(b)->grade;
    if (grade_a != grade_b)
        return grade_a > grade_b ? -1 : 1;
    if (t->finding_pages[a] != t->finding_pages[b])
        return t->finding_pages[a] > t->finding_pages[b] ? -1 : 1;
    return a < b ? -1 : a > b;
}

/* Grade, pages, times, code, and the title on a line of its own. */
static void append_code(const report_writer *w, finding_code code, buffer *out) {
    const finding_info *info = finding_describe(code);
    buffer_append_string(out, "  ");
    append_painted(w, GRADE_COLORS[info->grade], grade_name(info->grade), out);
    buffer_printf(out, "%*s%8.*s%8.*s  ", (int)(8 - strlen(grade_name(info->grade))), "",
                  SLICE_ARGS(format_count(w->totals.finding_pages[code], w->memory)),
                  SLICE_ARGS(format_count(w->totals.findings[code], w->memory)));
    size_t times = w->totals.findings[code], taken = w->totals.findings_accepted[code];
    buffer_append_string(out, info->name);
    if (taken && taken < times)
        buffer_printf(out, " (%zu accepted)", taken);
    else if (taken)
        buffer_append_string(out, " (accepted)");
    buffer_append_char(out, '\n');
    append_wrapped(info->title, 30, w->options.width, out);
}

#define GROUPS_SHOWN 12
#define GROUP_MIN 4 /* times: less is no group */
#define GROUPS_READ 500

/* What is left of a group in a line: its words cut, and those that read the same once they are cut. */
typedef struct group_line {
    finding_code code;
    slice words;
    size_t times, pages, wordings;
} group_line;

/* The group's line: its own, or the one that reads the same already; NULL: there is no more room. */
static group_line *line_of_group(report_writer *w, const report_group *group, vector *lines) {
    buffer cut = buffer_new(w->memory, 128);
    append_cut(report_describe_group(group, w->memory), w->options.width - 34, &cut);
    for (size_t i = 0; i < lines->count; i++) {
        group_line *one = vector_at(lines, i);
        if (one->code == group->code && slice_equal(one->words, buffer_slice(&cut)))
            return one;
    }
    if (lines->count == GROUPS_SHOWN)
        return NULL;
    group_line *added = vector_push_zeroed(lines);
    *added = (group_line){.code = group->code, .words = buffer_slice(&cut)};
    return added;
}

/* "2,248 × paragraphs indented by 40px, on 171 pages". */
static void append_groups(report_writer *w, buffer *out) {
    const vector *groups = report_groups(w);
    vector lines = vector_new(w->memory, sizeof(group_line));
    for (size_t i = 0; i < groups->count && i < GROUPS_READ; i++) {
        const report_group *group = *(report_group **)vector_at(groups, i);
        if (group->times < GROUP_MIN)
            break;
        group_line *line = group->accepted == group->times ? NULL : line_of_group(w, group, &lines);
        if (!line)
            continue;
        line->times += group->times;
        line->pages += group->pages;
        line->wordings++;
    }
    for (size_t i = 0; i < lines.count; i++) {
        const group_line *line = vector_at(&lines, i);
        const char *name = grade_name(finding_describe(line->code)->grade);
        if (i == 0)
            append_heading(w, "The same, many times", out);
        buffer_append_string(out, "  ");
        append_painted(w, GRADE_COLORS[finding_describe(line->code)->grade], name, out);
        buffer_printf(out, "%*s%7.*s × %.*s", (int)(8 - strlen(name)), "",
                      SLICE_ARGS(format_count(line->times, w->memory)), SLICE_ARGS(line->words));
        if (line->wordings > 1)
            buffer_printf(out, ", in %zu wordings\n", line->wordings);
        else
            buffer_printf(out, ", on %.*s page%s\n", SLICE_ARGS(format_count(line->pages, w->memory)),
                          line->pages == 1 ? "" : "s");
    }
}

static void append_codes(const report_writer *w, buffer *out) {
    finding_code codes[FINDING_COUNT + 1];
    size_t count = 0;
    for (int code = 0; code < FINDING_COUNT; code++)
        if (w->totals.findings[code])
            codes[count++] = (finding_code)code;
    if (!count)
        return;
    qsort_r(codes, count, sizeof *codes, compare_codes, (void *)(uintptr_t)&w->totals);
    append_heading(w, "Findings     pages   times", out);
    for (size_t i = 0; i < count; i++)
        append_code(w, codes[i], out);
}

static void append_asset_rows(const report_writer *w, buffer *out) {
    size_t total = 0;
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        total += w->totals.assets[state];
    if (!total)
        return;
    append_heading(w, "Pictures and files named by pages", out);
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        if (w->totals.assets[state])
            append_row(w, state == REPORT_ASSET_FAILED ? GRADE_COLORS[GRADE_LOSS] : "",
                       ASSET_MEANINGS[state][0], w->totals.assets[state], ASSET_MEANINGS[state][1], out);
}

static void append_first(const report_writer *w, buffer *out) {
    if (!w->first_count)
        return;
    append_heading(w, "Look at these first", out);
    for (size_t i = 0; i < w->first_count; i++) {
        const report_first *first = &w->first[i];
        buffer_append_string(out, "  ");
        append_painted(w, GRADE_COLORS[first->grade], grade_name(first->grade), out);
        buffer_printf(out, "%*s", (int)(9 - strlen(grade_name(first->grade))), "");
        slice line = first->line ? format_slice(w->memory, ":%u", first->line) : SLICE("");
        append_cut(first->path, w->options.width - 11 - line.length, out);
        buffer_append(out, line);
        buffer_append_string(out, "\n           ");
        slice what = first->code == FINDING_COUNT
                         ? first->detail
                         : format_slice(w->memory, "%s: %.*s", finding_describe(first->code)->title,
                                        SLICE_ARGS(first->detail));
        append_cut(what, w->options.width - 11, out);
        buffer_append_char(out, '\n');
    }
}

/* "1,234" in so many columns, after a space. */
static void append_number(const report_writer *w, size_t number, int columns, buffer *out) {
    buffer_printf(out, " %*.*s", columns, SLICE_ARGS(format_count(number, w->memory)));
}

/* Columns of numbers, each behind a space: the widths of their headings. */
static const char *const SITE_COLUMNS[] = {"  pages", "clean",   "cosmetic", "review",
                                           "loss",    "refused", "others",   " files"};
#define SITE_NAME_MIN 16

static size_t site_numbers_width(void) {
    size_t width = 0;
    for (size_t i = 0; i < sizeof SITE_COLUMNS / sizeof *SITE_COLUMNS; i++)
        width += strlen(SITE_COLUMNS[i]) + 1;
    return width;
}

static void append_site(const report_writer *w, const site_line *line, size_t name_width, buffer *out) {
    const size_t *g = line->grades;
    const size_t numbers[] = {line->pages,     g[GRADE_CLEAN], g[GRADE_COSMETIC],
                              g[GRADE_REVIEW], g[GRADE_LOSS],  g[GRADE_REFUSED] + line->failed,
                              line->others,    line->files};
    size_t columns = count_columns(line->name);
    buffer_append_string(out, "  ");
    append_cut(line->name, name_width, out);
    buffer_printf(out, "%*s", (int)(columns < name_width ? name_width - columns : 0), "");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        append_number(w, numbers[i], (int)strlen(SITE_COLUMNS[i]), out);
    buffer_append_char(out, '\n');
    size_t pages = g[GRADE_REVIEW] + g[GRADE_LOSS] + g[GRADE_REFUSED];
    if (line->to_decide)
        buffer_printf(out, "    to decide: %.*s different finding%s, on %.*s page%s\n",
                      SLICE_ARGS(format_count(line->to_decide, w->memory)), line->to_decide == 1 ? "" : "s",
                      SLICE_ARGS(format_count(pages, w->memory)), pages == 1 ? "" : "s");
    if (line->most != FINDING_COUNT)
        buffer_printf(out, "    most: %s, on %.*s page%s\n", finding_describe(line->most)->title,
                      SLICE_ARGS(format_count(line->most_pages, w->memory)),
                      line->most_pages == 1 ? "" : "s");
}

/* A line a site, whose pages are those of the grades and the others; what it has most of behind it. */
static void append_sites(const report_writer *w, buffer *out) {
    size_t numbers = site_numbers_width() + 2,
           room = w->options.width > numbers + SITE_NAME_MIN ? w->options.width - numbers : SITE_NAME_MIN,
           name_width = room > 30 ? 30 : room;
    if (w->site_lines.count < 2)
        return;
    buffer heading = buffer_new(w->memory, 128);
    buffer_printf(&heading, "%-*s", (int)name_width + 2, "Sites");
    for (size_t i = 0; i < sizeof SITE_COLUMNS / sizeof *SITE_COLUMNS; i++)
        buffer_printf(&heading, " %s", SITE_COLUMNS[i]);
    append_heading(w, slice_c_string(buffer_slice(&heading), w->memory), out);
    for (size_t i = 0; i < w->site_lines.count; i++)
        append_site(w, vector_at(&w->site_lines, i), name_width, out);
    append_wrapped(
        "others: already in the new editor's form, edited since, not published, or left as people decided", 2,
        w->options.width, out);
}

static bool add_nothing(report_writer *w, const report_page *page, arena *scratch) {
    (void)w, (void)page, (void)scratch;
    return true;
}

static bool end_summary(report_writer *w) {
    if (w->options.width < 60)
        w->options.width = 60;
    buffer out = buffer_new(w->memory, 8192);
    slice pages = format_count(w->totals.pages, w->memory);
    buffer_append_string(&out, w->options.color ? BOLD : "");
    append_cut(w->options.site.length ? w->options.site : SLICE("this site"), w->options.width - 40, &out);
    buffer_append_string(&out, w->options.color ? PLAIN : "");
    buffer_printf(&out, ": %.*s page%s looked at", SLICE_ARGS(pages), w->totals.pages == 1 ? "" : "s");
    if (w->sites > 1)
        buffer_printf(&out, " in %zu sites", w->sites);
    buffer_append_string(&out, w->options.dry_run ? "; nothing was changed (dry run)\n" : "\n");
    append_pages(w, &out);
    append_sites(w, &out);
    append_groups(w, &out);
    append_codes(w, &out);
    append_asset_rows(w, &out);
    append_first(w, &out);
    return write_out(w, buffer_slice(&out));
}

const report_form FORM_SUMMARY = {NULL, add_nothing, end_summary, NULL, NULL};
