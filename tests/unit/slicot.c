/* The library against SLICOT 5.0 (www.slicot.org, GPL-2+), where the machine has it: SB03OD's
 * factors of gramians, AB13DD's norms, AB09AD's Hankel values and reduced systems. Only this
 * program is linked with it. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "far.h"
#include "math/lyapunov.h"
#include "sinew/gramian.h"
#include "sinew/reduce.h"

/* Fortran: all by reference, matrices in columns, lengths of texts behind. */
void sb03od_(const char *dico, const char *fact, const char *trans, const int *n, const int *m,
             double *a, const int *lda, double *q, const int *ldq, double *b, const int *ldb,
             double *scale, double *wr, double *wi, double *dwork, const int *ldwork, int *info,
             size_t, size_t, size_t);
void ab13dd_(const char *dico, const char *jobe, const char *equil, const char *jobd, const int *n,
             const int *m, const int *p, double *fpeak, const double *a, const int *lda,
             const double *e, const int *lde, const double *b, const int *ldb, const double *c,
             const int *ldc, const double *d, const int *ldd, double *gpeak, const double *tol,
             int *iwork, double *dwork, const int *ldwork, double *cwork, const int *lcwork,
             int *info, size_t, size_t, size_t, size_t);
void ab09ad_(const char *dico, const char *job, const char *equil, const char *ordsel, const int *n,
             const int *m, const int *p, int *nr, double *a, const int *lda, double *b,
             const int *ldb, double *c, const int *ldc, double *hsv, const double *tol, int *iwork,
             double *dwork, const int *ldwork, int *iwarn, int *info, size_t, size_t, size_t,
             size_t);

enum { MOST = 30, WORK = 400000 };

static sinew_error error;
static double work[WORK], complex_work[WORK];
static int whole_work[1000];
static const int n_work = WORK, n_complex = WORK / 2, most = MOST;

/* ---- random stable systems ---- */

static uint64_t seed = 5;

static double normal(void) /* about: a sum of 12 uniform numbers; splitmix64 */
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
        sum += (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
    }
    return sum;
}

typedef struct random_system {
    size_t n, q, p;
    double A[MOST * MOST], B[MOST * 2], C[2 * MOST], D[4];
    sinew_system *system;
} random_system;

/* A = skew - positive. */
static void make(random_system *s, size_t n, size_t q, size_t p, double damping)
{
    double M[MOST * MOST];
    *s = (random_system){.n = n, .q = q, .p = p};
    for (size_t i = 0; i < n * n; i++)
        M[i] = normal();
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            s->A[i * n + j] = M[i * n + j] - M[j * n + i] - (i == j ? damping : 0);
            for (size_t k = 0; k < n; k++)
                s->A[i * n + j] -= damping * M[i * n + k] * M[j * n + k];
        }
    for (size_t i = 0; i < n * q; i++)
        s->B[i] = normal();
    for (size_t i = 0; i < n * p; i++)
        s->C[i] = normal();
    for (size_t i = 0; i < p * q; i++)
        s->D[i] = normal() / 4;
    sinew_matrices m = {n, q, p, s->A, s->B, s->C, s->D};
    cr_assert_eq(sinew_system_new_ss(&s->system, &m, &error), SINEW_OK, "%s", error.text);
}

/* Rows to columns with a leading dimension of MOST. */
static double *columns(double *to, const double *from, size_t rows, size_t n)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            to[i + j * MOST] = from[i * n + j];
    return to;
}

/* ---- the comparisons ---- */

static void compare_factors(const random_system *s, sinew_lyapunov kind)
{
    static double A[MOST * MOST], Q[MOST * MOST], B[MOST * MOST], L[MOST * MOST], wr[MOST],
        wi[MOST];
    int n = (int)s->n, m = (int)s->q, info;
    double scale, less[MOST * MOST], worst = 0, size = 0;
    bool discrete = kind == SINEW_LYAPUNOV_DISCRETE;
    for (size_t i = 0; i < s->n * s->n; i++)
        less[i] = discrete ? s->A[i] / 256 : s->A[i];
    columns(A, less, s->n, s->n);
    for (size_t i = 0; discrete && i < s->n; i++)
        A[i * (MOST + 1)] += 1;
    columns(B, s->B, s->n, s->q);
    sb03od_(discrete ? "D" : "C", "N", "T", &n, &m, A, &most, Q, &most, B, &most, &scale, wr, wi,
            work, &n_work, &info, 1, 1, 1);
    cr_assert_eq(info, 0);
    cr_assert_eq(sinew_lyapunov_factor(L, less, s->B, s->n, s->q, kind, &error), SINEW_OK, "%s",
                 error.text);
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = 0; j < s->n; j++) {
            double ours = 0, theirs = 0;
            for (size_t k = 0; k < s->n; k++) {
                ours += L[i * s->n + k] * L[j * s->n + k];
                theirs += B[i + k * MOST] * B[j + k * MOST] / (scale * scale);
            }
            worst = farther(worst, ours, theirs);
            size = fmax(size, fabs(theirs));
        }
    cr_assert_leq(worst, 1e-11 * size, "n %d: %g of %g", n, worst, size);
}

