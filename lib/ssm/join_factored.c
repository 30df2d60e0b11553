/* Joining systems by their factors. In series, scaled and inverted that is exact: parts are put
 * one behind another, each with what keeps its place, and no polynomial is expanded. A sum and a
 * loop need new roots, zeros of the one and poles of the other: those are taken from the matrices,
 * and the factors only stay where they answer as the algebra of the members' answers does. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/eigen.h"
#include "ssm/joint.h"
#include "ssm/zeros.h"

static bool all_factored(const sinew_system *const *systems, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!systems[i]->factored || systems[i]->joint)
            return false;
    return true;
}

static void finish_parts(sinew_part *parts, size_t n)
{
    for (size_t i = 0; parts && i < n; i++)
        sinew_part_finish(&parts[i]);
    sinew_free(parts);
}

/* Copies of all parts of the systems, with room for `more`. */
static sinew_status gather(sinew_part **out, size_t *count, const sinew_system *const *systems,
                           size_t n, size_t more, sinew_error *error)
{
    size_t total = more;
    for (size_t i = 0; i < n; i++)
        total += systems[i]->n_parts;
    sinew_part *parts = sinew_alloc(total, sizeof *parts);
    *count = 0;
    *out = parts;
    if (!parts)
        return sinew_fail_memory(error);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < systems[i]->n_parts; k++) {
            sinew_status status = sinew_part_copy(&parts[*count], &systems[i]->parts[k], error);
            if (status)
                return status;
            ++*count;
        }
    return SINEW_OK;
}

/* The product of the parts, which are finished in any case. */
static sinew_status product(sinew_system **out, sinew_part *parts, size_t n, sinew_status status,
                            sinew_error *error)
{
    if (!status) {
        status = sinew_system_new_parts(out, parts, n, error);
        n = 0;
    }
    finish_parts(parts, n);
    return status;
}

sinew_status sinew_factored_series(sinew_system **out, const sinew_system *const *systems, size_t n,
                                   sinew_error *error)
{
    sinew_part *parts;
    size_t count;
    *out = NULL;
    if (!all_factored(systems, n))
        return SINEW_OK;
    sinew_status status = gather(&parts, &count, systems, n, 0, error);
    return product(out, parts, count, status, error);
}

/* A part of its own for the gain: a designed one would forget it. */
sinew_status sinew_factored_scale(sinew_system **out, const sinew_system *system, double gain,
                                  sinew_error *error)
{
    sinew_part *parts;
    size_t count;
    *out = NULL;
    if (!all_factored(&system, 1))
        return SINEW_OK;
    sinew_status status = gather(&parts, &count, &system, 1, 1, error);
    if (!status)
        status = sinew_zpk_alloc(&parts[count].zpk, 0, 0, error);
    if (!status)
        parts[count++].zpk.gain = gain;
    return product(out, parts, count, status, error);
}

sinew_status sinew_factored_inverse(sinew_system **out, const sinew_system *system,
                                    sinew_error *error)
{
    sinew_part *parts;
    size_t count;
    *out = NULL;
    if (!all_factored(&system, 1))
        return SINEW_OK;
    for (size_t i = 0; i < system->n_parts; i++) {
        const sinew_zpk *zpk = &system->parts[i].zpk;
        if (zpk->n_zeros != zpk->n_poles || zpk->gain == 0)
            return SINEW_OK;
    }
    sinew_status status = gather(&parts, &count, &system, 1, 0, error);
    for (size_t i = 0; !status && i < count; i++) {
        sinew_zpk_invert(&parts[i].zpk);
        parts[i].inverted = !parts[i].inverted;
    }
    return product(out, parts, count, status, error);
}

/* ---- sums and loops ---- */

enum { TRIED_ORDER = SINEW_DESIGN_ORDER_MAX }; /* beyond it roots are not worth their search */

static bool may_try(const sinew_system *const *systems, size_t n, const sinew_system *joined)
{
    for (size_t i = 0; i < n; i++)
        if (sinew_system_keeps_places(systems[i]))
            return false;
    return joined->order > 0 && joined->order <= TRIED_ORDER && all_factored(systems, n);
}

/* What the members answer at s: their algebra, and the size of what it was summed from. */
typedef struct truth {
    const sinew_system *const *systems;
    size_t n;
    double sign; /* 0: a sum; else the loop of systems[0] and, where n is 2, systems[1] */
} truth;

static bool answer(double complex *h, const sinew_system *system, double complex s)
{
    sinew_complex value;
    if (!sinew_zpk_at(&value, &system->zpk, s) || !isfinite(value.re) || !isfinite(value.im))
        return false;
    *h = sinew_cmplx(value.re, value.im);
    return true;
}

static bool true_at(double complex *h, double *size, const truth *t, double complex s)
{
    double complex one, forward = 0, back = 1;
    *h = 0;
    *size = 0;
    for (size_t i = 0; t->sign == 0 && i < t->n; i++) {
        if (!answer(&one, t->systems[i], s))
            return false;
        *h += one;
        *size += cabs(one);
    }
    if (t->sign == 0)
        return true;
    if (!answer(&forward, t->systems[0], s) || (t->n == 2 && !answer(&back, t->systems[1], s)))
        return false;
    double complex around = 1 - t->sign * forward * back;
    *h = forward / around;
    *size = cabs(*h) * (1 + (1 + cabs(forward * back)) / cabs(around));
    return around != 0;
}

