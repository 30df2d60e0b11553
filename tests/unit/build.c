/* From a model to a node: what is refused, what is reported, and where a run starts. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "filter/engines.h"
#include "sinew/model.h"
#include "sinew/stream.h"

#define POLE(at) "system: {zpk: {zeros: [], poles: [[" at ", 0]], gain: 1}}\n"
#define MATRICES "system: {ss: {A: [[-1]], B: [[1]], C: [[2]], D: [[0.5]]}}\n"
#define TWO_IN "system: {ss: {A: [[-1]], B: [[1, 2]], C: [[2]], D: [[0, 0]]}}\n"

/* The status, with the node in *node where it is SINEW_OK. */
static sinew_status build(sinew_node **node, const char *text, const sinew_build_opts *opts,
                          sinew_error *error)
{
    sinew_model *model = NULL;
    cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", error), SINEW_OK, "%s",
                 error->text);
    *node = (sinew_node *)&model;
    sinew_status status = sinew_model_build(node, model, opts, error);
    cr_assert_eq(*node == NULL, status != SINEW_OK);
    sinew_model_free(model);
    return status;
}

static void refused(const char *text, const sinew_build_opts *opts, sinew_status status,
                    const char *says)
{
    sinew_node *node = NULL;
    sinew_error error = {0};
    cr_assert_eq(build(&node, text, opts, &error), status);
    cr_assert(strstr(error.text, says), "'%s' does not say '%s'", error.text, says);
}

static sinew_node *built(const char *text, const sinew_build_opts *opts)
{
    sinew_node *node = NULL;
    sinew_error error = {0};
    cr_assert_eq(build(&node, text, opts, &error), SINEW_OK, "%s", error.text);
    return node;
}

Test(build, channels_fit_the_model_or_are_refused)
{
    sinew_build_opts opts = {.discretize.step_s = 1, .filter.channels = 3};
    refused(TWO_IN, &opts, SINEW_ERR_MISMATCH, "3 channels, but the model takes 2");
    sinew_node *node = built(MATRICES, &opts);
    cr_assert(node->channels_in == 3 && node->channels_out == 3);
    sinew_node_free(node);
    opts.filter.channels = 0;
    node = built(TWO_IN, &opts);
    cr_assert(node->channels_in == 2 && node->channels_out == 1);
    sinew_node_free(node);
}

Test(build, what_grows_is_refused_unless_it_is_allowed)
{
    sinew_build_report report;
    sinew_build_opts opts = {.discretize.step_s = 1, .report = &report};
    refused(POLE("3"), &opts, SINEW_ERR_NUMERIC, "unstable by zoh at a step of 1 s");
    cr_assert(report.unstable && report.method == SINEW_METHOD_ZOH && report.step_s == 1);
    cr_assert_float_eq(report.radius, exp(3), 1e-12 * exp(3));
    opts.allow_unstable = true;
    sinew_node_free(built(POLE("3"), &opts));
    cr_assert(report.unstable);
    opts.allow_unstable = false;
    sinew_node_free(built(POLE("-3"), &opts));
    cr_assert_not(report.unstable);
    opts.discretize.method = SINEW_METHOD_EULER; /* 1 - 3 */
    refused(POLE("-3"), &opts, SINEW_ERR_NUMERIC, "unstable by euler");
    cr_assert_eq(report.radius, 2);
    sinew_node_free(built(POLE("0"), &opts)); /* an integrator */
    cr_assert(!report.unstable && report.radius == 1);
}

Test(build, the_report_says_how_far_it_came)
{
    sinew_build_report report = {.unstable = true, .method = SINEW_METHOD_GBT};
    sinew_build_opts opts = {.report = &report};
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "");
    cr_assert(report.method == SINEW_METHOD_DEFAULT && !report.unstable);
    refused(MATRICES, NULL, SINEW_ERR_ARGUMENT, ""); /* the defaults have no rate */
}

Test(build, the_sample_type_is_the_models_unless_given)
{
    sinew_build_opts opts = {.discretize.step_s = 1};
    sinew_node *node = built(MATRICES, &opts);
    cr_assert(node->sample_in == SINEW_SAMPLE_F64 && node->sample_out == SINEW_SAMPLE_F64);
    sinew_node_free(node);
    opts.filter.sample = SINEW_SAMPLE_F32;
    node = built(MATRICES, &opts);
    cr_assert(node->sample_in == SINEW_SAMPLE_F32 && node->sample_out == SINEW_SAMPLE_F32);
    sinew_node_free(node);
}

/* y(0) = C x0 + D u(0) whatever the method and in every channel, though the state of foh is
 * another number in each. */
Test(build, a_run_starts_at_x0)
{
    static const sinew_method methods[] = {SINEW_METHOD_ZOH, SINEW_METHOD_FOH};
    double x0 = 1.5, u0[2] = {2, -4};
    for (int i = 0; i < 2; i++) {
        sinew_build_opts opts = {.discretize = {.step_s = 0.1, .method = methods[i]},
                                 .filter.channels = 2,
                                 .x0 = &x0,
                                 .n_x0 = 1,
                                 .u0 = u0};
        sinew_node *node = built(MATRICES, &opts);
        sinew_stream *stream = NULL;
        cr_assert_eq(sinew_stream_open(&stream, node, NULL, NULL), SINEW_OK);
        double y[2];
        sinew_block in = {.samples = u0, .n_frames = 1, .channels = 2}, out = {.samples = y};
        sinew_stream_process(stream, &in, &out);
        cr_assert_float_eq(y[0], 2 * 1.5 + 0.5 * 2, 1e-14, "%.17g", y[0]);
        cr_assert_float_eq(y[1], 2 * 1.5 + 0.5 * -4, 1e-14, "%.17g", y[1]);
        sinew_stream_close(stream);
        sinew_node_free(node);
    }
}

