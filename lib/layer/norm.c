/* layer.norm: each frame by itself, divided by its root mean square or standard deviation; the
 * equations are those of sinew/layer.h. No state. */
#include <float.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "layer/layer.h"
#include "layer/rms.h"
#include "layer/stateless.h"

typedef struct norm {
    sinew_layer layer;
    sinew_norm_kind kind;
    float eps;
    float *weight, *bias; /* (channels) or NULL */
} norm;

static void footprint(const sinew_node *node, size_t max_frames, sinew_footprint *out)
{
    (void)node;
    (void)max_frames;
    *out = (sinew_footprint){0};
}

/* sum(x) / n, in one order: lane by lane. */
static float mean(const float *x, size_t n)
{
    float lanes[SINEW_LEARNED_LANES] = {0}, sum = 0;
    size_t whole = n / SINEW_LEARNED_LANES * SINEW_LEARNED_LANES;
    for (size_t at = 0; at < whole; at += SINEW_LEARNED_LANES)
        for (size_t i = 0; i < SINEW_LEARNED_LANES; i++)
            lanes[i] += x[at + i];
    for (size_t i = 0; i < n - whole; i++)
        lanes[i] += x[whole + i];
    for (size_t i = 0; i < SINEW_LEARNED_LANES; i++)
        sum += lanes[i];
    return sum / (float)n;
}

/* x, y: (channels); may be the same. */
static void normalize(const norm *l, const float *x, float *y, size_t n)
{
    float eps = l->eps;
    if (l->kind == SINEW_NORM_LAYER) {
        if (sinew_rms_shrink(l->layer.ops, x, y, n)) {
            x = y;
            eps = FLT_MIN; /* where all are equal 0 is divided by its root */
        }
        float middle = mean(x, n);
        for (size_t c = 0; c < n; c++)
            y[c] = x[c] - middle;
        x = y;
    }
    sinew_rms_scaled(l->layer.ops, x, eps, l->weight, y, n);
    for (size_t c = 0; l->bias && c < n; c++)
        y[c] += l->bias[c];
}

static void process(const sinew_node *node, void *state, void *scratch, const sinew_block *in,
                    sinew_block *out)
{
    size_t n = node->channels_in;
    (void)state;
    (void)scratch;
    for (size_t t = 0; t < in->n_frames; t++)
        normalize((const norm *)node, (const float *)in->samples + t * n,
                  (float *)out->samples + t * n, n);
}

static void free_node(sinew_node *node)
{
    norm *l = (norm *)node;
    sinew_free(l->weight);
    sinew_free(l->bias);
    sinew_layer_finish(&l->layer);
    sinew_free(l);
}

static const sinew_node_ops ops = {.kind = "layer.norm",
                                   .footprint = footprint,
                                   .reset = sinew_stateless_reset,
                                   .process = process,
                                   .save_state = sinew_stateless_save,
                                   .load_state = sinew_stateless_load,
                                   .free = free_node,
                                   .parts = sinew_stateless_parts};

/* As `channels` says, or else the first tensor that is there. */
static sinew_status count_channels(uint64_t *channels, const sinew_norm_weights *weights,
                                   sinew_error *error)
{
    const sinew_tensor *first = weights->weight ? weights->weight : weights->bias;
    *channels = weights->channels;
    if (*channels == 0 && first && first->rank == 1)
        *channels = first->shape[0];
    if (*channels == 0 && first)
        *channels = SINEW_ANY; /* its shape is wrong, which is told with its name */
    if (*channels == 0)
        return sinew_fail(error, SINEW_ERR_MISMATCH,
                          "a norm without weight and bias needs to be told its channels");
    return SINEW_OK;
}

static sinew_status check(const sinew_norm_weights *weights, sinew_error *error)
{
    if ((unsigned)weights->kind > SINEW_NORM_LAYER)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such norm: %d", (int)weights->kind);
    if (!(weights->eps >= 0) || !isfinite(weights->eps))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "an eps of %g: it must be above 0",
                          weights->eps);
    return SINEW_OK;
}

static void hash(norm *l, const sinew_norm_weights *weights)
{
    sinew_layer_hash_number(&l->layer, (double)l->kind);
    sinew_layer_hash_number(&l->layer, (double)l->eps);
    sinew_layer_hash_number(&l->layer, l->layer.node.channels_in);
    sinew_layer_hash(&l->layer, weights->weight);
    sinew_layer_hash(&l->layer, weights->bias);
    sinew_layer_seal(&l->layer);
}

static sinew_status init(norm *l, const sinew_norm_weights *weights, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    uint64_t channels = 0;
    sinew_status status = sinew_layer_init(&l->layer, &ops, opts, error);
    if (!status)
        status = check(weights, error);
    if (!status)
        status = count_channels(&channels, weights, error);
    if (!status)
        status = sinew_parameter_floats(&l->weight, weights->weight, "weight", 1, &channels, error);
    if (!status)
        status = sinew_parameter_floats(&l->bias, weights->bias, "bias", 1, &channels, error);
    if (status)
        return status;
    l->kind = weights->kind;
    l->eps = weights->eps > 0 ? (float)weights->eps : 1e-5F;
    l->layer.node.channels_in = l->layer.node.channels_out = (uint32_t)channels;
    hash(l, weights);
    return SINEW_OK;
}

sinew_status sinew_norm_new(sinew_node **out, const sinew_norm_weights *weights,
                            const sinew_layer_opts *opts, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!weights)
        return sinew_fail_null(error);
    norm *l = sinew_alloc(1, sizeof *l);
    if (!l)
        return sinew_fail_memory(error);
    sinew_status status = init(l, weights, opts, error);
    if (status) {
        free_node(&l->layer.node);
        return status;
    }
    *out = &l->layer.node;
    return SINEW_OK;
}
