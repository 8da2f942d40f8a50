/* main: which command, with which options; the help.
 *
 * Comes in: argv. Goes out: a call of one command_* with its options and words, and its exit status. It
 * decides nothing that the library could decide.
 */
#include "cli.h"
#include "confine.h"
#include "pager.h"
#include "remote.h"
#include "show.h"
#include "suggest.h"

#include <fcntl.h>
#include <getopt.h>
#include <malloc.h>
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
    {"explain", "PATH...",
     "which rule matched which shape of a page, and why not another; of a site the totals", command_explain},
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
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        out_of_memory();
    va_end(arguments);
    tell_line(4, "isomerize: %s", text);
    free(text);
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
        bool alone = strlen(spelled) > 24;
        if (alone)
            printf("  %s\n", spelled);
        print_line(27, "  %-24s %s", alone ? "" : spelled, OPTIONS[o].help);
    }
}

static void print_code(int code) {
    const finding_info *info = finding_describe((finding_code)code);
    const char *const lines[][2] = {{"was", info->title}, {"now", info->became}, {"to do", info->advice}};
    printf("%s (%s)\n", info->name, grade_name(info->grade));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        print_line(12, "    %s:%*s%s", lines[i][0], (int)(7 - strlen(lines[i][0])), "", lines[i][1]);
}

