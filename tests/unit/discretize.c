/* lib/ssm: discrete matrices against 120-digit truths, options, forms. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sinew/analysis.h"
#include "sinew/design.h"
#include "sinew/filter.h"
#include "sinew/stream.h"
#include "../vectors/ssm_vectors.h"
#include "ssm/settle.h"
#include "ssm/discretized.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static sinew_discretization *discretize(const sinew_system *system, sinew_method method, double T)
{
    sinew_discretization *d;
    sinew_discretize_opts opts = {
        .step_s = T, .method = method, .alpha = method == SINEW_METHOD_GBT ? 0.25 : 0};
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK, "%s", error.text);
    return d;
}

static sinew_system *from_matrices(const sinew_matrices *m)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_ss(&system, m, &error), SINEW_OK, "%s", error.text);
    return system;
}

/* Each entry against the size of its column where units differ between rows, of all otherwise. */
static const double *compare(const char *what, char letter, const double *got, const double *want,
                             size_t rows, size_t columns, double tolerance)
{
    double largest = 0;
    bool apart = strstr(what, "units") != NULL;
    for (size_t i = 0; i < rows * columns; i++)
        largest = fmax(largest, fabs(want[i]));
    for (size_t i = 0; i < rows * columns; i++) {
        double scale = apart ? 64 * fabs(want[i]) : largest;
        cr_assert(fabs(got[i] - want[i]) <= tolerance * scale, "%s %c[%zu][%zu]: %.17g, not %.17g",
                  what, letter, i / columns, i % columns, got[i], want[i]);
    }
    return want + rows * columns;
}

Test(discretize, matrices_are_true)
{
    static const sinew_method methods[] = {
        SINEW_METHOD_ZOH,      SINEW_METHOD_FOH, SINEW_METHOD_BILINEAR, SINEW_METHOD_EULER,
        SINEW_METHOD_BACKWARD, SINEW_METHOD_GBT, SINEW_METHOD_IMPULSE};
    for (size_t k = 0; k < sizeof matrix_cases / sizeof *matrix_cases; k++) {
        const matrix_case *c = &matrix_cases[k];
        size_t n = c->system.order, q = c->system.inputs, p = c->system.outputs;
        const double *want = c->answer;
        sinew_system *system = from_matrices(&c->system);
        for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
            char what[80];
            snprintf(what, sizeof what, "%s, %s:", c->name, sinew_method_name(methods[i]));
            sinew_discretization *d = discretize(system, methods[i], c->step_s);
            sinew_matrices m = sinew_discretization_matrices(d);
            /* one ulp of A moves the first by 1e-12 and G2 of the two stiff pairs by 1e-14 */
            double tolerance = strstr(c->name, "normal")      ? 1e-12
                               : strstr(c->name, "elsewhere") ? 1e-13
                                                              : 4e-15;
            want = compare(what, 'A', m.A, want, n, n, tolerance);
            want = compare(what, 'B', m.B, want, n, q, tolerance);
            want = compare(what, 'C', m.C, want, p, n, tolerance);
            want = compare(what, 'D', m.D, want, p, q, tolerance);
            sinew_discretization_free(d);
        }
        sinew_system_free(system);
    }
}

Test(discretize, stepping_twice_is_one_longer_step)
{
    const matrix_case *c = &matrix_cases[5]; /* complex Jordan block */
    sinew_system *system = from_matrices(&c->system);
    sinew_discretization *once = discretize(system, SINEW_METHOD_ZOH, 0.35);
    sinew_discretization *twice = discretize(system, SINEW_METHOD_ZOH, 0.7);
    for (size_t i = 0; i < 4; i++) {
        double held = once->B[i]; /* B(2T) = F B + B */
        for (size_t j = 0; j < 4; j++) {
            double sum = 0;
            for (size_t k = 0; k < 4; k++)
                sum += once->A[i * 4 + k] * once->A[k * 4 + j];
            cr_assert_float_eq(sum, twice->A[i * 4 + j], 1e-15);
            held += once->A[i * 4 + j] * once->B[j];
        }
        cr_assert_float_eq(held, twice->B[i], 1e-15);
    }
    sinew_discretization_free(once);
    sinew_discretization_free(twice);
    sinew_system_free(system);
}

