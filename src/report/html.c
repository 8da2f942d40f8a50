/* The HTML report: one file that shows a run to the people who own the pages, and asks nothing of any other
 * machine.
 *
 * html/report.html is the frame, with {{…}} where css, script and data go. Each page is one inert block of
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

typedef struct html_data {
    size_t pages, pictures, picture_bytes;
    interner picture_names;
    vector picture_numbers; /* of size_t: by interned path; 0: not there */
    slice template_rest;
    report_writer *writer;
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

static void append_field(buffer *out, const char *name, slice value) {
    if (!value.length)
        return;
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json(out, value);
}

/* ---- the frame --------------------------------------------------------------------------------------- */

static void append_run(const report_writer *w, buffer *out) {
    buffer json = buffer_new(w->memory, 16384);
    buffer_printf(&json, "{\"dry_run\":%s", w->options.dry_run ? "true" : "false");
    append_field(&json, "site", w->options.site);
    append_field(&json, "version", w->options.version);
    buffer_append_string(&json, ",\"codes\":{");
    for (int code = 0; code < FINDING_COUNT; code++) {
        const finding_info *info = finding_describe((finding_code)code);
        buffer_printf(&json, "%s\n\"%s\":{\"grade\":\"%s\"", code ? "," : "", info->name,
                      grade_name(info->grade));
        append_field(&json, "title", slice_of(info->title));
        append_field(&json, "became", slice_of(info->became));
        append_field(&json, "advice", slice_of(info->advice));
        buffer_append_char(&json, '}');
    }
    buffer_append_string(&json, "}}");
    append_script_json(buffer_slice(&json), out);
}

static void append_placeholder(const report_writer *w, slice name, buffer *out) {
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
}

