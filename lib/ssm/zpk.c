/* A system from zeros, poles and gain: conjugates are found, made exact, and kept. */
#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/matrix.h"
#include "ssm/sections.h"

sinew_status sinew_zpk_alloc(sinew_zpk *zpk, size_t n_zeros, size_t n_poles, sinew_error *error)
{
    *zpk = (sinew_zpk){.n_zeros = n_zeros, .n_poles = n_poles};
    zpk->zeros = sinew_alloc(n_zeros, sizeof *zpk->zeros);
    zpk->poles = sinew_alloc(n_poles, sizeof *zpk->poles);
    if (zpk->zeros && zpk->poles)
        return SINEW_OK;
    sinew_zpk_finish(zpk);
    return sinew_fail_memory(error);
}

void sinew_zpk_finish(sinew_zpk *zpk)
{
    sinew_free(zpk->zeros);
    sinew_free(zpk->poles);
    *zpk = (sinew_zpk){0};
}

sinew_status sinew_zpk_copy(sinew_zpk *out, const sinew_zpk *zpk, sinew_error *error)
{
    sinew_status status = sinew_zpk_alloc(out, zpk->n_zeros, zpk->n_poles, error);
    if (status)
        return status;
    for (size_t i = 0; i < zpk->n_zeros; i++)
        out->zeros[i] = zpk->zeros[i];
    for (size_t i = 0; i < zpk->n_poles; i++)
        out->poles[i] = zpk->poles[i];
    out->gain = zpk->gain;
    out->exponent = zpk->exponent;
    out->delta = zpk->delta;
    return SINEW_OK;
}

void sinew_zpk_invert(sinew_zpk *zpk)
{
    double complex *poles = zpk->poles;
    zpk->poles = zpk->zeros;
    zpk->zeros = poles;
    zpk->gain = 1 / zpk->gain;
    zpk->exponent = -zpk->exponent;
}

static bool all_finite(const double complex *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(creal(list[i])) || !isfinite(cimag(list[i])))
            return false;
    return true;
}

static sinew_status too_wide(sinew_error *error)
{
    return sinew_fail(error, SINEW_ERR_DATA,
                      "zeros, poles and gain span more than a double can hold");
}

