/* `isomerize check [PATH...]`: would the editor save each page of its own as it is?
 *
 * Comes in: pages of the new editor; others are counted and left alone. Goes out: the pages that would
 * change, where and into what, and what visitors would be shown no more; exit status 1 when there are any.
 * With --fix pages are written as the editor would save them, but for those that would lose something, which
 * `convert --new-pages` writes, with a journal; otherwise nothing is written.
 */
#include "cli.h"
#include "convert/convert.h"
#include "engine.h"
#include "next.h"
#include "page/page.h"
#include "pages.h"
#include "show.h"

#include <errno.h>
#include <stdio.h>

typedef struct checking {
    bool json, quiet, verbose;
    convert_engine *engine;
    site *site;           /* NULL: one page on standard input */
    site *fixes;          /* the same, when pages of it are written anew; else NULL */
    site_links *links;    /* read for the first page that the editor would change; NULL: not yet */
    report_writer *sarif; /* NULL: not asked for */
    const cli_arguments *arguments;
    size_t held, changed, fixed, others; /* pages; `others`: not of the block editor */
    size_t losing;                       /* of `changed`: those that would lose something */
    bool failed;                         /* to write one */
    arena *memory;                       /* of the run */
    arena *arena;                        /* of the page in hand */
} checking;

/* The line of the text that the offset stands in, from where it stands on, at most so many bytes of it. */
static slice rest_of_line(slice text, size_t at) {
    enum { SHOWN_MAX = 72 };
    slice rest = slice_from(text, at < text.length ? at : text.length);
    return utf8_head(slice_sub(rest, 0, slice_find_char(rest, '\n', 0)), SHOWN_MAX);
}

static bool is_unseen(uint32_t c) {
    return c == '\t' || c == 0xA0 || c == 0xAD || c == 0xFEFF || (c >= 0x2000 && c <= 0x200F) ||
           c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x3000;
}

/* What cannot be seen, in words: spaces where the difference begins and at the end of the line, other spaces,
 * characters without a width, nothing at all. */
static slice show_rest(slice text, size_t at, arena *a) {
    slice rest = rest_of_line(text, at);
    buffer out = buffer_new(a, rest.length + 64);
    size_t end = rest.length;
    while (end && rest.data[end - 1] == ' ')
        end--;
    if (!rest.length)
        buffer_append_string(&out, at >= text.length ? "(the page ends)" : "(the line ends)");
    for (size_t i = 0; i < rest.length;) {
        size_t from = i;
        uint32_t c = utf8_next(rest, &i);
        if (c == ' ' && (from == 0 || from >= end))
            buffer_append_string(&out, "(space)");
        else if (is_unseen(c))
            buffer_printf(&out, "(U+%04X)", c);
        else
            buffer_append(&out, slice_sub(rest, from, i));
    }
    return buffer_slice(&out);
}

/* Columns count characters. */
static void locate(slice text, size_t at, size_t *line, size_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < at && i < text.length; i++)
        if (text.data[i] == '\n') {
            ++*line;
            *column = 1;
        } else {
            *column += (text.data[i] & 0xC0) != 0x80;
        }
}

/* What is found out about a page. */
typedef struct checked {
    const checking *in;
    slice path, page;
    bool is_new;    /* of the block editor */
    bool holds;     /* in save form */
    size_t at;      /* else: where it is not */
    slice saved;    /* what the editor would write; empty: it cannot be read as a page */
    findings found; /* what visitors would be shown no more, or another way */
    bool loses;     /* ... in more than looks */
    slice fixed;    /* what the editor would write, and leave alone from then on */
    bool can_be_fixed;
} checked;

