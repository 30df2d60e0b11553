/* With p = -beta + jw, beta = 2 pi b, and v = s + beta, the Laplace transform of
 * t^(n-1) e^(-beta t) cos(wt + phase) is
 *
 *   (n-1)!/2 [(v + jw)^n e^(j phase) + (v - jw)^n e^(-j phase)] / (v^2 + w^2)^n
 *
 * The bracket is 2 |v + jw|^n cos(n theta + phase) with theta = arg(v + jw): its zeros are real,
 * v = w cot(theta) where n theta + phase is an odd multiple of pi/2, one for each theta in
 * (0, pi) and none (infinite) for theta = 0. */
#include "sinew/gammatone.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/hash.h"
#include "math/complex.h"
#include "ssm/system.h"

enum { ORDER = 4, ORDER_MOST = 16, CHANNELS_MOST = 512 };

double sinew_erb_hz(double hz)
{
    return 24.7 * (4.37e-3 * hz + 1);
}

double sinew_erb_rate(double hz)
{
    return 21.4 * log1p(0.00437 * hz) / M_LN10;
}

double sinew_erb_rate_to_hz(double rate)
{
    return expm1(rate / 21.4 * M_LN10) / 0.00437;
}

/* The angles of the zeros into theta (n), within (0, pi); how many. */
static size_t find_angles(double *theta, uint32_t n, double phase)
{
    size_t count = 0;
    double first = fmod(M_PI / 2 - phase, M_PI);
    if (first < 0)
        first += M_PI;
    for (uint32_t k = 0; k < n; k++) {
        double angle = (first + k * M_PI) / n;
        if (angle > 1e-15 && angle < M_PI)
            theta[count++] = angle;
    }
    return count;
}

/* cot(theta), exactly 0 in the middle. */
static double cot(double theta)
{
    return fabs(theta - M_PI / 2) < 1e-15 ? 0 : 1 / tan(theta);
}

/* |H| = 1 at jw, and the sign of the impulse response: that of cos(n theta + phase) against the
 * product of v - zeros, beyond the last zero. */
static double find_gain(const sinew_zpk *zpk, const double *theta, uint32_t n, double beta,
                        double w, double phase)
{
    double complex s = sinew_cmplx(0, w);
    double gain = 1, between = zpk->n_zeros > 0 ? theta[0] / 2 : M_PI / 4;
    double v = w * cot(between);
    for (size_t i = 0; i < zpk->n_zeros; i++)
        gain /= cabs(s - zpk->zeros[i]) * (v - (creal(zpk->zeros[i]) + beta) < 0 ? -1 : 1);
    for (size_t i = 0; i < zpk->n_poles; i++)
        gain *= cabs(s - zpk->poles[i]);
    return cos(n * between + phase) < 0 ? -gain : gain;
}

static sinew_status gammatone_zpk(sinew_zpk *out, const sinew_gammatone *filter, sinew_error *error)
{
    uint32_t n = filter->order ? filter->order : ORDER;
    double theta[ORDER_MOST], w = 2 * M_PI * filter->hz;
    double beta =
        2 * M_PI *
        (filter->bandwidth_hz > 0 ? filter->bandwidth_hz : 1.019 * sinew_erb_hz(filter->hz));
    size_t n_zeros = find_angles(theta, n, filter->phase);
    sinew_status status = sinew_zpk_alloc(out, n_zeros, 2 * n, error);
    if (status)
        return status;
    for (size_t i = 0; i < n_zeros; i++)
        out->zeros[i] = -beta + w * cot(theta[i]);
    for (size_t i = 0; i < n; i++) {
        out->poles[2 * i] = sinew_cmplx(-beta, w);
        out->poles[2 * i + 1] = sinew_cmplx(-beta, -w);
    }
    out->gain = find_gain(out, theta, n, beta, w, filter->phase);
    return SINEW_OK;
}

