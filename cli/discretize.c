/* sinew discretize: the matrices of the recurrence. */
#include <stdio.h>

#include "delayed.h"
#include "kernel.h"
#include "matrices.h"
#include "sampling.h"

typedef struct settings {
    sampling sampling;
    bool json;
} settings;

static const option options[] = {SAMPLING_STEP_OPTIONS(settings),
                                 SAMPLING_METHOD_OPTIONS(settings),
                                 FLAG_OPTION(settings, json, "json", "print JSON"),
                                 {0}};

static void print_json(const sinew_discretization *d)
{
    putchar('{');
    matrices_json_sampled(d);
    puts("}");
}

static void print_table(const sinew_discretization *d)
{
    sinew_matrices m = sinew_discretization_matrices(d);
    double step_s = sinew_discretization_step_s(d);
    printf("method  %s\nstep_s  %.17g (%.10g Hz)\nradius  %.17g\n",
           sinew_method_name(sinew_discretization_method(d)), step_s, 1 / step_s,
           sinew_discretization_radius(d));
    matrices_table(&m);
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    (void)n_args;
    const settings *s = given;
    const char *wrong = sampling_wrong(&s->sampling, true);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    sinew_model *model = NULL;
    sinew_discretization *d = NULL;
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    char warning[SAMPLING_WARNING_BYTES];
    sinew_error error;
    int status = EXIT_DONE;
    if (sampling_open(&model, args[0], &error)) {
        status = report_failure(self, &error);
    } else if (sinew_model_kernel(model, NULL)) {
        report_name_file(kernel_refuse("it is discrete already, and has no matrices", &error),
                         args[0], &error);
        status = report_failure(self, &error);
    } else if (sinew_model_delayed(model)) {
        if (delayed_print_matrices(model, args[0], &opts, s->json, &error))
            status = report_failure(self, &error);
    } else if (report_name_file(sampling_discretize(&d, model, &opts, warning, &error), args[0],
                                &error)) {
        status = report_failure(self, &error);
    } else {
        if (warning[0])
            report_warning("%s: %s", args[0], warning);
        (s->json ? print_json : print_table)(d);
    }
    sinew_discretization_free(d);
    sinew_model_free(model);
    return status;
}

const command command_discretize = {
    .name = "discretize",
    .summary = "print the matrices of a system seen every step",
    .usage = "MODEL (--rate HZ | --step S) [--method M] [--json]",
    .about =
        "Prints A, B, C, D of x[k+1] = A x[k] + B u[k], y[k] = C x[k] + D u[k]. The method is\n"
        "the description's, else zoh. A design by the bilinear rule has its band edges\n"
        "prewarped unless --prewarp-hz is given.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 1,
    .run = run};
