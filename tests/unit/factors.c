/* Zeros, poles and gain of discretizations, and the method that is made of them. */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "sinew/design.h"
#include "ssm/discretized.h"

typedef struct factor_case {
    const char *name, *method;
    double step_s;
    int n_zeros, n_poles;
    sinew_complex zeros[16], poles[16];
    double gain;
    int n_discrete;
    sinew_complex discrete[16];
    double discrete_gain;
    int exponent;
} factor_case;

#include "../vectors/factors_vectors.h"

enum { MOST = 64 };

static sinew_error error;

typedef struct factors {
    sinew_complex zeros[MOST], poles[MOST];
    size_t n_zeros, n_poles;
    double gain;
    int exponent;
} factors;

static sinew_discretization *discretize(const sinew_system *system, sinew_method method, double T,
                                        double prewarp_hz)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = T,
                                  .method = method,
                                  .alpha = method == SINEW_METHOD_GBT ? 0.3 : 0,
                                  .prewarp_hz = prewarp_hz};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static factors factors_of(const sinew_discretization *d)
{
    factors f = {.n_poles = d->order};
    cr_assert_eq(
        sinew_discretization_zpk(d, f.zeros, &f.n_zeros, f.poles, &f.gain, &f.exponent, &error),
        SINEW_OK, "%s", error.text);
    return f;
}

static sinew_system *from_zpk(const sinew_complex *zeros, size_t n_zeros,
                              const sinew_complex *poles, size_t n_poles, double gain)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, n_zeros, poles, n_poles, gain, &error),
                 SINEW_OK, "%s", error.text);
    return system;
}

/* The nearest of `list`, within tolerance of its size. */
static void among(const factor_case *c, sinew_complex want, const sinew_complex *list, size_t n,
                  double tolerance)
{
    double best = HUGE_VAL;
    for (size_t i = 0; i < n; i++)
        best = fmin(best, hypot(list[i].re - want.re, list[i].im - want.im));
    cr_assert(best <= tolerance * hypot(want.re, want.im), "%s, %s: no %.17g %+.17gj, off by %.3g",
              c->name, c->method, want.re, want.im, best);
}

Test(factors, zeros_that_are_left_when_large_terms_cancel)
{
    for (size_t k = 0; k < sizeof factor_cases / sizeof *factor_cases; k++) {
        const factor_case *c = &factor_cases[k];
        sinew_system *system =
            from_zpk(c->zeros, (size_t)c->n_zeros, c->poles, (size_t)c->n_poles, c->gain);
        sinew_discretization *d =
            discretize(system, sinew_method_from_name(c->method), c->step_s, 0);
        factors f = factors_of(d);
        cr_assert_eq(f.n_zeros, (size_t)c->n_discrete, "%s, %s: %zu zeros", c->name, c->method,
                     f.n_zeros);
        for (size_t i = 0; i < f.n_zeros; i++)
            among(c, c->discrete[i], f.zeros, f.n_zeros, 0x1p-52);
        cr_assert_float_eq(ldexp(f.gain, f.exponent - c->exponent), c->discrete_gain, 2e-16,
                           "%s, %s: gain %.17g 2^%d", c->name, c->method, f.gain, f.exponent);
        sinew_system_free(system);
        sinew_discretization_free(d);
    }
}

/* gain prod(z - zeros) / prod(z - poles) at e^(j angle). */
static double complex product(const factors *f, double angle)
{
    long double complex z = cexpl(I * (long double)angle), h = f->gain;
    for (size_t i = 0; i < f->n_poles; i++) {
        h /= z - (f->poles[i].re + I * (long double)f->poles[i].im);
        if (i < f->n_zeros)
            h *= z - (f->zeros[i].re + I * (long double)f->zeros[i].im);
    }
    return (double complex)(h * exp2l(f->exponent));
}

static void same_response(const char *what, const sinew_discretization *d, double tolerance)
{
    factors f = factors_of(d);
    for (int k = 1; k < 40; k++) {
        double angle = 0.078 * k, rad = angle / d->step_s;
        sinew_complex h;
        cr_assert_eq(sinew_discretization_response(d, &rad, 1, &h, &error), SINEW_OK);
        double complex want = product(&f, rad * d->step_s);
        double off = hypot(h.re - creal(want), h.im - cimag(want));
        cr_assert(off <= tolerance * cabs(want), "%s, %s at %g: off by %.3g of itself", what,
                  sinew_method_name(d->method), angle, off / cabs(want));
    }
}

