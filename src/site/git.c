/* What git knows of the checkout. Reads only: never commits, stages or fetches, and runs nothing.
 *
 * Comes in: a site. Goes out: lists of paths. Without a repository there is nothing to say. A checkout is not
 * trusted, and git's own program does what a repository's configuration tells it to (programs for
 * core.fsmonitor, filters, hooks, external diffs; see git(1), SECURITY). So the repository is read by
 * libgit2, which starts no program, in a process of its own that ends with it: with the user's configuration
 * in place of the repository's, without alternates, and only where a folder holds a `.git`: a folder that
 * looks like a bare repository is a folder like any other.
 */
#include "private.h"

#include "sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/repository.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define GIT_SECONDS 20 /* a pipe in the place of a .gitignore would be waited for without end */
#define GIT_MEMORY ((rlim_t)4 * 1024 * 1024 * 1024)
#define GIT_OUTPUT ((size_t)64 * 1024 * 1024)

/* ---- in the process that reads the repository ---------------------------------------------------------- */

typedef struct repository {
    git_repository *git;
    const char *prefix; /* of the site's pages below the repository's folder; "" or with a slash at its end */
    FILE *out;
} repository;

static const char *words_of_git(void) {
    const git_error *error = git_error_last();
    return error && error->message ? error->message : "it cannot be read";
}

