/* Matrices into zeros, poles and gain: the roots by eigenvalues, and the gain from one value of the
 * transfer function. */
#include "ssm/factor.h"

#include <math.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/resolvent.h"

/* Conjugates are adjacent as LAPACK leaves them, but equal only within rounding. */
static void take_roots(double complex *to, const sinew_complex *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        to[i] = sinew_cmplx(from[i].re, from[i].im);
        if (from[i].im > 0 && i + 1 < n) {
            to[i + 1] = conj(to[i]);
            i++;
        }
    }
}

typedef struct gain {
    double mantissa, log2;
    int exponent;
} gain;

/* H(s) prod(s - poles) / prod(s - zeros) for a real s: the same everywhere but for rounding. */
static gain gain_at(sinew_resolvent *w, const sinew_zpk *zpk, double s)
{
    sinew_complex h = {0};
    gain out = {.log2 = NAN};
    if (!sinew_resolvent_at(&h, w, s))
        return out;
    long double complex product = h.re;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        product *= (long double complex)(s - zpk->poles[i]);
        if (i < zpk->n_zeros)
            product /= (long double complex)(s - zpk->zeros[i]);
        long double size = fmaxl(fabsl(creall(product)), fabsl(cimagl(product)));
        int e = size > 0 && isfinite(size) ? ilogbl(size) : 0;
        product = sinew_cmplxl(scalbnl(creall(product), -e), scalbnl(cimagl(product), -e));
        out.exponent += e;
    }
    out.mantissa = (double)creall(product);
    out.log2 = log2(fabs(out.mantissa)) + out.exponent;
    return out;
}

static int by_size(const void *a, const void *b)
{
    double x = ((const gain *)a)->log2, y = ((const gain *)b)->log2;
    return (x > y) - (x < y);
}

/* Places on the real axis a root's size away from 0; what is lost beside a root, or where H is a
 * small difference, shows as a gain unlike the others, so the one in the middle is good. That of
 * s = 0 is taken where it agrees: then what stands still passes as it did. */
static gain choose(gain *found, sinew_resolvent *w, const sinew_zpk *zpk)
{
    size_t n = zpk->n_zeros + zpk->n_poles, count = 0;
    for (size_t i = 0; i < n; i++) {
        double complex r = i < zpk->n_zeros ? zpk->zeros[i] : zpk->poles[i - zpk->n_zeros];
        for (int side = -2; side <= 2; side += 4) {
            found[count] = gain_at(w, zpk, side * cabs(r));
            count += isfinite(found[count].log2) ? 1 : 0;
        }
    }
    gain still = gain_at(w, zpk, 0), one = gain_at(w, zpk, 1);
    if (count == 0)
        return one;
    qsort(found, count, sizeof *found, by_size);
    gain middle = found[count / 2];
    return fabs(still.log2 - middle.log2) < 0x1p-8 ? still : middle;
}

static sinew_status find_gain(sinew_zpk *zpk, const sinew_system *system, sinew_error *error)
{
    sinew_matrices m = sinew_system_matrices(system);
    sinew_resolvent w = {0};
    gain *found = sinew_alloc(2 * (zpk->n_zeros + zpk->n_poles), sizeof *found);
    sinew_status status = found ? sinew_resolvent_init(&w, &m, error) : sinew_fail_memory(error);
    if (!status) {
        gain chosen = choose(found, &w, zpk);
        zpk->gain = chosen.mantissa;
        zpk->exponent = chosen.exponent;
        if (!isfinite(chosen.mantissa))
            status = sinew_fail(error, SINEW_ERR_NUMERIC, "the gain of the matrices is not finite");
    }
    sinew_resolvent_finish(&w);
    sinew_free(found);
    return status;
}

sinew_status sinew_system_factor(sinew_zpk *out, const sinew_system *system, sinew_error *error)
{
    size_t n = system->order, n_zeros = 0;
    *out = (sinew_zpk){0};
    if (system->factored)
        return sinew_zpk_copy(out, &system->zpk, error);
    sinew_complex *roots = sinew_alloc(2 * n, sizeof *roots);
    if (!roots)
        return sinew_fail_memory(error);
    sinew_status status = sinew_system_zeros(system, roots, &n_zeros, error);
    if (!status)
        status = sinew_system_poles(system, roots + n, error);
    if (!status)
        status = sinew_zpk_alloc(out, n_zeros, n, error);
    if (!status) {
        take_roots(out->zeros, roots, n_zeros);
        take_roots(out->poles, roots + n, n);
        status = find_gain(out, system, error);
        if (status)
            sinew_zpk_finish(out);
    }
    sinew_free(roots);
    return status;
}