static const sinew_method by_factors[] = {SINEW_METHOD_BILINEAR, SINEW_METHOD_EULER,
                                          SINEW_METHOD_BACKWARD, SINEW_METHOD_GBT,
                                          SINEW_METHOD_MATCHED};

Test(factors, closed_forms_are_the_filter)
{
    for (size_t k = 0; k < sizeof factor_cases / sizeof *factor_cases; k += 3)
        for (size_t m = 0; m < sizeof by_factors / sizeof *by_factors; m++) {
            const factor_case *c = &factor_cases[k];
            sinew_system *system =
                from_zpk(c->zeros, (size_t)c->n_zeros, c->poles, (size_t)c->n_poles, c->gain);
            /* a pole that T is not made for: there differences of huge poles are all there is */
            double T = strcmp(c->name, "stiff") == 0 ? 1e-5 : c->step_s;
            sinew_discretization *d = discretize(system, by_factors[m], T, 0);
            same_response(c->name, d, 1e-11);
            sinew_discretization_free(d);
            sinew_system_free(system);
        }
}

/* A zero far below its section's poles is what is left of d - d. The nearest zeros alone would
 * leave the slow ones here to fast poles: of two sections with the same poles but one, and where a
 * real zero stands in the way of a pair. */
Test(factors, slow_zeros_go_to_slow_poles)
{
    const sinew_complex real[] = {{-671, 0}, {-3e4, 0}, {-1.7e6, 0}, {-2.5e6, 0}};
    const sinew_complex slow[] = {{-52, 0}, {-671.03, 0}};
    const sinew_complex mixed[] = {
        {-0.0142, 0.0785}, {-0.0142, -0.0785}, {-37, 19.5}, {-37, -19.5}, {-19, 0}};
    const sinew_complex pair[] = {{-2.8e-6, 0.0022}, {-2.8e-6, -0.0022}, {2.2, 0}};
    sinew_system *systems[] = {from_zpk(slow, 2, real, 4, 1e12), from_zpk(pair, 3, mixed, 5, 1)};
    const double steps[] = {8.4e-4, 0.54};
    for (int k = 0; k < 2; k++) {
        for (size_t m = 0; m < 4; m++) {
            sinew_discretization *d = discretize(systems[k], by_factors[m], steps[k], 0);
            same_response(k ? "pair" : "real", d, 3e-14);
            sinew_discretization_free(d);
        }
        sinew_system_free(systems[k]);
    }
}

Test(factors, bilinear_puts_infinity_at_minus_one)
{
    sinew_design low = {.order = 5, .edges_hz = {2000}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &low, &error), SINEW_OK);
    double prewarps[] = {0, 7000};
    for (size_t i = 0; i < 2; i++) {
        sinew_discretization *d =
            discretize(system, SINEW_METHOD_BILINEAR, 1.0 / 48000, prewarps[i]);
        factors f = factors_of(d);
        cr_assert_eq(f.n_zeros, 5);
        for (size_t k = 0; k < 5; k++)
            cr_assert(f.zeros[k].re == -1 && f.zeros[k].im == 0);
        same_response("low-pass", d, 1e-12);
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
}

/* Systems given as matrices: their eigenvalues. */
Test(factors, of_matrices)
{
    const double A[] = {-3, 4, 0.5, -4, -3, 1, 0.25, 0, -50}, B[] = {1, 0, 3}, C[] = {1, 0.5, -1},
                 D[] = {0.25};
    sinew_matrices m = {3, 1, 1, A, B, C, D};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    for (sinew_method method = SINEW_METHOD_ZOH; method <= SINEW_METHOD_MATCHED; method++) {
        sinew_discretization *d = discretize(system, method, 0.02, 0), *given;
        same_response("matrices", d, 2e-13);
        sinew_matrices discrete = sinew_discretization_matrices(d);
        sinew_discretize_opts opts = {.step_s = 0.02};
        cr_assert_eq(sinew_discretization_new(&given, &discrete, &opts, &error), SINEW_OK);
        same_response("given", given, 2e-13);
        sinew_discretization_free(d);
        sinew_discretization_free(given);
    }
    sinew_system_free(system);
}

