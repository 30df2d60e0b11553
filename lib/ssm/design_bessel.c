/* Bessel filters (W. E. Thomson 1949): H = theta_n(0) / theta_n(s), theta_n the reverse Bessel
 * polynomial, whose group delay is flat at 0. */
#include <lapacke.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "ssm/design.h"

/* ---- the loss: |theta_n(jw) / theta_n(0)|^2 - 1, a power series in w^2 without a minus sign ----
 */

/* Term j over term j - 1, from DLMF 10.49.18 read from its other end: with k = n - j + 1,
 * w^2 2k / ((2k - 1) (n + k) (n - k + 1)). Also the sum's slope by log w. */
static long double loss_excess(uint32_t n, long double w, long double *slope)
{
    long double term = 1, sum = 0;
    *slope = 0;
    for (uint32_t j = 1; j <= n; j++) {
        long double k = n - j + 1;
        term *= w * (2 * k / (2 * k - 1)) * (w / ((n + k) * j));
        sum += term;
        *slope += 2 * j * term;
    }
    return sum;
}

/* theta_n(0)^(1/n), theta_n(0) = 1 3 5 ... (2n - 1) */
static long double mean_pole(uint32_t n)
{
    long double log_product = 0;
    for (uint32_t k = 2; k <= n; k++)
        log_product += logl(2 * k - 1);
    return expl(log_product / n);
}

/* The w at which loss_excess is `excess`. log(sum) is a convex function of log(w), so Newton's
 * steps from the right of the root fall towards it and cannot miss; both the first and the last
 * term by itself bound it from there. */
static long double find_excess(uint32_t n, long double excess)
{
    long double w =
        fminl(sqrtl(excess * (2 * (long double)n - 1)), powl(excess, 0.5L / n) * mean_pole(n));
    for (int i = 0; i < 64; i++) {
        long double slope, sum = loss_excess(n, w, &slope);
        long double step = logl(sum / excess) * sum / slope;
        w *= expl(-step);
        if (!(step > 0x1p-60L))
            break;
    }
    return w;
}

static long double norm_scale(uint32_t n, sinew_bessel_norm norm)
{
    if (norm == SINEW_NORM_PHASE)
        return mean_pole(n);
    return norm == SINEW_NORM_MAGNITUDE ? find_excess(n, 1) : 1;
}

long double sinew_bessel_edge(uint32_t order, sinew_bessel_norm norm, double loss_db)
{
    return norm_scale(order, norm) / find_excess(order, sinew_ripple_square(loss_db));
}

long double sinew_bessel_loss_db(uint32_t order, double loss_db, long double w)
{
    long double slope, at = find_excess(order, sinew_ripple_square(loss_db));
    return log1pl(loss_excess(order, w * at, &slope)) * 10 / logl(10);
}

/* ---- the poles ----
 *
 * At a root of theta_n its differential equation s y'' - 2 (s + n) y' + 2 n y = 0 leaves y'' / y',
 * which is twice the sum of the inverse distances to the other roots:
 *
 *     sum over j != i of 1 / (s_i - s_j) = 1 + n / s_i
 *
 * (T. J. Stieltjes; L. Pasquini 2000, Numer. Math. 86:507). No coefficient stands in it, and its
 * Jacobian has a condition of 1.5 n only, where the roots of the polynomial lose all digits. */

typedef struct roots {
    lapack_int n;
    sinew_root *s;                       /* (n): s[i] and s[n-1-i] are conjugate */
    lapack_complex_double *jacobian, *f; /* (n, n), symmetric; (n) */
    lapack_int *pivots;
} roots;

/* 1/s by the closed form of R. G. Campos and M. L. Calderon, arXiv:1105.0957: two digits, the
 * more the higher n. */
static sinew_root near_root(uint32_t order, uint32_t index)
{
    long double n = order, k = index + 1;
    if (order == 1)
        return -1;
    long double under = n * n * (2 - 3 * n * n + n * n * n), r = n * n * (2 + n);
    long double b0 = n * (-6 + n * n * (5 - n)), b1 = 8 + n * (24 + n * (-12 - 2 * n));
    long double b2 = -24 + n * (-12 + 12 * n), b3 = 16 - 8 * n;
    long double re = k * (-6 - 6 * n + 6 * k) / r;
    long double im = (b0 + k * (b1 + k * (b2 + k * b3))) / under;
    return 1 / sinew_cmplxl(re, im);
}

static void equations(roots *r)
{
    size_t n = (size_t)r->n;
    for (size_t i = 0; i < n; i++) {
        sinew_root sum = 0, squares = 0;
        for (size_t j = 0; j < n; j++) {
            if (j == i)
                continue;
            sinew_root inverse = 1 / (r->s[i] - r->s[j]);
            sum += inverse;
            squares += inverse * inverse;
            r->jacobian[i * n + j] = (lapack_complex_double)(inverse * inverse);
        }
        r->f[i] = (lapack_complex_double)(sum - 1 - (long double)n / r->s[i]);
        r->jacobian[i * n + i] =
            (lapack_complex_double)((long double)n / (r->s[i] * r->s[i]) - squares);
    }
}

/* One step of Newton's; how far the roots went, as a part of themselves. */
static bool improve(roots *r, double *went)
{
    size_t n = (size_t)r->n;
    equations(r);
    if (LAPACKE_zgesv(LAPACK_COL_MAJOR, r->n, 1, r->jacobian, r->n, r->pivots, r->f, r->n))
        return false;
    *went = 0;
    for (size_t i = 0; i < n; i++) {
        sinew_root step = (r->f[i] + conj(r->f[n - 1 - i])) / 2;
        *went = fmax(*went, (double)(cabsl(step) / cabsl(r->s[i])));
        r->s[i] -= step;
    }
    return isfinite(*went);
}

/* Six steps bring every order to the last digit of a double, and one more beyond it; the tests
 * look at all of them. */
static sinew_status find_roots(roots *r, sinew_error *error)
{
    double went = 1;
    for (size_t i = 0; i < (size_t)r->n; i++)
        r->s[i] = near_root((uint32_t)r->n, (uint32_t)i);
    for (int i = 0; i < 16 && went > 0x1p-60; i++)
        if (!improve(r, &went))
            break;
    if (went > 0x1p-50)
        return sinew_fail(error, SINEW_ERR_NUMERIC, "the poles of a Bessel filter were not found");
    return SINEW_OK;
}

sinew_status sinew_prototype_bessel(sinew_prototype *out, const sinew_design *d, sinew_error *error)
{
    size_t n = d->order;
    roots r = {.n = (lapack_int)n,
               .s = sinew_alloc(n, sizeof *r.s),
               .jacobian = sinew_alloc(n * n, sizeof *r.jacobian),
               .f = sinew_alloc(n, sizeof *r.f),
               .pivots = sinew_alloc(n, sizeof *r.pivots)};
    sinew_status status =
        r.s && r.jacobian && r.f && r.pivots ? find_roots(&r, error) : sinew_fail_memory(error);
    long double scale = norm_scale(d->order, d->norm);
    for (size_t i = 0; !status && i < (n + 1) / 2; i++)
        out->poles[i] = sinew_cmplxl(creall(r.s[i]) / scale,
                                     2 * i + 1 == n ? 0 : fabsl(cimagl(r.s[i])) / scale);
    sinew_free(r.s);
    sinew_free(r.jacobian);
    sinew_free(r.f);
    sinew_free(r.pivots);
    return status;
}