Test(slicot, factors_of_gramians)
{
    random_system s;
    for (size_t n = 1; n <= MOST; n += 2)
        for (size_t q = 1; q <= 2; q++) {
            make(&s, n, q, 1, 0.1);
            compare_factors(&s, SINEW_LYAPUNOV_CONTINUOUS);
            compare_factors(&s, SINEW_LYAPUNOV_DISCRETE);
            sinew_system_free(s.system);
        }
}

Test(slicot, hinf_norms)
{
    static double A[MOST * MOST], B[MOST * 2], C[MOST * MOST], D[MOST * 2], E[1];
    random_system s;
    for (int round = 0; round < 60; round++) {
        make(&s, 1 + (size_t)round % MOST, 1 + (size_t)round % 2, 1 + (size_t)round / 2 % 2,
             round % 3 ? 0.1 : 1e-4);
        int n = (int)s.n, m = (int)s.q, p = (int)s.p, info, one = 1;
        double fpeak[2] = {0, 1}, gpeak[2], tol = 1e-10, norm, peak;
        ab13dd_("C", "I", "N", "D", &n, &m, &p, fpeak, columns(A, s.A, s.n, s.n), &most, E, &one,
                columns(B, s.B, s.n, s.q), &most, columns(C, s.C, s.p, s.n), &most,
                columns(D, s.D, s.p, s.q), &most, gpeak, &tol, whole_work, work, &n_work,
                complex_work, &n_complex, &info, 1, 1, 1, 1);
        cr_assert_eq(info, 0);
        cr_assert_eq(sinew_system_hinf(&norm, &peak, s.system, &error), SINEW_OK, "%s", error.text);
        cr_assert_gt(gpeak[1], 0);
        cr_assert_float_eq(norm / gpeak[0], 1, 1e-9, "%d: %.17g at %g, SLICOT %.17g at %g", round,
                           norm, peak, gpeak[0], fpeak[0]);
        sinew_system_free(s.system);
    }
}

Test(slicot, hankel_values_and_truncations)
{
    static double A[MOST * MOST], B[MOST * 2], C[MOST * MOST], hsv[MOST], hankel[MOST];
    random_system s;
    for (size_t n = 2; n <= MOST; n += 4) {
        make(&s, n, 1, 1, 0.1);
        int order = (int)n, one = 1, kept = (int)n / 2, warning, info;
        double tol = 0;
        ab09ad_("C", "B", "N", "F", &order, &one, &one, &kept, columns(A, s.A, n, n), &most,
                columns(B, s.B, n, 1), &most, columns(C, s.C, 1, n), &most, hsv, &tol, whole_work,
                work, &n_work, &warning, &info, 1, 1, 1, 1);
        cr_assert_eq(info, 0);
        sinew_system *small, *theirs;
        sinew_reduce_report report = {.hankel = hankel};
        cr_assert_eq(sinew_system_reduce(&small, s.system, &(sinew_reduce_opts){.order = n / 2},
                                         &report, &error),
                     SINEW_OK, "%s", error.text);
        for (size_t i = 0; i < n; i++)
            cr_assert_float_eq(hankel[i] / hsv[0], hsv[i] / hsv[0], 1e-12);
        double rows[4][MOST * MOST] = {{0}};
        for (size_t i = 0; i < n / 2; i++) {
            for (size_t j = 0; j < n / 2; j++)
                rows[0][i * (n / 2) + j] = A[i + j * MOST];
            rows[1][i] = B[i];
            rows[2][i] = C[i * MOST];
        }
        rows[3][0] = s.D[0];
        sinew_matrices m = {n / 2, 1, 1, rows[0], rows[1], rows[2], rows[3]};
        cr_assert_eq(sinew_system_new_ss(&theirs, &m, &error), SINEW_OK);
        for (double rad = 0.01; rad < 1000; rad *= 1.7) {
            sinew_complex ours_h, theirs_h;
            cr_assert_eq(sinew_system_response(small, &rad, 1, &ours_h, &error), SINEW_OK);
            cr_assert_eq(sinew_system_response(theirs, &rad, 1, &theirs_h, &error), SINEW_OK);
            cr_assert_leq(hypot(ours_h.re - theirs_h.re, ours_h.im - theirs_h.im), 1e-9 * hsv[0],
                          "n %zu at %g", n, rad);
        }
        sinew_system_free(theirs);
        sinew_system_free(small);
        sinew_system_free(s.system);
    }
}