Test(build, an_x0_that_cannot_be)
{
    double x0[2] = {1, 2};
    sinew_build_opts opts = {.discretize.step_s = 0.1, .x0 = x0, .n_x0 = 2};
    refused(MATRICES, &opts, SINEW_ERR_MISMATCH, "x0 has 2 numbers, the system has order 1");
    opts.n_x0 = 1;
    refused(POLE("-1"), &opts, SINEW_ERR_ARGUMENT, "given as matrices");
    opts.filter.x0 = x0;
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "exclude each other");
    opts.filter.x0 = NULL;
    opts.discretize.method = SINEW_METHOD_EULER;
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "not for euler");
}

Test(build, the_list_of_engines_is_the_engines)
{
    sinew_engine engine;
    size_t n = 0;
    for (; sinew_engine_names[n]; n++) {
        cr_assert_str_eq(sinew_engine_names[n], sinew_engine_name((sinew_engine)n));
        cr_assert(sinew_engine_from_name(sinew_engine_names[n], &engine) && engine == n);
    }
    cr_assert_str_eq(sinew_engine_name((sinew_engine)n), "unknown");
}

/* A step for each frame: another node, the same refusals. */
Test(build, with_steps)
{
    sinew_build_report report;
    sinew_build_opts opts = {.steps = true, .filter.channels = 2, .report = &report};
    sinew_node *node = built(MATRICES, &opts);
    cr_assert_str_eq(node->ops->kind, "filter.irregular");
    cr_assert(node->channels_in == 2 && node->flags & SINEW_NODE_TAKES_STEPS);
    cr_assert(report.method == SINEW_METHOD_ZOH && report.step_s == 0 && !report.unstable);
    sinew_node_free(node);
    opts.discretize.rate_hz = 4; /* that of blocks without steps */
    node = built(MATRICES "method: foh\n", &opts);
    cr_assert(node->step_s == 0.25 && report.method == SINEW_METHOD_FOH);
    sinew_node_free(node);

    refused(TWO_IN, &(sinew_build_opts){.steps = true, .filter.channels = 3}, SINEW_ERR_MISMATCH,
            "3 channels, but the model takes 2");
    refused(MATRICES "method: bilinear\n", &opts, SINEW_ERR_ARGUMENT,
            "not for bilinear, which the description asks for");
    refused(POLE("3"), &opts, SINEW_ERR_NUMERIC, "unstable");
    cr_assert(report.unstable);
    opts.allow_unstable = true;
    sinew_node_free(built(POLE("3"), &opts));
    opts.discretize.step_s = 1;
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "one of them is enough");
    opts = (sinew_build_opts){.steps = true, .discretize.method = SINEW_METHOD_EULER};
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "not for euler");
    opts = (sinew_build_opts){.steps = true, .discretize.prewarp_hz = 1};
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "no meaning for zoh");
    opts = (sinew_build_opts){.steps = true, .filter.engine = SINEW_ENGINE_CONVOLVE};
    refused(MATRICES, &opts, SINEW_ERR_UNSUPPORTED, "convolve does not take irregular steps");
    double x0[] = {1, 2};
    opts = (sinew_build_opts){.steps = true, .x0 = x0, .n_x0 = 2};
    refused(MATRICES, &opts, SINEW_ERR_MISMATCH, "order 1");
    opts.n_x0 = 1;
    refused(POLE("-3"), &opts, SINEW_ERR_ARGUMENT, "matrices");
    sinew_node_free(built(MATRICES, &opts));
    opts = (sinew_build_opts){.steps = true, .filter.x0 = x0};
    refused(MATRICES, &opts, SINEW_ERR_ARGUMENT, "the continuous one");
}

#define KALMAN                                                                                     \
    "kalman: {process_noise: [[1]], measurement_noise: [[2]], known_inputs: yes, output: "         \
    "filtered}\n"

Test(build, a_kalman_filter)
{
    sinew_build_report report;
    sinew_build_opts opts = {.discretize.step_s = 0.5, .report = &report};
    sinew_node *node = built(MATRICES KALMAN, &opts);
    cr_assert_str_eq(node->ops->kind, "kalman");
    cr_assert(node->channels_in == 2 && node->channels_out == 1 && node->step_s == 0.5);
    sinew_node_free(node);
    opts.steps = true;
    opts.filter.channels = 2;
    sinew_node_free(built(MATRICES KALMAN, &opts));
    opts.filter.channels = 3;
    refused(MATRICES KALMAN, &opts, SINEW_ERR_MISMATCH, "takes 2: 1 measured, 1 known inputs");
    refused(MATRICES KALMAN, &(sinew_build_opts){0}, SINEW_ERR_ARGUMENT, "no sampling rate");
    opts = (sinew_build_opts){.steps = true, .discretize.method = SINEW_METHOD_ZOH};
    refused(MATRICES KALMAN, &opts, SINEW_ERR_ARGUMENT, "method is the description's");
    opts = (sinew_build_opts){.steps = true, .filter.engine = SINEW_ENGINE_CONVOLVE};
    refused(MATRICES KALMAN, &opts, SINEW_ERR_UNSUPPORTED, "frame by frame");
    double x0[] = {1};
    opts = (sinew_build_opts){.steps = true, .x0 = x0, .n_x0 = 1};
    refused(MATRICES KALMAN, &opts, SINEW_ERR_ARGUMENT, "mean and covariance");
}
