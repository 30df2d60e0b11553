/* Group delay, -d arg H / dw. With s = jw, dH/dw = j H'(s), so that
 *
 *     -d arg H / dw = -Im((dH/dw) / H) = -Re(H'(s) / H(s));
 *
 * with z = e^{jwT}, dH/dw = jTz H'(z) and it is -T Re(z H'(z) / H(z)). For a product of factors
 * the quotients add up: a root r = a + jb of the s plane gives Re 1/(jw - r) = -a / |jw - r|^2. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "sinew/analysis.h"
#include "ssm/resolvent.h"
#include "ssm/sections.h"
#include "ssm/system.h"

/* -Re(quotient slope / value), NaN where the value is what rounding has left of 0. */
static double delay_of(const sinew_slope *h, double complex factor, double roundings)
{
    if (!(cabs(h->value) > roundings * 0x1p-52 * h->size))
        return NAN;
    return -creal(factor * h->slope / h->value);
}

/* ---- continuous ---- */

/* Roots on the axis turn the phase at one frequency only. false at a pole. */
static bool factored_at(double *delay, const sinew_zpk *zpk, double w)
{
    double sum = 0;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        double re = creal(zpk->poles[i]), far = hypot(re, w - cimag(zpk->poles[i]));
        if (far == 0)
            return false;
        sum -= re / far / far;
    }
    for (size_t i = 0; i < zpk->n_zeros; i++) {
        double re = creal(zpk->zeros[i]), far = hypot(re, w - cimag(zpk->zeros[i]));
        if (re != 0)
            sum += re / far / far;
    }
    *delay = zpk->gain != 0 ? sum : NAN;
    return true;
}

static bool matrices_at(double *delay, sinew_resolvent *w, sinew_slope *h, double complex s,
                        double complex factor)
{
    if (!sinew_resolvent_slope(h, w, s))
        return false;
    for (size_t i = 0; i < w->p * w->q; i++)
        delay[i] = delay_of(&h[i], factor, 4 * (double)(w->n + 1));
    return true;
}

/* ---- discrete ---- */

/* In series the delays add up; side by side the responses do. */
static bool sections_at(double *delay, const sinew_discretization *d, double complex less_one,
                        double complex factor)
{
    bool series = d->form == SINEW_FORM_CASCADE;
    sinew_slope part, whole = {.value = d->direct, .size = fabs(d->direct)};
    *delay = 0;
    for (size_t i = 0; i < d->n_sections; i++) {
        if (!sinew_section_slope(&part, &d->sections[i], less_one))
            return false;
        *delay += delay_of(&part, factor, 4);
        whole.value += part.value;
        whole.slope += part.slope;
        whole.size += part.size;
    }
    if (!series)
        *delay = delay_of(&whole, factor, 4 * (double)(d->n_sections + 1));
    return true;
}

/* ---- both ---- */

static sinew_status check(const void *what, const double *rad, size_t n, const double *delay,
                          sinew_error *error)
{
    if (!what || (n > 0 && (!rad || !delay)))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no system, frequencies, or answer");
    for (size_t i = 0; i < n; i++)
        if (!isfinite(rad[i]))
            return sinew_fail(error, SINEW_ERR_ARGUMENT, "frequency %zu is %g", i, rad[i]);
    return SINEW_OK;
}

static sinew_status at_a_pole(double rad, sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_NUMERIC, "%.17g rad/s is a pole: there is no delay", rad);
}

/* The resolvent of the matrices, with room for its answers. */
static sinew_status start(sinew_resolvent *w, sinew_slope **h, const sinew_matrices *m,
                          sinew_error *error)
{
    *h = sinew_alloc(m->inputs * m->outputs, sizeof **h);
    return *h ? sinew_resolvent_init(w, m, error) : sinew_fail_memory(error);
}

sinew_status sinew_system_group_delay(const sinew_system *system, const double *rad, size_t n,
                                      double *delay_s, sinew_error *error)
{
    sinew_resolvent w = {0};
    sinew_slope *h = NULL;
    sinew_status status = check(system, rad, n, delay_s, error);
    if (status)
        return status;
    sinew_matrices m = sinew_system_matrices(system);
    if (!system->factored)
        status = start(&w, &h, &m, error);
    for (size_t i = 0; !status && i < n; i++) {
        double *to = delay_s + i * m.inputs * m.outputs;
        bool done = system->factored ? factored_at(to, &system->zpk, rad[i])
                                     : matrices_at(to, &w, h, sinew_cmplx(0, rad[i]), 1);
        if (!done)
            status = at_a_pole(rad[i], error);
    }
    sinew_resolvent_finish(&w);
    sinew_free(h);
    return status;
}

sinew_status sinew_discretization_group_delay(const sinew_discretization *d, const double *rad,
                                              size_t n, double *delay_s, sinew_error *error)
{
    sinew_resolvent w = {0};
    sinew_slope *h = NULL;
    sinew_status status = check(d, rad, n, delay_s, error);
    if (status)
        return status;
    sinew_matrices m = sinew_discretization_matrices(d);
    m.A = d->less; /* for an s of z - 1 */
    if (d->n_sections == 0)
        status = start(&w, &h, &m, error);
    for (size_t i = 0; !status && i < n; i++) {
        double angle = rad[i] * d->step_s, half = sin(angle / 2);
        double complex less_one = sinew_cmplx(-2 * half * half, sin(angle));
        double complex factor = d->step_s * (1 + less_one);
        double *to = delay_s + i * m.inputs * m.outputs;
        bool done = d->n_sections ? sections_at(to, d, less_one, factor)
                                  : matrices_at(to, &w, h, less_one, factor);
        if (!done)
            status = at_a_pole(rad[i], error);
    }
    sinew_resolvent_finish(&w);
    sinew_free(h);
    return status;
}
