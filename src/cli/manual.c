/* The manual page and the words for shell completion, out of the program's own tables: commands, options,
 * finding codes. Whatever is in a table is in the manual and at the prompt, and nothing else is. */
#include "cli.h"
#include "report/report.h"

#include <stdio.h>

/* ---- the manual -------------------------------------------------------------------------------------- */

/* Text for groff: backslashes, hyphens that are minus signs, and what would be a request at the start of a
 * line. */
static void append_roff(buffer *out, const char *text) {
    bool line_start = out->length == 0 || out->data[out->length - 1] == '\n';
    if (line_start && (*text == '.' || *text == '\''))
        buffer_append_string(out, "\\&");
    for (; *text; text++) {
        if (*text == '\\')
            buffer_append_string(out, "\\e");
        else if (*text == '-')
            buffer_append_string(out, "\\-");
        else
            buffer_append_char(out, *text);
    }
}

static void append_command(buffer *out, const command_info *command) {
    buffer_append_string(out, ".TP\n\\fBisomerize ");
    append_roff(out, command->name);
    buffer_append_string(out, "\\fR [\\fIOPTION\\fR...] \\fI");
    append_roff(out, command->words);
    buffer_append_string(out, "\\fR\n");
    append_roff(out, command->help);
    buffer_append_string(out, ".\n");
}

static void append_option(buffer *out, const option_info *option) {
    buffer_append_string(out, ".TP\n");
    if (option->letter)
        buffer_printf(out, "\\fB\\-%c\\fR, ", option->letter);
    buffer_append_string(out, "\\fB\\-\\-");
    append_roff(out, option->name);
    buffer_append_string(out, "\\fR");
    if (option->argument)
        buffer_printf(out, " \\fI%s\\fR", option->argument);
    buffer_append_char(out, '\n');
    append_roff(out, option->help);
    if (strcmp(option->commands, "*") == 0)
        buffer_append_string(out, ".\n");
    else
        buffer_printf(out, ".\nFor: %s.\n", option->commands);
}

static void append_code(buffer *out, const finding_info *info) {
    buffer_append_string(out, ".TP\n\\fB");
    append_roff(out, info->name);
    buffer_printf(out, "\\fR (%s)\nWas there: ", grade_name(info->grade));
    append_roff(out, info->title);
    buffer_append_string(out, ".\nNow: ");
    append_roff(out, info->became);
    buffer_append_string(out, ".\nTo do: ");
    append_roff(out, info->advice);
    buffer_append_string(out, ".\n");
}

static void append_table(buffer *out, slice name) {
    if (slice_equal(name, SLICE("commands")))
        for (const command_info *c = command_table(); c->name; c++)
            append_command(out, c);
    else if (slice_equal(name, SLICE("options")))
        for (int o = 0; o < OPTION_COUNT; o++)
            append_option(out, option_describe((option_id)o));
    else if (slice_equal(name, SLICE("codes")))
        for (int code = 0; code < FINDING_COUNT; code++)
            append_code(out, finding_describe((finding_code)code));
    else if (slice_equal(name, SLICE("version")))
        buffer_append_string(out, ISOMERIZE_VERSION);
}

void write_manual(slice page, buffer *out) {
    for (size_t at = 0;;) {
        size_t open = slice_find_char(page, '@', at);
        size_t close = open == SLICE_NONE ? SLICE_NONE : slice_find_char(page, '@', open + 1);
        buffer_append(out, slice_sub(page, at, close == SLICE_NONE ? page.length : open));
        if (close == SLICE_NONE)
            return;
        append_table(out, slice_sub(page, open + 1, close));
        at = close + 1;
        /* A table ends its own last line. */
        if (at < page.length && page.data[at] == '\n' && out->length && out->data[out->length - 1] == '\n')
            at++;
    }
}

/* ---- completion -------------------------------------------------------------------------------------- */

static void print_word(const char *dashes, const char *word, const char *help) {
    printf("%s%s\t%s\n", dashes, word, help);
}

static void complete_options(const char *command) {
    for (int o = 0; o < OPTION_COUNT; o++)
        if (command_takes(command, (option_id)o))
            print_word("--", option_describe((option_id)o)->name, option_describe((option_id)o)->help);
}

/* The values that an option takes, by the name of its argument. Files and folders are the shell's own
 * business. */
static void complete_values(const char *option) {
    int o = 0;
    while (o < OPTION_COUNT && strcmp(option, option_describe((option_id)o)->name) != 0)
        o++;
    const char *argument = o < OPTION_COUNT ? option_describe((option_id)o)->argument : NULL;
    if (argument && strcmp(argument, "FORMAT") == 0)
        for (int format = 0; format < REPORT_FORMAT_COUNT; format++)
            print_word("", report_format_name((report_format)format), "");
    if (argument && strcmp(argument, "GRADE") == 0)
        for (int g = GRADE_COSMETIC; g <= GRADE_LOSS; g++)
            print_word("", grade_name((grade)g), "");
    if (argument && strcmp(argument, "CODE") == 0)
        for (int code = 0; code < FINDING_COUNT; code++)
            print_word("", finding_describe((finding_code)code)->name,
                       finding_describe((finding_code)code)->title);
}

int command_complete(int argc, char **argv) {
    if (argc == 1) {
        for (const command_info *c = command_table(); c->name; c++)
            print_word("", c->name, c->help);
        print_word("", "help", "what a command does; `help codes`: what findings mean");
    } else if (argc == 2)
        complete_options(argv[1]);
    else
        complete_values(strncmp(argv[2], "--", 2) == 0 ? argv[2] + 2 : argv[2]);
    return EXIT_DONE;
}
