/* `isomerize debug STAGE [ARGUMENT…] FILE`: one stage by itself, for golden cases and for looking.
 *
 * Each stage prints its result on stdout, then its findings, one a line: `line: code: detail`.
 */
#include "assets/assets.h"
#include "cli.h"
#include "convert/convert.h"
#include "dom/dom.h"
#include "express/express.h"
#include "legacy/legacy.h"
#include "liquid/liquid.h"
#include "mapping/mapping.h"
#include "page/page.h"
#include "repair/repair.h"
#include "save/save.h"
#include "tiptap/tiptap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What a stage gets: the bytes of FILE, and the arguments before it. It appends its result to `out`. */
typedef struct debug_input {
    slice bytes;
    int argc;
    char **argv;
    arena *arena;
    findings *found;
} debug_input;

/* The body of a page as the site generator takes it: /\A\uFEFF?(---\s*\n.*?\n?)^((---|\.\.\.)\s*$\n?)/m is
 * cut off. */
static slice skip_front_matter(slice page, uint32_t *line) {
    slice text = slice_starts_with(page, SLICE("\xEF\xBB\xBF")) ? slice_from(page, 3) : page;
    size_t at = 3, last = 0;
    *line = 1;
    while (at < text.length && is_space(text.data[at]))
        last = text.data[at++] == '\n' ? at : last;
    if (!slice_starts_with(text, SLICE("---")) || last == 0)
        return page;
    /* Blank lines in front of the first value belong to the opening: the search starts behind the first one.
     */
    for (at = slice_find_char(text, '\n', 0); at != SLICE_NONE; at = slice_find_char(text, '\n', at)) {
        slice rest = slice_from(text, ++at);
        size_t end = at + 3;
        if (!slice_starts_with(rest, SLICE("---")) && !slice_starts_with(rest, SLICE("...")))
            continue;
        for (last = SLICE_NONE; end < text.length && is_space(text.data[end]); end++)
            last = text.data[end] == '\n' ? end + 1 : last;
        if (end == text.length)
            last = end;
        if (last == SLICE_NONE)
            continue;
        for (size_t i = 0; i < last; i++)
            *line += text.data[i] == '\n';
        return slice_from(text, last);
    }
    return page;
}

/* debug legacy [--html] [OPTION=VALUE...] FILE: a page's HTML; --html: without findings; options of kramdown.
 */
static void debug_legacy(const debug_input *in, buffer *out) {
    uint32_t line;
    slice body = skip_front_matter(in->bytes, &line);
    legacy_option *items = arena_alloc(in->arena, ((size_t)in->argc + 1) * sizeof *items);
    legacy_options options = {.items = items};
    for (int i = 0; i < in->argc; i++) {
        slice argument = slice_of(in->argv[i]);
        size_t equals = slice_find_char(argument, '=', 0);
        if (equals != SLICE_NONE)
            items[options.count++] =
                (legacy_option){slice_sub(argument, 0, equals), slice_from(argument, equals + 1)};
    }
    buffer_append(out, legacy_to_html(body, line, &options, in->arena, in->found).html);
    if (in->argc > 0 && strcmp(in->argv[0], "--html") == 0)
        *in->found = findings_new(in->arena);
}

static int compare_variables(const void *one, const void *other) {
    return slice_compare(((const liquid_variable *)one)->name, ((const liquid_variable *)other)->name);
}

/* NAME=VALUE: `site.url` and `site.baseurl` are the site's address too. */
static void add_variable(liquid_scope *scope, liquid_variable *site, liquid_variable *page, slice argument) {
    size_t equals = slice_find_char(argument, '=', 0);
    slice name = slice_sub(argument, 0, equals), value = slice_from(argument, equals + 1);
    liquid_variable variable = {name, liquid_string(value)};
    if (slice_equal(name, SLICE("site.url")))
        scope->url = value;
    if (slice_equal(name, SLICE("site.baseurl")))
        scope->baseurl = value;
    if (slice_starts_with(name, SLICE("page.")))
        page[scope->page_count++] = variable;
    else
        site[scope->site_count++] = variable;
}