/* Zeros, poles and gain of all parts, one behind another. */
static sinew_status multiply(sinew_zpk *out, const sinew_part *parts, size_t n, sinew_error *error)
{
    size_t n_zeros = 0, n_poles = 0;
    for (size_t i = 0; i < n; i++) {
        n_zeros += parts[i].zpk.n_zeros;
        n_poles += parts[i].zpk.n_poles;
    }
    if (n_poles > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu poles: at most %d", n_poles, SINEW_ORDER_MAX);
    sinew_status status = sinew_zpk_alloc(out, n_zeros, n_poles, error);
    if (status)
        return status;
    double complex *zeros = out->zeros, *poles = out->poles;
    out->gain = 1;
    for (size_t i = 0; i < n; i++) {
        const sinew_zpk *part = &parts[i].zpk;
        int exponent = 0;
        for (size_t k = 0; k < part->n_zeros; k++)
            *zeros++ = part->zeros[k];
        for (size_t k = 0; k < part->n_poles; k++)
            *poles++ = part->poles[k];
        if (n == 1) {
            out->gain = part->gain;
        } else {
            out->gain = frexp(out->gain * part->gain, &exponent);
        }
        out->exponent += part->exponent + exponent;
    }
    return SINEW_OK;
}

void sinew_part_finish(sinew_part *part)
{
    sinew_zpk_finish(&part->zpk);
}

sinew_status sinew_part_copy(sinew_part *out, const sinew_part *part, sinew_error *error)
{
    *out = *part;
    return sinew_zpk_copy(&out->zpk, &part->zpk, error);
}

/* Sections and matrices from the zpk of a system. */
static sinew_status assemble(sinew_system *system, sinew_error *error)
{
    size_t n = system->order;
    system->sections = sinew_alloc(n, sizeof *system->sections);
    if (!system->sections)
        return sinew_fail_memory(error);
    sinew_status status =
        sinew_sections_cascade(system->sections, &system->n_sections, &system->zpk, error);
    if (status)
        return status;
    sinew_sections_series(system->sections, system->n_sections,
                          ldexp(system->zpk.gain, system->zpk.exponent), n, system->A, system->B,
                          system->C, system->D);
    if (!sinew_all_finite(system->A, n * n) || !sinew_all_finite(system->B, n) ||
        !sinew_all_finite(system->C, n) || !sinew_all_finite(system->D, 1))
        return too_wide(error);
    return SINEW_OK;
}

sinew_status sinew_system_new_parts(sinew_system **out, sinew_part *parts, size_t n,
                                    sinew_error *error)
{
    sinew_system *system = NULL;
    sinew_zpk zpk = {0};
    *out = NULL;
    sinew_part *kept = sinew_copy(parts, n, sizeof *parts);
    sinew_status status = kept ? multiply(&zpk, parts, n, error) : sinew_fail_memory(error);
    if (!status && (!all_finite(zpk.zeros, zpk.n_zeros) || !all_finite(zpk.poles, zpk.n_poles)))
        status = too_wide(error);
    if (!status)
        status = sinew_system_alloc(&system, zpk.n_poles, 1, 1, error);
    if (status) {
        sinew_free(kept);
        sinew_zpk_finish(&zpk);
        for (size_t i = 0; i < n; i++)
            sinew_part_finish(&parts[i]);
        return status;
    }
    system->factored = true;
    system->zpk = zpk;
    system->parts = kept;
    system->n_parts = n;
    for (size_t i = 0; i < n; i++)
        parts[i].zpk = (sinew_zpk){0};
    status = assemble(system, error);
    if (status)
        sinew_system_free(system);
    else
        *out = system;
    return status;
}

sinew_status sinew_system_new_factored(sinew_system **out, sinew_zpk *zpk, sinew_error *error)
{
    sinew_part part = {.zpk = *zpk};
    *zpk = (sinew_zpk){0};
    return sinew_system_new_parts(out, &part, 1, error);
}

/* The conjugate of `value` among those not taken: the nearest one. count where none is near. */
static size_t find_conjugate(const sinew_complex *list, const bool *taken, size_t count,
                             sinew_complex value)
{
    const double tolerance = 16 * 0x1p-53 * hypot(value.re, value.im);
    double distance = HUGE_VAL;
    size_t best = count;
    for (size_t i = 0; i < count; i++) {
        double d = hypot(list[i].re - value.re, list[i].im + value.im);
        if (!taken[i] && list[i].im * value.im < 0 && d <= tolerance && d < distance) {
            distance = d;
            best = i;
        }
    }
    return best;
}

/* Conjugates adjacent and exact, in the order of their first. */
static sinew_status pair(double complex *out, const sinew_complex *list, size_t count,
                         const char *what, sinew_error *error)
{
    bool *taken = sinew_alloc(count, sizeof *taken);
    if (!taken)
        return sinew_fail_memory(error);
    sinew_status status = SINEW_OK;
    for (size_t i = 0; !status && i < count; i++) {
        sinew_complex v = list[i];
        if (!isfinite(v.re) || !isfinite(v.im))
            status = sinew_fail(error, SINEW_ERR_DATA, "%s[%zu] is (%g, %g)", what, i, v.re, v.im);
        if (status || taken[i])
            continue;
        taken[i] = true;
        if (v.im == 0) {
            *out++ = v.re;
            continue;
        }
        size_t j = find_conjugate(list, taken, count, v);
        if (j == count) {
            status = sinew_fail(error, SINEW_ERR_DATA, "%s[%zu] (%.17g, %.17g) has no conjugate",
                                what, i, v.re, v.im);
            continue;
        }
        taken[j] = true;
        double complex mean =
            sinew_cmplx((v.re + list[j].re) / 2, (fabs(v.im) + fabs(list[j].im)) / 2);
        *out++ = mean;
        *out++ = conj(mean);
    }
    sinew_free(taken);
    return status;
}

static sinew_status check(const sinew_complex *zeros, size_t n_zeros, const sinew_complex *poles,
                          size_t n_poles, double gain, sinew_error *error)
{
    if ((n_zeros && !zeros) || (n_poles && !poles))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "zeros or poles are NULL");
    if (n_zeros > n_poles)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "%zu zeros but %zu poles: no state space model has more zeros than poles",
                          n_zeros, n_poles);
    if (n_poles > SINEW_ORDER_MAX)
        return sinew_fail(error, SINEW_ERR_DATA, "%zu poles: at most %d", n_poles, SINEW_ORDER_MAX);
    if (!isfinite(gain))
        return sinew_fail(error, SINEW_ERR_DATA, "gain is %g", gain);
    return SINEW_OK;
}

sinew_status sinew_system_new_zpk(sinew_system **out, const sinew_complex *zeros, size_t n_zeros,
                                  const sinew_complex *poles, size_t n_poles, double gain,
                                  sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_zpk zpk;
    *out = NULL;
    sinew_status status = check(zeros, n_zeros, poles, n_poles, gain, error);
    if (!status)
        status = sinew_zpk_alloc(&zpk, n_zeros, n_poles, error);
    if (status)
        return status;
    zpk.gain = gain;
    status = pair(zpk.zeros, zeros, n_zeros, "zeros", error);
    if (!status)
        status = pair(zpk.poles, poles, n_poles, "poles", error);
    if (status) {
        sinew_zpk_finish(&zpk);
        return status;
    }
    status = sinew_system_new_factored(out, &zpk, error);
    if (!status) {
        uint64_t asked = sinew_hash(SINEW_HASH_START, "zpk", 3);
        asked = sinew_hash_numbers(asked, (const double *)zeros, 2 * n_zeros);
        asked = sinew_hash_numbers(asked, (const double *)poles, 2 * n_poles);
        (*out)->asked = sinew_hash_numbers(asked, &gain, 1);
    }
    return status;
}