Test(factors, only_of_one_input_and_output)
{
    const double A[] = {-1}, B[] = {1, 2}, C[] = {1}, D[] = {0, 0};
    sinew_matrices m = {1, 2, 1, A, B, C, D};
    sinew_system *system;
    sinew_discretize_opts opts = {.step_s = 1, .method = SINEW_METHOD_MATCHED};
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 1, 0), *none;
    factors f;
    cr_assert_eq(
        sinew_discretization_zpk(d, f.zeros, &f.n_zeros, f.poles, &f.gain, &f.exponent, &error),
        SINEW_ERR_UNSUPPORTED);
    cr_assert(strstr(error.text, "2 inputs"));
    cr_assert_eq(sinew_discretize(&none, system, &opts, &error), SINEW_ERR_UNSUPPORTED);
    cr_assert(strstr(error.text, "matched"));
    cr_assert_null(none);
    sinew_system_free(system);
    sinew_discretization_free(d);
}

/* ---- matched ---- */

/* What it says of itself: e^{rT}, -1 for all but one, the gain of s -> 0. */
Test(factors, matched_is_what_it_says)
{
    for (size_t k = 0; k < sizeof factor_cases / sizeof *factor_cases; k += 3) {
        const factor_case *c = &factor_cases[k];
        sinew_system *system =
            from_zpk(c->zeros, (size_t)c->n_zeros, c->poles, (size_t)c->n_poles, c->gain);
        sinew_discretization *d = discretize(system, SINEW_METHOD_MATCHED, c->step_s, 0);
        cr_assert_eq(d->form, SINEW_FORM_CASCADE);
        factors f = factors_of(d);
        size_t minus = 0, excess = (size_t)(c->n_poles - c->n_zeros);
        cr_assert_eq(f.n_zeros, (size_t)c->n_zeros + (excess > 0 ? excess - 1 : 0));
        for (size_t i = 0; i < f.n_zeros; i++)
            minus += f.zeros[i].re == -1 && f.zeros[i].im == 0;
        cr_assert_eq(minus, excess > 0 ? excess - 1 : 0);
        for (int i = 0; i < c->n_poles; i++) {
            double size = exp(c->poles[i].re * c->step_s), turn = c->poles[i].im * c->step_s;
            among(c, (sinew_complex){size * cos(turn), size * sin(turn)}, f.poles, f.n_poles,
                  1e-15);
        }
        /* D is 0 with a zero at infinity, and the next sample is the gain */
        double gain = ldexp(f.gain, f.exponent), CB = 0;
        for (size_t i = 0; i < d->order; i++)
            CB += d->C[i] * d->B[i];
        cr_assert(excess > 0 ? d->D[0] == 0 : fabs(d->D[0] / gain - 1) < 1e-14);
        cr_assert(excess == 0 || fabs(CB / gain - 1) < 1e-13, "%s: %.17g, %.17g", c->name, CB,
                  gain);
        sinew_system_free(system);
        sinew_discretization_free(d);
    }
}

/* At a low frequency the filter is the system, whatever zeros or poles are at 0. */
Test(factors, matched_keeps_the_gain_of_low_frequencies)
{
    for (size_t k = 0; k < sizeof factor_cases / sizeof *factor_cases; k += 3) {
        const factor_case *c = &factor_cases[k];
        sinew_system *system =
            from_zpk(c->zeros, (size_t)c->n_zeros, c->poles, (size_t)c->n_poles, c->gain);
        sinew_discretization *d = discretize(system, SINEW_METHOD_MATCHED, c->step_s, 0);
        double slowest = 1 / c->step_s;
        for (int i = 0; i < c->n_poles; i++)
            if (c->poles[i].re != 0)
                slowest = fmin(slowest, hypot(c->poles[i].re, c->poles[i].im));
        double rad = 1e-4 * slowest;
        sinew_complex is, should;
        cr_assert_eq(sinew_discretization_response(d, &rad, 1, &is, &error), SINEW_OK);
        cr_assert_eq(sinew_system_response(system, &rad, 1, &should, &error), SINEW_OK);
        double size = hypot(should.re, should.im);
        cr_assert(hypot(is.re - should.re, is.im - should.im) < 1e-3 * size,
                  "%s: %.17g %+.17gj, not %.17g %+.17gj", c->name, is.re, is.im, should.re,
                  should.im);
        sinew_system_free(system);
        sinew_discretization_free(d);
    }
}

