#include "bench_lm_model.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "bench.h"
#include "sinew/graph.h"
#include "sinew/mamba.h"

/* As Mamba's are: D = 2 d_model, R = d_model / 16. */
enum { EXPAND = 2, CONV = 4, RANK_OF = 16, TENSORS = 9, BODY_PARTS_MORE = 2 };

static size_t rank_of(const lm_shape *s)
{
    return (s->d_model + RANK_OF - 1) / RANK_OF;
}

/* x_proj and dt_proj, which are bfloat16 where the others are int8. */
static size_t steering_numbers(const lm_shape *s)
{
    return s->layers * EXPAND * s->d_model * (2 * rank_of(s) + 2 * s->order);
}

size_t lm_shape_numbers(const lm_shape *s)
{
    return s->layers * 3 * EXPAND * s->d_model * s->d_model + steering_numbers(s) +
           s->vocab * s->d_model;
}

double lm_shape_bytes(const lm_shape *s, sinew_quantize quantize)
{
    double all = (double)lm_shape_numbers(s), steering = (double)steering_numbers(s);
    if (quantize == SINEW_QUANTIZE_INT8) /* 32 with a scale of 16 bits */
        return (all - steering) * 34 / 32 + steering * 2;
    return all * (quantize == SINEW_QUANTIZE_BF16 ? 2 : 4);
}

/* Noise of mean `mean`, kept until the model is freed. */
static sinew_status noise(lm_made *made, sinew_tensor *out, uint32_t rank, const uint64_t *shape,
                          float mean, float spread, sinew_error *error)
{
    *out = (sinew_tensor){.rank = rank};
    for (uint32_t i = 0; i < rank; i++)
        out->shape[i] = shape[i];
    size_t n = (size_t)sinew_tensor_count(out);
    float *values = sinew_alloc(n, sizeof *values);
    if (!values)
        return sinew_fail_memory(error);
    bench_noise(values, SINEW_SAMPLE_F32, n);
    for (size_t i = 0; i < n; i++)
        values[i] = mean + spread * values[i];
    made->weights[made->n_weights++] = values;
    out->data = values;
    return SINEW_OK;
}

static sinew_status mixer(sinew_node **out, lm_made *made, const lm_shape *s,
                          const sinew_layer_opts *opts, sinew_error *error)
{
    uint64_t d = s->d_model, inner = EXPAND * d, rank = rank_of(s);
    float of_d = 1 / sqrtf((float)d), of_inner = 1 / sqrtf((float)inner);
    sinew_tensor t[TENSORS];
    const struct {
        uint64_t shape[3];
        uint32_t rank;
        float mean, spread;
    } wanted[TENSORS] = {
        {{2 * inner, d}, 2, 0, 2 * of_d},                   /* in_proj */
        {{inner, 1, CONV}, 3, 0, 1},                        /* conv */
        {{inner}, 1, 0, 0.1F},                              /* its bias */
        {{rank + 2 * s->order, inner}, 2, 0, 4 * of_inner}, /* x_proj */
        {{inner, rank}, 2, 0, 0.1F},                        /* dt_proj */
        {{inner}, 1, -4, 2},                                /* its bias */
        {{inner, s->order}, 2, 1, 1.5F},                    /* A_log: trained, no longer 1 .. N */
        {{inner}, 1, 1, 0},                                 /* D */
        {{d, inner}, 2, 0, of_inner},                       /* out_proj */
    };
    for (size_t i = 0; i < TENSORS; i++) {
        sinew_status status = noise(made, &t[i], wanted[i].rank, wanted[i].shape, wanted[i].mean,
                                    wanted[i].spread, error);
        if (status)
            return status;
    }
    sinew_mamba1_weights w = {.in_proj = &t[0],
                              .conv = &t[1],
                              .conv_bias = &t[2],
                              .x_proj = &t[3],
                              .dt_proj = &t[4],
                              .dt_bias = &t[5],
                              .A_log = &t[6],
                              .D = &t[7],
                              .out_proj = &t[8]};
    return sinew_mamba1_new(out, &w, opts, error);
}

static sinew_status norm(sinew_node **out, const lm_shape *s, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    sinew_norm_weights w = {.channels = (uint32_t)s->d_model};
    return sinew_norm_new(out, &w, opts, error);
}

/* What rounded matrices were made of is not needed any more; in float32 they are it. */
static void drop(lm_made *made, size_t from, const sinew_layer_opts *opts)
{
    while (opts->quantize != SINEW_QUANTIZE_NONE && made->n_weights > from)
        sinew_free(made->weights[--made->n_weights]);
}

static sinew_status join(sinew_node **out, sinew_node **parts, size_t n, sinew_status status,
                         sinew_error *error)
{
    if (!status)
        status = sinew_graph_new_sequence(out, parts, NULL, n, error);
    for (size_t i = 0; status && i < n; i++)
        sinew_node_free(parts[i]);
    return status;
}

static sinew_status layer(sinew_node **out, lm_made *made, const lm_shape *s,
                          const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_node *parts[2] = {NULL}, *inner = NULL;
    size_t from = made->n_weights;
    sinew_status status = norm(&parts[0], s, opts, error);
    if (!status)
        status = mixer(&parts[1], made, s, opts, error);
    status = join(&inner, parts, 2, status, error);
    if (!status)
        status = sinew_graph_new_residual(out, inner, error);
    if (status)
        sinew_node_free(inner);
    drop(made, from, opts);
    return status;
}

/* The embedding is the head's matrix. */
static sinew_status ends(sinew_node **embedding, lm_made *made, const lm_shape *s,
                         const sinew_layer_opts *opts, sinew_error *error)
{
    sinew_tensor matrix;
    sinew_linear_weights w = {.weight = &matrix};
    sinew_status status =
        noise(made, &matrix, 2, (uint64_t[]){s->vocab, s->d_model}, 0, 0.1F, error);
    if (!status)
        status = sinew_linear_new(&made->head, &w, opts, error);
    if (!status)
        status = sinew_embedding_new_tied(embedding, made->head, opts, error);
    drop(made, 0, opts);
    return status;
}

sinew_status lm_made_new(lm_made *made, const lm_shape *s, const sinew_layer_opts *opts,
                         sinew_error *error)
{
    size_t n = s->layers + BODY_PARTS_MORE;
    *made = (lm_made){0};
    made->weights = sinew_alloc(1 + TENSORS * s->layers, sizeof *made->weights);
    sinew_node **parts = sinew_alloc(n, sizeof(sinew_node *));
    sinew_status status = made->weights && parts ? SINEW_OK : sinew_fail_memory(error);
    if (!status)
        status = ends(&parts[0], made, s, opts, error);
    for (size_t i = 0; !status && i < s->layers; i++)
        status = layer(&parts[1 + i], made, s, opts, error);
    if (!status)
        status = norm(&parts[n - 1], s, opts, error);
    status = join(&made->body, parts, parts ? n : 0, status, error);
    sinew_free(parts);
    return status;
}

sinew_status lm_made_mixer(sinew_node **out, lm_made *made, const lm_shape *s, sinew_error *error)
{
    sinew_layer_opts opts = {0};
    *out = NULL;
    *made = (lm_made){.weights = sinew_alloc(TENSORS, sizeof *made->weights)};
    return made->weights ? mixer(out, made, s, &opts, error) : sinew_fail_memory(error);
}

void lm_made_free(lm_made *made)
{
    sinew_node_free(made->body);
    sinew_node_free(made->head);
    for (size_t i = 0; i < made->n_weights; i++)
        sinew_free(made->weights[i]);
    sinew_free(made->weights);
    *made = (lm_made){0};
}
