/* Frequency responses: from factors and sections where there are some, so that a deep stop band
 * keeps its relative accuracy; else by one complex LU of (s I - A) a frequency. */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/matrix.h"
#include "ssm/system.h"

/* gain prod(s - z) / prod(s - p), scaled as it goes. false at a pole. */
static bool factored_at(sinew_complex *out, const sinew_zpk *zpk, double complex s)
{
    double complex value = zpk->gain;
    long exponent = zpk->exponent;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        double complex below = s - zpk->poles[i];
        if (below == 0)
            return false;
        if (i < zpk->n_zeros)
            value *= s - zpk->zeros[i];
        value /= below;
        double size = fmax(fabs(creal(value)), fabs(cimag(value)));
        int e = size > 0 && isfinite(size) ? ilogb(size) : 0;
        value = sinew_cmplx(ldexp(creal(value), -e), ldexp(cimag(value), -e));
        exponent += e;
    }
    int e = exponent > 4000 ? 4000 : exponent < -4000 ? -4000 : (int)exponent;
    *out = (sinew_complex){ldexp(creal(value), e), ldexp(cimag(value), e)};
    return true;
}

/* c (z I - A)^-1 b + d. `less_one` is z - 1: near z = 1 a slow pole's z - a is taken as
 * (z - 1) + (1 - a), where nothing cancels. false at a pole. */
static bool section_at(double complex *out, const sinew_section *s, double complex less_one)
{
    double complex p = less_one + (1 - s->A[0][0]);
    if (s->states == 1) {
        if (p == 0)
            return false;
        *out = s->c[0] * s->b[0] / p + s->d;
        return true;
    }
    double complex q = less_one + (1 - s->A[1][1]);
    double complex det = p * q - s->A[0][1] * s->A[1][0];
    if (det == 0)
        return false;
    double complex top = q * s->b[0] + s->A[0][1] * s->b[1];
    double complex bottom = s->A[1][0] * s->b[0] + p * s->b[1];
    *out = (s->c[0] * top + s->c[1] * bottom) / det + s->d;
    return true;
}

static bool sections_at(sinew_complex *out, const sinew_discretization *d, double complex less_one)
{
    bool series = d->form == SINEW_FORM_CASCADE;
    double complex whole = series ? 1 : d->direct, part;
    for (size_t i = 0; i < d->n_sections; i++) {
        if (!section_at(&part, &d->sections[i], less_one))
            return false;
        whole = series ? whole * part : whole + part;
    }
    *out = (sinew_complex){creal(whole), cimag(whole)};
    return true;
}

/* What a dense evaluation holds from frequency to frequency; balanced as in step.c. */
typedef struct dense {
    size_t n, q, p;
    double *A, *scale;
    const double *B, *C, *D;
    double complex *M, *X; /* (n, n); columns of X: (q, n) */
    lapack_int *pivots;
} dense;

static void dense_finish(dense *w)
{
    sinew_free(w->A);
    sinew_free(w->scale);
    sinew_free(w->M);
    sinew_free(w->X);
    sinew_free(w->pivots);
}

/* `shift` is taken from A's diagonal: 1 for a discrete system, whose s is z - 1. */
static sinew_status dense_init(dense *w, const sinew_matrices *m, double shift, sinew_error *error)
{
    size_t n = m->order;
    *w = (dense){.n = n, .q = m->inputs, .p = m->outputs, .B = m->B, .C = m->C, .D = m->D};
    w->A = sinew_copy(m->A, n * n, sizeof(double));
    w->scale = sinew_alloc(n, sizeof(double));
    w->M = sinew_alloc(n * n, sizeof *w->M);
    w->X = sinew_alloc(n * m->inputs, sizeof *w->X);
    w->pivots = sinew_alloc(n, sizeof *w->pivots);
    if (!w->A || !w->scale || !w->M || !w->X || !w->pivots) {
        dense_finish(w);
        return sinew_fail_memory(error);
    }
    for (size_t i = 0; i < n; i++)
        w->A[i * n + i] -= shift;
    sinew_balance(w->A, w->scale, n);
    return SINEW_OK;
}

/* out (p, q) = C (s I - A)^-1 B + D. false at a pole. */
static bool dense_at(sinew_complex *out, dense *w, double complex s)
{
    size_t n = w->n, q = w->q;
    lapack_int size = (lapack_int)n;
    for (size_t i = 0; i < n; i++) /* by columns, as LAPACK has them */
        for (size_t j = 0; j < n; j++)
            w->M[j * n + i] = (i == j ? s : 0) - w->A[i * n + j];
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < q; j++)
            w->X[j * n + i] = w->B[i * q + j] * w->scale[i];
    if (n > 0 && LAPACKE_zgesv(LAPACK_COL_MAJOR, size, (lapack_int)q, (lapack_complex_double *)w->M,
                               size, w->pivots, (lapack_complex_double *)w->X, size) != 0)
        return false;
    for (size_t r = 0; r < w->p; r++)
        for (size_t j = 0; j < q; j++) {
            double complex sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += w->C[r * n + i] / w->scale[i] * w->X[j * n + i];
            sum += w->D[r * q + j];
            out[r * q + j] = (sinew_complex){creal(sum), cimag(sum)};
        }
    return true;
}

static bool answer_is_finite(const sinew_complex *h, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(h[i].re) || !isfinite(h[i].im))
            return false;
    return true;
}

static sinew_status check(const double *rad, size_t n, sinew_error *error)
{
    for (size_t i = 0; i < n; i++)
        if (!isfinite(rad[i]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "frequency %zu is %g", i, rad[i]);
    return SINEW_OK;
}

static sinew_status at_a_pole(double rad, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_NUMERIC, "%.17g rad/s is a pole: the response is infinite",
                      rad);
}

sinew_status sinew_system_response(const sinew_system *system, const double *rad, size_t n,
                                   sinew_complex *response, sinew_error *error)
{
    size_t each = system->inputs * system->outputs;
    dense w = {0};
    sinew_status status = check(rad, n, error);
    sinew_matrices m = sinew_system_matrices(system);
    if (!status && !system->factored)
        status = dense_init(&w, &m, 0, error);
    for (size_t i = 0; !status && i < n; i++) {
        double complex s = sinew_cmplx(0, rad[i]);
        sinew_complex *h = response + i * each;
        bool done = system->factored ? factored_at(h, &system->zpk, s) : dense_at(h, &w, s);
        if (!done || !answer_is_finite(h, each))
            status = at_a_pole(rad[i], error);
    }
    dense_finish(&w);
    return status;
}

sinew_status sinew_discretization_response(const sinew_discretization *d, const double *rad,
                                           size_t n, sinew_complex *response, sinew_error *error)
{
    size_t each = d->inputs * d->outputs;
    dense w = {0};
    sinew_status status = check(rad, n, error);
    sinew_matrices m = sinew_discretization_matrices(d);
    if (!status && d->n_sections == 0)
        status = dense_init(&w, &m, 1, error);
    for (size_t i = 0; !status && i < n; i++) {
        double angle = rad[i] * d->step_s, half = sin(angle / 2);
        double complex less_one = sinew_cmplx(-2 * half * half, sin(angle)); /* e^(j angle) - 1 */
        sinew_complex *h = response + i * each;
        bool done = d->n_sections ? sections_at(h, d, less_one) : dense_at(h, &w, less_one);
        if (!done || !answer_is_finite(h, each))
            status = at_a_pole(rad[i], error);
    }
    dense_finish(&w);
    return status;
}
