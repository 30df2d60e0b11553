/* lib/identify: systems from input and output records, against those that made them. */
#include "identify_help.h"

/* What a system answers to a held input at 100 Hz, from x0: y (n, outputs). */
static void answer(double *y, const sinew_system *system, const double *x0, const double *u,
                   size_t n)
{
    sinew_discretization *d = discretize(system, 100, SINEW_METHOD_ZOH);
    sinew_matrices m = sinew_discretization_matrices(d);
    double *x = sinew_alloc(2 * m.order + 1, sizeof *x), *next = x + m.order;
    for (size_t i = 0; x0 && i < m.order; i++)
        x[i] = x0[i];
    for (size_t k = 0; k < n; k++, u += m.inputs) {
        for (size_t o = 0; o < m.outputs; o++) {
            double sum = 0;
            for (size_t j = 0; j < m.inputs; j++)
                sum += m.D[o * m.inputs + j] * u[j];
            for (size_t i = 0; i < m.order; i++)
                sum += m.C[o * m.order + i] * x[i];
            y[k * m.outputs + o] = sum;
        }
        for (size_t i = 0; i < m.order; i++) {
            next[i] = 0;
            for (size_t j = 0; j < m.inputs; j++)
                next[i] += m.B[i * m.inputs + j] * u[j];
            for (size_t j = 0; j < m.order; j++)
                next[i] += m.A[i * m.order + j] * x[j];
        }
        memcpy(x, next, m.order * sizeof *x);
    }
    sinew_free(x);
    sinew_discretization_free(d);
}

enum { RECORD = 3000 };

/* A random system's records with a state at the start and noise on the outputs. */
static sinew_system *record(double *u, double *y, size_t order, size_t inputs, size_t outputs,
                            double noise, uint64_t seed)
{
    sinew_system *system = random_system(order, inputs, outputs, seed);
    double *x0 = random_numbers(order, seed + 7),
           *more = random_numbers(RECORD * outputs, seed + 9);
    double *held = random_numbers(RECORD * inputs, seed + 8);
    memcpy(u, held, RECORD * inputs * sizeof *u);
    answer(y, system, x0, u, RECORD);
    double size = 0;
    for (size_t k = 0; k < RECORD * outputs; k++)
        size += y[k] * y[k];
    for (size_t k = 0; k < RECORD * outputs; k++) /* rms of `more` is 3^-1/2 */
        y[k] += noise * sqrt(3 * size / (RECORD * (double)outputs)) * more[k];
    sinew_free(x0);
    sinew_free(more);
    sinew_free(held);
    return system;
}

Test(identify, records_of_random_systems)
{
    double u[RECORD * 2], y[RECORD * 3], again[RECORD * 3];
    for (size_t order = 1; order <= 12; order += 2 + order % 2)
        for (size_t inputs = 1; inputs <= 2; inputs++)
            for (size_t outputs = 1; outputs <= 3; outputs += 2) {
                sinew_system *truth = record(u, y, order, inputs, outputs, 0, 31 * order), *found;
                sinew_identify_opts opts = {.rate_hz = 100, .most = 20};
                sinew_identify_report report;
                cr_assert_eq(sinew_identify_records(&found, &report, u, y, RECORD, inputs, outputs,
                                                    &opts, &error),
                             SINEW_OK, "%s", error.text);
                double off = responses_apart(found, truth);
                cr_assert_eq(report.order, order, "%zu instead of %zu", report.order, order);
                cr_assert_eq(report.method, SINEW_METHOD_ZOH);
                cr_assert(off < 1e-12 && report.error < 1e-12, "order %zu: off %g error %g", order,
                          off, report.error);
                answer(again, found, report.initial, u, RECORD);
                cr_assert(distance(again, y, RECORD * outputs) < 1e-10, "from the state it found");
                sinew_identify_report_finish(&report);
                sinew_system_free(found);
                sinew_system_free(truth);
            }
}

/* The error is that of the noise, and the system is nearer to the truth than the data are. */
Test(identify, records_with_noise)
{
    double u[RECORD * 2], y[RECORD * 3];
    for (double noise = 1e-6; noise < 0.2; noise *= 10) {
        sinew_system *truth = record(u, y, 6, 2, 3, noise, 77), *found;
        sinew_identify_opts opts = {.rate_hz = 100, .order = 6};
        sinew_identify_report report;
        sinew_stability stability;
        cr_assert_eq(sinew_identify_records(&found, &report, u, y, RECORD, 2, 3, &opts, &error),
                     SINEW_OK, "%s", error.text);
        double off = responses_apart(found, truth);
        cr_assert(off < noise / 4 && report.error > noise / 2 && report.error < 2 * noise,
                  "noise %g: off %g error %g", noise, off, report.error);
        sinew_system_stability(found, &stability, &error);
        cr_assert_eq(stability, SINEW_STABLE);
        sinew_identify_report_finish(&report);
        sinew_system_free(found);
        sinew_system_free(truth);
    }
}

