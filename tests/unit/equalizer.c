/* lib/ssm/equalizer.c: the cookbook's coefficients at any rate, and the analogue meaning. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "math/complex.h"
#include "sinew/describe.h"
#include "sinew/discretization.h"
#include "sinew/equalizer.h"
#include "sinew/model.h"

static sinew_error error;

static sinew_system *make(sinew_equalizer eq)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_equalizer(&system, &eq, &error), SINEW_OK, "%s", error.text);
    return system;
}

static double complex at(const sinew_system *system, double hz)
{
    double rad = 2 * M_PI * hz;
    sinew_complex h;
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK, "%s", error.text);
    return sinew_cmplx(h.re, h.im);
}

static double db(double complex h)
{
    return 20 * log10(cabs(h));
}

/* num (3) and den (3) of the transfer function of a discrete system of order 2, den[0] = 1. */
static void coefficients(long double num[3], long double den[3], const sinew_matrices *m)
{
    long double a = m->A[0], b = m->A[1], c = m->A[2], d = m->A[3];
    long double b0 = m->B[0], b1 = m->B[1], c0 = m->C[0], c1 = m->C[1], D = m->D[0];
    den[0] = 1;
    den[1] = -(a + d);
    den[2] = a * d - b * c;
    num[0] = D;
    num[1] = D * den[1] + c0 * b0 + c1 * b1;
    num[2] = D * den[2] + c0 * (b * b1 - d * b0) + c1 * (c * b0 - a * b1);
}

