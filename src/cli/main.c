/* main: which command, with which options; the help.
 *
 * Comes in: argv. Goes out: a call of one command_* with its options and words, and its exit status. It
 * decides nothing that the library could decide.
 */
#include "cli.h"
#include "confine.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const command_info COMMANDS[] = {
    {"convert", "PATH...", "convert pages: a file, a folder, or - for standard input to standard output",
     command_convert},
    {"decisions", "SITE [FILE...]",
     "what people decided about pages: list it; FILEs are put together with it", command_decisions},
    {"diff", "PATH...", "what convert would change: a dry run, as a patch or a report", command_diff},
    {"report", "[FILE...]",
     "what was done to a site (--site); or one report out of the JSON reports of many sites", command_report},
    {"accept", "SITE", "findings that are as they should be: they stay listed, and grade no page",
     command_accept},
    {"review", "SITE", "the report in a browser on this machine, live: decide, convert, put back",
     command_review},
    {"check", "[PATH...]", "are the block editor's pages as it would save them? for CI", command_check},
    {"explain", "PAGE...", "which rule took which shape, and why not another", command_explain},
    {"mappings", "[SITE]", "list and check the rules in force", command_mappings},
    {"status", "[PATH...]", "every page: legacy, converted, edited since, refused", command_status},
    {"revert", "PATH...", "put back the exact bytes from before", command_revert},
    {"assets", "[SITE]", "list the remote files that pages use, and what became of them; --fetch fetches",
     command_assets},
    {NULL, NULL, NULL, NULL},
};

const command_info *command_table(void) {
    return COMMANDS;
}

static const option_info OPTIONS[] = {
#define OPTION(symbol, name, letter, argument, commands, help) {name, letter, argument, commands, help},
#include "options.def"
#undef OPTION
};

const option_info *option_describe(option_id o) {
    return &OPTIONS[o];
}

bool option_given(const cli_arguments *arguments, option_id o) {
    for (size_t i = 0; i < arguments->option_count; i++)
        if (arguments->options[i].option == o)
            return true;
    return false;
}

const char *option_value(const cli_arguments *arguments, option_id o, const char *otherwise) {
    for (size_t i = arguments->option_count; i > 0; i--)
        if (arguments->options[i - 1].option == o)
            return arguments->options[i - 1].value;
    return otherwise;
}

void out_of_memory(void) {
    static const char message[] = "isomerize: out of memory\n";
    ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(EXIT_ENVIRONMENT);
}

