/* What the journal and the files say of each page.
 *
 * Comes in: a site. Goes out: the state of every page. Reads only.
 */
#include "private.h"

#include <time.h>

const char *site_state_name(site_state state) {
    static const char *const names[] = {"legacy",  "converted", "already", "changed",     "edited",
                                        "refused", "gone",      "failed",  "unpublished", "no page"};
    return names[state];
}

/* The state of a page that no run has recorded. */
static site_state state_of_new(slice bytes, arena *a) {
    if (!page_split(bytes).has_front)
        return SITE_STATE_NO_PAGE;
    return page_text_is_tiptap(bytes, a) ? SITE_STATE_ALREADY : SITE_STATE_LEGACY;
}

/* A file that was left alone, as no page or as one in the new form, and changed since is as good as new. */
static bool is_recorded(const journal_row *row, const hash *now) {
    bool was_left = row && (row->outcome == SITE_NOT_A_PAGE || row->outcome == SITE_ALREADY);
    return row && (!was_left || hash_equal(now, &row->source));
}

/* `is_new`: it is in the new form. */
static site_state state_of(const journal_row *row, const hash *now, bool is_new) {
    bool is_source = hash_equal(now, &row->source);
    switch (row->outcome) {
    case SITE_CONVERTED:
        return hash_equal(now, &row->result) ? SITE_STATE_CONVERTED
               : is_source || !is_new        ? SITE_STATE_LEGACY
                                             : SITE_STATE_EDITED;
    case SITE_REFUSED:
        return is_source ? SITE_STATE_REFUSED : SITE_STATE_CHANGED;
    case SITE_ALREADY:
        return SITE_STATE_ALREADY;
    default:
        return SITE_STATE_NO_PAGE;
    }
}

/* ---- all pages ----------------------------------------------------------------------------------------- */

typedef struct survey {
    const site *site;
    const journal *journal; /* NULL: none */
    site_state *states;     /* of each page */
    const char **why;       /* ... of those that are not published */
    hash *now;              /* ... of what lies there; of a page that cannot be read, zero */
    size_t *todo;           /* pages to be read, in order */
    size_t todo_count;
} survey;

static const journal_row *find_row(const survey *s, slice path) {
    return s->journal ? journal_find(s->journal, path) : NULL;
}

/* Files that were seen before, and did not change since, are not read. */
static void settle_ahead(survey *s) {
    size_t count = s->site->pages.count;
    arena *scratch = arena_new(0);
    s->states = arena_alloc(s->site->arena, (count + 1) * sizeof *s->states);
    s->todo = arena_alloc(s->site->arena, (count + 1) * sizeof *s->todo);
    s->why = arena_zeroed(s->site->arena, (count + 1) * sizeof *s->why);
    s->now = arena_zeroed(s->site->arena, (count + 1) * sizeof *s->now);
    for (size_t i = 0; i < count; i++) {
        const journal_row *row = find_row(s, *(slice *)vector_at(&s->site->pages, i));
        struct stat info;
        bool settled = is_as_seen(s->site, row, &info, scratch) && is_recorded(row, row_holds(row));
        if (settled)
            s->now[i] = *row_holds(row);
        if (settled)
            s->states[i] = state_of(row, row_holds(row), true); /* an old page that was seen is converted */
        else
            s->todo[s->todo_count++] = i;
        arena_reset(scratch);
    }
    arena_destroy(scratch);
}

typedef struct state_read {
    site_state state;
    const char *why;
    slice why_not; /* it cannot be read */
    hash now;
} state_read;

static void read_state(void *context, size_t index, work_slot *slot) {
    const survey *s = context;
    state_read *read = slot->own;
    slice path = *(slice *)vector_at(&s->site->pages, s->todo[index]), bytes, error;
    read->state = SITE_STATE_FAILED;
    if (!read_whole(s->site->folder, slice_c_string(path, slot->input), slot->input, &bytes, NULL, &error)) {
        read->why_not = error;
        return;
    }
    const journal_row *row = find_row(s, path);
    hash now = read->now = hash_bytes(bytes);
    read->state = is_recorded(row, &now) ? state_of(row, &now, page_text_is_tiptap(bytes, slot->arena))
                                         : state_of_new(bytes, slot->arena);
    if (read->state == SITE_STATE_LEGACY && (!row || row->outcome != SITE_CONVERTED))
        read->why = why_unpublished(s->site, path, bytes, (int64_t)time(NULL), slot->arena);
    if (read->why)
        read->state = SITE_STATE_UNPUBLISHED;
}

static bool keep_state(void *context, size_t index, work_slot *slot) {
    survey *s = context;
    const state_read *read = slot->own;
    s->states[s->todo[index]] = read->state;
    s->why[s->todo[index]] = read->why_not.length ? slice_c_string(read->why_not, s->site->arena) : read->why;
    s->now[s->todo[index]] = read->now;
    return true;
}

static bool find_states(survey *s, slice *error) {
    work w = {.context = s,
              .size = sizeof(state_read),
              .each = read_state,
              .confines = s->site->confines,
              .report = keep_state};
    size_t read;
    settle_ahead(s);
    if (work_on(&w, s->todo_count, &read))
        return true;
    *error = SLICE("no thread can be started");
    return false;
}

/* ---- reporting ----------------------------------------------------------------------------------------- */

static void report_gone(const site *s, const journal_row *row, arena *scratch,
                        void (*each)(void *, const site_status *), void *context) {
    if (!is_gone(s, row, scratch))
        return;
    site_status gone = {.path = row->path,
                        .state = SITE_STATE_GONE,
                        .is_known = true,
                        .grade = (grade)row->grade,
                        .time = row->time};
    each(context, &gone);
}

static void report_page(const survey *s, journal *j, size_t index, bool with_findings,
                        void (*each)(void *context, const site_status *status), void *context) {
    site_status status = {
        .path = *(slice *)vector_at(&s->site->pages, index), .state = s->states[index], .why = s->why[index]};
    const journal_row *row = find_row(s, status.path);
    arena *scratch = arena_new(0);
    if (row) {
        status.is_known = true;
        status.grade = (grade)row->grade;
        status.time = row->outcome == SITE_CONVERTED ? row->time : 0;
    }
    bool is_converted = status.state == SITE_STATE_CONVERTED || status.state == SITE_STATE_EDITED;
    const hash *now = &s->now[index];
    status.content =
        content_key(is_converted && row ? &row->source : now, is_converted ? now : NULL, scratch);
    if (row && with_findings)
        status.findings = journal_findings(j, status.path, scratch);
    each(context, &status);
    arena_destroy(scratch);
}

bool site_report_status(site *s, bool with_findings, void (*each)(void *context, const site_status *status),
                        void *context, slice *error) {
    journal *j = journal_open(s, JOURNAL_READ, s->arena, error);
    survey all = {.site = s, .journal = j};
    bool ok = (j || !error->length) &&
              (!j || (journal_load(j, error) && journal_follow_renames(j, s, error))) &&
              find_states(&all, error);
    size_t rows = j ? journal_count(j) : 0, row = 0;
    arena *scratch = arena_new(0);
    for (size_t i = 0; ok && i <= s->pages.count; i++) {
        bool last = i == s->pages.count;
        slice path = last ? SLICE("") : *(slice *)vector_at(&s->pages, i);
        for (; row < rows && (last || slice_compare(journal_at(j, row)->path, path) < 0); row++) {
            report_gone(s, journal_at(j, row), scratch, each, context);
            arena_reset(scratch);
        }
        if (!last)
            report_page(&all, j, i, with_findings, each, context);
    }
    arena_destroy(scratch);
    journal_close(j);
    return ok;
}
