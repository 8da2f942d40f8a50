/* The rules in force: the shipped ones, those of the site (.isomerize/mappings), those of --mappings. */
#include "rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* assets.yml stands beside the rules, and is read by assets/. */
static bool is_rule_file(const char *name) {
    slice s = slice_of(name);
    return !slice_equal(s, SLICE("assets.yml")) && s.data[0] != '.' &&
           (slice_ends_with(s, SLICE(".yml")) || slice_ends_with(s, SLICE(".yaml")));
}

static int rule_files_only(const struct dirent *entry) {
    return is_rule_file(entry->d_name);
}

/* The rule files of a folder, by name. False: the folder or a file cannot be read; said so. */
static bool read_folder(const char *folder, arena *a, vector *sources) {
    struct dirent **entries;
    int count = scandir(folder, &entries, rule_files_only, alphasort);
    if (count < 0) {
        complain("%s: cannot be read: %s", folder, strerror(errno));
        return false;
    }
    bool good = true;
    for (int i = 0; i < count; i++) {
        mapping_source source = {.name = format_slice(a, "%s/%s", folder, entries[i]->d_name)};
        if (good && !read_file(slice_c_string(source.name, a), a, &source.text)) {
            complain("%.*s: cannot be read: %s", SLICE_ARGS(source.name), strerror(errno));
            good = false;
        }
        if (good)
            *(mapping_source *)vector_push(sources) = source;
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool collect_rules(const cli_arguments *arguments, const char *site, arena *a, vector *sources) {
    size_t count;
    const mapping_source *shipped = mapping_shipped(&count);
    for (size_t i = 0; i < count; i++)
        *(mapping_source *)vector_push(sources) = shipped[i];
    const char *own = slice_c_string(format_slice(a, "%s/.isomerize/mappings", site), a);
    bool good = access(own, F_OK) != 0 || read_folder(own, a, sources);
    for (size_t i = 0; good && i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_MAPPINGS)
            good = read_folder(arguments->options[i].value, a, sources);
    return good;
}

mapping_set *load_rules(const cli_arguments *arguments, const char *site) {
    arena *a = arena_create(0);
    vector sources = vector_new(a, sizeof(mapping_source));
    mapping_set *set =
        collect_rules(arguments, site, a, &sources) ? mapping_load(sources.items, sources.count) : NULL;
    arena_destroy(a);
    return set;
}

bool rules_are_good(const mapping_set *set) {
    for (size_t i = 0; i < mapping_problem_count(set); i++) {
        const mapping_problem *p = mapping_problem_at(set, i);
        fprintf(stderr, "%.*s:%u:%u: %.*s\n", SLICE_ARGS(p->source), p->line, p->column,
                SLICE_ARGS(p->message));
        if (p->suggestion.length)
            fprintf(stderr, "    %.*s\n", SLICE_ARGS(p->suggestion));
    }
    return mapping_problem_count(set) == 0;
}
