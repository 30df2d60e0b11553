/* Zeros, poles and gain of a discretization, each by the shortest road that there is.
 *
 * Substitutions: a root r goes to rho = (1 + (1 - alpha) r T) / (1 - alpha r T), what is at
 * infinity to (alpha - 1) / alpha, and s - r = (1 - alpha r T) (z - rho) / (T (alpha z + 1 -
 * alpha)) says what happens to the gain. Matched: by its definition, matched.c. Exponential
 * methods: poles e^{pT}, and zeros of partial fractions in wide numbers, fractions.c.
 *
 * The last road needs factors to begin with; the others find them of a system given as matrices.
 * For all else, discrete matrices and exponentials of matrices, there are the eigenvalues of the
 * discrete matrices, in z - 1. */
#include "ssm/discrete_factors.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/phi.h"
#include "ssm/factor.h"
#include "ssm/fractions.h"
#include "ssm/matched.h"
#include "ssm/method.h"
#include "ssm/opts.h"

typedef long double complex longc;

/* gain 2^exponent times x */
static void multiply_gain(sinew_zpk *zpk, longc x)
{
    int exponent = 0;
    zpk->gain = (double)frexpl(zpk->gain * creall(x), &exponent);
    zpk->exponent += exponent;
}

/* The factor 1 - alpha r T, and the root; of conjugates the product with the first of them. */
static longc substitute(double complex *root, double complex r, const sinew_step *step)
{
    longc rT = (longc)r * (long double)step->T, below = 1 - (long double)step->alpha * rT;
    *root = (double complex)((1 + (1 - (long double)step->alpha) * rT) / below);
    return below;
}

static void substitute_all(sinew_zpk *out, double complex *to, const double complex *from, size_t n,
                           bool invert, const sinew_step *step)
{
    for (size_t i = 0; i < n; i++) {
        longc factor = substitute(&to[i], from[i], step);
        if (cimag(from[i]) > 0) {
            to[i + 1] = conj(to[i]);
            i++;
            factor *= conjl(factor);
        }
        multiply_gain(out, invert ? 1 / factor : factor);
    }
}

static sinew_status by_substitution(sinew_zpk *out, const sinew_zpk *zpk, const sinew_step *step,
                                    sinew_error *error)
{
    size_t n = zpk->n_poles, excess = n - zpk->n_zeros;
    double alpha = step->alpha;
    sinew_status status = sinew_zpk_alloc(out, alpha > 0 ? n : zpk->n_zeros, n, error);
    if (status)
        return status;
    out->gain = zpk->gain;
    out->exponent = zpk->exponent;
    substitute_all(out, out->zeros, zpk->zeros, zpk->n_zeros, false, step);
    substitute_all(out, out->poles, zpk->poles, n, true, step);
    for (size_t i = 0; i < excess; i++) {
        multiply_gain(out, (long double)step->T * (alpha > 0 ? (long double)alpha : 1));
        if (alpha > 0)
            out->zeros[zpk->n_zeros + i] = (alpha - 1) / alpha;
    }
    return SINEW_OK;
}

/* e^{rT}, or for delta e^{rT} - 1; of conjugates the one above the axis first, though what turns by
 * more than half a turn a step changes sides. */
static void exponentials(double complex *to, const double complex *from, size_t n, bool delta,
                         double T)
{
    for (size_t i = 0; i < n; i++) {
        double complex x = from[i] * T;
        to[i] = delta ? x * sinew_phi1(x) : cexp(x);
        if (cimag(from[i]) > 0) {
            to[i] = sinew_cmplx(creal(to[i]), fabs(cimag(to[i])));
            to[i + 1] = conj(to[i]);
            i++;
        }
    }
}

/* The factors of z - 1 but for the roots themselves, which in z are e^{rT}. */
static sinew_status by_matching(sinew_zpk *out, const sinew_zpk *zpk, const sinew_step *step,
                                sinew_error *error)
{
    sinew_status status = sinew_matched(out, zpk, step->T, error);
    if (status)
        return status;
    out->delta = false;
    exponentials(out->poles, zpk->poles, zpk->n_poles, false, step->T);
    exponentials(out->zeros, zpk->zeros, zpk->n_zeros, false, step->T);
    for (size_t i = zpk->n_zeros; i < out->n_zeros; i++)
        out->zeros[i] = -1;
    return SINEW_OK;
}

