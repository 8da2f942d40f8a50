/* made_up FORMAT [COUNT [CHANGED [DIR SIZE]]]: a report of made-up pages on standard output, or in parts of
 * SIZE bytes in DIR, for the tests of report/:
 * one page of each kind, a hostile one, and, with COUNT, so many ordinary ones in twelve folders. `made_up
 * hostile`: the body of the hostile one. */
#include "report/report.h"

#include <stdio.h>
#include <stdlib.h>

static bool write_file(void *file, const char *bytes, size_t length) {
    return fwrite(bytes, 1, length, file) == length;
}

typedef struct folder {
    const char *path;
    FILE *files[2]; /* the list of all pages, a part */
} folder;

static bool open_in_folder(void *context, const char *name, bool is_part, report_sink *sink) {
    folder *f = context;
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    if (f->files[is_part])
        fclose(f->files[is_part]);
    f->files[is_part] = fopen(path, "wb");
    *sink = (report_sink){write_file, f->files[is_part]};
    return f->files[is_part] != NULL;
}

static bool keep_one(void *context, const char *part, const char *list) {
    folder *f = context;
    char from[4096], to[4096];
    snprintf(from, sizeof from, "%s/%s", f->path, part);
    snprintf(to, sizeof to, "%s/%s", f->path, list);
    return rename(from, to) == 0;
}

/* A red square of one pixel. */
static const unsigned char PNG[] = {
    0x89, 'P',  'N',  'G', '\r', '\n', 0x1a, '\n', 0,    0,    0,    13,   'I',  'H',  'D',  'R', 0, 0,
    0,    1,    0,    0,   0,    1,    8,    2,    0,    0,    0,    0x90, 0x77, 0x53, 0xde, 0,   0, 0,
    12,   'I',  'D',  'A', 'T',  0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0,    0,    3,    1,    1,   0, 0x18,
    0xdd, 0x8d, 0xb0, 0,   0,    0,    0,    'I',  'E',  'N',  'D',  0xae, 0x42, 0x60, 0x82};

static bool read_picture(void *context, slice path, slice *bytes) {
    (void)context;
    *bytes = (slice){(const char *)PNG, sizeof PNG};
    return slice_equal(path, SLICE("/images/town hall.png"));
}

static const char OLD_ABOUT[] =
    "---\ntitle: About\n---\nThe **town hall** opens at 9 am.\n\n"
    "![Town hall](/images/town%20hall.png)\n\n<p style=\"text-align: right\">Ask at the desk</p>\n\n"
    "* one\n* two\n\n[Forms](/forms/)\n\n## Getting here\n\nTake the number 12 bus.\n";
static const char NEW_ABOUT[] =
    "---\ntitle: About\nvariant: tiptap\n---\n<p>The <strong>town hall</strong> opens at 9 am.</p>\n"
    "<div class=\"isomer-image-wrapper\">\n<img alt=\"Town hall\" src=\"/images/town "
    "hall.png\">\n</div>\n<p>Ask at the desk</p>\n"
    "<ul>\n<li>\n<p>one</p>\n</li>\n<li>\n<p>two</p>\n</li>\n</ul>\n<p><a "
    "href=\"/services/forms/\">Forms</a>\n</p>\n"
    "<h2>Getting here</h2>\n<p>Take bus number 12.</p>\n";
static const char OLD_ABOUT_HTML[] =
    "<p>The <strong>town hall</strong> opens at 9 am.</p>\n<p><img src=\"/images/town%20hall.png\" "
    "alt=\"Town hall\"></p>\n"
    "<p style=\"text-align: right\">Ask at the desk</p>\n<ul><li>one</li><li>two</li></ul>\n<p><a "
    "href=\"/forms/\">Forms</a></p>\n"
    "<h3>Getting here</h3>\n<p>Take the number 12 bus.</p>";

/* What a page could try: it must neither run, nor ask the network, nor leave its frame. */
static const char HOSTILE[] =
    "<script>top.hacked = 1</script><script src=\"https://hostile.invalid/x.js\"></script>\n"
    "<img src=x onerror=\"top.hacked = 1\"><img src=\"https://hostile.invalid/pixel.png\" alt=\"Remote\">"
    "<img src=\"//hostile.invalid/bare.png\"><img srcset=\"https://hostile.invalid/set.png 1x\">\n"
    "<iframe src=\"https://hostile.invalid/frame\"></iframe><iframe "
    "srcdoc=\"<script>top.hacked=1</script>\"></iframe>\n"
    "<svg><script>top.hacked = 1</script><image href=\"https://hostile.invalid/s.png\"/></svg>\n"
    "<style>body { background: url(https://hostile.invalid/bg.png) } @import "
    "'https://hostile.invalid/i.css';</style>\n"
    "<link rel=stylesheet href=\"https://hostile.invalid/l.css\"><link rel=preconnect "
    "href=\"https://hostile.invalid\">\n"
    "<meta http-equiv=refresh content=\"0;url=https://hostile.invalid/\"><base "
    "href=\"https://hostile.invalid/\">\n"
    "<a href=\"javascript:top.hacked=1\" onclick=\"top.hacked=1\">click</a> <form "
    "action=\"https://hostile.invalid/\"><input "
    "name=q><button>Send</button></form>\n"
    "<object data=\"https://hostile.invalid/o\"></object><embed src=\"https://hostile.invalid/e\"><video "
    "src=\"https://hostile.invalid/v\" autoplay></video>\n"
    "<style>p { background: image-set('https://hostile.invalid/set-of-page.png' 1x) }</style>"
    "<p style=\"background:url('https://hostile.invalid/p.png')\">styled</p><math><mtext></form><style><img "
    "src=x "
    "onerror=top.hacked=1></style></math>\n"
    "<p>&lt;/script&gt;&lt;script&gt;top.hacked=1&lt;/script&gt; <!-- </script><script>top.hacked=1</script> "
    "--></p>"
    "<textarea></textarea><script>top.hacked=1</script></textarea><p id=end>The end {{script}}</p>";