static int print_help(const command_info *command) {
    if (command) {
        printf("usage: isomerize %s [OPTION...] %s\n", command->name, command->words);
        print_line(0, "%s", command->help);
        putchar('\n');
        print_options(command->name);
        return EXIT_DONE;
    }
    puts("usage: isomerize COMMAND [OPTION...] [PATH...]\n"
         "Moves a site's pages from the old Markdown editor to the block editor.\n\ncommands:");
    for (const command_info *c = COMMANDS; c->name; c++)
        print_line(26, "  %-10s %-12s %s", c->name, c->words, c->help);
    puts("\noptions of every command:");
    print_options(NULL);
    putchar('\n');
    print_line(
        0, "`isomerize COMMAND --help` shows a command's own options, `isomerize help codes` what findings "
           "mean, `isomerize help CODE` one of them.");
    puts("exit status: 0 done; 1 findings at or above --fail-on; 2 usage;\n"
         "             3 some page could not be converted; 4 environment (disk, journal) or Ctrl-C");
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

static void try_commands(suggestion *near) {
    for (const command_info *c = COMMANDS; c->name; c++)
        suggest_try(near, c->name);
    suggest_try(near, "help");
}

static int help(int argc, char **argv) {
    const command_info *command = argc > 2 ? find_command(argv[2]) : NULL;
    if (argc <= 2 || command)
        return print_help(command);
    bool all = strcmp(argv[2], "codes") == 0, known = all;
    for (int code = 0; code < FINDING_COUNT; code++)
        if (all || strcmp(argv[2], finding_describe((finding_code)code)->name) == 0) {
            print_code(code);
            known = true;
        }
    if (known)
        return EXIT_DONE;
    suggestion near = {.word = argv[2]};
    try_commands(&near);
    suggest_try(&near, "codes");
    suggest_codes(&near);
    complain("there is no command and no finding code '%s'%s", argv[2], suggest_end(&near));
    return EXIT_USAGE;
}

/* getopt's tables, made from ours: a long option's value is its index + 256. */
struct option_tables {
    struct option longs[OPTION_COUNT + 1];
    char shorts[2 * OPTION_COUNT + 3];
};

static void fill_getopt(struct option_tables *tables, bool leading) {
    size_t letters = 0;
    memset(tables, 0, sizeof *tables);
    if (leading) /* stop at the first word */
        tables->shorts[letters++] = '+';
    tables->shorts[letters++] = ':'; /* we say ourselves what is wrong */
    for (int o = 0; o < OPTION_COUNT; o++) {
        tables->longs[o] = (struct option){
            OPTIONS[o].name, OPTIONS[o].argument ? required_argument : no_argument, NULL, 256 + o};
        if (OPTIONS[o].letter)
            tables->shorts[letters++] = OPTIONS[o].letter;
        if (OPTIONS[o].letter && OPTIONS[o].argument)
            tables->shorts[letters++] = ':';
    }
}

/* The word that getopt does not take: a long option that is none, or stands for several, or a letter. */
static void tell_wrong_option(const char *word) {
    suggestion near = {.word = word + 2};
    size_t length = strncmp(word, "--", 2) == 0 ? strcspn(word + 2, "=") : 0, count = 0;
    char name[64];
    if (!length || length >= sizeof name) {
        complain("there is no option '%s'", word);
        return;
    }
    memcpy(name, word + 2, length);
    name[length] = '\0';
    near.word = name;
    for (int o = 0; o < OPTION_COUNT; o++) {
        count += strncmp(OPTIONS[o].name, name, length) == 0;
        suggest_try(&near, OPTIONS[o].name);
    }
    if (count == 1)
        complain("--%s takes no value", near.best);
    else if (count > 1)
        complain("--%s stands for more than one option; write it out", name);
    else if (near.length)
        complain("there is no option --%s; did you mean --%s?", name, near.best);
    else
        complain("there is no option --%s", name);
}

static int find_option(int c) {
    for (int i = 0; c < 256 && i < OPTION_COUNT; i++)
        if (OPTIONS[i].letter == c)
            return i;
    return c - 256;
}

/* Options of argv, added to those there are. `leading`: only those before the first word. False: said what is
 * wrong. */
static bool read_options(int argc, char **argv, bool leading, cli_arguments *arguments) {
    struct option_tables tables;
    fill_getopt(&tables, leading);
    optind = 0; /* from the beginning (getopt(3), glibc) */
    for (int c; (c = getopt_long(argc, argv, tables.shorts, tables.longs, NULL)) != -1;) {
        const char *word = argv[optind - 1];
        if (c == '?' && optopt > 0 && optopt < 256)
            complain("there is no option -%c", optopt);
        else if (c == '?')
            tell_wrong_option(word);
        else if (c == ':')
            complain("--%s expects a value: %s", OPTIONS[find_option(optopt)].name,
                     OPTIONS[find_option(optopt)].argument);
        if (c == '?' || c == ':' || (optarg && !option_takes((option_id)find_option(c), optarg)))
            return false;
        arguments->options[arguments->option_count].option = (option_id)find_option(c);
        arguments->options[arguments->option_count++].value = optarg;
    }
    arguments->words = argv + optind;
    arguments->word_count = (size_t)(argc - optind);
    return true;
}

/* Does the command take all of them? False: said which it does not. */
static bool options_fit(const command_info *command, const cli_arguments *arguments) {
    for (size_t i = 0; i < arguments->option_count; i++)
        if (!command_takes(command->name, arguments->options[i].option)) {
            complain("'%s' does not take --%s", command->name, OPTIONS[arguments->options[i].option].name);
            return false;
        }
    return true;
}

static bool wants_pager(const command_info *command, const cli_arguments *arguments) {
    const char *format = option_value(arguments, OPTION_FORMAT, "unified");
    return command->run == command_diff && !option_given(arguments, OPTION_NO_PAGER) &&
           !option_given(arguments, OPTION_JSON) &&
           (strcmp(format, "unified") == 0 || strcmp(format, "summary") == 0);
}

/* Its words are paths of a site's files. Two take pages that are there no more, and look themselves. */
static bool names_paths(const command_info *command) {
    return command->run != command_report && command->run != command_revert && command->run != command_status;
}

static int run_command(const command_info *command, cli_arguments *arguments) {
    arguments->command = command->name;
    if (!options_fit(command, arguments)) {
        fprintf(stderr, "`isomerize %s --help` shows its options\n", command->name);
        return EXIT_USAGE;
    }
    if (option_given(arguments, OPTION_HELP))
        return print_help(command);
    if (option_given(arguments, OPTION_VERSION))
        return print_version();
    if (command->words[0] != '[' && arguments->word_count == 0) {
        complain("%s what? `isomerize %s %s`", command->name, command->name, command->words);
        return EXIT_USAGE;
    }
    if (names_paths(command) && !paths_are_there(arguments))
        return EXIT_USAGE;
    if (wants_pager(command, arguments))
        pager_start();
    int status = give_up_calls(arguments, command->name) ? command->run(arguments) : EXIT_ENVIRONMENT;
    remote_end();
    pager_end();
    return status;
}

static int no_command(const char *word) {
    suggestion near = {.word = word};
    try_commands(&near);
    complain("there is no command '%s'%s", word, suggest_end(&near));
    fputs("`isomerize --help` lists them\n", stderr);
    return EXIT_USAGE;
}

/* Options may stand before the command and behind it. */
static int run_words(int argc, char **argv, cli_arguments *arguments) {
    if (!read_options(argc, argv, true, arguments))
        return EXIT_USAGE;
    if (!arguments->word_count) {
        bool version = option_given(arguments, OPTION_VERSION);
        int status = version ? print_version() : print_help(NULL);
        return version || option_given(arguments, OPTION_HELP) ? status : EXIT_USAGE;
    }
    char **words = arguments->words;
    int count = (int)arguments->word_count;
    const command_info *command = find_command(words[0]);
    if (!command)
        return no_command(words[0]);
    words[0] = argv[0]; /* where getopt does not look */
    if (!read_options(count, words, false, arguments)) {
        fprintf(stderr, "`isomerize %s --help` shows its options\n", command->name);
        return EXIT_USAGE;
    }
    return run_command(command, arguments);
}

/* What is opened next would get the number of a stream that is closed, and what is printed would go into a
 * page. Opened the wrong way round: printing fails as it should. */
static void open_closed_streams(void) {
    for (int stream = 0; stream < 3; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", stream ? O_RDONLY : O_WRONLY) != stream)
            _exit(EXIT_ENVIRONMENT);
}

/* malloc(3) would keep ever larger blocks of memory in its heap once such a one was freed, where they neither
 * go back to the system nor grow without a copy. */
static void keep_blocks_out_of_heap(void) {
    enum { FROM = 256 * 1024 };
    mallopt(M_MMAP_THRESHOLD, FROM);
}

int main(int argc, char **argv) {
    open_closed_streams();
    keep_blocks_out_of_heap();
    guard_terminal();
    watch_for_faults();
    if (argc > 1 && strcmp(argv[1], "help") == 0)
        return help(argc, argv);
    if (argc > 1 && strcmp(argv[1], "debug") == 0)
        return command_debug(argc - 1, argv + 1);
    if (argc > 1 && strcmp(argv[1], "complete") == 0)
        return command_complete(argc - 1, argv + 1);
    cli_arguments arguments = {.options = calloc((size_t)argc + 1, sizeof *arguments.options)};
    if (!arguments.options) {
        complain("there is no memory left");
        return EXIT_ENVIRONMENT;
    }
    int status = run_words(argc, argv, &arguments);
    free(arguments.options);
    return status;
}
