/* From the command line to the sandbox of a run.
 *
 * Comes in: the command, its options, the site. Goes out: a process that can do less. What the system lacks
 * is said in one line; with --sandbox=require the run ends there.
 */
#include "confine.h"

#include "engine.h"

#include "remote.h"
#include "sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_off(const cli_arguments *arguments) {
    return strcmp(option_value(arguments, OPTION_SANDBOX, "auto"), "off") == 0;
}

/* False: the run must end. */
static bool go_on_without(const cli_arguments *arguments, const char *lacking) {
    if (!lacking)
        return true;
    bool required = strcmp(option_value(arguments, OPTION_SANDBOX, "auto"), "require") == 0;
    if (required)
        complain("--sandbox=require: the system has no %s", lacking);
    else if (!option_given(arguments, OPTION_QUIET))
        complain("note: the system has no %s: the run goes on without", lacking);
    return !required;
}

static bool may_fetch(const cli_arguments *arguments, const char *command) {
    bool convert = strcmp(command, "convert") == 0 && !option_given(arguments, OPTION_OFFLINE) &&
                   !option_given(arguments, OPTION_OUT);
    return convert || (strcmp(command, "assets") == 0 && option_given(arguments, OPTION_FETCH));
}

bool give_up_calls(const cli_arguments *arguments, const char *command) {
    bool serves = strcmp(command, "review") == 0; /* that gives up later */
    if (may_fetch(arguments, command) && !remote_begin(arguments))
        return false;
    return serves || is_off(arguments) || go_on_without(arguments, sandbox_calls(SANDBOX_NO_SOCKETS));
}

bool give_up_to_serve(const cli_arguments *arguments) {
    return is_off(arguments) || go_on_without(arguments, sandbox_calls(SANDBOX_SERVES));
}

static void add(vector *paths, const char *path) {
    if (path)
        *(const char **)vector_push(paths) = path;
}

/* For getaddrinfo and TLS; what the user named for them, too. */
static void add_network(vector *reads, const cli_arguments *arguments) {
    static const char *const folders[] = {"/etc", "/usr/lib", "/lib", "/usr/share", "/usr/local/share",
                                          "/run", "/var/lib"};
    static const char *const variables[] = {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        add(reads, folders[i]);
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        add(reads, getenv(variables[i]));
    add(reads, option_value(arguments, OPTION_CA_FILE, NULL));
}

/* What the system lacks is said by the other process. */
bool keep_network_only(const cli_arguments *arguments) {
    arena *a = arena_new(0);
    vector reads = vector_new(a, sizeof(const char *));
    add_network(&reads, arguments);
    vector_push_zeroed(&reads);
    bool whole = is_off(arguments) || (!sandbox_files(reads.items, (const char *const[]){NULL}, true) &&
                                       !sandbox_calls(SANDBOX_CONNECTS));
    arena_destroy(a);
    return whole || strcmp(option_value(arguments, OPTION_SANDBOX, "auto"), "require") != 0;
}

/* The folder of --out has to be there before the rest is given up. Whether it can be used, the run says. */
static bool make_out(const site *s, const char *out) {
    bool made = mkdir(out, 0777) == 0;
    if (!site_contains(s, out))
        return true;
    complain("--out %s is in the site: name a folder outside of it", out);
    if (made)
        rmdir(out);
    return false;
}

/* What the command line, and the user's own settings, name to be read. */
static void add_named(vector *reads, const cli_arguments *arguments, arena *a) {
    static const option_id NAMING[] = {OPTION_CSS, OPTION_MAPPINGS, OPTION_DECISIONS};
    for (size_t i = 0; i < arguments->option_count; i++)
        for (size_t k = 0; k < sizeof NAMING / sizeof *NAMING; k++)
            if (arguments->options[i].option == NAMING[k])
                add(reads, arguments->options[i].value);
    for (size_t i = 0; i < arguments->other_count; i++)
        add(reads, arguments->words[arguments->word_count + i]);
    add(reads, own_settings_path(a));
}

static void ask_git(const cli_arguments *arguments, site *s, confinement what) {
    const char *since = option_value(arguments, OPTION_SINCE, NULL);
    if (since)
        site_ask_git(s, since, true);
    if (what != CONFINE_FILES && what != CONFINE_NOTES)
        site_ask_git(s, NULL, true);
    if (what == CONFINE_CONVERTS && !option_given(arguments, OPTION_OUT) &&
        !option_given(arguments, OPTION_QUIET))
        site_ask_git(s, "HEAD", false);
}

/* `reads`, `writes`: besides the site's. */
static bool keep_site(const cli_arguments *arguments, site *s, bool in_place, vector *reads, vector *writes,
                      arena *a) {
    const char *root = s ? slice_c_string(site_root(s), a) : "/";
    add(reads, root);
    add(reads, "/sys/devices/system/cpu"); /* how many cores there are */
    if (in_place)
        add(writes, root);
    vector_push_zeroed(reads);
    vector_push_zeroed(writes);
    return go_on_without(arguments, sandbox_files(reads->items, writes->items, false));
}

bool give_up_files(const cli_arguments *arguments, site *s, confinement what, arena *a) {
    vector reads = vector_new(a, sizeof(const char *)), writes = vector_new(a, sizeof(const char *));
    slice error = SLICE("");
    bool dry = option_given(arguments, OPTION_DRY_RUN);
    if (dry)
        what = CONFINE_READS;
    const char *out = s && !dry ? option_value(arguments, OPTION_OUT, NULL) : NULL;
    bool in_place = what != CONFINE_READS && !out, begins = in_place && what >= CONFINE_SERVES;
    if (s)
        ask_git(arguments, s, what);
    if (is_off(arguments))
        return true;
    if (s && what != CONFINE_FILES && !begins && !site_claim_state(s, false, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        return false;
    }
    if (out && !make_out(s, out))
        return false;
    if (s) {
        add_named(&reads, arguments, a);
        site_confine(s);
    }
    if (s && what != CONFINE_FILES)
        add(&writes, begins ? site_state_place(s) : site_journal_folder(s));
    add(&writes, out);
    return keep_site(arguments, s, s && in_place, &reads, &writes, a);
}

bool give_up_the_rest(const cli_arguments *arguments, site *s, arena *a) {
    vector reads = vector_new(a, sizeof(const char *)), writes = vector_new(a, sizeof(const char *));
    slice error = SLICE("");
    const char *out = option_value(arguments, OPTION_OUT, NULL);
    if (is_off(arguments))
        return true;
    if (!out && !site_claim_state(s, true, &error)) {
        complain("%.*s", SLICE_ARGS(error));
        return false;
    }
    add(&writes, site_journal_folder(s));
    add(&writes, out);
    return keep_site(arguments, s, !out, &reads, &writes, a);
}
