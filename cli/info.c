/* sinew info: what a model is, and what it becomes at a rate. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "delayed.h"
#include "info_tensors.h"
#include "json.h"
#include "info_layers.h"
#include "model_head.h"
#include "kernel.h"
#include "sampling.h"
#include "sinew/costs.h"

typedef struct settings {
    option_numbers rates_hz;
    sampling sampling; /* method, prewarp-hz and alpha only */
    bool json;
} settings;

static const option options[] = {NUMBERS_OPTION(settings, rates_hz, "rate", "HZ",
                                                "what it becomes at this rate; may be repeated",
                                                1e-12, 1e15, SINEW_UNIT_HZ),
                                 SAMPLING_METHOD_OPTIONS(settings),
                                 FLAG_OPTION(settings, json, "json", "print JSON"),
                                 {0}};

typedef struct roots {
    sinew_complex *at; /* (n) */
    size_t n;
} roots;

/* What the filter is at one rate. */
typedef struct sampled {
    double rate_hz, radius, settle_s; /* settle_s: infinite where it does not settle */
    const char *method, *engine;
    double cost_ns[SINEW_ENGINES]; /* infinite: an engine that is not in this build */
    sinew_realization_report report;
    char warning[SAMPLING_WARNING_BYTES];
} sampled;

typedef struct facts {
    const sinew_model *model;
    sinew_matrices shape;
    sinew_stability stability;
    double margin_rad, damping; /* of the pole farthest right, of the least damped one; infinite
                                 * and 1 for none */
    double eigenvector_condition;
    roots poles, zeros;
    sampled *at; /* (n_at) */
    size_t n_at;
} facts;

static double damping(sinew_complex pole)
{
    double size = hypot(pole.re, pole.im);
    return size > 0 ? -pole.re / size : 0;
}

static double root_hz(sinew_complex root)
{
    return hypot(root.re, root.im) / (2 * M_PI);
}

static sinew_status sample(sampled *out, const sinew_model *model, const settings *s,
                           const sinew_costs *costs, double rate_hz, sinew_error *error)
{
    sinew_discretization *d = NULL;
    sinew_node *node = NULL;
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    sinew_filter_opts filter = {.engine = SINEW_ENGINE_AUTO, .costs = costs};
    opts.rate_hz = rate_hz;
    sinew_status status = sampling_discretize(&d, model, &opts, out->warning, error);
    if (!status)
        status = sinew_filter_new(&node, d, &filter, error);
    if (!status)
        status = sinew_discretization_report(d, &out->report, error);
    if (!status) {
        size_t settle = sinew_discretization_settle_frames(d);
        out->rate_hz = rate_hz;
        out->method = sinew_method_name(sinew_discretization_method(d));
        out->radius = sinew_discretization_radius(d);
        out->settle_s = settle == SIZE_MAX ? INFINITY : (double)settle / rate_hz;
        out->engine = sinew_engine_name(sinew_filter_engine(node));
        for (int e = SINEW_ENGINE_AUTO; e < SINEW_ENGINES; e++)
            out->cost_ns[e] = sinew_filter_cost(d, &filter, (sinew_engine)e);
    }
    sinew_node_free(node);
    sinew_discretization_free(d);
    return sampling_name_rate(status, rate_hz, error);
}

static void judge_poles(facts *f)
{
    f->margin_rad = INFINITY;
    f->damping = 1;
    for (size_t i = 0; i < f->poles.n; i++) {
        f->margin_rad = fmin(f->margin_rad, -f->poles.at[i].re);
        f->damping = fmin(f->damping, damping(f->poles.at[i]));
    }
}

static sinew_status gather(facts *f, const settings *s, sinew_error *error)
{
    const sinew_system *system = sinew_model_system(f->model);
    f->shape = sinew_system_matrices(system);
    f->poles = (roots){calloc(f->shape.order + 1, sizeof(sinew_complex)), f->shape.order};
    f->zeros = (roots){calloc(f->shape.order + 1, sizeof(sinew_complex)), 0};
    f->at = calloc(s->rates_hz.n + 1, sizeof *f->at);
    if (!f->poles.at || !f->zeros.at || !f->at)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_poles(system, f->poles.at, error);
    if (!status)
        status = sinew_system_zeros(system, f->zeros.at, &f->zeros.n, error);
    if (!status)
        status = sinew_system_stability(system, &f->stability, error);
    if (!status)
        status = sinew_system_eigenvector_condition(system, &f->eigenvector_condition, error);
    judge_poles(f);
    sinew_costs *costs = NULL;
    if (!status)
        status = sinew_costs_new_kept(&costs, error);
    for (f->n_at = 0; !status && f->n_at < s->rates_hz.n; f->n_at++)
        status = sample(&f->at[f->n_at], f->model, s, costs, s->rates_hz.values[f->n_at], error);
    sinew_costs_free(costs);
    return status;
}

