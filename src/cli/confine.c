/* From the command line to the sandbox of a run.
 *
 * Comes in: the command, its options, the site. Goes out: a process that can do less. What the system lacks
 * is said in one line; with --sandbox=require the run ends there.
 */
#include "confine.h"

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
    vector_push(&reads);
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

bool give_up_files(const cli_arguments *arguments, site *s, confinement what, arena *a) {
    vector reads = vector_new(a, sizeof(const char *)), writes = vector_new(a, sizeof(const char *));
    slice error = SLICE("");
    const char *out = option_value(arguments, OPTION_OUT, NULL);
    bool in_place = what != CONFINE_READS && !out;
    if (is_off(arguments))
        return true;
    if (s && what != CONFINE_FILES &&
        !site_claim_state(s, in_place && (what == CONFINE_WRITES || what == CONFINE_SERVES), &error)) {
        complain("%.*s", SLICE_ARGS(error));
        return false;
    }
    if (out && what == CONFINE_WRITES && !make_out(s, out))
        return false;
    add(&reads, s ? slice_c_string(site_root(s), a) : "/");
    add(&reads, "/sys/devices/system/cpu"); /* how many cores there are */
    if (s && what != CONFINE_FILES)
        add(&writes, site_journal_folder(s));
    if (in_place)
        add(&writes, slice_c_string(site_root(s), a));
    if (out && what == CONFINE_WRITES)
        add(&writes, out);
    vector_push(&reads);
    vector_push(&writes);
    if (s)
        site_confine(s);
    return go_on_without(arguments, sandbox_files(reads.items, writes.items, false));
}
