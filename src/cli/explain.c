/* `isomerize explain PATH...`: what the rules made of each shape of a page, and why not something else.
 *
 * Comes in: pages, with the rules and settings of the site that each is in. Goes out: a line a shape; why it
 * was left, or what it became. Writes nothing.
 */
#include "explain.h"
#include "confine.h"
#include "engine.h"
#include "show.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static const char *const STATES[] = {"unclaimed", "claimed", "part"};

static void print_json(const char *path, const mapping_shape *s, arena *a) {
    buffer out = buffer_new(a, 512);
    json_writer json = {.out = &out};
    const mapping_miss *nearest = mapping_nearest_miss(s);
    json_open(&json, '{');
    json_add_string(&json, "page", path);
    json_add_number(&json, "line", s->line);
    json_add_text(&json, "shape", s->shape);
    json_add_text(&json, "element", s->element);
    json_add_string(&json, "state", STATES[s->state]);
    json_add_text(&json, "rule", s->rule);
    json_add_text(&json, "block", s->block);
    json_add_text(&json, "parts", s->parts);
    json_add_text(&json, "words", s->words);
    json_add_text(&json, "reason", s->reason);
    json_add_text(&json, "nearest", nearest ? nearest->rule : SLICE(""));
    json_add_open(&json, "misses", '[');
    for (size_t i = 0; i < s->misses.count; i++) {
        const mapping_miss *miss = vector_at(&s->misses, i);
        json_open(&json, '{');
        json_add_text(&json, "rule", miss->rule);
        json_add_text(&json, "condition", miss->condition);
        json_add_number(&json, "held", miss->held);
        json_close(&json, '}');
    }
    json_close(&json, ']');
    json_close(&json, '}');
    print_json_line(&json);
}

static void print_shape(const mapping_shape *s, bool verbose) {
    if (s->state == MAPPING_PART && !verbose)
        return;
    if (s->state == MAPPING_UNCLAIMED)
        print_line(11, "%5u  %-32.*s left as it is%s%.*s", s->line, SLICE_ARGS(s->element),
                   s->misses.count ? "" : ": ", SLICE_ARGS(s->misses.count ? SLICE("") : s->reason));
    else
        print_line(11, "%5u  %-32.*s %s%.*s: %.*s%s%.*s", s->line, SLICE_ARGS(s->element),
                   s->state == MAPPING_PART ? "part of " : "", SLICE_ARGS(s->rule), SLICE_ARGS(s->becomes),
                   s->parts.length ? ", " : "", SLICE_ARGS(s->parts));
    if (s->words.length)
        print_line(11, "           %.*s", SLICE_ARGS(s->words));
    const mapping_miss *nearest = mapping_nearest_miss(s);
    for (size_t i = 0; i < s->misses.count; i++) {
        const mapping_miss *miss = vector_at(&s->misses, i);
        if (miss->is_sentence)
            print_line(11, "           %.*s", SLICE_ARGS(miss->condition));
        else if (miss == nearest || verbose)
            print_line(11, "           not %.*s: %.*s", SLICE_ARGS(miss->rule), SLICE_ARGS(miss->condition));
    }
}

void print_shape_counts(size_t all, const size_t *counts) {
    print_line(
        4, "%zu element%s that rules look at: %zu taken by a rule, %zu inside those, %zu left as they are",
        all, all == 1 ? "" : "s", counts[MAPPING_CLAIMED], counts[MAPPING_PART], counts[MAPPING_UNCLAIMED]);
}

static void print_account(const char *path, const mapping_account *account, const cli_arguments *arguments,
                          arena *a) {
    size_t counts[MAPPING_PART + 1] = {0};
    bool json = option_given(arguments, OPTION_JSON), verbose = option_given(arguments, OPTION_VERBOSE);
    if (!json)
        printf("%s\n", path);
    for (size_t i = 0; i < account->shapes.count; i++) {
        const mapping_shape *s = vector_at(&account->shapes, i);
        counts[s->state]++;
        if (json)
            print_json(path, s, a);
        else
            print_shape(s, verbose);
    }
    if (!json)
        print_shape_counts(account->shapes.count, counts);
}

static int explain_bytes(const char *path, slice bytes, const convert_engine *e,
                         const cli_arguments *arguments, arena *a) {
    static const char *const LEFT_ALONE[] = {"", "is in the new editor's form already", "has no front matter",
                                             "is refused"};
    convert_result result;
    if (!convert_page(e, bytes, &(convert_options){.keep_account = true}, a, &result))
        out_of_memory();
    bool already = page_text_is_tiptap(bytes, a),
         read = !already && result.account && (result.state == CONVERT_DONE || result.account->shapes.count);
    if (read)
        print_account(path, result.account, arguments, a);
    else {
        complain("%s: %s, so no rule looks at it", path,
                 LEFT_ALONE[already ? CONVERT_ALREADY : result.state]);
        show_findings(arguments, slice_of(path), &result.found, GRADE_LOSS);
    }
    return read || already || result.state == CONVERT_ALREADY ? EXIT_DONE : EXIT_UNCONVERTED;
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Under the rules and settings of the site that the page is in. */
static int explain_page(const char *path, const site *s, const cli_arguments *given, arena *a) {
    convert_engine *e;
    cli_arguments all = *given;
    slice bytes, why = SLICE("name one page");
    int status = s ? add_settings(given, s, a, &all) : EXIT_DONE;
    if (status == EXIT_DONE)
        status = engine_start_good(&e, &all, s, a);
    if (status != EXIT_DONE)
        return status;
    if (s && is_folder(path))
        return explain_site(&all, s, e, a);
    bool read = s ? site_pages(s)->count == 1 && site_read(s, *(slice *)site_pages(s)->items, a, &bytes, &why)
                  : read_file(path, a, &bytes);
    if (read)
        status = explain_bytes(path, bytes, e, &all, a);
    else {
        complain("%s: %.*s", path, SLICE_ARGS(s ? why : slice_of(strerror(errno))));
        status = EXIT_ENVIRONMENT;
    }
    return status;
}

static int explain_word(const char *path, const cli_arguments *arguments) {
    arena *a = arena_new(0);
    slice error;
    bool standard_input = strcmp(path, "-") == 0;
    site *s = standard_input ? NULL : site_open(&path, 1, a, &error);
    int status = EXIT_ENVIRONMENT;
    if (s || standard_input)
        status = explain_page(path, s, arguments, a);
    else
        complain("%.*s", SLICE_ARGS(error));
    site_close(s);
    arena_destroy(a);
    return status;
}

int command_explain(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    int status = give_up_files(arguments, NULL, CONFINE_READS, a) ? EXIT_DONE : EXIT_USAGE;
    arena_destroy(a);
    for (size_t i = 0; i < arguments->word_count && status != EXIT_USAGE; i++) {
        int one = explain_word(arguments->words[i], arguments);
        status = one == EXIT_USAGE || one > status ? one : status;
    }
    return status;
}
