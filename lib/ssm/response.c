/* Frequency responses: from factors where there are some, so that each point of a deep stop band is
 * as accurate as the peak; else of the matrices, in Schur coordinates where A is full. */
#include "ssm/response.h"

#include <math.h>

#include "base/error.h"
#include "math/complex.h"
#include "ssm/resolvent.h"
#include "ssm/system.h"
#include "ssm/transfer.h"

/* Scaled as it goes. */
bool sinew_zpk_at(sinew_complex *out, const sinew_zpk *zpk, double complex s)
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
 * (z - 1) - (a - 1), where nothing is lost. false at a pole. */
static bool section_at(double complex *out, const sinew_section *s, double complex less_one)
{
    double complex p = less_one - s->less[0][0];
    if (s->states == 1) {
        if (p == 0)
            return false;
        *out = s->c[0] * s->b[0] / p + s->d;
        return true;
    }
    double complex q = less_one - s->less[1][1];
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
    if (!system || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    size_t each = system->inputs * system->outputs;
    sinew_resolvent w = {0};
    sinew_status status = check(rad, n, error);
    sinew_matrices m = sinew_system_matrices(system);
    if (!status && !system->factored)
        status = sinew_resolvent_init(&w, &m, error);
    for (size_t i = 0; !status && i < n; i++) {
        double complex s = sinew_cmplx(0, rad[i]);
        sinew_complex *h = response + i * each;
        bool done =
            system->factored ? sinew_zpk_at(h, &system->zpk, s) : sinew_resolvent_at(h, &w, s);
        if (!done || !answer_is_finite(h, each))
            status = at_a_pole(rad[i], error);
    }
    sinew_resolvent_finish(&w);
    return status;
}

sinew_status sinew_realization_response(const sinew_discretization *d, const double *rad, size_t n,
                                        sinew_complex *response, sinew_error *error)
{
    if (!d || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    size_t each = d->inputs * d->outputs;
    sinew_resolvent w = {0};
    sinew_status status = check(rad, n, error);
    sinew_matrices m = sinew_discretization_matrices(d);
    m.A = d->less; /* for an s of z - 1 */
    if (!status && d->n_sections == 0)
        status = sinew_resolvent_init(&w, &m, error);
    for (size_t i = 0; !status && i < n; i++) {
        double angle = rad[i] * d->step_s, half = sin(angle / 2);
        double complex less_one = sinew_cmplx(-2 * half * half, sin(angle)); /* e^(j angle) - 1 */
        sinew_complex *h = response + i * each;
        bool done =
            d->n_sections ? sections_at(h, d, less_one) : sinew_resolvent_at(h, &w, less_one);
        if (!done || !answer_is_finite(h, each))
            status = at_a_pole(rad[i], error);
    }
    sinew_resolvent_finish(&w);
    return status;
}

static sinew_status transfer_response(sinew_transfer *t, double step_s, const double *rad, size_t n,
                                      sinew_complex *response, sinew_error *error)
{
    sinew_status status = check(rad, n, error);
    for (size_t i = 0; !status && i < n; i++) {
        long double complex h = 0;
        bool finite = false;
        status = sinew_transfer_at(&h, NULL, &finite, t, (long double)rad[i] * step_s, error);
        response[i] = (sinew_complex){(double)creall(h), (double)cimagl(h)};
        if (!status && (!finite || !answer_is_finite(&response[i], 1)))
            status = at_a_pole(rad[i], error);
    }
    return status;
}

sinew_status sinew_discretization_response(const sinew_discretization *d, const double *rad,
                                           size_t n, sinew_complex *response, sinew_error *error)
{
    if (!d || (n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    sinew_transfer t;
    sinew_status status = sinew_transfer_init(&t, d, error);
    if (!status)
        status = t.known ? transfer_response(&t, d->step_s, rad, n, response, error)
                         : sinew_realization_response(d, rad, n, response, error);
    sinew_transfer_finish(&t);
    return status;
}
