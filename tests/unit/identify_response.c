/* lib/identify: systems from frequency responses, against those that made them. */
#include "identify_help.h"

enum { POINTS = 300 };

/* The response at POINTS frequencies up to 60 Hz, with noise of this size of the peak. */
static void measure(double *rad, sinew_complex *H, const sinew_system *system, size_t each,
                    double noise)
{
    uint64_t seed = 5;
    double peak = 0;
    for (size_t k = 0; k < POINTS; k++)
        rad[k] = 2 * M_PI * 0.2 * (double)k;
    cr_assert_eq(sinew_system_response(system, rad, POINTS, H, &error), SINEW_OK);
    for (size_t i = 0; i < POINTS * each; i++)
        peak = fmax(peak, hypot(H[i].re, H[i].im));
    for (size_t i = 0; i < POINTS * each; i++) {
        H[i].re += noise * peak * random_number(&seed);
        H[i].im += noise * peak * random_number(&seed);
    }
}

Test(identify, responses_of_random_systems)
{
    double rad[POINTS];
    sinew_complex H[POINTS * 6];
    for (size_t order = 1; order <= 14; order += 1 + order / 4)
        for (size_t inputs = 1; inputs <= 3; inputs += 2)
            for (size_t outputs = 1; outputs <= 2; outputs++) {
                sinew_system *truth = random_system(order, inputs, outputs, 17 * order), *found;
                sinew_identify_opts opts = {.order = order};
                sinew_identify_report report;
                measure(rad, H, truth, inputs * outputs, 0);
                cr_assert_eq(sinew_identify_response(&found, &report, rad, H, POINTS, outputs,
                                                     inputs, &opts, &error),
                             SINEW_OK, "%s", error.text);
                double off = responses_apart(found, truth);
                sinew_complex is[14], got[64];
                sinew_system_poles(truth, is, &error);
                sinew_system_poles(found, got, &error);
                double worst = 0;
                for (size_t i = 0; i < order; i++) {
                    double least = INFINITY;
                    for (size_t j = 0; j < sinew_system_matrices(found).order; j++)
                        least = fmin(least, hypot(is[i].re - got[j].re, is[i].im - got[j].im) /
                                                hypot(is[i].re, is[i].im));
                    worst = fmax(worst, least);
                }
                cr_assert(off < 1e-12 && report.error < 1e-12 && worst < 1e-11,
                          "order %zu: off %g error %g poles %g", order, off, report.error, worst);
                sinew_identify_report_finish(&report);
                sinew_system_free(found);
                sinew_system_free(truth);
            }
}

/* Orders that fit, and orders far beyond, which have nothing left but noise to fit. */
Test(identify, responses_with_noise)
{
    double rad[POINTS];
    sinew_complex H[POINTS];
    for (double noise = 1e-5; noise < 0.2; noise *= 10)
        for (size_t order = 6; order <= 30; order += 12) {
            sinew_system *truth = random_system(6, 1, 1, 99), *found;
            sinew_identify_opts opts = {.order = order, .weight = SINEW_WEIGHT_ABSOLUTE};
            sinew_identify_report report;
            sinew_stability stability;
            measure(rad, H, truth, 1, noise);
            cr_assert_eq(
                sinew_identify_response(&found, &report, rad, H, POINTS, 1, 1, &opts, &error),
                SINEW_OK, "%s", error.text);
            sinew_system_stability(found, &stability, &error);
            cr_assert_eq(stability, SINEW_STABLE);
            double off = responses_apart(found, truth);
            cr_assert(off < noise && report.error < 1.2 * noise,
                      "noise %g order %zu: off %g error %g", noise, order, off, report.error);
            sinew_identify_report_finish(&report);
            sinew_system_free(found);
            sinew_system_free(truth);
        }
}

