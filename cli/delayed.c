#include "delayed.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "command.h"
#include "json.h"
#include "matrices.h"
#include "model_head.h"
#include "sampling.h"

/* What is unstable is computed, with a warning. */
static sinew_status discretize(sinew_delayed_discretization **out, const sinew_model *model,
                               const char *path, const sinew_discretize_opts *opts,
                               sinew_error *error)
{
    sinew_status status = sinew_model_discretize_delayed(out, model, opts, error);
    if (!status && sinew_delayed_discretization_grows(*out))
        report_warning("%s: the filter is unstable: it grows by %.10g a frame", path,
                       sinew_delayed_discretization_radius(*out));
    return status;
}

/* ---- discretize ---- */

static void print_json(const sinew_delayed_discretization *d, bool at_input)
{
    size_t n;
    const size_t *frames = sinew_delayed_discretization_frames(d, &n);
    putchar('{');
    matrices_json_sampled(sinew_delayed_discretization_plant(d));
    printf(",\"delay_frames\":[");
    for (size_t i = 0; i < n; i++)
        printf("%s%zu", i ? "," : "", frames[i]);
    printf("],\"delay_at\":\"%s\"}\n", at_input ? "input" : "last");
}

static void print_table(const sinew_delayed_discretization *d, bool at_input)
{
    const sinew_discretization *plant = sinew_delayed_discretization_plant(d);
    sinew_matrices m = sinew_discretization_matrices(plant);
    double step_s = sinew_discretization_step_s(plant);
    size_t n;
    const size_t *frames = sinew_delayed_discretization_frames(d, &n);
    printf("method  %s\nstep_s  %.17g (%.10g Hz)\nradius  %.17g\ndelays ",
           sinew_method_name(sinew_discretization_method(plant)), step_s, 1 / step_s,
           sinew_delayed_discretization_radius(d));
    for (size_t i = 0; i < n; i++)
        printf(" %zu", frames[i]);
    printf(" frames, %s\n",
           at_input ? "of all inputs" : "from the last outputs to the last inputs");
    matrices_table(&m);
}

sinew_status delayed_print_matrices(const sinew_model *model, const char *path,
                                    const sinew_discretize_opts *opts, bool json,
                                    sinew_error *error)
{
    sinew_delayed_discretization *d = NULL;
    sinew_status status = discretize(&d, model, path, opts, error);
    if (!status)
        (json ? print_json : print_table)(d, sinew_delayed_at_input(sinew_model_delayed(model)));
    sinew_delayed_discretization_free(d);
    return report_name_file(status, path, error);
}

/* ---- info ---- */

typedef struct sampled {
    double rate_hz, radius, settle_s; /* settle_s: infinite where it does not settle */
    const char *method, *engine;
} sampled;

static sinew_status sample(sampled *out, const sinew_model *model, const char *path,
                           const sinew_discretize_opts *opts, sinew_error *error)
{
    sinew_delayed_discretization *d = NULL;
    sinew_node *node = NULL;
    sinew_status status = discretize(&d, model, path, opts, error);
    if (!status)
        status = sinew_filter_new_delayed(&node, d, NULL, error);
    if (!status) {
        size_t settle = sinew_delayed_discretization_settle_frames(d);
        const sinew_discretization *plant = sinew_delayed_discretization_plant(d);
        *out = (sampled){opts->rate_hz, sinew_delayed_discretization_radius(d),
                         settle == SIZE_MAX ? INFINITY : (double)settle / opts->rate_hz,
                         sinew_method_name(sinew_discretization_method(plant)),
                         sinew_engine_name(sinew_filter_engine(node))};
    }
    sinew_node_free(node);
    sinew_delayed_discretization_free(d);
    return sampling_name_rate(status, opts->rate_hz, error);
}

static void print_sampled(const sampled *at)
{
    printf("\nat %.10g Hz\n  method   %s\n  radius   %.10g\n", at->rate_hz, at->method, at->radius);
    if (isfinite(at->settle_s))
        printf("  settles  in %.4g s\n", at->settle_s);
    else
        puts("  settles  never");
    printf("  engine   %s\n", at->engine);
}

static void json_field(const char *before, double value)
{
    fputs(before, stdout);
    json_number(value);
}

static void json_sampled(const sampled *at, bool first)
{
    json_field(first ? "{\"rate_hz\":" : ",{\"rate_hz\":", at->rate_hz);
    printf(",\"method\":\"%s\",\"engine\":\"%s\"", at->method, at->engine);
    json_field(",\"radius\":", at->radius);
    json_field(",\"settle_s\":", at->settle_s);
    putchar('}');
}

static void facts_as_json(const sinew_model *model, const sinew_delayed *delayed)
{
    size_t n;
    const double *delays_s = sinew_delayed_delays_s(delayed, &n);
    model_head_as_json(model);
    printf(",\"order\":null,\"plant_order\":%zu,\"inputs\":%zu,\"outputs\":%zu,\"delay_at\":\"%s\"",
           sinew_system_matrices(sinew_delayed_plant(delayed)).order, sinew_delayed_inputs(delayed),
           sinew_delayed_outputs(delayed), sinew_delayed_at_input(delayed) ? "input" : "last");
    for (size_t i = 0; i < n; i++)
        json_field(i ? "," : ",\"delays_s\":[", delays_s[i]);
    fputs("],\"rates\":[", stdout);
}

static void facts_as_table(const sinew_model *model, const sinew_delayed *delayed)
{
    size_t n;
    const double *delays_s = sinew_delayed_delays_s(delayed, &n);
    model_head_as_table(model);
    printf("%-10s %zu without the delays\n%-10s %zu\n%-10s %zu\n%-10s", "order",
           sinew_system_matrices(sinew_delayed_plant(delayed)).order, "inputs",
           sinew_delayed_inputs(delayed), "outputs", sinew_delayed_outputs(delayed), "delays");
    for (size_t i = 0; i < n; i++)
        printf(" %.10g s", delays_s[i]);
    printf(", %s\n", sinew_delayed_at_input(delayed) ? "of all inputs"
                                                     : "from the last outputs to the last inputs");
}

sinew_status delayed_print_facts(const sinew_model *model, const char *path,
                                 const sinew_discretize_opts *opts, const double *rates_hz,
                                 size_t n_rates, bool json, sinew_error *error)
{
    const sinew_delayed *delayed = sinew_model_delayed(model);
    sampled *at = calloc(n_rates + 1, sizeof *at);
    sinew_status status = at ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i < n_rates; i++) {
        sinew_discretize_opts one = *opts;
        one.rate_hz = rates_hz[i];
        status = sample(&at[i], model, path, &one, error);
    }
    if (!status)
        (json ? facts_as_json : facts_as_table)(model, delayed);
    for (size_t i = 0; !status && i < n_rates; i++)
        if (json)
            json_sampled(&at[i], i == 0);
        else
            print_sampled(&at[i]);
    if (!status && json)
        puts("]}");
    free(at);
    return report_name_file(status, path, error);
}

/* ---- response ---- */

sinew_status delayed_response(sinew_complex *response, const sinew_model *model, const char *path,
                              const sinew_discretize_opts *opts, const double *rad, size_t n,
                              sinew_error *error)
{
    if (!opts)
        return sinew_delayed_response(sinew_model_delayed(model), rad, n, response, error);
    sinew_delayed_discretization *d = NULL;
    sinew_status status = discretize(&d, model, path, opts, error);
    if (!status)
        status = sinew_delayed_discretization_response(d, rad, n, response, error);
    sinew_delayed_discretization_free(d);
    return status;
}