/* Does git say that its files lie in this folder, not elsewhere (core.worktree)? */
static bool holds_its_files(git_repository *git, const char *folder) {
    struct stat one, other;
    const char *files = git_repository_workdir(git);
    return files && !git_repository_is_bare(git) && stat(files, &one) == 0 && stat(folder, &other) == 0 &&
           one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Only what lies in the repository's own folder, not what objects/info/alternates names. */
static bool use_own_objects(git_repository *git) {
    git_odb *objects = NULL;
    git_odb_backend *packed = NULL, *loose = NULL;
    char folder[4096];
    snprintf(folder, sizeof folder, "%sobjects", git_repository_commondir(git));
    return git_odb_new(&objects) == 0 && git_odb_backend_pack(&packed, folder) == 0 &&
           git_odb_add_backend(objects, packed, 1) == 0 &&
           git_odb_backend_loose(&loose, folder, -1, 0, 0, 0) == 0 &&
           git_odb_add_backend(objects, loose, 2) == 0 && git_repository_set_odb(git, objects) == 0;
}

/* The user's configuration, and nothing of the repository's. */
static bool use_own_configuration(git_repository *git) {
    git_config *own = NULL;
    return (git_config_open_default(&own) == 0 || git_config_new(&own) == 0) &&
           git_repository_set_config(git, own) == 0;
}

/* The nearest folder at or above `root` with a `.git`; empty: there is none. */
static slice find_repository(const char *root, arena *a) {
    for (slice folder = slice_of(root); folder.length; folder.length--) {
        struct stat info;
        if (folder.data[folder.length - 1] == '/' && folder.length > 1)
            continue;
        if (folder.length < strlen(root) && root[folder.length] != '/' && folder.length > 1)
            continue;
        if (lstat(slice_c_string(format_slice(a, "%.*s/.git", SLICE_ARGS(folder)), a), &info) == 0)
            return folder;
    }
    return SLICE("");
}

/* A file that libgit2 will read. True: it is a file, or there is none. */
static bool read_own(slice folder, const char *name, arena *a, slice *bytes) {
    slice error;
    const char *path = slice_c_string(format_slice(a, "%.*s/%s", SLICE_ARGS(folder), name), a);
    open_file f = {.file = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    *bytes = SLICE("");
    if (f.file < 0)
        return errno == ENOENT || errno == ENOTDIR;
    return fstat(f.file, &f.info) == 0 && read_open(&f, a, bytes, &error);
}

/* The folder that the file names behind `sign`, as seen from `folder`; `otherwise`: it names none. */
static slice folder_named(slice folder, const char *name, slice sign, slice otherwise, arena *a) {
    slice bytes;
    if (!read_own(folder, name, a, &bytes) || !bytes.length || !slice_starts_with(bytes, sign))
        return otherwise;
    slice named = slice_trim(slice_from(bytes, sign.length));
    return named.length && named.data[0] == '/'
               ? named
               : format_slice(a, "%.*s/%.*s", SLICE_ARGS(folder), SLICE_ARGS(named));
}

/* libgit2 reads what an [include] or [includeIf] names, wherever it is, before it can be told not to. */
static bool has_include(slice text) {
    static const slice INCLUDE = LITERAL("include");
    for (size_t at = 0; (at = slice_find_char(text, '[', at)) != SLICE_NONE;) {
        for (at++; at < text.length && is_space(text.data[at]);)
            at++;
        if (slice_equal_nocase(slice_sub(text, at, at + INCLUDE.length), INCLUDE))
            return true;
    }
    return false;
}

/* Does the repository's configuration stand in its own files alone? */
static bool is_self_contained(slice folder, FILE *out, arena *a) {
    slice git =
        folder_named(folder, ".git", SLICE("gitdir:"), format_slice(a, "%.*s/.git", SLICE_ARGS(folder)), a);
    slice common = folder_named(git, "commondir", SLICE(""), git, a), text;
    const struct {
        slice folder;
        const char *name;
    } FILES[] = {{common, "config"}, {git, "config"}, {git, "config.worktree"}};
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++) {
        if (!read_own(FILES[i].folder, FILES[i].name, a, &text))
            fprintf(out, "/?%.*s/%s is no file that can be read", SLICE_ARGS(FILES[i].folder), FILES[i].name);
        else if (has_include(text))
            fprintf(
                out,
                "/?%.*s/%s has an [include], which can lead out of the checkout, so git's data is not used: "
                "take that section out if it is to be",
                SLICE_ARGS(FILES[i].folder), FILES[i].name);
        else
            continue;
        return false;
    }
    return true;
}

/* False: said why, behind a "/?". */
static bool open_repository(repository *r, const char *root, slice folder, arena *a) {
    const char *here = slice_c_string(folder, a);
    const char *git = slice_c_string(format_slice(a, "%s/.git", here), a);
    size_t below = folder.length > 1 ? folder.length + 1 : 1;
    r->prefix = below < strlen(root) ? slice_c_string(format_slice(a, "%s/", root + below), a) : "";
    if (!is_self_contained(folder, r->out, a))
        return false;
    if (git_repository_open_ext(&r->git, git, GIT_REPOSITORY_OPEN_NO_SEARCH, NULL) != 0)
        fprintf(r->out, "/?%s", words_of_git());
    else if (!holds_its_files(r->git, here))
        fprintf(r->out, "/?the configuration of %s says that the files are in another folder", git);
    else if (!use_own_configuration(r->git) || !use_own_objects(r->git))
        fprintf(r->out, "/?%s", words_of_git());
    else
        return true;
    return false;
}

static int write_path(const git_diff_delta *delta, float progress, void *context) {
    (void)progress;
    const repository *r = context;
    const char *path = delta->new_file.path;
    size_t prefix = strlen(r->prefix);
    if (strncmp(path, r->prefix, prefix) == 0)
        fwrite(path + prefix, 1, strlen(path + prefix) + 1, r->out);
    return 0;
}

/* Paths that differ from the revision or that git does not know, each with a NUL behind it; or "/!" and why
 * not. */
static void list_changes(repository *r, const char *revision) {
    git_object *named = NULL, *tree = NULL;
    git_diff *changes = NULL;
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                    GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_SKIP_BINARY_CHECK | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    if (*r->prefix)
        options.pathspec = (git_strarray){(char **)&r->prefix, 1};
    if (git_revparse_single(&named, r->git, revision) != 0 ||
        git_object_peel(&tree, named, GIT_OBJECT_TREE) != 0 ||
        git_diff_tree_to_workdir_with_index(&changes, r->git, (git_tree *)tree, &options) != 0 ||
        git_diff_foreach(changes, write_path, NULL, NULL, NULL, r) != 0)
        fprintf(r->out, "/!%s", words_of_git());
}

/* ---- renames ---------------------------------------------------------------------------------------------
 */

enum { COMMITS_MAX = 200 }; /* that are looked through for renames */

static int write_rename(const git_diff_delta *delta, float progress, void *context) {
    (void)progress;
    const repository *r = context;
    const char *from = delta->old_file.path, *to = delta->new_file.path;
    size_t prefix = strlen(r->prefix);
    if (delta->status == GIT_DELTA_RENAMED && strncmp(from, r->prefix, prefix) == 0 &&
        strncmp(to, r->prefix, prefix) == 0) {
        fwrite(from + prefix, 1, strlen(from + prefix) + 1, r->out);
        fwrite(to + prefix, 1, strlen(to + prefix) + 1, r->out);
    }
    return 0;
}

static void write_renames(repository *r, git_diff *changes) {
    git_diff_find_options options;
    git_diff_find_options_init(&options, GIT_DIFF_FIND_OPTIONS_VERSION);
    options.flags = GIT_DIFF_FIND_RENAMES | GIT_DIFF_FIND_FOR_UNTRACKED;
    if (git_diff_find_similar(changes, &options) == 0)
        git_diff_foreach(changes, write_rename, NULL, NULL, NULL, r);
    git_diff_free(changes);
}

static git_tree *tree_of(const git_commit *commit) {
    git_tree *tree = NULL;
    return commit && git_commit_tree(&tree, commit) == 0 ? tree : NULL;
}

/* What the commit renamed, against its first parent. */
static void list_renames_of(repository *r, const git_commit *commit, const git_diff_options *options) {
    git_commit *parent = NULL;
    git_diff *changes = NULL;
    if (git_commit_parent(&parent, commit, 0) != 0)
        return;
    git_tree *old = tree_of(parent), *new = tree_of(commit);
    if (old && new &&git_diff_tree_to_tree(&changes, r->git, old, new, options) == 0)
        write_renames(r, changes);
    git_tree_free(old);
    git_tree_free(new);
    git_commit_free(parent);
}

/* Paths before and after, each with a NUL behind it: what is in no commit yet first, then the last commits.
 */
static void list_renames(repository *r) {
    git_object *head = NULL;
    git_diff *changes = NULL;
    git_diff_options options;
    git_diff_options_init(&options, GIT_DIFF_OPTIONS_VERSION);
    options.flags = GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_RECURSE_UNTRACKED_DIRS |
                    GIT_DIFF_IGNORE_SUBMODULES | GIT_DIFF_DISABLE_PATHSPEC_MATCH;
    if (*r->prefix)
        options.pathspec = (git_strarray){(char **)&r->prefix, 1};
    if (git_revparse_single(&head, r->git, "HEAD") != 0)
        return;
    git_tree *tree = tree_of((git_commit *)head);
    if (tree && git_diff_tree_to_workdir_with_index(&changes, r->git, tree, &options) == 0)
        write_renames(r, changes);
    git_commit *commit = (git_commit *)head, *parent = NULL;
    for (int i = 0; i < COMMITS_MAX && commit; i++, commit = parent) {
        parent = NULL;
        list_renames_of(r, commit, &options);
        git_commit_parent(&parent, commit, 0);
        git_commit_free(commit);
    }
}

/* `revision` NULL: what was renamed. `folder`: find_repository. */
static _Noreturn void read_repository(const char *root, slice folder, const char *revision, int asked,
                                      int to) {
    /* Of what is open here, what is not for it: the journal, the process that has the network. */
    char byte;
    int wait = fcntl(asked, F_DUPFD, 5), out = fcntl(to, F_DUPFD, 5);
    if (wait < 0 || out < 0 || dup2(wait, 3) != 3 || dup2(out, 4) != 4 ||
        syscall(SYS_close_range, 5, ~0u, 0) != 0)
        _exit(1);
    while (read(3, &byte, 1) != 1)
        if (errno != EINTR)
            _exit(0); /* nobody wants to know */
    to = 4;
    static const char *known[] = {"partialclone", "worktreeconfig"};
    repository r = {.out = fdopen(to, "w")};
    arena *a = arena_new(0);
    const struct rlimit none = {0, 0};
#ifndef ISOMERIZE_SANITIZED /* which takes terabytes of addresses */
    setrlimit(RLIMIT_AS, &(struct rlimit){GIT_MEMORY, GIT_MEMORY});
#endif
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    alarm(GIT_SECONDS);
    sandbox_calls(SANDBOX_NO_SOCKETS);
    sandbox_files((const char *const[]){"/", NULL}, (const char *const[]){NULL}, false);
    git_libgit2_init();
    for (int level = GIT_CONFIG_LEVEL_PROGRAMDATA; !revision && level <= GIT_CONFIG_LEVEL_GLOBAL; level++)
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, ""); /* the process may have given them up */
    git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, known, sizeof known / sizeof *known);
    if (r.out && open_repository(&r, root, folder, a)) {
        if (revision)
            list_changes(&r, revision);
        else
            list_renames(&r);
    }
    _exit(r.out && fclose(r.out) == 0 ? 0 : 1);
}

