/* The HTML report: one file that shows a run to the people who own the pages, and asks nothing of any other
 * machine.
 *
 * html/report.html is the template, with {{…}} where css, script and data go. Each page is one inert block of
 * JSON in a <script type="application/json">, its line in the list in an attribute: the browser reads a block
 * only when its page is opened. Page content reaches the screen only inside sandboxed frames (html/report.js,
 * render.c).
 */
#include "render.h"
#include "writer.h"

#include <limits.h>
#include <zlib.h>

/* The files of html/, put into the program by CMakeLists.txt, which also defines REPORT_JS_SHA256. */
extern const char report_html[], report_css[], report_js[];
extern const size_t report_html_length, report_css_length, report_js_length;

/* Pictures are put into the file up to this many bytes in all: it has to open from a mail. */
#define PICTURES_MAX (48u << 20)
#define MERGED_PAGES_MAX 20000
#define SMALL_PICTURE 12288 /* bytes: goes in as it is, where others are scaled down */

typedef struct html_data {
    size_t pages, pictures, picture_bytes, content_bytes;
    interner picture_names;
    vector picture_numbers; /* of size_t: by interned path; 0: not there */
    slice template_rest;
    report_writer *writer;
    report_writer
        *part; /* of a report in parts: the one that is being written; this one is the list of all */
    slice part_name, part_folder; /* its file, and the folder of its last page */
    size_t parts;
    hash_map part_names; /* in small letters */
} html_data;

/* ---- writing JSON into HTML -------------------------------------------------------------------------- */

/* JSON inside a <script> must hold no "</script" and no "<!--" (HTML, 13.2.5.15 and following): '<' is
 * escaped before what could begin one of them. */
static void append_script_json(slice json, buffer *out) {
    for (size_t i = 0; i < json.length; i++) {
        char next = i + 1 < json.length ? json.data[i + 1] : '/';
        if (json.data[i] == '<' && (next == '/' || next == '!' || next == 's' || next == 'S'))
            buffer_append_string(out, "\\u003c");
        else
            buffer_append_char(out, json.data[i]);
    }
}

/* ---- the template ------------------------------------------------------------------------------------ */

static void append_run(const report_writer *w, buffer *out) {
    buffer text = buffer_new(w->memory, 16384);
    json_writer json = {.out = &text};
    json_open(&json, '{');
    json_add_bool(&json, "dry_run", w->options.dry_run);
    json_add_bool(&json, "looks_back", w->options.looks_back);
    json_add_bool(&json, "live", w->options.live);
    json_add_bool(&json, "merges", w->options.merges);
    json_add_filled(&json, "site", w->options.site);
    json_add_filled(&json, "version", w->options.version);
    json_add_open(&json, "codes", '{');
    for (int code = 0; code < FINDING_COUNT; code++) {
        const finding_info *info = finding_describe((finding_code)code);
        json_break(&json);
        json_add_open(&json, info->name, '{');
        json_add_string(&json, "grade", grade_name(info->grade));
        json_add_filled(&json, "title", slice_of(info->title));
        json_add_filled(&json, "became", slice_of(info->became));
        json_add_filled(&json, "advice", slice_of(info->advice));
        json_close(&json, '}');
    }
    json_close(&json, '}');
    json_close(&json, '}');
    append_script_json(buffer_slice(&text), out);
}

/* {"sheets":[CSS…],"around"?,"accent"?,"column","phone_column","window","phone_window"}: harmless, however
 * hostile the sheets were. */
static void append_look(const report_writer *w, buffer *out) {
    static const report_look NONE = {0};
    const report_look *look = w->options.files.open ? &NONE : &w->options.look; /* a list shows no page */
    buffer text = buffer_new(w->memory, 65536);
    json_writer json = {.out = &text};
    json_open(&json, '{');
    json_add_open(&json, "sheets", '[');
    for (size_t i = 0; look->sheets && i < look->sheets->count; i++) {
        arena *scratch = arena_new(0);
        buffer css = buffer_new(scratch, 65536);
        append_safe_css(*(const slice *)vector_at(look->sheets, i), &css, scratch);
        json_text(&json, buffer_slice(&css));
        arena_destroy(scratch);
    }
    json_close(&json, ']');
    json_add_filled(&json, "around", look->around);
    json_add_filled(&json, "accent", look->accent);
    json_add_number(&json, "column", (int64_t)look->column);
    json_add_number(&json, "phone_column", (int64_t)look->phone_column);
    json_add_number(&json, "window", look->window);
    json_add_number(&json, "phone_window", look->phone_window);
    json_close(&json, '}');
    append_script_json(buffer_slice(&text), out);
}

