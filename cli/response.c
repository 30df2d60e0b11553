/* sinew response: the frequency response, continuous or discrete. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "delayed.h"
#include "json.h"
#include "kernel.h"
#include "numbers.h"
#include "sampling.h"
#include "sinew/analysis.h"

typedef struct settings {
    sampling sampling;
    bool continuous, group_delay, json;
    const char *rad_path, *hz_path;
} settings;

static const option options[] = {
    FLAG_OPTION(settings, continuous, "continuous", "of the system itself"),
    SAMPLING_STEP_OPTIONS(settings),
    SAMPLING_METHOD_OPTIONS(settings),
    TEXT_OPTION(settings, rad_path, "rad", "FILE", "angular frequencies (rad/s), one a line"),
    TEXT_OPTION(settings, hz_path, "hz", "FILE", "or frequencies in Hz"),
    FLAG_OPTION(settings, group_delay, "group-delay", "with the group delay, -d arg H / dw"),
    FLAG_OPTION(settings, json, "json", "print JSON"),
    {0}};

typedef struct answer {
    size_t n, inputs, outputs;
    double *hz, *rad;        /* (n) */
    sinew_complex *response; /* (n, outputs, inputs) */
    double *delay_s;         /* likewise; NULL: not asked for */
} answer;

static void print_json_delay(const answer *a)
{
    const double *delay = a->delay_s;
    fputs(",\"group_delay_s\":[", stdout);
    for (size_t k = 0; k < a->n; k++) {
        fputs(k ? "," : "", stdout);
        json_rows(delay, a->outputs, a->inputs);
        delay += a->outputs * a->inputs;
    }
    putchar(']');
}

static void print_json(const answer *a, bool with_hz)
{
    const sinew_complex *z = a->response;
    printf("{\"rad\":");
    json_numbers(a->rad, a->n);
    if (with_hz) {
        printf(",\"hz\":");
        json_numbers(a->hz, a->n);
    }
    printf(",\"response\":[");
    for (size_t k = 0; k < a->n; k++) {
        fputs(k ? ",[" : "[", stdout);
        for (size_t o = 0; o < a->outputs; o++) {
            fputs(o ? ",[" : "[", stdout);
            for (size_t i = 0; i < a->inputs; i++) {
                fputs(i ? "," : "", stdout);
                json_complex(*z++);
            }
            putchar(']');
        }
        putchar(']');
    }
    putchar(']');
    if (a->delay_s)
        print_json_delay(a);
    puts("}");
}

static void print_table(const answer *a)
{
    bool single = a->inputs == 1 && a->outputs == 1;
    printf("%16s%s %14s %10s%s\n", "Hz", single ? "" : "  out   in", "dB", "degrees",
           a->delay_s ? "       delay s" : "");
    const sinew_complex *z = a->response;
    const double *delay = a->delay_s;
    for (size_t k = 0; k < a->n; k++)
        for (size_t o = 0; o < a->outputs; o++)
            for (size_t i = 0; i < a->inputs; i++, z++) {
                printf("%16.10g", a->hz[k]);
                if (!single)
                    printf(" %4zu %4zu", o + 1, i + 1);
                printf(" %14.6f %10.4f", 20 * log10(hypot(z->re, z->im)),
                       atan2(z->im, z->re) * (180 / M_PI));
                if (delay)
                    printf(" %13.6g", *delay++);
                putchar('\n');
            }
}

static const char *what_is_wrong(const settings *s)
{
    if (!s->rad_path == !s->hz_path)
        return "--rad FILE or --hz FILE is needed, one of them";
    bool sampled = s->sampling.rate_hz.given || s->sampling.step_s.given;
    if (!s->continuous)
        return sampling_wrong(&s->sampling, false);
    if (sampled || s->sampling.method || s->sampling.prewarp_hz.given || s->sampling.alpha.given)
        return "--continuous excludes --rate, --step and --method";
    return NULL;
}

static void set_shape(answer *a, const sinew_model *model)
{
    const sinew_delayed *delayed = sinew_model_delayed(model);
    const sinew_kernel *kernel = sinew_model_kernel(model, NULL);
    if (kernel) {
        a->inputs = sinew_kernel_inputs(kernel);
        a->outputs = sinew_kernel_outputs(kernel);
    } else if (delayed) {
        a->inputs = sinew_delayed_inputs(delayed);
        a->outputs = sinew_delayed_outputs(delayed);
    } else {
        sinew_matrices m = sinew_system_matrices(sinew_model_system(model));
        a->inputs = m.inputs;
        a->outputs = m.outputs;
    }
}

