/* sinew step, sinew impulse: what comes out in time. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "json.h"
#include "kernel.h"
#include "sampling.h"
#include "sinew/analysis.h"

typedef struct settings {
    sampling sampling;
    bool continuous, json;
    option_count frames;
    option_number seconds;
} settings;

enum { FRAMES_UNTOLD = 100, FRAMES_MOST = 100000000 };

static const option options[] = {
    FLAG_OPTION(settings, continuous, "continuous", "of the system itself, at these times"),
    SAMPLING_STEP_OPTIONS(settings),
    SAMPLING_METHOD_OPTIONS(settings),
    COUNT_OPTION(settings, frames, "frames", "N", "how many frames: 100", 1, FRAMES_MOST),
    NUMBER_OPTION(settings, seconds, "seconds", "T", "or up to this time", 0, 1e12, SINEW_UNIT_S),
    FLAG_OPTION(settings, json, "json", "print JSON"),
    {0}};

/* One of the two commands, of a system and of a discretization. */
typedef struct question {
    sinew_status (*of_system)(const sinew_system *system, double step_s, size_t n, double *y,
                              sinew_error *error);
    sinew_status (*of_filter)(const sinew_discretization *d, size_t n, double *y,
                              sinew_error *error);
    bool step; /* of a kernel: sums of its taps, else its taps */
} question;

typedef struct answer {
    const char *method; /* NULL: of the system itself */
    double step_s;
    size_t frames, inputs, outputs;
    double *y; /* (frames, outputs, inputs) */
} answer;

static void print_json(const answer *a)
{
    const double *y = a->y;
    fputs("{\"method\":", stdout);
    if (a->method)
        json_text(a->method);
    else
        fputs("null", stdout);
    fputs(",\"step_s\":", stdout);
    json_number(a->step_s);
    fputs(",\"response\":[", stdout);
    for (size_t k = 0; k < a->frames; k++) {
        fputs(k ? "," : "", stdout);
        json_rows(y, a->outputs, a->inputs);
        y += a->outputs * a->inputs;
    }
    puts("]}");
}

static void print_table(const answer *a)
{
    bool single = a->inputs == 1 && a->outputs == 1;
    const double *y = a->y;
    printf("%16s%s %24s\n", "seconds", single ? "" : "  out   in", "output");
    for (size_t k = 0; k < a->frames; k++)
        for (size_t o = 0; o < a->outputs; o++)
            for (size_t i = 0; i < a->inputs; i++) {
                printf("%16.10g", (double)k * a->step_s);
                if (!single)
                    printf(" %4zu %4zu", o + 1, i + 1);
                printf(" %24.17g\n", *y++);
            }
}

static const char *what_is_wrong(const settings *s)
{
    const sampling *p = &s->sampling;
    if (s->frames.given && s->seconds.given)
        return "--frames and --seconds exclude each other";
    if (s->continuous && (p->method || p->prewarp_hz.given || p->alpha.given))
        return "--continuous excludes --method, --prewarp-hz and --alpha";
    return sampling_wrong(p, false);
}

/* Room for all frames; false where there are too many. */
static bool make_room(answer *a, const settings *s)
{
    double frames = s->frames.given ? (double)s->frames.value : FRAMES_UNTOLD;
    if (s->seconds.given) /* a last frame at the very end counts, however it is rounded */
        frames = floor(s->seconds.value / a->step_s * (1 + 1e-12)) + 1;
    double each = (double)a->inputs * (double)a->outputs;
    if (!(frames * each <= FRAMES_MOST))
        return false;
    a->frames = (size_t)frames;
    a->y = calloc(a->frames * a->inputs * a->outputs, sizeof *a->y);
    return a->y != NULL;
}

static sinew_status fail_too_many(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_MEMORY, "too many frames for the memory");
}

