#include "math/roots.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/eigen.h"

/* A power of two near the geometric mean of the roots: x = scale t brings them around 1 and
 * keeps coefficients such as (2 pi 20 kHz)^16 away from overflow. */
static int root_exponent(const double *c, size_t degree)
{
    double mean = (log2(fabs(c[degree])) - log2(fabs(c[0]))) / (double)degree;
    return (int)lrint(mean);
}

/* value + error of a real sum or product, as if with twice the digits. */
typedef struct twofold {
    long double value, error;
} twofold;

static twofold twofold_sum(twofold a, twofold b)
{
    long double sum = a.value + b.value, part = sum - a.value;
    long double error = (a.value - (sum - part)) + (b.value - part) + (a.error + b.error);
    long double value = sum + error;
    return (twofold){value, error - (value - sum)};
}

static twofold twofold_times(twofold a, long double b)
{
    long double product = a.value * b;
    long double error = fmal(a.value, b, -product) + a.error * b, value = product + error;
    return (twofold){value, error - (value - product)};
}

/* p(x) and p'(x) by Horner's rule, p with twice the digits: beside a root that many others make
 * ill-conditioned p(x) is what is left of large terms. */
static long double complex horner(const twofold *c, size_t degree, double complex x,
                                  long double complex *slope)
{
    twofold re = c[0], im = {0};
    *slope = 0;
    for (size_t i = 1; i <= degree; i++) {
        *slope = *slope * (long double complex)x + sinew_cmplxl(re.value, im.value);
        twofold next = twofold_sum(twofold_times(re, creal(x)), twofold_times(im, -cimag(x)));
        im = twofold_sum(twofold_times(re, cimag(x)), twofold_times(im, creal(x)));
        re = twofold_sum(next, c[i]);
    }
    return sinew_cmplxl(re.value, im.value);
}

static double gap(const double complex *roots, size_t degree, size_t k)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < degree; i++)
        if (i != k)
            least = fmin(least, cabs(roots[i] - roots[k]));
    return least;
}

/* Newton's steps while they help: |p| falls, and the step stays well inside the distance to the
 * next root, so that no two roots of a cluster run together. Conjugates move as one. */
static void polish(double complex *roots, const twofold *c, size_t degree)
{
    for (size_t k = 0; k < degree; k++) {
        if (cimag(roots[k]) < 0)
            continue;
        for (int round = 0; round < 4; round++) {
            long double complex slope, unused, value = horner(c, degree, roots[k], &slope);
            if (slope == 0 || value == 0)
                break;
            double complex next = (double complex)(roots[k] - value / slope);
            if (!(cabs(next - roots[k]) <= gap(roots, degree, k) / 8) || next == roots[k] ||
                cabsl(horner(c, degree, next, &unused)) >= cabsl(value))
                break;
            roots[k] = cimag(roots[k]) == 0 ? creal(next) : next;
            if (cimag(roots[k]) > 0)
                roots[k + 1] = conj(roots[k]);
        }
    }
}

/* Roots of c with c[0] and c[degree] not 0. */
static sinew_status nonzero_roots(double complex *roots, const double *c, size_t degree,
                                  sinew_error *error)
{
    int e = root_exponent(c, degree);
    double *companion = sinew_alloc(degree * degree, sizeof *companion);
    twofold *scaled = sinew_alloc(degree + 1, sizeof *scaled);
    sinew_status status = companion && scaled ? SINEW_OK : sinew_fail_memory(error);
    for (size_t i = 0; !status && i <= degree; i++) {
        scaled[i].value = scalbnl((long double)c[i], -e * (int)i); /* exact */
        if (!isfinite((double)(scaled[i].value / (long double)c[0])))
            status = sinew_fail(error, SINEW_ERR_DATA,
                                "the coefficients span more than a double can hold");
    }
    if (!status) {
        for (size_t i = 0; i < degree; i++)
            companion[i] = (double)(-scaled[i + 1].value / (long double)c[0]);
        for (size_t i = 1; i < degree; i++)
            companion[i * degree + i - 1] = 1;
        status = sinew_eigenvalues(roots, companion, degree, error);
    }
    if (!status) {
        polish(roots, scaled, degree);
        for (size_t i = 0; i < degree; i++)
            roots[i] = sinew_cmplx(ldexp(creal(roots[i]), e), ldexp(cimag(roots[i]), e));
    }
    sinew_free(companion);
    sinew_free(scaled);
    return status;
}

sinew_status sinew_roots(double complex *roots, const double *c, size_t degree, sinew_error *error)
{
    while (degree > 0 && c[degree] == 0)
        roots[--degree] = 0;
    return degree > 0 ? nonzero_roots(roots, c, degree, error) : SINEW_OK;
}
