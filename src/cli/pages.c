/* From a page of a site to what a report says of it: its title and address, what people have accepted and
 * decided about it. */
#include "pages.h"

#include "remote.h"

#include <time.h>

#define CLOCKS_DIFFER 600 /* seconds: what is dated later than that is not believed */

/* ISO 8601, UTC, with milliseconds; so many seconds from now. */
static slice tell_time(time_t ahead, arena *a) {
    struct timespec now;
    struct tm parts;
    char text[32];
    clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec += ahead;
    bool known = gmtime_r(&now.tv_sec, &parts) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    return known ? format_slice(a, "%s.%03dZ", text, (int)(now.tv_nsec / 1000000)) : SLICE("");
}

slice time_now(arena *a) {
    return tell_time(0, a);
}

decisions decisions_new(arena *a) {
    return decide_new(tell_time(CLOCKS_DIFFER, a), a);
}

bool decisions_write(const decisions *d, site *s, slice *error) {
    buffer out = buffer_new(d->arena, 65536);
    decide_write(d, name_site(s), &out);
    if (out.length <= DECIDE_FILE_MAX)
        return site_write_state(s, "decisions.json", buffer_slice(&out), error);
    *error =
        SLICE(DECIDE_FILE " would be larger than 32 MiB, and could not be read again: nothing was written");
    return false;
}

bool read_own_file(const site *s, slice path, arena *a, slice *text) {
    const slice folder = SLICE(".isomerize");
    vector names = vector_new(a, sizeof(slice));
    slice error;
    *text = (slice){NULL, 0};
    if (!site_list(s, folder, a, &names, &error) ||
        !slice_is_listed(names.items, names.count, slice_from(path, folder.length + 1)))
        return true;
    if (site_read(s, path, a, text, &error))
        return true;
    complain("%.*s: %.*s", SLICE_ARGS(path), SLICE_ARGS(error));
    return false;
}

typedef struct opening {
    decisions *to;
    const site *site;
    arena *arena;
} opening;

static bool open_apart(void *context) {
    const opening *o = context;
    const site *s = o->site;
    decisions *d = o->to;
    arena *a = o->arena;
    slice error, text, path = SLICE(DECIDE_FILE);
    *d = decisions_new(a);
    if (!read_own_file(s, path, a, &text))
        return false;
    if (!text.data || decide_read(d, text, path, &error))
        return true;
    complain("%.*s", SLICE_ARGS(error));
    return false;
}

bool decisions_open(decisions *d, const site *s, arena *a) {
    return site_apart(s, open_apart, &(opening){d, s, a});
}

slice name_site(const site *s) {
    slice host = site_host(site_config(s));
    if (host.length)
        return host;
    slice root = site_root(s);
    size_t start = root.length;
    while (start > 0 && root.data[start - 1] != '/')
        start--;
    return slice_from(root, start);
}

/* `https://www.town.example/base`, without a slash at its end. */
static slice base_address(const site *s, arena *a) {
    slice url = page_front_text(site_config(s), SLICE("url")),
          base = page_front_text(site_config(s), SLICE("baseurl"));
    if (!slice_starts_with(url, SLICE("https://")) && !slice_starts_with(url, SLICE("http://")))
        return SLICE("");
    while (slice_ends_with(url, SLICE("/")))
        url = slice_sub(url, 0, url.length - 1);
    while (slice_ends_with(base, SLICE("/")))
        base = slice_sub(base, 0, base.length - 1);
    return format_slice(a, "%.*s%s%.*s", SLICE_ARGS(url), base.length && base.data[0] != '/' ? "/" : "",
                        SLICE_ARGS(base));
}

bool page_view_open(page_view *v, const site *s, arena *a) {
    accepted *people = arena_alloc(a, sizeof *people);
    decisions *decided = arena_alloc(a, sizeof *decided);
    *v = (page_view){.site = s, .people = people, .decided = decided, .base = base_address(s, a)};
    return accepted_open(people, s, a) && decisions_open(decided, s, a);
}

bool look_at_pages(const cli_arguments *arguments, site *s, const convert_engine *e, site_options *options,
                   const site_events *events, site_totals *totals, arena *a) {
    remote_files files;
    slice error;
    if (!remote_open(&files, s, convert_engine_assets(e), a))
        return false;
    options->dry_run = options->look = true;
    options->book = files.book;
    if (option_given(arguments, OPTION_OFFLINE))
        asset_book_seal(files.book, "not fetched: --offline");
    site_plan *plan = site_plan_run(s, options, &error);
    bool ok = plan && site_run(plan, events, totals, &error);
    site_plan_close(plan);
    remote_close(&files);
    if (!ok)
        complain("%.*s", SLICE_ARGS(error));
    return ok;
}

