/* lib/ssm: HiPPO, S4D and DPLR against the papers' formulas in 60 digits, and against each other.
 */
#include <complex.h>
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "far.h"
#include "../vectors/structured_vectors.h"
#include "math/complex.h"
#include "sinew/discretization.h"
#include "sinew/s4.h"

static sinew_error error;

static void refused(sinew_status status, sinew_status expected, const char *words)
{
    cr_assert_eq(status, expected, "%s", error.text);
    cr_assert(strstr(error.text, words), "\"%s\" does not say \"%s\"", error.text, words);
}

static sinew_system *make_hippo(const sinew_hippo *hippo)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_hippo(&system, hippo, &error), SINEW_OK, "%s", error.text);
    return system;
}

static sinew_system *make_dplr(const sinew_dplr *dplr)
{
    sinew_system *system;
    cr_assert_eq(sinew_system_new_dplr(&system, dplr, &error), SINEW_OK, "%s", error.text);
    return system;
}

/* Rounded once: half an ulp, and what a long double's own rounding adds to it. */
static void equal_to_rounding(const double *is, const double *must, size_t n, const char *what)
{
    for (size_t i = 0; i < n; i++)
        cr_assert_leq(fabs(is[i] - must[i]), 0x1p-53 * fabs(must[i]) * 2, "%s[%zu] %.17g for %.17g",
                      what, i, is[i], must[i]);
}

static void near(const double *is, const double *must, size_t n, double tolerance, const char *what)
{
    double peak = 0;
    for (size_t i = 0; i < n; i++)
        peak = fmax(peak, fabs(must[i]));
    for (size_t i = 0; i < n; i++)
        cr_assert_leq(fabs(is[i] - must[i]), tolerance * peak, "%s[%zu] %.17g for %.17g", what, i,
                      is[i], must[i]);
}

Test(hippo, matrices_are_the_papers)
{
    const struct {
        const char *what;
        sinew_hippo hippo;
        const double *entries;
    } cases[] = {
        {"legs", {.measure = SINEW_HIPPO_LEGS}, hippo_legs},
        {"legt", {.measure = SINEW_HIPPO_LEGT}, hippo_legt},
        {"lmu", {.measure = SINEW_HIPPO_LEGT, .lmu = true}, hippo_lmu},
        {"lagt", {.measure = SINEW_HIPPO_LAGT}, hippo_lagt},
        {"tilted", {.measure = SINEW_HIPPO_LAGT, .tilted = true}, hippo_tilted},
        {"fout", {.measure = SINEW_HIPPO_FOUT}, hippo_fout},
        {"idle", {.measure = SINEW_HIPPO_FOUT, .idle_sine = true}, hippo_idle},
        {"halved legt", {.measure = SINEW_HIPPO_LEGT, .halved = true}, hippo_halved_legt},
        {"halved fout", {.measure = SINEW_HIPPO_FOUT, .halved = true}, hippo_halved_fout},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sinew_hippo hippo = cases[i].hippo;
        hippo.order = 6;
        hippo.window_s = 0.75;
        sinew_system *system = make_hippo(&hippo);
        sinew_matrices m = sinew_system_matrices(system);
        cr_assert(m.order == 6 && m.inputs == 1 && m.outputs == 6);
        equal_to_rounding(m.A, cases[i].entries, 36, cases[i].what);
        equal_to_rounding(m.B, cases[i].entries + 36, 6, cases[i].what);
        for (size_t k = 0; k < 36; k++)
            cr_assert_eq(m.C[k], k % 7 == 0);
        cr_assert_eq(m.D[0], 0);
        sinew_system_free(system);
    }
}

Test(hippo, order_64_is_exact)
{
    sinew_system *system = make_hippo(&(sinew_hippo){.measure = SINEW_HIPPO_LEGS, .order = 64});
    const double *A = sinew_system_matrices(system).A;
    for (size_t k = 0; k < 64; k++)
        cr_assert_eq(A[63 * 64 + k], legs_row_63[k]);
    sinew_system_free(system);
    system = make_hippo(&(sinew_hippo){.measure = SINEW_HIPPO_LEGT, .order = 64});
    A = sinew_system_matrices(system).A;
    for (size_t k = 0; k < 64; k++)
        cr_assert_eq(A[62 * 64 + k], legt_row_62[k]);
    sinew_system_free(system);
}

