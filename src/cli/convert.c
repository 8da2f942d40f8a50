/* `isomerize convert PATH...`: pages in, pages out. */
#include "convert/convert.h"
#include "cli.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct run {
    const cli_arguments *arguments;
    convert_options options;
    arena *kept, *page; /* of the whole run, of one page */
    size_t states[CONVERT_REFUSED + 1];
    bool failed;
} run;

static void print_findings(const run *r, const char *path, const convert_result *result) {
    if (option_given(r->arguments, OPTION_QUIET))
        return;
    for (size_t i = 0; i < result->found.items.count; i++) {
        const finding *f = vector_at(&result->found.items, i);
        const finding_info *info = finding_describe(f->code);
        if (info->grade < GRADE_LOSS && !option_given(r->arguments, OPTION_VERBOSE))
            continue;
        fprintf(stderr, "%s:%u:%u: %s: %s: %.*s; %s\n", path, f->line, f->column, grade_name(info->grade),
                info->name, SLICE_ARGS(f->detail), info->advice);
    }
}

static bool write_whole(const char *path, slice bytes, mode_t mode, arena *a) {
    const char *temporary = slice_c_string(format_slice(a, "%s.isomerize-%ld", path, (long)getpid()), a);
    FILE *file = fopen(temporary, "wb");
    bool done = file && fwrite(bytes.data, 1, bytes.length, file) == bytes.length && fflush(file) == 0 &&
                fsync(fileno(file)) == 0 && fchmod(fileno(file), mode) == 0;
    if (file)
        done = fclose(file) == 0 && done;
    done = done && rename(temporary, path) == 0;
    if (!done)
        unlink(temporary);
    return done;
}

static void make_folders(char *path) {
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
}

static void write_result(run *r, const char *path, const char *relative, const convert_result *result,
                         mode_t mode) {
    const char *out = option_value(r->arguments, OPTION_OUT, NULL);
    if (strcmp(path, "-") == 0) {
        fwrite(result->output.data, 1, result->output.length, stdout);
        return;
    }
    if (!out && result->state != CONVERT_DONE)
        return;
    const char *target = path;
    if (out) {
        slice joined = format_slice(r->page, "%s/%s", out, relative);
        char *copy = arena_alloc(r->page, joined.length + 1);
        memcpy(copy, slice_c_string(joined, r->page), joined.length + 1);
        make_folders(copy);
        target = copy;
    }
    if (!write_whole(target, result->output, mode, r->page)) {
        complain("%s: cannot be written: %s", target, strerror(errno));
        r->failed = true;
    }
}

static void convert_file(run *r, const char *path, const char *relative) {
    slice bytes;
    struct stat info = {.st_mode = 0644};
    arena_reset(r->page);
    arena *input = arena_create(0);
    if ((strcmp(path, "-") != 0 && stat(path, &info) != 0) || !read_file(path, input, &bytes)) {
        complain("%s: cannot be read: %s", path, strerror(errno));
        r->failed = true;
    } else {
        convert_result result;
        convert_page(bytes, &r->options, r->page, &result);
        r->states[result.state]++;
        print_findings(r, path, &result);
        write_result(r, path, relative, &result, info.st_mode & 07777);
    }
    arena_destroy(input);
}

static void convert_path(run *r, const char *path, const char *relative) {
    struct stat info;
    if (strcmp(path, "-") == 0 || stat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
        convert_file(r, path, relative);
        return;
    }
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        slice name = slice_of(entries[i]->d_name);
        const char *child = slice_c_string(format_slice(r->kept, "%s/%.*s", path, SLICE_ARGS(name)), r->kept);
        const char *below =
            *relative ? slice_c_string(format_slice(r->kept, "%s/%.*s", relative, SLICE_ARGS(name)), r->kept)
                      : slice_c_string(name, r->kept);
        bool folder = stat(child, &info) == 0 && S_ISDIR(info.st_mode);
        if (name.data[0] != '.' && (folder || slice_ends_with(name, SLICE(".md"))))
            convert_path(r, child, below);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

int command_convert(const cli_arguments *arguments) {
    if (arguments->word_count == 0) {
        complain("convert what? name a page, a folder, or - for standard input");
        return EXIT_USAGE;
    }
    run r = {.arguments = arguments,
             .options = convert_defaults(),
             .kept = arena_create(0),
             .page = arena_create(CONVERT_MEMORY)};
    size_t count;
    const mapping_source *sources = mapping_shipped(&count);
    mapping_set *mappings = mapping_load(sources, count);
    slice shipped = asset_rules_shipped(), error;
    r.options.mappings = mappings;
    r.options.assets = asset_rules_load(&shipped, 1, NULL, r.kept, &error);
    r.options.no_repair = option_given(arguments, OPTION_NO_REPAIR);
    r.options.refuse_at = option_given(arguments, OPTION_STRICT) ? GRADE_REVIEW : GRADE_REFUSED;
    for (size_t i = 0; i < arguments->word_count; i++) {
        const char *path = arguments->words[i], *slash = strrchr(path, '/');
        struct stat info;
        bool folder = stat(path, &info) == 0 && S_ISDIR(info.st_mode);
        convert_path(&r, path, folder ? "" : slash ? slash + 1 : path);
    }
    if (!option_given(arguments, OPTION_QUIET))
        fprintf(stderr,
                "%zu converted, %zu already in the new editor, %zu without front matter, %zu refused\n",
                r.states[CONVERT_DONE], r.states[CONVERT_ALREADY], r.states[CONVERT_NOT_A_PAGE],
                r.states[CONVERT_REFUSED]);
    bool refused = r.states[CONVERT_REFUSED] > 0;
    mapping_free(mappings);
    arena_destroy(r.page);
    arena_destroy(r.kept);
    return r.failed ? EXIT_ENVIRONMENT : refused ? EXIT_UNCONVERTED : EXIT_DONE;
}
