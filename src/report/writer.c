/* The writer: takes pages one by one, keeps the totals, and hands each page to the chosen format.
 *
 * Comes in: pages in the order of their paths, with what became of them. Goes out: the report's bytes, to the
 * sink, as they come. What it remembers does not grow with the pages, but for the totals and the worst page.
 */
#include "writer.h"

#include <stdlib.h>

static const struct {
    const char *name;
    const report_form *form;
} FORMATS[] = {
    [REPORT_UNIFIED] = {"unified", &FORM_UNIFIED}, [REPORT_SUMMARY] = {"summary", &FORM_SUMMARY},
    [REPORT_JSON] = {"json", &FORM_JSON},          [REPORT_HTML] = {"html", &FORM_HTML},
    [REPORT_SARIF] = {"sarif", &FORM_SARIF},       [REPORT_CSV] = {"csv", &FORM_CSV},
};

report_format report_format_by_name(slice name) {
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++)
        if (slice_equal(name, slice_of(FORMATS[format].name)))
            return (report_format)format;
    return REPORT_FORMAT_COUNT;
}

const char *report_format_name(report_format format) {
    return FORMATS[format].name;
}

const char *report_state_name(report_state state) {
    static const char *const names[] = {"changed", "already",     "kept",   "refused",
                                        "failed",  "unpublished", "legacy", "left"};
    return names[state];
}

const char *report_asset_state_name(report_asset_state state) {
    static const char *const names[] = {"to-fetch", "fetched", "present", "failed"};
    return names[state];
}

bool write_out(report_writer *w, slice bytes) {
    if (!w->broken && bytes.length)
        w->broken = !w->sink.write(w->sink.context, bytes.data, bytes.length);
    w->written += bytes.length;
    return !w->broken;
}

slice format_count(size_t count, arena *scratch) {
    if (count < 1000)
        return format_slice(scratch, "%zu", count);
    slice thousands = format_count(count / 1000, scratch);
    return format_slice(scratch, "%.*s,%03zu", SLICE_ARGS(thousands), count % 1000);
}

void append_uri(slice path, buffer *out) {
    for (size_t i = 0; i < path.length; i++) {
        char c = path.data[i];
        if (is_alnum(c) || (c && strchr("-._~/", c)))
            buffer_append_char(out, c);
        else
            buffer_printf(out, "%%%02X", (unsigned char)c);
    }
}

static void begin_site(report_writer *w) {
    w->files = map_new(w->site_memory, 64);
    w->decided = map_new(w->site_memory, 64);
}

report_writer *report_begin(const report_options *options, report_sink sink) {
    arena *memory = arena_new(0);
    report_writer *w = arena_zeroed(memory, sizeof *w);
    w->memory = memory;
    w->options = *options;
    w->sink = sink;
    w->form = FORMATS[options->format].form;
    w->groups = groups_new(memory);
    w->site_lines = vector_new(memory, sizeof(site_line));
    w->site_memory = arena_new(0);
    begin_site(w);
    if (w->options.width == 0)
        w->options.width = 80;
    if (w->form->begin)
        w->form->begin(w);
    return w;
}

bool report_add_skip(report_writer *w, const report_skip *skip, arena *scratch) {
    w->totals.skipped_files += skip->files;
    w->totals.skipped_pages += skip->pages;
    return !w->form->skip || w->form->skip(w, skip, scratch);
}

/* The page's worst finding and how many there are of its grade. False when there is nothing to look at. */
static bool find_worst(const report_page *page, report_first *out) {
    if (page->state == REPORT_FAILED) {
        *out = (report_first){
            .grade = GRADE_REFUSED, .path = page->path, .code = FINDING_COUNT, .detail = page->message};
        return true;
    }
    if (!page->findings || page->grade == GRADE_CLEAN || page->state == REPORT_LEFT)
        return false;
    *out = (report_first){.grade = page->grade, .path = page->path, .code = FINDING_COUNT};
    for (size_t i = 0; i < page->findings->items.count; i++) {
        const finding *one = findings_at(page->findings, i);
        if (finding_describe(one->code)->grade != page->grade || one->accepted.length)
            continue;
        if (out->weight++ == 0) {
            out->line = one->line;
            out->code = one->code;
            out->detail = one->detail;
        }
    }
    return true;
}

static bool before(const report_first *a, const report_first *b) {
    return a->grade != b->grade ? a->grade > b->grade : a->weight > b->weight;
}

/* Keeps the worst pages, worst first; of equals, the one that came first. */
static void remember_first(report_writer *w, const report_page *page) {
    report_first candidate;
    if (!find_worst(page, &candidate))
        return;
    size_t at = w->first_count;
    while (at > 0 && before(&candidate, &w->first[at - 1]))
        at--;
    if (at == REPORT_FIRST_MAX)
        return;
    if (w->first_count < REPORT_FIRST_MAX)
        w->first_count++;
    memmove(&w->first[at + 1], &w->first[at], (w->first_count - at - 1) * sizeof *w->first);
    candidate.path = page->site.length ? format_slice(w->memory, "%.*s/%.*s", SLICE_ARGS(page->site),
                                                      SLICE_ARGS(page->path))
                                       : slice_copy(page->path, w->memory);
    candidate.detail = slice_copy(candidate.detail, w->memory);
    w->first[at] = candidate;
}

