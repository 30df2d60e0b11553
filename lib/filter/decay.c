#include "filter/decay.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/matrix.h"

enum { STEPPED = 256, MOST_BYTES = 4 << 20 };

/* How many doublings of 256 frames there are before the state has settled. */
static size_t count_powers(const sinew_discretization *d, size_t settle_frames)
{
    size_t count = 0;
    if (settle_frames == SIZE_MAX)
        return 0;
    for (size_t reach = STEPPED; reach < settle_frames; reach *= 2)
        count++;
    return d->order > 0 && count * sizeof(double) > MOST_BYTES / (d->order * d->order) ? 0 : count;
}

sinew_status sinew_decay_init(sinew_decay *decay, const sinew_discretization *d, sinew_error *error)
{
    size_t n = d->order, square = n * n;
    decay->settle_frames = sinew_discretization_settle_frames(d);
    decay->n_powers = count_powers(d, decay->settle_frames);
    decay->powers = sinew_alloc(decay->n_powers, square * sizeof *decay->powers);
    double *power = sinew_alloc(2 * square, sizeof *power),
           *squared = power ? power + square : NULL;
    if (!decay->powers || !power) {
        sinew_free(power);
        return sinew_fail_memory(error);
    }
    double *memory = power;
    if (decay->n_powers > 0 && n > 0)
        memcpy(power, d->A, square * sizeof *power);
    for (size_t reach = 1, k = 0; k < decay->n_powers; reach *= 2) {
        if (reach >= STEPPED)
            memcpy(decay->powers + k++ * square, power, square * sizeof *power);
        sinew_matrix_multiply(squared, power, power, n, n, n);
        double *turn = power;
        power = squared;
        squared = turn;
    }
    sinew_free(memory);
    return SINEW_OK;
}

void sinew_decay_finish(sinew_decay *decay)
{
    sinew_free(decay->powers);
}

size_t sinew_decay_scratch(const sinew_recurrence *r)
{
    return sinew_recurrence_scratch(r) + STEPPED * (r->inputs + r->outputs) + r->order;
}

/* x after n frames, one by one. */
static void step(const sinew_recurrence *r, double *x, uint64_t n, double *scratch)
{
    double *silence = scratch, *output = silence + STEPPED * r->inputs;
    memset(silence, 0, STEPPED * r->inputs * sizeof *silence);
    while (n > 0) {
        size_t now = n < STEPPED ? (size_t)n : STEPPED;
        sinew_recurrence_run(r, x, silence, output, now, output + STEPPED * r->outputs);
        n -= now;
    }
}

void sinew_decay_run(const sinew_decay *decay, const sinew_recurrence *r, double *x, uint64_t n,
                     double *scratch)
{
    size_t order = r->order;
    if (n >= decay->settle_frames) {
        memset(x, 0, order * sizeof *x);
        return;
    }
    if (decay->n_powers == 0) {
        step(r, x, n, scratch);
        return;
    }
    step(r, x, n % STEPPED, scratch);
    for (size_t k = 0; k < decay->n_powers; k++)
        if (n / STEPPED >> k & 1) {
            sinew_matrix_multiply(scratch, decay->powers + k * order * order, x, order, order, 1);
            memcpy(x, scratch, order * sizeof *x);
        }
}