/* Through matrices the answer is the same: zeros at 0 included, which eigenvalues blur. */
Test(factors, matched_of_matrices)
{
    const double A[] = {-2, -26, 0, 1, 0, 0, 1, 1, -7}, B[] = {1, 0, 0}, C[] = {3, 0, 1}, D[] = {0};
    sinew_matrices m = {3, 1, 1, A, B, C, D};
    sinew_system *system, *zpk;
    sinew_complex zeros[3], poles[3];
    size_t n_zeros;
    cr_assert_eq(sinew_system_new_ss(&system, &m, &error), SINEW_OK);
    cr_assert_eq(sinew_system_zeros(system, zeros, &n_zeros, &error), SINEW_OK);
    cr_assert_eq(sinew_system_poles(system, poles, &error), SINEW_OK);
    zpk = from_zpk(zeros, n_zeros, poles, 3, 3); /* C B = 3 */
    sinew_discretization *a = discretize(system, SINEW_METHOD_MATCHED, 0.1, 0);
    sinew_discretization *b = discretize(zpk, SINEW_METHOD_MATCHED, 0.1, 0);
    for (double rad = 0; rad < 31; rad += 0.5) {
        sinew_complex x, y;
        cr_assert_eq(sinew_discretization_response(a, &rad, 1, &x, &error), SINEW_OK);
        cr_assert_eq(sinew_discretization_response(b, &rad, 1, &y, &error), SINEW_OK);
        cr_assert(hypot(x.re - y.re, x.im - y.im) < 1e-13 * hypot(y.re, y.im));
    }
    sinew_discretization_free(a);
    sinew_discretization_free(b);
    sinew_system_free(system);
    sinew_system_free(zpk);
}

/* Poles and zeros above half the rate come out on the other side of the axis. */
Test(factors, what_turns_by_more_than_half_a_turn)
{
    const sinew_complex zeros[] = {{-0.1, 4.7}, {-0.1, -4.7}, {-0.02, 0}, {0.08, 0}};
    const sinew_complex poles[] = {{-0.2, 5.5},  {-0.2, -5.5},  {-0.01, 0.9}, {-0.01, -0.9},
                                   {-0.1, 10.1}, {-0.1, -10.1}, {-0.3, 0},    {-0.5, 0}};
    sinew_system *system = from_zpk(zeros, 4, poles, 8, 3);
    static const sinew_method methods[] = {SINEW_METHOD_MATCHED, SINEW_METHOD_ZOH, SINEW_METHOD_FOH,
                                           SINEW_METHOD_IMPULSE};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        sinew_discretization *d = discretize(system, methods[i], 1, 0);
        sinew_realization_report r;
        factors f = factors_of(d);
        for (size_t k = 0; k + 1 < f.n_poles; k++)
            cr_assert(f.poles[k].im <= 0 || f.poles[k + 1].im == -f.poles[k].im);
        same_response("turning", d, 1e-11);
        cr_assert_eq(sinew_discretization_report(d, &r, &error), SINEW_OK);
        cr_assert(r.response_error < 1e-13, "%s: %.3g", sinew_method_name(methods[i]),
                  r.response_error);
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
}

/* A pole that turns once a step falls on z = 1, and there is no gain to keep. */
Test(factors, matched_refuses_what_it_cannot_keep)
{
    const sinew_complex turning[] = {{0, 2 * M_PI * 8}, {0, -2 * M_PI * 8}};
    sinew_system *system = from_zpk(NULL, 0, turning, 2, 1);
    sinew_discretize_opts opts = {.rate_hz = 8, .method = SINEW_METHOD_MATCHED};
    sinew_discretization *d;
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_ERR_NUMERIC);
    cr_assert(strstr(error.text, "z = 1"), "%s", error.text);
    sinew_system_free(system);
    const sinew_complex zero = {3000, 0}, pole = {-1, 0};
    system = from_zpk(&zero, 1, &pole, 1, 1);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_ERR_NUMERIC);
    cr_assert(strstr(error.text, "3000 rad/s right of the axis"), "%s", error.text);
    cr_assert_null(d);
    sinew_system_free(system);
}