static sinew_status of_kernel(answer *a, const question *asked, const sinew_model *model,
                              const settings *s, char *warning, sinew_error *error)
{
    const sinew_kernel *kernel = sinew_model_kernel(model, NULL);
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    sinew_discretization *plus = NULL;
    if (s->continuous)
        return kernel_refuse("it is of one rate, there is nothing continuous", error);
    a->inputs = sinew_kernel_inputs(kernel);
    a->outputs = sinew_kernel_outputs(kernel);
    a->step_s = 1 / sinew_kernel_rate_hz(kernel);
    if (!make_room(a, s))
        return fail_too_many(error);
    sinew_status status = sampling_discretize(&plus, model, &opts, warning, error);
    if (plus) {
        a->method = sinew_method_name(sinew_discretization_method(plus));
        status = asked->of_filter(plus, a->frames, a->y, error);
    }
    if (!status)
        kernel_add_taps(a->y, a->frames, kernel, asked->step);
    sinew_discretization_free(plus);
    return status;
}

static sinew_status compute(answer *a, const question *asked, const sinew_model *model,
                            const settings *s, char *warning, sinew_error *error)
{
    const sinew_system *system = sinew_model_system(model);
    if (sinew_model_kernel(model, NULL))
        return of_kernel(a, asked, model, s, warning, error);
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    sinew_discretization *d = NULL;
    sinew_matrices m = sinew_system_matrices(system);
    a->inputs = m.inputs;
    a->outputs = m.outputs;
    a->step_s = opts.step_s > 0 ? opts.step_s : 1 / opts.rate_hz;
    if (!make_room(a, s))
        return fail_too_many(error);
    if (s->continuous) {
        const sinew_build_report report = {0};
        sinew_status status = sampling_warning(warning, model, &report, error);
        return status ? status : asked->of_system(system, a->step_s, a->frames, a->y, error);
    }
    sinew_status status = sampling_discretize(&d, model, &opts, warning, error);
    if (!status) {
        a->method = sinew_method_name(sinew_discretization_method(d));
        status = asked->of_filter(d, a->frames, a->y, error);
    }
    sinew_discretization_free(d);
    return status;
}

/* What is neither rational nor a kernel is refused at its place. */
static sinew_status open_model(sinew_model **out, const char *path, sinew_error *error)
{
    sinew_status status = sampling_open(out, path, error);
    if (status || sinew_model_system(*out) || sinew_model_kernel(*out, NULL))
        return status;
    sinew_model_free(*out);
    return sinew_model_open(out, path, error);
}

static int run(const command *self, const question *asked, const settings *s, const char *path)
{
    const char *wrong = what_is_wrong(s);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    sinew_model *model = NULL;
    answer a = {0};
    char warning[SAMPLING_WARNING_BYTES] = "";
    sinew_error error;
    int status = EXIT_DONE;
    if (open_model(&model, path, &error)) {
        status = report_failure(self, &error);
    } else if (sampling_lacks_step(&s->sampling, model)) {
        status = report_misuse(self, "--rate HZ or --step S is needed");
    } else if (report_name_file(compute(&a, asked, model, s, warning, &error), path, &error)) {
        status = report_failure(self, &error);
    } else {
        if (warning[0])
            report_warning("%s: %s", path, warning);
        (s->json ? print_json : print_table)(&a);
    }
    free(a.y);
    sinew_model_free(model);
    return status;
}

static int run_step(const command *self, const void *given, const char **args, size_t n_args)
{
    static const question step = {sinew_system_step_response, sinew_discretization_step_response,
                                  true};
    (void)n_args;
    return run(self, &step, given, args[0]);
}

static int run_impulse(const command *self, const void *given, const char **args, size_t n_args)
{
    static const question impulse = {sinew_system_impulse_response,
                                     sinew_discretization_impulse_response, false};
    (void)n_args;
    return run(self, &impulse, given, args[0]);
}

#define USAGE "MODEL (--rate HZ | --step S) [--continuous | --method M] [--seconds T] [--json]"

const command command_step = {
    .name = "step",
    .summary = "print what comes out when an input goes from 0 to 1",
    .usage = USAGE,
    .about = "Prints the outputs of the filter, frame by frame, while each input by itself is 1;\n"
             "with --continuous those of the system, exact at the same times.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 1,
    .run = run_step};

const command command_impulse = {
    .name = "impulse",
    .summary = "print what comes out after an impulse",
    .usage = USAGE,
    .about =
        "Prints the outputs of the filter after each input by itself was 1 in the first frame;\n"
        "with --continuous h(t) = C exp(At) B of the system at the same times, per second. The\n"
        "direct term D of a system is an impulse at 0 by itself and is not in h(t).",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 1,
    .run = run_impulse};
