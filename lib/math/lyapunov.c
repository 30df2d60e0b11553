/* Hammarling's method in complex arithmetic, where a step has no cases. With the complex Schur form
 * A = Q T Q^H, T upper triangular, look for X = U U^H, U upper triangular, from its last row up:
 *
 *     T = [T1 a]   B = [B1]   U = [U1 u]
 *         [0  l]       [b ]       [0  t]
 *
 *     t^2 (-2 Re l) = b b^H,   e = b^H / |b|,   s = sqrt(-2 Re l)
 *     (T1 + conj(l) I) u = -(t a + s B1 e)
 *
 * and U1 belongs to T1 and B1 - s u e^H (Sorensen, Zhou 2003, J. Appl. Math. 2003:277). For the
 * discrete equation, whose matrix is I + T and l' = 1 + l:
 *
 *     s^2 = 1 - |l'|^2 = -2 Re l - |l|^2
 *     (conj(l') T1 + conj(l) I) u = -(t conj(l') a + s B1 e)
 *     v = u + T1 u + t a,   B1 + (s v - (1 + l') B1 e) e^H
 *
 * In the end X is real, so that its factor is [Re U, Im U], made square by an LQ factorisation. */
#include "math/lyapunov.h"

#include <complex.h>
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "math/complex.h"
#include "math/matrix.h"
#include "math/real_schur.h"

/* All in columns: T, U (n, n), B (n, m). `turn` holds for each block of two the column (x0, x1)
 * of its rotation, at the block's first row; 0 elsewhere. */
typedef struct equation {
    size_t n, m;
    double complex *T, *U, *B, *turn;
} equation;

static void finish(equation *e)
{
    sinew_free(e->T);
    sinew_free(e->U);
    sinew_free(e->B);
    sinew_free(e->turn);
}

static sinew_status start(equation *e, size_t n, size_t m, sinew_error *error)
{
    *e = (equation){.n = n, .m = m};
    e->T = sinew_alloc(n * n, sizeof *e->T);
    e->U = sinew_alloc(n * n, sizeof *e->U);
    e->B = sinew_alloc(n * m, sizeof *e->B);
    e->turn = sinew_alloc(2 * n, sizeof *e->turn);
    return e->T && e->U && e->B && e->turn ? SINEW_OK : sinew_fail_memory(error);
}

/* Rows i, i + 1 times [x y], its rotation's columns x and y = (-conj x1, conj x0); `columns` of
 * them with `stride`. The adjoint is what T and B get from the left. */
static void rotate_rows(double complex *rows, size_t columns, size_t stride,
                        const double complex x[2], bool adjoint)
{
    for (size_t j = 0; j < columns; j++) {
        double complex *pair = rows + j * stride, p = pair[0], q = pair[1];
        if (adjoint) {
            pair[0] = conj(x[0]) * p + conj(x[1]) * q;
            pair[1] = -x[1] * p + x[0] * q;
        } else {
            pair[0] = x[0] * p - conj(x[1]) * q;
            pair[1] = x[1] * p + conj(x[0]) * q;
        }
    }
}

/* Columns i, i + 1 of T, which start at `left` and `right`, times [x y]. */
static void rotate_columns(double complex *left, double complex *right, size_t rows,
                           const double complex x[2])
{
    for (size_t i = 0; i < rows; i++) {
        double complex p = left[i], q = right[i];
        left[i] = p * x[0] + q * x[1];
        right[i] = -p * conj(x[1]) + q * conj(x[0]);
    }
}

/* A standardised block [[a, b], [c, a]] with b c < 0 has the eigenvector (b, j w) of a + j w,
 * w^2 = -b c. */
static void split_block(equation *e, const sinew_real_schur *s, size_t i)
{
    size_t n = e->n;
    double complex *T = e->T, *x = e->turn + 2 * i;
    double b = s->T[i + (i + 1) * n], w = fabs(s->im[i]), size = hypot(b, w);
    x[0] = b / size;
    x[1] = sinew_cmplx(0, w / size);
    rotate_rows(T + i + i * n, n - i, n, x, true);
    rotate_columns(T + i * n, T + (i + 1) * n, i + 2, x);
    rotate_rows(e->B + i, e->m, n, x, true);
    T[i + 1 + i * n] = 0;
    T[i + i * n] = sinew_cmplx(s->re[i], w);
    T[i + 1 + (i + 1) * n] = sinew_cmplx(s->re[i], -w);
}

