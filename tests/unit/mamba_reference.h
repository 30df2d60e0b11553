/* The mixers of sinew/mamba.h in double, frame by frame, from their equations: slow, and of nothing
 * that the library has. Each returns its outputs (n, d_model); what a frame leaves is in `state`,
 * laid out as saved states are, starting as zeros. */
#ifndef TESTS_UNIT_MAMBA_REFERENCE_H
#define TESTS_UNIT_MAMBA_REFERENCE_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../mamba_shapes.h"

static inline double ref_at(const sinew_tensor *t, uint64_t i)
{
    return t ? (double)((const float *)t->data)[i] : 0;
}
static inline double ref_sigmoid(double x)
{
    return x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x));
}
static inline double ref_silu(double x)
{
    return x * ref_sigmoid(x);
}
static inline double ref_softplus(double x)
{
    return fmax(x, 0) + log1p(exp(-fabs(x)));
}

/* y = W x + b */
static inline void ref_affine(const sinew_tensor *W, const sinew_tensor *b, const double *x,
                              double *y)
{
    for (uint64_t r = 0; r < W->shape[0]; r++) {
        y[r] = ref_at(b, r);
        for (uint64_t c = 0; c < W->shape[1]; c++)
            y[r] += ref_at(W, r * W->shape[1] + c) * x[c];
    }
}

static inline double *ref_zeros(size_t n)
{
    double *out = calloc(n + 1, sizeof *out);
    if (!out)
        abort();
    return out;
}

/* x (channels) after the history (channels, K - 1), which then has x as its last column. */
static inline void ref_conv(const sinew_tensor *w, const sinew_tensor *b, double *history,
                            const double *x, double *y)
{
    uint64_t K = w->shape[2];
    for (uint64_t c = 0; c < w->shape[0]; c++) {
        double *past = history + c * (K - 1);
        y[c] = ref_at(b, c) + ref_at(w, c * K + K - 1) * x[c];
        for (uint64_t k = 0; k + 1 < K; k++)
            y[c] += ref_at(w, c * K + k) * past[k];
        for (uint64_t k = 0; k + 2 < K; k++)
            past[k] = past[k + 1];
        if (K > 1)
            past[K - 2] = x[c];
    }
}

static inline void ref_mamba1(const sinew_mamba1_weights *w, double *state, const double *x,
                              const double *dt, double *out, size_t n)
{
    size_t M = w->in_proj->shape[1], D = w->A_log->shape[0], N = w->A_log->shape[1];
    size_t R = w->dt_proj->shape[1], K = w->conv->shape[2];
    double *xz = ref_zeros(2 * D), *u = ref_zeros(D), *low = ref_zeros(R + 2 * N);
    double *delta = ref_zeros(D), *y = ref_zeros(D), *h = state + D * (K - 1);
    for (size_t t = 0; t < n; t++) {
        ref_affine(w->in_proj, w->in_proj_bias, x + t * M, xz);
        ref_conv(w->conv, w->conv_bias, state, xz, u);
        for (size_t d = 0; d < D; d++)
            u[d] = ref_silu(u[d]);
        ref_affine(w->x_proj, NULL, u, low);
        ref_affine(w->dt_proj, w->dt_bias, low, delta);
        for (size_t d = 0; d < D; d++) {
            double step = ref_softplus(delta[d]) * dt[t];
            y[d] = ref_at(w->D, d) * u[d];
            for (size_t i = 0; i < N; i++) {
                double *at = &h[d * N + i];
                *at =
                    exp(-exp(ref_at(w->A_log, d * N + i)) * step) * *at + step * u[d] * low[R + i];
                y[d] += *at * low[R + N + i];
            }
            y[d] *= ref_silu(xz[D + d]);
        }
        ref_affine(w->out_proj, w->out_proj_bias, y, out + t * M);
    }
    free(xz), free(u), free(low), free(delta), free(y);
}

/* y (n) over groups: y / sqrt(mean(y^2) + eps) w */
static inline void ref_norm(double *y, size_t n, size_t groups, const sinew_tensor *w)
{
    for (size_t g = 0; g < groups; g++) {
        double mean = 0;
        for (size_t i = g * (n / groups); i < (g + 1) * (n / groups); i++)
            mean += y[i] * y[i] / (double)(n / groups);
        for (size_t i = g * (n / groups); i < (g + 1) * (n / groups); i++)
            y[i] *= ref_at(w, i) / sqrt(mean + 1e-5);
    }
}