/* The cookbook as it is written: b0 b1 b2 a0 a1 a2. */
static void cookbook(double c[6], const sinew_equalizer *eq, double rate)
{
    double A = pow(10, eq->gain_db / 40), w0 = 2 * M_PI * eq->hz / rate;
    double cosine = cos(w0), sine = sin(w0), alpha = sine / (2 * eq->q);
    if (eq->bandwidth_octaves > 0)
        alpha = sine * sinh(log(2) / 2 * eq->bandwidth_octaves * w0 / sine);
    if (eq->slope > 0)
        alpha = sine / 2 * sqrt((A + 1 / A) * (1 / eq->slope - 1) + 2);
    double root = 2 * sqrt(A) * alpha, low = (A - 1) * cosine, high = (A + 1) * cosine;
    double all[][6] = {
        [SINEW_EQ_LOWPASS] = {(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2, 1 + alpha,
                              -2 * cosine, 1 - alpha},
        [SINEW_EQ_HIGHPASS] = {(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2, 1 + alpha,
                               -2 * cosine, 1 - alpha},
        [SINEW_EQ_BANDPASS] = {alpha, 0, -alpha, 1 + alpha, -2 * cosine, 1 - alpha},
        [SINEW_EQ_BANDPASS_SKIRT] = {sine / 2, 0, -sine / 2, 1 + alpha, -2 * cosine, 1 - alpha},
        [SINEW_EQ_NOTCH] = {1, -2 * cosine, 1, 1 + alpha, -2 * cosine, 1 - alpha},
        [SINEW_EQ_ALLPASS] = {1 - alpha, -2 * cosine, 1 + alpha, 1 + alpha, -2 * cosine, 1 - alpha},
        [SINEW_EQ_PEAKING] = {1 + alpha * A, -2 * cosine, 1 - alpha * A, 1 + alpha / A, -2 * cosine,
                              1 - alpha / A},
        [SINEW_EQ_LOW_SHELF] = {A * (A + 1 - low + root), 2 * A * (A - 1 - high),
                                A * (A + 1 - low - root), A + 1 + low + root, -2 * (A - 1 + high),
                                A + 1 + low - root},
        [SINEW_EQ_HIGH_SHELF] = {A * (A + 1 + low + root), -2 * A * (A - 1 + high),
                                 A * (A + 1 + low - root), A + 1 - low + root, 2 * (A - 1 - high),
                                 A + 1 - low - root}};
    memcpy(c, all[eq->type], sizeof all[0]);
}

static void equals_cookbook(sinew_equalizer eq, double rate)
{
    sinew_system *system = make(eq);
    sinew_discretize_opts opts = {.rate_hz = rate}; /* bilinear by itself */
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_discretization_method(d), SINEW_METHOD_BILINEAR);
    sinew_matrices m = sinew_discretization_matrices(d);
    long double num[3], den[3];
    double c[6], size = 0;
    coefficients(num, den, &m);
    cookbook(c, &eq, rate);
    for (int i = 0; i < 3; i++)
        size = fmax(size, fabs(c[i] / c[3]));
    for (int i = 0; i < 3; i++) {
        double off_num = fabs((double)num[i] - c[i] / c[3]);
        double off_den = fabs((double)den[i] - c[3 + i] / c[3]);
        cr_assert(off_num <= 1e-13 * fmax(size, 1) && off_den <= 1e-13,
                  "type %d, %g Hz, q %g, %g oct, slope %g, %g dB at %g: b%d off by %g, a%d by %g",
                  eq.type, eq.hz, eq.q, eq.bandwidth_octaves, eq.slope, eq.gain_db, rate, i,
                  off_num, i, off_den);
    }
    sinew_discretization_free(d);
    sinew_system_free(system);
}

static int has_gain(int type)
{
    return type >= SINEW_EQ_PEAKING;
}

Test(equalizer, bilinear_has_the_coefficients_of_the_cookbook)
{
    const double rates[] = {8000, 44100, 48000, 192000}, parts[] = {0.0004, 0.02, 0.2, 0.41, 0.49};
    const double gains[] = {-24, -3, 0, 6, 24};
    for (int type = SINEW_EQ_LOWPASS; type <= SINEW_EQ_HIGH_SHELF; type++)
        for (int r = 0; r < 4; r++)
            for (int f = 0; f < 5; f++)
                for (int g = 0; g < (has_gain(type) ? 5 : 1); g++) {
                    sinew_equalizer eq = {.type = (sinew_equalizer_type)type,
                                          .hz = parts[f] * rates[r],
                                          .gain_db = has_gain(type) ? gains[g] : 0};
                    for (eq.q = 0.1; eq.q < 50; eq.q *= 3)
                        equals_cookbook(eq, rates[r]);
                    eq.q = 0;
                    eq.bandwidth_octaves = 0.7;
                    if (type >= SINEW_EQ_BANDPASS && type <= SINEW_EQ_PEAKING)
                        equals_cookbook(eq, rates[r]);
                    eq.bandwidth_octaves = 0;
                    for (eq.slope = 0.2; type > SINEW_EQ_PEAKING && eq.slope <= 1; eq.slope += 0.4)
                        equals_cookbook(eq, rates[r]);
                }
}

/* From edge to edge: -3 dB, or half the gain; H(j f0) at the centre. */
Test(equalizer, analogue_bandwidths_are_exact)
{
    const sinew_equalizer_type types[] = {SINEW_EQ_BANDPASS, SINEW_EQ_NOTCH, SINEW_EQ_PEAKING,
                                          SINEW_EQ_PEAKING};
    const double gains[] = {0, 0, 12, -9}, half = 10 * log10(0.5);
    for (int i = 0; i < 4; i++) {
        double edge = i < 2 ? half : gains[i] / 2;
        sinew_system *octaves = make((sinew_equalizer){
            .type = types[i], .hz = 1000, .bandwidth_octaves = 2, .gain_db = gains[i]});
        cr_assert_float_eq(db(at(octaves, 500)), edge, 1e-12);
        cr_assert_float_eq(db(at(octaves, 2000)), edge, 1e-12);
        sinew_system_free(octaves);
        sinew_system *hz = make((sinew_equalizer){
            .type = types[i], .hz = 1000, .bandwidth_hz = 1500, .gain_db = gains[i]});
        cr_assert_float_eq(db(at(hz, 500)), edge, 1e-12); /* 2000 - 500, 500 2000 = 1000^2 */
        cr_assert_float_eq(db(at(hz, 2000)), edge, 1e-12);
        if (types[i] == SINEW_EQ_NOTCH)
            cr_assert(cabs(at(hz, 1000)) < 1e-14);
        else
            cr_assert_float_eq(db(at(hz, 1000)), gains[i], 1e-12);
        sinew_system_free(hz);
    }
}

/* bandwidth_hz keeps both its edges' distance in the digital filter, too: f2 - f1 as given. */
Test(equalizer, a_bandwidth_in_hz_is_kept_by_bilinear)
{
    const double rate = 48000, hz = 15000, width = 6000;
    sinew_equalizer eq = {.type = SINEW_EQ_BANDPASS, .hz = hz, .bandwidth_hz = width};
    sinew_system *system = make(eq);
    sinew_discretize_opts opts = {.rate_hz = rate};
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    /* tan(f1) tan(f2) = tan(f0)^2 with f2 = f1 + width, by bisection */
    double low = hz - width, high = hz, t0 = tan(M_PI * hz / rate);
    for (int i = 0; i < 60; i++) {
        double f1 = (low + high) / 2;
        double product = tan(M_PI * f1 / rate) * tan(M_PI * (f1 + width) / rate);
        *(product < t0 * t0 && f1 + width < rate / 2 ? &low : &high) = f1;
    }
    double rad[] = {2 * M_PI * low, 2 * M_PI * (low + width), 2 * M_PI * hz};
    sinew_complex h[3];
    cr_assert_eq(sinew_discretization_response(d, rad, 3, h, &error), SINEW_OK);
    for (int i = 0; i < 3; i++)
        cr_assert_float_eq(hypot(h[i].re, h[i].im), i < 2 ? sqrt(0.5) : 1, 1e-12);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(equalizer, allpasses_turn_the_phase_alone)
{
    sinew_system *first = make((sinew_equalizer){.type = SINEW_EQ_ALLPASS_1, .hz = 700});
    sinew_system *second = make((sinew_equalizer){.type = SINEW_EQ_ALLPASS, .hz = 700, .q = 2});
    for (double hz = 10; hz < 1e5; hz *= 1.7) {
        cr_assert_float_eq(cabs(at(first, hz)), 1, 4e-16);
        cr_assert_float_eq(cabs(at(second, hz)), 1, 1e-15);
        cr_assert_float_eq(carg(at(first, hz)), -2 * atan(hz / 700), 1e-14);
    }
    cr_assert(cabs(at(second, 700) + 1) < 1e-14);
    cr_assert(cabs(at(second, 1e-6) - 1) < 1e-8 && cabs(at(first, 1e-6) - 1) < 1e-8);
    sinew_system_free(first);
    sinew_system_free(second);
}

Test(equalizer, shelves_and_peaks_have_their_gain)
{
    for (double gain = -24; gain <= 24; gain += 8)
        for (double q = 0.3; q < 11; q *= 6) {
            sinew_equalizer eq = {.hz = 1000, .q = q, .gain_db = gain};
            const double far[][3] = {{0, gain, 0}, {gain, gain / 2, 0}, {0, gain / 2, gain}};
            const sinew_equalizer_type types[] = {SINEW_EQ_PEAKING, SINEW_EQ_LOW_SHELF,
                                                  SINEW_EQ_HIGH_SHELF};
            for (int i = 0; i < 3; i++) {
                eq.type = types[i];
                sinew_system *system = make(eq);
                cr_assert_float_eq(db(at(system, 1e-4)), far[i][0], 1e-9);
                cr_assert_float_eq(db(at(system, 1000)), far[i][1], 1e-12);
                cr_assert_float_eq(db(at(system, 1e10)), far[i][2], 1e-9);
                sinew_system_free(system);
            }
        }
}

static void refused(sinew_equalizer eq, const char *words)
{
    sinew_system *system;
    cr_assert_neq(sinew_system_new_equalizer(&system, &eq, &error), SINEW_OK);
    cr_assert_null(system);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

Test(equalizer, what_is_none_is_refused)
{
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .q = 1}, "hz is 0");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = NAN, .q = 1}, "hz is nan");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10}, "takes one width");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10, .q = 1, .bandwidth_hz = 1},
            "here are 2");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10, .q = -1}, "q is -1");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10, .q = NAN}, "q is nan");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10, .slope = 1}, "has no slope");
    refused((sinew_equalizer){.type = SINEW_EQ_LOWPASS, .hz = 10, .bandwidth_hz = 1},
            "a lowpass has no bandwidth_hz");
    refused((sinew_equalizer){.type = SINEW_EQ_ALLPASS_1, .hz = 10, .q = 1}, "allpass_1 has no q");
    refused((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 10, .q = 1, .gain_db = 1},
            "has no gain_db");
    refused((sinew_equalizer){.type = SINEW_EQ_PEAKING, .hz = 10, .q = 1, .gain_db = 500},
            "gain_db is 500");
    refused((sinew_equalizer){.type = SINEW_EQ_LOW_SHELF, .hz = 10, .slope = 50, .gain_db = 24},
            "too steep");
    refused((sinew_equalizer){.type = SINEW_EQ_PEAKING, .hz = 10, .bandwidth_octaves = 30},
            "at most 20");
    refused((sinew_equalizer){.type = (sinew_equalizer_type)77}, "no such type");
    sinew_system *system = make((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 30000, .q = 1});
    sinew_discretize_opts opts = {.rate_hz = 48000};
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_ERR_ARGUMENT);
    cr_assert(strstr(error.text, "an equalizer at 30000 Hz does not lie below half the rate"));
    sinew_system_free(system);
    system = make((sinew_equalizer){.type = SINEW_EQ_NOTCH, .hz = 100, .bandwidth_hz = 24000});
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_ERR_ARGUMENT);
    cr_assert(strstr(error.text, "a bandwidth at 24000"), "%s", error.text);
    sinew_system_free(system);
}

