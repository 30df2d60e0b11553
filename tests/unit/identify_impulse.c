/* lib/identify: systems from impulse responses, against those that made them. */
#include "identify_help.h"

#include "../vectors/identify.h"
#include "../vectors/room.h"

/* y (n, outputs, inputs): the impulse responses by the plain recurrence. */
static void impulse(double *y, const sinew_matrices *m, size_t n)
{
    size_t states = m->order, q = m->inputs, p = m->outputs;
    double *x = sinew_alloc(2 * states, sizeof *x), *next = x + states;
    for (size_t j = 0; j < q; j++) {
        for (size_t i = 0; i < states; i++)
            x[i] = m->B[i * q + j];
        for (size_t k = 0; k < n; k++) {
            for (size_t o = 0; o < p; o++) {
                double sum = k == 0 ? m->D[o * q + j] : 0;
                for (size_t i = 0; k > 0 && i < states; i++)
                    sum += m->C[o * states + i] * x[i];
                y[(k * p + o) * q + j] = sum;
            }
            for (size_t i = 0; k > 0 && i < states; i++) {
                next[i] = 0;
                for (size_t l = 0; l < states; l++)
                    next[i] += m->A[i * states + l] * x[l];
            }
            if (k > 0)
                memcpy(x, next, states * sizeof *x);
        }
    }
    sinew_free(x);
}

/* How far the filter that the system becomes at its own rate is from what it was fitted to. */
static double misfit(const sinew_system *system, const sinew_identify_report *report,
                     double rate_hz, const double *h, size_t n)
{
    sinew_discretization *d = discretize(system, rate_hz, SINEW_METHOD_DEFAULT);
    cr_assert_eq(sinew_discretization_method(d), report->method);
    sinew_matrices m = sinew_discretization_matrices(d);
    size_t each = m.inputs * m.outputs;
    double *y = sinew_alloc(n * each, sizeof *y);
    impulse(y, &m, n);
    double off = distance(y, h, n * each);
    sinew_free(y);
    sinew_discretization_free(d);
    return off;
}

/* The nearest pole of the system, as z at a rate of 1 Hz. */
static double nearest(const sinew_complex *poles, size_t n, double complex z)
{
    double least = INFINITY;
    for (size_t i = 0; i < n; i++)
        least = fmin(least, cabs(cexp(sinew_cmplx(poles[i].re, poles[i].im)) - z));
    return least;
}

/* What is held: each pole z of a known system of order 40, from 400 samples in double, is found
 * within 1000 eps kappa, kappa being the bound of identify.py on what a relative change of the
 * data does to it. In fact it is within 3 eps kappa. */
static void check_order_40(const double *h, size_t n, sinew_method method, const double *kappa,
                           double within)
{
    sinew_identify_opts opts = {.rate_hz = 1, .order = 40, .method = method};
    sinew_identify_report report;
    sinew_system *system;
    sinew_complex poles[64];
    cr_assert_eq(sinew_identify_impulse(&system, &report, h, n, 1, 1, &opts, &error), SINEW_OK,
                 "%s", error.text);
    size_t order = sinew_system_matrices(system).order;
    cr_assert_eq(order, 42, "two poles at z < 0 stand twice, but there are %zu", order);
    cr_assert(report.order == 40 && report.unstable == 0 && report.fast == 0);
    cr_assert_eq(sinew_system_poles(system, poles, &error), SINEW_OK);
    double worst = 0;
    for (size_t i = 0; i < COUNT(order_40_re); i++) {
        double complex z = sinew_cmplx(order_40_re[i], order_40_im[i]);
        worst = fmax(worst, nearest(poles, order, z) / (kappa[i] * DBL_EPSILON));
    }
    cr_assert(worst <= within, "%g eps kappa", worst);
    cr_assert(report.error < 1e-12, "%g", report.error);
    double off = misfit(system, &report, 1, order_40_impulse, COUNT(order_40_impulse));
    cr_assert(off < 1e-12, "at its own rate it is off by %g", off);
    sinew_identify_report_finish(&report);
    sinew_system_free(system);
}

Test(identify, a_known_system_of_order_40)
{
    check_order_40(order_40_impulse, COUNT(order_40_impulse), SINEW_METHOD_IMPULSE, order_40_kappa,
                   1000);
    check_order_40(order_40_impulse, COUNT(order_40_impulse), SINEW_METHOD_ZOH, order_40_kappa,
                   1000);
    check_order_40(order_40_impulse, COUNT(order_40_impulse), SINEW_METHOD_DEFAULT, order_40_kappa,
                   10);
}

