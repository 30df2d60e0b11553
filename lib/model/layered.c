#include "model/layered.h"

#include "base/error.h"
#include "base/memory.h"
#include "model/layer_tensors.h"
#include "sinew/graph.h"

struct sinew_layered {
    sinew_document *document;
    sinew_spec_graph graph;
};

void sinew_spec_graph_check(const sinew_at *root, const sinew_spec_graph *graph)
{
    sinew_at place = *root;
    if (graph->allow_unused && !graph->has_weights) {
        sinew_at_find(root, "allow_unused", &place);
        sinew_at_problem(&place, "there are no weights that could be unused");
    }
    if (graph->has_weights && !graph->allow_unused)
        sinew_weights_check_used(root);
}

sinew_layered *sinew_layered_new(const sinew_spec_graph *graph, sinew_document *document)
{
    sinew_layered *layered = sinew_alloc(1, sizeof *layered);
    if (!layered) {
        sinew_document_free(document);
        return NULL;
    }
    sinew_document_seal(document);
    *layered = (sinew_layered){document, *graph};
    return layered;
}

void sinew_layered_free(sinew_layered *layered)
{
    if (!layered)
        return;
    sinew_document_free(layered->document);
    sinew_free(layered);
}

static sinew_status check_opts(const sinew_build_opts *opts, sinew_error *error)
{
    const sinew_discretize_opts *d = &opts->discretize;
    if (d->method || d->prewarp_hz != 0 || d->alpha != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a graph of layers is not discretized: the method stands beside each "
                          "system of it");
    if (opts->filter.engine != SINEW_ENGINE_AUTO)
        return sinew_fail(
            error, SINEW_ERR_ARGUMENT,
            "a graph of layers has no engine: each system of it is planned by itself");
    if (d->rate_hz != 0 && d->step_s != 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "a rate and a step: one of them is enough");
    if (!(d->rate_hz >= 0 && d->rate_hz <= 1e12) || !(d->step_s >= 0 && d->step_s <= 1e12))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no rate and no step: %g Hz, %g s", d->rate_hz,
                          d->step_s);
    if (opts->x0 || opts->filter.x0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT,
                          "a graph of layers starts from zero: it has no x0");
    if (opts->sample_given && opts->filter.sample != SINEW_SAMPLE_F32)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED, "layers compute in float32, not in double");
    return SINEW_OK;
}

/* The step of the frames to come, where nobody says it that of the training. */
static sinew_layer_build build_for(const sinew_spec_graph *graph, const sinew_build_opts *opts)
{
    const sinew_discretize_opts *d = &opts->discretize;
    sinew_layer_opts layers = opts->checkpoint.layers;
    double trained = graph->rate_hz > 0 ? 1 / graph->rate_hz : 0;
    double step = d->rate_hz > 0 ? 1 / d->rate_hz : d->step_s > 0 ? d->step_s : trained;
    layers.trained_step_s = trained > 0 ? trained : step;
    layers.step_s = step;
    return (sinew_layer_build){.opts = layers,
                               .step_s = step,
                               .trained_step_s = trained,
                               .steps = opts->steps,
                               .outside = opts->filter.channels,
                               .filter = &opts->filter,
                               .allow_unstable = opts->allow_unstable};
}

/* The layer's place in front of what is wrong with it: with the description, that is, unless only
 * the rate is missing. */
static sinew_status blame(const sinew_layer_build *b, sinew_status status, const sinew_error *inner,
                          sinew_error *error)
{
    char place[SINEW_ERROR_TEXT_BYTES / 2] = "";
    if (status == SINEW_ERR_MEMORY || !b->blamed)
        return sinew_fail(error, status, "%s", inner->text);
    bool of_data = status == SINEW_ERR_MISMATCH || status == SINEW_ERR_ARGUMENT;
    sinew_at_place(b->blamed, place, sizeof place);
    return sinew_fail(error, of_data && !b->lacks_step ? SINEW_ERR_DATA : status, "%s: %s", place,
                      inner->text);
}

static sinew_status check_channels(const sinew_node *node, const sinew_build_opts *opts,
                                   sinew_error *error)
{
    if (opts->filter.channels == 0 || node->channels_in == opts->filter.channels)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_MISMATCH, "%u channels, but the model takes %u",
                      opts->filter.channels, node->channels_in);
}

/* The list as one node. Where the channels that come do not fit, one that takes and gives one
 * runs on each of them, as systems do. */
static sinew_status build_list(sinew_node **out, const sinew_spec_graph *graph,
                               sinew_layer_build *b, sinew_error *error)
{
    sinew_layer_build alone = *b;
    sinew_node *node = NULL;
    sinew_error ignored;
    sinew_status status = sinew_layers_build(&node, &graph->layers, b, error);
    alone.outside = 1;
    if (status && b->outside > 1 && !sinew_layers_build(&node, &graph->layers, &alone, &ignored))
        status = SINEW_OK;
    if (status)
        return status;
    if (b->outside < 2 || node->channels_in != 1 || node->channels_out != 1)
        *out = node;
    else
        status = sinew_graph_new_each(out, node, b->outside, error);
    if (status)
        sinew_node_free(node);
    return status;
}

sinew_status sinew_layered_build(sinew_node **out, const sinew_layered *layered,
                                 const sinew_build_opts *opts, sinew_build_report *facts,
                                 sinew_error *error)
{
    sinew_error inner = {0};
    sinew_status status = check_opts(opts, error);
    if (status)
        return status;
    sinew_layer_build b = build_for(&layered->graph, opts);
    facts->step_s = b.step_s;
    status = build_list(out, &layered->graph, &b, &inner);
    if (status)
        return blame(&b, status, &inner, error);
    status = check_channels(*out, opts, error);
    if (status) {
        sinew_node_free(*out);
        *out = NULL;
    }
    return status;
}