/* Ten resonances of Q 1000 over nine octaves, each a thousandth as wide as its frequency. */
Test(identify, sharp_resonances)
{
    double rad[400];
    sinew_complex H[400];
    for (size_t k = 0; k < 400; k++) {
        rad[k] = 2 * M_PI * 20 * pow(1000, (double)k / 399);
        double complex s = sinew_cmplx(0, rad[k]), sum = 0;
        for (int i = 0; i < 10; i++) {
            double w = 2 * M_PI * 50 * pow(300, i / 9.0);
            sum += (i % 2 ? -1 : 1) * s * (w / 1000) / (s * s + s * (w / 1000) + w * w);
        }
        H[k] = (sinew_complex){creal(sum), cimag(sum)};
    }
    sinew_identify_opts opts = {.order = 20};
    sinew_identify_report report;
    sinew_system *found;
    sinew_complex poles[20];
    cr_assert_eq(sinew_identify_response(&found, &report, rad, H, 400, 1, 1, &opts, &error),
                 SINEW_OK, "%s", error.text);
    cr_assert(report.error < 1e-12, "%g", report.error);
    cr_assert_eq(sinew_system_poles(found, poles, &error), SINEW_OK);
    for (int i = 0; i < 10; i++) {
        double w = 2 * M_PI * 50 * pow(300, i / 9.0), least = INFINITY;
        for (size_t k = 0; k < 20; k++)
            least = fmin(least, hypot(poles[k].re + w / 2000, poles[k].im - w * sqrt(1 - 2.5e-7)));
        cr_assert(least < 1e-12 * w, "resonance %d is off by %g of its frequency", i, least / w);
    }
    sinew_identify_report_finish(&report);
    sinew_system_free(found);
}

/* Of a digital filter: the bilinear rule takes what is found back to it. */
Test(identify, a_digital_response)
{
    double rad[POINTS];
    sinew_complex H[POINTS], again[POINTS];
    sinew_system *truth = random_system(5, 1, 1, 12), *found;
    sinew_discretization *d = discretize(truth, 100, SINEW_METHOD_ZOH), *of_found;
    for (size_t k = 0; k < POINTS; k++)
        rad[k] = 100 * M_PI * (double)k / POINTS;
    sinew_discretization_response(d, rad, POINTS, H, &error);
    sinew_identify_opts opts = {.rate_hz = 100, .tolerance = 1e-9};
    sinew_identify_report report;
    cr_assert_eq(sinew_identify_response(&found, &report, rad, H, POINTS, 1, 1, &opts, &error),
                 SINEW_OK, "%s", error.text);
    cr_assert(report.method == SINEW_METHOD_BILINEAR && report.order == 5);
    of_found = discretize(found, 100, SINEW_METHOD_DEFAULT);
    sinew_discretization_response(of_found, rad, POINTS, again, &error);
    cr_assert(distance(&again->re, &H->re, 2 * POINTS) < 1e-11);
    sinew_discretization_free(of_found);
    sinew_discretization_free(d);
    sinew_system_free(found);
    sinew_system_free(truth);
}

static sinew_status fit_two(sinew_system **out, double a, double b, double H,
                            const sinew_identify_opts *opts)
{
    const double rad[] = {a, b, 3};
    const sinew_complex response[] = {{H, 0}, {H / 2, 1}, {H, H}};
    return sinew_identify_response(out, NULL, rad, response, 3, 1, 1, opts, &error);
}

Test(identify, responses_that_are_refused)
{
    sinew_identify_opts opts = {.order = 1};
    sinew_system *out = (sinew_system *)1;
    refused(fit_two(&out, -1, 2, 1, &opts), SINEW_ERR_DATA, "frequency 0");
    cr_assert_null(out);
    refused(fit_two(&out, 1, NAN, 1, &opts), SINEW_ERR_DATA, "frequency 1");
    refused(fit_two(&out, 1, 2, INFINITY, &opts), SINEW_ERR_DATA, "the response: frame 0");
    opts.order = 3;
    refused(fit_two(&out, 1, 2, 1, &opts), SINEW_ERR_ARGUMENT, "an order of 2 at most");
    opts.order = 0;
    refused(fit_two(&out, 1, 2, 1, &opts), SINEW_ERR_ARGUMENT, "an order or a tolerance");
    opts = (sinew_identify_opts){.order = 1, .rate_hz = 0.5};
    refused(fit_two(&out, 1, 2, 1, &opts), SINEW_ERR_DATA, "frequency 1");
    opts = (sinew_identify_opts){.order = 1, .rate_hz = 1, .step_s = 1};
    refused(fit_two(&out, 1, 2, 1, &opts), SINEW_ERR_ARGUMENT, "one of them");
    cr_assert_null(out);
}
