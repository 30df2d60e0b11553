#include <math.h>
#include <string.h>

#include "kalman/kalman.h"
#include "math/root.h"

/* A piece of a step may make numbers so much larger: that many digits are lost in it. More pieces
 * than so many no growth needs that stays within double. */
static const double growth_most = 1024;
enum { PIECES_MOST = 256 };

/* What m has of so many deviations goes into z. */
static const double absorbed_most = 1 << 20;

/* The largest column sum of F, in balanced units. */
static double growth(const sinew_held *held, const sinew_step_at *at)
{
    double most = 0;
    const double *F = at->F;
    for (const sinew_held_block *b = held->blocks; b < held->blocks + held->n_blocks; b++) {
        const double *scale = held->scale + b->at, *near = at->near + b->at;
        for (size_t j = 0; j < b->order; j++) {
            double sum = 0;
            for (size_t i = 0; i < b->order; i++) {
                double entry = F[i * b->order + j] + (i == j ? near[i] : 0);
                sum += fabs(entry) * (scale[i] / scale[j]);
            }
            most = fmax(most, isfinite(sum) ? sum : HUGE_VAL);
        }
        F += b->order * b->order;
    }
    return most;
}

sinew_kalman_step sinew_kalman_find_step(const sinew_kalman *k, double *kept, double dt,
                                         double *scratch)
{
    sinew_kalman_step step = {.pieces = 1};
    dt = fmin(dt, k->steps.held.step_most);
    step.at = sinew_steps_find(&k->steps, kept, dt, scratch);
    while (growth(&k->steps.held, &step.at) > growth_most && step.pieces < PIECES_MOST) {
        step.pieces *= 2;
        step.at = sinew_steps_find(&k->steps, kept, dt / (double)step.pieces, scratch);
    }
    if (step.at.fresh)
        sinew_noise_root(&k->noise, dt / (double)step.pieces, step.at.extra, scratch);
    return step;
}

/* x = m + U'z stays the same; so does what was before. */
static void absorb(const sinew_kalman *k, const sinew_belief *b, const sinew_kalman_back *back)
{
    size_t n = k->order;
    for (size_t i = 0; i < n; i++) {
        const double *row = b->U + i * n;
        size_t pivot = sinew_root_pivot(b->U, i, n, k->steps.held.scale);
        if (pivot == n)
            return;
        double share = b->m[pivot] / row[pivot];
        if (!(fabs(share) <= absorbed_most))
            continue;
        b->z[i] += share;
        for (size_t j = 0; j < n; j++)
            b->m[j] -= share * row[j];
        if (back)
            sinew_kalman_back_add(k, back, back->V + i * n, -share);
        b->m[pivot] = 0;
    }
}

/* One piece. scratch: (2 n, 2 n + 1), then (3 n, n) twice */
static void advance(const sinew_kalman *k, const sinew_belief *b, const sinew_step_at *at,
                    const double *u0, const double *u1, const sinew_kalman_back *back,
                    double *scratch)
{
    size_t n = k->order, at_z = back ? 2 * n : n, width = at_z + 1;
    double *stack = scratch, *rest = stack + 2 * n * (2 * n + 1), *sizes = rest + 3 * n * n;
    sinew_steps_move(&k->steps, at, b->m, k->inputs ? u0 : NULL, u1, rest);
    memcpy(b->m, rest, n * sizeof *rest);
    memset(stack, 0, 2 * n * width * sizeof *stack);
    for (size_t i = 0; i < n; i++) {
        double *row = stack + i * width;
        sinew_steps_move(&k->steps, at, b->U + i * n, NULL, NULL, row);
        if (back)
            memcpy(row + n, back->V + i * n, n * sizeof *row);
        row[at_z] = b->z[i];
        memcpy(row + n * width, at->extra + i * n, n * sizeof *row);
    }
    size_t rank = sinew_root_grade(stack, 2 * n, width, n, k->steps.held.scale, sizes);
    for (size_t i = 0; i < n; i++) {
        double *row = stack + i * width;
        memcpy(b->U + i * n, row, n * sizeof *row);
        b->z[i] = i < rank ? row[at_z] : 0;
    }
    if (back)
        sinew_kalman_back_put(k, back, stack, 2 * n, rank, rest);
    absorb(k, b, back);
}

void sinew_kalman_predict(const sinew_kalman *k, const sinew_belief *b,
                          const sinew_kalman_step *step, const double *u0, const double *u1,
                          const sinew_kalman_back *back, double *scratch)
{
    size_t q = k->inputs;
    double *from = scratch, *to = scratch + q, pieces = (double)step->pieces;
    bool lines = k->steps.held.holds == 2;
    for (size_t piece = 0; piece < step->pieces; piece++) {
        for (size_t i = 0; i < q; i++) {
            double slope = lines ? (u1[i] - u0[i]) / pieces : 0;
            from[i] = u0[i] + slope * (double)piece;
            to[i] = u0[i] + slope * (double)(piece + 1);
        }
        advance(k, b, &step->at, from, to, back, scratch + 2 * q);
    }
}