/* 20000 samples of it, where only a Krylov space of the Hankel matrix is ever there. */
Test(identify, a_known_system_of_order_40_in_a_long_record)
{
    enum { N = 20000 };
    double *h = sinew_alloc(N, sizeof *h);
    h[0] = order_40_impulse[0];
    for (size_t i = 0; i < COUNT(order_40_re); i++) {
        bool pair = order_40_im[i] > 0;
        long double complex z = sinew_cmplxl(order_40_re[i], order_40_im[i]);
        long double complex term = sinew_cmplxl(order_40_residues_re[i], order_40_residues_im[i]);
        for (size_t k = 1; k < N; k++, term *= z)
            h[k] += (double)creall(term) * (pair ? 2 : 1);
    }
    check_order_40(h, N, SINEW_METHOD_DEFAULT, order_40_kappa_long, 1000);
    sinew_free(h);
}

Test(identify, the_order_is_found_by_a_tolerance)
{
    for (size_t order = 1; order <= 9; order += 2) {
        sinew_system *truth = random_system(order, 2, 3, 10 * order), *found;
        sinew_discretization *d = discretize(truth, 100, SINEW_METHOD_ZOH);
        sinew_matrices m = sinew_discretization_matrices(d);
        double h[300 * 6];
        impulse(h, &m, 300);
        sinew_identify_opts opts = {.rate_hz = 100, .tolerance = 1e-10, .method = SINEW_METHOD_ZOH};
        sinew_identify_report report;
        cr_assert_eq(sinew_identify_impulse(&found, &report, h, 300, 3, 2, &opts, &error), SINEW_OK,
                     "%s", error.text);
        cr_assert_eq(report.order, order, "%zu instead of %zu", report.order, order);
        cr_assert(report.error < 1e-12, "%g", report.error);
        cr_assert(report.n_singular_values >= order);
        /* the same continuous system, so right at any rate */
        sinew_discretization *a = discretize(truth, 731, SINEW_METHOD_ZOH);
        sinew_matrices at = sinew_discretization_matrices(a);
        impulse(h, &at, 300);
        double off = misfit(found, &report, 731, h, 300);
        cr_assert(off < 1e-10, "order %zu: %g", order, off);
        sinew_discretization_free(a);
        sinew_discretization_free(d);
        sinew_identify_report_finish(&report);
        sinew_system_free(found);
        sinew_system_free(truth);
    }
}

/* "-40 dB at a rate of 500 Hz is met", with 80 states for a second of a room. */
Test(identify, a_room_at_500_hz)
{
    sinew_identify_opts opts = {.rate_hz = 500, .tolerance = 0.01};
    sinew_identify_report report;
    sinew_system *system;
    sinew_stability stability;
    cr_assert_eq(sinew_identify_impulse(&system, &report, room_500, 500, 1, 1, &opts, &error),
                 SINEW_OK, "%s", error.text);
    cr_assert(report.error <= 0.01 && report.peak_error <= 0.01);
    cr_assert(report.order <= 90, "%zu states", report.order);
    double off = misfit(system, &report, 500, room_500, 500);
    cr_assert(fabs(off / report.error - 1) < 1e-9, "reported %g, is %g", report.error, off);
    sinew_system_stability(system, &stability, &error);
    cr_assert_eq(stability, SINEW_STABLE);
    sinew_identify_report_finish(&report);
    /* an order that catches noise: what was unstable has been reflected */
    opts = (sinew_identify_opts){.rate_hz = 500, .order = 200};
    sinew_system_free(system);
    cr_assert_eq(sinew_identify_impulse(&system, &report, room_500, 500, 1, 1, &opts, &error),
                 SINEW_OK, "%s", error.text);
    sinew_system_stability(system, &stability, &error);
    cr_assert(stability == SINEW_STABLE && report.unstable > 0 && report.error < 1e-3);
    sinew_identify_report_finish(&report);
    sinew_system_free(system);
}

/* From 20 to 150 Hz, of a room known up to 250 Hz: how much the filter at this rate differs from
 * the one at its own. */
static double moved(const sinew_system *system, sinew_method method, double rate)
{
    sinew_discretization *own = discretize(system, 500, method);
    sinew_discretization *other = discretize(system, rate, method);
    double sum = 0, all = 0;
    for (double hz = 20; hz < 150; hz += 0.37) {
        double rad = 2 * M_PI * hz;
        sinew_complex a, b;
        sinew_discretization_response(own, &rad, 1, &a, &error);
        sinew_discretization_response(other, &rad, 1, &b, &error);
        sum += (a.re - b.re) * (a.re - b.re) + (a.im - b.im) * (a.im - b.im);
        all += a.re * a.re + a.im * a.im;
    }
    sinew_discretization_free(own);
    sinew_discretization_free(other);
    return sqrt(sum / all);
}

