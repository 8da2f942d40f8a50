/* cli/: the program: one file a command, argv in, exit status out. */
#ifndef ISOMERIZE_CLI_H
#define ISOMERIZE_CLI_H

#include "base/base.h"

/* Exit statuses, as the manual has them. */
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FINDINGS = 1,
    EXIT_USAGE = 2,
    EXIT_UNCONVERTED = 3,
    EXIT_ENVIRONMENT = 4
};

/* The options: options.def is the one table. */
typedef enum option_id {
#define OPTION(symbol, name, letter, argument, commands, help) OPTION_##symbol,
#include "options.def"
#undef OPTION
    OPTION_COUNT
} option_id;

typedef struct option_info {
    const char *name;
    char letter;          /* 0: none */
    const char *argument; /* NULL: takes none */
    const char *commands; /* "*": all */
    const char *help;
} option_info;

const option_info *option_describe(option_id o);
bool command_takes(const char *command, option_id o);
/* Is it a value for this option, which has an argument? False: said what is expected. */
bool option_takes(option_id o, const char *value);
/* Which of the words that the option takes, `one|other`, the value is; -1: none of them. */
int option_choice(option_id o, const char *value);

/* What the command line asks for: options in their order, then the other words. Points into argv. */
typedef struct cli_arguments {
    const char *command;
    struct {
        option_id option;
        const char *value; /* NULL where the option takes none */
    } * options;
    size_t option_count;
    size_t set_count; /* the first so many of them come from files of settings */
    char **words;
    size_t word_count;
    size_t other_count; /* words behind those: files that are read besides */
} cli_arguments;

bool option_given(const cli_arguments *arguments, option_id o);
/* The value given last, or `otherwise`. */
const char *option_value(const cli_arguments *arguments, option_id o, const char *otherwise);

/* The commands: main.c holds the table. */
typedef struct command_info {
    const char *name;
    const char *words; /* what follows, for the help: "PATH..." */
    const char *help;
    int (*run)(const cli_arguments *arguments); /* returns an exit status */
} command_info;

/* The table of commands, ended by a NULL name; for the help, the manual and the completions. */
const command_info *command_table(void);

int command_accept(const cli_arguments *arguments);
int command_assets(const cli_arguments *arguments);
int command_check(const cli_arguments *arguments);
int command_convert(const cli_arguments *arguments);
int command_decisions(const cli_arguments *arguments);
int command_diff(const cli_arguments *arguments);
int command_report(const cli_arguments *arguments);
int command_explain(const cli_arguments *arguments);
int command_review(const cli_arguments *arguments);
int command_status(const cli_arguments *arguments);
int command_revert(const cli_arguments *arguments);
int command_mappings(const cli_arguments *arguments);
int command_debug(int argc, char **argv); /* stages have arguments of their own */

/* `isomerize complete [COMMAND [--OPTION]]`, for the shells: commands, a command's options, an option's
 * values, one a line, with a tab before what it means. */
int command_complete(int argc, char **argv);

/* The manual page: the template (manual/isomerize.1.in) with its @tables@ filled in. */
void write_manual(slice page, buffer *out);

/* "isomerize: …" on standard error, with a line break. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* From now on what is printed to a terminal or on standard error is shown as text: no control character of a
 * page, a name or a server reaches it. */
void guard_terminal(void);

/* From now on a fault of the program (SIGSEGV and its kin) names the file that it was at before it ends the
 * program.
 */
void watch_for_faults(void);

/* From now on the first Ctrl-C (SIGINT, SIGTERM) only asks to stop; the second ends the program, as do some
 * seconds in which it did not stop. */
void watch_for_stop(void);
bool stop_is_asked(void *context); /* for site_events; `context` is not used */

/* One line of JSON on standard output: what the writer holds, which is emptied of it. */
void print_json_line(json_writer *json);

/* A whole file, or standard input for "-", into the arena. False with errno set. */
bool read_file(const char *path, arena *a, slice *out);

#endif
