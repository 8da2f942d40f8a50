/* The rules of a site (.isomerize/mappings) and those of --mappings. */
#include "rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char OWN[] = ".isomerize/mappings";

static bool is_rule_file(slice name) {
    return name.length && name.data[0] != '.' &&
           (slice_ends_with(name, SLICE(".yml")) || slice_ends_with(name, SLICE(".yaml")));
}

static int rule_files_only(const struct dirent *entry) {
    return is_rule_file(slice_of(entry->d_name));
}

typedef struct rule_texts {
    arena *arena;
    vector rules;  /* of mapping_source */
    vector assets; /* of slice: assets.yml, which stands beside the rules */
} rule_texts;

static void add_text(slice path, slice name, slice text, rule_texts *texts) {
    if (slice_equal(name, SLICE("assets.yml")))
        *(slice *)vector_push(&texts->assets) = text;
    else
        *(mapping_source *)vector_push(&texts->rules) = (mapping_source){.name = path, .text = text};
}

static bool read_rule_file(const char *folder, const char *name, rule_texts *texts) {
    slice path = format_slice(texts->arena, "%s/%s", folder, name), text;
    if (!read_file(slice_c_string(path, texts->arena), texts->arena, &text)) {
        complain("%.*s: cannot be read: %s", SLICE_ARGS(path), strerror(errno));
        return false;
    }
    add_text(path, slice_of(name), text, texts);
    return true;
}

/* The rule files of a folder that the user named, by name. False: the folder or a file cannot be read; said
 * so. */
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

/* The same of a folder of the site, as the files of a site are read. */
static bool read_site_folder(const site *s, slice folder, rule_texts *texts) {
    vector names = vector_new(texts->arena, sizeof(slice));
    slice text, why, root = site_root(s);
    if (!site_list(s, folder, texts->arena, &names, &why)) {
        complain("%.*s/%.*s: %.*s", SLICE_ARGS(root), SLICE_ARGS(folder), SLICE_ARGS(why));
        return false;
    }
    for (size_t i = 0; i < names.count; i++) {
        slice name = *(slice *)vector_at(&names, i);
        slice path = format_slice(texts->arena, "%.*s/%.*s", SLICE_ARGS(folder), SLICE_ARGS(name));
        slice whole = format_slice(texts->arena, "%.*s/%.*s", SLICE_ARGS(root), SLICE_ARGS(path));
        if (!is_rule_file(name))
            continue;
        if (!site_read(s, path, texts->arena, &text, &why)) {
            complain("%.*s: %.*s", SLICE_ARGS(whole), SLICE_ARGS(why));
            return false;
        }
        add_text(whole, name, text, texts);
    }
    return true;
}

/* A folder that the site's own settings name is below its root, and read as the site is. */
static bool read_named(const char *folder, const site *s, rule_texts *texts) {
    slice path = slice_of(folder), root = s ? site_root(s) : SLICE("");
    bool inside = s && slice_starts_with(path, root) && path.length > root.length && root.length > 1 &&
                  path.data[root.length] == '/';
    return inside ? read_site_folder(s, slice_from(path, root.length + 1), texts)
                  : read_folder(folder, texts);
}

bool collect_rules(const cli_arguments *arguments, const site *s, arena *a, convert_settings *settings) {
    rule_texts texts = {a, vector_new(a, sizeof(mapping_source)), vector_new(a, sizeof(slice))};
    bool good =
        s ? read_site_folder(s, slice_of(OWN), &texts) : access(OWN, F_OK) != 0 || read_folder(OWN, &texts);
    for (size_t i = 0; good && i < arguments->option_count; i++)
        if (arguments->options[i].option == OPTION_MAPPINGS)
            good = read_named(arguments->options[i].value, s, &texts);
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
