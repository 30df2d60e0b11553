/* command: a row of the program's table. main.c reads the options into the command's settings
 * and calls `run`; what `run` returns is the exit status. */
#ifndef SINEW_CLI_COMMAND_H
#define SINEW_CLI_COMMAND_H

#include "options.h"
#include "sinew/system.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSED = 2 };

typedef struct command command;

struct command {
    const char *name;
    const char *summary; /* one line for the list of commands */
    const char *usage;   /* what follows the name */
    const char *about;   /* paragraphs for the help */
    const option *options;
    size_t settings_bytes;
    size_t least, most; /* how many arguments that are no options */
    int (*run)(const command *self, const void *settings, const char **args, size_t n_args);
};

extern const command command_discretize, command_response, command_run, command_info;
extern const command command_design, command_step, command_impulse, command_reduce;
extern const command command_fit, command_plan, command_bench, command_lm;

/* "sinew: ..." and "sinew: warning: ..." on standard error. */
__attribute__((format(printf, 1, 2))) void report_error(const char *format, ...);
__attribute__((format(printf, 1, 2))) void report_warning(const char *format, ...);

/* Report a misuse with a line that points at --help; returns EXIT_MISUSED. */
__attribute__((format(printf, 2, 3))) int report_misuse(const command *self, const char *format,
                                                        ...);

/* Report what the library refused; an argument out of range is a misuse, the rest a failure. */
int report_failure(const command *self, const sinew_error *error);

/* What the library says of what a file holds, with the name of the file before it. An argument that
 * is out of range is no file's fault, nor is memory. Hands `status` through. */
sinew_status report_name_file(sinew_status status, const char *path, sinew_error *error);

/* The word that reports have for it. */
const char *report_stability(sinew_stability stability);

#endif
