/* A system from a transfer function: to zeros and poles at once, the polynomials are left. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/roots.h"
#include "ssm/system.h"

static sinew_status check(const char *name, const double *c, size_t n, sinew_error *error)
{
    if (!c)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%s is NULL", name);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(c[i]))
            return sinew_fail(error, SINEW_ERR_DATA, "%s[%zu] is %s", name, i,
                              isnan(c[i]) ? "nan" : "inf");
    return SINEW_OK;
}

/* Skip leading zeros. */
static void strip(const double **c, size_t *n)
{
    while (*n > 0 && **c == 0) {
        (*c)++;
        (*n)--;
    }
}

sinew_status sinew_system_new_tf(sinew_system **out, const double *num, size_t n_num,
                                 const double *den, size_t n_den, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_zpk zpk;
    *out = NULL;
    if (n_num == 0 || n_den == 0)
        return sinew_fail(error, SINEW_ERR_DATA, "%s has no coefficients", n_num ? "den" : "num");
    sinew_status status = check("num", num, n_num, error);
    if (!status)
        status = check("den", den, n_den, error);
    if (status)
        return status;
    strip(&num, &n_num);
    strip(&den, &n_den);
    if (n_den == 0)
        return sinew_fail(error, SINEW_ERR_DATA, "den is zero");
    if (n_num > n_den)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "num has degree %zu, den %zu: no state space model differentiates",
                          n_num - 1, n_den - 1);
    if (n_den - 1 > SINEW_DESIGN_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "den has degree %zu: at most %d", n_den - 1,
                          SINEW_DESIGN_ORDER_MAX);
    status = sinew_zpk_alloc(&zpk, n_num ? n_num - 1 : 0, n_den - 1, error);
    if (status)
        return status;
    zpk.gain = n_num ? num[0] / den[0] : 0;
    if (!isfinite(zpk.gain))
        status = sinew_fail(error, SINEW_ERR_DATA, "num / den overflows");
    if (!status && n_num > 0)
        status = sinew_roots(zpk.zeros, num, n_num - 1, error);
    if (!status)
        status = sinew_roots(zpk.poles, den, n_den - 1, error);
    if (!status && !(status = sinew_system_new_factored(out, &zpk, error))) {
        uint64_t asked = sinew_hash(SINEW_HASH_START, "tf", 2);
        (*out)->asked = sinew_hash_numbers(sinew_hash_numbers(asked, num, n_num), den, n_den);
        return SINEW_OK;
    }
    sinew_zpk_finish(&zpk);
    return status;
}
