/* The operations of ops.h, written once over the widest register. Lanes are fixed, so the width
 * only says how many registers hold them and never changes a bit. */
#include <string.h>

#include "simd/ops.h"
#include "simd/registers.h"

/* x+ = keep x + A x + b u,  y += c x  (four sections in lanes, state in registers over the frames)
 */
static void sections(const sinew_section_lanes *s, double *x1, double *x2, const double *u,
                     double *y, size_t n)
{
    vd4 a11[R4], a12[R4], a21[R4], a22[R4], b1[R4], b2[R4], c1[R4], c2[R4], p[R4], q[R4];
    vd4 k1[R4], k2[R4];
    memcpy(k1, s->keep1, sizeof k1);
    memcpy(k2, s->keep2, sizeof k2);
    memcpy(a11, s->a11, sizeof a11);
    memcpy(a12, s->a12, sizeof a12);
    memcpy(a21, s->a21, sizeof a21);
    memcpy(a22, s->a22, sizeof a22);
    memcpy(b1, s->b1, sizeof b1);
    memcpy(b2, s->b2, sizeof b2);
    memcpy(c1, s->c1, sizeof c1);
    memcpy(c2, s->c2, sizeof c2);
    memcpy(p, x1, sizeof p);
    memcpy(q, x2, sizeof q);
    for (size_t t = 0; t < n; t++) {
        double out[SINEW_SECTION_LANES];
        for (int r = 0; r < R4; r++) {
            vd4 sum = c1[r] * p[r] + c2[r] * q[r];
            vd4 next = (k1[r] * p[r] + b1[r] * u[t]) + (a11[r] * p[r] + a12[r] * q[r]);
            q[r] = (k2[r] * q[r] + b2[r] * u[t]) + (a22[r] * q[r] + a21[r] * p[r]);
            p[r] = next;
            memcpy(out + r * (int)(sizeof sum / 8), &sum, sizeof sum);
        }
        y[t] += (out[0] + out[1]) + (out[2] + out[3]);
    }
    memcpy(x1, p, sizeof p);
    memcpy(x2, q, sizeof q);
}

