/* sinewd: signals through state space models, from sources to subscribers, for as long as it is
 * let. sinewd(8) is the reference. */
#include <getopt.h>
#include <stdio.h>

#include "base/descriptors.h"
#include "daemon.h"
#include "sinew/sinew.h"

static const char usage[] =
    "usage: sinewd [--check] -c CONFIG.yaml\n"
    "Run the pipelines of a configuration: source -> model -> outputs.\n"
    "\n"
    "  -c, --config FILE  the configuration (YAML)\n"
    "      --check        only say whether it is right: file, models, sources\n"
    "  -h, --help         this text\n"
    "      --version      the version\n"
    "\n"
    "SIGINT, SIGTERM and SIGHUP end it in order: files are completed, subscribers told.\n"
    "Exit status: 0 done, 1 failed, 2 misused. The keys are in sinewd(8).\n";

enum { CHECK = 256, VERSION };

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"check", no_argument, NULL, CHECK},
                                        {"help", no_argument, NULL, 'h'},
                                        {"version", no_argument, NULL, VERSION},
                                        {NULL, 0, NULL, 0}};

static int misused(const char *why)
{
    fprintf(stderr, "sinewd: %s\n%s", why, usage);
    return 2;
}

/* What goes to standard output must arrive: a full disk is a failure. */
static int shown(void)
{
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (!sinew_descriptors_reserve())
        return 1; /* nothing can be said, as there may be nowhere to say it */
    const char *config = NULL;
    bool check = false;
    int option;
    while ((option = getopt_long(argc, argv, "c:h", options, NULL)) != -1)
        switch (option) {
        case 'c':
            config = optarg;
            break;
        case CHECK:
            check = true;
            break;
        case 'h':
            fputs(usage, stdout);
            return shown();
        case VERSION:
            printf("sinewd %s\n", sinew_version());
            return shown();
        default:
            return misused("unknown option");
        }
    if (optind < argc)
        return misused("too many arguments");
    if (!config)
        return misused("no configuration: -c CONFIG.yaml");
    return check ? sinewd_daemon_check(config) : sinewd_daemon_run(config);
}
