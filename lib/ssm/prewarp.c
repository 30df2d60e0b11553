/* Prewarping: the bilinear rule takes the frequency w' = 2/T tan(wT/2) to w, so what is meant at w
 * is put at w' before. A design is made again with each of its edges there, and an equalizer with
 * its frequency and width; another part with one frequency to keep is stretched, H(s T/T') with
 * T' = 2 tan(wT/2) / w. */
#include "ssm/prewarp.h"

#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/tan_pi.h"
#include "ssm/design.h"
#include "ssm/equalizer.h"
#include "ssm/joint.h"

/* hz as a part of the rate, below a half. */
static sinew_status check_frequency(const char *what, double hz, double step_s, sinew_error *error)
{
    if (hz * step_s < 0.5)
        return SINEW_OK;
    return sinew_fail(error, SINEW_ERR_ARGUMENT,
                      "%s at %g Hz does not lie below half the rate, %g Hz", what, hz,
                      0.5 / step_s);
}

static sinew_status design_again(sinew_zpk *out, const sinew_design *d, double step_s,
                                 sinew_error *error)
{
    for (int i = 0; i < (sinew_design_has_two_edges(d) ? 2 : 1); i++) {
        sinew_status status = check_frequency("an edge", d->edges_hz[i], step_s, error);
        if (status)
            return status;
    }
    const sinew_edges edges = sinew_edges_prewarped(d->edges_hz, step_s);
    return sinew_design_zpk(out, d, &edges, error);
}

/* H(s / c) = gain c^(poles - zeros) prod(s - c z) / prod(s - c p) */
static sinew_status stretch(sinew_zpk *out, const sinew_zpk *in, double c, sinew_error *error)
{
    sinew_status status = sinew_zpk_alloc(out, in->n_zeros, in->n_poles, error);
    if (status)
        return status;
    for (size_t i = 0; i < in->n_zeros; i++)
        out->zeros[i] = c * in->zeros[i];
    for (size_t i = 0; i < in->n_poles; i++)
        out->poles[i] = c * in->poles[i];
    out->gain = in->gain;
    out->exponent = in->exponent;
    for (size_t i = in->n_zeros; i < in->n_poles; i++) {
        int exponent;
        out->gain = frexp(out->gain * c, &exponent);
        out->exponent += exponent;
    }
    return SINEW_OK;
}

static sinew_status equalizer_again(sinew_zpk *out, const sinew_equalizer *eq, double step_s,
                                    sinew_error *error)
{
    sinew_status status = check_frequency("an equalizer", eq->hz, step_s, error);
    if (!status)
        status = check_frequency("a bandwidth", eq->bandwidth_hz, step_s, error);
    return status ? status : sinew_equalizer_zpk(out, eq, step_s, error);
}

static sinew_status prewarp_part(sinew_part *out, const sinew_part *in, double step_s,
                                 sinew_error *error)
{
    double hz = in->prewarp_hz;
    *out = (sinew_part){0};
    if (in->designed || in->equalized) {
        sinew_status made = in->designed
                                ? design_again(&out->zpk, &in->design, step_s, error)
                                : equalizer_again(&out->zpk, &in->equalizer, step_s, error);
        if (!made && in->inverted)
            sinew_zpk_invert(&out->zpk);
        return made;
    }
    sinew_status status = check_frequency("a part that keeps its place", hz, step_s, error);
    if (status)
        return status;
    return stretch(&out->zpk, &in->zpk,
                   hz > 0 ? sinew_tan_pi(hz * step_s) / (M_PI * hz * step_s) : 1, error);
}

sinew_status sinew_system_prewarp(sinew_system **out, const sinew_system *system, double step_s,
                                  sinew_error *error)
{
    size_t n = system->n_parts, done = 0;
    bool any = false;
    *out = NULL;
    if (system->joint)
        return sinew_joint_prewarp(out, system->joint, step_s, error);
    for (size_t i = 0; i < n; i++)
        any = any || sinew_part_is_prewarped(&system->parts[i]);
    if (!any)
        return SINEW_OK;
    sinew_part *parts = sinew_alloc(n, sizeof *parts);
    if (!parts)
        return sinew_fail_memory(error);
    sinew_status status = SINEW_OK;
    for (; !status && done < n; done++)
        status = prewarp_part(&parts[done], &system->parts[done], step_s, error);
    if (!status)
        status = sinew_system_new_parts(out, parts, n, error);
    else
        for (size_t i = 0; i < done; i++)
            sinew_part_finish(&parts[i]);
    sinew_free(parts);
    return status;
}
