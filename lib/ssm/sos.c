/* A system from second-order sections: each polynomial has its roots in closed form. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/complex.h"
#include "math/quadratic.h"
#include "ssm/system.h"

enum { ROW = 6 }; /* b0 b1 b2 a0 a1 a2 */

/* The first coefficient that counts; 0 where there is none. */
static double leading(const double c[3])
{
    return c[0] != 0 ? c[0] : c[1] != 0 ? c[1] : c[2];
}

static double complex *put_roots(double complex *at, const double c[3])
{
    double complex roots[2];
    size_t n = sinew_quadratic_roots(roots, c);
    for (size_t i = 0; i < n; i++)
        *at++ = roots[i];
    return at;
}

static sinew_status check(const double *sections, size_t n, sinew_error *error)
{
    if (!sections && n > 0)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "sections is NULL");
    if (n < 1 || n > SINEW_ORDER_MAX / 2)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu sections: 1 to %d", n, SINEW_ORDER_MAX / 2);
    for (size_t i = 0; i < ROW * n; i++)
        if (!isfinite(sections[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "sections[%zu][%zu] is %g", i / ROW, i % ROW,
                              sections[i]);
    for (size_t i = 0; i < n; i++)
        if (leading(sections + ROW * i + 3) == 0)
            return sinew_fail(error, SINEW_ERR_DATA, "sections[%zu]: a0, a1 and a2 are 0", i);
    return SINEW_OK;
}

/* A section of nothing makes all of it nothing, and its zeros are then anywhere. */
static void put_factors(sinew_zpk *zpk, const double *sections, size_t n)
{
    double complex *zeros = zpk->zeros, *poles = zpk->poles;
    zpk->gain = 1;
    for (size_t i = 0; i < n; i++) {
        const double *b = sections + ROW * i, *a = b + 3;
        int over, under, carry;
        double factor = frexp(leading(b), &over) / frexp(leading(a), &under);
        zpk->gain = frexp(zpk->gain * factor, &carry);
        zpk->exponent += over - under + carry;
        zeros = put_roots(zeros, b);
        poles = put_roots(poles, a);
    }
    zpk->n_poles = (size_t)(poles - zpk->poles);
    zpk->n_zeros = zpk->gain != 0 ? (size_t)(zeros - zpk->zeros) : 0;
}

sinew_status sinew_system_new_sos(sinew_system **out, const double *sections, size_t n,
                                  sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_zpk zpk;
    *out = NULL;
    sinew_status status = check(sections, n, error);
    if (!status)
        status = sinew_zpk_alloc(&zpk, 2 * n, 2 * n, error);
    if (status)
        return status;
    put_factors(&zpk, sections, n);
    if (zpk.n_zeros > zpk.n_poles) {
        status = sinew_fail(error, SINEW_ERR_DATA,
                            "%zu zeros but %zu poles: no state space model differentiates",
                            zpk.n_zeros, zpk.n_poles);
        sinew_zpk_finish(&zpk);
        return status;
    }
    status = sinew_system_new_factored(out, &zpk, error);
    if (!status)
        (*out)->asked =
            sinew_hash_numbers(sinew_hash(SINEW_HASH_START, "sos", 3), sections, ROW * n);
    return status;
}