/* Is it, or would it be, what its findings grade? */
static bool is_graded(const report_page *page) {
    return page->state == REPORT_CHANGED || page->state == REPORT_REFUSED || page->state == REPORT_LEGACY ||
           (page->state == REPORT_LEFT && (page->after.length || page->content.length));
}

/* What its findings and files are counted for stays: they were told. A report that is read may lie. */
static void count_back(report_writer *w, const report_page *page) {
    report_totals *t = &w->totals;
    site_line *line = page->site.length ? vector_last(&w->site_lines) : NULL;
    if (!t->states[REPORT_CHANGED] || !t->grades[page->grade])
        return;
    t->pages--;
    t->states[REPORT_CHANGED]--;
    t->grades[page->grade]--;
    if (!line || !slice_equal(line->name, page->site) || !line->grades[page->grade])
        return;
    line->pages--;
    line->grades[page->grade]--;
}

/* The site's line; it is complete when the next one begins, or the report ends. */
static void count_site(report_writer *w, const report_page *page) {
    site_line *line = vector_last(&w->site_lines);
    if (!line || !slice_equal(line->name, page->site)) {
        line = vector_push_zeroed(&w->site_lines);
        line->name = slice_copy(page->site, w->memory);
        line->most = FINDING_COUNT;
        memset(w->site_findings, 0, sizeof w->site_findings);
    }
    line->pages++;
    line->failed += page->state == REPORT_FAILED;
    if (is_graded(page))
        line->grades[page->grade]++;
    else
        line->others += page->state != REPORT_FAILED;
    for (int code = 0; page->findings && code < FINDING_COUNT; code++) {
        uint32_t open = page->findings->counts[code] - page->findings->accepted[code];
        line->accepted += page->findings->accepted[code];
        if (!open || finding_describe((finding_code)code)->grade == GRADE_CLEAN)
            continue;
        if (++w->site_findings[code] > line->most_pages) {
            line->most = (finding_code)code;
            line->most_pages = w->site_findings[code];
        }
    }
}

/* A file counts once a site, however many of its pages name it. */
static void count_files(report_writer *w, const report_page *page) {
    site_line *line = page->site.length ? vector_last(&w->site_lines) : NULL;
    for (size_t i = 0; i < page->asset_count; i++) {
        const report_asset *one = &page->assets[i];
        if (map_has(&w->files, one->url))
            continue;
        map_put(&w->files, slice_copy(one->url, w->site_memory), NULL);
        w->totals.assets[one->state]++;
        if (line)
            line->files++;
    }
}

/* What is the same everywhere is decided on once: the findings that a person has to look at, each with what
 * it says. */
static void count_effort(report_writer *w, const report_page *page) {
    site_line *line = page->site.length ? vector_last(&w->site_lines) : NULL;
    for (size_t i = 0; line && page->findings && i < page->findings->items.count; i++) {
        const finding *one = findings_at(page->findings, i);
        bool is_new, asks = finding_describe(one->code)->grade >= GRADE_REVIEW && !one->accepted.length;
        if (!asks)
            continue;
        map_put(&w->decided, format_slice(w->site_memory, "%d %.*s", (int)one->code, SLICE_ARGS(one->detail)),
                &is_new);
        line->to_decide += is_new;
    }
}

static void count_page(report_writer *w, const report_page *page) {
    report_totals *t = &w->totals;
    if (page->is_told_again)
        count_back(w, page);
    if (page->site.length)
        count_site(w, page);
    t->pages++;
    t->states[page->state]++;
    t->graded_left += page->state == REPORT_LEFT && is_graded(page);
    if (is_graded(page))
        t->grades[page->grade]++;
    for (int code = 0; page->findings && code < FINDING_COUNT; code++) {
        t->findings[code] += page->findings->counts[code];
        t->finding_pages[code] += page->findings->counts[code] > 0;
        t->accepted[finding_describe((finding_code)code)->grade] += page->findings->accepted[code];
        t->findings_accepted[code] += page->findings->accepted[code];
    }
    if (!slice_equal(page->site, w->last_site)) {
        w->sites++;
        w->last_site = slice_copy(page->site, w->memory);
        arena_reset(w->site_memory);
        begin_site(w);
    }
    count_files(w, page);
    count_effort(w, page);
}

bool report_add(report_writer *w, const report_page *page, arena *scratch) {
    count_page(w, page);
    groups_count(w->groups, page->findings, w->totals.pages, scratch);
    remember_first(w, page);
    return !w->broken && w->form->add(w, page, scratch) && !w->broken;
}

const report_totals *report_so_far(const report_writer *w) {
    return &w->totals;
}

const vector *report_groups(report_writer *w) {
    return groups_sorted(w->groups);
}

bool report_worst(const report_writer *w, report_worst_page *worst) {
    if (!w->first_count)
        return false;
    const report_first *first = &w->first[0];
    *worst = (report_worst_page){first->path, first->grade, first->line, first->detail};
    if (first->code != FINDING_COUNT)
        worst->what = slice_of(finding_describe(first->code)->title);
    return true;
}

bool report_end(report_writer *w) {
    if (w->form->end && !w->broken)
        w->form->end(w);
    return !w->broken;
}

void report_free(report_writer *w) {
    if (w && w->form->free)
        w->form->free(w);
    if (w)
        arena_destroy(w->site_memory);
    if (w)
        arena_destroy(w->memory);
}
