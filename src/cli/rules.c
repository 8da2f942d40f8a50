/* The rules of a site (.isomerize/mappings) and those of --mappings. */
#include "rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static int rule_files_only(const struct dirent *entry) {
    slice name = slice_of(entry->d_name);
    return name.data[0] != '.' &&
           (slice_ends_with(name, SLICE(".yml")) || slice_ends_with(name, SLICE(".yaml")));
}

typedef struct rule_texts {
    arena *arena;
    vector rules;  /* of mapping_source */
    vector assets; /* of slice: assets.yml, which stands beside the rules */
} rule_texts;

static bool read_rule_file(const char *folder, const char *name, rule_texts *texts) {
    mapping_source source = {.name = format_slice(texts->arena, "%s/%s", folder, name)};
    if (!read_file(slice_c_string(source.name, texts->arena), texts->arena, &source.text)) {
        complain("%.*s: cannot be read: %s", SLICE_ARGS(source.name), strerror(errno));
        return false;
    }
    if (strcmp(name, "assets.yml") == 0)
        *(slice *)vector_push(&texts->assets) = source.text;
    else
        *(mapping_source *)vector_push(&texts->rules) = source;
    return true;
}

/* The rule files of a folder, by name. False: the folder or a file cannot be read; said so. */
static bool read_folder(const char *folder, rule_texts *texts) {
    struct dirent **entries;
    int count = scandir(folder, &entries, rule_files_only, alphasort);
    if (count < 0) {
        complain("%s: cannot be read: %s", folder, strerror(errno));
        return false;
    }
    bool good = true;
    for (int i = 0; i < count; i++) {
        good = good && read_rule_file(folder, entries[i]->d_name, texts);
        free(entries[i]);
    }
    free(entries);
    return good;
}

bool collect_rules(const cli_arguments *arguments, const char *site, arena *a, convert_settings *settings) {
    rule_texts texts = {a, vector_new(a, sizeof(mapping_source)), vector_new(a, sizeof(slice))};
    const char *own = slice_c_string(format_slice(a, "%s/.isomerize/mappings", site), a);
    bool good = access(own, F_OK) != 0 || read_folder(own, &texts);
    for (size_t i = 0; good && i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_MAPPINGS)
            good = read_folder(arguments->options[i].value, &texts);
    settings->rules = texts.rules.items;
    settings->rules_count = texts.rules.count;
    settings->asset_rules = texts.assets.items;
    settings->asset_rules_count = texts.assets.count;
    return good;
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