static sinew_status read_frequencies(answer *a, const settings *s, sinew_error *error)
{
    double *given = NULL;
    sinew_status status =
        numbers_read_lines(&given, &a->n, s->hz_path ? s->hz_path : s->rad_path, error);
    if (status)
        return status;
    double *other = calloc(a->n, sizeof *other);
    a->hz = s->hz_path ? given : other;
    a->rad = s->hz_path ? other : given;
    if (!other)
        return sinew_fail_memory(error);
    for (size_t k = 0; k < a->n; k++)
        other[k] = s->hz_path ? 2 * M_PI * given[k] : given[k] / (2 * M_PI);
    return SINEW_OK;
}

static sinew_status compute(answer *a, const sinew_model *model, const char *path,
                            const settings *s, char *warning, sinew_error *error)
{
    const sinew_system *system = sinew_model_system(model);
    const sinew_delayed *delayed = sinew_model_delayed(model);
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    bool kernel = sinew_model_kernel(model, NULL) != NULL;
    if (kernel && (s->continuous || s->group_delay))
        return kernel_refuse(s->continuous ? "it is of one rate, there is nothing continuous"
                                           : "--group-delay is for systems",
                             error);
    set_shape(a, model);
    if (a->inputs * a->outputs > SIZE_MAX / sizeof *a->response / a->n)
        return sinew_fail_memory(error);
    a->response = calloc(a->n * a->inputs * a->outputs, sizeof *a->response);
    a->delay_s = s->group_delay ? calloc(a->n * a->inputs * a->outputs, sizeof *a->delay_s) : NULL;
    if (!a->response || (s->group_delay && !a->delay_s))
        return sinew_fail_memory(error);
    if (delayed && s->group_delay)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "--group-delay is not for systems with delays");
    if (delayed)
        return delayed_response(a->response, model, path, s->continuous ? NULL : &opts, a->rad,
                                a->n, error);
    if (kernel)
        return kernel_response(a->response, model, &opts, a->rad, a->n, warning, error);
    if (s->continuous) {
        sinew_status done = sinew_system_response(system, a->rad, a->n, a->response, error);
        if (!done && a->delay_s)
            done = sinew_system_group_delay(system, a->rad, a->n, a->delay_s, error);
        return done;
    }
    sinew_discretization *d = NULL;
    sinew_status status = sampling_discretize(&d, model, &opts, warning, error);
    if (!status)
        status = sinew_discretization_response(d, a->rad, a->n, a->response, error);
    if (!status && a->delay_s)
        status = sinew_discretization_group_delay(d, a->rad, a->n, a->delay_s, error);
    sinew_discretization_free(d);
    return status;
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    (void)n_args;
    const settings *s = given;
    const char *wrong = what_is_wrong(s);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    sinew_model *model = NULL;
    answer a = {0};
    char warning[SAMPLING_WARNING_BYTES] = "";
    sinew_error error;
    int status = EXIT_DONE;
    if (sampling_open(&model, args[0], &error)) {
        status = report_failure(self, &error);
    } else if (!s->continuous && sampling_lacks_step(&s->sampling, model)) {
        status = report_misuse(self, "--continuous, --rate HZ or --step S is needed");
    } else if (read_frequencies(&a, s, &error) ||
               report_name_file(compute(&a, model, args[0], s, warning, &error), args[0], &error)) {
        status = report_failure(self, &error);
    } else {
        if (warning[0])
            report_warning("%s: %s", args[0], warning);
        if (s->json)
            print_json(&a, s->hz_path != NULL);
        else
            print_table(&a);
    }
    free(a.hz);
    free(a.rad);
    free(a.response);
    free(a.delay_s);
    sinew_model_free(model);
    return status;
}

const command command_response = {
    .name = "response",
    .summary = "print the frequency response of a system or a filter",
    .usage = "MODEL (--continuous | --rate HZ | --step S) (--rad FILE | --hz FILE) [options]",
    .about =
        "Prints H(jw) of the system or H(e^jwT) of the filter at the frequencies of a file, one\n"
        "number a line; blank lines and what follows a # do not count; - is standard input.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 1,
    .run = run};
