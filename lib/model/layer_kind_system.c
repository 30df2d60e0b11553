/* system: a linear system as a layer, for front ends: written out, or the path or name of a
 * description. It runs at any rate, and one of one input and output on each channel. */
#include "base/error.h"
#include "model/layer_kind.h"
#include "model/member.h"
#include "model/reference.h"
#include "sinew/irregular.h"

typedef struct system_spec {
    const sinew_system *system; /* of the document */
    sinew_method method;        /* that of a description that is referred to; DEFAULT: silent */
    double alpha;
} system_spec;

/* The method of what is referred to is this layer's alone. */
static void value_system(const sinew_at *at, void *into)
{
    sinew_reading *reading = sinew_document_context(at->document), saved = *reading;
    system_spec *spec = into;
    sinew_spec_member member = {0};
    size_t seen = sinew_at_problems(at), entries = 0;
    reading->method = SINEW_METHOD_DEFAULT;
    reading->disagrees = NULL;
    sinew_value_member(at, &member);
    spec->method = reading->method;
    spec->alpha = reading->alpha;
    reading->method = saved.method;
    reading->alpha = saved.alpha;
    reading->first = saved.first;
    reading->disagrees = saved.disagrees;
    if (sinew_at_problems(at) == seen)
        spec->system = sinew_member_build(&member, &entries);
}

static sinew_method method_of(const sinew_spec_layer *layer)
{
    const system_spec *spec = layer->values;
    return layer->method  ? layer->method
           : spec->method ? spec->method
                          : sinew_system_preferred_method(spec->system);
}

/* One input and output: as many as come; else its own. */
static uint32_t channels_of(const system_spec *spec, const sinew_layer_build *b)
{
    sinew_matrices m = sinew_system_matrices(spec->system);
    uint32_t come = b->channels > 0 ? b->channels : b->outside;
    return m.inputs != 1 || m.outputs != 1 ? 0 : come > 0 ? come : 1;
}

static sinew_status build_irregular(sinew_node **out, const sinew_spec_layer *layer,
                                    uint32_t channels, const sinew_layer_build *b,
                                    sinew_error *error)
{
    const system_spec *spec = layer->values;
    sinew_irregular_opts opts = {.sample = SINEW_SAMPLE_F32,
                                 .method = method_of(layer),
                                 .channels = channels,
                                 .step_s = b->step_s};
    return sinew_filter_new_irregular(out, spec->system, &opts, error);
}

static sinew_status build_regular(sinew_node **out, const sinew_spec_layer *layer,
                                  uint32_t channels, sinew_layer_build *b, sinew_error *error)
{
    const system_spec *spec = layer->values;
    sinew_discretization *d = NULL;
    sinew_discretize_opts how = {.method = method_of(layer), .step_s = b->step_s};
    sinew_filter_opts opts = *b->filter;
    opts.sample = SINEW_SAMPLE_F32;
    opts.channels = channels;
    how.alpha = how.method == SINEW_METHOD_GBT ? spec->alpha : 0;
    if (!(b->step_s > 0)) {
        b->lacks_step = true;
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a system needs a sampling rate or a step");
    }
    sinew_status status = sinew_discretize(&d, spec->system, &how, error);
    if (!status && !b->allow_unstable && sinew_discretization_grows(d))
        status = sinew_fail(
            error, SINEW_ERR_NUMERIC, "unstable by %s at a step of %.10g s: a pole at |z| = %.10g",
            sinew_method_name(how.method), b->step_s, sinew_discretization_radius(d));
    if (!status)
        status = sinew_filter_new(out, d, &opts, error);
    sinew_discretization_free(d);
    return status;
}

static sinew_status build(sinew_node **out, const sinew_spec_layer *layer, sinew_layer_build *b,
                          sinew_error *error)
{
    uint32_t channels = channels_of(layer->values, b);
    return b->steps ? build_irregular(out, layer, channels, b, error)
                    : build_regular(out, layer, channels, b, error);
}

const sinew_layer_kind sinew_layer_system = {
    .key = {.name = "system", .kind = SINEW_KEY_READER, .read = value_system},
    .bytes = sizeof(system_spec),
    .build = build,
};
