/* "did you mean …?": the word of a list that a mistyped one is nearest to; for paths, the list is what is
 * there.
 *
 * Comes in: a word, candidates. Goes out: one of them, or none that is near. Decides nothing.
 */
#include "suggest.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* Bytes of a word that are looked at, without what both begin and end with; longer ones are far apart. */
enum { LONGEST = 40 };

/* How many letters are to be added, dropped, changed or exchanged with the next one (optimal string
 * alignment). */
static size_t distance_of(slice a, slice b) {
    size_t rows[3][LONGEST + 1];
    while (a.length && b.length && a.data[0] == b.data[0])
        a = slice_from(a, 1), b = slice_from(b, 1);
    while (a.length && b.length && a.data[a.length - 1] == b.data[b.length - 1])
        a.length--, b.length--;
    if (a.length > LONGEST || b.length > LONGEST)
        return LONGEST;
    for (size_t i = 0; i <= a.length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        for (size_t j = 0; j <= b.length; j++) {
            bool same = i && j && to_lower(a.data[i - 1]) == to_lower(b.data[j - 1]);
            bool turned = i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1];
            size_t best = !i ? j : !j ? i : above[j - 1] + !same;
            if (i && above[j] + 1 < best)
                best = above[j] + 1;
            if (j && row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (turned && before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
    }
    return rows[a.length % 3][b.length];
}

/* The nearer one, the shorter one, the one that comes first: in whatever order they are tried. */
static bool is_better(const suggestion *s, size_t distance, slice candidate) {
    if (!s->length || distance != s->distance)
        return !s->length || distance < s->distance;
    if (candidate.length != s->length)
        return candidate.length < s->length;
    return slice_compare(candidate, (slice){s->best, s->length}) < 0;
}

void suggest_try(suggestion *s, const char *candidate) {
    slice word = slice_of(s->word), other = slice_of(candidate);
    bool begins = word.length >= 3 && slice_starts_with(other, word);
    size_t distance = begins ? 1 : distance_of(word, other);
    if (distance * 2 > word.length + 1 || other.length >= sizeof s->best || !is_better(s, distance, other))
        return;
    s->distance = distance;
    s->length = other.length;
    memcpy(s->best, candidate, other.length + 1);
}

void suggest_codes(suggestion *s) {
    for (int code = 0; code < FINDING_COUNT; code++)
        suggest_try(s, finding_describe((finding_code)code)->name);
}

const char *suggest_end(suggestion *s) {
    static const char before[] = "; did you mean '", after[] = "'?";
    s->words[0] = '\0';
    if (s->length)
        snprintf(s->words, sizeof s->words, "%s%s%s", before, s->best, after);
    return s->words;
}

/* ---- paths --------------------------------------------------------------------------------------------- */

/* The longest part of the path that is a folder, as its length; 0: the current folder. */
static size_t existing_part(const char *path) {
    char part[4096];
    size_t length = strlen(path);
    struct stat info;
    for (size_t at = length < sizeof part ? length : sizeof part - 1; at > 0; at--) {
        if (path[at - 1] != '/')
            continue;
        memcpy(part, path, at);
        part[at] = '\0';
        if (stat(part, &info) == 0 && S_ISDIR(info.st_mode))
            return at;
    }
    return 0;
}

/* What lies in the folder under a name like the first one of `path` that is not there. */
static void try_entries(const char *path, size_t folder, suggestion *s) {
    char part[4096], name[256];
    size_t length = strcspn(path + folder, "/");
    if (folder >= sizeof part || length >= sizeof name)
        return;
    memcpy(part, path, folder);
    part[folder] = '\0';
    memcpy(name, path + folder, length);
    name[length] = '\0';
    s->word = name;
    DIR *entries = opendir(folder ? part : ".");
    for (struct dirent *one; entries && (one = readdir(entries));)
        if (one->d_name[0] != '.' || name[0] == '.')
            suggest_try(s, one->d_name);
    if (entries)
        closedir(entries);
    if (s->length && folder + s->length < sizeof s->best) {
        memmove(s->best + folder, s->best, s->length + 1);
        memcpy(s->best, part, folder);
        s->length += folder;
    }
}

static void tell_missing(const char *path, int error) {
    suggestion s = {.length = 0};
    try_entries(path, existing_part(path), &s);
    complain("%s: %s%s", path, strerror(error), suggest_end(&s));
}

/* The first of the paths that is not there, and errno; their count, if all are. */
static size_t first_missing(const cli_arguments *arguments) {
    struct stat info;
    size_t i = 0;
    while (i < arguments->word_count &&
           (strcmp(arguments->words[i], "-") == 0 || lstat(arguments->words[i], &info) == 0 ||
            (errno != ENOENT && errno != ENOTDIR)))
        i++;
    return i;
}

bool paths_are_there(const cli_arguments *arguments) {
    size_t missing = first_missing(arguments);
    if (missing < arguments->word_count)
        tell_missing(arguments->words[missing], errno);
    return missing == arguments->word_count;
}

bool paths_are_known(const cli_arguments *arguments, site *s) {
    size_t unknown;
    if (first_missing(arguments) == arguments->word_count || site_knows_gone(s, &unknown))
        return true;
    tell_missing(arguments->words[unknown], ENOENT);
    return false;
}