/* Written as a description and read again it is the same equalizer, at any rate. */
Test(equalizer, descriptions_keep_it_one)
{
    const sinew_equalizer all[] = {
        {.type = SINEW_EQ_PEAKING, .hz = 1000, .bandwidth_octaves = 0.3, .gain_db = -3.3},
        {.type = SINEW_EQ_LOW_SHELF, .hz = 80.1, .slope = 0.9, .gain_db = 6},
        {.type = SINEW_EQ_NOTCH, .hz = 50, .bandwidth_hz = 1},
        {.type = SINEW_EQ_ALLPASS_1, .hz = 0.125}};
    for (int i = 0; i < 4; i++) {
        sinew_system *system = make(all[i]);
        sinew_model *model;
        char *text;
        cr_assert_eq(sinew_description_write(&text, &(sinew_description){.system = system}, &error),
                     SINEW_OK, "%s", error.text);
        cr_assert(strstr(text, "eq: {type: ") && !strstr(text, "method"), "%s", text);
        cr_assert_eq(sinew_model_read(&model, text, strlen(text), "m.yaml", &error), SINEW_OK,
                     "%s\n%s", error.text, text);
        sinew_discretize_opts opts = {.rate_hz = 44100};
        sinew_discretization *a, *b;
        cr_assert_eq(sinew_discretize(&a, system, &opts, &error), SINEW_OK);
        cr_assert_eq(sinew_model_discretize(&b, model, &opts, &error), SINEW_OK);
        sinew_matrices m = sinew_discretization_matrices(a), n = sinew_discretization_matrices(b);
        cr_assert_eq(memcmp(m.A, n.A, m.order * m.order * sizeof *m.A), 0);
        cr_assert_eq(memcmp(m.C, n.C, m.order * sizeof *m.C), 0);
        sinew_discretization_free(a);
        sinew_discretization_free(b);
        sinew_description_free(text);
        sinew_model_free(model);
        sinew_system_free(system);
    }
}
