/* Options that are not on the command line.
 *
 * Comes in: the settings of a checkout (.isomerize/config.yml), which anybody may have written, and the
 * user's own ($XDG_CONFIG_HOME/isomerize/config.yml). Goes out: the command line with those before it, so
 * that they count less. A checkout can narrow what a run does, and never widen it: it names no folder outside
 * of it, no host, address, certificate or program, and hides nothing from whoever runs the program.
 */
#include "engine.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What a checkout may set, and within which bounds. */
typedef enum bound {
    BOUND_NONE,
    BOUND_INSIDE, /* a folder of the site, from its root */
    BOUND_CORES,  /* at most as many */
    BOUND_SMALLER /* than what is set otherwise */
} bound;

static const struct setting {
    option_id option;
    bound bound;
    unsigned long most; /* the default, of BOUND_SMALLER */
} OF_CHECKOUTS[] = {{OPTION_STRICT, BOUND_NONE, 0},
                    {OPTION_NO_REPAIR, BOUND_NONE, 0},
                    {OPTION_CARD_LINK_TEXT, BOUND_NONE, 0},
                    {OPTION_DISABLE, BOUND_NONE, 0},
                    {OPTION_FAIL_ON, BOUND_NONE, 0},
                    {OPTION_FORMAT, BOUND_NONE, 0},
                    {OPTION_OFFLINE, BOUND_NONE, 0},
                    {OPTION_MAPPINGS, BOUND_INSIDE, 0},
                    {OPTION_JOBS, BOUND_CORES, 0},
                    /* The defaults of convert_settings and asset_fetch_options */
                    {OPTION_PAGE_LIMIT, BOUND_SMALLER, 16777216},
                    {OPTION_PAGE_MEMORY, BOUND_SMALLER, 2048},
                    {OPTION_PAGE_MEMORY_LIMIT, BOUND_SMALLER, 1073741824},
                    {OPTION_PAGE_OUTPUT, BOUND_SMALLER, 64},
                    {OPTION_PAGE_STEPS, BOUND_SMALLER, 64},
                    {OPTION_ASSET_LIMIT, BOUND_SMALLER, 268435456},
                    {OPTION_ASSET_TIME, BOUND_SMALLER, 1800},
                    {OPTION_FETCH_LIMIT, BOUND_SMALLER, 68719476736},
                    {OPTION_FETCH_TIME, BOUND_SMALLER, 21600}};

/* A file of settings, and what it may say. */
typedef struct settings_file {
    const char *name; /* as messages have it */
    const site *site; /* whose checkout it is; NULL: the user's own */
} settings_file;

static option_id option_by_name(slice name) {
    for (int o = 0; o < OPTION_COUNT; o++)
        if (slice_equal(name, slice_of(option_describe((option_id)o)->name)))
            return (option_id)o;
    return OPTION_COUNT;
}

/* ---- what a checkout may say -----------------------------------------------------------------------------
 */

/* NULL: a checkout may not set it. */
static const struct setting *find_setting(option_id o) {
    for (size_t i = 0; i < sizeof OF_CHECKOUTS / sizeof *OF_CHECKOUTS; i++)
        if (OF_CHECKOUTS[i].option == o)
            return &OF_CHECKOUTS[i];
    return NULL;
}

/* A path that cannot leave the folder it begins in, whatever is there. */
static bool stays_inside(slice path) {
    for (size_t from = 0; from <= path.length;) {
        size_t to = slice_find_char(path, '/', from);
        if (slice_equal(slice_sub(path, from, to), SLICE("..")))
            return false;
        from = to == SLICE_NONE ? path.length + 1 : to + 1;
    }
    return path.length && path.data[0] != '/';
}

static unsigned long at_most(const char *value, unsigned long most) {
    unsigned long number = strtoul(value, NULL, 10);
    return number && number < most ? number : most;
}

/* The value within the checkout's bounds. NULL: there is none. */
static const char *keep_within(const char *value, const struct setting *may, const site *s, arena *a) {
    switch (may->bound) {
    case BOUND_INSIDE:
        if (!stays_inside(slice_of(value)))
            return NULL;
        return slice_c_string(format_slice(a, "%.*s/%s", SLICE_ARGS(site_root(s)), value), a);
    case BOUND_CORES: {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        return slice_c_string(format_slice(a, "%lu", at_most(value, cores > 0 ? (unsigned long)cores : 1)),
                              a);
    }
    case BOUND_SMALLER:
        return slice_c_string(format_slice(a, "%lu", at_most(value, may->most)), a);
    default:
        return value;
    }
}

/* ---- reading ----------------------------------------------------------------------------------------------
 */

/* One value of a setting as the command line would give it. False: it does not fit the option. */
static bool add_value(cli_arguments *all, option_id o, const front_value *value, arena *a) {
    bool is_flag = !option_describe(o)->argument;
    if (is_flag != (value->kind == FRONT_BOOL))
        return false;
    if (is_flag && !value->boolean)
        return true;
    all->options[all->option_count].option = o;
    if (value->kind == FRONT_STRING)
        all->options[all->option_count].value = slice_c_string(value->text, a);
    else if (value->kind == FRONT_NUMBER)
        all->options[all->option_count].value = slice_c_string(format_slice(a, "%.15g", value->number), a);
    else if (!is_flag)
        return false;
    const char *text = all->options[all->option_count++].value;
    return is_flag || option_takes(o, text);
}