static void run_one_template(slice text, const liquid_scope *scope, bool restored, arena *a, findings *found,
                             buffer *out) {
    liquid_page page = liquid_run(text, 1, scope, a, found);
    if (restored && page.is_refused) {
        const finding *last = findings_at(found, found->items.count - 1);
        buffer_printf(out, "\x01%s", finding_describe(last->code)->name);
        return;
    }
    buffer_append(out, restored ? liquid_restore_shielded(&page, page.text, a) : page.text);
}

/* debug liquid [NAME=VALUE...] FILE: the text for the Markdown parser, with each tag that is carried as
 * U+100000 and the characters behind it. --batch: templates with a NUL behind each; for each, the text with
 * its tags put back and a NUL. */
static void debug_liquid(const debug_input *in, buffer *out) {
    size_t count = (size_t)in->argc + 1;
    liquid_variable *site = arena_alloc(in->arena, count * sizeof *site),
                    *page = arena_alloc(in->arena, count * sizeof *page);
    liquid_scope scope = {.site = site, .page = page};
    bool batch = false;
    for (int i = 0; i < in->argc; i++)
        if (strchr(in->argv[i], '='))
            add_variable(&scope, site, page, slice_of(in->argv[i]));
        else
            batch = batch || strcmp(in->argv[i], "--batch") == 0;
    qsort(site, scope.site_count, sizeof *site, compare_variables);
    qsort(page, scope.page_count, sizeof *page, compare_variables);
    if (!batch) {
        run_one_template(in->bytes, &scope, false, in->arena, in->found, out);
        return;
    }
    arena *own = arena_new(0);
    for (size_t at = 0, end; (end = slice_find_char(in->bytes, '\0', at)) != SLICE_NONE; at = end + 1) {
        findings ignored = findings_new(own);
        run_one_template(slice_sub(in->bytes, at, end), &scope, true, own, &ignored, out);
        buffer_append_char(out, '\0');
        arena_reset(own);
    }
    arena_destroy(own);
}

/* debug dom [--browse] FILE: the tree that is built of HTML; --browse: as browsers show it. */
static void debug_dom(const debug_input *in, buffer *out) {
    dom_node *body = dom_parse(in->bytes, NULL, in->arena, in->found);
    if (in->argc > 0 && strcmp(in->argv[0], "--browse") == 0)
        dom_browse(body, in->arena, in->found);
    dom_inner_html(body, out);
}

/* What an @import names, in the folder that the program runs in. */
static bool load_beside(void *context, slice from, slice url, slice *name, slice *text) {
    static const char *const NAMES[] = {"%.*s%.*s", "%.*s%.*s.scss", "%.*s_%.*s.scss"};
    size_t folder = url.length;
    while (folder > 0 && url.data[folder - 1] != '/')
        folder--;
    (void)from;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        *name = format_slice(context, NAMES[i], SLICE_ARGS(slice_sub(url, 0, folder)),
                             SLICE_ARGS(slice_from(url, folder)));
        if (read_file(slice_c_string(*name, context), context, text))
            return true;
    }
    return false;
}

static void print_style(css_cascade *c, const dom_node *node, css_pseudo pseudo, buffer *out) {
    static const char *const PSEUDO[] = {"", "::before", "::after", "::marker"};
    buffer_printf(out, "%u: %.*s%s {", node->line, SLICE_ARGS(dom_name(node)), PSEUDO[pseudo]);
    for (unsigned p = 0; p < CSS_PROPERTY_COUNT; p++) {
        const css_declaration *d = css_winner(c, node, pseudo, (css_property)p);
        css_place place = d ? css_place_of(d) : (css_place){CSS_ORIGIN_AGENT, {NULL, 0}, 0};
        slice value = css_computed_pseudo(c, node, pseudo, (css_property)p);
        if (place.origin != CSS_ORIGIN_AGENT)
            buffer_printf(out, " %.*s: %.*s; /* %.*s:%u */", SLICE_ARGS(css_property_name((css_property)p)),
                          SLICE_ARGS(value), SLICE_ARGS(place.file), place.line ? place.line : node->line);
    }
    buffer_append(out, SLICE(" }\n"));
}

