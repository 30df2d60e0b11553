/* From a model to a node: the one way there, so that every program refuses the same. */
#include "base/error.h"
#include "base/memory.h"
#include "model/model.h"

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

static sinew_status check_x0(const sinew_system *system, sinew_method method,
                             const sinew_build_opts *opts, sinew_error *error)
{
    size_t order = sinew_system_matrices(system).order;
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
    sinew_status status =
        check_x0(sinew_model_system(model), sinew_discretization_method(d), opts, error);
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

static sinew_status build_regular(sinew_node **out, const sinew_model *model,
                                  const sinew_build_opts *opts, sinew_build_report *facts,
                                  sinew_error *error)
{
    sinew_discretization *d = NULL;
    sinew_status status = sinew_model_discretize(&d, model, &opts->discretize, error);
    if (!status) {
        facts->method = sinew_discretization_method(d);
        facts->step_s = sinew_discretization_step_s(d);
        facts->radius = sinew_discretization_radius(d);
        facts->unstable = sinew_discretization_grows(d);
        status = check_stability(facts, opts, error);
    }
    if (!status)
        status = build_filter(out, model, d, opts, error);
    sinew_discretization_free(d);
    return status;
}

/* ---- the node that takes a step for each frame ---- */

static sinew_status check_steps(sinew_method *method, const sinew_model *model,
                                const sinew_build_opts *opts, sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    sinew_method own = sinew_model_description(model).method;
    sinew_method liked = sinew_system_preferred_method(sinew_model_system(model));
    *method = d->method ? d->method : own ? own : liked;
    if (*method != SINEW_METHOD_ZOH && *method != SINEW_METHOD_FOH)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "irregular steps are for the methods zoh and foh, not for %s%s",
                          sinew_method_name(*method),
                          d->method ? ""
                          : own     ? ", which the description asks for"
                                    : ", which this kind of system prefers");
    if (d->prewarp_hz != 0 || d->alpha != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a prewarp frequency or alpha has no meaning for %s",
                          sinew_method_name(*method));
    if (d->rate_hz != 0 && d->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    if (opts->filter.x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "with irregular steps the state at the start is the continuous one");
    if (opts->filter.engine != SINEW_ENGINE_AUTO && opts->filter.engine != SINEW_ENGINE_SCAN)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "%s does not take irregular steps: they run frame by frame, as scan does",
                          sinew_engine_name(opts->filter.engine));
    return SINEW_OK;
}

/* *out (copies, order): opts->x0 for each copy. */
static sinew_status repeat_x0(double **out, const sinew_matrices *m, const sinew_build_opts *opts,
                              sinew_error *error)
{
    size_t copies = is_single(m) && opts->filter.channels ? opts->filter.channels : 1;
    double *state = sinew_alloc(copies * m->order, sizeof *state);
    if (!state)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < copies * m->order; i++)
        state[i] = opts->x0[i % m->order];
    *out = state;
    return SINEW_OK;
}

static sinew_status make_irregular(sinew_node **out, const sinew_model *model,
                                   const sinew_build_opts *opts, sinew_method method,
                                   sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    const sinew_system *system = sinew_model_system(model);
    sinew_matrices m = sinew_system_matrices(system);
    double *x0 = NULL;
    sinew_status status = check_channels(&m, opts->filter.channels, error);
    if (!status && opts->x0)
        status = check_x0(system, method, opts, error);
    if (!status && opts->x0)
        status = repeat_x0(&x0, &m, opts, error);
    sinew_irregular_opts how = {.sample = opts->filter.sample,
                                .method = method,
                                .channels = opts->filter.channels,
                                .step_s = d->rate_hz > 0 ? 1 / d->rate_hz : d->step_s,
                                .x0 = x0};
    if (!status)
        status = sinew_filter_new_irregular(out, system, &how, error);
    sinew_free(x0);
    return status;
}

static sinew_status build_irregular(sinew_node **out, const sinew_model *model,
                                    const sinew_build_opts *opts, sinew_build_report *facts,
                                    sinew_error *error)
{
    sinew_stability stability;
    sinew_method method;
    sinew_status status = check_steps(&method, model, opts, error);
    if (!status)
        status = sinew_system_stability(sinew_model_system(model), &stability, error);
    if (status)
        return status;
    facts->method = method;
    facts->unstable = stability == SINEW_UNSTABLE;
    if (facts->unstable && !opts->allow_unstable)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "unstable: a pole right of the axis, or a double one on it");
    return make_irregular(out, model, opts, method, error);
}

/* ---- a Kalman filter ---- */

static sinew_status check_kalman(const sinew_kalman *kalman, const sinew_build_opts *opts,
                                 sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    size_t inputs = sinew_kalman_known_inputs(kalman);
    size_t channels = sinew_kalman_measured(kalman) + inputs;
    if (opts->filter.channels && opts->filter.channels != channels)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "%u channels, but the model takes %zu: %zu measured, %zu known inputs",
                          opts->filter.channels, channels, channels - inputs, inputs);
    if (d->method || d->prewarp_hz != 0 || d->alpha != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a Kalman filter is exact: its method is the description's, for the "
                          "known inputs");
    if (opts->x0 || opts->filter.x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a Kalman filter starts from the mean and covariance that its "
                          "description gives");
    if (opts->filter.engine != SINEW_ENGINE_AUTO && opts->filter.engine != SINEW_ENGINE_SCAN)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "a Kalman filter runs frame by frame, as scan does, not as %s",
                          sinew_engine_name(opts->filter.engine));
    if (!opts->steps && d->rate_hz == 0 && d->step_s == 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no sampling rate and no step");
    if (d->rate_hz != 0 && d->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    return SINEW_OK;
}

static sinew_status build_kalman(sinew_node **out, const sinew_model *model,
                                 const sinew_build_opts *opts, sinew_build_report *facts,
                                 sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    sinew_kalman_node_opts how;
    const sinew_kalman *kalman = sinew_model_kalman(model, &how);
    sinew_status status = check_kalman(kalman, opts, error);
    if (status)
        return status;
    if (how.steady && opts->steps)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a steady Kalman filter has one step, not one for each frame");
    how.sample = opts->filter.sample;
    how.step_s = d->rate_hz != 0 ? 1 / d->rate_hz : d->step_s;
    sinew_method method = sinew_model_description(model).method;
    facts->method = method ? method : SINEW_METHOD_ZOH;
    facts->step_s = how.step_s;
    return sinew_kalman_node(out, kalman, &how, error);
}

typedef sinew_status builder(sinew_node **out, const sinew_model *model,
                             const sinew_build_opts *opts, sinew_build_report *facts,
                             sinew_error *error);

static builder *builder_of(const sinew_model *model, const sinew_build_opts *opts)
{
    if (sinew_model_checkpoint(model))
        return sinew_model_build_checkpoint;
    if (sinew_model_kalman(model, NULL))
        return build_kalman;
    if (sinew_model_delayed(model))
        return sinew_model_build_delayed;
    if (sinew_model_kernel(model, NULL))
        return sinew_model_build_kernel;
    if (sinew_model_has_layers(model))
        return sinew_model_build_layered;
    return opts->steps ? build_irregular : build_regular;
}

sinew_status sinew_model_build(sinew_node **out, const sinew_model *model,
                               const sinew_build_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!model)
        return sinew_fail_null(error);
    static const sinew_build_opts defaults;
    sinew_build_report facts = {0};
    opts = opts ? opts : &defaults;
    sinew_status status = builder_of(model, opts)(out, model, opts, &facts, error);
    if (opts->report)
        *opts->report = facts;
    return status;
}
