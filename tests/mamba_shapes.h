/* Mixers of random weights, of any shape. */
#ifndef TESTS_MAMBA_SHAPES_H
#define TESTS_MAMBA_SHAPES_H

#include <math.h>

#include "noise_tensors.h"
#include "sinew/mamba.h"

typedef struct mamba1_shape {
    const char *name;
    uint32_t d_model, inner, order, taps, rank; /* M, D, N, K, R */
    bool biases;
} mamba1_shape;

static inline sinew_mamba1_weights mamba1_weights_of(const mamba1_shape *s)
{
    const char *p = s->name;
    uint64_t M = s->d_model, D = s->inner, N = s->order, K = s->taps, R = s->rank;
    sinew_mamba1_weights w = {
        .in_proj = NOISE(p, "in_proj.weight", 0, 2 / sqrt((double)M), 2 * D, M),
        .conv = NOISE(p, "conv1d.weight", 0.1, 1 / sqrt((double)K), D, 1, K),
        .x_proj = NOISE(p, "x_proj.weight", 0, 2 / sqrt((double)D), R + 2 * N, D),
        .dt_proj = NOISE(p, "dt_proj.weight", 0, 1 / sqrt((double)R), D, R),
        .dt_bias = NOISE(p, "dt_proj.bias", -4, 3, D),
        .A_log = NOISE(p, "A_log", 1, 1.5, D, N),
        .D = NOISE(p, "D", 1, 0.5, D),
        .out_proj = NOISE(p, "out_proj.weight", 0, 1 / sqrt((double)D), M, D),
    };
    if (s->biases) {
        w.in_proj_bias = NOISE(p, "in_proj.bias", 0, 0.3, 2 * D);
        w.conv_bias = NOISE(p, "conv1d.bias", 0, 0.3, D);
        w.out_proj_bias = NOISE(p, "out_proj.bias", 0, 0.3, M);
    } else {
        w.dt_bias = NULL;
    }
    return w;
}

typedef struct mamba2_shape {
    const char *name;
    uint32_t d_model, heads, head_dim, groups, order, taps; /* M, H, P, G, N, K */
    bool biases, D_of_channels, norm, norm_before_gate;
    uint32_t norm_groups;
    double dt_min, dt_max;
} mamba2_shape;

static inline sinew_mamba2_weights mamba2_weights_of(const mamba2_shape *s)
{
    const char *p = s->name;
    uint64_t M = s->d_model, H = s->heads, D = H * s->head_dim, K = s->taps;
    uint64_t C = D + 2 * (uint64_t)s->groups * s->order;
    sinew_mamba2_weights w = {
        .in_proj = NOISE(p, "in_proj.weight", 0, 2 / sqrt((double)M), D + C + H, M),
        .conv = NOISE(p, "conv1d.weight", 0.1, 1 / sqrt((double)K), C, 1, K),
        .dt_bias = NOISE(p, "dt_bias", -3, 3, H),
        .A_log = NOISE(p, "A_log", 1, 1.5, H),
        .D = s->D_of_channels ? NOISE(p, "D", 1, 0.5, D) : NOISE(p, "D", 1, 0.5, H),
        .out_proj = NOISE(p, "out_proj.weight", 0, 1 / sqrt((double)D), M, D),
        .groups = s->groups,
        .norm_groups = s->norm_groups,
        .dt_min = s->dt_min,
        .dt_max = s->dt_max,
        .norm_before_gate = s->norm_before_gate,
    };
    if (s->norm)
        w.norm = NOISE(p, "norm.weight", 1, 0.5, D);
    if (s->biases) {
        w.in_proj_bias = NOISE(p, "in_proj.bias", 0, 0.3, D + C + H);
        w.conv_bias = NOISE(p, "conv1d.bias", 0, 0.3, C);
        w.out_proj_bias = NOISE(p, "out_proj.bias", 0, 0.3, M);
    }
    return w;
}

typedef struct mamba3_shape {
    const char *name;
    uint32_t d_model, heads, head_dim, groups, order, angles; /* M, H, P, G, N, S */
    bool norm, biases;
} mamba3_shape;

static inline sinew_mamba3_weights mamba3_weights_of(const mamba3_shape *s)
{
    const char *p = s->name;
    uint64_t M = s->d_model, H = s->heads, D = H * s->head_dim, N = s->order, S = s->angles;
    uint64_t rows = 2 * D + 2 * N * s->groups + 3 * H + S;
    return (sinew_mamba3_weights){
        .in_proj_bias = s->biases ? NOISE(p, "in_proj.bias", 0, 0.3, rows) : NULL,
        .out_proj_bias = s->biases ? NOISE(p, "out_proj.bias", 0, 0.3, M) : NULL,
        .in_proj = NOISE(p, "in_proj.weight", 0, 2 / sqrt((double)M), rows, M),
        .dt_bias = NOISE(p, "dt_bias", -3, 3, H),
        .B_bias = NOISE(p, "B_bias", 0.5, 0.5, H, 1, N),
        .C_bias = NOISE(p, "C_bias", 0.5, 0.5, H, 1, N),
        .B_norm = NOISE(p, "B_norm.weight", 1, 0.5, N),
        .C_norm = NOISE(p, "C_norm.weight", 1, 0.5, N),
        .D = NOISE(p, "D", 1, 0.5, H),
        .norm = s->norm ? NOISE(p, "norm.weight", 1, 0.5, D) : NULL,
        .out_proj = NOISE(p, "out_proj.weight", 0, 1 / sqrt((double)D), M, D),
        .groups = s->groups,
    };
}

#endif