/* T and B from the real Schur form, Z' B included. */
static void load(equation *e, const sinew_real_schur *s, const double *B)
{
    size_t n = e->n, m = e->m;
    for (size_t i = 0; i < n * n; i++)
        e->T[i] = s->T[i];
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < n; i++) {
            double sum = 0;
            for (size_t k = 0; k < n; k++)
                sum += s->Z[k + i * n] * B[k * m + j];
            e->B[i + j * n] = sum;
        }
    for (size_t i = 0; i < n; i += sinew_real_schur_block(s, i))
        if (sinew_real_schur_block(s, i) == 2)
            split_block(e, s, i);
}

/* (factor T1 + shift I) u = u, the k leading rows: substitution from the last row up. */
static void solve(const equation *e, double complex *u, size_t k, double complex factor,
                  double complex shift)
{
    while (k-- > 0) {
        const double complex *column = e->T + k * e->n;
        u[k] /= factor * column[k] + shift;
        double complex step = factor * u[k];
        for (size_t i = 0; i < k; i++)
            u[i] -= column[i] * step;
    }
}

/* B1 += c e^H, k rows; b is row k of B, e = b^H / norm. */
static void update(equation *e, size_t k, const double complex *c, double norm)
{
    for (size_t j = 0; j < e->m; j++) {
        double complex *column = e->B + j * e->n, factor = column[k] / norm;
        for (size_t i = 0; i < k; i++)
            column[i] += c[i] * factor;
    }
}

/* w = B1 e, k rows. */
static void along(const equation *e, double complex *w, size_t k, double norm)
{
    for (size_t i = 0; i < k; i++)
        w[i] = 0;
    for (size_t j = 0; j < e->m; j++) {
        const double complex *column = e->B + j * e->n, factor = conj(column[k]) / norm;
        for (size_t i = 0; i < k; i++)
            w[i] += column[i] * factor;
    }
}

/* v = u + T1 u + t a */
static void move(const equation *e, double complex *v, const double complex *u, size_t k, double t)
{
    for (size_t i = 0; i < k; i++)
        v[i] = u[i] + t * e->T[i + k * e->n];
    for (size_t j = 0; j < k; j++)
        for (size_t i = 0; i <= j; i++)
            v[i] += e->T[i + j * e->n] * u[j];
}

/* Column k of U, and what B1 becomes. `w` has room for n. */
static void column(equation *e, size_t k, double damping, double norm, sinew_lyapunov kind,
                   double complex *w)
{
    bool discrete = kind == SINEW_LYAPUNOV_DISCRETE;
    double complex *u = e->U + k * e->n, *v = w + e->n, l = e->T[k + k * e->n];
    const double complex *a = e->T + k * e->n, factor = discrete ? 1 + conj(l) : 1;
    double s = sqrt(damping), t = norm / s;
    along(e, w, k, norm);
    for (size_t i = 0; i < k; i++)
        u[i] = -(t * factor * a[i] + s * w[i]);
    solve(e, u, k, factor, conj(l));
    if (discrete)
        move(e, v, u, k, t);
    for (size_t i = 0; i < k; i++)
        w[i] = discrete ? s * v[i] - (2 + l) * w[i] : -s * u[i];
    update(e, k, w, norm);
    u[k] = t;
}

static sinew_status not_stable(double complex l, sinew_lyapunov kind, sinew_error *error)
{
    if (kind == SINEW_LYAPUNOV_DISCRETE)
        return sinew_fail(error, SINEW_ERR_NUMERIC,
                          "not stable: the pole z = %.6g%+.6gj is not inside the unit circle",
                          1 + creal(l), cimag(l));
    return sinew_fail(error, SINEW_ERR_NUMERIC,
                      "not stable: the pole %.6g%+.6gj is not left of the imaginary axis", creal(l),
                      cimag(l));
}

