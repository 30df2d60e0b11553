/* lib/ssm/decramp*.c: the magnitude of the analogue filter up to half the rate. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "math/levenberg.h"
#include "sinew/design.h"
#include "sinew/discretization.h"
#include "sinew/equalizer.h"
#include "sinew/gammatone.h"

static sinew_error error;

static sinew_discretization *decramped(const sinew_system *system, double rate)
{
    sinew_discretize_opts opts = {.rate_hz = rate, .method = SINEW_METHOD_DECRAMPED};
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static sinew_system *zpk(const sinew_complex *zeros, size_t n_zeros, const sinew_complex *poles,
                         size_t n_poles, double gain)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, n_zeros, poles, n_poles, gain, &error),
                 SINEW_OK, "%s", error.text);
    return system;
}

static double complex analogue(const sinew_system *system, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

static double complex digital(const sinew_discretization *d, double rad)
{
    sinew_complex h;
    cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

/* The largest |H| beside a pole. */
static double peak_of(const sinew_system *system)
{
    sinew_complex poles[256];
    double peak = 0;
    size_t n = sinew_system_matrices(system).order;
    cr_assert(n <= 256 && sinew_system_poles(system, poles, &error) == SINEW_OK);
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, cabs(analogue(system, fabs(poles[i].im))));
    return peak;
}

/* The largest error in dB up to `part` of half the rate, where |H| is within 60 dB of its peak,
 * which is told where `top` is not NULL. */
static double error_db(double *top, const sinew_system *system, const sinew_discretization *d,
                       double rate, double part)
{
    enum { POINTS = 700 };
    static double rad[POINTS];
    static sinew_complex a[POINTS], b[POINTS];
    double peak = peak_of(system), worst = 0, end = M_PI * rate * part;
    for (int i = 0; i < POINTS; i++)
        rad[i] = i < 500 ? end * (i + 1) / 500 : end * pow(10, -4.0 * (i - 499) / 200);
    cr_assert_eq(sinew_system_response(system, rad, POINTS, a, &error), SINEW_OK);
    cr_assert_eq(sinew_discretization_response(d, rad, POINTS, b, &error), SINEW_OK);
    for (int i = 0; i < POINTS; i++)
        peak = fmax(peak, hypot(a[i].re, a[i].im));
    for (int i = 0; i < POINTS; i++) {
        double want = hypot(a[i].re, a[i].im), got = hypot(b[i].re, b[i].im);
        if (want > 1e-3 * peak)
            worst = fmax(worst, 20 * fabs(log10(got / want)));
    }
    if (top)
        *top = peak;
    return worst;
}

/* The order grows by two at most, and by none where the filter is far below half the rate. */
Test(decramped, equalizers_follow_the_analogue_curve)
{
    const double rate = 44100, hz[] = {20, 200, 1000, 5000, 10000, 15000, 18000};
    const double qs[] = {0.3, 0.7071, 2, 10}, gains[] = {-24, -6, 3, 24};
    for (int type = SINEW_EQ_LOWPASS; type <= SINEW_EQ_ALLPASS_1; type++)
        for (int f = 0; f < 7; f++)
            for (int q = 0; q < 4; q++)
                for (int g = 0; g < 4; g++) {
                    int gained = type >= SINEW_EQ_PEAKING && type <= SINEW_EQ_HIGH_SHELF;
                    sinew_equalizer eq = {.type = (sinew_equalizer_type)type,
                                          .hz = hz[f],
                                          .q = type == SINEW_EQ_ALLPASS_1 ? 0 : qs[q],
                                          .gain_db = gained ? gains[g] : 0};
                    sinew_system *system;
                    cr_assert_eq(sinew_system_new_equalizer(&system, &eq, &error), SINEW_OK);
                    sinew_discretization *d = decramped(system, rate);
                    size_t order = sinew_discretization_matrices(d).order;
                    double off = error_db(NULL, system, d, rate, 0.9);
                    cr_assert(off <= 0.1, "type %d, %g Hz, q %g, %g dB: %g dB off", type, hz[f],
                              eq.q, eq.gain_db, off);
                    cr_assert(sinew_discretization_radius(d) < 1);
                    cr_assert(order <= 4 && (order <= 2 || hz[f] > 20 || type <= SINEW_EQ_NOTCH));
                    sinew_discretization_free(d);
                    sinew_system_free(system);
                    if (!gained)
                        break;
                }
}