/* What the site is shown with: the theme, and a sheet that tries what a page could. */
static const char *const SHEETS[] = {
    "body{margin:0;font-size:16px}.content p{font-size:20px;margin:32px 0}.content img{width:100%}",
    "@import 'https://hostile.invalid/sheet.css';@font-face{font-family:x;src:url(https://hostile.invalid/f)}"
    ".content p{color:rgb(1, 2, 3);background:image-set('https://hostile.invalid/set.png' 1x);"
    "cursor:url(https://hostile.invalid/c),auto}.content::after{content:image('https://hostile.invalid/i')}"
    "</style><script>top.hacked=1</script>"};

static report_look make_look(vector *sheets, arena *a) {
    *sheets = vector_new(a, sizeof(slice));
    for (size_t i = 0; i < sizeof SHEETS / sizeof *SHEETS; i++)
        *(slice *)vector_push(sheets) = slice_of(SHEETS[i]);
    return (report_look){.sheets = sheets,
                         .around = SLICE("html > body > main.page > div.content\" onload=top.hacked=1"),
                         .accent = SLICE("red}p{color:blue"),
                         .column = 803,
                         .phone_column = 342,
                         .window = 1280,
                         .phone_window = 390};
}

typedef struct session {
    report_writer *writer;
    arena *scratch;
    int changed; /* the ordinary page whose text is another one */
} session;

/* As site_content_key: 32 hexadecimal digits for each of both. */
static slice content_key(const report_page *page, arena *a) {
    unsigned long long before = slice_hash(page->before), after = slice_hash(page->after);
    return format_slice(a, "%016llx%016llx.%016llx%016llx", before, before, after, after);
}

static void add(session *s, report_page *page, findings *found) {
    page->findings = found;
    page->content = page->before.length ? content_key(page, s->scratch) : (slice){NULL, 0};
    if (!report_add(s->writer, page, s->scratch))
        exit(4);
    arena_reset(s->scratch);
}

static void add_about(session *s) {
    findings found = findings_new(s->scratch);
    finding *one = findings_add(&found, FINDING_HTML_NESTING, 8, "p style=\"text-align: right\"");
    one->column = 4;
    one = findings_add(&found, FINDING_HTML_NESTING, 17, "a word");
    one->became = SLICE("it was put right");
    one->before = SLICE("the number 12 bus");
    one->after = SLICE("bus number 12");
    report_asset assets[] = {
        {SLICE("https://cdn.invalid/town hall.png"), SLICE("images/town hall.png"), REPORT_ASSET_PRESENT},
        {SLICE("https://cdn.invalid/map.pdf"), SLICE("files/map.pdf"), REPORT_ASSET_TO_FETCH}};
    line_map lines = line_map_new(s->scratch);
    static const char *const STARTS[] = {"<p>The", "<p><img", "<p style", "<ul>", "<p><a", "<h3>", "<p>Take"};
    static const uint32_t NUMBERS[] = {4, 6, 8, 10, 13, 15, 17};
    for (int i = 0; i < 7; i++)
        line_map_add(&lines, (size_t)(strstr(OLD_ABOUT_HTML, STARTS[i]) - OLD_ABOUT_HTML), NUMBERS[i]);
    add(s,
        &(report_page){.path = SLICE("pages/about us.md"),
                       .before = slice_of(OLD_ABOUT),
                       .after = slice_of(NEW_ABOUT),
                       .grade = GRADE_REVIEW,
                       .state = REPORT_CHANGED,
                       .assets = assets,
                       .asset_count = 2,
                       .before_html = slice_of(OLD_ABOUT_HTML),
                       .before_lines = &lines,
                       .after_html = slice_of(strstr(NEW_ABOUT, "<p>"))},
        &found);
}