static sinew_status columns(equation *e, sinew_lyapunov kind, sinew_error *error)
{
    double complex *w = sinew_alloc(2 * e->n, sizeof *w);
    sinew_status status = w ? SINEW_OK : sinew_fail_memory(error);
    for (size_t k = e->n; !status && k-- > 0;) {
        double complex l = e->T[k + k * e->n];
        double damping = -2 * creal(l), norm = 0;
        if (kind == SINEW_LYAPUNOV_DISCRETE)
            damping -= creal(l) * creal(l) + cimag(l) * cimag(l);
        for (size_t j = 0; j < e->m; j++)
            norm = hypot(norm, cabs(e->B[k + j * e->n]));
        if (!(damping > 0))
            status = not_stable(l, kind, error);
        else if (norm > 0)
            column(e, k, damping, norm, kind, w);
    }
    sinew_free(w);
    return status;
}

/* [Re, Im] of U with the rotations undone is (n, 2n) = L0 Q. By rows it is what LAPACK sees as its
 * transpose, whose QR factorisation leaves L0 by rows. L = Z L0. */
static sinew_status collect(double *L, equation *e, const sinew_real_schur *s, sinew_error *error)
{
    size_t n = e->n;
    double *wide = sinew_alloc(2 * n * n, sizeof *wide), *tau = sinew_alloc(n, sizeof *tau);
    double *low = sinew_alloc(n * n, sizeof *low), *Z = sinew_alloc(n * n, sizeof *Z);
    sinew_status status = wide && tau && low && Z ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        for (size_t i = 0; i < n; i += sinew_real_schur_block(s, i))
            if (sinew_real_schur_block(s, i) == 2)
                rotate_rows(e->U + i, n, n, e->turn + 2 * i, false);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                wide[i * 2 * n + j] = creal(e->U[i + j * n]);
                wide[i * 2 * n + n + j] = cimag(e->U[i + j * n]);
            }
        lapack_int tall = (lapack_int)(2 * n), narrow = (lapack_int)n;
        if (n > 0 && LAPACKE_dgeqrf(LAPACK_COL_MAJOR, tall, narrow, wide, tall, tau) != 0)
            status = sinew_fail_memory(error);
    }
    if (!status) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j <= i; j++)
                low[i * n + j] = wide[i * 2 * n + j];
        sinew_matrix_transpose(Z, s->Z, n, n);
        sinew_matrix_multiply(L, Z, low, n, n, n);
    }
    sinew_free(wide);
    sinew_free(tau);
    sinew_free(low);
    sinew_free(Z);
    return status;
}

/* A and B are balanced. */
static sinew_status factor(double *L, const double *A, const double *B, size_t n, size_t m,
                           sinew_lyapunov kind, sinew_error *error)
{
    sinew_real_schur s = {0};
    equation e = {0};
    sinew_status status = sinew_real_schur_init(&s, A, n, error);
    if (!status)
        status = start(&e, n, m, error);
    if (!status) {
        load(&e, &s, B);
        status = columns(&e, kind, error);
    }
    if (!status)
        status = collect(L, &e, &s, error);
    sinew_real_schur_finish(&s);
    finish(&e);
    return status;
}

sinew_status sinew_lyapunov_factor(double *L, const double *A, const double *B, size_t n, size_t m,
                                   sinew_lyapunov kind, sinew_error *error)
{
    double *A_scaled = sinew_copy(A, n * n, sizeof *A), *B_scaled = sinew_copy(B, n * m, sizeof *B);
    double *scale = sinew_alloc(n, sizeof *scale);
    sinew_status status = A_scaled && B_scaled && scale ? SINEW_OK : sinew_fail_memory(error);
    if (!status) {
        sinew_balance(A_scaled, scale, n);
        for (size_t i = 0; i < n * m; i++)
            B_scaled[i] *= scale[i / m];
        status = factor(L, A_scaled, B_scaled, n, m, kind, error);
        for (size_t i = 0; !status && i < n * n; i++)
            L[i] /= scale[i / n];
    }
    if (!status && !sinew_all_finite(L, n * n))
        status = sinew_fail(error, SINEW_ERR_NUMERIC, "the gramian is not finite");
    sinew_free(A_scaled);
    sinew_free(B_scaled);
    sinew_free(scale);
    return status;
}