/* What the list of pages does not hold in a report of many sites. */
static void add_merged(json_writer *json, const report_writer *w) {
    const report_totals *t = &w->totals;
    add_sites(json, w);
    json_add_number(json, "pages", (int64_t)t->pages);
    json_add_number(json, "changed", (int64_t)t->states[REPORT_CHANGED]);
    json_add_number(json, "left", (int64_t)t->states[REPORT_LEFT]);
    json_add_open(json, "kinds", '{');
    size_t graded = t->grades[GRADE_REFUSED];
    for (int g = 0; g < GRADE_REFUSED; graded += t->grades[g++])
        json_add_number(json, grade_name((grade)g), (int64_t)t->grades[g]);
    json_add_number(json, "refused", (int64_t)(t->grades[GRADE_REFUSED] + t->states[REPORT_FAILED]));
    json_add_number(json, "other", (int64_t)(t->pages - graded - t->states[REPORT_FAILED]));
    json_close(json, '}');
    json_add_open(json, "codes", '{');
    for (int code = 0; code < FINDING_COUNT; code++) {
        if (!t->findings[code])
            continue;
        json_add_open(json, finding_describe((finding_code)code)->name, '[');
        json_number(json, (int64_t)t->finding_pages[code]);
        json_number(json, (int64_t)t->findings[code]);
        json_number(json, (int64_t)t->findings_accepted[code]);
        json_close(json, ']');
    }
    json_close(json, '}');
}

/* What is known only behind the last page. */
static void append_totals(report_writer *w, buffer *out) {
    buffer text = buffer_new(w->memory, 16384);
    json_writer json = {.out = &text};
    json_open(&json, '{');
    add_groups(&json, w);
    json_add_open(&json, "assets", '[');
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        json_number(&json, (int64_t)w->totals.assets[state]);
    json_close(&json, ']');
    json_add_filled(&json, "list", w->options.is_part ? SLICE(REPORT_LIST) : SLICE(""));
    if (w->options.merges)
        add_merged(&json, w);
    json_close(&json, '}');
    append_script_json(buffer_slice(&text), out);
}

static void append_placeholder(report_writer *w, slice name, buffer *out) {
    if (slice_equal(name, SLICE("css")))
        buffer_append(out, (slice){report_css, report_css_length});
    else if (slice_equal(name, SLICE("script")))
        buffer_append(out, (slice){report_js, report_js_length});
    else if (slice_equal(name, SLICE("script-hash")))
        buffer_append_string(out, REPORT_JS_SHA256);
    else if (slice_equal(name, SLICE("site")))
        buffer_append_html(out, w->options.site.length ? w->options.site : SLICE("your site"), false);
    else if (slice_equal(name, SLICE("run")))
        append_run(w, out);
    else if (slice_equal(name, SLICE("look")))
        append_look(w, out);
    else if (slice_equal(name, SLICE("connect")))
        buffer_append_string(out, w->options.live ? " connect-src 'self';" : "");
    else if (slice_equal(name, SLICE("totals")))
        append_totals(w, out);
}

/* Appends the template up to the placeholder {{pages}}, or to its end; returns what follows. */
static slice append_template(report_writer *w, slice template, buffer *out) {
    for (size_t at = 0;;) {
        size_t open = slice_find(template, SLICE("{{"), at);
        buffer_append(out, slice_sub(template, at, open));
        size_t close = open == SLICE_NONE ? SLICE_NONE : slice_find(template, SLICE("}}"), open);
        if (close == SLICE_NONE)
            return (slice){NULL, 0};
        slice name = slice_sub(template, open + 2, close);
        at = close + 2;
        if (slice_equal(name, SLICE("pages")))
            return slice_from(template, at);
        append_placeholder(w, name, out);
    }
}

/* ---- pictures ---------------------------------------------------------------------------------------- */

