/* S4D's initialisations (Gu, Gupta, Goel, Re 2022, arXiv 2206.11893, section 4); s4.h has the
 * formulas. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/memory.h"
#include "sinew/s4.h"
#include "ssm/system.h"

static const long double pi = 3.14159265358979323846264338327950288L;

static double window(const sinew_s4d *s)
{
    return s->window_s == 0 ? 1 : s->window_s;
}

size_t sinew_s4d_count(const sinew_s4d *s)
{
    if (!s || (unsigned)s->init > SINEW_S4D_REAL || s->order > SINEW_ORDER_MAX)
        return 0;
    if (s->init == SINEW_S4D_REAL)
        return s->order;
    return s->order % 2 == 0 ? s->order / 2 : 0;
}

static sinew_status check(const sinew_s4d *s, sinew_error *error)
{
    if (!s || (unsigned)s->init > SINEW_S4D_REAL)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such initialisation of s4d");
    if (sinew_s4d_count(s) == 0)
        return sinew_fail(error, SINEW_ERR_DATA,
                          "order %zu: an s4d has an order of 1 to %d, even but for 'real'",
                          s->order, SINEW_ORDER_MAX);
    if (!(window(s) > 0) || !isfinite(window(s)))
        return sinew_fail(error, SINEW_ERR_DATA, "a window of %g s is out of range", s->window_s);
    if (s->outputs > 0 && !s->C)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "%zu outputs and no C", s->outputs);
    if (s->init != SINEW_S4D_LEGS && (s->whole_B || s->clip_B != 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "'%s' has a meaning for legs only",
                          s->whole_B ? "whole_B" : "clip_B");
    if (s->B && (s->whole_B || s->clip_B != 0))
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "'%s' changes the B of legs, not a given one",
                          s->whole_B ? "whole_B" : "clip_B");
    if (!(s->clip_B >= 0))
        return sinew_fail(error, SINEW_ERR_DATA, "|B| clipped at %g", s->clip_B);
    return SINEW_OK;
}

static sinew_complex mode(const sinew_s4d *s, size_t n)
{
    long double order = (long double)s->order, time = (long double)window(s), im = 0;
    if (s->init == SINEW_S4D_REAL)
        return (sinew_complex){(double)(-(long double)(n + 1) / time), 0};
    if (s->init == SINEW_S4D_LIN)
        im = pi * (long double)n;
    else /* order / (2n+1) - 1 with its one subtraction exact */
        im = order / pi * ((order - (long double)(2 * n + 1)) / (long double)(2 * n + 1));
    return (sinew_complex){(double)(-0.5L / time), (double)(im / time)};
}

/* The normal part of LegS, in time of its own; B as the flags ask. */
static sinew_status fill_legs(sinew_complex *lambda, sinew_complex *B, const sinew_s4d *s,
                              sinew_error *error)
{
    sinew_hippo legs = {.measure = SINEW_HIPPO_LEGS, .order = s->order};
    sinew_nplr nplr;
    sinew_status status = sinew_nplr_init(&nplr, &legs, error);
    if (status)
        return status;
    for (size_t n = 0; n < nplr.modes; n++) {
        double b = nplr.B[n].re * (s->whole_B ? 1 : 0.5);
        if (s->clip_B > 0)
            b = fmin(b, s->clip_B);
        lambda[n] = (sinew_complex){nplr.lambda[n].re / window(s), nplr.lambda[n].im / window(s)};
        B[n] = (sinew_complex){b / window(s), 0};
    }
    sinew_nplr_finish(&nplr);
    return SINEW_OK;
}

sinew_status sinew_s4d_modes(sinew_complex *lambda, sinew_complex *B, const sinew_s4d *s,
                             sinew_error *error)
{
    if (!lambda || !B)
        return sinew_fail_null(error);
    sinew_status status = check(s, error);
    if (!status && s->init == SINEW_S4D_LEGS)
        status = fill_legs(lambda, B, s, error);
    size_t modes = sinew_s4d_count(s);
    for (size_t n = 0; !status && n < modes; n++) {
        if (s->init != SINEW_S4D_LEGS) {
            lambda[n] = mode(s, n);
            B[n] = (sinew_complex){1 / window(s), 0};
        }
        if (s->B)
            B[n] = (sinew_complex){s->B[n].re / window(s), s->B[n].im / window(s)};
    }
    return status;
}

static uint64_t hash_asked(const sinew_s4d *s)
{
    const double numbers[] = {window(s), s->clip_B};
    size_t modes = sinew_s4d_count(s);
    uint64_t asked = sinew_hash(SINEW_HASH_START, "s4d", 3);
    asked = sinew_hash_count(asked, (uint64_t)s->init << 1 | (uint64_t)s->whole_B);
    asked = sinew_hash_count(asked, s->order);
    asked = sinew_hash_numbers(asked, numbers, 2);
    asked = sinew_hash_numbers(asked, (const double *)s->B, s->B ? 2 * modes : 0);
    return sinew_hash_numbers(asked, (const double *)s->C, s->C ? 2 * modes * s->outputs : 0);
}

sinew_status sinew_system_new_s4d(sinew_system **out, const sinew_s4d *s, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(s, error);
    if (status)
        return status;
    size_t modes = sinew_s4d_count(s);
    sinew_complex *all = sinew_alloc(2 * modes, sizeof *all);
    if (!all)
        return sinew_fail_memory(error);
    status = sinew_s4d_modes(all, all + modes, s, error);
    sinew_dplr dplr = {.modes = modes,
                       .inputs = 1,
                       .outputs = s->outputs > 0 ? s->outputs : 1,
                       .lambda = all,
                       .B = all + modes,
                       .C = s->C,
                       .doubled = s->init == SINEW_S4D_REAL};
    if (!status)
        status = sinew_system_new_dplr(out, &dplr, error);
    if (!status)
        (*out)->asked = hash_asked(s);
    sinew_free(all);
    return status;
}