void complain(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("isomerize: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

int option_choice(option_id o, const char *value) {
    const char *at = OPTIONS[o].argument;
    size_t length = strlen(value);
    for (int i = 0;; i++) {
        size_t end = strcspn(at, "|");
        if (end == length && strncmp(at, value, length) == 0)
            return i;
        if (!at[end])
            return -1;
        at += end + 1;
    }
}

bool option_takes(option_id o, const char *value) {
    static const char *const NUMBERS[] = {"N", "BYTES", "SECONDS", "MS"};
    const char *argument = OPTIONS[o].argument, *expected = NULL;
    size_t length = strlen(value);
    for (size_t i = 0; i < sizeof NUMBERS / sizeof *NUMBERS; i++)
        if (strcmp(argument, NUMBERS[i]) == 0 &&
            (!length || length > 15 || strspn(value, "0123456789") < length))
            expected = "a whole number";
    int limit = strcmp(argument, "GRADE") == 0 ? grade_by_name(slice_of(value)) : GRADE_REVIEW;
    if (limit == GRADE_CLEAN || limit > GRADE_LOSS)
        expected = "cosmetic, review or loss";
    if (strchr(argument, '|') && option_choice(o, value) < 0)
        expected = argument;
    if (expected)
        complain("--%s %s: expected %s", OPTIONS[o].name, value, expected);
    return !expected;
}

bool command_takes(const char *command, option_id o) {
    const char *commands = OPTIONS[o].commands;
    if (strcmp(commands, "*") == 0)
        return true;
    size_t length = strlen(command);
    for (const char *at = commands; (at = strstr(at, command)); at += length)
        if ((at == commands || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

static void print_options(const char *command) {
    for (int o = 0; o < OPTION_COUNT; o++) {
        if (command ? !command_takes(command, (option_id)o) : strcmp(OPTIONS[o].commands, "*") != 0)
            continue;
        char spelled[64];
        snprintf(spelled, sizeof spelled, "%s%c%s --%s%s%s", OPTIONS[o].letter ? "-" : " ",
                 OPTIONS[o].letter ? OPTIONS[o].letter : ' ', OPTIONS[o].letter ? "," : " ", OPTIONS[o].name,
                 OPTIONS[o].argument ? " " : "", OPTIONS[o].argument ? OPTIONS[o].argument : "");
        printf("  %-24s %s\n", spelled, OPTIONS[o].help);
    }
}

static void print_codes(void) {
    for (int code = 0; code < FINDING_COUNT; code++) {
        const finding_info *info = finding_describe((finding_code)code);
        printf("%s (%s)\n    was:    %s\n    now:    %s\n    to do:  %s\n", info->name,
               grade_name(info->grade), info->title, info->became, info->advice);
    }
}

static int print_help(const command_info *command) {
    if (command) {
        printf("usage: isomerize %s [OPTION...] %s\n%s\n\n", command->name, command->words, command->help);
        print_options(command->name);
        return EXIT_DONE;
    }
    puts("usage: isomerize COMMAND [OPTION...] [PATH...]\n"
         "Moves a site's pages from the old Markdown editor to the block editor.\n\ncommands:");
    for (const command_info *c = COMMANDS; c->name; c++)
        printf("  %-10s %-12s %s\n", c->name, c->words, c->help);
    puts("\noptions of every command:");
    print_options(NULL);
    puts("\n`isomerize COMMAND --help` shows a command's own options, `isomerize help codes` what findings "
         "mean.\n"
         "exit status: 0 done; 1 findings at or above --fail-on; 2 usage; 3 some page could not be "
         "converted;\n"
         "             4 environment (disk, journal), or stopped by Ctrl-C");
    return EXIT_DONE;
}

static int print_version(void) {
    puts("isomerize " ISOMERIZE_VERSION);
    return EXIT_DONE;
}

static const command_info *find_command(const char *name) {
    for (const command_info *c = COMMANDS; c->name; c++)
        if (strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

static int help(int argc, char **argv) {
    if (argc > 2 && strcmp(argv[2], "codes") == 0) {
        print_codes();
        return EXIT_DONE;
    }
    const command_info *command = argc > 2 ? find_command(argv[2]) : NULL;
    if (argc > 2 && !command) {
        complain("there is no command '%s'; `isomerize --help` lists them", argv[2]);
        return EXIT_USAGE;
    }
    return print_help(command);
}

/* getopt's tables, made from ours: a long option's value is its index + 256. */
struct option_tables {
    struct option longs[OPTION_COUNT + 1];
    char shorts[2 * OPTION_COUNT + 1];
};

static void fill_getopt(struct option_tables *tables) {
    size_t letters = 0;
    memset(tables, 0, sizeof *tables);
    for (int o = 0; o < OPTION_COUNT; o++) {
        tables->longs[o] = (struct option){
            OPTIONS[o].name, OPTIONS[o].argument ? required_argument : no_argument, NULL, 256 + o};
        if (OPTIONS[o].letter)
            tables->shorts[letters++] = OPTIONS[o].letter;
        if (OPTIONS[o].letter && OPTIONS[o].argument)
            tables->shorts[letters++] = ':';
    }
}

/* False: said what is wrong. */
static bool read_options(const command_info *command, int argc, char **argv, cli_arguments *arguments) {
    struct option_tables tables;
    fill_getopt(&tables);
    for (int c; (c = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1;) {
        int o = c - 256;
        for (int i = 0; c < 256 && i < OPTION_COUNT; i++)
            if (OPTIONS[i].letter == c)
                o = i;
        bool known = c != '?' && o >= 0, fits = known && command_takes(command->name, (option_id)o);
        if (known && !fits)
            complain("'%s' does not take --%s", command->name, OPTIONS[o].name);
        if (!fits || (optarg && !option_takes((option_id)o, optarg))) {
            fprintf(stderr, "`isomerize %s --help` shows its options\n", command->name);
            return false;
        }
        arguments->options[arguments->option_count].option = (option_id)o;
        arguments->options[arguments->option_count++].value = optarg;
    }
    arguments->words = argv + optind;
    arguments->word_count = (size_t)(argc - optind);
    return true;
}

static int run_command(const command_info *command, int argc, char **argv) {
    cli_arguments arguments = {.option_count = 0};
    int status = EXIT_USAGE;
    arguments.options = calloc((size_t)argc, sizeof *arguments.options);
    if (!arguments.options) {
        complain("there is no memory left");
        status = EXIT_ENVIRONMENT;
    } else if (!read_options(command, argc, argv, &arguments))
        status = EXIT_USAGE;
    else if (option_given(&arguments, OPTION_HELP))
        status = print_help(command);
    else if (option_given(&arguments, OPTION_VERSION))
        status = print_version();
    else if (command->words[0] != '[' && arguments.word_count == 0)
        complain("%s what? `isomerize %s %s`", command->name, command->name, command->words);
    else if (!give_up_calls(&arguments, command->name))
        status = EXIT_ENVIRONMENT;
    else
        status = command->run(&arguments);
    free(arguments.options);
    return status;
}

int main(int argc, char **argv) {
    guard_terminal();
    if (argc < 2) {
        print_help(NULL);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help(NULL);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return print_version();
    if (strcmp(argv[1], "debug") == 0)
        return command_debug(argc - 1, argv + 1);
    if (strcmp(argv[1], "complete") == 0)
        return command_complete(argc - 1, argv + 1);
    const command_info *command = find_command(argv[1]);
    if (!command) {
        complain("there is no command '%s'; `isomerize --help` lists them", argv[1]);
        return EXIT_USAGE;
    }
    argv[1] = argv[0]; /* as getopt's messages begin */
    return run_command(command, argc - 1, argv + 1);
}