/* sum_i h[i] u[i] over eight lanes */
static inline double product(const double *h, const double *u, size_t taps)
{
    vd sum[R8] = {0};
    for (size_t i = 0; i < taps; i += 8)
        for (int r = 0; r < R8; r++)
            sum[r] += *(const vd *)(h + i + r * VD) * *(const vd *)(u + i + r * VD);
    double lane[8];
    memcpy(lane, sum, sizeof sum);
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static void fir_f64(const double *h, size_t taps, const double *u, double *y, size_t n)
{
    for (size_t t = 0; t < n; t++)
        y[t] = product(h, u + t, taps);
}

/* Eight rows of a product, from four sums over every fourth column, so that no addition waits for
 * the one before. The odd columns come first: in a recurrence they are the inputs, which are there
 * before the state is. `at`: the panel, from register r on. */
static inline vd rows(const double *at, size_t cols, const double *x)
{
    vd sum[4] = {0};
    size_t odd = cols % 4;
    for (size_t c = 0; c < odd; c++, at += SINEW_PANEL_ROWS)
        sum[0] += *(const vd *)at * x[c];
    for (size_t c = odd; c < cols; c += 4, at += 4 * SINEW_PANEL_ROWS)
        for (int k = 0; k < 4; k++)
            sum[k] += *(const vd *)(at + k * SINEW_PANEL_ROWS) * x[c + (size_t)k];
    return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static void multiply(const sinew_panels *m, const double *x, double *y)
{
    for (size_t p = 0; p * SINEW_PANEL_ROWS < m->rows; p++)
        for (int r = 0; r < R8; r++) {
            const double *at = m->values + p * m->cols * SINEW_PANEL_ROWS + r * VD;
            *(vd *)(y + p * SINEW_PANEL_ROWS + r * VD) += rows(at, m->cols, x);
        }
}

/* As product, for any length: what is left of u is not read over. */
static inline double short_product(const double *h, const double *u, size_t n)
{
    size_t whole = n - n % 8;
    double sum = product(h, u, whole);
    for (size_t i = whole; i < n; i++)
        sum += h[i] * u[i];
    return sum;
}

static inline size_t rounded(size_t count)
{
    return (count + SINEW_PANEL_ROWS - 1) / SINEW_PANEL_ROWS * SINEW_PANEL_ROWS;
}

/* Eight rows of keep x + B u + A x. */
static inline void dense_panel(const sinew_dense_part *p, const double *keep, const double *at,
                               const double *u, const double *x, const double *kept, double *next)
{
    const double *of_x = at + p->inputs.count * SINEW_PANEL_ROWS;
    for (int r = 0; r < R8; r++)
        *(vd *)(next + r * VD) = (*(const vd *)(keep + r * VD) * *(const vd *)(kept + r * VD) +
                                  rows(at + r * VD, p->inputs.count, u + p->inputs.from)) +
                                 rows(of_x + r * VD, p->states.count, x + p->states.from);
}

static void dense(const sinew_dense *d, double *now, double *next, const double *u, double *y,
                  size_t n)
{
    for (size_t t = 0; t < n; t++, u += d->inputs, y += d->outputs) {
        const double *at = d->values;
        const sinew_dense_part *p = d->panels;
        for (size_t i = 0; i < d->order; i += SINEW_PANEL_ROWS, p++) {
            dense_panel(p, d->keep + i, at, u, now, now + i, next + i);
            at += (p->inputs.count + p->states.count) * SINEW_PANEL_ROWS;
        }
        p = d->rows;
        for (size_t o = 0; o < d->outputs; o++, p++) {
            const double *of_x = at + rounded(p->inputs.count);
            size_t states = rounded(p->states.count);
            y[o] = product(of_x, now + p->states.from, states) +
                   short_product(at, u + p->inputs.from, p->inputs.count);
            at = of_x + states;
        }
        double *turn = now;
        now = next;
        next = turn;
    }
}

static void fir_f32(const float *h, size_t taps, const float *u, float *y, size_t n)
{
    for (size_t t = 0; t < n; t++) {
        vf sum[R16] = {0};
        for (size_t i = 0; i < taps; i += 16)
            for (int r = 0; r < R16; r++)
                sum[r] += *(const vf *)(h + i + r * VF) * *(const vf *)(u + t + i + r * VF);
        float lane[16];
        memcpy(lane, sum, sizeof sum);
        for (int half = 8; half > 0; half /= 2)
            for (int i = 0; i < half; i++)
                lane[i] += lane[i + half];
        y[t] = lane[0];
    }
}

static void cmac_f64(double *restrict yr, double *restrict yi, const double *restrict ar,
                     const double *restrict ai, const double *restrict br,
                     const double *restrict bi, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        yr[k] += ar[k] * br[k] - ai[k] * bi[k];
        yi[k] += ar[k] * bi[k] + ai[k] * br[k];
    }
}

static void cmac_f32(float *restrict yr, float *restrict yi, const float *restrict ar,
                     const float *restrict ai, const float *restrict br, const float *restrict bi,
                     size_t n)
{
    for (size_t k = 0; k < n; k++) {
        yr[k] += ar[k] * br[k] - ai[k] * bi[k];
        yi[k] += ar[k] * bi[k] + ai[k] * br[k];
    }
}

extern const sinew_fused PASTE(sinew_fused_, SINEW_SIMD_NAME);
extern const sinew_learned PASTE(sinew_learned_, SINEW_SIMD_NAME);
extern const sinew_simd PASTE(sinew_simd_, SINEW_SIMD_NAME);

const sinew_simd PASTE(sinew_simd_,
                       SINEW_SIMD_NAME) = {.name = TEXT(SINEW_SIMD_NAME),
                                           .fused = &PASTE(sinew_fused_, SINEW_SIMD_NAME),
                                           .learned = &PASTE(sinew_learned_, SINEW_SIMD_NAME),
#define MEMBER(op, result, parameters) .op = op,
                                           SINEW_SIMD_OPS(MEMBER)};