static void json_field(const char *before, double value)
{
    fputs(before, stdout);
    json_number(value);
}

static void json_roots(const roots *r, bool with_damping)
{
    putchar('[');
    for (size_t i = 0; i < r->n; i++) {
        json_field(i ? ",{\"re\":" : "{\"re\":", r->at[i].re);
        json_field(",\"im\":", r->at[i].im);
        json_field(",\"hz\":", root_hz(r->at[i]));
        if (with_damping)
            json_field(",\"damping\":", damping(r->at[i]));
        putchar('}');
    }
    putchar(']');
}

static void json_sampled(const sampled *at)
{
    json_field("{\"rate_hz\":", at->rate_hz);
    printf(",\"method\":\"%s\",\"engine\":\"%s\"", at->method, at->engine);
    json_field(",\"radius\":", at->radius);
    json_field(",\"settle_s\":", at->settle_s);
    fputs(",\"costs_ns\":{", stdout);
    const char *comma = "";
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
        if (isfinite(at->cost_ns[e])) {
            printf("%s\"%s\"", comma, sinew_engine_name((sinew_engine)e));
            json_field(":", at->cost_ns[e]);
            comma = ",";
        }
    const sinew_realization_report *r = &at->report;
    printf("},\"condition\":{\"form\":\"%s\"", r->form);
    json_field(",\"eigenvectors\":", r->eigenvector_condition);
    json_field(",\"rcond\":", r->rcond);
    printf(",\"points\":%zu", r->points);
    json_field(",\"response_error\":", r->response_error);
    json_field(",\"relative_error\":", r->relative_error);
    json_field(",\"worst_hz\":", r->worst_rad / (2 * M_PI));
    json_field(",\"reference_error\":", r->reference_error);
    fputs("}}", stdout);
}

static void print_json(const facts *f)
{
    model_head_as_json(f->model);
    printf(",\"order\":%zu,\"inputs\":%zu,\"outputs\":%zu,\"stability\":\"%s\"", f->shape.order,
           f->shape.inputs, f->shape.outputs, report_stability(f->stability));
    json_field(",\"margin_rad\":", f->margin_rad);
    json_field(",\"least_damping\":", f->damping);
    json_field(",\"condition\":{\"eigenvectors\":", f->eigenvector_condition);
    fputs("},\"poles\":", stdout);
    json_roots(&f->poles, true);
    fputs(",\"zeros\":", stdout);
    json_roots(&f->zeros, false);
    fputs(",\"rates\":[", stdout);
    for (size_t i = 0; i < f->n_at; i++) {
        if (i)
            putchar(',');
        json_sampled(&f->at[i]);
    }
    puts("]}");
}

static void print_roots(const char *name, const roots *r, bool with_damping)
{
    for (size_t i = 0; i < r->n; i++) {
        printf("%-10s %14.8g %+14.8gj rad/s  %12.8g Hz", i ? "" : name, r->at[i].re, r->at[i].im,
               root_hz(r->at[i]));
        if (with_damping)
            printf("  damping %.6g", damping(r->at[i]));
        putchar('\n');
    }
}

static void print_sampled(const sampled *at)
{
    printf("\nat %.10g Hz\n  method   %s\n  radius   %.10g\n", at->rate_hz, at->method, at->radius);
    if (isfinite(at->settle_s))
        printf("  settles  in %.4g s\n", at->settle_s);
    else
        puts("  settles  never");
    printf("  engine   %s (estimated ns a frame:", at->engine);
    const char *comma = " ";
    for (int e = SINEW_ENGINE_SCAN; e < SINEW_ENGINES; e++)
        if (isfinite(at->cost_ns[e])) {
            printf("%s%s %.4g", comma, sinew_engine_name((sinew_engine)e), at->cost_ns[e]);
            comma = ", ";
        }
    puts(")");
    const sinew_realization_report *r = &at->report;
    printf("  form     %s\n  eigenvectors' condition %.3g, rcond %.3g\n", r->form,
           r->eigenvector_condition, r->rcond);
    if (r->points > 0)
        printf("  rounding moves the response by %.3g of its peak", r->response_error);
    if (r->points > 0 && r->relative_error > 0)
        printf("; at worst, at %.6g Hz, by %.3g of itself", r->worst_rad / (2 * M_PI),
               r->relative_error);
    if (r->points > 0)
        putchar('\n');
}