Test(decramped, designs_follow_the_analogue_curve)
{
    const uint32_t orders[] = {1, 2, 3, 6, 12, 31, 64, 128};
    const double edges[][2] = {{30, 40}, {1000, 2000}, {8000, 15000}, {18000, 22000}};
    for (int k = 0; k < 8; k++)
        for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
            for (int e = 0; e < 4; e++) {
                sinew_design design = {.band = (sinew_band)band,
                                       .order = orders[k],
                                       .edges_hz = {edges[e][0], edges[e][1]}};
                sinew_system *system;
                cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
                sinew_discretization *d = decramped(system, 48000);
                double off = error_db(NULL, system, d, 48000, 0.9);
                /* 256 poles at the end of the band: more than are moved */
                cr_assert(off <= (orders[k] <= 64 ? 0.1 : 0.5), "order %u band %d edges %d: %g dB",
                          orders[k], band, e, off);
                cr_assert(sinew_discretization_radius(d) < 1);
                sinew_discretization_free(d);
                sinew_system_free(system);
            }
}

/* Ripples, notches and flat delays. A band that ends above half the rate is one, too. */
Test(decramped, families_follow_the_analogue_curve)
{
    const uint32_t orders[] = {1, 2, 5, 8};
    const double edges[][2] = {{1000, 2000}, {8000, 15000}, {15000, 30000}};
    for (int family = SINEW_FAMILY_CHEBYSHEV1; family <= SINEW_FAMILY_BESSEL; family++)
        for (int k = 0; k < 4; k++)
            for (int band = SINEW_BAND_LOWPASS; band <= SINEW_BAND_STOP; band++)
                for (int e = 0; e < 3; e++) {
                    int ripple =
                        family == SINEW_FAMILY_CHEBYSHEV1 || family == SINEW_FAMILY_ELLIPTIC;
                    int floor =
                        family == SINEW_FAMILY_CHEBYSHEV2 || family == SINEW_FAMILY_ELLIPTIC;
                    sinew_design design = {.family = (sinew_family)family,
                                           .band = (sinew_band)band,
                                           .order = orders[k],
                                           .edges_hz = {edges[e][0], edges[e][1]},
                                           .ripple_db = ripple ? 1 : 0,
                                           .attenuation_db = floor ? 50 : 0};
                    sinew_system *system;
                    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK, "%s",
                                 error.text);
                    sinew_discretization *d = decramped(system, 48000);
                    double off = error_db(NULL, system, d, 48000, 0.9);
                    cr_assert(off <= 0.1, "family %d order %u band %d edges %d: %g dB", family,
                              orders[k], band, e, off);
                    cr_assert(sinew_discretization_radius(d) < 1);
                    sinew_discretization_free(d);
                    sinew_system_free(system);
                }
}