static const struct {
    slice magic;
    size_t at;
    const char *type;
} PICTURE_TYPES[] = {
    {LITERAL("\x89PNG\r\n\x1a\n"), 0, "png"},
    {LITERAL("\xff\xd8\xff"), 0, "jpeg"},
    {LITERAL("GIF8"), 0, "gif"},
    {LITERAL("WEBP"), 8, "webp"},
    {LITERAL("ftypavif"), 4, "avif"},
    {LITERAL("BM"), 0, "bmp"},
    {LITERAL("\0\0\1\0"), 0, "x-icon"},
    {LITERAL("<svg"), 0, "svg+xml"},
    {LITERAL("<?xml"), 0, "svg+xml"},
};

static const char *picture_type(slice bytes) {
    for (size_t i = 0; i < sizeof PICTURE_TYPES / sizeof *PICTURE_TYPES; i++)
        if (slice_starts_with(slice_from(bytes, PICTURE_TYPES[i].at), PICTURE_TYPES[i].magic))
            return PICTURE_TYPES[i].type;
    return NULL;
}

static void append_base64(slice bytes, buffer *out) {
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < bytes.length; i += 3) {
        uint32_t group = 0;
        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (i + k < bytes.length ? (unsigned char)bytes.data[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buffer_append_char(out, i + k > bytes.length ? '=' : DIGITS[group >> (18 - 6 * k) & 63]);
    }
}

static void *allocate_for_zlib(void *scratch, uInt items, uInt size) {
    return arena_alloc(scratch, (size_t)items * size);
}

static void free_for_zlib(void *scratch, void *address) {
    (void)scratch, (void)address; /* goes with the arena */
}

/* In zlib's form (RFC 1950), which browsers' DecompressionStream calls "deflate". */
static slice deflate_slice(slice bytes, arena *scratch) {
    z_stream stream = {.zalloc = allocate_for_zlib, .zfree = free_for_zlib, .opaque = scratch};
    if (bytes.length > UINT_MAX / 2 || deflateInit(&stream, Z_DEFAULT_COMPRESSION) != Z_OK)
        return (slice){NULL, 0};
    uLong bound = deflateBound(&stream, bytes.length);
    stream.next_in = (Bytef *)(uintptr_t)bytes.data;
    stream.avail_in = (uInt)bytes.length;
    stream.next_out = arena_alloc(scratch, bound);
    stream.avail_out = (uInt)bound;
    slice out = {(char *)stream.next_out, 0};
    deflate(&stream, Z_FINISH);
    out.length = bound - stream.avail_out;
    deflateEnd(&stream);
    return out;
}

/* Is there room for so many bytes of a picture, when the pages that are to come are like those before? A part
 * ends before it is full. */
static bool has_room(const html_data *html, size_t bytes) {
    const report_writer *w = html->writer;
    if (w->options.is_part)
        return w->written + bytes / 3 * 4 < w->options.max_size / 16 * 15;
    size_t coming = w->options.page_count > html->pages ? w->options.page_count - html->pages : 0;
    size_t needed = w->written + bytes / 3 * 4 + (html->content_bytes / (html->pages + 1) + 512) * coming;
    return w->options.max_size ? needed < w->options.max_size : html->picture_bytes + bytes <= PICTURES_MAX;
}

static size_t write_picture(html_data *html, slice path, arena *scratch) {
    const report_pictures *source = &html->writer->options.pictures;
    slice bytes;
    if (!source->read || !source->read(source->context, path, &bytes))
        return 0;
    const char *type = picture_type(bytes);
    slice small = type && html->writer->options.max_size && bytes.length > SMALL_PICTURE
                      ? make_thumbnail(bytes, scratch)
                      : (slice){NULL, 0};
    if (small.length && small.length < bytes.length) {
        bytes = small;
        type = "jpeg";
    }
    if (!type || !has_room(html, bytes.length))
        return 0;
    html->picture_bytes += bytes.length;
    buffer out = buffer_new(scratch, bytes.length / 3 * 4 + 128);
    buffer_printf(&out, "<script type=\"application/json\" id=\"picture-%zu\">\"data:image/%s;base64,",
                  ++html->pictures, type);
    append_base64(bytes, &out);
    buffer_append_string(&out, "\"</script>\n");
    write_out(html->writer, buffer_slice(&out));
    return html->pictures;
}

/* The number of the picture at that path, written into the file the first time it is asked for; 0: not to be
 * had. */
static size_t find_picture(void *context, slice path, arena *scratch) {
    html_data *html = context;
    uint32_t known = html->picture_names.next;
    uint32_t id = intern(&html->picture_names, slice_copy(path, html->writer->memory));
    if (id == known)
        *(size_t *)vector_push(&html->picture_numbers) = write_picture(html, path, scratch);
    return *(size_t *)vector_at(&html->picture_numbers, id);
}

/* ---- pages ------------------------------------------------------------------------------------------- */

/* What the list and the filters need:
 * {"path","site"?,"state","grade","message"?,"title"?,"address"?,"content"?,"decisions":[…]?,"removed","added",
 * "codes":{CODE:N…}?,"accepted":{CODE:N…}?}.
 */
void report_page_entry(const report_page *page, buffer *out, arena *scratch) {
    line_counts lines = count_changed_lines(page, scratch);
    json_writer json = {.out = out};
    json_open(&json, '{');
    json_add_string(&json, "state", report_state_name(page->state));
    json_add_string(&json, "grade", grade_name(page->grade));
    json_add_number(&json, "removed", (int64_t)lines.removed);
    json_add_number(&json, "added", (int64_t)lines.added);
    add_json_path(page, &json);
    json_add_filled(&json, "site", page->site);
    json_add_filled(&json, "message", page->message);
    json_add_filled(&json, "title", page->title);
    json_add_filled(&json, "address", page->address);
    json_add_filled(&json, "content", page->content);
    if (page->decisions.length > 2) {
        json_key(&json, SLICE("decisions"));
        json_raw(&json, page->decisions);
    }
    bool any = false;
    for (int code = 0; page->findings && code < FINDING_COUNT; code++) {
        if (!page->findings->counts[code])
            continue;
        if (!any)
            json_add_open(&json, "codes", '{');
        any = true;
        json_add_number(&json, finding_describe((finding_code)code)->name, page->findings->counts[code]);
    }
    if (any)
        json_close(&json, '}');
    any = false;
    for (int code = 0; page->findings && code < FINDING_COUNT; code++) {
        if (page->findings->accepted[code] && !any)
            json_add_open(&json, "accepted", '{');
        any |= page->findings->accepted[code] > 0;
        if (page->findings->accepted[code])
            json_add_number(&json, finding_describe((finding_code)code)->name,
                            page->findings->accepted[code]);
    }
    if (any)
        json_close(&json, '}');
    json_close(&json, '}');
}

static void add_findings(json_writer *j, const findings *found) {
    json_add_open(j, "findings", '[');
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = findings_at(found, i);
        json_open(j, '{');
        json_add_string(j, "code", finding_describe(one->code)->name);
        json_add_number(j, "line", one->line);
        json_add_number(j, "column", one->column);
        json_add_filled(j, "detail", one->detail);
        json_add_filled(j, "became", one->became);
        json_add_filled(j, "before", one->before);
        json_add_filled(j, "after", one->after);
        json_add_filled(j, "accepted", one->accepted);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void add_assets(json_writer *j, const report_page *page) {
    json_add_open(j, "assets", '[');
    for (size_t i = 0; i < page->asset_count; i++) {
        json_open(j, '{');
        json_add_string(j, "state", report_asset_state_name(page->assets[i].state));
        json_add_filled(j, "url", page->assets[i].url);
        json_add_filled(j, "path", page->assets[i].path);
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* `pictures`: those that the content brings along, as JSON; empty: it names them by their number in the file.
 */
static void append_content(const picture_shelf *shelf, const report_page *page, const buffer *pictures,
                           buffer *out, arena *scratch) {
    buffer before = buffer_new(scratch, page->before_html.length * 2 + 64);
    buffer after = buffer_new(scratch, page->after_html.length * 2 + 64);
    buffer patch = buffer_new(scratch, page->before.length + page->after.length + 64);
    render_page(page, shelf, &before, &after, scratch);
    if (page->after.length)
        report_unified_diff(page->path, page->before, page->after, false, &patch, scratch);
    json_writer json = {.out = out};
    json_open(&json, '{');
    json_add_number(&json, "version", 1);
    json_add_filled(&json, "before", buffer_slice(&before));
    json_add_filled(&json, "after", buffer_slice(&after));
    json_add_filled(&json, "patch", buffer_slice(&patch));
    if (pictures && pictures->length) {
        json_key(&json, SLICE("pictures"));
        json_raw(&json, format_slice(scratch, "{%.*s}", SLICE_ARGS(buffer_slice(pictures))));
    }
    add_findings(&json, page->findings);
    add_assets(&json, page);
    json_close(&json, '}');
}

/* The pictures of one page, which come with its content. */
typedef struct page_pictures {
    const report_pictures *source;
    interner names;
    bool *there; /* by number */
    size_t bytes, room;
    buffer out;
} page_pictures;

#define PAGE_PICTURES_MAX 500                 /* of a page that is live */
#define PAGE_PICTURE_BYTES ((size_t)24 << 20) /* all of them */

static size_t find_page_picture(void *context, slice path, arena *scratch) {
    page_pictures *p = context;
    slice bytes;
    uint32_t known = p->names.next, id = intern(&p->names, slice_copy(path, scratch));
    if (id >= PAGE_PICTURES_MAX)
        return 0;
    if (id == known && p->source->read && p->source->read(p->source->context, path, &bytes)) {
        const char *type = picture_type(bytes);
        p->there[id] = type && p->bytes + bytes.length <= PAGE_PICTURE_BYTES;
        if (p->there[id]) {
            p->bytes += bytes.length;
            buffer_printf(&p->out, "%s\"%u\":\"data:image/%s;base64,", p->out.length ? "," : "", id + 1,
                          type);
            append_base64(bytes, &p->out);
            buffer_append_char(&p->out, '"');
        }
    }
    return p->there[id] ? id + 1 : 0;
}

void report_page_content(const report_page *page, const report_pictures *pictures, buffer *out,
                         arena *scratch) {
    page_pictures own = {.source = pictures,
                         .names = interner_new(scratch, 16),
                         .there = arena_zeroed(scratch, PAGE_PICTURES_MAX * sizeof(bool)),
                         .out = buffer_new(scratch, 4096)};
    picture_shelf shelf = {find_page_picture, &own};
    append_content(&shelf, page, &own.out, out, scratch);
}

/* ---- parts ------------------------------------------------------------------------------------------- */

/* A report that is too large for a mail is several files: parts, each a report of its own of some folders,
 * and a list of all pages, which leads to them. */

static slice folder_of(slice path) {
    size_t end = path.length;
    while (end && path.data[end - 1] != '/')
        end--;
    return slice_sub(path, 0, end);
}

static slice top_of(slice folder) {
    size_t slash = slice_find_char(folder, '/', 0);
    return slash == SLICE_NONE ? folder : slice_sub(folder, 0, slash);
}

/* Rather between the folders of the site than between those in them, rather there than in the middle of one.
 */
static bool is_part_full(const html_data *html, slice folder) {
    size_t size = html->part->written, most = html->writer->options.max_size;
    bool other = !slice_equal(folder, html->part_folder);
    bool other_top = !slice_equal(top_of(folder), top_of(html->part_folder));
    return size > most / 4 * 3 || (other && size > most / 8 * 5) || (other_top && size > most / 2);
}

#define PART_NAME_MAX 60 /* of the folder in it */

/* "report-news-2024.html" for what begins in news/2024/; with a number where another part has that name. */
static slice name_part(html_data *html, slice folder) {
    arena *a = html->writer->memory;
    buffer name = buffer_new(a, 64);
    buffer_append_string(&name, "report");
    for (size_t i = 0; i + 1 < folder.length && i < PART_NAME_MAX; i++) {
        bool plain = is_alnum(folder.data[i]) || folder.data[i] == '_';
        buffer_append_string(&name, i ? "" : "-");
        buffer_append_char(&name, plain ? folder.data[i] : '-');
    }
    slice whole = buffer_slice(&name);
    bool is_new = false;
    for (size_t number = folder.length > 1 ? 1 : html->parts + 1; !is_new; number++) {
        whole = number == 1 && folder.length > 1
                    ? format_slice(a, "%.*s.html", SLICE_ARGS(buffer_slice(&name)))
                    : format_slice(a, "%.*s-%zu.html", SLICE_ARGS(buffer_slice(&name)), number);
        map_put(&html->part_names, slice_lower(whole, a), &is_new);
    }
    return whole;
}

static bool end_part(html_data *html) {
    bool whole = !html->part || report_end(html->part);
    report_free(html->part);
    html->part = NULL;
    return whole;
}

static bool begin_part(html_data *html, slice folder) {
    report_writer *w = html->writer;
    report_options options = w->options;
    report_sink sink;
    html->part_name = name_part(html, folder);
    bool ended = end_part(html);
    options.files = (report_files){NULL, NULL, NULL};
    options.is_part = true;
    if (!ended || !w->options.files.open(w->options.files.context, slice_c_string(html->part_name, w->memory),
                                         true, &sink)) {
        w->broken = true;
        return false;
    }
    html->parts++;
    html->part = report_begin(&options, sink);
    return true;
}

static bool add_to_part(html_data *html, const report_page *page, arena *scratch) {
    slice folder = folder_of(page->path);
    if ((!html->part || is_part_full(html, folder)) && !begin_part(html, folder))
        return false;
    if (!slice_equal(folder, html->part_folder))
        html->part_folder = slice_copy(folder, html->writer->memory);
    html->writer->broken |= !report_add(html->part, page, scratch);
    return !html->writer->broken;
}

/* ---- the report -------------------------------------------------------------------------------------- */

static bool begin_html(report_writer *w) {
    html_data *html = arena_zeroed(w->memory, sizeof *html);
    html->writer = w;
    html->picture_names = interner_new(w->memory, 256);
    html->picture_numbers = vector_new(w->memory, sizeof(size_t));
    html->part_names = map_new(w->memory, 16);
    w->form_data = html;
    if (w->options.files.open &&
        !w->options.files.open(w->options.files.context, REPORT_LIST, false, &w->sink)) {
        w->broken = true;
        return false;
    }
    buffer out = buffer_new(w->memory, 65536);
    html->template_rest = append_template(w, (slice){report_html, report_html_length}, &out);
    return write_out(w, buffer_slice(&out));
}

/* Of many sites: the pages with loss, refused and failed ones; up to a limit, that a browser still opens it.
 */
static bool is_listed(const html_data *html, const report_page *page) {
    bool grave = page->state == REPORT_FAILED || page->state == REPORT_REFUSED ||
                 (page->state != REPORT_ALREADY && page->grade >= GRADE_LOSS);
    return !html->writer->options.merges || (grave && html->pages < MERGED_PAGES_MAX);
}

static bool add_html(report_writer *w, const report_page *page, arena *scratch) {
    html_data *html = w->form_data;
    bool in_parts = w->options.files.open != NULL;
    if (!is_listed(html, page))
        return true;
    if (in_parts && !add_to_part(html, page, scratch))
        return false;
    buffer entry = buffer_new(scratch, 512), content = buffer_new(scratch, 4096);
    report_page_entry(page, &entry, scratch);
    slice packed = {NULL, 0};
    if (!w->options.live && !in_parts) {
        picture_shelf shelf = {find_picture, html};
        append_content(&shelf, page, NULL, &content, scratch);
        packed = deflate_slice(buffer_slice(&content), scratch);
        html->content_bytes += packed.length / 3 * 4 + entry.length;
    }
    buffer out = buffer_new(scratch, packed.length / 3 * 4 + entry.length * 2 + 256);
    buffer_printf(&out, "<script type=\"application/zlib\" id=\"page-%zu\"", ++html->pages);
    if (in_parts)
        buffer_printf(&out, " data-part=\"%.*s\"", SLICE_ARGS(html->part_name));
    buffer_append_string(&out, " data-entry=\"");
    buffer_append_html(&out, buffer_slice(&entry), true);
    buffer_append_string(&out, "\">");
    append_base64(packed, &out);
    buffer_append_string(&out, "</script>\n");
    return write_out(w, buffer_slice(&out));
}

static bool end_html(report_writer *w) {
    html_data *html = w->form_data;
    buffer out = buffer_new(w->memory, 65536);
    append_template(w, html->template_rest, &out);
    if (html->parts == 1) /* what fits into one file needs no list */
        html->part->options.is_part = false;
    bool whole = end_part(html);
    whole &= write_out(w, buffer_slice(&out));
    if (whole && html->parts == 1)
        whole = w->options.files.only(w->options.files.context, slice_c_string(html->part_name, w->memory),
                                      REPORT_LIST);
    w->broken |= !whole;
    return whole;
}

static void free_html(report_writer *w) {
    html_data *html = w->form_data;
    report_free(html->part);
    html->part = NULL;
}

const report_form FORM_HTML = {begin_html, add_html, end_html, NULL, free_html};