/* By the impulse rule the response stays when the rate is changed, but for what aliases; by zoh it
 * loses half a sample of delay. */
Test(identify, a_room_at_another_rate)
{
    for (int zoh = 0; zoh < 2; zoh++) {
        sinew_identify_opts opts = {
            .rate_hz = 500, .tolerance = 0.01, .method = zoh ? SINEW_METHOD_ZOH : 0};
        sinew_identify_report report;
        sinew_system *system;
        cr_assert_eq(sinew_identify_impulse(&system, &report, room_500, 500, 1, 1, &opts, &error),
                     SINEW_OK, "%s", error.text);
        cr_assert_eq(report.method, zoh ? SINEW_METHOD_ZOH : SINEW_METHOD_IMPULSE);
        for (double rate = 1000; rate < 50000; rate *= 6) {
            double off = moved(system, report.method, rate);
            cr_assert(zoh ? off > 0.3 : off < 0.08, "at %g Hz off by %g", rate, off);
        }
        sinew_identify_report_finish(&report);
        sinew_system_free(system);
    }
}

static sinew_status fit(sinew_system **system, sinew_identify_report *report, const double *h,
                        size_t n, const sinew_identify_opts *opts)
{
    return sinew_identify_impulse(system, report, h, n, 1, 1, opts, &error);
}

/* A pure delay has all its poles at z = 0, which no continuous system has: they are moved to where
 * half the digits are left, and said to be. */
Test(identify, poles_at_zero)
{
    for (size_t delay = 2; delay <= 20; delay++)
        for (int zoh = 0; zoh < 2; zoh++) {
            double h[80] = {0.5};
            h[delay] = -1;
            sinew_identify_opts opts = {
                .rate_hz = 10, .order = delay, .method = zoh ? SINEW_METHOD_ZOH : 0};
            sinew_identify_report report;
            sinew_system *system;
            cr_assert_eq(fit(&system, &report, h, 80, &opts), SINEW_OK, "%s", error.text);
            double off = misfit(system, &report, 10, h, 80);
            cr_assert(report.fast == delay && off < 1e-7 && report.error < 1e-7, "%zu: %g", delay,
                      off);
            sinew_identify_report_finish(&report);
            sinew_system_free(system);
        }
}

/* Known poles beyond the circle, and what each treatment makes of them. */
Test(identify, unstable_poles)
{
    double h[200] = {0};
    for (size_t k = 1; k < 200; k++)
        h[k] = pow(0.9, (double)k) + 1e-3 * pow(1.01, (double)k) + 1e-3 * pow(-1.02, (double)k);
    for (int how = SINEW_UNSTABLE_REFLECT; how <= SINEW_UNSTABLE_KEEP; how++) {
        sinew_identify_opts opts = {.rate_hz = 1, .order = 3, .unstable = (sinew_unstable)how};
        sinew_identify_report report;
        sinew_system *system;
        sinew_stability stability;
        cr_assert_eq(fit(&system, &report, h, 200, &opts), SINEW_OK, "%s", error.text);
        cr_assert_eq(report.unstable, 2);
        size_t order = sinew_system_matrices(system).order;
        cr_assert_eq(order, how == SINEW_UNSTABLE_DROP ? 1 : 4);
        sinew_system_stability(system, &stability, &error);
        cr_assert_eq(stability, how == SINEW_UNSTABLE_KEEP ? SINEW_UNSTABLE : SINEW_STABLE);
        cr_assert(how == SINEW_UNSTABLE_KEEP ? report.error < 1e-11 : report.error > 0.1);
        sinew_identify_report_finish(&report);
        sinew_system_free(system);
    }
}

/* Modes from 30 to 3500 Hz at 8 kHz, 40 of them below 200 Hz, which begin after 50 ms. */
static void many_modes(double *h, size_t n)
{
    for (size_t i = 0; i < 200; i++) {
        double hz = i < 40 ? 30 + 4.2 * (double)i : 205 + 20 * (double)(i - 40);
        double size = cos(3 * (double)i), decay = 6.9 / (0.5 + 0.3 * sin((double)i));
        for (size_t k = 400; k < n; k++) {
            double t = (double)(k - 400) / 8000;
            h[k] += size * exp(-decay * t) * sin(2 * M_PI * hz * t);
        }
    }
}

