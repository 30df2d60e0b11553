/* The prototypes of the Audio EQ Cookbook (R. Bristow-Johnson; also a W3C note, 2021) as zeros,
 * poles and gain. Every polynomial of theirs is s^2 + 2 h w s + w^2, up to a factor. */
#include "ssm/equalizer.h"

#include <math.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/damped.h"
#include "math/tan_pi.h"

const char *const sinew_equalizer_names[] = {
    [SINEW_EQ_LOWPASS] = "lowpass",       [SINEW_EQ_HIGHPASS] = "highpass",
    [SINEW_EQ_BANDPASS] = "bandpass",     [SINEW_EQ_BANDPASS_SKIRT] = "bandpass_skirt",
    [SINEW_EQ_NOTCH] = "notch",           [SINEW_EQ_ALLPASS] = "allpass",
    [SINEW_EQ_PEAKING] = "peaking",       [SINEW_EQ_LOW_SHELF] = "low_shelf",
    [SINEW_EQ_HIGH_SHELF] = "high_shelf", [SINEW_EQ_ALLPASS_1] = "allpass_1",
    [SINEW_EQ_ALLPASS_1 + 1] = NULL,
};

static bool is_shelf(sinew_equalizer_type type)
{
    return type == SINEW_EQ_LOW_SHELF || type == SINEW_EQ_HIGH_SHELF;
}

static bool has_gain(sinew_equalizer_type type)
{
    return type == SINEW_EQ_PEAKING || is_shelf(type);
}

static bool has_bandwidth(sinew_equalizer_type type)
{
    return type >= SINEW_EQ_BANDPASS && type <= SINEW_EQ_PEAKING;
}

/* sin(2 pi r), 0 < r < 1/2, as good near a half as near 0. */
static double sin_2pi(double r)
{
    return r <= 0.25 ? sin(2 * M_PI * r) : sin(2 * M_PI * (0.5 - r));
}

/* 1 / 2Q, step_s as in sinew_equalizer_zpk. */
static double half_width(const sinew_equalizer *eq, double step_s)
{
    double part = eq->hz * step_s, A = pow(10, eq->gain_db / 40);
    if (eq->q > 0)
        return 0.5 / eq->q;
    if (eq->slope > 0)
        return 0.5 * sqrt((A + 1 / A) * (1 / eq->slope - 1) + 2);
    if (eq->bandwidth_octaves > 0)
        return sinh(M_LN2 / 2 * eq->bandwidth_octaves *
                    (part > 0 ? 2 * M_PI * part / sin_2pi(part) : 1));
    if (eq->bandwidth_hz > 0)
        return part > 0 ? sinew_tan_pi(eq->bandwidth_hz * step_s) / sin_2pi(part)
                        : eq->bandwidth_hz / eq->hz / 2;
    return 1;
}

static void put_shelf(sinew_zpk *zpk, bool low, double w, double h, double A)
{
    double root = sqrt(A), zeros = low ? w * root : w / root, poles = low ? w / root : w * root;
    sinew_damped_roots(zpk->zeros, zeros, h);
    sinew_damped_roots(zpk->poles, poles, h);
    zpk->gain = low ? 1 : A * A;
}

/* Zeros are 0 where nothing else is said; poles are there. */
static void put_second_order(sinew_zpk *zpk, const sinew_equalizer *eq, double w, double h)
{
    double A = pow(10, eq->gain_db / 40);
    sinew_damped_roots(zpk->poles, w, h);
    zpk->gain = 1;
    switch (eq->type) {
    case SINEW_EQ_LOWPASS:
        zpk->gain = w * w;
        break;
    case SINEW_EQ_BANDPASS:
        zpk->gain = 2 * h * w;
        break;
    case SINEW_EQ_BANDPASS_SKIRT:
        zpk->gain = w;
        break;
    case SINEW_EQ_NOTCH:
        sinew_damped_roots(zpk->zeros, w, 0);
        break;
    case SINEW_EQ_ALLPASS:
        sinew_damped_roots(zpk->zeros, w, -h);
        break;
    case SINEW_EQ_PEAKING:
        sinew_damped_roots(zpk->zeros, w, h * A);
        sinew_damped_roots(zpk->poles, w, h / A);
        break;
    case SINEW_EQ_LOW_SHELF:
    case SINEW_EQ_HIGH_SHELF:
        put_shelf(zpk, eq->type == SINEW_EQ_LOW_SHELF, w, h, A);
        break;
    case SINEW_EQ_HIGHPASS:
    case SINEW_EQ_ALLPASS_1:
        break;
    }
}