/* debug css [SHEET...] FILE: what the sheets of the site and the page's own say of each element of an HTML
 * page, and what was not understood. */
static void debug_css(const debug_input *in, buffer *out) {
    css_sheets *sheets = css_sheets_new(in->arena, 0, 0);
    css_loader loader = {load_beside, in->arena};
    for (int i = 0; i < in->argc; i++) {
        slice text;
        if (read_file(in->argv[i], in->arena, &text))
            css_sheets_add(sheets, CSS_ORIGIN_SITE, slice_of(in->argv[i]), text, &loader);
    }
    line_map lines = line_map_new(in->arena);
    uint32_t line = 1;
    line_map_add(&lines, 0, line);
    for (size_t i = 0; i < in->bytes.length; i++)
        if (in->bytes.data[i] == '\n')
            line_map_add(&lines, i + 1, ++line);
    dom_node *body = dom_parse(in->bytes, &lines, in->arena, in->found);
    css_cascade *c = css_cascade_new(sheets, body, in->arena);
    css_cascade_settle(c);
    for (const dom_node *node = dom_next(body, body); node; node = dom_next(node, body))
        for (unsigned p = 0; p < CSS_PSEUDO_COUNT && node->type == DOM_ELEMENT && node->tag != DOM_TAG_STYLE;
             p++)
            if (p == CSS_PSEUDO_NONE || css_has_pseudo(c, node, (css_pseudo)p))
                print_style(c, node, (css_pseudo)p, out);
    for (size_t i = 0; i < css_sheets_problem_count(sheets); i++) {
        const css_problem *p = css_sheets_problem_at(sheets, i);
        buffer_printf(out, "%.*s:%u: %s: %.*s\n", SLICE_ARGS(p->file), p->line, p->message,
                      SLICE_ARGS(p->what));
    }
}

static void debug_repair(const debug_input *in, buffer *out) {
    repair_options options = {{false}};
    for (int i = 0; i < in->argc; i++) {
        finding_code code = finding_by_name(slice_of(in->argv[i]));
        if (code < FINDING_COUNT)
            options.off[code] = true;
        else if (strcmp(in->argv[i], "--no-repair") == 0)
            repair_turn_off(&options);
    }
    buffer_append(out, repair_text(in->bytes, &options, in->arena, in->found));
}

/* The lines of the input: an address; "link " before it says that it stands in a link. */
static bool rewrite_line(const debug_input *in, const asset_rules *rules, size_t *from,
                         asset_reference *out) {
    size_t end = slice_find_char(in->bytes, '\n', *from);
    slice line = slice_sub(in->bytes, *from, end);
    *from = end == SLICE_NONE ? in->bytes.length : end + 1;
    bool link = slice_starts_with(line, SLICE("link "));
    return asset_rewrite_url(rules, slice_from(line, link ? 5 : 0), link ? ASSET_LINK : ASSET_PICTURE,
                             in->arena, out);
}

/* debug assets [URL [BASEURL [RULE...]]] FILE: one address a line, all of one site → what a page is to hold,
 * and what is fetched. The site's own address and the rules to turn on come first. */
static void debug_assets(const debug_input *in, buffer *out) {
    slice on[16], error, shipped = asset_rules_shipped();
    asset_settings settings = {.on = on};
    for (int i = 0; i < in->argc && i < 18; i++)
        *(i == 0   ? &settings.url
          : i == 1 ? &settings.baseurl
                   : &on[settings.on_count++]) = slice_of(in->argv[i]);
    asset_rules *rules = asset_rules_load(&shipped, 1, &settings, in->arena, &error);
    if (!rules) {
        buffer_append(out, error);
        return;
    }
    asset_book *book = asset_book_create(in->arena);
    asset_reference reference;
    for (size_t from = 0; from < in->bytes.length;)
        if (rewrite_line(in, rules, &from, &reference))
            asset_book_add(book, &reference);
    asset_book_settle(book, rules);
    asset_rules_use_book(rules, book);
    for (size_t from = 0; from < in->bytes.length;)
        if (rewrite_line(in, rules, &from, &reference)) {
            buffer_append(out, reference.url);
            buffer_append(out, SLICE(" <- "));
            buffer_append(out, reference.remote);
            buffer_append_char(out, '\n');
        } else {
            buffer_append(out, SLICE("as it is\n"));
        }
}

