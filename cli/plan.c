/* sinew plan: which engine would run a model, and why. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/samples.h"
#include "costs.h"
#include "json.h"
#include "kernel.h"
#include "sampling.h"
#include "sinew/plan.h"
#include "stream/formats.h"

typedef struct settings {
    sampling sampling;
    option_count channels, block;
    const char *dtype, *engine;
    bool explain, calibrate, json;
} settings;

static const option options[] = {
    SAMPLING_STEP_OPTIONS(settings),
    SAMPLING_METHOD_OPTIONS(settings),
    COUNT_OPTION(settings, channels, "channels", "N", "how many: the model's inputs", 1,
                 SINEW_CHANNELS_MOST),
    COUNT_OPTION(settings, block, "block", "N", "frames in a call: many", 1, 1 << 24),
    DTYPE_OPTION(settings, dtype, "compute in"),
    ENGINE_OPTION(settings, engine, ""),
    FLAG_OPTION(settings, explain, "explain", "all engines, and how the chosen one would run"),
    FLAG_OPTION(settings, calibrate, "calibrate", "measure this machine again"),
    FLAG_OPTION(settings, json, "json", "print JSON"),
    {0}};

static sinew_filter_opts filter_opts(const settings *s, const sinew_costs *costs)
{
    return (sinew_filter_opts){.sample = options_sample(s->dtype),
                               .engine = options_engine(s->engine),
                               .channels = (uint32_t)s->channels.value,
                               .block_frames = (size_t)s->block.value,
                               .costs = costs};
}

/* ---- printing ---- */

static void print_json(const sinew_plan *p, const sinew_costs *costs)
{
    printf("{\"engine\":\"%s\",\"ns_per_frame\":{", sinew_engine_name(p->engine));
    const char *comma = "";
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
        if (isfinite(p->ns[e])) {
            printf("%s\"%s\":", comma, sinew_engine_name((sinew_engine)e));
            json_number(p->ns[e]);
            comma = ",";
        }
    printf("},\"form\":\"%s\",\"coordinates\":\"%s\",\"computes_by\":\"%s\",\"length\":%zu,"
           "\"partitions\":%zu,\"lanes\":%zu,\"arithmetic\":\"%s\",\"simd\":\"%s\",\"costs\":\"%"
           "s\"}\n",
           p->form, p->coordinates, p->computes_by, p->length, p->partitions, p->lanes,
           options_dtype(p->arithmetic), p->simd, sinew_costs_origin(costs));
}

static void print_engines(const sinew_plan *p)
{
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
        if (isfinite(p->ns[e]))
            printf("  %-11s %.4g ns a frame%s\n", sinew_engine_name((sinew_engine)e), p->ns[e],
                   e == (int)p->engine ? ", chosen" : "");
        else
            printf("  %-11s cannot run this\n", sinew_engine_name((sinew_engine)e));
}

static void print_explained(const sinew_plan *p, const sinew_costs *costs)
{
    puts("estimated");
    print_engines(p);
    printf("form          %s\ncoordinates   %s\ncomputes by   %s, in %s\n", p->form, p->coordinates,
           p->computes_by, options_dtype(p->arithmetic));
    if (p->length > 1)
        printf("block length  %zu\n", p->length);
    if (p->partitions > 0)
        printf("partitions    %zu\n", p->partitions);
    if (p->lanes > 1)
        printf("side by side  %zu channels\n", p->lanes);
    printf("simd          %s\ncosts         %s\n", p->simd, sinew_costs_origin(costs));
    char *path = sinew_costs_default_path();
    sinew_costs *kept = NULL;
    if (path && !sinew_costs_new_loaded(&kept, path, NULL))
        printf("kept in       %s\n", path);
    sinew_costs_free(kept);
    free(path);
}

static void print(const settings *s, const sinew_plan *p, const sinew_costs *costs)
{
    if (s->json) {
        print_json(p, costs);
        return;
    }
    printf("engine        %s\n", sinew_engine_name(p->engine));
    if (s->explain)
        print_explained(p, costs);
}

/* ---- the command ---- */

static sinew_status plan_model(sinew_plan *plan, const settings *s, const sinew_model *model,
                               const sinew_costs *costs, char warning[SAMPLING_WARNING_BYTES],
                               sinew_error *error)
{
    sinew_discretization *d = NULL;
    sinew_discretize_opts how = sampling_opts(&s->sampling);
    sinew_filter_opts opts = filter_opts(s, costs);
    if (sinew_model_delayed(model))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a system with delays inside: its plant runs in pieces, by any engine");
    if (sinew_model_kalman(model, NULL))
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a Kalman filter: there is one way to run it");
    sinew_status status = sampling_discretize(&d, model, &how, warning, error);
    if (!status)
        status = sinew_plan_filter(plan, d, &opts, error);
    sinew_discretization_free(d);
    return status;
}

static sinew_status take_costs(sinew_costs **costs, bool calibrate, sinew_error *error)
{
    if (calibrate)
        return costs_calibrate(costs, error);
    *costs = costs_choose();
    return SINEW_OK;
}

static sinew_status print_kernel(const settings *s, const sinew_model *model,
                                 const sinew_costs *costs, sinew_error *error)
{
    sinew_build_opts how = {.discretize = sampling_opts(&s->sampling),
                            .filter = filter_opts(s, costs),
                            .allow_unstable = true};
    return kernel_print_plan(model, &how, s->explain, s->json, error);
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    (void)n_args;
    const settings *s = given;
    const char *wrong = sampling_wrong(&s->sampling, false);
    if (wrong)
        return report_misuse(self, "%s", wrong);
    char warning[SAMPLING_WARNING_BYTES] = "";
    sinew_model *model = NULL;
    sinew_costs *costs = NULL;
    sinew_plan plan;
    sinew_error error;
    int status = EXIT_DONE;
    if (sampling_open(&model, args[0], &error)) {
        status = report_failure(self, &error);
    } else if (sampling_lacks_step(&s->sampling, model)) {
        status = report_misuse(self, "--rate HZ or --step S is needed");
    } else if (take_costs(&costs, s->calibrate, &error)) {
        status = report_failure(self, &error);
    } else if (sinew_model_kernel(model, NULL)) {
        if (report_name_file(print_kernel(s, model, costs, &error), args[0], &error))
            status = report_failure(self, &error);
    } else if (report_name_file(plan_model(&plan, s, model, costs, warning, &error), args[0],
                                &error)) {
        status = report_failure(self, &error);
    } else {
        if (warning[0])
            report_warning("%s: %s", args[0], warning);
        print(s, &plan, costs);
    }
    sinew_costs_free(costs);
    sinew_model_free(model);
    return status;
}

const command command_plan = {
    .name = "plan",
    .summary = "say which engine would run a model fastest, and why",
    .usage = "MODEL (--rate HZ | --step S) [--channels N] [--block N] [--dtype D] [--explain]",
    .about =
        "Prints the engine that --engine auto takes. The costs that it is chosen by are measured\n"
        "once and kept in the user's cache folder, where `sinew run`, `sinew info` and sinewd\n"
        "find them: $XDG_CACHE_HOME/sinew/costs or ~/.cache/sinew/costs.",
    .options = options,
    .settings_bytes = sizeof(settings),
    .least = 1,
    .most = 1,
    .run = run};