static size_t count_zeros(sinew_equalizer_type type)
{
    if (type == SINEW_EQ_LOWPASS)
        return 0;
    return type == SINEW_EQ_BANDPASS || type == SINEW_EQ_BANDPASS_SKIRT ? 1 : 2;
}

sinew_status sinew_equalizer_zpk(sinew_zpk *out, const sinew_equalizer *eq, double step_s,
                                 sinew_error *error)
{
    bool first = eq->type == SINEW_EQ_ALLPASS_1;
    double w = step_s > 0 ? 2 / step_s * sinew_tan_pi(eq->hz * step_s) : 2 * M_PI * eq->hz;
    sinew_status status =
        sinew_zpk_alloc(out, first ? 1 : count_zeros(eq->type), first ? 1 : 2, error);
    if (status)
        return status;
    if (!first) {
        put_second_order(out, eq, w, half_width(eq, step_s));
        return SINEW_OK;
    }
    out->zeros[0] = w;
    out->poles[0] = -w;
    out->gain = -1;
    return SINEW_OK;
}

static sinew_status check_width(const sinew_equalizer *eq, sinew_error *error)
{
    const double widths[] = {eq->q, eq->bandwidth_octaves, eq->bandwidth_hz, eq->slope};
    const char *const names[] = {"q", "bandwidth_octaves", "bandwidth_hz", "slope"};
    const bool allowed[] = {eq->type != SINEW_EQ_ALLPASS_1, has_bandwidth(eq->type),
                            has_bandwidth(eq->type), is_shelf(eq->type)};
    const char *type = sinew_equalizer_names[eq->type];
    int given = 0;
    for (int i = 0; i < 4; i++) {
        if (widths[i] == 0)
            continue;
        if (!(widths[i] >= 1e-6 && widths[i] <= 1e12))
            return sinew_fail(error, SINEW_ERR_DATA, "%s is %g: it lies between 1e-6 and 1e12",
                              names[i], widths[i]);
        if (!allowed[i])
            return sinew_fail(error, SINEW_ERR_DATA, "a %s has no %s", type, names[i]);
        given++;
    }
    if (given != (eq->type != SINEW_EQ_ALLPASS_1))
        return sinew_fail(error, SINEW_ERR_DATA, "a %s takes one width (q%s%s), and here are %d",
                          type, has_bandwidth(eq->type) ? ", bandwidth_octaves, bandwidth_hz" : "",
                          is_shelf(eq->type) ? ", slope" : "", given);
    if (eq->bandwidth_octaves > 20)
        return sinew_fail(error, SINEW_ERR_DATA, "bandwidth_octaves is %g: at most 20",
                          eq->bandwidth_octaves);
    return SINEW_OK;
}

static sinew_status check(const sinew_equalizer *eq, sinew_error *error)
{
    if (!eq || (unsigned)eq->type > SINEW_EQ_ALLPASS_1)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no such type of equalizer");
    if (!(eq->hz > 0 && eq->hz <= 1e12))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "hz is %g: the frequency of a filter lies above 0 and is at most 1e12",
                          eq->hz);
    if (!(fabs(eq->gain_db) <= 120))
        return sinew_fail(error, SINEW_ERR_DATA, "gain_db is %g: it lies within -120 and 120",
                          eq->gain_db);
    if (eq->gain_db != 0 && !has_gain(eq->type))
        return sinew_fail(error, SINEW_ERR_DATA, "a %s has no gain_db",
                          sinew_equalizer_names[eq->type]);
    sinew_status status = check_width(eq, error);
    if (!status && !(half_width(eq, 0) > 0))
        status = sinew_fail(error, SINEW_ERR_DATA,
                            "a slope of %g is too steep for a gain of %g dB: there is no such "
                            "shelf",
                            eq->slope, eq->gain_db);
    return status;
}

sinew_status sinew_system_new_equalizer(sinew_system **out, const sinew_equalizer *eq,
                                        sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    *out = NULL;
    sinew_status status = check(eq, error);
    if (status)
        return status;
    sinew_part part = {.equalized = true, .equalizer = *eq};
    status = sinew_equalizer_zpk(&part.zpk, eq, 0, error);
    if (!status)
        status = sinew_system_new_parts(out, &part, 1, error);
    if (status)
        return status;
    const double numbers[] = {eq->hz,           eq->q,     eq->bandwidth_octaves,
                              eq->bandwidth_hz, eq->slope, eq->gain_db};
    (*out)->asked = sinew_hash_count(sinew_hash(SINEW_HASH_START, "eq", 2), (uint64_t)eq->type);
    (*out)->asked = sinew_hash_numbers((*out)->asked, numbers, sizeof numbers / sizeof *numbers);
    (*out)->preferred = SINEW_METHOD_BILINEAR;
    return SINEW_OK;
}