/* Notches and zeros at 0 stay in their place; the gain at 0 stays what it is. */
Test(decramped, what_is_on_the_axis_stays_there)
{
    const double rate = 48000, hz[] = {50, 3000, 12000, 19000, 23500};
    for (int i = 0; i < 5; i++) {
        sinew_equalizer eq = {.type = SINEW_EQ_NOTCH, .hz = hz[i], .q = 1};
        sinew_system *system;
        cr_assert_eq(sinew_system_new_equalizer(&system, &eq, &error), SINEW_OK);
        sinew_discretization *d = decramped(system, rate);
        cr_assert(cabs(digital(d, 2 * M_PI * hz[i])) < 1e-14, "%g Hz", hz[i]);
        cr_assert(cabs(digital(d, 0) - 1) < 1e-13);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
    sinew_design design = {.band = SINEW_BAND_HIGHPASS, .order = 5, .edges_hz = {9000}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &design, &error), SINEW_OK);
    sinew_discretization *d = decramped(system, rate);
    cr_assert(cabs(digital(d, 0)) == 0);
    double ratio = cabs(digital(d, 100) / digital(d, 10)); /* toward 0: the fifth power */
    cr_assert_float_eq(ratio, 1e5, 1, "%g", ratio);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(decramped, an_allpass_stays_one)
{
    const sinew_complex poles[] = {{-3e3, 9e4}, {-3e3, -9e4}, {-5e4, 2e5}, {-5e4, -2e5}, {-9e4, 0}};
    const sinew_complex zeros[] = {{9e4, 0}, {3e3, 9e4}, {3e3, -9e4}, {5e4, 2e5}, {5e4, -2e5}};
    sinew_system *system = zpk(zeros, 5, poles, 5, -1);
    sinew_discretization *d = decramped(system, 48000);
    for (double w = 0; w < M_PI; w += 0.1)
        cr_assert_float_eq(cabs(digital(d, w * 48000)), 1, 1e-13);
    cr_assert_eq(sinew_discretization_matrices(d).order, 5);
    cr_assert(creal(digital(d, 0)) > 0.99);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* A small generator; the library has none. */
static double uniform(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*seed >> 11) * 0x1p-53;
}

/* Roots from 10 Hz to `most`, damping from 0.003 to 1; zeros also at 0, on and right of the axis.
 */
static void random_roots(sinew_complex *out, int n, double most, int zeros, uint64_t *seed)
{
    for (int i = 0; i < n; i++) {
        double w = 2 * M_PI * 10 * pow(most / 10, uniform(seed)), h = pow(10, -2.5 * uniform(seed));
        double kind = uniform(seed), side = zeros && uniform(seed) < 0.2 ? 1 : -1;
        if (zeros && kind < 0.1)
            out[i] = (sinew_complex){0, 0};
        else if (i + 1 == n || kind < 0.3)
            out[i] = (sinew_complex){side * w, 0};
        else {
            if (zeros && kind > 0.9)
                h = 0;
            out[i] = (sinew_complex){side * h * w, w * sqrt(1 - h * h)};
            out[i + 1] = (sinew_complex){out[i].re, -out[i].im};
            i++;
        }
    }
}

static sinew_system *random_system(uint64_t *seed, double most)
{
    sinew_complex poles[12], zeros[12];
    int n = 1 + (int)(12 * uniform(seed)), m = (int)((n + 1) * uniform(seed));
    double gain = 1;
    random_roots(poles, n, most, 0, seed);
    random_roots(zeros, m, most, 1, seed);
    for (int i = 0; i < n; i++)
        gain *= hypot(poles[i].re, poles[i].im) /
                (i < m ? fmax(hypot(zeros[i].re, zeros[i].im), 1) : 1);
    return zpk(zeros, (size_t)m, poles, (size_t)n, gain);
}

/* Law: stable, near the curve, the same toward 0; two states more at most. Half of the systems have
 * roots above half the rate. */
Test(decramped, random_systems)
{
    const double rate = 48000, slow = 0x1p-52 / pow(2 * M_PI * 10 / rate, 2); /* of a section */
    uint64_t seed = 1;
    for (int k = 0; k < 400; k++) {
        sinew_system *system = random_system(&seed, k % 2 ? 20000 : 50000);
        sinew_discretization *d = decramped(system, rate);
        double peak, off = error_db(&peak, system, d, rate, 0.9);
        size_t order = sinew_system_matrices(system).order;
        cr_assert(sinew_discretization_radius(d) < 1);
        cr_assert_leq(sinew_discretization_matrices(d).order, order + 2);
        cr_assert(off <= 0.1, "system %d of order %zu: %g dB", k, order, off);
        double complex a = analogue(system, 0), b = digital(d, 0);
        cr_assert(cabs(a - b) <= slow * cabs(a) + 1e-12 * peak,
                  "system %d: %g off %g at 0; peak %g", k, cabs(a - b), cabs(a), peak);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
}

/* A zero right of the axis stays outside of the unit circle, and the phase is the analogue one but
 * for a lead of up to half a frame: what the filter does above half the rate is not there. */
Test(decramped, phase_is_kept_where_the_filter_is_slow)
{
    const double T = 1 / 192000.0;
    const sinew_complex poles[] = {{-8e3, 0}, {-3e4, 0}}, zeros[] = {{2e4, 0}};
    sinew_system *system = zpk(zeros, 1, poles, 2, -1e4);
    sinew_discretization *d = decramped(system, 1 / T);
    for (double w = 1e2; w < 1e5; w *= 1.5) {
        double lead = carg(digital(d, w) / analogue(system, w)) / (w * T);
        cr_assert(lead > 0 && lead < 0.5, "%g frames at %g", lead, w);
    }
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(decramped, matrices_are_taken_by_their_zeros_and_poles)
{
    sinew_equalizer eq = {.type = SINEW_EQ_PEAKING, .hz = 14000, .q = 1, .gain_db = 12};
    sinew_system *factored, *plain;
    cr_assert_eq(sinew_system_new_equalizer(&factored, &eq, &error), SINEW_OK);
    sinew_matrices m = sinew_system_matrices(factored);
    cr_assert_eq(sinew_system_new_ss(&plain, &m, &error), SINEW_OK);
    sinew_discretization *a = decramped(factored, 44100), *b = decramped(plain, 44100);
    for (double w = 0; w < 138000; w += 1000)
        cr_assert(cabs(digital(a, w) - digital(b, w)) < 1e-9);
    sinew_discretization_free(a);
    sinew_discretization_free(b);
    sinew_system_free(factored);
    sinew_system_free(plain);
    const double A[] = {-1, 0, 0, -2}, B[] = {1, 1}, C[] = {0, 0}, D[] = {0};
    m = (sinew_matrices){2, 1, 1, A, B, C, D}; /* nothing comes out */
    cr_assert_eq(sinew_system_new_ss(&plain, &m, &error), SINEW_OK);
    a = decramped(plain, 100);
    cr_assert(digital(a, 3) == 0);
    sinew_discretization_free(a);
    sinew_system_free(plain);
}

Test(decramped, gains_integrators_and_unstable_systems)
{
    const sinew_complex integrator[] = {{0, 0}, {-1e4, 0}}, growing[] = {{20, 300}, {20, -300}};
    sinew_system *system = zpk(NULL, 0, NULL, 0, -2.5);
    sinew_discretization *d = decramped(system, 48000);
    cr_assert(digital(d, 100) == -2.5);
    sinew_discretization_free(d);
    sinew_system_free(system);
    system = zpk(NULL, 0, integrator, 2, 1e4);
    d = decramped(system, 48000);
    cr_assert_float_eq(sinew_discretization_radius(d), 1, 1e-15);
    for (double w = 1; w < 0.9 * M_PI * 48000; w *= 3)
        cr_assert(fabs(20 * log10(cabs(digital(d, w) / analogue(system, w)))) < 0.1);
    sinew_discretization_free(d);
    sinew_system_free(system);
    system = zpk(NULL, 0, growing, 2, 1e5);
    d = decramped(system, 1000);
    cr_assert_float_eq(sinew_discretization_radius(d), exp(20 / 1000.0), 1e-14);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

static void refused(const sinew_system *system, sinew_discretize_opts opts, sinew_status status,
                    const char *words)
{
    sinew_discretization *d;
    opts.method = SINEW_METHOD_DECRAMPED;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), status, "%s", error.text);
    cr_assert_null(d);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

Test(decramped, what_cannot_be_is_refused)
{
    const sinew_complex ringing[] = {{0, 4e5}, {0, -4e5}};
    sinew_system *system = zpk(NULL, 0, ringing, 2, 1);
    refused(system, (sinew_discretize_opts){.rate_hz = 48000}, SINEW_ERR_NUMERIC,
            "does not decay and lies above half the rate");
    refused(system, (sinew_discretize_opts){.rate_hz = 480000, .prewarp_hz = 1000},
            SINEW_ERR_ARGUMENT, "no meaning for decramped");
    sinew_system_free(system);
    cr_assert_eq(sinew_system_new_gammatone_bank(&system, 100, 200, 2, &error), SINEW_OK);
    refused(system, (sinew_discretize_opts){.rate_hz = 48000}, SINEW_ERR_UNSUPPORTED,
            "one output; here are 1 and 2");
    sinew_system_free(system);
}

/* ---- the least squares below it: x e^(y t) through points, from far away ---- */

static void decay(const void *context, const double *x, double *residual, double *slope)
{
    const double *want = context;
    for (int i = 0; i < 20; i++) {
        double e = exp(x[1] * i / 10.0);
        residual[i] = x[0] * e - want[i];
        if (slope) {
            slope[2 * i] = e;
            slope[2 * i + 1] = x[0] * e * i / 10.0;
        }
    }
}

Test(levenberg, finds_what_made_the_points)
{
    double want[20], x[] = {0.1, 2}, sum;
    for (int i = 0; i < 20; i++)
        want[i] = 3 * exp(-1.5 * i / 10.0);
    sinew_least_squares problem = {2, 20, 8, decay, want};
    cr_assert_eq(sinew_levenberg(x, &sum, &problem, 100, &error), SINEW_OK);
    cr_assert(fabs(x[0] - 3) < 1e-10 && fabs(x[1] + 1.5) < 1e-10, "%g %g", x[0], x[1]);
    cr_assert(sum < 1e-20);
    problem.bound = 2; /* as near as it may */
    x[0] = x[1] = 1;
    cr_assert_eq(sinew_levenberg(x, &sum, &problem, 100, &error), SINEW_OK);
    cr_assert_eq(x[0], 2);
    cr_assert(sum > 0.1);
}
