/* From a model to a node: the one way there, so that every program refuses the same. */
#include "base/error.h"
#include "base/memory.h"
#include "model/delayed.h"
#include "sinew/model.h"

static bool is_single(const sinew_matrices *m)
{
    return m->inputs == 1 && m->outputs == 1;
}

/* A one-in one-out system runs on each channel by itself; others say their own number. */
static sinew_status check_channels(const sinew_matrices *m, uint32_t channels, sinew_error *error)
{
    if (is_single(m) || channels == 0 || m->inputs == channels)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_MISMATCH, "%u channels, but the model takes %zu", channels,
                      m->inputs);
}

/* ---- the state at the start ---- */

static sinew_status check_x0(const sinew_system *system, const sinew_discretization *d,
                             const sinew_build_opts *opts, sinew_error *error)
{
    sinew_method method = sinew_discretization_method(d);
    size_t order = sinew_discretization_matrices(d).order;
    if (opts->filter.x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a continuous and a discrete state at the start exclude each other");
    if (!sinew_system_state_is_given(system))
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "x0 is for a system given as matrices (ss): the state of this one has "
                          "coordinates of the library's choice");
    if (method != SINEW_METHOD_ZOH && method != SINEW_METHOD_FOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "x0 is for the methods zoh and foh, not for %s",
                          sinew_method_name(method));
    if (opts->n_x0 != order)
        return sinew_fail(error, SINEW_ERR_MISMATCH, "x0 has %zu numbers, the system has order %zu",
                          opts->n_x0, order);
    return SINEW_OK;
}

/* *out (copies, order): the discrete state of zoh is x0, of foh x0 - G2 u0, where the shift G2
 * (order, inputs) is zero for all but foh. */
static sinew_status start_state(double **out, const sinew_model *model,
                                const sinew_discretization *d, const sinew_build_opts *opts,
                                sinew_error *error)
{
    sinew_status status = check_x0(sinew_model_system(model), d, opts, error);
    if (status)
        return status;
    sinew_matrices m = sinew_discretization_matrices(d);
    const double *shift = sinew_discretization_foh_shift(d);
    size_t copies = is_single(&m) && opts->filter.channels ? opts->filter.channels : 1;
    double *state = sinew_alloc(copies * m.order, sizeof *state);
    if (!state)
        return sinew_fail_memory(error);
    for (size_t c = 0; c < copies; c++)
        for (size_t i = 0; i < m.order; i++) {
            double x = opts->x0[i];
            for (size_t j = 0; j < m.inputs && opts->u0; j++)
                x -= shift[i * m.inputs + j] * opts->u0[c + j];
            state[c * m.order + i] = x;
        }
    *out = state;
    return SINEW_OK;
}

/* ---- the node ---- */

static sinew_status check_stability(const sinew_build_report *report, const sinew_build_opts *opts,
                                    sinew_error *error)
{
    if (!report->unstable || opts->allow_unstable)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "unstable by %s at a step of %.10g s: a pole at |z| = %.10g",
                      sinew_method_name(report->method), report->step_s, report->radius);
}

static sinew_status build_filter(sinew_node **out, const sinew_model *model,
                                 const sinew_discretization *d, const sinew_build_opts *opts,
                                 sinew_error *error)
{
    sinew_matrices m = sinew_discretization_matrices(d);
    sinew_filter_opts filter = opts->filter;
    double *x0 = NULL;
    sinew_status status = check_channels(&m, filter.channels, error);
    if (!status && opts->x0) {
        status = start_state(&x0, model, d, opts, error);
        filter.x0 = x0;
    }
    if (!status)
        status = sinew_filter_new(out, d, &filter, error);
    sinew_free(x0);
    return status;
}

sinew_status sinew_model_build(sinew_node **out, const sinew_model *model,
                               const sinew_build_opts *opts, sinew_error *error)
{
    static const sinew_build_opts defaults;
    sinew_discretization *d = NULL;
    sinew_build_report facts = {0};
    opts = opts ? opts : &defaults;
    *out = NULL;
    if (sinew_model_delayed(model))
        return sinew_model_build_delayed(out, model, opts, error);
    sinew_status status = sinew_model_discretize(&d, model, &opts->discretize, error);
    if (!status) {
        facts.method = sinew_discretization_method(d);
        facts.step_s = sinew_discretization_step_s(d);
        facts.radius = sinew_discretization_radius(d);
        facts.unstable = sinew_discretization_grows(d);
        status = check_stability(&facts, opts, error);
    }
    if (!status)
        status = build_filter(out, model, d, opts, error);
    sinew_discretization_free(d);
    if (opts->report)
        *opts->report = facts;
    return status;
}
