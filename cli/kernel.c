#include "kernel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "json.h"
#include "model_head.h"
#include "sinew/plan.h"

sinew_status kernel_refuse(const char *why, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "the model is a kernel of taps: %s", why);
}

static void json_field(const char *before, double value)
{
    fputs(before, stdout);
    json_number(value);
}

/* The largest sum of magnitudes of an output's taps: no input of 1 makes more of it. */
static double most(const sinew_kernel *k)
{
    size_t row = sinew_kernel_inputs(k) * sinew_kernel_taps(k);
    const double *h = sinew_kernel_values(k);
    double top = 0;
    for (size_t o = 0; o < sinew_kernel_outputs(k); o++, h += row) {
        double sum = 0;
        for (size_t t = 0; t < row; t++)
            sum += fabs(h[t]);
        top = fmax(top, sum);
    }
    return top;
}

/* How what is added runs. */
typedef struct added {
    size_t order;
    const char *method, *engine; /* NULL: nothing is added */
} added;

static sinew_status look_at_added(added *out, const sinew_model *model, const sinew_build_opts *how,
                                  sinew_error *error)
{
    sinew_discretization *d = NULL;
    sinew_node *node = NULL;
    *out = (added){0};
    sinew_status status = sinew_model_discretize_plus(&d, model, &how->discretize, error);
    if (d)
        status = sinew_filter_new(&node, d, &how->filter, error);
    if (node)
        *out = (added){sinew_discretization_matrices(d).order,
                       sinew_method_name(sinew_discretization_method(d)),
                       sinew_engine_name(sinew_filter_engine(node))};
    sinew_node_free(node);
    sinew_discretization_free(d);
    return status;
}

static void facts_as_json(const sinew_model *model, const sinew_kernel *k, const added *plus)
{
    double rate_hz = sinew_kernel_rate_hz(k);
    model_head_as_json(model);
    printf(",\"order\":null,\"taps\":%zu,\"inputs\":%zu,\"outputs\":%zu", sinew_kernel_taps(k),
           sinew_kernel_inputs(k), sinew_kernel_outputs(k));
    json_field(",\"rate_hz\":", rate_hz);
    json_field(",\"length_s\":", (double)sinew_kernel_taps(k) / rate_hz);
    json_field(",\"peak_gain\":", most(k));
    if (plus->method)
        printf(",\"plus_order\":%zu,\"plus_method\":\"%s\",\"plus_engine\":\"%s\"}\n", plus->order,
               plus->method, plus->engine);
    else
        puts(",\"plus_order\":null,\"plus_method\":null,\"plus_engine\":null}");
}

static void facts_as_table(const sinew_model *model, const sinew_kernel *k, const added *plus)
{
    double rate_hz = sinew_kernel_rate_hz(k);
    model_head_as_table(model);
    printf("%-10s %zu at %.10g Hz: %.4g s\n%-10s %zu\n%-10s %zu\n%-10s %.6g at most\n", "taps",
           sinew_kernel_taps(k), rate_hz, (double)sinew_kernel_taps(k) / rate_hz, "inputs",
           sinew_kernel_inputs(k), "outputs", sinew_kernel_outputs(k), "peak", most(k));
    if (plus->method)
        printf("%-10s a system of order %zu, by %s, engine %s\n", "plus", plus->order, plus->method,
               plus->engine);
}

sinew_status kernel_print_facts(const sinew_model *model, const sinew_discretize_opts *how,
                                const double *rates_hz, size_t n_rates, bool json,
                                sinew_error *error)
{
    sinew_costs *costs = NULL;
    sinew_build_opts opts = {.discretize = *how};
    added plus;
    sinew_status status = sinew_costs_new_kept(&costs, error);
    opts.filter.costs = costs;
    if (!status)
        status = look_at_added(&plus, model, &opts, error);
    for (size_t i = 0; !status && i < n_rates; i++) {
        opts.discretize.rate_hz = rates_hz[i];
        status = look_at_added(&plus, model, &opts, error);
    }
    if (!status)
        (json ? facts_as_json : facts_as_table)(model, sinew_model_kernel(model, NULL), &plus);
    sinew_costs_free(costs);
    return status;
}