/* A difference of some ulps for each root, or a point at a pole, where nothing can be said. */
static bool agrees_at(const sinew_zpk *zpk, const truth *t, double rad)
{
    double complex s = sinew_cmplx(0, rad), want;
    double size;
    sinew_complex got;
    if (!true_at(&want, &size, t, s))
        return true;
    if (!sinew_zpk_at(&got, zpk, s))
        return false;
    double off = cabs(sinew_cmplx(got.re, got.im) - want);
    return off <= 0x1p-48 * (10 + (double)zpk->n_poles) / 10 * size;
}

/* At 0 and around every root. */
static bool agrees(const sinew_zpk *zpk, const truth *t)
{
    static const double at[] = {1e-3, 0.1, 0.5, 0.9, 0.99, 1, 1.01, 1.1, 2, 10, 1e3};
    if (!agrees_at(zpk, t, 0))
        return false;
    for (size_t i = 0; i < zpk->n_poles + zpk->n_zeros; i++) {
        double complex root = i < zpk->n_poles ? zpk->poles[i] : zpk->zeros[i - zpk->n_poles];
        for (size_t k = 0; k < sizeof at / sizeof *at; k++)
            if (!agrees_at(zpk, t, at[k] * cabs(root)))
                return false;
    }
    return true;
}

/* What fails in a trial leaves the matrices as they are; but memory that is short is told. */
static sinew_status unless_memory(sinew_status status, sinew_error *error)
{
    return status == SINEW_ERR_MEMORY ? sinew_fail_memory(error) : SINEW_OK;
}

/* The system of the factors (taken over), or none. */
static sinew_status keep_where_good(sinew_system **out, sinew_zpk *zpk, const truth *t,
                                    sinew_error *error)
{
    if (isfinite(zpk->gain) && agrees(zpk, t)) {
        return unless_memory(sinew_system_new_factored(out, zpk, NULL), error);
    }
    sinew_zpk_finish(zpk);
    return SINEW_OK;
}

/* The gain of those that fall the slowest is the gain of the sum, where it does not cancel. */
static double summed_gain(size_t *falls, const sinew_system *const *systems, size_t n)
{
    double gain = 0;
    *falls = SIZE_MAX;
    for (size_t i = 0; i < n; i++) {
        const sinew_zpk *zpk = &systems[i]->zpk;
        size_t fall = zpk->n_poles - zpk->n_zeros;
        if (fall < *falls && zpk->gain != 0) {
            *falls = fall;
            gain = 0;
        }
        if (fall == *falls)
            gain += ldexp(zpk->gain, zpk->exponent);
    }
    return gain;
}

static void put_poles(double complex *to, const sinew_system *const *systems, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < systems[i]->zpk.n_poles; k++)
            *to++ = systems[i]->zpk.poles[k];
}

sinew_status sinew_factored_parallel(sinew_system **out, const sinew_system *joined,
                                     const sinew_system *const *systems, size_t n,
                                     sinew_error *error)
{
    truth t = {systems, n, 0};
    size_t falls;
    sinew_zpk zpk;
    *out = NULL;
    if (!may_try(systems, n, joined))
        return SINEW_OK;
    double gain = summed_gain(&falls, systems, n);
    if (gain == 0)
        return SINEW_OK;
    sinew_matrices m = sinew_system_matrices(joined);
    sinew_status status = sinew_zpk_alloc(&zpk, joined->order, joined->order, error);
    if (status)
        return status;
    status = sinew_zeros(zpk.zeros, &zpk.n_zeros, &m, NULL);
    if (status || zpk.n_zeros != joined->order - falls) {
        sinew_zpk_finish(&zpk);
        return unless_memory(status, error);
    }
    zpk.gain = gain;
    put_poles(zpk.poles, systems, n);
    return keep_where_good(out, &zpk, &t, error);
}

sinew_status sinew_factored_feedback(sinew_system **out, const sinew_system *joined,
                                     const sinew_system *forward, const sinew_system *back,
                                     double sign, sinew_error *error)
{
    const sinew_system *const systems[] = {forward, back};
    truth t = {systems, back ? 2 : 1, sign};
    sinew_zpk zpk;
    *out = NULL;
    if (!may_try(systems, t.n, joined))
        return SINEW_OK;
    size_t zeros = forward->zpk.n_zeros, poles = back ? back->zpk.n_poles : 0;
    sinew_status status = sinew_zpk_alloc(&zpk, zeros + poles, joined->order, error);
    if (status)
        return status;
    for (size_t i = 0; i < zeros; i++)
        zpk.zeros[i] = forward->zpk.zeros[i];
    for (size_t i = 0; i < poles; i++)
        zpk.zeros[zeros + i] = back->zpk.poles[i];
    double around = sign * forward->D[0] * (back ? back->D[0] : 1);
    zpk.gain = forward->zpk.gain / (1 - around);
    zpk.exponent = forward->zpk.exponent;
    status = sinew_eigenvalues(zpk.poles, joined->A, joined->order, NULL);
    if (status) {
        sinew_zpk_finish(&zpk);
        return unless_memory(status, error);
    }
    return keep_where_good(out, &zpk, &t, error);
}
