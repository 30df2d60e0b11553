/* What a DPLR system answers, straight from its modes: the cross-check of the real system. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/dplr.h"

/* One frequency. The resolvent of the normal part is scale / (s - lambda) for each mode and its
 * conjugate; for the bilinear rule numerator and denominator are taken times (z + 1), so that
 * z = -1, where s is infinite, is a point as any other:
 *
 *     1 / (2/T (z - 1)/(z + 1) - lambda) = (z + 1) / (2/T (z - 1) - (z + 1) lambda)  */
typedef struct point {
    double complex s, scale; /* scale / (s - scale lambda) */
} point;

static point at_frequency(double rad, double step_s)
{
    if (step_s == 0)
        return (point){sinew_cmplx(0, rad), 1};
    double angle = rad * step_s, half = sin(angle / 2);
    double complex less_one = sinew_cmplx(-2 * half * half, sin(angle)); /* z - 1 */
    return (point){2 / step_s * less_one, 2 + less_one};
}

typedef struct sums {
    const sinew_dplr *d;
    point at;
} sums;

/* R between a left and a right of `product`: of a mode and of its conjugate. */
static double complex cauchy(double complex product, double complex lambda, const point *at)
{
    return at->scale * (product / (at->s - at->scale * lambda) +
                        conj(product) / (at->s - at->scale * conj(lambda)));
}

/* G = I + Q* R P (rank, rank) and in column `rank` the right side Q* R B for one input. */
static void fill_small(double complex *G, const sums *w, size_t input)
{
    const sinew_dplr *d = w->d;
    size_t width = d->rank + 1;
    for (size_t r = 0; r < d->rank; r++) {
        for (size_t c = 0; c < width; c++)
            G[r * width + c] = r == c;
        for (size_t k = 0; k < d->modes; k++) {
            double complex q = conj(sinew_dplr_Q(d, r, k)), lambda = sinew_dplr_lambda(d, k);
            for (size_t c = 0; c < d->rank; c++)
                G[r * width + c] += cauchy(q * sinew_dplr_P(d, c, k), lambda, &w->at);
            G[r * width + d->rank] += cauchy(q * sinew_dplr_B(d, k, input), lambda, &w->at);
        }
    }
}

static void swap_rows(double complex *a, double complex *b, size_t width)
{
    for (size_t c = 0; c < width; c++) {
        double complex kept = a[c];
        a[c] = b[c];
        b[c] = kept;
    }
}

/* Gauss and Jordan; the solution is left in the last column. false: singular. */
static bool solve_small(double complex *G, size_t rank)
{
    size_t width = rank + 1;
    for (size_t k = 0; k < rank; k++) {
        size_t best = k;
        for (size_t r = k + 1; r < rank; r++)
            best = cabs(G[r * width + k]) > cabs(G[best * width + k]) ? r : best;
        swap_rows(G + k * width, G + best * width, width);
        double complex pivot = G[k * width + k];
        if (pivot == 0)
            return false;
        for (size_t c = 0; c < width; c++)
            G[k * width + c] /= pivot;
        for (size_t r = 0; r < rank; r++) {
            double complex factor = G[r * width + k];
            for (size_t c = 0; r != k && c < width; c++)
                G[r * width + c] -= factor * G[k * width + c];
        }
    }
    return true;
}

/* C R B - (C R P) (I + Q* R P)^-1 (Q* R B) + D. `doubled` says that C has the 2 of the pairs in it
 * already, so that the sum over both is halved. */
static bool answer(sinew_complex *out, const sums *w, size_t output, size_t input,
                   const double complex *G)
{
    const sinew_dplr *d = w->d;
    double complex sum = 0;
    for (size_t k = 0; k < d->modes; k++) {
        double complex c = sinew_dplr_C(d, output, k), lambda = sinew_dplr_lambda(d, k);
        sum += cauchy(c * sinew_dplr_B(d, k, input), lambda, &w->at);
        for (size_t r = 0; r < d->rank; r++)
            sum -=
                cauchy(c * sinew_dplr_P(d, r, k), lambda, &w->at) * G[r * (d->rank + 1) + d->rank];
    }
    sum = (d->doubled ? 0.5 : 1) * sum + (d->D ? d->D[output * d->inputs + input] : 0);
    *out = (sinew_complex){creal(sum), cimag(sum)};
    return isfinite(out->re) && isfinite(out->im);
}

sinew_status sinew_dplr_check_plain(const sinew_dplr *d, double step_s, sinew_error *error)
{
    sinew_status status = sinew_dplr_check(d, error);
    if (!status && d->truncated_frames > 0)
        status = sinew_fail(error, SINEW_ERR_UNSUPPORTED,
                            "C is given in its truncated form: make the system first");
    if (!status && (!(step_s >= 0) || !isfinite(step_s)))
        status = sinew_fail(error, SINEW_ERR_ARGUMENT, "a step of %g is out of range", step_s);
    return status;
}

sinew_status sinew_dplr_response(sinew_complex *response, const sinew_dplr *d, double step_s,
                                 const double *rad, size_t n, sinew_error *error)
{
    if ((n > 0 && (!rad || !response)))
        return sinew_fail_null(error);
    double complex G[SINEW_DPLR_RANK_MAX * (SINEW_DPLR_RANK_MAX + 1)];
    sinew_status status = sinew_dplr_check_plain(d, step_s, error);
    for (size_t i = 0; !status && i < n; i++) {
        sums w = {d, at_frequency(rad[i], step_s)};
        bool good = isfinite(rad[i]);
        for (size_t j = 0; j < d->inputs; j++) {
            fill_small(G, &w, j);
            good = good && solve_small(G, d->rank);
            for (size_t o = 0; good && o < d->outputs; o++)
                good = answer(response + (i * d->outputs + o) * d->inputs + j, &w, o, j, G);
        }
        if (!good)
            status = sinew_fail(error, SINEW_ERR_NUMERIC,
                                "%.17g rad/s is a pole of a mode: its sum is infinite", rad[i]);
    }
    return status;
}