Test(hippo, outputs_and_refusals)
{
    double C[] = {1, 2, 3, 4, 5, 6};
    sinew_system *system =
        make_hippo(&(sinew_hippo){.measure = SINEW_HIPPO_LAGT, .order = 3, .outputs = 2, .C = C});
    cr_assert_eq(sinew_system_matrices(system).outputs, 2);
    cr_assert_arr_eq(sinew_system_matrices(system).C, C, sizeof C);
    sinew_system_free(system);
    refused(sinew_system_new_hippo(&system, &(sinew_hippo){.order = 0}, &error), SINEW_ERR_DATA,
            "order 0");
    cr_assert_null(system);
    refused(sinew_system_new_hippo(&system, &(sinew_hippo){.order = 1, .window_s = NAN}, &error),
            SINEW_ERR_DATA, "window");
    refused(sinew_system_new_hippo(&system, &(sinew_hippo){.order = 1, .halved = true}, &error),
            SINEW_ERR_ARGUMENT, "'halved'");
    C[4] = NAN;
    refused(
        sinew_system_new_hippo(&system, &(sinew_hippo){.order = 3, .outputs = 2, .C = C}, &error),
        SINEW_ERR_DATA, "C[1][1] is nan");
}

/* A window of sines and a constant has the Fourier coefficients that fout's derivation promises. */
Test(hippo, fout_measures_a_wave_of_its_window)
{
    sinew_hippo hippo = {.measure = SINEW_HIPPO_FOUT, .order = 9, .window_s = 0.5};
    sinew_system *system = make_hippo(&hippo);
    double rad[] = {0, 8 * M_PI}; /* a constant; two periods a window */
    sinew_complex H[18];
    cr_assert_eq(sinew_system_response(system, rad, 2, H, &error), SINEW_OK);
    for (size_t i = 0; i < 9; i++) {
        double at_rest = i == 0, size = i == 3 || i == 4 ? sqrt(0.5) : 0;
        cr_assert_float_eq(H[i].re, at_rest, 1e-14);
        cr_assert_float_eq(hypot(H[9 + i].re, H[9 + i].im), size, 1e-13, "state %zu", i);
    }
    sinew_system_free(system);
}

/* max |A - V (lambda - P P*) V*| over max |A|, of which one of each pair is given; and of B. */
static double nplr_error(const sinew_nplr *f, const sinew_matrices *m)
{
    size_t n = m->order;
    double worst = 0, size = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++) {
            double complex sum = 0, left[2] = {0}, right[2] = {0};
            for (size_t j = 0; j < f->modes; j++) {
                sinew_complex a = f->V[i * f->modes + j], b = f->V[k * f->modes + j];
                double complex va = sinew_cmplx(a.re, a.im), vb = sinew_cmplx(b.re, b.im);
                sum += 2 * creal(va * sinew_cmplx(f->lambda[j].re, f->lambda[j].im) * conj(vb));
                for (size_t r = 0; r < f->rank; r++) {
                    sinew_complex p = f->P[r * f->modes + j];
                    left[r] += 2 * creal(va * sinew_cmplx(p.re, p.im));
                    right[r] += 2 * creal(vb * sinew_cmplx(p.re, p.im));
                }
            }
            double entry = creal(sum - left[0] * right[0] - left[1] * right[1]);
            worst = farther(worst, entry, m->A[i * n + k]);
            size = fmax(size, fabs(m->A[i * n + k]));
        }
    return worst / size;
}