/* What zoh, foh or impulse makes of factors; delta: as factors of z - 1. */
static sinew_status hold_factors(sinew_zpk *out, const sinew_zpk *zpk, const sinew_step *step,
                                 bool delta, sinew_error *error)
{
    size_t n = zpk->n_poles;
    sinew_status status = sinew_zpk_alloc(out, n, n, error);
    if (status)
        return status;
    out->delta = delta;
    exponentials(out->poles, zpk->poles, n, delta, step->T);
    status = sinew_fractions_zeros(out, delta, zpk, step->method, step->T, error);
    if (status)
        sinew_zpk_finish(out);
    return status;
}

sinew_status sinew_hold_factors(sinew_zpk *out, const sinew_zpk *zpk, const sinew_step *step,
                                sinew_error *error)
{
    return hold_factors(out, zpk, step, true, error);
}

/* Of discrete matrices: the roots of what they are of z - 1. */
static sinew_status by_matrices(sinew_zpk *out, const sinew_discretization *d, sinew_error *error)
{
    sinew_system *system = NULL;
    sinew_matrices m = {d->order, 1, 1, d->less, d->B, d->C, d->D};
    sinew_status status = sinew_system_new_ss(&system, &m, error);
    if (!status)
        status = sinew_system_factor(out, system, error);
    for (size_t i = 0; !status && i < out->n_poles; i++)
        out->poles[i] += 1;
    for (size_t i = 0; !status && i < out->n_zeros; i++)
        out->zeros[i] += 1;
    sinew_system_free(system);
    return status;
}

static sinew_status of_origin(sinew_zpk *out, const sinew_discretization *d, sinew_error *error)
{
    sinew_step step = sinew_opts_step(&d->asked, d->step_s);
    sinew_rule rule = sinew_method_rule(d->method);
    sinew_zpk zpk = {0};
    sinew_status status = sinew_system_factor(&zpk, d->taken, error);
    if (!status)
        status = rule == SINEW_RULE_SUBSTITUTE ? by_substitution(out, &zpk, &step, error)
                 : rule == SINEW_RULE_MATCH    ? by_matching(out, &zpk, &step, error)
                                               : hold_factors(out, &zpk, &step, false, error);
    sinew_zpk_finish(&zpk);
    return status;
}

sinew_status sinew_discretization_factor(sinew_zpk *out, const sinew_discretization *d,
                                         sinew_error *error)
{
    *out = (sinew_zpk){0};
    if (d->inputs != 1 || d->outputs != 1)
        return sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                          "zeros and gain of a filter with %zu inputs and %zu outputs", d->inputs,
                          d->outputs);
    bool known = d->origin && (sinew_method_rule(d->method) != SINEW_RULE_HOLD ||
                               (d->origin->factored && d->order <= SINEW_DESIGN_ORDER_MAX));
    return known ? of_origin(out, d, error) : by_matrices(out, d, error);
}

static void put(sinew_complex *out, const double complex *values, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (sinew_complex){creal(values[i]), cimag(values[i])};
}

sinew_status sinew_discretization_zpk(const sinew_discretization *d, sinew_complex *zeros,
                                      size_t *n_zeros, sinew_complex *poles, double *gain,
                                      int *exponent, sinew_error *error)
{
    if (!d || !n_zeros || !gain || !exponent || (d->order > 0 && (!zeros || !poles)))
        return sinew_fail_null(error);
    sinew_zpk zpk;
    *n_zeros = 0;
    sinew_status status = sinew_discretization_factor(&zpk, d, error);
    if (!status) {
        *n_zeros = zpk.n_zeros;
        put(zeros, zpk.zeros, zpk.n_zeros);
        put(poles, zpk.poles, zpk.n_poles);
        *gain = frexp(zpk.gain, exponent);
        *exponent += zpk.gain != 0 ? zpk.exponent : 0;
    }
    sinew_zpk_finish(&zpk);
    return status;
}