/* Writes a page's front matter as the CMS would; an error as `line:column: message`. */
static bool write_front(slice text, arena *a, findings *found, buffer *out) {
    page_parts parts = page_split(text);
    front_value root;
    page_error error;
    if (page_read_front(parts.front, parts.front_line, a, found, &root, &error)) {
        page_front_set(&root, SLICE("variant"), SLICE("tiptap"), a);
        if (page_write_front(&root, a, found, out, &error))
            return true;
    }
    buffer_printf(out, "%u:%u: %.*s\n", error.line, error.column, SLICE_ARGS(error.message));
    return false;
}

/* --batch: pages with a NUL behind each; for each, W, M (with findings) or R (refused), the result, a NUL. */
static void debug_page(const debug_input *in, buffer *out) {
    if (in->argc == 0) {
        write_front(in->bytes, in->arena, in->found, out);
        return;
    }
    arena *own = arena_new(0);
    for (size_t at = 0, end; (end = slice_find_char(in->bytes, '\0', at)) != SLICE_NONE; at = end + 1) {
        findings found = findings_new(own);
        buffer page = buffer_new(own, 1024);
        bool written = write_front(slice_sub(in->bytes, at, end), own, &found, &page);
        buffer_append_char(out, !written ? 'R' : findings_grade(&found) > GRADE_CLEAN ? 'M' : 'W');
        buffer_append(out, buffer_slice(&page));
        buffer_append_char(out, '\0');
        arena_reset(own);
    }
    arena_destroy(own);
}

static void debug_tiptap(const debug_input *in, buffer *out) {
    tiptap_node *document = tiptap_parse(dom_parse(in->bytes, NULL, in->arena, in->found), in->arena, NULL);
    tiptap_complete(document, in->arena);
    tiptap_write_json(document, out);
}

static void print_shape(const mapping_shape *s, buffer *out) {
    static const char *const STATES[] = {"unclaimed", "claimed", "part"};
    buffer_printf(out, "%u: %.*s %.*s: %s %.*s %.*s %.*s\n", s->line, SLICE_ARGS(s->shape),
                  SLICE_ARGS(s->element), STATES[s->state], SLICE_ARGS(s->rule), SLICE_ARGS(s->block),
                  SLICE_ARGS(s->state == MAPPING_UNCLAIMED && !s->misses.count ? s->reason : s->parts));
    for (size_t i = 0; i < s->misses.count; i++) {
        const mapping_miss *miss = vector_at(&s->misses, i);
        buffer_printf(out, "    not %.*s: %.*s\n", SLICE_ARGS(miss->rule), SLICE_ARGS(miss->condition));
    }
}

/* --account: what the rules made of each shape, instead of the rewritten HTML. */
static void debug_mapping(const debug_input *in, buffer *out) {
    size_t count;
    const mapping_source *shipped = mapping_shipped(&count);
    mapping_set *set = mapping_load(shipped, count, in->arena);
    mapping_account account = mapping_account_new(in->arena);
    dom_node *body = dom_parse(in->bytes, NULL, in->arena, in->found);
    mapping_apply(set, body, NULL, in->arena, in->found, &account);
    bool only_account = in->argc > 0 && strcmp(in->argv[0], "--account") == 0;
    for (size_t i = 0; only_account && i < account.shapes.count; i++)
        print_shape(vector_at(&account.shapes, i), out);
    if (!only_account)
        dom_inner_html(body, out);
}