/* Appends the frame up to the placeholder {{pages}}, or to its end; returns what follows. */
static slice append_frame(const report_writer *w, slice frame, buffer *out) {
    for (size_t at = 0;;) {
        size_t open = slice_find(frame, SLICE("{{"), at);
        buffer_append(out, slice_sub(frame, at, open));
        size_t close = open == SLICE_NONE ? SLICE_NONE : slice_find(frame, SLICE("}}"), open);
        if (close == SLICE_NONE)
            return (slice){NULL, 0};
        slice name = slice_sub(frame, open + 2, close);
        at = close + 2;
        if (slice_equal(name, SLICE("pages")))
            return slice_from(frame, at);
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

static size_t write_picture(html_data *html, slice path, arena *scratch) {
    const report_pictures *source = &html->writer->options.pictures;
    slice bytes;
    if (!source->read || !source->read(source->context, path, &bytes))
        return 0;
    const char *type = picture_type(bytes);
    if (!type || html->picture_bytes + bytes.length > PICTURES_MAX)
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
 * {"path","site"?,"state","grade","message"?,"removed","added","codes":{CODE:N…}?,"assets":[N…]}.
 */
static void append_entry(const report_page *page, buffer *out, arena *scratch) {
    line_counts lines = count_changed_lines(page, scratch);
    buffer_printf(out, "{\"state\":\"%s\",\"grade\":\"%s\",\"removed\":%zu,\"added\":%zu",
                  report_state_name(page->state), grade_name(page->grade), lines.removed, lines.added);
    append_json_path(page, out);
    append_field(out, "site", page->site);
    append_field(out, "message", page->message);
    const char *separator = ",\"codes\":{";
    for (int code = 0; page->findings && code < FINDING_COUNT; code++) {
        if (!page->findings->counts[code])
            continue;
        buffer_printf(out, "%s\"%s\":%u", separator, finding_describe((finding_code)code)->name,
                      page->findings->counts[code]);
        separator = ",";
    }
    buffer_append_string(out, separator[1] ? "" : "}");
    size_t assets[REPORT_ASSET_STATE_COUNT] = {0};
    for (size_t i = 0; i < page->asset_count; i++)
        assets[page->assets[i].state]++;
    buffer_append_string(out, ",\"assets\":[");
    for (int state = 0; state < REPORT_ASSET_STATE_COUNT; state++)
        buffer_printf(out, "%s%zu", state ? "," : "", assets[state]);
    buffer_append_string(out, "]}");
}

static void append_findings(const findings *found, buffer *out) {
    buffer_append_string(out, ",\"findings\":[");
    for (size_t i = 0; found && i < found->items.count; i++) {
        const finding *one = vector_at(&found->items, i);
        buffer_printf(out, "%s{\"code\":\"%s\",\"line\":%u,\"column\":%u", i ? "," : "",
                      finding_describe(one->code)->name, one->line, one->column);
        append_field(out, "detail", one->detail);
        append_field(out, "became", one->became);
        append_field(out, "before", one->before);
        append_field(out, "after", one->after);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void append_assets(const report_page *page, buffer *out) {
    buffer_append_string(out, ",\"assets\":[");
    for (size_t i = 0; i < page->asset_count; i++) {
        buffer_printf(out, "%s{\"state\":\"%s\"", i ? "," : "",
                      report_asset_state_name(page->assets[i].state));
        append_field(out, "url", page->assets[i].url);
        append_field(out, "path", page->assets[i].path);
        buffer_append_char(out, '}');
    }
    buffer_append_char(out, ']');
}

static void append_content(html_data *html, const report_page *page, buffer *out, arena *scratch) {
    buffer before = buffer_new(scratch, page->before_html.length * 2 + 64);
    buffer after = buffer_new(scratch, page->after_html.length * 2 + 64);
    buffer patch = buffer_new(scratch, page->before.length + page->after.length + 64);
    picture_shelf shelf = {find_picture, html};
    render_page(page, &shelf, &before, &after, scratch);
    if (page->state == REPORT_CHANGED)
        report_unified_diff(page->path, page->before, page->after, false, &patch, scratch);
    buffer_append_string(out, "{\"version\":1");
    append_field(out, "before", buffer_slice(&before));
    append_field(out, "after", buffer_slice(&after));
    append_field(out, "patch", buffer_slice(&patch));
    append_findings(page->findings, out);
    append_assets(page, out);
    buffer_append_char(out, '}');
}

static bool begin_html(report_writer *w) {
    html_data *html = arena_zeroed(w->memory, sizeof *html);
    html->writer = w;
    html->picture_names = interner_new(w->memory, 256);
    html->picture_numbers = vector_new(w->memory, sizeof(size_t));
    w->form_data = html;
    buffer out = buffer_new(w->memory, 65536);
    html->template_rest = append_frame(w, (slice){report_html, report_html_length}, &out);
    return write_out(w, buffer_slice(&out));
}

static bool add_html(report_writer *w, const report_page *page, arena *scratch) {
    html_data *html = w->form_data;
    buffer entry = buffer_new(scratch, 512), content = buffer_new(scratch, 4096);
    append_entry(page, &entry, scratch);
    append_content(html, page, &content, scratch);
    slice packed = deflate_slice(buffer_slice(&content), scratch);
    buffer out = buffer_new(scratch, packed.length / 3 * 4 + entry.length * 2 + 256);
    buffer_printf(&out, "<script type=\"application/zlib\" id=\"page-%zu\" data-entry=\"", ++html->pages);
    buffer_append_html(&out, buffer_slice(&entry), true);
    buffer_append_string(&out, "\">");
    append_base64(packed, &out);
    buffer_append_string(&out, "</script>\n");
    return write_out(w, buffer_slice(&out));
}

static bool end_html(report_writer *w) {
    html_data *html = w->form_data;
    buffer out = buffer_new(w->memory, 65536);
    append_frame(w, html->template_rest, &out);
    return write_out(w, buffer_slice(&out));
}

const report_form FORM_HTML = {begin_html, add_html, end_html};