/* ---- in this process -------------------------------------------------------------------------------------
 */

static bool read_pipe(int from, arena *a, slice *output) {
    buffer out = buffer_new(a, 65536);
    while (out.length <= GIT_OUTPUT) {
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
    return false;
}

static int end_git(git_answer *answer) {
    int status = 0;
    close(answer->ask);
    close(answer->asked);
    close(answer->from);
    while (answer->child > 0 && waitpid(answer->child, &status, 0) < 0 && errno == EINTR)
        ;
    answer->child = 0;
    return status;
}

/* Starts a process that reads the repository once it is asked. False: `error` says why there is none. */
static bool start_git(const site *s, const char *revision, arena *a, git_answer *answer) {
    int asked[2], ends[2];
    slice folder = find_repository(s->root, a);
    *answer = (git_answer){.revision = revision, .paths = SLICE(""), .error = SLICE("")};
    if (!folder.length) {
        answer->error = SLICE("git says: the site is in no git checkout");
        return false;
    }
    if (pipe2(asked, O_CLOEXEC) != 0 || pipe2(ends, O_CLOEXEC) != 0) {
        answer->error = describe_error(a, "git's data cannot be read", errno);
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        close(asked[1]);
        close(ends[0]);
        read_repository(s->root, folder, revision, asked[0], ends[1]);
    }
    close(ends[1]);
    answer->child = child;
    answer->ask = asked[1];
    answer->asked = asked[0]; /* open until the end: a process that is gone is no reason for SIGPIPE */
    answer->from = ends[0];
    if (child < 0) {
        answer->error = describe_error(a, "git's data cannot be read", errno);
        end_git(answer);
    }
    return child > 0;
}

/* The paths (from the site's root, each with a NUL behind it) that differ from the revision; or why they are
 * not known. */
static void finish_git(git_answer *answer, arena *a) {
    bool whole = write(answer->ask, "", 1) == 1 && read_pipe(answer->from, a, &answer->paths);
    int status = end_git(answer);
    answer->error = SLICE("git's data cannot be read: the process that reads it did not end as it should");
    if (!whole || status != 0)
        return;
    slice paths = answer->paths;
    bool first = slice_starts_with(paths, SLICE("/")); /* as no path in a repository does */
    size_t sign = first ? 0 : slice_find(paths, SLICE("\0/"), 0);
    answer->known = sign == SLICE_NONE;
    answer->unused = slice_starts_with(paths, SLICE("/?"));
    if (!answer->known)
        answer->error =
            format_slice(a, "git says: %.*s", SLICE_ARGS(slice_from(paths, sign + (first ? 2 : 3))));
}

void site_ask_git(site *s, const char *revision, bool now) {
    if (!revision &&
        find_repository(s->root, s->arena).length == strlen(s->root)) /* it can be asked later, too */
        return;
    git_answer *one = vector_push(&s->answers);
    if (start_git(s, revision, s->arena, one) && now)
        finish_git(one, s->arena);
}

void git_close(site *s) {
    for (size_t i = 0; i < s->answers.count; i++) {
        git_answer *one = vector_at(&s->answers, i);
        if (one->child)
            end_git(one);
    }
}

/* From who was started for it, or what was answered already. */
static bool ask_git(site *s, const char *revision, arena *a, slice *paths, slice *error, bool *unused) {
    git_answer own, *one = NULL;
    for (size_t i = 0; i < s->answers.count && !one; i++) {
        git_answer *known = vector_at(&s->answers, i);
        bool same = revision && known->revision ? strcmp(known->revision, revision) == 0
                                                : revision == known->revision;
        one = same ? known : NULL;
    }
    if (one && one->child)
        finish_git(one, s->arena);
    if (!one && start_git(s, revision, a, one = &own))
        finish_git(one, a);
    *paths = one->paths;
    *error = one->error;
    *unused = one->unused;
    return one->known;
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

bool site_keep_changed_since(site *s, const char *revision, slice *error) {
    vector paths = vector_new(s->arena, sizeof(slice)), kept = vector_new(s->arena, sizeof(slice));
    slice output;
    bool unused;
    if (!ask_git(s, revision, s->arena, &output, error, &unused))
        return false;
    add_paths(output, &paths);
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

vector git_renames(site *s, arena *a) {
    vector paths = vector_new(a, sizeof(slice));
    slice output, ignored;
    bool unused;
    if (ask_git(s, NULL, a, &output, &ignored, &unused))
        add_paths(output, &paths);
    return paths;
}

/* Changes of our own making are no news. */
static bool is_ours(const journal *j, slice path) {
    const journal_row *row = j ? journal_find(j, path) : NULL;
    return row && row->outcome == SITE_CONVERTED;
}

size_t count_uncommitted(site *s, const journal *j, slice *unused_why) {
    vector paths = vector_new(s->arena, sizeof(slice));
    slice output, why;
    size_t count = 0;
    bool unused;
    *unused_why = (slice){NULL, 0};
    if (!ask_git(s, "HEAD", s->arena, &output, &why, &unused)) {
        *unused_why = unused ? why : *unused_why;
        return 0;
    }
    add_paths(output, &paths);
    sort_paths(&paths);
    for (size_t i = 0; i < s->pages.count; i++) {
        slice page = *(slice *)vector_at(&s->pages, i);
        count += is_listed(&paths, page) && !is_ours(j, page);
    }
    return count;
}