/* y' = u: a ramp under foh, a step under zoh are exact. */
Test(discretize, integrator_and_foh_shift)
{
    const double one = 1, zero = 0;
    sinew_matrices m = {1, 1, 1, &zero, &one, &one, &zero};
    sinew_system *system = from_matrices(&m);
    sinew_discretization *d = discretize(system, SINEW_METHOD_DEFAULT, 0.25);
    cr_assert(d->A[0] == 1 && d->B[0] == 0.25 && d->C[0] == 1 && d->D[0] == 0);
    cr_assert_eq(sinew_discretization_method(d), SINEW_METHOD_ZOH);
    cr_assert_eq(sinew_discretization_foh_shift(d)[0], 0);
    cr_assert_eq(sinew_discretization_settle_frames(d), SIZE_MAX);
    sinew_discretization_free(d);
    d = discretize(system, SINEW_METHOD_FOH, 0.25);
    double shift = sinew_discretization_foh_shift(d)[0], x = 3 - shift * 0;
    cr_assert_eq(shift, 0.125);
    for (int k = 0; k < 10; k++) { /* u = t, y = 3 + t^2/2 */
        double t = 0.25 * k;
        cr_assert_float_eq(d->C[0] * x + d->D[0] * t, 3 + t * t / 2, 1e-15);
        x = d->A[0] * x + d->B[0] * t;
    }
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(discretize, order_zero)
{
    const double D[] = {1, 2, 3, 4, 5, 6};
    sinew_matrices m = {0, 3, 2, NULL, NULL, NULL, D};
    sinew_system *system = from_matrices(&m);
    for (sinew_method method = SINEW_METHOD_ZOH; method <= SINEW_METHOD_IMPULSE; method++) {
        sinew_discretization *d = discretize(system, method, 0.1);
        cr_assert_eq(memcmp(sinew_discretization_matrices(d).D, D, sizeof D), 0);
        cr_assert_null(sinew_discretization_matrices(d).A);
        cr_assert_eq(sinew_discretization_settle_frames(d), 0);
        sinew_complex h[6];
        cr_assert_eq(sinew_discretization_response(d, &(double){3}, 1, h, &error), SINEW_OK);
        cr_assert(h[5].re == 6 && h[5].im == 0);
        sinew_discretization_free(d);
    }
    sinew_system_free(system);
}

Test(discretize, options_are_checked)
{
    const sinew_complex pole = {96000, 0};
    sinew_design low = {.order = 2, .edges_hz = {24000}};
    sinew_system *system, *fast;
    sinew_discretization *d;
    cr_assert_eq(sinew_system_new_design(&system, &low, &error), SINEW_OK);
    cr_assert_eq(sinew_system_new_zpk(&fast, NULL, 0, &pole, 1, 1, &error), SINEW_OK);
    const struct {
        const sinew_system *system;
        sinew_discretize_opts opts;
        sinew_status status;
        const char *words;
    } bad[] = {
        {system, {.alpha = 0}, SINEW_ERR_ARGUMENT, "no sampling rate"},
        {system, {.rate_hz = 1, .step_s = 1}, SINEW_ERR_ARGUMENT, "one of them"},
        {system, {.rate_hz = -1}, SINEW_ERR_ARGUMENT, "rate of -1"},
        {system, {.rate_hz = NAN}, SINEW_ERR_ARGUMENT, "rate of nan"},
        {system, {.step_s = INFINITY}, SINEW_ERR_ARGUMENT, "step of inf"},
        {system, {.rate_hz = 1, .method = (sinew_method)99}, SINEW_ERR_ARGUMENT, "no such method"},
        {system, {.rate_hz = 8, .prewarp_hz = 1}, SINEW_ERR_ARGUMENT, "only for bilinear"},
        {system, {.rate_hz = 8, .alpha = .5}, SINEW_ERR_ARGUMENT, "only for gbt"},
        {system,
         {.rate_hz = 8, .method = SINEW_METHOD_GBT, .alpha = 1.5},
         SINEW_ERR_ARGUMENT,
         "between 0 and 1"},
        {system,
         {.rate_hz = 8, .method = SINEW_METHOD_GBT, .alpha = NAN},
         SINEW_ERR_ARGUMENT,
         "alpha is nan"},
        {system,
         {.rate_hz = 8, .method = SINEW_METHOD_BILINEAR, .prewarp_hz = 4},
         SINEW_ERR_ARGUMENT,
         "half the rate"},
        {system,
         {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR},
         SINEW_ERR_ARGUMENT,
         "edge at 24000 Hz"},
        {fast, {.rate_hz = 48000, .method = SINEW_METHOD_BILINEAR}, SINEW_ERR_NUMERIC, "2/T"},
        {fast, {.rate_hz = 1}, SINEW_ERR_NUMERIC, "not finite"},
        {NULL, {.rate_hz = 1}, SINEW_ERR_ARGUMENT, "no system"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        refused(sinew_discretize(&d, bad[i].system, &bad[i].opts, &error), bad[i].status,
                bad[i].words);
        cr_assert_null(d);
    }
    sinew_discretize_opts by_rate = {.rate_hz = 48000,
                                     .method = SINEW_METHOD_BILINEAR,
                                     .prewarp_hz = 1000}; /* the edges are not asked then */
    cr_assert_eq(sinew_discretize(&d, system, &by_rate, NULL), SINEW_OK);
    sinew_discretization_free(d);
    sinew_system_free(system);
    sinew_system_free(fast);
}

Test(discretize, names_of_methods)
{
    for (sinew_method m = SINEW_METHOD_ZOH; m <= SINEW_METHOD_MATCHED; m++)
        cr_assert_eq(sinew_method_from_name(sinew_method_name(m)), m);
    cr_assert_str_eq(sinew_method_name(SINEW_METHOD_BILINEAR), "bilinear");
    cr_assert_eq(sinew_method_from_name("tustin"), SINEW_METHOD_DEFAULT);
    cr_assert_eq(sinew_method_from_name("default"), SINEW_METHOD_DEFAULT);
    cr_assert_eq(sinew_method_from_name(NULL), SINEW_METHOD_DEFAULT);
}

Test(discretize, forms)
{
    const sinew_complex twins[] = {{-3, 0}, {-3, 0}, {-3, 0}}, near[] = {{-3, 0}, {-3.0001, 0}};
    const sinew_complex apart[] = {{-3, 1}, {-3, -1}, {-9, 0}};
    const double bank[] = {-1, 4, 0, -4, -1, 0, 0, 0, -2}, one[] = {1, 1, 1}, zero[4] = {0};
    sinew_matrices siso = {3, 1, 1, bank, one, one, zero};
    const struct {
        const sinew_complex *poles;
        size_t n;
        sinew_method method;
        sinew_form form;
    } table[] = {{twins, 3, SINEW_METHOD_ZOH, SINEW_FORM_CASCADE},
                 {near, 2, SINEW_METHOD_FOH, SINEW_FORM_CASCADE},
                 {apart, 3, SINEW_METHOD_ZOH, SINEW_FORM_PARALLEL},
                 {twins, 3, SINEW_METHOD_BILINEAR, SINEW_FORM_CASCADE},
                 {apart, 3, SINEW_METHOD_EULER, SINEW_FORM_CASCADE}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        sinew_system *system;
        cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, table[i].poles, table[i].n, 9, &error),
                     SINEW_OK);
        sinew_discretization *d = discretize(system, table[i].method, 0.1);
        cr_assert_eq(d->form, table[i].form, "%zu", i);
        cr_assert_eq(d->n_sections > 0, d->form != SINEW_FORM_DENSE);
        sinew_discretization_free(d);
        sinew_system_free(system);
    }
    sinew_system *system = from_matrices(&siso);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 0.1);
    cr_assert_eq(d->form, SINEW_FORM_PARALLEL);
    cr_assert_eq(d->n_sections, 2);
    cr_assert_float_eq(d->A[1], exp(-.1) * sin(.4), 1e-16);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* Twins: y = (g/a^3)(1 - e^-at (1 + at + (at)^2/2)) is the step response of g/(s+a)^3. */