/* One pole that a record shows without doubt. */
static double decay_record(double *u, double *y, double z, size_t n)
{
    double x = 0, size = 0;
    uint64_t seed = 3;
    for (size_t k = 0; k < n; k++) {
        u[k] = random_number(&seed);
        y[k] = x;
        size += x * x;
        x = z * x + u[k];
    }
    return size;
}

/* An integrator stays one to the last digit, a delay as fast as half the digits can tell, what
 * grows is mirrored. */
Test(identify, records_of_poles_at_the_edges)
{
    double u[400], y[400];
    const double z[] = {1, 0, 1.02};
    for (size_t i = 0; i < COUNT(z); i++) {
        sinew_identify_opts opts = {.rate_hz = 10, .order = 1};
        sinew_identify_report report;
        sinew_system *found;
        sinew_stability stability;
        decay_record(u, y, z[i], 400);
        cr_assert_eq(sinew_identify_records(&found, &report, u, y, 400, 1, 1, &opts, &error),
                     SINEW_OK, "%s", error.text);
        sinew_system_stability(found, &stability, &error);
        cr_assert_neq(stability, SINEW_UNSTABLE);
        sinew_complex pole;
        sinew_system_poles(found, &pole, &error);
        cr_assert(z[i] == 0 || fabs(pole.re + 10 * fabs(log(z[i]))) < 1e-11, "%g", pole.re);
        cr_assert_eq(report.unstable, z[i] > 1);
        cr_assert_eq(report.fast, z[i] == 0);
        cr_assert(z[i] > 1 ? report.error > 0.1 : report.error < 2e-8, "%g: %g", z[i],
                  report.error);
        sinew_identify_report_finish(&report);
        sinew_system_free(found);
    }
}

/* A slow sweep is too simple for many frames at once, and enough for few. */
Test(identify, records_of_a_narrow_input)
{
    double u[RECORD], y[RECORD];
    sinew_system *truth = random_system(4, 1, 1, 5), *found;
    sinew_identify_opts opts = {.rate_hz = 100};
    sinew_identify_report report;
    for (size_t k = 0; k < RECORD; k++)
        u[k] = sin(1e-4 * (double)(k * k));
    answer(y, truth, NULL, u, RECORD);
    cr_assert_eq(sinew_identify_records(&found, &report, u, y, RECORD, 1, 1, &opts, &error),
                 SINEW_OK, "%s", error.text);
    cr_assert_eq(report.order, 4);
    cr_assert(responses_apart(found, truth) < 1e-8);
    sinew_identify_report_finish(&report);
    sinew_system_free(found);
    sinew_system_free(truth);
}

Test(identify, records_that_are_refused)
{
    double u[50] = {1, 2, 3}, y[50] = {1, -1, 2}, nan[50] = {0, NAN}, zero[50] = {0}, one[50];
    sinew_identify_opts opts = {.rate_hz = 1, .order = 2};
    sinew_system *out = (sinew_system *)1;
    for (size_t k = 0; k < 50; k++)
        one[k] = 1;
    refused(sinew_identify_records(&out, NULL, NULL, y, 50, 1, 1, &opts, &error),
            SINEW_ERR_ARGUMENT, "no input");
    cr_assert_null(out);
    refused(sinew_identify_records(&out, NULL, nan, y, 50, 1, 1, &opts, &error), SINEW_ERR_DATA,
            "the input: frame 1");
    refused(sinew_identify_records(&out, NULL, u, zero, 50, 1, 1, &opts, &error), SINEW_ERR_DATA,
            "the output: all zero");
    refused(sinew_identify_records(&out, NULL, one, y, 50, 1, 1, &opts, &error), SINEW_ERR_DATA,
            "too simple");
    refused(sinew_identify_records(&out, NULL, u, y, 10, 1, 1, &opts, &error), SINEW_ERR_ARGUMENT,
            "10 frames are too few");
    opts.method = SINEW_METHOD_IMPULSE;
    refused(sinew_identify_records(&out, NULL, u, y, 50, 1, 1, &opts, &error), SINEW_ERR_ARGUMENT,
            "by zoh");
    cr_assert_null(out);
}