static inline void ref_mamba2(const sinew_mamba2_weights *w, double *state, const double *x,
                              const double *dt, double *out, size_t n)
{
    size_t M = w->in_proj->shape[1], D = w->out_proj->shape[1], H = w->A_log->shape[0];
    size_t C = w->conv->shape[0], G = w->groups, N = (C - D) / (2 * G), P = D / H;
    size_t norm_groups = w->norm_groups ? w->norm_groups : G;
    double *in = ref_zeros(D + C + H), *u = ref_zeros(C), *y = ref_zeros(D);
    double *h = state + C * (w->conv->shape[2] - 1);
    for (size_t t = 0; t < n; t++) {
        ref_affine(w->in_proj, w->in_proj_bias, x + t * M, in);
        ref_conv(w->conv, w->conv_bias, state, in + D, u);
        for (size_t c = 0; c < C; c++)
            u[c] = ref_silu(u[c]);
        for (size_t c = 0; c < D; c++) {
            size_t head = c / P, group = head / (H / G);
            double step = ref_softplus(in[D + C + head] + ref_at(w->dt_bias, head));
            if (w->dt_max > 0)
                step = fmin(fmax(step, w->dt_min), w->dt_max);
            step *= dt[t];
            y[c] = ref_at(w->D, w->D->shape[0] == D ? c : head) * u[c];
            for (size_t i = 0; i < N; i++) {
                double *at = &h[c * N + i];
                *at = exp(-exp(ref_at(w->A_log, head)) * step) * *at +
                      step * u[c] * u[D + group * N + i];
                y[c] += *at * u[D + (G + group) * N + i];
            }
        }
        if (w->norm && w->norm_before_gate)
            ref_norm(y, D, norm_groups, w->norm);
        for (size_t c = 0; c < D; c++)
            y[c] *= ref_silu(in[c]);
        if (w->norm && !w->norm_before_gate)
            ref_norm(y, D, norm_groups, w->norm);
        ref_affine(w->out_proj, w->out_proj_bias, y, out + t * M);
    }
    free(in), free(u), free(y);
}

/* to (N) = weight from (N) / rms + bias, pairs of it turned by theta (S) */
static inline void ref_turn(const double *from, size_t N, const sinew_tensor *weight,
                            const sinew_tensor *bias, size_t head, const double *theta, size_t S,
                            double *to)
{
    memcpy(to, from, N * sizeof *to);
    ref_norm(to, N, 1, weight);
    for (size_t i = 0; i < N; i++)
        to[i] += ref_at(bias, head * N + i);
    for (size_t i = 0; i < S; i++) {
        double a = to[2 * i], b = to[2 * i + 1];
        to[2 * i] = a * cos(theta[i]) - b * sin(theta[i]);
        to[2 * i + 1] = a * sin(theta[i]) + b * cos(theta[i]);
    }
}

static inline void ref_mamba3(const sinew_mamba3_weights *w, double *state, const double *x,
                              const double *dt, double *out, size_t n)
{
    size_t M = w->in_proj->shape[1], D = w->out_proj->shape[1], H = w->dt_bias->shape[0];
    size_t N = w->B_norm->shape[0], G = w->groups, P = D / H, rows = w->in_proj->shape[0];
    size_t S = rows - 2 * D - 2 * G * N - 3 * H;
    double *in = ref_zeros(rows), *y = ref_zeros(D), *k = ref_zeros(N), *q = ref_zeros(N);
    double *theta = state, *h = theta + H * S, *k0 = h + D * N, *v0 = k0 + H * N;
    double *v = in + D, *B = v + D, *C = B + G * N, *heads = C + G * N, *angles = heads + 3 * H;
    for (size_t t = 0; t < n; t++) {
        ref_affine(w->in_proj, w->in_proj_bias, x + t * M, in);
        for (size_t e = 0; e < H; e++) {
            size_t group = e / (H / G);
            double step = ref_softplus(heads[e] + ref_at(w->dt_bias, e)) * dt[t];
            double f = heads[H + e] >= 0 ? 1 + heads[H + e] : 1 / (1 - heads[H + e]);
            double alpha = exp(-fmax(f, 1e-4) * step), lambda = ref_sigmoid(heads[2 * H + e]);
            for (size_t i = 0; i < S; i++) {
                double turned = theta[e * S + i] + step * acos(-1) * tanh(angles[i]);
                theta[e * S + i] = turned - 2 * acos(-1) * floor(turned / (2 * acos(-1)));
            }
            ref_turn(B + group * N, N, w->B_norm, w->B_bias, e, theta + e * S, S, k);
            ref_turn(C + group * N, N, w->C_norm, w->C_bias, e, theta + e * S, S, q);
            for (size_t c = e * P; c < (e + 1) * P; c++) {
                y[c] = ref_at(w->D, e) * v[c];
                for (size_t i = 0; i < N; i++) {
                    double *at = &h[c * N + i];
                    *at = alpha * *at + (1 - lambda) * step * alpha * v0[c] * k0[e * N + i] +
                          lambda * step * v[c] * k[i];
                    y[c] += *at * q[i];
                }
            }
            memcpy(k0 + e * N, k, N * sizeof *k);
        }
        memcpy(v0, v, D * sizeof *v);
        if (w->norm)
            ref_norm(y, D, H, w->norm);
        for (size_t c = 0; c < D; c++)
            y[c] *= ref_silu(in[c]);
        ref_affine(w->out_proj, w->out_proj_bias, y, out + t * M);
    }
    free(in), free(y), free(k), free(q);
}

#endif