Test(nplr, is_the_hippo)
{
    const sinew_hippo cases[] = {
        {.measure = SINEW_HIPPO_LEGS, .order = 64},
        {.measure = SINEW_HIPPO_LEGS, .order = 33, .window_s = 0.3},
        {.measure = SINEW_HIPPO_LEGT, .order = 64},
        {.measure = SINEW_HIPPO_LEGT, .order = 9, .halved = true},
        {.measure = SINEW_HIPPO_LAGT, .order = 32},
        {.measure = SINEW_HIPPO_LAGT, .order = 31, .tilted = true},
        {.measure = SINEW_HIPPO_FOUT, .order = 33},
        {.measure = SINEW_HIPPO_FOUT, .order = 64},
        {.measure = SINEW_HIPPO_LEGS, .order = 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sinew_nplr f;
        sinew_system *system = make_hippo(&cases[i]);
        sinew_matrices m = sinew_system_matrices(system);
        cr_assert_eq(sinew_nplr_init(&f, &cases[i], &error), SINEW_OK, "%s", error.text);
        cr_assert_eq(f.modes, (m.order + 1) / 2);
        cr_assert_leq(nplr_error(&f, &m), 1e-14, "case %zu: %g", i, nplr_error(&f, &m));
        for (size_t k = 0; k < m.order; k++) { /* B = V (V* B) */
            double b = 0;
            for (size_t j = 0; j < f.modes; j++)
                b += 2 * f.V[k * f.modes + j].re * f.B[j].re;
            cr_assert_float_eq(b, m.B[k], 1e-13 * m.B[m.order - 1] + 1e-13);
        }
        sinew_nplr_finish(&f);
        sinew_system_free(system);
    }
    sinew_nplr f;
    refused(sinew_nplr_init(
                &f, &(sinew_hippo){.measure = SINEW_HIPPO_LEGT, .order = 4, .lmu = true}, &error),
            SINEW_ERR_UNSUPPORTED, "'lmu'");
}

/* The real system of the factors answers as the hippo does, by its matrices and by Cauchy sums, at
 * z = -1 too. LegS through dgeev on A would have nothing left of its digits at this order. */
Test(nplr, answers_as_the_hippo)
{
    const sinew_hippo cases[] = {{.measure = SINEW_HIPPO_LEGS, .order = 64},
                                 {.measure = SINEW_HIPPO_LEGT, .order = 32},
                                 {.measure = SINEW_HIPPO_FOUT, .order = 17}};
    const double step_s = 0.01, rad[] = {0.01, 0.3, 7, 40, 200, M_PI / 0.01};
    sinew_complex a[6], b[6], c[6], d[6];
    for (size_t i = 0; i < 3; i++) {
        sinew_nplr f;
        sinew_hippo hippo = cases[i];
        double row[64];
        for (size_t k = 0; k < hippo.order; k++)
            row[k] = cos((double)(k * k));
        hippo.outputs = 1;
        hippo.C = row;
        cr_assert_eq(sinew_nplr_init(&f, &hippo, &error), SINEW_OK);
        sinew_complex C[32] = {{0}};
        for (size_t k = 0; k < hippo.order; k++)
            for (size_t j = 0; j < f.modes; j++) {
                C[j].re += row[k] * f.V[k * f.modes + j].re;
                C[j].im += row[k] * f.V[k * f.modes + j].im;
            }
        sinew_dplr dplr = {f.modes, f.rank, 1, 1,    f.lambda,        f.P,
                           NULL,    f.B,    C, NULL, .doubled = false};
        sinew_system *whole = make_hippo(&hippo), *real = make_dplr(&dplr);
        cr_assert_eq(sinew_system_matrices(real).order, hippo.order);
        sinew_discretization *at;
        sinew_discretize_opts opts = {.step_s = step_s, .method = SINEW_METHOD_BILINEAR};
        cr_assert_eq(sinew_discretize(&at, whole, &opts, &error), SINEW_OK);
        cr_assert_eq(sinew_system_response(whole, rad, 6, a, &error), SINEW_OK);
        cr_assert_eq(sinew_system_response(real, rad, 6, b, &error), SINEW_OK);
        cr_assert_eq(sinew_dplr_response(c, &dplr, 0, rad, 6, &error), SINEW_OK);
        near(&b->re, &a->re, 12, 1e-12, "real system");
        near(&c->re, &a->re, 12, 1e-12, "Cauchy sums");
        cr_assert_eq(sinew_discretization_response(at, rad, 6, a, &error), SINEW_OK);
        cr_assert_eq(sinew_dplr_response(d, &dplr, step_s, rad, 6, &error), SINEW_OK);
        near(&d->re, &a->re, 12, 1e-12, "bilinear");
        sinew_discretization_free(at);
        sinew_system_free(whole);
        sinew_system_free(real);
        sinew_nplr_finish(&f);
    }
}

Test(nplr, legs_spectrum)
{
    sinew_nplr f;
    double lambda[8], B[8];
    cr_assert_eq(
        sinew_nplr_init(&f, &(sinew_hippo){.measure = SINEW_HIPPO_LEGS, .order = 16}, &error),
        SINEW_OK);
    for (size_t k = 0; k < 8; k++) {
        cr_assert_eq(f.lambda[k].re, -0.5);
        lambda[k] = f.lambda[k].im;
        B[k] = f.B[k].re;
    }
    near(lambda, legs_16_lambda, 8, 1e-15, "lambda");
    near(B, legs_16_B, 8, 1e-14, "B");
    sinew_nplr_finish(&f);
}

Test(s4d, initialisations)
{
    sinew_complex lambda[64], B[64];
    sinew_s4d s4d = {.init = SINEW_S4D_LIN, .order = 64, .window_s = 2};
    cr_assert_eq(sinew_s4d_count(&s4d), 32);
    cr_assert_eq(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_OK);
    equal_to_rounding(&lambda->re, s4d_lin, 64, "lin");
    cr_assert(B[5].re == 0.5 && B[5].im == 0);
    s4d.init = SINEW_S4D_INV;
    cr_assert_eq(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_OK);
    equal_to_rounding(&lambda->re, s4d_inv, 64, "inv");
    s4d = (sinew_s4d){.init = SINEW_S4D_REAL, .order = 5};
    cr_assert_eq(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_OK);
    for (size_t n = 0; n < 5; n++)
        cr_assert(lambda[n].re == -(double)(n + 1) && lambda[n].im == 0 && B[n].re == 1);
}

Test(s4d, legs_has_half_the_B_of_its_nplr)
{
    sinew_complex lambda[8], B[8];
    double is[8], must[8];
    sinew_s4d s4d = {.init = SINEW_S4D_LEGS, .order = 16};
    for (int whole = 0; whole < 2; whole++)
        for (int clipped = 0; clipped < 2; clipped++) {
            s4d.whole_B = whole;
            s4d.clip_B = clipped ? 2.5 : 0;
            cr_assert_eq(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_OK);
            for (size_t k = 0; k < 8; k++) {
                is[k] = B[k].re;
                must[k] = legs_16_B[k] * (whole ? 1 : 0.5);
                must[k] = clipped ? fmin(must[k], 2.5) : must[k];
            }
            near(is, must, 8, 1e-14, "B");
        }
    s4d.B = lambda;
    refused(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_ERR_ARGUMENT, "not a given one");
    s4d = (sinew_s4d){.init = SINEW_S4D_LIN, .order = 16, .whole_B = true};
    refused(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_ERR_ARGUMENT, "legs only");
    s4d = (sinew_s4d){.init = SINEW_S4D_LIN, .order = 15};
    refused(sinew_s4d_modes(lambda, B, &s4d, &error), SINEW_ERR_DATA, "order 15");
}

/* LegS has basis kernels that its diagonal form meets as the order grows (2206.11893, theorem 3):
 * with the whole B it would be off by a factor of 2. */
Test(s4d, legs_approaches_hippo)
{
    double C[256] = {[1] = 1}, rad = 2;
    sinew_hippo legs = {.measure = SINEW_HIPPO_LEGS, .order = 256, .outputs = 1, .C = C};
    sinew_nplr f;
    sinew_complex row[128], h, d;
    sinew_system *system = make_hippo(&legs);
    cr_assert_eq(sinew_nplr_init(&f, &legs, &error), SINEW_OK);
    for (size_t j = 0; j < 128; j++)
        row[j] = f.V[128 + j];
    sinew_s4d s4d = {.init = SINEW_S4D_LEGS, .order = 256, .C = row, .outputs = 1};
    sinew_system *diagonal;
    cr_assert_eq(sinew_system_new_s4d(&diagonal, &s4d, &error), SINEW_OK, "%s", error.text);
    cr_assert_eq(sinew_system_response(system, &rad, 1, &h, &error), SINEW_OK);
    cr_assert_eq(sinew_system_response(diagonal, &rad, 1, &d, &error), SINEW_OK);
    cr_assert_lt(hypot(h.re - d.re, h.im - d.im), 0.03 * hypot(h.re, h.im), "%g %g for %g %g", d.re,
                 d.im, h.re, h.im);
    sinew_system_free(system);
    sinew_system_free(diagonal);
    sinew_nplr_finish(&f);
}

static sinew_dplr four_modes(void)
{
    return (sinew_dplr){.modes = 4,
                        .inputs = 1,
                        .outputs = 1,
                        .lambda = (const sinew_complex *)kernel_lambda,
                        .B = (const sinew_complex *)kernel_B,
                        .C = (const sinew_complex *)kernel_C};
}

Test(s4d, kernel_keeps_its_error_flat)
{
    enum { LENGTH = 100000 };
    double *kernel = malloc(LENGTH * sizeof *kernel), is[9];
    sinew_dplr dplr = four_modes();
    cr_assert_eq(sinew_dplr_kernel(kernel, LENGTH, &dplr, 0.03125, SINEW_METHOD_IMPULSE, &error),
                 SINEW_OK);
    for (size_t i = 0; i < 9; i++) { /* each against its own size: the last is 50 times smaller */
        is[i] = kernel[kernel_places[i]];
        near(&is[i], &kernel_values[i], 1, 2e-14, "kernel");
    }
    free(kernel);
}

Test(s4d, kernel_is_the_impulse_response)
{
    enum { LENGTH = 500 };
    const double T = 0.03125;
    double kernel[LENGTH], x[8] = {0}, u = 1, is[LENGTH];
    sinew_dplr dplr = four_modes();
    sinew_system *system = make_dplr(&dplr);
    sinew_discretization *at;
    sinew_discretize_opts opts = {.step_s = T, .method = SINEW_METHOD_IMPULSE};
    cr_assert_eq(sinew_discretize(&at, system, &opts, &error), SINEW_OK);
    sinew_matrices m = sinew_discretization_matrices(at);
    cr_assert_eq(m.order, 7); /* the real mode needs one state */
    for (size_t l = 0; l < LENGTH; l++, u = 0) {
        double next[8] = {0};
        is[l] = m.D[0] * u;
        for (size_t i = 0; i < 7; i++) {
            is[l] += m.C[i] * x[i];
            next[i] = m.B[i] * u;
            for (size_t k = 0; k < 7; k++)
                next[i] += m.A[i * 7 + k] * x[k];
        }
        is[l] /= T;
        memcpy(x, next, sizeof x);
    }
    cr_assert_eq(sinew_dplr_kernel(kernel, LENGTH, &dplr, T, SINEW_METHOD_IMPULSE, &error),
                 SINEW_OK);
    near(is, kernel, LENGTH, 1e-13, "impulse response");
    sinew_discretization_free(at);
    sinew_system_free(system);
}

/* S4D's own kernels are C Ad^l Bd. */
Test(s4d, kernels_of_methods_are_powers_of_their_matrices)
{
    enum { LENGTH = 300, N = 7 };
    const double T = 0.03125;
    const sinew_method methods[] = {SINEW_METHOD_ZOH, SINEW_METHOD_BILINEAR};
    sinew_dplr dplr = four_modes();
    sinew_system *system = make_dplr(&dplr);
    const double *C = sinew_system_matrices(system).C;
    for (size_t i = 0; i < 2; i++) {
        double kernel[LENGTH], must[LENGTH], x[N];
        sinew_discretization *at;
        sinew_discretize_opts opts = {.step_s = T, .method = methods[i]};
        cr_assert_eq(sinew_discretize(&at, system, &opts, &error), SINEW_OK);
        sinew_matrices m = sinew_discretization_matrices(at);
        memcpy(x, m.B, sizeof x);
        for (size_t l = 0; l < LENGTH; l++) {
            double next[N] = {0};
            must[l] = 0;
            for (size_t r = 0; r < N; r++) {
                must[l] += C[r] * x[r];
                for (size_t k = 0; k < N; k++)
                    next[r] += m.A[r * N + k] * x[k];
            }
            memcpy(x, next, sizeof x);
        }
        cr_assert_eq(sinew_dplr_kernel(kernel, LENGTH, &dplr, T, methods[i], &error), SINEW_OK);
        near(kernel, must, LENGTH, 1e-13, sinew_method_name(methods[i]));
        sinew_discretization_free(at);
    }
    double kernel;
    refused(sinew_dplr_kernel(&kernel, 1, &dplr, T, SINEW_METHOD_FOH, &error),
            SINEW_ERR_UNSUPPORTED, "not by foh");
    sinew_system_free(system);
}

Test(s4d, doubled_halves_the_answer)
{
    sinew_dplr dplr = four_modes();
    double a[3], b[3], rad = 0.7;
    sinew_complex h, g;
    cr_assert_eq(sinew_dplr_kernel(a, 3, &dplr, 0.5, SINEW_METHOD_IMPULSE, &error), SINEW_OK);
    sinew_system *twice = make_dplr(&dplr);
    cr_assert_eq(sinew_dplr_response(&h, &dplr, 0, &rad, 1, &error), SINEW_OK);
    dplr.doubled = true;
    sinew_system *once = make_dplr(&dplr);
    cr_assert_eq(sinew_dplr_kernel(b, 3, &dplr, 0.5, SINEW_METHOD_IMPULSE, &error), SINEW_OK);
    cr_assert_eq(sinew_dplr_response(&g, &dplr, 0, &rad, 1, &error), SINEW_OK);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(a[i], 2 * b[i]);
    for (size_t i = 0; i < 7; i++)
        cr_assert_eq(sinew_system_matrices(twice).C[i], 2 * sinew_system_matrices(once).C[i]);
    cr_assert_float_eq(h.re, 2 * g.re, 1e-15 * fabs(h.re));
    sinew_system_free(twice);
    sinew_system_free(once);
}

/* C of the modes as the checkpoint keeps it gives back the C that it was made of. */
Test(dplr, truncated_C_is_undone)
{
    const double *kept[] = {truncated_bilinear, truncated_zoh};
    const sinew_method methods[] = {SINEW_METHOD_DEFAULT, SINEW_METHOD_ZOH};
    for (size_t i = 0; i < 2; i++) {
        sinew_dplr dplr = {.modes = 3,
                           .rank = 1,
                           .inputs = 1,
                           .outputs = 1,
                           .lambda = (const sinew_complex *)kernel_lambda,
                           .P = (const sinew_complex *)low_rank_P,
                           .Q = (const sinew_complex *)low_rank_Q,
                           .B = (const sinew_complex *)kernel_B,
                           .C = (const sinew_complex *)kernel_C};
        sinew_system *plain = make_dplr(&dplr);
        sinew_complex h;
        double rad = 1;
        dplr.C = (const sinew_complex *)kept[i];
        dplr.truncated_frames = 50;
        dplr.truncated_step_s = 0.03125;
        dplr.truncated_method = methods[i];
        sinew_system *undone = make_dplr(&dplr);
        near(sinew_system_matrices(undone).C, sinew_system_matrices(plain).C, 6, 1e-13, "C");
        refused(sinew_dplr_response(&h, &dplr, 0, &rad, 1, &error), SINEW_ERR_UNSUPPORTED,
                "truncated");
        sinew_system_free(plain);
        sinew_system_free(undone);
    }
}

Test(dplr, what_is_no_system_is_refused)
{
    sinew_system *system;
    double kernel, rad = 0.7;
    sinew_complex h;
    sinew_dplr dplr = four_modes();
    dplr.rank = 1;
    refused(sinew_system_new_dplr(&system, &dplr, &error), SINEW_ERR_ARGUMENT, "no P");
    dplr.P = (const sinew_complex *)kernel_B;
    refused(sinew_dplr_kernel(&kernel, 1, &dplr, 1, SINEW_METHOD_IMPULSE, &error),
            SINEW_ERR_UNSUPPORTED, "rank 1");
    dplr.truncated_step_s = 1;
    refused(sinew_system_new_dplr(&system, &dplr, &error), SINEW_ERR_ARGUMENT, "no frames");
    sinew_complex axis = {0, 0.7}, bad = {0, NAN};
    dplr = (sinew_dplr){.modes = 1, .inputs = 1, .outputs = 1, .lambda = &axis};
    refused(sinew_dplr_response(&h, &dplr, 0, &rad, 1, &error), SINEW_ERR_NUMERIC,
            "a pole of a mode");
    dplr.C = &bad;
    refused(sinew_system_new_dplr(&system, &dplr, &error), SINEW_ERR_DATA, "C[0]");
    cr_assert_null(system);
}