/* The size of a file that is named after it: "/a/640x480.png". */
static bool size_in_name(void *context, slice url, uint32_t *width, uint32_t *height) {
    uint32_t *numbers[] = {width, height};
    size_t at = url.length, which = 0;
    (void)context;
    while (at && url.data[at - 1] != '/')
        at--;
    for (*width = *height = 0; at < url.length && which < 2; at++)
        if (is_digit(url.data[at]) && *numbers[which] < 100000)
            *numbers[which] = *numbers[which] * 10 + (uint32_t)(url.data[at] - '0');
        else
            which++;
    return *width && *height;
}

static const layout *lay_out(dom_node *body, css_cascade *cascade, double column, arena *a) {
    layout_options options = {.column = column, .picture_size = size_in_name};
    return layout_page(cascade, body, &options, a);
}

/* HTML with its own style sheets → the pictures and frames as they were seen in the two windows, and the new
 * page. */
static void debug_layout(const debug_input *in, buffer *out) {
    static const express_theme THEME = {
        .column = 803, .phone_column = 342, .window = 1280, .phone_window = 390, .stacks_below = 600};
    dom_node *body = dom_parse(in->bytes, NULL, in->arena, in->found);
    css_sheets *sheets = css_sheets_new(in->arena, THEME.window, THEME.phone_window);
    css_cascade *styles = css_cascade_new(sheets, body, in->arena);
    css_cascade_settle(styles);
    express_follow_display(body, styles, in->arena, in->found);
    express_seen seen = {
        .theme = &THEME, .cascade = styles, .desk = lay_out(body, styles, THEME.column, in->arena)};
    css_cascade *phone = css_cascade_new_of_other(styles, css_sheets_of_other(sheets, in->arena));
    seen.phone = lay_out(body, phone, THEME.phone_column, in->arena);
    css_cascade_end_other(phone);
    for (const dom_node *at = body; at; at = dom_next(at, body)) {
        const layout_box *desk = layout_box_of(seen.desk, at), *small = layout_box_of(seen.phone, at);
        if ((at->tag == DOM_TAG_IMG || at->tag == DOM_TAG_IFRAME) && desk && small)
            buffer_printf(out, "%.*s at %.0f: %.0f x %.0f, on a phone %.0f x %.0f\n",
                          SLICE_ARGS(dom_name(at)), desk->x, desk->width, desk->height, small->width,
                          small->height);
    }
    express_survey *survey = express_survey_page(body, styles, in->arena, in->found);
    express_mark_beside(body, &seen, in->arena);
    express_put_beside(body, &seen, in->arena, in->found);
    dom_inner_html(express_page(body, survey, &seen, in->arena, in->found), out);
    *in->found = findings_new(in->arena);
}

static const express_icons *shipped_icons(arena *a) {
    convert_settings settings = convert_settings_default();
    slice error;
    convert_engine *engine = convert_engine_new(&settings, a, &error);
    return engine ? convert_engine_icons(engine) : NULL;
}

/* HTML → what the schema holds, one block a line. Pictures and frames keep their own sizes: how the page was
 * seen hangs on the theme. */
static void debug_express(const debug_input *in, buffer *out) {
    static const slice HOSTS[] = {LITERAL("youtube.com"), LITERAL("vimeo.com")};
    express_theme theme = {.frame_hosts = HOSTS, .frame_host_count = 2};
    express_seen seen = {.theme = &theme};
    dom_node *body = dom_parse(in->bytes, NULL, in->arena, in->found);
    css_cascade *styles = css_cascade_new(css_sheets_new(in->arena, 1280, 0), body, in->arena);
    css_cascade_settle(styles);
    express_part_words(body, styles, in->arena, in->found);
    express_write_markers(body, styles, &(express_marking){true, shipped_icons(in->arena)}, in->arena,
                          in->found);
    express_survey *survey = express_survey_page(body, styles, in->arena, in->found);
    const dom_node *expressed = express_page(body, survey, &seen, in->arena, in->found);
    for (const dom_node *block = expressed->first_child; block; block = block->next) {
        dom_outer_html(block, out);
        buffer_append_char(out, '\n');
    }
}

