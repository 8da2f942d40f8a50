/* What git knows of the checkout. Reads only: never commits, stages or fetches.
 *
 * Comes in: a site. Goes out: lists of paths. Without git, or outside a checkout, there is nothing to say.
 */
#include "private.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static bool read_pipe(int from, arena *a, slice *output) {
    buffer out = buffer_new(a, 65536);
    for (;;) {
        buffer_reserve(&out, 65536);
        ssize_t got = read(from, out.data + out.length, out.capacity - out.length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            *output = buffer_slice(&out);
            return got == 0;
        }
        out.length += (size_t)got;
    }
}

/* One run of git, either its output or its complaints in `text`. */
static bool spawn_git(char *const *argv, bool complaints, arena *a, slice *text, int *failed) {
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        *failed = errno;
        return false;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], complaints ? STDERR_FILENO : STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, complaints ? STDOUT_FILENO : STDERR_FILENO, "/dev/null",
                                     O_WRONLY, 0);
    pid_t child;
    *failed = posix_spawnp(&child, "git", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    bool ok = *failed == 0 && read_pipe(ends[0], a, text);
    close(ends[0]);
    while (*failed == 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return ok && status == 0;
}

/* Runs git in the site's root; its output with `arguments` (ended by NULL) in `a`. False: not a checkout, no
 * git, or it refused; `error`, where not NULL, holds its words. */
static bool run_git(const site *s, const char *const *arguments, arena *a, slice *output, slice *error) {
    char *argv[16] = {"git", "-C", (char *)s->root};
    for (size_t i = 3; *arguments && i < 15; i++)
        argv[i] = (char *)*arguments++;
    int failed;
    if (spawn_git(argv, false, a, output, &failed))
        return true;
    if (!error)
        return false;
    slice words = SLICE("");
    if (failed)
        *error = describe_error(a, "git cannot be run", failed);
    else {
        spawn_git(argv, true, a, &words, &failed);
        words = slice_sub(words, 0, slice_find_char(words, '\n', 0)); /* the rest is how to use it */
        *error = format_slice(a, "git says: %.*s", SLICE_ARGS(slice_trim(words)));
    }
    return false;
}

static int compare_slices(const void *one, const void *other) {
    return slice_compare(*(const slice *)one, *(const slice *)other);
}

static void add_paths(slice output, vector *paths) {
    for (size_t at = 0, end; (end = slice_find_char(output, '\0', at)) != SLICE_NONE; at = end + 1)
        *(slice *)vector_push(paths) = slice_sub(output, at, end);
}

static bool is_listed(const vector *sorted, slice path) {
    return sorted->count && bsearch(&path, sorted->items, sorted->count, sizeof(slice), compare_slices);
}

static void sort_paths(vector *paths) {
    if (paths->count)
        qsort(paths->items, paths->count, sizeof(slice), compare_slices);
}

static bool add_unknown(const site *s, arena *a, vector *paths) {
    static const char *const unknown[] = {"ls-files", "-z", "--others", "--exclude-standard", NULL};
    slice output;
    if (!run_git(s, unknown, a, &output, NULL))
        return false;
    add_paths(output, paths);
    return true;
}

bool site_keep_changed_since(site *s, const char *revision, slice *error) {
    if (revision[0] == '-') {
        *error = SLICE("a revision cannot begin with '-'");
        return false;
    }
    const char *const changed[] = {"diff", "--name-only", "-z", "--relative", revision, "--", NULL};
    vector paths = vector_new(s->arena, sizeof(slice)), kept = vector_new(s->arena, sizeof(slice));
    slice output;
    if (!run_git(s, changed, s->arena, &output, error))
        return false;
    add_paths(output, &paths);
    add_unknown(s, s->arena, &paths);
    sort_paths(&paths);
    for (size_t i = 0; i < s->pages.count; i++) {
        slice page = *(slice *)vector_at(&s->pages, i);
        if (is_listed(&paths, page))
            *(slice *)vector_push(&kept) = page;
    }
    s->pages = kept;
    s->whole = s->whole == s ? NULL : s->whole;
    return true;
}

/* Changes of our own making are no news. */
static bool is_ours(const journal *j, slice path) {
    const journal_row *row = j ? journal_find(j, path) : NULL;
    return row && row->outcome == SITE_CONVERTED;
}

vector site_uncommitted(const site *s, arena *a) {
    static const char *const modified[] = {"diff", "--name-only", "-z", "--relative", "HEAD", "--", NULL};
    vector paths = vector_new(a, sizeof(slice)), found = vector_new(a, sizeof(slice));
    slice output, ignored;
    if (!run_git(s, modified, a, &output, NULL))
        return found;
    add_paths(output, &paths);
    add_unknown(s, a, &paths);
    sort_paths(&paths);
    journal *j = journal_open(s, JOURNAL_READ, a, &ignored);
    bool known = j && journal_load(j, &ignored);
    for (size_t i = 0; i < s->pages.count; i++) {
        slice page = *(slice *)vector_at(&s->pages, i);
        if (is_listed(&paths, page) && !(known && is_ours(j, page)))
            *(slice *)vector_push(&found) = page;
    }
    journal_close(j);
    return found;
}
