#include "ssm/parallel.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/blocks.h"
#include "math/complex.h"
#include "math/scaled.h"
#include "ssm/sections.h"

/* Growth is sum |contribution| over peak |H|. Sections side by side round each by itself: not only
 * their outputs, to 2^-53, but their poles, to 2^-53 over the damping per step, and what would
 * cancel in a cascade is magnified by the growth. 32 costs at most a digit and a half; it takes
 * in the Butterworths up to order 8 and 16 poles (growth about doubles with two more poles). */
static const double growth_bound = 32;

/* The same for the first 1000 steps, where poles do not count yet: outputs only. */
static const double early_growth_bound = 32;

/* gain prod(s - z) / prod(s - p) without the factor of pole `skip`. */
static double complex evaluate(const sinew_zpk *zpk, double complex s, size_t skip)
{
    sinew_scaled x = {zpk->gain, zpk->exponent};
    for (size_t i = 0; i < zpk->n_poles; i++) {
        if (i < zpk->n_zeros)
            x.mantissa *= (long double complex)s - (long double complex)zpk->zeros[i];
        if (i != skip)
            x.mantissa /= (long double complex)s - (long double complex)zpk->poles[i];
        sinew_scaled_normalise(&x);
    }
    int e = x.exponent > 4000 ? 4000 : x.exponent < -4000 ? -4000 : (int)x.exponent;
    return sinew_cmplx(ldexp((double)creall(x.mantissa), e), ldexp((double)cimagl(x.mantissa), e));
}

/* sum |residue / (s - p)| and |H(s)| at one s. */
static void compare(double complex s, const sinew_zpk *zpk, const double complex *residues,
                    double direct, double *sum, double *size)
{
    *sum = fabs(direct);
    for (size_t i = 0; i < zpk->n_poles; i++)
        *sum += cabs(residues[i] / (s - zpk->poles[i]));
    *size = cabs(evaluate(zpk, s, zpk->n_poles));
}

/* Looked at beside each pole, and between, and at zero, on a line: Re s = 0 for what lasts, 1/t
 * for the first t seconds, in which slow poles, or close ones, have not come apart yet. An s
 * that is a pole says nothing, one term is infinite there, and is passed over. */
static double growth(double re, const sinew_zpk *zpk, const double complex *residues, double direct)
{
    const double beside[] = {0, 0.7, 0.9, 1, 1.1, 1.4};
    double largest = fabs(direct), peak = fabs(direct);
    for (size_t i = 0; i < zpk->n_poles; i++)
        for (size_t k = 0; k < sizeof beside / sizeof *beside; k++) {
            double sum, size;
            double complex s = sinew_cmplx(re, beside[k] * cabs(zpk->poles[i]));
            compare(s, zpk, residues, direct, &sum, &size);
            if (!isfinite(sum) || !isfinite(size))
                continue;
            largest = fmax(largest, sum);
            peak = fmax(peak, size);
        }
    return largest > 0 ? largest / peak : 1;
}

sinew_status sinew_parallel_fractions(sinew_section *sections, size_t *count, double *direct,
                                      bool *good, const sinew_zpk *zpk, double step_s,
                                      sinew_error *error)
{
    size_t n = zpk->n_poles;
    double complex *residues = sinew_alloc(n, sizeof *residues);
    *count = 0;
    *good = true;
    if (!residues)
        return sinew_fail_memory(error);
    *direct = zpk->n_zeros == n ? ldexp(zpk->gain, zpk->exponent) : 0;
    for (size_t i = 0; i < n; i++) {
        residues[i] = evaluate(zpk, zpk->poles[i], i);
        *good = *good && isfinite(creal(residues[i])) && isfinite(cimag(residues[i]));
    }
    double early = 1 / (1000 * step_s);
    *good = *good && growth(0, zpk, residues, *direct) <= growth_bound && /* a NaN is not */
            growth(early, zpk, residues, *direct) <= early_growth_bound;
    for (size_t i = 0; *good && i < n; i++) {
        double complex p = zpk->poles[i], r = residues[i];
        if (cimag(p) > 0) /* r / (s - p) and its conjugate */
            sections[(*count)++] = sinew_section_coupled(creal(p), cimag(p), 2 * creal(r),
                                                         -2 * cimag(p) * cimag(r), 0);
        else if (cimag(p) == 0)
            sections[(*count)++] = sinew_section_single(creal(p), creal(r), 0);
    }
    sinew_free(residues);
    return SINEW_OK;
}

double sinew_parallel_first_impulse(const sinew_zpk *zpk)
{
    size_t less = zpk->n_poles - zpk->n_zeros;
    long double sum = less == 1;
    for (size_t i = 0; less == 0 && i < zpk->n_poles; i++)
        sum += (long double)creal(zpk->poles[i]) - (long double)creal(zpk->zeros[i]);
    return less > 1 ? 0 : ldexp(zpk->gain * (double)sum, zpk->exponent);
}

sinew_status sinew_parallel_blocks(sinew_section *sections, size_t *count,
                                   const sinew_system *system, sinew_error *error)
{
    size_t n = system->order;
    *count = 0;
    if (system->inputs != 1 || system->outputs != 1)
        return SINEW_OK;
    unsigned char *sizes = sinew_alloc(n, 1);
    if (!sizes)
        return sinew_fail_memory(error);
    if (sinew_blocks_diagonal(system->A, n, sizes))
        for (size_t i = 0; i < n; i += sizes[i]) {
            sinew_section *s = &sections[(*count)++];
            *s = (sinew_section){.states = sizes[i]};
            for (size_t r = 0; r < sizes[i]; r++) {
                s->b[r] = system->B[i + r];
                s->c[r] = system->C[i + r];
                for (size_t j = 0; j < sizes[i]; j++)
                    s->A[r][j] = system->A[(i + r) * n + i + j];
            }
        }
    sinew_free(sizes);
    return SINEW_OK;
}
