/* A line a page for spreadsheets (RFC 4180, with the mark by which they know UTF-8): what became of it, its
 * gravest finding, and columns for a decision, which `isomerize decisions` and the HTML report read back. */
#include "decide/decide.h"
#include "writer.h"

static const char *const COLUMNS[] = {
    "path",   "site",    "title",    "state", "grade",   "findings", "accepted", "gravest finding", "line",
    "detail", "decided", "decision", "name",  "comment", "time",     "address",  "content"};

static bool begin_csv(report_writer *w) {
    buffer out = buffer_new(w->memory, 512);
    buffer_append_string(&out, "\xEF\xBB\xBF");
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        decide_append_field(slice_of(COLUMNS[i]), i == 0, &out);
    buffer_append_string(&out, "\r\n");
    return write_out(w, buffer_slice(&out));
}

static const finding *find_gravest(const findings *found) {
    const finding *worst = NULL;
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        if (!one->accepted.length &&
            (!worst || finding_describe(one->code)->grade > finding_describe(worst->code)->grade))
            worst = one;
    }
    return worst;
}

static bool add_csv(report_writer *w, const report_page *page, arena *scratch) {
    buffer out = buffer_new(scratch, 512);
    const findings *found = page->findings ? page->findings : page->recorded;
    const finding *worst = find_gravest(found);
    size_t all = 0, accepted = 0;
    for (int code = 0; found && code < FINDING_COUNT; code++) {
        all += found->counts[code];
        accepted += found->accepted[code];
    }
    slice detail = !worst                 ? page->message
                   : page->message.length ? format_slice(scratch, "%.*s (%.*s)", SLICE_ARGS(worst->detail),
                                                         SLICE_ARGS(page->message))
                                          : worst->detail;
    slice line = worst && worst->line ? format_slice(scratch, "%u", worst->line) : SLICE("");
    const slice fields[] = {page->path,
                            page->site,
                            page->title,
                            slice_of(report_state_name(page->state)),
                            slice_of(grade_name(page->grade)),
                            format_slice(scratch, "%zu", all),
                            format_slice(scratch, "%zu", accepted),
                            slice_of(worst ? finding_describe(worst->code)->title : ""),
                            line,
                            detail,
                            page->decided,
                            SLICE(""),
                            SLICE(""),
                            SLICE(""),
                            SLICE(""),
                            page->address,
                            page->content};
    _Static_assert(sizeof fields / sizeof *fields == sizeof COLUMNS / sizeof *COLUMNS, "a field a column");
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        decide_append_field(fields[i], i == 0, &out);
    buffer_append_string(&out, "\r\n");
    return write_out(w, buffer_slice(&out));
}

const report_form FORM_CSV = {begin_csv, add_csv, NULL, NULL, NULL};
