/* Bessel filters (W. E. Thomson 1949): H = theta_n(0) / theta_n(s), theta_n the reverse Bessel
 * polynomial, whose group delay is flat at 0. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/bessel.h"
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

/* ---- the poles ---- */

sinew_status sinew_prototype_bessel(sinew_prototype *out, const sinew_design *d, sinew_error *error)
{
    size_t n = d->order;
    sinew_root *roots = sinew_alloc(n, sizeof *roots);
    sinew_status status = roots ? sinew_bessel_roots(roots, n, error) : sinew_fail_memory(error);
    long double scale = norm_scale(d->order, d->norm);
    for (size_t i = 0; !status && i < (n + 1) / 2; i++)
        out->poles[i] = sinew_cmplxl(creall(roots[i]) / scale, cimagl(roots[i]) / scale);
    sinew_free(roots);
    return status;
}