static bool add_values(cli_arguments *all, option_id o, const front_value *value, arena *a) {
    if (value->kind != FRONT_SEQUENCE)
        return add_value(all, o, value, a);
    bool fits = true;
    for (uint32_t i = 0; fits && i < value->count; i++)
        fits = add_value(all, o, &value->entries[i].value, a);
    return fits;
}

/* False: one of the values from `first` on is out of the checkout's bounds. */
static bool bound_values(cli_arguments *all, size_t first, const struct setting *may, const site *s,
                         arena *a) {
    for (size_t i = first; may && may->bound != BOUND_NONE && i < all->option_count; i++)
        if (!(all->options[i].value = keep_within(all->options[i].value, may, s, a)))
            return false;
    return true;
}

static bool refuse(const settings_file *file, const front_entry *setting, const char *why) {
    complain("%s:%u: %.*s%s", file->name, setting->value.line, SLICE_ARGS(setting->key), why);
    return false;
}

static bool add_setting(cli_arguments *all, const front_entry *setting, const settings_file *file, arena *a) {
    option_id o = option_by_name(setting->key);
    const struct setting *may = file->site ? find_setting(o) : NULL;
    size_t first = all->option_count;
    if (o == OPTION_COUNT || o == OPTION_HELP || o == OPTION_VERSION || o == OPTION_FORCE) {
        complain("%s:%u: '%.*s' is no setting; settings are the long names of options", file->name,
                 setting->value.line, SLICE_ARGS(setting->key));
        return false;
    }
    if (file->site && !may)
        return refuse(
            file, setting,
            " is not for a checkout to set, which may come from anybody: if you want it, give it on the "
            "command line, or set it in your own ~/.config/isomerize/config.yml");
    if (!add_values(all, o, &setting->value, a))
        return refuse(file, setting,
                      option_describe(o)->argument
                          ? ": expected a value that the option takes, or a list of them"
                          : ": expected true or false");
    return bound_values(all, first, may, file->site, a) ||
           refuse(file, setting, ": expected a folder of the site, by its path from the root, without `..`");
}

static bool add_file(cli_arguments *all, const front_value *settings, const settings_file *file, arena *a) {
    for (uint32_t i = 0; i < settings->count; i++)
        if (!add_setting(all, &settings->entries[i], file, a))
            return false;
    return true;
}

static size_t count_values(const front_value *settings) {
    size_t count = settings->count;
    for (uint32_t i = 0; i < settings->count; i++)
        count += settings->entries[i].value.count;
    return count;
}

/* ---- the user's own ---------------------------------------------------------------------------------------
 */

/* A folder of the XDG Base Directory Specification; NULL: there is none. */
static const char *base_folder(const char *variable, const char *below_home, arena *a) {
    const char *set = getenv(variable), *home = getenv("HOME");
    if (set && set[0] == '/')
        return set;
    const struct passwd *user = home && home[0] == '/' ? NULL : getpwuid(geteuid());
    if (user) { /* once: later it may be out of reach */
        setenv("HOME", user->pw_dir, 1);
        home = getenv("HOME");
    }
    return home && home[0] == '/' ? slice_c_string(format_slice(a, "%s/%s", home, below_home), a) : NULL;
}

const char *state_base(arena *a) {
    return base_folder("XDG_STATE_HOME", ".local/state", a);
}

const char *own_settings_path(arena *a) {
    const char *base = base_folder("XDG_CONFIG_HOME", ".config", a);
    return base ? slice_c_string(format_slice(a, "%s/isomerize/config.yml", base), a) : NULL;
}

static int read_own(front_value *out, settings_file *file, arena *a) {
    slice text;
    *out = (front_value){.kind = FRONT_MAPPING};
    file->name = own_settings_path(a);
    if (!file->name)
        return EXIT_DONE;
    if (!read_file(file->name, a, &text)) {
        if (errno == ENOENT || errno == ENOTDIR)
            return EXIT_DONE;
        complain("%s: cannot be read: %s", file->name, strerror(errno));
        return EXIT_ENVIRONMENT;
    }
    findings ignored = findings_new(a);
    page_error wrong;
    if (page_read_front(text, 1, a, &ignored, out, &wrong))
        return EXIT_DONE;
    complain("%s:%u:%u: %.*s", file->name, wrong.line, wrong.column, SLICE_ARGS(wrong.message));
    return EXIT_USAGE;
}

int add_settings(const cli_arguments *given, const site *s, arena *a, cli_arguments *all) {
    front_value own;
    settings_file of_user = {"", NULL}, of_site = {".isomerize/config.yml", s};
    int status = read_own(&own, &of_user, a);
    if (status != EXIT_DONE)
        return status;
    front_value none = {.kind = FRONT_MAPPING};
    const front_value *of_checkout = s ? site_settings(s) : &none;
    size_t room = given->option_count + count_values(of_checkout) + count_values(&own);
    *all = *given;
    all->options = arena_zeroed(a, (room + 1) * sizeof *all->options);
    all->option_count = 0;
    if (!add_file(all, of_checkout, &of_site, a) || !add_file(all, &own, &of_user, a))
        return EXIT_USAGE;
    all->set_count = all->option_count;
    for (size_t i = 0; i < given->option_count; i++)
        all->options[all->option_count++] = given->options[i];
    return EXIT_DONE;
}