static void add_special(session *s) {
    findings none = findings_new(s->scratch);
    add(s, &(report_page){.path = SLICE("pages/new.md"), .state = REPORT_ALREADY}, &none);
    none = findings_new(s->scratch);
    add(s,
        &(report_page){.path = SLICE("pages/edited.md"),
                       .state = REPORT_KEPT,
                       .message = SLICE("edited since the last run")},
        &none);
    none = findings_new(s->scratch);
    add(s,
        &(report_page){.path = SLICE("pages/b\xff\n\"d.md"),
                       .state = REPORT_FAILED,
                       .message = SLICE("cannot be read: permission denied")},
        &none);
    none = findings_new(s->scratch);
    add(s,
        &(report_page){.path = SLICE("pages/plain.md"),
                       .before = SLICE("---\r\n---\r\nText\r\n"),
                       .after = SLICE("---\nvariant: tiptap\n---\n<p>Text</p>"),
                       .state = REPORT_CHANGED,
                       .before_html = SLICE("<p>Text</p>"),
                       .after_html = SLICE("<p>Text</p>")},
        &none);
    findings hostile = findings_new(s->scratch);
    findings_add(&hostile, FINDING_HTML_NESTING, 1,
                 "<script>top.hacked = 1</script>\"'><img src=x onerror=top.hacked=1>");
    add(s,
        &(report_page){.path = SLICE("pages/</script><img src=x onerror=top.hacked=1>.md"),
                       .before = slice_of(HOSTILE),
                       .after = slice_of(HOSTILE),
                       .grade = GRADE_REVIEW,
                       .state = REPORT_CHANGED,
                       .before_html = slice_of(HOSTILE),
                       .after_html = slice_of(HOSTILE)},
        &hostile);
}

static void add_many(session *s, int count) {
    for (int i = 0; i < count; i++) {
        findings found = findings_new(s->scratch);
        for (int k = 0; k < i % 5; k++)
            findings_add(&found, FINDING_HTML_NESTING, (uint32_t)(4 + k), "number %d", k);
        buffer before = buffer_new(s->scratch, 8192), after = buffer_new(s->scratch, 8192);
        buffer_append_string(&before, "---\ntitle: Page\n---\n");
        buffer_append_string(&after, "---\ntitle: Page\nvariant: tiptap\n---\n");
        if (i == s->changed)
            buffer_append_string(&before, "This one was changed.\n\n");
        size_t before_body = before.length, after_body = after.length;
        for (int line = 0; line < 40; line++) {
            buffer_printf(&before, "Paragraph %d of page %d says much about little, as such pages do.\n\n",
                          line, i);
            buffer_printf(&after,
                          "<p>Paragraph %d of page %d says much about little, as such pages do.</p>\n", line,
                          i);
        }
        slice body = slice_from(buffer_slice(&after), after_body);
        (void)before_body;
        slice path = format_slice(s->scratch, "folder-%d/sub-%d/page-%d.md", i % 12, i % 3, i);
        add(s,
            &(report_page){.path = path,
                           .before = buffer_slice(&before),
                           .after = buffer_slice(&after),
                           .grade = findings_grade(&found),
                           .state = REPORT_CHANGED,
                           .title = format_slice(s->scratch, "Number %d & others", i),
                           .address = format_slice(s->scratch, "https://www.town.example/page-%d/", i),
                           .before_html = body,
                           .after_html = body},
            &found);
    }
}

int main(int argc, char **argv) {
    report_options options = {.dry_run = true,
                              .site = SLICE("www.town.example"),
                              .version = SLICE("0.0.0"),
                              .pictures = {read_picture, NULL}};
    if (argc > 1 && strcmp(argv[1], "hostile") == 0)
        return puts(HOSTILE) < 0 ? 4 : 0;
    options.format = argc > 1 ? report_format_by_name(slice_of(argv[1])) : REPORT_FORMAT_COUNT;
    if (options.format == REPORT_FORMAT_COUNT)
        return 2;
    arena *scratch = arena_new(0), *memory = arena_new(0);
    vector sheets;
    options.look = make_look(&sheets, memory);
    folder in = {argc > 4 ? argv[4] : NULL, {NULL, NULL}};
    if (argc > 5) {
        options.files = (report_files){open_in_folder, keep_one, &in};
        options.max_size = (size_t)atol(argv[5]);
    }
    session s = {report_begin(&options, (report_sink){write_file, stdout}), scratch,
                 argc > 3 ? atoi(argv[3]) : -1};
    add_about(&s);
    add_special(&s);
    add_many(&s, argc > 2 ? atoi(argv[2]) : 0);
    report_skip skip = {.path = SLICE("_old/"), .why = SLICE("drafts are not published"), .is_page = true};
    skip.files = 3, skip.pages = 2;
    report_add_skip(s.writer, &skip, s.scratch);
    bool done = report_end(s.writer);
    report_free(s.writer);
    for (int i = 0; i < 2; i++)
        if (in.files[i] && fclose(in.files[i]) != 0)
            done = false;
    arena_destroy(scratch);
    arena_destroy(memory);
    return done ? 0 : 4;
}