static sinew_status check(const sinew_gammatone *filter, sinew_error *error)
{
    if (!filter)
        return sinew_fail(error, SINEW_ERR_ARGUMENT, "no gammatone filter");
    if (!(filter->hz > 0 && filter->hz <= 1e9))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "hz is %g: the frequency of a gammatone filter lies above 0 and is at "
                          "most 1e9",
                          filter->hz);
    if (filter->order > ORDER_MOST)
        return sinew_fail(error, SINEW_ERR_DATA, "order %lu: a gammatone filter has 1 to %d",
                          (unsigned long)filter->order, ORDER_MOST);
    if (!(filter->bandwidth_hz >= 0 && filter->bandwidth_hz <= 1e9))
        return sinew_fail(error, SINEW_ERR_DATA, "bandwidth_hz is %g: it is 0 to 1e9",
                          filter->bandwidth_hz);
    if (!(fabs(filter->phase) <= 2 * M_PI))
        return sinew_fail(error, SINEW_ERR_DATA, "phase is %g: it lies within +-2 pi",
                          filter->phase);
    return SINEW_OK;
}

sinew_status sinew_system_new_gammatone(sinew_system **out, const sinew_gammatone *filter,
                                        sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    sinew_zpk zpk;
    *out = NULL;
    sinew_status status = check(filter, error);
    if (!status)
        status = gammatone_zpk(&zpk, filter, error);
    if (!status)
        status = sinew_system_new_factored(out, &zpk, error);
    if (status)
        return status;
    const double numbers[] = {filter->hz, filter->bandwidth_hz, filter->phase};
    uint64_t asked = sinew_hash(SINEW_HASH_START, "gammatone", 9);
    asked = sinew_hash_count(asked, filter->order ? filter->order : ORDER);
    (*out)->asked = sinew_hash_numbers(asked, numbers, 3);
    (*out)->preferred = SINEW_METHOD_IMPULSE;
    return SINEW_OK;
}

/* Channel k of the bank, its states at k times its order. */
static void put_channel(sinew_system *bank, const sinew_system *filter, size_t k)
{
    size_t n = filter->order, at = k * n;
    for (size_t i = 0; i < n; i++) {
        memcpy(bank->A + (at + i) * bank->order + at, filter->A + i * n, n * sizeof *bank->A);
        bank->B[at + i] = filter->B[i];
        bank->C[k * bank->order + at + i] = filter->C[i];
    }
    bank->D[k] = filter->D[0];
}

static sinew_status check_bank(double low, double high, uint32_t channels, sinew_error *error)
{
    if (!(low > 0 && low <= high && high <= 1e9))
        return sinew_fail(error, SINEW_ERR_DATA,
                          "a bank from %g to %g Hz: 0 < low_hz <= high_hz <= 1e9", low, high);
    if (channels < 1 || channels > CHANNELS_MOST)
        return sinew_fail(error, SINEW_ERR_DATA, "%lu channels: a bank has 1 to %d",
                          (unsigned long)channels, CHANNELS_MOST);
    return SINEW_OK;
}

sinew_status sinew_system_new_gammatone_bank(sinew_system **out, double low_hz, double high_hz,
                                             uint32_t channels, sinew_error *error)
{
    if (!out)
        return sinew_fail_null(error);
    double low = sinew_erb_rate(low_hz), high = sinew_erb_rate(high_hz);
    sinew_system *bank = NULL;
    *out = NULL;
    sinew_status status = check_bank(low_hz, high_hz, channels, error);
    if (!status)
        status = sinew_system_alloc(&bank, (size_t)channels * 2 * ORDER, 1, channels, error);
    for (uint32_t k = 0; !status && k < channels; k++) {
        double rate = k == 0 ? low : low + (high - low) * k / (channels - 1);
        sinew_gammatone one = {.hz = k == 0              ? low_hz
                                     : k == channels - 1 ? high_hz
                                                         : sinew_erb_rate_to_hz(rate)};
        sinew_system *filter = NULL;
        status = sinew_system_new_gammatone(&filter, &one, error);
        if (!status)
            put_channel(bank, filter, k);
        sinew_system_free(filter);
    }
    if (status) {
        sinew_system_free(bank);
        return status;
    }
    const double edges[] = {low_hz, high_hz};
    bank->asked = sinew_hash_numbers(sinew_hash(SINEW_HASH_START, "gammatones", 10), edges, 2);
    bank->asked = sinew_hash_count(bank->asked, channels);
    bank->preferred = SINEW_METHOD_IMPULSE;
    *out = bank;
    return SINEW_OK;
}