Test(discretize, repeated_poles_are_right)
{
    const sinew_complex twins[] = {{-3, 0}, {-3, 0}, {-3, 0}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_zpk(&system, NULL, 0, twins, 3, 27, &error), SINEW_OK);
    sinew_discretization *d = discretize(system, SINEW_METHOD_ZOH, 0.1);
    double x[3] = {0};
    for (int k = 0; k < 60; k++) {
        double t = 0.3 * k, y = d->D[0], next[3];
        for (int i = 0; i < 3; i++) {
            y += d->C[i] * x[i];
            next[i] = d->B[i];
            for (int j = 0; j < 3; j++)
                next[i] += d->A[i * 3 + j] * x[j];
        }
        /* each A is rounded: three times 2^-54 over 1 - A, and the sums */
        cr_assert_float_eq(y, 1 - exp(-t) * (1 + t + t * t / 2), 2e-15);
        memcpy(x, next, sizeof x);
    }
    cr_assert_float_eq(sinew_discretization_radius(d), exp(-0.3), 1e-15);
    size_t settle = sinew_discretization_settle_frames(d);
    cr_assert((double)settle > 60 * M_LN2 / 0.3 && (double)settle < 90 * M_LN2 / 0.3 + 3, "%zu",
              settle);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

Test(discretize, hash_tells_apart)
{
    sinew_design low = {.order = 3, .edges_hz = {1000}};
    sinew_system *system;
    cr_assert_eq(sinew_system_new_design(&system, &low, &error), SINEW_OK);
    sinew_discretization *a = discretize(system, SINEW_METHOD_ZOH, 1e-4);
    sinew_discretization *b = discretize(system, SINEW_METHOD_ZOH, 1e-4);
    sinew_discretization *c = discretize(system, SINEW_METHOD_ZOH, 1.1e-4);
    sinew_discretization *d = discretize(system, SINEW_METHOD_BILINEAR, 1e-4);
    cr_assert_eq(a->hash, b->hash);
    cr_assert_neq(a->hash, c->hash);
    cr_assert_neq(a->hash, d->hash);
    sinew_discretization_free(a);
    sinew_discretization_free(b);
    sinew_discretization_free(c);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* Two pairs of states and a single one, of two inputs and outputs, in a given order. */
static sinew_system *pairs(const size_t order[5])
{
    static const double blocks[5][5] = {{-0.3, 2, 0, 0, 0},
                                        {-2, -0.3, 0, 0, 0},
                                        {0, 0, 0, 1, 0},
                                        {0, 0, -9, -0.1, 0},
                                        {0, 0, 0, 0, -0.7}};
    static const double B[5][2] = {{1, 0}, {0.5, 0}, {0, 0}, {0, 2}, {1, 1}};
    static const double C[2][5] = {{1, 0, 0.25, 0, 0}, {0, 0, 0, 1, -1}}, D[4] = {0, 0.5, 0, 0};
    double a[25], b[10], c[10];
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 5; j++) {
            a[5 * i + j] = blocks[order[i]][order[j]];
            b[2 * i + j % 2] = B[order[i]][j % 2];
            c[j % 2 * 5 + i] = C[j % 2][order[i]];
        }
    return from_matrices(&(sinew_matrices){5, 2, 2, a, b, c, D});
}

static void run(double *y, const double *u, size_t n, const sinew_discretization *d)
{
    sinew_node *node;
    sinew_stream *stream;
    sinew_filter_opts opts = {.engine = SINEW_ENGINE_SCAN};
    cr_assert_eq(sinew_filter_new(&node, d, &opts, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_stream_open(&stream, node, NULL, &error), SINEW_OK, "%s", error.text);
    sinew_block in = {.samples = (double *)(uintptr_t)u, .n_frames = n, .channels = 2};
    sinew_block out = {.samples = y};
    sinew_stream_process(stream, &in, &out);
    sinew_stream_close(stream);
    sinew_node_free(node);
}

Test(discretize, states_that_are_not_coupled_may_stand_in_any_order)
{
    static const size_t apart[5] = {0, 1, 2, 3, 4}, mixed[5] = {2, 0, 4, 3, 1};
    double u[2 * 200], y[2][2 * 200];
    for (size_t i = 0; i < 400; i++)
        u[i] = sin(0.7 * (double)i) + (i < 2);
    for (sinew_method method = SINEW_METHOD_ZOH; method <= SINEW_METHOD_IMPULSE; method++) {
        sinew_system *systems[2] = {pairs(apart), pairs(mixed)};
        sinew_discretization *d[2];
        for (int k = 0; k < 2; k++) {
            d[k] = discretize(systems[k], method, 0.1);
            run(y[k], u, 200, d[k]);
        }
        for (size_t i = 0; i < 5; i++)
            for (size_t j = 0; j < 5; j++)
                cr_assert_eq(d[1]->A[5 * i + j], d[0]->A[5 * mixed[i] + mixed[j]]);
        for (size_t i = 0; i < 400; i++)
            cr_assert_float_eq(y[0][i], y[1][i], 1e-13, "%s: %zu", sinew_method_name(method), i);
        for (int k = 0; k < 2; k++) {
            sinew_discretization_free(d[k]);
            sinew_system_free(systems[k]);
        }
    }
}

/* A chain of stiff poles under a rule that diverges: the zeros at infinity go to -3, beside the
 * fastest poles, and in series the rounding of what they cancel would grow. R / (s - p) becomes
 * h[k] = R T z^(k - 1) / (1 - p T / 4)^2, z = 1 + p T / (1 - p T / 4). */
Test(discretize, a_chain_that_diverges)
{
    enum { POLES = 9, FRAMES = 150 };
    const double T = 1e-3;
    sinew_complex poles[POLES], zeros[] = {{-3, 0}, {-3e3, 0}};
    long double want[FRAMES] = {0};
    double y[FRAMES];
    for (int i = 0; i < POLES; i++)
        poles[i] = (sinew_complex){-pow(10, i - 2), 0};
    for (int i = 0; i < POLES; i++) {
        long double p = poles[i].re, r = 1e20L, below = 1 - p * T / 4, z = 1 + p * T / below;
        for (int j = 0; j < POLES; j++)
            r /= j != i ? p - poles[j].re : 1;
        r *= (p - zeros[0].re) * (p - zeros[1].re);
        for (int k = 1; k < FRAMES; k++)
            want[k] += r * T / (below * below) * powl(z, k - 1);
    }
    sinew_system *system;
    sinew_discretization *d;
    sinew_discretize_opts opts = {.step_s = T, .method = SINEW_METHOD_GBT, .alpha = 0.25};
    cr_assert_eq(sinew_system_new_zpk(&system, zeros, 2, poles, POLES, 1e20, &error), SINEW_OK);
    cr_assert_eq(sinew_discretize(&d, system, &opts, &error), SINEW_OK);
    cr_assert_eq(sinew_discretization_impulse_response(d, FRAMES, y, &error), SINEW_OK);
    long double last = fabsl(want[FRAMES - 1]);
    for (int k = 1; k < FRAMES; k++)
        cr_assert(fabsl(y[k] - want[k]) <= 1e-12L * last, "frame %d: %g, not %Lg", k, y[k],
                  want[k]);
    long double s = 4 / T, first = 1e20L * (s + 3) * (s + 3e3L);
    for (int i = 0; i < POLES; i++)
        first /= s - poles[i].re;
    cr_assert(fabsl(y[0] - first) <= 1e-15L * fabsl(first), "%g, not %Lg", y[0], first);
    sinew_discretization_free(d);
    sinew_system_free(system);
}

/* h_k = (k + n - 1 over k) r^k of n equal poles, against its sum. */
Test(discretize, equal_poles_ring_for_longer)
{
    static const double radii[] = {0.5, 0.99, 0.99999};
    for (size_t i = 0; i < 3; i++)
        for (size_t n = 1; n <= 32; n *= 2) {
            double complex poles[32];
            double r = radii[i], peak = -(double)n * log2(1 - r), k = 0;
            for (size_t j = 0; j < n; j++)
                poles[j] = r;
            for (double step = 0x1p40; step >= 1; step /= 2) { /* the last that is above */
                double at = k + step, above = lgamma(at + (double)n) - lgamma(at + 1);
                if ((above - lgamma((double)n)) / M_LN2 + at * log2(r) > peak - 60)
                    k = at;
            }
            double found = sinew_settle_frames(poles, n);
            cr_assert(found > k && found < 1.6 * k + 12 + (double)n, "%zu poles at %g: %g of %g", n,
                      r, found, k);
        }
    cr_assert_eq(sinew_settle_frames((double complex[]){0, 0, 0}, 3), 3);
    cr_assert_eq(sinew_settle_frames((double complex[]){0.5, 1}, 2), HUGE_VAL);
}

/* A resonance against the response itself. */
Test(discretize, resonances_settle)
{
    for (double angle = 0.001; angle < 3; angle *= 4) {
        double complex p = 0.999 * cexp(I * angle), poles[4] = {p, conj(p), p, conj(p)};
        double frames = sinew_settle_frames(poles, 4), y[5] = {0}, most = 0, late = 0;
        double a = 2 * creal(p), b = 0.999 * 0.999;
        for (size_t k = 0; k < (size_t)frames + 20000; k++) { /* twice 1 / (1 - a/z + b/z^2) */
            double v = (k == 0) + a * y[0] - b * y[1], w = v + a * y[2] - b * y[3];
            y[1] = y[0];
            y[0] = v;
            y[3] = y[2];
            y[2] = w;
            most = fmax(most, fabs(w));
            if ((double)k > frames)
                late = fmax(late, fabs(w));
        }
        cr_assert(late <= 0x1p-50 * most && frames < 3 * 60 / -log2(0.999), "%g: %g after %g",
                  angle, late / most, frames);
    }
}
