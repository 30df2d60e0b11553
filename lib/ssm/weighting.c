/* Weightings as zeros and poles, from the numbers that define them. */
#include "sinew/weighting.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/complex.h"
#include "math/damped.h"
#include "math/roots.h"
#include "math/tan_pi.h"
#include "ssm/system.h"

/* The gain that makes |H| = 1 at 1 kHz. */
static void normalise(sinew_zpk *zpk)
{
    double complex s = sinew_cmplx(0, 2 * M_PI * 1000);
    double size = 1;
    for (size_t i = 0; i < zpk->n_poles; i++) {
        size *= cabs(s - zpk->poles[i]);
        if (i < zpk->n_zeros)
            size /= cabs(s - zpk->zeros[i]);
    }
    zpk->gain = size;
}

/* IEC 61672-1:2013, annex E. C is down by D = 1/sqrt(2) at fL = 10^1.5 and fH = 10^3.9 Hz against
 * fr = 1 kHz, with double poles at f1 and f4:
 *
 *   f1^2, f4^2 = (-b -+ sqrt(b^2 - 4 c)) / 2     c = fL^2 fH^2
 *   b = (fr^2 + c / fr^2 - D (fL^2 + fH^2)) / (1 - D)
 *
 * A has two more high-passes, at (3 -+ sqrt 5)/2 times fA = 10^2.45 Hz; B (IEC 60651) has one
 * more, at 10^2.2 Hz. */
static sinew_status sound_level(sinew_part *part, sinew_weighting weighting, sinew_error *error)
{
    const double fL = pow(10, 1.5), fH = pow(10, 3.9), fr = 1000, D = sqrt(0.5);
    const double c = fL * fL * fH * fH;
    const double b = (fr * fr + c / (fr * fr) - D * (fL * fL + fH * fH)) / (1 - D);
    const double f4 = sqrt((-b + sqrt(b * b - 4 * c)) / 2), f1 = fL * fH / f4;
    const double fA = pow(10, 2.45), more_A[] = {(3 - sqrt(5)) / 2 * fA, (3 + sqrt(5)) / 2 * fA};
    const double more_B[] = {pow(10, 2.2)},
                 *more = weighting == SINEW_WEIGHTING_B ? more_B : more_A;
    size_t n_more = weighting == SINEW_WEIGHTING_C ? 0 : weighting == SINEW_WEIGHTING_B ? 1 : 2;
    sinew_status status = sinew_zpk_alloc(&part->zpk, 2 + n_more, 4 + n_more, error);
    if (status)
        return status;
    double complex *p = part->zpk.poles; /* the zeros are 0 */
    p[0] = p[1] = -2 * M_PI * f1;
    p[2] = p[3] = -2 * M_PI * f4;
    for (size_t i = 0; i < n_more; i++)
        p[4 + i] = -2 * M_PI * more[i];
    normalise(&part->zpk);
    return SINEW_OK;
}

/* Rec. ITU-R BS.468-4, annex 1: a passive network of six reactances between resistances, and a gain
 * behind it. Its transfer function, s in units of 2 pi Hz, is gain s over this denominator, by the
 * numbers that are in use for it (Wikipedia, ITU-R 468 noise weighting). */
static sinew_status noise(sinew_part *part, sinew_error *error)
{
    const double den[] = {4.737338981378384e-24,
                          1.306612257412824e-19,
                          2.043828333606125e-15,
                          2.118150887518656e-11,
                          1.363894795463638e-7,
                          5.559488023498642e-4,
                          1};
    sinew_status status = sinew_zpk_alloc(&part->zpk, 1, 6, error);
    if (!status)
        status = sinew_roots(part->zpk.poles, den, 6, error);
    for (int i = 0; !status && i < 6; i++)
        part->zpk.poles[i] *= 2 * M_PI;
    if (status)
        sinew_part_finish(part);
    else
        part->zpk.gain =
            pow(10, 18.246265068039158 / 20) * 1.246332637532143e-4 / den[0] * pow(2 * M_PI, 5);
    return status;
}

/* Rec. ITU-R BS.1770-4 prints two filters at 48 kHz. These are the analogue ones behind them, by
 * the numbers that libebur128 uses at every rate:
 *
 *   head:      (Vh s^2 + Vb s/Q + 1) / (s^2 + s/Q + 1)      s in units of 2 pi f0
 *   high-pass: g s^2 / (s^2 + s/Q + 1)
 *
 * g is 0.04 dB, as the numerator printed is 1 -2 1, not divided by the 1 + K/Q + K^2 that the
 * bilinear rule leaves below it at 48 kHz, K = tan(pi f0 / 48000). */
static sinew_status loudness(sinew_part parts[2], sinew_error *error)
{
    const double f[] = {1681.974450955533, 38.13547087602444};
    const double Q[] = {0.7071752369554196, 0.5003270373238773};
    const double Vh = pow(10, 3.999843853973347 / 20), Vb = pow(Vh, 0.4996667741545416);
    const double w[] = {2 * M_PI * f[0], 2 * M_PI * f[1]}, K = sinew_tan_pi(f[1] / 48000);
    sinew_status status = SINEW_OK;
    for (int i = 0; !status && i < 2; i++) {
        status = sinew_zpk_alloc(&parts[i].zpk, 2, 2, error);
        if (status)
            break;
        parts[i].prewarp_hz = f[i];
        sinew_damped_roots(parts[i].zpk.poles, w[i], 0.5 / Q[i]);
    }
    if (status) {
        sinew_part_finish(&parts[0]);
        return status;
    }
    sinew_damped_roots(parts[0].zpk.zeros, w[0] / sqrt(Vh), 0.5 * Vb / (Q[0] * sqrt(Vh)));
    parts[0].zpk.gain = Vh;
    parts[1].zpk.gain = 1 + K / Q[1] + K * K;
    return SINEW_OK;
}

sinew_status sinew_system_new_weighting(sinew_system **out, sinew_weighting weighting,
                                        sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_part parts[2] = {{.prewarp_hz = 0}};
    size_t n = weighting == SINEW_WEIGHTING_K ? 2 : 1;
    sinew_status status = SINEW_OK;
    *out = NULL;
    if ((unsigned)weighting > SINEW_WEIGHTING_468)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such weighting");
    if (weighting == SINEW_WEIGHTING_K)
        status = loudness(parts, error);
    else if (weighting == SINEW_WEIGHTING_468)
        status = noise(parts, error);
    else
        status = sound_level(parts, weighting, error);
    if (!status)
        status = sinew_system_new_parts(out, parts, n, error);
    if (status)
        return status;
    (*out)->asked =
        sinew_hash_count(sinew_hash(SINEW_HASH_START, "weighting", 9), (uint64_t)weighting);
    (*out)->preferred =
        weighting == SINEW_WEIGHTING_K ? SINEW_METHOD_BILINEAR : SINEW_METHOD_DECRAMPED;
    return SINEW_OK;
}