static void print_table(const facts *f)
{
    model_head_as_table(f->model);
    printf("%-10s %zu\n%-10s %zu\n%-10s %zu\n%-10s %s\n", "order", f->shape.order, "inputs",
           f->shape.inputs, "outputs", f->shape.outputs, "stability",
           report_stability(f->stability));
    if (f->poles.n > 0) {
        printf("%-10s %.8g rad/s, least damping %.6g\n", "margin", f->margin_rad, f->damping);
        printf("%-10s %.3g (of the eigenvectors)\n", "condition", f->eigenvector_condition);
    }
    print_roots("poles", &f->poles, true);
    print_roots("zeros", &f->zeros, false);
    for (size_t i = 0; i < f->n_at; i++)
        print_sampled(&f->at[i]);
}

static sinew_status print_system(const settings *s, const sinew_model *model, const char *path,
                                 sinew_error *error)
{
    facts f = {.model = model};
    sinew_status status = report_name_file(gather(&f, s, error), path, error);
    for (size_t i = 0; !status && i < f.n_at; i++)
        if (f.at[i].warning[0])
            report_warning("%s: %s", path, f.at[i].warning);
    if (!status)
        (s->json ? print_json : print_table)(&f);
    free(f.poles.at);
    free(f.zeros.at);
    free(f.at);
    return status;
}

/* What there is to say of each sort of model. */
static sinew_status print_model(const settings *s, const sinew_model *model, const char *path,
                                sinew_error *error)
{
    const double *rates_hz = s->rates_hz.values;
    size_t n = s->rates_hz.n;
    sinew_discretize_opts opts = sampling_opts(&s->sampling);
    if (sinew_model_has_layers(model))
        return report_name_file(info_layers_print(model, rates_hz, n, s->json, error), path, error);
    if (sinew_model_kernel(model, NULL))
        return report_name_file(kernel_print_facts(model, &opts, rates_hz, n, s->json, error), path,
                                error);
    if (sinew_model_delayed(model))
        return delayed_print_facts(model, path, &opts, rates_hz, n, s->json, error);
    return print_system(s, model, path, error);
}

static int run(const command *self, const void *given, const char **args, size_t n_args)
{
    (void)n_args;
    const settings *s = given;
    const char *wrong = sampling_wrong(&s->sampling, false);
    bool no_rate = s->rates_hz.n == 0, tensors = info_tensors_is_path(args[0]);
    if (no_rate && (s->sampling.method || s->sampling.prewarp_hz.given || s->sampling.alpha.given))
        wrong = "--method, --prewarp-hz and --alpha need --rate";
    if (!no_rate && tensors)
        wrong = "--rate is for descriptions: a checkpoint has none";
    if (wrong)
        return report_misuse(self, "%s", wrong);
    sinew_model *model = NULL;
    sinew_error error;
    sinew_status status = tensors ? info_tensors_print(args[0], s->json, &error)
                                  : sinew_model_open_any(&model, args[0], &error);
    if (!status && model)
        status = print_model(s, model, args[0], &error);
    sinew_model_free(model);
    return status ? report_failure(self, &error) : EXIT_DONE;
}

const command command_info = {.name = "info",
                              .summary = "say what a model is: poles, zeros, stability, cost",
                              .usage = "MODEL [--rate HZ]... [--method M] [--json]",
                              .about =
                                  "Prints the name, purpose, units, size, poles, zeros and "
                                  "stability of a model, and for each\n"
                                  "rate the method, the radius of the discrete poles, how "
                                  "long it rings (until the state has\n"
                                  "fallen to 2^-60), the engine that auto chooses, and how "
                                  "good the realization is: its form,\n"
                                  "condition numbers, and how far rounding moves its "
                                  "response.\n\n"
                                  "Of a .safetensors file or a checkpoint's folder: the names, "
                                  "types and shapes of its tensors.",
                              .options = options,
                              .settings_bytes = sizeof(settings),
                              .least = 1,
                              .most = 1,
                              .run = run};
