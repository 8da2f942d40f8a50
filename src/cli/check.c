/* `isomerize check [PATH...]`: would the editor save each page of its own as it is?
 *
 * Comes in: pages of the new editor; others are counted and left alone. Goes out: the pages that would
 * change, where and into what; exit status 1 when there are any. Writes nothing.
 */
#include "cli.h"
#include "confine.h"
#include "convert/convert.h"
#include "engine.h"
#include "page/page.h"

#include <errno.h>
#include <stdio.h>

typedef struct checking {
    bool json, quiet, verbose;
    size_t held, changed, others; /* pages; `others`: not of the block editor */
    arena *arena;                 /* of the page in hand */
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

static void locate(slice text, size_t at, size_t *line, size_t *column) {
    *line = *column = 1;
    for (size_t i = 0; i < at && i < text.length; i++)
        if (text.data[i] == '\n') {
            ++*line;
            *column = 1;
        } else {
            ++*column;
        }
}

static void print_json(const checking *c, slice path, slice page, bool holds, size_t at, slice saved) {
    size_t line, column;
    buffer out = buffer_new(c->arena, 512);
    json_writer json = {.out = &out};
    json_open(&json, '{');
    json_add_text(&json, "page", path);
    json_add_bool(&json, "save_form", holds);
    if (!holds) {
        locate(page, at, &line, &column);
        json_add_number(&json, "line", (int64_t)line);
        json_add_number(&json, "column", (int64_t)column);
        json_add_text(&json, "have", rest_of_line(page, at));
        json_add_text(&json, "editor", rest_of_line(saved, at));
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

static void check_page(checking *c, slice path, slice page) {
    if (!page_text_is_tiptap(page, c->arena)) {
        c->others++;
        return;
    }
    size_t at;
    slice saved;
    bool holds = convert_check(page, c->arena, &at, &saved);
    at = utf8_start(page, at); /* both texts are the same before it */
    c->held += holds;
    c->changed += !holds;
    if (c->json)
        print_json(c, path, page, holds, at, saved);
    else if (!holds)
        print_difference(path, page, at, saved, c->arena);
    else if (c->verbose)
        printf("%.*s: in save form\n", SLICE_ARGS(path));
}

static int check_site(checking *c, const cli_arguments *arguments, arena *a) {
    site *s = open_site(arguments, a);
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    slice unknown;
    if (s && since && !site_keep_changed_since(s, since, &unknown)) {
        complain("%.*s", SLICE_ARGS(unknown));
        site_close(s);
        return EXIT_ENVIRONMENT;
    }
    int status = s && give_up_files(arguments, s, CONFINE_READS, a) ? EXIT_DONE : EXIT_ENVIRONMENT;
    for (size_t i = 0; s && i < site_pages(s)->count; i++) {
        slice path = *(slice *)vector_at(site_pages(s), i), page, error;
        if (site_read(s, path, c->arena, &page, &error)) {
            check_page(c, site_show_path(path, c->arena), page);
        } else {
            complain("%.*s: %.*s", SLICE_ARGS(site_show_path(path, c->arena)), SLICE_ARGS(error));
            status = EXIT_ENVIRONMENT;
        }
        arena_reset(c->arena);
    }
    site_close(s);
    return status;
}

static int check_standard_input(checking *c) {
    slice page;
    if (!read_file("-", c->arena, &page)) {
        complain("standard input cannot be read: %s", strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    check_page(c, SLICE("-"), page);
    return EXIT_DONE;
}

int command_check(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    checking c = {.json = option_given(arguments, OPTION_JSON),
                  .quiet = option_given(arguments, OPTION_QUIET),
                  .verbose = option_given(arguments, OPTION_VERBOSE),
                  .arena = arena_new(0)};
    bool standard_input = arguments->word_count == 1 && strcmp(arguments->words[0], "-") == 0;
    int status = standard_input ? check_standard_input(&c) : check_site(&c, arguments, a);
    if (status == EXIT_DONE && !c.json && !c.quiet) {
        printf("%zu in save form, %zu not", c.held, c.changed);
        if (c.others)
            printf("; %zu not of the block editor", c.others);
        putchar('\n');
    }
    arena_destroy(c.arena);
    arena_destroy(a);
    return status != EXIT_DONE ? status : c.changed ? EXIT_FINDINGS : EXIT_DONE;
}