/* ---- how it runs ---- */

static void plan_as_json(const sinew_kernel *k, const size_t *lengths, size_t n, const added *plus)
{
    printf("{\"engine\":\"convolve\",\"taps\":%zu,\"levels\":[", sinew_kernel_taps(k));
    for (size_t i = 0; i < n; i++)
        printf("%s%zu", i ? "," : "", lengths[i]);
    fputs("],\"latency\":0,\"plus_engine\":", stdout);
    if (plus->engine)
        json_text(plus->engine);
    else
        fputs("null", stdout);
    puts("}");
}

static void plan_as_table(const sinew_kernel *k, const size_t *lengths, size_t n, const added *plus,
                          bool explain)
{
    puts("engine        convolve");
    if (plus->engine)
        printf("plus          %s\n", plus->engine);
    if (!explain)
        return;
    printf("taps          %zu\nlevels       ", sinew_kernel_taps(k));
    for (size_t i = 0; i < n; i++)
        printf(" %zu", lengths[i]);
    puts(n ? "\nlatency       0 frames" : " none: summed directly\nlatency       0 frames");
}

sinew_status kernel_print_plan(const sinew_model *model, const sinew_build_opts *how, bool explain,
                               bool json, sinew_error *error)
{
    const sinew_kernel *k = sinew_model_kernel(model, NULL);
    size_t lengths[SINEW_KERNEL_LEVELS_MAX];
    sinew_node *node = NULL;
    added plus = {0};
    sinew_status status = sinew_model_build(&node, model, how, error);
    if (!status)
        status = look_at_added(&plus, model, how, error);
    if (!status) {
        size_t n = sinew_filter_kernel_levels(node, lengths);
        if (json)
            plan_as_json(k, lengths, n, &plus);
        else
            plan_as_table(k, lengths, n, &plus, explain);
    }
    sinew_node_free(node);
    return status;
}

/* ---- responses ---- */

static sinew_status add_response(sinew_complex *response, size_t each,
                                 const sinew_discretization *plus, const double *rad, size_t n,
                                 sinew_error *error)
{
    sinew_complex *beside = calloc(n * each, sizeof *beside);
    if (!beside)
        return sinew_fail_memory(error);
    sinew_status status = sinew_discretization_response(plus, rad, n, beside, error);
    for (size_t i = 0; !status && i < n * each; i++) {
        response[i].re += beside[i].re;
        response[i].im += beside[i].im;
    }
    free(beside);
    return status;
}

sinew_status kernel_response(sinew_complex *response, const sinew_model *model,
                             const sinew_discretize_opts *opts, const double *rad, size_t n,
                             char warning[SAMPLING_WARNING_BYTES], sinew_error *error)
{
    const sinew_kernel *k = sinew_model_kernel(model, NULL);
    size_t each = sinew_kernel_outputs(k) * sinew_kernel_inputs(k);
    sinew_discretization *plus = NULL;
    sinew_status status = sampling_discretize(&plus, model, opts, warning, error);
    if (!status)
        status = sinew_kernel_response(k, rad, n, response, error);
    if (!status && plus)
        status = add_response(response, each, plus, rad, n, error);
    sinew_discretization_free(plus);
    return status;
}

void kernel_add_taps(double *y, size_t frames, const sinew_kernel *k, bool step)
{
    size_t pairs = sinew_kernel_outputs(k) * sinew_kernel_inputs(k), taps = sinew_kernel_taps(k);
    const double *h = sinew_kernel_values(k);
    for (size_t i = 0; i < pairs; i++) {
        long double so_far = 0;
        for (size_t t = 0; t < frames; t++) {
            double tap = t < taps ? h[i * taps + t] : 0;
            so_far += tap;
            y[t * pairs + i] += step ? (double)so_far : tap;
        }
    }
}