static void save_one(slice page, arena *a, buffer *out) {
    page_parts parts = page_split_as_cms(page);
    buffer_append(out, slice_sub(page, 0, (size_t)(parts.body.data - page.data)));
    if (parts.has_front)
        buffer_append_char(out, '\n');
    save_body(save_load(parts.body, parts.body_line, a), a, out);
}

/* HTML in the editor's markup, as it would be written; nothing where it does not settle. */
static void settle_one(slice html, arena *a, buffer *out) {
    findings found = findings_new(a);
    tiptap_node *document = tiptap_parse(dom_parse(html, NULL, a, NULL), a, NULL);
    save_settled settled = save_settle(document, a, &found);
    if (settled.stable)
        buffer_append(out, settled.body);
}

/* debug save [--bodies|--settle] FILE: a page, opened and saved. --bodies: bodies with a NUL behind each, for
 * each what is saved and a NUL. --settle: the same, each settled. */
static void debug_save(const debug_input *in, buffer *out) {
    if (in->argc == 0) {
        save_one(in->bytes, in->arena, out);
        return;
    }
    bool settle = strcmp(in->argv[0], "--settle") == 0;
    arena *own = arena_new(0);
    for (size_t at = 0, end; (end = slice_find_char(in->bytes, '\0', at)) != SLICE_NONE; at = end + 1) {
        slice body = slice_sub(in->bytes, at, end);
        if (settle)
            settle_one(body, own, out);
        else
            save_body(save_load(body, 1, own), own, out);
        buffer_append_char(out, '\0');
        arena_reset(own);
    }
    arena_destroy(own);
}

static void debug_manual(const debug_input *in, buffer *out) {
    write_manual(in->bytes, out);
}

static const struct {
    const char *name;
    void (*run)(const debug_input *in, buffer *out);
} STAGES[] = {
    {"assets", debug_assets}, {"css", debug_css},         {"dom", debug_dom},
    {"legacy", debug_legacy}, {"mapping", debug_mapping}, {"repair", debug_repair},
    {"page", debug_page},     {"express", debug_express}, {"layout", debug_layout},
    {"save", debug_save},     {"tiptap", debug_tiptap},   {"manual", debug_manual},
    {"liquid", debug_liquid},
};

static void print_findings(const findings *f) {
    for (size_t i = 0; i < f->items.count; i++) {
        const finding *one = findings_at(f, i);
        printf("%u:", one->line);
        if (one->column)
            printf("%u:", one->column);
        printf(" %s: %.*s\n", finding_describe(one->code)->name, SLICE_ARGS(one->detail));
        if (one->before.length || one->after.length)
            printf("    %.*s -> %.*s\n", SLICE_ARGS(one->before), SLICE_ARGS(one->after));
    }
}

int command_debug(int argc, char **argv) {
    size_t count = sizeof STAGES / sizeof *STAGES, stage = 0;
    while (argc > 2 && stage < count && strcmp(argv[1], STAGES[stage].name) != 0)
        stage++;
    if (argc < 3 || stage == count) {
        fputs("usage: isomerize debug STAGE [ARGUMENT...] FILE\nstages:", stderr);
        for (size_t i = 0; i < count; i++)
            fprintf(stderr, " %s", STAGES[i].name);
        fputc('\n', stderr);
        return EXIT_USAGE;
    }
    arena *a = arena_new(0);
    findings found = findings_new(a);
    debug_input in = {{NULL, 0}, argc - 3, argv + 2, a, &found};
    if (!read_file(argv[argc - 1], a, &in.bytes)) {
        fprintf(stderr, "isomerize: %s: cannot be read: %s\n", argv[argc - 1], strerror(errno));
        arena_destroy(a);
        return EXIT_ENVIRONMENT;
    }
    buffer out = buffer_new(a, in.bytes.length + 1024);
    STAGES[stage].run(&in, &out);
    fwrite(out.data, 1, out.length, stdout);
    if (out.length && out.data[out.length - 1] != '\n')
        putchar('\n');
    print_findings(&found);
    arena_destroy(a);
    return EXIT_DONE;
}
