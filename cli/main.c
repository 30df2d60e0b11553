/* sinew: the program. A command is a row of the table and a file of its own. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptors.h"
#include "command.h"
#include "sinew/status.h"

/* clang-format off */
static const command *const commands[] = {
    &command_run,
    &command_lm,
    &command_discretize,
    &command_response,
    &command_step,
    &command_impulse,
    &command_info,
    &command_plan,
    &command_design,
    &command_reduce,
    &command_fit,
    &command_bench,
};
/* clang-format on */
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static int print_overview(void)
{
    puts("usage: sinew COMMAND ...\n\n"
         "Continuous linear state space models as filters of signals.\n\ncommands:");
    for (size_t i = 0; i < N_COMMANDS; i++)
        printf("  %-12s %s\n", commands[i]->name, commands[i]->summary);
    puts("  help         the help of a command: sinew help COMMAND\n\n"
         "MODEL is a description (YAML or JSON) or the name of a shipped model.\n"
         "sinew --version prints the version. The manual page is sinew(1).");
    return EXIT_DONE;
}

static int print_help(const command *c)
{
    printf("usage: sinew %s %s\n\n%s\n\noptions:\n", c->name, c->usage, c->about);
    options_help(c->options);
    return EXIT_DONE;
}

static const command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    const char *names[N_COMMANDS + 1] = {0};
    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i]->name;
    const char *like = sinew_name_like(name, names);
    if (like)
        report_misuse(NULL, "no command %s; did you mean %s?", name, like);
    else
        report_misuse(NULL, "no command %s", name);
    return NULL;
}

static int run_command(const command *c, int argc, char **argv)
{
    options_found found = {.others = calloc((size_t)argc + 1, sizeof *found.others)};
    void *settings = calloc(1, c->settings_bytes);
    int status = EXIT_FAILED;
    if (!found.others || !settings)
        report_error("out of memory");
    else if (!options_read(c->options, argc, argv, settings, &found))
        status = report_misuse(c, "%s", found.wrong);
    else if (found.help)
        status = print_help(c);
    else if (found.n_others < c->least || found.n_others > c->most)
        status = report_misuse(c, "%s: too %s arguments", c->name,
                               found.n_others < c->least ? "few" : "many");
    else
        status = c->run(c, settings, found.others, found.n_others);
    free(settings);
    free(found.others);
    return status;
}

static int dispatch(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (argc < 2)
        return report_misuse(NULL, "no command is given");
    if (strcmp(word, "--version") == 0) {
        printf("sinew %s\n", sinew_version());
        return EXIT_DONE;
    }
    bool help = strcmp(word, "help") == 0;
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || (help && argc == 2))
        return print_overview();
    const command *c = find_command(help ? argv[2] : word);
    if (!c)
        return EXIT_MISUSED;
    return help ? print_help(c) : run_command(c, argc - 2, argv + 2);
}

int main(int argc, char **argv)
{
    if (!sinew_descriptors_reserve())
        return EXIT_FAILED; /* nothing can be said, as there may be nowhere to say it */
    /* A reader that goes away is an error of the write, to be reported and cleaned up after. */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* so is a file that may not grow */
    int status = dispatch(argc, argv);
    errno = 0;
    if ((fflush(stdout) || ferror(stdout)) && status == EXIT_DONE) {
        report_error("standard output: %s", strerror(errno ? errno : EIO));
        status = EXIT_FAILED;
    }
    return status;
}
