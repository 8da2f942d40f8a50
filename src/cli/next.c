/* The next command to type, built in one place from the command line: with the words and the options that
 * this run was given, as far as the next one takes them.
 *
 * Comes in: what the command line and the settings asked for. Goes out: a line on standard error.
 */
#include "next.h"

#include "pager.h"
#include "show.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define STEP_LINES_MAX 6 /* a command that takes more is shown without its words */

/* They say how a run shows, or that it is to do nothing: none of them makes another page. */
static bool only_shows(option_id o) {
    static const option_id THOSE[] = {
        OPTION_HELP,     OPTION_VERSION, OPTION_JSON,   OPTION_QUIET,    OPTION_VERBOSE,
        OPTION_DRY_RUN,  OPTION_FAIL_ON, OPTION_FORMAT, OPTION_MAX_SIZE, OPTION_MIN_GRADE,
        OPTION_NO_PAGER, OPTION_GRADE,   OPTION_FETCH,  OPTION_REFRESH,  OPTION_FIX,
    };
    for (size_t i = 0; i < sizeof THOSE / sizeof *THOSE; i++)
        if (THOSE[i] == o)
            return true;
    return false;
}

static bool converts(const char *command) {
    return strcmp(command, "convert") == 0 || strcmp(command, "diff") == 0;
}

/* Is the option of the one command for the other, too? --force and its like say which pages are converted,
 * and to revert they mean something else; so does --out to whatever does not write pages. */
static bool is_carried(option_id o, const char *from, const char *to) {
    bool chooses = o == OPTION_FORCE || o == OPTION_UPDATE || o == OPTION_NEW_PAGES;
    bool same = strcmp(from, to) == 0;
    return command_takes(to, o) && !only_shows(o) && (!chooses || (converts(from) && converts(to))) &&
           (o != OPTION_OUT || (same && strcmp(to, "convert") == 0));
}

static void append_option(option_id o, const char *value, buffer *out, arena *a) {
    const char *name = option_describe(o)->name;
    buffer_append_char(out, ' ');
    buffer_append_word(out, value ? format_slice(a, "--%s=%s", name, value) : format_slice(a, "--%s", name));
}

/* Does the step itself say it? */
static bool is_named(const char *options, option_id o, arena *a) {
    const char *name = slice_c_string(format_slice(a, "--%s", option_describe(o)->name), a);
    const char *at = strstr(options, name);
    return at && (at[strlen(name)] == ' ' || at[strlen(name)] == '=' || !at[strlen(name)]);
}

static void append_options(const cli_arguments *arguments, const next_step *step, buffer *out, arena *a) {
    for (size_t i = arguments->set_count; i < arguments->option_count; i++) {
        option_id o = arguments->options[i].option;
        if (is_carried(o, arguments->command, step->command) && !is_named(step->options, o, a))
            append_option(o, arguments->options[i].value, out, a);
    }
}

static slice command_of(const cli_arguments *arguments, const next_step *step, bool whole, arena *a) {
    buffer out = buffer_new(a, 128);
    buffer_printf(&out, "isomerize %s%s%s", step->command, step->options[0] ? " " : "", step->options);
    append_options(arguments, step, &out, a);
    for (size_t i = 0; whole && i < arguments->word_count; i++)
        if (arguments->words[i][0] == '-' && arguments->words[i][1]) {
            buffer_append_string(&out, " --");
            break;
        }
    for (size_t i = 0; whole && i < arguments->word_count; i++) {
        buffer_append_char(&out, ' ');
        buffer_append_word(&out, slice_of(arguments->words[i]));
    }
    buffer_append_string(&out, whole ? step->more : " ...");
    buffer_append_string(&out, whole ? "" : step->more);
    return site_show_path(buffer_slice(&out), a);
}

slice next_command(const cli_arguments *arguments, const char *command, const char *options, arena *a) {
    return command_of(arguments, &(next_step){command, options, "", ""}, true, a);
}

/* Bytes that fit into a line of standard error's terminal; no limit elsewhere. */
static size_t line_room(void) {
    struct winsize size;
    if (ioctl(pager_runs() ? STDIN_FILENO : STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return SIZE_MAX;
    return size.ws_col;
}

/* The end of the last word that fits, where the shell goes on behind ` \`; outside of quotes. The whole
 * length: it fits. 0: no word does. */
static size_t break_of(slice line, size_t room) {
    size_t fits = 0;
    bool quoted = false;
    if (line.length <= room)
        return line.length;
    for (size_t i = 0; i + 2 <= room && i < line.length; i++) {
        if (line.data[i] == '\\' && !quoted)
            i++;
        else if (line.data[i] == '\'')
            quoted = !quoted;
        else if (line.data[i] == ' ' && !quoted)
            fits = i;
    }
    return fits;
}

/* Breaks the command into lines that a shell takes as one. False: it needs too many, or a word is too long.
 */
static bool break_command(slice command, size_t room, buffer *out) {
    const slice indent = SLICE("    ");
    slice line = format_slice(out->arena, "next: %.*s", SLICE_ARGS(command));
    for (int lines = 0; lines < STEP_LINES_MAX; lines++) {
        size_t end = break_of(line, room);
        if (end <= indent.length && end < line.length)
            return false;
        buffer_append(out, slice_sub(line, 0, end));
        if (end == line.length)
            return true;
        buffer_append_string(out, " \\\n");
        line =
            format_slice(out->arena, "%.*s%.*s", SLICE_ARGS(indent), SLICE_ARGS(slice_from(line, end + 1)));
    }
    return false;
}

void tell_next(const cli_arguments *arguments, const next_step *step, arena *a) {
    size_t room = line_room();
    slice command = command_of(arguments, step, true, a);
    slice whole = format_slice(a, "next: %.*s, %s", SLICE_ARGS(command), step->purpose);
    buffer lines = buffer_new(a, 256);
    slice out = whole;
    if (whole.length > room && break_command(command, room, &lines))
        out = buffer_slice(&lines);
    else if (whole.length > room)
        out =
            utf8_head(format_slice(a, "next: %.*s", SLICE_ARGS(command_of(arguments, step, false, a))), room);
    fprintf(stderr, "%.*s\n", SLICE_ARGS(out));
}