/* The response of h at 8 kHz, by the sum. */
static double complex sum_of(const double *h, size_t n, double hz)
{
    double complex sum = 0;
    for (size_t k = 0; k < n; k++)
        sum += h[k] * cexp(sinew_cmplx(0, -2 * M_PI * hz * (double)k / 8000));
    return sum;
}

/* Of all that, 200 states cannot hold much; of what lies below 200 Hz they hold all but 1 percent,
 * and as a filter at any rate all but 3. */
Test(identify, the_part_below_a_frequency)
{
    enum { N = 8000 };
    double *h = sinew_alloc(N, sizeof *h);
    many_modes(h, N);
    sinew_identify_opts opts = {.rate_hz = 8000, .tolerance = 0.01, .below_hz = 200};
    sinew_identify_report report;
    sinew_system *system;
    cr_assert_eq(fit(&system, &report, h, N, &opts), SINEW_OK, "%s", error.text);
    cr_assert(report.order < 200 && report.error <= 0.01, "%zu", report.order);
    cr_assert_float_eq(report.step_s * 800, 1, 1e-12);
    for (double rate = 800; rate < 1e5; rate *= 7.3) {
        sinew_discretization *d = discretize(system, rate, SINEW_METHOD_DEFAULT);
        double off = 0, all = 0;
        for (double hz = 20; hz < 180; hz += 1.7) {
            double rad = 2 * M_PI * hz;
            double complex want = sum_of(h, N, hz);
            sinew_complex got;
            sinew_discretization_response(d, &rad, 1, &got, &error);
            off += pow(cabs(want - sinew_cmplx(got.re, got.im)), 2);
            all += pow(cabs(want), 2);
        }
        cr_assert(sqrt(off / all) < 0.03, "at %g Hz off by %g", rate, sqrt(off / all));
        sinew_discretization_free(d);
    }
    sinew_identify_report_finish(&report);
    sinew_system_free(system);
    opts.below_hz = 3000;
    refused(fit(&system, NULL, h, N, &opts), SINEW_ERR_ARGUMENT, "below a third of the rate");
    opts.below_hz = 0.5;
    refused(fit(&system, NULL, h, N, &opts), SINEW_ERR_ARGUMENT, "too short for 0.5 Hz");
    opts = (sinew_identify_opts){
        .rate_hz = 8000, .order = 9, .below_hz = 200, .method = SINEW_METHOD_ZOH};
    refused(fit(&system, NULL, h, N, &opts), SINEW_ERR_ARGUMENT, "by impulse");
    sinew_free(h);
}

Test(identify, impulse_responses_that_are_refused)
{
    double h[20] = {0, 1, 0.5, 0.25, 0.125};
    const double nan[20] = {0, 1, NAN}, zero[20] = {0};
    sinew_identify_report report;
    sinew_system *system = (sinew_system *)1;
    sinew_identify_opts opts = {.rate_hz = 1, .order = 1};
    refused(fit(&system, &report, NULL, 20, &opts), SINEW_ERR_ARGUMENT, "no impulse response");
    cr_assert_null(system);
    refused(fit(&system, &report, h, 3, &opts), SINEW_ERR_ARGUMENT, "at least 4 frames");
    refused(fit(&system, &report, nan, 20, &opts), SINEW_ERR_DATA, "frame 2");
    refused(fit(&system, &report, zero, 20, &opts), SINEW_ERR_DATA, "all zero");
    opts.order = 10;
    refused(fit(&system, &report, h, 20, &opts), SINEW_ERR_ARGUMENT, "an order of 9 at most");
    opts.order = 0;
    refused(fit(&system, &report, h, 20, &opts), SINEW_ERR_ARGUMENT, "an order or a tolerance");
    opts.tolerance = 1;
    refused(fit(&system, &report, h, 20, &opts), SINEW_ERR_ARGUMENT, "a tolerance of 1");
    opts.tolerance = 0.1;
    opts.step_s = 1;
    refused(fit(&system, &report, h, 20, &opts), SINEW_ERR_ARGUMENT, "a rate or a step");
    opts = (sinew_identify_opts){.rate_hz = 500, .tolerance = 1e-6, .most = 20};
    refused(fit(&system, NULL, room_500, 500, &opts), SINEW_ERR_NUMERIC, "order 20 has an error");
    opts = (sinew_identify_opts){.rate_hz = 1, .order = 1, .method = SINEW_METHOD_FOH};
    refused(fit(&system, &report, h, 20, &opts), SINEW_ERR_ARGUMENT, "by impulse or zoh");
    cr_assert_null(system);
    cr_assert_null(report.singular_values);
}
