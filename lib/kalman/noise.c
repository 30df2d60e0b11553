#include "kalman/noise.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/root.h"

/* Gauss and Legendre on [0, 1]: points and weights (Abramowitz, Stegun 1964, table 25.4). */
enum { POINTS = 8 };
static const double offsets[POINTS / 2] = {0.1834346424956498049394761, 0.5255324099163289858177390,
                                           0.7966664774136267395915539,
                                           0.9602898564975362316835609};
static const double weights[POINTS / 2] = {0.3626837833783619829651504, 0.3137066458778872873379622,
                                           0.2223810344533744705443560,
                                           0.1012285362903762591525314};

sinew_status sinew_noise_init(sinew_noise *noise, const sinew_matrices *m, const double *rows,
                              size_t noises, sinew_error *error)
{
    *noise = (sinew_noise){.noises = noises};
    sinew_status status = sinew_held_init(&noise->held, m, 0, error);
    noise->rows = sinew_copy(rows, noises * m->order, sizeof *rows);
    return status || noise->rows ? status : sinew_fail_memory(error);
}

void sinew_noise_finish(sinew_noise *noise)
{
    sinew_held_finish(&noise->held);
    sinew_free(noise->rows);
}

size_t sinew_noise_scratch(const sinew_noise *noise)
{
    size_t n = noise->held.order, wide = n > noise->noises ? n : noise->noises;
    return (n + wide) * n + 2 * noise->held.entries + sinew_held_memory(&noise->held);
}

/* F and the stack of rows that is turned, in scratch memory. */
typedef struct work {
    double *stack, *F, *less, *memory;
} work;

static void find_F(const sinew_noise *noise, double T, const work *w)
{
    sinew_held_out out = {.F = w->F, .less = w->less};
    sinew_held_at(&noise->held, T, &out, w->memory);
}

/* The first n rows of the stack take in `count` more: factor F row for each of them. */
static void take_in(const sinew_noise *noise, const work *w, const double *rows, size_t count,
                    double factor)
{
    size_t n = noise->held.order;
    double *to = w->stack + n * n;
    for (size_t i = 0; i < count; i++, to += n) {
        sinew_held_apply(&noise->held, w->F, rows + i * n, to);
        for (size_t j = 0; j < n; j++)
            to[j] *= factor;
    }
    sinew_root_turn(w->stack, n + count, n);
}

/* Over h with h |A| <= 1. */
static void integrate(const sinew_noise *noise, double h, const work *w)
{
    for (size_t k = 0; k < POINTS; k++) {
        double offset = k % 2 ? offsets[k / 2] : -offsets[k / 2];
        find_F(noise, h * (1 + offset) / 2, w);
        take_in(noise, w, noise->rows, noise->noises, sqrt(h * weights[k / 2] / 2));
    }
}

void sinew_noise_root(const sinew_noise *noise, double T, double *U, double *scratch)
{
    const sinew_held *held = &noise->held;
    size_t n = held->order, wide = n > noise->noises ? n : noise->noises;
    double *F = scratch + (n + wide) * n;
    work w = {scratch, F, F + held->entries, F + 2 * held->entries};
    T = fmin(T, held->step_most);
    double size = T * held->norm;
    int doublings = size > 1 ? ilogb(size) + 1 : 0;
    memset(w.stack, 0, n * n * sizeof *w.stack);
    integrate(noise, ldexp(T, -doublings), &w);
    memcpy(U, w.stack, n * n * sizeof *U);
    for (int k = doublings; k > 0; k--) {
        find_F(noise, ldexp(T, -k), &w);
        take_in(noise, &w, U, n, 1);
        bool settled = memcmp(U, w.stack, n * n * sizeof *U) == 0;
        memcpy(U, w.stack, n * n * sizeof *U);
        if (settled)
            break;
    }
}