static void add_findings(json_writer *json, const findings *found) {
    json_add_open(json, "findings", '[');
    for (size_t i = 0; i < found->items.count; i++) {
        const finding *f = findings_at(found, i);
        json_open(json, '{');
        json_add_string(json, "code", finding_describe(f->code)->name);
        json_add_string(json, "grade", grade_name(finding_describe(f->code)->grade));
        json_add_number(json, "line", (int64_t)f->line);
        json_add_text(json, "detail", f->detail);
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void print_json(const checking *c, slice path, const checked *one, bool fixed) {
    size_t line, column;
    buffer out = buffer_new(c->arena, 512);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, "page", path);
    json_add_bool(&json, "save_form", one->holds || fixed);
    if (c->fixes)
        json_add_bool(&json, "fixed", fixed);
    if (!one->holds) {
        locate(one->page, one->at, &line, &column);
        json_add_number(&json, "line", (int64_t)line);
        json_add_number(&json, "column", (int64_t)column);
        json_add_text(&json, "have", rest_of_line(one->page, one->at));
        json_add_text(&json, "editor", rest_of_line(one->saved, one->at));
        add_findings(&json, &one->found);
    }
    json_close(&json, '}');
    print_json_line(&json);
}

static void print_difference(slice path, slice page, size_t at, slice saved, arena *a) {
    size_t line, column;
    locate(page, at, &line, &column);
    if (saved.length == 0)
        printf("%.*s:%zu:%zu: cannot be read as a page\n", SLICE_ARGS(path), line, column);
    else
        printf("%.*s:%zu:%zu: the editor would change this\n    have    %.*s\n    editor  %.*s\n",
               SLICE_ARGS(path), line, column, SLICE_ARGS(show_rest(page, at, a)),
               SLICE_ARGS(show_rest(saved, at, a)));
}

/* Results of the SARIF report, and of a page in save form none. */
static void report_difference(checking *c, slice path, checked *one, bool holds) {
    report_page shown = {.path = path, .before = one->page, .state = REPORT_ALREADY, .findings = &one->found};
    size_t line, column;
    locate(one->page, one->at, &line, &column);
    finding *said = holds               ? NULL
                    : one->saved.length ? findings_add(&one->found, FINDING_SAVE_FORM, (uint32_t)line,
                                                       "`%.*s`, and the editor writes `%.*s`",
                                                       SLICE_ARGS(show_rest(one->page, one->at, c->arena)),
                                                       SLICE_ARGS(show_rest(one->saved, one->at, c->arena)))
                                        : findings_add(&one->found, FINDING_SAVE_FORM, (uint32_t)line,
                                                       "it cannot be read as a page");
    if (said)
        said->column = (uint32_t)column;
    report_add(c->sarif, &shown, c->arena);
}

/* What the editor would save, with the white space at the page's end, which check leaves to everybody's
 * taste. */
static slice with_end_of(slice page, slice saved, arena *a) {
    size_t end = page.length;
    while (end && strchr(" \t\r\n", page.data[end - 1]) && page.data[end - 1])
        end--;
    while (saved.length && strchr(" \t\r\n", saved.data[saved.length - 1]) && saved.data[saved.length - 1])
        saved.length--;
    return format_slice(a, "%.*s%.*s", SLICE_ARGS(saved), SLICE_ARGS(slice_from(page, end)));
}

static bool find_out(void *context) {
    checked *one = context;
    arena *a = one->in->arena;
    one->is_new = page_text_is_tiptap(one->page, a);
    if (!one->is_new)
        return true;
    one->holds = convert_check(one->page, a, &one->at, &one->saved);
    one->at = utf8_start(one->page, one->at); /* both texts are the same before it */
    return true;
}

/* Of a page that would change. */
static bool find_losses(void *context) {
    checked *one = context;
    arena *a = one->in->arena;
    size_t at, count = 0;
    const convert_linked_id *linked =
        one->in->links ? site_links_to(one->in->links, one->path, &count) : NULL;
    convert_check_losses(one->in->engine, one->page, one->saved, linked, count, a, &one->found);
    one->loses = findings_grade(&one->found) >= GRADE_REVIEW;
    if (!one->in->fixes || one->loses)
        return true;
    one->fixed = with_end_of(one->page, one->saved, a);
    one->can_be_fixed = convert_check(one->fixed, a, &at, NULL);
    return true;
}

/* False: it is as it was, said why. */
static bool fix_page(checking *c, slice path, const checked *one) {
    slice error = SLICE("it cannot be read as a page");
    if (one->loses) {
        complain("%.*s: left as it is: visitors would not be shown all of it any more",
                 SLICE_ARGS(site_show_path(path, c->arena)));
        return false;
    }
    if (one->can_be_fixed && site_rewrite(c->fixes, path, one->page, one->fixed, c->arena, &error))
        return true;
    complain("%.*s: not mended: %.*s", SLICE_ARGS(site_show_path(path, c->arena)), SLICE_ARGS(error));
    c->failed |= one->saved.length > 0;
    return false;
}

static void read_links(checking *c) {
    slice error;
    if (c->site && !c->links && !(c->links = site_read_links(c->site, c->engine, c->memory, &error))) {
        complain("%.*s: links to places in pages are not known", SLICE_ARGS(error));
        c->failed = true;
    }
}

static void check_page(checking *c, slice path, slice page) {
    checked one = {.in = c, .path = path, .page = page, .found = findings_new(c->arena)};
    site_apart(c->fixes, find_out, &one); /* this thread can write pages then */
    if (!one.is_new) {
        c->others++;
        return;
    }
    if (!one.holds && one.saved.length) {
        read_links(c);
        site_apart(c->fixes, find_losses, &one);
    }
    bool holds = one.holds, fixed = !holds && c->fixes && fix_page(c, path, &one);
    slice shown = site_show_path(path, c->arena);
    c->held += holds;
    c->fixed += fixed;
    c->changed += !holds && !fixed;
    c->losing += one.loses;
    if (c->sarif)
        report_difference(c, path, &one, holds || fixed);
    else if (c->json)
        print_json(c, shown, &one, fixed);
    else if (fixed && !c->quiet)
        printf("%.*s: written as the editor saves it\n", SLICE_ARGS(shown));
    else if (!holds && !fixed)
        print_difference(shown, page, one.at, one.saved, c->arena);
    else if (c->verbose)
        printf("%.*s: in save form\n", SLICE_ARGS(shown));
    if (!c->sarif && !c->json)
        show_findings(c->arguments, shown, &one.found, GRADE_REVIEW);
}

static int check_pages(checking *c, const cli_arguments *arguments, site *s) {
    int status = EXIT_DONE;
    report_options options = {.format = REPORT_SARIF,
                              .version = SLICE(ISOMERIZE_VERSION),
                              .prefix = path_in_repository(s, c->memory)};
    if (option_given(arguments, OPTION_FORMAT))
        c->sarif = report_begin(&options, (report_sink){write_standard_output, NULL});
    for (size_t i = 0; i < site_pages(s)->count; i++) {
        slice path = *(slice *)vector_at(site_pages(s), i), page, error;
        if (site_read(s, path, c->arena, &page, &error)) {
            check_page(c, path, page);
        } else {
            complain("%.*s: %.*s", SLICE_ARGS(site_show_path(path, c->arena)), SLICE_ARGS(error));
            status = EXIT_ENVIRONMENT;
        }
        arena_reset(c->arena);
    }
    if (c->sarif && !report_end(c->sarif))
        status = EXIT_ENVIRONMENT;
    if (c->sarif)
        report_free(c->sarif);
    return c->failed ? EXIT_ENVIRONMENT : status;
}

static int check_site(checking *c, const cli_arguments *arguments) {
    bool fixes = option_given(arguments, OPTION_FIX);
    site *s = open_site(arguments, fixes ? CONFINE_NOTES : CONFINE_READS, c->memory);
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    slice unknown;
    int status = s ? EXIT_DONE : EXIT_ENVIRONMENT;
    if (s && since && !site_keep_changed_since(s, since, &unknown)) {
        complain("%.*s", SLICE_ARGS(unknown));
        status = EXIT_ENVIRONMENT;
    }
    c->site = s;
    c->fixes = fixes ? s : NULL;
    if (status == EXIT_DONE)
        status = engine_start(&c->engine, arguments, s, c->memory);
    if (status == EXIT_DONE)
        status = check_pages(c, arguments, s);
    site_close(s);
    return status;
}

static int check_standard_input(checking *c) {
    slice page;
    if (!read_file("-", c->arena, &page)) {
        complain("standard input cannot be read: %s", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    int status = engine_start(&c->engine, c->arguments, NULL, c->memory);
    if (status == EXIT_DONE)
        check_page(c, SLICE("-"), page);
    return status;
}

/* Of the formats that reports have, check has SARIF; and standard input has no place to be written to. */
static bool is_possible(const cli_arguments *arguments, bool standard_input) {
    const char *format = option_value(arguments, OPTION_FORMAT, "sarif");
    if (strcmp(format, "sarif") != 0)
        complain("--format=%s: check has sarif, or --json", format);
    else if (standard_input &&
             (option_given(arguments, OPTION_FIX) || option_given(arguments, OPTION_FORMAT)))
        complain("--fix and --format are for files: name some");
    else
        return true;
    return false;
}

/* What would lose something is written with a journal only. */
static void tell_next_steps(const checking *c) {
    if (c->changed > c->losing && !option_given(c->arguments, OPTION_FIX))
        tell_next(c->arguments,
                  &(next_step){"check", "--fix", "",
                               c->losing ? "to write those that lose nothing as the editor would save them"
                                         : "to write them as the editor would save them"},
                  c->memory);
    if (c->losing)
        tell_next(
            c->arguments,
            &(next_step){"diff", "--new-pages", "",
                         "to see what would be lost; convert --new-pages writes it, revert takes it back"},
            c->memory);
}

int command_check(const cli_arguments *arguments) {
    bool standard_input = arguments->word_count == 1 && strcmp(arguments->words[0], "-") == 0;
    if (!is_possible(arguments, standard_input))
        return EXIT_USAGE;
    checking c = {.arguments = arguments,
                  .json = option_given(arguments, OPTION_JSON),
                  .quiet = option_given(arguments, OPTION_QUIET),
                  .verbose = option_given(arguments, OPTION_VERBOSE),
                  .memory = arena_new(0),
                  .arena = arena_new(0)};
    int status = standard_input ? check_standard_input(&c) : check_site(&c, arguments);
    if (status == EXIT_DONE && !c.json && !c.quiet && !c.sarif) {
        printf("%zu in save form, %zu not", c.held + c.fixed, c.changed);
        if (c.fixed)
            printf("; %zu written anew", c.fixed);
        if (c.others)
            printf("; %zu not of the block editor", c.others);
        putchar('\n');
        if (!standard_input)
            tell_next_steps(&c);
    }
    arena_destroy(c.arena);
    arena_destroy(c.memory);
    return status != EXIT_DONE ? status : c.changed ? EXIT_FINDINGS : EXIT_DONE;
}