report_look look_of(const convert_engine *e, const site *s) {
    convert_look look = convert_engine_look(e);
    const front_value *colours = page_front_get(site_config(s), SLICE("colors"));
    return (report_look){.sheets = css_sheets_texts(convert_engine_sheets(e)),
                         .around = look.around,
                         .accent = colours && colours->kind == FRONT_MAPPING
                                       ? page_front_text(colours, SLICE("secondary-color"))
                                       : SLICE(""),
                         .column = look.column,
                         .phone_column = look.phone_column,
                         .window = look.window,
                         .phone_window = look.phone_window};
}

/* ---- a page ------------------------------------------------------------------------------------------ */

static const report_state STATES[SITE_OUTCOME_COUNT] = {
    [SITE_CONVERTED] = REPORT_CHANGED,       [SITE_ALREADY] = REPORT_ALREADY,
    [SITE_NOT_A_PAGE] = REPORT_STATE_COUNT,  [SITE_REFUSED] = REPORT_REFUSED,
    [SITE_UNCHANGED] = REPORT_ALREADY,       [SITE_KEPT] = REPORT_KEPT,
    [SITE_OUTDATED] = REPORT_ALREADY,        [SITE_FAILED] = REPORT_FAILED,
    [SITE_UNPUBLISHED] = REPORT_UNPUBLISHED, [SITE_LEFT] = REPORT_LEFT,
};

static const report_asset *list_assets(const convert_result *conversion, arena *a) {
    static const report_asset_state STATE_OF[] = {[ASSET_WANTED] = REPORT_ASSET_TO_FETCH,
                                                  [ASSET_HERE] = REPORT_ASSET_PRESENT,
                                                  [ASSET_FAILED] = REPORT_ASSET_FAILED};
    report_asset *list = arena_alloc(a, (conversion->assets.count + 1) * sizeof *list);
    for (size_t i = 0; i < conversion->assets.count; i++) {
        const asset_reference *one = vector_at(&conversion->assets, i);
        list[i] = (report_asset){one->remote, one->path, STATE_OF[one->state]};
    }
    return list;
}

static void describe(const page_view *v, const site_result *result, report_page *page, arena *a) {
    slice place = result->permalink;
    page->title = result->title;
    if (v->base.length && place.length)
        page->address = format_slice(a, "%.*s%s%.*s", SLICE_ARGS(v->base), place.data[0] == '/' ? "" : "/",
                                     SLICE_ARGS(place));
    bool is_unknown = page->state == REPORT_LEFT && !page->after.length; /* what it would become */
    slice after = page->after.length ? page->after
                  : is_unknown       ? (slice){NULL, 0}
                                     : page->before,
          content = site_content_key(page->before, after, a);
    page->content = is_unknown ? SLICE("") : content;
    decide_view view = decide_about(v->decided, page->path, content);
    view.edited = page->state == REPORT_KEPT;
    buffer list = buffer_new(a, 64);
    json_writer json = {.out = &list};
    decide_write_page(v->decided, page->path, &json);
    page->decisions = buffer_slice(&list);
    page->decided = view.state == DECIDE_UNDECIDED ? SLICE("") : decide_describe(&view, a);
}

bool page_view_fill(const page_view *v, const site_result *result, report_page *page, findings *found,
                    arena *a) {
    const convert_result *conversion = result->conversion;
    bool was_written = v->looks_back && result->after.length;
    *page = (report_page){.path = result->path,
                          .before = result->before,
                          .grade = result->grade,
                          .state = STATES[result->outcome],
                          .is_converted_again = result->is_again || was_written,
                          .is_told_again = result->is_told_again,
                          .message = result->message};
    if (page->state == REPORT_STATE_COUNT) {
        page->message = SLICE("it has no front matter");
        return false;
    }
    if (conversion || result->recorded.length) {
        *found = accepted_findings(v->people, result, a);
        *(conversion || v->looks_back ? &page->findings : &page->recorded) = found;
    }
    if (conversion) {
        page->assets = list_assets(conversion, a);
        page->asset_count = conversion->assets.count;
        page->before_html = conversion->before_html;
        page->before_lines = conversion->before_html.length ? &conversion->before_lines : NULL;
    }
    if (was_written) {
        page->state = result->outcome == SITE_KEPT ? REPORT_KEPT : REPORT_CHANGED;
        page->grade = findings_grade(found);
        page->after = result->after;
        page->after_html = page_split(result->after).body;
    } else if (conversion && (result->outcome == SITE_CONVERTED || result->outcome == SITE_LEFT)) {
        if (result->outcome == SITE_CONVERTED)
            page->state = v->looks_back ? REPORT_LEGACY : REPORT_CHANGED;
        page->after = conversion->output;
        page->after_html = conversion->after_html;
    }
    if (v->describes)
        describe(v, result, page, a);
    return true;
}
