/* e^(-s T) as P(-s) / P(s), P(s) the sum of (2n-k)! n! / ((2n)! k! (n-k)!) (s T)^k: up to a factor
 * the reverse Bessel polynomial of s T / 2. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/bessel.h"
#include "math/complex.h"
#include "sinew/delay.h"
#include "ssm/system.h"

static sinew_status fill(sinew_zpk *zpk, double delay_s, size_t order, sinew_error *error)
{
    long double complex *roots = sinew_alloc(order, sizeof *roots);
    sinew_status status =
        roots ? sinew_bessel_roots(roots, order, error) : sinew_fail_memory(error);
    if (!status)
        status = sinew_zpk_alloc(zpk, order, order, error);
    for (size_t i = 0, at = 0; !status && i < (order + 1) / 2; i++) { /* Im >= 0 */
        double re = (double)(2 * creall(roots[i]) / delay_s);
        double im = (double)(2 * cimagl(roots[i]) / delay_s);
        zpk->poles[at++] = sinew_cmplx(re, im);
        if (im != 0)
            zpk->poles[at++] = sinew_cmplx(re, -im);
    }
    sinew_free(roots);
    if (status)
        return status;
    for (size_t i = 0; i < order; i++) /* mirrored, and Im > 0 first as well */
        zpk->zeros[i] = sinew_cmplx(-creal(zpk->poles[i]), cimag(zpk->poles[i]));
    zpk->gain = order % 2 ? -1 : 1;
    return SINEW_OK;
}

sinew_status sinew_system_new_delay_pade(sinew_system **out, double delay_s, size_t order,
                                         sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    if (!(delay_s > 0) || !isfinite(delay_s))
        return sinew_fail(error, SINEW_ERR_DATA, "a delay of %g s: it is above 0 and finite",
                          delay_s);
    if (order < 1 || order > SINEW_PADE_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "order %zu: a Pade approximant has 1 to %d", order,
                          SINEW_PADE_ORDER_MAX);
    sinew_zpk zpk;
    sinew_status status = fill(&zpk, delay_s, order, error);
    if (!status)
        status = sinew_system_new_factored(out, &zpk, error);
    if (!status) {
        uint64_t asked = sinew_hash(SINEW_HASH_START, "pade", 4);
        asked = sinew_hash_count(asked, order);
        (*out)->asked = sinew_hash_numbers(asked, &delay_s, 1);
    }
    return status;
}
